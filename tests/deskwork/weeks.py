"""Three weeks of a commission as plain rows of the workbook, played by ``record``; a browser plays the same rows from its pages.

Every act of a week is a row of the sheets: what one way records, the other one must record too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from optimizer import importers, policy, store
from optimizer.desk.agenda import agenda
from optimizer.desk.entry_book import write_entry_book
from optimizer.desk.late import Described
from optimizer.desk.next_case import next_case
from optimizer.desk.next_files import write_next
from optimizer.desk.rechecking import rechecked
from optimizer.desk.recording import record
from optimizer.desk.sessions import add_late_name, begin
from optimizer.domain import Case
from optimizer.runs import Options, propose_to
from optimizer.store import queries
from optimizer.store.law import law
from optimizer.store.records import Actor, ItemRecord, SessionRecord
from optimizer.synth import write_case
from optimizer.web.children.job import PROSPECTS
from optimizer.web.demo import make_accounts
from tests.deskwork.filling import fill
from tests.deskwork.room import HELD, MEMBERS, OPENED, REFUSAL, START, Clock, decided, imported, listed
from tests.store.dump import dump
from tests.store.empty import empty_desk

Rows = dict[tuple[str, str, str], dict[str, Any]]
WEEKS = 3
SECRETARY, CHAIR = Actor("secretaire", "S"), "presidente"
HEAD = OPENED | {"president": CHAIR}
COMMISSION, PLACE, QUORUM = "CALEOL Besançon", "Besançon, siège", 3
RULE = "trois voix présentes ou représentées (article 4)"
NOTICE, WORKS = "Avis d'imposition", "Travaux"
LATE = "Désignée par le maire ce matin"
HAND = "Remise en main propre contre émargement"


@dataclass(frozen=True)
class Phase:
    """What was recorded at once: the day, the session, the part of its life, and the rows."""

    part: str
    """``late``, ``calls``, ``hold`` or ``after``."""
    session: str
    day: date
    rows: Rows


@dataclass
class Weeks:
    """Three weeks that were played: the cases, what was recorded, and the desk as text."""

    folder: Path
    imports: list[Path] = field(default_factory=list)
    cases: list[Path] = field(default_factory=list)
    """The case of each week, then the fourth one."""
    days: list[date] = field(default_factory=list)
    phases: list[list[Phase]] = field(default_factory=list)
    dump: list[str] = field(default_factory=list)


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a case."""
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def turned(desk: store.Store, case: Path, out: Path) -> Path:
    """The next case, as ``attriflux next`` writes it."""
    read = importers.read(case)
    made = next_case(
        read, queries.sessions(desk), policy.rules_of(read.settings), duties=queries.duties(desk, open=False)
    )
    write_next(out, made, case)
    return out


def by_workbook(folder: Path, then: Any = None) -> Weeks:
    """Three weeks on the workbook alone; ``then(desk, weeks)`` looks at the desk before it is closed."""
    weeks, clock = Weeks(folder), Clock(START)
    with store.open(empty_desk(folder), clock=clock) as desk:
        make_accounts(desk)
        first = ""
        for week in range(WEEKS):
            source = folder / f"import-{week}"
            write_case(imported(week), source)
            case = turned(desk, source, folder / f"cas-{week}") if week else source
            weeks.imports.append(source)
            weeks.cases.append(case)
            propose_to(case, folder / f"resultat-{week}", Options(pdf=False, prospects=PROSPECTS))
            on = HELD + timedelta(days=7 * week)
            weeks.days.append(on)
            read = importers.read(case)
            name = begin(
                desk, SECRETARY, agenda(folder / f"resultat-{week}", case, read), commission=COMMISSION, on=on, hour="14:00",
                place=PLACE, quorum=QUORUM, quorum_rule=RULE,
            )  # fmt: skip
            first = first or name
            phases: list[Phase] = []

            def recorded(
                part: str, key: str, day: date, rows: Rows, phases: list[Phase] = phases, read: Any = read
            ) -> None:
                clock.to(day)
                book, session = folder / "saisie.xlsx", queries.session(desk, key)
                write_entry_book(book, session, law(session.on), "fr")
                if part == "hold":
                    fill(book, session=HEAD, members=MEMBERS, rows=rows)
                else:
                    fill(book, rows=rows)
                record(desk, book, key, SECRETARY, checks=partial(rechecked, read))
                phases.append(Phase(part, key, day, rows))

            if week == 1:
                phases.append(late_name(desk, name, read))
            recorded("calls", name, desk.today(), calls_of(queries.session(desk, name), week))
            recorded("hold", name, on, decisions_of(queries.session(desk, name), on, week))
            recorded("after", name, on + timedelta(days=6), acts_of(queries.session(desk, name), on, week))
            if week == WEEKS - 1:
                recorded("after", first, on + timedelta(days=6), silences_of(queries.session(desk, first)))
            weeks.phases.append(phases)
        weeks.cases.append(turned(desk, weeks.imports[-1], folder / f"cas-{WEEKS}"))
        weeks.dump = dump(desk)
        if then is not None:
            then(desk, weeks)
    return weeks


