"""A case under a scenario: settings, base, deliveries, conversion shares."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer import importers, policy
from optimizer.errors import AttrifluxError, InputProblems
from optimizer.scenario import Run, Scenario, apply, run_scenarios
from optimizer.synth import write_case
from tests.end_to_end.small import agreement, application, dwelling, write
from tests.scenario.cases import filled, planner_case


def run(**changes: object) -> Run:
    return Run("essai", "Essai", "essai", {k.replace("__", "."): v for k, v in changes.items()})


def with_tables(case, **tables):
    return replace(case, tables={**case.tables, **tables})


def shares(case) -> dict[str, float]:
    table = case.table("conventions")
    return dict(zip(table["account"], table["share"], strict=True))


HOME = {"landlord": "OPH25", "commune": "25056", "rooms": 3, "financing": "plus"}


def test_values_of_the_law_go_to_the_settings_and_the_case_is_left_alone():
    case = planner_case()
    under = apply(case, run(national__prices__flux=900))
    assert under.settings.changes == {"national.prices.flux": 900}
    assert under.settings.title == "Essai"
    assert case.settings.changes == {}


@pytest.mark.parametrize("mode", [1, 2, 3])
def test_the_shares_of_a_mode_become_those_of_the_convention(mode):
    under = apply(planner_case(), run(flux__mode=mode))
    table = under.table("conventions")
    assert set(table["landlord"]) == {"OPH25"}
    expected = {
        1: {"ETAT_PRIO": 0.25, "ETAT_AGENT": 0.05, "ALS": 0.25, "COLL:25056": 0.15},
        2: {"ETAT_PRIO": 0.2161, "ETAT_AGENT": 0.05, "ALS": 0.2778, "COLL:25056": 0.1481},
    }.get(mode)
    if expected:
        assert shares(under) == expected
    assert shares(under)["ALS"] == {1: 0.25, 2: 0.2778, 3: 0.2667}[mode]


def test_what_else_the_convention_agrees_on_is_kept():
    line = {
        "landlord": "OPH25", "departement": "25", "year": 2026, "account": "ALS", "share": 0.2,
        "management_mode": "direct", "proposal_deadline_days": 9,
    }  # fmt: skip
    case = with_tables(planner_case(), conventions=filled("conventions", [line]))
    table = apply(case, run(flux__mode=1)).table("conventions").set_index("account")
    assert table.loc["ALS", "management_mode"] == "direct"
    assert table.loc["ALS", "proposal_deadline_days"] == 9
    assert table.loc["ALS", "share"] == 0.25


def test_a_change_reaches_the_conventions_of_the_case_and_not_those_of_models():
    line = {"landlord": "MAISON", "departement": "25", "year": 2026, "account": "ALS", "share": 0.2}
    case = with_tables(planner_case(), conventions=filled("conventions", [line]))
    under = apply(case, Run("e", "E", "e", {"conventions.MAISON.ALS.share": 0.3}))
    assert shares(under) == {"ALS": 0.3}
    assert under.settings.changes == {}
    with pytest.raises(AttrifluxError) as caught:
        apply(case, Run("e", "E", "e", {"conventions.MAISON.COLL:25.share": 0.3}))
    assert caught.value.code == "POLICY_CHANGE_UNKNOWN"


@pytest.mark.long
def test_a_key_for_every_landlord_reaches_agreements_that_only_the_case_has(tmp_path):
    """The territory has no agreement: the key is not refused for it, while an account that nobody has still is."""
    folder = write(
        tmp_path / "case", [dwelling("L1")], [application("A1")], conventions=[agreement("ALS", "0.3")]
    )
    (folder / "sans.yaml").write_text(
        "title: Sans convention\ndepartements: ['25']\nstatus: local\nsource: essai\nreviewed_on: 2026-01-02\nby: essai\n"
        "market: tense\ngrid: demonstration\nconventions: []\n",
        encoding="utf-8",
    )
    settings = folder / "case.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("doubs", "sans.yaml"), encoding="utf-8")
    ran = run_scenarios(["gestion-directe"], case=folder, workers=1).comparison
    waiting = ran[ran["indicator"] == "dwellings_awaiting"].set_index("scenario")["value"].to_dict()
    assert set(waiting) == {"reference", "gestion-directe"}
    lost = Scenario("perdu", changes={"conventions.*.ETAT_AGENT.management_mode": "direct"})
    with pytest.raises(InputProblems, match="ETAT_AGENT"):
        run_scenarios([lost], case=folder, workers=1)


def test_a_subtraction_set_to_nothing_gives_its_dwellings_back():
    homes = filled(
        "dwellings",
        [{**HOME, "dwelling_id": "a", "assiette_exclusion": "mutation"}, {**HOME, "dwelling_id": "b"}],
    )
    under = apply(with_tables(planner_case(), dwellings=homes), run(**{"assiette__*__mutation": 0}))
    assert under.table("assiette")["mutation"].tolist() == [0]
    assert under.table("dwellings")["assiette_exclusion"].isna().all()
    assert homes["assiette_exclusion"].tolist()[0] == "mutation"


def test_a_subtraction_of_one_landlord_gives_back_its_own_dwellings_alone():
    homes = filled(
        "dwellings",
        [
            {**HOME, "dwelling_id": "a", "assiette_exclusion": "anru"},
            {**HOME, "dwelling_id": "b", "assiette_exclusion": "sale"},
            {**HOME, "dwelling_id": "c", "assiette_exclusion": "anru", "landlord": "ESH25"},
        ],
    )
    under = apply(with_tables(planner_case(), dwellings=homes), run(assiette__OPH25__anru=0))
    left = under.table("dwellings").set_index("dwelling_id")["assiette_exclusion"]
    assert left.isna().tolist() == [True, False, False]
    assert under.table("assiette")["anru"].tolist() == [0]


def test_a_delivery_adds_first_lettings_promised_to_an_account():
    homes = filled("dwellings", [{**HOME, "dwelling_id": "a", "vacant_since": "2025-10-01"}])
    under = apply(with_tables(planner_case(), dwellings=homes), run(delivery__OPH25__ALS=2)).table(
        "dwellings"
    )
    assert under["dwelling_id"].tolist() == ["a", "NEUF-OPH25-ALS-0001", "NEUF-OPH25-ALS-0002"]
    new = under.iloc[1:]
    assert new["reserved_to"].tolist() == ["ALS", "ALS"]
    assert new["first_letting"].all()
    assert new["vacant_since"].isna().all()


def test_negotiated_differences_come_from_dotted_keys():
    under = apply(planner_case(), run(flux__mode=4, flux__negotiated__base=2, flux__negotiated__ALS=0.02))
    assert under.settings.negotiated == {"base": 2, "delta": {"ALS": 0.02}}
    assert shares(under)["ALS"] == 0.2978


def test_a_mode_without_stock_is_refused():
    with pytest.raises(AttrifluxError) as caught:
        apply(with_tables(planner_case(), stock=filled("stock", [])), run(flux__mode=1))
    assert caught.value.code == "SCENARIO_NO_STOCK"


def test_shares_that_meet_in_one_commune_never_pass_one():
    rows = [
        {"landlord": "OPH25", "departement": "25", "commune": c, "account": a, "dwellings": n, "turnover": 0.1}
        for c, a, n in (
            ("25056", "COLL:25056", 100), ("25056", "COLL:242500361", 100), ("25388", "BAILLEUR", 600), ("25388", "ALS", 200),
        )
    ]  # fmt: skip
    under = apply(with_tables(planner_case(), stock=filled("stock", rows)), run(flux__mode=1))
    table = shares(under)
    assert table["ALS"] + table["COLL:25056"] + table["COLL:242500361"] <= 1
    assert (table["COLL:242500361"], table["COLL:25056"]) == (0.5, 0.3)
    assert [w.params["account"] for w in under.warnings if w.code == "SCENARIO_SHARE_CUT"] == ["COLL:25056"]


def test_two_communes_of_one_epci_do_not_take_each_others_share():
    """100 of 1 000 dwellings for each commune, where 200 of them lie: 0,1 / 0,2 = one half there, beside Action Logement's fifth."""
    rows = [
        {"landlord": "OPH25", "departement": "25", "commune": c, "account": a, "dwellings": n, "turnover": 0.1}
        for c, a, n in (
            ("25056", "COLL:25056", 100), ("25056", "BAILLEUR", 100), ("25036", "COLL:25036", 100), ("25036", "BAILLEUR", 100),
            ("25388", "BAILLEUR", 400), ("25388", "ALS", 200),
        )
    ]  # fmt: skip
    under = apply(with_tables(planner_case(), stock=filled("stock", rows)), run(flux__mode=1))
    table = shares(under)
    assert (table["COLL:25056"], table["COLL:25036"], table["ALS"]) == (0.5, 0.5, 0.2)
    assert not [w for w in under.warnings if w.code == "SCENARIO_SHARE_CUT"]


