"""Kinds of first rank: the rows a lease enters, with or without num. Leases of one kind weigh the same in every bound."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from optimizer.verify.cells import I32, I64
from optimizer.verify.rows import PROFILES, TRAITS

Marks = tuple[tuple[int, int, int], ...]
"""(row, 1 if counted in num, what the lease asks for above the row's rate) of one lease, by row."""


@dataclass
class Kinds:
    """Kinds met so far, numbered."""

    number: dict[Marks, int] = field(default_factory=dict)
    _by_marks: dict[tuple[tuple[int, str, int], ...], I32] = field(default_factory=dict)
    _patterns: dict[tuple[str, ...], tuple[list[int], I64]] = field(default_factory=dict)

    def of(self, marks: Marks) -> int:
        return self.number.setdefault(marks, len(self.number))

    def by_profile(self, marks: tuple[tuple[int, str, int], ...]) -> I32:
        """Kind of each profile of household where a lease enters these (row, trait, more)."""
        if marks not in self._by_marks:
            self._by_marks[marks] = self._numbered(marks)
        return self._by_marks[marks]

    def forget(self) -> None:
        """Let the answers of :meth:`by_profile` go (numbers stay): a country has hundreds of thousands."""
        self._by_marks = {}

    def _numbered(self, marks: tuple[tuple[int, str, int], ...]) -> I32:
        traits = tuple(trait for _, trait, _ in marks)
        if traits not in self._patterns:
            every = np.arange(PROFILES)
            code = np.zeros(PROFILES, np.int64)
            for bit, trait in enumerate(traits):
                code |= TRAITS[trait](every) << bit
            unique, inverse = np.unique(code, return_inverse=True)
            self._patterns[traits] = (unique.tolist(), inverse.reshape(-1))
        codes, inverse = self._patterns[traits]
        of = (tuple((k, one >> bit & 1, more) for bit, (k, _, more) in enumerate(marks)) for one in codes)
        return np.array([self.of(x) for x in of], np.int32)[inverse]
