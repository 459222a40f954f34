"""Dwellings turned to a réservataire that has named nobody for them yet, and the day until which it may.

They have no list, so no agenda holds them. The proposal of the newest session says which they are; who is to name the households
reads them on its own page, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from optimizer.presentation.reading_back import read_back
from optimizer.store.records import SessionRecord
from optimizer.store.together import share
from optimizer.web.answers import job_of
from optimizer.web.desk import desk
from optimizer.web.scope import heads_of, whole_sessions
from optimizer.web.visitor import Visitor

COLUMNS = ("dwelling_id", "account", "status", "deadline")


@dataclass(frozen=True)
class Awaiting:
    """A dwelling, the account it was turned to, and the last day to name its households; None where none is told."""

    dwelling_id: str
    account: str
    until: date | None


def awaiting_of(visitor: Visitor) -> list[Awaiting]:
    """Those that the visitor names households for, or follows as secretary or chair; the most pressing first."""
    newest: list[SessionRecord] = []
    for head in heads_of(visitor, "SPR"):
        since = (s for s in newest if s.commission == head.commission)
        if head.status != "cancelled" and not any(share(s.landlord, head.landlord) for s in since):
            newest.append(head)
    found = [
        one
        for session in whole_sessions(head.session_id for head in newest)
        for one in awaiting_in(session)
        if visitor.follows(one.account, session)
    ]
    return sorted(found, key=lambda one: (one.until or date.max, one.dwelling_id))


def awaiting_in(session: SessionRecord) -> tuple[Awaiting, ...]:
    """All those of the proposal behind a session."""
    return desk().known.of(("awaiting", session.session_id), lambda: _read(session))


def _read(session: SessionRecord) -> tuple[Awaiting, ...]:
    """What the result behind a session says, where this machine still has that very result."""
    from optimizer.desk.agenda import run_id_of

    job = job_of(session)
    folder = None if job is None else desk().runs / job.id
    if folder is None or session.run is None or not (folder / "certificate.json").is_file():
        return ()
    if run_id_of(folder) != session.run.run_id:
        return ()
    try:
        table = read_back(folder, "dwellings", COLUMNS)
    except (OSError, ValueError):
        table = None
    if table is None:
        return ()
    there = {item.dwelling_id for item in session.items}
    rows = table[(table["status"] == "awaiting_reservataire") & ~table["dwelling_id"].isin(there)]
    return tuple(
        Awaiting(str(home), str(account), date.fromisoformat(str(day)) if day else None)
        for home, account, day in zip(rows["dwelling_id"], rows["account"], rows["deadline"], strict=True)
    )
