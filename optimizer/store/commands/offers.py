"""After the session: offers rank by rank, the clock, answers, conditions, the lease. No solve is needed to go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from optimizer.errors import Said
from optimizer.store import agenda
from optimizer.store.canonical import plain
from optimizer.store.chained import CYCLE, link_of, may_let, may_offer, tenant_of
from optimizer.store.clock import deadline, past
from optimizer.store.commands.outcomes import heard_of, meet_offer
from optimizer.store.messages import StoreRefused
from optimizer.store.offering import next_candidate, ranked
from optimizer.store.people import touch
from optimizer.store.records import Legitimate, Proof
from optimizer.store.states import HELD, POSITIVE, PROOF, TAKEN
from optimizer.store.tables import Row
from optimizer.store.work import Work, command

LIVE = ("offered", "accepted")
BEFORE = ("draft", "convened")


@command("notified", roles="SA")
def offer(
    work: Work,
    candidate: int,
    *,
    notified_on: date,
    proof: Proof = "",
    proof_on: date | None = None,
    days: int | None = None,
    version: int | None = None,
) -> Mapping[str, Any]:
    """Send the offer to the rank whose turn it is. The clock starts on the day the notification is proven for."""
    name, item = candidate_of(work, candidate, version)
    session = work.get("session", item["session_id"])
    work.require("session", session["status"], ("closed",))
    work.require("item", item["status"], ("offering",))
    work.require("candidate", name["status"], POSITIVE)
    turn = next_candidate(work.store.tables, item["item_id"])
    rank = {c["candidate_id"]: k for k, c in ranked(work.store.tables, item["item_id"])}
    if turn is None or turn["candidate_id"] != candidate:
        held = work.find("offer", item_id=item["item_id"], status=HELD)
        ahead = held[0]["rank"] if held else rank[turn["candidate_id"]] if turn else 1
        raise StoreRefused("STORE_RANK_AHEAD", rank=ahead)
    if not may_offer(work.store.tables, item):
        raise StoreRefused("STORE_CHAIN_WAITS", dwelling=_waits_for(item))
    work.happened(notified_on, after=session["on"], what=Said("la séance", "the session"))
    _after_its_tenant(work, item, notified_on, "answered_on")
    law = work.law_on(notified_on)
    days = law.answer_days if days is None else int(days)
    if days < law.answer_days:
        raise StoreRefused("STORE_DAYS", needed=law.answer_days)
    made = work.put(
        "offer", candidate_id=candidate, item_id=item["item_id"], ref=name["ref"], rank=rank[candidate],
        status="offered", notified_on=notified_on, days=days, answered_on=None, refusal_reason="",
        legitimate="", lease_on=None, end_reason="", **_clock(work, item, notified_on, proof, proof_on, days),
    )  # fmt: skip
    work.set("candidate", candidate, status="offered")
    touch(work, name["ref"])
    work.bump("item", item)
    return {"offer_id": made["offer_id"], "deadline": made["deadline"], "version": item["version"]}


@command("notified.proof", roles="SA")
def prove(
    work: Work, offer: int, *, proof: Proof, proof_on: date | None, version: int | None = None
) -> Mapping[str, Any]:
    """The proof of notification came (or is corrected before the answer): the clock starts on its day.

    Without ``proof`` the one on file is taken back, of a letter that came back undelivered: no clock runs until another one comes.
    """
    row, _, item = offer_of(work, offer, version)
    work.require("offer", row["status"], ("offered",))
    if not (proof or row["proof"]):
        raise StoreRefused("STORE_PROOF")
    if row["proof"]:
        work.facts["was"] = plain({"proof": row["proof"], "proof_on": row["proof_on"]})
    started = _clock(work, item, row["notified_on"], proof, proof_on, row["days"])
    work.set("offer", offer, **started)
    work.bump("item", item)
    return {"deadline": started["deadline"], "version": item["version"]}


def _clock(
    work: Work, item: Row, notified_on: date, proof: str, proof_on: date | None, days: int
) -> dict[str, Any]:
    if proof not in PROOF or bool(proof) != (proof_on is not None):
        raise StoreRefused("STORE_PROOF")
    if proof_on is None:
        return {"proof": "", "proof_on": None, "proof_day": None, "deadline": None, "deadline_day": None}
    if not notified_on <= proof_on <= work.today:
        raise StoreRefused("STORE_PROOF")
    last = deadline(proof_on, days, work.law.region(item["facts"].get("commune")))
    return {
        "proof": proof, "proof_on": proof_on, "proof_day": proof_on.toordinal(),
        "deadline": last, "deadline_day": last.toordinal(),
    }  # fmt: skip


@command("answered", roles="SA")
def answer(
    work: Work,
    offer: int,
    *,
    accepted: bool,
    on: date,
    written: bool = True,
    reason: str = "",
    legitimate: Legitimate = "to_decide",
    version: int | None = None,
) -> Mapping[str, Any]:
    """The household answers. A refusal has a code of ``refusal_reasons``; the next rank's turn comes."""
    row, name, item = offer_of(work, offer, version)
    work.require("offer", row["status"], ("offered",))
    work.happened(on, after=row["notified_on"], what=Said("la notification", "the notification"))
    heard_of(work, row["ref"])
    if accepted:
        if not written:
            raise StoreRefused("STORE_WRITTEN")
        for _ in work.find("offer", ref=row["ref"], status=TAKEN):
            raise StoreRefused("STORE_ELSEWHERE")
        work.set("offer", offer, status="accepted", answered_on=on)
        work.set("candidate", name["candidate_id"], status="accepted")
        touch(work, row["ref"])
        work.bump("item", item)
        return {"next_candidate": None, "item_status": item["status"], "version": item["version"]}
    if legitimate not in ("yes", "no", "to_decide"):
        raise StoreRefused("STORE_OUTSIDE", what="légitimité", found=legitimate)
    reason = work.coded("refusal_reasons", reason)
    work.set("offer", offer, status="refused", answered_on=on, refusal_reason=reason, legitimate=legitimate)
    return _ended(work, name, item, "refused")


