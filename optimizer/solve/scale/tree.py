"""Branch and bound on whole counts of leases, when the strengthened bound leaves a gap.

A node adds case rows ("at least 13 first-quartile leases here"); its relaxation is solved by the same pricing and
master, starting from the parent's multipliers and all columns found so far. The candidate counts are rows of price 0
from the start, so a node only changes prices and constants.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, replace

import numpy as np

from optimizer.solve.scale.branches import Count, branch_price, count_of, countable, with_branches
from optimizer.solve.scale.cells import split_cells
from optimizer.solve.scale.cuts import extend, shares
from optimizer.solve.scale.leases import pool_matrix
from optimizer.solve.scale.model import Branch, Certificate, Ints
from optimizer.solve.scale.oracle import Oracle, Priced
from optimizer.solve.scale.primal import mix, value_of
from optimizer.solve.scale.programs import Tail, build_tail
from optimizer.solve.scale.rows import RowSystem
from optimizer.solve.scale.run import Run
from optimizer.solve.scale.search import search

PATIENCE = 40  # pricings per case
EASY = 30  # cases divided on rule counts alone before exact search is tried on each


@dataclass(frozen=True)
class _Open:
    """A case still to be treated: its branches, and the multipliers and class prices of its parent."""

    branches: tuple[Branch, ...]
    start: Ints
    price: Ints


class Tree:
    """Explores cases best bound first; keeps the certificate of every closed one."""

    def __init__(self, run: Run, warm: tuple[Certificate, ...] = ()) -> None:
        assert run.best is not None
        self.run = run
        self.counts = countable(run.model)
        self.n_rows, self.big = run.model.n_rows, branch_price(run.model)
        self._watch()
        self.leaves: list[Certificate] = []
        self.searched = False
        y = run.best.multipliers
        start = np.r_[y[: self.n_rows], np.zeros(self.n_watch, np.int64), y[self.n_rows :]]
        root = _Open((), start, run.best.price)
        self.open: list[tuple[int, int, _Open]] = [(-run.best.bound, 0, root)]
        if warm:
            self._watch_all(warm)
            self.open = [(-run.best.bound, i, self._reopened(leaf)) for i, leaf in enumerate(warm)]
        self.opened = 0
        self.numbered = len(self.open)

    def _watch(self) -> None:
        """(Re)write rows, tail and master for the counts watched now."""
        run, model = self.run, self.run.model
        sides = [Branch(k, low, up, 0, cell) for k, low, cell in self.counts for up in (True, False)]
        watched = with_branches(model, tuple(sides))
        self.n_watch = len(sides)
        extended = extend(watched, run.rows.cuts)
        cells = split_cells(extended, run.structure.class_of)
        self.structure = replace(run.structure, cells=cells)
        price = np.r_[model.row_price, np.zeros(self.n_watch, np.int64)]
        share = shares(watched.n_rows, run.rows.cuts)
        self.rows = RowSystem(extended.row_constant, price, share, cells.fixed, cells.label, run.rows.cuts)
        self.tail = build_tail(self.structure, self.rows, pool_matrix(self.structure))
        run.master.structure = self.structure
        run.master.replace_rows(self.tail)
        self.oracle = Oracle(self.structure, self.rows, run.quantum, run.options.threads)

    @property
    def bound(self) -> int:
        """Bound of what is still open, floored to the grid; the objective when nothing is."""
        assert self.run.incumbent is not None
        done = self.run.incumbent.objective
        return max(self._floor(-self.open[0][0]), done) if self.open else done

    def _floor(self, scaled: int) -> int:
        step = self.run.quantum * self.run.grid
        return scaled // step * self.run.grid

    def explore(self) -> bool:
        """Treat cases until all are closed or the asked gap is (True), or a limit stops the run (False)."""
        run = self.run
        while self.open:
            if self.opened >= run.options.max_leaves or run.stopped() in ("interrupted", "time_limit"):
                return False
            bound, _, node = heapq.heappop(self.open)
            assert run.incumbent is not None
            self.opened += 1
            if not self._treat(node):
                heapq.heappush(self.open, (bound, 0, node))
                return False
            run.bound_cap = min(run.bound_cap, self.bound)
            run.report()
            if run.closed():
                return True
        return True

    def _treat(self, node: _Open) -> bool:
        run = self.run
        rows, tail = self._case(node.branches)
        self.oracle.rows = rows
        run.master.reprice(tail)
        best, keep, y = None, 0.3, rows.clip(node.start / run.quantum, run.quantum)
        for _ in range(PATIENCE):
            now = time.perf_counter()
            priced = self.oracle.solve(y)
            now = run.clock.charge("oracle", now)
            run.iteration += 1
            if best is None or priced.bound < best.bound:
                best = priced
            assert run.incumbent is not None
            if self._floor(best.bound) <= run.incumbent.objective:
                self.leaves.append(self._certificate(node.branches, best.multipliers, best.price))
                return True
            if run.stopped() in ("interrupted", "time_limit"):
                return False
            fresh = run.master.add(priced.leases)
            wanted = run.master.solve()
            run.clock.charge("master", now)
            if run.master.value >= best.bound / run.quantum - 0.05 * run.grid:
                break
            if not fresh and keep == 0:
                break
            keep = 0.3 if fresh else (0.0 if keep < 0.1 else keep / 2)
            y = rows.clip(keep * best.multipliers / run.quantum + (1 - keep) * wanted, run.quantum)
        assert best is not None
        if self.opened & (self.opened - 1) == 0:  # solutions are rarely missing: look at 1, 2, 4, 8 ... cases
            self._improve(rows, tail)
        assert run.incumbent is not None
        if self._floor(best.bound) <= run.incumbent.objective:
            self.leaves.append(self._certificate(node.branches, best.multipliers, best.price))
            return True
        if self.opened <= EASY and self._divide(node, best, cells_too=False):
            return True
        return self._search(node, best, rows, tail) or self._divide(node, best, cells_too=True)

    def _case(self, branches: tuple[Branch, ...]) -> tuple[RowSystem, Tail]:
        """Prices and constants of a case."""
        price, constant = self.rows.price.copy(), self.rows.constant.copy()
        for b in branches:
            i = self._position(b)
            value = b.threshold if b.at_least else -b.threshold
            constant[i] = value if price[i] == 0 else max(int(constant[i]), value)
            price[i] = self.big
        rows = replace(self.rows, price=price, constant=constant)
        cost = self.tail.cost.copy()
        cost[self.tail.n_labels :] = -(price * self.tail.norm[: len(price)]) / self.tail.money
        return rows, replace(self.tail, cost=cost, constant=constant)

    def _improve(self, rows: RowSystem, tail: Tail) -> None:
        run = self.run
        now = time.perf_counter()
        lists = run.ranked(5)
        assert run.incumbent is not None
        start = value_of(self.structure, rows, run.incumbent.leases, run.incumbent.labels)
        for other in lists:  # one at a time: without packing rows the programs are short
            start = mix(
                self.structure, rows, tail, start, [other], nodes=20,
                absolute_gap=0.5 * run.grid / run.model.scale,
            )  # fmt: skip
        run.offer(value_of(run.structure, run.rows, start.leases, start.labels))
        run.clock.charge("primal", now)

    def _divide(self, node: _Open, best: Priced, *, cells_too: bool) -> bool:
        """Branch on the count farthest from whole, else on such a cell; False when all are whole."""
        cells, labels = self.run.master.mass()
        watch = self.n_rows + 2 * np.arange(len(self.counts))
        count = -(cells @ self.rows.fixed[:, watch] + labels @ self.rows.label[:, watch])
        at = _least_whole(count)
        start = best.multipliers
        if at >= 0:
            what, value = self.counts[at], float(count[at])
        else:
            cell = _least_whole(cells[: self.structure.cells.n_household_cells]) if cells_too else -1
            if cell < 0:
                return False
            what, value = (-1, False, cell), float(cells[cell])
            start = self._also_watch(what, start)
        low = int(np.floor(value))
        for at_least in (False, True):
            branch = Branch(what[0], what[1], at_least, low + at_least, what[2])
            self.numbered += 1
            child = _Open((*node.branches, branch), start, best.price)
            heapq.heappush(self.open, (-best.bound, self.numbered, child))
        return True

    def _also_watch(self, what: Count, start: Ints) -> Ints:
        """Watch one more count; returns ``start`` in the new numbering, open cases are renumbered."""
        at = self.n_rows + self.n_watch
        self.counts.append(what)
        self._watch()

        def wider(y: Ints) -> Ints:
            return np.concatenate((y[:at], np.zeros(2, np.int64), y[at:]))

        self.open = [(b, i, replace(case, start=wider(case.start))) for b, i, case in self.open]
        return wider(start)

    def _search(self, node: _Open, best: Priced, rows: RowSystem, tail: Tail) -> bool:
        """Close a case by exact search on its near arcs."""
        run = self.run
        assert run.incumbent is not None
        start = value_of(self.structure, rows, run.incumbent.leases, run.incumbent.labels)
        now = time.perf_counter()
        found = search(
            self.structure, rows, tail, self.oracle, best, start,
            target=run.incumbent.objective + run.grid, max_columns=run.options.max_search_columns, nodes=run.options.search_nodes,
        )  # fmt: skip
        run.clock.charge("search", now)
        run.offer(value_of(run.structure, run.rows, found.incumbent.leases, found.incumbent.labels))
        if found.complete:
            self.leaves.append(self._certificate(node.branches, best.multipliers, best.price))
            self.searched = True
        return found.complete

    def certificates(self) -> tuple[Certificate, ...]:
        """Closed cases, and open ones with their parent's multipliers: together they cover everything."""
        waiting = [
            self._certificate(n.branches, n.start, n.price)
            for _, _, n in sorted(self.open, key=lambda o: o[:2])
        ]
        return (*self.leaves, *waiting)

    def _position(self, branch: Branch) -> int:
        return self.n_rows + 2 * self.counts.index(count_of(branch)) + (0 if branch.at_least else 1)

    def _certificate(self, branches: tuple[Branch, ...], y: Ints, class_price: Ints) -> Certificate:
        """Multipliers by row, by branch (the tightest of each side carries it) and by cut, in model numbering."""
        price = np.zeros(self.run.model.n_classes, np.int64)
        price[self.structure.class_of] = class_price
        n, w = self.n_rows, self.n_watch
        tightest: dict[int, int] = {}
        for i, b in enumerate(branches):
            at = self._position(b)
            other = branches[tightest[at]] if at in tightest else None
            if other is None or (b.threshold > other.threshold) == b.at_least:
                tightest[at] = i
        paid = np.zeros(len(branches), np.int64)
        for at, i in tightest.items():
            paid[i] = y[at]
        return Certificate(self.run.quantum, y[:n], self.rows.cuts, y[n + w :], price, branches, paid)

    def _watch_all(self, leaves: tuple[Certificate, ...]) -> None:
        known = set(self.counts)
        for what in dict.fromkeys(count_of(b) for leaf in leaves for b in leaf.branches):
            if what not in known:
                self.counts.append(what)
        self._watch()

    def _reopened(self, leaf: Certificate) -> _Open:
        """A case of an earlier run, with its multipliers, to be treated again."""
        start = np.zeros(self.rows.n_rows, np.int64)
        start[: self.n_rows] = leaf.multipliers
        for b, y in zip(leaf.branches, leaf.branch_multipliers, strict=True):
            start[self._position(b)] = max(int(start[self._position(b)]), int(y))
        if len(leaf.cut_multipliers) == self.rows.n_rows - self.n_rows - self.n_watch:
            start[self.n_rows + self.n_watch :] = leaf.cut_multipliers
        price = leaf.class_price[self.structure.class_of]
        return _Open(leaf.branches, start * self.run.quantum // leaf.quantum, price)


def _least_whole(values: np.ndarray) -> int:
    """Index of the value farthest from whole, -1 when all are whole (1e-4)."""
    if not len(values):
        return -1
    off = np.round(np.abs(values - np.rint(values)), 4)
    at = int(np.argmax(off))
    return at if off[at] >= 1e-4 else -1
