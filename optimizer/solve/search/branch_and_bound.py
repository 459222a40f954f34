"""The tree of the published proof, which also corrects a backend that stopped short.

A node is bounded by integers (`bound`), whatever the LP said. Splits, in this order: a count of a priced row, among them
the denominator of a row whose rounded form would cut the LP solution off (`node.MirRow` then holds on the high side;
`branching` compares them); the account of a dwelling, a single pair. Open nodes and their order are those of every tree
(`tree.best_first`); the budget is a number of nodes, so the tree is the same on every machine.
"""

from __future__ import annotations

from dataclasses import replace

from optimizer.problem.model import FirstRanks
from optimizer.solve.grid import floor_to
from optimizer.solve.highs_lp import Basis
from optimizer.solve.incumbent import Incumbent
from optimizer.solve.primal.restricted_mip import mip_near
from optimizer.solve.proof.certificate import Inner, Node, Split
from optimizer.solve.proof.dual_bound import NEVER, Multipliers, nothing, price_out
from optimizer.solve.proof.node import Path, Step
from optimizer.solve.proof.published import Proof, published_leaf
from optimizer.solve.relaxation.master import Master, NodeLP
from optimizer.solve.search.branching import Brancher, account_or_pair, fractional_counts, waited_for
from optimizer.solve.search.open_nodes import OpenNode, published_numbers
from optimizer.solve.tree.best_first import HeapEntry, Tree
from optimizer.solve.tree.pace import Pace
from optimizer.solve.tree.pseudocosts import EPS, BranchingEffort
from optimizer.solve.watch import Watch


