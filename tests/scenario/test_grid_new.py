"""Grids from an order: weights of the literature, whole points, files that the grid reader and the test command accept."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer import importers
from optimizer.datadirs import models_dir
from optimizer.errors import AttrifluxError
from optimizer.policy import read_grid
from optimizer.scenario import METHODS, cotation_test, new_grid, new_grid_to, rank_weights, read_base
from optimizer.scenario.grid_new import highest
from optimizer.scenario.weights import enough_points, points_of, tells_apart

ON = date(2026, 1, 1)
ORDER = ["dalo", "l441_1", "anciennete", "suroccupation=effort", "handicap", "refus"]


def percents(levels, name, ratio=None):
    return [round(100 * float(w), 2) for w in rank_weights(levels, name, ratio)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Four criteria: the tables of Stillwell et al. (1981) and Barron and Barrett (1996).
        ("equal", [25, 25, 25, 25]),
        ("rank_sum", [40, 30, 20, 10]),
        ("rank_exponent", [53.33, 30, 13.33, 3.33]),
        ("rank_reciprocal", [48, 24, 16, 12]),
        ("centroid", [52.08, 27.08, 14.58, 6.25]),
        ("simos", [40, 30, 20, 10]),
        ("lexicographic", [53.33, 26.67, 13.33, 6.67]),
    ],
)
def test_weights_of_four_criteria(name, expected):
    assert percents([1, 1, 1, 1], name) == expected


def test_criteria_together_share_their_ranks_and_a_blank_card_widens_a_step():
    assert percents([1, 2, 1], "rank_sum") == [40, 25, 25, 10]
    # 5 times the last, three steps of 4/3 of which two between the first and the second: 5, 7/3, 1.
    assert [w * Fraction(25, 3) for w in rank_weights([1, 0, 1, 1], "simos", Fraction(5))] == [
        5,
        Fraction(7, 3),
        1,
    ]
    first, *rest = rank_weights([1, 2, 1], "lexicographic")
    assert first > sum(rest)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=5), st.sampled_from([m.name for m in METHODS]))
@pytest.mark.long
def test_weights_sum_to_one_never_increase_and_stay_apart_in_whole_points(levels, name):
    weights = rank_weights(levels, name)
    assert sum(weights) == 1
    assert len(weights) == sum(levels)
    assert list(weights) == sorted(weights, reverse=True)
    total = enough_points(weights, name)
    assert tells_apart(weights, points_of(weights, total))


def test_a_strict_order_stays_strict_in_points():
    points = [c.points for c in new_grid(["dalo", "l441_1", "anciennete", "effort"], "lexicographic").chosen]
    assert points == [8, 4, 2, 1]


def test_the_file_is_read_back_with_the_points_announced(tmp_path):
    made = new_grid_to(tmp_path / "ma_grille.yaml", ORDER, "centroid", on=ON, title="Essai : l'ordre")
    grid = read_grid(tmp_path / "ma_grille.yaml")
    tops = {c.id: highest(c) for r in grid.rubrics for c in r.criteria}
    assert {c.criterion.id: 100 * c.points for c in made.chosen} == tops
    assert (grid.title, grid.status, grid.in_force_from) == ("Essai : l'ordre", "assumed", ON)
    assert [c.name for c in grid.columns] == ["dernier_refus_le"]
    assert "Barron" in grid.source
    malus = next(c for r in grid.rubrics if r.id == "refus" for c in r.criteria)
    assert malus.each_c < 0
    with pytest.raises(AttrifluxError) as caught:
        new_grid_to(tmp_path / "ma_grille.yaml", ORDER)
    assert caught.value.code == "COTATION_EXISTS"


@pytest.mark.parametrize(
    "base", ["catalogue", "demonstration", "demonstration_anciennete", "demonstration_mutation"]
)
def test_every_criterion_of_every_shipped_grid_can_be_taken(base):
    source = read_base(base)
    names = [f"{r.id}.{c.id}" for r in source.rubrics for c in r.criteria]
    made = new_grid(names, "rank_sum", base=base, on=ON)
    assert len(made.chosen) == len(names)
    for chosen in made.chosen:
        rubric = next(r for r in made.grid.rubrics if r.id == chosen.rubric.id)
        again = next(c for c in rubric.criteria if c.id == chosen.criterion.id)
        assert (again.kind, again.title, again.when) == (
            chosen.criterion.kind, chosen.criterion.title, chosen.criterion.when,
        )  # fmt: skip
        assert highest(again) == 100 * chosen.points


def test_a_grid_taken_at_its_own_scale_keeps_its_points():
    made = new_grid(["emploi_local", "dalo"], "equal", base="demonstration", points=200, on=ON)
    assert {c.criterion.id: c.points for c in made.chosen} == {"emploi_local": 100, "dalo": 100}
    dalo = next(r for r in made.grid.rubrics if r.id == "priorite").criteria[0]
    assert dalo == read_base("demonstration").rubrics[0].criteria[0]


@pytest.mark.parametrize(
    ("criteria", "method", "more", "code"),
    [
        (["dalo", "nationalite"], "centroid", {}, "COTATION_CRITERION_UNKNOWN"),
        (["dalo", "priorite.dalo"], "centroid", {}, "COTATION_CRITERION_TWICE"),
        (["_"], "simos", {}, "COTATION_NO_CRITERION"),
        (["dalo", "_", "effort"], "centroid", {}, "COTATION_BLANK"),
        (["dalo"], "hasard", {}, "COTATION_METHOD_UNKNOWN"),
        (["dalo", "effort", "refus"], "rank_sum", {"points": 2}, "COTATION_POINTS_TOO_FEW"),
        (["dalo"], "equal", {"base": "nulle"}, "COTATION_GRID_UNKNOWN"),
    ],
)
def test_what_cannot_be_a_grid_is_refused(criteria, method, more, code):
    with pytest.raises(AttrifluxError) as caught:
        new_grid(criteria, method, **more)
    assert caught.value.code == code


def test_a_criterion_without_a_maximum_is_refused(tmp_path):
    text = (models_dir() / "cotation" / "demonstration.yaml").read_text(encoding="utf-8")
    mine = tmp_path / "sans_plafond.yaml"
    mine.write_text(text.replace("        cap: 48\n", ""), encoding="utf-8")
    with pytest.raises(AttrifluxError) as caught:
        new_grid(["mois"], "equal", base=str(mine))
    assert caught.value.code == "COTATION_NO_MAXIMUM"


def test_a_grid_that_reads_no_priority_is_told_so():
    assert not new_grid(["anciennete", "effort"]).reads_priorities
    assert new_grid(["anciennete", "l441_1"]).reads_priorities


@pytest.mark.long
def test_the_new_grid_is_compared_with_a_shipped_one(tiny, tmp_path):
    made = new_grid_to(tmp_path / "ma_grille.yaml", ORDER, "rank_sum", on=ON)
    case = importers.read(tiny, need=("dwellings", "applications"))
    found = cotation_test("demonstration", str(tmp_path / "ma_grille.yaml"), case)
    assert found.grid_b == "ma_grille"
    assert {f"{c.rubric.id}.{c.criterion.id}" for c in made.chosen} <= set(
        found.criteria.loc[found.criteria["grid"] == "ma_grille", "criterion"]
    )
    assert found.applications["points_b"].max() <= made.total
