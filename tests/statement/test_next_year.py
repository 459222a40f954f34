"""Next year's agreements: balances, ended and spent rights, shares of a conversion, files that `policy` reads back."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from functools import partial

import pandas as pd
import pytest
from typer.testing import CliRunner

from optimizer import policy
from optimizer.cli.app import app
from optimizer.cli.commands.bilan import coming
from optimizer.errors import AttrifluxError
from optimizer.statement import bilan, bilan_to, following, next_conventions, next_stock
from optimizer.synth import write_case
from tests.statement.year import filled, lease, year_case

LINE = {"landlord": "OPH25", "departement": "25", "year": 2026, "account": "ALS", "share": 0.25}
ROW = {
    "landlord": "OPH25",
    "departement": "25",
    "commune": "25056",
    "rooms": 3,
    "financing": "plus",
    "turnover": 0.1,
}
UPDATE = partial(coming, mode=None, stock=None, models=None)


def case_of(carry: bool = True, lines: list[dict[str, object]] | None = None, **tables):
    line = {**LINE, "carry_over": carry, "opening_balance": 1.0, "management_mode": "direct"}
    leases = [lease(f"a{i}", "ALS") for i in range(4)] + [lease(f"b{i}", "BAILLEUR") for i in range(4)]
    return year_case(leases=leases, conventions=lines or [line], **tables)


def stocked(**ends):
    """400 dwellings of the landlord, 100 per account with its own end and nature of rights."""
    stock = [{**ROW, "account": "BAILLEUR", "dwellings": 400}]
    for account, (kind, end) in ends.items():
        stock.append({**ROW, "account": account, "dwellings": 100, "rights_kind": kind, "ends_on": end})
    assiette = [{"landlord": "OPH25", "departement": "25", "year": 2026, "basis": "forecast", "vacated": 60}]
    lines = [{**LINE, "account": a, "share": 0.1, "carry_over": True} for a in ends]
    return case_of(lines=lines, stock=stock, assiette=assiette)


def test_the_balance_is_carried_where_the_agreement_says_so():
    result = bilan(case_of(), 2026)
    table, diff = next_conventions(result, result.lines)
    row = table[table["account"] == "ALS"].iloc[0]
    # 4 leases counted, due 0.25 × 8 − 1 = 1: three too many go to next year.
    expected = (2027, 3.0, 0.25, "direct")
    assert (row["year"], row["opening_balance"], row["share"], row["management_mode"]) == expected
    assert diff.to_dict("records") == [
        {"landlord": "OPH25", "departement": "25", "area": "25", "account": "ALS", "field": "opening_balance", "before": 1.0,
         "after": 3.0, "why": "solde reporté"}
    ]  # fmt: skip


def test_without_carry_over_the_year_starts_at_nothing():
    result = bilan(case_of(carry=False), 2026)
    table, diff = next_conventions(result, result.lines)
    assert table["opening_balance"].tolist() == [0.0]
    assert diff["why"].tolist() == ["sans report"]


def test_shares_of_a_conversion_replace_add_and_drop_lines():
    lines = [{**LINE}, {**LINE, "account": "COLL:25056", "share": 0.1}]
    result = bilan(case_of(lines=lines), 2026)
    key = {"landlord": "OPH25", "departement": "25", "area": "25"}
    converted = pd.DataFrame(
        [{**key, "account": "ALS", "share": 0.2}, {**key, "account": "ETAT_PRIO", "share": 0.25}]
    )
    table, diff = next_conventions(result, result.lines, converted, why="conversion")
    assert dict(zip(table["account"], table["share"], strict=True)) == {"ALS": 0.2, "ETAT_PRIO": 0.25}
    shares = diff[diff["field"] == "share"].set_index("account")
    assert shares["after"].to_dict() == {"ALS": 0.2, "COLL:25056": 0.0, "ETAT_PRIO": 0.25}
    assert shares.loc["ETAT_PRIO", "why"] == "nouveau réservataire"


def test_ended_agreements_fall_to_the_landlord_and_their_lines_go():
    result = bilan(stocked(ALS=("recurring", "2027-01-01"), ETAT_PRIO=("recurring", "2046-01-01")), 2026)
    after = next_stock(result)
    held = after.stock.groupby("account")["dwellings"].sum().to_dict()
    assert held == {"BAILLEUR": 500, "ETAT_PRIO": 100}
    assert after.gone == {("OPH25", "25", "ALS"): "convention échue"}
    made = following(result, after)
    assert made.conventions["account"].tolist() == ["ETAT_PRIO"]
    gone = made.diff[(made.diff["account"] == "ALS") & (made.diff["field"] == "share")].iloc[0]
    assert (gone["before"], gone["after"], gone["why"]) == (0.1, 0.0, "convention échue")


def test_a_carried_balance_that_no_line_takes_is_said():
    """Four leases counted against 0,1 × 8 due, carried over: the account's line goes with its agreement, 3,2 leases with it."""
    result = bilan(stocked(ALS=("recurring", "2027-01-01"), ETAT_PRIO=("recurring", "2046-01-01")), 2026)
    made = following(result, next_stock(result))
    (told,) = [f for f in made.findings if f.code == "NEXT_BALANCE_LEFT"]
    assert told.text("fr") == (
        "OPH25 (département 25), ALS : le solde de +3,2 n'est reporté nulle part, ce contingent n'a pas de ligne en 2027."
    )


