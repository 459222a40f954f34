"""Working form of a model: components made contiguous, entries by applicant, cells split from account labels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.solve.transport.cells import NO_CELLS, CellTable
from optimizer.solve.transport.model import NARROW_FROM, Ints, LabelledTransport, SmallInts
from optimizer.solve.transport.unions import join, root

DENSE = 4
"""Cells per lease up to which leases are tallied in a table of all cells, not sorted."""


@njit(cache=True, nogil=True)
def _connect(menu_start, entry_applicant, used, n_applicants):  # type: ignore[no-untyped-def]
    """Component of each menu and applicant; menus without dwellings connect nothing."""
    n_menus = len(menu_start) - 1
    parent = np.arange(n_menus)
    first = np.full(n_applicants, -1, np.int32)
    for m in range(n_menus):
        if not used[m]:
            continue
        for j in range(menu_start[m], menu_start[m + 1]):
            a = entry_applicant[j]
            if first[a] < 0:
                first[a] = m
            else:
                join(parent, first[a], m)
    label = np.full(n_menus, -1, np.int32)
    n = 0
    for m in range(n_menus):
        if used[m] and parent[m] == m:
            label[m] = n
            n += 1
    of_menu = np.full(n_menus, -1, np.int32)
    for m in range(n_menus):
        if used[m]:
            of_menu[m] = label[root(parent, m)]
    of_applicant = np.full(n_applicants, -1, np.int32)
    for a in range(n_applicants):
        if first[a] >= 0:
            of_applicant[a] = of_menu[first[a]]
    return n, of_menu, of_applicant


@njit(cache=True, nogil=True)
def _by_applicant(  # type: ignore[no-untyped-def]
    menu_order, menu_start, entry_applicant, entry_value, entry_type, new_of, n_applicants, n_types
):
    """Entries listed by (renumbered) applicant; (menu, type) pairs numbered in the given order of menus."""
    start = np.zeros(n_applicants + 1, np.int64)
    pair_of = np.full(n_types, -1, np.int32)
    pair_menu = np.empty(64, np.int32)
    pair_type = np.empty(64, np.int32)
    menu_pairs = np.zeros(len(menu_order) + 1, np.int64)
    n = 0
    for r in range(len(menu_order)):
        m = menu_order[r]
        first = n
        for j in range(menu_start[m], menu_start[m + 1]):
            start[new_of[entry_applicant[j]] + 1] += 1
            t = entry_type[j]
            if pair_of[t] < first:
                if n == len(pair_menu):
                    pair_menu = np.concatenate((pair_menu, np.empty(n, np.int32)))
                    pair_type = np.concatenate((pair_type, np.empty(n, np.int32)))
                pair_of[t] = n
                pair_menu[n] = m
                pair_type[n] = t
                n += 1
        menu_pairs[r + 1] = n
    for a in range(n_applicants):
        start[a + 1] += start[a]
    place = start[:-1].copy()
    pair = np.empty(start[n_applicants], np.int32)
    value = np.empty(start[n_applicants], entry_value.dtype)
    for r in range(len(menu_order)):
        m = menu_order[r]
        for p in range(menu_pairs[r], menu_pairs[r + 1]):
            pair_of[pair_type[p]] = p
        for j in range(menu_start[m], menu_start[m + 1]):
            a = new_of[entry_applicant[j]]
            i = place[a]
            place[a] = i + 1
            pair[i] = pair_of[entry_type[j]]
            value[i] = entry_value[j]
    return start, pair, value, pair_menu[:n].copy(), pair_type[:n].copy(), menu_pairs


@njit(cache=True, nogil=True)
def _offers(pair_menu, pair_type, menu_classes_start, menu_classes, group, n_types):  # type: ignore[no-untyped-def]
    """Classes behind each (menu, type) pair, with the cell a lease would count in."""
    start = np.zeros(len(pair_menu) + 1, np.int64)
    for p in range(len(pair_menu)):
        m = pair_menu[p]
        start[p + 1] = start[p] + menu_classes_start[m + 1] - menu_classes_start[m]
    which = np.empty(start[-1], np.int32)
    cell = np.empty(start[-1], np.int32)
    for p in range(len(pair_menu)):
        j = start[p]
        for i in range(menu_classes_start[pair_menu[p]], menu_classes_start[pair_menu[p] + 1]):
            which[j] = menu_classes[i]
            cell[j] = group[menu_classes[i]] * n_types + pair_type[p]
            j += 1
    return start, which, cell


@dataclass(frozen=True)
class Structure:
    """A model renumbered so that each connected component holds contiguous classes, applicants and pairs.

    ``class_of`` and ``applicant_of`` give the model's numbers back. A *pair* is a (menu, type) met in some entry; the
    arcs of applicant ``a`` are ``arc_start[a] .. arc_start[a + 1]``, each a pair and a value, and each pair offers the
    classes ``offer_class[offer_start[p] .. offer_start[p + 1]]`` in the cells ``offer_cell``. ``shared`` keeps what is
    built from these arrays once (`pricing.whole`), for every structure that ``replace`` makes of this one too.
    """

    model: LabelledTransport
    n_components: int
    class_of: Ints
    applicant_of: Ints
    class_start: Ints
    applicant_start: Ints
    capacity: Ints
    slot_start: Ints
    group: SmallInts
    pair_start: Ints
    offer_start: Ints
    offer_class: SmallInts
    offer_cell: SmallInts
    arc_start: Ints
    arc_pair: SmallInts
    arc_value: NDArray[np.integer]
    bonus_start: Ints
    bonus: Ints
    cells: CellTable
    shared: dict[str, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.capacity)

    @property
    def n_applicants(self) -> int:
        """Applicants that are on some menu."""
        return len(self.arc_start) - 1


def build_structure(model: LabelledTransport) -> Structure:
    """Renumber by component and transpose the menus; linear in entries plus dwellings. Cells are left to split."""
    n_menus = len(model.menu_start) - 1
    used = np.zeros(n_menus, bool)
    used[model.class_menu[model.capacity > 0]] = True
    n, of_menu, of_applicant = _connect(model.menu_start, model.entry_applicant, used, model.n_applicants)
    of_class = of_menu[model.class_menu] if model.n_classes else np.zeros(0, np.int32)
    kept = model.capacity > 0
    class_of = np.argsort(of_class, kind="stable")
    class_of = class_of[kept[class_of]]
    applicant_of = np.argsort(of_applicant, kind="stable")
    applicant_of = applicant_of[of_applicant[applicant_of] >= 0]
    new_of = np.full(model.n_applicants, -1, np.int32)
    new_of[applicant_of] = np.arange(len(applicant_of), dtype=np.int32)
    bounds = np.arange(n + 1)
    capacity = model.capacity[class_of].astype(np.int64)
    menu = model.class_menu[class_of]
    group = model.class_group[class_of].astype(np.int32)
    by_menu = np.argsort(menu, kind="stable").astype(np.int32)
    menu_classes_start = np.r_[0, np.cumsum(np.bincount(menu, minlength=n_menus))].astype(np.int64)
    menu_order = np.argsort(of_menu, kind="stable")
    menu_order = menu_order[used[menu_order]]
    arc_start, arc_pair, arc_value, pair_menu, pair_type, menu_pairs = _by_applicant(
        menu_order, model.menu_start, model.entry_applicant, _narrow(model.entry_value), model.entry_type,
        new_of, len(applicant_of), model.n_types,
    )  # fmt: skip
    offer_start, offer_class, offer_cell = _offers(
        pair_menu, pair_type, menu_classes_start, by_menu, group, model.n_types
    )
    bonus_start, bonus = _bonuses(model, class_of)
    return Structure(
        model=model,
        n_components=n,
        class_of=class_of,
        applicant_of=applicant_of,
        class_start=np.searchsorted(of_class[class_of], bounds),
        applicant_start=np.searchsorted(of_applicant[applicant_of], bounds),
        capacity=capacity,
        slot_start=np.r_[0, np.cumsum(capacity)],
        group=group,
        pair_start=menu_pairs[np.searchsorted(of_menu[menu_order], bounds)],
        offer_start=offer_start,
        offer_class=offer_class,
        offer_cell=offer_cell,
        arc_start=arc_start,
        arc_pair=arc_pair,
        arc_value=arc_value,
        bonus_start=bonus_start,
        bonus=bonus,
        cells=NO_CELLS,
    )


def _narrow(values: NDArray[np.integer]) -> NDArray[np.integer]:
    """Values of many entries in 32 bits when they fit: a quarter of the memory of a national year."""
    many = len(values) >= NARROW_FROM
    small = many and int(values.min()) > -(1 << 31) and int(values.max()) < 1 << 31
    return np.ascontiguousarray(values, dtype=np.int32 if small else np.int64)


def _bonuses(model: LabelledTransport, class_of: Ints) -> tuple[Ints, Ints]:
    size = (
        np.diff(model.bonus_start)[class_of] if len(model.bonus_start) else np.zeros(len(class_of), np.int64)
    )
    start = np.r_[0, np.cumsum(size)].astype(np.int64)
    if start[-1] == 0:
        return start, np.zeros(1, np.int64)
    source = (
        np.repeat(model.bonus_start[:-1][class_of], size) + np.arange(start[-1]) - np.repeat(start[:-1], size)
    )
    return start, model.bonus[source].astype(np.int64)


def count_matrix(rows: Ints, cells: Ints, shape: tuple[int, int]) -> sp.csr_matrix:
    """Integer (component, cell) counts of a list of leases."""
    key = rows * np.int64(shape[1]) + cells
    if shape[0] * shape[1] <= DENSE * len(key):
        tally = np.bincount(key, minlength=shape[0] * shape[1])
        unique = np.flatnonzero(tally)
        count = tally[unique]
    else:
        unique, count = np.unique(key, return_counts=True)
    start = np.searchsorted(unique, np.arange(shape[0] + 1) * np.int64(shape[1]))
    return sp.csr_matrix((count.astype(np.int64), unique % shape[1], start), shape=shape)
