"""The merged order with minimum rates, as Parcoursup makes it."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from optimizer.fairness.mechanisms.merged_order import merge


def kendall(order: list[int]) -> int:
    """Pairs that stand the other way round than in 0, 1, 2…"""
    return sum(order[j] < order[i] for i in range(len(order)) for j in range(i + 1, len(order)))


def keeps(order: list[int], who: list[bool], percent: int) -> bool:
    """At every place enough have been called, or all of them."""
    called = 0
    for k, a in enumerate(order, start=1):
        called += who[a]
        if 100 * called < percent * k and called < sum(who):
            return False
    return True


@pytest.mark.parametrize("percent", [0, 20, 50, 75, 100])
def test_every_prefix_keeps_the_rate_with_the_fewest_inversions(percent: int):
    for who in product((False, True), repeat=5):
        merged = merge(range(5), [(percent, 100, who)])
        assert keeps(merged, list(who), percent)
        best = min(kendall(list(o)) for o in permutations(range(5)) if keeps(list(o), list(who), percent))
        assert kendall(merged) == best


@pytest.mark.parametrize("percent", [10, 30, 60])
def test_order_inside_a_kind_stays_those_who_count_never_fall_and_the_others_fall_within_the_bound(
    percent: int,
):
    for who in product((False, True), repeat=7):
        merged = merge(range(7), [(percent, 100, who)])
        for kind in (False, True):
            assert [a for a in merged if who[a] == kind] == [a for a in range(7) if who[a] == kind]
        for called, a in enumerate(merged, start=1):
            rank = a + 1
            if who[a]:
                assert called <= rank
            else:
                assert called <= 1 + int((1 + percent / (100 - percent)) * rank)


def test_with_two_rates_the_first_is_kept_before_the_second():
    scholarship = [False, True, False, True, False, False]
    resident = [False, False, True, True, False, False]
    merged = merge(range(6), [(50, 100, scholarship), (50, 100, resident)])
    assert merged == [3, 0, 1, 2, 4, 5]
    assert keeps(merged, scholarship, 50)


def test_without_a_rate_the_order_stays():
    assert merge([2, 0, 1], []) == [2, 0, 1]