class BranchAndBound:
    """The tree over one master. ``step``: grid of the objective."""

    def __init__(self, master: Master, incumbent: Incumbent, step: int, watch: Watch) -> None:
        self.master = master
        self.layout, self.policy = master.layout, master.formulation.policy.tree
        self.incumbent = incumbent
        self.step = step
        self.watch = watch
        self.brancher = Brancher(master)
        self.nodes: list[OpenNode] = []
        self.tree: Tree[int, int] = Tree()
        """Open nodes by their number."""
        self.root: NodeLP | None = None
        """LP of the root with all its cuts."""
        self.shown: Multipliers | None = None
        """Multipliers of the root without cuts."""
        self.held = 0
        """LPs of nodes not divided yet."""
        self.solved = 0
        self.pace = Pace(
            self.policy.pace_from, self.policy.pace_margin, self.policy.pace_work, self.policy.work
        )
        """Of the bound of the whole tree."""
        self.budget, self.whole, self.gap = 0, 0, 0.0
        """Of the run at hand (`run`)."""
        self.stuck = NEVER
        """Largest bound of a node that leaves nothing to split and yet is not closed."""
        self.near = False
        """Whether a proposal was near when the tree was begun, or it was begun again with one."""
        self.annealed = 0
        """Times that local search was asked (`search.annealing`)."""
        self.in_vain = False
        """Whether it last found nothing better."""
        self.proposals: list[FirstRanks] = []
        """What its runs ended with."""
        self.begun: FirstRanks | None = None
        """The proposal that they all start from: the one next to the root, before local search or a way down found a better one."""
        self.wait, self.patient = 0, 0
        """Nodes between two looks for a proposal next to an LP solution, and number of nodes from which the next is due."""
        self.nothing = nothing(self.layout)
        self.plain = self._bound((), self.nothing)
        """Bound of the multipliers that ask nothing."""
        self._push((), self.nothing, self.plain)

    def _bound(self, path: Path, m: Multipliers) -> int:
        priced = price_out(self.layout, self.master.formulation, path, m)
        return NEVER if priced.total is None else priced.micropoints

    def _push(self, path: Path, m: Multipliers, bound: int) -> int:
        number = len(self.nodes)
        self.nodes.append(OpenNode(path, m, bound, bound == NEVER))
        self._put(number)
        return number

    def _put(self, number: int) -> None:
        """Have a node open, unless it is empty."""
        if self.nodes[number].bound != NEVER:
            self.tree.put(number, self.nodes[number].bound, number)

    def again(self) -> None:
        """Forget every division: now that a proposal is near, other counts are the ones to divide on."""
        self.near = True
        root = self.nodes[0]
        self._begin(root.multipliers, root.bound)
        if self.root is not None and not self.closed(root.bound):
            self.nodes[0].tried, self.nodes[0].relaxed = True, self.root
            self.held = 1
            self.lighten()

    def lighten(self) -> None:
        """Before the root is divided: go on without the rows of lists that hold nothing back there (`Master.lighten`)."""
        if (
            self.root is not None
            and self.master.subproblem is not None
            and self.nodes[0].relaxed is self.root
        ):
            self.root = self.nodes[0].relaxed = self.master.lighten(self.root)

    def begin_anew(self) -> None:
        """Forget every node, and what was known of the root."""
        self._begin(self.nothing, self.plain)

    def _begin(self, m: Multipliers, bound: int) -> None:
        self.nodes, self.held, self.stuck = [], 0, NEVER
        self.tree.clear()
        self._push((), m, bound)

    def gather(self) -> None:
        """Have every node open that is not divided."""
        self.tree.clear()
        for number, node in enumerate(self.nodes):
            if node.split is None:
                self._put(number)

    def suggest(self, m: Multipliers) -> bool:
        """Take a backend's own multipliers at the root, if nothing was split yet and their bound is tighter."""
        root = self.nodes[0]
        bound = self._bound((), m)
        if root.split is not None or root.empty or bound >= root.bound:
            return False
        root.multipliers, root.bound = m, bound
        self.gather()
        return True

    def widest(self) -> OpenNode | None:
        """The open node with the largest bound."""
        first = self.tree.widest
        return None if first is None else self.nodes[first.node]

    @property
    def _top(self) -> int:
        """Bound of the whole tree in micropoints; NEVER when all is closed."""
        first = self.tree.widest
        return self.stuck if first is None else max(self.stuck, first.bound)

    @property
    def done(self) -> bool:
        """Nothing better than the incumbent is left."""
        return self.closed(self._top)

    def within_gap(self, gap: float) -> bool:
        return gap > 0.0 and self.upper() - self.incumbent.objective <= gap * abs(self.incumbent.objective)

    def closed(self, bound: int) -> bool:
        return floor_to(bound, self.step) <= self.incumbent.objective

    def upper(self) -> int:
        """Bound of the whole tree, floored to the grid, at least the objective."""
        top = self._top
        return (
            max(self.incumbent.objective, floor_to(top, self.step))
            if top > NEVER
            else self.incumbent.objective
        )

    def stalled(self, budget: int) -> bool:
        """Whether the pace so far says that the rest of a budget cannot close the gap, by a wide margin."""
        return self.pace.stalled(budget, self.incumbent.objective)

    def given_up(self, budget: int) -> bool:
        """Whether the tree goes on no longer, though nodes are left to its budget: its work is spent, or would be for nothing."""
        return self.pace.spent or self.stalled(budget)

    def run(self, budget: int, gap: float = 0.0, whole: int | None = None) -> None:
        """Bound and split nodes until all are closed, the budget is spent, the gap is reached or the clock stops.

        A budget that its pace says to be spent for nothing is not (`stalled`); ``whole``: the budget that pace is held
        against, when this one is only a part of it.
        """
        self.budget, self.gap, self.whole = budget, gap, budget if whole is None else whole
        self.tree.explore(self)

    def enough(self, bound: int) -> bool:
        """Whether nodes of at most this bound need not be looked at: nothing better is in them, or the gap is reached."""
        return self.closed(bound) or self.within_gap(self.gap)

    def over(self) -> bool:
        """Whether the budget is spent, or would be for nothing, or the clock or the user stops the run."""
        self.pace.note(self.solved, self.upper(), self.master.work)
        return self.given_up(self.whole) or self.solved >= self.budget or bool(self.watch.stopped())

    def treat(self, entry: HeapEntry[int, int]) -> bool:
        """Bound an open node; once it was, divide it: its own bound is the largest now, and until then there was no need to."""
        if self.nodes[entry.node].relaxed is not None:
            self.divide(entry.node)
            return True
        done = self.work(entry.node)
        if done and self.solved % 20 == 1:
            self.watch.say("proof", self.incumbent.objective, self.upper(), self.solved)
        return done

    def work(self, number: int) -> bool:
        """Bound a node that was taken; False, and it is open again, when stopped in the middle."""
        node = self.nodes[number]
        first = not node.tried
        done = self._bound_case(number)
        if done:
            self.solved += first
        else:
            self._put(number)
        return done

    def show(self) -> None:
        """Solve the root without cuts: what one lease of a row is worth cannot be read from a sum of several rows."""
        if self.shown is None:
            plain = self.master.solve((), self.watch, cutting=False)
            if plain is not None and plain.settled:
                self.shown = plain.multipliers
        self.master.steady()

    def _bound_case(self, number: int) -> bool:
        node = self.nodes[number]
        if number == 0:
            self.show()
        if node.again:
            # whole, and yet a rounded multiplier or two too much: the vertex found from nowhere is another one
            self.master.model.clearSolver()
        # the root is solved to the end: its multipliers are shown, and must not depend on a good start
        enough = None if number == 0 else self._enough(node.bound)
        relaxed = self.master.solve(node.path, self.watch, enough, self._basis(node))
        if relaxed is None:
            return False
        postponed = not relaxed.settled and enough is not None and relaxed.priced.micropoints <= enough
        if not postponed or self.closed(relaxed.priced.micropoints):
            self._let_go(node)
            node.tried = True
        if not node.path and relaxed.settled and self.root is None:
            self.root = relaxed
        if relaxed.priced.total is None:
            node.empty, node.bound = True, NEVER
            return True
        if relaxed.priced.micropoints < node.bound:
            node.bound, node.multipliers = relaxed.priced.micropoints, relaxed.multipliers
            node.priced = True
        if self.closed(node.bound):
            return True
        if postponed:
            # far below its parent: it waits, its LP unfinished, and is rarely seen again
            self._put(number)
            return True
        if not relaxed.settled:
            return False
        if relaxed.elastic < EPS:
            found = self.incumbent.offer(self.master.first_ranks(relaxed.x))
            waiting = self.layout.listed_households or self.layout.link_of
            if not found and waiting and self.far_from(node.bound):
                # on lists that wait for one another no household at a time is told apart soon
                self.incumbent.offer(self.master.nearest(relaxed.x))
        if not self.closed(node.bound):
            node.relaxed = relaxed
            self.held += 1
            if self.held > self.policy.waiting:
                self.divide(number)
            else:
                self._put(number)
        return True

    def divide(self, number: int, effort: BranchingEffort | None = None) -> None:
        """Split a solved node, have it solved again, or say that nothing is left to split; ``effort``: of the choice."""
        node = self.nodes[number]
        relaxed, node.relaxed = node.relaxed, None
        self.held -= 1
        assert relaxed is not None
        if self._rounded(node, relaxed):
            self._put(number)
            return
        choice = self._choose(node, relaxed, effort)
        if isinstance(choice, Split):
            self.split(number, choice)
            node.basis = relaxed.basis
            return
        if choice is not None:
            self.master.explode(choice)
        elif not node.again:
            node.again = True
        else:
            self.stuck = max(self.stuck, node.bound)
            return
        self._put(number)

    def _rounded(self, node: OpenNode, relaxed: NodeLP) -> bool:
        """Whether a proposal as good as the bound was found next to the LP solution, all counts that matter being whole."""
        master = self.master
        if master.subproblem is None and not self.layout.link_of:
            return False
        if any(c.matters for c in fractional_counts(master.formulation, node.path, relaxed)):
            return False
        if any(True for _ in waited_for(master, relaxed)):
            return False
        return self._round(node, relaxed)

    def _round(self, node: OpenNode, relaxed: NodeLP) -> bool:
        if self.solved < self.patient:
            return False
        found = self.incumbent.offer(
            mip_near(
                self.master,
                node.path,
                relaxed,
                self.watch,
                step=self.step,
                least=self.incumbent.objective + self.step,
            )
        )
        # what was looked for in vain is rarely found a node or two further on
        self.wait = 0 if found else max(self.policy.rounding_wait, 2 * self.wait)
        self.patient = self.solved + self.wait
        return self.closed(node.bound)

    def mip_near(self, number: int) -> None:
        """Look for a proposal next to the LP solution of a node that is not divided yet."""
        node = self.nodes[number]
        if node.relaxed is not None:
            self._round(node, node.relaxed)

    def _basis(self, node: OpenNode) -> Basis | None:
        """Basis of the node that this one is a side of."""
        return None if not node.path or node.tried else self.nodes[node.path[-1].node].basis

    def _let_go(self, node: OpenNode) -> None:
        """The basis a node started from is kept until both sides are done with it."""
        if node.path and not node.tried:
            parent = self.nodes[node.path[-1].node]
            parent.waiting -= 1
            if parent.waiting <= 0:
                parent.basis = None

    def far_from(self, bound: int) -> bool:
        """Whether the best proposal is so far from a bound that one near any LP solution is of use."""
        return (bound - self.incumbent.objective) * self.policy.close_within > abs(bound)

    def _enough(self, above: int) -> int:
        """Bound from which the LP of a node need not be finished; ``above``: what is known of it from its parent."""
        far = abs(above) // self.policy.postponed_below
        closed = self.incumbent.objective + self.step - 1
        return max(closed, above - far) if far >= self.policy.postponed_from else closed

    def split(self, number: int, split: Split) -> tuple[int, int]:
        """Divide a node; the numbers of its sides, which start from its bound and its multipliers."""
        node = self.nodes[number]
        low = self._push((*node.path, Step(number, split, False)), node.multipliers, node.bound)
        path = (*node.path, Step(number, split, True))
        m, bound = node.multipliers, node.bound
        if split.on == "den" and split.row in m.mir:
            # The rounded row changes with its floor, so the inherited multiplier says something else on this side.
            m, bound = self._inherited(path, m, split.row)
        high = self._push(path, m, bound)
        node.split = (split, low, high)
        return low, high

    def _inherited(self, path: Path, m: Multipliers, row: int) -> tuple[Multipliers, int]:
        """The better of keeping the multiplier of a rounded row and moving it to the plain row."""
        rows = m.rows.copy()
        rows[row] += m.mir[row]
        moved = replace(m, rows=rows, mir={k: nu for k, nu in m.mir.items() if k != row})
        return min(((x, self._bound(path, x)) for x in (m, moved)), key=lambda pair: pair[1])

    # ---------------------------------------------------------------- what to split on

    def _choose(self, node: OpenNode, relaxed: NodeLP, effort: BranchingEffort | None) -> Split | int | None:
        """A split; a class to tell apart first; None when the LP solution leaves nothing to split."""
        room = node.bound - self.incumbent.objective
        found = self.brancher.choose(node.path, relaxed, room, effort)
        if found is None:
            return account_or_pair(self.master, relaxed)
        node.choice = found
        return found.candidate.split

    # ---------------------------------------------------------------- the published form

    def proof(self) -> Proof:
        """The tree as it stands, every leaf with the bound of its own multipliers.

        A node that was divided before the best proposal was known, and that this proposal closes, is a leaf again.
        """
        kept = published_numbers(self.nodes, self.closed)
        new = {number: i for i, number in enumerate(kept)}
        published: list[Node] = []
        top = NEVER
        still: list[tuple[Path, Multipliers, int]] = []
        for node in (self.nodes[number] for number in kept):
            if node.split is not None and node.split[1] in new:
                split, low, high = node.split
                published.append(Inner(split, new[low], new[high]))
                continue
            bound = node.bound if node.priced else self._bound(node.path, node.multipliers)
            bound = NEVER if node.empty else bound
            if bound > NEVER:
                top = max(top, floor_to(bound, self.step))
                if floor_to(bound, self.step) >= self.incumbent.objective:
                    still.append((node.path, node.multipliers, bound))
            published.append(published_leaf(node.multipliers, bound, new))
        shown = self.shown if self.shown is not None else self.nodes[0].multipliers
        if self.plain != NEVER and self.closed(self.plain):
            # a good start ends before the root is solved: without it the same must be shown
            shown = self.nothing
        tight = self.root.multipliers if self.root is not None else shown
        return Proof(
            bound=top if top > NEVER else self.incumbent.objective,
            nodes=tuple(published),
            root=shown,
            tight=tight,
            solved=self.solved,
            open_leaves=tuple(still),
        )
