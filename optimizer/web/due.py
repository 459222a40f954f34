"""The desk's call list, for the sessions of a visitor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.urls import reverse

from optimizer.desk.call_list import Due, call_list
from optimizer.store import queries
from optimizer.store.records import SessionRecord
from optimizer.web.choices import commission_law
from optimizer.web.desk import desk
from optimizer.web.scope import live_sessions_of
from optimizer.web.today import today
from optimizer.web.visitor import Visitor

WORKING = "SPA"
"""Roles that read the list of calls: a member or a réservataire of another commission has none of its lines."""


def due_of(sessions: Sequence[SessionRecord]) -> list[Due]:
    """Everything due today on these sessions, in the order of the list."""
    on, ids = today(), tuple(s.session_id for s in sessions)
    return desk().known.of(("due", on, ids), lambda: _due(sessions, on))


def _due(sessions: Sequence[SessionRecord], on: date) -> list[Due]:
    store = desk().store
    known = {s.session_id for s in sessions}
    duties = [d for d in queries.duties(store) if d.session_id in known]
    return call_list(
        sessions, commission_law(on), on, duties=duties, calls=queries.calls(store, sessions=known)
    )


def after_a_call(visitor: Visitor, candidate: int) -> Callable[[object], str]:
    """Where the list of calls is read on once a call is recorded: the household's own line if one is left, else the next line.

    To be asked before the call is recorded: the list of that moment says which line comes next.
    """
    before = _called(visitor)
    here = before.index(candidate) if candidate in before else len(before)

    def to(_: object) -> str:
        left = set(_called(visitor))
        found = next((c for c in before[here:] if c in left), None)
        return reverse("calls") + (f"#c{found}" if found is not None else "")

    return to


def _called(visitor: Visitor) -> list[int]:
    """Households of the list of calls, in its order."""
    lines = due_of(live_sessions_of(visitor, WORKING))
    return [x.candidate_id for x in lines if x.candidate_id is not None and x.duty_id is None]
