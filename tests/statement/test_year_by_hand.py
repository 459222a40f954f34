"""A year of the statement counted on paper: what is due, done, late and to come, account by account and per EPCI."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from optimizer.errors import AttrifluxError
from optimizer.presentation.csvfile import csv_bytes
from optimizer.statement import bilan, dashboard, next_stock
from optimizer.statement.dashboards.page import page
from tests.statement.year import event, lease, year_case

LINE = {"landlord": "OPH25", "departement": "25", "year": 2026, "area": "25", "count_rule": "signed"}
BESANCON = "242500361"


def of(result, account: str, area: str = "25") -> pd.Series:
    rows = result.ledger
    mine = (rows["landlord"] == "OPH25") & (rows["account"] == account) & (rows["area"] == area)
    (found,) = rows[mine].index
    return rows.loc[found]


def test_a_balance_carried_over_is_taken_off_what_is_due():
    """2 July: 182 days gone, 183 to come. Six of twenty leases for a share of 0.3, one and a half taken too many last year."""
    leases = [lease(f"a{i}", "ALS") for i in range(6)] + [lease(f"b{i}", "BAILLEUR") for i in range(14)]
    case = year_case(
        leases=leases, conventions=[{**LINE, "account": "ALS", "share": 0.3, "opening_balance": 1.5}]
    )
    row = of(bilan(case, 2026), "ALS")
    # 0.3 × 20 − 1.5; 6 − 4.5
    assert (row["base"], row["due"], row["consumed"], row["balance"]) == (20, 4.5, 6, 1.5)
    assert (row["late"], row["ahead"], row["done"], row["in_progress"]) == (0, 1, 6, 0)
    # 20 × 183 / 182 = 20.11 to come; 0.3 × 40.11 − 1.5 = 10.53; eleven whole leases, six of them done
    assert (row["year_base"], row["year_due"], row["year_target"], row["remaining"]) == (40.11, 10.53, 11, 5)
    # 6 + 20.11 × 6 / 20 = 12.03; 1.2816 × √(20.11 × 0.3 × 0.7) = 2.63 on either side
    assert (row["forecast"], row["forecast_low"], row["forecast_high"]) == (12.0, 9.4, 14.7)


def test_an_account_that_is_late_is_late_by_whole_leases():
    """One of ten leases for a share of 0.35 and one owed: 0.35 × 10 + 1 − 1 = 3.5 lack, four whole leases."""
    leases = [lease("a", "ALS")] + [lease(f"b{i}", "BAILLEUR") for i in range(9)]
    case = year_case(
        leases=leases, conventions=[{**LINE, "account": "ALS", "share": 0.35, "opening_balance": -1}]
    )
    row = of(bilan(case, 2026), "ALS")
    assert (row["due"], row["balance"], row["late"], row["ahead"]) == (4.5, -3.5, 4, 0)
    # 10 × 183 / 182 = 10.05: 0.35 × 20.05 + 1 = 8.02, nine whole leases less one
    assert (row["year_due"], row["year_target"], row["remaining"]) == (8.02, 9, 8)
    # 1 + 10.05 × 0.1 = 2.0; 1.2816 × √(10.05 × 0.1 × 0.9) = 1.22; never under what is done
    assert (row["forecast"], row["forecast_low"], row["forecast_high"]) == (2.0, 1.0, 3.2)


def test_each_area_counts_its_own_leases_and_what_is_not_of_the_flux_counts_nowhere():
    """Of six leases of the flux in the département four lie in the EPCI, two of them in the commune."""
    other = {"commune": "25388"}
    near = {"commune": "25036"}
    case = year_case(
        leases=[
            lease("a", "COLL:25056"), lease("b", "BAILLEUR"), lease("c", "ALS", **near), lease("d", "BAILLEUR", **near),
            lease("e", "ALS", **other), lease("f", "BAILLEUR", **other),
            lease("g", "ALS", in_flux=False), lease("h", "MUTATION"), lease("i", "ALS", mutation=True), lease("j", "RELOGEMENT"),
            lease("k", "ALS", "2025-12-31"), lease("l", "ALS", landlord="ESH25"),
        ],
        conventions=[
            {**LINE, "account": "COLL:25056", "area": "25056", "share": 0.5}, {**LINE, "account": "ALS", "area": "25", "share": 0.25},
            {**LINE, "account": f"COLL:{BESANCON}", "area": BESANCON, "share": 0.1},
        ],
    )  # fmt: skip
    result = bilan(case, 2026)
    figures = {a: of(result, *a)[["base", "consumed", "due"]].tolist() for a in (
        ("COLL:25056", "25056"), (f"COLL:{BESANCON}", BESANCON), ("ALS", "25"))}  # fmt: skip
    assert figures == {
        ("COLL:25056", "25056"): [2, 1, 1.0], (f"COLL:{BESANCON}", BESANCON): [4, 0, 0.4], ("ALS", "25"): [6, 2, 1.5],
    }  # fmt: skip


def test_mixity_outside_qpv_counts_relocations_and_shows_what_is_not_known():
    """Twelve leases outside QPV in the EPCI: two of the first quartile and one relocation of the NPNRU."""
    leases = [
        lease("a", "ALS", q1="yes"), lease("b", "BAILLEUR", q1="yes", landlord="ESH25"),
        lease("c", "RELOGEMENT", q1="unknown", relocation="npnru"), lease("d", "ALS", q1="unknown"),
        lease("e", "RELOGEMENT", relocation="sale"), *(lease(f"n{i}", "MUTATION") for i in range(7)),
        *(lease(f"q{i}", "ALS", qpv="yes", q1="yes") for i in range(3)), lease("far", "ALS", q1="yes", commune="25388"),
    ]  # fmt: skip
    case = year_case(leases=leases)
    row = bilan(case, 2026).lec.set_index("epci").loc[BESANCON]
    assert row[["outside_qpv", "good", "unknown", "reached_rate"]].tolist() == [12, 3, 1, 0.25]
    # 12 × 183 / 182 = 12.07: a quarter of 24 is six, three are done, three of the twelve to come
    assert row[["expected_remaining", "needed", "needed_rate"]].tolist() == [12, 3, 0.25]


def test_on_31_december_no_lease_is_expected_any_more_outside_qpv_either():
    """Two hundred leases in 364 days would bring half a lease on the last one; the statement of the year is made up that day."""
    leases = [lease(f"a{i}", "BAILLEUR", q1="yes" if i < 40 else "no") for i in range(200)]
    case = year_case(leases=leases)
    for day in (date(2026, 12, 31), date(2027, 1, 15)):
        result = bilan(replace(case, settings=replace(case.settings, on=day)), 2026)
        row = result.lec.set_index("epci").loc[BESANCON]
        # a quarter of 200 is fifty: ten are missing
        assert row[["outside_qpv", "good", "expected_remaining", "needed"]].tolist() == [200, 40, 0, 10]
        assert not result.unfinished


def test_each_landlord_keeps_its_own_base_of_the_next_year():
    """One has told the next year's, the other has not: its actual base of this year is carried over."""
    row = {"departement": "25", "basis": "forecast"}
    told = [
        {**row, "landlord": "OPH25", "year": 2026, "vacated": 60}, {**row, "landlord": "OPH25", "year": 2027, "vacated": 70},
        {**row, "landlord": "ESH25", "year": 2026, "vacated": 30}, {**row, "landlord": "ESH25", "year": 2026, "basis": "actual", "vacated": 25},
    ]  # fmt: skip
    after = next_stock(bilan(year_case(leases=[lease("a", "ALS")], assiette=told), 2026))
    columns = ["landlord", "year", "basis", "vacated"]
    assert after.assiette[columns].values.tolist() == [
        ["ESH25", 2027, "forecast", 25], ["OPH25", 2027, "forecast", 70],
    ]  # fmt: skip
    assert after.carried


