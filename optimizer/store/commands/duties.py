"""Duties and recourses: what is owed to a household, or asked by it. While one is open its data is not erased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from optimizer.errors import Said
from optimizer.store.messages import StoreRefused
from optimizer.store.people import later, touch
from optimizer.store.states import DUTY, INELIGIBLE_NOTICE, OWN_ENDS, RADIATION
from optimizer.store.tables import Row
from optimizer.store.work import Work, command, named

WORDS = 300
RECOURSES = ("gracieux", "contentieux", "mediation")


@command("duty.opened", roles="S")
def open_duty(
    work: Work,
    *,
    kind: str,
    ref: str,
    session: str | None = None,
    item: int | None = None,
    due_on: date | None = None,
) -> Mapping[str, Any]:
    """Open a duty by hand; those that decisions and leases make open by themselves."""
    if kind not in DUTY:
        raise StoreRefused("STORE_OUTSIDE", what="obligation", found=kind)
    work.get("person", ref)
    work.ref, work.session = ref, session or ""
    row = work.put(
        "duty", kind=kind, ref=ref, session_id=session, item_id=item, opened_on=work.today, due_on=due_on,
        closed_on=None, outcome="",
    )  # fmt: skip
    touch(work, ref)
    return {"duty_id": row["duty_id"]}


@command("duty.closed", roles="S")
def close_duty(work: Work, duty: int, *, outcome: str, on: date | None = None) -> Mapping[str, Any]:
    """A duty is met; ``outcome`` says how, without a name.

    A notice of no answer is closed so when the household was heard of, a radiation that is due when the application was put right. A notice
    of ineligibility that was delivered opens the radiation that follows it.
    """
    row = work.get("duty", duty)
    work.ref, work.session = row["ref"], row["session_id"] or ""
    if row["closed_on"] is not None:
        work.require("duty", "closed", ("open",))
    if outcome.strip() in OWN_ENDS:
        raise StoreRefused("STORE_TEXT", what="suite")
    closed = on or work.today
    work.happened(closed)
    work.set("duty", duty, closed_on=closed, outcome=named(outcome, WORDS, "suite"))
    if row["kind"] == INELIGIBLE_NOTICE:
        _strike_off_later(work, row, closed)
    touch(work, row["ref"])
    return {}


def _strike_off_later(work: Work, notice: Row, delivered: date) -> None:
    """The radiation of a household found ineligible is due once its time has run from the notice, once for the session that found it so."""
    if not work.find(
        "duty", kind=RADIATION, ref=notice["ref"], session_id=notice["session_id"], closed_on=None
    ):
        months = int(work.law_on(delivered).value("radiation_notice_months"))
        work.put(
            "duty", kind=RADIATION, ref=notice["ref"], session_id=notice["session_id"], item_id=notice["item_id"],
            opened_on=delivered, due_on=later(delivered, months), closed_on=None, outcome="",
        )  # fmt: skip


@command("recourse.opened", roles="S")
def open_recourse(work: Work, *, ref: str, kind: str, on: date) -> Mapping[str, Any]:
    """A household contests a decision (``gracieux``, ``contentieux``, ``mediation``)."""
    if kind not in RECOURSES:
        raise StoreRefused("STORE_OUTSIDE", what="recours", found=kind)
    work.get("person", ref)
    work.ref = ref
    work.happened(on)
    row = work.put("recourse", ref=ref, kind=kind, opened_on=on, closed_on=None, outcome="")
    touch(work, ref)
    return {"recourse_id": row["recourse_id"]}


@command("recourse.closed", roles="S")
def close_recourse(work: Work, recourse: int, *, on: date, outcome: str) -> Mapping[str, Any]:
    """A recourse is over."""
    row = work.get("recourse", recourse)
    work.ref = row["ref"]
    if row["closed_on"] is not None:
        work.require("recourse", "closed", ("open",))
    work.happened(on, row["opened_on"], Said("le recours", "the recourse"))
    work.set("recourse", recourse, closed_on=on, outcome=named(outcome, WORDS, "suite"))
    touch(work, row["ref"])
    return {}
