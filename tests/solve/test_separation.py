"""Cuts counted all at once are those that counting them one by one finds, in the same order and missed by as much."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.problem.model import RATE_UNIT
from optimizer.solve.cuts.mir import Cut, Cuts
from optimizer.solve.cuts.separation import MISSING, Separation
from optimizer.solve.layout import lay_out
from tests.campaign import few
from tests.solve.oracle import binding


@pytest.mark.parametrize("seed", few(12))
def test_all_at_once_finds_what_one_by_one_finds(seed: int) -> None:
    layout = lay_out(binding(seed, 12, 40))
    cuts, rng = Cuts(layout), np.random.default_rng(seed)
    together, n_rows = Separation(cuts), len(layout.problem.rows)
    met = 0
    for _ in range(20):
        count = np.where(rng.random(len(layout.marked)) < 0.3, rng.uniform(0, 4, 1), 0.0)
        short = np.where(rng.random(n_rows) < 0.3, rng.uniform(0, 2, n_rows), 0.0)
        ceilings = {k: int(rng.integers(1, 9)) for k in range(n_rows) if rng.random() < 0.4}
        floors = {k: int(rng.integers(1, 9)) for k in range(n_rows) if rng.random() < 0.4}
        expected: list[tuple[Cut, float]] = []
        for shape in cuts.shapes:
            tries = [cuts.cut(shape, cuts.cap(shape.base, ceilings)), *cuts.lowest([shape], floors)]
            for cut in tries:
                held = sum(share * short[k] for k, share in cut.shares()) / RATE_UNIT
                by = float((cut.constant - cut.coef @ count) / cut.unit - held)
                if by > MISSING:
                    expected.append((cut, by))
        found = together.missed(count, short, ceilings, floors)
        assert [(one.cut, one.by) for one in found] == expected
        met += len(expected)
    assert met or not cuts.shapes
