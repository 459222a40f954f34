"""The desk's call list, for the sessions of a visitor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from optimizer.desk.call_list import Due, call_list
from optimizer.store import queries
from optimizer.store.records import SessionRecord
from optimizer.web.choices import commission_law
from optimizer.web.desk import desk
from optimizer.web.today import today


def due_of(sessions: Sequence[SessionRecord]) -> list[Due]:
    """Everything due today on these sessions, in the order of the list."""
    on, ids = today(), tuple(s.session_id for s in sessions)
    return desk().known.of(("due", on, ids), lambda: _due(sessions, on))


def _due(sessions: Sequence[SessionRecord], on: date) -> list[Due]:
    store = desk().store
    known = {s.session_id for s in sessions}
    duties = [d for d in queries.duties(store) if d.session_id in known]
    return call_list(sessions, commission_law(on), on, duties=duties, calls=queries.calls(store))
