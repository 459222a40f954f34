"""Cells (group x type, and vacancies that seats may take): what is fixed by the cell, what the account decides.

Rules see an assignment only through the number of leases per cell. An effect shared by every option of a cell is a
*fixed* effect; what is left is the label choice. Cells with the same left-over options form one *pool*, whose labels
are chosen in the master problem for all its leases together, never inside the pricing problem.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from optimizer.solve.transport.model import Ints, LabelledTransport

Effects = tuple[tuple[int, int], ...]
Option = tuple[int, int, Effects, int]  # account, value, effects on rows, position among the cell's options

_Place = tuple[int, list[int], Ints, int, tuple[int, ...]]
"""A cell, the numbers of all options of its kind, where each owner's start, its owner, and what stands before them."""

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


@dataclass(frozen=True)
class _Split:
    """Cells alike: what their options share, and what is left of each, with its position among the options."""

    value: int
    common: Effects
    left: tuple[Option, ...]


class _Splits:
    """The distinct option lists of a model, each divided once: thousands of cells share a few of them."""

    def __init__(self) -> None:
        self.found: list[_Split] = []
        self._lists: dict[tuple[int, ...], int] = {}
        self._options: dict[tuple[int, int, bytes, bytes], int] = {}
        self._said: list[tuple[int, int, Effects]] = [(-1, 0, ())]

    def number(self, account: int, value: int, row: np.ndarray, coef: np.ndarray) -> int:
        """Number of an option by what it says."""
        key = (account, value, row.tobytes(), coef.tobytes())
        known = self._options.get(key)
        if known is None:
            known = self._options[key] = len(self._said)
            self._said.append((account, value, _summed(row, coef)))
        return known

    def of(self, options: tuple[int, ...]) -> int:
        """Number of the list of these options (0: the dwelling left empty)."""
        known = self._lists.get(options)
        if known is None:
            known = self._lists[options] = len(self.found)
            self.found.append(_divide([(*self._said[o], i) for i, o in enumerate(options)]))
        return known


def _summed(row: np.ndarray, coef: np.ndarray) -> Effects:
    summed: dict[int, int] = {}
    for r, c in zip(row.tolist(), coef.tolist(), strict=True):
        summed[r] = summed.get(r, 0) + c
    return tuple(sorted((r, c) for r, c in summed.items() if c))


def _divide(options: list[Option]) -> _Split:
    """Common value, common effects, and the options less what is common."""
    value = min(o[1] for o in options)
    common = set(options[0][2])
    for option in options[1:]:
        common &= set(option[2])
    left = [(o[0], o[1] - value, tuple(e for e in o[2] if e not in common), o[3]) for o in options]
    return _Split(value, tuple(sorted(common)), tuple(sorted(left)))


def split_cells(model: LabelledTransport, class_of: Ints) -> CellTable:
    """Build the table; ``class_of`` gives the model's class of each class of the structure."""
    n_household = model.n_groups * model.n_types
    seat_count = np.diff(model.seat_start) if len(model.seat_start) else np.zeros(model.n_classes, np.int64)
    seat_classes = np.flatnonzero(seat_count[class_of] > 0)
    n_cells = n_household + len(seat_classes)
    vacancy_cell = np.full(len(class_of), -1, np.int64)
    vacancy_cell[seat_classes] = np.arange(n_household, n_cells)
    splits = _Splits()
    numbers = _option_numbers(
        splits,
        model.option_account,
        model.option_value,
        model.effect_start,
        model.effect_row,
        model.effect_coef,
    )
    seats = _option_numbers(
        splits, model.seat_account, model.seat_value,
        model.seat_effect_start, model.seat_effect_row, model.seat_effect_coef,
    )  # fmt: skip
    households = np.flatnonzero(np.diff(model.option_start) > 0)
    used: list[_Place] = [(c, numbers, model.option_start, c, ()) for c in households.tolist()]
    used += [
        (n_household + i, seats, model.seat_start, k, (0,))
        for i, k in enumerate(class_of[seat_classes].tolist())
    ]
    split = np.empty(len(used), np.int64)
    sources: list[list[int]] = []
    for i, (_, table, start, at, empty) in enumerate(used):
        a, b = int(start[at]), int(start[at + 1])
        split[i] = splits.of((*empty, *table[a:b]))
        shift = a - len(empty)
        # the position of the dwelling left empty comes before the first seat and has no number
        sources.append([-1 if empty and o[3] == 0 else shift + o[3] for o in splits.found[split[i]].left])
    return _table(model, splits.found, np.array([u[0] for u in used], np.int64), split, sources, (
        n_cells, n_household, seat_classes, vacancy_cell,
    ))  # fmt: skip