def test_orientations_that_came_to_nothing_are_proposed_and_not_attributed():
    """Of a dwelling orientated twice to an account and let the second time one is proposed; one of last year is not."""
    case = year_case(
        leases=[lease("a", "ALS")],
        dwellings=[
            {"dwelling_id": d, "landlord": "OPH25", "commune": "25056", "rooms": 1 if d == "c" else 2, "financing": "plai"} for d in "bcd"
        ],
        events=[
            event("a", "ALS", oriented="2026-01-05", presented="2026-01-10"),
            event("a", "ALS", oriented="2026-02-05", attributed="2026-02-20", signed="2026-03-01"),
            event("b", "ALS", presented="2026-02-01"), event("c", "ALS", oriented="2025-11-01"),
            event("d", "ALS", oriented="2025-11-01", attributed="2026-01-08"),
        ],
    )  # fmt: skip
    table = bilan(case, 2026).table
    assert table.groupby("rooms")[["proposed", "attributed"]].sum().to_dict("index") == {
        "T2": {"proposed": 1, "attributed": 1}, "T3": {"proposed": 1, "attributed": 1},
    }  # fmt: skip
    assert len(table) == 2 and table["construction_period"].tolist() == ["", "1975-1989"]


def test_a_commune_answers_for_its_own_contingent_alone():
    lines = [
        {**LINE, "account": "COLL:25056", "area": "25056", "share": 0.2}, {**LINE, "account": "ALS", "share": 0.3},
        {**LINE, "account": "COLL:25", "share": 0.1}, {**LINE, "account": "COLL:25388", "area": "25388", "share": 0.2},
        {**LINE, "account": "ETAT_AGENT", "area": "25056", "share": 0.05},
    ]  # fmt: skip
    leases = [
        lease("a", "COLL:25056"),
        lease("b", "ALS"),
        lease("c", "COLL:25"),
        lease("d", "COLL:25388", commune="25388"),
    ]
    board = dashboard(year_case(leases=leases, conventions=lines), "maire", "25056")
    (gauge,) = (g for g in board.gauges if g.id == "flux")
    # 0.2 × 3 leases of the commune
    assert (gauge.counts.num, gauge.counts.den, gauge.missing, gauge.beyond) == (1, 3, 0, 0)
    assert [g.scope for g in board.gauges if g.id == "flux"] == ["OPH25"]


