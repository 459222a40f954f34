"""Figures worked out by hand: dates, quartile, categories, percentile, points of fit, required rates, F."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import town as t
from worlds import classes_of, world

from optimizer.verify import cells
from optimizer.verify.blocks import Fit, accepted_rooms
from optimizer.verify.grid import grid_range
from optimizer.verify.law import Law
from optimizer.verify.scores import Scores
from optimizer.verify.seats import median
from optimizer.verify.tables import read_case
from optimizer.verify.verdict import Unreadable
from optimizer.verify.whole import shipped_models
from optimizer.verify.world import read_world


def days(*texts):
    return np.array([cells.as_day(date.fromisoformat(x)) for x in texts])


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [("2025-01-31", 1, "2025-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2025-06-15", 13, "2026-07-15")],
)
def test_months_later(start, months, end):
    assert cells.months_later(days(start), months).tolist() == days(end).tolist()


def test_median_rounds_half_up():
    assert [median(np.array(x)) for x in ([5], [1, 2], [3, 1, 2], [1, 4, 2, 9])] == [5, 2, 2, 3]


def test_fit_points():
    fit = Fit(100_000, 1000, 8, 500, 50_000, 10, 2000)
    assert fit.preference_points(np.array([0, 1, 2, 8, 9, 20])).tolist() == [0, 1000, 875, 125, 0, 0]
    assert fit.vacancy(np.array([0, 1, 37, 200, 999])).tolist() == [0, 10, 370, 2000, 2000]


def test_three_states_of_the_first_quartile(tmp_path, country):
    # threshold 9000 per consumption unit; two persons of 14 and more: 1.5, with a child: 1.3
    people = [
        {"monthly_income_eur": "1125"}, {"monthly_income_eur": "1125,01"}, {"monthly_income_eur": ""},
        {"monthly_income_eur": "0"}, {"monthly_income_eur": "0", "income_status": "verified"},
        {"monthly_income_eur": "975", "children_under_14": "1"}, {"monthly_income_eur": "976", "children_under_14": "1"},
    ]  # fmt: skip
    w = world(tmp_path, country, [{}], people)
    assert w.pools.q1("200000001").tolist() == [1, 0, 2, 2, 1, 1, 0]
    assert set(w.pools.q1("200000002").tolist()) == {2}


def test_what_is_given_of_the_quartile_is_taken_as_given(tmp_path, country):
    people = [
        {"monthly_income_eur": "1125,01", "consumption_units": "1,6"}, {"income_per_uc": "9000"},
        {"monthly_income_eur": "800", "income_per_uc": "9000,01"}, {"monthly_income_eur": "800", "first_quartile": "non"},
        {"income_per_uc": "20000", "first_quartile": "oui"},
    ]  # fmt: skip
    w = world(tmp_path, country, [{}], people)
    assert w.pools.q1("200000001").tolist() == [1, 1, 0, 0, 1]
    assert w.pools.q1("200000002").tolist() == [2, 2, 2, 0, 1]


def test_children_beside_the_household_count_for_its_size(tmp_path, country):
    people = [
        {"persons": "1"}, {"persons": "1", "alternate_custody_children": "2"}, {"persons": "2", "expected_children": "1"},
        {"persons": "1", "visiting_children": "1", "alternate_custody_children": "1"},
    ]  # fmt: skip
    w = world(tmp_path, country, [{}], people)
    assert w.apps.size.tolist() == [1, 3, 3, 3]
    assert w.apps.never_t1.tolist() == [False, True, True, True]
    assert w.apps.category.tolist() == [1, 1, 2, 1]


def test_a_single_room_that_a_household_of_two_asked_for(tmp_path, country):
    people = [
        {"rooms_wanted": "T1|T2"}, {"rooms_wanted": "T1"}, {"rooms_wanted": "T2"}, {"couple": "oui", "rooms_wanted": "1"},
        {"persons": "3", "rooms_wanted": "T1"}, {"rooms_wanted": "T1", "dalo_rooms": "T3"},
    ]  # fmt: skip
    w = world(tmp_path, country, [{}], people)
    bits, _, small = accepted_rooms(w, "tense")
    assert bits.tolist() == [0b11, 0b1, 0b10, 0b1, 0, 0b100]
    assert small.tolist() == [True, True, False, True, False, False]


def test_the_perimeter_of_the_commission_replaces_choices(tmp_path, country):
    """Neither widened by ``extend`` nor narrowed by districts."""
    perimeter = {"dalo_perimeter": "25001", "choices": "25002", "extend": "oui", "districts_wanted": "Nord"}
    people = [perimeter, {**perimeter, "dalo_perimeter": ""}]
    homes = [{"district": "Sud"}, {"commune": "25002"}]
    classes = classes_of(world(tmp_path, country, homes, people))
    doors = [classes.door(classes.door_of[int(classes.klass[d])]) for d in (0, 1)]
    assert doors[0].block.app.tolist() == [0, 1] and doors[0].code.tolist() == [0, 3]
    assert doors[1].block.app.tolist() == [1]


def test_decisions_on_an_account(tmp_path, country):
    decisions = [
        {"dwelling_id": "D0", "decision": "orient", "account": "ETAT_PRIO"},
        {"dwelling_id": "D1", "application_id": "A1", "decision": "pin", "account": "ALS"},
        {"dwelling_id": "D2", "application_id": "A0", "decision": "imposer"},
        {"dwelling_id": "D2", "decision": "orienter", "account": "ALS", "expires_on": "2026-06-30"},
    ]
    w = world(tmp_path, country, [{}] * 3, [{}, {"als_employee": "oui"}], decisions=decisions)
    assert w.orient == {0: "ETAT_PRIO"} and w.pins == {1: 1, 2: 0} and w.pin_account == {1: "ALS", 2: ""}
    first = classes_of(w).entries(int(classes_of(w).klass[0]))
    assert (
        "BAILLEUR" in first.accounts and not (first.first & ~(1 << first.accounts.index("ETAT_PRIO"))).any()
    )


def test_an_account_that_may_not_receive_cannot_be_oriented_to(tmp_path, country):
    decisions = [{"dwelling_id": "D0", "decision": "orient", "account": "COLL:25001"}]
    with pytest.raises(Unreadable):
        world(tmp_path, country, [{"commune": "25002"}], [{}], decisions=decisions)


def test_household_categories(tmp_path, country):
    people = [
        {"persons": "1"}, {"persons": "1", "disabled_persons": "1"}, {"persons": "2"},
        {"persons": "2", "adults": "1"}, {"persons": "3", "adults": "1", "disabled_persons": "1"},
        {"persons": "6", "disabled_persons": "1"}, {"persons": "8"}, {"persons": "2", "household_category": "5"},
        {"persons": "6", "adults": "1"}, {"persons": "6", "adults": "2"}, {"persons": "7", "adults": "1"},
        {"persons": "8", "household_category": "6"}, {"persons": "4", "household_category": "6"},
    ]  # fmt: skip
    w = world(tmp_path, country, [{}], people)
    assert w.apps.category.tolist() == [1, 2, 2, 3, 4, 7, 8, 5, 7, 6, 8, 8, 6]


def test_expired_and_to_renew(tmp_path, country):
    people = [
        {"status": "", "first_registered_on": x}
        for x in ("2025-06-01", "2025-05-31", "2025-07-01", "2025-07-02")
    ] + [{"status": "", "first_registered_on": "2020-01-01", "renewed_on": "2026-01-01"}]
    w = world(tmp_path, country, [{}], people)
    assert w.apps.active.tolist() == [True, False, True, True, True]
    assert w.apps.to_renew.tolist() == [True, False, True, False, False]


def test_percentile_with_several_epci(tmp_path, country):
    people = [
        {"choices": "25001|25003", "first_registered_on": x}
        for x in ("2026-01-01", "2025-07-01", "2025-07-01", "2024-07-01")
    ]
    w = world(tmp_path, country, [{}, {"commune": "25003"}], [*people, {"choices": "25003"}])
    scores = Scores(w)
    assert scores.percentile
    assert scores.of("200000001")[:4].tolist() == [1250, 5000, 5000, 8750]
    assert scores.of("200000001")[4] == 0


def test_given_scores_of_one_epci_stay_points(tmp_path, country):
    w = world(tmp_path, country, [{}, {"commune": "25002"}], [{"score": "12,5"}, {"score": "7"}])
    assert Scores(w).of("200000001").tolist() == [1250, 700]


def test_households_that_the_table_leaves_out_have_the_points_of_the_grid(tmp_path, country):
    rows = [{"application_id": "A0", "epci": "200000001", "grid": "plain", "score": "70"}]
    scores = Scores(world(tmp_path, country, [{}], [{}, {}], scores=rows))
    assert not scores.percentile and scores.of("200000001").tolist() == [7000, 3600]
    # the highest written score is below what the grid could give to the other
    assert scores.span == 18_500


def test_scores_of_two_grids_are_percentiles_even_where_they_are_written(tmp_path, country):
    rows = [{"application_id": "A0", "epci": "200000001", "grid": "other", "score": "70"}]
    people = [{}, {}, {"first_registered_on": "2026-01-01", "score": "500"}]
    scores = Scores(world(tmp_path, country, [{}], people, scores=rows))
    assert scores.percentile and scores.span == 10_000
    assert scores.of("200000001").tolist() == [5000, 2500, 7500]


def test_a_household_without_score_nor_grid_is_refused(tmp_path, country):
    models = t.write_models(tmp_path / "models", grid=False)
    rows = [{"application_id": "A0", "epci": "200000001", "grid": "plain", "score": "70"}]
    home = {"dwelling_id": "D", "landlord": "X", "commune": "25001", "rooms": "2", "financing": "PLUS"}
    people = [
        {
            "application_id": f"A{i}",
            "first_registered_on": "2024-07-01",
            "persons": "2",
            "choices": c,
            "status": "active",
        }
        for i, c in enumerate(("25001", "25003", "25001"))
    ]

    def scores(households, tables):
        case = t.write_case(t.Town([home], households, tables), tmp_path / f"{len(households)}{len(tables)}")
        return Scores(read_world(read_case(case), models))

    # who does not reach the EPCI needs no score there
    assert scores(people[:2], {"scores": rows}).of("200000001").tolist() == [7000, 0]
    with pytest.raises(Unreadable):
        scores(people, {"scores": rows}).settle()
    # nobody has a score: seniority
    assert scores(people, {}).of("200000001").tolist() == [5000, 0, 5000]


def test_range_of_a_grid(tmp_path, country):
    grid = """