def test_the_balance_of_the_landlords_own_line_is_said_where_a_conversion_leaves_it_the_rest():
    own = {**LINE, "account": "BAILLEUR", "share": 0.5, "carry_over": True, "opening_balance": 2.0}
    result = bilan(case_of(lines=[own]), 2026)
    key = {"landlord": "OPH25", "departement": "25", "area": "25"}
    made = following(
        result, next_stock(result), converted=pd.DataFrame([{**key, "account": "ALS", "share": 0.2}]), mode=1
    )
    assert [f.params["account"] for f in made.findings if f.code == "NEXT_BALANCE_LEFT"] == ["BAILLEUR"]


def test_single_rights_run_down_by_what_was_consumed_until_they_are_spent():
    case = stocked(ALS=("single", "2046-01-01"))
    stock = case.table("stock")
    few = stock.assign(dwellings=stock["dwellings"].where(stock["account"] != "ALS", 3))
    left = next_stock(bilan(case, 2026))
    assert left.stock.loc[left.stock["account"] == "ALS", "dwellings"].tolist() == [96]
    spent = next_stock(bilan(replace(case, tables={**case.tables, "stock": few}), 2026))
    assert spent.gone == {("OPH25", "25", "ALS"): "droits épuisés"}


def test_mode_3_turns_dated_agreements_into_rights_counted_on_1_january():
    result = bilan(stocked(ALS=("recurring", "2046-01-01")), 2026)
    after = next_stock(result, single=True)
    # 100 dwellings × 10 % × 20 years = 200 rights, of which 4 were consumed.
    row = after.stock[after.stock["account"] == "ALS"].iloc[0]
    assert (row["rights_kind"], row["dwellings"]) == ("single", 196)
    assert after.changes["what"].tolist() == ["droits consommés", "droits uniques"]


def test_the_base_of_the_next_year_is_its_own_else_this_years_actual():
    case = stocked(ALS=("recurring", None))
    rows = case.table("assiette")
    actual = filled(
        "assiette",
        [{"landlord": "OPH25", "departement": "25", "year": 2026, "basis": "actual", "vacated": 50}],
    )
    both = replace(case, tables={**case.tables, "assiette": pd.concat([rows, actual], ignore_index=True)})
    after = next_stock(bilan(both, 2026))
    assert after.carried
    assert after.assiette[["year", "basis", "vacated"]].values.tolist() == [[2027, "forecast", 50]]
    own = rows.assign(year=rows["year"] + 1)
    given = replace(case, tables={**case.tables, "assiette": pd.concat([rows, own], ignore_index=True)})
    assert not next_stock(bilan(given, 2026)).carried


