"""The sessions a visitor may see: all as heads, whole only where something is still to be done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from optimizer.desk.following import Followed, elsewhere
from optimizer.store import queries
from optimizer.store.records import CorrectionRecord, ItemRecord, SessionRecord
from optimizer.web.desk import desk
from optimizer.web.visitor import Visitor

RECENT = 12
"""Sessions shown whole to a réservataire: a quarter of weekly commissions."""


def heads_of(visitor: Visitor) -> list[SessionRecord]:
    """Sessions of the commissions the visitor holds a role in, newest first, without their dwellings."""
    return [s for s in desk().known.heads() if visitor.roles_for(s)]


def live_sessions_of(visitor: Visitor) -> list[SessionRecord]:
    """Whole sessions in which something is to be done: not closed yet, an offer under way, an open duty.

    Years of closed sessions are not read for a page about this week.
    """
    live = desk().known.live()
    return _whole(s.session_id for s in heads_of(visitor) if s.session_id in live)


def elsewhere_of(visitor: Visitor, item: ItemRecord) -> dict[str, list[Followed]]:
    """Where the households of a dwelling still wait or hold an offer, on the other dwellings that the visitor sees."""
    seen = (
        replace(s, items=visitor.items(s)) for s in live_sessions_of(visitor) if visitor.names_households(s)
    )
    return elsewhere(seen, item)


def corrections_of(session: SessionRecord) -> tuple[CorrectionRecord, ...]:
    """What was taken back in a session, and why."""
    key = session.session_id
    return desk().known.of(("corrections", key), lambda: queries.corrections(desk().store, key))


def recent_sessions_of(visitor: Visitor) -> list[SessionRecord]:
    """The newest whole sessions."""
    return _whole(s.session_id for s in heads_of(visitor)[:RECENT])


def _whole(ids: Iterable[str]) -> list[SessionRecord]:
    return desk().known.sessions(tuple(ids))
