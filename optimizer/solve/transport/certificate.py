"""The bound recomputed from multipliers, prices and raw entries alone, in integers; nothing of the solve is reused.

For any multipliers ``y >= 0`` with ``share.T @ y <= price`` and any class prices ``u``::

    bound = sum_a max(0, max over arcs of (value + credit - u))
          + sum over dwellings of max(outside, u + bonus)  -  y . constant

is at least the objective of every solution (weak duality; see the folder's page). Credits and outside values are
recomputed from the options and seats of the model, cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.solve.transport.branching import branch_price, counted_by, covers_all
from optimizer.solve.transport.cells import IMPOSSIBLE
from optimizer.solve.transport.mir import CutMaker, shares
from optimizer.solve.transport.model import DualSolution, Ints, LabelledTransport, RowSumCut, SmallInts

BLOCK = 1_024
"""Entries sifted together by the pass."""
MANY_ENTRIES = 1_000_000
"""Entries from which the pass is shared between two threads."""


class MenuBlock(NamedTuple):
    """Entries of the menus ``first .. first + len(start) - 1``: menu ``first + i`` holds ``start[i] .. start[i + 1]`` of the columns ``applicant``,
    ``value`` (objective units above `LabelledTransport.entry_base`) and ``type``."""

    first: int
    start: Ints
    applicant: SmallInts
    value: NDArray[np.integer]
    type: NDArray[np.integer]


@njit(cache=True, nogil=True)
def _least(classes, group, n_types, credit, price, least):  # type: ignore[no-untyped-def]
    """What each type must be worth at least to gain anything in one of the classes of a menu, times the quantum: written to ``least``."""
    for t in range(n_types):
        low = np.int64(1) << np.int64(60)
        for i in range(len(classes)):
            k = classes[i]
            x = price[k] - credit[group[k] * n_types + t]
            if x < low:
                low = x
        least[t] = low


@njit(cache=True, nogil=True)
def _applicant_gains(  # type: ignore[no-untyped-def]
    first, last, menu_start, entry_applicant, entry_value, entry_type, classes_start, classes, group, n_types, credit,
    price, quantum, gain, least,
):  # fmt: skip
    """Best gain of each applicant over all its arcs of menus ``first..last``; ``least`` is scratch, (T,).

    Indices are unsigned in the loops over entries: negative ones would count from the end, which costs a sixth of the pass.
    """
    gaining = np.empty(BLOCK + 1, np.int64)
    limit = np.empty(len(least), np.int64)
    for m in range(first, last):
        if classes_start[m] == classes_start[m + 1]:
            continue
        _least(classes[classes_start[m] : classes_start[m + 1]], group, n_types, credit, price, least)
        for t in range(n_types):
            limit[t] = least[t] // quantum
        for begin in range(menu_start[m], menu_start[m + 1], BLOCK):
            # one in eight gains anything, at random: gathered without a branch, as a processor cannot foresee it
            n = 0
            for j in range(np.uint64(begin), np.uint64(min(begin + BLOCK, menu_start[m + 1]))):
                gaining[np.uint64(n)] = j
                n += np.int64(entry_value[j]) > limit[np.uint64(entry_type[j])]
            for i in range(n):
                entry = np.uint64(gaining[i])
                g = np.int64(entry_value[entry]) * quantum - least[np.uint64(entry_type[entry])]
                a = np.uint64(entry_applicant[entry])
                if g > gain[a]:
                    gain[a] = g


@njit(cache=True, nogil=True)
def _paying(  # type: ignore[no-untyped-def]
    menu_start, entry_applicant, entry_value, entry_type, classes_start, classes, group, n_types, credit, price, quantum, known,
    gain, least, at,
):  # fmt: skip
    """Positions of the entries that gain their applicant more than is ``known``, written to ``at``; ``gain`` becomes the best of them."""
    n = 0
    for m in range(len(menu_start) - 1):
        if classes_start[m] == classes_start[m + 1]:
            continue
        _least(classes[classes_start[m] : classes_start[m + 1]], group, n_types, credit, price, least)
        for j in range(np.uint64(menu_start[m]), np.uint64(menu_start[m + 1])):
            g = np.int64(entry_value[j]) * quantum - least[np.uint64(entry_type[j])]
            a = np.uint64(entry_applicant[j])
            if g > known[a]:
                at[n] = j
                n += 1
                if g > gain[a]:
                    gain[a] = g
    return n


class _Rows:
    """What the rows, cuts and branches of certificates of one model count, each worked out once."""

    def __init__(self, model: LabelledTransport) -> None:
        self.model, self.maker = model, CutMaker(model)
        self._cuts: dict[RowSumCut, tuple[int, Ints, Ints, Ints, Ints]] = {}

    def cut(self, cut: RowSumCut) -> tuple[int, Ints, Ints, Ints, Ints]:
        """A cut as a row (`CutMaker.row`).

        Raises
        ------
        ValueError
            Its room is not what its cover proves.
        """
        if cut not in self._cuts:
            if cut.room >= 0 and room_bound(self.model, cut, self.maker) > cut.room:
                raise ValueError("certificate: the room of a cut is not proven by its cover")
            self._cuts[cut] = self.maker.row(cut)
        return self._cuts[cut]

    def paid(
        self, certificate: DualSolution, cuts: tuple[RowSumCut, ...], on_cuts: Ints
    ) -> tuple[Ints, Ints, int]:
        """What each option and each seat pays at these multipliers, and the multipliers' sum over the constants."""
        model, y = self.model, certificate.multipliers
        option = _summed_by(model.effect_start, model.effect_coef * y[model.effect_row])
        seat = _summed_by(model.seat_effect_start, model.seat_effect_coef * y[model.seat_effect_row])
        constant = int((y * model.row_constant).sum())
        tables = [self.maker.options, self.maker.seats]
        for branch, by in zip(certificate.branches, certificate.branch_multipliers.tolist(), strict=True):
            sign = -1 if branch.at_least else 1
            of_option, of_seat = counted_by(model, tables, branch)
            option[of_option] += sign * by
            seat[of_seat] += sign * by
            constant -= sign * branch.threshold * by
        for cut, by in zip(cuts, on_cuts.tolist(), strict=True):
            base, of_option, more, of_seat, more_seats = self.cut(cut)
            option[of_option] += more * by
            seat[of_seat] += more_seats * by
            constant += base * by
        return option, seat, constant


