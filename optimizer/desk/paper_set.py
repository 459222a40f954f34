"""The folders of a session: what goes to the table before it, what leaves after it. Whole or absent, with a record of their files."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from optimizer.desk.call_list import Due
from optimizer.desk.entry_book import write_entry_book
from optimizer.desk.pack import pack_head, pack_pages
from optimizer.desk.papers.calls import calls_paper
from optimizer.desk.papers.carence import carence
from optimizer.desk.papers.convocation import agenda_paper, convocation
from optimizer.desk.papers.letters import letters, notices, unanswered
from optimizer.desk.papers.minutes import minutes
from optimizer.desk.papers.report_back import events_table, radiations_table, report_back
from optimizer.desk.papers.wording import Told
from optimizer.disk import hold, seal
from optimizer.presentation.document import write_document
from optimizer.presentation.pdf import write_pdf
from optimizer.presentation.sheets import sheets_html
from optimizer.presentation.tables_book import write_book
from optimizer.store.records import DutyRecord

MARK = "papiers.json"


def write_pack(
    out: Path,
    told: Told,
    *,
    duties: Sequence[DutyRecord] = (),
    calls: Sequence[Due] = (),
    today: date,
    force: bool = False,
) -> list[str]:
    """What a session takes to its table: pack of A4 pages, workbook to fill in, convocation, agenda, list of calls; notices of no answer, if any.

    Returns
    -------
    list of str
        Names of the files, sorted.

    Raises
    ------
    AttrifluxError
        ``OUT_…``: the folder is not new, not ours, or cannot be written.
    """
    session, lang = told.session, told.lang
    with hold(out, force=force, mark=MARK) as held, held.folder() as work:
        head, pages = pack_head(session, lang), pack_pages(session, told.law, lang)
        (work / "dossier-de-seance.html").write_text(sheets_html(head, pages), encoding="utf-8")
        write_pdf(work / "dossier-de-seance.pdf", head, pages)
        write_entry_book(work / "saisie.xlsx", session, told.law, lang, today=today)
        _write_sent(work, told, duties)
        write_document(work, "appels", calls_paper(told, calls, today), lang)
        if unanswered(told):
            write_document(work, "sans-reponse", notices(told), lang)
        return _sealed(work, session.session_id)


def write_minutes(
    out: Path,
    told: Told,
    *,
    duties: Sequence[DutyRecord] = (),
    calls: Sequence[Due] = (),
    today: date,
    force: bool = False,
) -> list[str]:
    """What leaves a session: minutes (nominative, and without numbers), letters, « À reporter », calls, convocation, agenda.

    Returns and raises as :func:`write_pack`.
    """
    lang = told.lang
    apart = dataclasses.replace(told, pseudonymous=True)
    with hold(out, force=force, mark=MARK) as held, held.folder() as work:
        write_document(work, "proces-verbal", minutes(told), lang)
        write_document(work, "proces-verbal-pseudonyme", minutes(apart), lang)
        write_document(work, "courriers", letters(told), lang)
        _write_report(work, told)
        _write_sent(work, told, duties)
        write_document(work, "appels", calls_paper(told, calls, today), lang)
        return _sealed(work, told.session.session_id)


def write_carence(
    out: Path,
    told: Told,
    *,
    duties: Sequence[DutyRecord] = (),
    calls: Sequence[Due] = (),
    today: date,
    force: bool = False,
) -> list[str]:
    """What a session leaves that was not held: its procès-verbal de carence, and the convocation and agenda that people were sent; « À
    reporter » where a household that nobody could reach for it was sent its notice.

    Takes what :func:`write_pack` takes, returns and raises as it does; nobody is to be called.
    """
    lang = told.lang
    with hold(out, force=force, mark=MARK) as held, held.folder() as work:
        write_document(work, "proces-verbal-de-carence", carence(told), lang)
        if told.session.convened_on is not None:
            _write_sent(work, told, duties)
        if told.no_replies:
            _write_report(work, told)
        return _sealed(work, told.session.session_id)


WRITERS: Mapping[str, Callable[..., list[str]]] = {"closed": write_minutes, "cancelled": write_carence}
"""State of a session -> what its papers are; before it is closed, the pack that goes to its table."""


def _write_sent(work: Path, told: Told, duties: Sequence[DutyRecord]) -> None:
    """What people were sent before the session: convocation and agenda."""
    write_document(work, "convocation", convocation(told), told.lang)
    write_document(work, "ordre-du-jour", agenda_paper(told, duties), told.lang)


def _write_report(work: Path, told: Told) -> None:
    """« À reporter », on paper and as tables."""
    write_document(work, "a-reporter", report_back(told), told.lang)
    tables = {
        told.say("EVENTS_SHEET"): events_table(told),
        told.say("RADIATIONS_SHEET"): radiations_table(told),
    }
    write_book(work / "a-reporter.xlsx", tables, title=told.say("REPORT"), on=told.session.on)


def _sealed(work: Path, session_id: str) -> list[str]:
    record = {"format": "attriflux-papers/1", "session": session_id}
    (work / MARK).write_text(json.dumps(record, sort_keys=True) + "\n", encoding="utf-8")
    seal(work, MARK)
    return sorted(p.name for p in work.iterdir())
