"""In the session room: who is there, what the commission decides, how it voted, and what it corrects afterwards."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from optimizer.errors import Said
from optimizer.store import agenda, queries, voting
from optimizer.store.commands.heads import sign_head
from optimizer.store.commands.outcomes import of_one_mind, settle_duties, settle_items
from optimizer.store.holding import Store
from optimizer.store.law import EFFORT, NO_DOCUMENT
from optimizer.store.messages import StoreRefused, StoreSeveral
from optimizer.store.naming import Somebody, named_in
from optimizer.store.people import touch
from optimizer.store.records import Actor, AttendanceRecord, NewDecision, Receipt, VoteRecord
from optimizer.store.states import DECISION, MISTAKEN, PRESENCE, STATUS_OF, VOICE
from optimizer.store.tables import Row
from optimizer.store.work import Work, clean, command, hour_of, named

WORDS, LONG = 200, 2000
RANKED = ("attribution", "ranked", "conditional")
DECIDED = tuple(STATUS_OF.values())
RATE = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")
"""A rate as people write it."""


@command("session.attendance", roles="SP")
def attend(
    work: Work, session: str, *, members: Sequence[AttendanceRecord], version: int | None = None
) -> Mapping[str, Any]:
    """Who is there, by what right, from when to when; the list replaces the one before.

    Votes that were taken are counted again: a dwelling whose quorum or whose vote no longer stands waits for its vote (``undone``).
    """
    row = work.get("session", session)
    work.session = session
    work.at_version("session", row, version)
    work.require("session", row["status"], ("convened", "open"))
    known = {r["member"]: r for r in work.find("attendance", session_id=session)}
    names: set[str] = set()
    for member in members:
        name = named(member.member, WORDS, "membre")
        if name in names:
            raise StoreRefused("STORE_MEMBER_TWICE", member=name)
        names.add(name)
        for what, value, allowed in (
            ("voix", member.voice, VOICE),
            ("présence", member.presence, PRESENCE),
        ):
            if value not in allowed:
                raise StoreRefused("STORE_OUTSIDE", what=what, found=value)
        columns = {
            "quality": clean(member.quality, WORDS, "qualité"),
            "voice": member.voice,
            "territory": clean(member.territory, 20, "territoire"),
            "presence": member.presence,
            "represented_by": clean(member.represented_by, WORDS, "représenté par"),
            "arrived_at": hour_of(member.arrived_at, Said("arrivée", "arrival")),
            "left_at": hour_of(member.left_at, Said("départ", "departure")),
            "recused": sorted({int(i) for i in member.recused}),
            "active": True,
        }
        if name in known:
            work.set("attendance", known[name]["attendance_id"], **columns)
        else:
            work.put("attendance", session_id=session, member=name, **columns)
    for name in known.keys() - names:
        work.set("attendance", known[name]["attendance_id"], active=False)
    undone = count_again(work, row)
    work.bump("session", row)
    return {"version": row["version"], **({"undone": undone} if undone else {})}


def count_again(work: Work, session: Row) -> list[str]:
    """Count the votes of a session on the attendance as it is told now; the dwellings whose vote stands no longer.

    Who was away was away for the votes too, whenever it is typed: a decision without quorum is none. One that stands again, its
    attendance put right, is decided again.
    """
    items = work.find("item", session_id=session["session_id"], status=("listed", "decided"))
    votes = {v["item_id"]: v for v in work.find("vote", item_id=tuple(i["item_id"] for i in items))}
    if not votes:
        return []
    hours = queries.examined_at(work.store, session["session_id"])
    undone: list[str] = []
    for item in items:
        vote = votes.get(item["item_id"])
        if vote is None or any(
            c["status"] == "listed" for c in work.find("candidate", item_id=item["item_id"])
        ):
            continue
        there = _there(work, session, item, hours.get(item["dwelling_id"], ""))
        if len(there) != vote["present"]:
            columns = {"present": len(there)}
            if vote["votes_for"] == vote["present"]:  # all of them: nobody counted the voices
                columns["votes_for"] = len(there)
            work.set("vote", item["item_id"], **columns)
            vote |= columns
        status = "decided" if _stands(work, vote, there) else "listed"
        if item["status"] != status:
            work.bump("item", item, status=status)
        if status == "listed":
            undone.append(str(item["dwelling_id"]))
    return undone


def _stands(work: Work, vote: Row, there: Sequence[Row]) -> bool:
    """Whether a vote holds with those who were in the room."""
    cast = vote["votes_for"] + vote["votes_against"] + vote["abstentions"]
    enough = len(there) >= vote["quorum"] and cast <= len(there)
    return enough and (not vote["casting"] or _mayor_among(work, there))


@command("decided", roles="SP")
def decide(
    work: Work,
    item: int,
    *,
    decisions: Sequence[NewDecision],
    vote: VoteRecord | None = None,
    departure: str = "",
    few_reason: str = "",
    hour: str = "",
    version: int | None = None,
) -> Mapping[str, Any]:
    """Decide a dwelling whole: one decision for each candidate examined. A later call, before the signature, revises it.

    ``hour`` (``HH:MM``) is when it is examined, where that is known: who has not come or has left has no voice then.
    """
    row = _open_item(work, item, version)
    _decide(work, row, decisions)
    _finish(work, row, vote, departure, few_reason, hour)
    if hour:
        work.facts["hour"] = hour
    return {"version": row["version"], "status": row["status"]}


@command("decided.one", roles="SP")
def decide_one(
    work: Work, candidate: int, decision: NewDecision, *, version: int | None = None
) -> Mapping[str, Any]:
    """Decide one candidate; :func:`finish_item` then decides the dwelling."""
    name = work.get("candidate", candidate)
    row = _open_item(work, name["item_id"], version)
    work.ref = name["ref"]
    _decide(work, row, [replace(decision, candidate_id=candidate)])
    work.bump("item", row)
    return {"version": row["version"]}


@command("item.decided", roles="SP")
def finish_item(
    work: Work,
    item: int,
    *,
    vote: VoteRecord | None = None,
    departure: str = "",
    few_reason: str = "",
    version: int | None = None,
) -> Mapping[str, Any]:
    """The dwelling is decided once each of its candidates is."""
    row = _open_item(work, item, version)
    _finish(work, row, vote, departure, few_reason)
    return {"version": row["version"], "status": row["status"]}


@command("candidate.not_examined", roles="S")
def candidate_not_examined(
    work: Work, candidate: int, *, reason: str, version: int | None = None
) -> Mapping[str, Any]:
    """The household withdrew, or its file cannot be examined; ``reason``: code of ``not_examined_reasons``."""
    name = work.get("candidate", candidate)
    row = _open_item(work, name["item_id"], version)
    work.ref = name["ref"]
    work.require("candidate", name["status"], ("listed",))
    work.set("candidate", candidate, status="not_examined")
    work.facts["reason"] = work.coded("not_examined_reasons", reason)
    if work.store.tables.get("dossier", candidate) is not None:
        work.set("dossier", candidate, reason=reason)
    touch(work, name["ref"])
    work.bump("item", row)
    return {"version": row["version"]}


def _open_item(work: Work, item: int, version: int | None) -> Row:
    row = work.get("item", item)
    work.session, work.dwelling = row["session_id"], row["dwelling_id"]
    work.at_version("item", row, version)
    work.require("item", row["status"], ("listed", "decided"))
    work.require("session", work.get("session", row["session_id"])["status"], ("open",))
    return row


def _decide(work: Work, item: Row, decisions: Sequence[NewDecision]) -> None:
    """Decisions of one dwelling together: those they replace go first, so that two households may exchange their ranks."""
    named_here: list[tuple[Row, NewDecision]] = []
    refused: list[StoreRefused] = []
    for new in decisions:
        name = work.get("candidate", new.candidate_id)
        if name["item_id"] != item["item_id"]:
            raise StoreRefused("STORE_OUTSIDE", what="candidature", found=str(new.candidate_id))
        work.require("candidate", name["status"], ("listed", *DECIDED))
        try:
            named_here.append((name, checked(work, item, new)))
        except StoreRefused as one:
            refused.append(one)
    if refused:
        raise refused[0] if len(refused) == 1 else StoreSeveral(refused)
    ours = {new.candidate_id for _, new in named_here}
    standing = work.find("decision", item_id=item["item_id"], current=True)
    ranks = [d["rank"] for d in standing if d["candidate_id"] not in ours and d["rank"]]
    ranks += [new.rank for _, new in named_here if new.rank]
    if len(ours) < len(named_here) or len(set(ranks)) < len(ranks):
        raise StoreRefused("STORE_RANK", ranks=", ".join(map(str, sorted(ranks))))
    for old in standing:
        if old["candidate_id"] in ours:
            work.set("decision", old["decision_id"], current=False)
    for name, new in named_here:
        known = work.find("decision", candidate_id=new.candidate_id)
        write(work, item, name, new, revision=len(known) + 1)
        put_in_force(work, name, new)


def put_in_force(work: Work, name: Row, new: NewDecision) -> None:
    """The candidate's own state after a decision."""
    condition = "open" if new.kind == "conditional" else "none"
    columns = {
        "status": STATUS_OF[new.kind],
        "condition": condition,
        "condition_on": None,
        "condition_reason": None,
    }
    work.set("candidate", name["candidate_id"], **columns)
    touch(work, name["ref"])


