"""The desk against a small model in memory: two people, any order of requests, the same states after each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
)

from optimizer import store
from optimizer.store import commands as c
from optimizer.store import ledger, queries
from optimizer.store.messages import StoreRefused
from optimizer.store.records import NewDecision
from tests import campaign
from tests.store.playing import SMALL, A, Play, S, Ticking, dwelling

LIVE = ("listed", "decided", "offering")


class Model:
    """What a desk should be: a session's state, its dwellings' states, its households' states in order of rank."""

    def __init__(self) -> None:
        self.session: dict[str, str] = {}
        self.item: dict[tuple[str, str], str] = {}
        self.names: dict[tuple[str, str], list[str]] = {}

    def live(self, dwelling_id: str) -> bool:
        return any(state in LIVE for (_, d), state in self.item.items() if d == dwelling_id)

    def items(self, session: str) -> list[tuple[str, str]]:
        return [key for key in self.item if key[0] == session]

    def waiting(self, key: tuple[str, str]) -> int | None:
        """Place of the rank whose turn it is."""
        states = self.names[key]
        if any(s in ("offered", "accepted", "signed") for s in states):
            return None
        return next((k for k, s in enumerate(states) if s in ("attributed", "ranked")), None)

    def ended(self, key: tuple[str, str], place: int, state: str) -> None:
        self.names[key][place] = state
        if self.waiting(key) is None:
            self.item[key] = "exhausted"


