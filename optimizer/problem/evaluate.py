"""The objective of a solution, counted again in integers from the Problem; a solution that does not hold is refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.errors import AttrifluxError, define
from optimizer.problem.finding import entries_of_pairs, may_be_first
from optimizer.problem.model import (
    I32,
    I64,
    MICRO_PER_HUNDREDTH,
    RATE_UNIT,
    FirstRanks,
    Problem,
    lottery_number,
)
from optimizer.problem.own_lists import passes

define(
    "SOLUTION_INVALID",
    "La solution ne respecte pas le problème : {why_fr}.",
    "The solution does not hold: {why_en}.",
)


class InvalidSolution(AttrifluxError):
    """A set of first ranks that breaks a rule no price can buy (one household, one dwelling, eligibility, pins)."""

    def __init__(self, why_fr: str, why_en: str) -> None:
        super().__init__("SOLUTION_INVALID", why_fr=why_fr, why_en=why_en)


@dataclass(frozen=True)
class Evaluation:
    """What a solution is worth, exactly.

    Attributes
    ----------
    objective : int
        Micropoints (1e-6 point): ``value * 10_000 - sum(price * shortfall)``.
    num_run, den_run : (R,) int64
        First ranks counted by each row (of a ceiling, ``num_run`` are those that do not count against it: `Row`).
    asked : (R,) int64
        ``Σ rate`` over the first ranks in the denominator, in ten-thousandths of a lease.
    shortfall : (R,) int64
        ``max(0, asked - num_run - play)`` in ten-thousandths of a lease.
    value : int
        Hundredths of a point, before prices.
    seniority : int
        Days, first tie stage (a seat counts 0).
    lottery : int
        Sum of the lottery numbers, second tie stage (a seat draws with an empty application).
    """

    objective: int
    num_run: I64
    den_run: I64
    asked: I64
    shortfall: I64
    value: int
    seniority: int
    lottery: int


def evaluate(problem: Problem, first: FirstRanks) -> Evaluation:
    """Value, row counts and tie totals of a solution.

    Raises
    ------
    InvalidSolution
        A dwelling or an application used twice, arrays not sorted by dwelling, an index outside the problem, a pair
        that is not eligible or may not hold the first rank on that account, a seat the class does not have, a pinned
        dwelling left without household, a réservataire's order passed over.
    """
    _check_shape(problem, first)
    values = _values(problem, first)
    _check_orders(problem, first)
    num_run, den_run = count(problem, first)
    rate = np.array([row.rate for row in problem.rows], np.int64)
    play = np.array([row.play for row in problem.rows], np.int64)
    price = [row.price for row in problem.rows]
    asked = rate * den_run + _more(problem, first)
    shortfall = np.maximum(0, asked - RATE_UNIT * num_run - play).astype(np.int64)
    value = int(values.sum())
    lost = sum(p * int(s) for p, s in zip(price, shortfall, strict=True))
    named = first.app[first.app >= 0]
    return Evaluation(
        objective=value * MICRO_PER_HUNDREDTH - lost,
        num_run=num_run,
        den_run=den_run,
        asked=asked,
        shortfall=shortfall,
        value=value,
        seniority=int(problem.seniority[named].sum()),
        lottery=sum(_lottery(problem, int(d), int(a), int(c)) for d, a, c in _lines(first)),
    )


def count(problem: Problem, first: FirstRanks) -> tuple[I64, I64]:
    """``num_run, den_run`` of every row, from the kinds of the first ranks."""
    n_rows = len(problem.rows)
    kinds = problem.kinds
    at = _marks(kinds.ptr, first.kind)
    row = kinds.row[at]
    num = np.bincount(row, kinds.num[at], n_rows).astype(np.int64)
    den = np.bincount(row, kinds.den[at], n_rows).astype(np.int64)
    return num, den


def _marks(ptr: I64, kind: I32) -> I64:
    """Positions of the marks of some kinds, end to end."""
    length = (ptr[1:] - ptr[:-1])[kind]
    start = np.repeat(ptr[kind], length)
    return np.asarray(
        start + np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length), np.int64
    )


def _more(problem: Problem, first: FirstRanks) -> I64:
    """(R,) ten-thousandths asked for above the rates of the rows, where these go by place."""
    kinds = problem.kinds
    at = _marks(kinds.ptr, first.kind)
    return np.bincount(kinds.row[at], kinds.more[at], len(problem.rows)).astype(np.int64)


def orders_kept(problem: Problem, first: FirstRanks) -> I64:
    """(P,) by how much each row of the réservataires' orders is passed over: 0 or less where it is kept."""
    kinds = problem.kinds
    at = _marks(kinds.order_ptr, first.kind)
    signs = np.bincount(kinds.order_row[at], kinds.order_sign[at], len(problem.orders))
    return np.asarray(signs, np.int64)


