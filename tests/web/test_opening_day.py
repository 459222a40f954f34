"""A session is opened on its day or after it, never before the day that people were convened for; a cancelled one says why."""

from __future__ import annotations

from datetime import date

from optimizer.store import queries
from tests.web.playing import Played, item


def test_a_session_does_not_open_before_its_day(played: Played):
    session = played.session(date(2027, 3, 4), state="convened", homes=(item("L030401"),))
    at = f"/seances/{session.session_id}"
    answer = played.client("S").post(
        f"{at}/ouvrir", {"checked": "1", "command_id": "tot", "version": str(session.version)}
    )
    page = answer.content.decode().replace("\u00a0", " ")
    assert (
        answer.status_code == 422
        and "convoquée pour le 04/03/2027 : elle ne s'ouvre pas avant" in page.replace("&#39;", "'")
    )
    assert queries.session(played.store, session.session_id).status == "convened"


def test_a_cancelled_session_says_why_to_those_who_prepare_it(played: Played):
    from uuid import uuid4

    from optimizer.store import commands
    from tests.web.playing import SECRETARY

    key = played.session(date(2027, 3, 11), state="convened", homes=(item("L031101"),)).session_id
    why = "Quorum non atteint : deux voix pour trois"
    commands.cancel(played.store, SECRETARY, str(uuid4()), key, reason=why)
    for page in ("", "/seance"):
        assert why in played.client("S").get(f"/seances/{key}{page}").content.decode().replace("\u00a0", " ")
    assert why not in played.client("R").get(f"/seances/{key}/seance").content.decode().replace("\u00a0", " ")
