"""Dwellings handed from one account to another for a time: on both ledgers, never lost, carried into the next year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from optimizer.errors import InputProblems
from optimizer.statement import bilan, following, next_stock
from optimizer.statement.files import write_bilan
from optimizer.statement.handovers import handovers
from tests.statement.year import lease, year_case

AGREEMENT = {"landlord": "OPH25", "departement": "25", "year": 2026, "area": "25"}


def handed(
    giver: str, taker: str, n: int, on: str, back: int = 0, back_on: str | None = None
) -> dict[str, object]:
    return {
        "landlord": "OPH25", "departement": "25", "from_account": giver, "to_account": taker, "handed": n, "handed_on": on,
        "returned": back, "returned_on": back_on,
    }  # fmt: skip


def lent(*rows: dict[str, object], carry: bool = False):
    lines = [("ALS", 0.3), ("ETAT_PRIO", 0.25), ("BAILLEUR", 0.45)]
    return year_case(
        leases=[lease("a", "ALS"), lease("b", "ETAT_PRIO"), lease("c", "BAILLEUR")],
        conventions=[{**AGREEMENT, "account": a, "share": s, "carry_over": carry} for a, s in lines],
        handovers=list(rows),
    )


def test_both_sides_have_their_line_and_balances_add_up_to_nothing(tmp_path: Path):
    case = lent(
        handed("ALS", "ETAT_PRIO", 3, "2026-02-01", 1, "2026-05-01"), handed("ETAT_PRIO", "ALS", 1, "2026-03-01"),
        handed("ALS", "BAILLEUR", 1, "2026-12-01"),
    )  # fmt: skip
    result = bilan(case, 2026)  # made up to 2 July: the last one is not known yet
    table = result.handovers.set_index(["account", "counterpart"])
    assert table.loc[("ALS", "ETAT_PRIO"), ["handed", "received", "given_back", "balance"]].tolist() == [
        3,
        1,
        1,
        1,
    ]
    assert table.loc[("ETAT_PRIO", "ALS"), ["handed", "received", "given_back", "balance"]].tolist() == [
        1,
        3,
        1,
        -1,
    ]
    assert len(table) == 2 and table["balance"].sum() == 0
    assert handovers(case, date(2026, 3, 31)).set_index("account").loc["ALS", "balance"] == 2
    assert handovers(case, date(2026, 12, 31)).groupby("account")["balance"].sum().to_dict() == {
        "ALS": 2, "BAILLEUR": -1, "ETAT_PRIO": -1,
    }  # fmt: skip
    write_bilan(tmp_path, result)
    page = (tmp_path / "bilan-ALS.html").read_text(encoding="utf-8")
    assert "Cessions entre réservataires" in page and (tmp_path / "handovers.csv").is_file()


def test_what_is_not_given_back_is_carried_even_where_nothing_else_is():
    """Who lent is owed more next year, who borrowed less: opening balances of opposite signs, and the reason beside."""
    for carry in (False, True):
        result = bilan(lent(handed("ALS", "ETAT_PRIO", 2, "2026-02-01"), carry=carry), 2026)
        coming = following(result, next_stock(result))
        opening = coming.conventions.set_index("account")["opening_balance"]
        if carry:  # the lease already stands on the account that used the dwelling: its balance says it
            balance = result.ledger.set_index("account")["balance"]
            assert {a: round(float(opening[a]), 2) for a in opening.index} == {
                a: float(balance[a]) for a in opening.index
            }
        else:
            assert opening.to_dict() == {"ALS": -2.0, "ETAT_PRIO": 2.0, "BAILLEUR": 0.0}
            why = coming.diff[coming.diff["field"] == "opening_balance"].set_index("account")["why"]
            assert why.to_dict() == {"ALS": "cession non rendue", "ETAT_PRIO": "cession non rendue"}


def test_what_an_earlier_year_left_open_is_carried_once():
    """The register goes on from year to year: an open row of last year stands in this year's opening balance already."""
    for rows, opening in (
        ([handed("ALS", "ETAT_PRIO", 2, "2025-02-01")], 0.0),
        (
            [handed("ALS", "ETAT_PRIO", 2, "2025-02-01", 1, "2026-03-01")],
            1.0,
        ),  # given back beside what the flux gave back
        ([handed("ALS", "ETAT_PRIO", 2, "2025-02-01"), handed("ALS", "ETAT_PRIO", 1, "2026-03-01")], -1.0),
    ):
        result = bilan(lent(*rows), 2026)
        table = following(result, next_stock(result)).conventions.set_index("account")
        assert table.loc["ALS", "opening_balance"] == opening == -table.loc["ETAT_PRIO", "opening_balance"]


def test_a_landlord_that_let_nothing_keeps_its_agreement_and_what_it_owes():
    """It had a line in `propose` and none in the statement: its agreement was gone the year after."""
    lines = [("OPH25", "BAILLEUR", 0.4, 0.0), ("ESH25", "ALS", 0.3, 2.0)]
    case = year_case(
        leases=[lease("c", "BAILLEUR")],
        conventions=[
            {**AGREEMENT, "landlord": b, "account": a, "share": s, "carry_over": True, "opening_balance": o} for b, a, s, o in lines
        ],
    )  # fmt: skip
    result = bilan(case, 2026)
    table = following(result, next_stock(result)).conventions.set_index("landlord")
    assert table.loc["ESH25", ["account", "share", "opening_balance"]].tolist() == ["ALS", 0.3, 2.0]


def statement_page(folder: Path, result) -> str:
    write_bilan(folder, result)
    return (folder / "bilan.html").read_text(encoding="utf-8").replace("\xa0", " ")


def test_the_widest_line_of_an_account_holds_what_it_is_owed(tmp_path: Path):
    epci = "242500361"
    lines = [("ALS", "25056", 0.1), ("ALS", epci, 0.1), ("BAILLEUR", "25", 0.45)]
    case = year_case(
        leases=[lease("a", "ALS"), lease("c", "BAILLEUR")],
        conventions=[
            {**AGREEMENT, "account": a, "area": area, "share": s, "carry_over": False} for a, area, s in lines
        ],
        handovers=[handed("ALS", "BAILLEUR", 1, "2026-02-01")],
    )
    result = bilan(case, 2026)  # the lease in Besançon is on both lines of ALS; it was refused
    row = result.bridge.set_index("account").loc["ALS"]
    names = [
        "attributed",
        "signed",
        "no_line",
        "several_lines",
        "ledger_signed",
        "ledger_consumed",
        "difference",
    ]
    assert row[names].tolist() == [1, 1, 0, 1, 2, 2, 0]
    assert "sur une ligne de plus" in statement_page(tmp_path, result)
    table = following(result, next_stock(result)).conventions.set_index(["account", "area"])
    assert table["opening_balance"].to_dict() == {
        ("ALS", epci): -1.0,
        ("ALS", "25056"): 0.0,
        ("BAILLEUR", "25"): 1.0,
    }


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (handed("ALS", "ALS", 1, "2026-02-01"), "HANDOVER_SELF"),
        (handed("ALS", "ETAT_PRIO", 1, "2026-02-01", 2, "2026-03-01"), "HANDOVER_TOO_MANY"),
        (handed("ALS", "ETAT_PRIO", 1, "2026-02-01", 1, "2026-01-01"), "HANDOVER_BEFORE"),
    ],
)
def test_a_handover_that_cannot_be_is_refused(row, code):
    with pytest.raises(InputProblems) as caught:
        bilan(lent(row), 2026)
    assert [f.code for f in caught.value.findings] == [code]
