"""Stock to flux on a whole case: numbers from `models/`, files, page."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from optimizer import policy
from optimizer.errors import AttrifluxError, InputProblems
from optimizer.scenario import flux
from optimizer.scenario.committed import committed_figures
from optimizer.scenario.flux import chosen_bases
from optimizer.scenario.flux_files import flux_to, numbers_table, write_flux
from optimizer.scenario.flux_page import flux_html, value_said
from optimizer.scenario.flux_sheets import blocks_sheet, ends_sheet, spread_sheet
from optimizer.scenario.flux_stock import ordered, stock_part
from optimizer.scenario.in_force import in_force
from optimizer.synth import write_case
from tests.cli.running import attriflux
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
    for same in (2, "2", [2, 2], ["2"]):
        assert flux(case, modes=same).flux.equals(rows)
    with pytest.raises(AttrifluxError) as refused:
        flux(case, modes="deux")
    assert refused.value.code == "FLUX_UNKNOWN_MODE"
    assert rows.loc[rows["received_from_cap"] > 0, "account"].tolist() == ["ALS"]


@pytest.mark.parametrize("receiver", ["ASL", "MUTATION"])
def test_a_receiver_that_is_no_account_of_an_agreement_is_refused_at_its_row(receiver):
    """The surplus went to an account that does not exist, and became its share of the flux."""
    line = {
        "landlord": "OPH25",
        "departement": "25",
        "year": 2026,
        "account": "ALS",
        "share": 0.2,
        "cap_receiver": receiver,
    }
    case = planner_case()
    case = replace(case, tables={**case.tables, "conventions": filled("conventions", [line])})
    with pytest.raises(InputProblems) as refused:
        flux(case)
    (found,) = refused.value.findings
    assert (found.code, found.column) == ("ELIG_UNKNOWN_ACCOUNT", "cap_receiver")
    with pytest.raises(AttrifluxError) as law:
        flux(planner_case(changes={"national.flux.cap_receiver": receiver}))
    assert law.value.code == "FLUX_RECEIVER_UNKNOWN"


def test_agreements_above_the_whole_flux_are_refused_as_by_check_and_those_above_a_cap_are_told():
    """A hundred and ten per cent were promised: `check` refused the case, and the inventory showed both shares beside its own."""

    def agreed(**shares: float):
        lines = [
            {"landlord": "OPH25", "departement": "25", "year": 2026, "account": account, "share": share}
            for account, share in shares.items()
        ]
        case = planner_case()
        return replace(case, tables={**case.tables, "conventions": filled("conventions", lines)})

    with pytest.raises(InputProblems) as refused:
        flux(agreed(ALS=0.9, ETAT_AGENT=0.2))
    (found, cap) = refused.value.findings
    assert (found.code, found.column) == ("ELIG_SHARES_ABOVE_ONE", "share") and "110 %" in found.sentence(
        "fr"
    )
    assert (cap.code, cap.severity) == ("ELIG_SHARES_ABOVE_CAP", "warning")
    told = [f.code for f in flux(agreed(ALS=0.4, ETAT_AGENT=0.06)).findings]
    assert told.count("ELIG_SHARES_ABOVE_CAP") == 1


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
    page = (tmp_path / "flux.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "R. 441-5" in page
    assert "supposé" in page
    assert "Proposition : la commission décide" in page
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")


def test_the_figures_kept_are_told_in_the_readers_words():
    """« defense, interior_security, health » and « COLL : garantie d'emprunt » stood on the French page."""
    text = plain(flux_html(flux(planner_case())))
    assert (
        "défense nationale (OTHER:defense), sécurité intérieure (OTHER:interior_security), "
        "établissements publics de santé (OTHER:health)" in text
    )
    assert "; collectivités : garantie d" in text and "; autres réservataires : financement" in text
    assert value_said(("gendarmerie",), "codes", "fr") == "gendarmerie"


