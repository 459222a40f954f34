"""``orientation``: what staff read beside the lists agrees with the lists and the raw data.

The loss of choosing another account comes from the solver; here it is only held to its sign (0 where chosen). The
candidates of each account, the best score and the account chosen are recomputed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.verify.classes import Classes, Door
from optimizer.verify.naming import Named
from optimizer.verify.outputs import Out, out_parts
from optimizer.verify.passes import by_account
from optimizer.verify.solution import Lines
from optimizer.verify.verdict import Findings

ORIENTATION = ("dwelling_id", "account", "chosen", "candidates", "loss_points", "best_score")


class Choices:
    """Candidates and best score of each account of each class, read door by door."""

    def __init__(self, classes: Classes) -> None:
        self.classes = classes
        self.number: dict[str, int] = {}
        self._key: list[Ints] = []
        self._count: list[Ints] = []
        self._best: list[Ints] = []

    def read(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """Add a door with its classes."""
        for c, who in named:
            numbers = [self.number.setdefault(account, len(self.number)) for account in who.accounts]
            count, best = by_account(who.named, door.count, door.best, len(numbers))
            self._key.append(np.array(numbers, np.int64) | c << 32)
            self._count.append(count)
            self._best.append(best)

    def check(self, folder: Path, lines: Lines, found: Findings) -> None:
        """The table ``orientation``: the chosen account is that of the first rank, the candidates are those there are."""
        parts = out_parts(folder, "orientation", ORIENTATION)
        if parts is None:
            return
        found.start("orientation")
        key, count, best = (
            np.concatenate([np.zeros(0, np.int64), *parts]) for parts in (self._key, self._count, self._best)
        )
        self._key, self._count, self._best = [], [], []
        order = np.argsort(key)
        key, count, best = key[order], count[order], best[order]
        n = len(self.classes.world.dwellings)
        chosen = np.full(n, -1, np.int64)
        first = lines.rank == 1
        numbers = np.array([self.number.get(x, -2) for x in lines.accounts] + [-1], np.int64)
        chosen[lines.dwelling[first]] = numbers[lines.account[first]]
        shown = np.zeros(n, np.int64)
        for out in parts:
            self._part(out, key, count, best, chosen, shown, found)
        wrong = int(np.count_nonzero((chosen != -1) & (shown != 1)))
        if wrong:
            found.add("orientation", "contingent retenu absent", wrong)

    def _part(
        self, out: Out, key: Ints, count: Ints, best: Ints, chosen: Ints, shown: Ints, found: Findings
    ) -> None:
        home = out.index("dwelling_id", self.classes.world.ids.dwellings)
        account_at, words = out.words("account")
        columns = [out.scaled(x, s) for x, s in zip(ORIENTATION[2:], (1, 1, 100, 100), strict=True)]
        known = np.flatnonzero(home >= 0)
        bad: dict[str, int | np.integer[Any]] = {"logement inconnu": len(home) - len(known)}
        account = np.array([self.number.get(x, -3) for x in words], np.int64)[account_at[known]]
        home = home[known]
        said, candidates, loss, top = (x[known] for x in columns)
        mine = chosen[home] == account
        np.add.at(shown, home[mine], 1)
        bad["contingent retenu"] = np.count_nonzero((said != 0) != mine)
        bad["perte de points"] = np.count_nonzero(np.where(mine, loss != 0, loss < 0))
        asked = self.classes.klass[home] << 32 | np.maximum(account, 0)
        at = np.minimum(np.searchsorted(key, asked), max(0, len(key) - 1))
        there = (key[at] == asked) & (account >= 0) if len(key) else np.zeros(len(home), bool)
        bad["contingent qui ne peut pas recevoir le logement"] = np.count_nonzero(~there)
        at = at[there]
        bad["nombre de candidats"] = np.count_nonzero(candidates[there] != count[at])
        bad["meilleure cotation"] = np.count_nonzero(top[there] != best[at])
        for detail, number in bad.items():
            if number:
                found.add("orientation", detail, int(number))


Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
