"""A filled workbook: all problems at once and nothing written; what is recorded is not recorded twice; damaged files never crash."""

from __future__ import annotations

import csv
import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.desk.entry import SHEETS
from optimizer.desk.entry_reading import read_entries
from optimizer.desk.entry_rows import rows_of
from optimizer.desk.lists import choices
from optimizer.desk.papers.minutes import minutes
from optimizer.desk.sessions import take_back, told_of
from optimizer.errors import Finding, InputProblems
from optimizer.presentation.document import document_html
from optimizer.store import commands, queries
from optimizer.store.law import law
from optimizer.store.ledger import verify
from tests.deskwork.filling import columns, fill, row_of
from tests.deskwork.room import HELD, MEMBERS, OPENED, REFUSAL, SECRETARY, Room, decided, listed, room


@pytest.fixture
def made(tmp_path: Path) -> Room:
    return room(tmp_path)


def refused(made: Room) -> list:
    with pytest.raises(InputProblems) as problems:
        made.record()
    return [f for f in problems.value.findings if f.severity == "error"]


def dump(made: Room) -> list:
    return [(e.seq, e.hash) for e in queries.events(made.desk)]


def test_a_blank_workbook_says_nothing_and_facts_alone_are_not_decisions(made: Room):
    made.write_book()
    before = dump(made)
    assert made.record().done == {}
    assert dump(made) == before


def test_every_problem_is_listed_with_its_place_and_nothing_is_written(made: Room):
    big = made.with_lists(3)
    one, two = big[0], big[1]
    a, b, c = listed(one)[:3]
    x, y, z = listed(two)[:3]
    made.write_book()
    rows = decided(made.session) | {
        ("Saisie", one.dwelling_id, a.application_id): {
            "decision": "d",
            "rang": None,
            "motif_decision": "N2",
            "phrase": "trop court",
        },
        ("Saisie", one.dwelling_id, b.application_id): {
            "decision": "e",
            "rang": None,
            "motif_decision": "N3",
            "phrase": REFUSAL,
        },
        ("Saisie", one.dwelling_id, c.application_id): {"decision": "c", "rang": 1, "avant_le": "jeudi"},
        ("Saisie", two.dwelling_id, x.application_id): {"decision": "b", "rang": 2},
        ("Saisie", two.dwelling_id, y.application_id): {"decision": "b", "rang": 2},
        ("Saisie", two.dwelling_id, z.application_id): {"decision": "peut-être"},
        ("Votes", two.dwelling_id, ""): {"pour": "-1", "voix_preponderante": "moi"},
    }
    fill(
        made.book,
        session=OPENED,
        members=[*MEMBERS, {"membre": "M. Sans voix", "presence": "présent"}],
        rows=rows,
    )
    before = dump(made)
    found = {(f.column, f.row, f.code) for f in refused(made)}
    at = lambda item, who: row_of(made.book, "Saisie", item.dwelling_id, who.application_id)  # noqa: E731
    assert {
        ("phrase", at(one, a), "DESK_ENTRY_SENTENCE"),
        ("motif_decision", at(one, b), "DESK_ENTRY_MOTIVE"),
        ("piece", at(one, c), "DESK_ENTRY_NEEDED"),
        ("decision", at(two, z), "DESK_ENTRY_CHOICE"),
        ("voix_preponderante", row_of(made.book, "Votes", two.dwelling_id), "DESK_ENTRY_CHOICE"),
        ("voix", len(MEMBERS) + 2, "DESK_ENTRY_MISSING"),
    } <= found
    assert {column for column, _, code in found if code.startswith("READ")} >= {"avant_le", "pour"}
    assert dump(made) == before and made.session.status == "draft"


def test_problems_speak_both_languages_and_never_show_a_number(made: Room):
    made.write_book()
    item = made.with_lists(2)[0]
    who = listed(item)[0]
    fill(
        made.book,
        rows={("Saisie", item.dwelling_id, who.application_id): {"numero_unique": "999888777666555444"}},
    )
    fill(made.book, rows={("Offres", i.dwelling_id, ""): {} for i in ()})
    numbers = {c.application_id for i in made.session.items for c in i.candidates} | {"999888777666555444"}
    for finding in refused(made):
        for lang in ("fr", "en"):
            assert finding.text(lang) and not any(n in finding.sentence(lang) for n in numbers)


