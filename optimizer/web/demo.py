"""``serve --demo``: a commission of 40 dwellings with three past weeks, from synthetic data; nobody is real.

Prepared once under the demonstration's folder, then copied, so that each start shows the same desk and a visitor may do anything.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from optimizer import store
from optimizer.errors import Lang
from optimizer.store import commands, queries
from optimizer.store.clock import PARIS
from optimizer.store.clock import today as in_paris
from optimizer.store.messages import StoreUnusable
from optimizer.store.records import (
    Actor,
    AttendanceRecord,
    CandidateRecord,
    NewDecision,
    PersonRecord,
    Role,
    SessionRecord,
)
from optimizer.web.deployment import Deployment

if TYPE_CHECKING:
    from optimizer.store.records import Agenda

COMMISSION = "CALEOL Besançon"
WEEKS = (21, 14, 7)
"""Days ago of each past week."""
PAST_HOMES, PAST_SEED = 24, 11
"""Dwellings of the three past weeks, proposed at once and shared out: the demonstration is prepared in half a minute."""
APPLICATIONS = 900
READY = "prepared"
QUORUM = 3
MEMBERS = (
    ("Anne Durand", "présidente", "board"), ("Bruno Petit", "membre du conseil", "board"), ("Chantal Roy", "membre du conseil", "board"),
    ("David Henry", "représentant des locataires", "board"), ("Élise Martin", "représentante du préfet", "prefet"),
)  # fmt: skip
ACCOUNTS: tuple[tuple[str, Role], ...] = (
    ("secretaire", "S"), ("presidente", "P"), ("membre", "M"), ("agent", "A"), ("reservataire", "R"), ("dpo", "D"), ("technique", "T"),
)  # fmt: skip
FAMILIES = (
    "Blanc",
    "Faure",
    "Girard",
    "Lopez",
    "Mercier",
    "Nguyen",
    "Olivier",
    "Perrin",
    "Roux",
    "Simon",
    "Traoré",
    "Vidal",
)
SECRETARY, CHAIR, PROGRAM = Actor("secretaire", "S"), Actor("presidente", "P"), Actor("program", "program")
Said = Callable[[str, str], None]


def serve_demo(folder: Path, *, port: int, lang: Lang, said: Said) -> None:
    """Prepare the demonstration where it is not yet, copy it and serve the copy until it is told to end."""
    from optimizer.web.serving import run, taken

    taken("127.0.0.1", port)
    kept = folder / "bureau"
    if not ready(kept):
        prepare(folder, kept, lang, said)
    with tempfile.TemporaryDirectory(prefix="attriflux-demo-", ignore_cleanup_errors=True) as place:
        work = Path(place) / "bureau"
        shutil.copytree(kept, work)
        with store.open(work / "bureau.sqlite") as opened:
            password = secrets.token_urlsafe(9)
            give_passwords(password)
            said("accounts", ", ".join(name for name, _ in ACCOUNTS))
            said("password", password)
            run(opened, Deployment(state=work / "bureau.files", port=port, demo=True), said)


def ready(kept: Path) -> bool:
    """Whether a demonstration was prepared to its end, and by this version of the program."""
    if not (kept / READY).exists():
        return False
    try:
        store.open(kept / "bureau.sqlite").close()
    except StoreUnusable:
        return False
    return True


def give_passwords(password: str) -> None:
    """One password for every account of the demonstration, another one at each start."""
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User

    User.objects.update(password=make_password(password))


class Past:
    """A clock that is set to the days of the past weeks."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC) - timedelta(days=40)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def to(self, day: date, hour: int = 9) -> None:
        """Go on to an hour of a day in France, never back."""
        self.at = max(self.at, datetime.combine(day, time(hour), PARIS).astimezone(UTC))


def prepare(
    folder: Path, kept: Path, lang: Lang, said: Said, *, past_homes: int = PAST_HOMES, dwellings: int = 40
) -> None:
    """Write the demonstration's desk: three closed sessions with their offers, and the session to come."""
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    clock, files = Past(), kept / "bureau.files"
    today = in_paris(datetime.now(UTC))
    with store.open(kept / "bureau.sqlite", create=True, clock=clock) as opened:
        make_accounts(opened)
        said("phase", "Trois semaines passées…" if lang == "fr" else "Three past weeks…")
        with tempfile.TemporaryDirectory() as place:
            past = renamed(propose(Path(place), past_homes, APPLICATIONS, PAST_SEED), "P")
        for n, ago in enumerate(WEEKS):
            play(
                opened,
                clock,
                replace(past, items=past.items[n :: len(WEEKS)]),
                today - timedelta(days=ago),
                n,
            )
        said("phase", "Séance à venir…" if lang == "fr" else "Session to come…")
        clock.to(today - timedelta(days=1), 9)
        coming(opened, folder, files, today + timedelta(days=7), dwellings)
    (kept / READY).touch()


def make_accounts(opened: store.Store) -> None:
    """One account of each role; passwords are given at each start."""
    from django.contrib.auth.models import User

    actor = PROGRAM
    for name, role in reversed(ACCOUNTS):
        User.objects.create_user(username=name)
        account = "ETAT_PRIO" if role == "R" else ""
        commands.grant(opened, actor, str(uuid4()), user=name, role=role, account=account)
        actor = Actor("technique", "T")


def propose(place: Path, dwellings: int, applications: int, seed: int) -> Agenda:
    """A small synthetic case, proposed and verified; its agenda."""
    from optimizer.desk.agenda import agenda
    from optimizer.importers import read
    from optimizer.runs import Options, propose_to
    from optimizer.synth import synthesize, write_case

    case, result = place / "cas", place / "resultat"
    write_case(synthesize("commission", dwellings=dwellings, applications=applications, seed=seed), case)
    propose_to(case, result, Options(pdf=False, prospects=4), keep=False)
    return agenda(result, case, read(case))


