"""Commitments and counterparts: rights of this year and the next, ends that say what they do, next year's drafts."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from optimizer.conversion.commitments import days_held, effect_of, last_day
from optimizer.scenario import flux
from optimizer.statement import bilan, following, next_stock
from optimizer.statement.files import write_bilan
from optimizer.synth import write_case
from tests.cli.running import attriflux
from tests.statement.year import lease, year_case

AGREEMENT = {"landlord": "OPH25", "departement": "25", "year": 2026, "area": "25"}
STOCK = {"landlord": "OPH25", "departement": "25", "commune": "25056", "rooms": 3, "financing": "plus"}


def brought(account: str, reference: str, **more: object) -> dict[str, object]:
    return {
        "landlord": "OPH25", "departement": "25", "account": account, "counterpart": "financing", "reference": reference,
        "signed_on": "2015-01-01", **more,
    }  # fmt: skip


def committed(*rows: dict[str, object], shares: dict[str, float] | None = None, **tables):
    lines = shares or {"ALS": 0.3, "ETAT_PRIO": 0.25, "COLL:25056": 0.1, "BAILLEUR": 0.35}
    return year_case(
        leases=[lease("a", "ALS"), lease("b", "ETAT_PRIO"), lease("c", "BAILLEUR")],
        conventions=[{**AGREEMENT, "account": a, "share": s, "carry_over": False} for a, s in lines.items()],
        commitments=list(rows),
        **tables,
    )


def test_a_guarantee_of_a_commune_or_an_epci_outlasts_its_loan_and_no_other_right_does():
    repaid = "2026-02-28"
    assert last_day("COLL:25056", "guarantee", None, repaid, 5) == (date(2031, 2, 28), "guarantee")
    assert last_day("COLL:242500361", "guarantee", "2030-12-31", repaid, 5) == (
        date(2031, 2, 28),
        "guarantee",
    )
    assert last_day("COLL:25056", "guarantee", "2040-12-31", repaid, 5) == (date(2040, 12, 31), "document")
    assert last_day("COLL:25", "guarantee", None, repaid, 5)[0] == date(2026, 2, 28)  # a département
    assert last_day("COLL:25056", "land", "2030-12-31", repaid, 5) == (date(2030, 12, 31), "document")
    assert last_day("ALS", "financing", None, None, 5) == (None, "")
    assert last_day("COLL:25056", "guarantee", None, "2024-02-29", 5)[0] == date(2029, 2, 28)


@pytest.mark.parametrize(
    ("begins", "last", "effect", "part"),
    [
        (date(2015, 1, 1), None, "none", Fraction(1)),
        (date(2015, 1, 1), date(2026, 6, 30), "ends", Fraction(181, 365)),
        (date(2015, 1, 1), date(2026, 12, 31), "ends_at_year_end", Fraction(1)),
        (date(2015, 1, 1), date(2027, 6, 30), "ends_next", Fraction(1)),
        (date(2015, 1, 1), date(2025, 12, 31), "over", Fraction(0)),
        (date(2026, 7, 1), None, "begins", Fraction(184, 365)),
        (date(2027, 7, 1), None, "begins_next", Fraction(0)),
        (date(2028, 7, 1), None, "later", Fraction(0)),
    ],
)
def test_days_of_the_year_and_what_a_commitment_does(begins, last, effect, part):
    assert effect_of(begins, last, 2026) == effect and days_held(begins, last, 2026) == part


def test_dwellings_are_worth_their_turnover_over_what_the_landlord_vacates():
    """100 of 1,000 dwellings at 9 %, of 80 vacated a year: 9 / 80 of the flux; without turnover, the mean: 100 / 1,000."""
    stock = [{**STOCK, "account": "BAILLEUR", "dwellings": 1000, "turnover": 0.08}]
    result = bilan(
        committed(
            brought("ALS", "A", dwellings=100, turnover=0.09), brought("ETAT_PRIO", "B", dwellings=100),
            brought("COLL:25056", "C", share=0.05, counterpart="land"), stock=stock,
        ), 2026,
    )  # fmt: skip
    shares = result.commitments.table.set_index("reference")["share"].to_dict()
    assert shares == {"A": 0.1125, "B": 0.1, "C": 0.05}
    # the land's area is the commune, where all the stock lies; the flux of the year is that of the ledger
    table = result.commitments.table.set_index("reference")
    assert table["area"].to_dict() == {"A": "25", "B": "25", "C": "25056"}
    base = float(result.ledger["year_base"].iloc[0])  # the case has no assiette
    assert table.loc["A", "year_dwellings"] == round(0.1125 * base, 2)
    assert result.commitments.accounts.set_index("account").loc["ALS", "agreed_share"] == 0.3


def test_without_turnover_or_stock_the_part_is_said_to_be_unknown_and_never_guessed():
    result = bilan(committed(brought("ALS", "A", dwellings=100)), 2026)
    assert result.commitments.table["share"].isna().all()
    assert result.commitments.accounts["unknown"].tolist() == [1]
    assert [f.code for f in result.findings] == ["COMMITMENT_NO_SHARE"]


def test_guarantees_above_their_cap_and_ends_that_differ_from_the_stock_are_said(tmp_path: Path):
    stock = [
        {**STOCK, "account": "ALS", "dwellings": 100, "turnover": 0.1, "convention": "C1", "ends_on": "2030-01-01"},
        {**STOCK, "account": "BAILLEUR", "dwellings": 900, "turnover": 0.1},
    ]  # fmt: skip
    result = bilan(
        committed(
            brought("COLL:25", "G", share=0.21, counterpart="guarantee"),
            brought("ALS", "A", dwellings=100, convention="C1", ends_on="2029-12-31"),
            brought("ALS", "B", dwellings=1, convention="C1", ends_on="2035-12-31"), stock=stock,
        ), 2026,
    )  # fmt: skip
    codes = {f.code: f for f in result.findings}
    assert sorted(codes) == ["COMMITMENT_GUARANTEE_CAP", "COMMITMENT_OTHER_END"]
    assert "21 %" in codes["COMMITMENT_GUARANTEE_CAP"].sentence("fr")
    assert "B" in codes["COMMITMENT_OTHER_END"].sentence("fr")
    # the planner reads both on the page; of a réservataire's own page only what is about it
    write_bilan(tmp_path, result)
    pages = [(tmp_path / f"bilan{who}.html").read_text(encoding="utf-8") for who in ("", "-ALS", "-BAILLEUR")]
    assert ["21 %" in unescape(page).replace("\N{NO-BREAK SPACE}", " ") for page in pages] == [
        True,
        False,
        False,
    ]
    assert ["acte B" in page for page in pages] == [True, True, False]


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        # Besançon's dwellings are those of its EPCI and of its département too: 12, 9 and 2 % are 23 % of them
        ({"25056": 0.12, "242500361": 0.09, "25": 0.02}, [("25056", "23 %")]),
        # the widest place that passes it says it for what lies inside
        ({"25056": 0.05, "242500361": 0.19, "25": 0.02}, [("242500361", "21 %")]),
        # two communes share no dwelling
        ({"25056": 0.12, "25580": 0.12}, []),
        ({"25056": 0.12, "242500361": 0.08}, []),
    ],
)
def test_guarantees_add_up_where_they_meet(shares, told):
    rows = [
        brought(f"COLL:{area}", f"G{area}", share=share, counterpart="guarantee")
        for area, share in shares.items()
    ]
    found = [f for f in bilan(committed(*rows), 2026).findings if f.code == "COMMITMENT_GUARANTEE_CAP"]
    assert [(f.params["area"], f.params["together_fr"]) for f in found] == told


def test_an_ending_commitment_is_a_line_that_says_what_it_does_to_the_next_year():
    """Half a year of 10 %, then nothing; a new one of 4 % from 1 July next year: what ends goes to the landlord's line."""
    rows = (
        brought("ALS", "A", share=0.1, ends_on="2026-12-31"), brought("ETAT_PRIO", "B", share=0.1, ends_on="2026-06-30"),
        brought("ALS", "C", share=0.2),
    )  # fmt: skip
    result = bilan(committed(*rows), 2026)
    accounts = result.commitments.accounts.set_index("account")
    assert accounts["change_share"].to_dict() == {"ALS": -0.1, "ETAT_PRIO": -0.0496}
    assert accounts["ending"].to_dict() == {"ALS": 1, "ETAT_PRIO": 1}
    coming = following(result, next_stock(result))
    shares = coming.conventions.set_index("account")["share"]
    assert {a: round(float(shares[a]), 4) for a in shares.index} == {
        "ALS": 0.2, "ETAT_PRIO": 0.2004, "COLL:25056": 0.1, "BAILLEUR": 0.4996,
    }  # fmt: skip
    diff = coming.diff[coming.diff["field"] == "share"].set_index("account")
    assert diff["why"].to_dict() == dict.fromkeys(["ALS", "ETAT_PRIO", "BAILLEUR"], "engagement échu")


