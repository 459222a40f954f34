"""Published leapfrogs against those the lists must have: nobody missing, every reason possible (design §6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.verify.cells import I32, I64, B
from optimizer.verify.classes import Door
from optimizer.verify.lists import Lists, Shown, at_door, ledger_of, traits
from optimizer.verify.naming import Named
from optimizer.verify.outputs import Out, out_parts
from optimizer.verify.rows import Book
from optimizer.verify.verdict import Findings, Unreadable
from optimizer.verify.walks import (
    AWAITED,
    BURDEN,
    CLASS,
    COUNT,
    EXTRA,
    FAR,
    FIT,
    GAP,
    KEEP,
    LEAN,
    NEED,
    NOMINATION,
    PIN,
    PLACES,
    RULE,
    UNFIT,
    FirstHeld,
    Printed,
    StandMarks,
    leapfrogs,
)
from optimizer.verify.world import Ids

I16 = NDArray[np.int16]
COLUMNS = (
    "dwelling_id", "rank", "application_id_ahead", "application_id_passed", "points_gap", "explained_by",
)  # fmt: skip
WORDS = {
    "fit": FIT, "burden": BURDEN, "awaited": AWAITED, "lean": LEAN, "keep": KEEP, "pin": PIN, "nomination": NOMINATION, "places": PLACES, "class": CLASS, "gap": GAP, "count": COUNT,
}  # fmt: skip
_RULE = re.compile(r"(?P<rule>[a-z0-9_]+)\[(?P<scope>[^\]]*)\]@(?P<price>(0|[1-9][0-9]*)(\.(?!00)[0-9]{2})?)")


PARTS = ("fit", "burden", "awaited", "lean", "keep")
"""The parts of the value, in the order in which equal ones count."""
CHAIN = "chain"
"""The first rank waits for nobody, but another waits for it: what allows ``nomination`` allows it, of a tenant alone."""
ROWS = ("_rank", "_ahead", "_passed", "_gap", "_why")
"""Columns of the table, 18 bytes a row: a country has 24 million rows."""


def _narrow(values: I64, kind: type[np.signedinteger[Any]]) -> np.ndarray[Any, Any]:
    """The numbers in fewer bits; what they cannot hold becomes their end, which no rank nor number of points is."""
    ends = np.iinfo(kind)
    return np.clip(values, ends.min, ends.max).astype(kind)


class Ranked:
    """Ranks 2…k of every dwelling and the leapfrogs of each list, door by door."""

    def __init__(self, lists: Lists, found: Findings, folder: Path, *, told: bool) -> None:
        self.lists, self.found = lists, found
        found.start("shortlists")
        found.demand("shortlists", not lists.orphans, "liste sans premier rang")
        self.table: Leapfrogs | None = None
        with found.guard("leapfrogs"):
            self.table = Leapfrogs(lists, found, folder, told=told)

    def count(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """First reading of a door: who may stand on its lists."""
        with self.found.guard("shortlists"):
            self.lists.count(door, named)

    def settle(self) -> None:
        """Every list has been counted."""
        with self.found.guard("shortlists"):
            self.lists.settle()

    def check(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """Second reading of a door: every rank and every leapfrog of its dwellings' lists."""
        with self.found.guard("shortlists"):
            shown = self.lists.shown(door, named)
            if shown is not None:
                self.lists.check(door, shown, self.found)
                if self.table is not None:
                    self.table.check(door, shown)

    def close(self, proven: bool) -> None:
        """What only the whole table tells; its rows are let go."""
        if self.table is not None:
            self.table.close(proven)
            self.table.forget()


