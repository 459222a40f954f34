"""What every policy must hold: terms of the right kind, nothing touched, nothing seen of what is still to come."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from optimizer.dropin import DropInError
from optimizer.errors import AttrifluxError
from optimizer.policy import law_mark
from optimizer.problem.model import RATE_UNIT
from optimizer.simulation import sweep
from optimizer.simulation.living import live
from optimizer.simulation.registry import Policy, all_policies, bound, chosen_policies, policy
from optimizer.simulation.setting import Setting
from optimizer.simulation.sweep import bounded, lived
from optimizer.simulation.terms import MOST_RESERVE, State, Terms, todays
from optimizer.simulation.untouched import checksum
from optimizer.simulation.world import World, draw_world

POLICIES = [p for p in all_policies() if p.terms is not None]
SETTING = Setting(dwellings=9, sessions=3, pool=12, arrivals=6, tight=True, refusals=False, freed=False)


@pytest.fixture(scope="module")
def world() -> World:
    return draw_world("commission", SETTING, 7)


def watched(made: Policy, kept: list[tuple[State, Terms]]) -> Policy:
    """The same policy; what it saw and said is kept."""

    def terms(state: State) -> Terms:
        assert made.terms is not None
        given, asks = (state, state.world, state.world.case), World.accepts
        before = checksum(given)

        def accepts(world: World, dwelling: int, app: int) -> bool:
            assert world is not state.world, "a policy asks what a household will answer"
            return asks(world, dwelling, app)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(World, "accepts", accepts)
            said = made.terms(state)
        assert checksum(given) == before, "a policy changes what it is given"
        kept.append((state, said))
        return said

    return replace(made, terms=terms)


@pytest.mark.parametrize("made", POLICIES, ids=lambda p: p.id)
def test_terms_are_whole_numbers_in_their_range(world, made):
    kept: list[tuple[State, Terms]] = []
    live(world, watched(made, kept))
    assert kept
    for state, said in kept:
        rows = state.problem.rows
        for values in (said.rate, said.play, said.price):
            assert values.dtype == np.int64 and values.shape == (len(rows),)
        assert ((said.rate >= 0) & (said.rate <= RATE_UNIT)).all()
        assert (said.price >= 0).all()
        assert (said.price <= [row.price for row in rows]).all()
        assert len(said.reserve) in (0, len(state.present))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda now: {"rate": now.rate[:1]}, r"rate has shape \(1,\)"),
        (lambda now: {"rate": now.rate + RATE_UNIT + 1}, "a rate is not between 0 and 10000"),
        (lambda now: {"play": now.play.tolist()}, "play is list, an array of int64 was expected"),
        (lambda now: {"play": now.play + 10**15}, "a play is beyond"),
        (lambda now: {"lean": 3}, "lean is int, a bool was expected"),
        (lambda now: {"price": now.price / 2}, "price is float64, an array of int64 was expected"),
        (lambda now: {"price": now.price + 1}, "a price is not between 0 and that of today"),
        (lambda now: {"price": -now.price - 1}, "a price is not between 0 and that of today"),
        (lambda now: {"reserve": now.price}, "reserve has shape"),
    ],
)
def test_terms_out_of_their_range_are_refused(world, change, why):
    def terms(state: State) -> Terms:
        now = todays(state.problem)
        return replace(now, **change(now))

    made = next(p for p in POLICIES if p.id == "required_rate")
    with pytest.raises(DropInError, match=why):
        live(world, replace(made, terms=terms))


@pytest.mark.parametrize("most", [MOST_RESERVE, -MOST_RESERVE])
def test_the_greatest_reserve_price_is_solved_and_more_is_refused(world, most):
    made = next(p for p in POLICIES if p.id == "required_rate")

    def terms(state: State, price: int = most) -> Terms:
        reserve = np.zeros(len(state.present), np.int64)
        reserve[::2] = price
        return replace(todays(state.problem), reserve=reserve)

    assert {week.stop for week in live(world, replace(made, terms=terms)).weeks} == {"proven"}
    with pytest.raises(DropInError, match="a reserve price is beyond"):
        live(world, replace(made, terms=lambda state: terms(state, most + np.sign(most))))


def _into_a_row(state: State) -> None:
    object.__setattr__(state.problem.rows[0], "price", state.problem.rows[0].price + 1)


def _into_the_problem(state: State) -> None:
    state.problem.seniority[:] = 1


def _into_the_places_of_rows(state: State) -> None:
    state.row[:] = 0


@pytest.mark.parametrize("writes", [_into_a_row, _into_the_problem, _into_the_places_of_rows])
def test_a_policy_that_writes_into_the_session_is_refused(world, writes):
    def terms(state: State) -> Terms:
        writes(state)
        return todays(state.problem)

    made = next(p for p in POLICIES if p.id == "required_rate")
    with pytest.raises(DropInError, match="it writes into the state that it is given"):
        live(draw_world("commission", SETTING, 8), replace(made, terms=terms))


def test_a_policy_that_answers_otherwise_each_time_is_refused(world):
    """Its year was published as that of the seed, and no second run lived it again."""
    calls = count()

    def counting(state: State) -> Terms:
        now = todays(state.problem)
        return replace(now, play=now.play + next(calls))

    def remembering(state: State) -> Terms:
        now, held = todays(state.problem), state.memory.setdefault("calls", [0])
        held[0] += 1
        return replace(now, play=now.play + held[0])

    made = next(p for p in POLICIES if p.id == "required_rate")
    with pytest.raises(DropInError, match="it answers otherwise when it is asked again"):
        live(world, replace(made, terms=counting))
    plays = live(world, replace(made, terms=remembering))
    assert plays.weeks == live(world, replace(made, terms=remembering)).weeks


@pytest.mark.long
def test_a_policy_that_writes_into_the_world_is_refused_before_another_lives_on_it(monkeypatch):
    def terms(state: State) -> Terms:
        state.world.facts.applications.seniority_days[:] = 7
        return todays(state.problem)

    made = next(p for p in POLICIES if p.id == "required_rate")
    monkeypatch.setattr(sweep, "all_policies", lambda: (replace(made, id="wrong", terms=terms), made))
    expected = lived("commission", SETTING, "required_rate", 7, {}, law_mark())
    with pytest.raises(DropInError, match="it writes into the world that every other policy lives on"):
        lived("commission", SETTING, "wrong", 7, {}, law_mark())
    assert lived("commission", SETTING, "required_rate", 7, {}, law_mark()) == expected


@pytest.mark.parametrize(
    ("figures", "why"),
    [(None, "NoneType, Mapping was expected"), ({"worth": "much"}, "'worth' is no number")],
)
def test_a_bound_that_gives_no_figures_is_refused(world, figures, why):
    made = next(p for p in all_policies() if p.bound is not None)
    with pytest.raises(DropInError, match=why):
        bounded(world, replace(made, bound=lambda world: figures))


@pytest.mark.parametrize("made", POLICIES, ids=lambda p: p.id)
def test_what_comes_later_changes_nothing_before(world, made):
    last = world.sessions - 1
    later = replace(
        world,
        leaves=np.where(world.leaves > last - 1, last, world.leaves).astype(np.int32),
        arrives=np.where(world.arrives >= last, last + 9, world.arrives).astype(np.int32),
    )
    said: list[list[tuple[State, Terms]]] = [[], []]
    one, other = live(world, watched(made, said[0])), live(later, watched(made, said[1]))
    early = [[terms for state, terms in kept if state.session < last] for kept in said]
    for mine, theirs in zip(*early, strict=True):
        for name in ("rate", "play", "price", "reserve"):
            assert (getattr(mine, name) == getattr(theirs, name)).all(), name
    assert [x for x in one.leases if x.session < last] == [x for x in other.leases if x.session < last]
    assert [x for x in one.leases if x.session == last] != [x for x in other.leases if x.session == last]


@pytest.fixture(scope="module")
def turned() -> tuple[World, World]:
    """A year of four sessions, and the same one whose dwellings of the last two sessions change places."""
    year = draw_world("commission", replace(SETTING, dwellings=12, sessions=4), 7)
    opens = year.opens.copy()
    opens[year.opens == 2], opens[year.opens == 3] = 3, 2
    return year, replace(year, opens=opens)


def early_terms(year: World, made: Policy) -> list[Terms]:
    """What a policy says in the first two sessions; at the second it is asked twice."""
    kept: list[tuple[State, Terms]] = []
    live(year, watched(made, kept))
    return [said for state, said in kept if state.session < 2]


def as_said(said: list[Terms]) -> list[list[list[int]]]:
    return [[getattr(one, name).tolist() for name in ("rate", "play", "price", "reserve")] for one in said]


@pytest.mark.long
@pytest.mark.parametrize("made", POLICIES, ids=lambda p: p.id)
def test_which_dwellings_come_later_changes_nothing_before(turned, made):
    said = [as_said(early_terms(year, made)) for year in turned]
    assert len(said[0]) == 3 and said[0] == said[1]


@pytest.mark.long
def test_a_policy_that_looks_at_the_dwellings_to_come_is_found(turned):
    def terms(state: State) -> Terms:
        next_ones = np.flatnonzero(state.world.opens == 2)
        return replace(
            todays(state.problem), reserve=np.full(len(state.present), int(next_ones.sum()), np.int64)
        )

    made = replace(next(p for p in POLICIES if p.id == "required_rate"), terms=terms)
    said = [as_said(early_terms(year, made)) for year in turned]
    assert said[0] != said[1]


@pytest.mark.long
def test_todays_rule_changes_nothing(world):
    kept: list[tuple[State, Terms]] = []
    live(world, watched(next(p for p in POLICIES if p.id == "required_rate"), kept))
    for state, said in kept:
        now = todays(state.problem)
        assert (
            (said.rate == now.rate).all()
            and (said.play == now.play).all()
            and (said.price == now.price).all()
        )


@pytest.mark.long
def test_the_cumulative_rule_lacks_what_the_year_lacks(world):
    kept: list[tuple[State, Terms]] = []
    live(world, watched(next(p for p in POLICIES if p.id == "cumulative"), kept))
    state, said = kept[-1]
    for i, row in enumerate(state.problem.rows):
        at = int(state.row[i])
        year = state.year[at]
        assert (row.rule, row.scope) == (year.rule, year.scope)
        if not row.ceiling:
            lacks = year.rate * int(state.den[at]) - RATE_UNIT * int(state.num[at]) - year.play
            assert int(said.play[i]) == -lacks and int(said.rate[i]) == year.rate


def test_a_policy_is_registered_once_and_says_what_it_is():
    with pytest.raises(ValueError, match="declared twice"):
        policy("cotation", title_fr="x", title_en="x", says_fr="x", says_en="x", source="x", order=999)(
            lambda state: todays(state.problem)
        )
    with pytest.raises(ValueError, match="'another': '[a-z_]+' has order 10"):
        bound("another", title_fr="x", title_en="x", says_fr="x", says_en="x", source="x", order=10)(
            lambda world: {}
        )
    fine = {"title_fr": "x", "title_en": "x", "says_fr": "x", "says_en": "x", "source": "x"}
    for name in fine:
        with pytest.raises(ValueError, match=f"empty {name}"):
            policy("another", **{**fine, name: " "}, order=999)(lambda state: todays(state.problem))
    with pytest.raises(ValueError, match="order None is no whole number"):
        policy("another", **fine, order=None)(lambda state: todays(state.problem))  # type: ignore[arg-type]


def test_the_page_says_what_a_policy_asks_in_its_own_language():
    for one in all_policies():
        assert one.says("fr") != one.says("en")
        english = {"the", "of", "and", "what", "in", "program"}
        assert not english & set(one.says("fr").split())


def test_an_unknown_policy_is_refused_with_those_that_are_known():
    with pytest.raises(AttrifluxError) as refused:
        chosen_policies("nothing,cotation,neither")
    assert refused.value.params["what"] == "nothing, neither"
    assert refused.value.code == "SIMULATION_UNKNOWN"
    assert "cotation" in str(refused.value.params["known"])
    assert [p.id for p in chosen_policies("cumulative,cotation")] == ["cotation", "cumulative"]
    with pytest.raises(AttrifluxError):
        chosen_policies([])