def late_name(desk: store.Store, name: str, read: Case) -> Phase:
    """A household that nobody proposed is put forward on the first dwelling, described by the import."""
    item = queries.session(desk, name).items[0]
    there = {c.application_id for c in item.candidates}
    number = next(n for n in read.table("applications")["application_id"] if n not in there)
    add_late_name(desk, SECRETARY, item, Described(read), number, LATE)
    return Phase("late", name, desk.today(), {("Ajout", item.dwelling_id, number): {"raison": LATE}})


def calls_of(session: SessionRecord, week: int) -> Rows:
    """A name that declines, one whose document came, one nobody reaches; the week after, a name that is replaced."""
    if week == 2:
        item = session.items[0]
        return {("Appels", item.dwelling_id, listed(item)[0].application_id): {"resultat_appel": "intéressé"}}
    item = next(
        i for i in session.items if len(listed(i)) >= 3 and any(c.status == "queue" for c in i.candidates)
    )
    one, two, three = (c.application_id for c in listed(item)[:3])
    if week:
        return {
            ("Appels", item.dwelling_id, two): {"remplace_parce_que": "Relogée par ailleurs cette semaine"}
        }
    return {
        ("Appels", item.dwelling_id, one): {
            "resultat_appel": "décline",
            "motif": "Loyer ou charges trop élevés",
        },
        ("Appels", item.dwelling_id, two): {
            "resultat_appel": "intéressé",
            "piece_demandee": NOTICE,
            "piece_recue": NOTICE,
        },
        ("Appels", item.dwelling_id, three): {"resultat_appel": "injoignable"},
    }


def decisions_of(session: SessionRecord, on: date, week: int) -> Rows:
    """Lists decided in their order, save a non-attribution, a condition, a vote that is not unanimous, a departure, a dwelling left."""
    rows = decided(session)
    lists = [i for i in session.items if len(listed(i)) >= 3]

    def on_list(item: ItemRecord, place: int) -> tuple[str, str, str]:
        return "Saisie", item.dwelling_id, listed(item)[place].application_id

    if week == 0:
        rows[on_list(lists[0], 2)] = {"decision": "d", "motif_decision": "N3", "phrase": REFUSAL}
        rows["Votes", lists[0].dwelling_id, ""] = {"pour": 3, "contre": 0, "abstentions": 1}
        waits = session.items[1]
        rows[on_list(waits, 1)] = {
            "decision": "c", "rang": 2, "piece": NOTICE, "avant_le": on + timedelta(days=10)
        }  # fmt: skip
    elif week == 1:
        rows[on_list(lists[0], 0)]["rang"], rows[on_list(lists[0], 1)]["rang"] = 2, 1
        rows["Votes", lists[0].dwelling_id, ""] = {"ecart": "Le second dossier est plus urgent."}
    else:
        left = session.items[-1]
        rows = {key: cells for key, cells in rows.items() if key[1] != left.dwelling_id}
        rows["Votes", left.dwelling_id, ""] = {"retire_de_l_ordre_du_jour": WORKS}
    return rows


def acts_of(session: SessionRecord, on: date, week: int) -> Rows:
    """First ranks by turns: a lease; a refusal, then the one behind accepts; an offer without answer; a dwelling withdrawn."""
    rows: Rows = {}
    for n, item in enumerate(i for i in session.items if i.status in ("decided", "offering")):
        names = sorted(
            (c for c in item.candidates if c.decision and c.decision.rank), key=lambda c: c.decision.rank
        )
        sent = {"notifie_le": on + timedelta(days=1), "preuve": HAND, "preuve_le": on + timedelta(days=1)}
        first = ("Offres", item.dwelling_id, names[0].application_id)
        if n % 4 == 0:
            rows[first] = sent | {
                "reponse": "accepte",
                "reponse_le": on + timedelta(days=3),
                "bail_signe_le": on + timedelta(days=5),
            }
        elif n % 4 == 1:
            rows[first] = sent | {
                "reponse": "refuse",
                "reponse_le": on + timedelta(days=2),
                "motif_refus": "Transports",
                "refus_legitime": "non",
            }
            for behind in names[1:2]:
                day = on + timedelta(days=3)
                told = {"notifie_le": day, "preuve": HAND, "preuve_le": day, "reponse": "accepte", "reponse_le": on + timedelta(days=4)}  # fmt: skip
                if behind.decision.kind == "conditional":
                    told |= {"condition": "remplie", "condition_le": on + timedelta(days=5)}
                rows["Offres", item.dwelling_id, behind.application_id] = told
        elif n % 4 == 2:
            rows[first] = sent
        elif week == 0:
            rows["Votes", item.dwelling_id, ""] = {"retire_apres_decision": WORKS}
    return rows


def silences_of(session: SessionRecord) -> Rows:
    """Whoever has not answered within ten whole days of a proof, as a person confirms it."""
    return {
        ("Offres", i.dwelling_id, c.application_id): {"reponse": "silence"}
        for i in session.items
        for c in i.candidates
        if c.status == "offered"
    }


def parts_of(
    rows: Mapping[tuple[str, str, str], dict[str, Any]], sheet: str
) -> list[tuple[str, str, dict[str, Any]]]:
    """(dwelling, number, cells) of the rows of a sheet."""
    return [(dwelling, number, cells) for (name, dwelling, number), cells in rows.items() if name == sheet]
