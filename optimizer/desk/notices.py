"""Notices that may end an application, recorded without a browser: of ineligibility, and of no answer (CCH R. 441-2-8 c and d)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import cast

from optimizer.errors import AttrifluxError, said
from optimizer.store import Store, commands, queries
from optimizer.store.records import Actor, CandidateRecord, DutyRecord, Proof
from optimizer.store.states import INELIGIBLE_NOTICE, NOTICE, OWN_ENDS, RADIATION, UNANSWERED, UNTOLD


def deliver(opened: Store, actor: Actor, session_id: str, number: str, on: date, proof: str) -> str:
    """Record that a notice was delivered: of ineligibility where the session found the household so, else of no answer.

    Returns
    -------
    str
        Which: ``radiation_notice`` or ``no_reply``.

    Raises
    ------
    AttrifluxError
        ``DESK_NOT_LISTED``: the household is on no list of the session.
    StoreError
        A day to come, no proof, a household that was reached, a notice that runs already.
    """
    names = _names(opened, session_id, number)
    for duty in _open(opened, names, INELIGIBLE_NOTICE):
        if duty.session_id == session_id:
            outcome = said("PAPER.NOTICE_SENT", "fr")
            commands.close_duty(opened, actor, _fresh(), duty.duty_id, outcome=outcome, on=on)
            return INELIGIBLE_NOTICE
    unreached = [c for c in names if c.call == "unreachable"]
    name = (unreached or names)[0]
    told = cast("Proof", proof)  # the command refuses what is none
    commands.notice_no_reply(opened, actor, _fresh(), name.candidate_id, proof=told, proof_on=on)
    return NOTICE


def end(opened: Store, actor: Actor, session_id: str, number: str, on: date, answer: str) -> str:
    """Record how the time of a notice ended: what the household answered or put right, or, where ``answer`` is empty, nothing.

    Returns
    -------
    str
        ``answered``, ``unanswered``; of an ineligible household ``put_right``, ``struck_off``.

    Raises
    ------
    AttrifluxError
        ``DESK_NOT_LISTED``; ``DESK_NO_NOTICE``: none is running for this household.
    StoreError
        The time is still running.
    """
    names = _names(opened, session_id, number)
    silent = _open(opened, names, NOTICE)
    running = silent or [d for d in _open(opened, names, RADIATION) if d.session_id == session_id]
    if not running:
        raise AttrifluxError("DESK_NO_NOTICE")
    duty = running[0].duty_id
    if answer:
        commands.close_duty(opened, actor, _fresh(), duty, outcome=answer, on=on)
        return "answered" if silent else "put_right"
    if silent:
        commands.confirm_no_reply(opened, actor, _fresh(), duty, on=on)
        return "unanswered"
    commands.enter_radiation(opened, actor, _fresh(), duty, on=on)
    return "struck_off"


def answered(duty: DutyRecord) -> bool:
    """Whether this duty is a notice of no answer after which the household was heard of; somebody may have written how."""
    return duty.kind == NOTICE and duty.closed_on is not None and duty.outcome not in (UNANSWERED, *UNTOLD)


def put_right(duty: DutyRecord, session_id: str) -> bool:
    """Whether this duty says that a household which the session found ineligible put its application right after its notice."""
    ended = duty.closed_on is not None and duty.outcome not in OWN_ENDS
    return duty.kind == RADIATION and duty.session_id == session_id and ended


def _names(opened: Store, session_id: str, number: str) -> list[CandidateRecord]:
    """Candidatures of a household in a session."""
    session = queries.session(opened, session_id)
    found = [c for i in session.items for c in i.candidates if c.application_id == number]
    if not found:
        raise AttrifluxError("DESK_NOT_LISTED", session=session_id)
    return found


def _open(opened: Store, names: list[CandidateRecord], kind: str) -> list[DutyRecord]:
    return [d for d in queries.duties(opened) if d.kind == kind and d.ref == names[0].ref]


def _fresh() -> str:
    return uuid.uuid4().hex