class Commission(RuleBasedStateMachine):
    """Sessions of one dwelling or two, three households examined and one more called up."""

    fresh: Callable[[str], Any]
    """Makes an empty desk under a name and returns its address."""
    compared = 0
    """Sessions held against the model so far."""
    sessions = Bundle("sessions")

    @initialize()
    def start(self) -> None:
        self.clock = Ticking()
        address = type(self).fresh("automate")
        self.play = Play(store.open(address, clock=self.clock, check=False), self.clock)
        self.model = Model()
        self.changed: set[str] = set()

    def teardown(self) -> None:
        if hasattr(self, "play"):
            assert ledger.verify(self.play.store).holds
            self.play.store.close()

    def tried(self, possible: bool, do: Any, *args: Any, **more: Any) -> bool:
        """Send a request that the model allows or not: the desk must say the same."""
        if possible:
            do(*args, **more)
            return True
        with pytest.raises(StoreRefused):
            do(*args, **more)
        return False

    def touch(self, session: str) -> None:
        self.play.session = session
        self.changed.add(session)

    @rule(target=sessions, names=st.sets(st.sampled_from(["L1", "L2", "L3"]), min_size=1, max_size=2))
    def new(self, names: set[str]) -> str:
        listed = sorted(names)
        if not self.tried(not any(map(self.model.live, listed)), self.play.new, *map(dwelling, listed)):
            return ""
        session = self.play.session
        self.model.session[session] = "draft"
        for name in listed:
            self.model.item[session, name] = "listed"
            self.model.names[session, name] = ["listed"] * 3 + ["queue"]
        self.touch(session)
        return session

    @rule(session=sessions.filter(bool), place=st.integers(0, 2), first=st.booleans())
    def decline(self, session: str, place: int, first: bool) -> None:
        self.touch(session)
        key = self.model.items(session)[0 if first else -1]
        possible = (
            self.model.session[session] in ("draft", "convened")
            and self.model.item[key] == "listed"
            and self.model.names[key][place] == "listed"
        )
        name = self.play.names(key[1])[place].candidate_id
        if self.tried(possible, self.play.do, c.call, A, name, outcome="declines"):
            states = self.model.names[key]
            states[place] = "declined"
            if "queue" in states:
                states[states.index("queue")] = "listed"

    @rule(session=sessions.filter(bool))
    def open(self, session: str) -> None:
        self.touch(session)
        state = self.model.session[session]
        if state == "draft":
            self.play.convene()
            self.model.session[session] = state = "convened"
        if state != "convened":
            self.tried(False, self.play.convene)
        elif self.tried("open" not in self.model.session.values(), self.play.open):
            self.model.session[session] = "open"

    @rule(session=sessions.filter(bool), positive=st.integers(0, 4), first=st.booleans())
    def decide(self, session: str, positive: int, first: bool) -> None:
        self.touch(session)
        key = self.model.items(session)[0 if first else -1]
        names = [n for n in self.play.names(key[1]) if n.status not in ("queue", "declined")]
        decisions = [
            NewDecision(n.candidate_id, "ranked", k)
            if k <= positive
            else NewDecision(n.candidate_id, "not_attributed", motive="N3", sentence=SMALL)
            for k, n in enumerate(names, 1)
        ]
        possible = self.model.session[session] == "open" and self.model.item[key] in ("listed", "decided")
        if self.tried(possible, self.play.decide, key[1], decisions, few_reason="too_few_candidates"):
            self.model.item[key] = "decided"
            places = [k for k, s in enumerate(self.model.names[key]) if s not in ("queue", "declined")]
            for rank, place in enumerate(places, 1):
                self.model.names[key][place] = "ranked" if rank <= positive else "not_attributed"

    @rule(session=sessions.filter(bool))
    def close(self, session: str) -> None:
        self.touch(session)
        keys = self.model.items(session)
        possible = self.model.session[session] == "open" and all(
            self.model.item[k] in ("decided", "not_examined") for k in keys
        )
        if self.tried(possible, self.play.close):
            self.model.session[session] = "closed"
            for key in keys:
                if self.model.item[key] == "decided":
                    self.model.item[key] = "offering" if "ranked" in self.model.names[key] else "no_taker"

    @rule(session=consumes(sessions).filter(bool))
    def cancel(self, session: str) -> None:
        self.touch(session)
        possible = self.model.session[session] in ("draft", "convened")
        if self.tried(possible, self.play.do, c.cancel, S, session, reason="Salle fermée"):
            self.model.session[session] = "cancelled"
            for key in self.model.items(session):
                self.model.item[key] = "not_examined"
                self.model.names[key] = [
                    s if s in ("declined", "queue") else "not_examined" for s in self.model.names[key]
                ]

    def offering(self) -> list[tuple[str, str]]:
        return sorted(key for key, state in self.model.item.items() if state == "offering")

    @precondition(lambda self: hasattr(self, "model") and self.offering())
    @rule(data=st.data(), end=st.sampled_from(["refused", "silent", "signed", "desisted", "withdrawn"]))
    def offer(self, data: st.DataObject, end: str) -> None:
        key = data.draw(st.sampled_from(self.offering()))
        self.touch(key[0])
        place = self.model.waiting(key)
        names = self.play.names(key[1])
        turn = queries.next_to_offer(self.play.store, self.play.item(key[1]))
        assert place is not None and turn == names[place].candidate_id
        made = self.play.offer(key[1])
        states = self.model.names[key]
        states[place] = "offered"
        if end == "refused":
            self.play.refuse(made)
            self.model.ended(key, place, "refused")
        elif end == "silent":
            self.tried(False, self.play.do, c.confirm_silence, A, made)
            self.clock.later(20)
            self.play.do(c.confirm_silence, A, made)
            self.model.ended(key, place, "silent")
        elif end == "withdrawn":
            self.play.do(c.withdraw, S, self.play.item(key[1]), reason="works")
            self.model.item[key] = "withdrawn"
            self.model.names[key] = ["released" if s in ("offered", "ranked") else s for s in states]
        else:
            self.take(key, place, made, end)

    def take(self, key: tuple[str, str], place: int, made: int, end: str) -> None:
        """The household accepts; then it signs, or gives up."""
        self.play.accept(made)
        self.tried(False, self.play.refuse, made)
        if end == "desisted":
            self.play.do(c.desist, A, made, on=self.play.store.today())
            self.model.ended(key, place, "desisted")
            return
        self.play.sign(made)
        self.model.item[key] = "let"
        self.model.names[key] = [
            "signed" if k == place else "released" if s == "ranked" else s
            for k, s in enumerate(self.model.names[key])
        ]
        self.superseded(key, place)

    def superseded(self, key: tuple[str, str], place: int) -> None:
        """The household (named after its dwelling) stands on no other live agenda: a dwelling is live once."""
        others = [k for k in self.model.item if k[1] == key[1] and k != key]
        assert not any(self.model.names[k][place] in ("listed", "ranked", "offered") for k in others)
        for other in others:
            states = self.model.names[other]
            if states[place] == "queue":
                states[place] = "superseded"
                self.changed.add(other[0])

    @invariant()
    def same(self) -> None:
        for session in getattr(self, "changed", ()):
            type(self).compared += 1
            seen = queries.session(self.play.store, session)
            assert seen.status == self.model.session[session]
            for item in seen.items:
                key = session, item.dwelling_id
                assert item.status == self.model.item[key], key
                assert [n.status for n in item.candidates] == self.model.names[key], key
        if hasattr(self, "changed"):
            self.changed.clear()


@pytest.mark.long
def test_the_desk_is_what_a_small_model_says(copied):
    Commission.fresh = staticmethod(copied)
    Commission.TestCase.settings = settings(
        max_examples=max(5, campaign.part(500) // 2), stateful_step_count=50 if campaign.FULL else 25
    )
    Commission.TestCase().runTest()  # what differs from the model is raised by the rules and the invariant
    assert Commission.compared > 0
