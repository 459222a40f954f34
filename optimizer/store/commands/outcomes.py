"""What follows by itself: from signed decisions, dwellings to offer and duties; from any answer, that a notice of no answer is over."""

from __future__ import annotations

from collections.abc import Container

from optimizer.store.messages import StoreRefused
from optimizer.store.records import session_order
from optimizer.store.states import (
    ANSWERED,
    HELD,
    HOUSED,
    INELIGIBLE_NOTICE,
    NOTICE,
    POSITIVE,
    RADIATION,
    RECTIFIED,
    REEXAMINED,
)
from optimizer.store.tables import Row
from optimizer.store.together import share
from optimizer.store.work import Work

MIXITY, NEGATIVE = "N7", ("not_attributed", "ineligible")
BY_DECISION = ("suitable_offer", INELIGIBLE_NOTICE, "prefet_signal")


def of_one_mind(work: Work, items: list[Row]) -> None:
    """An irrecevabilité is of the application as a whole: the household is not given another dwelling by the same session."""
    homes = {i["item_id"]: i["dwelling_id"] for i in items}
    names = work.find("candidate", item_id=tuple(homes))
    barred = {c["ref"]: homes[c["item_id"]] for c in names if c["status"] == "ineligible"}
    for c in names:
        if c["status"] in (*POSITIVE, *HELD) and c["ref"] in barred:
            raise StoreRefused(
                "STORE_INELIGIBLE_ELSEWHERE", dwelling=homes[c["item_id"]], other=barred[c["ref"]]
            )


def settle_items(work: Work, items: list[Row]) -> tuple[list[int], list[int]]:
    """Dwellings with a favourable decision are offered, the others have no taker; ids of both."""
    offering: list[int] = []
    no_taker: list[int] = []
    for item in items:
        positive = work.find("candidate", item_id=item["item_id"], status=POSITIVE)
        (offering if positive else no_taker).append(int(item["item_id"]))
        work.bump("item", item, status="offering" if positive else "no_taker")
    return offering, no_taker


def settle_duties(work: Work, session: str, items: list[Row], unchanged: Container[int] = ()) -> None:
    """Open the duties that the decisions of these dwellings make, close those that a rectificatif undid or a later session.

    A household whose decision stands as it was (``unchanged``, by candidature) owes nothing anew: what was due to it is open or done.
    """
    for item in items:
        standing = {
            (d["kind"], d["ref"]): d
            for d in work.find("duty", item_id=item["item_id"], closed_on=None)
            if d["kind"] in (*BY_DECISION, RADIATION)
        }
        wanted = _wanted(work, item)
        as_before = {
            c["ref"]
            for c in work.find("candidate", item_id=item["item_id"])
            if c["candidate_id"] in unchanged
        }
        for kind, ref in sorted(wanted - standing.keys()):
            if ref in as_before:
                continue
            # owed at once: the month before a radiation runs from the notice, and no day of it is known until that is delivered
            work.put(
                "duty", kind=kind, ref=ref, session_id=session, item_id=item["item_id"], opened_on=work.today,
                due_on=None, closed_on=None, outcome="",
            )  # fmt: skip
        wanted |= {(RADIATION, ref) for kind, ref in wanted if kind == INELIGIBLE_NOTICE and ref in as_before}
        for key in sorted(standing.keys() - wanted):
            work.set("duty", standing[key]["duty_id"], closed_on=work.today, outcome=RECTIFIED)
    _forgo_notices(work, work.get("session", session))


def _forgo_notices(work: Work, session: Row) -> None:
    """No notice is owed any more, nor radiation due, where an earlier session of the landlord found ineligible and this one does not.

    A notice of no answer that had gone out before the session has no more effect on whom it decided upon: what the household is told
    since is that decision, which says that the application stays.
    """
    items = tuple(i["item_id"] for i in work.find("item", session_id=session["session_id"]))
    names = {c["candidate_id"]: c["ref"] for c in work.find("candidate", item_id=items)}
    found = [
        (names[d["candidate_id"]], d["kind"]) for d in work.find("decision", item_id=items, current=True)
    ]
    for running in work.find(
        "duty", kind=NOTICE, ref=tuple(sorted({ref for ref, _ in found})), closed_on=None
    ):
        if running["opened_on"] <= session["on"]:
            work.set("duty", running["duty_id"], closed_on=work.today, outcome=REEXAMINED)
    barred = {ref for ref, kind in found if kind == "ineligible"}
    refs = tuple(sorted({ref for ref, _ in found} - barred))
    for duty in work.find("duty", kind=(INELIGIBLE_NOTICE, RADIATION), ref=refs, closed_on=None):
        before = work.get("session", duty["session_id"])
        same = share(before["landlord"], session["landlord"])
        if same and session_order(before["on"], before["session_id"]) < session_order(
            session["on"], session["session_id"]
        ):
            work.set("duty", duty["duty_id"], closed_on=work.today, outcome=REEXAMINED)


def meet_offer(work: Work, ref: str) -> None:
    """A household that signs a lease has been offered a dwelling: the first suitable vacancy is owed to it no longer."""
    for owed in work.find("duty", kind="suitable_offer", ref=ref, closed_on=None):
        work.set("duty", owed["duty_id"], closed_on=work.today, outcome=HOUSED)


def _wanted(work: Work, item: Row) -> set[tuple[str, str]]:
    names = {c["candidate_id"]: c for c in work.find("candidate", item_id=item["item_id"])}
    wanted: set[tuple[str, str]] = set()
    for decision in work.find("decision", item_id=item["item_id"], current=True):
        name = names[decision["candidate_id"]]
        if decision["motive"] == MIXITY:
            wanted.add(("suitable_offer", name["ref"]))
        if decision["kind"] == "ineligible":
            wanted.add((INELIGIBLE_NOTICE, name["ref"]))
        if decision["kind"] in NEGATIVE and name["has_dalo"]:
            wanted.add(("prefet_signal", name["ref"]))
    return wanted


def heard_of(work: Work, ref: str) -> None:
    """The household answered, whatever it said: its notice of no answer has no more effect."""
    for running in work.find("duty", kind=NOTICE, ref=ref, closed_on=None):
        work.set("duty", running["duty_id"], closed_on=work.today, outcome=ANSWERED)
