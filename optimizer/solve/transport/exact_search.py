"""Exact search on what the bound leaves open: arcs whose reduced cost is within the gap, and nothing else.

A solution that uses an arc of reduced cost rc is worth at most bound - rc. With g = bound - incumbent, every better
solution therefore lives on the arcs with rc <= g; what remains is a small integer program. Households with a single
such arc, into the same class and cell and of the same value, are exchangeable and become one integer column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from optimizer.compiled import njit
from optimizer.solve.policy import PrimalPolicy
from optimizer.solve.transport.lagrangian import Lagrangian, LagrangianSolution
from optimizer.solve.transport.leases import Leases, cell_counts
from optimizer.solve.transport.model import Ints
from optimizer.solve.transport.pricing import network_of
from optimizer.solve.transport.programs import INF, Tail, solve_mip
from optimizer.solve.transport.restricted_mip import FeasibleSolution, repair_labels, value_of
from optimizer.solve.transport.rows import RowSystem
from optimizer.solve.transport.structure import Structure


@njit(cache=True, nogil=True)
def near_arcs(quantum, limit, room, offers, arcs, price):  # type: ignore[no-untyped-def]
    """Arcs with reduced cost <= limit: applicant, class, cell, value, reduced cost; count -1 when over ``room``."""
    offer_start, offer_class, offer_cell, offer_credit = offers
    arc_start, arc_pair, arc_value = arcs
    who = np.empty(room, np.int32)
    klass = np.empty(room, np.int32)
    cell = np.empty(room, np.int32)
    value = np.empty(room, np.int64)
    cost = np.empty(room, np.int64)
    least = np.empty(len(offer_start) - 1, np.int64)
    for p in range(len(offer_start) - 1):
        low = np.int64(1) << np.int64(60)
        for j in range(offer_start[p], offer_start[p + 1]):
            low = min(low, price[offer_class[j]] - offer_credit[j])
        least[p] = low
    n = 0
    for a in range(len(arc_start) - 1):
        gain = np.int64(0)
        for i in range(arc_start[a], arc_start[a + 1]):
            gain = max(gain, np.int64(arc_value[i]) * quantum - least[arc_pair[i]])
        for i in range(arc_start[a], arc_start[a + 1]):
            p = arc_pair[i]
            rest = gain - np.int64(arc_value[i]) * quantum
            if rest + least[p] > limit:
                continue
            for j in range(offer_start[p], offer_start[p + 1]):
                rc = rest + price[offer_class[j]] - offer_credit[j]
                if rc <= limit:
                    if n == room:
                        return -1, who, klass, cell, value, cost
                    who[n] = a
                    klass[n] = offer_class[j]
                    cell[n] = offer_cell[j]
                    value[n] = arc_value[i]
                    cost[n] = rc
                    n += 1
    return n, who[:n], klass[:n], cell[:n], value[:n], cost[:n]


@dataclass(frozen=True)
class Searched:
    """What the search found, whether it covered everything, and how many columns it had."""

    incumbent: FeasibleSolution
    complete: bool
    columns: int


@dataclass(frozen=True)
class _Columns:
    """Merged columns: representative arc, multiplicity, and the applicants behind each, ``member[start[i]:...]``."""

    arc: Ints
    upper: Ints
    start: Ints
    member: Ints


def _merge(who: Ints, klass: Ints, cell: Ints, value: Ints, capacity: Ints) -> _Columns:
    alone = np.bincount(who)[who] == 1 if len(who) else np.zeros(0, bool)
    order = np.lexsort((np.arange(len(who)), -value, cell, klass, ~alone))
    key = np.stack([klass[order], cell[order], value[order]], axis=1)
    fresh = np.ones(len(who), bool)
    fresh[1:] = (key[1:] != key[:-1]).any(axis=1) | ~alone[order][1:]
    start = np.flatnonzero(fresh)
    size = np.diff(np.r_[start, len(who)])
    arc = order[start]
    # in one class and cell, exchangeable households beyond the capacity are never needed
    block = np.ones(len(arc), bool)
    block[1:] = (klass[arc][1:] != klass[arc][:-1]) | (cell[arc][1:] != cell[arc][:-1])
    seen = np.cumsum(size) - size
    before = seen - np.maximum.accumulate(np.where(block, seen, 0))
    upper = np.where(alone[arc], np.minimum(size, capacity[klass[arc]] - before), size)
    keep = upper > 0
    return _Columns(arc[keep], upper[keep], start[keep], order)


def search(
    structure: Structure,
    rows: RowSystem,
    tail: Tail,
    lagrangian: Lagrangian,
    best: LagrangianSolution,
    incumbent: FeasibleSolution,
    *,
    target: int,
    max_columns: int,
    nodes: int,
    wide_columns: int = 0,
    time_limit_s: float | None = None,
    absolute_gap: float = 0.0,
    policy: PrimalPolicy,
) -> Searched:
    """Look for a solution worth at least ``target`` on the arcs whose reduced cost leaves room for one.

    ``complete`` when those arcs fitted in ``max_columns`` and the integer program was solved to the end. Between
    ``max_columns`` and ``wide_columns`` the linear relaxation alone is asked: it takes tenths of a second, says that nothing
    better is there or finds it, and where it does neither dividing is the cheaper way.
    """
    s, q, network = structure, lagrangian.quantum, network_of(structure)
    limit = best.bound - target * q
    credit, _ = lagrangian.credits(best.multipliers)
    widest = max(max_columns, wide_columns)
    n, who, klass, cell, value, cost = near_arcs(
        q, limit, 8 * widest, network.offers(credit[s.offer_cell]), network.arcs, best.price
    )
    if n < 0:
        return Searched(incumbent, False, -1)
    del cost
    columns = _merge(who, klass, cell, value, s.capacity)
    m = len(columns.arc)
    if m > widest:
        return Searched(incumbent, False, m)
    arc = columns.arc
    counts, packing, room, exact, extra, upper = _program(s, who[arc], klass[arc], cell[arc], columns.upper)
    base = np.zeros(s.cells.n_cells, np.int64)
    vacant = s.cells.seat_classes
    base[s.cells.vacancy_cell[vacant]] = s.capacity[vacant]
    gain = np.r_[value[arc] + s.cells.fixed_value[cell[arc]], extra].astype(float)
    gain += np.asarray(
        counts[:, s.cells.n_household_cells :] @ s.cells.fixed_value[s.cells.n_household_cells :]
    )
    fixed = int(base @ s.cells.fixed_value)
    answer = solve_mip(
        tail, gain, counts, base, packing, room, upper, exact, nodes=nodes, absolute_gap=absolute_gap,
        time_limit_s=time_limit_s, least=(target - 0.5 - fixed) / tail.money, relaxed_only=m > max_columns, policy=policy,
    )  # fmt: skip
    if answer is None:
        return Searched(incumbent, False, m)
    if answer.value == -INF:  # the relaxation is not worth the target
        return Searched(incumbent, answer.finished, m)
    taken = answer.columns[:m]
    first = np.repeat(columns.start[taken > 0], taken[taken > 0])
    rank = np.arange(len(first)) - np.repeat(np.cumsum(taken[taken > 0]) - taken[taken > 0], taken[taken > 0])
    chosen = columns.member[first + rank]
    chosen = chosen[np.argsort(who[chosen], kind="stable")]
    leases = Leases(who[chosen], klass[chosen], cell[chosen], value[chosen])
    labels = repair_labels(s, cell_counts(s, leases), answer.labels)
    found = value_of(s, rows, leases, labels)
    better = found if found.objective > incumbent.objective else incumbent
    expected = answer.value * tail.money + fixed
    agreed = (
        abs(expected - found.objective) < 0.5
        or answer.bound * tail.money + expected - answer.value * tail.money < target - 0.5
    )
    return Searched(better, answer.finished and agreed, m)


def _program(
    structure: Structure, who: Ints, klass: Ints, cell: Ints, upper: Ints
) -> tuple[sp.csr_matrix, sp.csr_matrix, np.ndarray, np.ndarray, Ints, np.ndarray]:
    """Cell counts; packing rows (applicants met twice, then classes), their room, which are equalities; bonuses; bounds.

    A class with bonuses has one more column per dwelling, as many taken as households.
    """
    s, m = structure, len(who)
    has_bonus = np.diff(s.bonus_start) > 0
    used, row = np.unique(klass, return_inverse=True)
    size = np.where(has_bonus[used], s.capacity[used], 0)
    slot_class = np.repeat(np.arange(len(used)), size)
    slot = np.arange(len(slot_class)) - np.repeat(np.cumsum(size) - size, size)
    bonus = s.bonus[s.bonus_start[used[slot_class]] + slot] if len(slot) else np.zeros(0, np.int64)
    one = np.ones(m, np.int64)
    counts = sp.csr_matrix(
        (one, (np.arange(m), cell)), shape=(m + len(slot), s.cells.n_cells), dtype=np.int64
    )
    seats = np.flatnonzero(s.cells.vacancy_cell[klass] >= 0)
    if len(seats):
        counts = counts + sp.csr_matrix(
            (-one[seats], (seats, s.cells.vacancy_cell[klass[seats]])), shape=counts.shape, dtype=np.int64
        )
    _, person, times = np.unique(who, return_inverse=True, return_counts=True)
    twice = np.flatnonzero(times[person] > 1)
    order = np.cumsum(times > 1) - 1
    n_people = int((times > 1).sum())
    packing = sp.csr_matrix(
        (
            np.r_[np.ones(len(twice)), np.ones(m), -np.ones(len(slot))],
            (
                np.r_[twice, np.arange(m), m + np.arange(len(slot))],
                np.r_[order[person[twice]], n_people + row, n_people + slot_class],
            ),
        ),
        shape=(m + len(slot), n_people + len(used)),
    )
    room = np.r_[np.ones(n_people), np.where(has_bonus[used], 0, s.capacity[used])].astype(float)
    exact = np.r_[np.zeros(n_people, bool), has_bonus[used]]
    return counts.tocsr(), packing, room, exact, bonus, np.r_[upper, np.ones(len(slot))].astype(float)