title: Other
rubrics:
  capped:
    title: A
    combine: sum
    cap: 40
    criteria:
      months: {title: M, kind: months, input: first_registered_on, points_per_month: 1.5}
      each: {title: C, kind: count, input: children_under_14, points_each: 10, max_count: 3}
  best:
    title: B
    combine: best
    criteria:
      priority: {title: P, kind: codes, input: priority_codes, codes: [a, b, c], first: 20, each_other: 5, cap: 28}
      effort: {title: E, kind: brackets, input: effort_rate, compare: above, brackets: [{limit: 0.3, points: 12}]}
  malus:
    title: C
    combine: sum
    criteria:
      refusals: {title: R, kind: count, input: refusals, points_each: -4, max_count: 2}
      months: {title: M, kind: months, input: first_registered_on, points_per_month: 0.5, from_month: 12}
"""
    models = t.write_models(tmp_path / "models")
    (models / "cotation" / "other.yaml").write_text(grid)
    law = Law(models, "town", date(2026, 7, 1), {"cotation.other.malus.refusals.points": -5})
    # 40 + 28 + 0.5 × (120 − 12) above, 2 × 5 below
    assert grid_range(law, "other") == (-1000, 4000 + 2800 + 5400)


def test_given_scores_of_several_epci_are_percentiles(tmp_path, country):
    """An empty score is "from the grid" (24 months here): ranked with the written ones."""
    people = [
        {"score": "12,5", "choices": "25001|25003"},
        {"score": "-7"},
        {},
        {"score": "99", "choices": "25003"},
    ]
    scores = Scores(world(tmp_path, country, [{}, {"commune": "25003"}], people))
    assert scores.total("plain").tolist()[2] == 3600
    assert scores.of("200000001").tolist() == [5000, 1667, 8333, 0]
    assert scores.of("200000002").tolist() == [2500, 0, 0, 7500]


def test_one_line_of_the_table_counts_per_application(tmp_path, country):
    """The line of the EPCI's own grid, whatever the order of the names; else the first by name."""
    lines = [
        {"application_id": a, "epci": "200000001", "grid": grid, "score": score}
        for a, grid, score in (
            ("A0", "a", "9"), ("A0", "plain", "1"), ("A0", "z", "5"), ("A1", "z", "4"), ("A1", "b", "3"),
        )
    ]  # fmt: skip
    scores = Scores(world(tmp_path, country, [{}], [{}, {}], scores=lines))
    counted = {grid: (who.tolist(), points.tolist()) for grid, who, points in scores.groups("200000001")}
    assert {grid: who for grid, (who, _) in counted.items() if any(who)} == {
        "plain": [True, False],
        "b": [False, True],
    }
    assert counted["plain"][1] == [100, 0]


def test_shipped_law_is_readable():
    law = Law(shipped_models(), "franche-comte", date(2026, 11, 24), {"national.fit.fill_value": "1.25"})
    assert law.hundredths("national.fit.fill_value") == 125
    assert law.ceilings_cents(1)[2, 0] == 2_340_300
    assert Law(shipped_models(), "doubs", date(2024, 5, 1), {}).ceilings_cents(1)[2, 0] == 2_264_200
    with pytest.raises(Unreadable):
        law.raw("national.fit.nothing")