class Leapfrogs:
    """The table ``leapfrogs`` by dwelling, and whether each list has those it must, for a possible reason."""

    def __init__(self, lists: Lists, found: Findings, folder: Path, *, told: bool) -> None:
        parts = out_parts(folder, "leapfrogs", COLUMNS)
        if parts is None:
            raise Unreadable("leapfrogs.csv", "absent")
        self.lists, self.found = lists, found
        self.world = lists.world
        self.lost: dict[tuple[int, int, int], tuple[int, ...]] | None = {} if told else None
        """Where sentences are rebuilt: (dwelling, rank, household passed) -> what it loses by each part of the value (`PARTS`)."""
        self._rules: dict[str, int] = {}
        self._chained: set[int] = set()
        """Households said to pass others because their departure frees a dwelling."""
        self._rule_row: list[int] = []
        ids = self.world.ids
        read = [list(self._part(part, ids)) for part in parts]
        # column by column, so that a country's table is never held twice
        dwelling, self._rank, self._ahead, self._passed, self._gap, self._why = (
            np.concatenate([part.pop(0) for part in read]) for _ in range(6)
        )
        self._order: I64 | None = None
        """Where each row stands in the table, if not at its place here."""
        if bool((np.diff(dwelling) < 0).any()):
            self._order = order = np.argsort(dwelling, kind="stable")
            dwelling = dwelling[order]
            for name in ROWS:
                setattr(self, name, getattr(self, name)[order])
        self._start = np.searchsorted(dwelling, np.arange(len(self.world.dwellings) + 1))
        self._rows, self._seen, self._gaps = len(dwelling), 0, 0
        self._rule = np.array([*self._rule_row, -1], np.int64)
        self._pinned = np.zeros(len(self.world.dwellings), bool)
        self._pinned[list(self.world.pins)] = True
        self._traits = traits()
        self._ledger = ledger_of(lists.book, lists.counts)
        found.start("leapfrogs")

    def _part(self, out: Out, ids: Ids) -> tuple[I32, I16, I32, I32, I32, I32]:
        why, words = out.words("explained_by")
        numbers = np.array([self._reason(x) for x in words], np.int32)
        ahead = out.index("application_id_ahead", ids.apps)
        if CHAIN in words:
            self._chained.update(ahead[why == words.index(CHAIN)].tolist())
        return (
            out.index("dwelling_id", ids.dwellings),
            _narrow(out.scaled("rank", 1), np.int16),
            ahead,
            out.index("application_id_passed", ids.apps, unknown=-2),
            _narrow(out.scaled("points_gap", 100), np.int32),
            numbers[why],
        )

    def _reason(self, word: str) -> int:
        """Number of a reason; 0 for what can never be one."""
        if word == CHAIN:
            return NOMINATION
        if word in WORDS:
            return WORDS[word]
        if word.startswith("need:"):
            return NEED if word[5:] in self.world.dwellings.number else 0
        named = _RULE.fullmatch(word)
        if not named:
            return 0
        if word not in self._rules:
            book: Book = self.lists.book
            k = book.number.get((named["rule"], named["scope"]), -1)
            price = round(float(named["price"]) * 100)
            self._rules[word] = RULE + len(self._rule_row)
            self._rule_row.append(k if k >= 0 and price == book.rows[k].price else -1)
        return self._rules[word]

    def told(self) -> tuple[int, int]:
        """Rows seen and gaps met so far, for :meth:`join`."""
        return self._seen, self._gaps

    def join(self, more: tuple[int, int], lost: dict[tuple[int, int, int], tuple[int, ...]] | None) -> None:
        """Add what was met at other doors."""
        self._seen += more[0]
        self._gaps += more[1]
        if self.lost is not None and lost is not None:
            self.lost |= lost

    def forget(self) -> None:
        """Let the rows go: every door has been read."""
        for name in (*ROWS, "_start"):
            setattr(self, name, getattr(self, name)[:0].copy())

    def close(self, proven: bool) -> None:
        """Lines of dwellings without a list; a gap explains nothing of a proven run."""
        if proven and self._gaps:
            self.found.add("leapfrogs", "explained_by : gap ou need d'un calcul prouvé", self._gaps)
        if self._chained - self.lists.waiters.moving:
            self.found.add(
                "leapfrogs", "explained_by : chain", len(self._chained - self.lists.waiters.moving)
            )
        extra = self._rows - self._seen
        if extra:
            self.found.add("leapfrogs", "ligne d'un logement inconnu ou sans liste", extra)

    def check(self, door: Door, shown: Shown) -> None:
        """The published lines of the lists of a door against the expected ones."""
        lists, block = self.lists, door.block
        start, stop = self._start[shown.dwelling], self._start[shown.dwelling + 1]
        row_ptr = np.zeros(len(start) + 1, np.int64)
        np.cumsum(stop - start, out=row_ptr[1:])
        rows = np.arange(row_ptr[-1]) + np.repeat(start - row_ptr[:-1], stop - start)
        self._seen += len(rows)
        passed, ahead = self._passed[rows], self._ahead[rows]
        at = block.where(passed)
        at[(at < 0) & (passed != -1)] = -2
        marks = [mark for stand in shown.stands for mark in stand.marks]
        parts, odd = np.zeros((len(rows), len(PARTS)), np.int64), np.zeros(len(rows), np.uint8)
        lost, at_list, gaps = leapfrogs(
            at_door(door), shown.by_stand, lists.by_type(door), shown.lists, shown.own, shown.listed,
            FirstHeld(self._wanted(door, shown), self._pinned[shown.dwelling], self._kept(door, shown), lists.keep),
            lists.housed,
            Printed(
                row_ptr, self._rank[rows].astype(np.int32), block.where(ahead), at, self._gap[rows].astype(np.int64),
                self._why[rows], self._rule,
            ),
            StandMarks(
                np.cumsum([0, *(len(x.marks) for x in shown.stands)]).astype(np.int64),
                np.array([k for k, _ in marks], np.int64), np.array([t for _, t in marks], np.int64), self._traits,
            ),
            self._ledger, parts, odd,
        )  # fmt: skip
        self._gaps += gaps
        if self.lost is not None:
            homes = np.repeat(shown.dwelling, stop - start)
            for i in np.flatnonzero(parts.any(axis=1)).tolist():
                self.lost[int(homes[i]), int(self._rank[rows[i]]), int(passed[i])] = tuple(parts[i].tolist())
        if lost:
            name = self.world.dwellings.ids[int(shown.dwelling[at_list])]
            self.found.add("leapfrogs", f"dwelling_id={name} : ligne absente", lost)
        for bit, what in ((EXTRA, "en trop"), (FAR, "points_gap"), (UNFIT, "explained_by")):
            self.found.rows("leapfrogs", "leapfrogs", self._line(rows[odd & bit > 0]), what)

    def _line(self, rows: I64) -> I64:
        """Where rows stand in the table."""
        return rows if self._order is None else self._order[rows]

    def _wanted(self, door: Door, shown: Shown) -> B:
        """Whether the first of each list is a nominee that another dwelling's first rank waits for."""
        firsts = door.block.app[shown.at[shown.ptr[:-1]]].tolist()
        wanted = self.lists.waiters.elsewhere
        found = [wanted(a, d) for a, d in zip(firsts, shown.dwelling.tolist(), strict=True)]
        return np.array(found, bool)

    def _kept(self, door: Door, shown: Shown) -> I32:
        """Position of the household that a kept result gives points on the account of each list, -1 for nobody."""
        kept = [self.world.kept.get(d, (-1, "")) for d in shown.dwelling.tolist()]
        apps = [a if account == name else -1 for (a, account), name in zip(kept, shown.account, strict=True)]
        return door.block.where(np.array(apps, np.int32))
