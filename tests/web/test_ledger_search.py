"""The ledger of years is looked through by kind, person, dwelling, day and household, each within what the account reads."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from optimizer.store import commands, queries
from optimizer.store.clock import PARIS
from optimizer.store.records import SessionRecord
from tests.web.playing import SECRETARY, Played, item

HERE, THERE = "CALEOL de Baume", "CALEOL de Morteau"


@pytest.fixture(scope="module")
def two(played: Played) -> tuple[SessionRecord, SessionRecord]:
    """A session of each of two commissions, the second some days later."""
    for name, commission in (("greffe-baume", HERE), ("greffe-morteau", THERE)):
        played.account(name, "S", commission=commission)
    played.clock.now = max(played.clock.now, datetime(2026, 12, 1, 14, 0, tzinfo=PARIS))
    first = played.session(
        played.store.today(), state="convened", homes=(item("L500501"), item("L500502")), commission=HERE
    )
    commands.call(
        played.store, SECRETARY, "appel", first.items[0].candidates[0].candidate_id, outcome="interested"
    )
    played.clock.now += timedelta(days=3)
    second = played.session(played.store.today(), state="open", homes=(item("L500601"),), commission=THERE)
    return first, second


def lines(played: Played, role: str = "", name: str = "", **sought: str) -> list[int]:
    """Numbers of the lines shown, every page of them."""
    client, found, before = played.client(role, name=name), [], None
    while True:
        asked = {**sought, **({"avant": before} if before else {})}
        text = client.get("/journal", asked).content.decode()
        found += [int(n) for n in re.findall(r"<tr[^>]*><td[^>]*>(\d+)</td>", text)]
        older = re.search(r'href="/journal\?avant=(\d+)', text)
        if not older:
            return found
        before = older[1]


def test_each_way_of_looking_gives_the_lines_of_the_ledger_and_all_pages_of_them(
    played: Played, two: tuple[SessionRecord, SessionRecord], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("optimizer.web.views.ledger.A_PAGE", 3)
    day = two[0].on
    wanted = {
        ("quoi", "session.convened"): lambda e: e.kind == "session.convened",
        ("qui", "SECRETAIRE"): lambda e: e.actor == "secretaire",
        ("logement", "l500501"): lambda e: e.dwelling_id == "L500501",
        ("jour", day.isoformat()): lambda e: e.at.astimezone(PARIS).date() <= day,
        ("jour", f"{day:%d/%m/%Y}"): lambda e: e.at.astimezone(PARIS).date() <= day,
        ("jour", "9999-12-31"): lambda e: True,
    }
    for (name, value), holds in wanted.items():
        found = lines(played, "D", **{name: value})
        every = queries.events(played.store, until=found[0] + 1 if found else None)
        assert found == [e.seq for e in reversed(every) if holds(e)] != [], name
    assert lines(played, "D", logement="L500501", jour="2020-01-01") == []
    text = played.client("D").get("/journal", {"jour": "demain", "logement": "nul\x00"}).content.decode()
    assert "Ce jour ne se lit pas" in text and "Aucune ligne du journal ne correspond" in text


def test_lines_of_one_household_are_for_the_officer_alone(
    played: Played, two: tuple[SessionRecord, SessionRecord]
):
    name = two[0].items[0].candidates[0]
    commands.view_identities(played.store, SECRETARY, "regard", refs=[name.ref], reason="appel du ménage")
    found = lines(played, "D", menage=name.ref)
    assert found == [e.seq for e in reversed(queries.events(played.store, ref=name.ref))] != []
    theirs = lines(played, name="greffe-baume", menage=name.ref)
    assert len(theirs) > len(found) and set(theirs) <= set(lines(played, name="greffe-baume"))


def test_a_secretary_finds_the_sessions_of_its_own_commission_alone(
    played: Played, two: tuple[SessionRecord, SessionRecord]
):
    assert lines(played, name="greffe-baume", logement="L500601") == []
    assert lines(played, name="greffe-morteau", logement="L500601") == [
        e.seq for e in reversed(queries.events(played.store, dwelling="L500601"))
    ]
