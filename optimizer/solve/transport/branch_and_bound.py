"""The kernel's tree (`tree.best_first`), on whole counts of leases, when the strengthened bound leaves a gap.

A node adds node rows ("at least 13 first-quartile leases here"); its relaxation is solved by the same pricing and
master, starting from the parent's multipliers and all columns found so far. The candidate counts are rows of price 0
from the start, so a node only changes prices and constants.

Two things keep trees small. Multipliers move in a box, as at the root. And the count to divide on is the one whose two
sides cost most in the master, not the one farthest from whole: on the tight Doubs year with two leases more in one
quota, 172 nodes left one point open, and now four close it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from optimizer.solve.transport.branching import Count, count_of, countable, sides_of
from optimizer.solve.transport.exact_search import search
from optimizer.solve.transport.lagrangian import LagrangianSolution
from optimizer.solve.transport.leases import cell_counts
from optimizer.solve.transport.local_search import LocalSearch
from optimizer.solve.transport.model import Branch, DualSolution, Floats, Ints
from optimizer.solve.transport.node import AssignmentNode, NodeRelaxation
from optimizer.solve.transport.primal_schedule import NodeHeuristics
from optimizer.solve.transport.programs import Tail
from optimizer.solve.transport.restricted_mip import value_of
from optimizer.solve.transport.rows import RowSystem
from optimizer.solve.transport.run import Run
from optimizer.solve.transport.warm_start import carried, shifted
from optimizer.solve.tree.best_first import HeapEntry, Tree
from optimizer.solve.tree.pseudocosts import score


@dataclass(frozen=True)
class _Split:
    """Count to divide on (-1: none), what its two sides cost in the master, all counts, and leases per cell."""

    at: int
    cost: float
    counts: Floats
    cells: Floats


@dataclass(frozen=True)
class Stuck:
    """A node that leaves nothing to divide and is not closed, and the objective known then."""

    node: AssignmentNode
    objective: int


class AssignmentTree(NodeRelaxation):
    """Treats the nodes of one run; keeps the certificate of every closed one."""

    def __init__(
        self, run: Run, local_search: LocalSearch, warm: tuple[DualSolution, ...] = (), root: Ints | None = None,
        divided_before: frozenset[Count] = frozenset(),
    ) -> None:  # fmt: skip
        """``warm`` are the nodes of an earlier run, ``root`` its multipliers before it distinguished them.

        ``divided_before``: counts an earlier run divided on; they are compared before all others (`compare`).
        """
        assert run.best is not None
        self.local_search, self.divided_before = local_search, divided_before
        self.policy = run.policy.nodes
        known, n = dict.fromkeys(countable(run.model)), run.model.n_rows
        counts = list(known | dict.fromkeys(count_of(b) for leaf in warm for b in leaf.branches))
        y = run.best.multipliers
        start = np.r_[y[:n], np.zeros(2 * len(counts), np.int64), y[n:]]
        super().__init__(run, counts, replace(run.best, multipliers=start))
        self.leaves: list[DualSolution] = []
        self.searched = False
        self.next_shake, self.wait = 0, 4
        self.next_wide, self.wide_wait = 0, 1
        self._compared: tuple[LagrangianSolution, _Split] | None = None
        nodes = [AssignmentNode((), start, start, run.best.price, run.best.bound)]
        if warm:
            warm = tuple(shifted(run.model, leaf) for leaf in warm)
            moved = np.zeros_like(y) if root is None else y - root
            held = run.incumbent
            assert held is not None
            # the node that the incumbent lies in first: the others close sooner once a good proposal is known
            counts_held = self.watched(cell_counts(self.structure, held.leases), held.labels)
            reopened = (self._reopened(leaf, moved) for leaf in warm)
            nodes = sorted(reopened, key=lambda node: self.missed(node, counts_held))
        self.tree: Tree[AssignmentNode, int] = Tree()
        for node in nodes:
            self.tree.put(node, run.best.bound)
        self.opened = 0
        self.stuck: list[Stuck] = []

    @property
    def bound(self) -> int:
        """Bound of what is still open, floored to the grid; the objective when nothing is."""
        assert self.run.incumbent is not None
        widest = self.tree.widest
        bounds = [] if widest is None else [widest.bound]
        bounds += [one.node.bound for one in self.stuck]
        return max([self.run.incumbent.objective, *(self.run.floor(bound) for bound in bounds)])

    @property
    def finished(self) -> bool:
        """Whether every node is closed."""
        return not self.tree and not self.stuck

    def explore(self) -> bool:
        """Treat nodes until all are closed or the asked gap is (True); False when a limit or a node without division is left."""
        run = self.run
        while self.tree.explore(self):
            assert run.incumbent is not None
            if run.closed():
                return True
            # what is whole and yet open lacks a proposal, and another node may have brought it
            again = [one for one in self.stuck if one.objective < run.incumbent.objective]
            if not again:
                return self.finished
            self.stuck = [one for one in self.stuck if one.objective >= run.incumbent.objective]
            for one in again:
                self.tree.put(one.node, one.node.bound)
        return False

    def enough(self, bound: int) -> bool:
        """Whether the gap asked is reached; a node that a proposal closed meanwhile is priced all the same, for its leaf."""
        return self.run.closed()

    def over(self) -> bool:
        """Whether as many nodes were treated as may be, or a limit stops the run."""
        return self.opened >= self.run.options.max_leaves or self.run.halted()

    def treat(self, entry: HeapEntry[AssignmentNode, int]) -> bool:
        """Close or divide an open node, or set it aside as stuck; False, and it is open again, when a limit stops the run."""
        run = self.run
        self.opened += 1
        if not self.treat_node(entry.node):
            self.tree.put(entry.node, entry.bound, entry.number)
            return False
        run.bound_cap = min(run.bound_cap, self.bound)
        run.report()
        return True

    def treat_node(self, node: AssignmentNode) -> bool:
        """Price a node, then close, divide or search it, or set it aside as stuck; False when a limit stops the run on the way."""
        run = self.run
        rows, tail = self._case(node.branches)
        self.lagrangian.rows = rows
        run.master.reprice(tail)
        # what counts alone do not divide is searched, and needs the very best bound
        best = self.converge(node, rows, tail, to_the_end=self.opened > self.policy.counts_first)
        if best is None:
            return False
        if self._closed(node, best):
            return True
        if self.roughly and self._promises_nothing(node, best):
            # a solution is missing, and found sooner near the very best multipliers
            further = replace(node, start=best.multipliers, own=True)
            best = self.converge(further, rows, tail, to_the_end=True)
            if best is None:
                return False
            if self._closed(node, best):
                return True
        # solutions are rarely missing: look at 1, 2, 4, 8 ... nodes; a warm run has recombined before it comes here
        recombined = bool(self.divided_before) and not node.branches
        due = self.opened & (self.opened - 1) == 0 and not recombined
        if due or (self.opened <= self.policy.counts_first and self._promises_nothing(node, best)):
            self._lookout(node, best, rows, tail).improve()
        if self.opened >= self.next_shake and not self.closes(best) and self._promises_nothing(node, best):
            self.next_shake, self.wait = self.opened + self.wait, 2 * self.wait
            self._lookout(node, best, rows, tail).shake(self.policy.shakes[0])
        if self._closed(node, best):
            return True
        if self.opened <= self.policy.counts_first and self.divide(node, best, cells_too=False):
            return True
        if not self._whole(node, best) and (
            self.search_near(node, best, rows, tail) or self.divide(node, best, cells_too=True)
        ):
            return True
        # everything is whole: a solution is missing, and worth nearly the same as many others
        for shake in self.policy.shakes:
            self._lookout(node, best, rows, tail).shake(shake)
            if self._closed(node, best):
                return True
        if run.halted():
            return False
        if self.search_near(node, best, rows, tail, last=True):
            return True
        assert run.incumbent is not None
        known = replace(node.told(best), start=best.multipliers, own=True)
        self.stuck.append(Stuck(known, run.incumbent.objective))
        return True

    def _closed(self, node: AssignmentNode, best: LagrangianSolution) -> bool:
        """Keep the certificate of a node whose bound, or that of what it is a side of, is good enough."""
        assert self.run.incumbent is not None
        known = node.told(best)
        if self.run.floor(known.bound) <= self.run.incumbent.objective:
            self._keep(known)
            return True
        return False

    def _keep(self, node: AssignmentNode) -> None:
        self.leaves.append(self._certificate(node.branches, node.multipliers, node.price))

    def _lookout(
        self, node: AssignmentNode, best: LagrangianSolution, rows: RowSystem, tail: Tail
    ) -> NodeHeuristics:
        node_rows = (self.structure, rows, tail, node.branches)
        return NodeHeuristics(self.run, self.local_search, self.lagrangian, node_rows, best)

    def divide(self, node: AssignmentNode, best: LagrangianSolution, *, cells_too: bool) -> bool:
        """Branch on the count that tells most, else on the cell farthest from whole; False when all are whole."""
        split = self._split(node, best)
        start = best.multipliers
        if split.at >= 0:
            what, value = self.counts[split.at], float(split.counts[split.at])
        else:
            cell = _least_whole(split.cells[: self.structure.cells.n_household_cells]) if cells_too else -1
            if cell < 0:
                return False
            what, value = (-1, False, cell), float(split.cells[cell])
            node, start = self._also_watch(what, node, best)
            best = replace(best, multipliers=start)
        known = node.told(best)
        for branch in sides_of(what, value):
            side = replace(known, branches=(*node.branches, branch), start=start, own=False)
            self.tree.put(side, side.bound)
        return True

    def _promises_nothing(self, node: AssignmentNode, best: LagrangianSolution) -> bool:
        """Whether dividing a node would hardly lower its bound: then a solution is missing."""
        return self._split(node, best).cost < 0.5 * self.run.grid

    def _whole(self, node: AssignmentNode, best: LagrangianSolution) -> bool:
        """Whether a node leaves nothing to divide, neither a count nor a cell."""
        split = self._split(node, best)
        return split.at < 0 and _least_whole(split.cells[: self.structure.cells.n_household_cells]) < 0

    def _split(self, node: AssignmentNode, best: LagrangianSolution) -> _Split:
        """How to divide a node, asked of the master once."""
        if self._compared is None or self._compared[0] is not best:
            cells, labels = self.run.master.mass()
            counts = self.watched(cells, labels)
            self._compared = best, _Split(*self.compare(node, counts, best), counts, cells)
        return self._compared[1]

    def compare(self, node: AssignmentNode, counts: Floats, best: LagrangianSolution) -> tuple[int, float]:
        """Count whose sides cost most in the master, above all the cheaper one, and this cost; -1 when all are whole.

        Most counts can be made whole for nothing: dividing on them doubles the nodes and raises no bound. What an earlier
        run divided on tells most a week later too: where it tells enough, the others are not asked.
        """
        run = self.run
        off = np.round(np.abs(counts - np.rint(counts)), 4)
        farthest = [int(i) for i in np.argsort(-off, kind="stable") if off[i] >= 1e-4]
        first = [i for i in farthest if self.counts[i] in self.divided_before]
        likely = [*first, *(i for i in farthest[: run.policy.branching.trials] if i not in first)]
        if not likely:
            return -1, 0.0
        assert run.incumbent is not None
        now = time.perf_counter()
        whole = run.master.value
        missing = best.bound / run.quantum - run.incumbent.objective
        enough = max(
            1.0, min(missing, run.policy.primal.nodes_within * abs(run.bound))
        )  # a poor incumbent asks no more of a count
        scores: list[float] = []
        here = run.master.standing()  # each side from the node's own solution: another side's is twice as far
        for at in likely:
            if 0 < len(first) == len(scores) and max(scores) >= self.policy.tells * enough:
                break
            lost: list[float] = []
            for side in sides_of(self.counts[at], float(counts[at])):
                if lost and lost[0] + run.policy.branching.dearer * enough <= max(scores, default=-1.0):
                    break  # whatever its other side costs, another count tells more
                run.master.reprice(self._case((*node.branches, side))[1])
                run.master.stand(here)
                run.master.solve()
                lost.append(min(enough, whole - run.master.value))
            scores.append(score(lost[0], lost[-1], run.policy.branching.dearer))
            if min(lost) >= enough:
                break
        run.master.reprice(self._case(node.branches)[1])
        run.master.stand(here)
        run.master.solve()
        run.clock.charge("master", now)
        return likely[int(np.argmax(scores))], max(scores)

    def _also_watch(
        self, what: Count, node: AssignmentNode, best: LagrangianSolution
    ) -> tuple[AssignmentNode, Ints]:
        """Watch one more count; the node at hand and the multipliers of ``best`` in the new numbering, as all open nodes are."""
        at = self.n_rows + self.n_watch
        self.counts.append(what)

        def wider(y: Ints) -> Ints:
            return np.concatenate((y[:at], np.zeros(2, np.int64), y[at:]))

        def wide(node: AssignmentNode) -> AssignmentNode:
            return replace(node, start=wider(node.start), multipliers=wider(node.multipliers))

        self.tree.rewrite(wide)
        self.stuck = [replace(one, node=wide(one.node)) for one in self.stuck]
        start = wider(best.multipliers)
        self._watch(replace(best, multipliers=start))
        return wide(node), start

    def search_near(
        self,
        node: AssignmentNode,
        best: LagrangianSolution,
        rows: RowSystem,
        tail: Tail,
        *,
        last: bool = False,
    ) -> bool:
        """Close a node by exact search on its near arcs; ``last``: on many more of them, since nothing else is left to try."""
        run, options = self.run, self.run.options
        assert run.incumbent is not None
        most = options.wide_search_columns if last else options.max_search_columns
        wide = 0 if last or self.opened < self.next_wide else options.wide_search_columns
        start = value_of(self.structure, rows, run.incumbent.leases, run.incumbent.labels)
        now = time.perf_counter()
        found = search(
            self.structure, rows, tail, self.lagrangian, best, start,
            target=run.incumbent.objective + run.grid, max_columns=most, nodes=options.search_nodes, wide_columns=wide,
            time_limit_s=run.time_left(), policy=run.policy.primal,
        )  # fmt: skip
        run.clock.charge("search", now)
        if (
            found.columns > options.max_search_columns and not found.complete
        ):  # it would not either in the next few nodes
            self.next_wide, self.wide_wait = self.opened + self.wide_wait, 2 * self.wide_wait
        run.offer(value_of(run.structure, run.rows, found.incumbent.leases, found.incumbent.labels))
        if found.complete:
            self._keep(node.told(best))
            self.searched = True
        return found.complete

    def certificates(self) -> tuple[DualSolution, ...]:
        """Closed nodes, and open ones with their parent's multipliers: together they cover everything."""
        nodes = (*(one.node for one in self.stuck), *(entry.node for entry in self.tree))
        waiting = [self._certificate(node.branches, node.multipliers, node.price) for node in nodes]
        return (*self.leaves, *waiting)

    def _certificate(self, branches: tuple[Branch, ...], y: Ints, class_price: Ints) -> DualSolution:
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
        cuts, model_rows = self.rows.cuts, (self.run.model.row_constant, self.run.cut_rest)
        return DualSolution(self.run.quantum, y[:n], cuts, y[n + w :], price, branches, paid, *model_rows)

    def missed(self, node: AssignmentNode, counts: Floats) -> int:
        """By how many leases the watched ``counts`` of a proposal miss those of a node; 0: it lies in the node."""
        off = 0
        for b in node.branches:
            more = b.threshold - int(counts[self.counts.index(count_of(b))])
            off += max(0, more if b.at_least else -more)
        return off

    def _reopened(self, leaf: DualSolution, moved: Ints) -> AssignmentNode:
        """A node of an earlier run to be treated again, its multipliers moved as the root's have."""
        own, cut = carried(self.rows, self.run.cut_rest, leaf)
        start = np.r_[own, np.zeros(self.n_watch), cut]
        for b, y in zip(leaf.branches, leaf.branch_multipliers, strict=True):
            start[self._position(b)] = max(start[self._position(b)], y / leaf.quantum)
        start = np.rint(start * self.run.quantum).astype(np.int64)
        start[: self.n_rows] += moved[: self.n_rows]
        start[self.n_rows + self.n_watch :] += moved[self.n_rows :]
        price = leaf.class_price[self.structure.class_of]
        start = np.maximum(start, 0)
        return AssignmentNode(leaf.branches, start, start, price, own=True)


def _least_whole(values: np.ndarray) -> int:
    """Index of the value farthest from whole, -1 when all are whole (1e-4)."""
    if not len(values):
        return -1
    off = np.round(np.abs(values - np.rint(values)), 4)
    at = int(np.argmax(off))
    return at if off[at] >= 1e-4 else -1
