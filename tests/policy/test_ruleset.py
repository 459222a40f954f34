"""What a rule set gives, and what changes do to it."""

from __future__ import annotations

import pickle
from datetime import date

import pytest

from optimizer.policy import FINANCINGS, PolicyError, check_changes, load
from optimizer.problem import all_rules

ON = date(2026, 11, 24)


@pytest.fixture(scope="module")
def rules():
    return load("franche-comte", ON)


def _code(call, *args):
    with pytest.raises(PolicyError) as caught:
        call(*args)
    assert caught.value.text("fr") != caught.value.text("en")
    return caught.value.code


def test_a_value_carries_its_source(rules):
    parameter = rules.value("national.lec.first_quartile_share")
    assert (parameter.value, parameter.unit, parameter.status) == (0.25, "share", "sourced")
    assert "L. 441-1" in parameter.source
    assert parameter.in_force_from == date(2017, 1, 29)


def test_unknown_keys_name_their_neighbours(rules):
    with pytest.raises(PolicyError) as caught:
        rules.get("national.lec.first_quartile")
    assert caught.value.code == "POLICY_NO_PARAMETER"
    assert "national.lec.first_quartile_share" in str(caught.value)


def test_every_key_has_a_value(rules):
    for key in rules.keys():
        assert rules.value(key).key == key


def test_typed_forms(rules):
    assert rules.number("national.lec.first_quartile_share") == 0.25
    assert rules.integer("national.caleol.shortlist_size") == 3
    assert rules.text("national.flux.count_rule") == "signed"
    with pytest.raises(TypeError):
        rules.integer("national.lec.first_quartile_share")
    with pytest.raises(TypeError):
        rules.number("national.flux.carry_over")


def test_unknown_territory_lists_the_known_ones():
    with pytest.raises(PolicyError) as caught:
        load("atlantide", ON)
    assert caught.value.code == "POLICY_UNKNOWN_TERRITORY"
    assert "franche-comte" in str(caught.value)


@pytest.mark.parametrize("financing", [*FINANCINGS, "plai"])
def test_ceilings_have_one_row_per_zone(rules, financing):
    assert rules.ceilings(financing).shape == (4, 7)


def test_unknown_financing(rules):
    assert _code(rules.ceilings, "PLI") == "POLICY_NO_PARAMETER"


def test_rooms_tables_of_the_market_and_of_a_landlord(rules):
    relaxed, own = rules.rooms_table(), rules.rooms_table("ESH90")
    assert (relaxed.name, own.name, rules.rooms_table("OPH25").name) == ("relaxed", "tense", "relaxed")
    assert relaxed.accepted[1].nonzero()[0].tolist() == [1, 2, 3]
    assert own.accepted[1].nonzero()[0].tolist() == [1, 2]
    assert own.row(15) == own.accepted.shape[0] - 1
    assert (own.first_choice <= own.accepted).all()
    assert own.first_choice[1:].sum(axis=1).tolist() == [1] * (own.accepted.shape[0] - 1)
    assert not own.accepted[0].any() and own.t1_single_only
    with pytest.raises(ValueError):
        own.accepted[1, 6] = True


def test_a_household_of_two_or_more_has_no_t1(rules):
    for name in (None, "ESH90"):
        assert not rules.rooms_table(name).accepted[2:, 1].any()


def test_convention_values_and_deadlines(rules):
    frame = rules.conventions.set_index(["landlord", "departement", "account"])
    assert rules.get("conventions.OPH25.ALS.share") == 0.18 == frame.loc[("OPH25", "25", "ALS"), "share"]
    assert frame.loc[("OPH25", "25", "ALS"), "proposal_deadline_days"] == 15
    assert frame.loc[("ESH25", "25", "ALS"), "proposal_deadline_days"] == 21
    assert frame.loc[("OPHM25", "25", "ALS"), "opening_balance"] == 2
    assert frame.loc[("COOP25", "25", "BAILLEUR"), "share"] == 0.42
    assert frame.loc[("OPH25", "25", "COLL:242500361"), "area"] == "242500361"
    assert frame.loc[("ESH-FC", "90", "OTHER:hopital-nord"), "area"] == "90010"