@command("refusal.judged", roles="S")
def judge_refusal(
    work: Work, offer: int, *, legitimate: Legitimate, version: int | None = None
) -> Mapping[str, Any]:
    """Say whether a refusal was legitimate (``yes``, ``no``); said again, the line keeps what was said before."""
    row, _, item = offer_of(work, offer, version)
    work.require("offer", row["status"], ("refused",))
    if legitimate not in ("yes", "no"):
        raise StoreRefused("STORE_OUTSIDE", what="légitimité", found=legitimate)
    if row["legitimate"] in ("yes", "no"):
        work.facts["was"] = {"legitimate": row["legitimate"]}
    work.set("offer", offer, legitimate=legitimate)
    work.bump("item", item)
    return {"version": item["version"]}


@command("silence.confirmed", roles="SA")
def confirm_silence(work: Work, offer: int, *, version: int | None = None) -> Mapping[str, Any]:
    """A person confirms that nothing came: the time is over and the notification is proven."""
    row, name, item = offer_of(work, offer, version)
    work.require("offer", row["status"], ("offered",))
    if row["deadline"] is None:
        raise StoreRefused("STORE_NO_PROOF")
    if not past(row["deadline"], work.now):
        raise StoreRefused("STORE_NOT_PAST", day=row["deadline"])
    work.set("offer", offer, status="silent")
    return _ended(work, name, item, "silent")


@command("condition.met", roles="SA")
def condition_met(
    work: Work, candidate: int, *, on: date | None = None, version: int | None = None
) -> Mapping[str, Any]:
    """The document came and the conditions of access still hold: the lease is due."""
    name, item = candidate_of(work, candidate, version)
    _conditional(work, name)
    day = on or work.today
    _since_session(work, day, item)
    work.set("candidate", candidate, condition="met", condition_on=day)
    touch(work, name["ref"])
    work.bump("item", item)
    return {"version": item["version"]}


