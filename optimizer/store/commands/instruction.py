"""Between the orientation and the session: calls, documents, names that change without a new solve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as with_changes
from datetime import date
from typing import Any

from optimizer.store import agenda
from optimizer.store.commands.outcomes import heard_of
from optimizer.store.messages import StoreRefused
from optimizer.store.people import touch
from optimizer.store.records import CallOutcome, NewCandidate
from optimizer.store.states import CALLS, LIVE_ITEM
from optimizer.store.tables import Row
from optimizer.store.work import Work, command

BEFORE = ("draft", "convened")


@command("call", roles="SA")
def call(
    work: Work,
    candidate: int,
    *,
    outcome: CallOutcome,
    stage: str = "instruction",
    reason: str = "",
    version: int | None = None,
) -> Mapping[str, Any]:
    """Log a call. During the instruction a household that declines leaves the list, which is no refusal, and the next name comes."""
    if outcome not in CALLS:
        raise StoreRefused("STORE_OUTSIDE", what="appel", found=outcome)
    row, item = _candidate(work, candidate, version)
    if reason:
        work.coded("decline_reasons", reason)
    session = work.get("session", item["session_id"])
    following = None
    if stage == "instruction":
        work.require("session", session["status"], BEFORE)
        work.require("item", item["status"], ("listed",))
        work.require("candidate", row["status"], ("listed", "queue"))
        declined = outcome == "declines"
        was_listed = row["status"] == "listed"
        work.set("candidate", candidate, call=outcome, **({"status": "declined"} if declined else {}))
        if declined and was_listed:
            following = agenda.call_up(work, item["item_id"])
    elif stage == "offer":
        work.require(
            "candidate", row["status"], ("attributed", "ranked", "conditional", "offered", "accepted")
        )
    else:
        raise StoreRefused("STORE_OUTSIDE", what="étape", found=stage)
    made = work.put(
        "call", candidate_id=candidate, item_id=item["item_id"], ref=row["ref"], stage=stage, outcome=outcome,
        reason=reason, at=work.now, by=work.actor.name,
    )  # fmt: skip
    if outcome != "unreachable":
        heard_of(work, row["ref"])
    work.bump("item", item)
    return {"call_id": made["call_id"], "next_candidate": following, "version": item["version"]}


@command("document.asked", roles="SA")
def ask_document(
    work: Work, candidate: int, *, document: str, on: date | None = None, version: int | None = None
) -> Mapping[str, Any]:
    """Ask a household for a document (code of ``documents``)."""
    return _document(work, candidate, document, version, asked_on=on or work.today)


@command("document.received", roles="SA")
def receive_document(
    work: Work, candidate: int, *, document: str, on: date | None = None, version: int | None = None
) -> Mapping[str, Any]:
    """A document came."""
    received = _document(work, candidate, document, version, received_on=on or work.today)
    heard_of(work, work.ref)
    return received


def _document(
    work: Work, candidate: int, document: str, version: int | None, **days: date
) -> Mapping[str, Any]:
    row, item = _candidate(work, candidate, version)
    if not work.listed("documents", document):
        raise StoreRefused("STORE_DOCUMENT", code=document)
    for day in days.values():
        work.happened(day)
    keys = {one: _noted(work, one, document, days) for one in _candidatures(work, row)}
    touch(work, row["ref"])
    work.bump("item", item)
    return {"document_id": keys[candidate], "version": item["version"]}


def _candidatures(work: Work, name: Row) -> list[int]:
    """This candidature, and the household's others that are still under way: it has one file, whatever it is examined for."""
    others = work.find("candidate", ref=name["ref"])
    live = work.find("item", item_id=tuple(c["item_id"] for c in others), status=LIVE_ITEM)
    at = {i["item_id"] for i in live}
    found = [c["candidate_id"] for c in others if c["item_id"] in at]
    return [name["candidate_id"], *(key for key in found if key != name["candidate_id"])]


def _noted(work: Work, candidate: int, document: str, days: Mapping[str, date]) -> int:
    """A document of one candidature, asked for or received; one asked for again after it came is awaited again."""
    found = work.find("document", candidate_id=candidate, document=document)
    if found:
        came, asked = found[0]["received_on"], days.get("asked_on")
        changed: dict[str, date | None] = dict(days)
        if asked is not None and came is not None and asked > came:
            changed["received_on"] = None
        work.set("document", found[0]["document_id"], **changed)
        return int(found[0]["document_id"])
    whole = {"asked_on": None, "received_on": None, **days}
    return int(work.put("document", candidate_id=candidate, document=document, **whole)["document_id"])


@command("candidate.replaced", roles="S")
def replace(
    work: Work, candidate: int, *, reason: str, by: NewCandidate | None = None, version: int | None = None
) -> Mapping[str, Any]:
    """Take a name off before the session, with the reason; another comes: ``by``, else the next of the queue."""
    row, item = _candidate(work, candidate, version)
    work.require("session", work.get("session", item["session_id"])["status"], BEFORE)
    work.require("item", item["status"], ("listed",))
    work.require("candidate", row["status"], ("listed",))
    reason = work.reason(reason)
    work.set("candidate", candidate, status="replaced")
    work.set("dossier", candidate, reason=reason)
    touch(work, row["ref"])
    if by is None:
        following = agenda.call_up(work, item["item_id"])
    else:
        following = agenda.add_candidate(work, item, with_changes(by, queue=False), reason)["candidate_id"]
    work.bump("item", item)
    return {"next_candidate": following, "version": item["version"]}


@command("candidate.added", roles="S")
def add_candidate(
    work: Work, item: int, candidate: NewCandidate, *, reason: str, version: int | None = None
) -> Mapping[str, Any]:
    """A late name, with the reason."""
    row = work.get("item", item)
    work.session, work.dwelling = row["session_id"], row["dwelling_id"]
    work.at_version("item", row, version)
    work.require("item", row["status"], ("listed",))
    work.require("session", work.get("session", row["session_id"])["status"], (*BEFORE, "open"))
    made = agenda.add_candidate(work, row, with_changes(candidate, source="late"), work.reason(reason))
    work.ref = made["ref"]
    work.bump("item", row)
    return {"candidate_id": made["candidate_id"], "version": row["version"]}


def _candidate(work: Work, candidate: int, version: int | None) -> tuple[Row, Row]:
    row = work.get("candidate", candidate)
    item = work.get("item", row["item_id"])
    work.session, work.dwelling, work.ref = item["session_id"], item["dwelling_id"], row["ref"]
    work.at_version("item", item, version)
    return row, item