@pytest.mark.parametrize(
    ("departement", "account", "communes", "elsewhere", "lines"),
    [
        ("69", "COLL:69123", ("69381", "69383"), "69266", {"69381": 0.5, "69383": 0.5}),
        ("75", "COLL:75056", ("75113", "75118"), "75119", {"75": 0.2}),
    ],
)
def test_the_share_of_a_city_is_of_the_arrondissements_its_stock_bears(
    departement, account, communes, elsewhere, lines
):
    """200 of 1 000 dwellings, in two arrondissements that hold 400: one half of the flux there; of Paris alone, a fifth of all.

    The line was of the area 75056 or 69123, where no dwelling lies, and the share was the landlord's.
    """
    rows = [
        {"landlord": "BAIL", "departement": departement, "commune": c, "account": a, "dwellings": n, "turnover": 0.1}
        for c, a, n in (
            *((c, account, 100) for c in communes), *((c, "BAILLEUR", 100) for c in communes), (elsewhere, "BAILLEUR", 600),
        )
    ]  # fmt: skip
    base = {"landlord": "BAIL", "departement": departement, "year": 2026, "basis": "forecast", "vacated": 100}
    tables = {"stock": filled("stock", rows), "assiette": filled("assiette", [base])}
    made = apply(with_tables(planner_case(territory="france"), **tables), run(flux__mode=1)).table(
        "conventions"
    )
    mine = made[made["account"] == account]
    assert dict(zip(mine["area"], mine["share"], strict=True)) == lines


