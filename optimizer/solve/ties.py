"""Among the optima, the one the tie stages of design §5 make unique.

Stage 1: most days of seniority. Stage 2: largest sum of lottery numbers. Stage 3: smallest sorted list of (dwelling_id,
account, application_id). Only the leaves of the proof whose bound reaches the optimum can hold one, and inside a leaf only
columns within its slack (`tie_columns`); each is a small MIP (`tie_model`), and the leaves are compared stage by stage.
After each stage, reduced costs above the stage's own gap fix further columns at zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.errors import AttrifluxError, define
from optimizer.problem import evaluate, lottery_number
from optimizer.problem.model import I64, B, FirstRanks, Problem
from optimizer.solve.highs_model import INFINITY
from optimizer.solve.layout import Layout
from optimizer.solve.options import Stages, Watch
from optimizer.solve.tie_columns import Candidates, LeafView, candidates
from optimizer.solve.tie_model import HALF, F, Stage, solve_stage, tie_model

define(
    "TIES_LOST",
    "Départage des ex æquo : une étape a perdu la valeur optimale ({stage}).",
    "Tie-breaking: a stage lost the optimal value ({stage}).",
)


class Stopped(Exception):
    """The clock or the user stopped the tie stages."""


@dataclass
class Field:
    """One leaf in play: its columns, its model, what may still differ, and the choice so far."""

    found: Candidates
    stage: Stage
    alive: B
    chosen: B
    worth: int = 0


@dataclass(frozen=True)
class Means:
    problem: Problem
    watch: Watch
    threads: int
    objective: int


def break_ties(
    layout: Layout, leaves: list[LeafView], objective: int, step: int, watch: Watch, threads: int
) -> tuple[FirstRanks, Stages] | None:
    """The unique optimum and its stage totals; None when it was stopped or there are too many columns to list.

    Raises
    ------
    AttrifluxError
        ``TIES_LOST``: a stage returned a proposal whose exact objective is not the optimum (never shown instead).
    """
    problem = layout.problem
    means = Means(problem, watch, threads, objective)
    fields: list[Field] = []
    for leaf in leaves:
        found = candidates(layout, leaf)
        if found is None:
            return None
        nobody: B = np.zeros(len(found), bool)
        fields.append(Field(found, tie_model(layout, found, leaf, step), ~nobody, nobody))
    try:
        days, fields = _stage(means, fields, "seniority")
        drawn, fields = _stage(means, fields, "lottery")
        best, unique = _last(means, fields)
    except Stopped:
        return None
    return best, Stages(days, drawn, unique)


def _stage(means: Means, fields: list[Field], name: str) -> tuple[int, list[Field]]:
    """Largest total over the leaves, and the leaves that reach it, held to it from now on."""
    left = []
    for field in fields:
        worth = _seniority(means, field) if name == "seniority" else _lottery(means, field)
        if not _maximise(means, field, worth):
            continue
        field.worth = int(worth[field.chosen].sum())
        some = np.flatnonzero(worth * field.alive)
        field.stage.add(some, worth[some].astype(np.float64), field.worth - HALF, INFINITY)
        left.append(field)
    if not left:
        raise AttrifluxError("TIES_LOST", stage=name)
    top = max(field.worth for field in left)
    left = [field for field in left if field.worth == top]
    for field in left:
        _check(means, _proposal(field), name)
    return top, left


def _seniority(means: Means, field: Field) -> I64:
    if not len(means.problem.seniority):
        return np.zeros(len(field.found), np.int64)
    return np.asarray(np.where(field.found.app >= 0, means.problem.seniority[field.found.app], 0), np.int64)


def _lottery(means: Means, field: Field) -> I64:
    """Lottery numbers of the columns still alive; a seat draws with an empty application."""
    problem, found = means.problem, field.found
    numbers = np.zeros(len(found), np.int64)
    for j in np.flatnonzero(field.alive).tolist():
        account = problem.accounts[int(problem.kinds.account[found.kind[j]])]
        application = problem.application_ids[found.app[j]] if found.app[j] >= 0 else ""
        numbers[j] = lottery_number(
            problem.seed, application, problem.dwelling_ids[found.dwelling[j]], account
        )
    return numbers


def _last(means: Means, fields: list[Field]) -> tuple[FirstRanks, bool]:
    """Stage 3 over the leaves left: the smallest list, and whether it was the only one."""
    lists = []
    unique = len(fields) == 1
    for field in fields:
        if bool((field.alive & ~field.chosen).any()):
            field.chosen, alone = _smallest(means, field)
            unique = unique and alone
        first = _proposal(field)
        _check(means, first, "list")
        lists.append((lines(means.problem, first), first))
    return min(lists, key=lambda pair: pair[0])[1], unique


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


def _check(means: Means, first: FirstRanks, stage: str) -> None:
    if evaluate(means.problem, first).objective != means.objective:
        raise AttrifluxError("TIES_LOST", stage=stage)


def _proposal(field: Field) -> FirstRanks:
    found, chosen = field.found, field.chosen
    return FirstRanks(found.dwelling[chosen].copy(), found.app[chosen].copy(), found.kind[chosen].copy())


def _try(
    means: Means, field: Field, worth: I64, alive: B, fixed: I64, integer: bool
) -> tuple[str, F, F, float]:
    status, x, dual, value = solve_stage(
        field.stage, worth, alive, fixed.tolist(), means.watch, means.threads, integer
    )
    if status == "stopped":
        raise Stopped
    if status not in ("optimal", "infeasible"):
        raise AttrifluxError("BACKEND_FAILED", backend="highs", status=status)
    return status, x, dual, value


NONE = np.zeros(0, np.int64)


PER_DWELLING = 6
"""Columns per dwelling in the first MIP of a stage."""


def _maximise(means: Means, field: Field, worth: I64) -> bool:
    """Best choice of a leaf; False when it holds no optimum. Reduced costs above the gap end a column's life.

    The LP bounds the stage. When its answer is fractional, a MIP over the best few columns of each dwelling usually
    reaches the bound; if not, a second one over all columns whose reduced cost fits in the gap is exact.
    """
    status, x, dual, relaxed = _try(means, field, worth, field.alive, NONE, False)
    if status == "infeasible":
        return False
    everything = field.alive
    if len(x) and np.abs(x - np.rint(x)).max() > 1e-6:
        top = int(np.floor(relaxed + 1e-4))
        few = _best_few(field, dual, x)
        status, x, _, value = _try(means, field, worth, few, NONE, True)
        if status == "infeasible" or round(value) < top:
            enough = (
                everything & (few | (dual <= relaxed - value + HALF)) if status == "optimal" else everything
            )
            if bool((enough & ~few).any()):
                status, x, _, _ = _try(means, field, worth, enough, NONE, True)
        if status == "infeasible":
            return False
    field.chosen = np.asarray(x > 0.5, bool)
    gap = relaxed - float(worth[field.chosen].sum())
    field.alive = everything & (field.chosen | (dual <= gap + HALF))
    return True


def _best_few(field: Field, dual: F, x: F) -> B:
    """The columns the LP uses and the best few of each dwelling by reduced cost."""
    order = np.lexsort((dual, ~(x > 1e-9), field.found.dwelling))
    order = order[field.alive[order]]
    dwelling = field.found.dwelling[order]
    rank = np.arange(len(order)) - np.searchsorted(dwelling, dwelling)
    few: B = np.zeros(len(x), bool)
    few[order[rank < PER_DWELLING]] = True
    return few | (field.alive & (x > 1e-9))


def _smallest(means: Means, field: Field) -> tuple[B, bool]:
    """Stage 3 in one leaf: is the choice the only one, and the smallest list if not.

    Position by position, only lines smaller than those of the best list known can improve it; each is tried by a MIP that
    keeps the values of the earlier stages.
    """
    problem, found, stage = means.problem, field.found, field.stage
    chosen, alive = field.chosen, field.alive
    n = len(found)
    nothing = np.zeros(n, np.int64)
    other = np.where(chosen, -1.0, 1.0)[alive | chosen]
    stage.add(np.flatnonzero(alive | chosen), other, 1.0 - float(chosen.sum()), INFINITY)
    status, _, _, _ = _try(means, field, nothing, alive, NONE, True)
    stage.drop()
    if status == "infeasible":
        return chosen, True
    names = [problem.accounts[int(problem.kinds.account[c])] for c in found.kind.tolist()]
    ids = [problem.application_ids[a] if a >= 0 else "" for a in found.app.tolist()]
    order = sorted(range(n), key=lambda j: (int(found.dwelling[j]), names[j], ids[j]))
    place = np.empty(n, np.int64)
    place[order] = np.arange(n)
    alive = alive.copy()
    fixed: B = np.zeros(n, bool)
    while True:
        rest = np.flatnonzero(chosen & ~fixed)
        if not len(rest):
            return chosen, False
        status, x, _, _ = _try(means, field, nothing, fixed, np.flatnonzero(fixed), True)
        if status == "optimal":
            return np.asarray(x > 0.5, bool), False
        line = int(rest[np.argmin(place[rest])])
        taken = np.isin(found.dwelling, found.dwelling[fixed])
        smaller = np.flatnonzero(alive & ~taken & (place < place[line]))
        for j in smaller[np.argsort(place[smaller])].tolist():
            later = alive & (fixed | (place >= place[j]))
            status, x, _, _ = _try(means, field, nothing, later, np.append(np.flatnonzero(fixed), j), True)
            if status == "optimal":
                chosen, line = np.asarray(x > 0.5, bool), j
                break
        fixed[line] = True
        alive &= fixed | (place > place[line])
