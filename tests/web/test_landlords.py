"""Computations and imports of one landlord on a desk that several share: another one's secretary neither sees nor takes them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.importers.test_forgetting import with_names
from tests.web.playing import COMMISSION, LANDLORD, Played

TITLE = "Semaine du bailleur voisin"
KEY = "a" * 32


@pytest.fixture(scope="module")
def other(played: Played) -> Iterator[Any]:
    """The client of a secretary of another landlord, beside a finished computation of that one's, its import kept."""
    from optimizer.web.jobs import said_file
    from optimizer.web.models import Job

    at = played.store.now()
    played.account("ailleurs", "S", landlord="AUTRE", commission="Autre commission")
    played.account("siege", "S", landlord="", commission="")
    with_names(played.desk.cases / KEY)
    page = played.desk.runs / KEY / "report.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>rapport</p>", encoding="utf-8")
    short = {"short": [{"rule": "Part du voisin", "scope": "ailleurs", "missing": "2"}]}
    said_file(played.desk, KEY).write_text(json.dumps(short), encoding="utf-8")
    job = Job.objects.create(
        id=KEY, case=KEY, title=TITLE, state="done", landlord="AUTRE", started_by="ailleurs", started_at=at, heartbeat_at=at,
        ended_at=at, code=0,
    )  # fmt: skip
    yield played.client(name="ailleurs")
    job.delete()


def test_a_computation_of_another_landlord_is_not_seen(played: Played, other: Any):
    at = f"/preparer/{KEY}"
    for client, seen in ((other, True), (played.client(name="siege"), True), (played.client("S"), False)):
        assert (TITLE in client.get("/preparer").content.decode()) == seen
        assert ("Part du voisin" in client.get("/semaine").content.decode()) == seen
        for page in (at, f"{at}/pages/rapport"):
            assert client.get(page).status_code == (200 if seen else 404), page
    for role in "PM":
        assert played.client(role).get(f"{at}/pages/rapport").status_code == 404


def test_nor_stopped_attached_begun_again_or_offered_to_a_session(played: Played, other: Any):
    secretary = played.client("S")
    whole = {"on": "2026-12-09", "commission": COMMISSION, "mode": "in_person"}
    assert secretary.post(f"/preparer/{KEY}/seance", {"command_id": "s1"} | whole).status_code == 404
    assert secretary.post(f"/preparer/{KEY}/arreter", {"command_id": "s2"}).status_code == 404
    again = {"command_id": "s3", "case": KEY, "chains": "0"}
    assert secretary.post("/preparer", again).status_code == 404
    session = played.session(date(2026, 12, 9)).session_id
    assert TITLE not in secretary.get(f"/seances/{session}").content.decode()
    # nor to who may see both: the households of a session are its own landlord's
    both = played.client(name="siege")
    assert TITLE not in both.get(f"/seances/{session}").content.decode()
    checked = both.post(f"/seances/{session}/controler", {"command_id": "s4", "import": KEY})
    assert checked.status_code == 422


def test_a_household_named_for_another_landlords_dwellings_is_not_read(played: Played, other: Any):
    played.account("voisine", "R", landlord="AUTRE", commission="Autre commission", account="ALS")
    named = {"account": "ALS", "number": "NOMMEE-AILLEURS", "rank": "1", "command_id": "n1"}
    assert played.client(name="voisine").post("/reservataire", named).status_code == 302
    readers = {"S": False, "P": False, "ailleurs": True, "siege": True, "voisine": True}
    for who, reads in readers.items():
        client = played.client(who) if len(who) == 1 else played.client(name=who)
        assert ("NOMMEE-AILLEURS" in client.get("/reservataire").content.decode()) == reads, who


@pytest.mark.long
def test_a_case_of_a_landlord_that_is_not_theirs_is_refused_and_leaves_nothing(
    played: Played, other: Any, tmp_path: Path
):
    from optimizer.web.models import Job

    folder = tmp_path / "case"
    with_names(folder)
    files = [SimpleUploadedFile(p.name, p.read_bytes()) for p in sorted(folder.iterdir())]
    sent = {"command_id": "refuse", "chains": "0", "title": "Pas le mien", "files": files}
    assert other.post("/preparer", sent).status_code == 302
    job = Job.objects.get(title="Pas le mien")
    end = time.monotonic() + 300
    while job.state == "running":
        assert time.monotonic() < end
        time.sleep(0.2)
        job.refresh_from_db()
    page = other.get(f"/preparer/{job.id}").content.decode()
    assert "AUTRE" in page and "ce compte prépare" in page
    assert not (played.desk.cases / job.case).exists() and not (played.desk.runs / job.id).exists()
    assert played.client("S").get(f"/preparer/{job.id}").status_code == 404
    job.delete()


