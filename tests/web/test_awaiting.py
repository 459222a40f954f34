"""A réservataire reads which dwellings wait for its names and until when; nobody else's."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from optimizer.desk.agenda import run_id_of
from optimizer.store import commands, queries
from tests.web.playing import LANDLORD, SECRETARY, Played, item

COMMISSION = "CALEOL des attentes"
LINES = """dwelling_id;account;status;candidates;deadline;reason_if_short;advice
W001;ETAT_AGENT;awaiting_reservataire;;2026-12-14;;plan B : BAILLEUR
W002;ALS;awaiting_reservataire;;2026-11-20;;plan B : ETAT_PRIO
W003;ALS;awaiting_reservataire;;2026-12-20;;
W004;ALS;no_candidate;0;;;
W005;ALS;awaiting_reservataire;;2026-12-14;;
"""


@pytest.fixture(scope="module")
def result(played: Played) -> Path:
    """The folder of a proposal that became a session; one of the dwellings that waited came to its agenda by hand."""
    from optimizer.web.models import Job

    folder = played.folder / "files" / "runs" / ("a" * 32)
    folder.mkdir(parents=True)
    (folder / "certificate.json").write_text("{}", encoding="utf-8")
    (folder / "dwellings.csv").write_text(LINES, encoding="utf-8-sig")
    run, do = run_id_of(folder), played.store
    told = {"verdict": "certified", "gap_points": "", "seed": "1", "runs": 1, "hashes": {}}
    commands.attach_run(do, SECRETARY, str(uuid4()), run_id=run, case_on=date(2026, 12, 1), **told)
    commands.new_session(
        do, SECRETARY, str(uuid4()), landlord=LANDLORD, commission=COMMISSION, on=date(2026, 12, 15), run_id=run, quorum=2,
        items=(item("W006", "ALS"), item("W005", "ALS")),
    )  # fmt: skip
    at = played.clock.now
    Job.objects.create(
        id="a" * 32,
        case="a" * 32,
        title="",
        state="done",
        started_by="x",
        started_at=at,
        heartbeat_at=at,
        run=run,
    )
    for name, role, account in (("als", "R", "ALS"), ("agents", "R", "ETAT_AGENT"), ("prepare", "S", "")):
        played.account(name, role, commission=COMMISSION, account=account)
    played.account("als-ailleurs", "R", landlord="AUTRE", commission="Autre", account="ALS")
    return folder


def waiting(played: Played, name: str) -> list[tuple[str, bool]]:
    """The dwellings that wait, and whether their time is said to be over, in the order of the page."""
    page = played.client(name=name).get("/reservataire").content.decode()
    part = page.split("En attente de désignation</h2>")[1:]
    rows = re.findall(r"(W00\d)</th>(.*?)</tr>", part[0].split("<h2>")[0], re.S) if part else []
    return [(home, "délai passé" in cells) for home, cells in rows]


def test_each_reads_the_dwellings_that_wait_for_its_own_names(played: Played, result: Path):
    assert waiting(played, "als") == [("W002", True), ("W003", False)]
    assert waiting(played, "agents") == [("W001", False)]
    assert waiting(played, "als-ailleurs") == []
    assert waiting(played, "prepare") == [("W002", True), ("W001", False), ("W003", False)]
    text = played.client(name="als").get("/reservataire").content.decode()
    assert "20/11/2026" in text and "plan B" not in text


def test_the_secretary_reads_on_the_agenda_how_many_dwellings_are_not_on_it(played: Played, result: Path):
    session = next(s for s in queries.sessions(played.store) if s.commission == COMMISSION)
    pages = {
        name: played.client(name=name).get(f"/seances/{session.session_id}").content.decode()
        for name in ("prepare", "als")
    }
    text = pages["prepare"].replace("\u00a0", " ")
    assert "3 logements de la proposition, qui attendent les désignations de leur réservataire" in text
    assert "de la proposition, qui attend" not in pages["als"]


def test_another_result_in_its_place_tells_nothing(played: Played, result: Path):
    (result / "certificate.json").write_text('{"other": 1}', encoding="utf-8")
    played.session(date(2026, 12, 29), commission="Une autre")
    assert waiting(played, "als") == []


def test_an_agenda_says_what_was_named_or_taken_back_since_its_proposal(played: Played):
    commission = "CALEOL des retardataires"
    played.account("qui-prepare", "S", commission=commission)
    played.account("qui-nomme", "R", commission=commission, account="ALS")
    before = {"account": "ALS", "number": "0250880001", "rank": "1", "command_id": str(uuid4())}
    officer = played.client(name="qui-nomme")
    assert officer.post("/reservataire", before).status_code == 302
    # ranks begin at 1: one typed as 0 is told, not kept as another
    zero = officer.post("/reservataire", {**before, "rank": "0", "command_id": str(uuid4())})
    assert zero.status_code == 422 and "à partir de 1" in zero.content.decode().replace("\u00a0", " ")
    made = played.session(date(2026, 12, 30), commission=commission)

    def told() -> tuple[int, str]:
        page = (
            played.client(name="qui-prepare")
            .get(f"/seances/{made.session_id}")
            .content.decode()
            .replace("\u00a0", " ")
        )
        late = re.search(
            r"(\d) désignations? enregistrées? ou retirées? depuis cette proposition \((.*?)\)", page
        )
        return (int(late[1]), late[2]) if late else (0, "")

    assert told() == (0, "")
    late = {"account": "ALS", "number": "0250880002", "rank": "1", "command_id": str(uuid4())}
    assert officer.post("/reservataire", late).status_code == 302
    assert told() == (1, "Action Logement")
    first, second = (n.nomination_id for n in queries.nominations(played.store) if n.by == "qui-nomme")
    for nomination, now in ((first, 2), (second, 1)):
        back = {"withdraw": str(nomination), "command_id": str(uuid4())}
        assert officer.post("/reservataire", back).status_code == 302
        assert told() == (now, "Action Logement")
