"""The integer model the scale kernel solves: classes of dwellings, menus of applicants, labels and priced rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.solve.policy import DEFAULT, SearchPolicy

Ints = NDArray[np.int64]
SmallInts = NDArray[np.int32]
Floats = NDArray[np.float64]

NARROW_FROM = 5_000_000
"""Entries from which values and types may be held in fewer bits than the kernels' usual 64 and 32. Below, those bits save 60 megabytes at
most, and each mixture of widths would have the kernels compiled again."""

StopReason = Literal["proven", "gap", "iteration_limit", "time_limit", "interrupted"]


def _empty() -> Ints:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class LabelledTransport:
    """A transport problem with account labels and priced rows, integers only.

    ``K`` classes, ``M`` menus, ``N`` menu entries, ``G`` groups, ``T`` applicant types, ``O`` options, ``R`` rows,
    ``S`` seats. Every amount of points is an integer number of ``1 / scale`` points.

    Attributes
    ----------
    n_applicants : int
        Applicants are numbered ``0 .. n_applicants - 1``; those on no menu can get nothing.
    n_groups, n_types : int
        Rule profiles of dwellings and of (applicant, menu) entries.
    capacity : (K,) int64
        Dwellings in each class.
    class_menu, class_group : (K,) int32
        The menu of a class, and its group.
    menu_start : (M + 1,) int64
        Menu ``m`` holds the entries ``menu_start[m] .. menu_start[m + 1]``; an applicant at most once per menu.
    entry_applicant, entry_value, entry_type : (N,)
        Who, what the pair is worth whatever the account above ``entry_base``, and the rule profile there.
    entry_base : int
        What every pair is worth: without it the values of a region's entries fit 32 bits.
    option_start : (G * T + 1,) int64
        Options (accounts) of the cell ``g * T + t``. A cell without option admits no pair.
    option_account, option_value : (O,)
        Account label; points added when that option is taken (usually 0).
    effect_start : (O + 1,), effect_row, effect_coef
        What one lease under the option adds to each row.
    row_constant, row_price : (R,) int64
        ``shortfall = max(0, constant + sum coef * leases)``, in coefficient units; points per unit.
    bonus_start : (K + 1,) or empty, bonus
        Per class, one bonus per dwelling, descending; an empty range means all zero. The n-th household housed
        in the class adds the n-th bonus (seats add none).
    seat_start : (K + 1,) or empty, seat_account, seat_value, seat_effect_start, seat_effect_row, seat_effect_coef
        Ways to orient a dwelling of the class without naming a household, one per dwelling.
    scale : int
        Objective units in one point.
    """

    n_applicants: int
    n_groups: int
    n_types: int
    capacity: Ints
    class_menu: SmallInts
    class_group: SmallInts
    menu_start: Ints
    entry_applicant: SmallInts
    entry_value: NDArray[np.integer]
    entry_type: NDArray[np.integer]
    option_start: Ints
    option_account: SmallInts
    option_value: Ints
    effect_start: Ints
    effect_row: SmallInts
    effect_coef: Ints
    row_constant: Ints
    row_price: Ints
    bonus_start: Ints = field(default_factory=_empty)
    bonus: Ints = field(default_factory=_empty)
    seat_start: Ints = field(default_factory=_empty)
    seat_account: SmallInts = field(default_factory=lambda: np.zeros(0, np.int32))
    seat_value: Ints = field(default_factory=_empty)
    seat_effect_start: Ints = field(default_factory=lambda: np.zeros(1, np.int64))
    seat_effect_row: SmallInts = field(default_factory=lambda: np.zeros(0, np.int32))
    seat_effect_coef: Ints = field(default_factory=_empty)
    scale: int = 1
    entry_base: int = 0

    @property
    def n_classes(self) -> int:
        """Number of classes of dwellings."""
        return len(self.capacity)

    @property
    def n_rows(self) -> int:
        """Number of priced rows."""
        return len(self.row_constant)

    @property
    def n_pairs(self) -> int:
        """Eligible (dwelling, applicant) pairs, never listed."""
        length = np.diff(self.menu_start)
        return int((length[self.class_menu] * self.capacity).sum()) if self.n_classes else 0

    def __post_init__(self) -> None:
        if len(self.entry_applicant) < NARROW_FROM:
            for name, width in (("entry_value", np.int64), ("entry_type", np.int32)):
                object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), width))

    def check(self) -> None:
        """Raise ``ValueError`` when shapes, ranges or orders do not hold (linear time)."""
        k, cells = self.n_classes, self.n_groups * self.n_types
        _demand(len(self.class_menu) == k and len(self.class_group) == k, "one menu and one group per class")
        _demand(bool((self.capacity >= 0).all()), "capacities are not negative")
        _demand(bool((self.row_price >= 0).all()), "prices are not negative")
        _demand(len(self.row_price) == self.n_rows, "one price per row")
        _csr(self.menu_start, len(self.entry_applicant), "menu_start")
        _csr(self.option_start, len(self.option_account), "option_start", cells)
        _csr(self.effect_start, len(self.effect_row), "effect_start", len(self.option_account))
        _csr(self.seat_effect_start, len(self.seat_effect_row), "seat_effect_start", len(self.seat_account))
        if len(self.bonus_start):
            _csr(self.bonus_start, len(self.bonus), "bonus_start", k)
            size = np.diff(self.bonus_start)
            _demand(bool(((size == 0) | (size == self.capacity)).all()), "one bonus per dwelling, or none")
            falls = np.diff(self.bonus) <= 0
            inside = np.ones(len(self.bonus) + 1, bool)
            inside[self.bonus_start] = False
            _demand(bool((falls | ~inside[1:-1]).all()), "bonuses descend inside a class")
        if len(self.seat_start):
            _csr(self.seat_start, len(self.seat_account), "seat_start", k)
        cell = np.repeat(np.arange(cells), np.diff(self.option_start))
        label = cell * (int(self.option_account.max(initial=0)) + 1) + self.option_account
        _demand(len(np.unique(label)) == len(label), "an account is an option of a cell once")
        _within(self.class_menu, len(self.menu_start) - 1, "class_menu")
        _within(self.class_group, self.n_groups, "class_group")
        _within(self.entry_applicant, self.n_applicants, "entry_applicant")
        _within(self.entry_type, self.n_types, "entry_type")
        _within(self.effect_row, self.n_rows, "effect_row")
        _within(self.seat_effect_row, self.n_rows, "seat_effect_row")


def _demand(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"labelled transport: {what}")


def _csr(start: Ints, total: int, name: str, rows: int | None = None) -> None:
    _demand(len(start) >= 1 and start[0] == 0 and start[-1] == total, f"{name} covers its values")
    _demand(bool((np.diff(start) >= 0).all()), f"{name} does not decrease")
    _demand(rows is None or len(start) == rows + 1, f"{name} has one range per owner")


def _within(values: NDArray[np.integer], limit: int, name: str) -> None:
    _demand(len(values) == 0 or (int(values.min()) >= 0 and int(values.max()) < limit), f"{name} in range")


class PricingProgress(NamedTuple):
    """What a progress callback receives (points are objective units)."""

    iteration: int
    elapsed_s: float
    objective: int | None
    bound: int
    gap: float


@dataclass(frozen=True)
class ScaleOptions:
    """When to stop and how finely to work.

    ``gap`` is relative to the bound; 0 asks for a proof. A gap of ``near`` is enough once a few pricings more have not closed
    what is asked: programs may look for the last lease of a large part in vain. ``max_iterations`` limits the pricings before nodes are
    distinguished, ``max_leaves`` the nodes; running out of either ends as ``iteration_limit``. ``time_limit_s`` makes
    a run depend on the clock and is therefore None by default. ``interrupted`` is asked between steps, and between
    the components of a pricing by any of its threads. ``quantum`` is
    the number of multiplier steps in one objective unit (default: from the coefficients, ``run.choose_quantum``).
    Without ``cuts`` the bound rests on the model's own rows alone, for a caller whose certificate knows no others.
    ``max_search_columns`` and ``search_nodes`` bound the exact search on what is left open; up to ``wide_search_columns`` its
    linear relaxation alone is asked, but where nothing is left to divide.
    ``polish`` is the number of perturbations of single rows (`local_search`) made once the gap asked is reached: a gap of 0.02 % may hide
    leases said to be missing that a few points would have given.
    With ``bound_first`` the gap asked is that of the bound alone: a run begins with a pilot and ends once the multipliers can hardly lower it, with the
    assignment behind the bound, recombined once with what the master combines where there are many dwellings. It is for a caller who makes another
    solution of it anyway.
    ``policy`` holds every pace and threshold of the search (`SearchPolicy`).
    """

    gap: float = 0.0
    near: float = 0.0
    max_iterations: int = 200
    time_limit_s: float | None = None
    interrupted: Callable[[], bool] | None = None
    threads: int = 2
    quantum: int | None = None
    cuts: bool = True
    max_leaves: int = 200
    max_search_columns: int = 4_000
    wide_search_columns: int = 60_000
    search_nodes: int = 5_000
    polish: int = 0
    bound_first: bool = False
    policy: SearchPolicy = DEFAULT


@dataclass(frozen=True)
class RowSumCut:
    """A rounding of the sum of some rows, see ``cuts``: rows, their positive weights, divisor and base.

    ``room`` is an upper bound on the leases of the groups the rows touch (-1: their capacity). It is proven by
    ``cover``: classes which, priced 1 each (all others 0), leave at most so many households to house.
    """

    rows: tuple[int, ...]
    weights: tuple[int, ...]
    divisor: int
    base: int
    room: int = -1
    cover: tuple[int, ...] = ()


@dataclass(frozen=True)
class Branch:
    """One side of a branching: a count of leases is at most, or at least, a whole number.

    The count is the leases of ``cell`` when it is not -1; else the leases whose option has on ``row`` the row's
    lowest coefficient (``lowest``), or any coefficient.
    """

    row: int
    lowest: bool
    at_least: bool
    threshold: int
    cell: int = -1


@dataclass(frozen=True)
class DualSolution:
    """What proves a bound: multipliers of rows, branches and cuts, and class prices (all times ``quantum``).

    ``branches`` restrict the node it speaks of; a branch is one more row whose price is ``branch_price``.
    ``row_constant`` and ``cut_rest`` (what each cut rounds by) are those of the model it was found on: they prove nothing,
    and carry it over to a model with others (`warm`).
    """

    quantum: int
    multipliers: Ints
    cuts: tuple[RowSumCut, ...]
    cut_multipliers: Ints
    class_price: Ints
    branches: tuple[Branch, ...] = ()
    branch_multipliers: Ints = field(default_factory=_empty)
    row_constant: Ints = field(default_factory=_empty)
    cut_rest: Ints = field(default_factory=_empty)


@dataclass(frozen=True)
class WarmStart:
    """Certificate, nodes and assignment of an earlier run of a similar model (same rows, classes, applicants)."""

    certificate: DualSolution | None = None
    leaves: tuple[DualSolution, ...] = ()
    assigned_class: SmallInts | None = None


@dataclass(frozen=True)
class TracePoint:
    """One line of the run's history."""

    iteration: int
    elapsed_s: float
    bound: int
    objective: int | None
    master: float


@dataclass(frozen=True)
class ScaleResult:
    """Answer of ``solve_transport``; amounts in objective units.

    ``assigned_class`` and ``account`` are (n_applicants,) with -1 for nobody; ``seats`` is (S,) counts.
    ``certificate`` proves the bound of the undivided problem; ``leaves``, when there are any, cover all nodes and
    prove ``bound`` together. ``proven_by``: the bound alone, the leaves, or a reduced exact search (HiGHS trusted).
    """

    assigned_class: SmallInts
    account: SmallInts
    seats: Ints
    objective: int
    bound: int
    shortfall: Ints
    certificate: DualSolution
    leaves: tuple[DualSolution, ...]
    stop_reason: StopReason
    proven_by: Literal["bound", "leaves", "search", "none"]
    iterations: int
    trace: tuple[TracePoint, ...]
    timings_s: dict[str, float]

    @property
    def gap(self) -> float:
        """Relative distance between bound and objective."""
        return (self.bound - self.objective) / max(1, abs(self.bound))

    @property
    def warm(self) -> WarmStart:
        """What a later run may start from."""
        return WarmStart(self.certificate, self.leaves, self.assigned_class)
