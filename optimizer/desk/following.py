"""What became of each candidature that a closed session decided: the rows behind the tables of the next case.

Pure: records of the store in, records out, in an order of their own, whatever the order they came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from optimizer.store.clock import PARIS
from optimizer.store.records import CandidateRecord, ItemRecord, SessionRecord

POSITIVE = ("attribution", "ranked", "conditional")
"""Kinds of decisions that attribute, at once, in rank order or under a condition (CCH R. 441-3)."""
LIVE = ("offered", "accepted")
"""Statuses of a household that has an offer it may still take."""
WAITING = ("attributed", "ranked", "conditional")
"""Statuses of a household that an offer may still be made to."""
OFF_THE_LIST = ("queue", "declined", "replaced")
UNDONE = (*OFF_THE_LIST, "not_examined")
"""Statuses of a name that the commission did not examine."""
REFUSED = "refused"
REFUSED_LEGITIMATE = "refused_legitimate"
REFUSED_UNDECIDED = "refused_undecided"
SILENT = "silent"
ENDED = {
    "signed": "signed",
    "silent": SILENT,
    "desisted": "desisted",
    "condition_failed": "condition_failed",
    "not_attributed": "not_attributed",
    "ineligible": "ineligible",
    "released": "released",
    "superseded": "superseded",
}
"""Status of a candidate -> outcome written in `events`; a refusal says more, a live candidature nothing."""


@dataclass(frozen=True)
class Followed:
    """One candidature of one dwelling in one session."""

    session: SessionRecord
    item: ItemRecord
    candidate: CandidateRecord

    @property
    def oriented_on(self) -> date:
        """The day the agenda was frozen; a late item was oriented on the day of the session."""
        if self.item.added_as == "late" or self.session.convened_on is None:
            return self.session.on
        return self.session.convened_on

    @property
    def positive(self) -> bool:
        decision = self.candidate.decision
        return decision is not None and decision.kind in POSITIVE

    @property
    def outcome(self) -> str:
        """Code of `events`, empty while the candidature goes on."""
        if self.candidate.status == "refused":
            offer = self.candidate.offer
            said = offer.legitimate if offer is not None else ""
            return {"yes": REFUSED_LEGITIMATE, "no": REFUSED}.get(said, REFUSED_UNDECIDED)
        if self.candidate.status in WAITING and self.item.status == "withdrawn":
            return "withdrawn"
        return ENDED.get(self.candidate.status, "")

    @property
    def ended_on(self) -> date | None:
        """The day of a refusal, of silence (the last day to answer), of a withdrawal or of a lease."""
        offer = self.candidate.offer
        if offer is None:
            return None
        return offer.lease_on or offer.answered_on or offer.condition_on or offer.deadline


def closed_sessions(sessions: Iterable[SessionRecord]) -> list[SessionRecord]:
    """Sessions whose decisions stand, by day and number."""
    return sorted((s for s in sessions if s.status == "closed"), key=lambda s: s.order)


def coming_sessions(sessions: Iterable[SessionRecord]) -> list[SessionRecord]:
    """Sessions convened or being held: their dwellings are on an agenda."""
    return sorted((s for s in sessions if s.status in ("convened", "open")), key=lambda s: s.order)


def items_of(session: SessionRecord) -> list[ItemRecord]:
    """Dwellings of a session in the order of its agenda."""
    return sorted(session.items, key=lambda item: (item.position, item.dwelling_id))


def free_since(item: ItemRecord) -> date | None:
    """The day a dwelling was vacated, as the case says it, else the day it is available; None where it says neither."""
    told = (str(item.facts.get(name) or "")[:10] for name in ("vacant_since", "available_on"))
    return next((date.fromisoformat(day) for day in told if day), None)


CALLED_OFF = ("cancelled", "quorum")
"""Why a dwelling left the agenda with its whole session, which could not be held."""


def housed_before(candidate: CandidateRecord) -> bool:
    """Whether a household signed elsewhere before anything was decided on it here; one that only waited behind the list was never on it."""
    return candidate.status == "superseded" and candidate.decision is None


def on_the_list(candidate: CandidateRecord) -> bool:
    """Whether a household is put to the commission, or was."""
    return candidate.status not in OFF_THE_LIST and not housed_before(candidate)


def names_shown(session: SessionRecord, item: ItemRecord) -> list[CandidateRecord]:
    """Households that the pages of a session show on a dwelling: those put forward, and of those who left before it was decided on
    the ones its members were convened for. Who only waited behind the list and signed elsewhere was never one of them."""
    drafted = session.status == "draft"
    return [
        c for c in item.candidates if c.status != "queue" and (drafted or c.checks or not housed_before(c))
    ]


def left_before(session: SessionRecord, item: ItemRecord) -> bool:
    """Whether a dwelling was taken off before the commission sat: what goes to the table no longer holds it."""
    if item.status != "not_examined":
        return False
    if session.status == "cancelled":
        return item.end_reason not in CALLED_OFF
    return session.opened_at is None or item.ended_at < session.opened_at


def followed(sessions: Iterable[SessionRecord]) -> Iterator[Followed]:
    """Candidatures that closed sessions examined, oldest session first."""
    for session in closed_sessions(sessions):
        for item in items_of(session):
            if item.status in ("listed", "not_examined"):
                continue
            for candidate in sorted(item.candidates, key=lambda c: c.position):
                if candidate.status not in UNDONE and candidate.decision is not None:
                    yield Followed(session, item, candidate)


def elsewhere(sessions: Iterable[SessionRecord], item: ItemRecord) -> dict[str, list[Followed]]:
    """Households of a dwelling (by reference) that have, on another one, a rank they still wait at or an offer they may take."""
    here = {c.ref for c in item.candidates}
    found: dict[str, list[Followed]] = {}
    for session in sorted(sessions, key=lambda s: s.order):
        for other in items_of(session):
            if other.item_id == item.item_id or other.status not in ("listed", "decided", "offering"):
                continue
            for c in sorted(other.candidates, key=lambda c: c.position):
                if c.ref in here and c.status in (*WAITING, *LIVE):
                    found.setdefault(c.ref, []).append(Followed(session, other, c))
    return found


def next_to_offer(item: ItemRecord) -> CandidateRecord | None:
    """The household whose turn it is: the lowest rank that nobody was asked yet, when no offer is live."""
    if any(c.status in (*LIVE, "signed") for c in item.candidates):
        return None
    waiting = [c for c in item.candidates if c.status in WAITING and c.decision is not None]
    return min(waiting, key=rank_of, default=None)


def rank_of(candidate: CandidateRecord) -> tuple[int, int]:
    """The commission's rank, the first one for an attribution without rank; then the place on the list."""
    rank = candidate.decision.rank if candidate.decision is not None else None
    return (rank if rank is not None else 1, candidate.position)


