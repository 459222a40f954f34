"""The shipped tables, checked as tables: figures of the law as published, order, gaps, places, shares."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import optimizer
from optimizer.datadirs import models_dir
from optimizer.domain.account import all_kinds
from optimizer.policy import PolicyError, check_models, list_territories, load
from optimizer.policy.checks import check_ceilings, check_freshness
from optimizer.policy.folder import Folder
from optimizer.policy.loading import read_national
from optimizer.problem.registry import share_keys
from optimizer.simulation.registry import all_policies

ON = date(2026, 11, 24)
SEED_EPCI = {
    "242500361": ("Grand Besançon", 67, "25"),
    "200065647": ("Montbéliard", 73, "25"),
    "200069052": ("Grand Belfort", 52, "90"),
    "242500338": ("Pontarlier", 10, "25"),
    "200010650": ("Grand Dole", 47, "39"),
    "200071116": ("ECLA", 32, "39"),
    "200026573": ("Saint-Claude", 22, "39"),
    "247000011": ("Vesoul", 20, "70"),
    "200036549": ("Gray", 48, "70"),
    "247000664": ("Lure", 23, "70"),
    "247000722": ("Héricourt", 23, "70"),
    "247000755": ("Luxeuil", 15, "70"),
}


def test_shipped_models_have_no_problem():
    assert [f.sentence() for f in check_models(rules=share_keys())] == []


def test_every_national_value_is_read_somewhere():
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in Path(optimizer.__file__).parent.rglob("*.py")
    )
    words = set(re.findall(r"\w+", source))
    # prices and tolerances are asked for by the id of their rule, which the rule's own class writes down
    unread = [key for key in read_national(Folder(models_dir())) if key.split(".")[2] not in words]
    assert unread == [], "a value that nothing reads moves nothing in a scenario"


def test_a_value_overdue_for_review_is_listed_once_it_is():
    entries = read_national(Folder(models_dir()))
    assert check_freshness(entries, ON) == []
    stale = check_freshness(entries, date(2030, 1, 1))
    assert len(stale) == len(entries)
    assert {f.severity for f in stale} == {"warning"}


def test_every_value_is_dated_sourced_and_has_a_status():
    entries = read_national(Folder(models_dir()))
    assert len(entries) > 100
    for entry in entries.values():
        for value in entry.values:
            assert value.status in ("sourced", "local", "assumed")
            assert value.source and value.by
            assert value.reviewed_on >= date(2026, 11, 24)


def test_ceilings_2026_are_the_published_ones():
    rules = load("doubs", ON)
    assert rules.ceilings("PLUS")[:3].tolist() == [
        [26920, 40233, 52740, 62968, 74919, 84304, 9394],
        [26920, 40233, 48362, 57930, 68577, 77171, 8598],
        [23403, 31254, 37584, 45374, 53376, 60156, 6710],
    ]
    assert rules.ceilings("PLS")[2].tolist() == [30424, 40630, 48859, 58986, 69389, 78203, 8723]
    assert rules.ceilings("PLAI")[2].tolist() == [12870, 18753, 22551, 25091, 29359, 33086, 3690]


def test_ceilings_of_earlier_years():
    assert load("doubs", date(2025, 6, 30)).ceilings("PLUS")[2, :3].tolist() == [23201, 30984, 37259]
    rules = load("doubs", date(2024, 12, 31))
    assert rules.ceilings("PLUS")[2].tolist() == [22642, 30238, 36362, 43899, 51641, 58200, 6492]
    assert load("doubs", date(2025, 1, 1)).ceilings("PLAI")[:3, :4].tolist() == [
        [14683, 23931, 31369, 34338],
        [14683, 23931, 28767, 31585],
        [12759, 18591, 22356, 24875],
    ]


def test_overseas_ceilings_are_shares_of_the_plus_of_other_regions():
    """LLS = 90 %, LLTS = 67.5 % of the PLUS, PLS = LLS + 30 %: 19,690 and 14,768 € for one person in 2023."""
    for day in (date(2023, 6, 1), ON):
        rules = load("france", day)
        other = [int(v) for v in rules.ceilings("PLUS")[2]]
        for financing, thousandths in (("PLAI", 675), ("PLUS", 900), ("PLS", 1170)):
            assert rules.ceilings(financing)[3].tolist() == [(v * thousandths + 500) // 1000 for v in other]
    assert load("france", date(2023, 6, 1)).ceilings("PLUS")[3, 0] == 19_690


def test_category_2_of_paris_in_2022_is_not_ten_times_too_big():
    assert load("doubs", date(2022, 7, 1)).ceilings("PLAI")[0].tolist()[:3] == [13378, 21805, 28582]


@pytest.mark.parametrize(
    ("financing", "zone", "column", "factor", "code"),
    [
        ("PLAI", "paris_adjacent", 1, 10, "POLICY_JUMP"),
        ("PLUS", "ile_de_france", 3, 0.5, "POLICY_ORDER"),
        ("PLS", "other_regions", 0, 0.4, "POLICY_ORDER"),
        ("PLUS", "other_regions", 6, 20, "POLICY_ORDER"),
    ],
)
def test_a_wrong_cell_is_found(financing, zone, column, factor, code):
    entries = dict(read_national(Folder(models_dir())))
    key = f"national.ceilings.{financing}.{zone}"
    entries[key] = _with_cell(entries[key], column, factor)
    assert code in {f.code for f in check_ceilings(entries)}


def _with_cell(entry, column, factor):
    from dataclasses import replace

    last = entry.values[-1]
    amounts = list(last.value)
    amounts[column] = int(amounts[column] * factor)
    return replace(entry, values=(*entry.values[:-1], replace(last, value=tuple(amounts))))


def test_a_missing_cell_is_found():
    entries = dict(read_national(Folder(models_dir())))
    del entries["national.ceilings.PLAI.ile_de_france"]
    assert {f.code for f in check_ceilings(entries)} == {"POLICY_MISSING_CELL"}


def test_the_twelve_epci_of_franche_comte_with_all_their_communes():
    rules = load("franche-comte", ON)
    assert set(rules.lec_epci) == set(SEED_EPCI)
    communes = rules.all_communes
    for siren, (name, count, departement) in SEED_EPCI.items():
        members = communes[communes["epci"] == siren]
        assert len(members) == count, name
        assert name in rules.epci.loc[siren, "name"]
        assert departement in set(members["departement"])
    assert rules.epci.loc["242500361", "population"] == 198_387


def test_departments_have_their_real_communes():
    counts = {name: len(load(name, ON).communes) for name in ("doubs", "jura", "haute-saone", "belfort")}
    assert counts == {"doubs": 563, "jura": 492, "haute-saone": 536, "belfort": 101}
    assert sum(counts.values()) == len(load("franche-comte", ON).communes)
    doubs = load("doubs", ON).communes
    assert doubs.loc["25056", ["name", "epci"]].tolist() == ["Besançon", "242500361"]
    assert set(doubs["departement"]) == {"25"}


def test_zones_of_the_ceilings():
    communes = load("france", ON).communes
    zone = communes["zone"]
    adjacent = communes[zone == 0]
    assert len(adjacent) == 50
    assert communes.loc[["75056", "75118", "92012", "93070"], "zone"].tolist() == [0, 0, 0, 0]
    assert communes.loc[["78646", "94028", "77288"], "zone"].tolist() == [1, 1, 1]
    assert communes.loc[["25056", "69123", "2A004"], "zone"].tolist() == [2, 2, 2]
    assert communes.loc[["97105", "97209", "97302", "97411", "97611"], "zone"].tolist() == [3, 3, 3, 3, 3]
    assert set(communes.loc[zone == 1, "departement"]) == {"77", "78", "91", "92", "93", "94", "95"}


def test_france_has_every_department_with_landlords_and_one_threshold_for_ile_de_france():
    rules = load("france", ON)
    assert len(rules.departements) == 101
    assert set(rules.conventions["departement"]) == set(rules.departements)
    communes = rules.communes
    idf = {e for e in communes.loc[communes["region"] == "11", "epci"] if e in rules.lec_epci}
    assert len(idf) > 30
    assert {rules.lec_epci[e].value for e in idf} == {12_083}
    values = np.array([p.value for p in rules.lec_epci.values()])
    assert len(values) == 424 and np.median(values) == 10_066.5


@pytest.mark.parametrize(
    ("year", "besancon", "belfort", "listed"),
    [(2024, 9_422, 8_080, 425), (2025, 9_292, 8_252, 423), (2026, 9_403, 8_483, 424)],
)
def test_thresholds_of_the_first_quartile_are_the_published_ones(year, besancon, belfort, listed):
    rules = load("france", date(year, 7, 1))
    assert rules.lec_epci["242500361"].value == besancon
    assert rules.lec_epci["200069052"].value == belfort
    assert len(rules.lec_epci) == listed
    assert all(p.status == "sourced" and p.source for p in rules.lec_epci.values())


def test_an_epci_that_leaves_the_list_has_no_threshold_any_more():
    assert "200069383" in load("france", date(2025, 7, 1)).lec_epci
    rules = load("france", ON)
    assert "200069383" not in rules.lec_epci and "992367730" in rules.lec_epci
    with pytest.raises(PolicyError) as caught:
        rules.value("territory.lec.q1_threshold.200069383")
    assert caught.value.code == "POLICY_NOT_IN_FORCE"


def test_every_quarter_lies_in_a_commune_of_its_departement_and_has_a_source():
    with (models_dir() / "territories" / "qpv.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    rules = load("france", ON)
    named = {row["name"] for row in rows}
    assert len({row["name"] for row in rows if row["commune"].startswith("25")}) == 17
    assert len({row["name"] for row in rows if row["commune"].startswith("90")}) == 7
    assert len(named) == 24
    assert {rules.all_communes.loc[row["commune"], "departement"] for row in rows} == {"25", "90"}
    with_stock = {c for c in rules.communes.index[rules.communes["qpv"]] if c[:2] in ("25", "90")}
    assert with_stock <= {row["commune"] for row in rows}


@pytest.mark.parametrize("name", ["doubs", "jura", "haute-saone", "belfort"])
def test_at_least_four_landlords_with_delegated_and_direct_accounts(name):
    frame = load(name, ON).conventions
    assert frame["landlord"].nunique() >= 4
    assert {"direct", "delegated", "partial"} <= set(frame["management_mode"])
    assert frame["account"].str.startswith("COLL:").any()
    assert not frame.isna().to_numpy().any()


def test_state_shares_respect_the_caps_of_the_flux():
    rules = load("france", ON)
    frame = rules.conventions
    agents = frame[frame["account"] == "ETAT_AGENT"]
    assert agents["share"].max() <= rules.get("national.flux.agents_cap")
    state = (
        frame[frame["account"].str.startswith("ETAT_")].groupby(["landlord", "departement"])["share"].sum()
    )
    assert state.max() <= rules.get("national.flux.state_cap") + 1e-9


def test_priority_publics_have_all_letters():
    codes = load("doubs", ON).get("national.priority_publics.codes")
    assert list(codes) == ["dalo", *"abcdefg", "gbis", *"hijklmn"]


@pytest.mark.parametrize("kind", ["forbid", "pin", "orient"])
def test_neither_arrears_nor_the_score_is_a_reason_of_a_decision(kind):
    reasons = load("doubs", ON).get(f"national.{kind}_reasons.reasons")
    assert "commission_decision" in reasons
    text = " ".join([*reasons, *reasons.values()]).lower()
    assert len(reasons) >= 8
    for word in ("dette", "impay", "arrear", "score", "cotation"):
        assert word not in text


def test_prices_keep_the_announced_order():
    rules = load("doubs", ON)
    price = [
        rules.rule(r).price.value
        for r in ("dalo", "lec_q1_outside_qpv", "flux", "flux_max", "priority_publics")
    ]
    assert rules.get("national.fit.fill_value") == 20_000
    assert price == [3000, 2000, 1000, 1000, 900]


def test_the_housing_allowance_is_whole():
    rules = load("france", ON)
    get = rules.get
    key = "national.housing_allowance."
    zones = [get(f"{key}rent_ceiling.zone_{z}") for z in (1, 2, 3)]
    assert all(a > b > c > 0 for a, b, c in zip(*zones, strict=True)), "zone 1 is the dearest"
    assert all(len(zone) == 4 and zone[0] < zone[1] < zone[2] for zone in zones)
    assert len(get(key + "charges")) == 2 and len(get(key + "personal_share.rent_breaks")) == 2
    assert len(get(key + "personal_share.rent_rates")) == 3
    rates, floors = get(key + "personal_share.family_rate"), get(key + "personal_share.allowance")
    assert len(rates) == len(floors) == 9
    assert list(rates[1:8]) == sorted(rates[1:8], reverse=True) and rates[8] < 0 < floors[8]
    assert list(floors[:8]) == sorted(floors[:8])
    one, two = set(get(key + "zone_1")), set(get(key + "zone_2"))
    assert not one & two and one | two <= set(rules.all_communes.index)
    assert {"75056", "75101", "93008"} <= one and {"25056", "69123", "13201", "21231"} <= two
    assert not {c for c in one | two if c[:2] == "97"}
    years = [load("doubs", date(y, 12, 1)).get(key + "rent_ceiling.zone_2")[0] for y in range(2020, 2027)]
    assert years == sorted(years) and years[-1] < 1.2 * years[0], "revalued, never jumping"


def test_the_burden_and_the_lean_are_assumed_and_say_so():
    rules = load("doubs", ON)
    burden = ("free_rate", "span", "weight", "weight_deliberated", "accrual_years", "like_dwellings_above")
    assert [rules.get(f"national.burden.{name}") for name in burden] == [0.33, 0.17, 0.5, 1, 10, 1000]
    lean = ("points_per_missing_name", "names", "dalo_points", "unreachable_margin", "keep_points")
    assert [rules.get(f"national.lean.{name}") for name in lean] == [200, 3, 200, 20, 50]
    keys = [f"national.burden.{n}" for n in burden] + [f"national.lean.{n}" for n in lean]
    assert (rules.get("national.awaited.weight"), rules.get("national.awaited.most")) == (1, 0.5)
    keys += ["national.awaited.weight", "national.awaited.most"]
    assert all(rules.value(key).is_assumed for key in keys)
    assert [
        rules.get(f"national.rules.{k}") for k in ("flux.play", "flux.tolerance_max", "flux_max.tolerance")
    ] == [0.5, 0.1, 0]


def test_what_is_still_to_be_read_on_the_text_is_assumed():
    """The text is known, the figure or what it applies to is not: nobody is shown it as read."""
    rules = load("doubs", ON)
    keys = [f"national.uc.{name}" for name in ("first_person", "other_person", "child")]
    keys += ["national.flux.guarantee_cap", "national.flux.proposal_deadline_days", "national.surpeuplement.spare_rooms"]  # fmt: skip
    keys += [
        f"national.commission.{n}"
        for n in ("quorum", "no_reply_months", "recourse_months", "retention_months")
    ]
    assert [key for key in keys if not rules.value(key).is_assumed] == []
    # of each programme in the text of 2012, of the yearly flux since the decree of 2020
    cap = read_national(Folder(models_dir()))["national.flux.guarantee_cap"]
    assert not cap.on(date(2019, 1, 1)).is_assumed


def test_no_share_of_the_law_is_typed_where_an_account_or_a_policy_names_its_text():
    """« 25 % au plus » of priority households stood there: the État has 30 %, of which 5 % at most for its agents, and `models/` says so."""
    sources = [kind.source for kind in all_kinds()] + [policy.source for policy in all_policies()]
    assert [x for x in sources if "%" in x] == []
    # the article on radiation was named as the source of the cotation
    cotation = next(policy.source for policy in all_policies() if policy.id == "cotation")
    assert "L. 441-2-8" in cotation and not re.search(r"R\. 441-2-8\b", cotation)


def test_every_shipped_territory_is_listed():
    assert list_territories() == ("belfort", "doubs", "france", "franche-comte", "haute-saone", "jura")


def test_models_stay_small():
    total = sum(p.stat().st_size for p in models_dir().rglob("*") if p.is_file())
    assert total < 3_000_000
