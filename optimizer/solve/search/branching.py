"""Which count a node of the proof is divided on: the one whose two sides cost most; a pair where all counts are whole.

The rule is reliability branching (`tree.pseudocosts`); strong branching tries a side on the columns at hand, without pricing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimizer.problem.model import RATE_UNIT
from optimizer.solve.layout import Layout
from optimizer.solve.policy import DEFAULT, TreePolicy
from optimizer.solve.proof.certificate import Split
from optimizer.solve.proof.node import Path, Step, den_floors, mir_row
from optimizer.solve.relaxation.entering import ranges
from optimizer.solve.relaxation.master import MICRO, Master, NodeLP
from optimizer.solve.tree.pseudocosts import EPS, Pseudocosts, choose, effort_of

CountKey = tuple[str, int, bool, bool]
"""What is counted, of which row, household or freed dwelling, whether a rounded row comes with it, and the side."""


@dataclass(frozen=True)
class Candidate:
    """A count to divide on. ``low`` and ``high``: how far each side is from the LP solution; ``rate``: points per unit
    of that distance which a side is thought to lose before it was ever tried."""

    split: Split
    rounds: bool
    low: float
    high: float
    rate: tuple[float, float]
    matters: bool = True
    """Whether the row asks for anything: of one with room to spare any whole number will do."""

    def key(self, high: bool) -> CountKey:
        """Under which its pseudocost is remembered."""
        split = self.split
        what = {"household": split.application, "departure": split.dwelling}.get(split.on, split.row)
        return str(split.on), what, self.rounds, high

    def distance(self, high: bool) -> float:
        return self.high if high else self.low


class Brancher:
    """Chooses counts for the nodes of one tree; ``master`` holds their LP."""

    def __init__(self, master: Master) -> None:
        self.master = master
        policy = master.formulation.policy
        self.policy, self.branching = policy.tree, policy.branching
        self.pseudocosts: Pseudocosts[CountKey] = Pseudocosts(policy.branching.reliable)

    def choose(self, path: Path, relaxed: NodeLP, room: int) -> Split | None:
        """The count to divide a solved node on; None when all are whole.

        ``room``: micropoints between the bound of the node and the best proposal.
        """
        known, policy = self.pseudocosts, self.policy
        found = choose(
            (*waited_for(self.master, relaxed), *candidates(self.master.layout, path, relaxed, policy)),
            lambda c: (self.expected(c, False), self.expected(c, True)),
            lambda c: known.reliable((c.key(False), c.key(True))),
            lambda c: (self._try(path, relaxed, c, False), self._try(path, relaxed, c, True)),
            max(1e-3, room / MICRO),
            effort_of(self.branching),
        )
        return None if found is None else found.candidate.split

    def expected(self, c: Candidate, high: bool) -> float:
        """Points that one side of a count is expected to lose."""
        return self.pseudocosts.expected(c.key(high), c.distance(high), c.rate[high])

    def _try(self, path: Path, relaxed: NodeLP, c: Candidate, high: bool) -> float:
        """Points that one side of a count loses, as far as a few simplex steps tell."""
        assert relaxed.basis is not None
        value = self.master.attempt(
            (*path, Step(-1, c.split, high)), relaxed.basis, self.branching.trial_steps
        )
        lost = 0.0 if value is None else max(0.0, value - relaxed.cost)
        self.pseudocosts.learn(c.key(high), c.distance(high), lost)
        return lost


def candidates(
    layout: Layout, path: Path, relaxed: NodeLP, policy: TreePolicy = DEFAULT.tree
) -> Iterator[Candidate]:
    """Rounded rows that cut the LP solution off, and counts that are not whole, row by row."""
    cut = {k for c in relaxed.multipliers.cuts for k in c.rows}
    for k in layout.active.tolist():
        price = float(layout.price[k]) / 100.0
        den = float(relaxed.den[k])
        missing = mir_violation(layout, path, relaxed, k)
        if missing > EPS:
            n = int(np.floor(den + EPS))
            split = Split("den", row=k, at=n - 1)
            yield Candidate(
                split, True, den - (n - 1), missing * price, (policy.untried_binding * price, 1.0)
            )
        binds = bool(k in cut or relaxed.multipliers.rows[k] > 0 or relaxed.multipliers.mir.get(k, 0) > 0)
        rate = (policy.untried_binding if binds else policy.untried_idle) * price
        for count, split in (
            (den, Split("den", row=k, at=int(np.floor(den + EPS)))),
            (float(relaxed.num[k]), Split("num", row=k, at=int(np.floor(float(relaxed.num[k]) + EPS)))),
        ):
            part = count - split.at
            if EPS < part < 1 - EPS:
                yield Candidate(split, False, part, 1 - part, (rate, rate), binds)


def mir_violation(layout: Layout, path: Path, relaxed: NodeLP, row: int) -> float:
    """Leases by which the LP solution falls short of the rounded row of its denominator; 0 where it has none."""
    n = int(np.floor(float(relaxed.den[row]) + EPS))
    if n < 1 or den_floors(path).get(row, 0) >= n:
        return 0.0
    cut = mir_row(layout, row, n)
    return max(0.0, cut.f / RATE_UNIT * (cut.goal - float(relaxed.num[row])) - float(relaxed.shortfall[row]))


def dearest_mir(layout: Layout, path: Path, relaxed: NodeLP) -> Split | None:
    """The denominator whose lower bound would let the dearest rounded row cut this LP solution off."""
    best: tuple[float, Split] | None = None
    for k in layout.active.tolist():
        missing = mir_violation(layout, path, relaxed, k)
        gain = missing * float(layout.price[k])
        if missing > EPS and (best is None or gain > best[0] + EPS):
            best = (gain, Split("den", row=k, at=int(np.floor(float(relaxed.den[k]) + EPS)) - 1))
    return best[1] if best is not None else None


def households(master: Master, relaxed: NodeLP) -> Iterator[Candidate]:
    """Households of the réservataires' lists that the LP houses in part: whoever comes after them waits for them."""
    listed = master.layout.listed_households
    if not listed:
        return
    untried = master.formulation.policy.branching.untried
    total = np.zeros(len(master.layout.problem.application_ids) + 1)
    np.add.at(total, np.array(master.app[: len(relaxed.x)], np.int64), relaxed.x)
    for app in listed:
        part = float(total[app])
        if 1e-5 < part < 1 - 1e-5:
            yield Candidate(
                Split("household", application=app),
                False,
                part,
                1 - part,
                (untried, untried),
            )


