"""Reliability branching: which candidate to divide a node on, and what earlier branchings are remembered to have cost.

Most counts can be made whole for nothing: dividing on them doubles the nodes and raises no bound. So both sides of the likely
candidates are tried in the LP for a bounded number of simplex steps (strong branching), and what a side of candidate j at
distance f from whole loses is remembered per unit of distance, its pseudocost::

    psi_j = mean over trials of  loss / f,      expected loss of a side = psi_j f

Once each side of a candidate was tried often enough its pseudocosts are believed, and no LP is solved. A branching is
worth the loss of its cheaper side and a little of the dearer one, as the bound only rises by the cheaper.

References
----------
T. Achterberg, T. Koch, A. Martin, *Branching rules revisited*, Operations Research Letters 33 (2005), 42-54.
M. Bénichou et al., *Experiments in mixed-integer linear programming*, Mathematical Programming 1 (1971), 76-94.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from optimizer.solve.policy import BranchingPolicy

EPS = 1e-6

Key = TypeVar("Key", bound=Hashable)
Candidate = TypeVar("Candidate")
Sides = tuple[float, float]
"""What the low and the high side lose."""


@dataclass
class Pseudocosts(Generic[Key]):
    """Losses per unit of distance by side of a candidate (its key), over the trials so far."""

    believed: int
    """Trials of each side from which it is believed."""
    total: dict[Key, float] = field(default_factory=dict)
    trials: dict[Key, int] = field(default_factory=dict)

    def learn(self, key: Key, distance: float, lost: float) -> None:
        """Remember a trial."""
        self.total[key] = self.total.get(key, 0.0) + lost / distance
        self.trials[key] = self.trials.get(key, 0) + 1

    def expected(self, key: Key, distance: float, untried: float) -> float:
        """Loss expected of a side; ``untried``: per unit of distance, of one that was never tried."""
        rate = self.total[key] / self.trials[key] if key in self.trials else untried
        return rate * distance

    def reliable(self, keys: Iterable[Key]) -> bool:
        """Whether every side was tried often enough."""
        return all(self.trials.get(key, 0) >= self.believed for key in keys)

    def copy(self) -> Pseudocosts[Key]:
        """The same trials, to go back to."""
        return Pseudocosts(self.believed, dict(self.total), dict(self.trials))


class BranchingEffort(NamedTuple):
    """Candidates tried in the LP at most, candidates looked at in vain after the best one, weight of the side that loses more."""

    most: int
    patience: int
    dearer: float


def effort_of(policy: BranchingPolicy) -> BranchingEffort:
    """What a policy spends on one branching."""
    return BranchingEffort(policy.trials, policy.trial_patience, policy.dearer)


class Branching(NamedTuple, Generic[Candidate]):
    """The candidate chosen, and what its sides are thought or were seen to lose."""

    candidate: Candidate
    lost: Sides


def score(low: float, high: float, dearer: float) -> float:
    """What a branching is worth: the side that loses less, and a little of the other."""
    return min(low, high) + dearer * max(low, high)


def best_split(
    candidates: Iterable[Candidate],
    expected: Callable[[Candidate], Sides],
    reliable: Callable[[Candidate], bool],
    tried: Callable[[Candidate], Sides],
    room: float,
    effort: BranchingEffort,
) -> Branching[Candidate] | None:
    """The branching worth most; None without candidates.

    Parameters
    ----------
    candidates : among equals the first goes first
    expected : losses by the pseudocosts; ``reliable``: whether they are believed; ``tried``: losses by strong branching
    room : between the node's bound and the best proposal, in the losses' unit: what a side loses beyond counts for nothing,
        it is closed by then
    """

    def worth(lost: Sides) -> float:
        return score(min(room, lost[0]), min(room, lost[1]), effort.dearer)

    guesses = [(candidate, expected(candidate)) for candidate in candidates]
    best: tuple[float, Branching[Candidate]] | None = None
    trials = in_vain = 0
    for candidate, guess in sorted(guesses, key=lambda pair: -worth(pair[1])):  # stable: the first of equals
        if best is not None and (trials >= effort.most or in_vain >= effort.patience):
            break
        lost = guess
        if not reliable(candidate):
            trials += 1
            lost = tried(candidate)
        if best is not None and worth(lost) <= best[0] + EPS:
            in_vain += 1
            continue
        best, in_vain = (worth(lost), Branching(candidate, lost)), 0
        if best[0] >= room * (1 + effort.dearer) - EPS:
            break  # both sides close: nothing is better
    return None if best is None else best[1]