def test_a_new_commitment_opens_a_line_and_shares_of_a_conversion_are_left_alone():
    rows = (brought("OTHER:caf", "N", share=0.04, begins_on="2027-07-02"), brought("ALS", "A", share=0.1, ends_on="2026-12-31"))  # fmt: skip
    result = bilan(committed(*rows), 2026)
    coming = following(result, next_stock(result))
    shares = coming.conventions.set_index("account")["share"]
    assert round(float(shares["OTHER:caf"]), 4) == 0.0201 and round(float(shares.sum()), 4) == 1
    converted = pd.DataFrame([{**{k: AGREEMENT[k] for k in ("landlord", "departement", "area")}, "account": "ALS", "share": 0.27}])  # fmt: skip
    kept = following(result, next_stock(result), converted=converted, mode=2).conventions
    assert kept.set_index("account")["share"].to_dict() == {"ALS": 0.27}


def test_the_register_has_its_file_its_sheet_and_its_part_of_the_pages(tmp_path: Path):
    rows = (
        brought("ALS", "PRET-12", share=0.1, ends_on="2026-12-31"),
        brought("COLL:25056", "DEL-7", share=0.05, counterpart="guarantee", loan_repaid_on="2026-03-31"),
    )
    write_bilan(tmp_path, bilan(committed(*rows), 2026))
    table = pd.read_csv(tmp_path / "engagements.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert table.set_index("reference")["last_day"].to_dict() == {
        "DEL-7": "2031-03-31",
        "PRET-12": "2026-12-31",
    }
    whole = (tmp_path / "bilan.html").read_text(encoding="utf-8")
    part = whole.partition("Engagements et contreparties")[2].partition("</table>")[2]
    assert "finit le 31 décembre" in part and "2027" in part and "DEL-7" in part and "31/03/2031" in part
    own = (tmp_path / "bilan-ALS.html").read_text(encoding="utf-8")
    assert "PRET-12" in own and "DEL-7" not in own
    english = tmp_path / "en"
    english.mkdir()
    write_bilan(english, bilan(committed(*rows), 2026), lang="en")
    assert "ends on 31 December; 2027: 10% of the flux less" in (english / "bilan.html").read_text("utf-8")


