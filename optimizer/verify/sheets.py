"""``orientation``: every account that may receive each dwelling, its candidates, the facts of the dwelling, what the choice costs.

Up to `EXCHANGED` dwellings all of it is recomputed: the loss at least from the multipliers of the root that the certificate
shows, the loss at most by exchanges. Beyond, and with chains, the loss at least is held between nothing and the loss at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from optimizer.verify.cells import I64, B
from optimizer.verify.classes import Classes, Door
from optimizer.verify.exchanges import NEVER, FirstRankExchanges
from optimizer.verify.naming import Entries, Named
from optimizer.verify.outputs import Out, out_parts
from optimizer.verify.passes import by_account, marked_by_account, marked_by_type
from optimizer.verify.root import LeastLosses
from optimizer.verify.situation import FACTS, Situation
from optimizer.verify.solution import RATE, Lines
from optimizer.verify.verdict import Findings

ORIENTATION = ("dwelling_id", "account", "chosen", "candidates", "loss_points", "best_score")
PEOPLE = ("candidates_dalo", "candidates_priority", "candidates_income_unknown")
EXCHANGED = 8_000
"""Dwellings up to which both losses are counted again."""


class Choices:
    """Candidates and best score of each account of each class, read door by door."""

    def __init__(self, classes: Classes) -> None:
        self.classes = classes
        self.number: dict[str, int] = {}
        self._key: list[Ints] = []
        self._count: list[Ints] = []
        self._best: list[Ints] = []
        self._marked: list[Ints] = []
        self._bit: list[Ints] = []
        """Place of the account among those of the class."""
        self._lines = np.zeros(len(classes), np.int64)
        """By class: accounts with a household that may be first there, or a seat."""
        apps = classes.world.apps
        self._marks = np.stack([apps.dalo, apps.priority_any & ~apps.dalo, apps.monthly < 0], axis=1)

    def read(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """Add a door with its classes."""
        marked = marked_by_type(door.fine, door.block.app, door.type, self._marks, len(door.count))
        for c, who in named:
            numbers = [self.number.setdefault(account, len(self.number)) for account in who.accounts]
            count, best = by_account(who.named, door.count, door.best, len(numbers))
            bits = np.arange(len(numbers))
            may = marked_by_account(who.named, marked, len(numbers))
            ahead = (who.first[door.count > 0, None] >> bits & 1).any(axis=0)
            seats = {x.account for x in who.seats}
            shown = ahead | np.array([x in seats for x in who.accounts], bool)
            self._lines[c] = int(shown.sum())
            self._key.append((np.array(numbers, np.int64) | c << 32)[shown])
            self._count.append(count[shown])
            self._best.append(best[shown])
            self._marked.append(may[shown])
            self._bit.append(bits[shown])

    def told(self) -> tuple[list[str], Ints, Ints, Ints, Ints, Ints, I64]:
        """What was read, for :meth:`join`."""
        return [*self.number], *self._columns(), self._lines

    def join(self, more: tuple[list[str], Ints, Ints, Ints, Ints, Ints, I64]) -> None:
        """Add what was read of other doors."""
        names, key, count, best, bit, marked, lines = more
        number = np.array([self.number.setdefault(name, len(self.number)) for name in names], np.int64)
        self._key.append(key >> 32 << 32 | number[key & 0xFFFFFFFF] if len(key) else key)
        self._count.append(count)
        self._best.append(best)
        self._bit.append(bit)
        self._marked.append(marked)
        self._lines += lines

    def _columns(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Account and class, candidates, best score, place and marked candidates of every account read, end to end."""
        key, count, best, bit = (
            np.concatenate([np.zeros(0, np.int64), *parts])
            for parts in (self._key, self._count, self._best, self._bit)
        )
        return key, count, best, bit, np.concatenate([np.zeros((0, 3), np.int64), *self._marked])

    def check(
        self, folder: Path, lines: Lines, situation: Situation, exchanges: FirstRankExchanges, least: LeastLosses | None,
        found: Findings,
    ) -> None:  # fmt: skip
        """The table ``orientation``: every row it must have, and what each says; ``least``: the losses by the proof."""
        names = (*ORIENTATION, *PEOPLE, *FACTS, "loss_at_most")
        parts = out_parts(folder, "orientation", names)
        if parts is None:
            return
        found.start("orientation")
        key, count, best, bit, marked = self._columns()
        self._key, self._count, self._best, self._bit, self._marked = [], [], [], [], []
        order = np.argsort(key)
        key, count, best, bit, marked = key[order], count[order], best[order], bit[order], marked[order]
        n = len(self.classes.world.dwellings)
        chosen = np.full(n, -1, np.int64)
        first = lines.rank == 1
        numbers = np.array([self.number.get(x, -2) for x in lines.accounts] + [-1], np.int64)
        chosen[lines.dwelling[first]] = numbers[lines.account[first]]
        shown, times = np.zeros(n, np.int64), np.zeros(n, np.int64)
        costs = Costs(exchanges) if n <= EXCHANGED else None
        for out in parts:
            right = (count, best, bit, marked)
            known = self._part(out, key, right, chosen, (shown, times), costs, least, found)
            situation.check(out, found)
            found.demand("orientation", known, "ligne deux fois")
        ids = self.classes.world.dwellings.ids
        for d in np.flatnonzero((chosen != -1) & (shown != 1)).tolist():
            found.add("orientation", f"dwelling_id={ids[d]} : contingent retenu absent")
        due = np.where(self.classes.world.blocked, 0, self._lines[self.classes.klass]) if n else times
        for d in np.flatnonzero(times != due).tolist():
            found.add("orientation", f"dwelling_id={ids[d]} : contingent absent ou en trop")

    def _part(
        self, out: Out, key: Ints, right: tuple[Ints, Ints, Ints, Ints], chosen: Ints, seen: tuple[Ints, Ints],
        costs: Costs | None, least: LeastLosses | None, found: Findings,
    ) -> bool:  # fmt: skip
        """Check some rows; whether none of them is there twice."""
        home = out.index("dwelling_id", self.classes.world.ids.dwellings)
        account_at, words = out.words("account")
        columns = [out.scaled(x, s) for x, s in zip(ORIENTATION[2:], (1, 1, 100, 100), strict=True)]
        known = np.flatnonzero(home >= 0)
        every = np.arange(len(home))
        bad: dict[str, I64] = {"logement inconnu": every[home < 0]}
        account = np.array([self.number.get(x, -3) for x in words], np.int64)[account_at[known]]
        home = home[known]
        said, candidates, loss, top = (x[known] for x in columns)
        mine = chosen[home] == account
        shown, times = seen
        np.add.at(shown, home[mine], 1)
        np.add.at(times, home, 1)
        for name in (*ORIENTATION[2:], *PEOPLE):
            bad[f"{name} vide"] = every[~out.filled(name)]
        bad["chosen"] = known[said != mine]
        asked = self.classes.klass[home] << 32 | np.maximum(account, 0)
        at = np.minimum(np.searchsorted(key, asked), max(0, len(key) - 1))
        there = (key[at] == asked) & (account >= 0) if len(key) else np.zeros(len(home), bool)
        bad["contingent qui ne peut pas recevoir le logement"] = known[~there]
        at, lines = at[there], known[there]
        count, best, bit, marked = right
        bad[ORIENTATION[3]] = lines[candidates[there] != count[at]]
        bad[ORIENTATION[5]] = lines[top[there] != best[at]]
        for j, name in enumerate(PEOPLE):
            bad[name] = lines[out.scaled(name, 1)[lines] != marked[at, j]]
        most, filled = out.scaled("loss_at_most", 100)[known], out.filled("loss_at_most")[known]
        bad["loss_points"] = known[np.where(mine, loss != 0, loss < 0) | (filled & (loss > most))]
        if costs is not None:
            names = [words[x] for x in account_at[known][there].tolist()]
            due = costs.of(home[there], names, mine[there])
            bad["loss_at_most"] = lines[(most[there] != np.maximum(due, 0)) | (filled[there] != (due >= 0))]
        if least is not None:
            by_proof = np.where(
                mine[there], 0, least.of(home[there], self.classes.klass[home[there]], bit[at])
            )
            bad["loss_points"] = lines[loss[there] != by_proof]
        for what, rows in bad.items():
            found.rows("orientation", out.table, out.first + rows, what)
        pairs = np.stack([home[there].astype(np.int64), account[there]])
        return int(np.unique(pairs, axis=1).shape[1]) == int(there.sum())


class Costs:
    """What each dwelling and account costs at most: the best exact exchange, every other first rank kept."""

    def __init__(self, exchanges: FirstRankExchanges) -> None:
        self.exchanges = exchanges
        self._entries: tuple[int, Entries | None] = (-1, None)

    def of(self, homes: I64, accounts: list[str], chosen: B) -> I64:
        """Hundredths of a point, rounded up; 0 for the chosen account, -1 where nobody is free."""
        found = np.zeros(len(homes), np.int64)
        klass = self.exchanges.classes.klass[homes]
        for i in np.argsort(klass, kind="stable").tolist():
            if not chosen[i]:
                entries = self._of_class(int(klass[i]))
                bit = entries.accounts.index(accounts[i])
                won = self.exchanges.switched(int(klass[i]), entries, bit, int(homes[i]))
                found[i] = -1 if won == NEVER else max(0, -(won // RATE))
        return found

    def _of_class(self, c: int) -> Entries:
        known, entries = self._entries
        if known != c or entries is None:
            entries = self.exchanges.classes.entries(c)
            self._entries = (c, entries)
        return entries


Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
