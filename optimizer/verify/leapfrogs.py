"""Published lists and leapfrogs against the rebuilt ones: nobody missing, every reason possible (design §6)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from optimizer.verify.lists import Filling, Lists
from optimizer.verify.outputs import Out
from optimizer.verify.rows import PROFILES, TRAITS, lease_of
from optimizer.verify.solution import RATE, Line
from optimizer.verify.verdict import Findings

SHOWN = 20
COUNT = "count"
WORDS = ("fit", "pin", "nomination", "places", "class", "gap")
_RULE = re.compile(r"(?P<rule>[a-z0-9_]+)\[(?P<scope>[^\]]*)\]@(?P<price>\d+(\.\d+)?)")
Key = tuple[int, int, int, int]
"""(dwelling, rank, application ahead, application passed or -1 on a count row)."""


def check_lists(lists: Lists, lines: list[Line], found: Findings) -> None:
    """Ranks 2…k of every dwelling as rebuilt."""
    found.start("shortlists")
    published: dict[int, list[int]] = {}
    for line in lines:
        if line.app >= 0:
            published.setdefault(line.dwelling, []).append(line.app)
    for d in sorted({*published, *lists.filling}):
        expected = lists.filling[d].apps if d in lists.filling else []
        found.demand("shortlists", published.get(d, []) == expected, "ordre des rangs")


class Leapfrogs:
    """What must be in ``leapfrogs``, and whether a published reason is possible."""

    def __init__(self, lists: Lists, proven: bool, found: Findings) -> None:
        self.lists, self.proven, self.found = lists, proven, found
        self.world = lists.world
        self.expected: dict[Key, int] = {}
        self._expect()

    def _expect(self) -> None:
        ids = self.world.apps.ids
        for d, f in sorted(self.lists.filling.items()):
            pool = f.pool
            waiting = ~self.lists.placed[pool.app]
            for rank, a in enumerate(f.apps, start=1):
                score = int(pool.score[pool.at(a)])
                passed = waiting & (pool.score > score)
                for above in f.apps[: rank - 1]:
                    passed[pool.at(above)] = False
                hit = np.flatnonzero(passed).tolist()
                if len(hit) > SHOWN:
                    cut = np.sort(pool.score[hit])[-SHOWN]
                    near = [j for j in hit if pool.score[j] >= cut]
                else:
                    near = hit
                near.sort(key=lambda j: (-int(pool.score[j]), ids[pool.app[j]]))
                for j in near[:SHOWN]:
                    self.expected[d, rank, a, int(pool.app[j])] = int(pool.score[j]) - score
                if len(hit) > SHOWN:
                    self.expected[d, rank, a, -1] = len(hit) - SHOWN

    def check(self, out: Out) -> None:
        """The published table against the expected one."""
        found = self.found
        found.start("leapfrogs")
        published = self._read(out)
        for key in sorted({*published, *self.expected}):
            if key not in published or key not in self.expected:
                found.add("leapfrogs", "ligne absente ou en trop")
                continue
            gap, why = published[key]
            wanted = self.expected[key] * (100 if key[3] < 0 else 1)
            found.demand("leapfrogs", gap == wanted, "écart de points")
            fine = why == COUNT if key[3] < 0 else self.possible(key, why)
            found.demand("leapfrogs", fine, "raison impossible")

    def _read(self, out: Out) -> dict[Key, tuple[int, str]]:
        gaps = out.scaled("points_gap", 100)
        columns = [
            out.strings(n)
            for n in ("dwelling_id", "rank", "application_id_ahead", "application_id_passed", "explained_by")
        ]
        rows: dict[Key, tuple[int, str]] = {}
        for i, (dwelling, rank, ahead, passed, why) in enumerate(zip(*columns, strict=True)):
            apps = self.world.apps.number
            key = (
                self.world.dwellings.number.get(dwelling, -1),
                int(rank),
                apps.get(ahead, -1),
                apps.get(passed, -2) if passed else -1,
            )
            if key in rows:
                self.found.add("leapfrogs", "ligne deux fois")
            rows[key] = (int(gaps[i]), why)
        return rows

    def possible(self, key: Key, why: str) -> bool:
        """Whether a reason of the closed set can explain that household being passed."""
        d, rank, ahead, passed = key
        f = self.lists.filling[d]
        pool = f.pool
        me, other = pool.at(ahead), pool.at(passed)
        if why.startswith("need:"):
            return why[5:] in self.world.dwellings.number
        if why not in WORDS:
            return rank == 1 and self._rule_explains(f, me, other, why)
        if why == "pin":
            return rank == 1 and d in self.world.pins
        if why == "nomination":
            return f.own is not None or (rank == 1 and not bool(pool.first[other]))
        if why == "fit":
            return bool(pool.value[other] <= pool.value[me])
        if why == "gap":
            return not self.proven
        if rank == 1:
            return False
        if why == "places":
            return bool(self.lists.full_at[passed] < self.lists.order[d, ahead])
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