def test_a_key_that_names_unequal_lines_is_ambiguous(rules):
    assert _code(rules.get, "conventions.ESH-FC.ALS.share") == "POLICY_AMBIGUOUS"
    assert rules.get("conventions.ESH-FC.ALS.25.share") == 0.35
    assert rules.get("conventions.ESH-FC.ALS.management_mode") == "direct"


def test_conventions_hold_for_later_years_and_not_before():
    later = load("doubs", date(2027, 3, 1))
    assert set(later.conventions["year"]) == {2027}
    assert later.value("conventions.OPH25.ALS.share").in_force_from == date(2026, 1, 1)
    assert len(load("doubs", date(2025, 3, 1)).conventions) == 0


def test_a_table_with_no_value_yet_is_an_error_not_an_empty_table():
    before = load("doubs", date(2023, 3, 1))
    assert _code(lambda: before.lec_epci) == "POLICY_NOT_IN_FORCE"


def test_rule_terms(rules):
    share = {}
    for shape in all_rules():
        terms = rules.rule(shape.id, shape.share_key)
        assert terms.price.unit == "points" and terms.tolerance.value == 0
        share[shape.id] = None if terms.share is None else terms.share.value
    assert (share["lec_q234_inside_qpv"], share["priority_publics"], share["flux"]) == (0.5, 0.25, None)


def test_a_rule_without_numbers_says_which_to_add(rules):
    with pytest.raises(PolicyError) as caught:
        rules.rule("another", "national.rules.another.share")
    assert caught.value.code == "POLICY_RULE_NUMBERS"
    for lang in ("fr", "en"):
        for key in (
            "national.prices.another",
            "national.rules.another.tolerance",
            "national.rules.another.share",
        ):
            assert key in caught.value.text(lang)


def test_grids_by_epci(rules):
    assert rules.grid_for("242500361", mutation=True).id == "demonstration"
    assert rules.grid_for("200069052", mutation=True).id == "demonstration_mutation"
    assert rules.grid_for("200069052").id == "demonstration"
    assert [g.id for g in rules.grids] == ["demonstration", "demonstration_mutation"]


def test_places(rules):
    assert set(rules.dalo_numbers) == {"25", "39", "70", "90"}
    assert rules.essential_shares["242500361"].value == 0.05
    assert rules.epci["lec"].sum() == 12
    assert bool(rules.communes.loc["25056", "qpv"]) and not bool(rules.communes.loc["25001", "qpv"])


def test_assumed_values_read_are_remembered():
    fresh = load("doubs", ON)
    assert fresh.assumed() == ()
    fresh.get("national.lec.first_quartile_share")
    fresh.get("national.flux.spread_years")
    assert [p.key for p in fresh.assumed()] == ["national.flux.spread_years"]
    everything = fresh.assumed(everything=True)
    assert len(everything) > 100 and all(p.is_assumed for p in everything)
    assert [p.key for p in fresh.assumed()] == ["national.flux.spread_years"]


def test_fingerprint_depends_on_files_date_and_changes():
    base = load("doubs", ON)
    assert base.fingerprint() == load("doubs", ON).fingerprint()
    assert len({
        base.fingerprint(),
        load("jura", ON).fingerprint(),
        load("doubs", date(2026, 11, 25)).fingerprint(),
        load("doubs", ON, {"national.lec.first_quartile_share": 0.3}).fingerprint(),
    }) == 4  # fmt: skip
    assert ("national/lec.yaml" in dict(base.files)) and ("conventions/oph25.yaml" in dict(base.files))
    assert "conventions/oph39.yaml" not in dict(base.files)


