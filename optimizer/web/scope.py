"""The sessions a visitor may see, and who is behind a reference on a page."""

from __future__ import annotations

from optimizer.store import queries
from optimizer.store.records import SessionRecord
from optimizer.web.desk import desk
from optimizer.web.visitor import Visitor


def sessions_of(visitor: Visitor, *, items: bool = True) -> list[SessionRecord]:
    """Sessions of the commissions the visitor holds a role in, newest first."""
    return [s for s in queries.sessions(desk().store, items=items) if visitor.roles_for(s)]