def _option_numbers(
    splits: _Splits, account: np.ndarray, value: Ints, start: Ints, row: np.ndarray, coef: np.ndarray
) -> list[int]:
    bounds = start.tolist()
    return [
        splits.number(r, v, row[a:b], coef[a:b])
        for r, v, a, b in zip(account.tolist(), value.tolist(), bounds[:-1], bounds[1:], strict=True)
    ]


def _table(
    model: LabelledTransport,
    found: list[_Split],
    cells: Ints,
    split: Ints,
    sources: list[list[int]],
    shape: tuple[int, int, Ints, Ints],
) -> CellTable:
    """The table from the split of each cell that admits something; pools in the order of their first cell."""
    n_cells, n_household, seat_classes, vacancy_cell = shape
    admissible = np.zeros(n_cells, bool)
    admissible[cells] = True
    fixed_value = np.zeros(n_cells, np.int64)
    fixed_value[cells] = np.array([s.value for s in found], np.int64)[split] if len(found) else 0
    fixed_value[:n_household][admissible[:n_household]] += model.entry_base
    known: dict[tuple[tuple[int, int, Effects], ...], int] = {}
    pool_of = np.full(len(found), -1, np.int64)
    pools: list[tuple[Option, ...]] = []
    for i, s in enumerate(found):
        if len(s.left) > 1:
            pool_of[i] = known.setdefault(tuple(o[:3] for o in s.left), len(known))
            if pool_of[i] == len(pools):
                pools.append(s.left)
    pool = np.full(n_cells, -1, np.int64)
    pool[cells] = pool_of[split]
    length = np.zeros(n_cells, np.int64)
    length[cells] = [len(x) for x in sources]
    common = _csr([(i, r, c) for i, s in enumerate(found) for r, c in s.common], (len(found), model.n_rows))
    spread = sp.csr_matrix((np.ones(len(cells), np.int64), (cells, split)), shape=(n_cells, len(found)))
    fixed = (spread @ common).tocsr()
    fixed.sort_indices()
    return CellTable(
        n_cells=n_cells,
        n_household_cells=n_household,
        seat_classes=seat_classes,
        vacancy_cell=vacancy_cell,
        admissible=admissible,
        fixed_value=fixed_value,
        fixed=fixed,
        pool=pool,
        n_pools=len(pools),
        label_start=np.r_[0, np.cumsum([len(p) for p in pools])].astype(np.int64),
        label_value=np.array([o[1] for p in pools for o in p], np.int64),
        label=_csr(
            [(i, r, c) for i, o in enumerate(o for p in pools for o in p) for r, c in o[2]],
            (sum(len(p) for p in pools), model.n_rows),
        ),
        source_start=np.r_[0, np.cumsum(length)].astype(np.int64),
        source=np.array([j for s in sources for j in s], np.int64),
    )


def _csr(triples: list[tuple[int, int, int]], shape: tuple[int, int]) -> sp.csr_matrix:
    i = np.array([t[0] for t in triples], np.int64)
    j = np.array([t[1] for t in triples], np.int64)
    v = np.array([t[2] for t in triples], np.int64)
    return sp.csr_matrix((v, (i, j)), shape=shape, dtype=np.int64)
