"""A session that could not be held leaves its procès-verbal de carence: who was there, what was counted, where its dwellings go."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from optimizer.desk.entry_book import write_entry_book
from optimizer.desk.pack import pack_pages
from optimizer.desk.paper_set import WRITERS, write_pack
from optimizer.desk.papers.carence import carence
from optimizer.desk.papers.convocation import agenda_paper, convocation
from optimizer.desk.papers.report_back import radiations_table
from optimizer.desk.sessions import begin, told_of
from optimizer.errors import InputProblems
from optimizer.presentation.document import document_pdf
from optimizer.store import commands, queries
from optimizer.store.law import law
from optimizer.store.ledger import verify as verify_ledger
from tests.deskwork.filling import fill
from tests.deskwork.room import HELD, MEMBERS, SECRETARY, Room, listed, read_case, ready, room
from tests.deskwork.test_next_case import turned
from tests.deskwork.test_papers import words

SENT = {"convocation_envoyee_a": "Préfet du Doubs ; Maire de Besançon"}
FEW = [{**m, "presence": "absent"} if n in (1, 2, 3) else m for n, m in enumerate(MEMBERS)]
"""One member of the board and the maire are there; the quorum is of three voices."""


@pytest.fixture
def made(tmp_path: Path) -> Room:
    made = room(tmp_path)
    made.clock.to(HELD, 14)
    return made


def not_held(made: Room, **cells: str) -> None:
    """The workbook filled and recorded."""
    made.write_book()
    fill(made.book, session=SENT | cells, members=FEW)
    made.record()


def test_what_a_person_typed_names_nobody_on_the_papers_that_go_to_everyone(made: Room):
    """Convocation, agenda and carence go to réservataires and maires: a number in a reason is a reference there."""
    told = told_of(made.desk, made.session_id, "fr")
    first, who = told.session.items[0], listed(told.session.items[0])[0]
    typed = f"Relogement de la demande {who.application_id} avant expulsion."
    items = (replace(first, added_as="late", added_reason=typed), *told.session.items[1:])
    urgent = replace(told, session=replace(told.session, urgent=True, reason=typed, items=items))
    stopped = replace(urgent, session=replace(urgent.session, status="cancelled", urgent=False))
    for paper in (convocation(urgent), agenda_paper(urgent), carence(stopped)):
        text = words(paper)
        assert f"Relogement de la demande {who.ref} avant expulsion." in text
        assert who.application_id not in text


@pytest.mark.long
def test_without_a_quorum_the_workbook_leaves_a_paper_and_frees_the_dwellings(made: Room, tmp_path: Path):
    not_held(made, carence_constatee_a="14h30", annulee_parce_que="Deux membres retenus par la neige.")
    session = made.session
    assert session.status == "cancelled" and {i.status for i in session.items} == {"not_examined"}
    told = told_of(made.desk, made.session_id, "fr")
    page = words(carence(told))
    for mention in (
        "Procès-verbal de carence", "Besançon, siège", "14:00", "à : Préfet du Doubs ; Maire de Besançon",
        "trois voix présentes ou représentées (article 4) (3 voix)", "Quorum non atteint à 14:30 : 2 voix présentes ou représentées, 3 demandées.",
        "Deux membres retenus par la neige.", "aucune décision n'a été prise", "M. Absent", "Mme Maire", "arrivée 13:55",
        "à inscrire à une autre séance", f"par {SECRETARY.name}",
    ):  # fmt: skip
        assert mention in page, mention
    # the households of the lists, not those who waited behind them
    lists = {
        i.dwelling_id: sum(c.candidate_id in told.cancellation.listed for c in i.candidates)
        for i in session.items
    }
    assert lists == {i.dwelling_id: sum(not c.queue for c in i.candidates) for i in ready().items} and any(
        len(i.candidates) > lists[i.dwelling_id] for i in session.items
    )
    # nor does the agenda printed afterwards count them, nor a page call them « non examinée »
    assert {
        c.status
        for i in session.items
        for c in i.candidates
        if c.candidate_id not in told.cancellation.listed
    } == {"queue"}
    assert [len(form["candidates"]) for form in pack_pages(session, law(HELD), "fr")] == list(lists.values())
    assert session.signed_hash and session.signed_hash[:16] in page
    # nobody's number: a session that was not held names no household
    assert not [c for i in session.items for c in i.candidates if c.application_id in page]
    pdf = " ".join(p.extract_text() for p in PdfReader(BytesIO(document_pdf(carence(told), "fr"))).pages)
    assert "Quorum non atteint à 14:30" in " ".join(pdf.replace("\u00a0", " ").split())
    files = WRITERS["cancelled"](tmp_path / "carence", told, today=HELD)
    assert {
        "proces-verbal-de-carence.html",
        "proces-verbal-de-carence.pdf",
        "convocation.pdf",
        "ordre-du-jour.pdf",
    } <= set(files)
    assert not [f for f in files if f.startswith(("courriers", "a-reporter", "saisie"))]
    assert verify_ledger(made.desk).holds
    # nothing came of it: the next case is the import's
    after, before = turned(made).case, read_case()
    for table in ("dwellings", "in_progress", "events", "decisions"):
        assert len(after.table(table)) == len(before.table(table)), table
    # the workbook recorded again changes nothing, and the paper says where each dwelling went
    assert made.record().done == {}
    again = begin(
        made.desk, SECRETARY, ready(), commission="CALEOL Besançon", on=HELD + timedelta(days=4), quorum=3
    )
    assert len(queries.session(made.desk, again).items) == len(session.items)
    page = words(carence(told_of(made.desk, made.session_id, "fr")))
    assert page.count("à l'ordre du jour de la séance du 07/12/2026") == len(session.items)


def _attached(made: Room, session: str) -> str:
    found = re.search(r"Pièces? jointes? : ([^.]*)\.", words(convocation(told_of(made.desk, session, "fr"))))
    assert found is not None
    return found[1]


def test_a_convocation_announces_the_minutes_that_there_are(made: Room):
    """Of a first session none; of one that was not held its carence, with the minutes of the last that was held."""
    assert _attached(made, made.session_id) == "ordre du jour"
    made.hold()
    held = "ordre du jour ; procès-verbal de la séance du 03/12/2026"

    def another(on: date, dwelling: str, commission: str = "CALEOL Besançon") -> str:
        homes = (replace(ready().items[0], dwelling_id=dwelling),)
        agenda = replace(ready(), items=homes)
        return begin(made.desk, SECRETARY, agenda, commission=commission, on=on, quorum=3)

    def convened(session: str) -> None:
        names = {c.candidate_id: "" for i in queries.session(made.desk, session).items for c in listed(i)}
        commands.convene(made.desk, SECRETARY, f"c-{session}", session, recipients=["Préfet"], checks=names)

    second = another(HELD + timedelta(days=7), "L-2")
    assert _attached(made, second) == held
    convened(second)
    third = another(HELD + timedelta(days=8), "L-3")
    convened(third)
    made.clock.to(HELD + timedelta(days=7))
    commands.cancel(made.desk, SECRETARY, "annulée", second, reason="Salle inondée")
    fourth = another(HELD + timedelta(days=14), "L-4")
    assert _attached(made, fourth) == (
        "ordre du jour ; procès-verbal de la séance du 03/12/2026 ; procès-verbal de carence de la séance du 10/12/2026"
    )
    # what was sent before it was drawn up had no carence with it; another commission has its own minutes
    assert _attached(made, second) == _attached(made, third) == held
    assert _attached(made, another(HELD + timedelta(days=15), "L-5", "CALEOL Dole")) == "ordre du jour"


def test_a_quorum_that_is_there_is_no_carence(made: Room):
    made.write_book()
    fill(made.book, session=SENT | {"carence_constatee_a": "14:30"}, members=MEMBERS)
    with pytest.raises(InputProblems) as problems:
        made.record()
    said = str(problems.value)
    assert "Le quorum est atteint à cette heure : 5 voix" in said and "carence_constatee_a" in said
    assert made.session.status == "draft"


def test_members_who_have_left_by_then_are_not_counted(made: Room):
    gone = [{**m, "depart": "14:20"} if n < 3 else m for n, m in enumerate(MEMBERS)]
    made.write_book()
    fill(made.book, session=SENT | {"carence_constatee_a": "14:30"}, members=gone)
    made.record()
    found = queries.cancellation(made.desk, made.session_id)
    assert found is not None and (found.hour, found.present, found.quorum) == ("14:30", 2, 3)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"carence_constatee_a": "en soirée"}, "DESK_ENTRY_HOUR"),
        ({"carence_constatee_a": "14:30", "seance_ouverte": "oui"}, "DESK_ENTRY_NOT_HELD"),
        ({"annulee_parce_que": "Salle fermée", "seance_ouverte": "oui"}, "DESK_ENTRY_NOT_HELD"),
    ],
)
def test_a_sheet_that_says_both_is_refused(made: Room, cells: dict[str, str], code: str):
    with pytest.raises(InputProblems) as problems:
        not_held(made, **cells)
    assert [f.code for f in problems.value.findings if f.severity == "error"] == [code]
    assert made.session.status == "draft"


def test_a_carence_needs_the_attendance(made: Room):
    made.write_book()
    fill(made.book, session=SENT | {"carence_constatee_a": "14:30"}, members=[])
    with pytest.raises(InputProblems, match="Aucune présence n'est enregistrée"):
        made.record()


def test_a_session_cancelled_in_preparation_says_so_without_a_convocation(made: Room, tmp_path: Path):
    commands.cancel(made.desk, SECRETARY, "annulation", made.session_id, reason="Salle inondée")
    told = told_of(made.desk, made.session_id, "fr")
    page = words(carence(told))
    assert "Séance annulée avant sa convocation" in page and "Annulée : Salle inondée" in page
    assert "carence" not in page and "Signature Ed25519" not in page and "Aucune présence" in page
    files = WRITERS["cancelled"](tmp_path / "carence", told, today=HELD)
    assert "proces-verbal-de-carence.pdf" in files and "convocation.pdf" not in files
    book = write_entry_book(tmp_path / "saisie.xlsx", made.session, law(HELD), "fr")
    assert book is None  # the workbook of a cancelled session can be handed out again


def test_the_paper_says_where_and_when_it_was_to_be_held_or_that_nobody_wrote_it_down(made: Room):
    not_held(made, carence_constatee_a="14h30")
    told = told_of(made.desk, made.session_id, "fr")
    head = dict(carence(told).sheets[0].blocks[0].rows)
    assert {label: head[label] for label in ("Date", "Heure", "Lieu", "Mode")} == {
        "Date": "03/12/2026", "Heure": "14:00", "Lieu": "Besançon, siège", "Mode": "en présence",
    }  # fmt: skip
    bare = replace(told, session=replace(told.session, hour="", place="", quorum_rule="", recipients=()))
    head = dict(carence(bare).sheets[0].blocks[0].rows)
    assert (head["Heure"], head["Lieu"]) == ("–", "–")
    assert head["Convocation"].endswith("à : –") and head["Règle de quorum"].endswith("(3 voix)")
    assert [sheet.anchor for sheet in carence(told).sheets] == ["carence"]
    # one line a dwelling, with the households of its list
    homes = next(
        b for b in carence(told).sheets[0].blocks if b.kind == "table" and "Ménages inscrits" in b.columns
    )
    lists = {i.dwelling_id: str(sum(not c.queue for c in i.candidates)) for i in ready().items}
    assert {row[1]: row[4] for row in homes.rows} == lists


def test_an_urgent_session_that_was_cancelled_keeps_its_reasons_apart(made: Room, tmp_path: Path):
    urgent = begin(
        made.desk, SECRETARY, _of_one(), commission="CALEOL Besançon", on=HELD, quorum=3, urgent="Incendie rue des Lilas"
    )  # fmt: skip
    checks = {c.candidate_id: "" for i in queries.session(made.desk, urgent).items for c in listed(i)}
    commands.convene(made.desk, SECRETARY, "convocation", urgent, recipients=["Préfet"], checks=checks)
    commands.cancel(made.desk, SECRETARY, "annulation", urgent, reason="Relogement trouvé ailleurs")
    told = told_of(made.desk, urgent, "fr")
    files = WRITERS["cancelled"](tmp_path / "carence", told, today=HELD)
    assert "convocation.html" in files
    sent = (tmp_path / "carence" / "convocation.html").read_text(encoding="utf-8")
    assert "Relogement trouvé ailleurs" not in sent and "Incendie rue des Lilas" in sent
    paper = (tmp_path / "carence" / "proces-verbal-de-carence.html").read_text(encoding="utf-8")
    assert "Relogement trouvé ailleurs" in paper and "Incendie rue des Lilas" in paper


def _of_one():
    """The proposal without the dwellings that stand on the session in preparation."""
    from dataclasses import replace

    made = ready()
    first = replace(made.items[0], dwelling_id="URGENT-1")
    return replace(made, items=(first,))


def test_the_pack_of_a_session_stays_what_it_was(made: Room, tmp_path: Path):
    files = write_pack(tmp_path / "dossier", told_of(made.desk, made.session_id, "fr"), today=HELD)
    assert "saisie.xlsx" in files and not [f for f in files if "carence" in f]


def test_a_notice_of_no_answer_is_carried_over_from_a_session_that_was_not_held(made: Room, tmp_path: Path):
    """Nobody could reach the household for it; a month later it is struck off, and both stand on « À reporter »."""
    name = listed(made.session.items[0])[0]
    commands.call(made.desk, SECRETARY, "appel", name.candidate_id, outcome="unreachable")
    duty = commands.notice_no_reply(
        made.desk, SECRETARY, "avis", name.candidate_id, proof="registered_received", proof_on=HELD
    ).result["duty_id"]
    not_held(made, carence_constatee_a="14h30")
    files = WRITERS["cancelled"](tmp_path / "carence", told_of(made.desk, made.session_id, "fr"), today=HELD)
    assert {"a-reporter.html", "a-reporter.xlsx"} <= set(files)
    sent = (tmp_path / "carence" / "a-reporter.html").read_text(encoding="utf-8")
    assert "avis de non-réponse notifié" in sent and name.application_id in sent
    # the paper that goes to everybody names no household
    carence_page = (tmp_path / "carence" / "proces-verbal-de-carence.html").read_text(encoding="utf-8")
    assert name.application_id not in carence_page
    made.clock.to(HELD + timedelta(days=40))
    commands.confirm_no_reply(made.desk, SECRETARY, "radiation", duty)
    rows = radiations_table(told_of(made.desk, made.session_id, "fr"))
    assert list(rows["numUnique"]) == [name.application_id]
