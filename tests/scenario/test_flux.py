"""Stock to flux on a whole case: numbers from `models/`, files, page."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from optimizer.errors import InputProblems
from optimizer.scenario import flux
from optimizer.scenario.flux_files import ends_sheet, write_flux
from tests.scenario.cases import filled, planner_case


def dwellings_of(table, mode: int) -> dict[str, int]:
    rows = table[table["mode"] == mode]
    return dict(zip(rows["account"], rows["dwellings"], strict=True))


def test_the_worked_example_through_the_rules_in_force():
    table = flux(planner_case()).flux
    assert dwellings_of(table, 1) == {
        "ETAT_PRIO": 157, "ETAT_AGENT": 31, "ALS": 158, "COLL:25056": 95, "BAILLEUR": 189,
    }  # fmt: skip
    assert dwellings_of(table, 2) == {
        "ETAT_PRIO": 136, "ETAT_AGENT": 32, "ALS": 175, "COLL:25056": 93, "BAILLEUR": 194,
    }  # fmt: skip
    assert dwellings_of(table, 3)["ALS"] == 168


def test_a_change_of_the_law_reaches_the_caps():
    case = planner_case(changes={"national.flux.agents_cap": 0.1, "national.flux.spread_years": 10})
    table = flux(case).flux
    assert dwellings_of(table, 2)["ETAT_AGENT"] == 39
    assert dwellings_of(table, 3)["ALS"] == 252


def test_the_agreement_names_who_receives_the_surplus():
    line = {
        "landlord": "OPH25", "departement": "25", "year": 2026, "account": "ALS", "share": 0.2, "cap_receiver": "ALS",
    }  # fmt: skip
    case = planner_case()
    case = replace(case, tables={**case.tables, "conventions": filled("conventions", [line])})
    rows = flux(case, modes=(2,)).flux
    assert rows.loc[rows["received_from_cap"] > 0, "account"].tolist() == ["ALS"]


def test_mode_4_only_with_a_negotiation():
    assert set(flux(planner_case()).flux["mode"]) == {1, 2, 3}
    case = planner_case(negotiated={"base": 1, "delta": {"ALS": 0.01, "COLL:25056": 0.02}})
    assert dwellings_of(flux(case).flux, 4) == {
        "ETAT_PRIO": 157, "ETAT_AGENT": 32, "ALS": 164, "COLL:25056": 107, "BAILLEUR": 170,
    }  # fmt: skip


def test_files_have_the_columns_of_the_contract_and_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_flux(tmp_path / name, flux(planner_case()))
    head = (tmp_path / "a" / "flux.csv").read_text(encoding="utf-8-sig").splitlines()
    assert head[0] == (
        "landlord;departement;year;mode;account;stock;vacated;share_uncapped;share;dwellings;cap;received_from_cap;"
        "rights_left"
    )
    assert "OPH25;25;2026;2;ETAT_AGENT;500;50;0,0617;0,05;32;agents;0;" in head
    assert "OPH25;25;2026;3;ALS;2500;225;0,2667;0,2667;168;;0;3240" in head
    base = (tmp_path / "a" / "assiette.csv").read_text(encoding="utf-8-sig").splitlines()
    assert base == [
        "landlord;departement;year;basis;vacated;mutation;anru;orcod;unfit;sale;stock;assiette",
        "OPH25;25;2026;forecast;810;120;40;0;0;20;0;630",
    ]
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def test_the_page_shows_sources_and_marks_assumed_values(tmp_path):
    write_flux(tmp_path, flux(planner_case()))
    page = (tmp_path / "flux.html").read_text(encoding="utf-8")
    assert "R. 441-5" in page
    assert "supposé" in page
    assert "Proposition : la commission décide" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_stock_beside_what_each_public_asks_for():
    fit = flux(planner_case()).fit
    als = fit[(fit["account"] == "ALS") & (fit["dimension"] == "rooms")]
    assert als["demand"].sum() == 6
    assert als["stock"].sum() == 2500
    prio = fit[(fit["account"] == "ETAT_PRIO") & (fit["dimension"] == "commune")]
    assert prio["demand"].tolist() == [3]


def test_an_unknown_commune_is_named():
    home = {"dwelling_id": "x", "landlord": "OPH25", "commune": "99999", "rooms": 3, "financing": "plus"}
    case = planner_case()
    case = replace(case, tables={**case.tables, "dwellings": filled("dwellings", [home])})
    with pytest.raises(InputProblems) as caught:
        flux(case)
    assert "99999" in caught.value.findings[0].text("fr")


def test_a_long_list_of_agreements_is_summed_by_year_of_end():
    ends = pd.DataFrame(
        {
            "landlord": "L", "departement": "25", "account": "ALS", "convention": [str(i) for i in range(6000)],
            "ends_on": pd.to_datetime(["2030-01-01", "2031-06-01"] * 3000), "dwellings": 1, "years_left": 4.0,
        }
    )  # fmt: skip
    assert ends_sheet(ends.head(10)).equals(ends.head(10))
    assert ends_sheet(ends)["dwellings"].tolist() == [3000, 3000]


def test_mode_4_alone_without_a_negotiation_is_refused_and_beside_others_is_said():
    with pytest.raises(InputProblems):
        flux(planner_case(), modes=(4,))
    beside = flux(planner_case(), modes=(1, 4))
    assert set(beside.flux["mode"]) == {1}
    assert "FLUX_NEGOTIATED_MISSING" in {f.code for f in beside.findings}
