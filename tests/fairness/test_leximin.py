"""Leximin by types: decompositions add up, duals prove the stages, the three answers agree where theory says so."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse as sp

import optimizer as af
from optimizer.errors import AttrifluxError
from optimizer.fairness.leximin.branches import Leaf, leaf_bound, proven
from optimizer.fairness.leximin.decompose import exact_weights, mixture, spread, walk
from optimizer.fairness.leximin.housing import settled
from optimizer.fairness.leximin.hull import hull_leximin, hull_maximin, hull_nash
from optimizer.fairness.leximin.polytope import Polytope, owners
from optimizer.fairness.leximin.stages import bound_of, leximin, maximin, nash, sum_bound
from optimizer.fairness.lottery import Draw
from optimizer.fairness.market import market_of
from optimizer.fairness.registry import chosen_mechanisms
from optimizer.pipeline import prepare
from tests.fairness.markets import small_market


def panels(people: list[int], rows: list[list[int]], low: list[int], high: list[int]) -> Polytope:
    """Types with one column each."""
    return Polytope(
        np.arange(len(people), dtype=np.int32), np.array(people, np.int64), sp.csr_matrix(np.array(rows, float)),
        np.array(low, float), np.array(high, float),
    )  # fmt: skip


FOUR = panels([5, 1, 3, 4], [[1, 1, 0, 0], [0, 1, 0, 1], [1, 1, 1, 1]], [1, 2, 4], [2, 3, 4])


def test_two_hundred_alike_have_a_tenth_each():
    even = panels([100, 100], [[1, 0], [0, 1], [1, 1]], [10, 10, 20], [10, 10, 20])
    found = leximin(even)
    assert found.p.tolist() == pytest.approx([0.1, 0.1])
    mixed = mixture(even, found.y)
    assert len(mixed.points) == 1 and mixed.error < 1e-12


def test_the_walk_gives_back_its_point_over_whole_points_only():
    found = leximin(FOUR)
    for turn in range(3):
        way = walk(FOUR, found.y, turn=turn)
        assert way.done
        assert all(FOUR.holds(point) for point in way.points)
        assert np.abs(way.part @ np.array(way.points) - found.y).max() < 1e-9


def test_multipliers_prove_every_stage():
    found = leximin(FOUR)
    free = np.ones(FOUR.types, bool)
    for stage in found.stages:
        assert bound_of(stage, FOUR, found.p, free) <= stage.value + 1e-9
        free[list(stage.fixed)] = False
    assert not free.any()


def test_over_whole_points_the_answers_are_those_of_the_relaxed_program_where_it_is_a_lottery():
    assert hull_leximin(FOUR).p == pytest.approx(leximin(FOUR).p, abs=1e-6)
    assert hull_maximin(FOUR).p.min() == pytest.approx(maximin(FOUR).p.min(), abs=1e-6)
    assert hull_nash(FOUR).p == pytest.approx(nash(FOUR).p, abs=2e-3)


def test_the_largest_product_proves_itself():
    """At the largest Π p nobody's alternative is better by more than the sum of the ratios says."""
    found = nash(FOUR)
    best = float(FOUR.people @ np.log(found.p))
    for point in np.ndindex(6, 2, 4, 5):
        if FOUR.holds(np.array(point)):
            p = FOUR.chances(np.array(point, float))
            assert float(FOUR.people @ (p / found.p)) <= FOUR.people.sum() * (1 + 1e-3)
    assert best >= float(FOUR.people @ np.log(leximin(FOUR).p)) - 1e-6 * FOUR.people.sum()


def test_quotas_that_contradict_each_other_are_told():
    with pytest.raises(AttrifluxError) as told:
        leximin(panels([2, 2], [[1, 0], [1, 1]], [3, 3], [3, 3]))
    assert told.value.code == "LEXIMIN_INFEASIBLE"


def test_without_a_lottery_the_error_is_certified():
    """Three pairs of a triangle, each at most once and one in all: halves are relaxed, a third is the truth."""
    triangle = panels([1, 1, 1], [[1, 1, 0], [0, 1, 1], [1, 0, 1]], [0, 0, 0], [1, 1, 1])
    mixed = mixture(triangle, np.array([0.5, 0.5, 0.5]))
    assert mixed.error == pytest.approx(1 / 6, abs=1e-9)
    assert mixed.least == pytest.approx(1 / 6, abs=1e-6)
    assert hull_leximin(triangle).p == pytest.approx([1 / 3] * 3, abs=1e-7)


def test_a_tree_of_multipliers_proves_what_no_relaxed_program_can():
    """One of a triangle's three pairs at most: the relaxed program says 3/2, every leaf says 1."""
    triangle = panels([1, 1, 1], [[1, 1, 0], [0, 1, 1], [1, 0, 1]], [0, 0, 0], [1, 1, 1])
    weight = np.ones(3)
    bound, tree = proven(triangle, weight, 1.0)
    assert bound == pytest.approx(1.0, abs=1e-8) and len(tree) > 1
    cut_short, _ = proven(triangle, weight, 1.0, most=1)
    assert cut_short == pytest.approx(1.5, abs=1e-8)


