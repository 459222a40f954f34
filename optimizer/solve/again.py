"""A solved problem asked again with a lease more here or there: the same linear program, the same tree, another answer.

Between two such questions nothing changes but what a few rows ask for. So the columns, the cuts of all other rows, the last
basis and what trials of counts lost are kept, and the divisions of the published proof are bounded first (`search.reuse`):
often they close everything, and a few nodes do otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from optimizer.problem import Evaluation, evaluate
from optimizer.problem.model import I64, FirstRanks, Problem
from optimizer.solve.grid import grid
from optimizer.solve.incumbent import Incumbent, worth
from optimizer.solve.layout import Layout, asking, lay_out
from optimizer.solve.proof.certificate import Node
from optimizer.solve.proof.node import Formulation
from optimizer.solve.relaxation.master import Master
from optimizer.solve.search.branch_and_bound import BranchAndBound
from optimizer.solve.search.branching import Brancher
from optimizer.solve.search.diving import improve
from optimizer.solve.search.reuse import take_over
from optimizer.solve.watch import Watch

ROUNDED = 100
"""Micropoints that rounded multipliers may leave between a bound and the optimum."""


@dataclass(frozen=True)
class Found:
    """``value`` in micropoints of the best proposal, None when it was not proven; the nodes of the tree that took."""

    value: int | None
    nodes: int


class Again:
    """A proven answer and what it was proven with, to be asked again.

    Parameters
    ----------
    first : its proposal
    tree : of its proof; what it still closes takes no node
    """

    def __init__(self, problem: Problem, first: FirstRanks, tree: Sequence[Node] = ()) -> None:
        self.problem, self.tree = problem, tree
        self.plain: Layout = lay_out(problem)
        self.known: list[tuple[FirstRanks, Evaluation]] = []
        """Proposals to start from: the answer, and those that answered other questions."""
        self._learn(first)

    @cached_property
    def formulation(self) -> Formulation:
        """Of the problem as it is."""
        return Formulation(self._wide)

    @cached_property
    def _wide(self) -> Layout:
        """The layout in which every row with a price may ask for something."""
        return replace(
            self.plain, active=np.flatnonzero(self.plain.price > 0).astype(np.int32)
        ).with_entries_of(self.plain)

    @cached_property
    def master(self) -> Master:
        made = Master(self._wide, self.formulation)
        made.steady()
        return made

    @cached_property
    def brancher(self) -> Brancher:
        """What a count loses hardly depends on what one row asks for."""
        return Brancher(self.master)

    def value(self, ask: I64, nodes: int) -> Found:
        """Optimum when each row asks for ``ask`` (R,) more ten-thousandths of a lease.

        No value when that many nodes do not prove it, but for what multipliers in whole micropoints leave open. No ties are
        broken: only the value is wanted.
        """
        layout = asking(self.plain, ask)
        start = self._start(layout)
        self.master.ask(layout, self.formulation.asking(layout))
        prover = BranchAndBound(self.master, start, grid(layout), Watch())
        prover.brancher, prover.shown = self.brancher, prover.nothing
        take_over(prover, self.tree)
        begun = start.first
        proven = False
        for budget in (*(n for n in self.formulation.policy.tree.looks_again if n < nodes), nodes):
            prover.run(budget)
            proven = self._met(prover) or bool(budget and improve(prover) and self._met(prover))
            if proven:
                break
        if start.first is not begun:
            self._learn(start.first)
        return Found(start.objective if proven else None, prover.solved)

    @staticmethod
    def _met(prover: BranchAndBound) -> bool:
        return prover.upper() - prover.incumbent.objective <= ROUNDED

    def _learn(self, first: FirstRanks) -> None:
        self.known.append((first, evaluate(self.problem, first)))

    def _start(self, layout: Layout) -> Incumbent:
        """The best proposal known."""
        value, number = max((worth(layout, found), -i) for i, (_, found) in enumerate(self.known))
        return Incumbent(layout, self.known[-number][0], value)
