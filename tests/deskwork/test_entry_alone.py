"""What is typed into the workbook and not recorded is told: « tout est déjà enregistré » stood there."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.desk.entry_alone import UNREAD
from optimizer.desk.recording_words import summary_of
from optimizer.errors import InputProblems
from tests.deskwork.filling import fill
from tests.deskwork.room import REFUSAL, Room, listed, room


@pytest.fixture
def made(tmp_path: Path) -> Room:
    return room(tmp_path)


def told(made: Room) -> list[tuple[str, str | None]]:
    done = made.record(dry_run=True)
    assert done.done == {}
    assert summary_of(done)["lines_fr"] == ["Rien n'est enregistré : voir les cases signalées."]
    for finding in done.warnings:
        assert finding.sentence("fr") and finding.sentence("en")
    return [(f.code.removeprefix("DESK_ENTRY_"), f.column) for f in done.warnings]


@pytest.mark.parametrize(
    ("sheet", "cells", "code", "column"),
    [
        ("Appels", {"motif": "Taille du logement"}, "ALONE", "motif"),
        ("Appels", {"demandee_le": "01/12/2026"}, "ALONE", "demandee_le"),
        ("Appels", {"recue_le": "01/12/2026"}, "ALONE", "recue_le"),
        ("Saisie", {"motif_decision": "N2", "phrase": REFUSAL}, "ALONE", "motif_decision"),
        ("Votes", {"pour": 4, "contre": 1}, "NO_DECISION", "pour"),
        ("Votes", {"retire_de_l_ordre_du_jour": "Travaux"}, "NOT_OPEN_YET", "retire_de_l_ordre_du_jour"),
    ],
)
def test_a_cell_that_waits_for_another_is_told(made: Room, sheet, cells, code, column):
    item = made.with_lists(3)[0]
    number = "" if sheet == "Votes" else listed(item)[0].application_id
    made.write_book()
    fill(made.book, rows={(sheet, item.dwelling_id, number): cells})
    assert told(made) == [(code, column)]


def test_grey_cells_of_the_session_written_over_are_told(made: Room):
    made.write_book()
    fill(made.book, session={"date": "04/12/2026", "heure": "8h15", "lieu": "Salle Z", "quorum": 4})
    assert told(made) == [("GREY", column) for column in ("date", "heure", "lieu", "quorum")]


def test_the_hour_of_somebody_without_a_name_is_told(made: Room):
    made.write_book()
    fill(made.book, members=[{"voix": "Membre désigné par le conseil", "depart": "10h"}])
    assert told(made) == [("ALONE", "depart")]


def test_what_is_complete_is_told_nothing(made: Room):
    made.hold()
    assert not {f.code for f in made.record().warnings} & set(UNREAD)


def test_a_dwelling_decided_is_not_taken_off_in_silence(made: Room):
    item = made.with_lists(3)[0]
    made.hold()
    made.write_book()
    fill(made.book, rows={("Votes", item.dwelling_id, ""): {"retire_de_l_ordre_du_jour": "Travaux"}})
    with pytest.raises(InputProblems) as caught:
        made.record()
    assert [(f.code, f.column) for f in caught.value.findings if f.severity == "error"] == [
        ("DESK_ENTRY_REFUSED", "retire_de_l_ordre_du_jour")
    ]
