"""What is to be done today, in the order of what cannot wait: clocks, next ranks, conditions, silences, notices, refusals to judge, radiations, duties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta

from optimizer.desk.chained import held_back, still_lived_in, waits_of
from optimizer.desk.following import (
    REFUSED_UNDECIDED,
    WAITING,
    coming_sessions,
    followed,
    free_since,
    items_of,
    next_to_offer,
)
from optimizer.store.law import CommissionLaw
from optimizer.store.records import CallRecord, DutyRecord, ItemRecord, SessionRecord
from optimizer.store.together import owner_of

KINDS = (
    "clock", "silence", "next_rank", "instruction", "condition", "no_contact", "unsent", "legitimacy", "sne_radiation",
    "ineligible_radiation", "radiation_notice", "no_reply", "prefet_signal", "suitable_offer",
)  # fmt: skip
"""Kinds of lines, in their order on the list."""


@dataclass(frozen=True)
class Due:
    """One line of the list.

    Attributes
    ----------
    kind : one of `KINDS`.
    day : the day it is due, or since when.
    rank : rank of the household on its dwelling.
    attempts : calls tried without reaching anybody.
    write : enough calls were tried: a letter comes next.
    duty_id : the duty to close, for a line that is one.
    since : its ``day`` is the one it is owed since; it has none to be met by.
    free_on : the day a dwelling will be free, of one that is not vacant yet.
    lived_in : its tenant has not signed for another dwelling yet, so that it may never be free.
    landlord : that of the dwelling, or those of its session where the dwelling does not say; empty for a line without a dwelling.
    """

    kind: str
    day: date | None
    session_id: str
    dwelling_id: str
    ref: str
    application_id: str = ""
    candidate_id: int | None = None
    offer_id: int | None = None
    rank: int | None = None
    vacant_days: int = 0
    attempts: int = 0
    write: bool = False
    duty_id: int | None = None
    since: bool = False
    free_on: date | None = None
    lived_in: bool = False
    landlord: str = ""


def call_list(
    sessions: Sequence[SessionRecord],
    law: CommissionLaw,
    on: date,
    *,
    duties: Sequence[DutyRecord] = (),
    calls: Sequence[CallRecord] = (),
    clock_soon: int = 3,
) -> list[Due]:
    """Every line due on a day.

    Parameters
    ----------
    sessions, duties, calls : what the store knows of the commission.
    law : thresholds of ``national.commission``.
    on : today.
    clock_soon : days before the last day to answer from which a household is called (``national.desk.clock_soon``).
    """
    lines = [
        *_clocks(sessions, on, clock_soon), *_next_ranks(sessions, on), *_instruction(sessions),
        *_conditions(sessions, law, on), *_without_contact(sessions, law, on, calls), *_unsent(sessions), *_to_judge(sessions),
        *_duties(sessions, duties),
    ]  # fmt: skip
    tried = _tried(calls)
    lived_in = {(s.session_id, i.dwelling_id) for s in sessions for i in s.items if still_lived_in(s, i)}
    most = int(law.value("call_attempts"))
    owners = {(s.session_id, i.dwelling_id): owner_of(s, i) for s in sessions for i in s.items}
    made = [
        replace(_with_calls(x, tried, most, lived_in), landlord=owners.get((x.session_id, x.dwelling_id), ""))
        for x in lines
    ]
    return sorted(made, key=_order)


def _with_calls(x: Due, tried: Mapping[int | None, int], most: int, lived_in: Set[tuple[str, str]]) -> Due:
    """A line of a household with the calls tried so far; a duty is not called about."""
    if x.candidate_id is None or x.duty_id is not None:
        return x
    attempts = tried.get(x.candidate_id, 0)
    return replace(
        x, attempts=attempts, write=attempts >= most,
        lived_in=x.kind != "legitimacy" and (x.session_id, x.dwelling_id) in lived_in,
    )  # fmt: skip


def _order(x: Due) -> tuple[int, int, date, str, int, str]:
    longest = -x.vacant_days if x.kind == "next_rank" else 0
    return (KINDS.index(x.kind), longest, x.day or date.max, x.dwelling_id, x.rank or 0, x.ref)


def _clocks(sessions: Sequence[SessionRecord], on: date, soon: int) -> Iterator[Due]:
    """Offers whose clock ends soon; past it, silence is proposed and a person confirms it."""
    for x in followed(sessions):
        o = x.candidate.offer
        if x.candidate.status == "offered" and o is not None and o.deadline is not None:
            kind = "silence" if o.deadline < on else "clock"
            if kind == "silence" or o.deadline <= on + timedelta(days=soon):
                yield Due(
                    kind, o.deadline, x.session.session_id, x.item.dwelling_id, x.candidate.ref, x.candidate.application_id,
                    x.candidate.candidate_id, o.offer_id, o.rank,
                )  # fmt: skip


def _next_ranks(sessions: Sequence[SessionRecord], on: date) -> Iterator[Due]:
    """Households whose turn it is, the longest vacancy first."""
    for session in sessions:
        for item in items_of(session) if session.status == "closed" else ():
            turn = next_to_offer(item) if item.status in ("decided", "offering") else None
            if turn is not None and not held_back(session, item):
                since, lived_in = _vacant_since(session, item), still_lived_in(session, item)
                rank = turn.decision.rank if turn.decision is not None else None
                yield Due(
                    "next_rank", session.on, session.session_id, item.dwelling_id, turn.ref, turn.application_id,
                    turn.candidate_id, rank=rank or 1, vacant_days=0 if lived_in else max(0, (on - since).days),
                    free_on=since if since > on and not lived_in else None, lived_in=lived_in,
                )  # fmt: skip


def _vacant_since(session: SessionRecord, item: ItemRecord) -> date:
    """The day the dwelling was vacated, as the case says it, else the day it is available, else that of the lease its tenant has signed
    elsewhere; else as old as its agenda told."""
    if (told := free_since(item)) is not None:
        return told
    waits = waits_of(session, item)
    offer = None if waits is None or waits.tenant is None else waits.tenant.offer
    if offer is not None and offer.lease_on is not None:
        return offer.lease_on
    return session.on - timedelta(days=int(item.facts.get("vacancy_days") or 0))


def _instruction(sessions: Sequence[SessionRecord]) -> Iterator[Due]:
    """Households of a coming session that nobody has reached yet."""
    drafts = [s for s in sessions if s.status == "draft"]
    for session in [*drafts, *coming_sessions(sessions)]:
        for item in items_of(session):
            for c in item.candidates:
                if c.status == "listed" and c.call in ("", "unreachable") and session.status != "open":
                    yield Due(
                        "instruction", session.on, session.session_id, item.dwelling_id, c.ref, c.application_id, c.candidate_id,
                        rank=c.position,
                    )  # fmt: skip


def _conditions(sessions: Sequence[SessionRecord], law: CommissionLaw, on: date) -> Iterator[Due]:
    soon = on + timedelta(days=int(law.value("condition_warning_days")))
    for x in followed(sessions):
        d, o = x.candidate.decision, x.candidate.offer
        open_ = (
            d is not None
            and d.kind == "conditional"
            and x.candidate.status in (*WAITING, "offered", "accepted")
        )
        # a document may come before the rank's turn, when there is no offer yet
        settled = x.candidate.condition in ("met", "failed")
        if open_ and not settled and d is not None and d.due_on is not None and d.due_on <= soon:
            yield Due(
                "condition", d.due_on, x.session.session_id, x.item.dwelling_id, x.candidate.ref, x.candidate.application_id,
                x.candidate.candidate_id, o.offer_id if o else None, d.rank,
            )  # fmt: skip


def _without_contact(
    sessions: Sequence[SessionRecord], law: CommissionLaw, on: date, calls: Sequence[CallRecord]
) -> Iterator[Due]:
    after = int(law.value("contact_after_days"))
    reached = {c.candidate_id for c in calls if c.stage == "offer" and c.outcome != "unreachable"}
    for x in followed(sessions):
        o = x.candidate.offer
        if x.candidate.status == "offered" and o is not None and x.candidate.candidate_id not in reached:
            since = o.notified_on + timedelta(days=after)
            if since <= on and (o.deadline is None or o.deadline >= on):
                yield Due(
                    "no_contact", since, x.session.session_id, x.item.dwelling_id, x.candidate.ref, x.candidate.application_id,
                    x.candidate.candidate_id, o.offer_id, o.rank,
                )  # fmt: skip


def _unsent(sessions: Sequence[SessionRecord]) -> Iterator[Due]:
    """Offers without proof: no clock runs, silence is nothing."""
    for x in followed(sessions):
        o = x.candidate.offer
        if x.candidate.status == "offered" and o is not None and not o.proof:
            yield Due(
                "unsent", o.notified_on, x.session.session_id, x.item.dwelling_id, x.candidate.ref, x.candidate.application_id,
                x.candidate.candidate_id, o.offer_id, o.rank,
            )  # fmt: skip


def _to_judge(sessions: Sequence[SessionRecord]) -> Iterator[Due]:
    """Refusals that nobody has said to be legitimate or not: until then none counts. An erased household's says nothing more."""
    for x in followed(sessions):
        o = x.candidate.offer
        if x.outcome == REFUSED_UNDECIDED and o is not None and x.candidate.application_id:
            yield Due(
                "legitimacy", o.answered_on, x.session.session_id, x.item.dwelling_id, x.candidate.ref, x.candidate.application_id,
                x.candidate.candidate_id, o.offer_id, o.rank, since=True,
            )  # fmt: skip


