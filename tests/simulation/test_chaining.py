"""Chains within the sessions of a simulated year: what a tenant leaves is let at once where it signs, and by nobody where it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import optimizer as af
from optimizer import eligibility, importers, scoring
from optimizer.chains import FREED_BY, POSITION
from optimizer.domain import Case
from optimizer.errors import AttrifluxError
from optimizer.problem import build, rule_book
from optimizer.simulation.files import simulate_to
from optimizer.simulation.living import Life, live
from optimizer.simulation.registry import Policy, all_policies
from optimizer.simulation.setting import Setting
from optimizer.simulation.summary import by_seed
from optimizer.simulation.world import NEVER, World, draw_world
from optimizer.solve import solve
from optimizer.synth import write_case
from tests.chains.towns import FREE, WILLING, read, tenant
from tests.cli.running import attriflux
from tests.end_to_end.small import application, dwelling, write
from tests.simulation.test_files import SMALL, content
from tests.simulation.test_living import as_case, facts_of

POLICIES = [p for p in all_policies() if p.terms is not None]
CHAINING = [p for p in POLICIES if p.chains]
RATE = next(p for p in POLICIES if p.id == "required_rate")
TIGHT = Setting(dwellings=6, sessions=2, pool=12, arrivals=6, tight=True, chains=2)
"""Every rule weighs: a letting more asks for its shares of priority households, and few chains are worth that."""
LONG = Setting(dwellings=6, sessions=2, arrivals=6, chains=2)


def free_case() -> Case:
    """A commission where no rule weighs, so that chains do."""
    case = af.synthesize("commission", dwellings=6, applications=60, seed=3)
    return replace(case, settings=replace(case.settings, changes={**case.settings.changes, **FREE}))


@pytest.fixture(scope="module")
def chained() -> dict[str, World]:
    """Where no rule weighs, with refusals and two dwellings after a vacant one, and without either; where all rules do."""
    return {
        "lucky": draw_world(free_case(), LONG, 2),
        "calm": draw_world(free_case(), replace(LONG, chains=1, refusals=False), 1),
        "tight": draw_world("commission", TIGHT, 2),
    }


@pytest.fixture(scope="module")
def lives(chained: dict[str, World]) -> dict[tuple[str, str], Life]:
    return {(name, p.id): live(world, p) for name, world in chained.items() for p in POLICIES}


def market(folder: Path, *, says: str = "1", more: tuple[dict[str, str], ...] = ()) -> Case:
    """One vacant dwelling; the best household is a tenant, who accepts so readily; a newcomer comes next. No rule asks for anything."""
    words = {"als_employee": "non"}
    people = (
        tenant("T0", "H0", 3, score="100", acceptance=says, **words),
        application("N0", score="60", acceptance="1", **words),
        *more,
    )
    return read(write(folder, [dwelling("V0", vacant_since="")], people), {**FREE, **WILLING})


def lived(case: Case, chains: int, sessions: int = 1) -> tuple[World, Life]:
    world = draw_world(case, Setting(dwellings=1, sessions=sessions, chains=chains), 1)
    return world, live(world, RATE)


def signed(world: World, life: Life) -> list[tuple[int, str, str, bool]]:
    ids, who = world.facts.dwellings.ids, world.facts.applications.ids
    return [(x.session, str(ids[x.dwelling]), str(who[x.app]), x.chained) for x in life.leases]


def test_a_chain_houses_one_more_in_the_session_and_counts_it_without_fill_value(tmp_path):
    case = market(tmp_path / "case")
    world, alone = lived(case, 0)
    other, both = lived(case, 1)
    assert signed(world, alone) == [(0, "home-1", "T0", False)]
    assert signed(other, both) == [(0, "home-1", "T0", False), (0, "L-T0", "N0", True)]
    home, freed = both.leases
    assert home == alone.leases[0]
    # 60 points and what the dwelling adds; the session took off 5 for the link, the year does not
    fit = home.value - home.score - 100 * world.rules.integer("national.fit.fill_value")
    assert (home.score, freed.score, freed.value) == (10_000, 6_000, 6_000 + fit)
    before, after = alone.weeks[0], both.weeks[0]
    assert after.objective - before.objective == (freed.value - 500) * 10_000
    assert (after.chained, after.void, after.proposed, after.dwellings) == (1, 0, 2, 1)
    assert after.stop == "proven" and other.link_cost == 500


def test_where_the_tenant_refuses_nobody_is_called_behind_it(tmp_path):
    third = tenant("T1", "H1", 3, score="20", acceptance="1", als_employee="non")
    world, life = lived(market(tmp_path / "case", says="0", more=(third,)), 1)
    # N0 was first on the dwelling that T0 keeps, so that it stands on no other list; T1 stands behind T0, on the account of transfers
    assert signed(world, life) == [(0, "home-1", "T1", False)]
    week = life.weeks[0]
    assert (week.proposed, week.signed, week.refused, week.chained, week.void) == (2, 1, 1, 0, 1)


def test_what_a_chain_does_not_let_comes_back_after_its_notice(tmp_path):
    sessions = 20
    refusing = [application("N0", score="60", acceptance="0", als_employee="non")]
    people = (tenant("T0", "H0", 3, score="100", acceptance="1", als_employee="non"), *refusing)
    case = read(write(tmp_path / "case", [dwelling("V0", vacant_since="")], people), {**FREE, **WILLING})
    world, life = lived(case, 1, sessions)
    assert signed(world, life) == [(0, "home-1", "T0", False)]
    assert world.notice == 13
    assert [(w.session, w.dwellings) for w in life.weeks] == [(0, 1), *((s, 1) for s in range(13, sessions) if s < int(world.leaves[list(world.facts.applications.ids).index("N0")]))]  # fmt: skip
    assert life.left == [list(world.facts.dwellings.ids).index("L-T0")]


@pytest.mark.parametrize("chains", [1, 2])
def test_a_session_is_what_propose_weighs_over_every_dwelling_that_might_be_freed(chains):
    world = draw_world(free_case(), replace(LONG, chains=chains, refusals=False), 1)
    life = live(world, RATE)
    case, _ = importers.check_frames(as_case(world, life, 0))
    homes = world.case.table("dwellings")
    people = set(case.table("applications")["application_id"])
    freed = homes[[str(x).startswith("L-") and str(x)[2:] in people for x in homes["dwelling_id"]]]
    copies = [
        freed.assign(
            **{FREED_BY: [x[2:] for x in freed["dwelling_id"]], POSITION: p},
            dwelling_id=[x if p == 1 else f"{x}~{p}" for x in freed["dwelling_id"]],
        )
        for p in range(1, chains + 1)
    ]
    whole = pd.concat([case.table("dwellings"), *copies], ignore_index=True)
    case = replace(case, tables={**case.tables, "dwellings": whole})
    facts = eligibility.examine(case, world.rules).facts
    scores = scoring.score(case, facts, world.rules)
    # a tenant takes nothing that it leaves
    own = [
        (d, a)
        for d, a in enumerate(facts.dwellings.tenant.tolist())
        if a >= 0
    ]  # fmt: skip
    facts = replace(
        facts, forbidden=np.array(sorted({*map(tuple, facts.forbidden.tolist()), *own}), np.int32)
    )
    problem = build(case, facts, scores, world.rules, book=rule_book(case, facts, world.rules))
    found = solve(problem)
    week = life.weeks[0]
    assert week.proposed > week.dwellings and week.stop == found.stop == "proven"
    assert week.objective == found.objective
    ids, who = problem.dwelling_ids, problem.application_ids
    told = sorted(
        (str(ids[d]).split("~")[0], str(who[a]))
        for d, a in zip(found.first.dwelling, found.first.app, strict=True)
    )
    assert told == sorted(
        (str(world.facts.dwellings.ids[x.dwelling]), str(world.facts.applications.ids[x.app]))
        for x in life.leases
        if x.session == 0
    )


@pytest.mark.long
@pytest.mark.parametrize("made", POLICIES, ids=lambda p: p.id)
def test_a_freed_dwelling_is_let_only_where_its_tenant_signed_and_every_session_is_proven(
    chained, lives, made
):
    for name, world in chained.items():
        life = lives[name, made.id]
        assert all(week.stop == "proven" and week.objective == week.bound for week in life.weeks)
        let = [x.dwelling for x in life.leases]
        people = [x.app for x in life.leases]
        assert len(set(let)) == len(let) and len(set(people)) == len(people)
        tenants = {int(d): a for a, d in enumerate(world.frees.tolist()) if d >= 0}
        session_of = {x.app: x.session for x in life.leases}
        for x in life.leases:
            assert world.arrives[x.app] <= x.session < world.leaves[x.app] and world.accepts(
                x.dwelling, x.app
            )
            if x.chained:
                assert session_of[tenants[x.dwelling]] == x.session and tenants[x.dwelling] != x.app
            else:
                assert world.opens[x.dwelling] < NEVER or session_of[tenants[x.dwelling]] < x.session
        if not made.chains:
            assert not any(x.chained for x in life.leases) and not any(w.void for w in life.weeks)


@pytest.mark.long
def test_chains_are_made_and_refusals_break_some(lives):
    for name in ("lucky", "calm"):
        assert sum(x.chained for p in CHAINING for x in lives[name, p.id].leases) > 0
    assert sum(w.void for p in CHAINING for w in lives["lucky", p.id].weeks) > 0
    assert sum(w.void for p in CHAINING for w in lives["calm", p.id].weeks) == 0


@pytest.mark.long
@pytest.mark.parametrize("made", POLICIES, ids=lambda p: p.id)
def test_the_bound_stays_one_with_chains(chained, lives, made):
    for name, world in chained.items():
        wide = by_seed(facts_of(world, lives[name, made.id], made.id))
        assert wide["hindsight", "value"].iloc[0] >= wide[made.id, "value"].iloc[0] - 1e-4


def test_a_policy_that_cannot_chain_says_so_in_words_and_lives_the_year_it_lived_without():
    alone = [p for p in POLICIES if not p.chains]
    assert [p.id for p in alone] == ["cotation"]
    for p in alone:
        assert p.alone("fr") and p.alone("en") and p.alone("fr") != p.alone("en")
        without, with_chains = (live(draw_world(free_case(), replace(LONG, chains=n), 2), p) for n in (0, 2))
        assert (with_chains.leases, with_chains.weeks) == (without.leases, without.weeks)


@pytest.mark.long
def test_the_order_of_the_rows_of_a_case_changes_nothing(tmp_path):
    case = free_case()
    turned = replace(case, tables={n: t.iloc[::-1].reset_index(drop=True) if n in ("dwellings", "applications") else t for n, t in case.tables.items()})  # fmt: skip
    one, other = (live(draw_world(x, LONG, 2), RATE) for x in (case, turned))
    assert (one.leases, one.weeks) == (other.leases, other.weeks)
    assert any(week.proposed > week.dwellings for week in one.weeks)


@pytest.mark.soak
def test_tables_page_and_record_say_chains_the_same_whoever_works(tmp_path):
    folder = tmp_path / "case"
    write_case(free_case(), folder)
    asked = {"seeds": 1, "chains": 1, "dwellings": 6, "sessions": 2, "arrivals": 1.0}
    one, two = (
        simulate_to(folder, tmp_path / str(n), "cotation,required_rate,hindsight", workers=n, **asked)
        for n in (1, 2)
    )
    assert content(one.out) == content(two.out)
    found = one.result
    assert {"chained", "void"} <= set(found.weeks.columns)
    table = found.table.set_index(["policy", "indicator"])["value"]
    assert (
        table["required_rate", "chained"]
        == found.weeks.query("policy == 'required_rate'")["chained"].sum()
        > 0
    )
    assert table["cotation", "chained"] == 0
    assert found.setting.record()["chains"] == 1
    assert (one.summary["chains"], one.summary["without_chains"]) == (1, ["cotation"])
    page = (one.out / "report.html").read_text(encoding="utf-8")
    page = page.replace("&#39;", "'").replace("\xa0", " ").replace("\u202f", " ")
    assert page.count("sans chaînes : l'ordre de la cotation ne dit pas") == 1
    assert "S'il" not in page and "Si ce locataire refuse, personne n'est appelé derrière lui." in page
    assert "Attribués dans une chaîne" in page and "Avec des chaînes la borne reste une borne" in page


@pytest.mark.long
def test_without_chains_nothing_is_said_of_them(tmp_path):
    done = simulate_to(
        "commission",
        tmp_path / "years",
        "cotation,required_rate",
        chains=0,
        workers=1,
        **{**SMALL, "seeds": 1, "dwellings": 4, "pool": 12.0},
    )
    assert "chains" not in done.result.setting.record() and "chains" not in done.summary
    assert not {"chained", "void"} & {*done.result.weeks.columns, *done.result.table["indicator"]}
    assert "haîne" not in (done.out / "report.html").read_text(encoding="utf-8")


def test_chains_that_nothing_frees_or_nobody_could_weigh_are_refused_with_what_to_write(tmp_path):
    refused = attriflux(
        "simulate", "commission", "--out", tmp_path / "none", "--chains", "2", "--freed", "off"
    )
    assert refused.code == 2 and "--freed on" in refused.err and not (tmp_path / "none").exists()
    with pytest.raises(AttrifluxError) as negative:
        af.simulate("commission", chains=-1, seeds=1)
    assert negative.value.code == "SIMULATION_NUMBER"
    with pytest.raises(AttrifluxError) as long:
        draw_world("commission", Setting(dwellings=30, sessions=2, pool=20, arrivals=5, chains=99), 1)
    assert long.value.code == "SIMULATION_CHAINS_LONG" and 0 < long.value.params["fits"] < 99


def test_a_policy_of_ones_own_chains_unless_it_says_why_not():
    mine = Policy("mine", "x", "x", "x", 0, terms=RATE.terms)
    assert mine.chains and not replace(mine, alone_fr="parce que", alone_en="because").chains
