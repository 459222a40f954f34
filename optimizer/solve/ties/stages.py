"""Among the optima, the one the tie stages of design §5 make unique.

Stage 1: most days of seniority. Stage 2: largest sum of lottery numbers. Stage 3: smallest sorted list of (dwelling_id,
account, application_id). Only the leaves of the proof whose bound reaches the optimum can hold one, and inside a leaf only
columns within its slack (`ties.columns`). What they have in common is a small linear model (`ties.model`); each stage is a
branch and bound on it (`ties.branch_and_bound`), and the leaves are compared stage by stage. After each stage, reduced costs above the
stage's own gap fix further columns at zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from optimizer.errors import AttrifluxError, define
from optimizer.problem import evaluate, lottery_number
from optimizer.problem.model import I64, B, FirstRanks, Problem
from optimizer.solve.answer import Stages
from optimizer.solve.highs_lp import INFINITY
from optimizer.solve.layout import Layout
from optimizer.solve.policy import DEFAULT, SearchPolicy
from optimizer.solve.ties.branch_and_bound import Search, StageFound
from optimizer.solve.ties.columns import Candidates, LeafView, columns_of_leaf
from optimizer.solve.ties.model import HALF, StageRow, TieModel, tie_model
from optimizer.solve.ties.stage_lp import Gain, StageProgram, Stopped, best_of
from optimizer.solve.watch import Watch

define(
    "TIES_LOST",
    "Départage des ex æquo : une étape a perdu la valeur optimale ({stage}).",
    "Tie-breaking: a stage lost the optimal value ({stage}).",
)


@dataclass
class LeafInPlay:
    """One leaf in play: its model, what may still differ, the choice so far (None: none known), what it is held to.

    ``drawn``: what a search for the best draw at a total of seniority found on the way.
    """

    model: TieModel
    alive: B
    chosen: I64 | None
    worth: int = 0
    gain: Gain | None = None
    """Of the last stage."""
    drawn: tuple[int, StageFound] | None = None
    lines: list[StageRow] = field(default_factory=list)

    @property
    def found(self) -> Candidates:
        return self.model.found


@dataclass(frozen=True)
class Means:
    problem: Problem
    watch: Watch
    objective: int
    policy: SearchPolicy


@dataclass(frozen=True)
class Tied:
    """The proposal and its stage totals. ``short``: by how much the draw may be short of its best; 0 when it is the best,
    and the proposal the one the stages make unique."""

    first: FirstRanks
    stages: Stages
    short: int = 0


def break_ties(
    layout: Layout,
    leaves: list[LeafView],
    known: FirstRanks,
    step: int,
    watch: Watch,
    policy: SearchPolicy = DEFAULT,
) -> Tied | None:
    """The optimum that the stages choose; None when they were stopped or there are too many columns to list.

    Parameters
    ----------
    known : an optimum
    step : of the objective, in micropoints

    Raises
    ------
    AttrifluxError
        ``TIES_LOST``: a stage returned a proposal whose exact objective is not the optimum (never shown instead).
    """
    problem = layout.problem
    means = Means(problem, watch, evaluate(problem, known).objective, policy)
    fields: list[LeafInPlay] = []
    for leaf in leaves:
        found = columns_of_leaf(layout, leaf, policy.ties)
        if found is None:
            return None
        model = tie_model(layout, found, leaf, step)
        if model is not None:
            fields.append(
                LeafInPlay(model, np.ones(len(found), bool), candidates_of_known(problem, found, known))
            )
    # what is known bounds the others
    fields.sort(key=lambda one: one.chosen is None)
    try:
        days, fields, _ = _stage(means, fields, "seniority")
        drawn, fields, bound = _stage(means, fields, "lottery")
        if bound > drawn:
            assert fields[0].chosen is not None
            return Tied(_proposal(fields[0], fields[0].chosen), Stages(days, drawn, None), bound - drawn)
        best, unique = _last(means, fields)
    except Stopped:
        return None
    return Tied(best, Stages(days, drawn, unique))


def candidates_of_known(problem: Problem, found: Candidates, known: FirstRanks) -> I64 | None:
    """A proposal as candidates of a leaf; None when it is not in it."""
    wide = len(problem.application_ids) + 1

    def keys(dwelling: I64, app: I64, kind: I64) -> I64:
        return (dwelling * wide + app + 1) * len(problem.kinds) + kind

    there = keys(*(np.asarray(a, np.int64) for a in (found.dwelling, found.app, found.kind)))
    ours = keys(*(np.asarray(a, np.int64) for a in (known.dwelling, known.app, known.kind)))
    order = np.argsort(there)
    at = np.minimum(np.searchsorted(there[order], ours), len(order) - 1)
    if len(ours) and (not len(order) or bool((there[order][at] != ours).any())):
        return None
    return np.sort(order[at]) if len(ours) else np.zeros(0, np.int64)


def _stage(means: Means, fields: list[LeafInPlay], name: str) -> tuple[int, list[LeafInPlay], int]:
    """Largest total over the leaves, the leaves that reach it, held to it from now on, and a bound on any total.

    Raises
    ------
    Stopped
        Also when the days of seniority are not proven to be most: no draw can be held between proposals of fewer.
    """
    left: list[LeafInPlay] = []
    top: int | None = None
    bound = 0
    for field_ in fields:
        gain = seniority_gain(means, field_) if name == "seniority" else lottery_gain(means, field_)
        found = _best(means, field_, gain, top)
        if found is None:
            continue
        field_.chosen, field_.worth, field_.gain = found.chosen, found.gain, gain
        field_.alive &= found.reduced <= found.value - found.gain + HALF
        field_.alive[found.chosen] = True
        left.append(field_)
        top = found.gain if top is None else max(top, found.gain)
        bound = max(bound, found.gain if found.proven else math.floor(found.value))
    if top is None:
        raise AttrifluxError("TIES_LOST", stage=name)
    bound = max(bound, top)
    if name == "seniority" and bound > top:
        raise Stopped
    left = [field_ for field_ in left if field_.worth == top]
    for field_ in left:
        assert field_.gain is not None
        field_.lines.append(stage_row(field_.model, field_.gain, top))
    return top, left, bound


def stage_row(model: TieModel, gain: Gain, worth: int) -> StageRow:
    """The row that keeps the total of a stage."""
    unused = {j: float(gain.unused[a]) for a, j in model.unused.items() if gain.unused[a]}
    if not gain.candidates.any():
        return StageRow(unused, float(worth - gain.constant), INFINITY)
    return StageRow(
        unused, worth - gain.constant - HALF, INFINITY, candidates=gain.candidates.astype(np.float64)
    )


def _best(means: Means, field: LeafInPlay, gain: Gain, top: int | None) -> StageFound | None:
    """Best choice of a leaf; None when it holds none as good as the best of the others.

    The identity becomes a row of the model when choices without it lose the optimal value.
    """
    model, known = field.model, field.chosen
    above = (gain.least if top is None else top) - 1
    if known is not None and gain.total(model, known) >= above:
        above = gain.total(model, known)
    else:
        known = None

    def guess(total: int) -> I64 | None:
        """A choice of this total: the draw picks one where seniority alone leaves the LP between many."""
        drawn = lottery_gain(means, field)
        lines = [*field.lines, stage_row(model, gain, total)]
        found = _search(means, field, drawn, lines, drawn.least - 1, hopeful=True)
        if found is not None:
            field.drawn = total, found
        return None if found is None else found.chosen

    if not gain.candidates.any():
        return _search(means, field, gain, field.lines, above, known, guess)
    if field.drawn is not None and field.drawn[0] == field.worth:
        return field.drawn[1]
    return _search(means, field, gain, field.lines, above, known)


def _search(
    means: Means,
    field: LeafInPlay,
    gain: Gain,
    lines: list[StageRow],
    above: int,
    known: I64 | None = None,
    guess: Callable[[int], I64 | None] | None = None,
    hopeful: bool = False,
) -> StageFound | None:
    """`Search.best` of one leaf."""
    model = field.model
    while True:
        program = StageProgram(
            model, gain, lines, field.alive, means.watch, means.policy.ties.columns_at_once
        )
        if field.chosen is not None:
            program.hold(field.chosen)
        if gain.candidates.any():
            loss = -gain.candidates.astype(np.float64)
            alive = np.flatnonzero(field.alive)
            for group in (model.dwelling, model.app):
                program.hold(best_of(alive, loss, group, means.policy.ties.columns_at_once))
        search = Search(program, lambda chosen: _reaches(means, field, chosen), means.policy)
        found = search.best(above, known, guess, hopeful)
        if not search.lossy:
            return found
        if any(line is model.identity for line in model.lines):
            raise AttrifluxError("TIES_LOST", stage="identity")
        model.lines.append(model.identity)


def _reaches(means: Means, field: LeafInPlay, chosen: I64) -> bool:
    return evaluate(means.problem, _proposal(field, chosen)).objective == means.objective


def _proposal(field: LeafInPlay, chosen: I64) -> FirstRanks:
    """Candidates stand in the order of dwellings."""
    found = field.found
    return FirstRanks(found.dwelling[chosen], found.app[chosen], found.kind[chosen])


def seniority_gain(means: Means, field: LeafInPlay) -> Gain:
    """Days of the households chosen: all days, less those of the households left out."""
    if len(means.problem.seniority):
        days = means.problem.seniority[field.model.apps].astype(np.int64)
    else:
        days = np.zeros(len(field.model.apps), np.int64)
    return Gain(np.zeros(len(field.found), np.int64), -days, int(days.sum()))


def lottery_gain(means: Means, field: LeafInPlay) -> Gain:
    """Lottery numbers of the columns still alive; a seat draws with an empty application."""
    problem, found = means.problem, field.found
    numbers = np.zeros(len(found), np.int64)
    for j in np.flatnonzero(field.alive).tolist():
        account = problem.accounts[int(problem.kinds.account[found.kind[j]])]
        application = problem.application_ids[found.app[j]] if found.app[j] >= 0 else ""
        numbers[j] = lottery_number(
            problem.seed, application, problem.dwelling_ids[found.dwelling[j]], account
        )
    return Gain(numbers, np.zeros(len(field.model.apps), np.int64))


def _last(means: Means, fields: list[LeafInPlay]) -> tuple[FirstRanks, bool]:
    """Stage 3 over the leaves left: the smallest list, and whether it was the only one."""
    lists = []
    unique = len(fields) == 1
    for field_ in fields:
        assert field_.chosen is not None
        if not _alone(means, field_):
            unique = False
            field_.chosen = _smallest(means, field_)
        first = _proposal(field_, field_.chosen)
        if not _reaches(means, field_, field_.chosen):
            raise AttrifluxError("TIES_LOST", stage="list")
        lists.append((lines(means.problem, first), first))
    return min(lists, key=lambda pair: pair[0])[1], unique


def _alone(means: Means, field: LeafInPlay) -> bool:
    """Whether no other choice of the leaf reaches the same totals."""
    assert field.chosen is not None and field.gain is not None
    other = np.ones(len(field.found))
    other[field.chosen] = -1.0
    if not bool((field.alive & (other > 0)).any()):
        return True
    different = StageRow({}, 1.0 - len(field.chosen), INFINITY, candidates=other)
    # the totals of the earlier stages are rows; that of the lottery is what is searched for
    found = _search(means, field, field.gain, [*field.lines[:-1], different], field.worth - 1, None)
    return found is None


def lines(problem: Problem, first: FirstRanks) -> list[tuple[str, str, str]]:
    """The sorted (dwelling_id, account, application_id) of a proposal; a seat has no application."""
    return sorted(
        (
            str(problem.dwelling_ids[d]),
            problem.accounts[int(problem.kinds.account[c])],
            str(problem.application_ids[a]) if a >= 0 else "",
        )
        for d, a, c in zip(first.dwelling.tolist(), first.app.tolist(), first.kind.tolist(), strict=True)
    )


def _smallest(means: Means, field: LeafInPlay) -> I64:
    """Stage 3 in one leaf: the choice of the smallest list.

    Position by position, only lines smaller than those of the best list known can improve it; each is tried by a MIP that
    keeps the values of the earlier stages.
    """
    problem, found, model = means.problem, field.found, field.model
    assert field.chosen is not None
    n = len(found)
    nothing = Gain(np.zeros(n, np.int64), np.zeros(len(model.apps), np.int64))
    program = StageProgram(
        model, nothing, field.lines, field.alive, means.watch, means.policy.ties.columns_at_once
    )

    def whole(some: B, fixed: I64) -> I64 | None:
        return program.finish(model.low, model.high, some, fixed).chosen

    names = [problem.accounts[int(problem.kinds.account[c])] for c in found.kind.tolist()]
    ids = [problem.application_ids[a] if a >= 0 else "" for a in found.app.tolist()]
    order = sorted(range(n), key=lambda j: (int(found.dwelling[j]), names[j], ids[j]))
    place = np.empty(n, np.int64)
    place[order] = np.arange(n)
    alive = field.alive.copy()
    chosen: B = np.zeros(n, bool)
    chosen[field.chosen] = True
    fixed: B = np.zeros(n, bool)
    while True:
        rest = np.flatnonzero(chosen & ~fixed)
        if not len(rest):
            return np.flatnonzero(chosen)
        done = whole(fixed, np.flatnonzero(fixed))
        if done is not None:
            return done
        line = int(rest[np.argmin(place[rest])])
        taken = np.isin(found.dwelling, found.dwelling[fixed])
        smaller = np.flatnonzero(alive & ~taken & (place < place[line]))
        for j in smaller[np.argsort(place[smaller])].tolist():
            later = alive & (fixed | (place >= place[j]))
            better = whole(later, np.append(np.flatnonzero(fixed), j))
            if better is not None:
                chosen[:] = False
                chosen[better] = True
                line = j
                break
        fixed[line] = True
        alive &= fixed | (place > place[line])
