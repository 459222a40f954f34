"""Who is served at each allocation of a lottery, where some weights were rounded away."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from optimizer.fairness.leximin.housing import spread_all


def test_a_point_whose_weight_was_rounded_away_lends_its_number_to_no_other():
    half = Fraction(1, 2)
    counts = [[1, 0], [0, 0], [0, 1]]
    found = spread_all(counts, [half, Fraction(0), half], [np.array([0.5]), np.array([0.5])])
    assert [(weight, j) for weight, j, _ in found] == [(half, 0), (half, 2)]
    for _, j, members in found:
        assert [len(who) for who in members] == counts[j]