def test_stages_over_whole_points_are_exact():
    triangle = panels([1, 1, 1], [[1, 1, 0], [0, 1, 1], [1, 0, 1]], [0, 0, 0], [1, 1, 1])
    for stages in (hull_leximin(triangle).stages, hull_leximin(FOUR).stages, hull_maximin(FOUR).stages):
        assert all(s.bound == pytest.approx(s.value, abs=1e-7) for s in stages)
    assert hull_leximin(triangle).stages[0].value == pytest.approx(1 / 3, abs=1e-9)


def test_a_stage_that_serves_everybody_left_proves_it():
    """Its program has no multiplier of its own: what is published is that nobody has a chance above 1."""
    served = panels([4, 2], [[1, 0], [1, 1]], [0, 0], [1, 3])
    for stage in (leximin(served).stages[-1], maximin(panels([2], [[1]], [0], [2])).stages[-1]):
        assert stage.value == 1.0 and stage.on_types.sum() == pytest.approx(1.0)
    assert sum_bound(leximin(served).stages[-1], served) == pytest.approx(1.0, abs=1e-12)
    last = hull_leximin(served).stages[-1]
    assert last.value == last.bound == 1.0 and last.on_types.tolist() == [0.0, 1.0]
    (leaf,) = last.tree
    assert isinstance(leaf, Leaf)
    weight = (last.on_types / served.people)[served.owner]
    top = served.people[served.owner].astype(float)
    assert leaf_bound(served, weight, leaf, np.zeros(2), top) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(("profile", "dwellings", "seed"), [("doubs", 6, 41), ("jura", 10, 103)])
@pytest.mark.long
def test_the_tree_of_a_product_closes(profile: str, dwellings: int, seed: int):
    """A half whose own multipliers prove less than its parent's keeps the parent's, and no half is empty for a rounding: hundreds were told
    of a chance before."""
    market = market_of(
        prepare(af.synthesize(profile, dwellings=dwellings, applications=60, seed=seed)).problem
    )
    way = settled(market)
    product = hull_nash(way.home.polytope).stages[-1]
    assert way.hull and product.bound < 1 + 1e-6 and len(product.tree) < 1500


@pytest.mark.parametrize(("profile", "dwellings", "applications"), [("doubs", 1, 8), ("jura", 4, 30)])
def test_a_product_whose_relaxed_point_is_no_lottery_is_answered_all_the_same(
    profile, dwellings, applications
):
    """The relaxed leximin is a lottery, the relaxed product lies where no whole allocation does: it stopped, or left a type without a chance."""
    market = market_of(
        prepare(af.synthesize(profile, dwellings=dwellings, applications=applications, seed=61)).problem
    )
    leximin_, nash_ = (m.allocate(market, Draw("x")) for m in chosen_mechanisms("leximin,nash"))
    assert leximin_.proof["over"] == "relaxed" and nash_.proof["over"] == "points"
    assert nash_.p == pytest.approx(leximin_.p, abs=1e-3) and nash_.p.min() > 0.3


def test_a_wheel_gives_everybody_the_exact_chance():
    shares = [[Fraction(1, 2), Fraction(1, 3), Fraction(2, 3)], [Fraction(1, 4)] * 2]
    counts, weights = [[2, 1], [1, 0]], [Fraction(1, 2), Fraction(1, 2)]
    served: dict[tuple[int, int], Fraction] = {}
    for weight, members in spread(counts, weights, shares):
        for b, who in enumerate(members):
            assert len(set(who)) == len(who)
            for m in who:
                served[b, m] = served.get((b, m), Fraction(0)) + weight
    assert served == {(b, m): x for b, mine in enumerate(shares) for m, x in enumerate(mine)}


def test_weights_are_fractions_that_add_up_to_one():
    assert sum(exact_weights(np.array([0.1, 0.2, 0.7000001]))) == 1


def test_without_rules_leximin_and_nash_give_the_same_chances():
    for number in range(12):
        market = small_market(number)
        both = [m.allocate(market, Draw("x")).p for m in chosen_mechanisms("leximin,nash")]
        assert both[0] == pytest.approx(both[1], abs=5e-3)


def test_stages_over_whole_points_close_where_rules_cross_and_many_have_no_chance():
    """A tree that halves the most fractional column, depth first, leaves three hundredths open here after 3,000 nodes."""
    market = market_of(prepare(af.synthesize("doubs", dwellings=6, applications=60, seed=24)).problem)
    way = settled(market)
    stages = hull_leximin(way.home.polytope).stages
    assert way.hull and max(s.bound - s.value for s in stages) < 1e-9
    assert max(len(s.tree) for s in stages) < 500


def test_owners_add_up_the_columns_of_a_type():
    two = Polytope(
        np.array([0, 0, 1], np.int32), np.array([2, 1]), sp.csr_matrix((0, 3)), np.zeros(0), np.zeros(0)
    )
    assert (owners(two) @ np.array([1, 1, 1])).tolist() == [2, 1]
