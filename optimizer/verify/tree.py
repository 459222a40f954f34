"""The certificate tree: every node reached once, every split complementary, every leaf with its path (design §7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from optimizer.verify.bound import Special
from optimizer.verify.rows import Book
from optimizer.verify.world import World


@dataclass(frozen=True)
class CountSplit:
    """Low side: count of num or den of a row ≤ ``at``; high side: ≥ ``at + 1``."""

    on: str
    row: int
    at: int


@dataclass(frozen=True)
class PairSplit:
    """Low side: the pair is not the first rank; high side: it is. ``app`` -1 is a seat."""

    dwelling: int
    app: int
    account: str


@dataclass(frozen=True)
class AccountSplit:
    """Low side: the dwelling's first rank is not on the account; high side: it is."""

    dwelling: int
    account: str


@dataclass(frozen=True)
class HouseholdSplit:
    """Low side: the household has no first rank at all; high side: it has one."""

    app: int


@dataclass(frozen=True)
class DepartureSplit:
    """Low side: the tenant of a freed dwelling is first on none that opens it; high side: it is first on one."""

    dwelling: int


Split = CountSplit | PairSplit | AccountSplit | HouseholdSplit | DepartureSplit
Step = tuple[int, Split, bool]
"""(node, split, high side)."""


@dataclass(frozen=True)
class Leaf:
    """A leaf with the steps from the root. ``content`` is its raw JSON object."""

    node: int
    path: tuple[Step, ...]
    content: Mapping[str, Any]

    @property
    def empty(self) -> bool:
        return "empty" in self.content


@dataclass
class Path:
    """What the steps of a path say together."""

    low: dict[tuple[str, int], int] = field(default_factory=dict)
    """(on, row) -> largest lower bound of the count."""
    high: dict[tuple[str, int], int] = field(default_factory=dict)
    only: dict[int, set[tuple[int, str]]] = field(default_factory=dict)
    without: dict[int, set[tuple[int, str]]] = field(default_factory=dict)
    on_account: dict[int, set[str]] = field(default_factory=dict)
    off_account: dict[int, set[str]] = field(default_factory=dict)
    idle: set[int] = field(default_factory=set)
    """Applications without any first rank."""
    placed: set[int] = field(default_factory=set)
    """Applications with a first rank somewhere."""
    staying: set[int] = field(default_factory=set)
    """Freed dwellings whose tenant stays."""
    leaving: set[int] = field(default_factory=set)
    """Freed dwellings whose tenant leaves."""

    @property
    def taken(self) -> list[int]:
        """Applications fixed to a dwelling."""
        return [a for pairs in self.only.values() for a, _ in pairs if a >= 0]

    def specials(self) -> dict[int, Special]:
        """Per dwelling named by the path, what it allows (the path must not contradict itself)."""
        named = {*self.only, *self.without, *self.on_account, *self.off_account}
        return {
            d: Special(
                only=next(iter(self.only.get(d, ())), None),
                without=frozenset(self.without.get(d, ())),
                account=next(iter(self.on_account.get(d, ())), None),
                not_accounts=frozenset(self.off_account.get(d, ())),
            )
            for d in sorted(named)
        }

    def contradiction(self, most: Mapping[tuple[str, int], int]) -> bool:
        """Whether no solution can satisfy the steps, by their form alone.

        ``most``: (on, row) -> dwellings that could be counted there.
        """
        return self.clash() or self._counts_clash(most)

    def _counts_clash(self, most: Mapping[tuple[str, int], int]) -> bool:
        for key, least in self.low.items():
            if least > self.high.get(key, least) or least > most.get(key, 0):
                return True
            if key[0] == "num" and least > self.high.get(("den", key[1]), least):
                return True
        return any(at < 0 for at in self.high.values())

    def clash(self) -> bool:
        """Whether the pairs and accounts asked for exclude each other."""
        taken = set(self.taken)
        if len(taken) < len(self.taken) or self.idle & (self.placed | taken) or self.staying & self.leaving:
            return True
        for d, pairs in self.only.items():
            if len(pairs) > 1 or pairs & self.without.get(d, set()):
                return True
            account = next(iter(pairs))[1]
            if account in self.off_account.get(d, ()) or self.on_account.get(d, {account}) != {account}:
                return True
        return any(len(x) > 1 or x & self.off_account.get(d, set()) for d, x in self.on_account.items())


def walk(nodes: Sequence[Mapping[str, Any]], world: World, book: Book) -> tuple[list[Leaf], bool]:
    """(leaves, whole): ``whole`` when every node is reached exactly once and every split is well formed."""
    leaves: list[Leaf] = []
    seen: set[int] = set()
    waiting: list[tuple[int, tuple[Step, ...]]] = [(0, ())] if nodes else []
    whole = bool(nodes)
    while waiting:
        i, path = waiting.pop()
        if i in seen or not 0 <= i < len(nodes):
            whole = False
            continue
        seen.add(i)
        node = nodes[i]
        if "leaf" in node:
            leaves.append(Leaf(i, path, node["leaf"]))
            whole &= "split" not in node
            continue
        split = read_split(node["split"], world, book)
        low, high = node["low"], node["high"]
        if not isinstance(low, int) or not isinstance(high, int) or isinstance(low, bool):
            raise ValueError("child")
        waiting += [(high, (*path, (i, split, True))), (low, (*path, (i, split, False)))]
    return leaves, whole and len(seen) == len(nodes)


def read_split(raw: Mapping[str, Any], world: World, book: Book) -> Split:
    """A split by index. Raises ValueError or KeyError when it names something unknown."""
    on = raw["on"]
    if on == "household":
        return HouseholdSplit(world.apps.number[str(raw["application"])])
    if on in ("num", "den"):
        row, at = raw["row"], raw["at"]
        if type(row) is not int or type(at) is not int or not 0 <= row < len(book.rows):
            raise ValueError("split")
        return CountSplit(on, row, at)
    d = world.dwellings.number[raw["dwelling"]]
    if on == "departure":
        if d not in world.tenant:
            raise ValueError("split")
        return DepartureSplit(d)
    account = str(raw["account"])
    if on == "pair":
        app = str(raw["application"])
        return PairSplit(d, world.apps.number[app] if app else -1, account)
    if on == "account":
        return AccountSplit(d, account)
    raise ValueError("split")


def path_of(leaf: Leaf) -> Path:
    """The steps of a leaf put together."""
    path = Path()
    for _, split, high in leaf.path:
        if isinstance(split, CountSplit):
            key = (split.on, split.row)
            if high:
                path.low[key] = max(path.low.get(key, split.at + 1), split.at + 1)
            else:
                path.high[key] = min(path.high.get(key, split.at), split.at)
        elif isinstance(split, HouseholdSplit):
            (path.placed if high else path.idle).add(split.app)
        elif isinstance(split, DepartureSplit):
            (path.leaving if high else path.staying).add(split.dwelling)
        elif isinstance(split, PairSplit):
            where = path.only if high else path.without
            where.setdefault(split.dwelling, set()).add((split.app, split.account))
        else:
            (path.on_account if high else path.off_account).setdefault(split.dwelling, set()).add(
                split.account
            )
    return path
