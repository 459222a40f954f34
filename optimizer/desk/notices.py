"""Notices that may end an application, recorded without a browser: of ineligibility, and of no answer (CCH R. 441-2-8 c and d)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import cast

from optimizer.errors import AttrifluxError, said
from optimizer.store import Store, commands, queries
from optimizer.store.records import Actor, CandidateRecord, DutyRecord, Proof
from optimizer.store.states import NOTICE

INELIGIBLE = "radiation_notice"


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
    for duty in _open(opened, names, INELIGIBLE):
        if duty.session_id == session_id:
            outcome = said("PAPER.NOTICE_SENT", "fr")
            commands.close_duty(opened, actor, _fresh(), duty.duty_id, outcome=outcome, on=on)
            return INELIGIBLE
    unreached = [c for c in names if c.call == "unreachable" and c.decision is None]
    name = (unreached or names)[0]
    told = cast("Proof", proof)  # the command refuses what is none
    commands.notice_no_reply(opened, actor, _fresh(), name.candidate_id, proof=told, proof_on=on)
    return NOTICE


def end(opened: Store, actor: Actor, session_id: str, number: str, on: date, answer: str) -> None:
    """Record how the time of a notice of no answer ended: what the household answered, or, where ``answer`` is empty, nothing.

    Raises
    ------
    AttrifluxError
        ``DESK_NOT_LISTED``; ``DESK_NO_NOTICE``: none is running for this household.
    StoreError
        The time is still running.
    """
    running = _open(opened, _names(opened, session_id, number), NOTICE)
    if not running:
        raise AttrifluxError("DESK_NO_NOTICE")
    if answer:
        commands.close_duty(opened, actor, _fresh(), running[0].duty_id, outcome=answer, on=on)
    else:
        commands.confirm_no_reply(opened, actor, _fresh(), running[0].duty_id, on=on)


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