def local_day(when: datetime) -> date:
    """The day at the desk of an instant."""
    return when.astimezone(PARIS).date()


def attempt_over(item: ItemRecord) -> bool:
    """Whether the dwelling was presented and comes back without a lease."""
    return item.status in ("exhausted", "no_taker", "withdrawn")


def attempt_ended_on(session: SessionRecord, item: ItemRecord) -> date:
    """The day a presentation came to nothing."""
    if item.status == "withdrawn":
        return max(session.on, local_day(item.ended_at))
    days = [
        day
        for c in item.candidates
        if c.offer is not None
        for day in (
            c.offer.answered_on,
            c.offer.condition_on,
            c.offer.deadline if c.status == "silent" else None,
        )
        if day is not None
    ]
    # a rank may end before it was offered anything
    days += [c.condition_on for c in item.candidates if c.status == "condition_failed" and c.condition_on]
    return max([session.on, *days])


def last_act(sessions: Iterable[SessionRecord]) -> date | None:
    """The latest day that the log speaks of as past: sessions held, notices, answers, conditions, leases."""
    days: list[date] = []
    for session in sessions:
        if session.status in ("open", "closed"):
            days.append(session.on)
        if session.status == "convened" and session.convened_on is not None:
            days.append(session.convened_on)
        for item in session.items:
            if item.status == "withdrawn":
                days.append(local_day(item.ended_at))
            for candidate in item.candidates:
                if candidate.condition_on is not None:
                    days.append(candidate.condition_on)
                offer = candidate.offer
                if offer is not None:
                    known = (offer.notified_on, offer.answered_on, offer.lease_on)
                    days += [day for day in known if day is not None]
    return max(days, default=None)
