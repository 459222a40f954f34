"""Whole flows drawn from fractional ones keep every sum and every expectation."""

from __future__ import annotations

import numpy as np

import optimizer as af
from optimizer.fairness.flows import WholeFlow
from optimizer.fairness.lottery import Draw


def test_whole_flows_keep_sums_and_expectations():
    rng = np.random.default_rng(5)
    groups, classes = 60, 7
    amount = rng.random((groups, classes)) * (rng.random((groups, classes)) < 0.6)
    amount *= 0.9 / max(1.0, amount.sum(1).max())
    amount[:, :5] *= np.ceil(amount[:, :5].sum(0) * 0.5) / amount[:, :5].sum(0)
    at = np.argwhere(amount > 0)
    flow = WholeFlow(at[:, 0], at[:, 1], amount[amount > 0], groups, classes)
    total = np.zeros(len(at))
    for i in range(1_000):
        whole = flow.draw(Draw("seed", i))
        assert set(whole.tolist()) <= {0, 1}
        by_class = np.bincount(at[:, 1], whole, classes)
        assert (by_class[:5] == np.rint(amount[:, :5].sum(0))).all()
        assert (np.abs(by_class - amount.sum(0)) < 1).all()
        assert (np.bincount(at[:, 0], whole, groups) <= np.ceil(amount.sum(1))).all()
        total += whole
    assert np.abs(total / 1_000 - amount[amount > 0]).max() < 4 * 0.5 / 1_000**0.5


def test_a_draw_of_whole_counts_is_that_of_its_number_whatever_was_drawn_before() -> None:
    """The walk left its lists in another order, so that one draw gave other households each time it was asked."""
    case = af.synthesize("commission", dwellings=8, applications=150, seed=1)
    lottery = af.fairness(case, ["probabilistic_serial"], draws=5).lotteries["probabilistic_serial"]

    def housed(index: int) -> list[int]:
        return lottery.sample(Draw("x", index)).app.tolist()

    forth = [housed(i) for i in range(6)]
    back = [housed(i) for i in reversed(range(6))]
    assert forth == back[::-1] and len({tuple(x) for x in forth}) > 1
