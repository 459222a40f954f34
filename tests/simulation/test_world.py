"""What a simulated year brings, counted from the tables of a case."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import numpy as np
import pandas as pd
import pytest

import optimizer as af
from optimizer.domain import Case
from optimizer.errors import Lang
from optimizer.pipeline import prepare
from optimizer.simulation.page import simulation_html
from optimizer.simulation.setting import Setting
from optimizer.simulation.world import NEVER, draw_world, too_few
from tests.statement.year import filled


@pytest.mark.long
def test_a_year_vacates_what_the_assiette_says_of_it_once():
    """Of each landlord the forecast of the year of the case: not its actual beside, nor last year's, nor a landlord without dwelling."""
    case = af.synthesize("commission", dwellings=6, applications=20, seed=3)
    (landlord,) = set(case.table("dwellings")["landlord"])
    (place,) = {str(c)[:2] for c in case.table("dwellings")["commune"]}
    year = case.settings.year

    def row(n: int, basis: str, year: int, name: str = landlord) -> dict[str, object]:
        return {"landlord": name, "departement": place, "year": year, "basis": basis, "vacated": n}

    for told, vacated in (
        ([row(12, "forecast", year), row(9, "actual", year), row(40, "forecast", year - 1), row(50, "forecast", year, "AUTRE")], 12),
        ([row(9, "actual", year), row(40, "forecast", year + 1)], 9),
        ([row(40, "forecast", year - 1)], 6),
    ):  # fmt: skip
        one = af.case({**case.tables, "assiette": filled("assiette", told)}, case.settings)
        world = draw_world(one, Setting(sessions=4, freed=False), 1)
        assert int((world.opens < NEVER).sum()) == vacated
        # spread evenly over the sessions
        counts = np.bincount(world.opens, minlength=4)
        assert counts.max() - counts.min() <= 1 and len(counts) == 4
    asked = draw_world(one, Setting(sessions=4, freed=False, dwellings=7), 1)
    assert len(asked.opens) == 7 and pd.Index(asked.facts.dwellings.ids).is_unique


def test_an_assiette_of_more_dwellings_than_there_are_households_is_told():
    """A week of four dwellings beside the assiette of its whole landlord lived 300 dwellings with its 20 households, unsaid."""
    case = af.synthesize("commission", dwellings=4, applications=20, seed=3)
    (landlord,) = set(case.table("dwellings")["landlord"])
    (place,) = {str(c)[:2] for c in case.table("dwellings")["commune"]}
    row = {"landlord": landlord, "departement": place, "year": case.settings.year, "basis": "forecast"}

    def told(vacated: int, **setting: object) -> list[str]:
        whole = filled("assiette", [{**row, "vacated": vacated}])
        one = af.case({**case.tables, "assiette": whole}, case.settings)
        return [f.sentence("fr").replace("\u202f", " ") for f in too_few(one, Setting(**setting))]  # type: ignore[arg-type]

    (said,) = told(1300)
    assert "1 300 logements" in said and "--dwellings" in said
    assert told(20) == [] and told(1300, dwellings=8) == [] and told(1300, pool=4.0) == []


@pytest.mark.long
def test_households_of_a_case_keep_the_cotation_written_for_them():
    """The table of scores gives every one 1,000 points more than the grid would; arrivals are drawn from the same households."""
    case = af.synthesize("commission", dwellings=4, applications=60, seed=2)
    points = (
        af.propose(case).scores.groupby(["application_id", "epci", "grid"], as_index=False)["points"].sum()
    )
    written = points.rename(columns={"points": "score"}).assign(score=lambda x: 1000 + x["score"])
    one = af.case({**case.tables, "scores": written}, case.settings)
    for options in ({}, {"pool": 8.0, "arrivals": 4.0}):
        options |= {"seeds": 1, "dwellings": 4, "sessions": 2, "freed": False, "refusals": False}
        lived = af.simulate(one, "required_rate", **options)
        means = lived.summary.set_index("indicator")["mean"]
        assert means["lettings"] > 0 and means["score"] >= 970


@pytest.mark.parametrize("kept", [1.0, 0.6, 0.0])
def test_a_year_with_fewer_households_of_a_public_has_as_many_households(kept: float):
    world = draw_world("commission", Setting(dwellings=20, sessions=4, pool=4, arrivals=2, publics=kept), 1)
    people = world.facts.applications
    assert len(people.ids) == 120
    if not kept:
        assert not people.priority_any.any() and not people.dalo.any()


def real(dwellings: int = 4) -> Case:
    """A case that is not synthetic, under the shipped agreements, whose shares are assumed."""
    case = af.synthesize("commission", dwellings=dwellings, applications=60, seed=2)
    return replace(case, settings=replace(case.settings, synthetic=False))


@pytest.mark.parametrize("priced", [False, True])
def test_assumed_targets_weigh_in_a_year_where_they_do_in_a_proposal(priced: bool):
    case, setting = real(), Setting(dwellings=40, sessions=4, freed=False, price_assumed=priced)
    proposed = prepare(case, price_assumed=priced).problem.rows
    assumed = {row.rule for row in proposed if row.status == "assumed"}
    assert {"flux", "flux_max", "dalo"} <= assumed
    lived = draw_world(case, setting, 1).book.rows
    assert assumed == {row.rule for row in lived if row.status == "assumed"}
    assert priced == any(row.price > 0 for row in lived if row.rule in assumed)
    assert any(row.price > 0 for row in lived if row.rule not in assumed)


@pytest.mark.long
def test_the_page_of_a_year_says_which_targets_are_assumed():
    def page(priced: bool, lang: Lang) -> str:
        options = {"seeds": 1, "dwellings": 4, "sessions": 1, "freed": False, "price_assumed": priced}
        return " ".join(
            unescape(simulation_html(af.simulate(real(), "required_rate", **options), lang)).split()
        )

    assert "Objectifs supposés, qui ne pèsent pas et dont rien n'est compté ici : part du flux" in page(
        False, "fr"
    )
    assert "Assumed targets weighed, as asked: " in page(True, "en")


def test_agreements_of_one_landlord_leave_another_its_shipped_ones():
    case = real(6)
    homes = case.table("dwellings").copy()
    homes.loc[:2, "landlord"] = "OPH25"
    line = {
        "landlord": "OPH25",
        "departement": "25",
        "year": case.settings.year,
        "account": "ALS",
        "share": 0.2,
        "management_mode": "direct",
    }
    lines = filled("conventions", [line])
    one = af.case({**case.tables, "dwellings": homes, "conventions": lines}, case.settings)
    facts = draw_world(one, Setting(sessions=2, freed=False, dwellings=6), 1).facts
    told = {facts.landlords[x.landlord]: x.assumed for x in facts.conventions}
    assert told == {"ESH25": True, "OPH25": False}
    assert {x.management_mode for x in facts.conventions} == {"delegated"}
