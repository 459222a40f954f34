"""A year lived in memory is the year that `propose` would give, week after week; nobody is housed twice, nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import optimizer as af
from optimizer.domain import empty_frame
from optimizer.domain.account import in_flux, transfers
from optimizer.problem.model import RATE_UNIT
from optimizer.simulation.living import Counts, Life, carried_over, live
from optimizer.simulation.perfect import perfect
from optimizer.simulation.registry import Policy, all_policies
from optimizer.simulation.setting import Setting
from optimizer.simulation.summary import by_seed
from optimizer.simulation.sweep import COLUMNS, bounded, facts_of_life
from optimizer.simulation.terms import State, Terms, todays
from optimizer.simulation.world import NEVER, World, draw_world

POLICIES = [p.id for p in all_policies() if p.terms is not None]
COPIED = ("dwelling_id", "landlord", "commune", "qpv", "rooms", "financing", "construction_year")


def as_case(world: World, life: Life, session: int) -> af.Case:
    """The case a commission would have in its hands at a session of a calm world."""
    facts = world.facts
    before = [x for x in life.leases if x.session < session]
    let, housed = {x.dwelling for x in before}, {x.app for x in before}
    homes = world.case.table("dwellings")
    waiting = [str(facts.dwellings.ids[d]) for d in np.flatnonzero(world.opens <= session) if d not in let]
    here = world.reachable & (world.arrives <= session) & (session < world.leaves)
    people = world.case.table("applications")
    there = [str(facts.applications.ids[a]) for a in np.flatnonzero(here) if a not in housed]
    rows = []
    at, who = homes.set_index("dwelling_id", drop=False), people.set_index("application_id", drop=False)
    for x in before:
        home, person = at.loc[facts.dwellings.ids[x.dwelling]], who.loc[facts.applications.ids[x.app]]
        account = facts.accounts[x.account]
        q1 = world.ground.q1(np.array([x.app]), int(facts.dwellings.epci[x.dwelling]))[0]
        out = (
            pd.notna(home["reserved_to"])
            or home["assiette_exclusion"] != "none"
            or bool(home["first_letting"])
        )
        rows.append(
            {name: home[name] for name in COPIED}
            | {name: person[name] for name in ("application_id", "priority_codes", "priority_status", "relocation", "essential_worker")}
            | {"account": account, "signed_on": world.case.settings.on, "q1": ("no", "yes", "unknown")[int(q1)], "in_flux": not out and in_flux(account), "mutation": account in transfers()}
        )  # fmt: skip
    leases = empty_frame("leases")
    leases = pd.DataFrame(rows, columns=list(leases.columns)).astype({c: str(t) for c, t in leases.dtypes.items()}) if rows else leases  # fmt: skip
    forecast = [
        {"landlord": facts.landlords[k], "departement": facts.departements[d], "year": world.case.settings.year, "basis": "forecast", "vacated": f.vacated, "mutation": f.mutation, "anru": 0, "orcod": 0, "unfit": 0, "sale": 0, "stock": f.vacated - f.base}
        for (k, d), f in world.ground.forecast.items()
    ]  # fmt: skip
    assiette = empty_frame("assiette")
    assiette = pd.DataFrame(forecast, columns=list(assiette.columns)).astype({c: str(t) for c, t in assiette.dtypes.items()})  # fmt: skip
    # the landlord names everywhere
    lines = world.case.table("conventions") if world.case.has("conventions") else world.rules.conventions
    lines = lines[lines["landlord"].isin(homes["landlord"])].assign(management_mode="delegated")
    tables = {
        **world.case.tables,
        "conventions": lines.reset_index(drop=True),
        "dwellings": homes[homes["dwelling_id"].isin(waiting)].reset_index(drop=True),
        "applications": people[people["application_id"].isin(there)].reset_index(drop=True),
        "leases": leases,
        "assiette": assiette,
    }
    return replace(world.case, tables=tables, path=None, sources=(), origins={})


@pytest.mark.parametrize("session", [0, 2])
def test_a_session_is_what_propose_gives_that_day(calm, lives, session):
    life = lives["calm", "required_rate"]
    result = af.propose(as_case(calm, life, session), af.Options(pdf=False))
    week = next(w for w in life.weeks if w.session == session)
    assert result.stop == week.stop == "proven"
    assert result.certificate["objective"] == week.certificate["objective"]
    assert result.certificate["rows"] == week.certificate["rows"]
    first = result.proposals[result.proposals["rank"] == 1]
    ids = calm.facts.dwellings.ids, calm.facts.applications.ids, calm.facts.accounts
    signed = sorted((str(ids[0][x.dwelling]), str(ids[1][x.app]), ids[2][x.account]) for x in life.leases if x.session == session)  # fmt: skip
    assert sorted(zip(first["dwelling_id"], first["application_id"], first["account"], strict=True)) == signed


@pytest.mark.parametrize("name", POLICIES)
def test_dwellings_are_conserved_and_nobody_is_housed_twice(calm, moving, lives, name):
    for world, which in ((calm, "calm"), (moving, "moving")):
        life = lives[which, name]
        let = [x.dwelling for x in life.leases]
        assert len(set(let)) == len(let) and not set(let) & set(life.left)
        opened = set(np.flatnonzero(world.opens < NEVER).tolist())
        freed = {int(world.frees[x.app]) for x in life.leases if world.frees[x.app] >= 0}
        assert opened <= {*let, *life.left} <= opened | freed
        people = [x.app for x in life.leases if x.app >= 0]
        assert len(set(people)) == len(people)
        for x in life.leases:
            assert world.arrives[x.app] <= x.session < world.leaves[x.app]
            assert world.accepts(x.dwelling, x.app)
            if world.opens[x.dwelling] < NEVER:
                assert world.opens[x.dwelling] <= x.session


@pytest.mark.parametrize("name", POLICIES)
def test_every_session_is_proven_and_keeps_its_certificate(lives, name):
    for which in ("calm", "moving"):
        for week in lives[which, name].weeks:
            assert week.stop == "proven" and week.objective == week.bound
            assert week.certificate["status"] == "certified_optimal"


def facts_of(world: World, life: Life, name: str) -> pd.DataFrame:
    top = next(p for p in all_policies() if p.bound is not None)
    rows = [(name, 1, *row) for row in facts_of_life(world, life)] + [
        ("hindsight", 1, *row) for row in bounded(world, top)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


@pytest.mark.parametrize("name", POLICIES)
def test_nobody_does_better_than_hindsight_on_the_same_year(calm, moving, lives, name):
    for world, which in ((calm, "calm"), (moving, "moving")):
        wide = by_seed(facts_of(world, lives[which, name], name))
        assert wide["hindsight", "value"].iloc[0] >= wide[name, "value"].iloc[0] - 1e-4


def test_hindsight_is_reached_in_one_session_where_no_rule_weighs():
    """An assignment is whole by itself: the bound is the session's optimum, found another way."""
    drawn = draw_world(
        "commission", Setting(dwellings=5, sessions=1, pool=40, arrivals=1, refusals=False, freed=False), 5
    )
    free = replace(drawn.book, rows=tuple(replace(row, price=0) for row in drawn.book.rows))
    world = replace(drawn, book=free)

    def unpriced(state: State) -> Terms:
        now = todays(state.problem)
        return replace(now, price=np.zeros_like(now.price), lean=False)

    life = live(world, Policy("unpriced", "x", "x", "x", 0, terms=unpriced))
    bound = perfect(world)
    value = (sum(x.value for x in life.leases) - world.waiting_cost * life.waited) / 100
    assert len(life.leases) >= 3
    assert bound.lettings == pytest.approx(len(life.leases))
    assert bound.value == pytest.approx(value, abs=1e-3)


