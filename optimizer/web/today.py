"""The day it is in the commission's rooms, by the store's clock."""

from __future__ import annotations

from datetime import date

from optimizer.store.clock import PARIS, SITTING
from optimizer.store.records import SessionRecord
from optimizer.web.desk import desk


def today() -> date:
    """The date in Paris."""
    return desk().store.today()


def hour_of(session: SessionRecord) -> str:
    """``HH:MM`` it is in Paris while a session may sit: on its day, and past midnight while it was opened that day; else empty.

    What is entered in a session that was left open is not decided at that hour.
    """
    now = desk().store.now()
    local, opened = now.astimezone(PARIS), session.opened_at
    if local.date() != session.on:
        sitting = session.status == "open" and opened is not None and now - opened < SITTING
        if not (sitting and opened is not None and opened.astimezone(PARIS).date() == session.on):
            return ""
    return local.strftime("%H:%M")