def departures(master: Master, relaxed: NodeLP) -> Iterator[Candidate]:
    """Tenants whom the LP has leave a freed dwelling in part. Once all leave or stay, what is left is an assignment."""
    problem = master.layout.problem
    if not master.layout.link_of:
        return
    kinds, untried = problem.kinds, master.formulation.policy.branching.untried
    some = np.flatnonzero(relaxed.x > 1e-9)
    column, at = ranges(kinds.order_ptr, master.columns[1][some])
    opening = np.flatnonzero((kinds.order_sign[at] < 0) & (problem.orders.account[kinds.order_row[at]] < 0))
    left = np.bincount(
        kinds.order_row[at[opening]], relaxed.x[some[column[opening]]], len(problem.orders)
    ).astype(np.float64)
    for p in np.flatnonzero((left > 1e-5) & (left < 1 - 1e-5)).tolist():
        split = Split("departure", dwelling=int(problem.orders.dwelling[p]))
        part = float(left[p])
        yield Candidate(split, False, part, 1 - part, (untried, untried))


def waited_for(master: Master, relaxed: NodeLP) -> Iterator[Candidate]:
    """All that first ranks wait for and that the LP grants in part."""
    yield from households(master, relaxed)
    yield from departures(master, relaxed)


def nearly_settled(master: Master, relaxed: NodeLP) -> list[tuple[Split, bool]]:
    """Of these, all but settled ones and in any case the nearest to a whole number, with whether that is one."""
    found = sorted(waited_for(master, relaxed), key=lambda c: min(c.low, c.high))
    return [
        (c.split, c.low >= 0.5)
        for i, c in enumerate(found)
        if not i or min(c.low, c.high) < master.formulation.policy.tree.nearly_settled
    ]


def account_or_pair(master: Master, relaxed: NodeLP) -> Split | int | None:
    """Where all counts are whole: the account of a dwelling, else a single pair, nearest to a half.

    A class whose dwellings must be told apart first is returned by its number; None when nothing is fractional.
    """
    x = relaxed.x
    loose = np.flatnonzero(np.abs(x - np.rint(x)) > 1e-5)
    if not len(loose):
        return None
    account_of = master.layout.problem.kinds.account
    by_account: dict[tuple[int, int], float] = {}
    for j in loose.tolist():
        unit = master.units[master.unit[j]]
        if len(unit.dwellings) > 1:
            return unit.klass
    for j in np.flatnonzero(x > 1e-9).tolist():
        dwellings = master.units[master.unit[j]].dwellings
        if len(dwellings) == 1:
            key = (int(dwellings[0]), int(account_of[master.kind[j]]))
            by_account[key] = by_account.get(key, 0.0) + float(x[j])
    best: tuple[float, Split] | None = None
    for (d, r), total in sorted(by_account.items()):
        away = abs(total - 0.5)
        if away < 0.5 - 1e-5 and (best is None or away < best[0] - EPS):
            best = (away, Split("account", dwelling=d, account=r))
    if best is not None:
        return best[1]
    for j in loose.tolist():
        away = abs(float(x[j]) - 0.5)
        if best is None or away < best[0] - EPS:
            d = int(master.units[master.unit[j]].dwellings[0])
            r = int(account_of[master.kind[j]])
            best = (away, Split("pair", dwelling=d, application=master.app[j], account=r))
    return best[1] if best is not None else None
