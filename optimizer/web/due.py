"""What is due on the offers of closed sessions, in the order of the call list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from optimizer.store import queries
from optimizer.store.holding import Store
from optimizer.store.records import CandidateRecord, DutyRecord, ItemRecord, OfferRecord, SessionRecord

Kind = Literal["silence", "answer", "notify", "condition", "proof", "judge", "sign"]
ORDER: tuple[Kind, ...] = ("silence", "answer", "notify", "condition", "proof", "judge", "sign")


@dataclass(frozen=True)
class Due:
    """One thing to do: about which dwelling and household, and until when."""

    kind: Kind
    session: SessionRecord
    item: ItemRecord
    candidate: CandidateRecord
    offer: OfferRecord | None
    by: date | None


@dataclass(frozen=True)
class AllDue:
    """What is due, and the open duties of the landlord."""

    things: tuple[Due, ...]
    duties: tuple[DutyRecord, ...]


def due_of(store: Store, sessions: Iterable[SessionRecord], on: date) -> AllDue:
    """Everything due on a day, the clocks that end first."""
    silent = {offer.offer_id for offer in queries.silences(store, on)}
    things: list[Due] = []
    for session in sessions:
        for item in session.items:
            if item.status not in ("decided", "offering", "let"):
                continue
            named = {c.candidate_id: c for c in item.candidates}
            following = queries.next_to_offer(store, item.item_id)
            if following is not None:
                things.append(Due("notify", session, item, named[following], None, None))
            for candidate in item.candidates:
                if candidate.offer is not None:
                    things += _of_offer(session, item, candidate, candidate.offer, candidate.offer.offer_id in silent)
    things.sort(key=lambda d: (ORDER.index(d.kind), d.by or date.max, d.session.session_id, d.item.position))
    known = {s.session_id for s in sessions}
    duties = tuple(d for d in queries.duties(store, open=True) if d.session_id in known)
    return AllDue(tuple(things), duties)


def _of_offer(
    session: SessionRecord, item: ItemRecord, candidate: CandidateRecord, offer: OfferRecord, silent: bool
) -> list[Due]:
    def due(kind: Kind, by: date | None) -> Due:
        return Due(kind, session, item, candidate, offer, by)

    found = []
    if offer.status == "offered":
        kind: Kind = "silence" if silent else "proof" if offer.deadline is None else "answer"
        found.append(due(kind, offer.deadline))
    if offer.condition == "open" and offer.status in ("offered", "accepted"):
        found.append(due("condition", offer.due_on))
    if offer.status == "accepted" and offer.condition in ("none", "met"):
        found.append(due("sign", None))
    if offer.status == "refused" and offer.legitimate == "to_decide":
        found.append(due("judge", None))
    return found
