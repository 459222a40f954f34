"""What a synthetic case contains: canonical tables that agree with each other and that the rules accept."""

from __future__ import annotations

import pandas as pd
import pytest

from optimizer import eligibility
from optimizer.conversion import assiette_table, bases
from optimizer.domain import TABLES, Case
from optimizer.errors import AttrifluxError
from optimizer.policy import load
from optimizer.synth import synthesize


@pytest.fixture(scope="module")
def week() -> Case:
    return synthesize("commission", seed=4)


@pytest.fixture(scope="module")
def year() -> Case:
    return synthesize("haute-saone", seed=4)


def _both(week: Case, year: Case) -> list[Case]:
    return [week, year]


def test_frames_have_the_canonical_columns_and_types(week: Case, year: Case) -> None:
    for case in _both(week, year):
        for name, frame in case.tables.items():
            wanted = {c.name: c.dtype for c in TABLES[name].columns}
            found = {str(c): str(t) for c, t in frame.dtypes.items()}
            assert {k: found[k] for k in wanted} == wanted, name
            assert list(frame.columns)[: len(wanted)] == list(wanted)


def test_required_cells_are_filled_and_values_inside_the_schema(week: Case, year: Case) -> None:
    for case in _both(week, year):
        for name, frame in case.tables.items():
            for column in TABLES[name].columns:
                values = frame[column.name].dropna()
                if column.required:
                    assert len(values) == len(frame), (name, column.name)
                if column.values:
                    words = values.str.split("|").explode() if column.kind == "list" else values
                    assert set(words.unique()) <= set(column.values), (name, column.name)
                if column.low is not None:
                    assert (values >= column.low).all(), (name, column.name)
                if column.high is not None:
                    assert (values <= column.high).all(), (name, column.name)
                if column.max_length is not None:
                    assert (values.str.len() <= column.max_length).all()


def test_keys_are_unique(week: Case, year: Case) -> None:
    for case in _both(week, year):
        for name, frame in case.tables.items():
            key = list(TABLES[name].key)
            assert not key or not frame.duplicated(key).any(), (
                name
            )  # some tables count, their rows have no key


def test_identifiers_are_opaque(year: Case) -> None:
    ids = year.table("applications")["application_id"]
    assert (ids.str.len() == 18).all() and ids.str.isdigit().all()
    registered = year.table("applications")["first_registered_on"]
    assert abs(pd.Series(ids.str[:9].astype("int64")).corr(registered.astype("int64"), "spearman")) < 0.1
    assert not ids.str.startswith("70").mean() > 0.05  # no département inside


def test_other_tables_name_known_rows(week: Case) -> None:
    applications = set(week.table("applications")["application_id"])
    dwellings = set(week.table("dwellings")["dwelling_id"])
    named = week.table("nominations")
    assert set(named["application_id"]) <= applications
    assert set(named["dwelling_id"].dropna()) <= dwellings and named["dwelling_id"].notna().sum() >= 15
    assert set(week.table("in_progress")["application_id"].dropna()) <= applications
    decided = week.table("decisions")
    assert (
        set(decided["application_id"]) <= applications and set(decided["dwelling_id"].dropna()) <= dwellings
    )
    assert not set(week.table("leases")["application_id"]) & applications
    residences = set(week.table("residences")["residence"])
    assert set(week.table("dwellings")["residence"]) <= residences


def test_the_week_has_a_year_behind_it(week: Case) -> None:
    assert {"leases", "in_progress", "nominations", "decisions", "residences", "assiette"} <= set(week.tables)
    assert len(week.table("dwellings")) == 40 and len(week.table("applications")) == 20_000
    assert week.settings.changes == {"territory.market": "tense"}
    signed = week.table("leases")["signed_on"]
    assert signed.min() >= pd.Timestamp("2026-01-01") and signed.max() < pd.Timestamp(week.settings.on)
    rules = load("doubs", week.settings.on)
    epci = rules.communes["epci"]
    assert set(epci[week.table("dwellings")["commune"]]) == {"242500361"}
    accounts = set(rules.conventions.query("landlord == 'ESH25'")["account"])
    allowed = accounts | {"BAILLEUR", "MUTATION", "RELOGEMENT"}
    assert set(week.table("leases")["account"]) <= allowed


