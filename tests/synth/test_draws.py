"""The draws: exact on edges, honest on average, the same words for the same label."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.synth.draws import (
    ONE,
    Draws,
    apportion,
    at_rank,
    exponential_knots,
    knots,
    share,
    stack,
    table,
)

N = 200_000


def test_same_label_same_words_other_label_other_words() -> None:
    first = Draws(5, "a", 2).words(1000)
    assert (first == Draws(5, "a", 2).words(1000)).all()
    for other in (Draws(6, "a", 2), Draws(5, "b", 2), Draws(5, "a", 3), Draws(5 + (1 << 40), "a", 2)):
        assert (first != other.words(1000)).mean() > 0.99


def test_words_are_those_of_pcg64_whatever_numpy() -> None:
    # Frozen: a change here changes every synthetic case that was ever quoted.
    assert Draws(0, "frozen").words(4).tolist() == FROZEN


FROZEN = [1602394451, 2388282047, 1002163883, 616239153]


def test_chance_and_edges() -> None:
    assert not Draws(1, "never").chance(N, 0.0).any()
    assert Draws(1, "always").chance(N, 1.0).all()
    assert abs(Draws(1, "third").chance(N, 1 / 3).mean() - 1 / 3) < 4 * (2 / 9 / N) ** 0.5
    assert share(1.5) == ONE and share(-1) == 0


def test_below_stays_below() -> None:
    drawn = Draws(1, "below").below(N, 7)
    assert drawn.min() == 0 and drawn.max() == 6
    bounds = np.arange(1, 11, dtype=np.int64)
    assert (Draws(1, "each").below(10, bounds) < bounds).all()


def test_pick_follows_weights_and_skips_zero() -> None:
    drawn = Draws(1, "pick").pick(N, table({4: 0.2, 7: 0.0, 9: 0.8}))
    assert set(np.unique(drawn).tolist()) == {4, 9}
    assert abs((drawn == 4).mean() - 0.2) < 4 * (0.16 / N) ** 0.5


@pytest.mark.parametrize("scale", [1, 10_000_000])
def test_pick_in_stays_in_its_group(scale: int) -> None:
    group = np.array([0, 0, 1, 1, 1, 3], np.int64)
    weights = np.array([1, 3, 0, 2, 2, 5], np.int64) * scale
    choices = stack(weights, group, 4)
    wanted = np.array([0, 1, 3], np.int64)[np.arange(N) % 3]
    drawn = Draws(1, "group").pick_in(wanted, choices)
    assert (group[drawn] == wanted).all()
    assert not (drawn == 2).any()
    mine = drawn[wanted == 0]
    assert abs((mine == 1).mean() - 0.75) < 4 * (0.1875 / len(mine)) ** 0.5


def test_stack_refuses_unsorted_groups() -> None:
    with pytest.raises(ValueError, match="sorted"):
        stack(np.array([1, 1], np.int64), np.array([1, 0], np.int64), 2)


def test_at_rank_hits_the_knots() -> None:
    where, values = knots({0: 100, 25: 200, 100: 1000})
    assert at_rank(np.array([0, ONE // 4, ONE - 1], np.int64), where, values).tolist() == [100, 200, 999]


def test_exponential_has_its_share_below() -> None:
    law = exponential_knots([0, 183, 365, 1000, 4000], 0.7, 365)
    drawn = at_rank(Draws(1, "age").words(N), *law)
    assert abs((drawn < 365).mean() - 0.7) < 4 * (0.21 / N) ** 0.5
    assert drawn.min() >= 0 and drawn.max() < 4000


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (0, [1, 2], [0, 0]),
        (5, [0, 0], [0, 0]),
        (630, [25, 5, 70], [158, 31, 441]),
    ],
)
def test_apportion_by_largest_remainder(total: int, weights: list[int], expected: list[int]) -> None:
    assert apportion(total, weights) == expected


def test_knots_stand_at_their_rank_in_percent_with_scaled_values() -> None:
    where, values = knots({100: 9, 0: 1, 12: 4}, 100)
    # 12 % of 2**32, to the nearest; the ranks in order whatever order they are given in
    assert where.tolist() == [0, 515396076, ONE] and values.tolist() == [100, 400, 900]
