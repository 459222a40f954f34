"""Which score a case needs: points, given scores, percentiles, seniority — and what the pages must say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from optimizer import eligibility, scoring
from optimizer.errors import InputProblems
from optimizer.policy import RuleSet
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
    assert any("inventée" in note for note in scores.notes_fr)


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
                told = scores.explain(a, epci)
                assert told is not None and told.score == score
                assert sum(points for _, _, points in told.criteria) == told.raw
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
    told = scores.explain(0, facts.epcis.index(GRAND_BESANCON))
    assert told is not None and (told.population, told.below, told.equal) == (3, 2, 1)
    assert scores.explain(3, facts.epcis.index(GRAND_BESANCON)) is None
    assert any("centile" in note for note in scores.notes_fr)


def test_a_given_score_wins_and_the_grid_fills_the_gaps() -> None:
    scores, facts = scored(
        [application("A1", score=12.345), application("A2"), application("A3", score=-3.0)], [dwelling()]
    )
    assert scores.basis == "given"
    assert [of(scores, facts, a) for a in ("A1", "A2", "A3")] == [1235, 600, -300]
    assert any(note.startswith("1 demande") for note in scores.notes_fr)
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
    assert any("centile" in note for note in scores.notes_fr)
    table = scores.breakdown()
    here = table[(table["application_id"] == "A1") & (table["epci"] == GRAND_BESANCON)]
    assert list(zip(here["criterion"], here["points"], strict=True)) == [
        (scoring.GIVEN, 12.35), ("conversion_en_percentile", 70.98),
    ]  # fmt: skip


def test_given_scores_where_no_grid_exists_are_ranked_together_and_the_empty_ones_last() -> None:
    people = [
        application(f"A{i}", choices=f"{BESANCON}|{PONTARLIER}", score=s)
        for i, s in enumerate((7.0, None, 3.0))
    ]
    homes = [dwelling(), dwelling("L2", commune=PONTARLIER)]
    scores, facts = scored(people, homes, law=replace(rules(), grids=()))
    for epci in (GRAND_BESANCON, GRAND_PONTARLIER):
        assert [of(scores, facts, f"A{i}", epci) for i in range(3)] == [8333, 1667, 5000]


def test_scores_table_of_one_grid_is_used_as_it_is() -> None:
    lines = [
        {"application_id": "A1", "epci": GRAND_BESANCON, "grid": "GBM", "score": 31.5},
        {"application_id": "A2", "epci": GRAND_BESANCON, "grid": "GBM", "score": 12},
        {"application_id": "A2", "epci": GRAND_PONTARLIER, "grid": "GBM", "score": 99},
    ]
    scores, facts = scored([application("A1"), application("A2"), application("A3")], scores=lines)
    assert scores.basis == "given"
    assert [of(scores, facts, a) for a in ("A1", "A2", "A3")] == [3150, 1200, 0]
    assert any("A3" not in note and "absente" in note for note in scores.notes_fr)


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
    assert any("ancienneté" in note for note in scores.notes_fr)
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