def write(
    work: Work, item: Row, name: Row, new: NewDecision, revision: int, rectification: int | None = None
) -> None:
    """A decision's row and its sentence; one of a rectificatif waits for the signature."""
    pending = rectification is not None
    provision = work.session_law.provisions[new.motive] if new.motive else ""
    made = work.put(
        "decision", candidate_id=new.candidate_id, item_id=item["item_id"], revision=revision, current=not pending,
        pending=pending, kind=new.kind, rank=new.rank, document=new.document, due_on=new.due_on, motive=new.motive,
        provision=provision, decided_at=work.now, decided_by=work.actor.name, rectification=rectification,
    )  # fmt: skip
    work.put("note", decision_id=made["decision_id"], ref=name["ref"], sentence=new.sentence)


def checked(work: Work, item: Row, new: NewDecision) -> NewDecision:
    """The decision in the form that the law knows; StoreRefused says what is wrong, and of which name of the list."""
    try:
        return _checked(work, item, new)
    except StoreRefused as refused:
        refused.candidate = new.candidate_id
        refused.place = int(work.get("candidate", new.candidate_id)["position"])
        raise


def _checked(work: Work, item: Row, new: NewDecision) -> NewDecision:
    if new.kind not in DECISION:
        raise StoreRefused("STORE_OUTSIDE", what="décision", found=new.kind)
    sentence = clean(new.sentence, LONG, "phrase")
    if new.kind in RANKED:
        if new.motive:
            raise StoreRefused("STORE_NO_MOTIVE")
        rank = 1 if new.kind == "attribution" and new.rank is None else new.rank
        if rank is None:
            raise StoreRefused("STORE_NEEDS_RANK")
        if new.kind == "attribution" and rank != 1:
            raise StoreRefused("STORE_ATTRIBUTION_FIRST")
        if rank < 1:
            raise StoreRefused("STORE_RANK", ranks=str(rank))
        if new.kind == "conditional":
            meeting = work.get("session", item["session_id"])["on"]
            if not work.listed("documents", new.document) or new.due_on is None or new.due_on <= meeting:
                raise StoreRefused("STORE_CONDITION")
        elif new.document or new.due_on is not None:
            raise StoreRefused("STORE_NO_CONDITION")
        return replace(new, rank=rank, sentence=sentence)
    if new.rank is not None:
        raise StoreRefused("STORE_NO_RANK")
    if new.document or new.due_on is not None:
        raise StoreRefused("STORE_NO_CONDITION")
    if not work.session_law.allows(new.kind, new.motive):
        raise StoreRefused("STORE_MOTIVE", code=new.motive)
    if len(sentence) < (needed := int(work.session_law.value("sentence_characters"))):
        raise StoreRefused("STORE_SENTENCE", needed=needed, found=len(sentence))
    if new.motive == NO_DOCUMENT and not _asked_for(work, item, new.candidate_id):
        raise StoreRefused("STORE_DOCUMENT_NOT_ASKED")
    if new.motive == EFFORT:
        _same_rate(work, new.candidate_id, sentence)
    if _names_another(work, item, new.candidate_id, sentence):
        raise StoreRefused("STORE_SENTENCE_NAMES")
    return replace(new, sentence=sentence)


