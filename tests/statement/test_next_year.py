"""Next year's conventions: balances carried over, shares of a conversion, a readable difference."""

from __future__ import annotations

from fractions import Fraction

from optimizer.statement import bilan, bilan_to, next_conventions
from optimizer.synth import write_case
from tests.statement.year import lease, year_case


def case_of(carry: bool = True):
    line = {
        "landlord": "OPH25", "departement": "25", "year": 2026, "account": "ALS", "share": 0.25, "carry_over": carry,
        "opening_balance": 1.0, "management_mode": "direct",
    }  # fmt: skip
    leases = [lease(f"a{i}", "ALS") for i in range(4)] + [lease(f"b{i}", "BAILLEUR") for i in range(4)]
    return year_case(leases=leases, conventions=[line])


def test_the_balance_is_carried_where_the_agreement_says_so():
    result = bilan(case_of(), 2026)
    table, diff = next_conventions(result, result.lines)
    row = table[table["account"] == "ALS"].iloc[0]
    # 4 leases counted, due 0.25 × 8 − 1 = 1: three too many go to next year.
    assert (row["year"], row["opening_balance"], row["share"], row["management_mode"]) == (
        2027,
        3.0,
        0.25,
        "direct",
    )
    assert diff.to_dict("records") == [
        {"landlord": "OPH25", "departement": "25", "area": "25", "account": "ALS", "field": "opening_balance", "before": 1.0,
         "after": 3.0}
    ]  # fmt: skip


def test_without_carry_over_the_year_starts_at_nothing():
    result = bilan(case_of(carry=False), 2026)
    table, _ = next_conventions(result, result.lines)
    assert table["opening_balance"].tolist() == [0.0]


def test_shares_of_a_conversion_replace_those_of_the_departement_and_add_lines():
    result = bilan(case_of(), 2026)
    shares = {
        ("OPH25", "25"): {"ALS": Fraction("0.2"), "ETAT_PRIO": Fraction("0.25"), "BAILLEUR": Fraction("0.55")}
    }
    table, diff = next_conventions(result, result.lines, shares)
    assert dict(zip(table["account"], table["share"], strict=True)) == {"ALS": 0.2, "ETAT_PRIO": 0.25}
    assert set(diff["field"]) == {"share", "opening_balance"}


def test_the_files_of_the_next_year_stand_beside_the_statement(tmp_path):
    write_case(case_of(), tmp_path / "cas")
    bilan_to(tmp_path / "cas", 2026, tmp_path / "out", following=True)
    lines = (tmp_path / "out" / "conventions.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1].startswith("OPH25;25;2027;25;ALS;0,25;")
    diff = (tmp_path / "out" / "conventions-diff.csv").read_text(encoding="utf-8-sig").splitlines()
    assert diff[1] == "OPH25;25;25;ALS;opening_balance;1;3"
