"""Grid files: every kind of criterion is read exactly, every wrong one is refused with its line."""

from __future__ import annotations

import pytest

from optimizer.datadirs import models_dir
from optimizer.policy import PolicyError, read_grid
from optimizer.policy.grid import (
    APPLICATION_INPUTS,
    BracketsCriterion,
    CodeCriterion,
    CodesCriterion,
    CountCriterion,
    FlagCriterion,
    MonthsCriterion,
)
from optimizer.policy.grid_reader import parse_grid
from optimizer.policy.strict_yaml import parse_yaml

HEAD = """title: T
invented: true
status: assumed
source: s
in_force_from: 2026-01-01
reviewed_on: 2026-11-24
by: x
columns:
  garde: {title: Garde, type: code, codes: [Alternee, exclusive]}
  depuis: {title: Depuis, type: date}
rubrics:
  r:
    title: R
    combine: sum
    criteria:
      c:
        title: C
"""


def _grid(body: str, head: str = HEAD):
    return parse_grid(parse_yaml((head + body).encode(), "cotation/t.yaml"), "t")


def _criterion(body: str):
    return _grid(body).rubrics[0].criteria[0]


def _criteria(name: str):
    grid = read_grid(models_dir() / "cotation" / f"{name}.yaml")
    return grid, {f"{r.id}.{c.id}": c for r in grid.rubrics for c in r.criteria}


def test_demonstration_grid_has_the_announced_points():
    grid, criteria = _criteria("demonstration")
    assert grid.invented and "invent" in grid.title.lower()
    assert criteria["priorite.dalo"].points_c == 10_000
    l441 = criteria["priorite.l441_1"]
    assert (l441.first_c, l441.each_other_c, l441.cap_c, len(l441.codes)) == (4000, 1000, 6000, 15)
    assert (criteria["anciennete.mois"].per_month_c, criteria["anciennete.mois"].cap_c) == (100, 4800)
    effort = criteria["logement.effort"]
    assert (effort.limits_e4, effort.points_c, effort.compare) == ((3300, 4000), (500, 1000), "above")
    refusals = criteria["refus.refus_12_mois"]
    assert (refusals.each_c, refusals.max_count, refusals.expires_months) == (-1500, 2, 12)
    assert [c.name for c in grid.columns] == [
        "hebergement",
        "conge_bailleur",
        "separation",
        "dernier_refus_le",
    ]


def test_shipped_grids_use_every_kind_and_both_ways_to_combine():
    kinds, ways, caps = set(), set(), 0
    for name in ("demonstration", "demonstration_anciennete", "demonstration_mutation"):
        grid, criteria = _criteria(name)
        assert grid.invented
        kinds |= {type(c) for c in criteria.values()}
        ways |= {r.combine for r in grid.rubrics}
        caps += sum(r.cap_c is not None for r in grid.rubrics)
    assert kinds == {
        FlagCriterion, CodeCriterion, CodesCriterion, MonthsCriterion, BracketsCriterion, CountCriterion,
    }  # fmt: skip
    assert ways == {"sum", "best"} and caps == 2


def test_inputs_are_known_columns():
    grid, _ = _criteria("demonstration")
    assert "dernier_refus_le" in grid.inputs() and "effort_rate" in grid.inputs()
    assert {grid.input_type(name) for name in grid.inputs()} >= {"bool", "ratio", "date", "codes"}


def test_application_inputs_exist_in_the_case_schema():
    from optimizer.domain.schema import APPLICATIONS

    assert set(APPLICATION_INPUTS) <= {c.name for c in APPLICATIONS.columns}


def test_codes_are_compared_in_lower_case():
    criterion = _criterion("        kind: by_code\n        input: garde\n        points: {ALTERNEE: 1.25}\n")
    assert criterion.points_c == (("alternee", 125),)


def test_conditions():
    body = "        kind: flag\n        points: 1\n        when: [{input: persons, at_least: 3}, {input: depuis, known: false}]\n"
    numeric, known = _criterion(body).when
    assert (numeric.operator, numeric.number_e4) == ("at_least", 30_000)
    assert (known.operator, known.flag) == ("known", False)