@pytest.mark.long
def test_a_session_is_recorded_in_one_go_then_nothing_twice(made: Room):
    made.write_book()
    made.clock.to(HELD)
    fill(made.book, session=OPENED, members=MEMBERS, rows=decided(made.session))
    dry = made.record(dry_run=True)
    assert dry.dry and made.session.status == "draft"
    done = made.record()
    assert done.done == dry.done
    assert done.done == {
        "attend": 1,
        "close": 1,
        "convene": 1,
        "decide": len(made.session.items),
        "open_session": 1,
    }
    assert made.session.status == "closed" and made.session.signed_by == "Mme Présidente"
    before = dump(made)
    assert made.record().done == {} and dump(made) == before
    # another file that says the same
    made.write_book()
    assert made.record().done == {} and dump(made) == before


def test_decisions_of_a_signed_session_change_by_rectificatif_only(made: Room):
    made.hold()
    item = made.session.items[0]
    who = item.candidates[0]
    made.write_book()
    fill(
        made.book,
        rows={
            ("Saisie", item.dwelling_id, who.application_id): {
                "decision": "d",
                "rang": None,
                "motif_decision": "N3",
                "phrase": REFUSAL,
            }
        },
    )
    before = dump(made)
    assert {f.code for f in refused(made)} == {"DESK_ENTRY_REFUSED"}
    assert dump(made) == before


def test_a_session_recorded_before_its_day_says_so(made: Room):
    made.write_book()
    fill(made.book, session=OPENED, members=MEMBERS, rows=decided(made.session))
    done = made.record()
    assert [f.code for f in done.warnings] == ["DESK_ENTRY_EARLY"]
    assert "03/12/2026" in done.warnings[0].sentence("fr")
    assert queries.session(made.desk, made.session_id).status == "closed"


@pytest.mark.long
def test_the_hour_of_each_dwelling_says_who_had_a_voice_and_is_missed_where_members_came_or_left(made: Room):
    made.clock.to(HELD)
    made.write_book()
    gone = [
        m | {"depart": "15:00"} if m["membre"] in ("Membre 1", "Membre 2", "Mme Maire") else m
        for m in MEMBERS
    ]
    rows = decided(made.session)
    fill(made.book, session=OPENED, members=gone, rows=rows)
    homes = [i.dwelling_id for i in made.session.items if any(key[1] == i.dwelling_id for key in rows)]
    told = made.record(dry_run=True).warnings
    assert [(f.code, f.column) for f in told] == [("DESK_ENTRY_WHEN", "examine_a")] * len(homes)

    def at(*hours: str) -> dict:
        return {("Votes", home, ""): {"examine_a": hour} for home, hour in zip(homes, hours, strict=True)}

    first = ["14:30"] * (len(homes) - 1)
    fill(made.book, session=OPENED, members=gone, rows=rows | at(*first, "24:90"))
    assert [(f.code, f.column) for f in refused(made)] == [("DESK_ENTRY_HOUR", "examine_a")]
    fill(made.book, session=OPENED, members=gone, rows=rows | at(*first, "15:10"))
    (lost,) = refused(made)
    assert lost.code == "DESK_ENTRY_REFUSED" and "quorum n'est pas atteint : 2 voix" in lost.sentence(
        "fr"
    ).replace("\u00a0", " ")
    fill(made.book, session=OPENED, members=gone, rows=rows | at(*first, "14:55"))
    made.record()
    assert {i.vote.present for i in queries.session(made.desk, made.session_id).items if i.vote} == {5}


def test_a_vote_that_carries_nothing_is_told_and_the_mayors_voice_alone_is_read(made: Room):
    made.clock.to(HELD)
    made.write_book()
    rows = decided(made.session)
    one, two = (i.dwelling_id for i in made.with_lists(1)[:2])
    ballots = {
        ("Votes", one, ""): {"pour": 1, "contre": 3, "abstentions": 1},
        ("Votes", two, ""): {"voix_preponderante": "contre"},
    }
    fill(made.book, session=OPENED, members=MEMBERS, rows=rows | ballots)
    told = [f.sentence("fr") for f in refused(made)]
    assert sum("n'adopte pas ces décisions" in sentence for sentence in told) == 2, told
    assert made.session.status == "draft"


