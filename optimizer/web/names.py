"""Names and telephones of households in live items, for the secretary and the agent who must reach them.

Asked for once, by a button; each session's look is one line of the ledger, and another one when its live households change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from optimizer.errors import said
from optimizer.store import commands
from optimizer.store.records import PersonRecord, SessionRecord
from optimizer.web.asked import Asked
from optimizer.web.desk import desk

LIVE = ("listed", "attributed", "ranked", "conditional", "offered", "accepted")
"""States in which a household is still to be reached."""
ASKED_FOR = "names"


def toggle(request: Asked) -> None:
    """Show the names from now on in this visit, or no more."""
    request.session[ASKED_FOR] = not request.session.get(ASKED_FOR, False)


def names_of(request: Asked, sessions: Iterable[SessionRecord]) -> Mapping[str, PersonRecord]:
    """Reference -> person of the live households of these sessions, where the visitor asked for them and may see them."""
    store, visitor = desk().store, request.visitor
    people: dict[str, PersonRecord] = {}
    if not request.session.get(ASKED_FOR) or store.read_only:
        return people
    for session in sessions:
        if not any(role in "SA" for role in visitor.roles_for(session)):
            continue
        live = (c for i in visitor.items(session) for c in i.candidates if c.status in LIVE)
        refs = sorted({c.ref for c in live if c.application_id})
        if not refs:
            continue
        told = hashlib.sha256("|".join((visitor.name, session.session_id, *refs)).encode()).hexdigest()
        view = commands.view_identities(
            store, visitor.actor("SA", session), f"noms-{told[:40]}", refs=refs,
            reason=said("WEB.NAMES_REASON", "fr"), session=session.session_id,
        )  # fmt: skip
        people |= view.people
    return people