@command("condition.failed", roles="SA")
def condition_failed(
    work: Work,
    candidate: int,
    *,
    reason: str = "late",
    on: date | None = None,
    version: int | None = None,
) -> Mapping[str, Any]:
    """The date is past without the document (``late``), or it puts the access in question (``access``)."""
    name, item = candidate_of(work, candidate, version)
    _conditional(work, name)
    reason = work.coded("condition_failures", reason)
    decided = work.find("decision", candidate_id=candidate, current=True)[0]
    if reason == "late":
        if not past(decided["due_on"], work.now):
            raise StoreRefused("STORE_NOT_PAST", day=decided["due_on"])
        if (came := _came_in_time(work, decided, item)) is not None:
            raise StoreRefused("STORE_CONDITION_CAME", day=came)
    day = on or work.today
    _since_session(work, day, item)
    work.set("candidate", candidate, condition="failed", condition_on=day, condition_reason=reason)
    for live in work.find("offer", candidate_id=candidate, status=LIVE):
        work.set("offer", live["offer_id"], status="failed", end_reason=reason)
    return _ended(work, name, item, "condition_failed")


def _came_in_time(work: Work, decided: Row, item: Row) -> date | None:
    """The day the document of a condition came, from the session to the date given: the lease is then due (R. 441-3)."""
    session = work.get("session", item["session_id"])
    found = work.find("document", candidate_id=decided["candidate_id"], document=decided["document"])
    days: list[date] = [d["received_on"] for d in found if d["received_on"] is not None]
    return next((day for day in days if session["on"] <= day <= decided["due_on"]), None)


def _conditional(work: Work, name: Row) -> None:
    work.require("condition", name["condition"], ("open",))
    work.require("candidate", name["status"], ("conditional", "offered", "accepted"))


@command("signed", roles="S")
def sign_lease(work: Work, offer: int, *, on: date, version: int | None = None) -> Mapping[str, Any]:
    """The lease is signed: the dwelling is let, the other ranks are released, the household leaves its other candidatures and is named by no réservataire any more."""
    row, name, item = offer_of(work, offer, version)
    work.require("offer", row["status"], ("accepted",))
    if name["condition"] == "open":
        raise StoreRefused("STORE_CONDITION_OPEN")
    if not may_let(work.store.tables, item):
        raise StoreRefused("STORE_CHAIN_LEASE", dwelling=_waits_for(item))
    work.happened(on, after=row["answered_on"], what=Said("l'acceptation", "the acceptance"))
    _after_its_tenant(work, item, on, "lease_on")
    work.set("offer", offer, status="signed", lease_on=on)
    work.set("candidate", name["candidate_id"], status="signed")
    for _, other in ranked(work.store.tables, item["item_id"]):
        if other["status"] in POSITIVE:
            work.set("candidate", other["candidate_id"], status="released")
            touch(work, other["ref"])
    touch(work, row["ref"])
    work.bump("item", item, status="let")
    following = _leave_others(work, row["ref"], item["item_id"])
    meet_offer(work, row["ref"])
    for nomination in work.find("nomination", ref=row["ref"], status="open"):
        work.set("nomination", nomination["nomination_id"], status="used")
    duty = work.put(
        "duty", kind="sne_radiation", ref=row["ref"], session_id=item["session_id"], item_id=item["item_id"],
        opened_on=work.today, due_on=None, closed_on=None, outcome="",
    )  # fmt: skip
    return {"duty_id": duty["duty_id"], "superseded": following, "version": item["version"]}