@pytest.mark.parametrize("mode", [1, 2, 3])
def test_the_written_files_load_and_give_the_expected_shares(tmp_path, mode):
    case = stocked(ALS=("recurring", "2046-01-01"), ETAT_PRIO=("recurring", "2031-01-01"))
    bilan_to(case_on_disk(case, tmp_path), 2026, tmp_path / "out", following=partial(UPDATE, mode=mode))
    rules = policy.load(tmp_path / "out" / "conventions-2027" / "territoire.yaml", on=date(2027, 3, 1))
    mine = rules.conventions[rules.conventions["landlord"] == "OPH25"]
    # 600 dwellings of equal rotation: a sixth each. Mode 3: 200 − 4 and 50 rights, over 15 years, of 60 vacated.
    expected = {1: (0.1667, 0.1667), 2: (0.1667, 0.1667), 3: (0.2178, 0.0556)}[mode]
    assert mine.set_index("account")["share"].round(4).to_dict() == pytest.approx(
        dict(zip(("ALS", "ETAT_PRIO"), expected, strict=True)), abs=1e-4
    )
    assert set(mine["year"]) == {2027}
    assert mine.set_index("account")["opening_balance"]["ALS"] == 3.2  # 4 counted, 0.1 × 8 due
    assert rules.value("conventions.OPH25.ALS.share").is_assumed
    others = rules.conventions[rules.conventions["landlord"] == "ESH25"]
    assert len(others)


def test_a_turnover_comes_back_as_it_was_written(tmp_path):
    """The stock of the next year is read again: 0.0725 was written 0,07, two and a half dwellings a year fewer of a hundred."""
    stock = [
        {**ROW, "account": "ALS", "dwellings": 100, "turnover": 0.0725}, {**ROW, "account": "BAILLEUR", "dwellings": 400, "turnover": 0.083333},
    ]  # fmt: skip
    brings = {
        "landlord": "OPH25", "departement": "25", "account": "ALS", "counterpart": "financing", "reference": "A", "signed_on": "2015-01-01",
        "dwellings": 100, "turnover": 0.0725,
    }  # fmt: skip
    case = replace(case_of(stock=stock, commitments=[brings]), path=None)
    case = replace(
        case, settings=replace(case.settings, changes={"national.lec.first_quartile_share": 0.2525})
    )
    bilan_to(case_on_disk(case, tmp_path), 2026, tmp_path / "out", following=UPDATE)
    read = {
        name: pd.read_csv(tmp_path / "out" / f"{name}.csv", sep=";", decimal=",", encoding="utf-8-sig")
        for name in ("stock", "engagements", "lec")
    }
    assert read["stock"].set_index("account")["turnover"].to_dict() == {"ALS": 0.0725, "BAILLEUR": 0.083333}
    assert read["engagements"]["turnover"].tolist() == [0.0725]
    assert read["lec"]["target"].unique().tolist() == [0.2525]


def test_every_field_of_an_agreement_comes_back(tmp_path):
    line = {
        **LINE, "account": "COLL:25056", "share": 0.1234, "pool": "priority", "management_mode": "partial",
        "count_rule": "oriented", "tolerance": 0.02, "carry_over": False, "proposal_deadline_days": 12,
        "cap_receiver": "ALS",
    }  # fmt: skip
    wide = {**line, "account": "ALS", "area": "242500361", "carry_over": True}
    bilan_to(case_on_disk(case_of(lines=[line, wide]), tmp_path), 2026, tmp_path / "out", following=UPDATE)
    rules = policy.load(tmp_path / "out" / "conventions-2027" / "territoire.yaml", on=date(2027, 1, 1))
    mine = rules.conventions[rules.conventions["landlord"] == "OPH25"].set_index("account")
    for name, value in line.items():
        if name not in ("account", "year", "landlord"):
            assert mine.loc["COLL:25056", name] == value, name
    assert mine.loc["ALS", "area"] == "242500361"
    assert mine.loc["COLL:25056", "area"] == "25056"


