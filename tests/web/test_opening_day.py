"""A session opened before the day that people were convened for says so; a cancelled one says why."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from optimizer.store import commands, queries
from tests.web.playing import SECRETARY, Played, item, member

ELSEWHERE = "CALEOL de mars"


def test_a_session_opened_before_its_day_says_so(played: Played):
    # in a commission of its own: one has one session open at a time
    played.account("secretaire-de-mars", "S", commission=ELSEWHERE)
    session = played.session(
        date(2027, 3, 4), state="convened", homes=(item("L030401"),), commission=ELSEWHERE
    )
    key = session.session_id
    commands.attend(
        played.store,
        SECRETARY,
        str(uuid4()),
        key,
        members=[member(key, "A. Durand"), member(key, "B. Petit")],
    )
    staff = played.client(name="secretaire-de-mars")
    version = queries.session(played.store, key).version
    answer = staff.post(
        f"/seances/{key}/ouvrir", {"checked": "1", "command_id": "tot", "version": str(version)}
    )
    page = staff.get(f"/seances/{key}/seance").content.decode().replace("\u00a0", " ")
    assert answer.status_code == 302
    assert "Séance ouverte avant son jour : elle est convoquée pour le 04/03/2027" in page
    assert queries.session(played.store, key).status == "open"


def test_a_cancelled_session_says_why_to_those_who_prepare_it(played: Played):
    key = played.session(date(2027, 3, 11), state="convened", homes=(item("L031101"),)).session_id
    why = "Quorum non atteint : deux voix pour trois"
    commands.cancel(played.store, SECRETARY, str(uuid4()), key, reason=why)
    for page in ("", "/seance"):
        assert why in played.client("S").get(f"/seances/{key}{page}").content.decode().replace("\u00a0", " ")
    assert why not in played.client("R").get(f"/seances/{key}/seance").content.decode().replace("\u00a0", " ")