def renamed(past: Agenda, prefix: str) -> Agenda:
    """The same agenda with dwellings of its own: synthetic cases all begin at the same number."""
    return replace(
        past, items=tuple(replace(item, dwelling_id=prefix + item.dwelling_id) for item in past.items)
    )


def attach(opened: store.Store, made: Agenda, on: date, landlord: str = "") -> SessionRecord:
    """The run and its session, in preparation."""
    run = made.run
    commands.attach_run(
        opened, SECRETARY, f"run-{run.run_id}", run_id=run.run_id, verdict=run.verdict, gap_points=run.gap_points, seed=run.seed,
        runs=1, case_on=run.case_on, hashes=run.hashes, chains=run.chains,
    )  # fmt: skip
    session = commands.new_session(
        opened, SECRETARY, str(uuid4()), landlord=landlord or made.landlord, commission=COMMISSION, on=on, items=made.items,
        run_id=run.run_id, hour="9 h", place="Siège, salle 2", quorum=QUORUM, quorum_rule="trois voix présentes ou représentées",
    )  # fmt: skip
    found = queries.session(opened, session.result["session_id"])
    name_households(opened, found)
    return found


def name_households(opened: store.Store, session: SessionRecord) -> None:
    """Invented names and contacts, so that the page of an application has something to show."""
    numbers = sorted({c.application_id for item in session.items for c in item.candidates})
    people = [
        PersonRecord(ref="", application_id=number, name=f"{FAMILIES[i % len(FAMILIES)]} (fictif)", phone=f"03 00 00 {i // 100 % 100:02d} {i % 100:02d}")
        for i, number in enumerate(numbers)
    ]  # fmt: skip
    commands.import_people(opened, SECRETARY, str(uuid4()), people=people)


def play(opened: store.Store, clock: Past, made: Agenda, on: date, seed: int) -> None:
    """A week as it goes: calls, convocation, session, offers, answers; a refusal, a silence, a lease."""
    clock.to(on - timedelta(days=8))
    session = attach(opened, made, on)
    for item in session.items:
        for c in item.candidates:
            if c.status == "listed":
                commands.call(opened, SECRETARY, str(uuid4()), c.candidate_id, outcome="interested")
    checks = {c.candidate_id: "" for item in session.items for c in item.candidates if c.status == "listed"}
    key = session.session_id
    commands.convene(
        opened, SECRETARY, str(uuid4()), key, recipients=("Préfet", "Maire de Besançon"), checks=checks
    )
    clock.to(on)
    members = [AttendanceRecord(key, n, q, v, "", "present", "", "09:00", "", ()) for n, q, v in MEMBERS]  # type: ignore[arg-type]
    commands.attend(opened, SECRETARY, str(uuid4()), key, members=members)
    commands.open_session(opened, SECRETARY, str(uuid4()), key, checks=checks)
    for item in queries.session(opened, key).items:
        names = [c for c in item.candidates if c.status == "listed"]
        decisions = [
            NewDecision(c.candidate_id, "attribution" if n == 1 else "ranked", n)
            for n, c in enumerate(names, start=1)
        ]
        commands.decide(opened, SECRETARY, str(uuid4()), item.item_id, decisions=decisions)
    clock.to(on, 11)
    commands.close(opened, CHAIR, str(uuid4()), key)
    clock.to(on + timedelta(days=1))
    first = [i.candidates[0] for i in queries.session(opened, key).items]
    for n, candidate in enumerate(first):
        if n % 4 != 3:
            offer(opened, candidate, on + timedelta(days=1), n + seed)


def offer(opened: store.Store, candidate: CandidateRecord, on: date, n: int) -> None:
    """An offer and what became of it: accepted and signed, refused, or still open."""
    told = commands.offer(
        opened, SECRETARY, str(uuid4()), candidate.candidate_id, notified_on=on, proof="hand", proof_on=on
    )
    made = told.result["offer_id"]
    if n % 3 == 0:
        commands.answer(opened, SECRETARY, str(uuid4()), made, accepted=True, on=on)
        if n % 2 == 0:
            commands.sign_lease(opened, SECRETARY, str(uuid4()), made, on=on)
    elif n % 3 == 1:
        commands.answer(opened, SECRETARY, str(uuid4()), made, accepted=False, on=on, reason="rent")


def coming(opened: store.Store, folder: Path, files: Path, on: date, dwellings: int) -> None:
    """The session to come, from the demonstration's own proposal where there is one; its case stays for the room."""
    from optimizer.desk.agenda import agenda
    from optimizer.importers import read
    from optimizer.runs import Options, propose_to
    from optimizer.synth import synthesize, write_case
    from optimizer.web.models import Job

    job = uuid4().hex
    case, result = files / "cases" / job, files / "runs" / job
    shown = folder / "commission"
    if (shown / "resultat" / "sheets.json").exists() and dwellings == 40:
        shutil.copytree(shown / "cas", case)
        shutil.copytree(shown / "resultat", result)
    else:
        applications = 20_000 if dwellings == 40 else APPLICATIONS
        case.parent.mkdir(parents=True)
        result.parent.mkdir(parents=True)
        write_case(synthesize("commission", dwellings=dwellings, applications=applications, seed=2026), case)
        propose_to(case, result, Options(prospects=4), keep=False)
    session = attach(opened, agenda(result, case, read(case)), on)
    assert session.run is not None
    now = opened.now()
    Job.objects.create(
        id=job, case=job, title=f"Séance du {on:%d/%m/%Y}", state="done", started_by="secretaire", started_at=now, heartbeat_at=now,
        ended_at=now, code=0, run=session.run.run_id,
    )  # fmt: skip
