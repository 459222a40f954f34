"""A session in the store: begun from an agenda, told for its papers, its readings written into the ledger."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from optimizer.desk import messages as messages
from optimizer.desk.alike import alike
from optimizer.desk.call_list import Due, call_list
from optimizer.desk.following import local_day
from optimizer.desk.late import Described
from optimizer.desk.notices import answered, put_right
from optimizer.desk.papers.wording import Issuer, NoReply, Told, read_for
from optimizer.desk.year_end import duties_on
from optimizer.errors import AttrifluxError, Lang
from optimizer.store import commands, queries
from optimizer.store.holding import Store
from optimizer.store.law import CommissionLaw, law
from optimizer.store.messages import StoreRefused
from optimizer.store.records import (
    Actor,
    Agenda,
    CandidateRecord,
    DutyRecord,
    ItemRecord,
    NewItem,
    Receipt,
    SessionRecord,
)
from optimizer.store.states import INELIGIBLE_NOTICE, NOTICE, UNANSWERED, UNTOLD
from optimizer.store.taken import Taken, read_back
from optimizer.store.together import landlords_of, share


def begin(
    opened: Store,
    actor: Actor,
    made: Agenda,
    *,
    commission: str,
    on: date,
    hour: str = "",
    place: str = "",
    mode: Any = "in_person",
    quorum: int | None = None,
    quorum_rule: str = "",
    urgent: str = "",
    programme: str = "",
    runs: int = 1,
    without_taken: Callable[[list[Taken]], object] | None = None,
) -> str:
    """Attach the run, where it is not yet, and make the session; returns its reference.

    Dwellings that are on another agenda or let since are left off where ``without_taken`` is there to be told which.

    Raises
    ------
    AttrifluxError
        ``DESK_DWELLINGS_TAKEN``: such dwellings, all of them.
    StoreError
        No dwelling is left, an urgent session has no reason…
    """
    run = made.run
    with commands.batch(opened) as batch:
        if run.run_id not in {r.run_id for r in queries.runs(opened)}:
            with batch.step():
                commands.attach_run(
                    opened, actor, _fresh(), run_id=run.run_id, verdict=run.verdict, gap_points=run.gap_points, seed=run.seed,
                    runs=runs, case_on=run.case_on, hashes=run.hashes, chains=run.chains,
                )  # fmt: skip
        try:
            with batch.step():
                receipt = commands.new_session(
                    opened, actor, _fresh(), landlord=made.landlord, commission=commission, on=on, items=made.items, run_id=run.run_id,
                    hour=hour, place=place, mode=mode, urgent=bool(urgent), reason=urgent, programme=programme, quorum=quorum,
                    quorum_rule=quorum_rule, without_taken=without_taken is not None,
                )  # fmt: skip
        except StoreRefused as refused:
            if refused.code != "STORE_DWELLINGS_TAKEN":
                raise
            raise AttrifluxError("DESK_DWELLINGS_TAKEN", **refused.params) from refused
    if without_taken is not None:
        without_taken(read_back(receipt.result["left_off"]))
    return str(receipt.result["session_id"])


def add_late_item(opened: Store, actor: Actor, session: SessionRecord, item: NewItem, reason: str) -> Receipt:
    """Put a dwelling on an agenda that stands, with its reason."""
    return commands.add_item(opened, actor, _fresh(), session.session_id, item, reason=reason)


def add_late_name(
    opened: Store, actor: Actor, item: ItemRecord, described: Described, number: str, reason: str
) -> Receipt:
    """Put a household forward, last of a dwelling's list, with what the import knows of it."""
    position = 1 + max((c.position for c in item.candidates), default=0)
    name = described.name(item.dwelling_id, item.account, number, position=position)
    return commands.add_candidate(opened, actor, _fresh(), item.item_id, name, reason=reason)


def replace_name(
    opened: Store,
    actor: Actor,
    item: ItemRecord,
    candidate: CandidateRecord,
    reason: str,
    *,
    by: str = "",
    described: Described | None = None,
) -> Receipt:
    """Take a name off before the session; the next of the queue comes, or the household named, at the same place."""
    named = None
    if by and described is not None:
        named = dataclasses.replace(
            described.name(item.dwelling_id, item.account, by, position=candidate.position), source="late"
        )
    return commands.replace(opened, actor, _fresh(), candidate.candidate_id, reason=reason, by=named)


def give_up(
    opened: Store, actor: Actor, session_id: str, *, reason: str = "", no_quorum_at: str = ""
) -> SessionRecord:
    """Say that a session was not held: for want of a quorum at that hour, or for the reason given; the session as it stands."""
    commands.cancel(opened, actor, _fresh(), session_id, reason=reason, no_quorum_at=no_quorum_at)
    return queries.session(opened, session_id)


