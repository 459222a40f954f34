"""Every sentence of a result together: read door by door, then rebuilt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from optimizer.errors import Lang
from optimizer.verify.causes import Causes
from optimizer.verify.classes import Classes, Door
from optimizer.verify.coverage import Reasons
from optimizer.verify.naming import Named
from optimizer.verify.nearest import Excess, Misses, Withheld
from optimizer.verify.outputs import Out, need_out
from optimizer.verify.rows import Book
from optimizer.verify.sentences import Lost, Sentences
from optimizer.verify.solution import Counts, Lines
from optimizer.verify.verdict import Findings

LARGEST = 20_000
"""Dwellings up to which sentences are rebuilt; those of a country are held to their hash."""


class Told:
    """The sentences of lines, dwellings and households."""

    def __init__(
        self, classes: Classes, book: Book, counts: Counts, lines: Lines, size: int, lang: Lang
    ) -> None:
        self.classes, self.lang = classes, lang
        self.sentences = Sentences(classes, book, counts, lines, lang)
        self.causes = Causes(classes, lines, size, lang)
        self.excess = Excess(classes)
        self.withheld = Withheld(classes)

    def read(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """Add a door with its classes."""
        self.sentences.read(door, named)
        self.causes.read(door, named)
        self.excess.read(door, named)
        self.withheld.read(door, named)

    def misses(self, reasons: Reasons) -> Misses:
        """What may be said of households without a first rank."""
        return Misses(self.classes, self.excess, self.withheld, reasons.last(), self.lang)

    def check(self, folder: Path, proposals: Out, found: Findings, lost: Lost) -> None:
        """Sentences of lines and of dwellings (those of households go with their points)."""
        self.sentences.check(folder, proposals, found, lost)
        self.causes.check(need_out(folder, "dwellings"), folder, found)
