"""A lived year of two weeks, two dwellings and two households, one of whom refuses everything: each figure counted on paper."""

from __future__ import annotations

import pytest

from optimizer import importers
from optimizer.runs import Options
from optimizer.scenario import weekly
from tests.contract.writing import write

AGREEMENTS = """
    landlord departement year account share tolerance management_mode
    BAIL     25          2026 ALS     0.2   0.02      delegated
"""
DWELLINGS = """
    id landlord commune qpv rooms financing rent_eur charges_eur available_on
    L1 BAIL     25056   0   2     PLUS      250      60          2026-01-05
    L2 BAIL     25056   1   2     PLUS      400      50          2026-05-05
"""
APPLICATIONS = """
    id first_registered_on persons adults children_under_14 choices status score monthly_income_eur income_status acceptance rooms_wanted
    A1 2026-01-01          2       1      1                 25056   active 90    900                verified      0          2
    A2 2026-02-01          2       1      1                 25056   active 80    900                verified      1          2
"""


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], float]:
    """Indicator and scope -> value of the only replication."""
    case = write(
        tmp_path_factory.mktemp("main") / "cas",
        conventions=AGREEMENTS,
        dwellings=DWELLINGS,
        applications=APPLICATIONS,
    )
    options = Options(accept_assumed=True, pdf=False)
    table = weekly(importers.read(case), weeks=2, replications=1, options=options)
    return {(r["indicator"], r["scope"]): float(r["value"]) for r in table.to_dict("records")}


def test_what_is_let_and_what_waits(year: dict[tuple[str, str], float]):
    """Week 1: A1 refuses L1, A2 behind takes it, 30 days to let. Week 2: A1, alone left, refuses L2, which waits 7 days to the end."""
    assert (year["weekly_refused_offers", ""], year["weekly_unlet", ""]) == (2, 1)
    assert year["weekly_letting_days", ""] == 30 + 7
    assert year["weekly_letting_cost", ""] == pytest.approx(30 / 30 * 310 + 7 / 30 * 450, abs=0.005)


def test_figures_are_those_of_the_lease(year: dict[tuple[str, str], float]):
    """One lease on the landlord's own account, of A2, first quartile, outside QPV; 80 points, 150 days of waiting on 1 July."""
    assert (
        year["weekly_account_dwellings", "account=BAILLEUR"]
        + year.get(("weekly_account_dwellings", "account=ALS"), 0)
        == 1
    )
    assert (year["weekly_mean_score", ""], year["weekly_mean_months", ""]) == (
        80,
        round(150 / (365.25 / 12), 9),
    )
    assert year["weekly_q1_outside_qpv", ""] == 1 and ("weekly_q1_inside_qpv", "") not in year
    assert year["weekly_lec_outside_qpv", ""] == 1
    due = year["weekly_account_planned", "account=ALS"], year["weekly_account_planned", "account=BAILLEUR"]
    assert due == pytest.approx((0.2, 0.8))
