"""The two readings of the doors of a case: what is looked at in each, by one process or by two.

Opening a door and asking who may name whom there is most of a reading, so everything that can be looked at together is. The first
reading sees every door and what is published of it, and gathers what the second one and the bound need; the second one looks at ranks,
leapfrogs and explanations, which need all of that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.domain.beside import both, worthwhile
from optimizer.verify.bound import Field
from optimizer.verify.cells import B
from optimizer.verify.classes import Classes, Door
from optimizer.verify.coverage import Deadlines, Reasons
from optimizer.verify.explanations import Explanations
from optimizer.verify.leapfrogs import Ranked
from optimizer.verify.naming import Named
from optimizer.verify.prospects import Prospects
from optimizer.verify.sheets import Choices
from optimizer.verify.solution import LineChecks
from optimizer.verify.told import Told
from optimizer.verify.verdict import Findings
from optimizer.verify.waiters import Waiters


@dataclass(frozen=True)
class FirstReading:
    """What is looked at and gathered in the first reading; ``space`` is None where the proof speaks of another case."""

    found: Findings
    pairs: LineChecks
    reasons: Reasons
    choices: Choices
    deadlines: Deadlines
    waiters: Waiters
    space: Field | None
    told: Told | None
    lists: Ranked | None
    calls: Prospects | None

    def read(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """One door with its classes."""
        self.pairs.check(door, named)
        if self.space is not None:
            self.space.read(door, named)
        self.reasons.read(door, named)
        self.choices.read(door, named)
        self.deadlines.read(named)
        self.waiters.read(named)
        if self.told is not None:
            self.told.read(door, named)
        if self.lists is not None:
            self.lists.count(door, named)
        if self.calls is not None:
            self.calls.count(door, named)

    def read_all(self, classes: Classes) -> None:
        """Every door."""
        if self.told is not None or self.calls is not None or not worthwhile(len(classes.world.dwellings)):
            for door, named in classes.sweep():
                self.read(door, named)
            return

        def half(doors: Sequence[int]) -> None:
            for door, named in classes.sweep(doors):
                self.read(door, named)

        def beside() -> tuple[Findings, list[Any]]:
            problems = _told(self.found, lambda: half(other))
            return problems, [reader.told() for reader in self._readers()]

        mine, other = classes.halves()
        answer = both(lambda: half(mine), beside)
        if answer is None:
            half(other)
            return
        problems, more = answer
        self.found.join(problems)
        for reader, sent in zip(self._readers(), more, strict=True):
            reader.join(sent)

    def _readers(self) -> list[Any]:
        """What gathers from door to door."""
        readers = [self.reasons, self.choices, self.deadlines, self.waiters, self.space]
        readers.append(None if self.lists is None else self.lists.lists)
        return [reader for reader in readers if reader is not None]


@dataclass(frozen=True)
class SecondReading:
    """Ranks and leapfrogs of the lists, and rows of explanations."""

    found: Findings
    lists: Ranked | None
    explained: Explanations | None

    def read_all(self, classes: Classes) -> None:
        """The doors that have lists or rows of explanations."""
        wanted = np.zeros(len(classes), bool)
        if self.lists is not None:
            self.lists.settle()
            wanted |= self.lists.lists.wanted
        if self.explained is not None:
            wanted |= self.explained.wanted
        if not worthwhile(len(classes.world.dwellings)):
            self._read(classes, wanted)
            return
        mine, other = classes.halves(wanted)
        table = None if self.lists is None else self.lists.table

        def beside() -> tuple[Findings, tuple[int, int], Any, Any]:
            before = (0, 0) if table is None else table.told()
            problems = _told(self.found, lambda: self._read(classes, wanted, other))
            after = (0, 0) if table is None else table.told()
            lost = None if table is None else table.lost
            weighed = None if self.explained is None else self.explained.told()
            return problems, (after[0] - before[0], after[1] - before[1]), lost, weighed

        answer = both(lambda: self._read(classes, wanted, mine), beside)
        if answer is None:
            self._read(classes, wanted, other)
            return
        problems, rows, lost, weighed = answer
        self.found.join(problems)
        if table is not None:
            table.join(rows, lost)
        if self.explained is not None:
            self.explained.join(weighed)

    def _read(self, classes: Classes, wanted: B, doors: Sequence[int] | None = None) -> None:
        for door, named in classes.sweep(doors, wanted, seats=False):
            if self.lists is not None:
                self.lists.check(door, named)
            if self.explained is not None:
                self.explained.check(door, named)


def _told(found: Findings, read: Callable[[], None]) -> Findings:
    """The problems that a reading finds in the second process, apart from those found before it."""
    found.counts.clear()
    found.details.clear()
    read()
    return found
