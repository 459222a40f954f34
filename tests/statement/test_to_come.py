"""What a year still expects is one number: the statement, a landlord, its EPCI and the préfet are told the same of the same leases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from optimizer.domain import Case
from optimizer.statement import bilan, dashboard
from tests.statement.year import lease, year_case

BESANCON = "242500361"
VIEWERS = (("landlord", "OPH25"), ("epci", BESANCON), ("prefet", "25"))
ALS = {"landlord": "OPH25", "departement": "25", "year": 2026, "area": "25", "account": "ALS", "share": 0.3}
PLANNED = {"landlord": "OPH25", "departement": "25", "year": 2026, "basis": "forecast", "vacated": 100}


def home(name: str, **more: object) -> dict[str, object]:
    return {"dwelling_id": name, "landlord": "OPH25", "commune": "25056", "qpv": "no", "rooms": 3, "financing": "plus", **more}  # fmt: skip


def year(**tables: list[dict[str, object]]) -> Case:
    """2 July: in Besançon eight leases outside QPV, two of the first quartile, and two inside; four are of Action Logement. Two vacant."""
    leases = [
        lease(f"o{i}", "ALS" if i < 4 else "BAILLEUR", q1="yes" if i < 2 else "no") for i in range(8)
    ] + [lease(f"q{i}", "BAILLEUR", qpv="yes") for i in range(2)]
    given = {
        "leases": leases,
        "dwellings": [home("v1"), home("v2")],
        "conventions": [ALS],
        "assiette": [PLANNED],
    }
    return year_case(**(given | tables))


def gauge(case: Case, viewer: tuple[str, str], rule: str, title: str = ""):
    board = dashboard(case, *viewer)
    (found,) = [g for g in board.gauges if g.id == rule and title in g.title]
    return found


@pytest.mark.parametrize("viewer", VIEWERS)
def test_leases_still_expected_outside_qpv_are_those_of_the_rows(viewer):
    """100 vacated in the year: 100 × (8 + 2) ÷ (10 + 2) − 8 = 75.33; a quarter of 8 + 75 is 21, two are done."""
    found = gauge(year(), viewer, "lec_q1_outside_qpv")
    assert (found.remaining, found.still_needed) == (Fraction(226, 3), 19)


def test_the_statement_expects_the_same_leases_outside_qpv():
    row = bilan(year(), 2026).lec.set_index("epci").loc[BESANCON]
    assert row[["outside_qpv", "good", "expected_remaining", "needed"]].tolist() == [8, 2, 75, 19]


def test_work_in_progress_that_is_counted_already_is_still_to_be_signed():
    """One attributed on an account that counts there: 100 × (9 + 2) ÷ (11 + 2) − 9 = 75.6 to come, and the one followed."""
    work = [{**home("w"), "account": "ALS", "stage": "offered", "since": "2026-06-01"}]
    case = year(conventions=[{**ALS, "count_rule": "attributed"}], in_progress=work)
    row = bilan(case, 2026).lec.set_index("epci").loc[BESANCON]
    assert row[["outside_qpv", "expected_remaining"]].tolist() == [8, 77]


@pytest.mark.long
def test_an_account_is_told_its_share_of_what_the_viewer_sees():
    """Four leases more in Montbéliard: 100 − 14 to come, in Besançon 100 × 12 ÷ 16 − 10; three tenths of both."""
    far = [lease(f"m{i}", "BAILLEUR", commune="25388") for i in range(4)]
    case = year()
    case = replace(case, tables={**case.tables, "leases": year(leases=[*rows(case), *far]).table("leases")})
    found = [gauge(case, viewer, "priority_publics", "Action Logement") for viewer in VIEWERS]
    assert [g.remaining for g in found] == [Fraction(258, 10), Fraction(195, 10), Fraction(258, 10)]
    # what the accounts leave is the landlord's own: seven tenths
    own = [gauge(case, viewer, "priority_publics", "Bailleur") for viewer in VIEWERS]
    assert [g.remaining for g in own] == [Fraction(602, 10), Fraction(455, 10), Fraction(602, 10)]


def rows(case: Case) -> list[dict[str, object]]:
    return [
        {**row, "signed_on": row["signed_on"].strftime("%Y-%m-%d"), "priority_codes": None}
        for row in case.table("leases").to_dict("records")
    ]


@pytest.mark.parametrize("viewer", VIEWERS)
def test_without_assiette_the_year_goes_on_as_it_went(viewer):
    """182 days gone, 183 to come: 8 × 183 ÷ 182."""
    found = gauge(year(assiette=[]), viewer, "lec_q1_outside_qpv")
    assert found.remaining == Fraction(8 * 183, 182)


@pytest.mark.parametrize("on", [date(2026, 12, 31), date(2027, 1, 15)])
def test_once_the_year_is_over_nothing_is_expected_on_a_dashboard_either(on):
    """Three tenths of ten is three: the four of Action Logement are enough, whatever the assiette announced."""
    case = year()
    case = replace(case, settings=replace(case.settings, on=on))
    (line,) = [r for r in bilan(case, 2026).ledger.to_dict("records") if r["account"] == "ALS"]
    assert (line["year_due"], line["remaining"]) == (3.0, 0)
    board = dashboard(case, "landlord", "OPH25")
    shown = {g.id: (g.remaining, g.still_needed) for g in board.gauges if g.id != "priority_publics"}
    assert shown["flux"] == (0, 0)
    assert shown["lec_q1_outside_qpv"] == (0, 0) and shown["lec_q234_inside_qpv"] == (0, 0)
    account = gauge(case, ("landlord", "OPH25"), "priority_publics", "Action Logement")
    assert (account.remaining, account.still_needed) == (0, 1)
