"""Entrance: column generation to convergence, recombination, then nodes and exact search when a proof is asked."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Literal

import numpy as np

from optimizer.solve.transport.branch_and_bound import AssignmentTree
from optimizer.solve.transport.branching import Count, count_of
from optimizer.solve.transport.certificate import bound_of, bound_of_leaves
from optimizer.solve.transport.initial_multipliers import pilot
from optimizer.solve.transport.local_search import LocalSearch
from optimizer.solve.transport.model import (
    DualSolution,
    Ints,
    LabelledTransport,
    ScaleOptions,
    ScaleResult,
    StopReason,
    WarmStart,
)
from optimizer.solve.transport.primal_schedule import PrimalSchedule
from optimizer.solve.transport.restricted_mip import serve_accounts
from optimizer.solve.transport.run import Callback, Run
from optimizer.solve.transport.warm_start import earlier_prices, first_multipliers, leases_of, same_rounding


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
        Receives a ``PricingProgress`` after every iteration.
    warm : WarmStart, optional
        Multipliers and assignment of an earlier, similar run; never changes what is proven.
    """
    options = asked = options or ScaleOptions()
    model.check()
    run, policy = Run(model, options, progress), options.policy.generation
    known = None if warm is None else warm.assigned_class
    if warm is not None and known is not None:
        kept = leases_of(run.structure, known)
        if warm.certificate is not None:
            run.lagrangian.repair(kept, earlier_prices(warm.certificate, run.structure, run.quantum))
        run.adopt(kept, labelled=len(kept.applicant) >= policy.leases_kept * int((known >= 0).sum()))
    leaves = warm.leaves if warm is not None and options.gap == 0 and options.max_leaves else ()
    local_search, start = LocalSearch(run), first_multipliers(run.rows, run.cut_rest, warm, run.quantum)
    if leaves and not same_rounding(run.rows, run.cut_rest, leaves[0]):
        leaves = ()  # other counts matter now: dividing anew takes fewer pricings
    proving = warm is not None and options.gap == 0
    radius, first = (
        (policy.warm_radius if proving else policy.first_radius),
        start,
    )
    bound_alone = options.bound_first and warm is None
    fresh = _look(run, start) if warm is None and not bound_alone and is_large(run) else None
    piloted = fresh is not None and run.gap > max(policy.pilot_gap, options.gap) and run.stopped() is None
    if piloted:
        fresh, radius = None, policy.pilot_radius
        run.report()
        first = pilot_multipliers(run)
    elif bound_alone:
        radius, first = policy.bound_radius, pilot_multipliers(run)
    most = policy.lost_after if warm is not None and options.gap > 0 and is_large(run) else None
    stop = iterate(
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
        stop = iterate(run, local_search, pilot_multipliers(run), policy.pilot_radius, piloted=True)
        run.regain(held)
    if options.polish and stop == "gap":
        if warm is None:  # an earlier run has settled what this one started from
            local_search.settle()
        if (
            not local_search.caught_up
        ):  # what perturbations of single rows would give, recombinations of many have given
            local_search.improve(options.polish, beyond=True)
    elif options.polish and stop == "iteration_limit":
        local_search.settle(run.policy.primal.pairs)
        stop = "gap" if run.closed() else stop
    tree = None
    if stop == "converged" or stop == "lost":  # the latter only for the type: the second look has no limit
        stop = "iteration_limit"
        if options.max_leaves:
            if warm is not None and asked.time_limit_s is None:
                run.options = replace(options, max_leaves=min(options.max_leaves, policy.warm_nodes))
            tree = AssignmentTree(run, local_search, leaves, start, divided_on(warm))
            if tree.explore():
                stop = "proven" if run.gap <= 0 or tree.finished else "gap"
            else:
                stop = run.stopped() or "iteration_limit"
    found = _result(run, stop, tree, searched=tree is not None and tree.searched)
    if warm is not None and tree is not None and stop == "iteration_limit" and asked.time_limit_s is None:
        # an earlier run never keeps from a proof: with its start the nodes ran out, without it they may not
        without = solve_transport(model, asked, progress)
        return without if without.gap <= found.gap else found
    return found


def divided_on(warm: WarmStart | None) -> frozenset[Count]:
    """Counts the nodes of an earlier run were divided on."""
    leaves = () if warm is None else warm.leaves
    return frozenset(count_of(branch) for leaf in leaves for branch in leaf.branches)


def pilot_multipliers(run: Run) -> Ints:
    """Multipliers of a pilot, and its prices for the next pricing to start from."""
    now = time.perf_counter()
    late = run.part_of_time(run.policy.generation.pilot_time)
    first, price = pilot(run.structure, run.rows, run.quantum, run.options.threads, late)
    run.lagrangian.begin(first, price)
    run.clock.charge("pilot", now)
    return first


def is_large(run: Run) -> bool:
    """Whether a model may be worth a pilot."""
    policy, largest = run.policy.generation, _largest(run)
    many = largest >= policy.pilot_arcs or run.model.n_rows >= policy.pilot_rows
    return bool(many and largest >= policy.pilot_part * len(run.structure.arc_pair))


def _look(run: Run, nothing: Ints) -> int:
    """First pricing, when no row has a multiplier: its gap tells whether rows are far from met; number of new columns.

    It is as rough as a part of the gap it is asked about: an exact one is the longest of a region's pricings, and mostly forgotten.
    """
    fresh = run.price(nothing, run.glance())
    run.first_solution()
    return fresh


def iterate(
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
    policy = run.policy.generation
    y, schedule = start, PrimalSchedule(run, local_search, warm=warm, piloted=piloted)
    radius = np.full(run.rows.n_rows, first_radius)
    rough = True
    pressed = np.ones(run.rows.n_rows, bool)
    since: int | None = None
    while True:
        before = run.best if looked is None else None
        side = float(np.median(radius)) if len(radius) else 0.0
        easy = max(int(side * policy.rough * run.model.scale), run.small_change()) if rough else 0
        slack = min(run.slack(), easy)
        if run.best is None and run.options.bound_first and _largest(run) >= policy.bid_arcs:
            slack = (
                easy  # nothing is known yet: an exact pricing would be the longest, and the first forgotten
            )
        if looked is not None:
            fresh, looked, slack = looked, None, 0
        else:
            fresh = run.price(y, slack)
            first = run.iteration == (2 if piloted else 1)
            if first and run.options.bound_first:
                run.any_solution()
            elif first and not (nodes_wait and run.incumbent is not None):
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
            radius = np.where(pressed, radius * policy.grow, radius)
        else:
            radius = np.maximum(radius * policy.shrink, 1e-4)
        # a convex model that promises nothing inside the box promises nothing anywhere; without new columns the model
        # was right at its own minimum, which is everybody's unless the box held it back
        least = policy.promised * run.grid / max(1, abs(run.bound)) if schedule.proving else 0.0
        converged = lp_gap < max(1e-9, least) or (not fresh and slack == 0 and not (better and confined))
        if run.options.bound_first:
            if converged or _settled(run, lp_gap, bool(pressed.any())):
                run.first_solution()
                if int(run.model.capacity.sum()) > run.policy.primal.recombined_from:
                    run.improve(1, 3, 20)
                run.report()
                return "gap"
        elif nodes_wait:
            converged |= schedule.hurry(before)
        elif schedule.make(lp_gap, converged=converged, confined=warm and bool(pressed.any())):
            run.report()
        if run.closed():
            return "proven" if run.gap <= 0 else "gap"
        reason = run.stopped()
        if reason is not None:
            if run.halted() or run.options.bound_first:
                run.first_solution()  # what is recombined may be older than the last pricings
            return reason
        if run.near_enough():
            since = run.iteration if since is None else since
            if converged or run.iteration >= since + policy.near_pricings:
                return "gap"
        if converged:
            return "converged"
        if most is not None and run.iteration >= most:
            near = (
                run.gap <= policy.lost_within * run.options.gap and run.iteration < policy.lost_longest * most
            )
            if not near:
                return "lost"
        y = run.rows.clip(wanted, run.quantum)


def _largest(run: Run) -> int:
    """Arcs of the largest component."""
    s = run.structure
    return int(np.diff(s.arc_start[s.applicant_start]).max(initial=0)) if s.n_components else 0


def _settled(run: Run, lp_gap: float, pressed: bool) -> bool:
    """Whether the bound alone is within the gap asked: of the master's value, which says less where the box holds multipliers back."""
    return lp_gap <= run.options.gap * (run.policy.generation.pressed_part if pressed else 1.0)


def _certificate(run: Run) -> DualSolution:
    assert run.best is not None
    n = run.model.n_rows
    price = np.zeros(run.model.n_classes, np.int64)
    price[run.structure.class_of] = run.best.price
    y = run.best.multipliers
    return DualSolution(
        run.quantum,
        y[:n],
        run.rows.cuts,
        y[n:],
        price,
        row_constant=run.model.row_constant,
        cut_rest=run.cut_rest,
    )


def _result(run: Run, stop: StopReason, tree: AssignmentTree | None, *, searched: bool) -> ScaleResult:
    assert run.incumbent is not None and run.best is not None
    s, model = run.structure, run.model
    objective = run.incumbent.objective
    certificate = _certificate(run)
    now = time.perf_counter()
    by: Literal["bound", "leaves", "search", "none"] = "none"
    leaves: tuple[DualSolution, ...] = ()
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