def test_the_flux_base_is_what_the_conversion_counts(year: Case) -> None:
    homes, base = year.table("dwellings"), year.table("assiette")
    first = homes["first_letting"].astype(bool)
    assert int(base["vacated"].sum()) == len(homes) - int(first.sum()) == 1122 - 18
    rules = load(year.settings.territory, year.settings.on)
    departements = homes["commune"].map(rules.all_communes["departement"].to_dict())
    counted, findings = bases(base.iloc[:0], homes, departements, year.settings.year)
    names = ["vacated", "anru", "orcod", "unfit", "sale", "stock"]
    table = assiette_table(counted).set_index(["landlord", "departement"])[names]
    given = base.set_index(["landlord", "departement"])[names]
    assert given.loc[table.index].astype("int64").equals(table.astype("int64")) and len(given) == len(table)
    assert (base["mutation"] < base["vacated"]).all() and findings == ()  # transfers: at the stated rate


def test_the_stock_of_a_year_turns_over_as_its_base_says(year: Case, week: Case) -> None:
    for case, vacated in ((year, 1104), (week, int(week.table("assiette")["vacated"].sum()))):
        stock = case.table("stock")
        assert float((stock["dwellings"] * stock["turnover"]).sum()) == pytest.approx(vacated, rel=0.01)


def test_agreements_of_the_stock_end_on_a_first_of_january_from_this_year_to_their_longest(
    year: Case,
) -> None:
    """``stock_agreement_years`` of the profiles: 25 years at most for Action Logement, 40 for a collectivité, 20 for others."""
    stock = year.table("stock")
    ends = stock["ends_on"].dropna()
    assert len(ends) and set(zip(ends.dt.month, ends.dt.day, strict=True)) == {(1, 1)}
    left = ends.dt.year - year.settings.on.year
    longest = stock.loc[ends.index, "account"].str.partition(":")[0].map({"ALS": 25, "COLL": 40, "OTHER": 20})
    assert (left >= 0).all() and (left <= longest).all() and left.max() > 1


def test_a_year_of_fewer_dwellings_has_as_much_less_stock(year: Case) -> None:
    """Else a stock of a whole territory would stand beside a few dwellings, and rights would last a century."""
    small = synthesize("belfort", dwellings=120, applications=50, seed=7)
    base, stock = small.table("assiette"), small.table("stock")
    assert int(base["vacated"].sum()) <= 120
    assert float((stock["dwellings"] * stock["turnover"]).sum()) == pytest.approx(118, rel=0.03)
    assert len(year.table("stock")) > 0 and (stock["dwellings"] > 0).all()
    # a landlord whose dwellings a tiny case does not draw still has its line of the flux base
    base, stock = (synthesize("doubs", 12, 60, 3).table(name) for name in ("assiette", "stock"))
    assert set(stock["landlord"]) <= set(base["landlord"]) and (base["vacated"] == 0).any()


def test_households_are_coherent(year: Case) -> None:
    frame = year.table("applications")
    assert (frame["adults"] + frame["dependants"] == frame["persons"]).all()
    assert (frame["children_under_14"] <= frame["dependants"]).all()
    assert ((frame["adults"] == 2) == frame["couple"]).all()
    assert (frame["current_dwelling"].notna() == frame["current_landlord"].notna()).all()
    assert (frame["priority_codes"].notna() == frame["priority_status"].notna()).all()
    lists = frame["choices"].str.split("|")
    assert lists.str.len().between(1, 8).all()
    assert (lists.map(lambda found: len(set(found)) == len(found))).all()
    late = frame["renewed_on"].notna()
    assert (frame.loc[late, "renewed_on"] >= frame.loc[late, "first_registered_on"]).all()