def test_a_session_is_made_for_a_commission_of_the_secretarys_only(played: Played):
    from optimizer.web.agendas import agenda_file
    from optimizer.web.models import Job

    at, key = played.store.now(), "b" * 32
    job = Job.objects.create(
        id=key, case=key, title="Semaine", state="done", landlord=LANDLORD, started_by="secretaire", started_at=at,
        heartbeat_at=at, ended_at=at, code=0,
    )  # fmt: skip
    run = {
        "run_id": key,
        "verdict": "certified",
        "gap_points": "",
        "seed": "1",
        "case_on": "2026-12-01",
        "hashes": {},
    }
    kept = {"run": run, "items": [], "landlord": LANDLORD}
    file = agenda_file(played.desk.runs / key)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(kept), encoding="utf-8")
    asked = {"command_id": "c1", "on": "2026-12-09", "commission": "Autre commission", "mode": "in_person"}
    answer = played.client("S").post(f"/preparer/{key}/seance", asked)
    assert answer.status_code == 422 and "Autre commission" in answer.content.decode()
    assert not any(s.commission == "Autre commission" for s in sessions(played))
    job.delete()


def sessions(played: Played) -> list[Any]:
    from optimizer.store import queries

    return list(queries.sessions(played.store))


def test_the_next_case_is_made_of_what_is_the_secretarys(
    played: Played, other: Any, monkeypatch: pytest.MonkeyPatch
):
    from optimizer.web.views import prepare

    played.session(date(2026, 12, 16))
    logs = []

    def begin(*args: Any, log: Any = None, **named: Any) -> Any:
        from optimizer.web.models import Job

        logs.append(log)
        return Job.objects.get(id=KEY)

    monkeypatch.setattr(prepare, "start", begin)
    asked = {"case": KEY, "next": "1", "chains": "0"}
    assert other.post("/preparer", {"command_id": "n1"} | asked).status_code == 302
    assert played.client(name="siege").post("/preparer", {"command_id": "n2"} | asked).status_code == 302
    assert [s.landlord for s in logs[0].sessions] == [] and {s.landlord for s in logs[1].sessions} == {
        LANDLORD
    }


@pytest.mark.long
def test_a_child_takes_the_cases_of_the_landlords_it_is_told(tmp_path: Path):
    """Told none, it takes all: `test_kept_files.test_an_import_with_names_is_kept_without_them`."""
    case, out = tmp_path / "case", tmp_path / "out"
    with_names(case)
    words = [
        sys.executable,
        "-m",
        "optimizer.web.children.job",
        str(case),
        str(out),
        "fr",
        "0",
        '["AUTRE"]',
    ]
    child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert child.stdout is not None and child.stdin is not None
    told = child.stdout.read().decode()
    assert child.wait(timeout=300) == 2
    child.stdin.close()
    child.stdout.close()
    assert '"landlord"' not in told and not out.exists()
    shutil.rmtree(case)


def test_computations_of_a_desk_that_is_upgraded_are_those_of_their_sessions(played: Played):
    from django.core.management import call_command

    from optimizer.web.models import Job

    at = played.store.now()
    session = played.session(date(2026, 12, 23))
    assert session.run is not None
    told = {"title": "Semaine", "state": "done", "started_by": "partie", "started_at": at, "heartbeat_at": at}
    for key, case, run in (("c", "x", session.run.run_id), ("d", "x", ""), ("e", "y", "")):
        Job.objects.create(id=key, case=case, run=run, landlord="efface", **told)
    call_command("migrate", "web", "0002", verbosity=0)
    call_command("migrate", "web", verbosity=0)
    found = dict(Job.objects.filter(id__in="cde").values_list("id", "landlord"))
    assert found == {"c": LANDLORD, "d": LANDLORD, "e": ""}
    Job.objects.filter(id__in="cde").delete()
