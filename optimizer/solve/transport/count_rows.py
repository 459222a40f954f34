"""Rows that count leases in cases, read from the rows of the root: no option is looked at a second time.

Every lease has one cell and, where the cell has a pool, one label. A row speaks of either: where all options of a cell have the
same effect on it, the cell has this effect, and else the labels have it. So what a branch counts is told by the coefficients
that stand there already, and cells and labels stay as they are.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.solve.transport.branching import Count, having, lowest
from optimizer.solve.transport.cells import CellTable
from optimizer.solve.transport.mir import beside, effect_matrix, shares
from optimizer.solve.transport.model import Ints, LabelledTransport
from optimizer.solve.transport.rows import RowSystem

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
    tables = [
        effect_matrix(model.effect_start, model.effect_row, model.effect_coef, n).tocsc(),
        effect_matrix(model.seat_effect_start, model.seat_effect_row, model.seat_effect_coef, n).tocsc(),
    ]
    size = np.diff(cells.label_start)
    pool_of_label = np.repeat(np.arange(cells.n_pools), size)
    sides = rows.fixed.tocsc(), rows.label.tocsc()
    found: tuple[list[Ints], list[Ints]] = ([], [])
    for row, least, cell in counts:
        if cell >= 0:
            inside, labels = np.array([cell], np.int64), np.zeros(0, np.int64)
        else:
            wanted = lowest(tables, row) if least else None
            inside, labels = (having(side, row, wanted) for side in sides)
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
    fixed, label = (
        beside(side, [(x, np.full(len(x), by, np.int64)) for x in where for by in SIDES], n)
        for side, where in zip(sides, found, strict=True)
    )
    zero = np.zeros(more, np.int64)
    return replace(cells, fixed=fixed, label=label), RowSystem(
        np.r_[rows.constant[:n], zero, rows.constant[n:]],
        np.r_[model.row_price, zero],
        shares(n + more, rows.cuts),
        fixed,
        label,
        rows.cuts,
    )
