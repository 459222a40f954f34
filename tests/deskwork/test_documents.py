"""A file to complete names its document: on the page, the A4 page, the workbook, the minutes and the letters, on every list of the household."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from optimizer.desk.documents import file_words, household_lines
from optimizer.desk.pack import pack_pages
from optimizer.desk.papers.letters import letters
from optimizer.desk.papers.minutes import minutes
from optimizer.desk.sessions import begin, told_of
from optimizer.errors import InputProblems
from optimizer.store import commands, queries
from optimizer.store.law import law
from optimizer.store.ledger import verify as verify_ledger
from optimizer.store.records import CandidateRecord, ItemRecord
from tests.deskwork.filling import columns, fill, row_of
from tests.deskwork.room import HELD, SECRETARY, Room, listed, ready, room
from tests.deskwork.test_papers import words

LAW = law(HELD)
ASKED = {"piece_demandee": "Avis d'imposition", "demandee_le": date(2026, 11, 24)}
BEHIND = "Avis demandé le 24 novembre, non remis au jour de la séance malgré deux rappels."


@pytest.fixture
def made(tmp_path: Path) -> Room:
    return room(tmp_path)


def to_complete(made: Room) -> tuple[ItemRecord, CandidateRecord]:
    """A household whose file the import said was to be completed."""
    for item in made.session.items:
        for c in listed(item):
            if "pièce ……" in str(c.facts["lines"]) and len(listed(item)) > 1:
                return item, c
    raise AssertionError("no file to complete in this proposal")


def ask(made: Room, item: ItemRecord, c: CandidateRecord, **cells: object) -> None:
    made.write_book()
    fill(made.book, rows={("Appels", item.dwelling_id, c.application_id): ASKED | cells})
    made.record()


def file_of(made: Room, item: ItemRecord, c: CandidateRecord, screen: bool = False) -> str:
    now = next(x for x in made.item(item.dwelling_id).candidates if x.ref == c.ref)
    lines = household_lines(now, LAW.documents, "fr", screen=screen)
    return next(value for line in lines for label, value in line if label == "Dossier").replace("\u00a0", " ")


@pytest.mark.long
def test_a_document_asked_for_has_its_name_on_every_page(made: Room):
    item, c = to_complete(made)
    assert file_of(made, item, c) == "à compléter : pièce ……"
    assert file_of(made, item, c, screen=True) == "à compléter : pièce à nommer"
    ask(made, item, c)
    told = "à compléter : Avis d'imposition (demande du 24/11/2026)"
    assert file_of(made, item, c) == file_of(made, item, c, screen=True) == told
    page = next(p for p in pack_pages(made.session, LAW, "fr") if p["dwelling"] == item.dwelling_id)
    assert told in str(page).replace("\u00a0", " ")
    book = made.write_book()
    sheet = openpyxl.load_workbook(book)["Appels"]
    row = row_of(book, "Appels", item.dwelling_id, c.application_id)
    cell = {name: sheet.cell(row, at).value for name, at in columns(sheet).items()}
    assert (
        str(cell["dossier"]).replace("\u00a0", " ") == told and cell["piece_demandee"] == "Avis d'imposition"
    )
    # a second one, then both come: the sheet asks for the one that is awaited
    ask(made, item, c, piece_demandee="Carte d'étudiant ou certificat de scolarité")
    assert "Avis d'imposition" in file_of(made, item, c) and "Carte d'étudiant" in file_of(made, item, c)
    for name in ("Avis d'imposition", "Carte d'étudiant ou certificat de scolarité"):
        made.write_book()
        cells = {"piece_recue": name, "recue_le": date(2026, 11, 25)}
        fill(made.book, rows={("Appels", item.dwelling_id, c.application_id): cells})
        made.record()
    told = file_of(made, item, c)
    assert told.startswith("complété : ") and told.count("remise le 25/11/2026") == 2


@pytest.mark.long
def test_the_minutes_and_the_letters_say_which_document(made: Room):
    item, c = to_complete(made)
    ask(made, item, c)
    refused = {"decision": "d", "rang": None, "motif_decision": "N1", "phrase": BEHIND}
    others = [x for x in listed(item) if x.ref != c.ref]
    ranks = {
        ("Saisie", item.dwelling_id, x.application_id): {"decision": "b", "rang": n}
        for n, x in enumerate(others, start=1)
    }
    made.hold(ranks | {("Saisie", item.dwelling_id, c.application_id): refused})
    told = told_of(made.desk, made.session_id, "fr")
    page = words(minutes(told))
    assert (
        f"Pièces demandées avant la décision {c.application_id} : Avis d'imposition (demande du 24/11/2026)"
        in page
    )
    assert "Demandée et non remise : Avis d'imposition (demande du 24/11/2026)." in page
    letter = words(letters(told))
    assert "Pièce demandée, non remise Avis d'imposition (demande du 24/11/2026)" in letter
    # a document that came after the session changes no minutes
    made.clock.to(HELD + timedelta(days=2))
    now = next(x for x in made.item(item.dwelling_id).candidates if x.ref == c.ref)
    commands.receive_document(made.desk, SECRETARY, "recue", now.candidate_id, document="tax_notice")
    assert words(minutes(told_of(made.desk, made.session_id, "fr"))) == page


@pytest.mark.long
def test_a_household_with_a_rank_reads_what_its_file_still_waits_for(made: Room):
    item, c = to_complete(made)
    ask(made, item, c)
    made.hold()
    page = words(letters(told_of(made.desk, made.session_id, "fr")))
    own = page[page.index(f"Demande {c.application_id} – logement {item.dwelling_id}") :][:900]
    assert "Pièce encore attendue Avis d'imposition (demande du 24/11/2026)" in own


def test_no_document_asked_for_is_no_motive(made: Room):
    item, c = to_complete(made)
    with pytest.raises(InputProblems, match="Le motif N1 demande une pièce demandée au ménage et non remise"):
        made.hold(
            {
                ("Saisie", item.dwelling_id, x.application_id): {"decision": "d", "rang": None, "motif_decision": "N1", "phrase": BEHIND}
                for x in listed(item)
            }
        )  # fmt: skip
    assert made.session.status == "draft"


def test_a_document_holds_for_the_household_wherever_it_is_examined(made: Room):
    twice = {}
    for item in made.session.items:
        for c in listed(item):
            twice.setdefault(c.ref, []).append((item, c))
    (one, here), (two, there) = next(found for found in twice.values() if len(found) > 1)[:2]
    ask(made, one, here)
    seen = next(x for x in made.item(two.dwelling_id).candidates if x.ref == there.ref)
    assert [d.document for d in seen.documents] == ["tax_notice"] and seen.documents[0].received_on is None
    # brought where the other dwelling is read: it is in order on both
    commands.receive_document(made.desk, SECRETARY, "recue", seen.candidate_id, document="tax_notice")
    for item in (one, two):
        now = next(x for x in made.item(item.dwelling_id).candidates if x.ref == here.ref)
        assert file_words(now, LAW.documents, "fr").startswith("complété")
    # asked for again after it came, it is awaited again; a request noted late is none
    made.clock.to(date(2026, 11, 27))
    for key, on, awaited in (("tard", date(2026, 11, 20), False), ("encore", date(2026, 11, 26), True)):
        commands.ask_document(made.desk, SECRETARY, key, seen.candidate_id, document="tax_notice", on=on)
        now = next(x for x in made.item(one.dwelling_id).candidates if x.ref == here.ref)
        assert (now.documents[0].received_on is None) is awaited
    assert verify_ledger(made.desk).holds


def test_the_next_agenda_still_names_what_a_file_waits_for(made: Room):
    item, c = to_complete(made)
    ask(made, item, c)
    commands.cancel(made.desk, SECRETARY, "annulation", made.session_id, reason="Salle inondée")
    on = HELD + timedelta(days=7)
    again = begin(made.desk, SECRETARY, ready(), commission="CALEOL Besançon", on=on, quorum=3)
    now = next(
        x
        for i in queries.session(made.desk, again).items
        for x in i.candidates
        if i.dwelling_id == item.dwelling_id and x.ref == c.ref
    )
    assert (
        file_words(now, LAW.documents, "fr").replace("\u00a0", " ")
        == "à compléter : Avis d'imposition (demande du 24/11/2026)"
    )
    complete = [
        x
        for i in queries.session(made.desk, again).items
        for x in i.candidates
        if x.ref == c.ref and x.facts.get("dossier") != "to_verify"
    ]
    assert not [x for x in complete if x.documents]


def test_an_unreachable_household_stays_so_beside_its_documents(made: Room):
    item, c = to_complete(made)
    ask(made, item, c)
    now = next(x for x in made.item(item.dwelling_id).candidates if x.ref == c.ref)
    lost = replace(now, facts={**now.facts, "dossier": "unreachable"})
    assert file_words(lost, LAW.documents, "fr").startswith("injoignable, à compléter")
    assert file_words(replace(lost, call="interested"), LAW.documents, "fr").startswith("à compléter")
    assert file_words(now, LAW.documents, "en").startswith("to complete: ")


@pytest.mark.parametrize(
    ("imported", "call", "told"),
    [
        ("complete", "", "complet"), ("complete", "unreachable", "injoignable"), ("complete", "interested", "complet"),
        ("unreachable", "", "injoignable"), ("unreachable", "interested", "joint depuis l'import"),
        ("to_verify", "unreachable", "injoignable, à compléter : pièce ……"), ("to_verify", "interested", "à compléter : pièce ……"),
    ],
)  # fmt: skip
def test_the_commission_reads_whether_a_household_can_be_reached(
    made: Room, imported: str, call: str, told: str
):
    """« Dossier : complet » of whom nobody reaches, or « injoignable » of whom answered this morning, would be decided upon."""
    c = next(c for i in made.session.items for c in listed(i))
    frozen = {"complete": "complet", "unreachable": "injoignable", "to_verify": "à compléter : pièce ……"}
    facts = {**c.facts, "dossier": imported, "lines": [[["Dossier", frozen[imported]]]]}
    now = replace(c, facts=facts, call=call)
    assert household_lines(now, LAW.documents, "fr") == [[("Dossier", told)]]
