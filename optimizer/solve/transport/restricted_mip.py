"""Feasible solutions: exact labels for given leases, and recombination of assignments exchange by exchange."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from optimizer.solve.policy import DEFAULT, PrimalPolicy
from optimizer.solve.transport.exchanges import Exchanges, apart, apply_exchanges, exchanges_between
from optimizer.solve.transport.leases import Leases, cell_counts, total_value, vacancies
from optimizer.solve.transport.model import Ints, LabelledTransport
from optimizer.solve.transport.programs import INF, MipAnswer, Tail, solve_mip
from optimizer.solve.transport.rows import RowSystem
from optimizer.solve.transport.structure import Structure

HALF = 0.5
"""Half the smallest difference between two objectives: what a real number may be off and still tell them apart."""


@dataclass(frozen=True)
class FeasibleSolution:
    """A feasible solution: leases, labels taken per pool option, exact objective and shortfalls."""

    leases: Leases
    labels: Ints
    objective: int
    shortfall: Ints


def needs(rows: RowSystem, counts: Ints, labels: Ints) -> Ints:
    """What each model row still asks for, in coefficient units; negative: it has more than it asks."""
    n = len(rows.price)
    need = rows.constant[:n] + (counts @ rows.fixed[:, :n]) + (labels @ rows.label[:, :n])
    return np.asarray(need, dtype=np.int64)


def shortfalls(rows: RowSystem, counts: Ints, labels: Ints) -> Ints:
    """Shortfall of each model row, in coefficient units."""
    return np.maximum(0, needs(rows, counts, labels))


def value_of(structure: Structure, rows: RowSystem, leases: Leases, labels: Ints) -> FeasibleSolution:
    """Evaluate exactly."""
    counts = cell_counts(structure, leases)
    missing = shortfalls(rows, counts, labels)
    worth = total_value(structure, leases) + int(labels @ structure.cells.label_value)
    return FeasibleSolution(leases, labels, worth - int(missing @ rows.price), missing)


def label(
    structure: Structure,
    rows: RowSystem,
    tail: Tail,
    leases: Leases,
    *,
    absolute_gap: float = 0.0,
    policy: PrimalPolicy = DEFAULT.primal,
) -> FeasibleSolution:
    """Best labels for given leases (a small integer program; exact up to its node limit and gap, in points)."""
    cells = structure.cells
    nothing = sp.csr_matrix((0, cells.n_cells), dtype=np.int64)
    counts = cell_counts(structure, leases)
    labels = np.zeros(len(cells.label_value), np.int64)
    if cells.n_pools:
        nodes = 1000 if tail.n_labels <= policy.labels_many else 20
        answer = solve_mip(
            tail, np.zeros(0), nothing, counts, nodes=nodes, absolute_gap=absolute_gap, policy=policy
        )
        labels = repair_labels(structure, counts, None if answer is None else answer.labels)
    return value_of(structure, rows, leases, labels)


def unlabelled(structure: Structure, rows: RowSystem, leases: Leases) -> FeasibleSolution:
    """Given leases with the first labels of their pools, whatever the rules say of them."""
    labels = np.zeros(len(structure.cells.label_value), np.int64)
    if structure.cells.n_pools:
        labels = repair_labels(structure, cell_counts(structure, leases), None)
    return value_of(structure, rows, leases, labels)


def repair_labels(structure: Structure, counts: Ints, labels: Ints | None) -> Ints:
    """Labels whose sums match the pools exactly, changed as little as possible."""
    cells = structure.cells
    total = np.zeros(cells.n_pools, np.int64)
    inside = cells.pool >= 0
    np.add.at(total, cells.pool[inside], counts[inside])
    if labels is None:
        labels = np.zeros(len(cells.label_value), np.int64)
    labels = np.maximum(labels, 0)
    short = total - np.add.reduceat(labels, cells.label_start[:-1])
    for p in np.flatnonzero(short):
        span = slice(int(cells.label_start[p]), int(cells.label_start[p + 1]))
        left = int(short[p])
        for i in range(span.start, span.stop):
            step = max(left, -int(labels[i])) if left < 0 else left
            labels[i] += step
            left -= step
    return labels


def recombine(
    structure: Structure,
    rows: RowSystem,
    tail: Tail,
    incumbent: FeasibleSolution,
    others: list[Leases],
    *,
    nodes: int,
    absolute_gap: float,
    whole_counts: bool = False,
    time_limit_s: float | None = None,
    enough: int | None = None,
    policy: PrimalPolicy = DEFAULT.primal,
) -> FeasibleSolution:
    """Best combination of an incumbent and exchanges of the way to other assignments; never worse.

    Exchanges that change no count are taken when they gain. Exchanges of different assignments exclude each other where
    they touch the same applicant, and share the vacancies of a class. Labels are chosen last: whole ones beside exchanges
    keep HiGHS tightening bounds one by one, for seconds instead of hundredths. With ``enough``, an objective that ends the
    search, only exchanges that exclude no other are recombined (`apart`): for assignments that differ by many small ones.
    """
    sets = [p for p in (exchanges_between(structure, incumbent.leases, other) for other in others) if p.n]
    if not sets:
        return incumbent
    gain = np.concatenate([p.gain for p in sets])
    counts = sp.vstack([p.counts for p in sets], format="csr")
    visible = np.diff(counts.indptr) > 0
    if len(sets) == 1:
        free = np.flatnonzero(~visible & (gain > 0))
        keep = np.flatnonzero(visible)
        packing, room = None, None
    elif enough is not None:
        free = np.zeros(0, np.int64)
        keep = np.flatnonzero((visible | (gain > 0)) & apart(sets, vacancies(structure, incumbent.leases)))
        packing, room = None, None
    else:
        free = np.zeros(0, np.int64)
        keep = np.flatnonzero(visible | (gain > 0))
        packing, room = _conflicts(structure, incumbent.leases, sets, keep)
    held = total_value(structure, incumbent.leases) + int(gain[free].sum())
    least = incumbent.objective + HALF
    answer = solve_mip(
        tail, gain[keep], counts[keep], cell_counts(structure, incumbent.leases), packing, room,
        whole_labels=False, whole_counts=whole_counts, nodes=nodes, absolute_gap=absolute_gap, time_limit_s=time_limit_s,
        least=(least - held) / tail.money, enough=INF if enough is None else (enough - held) / tail.money, policy=policy,
    )  # fmt: skip
    if answer is not None and answer.value * tail.money + held < least:
        return incumbent
    chosen = np.zeros(len(gain), bool)
    chosen[free] = True
    if answer is not None:
        chosen[keep[answer.columns > 0]] = True
    found = _applied(structure, rows, incumbent, sets, chosen, answer)
    if tail.n_labels and (answer is None or found.objective + HALF < answer.value * tail.money + held):
        tidied = label(
            structure, rows, tail, found.leases, absolute_gap=policy.labels_part * absolute_gap, policy=policy
        )
        found = max(found, tidied, key=lambda solution: solution.objective)
    return found if found.objective > incumbent.objective else incumbent


def _applied(
    structure: Structure,
    rows: RowSystem,
    incumbent: FeasibleSolution,
    sets: list[Exchanges],
    chosen: np.ndarray,
    answer: MipAnswer | None,
) -> FeasibleSolution:
    leases, at = incumbent.leases, 0
    for exchanges in sets:
        leases = apply_exchanges(leases, exchanges, chosen[at : at + exchanges.n])
        at += exchanges.n
    labels = answer.labels if answer is not None else incumbent.labels
    labels = repair_labels(structure, cell_counts(structure, leases), labels)
    return value_of(structure, rows, leases, labels)


def _conflicts(
    structure: Structure, leases: Leases, sets: list[Exchanges], keep: Ints
) -> tuple[sp.csr_matrix, np.ndarray]:
    """Packing rows between exchanges of several assignments: applicants met twice, then class capacities."""
    at = np.r_[0, np.cumsum([p.n for p in sets])]
    who = np.concatenate([p.who for p in sets])
    column = np.concatenate([p.exchange + a for p, a in zip(sets, at, strict=False)])
    place = np.full(at[-1], -1, np.int64)
    place[keep] = np.arange(len(keep))
    inside = place[column] >= 0
    who, column = who[inside], place[column[inside]]
    _, row, times = np.unique(who, return_inverse=True, return_counts=True)
    twice = times[row] > 1
    order = np.cumsum(times > 1) - 1
    share = sp.csr_matrix(
        (np.ones(int(twice.sum())), (column[twice], order[row[twice]])),
        shape=(len(keep), int((times > 1).sum())),
    )
    share = share[:, _distinct(share)]
    classes = sp.vstack([p.classes for p in sets], format="csr")[keep]
    full = structure.capacity - np.bincount(leases.klass, minlength=structure.n_classes)
    used = np.flatnonzero(np.asarray(abs(classes).sum(axis=0)).ravel() > 0)
    packing = sp.hstack([share, classes[:, used]], format="csr")
    return packing, np.r_[np.ones(share.shape[1]), full[used]].astype(float)


def _distinct(share: sp.csr_matrix) -> Ints:
    """First of each set of equal columns: applicants who meet in the same exchanges forbid the same."""
    by_column = share.tocsc()
    by_column.sort_indices()
    first: dict[bytes, int] = {}
    for j in range(share.shape[1]):
        first.setdefault(by_column.indices[by_column.indptr[j] : by_column.indptr[j + 1]].tobytes(), j)
    return np.array(list(first.values()), np.int64)


def serve_accounts(
    model: LabelledTransport, structure: Structure, incumbent: FeasibleSolution
) -> tuple[Ints, Ints]:
    """Hand the labels out: account of each leased applicant (in lease order) and seats taken, (S,).

    Inside a pool, cells ascending, then applicants ascending, take the labels in their order.
    """
    cells, leases = structure.cells, incumbent.leases
    account = np.full(len(leases.applicant), -1, np.int64)
    seats = np.zeros(len(model.seat_account), np.int64)
    left = incumbent.labels.copy()
    next_label = cells.label_start[:-1].copy()
    order = np.argsort(leases.cell, kind="stable")
    bounds = np.searchsorted(leases.cell[order], np.arange(cells.n_cells + 1))
    counts = cell_counts(structure, leases)
    for cell in np.flatnonzero(counts > 0).tolist():
        source = cells.source[cells.source_start[cell] : cells.source_start[cell + 1]]
        here = order[bounds[cell] : bounds[cell + 1]]
        wanted = int(counts[cell])
        done = 0
        p = cells.pool[cell]
        while done < wanted:
            if p < 0:
                pick, take = int(source[0]), wanted
            else:
                while left[next_label[p]] == 0:
                    next_label[p] += 1
                take = min(wanted - done, int(left[next_label[p]]))
                left[next_label[p]] -= take
                pick = int(source[next_label[p] - cells.label_start[p]])
            if cell < cells.n_household_cells:
                account[here[done : done + take]] = model.option_account[pick]
            elif pick >= 0:
                seats[pick] += take
            done += take
    return account, seats