def test_what_the_store_refuses_is_told_at_the_cell_that_puts_it_right(made: Room):
    made.clock.to(HELD)
    made.write_book()
    rows = decided(made.session)
    one, two, three = made.with_lists(3)[:3]
    a, b, _ = listed(one)[:3]
    x, y, _ = listed(three)[:3]
    other = listed(two)[0].application_id
    not_attributed = {"decision": "d", "rang": None, "motif_decision": "N2"}
    rows |= {
        ("Votes", two.dwelling_id, ""): {"pour": 25},
        ("Saisie", one.dwelling_id, a.application_id): not_attributed
        | {"phrase": f"{REFUSAL} Le ménage {other} attend depuis plus longtemps."},
        ("Saisie", one.dwelling_id, b.application_id): not_attributed
        | {"motif_decision": "N1", "phrase": REFUSAL},
        ("Saisie", three.dwelling_id, x.application_id): {"decision": "b", "rang": 2},
        ("Saisie", three.dwelling_id, y.application_id): {"decision": "b", "rang": 1},
    }
    fill(made.book, session=OPENED, members=MEMBERS, rows=rows)
    assert {(f.column, f.row) for f in refused(made)} == {
        ("pour", row_of(made.book, "Votes", two.dwelling_id)),
        ("ecart", row_of(made.book, "Votes", three.dwelling_id)),
        ("phrase", row_of(made.book, "Saisie", one.dwelling_id, a.application_id)),
        ("motif_decision", row_of(made.book, "Saisie", one.dwelling_id, b.application_id)),
    }


def test_a_cell_that_cannot_be_read_is_told_once(made: Room):
    made.clock.to(HELD)
    one = made.with_lists(3)[0]
    a, b, c = listed(one)[:3]
    made.write_book()
    rows = decided(made.session) | {
        ("Saisie", one.dwelling_id, a.application_id): {"decision": "b", "rang": "premier"},
        ("Saisie", one.dwelling_id, b.application_id): {
            "decision": "c",
            "rang": 2,
            "piece": "Avis d'imposition",
            "avant_le": "31/02/2027",
        },
        ("Saisie", one.dwelling_id, c.application_id): {
            "decision": "d",
            "motif_decision": "N12",
            "phrase": REFUSAL,
        },
    }
    wrong = [m | {"presence": "peut-être"} if m["membre"] == "Membre 2" else m for m in MEMBERS]
    wrong = [m | {"arrivee": "25:00"} if m["membre"] == "Membre 3" else m for m in wrong]
    fill(made.book, session=OPENED, members=wrong, rows=rows)
    told = [(f.file.split(" › ")[1], f.row, f.column) for f in refused(made)]
    assert len(told) == len(set(told)) == 5
    assert {column for _, _, column in told} == {"rang", "avant_le", "motif_decision", "presence", "arrivee"}


def test_a_word_that_no_list_has_is_one_problem_with_all_its_rows(made: Room):
    """« oui » in every row of a session of hundreds filled the screen two hundred times and hid what else was wrong."""
    made.write_book()
    rows: Any = {key: {"decision": "oui"} for key in decided(made.session)}
    home, number = made.session.items[0].dwelling_id, listed(made.session.items[0])[0].application_id
    rows["Saisie", home, number] = {"decision": "d", "motif_decision": "N99", "phrase": REFUSAL}
    fill(made.book, session=OPENED, members=MEMBERS, rows=rows)
    found = refused(made)
    (words,) = [f for f in found if f.column == "decision"]
    assert [f.column for f in found if f.value == "N99"] == ["motif_decision"]
    assert 1 + len(words.rows) == len(rows) - 1 > 10
    told = words.sentence("fr")
    assert (
        f"{len(words.rows)} autres lignes : " in told
        and all(str(r) in told for r in words.rows)
        and "…" not in told
    )


@pytest.mark.long
def test_whoever_withdraws_says_why_and_the_empty_cell_is_the_one_told(made: Room):
    made.hold()
    item = next(i for i in made.session.items if i.status == "offering")
    first = next(c for c in item.candidates if c.decision and c.decision.rank in (None, 1))
    key, day = ("Offres", item.dwelling_id, first.application_id), HELD + timedelta(days=1)
    yes = {"notifie_le": day, "preuve": "hand", "preuve_le": day, "reponse": "accepte", "reponse_le": day}
    made.after(HELD + timedelta(days=2), {key: yes})
    made.write_book()
    gone = {"reponse": "se désiste", "reponse_le": HELD + timedelta(days=2)}
    fill(made.book, rows={key: gone})
    assert [(f.code, f.column) for f in refused(made)] == [("DESK_ENTRY_MISSING", "motif_refus")]
    made.after(HELD + timedelta(days=2), {key: gone | {"motif_refus": "La situation du ménage a changé"}})
    assert next(c for c in made.item(item.dwelling_id).candidates if c.ref == first.ref).status == "desisted"


