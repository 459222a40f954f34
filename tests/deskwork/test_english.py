"""Papers, workbook and screens' lines in English, of a proposal made in French: no French word but what people typed and names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from optimizer.desk.agenda import agenda
from optimizer.desk.entry_book import write_entry_book
from optimizer.desk.pack import home_lines, pack_pages
from optimizer.desk.paper_set import write_minutes, write_pack
from optimizer.desk.papers.carence import carence
from optimizer.desk.recording import record
from optimizer.desk.sessions import told_of, with_names
from optimizer.presentation.document import document_html
from optimizer.runs import Options, propose_to
from optimizer.store.law import law
from tests.deskwork.room import (
    CHAIR,
    HELD,
    MEMBERS,
    OPENED,
    REFUSAL,
    SECRETARY,
    Room,
    listed,
    proposed,
    read_case,
    room,
)
from tests.french import french_in, text_of

TOLD_NO = {"decision": "d", "rang": None, "phrase": REFUSAL}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """A signed session with every kind of decision, each motive's words, an offer refused and one accepted."""
    made = room(tmp_path_factory.mktemp("anglais"))
    one, two = made.with_lists(3)[:2]
    a, b, c = listed(one)[:3]
    x, y, z = listed(two)[:3]
    rows: dict[tuple[str, str, str], dict[str, Any]] = {
        ("Saisie", one.dwelling_id, a.application_id): {"decision": "a", "rang": None},
        ("Saisie", one.dwelling_id, b.application_id): {"decision": "c", "rang": 2, "piece": "tax_notice", "avant_le": date(2026, 12, 18)},
        ("Saisie", one.dwelling_id, c.application_id): TOLD_NO | {"motif_decision": "N5"},
        ("Saisie", two.dwelling_id, x.application_id): {"decision": "b", "rang": 2},
        ("Saisie", two.dwelling_id, y.application_id): {"decision": "b", "rang": 1},
        ("Saisie", two.dwelling_id, z.application_id): TOLD_NO | {"motif_decision": "N3"},
        ("Votes", two.dwelling_id, ""): {"pour": 3, "contre": 2, "abstentions": 0, "ecart": REFUSAL},
    }  # fmt: skip
    made.hold(rows)
    sent = {"notifie_le": date(2026, 12, 4), "preuve": "hand", "preuve_le": date(2026, 12, 4)}
    refused = sent | {"reponse": "refuse", "reponse_le": date(2026, 12, 7), "motif_refus": "rent", "refus_legitime": "non"}  # fmt: skip
    made.after(date(2026, 12, 9), {("Offres", one.dwelling_id, a.application_id): refused})
    return made


def typed(made: Room) -> Iterator[str]:
    """What stays as it is: what people typed, names of places and of files."""
    yield from (
        REFUSAL,
        CHAIR,
        OPENED["convocation_envoyee_a"],
        "trois voix présentes ou représentées (article 4)",
    )
    yield from OPENED["convocation_envoyee_a"].split(" ; ")
    yield from (str(value) for m in MEMBERS for value in m.values())
    yield from ("Besançon, siège", "case/demandes.csv", "case/logements.csv")
    for item in made.session.items:
        yield from (str(item.facts[name]) for name in ("commune_name", "address") if item.facts.get(name))
        yield str(item.facts["account_label"]["en"])
        yield from (str(part[0]) for part in [item.facts["form"]["foot"]["en"].split(" · ")])


def test_every_paper_of_a_session_is_in_english(made: Room, tmp_path: Path):
    told = with_names(made.desk, SECRETARY, told_of(made.desk, made.session_id, "en"))
    write_pack(tmp_path / "pack", told, today=HELD)
    write_minutes(tmp_path / "minutes", told, today=HELD)
    pages = sorted(tmp_path.glob("*/*.html"))
    assert len(pages) >= 9
    kept = list(typed(made))
    for page in pages:
        found = french_in(text_of(page.read_text(encoding="utf-8")), kept)
        assert not found, (page.name, found[:5])
    paper = carence(replace(told, session=replace(made.session, status="cancelled")))
    assert not french_in(text_of(document_html(paper, "en")), kept)
    # each letter tells once what its French words mean; a French paper needs it nowhere
    letters = (tmp_path / "minutes" / "courriers.html").read_text(encoding="utf-8")
    assert letters.count("French terms: ") == letters.count("<article")
    write_pack(tmp_path / "dossier", replace(told, lang="fr"), today=HELD)
    assert "French terms" not in (tmp_path / "dossier" / "dossier-de-seance.html").read_text(encoding="utf-8")