def _asked_for(work: Work, item: Row, candidate: int) -> bool:
    """Whether a document was asked of the household by the day of the session, and has not come."""
    day = work.get("session", item["session_id"])["on"]
    rows = work.find("document", candidate_id=candidate, received_on=None)
    return any(row["asked_on"] is not None and row["asked_on"] <= day for row in rows)


def _same_rate(work: Work, candidate: int, sentence: str) -> None:
    """The sentence tells the rate that the letter joins as a calculation; one made again in session stands beside it."""
    dossier = work.store.tables.get("dossier", candidate)
    computed = dossier["facts"].get("effort") if dossier is not None else None
    told = [figure.replace(",", ".") for figure in RATE.findall(sentence)]
    if computed is None or not told:
        return
    rate = 100 * float(computed)
    if not any(abs(float(x) - rate) <= 0.5 / 10 ** len(x.partition(".")[2]) + 1e-6 for x in told):
        raise StoreRefused(
            "STORE_EFFORT_RATE",
            computed=f"{rate:.1f}".replace(".", ","),
            written=", ".join(RATE.findall(sentence)),
        )


def _names_another(work: Work, item: Row, candidate: int, sentence: str) -> bool:
    """Whether a sentence, which the household reads in its letter, names another one of the session, by its number or its name."""
    own = work.get("candidate", candidate)["ref"]
    people = {
        ref: Somebody(number or "", name or "", "")
        for ref, number, name in queries.people_of(work.store, item["session_id"])
    }
    mine = people.pop(own, None)
    return bool(named_in(sentence, people.values(), own=mine))


