"""Counts of leases worth branching on, and what a branch counts."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from optimizer.solve.transport.mir import effect_matrix
from optimizer.solve.transport.model import Branch, Ints, LabelledTransport

Count = tuple[int, bool, int]


def count_of(branch: Branch) -> Count:
    """What a branch counts, whatever its side and threshold."""
    return branch.row, branch.lowest, branch.cell


def sides_of(what: Count, value: float) -> tuple[Branch, Branch]:
    """At most the whole number below a value, or at least the one above."""
    row, lowest, cell = what
    low = int(np.floor(value))
    return Branch(row, lowest, False, low, cell), Branch(row, lowest, True, low + 1, cell)


def branch_price(model: LabelledTransport) -> int:
    """A price that no solution would pay by choice; the bound of a node is valid whatever it is."""
    top = max(
        (int(np.abs(v).max(initial=0)) for v in (model.entry_value, model.option_value, model.bonus)),
        default=0,
    )
    top += abs(model.entry_base)
    coef = int(np.abs(model.effect_coef).max(initial=0))
    return 1 + 2 * top + 4 * coef * int(model.row_price.max(initial=0))


def lowest(tables: list[sp.csc_matrix], row: int) -> int:
    """Smallest coefficient of a row in some tables, at most 0."""
    return min(int(t.data[t.indptr[row] : t.indptr[row + 1]].min(initial=0)) for t in tables)


def having(table: sp.csc_matrix, row: int, wanted: int | None) -> Ints:
    """Positions, ascending, whose coefficient in a row is ``wanted`` (None: any but 0)."""
    span = slice(table.indptr[row], table.indptr[row + 1])
    data = table.data[span]
    hit = data != 0 if wanted is None else data == wanted
    return np.asarray(np.sort(table.indices[span][hit]), np.int64)


def _of_row(tables: list[sp.csc_matrix], branch: Branch) -> list[Ints]:
    """Options and seats a branch on a row counts."""
    wanted = lowest(tables, branch.row) if branch.lowest else None
    return [having(table, branch.row, wanted) for table in tables]


def _of_cell(model: LabelledTransport, cell: int) -> list[Ints]:
    """Options a branch on a cell counts, and no seat."""
    span = model.option_start[cell : cell + 2]
    return [np.arange(*span, dtype=np.int64), np.zeros(0, np.int64)]


def counted_by(model: LabelledTransport, tables: list[sp.csc_matrix], branch: Branch) -> list[Ints]:
    """Options and seats a branch counts; ``tables`` are their effects by row."""
    return _of_row(tables, branch) if branch.cell < 0 else _of_cell(model, branch.cell)


def countable(model: LabelledTransport) -> list[Count]:
    """Counts to branch on: the numerator-like leases and the whole scope of every priced row."""
    table = effect_matrix(model.effect_start, model.effect_row, model.effect_coef, model.n_rows).tocsc()
    out: list[Count] = []
    for k in range(model.n_rows):
        data = table.data[table.indptr[k] : table.indptr[k + 1]]
        if model.row_price[k] and len(data):
            if data.min() < 0:
                out.append((k, True, -1))
            if len(np.unique(data)) > 1 or data.min() > 0:
                out.append((k, False, -1))
    return out


def covers_all(paths: list[tuple[Branch, ...]]) -> bool:
    """Whether some nodes, each a path of branches from the root, leave no solution out."""
    if any(not path for path in paths):
        return True
    if not paths:
        return False
    first = paths[0][0]
    for low in {p[0].threshold for p in paths if not p[0].at_least and _same(p[0], first)}:
        below = [p[1:] for p in paths if _same(p[0], first) and not p[0].at_least and p[0].threshold == low]
        above = [p[1:] for p in paths if _same(p[0], first) and p[0].at_least and p[0].threshold == low + 1]
        if covers_all(below) and covers_all(above):
            return True
    return False


def _same(one: Branch, other: Branch) -> bool:
    return count_of(one) == count_of(other)