def _summed_by(start: Ints, amount: Ints) -> Ints:
    """Sum of the amounts of each owner."""
    if not len(start):
        return np.zeros(0, np.int64)
    total = np.r_[0, np.cumsum(amount)]
    return np.asarray(total[start[1:]] - total[start[:-1]], dtype=np.int64)


def _best_per_owner(start: Ints, worth: Ints, nothing: int) -> Ints:
    best = np.full(len(start) - 1, nothing, np.int64)
    owned = np.flatnonzero(np.diff(start) > 0)
    if len(owned):
        best[owned] = np.maximum(best[owned], np.maximum.reduceat(worth, start[:-1][owned]))
    return best


def bound_of(
    model: LabelledTransport, certificate: DualSolution, blocks: Iterable[MenuBlock] | None = None
) -> int:
    """Upper bound in units of ``1 / quantum`` of the objective.

    ``blocks``: the entries that count, block by block, in place of those of the model.

    Raises
    ------
    ValueError
        A multiplier is negative or above its price, or a cut is not well formed.
    """
    return _bound(_Rows(model), certificate, blocks)


def bound_beyond(
    model: LabelledTransport, certificate: DualSolution, blocks: Iterable[MenuBlock]
) -> tuple[int, Ints]:
    """Upper bound over the entries of ``blocks``, of which the model holds some, in units of ``1 / quantum``, and those that make it larger.

    These are positions in the blocks end to end, ascending: entries that gain their applicant more at the certificate's prices than any
    that the model holds. With them the bound of the model is that of all, at these multipliers.

    Raises
    ------
    ValueError
        As :func:`bound_of`.
    """
    q, price = certificate.quantum, certificate.class_price
    credit, outside, constant = _credits(_Rows(model), certificate)
    start, classes = _open_classes(model)
    known = _gains(model, start, classes, credit, price, q)
    gain, found, before = known.copy(), [np.zeros(0, np.int64)], 0
    least = np.zeros(max(1, model.n_types), np.int64)
    for block in blocks:
        at = np.empty(len(block.applicant), np.int64)
        n = _paying(
            block.start, block.applicant, block.value, block.type,
            start[block.first : block.first + len(block.start)], classes, model.class_group, model.n_types, credit, price, q,
            known, gain, least, at,
        )  # fmt: skip
        found.append(at[:n] + before)
        before += len(block.applicant)
    return int(gain.sum()) + _dwellings(model, outside, price, q) - constant, np.concatenate(found)


def _bound(rows: _Rows, certificate: DualSolution, blocks: Iterable[MenuBlock] | None = None) -> int:
    model, q, price = rows.model, certificate.quantum, certificate.class_price
    credit, outside, constant = _credits(rows, certificate)
    gain = _gains(model, *_open_classes(model), credit, price, q, blocks)
    return int(gain.sum()) + _dwellings(model, outside, price, q) - constant


def _credits(rows: _Rows, certificate: DualSolution) -> tuple[Ints, Ints, int]:
    """What each group gives each type and each class without a household, times the quantum, and the multipliers' sum over the constants."""
    model, q = rows.model, certificate.quantum
    weighing = np.flatnonzero(certificate.cut_multipliers)
    cuts = tuple(certificate.cuts[i] for i in weighing)  # one of multiplier zero adds nothing to the bound
    on_cuts = certificate.cut_multipliers[weighing]
    used = shares(model.n_rows, cuts).T @ np.r_[certificate.multipliers, on_cuts]
    y = np.r_[certificate.multipliers, certificate.branch_multipliers, on_cuts]
    most = branch_price(model) * q if certificate.branches else 0
    if len(y) and (
        int(y.min()) < 0
        or bool((used > model.row_price * q).any())
        or bool((certificate.branch_multipliers > most).any())
    ):
        raise ValueError("certificate: a multiplier is out of its range")
    option, seat, constant = rows.paid(certificate, cuts, on_cuts)
    worth = (model.option_value + model.entry_base) * q - option
    credit = _best_per_owner(model.option_start, worth, IMPOSSIBLE)
    outside = np.zeros(model.n_classes, np.int64)
    if len(model.seat_start):
        outside = _best_per_owner(model.seat_start, model.seat_value * q - seat, 0)
    return credit, outside, constant


