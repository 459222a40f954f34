"""Whole flows drawn from fractional ones keep every sum and every expectation."""

from __future__ import annotations

import numpy as np

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


def test_a_draw_is_the_same_whatever_was_drawn_before_it():
    """The draws of a year were those of one order of asking: the third alone gave another allocation than the third of three."""
    rng = np.random.default_rng(11)
    groups, classes = 80, 9
    amount = rng.random((groups, classes)) * (rng.random((groups, classes)) < 0.5)
    amount *= 0.9 / max(1.0, amount.sum(1).max())
    at = np.argwhere(amount > 0)

    def flow() -> WholeFlow:
        return WholeFlow(at[:, 0], at[:, 1], amount[amount > 0], groups, classes)

    several = flow()
    drawn = [several.draw(Draw("seed", i)).tolist() for i in range(20)]
    assert len({tuple(whole) for whole in drawn}) == 20
    for i in reversed(range(20)):
        assert several.draw(Draw("seed", i)).tolist() == drawn[i] == flow().draw(Draw("seed", i)).tolist()