def test_the_workbook_speaks_english_and_is_read(made: Room, tmp_path: Path):
    path = tmp_path / "entry.xlsx"
    write_entry_book(path, made.session, law(HELD), "en")
    book, kept = openpyxl.load_workbook(path), list(typed(made))
    assert book.sheetnames == [
        "How to fill it in",
        "Session",
        "Calls",
        "Members",
        "Entry",
        "Votes",
        "Offers",
        "Lists",
    ]
    for sheet in book:
        for cells in sheet.iter_rows():
            for cell in cells:
                note = cell.comment.text if cell.comment else ""
                assert not french_in(f"{cell.value or ''} {note}", kept), (sheet.title, cell.value, note)
    # what it says is recorded already: each English word was understood
    done = record(made.desk, path, made.session_id, SECRETARY)
    assert not done.done and not done.warnings


@pytest.mark.long
def test_every_sheet_of_the_workbook_prints_on_a4_and_lists_bear_the_headers_of_their_columns(
    made: Room, tmp_path: Path
):
    """The lists took a page each, under the program's own words; the first sheet was cut on the right of the page."""
    path = tmp_path / "saisie.xlsx"
    write_entry_book(path, made.session, law(HELD), "fr")
    book = openpyxl.load_workbook(path)
    assert all(s.page_setup.paperSize == 9 and s.sheet_properties.pageSetUpPr.fitToPage for s in book)
    assert book.worksheets[0].column_dimensions["A"].width < 70
    lists = book["Listes"]
    assert lists.page_setup.orientation == "landscape" and lists.page_setup.fitToWidth == 2
    heads = [cell.value for cell in lists[1]]
    known = {cell.value for sheet in book.worksheets[1:-1] for cell in sheet[1]}
    assert all(set(head.split(", ")) <= known for head in heads)


@pytest.mark.long
def test_an_agenda_is_the_same_whichever_language_its_proposal_was_made_in(tmp_path: Path):
    case, french = proposed()
    propose_to(case, tmp_path / "result", Options(pdf=False, prospects=5, lang="en"))
    assert (tmp_path / "result" / "sheets.json").read_bytes() == (french / "sheets.json").read_bytes()
    one, other = (agenda(at, case, read_case()).items for at in (french, tmp_path / "result"))
    assert one == other
    assert not any(c.application_id in json.dumps(dict(c.facts)) for i in one for c in i.candidates)


def test_a_session_frozen_in_one_language_by_an_earlier_version_still_opens(made: Room):
    """Its lines stand as they were written; everything else is in the language asked."""
    one = next(i for i in made.session.items if i.candidates)
    words = "Ancien"

    def alone(facts: Any) -> dict[str, Any]:
        """The facts as that version kept them, in French."""
        form = facts.get("form")
        shown = {name: facts[name]["fr"] for name in ("account_label", "title", "lines") if name in facts}
        old = {name: form[name]["fr"] for name in ("lines", "close", "foot")} if form else None
        return {
            **{k: v for k, v in facts.items() if k != "why"},
            **shown,
            **({"form": {**form, **old}} if old else {}),
        }

    names = tuple(replace(c, facts=alone(c.facts), reasons=(words,)) for c in one.candidates)
    old = replace(one, facts=alone(one.facts), candidates=names)
    assert home_lines(old, "en", HELD) == home_lines(one, "fr", HELD)
    session = replace(made.session, items=(old,))
    (page, *_) = pack_pages(session, law(HELD), "en")
    assert page["lines"] == home_lines(one, "fr", HELD) and "Dwelling no." in page["head"]
