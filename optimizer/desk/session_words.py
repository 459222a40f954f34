"""What the commands of a session say when they are done."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from optimizer.desk.papers.wording import Told
from optimizer.errors import LANGS, Lang, said, texts
from optimizer.presentation.numbers import day
from optimizer.store.records import Agenda, SessionRecord
from optimizer.store.taken import Taken, taken_words

TOLD = 12
"""Dwellings named in a sentence."""
HEADINGS = ("session", "date", "status", "dwellings", "decided", "let")
texts(
    "SESSION",
    {
        "session": ("Séance", "Session"),
        "date": ("Date", "Date"),
        "status": ("État", "State"),
        "dwellings": ("Logements", "Dwellings"),
        "decided": ("Décidés", "Decided"),
        "let": ("Loués", "Let"),
        "status_draft": ("en préparation", "draft"),
        "status_convened": ("convoquée", "convened"),
        "status_open": ("ouverte", "open"),
        "status_closed": ("close", "closed"),
        "status_cancelled": ("annulée", "cancelled"),
        "begun": ("Séance {session} : {n:logement à l'ordre du jour/logements à l'ordre du jour}, {people:ménage/ménages}.", "Session {session}: {n:dwelling/dwellings} on the agenda, {people:household/households}."),
        "begun_awaiting": ("Pas à l'ordre du jour, faute de désignations d'un réservataire : {names}.", "Not on the agenda, for want of a réservataire's nominations: {names}."),
        "begun_without": ("Pas à l'ordre du jour, faute de candidat : {names}.", "Not on the agenda, for want of a candidate: {names}."),
        "begun_under_way": ("Pas à l'ordre du jour, déjà en cours d'attribution : {names}.", "Not on the agenda, already being let: {names}."),
        "begun_taken": ("Pas à l'ordre du jour : {names}.", "Not on the agenda: {names}."),
        "begun_more": ("{names} et {n:autre/autres}", "{names} and {n:other/others}"),
        "begun_then": ("Ensuite : attriflux session pack {session} --out seance{more}", "Then: attriflux session pack {session} --out session{more}"),
        "packed": ("Séance {session} : {n:fichier/fichiers} dans {out}.", "Session {session}: {n:file/files} in {out}."),
        "packed_then": ("Remplir saisie.xlsx, puis : attriflux record {book} --session {session}{more}", "Fill in saisie.xlsx, then: attriflux record {book} --session {session}{more}"),
        "minutes": ("Papiers de la séance {session} : {n:fichier/fichiers} dans {out}.", "Papers of session {session}: {n:file/files} in {out}."),
        "item_added": ("Séance {session} : {dwelling} ajouté à l'ordre du jour, {people:ménage/ménages}.", "Session {session}: {dwelling} added to the agenda, {people:household/households}."),
        "name_added": ("Séance {session} : une demande ajoutée sur {dwelling}.", "Session {session}: an application added on {dwelling}."),
        "name_replaced": ("Séance {session} : une demande remplacée sur {dwelling}.", "Session {session}: an application replaced on {dwelling}."),
        "name_removed": ("Séance {session} : une demande retirée de {dwelling} ; aucun nom ne suit.", "Session {session}: an application taken off {dwelling}; no name follows."),
        "taken_back": ("Séance {session}, {dwelling}, repris : {what}.", "Session {session}, {dwelling}, taken back: {what}."),
        "taken_answer": ("réponse ; l'offre attend à nouveau, son délai inchangé", "answer; the offer waits again, its time unchanged"),
        "taken_condition": ("condition, à lever à nouveau ; l'offre est où elle en était", "condition, open again; the offer is where it was"),
        "taken_notification": ("notification ; le ménage attend son tour comme avant", "notification; the household waits for its turn as before"),
        "taken_name": ("nom, remis sur la liste à sa place", "name, back on the list at its place"),
        "taken_dwelling": ("logement, remis à l'ordre du jour avec ses noms", "dwelling, back on the agenda with its names"),
        "notice_radiation_notice": ("Séance {session} : avis d'irrecevabilité noté ; la radiation est due au terme du délai (voir À appeler).", "Session {session}: notice of ineligibility recorded; the application is struck off at the end of the time, to be entered in the SNE."),
        "notice_no_reply": ("Séance {session} : avis de non-réponse noté ; le délai du ménage court.", "Session {session}: notice of no answer recorded; the household's time is running."),
        "notice_put_right": ("Séance {session} : dossier régularisé, la demande irrecevable n'est pas radiée.", "Session {session}: the application was put right, it is not struck off."),
        "notice_struck_off": ("Séance {session} : demande irrecevable radiée.", "Session {session}: the ineligible application is struck off."),
        "notice_answered": ("Séance {session} : le ménage a répondu, son avis est sans suite.", "Session {session}: the household answered, its notice is over."),
        "notice_unanswered": ("Séance {session} : sans réponse, demande radiée, à reporter dans le SNE.", "Session {session}: no answer, struck off, to be entered in the SNE."),
        "not_held": ("Séance {session} annulée : {n:logement peut/logements peuvent} aller à un autre ordre du jour.", "Session {session} cancelled: {n:dwelling/dwellings} may go on another agenda."),
        "not_held_then": ("Ensuite : attriflux session minutes {session} --out carence{more}", "Then: attriflux session minutes {session} --out carence{more}"),
        "draft": ("Le procès-verbal est un projet : la séance n'est pas close.", "The minutes are a draft: the session is not closed."),
    },
)  # fmt: skip


def begun(session_id: str, made: Agenda, more: str = "", left_off: Sequence[Taken] = ()) -> dict[str, object]:
    """What `session new` says; ``more``: words that the next command needs too; ``left_off``: dwellings that something else takes."""
    off = {one.dwelling for one in left_off}
    items = [item for item in made.items if item.dwelling_id not in off]
    people = len({c.application_id for item in items for c in item.candidates if not c.queue})
    summary: dict[str, object] = {
        "session": session_id, "dwellings": [i.dwelling_id for i in items], "awaiting": list(made.awaiting),
        "without": list(made.without), "under_way": list(made.under_way), "taken": [one.dwelling for one in left_off],
    }  # fmt: skip
    for lang in LANGS:
        unlisted = (
            ("SESSION.BEGUN_AWAITING", made.awaiting),
            ("SESSION.BEGUN_UNDER_WAY", made.under_way),
            ("SESSION.BEGUN_WITHOUT", made.without),
        )
        summary[f"lines_{lang}"] = [
            said("SESSION.BEGUN", lang, session=session_id, n=len(items), people=people),
            *([said("SESSION.BEGUN_TAKEN", lang, names=taken_words(left_off))] if left_off else ()),
            *(said(words, lang, names=_names(homes, lang)) for words, homes in unlisted if homes),
            said("SESSION.BEGUN_THEN", lang, session=session_id, more=more),
        ]
    return summary


def _names(homes: Sequence[str], lang: Lang) -> str:
    """Dwellings in a sentence; of many the first ones and how many more."""
    comma = said("WORDS.LIST", lang)
    if len(homes) <= TOLD + 1:
        return comma.join(homes)
    return said("SESSION.BEGUN_MORE", lang, names=comma.join(homes[:TOLD]), n=len(homes) - TOLD)


def listed(
    sessions: Sequence[SessionRecord], agendas: Mapping[str, Mapping[str, int]], lang: Lang
) -> list[tuple[str, ...]]:
    """One row per session, under `HEADINGS`; ``agendas``: dwellings of each by their state."""
    rows = []
    for s in sessions:
        homes = agendas.get(s.session_id, {})
        decided = sum(n for state, n in homes.items() if state not in ("listed", "not_examined"))
        told = (sum(homes.values()), decided, homes.get("let", 0))
        status = said(f"SESSION.STATUS_{s.status}".upper(), lang)
        rows.append((s.session_id, day(s.on, lang), status, *map(str, told)))
    return rows


def packed(session_id: str, out: Path, files: Sequence[str], more: str = "") -> dict[str, object]:
    """What `session pack` says; ``more``: words that the next command needs too."""
    return _written("PACKED", session_id, out, files, "PACKED_THEN", more)


def drawn_up(told: Told, out: Path, files: Sequence[str]) -> dict[str, object]:
    """What `session minutes` says."""
    over = told.session.status in ("closed", "cancelled")
    return _written("MINUTES", told.session.session_id, out, files, "" if over else "DRAFT")


def not_held(session: SessionRecord, more: str = "") -> dict[str, object]:
    """What `session cancel` says; ``more``: words that the next command needs too."""
    free = [i.dwelling_id for i in session.items if i.end_reason in ("cancelled", "quorum")]
    summary: dict[str, object] = {"session": session.session_id, "status": session.status, "dwellings": free}
    for lang in LANGS:
        summary[f"lines_{lang}"] = [
            said(f"SESSION.{name}", lang, session=session.session_id, n=len(free), more=more)
            for name in ("NOT_HELD", "NOT_HELD_THEN")
        ]
    return summary


def taken_back(session_id: str, dwelling: str, what: str) -> dict[str, object]:
    """What `session correct` says; no number of a household."""
    summary: dict[str, object] = {"session": session_id, "dwelling": dwelling, "taken_back": what}
    for lang in LANGS:
        words = said(f"SESSION.TAKEN_{what}".upper(), lang)
        summary[f"lines_{lang}"] = [
            said("SESSION.TAKEN_BACK", lang, session=session_id, dwelling=dwelling, what=words)
        ]
    return summary


def noticed(session_id: str, what: str) -> dict[str, object]:
    """What `session notice` says; no number of a household."""
    summary: dict[str, object] = {"session": session_id, "notice": what}
    for lang in LANGS:
        summary[f"lines_{lang}"] = [said(f"SESSION.NOTICE_{what}".upper(), lang, session=session_id)]
    return summary


def changed(name: str, session_id: str, dwelling: str, people: int = 1) -> dict[str, object]:
    """What `session add-item`, `add-name` and `replace` say; no number of a household."""
    summary: dict[str, object] = {"session": session_id, "dwelling": dwelling, "change": name}
    for lang in LANGS:
        summary[f"lines_{lang}"] = [
            said(f"SESSION.{name}".upper(), lang, session=session_id, dwelling=dwelling, people=people)
        ]
    return summary


def _written(
    name: str, session_id: str, out: Path, files: Sequence[str], then: str, more: str = ""
) -> dict[str, object]:
    summary: dict[str, object] = {"session": session_id, "out": str(out), "files": list(files)}
    # a folder « Mes séances » is one word of the command that is copied
    book = shlex.quote(str(out / "saisie.xlsx"))
    for lang in LANGS:
        names = (name, then) if then else (name,)
        summary[f"lines_{lang}"] = [
            said(f"SESSION.{x}", lang, session=session_id, n=len(files), out=out, book=book, more=more)
            for x in names
        ]
    return summary
