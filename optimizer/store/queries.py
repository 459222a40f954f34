"""What the desk knows, read as records. Nothing is written, and no name is read: see ``commands.view_identities`` for those."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from optimizer.store import clock as days
from optimizer.store import voting
from optimizer.store.holding import Store
from optimizer.store.ledger import last_signed
from optimizer.store.messages import StoreMissing
from optimizer.store.offering import next_candidate
from optimizer.store.records import (
    AttendanceRecord,
    CallRecord,
    CancellationRecord,
    CandidateRecord,
    CorrectionRecord,
    DecisionRecord,
    DocumentRecord,
    DutyRecord,
    EventRecord,
    GrantRecord,
    HeadRecord,
    ItemRecord,
    NewDecision,
    NominationRecord,
    OfferRecord,
    RecourseRecord,
    RectificationRecord,
    RunRecord,
    SessionRecord,
    VoteRecord,
)
from optimizer.store.states import HELD, INELIGIBLE_NOTICE, LIVE_ITEM, MISTAKEN, NOTICE
from optimizer.store.tables import Key, Row

LIVE_OFFERS = ("offered", "accepted")
NAMING = ("R", "S")
"""Roles that may record a nomination."""
CORRECTIONS = (
    "answer.corrected", "condition.corrected", "notified.corrected", "candidate.restored", "item.restored",
)  # fmt: skip
"""Lines of the ledger that take back what was typed by mistake."""


LEAVING = ("item.withdrawn", "item.void", "item.not_examined")
"""Lines of the ledger by which a dwelling leaves an agenda, or is taken back after its decision."""
CLOSING = ("duty.closed", "no_reply.confirmed")
"""Lines of the ledger by which somebody closes a duty."""


@dataclass(frozen=True)
class VotersRecord:
    """Who votes on one dwelling, how many voices are there, how many are needed."""

    members: tuple[AttendanceRecord, ...]
    present: int
    quorum: int

    @property
    def reached(self) -> bool:
        return self.present >= self.quorum


def session(store: Store, session_id: str) -> SessionRecord:
    """A session with everything below it. Raises StoreMissing."""
    with store.reading():
        return _sessions(store, [_row(store, "session", session_id)], items=True)[0]


def sessions(
    store: Store,
    *,
    status: str | tuple[str, ...] | None = None,
    commission: str | None = None,
    ids: tuple[str, ...] | None = None,
    items: bool = True,
) -> tuple[SessionRecord, ...]:
    """Sessions, newest first; ``ids`` names the only ones wanted, ``items=False`` leaves their agenda out."""
    equal: dict[str, Any] = {} if ids is None else {"session_id": ids}
    if status is not None:
        equal["status"] = status
    if commission is not None:
        equal["commission"] = commission
    with store.reading():
        found = _sessions(store, store.tables.find("session", **equal), items)
        return tuple(sorted(found, key=lambda s: s.order, reverse=True))


def agendas(store: Store) -> Mapping[str, Mapping[str, int]]:
    """Session -> how many of its dwellings are in each state, read without its frozen facts."""
    found: dict[str, dict[str, int]] = {}
    for session, state in store.tables.models["item"].objects.values_list("session_id", "status"):
        states = found.setdefault(session, {})
        states[state] = states.get(state, 0) + 1
    return found


def agendas_since(store: Store, dwellings: Iterable[str], since: date) -> Mapping[str, date]:
    """Dwelling -> day of the first session, on ``since`` or after, that has it on its agenda and has not taken it off."""
    rows = store.tables.find("item", dwelling_id=tuple(dwellings))
    kept = [r for r in rows if r["status"] != "not_examined"]
    found = store.tables.find("session", session_id=tuple({r["session_id"] for r in kept}))
    days = {r["session_id"]: r["on"] for r in found if r["on"] >= since}
    first: dict[str, date] = {}
    for row in kept:
        day = days.get(row["session_id"])
        if day is not None:
            first[row["dwelling_id"]] = min(first.get(row["dwelling_id"], day), day)
    return first


def item(store: Store, item_id: int) -> ItemRecord:
    """A dwelling of an agenda with its candidates. Raises StoreMissing."""
    with store.reading():
        return _items(store, [_row(store, "item", item_id)])[0]


def candidate(store: Store, candidate_id: int) -> CandidateRecord:
    """A household put forward for a dwelling. Raises StoreMissing."""
    row = _row(store, "candidate", candidate_id)
    of = _row(store, "item", row["item_id"])
    return _candidates(store, [row], {of["item_id"]: of})[0]


def history(store: Store, ref: str) -> tuple[CandidateRecord, ...]:
    """Every candidature of a household, oldest first."""
    rows = store.tables.find("candidate", ref=ref)
    return tuple(_candidates(store, rows, _by(store, "item", "item_id", [r["item_id"] for r in rows])))


def candidatures_of(store: Store, number: str) -> tuple[CandidateRecord, ...]:
    """Every candidature of the household of a unique number, oldest first; none where the desk has never met it."""
    found = store.tables.find("person", application_id=number)
    return history(store, found[0]["ref"]) if found else ()


def offer(store: Store, offer_id: int) -> OfferRecord:
    """An offer. Raises StoreMissing."""
    return _offers(store, [_row(store, "offer", offer_id)])[0]


def offers(store: Store, *, live: bool = True) -> tuple[OfferRecord, ...]:
    """Offers that wait for an answer, a condition or a lease (or all), oldest first."""
    return tuple(_offers(store, store.tables.find("offer", **({"status": LIVE_OFFERS} if live else {}))))


def housed(store: Store) -> Mapping[str, date]:
    """Unique number -> day of the lease, of the households that signed one at this desk, whatever the landlord or the commission."""
    with store.reading():
        signed = store.tables.find("offer", status="signed")
        named = numbers(store, (row["ref"] for row in signed))
    return {named[row["ref"]]: row["lease_on"] for row in signed if named.get(row["ref"])}


def next_to_offer(store: Store, item_id: int) -> int | None:
    """Candidate whose turn it is, None while an offer is live or when no rank is left."""
    found = next_candidate(store.tables, item_id)
    return None if found is None else int(found["candidate_id"])


def voters(store: Store, item_id: int, hour: str = "") -> VotersRecord:
    """Members who vote on that dwelling and are there (at ``hour``, ``HH:MM``, where it is known)."""
    row = _row(store, "item", item_id)
    of = _row(store, "session", row["session_id"])
    there = voting.voters(
        store.tables.find("attendance", session_id=row["session_id"], active=True),
        row,
        voting.voices(of["on"]),
        hour,
        voting.began(of),
    )
    return VotersRecord(tuple(_attendance(r) for r in there), len(there), voting.quorum(of))


def calls(
    store: Store, *, sessions: Iterable[str] | None = None, item: int | None = None
) -> tuple[CallRecord, ...]:
    """Calls, oldest first; about dwellings of ``sessions`` alone where they are named."""
    if item is not None:
        return tuple(CallRecord(**row) for row in store.tables.find("call", item_id=item))
    if sessions is None:
        return tuple(CallRecord(**row) for row in store.tables.find("call"))
    rows = (
        store.tables.models["call"].objects.filter(item__session_id__in=tuple(sessions)).order_by("call_id")
    )
    return tuple(CallRecord(**row) for row in rows.values())


def live_sessions(store: Store) -> frozenset[str]:
    """Sessions in which a dwelling or a duty is still open, or a refusal still to be judged: nothing is due of the others."""
    tables = store.tables
    items = tables.models["item"].objects
    rows = items.filter(status__in=LIVE_ITEM).values_list("session_id", flat=True)
    refusals = tables.find("offer", status="refused", legitimate="to_decide")
    # nothing is left to judge of a household that was erased
    known = numbers(store, (r["ref"] for r in refusals))
    to_judge = tuple({r["item_id"] for r in refusals if known.get(r["ref"])})
    judged = items.filter(item_id__in=to_judge).values_list("session_id", flat=True)
    return frozenset({*rows, *judged} | {d.session_id for d in duties(store)})


def duties(store: Store, *, open: bool = True) -> tuple[DutyRecord, ...]:
    """What is owed: a suitable offer, a radiation to enter, a signal to the préfet…"""
    with store.reading():
        rows = store.tables.find("duty", **({"closed_on": None} if open else {}))
        noted = _noted(store, rows)
    return tuple(
        DutyRecord(**{**row, "session_id": row["session_id"] or ""}, recorded_on=noted.get(row["duty_id"]))
        for row in rows
    )


def _noted(store: Store, rows: Iterable[Row]) -> dict[int, date]:
    """Notices of radiation that were sent or left without an answer -> the day that was recorded, as the ledger tells it."""
    kinds = (INELIGIBLE_NOTICE, NOTICE)
    sent = {r["duty_id"]: r["ref"] for r in rows if r["kind"] in kinds and r["closed_on"]}
    if not sent:
        return {}
    lines = store.tables.models["event"].objects.filter(kind__in=CLOSING, ref__in=sorted({*sent.values()}))
    return {
        key: days.today(line["at"])
        for line in lines.order_by("seq").values("at", "payload")
        for table, _, key, _ in json.loads(line["payload"])["rows"]
        if table == "duty" and key in sent
    }


def recourses(store: Store, *, open: bool = True) -> tuple[RecourseRecord, ...]:
    rows = store.tables.find("recourse", **({"closed_on": None} if open else {}))
    return tuple(RecourseRecord(**row) for row in rows)


def nominations(store: Store, *, account: str | None = None) -> tuple[NominationRecord, ...]:
    """Households that réservataires named."""
    rows = store.tables.find("nomination", **({} if account is None else {"account": account}))
    known = numbers(store, [r["ref"] for r in rows])
    served: dict[tuple[str, str], list[Row]] = {}
    for grant in store.tables.find("grant", role=NAMING):
        own = grant["account"] if grant["role"] == "R" else ""
        served.setdefault((grant["user"], own), []).append(grant)
    today = store.today()

    def landlords(row: Row) -> tuple[str, ...]:
        # who holds one account with a landlord and another one with the next names for neither on the other's
        by = row["by"]
        held = served.get((by, row["account"])) or served.get((by, "")) or []
        # a role given by mistake and taken back opens no other landlord's desk; one ended since stands behind what was named under it
        named = days.today(row["at"])
        in_force = [g for g in held if _in_force(g, named) or _in_force(g, today)]
        return tuple(sorted({g["landlord"] for g in in_force or held}))

    return tuple(
        NominationRecord(application_id=known.get(row["ref"], ""), landlords=landlords(row), **row)
        for row in rows
    )


def _in_force(grant: Row, day: date) -> bool:
    return bool(grant["since"] <= day and (grant["until"] is None or day <= grant["until"]))


def run(store: Store, run_id: str) -> RunRecord:
    """A verified run. Raises StoreMissing."""
    return RunRecord(**_row(store, "run", run_id))


def runs(store: Store) -> tuple[RunRecord, ...]:
    """Verified runs, newest first."""
    rows = sorted(store.tables.find("run"), key=lambda r: r["attached_at"], reverse=True)
    return tuple(RunRecord(**row) for row in rows)


def grants(store: Store, *, user: str | None = None, on: date | None = None) -> tuple[GrantRecord, ...]:
    """What accounts may do; with ``on``, only the grants in force that day."""
    rows = store.tables.find("grant", **({} if user is None else {"user": user}))
    found = (GrantRecord(**row) for row in rows)
    return tuple(g for g in found if on is None or (g.since <= on and (g.until is None or on <= g.until)))


def examined_at(store: Store, session: str) -> dict[str, str]:
    """Dwellings that a session voted -> ``HH:MM`` at which each was last said to be examined; empty where nobody said."""
    lines = events(store, session=session, kinds=("decided", "item.decided"))
    return {line.dwelling_id: str(line.payload["facts"].get("hour", "")) for line in lines}


def events(
    store: Store,
    *,
    since: int = 0,
    until: int | None = None,
    session: str | None = None,
    ref: str | None = None,
    kinds: tuple[str, ...] | None = None,
    actor: str | None = None,
    dwelling: str | None = None,
    on: date | None = None,
    own: Collection[str] | None = None,
    limit: int | None = None,
    payloads: bool = True,
) -> tuple[EventRecord, ...]:
    """Lines of the ledger after ``since`` and before ``until``, in order; with ``limit``, the last ones; without ``payloads``, their heads alone.

    ``on``: of that day in Paris and of the days before; ``own``: of these sessions, and of no session and no dwelling.
    """
    query = store.tables.models["event"].objects.filter(seq__gt=since)
    if until is not None:
        query = query.filter(seq__lt=until)
    if session is not None:
        query = query.filter(session=session)
    if ref is not None:
        query = query.filter(ref=ref)
    if kinds is not None:
        query = query.filter(kind__in=kinds)
    if actor is not None:
        query = query.filter(actor__in=_alike(store, "actor", actor))
    if dwelling is not None:
        query = query.filter(dwelling__in=_alike(store, "dwelling", dwelling))
    if on is not None:
        query = query.filter(at__lt=datetime.combine(on + timedelta(days=1), time(), days.PARIS))
    query = query.filter(_within(own))
    columns = () if payloads else tuple(f.attname for f in query.model._meta.fields if f.attname != "payload")
    named = query.values(*columns)
    rows = list(named.order_by("-seq")[:limit] if limit else named.order_by("seq"))
    if limit:
        rows.reverse()
    return tuple(
        EventRecord(
            seq=r["seq"], at=r["at"], actor=r["actor"], role=r["role"], kind=r["kind"], session_id=r["session"],
            dwelling_id=r["dwelling"], ref=r["ref"], payload=json.loads(r["payload"]) if payloads else {}, commitment=r["commitment"],
            command_id=r["command_id"], prev=r["prev"], hash=r["hash"],
        )
        for r in rows
    )  # fmt: skip


def _alike(store: Store, column: str, typed: str) -> list[str]:
    """What lines of the ledger hold in a column that is the text typed but for its capitals, which a file and a server fold differently."""
    known = store.tables.models["event"].objects.values_list(column, flat=True).distinct()
    return [text for text in known if text.casefold() == typed.casefold()]


def event_kinds(store: Store, own: Collection[str] | None = None) -> tuple[str, ...]:
    """Every kind of line that the ledger holds; ``own`` as in :func:`events`."""
    lines = store.tables.models["event"].objects.filter(_within(own))
    return tuple(lines.order_by("kind").values_list("kind", flat=True).distinct())


def _within(own: Collection[str] | None) -> Any:
    from django.db.models import Q  # a desk that is not opened needs no Django

    return Q() if own is None else Q(session__in=sorted(own)) | Q(session="", dwelling="")


def corrections(store: Store, session: str) -> tuple[CorrectionRecord, ...]:
    """What was taken back in a session and after it, oldest first."""
    lines = events(store, session=session, kinds=CORRECTIONS)
    texts = _by(store, "remark", "remark_id", [reason_key(e.seq) for e in lines])
    return tuple(
        CorrectionRecord(
            e.seq, e.kind, e.at, e.actor, e.dwelling_id, e.ref, e.payload["facts"]["was"],
            texts.get(reason_key(e.seq), {}).get("text", ""),
        )
        for e in lines
    )  # fmt: skip


def cancellation(store: Store, session: str) -> CancellationRecord | None:
    """How a session came not to be held; None where it was not cancelled."""
    for line in events(store, session=session, kinds=("session.cancelled",)):
        before = stood_before(store, session, lambda e: e.kind == "session.cancelled")
        listed = frozenset(key for key, status in before.items() if status == "listed")
        found = line.payload["facts"].get("no_quorum", {})
        return CancellationRecord(line.at, line.actor, listed, **found, urgency=_urgency(store, session))
    return None


def _urgency(store: Store, session: str) -> str:
    """The reason an urgent session was made with, from the line of the ledger that made it."""
    made = [
        columns
        for line in events(store, session=session, kinds=("session.new",))
        for table, _, key, columns in line.payload["rows"]
        if table == "session" and key == session
    ]
    return next((str(columns["reason"]) for columns in made if columns["urgent"]), "")


def stood_before(store: Store, session: str, wanted: Callable[[EventRecord], bool]) -> dict[int, str]:
    """Names that the last ``wanted`` line of a session moved -> where each stood before it. Read from the ledger."""
    now: dict[int, str] = {}
    left: dict[int, str] = {}
    for event in events(store, session=session):
        moved = {
            key: columns["status"]
            for table, _, key, columns in event.payload["rows"]
            if table == "candidate" and "status" in columns
        }
        if wanted(event):
            left = {key: now[key] for key in moved}
        now |= moved
    return left


def reason_key(seq: int) -> str:
    """Where the reason typed for this line of the ledger is kept: of a correction, of a look at a household."""
    return f"correction:{seq}"


def typed_reasons(store: Store, lines: Iterable[EventRecord]) -> Mapping[int, str]:
    """Line of the ledger -> the reason that was typed for it and that has not been erased."""
    texts = _by(store, "remark", "remark_id", [reason_key(line.seq) for line in lines])
    return {line.seq: texts[key]["text"] for line in lines if (key := reason_key(line.seq)) in texts}


def head(store: Store) -> HeadRecord | None:
    """The last signed head of the ledger."""
    return last_signed(store)


def numbers(store: Store, refs: Iterable[str]) -> Mapping[str, str]:
    """Reference -> unique number, of households that are not erased."""
    wanted = list(set(refs))
    rows = store.tables.models["person"].objects.filter(ref__in=wanted)
    return dict(rows.values_list("ref", "application_id"))


def people_of(store: Store, session: str) -> list[tuple[str, str, str]]:
    """Reference, unique number and name of everybody on the lists of a session, for the commands' own checks.

    One question of three short columns: the frozen facts of its agenda weigh a thousand times what is asked here.
    """
    models = store.tables.models
    there = models["candidate"].objects.filter(item__session_id=session).values("ref")
    rows = models["person"].objects.filter(ref__in=there).order_by("ref")
    return list(rows.values_list("ref", "application_id", "name"))


# ---------------------------------------------------------------- rows into records


def _row(store: Store, table: str, key: Key) -> Row:
    row = store.tables.get(table, key)
    if row is None:
        raise StoreMissing("STORE_NO_SUCH", what=table, key=str(key))
    return row


def _by(store: Store, table: str, column: str, values: Iterable[Any]) -> dict[Any, Row]:
    return {row[column]: row for row in store.tables.find(table, **{column: tuple(set(values))})}


def _grouped(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return groups


def _sessions(store: Store, rows: list[Row], items: bool) -> list[SessionRecord]:
    ids = tuple(row["session_id"] for row in rows)
    agendas: dict[Any, list[ItemRecord]] = {}
    if items:
        wanted = sorted(
            store.tables.find("item", session_id=ids), key=lambda r: (r["position"], r["item_id"])
        )
        for record in _items(store, wanted):
            agendas.setdefault(record.session_id, []).append(record)
    there = _grouped(store.tables.find("attendance", session_id=ids, active=True), "session_id")
    rectified = _grouped(store.tables.find("rectification", session_id=ids), "session_id")
    made_by = _by(store, "run", "run_id", [row["run_id"] for row in rows])
    found = []
    for row in rows:
        key = row["session_id"]
        known = {
            k: v for k, v in row.items() if k not in ("run_id", "recipients", "changed_by", "changed_at")
        }
        found.append(
            SessionRecord(
                **known | {"quorum": voting.quorum(row), "quorum_assumed": voting.quorum_assumed(row)},
                run=RunRecord(**made_by[row["run_id"]]) if row["run_id"] in made_by else None,
                recipients=tuple(row["recipients"]),
                items=tuple(agendas.get(key, ())),
                attendance=tuple(_attendance(r) for r in there.get(key, ())),
                rectifications=tuple(_rectification(store, r) for r in rectified.get(key, ())),
            )
        )
    return found


def _attendance(row: Row) -> AttendanceRecord:
    known = {k: v for k, v in row.items() if k not in ("attendance_id", "active", "recused")}
    return AttendanceRecord(**known, recused=tuple(row["recused"]))


def _rectification(store: Store, row: Row) -> RectificationRecord:
    items = [r["item_id"] for r in store.tables.find("item", session_id=row["session_id"])]
    rows = store.tables.find("decision", item_id=tuple(items), rectification=row["number"])
    signed = [(_corrected(store, r, row["session_id"]), r) for r in rows]
    notes = _by(store, "note", "decision_id", [r["decision_id"] for pair in signed for r in pair])
    decisions = tuple(
        NewDecision(
            r["candidate_id"], r["kind"], r["rank"], r["document"], r["due_on"], r["motive"],
            notes.get(r["decision_id"], {}).get("sentence", ""),
        )
        for r in rows
    )  # fmt: skip
    remark = store.tables.get("remark", f"rectification:{row['rectification_id']}") or {}
    return RectificationRecord(
        row["session_id"], row["number"], remark.get("text", ""), row["prepared_by"], row["prepared_at"],
        row["signed_by"], row["signed_at"], decisions,
        tuple((_decision(was, notes), _decision(now, notes)) for was, now in signed),
    )  # fmt: skip


def _corrected(store: Store, row: Row, session: str) -> Row:
    """The decision that one of a rectificatif takes the place of: the last that was ever in force before it."""
    closed = _row(store, "session", session)["closed_at"]
    before = [
        r
        for r in store.tables.find("decision", candidate_id=row["candidate_id"])
        # after the signature, one of no rectificatif was prepared and let go: it was never in force
        if r["revision"] < row["revision"] and (r["rectification"] is not None or r["decided_at"] <= closed)
    ]
    return max(before, key=lambda r: r["revision"])


def _items(store: Store, rows: list[Row]) -> list[ItemRecord]:
    ids = tuple(row["item_id"] for row in rows)
    by_id = {row["item_id"]: row for row in rows}
    names = sorted(
        store.tables.find("candidate", item_id=ids), key=lambda r: (r["position"], r["candidate_id"])
    )
    candidates: dict[int, list[CandidateRecord]] = {}
    for record in _candidates(store, names, by_id):
        candidates.setdefault(record.item_id, []).append(record)
    votes = _by(store, "vote", "item_id", ids)
    remarks = _by(store, "remark", "remark_id", [f"item:{key}" for key in ids])
    left = _left(store, rows)
    return [
        ItemRecord(
            **row,
            departure=remarks.get(f"item:{row['item_id']}", {}).get("text", ""),
            candidates=tuple(candidates.get(row["item_id"], ())),
            vote=VoteRecord(**votes[row["item_id"]]) if row["item_id"] in votes else None,
            left_at=left.get((row["session_id"], row["dwelling_id"])),
        )
        for row in rows
    ]


def _left(store: Store, rows: Iterable[Row]) -> dict[tuple[str, str], datetime]:
    """(session, dwelling) -> when it was withdrawn or taken off, of those that were."""
    gone = {(r["session_id"], r["dwelling_id"]) for r in rows if r["status"] in ("withdrawn", "not_examined")}
    if not gone:
        return {}
    lines = store.tables.models["event"].objects.filter(
        kind__in=LEAVING, session__in=sorted({session for session, _ in gone})
    )
    told = lines.order_by("seq").values_list("session", "dwelling", "at")
    return {(session, home): at for session, home, at in told if (session, home) in gone}


def _candidates(store: Store, rows: list[Row], items: Mapping[Any, Row]) -> list[CandidateRecord]:
    ids = tuple(row["candidate_id"] for row in rows)
    known = numbers(store, [row["ref"] for row in rows])
    dossiers = _by(store, "dossier", "candidate_id", ids)
    papers = _grouped(store.tables.find("document", candidate_id=ids), "candidate_id")
    decisions = {r["candidate_id"]: r for r in store.tables.find("decision", candidate_id=ids, current=True)}
    notes = _by(store, "note", "decision_id", [r["decision_id"] for r in decisions.values()])
    made = [o for o in store.tables.find("offer", candidate_id=ids) if o["end_reason"] != MISTAKEN]
    last = {record.candidate_id: record for record in _offers(store, made)}
    failures = _failures(store, rows, items, last)
    found = []
    for row in rows:
        key = row["candidate_id"]
        dossier = dossiers.get(key, {})
        decision = decisions.get(key)
        found.append(
            CandidateRecord(
                candidate_id=key,
                item_id=row["item_id"],
                session_id=items[row["item_id"]]["session_id"],
                dwelling_id=items[row["item_id"]]["dwelling_id"],
                ref=row["ref"],
                application_id=known.get(row["ref"], ""),
                position=row["position"],
                status=row["status"],
                source=row["source"],
                checks=row["checks"],
                reason=dossier.get("reason", ""),
                facts=dossier.get("facts", {}),
                reasons=tuple(dossier.get("reasons", ())),
                call=row["call"],
                condition=row["condition"],
                condition_on=row["condition_on"],
                condition_reason=row["condition_reason"] or failures.get(key, ""),
                documents=tuple(
                    DocumentRecord(key, r["document"], r["asked_on"], r["received_on"])
                    for r in papers.get(key, ())
                ),
                decision=None if decision is None else _decision(decision, notes),
                offer=last.get(key),
            )
        )
    return found


def _failures(
    store: Store, rows: list[Row], items: Mapping[Any, Row], last: Mapping[int, OfferRecord]
) -> dict[int, str]:
    """Why the conditions failed that were recorded before their row kept it: as the offer or the line of the ledger tells it."""
    silent = [r for r in rows if r["condition"] == "failed" and r["condition_reason"] is None]
    if not silent:
        return {}
    lines = store.tables.models["event"].objects.filter(
        kind="condition.failed", ref__in=sorted({r["ref"] for r in silent})
    )
    told = {
        (e["session"], e["dwelling"], e["ref"]): str(json.loads(e["payload"])["facts"].get("reason", ""))
        for e in lines.order_by("seq").values("session", "dwelling", "ref", "payload")
    }
    found = {}
    for row in silent:
        of, offer = items[row["item_id"]], last.get(row["candidate_id"])
        line = told.get((of["session_id"], of["dwelling_id"], row["ref"]), "")
        found[row["candidate_id"]] = offer.end_reason if offer is not None and offer.end_reason else line
    return found


def _decision(row: Row, notes: Mapping[Any, Row]) -> DecisionRecord:
    known = {k: v for k, v in row.items() if k not in ("decision_id", "pending")}
    return DecisionRecord(**known, sentence=notes.get(row["decision_id"], {}).get("sentence", ""))


def _offers(store: Store, rows: list[Row]) -> list[OfferRecord]:
    items = _by(store, "item", "item_id", [r["item_id"] for r in rows])
    ids = tuple(r["candidate_id"] for r in rows)
    candidates = _by(store, "candidate", "candidate_id", ids)
    decisions = {r["candidate_id"]: r for r in store.tables.find("decision", candidate_id=ids, current=True)}
    live = store.tables.find("offer", ref=tuple({r["ref"] for r in rows}), status=HELD) if rows else []
    holding = _grouped(live, "ref")
    found = []
    for row in rows:
        item, candidate = items[row["item_id"]], candidates[row["candidate_id"]]
        decision = decisions.get(row["candidate_id"], {})
        known = {k: v for k, v in row.items() if k not in ("proof_day", "deadline_day")}
        found.append(
            OfferRecord(
                **known,
                session_id=item["session_id"],
                dwelling_id=item["dwelling_id"],
                document=decision.get("document", ""),
                due_on=decision.get("due_on"),
                condition=candidate["condition"],
                condition_on=candidate["condition_on"],
                other_live=any(
                    o["offer_id"] != row["offer_id"] and o["status"] in LIVE_OFFERS
                    for o in holding.get(row["ref"], ())
                ),
            )
        )
    return found
