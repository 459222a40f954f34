"""Leximin of large programs: cuts and growing programs give the chances that the program written out gives, with proofs of their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import scipy.sparse as sp

import optimizer as af
from benchmarks.leximin import two_rules
from optimizer.fairness import fairness_to
from optimizer.fairness.leximin import housing
from optimizer.fairness.leximin.decompose import roomy_mixture, walk
from optimizer.fairness.leximin.flow import even_groups
from optimizer.fairness.leximin.large import even_relaxed, large_leximin, whole_sides
from optimizer.fairness.leximin.polytope import Polytope
from optimizer.fairness.leximin.stages import Relaxed, bound_of, leximin
from optimizer.solve.highs_lp import INFINITY
from optimizer.verify import verify_lottery


def market(number: int, share: float | None = None) -> Polytope:
    """Types that may have some classes, in two ways of counting; with ``share``, at most that part counts in the second way."""
    draw = Random(number)
    classes, types = draw.randint(2, 5), draw.randint(2, 7)
    columns = sorted(
        (t, c, m)
        for t in range(types)
        for c in draw.sample(range(classes), draw.randint(1, classes))
        for m in draw.sample((0, 1), draw.randint(1, 2))
    )
    owner, klass, mark = (np.array(x, np.int32) for x in zip(*columns, strict=True))
    people = np.array([draw.randint(1, 4) for _ in range(types)], np.int64)
    capacity = np.array([draw.randint(1, 2) for _ in range(classes)], float)
    n = len(owner)
    rows = [np.array(klass == c, float) for c in range(classes)]
    low, high = [-INFINITY] * classes, capacity.tolist()
    if share is not None:
        rows.append(10_000.0 * mark - 10_000.0 * share)
        low.append(-INFINITY)
        high.append(0.0)
    cell = np.unique(np.stack([klass, mark]), axis=1, return_inverse=True)[1].reshape(-1).astype(np.int32)
    matrix = sp.csr_matrix(np.array(rows))
    return Polytope(owner, people, matrix, np.array(low), np.array(high), np.ones(n), cell, klass, classes)


def proven(polytope: Polytope, found: Relaxed) -> bool:
    """Whether every stage's multipliers prove its value, every type is fixed once, and the point gives the chances."""
    free = np.ones(polytope.types, bool)
    for stage in found.stages:
        told = stage.value == 1 or bound_of(stage, polytope, found.p, free) <= stage.value + 1e-7
        if not told or not free[list(stage.fixed)].all():
            return False
        free[list(stage.fixed)] = False
    given = np.abs(polytope.chances(found.y) - found.p).max() < 1e-6
    return bool(not free.any() and given and polytope.holds(found.y))


@pytest.mark.parametrize("number", range(40))
def test_cuts_give_the_chances_of_the_program_written_out(number: int):
    polytope = market(number)
    found = large_leximin(polytope)
    assert found.p == pytest.approx(leximin(polytope).p, abs=1e-7)
    assert proven(polytope, found)


def test_a_group_takes_its_classes_whole_and_shares_them_evenly():
    """Three of type 0 for one dwelling of class 0; type 1 may also have class 1, which two of type 2 want."""
    owner, klass = np.array([0, 1, 1, 2]), np.array([0, 0, 1, 1])
    groups, y = even_groups(owner, klass, np.array([3, 1, 2]), np.array([1, 2]))
    assert [(g.types.tolist(), g.classes.tolist(), str(g.chance)) for g in groups] == [
        ([0], [0], "1/3"),
        ([1, 2], [1], "2/3"),
    ]
    assert y.tolist() == pytest.approx([1, 0, 2 / 3, 4 / 3])


@pytest.mark.parametrize("number", range(40))
def test_a_growing_program_gives_the_chances_of_the_program_written_out(number: int):
    polytope = market(number, share=0.25)
    found = large_leximin(polytope)
    assert found.p == pytest.approx(leximin(polytope).p, abs=1e-6)
    assert proven(polytope, found)


def test_chances_of_capacities_are_kept_exactly_where_the_rule_allows_them():
    kept = 0
    for number in range(60):
        polytope = market(number, share=0.5)
        found, written_out = even_relaxed(polytope), leximin(polytope).p
        alone = leximin(replace(polytope, rows=polytope.rows[: polytope.classes], low=polytope.low[:-1], high=polytope.high[:-1])).p  # fmt: skip
        if found is not None:
            kept += 1
            assert found.p == pytest.approx(written_out, abs=1e-6) and proven(polytope, found)
        if np.abs(alone - written_out).max() > 1e-6:
            assert found is None
    assert 5 < kept < 60


def test_thirteen_hundredths_of_eighteen_dwellings_are_two_whole_transfers():
    klass = np.zeros(4, np.int32)
    transfer = np.array([0, 1, 0, 1])
    rows = sp.csr_matrix(np.array([np.ones(4), 10_000.0 * transfer - 1_300.0]))
    eighteen = Polytope(
        np.array([0, 0, 1, 1], np.int32), np.array([20, 20]), rows, np.array([-INFINITY, -INFINITY]),
        np.array([18.0, 0.0]), klass=klass, classes=1,
    )  # fmt: skip
    full, half = np.array([9.0, 0, 9, 0]), np.array([4.0, 0, 4, 0])
    assert whole_sides(eighteen, full)[1] == 2 * 10_000 - 18 * 1_300
    assert whole_sides(eighteen, half)[1] == 0


def test_a_walk_that_keeps_its_room_gives_the_point_over_allocations_that_keep_the_rule():
    done = 0
    for number in range(60):
        polytope = market(number, share=0.5)
        found = even_relaxed(polytope)
        if found is None:
            continue
        mixed = roomy_mixture(replace(polytope, high=whole_sides(polytope, found.y)), found.y)
        if mixed is not None:
            done += 1
            assert all(polytope.holds(point) for point in mixed.points)
            mean = mixed.weights @ np.array(mixed.points, float)
            assert np.abs(polytope.chances(mean) - found.p).max() < 1e-7
        else:
            assert not walk(polytope, found.y, roomy=True).done
    assert done > 3


@pytest.mark.parametrize("rules", ["two", "all"])
def test_a_large_lottery_is_certified_by_the_second_program(
    rules: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The way of large programs taken on a case of ten dwellings: its stages, its lottery and its program are the case's."""
    monkeypatch.setattr(housing, "LARGE", 100)
    case = af.synthesize("doubs", dwellings=12, applications=120, seed=3)
    af.write_case(two_rules(case) if rules == "two" else case, tmp_path / "case")
    fairness_to(tmp_path / "case", tmp_path / "out", "leximin", draws=4, groups=[])
    assert verify_lottery(tmp_path / "out", tmp_path / "case").verdict == "certified"
