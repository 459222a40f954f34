"""Every figure of the worked example (invented numbers): 10,000 dwellings, 810 vacated, assiette 630."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest

from optimizer.conversion import (
    Caps,
    Negotiated,
    blocks,
    negotiated_from,
    rights_ledger,
    spread_rights,
    subtractions,
)
from optimizer.errors import AttrifluxError, InputProblems
from tests.conversion.samples import AGENT, ALS, COLL, ON, OWN, PRIO, assiette_row, column, run, stock_rows

NO_CAPS = Caps(Fraction(1), Fraction(1), Fraction(1))


def test_assiette_is_vacated_less_every_subtraction():
    row = run().assiette.iloc[0]
    assert (row["vacated"], row["assiette"]) == (810, 630)


def test_vacated_per_contingent():
    assert column(run(), 1, "vacated") == {PRIO: 175, AGENT: 50, ALS: 225, COLL: 120, OWN: 240}


def test_mode_1_gives_the_tied_dwellings_by_contingent_code():
    # 157.5 / 31.5 / 157.5 / 94.5 tie for two dwellings: ALS and COLL:25056 come first in code-point order.
    assert column(run(), 1, "dwellings") == {PRIO: 157, AGENT: 31, ALS: 158, COLL: 95, OWN: 189}


def test_mode_2_uncapped():
    got = run(caps=NO_CAPS)
    assert column(got, 2, "dwellings") == {PRIO: 136, AGENT: 39, ALS: 175, COLL: 93, OWN: 187}
    assert column(got, 2, "share") == {PRIO: 0.2161, AGENT: 0.0617, ALS: 0.2778, COLL: 0.1481, OWN: 0.2963}


def test_mode_2_capped_sends_the_surplus_to_the_landlord():
    got = run()
    assert column(got, 2, "dwellings") == {PRIO: 136, AGENT: 32, ALS: 175, COLL: 93, OWN: 194}
    assert column(got, 2, "cap") == {PRIO: "", AGENT: "agents", ALS: "", COLL: "", OWN: ""}
    assert column(got, 2, "received_from_cap")[OWN] == 0.0117
    assert column(got, 2, "share")[OWN] == 0.3080
    assert sum(column(got, 2, "share").values()) == pytest.approx(1.0)
    exact = got.exact[("OPH25", "25", 2)]
    assert exact[PRIO] + exact[AGENT] == Fraction(175, 810) + Fraction(1, 20)


def test_mode_3_turns_dated_rights_into_single_use_rights():
    got = run()
    als = next(b for b in got.blocks if b.account == ALS)
    assert als.rights == 3240
    assert column(got, 3, "dwellings")[ALS] == 168
    assert column(got, 3, "share")[ALS] == 0.2667
    assert column(got, 3, "rights_left")[ALS] == 3240
    assert got.exact[("OPH25", "25", 3)][ALS] == Fraction(4, 15)


def test_mode_3_ledger_runs_down():
    ledger = rights_ledger(3240, 168, first_year=2026, used={2026: 150, 2027: 175})
    assert ledger["left"].head(3).tolist() == [3090, 2915, 2747]
    assert ledger["left"].iloc[-1] == 0
    assert ledger["used"].sum() == 3240
    assert rights_ledger(100, 50, first_year=2026, added={2027: 30})["left"].tolist() == [50, 30, 0]
    # a part of a right is a right still: nobody is told that it is spent
    assert rights_ledger(Fraction(201, 2), 50, first_year=2026)["left"].tolist() == [51, 1, 0]


def test_mode_4_is_negotiated_on_a_base():
    delta = {ALS: Fraction("0.01"), COLL: Fraction("0.02"), OWN: Fraction("-0.03")}
    got = run(negotiated=Negotiated(1, delta))
    assert column(got, 4, "share") == {PRIO: 0.25, AGENT: 0.05, ALS: 0.26, COLL: 0.17, OWN: 0.27}
    assert column(got, 4, "dwellings") == {PRIO: 157, AGENT: 32, ALS: 164, COLL: 107, OWN: 170}


def test_negotiated_balances_on_the_landlord_or_is_refused():
    read = negotiated_from({"base": 2, "delta": {ALS: 0.02}})
    assert read == Negotiated(2, {ALS: Fraction("0.02"), OWN: Fraction("-0.02")})
    assert negotiated_from({}) is None
    with pytest.raises(AttrifluxError, match="somme"):
        negotiated_from({"delta": {ALS: 0.02, OWN: 0.01}})
    with pytest.raises(AttrifluxError, match="minimum"):
        negotiated_from({"base": 1, "minimum": {}})
    with pytest.raises(AttrifluxError, match="base"):
        negotiated_from({"base": 4, "delta": {}})


def test_an_ended_convention_goes_to_the_landlord_and_is_said():
    stock = stock_rows((ALS, 100, 0.1, "2025-12-31"), (ALS, 100, 0.1, "2030-01-01"), (OWN, 200, 0.1, None))
    got = run(stock)
    assert column(got, 1, "stock") == {ALS: 100, OWN: 300}
    assert [f.code for f in got.findings if f.params.get("account") == ALS] == ["FLUX_ENDED"]
    assert next(b for b in got.blocks if b.account == ALS).rights == 40


def test_years_left_are_counted_between_anniversaries():
    # 1 January 2026 to 2 July 2028: two years and 183 days of the 366 of 2028.
    held = blocks(stock_rows((ALS, 100, 0.5, "2028-07-02")), ON)
    assert held[0].rights == 50 * (2 + Fraction(183, 366))


def test_new_financing_adds_rights_and_raises_the_plan():
    got = run(added={("OPH25", ALS): {2026: 360, 2030: 150}})
    # (3240 + 360) rights over 15 years = 240 a year, on the base 240 x 630 / 810
    assert column(got, 3, "dwellings")[ALS] == 187
    assert column(got, 3, "rights_left")[ALS] == 3600
    ledger = got.rights[got.rights["account"] == ALS].set_index("year")
    assert ledger.loc[2026, "opening"] == 3600 and ledger.loc[2029, "used"] == 187
    assert ledger.loc[2030, "added"] == 150 and ledger.loc[2030, "used"] == 195
    assert ledger["used"].sum() == 3750 and ledger["left"].iloc[-1] == 0
    assert (ledger["opening"] + ledger["added"] - ledger["used"] == ledger["left"]).all()
    before = run()
    assert column(got, 1, "dwellings") == column(before, 1, "dwellings")


def test_new_rights_of_an_unknown_landlord_are_refused():
    with pytest.raises(InputProblems) as caught:
        run(added={("OPH99", ALS): {2026: 10}})
    assert [f.code for f in caught.value.findings if f.severity == "error"] == ["FLUX_RIGHTS_NO_LANDLORD"]


def test_new_rights_are_spread_over_departements_in_whole_rights():
    rows = stock_rows((ALS, 2, 0.1, None), (ALS, 1, 0.1, None)).assign(landlord="L", departement=["25", "39"])
    held = blocks(rows, ON)
    places = [("L", "25"), ("L", "39")]
    assert spread_rights({("L", ALS): {2027: 4}}, held, places) == {
        ("L", "25", ALS): {2027: 3}, ("L", "39", ALS): {2027: 1},
    }  # fmt: skip


def test_counterparts_are_kept_beside_the_differences_and_change_nothing():
    read = negotiated_from({"base": 1, "delta": {ALS: 0.01}, "counterparts": {ALS: "garantie de 40 prêts"}})
    assert read is not None
    assert read.counterparts == {ALS: "garantie de 40 prêts"}
    plain = negotiated_from({"base": 1, "delta": {ALS: 0.01}})
    assert column(run(negotiated=read), 4, "share") == column(run(negotiated=plain), 4, "share")
    with pytest.raises(AttrifluxError):
        negotiated_from({"base": 1, "delta": {}, "counterparts": {ALS: " "}})


def test_each_subtraction_says_what_it_rests_on():
    got = run()
    traced = pd.DataFrame(
        [("OPH25", "25", f"d{i}", "anru") for i in range(15)],
        columns=["landlord", "departement", "dwelling_id", "reason"],
    )
    table = subtractions(got.bases, traced).set_index("reason")
    assert table["dwellings"].sum() == got.bases[0].minus
    assert (table["identified"] + table["stated"] == table["dwellings"]).all()
    assert table.loc["anru", "identified"] == 15 and table.loc["anru", "stated"] == 10
    assert table.loc["mutation", "stated_rate"] == round(120 / 810, 4)


def test_a_basis_that_the_assiette_has_not_is_told():
    """Asked for the forecast where only the actual numbers stand: the shares apply to these, and the user is told."""
    told = run(base=assiette_row(vacated=810, mutation=120, basis="actual")).findings
    said = [f for f in told if f.code == "FLUX_OTHER_BASIS"]
    assert [f.severity for f in said] == ["warning"] and "« forecast »" in said[0].text("fr")
    assert not [f for f in run().findings if f.code == "FLUX_OTHER_BASIS"]