def test_an_epci_of_two_departements_has_one_line_and_the_mean_of_both():
    """Half of the 40 dwellings of the flux there in the Doubs, a tenth of the 50 in Haute-Saône: 25 of 90. Two lines were refused."""
    epci = "COLL:200041887"
    rows = [
        {"landlord": "OPH25", "departement": d, "commune": c, "account": a, "dwellings": n, "turnover": 0.1}
        for d, c, a, n in (
            ("25", "25055", epci, 100), ("25", "25055", "BAILLEUR", 100), ("25", "25056", "BAILLEUR", 800),
            ("70", "70045", epci, 20), ("70", "70045", "BAILLEUR", 180), ("70", "70550", "BAILLEUR", 200),
        )
    ]  # fmt: skip
    base = {"landlord": "OPH25", "year": 2026, "basis": "forecast"}
    bases = [{**base, "departement": "25", "vacated": 200}, {**base, "departement": "70", "vacated": 100}]
    tables = {"stock": filled("stock", rows), "assiette": filled("assiette", bases)}
    case = with_tables(planner_case(territory="franche-comte"), **tables)
    lines = apply(case, run(flux__mode=1)).table("conventions")
    mine = lines[(lines["landlord"] == "OPH25") & (lines["account"] == epci)]
    assert mine["share"].tolist() == [0.2777] and mine["area"].tolist() == ["200041887"]
    assert mine["departement"].tolist() == ["70"]  # where most of its flux is, as no agreement has it
    assert not [w for w in apply(case, run(flux__mode=1)).warnings if w.code == "SCENARIO_SHARE_CUT"]


def test_a_mean_of_two_departements_that_others_cut_is_said():
    """40 dwellings at one half and 20 at a tenth are 36,66 %; Action Logement has 78 % of Haute-Saône, which leaves 22 %."""
    epci = "COLL:200041887"
    rows = [
        {"landlord": "OPH25", "departement": d, "commune": c, "account": a, "dwellings": n, "turnover": 0.1}
        for d, c, a, n in (
            ("25", "25055", epci, 100), ("25", "25055", "BAILLEUR", 100), ("25", "25056", "BAILLEUR", 800),
            ("70", "70045", epci, 20), ("70", "70045", "BAILLEUR", 180), ("70", "70550", "BAILLEUR", 20), ("70", "70550", "ALS", 780),
        )
    ]  # fmt: skip
    base = {"landlord": "OPH25", "year": 2026, "basis": "forecast"}
    bases = [{**base, "departement": "25", "vacated": 200}, {**base, "departement": "70", "vacated": 100}]
    tables = {"stock": filled("stock", rows), "assiette": filled("assiette", bases)}
    under = apply(with_tables(planner_case(territory="franche-comte"), **tables), run(flux__mode=1))
    lines = under.table("conventions")
    mine = lines[(lines["landlord"] == "OPH25") & (lines["account"] == epci)]
    assert mine["share"].tolist() == [0.22]
    (told,) = [w for w in under.warnings if w.code == "SCENARIO_SHARE_CUT"]
    assert told.text("fr").replace("\xa0", " ") == (
        "OPH25 : COLL:200041887 devrait recevoir 36,67 % du flux de son périmètre, les autres parts n'en laissent que 22 %."
    )


