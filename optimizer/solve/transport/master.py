"""Master LP: convex combinations of each component's assignments, account labels, priced rows."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from optimizer.solve.policy import GenerationPolicy
from optimizer.solve.transport.exchanges import Exchanges, bundles, exchanges_between
from optimizer.solve.transport.leases import Leases, component_of_class, component_view
from optimizer.solve.transport.model import Floats, Ints, SmallInts
from optimizer.solve.transport.programs import INF, Tail, new_solver, run_solver
from optimizer.solve.transport.structure import Structure

PRIMAL = 4
"""HiGHS's number of the primal simplex: columns come and prices of the box change, so the last basis stays feasible."""


@dataclass(frozen=True)
class AssignmentColumn:
    """One assignment of one component, kept by reference to the pricing it came from."""

    component: int
    leases: Leases


@dataclass
class _Batch:
    """Exchanges of the way from new columns to another assignment: what each gains (points) and the number of its column, where
    they are in the program, how long without use."""

    counts: sp.csr_matrix
    gain: Floats
    owner: Ints
    column: int = 0
    row: int = 0
    idle: int = 0

    @property
    def size(self) -> int:
        return int(self.counts.shape[0])


class AssignmentMaster:
    """Grows by the columns of each pricing; gives prices of rows and the weight of each column."""

    def __init__(self, structure: Structure, tail: Tail, policy: GenerationPolicy) -> None:
        self.structure, self.policy = structure, policy
        self.columns: list[AssignmentColumn] = []
        homes = (
            np.add.reduceat(structure.capacity, structure.class_start[:-1])
            if structure.n_components
            else np.zeros(0)
        )
        self._share = homes / max(1, int(structure.capacity.sum()))
        self.value = -INF
        self.weights: Floats = np.zeros(0)
        self._seen: set[tuple[int, bytes]] = set()
        self._views: list[tuple[Floats, sp.csr_matrix, list[int]]] = []
        self._load(tail)

    def _load(self, tail: Tail) -> None:
        self.tail = tail
        e = self.structure.n_components
        low, high = tail.bounds()
        h = self.lp = new_solver()
        h.setOptionValue("simplex_strategy", PRIMAL)
        n_rows = e + tail.height
        none = (0, np.zeros(n_rows, np.int32), np.zeros(0, np.int32), np.zeros(0))
        h.addRows(n_rows, np.r_[np.ones(e), low], np.r_[np.ones(e), high], *none)
        m = tail.matrix
        n = m.shape[1]
        h.addCols(
            n, tail.cost, np.zeros(n), np.full(n, INF), m.nnz,
            m.indptr[:-1].astype(np.int32), (m.indices + e).astype(np.int32), m.data,
        )  # fmt: skip
        rows = np.arange(e + tail.n_pools, n_rows, dtype=np.int32)
        for sign in (1.0, -1.0):
            nothing, step = np.zeros(tail.n_rows), np.full(tail.n_rows, sign)
            starts = np.arange(tail.n_rows, dtype=np.int32)
            h.addCols(tail.n_rows, nothing, nothing, nothing, tail.n_rows, starts, rows, step)
        self._box = n
        self._width = n + 2 * tail.n_rows
        self._at: list[int] = []
        self.batches: list[_Batch] = []
        """Exchanges at hand, as they came."""

    def confine(self, centre: Floats, radius: Floats | None) -> None:
        """Keep the next multipliers within ``radius`` (points per lease, (rows,)) of a centre; None sets them free.

        One column per row and side: what it buys is priced at the edge of the box.
        """
        n = self.tail.n_rows
        columns = np.arange(self._box, self._box + 2 * n, dtype=np.int32)
        low = np.zeros(2 * n)
        if radius is None:
            self.lp.changeColsBounds(2 * n, columns, low, low)
            return
        middle = centre * self.tail.norm / self.tail.money
        floor = middle - radius
        cost = np.r_[-(middle + radius), np.maximum(0.0, floor)]
        self.lp.changeColsCost(2 * n, columns, cost)
        self.lp.changeColsBounds(2 * n, columns, low, np.r_[np.full(n, INF), np.where(floor > 0, INF, 0.0)])

    def replace_rows(self, tail: Tail) -> None:
        """Same columns and exchanges; the same rows, and new ones between the priced rows and the cuts."""
        batches, last = self.batches, self.standing() if self.columns else None
        known = None if last is None else self._where(tail)
        found = None if known is None else self.mass()
        self._load(tail)
        for cost, counts, components in self._views:
            self._append(cost, counts, components)
        for batch in batches:
            self._append_pieces(batch, tail.body(batch.counts))
        if last is None or known is None or found is None or tail.rows is None:
            return
        # what was the best before is the best now, and much sooner said than found again: a new row holds, or what it
        # lacks is its shortfall
        away, inside = highspy.HighsBasisStatus.kLower, highspy.HighsBasisStatus.kBasic
        basis, columns, rows = highspy.HighsBasis(), last.col_status, last.row_status
        stands = [columns[i] if i >= 0 else away for i in known[0].tolist()]
        holds = [rows[i] if i >= 0 else inside for i in known[1].tolist()]
        lacks = tail.constant + found[0] @ tail.rows.fixed + found[1] @ tail.rows.label
        priced = np.flatnonzero(known[0][tail.n_labels : len(tail.cost)] < 0)
        for k in priced[lacks[priced] > 0].tolist():
            stands[tail.n_labels + k] = inside
            holds[self.structure.n_components + tail.n_pools + k] = away
        basis.col_status, basis.row_status, basis.valid = stands, holds, True
        self.lp.setBasis(basis)

    def standing(self) -> highspy.HighsBasis:
        """The basis of the best solution; looked for when columns have come or gone since."""
        if not self.lp.getBasis().valid or len(self.weights) < len(self.columns):
            self.solve()
        return self.lp.getBasis()

    def stand(self, basis: highspy.HighsBasis) -> None:
        """Start the next solve from a basis of the same rows and columns."""
        self.lp.setBasis(basis)

    def _where(self, tail: Tail) -> tuple[Ints, Ints] | None:
        """Where each column and row of the program with the rows of ``tail`` is in that of now, -1: nowhere.

        None when the labels are others.
        """
        e, last = self.structure.n_components, self.tail
        if (last.n_pools, last.n_labels) != (tail.n_pools, tail.n_labels):
            return None
        n = len(last.cost) - last.n_labels
        new = np.full(len(tail.cost) - tail.n_labels - n, -1)
        priced = np.concatenate((np.arange(n), new))
        rows = np.concatenate((priced, np.arange(n, last.n_rows)))
        box = [np.where(rows < 0, -1, rows + self._box + side * last.n_rows) for side in (0, 1)]
        exchanges = [np.arange(b.size) for b in self.batches]
        first = last.n_labels, e + last.n_pools
        columns = (
            np.arange(first[0]),
            np.where(priced < 0, -1, priced + first[0]),
            *box,
            np.array(self._at, np.int64),
            *(at + b.column for at, b in zip(exchanges, self.batches, strict=True)),
        )
        lines = (
            np.arange(first[1]),
            np.where(rows < 0, -1, rows + first[1]),
            *(at + b.row for at, b in zip(exchanges, self.batches, strict=True)),
        )
        return np.concatenate(columns), np.concatenate(lines)

    def add(self, leases: Leases, toward: Leases | None = None) -> int:
        """Add the columns of one assignment that are new; returns how many.

        With ``toward``, also the exchanges of the way to another assignment: any part of what the column weighs may take
        any of them, for they are independent.
        """
        value, counts = component_view(self.structure, leases)
        fresh = []
        for e in range(self.structure.n_components):
            span = slice(counts.indptr[e], counts.indptr[e + 1])
            key = (e, value[e].tobytes() + counts.indices[span].tobytes() + counts.data[span].tobytes())
            if key not in self._seen:
                self._seen.add(key)
                fresh.append(e)
        if fresh:
            view = (value[fresh] / self.tail.money, counts[fresh], fresh)
            self._views.append(view)
            self._append(*view)
            self.columns.extend(AssignmentColumn(e, leases) for e in fresh)
            if toward is not None:
                self._add_pieces(exchanges_between(self.structure, leases, toward), fresh)
        return len(fresh)

    def _add_pieces(self, exchanges: Exchanges, fresh: list[int]) -> None:
        """Columns for the exchanges that some row or pool sees, at most the weight of their assignment."""
        body = self.tail.body(exchanges.counts)
        body.eliminate_zeros()
        of_class = component_of_class(self.structure)
        place = np.full(self.structure.n_components, -1, np.int64)
        place[fresh] = np.arange(len(self._at) - len(fresh), len(self._at))
        first = np.full(exchanges.n, -1, np.int64)
        who, at = np.unique(exchanges.exchange, return_index=True)
        first[who] = of_class[self._some_class(exchanges, at)]
        large = self._share[first] >= self.policy.exchange_part
        keep = np.flatnonzero((np.diff(body.indptr) > 0) & (place[first] >= 0) & large)
        if not len(keep):
            return
        part, gain, counts = body[keep], exchanges.gain[keep], exchanges.counts[keep]
        if len(keep) > self.policy.exchanges:
            group = bundles(part, gain, first[keep], self.policy.exchanges)
            part, counts, gain = group @ part, group @ counts, group @ gain
            keep = keep[group.indices[group.indptr[:-1]]]
        self._append_pieces(_Batch(counts, gain / self.tail.money, place[first[keep]]), part)

    def _append_pieces(self, batch: _Batch, part: sp.csr_matrix) -> None:
        """Exchanges with their coefficients on the tail's rows, each at most the weight of its column."""
        e, height, n = self.structure.n_components, self.lp.getNumRow(), batch.size
        self.lp.addRows(
            n, np.full(n, -INF), np.zeros(n), n, np.arange(n, dtype=np.int32),
            np.array(self._at)[batch.owner].astype(np.int32), np.full(n, -1.0),
        )  # fmt: skip
        starts, rows, values = _beside(part, e, np.arange(height, height + n, dtype=np.int32), first=False)
        self.lp.addCols(n, batch.gain, np.zeros(n), np.full(n, INF), len(rows), starts, rows, values)
        batch.column, batch.row = self._width, height
        self.batches.append(batch)
        self._width += n

    def _some_class(self, exchanges: Exchanges, at: Ints) -> Ints:
        """A class each exchange touches."""
        into = exchanges.klass[at].astype(np.int64)
        return np.where(into >= 0, into, exchanges.left[at])

    def tidy(self) -> None:
        """Drop the exchanges of columns that have carried no weight for a while: the newer ones say more."""
        gone = []
        for batch in self.batches[: -self.policy.exchange_age]:
            batch.idle = 0 if self.weights[batch.owner].max() > 1e-9 else batch.idle + 1
            if batch.idle >= self.policy.exchange_age:
                gone.append(batch)
        if not gone:
            return
        columns = np.concatenate([np.arange(b.column, b.column + b.size) for b in gone]).astype(np.int32)
        rows = np.concatenate([np.arange(b.row, b.row + b.size) for b in gone]).astype(np.int32)
        self.lp.deleteCols(len(columns), columns)
        self.lp.deleteRows(len(rows), rows)
        self.batches = [b for b in self.batches if not any(b is g for g in gone)]
        for b in self.batches:
            b.column -= int(np.searchsorted(columns, b.column))
            b.row -= int(np.searchsorted(rows, b.row))
        at = np.array(self._at)
        self._at = (at - np.searchsorted(columns, at)).tolist()
        self._width -= len(columns)

    def _append(self, cost: Floats, counts: sp.csr_matrix, components: list[int]) -> None:
        e, n = self.structure.n_components, len(components)
        body = self.tail.body(counts)
        starts, rows, values = _beside(body, e, np.array(components, np.int32), first=True)
        self.lp.addCols(n, cost, np.zeros(n), np.full(n, INF), len(rows), starts, rows, values)
        self._at.extend(range(self._width, self._width + n))
        self._width += n

    def reprice(self, tail: Tail) -> None:
        """Same rows with other prices and constants."""
        self.tail = tail
        n, e = len(tail.cost), self.structure.n_components
        self.lp.changeColsCost(n, np.arange(n, dtype=np.int32), tail.cost)
        low, high = tail.bounds()
        rows = np.arange(e, e + tail.height, dtype=np.int32)
        self.lp.changeRowsBounds(len(rows), rows, low, high)  # type: ignore[attr-defined]

    def mass(self) -> tuple[Floats, Floats]:
        """Fractional leases per cell and labels of the last solution."""
        cells = np.zeros(self.structure.cells.n_cells)
        at = 0
        for _, counts, components in self._views:
            cells += counts.T @ self.weights[at : at + len(components)]
            at += len(components)
        value = np.asarray(self.lp.getSolution().col_value)
        for batch in self.batches:
            cells += batch.counts.T @ value[batch.column : batch.column + batch.size]
        labels = np.asarray(self.lp.getSolution().col_value)[: self.tail.n_labels]
        return cells, labels

    def solve(self) -> Floats:
        """Optimise; returns real multipliers in objective units per unit of each row (cuts last)."""
        if self.lp.getNumRow() == 0:
            self.value = 0.0
            self.weights = np.ones(len(self.columns))
            return np.zeros(0)
        run_solver(self.lp)
        if self.lp.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self.lp.clearSolver()  # a basis that has become too near singular: from scratch
            run_solver(self.lp)
        if self.lp.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"master LP not solved: {self.lp.getModelStatus()}")
        solution = self.lp.getSolution()
        self.value = self.lp.getInfo().objective_function_value * self.tail.money
        self.weights = np.asarray(solution.col_value)[self._at]
        start = self.structure.n_components + self.tail.n_pools
        dual = np.asarray(solution.row_dual)[start : start + self.tail.n_rows]
        return -dual * self.tail.money / self.tail.norm


def _beside(
    body: sp.csr_matrix, shift: int, place: SmallInts, *, first: bool
) -> tuple[SmallInts, SmallInts, Floats]:
    """Columns of a program: the rows of ``body`` moved by ``shift``, each with a 1 at its ``place`` as well, first or last.

    Starts, places and values, written in place: to stack matrices takes longer than to solve the program.
    """
    n, size = body.shape[0], np.diff(body.indptr)
    starts = body.indptr[:-1] + np.arange(n)
    at = np.arange(body.nnz) + np.repeat(np.arange(n), size) + first
    places, values = np.empty(body.nnz + n, np.int32), np.ones(body.nnz + n)
    places[at], values[at] = body.indices + shift, body.data
    places[starts if first else starts + size] = place
    return starts.astype(np.int32), places, values
