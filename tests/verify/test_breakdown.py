"""Lines of ``scores``: criteria, written scores, seniority and the step to a percentile, each by hand."""

from __future__ import annotations

import pytest
import town as t

from optimizer.verify.breakdown import check_breakdown
from optimizer.verify.scores import Scores
from optimizer.verify.tables import read_case
from optimizer.verify.verdict import Findings
from optimizer.verify.world import read_world

HOME = {"dwelling_id": "D", "landlord": "X", "commune": "25001", "rooms": "2", "financing": "PLUS"}
PERSON = {"first_registered_on": "2024-07-01", "persons": "2", "choices": "25001", "status": "active"}
EPCI = "200000001"
# 24 months at 1.5 points, 25 for urgent; A2 has a written score
POINTS = [
    ("A0", EPCI, "plain", "a.months", "36"), ("A1", EPCI, "plain", "a.months", "36"),
    ("A1", EPCI, "plain", "a.urgent", "25"), ("A2", EPCI, "cotation_saisie", "cotation_saisie", "7,5"),
]  # fmt: skip
# the second EPCI makes percentiles: 7.5 < 36 < 61 in the first
RANKS = [
    ("A0", EPCI, "plain", "conversion_en_percentile", "14"), ("A1", EPCI, "plain", "conversion_en_percentile", "22,33"),
    ("A2", EPCI, "plain", "conversion_en_percentile", "9,17"),
]  # fmt: skip


def problems(folder, models, homes, lines):
    return checked(folder, models, homes, lines).counts["breakdown"]


def checked(folder, models, homes, lines):
    people = [{**PERSON, "application_id": f"A{i}"} for i in range(3)]
    people[1]["urgent"], people[2]["score"] = "oui", "7,5"
    case = t.write_case(t.Town([{**HOME, **x} for x in homes], people), folder / "case")
    scores = Scores(read_world(read_case(case), models))
    names = ("application_id", "epci", "grid", "criterion", "points")
    rows = [dict(zip(names, line, strict=True)) for line in lines]
    (folder / "scores.csv").write_text(t.csv_text(rows))
    found = Findings()
    check_breakdown(folder, scores, found)
    return found


def test_points_of_one_grid(tmp_path, country):
    assert problems(tmp_path, country.models, [{}], POINTS) == 0


def test_points_that_are_ranked(tmp_path, country):
    homes = [{}, {"dwelling_id": "E", "commune": "25003"}]
    written = [*POINTS[:3], ("A2", EPCI, "plain", "cotation_saisie", "7,5")]
    assert problems(tmp_path, country.models, homes, [*written, *RANKS]) == 0
    assert problems(tmp_path / "b", country.models, homes, [*POINTS, *RANKS]) > 0


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x[1:],
        lambda x: [*x, x[0]],
        lambda x: [(*x[0][:4], "36,01"), *x[1:]],
        lambda x: [(*x[0][:3], "a.dalo", "36"), *x[1:]],
        lambda x: [*x[:3], (*x[3][:2], "plain", *x[3][3:])],
        lambda x: [("A9", *x[0][1:]), *x[1:]],
    ],
)
def test_a_line_that_is_missing_twice_or_other_is_found(tmp_path, country, change):
    assert problems(tmp_path, country.models, [{}], change(POINTS)) > 0


@pytest.mark.parametrize(
    ("epci", "grid", "criterion"),
    [
        ("200000009", "plain", "a.months"),
        (EPCI, "other", "a.months"),
        (EPCI, "plain", "a.nothing"),
        (EPCI, "anciennete", "anciennete"),
    ],
)
def test_a_line_of_nothing_that_exists_is_found_and_named(tmp_path, country, epci, grid, criterion):
    found = checked(tmp_path, country.models, [{}], [*POINTS, ("A2", epci, grid, criterion, "1")])
    assert found.counts["breakdown"] == 1


@pytest.mark.parametrize("swapped", [(0, 1), (1, 2), (2, 3), (0, 3)])
def test_lines_stand_by_household_and_in_the_order_of_the_grid(tmp_path, country, swapped):
    """Months come before urgency in the grid; the same lines in another order are refused for their order alone."""
    lines = list(POINTS)
    i, j = swapped
    lines[i], lines[j] = lines[j], lines[i]
    found = checked(tmp_path, country.models, [{}], lines)
    assert found.counts["breakdown"] == 0 and found.counts["order"] > 0
    assert checked(tmp_path / "b", country.models, [{}], POINTS).counts["order"] == 0


def test_the_step_to_a_percentile_stands_behind_what_it_is_of(tmp_path, country):
    homes = [{}, {"dwelling_id": "E", "commune": "25003"}]
    written = ("A2", EPCI, "plain", "cotation_saisie", "7,5")
    lines = [POINTS[0], RANKS[0], POINTS[1], POINTS[2], RANKS[1], written, RANKS[2]]
    found = checked(tmp_path, country.models, homes, lines)
    assert found.counts["breakdown"] == found.counts["order"] == 0
    early = [RANKS[0], POINTS[0], *lines[2:]]
    assert checked(tmp_path / "b", country.models, homes, early).counts["order"] > 0
    early = [*lines[:5], RANKS[2], written]
    assert checked(tmp_path / "c", country.models, homes, early).counts["order"] > 0
