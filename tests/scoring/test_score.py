"""Which score a case needs: points, given scores, percentiles, seniority — and what the pages must say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from optimizer import eligibility, scoring
from optimizer.errors import InputProblems
from optimizer.policy import RuleSet, span
from optimizer.policy.grid import (
    BracketsCriterion,
    CodeCriterion,
    CodesCriterion,
    CountCriterion,
    Criterion,
    FlagCriterion,
    Grid,
    MonthsCriterion,
    Rubric,
)
from optimizer.scoring.percentile import mid_rank
from optimizer.scoring.scores import Scores
from tests.eligibility.small import (
    BESANCON,
    GRAND_BESANCON,
    GRAND_PONTARLIER,
    PONTARLIER,
    application,
    dwelling,
    make_case,
    rules,
)


def scored(people: list[dict[str, Any]], homes: list[dict[str, Any]] | None = None, *, law: RuleSet | None = None,
           **tables: Any) -> tuple[Scores, Any]:  # fmt: skip
    case = make_case(homes or [dwelling()], people, **tables)
    law = law or rules()
    facts = eligibility.encode(case, law)
    return scoring.score(case, facts, law), facts


def of(scores: Scores, facts: Any, name: str, epci: str = GRAND_BESANCON) -> int:
    a = list(facts.applications.ids).index(name)
    return int(scores.points(np.array([a], np.int32), facts.epcis.index(epci))[0])


def test_mid_rank_shares_the_rank_of_ties_and_rounds_half_up() -> None:
    assert mid_rank(np.array([10, 20, 30])).tolist() == [1667, 5000, 8333]
    assert mid_rank(np.array([7, 7])).tolist() == [5000, 5000]
    assert mid_rank(np.array([3])).tolist() == [5000]
    assert mid_rank(np.arange(8)).tolist() == [625, 1875, 3125, 4375, 5625, 6875, 8125, 9375]
    assert mid_rank(np.arange(32))[0] == 156, "1.5625 rounds to 1.56"
    assert len(mid_rank(np.array([], np.int64))) == 0


def test_one_grid_and_one_epci_give_the_points_of_the_grid() -> None:
    scores, facts = scored(
        [
            application("A1", priority_codes="dalo|a|c", local_job=True),
            application("A2", refusals=1, monthly_income_eur=1000.0, current_rent_eur=350.0),
        ]
    )
    assert scores.basis == "grid"
    assert of(scores, facts, "A1") == 10_000 + 5_000 + 600 + 1_000, "DALO, two codes, six months, local job"
    assert of(scores, facts, "A2") == 600 + 500 - 1_500
    assert any("inventée" in note.fr for note in scores.notes)


def test_breakdown_and_explanation_add_up_to_the_score() -> None:
    people = [
        application(f"A{i}", choices=f"{BESANCON}|{PONTARLIER}" if i % 2 else BESANCON, local_job=i % 3 == 0,
                    priority_codes="a" if i % 4 == 0 else None, refusals=i % 3)
        for i in range(9)
    ]  # fmt: skip
    for homes in ([dwelling()], [dwelling(), dwelling("L2", commune=PONTARLIER)]):
        scores, facts = scored(people, homes)
        table = scores.breakdown()
        hundredths = (table["points"] * 100).round().astype("int64")
        sums = hundredths.groupby([table["application_id"], table["epci"]]).sum().to_dict()
        for epci, standing in scores.standing.items():
            for a in standing.app.tolist():
                name, code = str(facts.applications.ids[a]), facts.epcis[epci]
                score = of(scores, facts, name, code)
                assert sums.get((name, code), 0) == score
                raw = int(standing.raw[standing.app == a][0])
                assert sum(points for _, _, points in scores.criteria(a, epci)) == raw
        only = scores.breakdown(np.array([0], np.int32))
        assert set(only["application_id"]) == {"A0"}


def test_two_epci_give_percentiles_inside_each() -> None:
    people = [
        application("A1", local_job=True),
        application("A2"),
        application("A3", choices=f"{PONTARLIER}|{BESANCON}"),
        application("A4", choices=PONTARLIER, local_job=True),
        application("A5", choices=BESANCON, dalo_perimeter=PONTARLIER),
    ]
    scores, facts = scored(people, [dwelling(), dwelling("L2", commune=PONTARLIER)])
    assert scores.basis == "percentile"
    assert [of(scores, facts, a) for a in ("A1", "A2", "A3", "A4", "A5")] == [8333, 3333, 3333, 0, 0]
    assert [of(scores, facts, a, GRAND_PONTARLIER) for a in ("A3", "A4", "A5")] == [3333, 8333, 3333]
    assert scores.criteria(0, facts.epcis.index(GRAND_BESANCON))
    assert scores.criteria(3, facts.epcis.index(GRAND_BESANCON)) == (), "no dwelling asked for there"
    assert any("centile" in note.fr for note in scores.notes)


def test_a_given_score_wins_and_the_grid_fills_the_gaps() -> None:
    scores, facts = scored(
        [application("A1", score=12.345), application("A2"), application("A3", score=-3.0)], [dwelling()]
    )
    assert scores.basis == "given"
    assert [of(scores, facts, a) for a in ("A1", "A2", "A3")] == [1235, 600, -300]
    assert any(note.fr.startswith("1 demande sans") for note in scores.notes)
    assert scores.breakdown()["criterion"].tolist() == [scoring.GIVEN, "anciennete.mois", scoring.GIVEN]


def test_given_scores_of_several_epci_are_percentiles_inside_each() -> None:
    """In Besançon 12.35, 6 (from the grid) and −3 are ranked together; in Pontarlier 12.35 is alone with 90."""
    both = f"{BESANCON}|{PONTARLIER}"
    people = [
        application("A1", choices=both, score=12.345),
        application("A2"),
        application("A3", score=-3.0),
        application("A4", choices=PONTARLIER, score=90.0),
    ]
    homes = [dwelling(), dwelling("L2", commune=PONTARLIER)]
    scores, facts = scored(people, homes)
    assert scores.basis == "percentile"
    assert [of(scores, facts, a) for a in ("A1", "A2", "A3", "A4")] == [8333, 5000, 1667, 0]
    assert [of(scores, facts, a, GRAND_PONTARLIER) for a in ("A1", "A4")] == [2500, 7500]
    assert any("centile" in note.fr for note in scores.notes)
    table = scores.breakdown()
    here = table[(table["application_id"] == "A1") & (table["epci"] == GRAND_BESANCON)]
    assert list(zip(here["criterion"], here["points"], strict=True)) == [
        (scoring.GIVEN, 12.35), ("conversion_en_percentile", 70.98),
    ]  # fmt: skip


def test_a_household_without_score_is_an_error_where_others_have_one_and_no_grid_exists() -> None:
    people = [
        application("A0", score=7.0),
        application("A1"),
        application("A2", status="struck_off"),
        application("A3", choices=PONTARLIER),
    ]
    law = replace(rules(), grids=())
    case = make_case([dwelling()], people)
    facts = eligibility.encode(case, law)
    with pytest.raises(InputProblems) as problems:
        scoring.score(case, facts, law)
    assert [(f.code, f.value, f.row) for f in problems.value.findings] == [("SCORE_MISSING", "A1", 3)]
    scores, facts = scored([people[0], application("A1", score=3.0), people[2]], law=law)
    assert scores.basis == "given" and [of(scores, facts, f"A{i}") for i in range(3)] == [700, 300, 0]
    lines = [{"application_id": "A1", "epci": GRAND_BESANCON, "grid": "GBM", "score": 4}]
    case = make_case([dwelling()], [application("A1"), application("A2")], scores=lines)
    found = scoring.check_case(case, eligibility.encode(case, law), law)
    assert [f.value for f in found] == ["A2"], "absent from the table of scores, and no grid to score it"


def test_scores_table_of_one_grid_is_used_as_it_is() -> None:
    lines = [
        {"application_id": "A1", "epci": GRAND_BESANCON, "grid": "GBM", "score": 31.5},
        {"application_id": "A2", "epci": GRAND_BESANCON, "grid": "GBM", "score": 12},
        {"application_id": "A2", "epci": GRAND_PONTARLIER, "grid": "GBM", "score": 99},
    ]
    scores, facts = scored([application("A1"), application("A2")], scores=lines)
    assert scores.basis == "given"
    assert [of(scores, facts, a) for a in ("A1", "A2")] == [3150, 1200]


def test_a_household_absent_from_the_table_of_scores_is_scored_from_the_grid() -> None:
    grid = rules().grids[0].id
    lines = [{"application_id": "A1", "epci": GRAND_BESANCON, "grid": grid, "score": 31.5}]
    scores, facts = scored([application("A1"), application("A2", local_job=True)], scores=lines)
    assert scores.basis == "given", "written and computed points of one grid in one EPCI"
    assert [of(scores, facts, a) for a in ("A1", "A2")] == [3150, 1600]
    lines[0]["grid"] = "GBM"
    scores, facts = scored([application("A1"), application("A2", local_job=True)], scores=lines)
    assert scores.basis == "percentile", "points of two grids do not add up"
    assert [of(scores, facts, a) for a in ("A1", "A2")] == [5000, 5000]


def test_two_grids_of_one_epci_give_percentiles_even_where_a_few_scores_are_written() -> None:
    law = rules("franche-comte")
    homes = [dwelling(commune="90010", landlord="OPH90")]
    people = [
        application("A1", choices="90010"),
        application("A2", choices="90010", current_landlord="OPH90"),
        application("A3", choices="90010", score=45.0),
        application("A4", choices="90010", local_job=True),
        application("A5", choices="90010", current_landlord="OPH90", score=-2.0),
    ]
    case = make_case(homes, people, territory="franche-comte")
    facts = eligibility.encode(case, law)
    scores = scoring.score(case, facts, law)
    assert scores.basis == "percentile" and scores.span == 10_000
    # first-time grid: 6, 45 (written), 16; mutation grid: A2 above −2 (written)
    assert [of(scores, facts, f"A{i}", "200069052") for i in (1, 3, 4)] == [1667, 8333, 5000]
    assert [of(scores, facts, f"A{i}", "200069052") for i in (2, 5)] == [7500, 2500]
    every = [{**p, "score": float(i)} for i, p in enumerate(people)]
    case = make_case(homes, every, territory="franche-comte")
    facts = eligibility.encode(case, law)
    assert scoring.score(case, facts, law).basis == "percentile", "written by two grids as well"


def grid_of(*rubrics: Rubric) -> Grid:
    day = date(2026, 1, 1)
    return Grid("essai", "Essai", True, "assumed", "essai", day, day, (), rubrics)


def test_the_span_of_a_grid_is_its_maxima_less_its_minima() -> None:
    flag = FlagCriterion("f", "f", (), 500)
    malus = FlagCriterion("m", "m", (), -300)
    months = MonthsCriterion("a", "a", (), "first_registered_on", 100, 6, None)
    capped = replace(months, cap_c=4_000)
    codes = CodesCriterion("c", "c", (), "priority_codes", ("a", "b", "c"), (), 5_000, 1_000, 6_500)
    brackets = BracketsCriterion("b", "b", (), "persons", "above", (1, 2), (200, 100))
    count = CountCriterion("n", "n", (), "refusals", -250, 3)
    by_code = CodeCriterion("d", "d", (), "dossier", (("complete", 700), ("to_verify", -50)))

    def sums(cap: int | None, *criteria: Criterion) -> Rubric:
        return Rubric("r", "r", "sum", cap, criteria)

    assert span(grid_of(sums(None, flag, malus)), 10) == 500 + 300
    assert span(grid_of(sums(None, months)), 10) == 100 * (120 - 6), "ten years of an accrual without cap"
    assert span(grid_of(sums(3_000, months)), 10) == 3_000, "the cap of the rubric"
    assert span(grid_of(sums(None, capped, count)), 10) == 4_000 + 750
    assert span(grid_of(sums(None, codes)), 10) == 6_500
    assert span(grid_of(Rubric("r", "r", "best", None, (flag, brackets, malus))), 10) == 500, (
        "the best of three"
    )
    assert span(grid_of(Rubric("r", "r", "best", None, (malus,))), 10) == 300
    assert span(grid_of(sums(None, by_code), sums(None, brackets)), 10) == 750 + 200


def test_the_span_of_scores_follows_what_the_case_writes() -> None:
    grid = span(rules().grids[0], rules().integer("national.burden.accrual_years"))
    computed, _ = scored([application("A1"), application("A2")])
    assert computed.span == grid
    written, _ = scored([application("A1", score=12.5), application("A2", score=31.0)])
    assert written.span == 3_100, "every score is written: the highest of them"
    mixed, _ = scored([application("A1", score=12.5), application("A2")])
    assert mixed.span == grid, "the larger of the grid's span and of the highest written score"
    assert any("1 demande sans cotation saisie" in note.fr for note in mixed.notes)
    mixed, _ = scored([application("A1", score=grid / 100 + 50), application("A2")])
    assert mixed.span == grid + 5_000
    table = [
        {"application_id": name, "epci": GRAND_BESANCON, "grid": rules().grids[0].id, "score": score}
        for name, score in (("A1", 12.5), ("A2", 31.0))
    ]
    listed, _ = scored([application("A1"), application("A2")], scores=table)
    assert listed.span == 3_100, "the highest of the table"
    both, _ = scored([application("A1"), application("A2", score=20.0)], scores=table)
    assert both.span == 2_000, "a line of the table that the application's own score replaces is nobody's"
    two, _ = scored([application("A1")], [dwelling(), dwelling("L2", commune=PONTARLIER)])
    assert two.span == 10_000, "percentiles"


def test_a_grid_wider_than_a_price_that_should_dominate_is_told() -> None:
    law = rules()
    scores, _ = scored([application("A1", score=950.0), application("A2")])
    found = scoring.price_warnings(scores, law)
    assert [(f.severity, f.params["rules"]) for f in found] == [("warning", "priority_publics")]
    narrow, _ = scored([application("A1")])
    assert scoring.price_warnings(narrow, law) == ()


def test_scores_table_of_two_grids_gives_percentiles_by_grid() -> None:
    lines = [
        {"application_id": name, "epci": GRAND_BESANCON, "grid": grid, "score": score}
        for name, grid, score in (("A1", "externe", 10), ("A2", "externe", 20), ("A3", "mutation", 500))
    ]
    scores, facts = scored([application(f"A{i}") for i in (1, 2, 3)], scores=lines)
    assert scores.basis == "percentile"
    assert [of(scores, facts, a) for a in ("A1", "A2", "A3")] == [2500, 7500, 5000]


def test_mutation_grid_is_for_sitting_tenants_and_brings_percentiles() -> None:
    law = rules("franche-comte")
    homes = [dwelling(commune="90010", landlord="OPH90")]
    people = [
        application("A1", choices="90010"),
        application("A2", choices="90010", current_landlord="OPH90"),
        application("A3", choices="90010", local_job=True),
    ]
    case = make_case(homes, people, territory="franche-comte")
    facts = eligibility.encode(case, law)
    scores = scoring.score(case, facts, law)
    assert scores.basis == "percentile" and len(scores.grids) == 2
    assert [of(scores, facts, a, "200069052") for a in ("A1", "A2", "A3")] == [2500, 5000, 7500]
    without = make_case(homes, [people[0], people[2]], territory="franche-comte")
    facts = eligibility.encode(without, law)
    assert scoring.score(without, facts, law).basis == "grid", "no sitting tenant: one grid in play"


def test_without_grid_the_percentile_of_seniority_is_said() -> None:
    law = replace(rules(), grids=())
    scores, facts = scored(
        [application("A1", first_registered_on="2020-01-01"), application("A2"), application("A3")], law=law
    )
    assert scores.basis == "seniority"
    assert [of(scores, facts, a) for a in ("A1", "A2", "A3")] == [8333, 3333, 3333]
    assert any("ancienneté" in note.fr for note in scores.notes)
    assert set(scores.breakdown()["criterion"]) == {scoring.SENIORITY}


def test_a_cell_a_declared_criterion_cannot_read_is_an_input_problem() -> None:
    people = [
        application("A1", separation="peut-être", hebergement="château"),
        application("A2", separation="oui"),
    ]
    case = make_case([dwelling()], people)
    facts = eligibility.encode(case, rules())
    with pytest.raises(InputProblems) as problems:
        scoring.score(case, facts, rules())
    assert sorted((f.row, f.column) for f in problems.value.findings) == [
        (2, "hebergement"),
        (2, "separation"),
    ]
    assert scoring.check_case(case, facts, rules()) == problems.value.findings


def test_empty_cases_have_scores() -> None:
    for homes, people in (([], []), ([dwelling()], []), ([], [application()])):
        case = make_case(homes, people)
        facts = eligibility.encode(case, rules())
        scores = scoring.score(case, facts, rules())
        assert len(scores.points(np.arange(len(people), dtype=np.int32), 0)) == len(people)
        assert list(scores.breakdown().columns) == ["application_id", "epci", "grid", "criterion", "points"]


def test_a_table_of_scores_where_nobody_wishes_the_epci_is_no_crash() -> None:
    lines = [{"application_id": "A1", "epci": GRAND_BESANCON, "grid": "GBM", "score": 31.5}]
    scores, facts = scored([application("A1", choices=PONTARLIER)], scores=lines)
    assert of(scores, facts, "A1") == 0 and len(scores.breakdown()) == 0


def test_a_score_of_the_application_stays_on_the_scale_of_its_line_in_the_table() -> None:
    lines = [
        {"application_id": name, "epci": GRAND_BESANCON, "grid": "GBM", "score": score}
        for name, score in (("A1", 10), ("A2", 20))
    ]
    scores, facts = scored(
        [application("A1", score=30.0), application("A2"), application("A3", score=1.0)], scores=lines
    )
    assert scores.basis == "percentile"
    assert [of(scores, facts, a) for a in ("A1", "A2", "A3")] == [7500, 2500, 5000], (
        "A3 is on the territory's grid"
    )


def test_the_first_and_the_last_epci_of_the_country_rank_who_chose_them() -> None:
    law = rules("france")
    table = law.all_communes
    places = table["epci"].where(table["epci"] != "", table.index.to_series())  # four islands have none
    codes = sorted(set(places))
    first, last = (str(places.index[places == code][0]) for code in (codes[0], codes[-1]))
    people = [
        application("A1", choices=f"{first}|{last}", first_registered_on="2020-01-06"),
        application("A2", choices=f"{first}|{last}", first_registered_on="2026-01-05"),
    ]
    homes = [dwelling("L1", commune=first), dwelling("L2", commune=last)]
    scores, facts = scored(people, homes, law=law, territory="france")
    for epci in (codes[0], codes[-1]):
        assert of(scores, facts, "A1", epci) > of(scores, facts, "A2", epci) > 0
