"""Assignments as sorted lists of leases, and what the rules see of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from optimizer.solve.transport.model import Ints, SmallInts
from optimizer.solve.transport.structure import Structure, count_matrix


@dataclass(frozen=True)
class Leases:
    """One assignment in structure numbering: applicants ascending, with class, cell and value of the pair."""

    applicant: SmallInts
    klass: SmallInts
    cell: SmallInts
    value: Ints

    def part(self, structure: Structure, component: int) -> slice:
        """Positions of the leases of one component."""
        # in the type of the list, or numpy converts all of it for two numbers
        bounds = structure.applicant_start[component : component + 2].astype(self.applicant.dtype)
        low, high = np.searchsorted(self.applicant, bounds)
        return slice(int(low), int(high))


def no_leases() -> Leases:
    """The empty assignment."""
    small = np.zeros(0, np.int32)
    return Leases(small, small, small, np.zeros(0, np.int64))


def splice(structure: Structure, parts: list[tuple[int, Leases]]) -> Leases:
    """Take each component's leases from its own assignment; components given in ascending order."""
    cuts = [(leases, leases.part(structure, e)) for e, leases in parts]
    if not cuts:
        return no_leases()
    return Leases(
        np.concatenate([x.applicant[c] for x, c in cuts]),
        np.concatenate([x.klass[c] for x, c in cuts]),
        np.concatenate([x.cell[c] for x, c in cuts]),
        np.concatenate([x.value[c] for x, c in cuts]),
    )


def class_counts(structure: Structure, leases: Leases) -> Ints:
    """Households per class, (K,)."""
    return np.bincount(leases.klass, minlength=structure.n_classes).astype(np.int64)


def bonus_sum(structure: Structure, count: Ints) -> Ints:
    """Dwelling bonuses earned per class when ``count`` households live there, (K,)."""
    s = structure
    if len(s.bonus) <= 1 and s.bonus_start[-1] == 0:
        return np.zeros(s.n_classes, np.int64)
    total = np.r_[0, np.cumsum(s.bonus[: s.bonus_start[-1]])]
    taken = np.where(np.diff(s.bonus_start) > 0, count, 0)
    return np.asarray(total[s.bonus_start[:-1] + taken] - total[s.bonus_start[:-1]], dtype=np.int64)


def component_of_class(structure: Structure) -> Ints:
    """Component of each class, (K,)."""
    return np.repeat(np.arange(structure.n_components), np.diff(structure.class_start))


def component_view(structure: Structure, leases: Leases) -> tuple[Ints, sp.csr_matrix]:
    """Value and cell counts of each component, (E,) and (E, cells) csr int64, labels excluded.

    The value holds pair values, the fixed value of the cells (vacancies too) and the dwelling bonuses.
    """
    s, cells = structure, structure.cells
    of_class = component_of_class(s)
    count = class_counts(s, leases)
    where = of_class[leases.klass]
    vacant = cells.seat_classes
    empty = s.capacity[vacant] - count[vacant]
    counts = count_matrix(where, leases.cell.astype(np.int64), (s.n_components, cells.n_cells))
    if len(vacant):
        counts = counts + sp.csr_matrix(
            (empty, (of_class[vacant], cells.vacancy_cell[vacant])), shape=counts.shape, dtype=np.int64
        )
    value = np.zeros(s.n_components, np.int64)
    np.add.at(value, where, leases.value)
    np.add.at(value, of_class, bonus_sum(s, count))
    return value + counts @ cells.fixed_value, counts


def cell_counts(structure: Structure, leases: Leases) -> Ints:
    """Leases (and vacancies of classes with seats) per cell, (cells,)."""
    cells = structure.cells
    counts = np.bincount(leases.cell, minlength=cells.n_cells).astype(np.int64)
    vacant = cells.seat_classes
    counts[cells.vacancy_cell[vacant]] = vacancies(structure, leases)[vacant]
    return counts


def vacancies(structure: Structure, leases: Leases) -> Ints:
    """Vacant dwellings per class, (K,)."""
    return structure.capacity - class_counts(structure, leases)


def total_value(structure: Structure, leases: Leases) -> int:
    """Objective without labels' own value and without shortfalls."""
    counts = cell_counts(structure, leases)
    bonuses = int(bonus_sum(structure, class_counts(structure, leases)).sum())
    return int(leases.value.sum()) + bonuses + int(counts @ structure.cells.fixed_value)


def pool_matrix(structure: Structure) -> sp.csr_matrix:
    """(cells, pools) 0/1."""
    cells = structure.cells
    inside = np.flatnonzero(cells.pool >= 0)
    one = np.ones(len(inside), np.int64)
    return sp.csr_matrix((one, (inside, cells.pool[inside])), shape=(cells.n_cells, cells.n_pools))