def test_a_territory_that_gives_no_voice_is_told(made: Room):
    made.clock.to(HELD)
    made.write_book()
    lost = [m | {"territoire": "Besançon"} if m["membre"] == "Mme Maire" else m for m in MEMBERS]
    opened = {name: cell for name, cell in OPENED.items() if name != "pv_signe"}
    fill(made.book, session=opened, members=lost)
    told = [(f.code, f.column) for f in made.record(dry_run=True).warnings]
    assert ("DESK_ENTRY_NO_VOICE", "territoire") in told


def test_a_deputy_beside_the_member_he_stands_for_is_told(made: Room):
    made.clock.to(HELD)
    made.write_book()
    second = {"membre": "Mme Sous-préfète", "voix": "Préfet ou son représentant", "presence": "présent"}
    fill(made.book, session=OPENED, members=[*MEMBERS, second], rows=decided(made.session))
    told = [f.row for f in made.record(dry_run=True).warnings if f.code == "DESK_ENTRY_SEATS"]
    assert len(told) == 2


def test_without_quorum_the_session_does_not_open(made: Room):
    made.clock.to(HELD)
    made.write_book()
    fill(made.book, session=OPENED, members=MEMBERS[:2], rows=decided(made.session))
    found = refused(made)
    assert any(f.column == "seance_ouverte" and "quorum" in f.sentence("fr").lower() for f in found)
    assert made.session.status == "draft"


@pytest.mark.long
def test_a_condition_has_its_document_its_day_and_its_rank(made: Room):
    item = made.with_lists(3)[0]
    first, second = listed(item)[:2]
    made.hold(
        {
            ("Saisie", item.dwelling_id, first.application_id): {"decision": "c", "rang": 1, "piece": "Avis d'imposition", "avant_le": date(2026, 12, 18)},
            ("Saisie", item.dwelling_id, second.application_id): {"decision": "b", "rang": 2},
        }
    )  # fmt: skip
    d = next(
        c.decision for c in made.item(item.dwelling_id).candidates if c.candidate_id == first.candidate_id
    )
    assert (d.kind, d.document, d.due_on, d.rank) == ("conditional", "tax_notice", date(2026, 12, 18), 1)
    offer = {
        "notifie_le": date(2026, 12, 4),
        "preuve": "hand",
        "reponse": "accepte",
        "reponse_le": date(2026, 12, 7),
    }
    who = ("Offres", item.dwelling_id, first.application_id)
    made.after(date(2026, 12, 8), {who: offer})
    made.write_book()
    assert made.record().warnings == ()  # the program's own words are no repair
    found = made.after(
        date(2026, 12, 20), {who: {"condition": "non remplie à la date", "condition_le": date(2026, 12, 19)}}
    )
    assert found.next_ranks == (item.dwelling_id,)


@pytest.mark.long
def test_silence_needs_a_proof_and_a_passed_day(made: Room):
    made.hold()
    item = made.with_lists(0)[0]
    who = ("Offres", item.dwelling_id, item.candidates[0].application_id)
    made.after(date(2026, 12, 4), {who: {"notifie_le": date(2026, 12, 4)}})
    made.clock.to(date(2026, 12, 30))
    made.write_book()
    fill(made.book, rows={who: {"reponse": "silence"}})
    assert [f.column for f in refused(made)] == ["reponse"]
    made.write_book()
    fill(
        made.book,
        rows={
            who: {
                "preuve": "Recommandé : date de réception",
                "preuve_le": date(2026, 12, 8),
                "reponse": "silence",
            }
        },
    )
    assert made.record().done == {"prove": 1, "silent": 1}


def test_one_sheet_as_csv_is_read_alone(made: Room):
    made.write_book()
    item = made.with_lists(3)[0]
    who = listed(item)[0]
    text = (
        f"logement;numero_unique;resultat_appel;motif\n{item.dwelling_id};{who.application_id};injoignable;\n"
    )
    made.book = made.folder / "appels.csv"
    made.book.write_text(text, encoding="utf-8-sig")
    assert made.record().done == {"call": 1}