def _duties(sessions: Sequence[SessionRecord], duties: Sequence[DutyRecord]) -> Iterator[Due]:
    homes = {i.item_id: i.dwelling_id for s in sessions for i in s.items}
    names = {
        (c.ref, s.session_id): c
        for s in sessions
        for i in sorted(s.items, key=lambda i: i.item_id)
        for c in i.candidates
    }
    there = {(c.ref, c.item_id): c for c in names.values()} | {
        (c.ref, i.item_id): c for s in sessions for i in s.items for c in i.candidates
    }
    for d in duties:
        if d.closed_on is None:
            home = homes.get(d.item_id, "") if d.item_id is not None else ""
            c = there.get((d.ref, d.item_id or 0)) or names.get((d.ref, d.session_id))
            yield Due(
                d.kind, d.due_on or d.opened_on, d.session_id, home, d.ref, c.application_id if c else "",
                c.candidate_id if c else None, duty_id=d.duty_id, since=d.due_on is None,
            )  # fmt: skip


def _tried(calls: Sequence[CallRecord]) -> dict[int | None, int]:
    """Calls without an answer since the last one that was answered."""
    tried: dict[int | None, int] = {}
    for c in sorted(calls, key=lambda c: (c.at, c.call_id)):
        tried[c.candidate_id] = tried.get(c.candidate_id, 0) + 1 if c.outcome == "unreachable" else 0
    return tried