def _finish(
    work: Work, item: Row, vote: VoteRecord | None, departure: str, few_reason: str, hour: str = ""
) -> None:
    key = item["item_id"]
    names = work.find("candidate", item_id=key)
    if left := [c for c in names if c["status"] == "listed"]:
        raise StoreRefused("STORE_UNDECIDED", count=len(left))
    examined = [c for c in names if c["status"] in DECIDED]
    few_reason = few_reason or item["few_reason"]
    if few_reason and few_reason not in work.session_law.few_reasons:
        raise StoreRefused("STORE_FEW_REASON", code=few_reason)
    if len(examined) < (needed := work.session_law.shortlist_size) and not few_reason:
        raise StoreRefused("STORE_FEW", found=len(examined), needed=needed)
    check_ranks(work, key)
    departure = clean(departure, LONG, "écart")
    if not departure and not in_order(work, key):
        raise StoreRefused("STORE_DEPARTURE")
    # a reason typed for an order that was then taken back must not stand in the minutes
    if departure or work.store.tables.get("remark", f"item:{key}") is not None:
        remark(work, f"item:{key}", (examined or names)[0]["ref"], departure)
    _vote(work, item, vote, hour)
    work.bump("item", item, status="decided", few_reason=few_reason)


def check_ranks(work: Work, item: int, *, rectified: bool = False) -> None:
    """Ranks in force follow each other from 1; ``rectified``: with what waits for a signature in the place of what it corrects."""
    told = {d["candidate_id"]: d["rank"] for d in work.find("decision", item_id=item, current=True)}
    if rectified:
        told |= {d["candidate_id"]: d["rank"] for d in work.find("decision", item_id=item, pending=True)}
    ranks = sorted(rank for rank in told.values() if rank)
    if ranks != list(range(1, len(ranks) + 1)):
        raise StoreRefused("STORE_RANK", ranks=", ".join(map(str, ranks)))


def in_order(work: Work, item: int) -> bool:
    """Whether the favourable decisions keep the order that was proposed."""
    ranks = {
        d["candidate_id"]: d["rank"] for d in work.find("decision", item_id=item, current=True) if d["rank"]
    }
    proposed = sorted(
        (c for c in work.find("candidate", item_id=item) if c["candidate_id"] in ranks),
        key=lambda c: (c["position"], c["candidate_id"]),
    )
    decided = [ranks[c["candidate_id"]] for c in proposed]
    return decided == sorted(decided)


def remark(work: Work, key: str, ref: str, text: str) -> None:
    """A sentence of the commission that may speak of a household."""
    if work.store.tables.get("remark", key) is None:
        work.put("remark", remark_id=key, ref=ref, text=text)
    else:
        work.set("remark", key, text=text)