def test_the_statement_and_the_conversion_show_the_same_dwellings():
    stock = [
        {**STOCK, "account": "BAILLEUR", "dwellings": 900, "turnover": 0.08},
        {**STOCK, "account": "BAILLEUR", "commune": "25580", "dwellings": 300, "turnover": 0.08},
    ]
    assiette = [{"landlord": "OPH25", "departement": "25", "year": 2026, "basis": "forecast", "vacated": 96, "mutation": 6}]  # fmt: skip
    case = committed(
        brought("ALS", "A", share=0.1),
        brought("COLL:25056", "C", dwellings=90),
        stock=stock,
        assiette=assiette,
    )
    one, other = bilan(case, 2026).commitments.table, flux(case).register.table
    pd.testing.assert_frame_equal(one, other)
    # 10 % of 90; 90 × 8 % over the 72 vacated in the commune, of its three quarters of the 90
    assert one["year_dwellings"].tolist() == [9.0, 6.75]


def test_the_terminal_says_what_the_statement_found(tmp_path: Path):
    guarantee = brought("COLL:25", "G", share=0.21, counterpart="guarantee")
    write_case(committed(guarantee), tmp_path / "cas")
    done = attriflux("bilan", tmp_path / "cas", "--year", 2026, "--out", tmp_path / "bilan")
    assert done.code == 0 and "COMMITMENT_GUARANTEE_CAP" in done.err
