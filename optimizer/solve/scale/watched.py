"""Rows that count leases in cases, read from the rows of the root: no option is looked at a second time.

Every lease has one cell and, where the cell has a pool, one label. A row speaks of either: where all options of a cell have the
same effect on it, the cell has this effect, and else the labels have it. So what a branch counts is told by the coefficients
that stand there already, and cells and labels stay as they are.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from optimizer.solve.scale.branches import Count
from optimizer.solve.scale.cells import CellTable
from optimizer.solve.scale.cuts import shares
from optimizer.solve.scale.model import Ints, LabelledTransport
from optimizer.solve.scale.rows import RowSystem

SIDES = (-1, 1)
"""Coefficient of a lease on the row of "at least" and on that of "at most"."""


def watch(
    model: LabelledTransport, cells: CellTable, rows: RowSystem, counts: list[Count]
) -> tuple[CellTable, RowSystem]:
    """Cells and rows with two rows of price 0 and constant 0 for each count, between the model's rows and the cuts.

    Parameters
    ----------
    cells, rows : of the root; counts : see `branches`
    """
    n, more = model.n_rows, len(SIDES) * len(counts)
    least = _least(model)
    size = np.diff(cells.label_start)
    pool_of_label = np.repeat(np.arange(cells.n_pools), size)
    sides = rows.fixed.tocsc(), rows.label.tocsc()
    found: tuple[list[Ints], list[Ints]] = ([], [])
    for row, lowest, cell in counts:
        if cell >= 0:
            inside, labels = np.array([cell], np.int64), np.zeros(0, np.int64)
        else:
            wanted = int(least[row]) if lowest else None
            inside, labels = (_where(side, row, wanted) for side in sides)
            all_of = np.bincount(pool_of_label[labels], minlength=cells.n_pools) == size
            whole = (
                np.flatnonzero(all_of[np.maximum(cells.pool, 0)] & (cells.pool >= 0))
                if cells.n_pools
                else labels[:0]
            )
            if len(whole):  # whatever the label, the lease is counted
                labels = labels[~all_of[pool_of_label[labels]]]
                inside = np.union1d(inside, whole)
        found[0].append(inside)
        found[1].append(labels)
    fixed, label = (_between(side, n, where) for side, where in zip(sides, found, strict=True))
    zero = np.zeros(more, np.int64)
    return replace(cells, fixed=fixed, label=label), RowSystem(
        np.r_[rows.constant[:n], zero, rows.constant[n:]],
        np.r_[model.row_price, zero],
        shares(n + more, rows.cuts),
        fixed,
        label,
        rows.cuts,
    )


def _least(model: LabelledTransport) -> Ints:
    """Smallest coefficient of each row over options and seats, at most 0."""
    least = np.zeros(model.n_rows, np.int64)
    np.minimum.at(least, model.effect_row, model.effect_coef)
    np.minimum.at(least, model.seat_effect_row, model.seat_effect_coef)
    return least


def _where(table: sp.csc_matrix, row: int, wanted: int | None) -> Ints:
    """Cells or labels whose effect on a row is ``wanted`` (None: any)."""
    span = slice(table.indptr[row], table.indptr[row + 1])
    data = table.data[span]
    hit = data != 0 if wanted is None else data == wanted
    return np.sort(table.indices[span][hit]).astype(np.int64)


def _between(table: sp.csc_matrix, n: int, where: list[Ints]) -> sp.csr_matrix:
    """A table with two columns more for each list of positions, after its first ``n``."""
    at = int(table.indptr[n])
    made = [(x, np.full(len(x), by, np.int64)) for x in where for by in SIDES]
    size = np.cumsum([len(x) for x, _ in made], dtype=np.int64)
    grown = int(size[-1]) if len(size) else 0
    whole = sp.csc_matrix(
        (
            np.concatenate((table.data[:at], *(x[1] for x in made), table.data[at:])),
            np.concatenate((table.indices[:at], *(x[0] for x in made), table.indices[at:])),
            np.concatenate((table.indptr[: n + 1], at + size, grown + table.indptr[n + 1 :])),
        ),
        shape=(table.shape[0], table.shape[1] + len(made)),
        dtype=np.int64,
    )
    return whole.tocsr()