def test_a_workbook_of_another_session_is_refused(made: Room):
    made.write_book()
    fill(made.book, session={"seance": "2031-01-01"})
    assert [f.code for f in refused(made)] == ["DESK_ENTRY_OTHER_SESSION"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 rien", b"\xd0\xcf\x11\xe0" + b"0" * 600, b"bonjour"])
def test_a_file_that_is_no_workbook_is_a_problem_not_a_crash(made: Room, content: bytes):
    made.book = made.folder / "saisie.xlsx"
    made.book.write_bytes(content)
    assert refused(made)


CELLS = st.sampled_from(
    [
        "",
        "=1+1",
        "a",
        "b",
        "e",
        "N1",
        "oui",
        "non",
        "31/02/2026",
        "2026-12-03",
        "-3",
        "0",
        "10000000000000",
        "x" * 300,
        "\u202eabc",
        "'",
    ]
)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), cells=st.lists(CELLS, min_size=1, max_size=6))
def test_mutated_sheets_give_entries_or_problems(mutated: Path, seed: int, cells: list):
    r = random.Random(seed)
    table = r.choice(SHEETS)
    page = openpyxl_rows(mutated)[table.alias]
    for cell in cells:
        row = r.choice(page)
        row[r.randrange(len(row))] = cell
    changed = mutated.with_name(f"{table.alias}.csv")
    with changed.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(page)
    for finding in read_entries(changed, choices(law(HELD), HELD)).findings:
        assert finding.sentence("fr") and finding.sentence("en")


def openpyxl_rows(path: Path) -> dict[str, list[list[str]]]:
    """Sheets of a workbook as texts."""
    return {name: [list(row) for row in rows] for name, rows in _rows(path).items()}


@cache
def _rows(path: Path) -> dict[str, list[list[str]]]:
    book = openpyxl.load_workbook(path)
    return {
        s.title: [["" if v is None else str(v) for v in row] for row in s.iter_rows(values_only=True)]
        for s in book.worksheets
    }


@pytest.mark.long
def test_the_hours_written_in_the_workbook_are_those_of_the_minutes(made: Room):
    made.clock.to(HELD)
    made.write_book()
    rows = decided(made.session)
    unsigned = OPENED | {"pv_signe": ""}  # told the day they are typed
    fill(made.book, session=unsigned | {"ouverte_a": "24:10", "close_a": "16:05"}, members=MEMBERS, rows=rows)
    assert [(f.code, f.column) for f in refused(made)] == [("DESK_ENTRY_HOUR", "ouverte_a")]
    fill(made.book, session=OPENED | {"ouverte_a": "14h10", "close_a": "25:00"}, members=MEMBERS, rows=rows)
    assert [(f.code, f.column) for f in refused(made)] == [("DESK_ENTRY_HOUR", "close_a")]
    fill(made.book, session=OPENED | {"ouverte_a": "14h10", "close_a": "13:00"}, members=MEMBERS, rows=rows)
    assert [(f.code, f.column) for f in refused(made)] == [("DESK_ENTRY_HOURS", "close_a")]
    fill(made.book, session=OPENED | {"ouverte_a": "14h10", "close_a": "16:05"}, members=MEMBERS, rows=rows)
    made.record()
    closed = queries.session(made.desk, made.session_id)
    assert (closed.status, closed.sat_from, closed.sat_to) == ("closed", "14:10", "16:05")
    told = told_of(made.desk, made.session_id, "fr")
    assert "ouverte à 14:10, close à 16:05" in document_html(minutes(told), "fr")
    assert verify(made.desk).problems == ()


@pytest.fixture(scope="module")
def mutated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = room(tmp_path_factory.mktemp("saisie"))
    return made.write_book()