def test_tables_of_places_are_each_rule_sets_own():
    """They are read once a process: what one caller writes into its own reaches no other."""
    one, other = (load("doubs", date(2026, 7, 1)) for _ in range(2))
    for table in ("all_communes", "all_epci", "communes", "epci"):
        before = getattr(other, table).copy()
        mine = getattr(one, table)
        mine.loc[mine.index[0], "name"] = "Ailleurs"
        mine["new"] = 1
        assert getattr(other, table).equals(before), table
        assert getattr(load("doubs", date(2026, 7, 1)), table).equals(before), table


def test_communes_of_a_territory_are_those_of_its_departements():
    one, two = load("doubs", date(2026, 7, 1)), load("france", date(2026, 7, 1))
    assert set(one.communes["departement"]) == {"25"} == set(one.departements)
    assert len(two.communes) == len(two.all_communes) == len(one.all_communes) > len(one.communes)
    assert two.by_commune("departement")["25056"] == "25" and len(two.departements) > 90


def test_a_rule_set_survives_pickling(rules):
    again = pickle.loads(pickle.dumps(rules))
    assert again.fingerprint() == rules.fingerprint()
    assert again.with_changes({"territory.market": "tense"}).market == "tense"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("national.lec.first_quartile_share", 0.3),
        ("national.prices.flux", 1250.5),
        ("national.ceilings.PLUS.other_regions", (20000, 30000, 40000, 50000, 60000, 70000, 7000)),
        ("national.flux.count_rule", "attributed"),
        ("territory.market", "tense"),
        ("territory.grid", "demonstration_anciennete"),
        ("territory.dalo.25", 50),
        ("territory.lec.q1_threshold.242500361", 9000),
        ("territory.lec.q1_threshold.200041721", 8800),
        ("conventions.OPH25.ALS.share", 0.2),
        ("conventions.ESH-FC.ALS.25.share", 0.1),
        ("conventions.OPH25.ALS.opening_balance", -1.5),
        ("cotation.demonstration.priorite.dalo.points", 120.5),
        ("cotation.demonstration.refus.refus_12_mois.points", -20),
    ],
)
def test_changes_take_effect_and_become_assumed(key, value):
    changed = load("franche-comte", ON, {key: value})
    assert changed.get(key) == value
    assert changed.value(key).status == "assumed"


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("national.lec.first_quartile_shar", 0.3, "POLICY_CHANGE_UNKNOWN"),
        ("flux.mode", 2, "POLICY_CHANGE_UNKNOWN"),
        ("lec", 1, "POLICY_CHANGE_UNKNOWN"),
        ("conventions.NOBODY.ALS.share", 0.1, "POLICY_CHANGE_UNKNOWN"),
        ("conventions.OPH25.ALS.shares", 0.1, "POLICY_CHANGE_UNKNOWN"),
        ("territory.lec.q1_threshold.242100410", 9000, "POLICY_CHANGE_UNKNOWN"),
        ("territory.dalo.75", 3, "POLICY_CHANGE_UNKNOWN"),
        ("cotation.demonstration.logement.effort.points", 3, "POLICY_CHANGE_UNKNOWN"),
        ("national.lec.first_quartile_share", 30, "POLICY_CHANGE_BAD_VALUE"),
        ("national.lec.first_quartile_share", "30 %", "POLICY_CHANGE_BAD_VALUE"),
        ("national.caleol.shortlist_size", 0, "POLICY_CHANGE_BAD_VALUE"),
        (
            "national.ceilings.PLUS.other_regions",
            [240000, 32000, 38000, 46000, 54000, 61000, 6800],
            "POLICY_CHANGE_BAD_VALUE",
        ),
        (
            "national.ceilings.PLUS.other_regions",
            [24000, 32000, 38000, 46000, 54000, 61000, 68000],
            "POLICY_CHANGE_BAD_VALUE",
        ),
        ("national.flux.count_rule", "someday", "POLICY_CHANGE_BAD_VALUE"),
        ("territory.market", "calm", "POLICY_CHANGE_BAD_VALUE"),
        ("territory.grid", "absent", "POLICY_CHANGE_BAD_VALUE"),
        ("conventions.OPH25.ALS.share", 1.2, "POLICY_CHANGE_BAD_VALUE"),
        ("conventions.OPH25.ALS.opening_balance", 2.555, "POLICY_CHANGE_BAD_VALUE"),
        ("conventions.OPH25.ALS.management_mode", "both", "POLICY_CHANGE_BAD_VALUE"),
        ("conventions.OPH25.ALS.cap_receiver", "NOBODY", "POLICY_CHANGE_BAD_VALUE"),
        ("cotation.demonstration.priorite.dalo.points", 1.234, "POLICY_CHANGE_BAD_VALUE"),
        ("cotation.demonstration.situation.conge.points", -5, "POLICY_CHANGE_BAD_VALUE"),
        ("cotation.demonstration.anciennete.mois.points", -1, "POLICY_CHANGE_BAD_VALUE"),
        ("conventions.OPH25.ALS.share", 0.9, "POLICY_SHARES_OVER_ONE"),
    ],
)
def test_wrong_changes_are_refused(key, value, code):
    assert _code(check_changes, {key: value}, "franche-comte", ON) == code


