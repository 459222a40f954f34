"""Rows in the order that each table promises: the same inputs give the same bytes, so rows that changed places are no result.

The rows of ``rules`` (:mod:`rows`), ``chains`` (:mod:`chains`) and ``scores`` (:mod:`breakdown`) are compared where their contents are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from optimizer.verify.agreements import account_rank
from optimizer.verify.cells import I64, ascending
from optimizer.verify.outputs import Out, out_parts
from optimizer.verify.verdict import Findings
from optimizer.verify.world import World

CHECK = "order"
Key = Callable[[Out], list[I64]]


class InOrder:
    """The rows of one table, part by part: none may come before the one above it."""

    def __init__(self, table: str, found: Findings) -> None:
        self.table, self.found = table, found
        self._rows = 0
        self._last: list[I64] = []
        found.start(CHECK)

    def read(self, keys: list[I64]) -> None:
        """The next rows by what they are sorted by, the first key first; rows with equal keys may follow each other."""
        n = len(keys[0])
        if not n:
            return
        ahead, tied = np.zeros(n, bool), np.ones(n, bool)
        for i, key in enumerate(keys):
            before = np.concatenate([self._last[i] if self._last else key[:1], key[:-1]])
            ahead |= tied & (key > before)
            tied &= key == before
        back = np.flatnonzero(~(ahead | tied))
        if len(back):
            self.found.add(CHECK, f"{self.table}, ligne {self._rows + int(back[0]) + 2}", len(back))
        self._rows += n
        self._last = [key[-1:] for key in keys]


def check_order(folder: Path, world: World, found: Findings) -> None:
    """The rows of every table of a result, in the order of the contract (design §8)."""
    homes, apps = _Ranks(world.ids.dwellings), _Ranks(world.ids.apps)

    def line(out: Out) -> list[I64]:
        return [homes.of(out, "dwelling_id"), out.scaled("rank", 1)]

    def passed(out: Out) -> list[I64]:
        who = apps.of(out, "application_id_passed")
        return [*line(out), (who < 0).astype(np.int64), -out.scaled("points_gap", 100), who]

    def choice(out: Out) -> list[I64]:
        at, accounts = out.words("account")
        return [homes.of(out, "dwelling_id"), _places(accounts, account_rank)[at]]

    def household(out: Out) -> list[I64]:
        return [apps.of(out, "application_id")]

    def home(out: Out) -> list[I64]:
        at, names = out.words("dwelling_id")  # of an earlier result too, so not those of the case alone
        return [_places(names, str)[at]]

    keys: Mapping[str, tuple[Key, tuple[str, ...]]] = {
        "proposals": (line, ("dwelling_id", "rank")),
        "applications": (household, ("application_id",)),
        "dwellings": (home, ("dwelling_id",)),
        "orientation": (choice, ("dwelling_id", "account")),
        "leapfrogs": (passed, ("dwelling_id", "rank", "application_id_passed", "points_gap")),
        "explanations": (household, ("application_id",)),
        "prospects": (line, ("dwelling_id", "rank")),
        "changes": (home, ("dwelling_id",)),
        "kept": (home, ("dwelling_id",)),
    }
    for table, (key, columns) in keys.items():
        rows = InOrder(table, found)
        for out in out_parts(folder, table, columns) or ():
            rows.read(key(out))


class _Ranks:
    """Where identifiers of the case stand in the order of texts."""

    def __init__(self, ids: pa.Array) -> None:
        self.ids = ids
        self.rank = np.append(ascending(ids), -1)

    def of(self, out: Out, name: str) -> I64:
        """Of each row; -1 where the cell is empty or names nobody of the case."""
        return self.rank[out.index(name, self.ids)].astype(np.int64)


def _places(words: Iterable[str], key: Callable[[str], object]) -> I64:
    """Rank of each word."""
    listed = list(words)
    found = np.empty(len(listed), np.int64)
    found[sorted(range(len(listed)), key=lambda i: key(listed[i]))] = np.arange(len(listed))  # type: ignore[arg-type, return-value]
    return found
