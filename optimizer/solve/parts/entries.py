"""The menu entries of a part as its models hold them, read a block of menus at a time.

A region's menus hold 65 million entries, of which a kernel gets the best: they are picked out of the problem's columns without the
others being copied, and the bound over every entry reads them all and keeps none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.problem.model import I32, I64, MICRO_PER_HUNDREDTH, Problem
from optimizer.solve.parts.components import Part
from optimizer.solve.transport.certificate import MenuBlock

BLOCK = 1_000_000
"""Entries read at once: what is worked out in between stays in a few tens of megabytes."""


@dataclass(frozen=True)
class PartEntries:
    """Entries of the menus of a part, end to end.

    Attributes
    ----------
    start : (menus + 1,) int64      entries of each menu
    types : (entries,)              type of each, as the part's models tell them apart, in the problem's numbers
    new_app : (A,) int32            number of each household in the part
    new_type : (T,)                 number of each type in the part
    """

    problem: Problem
    part: Part
    start: I64
    types: NDArray[np.integer]
    new_app: I32
    new_type: NDArray[np.integer]

    @property
    def narrow(self) -> bool:
        """Whether what pairs are worth above the fill value fits 32 bits, in micropoints: menus have their best first."""
        low, high = extremes(self.problem, self.part)
        return max(abs(low), abs(high)) * MICRO_PER_HUNDREDTH < 1 << 31

    def blocks(self, kept: I64 | None = None, most: int = BLOCK) -> Iterator[MenuBlock]:
        """All entries, or those at the positions ``kept`` (ascending), at most ``most`` of all at once or one menu."""
        problem, menus = self.problem, self.part.menus
        shift = problem.menu_ptr[menus] - self.start[:-1]
        start = self.start if kept is None else np.searchsorted(kept, self.start).astype(np.int64)
        narrow, first = self.narrow, 0
        while first < len(menus):
            last = max(
                first + 1, int(np.searchsorted(self.start, self.start[first] + most, side="right")) - 1
            )
            here = slice(int(start[first]), int(start[last]))
            own = np.arange(here.start, here.stop) if kept is None else kept[here]
            at = own + np.repeat(shift[first:last], np.diff(start[first : last + 1]))
            value = problem.entry_score[at].astype(np.int64)
            value += problem.entry_fit[at]
            value *= MICRO_PER_HUNDREDTH
            yield MenuBlock(
                first,
                start[first : last + 1] - start[first],
                self.new_app[problem.entry_app[at]],
                value.astype(np.int32) if narrow else value,
                self.new_type[self.types[own]],
            )
            first = last

    def read(self, kept: I64 | None) -> tuple[I64, I32, NDArray[np.integer], NDArray[np.integer]]:
        """Start of each menu, and households, worth above the fill value and types of all entries, or of those ``kept``."""
        start = self.start if kept is None else np.searchsorted(kept, self.start).astype(np.int64)
        n = int(start[-1])
        app, type_ = np.empty(n, np.int32), np.empty(n, self.new_type.dtype)
        value: NDArray[np.integer] = np.empty(n, np.int32 if self.narrow else np.int64)
        for block in self.blocks(kept):
            here = slice(int(start[block.first]), int(start[block.first]) + int(block.start[-1]))
            app[here], value[here], type_[here] = block.applicant, block.value, block.type
        return start, app, value, type_


def extremes(problem: Problem, part: Part) -> tuple[int, int]:
    """Least and most that score and fit of a pair of the part come to, hundredths; 0 and 0 without any."""
    low, high = problem.menu_ptr[part.menus], problem.menu_ptr[part.menus + 1] - 1
    some = low <= high
    if not some.any():
        return 0, 0
    worth = [
        problem.entry_score[at].astype(np.int64) + problem.entry_fit[at] for at in (high[some], low[some])
    ]
    return int(worth[0].min()), int(worth[1].max())
