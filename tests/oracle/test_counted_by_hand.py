"""The oracle against numbers counted by hand, and its integer programs against every proposal tried."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import pytest

from tests.oracle.cases import write_case
from tests.oracle.contract import Answer, answer
from tests.oracle.contract.optimum import by_enumeration
from tests.oracle.small import dwelling, household, lease, line, write


def row(found: Answer, rule: str, scope: str):
    return next(r for r in found.rules.rows if (r.rule, r.scope) == (rule, scope))


def firsts(found: Answer) -> dict[str, tuple[str, str | None]]:
    return {o.dwelling: (o.account, o.application) for o in found.chosen}


def test_first_quartile_over_all_the_landlords_dwellings_when_mutations_are_set_apart(tmp_path: Path) -> None:
    # 120 vacated, 60 leases (20 of them mutations, 12 of the first quartile): 60 to come, 18 of them wanted
    leases = [
        lease(n, "MUTATION" if n <= 20 else "BAILLEUR", q1="yes" if n > 48 else "no") for n in range(1, 61)
    ]
    assiette = [
        {
            "landlord": "OPHA",
            "departement": "25",
            "year": 2026,
            "basis": "forecast",
            "vacated": 120,
            "mutation": 40,
        }
    ]
    case = write(
        tmp_path / "case", dwellings=[dwelling("L1")], applications=[household("N1")], leases=leases,
        assiette=assiette, conventions=[line("ALS", "0.2")],
    )  # fmt: skip
    found = answer(case)
    lec = row(found, "lec_q1_outside_qpv", "landlord=OPHA;epci=242500361")
    assert (lec.num_before, lec.den_before, lec.expected) == (12, 60, 60)
    assert lec.rate == Fraction(3, 10)
    # flux: 80 to let in the year, 40 let; 0.2 × 80 = 16 for Action Logement, none yet, in 40 to come
    flux = row(found, "flux", "landlord=OPHA;area=25;account=ALS")
    assert (flux.den_before, flux.expected, flux.rate) == (40, 40, Fraction(2, 5))
    most = row(found, "flux_max", "landlord=OPHA;area=25;account=ALS")
    assert most.allowance == Fraction(17, 2)  # 0.2 × 40 + ½
    mutation = row(found, "mutation_max", "landlord=OPHA;departement=25")
    assert (mutation.share, mutation.num_before) == (Fraction(2, 3), 40)


def test_a_nominee_ahead_elsewhere_frees_the_next_one(tmp_path: Path) -> None:
    names = [("L1", "H", 1), ("L1", "K", 2), ("L2", "H", 1), ("L2", "M", 2)]
    case = write(
        tmp_path / "case", dwellings=[dwelling("L1"), dwelling("L2")],
        applications=[household(n, als_employee=True) for n in "HKM"] + [household("Z", score=90)],
        conventions=[line("ALS", "0.9", management_mode="direct")],
        nominations=[
            {"account": "ALS", "application_id": a, "dwelling_id": d, "rank": k} for d, a, k in names
        ],
        decisions=[
            {"dwelling_id": d, "account": "ALS", "decision": "orient", "reason": "commission_decision", "author": "S"}
            for d in ("L1", "L2")
        ],
    )  # fmt: skip
    found = firsts(answer(case))
    assert {account for account, _ in found.values()} == {"ALS"}
    held = {d: a for d, (_, a) in found.items()}
    assert held in ({"L1": "H", "L2": "M"}, {"L1": "K", "L2": "H"})


def test_the_reservataires_order_holds_in_the_reserves(tmp_path: Path) -> None:
    case = write(
        tmp_path / "case", dwellings=[dwelling("L1")],
        applications=[household("H", als_employee=True, score=10), household("K", als_employee=True, score=90)],
        conventions=[line("ALS", "1", management_mode="direct")],
        nominations=[{"account": "ALS", "application_id": a, "rank": k} for a, k in (("H", 1), ("K", 2))],
    )  # fmt: skip
    assert [(o.rank, o.application) for o in answer(case).lines] == [(1, "H"), (2, "K")]


def test_a_household_whose_only_dwelling_is_in_progress(tmp_path: Path) -> None:
    case = write(
        tmp_path / "case", dwellings=[dwelling("L1"), dwelling("L2", commune="25462")],
        applications=[household("N1"), household("N2", choices=["25462"])],
        in_progress=[
            {
                "dwelling_id": "L1", "landlord": "OPHA", "commune": "25056", "account": "BAILLEUR",
                "application_id": "Z", "stage": "commission", "since": "2026-11-20",
            }
        ],
        conventions=[line("ALS", "0.2")],
    )  # fmt: skip
    found = answer(case).applications
    assert (found["N1"].status, found["N1"].reason) == ("not_proposed", "NO_FREE_DWELLING")
    assert found["N2"].status == "proposed"


def test_two_grids_compare_by_percentile(tmp_path: Path) -> None:
    # 4 households wish Besançon, 1 Pontarlier; equal points share their middle rank
    case = write(
        tmp_path / "case", dwellings=[dwelling("L1"), dwelling("L2", commune="25462")],
        applications=[household(f"N{i}", score=s) for i, s in enumerate((10, 20, 20, 80))]
        + [household("P", choices=["25462"], score=3)],
        conventions=[line("ALS", "0.2")],
    )  # fmt: skip
    values = answer(case).values
    assert [values.score("242500361", f"N{i}") for i in range(4)] == [
        Fraction(25, 2),
        50,
        50,
        Fraction(175, 2),
    ]
    assert values.score("242500338", "P") == 50
    assert values.span == 100


def test_burden_lean_and_the_span_of_the_demonstration_grid(tmp_path: Path) -> None:
    # maxima 160 + 48 + 25 + 20 + 10 + 20, minimum -30; half of 313 × (0.415 - 0.33) / 0.17 = 78.25
    households = [household("N1", score=None, monthly_income_eur=1000), household("N2", score=None)]
    case = write(
        tmp_path / "case", dwellings=[dwelling("L1", rent_eur=400, charges_eur=135)], applications=households,
        simulations=[{"dwelling_id": "L1", "application_id": "N1", "allowance_eur": 120}],
        conventions=[line("ALS", "0.2"), line("ETAT_PRIO", "0.2")],
    )  # fmt: skip
    values = answer(case).values
    assert values.span == 313
    assert values.effort("L1", "N1").rate == Fraction(415, 1000)
    assert values.burden("L1", "N1") == Fraction("78.25")
    assert values.effort("L1", "N2").rate is None
    assert values.lean("L1", "N1", "BAILLEUR") == 0  # two households there, and nowhere more


def test_an_allowance_counted_by_hand(tmp_path: Path) -> None:
    # alone in zone 2 at 350 €: L = 293.68, C = 61.29, own share 40.01, TF 0.0283, RL = 1 -> TL = 0.00305,
    # R = 10 800, R0 = 5 235: 354.97 - 40.01 - 0.03135 × 5 565 - 5 = 135.50
    case = write(
        tmp_path / "case", dwellings=[dwelling("L1", rent_eur=350, charges_eur=40)],
        applications=[household("N1", monthly_income_eur=1000)], conventions=[line("ALS", "0.2")],
    )  # fmt: skip
    values = answer(case).values
    assert values.effort("L1", "N1").allowance == "estimated"
    assert values.effort("L1", "N1").rate == (Fraction(390) - Fraction("135.50")) / 1000


@pytest.mark.long
def test_every_proposal_of_tiny_cases_tried(tmp_path: Path) -> None:
    tried = 0
    for seed in range(3_000, 3_020):
        found = answer(write_case(seed, tmp_path / str(seed)))
        options: dict[str, int] = {}
        for o in found.market.options:
            options[o.dwelling] = options.get(o.dwelling, 1) + 1
        if math.prod(options.values()) > 200:
            continue
        tried += 1
        best = by_enumeration(found.market)
        assert found.market.order(best) == found.market.order(found.chosen)
    assert tried >= 1