def test_a_departement_tells_each_share_before_the_rounding_of_its_landlords():
    """5 % of nine dwellings is one at each landlord: « 11,11 % » of the eighteen stood there, beside 5,00 % below."""
    case = planner_case()
    stock, base = case.table("stock"), case.table("assiette")
    base = base.assign(vacated=9, mutation=0, anru=0, sale=0)
    both = {
        "stock": pd.concat([stock, stock.assign(landlord="ESH25")], ignore_index=True),
        "assiette": pd.concat([base, base.assign(landlord="ESH25")], ignore_index=True),
    }
    page = plain(flux_html(flux(replace(case, tables={**case.tables, **both}), modes=(1,))))
    assert "État (agents publics) 1 000 2 (5,00 %)" in page
    assert "Action Logement 5 000 4 (25,00 %)" in page and "part avant l&#39;arrondi" in page


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
            "counterpart": "prêt",
        }
    )  # fmt: skip
    assert ends_sheet(ends.head(10)).equals(ends.head(10))
    assert ends_sheet(ends)["dwellings"].tolist() == [3000, 3000]


def test_mode_4_without_a_negotiation_is_refused_alone_or_beside_others(tmp_path):
    for modes in ((4,), (1, 4)):
        with pytest.raises(InputProblems, match="rien à négocier"):
            flux(planner_case(), modes=modes)
    write_case(planner_case(), tmp_path / "cas")
    file = tmp_path / "quatre.yaml"
    file.write_text('title: "Q"\nwhy: "q"\nchanges:\n  flux.mode: 4\n', encoding="utf-8")
    with pytest.raises(InputProblems, match="rien à négocier"):
        flux_to(tmp_path / "cas", tmp_path / "out", scenario=file)
    assert not (tmp_path / "out").exists()


def test_a_negotiation_below_what_a_party_asks_for_at_least_is_refused_with_both_shares():
    agreed = {"base": 1, "delta": {"ALS": -0.03}, "minima": {"ALS": 0.23, "ETAT_PRIO": 0.2}}
    with pytest.raises(InputProblems) as caught:
        flux(planner_case(negotiated=agreed), modes=(4,))
    (problem,) = caught.value.findings
    assert problem.code == "FLUX_BELOW_MINIMUM"
    assert "la part de ALS serait de 22,00 %, sous les 23,00 %" in problem.text("fr")
    enough = flux(planner_case(negotiated={**agreed, "minima": {"ALS": 0.22}}), modes=(4,))
    assert float(enough.flux.set_index("account").loc["ALS", "share_uncapped"]) == 0.22


def test_keys_that_the_conversion_does_not_read_are_said_on_the_page_and_in_the_terminal(tmp_path):
    write_case(planner_case(), tmp_path / "cas")
    file = tmp_path / "s.yaml"
    file.write_text(
        'title: "S"\nwhy: "s"\nchanges:\n  national.prices.flux: 900\n  case.shortlist_size: 4\n  flux.mode: 2\n'
        "  assiette.OPH25.mutation: 0\n  national.flux.agents_cap: 0.04\n  rights.OPH25.ALS.2027: 10\n", encoding="utf-8",
    )  # fmt: skip
    written = flux_to(tmp_path / "cas", tmp_path / "out", scenario=file, modes=(1, 2))
    said = {
        (f.code, str(f.params.get("key", f.params.get("mode"))))
        for f in written.result.findings
        if f.code.startswith("SCENARIO")
    }
    assert said == {
        ("SCENARIO_KEY_NOT_FLUX", "case.shortlist_size"), ("SCENARIO_KEY_NOT_FLUX", "national.prices.flux"),
        ("SCENARIO_MODE_BESIDE", "2"), ("SCENARIO_KEY_UNUSED", "rights.OPH25.ALS.2027"),
    }  # fmt: skip
    page = (tmp_path / "out" / "flux.html").read_text(encoding="utf-8")
    assert "national.prices.flux ne change rien ici" in page
    done = attriflux("flux", tmp_path / "cas", "--out", tmp_path / "deux", "--scenario", file)
    assert done.code == 0 and "case.shortlist_size ne change rien ici" in done.out + done.err


