"""What follows a session, from the sheet of offers: notifications, answers, conditions, leases, in the order of their days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from optimizer.desk.entry_reading import Entry
from optimizer.desk.recording_work import Work
from optimizer.errors import Said
from optimizer.store import commands, queries
from optimizer.store.records import CandidateRecord, Receipt

SETTLED = {"met": "met", "failed": "failed", "access": "failed"}
"""What a cell says of a condition -> its state in the store."""


OTHER_ANSWER = {
    "accepted": ("refused", "silent", "desisted"),
    "refused": ("accepted", "silent", "desisted"),
    "silent": ("accepted", "refused", "desisted"),
    "desisted": ("refused", "silent"),
}
"""What a row says -> answers recorded before that it would contradict; a household that had accepted may give up."""


def record_offers(work: Work) -> None:
    """Acts of every row in the order of their days, so that the next rank comes after the refusal that makes room."""
    acts: list[tuple[date, int, int, Entry, str]] = []
    candidate: dict[int, int] = {}
    stopped: set[int] = set()
    for n, entry in enumerate(work.filled.of("offers")):
        c = work.candidate_of(work.session, entry)
        if c is not None:
            candidate[n] = c.candidate_id
            acts += [(day, n, step, entry, verb) for step, (day, verb) in enumerate(_acts(work, entry, c))]
    for _, n, _, entry, verb in sorted(acts, key=lambda a: a[:3]):
        # the household as the acts before left it: the whole session read at each would cost the square of its dwellings
        if n not in stopped and not _act(work, entry, verb, queries.candidate(work.opened, candidate[n])):
            stopped.add(n)  # what follows in the row would be refused for want of this


def _acts(work: Work, entry: Entry, c: CandidateRecord) -> Iterator[tuple[date, str]]:
    """What a row of the sheet of offers says that is not recorded, with its day."""
    o = c.offer
    # what its offer rests on was told: all else of the row would be refused for want of it
    if {"notified_on", "proof", "proof_on"} & entry.broken or _before_notice(work, entry):
        return
    if entry.get("notified_on") is None:
        told = [column for column in ("answer", "lease_on", "proof") if entry.get(column) is not None]
        if told:
            work.wrong(entry, "DESK_ENTRY_NOT_NOTIFIED", told[0])
        else:
            yield from _condition(work, entry, c)
        return
    if o is None:
        yield entry.get("notified_on"), "offer"
    elif o.notified_on != entry.get("notified_on"):
        work.wrong(entry, "DESK_ENTRY_CHANGED", "notified_on", entry.get("notified_on"))
    if o is not None and entry.get("proof") and not o.proof:
        yield entry.get("proof_on") or entry.get("notified_on"), "prove"
    answer = entry.get("answer")
    if answer and answer != _answered(c):
        if o is not None and _answered(c) in OTHER_ANSWER.get(answer, ()):
            # a cell that changes may be a mistake or a second answer: the workbook does not guess
            found = work.known["answer"].words[_answered(c)]
            work.wrong(
                entry, "DESK_ENTRY_ANSWERED", "answer", found=Said(*found), session=work.session.session_id,
                dwelling=c.dwelling_id,
            )  # fmt: skip
        elif answer != "silent" and entry.get("answered_on") is None:
            work.wrong(entry, "DESK_ENTRY_MISSING", "answered_on")
        elif answer in ("refused", "desisted") and not entry.get("refusal_reason"):
            work.wrong(entry, "DESK_ENTRY_MISSING", "refusal_reason")
        else:
            day = entry.get("answered_on") or entry.get("deadline") or (o.deadline if o else None)
            yield day or date.max, answer
    elif (
        answer == "refused"
        and o is not None
        and entry.get("legitimate") in ("yes", "no")
        and entry.get("legitimate") != o.legitimate
    ):
        yield entry.get("answered_on") or o.notified_on, "judge_refusal"
    yield from _condition(work, entry, c)
    if entry.get("lease_on") is not None and (o is None or o.lease_on is None):
        yield entry.get("lease_on"), "sign_lease"


def _before_notice(work: Work, entry: Entry) -> bool:
    """Whether a row tells an answer, a proof or a lease of a day before its own notification: the year of another one, typed again."""
    notified = entry.get("notified_on")
    early = [
        column
        for column in ("proof_on", "answered_on", "lease_on")
        if notified is not None and entry.get(column) is not None and entry.get(column) < notified
    ]
    for column in early:
        day = entry.get(column)
        work.wrong(entry, "DESK_ENTRY_BEFORE", column, day=day, notified=notified)
    return bool(early)


def _condition(work: Work, entry: Entry, c: CandidateRecord) -> Iterator[tuple[date, str]]:
    """A condition settled, of a household with an offer or still waiting its turn."""
    said = entry.get("condition")
    if said is None or c.condition == SETTLED[said]:
        return
    day = entry.get("condition_on")
    if day is None:
        work.wrong(entry, "DESK_ENTRY_MISSING", "condition_on")
    else:
        yield day, f"condition_{said}"


def _act(work: Work, entry: Entry, verb: str, c: CandidateRecord) -> bool:
    """One act of a row; whether it was taken."""
    opened, actor = work.opened, work.actor
    if verb == "offer":
        sent = work.do(
            entry, "notified_on", verb,
            lambda key: commands.offer(
                opened, actor, key, c.candidate_id, notified_on=entry.get("notified_on"), proof=entry.get("proof") or "",
                proof_on=entry.get("proof_on") or (entry.get("notified_on") if entry.get("proof") else None),
            ),
            cell=lambda refused: (entry, "proof" if refused.code == "STORE_PROOF" else "notified_on"),
        )  # fmt: skip
        return sent is not None
    offer = c.offer.offer_id if c.offer is not None else 0
    on, reason = entry.get("answered_on"), entry.text("refusal_reason")
    calls: dict[str, tuple[str, Callable[[str], Receipt]]] = {
        "prove": ("proof", lambda key: commands.prove(opened, actor, key, offer, proof=entry.get("proof"), proof_on=entry.get("proof_on") or entry.get("notified_on"))),
        "accepted": ("answer", lambda key: commands.answer(opened, actor, key, offer, accepted=True, on=on)),
        "refused": ("answer", lambda key: commands.answer(opened, actor, key, offer, accepted=False, on=on, reason=reason, legitimate=entry.get("legitimate") or "to_decide")),
        "silent": ("answer", lambda key: commands.confirm_silence(opened, actor, key, offer)),
        "desisted": ("answer", lambda key: commands.desist(opened, actor, key, offer, on=on, reason=reason)),
        "judge_refusal": ("legitimate", lambda key: commands.judge_refusal(opened, actor, key, offer, legitimate=entry.get("legitimate"))),
        "condition_met": ("condition", lambda key: commands.condition_met(opened, actor, key, c.candidate_id, on=entry.get("condition_on"))),
        "condition_failed": ("condition", lambda key: commands.condition_failed(opened, actor, key, c.candidate_id, on=entry.get("condition_on"), reason="late")),
        "condition_access": ("condition", lambda key: commands.condition_failed(opened, actor, key, c.candidate_id, on=entry.get("condition_on"), reason="access")),
        "sign_lease": ("lease_on", lambda key: commands.sign_lease(opened, actor, key, offer, on=entry.get("lease_on"))),
    }  # fmt: skip
    column, act = calls[verb]
    receipt = work.do(entry, column, verb, act)
    if receipt is not None and receipt.result.get("next_candidate"):
        work.next_ranks.append(entry.text("dwelling_id"))
    return receipt is not None


def _answered(c: CandidateRecord) -> str:
    """What the household has answered so far."""
    return {"accepted": "accepted", "signed": "accepted", "condition_failed": "accepted"}.get(
        c.status, c.status
    )
