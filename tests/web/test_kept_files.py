"""What the desk keeps of an import: no column that must not enter, and a result that is verified against the files kept."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from optimizer.verify import verify
from tests.importers.test_forgetting import with_names
from tests.web.playing import Played


@pytest.mark.long
def test_an_import_with_names_is_kept_without_them(tmp_path: Path):
    case, out = tmp_path / "case", tmp_path / "out"
    path = with_names(case)
    with (tmp_path / "said.jsonl").open("wb") as said:
        child = subprocess.Popen(
            [sys.executable, "-m", "optimizer.web.children.job", str(case), str(out), "fr", "0", "[]"],
            stdin=subprocess.PIPE, stdout=said, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert child.wait(timeout=300) == 0
    assert child.stdin is not None
    child.stdin.close()
    told = (tmp_path / "said.jsonl").read_text(encoding="utf-8")
    assert '"landlord"' in told and "Nom du demandeur" in told and "Durand" not in told
    assert b"Durand" not in path.read_bytes() and b"28506" not in path.read_bytes()
    assert verify(out, case).verdict.startswith("certified")


def sent(played: Played, name: str) -> Path:
    """The folder of an import that holds names."""
    folder = played.desk.cases / name
    with_names(folder)
    return folder


def begun(played: Played, name: str, state: str, **more: Any) -> Any:
    from optimizer.web.models import Job

    at = played.store.now()
    told: dict[str, Any] = {"id": name, "case": name, "title": "Semaine", "started_by": "secretaire"}
    return Job.objects.create(**told, state=state, started_at=at, **({"heartbeat_at": at} | more))


@pytest.mark.long
def test_an_import_that_was_brought_forward_is_not_kept_beside_what_was_made_of_it(played: Played):
    from optimizer.web.children.job import Log
    from optimizer.web.jobs import start
    from optimizer.web.models import Job

    folder = sent(played, "2" * 32)
    (folder / "demandes.csv").write_text("nom;prenom\nDurand;Jeanne\n", encoding="utf-8")
    job = start(played.desk, folder.name, "Semaine", "secretaire", "fr", log=Log((), ()))
    end = time.monotonic() + 300
    while folder.exists():
        assert time.monotonic() < end, Job.objects.get(id=job.id).state
        time.sleep(0.2)
    assert not (played.desk.cases / job.case).exists()
    page = played.client("S").get(f"/preparer/{job.id}").content.decode()
    assert "Dossier de la séance suivante" not in page
    while list(played.desk.runs.glob("*.log")):
        assert time.monotonic() < end
        time.sleep(0.2)
    Job.objects.filter(id=job.id).delete()


def test_an_import_on_a_full_disk_says_so_and_leaves_nothing(played: Played, monkeypatch: pytest.MonkeyPatch):
    from optimizer.web import imports

    def full(name: str) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(imports, "safe_name", full)
    kept = set(played.desk.cases.iterdir()) if played.desk.cases.is_dir() else set()
    file = SimpleUploadedFile("demandes.csv", b"numero_unique\n1\n")
    answer = played.client("S").post("/preparer", {"command_id": "plein", "chains": "0", "files": [file]})
    assert answer.status_code == 503 and "Le disque est plein" in answer.content.decode()
    assert (set(played.desk.cases.iterdir()) if played.desk.cases.is_dir() else set()) == kept


def test_a_job_that_ended_before_its_check_leaves_no_files(played: Played):
    from optimizer.web.jobs import reap, said_file

    folder, read, orphan = (sent(played, x * 32) for x in "345")
    played.desk.runs.mkdir(parents=True, exist_ok=True)
    said_file(played.desk, read.name).write_text('{"rows": {"demandes.csv": 3}}\n', encoding="utf-8")
    long_ago = played.store.now() - timedelta(minutes=5)
    lost, stopped = (
        begun(played, folder.name, "running", heartbeat_at=long_ago),
        begun(played, read.name, "stopped"),
    )
    os.utime(orphan, (time.time() - 3600,) * 2)
    reap(played.desk)
    assert not folder.exists() and not orphan.exists()
    assert read.exists()  # it was checked: what must not enter is emptied, and it can be asked again
    secretary = played.client("S")
    page = secretary.get(f"/preparer/{lost.id}").content.decode()
    assert "ses fichiers ne sont pas gardés" in page and f'value="{lost.case}"' not in page
    refused = secretary.post("/preparer", {"case": lost.case, "command_id": "x"})
    assert refused.status_code == 422 and "envoyer l" in refused.content.decode()
    for job in (lost, stopped):
        job.delete()


def test_the_page_takes_what_the_command_line_reads(played: Played, monkeypatch: pytest.MonkeyPatch):
    """A CSV named .txt, or a format dropped into its folder, was refused here and read there."""
    from optimizer.errors import AttrifluxError
    from optimizer.importers import registry
    from optimizer.web.imports import keep_case, kept_file

    registry.all_formats()  # loaded once: what is put aside below would be all that others find
    monkeypatch.setattr(registry, "REGISTERED", dict(registry.REGISTERED))
    registry.format(id="lines", extensions=(".jsonl",), title_fr="x", forget=lambda path, columns: b"")(
        lambda path, label: registry.Opened()
    )
    for name in ("demandes.txt", "demandes.TSV", "demandes.jsonl", "demandes.parquet", "case.yml"):
        case = keep_case(played.desk, [SimpleUploadedFile(name, b"x")])
        assert [p.name for p in (played.desk.cases / case).iterdir()] == [name]
    with pytest.raises(AttrifluxError) as told:
        keep_case(played.desk, [SimpleUploadedFile("demandes.pdf", b"x")])
    assert ".jsonl" in told.value.text("fr") and ".txt" in told.value.text("en")
    with kept_file(played.desk, SimpleUploadedFile("noms.txt", b"x")) as file:
        assert file.name == "noms.txt"
    with pytest.raises(AttrifluxError, match=r"noms\.parquet.*\.csv, \.tsv, \.txt"):
        with kept_file(played.desk, SimpleUploadedFile("noms.parquet", b"x")):
            pass
    page = played.client("S", "secretaire").get("/preparer").content.decode()
    assert 'accept=".csv,.tsv,.txt,.jsonl,.parquet,.xlsx,.yaml,.yml"' in page
    assert 'accept=".csv,.tsv,.txt,.jsonl,.xlsx"' in page


def test_what_a_killed_server_left_of_passing_files_is_erased(
    played: Played, monkeypatch: pytest.MonkeyPatch
):
    """Files of identities, uploads and papers being made pass through the desk's own folder, not the machine's."""
    import tempfile

    from optimizer.web import temporary
    from optimizer.web.imports import kept_file
    from optimizer.web.jobs import reap

    state = played.desk.deployment.state
    with kept_file(played.desk, SimpleUploadedFile("noms.csv", b"numero_unique;nom")) as file:
        assert file.is_relative_to(state) and file.parent.stat().st_mode & 0o077 == 0
    with temporary.temporary_files(state):
        assert Path(tempfile.mkdtemp()).is_relative_to(state)
        child = subprocess.run(
            [sys.executable, "-c", "import tempfile; print(tempfile.mkstemp()[1])"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert Path(child.stdout.strip()).is_relative_to(state)
        assert Path(tempfile.gettempdir()).stat().st_mode & 0o077 == 0
    assert not Path(tempfile.gettempdir()).is_relative_to(state)
    reap(played.desk)
    left = list((state / temporary.NAME).iterdir())
    assert left, "somebody may be writing them"
    for path in left:
        os.utime(path, (1, 1))
    reap(played.desk)
    assert list((state / temporary.NAME).iterdir()) == []


def test_an_import_sent_twice_by_a_double_click_is_one_computation(
    played: Played, monkeypatch: pytest.MonkeyPatch
):
    """The browser shows the answer to the second one: « Rien n'a été enregistré », of an import that had begun."""
    from optimizer.web.models import Job

    monkeypatch.setattr("optimizer.web.jobs.subprocess.Popen", Sleeping)
    client = played.client("S", "secretaire")
    command = "11111111-2222-3333-4444-555555555555"

    def send(**more: str) -> Any:
        file = SimpleUploadedFile("demandes.csv", b"numero_unique\n1\n")
        return client.post("/preparer", {"command_id": command, "chains": "0", "files": [file]} | more)

    first, second = send(), send()
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    job = Job.objects.get(state="running")
    cases = set(played.desk.cases.iterdir())
    assert played.desk.cases / job.case in cases
    other = send(title="Autre")  # another form: refused, and nothing of it kept
    assert other.status_code == 422 and "déjà en cours" in other.content.decode()
    assert set(played.desk.cases.iterdir()) == cases
    Job.objects.filter(id=job.id).update(state="failed")
    again = send()  # the same form after its end is a new computation: its file may have been corrected
    assert again.status_code == 302 and again.headers["Location"] != first.headers["Location"]
    Sleeping.end()
    Job.objects.all().delete()