def test_each_number_says_whether_it_was_read_agreed_or_assumed():
    """A share that the landlord's own agreement fixes was called « sourcé », as if a text said it."""
    numbers = [
        policy.Parameter(word, word, 0.2, "share", word, "source") for word in ("sourced", "local", "assumed")
    ]
    table = numbers_table(SimpleNamespace(numbers=numbers))
    assert table["status"].tolist() == ["sourcé", "local", "supposé"]
    assert table["value"].tolist() == ["20\u00a0%"] * 3


def test_a_turnover_that_does_not_give_the_declared_dwellings_is_said_with_both_numbers():
    case = planner_case()
    assert not [f for f in flux(case).findings if f.code == "FLUX_TURNOVER_GAP"]
    few = case.table("assiette").assign(vacated=190, mutation=0, anru=0, sale=0)
    found = [
        f
        for f in flux(replace(case, tables={**case.tables, "assiette": few})).findings
        if f.code == "FLUX_TURNOVER_GAP"
    ]
    assert [f.severity for f in found] == ["warning"]
    assert "donne 810,0 logements libérés par an, l'assiette en déclare 190" in found[0].text("fr")


def test_ceilings_of_the_public_stand_beside_the_financing_of_the_stock():
    case = planner_case()
    people = case.table("applications").copy()
    people["tax_income_eur"] = [5_000.0, 25_000.0, 60_000.0] * 4
    people["persons"] = 1
    fit = flux(replace(case, tables={**case.tables, "applications": people})).fit
    own = fit[(fit["account"] == "BAILLEUR") & (fit["dimension"] == "ceiling")].set_index("value")
    # one person, other regions, 2026: PLAI 12,870, PLUS 23,403, PLS 30,424
    assert own["demand"].to_dict() == {"PLAI": 4, "PLUS": 0, "PLS": 4, "au-dessus": 4}
    assert own["stock"].to_dict() == {"PLAI": 0, "PLUS": 3000, "PLS": 0, "au-dessus": 0}


def test_mixity_counts_known_quartiles_and_says_how_many_are_not():
    case = planner_case()
    people = case.table("applications").copy()
    people["monthly_income_eur"] = [300.0, 3_000.0, None] * 4
    people["persons"] = 1
    leases = [
        {"dwelling_id": f"b{i}", "landlord": "OPH25", "commune": "25056", "qpv": q, "account": "ALS",
         "signed_on": "2026-02-01", "q1": w}
        for i, (q, w) in enumerate((("yes", "yes"), ("no", "no"), ("no", "unknown"), (None, "no")))
    ]  # fmt: skip
    tables = {**case.tables, "applications": people, "leases": filled("leases", leases)}
    table = flux(replace(case, tables=tables)).mixity.set_index("account")
    als = table.loc["ALS"]
    assert (als["demand"], als["demand_q1_share"], als["demand_unknown"]) == (6, 0.5, 2)
    assert (als["leases"], als["leases_unknown"]) == (4, 1)
    assert als["leases_qpv_share"] == 1 / 3 == als["leases_q1_share"]
    assert als["qpv_share"] == 1.0  # 1,000 said to be in QPV, the 1,500 others say nothing


def test_a_collectivite_is_compared_with_those_who_ask_for_its_area():
    case = planner_case()
    people = case.table("applications").copy()
    people["choices"] = ["25056"] * 5 + ["25388"] * 7
    table = flux(replace(case, tables={**case.tables, "applications": people})).mixity.set_index("account")
    assert table["demand"].to_dict()["COLL:25056"] == 5
    assert table["demand"].to_dict()["BAILLEUR"] == 12