def _vote(work: Work, item: Row, vote: VoteRecord | None, hour: str = "") -> None:
    session = work.get("session", item["session_id"])
    there = _there(work, session, item, hour)
    quorum = voting.quorum(session)
    if len(there) < quorum:
        raise StoreRefused("STORE_NO_QUORUM", present=len(there), quorum=quorum)
    columns: dict[str, Any] = {
        "votes_for": len(there), "votes_against": 0, "abstentions": 0, "casting": "",
        "present": len(there), "quorum": quorum,
    }  # fmt: skip
    if vote is not None:
        cast = vote.votes_for + vote.votes_against + vote.abstentions
        if cast > len(there) or min(vote.votes_for, vote.votes_against, vote.abstentions) < 0:
            raise StoreRefused("STORE_VOTE", cast=cast, present=len(there))
        tie = vote.votes_for == vote.votes_against
        if vote.casting and not (tie and _mayor_among(work, there)):
            raise StoreRefused("STORE_CASTING")
        if tie and not vote.casting and vote.votes_for:
            raise StoreRefused("STORE_NO_CASTING")
        if not _adopted(vote):
            raise StoreRefused(
                "STORE_NOT_ADOPTED", pro=vote.votes_for, con=vote.votes_against, abstentions=vote.abstentions
            )
        columns |= {
            "votes_for": vote.votes_for, "votes_against": vote.votes_against,
            "abstentions": vote.abstentions, "casting": vote.casting,
        }  # fmt: skip
    if work.store.tables.get("vote", item["item_id"]) is None:
        work.put("vote", item_id=item["item_id"], **columns)
    else:
        work.set("vote", item["item_id"], **columns)


def _adopted(vote: VoteRecord) -> bool:
    """Whether the commission took the decisions it voted on: more voices for than against, or as many and the maire's for."""
    tie = vote.votes_for == vote.votes_against
    return vote.votes_for > 0 and (vote.casting == "for" if tie else vote.votes_for > vote.votes_against)


def _there(work: Work, session: Row, item: Row, hour: str) -> list[Row]:
    """Members who vote on a dwelling and are in the room at an hour."""
    attendance = work.find("attendance", session_id=item["session_id"], active=True)
    return voting.voters(attendance, item, voting.voices(session["on"]), hour, voting.began(session))


def _mayor_among(work: Work, there: Sequence[Row]) -> bool:
    """Whether somebody with the casting vote is there."""
    return any(row["voice"] == work.session_law.value("casting_vote") for row in there)


# ---------------------------------------------------------------- rectificatif


@command("session.rectification", roles="S")
def prepare_rectification(
    work: Work,
    session: str,
    *,
    reason: str,
    decisions: Sequence[NewDecision],
    version: int | None = None,
) -> Mapping[str, Any]:
    """Prepare the correction of a signed session, for the chair to sign; not once an offer of the dwelling is notified.

    One that waits for its signature is replaced: what was typed wrong is prepared again, and never has to be signed. ``version``
    is that of the session: nobody replaces one that he has not seen.
    """
    row = work.get("session", session)
    work.session = session
    work.at_version("session", row, version)
    work.require("session", row["status"], ("closed",))
    reason = work.reason(reason)
    if not decisions:
        raise StoreRefused("STORE_UNDECIDED", count=1)
    before = work.find("rectification", session_id=session)
    waiting = next((r for r in before if r["signed_at"] is None), None)
    number = len(before) + 1 if waiting is None else waiting["number"]
    if waiting is not None:
        _drop_pending(work, session, number)
    items: dict[int, Row] = {}
    for new in decisions:
        name = work.get("candidate", new.candidate_id)
        item = items[name["item_id"]] = _rectifiable(work, session, name["item_id"])
        _not_taken_up(work, item, new.kind)
        work.require("candidate", name["status"], DECIDED)
        _still_possible(work, name, new.kind, new.document, new.due_on)
        known = work.find("decision", candidate_id=new.candidate_id)
        write(work, item, name, checked(work, item, new), len(known) + 1, number)
    for key in items:
        check_ranks(work, key, rectified=True)
    if waiting is None:
        made = work.put(
            "rectification", session_id=session, number=number, prepared_by=work.actor.name, prepared_at=work.now,
            signed_by="", signed_at=None,
        )  # fmt: skip
    else:
        made = waiting
        work.set(
            "rectification",
            made["rectification_id"],
            prepared_by=work.actor.name,
            prepared_at=work.now,
        )
    first = work.get("candidate", decisions[0].candidate_id)["ref"]
    remark(work, f"rectification:{made['rectification_id']}", first, reason)
    work.bump("session", row)
    return {"number": number}


def _drop_pending(work: Work, session: str, number: int) -> None:
    """The decisions of a rectificatif that nobody has signed are let go."""
    items = tuple(i["item_id"] for i in work.find("item", session_id=session))
    for old in work.find("decision", item_id=items, rectification=number, pending=True):
        work.set("decision", old["decision_id"], pending=False, rectification=None)


