"""Entrance: column generation to convergence, recombination, then nodes and exact search when a proof is asked."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Literal

import numpy as np

from optimizer.solve.transport.branch_and_bound import BranchAndBound
from optimizer.solve.transport.branching import Count, count_of
from optimizer.solve.transport.certificate import bound_of, bound_of_leaves
from optimizer.solve.transport.initial_multipliers import pilot
from optimizer.solve.transport.local_search import LocalSearch
from optimizer.solve.transport.model import (
    Certificate,
    Ints,
    LabelledTransport,
    ScaleOptions,
    ScaleResult,
    StopReason,
    WarmStart,
)
from optimizer.solve.transport.primal_schedule import PAIRS, PrimalSchedule
from optimizer.solve.transport.restricted_mip import serve_accounts
from optimizer.solve.transport.run import Callback, Run
from optimizer.solve.transport.warm_start import earlier_prices, first_multipliers, leases_of, same_rounding

FIRST_RADIUS, PILOT_RADIUS, WARM_RADIUS = 30.0, 10.0, 3.0
"""First half side of the box around the best multipliers, points per lease: from nothing, after a pilot, and from an earlier
run's to a proof: to a mere gap a wide box is the faster one, as what a household may lose by staying is a part of it."""
PILOTED, MANY_ROWS = 500_000, 1_000
"""Arcs of the largest component, or rows, from which first multipliers come from a pilot. On the Doubs year (200,000 arcs) and
on chains of small components plain pricings are as short as its readings, and the rest is recombination."""
MAIN = 0.25
"""Part of all arcs that the largest component must have for it: on 900 separate EPCI whose landlords lack a lease or two the
market, where leases are no whole numbers, leaves rows at 60 points that end at 5,000. 60,000 dwellings of them take 31 s of
processor without a pilot and 38 s with one (single runs)."""
BINDING = 5e-3
"""Relative gap that multipliers of nothing must leave: a country whose rows hardly bind takes 12 s without a pilot, 35 s
with one."""
LOST = 8
"""Pricings after which an earlier run's multipliers are given up where a gap is asked for: a week later the tight Doubs year is
within 0.014 % after eight, and still beyond 0.01 % after 120."""
ALMOST, LONGEST = 1.25, 3
"""Times the gap asked up to which they are kept all the same, and times as many pricings after which they no longer are: ten
give what is missing, a new beginning takes twenty."""
WORTH = 0.99
"""Part of an earlier run's leases that must still be possible for its accounts to be looked for: those of the first pricing are
better as soon as more dwellings are empty, as a week later, when one in fifty is."""
WARM_CASES = 50
"""NodeRelaxation after which an earlier run's start is given up where a proof is asked for without a time limit: a week later the tight
Doubs year takes two to twelve, and the one in twenty that took more had not ended after 200."""
PILOT_TIME = 0.4
"""Part of the time left that a pilot may take, so that a pricing from where it ended has more."""
PROMISED = 1.0
"""Steps of the objective that the master may still promise when a run for a proof goes on to its nodes, which price on where it
matters: of the ten pricings of a warm run on the tight Doubs year the last four gave less."""
GROW, SHRINK = 3.0, 0.8
"""Factors of a side that presses while the bound gets better, and of every side when it does not."""
ROUGH = 0.01
"""Part of the box's side that a household may lose by staying where the last pricing had it."""