def test_counts_of_the_year_are_those_of_its_leases_one_by_one(moving, lives):
    life = lives["moving", "cumulative"]
    rows, counts = life.years[0]
    facts, ground = moving.facts, moving.ground
    for row, num, den in zip(rows, counts.num.tolist(), counts.den.tolist(), strict=True):
        if row.rule != "flux":
            continue
        scope = dict(piece.split("=") for piece in row.scope.split(";"))
        base = [
            x for x in life.leases
            if facts.dwellings.flux_base[x.dwelling] and x.account not in ground.outside_flux
            and scope["area"] in (facts.communes[facts.dwellings.commune[x.dwelling]], facts.epcis[facts.dwellings.epci[x.dwelling]], facts.departements[facts.dwellings.departement[x.dwelling]])
        ]  # fmt: skip
        assert den == len(base)
        assert num == sum(facts.accounts[x.account] == scope["account"] for x in base)


def test_a_refused_pair_is_not_offered_again_and_the_answer_does_not_depend_on_the_policy(moving, lives):
    for name in POLICIES:
        life = lives["moving", name]
        refused = sum(w.refused for w in life.weeks)
        assert all(moving.accepts(x.dwelling, x.app) for x in life.leases)
        assert refused == 0 or any(x.rank > 1 for x in life.leases) or life.left or life.waited
    assert sum(w.refused for name in POLICIES for w in lives["moving", name].weeks) > 0


def test_balances_of_the_agreements_are_carried_into_the_next_year(calm):
    rows = calm.book.rows
    flux = [i for i, row in enumerate(rows) if row.rule == "flux"]
    counts = Counts.none(len(rows))
    counts.den[flux[0]], counts.num[flux[0]] = 20, 9
    share = Fraction(rows[flux[0]].share, RATE_UNIT)
    after = carried_over(calm.facts.conventions, calm, rows, counts)
    scope = dict(piece.split("=") for piece in rows[flux[0]].scope.split(";"))
    line = next(
        x for x in after if x.area == scope["area"] and calm.facts.accounts[x.account] == scope["account"]
    )
    assert line.opening_balance == round(100 * (9 - share * 20))
    others = [x.opening_balance for x in after if x is not line]
    assert others == [0] * len(others)


