"""What the desk learnt of a household's file in a session: nobody reached it, it was heard of, documents are awaited or came.

A household has one file, whatever the lists it stands on: one that answered on any of them, or afterwards, was reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from optimizer.desk.notices import answered
from optimizer.store.records import CandidateRecord, DutyRecord, SessionRecord
from optimizer.store.states import REACHED

UNREACHABLE, TO_VERIFY, COMPLETE = "unreachable", "to_verify", "complete"
Answered = Mapping[tuple[str, str], date]
"""(household, session) -> the day its notice of no answer was answered."""


def notices_answered(duties: Iterable[DutyRecord]) -> dict[tuple[str, str], date]:
    """Households that were heard of after a notice of no answer, by session, and when."""
    return {(d.ref, d.session_id): d.closed_on for d in duties if d.closed_on is not None and answered(d)}


def by_household(session: SessionRecord) -> dict[str, list[CandidateRecord]]:
    """Candidatures of a session by number, in the order of its agenda."""
    found: dict[str, list[CandidateRecord]] = {}
    for item in sorted(session.items, key=lambda item: (item.position, item.dwelling_id)):
        for c in item.candidates:
            if c.application_id:
                found.setdefault(c.application_id, []).append(c)
    return found


def learnt_of(
    session: SessionRecord, names: list[CandidateRecord], before: str | None, since: date, notices: Answered
) -> str | None:
    """State of a household's file after a session, ``before`` where that taught nothing.

    Parameters
    ----------
    names : its candidatures of that session.
    since : day of the import; what it already knew is not learnt again.
    notices : those of no answer that were answered (`notices_answered`).
    """
    state = ""
    for c in names:
        came = [*(d.received_on for d in c.documents), c.condition_on]
        if max([session.on, *(day for day in came if day is not None)]) >= since:
            state = _documents(c) or state
    lost = session.on >= since and any(c.call == UNREACHABLE for c in names)
    heard = _heard_on(session, names, notices)
    if lost and heard is None:
        return UNREACHABLE
    if heard is not None and heard >= since and (lost or before == UNREACHABLE):
        # reached, and nobody said that its file is whole
        return state or TO_VERIFY
    return state or before


def _heard_on(session: SessionRecord, names: list[CandidateRecord], notices: Answered) -> date | None:
    """The last day a household is known to have been heard of, in the session or because of it."""
    days = [session.on for c in names if c.call in REACHED]
    days += [c.offer.answered_on for c in names if c.offer is not None and c.offer.answered_on is not None]
    days += [
        d.received_on
        for c in names
        for d in c.documents
        if d.received_on is not None and d.received_on >= session.on
    ]
    days += [notices[key] for c in names if (key := (c.ref, session.session_id)) in notices]
    return max(days, default=None)


def _documents(candidate: CandidateRecord) -> str:
    """To complete, complete; empty when nothing was asked or brought.

    The document of a condition is one that the commission found missing: the file is to complete until the condition is met.
    """
    awaited = {d.document for d in candidate.documents if d.received_on is None}
    brought = {d.document for d in candidate.documents} - awaited
    decision = candidate.decision
    if decision is not None and candidate.condition == "met":
        awaited, brought = awaited - {decision.document}, brought | {decision.document}
    elif decision is not None and candidate.condition in ("open", "failed"):
        awaited |= {decision.document} - brought
    return TO_VERIFY if awaited else COMPLETE if brought else ""
