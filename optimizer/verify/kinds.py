"""Kinds of first rank: the rows a lease enters, with or without num. Leases of one kind weigh the same in every bound.

A country has millions of combinations of rows and profiles, and a tuple of tuples weighs half a kilobyte: a kind is numbered when a
household of its profile is met, and remembered as the bytes of its marks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.verify.cells import I32, I64
from optimizer.verify.rows import PROFILES, TRAITS

Marks = tuple[tuple[int, int, int], ...]
"""(row, 1 if counted in num, what the lease asks for above the row's rate) of one lease, by row."""
Traits = tuple[tuple[int, str, int], ...]
"""(row, trait that counts in num, what the lease asks for above the row's rate) of one lease, by row."""


@dataclass(frozen=True)
class Pattern:
    """What a profile says of some traits: the different answers (bit b: trait b), and which of them each profile gives."""

    answers: I64
    of: NDArray[np.uint8]


@dataclass(frozen=True)
class ByProfile:
    """Kinds of the leases with some marks by profile of the household; -1 where none of that answer was met."""

    marks: Traits
    pattern: Pattern
    kind: I32
    """By answer of the pattern."""


@dataclass
class Kinds:
    """Kinds met so far, numbered."""

    _number: dict[bytes, int] = field(default_factory=dict)
    _by_marks: dict[Traits, ByProfile] = field(default_factory=dict)
    _patterns: dict[tuple[str, ...], Pattern] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._number)

    def of(self, marks: Marks) -> int:
        """Number of a kind, the next one where it was not met."""
        return self._of(np.array(marks, np.int64).reshape(-1, 3))

    def _of(self, marks: I64) -> int:
        return self._number.setdefault(marks.tobytes(), len(self._number))

    def by_profile(self, marks: Traits) -> ByProfile:
        """The kinds of leases that enter these rows."""
        if marks not in self._by_marks:
            pattern = self._pattern(tuple(trait for _, trait, _ in marks))
            self._by_marks[marks] = ByProfile(marks, pattern, np.full(len(pattern.answers), -1, np.int32))
        return self._by_marks[marks]

    def at(self, table: ByProfile, profiles: I64) -> I32:
        """Kind of a lease to a household of each profile."""
        answer = table.pattern.of[profiles]
        if len(answer) and int(table.kind[answer].min()) < 0:
            marks = np.array([(k, 0, more) for k, _, more in table.marks], np.int64).reshape(-1, 3)
            bit = np.arange(len(marks))
            for new in np.unique(answer[table.kind[answer] < 0]).tolist():
                marks[:, 1] = int(table.pattern.answers[new]) >> bit & 1
                table.kind[new] = self._of(marks)
        found: I32 = table.kind[answer]
        return found

    def told(self) -> list[bytes]:
        """The kinds in the order of their numbers, for :meth:`join`."""
        return list(self._number)

    def join(self, more: list[bytes]) -> I32:
        """Number here of each kind that another reading has met."""
        return np.array([self._number.setdefault(x, len(self._number)) for x in more], np.int32)

    def marks(self) -> tuple[I64, I64]:
        """(where the marks of each kind begin, marks of all kinds as (row, num, more))."""
        size = 3 * np.dtype(np.int64).itemsize
        ptr = np.cumsum([0, *(len(x) // size for x in self._number)]).astype(np.int64)
        return ptr, np.frombuffer(b"".join(self._number), np.int64).reshape(-1, 3)

    def forget(self) -> None:
        """Let the answers of :meth:`by_profile` go (numbers stay)."""
        self._by_marks = {}

    def _pattern(self, traits: tuple[str, ...]) -> Pattern:
        if traits not in self._patterns:
            every = np.arange(PROFILES)
            code = np.zeros(PROFILES, np.int64)
            for bit, trait in enumerate(traits):
                code |= TRAITS[trait](every) << bit
            answers, of = np.unique(code, return_inverse=True)
            self._patterns[traits] = Pattern(answers, of.reshape(-1).astype(np.uint8))
        return self._patterns[traits]
