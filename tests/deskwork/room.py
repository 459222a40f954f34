"""A commission for tests: one small verified proposal made once, desks whose clock is set by hand, a session played by program."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from optimizer import importers, store
from optimizer.desk.agenda import Agenda, agenda
from optimizer.desk.entry_book import write_entry_book
from optimizer.desk.recording import Recorded, record
from optimizer.desk.sessions import begin
from optimizer.domain import Case
from optimizer.runs import Options, propose_to
from optimizer.store import Store, queries
from optimizer.store.clock import hour_at
from optimizer.store.law import law
from optimizer.store.records import Actor, CandidateRecord, ItemRecord, SessionRecord
from optimizer.synth import synthesize, write_case
from tests.deskwork.filling import fill
from tests.store.empty import empty_desk

SECRETARY = Actor("Secrétaire", "S")
CHAIR = "Mme Présidente"
HELD = date(2026, 12, 3)
MEMBERS = [
    *(
        {"membre": f"Membre {n}", "qualite": "Administrateur", "voix": "Membre désigné par le conseil", "presence": "présent"}
        for n in range(1, 4)
    ),
    {"membre": "M. Préfet", "qualite": "Représentant du préfet", "voix": "Préfet ou son représentant", "presence": "représenté", "represente_par": "Mme Adjointe"},
    {"membre": "Mme Maire", "qualite": "Maire de Besançon", "voix": "Maire ou son représentant", "territoire": "25056", "presence": "présent", "arrivee": "13:55"},
    {"membre": "M. Absent", "qualite": "Administrateur", "voix": "Membre désigné par le conseil", "presence": "absent"},
]  # fmt: skip
OPENED = {
    "convocation_envoyee_a": "Préfet du Doubs ; Maire de Besançon ; Grand Besançon Métropole", "seance_ouverte": "oui",
    "president": CHAIR, "pv_signe": "oui",
}  # fmt: skip
REFUSAL = "Le logement a deux pièces de moins que la composition du ménage n'en demande."


class Clock:
    """A desk's clock, moved by hand; each look takes a second."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def to(self, day: date, hour: int = 13) -> None:
        self.now = max(self.now, datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


WEEK, MORE = 9, 3
"""Dwellings of the first import, and those that each later one brings."""


_KEPT: list[TemporaryDirectory[str]] = []


def _kept_folder() -> Path:
    """A folder that lasts as long as the process."""
    _KEPT.append(TemporaryDirectory(prefix="commission-"))
    return Path(_KEPT[-1].name)


@cache
def _whole() -> Case:
    return synthesize("commission", dwellings=WEEK + 2 * MORE, applications=200, seed=7)


def imported(weeks: int) -> Case:
    """The import of a week, from 0: the dwellings vacated until then, nothing that speaks of others."""
    whole = _whole()
    homes = whole.table("dwellings").head(WEEK + weeks * MORE)
    later = set(whole.table("dwellings")["dwelling_id"].iloc[WEEK:])
    tables = dict(whole.tables) | {"dwellings": homes}
    for name in ("nominations", "decisions"):
        frame = whole.table(name)
        tables[name] = frame[~frame["dwelling_id"].isin(later)].reset_index(drop=True)
    return replace(whole, tables=tables)


@cache
def proposed() -> tuple[Path, Path]:
    """(case, result) of the first week, written once a process."""
    base = _kept_folder()
    write_case(imported(0), base / "cas")
    propose_to(base / "cas", base / "resultat", Options(pdf=False, prospects=5))
    return base / "cas", base / "resultat"


def with_arrivals(case: Path, weeks: int, out: Path) -> Path:
    """The case of a folder and the dwellings vacated since."""
    read = importers.read(case, need=())
    fresh = imported(weeks).table("dwellings").tail(MORE)
    homes = pd.concat([read.table("dwellings"), fresh], ignore_index=True)
    write_case(replace(read, tables={**read.tables, "dwellings": homes}), out)
    return out


@cache
def read_case() -> Case:
    return importers.read(proposed()[0])


@cache
def ready() -> Agenda:
    case, result = proposed()
    return agenda(result, case, read_case())


@dataclass
class Room:
    """A desk with a session on the small commission."""

    folder: Path
    clock: Clock
    desk: Store
    session_id: str = ""
    book: Path = field(default_factory=Path)

    @property
    def session(self) -> SessionRecord:
        return queries.session(self.desk, self.session_id)

    def item(self, dwelling: str) -> ItemRecord:
        return next(i for i in self.session.items if i.dwelling_id == dwelling)

    def with_lists(self, least: int = 3) -> list[ItemRecord]:
        """Items with at least so many households listed."""
        return [i for i in self.session.items if len(listed(i)) >= least]

    def write_book(self) -> Path:
        """The workbook as `session pack` writes it now."""
        self.book = self.folder / "saisie.xlsx"
        write_entry_book(self.book, self.session, law(HELD), "fr", today=self.desk.today())
        return self.book

    def record(self, **more: Any) -> Recorded:
        return record(self.desk, self.book, self.session_id, SECRETARY, **more)

    def hold(self, rows: dict[tuple[str, str, str], dict[str, Any]] | None = None, on: date = HELD) -> None:
        """Everything listed is decided in rank order, save what ``rows`` says; the session is signed."""
        self.clock.to(on)
        self.write_book()
        fill(self.book, session=OPENED, members=MEMBERS, rows=decided(self.session) | (rows or {}))
        self.record()

    def after(self, day: date, rows: dict[tuple[str, str, str], dict[str, Any]]) -> Recorded:
        """What a household answered, recorded on a day."""
        self.clock.to(day)
        self.write_book()
        fill(self.book, rows=rows)
        return self.record()


START = datetime(2026, 11, 24, 9, tzinfo=UTC)


@cache
def _template() -> tuple[Path, str]:
    """A desk with the small commission's session in preparation, made once a process."""
    folder = _kept_folder()
    with store.open(empty_desk(folder), clock=Clock(START)) as desk:
        session_id = begin(
            desk, SECRETARY, ready(), commission="CALEOL Besançon", on=HELD, hour="14:00", place="Besançon, siège", quorum=3,
            quorum_rule="trois voix présentes ou représentées (article 4)",
        )  # fmt: skip
    return folder, session_id


def room(folder: Path) -> Room:
    """A copy of the desk, its clock on the morning after."""
    source, session_id = _template()
    for path in source.iterdir():
        copy = shutil.copytree if path.is_dir() else shutil.copy2
        copy(path, folder / path.name)
    clock = Clock(START + timedelta(days=1))
    return Room(folder, clock, store.open(folder / "bureau.sqlite", clock=clock), session_id)


class Now(Clock):
    """The machine's clock, for commands run in a process of their own."""

    def __init__(self) -> None:
        super().__init__(datetime.now(UTC))

    def __call__(self) -> datetime:
        return datetime.now(UTC)


def held_today(folder: Path, name: str = "bureau.sqlite") -> Room:
    """A desk whose session was held today, on the machine's clock."""
    clock = Now()
    desk = store.open(empty_desk(folder, name))
    made = Room(folder, clock, desk)
    made.session_id = begin(
        desk, SECRETARY, ready(), commission="CALEOL Besançon", on=desk.today(), place="Besançon", quorum=3
    )
    made.hold(on=desk.today())
    return made


def not_held_today(folder: Path, name: str = "bureau.sqlite") -> Room:
    """A desk whose session of today could not sit: two of its members came."""
    desk = store.open(empty_desk(folder, name))
    made = Room(folder, Now(), desk)
    made.session_id = begin(
        desk, SECRETARY, ready(), commission="CALEOL Besançon", on=desk.today(), place="Besançon", quorum=3
    )
    made.write_book()
    there = [m | ({} if n in (0, 4) else {"presence": "absent"}) for n, m in enumerate(MEMBERS)]
    said = {
        "carence_constatee_a": hour_at(datetime.now(UTC)),
        "annulee_parce_que": "Deux membres retenus par la neige.",
    }
    fill(made.book, session={"convocation_envoyee_a": OPENED["convocation_envoyee_a"]} | said, members=there)
    made.record()
    return made


def listed(item: ItemRecord) -> list[CandidateRecord]:
    return [c for c in item.candidates if c.status == "listed"]


def decided(session: SessionRecord) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Decisions in the proposed order: a alone, b with ranks where several stand on the list."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for item in session.items:
        names = listed(item)
        for rank, c in enumerate(names, start=1):
            several = {"decision": "b – attribution avec rang", "rang": rank}
            rows["Saisie", item.dwelling_id, c.application_id] = (
                several if len(names) > 1 else {"decision": "a"}
            )
    return rows
