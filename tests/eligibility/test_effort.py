"""Effort rate, what it weighs and what it flags: simulated, estimated, before allowance, unknown; no pair is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from optimizer import eligibility as el
from optimizer import policy
from tests.eligibility.small import BESANCON, application, dwelling, make_case, rules

SPAN = 10_000
ONE = np.zeros(1, np.int32)


def deliberated(landlord: str = "OPH25", threshold: float = 0.3) -> policy.RuleSet:
    """The shipped rules, with a threshold that the landlord has deliberated."""
    own = {
        "effort_threshold": threshold, "effort_deliberation": "conseil d'administration, 2026-12",
        "effort_deliberated_on": date(2026, 3, 12),
    }  # fmt: skip
    return replace(rules(), settings_by_landlord={**rules().settings_by_landlord, landlord: own})


def encoded(home: dict[str, Any], person: dict[str, Any], law: policy.RuleSet, **tables: Any) -> el.Facts:
    case = make_case([dwelling(**home)], [application(**person)], **tables)
    return el.encode(case, law).with_span(SPAN)


def told(**more: Any) -> list[dict[str, Any]]:
    return [{"dwelling_id": "L1", "application_id": "A1", **more}]


def look(facts: el.Facts, law: policy.RuleSet | None = None) -> tuple[int, str, int, set[str]]:
    """Rate in ten-thousandths, where it comes from, burden in hundredths, flags of the pair."""
    law = law or rules()
    found = el.effort(facts, law, 0, ONE)
    flags = int(el.pair_flags(facts, 0, ONE)[0])
    names = {name for i, name in enumerate(el.FLAGS) if flags >> i & 1}
    names &= {"EFFORT_HIGH", "ALLOWANCE_ESTIMATED", "ALLOWANCE_MISSING"}
    burden = int(el.burden(facts, 0, ONE)[0])
    return int(found.rate[0]), el.EFFORT_STATUS[found.status[0]], burden, names


def test_a_simulated_rate_wins_over_every_computation() -> None:
    home = {"rent_eur": 500.0, "charges_eur": 50.0}
    facts = encoded(home, {}, rules(), simulations=told(effort=0.415, allowance_eur=400.0))
    assert look(facts) == (4150, "simulated", 2500, {"EFFORT_HIGH"}), "half of 100 points × 0.085 / 0.17"


def test_a_rate_of_exactly_the_flagged_one_is_not_above_it() -> None:
    """A commission that reads « au-dessus de 33 % » beside 33,00 % refuses a household for nothing."""
    home = {"rent_eur": 500.0, "charges_eur": 50.0}
    for rate, flags in ((0.33, set()), (0.3301, {"EFFORT_HIGH"})):
        assert look(encoded(home, {}, rules(), simulations=told(effort=rate)))[3] == flags


def test_a_simulated_allowance_and_rent_reduction_are_taken_off() -> None:
    home = {"rent_eur": 500.0, "charges_eur": 50.0}
    facts = encoded(home, {}, rules(), simulations=told(allowance_eur=100.0, rls_eur=30.0))
    assert look(facts) == (2800, "simulated", 0, set()), "(500 + 50 − 30 − 100) / 1500"
    found = el.effort(facts, rules(), 0, ONE)
    assert found.allowance.tolist() == [10_000]
    assert found.residual.tolist() == [(150_000 - 42_000) * 100 // (30 * 200)]


def test_an_allowance_nobody_simulated_is_estimated_and_said_so() -> None:
    home = {"rent_eur": 400.0, "charges_eur": 50.0}
    person = {"persons": 1, "monthly_income_eur": 1000.0}
    # allowance 135.50 euros, counted by hand beside the tables
    assert look(encoded(home, person, rules())) == (3145, "estimated", 0, {"ALLOWANCE_ESTIMATED"})


def test_where_it_cannot_be_estimated_the_rate_is_before_allowance_and_weighs_nothing() -> None:
    home = {"rent_eur": 900.0}
    assert look(encoded(home, {}, rules())) == (6000, "before_allowance", 0, {"ALLOWANCE_MISSING"})
    known = {"persons": 3, "adults": 1}
    # two dependants: 463.37 + 89.09 − 46.96 − 2.685 % × (16 200 − 9 148) − 5 = 311.15, so 588.85 of 1 500 remain
    assert look(encoded(home, known, rules()))[:3] == (3926, "estimated", 1840)


def test_the_allowance_of_the_present_dwelling_is_never_used_for_another() -> None:
    home, person = {"rent_eur": 600.0}, {"persons": 1, "housing_allowance_eur": 250.0}
    without = {"persons": 1}
    assert look(encoded(home, person, rules())) == look(encoded(home, without, rules()))


@pytest.mark.parametrize(
    ("home", "person"),
    [
        ({"rent_eur": None, "charges_eur": 900.0}, {}),
        ({"rent_eur": 2000.0}, {"monthly_income_eur": None}),
    ],
)
def test_an_unknown_rent_or_income_leaves_the_rate_unknown(
    home: dict[str, Any], person: dict[str, Any]
) -> None:
    facts = encoded(home, {"persons": 1, **person}, rules())
    assert look(facts) == (-1, "unknown", 0, set())
    assert el.effort(facts, rules(), 0, ONE).residual.tolist() == [-1]


def test_no_income_at_all_weighs_nothing_and_leaves_what_is_missing() -> None:
    facts = encoded({"rent_eur": 400.0}, {"persons": 1, "monthly_income_eur": 0.0}, rules())
    assert look(facts) == (-1, "estimated", 0, {"ALLOWANCE_ESTIMATED"})
    # 293.68 + 61.29 − 40.01 − 5 = 309.96 of allowance: 90.04 to find every month
    assert el.effort(facts, rules(), 0, ONE).residual.tolist() == [-9_004 * 100 // (30 * 100)]
    told_rate = encoded(
        {"rent_eur": 400.0}, {"persons": 1, "monthly_income_eur": 0.0}, rules(), simulations=told(effort=0.9)
    )
    assert look(told_rate)[:3] == (9000, "simulated", 0)


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(0.33, 0), (0.3301, 3), (0.4, 2059), (0.4999, 4997), (0.5, 5000), (1.2, 5000)],
)
def test_the_burden_grows_from_the_threshold_to_half_of_the_span(rate: float, expected: int) -> None:
    facts = encoded({"rent_eur": 500.0}, {}, rules(), simulations=told(effort=rate))
    assert look(facts)[2] == expected, "half-up of 5000 × (rate − 0.33) / 0.17"


def test_a_burden_that_falls_on_half_a_hundredth_is_rounded_up() -> None:
    facts = encoded({"rent_eur": 500.0}, {}, rules(), simulations=told(effort=0.6))
    assert el.burden(facts.with_span(31_307), 0, ONE).tolist() == [15_654], "15 653.5"
    assert el.burden(facts.with_span(10**12), 0, ONE).tolist() == [5 * 10**11], "beyond 64 bits on the way"
    with pytest.raises(ValueError, match="score the case first"):
        el.burden(replace(facts, span=-1), 0, ONE)


def test_a_landlord_that_has_deliberated_its_threshold_weighs_the_whole_span() -> None:
    law = deliberated(threshold=0.3)
    facts = encoded({"rent_eur": 500.0}, {}, law, simulations=told(effort=0.385))
    assert look(facts, law) == (3850, "simulated", 5000, {"EFFORT_HIGH"}), "10 000 × 0.085 / 0.17"
    other = deliberated("ESH25", 0.3)
    facts = encoded({"rent_eur": 500.0}, {}, other, simulations=told(effort=0.385))
    assert look(facts, other)[2] == 1618, "only that landlord's dwellings"


@pytest.mark.parametrize("person", [{"priority_codes": "dalo"}, {"prefet_designated": True}])
def test_a_dalo_or_designated_household_bears_no_burden(person: dict[str, Any]) -> None:
    facts = encoded({"rent_eur": 500.0}, person, rules(), simulations=told(effort=0.6))
    assert look(facts) == (6000, "simulated", 0, {"EFFORT_HIGH"})


def test_no_effort_rate_refuses_a_household() -> None:
    law = deliberated(threshold=0.01)
    facts = encoded({"rent_eur": 5000.0}, {"persons": 3, "adults": 1}, law)
    assert el.pair_code(facts, 0, ONE).tolist() == [0]
    assert "EFFORT" not in el.CODES


def test_an_allowance_above_the_rent_is_told_and_the_rate_is_zero() -> None:
    lines = [*told(allowance_eur=600.0), {"dwelling_id": "L9", "application_id": "A1", "rls_eur": 10.0},
             {"dwelling_id": "L1", "application_id": "A9"}]  # fmt: skip
    case = make_case([dwelling(rent_eur=400.0, charges_eur=50.0)], [application()], simulations=lines)
    found = el.check_case(case, rules())
    assert [(f.code, f.severity, f.row) for f in found] == [
        ("ELIG_SIMULATION_EMPTY", "warning", 4), ("ELIG_ALLOWANCE_ABOVE_RENT", "warning", 2),
    ]  # fmt: skip
    facts = el.encode(case, rules()).with_span(SPAN)
    assert look(facts)[:3] == (0, "simulated", 0)


@pytest.mark.parametrize("column", ["allowance_eur", "rls_eur", "effort"])
def test_a_simulation_that_finds_nothing_to_pay_says_something(column: str) -> None:
    case = make_case([dwelling()], [application()], simulations=told(**{column: 0.0}))
    assert [f.code for f in el.check_case(case, rules())] == []


def test_in_a_large_case_like_dwellings_read_their_mean_rent_and_stay_alike() -> None:
    law = rules().with_changes({"national.burden.like_dwellings_above": 3})
    homes = [
        dwelling("L1", rent_eur=400.0, charges_eur=50.0),
        dwelling("L2", rent_eur=401.01, charges_eur=None),
        dwelling("L3", rent_eur=None),
        dwelling("L4", rent_eur=900.0, rooms=4),
    ]
    people = [application(persons=3, adults=1)]
    facts = el.encode(make_case(homes, people), law)
    assert facts.dwellings.counted_rent_cents.tolist() == [40_100, 40_100, 40_100, 90_000], "400.505, half-up"
    assert facts.dwellings.counted_charges_cents.tolist() == [5_000, 5_000, 5_000, -1]
    assert len(set(el.menus(facts, law).menu_of_dwelling[:3].tolist())) == 1
    few = el.encode(make_case(homes[:3], people), law)
    assert few.dwellings.counted_rent_cents.tolist() == [40_000, 40_101, -1]
    assert len(set(el.menus(few, law).menu_of_dwelling.tolist())) == 3


def test_a_dwelling_with_simulations_is_alike_to_no_other() -> None:
    homes = [dwelling(f"L{i}", rent_eur=400.0) for i in (1, 2, 3)]
    case = make_case(homes, [application()], simulations=told(effort=0.4))
    menus = el.menus(el.encode(case, rules()), rules()).menu_of_dwelling
    assert menus[0] != menus[1] == menus[2]


def test_a_zone_follows_the_commune_of_the_dwelling() -> None:
    person = {"persons": 1, "choices": f"{BESANCON}|25462", "monthly_income_eur": 800.0}
    near = look(encoded({"rent_eur": 400.0}, person, rules()))
    far = look(encoded({"rent_eur": 400.0, "commune": "25462"}, person, rules()))
    assert near[0] < far[0], "the rent ceiling is lower in zone 3"