def solve_transport(
    model: LabelledTransport,
    options: ScaleOptions | None = None,
    progress: Callback | None = None,
    warm: WarmStart | None = None,
) -> ScaleResult:
    """Solve a labelled transport problem to the asked gap, with a certificate.

    Parameters
    ----------
    model : LabelledTransport
        Checked first; ``ValueError`` when malformed.
    options : ScaleOptions, optional
        Limits; by default runs until proven, at most 200 iterations.
    progress : callable, optional
        Receives a ``Progress`` after every iteration.
    warm : WarmStart, optional
        Multipliers and assignment of an earlier, similar run; never changes what is proven.
    """
    options = asked = options or ScaleOptions()
    model.check()
    run = Run(model, options, progress)
    known = None if warm is None else warm.assigned_class
    if warm is not None and known is not None:
        kept = leases_of(run.structure, known)
        if warm.certificate is not None:
            run.lagrangian.repair(kept, earlier_prices(warm.certificate, run.structure, run.quantum))
        run.adopt(kept, labelled=len(kept.applicant) >= WORTH * int((known >= 0).sum()))
    leaves = warm.leaves if warm is not None and options.gap == 0 and options.max_leaves else ()
    local_search, start = LocalSearch(run), first_multipliers(run.rows, run.cut_rest, warm, run.quantum)
    if leaves and not same_rounding(run.rows, run.cut_rest, leaves[0]):
        leaves = ()  # other counts matter now: dividing anew takes fewer pricings
    proving = warm is not None and options.gap == 0
    radius, first = (WARM_RADIUS if proving else FIRST_RADIUS), start
    fresh = _look(run, start) if warm is None and _is_large(run) else None
    piloted = fresh is not None and run.gap > max(BINDING, options.gap) and run.stopped() is None
    if piloted:
        fresh, radius = None, PILOT_RADIUS
        run.report()
        first = _piloted(run)
    most = LOST if warm is not None and options.gap > 0 and _is_large(run) else None
    stop = _iterate(
        run,
        local_search,
        first,
        radius,
        warm=known is not None,
        piloted=piloted,
        nodes_wait=bool(leaves),
        looked=fresh,
        most=most,
    )
    if stop == "lost":
        # too much has changed for the earlier multipliers: as without them, with what was found so far
        held = run.leave()
        stop = _iterate(run, local_search, _piloted(run), PILOT_RADIUS, piloted=True)
        run.regain(held)
    if options.polish and stop == "gap":
        if warm is None:  # an earlier run has settled what this one started from
            local_search.settle()
        if (
            not local_search.caught_up
        ):  # what perturbations of single rows would give, recombinations of many have given
            local_search.improve(options.polish, beyond=True)
    elif options.polish and stop == "iteration_limit":
        local_search.settle(PAIRS)
        stop = "gap" if run.closed() else stop
    tree = None
    if stop == "converged" or stop == "lost":  # the latter only for the type: the second look has no limit
        stop = "iteration_limit"
        if options.max_leaves:
            if warm is not None and asked.time_limit_s is None:
                run.options = replace(options, max_leaves=min(options.max_leaves, WARM_CASES))
            tree = BranchAndBound(run, local_search, leaves, start, _divided_on(warm))
            if tree.explore():
                stop = "proven" if run.gap <= 0 or not tree.tree else "gap"
            else:
                stop = run.stopped() or "iteration_limit"
    found = _result(run, stop, tree, searched=tree is not None and tree.searched)
    if warm is not None and tree is not None and stop == "iteration_limit" and asked.time_limit_s is None:
        # an earlier run never keeps from a proof: with its start the nodes ran out, without it they may not
        without = solve_transport(model, asked, progress)
        return without if without.gap <= found.gap else found
    return found


def _divided_on(warm: WarmStart | None) -> frozenset[Count]:
    """Counts the nodes of an earlier run were divided on."""
    leaves = () if warm is None else warm.leaves
    return frozenset(count_of(branch) for leaf in leaves for branch in leaf.branches)


def _piloted(run: Run) -> Ints:
    """Multipliers of a pilot, and its prices for the next pricing to start from."""
    now = time.perf_counter()
    late = run.part_of_time(PILOT_TIME)
    first, price = pilot(run.structure, run.rows, run.quantum, run.options.threads, late)
    run.lagrangian.begin(first, price)
    run.clock.charge("pilot", now)
    return first


def _is_large(run: Run) -> bool:
    """Whether a model may be worth a pilot."""
    s = run.structure
    largest = int(np.diff(s.arc_start[s.applicant_start]).max(initial=0)) if s.n_components else 0
    many = largest >= PILOTED or run.model.n_rows >= MANY_ROWS
    return bool(many and largest >= MAIN * len(s.arc_pair))


def _look(run: Run, nothing: Ints) -> int:
    """First pricing, when no row has a multiplier: its gap tells whether rows are far from met; number of new columns."""
    fresh = run.price(nothing)
    run.first_solution()
    return fresh