def take_back(
    opened: Store, actor: Actor, item: ItemRecord, candidate: CandidateRecord | None, what: str, reason: str
) -> Receipt:
    """Take back what was typed by mistake: of a household (``answer``, ``condition``, ``notification``, ``name``) or the dwelling itself.

    Raises
    ------
    AttrifluxError
        ``DESK_NOTHING_OFFERED``: the household was offered nothing there.
    StoreError
        Something rests on it already, or nothing of the kind stands.
    """
    if what == "dwelling":
        return commands.restore_item(opened, actor, _fresh(), item.item_id, reason=reason)
    assert candidate is not None, "a household's entry needs its number"
    if what == "name":
        return commands.restore_candidate(opened, actor, _fresh(), candidate.candidate_id, reason=reason)
    if what == "condition":
        return commands.correct_condition(opened, actor, _fresh(), candidate.candidate_id, reason=reason)
    if candidate.offer is None:
        raise AttrifluxError("DESK_NOTHING_OFFERED", dwelling=item.dwelling_id)
    correct = commands.correct_answer if what == "answer" else commands.correct_notification
    return correct(opened, actor, _fresh(), candidate.offer.offer_id, reason=reason)


def item_named(session: SessionRecord, dwelling: str) -> ItemRecord:
    """The dwelling of the agenda (AttrifluxError ``DESK_NO_ITEM``: it is not on it)."""
    found = session.homes.get(dwelling)
    if found is None:
        known = alike(dwelling, session.homes)
        raise AttrifluxError("DESK_NO_ITEM", name=dwelling, session=session.session_id, known=known)
    return found


def name_on(item: ItemRecord, number: str) -> CandidateRecord:
    """The household on a dwelling's list (AttrifluxError ``DESK_NO_NAME``: it is not on it)."""
    for candidate in item.candidates:
        if candidate.application_id == number:
            return candidate
    raise AttrifluxError("DESK_NO_NAME", dwelling=item.dwelling_id)


def told_of(
    opened: Store, session_id: str, lang: Lang, *, issuer: Issuer | None = None, models: Path | None = None
) -> Told:  # fmt: skip
    """A session and the law on its day, without names."""
    session = queries.session(opened, session_id)
    return Told(
        session, law(session.on, models), lang, issuer=issuer or Issuer(),
        corrections=queries.corrections(opened, session_id), noticed=_noticed(opened, session_id),
        examined_since=_examined_since(opened, session),
        put_right=frozenset(d.ref for d in queries.duties(opened, open=False) if put_right(d, session_id)),
        housed=frozenset(queries.housed(opened)), no_replies=_no_replies(opened, session_id), before=_before(opened, session), **not_held(opened, session),
    )  # fmt: skip


def _before(opened: Store, session: SessionRecord) -> tuple[SessionRecord, ...]:
    """Sessions whose minutes go with the convocation of this one, oldest first: the last one held, and every one since that people were
    convened for and that could not be held. What was signed after this one was convened was not sent with it."""
    own = [
        s
        for s in queries.sessions(opened, status=("closed", "cancelled"), commission=session.commission, items=False)
        if share(s.landlord, session.landlord) and s.order < session.order and s.convened_on is not None
        if session.convened_on is None or _signed_on(s) <= session.convened_on
    ]  # fmt: skip
    held = next((n for n, s in enumerate(own) if s.status == "closed"), len(own))
    return tuple(reversed(own[: held + 1]))


def _signed_on(session: SessionRecord) -> date:
    """The day the minutes of a session were signed; of one that could not be held, the day it was to be."""
    return session.on if session.closed_at is None else local_day(session.closed_at)


def _noticed(opened: Store, session_id: str) -> dict[str, date]:
    """Households that the session found ineligible and the day they were told so, as the duty was closed; the first of several."""
    closed = [
        (d.closed_on, d.ref)
        for d in queries.duties(opened, open=False)
        if d.kind == INELIGIBLE_NOTICE and d.session_id == session_id and d.outcome not in UNTOLD and d.closed_on is not None
    ]  # fmt: skip
    return {ref: day for day, ref in sorted(closed, reverse=True)}


def _no_replies(opened: Store, session_id: str) -> dict[str, NoReply]:
    """Notices of no answer to households of a session, the last one to each; unanswered once somebody said so."""
    return {
        d.ref: NoReply(
            d.item_id,
            d.opened_on,
            d.outcome == UNANSWERED,
            answered(d),
        )
        for d in sorted(queries.duties(opened, open=False), key=lambda d: d.duty_id)
        if d.kind == NOTICE and d.session_id == session_id
    }