def _check_orders(problem: Problem, first: FirstRanks) -> None:
    over = len(problem.orders) and bool((orders_kept(problem, first) > 0).any())
    if over or bool(passes(problem, first).any()):
        raise InvalidSolution("ordre du réservataire non suivi", "a réservataire's order is passed over")


def _lines(first: FirstRanks) -> list[tuple[int, int, int]]:
    return list(zip(first.dwelling.tolist(), first.app.tolist(), first.kind.tolist(), strict=True))


def _check_shape(problem: Problem, first: FirstRanks) -> None:
    n = len(first.dwelling)
    if not (len(first.app) == n and len(first.kind) == n):
        raise InvalidSolution("longueurs inégales", "arrays of unequal lengths")
    for values, low, high in (
        (first.dwelling, 0, len(problem.dwelling_ids)),
        (first.app, -1, len(problem.application_ids)),
        (first.kind, 0, len(problem.kinds)),
    ):
        if n and (int(values.min()) < low or int(values.max()) >= high):
            raise InvalidSolution("indice hors du problème", "an index outside the problem")
    if n and bool((np.diff(first.dwelling) <= 0).any()):
        raise InvalidSolution(
            "logement en double ou liste non triée", "a dwelling twice, or the list is not sorted"
        )
    named = first.app[first.app >= 0]
    if len(np.unique(named)) != len(named):
        raise InvalidSolution(
            "demande proposée deux fois au premier rang", "an application holds two first ranks"
        )
    filled = np.zeros(len(problem.dwelling_ids), bool)
    filled[first.dwelling] = True
    if bool((problem.must_fill[problem.klass] & ~filled).any()):
        raise InvalidSolution("décision imposée non suivie", "a pinned dwelling is left empty")


def _seat_values(problem: Problem) -> dict[tuple[int, int], int]:
    """(class, kind) -> value of its first seat."""
    seats = problem.seats
    found: dict[tuple[int, int], int] = {}
    for klass, kind, value in zip(
        seats.klass.tolist(), seats.kind.tolist(), seats.value.tolist(), strict=True
    ):
        found.setdefault((klass, kind), value)
    return found


def _values(problem: Problem, first: FirstRanks) -> I64:
    """Whole value of each first rank, hundredths."""
    value = np.zeros(len(first), np.int64)
    seated = np.flatnonzero(first.app < 0)
    seats = _seat_values(problem) if len(seated) else {}
    for i in seated.tolist():
        place = (int(problem.klass[first.dwelling[i]]), int(first.kind[i]))
        if place not in seats:
            raise InvalidSolution("place réservée inexistante", "the class has no such seat")
        value[i] = seats[place]
    named = np.flatnonzero(first.app >= 0)
    dwelling = first.dwelling[named]
    entry = entries_of_pairs(problem, dwelling, first.app[named])
    if bool((entry < 0).any()):
        raise InvalidSolution("couple non recevable", "the pair is not eligible")
    if not bool(may_be_first(problem, dwelling, entry, first.kind[named]).all()):
        raise InvalidSolution(
            "premier rang impossible sur ce contingent", "that account may not give the pair the first rank"
        )
    value[named] = problem.values(entry) + problem.bonus[dwelling] + problem.kinds.value[first.kind[named]]
    return value


def _lottery(problem: Problem, d: int, a: int, kind: int) -> int:
    account = problem.accounts[int(problem.kinds.account[kind])]
    name = problem.application_ids[a] if a >= 0 else ""
    return lottery_number(problem.seed, name, problem.dwelling_ids[d], account)