def test_two_double_clicks_at_once_are_one_computation(played: Played, monkeypatch: pytest.MonkeyPatch):
    """Neither has seen the other when it looks."""
    from optimizer.web.jobs import start
    from optimizer.web.models import Job

    monkeypatch.setattr("optimizer.web.jobs.subprocess.Popen", Sleeping)
    one, two = (sent(played, x * 32) for x in "67")
    key = "a" * 32
    first = start(played.desk, one.name, "Semaine", "secretaire", "fr", key=key)
    second = start(played.desk, two.name, "Semaine", "secretaire", "fr", key=key)
    assert first.id == second.id == key and one.exists() and not two.exists()
    Sleeping.end()
    Job.objects.all().delete()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_computation_that_cannot_be_begun_leaves_its_place(
    played: Played, monkeypatch: pytest.MonkeyPatch, code: int
):
    """« Un calcul est déjà en cours » answered who tried again, for the best part of a minute, and no process was there."""
    from optimizer.web.models import Job

    def refused(*words: object, **more: object) -> None:
        raise OSError(code, "no")

    client = played.client("S", "secretaire")
    client.raise_request_exception = False
    before = set(played.desk.cases.iterdir()) if played.desk.cases.is_dir() else set()
    with monkeypatch.context() as bent:
        bent.setattr("optimizer.web.jobs.subprocess.Popen", refused)
        file = SimpleUploadedFile("demandes.csv", b"numero_unique\n1\n")
        answer = client.post("/preparer", {"chains": "0", "next": "1", "files": [file]})
    told = "Le disque est plein" if code == errno.ENOSPC else "support en lecture seule"
    assert answer.status_code == 503 and told in answer.content.decode()
    assert not Job.objects.filter(state="running").exists()
    assert set(played.desk.cases.iterdir()) == before and not list(played.desk.runs.glob("*.log"))


