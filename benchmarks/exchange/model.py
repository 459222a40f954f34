"""The position-indexed chain-edge formulation (PICEF), with cycles and positions priced as they are needed.

Columns: a cycle of at most ``longest`` pairs; an arc at position p of a chain (p = 1 leaves an altruist). Rows: each vertex
receives at most once (an altruist gives at most once), and what leaves pair i at position p + 1 is at most what enters it at
position p. The LP is solved over few columns, those of positive reduced cost are added until there are none; the columns whose
reduced cost an optimum can still use, given the best solution known, then make one integer program: its optimum is the optimum.

Source: Dickerson, Manlove, Plaut, Sandholm, Trimble, "Position-Indexed Formulations for Kidney Exchange", EC 2016,
https://doi.org/10.1145/2940716.2940759.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.exchange.pool import Pool
from optimizer.solve.highs_lp import INFINITY, add_columns, add_rows, new_model, run
from optimizer.solve.watch import Watch

I64 = NDArray[np.int64]
F = NDArray[np.float64]
EPS = 1e-7
BATCH = 4_000
"""Columns of positive reduced cost added at once, the best first."""


FIRST = (2_000, 8_000, 1 << 62)
"""Columns of the integer programs tried in turn: equal weights leave so many equal optima that few columns hold one."""


@dataclass(frozen=True)
class Answer:
    """A solved instance; ``value`` and ``bound`` in units of the pool's ``1 / scale``.

    Attributes
    ----------
    cycles, chains : vertices of each, a chain from its altruist on
    """

    value: int
    bound: int
    proven: bool
    cycles: tuple[tuple[int, ...], ...]
    chains: tuple[tuple[int, ...], ...]
    columns: int


@dataclass
class Formulation:
    """The columns known and the LP that holds them. ``longest`` 0, 2, 3 or 4; ``positions`` arcs a chain may have."""

    pool: Pool
    positions: int
    longest: int
    cycles: list[tuple[int, ...]] = field(default_factory=list)
    arcs: list[tuple[int, int]] = field(default_factory=list)
    """(arc, position)."""

    def __post_init__(self) -> None:
        pool = self.pool
        self.n = len(pool.names)
        self.known: set[tuple[int, ...]] = set()
        self.weight = np.zeros((self.n, self.n), np.int64)
        self.weight[pool.source, pool.target] = pool.weight
        self.has = self.weight > 0
        self.model = new_model()
        rows = self.n + self.n * max(0, self.positions - 1)
        upper = np.concatenate([np.ones(self.n), np.zeros(rows - self.n)])
        add_rows(self.model, np.full(rows, -INFINITY), upper, [()] * rows)
        self.order: list[tuple[str, int]] = []
        """What each column of the model is: ("cycle" or "arc", place in its list)."""

    def flow(self, vertex: int, position: int) -> int:
        """Row of what leaves a pair at ``position`` + 1 against what enters it at ``position``."""
        return self.n + (position - 1) * self.n + vertex

    def add(self, cycles: list[tuple[int, ...]], arcs: list[tuple[int, int]]) -> int:
        """Enter columns that are not there yet; how many there were."""
        pool = self.pool
        cost, entries = [], []
        for cycle in cycles:
            if cycle in self.known:
                continue
            self.known.add(cycle)
            self.order.append(("cycle", len(self.cycles)))
            self.cycles.append(cycle)
            cost.append(-float(self.worth(cycle)))
            entries.append([(v, 1.0) for v in cycle])
        for arc, position in arcs:
            if (-1, arc, position) in self.known:
                continue
            self.known.add((-1, arc, position))
            self.order.append(("arc", len(self.arcs)))
            self.arcs.append((arc, position))
            a, b = int(pool.source[arc]), int(pool.target[arc])
            cost.append(-float(pool.weight[arc]))
            mine = [(b, 1.0)]
            mine.append((a, 1.0) if position == 1 else (self.flow(a, position - 1), 1.0))
            if position < self.positions:
                mine.append((self.flow(b, position), -1.0))
            entries.append(mine)
        n = len(cost)
        add_columns(self.model, np.array(cost), np.zeros(n), np.full(n, INFINITY), entries)
        return n

    def worth(self, cycle: tuple[int, ...]) -> int:
        return sum(int(self.weight[a, b]) for a, b in zip(cycle, (*cycle[1:], cycle[0]), strict=True))

    def reduced_arcs(self, dual: F, position: int) -> F:
        """(m,) reduced value of every arc at a position, −inf where it may not stand."""
        pool = self.pool
        gives = pool.altruist[pool.source]
        if position == 1:
            left = dual[pool.source]
        else:
            left = dual[self.flow(0, position - 1) + pool.source]
        found = pool.weight - dual[pool.target] - left
        if position < self.positions:
            found = found + dual[self.flow(0, position) + pool.target]
        return np.asarray(np.where(gives == (position == 1), found, -INFINITY), np.float64)

    def reduced_cycles(self, dual: F, above: float) -> tuple[list[tuple[int, ...]], F]:
        """Cycles, each from its least vertex on, of reduced value above a limit, and these values."""
        pairs = np.flatnonzero(~self.pool.altruist)
        price = dual[: self.n]
        net = np.where(self.has, self.weight - price[None, :], -INFINITY)[np.ix_(pairs, pairs)]
        found: list[tuple[int, ...]] = []
        values: list[F] = []
        for at in range(len(pairs)) if self.longest >= 2 else ():
            later = slice(at + 1, len(pairs))
            there, back = net[at, later], net[later, at]
            two = np.flatnonzero(there + back > above)
            found += [(int(pairs[at]), int(pairs[at + 1 + j])) for j in two.tolist()]
            values.append((there + back)[two])
            if self.longest >= 3:
                out, home = np.flatnonzero(there > -INFINITY), np.flatnonzero(back > -INFINITY)
                if not len(out) or not len(home):
                    continue
                inner = net[np.ix_(out + at + 1, home + at + 1)]
                three = there[out][:, None] + inner + back[home][None, :]
                j, k = np.nonzero(three > above)
                found += [
                    (int(pairs[at]), int(pairs[at + 1 + a]), int(pairs[at + 1 + b]))
                    for a, b in zip(out[j].tolist(), home[k].tolist(), strict=True)
                ]
                values.append(three[j, k])
                if self.longest >= 4:
                    self._fours(net, pairs, at, above, found, values)
        return found, np.concatenate([np.zeros(0), *values])

    def _fours(
        self, net: F, pairs: I64, at: int, above: float, found: list[tuple[int, ...]], values: list[F]
    ) -> None:
        """Add the cycles of four pairs whose least is ``at``."""
        later = slice(at + 1, len(pairs))
        back, inner = net[later, at], net[later, later]
        for j in np.flatnonzero(net[at, later] > -INFINITY).tolist():
            four = net[at, at + 1 + j] + inner[j][:, None] + inner + back[None, :]
            four[:, j] = -INFINITY
            k, last = np.nonzero(four > above)
            found += [
                (int(pairs[at]), int(pairs[at + 1 + j]), int(pairs[at + 1 + a]), int(pairs[at + 1 + b]))
                for a, b in zip(k.tolist(), last.tolist(), strict=True)
            ]
            values.append(four[k, last])

    def some(self, values: F, most: int) -> list[int]:
        """So many of the best places, those of nearly equal value drawn: in order they would all meet the same few pairs."""
        near = float(np.mean(self.pool.weight)) / 4
        drawn = np.random.default_rng(len(values)).random(len(values))
        found: list[int] = np.argsort(-(values + near * drawn), kind="stable")[:most].tolist()
        return found

    def reduced(self, dual: F) -> F:
        """(columns,) reduced value of the columns known."""
        by_position = [self.reduced_arcs(dual, p) for p in range(1, self.positions + 1)]
        return np.array(
            [
                self.worth(self.cycles[i]) - sum(dual[v] for v in self.cycles[i])
                if what == "cycle"
                else by_position[self.arcs[i][1] - 1][self.arcs[i][0]]
                for what, i in self.order
            ],
            np.float64,
        )

    def price(self, dual: F, above: float, most: int | None) -> int:
        """Enter the columns of reduced value above a limit, at most so many of the best of each sort."""
        cycles, values = self.reduced_cycles(dual, above)
        if most is not None and len(cycles) > most:
            cycles = [cycles[i] for i in self.some(values, most)]
        arcs: list[tuple[int, int]] = []
        for position in range(1, self.positions + 1):
            net = self.reduced_arcs(dual, position)
            mine = np.flatnonzero(net > above)
            if most is not None and len(mine) > most:
                mine = mine[self.some(net[mine], most)]
            arcs += [(int(arc), position) for arc in mine.tolist()]
        return self.add(cycles, arcs)


def solve(pool: Pool, chain: int, cycle: int, *, time_limit: float | None = None) -> Answer:
    """The most weight of disjoint cycles of at most ``cycle`` pairs and chains of at most ``chain`` transplants.

    Raises
    ------
    ValueError
        ``cycle`` is not 0, 2, 3 or 4, or ``chain`` is negative.
    """
    if cycle not in (0, 2, 3, 4) or chain < 0:
        raise ValueError("cycle: 0, 2, 3 or 4; chain: 0 or more")
    chain = min(chain, int((~pool.altruist).sum())) if pool.altruist.any() else 0
    form = Formulation(pool, chain, cycle)
    watch = Watch(time_limit)
    dual = np.zeros(form.n + form.n * max(0, chain - 1))
    form.price(dual, EPS, BATCH)
    if not form.order:
        return Answer(0, 0, True, (), (), 0)
    while True:
        lp = run(form.model, watch)
        dual = np.maximum(0.0, -lp.row_dual)
        if watch.stopped() or not form.price(dual, EPS, BATCH):
            break
    complete = watch.stopped() is None
    bound = int(np.floor(-lp.objective + 1e-6)) if complete else int(pool.weight.sum())
    best: tuple[int, list[tuple[str, int]]] = (0, [])
    for most in FIRST:
        best = max(best, _whole(form, watch, dual, most), key=lambda x: x[0])
        if best[0] >= bound or most >= len(form.order):
            break
    while best[0] < bound and complete and not watch.stopped():
        # a column that an optimum better than the best known can use loses less than the gap
        if not form.price(dual, best[0] + 1 - EPS + lp.objective, None):
            best = max(best, _whole(form, watch, dual, len(form.order)), key=lambda x: x[0])
            if not form.price(dual, best[0] + 1 - EPS + lp.objective, None) and not watch.stopped():
                bound = best[0]
                break
        best = max(best, _whole(form, watch, dual, len(form.order)), key=lambda x: x[0])
    proven = complete and best[0] >= bound
    cycles = tuple(form.cycles[i] for what, i in best[1] if what == "cycle")
    chains = _chains(form, [form.arcs[i] for what, i in best[1] if what == "arc"])
    told = sum(form.worth(c) for c in cycles)
    told += sum(int(form.weight[a, b]) for c in chains for a, b in zip(c[:-1], c[1:], strict=True))
    if told != best[0]:
        raise AssertionError("the cycles and chains are not worth what was solved")
    return Answer(told, bound, proven, cycles, chains, len(form.order))


def _whole(form: Formulation, watch: Watch, dual: F, most: int) -> tuple[int, list[tuple[str, int]]]:
    """The best integer solution over so many of the columns known, the best by reduced value: value and columns."""
    import highspy

    n = len(form.order)
    upper = np.ones(n)
    if most < n:
        upper[:] = 0.0
        upper[form.some(form.reduced(dual), most)] = 1.0
    marks = np.arange(n, dtype=np.int32)
    kind = {
        True: int(highspy.HighsVarType.kInteger.value),
        False: int(highspy.HighsVarType.kContinuous.value),
    }
    form.model.setOptionValue("mip_rel_gap", 0.0)
    form.model.setOptionValue("mip_abs_gap", 0.5)
    form.model.changeColsIntegrality(n, marks, np.full(n, kind[True], np.uint8))
    form.model.changeColsBounds(n, marks, np.zeros(n), upper)
    answer = run(form.model, watch)
    form.model.changeColsIntegrality(n, marks, np.full(n, kind[False], np.uint8))
    if not answer.usable:
        return 0, []
    used = [form.order[j] for j in np.flatnonzero(answer.x[:n] > 0.5).tolist()]
    value = sum(
        form.worth(form.cycles[i]) if what == "cycle" else int(form.pool.weight[form.arcs[i][0]])
        for what, i in used
    )
    return value, used


def _chains(form: Formulation, arcs: list[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    """Arcs with positions as vertices in order, a chain from each altruist that gives."""
    pool = form.pool
    after = {(int(pool.source[a]), p): int(pool.target[a]) for a, p in arcs}
    found = []
    for start, position in sorted(after):
        if position != 1:
            continue
        chain, at = [start], 1
        while (chain[-1], at) in after:
            chain.append(after[chain[-1], at])
            at += 1
        found.append(tuple(chain))
    return tuple(found)
