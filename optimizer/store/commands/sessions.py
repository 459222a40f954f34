"""Sessions: from a verified run to a signed procès-verbal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from optimizer.errors import Said
from optimizer.store import agenda, taken, voting
from optimizer.store import clock as days
from optimizer.store.clock import hour_at, minute_of
from optimizer.store.commands.heads import sign_head
from optimizer.store.commands.outcomes import of_one_mind, settle_duties, settle_items
from optimizer.store.holding import Store
from optimizer.store.messages import StoreConflict, StoreRefused
from optimizer.store.offering import ranked
from optimizer.store.people import touch
from optimizer.store.queries import session as read_session
from optimizer.store.records import Actor, Mode, NewItem, Receipt
from optimizer.store.states import POSITIVE, WITHDRAWN
from optimizer.store.tables import Row
from optimizer.store.together import landlords_of, still_named
from optimizer.store.work import TEXT, Work, clean, command, hour_of, named

MODES = ("in_person", "remote", "mixed")
WORDS = 200


@command("run.attached", roles="S")
def attach_run(
    work: Work,
    *,
    run_id: str,
    verdict: str,
    case_on: date,
    gap_points: str = "",
    seed: str = "",
    runs: int = 1,
    hashes: Mapping[str, str] | None = None,
    chains: int = 0,
) -> Mapping[str, Any]:
    """Keep a verified run, so that an agenda may rest on it. ``verdict``: ``certified`` or ``within``; ``chains`` as it was asked."""
    if verdict not in ("certified", "within"):
        raise StoreRefused("STORE_NEEDS_RUN")
    if work.store.tables.get("run", run_id) is not None:
        return {"run_id": run_id}
    row = work.put(
        "run",
        run_id=named(run_id, 80, "run_id"),
        verdict=verdict,
        gap_points=clean(gap_points, 40, "gap_points"),
        seed=clean(seed, WORDS, "seed"),
        runs=int(runs),
        case_on=case_on,
        hashes=dict(hashes or {}),
        chains=int(chains),
        attached_at=work.now,
        attached_by=work.actor.name,
    )
    return {"run_id": row["run_id"]}


@command("session.new", roles="S")
def new_session(
    work: Work,
    *,
    landlord: str,
    commission: str,
    on: date,
    items: Sequence[NewItem],
    run_id: str | None = None,
    hour: str = "",
    place: str = "",
    mode: Mode = "in_person",
    urgent: bool = False,
    reason: str = "",
    programme: str = "",
    quorum: int | None = None,
    quorum_rule: str = "",
    without_taken: bool = False,
) -> Mapping[str, Any]:
    """A draft with its agenda. Without ``quorum`` the value of ``national.commission.quorum`` counts.

    Dwellings that another agenda holds, or let since the proposal, are refused all at once (``STORE_DWELLINGS_TAKEN``, ``taken``);
    with ``without_taken`` they are left off instead: ``result["left_off"]``, and so is a landlord that has no other dwelling there.
    """
    if mode not in MODES:
        raise StoreRefused("STORE_OUTSIDE", what="mode", found=mode)
    reason = work.reason(reason, needed=urgent)
    if run_id is not None:
        work.get("run", run_id)
    left_off = taken.all_taken(work, landlord.strip(), items)
    lost = {one.dwelling for one in left_off}
    kept = [new for new in items if new.dwelling_id.strip() not in lost]
    if left_off and not (without_taken and kept):
        code = "STORE_NONE_LEFT" if without_taken else "STORE_DWELLINGS_TAKEN"
        raise StoreRefused(code, n=len(left_off), names=taken.taken_words(left_off), taken=tuple(left_off))
    work.session = _session_id(work, on)
    row = work.put(
        "session",
        session_id=work.session,
        landlord=named(still_named(landlord.strip(), items, kept), WORDS, "bailleur"),
        commission=named(commission, WORDS, "commission"),
        on=on,
        hour=clean(hour, 20, "heure"),
        place=clean(place, WORDS, "lieu"),
        mode=mode,
        status="draft",
        version=1,
        urgent=bool(urgent),
        reason=reason,
        programme=clean(programme, WORDS, "programme"),
        run_id=run_id,
        agenda_hash="",
        convened_on=None,
        recipients=[],
        quorum=quorum,
        quorum_rule=clean(quorum_rule, TEXT, "quorum"),
        opened_at=None,
        closed_at=None,
        sat_from=None,
        sat_to=None,
        prepared_by=work.actor.name,
        signed_by="",
        one_person=False,
        signed_seq=None,
        signed_hash="",
        signed_with="",
        changed_by=work.actor.name,
        changed_at=work.now,
    )
    item_ids: dict[str, int] = {}
    candidate_ids: dict[str, list[int]] = {}
    for position, new in enumerate(kept, 1):
        made, names = agenda.add_item(
            work, row, new if new.programme else replace(new, programme=programme), position
        )
        item_ids[made["dwelling_id"]] = made["item_id"]
        candidate_ids[made["dwelling_id"]] = names
    made_of = {"session_id": work.session, "item_ids": item_ids, "candidate_ids": candidate_ids}
    return made_of | {"left_off": taken.kept(left_off)}


def _session_id(work: Work, on: date) -> str:
    same = {row["session_id"] for row in work.find("session", on=on)}
    if (first := on.isoformat()) not in same:
        return first
    return next(name for n in range(2, 1000) if (name := f"{first}-{n}") not in same)


@command("session.edited", roles="S")
def edit_session(
    work: Work,
    session: str,
    *,
    on: date | None = None,
    hour: str | None = None,
    place: str | None = None,
    mode: Mode | None = None,
    quorum: int | None = None,
    quorum_rule: str | None = None,
    version: int | None = None,
) -> Mapping[str, Any]:
    """Change what is given: ``on`` and ``mode`` of a draft; the rest until the session opens."""
    row = _session(work, session, ("draft", "convened"), version)
    changes: dict[str, Any] = {}
    if on is not None or mode is not None:
        work.require("session", row["status"], ("draft",))
    if on is not None:
        changes["on"] = on
    if mode is not None:
        if mode not in MODES:
            raise StoreRefused("STORE_OUTSIDE", what="mode", found=mode)
        changes["mode"] = mode
    if hour is not None:
        changes["hour"] = clean(hour, 20, "heure")
    if place is not None:
        changes["place"] = clean(place, WORDS, "lieu")
    if quorum is not None:
        changes["quorum"] = int(quorum)
    if quorum_rule is not None:
        changes["quorum_rule"] = clean(quorum_rule, TEXT, "quorum")
    work.bump("session", row, **changes)
    return {"version": row["version"]}


@command("session.item_added", roles="S")
def add_item(
    work: Work, session: str, item: NewItem, *, reason: str, version: int | None = None
) -> Mapping[str, Any]:
    """Put a late dwelling on the agenda, with its reason: one of a landlord that the session sits for, where its dwellings say theirs."""
    row = _session(work, session, ("draft", "convened", "open"), version)
    there = work.find("item", session_id=session)
    own, whose = {i["facts"].get("landlord") for i in there}, item.facts.get("landlord")
    if whose and whose not in own and own == landlords_of(row["landlord"]):
        raise StoreRefused(
            "STORE_DWELLING_OTHERS", dwelling=item.dwelling_id, landlord=whose, own=row["landlord"]
        )
    last = max((i["position"] for i in there), default=0)
    made, names = agenda.add_item(work, row, item, last + 1, work.reason(reason))
    work.dwelling = made["dwelling_id"]
    work.bump("session", row)
    return {"item_id": made["item_id"], "candidate_ids": names}


@command("session.convened", roles="S")
def convene(
    work: Work,
    session: str,
    *,
    recipients: Sequence[str],
    checks: Mapping[int, str],
    version: int | None = None,
) -> Mapping[str, Any]:
    """Freeze the agenda and convene. ``checks``: what the new check of each listed candidate found, empty = still in order."""
    row = _session(work, session, ("draft",), version)
    if row["run_id"] is None and not row["urgent"]:
        raise StoreRefused("STORE_NEEDS_RUN")
    if not work.find("item", session_id=session, status="listed"):
        raise StoreRefused("STORE_NO_ITEM")
    _checked(work, session, "convened", checks)
    frozen = agenda.agenda_digest(work, session)
    work.bump(
        "session",
        row,
        status="convened",
        convened_on=work.today,
        agenda_hash=frozen,
        recipients=[named(name, WORDS, "destinataire") for name in recipients],
    )
    return {"agenda_hash": frozen, "version": row["version"]}


@command("session.opened", roles="SP")
def open_session(
    work: Work, session: str, *, checks: Mapping[int, str], hour: str = "", version: int | None = None
) -> Mapping[str, Any]:
    """Open, once the quorum is there (at ``hour``, ``HH:MM``, where it is known); candidates are checked again."""
    row = _session(work, session, ("convened",), version)
    for other in work.find("session", landlord=row["landlord"], commission=row["commission"], status="open"):
        raise StoreRefused("STORE_SESSION_OPEN", session=other["session_id"])
    members = work.find("attendance", session_id=session, active=True)
    there = voting.present(members, voting.voices(row["on"]), hour, voting.began(row))
    if there < (needed := voting.quorum(row)):
        raise StoreRefused("STORE_NO_QUORUM", present=there, quorum=needed)
    _checked(work, session, "open", checks)
    work.bump("session", row, status="open", opened_at=work.now)
    return {"present": there, "quorum": needed, "version": row["version"]}


def _checked(work: Work, session: str, stage: str, checks: Mapping[int, str]) -> None:
    names = agenda.listed(work, session)
    missing = [c for c in names if c["candidate_id"] not in checks]
    if missing:
        raise StoreRefused("STORE_CHECK_MISSING", count=len(missing))
    for row in names:
        found = clean(checks[row["candidate_id"]], 60, "contrôle")
        work.set("candidate", row["candidate_id"], checks=row["checks"] | {stage: found})


@command("session.cancelled", roles="S")
def _cancel(
    work: Work, session: str, *, reason: str = "", no_quorum_at: str = "", version: int | None = None
) -> Mapping[str, Any]:
    row = _session(work, session, ("draft", "convened"), version)
    hour = hour_of(no_quorum_at, Said("constat", "established at"))
    reason = work.reason(reason, needed=not hour)
    if hour:
        work.facts["no_quorum"] = _no_quorum(work, row, hour)
    for item in work.find("item", session_id=session, status="listed"):
        drop_item(work, item, "quorum" if hour else "cancelled")
    work.bump("session", row, status="cancelled", reason=reason)
    return {"convened": row["convened_on"] is not None, "version": row["version"]}


def _no_quorum(work: Work, session: Row, hour: str) -> Mapping[str, Any]:
    """What was counted at the hour at which a convened session was found unable to sit."""
    work.require("session", session["status"], ("convened",))
    # on the day itself nobody has counted yet at an hour that has not come; afterwards any hour of that day may be told
    if work.today == session["on"] and minute_of(hour) > minute_of(hour_at(work.now)):
        raise StoreRefused("STORE_HOUR_TO_COME", hour=hour)
    members = work.find("attendance", session_id=work.session, active=True)
    if not members:
        raise StoreRefused("STORE_NO_ATTENDANCE")
    there = voting.present(members, voting.voices(session["on"]), hour, voting.began(session))
    needed = voting.quorum(session)
    if there >= needed:
        raise StoreRefused("STORE_QUORUM_THERE", present=there, quorum=needed)
    return {"hour": hour, "present": there, "quorum": needed}


def cancel(
    store: Store,
    actor: Actor,
    command_id: str,
    session: str,
    *,
    reason: str = "",
    no_quorum_at: str = "",
    version: int | None = None,
) -> Receipt:
    """Give up a session that was not opened; its dwellings may go on another agenda.

    With ``no_quorum_at`` (``HH:MM``) it was convened and could not sit: the voices of the members recorded are counted at that
    hour and must be below the quorum; the reason may then stay empty. The head of the ledger is signed after a session that
    people were convened for, for its procès-verbal de carence.
    """
    with store.writing():
        done = _cancel(
            store, actor, command_id, session, reason=reason, no_quorum_at=no_quorum_at, version=version
        )
        if done.result["convened"]:
            sign_head(store, actor, f"{command_id}/head", session=session)
    return done


def drop_item(work: Work, item: Row, reason: str) -> None:
    """A dwelling that is not examined, nor the names of its list; those who waited behind it were never to be: they stay so."""
    for name in work.find("candidate", item_id=item["item_id"], status="listed"):
        work.set("candidate", name["candidate_id"], status="not_examined")
        touch(work, name["ref"])
    work.bump("item", item, status="not_examined", end_reason=reason)


@command("session.closed", roles="P")
def _close(
    work: Work,
    session: str,
    *,
    one_person: bool = False,
    sat_from: str = "",
    sat_to: str = "",
    version: int | None = None,
    homes_version: int | None = None,
) -> Mapping[str, Any]:
    row = _session(work, session, ("open",), version)
    items = work.find("item", session_id=session)
    if homes_version is not None and homes_version != sum(i["version"] for i in items):
        last = max(items, key=lambda i: (i["changed_at"], i["item_id"]))
        raise StoreConflict(
            "STORE_CHANGED_SINCE", record=read_session(work.store, session), by=last["changed_by"],
            at=days.instant(last["changed_at"]), dwelling=last["dwelling_id"],
        )  # fmt: skip
    began, ended = (
        hour_of(sat_from, Said("l'ouverture", "the opening")),
        hour_of(sat_to, Said("la clôture", "the close")),
    )
    if began and ended and minute_of(ended, began) < minute_of(began):
        raise StoreRefused("STORE_HOURS", began=began, ended=ended)
    if left := [i for i in items if i["status"] == "listed"]:
        raise StoreRefused("STORE_ITEMS_LEFT", count=len(left))
    same = row["prepared_by"] == work.actor.name
    if same and not one_person:
        raise StoreRefused("STORE_SAME_PERSON")
    of_one_mind(work, items)
    decided = [i for i in items if i["status"] == "decided"]
    offering, no_taker = settle_items(work, decided)
    # a dwelling withdrawn since its decision is offered to nobody; what was decided about the others of its list stands
    settle_duties(work, session, [*decided, *(i for i in items if i["status"] == "withdrawn")])
    work.bump(
        "session",
        row,
        status="closed",
        closed_at=work.now,
        sat_from=began or None,
        sat_to=ended or None,
        signed_by=work.actor.name,
        one_person=same,
    )
    return {"offering": offering, "no_taker": no_taker, "version": row["version"]}


def close(
    store: Store,
    actor: Actor,
    command_id: str,
    session: str,
    *,
    one_person: bool = False,
    sat_from: str = "",
    sat_to: str = "",
    version: int | None = None,
    homes_version: int | None = None,
) -> Receipt:
    """Sign a session: every dwelling is decided or taken off; offers may begin.

    ``homes_version`` is the sum of the versions of its dwellings as whoever signs read them: a decision that changed since is read
    before it is signed. ``one_person`` allows the person who prepared it to sign, which the procès-verbal then says. ``sat_from`` and
    ``sat_to`` (``HH:MM``) are the hours it sat, where they are written down afterwards: the minutes then give these, not those
    of the screens. The head of the ledger is signed after it: ``result["head"]``.
    """
    with store.writing():
        done = _close(
            store,
            actor,
            command_id,
            session,
            one_person=one_person,
            sat_from=sat_from,
            sat_to=sat_to,
            version=version,
            homes_version=homes_version,
        )
        head = sign_head(store, actor, f"{command_id}/head", session=session)
    return replace(done, result={**done.result, "head": head.result})


@command("item.not_examined", roles="S")
def not_examined(work: Work, item: int, *, reason: str, version: int | None = None) -> Mapping[str, Any]:
    """Take a dwelling off the agenda before its first decision; ``reason``: code of ``not_examined_reasons``.

    Decisions whose quorum or whose vote was found missing afterwards are none, and leave with it.
    """
    row = work.get("item", item)
    work.session, work.dwelling = row["session_id"], row["dwelling_id"]
    work.at_version("item", row, version)
    work.require("item", row["status"], ("listed",))
    session = work.get("session", row["session_id"])
    work.require("session", session["status"], ("draft", "convened", "open"))
    if decisions := work.find("decision", item_id=item, current=True):
        # a dwelling that was voted is listed again only where its vote no longer stands
        if work.store.tables.get("vote", item) is None:
            work.require("item", "decided", ("listed",))
        for old in decisions:
            work.set("decision", old["decision_id"], current=False)
            work.set("candidate", old["candidate_id"], status="listed", condition="none")
    drop_item(work, row, work.coded("not_examined_reasons", reason))
    return {"version": row["version"]}


@command("item.withdrawn", roles="S")
def withdraw(work: Work, item: int, *, reason: str, version: int | None = None) -> Mapping[str, Any]:
    """Take a dwelling back after its decision (works, sale…); ``reason``: code of ``withdrawal_reasons``."""
    row = work.get("item", item)
    work.session, work.dwelling = row["session_id"], row["dwelling_id"]
    work.at_version("item", row, version)
    work.require("item", row["status"], ("decided", "offering"))
    reason = work.coded("withdrawal_reasons", reason)
    if work.find("offer", item_id=item, status=("accepted", "signed")):
        raise StoreRefused("STORE_ACCEPTED")
    for made in work.find("offer", item_id=item, status="offered"):
        work.set("offer", made["offer_id"], status="released", end_reason=WITHDRAWN)
    for _, name in ranked(work.store.tables, item):
        if name["status"] in (*POSITIVE, "offered"):
            work.set("candidate", name["candidate_id"], status="released")
            touch(work, name["ref"])
    work.bump("item", row, status="withdrawn", end_reason=reason)
    return {"version": row["version"]}


def _session(work: Work, session: str, states: tuple[str, ...], version: int | None) -> Row:
    row = work.get("session", session)
    work.session = session
    work.at_version("session", row, version)
    work.require("session", row["status"], states)
    return row