def bound_of_leaves(model: LabelledTransport, leaves: tuple[DualSolution, ...]) -> int:
    """Upper bound proven by nodes together, rounded up to whole objective units.

    Raises
    ------
    ValueError
        The nodes do not cover everything, or one of them is malformed.
    """
    if not covers_all([leaf.branches for leaf in leaves]):
        raise ValueError("certificate: the leaves do not cover all nodes")
    rows = _Rows(model)
    return max(_bound(rows, leaf) // leaf.quantum for leaf in leaves)


def room_bound(model: LabelledTransport, cut: RowSumCut, maker: CutMaker | None = None) -> int:
    """Most leases the groups of a cut can hold, as its cover proves: weak duality with every pair worth 1.

    Dwellings of classes with seats count in full, since a seat needs no household.
    """
    _, _, touched = (maker or CutMaker(model)).touch(cut)
    inside = np.isin(model.class_group, touched) & (model.capacity > 0)
    if len(model.seat_start):
        open_seats = inside & (np.diff(model.seat_start) > 0)
    else:
        open_seats = np.zeros(model.n_classes, bool)
    priced = np.zeros(model.n_classes, np.int64)
    priced[list(cut.cover)] = 1
    inside &= ~open_seats
    menus = np.unique(model.class_menu[inside])
    entries = (
        np.concatenate([np.arange(*model.menu_start[m : m + 2]) for m in menus]) if len(menus) else menus
    )
    lowest = np.ones(len(model.menu_start) - 1, np.int64)
    np.minimum.at(lowest, model.class_menu[inside], priced[inside])
    worth = 1 - lowest[np.repeat(menus, np.diff(model.menu_start)[menus])]
    households = len(np.unique(model.entry_applicant[entries[worth > 0]]))
    return int(model.capacity[open_seats].sum() + (priced * model.capacity)[inside].sum()) + households


def _open_classes(model: LabelledTransport) -> tuple[Ints, Ints]:
    """Classes that hold dwellings, menu by menu, and where those of each menu start."""
    menu = np.where(model.capacity > 0, model.class_menu, -1)
    classes = np.argsort(menu, kind="stable")
    classes = classes[menu[classes] >= 0]
    n_menus = len(model.menu_start) - 1
    return np.r_[0, np.cumsum(np.bincount(menu[classes], minlength=n_menus))].astype(np.int64), classes


def _gains(
    model: LabelledTransport,
    start: Ints,
    classes: Ints,
    credit: Ints,
    price: Ints,
    quantum: int,
    blocks: Iterable[MenuBlock] | None = None,
) -> Ints:
    """Best gain of each applicant, times the quantum; ``start`` and ``classes`` as `_open_classes` has them."""
    n_menus = len(model.menu_start) - 1
    middle = int(np.searchsorted(model.menu_start, model.menu_start[-1] // 2))

    def add(gain: Ints, menus: tuple[int, int], of: Ints, block: MenuBlock) -> None:
        _applicant_gains(
            *menus, block.start, block.applicant, block.value, block.type, of, classes, model.class_group,
            model.n_types, credit, price, quantum, gain, np.zeros(max(1, model.n_types), np.int64),
        )  # fmt: skip

    every = MenuBlock(0, model.menu_start, model.entry_applicant, model.entry_value, model.entry_type)

    def gains(menus: tuple[int, int]) -> Ints:
        gain = np.zeros(model.n_applicants, np.int64)
        add(gain, menus, start, every)
        return gain

    if blocks is not None:
        gain = np.zeros(model.n_applicants, np.int64)
        for block in blocks:
            some = len(block.start) - 1
            of = start[block.first : block.first + some + 1]
            add(gain, (0, some), of, block)
        return gain
    if model.menu_start[-1] < MANY_ENTRIES:
        return gains((0, n_menus))
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(gains, ((0, middle), (middle, n_menus)))
    return np.maximum(one, other, out=one)


def _dwellings(model: LabelledTransport, outside: Ints, price: Ints, quantum: int) -> int:
    """What dwellings are worth at these prices, times the quantum: the better of a seat, or nothing, and the price."""
    size = np.diff(model.bonus_start) if len(model.bonus_start) else np.zeros(model.n_classes, np.int64)
    plain = size == 0
    total = int((np.maximum(outside, price) * model.capacity)[plain].sum())
    which = np.repeat(np.arange(model.n_classes), size)
    if len(which):
        total += int(np.maximum(outside[which], price[which] + model.bonus * quantum).sum())
    return total