@pytest.mark.parametrize(
    "body",
    [
        "        kind: formula\n        points: 1\n",
        "        kind: flag\n        points: 1\n",
        "        kind: flag\n        when: []\n        points: 1\n",
        "        kind: flag\n        when: [{input: local_job}]\n        points: 1\n",
        "        kind: flag\n        when: [{input: local_job, is: true, known: true}]\n        points: 1\n",
        "        kind: flag\n        when: [{input: local_job, is: oui}]\n        points: 1\n",
        "        kind: flag\n        when: [{input: garde, is: partagee}]\n        points: 1\n",
        "        kind: flag\n        when: [{input: persons, at_least: 1.00001}]\n        points: 1\n",
        "        kind: flag\n        when: [{input: priority_codes, is: dalo}]\n        points: 1\n",
        "        kind: flag\n        when: [{input: local_job, is: true}]\n        points: 1000001\n",
        "        kind: flag\n        when: [{input: local_job, is: true}]\n        points: beaucoup\n",
        "        kind: flag\n        when: [{input: local_job, is: true}]\n        points: 1\n        weight: 2\n",
        "        kind: months\n        input: persons\n        points_per_month: 1\n",
        "        kind: months\n        input: depuis\n        points_per_month: -1\n",
        "        kind: months\n        input: depuis\n        points_per_month: 1\n        from_month: -2\n",
        "        kind: brackets\n        input: effort_rate\n        compare: over\n        brackets: [{limit: 1, points: 1}]\n",
        "        kind: brackets\n        input: effort_rate\n        compare: above\n        brackets: []\n",
        "        kind: brackets\n        input: effort_rate\n        compare: above\n"
        "        brackets: [{limit: 0.4, points: 1}, {limit: 0.3, points: 2}]\n",
        "        kind: codes\n        input: priority_codes\n        codes: [a, A]\n        first: 1\n        each_other: 1\n",
        "        kind: count\n        input: refusals\n        points_each: -1\n        max_count: 0\n",
        "        kind: count\n        input: refusals\n        points_each: -1\n        max_count: 2\n"
        "        expires: {column: persons, months: 12}\n",
        "        kind: by_code\n        input: garde\n        points: {partagee: 1}\n",
        "        kind: by_code\n        input: garde\n        points: {}\n",
    ],
)
def test_wrong_criteria_are_refused_with_a_line(body):
    with pytest.raises(PolicyError) as caught:
        _grid(body)
    assert caught.value.code.startswith("POLICY_")
    assert caught.value.params["line"] >= 16


def test_a_wrong_rubric_hides_none_of_its_criteria():
    body = "        kind: flag\n        when: [{input: local_job, is: true}]\n        points: cent\n"
    with pytest.raises(PolicyError) as caught:
        _grid(body, HEAD.replace("combine: sum", "combine: somme\n    cap: -10"))
    assert [f.column for f in caught.value.findings] == ["combine", "cap", "points"]


@pytest.mark.parametrize("rubric", ["combine: best", "combine: sum\n    cap: 10"])
def test_no_malus_where_points_are_capped_or_compared(rubric):
    body = "        kind: count\n        input: refusals\n        points_each: -1\n        max_count: 2\n"
    assert _criterion(body).each_c == -100
    with pytest.raises(PolicyError):
        _grid(body, HEAD.replace("combine: sum", rubric))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("invented: true", "invented: maybe"),
        ("garde:", "persons:"),
        ("garde:", "Garde:"),
        ("type: date", "type: money"),
        ("type: date", "type: date, codes: [a]"),
        ("combine: sum", "combine: mean"),
        ("rubrics:", "rubriques:"),
        ("status: assumed", "status: sure"),
    ],
)
def test_wrong_heads_are_refused(old, new):
    body = "        kind: flag\n        when: [{input: local_job, is: true}]\n        points: 1\n"
    assert len(_grid(body).rubrics) == 1
    with pytest.raises(PolicyError):
        _grid(body, HEAD.replace(old, new, 1))
