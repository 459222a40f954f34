"""Which count a node of the proof is divided on: the one whose two sides cost most; a pair where all counts are whole.

The rule is reliability branching (`tree.pseudocosts`); strong branching tries a side on the columns at hand, without pricing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from optimizer.problem.model import RATE_UNIT
from optimizer.solve.layout import Layout
from optimizer.solve.proof.certificate import Split
from optimizer.solve.proof.node import Formulation, Path, Step, den_floors, mir_row
from optimizer.solve.relaxation.entering import ranges
from optimizer.solve.relaxation.master import MICRO, Master, NodeLP
from optimizer.solve.tree.pseudocosts import (
    EPS,
    Branching,
    BranchingEffort,
    Pseudocosts,
    best_split,
    effort_of,
)

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
        self.branching = policy.branching
        self.pseudocosts: Pseudocosts[CountKey] = Pseudocosts(policy.branching.reliable)

    def choose(
        self, path: Path, relaxed: NodeLP, room: int, effort: BranchingEffort | None = None
    ) -> Branching[Candidate] | None:
        """The count to divide a solved node on, with what its sides are thought to lose; None when all are whole.

        ``room``: micropoints between the bound of the node and the best proposal; ``effort``: other than the policy's.
        """
        known = self.pseudocosts
        return best_split(
            (*waited_for(self.master, relaxed), *fractional_counts(self.master.formulation, path, relaxed)),
            lambda c: (self.expected(c, False), self.expected(c, True)),
            lambda c: known.reliable((c.key(False), c.key(True))),
            lambda c: (self._try(path, relaxed, c, False), self._try(path, relaxed, c, True)),
            max(1e-3, room / MICRO),
            effort or effort_of(self.branching),
        )

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


def fractional_counts(formulation: Formulation, path: Path, relaxed: NodeLP) -> Iterator[Candidate]:
    """Rounded rows that cut the LP solution off, and counts that are not whole, row by row.

    Rows of one denominator have one candidate for it, under the name of the first of them: what a division says of the leases of one
    it says of those of all. Apart, each would be divided on in turn, and one side of every division but the first be empty.
    """
    layout, policy = formulation.layout, formulation.policy.tree
    cut = {k for c in relaxed.multipliers.cuts for k in c.rows}
    bound = {
        k: bool(k in cut or relaxed.multipliers.rows[k] > 0 or relaxed.multipliers.mir.get(k, 0) > 0)
        for k in layout.active.tolist()
    }
    floors = den_floors(path)
    for k in layout.active.tolist():
        alike = [j for j in formulation.cuts.alike[k] if j in bound]
        if k == alike[0]:
            yield from _of_denominator(formulation, floors, relaxed, alike, any(bound[j] for j in alike))
        num = float(relaxed.num[k])
        split = Split("num", row=k, at=int(np.floor(num + EPS)))
        part = num - split.at
        if EPS < part < 1 - EPS:
            rate = (policy.untried_binding if bound[k] else policy.untried_idle) * _price(layout, k)
            yield Candidate(split, False, part, 1 - part, (rate, rate), bound[k])


def _of_denominator(
    formulation: Formulation, floors: Mapping[int, int], relaxed: NodeLP, alike: list[int], binds: bool
) -> Iterator[Candidate]:
    """A division whose high side lets rounded rows cut the LP solution off, and one of a denominator that is not whole."""
    layout, policy = formulation.layout, formulation.policy.tree
    k, den = alike[0], float(relaxed.den[alike[0]])
    n = int(np.floor(den + EPS))
    lost = max(mir_violation(formulation, floors, relaxed, j) * _price(layout, j) for j in alike)
    dearest = max(_price(layout, j) for j in alike)
    if lost > EPS * dearest:
        split = Split("den", row=k, at=n - 1)
        yield Candidate(split, True, den - (n - 1), lost, (policy.untried_binding * dearest, 1.0))
    part = den - n
    if EPS < part < 1 - EPS:
        rate = (policy.untried_binding if binds else policy.untried_idle) * dearest
        yield Candidate(Split("den", row=k, at=n), False, part, 1 - part, (rate, rate), binds)


def _price(layout: Layout, k: int) -> float:
    """Points that a row's missing lease costs."""
    return float(layout.price[k]) / 100.0


def mir_violation(formulation: Formulation, floors: Mapping[int, int], relaxed: NodeLP, row: int) -> float:
    """Leases by which the LP solution falls short of the rounded row of its denominator; 0 where it has none, or the LP holds it."""
    n = int(np.floor(float(relaxed.den[row]) + EPS))
    if n < 1 or any(floors.get(j, 0) >= n for j in formulation.cuts.alike[row]):
        return 0.0
    cut = mir_row(formulation.layout, row, n)
    return max(0.0, cut.f / RATE_UNIT * (cut.goal - float(relaxed.num[row])) - float(relaxed.shortfall[row]))


def dearest_mir(formulation: Formulation, path: Path, relaxed: NodeLP) -> Split | None:
    """The denominator whose lower bound would let the dearest rounded row cut this LP solution off."""
    layout, floors = formulation.layout, den_floors(path)
    best: tuple[float, Split] | None = None
    for k in layout.active.tolist():
        missing = mir_violation(formulation, floors, relaxed, k)
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
