"""The desk on PostgreSQL: the same tests, the same answers, in processes of their own beside a server of their own."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import campaign

ROOT = Path(__file__).resolve().parents[2]
SAME = (
    "test_sessions",
    "test_offers",
    "test_invariants",
    "test_machine",
    "test_random_hands",
    "test_people",
    "test_purge",
    "test_tables",
)
"""Tests of ``tests/store`` that know nothing of the file."""
BESIDE_THE_FILE = (
    "tests/store/test_purge.py::test_runs_exports_and_copies_older_than_the_limit_are_deleted_whole"
)
"""The copies that lie beside the file of a desk: a server keeps its own elsewhere."""


MAIN = "from optimizer.cli import main; main()"


class Server:
    """A PostgreSQL server on a socket of its own, run by the account of its own that it asks for."""

    def __init__(self, folder: Path) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        found = shutil.which("initdb")
        assert programs or found, "PostgreSQL is not installed: make test-desk installs it"
        self.programs = programs[-1] if programs else Path(str(found)).parent
        self.folder = folder
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        folder.chmod(0o755)
        for name in ("donnees", "prise"):
            (folder / name).mkdir(mode=0o700)
            if os.geteuid() == 0:
                shutil.chown(folder / name, self.user)
        (folder / "prise").chmod(0o755)
        self.run(
            "initdb",
            "--pgdata",
            folder / "donnees",
            "--auth=trust",
            "--username=bureau",
            "--encoding=UTF8",
            "--no-sync",
        )

    def run(self, program: str, *words: object) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(self.programs / program), *map(str, words)],
            user=self.user if os.geteuid() == 0 else None, cwd=self.folder / "donnees",
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done

    def start(self) -> None:
        options = f"-k {self.folder / 'prise'} -h '' -p 5439 -c max_connections=30 -c fsync=off"
        self.run(
            "pg_ctl",
            "--pgdata",
            self.folder / "donnees",
            "--log",
            self.folder / "donnees" / "journal",
            "-w",
            "-o",
            options,
            "start",
        )

    def stop(self) -> None:
        self.run("pg_ctl", "--pgdata", self.folder / "donnees", "-m", "immediate", "-w", "stop")

    def kill(self) -> None:
        """kill -9 of the whole server, as a power cut would."""
        first = int((self.folder / "donnees" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(first, signal.SIGKILL)
        for _ in range(100):
            if not Path(f"/proc/{first}").exists():
                return
            time.sleep(0.05)

    def address(self, name: str) -> str:
        return f"postgres://bureau@/{name}?host={self.folder / 'prise'}&port=5439"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    made = Server(folder)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture
def child(server: Server, tmp_path: Path):
    """Runs Python in a process of its own, with keys of its own; returns what it printed."""

    def run(*words: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=900,
            env=os.environ | {"ATTRIFLUX_STATE": str(tmp_path / "etat")} | more,
        )  # fmt: skip
        assert done.returncode == 0, (done.stdout[-3000:], done.stderr[-3000:])
        return done.stdout

    return run


def made(child, server: Server, name: str) -> str:
    """A new empty desk; its address."""
    server.run("createdb", "-h", server.folder / "prise", "-p", 5439, "-U", "bureau", name)
    address = server.address(name)
    said = child("-c", MAIN, "store", "upgrade", "--store", address)
    assert said == "Bureau créé.\n"
    return address


def test_the_tests_of_the_desk_hold_on_postgresql(child, server):
    files = [f"tests/store/{name}.py" for name in SAME]
    said = child(
        "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:randomly", "--deselect", BESIDE_THE_FILE, *files,
        ATTRIFLUX_TEST_POSTGRES=server.address("postgres"),
    )  # fmt: skip
    assert " passed" in said and "failed" not in said


@pytest.mark.parametrize("seed", campaign.seeds(100, least=2))
def test_random_hands_are_answered_alike_by_both(child, server, tmp_path, seed):
    file = tmp_path / "bureau.sqlite"
    child("-c", MAIN, "store", "upgrade", "--store", str(file))
    told = [
        json.loads(child("-m", "tests.store.tracing", address, str(seed), "150"))
        for address in (str(file), made(child, server, f"traces{seed}"))
    ]
    assert told[0] == told[1]


GUARDED = """
import sys
from optimizer import store
from optimizer.store import commands as c, ledger, schema, triggers
from optimizer.store.records import Actor
from django.db import DatabaseError, transaction
with store.open(sys.argv[1]) as opened:
    c.log(opened, Actor("sophie", "S"), "un", kind="printed")
    for attempt in ("UPDATE store_event SET actor = 'x'", "DELETE FROM store_event", "TRUNCATE store_event"):
        try:
            with transaction.atomic(), schema.connection().cursor() as cursor:
                cursor.execute(attempt)
            print("passed", attempt)
        except DatabaseError as error:
            assert "append only" in str(error), error
    with schema.connection().cursor() as cursor:
        cursor.execute("DROP TRIGGER store_event_no_update ON store_event")
        cursor.execute("UPDATE store_event SET actor = 'x'")
        assert triggers.missing(cursor, "postgresql") == ["store_event_no_update"]
    print(len(ledger.verify(opened).problems))