def test_dwellings_that_pass_between_contingents_are_counted():
    case = planner_case()
    stock = case.table("stock").copy()
    stock.loc[2, "ends_on"] = pd.Timestamp("2025-12-31")
    stock.loc[3, "ends_on"] = pd.Timestamp("2026-07-01")
    home = {"landlord": "OPH25", "commune": "25056", "rooms": 3, "financing": "plus"}
    events = [
        {"dwelling_id": "a", "account": "ALS", "oriented_on": "2026-01-05"},
        {"dwelling_id": "a", "account": "BAILLEUR", "oriented_on": "2026-02-10"},
        {"dwelling_id": "b", "account": "ALS", "oriented_on": "2026-01-05"},
        {"dwelling_id": "b", "account": "ALS", "oriented_on": "2026-03-05"},
        {"dwelling_id": "c", "account": "ALS", "oriented_on": "2025-01-05"},
    ]
    homes = [{**home, "dwelling_id": d} for d in "abc"]
    tables = {
        **case.tables,
        "stock": stock,
        "events": filled("events", events),
        "dwellings": filled("dwellings", homes),
    }
    moves = flux(replace(case, tables=tables)).moves
    assert [tuple(r)[2:] for r in moves.itertuples(index=False)] == [
        ("ALS", "BAILLEUR", "convention à échoir dans l'année", 1000),
        ("ALS", "BAILLEUR", "convention échue", 1500),
        ("ALS", "BAILLEUR", "réorientation dans l'année", 1),
    ]


def test_commitments_hold_every_reserved_dwelling_with_its_counterpart():
    result = flux(planner_case())
    table = result.commitments
    stock = result.case.table("stock")
    reserved = stock[stock["account"] != "BAILLEUR"].groupby("account")["dwellings"].sum()
    assert table.groupby("account")["dwellings"].sum().to_dict() == reserved.to_dict()
    assert set(table["state"]) == {"sans terme", "en cours"}
    assert (table["counterpart"] != "").all()


def test_the_crossed_table_of_blocks_keeps_totals_and_turnover():
    stock = planner_case().table("stock")
    table = blocks_sheet(stock)
    assert table["dwellings"].sum() == stock["dwellings"].sum()
    als = table[table["account"] == "ALS"]
    assert len(als) == 2 and set(als["turnover"]) == {0.09}
    many = (
        stock.head(1).loc[[0] * 6000].reset_index(drop=True).assign(convention=[f"c{i}" for i in range(6000)])
    )
    short = blocks_sheet(many)
    assert len(short) == 1 and short["dwellings"].tolist() == [6000 * 2500]


def test_a_long_spread_leaves_the_agreements_to_their_own_sheet():
    spreads = pd.DataFrame({"dimension": ["convention"] * 30_000 + ["rooms"] * 5, "dwellings": 1})
    assert len(spread_sheet(spreads)) == 5
    assert len(spread_sheet(spreads.tail(10))) == 10


def test_a_scenario_is_applied_before_the_conversion(tmp_path):
    write_case(planner_case(), tmp_path / "cas")
    file = tmp_path / "droits.yaml"
    file.write_text(
        'title: "Droits nouveaux"\nwhy: "un programme de 2030"\nchanges:\n  assiette.OPH25.mutation: 0\n'
        "  rights.OPH25.ALS.2030: 150\n",
        encoding="utf-8",
    )
    written = flux_to(tmp_path / "cas", tmp_path / "out", modes=(1, 3), scenario=file)
    assert written.result.assiette["assiette"].tolist() == [750]
    rights = written.result.conversion.rights
    assert rights[(rights["account"] == "ALS") & (rights["year"] == 2030)]["added"].tolist() == [150]
    assert "Droits nouveaux" in (tmp_path / "out" / "flux.html").read_text(encoding="utf-8").replace(
        "\xa0", " "
    )
    matrix = tmp_path / "matrice.yaml"
    matrix.write_text('title: "M"\nwhy: "m"\nover:\n  flux.mode: [1, 2]\n', encoding="utf-8")
    with pytest.raises(AttrifluxError) as caught:
        flux_to(tmp_path / "cas", tmp_path / "autre", scenario=matrix)
    assert caught.value.code == "SCENARIO_MATRIX" and not (tmp_path / "autre").exists()
    matrix.write_text('title: "M"\nwhy: "m"\nvariants:\n  un:\n    flux.mode: 1\n', encoding="utf-8")
    with pytest.raises(AttrifluxError) as caught:
        flux_to(tmp_path / "cas", tmp_path / "autre", scenario=matrix)
    assert caught.value.code == "SCENARIO_MATRIX" and not (tmp_path / "autre").exists()


