"""kill -9 at named points: what was acknowledged is there, nothing is doubled by the request sent again."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from optimizer import store
from optimizer.store import commands as c
from optimizer.store import ledger, queries, schema
from optimizer.store.purge import purge
from tests import campaign
from tests.store.playing import DAY, D, S, Ticking, dwelling

ROOT = Path(__file__).resolve().parents[2]
POINTS = (
    "first row",
    "last row",
    "line of the ledger",
    "head moved",
    "before the commit",
    "after the commit",
)
DYING = """
import os, signal, sys
from datetime import date, datetime, UTC
from optimizer import store
from optimizer.store import commands as c
from optimizer.store.records import Actor
path, point, die_at = sys.argv[1], sys.argv[2], int(sys.argv[3])
opened = store.open(path, clock=lambda: datetime(2026, 12, 3, 11, tzinfo=UTC), check=False)
from optimizer.store import chain
from optimizer.store.sqlite.base import DatabaseWrapper
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
seen = {"rows": 0}
now = {"on": False}
add, commit = opened.tables.add, DatabaseWrapper._commit
def adding(table, row):
    if now["on"] and table == "event" and point == "last row": die()
    add(table, row)
    if now["on"] and table != "event" and point == "first row": die()
    if now["on"] and table == "event" and point == "line of the ledger": die()
def committing(self):
    if now["on"] and point in ("head moved", "before the commit"): die()
    commit(self)
    if now["on"] and point == "after the commit": die()
opened.tables.add, DatabaseWrapper._commit = adding, committing
for k in range(die_at + 1):
    now["on"] = k == die_at
    c.attach_run(opened, Actor("sophie", "S"), f"envoi-{k}", run_id=f"r{k}", verdict="certified", case_on=date(2026, 12, 3))
    print(k, flush=True)
"""


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.long
def test_a_server_killed_at(point, copied):
    path = copied("bureau")
    for number in range(max(1, campaign.part(200) // len(POINTS))):
        with store.open(path, clock=Ticking()) as opened:
            done = len(queries.runs(opened))
        child = subprocess.run(
            [sys.executable, "-c", DYING, str(path), point, str(done + number % 2)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert child.returncode == -9, child.stderr[-2000:]
        acknowledged = {f"r{k}" for k in child.stdout.split()}
        with store.open(path, clock=Ticking()) as opened:
            assert not opened.read_only
            kept = {run.run_id for run in queries.runs(opened)}
            assert acknowledged <= kept
            last = done + number % 2
            receipt = c.attach_run(
                opened, S, f"envoi-{last}", run_id=f"r{last}", verdict="certified", case_on=DAY
            )
            assert receipt.repeated is (point == "after the commit")
            assert len(queries.runs(opened)) == last + 1 == opened.head()["seq"]
            assert ledger.verify(opened).holds
            cursor = schema.connection().cursor()
            assert cursor.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            assert cursor.execute("PRAGMA foreign_key_check").fetchall() == []


PURGING = """
import os, signal, sys
from datetime import datetime, UTC
from optimizer import store
from optimizer.store import purge, schema
from optimizer.store.records import Actor
from optimizer.store.sqlite.base import DatabaseWrapper
opened = store.open(sys.argv[1], clock=lambda: datetime(2029, 1, 1, tzinfo=UTC), check=False)
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before the commit": DatabaseWrapper._commit = die
if sys.argv[2] == "before the pages are wiped": purge.wipe = die
purge.purge(opened, Actor("dora", "D"), "purge", dry_run=False)
"""


@pytest.mark.parametrize("point", ["before the commit", "before the pages are wiped"])
def test_a_purge_killed_is_done_again_whole(point, play):
    play.new(dwelling("L1"))
    play.do(c.cancel, S, play.session, reason="Salle fermée")
    path = Path(play.store.entry["NAME"])
    child = subprocess.run([sys.executable, "-c", PURGING, str(path), point], cwd=ROOT, check=False)
    assert child.returncode == -9
    play.clock.on(date(2029, 1, 2))
    with store.open(path, clock=play.clock) as opened:
        left = len(opened.tables.find("person"))
        assert left == (4 if point == "before the commit" else 0)
        assert len(purge(opened, D, "encore", dry_run=False).erased) == left
        assert ledger.verify(opened).holds
    kept = b"".join(file.read_bytes() for file in path.parent.iterdir() if file.is_file())
    assert b"L1-1" not in kept
