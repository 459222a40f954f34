"""Published lists and leapfrogs against the rebuilt ones: nobody missing, every reason possible (design §6)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from optimizer.verify.lists import Filling, Lists
from optimizer.verify.outputs import Out
from optimizer.verify.rows import PROFILES, TRAITS, lease_of
from optimizer.verify.solution import RATE
from optimizer.verify.verdict import Findings, Unreadable

SHOWN = 20
COUNT = "count"
WORDS = ("fit", "pin", "nomination", "places", "class", "gap")
_RULE = re.compile(r"(?P<rule>[a-z0-9_]+)\[(?P<scope>[^\]]*)\]@(?P<price>\d+(\.\d+)?)")
Key = tuple[int, int, int, int]
"""(dwelling, rank, application ahead, application passed or -1 on a count row)."""


def check_lists(lists: Lists, proven: bool, out: Out | None, found: Findings) -> None:
    """Ranks 2…k of every dwelling, and the leapfrogs of each list when there is a table of them: one pass."""
    found.start("shortlists")
    found.demand("shortlists", set(lists.published) == set(lists.firsts), "liste sans premier rang")
    leapfrogs = None
    with found.guard("leapfrogs"):
        if out is None:
            raise Unreadable("leapfrogs.csv", "absent")
        leapfrogs = Leapfrogs(lists, proven, found, out)
    for f in lists.fillings():
        for rank in range(2, max(lists.size, len(f.apps)) + 1):
            at = lists.expected(f, rank) if rank <= lists.size else -1
            expected = int(f.pool.app[at]) if at >= 0 else -1
            published = f.apps[rank - 1] if rank <= len(f.apps) else -1
            found.demand("shortlists", published == expected, "ordre des rangs")
            if published < 0:
                break
        if leapfrogs is not None:
            with found.guard("leapfrogs"):
                leapfrogs.check(f)
    if leapfrogs is not None:
        leapfrogs.close()


class Leapfrogs:
    """The table ``leapfrogs`` by dwelling, and whether each list has those it must, for a possible reason."""

    def __init__(self, lists: Lists, proven: bool, found: Findings, out: Out) -> None:
        self.lists, self.proven, self.found = lists, proven, found
        self.world = lists.world
        apps, dwellings = self.world.apps, self.world.dwellings
        self._dwelling = out.index("dwelling_id", dwellings.ids)
        self._order = np.argsort(self._dwelling, kind="stable")
        self._start = np.searchsorted(self._dwelling[self._order], np.arange(-1, len(dwellings) + 1))
        self._rank, self._gap = out.scaled("rank", 1), out.scaled("points_gap", 100)
        self._ahead = out.index("application_id_ahead", apps.ids)
        self._passed = out.index("application_id_passed", apps.ids, unknown=-2)
        self._why, self._words = out.words("explained_by")
        self._seen = 0
        found.start("leapfrogs")

    def close(self) -> None:
        """Lines of dwellings without a list."""
        extra = len(self._order) - self._seen
        if extra:
            self.found.add("leapfrogs", "ligne absente ou en trop", extra)

    def check(self, f: Filling) -> None:
        """The published lines of a dwelling against the expected ones."""
        found, expected, published = self.found, self._expect(f), self._read(f.line.dwelling)
        for key in sorted({*published, *expected}):
            if key not in published or key not in expected:
                found.add("leapfrogs", "ligne absente ou en trop")
                continue
            gap, why = published[key]
            wanted = expected[key] * (100 if key[3] < 0 else 1)
            found.demand("leapfrogs", gap == wanted, "écart de points")
            fine = why == COUNT if key[3] < 0 else self.possible(f, key, why)
            found.demand("leapfrogs", fine, "raison impossible")

    def _expect(self, f: Filling) -> dict[Key, int]:
        """Gap in hundredths, or number of further ones, of every line the list must have."""
        ids, pool, d = self.world.apps.ids, f.pool, f.line.dwelling
        expected: dict[Key, int] = {}
        waiting = ~self.lists.placed[pool.app]
        for rank, a in enumerate(f.apps, start=1):
            score = int(pool.score[pool.at(a)])
            passed = waiting & (pool.score > score)
            for above in f.apps[: rank - 1]:
                passed[pool.at(above)] = False
            hit = np.flatnonzero(passed)
            near = hit
            if len(hit) > SHOWN:
                cut = np.partition(pool.score[hit], len(hit) - SHOWN)[len(hit) - SHOWN]
                near = hit[pool.score[hit] >= cut]
            best = sorted(near.tolist(), key=lambda j: (-int(pool.score[j]), ids[pool.app[j]]))
            for j in best[:SHOWN]:
                expected[d, rank, a, int(pool.app[j])] = int(pool.score[j]) - score
            if len(hit) > SHOWN:
                expected[d, rank, a, -1] = len(hit) - SHOWN
        return expected

    def _read(self, d: int) -> dict[Key, tuple[int, str]]:
        at = self._order[self._start[d + 1] : self._start[d + 2]]
        self._seen += len(at)
        rows: dict[Key, tuple[int, str]] = {}
        for i in at.tolist():
            key = (d, int(self._rank[i]), int(self._ahead[i]), int(self._passed[i]))
            if key in rows:
                self.found.add("leapfrogs", "ligne deux fois")
            rows[key] = (int(self._gap[i]), self._words[self._why[i]])
        return rows

    def possible(self, f: Filling, key: Key, why: str) -> bool:
        """Whether a reason of the closed set can explain that household being passed."""
        d, rank, ahead, passed = key
        pool = f.pool
        me, other = pool.at(ahead), pool.at(passed)
        if why.startswith("need:"):
            return why[5:] in self.world.dwellings.number
        if why not in WORDS:
            return rank == 1 and self._rule_explains(f, me, other, why)
        if why == "pin":
            return rank == 1 and d in self.world.pins
        if why == "nomination":
            named = f.own is not None and ahead in f.own
            return named or (rank == 1 and not bool(pool.first[other]))
        if why == "fit":
            return bool(pool.value[other] <= pool.value[me])
        if why == "gap":
            return not self.proven
        if rank == 1:
            return False
        if why == "places":
            return bool(self.lists.full_at[passed] < self.lists.clock(d, rank))
        return self._class_explains(f, me, other)

    def _class_explains(self, f: Filling, me: int, other: int) -> bool:
        dalo = self.world.apps.dalo
        if dalo[f.pool.app[other]] and not dalo[f.line.app]:
            return True
        need = f.given[f.pool.at(f.line.app)]
        return bool(need and f.given[me] & need == need and f.given[other] & need != need)

    def _rule_explains(self, f: Filling, me: int, other: int, why: str) -> bool:
        """The named row exists at that price, gets worse by the exchange, and the whole exchange does not gain."""
        named = _RULE.fullmatch(why)
        if not named:
            return False
        book = self.lists.book
        k = book.number.get((named["rule"], named["scope"]))
        if k is None or round(float(named["price"]) * 100) != book.rows[k].price:
            return False
        changes = self.exchange(f, me, other)
        gain = int(f.pool.value[other] - f.pool.value[me]) * RATE
        return changes.get(k, 0) > 0 and sum(changes.values()) >= gain

    def exchange(self, f: Filling, me: int, other: int) -> Mapping[int, int]:
        """Micropoints each row loses when the passed household takes the place."""
        book, counts = self.lists.book, self.lists.counts
        every = np.arange(PROFILES)
        found = {}
        for k, trait in book.marks(lease_of(self.world, f.line.dwelling), f.line.account):
            num = TRAITS[trait](every)
            more = int(num[f.pool.profile[other]] - num[f.pool.profile[me]])
            row = book.rows[k]
            after = max(0, row.rate * counts.den[k] - (counts.num[k] + more) * RATE)
            found[k] = row.price * (after - counts.short[k])
        return found