def test_residences_of_one_fragility_weigh_their_dwellings():
    """A hundred dwellings with a fifth of the first quartile and three hundred with two fifths: 0.35 in all."""
    homes = [
        {"dwelling_id": d, "landlord": "OPH25", "commune": "25056", "rooms": 3, "financing": "plus", "residence": r}
        for d, r in (("a", "X"), ("b", "Y"), ("c", "Z"))
    ]  # fmt: skip
    told = [
        {"residence": "X", "dwellings": 100, "q1_share": 0.2, "fragility": "forte"},
        {"residence": "Y", "dwellings": 300, "q1_share": 0.4, "fragility": "forte"},
        {"residence": "Z", "dwellings": 50, "fragility": "faible"},
    ]  # fmt: skip
    case = year_case(leases=[lease(d, "ALS") for d in "abc"], dwellings=homes, residences=told)
    table = dashboard(case, "epci", BESANCON).table("fragility").set_index("fragility")
    assert table.loc["forte", ["residences", "signed", "q1_share"]].tolist() == [2, 2, 0.35]
    assert table.loc["faible", "residences"] == 1 and pd.isna(table.loc["faible", "q1_share"])


def test_the_straight_line_reaches_the_target_on_31_december():
    """Leases of January and March of a target of ten: the line asks 10 × 31 / 365 at the end of January."""
    leases = [
        lease("a", "ALS", "2026-01-31"),
        lease("b", "ALS", "2026-03-01"),
        lease("c", "BAILLEUR", "2026-07-02"),
    ]
    year = [{"landlord": "OPH25", "departement": "25", "year": 2026, "basis": "forecast", "vacated": 20}]
    lines = [{**LINE, "account": "ALS", "share": 0.5}]
    board = dashboard(year_case(leases=leases, conventions=lines, assiette=year), "landlord", "OPH25")
    mine = board.trajectory[board.trajectory["gauge"] == "flux"].set_index("month_end")
    assert mine.loc["2026-01-31", ["straight_line", "done"]].tolist() == [round(310 / 365, 2), 1]
    assert mine.loc["2026-02-28", "done"] == 1 and mine.loc["2026-03-31", "done"] == 2
    assert mine.loc["2026-07-31", "done"] == 2 and pd.isna(mine.loc["2026-08-31", "done"])
    assert mine.loc["2026-12-31", "straight_line"] == 10


@pytest.mark.parametrize(("day", "asked"), [(date(2026, 11, 30), "27,5"), (date(2026, 12, 31), "30")])
def test_a_day_has_one_point_of_the_straight_line(day, asked):
    """30 households × 334 / 365 on 30 November, all on 31 December: the gauge, its picture and the end of the month alike."""
    case = year_case(leases=[lease("a", "BAILLEUR")])
    board = dashboard(replace(case, settings=replace(case.settings, on=day)), "prefet", "25")
    line = board.trajectory[board.trajectory["gauge"] == "dalo"].set_index("month_end").loc[day.isoformat()]
    (gauge,) = [g for g in board.gauges if g.id == "dalo"]
    assert line["straight_line"] == float(round(gauge.straight(*board.year.days), 2))
    assert f"0 fait, {asked} sur la ligne droite, 30 pour l" in page(board)


