"""Figures of the conversion counted on paper: halves, rights that run down beside lasting ones, the inventory, bases of two landlords."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest

from optimizer.conversion import bases, first_lettings, inventory, negotiated_from
from optimizer.conversion.blocks import blocks
from optimizer.conversion.modes import mean_rotation
from optimizer.conversion.rounding import decimal_half_up
from optimizer.domain import empty_frame
from optimizer.errors import AttrifluxError
from tests.conversion.samples import AGENT, ALS, COLL, ON, OWN, PRIO, assiette_row, column, run, stock_rows


def test_halves_go_up():
    assert decimal_half_up(Fraction(1, 8), 2) == Fraction(13, 100)
    assert decimal_half_up(Fraction(124, 1000), 2) == Fraction(12, 100)
    assert decimal_half_up(Fraction(5, 2), 0) == 3
    # 25 × 0.005 = 0.125 dwellings a year
    got = run(stock_rows((ALS, 25, 0.005, None), (OWN, 100, 0.1, None)))
    assert column(got, 1, "vacated") == {ALS: 0.13, OWN: 10.0}


def test_the_mean_that_rows_without_turnover_take_is_told_with_two_decimals():
    # 300 × 0.0725 and 100 × 0.08 over 400: 29.75 / 400 = 7.4375 %
    got = run(stock_rows((ALS, 100, None, None), (OWN, 300, 0.0725, None), (PRIO, 100, 0.08, None)))
    said = next(f for f in got.findings if f.code == "FLUX_NO_TURNOVER")
    assert said.params["mean_fr"] == "7,44" and said.params["count"] == 100


def test_without_any_turnover_the_mean_is_that_of_the_base_and_never_above_one():
    base = bases(assiette_row(vacated=60), empty_frame("dwellings"), pd.Series([], dtype=object), 2026)[0][0]
    assert mean_rotation(
        blocks(stock_rows((ALS, 100, None, None), (OWN, 300, None, None)), ON), base
    ) == Fraction(60, 400)
    assert mean_rotation(blocks(stock_rows((ALS, 40, None, None)), ON), base) == 1
    assert mean_rotation((), base) == 0


def test_rights_run_down_by_their_own_part_where_others_last():
    """300 dwellings at 0.1 for twenty years are 600 rights, 40 a year over fifteen; 100 at 0.1 without end give 10 a year."""
    got = run(
        stock_rows(
            (ALS, 300, 0.1, "2046-01-01"),
            (ALS, 100, 0.1, None),
            (PRIO, 10, 0.0, None),
            (AGENT, 10, 0.1, None),
            (OWN, 600, 0.1, None),
        )
    )
    # 50 / 810 of 630 is 38.89; 1 / 810 of 630 is 0.78
    assert column(got, 3, "dwellings") == {PRIO: 0, AGENT: 1, ALS: 39, OWN: 590}
    left = column(got, 3, "rights_left")
    # nothing to run down where rights last, and for the landlord; nothing left where nothing was held
    assert left[ALS] == 600 and pd.isna(left[AGENT]) and pd.isna(left[OWN]) and left[PRIO] == 0
    ledger = got.rights[got.rights["account"] == ALS].set_index("year")
    # 39 × 40 / 50 = 31.2
    assert ledger.loc[[2026, 2027], "used"].tolist() == [31, 31] and ledger.loc[2026, "left"] == 569
    assert set(got.rights["account"]) == {ALS}
    assert column(got, 1, "rights_left")[ALS] is None or pd.isna(column(got, 1, "rights_left")[ALS])


def test_caps_lower_the_agents_then_the_state_then_the_communes():
    """Of 100 dwellings 10 agents, 40 priority, 30 of two communes, 20 of the landlord: 5, 25 and 20 are the most."""
    got = run(
        stock_rows(
            (AGENT, 10, 0.1, None),
            (PRIO, 40, 0.1, None),
            (COLL, 20, 0.1, None),
            ("COLL:25388", 10, 0.1, None),
            (OWN, 20, 0.1, None),
        )
    )
    shares = column(got, 1, "share")
    # the communes keep their proportion, two for one; the landlord takes 0.05 + 0.15 + 0.10 more
    assert shares == {PRIO: 0.25, AGENT: 0.05, COLL: 0.1333, "COLL:25388": 0.0667, OWN: 0.5}
    assert column(got, 1, "cap") == {
        AGENT: "agents",
        PRIO: "state",
        COLL: "guarantees",
        "COLL:25388": "guarantees",
        OWN: "",
    }
    assert column(got, 1, "received_from_cap") == {AGENT: 0, PRIO: 0, COLL: 0, "COLL:25388": 0, OWN: 0.3}
    assert column(got, 1, "share_uncapped")[PRIO] == 0.4


def test_the_inventory_of_two_accounts():
    stock = stock_rows(
        (ALS, 100, 0.1, "2030-01-01"),
        (ALS, 50, None, None),
        (ALS, 50, 0.2, "2025-12-31"),
        (OWN, 300, 0.05, None),
    )
    stock = stock.assign(
        qpv=["yes", None, "no", "QN02501M"], rooms=pd.array([3, None, 2, 3], "Int64"), convention=["C1", None, "C2", None],
        financing=["plus", "plus", "plai", None],
    )  # fmt: skip
    told = inventory(stock, ON)
    lines = told.accounts.set_index("account")
    names = ["dwellings", "share", "turnover", "vacated", "qpv_share", "ended"]
    # 200 of 500; (10 + 10) / 150 told; 100 in QPV of the 150 known
    assert lines.loc[ALS, names].tolist() == [200, 0.4, round(2 / 15, 9), 20.0, round(2 / 3, 9), 50]
    assert lines.loc[OWN, names].tolist() == [300, 0.6, 0.05, 15.0, 1.0, 0]
    assert lines.loc[ALS, ["ends_first", "ends_last"]].tolist() == [
        pd.Timestamp("2025-12-31"),
        pd.Timestamp("2030-01-01"),
    ]
    mine = told.spreads[told.spreads["account"] == ALS].set_index(["dimension", "value"])
    assert mine.loc["rooms", ["dwellings", "share"]].to_dict("index") == {
        "T2": {"dwellings": 50, "share": 0.25}, "T3": {"dwellings": 100, "share": 0.5}, "non renseigné": {"dwellings": 50, "share": 0.25},
    }  # fmt: skip
    assert mine.loc["financing", "share"].to_dict() == {"PLUS": 0.75, "PLAI": 0.25}
    assert mine.loc["qpv", "share"].to_dict() == {"oui": 0.5, "non": 0.25, "non renseigné": 0.25}
    ends = told.ends.set_index("convention")
    # 1,461 days of 365.25
    assert ends["years_left"].to_dict() == {"C1": 4.0, "C2": 0.0} and ends["dwellings"].to_dict() == {
        "C1": 100,
        "C2": 50,
    }


def test_each_landlord_has_the_reasons_of_its_own_dwellings():
    frame = pd.DataFrame(
        {
            "dwelling_id": list("abcdefg"), "landlord": ["X", "X", "X", "Y", "Y", "Y", "Y"], "commune": "25056",
            "assiette_exclusion": ["anru", None, "sale", None, "mutation", "mutation", None],
            "reserved_to": [None, "OTHER:defense", None, None, "ALS", None, None],
            "first_letting": pd.array([None, None, None, None, None, None, True], "boolean"),
        }
    )  # fmt: skip
    homes = pd.concat([empty_frame("dwellings"), frame])[list(empty_frame("dwellings").columns)].reset_index(
        drop=True
    )
    places = pd.Series(["25"] * 7)
    found, _ = bases(empty_frame("assiette"), homes, places, 2026)
    counted = {
        b.landlord: (b.vacated, b.mutation, b.anru, b.orcod, b.unfit, b.sale, b.stock, b.assiette)
        for b in found
    }
    # an exclusion comes before a reservation; a first letting is in its own ledger
    assert counted == {"X": (3, 0, 1, 0, 0, 1, 1, 0), "Y": (3, 2, 0, 0, 0, 0, 0, 1)}
    told = first_lettings(homes, places, 2026)
    assert told[["landlord", "account", "dwellings", "enters_flux"]].values.tolist() == [["Y", "", 1, 2027]]


@pytest.mark.parametrize(
    "content",
    [
        {"base": True}, {"base": "1"}, {"delta": {ALS: True}}, {"delta": {ALS: "0.02"}}, {"delta": [0.02]},
        {"minima": {ALS: True}}, {"minima": {ALS: "0.2"}}, {"minima": {ALS: 1.01}}, {"minima": {ALS: -0.01}},
        {"minima": [0.2]}, {"counterparts": ["x"]},
    ],
)  # fmt: skip
def test_an_agreement_that_is_no_number_is_refused_by_its_key(content: dict[str, object]):
    with pytest.raises(AttrifluxError) as refused:
        negotiated_from({"base": 1, "delta": {}, **content})
    assert refused.value.code == "FLUX_NEGOTIATED_KEY"
    assert next(iter(content)) in refused.value.text("fr")


def test_an_agreement_that_ends_in_a_year_and_a_third():
    """1 January 2026 to 1 May 2027: a year and 120 days of 365; 485 days of 365.25 in the inventory."""
    stock = stock_rows((ALS, 100, 0.1, "2027-05-01"), (OWN, 100, 0.1, None))
    # ten dwellings a year: 10 × (1 + 120 / 365) = 13.288 rights
    assert column(run(stock), 3, "rights_left")[ALS] == 13.29
    assert inventory(stock, ON).ends["years_left"].tolist() == [1.3]
