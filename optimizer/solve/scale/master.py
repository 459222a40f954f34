"""Master LP: convex combinations of each component's assignments, account labels, priced rows."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from optimizer.solve.scale.leases import Leases, component_view
from optimizer.solve.scale.programs import INF, Floats, Tail, new_solver, run_solver
from optimizer.solve.scale.structure import Structure


@dataclass(frozen=True)
class Column:
    """One assignment of one component, kept by reference to the pricing it came from."""

    component: int
    leases: Leases


class Master:
    """Grows by the columns of each pricing; gives prices of rows and the weight of each column."""

    def __init__(self, structure: Structure, tail: Tail) -> None:
        self.structure = structure
        self.columns: list[Column] = []
        self.value = -INF
        self.weights: Floats = np.zeros(0)
        self._seen: set[tuple[int, bytes]] = set()
        self._views: list[tuple[Floats, sp.csr_matrix, list[int]]] = []
        self._load(tail)

    def _load(self, tail: Tail) -> None:
        self.tail = tail
        e = self.structure.n_components
        low, high = tail.bounds()
        h = self._h = new_solver()
        n_rows = e + tail.height
        none = (0, np.zeros(n_rows, np.int32), np.zeros(0, np.int32), np.zeros(0))
        h.addRows(n_rows, np.r_[np.ones(e), low], np.r_[np.ones(e), high], *none)
        m = tail.matrix
        n = m.shape[1]
        h.addCols(
            n, tail.cost, np.zeros(n), np.full(n, INF), m.nnz,
            m.indptr[:-1].astype(np.int32), (m.indices + e).astype(np.int32), m.data,
        )  # fmt: skip
        self._first = n

    def replace_rows(self, tail: Tail) -> None:
        """Same columns, other rows (after cuts were added)."""
        self._load(tail)
        for cost, counts, components in self._views:
            self._append(cost, counts, components)

    def add(self, leases: Leases) -> int:
        """Add the columns of one assignment that are new; returns how many."""
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
            self.columns.extend(Column(e, leases) for e in fresh)
        return len(fresh)

    def _append(self, cost: Floats, counts: sp.csr_matrix, components: list[int]) -> None:
        e, n = self.structure.n_components, len(components)
        pick = sp.csr_matrix((np.ones(n), (np.arange(n), components)), shape=(n, e))
        body = sp.hstack([pick, self.tail.body(counts)], format="csr")
        self._h.addCols(
            n, cost, np.zeros(n), np.full(n, INF), body.nnz,
            body.indptr[:-1].astype(np.int32), body.indices.astype(np.int32), body.data,
        )  # fmt: skip

    def reprice(self, tail: Tail) -> None:
        """Same rows with other prices and constants."""
        self.tail = tail
        n, e = len(tail.cost), self.structure.n_components
        self._h.changeColsCost(n, np.arange(n, dtype=np.int32), tail.cost)
        low, high = tail.bounds()
        rows = np.arange(e, e + tail.height, dtype=np.int32)
        self._h.changeRowsBounds(len(rows), rows, low, high)  # type: ignore[attr-defined]

    def mass(self) -> tuple[Floats, Floats]:
        """Fractional leases per cell and labels of the last solution."""
        cells = np.zeros(self.structure.cells.n_cells)
        at = 0
        for _, counts, components in self._views:
            cells += counts.T @ self.weights[at : at + len(components)]
            at += len(components)
        labels = np.asarray(self._h.getSolution().col_value)[: self.tail.n_labels]
        return cells, labels

    def solve(self) -> Floats:
        """Optimise; returns real multipliers in objective units per unit of each row (cuts last)."""
        if self._h.getNumRow() == 0:
            self.value = 0.0
            self.weights = np.ones(len(self.columns))
            return np.zeros(0)
        run_solver(self._h)
        if self._h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"master LP not solved: {self._h.getModelStatus()}")
        solution = self._h.getSolution()
        self.value = self._h.getInfo().objective_function_value * self.tail.money
        self.weights = np.asarray(solution.col_value)[self._first :]
        dual = np.asarray(solution.row_dual)[self.structure.n_components + self.tail.n_pools :]
        return -dual * self.tail.money / self.tail.norm