def test_a_wrong_landlord_in_the_scenario_is_refused_with_its_line(tmp_path):
    write_case(planner_case(), tmp_path / "cas")
    file = tmp_path / "faux.yaml"
    file.write_text('title: "F"\nwhy: "f"\nchanges:\n  assiette.OPH99.mutation: 0\n', encoding="utf-8")
    with pytest.raises(InputProblems) as caught:
        flux_to(tmp_path / "cas", tmp_path / "out", scenario=file)
    assert [(f.code, f.row) for f in caught.value.findings] == [("SCENARIO_REFUSED", 4)]


def test_the_whole_departement_is_summed_where_it_has_several_landlords(tmp_path):
    case = planner_case()
    twice = {
        name: pd.concat([case.table(name), case.table(name).assign(landlord="ESH25")], ignore_index=True)
        for name in ("stock", "assiette")
    }
    write_flux(tmp_path, flux(replace(case, tables={**case.tables, **twice})))
    page = (tmp_path / "flux.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "Ensemble du département 25 (2 bailleurs)" in page
    whole = page.partition("Ensemble du département 25")[2].partition("</table>")[0]
    assert "<b>314</b>" in whole and ">1\u202f260</td>" in whole  # 2 x 157 and 2 x 630


def committed_planner():
    """Two commitments: a loan to be repaid at the end of March, land for an agreement of the stock that ends with the year."""
    case = planner_case()
    convention = str(case.table("stock")["convention"].dropna().iloc[0])
    rows = [
        {"landlord": "OPH25", "departement": "25", "account": "COLL:25056", "counterpart": "guarantee", "reference": "DEL-7",
         "signed_on": "2000-01-01", "loan_repaid_on": "2022-03-31", "dwellings": 500, "turnover": 0.081},
        {"landlord": "OPH25", "departement": "25", "account": "ALS", "counterpart": "land", "reference": "ACTE-3",
         "signed_on": "2000-01-01", "ends_on": "2026-12-31", "share": 0.1, "convention": convention},
    ]  # fmt: skip
    return replace(case, tables={**case.tables, "commitments": filled("commitments", rows)})


def test_commitments_stand_beside_the_modes_and_change_none(tmp_path):
    plain, result = flux(planner_case()), flux(committed_planner())
    pd.testing.assert_frame_equal(plain.flux, result.flux)
    table = result.register.table.set_index("reference")
    # 500 × 8.1 % of the 810 vacated, until 31 March 2027: five years after the last instalment
    assert table.loc["DEL-7", ["share", "year_share", "next_share", "effect"]].tolist() == [
        0.05,
        0.05,
        0.0123,
        "ends_next",
    ]
    assert table.loc["ACTE-3", ["change_share", "year_dwellings", "effect"]].tolist() == [
        -0.1,
        63.0,
        "ends_at_year_end",
    ]
    assert any("terrain (ACTE-3)" in str(x) for x in result.commitments["counterpart"])
    write_flux(tmp_path, result)
    page = (tmp_path / "flux.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert (
        "Engagements et contreparties" in page
        and "finit le 31 décembre ; 2027 : 10 % du flux en moins" in page
    )
    assert (tmp_path / "engagements.csv").is_file() and (tmp_path / "engagements_by_account.csv").is_file()
    (tmp_path / "plain").mkdir()
    write_flux(tmp_path / "plain", plain)
    assert "Engagements et contreparties" not in (tmp_path / "plain" / "flux.html").read_text(
        encoding="utf-8"
    )


def test_a_comparison_shows_what_commitments_bring_beside_the_shares_of_a_scenario():
    class Prepared:
        case = committed_planner()
        rules = policy.load("doubs", on=case.settings.on)

    found = {(f.indicator, f.scope): f.value for f in committed_figures(Prepared)}  # type: ignore[arg-type]
    line = "landlord=OPH25;area=25;account=ALS"
    assert found["committed", line] == 0.1 and found["committed_next", line] == 0
    Prepared.case = planner_case()
    assert committed_figures(Prepared) == []  # type: ignore[arg-type]


def test_the_screen_says_the_base_that_the_shares_apply_to(tmp_path):
    """By its actual numbers the landlord's base is 700 − 100; where there are none its forecast, 810 − 180."""
    case = planner_case()
    row = {
        "landlord": "OPH25",
        "departement": "25",
        "year": 2026,
        "basis": "actual",
        "vacated": 700,
        "mutation": 100,
    }
    both = pd.concat([case.table("assiette"), filled("assiette", [row])], ignore_index=True)
    write_case(replace(case, tables={**case.tables, "assiette": both}), tmp_path / "case")
    for basis, base in (("actual", 600), ("forecast", 630)):
        done = flux_to(tmp_path / "case", tmp_path / basis, basis=basis, modes=(1,))
        assert done.summary["assiette"] == base == sum(done.summary["dwellings"]["1"].values())
        assert f"{base} " in done.summary["lines_fr"][0].replace("\u00a0", " ")


def test_the_value_in_force_is_that_of_the_year_line_by_line():
    """Two départements of the year, and the next year's forecast: a scenario sets each line, none is the sum."""
    row = {"landlord": "OPH25", "basis": "forecast"}
    told = [
        {**row, "departement": "25", "year": 2026, "vacated": 60}, {**row, "departement": "39", "year": 2026, "vacated": 40},
        {**row, "departement": "25", "year": 2027, "vacated": 70},
    ]  # fmt: skip
    case = planner_case()
    case = replace(case, tables={**case.tables, "assiette": filled("assiette", told)})
    assert in_force(case, ["assiette.OPH25.vacated"]) == {"assiette.OPH25.vacated": "40 | 60"}
    one = replace(case, tables={**case.tables, "assiette": filled("assiette", told[::2])})
    assert in_force(one, ["assiette.OPH25.vacated"]) == {"assiette.OPH25.vacated": "60"}


def test_the_demand_counts_who_is_active_and_the_quartile_as_the_rules_do():
    """Eight applications for Besançon: two have lapsed, or were struck off; a quartile and an income per unit are taken as written."""
    person = {
        "first_registered_on": "2024-05-01",
        "persons": 1,
        "adults": 1,
        "choices": "25056",
        "status": "active",
    }
    told = [
        {"first_quartile": True}, {"first_quartile": False, "monthly_income_eur": 10}, {"income_per_uc": 100},
        {"income_per_uc": 90_000, "monthly_income_eur": 10}, {"monthly_income_eur": 10, "income_status": "verified"}, {},
        {"status": "struck_off", "first_quartile": True}, {"status": None, "renewed_on": "2024-11-30", "first_quartile": True},
    ]  # fmt: skip
    people = filled("applications", [{**person, "application_id": f"N{i}", **x} for i, x in enumerate(told)])
    case = planner_case()
    case = replace(case, tables={**case.tables, "applications": people})
    mine = flux(case).mixity.set_index("account").loc["BAILLEUR"]
    # thirteen months after 30 November 2024 is 30 December 2025: the case is of 1 January 2026
    assert (mine["demand"], mine["demand_unknown"], mine["demand_q1_share"]) == (6, 1, 0.6)
    renewed = people.assign(
        renewed_on=people["renewed_on"].mask(people["renewed_on"].notna(), pd.Timestamp("2024-12-01"))
    )
    case = replace(case, tables={**case.tables, "applications": renewed})
    result = flux(case)
    assert result.mixity.set_index("account").loc["BAILLEUR", "demand"] == 7
    fit = result.fit[(result.fit["account"] == "BAILLEUR") & (result.fit["dimension"] == "ceiling")]
    assert fit["demand"].sum() == 7


def test_a_collectivite_of_another_departement_receives_nothing_of_this_one():
    """Mode 4 gave a hundredth of the Doubs to an EPCI of Ille-et-Vilaine, and its share became a line of an agreement."""
    agreed = {"base": 1, "delta": {"ALS": 0.02, "COLL:243500139": 0.01, "COLL:25": 0.03, "BAILLEUR": -0.06}}
    found = flux(planner_case(negotiated=agreed), modes=(1, 4))
    table = found.flux
    shares = {m: rows.set_index("account")["share"] for m, rows in table.groupby("mode")}
    assert "COLL:243500139" not in shares[4].index
    assert shares[4]["ALS"] == 0.27 and shares[4]["COLL:25"] == 0.03
    assert (
        shares[4]["BAILLEUR"] == 0.25
    )  # 0.3 less 0.02 and 0.03: nothing is taken for what is given to nobody
    (told,) = [f for f in found.findings if f.code == "FLUX_NEGOTIATED_ELSEWHERE"]
    assert "COLL:243500139" in told.sentence("fr") and told.severity == "warning"


def test_a_minimum_that_a_cap_takes_away_is_refused():
    """The caps came after the minima: public agents asked for 6 %, were given the 5 % of the law, and nobody was told."""
    agreed = {"base": 1, "delta": {"ETAT_AGENT": 0.02}, "minima": {"ETAT_AGENT": 0.06}}
    with pytest.raises(InputProblems) as caught:
        flux(planner_case(negotiated=agreed), modes=(4,))
    (told,) = [f for f in caught.value.findings if f.severity == "error"]
    assert told.code == "FLUX_BELOW_MINIMUM" and "5,00 %" in told.sentence("fr")
    held = flux(planner_case(negotiated={**agreed, "minima": {"ETAT_AGENT": 0.05}}), modes=(4,))
    assert held.flux.set_index("account")["share"]["ETAT_AGENT"] == 0.05


HOMES = [
    ("d", "none", None, False), ("b", "mutation", None, False), ("c", "anru", None, False), ("a", "none", "ALS", False),
    ("e", "none", "ALS", True),
]  # fmt: skip


def test_dwellings_out_of_the_assiette_are_named_with_their_reason(tmp_path):
    homes = [
        {"dwelling_id": name, "landlord": "OPH25", "commune": "25056", "rooms": 3, "financing": "plus",
         "assiette_exclusion": why, "reserved_to": reserved, "first_letting": first}
        for name, why, reserved, first in HOMES
    ]  # fmt: skip
    case = planner_case()
    write_flux(tmp_path, flux(replace(case, tables={**case.tables, "dwellings": filled("dwellings", homes)})))
    lines = (tmp_path / "exclusions.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == [
        "landlord;departement;dwelling_id;reason", "OPH25;25;c;anru", "OPH25;25;e;first_letting", "OPH25;25;b;mutation",
        "OPH25;25;a;stock",
    ]  # fmt: skip
    page = (tmp_path / "flux.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "mutations 120 (1 dans exclusions.csv ; 119 au taux déclaré de 14,7 %)" in page


def test_the_page_names_the_territory_and_not_its_file(tmp_path):
    found = flux(planner_case())
    write_flux(tmp_path, found)
    assert f">{found.territory} · " in (tmp_path / "flux.html").read_text(encoding="utf-8")
    assert found.territory == "Doubs"


def test_what_is_written_in_a_frame_of_a_conversion_does_not_last():
    found = flux(planner_case())
    mine = found.flux
    mine["share"] = 0.0
    mine.loc[0, "dwellings"] = 999
    assert found.flux["share"].sum() == 3 and 999 not in found.flux["dwellings"].tolist()
    mine = found.conversion.flux
    mine["share"] = 0.0
    assert found.conversion.flux["share"].sum() == 3


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ")


def test_what_the_page_sets_apart_follows_the_values_it_names():
    """Of ALS's agreements one ends six years on, one twenty; a third of the demand is for two rooms, which the stock does not have."""
    near = flux_html(flux(planner_case()))
    assert "Échéance sous 5 ans" in near and "de plus de 10 points" in plain(near)
    changes = {"national.planning.agreements_ending_within": 7, "national.planning.fit_gap": 0.4}
    result = flux(planner_case(changes=changes))
    far, english = flux_html(result), flux_html(result, "en")
    assert "Échéance sous 7 ans" in far and "de plus de 40 points" in plain(far)
    assert "Ending within 7 years" in english and "by more than 40 points" in plain(english)
    ends = result.commitments.set_index("account").loc["ALS"].sort_values("ends_on")
    assert ends["state"].tolist() == ["échoit dans les 7 ans", "en cours"]
    soon = [stock_part(f, "OPH25", "25", "fr")["accounts"] for f in (flux(planner_case()), result)]
    assert [sum(a["soon"] for a in accounts) for accounts in soon] == [
        0, 1000,
    ]  # fmt: skip
    assert near.count('class="miss"') > far.count('class="miss"')
    for lang, words in (("fr", "non réservé"), ("en", "not reserved")):
        told = {a["dwellings"]: a["counterpart"] for a in stock_part(result, "OPH25", "25", lang)["accounts"]}
        assert told[3000] == words and all(told.values()) and list(told.values()).count(words) == 1


def test_the_page_says_in_which_year_single_rights_run_out():
    """3,240 rights, 168 a year: nineteen years and a part of the twentieth."""
    assert "Action Logement 3 240 168 2045" in plain(flux_html(flux(planner_case())))


def test_shares_apply_to_the_asked_base_where_there_is_one_else_to_the_one_there_is():
    def base(landlord: str, basis: str, assiette: int) -> SimpleNamespace:
        return SimpleNamespace(landlord=landlord, departement="25", basis=basis, assiette=assiette)

    bases = [base("A", "actual", 500), base("A", "forecast", 600), base("B", "forecast", 70)]
    for order in (bases, bases[::-1]):
        found = SimpleNamespace(bases=order)
        assert chosen_bases(found, "actual") == {("A", "25"): 500, ("B", "25"): 70}
        assert chosen_bases(found, "forecast") == {("A", "25"): 600, ("B", "25"): 70}


def test_accounts_stand_in_one_order_and_each_exclusion_names_its_dwelling(tmp_path):
    """État, Action Logement, collectivités, the landlord, whatever the order of the file."""
    case = planner_case()
    turned = case.table("stock").iloc[::-1].reset_index(drop=True)
    home = {"landlord": "OPH25", "commune": "25056", "rooms": 3, "financing": "plus"}
    homes = [
        {**home, "dwelling_id": "L3", "assiette_exclusion": "sale"}, {**home, "dwelling_id": "L2"},
        {**home, "dwelling_id": "L1", "assiette_exclusion": "sale"}, {**home, "dwelling_id": "L4", "assiette_exclusion": "anru"},
    ]  # fmt: skip
    result = flux(
        replace(case, tables={**case.tables, "stock": turned, "dwellings": filled("dwellings", homes)})
    )
    rows = ordered(result.inventory.accounts)
    assert [r["account"] for r in rows] == ["ETAT_PRIO", "ETAT_AGENT", "ALS", "COLL:25056", "BAILLEUR"]
    write_flux(tmp_path, result)
    assert (tmp_path / "exclusions.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "landlord;departement;dwelling_id;reason", "OPH25;25;L4;anru", "OPH25;25;L1;sale", "OPH25;25;L3;sale",
    ]  # fmt: skip


def test_a_departement_that_does_not_exist_and_an_assiette_below_nothing_are_told_by_check_too(tmp_path):
    """`check` said « lisible et cohérent » of both; `propose` steered the year by an assiette of −10."""
    case = planner_case()
    stock = case.table("stock").assign(departement=["2"] + ["25"] * 5)
    assiette = case.table("assiette").assign(mutation=[760])
    tables = {**case.tables, "stock": stock, "assiette": assiette}
    write_case(replace(case, tables=tables), tmp_path / "case")
    told = attriflux("check", str(tmp_path / "case"))
    said = " ".join(told.err.split())
    assert told.code == 2
    assert "ELIG_UNKNOWN_DEPARTEMENT stock.csv, ligne 2, colonne « departement »" in said
    assert "READ_ASSIETTE_NEGATIVE assiette.csv, ligne 2, colonne « liberes »" in said
    assert "retire plus de logements (820) qu'il n'en est libéré (810)" in said
