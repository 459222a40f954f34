"""Indicators of three dwellings, two households and five leases, each counted on paper from the tables below and `models/`.

1 July 2026. L1 goes to A1 on the landlord's own account (A2 stands behind), nobody asks for L2, L3 is promised to Action
Logement, which has 20 days to name somebody.
"""

from __future__ import annotations

import pandas as pd
import pytest

from optimizer.scenario.indicators import indicators
from tests.contract.writing import run

AGREEMENTS = """
    landlord departement year area  account share tolerance management_mode proposal_deadline_days
    BAIL     25          2026 25056 ALS     0.2   0.02      direct          20
"""
DWELLINGS = """
    id landlord commune qpv rooms financing rent_eur charges_eur surface_m2 reserved_to assiette_exclusion
    L1 BAIL     25056   0   2     PLUS      250      60          .          .           .
    L2 BAIL     25388   0   2     PLUS      .        .           50         .           .
    L3 BAIL     25056   0   2     PLUS      .        20          .          ALS         stock
"""
APPLICATIONS = """
    id first_registered_on persons adults children_under_14 choices status score monthly_income_eur income_status acceptance
    A1 2026-01-01          2       1      1                 25056   active 90    900                verified      0.5
    A2 2026-02-01          2       1      1                 25056   active 80    4000               verified      0.25
"""
LEASES = """
    dwelling_id landlord commune qpv account  signed_on  q1      priority_codes priority_status in_flux
    B1          BAIL     25056   0   ALS      2026-02-01 yes     .              .               1
    B2          BAIL     25056   0   ALS      2026-02-02 no      c              verified        1
    B3          BAIL     25056   0   BAILLEUR 2026-02-03 unknown .              .               1
    B4          BAIL     25056   1   BAILLEUR 2026-02-04 no      c              declared        1
    B5          BAIL     25056   1   BAILLEUR 2026-02-05 yes     DALO           labelled        1
"""
ALS, REST = "account=ALS", "account=BAILLEUR"
EPCI = "epci=242500361;qpv=no"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("main") / "cas"
    result = run(
        folder, conventions=AGREEMENTS, dwellings=DWELLINGS, applications=APPLICATIONS, leases=LEASES
    )
    return indicators(result)


def figure(table: pd.DataFrame, name: str, scope: str = "") -> float:
    """The only figure of that name whose scope holds ``scope``."""
    found = table[(table["indicator"] == name) & table["scope"].str.contains(scope, regex=False)]
    assert len(found) == 1, (name, found["scope"].tolist())
    return float(found["value"].iloc[0])


def test_days_and_cost_of_vacancy(table: pd.DataFrame):
    """30 days to let; 20 for each round refused; 90 where nobody is left (``models/national/vacancy.yaml``).

    L1, its own rent and charges (310 € a month): 30 + ½ × 20 + ½ × ¾ × 20 + ⅜ × 90 = 81,25 days.
    L2, nobody: 90 days at 50 m² × 6,15 + 40 = 347,50 €. L3, the réservataire's 20 days then 30: 50 days at 65 m² × 6,15 + its own
    charges of 20 € = 419,75 €.
    """
    assert figure(table, "vacancy_days") == pytest.approx(81.25 + 90 + 50)
    cost = 81.25 / 30 * 310 + 90 / 30 * 347.5 + 50 / 30 * 419.75
    assert figure(table, "vacancy_cost") == pytest.approx(cost, abs=0.005)


def test_lists_by_what_they_lack(table: pd.DataFrame):
    """One list of two names for three wanted, one dwelling that waits, one without anybody: two below the size."""
    names = ("listed", "awaiting", "no_candidate", "short", "below_size")
    assert [figure(table, f"dwellings_{name}") for name in names] == [1, 1, 1, 1, 2]


def test_shares_of_the_flux(table: pd.DataFrame):
    """Flux of Besançon: five leases and L1 (L3 is stock, L2 is not let). Action Logement 2 for 0,2 × 6 = 1,2, within 0,02 × 6 + ½;
    the landlord 3 + 1 for 6 − 1,2 = 4,8, within ½."""
    assert (figure(table, "flux_gap", ALS), figure(table, "flux_gap", REST)) == pytest.approx((0.8, -0.8))
    assert (figure(table, "flux_band", ALS), figure(table, "flux_band", REST)) == pytest.approx((0.62, 0.5))
    assert (figure(table, "flux_above"), figure(table, "flux_below")) == (1, 1)
    assert (figure(table, "account_planned", ALS), figure(table, "account_planned", REST)) == (0.2, 0.8)
    assert (figure(table, "account_flux", ALS), figure(table, "account_flux", REST)) == (0, 1)
    assert (figure(table, "account_dwellings", ALS), figure(table, "account_dwellings", REST)) == (1, 1)


def test_rates_with_the_leases_of_before(table: pd.DataFrame):
    """Outside QPV B1 and A1 of B1, B2, B3, L1 (a seat counts in no rule on households); inside, B4 of B4, B5; priority publics:
    B2 of two leases of Action Logement, B5 of the landlord's three and L1."""
    rates = {
        "rule=flux;": 2 / 6, "rule=lec_q1_outside_qpv": 2 / 4, "rule=lec_q234_inside_qpv": 1 / 2, f"rule=priority_publics;landlord=BAIL;departement=25;{ALS}": 1 / 2,
        f"rule=priority_publics;landlord=BAIL;departement=25;{REST}": 1 / 4,
    }  # fmt: skip
    for scope, rate in rates.items():
        assert figure(table, "rule_rate", scope) == pytest.approx(rate, abs=5e-5), scope
    assert (figure(table, "lec_outside_qpv"), figure(table, "lec_inside_qpv")) == (0.5, 0.5)


def test_who_is_housed(table: pd.DataFrame):
    """A1 alone: first quartile, the higher of two scores where dwellings lie in two EPCI (percentile 75), 181 days, in no public."""
    assert figure(table, "mean_score") == 75
    assert figure(table, "mean_months") == round(181 / (365.25 / 12), 9)
    assert [figure(table, name, EPCI) for name in ("q1_share", "q234_share", "q_unknown_share")] == [1, 0, 0]
    assert figure(table, "q1_outside_qpv") == 1
    assert (figure(table, "mutation_share"), figure(table, "dalo_proposed")) == (0, 0)
    assert figure(table, "account_priority", REST) == 0
    assert figure(table, "public_first", "autres demandeurs") == 1
