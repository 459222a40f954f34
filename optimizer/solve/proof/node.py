"""A node of the proof's tree: the splits on its path and what they allow."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from optimizer.problem.model import I32, I64, RATE_UNIT, B, Problem
from optimizer.solve.cuts.envelopes import Envelope, Envelopes, Window
from optimizer.solve.cuts.mir import Cut, Cuts, Inequality
from optimizer.solve.cuts.separation import Separation
from optimizer.solve.layout import Layout
from optimizer.solve.policy import DEFAULT, SearchPolicy
from optimizer.solve.proof.certificate import Split


@dataclass(frozen=True)
class Step:
    """One split of a path: index of its node, the split, the side taken."""

    node: int
    split: Split
    high: bool


Path = tuple[Step, ...]


@dataclass(frozen=True)
class Restriction:
    """What a path says of one dwelling. Accounts and pairs (application, account) by index; -1 application: a seat."""

    banned_accounts: frozenset[int] = frozenset()
    banned_pairs: frozenset[tuple[int, int]] = frozenset()
    account: int = -1
    pair: tuple[int, int] | None = None

    @property
    def filled(self) -> bool:
        """The dwelling must have a first rank."""
        return self.account >= 0 or self.pair is not None

    def allows(self, app: I32, account: I32) -> B:
        ok: B = np.ones(len(app), bool)
        for r in sorted(self.banned_accounts):
            ok &= account != r
        for a, r in sorted(self.banned_pairs):
            ok &= ~((app == a) & (account == r))
        if self.account >= 0:
            ok &= account == self.account
        if self.pair is not None:
            ok &= (app == self.pair[0]) & (account == self.pair[1])
        return ok


def restrictions(path: Path) -> dict[int, Restriction]:
    """Restriction of every dwelling the path speaks of, by dwelling index."""
    found: dict[int, Restriction] = {}
    for step in path:
        split = step.split
        if split.on not in ("pair", "account"):
            continue
        old = found.get(split.dwelling, Restriction())
        accounts, pairs, account, pair = old.banned_accounts, old.banned_pairs, old.account, old.pair
        if split.on == "account":
            if step.high:
                account = split.account
            else:
                accounts = accounts | {split.account}
        elif step.high:
            pair = (split.application, split.account)
        else:
            pairs = pairs | {(split.application, split.account)}
        found[split.dwelling] = Restriction(accounts, pairs, account, pair)
    return found


@dataclass(frozen=True)
class MirRow:
    """The rounded row ``s ≥ f (N − num)`` of row ``row``, valid once ``den ≥ n`` (reliability of the proof, below).

    With an integer num and ``β = rate·n + ask``: s ≥ rate·den + ask − num ≥ β − num and s ≥ 0. If num ≤ ⌈β⌉ − 1 then
    ``s ≥ β − num = f + (⌈β⌉ − 1 − num) ≥ f (⌈β⌉ − num)`` as f ≤ 1; if num ≥ ⌈β⌉ the right side is ≤ 0.
    ``f`` (ten-thousandths) is the fractional part of β, or 1 when β is whole.
    """

    row: int
    n: int
    f: int
    goal: int


def mir_row(layout: Layout, row: int, n: int) -> MirRow:
    beta = int(layout.rate[row]) * n + int(layout.ask[row])
    return MirRow(row, n, beta % RATE_UNIT or RATE_UNIT, -(-beta // RATE_UNIT))


Limits = dict[tuple[str, int], int]
"""By (num or den, row)."""


def count_limits(path: Path) -> tuple[Limits, Limits]:
    """Largest lower bounds and least upper bounds that a path puts on counts."""
    floors: Limits = {}
    ceilings: Limits = {}
    for step in path:
        split = step.split
        if split.on not in ("num", "den"):
            continue
        key = (str(split.on), split.row)
        if step.high:
            floors[key] = max(floors.get(key, 0), split.at + 1)
        else:
            ceilings[key] = min(ceilings.get(key, split.at), split.at)
    return floors, ceilings


def den_floors(path: Path) -> dict[int, int]:
    """Largest lower bound on den that the path implies, by row (only rows with one)."""
    return _of_dens(count_limits(path)[0])


def den_ceilings(path: Path) -> dict[int, int]:
    """Least upper bound on den that the path implies, by row (only rows with one)."""
    return _of_dens(count_limits(path)[1])


def _of_dens(limits: Limits) -> dict[int, int]:
    return {k: n for (on, k), n in limits.items() if on == "den"}


@dataclass(frozen=True)
class DwellingColumns:
    """Columns one dwelling may use: application (-1: a seat), kind, account, whole value in hundredths."""

    app: I32
    kind: I32
    account: I32
    value: I64
    entry: I32


@dataclass
class _Said:
    """What the path of a node says of counts, worked out as it is asked for."""

    path: Path
    floors: Limits
    ceilings: Limits
    windows: dict[tuple[int, ...], Window] = field(default_factory=dict)
    caps: dict[tuple[int, ...], int] = field(default_factory=dict)


@dataclass
class Formulation:
    """Explicit columns of single dwellings, made when a split names them."""

    layout: Layout
    policy: SearchPolicy = DEFAULT
    """How the search goes about it: which cuts are looked for here, and all the rest for who solves it."""
    _classes: dict[int, DwellingColumns] = field(default_factory=dict)
    _said: _Said | None = None
    """By the path of the node asked of last: every cut is held against it."""

    @cached_property
    def cuts(self) -> Cuts:
        """The cuts of the problem."""
        return Cuts(self.layout, self.policy.relaxation)

    @cached_property
    def separation(self) -> Separation:
        """What tells which of them an LP solution misses."""
        return Separation(self.cuts)

    @cached_property
    def envelopes(self) -> Envelopes:
        """The envelopes of the problem."""
        return Envelopes(self.cuts)

    def asking(self, layout: Layout) -> Formulation:
        """The formulation of the same problem where some rows ask for other amounts: what does not speak of them is not written again."""
        changed = frozenset(np.flatnonzero(layout.ask != self.layout.ask).tolist())
        other = Formulation(layout, self.policy, self._classes)
        cuts = self.cuts.asking(layout, changed)
        other.__dict__["cuts"] = cuts
        other.__dict__["separation"] = self.separation.asking(cuts, changed)
        other.__dict__["envelopes"] = self.envelopes.asking(cuts, changed)
        return other

    def windows(self, path: Path) -> dict[tuple[int, ...], Window]:
        """What a node says of each group of rows of one denominator; without those that contradict themselves."""
        floors, ceilings = count_limits(path)
        found = ((rows, self.envelopes.window(rows, floors, ceilings)) for rows in self.envelopes.groups)
        return {rows: window for rows, window in found if window is not None}

    def holds(self, cut: Inequality, path: Path) -> bool:
        """Whether the counts of a cut keep their limits everywhere in a node.

        A node that contradicts itself keeps what the node it is a part of kept: its leaf may have the multipliers of that one.
        """
        said = self._said
        if said is None or said.path is not path:
            said = self._said = _Said(path, *count_limits(path))
        if isinstance(cut, Envelope):
            if cut.rows not in said.windows:
                said.windows[cut.rows] = self.envelopes.limits(cut.rows, said.floors, said.ceilings)
            return said.windows[cut.rows].within(cut.window)
        assert isinstance(cut, Cut)
        base = cut.shape.base
        if cut.low:
            return cut.at <= max(said.floors.get(("den", k), 0) for k in base)
        if base not in said.caps:
            said.caps[base] = self.cuts.cap(base, _of_dens(said.ceilings))
        return cut.at >= said.caps[base]

    def written(self, cut: Inequality) -> Inequality:
        """A cut of another formulation of the problem, for what the rows of this one ask."""
        if isinstance(cut, Envelope):
            prices, counts = np.array(cut.prices, np.int64), np.array(cut.counts, np.int64)
            return self.envelopes.envelope(cut.window, prices, counts, cut.slope)
        assert isinstance(cut, Cut)
        return self.cuts.cut(cut.shape, cut.at, cut.low)

    def columns(self, dwelling: int) -> DwellingColumns:
        problem = self.layout.problem
        klass = int(problem.klass[dwelling])
        if klass not in self._classes:
            self._classes[klass] = _class_columns(self.layout, klass)
        base = self._classes[klass]
        bonus = np.where(base.app >= 0, problem.bonus[dwelling], 0)
        return DwellingColumns(base.app, base.kind, base.account, base.value + bonus, base.entry)


def _class_columns(layout: Layout, klass: int) -> DwellingColumns:
    problem: Problem = layout.problem
    a, b = int(layout.full.ptr[klass]), int(layout.full.ptr[klass + 1])
    key = layout.full.key[a:b]
    length = layout.option_ptr[key + 1] - layout.option_ptr[key]
    at = np.repeat(np.arange(a, b), length)
    inside = np.arange(len(at)) - np.repeat(np.cumsum(length) - length, length)
    kind = layout.option_kind[np.repeat(layout.option_ptr[key], length) + inside]
    seats = layout.seats(klass)
    kinds = np.concatenate([kind, problem.seats.kind[seats]]).astype(np.int32)
    return DwellingColumns(
        app=np.concatenate([layout.full.app[at], np.full(len(seats), -1)]).astype(np.int32),
        kind=kinds,
        account=problem.kinds.account[kinds],
        value=np.concatenate([layout.full.value[at], problem.seats.value[seats]]).astype(np.int64),
        entry=np.concatenate([layout.full.entry[at], np.full(len(seats), -1)]).astype(np.int32),
    )