@pytest.mark.long
def test_another_answer_is_not_guessed_to_be_a_correction_and_the_command_takes_it_back(made: Room):
    item = made.with_lists(2)[0]
    made.hold()
    first = min(
        (c for c in made.item(item.dwelling_id).candidates if c.decision), key=lambda c: c.decision.rank
    )
    sent = {"notifie_le": date(2026, 12, 4), "preuve": "hand"}
    no = {
        "reponse": "refuse",
        "reponse_le": date(2026, 12, 7),
        "motif_refus": "Sécurité",
        "refus_legitime": "non",
    }
    cells = ("Offres", item.dwelling_id, first.application_id)
    made.after(date(2026, 12, 7), {cells: sent | no})
    yes = {"reponse": "accepte", "motif_refus": None, "refus_legitime": None}
    with pytest.raises(InputProblems) as problems:
        made.after(date(2026, 12, 8), {cells: yes})
    (told,) = [f for f in problems.value.findings if f.severity == "error"]
    assert told.code == "DESK_ENTRY_ANSWERED" and "Une autre réponse est enregistrée : refuse." in told.text(
        "fr"
    )
    command = f"attriflux session correct {made.session_id} {item.dwelling_id} DEMANDE --what reponse"
    assert command in told.sentence("fr") and first.application_id not in told.sentence("fr")
    now = made.item(item.dwelling_id)
    mine = next(c for c in now.candidates if c.ref == first.ref)
    take_back(made.desk, SECRETARY, now, mine, "answer", "Réponse de la demande de la ligne suivante")
    assert made.item(item.dwelling_id).status == "offering"
    made.after(date(2026, 12, 8), {cells: yes | {"reponse_le": date(2026, 12, 7)}})
    mine = next(c for c in made.item(item.dwelling_id).candidates if c.ref == first.ref)
    assert mine.status == "accepted"
    # the notification of an offer that waits, then the dwelling of a session still in preparation
    take_back(made.desk, SECRETARY, made.item(item.dwelling_id), mine, "answer", "Lettre d'un autre ménage")
    take_back(
        made.desk, SECRETARY, made.item(item.dwelling_id), mine, "notification", "Courrier jamais parti"
    )
    assert next(c for c in made.item(item.dwelling_id).candidates if c.ref == first.ref).status == "ranked"
    assert [c.kind for c in queries.corrections(made.desk, made.session_id)] == [
        "answer.corrected", "answer.corrected", "notified.corrected",
    ]  # fmt: skip


def test_a_day_is_no_recipient_and_a_convocation_typed_after_the_session_is_told_as_such(made: Room):
    made.clock.to(HELD + timedelta(days=1))
    made.write_book()
    fill(made.book, session=OPENED | {"convocation_envoyee_a": "19/11/2026"}, members=MEMBERS)
    assert [(f.code, f.column) for f in refused(made)] == [("DESK_ENTRY_RECIPIENTS", "convocation_envoyee_a")]
    fill(made.book, session=OPENED, members=MEMBERS, rows=decided(made.session))
    assert "DESK_ENTRY_CONVENED_LATE" in {f.code for f in made.record().warnings}
    paper = document_html(minutes(told_of(made.desk, made.session_id, "fr")), "fr").replace("\xa0", " ")
    assert "enregistrée le 04/12/2026, après la séance ; envoyée à : " in paper


WITHDREW = {
    "fr": ("non examiné", "Le ménage a retiré sa candidature"),
    "en": ("not examined", "The household withdrew"),
    "code": ("not_examined", "household_withdrew"),
}


def test_a_session_nobody_was_convened_to_and_a_reason_left_out_are_told_at_their_cells(made: Room):
    """« Impossible maintenant – la séance » stood at the first member, and «  » « n'est pas dans la liste »."""
    item = next(i for i in made.session.items if len(listed(i)) >= 3)
    away = listed(item)[0]
    made.clock.to(HELD)
    made.write_book()
    rows = decided(made.session) | {
        ("Saisie", item.dwelling_id, away.application_id): {"decision": "non examiné", "rang": None},
    }
    fill(made.book, session=OPENED | {"convocation_envoyee_a": None}, members=MEMBERS, rows=rows)
    found = refused(made)
    at = row_of(made.book, "Saisie", item.dwelling_id, away.application_id)
    assert [(f.code, f.row, f.column) for f in found if f.code in ("DESK_ENTRY_NOT_CONVENED", "DESK_ENTRY_NO_REASON")] == [
        ("DESK_ENTRY_NOT_CONVENED", 2, "convocation_envoyee_a"), ("DESK_ENTRY_NO_REASON", at, "phrase"),
    ]  # fmt: skip
    assert "DESK_ENTRY_REFUSED" not in {f.code for f in found}


@pytest.mark.parametrize("lang", WITHDREW)
def test_a_household_not_examined_is_recorded_by_the_words_of_the_list(made: Room, lang: str):
    """Each reason that the workbook names was then refused as an unknown motive, and the whole session with it."""
    item = next(i for i in made.session.items if len(listed(i)) >= 3)
    away, *others = listed(item)
    decision, why = WITHDREW[lang]
    rows = {
        ("Saisie", item.dwelling_id, c.application_id): {"rang": n} for n, c in enumerate(others, start=1)
    }
    made.hold(
        {key: {"decision": "b", **cells} for key, cells in rows.items()}
        | {
            ("Saisie", item.dwelling_id, away.application_id): {"decision": decision, "rang": None, "phrase": why},
            ("Votes", item.dwelling_id, ""): {"moins_de_trois": "insuffisance du nombre de candidats"},
        }
    )  # fmt: skip
    found = next(c for c in made.item(item.dwelling_id).candidates if c.ref == away.ref)
    assert made.session.status == "closed" and (found.status, found.reason) == (
        "not_examined", "household_withdrew",
    )  # fmt: skip
    before = dump(made)
    assert made.record().done == {} and dump(made) == before
    assert "Le ménage a retiré sa candidature" in document_html(
        minutes(told_of(made.desk, made.session_id, "fr")), "fr"
    )