def test_the_files_of_the_next_year_stand_beside_the_statement(tmp_path):
    cas = case_on_disk(case_of(), tmp_path)
    for name in ("out", "again"):
        bilan_to(cas, 2026, tmp_path / name, following=UPDATE)
    out = tmp_path / "out"
    lines = (out / "conventions.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1].startswith("OPH25;25;2027;25;ALS;0,25;")
    diff = (out / "conventions-diff.csv").read_text(encoding="utf-8-sig").splitlines()
    assert diff[1] == "OPH25;25;25;ALS;opening_balance;1;3;solde reporté"
    page = (out / "conventions-diff.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "L'année n'est pas finie" in page.replace("&#39;", "'")
    assert "solde reporté" in page
    assert [p.name for p in sorted((out / "conventions-2027").iterdir())] == [
        "oph25-25-2027.yaml", "territoire.yaml",
    ]  # fmt: skip
    for file in sorted(p for p in out.rglob("*") if p.is_file()):
        assert file.read_bytes() == (tmp_path / "again" / file.relative_to(out)).read_bytes(), file.name


def test_shares_that_cannot_stand_together_are_refused_and_nothing_is_written(tmp_path):
    lines = [{**LINE, "share": 0.7}, {**LINE, "account": "ETAT_PRIO", "share": 0.2}]
    cas = case_on_disk(case_of(lines=lines), tmp_path)

    def too_much(result):
        key = {"landlord": "OPH25", "departement": "25", "area": "25"}
        converted = pd.DataFrame([{**key, "account": a, "share": 0.6} for a in ("ALS", "ETAT_PRIO")])
        return following(result, next_stock(result), converted=converted)

    with pytest.raises(AttrifluxError) as caught:
        bilan_to(cas, 2026, tmp_path / "out", following=too_much)
    assert caught.value.code == "POLICY_SHARES_OVER_ONE"
    assert not (tmp_path / "out").exists()


def test_the_command_takes_the_stock_of_the_next_year(tmp_path):
    cas = case_on_disk(stocked(ALS=("recurring", "2046-01-01")), tmp_path)
    new = stocked(ALS=("recurring", "2046-01-01"), ETAT_PRIO=("recurring", "2046-01-01"))
    write_case(new, tmp_path / "neuf")
    arguments = [
        "bilan",
        str(cas),
        "--year",
        "2026",
        "--next",
        "--mode",
        "1",
        "--stock",
        str(tmp_path / "neuf"),
    ]
    done = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "conventions-2027/" in done.output
    rules = policy.load(tmp_path / "out" / "conventions-2027" / "territoire.yaml", on=date(2027, 1, 1))
    mine = rules.conventions[rules.conventions["landlord"] == "OPH25"]
    assert mine["account"].tolist() == ["ALS", "ETAT_PRIO"]
    refused = CliRunner().invoke(app, ["bilan", str(cas), "--year", "2026", "--mode", "1", "--out", "x"])
    assert refused.exit_code == 2


def case_on_disk(case, tmp_path):
    write_case(case, tmp_path / "cas")
    return tmp_path / "cas"


def test_the_next_year_can_start_from_the_written_files(tmp_path):
    cas = case_on_disk(case_of(), tmp_path)
    bilan_to(cas, 2026, tmp_path / "out", following=UPDATE)
    later = year_case(leases=[lease("c", "ALS", "2027-03-01")])
    settings = replace(
        later.settings, on=date(2027, 7, 1), year=2027, territory="conventions-2027/territoire.yaml"
    )
    write_case(replace(later, settings=settings), tmp_path / "suite")
    shutil.copytree(tmp_path / "out" / "conventions-2027", tmp_path / "suite" / "conventions-2027")
    result = bilan(tmp_path / "suite", 2027)
    row = result.ledger[(result.ledger["landlord"] == "OPH25") & (result.ledger["account"] == "ALS")].iloc[0]
    assert (row["share"], row["opening_balance"]) == (0.25, 3.0)
    bilan_to(tmp_path / "suite", 2027, tmp_path / "out2", following=UPDATE)
    names = [p.name for p in sorted((tmp_path / "out2" / "conventions-2028").iterdir())]
    assert names == ["oph25-25-2027.yaml", "oph25-25-2028.yaml", "territoire.yaml"]


@pytest.mark.parametrize(("on", "early"), [(date(2026, 12, 30), True), (date(2026, 12, 31), False)])
def test_an_english_page_of_the_next_year_gives_its_reasons_in_english(on, early, tmp_path):
    """They stood in French; on 31 December, when nothing more is expected, the page said that the year was not over."""
    case = stocked(ALS=("recurring", "2026-06-30"), ETAT_PRIO=("recurring", None))
    folder = case_on_disk(replace(case, settings=replace(case.settings, on=on)), tmp_path)
    pages = {}
    for lang in ("fr", "en"):
        bilan_to(folder, 2026, tmp_path / lang, lang=lang, following=UPDATE)
        pages[lang] = (tmp_path / lang / "conventions-diff.html").read_text(encoding="utf-8")
    assert "solde reporté" in pages["fr"] and "convention échue" in pages["fr"]
    assert "balance carried over" in pages["en"] and "agreement ended" in pages["en"]
    assert not any(word in pages["en"] for word in ("solde", "échue"))
    assert ("The year is not over" in pages["en"]) == early
