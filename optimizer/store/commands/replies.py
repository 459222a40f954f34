"""A household that nobody can reach is written to; a month without an answer to a notice that is proven ends its application
(CCH R. 441-2-8 c). Any answer stops the month. A month after its notice a household found ineligible is struck off too (d). The program
strikes off nobody: a person confirms that nothing came, or that it was done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from optimizer.errors import Said
from optimizer.store import clock as days
from optimizer.store.commands.offers import candidate_of
from optimizer.store.messages import StoreRefused
from optimizer.store.people import later, touch
from optimizer.store.records import Proof
from optimizer.store.states import HELD, NOTICE, PROOF, RADIATION, REACHED, STRUCK_OFF, UNANSWERED
from optimizer.store.tables import Row
from optimizer.store.work import Work, command


@command("no_reply.noticed", roles="SA")
def notice_no_reply(
    work: Work, candidate: int, *, proof: Proof, proof_on: date, version: int | None = None
) -> Mapping[str, Any]:
    """The notice of no answer reached its address: the month runs from the day that is proven.

    Refused of a household that the session reached on one of its lists, or decided on there: what it is told then is that decision.
    """
    row, item = candidate_of(work, candidate, version)
    person = work.get("person", row["ref"])
    if row["call"] != "unreachable" or _heard(work, row, item) or not person["application_id"]:
        raise StoreRefused("STORE_REACHED")
    for running in work.find("duty", kind=NOTICE, ref=row["ref"], closed_on=None):
        raise StoreRefused("STORE_NOTICED", day=running["due_on"])
    if not proof or proof not in PROOF:
        raise StoreRefused("STORE_PROOF")
    tried = [days.today(c["at"]) for c in work.find("call", candidate_id=candidate, outcome="unreachable")]
    work.happened(proof_on, after=min(tried), what=Said("le premier appel", "the first call"))
    duty = work.put(
        "duty", kind=NOTICE, ref=row["ref"], session_id=item["session_id"], item_id=item["item_id"], opened_on=proof_on,
        due_on=later(proof_on, int(work.law_on(proof_on).value("no_reply_months"))), closed_on=None, outcome="",
    )  # fmt: skip
    work.facts["proof"] = proof
    touch(work, row["ref"])
    return {"duty_id": duty["duty_id"], "due_on": duty["due_on"]}


@command("no_reply.confirmed", roles="S")
def confirm_no_reply(work: Work, duty: int, *, on: date | None = None) -> Mapping[str, Any]:
    """A person confirms that the month passed without an answer: the application is struck off (``on``, today by default).

    Refused while an offer to the household is live: that has a time and an answer of its own.
    """
    row = _over(work, duty, NOTICE)
    for live in work.find("offer", ref=row["ref"], status=HELD):
        raise StoreRefused(
            "STORE_OFFER_LIVE",
            dwelling=work.get("item", live["item_id"])["dwelling_id"],
            day=live["notified_on"],
        )
    _end(work, row, on, UNANSWERED)
    return {}


@command("radiation.entered", roles="S")
def enter_radiation(work: Work, duty: int, *, on: date | None = None) -> Mapping[str, Any]:
    """A person has struck off a household found ineligible, the month after its notice being over (CCH R. 441-2-8 d)."""
    _end(work, _over(work, duty, RADIATION), on, STRUCK_OFF)
    return {}


def _over(work: Work, duty: int, kind: str) -> Row:
    """An open duty of this kind whose time has passed."""
    row = work.get("duty", duty)
    work.ref, work.session = row["ref"], row["session_id"] or ""
    if row["kind"] != kind:
        raise StoreRefused("STORE_OUTSIDE", what="obligation", found=row["kind"])
    if row["closed_on"] is not None:
        work.require("duty", "closed", ("open",))
    if not days.past(row["due_on"], work.now):
        raise StoreRefused("STORE_NOT_PAST", day=row["due_on"])
    return row


def _end(work: Work, row: Row, on: date | None, outcome: str) -> None:
    closed = on or work.today
    work.happened(closed, after=row["due_on"], what=Said("la fin du délai", "the end of the time"))
    work.set("duty", row["duty_id"], closed_on=closed, outcome=outcome)
    touch(work, row["ref"])


def _heard(work: Work, row: Row, item: Row) -> bool:
    """Whether the session reached the household on one of its lists, or decided on it there."""
    items = tuple(i["item_id"] for i in work.find("item", session_id=item["session_id"]))
    names = work.find("candidate", item_id=items, ref=row["ref"])
    decided = work.find("decision", candidate_id=tuple(n["candidate_id"] for n in names), current=True)
    return bool(decided) or any(n["call"] in REACHED for n in names)
