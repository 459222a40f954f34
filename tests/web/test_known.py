"""What pages keep of the store: never older than the ledger, not read again while it stands, few questions a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from optimizer.store import commands, queries
from optimizer.store.records import SessionRecord
from optimizer.store.work import batch
from optimizer.web.known import Known
from tests.web.playing import SECRETARY, Played

MOST = 8
"""Questions a page may put to the database when nothing has changed since the last one: session, account, head, its own few."""


@pytest.fixture(scope="module")
def session(played: Played) -> SessionRecord:
    return played.opened()


@contextmanager
def counted() -> Iterator[list[str]]:
    """The questions put to the database meanwhile."""
    from django.db import connection

    asked: list[str] = []

    def count(execute: Any, sql: str, *given: Any) -> Any:
        asked.append(sql)
        return execute(sql, *given)

    with connection.execute_wrapper(count):
        yield asked


@pytest.mark.parametrize(
    "at", ["/semaine", "/seances", "/offres", "/appels", "/journal", "/reservataire", "/seances/{s}",
           "/seances/{s}/seance", "/seances/{s}/logements/{i}", "/seances/{s}/demandes/{c}"],
)  # fmt: skip
def test_a_page_asks_the_database_little_when_nothing_has_changed(
    played: Played, session: SessionRecord, at: str
):
    item = session.items[0]
    to = at.format(s=session.session_id, i=item.item_id, c=item.candidates[0].candidate_id)
    client = played.client("S")
    client.get(to)
    with counted() as asked:
        assert client.get(to).status_code == 200
    assert len(asked) <= MOST, "\n".join(asked)


def edit(played: Played, session: SessionRecord, hour: str) -> None:
    commands.edit_session(played.store, SECRETARY, str(uuid4()), session.session_id, hour=hour)


def test_a_page_shows_what_was_written_since(played: Played):
    session = played.session(date(2026, 11, 23))
    client, at = played.client("S"), f"/seances/{session.session_id}"
    for hour in ("14 h 10", "14 h 20"):
        edit(played, session, hour)
        assert hour in client.get(at).content.decode()


def test_a_line_that_changes_no_row_lets_what_was_read_stand(played: Played, session: SessionRecord):
    known = Known(played.store)
    first = known.session(session.session_id)
    refs = [session.items[0].candidates[0].ref]
    commands.view_identities(
        played.store, SECRETARY, str(uuid4()), refs=refs, reason="appel pour la visite", session=session.session_id
    )  # fmt: skip
    assert known.session(session.session_id) is first
    other = played.session(date(2026, 11, 24))
    assert known.session(session.session_id) is not first
    assert known.session(session.session_id) == queries.session(played.store, session.session_id)
    assert {s.session_id for s in known.heads()} >= {session.session_id, other.session_id}


def test_nothing_is_kept_of_what_is_undone(played: Played):
    session = played.session(date(2026, 11, 25))
    known = Known(played.store)
    known.session(session.session_id)
    with batch(played.store, dry_run=True):
        edit(played, session, "23 h")
        assert known.session(session.session_id).hour == "23 h"
    assert known.session(session.session_id).hour == session.hour
    edit(played, session, "15 h")
    assert known.session(session.session_id).hour == "15 h"


def test_a_reading_that_a_line_overtakes_is_not_kept(played: Played):
    session = played.session(date(2026, 11, 26))
    known = Known(played.store)

    def slow() -> str:
        found = queries.session(played.store, session.session_id).hour
        edit(played, session, "17 h")
        known.heads()  # another page has seen the new line meanwhile
        return found

    assert known.of("hour", slow) == session.hour
    assert known.of("hour", lambda: queries.session(played.store, session.session_id).hour) == "17 h"
