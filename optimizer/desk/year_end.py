"""The log as it stood on a 31 December, for the statement of a year that is made in the next one.

Acts are taken by the day they bear, not by the day they were typed: a lease of 30 December recorded in January is of its year.
What a record no longer says of an earlier day (the day a household accepted before it gave up, what was corrected since) is
read as it is said today. Pure, like :mod:`optimizer.desk.following`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Literal

from optimizer.desk.following import LIVE, POSITIVE, UNDONE, WAITING, local_day
from optimizer.store.records import (
    CandidateRecord,
    CandidateStatus,
    DutyRecord,
    ItemRecord,
    OfferRecord,
    SessionRecord,
)

WAITS_AS: dict[str, CandidateStatus] = {
    "attribution": "attributed",
    "ranked": "ranked",
    "conditional": "conditional",
}
"""Kind of a positive decision -> status of a household that no offer was made to."""


def last_day(day: date) -> bool:
    """Whether a day is the last of its year."""
    return (day.month, day.day) == (12, 31)


def as_on(sessions: Iterable[SessionRecord], day: date) -> list[SessionRecord]:
    """Sessions held until ``day`` with what had become of their dwellings, and those that were convened by then."""
    every = list(sessions)
    housed = {
        c.ref: c.offer.lease_on
        for s in every
        for i in s.items
        for c in i.candidates
        if c.status == "signed" and c.offer is not None and c.offer.lease_on is not None
    }
    # of a lease whose session is not among these, another landlord's, the day is not known: it is read as it is said today
    superseded = {c.ref for s in every for i in s.items for c in i.candidates if c.status == "superseded"}
    signed = {ref for ref, on in housed.items() if on <= day} | (superseded - housed.keys())
    return [_held(s, day, signed) if s.on <= day else _convened(s, day) for s in every if _known(s, day)]


def duties_on(duties: Iterable[DutyRecord], day: date) -> list[DutyRecord]:
    """Duties opened by ``day``; those closed later are open."""
    known = [d for d in duties if d.opened_on <= day]
    return [d if d.closed_on is None or d.closed_on <= day else replace(d, closed_on=None) for d in known]


def _known(session: SessionRecord, day: date) -> bool:
    began = session.convened_on or session.on
    return session.status in ("convened", "open", "closed") and min(began, session.on) <= day


def _convened(session: SessionRecord, day: date) -> SessionRecord:
    """A session of which only the agenda was known: nothing is decided."""
    items = []
    for item in session.items:
        names = tuple(
            c if c.status in UNDONE else replace(c, status="listed", decision=None, offer=None)
            for c in item.candidates
        )
        left = item.status == "not_examined" and local_day(item.ended_at) <= day
        if item.added_as != "late" and not left:
            items.append(replace(item, status="listed", candidates=names))
    return replace(session, status="convened", items=tuple(items))


def _held(session: SessionRecord, day: date, signed: set[str]) -> SessionRecord:
    return replace(session, items=tuple(_dwelling(i, day, signed) for i in session.items))


def _dwelling(item: ItemRecord, day: date, signed: set[str]) -> ItemRecord:
    """A dwelling that was decided upon, its offers cut at the day; what its end took with it waits again."""
    withdrawn = item.status == "withdrawn" and local_day(item.ended_at) <= day
    let = any(c.status == "signed" and _signed(c.offer, day) for c in item.candidates)
    names = tuple(_household(c, day, signed, over=withdrawn or let) for c in item.candidates)
    status = item.status
    if status in ("let", "withdrawn", "exhausted", "offering", "decided") and not withdrawn:
        open_ = any(c.status in (*WAITING, *LIVE) for c in names)
        status = "let" if let else "offering" if open_ else "exhausted"
    return replace(item, status=status, candidates=names)


def _household(candidate: CandidateRecord, day: date, signed: set[str], *, over: bool) -> CandidateRecord:
    decision, offer = candidate.decision, candidate.offer
    if decision is None or decision.kind not in POSITIVE:
        return candidate
    met = candidate.condition_on is None or candidate.condition_on <= day
    told = candidate if met else replace(candidate, condition="open", condition_on=None, condition_reason="")
    if offer is None or offer.notified_on > day:
        gone: CandidateStatus | Literal[""] = _gone(candidate, signed, over)
        if met and candidate.status == "condition_failed":
            gone = "condition_failed"
        return replace(told, offer=None, status=gone or WAITS_AS[decision.kind])
    status, kept = _offer(candidate, offer, day, signed, over)
    return replace(told, offer=kept, status=status)


def _gone(candidate: CandidateRecord, signed: set[str], over: bool) -> Literal["", "superseded", "released"]:
    """How a rank that was never offered had ended: with its dwelling, or with a lease of the household elsewhere."""
    if candidate.status == "superseded" and candidate.ref in signed:
        return "superseded"
    return "released" if candidate.status == "released" and over else ""


def _offer(
    candidate: CandidateRecord, offer: OfferRecord, day: date, signed: set[str], over: bool
) -> tuple[CandidateStatus, OfferRecord]:
    """Status of a household to which an offer was notified, and the offer as it stood."""
    answered = offer.answered_on is not None and offer.answered_on <= day
    if candidate.status == "signed" and _signed(offer, day):
        return "signed", offer
    if gone := _gone(candidate, signed, over):
        return gone, offer
    if candidate.status == "silent" and offer.deadline is not None and offer.deadline <= day:
        return "silent", offer
    if candidate.status == "condition_failed" and (offer.condition_on or day) <= day:
        return "condition_failed", offer
    if candidate.status in ("refused", "desisted") and answered:
        return candidate.status, offer
    # whoever gave up later had accepted; the day of that is not kept
    accepted = candidate.status == "desisted" or (answered and candidate.status != "refused")
    status: Literal["accepted", "offered"] = "accepted" if accepted else "offered"
    kept = replace(offer, status=status, lease_on=None, end_reason="")
    if not answered:
        kept = replace(kept, answered_on=None, refusal_reason="", legitimate="")
    if offer.condition_on is not None and offer.condition_on > day:
        kept = replace(kept, condition="open", condition_on=None)
    return status, kept


def _signed(offer: OfferRecord | None, day: date) -> bool:
    return offer is not None and offer.lease_on is not None and offer.lease_on <= day