@pytest.mark.parametrize(
    ("value", "shown"),
    [(True, "true"), (None, "vide"), ("", "vide"), ("0,30", "0,30"), ("0.3", '"0.3"'), ([0.3, None], "[0.3, null]"), ({"a": 1}, "{…}")],
)  # fmt: skip
def test_a_refused_value_is_shown_as_the_file_writes_it(value, shown):
    with pytest.raises(PolicyError) as caught:
        check_changes({"national.lec.first_quartile_share": value}, "franche-comte", ON)
    assert f"La valeur {shown} proposée pour" in str(caught.value)


def test_a_key_of_scenarios_says_where_it_is_written():
    with pytest.raises(PolicyError, match="s'écrit dans un fichier de scénario"):
        check_changes({"flux.mode": 2}, "franche-comte", ON)


def test_shares_that_are_too_many_name_the_changes_that_made_them_so():
    changes = {"conventions.*.ALS.share": 0.9, "conventions.*.ALS.tolerance": 0.01}
    with pytest.raises(PolicyError) as caught:
        check_changes(changes, "doubs", ON)
    assert caught.value.params["key"] == "conventions.*.ALS.share"
    assert ", plus que 1 : voyez « conventions.*.ALS.share »." in str(caught.value)


def test_wildcards_reach_every_line_and_precise_keys_win():
    changed = load(
        "doubs", ON,
        {"conventions.OPH25.ALS.management_mode": "direct", "conventions.*.*.management_mode": "delegated",
         "conventions.*.COLL.share": 0.02},
    )  # fmt: skip
    frame = changed.conventions
    direct = frame[frame["management_mode"] == "direct"]
    assert direct[["landlord", "account"]].to_numpy().tolist() == [["OPH25", "ALS"]]
    assert set(frame.loc[frame["account"].str.startswith("COLL:"), "share"]) == {0.02}


def test_the_market_moves_rooms_and_deadline():
    tense = load("doubs", ON, {"territory.market": "tense"})
    assert tense.rooms_table().name == "tense"
    assert set(tense.conventions.query("landlord == 'OPH25'")["proposal_deadline_days"]) == {30}


def test_changed_grids_reach_every_epci():
    changed = load("franche-comte", ON, {"territory.grid": "demonstration_anciennete"})
    assert changed.grid_for("200069052").id == "demonstration_anciennete"
    both = changed.with_changes({"territory.mutation_grid": "demonstration_mutation"})
    assert both.grid_for("242500361", mutation=True).id == "demonstration_mutation"
    assert both.grid_for("242500361").id == "demonstration_anciennete"
    none = load("doubs", ON, {"territory.grid": "none"})
    assert none.grid_for("242500361") is None and none.grids == ()


def test_an_empty_change_changes_nothing(rules):
    assert rules.with_changes({}).fingerprint() == rules.fingerprint()