@pytest.mark.parametrize(
    "key", ["assiette.OPH99.mutation", "stock.OPH99.ALS.turnover", "stock.*.COLL:99999.turnover", "delivery.OPH99.ALS",
            "rights.OPH99.ALS.2027"],
)  # fmt: skip
def test_a_key_that_names_nothing_in_the_case_is_refused(key):
    value = 0.1 if key.endswith("turnover") else 1
    with pytest.raises(AttrifluxError) as caught:
        apply(planner_case(), Run("e", "E", "e", {key: value}))
    assert caught.value.code == "SCENARIO_NOTHING" and caught.value.params["key"] == key


def test_a_number_of_the_assiette_goes_to_each_line_of_the_year_and_that_is_told():
    """« 100 vacated » of a landlord of two départements is 200: nothing said it. Another year's forecast is left alone."""
    row = {"landlord": "OPH25", "basis": "forecast", "vacated": 60}
    lines = [
        {**row, "departement": "25", "year": 2026}, {**row, "departement": "39", "year": 2026},
        {**row, "departement": "25", "year": 2027}, {**row, "departement": "25", "year": 2026, "basis": "actual"},
    ]  # fmt: skip
    case = with_tables(planner_case(), assiette=filled("assiette", lines))
    under = apply(case, run(assiette__OPH25__vacated=100))
    assert under.table("assiette")["vacated"].tolist() == [100, 100, 60, 60]
    (told,) = [w for w in under.warnings if w.code == "SCENARIO_ON_EACH"]
    assert "met 100 sur chacune des 2 lignes d'assiette" in told.text("fr") and "200 en tout" in told.text(
        "fr"
    )
    assert not apply(case, run(assiette__OPH25__mutation=0)).warnings
    one = with_tables(planner_case(), assiette=filled("assiette", lines[::2]))
    assert not apply(one, run(assiette__OPH25__vacated=100)).warnings


def test_new_rights_raise_the_share_of_mode_3_and_only_from_their_year():
    plain = shares(apply(planner_case(), run(flux__mode=3)))
    now = shares(apply(planner_case(), Run("e", "E", "e", {"flux.mode": 3, "rights.OPH25.ALS.2026": 405})))
    later = shares(apply(planner_case(), Run("e", "E", "e", {"flux.mode": 3, "rights.OPH25.ALS.2031": 405})))
    assert plain["ALS"] == 0.2667 and later == plain
    assert now["ALS"] == 0.3  # 405 rights over 15 years are 27 of the 810 vacated


def test_a_share_that_the_conversion_replaces_is_said():
    under = apply(planner_case(), Run("e", "E", "e", {"flux.mode": 1, "conventions.OPH25.ALS.share": 0.3}))
    assert [f.params["key"] for f in under.warnings if f.code == "SCENARIO_SHARE_OVERRULED"] == [
        "conventions.OPH25.ALS.share"
    ]
    assert shares(under)["ALS"] == 0.25


@pytest.mark.parametrize("landlord", ["OPH25", "*"])
def test_a_share_that_the_conversion_replaces_is_not_made_again_where_the_case_is_read_back(
    landlord, tmp_path
):
    """The key went on in the changes of the written case: read back, it took the place of the converted share."""
    key = f"conventions.{landlord}.ALS.share"
    under = apply(planner_case(), Run("e", "E", "e", {"flux.mode": 1, key: 0.2}))
    write_case(under, tmp_path / "cas")
    back = policy.with_own_changes(importers.read(tmp_path / "cas", need=()))
    assert shares(back)["ALS"] == 0.25
    assert under.settings.changes.get("conventions.ESH25.ALS.share") == (None if landlord == "OPH25" else 0.2)


def test_a_counterpart_comes_with_the_difference():
    changes = {"flux.mode": 4, "flux.negotiated.ALS": 0.01, "flux.counterpart.ALS": "terrain cédé"}
    under = apply(planner_case(), Run("e", "E", "e", changes))
    assert under.settings.negotiated["counterparts"] == {"ALS": "terrain cédé"}