@pytest.mark.parametrize("tight", [False, True])
@pytest.mark.parametrize("profile", ["commission", "belfort"])
def test_the_rules_accept_the_case(profile: str, tight: bool) -> None:
    case = synthesize(profile, seed=8, tight=tight)
    rules = load(case.settings.territory, case.settings.on, case.settings.changes)
    findings = eligibility.check_case(case, rules)
    assert [f.sentence() for f in findings if f.severity == "error"] == []
    facts = eligibility.encode(case, rules)
    counts = eligibility.code_counts(facts)
    assert (counts[:, 0] > 0).mean() > 0.7, "most households fit somewhere"


def test_tight_scores_put_behind_those_the_rules_look_for() -> None:
    frame = synthesize("commission", seed=2, tight=True).table("applications")
    proven = frame["priority_status"].isin(["verified", "labelled"])
    assert frame["score"].notna().all() and (frame["score"] >= 0).all()
    assert frame.loc[proven, "score"].mean() + 25 < frame.loc[~proven, "score"].mean()
    employed = frame["als_employee"].astype(bool)
    assert frame.loc[employed & ~proven, "score"].mean() < frame.loc[~employed & ~proven, "score"].mean()
    top = frame.nlargest(500, "score")
    assert top["priority_status"].isin(["verified", "labelled"]).mean() < 0.02


def test_tight_changes_nothing_else_in_the_dwellings() -> None:
    plain, tight = (synthesize("commission", seed=2, tight=t) for t in (False, True))
    pd.testing.assert_frame_equal(plain.table("dwellings"), tight.table("dwellings"))
    assert plain.table("applications")["score"].isna().all()


@pytest.mark.parametrize(("dwellings", "applications"), [(0, 0), (0, 50), (7, 0), (1, 1), (300, 20)])
@pytest.mark.parametrize("profile", ["commission", "jura"])
def test_any_size(profile: str, dwellings: int, applications: int) -> None:
    case = synthesize(profile, dwellings=dwellings, applications=applications)
    assert len(case.table("dwellings")) == dwellings
    assert len(case.table("applications")) == applications


@pytest.mark.parametrize("size", [-1, 10**9])
def test_absurd_sizes_are_refused(size: int) -> None:
    with pytest.raises(AttrifluxError) as caught:
        synthesize("jura", dwellings=size)
    assert caught.value.code == "SYNTH_BAD_SIZE"


def test_seeds_differ() -> None:
    first, second = (synthesize("jura", seed=s).table("applications") for s in (0, 1))
    assert not set(first["application_id"]) & set(second["application_id"])
    assert (first["persons"] != second["persons"]).mean() > 0.5


def test_what_tenants_live_in_is_told_where_it_is_asked_for_and_changes_nothing_else(week: Case) -> None:
    """`propose --chains` frees the dwellings of tenants whose commune, financing and so on are known."""
    told = synthesize("commission", seed=4, tenants=True)
    columns = [f"current_{x}" for x in ("commune", "financing", "qpv", "accessible", "floor", "lift")]
    people, before = told.table("applications"), week.table("applications")
    sitting = people["current_landlord"].notna()
    assert 0 < sitting.sum() < len(people)
    assert people.loc[sitting, columns].notna().all(axis=None)
    assert people.loc[~sitting, columns].isna().all(axis=None) and before[columns].isna().all(axis=None)
    pd.testing.assert_frame_equal(people.drop(columns=columns), before.drop(columns=columns))
    for name in set(week.tables) - {"applications"}:
        pd.testing.assert_frame_equal(told.table(name), week.table(name))
    homes = people[sitting]
    assert set(homes["current_commune"]) <= set(load("doubs", week.settings.on).communes.index)
    assert (homes.loc[homes["current_accessible"] == "adapted", "current_floor"] == 0).all()


@pytest.mark.parametrize("seed", ["a", 1.5, -3, True, None])
def test_what_is_no_seed_is_refused_by_name(seed: object) -> None:
    with pytest.raises(AttrifluxError) as caught:
        synthesize("commission", dwellings=3, applications=20, seed=seed)  # type: ignore[arg-type]
    assert caught.value.code == "SYNTH_BAD_SEED"
