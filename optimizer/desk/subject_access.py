"""Right of access: the copy of everything a desk holds about a household, made for its data protection officer to hand over.

That somebody asked is written into the ledger first; the files are made in memory, and nothing of them is kept at the desk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from optimizer.desk.papers.letters import letters_of
from optimizer.desk.papers.subject_access import SubjectAccess, reread_paper, subject_data, subject_paper
from optimizer.desk.sessions import told_of
from optimizer.desk.subject_files import files_of
from optimizer.errors import Lang, said
from optimizer.presentation.document import document_html, document_pdf
from optimizer.store import commands, queries
from optimizer.store.holding import Store
from optimizer.store.records import Actor
from optimizer.store.subject import subject_of

COPY, FIRST = "donnees-du-menage", "a-relire"
"""Files for the household; file for the data protection officer alone."""


def give_access(
    store: Store,
    actor: Actor,
    command_id: str,
    *,
    number: str,
    reason: str,
    lang: Lang,
    cases: Iterable[Path] = (),
    results: Iterable[Path] = (),
    contact: Callable[[str], str] = lambda landlord: "",
) -> tuple[dict[str, bytes], bool]:
    """The files of the copy by name, and whether anything is held about the household of that number.

    Parameters
    ----------
    number : unique number of the application.
    reason : who asked and how, as the ledger's page shows it to the data protection officer; erased with the household.
    cases, results : folders (or workbooks) of the imports, folders of the proposals that are kept.
    contact : where a household writes to a landlord.

    Raises
    ------
    StoreForbidden
        Only a data protection officer hands it over.
    """
    number = "".join(number.split())
    commands.give_access(store, actor, command_id, number=number, reason=reason)
    subject = subject_of(
        store, number, household=said("SUBJECT.HOUSEHOLD", lang), member=said("SUBJECT.MEMBER", lang)
    )
    person, seen = subject.person, subject.sessions
    due = (
        _letters(store, person.ref, [s.session_id for s in seen if s.status == "closed"], lang)
        if person
        else ()
    )
    files = files_of(number, cases, results, lang)
    made = SubjectAccess(
        subject, files, store.now(), lang, due, _examined(store), contact(seen[0].landlord) if seen else ""
    )
    paper, first = subject_paper(made), reread_paper(made)
    told = {
        f"{COPY}.html": document_html(paper, lang).encode(),
        f"{COPY}.pdf": document_pdf(paper, lang),
        f"{COPY}.json": subject_data(made),
    }
    if first is not None:
        told[f"{FIRST}.html"] = document_html(first, lang).encode()
    return told, made.known


def kept_beside(state: Path) -> tuple[list[Path], list[Path]]:
    """Imports and results that the folder of a desk keeps."""
    return _folders(state / "cases"), _folders(state / "runs")


def _folders(place: Path) -> list[Path]:
    return sorted(p for p in place.iterdir() if p.is_dir()) if place.is_dir() else []


def _letters(store: Store, ref: str, sessions: Iterable[str], lang: Lang) -> tuple[tuple[str, str], ...]:
    """(session, title) of the letters that sessions address to a household."""
    found = []
    for session in sessions:
        told = told_of(store, session, lang)
        found += [(session, told.say(f"LETTER_{x.kind}")) for x in letters_of(told) if x.candidate.ref == ref]
    return tuple(found)


def _examined(store: Store) -> dict[str, tuple[date, ...]]:
    """Number of a proposal -> days of the sessions made from it, in order."""
    found: dict[str, tuple[date, ...]] = {}
    for session in sorted(queries.sessions(store, items=False), key=lambda s: s.order):
        if session.run is not None:
            found[session.run.run_id] = (*found.get(session.run.run_id, ()), session.on)
    return found
