"""A household that the DPO erases while another of its list has an offer: the workbook, the letters, « À reporter », the next case."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from optimizer import importers
from optimizer.desk.next_files import write_next
from optimizer.desk.papers.letters import letters_of
from optimizer.desk.papers.minutes import minutes
from optimizer.desk.papers.report_back import events_table
from optimizer.desk.sessions import told_of
from optimizer.domain import Case
from optimizer.errors import InputProblems
from optimizer.store.ledger import verify
from optimizer.store.purge import purge
from optimizer.store.records import Actor, ItemRecord
from tests.deskwork.room import HELD, REFUSAL, Room, listed, read_case, room
from tests.deskwork.test_next_case import turned

YEARS_LATER = date(2028, 2, 1)
NOTIFIED = HELD + timedelta(days=1)


@pytest.fixture
def erased(tmp_path: Path) -> tuple[Room, ItemRecord]:
    """A first rank that was notified, a second that waits, a third not attributed, whom the DPO erased."""
    made = room(tmp_path)
    home = made.with_lists(3)[0]
    first, _, third = listed(home)
    refused = {"decision": "d", "rang": None, "motif_decision": "N3", "phrase": REFUSAL}
    made.hold({("Saisie", home.dwelling_id, third.application_id): refused})
    sent = {
        "notifie_le": NOTIFIED,
        "preuve": "Remise en main propre contre émargement",
        "preuve_le": NOTIFIED,
    }
    made.after(NOTIFIED, {("Offres", home.dwelling_id, first.application_id): sent})
    made.clock.to(YEARS_LATER)
    gone = purge(made.desk, Actor("dpo", "D"), uuid4().hex, dry_run=False)
    assert gone.erased == (third.ref,) and gone.held[first.ref] == "offer"
    return made, home


def test_the_workbook_still_records_the_answer_of_whoever_is_left(erased: tuple[Room, ItemRecord]):
    made, home = erased
    first, _, third = listed(home)
    old = {
        ("Offres", home.dwelling_id, first.application_id): {"reponse": "accepte", "reponse_le": YEARS_LATER}
    }
    assert made.after(YEARS_LATER, old).done == {"accepted": 1}
    # a workbook written before the erasure says what to do with the row, and shows no number
    before = made.folder / "avant.xlsx"
    made.write_book()
    put_back(made.book, before, home.dwelling_id, third.application_id)
    made.book = before
    with pytest.raises(InputProblems, match="un ménage effacé n'y est plus") as told:
        made.record()
    assert third.application_id not in str(told.value)
    assert verify(made.desk).holds


def put_back(book: Path, to: Path, dwelling: str, number: str) -> None:
    """The row that the workbook had for a household before it was erased."""
    import openpyxl

    from tests.deskwork.filling import columns

    read = openpyxl.load_workbook(book)
    sheet = read["Saisie"]
    row, at = sheet.max_row + 1, columns(sheet)
    sheet.cell(row, at["logement"]).value = dwelling
    sheet.cell(row, at["numero_unique"]).value = number
    read.save(to)


def test_no_letter_goes_to_an_erased_household_and_nothing_is_carried_over(erased: tuple[Room, ItemRecord]):
    made, home = erased
    third = listed(home)[2]
    told = told_of(made.desk, made.session_id, "fr")
    letters = letters_of(told)
    assert letters and third.ref not in {x.candidate.ref for x in letters}
    assert all(x.candidate.application_id for x in letters)
    assert third.ref not in set(events_table(told)["numUnique"])
    # the minutes keep the decision, without the number nor the sentence
    page = str(minutes(told))
    assert third.ref in page and "(phrase effacée)" in page and third.application_id not in page
    assert REFUSAL not in page


def test_the_next_case_counts_an_erased_household_once_without_its_number(erased: tuple[Room, ItemRecord]):
    made, home = erased
    events = turned(made).case.table("events")
    own = events[events["dwelling_id"] == home.dwelling_id]
    assert len(own) == 3 and own["application_id"].isna().sum() == 1
    assert set(own["outcome"].dropna()) == {"not_attributed"}


@pytest.mark.long
def test_a_next_case_made_before_the_erasure_gives_its_number_to_no_later_one(tmp_path: Path):
    """Carried along from case to case, the number would outlive the erasure, and the household be counted twice."""
    made = room(tmp_path)
    home = made.with_lists(3)[0]
    third = listed(home)[2]
    refused = {"decision": "d", "rang": None, "motif_decision": "N3", "phrase": REFUSAL}
    made.hold({("Saisie", home.dwelling_id, third.application_id): refused})
    write_next(tmp_path / "avant", turned(made), Path())
    before = importers.read(tmp_path / "avant", need=())
    assert third.application_id in set(before.table("events")["application_id"])
    made.clock.to(YEARS_LATER)
    assert third.ref in purge(made.desk, Actor("dpo", "D"), uuid4().hex, dry_run=False).erased
    for name, found in (
        ("suite", turned(made, before, on=YEARS_LATER)),
        ("direct", turned(made, on=YEARS_LATER)),
    ):
        write_next(tmp_path / name, found, Path())
    written = (tmp_path / "suite" / "evenements.csv").read_text("utf-8-sig")
    assert third.application_id not in written
    assert written == (tmp_path / "direct" / "evenements.csv").read_text("utf-8-sig")


@pytest.mark.long
def test_a_refusal_that_grew_too_old_as_its_household_was_erased_counts_no_more(tmp_path: Path):
    made = room(tmp_path)
    home = made.with_lists(3)[0]
    first = listed(home)[0]
    made.hold()
    sent = {"notifie_le": NOTIFIED, "preuve": "hand", "reponse": "refuse", "reponse_le": NOTIFIED}
    sent |= {"motif_refus": "Sécurité", "refus_legitime": "non"}
    made.after(NOTIFIED, {("Offres", home.dwelling_id, first.application_id): sent})

    def refusals(case: Case) -> int:
        return int(
            case.table("applications").set_index("application_id").loc[first.application_id, "refusals"]
        )

    counted = turned(made).case
    assert refusals(counted) == refusals(read_case()) + 1
    made.clock.to(YEARS_LATER)
    assert first.ref in purge(made.desk, Actor("dpo", "D"), uuid4().hex, dry_run=False).erased
    assert refusals(turned(made, counted, on=YEARS_LATER).case) == refusals(read_case())