def test_a_dwelling_taken_off_by_mistake_comes_back_by_the_command(made: Room):
    item = made.session.items[0]
    commands.not_examined(made.desk, SECRETARY, "retrait", item.item_id, reason="works")
    take_back(made.desk, SECRETARY, made.item(item.dwelling_id), None, "dwelling", "Ligne du dessous")
    assert made.item(item.dwelling_id).status == "listed" and listed(made.item(item.dwelling_id))


def damaged(made: Room, change: Callable[[Any], None]) -> list[Finding]:
    """What is said of the filled workbook of a session, after somebody has changed it; every problem and warning."""
    made.clock.to(HELD)
    made.write_book()
    fill(made.book, session=OPENED, members=MEMBERS, rows=decided(made.session))
    book = openpyxl.load_workbook(made.book)
    change(book)
    book.save(made.book)
    with pytest.raises(InputProblems) as problems:
        made.record()
    assert made.session.status == "draft"
    return list(problems.value.findings)


def test_rows_that_were_deleted_are_told_by_their_dwelling(made: Room):
    home = made.session.items[0].dwelling_id

    def change(book: Any) -> None:
        sheet = book["Saisie"]
        for r in range(sheet.max_row, 1, -1):
            if sheet.cell(r, columns(sheet)["logement"]).value == home:
                sheet.delete_rows(r)

    (told,) = damaged(made, change)
    assert told.code == "DESK_ENTRY_LEFT" and home in told.text("fr") and "supprimées" in told.sentence("fr")


@pytest.mark.long
def test_a_column_or_a_sheet_that_was_renamed_or_removed_is_told(made: Room):
    def at(book: Any, sheet: str, column: str) -> Any:
        return book[sheet].cell(1, columns(book[sheet])[column])

    def renamed(book: Any) -> None:
        at(book, "Saisie", "decision").value = "Décision prise"

    found = damaged(made, renamed)
    (told,) = [f for f in found if f.code == "DESK_ENTRY_COLUMN_RENAMED"]
    assert (
        told.severity == "error" and "decision ;" in told.text("fr") and "Décision prise" in told.text("fr")
    )

    def removed(book: Any) -> None:
        book["Saisie"].delete_cols(at(book, "Saisie", "decision").column)

    found = damaged(made, removed)
    assert {"DESK_ENTRY_COLUMN_GONE", "DESK_ENTRY_LEFT"} == {f.code for f in found}

    def other_sheet(book: Any) -> None:
        book["Présences"].title = "Présences (2)"

    found = damaged(made, other_sheet)
    (told,) = [f for f in found if f.code == "DESK_ENTRY_SHEET_GONE"]
    assert "« Présences »" in told.text("fr")


@pytest.mark.long
def test_a_workbook_made_before_a_column_existed_is_not_warned_of_it(made: Room):
    def older(*removed: tuple[str, str]) -> Any:
        def change(book: Any) -> None:
            for sheet, column in removed:
                book[sheet].delete_cols(columns(book[sheet])[column])
            sheet = book["Saisie"]
            sheet.cell(2, columns(sheet)["decision"]).value = "peut-être"

        return change

    later = [("Séance", "carence_constatee_a"), ("Séance", "annulee_parce_que"), ("Votes", "examine_a")]
    assert "DESK_ENTRY_COLUMN_GONE" not in {f.code for f in damaged(made, older(*later))}
    (told,) = [
        f for f in damaged(made, older(*later, ("Votes", "pour"))) if f.code == "DESK_ENTRY_COLUMN_GONE"
    ]
    assert "pour" in told.text("fr")


def test_a_number_that_a_spreadsheet_has_spoilt_is_told_once_and_not_shown(made: Room):
    def change(book: Any) -> None:
        sheet = book["Saisie"]
        cell = sheet.cell(2, columns(sheet)["numero_unique"])
        cell.value, cell.number_format = float(cell.value), "General"

    (told,) = damaged(made, change)
    assert told.code == "READ_NUMBER_AS_TEXT_LOST" and "« … »" in told.text("fr")