def _leave_others(work: Work, ref: str, item: int) -> list[dict[str, Any]]:
    """The household's other candidatures end; who comes next on each dwelling."""
    left = []
    for other in work.find("candidate", ref=ref, status=("queue", "listed", *POSITIVE, "offered")):
        if other["item_id"] == item:
            continue
        of = work.get("item", other["item_id"])
        work.set("candidate", other["candidate_id"], status="superseded")
        following = None
        for live in work.find("offer", candidate_id=other["candidate_id"], status="offered"):
            work.set("offer", live["offer_id"], status="released", end_reason="signed_elsewhere")
        if other["status"] == "listed" and work.get("session", of["session_id"])["status"] in BEFORE:
            following = agenda.call_up(work, of["item_id"])
            work.bump("item", of)
        elif of["status"] == "offering":
            following = _following(work, of)
        else:
            work.bump("item", of)
        left.append({"item_id": of["item_id"], "next_candidate": following})
    return left


@command("desisted", roles="SA")
def desist(
    work: Work, offer: int, *, on: date, reason: str = "other", version: int | None = None
) -> Mapping[str, Any]:
    """A household that had accepted gives up; ``reason``: code of ``refusal_reasons``. The next rank's turn comes."""
    row, name, item = offer_of(work, offer, version)
    work.require("offer", row["status"], ("accepted",))
    work.happened(on, after=row["answered_on"], what=Said("l'acceptation", "the acceptance"))
    reason = work.coded("refusal_reasons", reason)
    # the day of the last answer, and why: the workbook and « À reporter » tell them as those of a refusal
    work.set("offer", offer, status="desisted", answered_on=on, refusal_reason=reason, end_reason=reason)
    work.facts["on"] = on
    return _ended(work, name, item, "desisted")


def _ended(work: Work, name: Row, item: Row, status: str) -> dict[str, Any]:
    """The candidature ended; whose turn it is, and what the dwelling has become."""
    work.set("candidate", name["candidate_id"], status=status)
    touch(work, name["ref"])
    following = _following(work, item)
    return {"next_candidate": following, "item_status": item["status"], "version": item["version"]}


def _following(work: Work, item: Row) -> int | None:
    """Next rank of a dwelling; without one it is exhausted."""
    turn = next_candidate(work.store.tables, item["item_id"])
    held = work.find("offer", item_id=item["item_id"], status=HELD)
    if turn is None and not held and item["status"] == "offering":
        work.bump("item", item, status="exhausted")
    else:
        work.bump("item", item)
    return None if turn is None else int(turn["candidate_id"])


def _after_its_tenant(work: Work, item: Row, day: date, column: str) -> None:
    """StoreRefused where a dwelling that its tenant frees would be offered before the tenant accepted another, or let before its lease.

    In an exchange everybody is asked at once, and no lease comes first.
    """
    link, tenant = link_of(item["facts"]), tenant_of(work.store.tables, item)
    if link is None or tenant is None or link["kind"] == CYCLE:
        return
    taken = work.find("offer", ref=tenant["ref"], status=TAKEN)
    after = max((o[column] for o in taken if o[column] is not None), default=None)
    told = {
        "answered_on": Said("l'acceptation du locataire en place", "the acceptance of the tenant in place"),
        "lease_on": Said("le bail du locataire en place", "the lease of the tenant in place"),
    }
    work.happened(day, after=after, what=told[column])


def _waits_for(item: Row) -> str:
    """The dwelling that the tenant of this one is to take."""
    link = link_of(item["facts"])
    return "" if link is None else str(link["after"])


def candidate_of(work: Work, candidate: int, version: int | None) -> tuple[Row, Row]:
    """A candidature and its dwelling, which the line of the ledger is about."""
    name = work.get("candidate", candidate)
    item = work.get("item", name["item_id"])
    work.session, work.dwelling, work.ref = item["session_id"], item["dwelling_id"], name["ref"]
    work.at_version("item", item, version)
    return name, item


def offer_of(work: Work, offer: int, version: int | None) -> tuple[Row, Row, Row]:
    """An offer, its candidature and its dwelling."""
    row = work.get("offer", offer)
    name, item = candidate_of(work, row["candidate_id"], version)
    return row, name, item


def _since_session(work: Work, day: date, item: Row) -> None:
    session = work.get("session", item["session_id"])
    work.happened(day, after=session["on"], what=Said("la séance", "the session"))
