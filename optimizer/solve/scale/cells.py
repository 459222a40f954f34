"""Cells (group x type, and vacancies that seats may take): what is fixed by the cell, what the account decides.

Rules see an assignment only through the number of leases per cell. An effect shared by every option of a cell is a
*fixed* effect; what is left is the label choice. Cells with the same left-over options form one *pool*, whose labels
are chosen in the master problem for all its leases together, never inside the pricing problem.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from optimizer.solve.scale.model import Ints, LabelledTransport

Effects = tuple[tuple[int, int], ...]
Option = tuple[
    int, int, Effects, int
]  # account, value, effects on rows, option or seat number (-1: left empty)

IMPOSSIBLE = -(1 << 55)


@dataclass(frozen=True)
class CellTable:
    """Cells, pools and options as arrays.

    Cells ``0 .. G*T - 1`` are (group, type); the following ones are the vacancies of the classes with seats.
    ``pool`` is -1 for a cell that admits nothing or whose only option leaves nothing to decide. ``fixed`` is
    (cells, R) and ``label`` (labels, R), csr int64; labels of pool ``p`` are ``label_start[p] .. label_start[p+1]``.
    ``label_source`` gives, per cell with a pool, the option (or seat) number behind each of its labels.
    """

    n_cells: int
    n_household_cells: int
    seat_classes: Ints
    vacancy_cell: Ints
    admissible: np.ndarray
    fixed_value: Ints
    fixed: sp.csr_matrix
    pool: Ints
    n_pools: int
    label_start: Ints
    label_value: Ints
    label: sp.csr_matrix
    source_start: Ints
    source: Ints


_NONE = np.zeros(0, np.int64)
_NOTHING = sp.csr_matrix((0, 0), dtype=np.int64)
NO_CELLS = CellTable(
    0, 0, _NONE, _NONE, _NONE.astype(bool), _NONE, _NOTHING, _NONE, 0, np.zeros(1, np.int64), _NONE, _NOTHING,
    np.zeros(1, np.int64), _NONE,
)  # fmt: skip


def _effects(start: Ints, row: np.ndarray, coef: Ints, j: int) -> Effects:
    summed: dict[int, int] = {}
    for i in range(int(start[j]), int(start[j + 1])):
        summed[int(row[i])] = summed.get(int(row[i]), 0) + int(coef[i])
    return tuple(sorted((r, c) for r, c in summed.items() if c))


def _divide(options: list[Option]) -> tuple[int, Effects, tuple[Option, ...]]:
    """Common value, common effects, and the options less what is common."""
    value = min(o[1] for o in options)
    common = set(options[0][2])
    for option in options[1:]:
        common &= set(option[2])
    left = [(o[0], o[1] - value, tuple(e for e in o[2] if e not in common), o[3]) for o in options]
    return value, tuple(sorted(common)), tuple(sorted(left))


def split_cells(model: LabelledTransport, class_of: Ints) -> CellTable:
    """Build the table; ``class_of`` gives the model's class of each class of the structure."""
    n_household = model.n_groups * model.n_types
    seat_count = np.diff(model.seat_start) if len(model.seat_start) else np.zeros(model.n_classes, np.int64)
    seat_classes = np.flatnonzero(seat_count[class_of] > 0)
    n_cells = n_household + len(seat_classes)
    vacancy_cell = np.full(len(class_of), -1, np.int64)
    vacancy_cell[seat_classes] = np.arange(n_household, n_cells)
    admissible = np.zeros(n_cells, bool)
    fixed_value = np.zeros(n_cells, np.int64)
    pool = np.full(n_cells, -1, np.int64)
    fixed: list[tuple[int, int, int]] = []
    known: dict[tuple[tuple[int, int, Effects], ...], int] = {}
    sources: list[list[int]] = []
    pools: list[tuple[Option, ...]] = []
    for cell in range(n_cells):
        options = _options_of(model, class_of, seat_classes, n_household, cell)
        sources.append([])
        if not options:
            continue
        admissible[cell] = True
        value, common, left = _divide(options)
        fixed_value[cell] = value
        fixed.extend((cell, r, c) for r, c in common)
        sources[-1] = [o[3] for o in left]
        if len(left) > 1:
            key = tuple(o[:3] for o in left)
            pool[cell] = known.setdefault(key, len(known))
            if pool[cell] == len(pools):
                pools.append(left)
    rows = model.n_rows
    return CellTable(
        n_cells=n_cells,
        n_household_cells=n_household,
        seat_classes=seat_classes,
        vacancy_cell=vacancy_cell,
        admissible=admissible,
        fixed_value=fixed_value,
        fixed=_csr(fixed, (n_cells, rows)),
        pool=pool,
        n_pools=len(pools),
        label_start=np.r_[0, np.cumsum([len(p) for p in pools])].astype(np.int64),
        label_value=np.array([o[1] for p in pools for o in p], np.int64),
        label=_csr(
            [(i, r, c) for i, o in enumerate(o for p in pools for o in p) for r, c in o[2]],
            (sum(len(p) for p in pools), rows),
        ),
        source_start=np.r_[0, np.cumsum([len(s) for s in sources])].astype(np.int64),
        source=np.array([j for s in sources for j in s], np.int64),
    )


def _options_of(
    model: LabelledTransport, class_of: Ints, seat_classes: Ints, n_household: int, cell: int
) -> list[Option]:
    if cell < n_household:
        span = range(int(model.option_start[cell]), int(model.option_start[cell + 1]))
        table = (model.effect_start, model.effect_row, model.effect_coef)
        return [
            (int(model.option_account[j]), int(model.option_value[j]), _effects(*table, j), j) for j in span
        ]
    k = int(class_of[seat_classes[cell - n_household]])
    table = (model.seat_effect_start, model.seat_effect_row, model.seat_effect_coef)
    span = range(int(model.seat_start[k]), int(model.seat_start[k + 1]))
    taken = [(int(model.seat_account[j]), int(model.seat_value[j]), _effects(*table, j), j) for j in span]
    return [(-1, 0, (), -1), *taken]


def _csr(triples: list[tuple[int, int, int]], shape: tuple[int, int]) -> sp.csr_matrix:
    i = np.array([t[0] for t in triples], np.int64)
    j = np.array([t[1] for t in triples], np.int64)
    v = np.array([t[2] for t in triples], np.int64)
    return sp.csr_matrix((v, (i, j)), shape=shape, dtype=np.int64)