@pytest.mark.long
def test_days_before_the_notification_and_dates_that_cannot_be_read_are_told_once(made: Room):
    item = made.with_lists(2)[0]
    made.hold()
    first = min(
        (c for c in made.item(item.dwelling_id).candidates if c.decision), key=lambda c: c.decision.rank
    )
    at = ("Offres", item.dwelling_id, first.application_id)
    no = {"reponse": "refuse", "reponse_le": date(2025, 12, 7), "motif_refus": "Sécurité"}
    with pytest.raises(InputProblems) as problems:
        made.after(date(2026, 12, 8), {at: {"notifie_le": date(2026, 12, 4), "preuve": "hand"} | no})
    (told,) = problems.value.findings
    assert told.code == "DESK_ENTRY_BEFORE" and told.column == "reponse_le"
    assert told.text("fr") == "Ce jour (07/12/2025) précède la notification (04/12/2026)."
    with pytest.raises(InputProblems) as problems:
        made.after(date(2026, 12, 8), {at: {"notifie_le": "04/12/26", "preuve": "hand"} | no})
    assert [f.code for f in problems.value.findings] == ["READ_DATE"]
    sent = {"notifie_le": date(2026, 12, 4), "preuve": "pigeon"}
    silent = {"preuve_le": date(2026, 12, 4), "reponse": "silence"}
    for cells in ({at: sent | silent}, {at: silent | {"notifie_le": date(2026, 12, 4)}}):
        with pytest.raises(InputProblems) as problems:
            made.after(date(2026, 12, 8), cells)
        assert [(f.column, f.row) for f in problems.value.findings if f.severity == "error"] == [
            ("preuve", row_of(made.book, *at))
        ]


@pytest.mark.long
def test_a_workbook_reads_the_session_a_few_times_however_many_dwellings_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Read again at each decision and each answer, a sitting of 150 dwellings cost the square of its size."""
    made, whole, read = room(tmp_path), queries.session, 0

    def counted(*given: object) -> object:
        nonlocal read
        read += 1
        return whole(*given)  # type: ignore[arg-type]

    made.clock.to(HELD)
    made.write_book()
    fill(made.book, session=OPENED, members=MEMBERS, rows=decided(made.session))
    monkeypatch.setattr(queries, "session", counted)
    made.record()
    once, read = read, 0
    firsts = [i for i in made.session.items if i.status == "offering"]
    read = 0
    assert len(firsts) > 5
    told = {
        "notifie_le": date(2026, 12, 4),
        "preuve": "hand",
        "reponse": "accepte",
        "reponse_le": date(2026, 12, 7),
    }
    first = {
        ("Offres", i.dwelling_id, next(c for c in i.candidates if c.decision and c.decision.rank in (None, 1)).application_id): told
        for i in firsts
    }  # fmt: skip
    made.after(date(2026, 12, 7), first)
    assert once <= 8 and read <= 8, (once, read)


def test_what_the_pack_writes_is_read_again_however_long_its_reasons_are(made: Room):
    """A reason of more than 500 characters stands in a grey cell of a week of 400 dwellings: nobody can shorten it."""
    made.write_book()
    item = made.with_lists()[0]
    number = listed(item)[0].application_id
    facts = {"pourquoi": "Une raison. " * 60, "menage": "m" * 600, "description": "d" * 600}
    fill(made.book, rows={("Saisie", item.dwelling_id, number): facts})
    assert made.record(dry_run=True).dry
    long = {("Saisie", item.dwelling_id, number): {"phrase": "x" * 501}}
    fill(made.book, rows=long)
    assert {f.code for f in refused(made)} == {"READ_TOO_LONG"}


def test_the_seats_of_mayors_are_those_of_cities(tmp_path: Path):
    """The workbook offered a vote to the mayor of each arrondissement, whose voice is consultative, and none to the city's."""
    session = room(tmp_path).session
    places = [
        ("75118", "Paris 18e Arrondissement"),
        ("75113", "Paris 13e Arrondissement"),
        ("93001", "Aubervilliers"),
    ]
    items = tuple(
        replace(item, facts={**item.facts, "commune": code, "commune_name": name})
        for item, (code, name) in zip(session.items, itertools.cycle(places), strict=False)
    )
    rows = rows_of(replace(session, items=items), law(HELD), "fr")["members"]
    mayors = [(row["territory"], row["quality"]) for row in rows if row["voice"] == "mayor"]
    assert mayors == [
        ("75056", "Maire de Paris ou son représentant"), ("93001", "Maire d'Aubervilliers ou son représentant")
    ]  # fmt: skip
