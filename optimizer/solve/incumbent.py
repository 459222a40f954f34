"""The best proposal so far and its exact objective."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.problem import Evaluation, InvalidSolution, evaluate
from optimizer.problem.model import MICRO_PER_HUNDREDTH, RATE_UNIT, FirstRanks
from optimizer.solve.layout import Layout
from optimizer.solve.primal.orders import obeying
from optimizer.solve.primal.pair_exchanges import exchanged


@dataclass
class Incumbent:
    """Best proposal so far and its exact objective in micropoints."""

    layout: Layout
    first: FirstRanks
    objective: int
    improved: int = 0
    exchanges: bool = False
    """Whether every better proposal is looked at for exchanges that make it better still."""

    def offer(self, first: FirstRanks | None) -> bool:
        """Take a proposal if it holds and is better; what passes over a réservataire's order is taken back first."""
        if first is None:
            return False
        try:
            first = obeying(self.layout.problem, first)
            value = objective(self.layout, first)
        except InvalidSolution:
            return False
        if value <= self.objective:
            return False
        self.first, self.objective = first, value
        self.improved += 1
        self.exchange()
        return True

    def exchange(self) -> None:
        """Make every exchange that gains, where they are looked for."""
        if not self.exchanges:
            return
        first = obeying(self.layout.problem, exchanged(self.layout, self.first))
        value = objective(self.layout, first)
        if value > self.objective:
            self.first, self.objective = first, value


def objective(layout: Layout, first: FirstRanks) -> int:
    """Micropoints of a proposal, extra demands included.

    Raises
    ------
    InvalidSolution
        It breaks a rule no price can buy.
    """
    return worth(layout, evaluate(layout.problem, first))


def worth(layout: Layout, found: Evaluation) -> int:
    """Micropoints of a proposal that was counted, extra demands included."""
    lost = 0
    for k in layout.active.tolist():
        gap = int(found.asked[k]) + int(layout.ask[k]) - RATE_UNIT * int(found.num_run[k])
        lost += int(layout.price[k]) * max(0, gap)
    return found.value * MICRO_PER_HUNDREDTH - lost
