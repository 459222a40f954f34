"""The agenda inside a command: dwellings and names put on it, and the next name called up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from optimizer.store.canonical import digest
from optimizer.store.messages import StoreRefused
from optimizer.store.people import household, touch
from optimizer.store.records import NewCandidate, NewItem
from optimizer.store.states import LIVE_ITEM
from optimizer.store.tables import Row
from optimizer.store.taken import live_of_another, taken
from optimizer.store.work import TEXT, Work, clean, named

DWELLING = 200
LISTED, QUEUE, HOUSED = "listed", "queue", "superseded"
TO_COMPLETE = "to_verify"
"""State of a file, in the frozen facts, that a document is missing from."""


def add_item(
    work: Work, session: Row, new: NewItem, position: int, reason: str = ""
) -> tuple[Row, list[int]]:
    """Put a dwelling on the agenda; returns its row and the ids of its candidates in order."""
    dwelling = named(new.dwelling_id, DWELLING, "logement")
    if work.find("item", session_id=session["session_id"], dwelling_id=dwelling):
        raise StoreRefused("STORE_DWELLING_TWICE", dwelling=dwelling)
    if (found := taken(work, session["landlord"], new)) is not None:
        if found.let_on is not None:
            raise StoreRefused("STORE_DWELLING_LET", dwelling=dwelling, day=found.let_on)
        raise _live(dwelling, found.session)
    if new.few_reason and new.few_reason not in work.law.few_reasons:
        raise StoreRefused("STORE_FEW_REASON", code=new.few_reason)
    item = work.put(
        "item",
        session_id=session["session_id"],
        dwelling_id=dwelling,
        position=position,
        status="listed",
        version=1,
        account=named(new.account, DWELLING, "contingent"),
        facts=dict(new.facts),
        orientation=dict(new.orientation),
        few_reason=new.few_reason,
        programme=clean(new.programme, DWELLING, "programme"),
        added_as="late" if reason else "agenda",
        added_reason=reason,
        end_reason="",
        changed_by=work.actor.name,
        changed_at=work.now,
    )
    names = [add_candidate(work, item, one) for one in ordered(new.candidates)]
    if reason and names and all(name["status"] == HOUSED for name in names):
        raise StoreRefused("STORE_HOUSED")
    for name, one in zip(names, ordered(new.candidates), strict=True):
        if name["status"] == HOUSED and not one.queue:
            call_up(work, item["item_id"])
    return item, [name["candidate_id"] for name in names]


def nothing_since(work: Work, item: Row) -> None:
    """StoreRefused where the dwelling is on another agenda, or a later session decided on it: an older list does not come back to life."""
    own = work.get("session", item["session_id"])
    for other in work.find("item", dwelling_id=item["dwelling_id"]):
        if other["item_id"] == item["item_id"]:
            continue
        if other["status"] in LIVE_ITEM:
            theirs = live_of_another(work, own, other)
            raise _live(item["dwelling_id"], "" if theirs else other["session_id"])
        told = {"dwelling": item["dwelling_id"], "session": other["session_id"]}
        # a dwelling is put on an agenda once the one before has let it go: the later item is the later agenda
        if other["item_id"] > item["item_id"] and other["status"] != "not_examined":
            raise StoreRefused("STORE_CORRECTION_SINCE", **told)


def _live(dwelling: str, session: str) -> StoreRefused:
    """The dwelling is on an agenda; which one only where it is the same landlord's."""
    if not session:
        return StoreRefused("STORE_DWELLING_ELSEWHERE", dwelling=dwelling)
    return StoreRefused("STORE_DWELLING_LIVE", dwelling=dwelling, session=session)


def ordered(candidates: Iterable[NewCandidate]) -> list[NewCandidate]:
    """Examined names first, by position."""
    return sorted(candidates, key=lambda c: (c.queue, c.position))


def has_signed(work: Work, ref: str) -> bool:
    """Whether a household has signed a lease at this desk, whatever the landlord: it is no candidate any more."""
    return bool(work.find("offer", ref=ref, status="signed"))


