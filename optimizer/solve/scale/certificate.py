"""The bound recomputed from multipliers, prices and raw entries alone, in integers; nothing of the solve is reused.

For any multipliers ``y >= 0`` with ``share.T @ y <= price`` and any class prices ``u``::

    bound = sum_a max(0, max over arcs of (value + credit - u))
          + sum over dwellings of max(outside, u + bonus)  -  y . constant

is at least the objective of every solution (weak duality; see the folder's page). Credits and outside values are
recomputed from the options and seats of the model, cell by cell.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

from optimizer.solve.scale.branches import covers_all, with_branches
from optimizer.solve.scale.cells import IMPOSSIBLE
from optimizer.solve.scale.cuts import CutMaker, extend, shares
from optimizer.solve.scale.model import Certificate, Cut, Ints, LabelledTransport

BLOCK = 1_024
"""Entries sifted together by the pass."""
MANY_ENTRIES = 1_000_000
"""Entries from which the pass is shared between two threads."""


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
        for t in range(n_types):
            low = np.int64(1) << np.int64(60)
            for i in range(classes_start[m], classes_start[m + 1]):
                k = classes[i]
                x = price[k] - credit[group[k] * n_types + t]
                if x < low:
                    low = x
            least[t] = low
            limit[t] = low // quantum
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


def _worth(start: Ints, row: np.ndarray, coef: Ints, value: Ints, y: Ints, quantum: int) -> Ints:
    paid = np.r_[0, np.cumsum(coef * y[row])]
    return np.asarray(value * quantum - (paid[start[1:]] - paid[start[:-1]]), dtype=np.int64)


def _best_per_owner(start: Ints, worth: Ints, nothing: int) -> Ints:
    best = np.full(len(start) - 1, nothing, np.int64)
    owned = np.flatnonzero(np.diff(start) > 0)
    if len(owned):
        best[owned] = np.maximum(best[owned], np.maximum.reduceat(worth, start[:-1][owned]))
    return best


def bound_of(model: LabelledTransport, certificate: Certificate) -> int:
    """Upper bound in units of ``1 / quantum`` of the objective.

    Raises
    ------
    ValueError
        A multiplier is negative or above its price, or a cut is not well formed.
    """
    q = certificate.quantum
    model = with_branches(model, certificate.branches)
    weighing = np.flatnonzero(certificate.cut_multipliers)
    cuts = tuple(certificate.cuts[i] for i in weighing)  # one of multiplier zero adds nothing to the bound
    y = np.r_[certificate.multipliers, certificate.branch_multipliers, certificate.cut_multipliers[weighing]]
    used = shares(model.n_rows, cuts).T @ y
    if len(y) and (int(y.min()) < 0 or bool((used > model.row_price * q).any())):
        raise ValueError("certificate: a multiplier is out of its range")
    for cut in cuts:
        if cut.room >= 0 and room_bound(model, cut) > cut.room:
            raise ValueError("certificate: the room of a cut is not proven by its cover")
    full = extend(model, cuts)
    option = _worth(full.effect_start, full.effect_row, full.effect_coef, full.option_value, y, q)
    credit = _best_per_owner(full.option_start, option, IMPOSSIBLE)
    outside = np.zeros(full.n_classes, np.int64)
    if len(full.seat_start):
        seat = _worth(
            full.seat_effect_start, full.seat_effect_row, full.seat_effect_coef, full.seat_value, y, q
        )
        outside = _best_per_owner(full.seat_start, seat, 0)
    total = _sum_up(full, credit, outside, certificate.class_price, q)
    return total - int((y * full.row_constant).sum())


def bound_of_leaves(model: LabelledTransport, leaves: tuple[Certificate, ...]) -> int:
    """Upper bound proven by cases together, rounded up to whole objective units.

    Raises
    ------
    ValueError
        The cases do not cover everything, or one of them is malformed.
    """
    if not covers_all([leaf.branches for leaf in leaves]):
        raise ValueError("certificate: the leaves do not cover all cases")
    return max(bound_of(model, leaf) // leaf.quantum for leaf in leaves)


def room_bound(model: LabelledTransport, cut: Cut) -> int:
    """Most leases the groups of a cut can hold, as its cover proves: weak duality with every pair worth 1.

    Dwellings of classes with seats count in full, since a seat needs no household.
    """
    _, _, touched = CutMaker(model).touch(cut)
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


def _sum_up(model: LabelledTransport, credit: Ints, outside: Ints, price: Ints, quantum: int) -> int:
    kept = model.capacity > 0
    menu = np.where(kept, model.class_menu, -1)
    classes = np.argsort(menu, kind="stable")
    classes = classes[menu[classes] >= 0]
    n_menus = len(model.menu_start) - 1
    start = np.r_[0, np.cumsum(np.bincount(menu[classes], minlength=n_menus))].astype(np.int64)
    middle = int(np.searchsorted(model.menu_start, model.menu_start[-1] // 2))

    def gains(menus: tuple[int, int]) -> Ints:
        gain = np.zeros(model.n_applicants, np.int64)
        _applicant_gains(
            *menus, model.menu_start, model.entry_applicant, model.entry_value, model.entry_type, start, classes,
            model.class_group, model.n_types, credit, price, quantum, gain, np.zeros(max(1, model.n_types), np.int64),
        )  # fmt: skip
        return gain

    if model.menu_start[-1] < MANY_ENTRIES:
        total = int(gains((0, n_menus)).sum())
    else:
        with ThreadPoolExecutor(2) as pool:
            one, other = pool.map(gains, ((0, middle), (middle, n_menus)))
        total = int(np.maximum(one, other, out=one).sum())
    size = np.diff(model.bonus_start) if len(model.bonus_start) else np.zeros(model.n_classes, np.int64)
    plain = size == 0
    total += int((np.maximum(outside, price) * model.capacity)[plain].sum())
    which = np.repeat(np.arange(model.n_classes), size)
    return (
        total + int(np.maximum(outside[which], price[which] + model.bonus * quantum).sum())
        if len(which)
        else total
    )
