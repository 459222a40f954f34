"""What was typed for the wrong household is taken back while nothing rests on it yet.

Nothing is undone in the ledger: the line that was wrong stays, and the correction's own line says what stood (``was``), who took
it back and when. The reason is a sentence about a household: it is kept where it can be erased (``queries.reason_key``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.store import agenda, queries
from optimizer.store.canonical import plain
from optimizer.store.chained import link_of, tenant_of
from optimizer.store.commands.chains import VOID
from optimizer.store.commands.offers import candidate_of, offer_of
from optimizer.store.commands.outcomes import of_one_mind
from optimizer.store.commands.room import count_again, remark
from optimizer.store.messages import StoreRefused
from optimizer.store.people import touch
from optimizer.store.states import MISTAKEN, STATUS_OF, STAYS, TAKEN, TENANT_STAYS, WITHDRAWN
from optimizer.store.tables import Row
from optimizer.store.work import Work, command

ANSWERED = ("accepted", "refused", "silent", "desisted")
LEFT = {"draft": ("declined", "replaced"), "convened": ("declined", "replaced"), "open": ("not_examined",)}
"""State of a session -> how a name may have left the list that it can be put back on."""
WITHDRAWN_IN = ("open", "closed")
"""States of a session in which a dwelling may have been taken back after its decision."""
HOUSED = "superseded"
"""Status of a name that has signed a lease elsewhere."""
TOLD = ("status", "answered_on", "refusal_reason", "legitimate")
"""Columns of an offer that say what a household answered."""
SETTLED = ("condition", "condition_on", "condition_reason")
"""Columns of a candidature that say how its condition ended."""


@command("answer.corrected", roles="S")
def correct_answer(work: Work, offer: int, *, reason: str, version: int | None = None) -> Mapping[str, Any]:
    """An answer, a silence or a desistment typed by mistake: the offer waits for its answer again, its time unchanged.

    Refused once another rank was offered the dwelling, which binds the landlord, once another agenda has taken it up, or once a lease
    of an exchange rests on it. A dwelling that was void because of it stays so: its households were told, a new session alone brings
    it back.
    """
    row, name, item = offer_of(work, offer, version)
    work.require("offer", row["status"], ANSWERED)
    work.require("item", item["status"], ("offering", "exhausted"))
    reason = work.reason(reason)
    for later in _sent(work, item):
        if later["offer_id"] > offer:
            raise StoreRefused("STORE_CORRECTION_OFFERED", rank=later["rank"], day=later["notified_on"])
    if work.find("offer", ref=row["ref"], status="signed"):
        raise StoreRefused("STORE_CORRECTION_HOUSED")
    agenda.nothing_since(work, item)
    _nobody_moved_in(work, item)
    work.facts["was"] = plain({column: row[column] for column in TOLD})
    work.set(
        "offer", offer, status="offered", answered_on=None, refusal_reason="", legitimate="", end_reason=""
    )
    work.set("candidate", name["candidate_id"], status="offered")
    _told(work, row["ref"], reason)
    work.bump("item", item, status="offering")
    return {"deadline": row["deadline"], "version": item["version"]}


@command("condition.corrected", roles="S")
def correct_condition(
    work: Work, candidate: int, *, reason: str, version: int | None = None
) -> Mapping[str, Any]:
    """A condition said to be met, or failed, by mistake: it is open again, and the offer stands where it stood.

    Refused once the lease is signed, and, of a failed one, once a rank behind was offered the dwelling, which binds the landlord, or
    another agenda has taken it up. A list that is over comes back to life only with the name that a failed condition had ended.
    """
    name, item = candidate_of(work, candidate, version)
    work.require("condition", name["condition"], ("met", "failed"))
    work.require("item", item["status"], ("offering", "exhausted"))
    reason = work.reason(reason)
    if work.find("offer", ref=name["ref"], status="signed"):
        raise StoreRefused("STORE_CORRECTION_HOUSED")
    work.facts["was"] = plain({column: name[column] for column in SETTLED})
    columns: dict[str, Any] = {"condition": "open", "condition_on": None, "condition_reason": None}
    failed = name["condition"] == "failed"
    if failed:
        columns["status"] = _before_it_failed(work, name, item)
    work.set("candidate", candidate, **columns)
    _told(work, name["ref"], reason)
    work.bump("item", item, status="offering" if failed else item["status"])
    return {"version": item["version"]}


def _before_it_failed(work: Work, name: Row, item: Row) -> str:
    """Put the offer that ended with a condition back where it stood; the status of the candidature."""
    decided = work.find("decision", candidate_id=name["candidate_id"], current=True)[0]
    for later in _sent(work, item):
        if later["rank"] > decided["rank"]:
            raise StoreRefused("STORE_CORRECTION_OFFERED", rank=later["rank"], day=later["notified_on"])
    agenda.nothing_since(work, item)
    status = STATUS_OF[decided["kind"]]
    for made in work.find("offer", candidate_id=name["candidate_id"], status="failed"):
        status = "offered" if made["answered_on"] is None else "accepted"
        if status == "accepted" and work.find("offer", ref=name["ref"], status=TAKEN):
            raise StoreRefused("STORE_ELSEWHERE")
        work.set("offer", made["offer_id"], status=status, end_reason="")
    return status


@command("notified.corrected", roles="S")
def correct_notification(
    work: Work, offer: int, *, reason: str, version: int | None = None
) -> Mapping[str, Any]:
    """A notification typed by mistake: nothing was sent, the household waits for its turn as before. One that was sent binds."""
    row, name, item = offer_of(work, offer, version)
    work.require("offer", row["status"], ("offered",))
    reason = work.reason(reason)
    work.facts["was"] = plain(
        {column: row[column] for column in ("status", "notified_on", "proof", "proof_on")}
    )
    work.set("offer", offer, status="released", end_reason=MISTAKEN)
    decided = work.find("decision", candidate_id=name["candidate_id"], current=True)[0]
    work.set("candidate", name["candidate_id"], status=STATUS_OF[decided["kind"]])
    _told(work, row["ref"], reason)
    work.bump("item", item)
    return {"version": item["version"]}


@command("candidate.restored", roles="S")
def restore_candidate(
    work: Work, candidate: int, *, reason: str, version: int | None = None
) -> Mapping[str, Any]:
    """A name taken off the list by mistake comes back at its place: before the session, or not examined while it is open.

    Whoever was called up instead stays on the list; the dwelling, if it was decided, waits for a decision again.
    """
    name, item = candidate_of(work, candidate, version)
    session = work.get("session", item["session_id"])
    work.require("session", session["status"], tuple(LEFT))
    work.require("candidate", name["status"], LEFT[session["status"]])
    work.require(
        "item", item["status"], ("listed", "decided") if session["status"] == "open" else ("listed",)
    )
    reason = work.reason(reason)
    work.facts["was"] = {"status": name["status"], "call": name["call"]}
    call = {"call": ""} if name["status"] == "declined" else {}
    work.set("candidate", candidate, status="listed", **call)
    if work.store.tables.get("dossier", candidate) is not None:
        work.set("dossier", candidate, reason="")
    _told(work, name["ref"], reason)
    work.bump("item", item, status="listed")
    return {"version": item["version"]}


@command("item.restored", roles="S")
def restore_item(work: Work, item: int, *, reason: str, version: int | None = None) -> Mapping[str, Any]:
    """A dwelling taken off the agenda by mistake comes back with the names it had, while the session is not closed; one taken back after
    its decision comes back with what was decided, also afterwards."""
    row = work.get("item", item)
    work.session, work.dwelling = row["session_id"], row["dwelling_id"]
    work.at_version("item", row, version)
    if row["status"] == "withdrawn":
        return _unwithdrawn(work, row, reason)
    work.require("session", work.get("session", row["session_id"])["status"], tuple(LEFT))
    work.require("item", row["status"], ("not_examined",))
    if row["end_reason"] == TENANT_STAYS and _stays(work, row):
        raise StoreRefused("STORE_CORRECTION_STAYS")
    reason = work.reason(reason)
    agenda.nothing_since(work, row)
    work.facts["was"] = {"status": row["status"], "reason": row["end_reason"]}
    # names that left the list with the dwelling, and where each stood: on the list, or waiting
    names = queries.stood_before(
        work.store,
        work.session,
        lambda e: e.kind in ("item.not_examined", VOID) and e.dwelling_id == work.dwelling,
    )
    for candidate, status in names.items():
        # a decision that left with the dwelling, for want of a quorum, does not come back
        work.set("candidate", candidate, status="listed" if status in STATUS_OF.values() else status)
    refs = [work.get("candidate", candidate)["ref"] for candidate in names]
    for ref in refs:
        touch(work, ref)
    if refs:
        _told(work, refs[0], reason)
    work.bump("item", row, status="listed", end_reason="")
    return {"version": row["version"]}


def _unwithdrawn(work: Work, item: Row, reason: str) -> Mapping[str, Any]:
    """A dwelling taken back by mistake after its decision: its ranks wait again, an offer that was running goes on, its time unchanged.

    A household that has signed a lease since has left the list for good. Dwellings of a chain depend on one another: those that left
    with this one were told so, and a new session alone brings them back.
    """
    session = work.get("session", work.session)
    work.require("session", session["status"], WITHDRAWN_IN)
    if any(link_of(one["facts"]) is not None for one in work.find("item", session_id=work.session)):
        work.require("item", item["status"], ("not_examined",))
    reason = work.reason(reason)
    agenda.nothing_since(work, item)
    work.facts["was"] = {"status": item["status"], "reason": item["end_reason"]}
    names = queries.stood_before(
        work.store, work.session, lambda e: e.kind == "item.withdrawn" and e.dwelling_id == work.dwelling
    )
    stands = {key: _back_on(work, key, status) for key, status in names.items()}
    if stands:
        _told(work, work.get("candidate", min(stands))["ref"], reason)
    if session["status"] == "open":
        work.bump("item", item, status="decided", end_reason="")
        # whoever came or left meanwhile is counted for this vote too
        count_again(work, session)
    else:
        of_one_mind(work, work.find("item", session_id=work.session))
        waits = any(status != HOUSED for status in stands.values())
        work.bump("item", item, status="offering" if waits else "exhausted", end_reason="")
    return {"version": item["version"]}


def _back_on(work: Work, candidate: int, status: str) -> str:
    """Where a name stands that a withdrawal had released: as before, its offer with it, unless it has signed a lease since."""
    ref = work.get("candidate", candidate)["ref"]
    housed = agenda.has_signed(work, ref)
    for made in work.find("offer", candidate_id=candidate, status="released"):
        if made["end_reason"] == WITHDRAWN:
            columns = (
                {"end_reason": "signed_elsewhere"} if housed else {"status": "offered", "end_reason": ""}
            )
            work.set("offer", made["offer_id"], **columns)
    now = HOUSED if housed else status
    work.set("candidate", candidate, status=now)
    touch(work, ref)
    return now


def _told(work: Work, ref: str, reason: str) -> None:
    """Keep the reason beside the line that is about to be written."""
    remark(work, queries.reason_key(int(work.store.head()["seq"]) + 1), ref, reason)
    touch(work, ref)


def _sent(work: Work, item: Row) -> list[Row]:
    """Offers of a dwelling that somebody was really sent."""
    return [o for o in work.find("offer", item_id=item["item_id"]) if o["end_reason"] != MISTAKEN]


def _stays(work: Work, item: Row) -> bool:
    """Whether the tenant whose departure a dwelling waits for keeps it."""
    tenant = tenant_of(work.store.tables, item)
    return tenant is None or tenant["status"] in STAYS


def _nobody_moved_in(work: Work, item: Row) -> None:
    """No lease of an exchange rests on what is taken back: those are signed once everybody has accepted."""
    for other in work.find("item", session_id=item["session_id"], status="let"):
        link = link_of(other["facts"])
        if link is not None and link["after"] == item["dwelling_id"]:
            raise StoreRefused("STORE_CORRECTION_CHAIN")