def test_a_handover_without_a_number_is_of_one_dwelling():
    case = year_case(
        leases=[lease("a", "ALS"), lease("b", "ETAT_PRIO")],
        handovers=[
            {"landlord": "OPH25", "departement": "25", "from_account": "ALS", "to_account": "ETAT_PRIO", "handed_on": "2026-02-01"}
        ],
    )  # fmt: skip
    table = bilan(case, 2026).handovers.set_index("account")
    assert table["balance"].to_dict() == {"ALS": 1, "ETAT_PRIO": -1}


def test_an_epci_under_lec_has_its_gauges_before_its_first_lease():
    """The first lease of the year lies elsewhere: nothing of nothing, and nothing is late."""
    board = dashboard(year_case(leases=[lease("a", "ALS", commune="25388")]), "epci", BESANCON)
    found = {g.id: (g.counts.num, g.counts.den, g.missing) for g in board.gauges if g.id.startswith("lec_")}
    assert found == {"lec_q1_outside_qpv": (0, 0, 0), "lec_q234_inside_qpv": (0, 0, 0)}


def test_a_rate_reached_is_what_it_is_made_of_and_has_four_decimals_in_its_file():
    leases = [lease("a", "ALS", q1="yes"), lease("b", "ALS"), lease("c", "ALS")]
    row = bilan(year_case(leases=leases), 2026).lec.set_index("epci").loc[BESANCON]
    # 1 / 3; 3 × 183 / 182 = 3.02: a quarter of six is two, one is done, one of three to come
    assert row[["reached_rate", "expected_remaining", "needed", "needed_rate"]].tolist() == [
        1 / 3,
        3,
        1,
        1 / 3,
    ]
    written = csv_bytes(row.to_frame().T.infer_objects(), "french").decode("utf-8-sig").splitlines()[1]
    assert written.count("0,3333") == 2


def test_a_share_of_a_table_is_rounded_once():
    """6 of 11 are 54.545… %: 0.5455 in the file, and 54.5 % on the page, where 0.5455 would give 54.6."""
    leases = [lease(f"a{i}", "ALS", qpv="yes" if i < 6 else "no") for i in range(11)]
    board = dashboard(year_case(leases=leases), "epci", BESANCON)
    told = next(t.frame for t in board.tables if "signed_qpv_share" in t.frame.columns)
    assert "0,5455" in csv_bytes(told, "french").decode("utf-8-sig")
    shown = page(board)
    assert "54,5\u00a0%" in shown and "54,6" not in shown


def test_the_cells_of_a_line_of_the_ledger_add_up():
    """0.125 of a lease due, less 1.25 carried over: −1.125 is told as −1.12, and one lease is 2.12 beyond it, not 2.13."""
    leases = [lease("a", "ALS")] + [lease(f"b{i}", "BAILLEUR") for i in range(4)]
    case = year_case(
        leases=leases, conventions=[{**LINE, "account": "ALS", "share": 0.025, "opening_balance": 1.25}]
    )
    row = of(bilan(case, 2026), "ALS")
    assert (row["due"], row["consumed"], row["balance"]) == (-1.12, 1, 2.12)


@pytest.mark.parametrize("year", ["2026", 2026.0, True, None, 26, 20_260])
def test_a_year_that_is_none_is_told_in_words(year):
    """A text was « 'str' object cannot be interpreted as an integer »; 26 was the year 26."""
    case = year_case(leases=[lease("a", "ALS")])
    with pytest.raises(AttrifluxError) as caught:
        bilan(case, year)
    assert caught.value.code == "BILAN_BAD_YEAR" and repr(year) in caught.value.text("fr")
    assert bilan(case, np.int64(2026)).year == 2026


def test_what_is_written_in_a_frame_of_a_statement_does_not_last():
    found = bilan(
        year_case(leases=[lease("a", "ALS")], conventions=[{**LINE, "account": "ALS", "share": 0.3}]), 2026
    )
    ledger, table = found.ledger, found.table
    ledger["due"] = 99.0
    table["attributed"] = 99
    assert 99.0 not in found.ledger["due"].tolist() and 99 not in found.table["attributed"].tolist()