def _iterate(
    run: Run,
    local_search: LocalSearch,
    start: Ints,
    first_radius: float,
    *,
    warm: bool = False,
    piloted: bool = False,
    nodes_wait: bool = False,
    looked: int | None = None,
    most: int | None = None,
) -> StopReason | Literal["converged", "lost"]:
    """Column generation at the root in a box that follows the best bound.

    The master only sees the assignments found so far and would run far astray where it knows none; the box (Marsten,
    Hogan and Blankenship 1975) keeps the next multipliers near the best ones, which also keeps most households where the
    last pricing had them. A row's side grows while the multipliers press on it and shrinks when the bound gets worse.
    ``warm`` and ``piloted`` multipliers are good from the start: solutions are looked for at once.
    With ``nodes_wait`` an earlier run has left nodes, which settle the rest: nothing is recombined here, and it ends as soon
    as the bound moves slowly. ``looked``: the first multipliers are priced already, and gave so many new columns.
    ``most``: pricings after which it is lost, and said to be.
    """
    y, schedule = start, PrimalSchedule(run, local_search, warm=warm, piloted=piloted)
    radius = np.full(run.rows.n_rows, first_radius)
    rough = True
    pressed = np.ones(run.rows.n_rows, bool)
    while True:
        before = run.best if looked is None else None
        side = float(np.median(radius)) if len(radius) else 0.0
        easy = max(int(side * ROUGH * run.model.scale), run.small_change()) if rough else 0
        slack = min(run.slack(), easy)
        if looked is not None:
            fresh, looked, slack = looked, None, 0
        else:
            fresh = run.price(y, slack)
            first = run.iteration == (2 if piloted else 1)
            if first and not (nodes_wait and run.incumbent is not None):
                run.first_solution()
        assert run.best is not None
        run.report()
        if run.closed():
            return "proven" if run.gap <= 0 else "gap"
        better = before is None or run.best is not before
        confined = pressed.any()
        wanted, pressed = run.ask(radius)
        rough = bool(fresh)
        lp_gap = (run.best.bound / run.quantum - run.master.value) / max(1, abs(run.bound))
        if better:
            radius = np.where(pressed, radius * GROW, radius)
        else:
            radius = np.maximum(radius * SHRINK, 1e-4)
        # a convex model that promises nothing inside the box promises nothing anywhere; without new columns the model
        # was right at its own minimum, which is everybody's unless the box held it back
        least = PROMISED * run.grid / max(1, abs(run.bound)) if schedule.proving else 0.0
        converged = lp_gap < max(1e-9, least) or (not fresh and slack == 0 and not (better and confined))
        if nodes_wait:
            converged |= schedule.hurry(before)
        elif schedule.make(lp_gap, converged=converged, confined=warm and bool(pressed.any())):
            run.report()
        if run.closed():
            return "proven" if run.gap <= 0 else "gap"
        reason = run.stopped()
        if reason is not None:
            if run.halted():
                run.first_solution()  # what is recombined may be older than the last pricings
            return reason
        if converged:
            return "converged"
        if most is not None and run.iteration >= most:
            near = run.gap <= ALMOST * run.options.gap and run.iteration < LONGEST * most
            if not near:
                return "lost"
        y = run.rows.clip(wanted, run.quantum)


def _certificate(run: Run) -> Certificate:
    assert run.best is not None
    n = run.model.n_rows
    price = np.zeros(run.model.n_classes, np.int64)
    price[run.structure.class_of] = run.best.price
    y = run.best.multipliers
    return Certificate(
        run.quantum,
        y[:n],
        run.rows.cuts,
        y[n:],
        price,
        row_constant=run.model.row_constant,
        cut_rest=run.cut_rest,
    )


def _result(run: Run, stop: StopReason, tree: BranchAndBound | None, *, searched: bool) -> ScaleResult:
    assert run.incumbent is not None and run.best is not None
    s, model = run.structure, run.model
    objective = run.incumbent.objective
    certificate = _certificate(run)
    now = time.perf_counter()
    by: Literal["bound", "leaves", "search", "none"] = "none"
    leaves: tuple[Certificate, ...] = ()
    bound = 0
    if tree is not None and run.floor(run.best.bound) > objective:
        leaves = tree.certificates()
        bound = max(objective, bound_of_leaves(model, leaves) // run.grid * run.grid)
        by = "leaves" if bound <= objective else "none"
    if by == "none":
        whole = bound_of(model, certificate) // (certificate.quantum * run.grid) * run.grid
        bound = min(bound, whole) if leaves else whole
        by = "bound" if bound <= objective else "none"
    if by == "none" and searched and stop == "proven":
        bound, by = objective, "search"
    run.clock.charge("certificate", now)
    account, seats = serve_accounts(model, s, run.incumbent)
    leases = run.incumbent.leases
    assigned = np.full(model.n_applicants, -1, np.int32)
    accounts = np.full(model.n_applicants, -1, np.int32)
    who = s.applicant_of[leases.applicant]
    assigned[who] = s.class_of[leases.klass]
    accounts[who] = account
    return ScaleResult(
        assigned_class=assigned,
        account=accounts,
        seats=seats,
        objective=objective,
        bound=bound,
        shortfall=run.incumbent.shortfall,
        certificate=certificate,
        leaves=leaves,
        stop_reason="proven" if bound <= objective else "iteration_limit" if stop == "proven" else stop,
        proven_by=by,
        iterations=run.iteration,
        trace=tuple(run.trace),
        timings_s={**run.clock.parts, "total": run.clock.elapsed()},
    )