def test_every_strange_file_of_an_import_is_named_at_once_with_what_to_do(played: Played):
    from optimizer.errors import AttrifluxError
    from optimizer.web.imports import keep_case

    files = [SimpleUploadedFile(name, b"x") for name in ("demandes.ods", "logements.csv", "notes.pdf")]
    with pytest.raises(AttrifluxError) as told:
        keep_case(played.desk, files)
    said = told.value.text("fr")
    assert (
        "demandes.ods, notes.pdf" in said
        and "logements" not in said
        and "Enregistrer au format .xlsx" in said
    )


def test_older_computations_are_a_page_further(played: Played):
    """Twenty tries later the proposal that waited for its session stood nowhere."""
    from optimizer.web.models import Job
    from optimizer.web.views.prepare import LISTED

    begin = played.store.now() - timedelta(days=2)
    for n in range(LISTED + 1):
        job = begun(played, f"{n:032}", "done")
        Job.objects.filter(id=job.id).update(title=f"Essai {n}.", started_at=begin + timedelta(minutes=n))
    client = played.client("S")
    page = client.get("/preparer").content.decode()
    assert "Essai 20." in page and "Essai 0." not in page and f"/preparer?apres={LISTED}" in page
    further = client.get(f"/preparer?apres={LISTED}").content.decode()
    assert "Essai 0." in further and "Essai 1." not in further and "apres=" not in further
    Job.objects.all().delete()


class Sleeping:
    """A child that computes until it is told to end."""

    running = threading.Event()
    stdin = None

    def __init__(self, *words: object, **more: object) -> None:
        Sleeping.running.clear()

    def wait(self, timeout: float) -> int:
        if not Sleeping.running.wait(timeout):
            raise subprocess.TimeoutExpired("child", timeout)
        return 2

    def poll(self) -> int | None:
        return None

    @staticmethod
    def end() -> None:
        """Let all of them end, and their watchers with them."""
        from optimizer.web.jobs import children

        Sleeping.running.set()
        end = time.monotonic() + 60
        while children:
            assert time.monotonic() < end
            time.sleep(0.05)
