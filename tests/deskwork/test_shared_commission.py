"""A commission that several landlords share: a week in which one of them has no dwelling is still a week of the same office."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from optimizer import store
from optimizer.desk.entry_rows import rows_of
from optimizer.desk.pack import pack_pages
from optimizer.desk.papers.calls import calls_paper
from optimizer.desk.papers.convocation import agenda_paper
from optimizer.desk.papers.letters import letters, letters_of
from optimizer.desk.papers.minutes import minutes
from optimizer.desk.papers.report_back import events_table, radiations_table, report_back
from optimizer.desk.papers.wording import Issuer
from optimizer.desk.sessions import due_today, told_of
from optimizer.presentation.document import Document, Sheet, document_html
from optimizer.store import commands as c
from optimizer.store import queries
from optimizer.store.law import law
from optimizer.store.records import NewDecision, NewItem, SessionRecord
from optimizer.store.states import INELIGIBLE_NOTICE
from tests.store.empty import empty_desk
from tests.store.playing import DAY, SMALL, Play, S, Ticking, dwelling

COMMISSION = "Commission partagée"


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """Two weeks, three landlords in the first and two in the second, which looks again at a household found ineligible."""
    clock = Ticking()
    folder: Path = tmp_path_factory.mktemp("partagee")
    with store.open(empty_desk(folder), clock=clock) as opened:
        play = Play(opened, clock)
        sit(
            play,
            "COOP25, ESH25, OPH25",
            *(dwelling(f"{x[0]}1", landlord=x) for x in ("COOP25", "ESH25", "OPH25")),
        )
        play.open()
        for home, third in (
            ("C1", {"kind": "not_attributed", "motive": "N7"}),
            ("E1", {"kind": "ranked", "rank": 3}),
            ("O1", {"kind": "ineligible", "motive": "I1"}),
        ):
            names = play.names(home, "listed")
            told = {"sentence": SMALL} if "motive" in third else {}
            decisions = [
                NewDecision(names[0].candidate_id, "attribution", 1),
                NewDecision(names[1].candidate_id, "ranked", 2),
            ]
            play.decide(home, [*decisions, NewDecision(names[2].candidate_id, **third, **told)])  # type: ignore[arg-type]
        play.close()
        clock.later(7)
        again = dwelling("O2", landlord="OPH25")
        names = (
            *again.candidates[:2],
            replace(again.candidates[2], application_id="O1-3"),
            *again.candidates[3:],
        )
        sit(play, "ESH25, OPH25", dwelling("E2", landlord="ESH25"), replace(again, candidates=names))
        yield play


def sit(play: Play, landlord: str, *items: NewItem) -> None:
    """A session in preparation, of a verified run."""
    play.do(c.attach_run, S, run_id=f"run-{play.made}", verdict="certified", case_on=DAY)
    made = play.do(
        c.new_session, S, landlord=landlord, commission=COMMISSION, on=play.store.today(), items=items, run_id=f"run-{play.made - 1}"
    )  # fmt: skip
    play.session = made["session_id"]


def weeks(play: Play) -> list[SessionRecord]:
    """The two sessions, the older first."""
    return sorted(queries.sessions(play.store), key=lambda s: s.order)


def test_the_convocation_goes_with_the_minutes_of_the_week_before(play: Play):
    first, second = weeks(play)
    assert [s.session_id for s in told_of(play.store, second.session_id, "fr").before] == [first.session_id]


def test_each_paper_tells_whose_a_dwelling_is(play: Play):
    """A letter about a dwelling of one landlord bore the names of all three."""
    first, _ = weeks(play)
    told = told_of(play.store, first.session_id, "fr")
    of = {
        x.item.dwelling_id: said
        for sheet, x in zip(letters(told).sheets, letters_of(told), strict=True)
        if (said := landlord_in(sheet))
    }
    assert of == {"C1": "COOP25", "E1": "ESH25", "O1": "OPH25"}
    assert {
        landlord_in(sheet) for sheet in letters(replace(told, issuer=Issuer("Service commun"))).sheets
    } == {"Service commun"}
    for paper in (minutes(told), agenda_paper(told)):
        page = document_html(paper, "fr")
        assert all(cell_of(name, page) for name in of.values())


def test_what_leaves_and_what_goes_to_the_table_tells_whose_a_dwelling_is(play: Play):
    """« À reporter » mixed the households of three landlords, each of which reports its own."""
    first, _ = weeks(play)
    told = told_of(play.store, first.session_id, "fr")
    whose = {"C1": "COOP25", "E1": "ESH25", "O1": "OPH25"}
    events, radiations = events_table(told), radiations_table(told)
    assert dict(zip(events["logement"], events["bailleur"], strict=True)) == whose
    assert list(radiations["bailleur"]) == ["OPH25"]
    page = document_html(report_back(told), "fr")
    assert all(cell_of(name, page) for name in whose.values()) and "Organisme" in page
    for sheet in pack_pages(first, law(DAY), "fr"):
        assert sheet["lines"][0] == [["Bailleur", whose[sheet["dwelling"]]]]
    rows = rows_of(first, law(DAY), "fr")
    for name in ("entry", "votes"):
        assert rows[name] and all(
            str(row["home"]).startswith(f"{whose[row['dwelling_id']]} – T") for row in rows[name]
        )
    _, lines, _ = due_today(play.store, law(DAY), first)
    homes = [x for x in lines if x.dwelling_id]
    calls = document_html(calls_paper(told, lines, DAY), "fr")
    assert len({x.session_id for x in homes}) == 2, "an earlier week's calls too"
    assert all(x.landlord == whose[f"{x.dwelling_id[0]}1"] and cell_of(x.landlord, calls) for x in homes)
    alone = replace(first, landlord="COOP25")
    assert "bailleur" not in events_table(replace(told, session=alone)) and "Bailleur" not in str(
        pack_pages(alone, law(DAY), "fr")
    )


def cell_of(words: str, page: str) -> bool:
    """Whether a page has a cell of just these words."""
    return re.search(rf"<(td|dd)[^>]*>{words}</\1>", page) is not None


def landlord_in(sheet: Sheet) -> str:
    """What a letter says after « Organisme »."""
    page = document_html(Document("x", DAY, (sheet,)), "fr")
    found = re.search(r"<dt>Organisme</dt><dd[^>]*>(.*?)</dd>", page)
    assert found is not None, page
    return found[1]


def test_what_is_due_to_the_dwellings_of_a_landlord_that_sits_again_is_on_its_list(play: Play):
    _, second = weeks(play)
    _, lines, duties = due_today(play.store, law(DAY), second)
    homes = {x.dwelling_id for x in lines}
    assert {"E1", "O1", "E2", "O2"} <= homes
    # what regards the landlord that has no dwelling this week is not the others' to read
    assert "C1" not in homes and {d.kind for d in duties} == {INELIGIBLE_NOTICE}


def test_a_household_examined_again_is_struck_off_no_more(play: Play):
    first, _ = weeks(play)
    play.open()
    for item in play.seen().items:
        play.decide(item.dwelling_id)
    play.close()
    told = told_of(play.store, first.session_id, "fr")
    assert set(told.examined_since.values()) == {DAY + timedelta(days=7)}
    assert INELIGIBLE_NOTICE not in {d.kind for d in queries.duties(play.store)}