try:
    store.open(sys.argv[1])
except store.messages.StoreUnusable as error:
    print(error.code)
"""


def test_the_ledger_only_grows_and_a_change_is_found(child, server):
    assert child("-c", GUARDED, made(child, server, "garde")) == "1\nSTORE_TRIGGERS\n"


OLDER = """
import sys
from django.core.management import call_command
from optimizer import store
from optimizer.store import commands as c
from optimizer.store.records import Actor
with store.open(sys.argv[1]) as opened:
    c.log(opened, Actor("sophie", "S"), "un", kind="printed")
    if len(sys.argv) > 2:
        call_command("migrate", "sessions", "zero", verbosity=0)
"""


def test_an_upgrade_copies_first_and_a_backup_restores(child, server, tmp_path):
    address = made(child, server, "ancien")
    child("-c", OLDER, address, "ancien")
    said = child("-c", MAIN, "store", "upgrade", "--store", address)
    assert "Bureau à jour" in said and len(list((tmp_path / "etat" / "copies").iterdir())) == 1
    child("-c", MAIN, "store", "key", "--out", str(tmp_path / "cles"))
    words = (
        "--out",
        str(tmp_path / "s"),
        "--key",
        str(tmp_path / "cles" / "sauvegarde.pub"),
        "--store",
        address,
    )
    child("-c", MAIN, "store", "backup", *words)
    server.run("createdb", "-h", server.folder / "prise", "-p", 5439, "-U", "bureau", "refait")
    private = str(tmp_path / "cles" / "sauvegarde.cle")
    words = ("restore", str(tmp_path / "s"), "--key", private, "--store", server.address("refait"))
    said = child("-c", MAIN, "store", *words, ATTRIFLUX_STATE=str(tmp_path / "ailleurs"))
    assert said.startswith("Bureau refait : 1 ligne du journal") and "0 écart" in said


WRITING = """
import sys
from datetime import date
from optimizer import store
from optimizer.store import commands as c
from optimizer.store.records import Actor
with store.open(sys.argv[1], check=False) as opened:
    for k in range(100000):
        c.attach_run(opened, Actor("sophie", "S"), f"envoi-{k}", run_id=f"r{k}", verdict="certified", case_on=date(2026, 12, 3))
        print(k, flush=True)
"""
AFTER = """
import sys
from datetime import date
from optimizer import store
from optimizer.store import commands as c, ledger, queries
from optimizer.store.records import Actor
with store.open(sys.argv[1]) as opened:
    kept, last = {run.run_id for run in queries.runs(opened)}, int(sys.argv[2])
    assert {f"r{k}" for k in range(last + 1)} <= kept and not opened.read_only
    for k in range(last + 3):
        c.attach_run(opened, Actor("sophie", "S"), f"envoi-{k}", run_id=f"r{k}", verdict="certified", case_on=date(2026, 12, 3))
    assert len(queries.runs(opened)) == max(len(kept), last + 3) == opened.head()["seq"]
    assert ledger.verify(opened).holds
print("vu")
"""


@pytest.mark.parametrize("turn", campaign.seeds(40, least=1))
def test_a_server_killed_loses_nothing_that_was_acknowledged(child, server, tmp_path, turn):
    address = made(child, server, f"coupe{turn}")
    writing = subprocess.Popen(
        [sys.executable, "-c", WRITING, address], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env=os.environ | {"ATTRIFLUX_STATE": str(tmp_path / "etat")},
    )  # fmt: skip
    assert writing.stdout is not None
    told = [int(writing.stdout.readline()) for _ in range(5 + turn)]
    server.kill()
    told += [int(line) for line in writing.stdout.read().split()]
    writing.wait()
    for leftover in (server.folder / "donnees" / "postmaster.pid", *(server.folder / "prise").iterdir()):
        leftover.unlink(missing_ok=True)
    time.sleep(0.5)
    server.start()
    assert child("-c", AFTER, address, str(told[-1])) == "vu\n"