def add_candidate(work: Work, item: Row, new: NewCandidate, reason: str = "") -> Row:
    """Put a household forward for a dwelling.

    A proposal may be older than a lease, of this landlord or of another one of the desk: whom it housed is no candidate any more. A
    person who puts such a name forward is told so.
    """
    person = household(work, new.application_id)
    housed = has_signed(work, person["ref"])
    if housed and new.source == "late":
        raise StoreRefused("STORE_HOUSED")
    if work.find("candidate", item_id=item["item_id"], ref=person["ref"]):
        raise StoreRefused("STORE_CANDIDATE_TWICE", dwelling=item["dwelling_id"])
    row = work.put(
        "candidate",
        item_id=item["item_id"],
        ref=person["ref"],
        position=int(new.position),
        status=HOUSED if housed else QUEUE if new.queue else LISTED,
        source=new.source,
        checks={},
        call="",
        condition="none",
        condition_on=None,
        condition_reason=None,
        has_dalo=has_dalo(new.facts.get("priority_codes")),
    )
    work.put(
        "dossier",
        candidate_id=row["candidate_id"],
        ref=person["ref"],
        facts=dict(new.facts),
        reasons=[clean(text, TEXT, "motifs") for text in new.reasons],
        reason=reason,
    )
    if new.facts.get("dossier") == TO_COMPLETE:
        _awaited(work, row)
    touch(work, person["ref"])
    return row


def _awaited(work: Work, name: Row) -> None:
    """Documents that the household was asked for on an earlier agenda and has not brought: its file still waits for them."""
    earlier = tuple(
        c["candidate_id"]
        for c in work.find("candidate", ref=name["ref"])
        if c["candidate_id"] != name["candidate_id"]
    )
    asked: dict[str, date] = {}
    brought: dict[str, date] = {}
    for row in work.find("document", candidate_id=earlier) if earlier else ():
        for days, column in ((asked, "asked_on"), (brought, "received_on")):
            if row[column] is not None:
                days[row["document"]] = max(days.get(row["document"], row[column]), row[column])
    for document, day in sorted(asked.items()):
        if document not in brought or brought[document] < day:
            work.put(
                "document",
                candidate_id=name["candidate_id"],
                document=document,
                asked_on=day,
                received_on=None,
            )


def has_dalo(codes: Any) -> bool:
    """Whether the priority codes of a dossier (a list, or text with ``|``) hold DALO."""
    listed = str(codes).split("|") if isinstance(codes, str) else list(codes or ())
    return "DALO" in (str(code).strip().upper() for code in listed)


def call_up(work: Work, item_id: int) -> int | None:
    """List the next name of the queue; its id, or None when there is none."""
    waiting = sorted(
        work.find("candidate", item_id=item_id, status=QUEUE),
        key=lambda c: (c["position"], c["candidate_id"]),
    )
    if not waiting:
        return None
    work.set("candidate", waiting[0]["candidate_id"], status=LISTED)
    touch(work, waiting[0]["ref"])
    return int(waiting[0]["candidate_id"])


def listed(work: Work, session_id: str) -> list[Row]:
    """Candidates to examine in a session."""
    items = tuple(r["item_id"] for r in work.find("item", session_id=session_id, status="listed"))
    return work.find("candidate", item_id=items, status=LISTED)


def agenda_digest(work: Work, session_id: str) -> str:
    """SHA-256 of the agenda as it is frozen: dwellings, accounts, names by reference, and what was known of them."""
    frozen = []
    for item in work.find("item", session_id=session_id, status="listed"):
        names = [
            [c["position"], c["ref"], c["source"], work.get("dossier", c["candidate_id"])["facts"]]
            for c in sorted(
                work.find("candidate", item_id=item["item_id"], status=LISTED), key=lambda c: c["position"]
            )
            if work.store.tables.get("dossier", c["candidate_id"])
        ]
        frozen.append([item["dwelling_id"], item["account"], item["facts"], item["orientation"], names])
    return digest(frozen)