def test_two_years_are_counted_apart(lives):
    world = draw_world(
        "commission",
        replace(Setting(dwellings=4, sessions=2, pool=20, arrivals=5, freed=False), years=2, refusals=False),
        3,
    )
    life = live(world, next(p for p in all_policies() if p.id == "required_rate"))
    assert len(life.years) == 2
    flux = next(i for i, row in enumerate(life.years[0][0]) if row.rule == "dalo")
    dens = [int(counts.den[flux]) for _, counts in life.years]
    firsts = [sum(x.session // 2 == year for x in life.leases) for year in (0, 1)]
    assert dens == firsts and all(dens)


def test_a_world_does_not_depend_on_the_order_of_the_rows():
    case = af.synthesize("commission", dwellings=6, applications=60, seed=3)
    turned = replace(case, tables={n: t.iloc[::-1].reset_index(drop=True) if n in ("dwellings", "applications") else t for n, t in case.tables.items()})  # fmt: skip
    asked = Setting(dwellings=6, sessions=2, arrivals=4)
    one, other = draw_world(case, asked, 1), draw_world(turned, asked, 1)
    for name in ("opens", "arrives", "leaves", "frees"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()
    assert one.facts.dwellings.ids.tolist() == other.facts.dwellings.ids.tolist()
    assert one.facts.applications.ids.tolist() == other.facts.applications.ids.tolist()


def test_a_year_counts_on_the_dwellings_vacated_in_it_alone():
    """Not on those that only a move frees, nor on those of other years: a target of too few leases has no price, a balance weighs whole."""
    asked = Setting(dwellings=26, sessions=26, pool=4, arrivals=2)
    still, moving = (draw_world("commission", replace(asked, freed=on), 1) for on in (False, True))
    assert len(moving.opens) > len(still.opens) == 26
    shares = [[row for row in world.book.rows if not row.ceiling] for world in (moving, still)]
    assert shares[0] == shares[1] and len(shares[0]) > 8
    of_all = [row for row in moving.book.rows if row.rule in ("dalo", "mutation_max")]
    assert {Fraction(row.remaining_num, row.remaining_den) for row in of_all} == {Fraction(26)}
    long = draw_world("commission", replace(asked, years=3), 1)
    for year in range(3):
        rows = long.book_of_year(year, long.facts.conventions).rows
        here = [row for row in rows if row.rule in ("dalo", "mutation_max")]
        assert {Fraction(row.remaining_num, row.remaining_den) for row in here} == {Fraction(26)}


@pytest.mark.long
def test_what_an_account_lacks_in_a_year_is_asked_whole_of_the_next():
    world = draw_world("commission", Setting(dwellings=12, sessions=3, pool=12, arrivals=6, years=2), 1)
    life = live(world, next(p for p in all_policies() if p.id == "required_rate"))
    (before, counts), (after, _) = life.years
    asked = 0
    for row, num, den, then in zip(before, counts.num.tolist(), counts.den.tolist(), after, strict=True):
        if row.rule != "flux":
            continue
        assert (row.scope, row.share) == (then.scope, then.share)
        share = Fraction(row.share, RATE_UNIT)
        balance = Fraction(num) - share * den
        expected = Fraction(then.remaining_num, then.remaining_den)
        if expected and balance:
            asked += 1
            assert expected <= 12
            rate = min(max(share - balance / expected, Fraction(0)), Fraction(1))
            assert abs(Fraction(then.rate, RATE_UNIT) - rate) <= Fraction(1, RATE_UNIT)
    assert asked >= 3


@pytest.mark.long
def test_a_yearly_number_is_due_whole_whatever_the_year_let():
    case = af.synthesize("commission", dwellings=8, applications=90, seed=3)
    landlord = str(case.table("dwellings")["landlord"].iloc[0])
    case = replace(case, settings=replace(case.settings, dalo={landlord: {"25": 3}}))
    world = draw_world(case, Setting(dwellings=8, sessions=4, arrivals=4), 2)
    top = perfect(world)
    for policy in all_policies():
        if policy.terms is None:
            continue
        life = live(world, policy)
        rows, counts = life.years[0]
        at = next(i for i, row in enumerate(rows) if row.rule == "dalo")
        assert rows[at].price
        assert counts.shortfall(rows)[at] == max(0, RATE_UNIT * (3 - int(counts.num[at])) - rows[at].play)
        wide = by_seed(facts_of(world, life, policy.id))
        assert top.value >= wide[policy.id, "value"].iloc[0] - 1e-4
