"""Priced rows together with the cuts derived from them, as effects on cells and labels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from optimizer.solve.transport.capacities import with_rooms
from optimizer.solve.transport.cells import split_cells
from optimizer.solve.transport.mir import CutMaker, extend, shares
from optimizer.solve.transport.model import Ints, LabelledTransport, RowSumCut
from optimizer.solve.transport.structure import Structure, build_structure


@dataclass(frozen=True)
class RowSystem:
    """Rows ``0 .. R - 1`` of the model, then one row per cut.

    Row i states ``share[i] . shortfall >= constant[i] + effects``; multipliers y >= 0 must keep
    ``share.T @ y <= price``. ``fixed`` is (cells, rows), ``label`` (labels, rows), csr int64.
    """

    constant: Ints
    price: Ints
    share: sp.csr_matrix
    fixed: sp.csr_matrix
    label: sp.csr_matrix
    cuts: tuple[RowSumCut, ...]

    @property
    def n_rows(self) -> int:
        """Rows and cuts."""
        return len(self.constant)

    def clip(self, values: np.ndarray, quantum: int) -> Ints:
        """Nearest admissible integer multipliers (times the quantum) to real ones (objective units per unit)."""
        y: Ints = np.maximum(0, np.rint(values * quantum)).astype(np.int64)
        limit = self.price * quantum
        n = len(self.price)
        y[:n] = np.minimum(y[:n], limit)
        if self.n_rows > n:
            excess = np.maximum(0, self.share.T @ y - limit)
            if excess.any():
                taken = np.minimum(y[:n], excess)
                y[:n] -= taken
                broken = (excess - taken) > 0
                y[n:][self.share[n:] @ broken.astype(np.int64) > 0] = 0
        return y


def with_cuts(
    model: LabelledTransport, cuts: tuple[RowSumCut, ...], *, exact_rooms: bool, maker: CutMaker | None = None
) -> tuple[Structure, RowSystem]:
    """Structure and rows of a model with some cuts; ``exact_rooms`` first tightens them (one pricing each)."""
    structure, maker = build_structure(model), maker or CutMaker(model)
    if exact_rooms:
        cuts = with_rooms(structure, cuts, maker)
    extended = extend(model, cuts, maker)
    cells = split_cells(extended, structure.class_of)
    share = shares(model.n_rows, cuts)
    rows = RowSystem(extended.row_constant, model.row_price, share, cells.fixed, cells.label, cuts)
    return replace(structure, cells=cells), rows
