"""Differences between two assignments, cut into the smallest parts that can be taken independently.

Where the two assignments disagree, households that leave a class are paired with households that enter it, the same
cell first. Pairs and households link into alternating chains and cycles: any subset of them, applied to the first
assignment, is an assignment again. The leftovers of a class (entries without a leaver) fit because both assignments
respect its capacity; in a class with dwelling bonuses they are kept together, so that values add up exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.solve.transport.leases import Leases, bonus_sum, class_counts
from optimizer.solve.transport.model import Ints, SmallInts
from optimizer.solve.transport.structure import Structure
from optimizer.solve.transport.unions import join, root


@njit(cache=True, nogil=True)
def _link(n, out_who, out_class, out_cell, in_who, in_class, in_cell, together):  # type: ignore[no-untyped-def]
    """Piece of each of ``n`` changed applicants; lists sorted by (class, cell)."""
    parent = np.arange(n)
    used_out = np.zeros(len(out_who), np.bool_)
    used_in = np.zeros(len(in_who), np.bool_)
    for stage in range(2):
        i = 0
        j = 0
        while i < len(out_who) and j < len(in_who):
            if used_out[i]:
                i += 1
            elif used_in[j]:
                j += 1
            elif out_class[i] < in_class[j] or (
                stage == 0 and out_class[i] == in_class[j] and out_cell[i] < in_cell[j]
            ):
                i += 1
            elif out_class[i] > in_class[j] or (stage == 0 and out_cell[i] > in_cell[j]):
                j += 1
            else:
                used_out[i] = True
                used_in[j] = True
                join(parent, out_who[i], in_who[j])
                i += 1
                j += 1
    first = -1
    for i in range(len(out_who)):
        if not used_out[i] and together[out_class[i]]:
            if first >= 0 and out_class[first] == out_class[i]:
                join(parent, out_who[first], out_who[i])
            first = i
    first = -1
    for i in range(len(in_who)):
        if not used_in[i] and together[in_class[i]]:
            if first >= 0 and in_class[first] == in_class[i]:
                join(parent, in_who[first], in_who[i])
            first = i
    label = np.full(n, -1, np.int64)
    count = 0
    exchange = np.empty(n, np.int64)
    for a in range(n):
        r = root(parent, a)
        if label[r] < 0:
            label[r] = count
            count += 1
        exchange[a] = label[r]
    return count, exchange


@dataclass(frozen=True)
class Exchanges:
    """``n`` independent changes from a first to a second assignment.

    ``who`` (changed applicants, ascending), ``exchange`` of each, the class they left and their second class, cell and value (class -1 = out);
    ``gain`` (n,) in objective units; ``counts`` (n, cells) and ``classes`` (n, ``n_classes``) changes, csr int64.
    """

    n: int
    who: Ints
    exchange: Ints
    left: SmallInts
    klass: SmallInts
    cell: SmallInts
    value: Ints
    gain: Ints
    counts: sp.csr_matrix
    n_classes: int

    @cached_property
    def classes(self) -> sp.csr_matrix:
        """Households each exchange brings to each class or takes away; only recombinations ask, pricings do not."""
        return _class_changes(self.exchange, self.left, self.klass, (self.n, self.n_classes))


@njit(cache=True, nogil=True)
def _moved(who_1, class_1, cell_1, value_1, who_2, class_2, cell_2, value_2):  # type: ignore[no-untyped-def]
    """Applicants that two sorted lists of leases place differently; class, cell, value in each (-1, -1, 0 when out)."""
    most = len(who_1) + len(who_2)
    who = np.empty(most, np.int64)
    klass = np.empty((2, most), np.int32)
    cell = np.empty((2, most), np.int32)
    value = np.empty((2, most), np.int64)
    n = 0
    i = 0
    j = 0
    while i < len(who_1) or j < len(who_2):
        first = j == len(who_2) or (i < len(who_1) and who_1[i] <= who_2[j])
        second = i == len(who_1) or (j < len(who_2) and who_2[j] <= who_1[i])
        if not (first and second and class_1[i] == class_2[j] and cell_1[i] == cell_2[j]):
            who[n] = who_1[i] if first else who_2[j]
            klass[0, n], cell[0, n], value[0, n] = -1, -1, 0
            klass[1, n], cell[1, n], value[1, n] = -1, -1, 0
            if first:
                klass[0, n], cell[0, n], value[0, n] = class_1[i], cell_1[i], value_1[i]
            if second:
                klass[1, n], cell[1, n], value[1, n] = class_2[j], cell_2[j], value_2[j]
            n += 1
        i += first
        j += second
    return who[:n].copy(), klass[:, :n].copy(), cell[:, :n].copy(), value[:, :n].copy()


def _class_changes(exchange: Ints, left: SmallInts, into: SmallInts, shape: tuple[int, int]) -> sp.csr_matrix:
    """Households per exchange and class: one less where each leaves, one more where it enters."""
    out, come = left >= 0, into >= 0
    sign = np.r_[np.full(int(out.sum()), -1), np.full(int(come.sum()), 1)].astype(np.int64)
    where = np.r_[exchange[out], exchange[come]], np.r_[left[out], into[come]]
    found = sp.csr_matrix((sign, where), shape=shape)
    found.sum_duplicates()
    found.eliminate_zeros()
    return found


def exchanges_between(structure: Structure, first: Leases, second: Leases) -> Exchanges:
    """Cut the difference between two assignments of the same structure."""
    s, cells = structure, structure.cells
    who, (class_1, class_2), (cell_1, cell_2), (value_1, value_2) = _moved(
        first.applicant, first.klass, first.cell, first.value,
        second.applicant, second.klass, second.cell, second.value,
    )  # fmt: skip
    out, into = np.flatnonzero(class_1 >= 0), np.flatnonzero(class_2 >= 0)
    out = out[np.lexsort((out, cell_1[out], class_1[out]))]
    into = into[np.lexsort((into, cell_2[into], class_2[into]))]
    has_bonus = np.diff(s.bonus_start) > 0
    n, exchange = _link(
        len(who), out, class_1[out], cell_1[out], into, class_2[into], cell_2[into], has_bonus
    )
    rows = np.r_[exchange[out], exchange[into]]
    sign = np.r_[np.full(len(out), -1), np.full(len(into), 1)].astype(np.int64)
    counts = sp.csr_matrix((sign, (rows, np.r_[cell_1[out], cell_2[into]])), shape=(n, cells.n_cells))
    counts.sum_duplicates()
    if len(cells.seat_classes):
        spread = sp.csr_matrix(
            (
                np.full(len(cells.seat_classes), -1),
                (cells.seat_classes, cells.vacancy_cell[cells.seat_classes]),
            ),
            shape=(s.n_classes, cells.n_cells),
            dtype=np.int64,
        )
        counts = (counts + _class_changes(exchange, class_1, class_2, (n, s.n_classes)) @ spread).tocsr()
    counts.eliminate_zeros()
    gain = np.zeros(n, np.int64)
    np.add.at(gain, exchange, value_2 - value_1)
    gain += counts @ cells.fixed_value
    if has_bonus.any():
        before = class_counts(s, first)
        change = bonus_sum(s, class_counts(s, second)) - bonus_sum(s, before)
        net = _class_changes(exchange, class_1, class_2, (n, s.n_classes)).tocoo()
        pays = has_bonus[net.col]
        np.add.at(gain, net.row[pays], change[net.col[pays]])
    return Exchanges(n, who, exchange, class_1, class_2, cell_2, value_2, gain, counts, s.n_classes)


def apply_exchanges(first: Leases, exchanges: Exchanges, chosen: np.ndarray) -> Leases:
    """The first assignment with the chosen exchanges (bool, (n,)) applied."""
    take = chosen[exchanges.exchange]
    who = exchanges.who[take]
    stay = ~np.isin(first.applicant, who, assume_unique=True)
    enter = take & (exchanges.klass >= 0)
    applicant = np.r_[first.applicant[stay], exchanges.who[enter]].astype(np.int32)
    order = np.argsort(applicant, kind="stable")
    return Leases(
        applicant[order],
        np.r_[first.klass[stay], exchanges.klass[enter]].astype(np.int32)[order],
        np.r_[first.cell[stay], exchanges.cell[enter]].astype(np.int32)[order],
        np.r_[first.value[stay], exchanges.value[enter]][order],
    )


def apart(sets: list[Exchanges], vacant: Ints) -> NDArray[np.bool_]:
    """Exchanges of several assignments of which any subset may be taken, as a mask over all of them; ``vacant``: per class, (K,).

    The smallest come first, and each keeps out what would move one of its households too or might want a dwelling of a class
    whose vacancies are spoken for. What is left needs no packing row: of 1,000 exchanges about 200, and a program over them is
    far easier than the one over all, with 1,700 more rows.
    """
    size = np.concatenate([np.bincount(p.exchange, minlength=p.n) for p in sets])
    enters = sp.vstack([p.classes.maximum(0) for p in sets], format="csr")
    enters.eliminate_zeros()
    moved = [who for p in sets for who in _by_piece(p)]
    free, met = vacant.copy(), np.zeros(1 + max(int(p.who.max(initial=-1)) for p in sets), bool)
    mask = np.zeros(len(size), bool)
    for i in np.argsort(size, kind="stable"):
        into = slice(enters.indptr[i], enters.indptr[i + 1])
        classes, more = enters.indices[into], enters.data[into]
        if not met[moved[i]].any() and (free[classes] >= more).all():
            mask[i] = met[moved[i]] = True
            free[classes] -= more
    return mask


def _by_piece(exchanges: Exchanges) -> list[Ints]:
    """Households each exchange moves."""
    order = np.argsort(exchanges.exchange, kind="stable")
    return np.split(
        exchanges.who[order], np.searchsorted(exchanges.exchange[order], np.arange(1, exchanges.n))
    )


def bundles(body: sp.csr_matrix, gain: Ints, component: Ints, most: int) -> sp.csr_matrix:
    """Exchanges (n of them) put together in about ``most`` bundles, as a matrix of ones (bundles, n).

    Exchanges of a bundle are of one component and move the same row most, the same way, at a like gain, so that little is lost
    by moving together. Every exchange must move a row.
    """
    n = body.shape[0]
    row = np.repeat(np.arange(n), np.diff(body.indptr))
    order = np.lexsort((body.indices, -np.abs(body.data), row))
    first = order[body.indptr[:-1]]
    by = np.lexsort((gain, np.sign(body.data[first]), body.indices[first], component))
    start = np.searchsorted(component[by], component[by])
    size = -(-n // most)
    opens = (np.arange(n) - start) % size == 0
    bundle = np.empty(n, np.int64)
    bundle[by] = np.cumsum(opens) - 1
    return sp.csr_matrix((np.ones(n), (bundle, np.arange(n))), shape=(int(opens.sum()), n))