def _examined_since(opened: Store, session: SessionRecord) -> dict[str, date]:
    """Households that the session found ineligible and that a later one of the landlord examined and no longer did; the first such day."""
    refs = {c.ref for i in session.items for c in i.candidates if c.status == "ineligible"}
    names = [c for ref in sorted(refs) for c in queries.history(opened, ref) if c.decision is not None]
    ids = tuple({c.session_id for c in names})
    heads = {s.session_id: s for s in queries.sessions(opened, ids=ids, status="closed", items=False)}
    days = [
        (heads[c.session_id].on, c.ref)
        for c in names
        if c.session_id in heads and c.status != "ineligible"
        if share(heads[c.session_id].landlord, session.landlord) and heads[c.session_id].order > session.order
    ]
    return {ref: day for day, ref in sorted(days, reverse=True)}


def not_held(opened: Store, session: SessionRecord) -> dict[str, Any]:
    """How a cancelled session came not to be held, and the agendas on which its dwellings stand since."""
    if session.status != "cancelled":
        return {}
    homes = [item.dwelling_id for item in session.items]
    return {
        "cancellation": queries.cancellation(opened, session.session_id),
        "moved": queries.agendas_since(opened, homes, session.on),
    }


def with_names(opened: Store, actor: Actor, told: Told) -> Told:
    """The same with the identities the desk holds; that they were read is a line of the ledger."""
    refs = sorted({c.ref for i in told.session.items for c in i.candidates})
    if not refs:
        return told
    reason = told_reason(told)
    view = commands.view_identities(
        opened, actor, _fresh(), refs=refs, reason=reason, session=told.session.session_id
    )
    people = {ref: p for ref, p in view.people.items() if p.name or p.address}
    return dataclasses.replace(told, people=people)


def told_reason(told: Told) -> str:
    """Why the names of a session are read, as the ledger keeps it."""
    return read_for(told.session.session_id, told.lang)


def due_today(
    opened: Store, rules: CommissionLaw, of: SessionRecord | None = None
) -> tuple[date, list[Due], Sequence[DutyRecord]]:
    """Today on the desk's clock, what is due, and the duties still open.

    ``of`` a session whose papers are made: what is due in its commission, as its list of calls is headed, and the duties of its
    landlords that were open when its agenda was fixed, those of a session that sat for others too as far as their own dwellings go;
    a desk holds those of others as well.
    """
    today = opened.today()
    with opened.reading():
        heads, duties = queries.sessions(opened, items=False), queries.duties(opened)
        own = {s.session_id for s in heads if of is None or share(s.landlord, of.landlord)}
        # years of sessions that are over weigh on no paper about today
        ids = tuple(sorted(own & queries.live_sessions(opened)))
        stood = duties if of is None else _open_at_the_agenda(opened, of, duties)
        also = tuple(sorted(own & {d.session_id for d in stood} - {*ids}))
        sessions, calls = queries.sessions(opened, ids=ids), queries.calls(opened, sessions=ids)
        over = queries.sessions(opened, ids=also) if also else ()
    if of is None:
        return today, call_list(sessions, rules, today, duties=duties, calls=calls), duties
    sessions, over = (tuple(_for_landlords_of(of, s) for s in found) for found in (sessions, over))
    items = {s.session_id: {None, *(i.item_id for i in s.items)} for s in (*sessions, *over)}
    here = [s for s in sessions if s.commission == of.commission]
    commission = {s.session_id for s in here}
    due = [d for d in duties if d.session_id in commission and d.item_id in items[d.session_id]]
    owed = [d for d in stood if d.item_id in items.get(d.session_id, ())]
    return today, call_list(here, rules, today, duties=due, calls=calls), owed


def _open_at_the_agenda(opened: Store, of: SessionRecord, today: Sequence[DutyRecord]) -> list[DutyRecord]:
    """Duties open on the day an agenda was fixed, whatever became of them since; of a draft, those of today.

    A session may be convened and recorded on one day: what its own decisions owe was on no agenda of its.
    """
    if of.convened_on is None:
        return [*today]
    stood = duties_on(queries.duties(opened, open=False), of.convened_on)
    return [d for d in stood if d.closed_on is None and d.session_id != of.session_id]


def _for_landlords_of(of: SessionRecord, session: SessionRecord) -> SessionRecord:
    """A session as far as it regards the landlords of another one: their dwellings alone where it sat for others too."""
    names = landlords_of(of.landlord)
    if landlords_of(session.landlord) <= names:
        return session
    items = tuple(i for i in session.items if i.facts.get("landlord") in names)
    return dataclasses.replace(session, items=items)


def logged(
    opened: Store, actor: Actor, session_id: str, what: str, files: Sequence[str], sha256: str = ""
) -> None:
    """Write into the ledger that papers of a session were made; ``sha256`` of their list, where the desk keeps them."""
    commands.log(
        opened,
        actor,
        _fresh(),
        kind="exported",
        session=session_id,
        facts={"what": what, "files": len(files)} | ({"sha256": sha256} if sha256 else {}),
    )


def _fresh() -> str:
    return uuid.uuid4().hex