def _rectifiable(work: Work, session: str, item: int) -> Row:
    row = work.get("item", item)
    if row["session_id"] != session:
        raise StoreRefused("STORE_OUTSIDE", what="candidature", found=row["dwelling_id"])
    if any(o["end_reason"] != MISTAKEN for o in work.find("offer", item_id=item)):
        raise StoreRefused("STORE_ALREADY_NOTIFIED")
    work.require("item", row["status"], ("offering", "no_taker"))
    return row


def _not_taken_up(work: Work, item: Row, kind: str) -> None:
    """A refusal is put right whatever came after; a favourable decision would offer the dwelling, which no other agenda may have taken up."""
    if kind in RANKED:
        agenda.nothing_since(work, item)


def _still_possible(work: Work, name: Row, kind: str, document: str, due_on: date | None) -> None:
    """What a rectificatif decides must still be possible on its day, for the household that it is about.

    Whoever has signed a lease since is given no dwelling: its turn would hold the list, and it could not accept. A condition is
    given a day to come, unless it is the one that was set in session.
    """
    code = ""
    if kind in RANKED and agenda.has_signed(work, name["ref"]):
        code = "STORE_HOUSED"
    elif due_on is not None and due_on <= work.today:
        standing = work.find("decision", candidate_id=name["candidate_id"], current=True)
        if all((d["document"], d["due_on"]) != (document, due_on) for d in standing):
            code = "STORE_CONDITION"
    if code:
        refused = StoreRefused(code)
        refused.candidate, refused.place = name["candidate_id"], int(name["position"])
        raise refused


@command("rectified", roles="P")
def _sign_rectification(
    work: Work, session: str, number: int, *, one_person: bool = False, version: int | None = None
) -> Mapping[str, Any]:
    row = work.get("session", session)
    work.session = session
    work.at_version("session", row, version)
    found = work.find("rectification", session_id=session, number=number)
    if not found or found[0]["signed_at"] is not None:
        work.require("rectificatif", "signed" if found else "missing", ("prepared",))
    if found[0]["prepared_by"] == work.actor.name and not one_person:
        raise StoreRefused("STORE_SAME_PERSON")
    ids = tuple(i["item_id"] for i in work.find("item", session_id=session))
    waiting = work.find("decision", item_id=ids, rectification=number, pending=True)
    items = {d["item_id"]: _rectifiable(work, session, d["item_id"]) for d in waiting}
    unchanged = {name["candidate_id"] for item in items for name in work.find("candidate", item_id=item)}
    met: set[int] = set()
    for decision in waiting:
        _not_taken_up(work, items[decision["item_id"]], decision["kind"])
        name = work.get("candidate", decision["candidate_id"])
        _still_possible(work, name, decision["kind"], decision["document"], decision["due_on"])
        for old in work.find("decision", candidate_id=decision["candidate_id"], current=True):
            work.set("decision", old["decision_id"], current=False)
            if (old["kind"], old["motive"]) != (decision["kind"], decision["motive"]):
                unchanged.discard(decision["candidate_id"])
            if name["condition"] == "met" and old["document"] == decision["document"]:
                met.add(decision["candidate_id"])
    for decision in waiting:
        work.set("decision", decision["decision_id"], current=True, pending=False)
        name = work.get("candidate", decision["candidate_id"])
        if name["candidate_id"] in met:  # the document is there: another rank does not ask for it again
            work.set("candidate", name["candidate_id"], status=STATUS_OF[decision["kind"]])
            touch(work, name["ref"])
        else:
            put_in_force(work, name, NewDecision(decision["candidate_id"], decision["kind"]))
    for item in items:
        check_ranks(work, item)
    of_one_mind(work, work.find("item", session_id=session))
    offering, no_taker = settle_items(work, list(items.values()))
    settle_duties(work, session, list(items.values()), unchanged)
    work.set("rectification", found[0]["rectification_id"], signed_by=work.actor.name, signed_at=work.now)
    work.bump("session", row)
    return {"number": number, "offering": offering, "no_taker": no_taker}


def sign_rectification(
    store: Store,
    actor: Actor,
    command_id: str,
    session: str,
    number: int,
    *,
    one_person: bool = False,
    version: int | None = None,
) -> Receipt:
    """The chair signs a rectificatif: its decisions are in force, and the head of the ledger is signed (``result["head"]``).

    ``version`` is that of the session as it was read: one prepared anew since, under the same number, is refused.
    """
    with store.writing():
        done = _sign_rectification(
            store, actor, command_id, session, number, one_person=one_person, version=version
        )
        head = sign_head(store, actor, f"{command_id}/head")
    return replace(done, result={**done.result, "head": head.result})
