"""The desk on PostgreSQL: the same tests, the same answers, in processes of their own beside a server of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import campaign
from tests.desk.server import SORTED_OTHERWISE, Server, base

ROOT = Path(__file__).resolve().parents[2]
SAME = (
    "test_sessions",
    "test_offers",
    "test_invariants",
    "test_machine",
    "test_random_hands",
    "test_together",
    "test_people",
    "test_replies",
    "test_late_attendance",
    "test_purge",
    "test_subject",
)
"""Tests of ``tests/store`` that know nothing of the file."""
OF_THE_FILE = [
    f"tests/store/test_purge.py::{name}"
    for name in (
        "test_runs_exports_and_copies_older_than_the_limit_are_deleted_whole",
        "test_a_purge_that_leaves_text_in_the_file_says_so_and_the_next_one_ends_it",
    )
]
"""The copies that lie beside the file of a desk, and the text left in it: a server keeps its own elsewhere."""


MAIN = "from optimizer.cli import main; main()"


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


def made(child, server: Server, name: str, *words: str) -> str:
    """A new empty desk; its address."""
    address = base(server, name, *words)
    said = child("-c", MAIN, "store", "upgrade", "--store", address)
    assert said == "Bureau créé.\n"
    return address


def test_the_tests_of_the_desk_hold_on_postgresql(child, server):
    files = [f"tests/store/{name}.py" for name in SAME]
    said = child(
        "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:randomly", *(f"--deselect={name}" for name in OF_THE_FILE), *files,
        ATTRIFLUX_TEST_POSTGRES=server.address("postgres"),
    )  # fmt: skip
    assert " passed" in said and "failed" not in said and "skipped" not in said


@pytest.mark.parametrize("seed", campaign.seeds(100, least=2))
def test_random_hands_are_answered_alike_by_both(child, server, tmp_path, seed):
    file = tmp_path / "bureau.sqlite"
    child("-c", MAIN, "store", "upgrade", "--store", str(file))
    told = [
        json.loads(child("-m", "tests.store.tracing", address, str(seed), "150"))
        for address in (str(file), made(child, server, f"traces{seed}", *SORTED_OTHERWISE))
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


STRANGE = """
import sys
from optimizer import store
from optimizer.store import ledger, schema
from optimizer.store.upgrading import upgrade
def told():
    try:
        store.open(sys.argv[1]).close()
    except store.messages.StoreUnusable as error:
        return error.code + " " + error.text()
    return ""
def does(*orders):
    with store.open(sys.argv[1], inspect=True):
        with schema.connection().cursor() as cursor:
            for order in orders:
                cursor.execute(order)
def proof():
    with store.open(sys.argv[1], inspect=True) as seen:
        return " ".join(problem.text() for problem in ledger.verify(seen).problems)
does("CREATE FUNCTION elsewhere() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.position = 1; RETURN NEW; END'")
for name, order, undo in (
    ("later", "CREATE TRIGGER later BEFORE INSERT ON store_candidate FOR EACH ROW EXECUTE FUNCTION elsewhere()",
     "DROP TRIGGER later ON store_candidate"),
    ("everybody", "CREATE VIEW everybody AS SELECT name, phone FROM store_person", "DROP VIEW everybody"),
    ("kept", "CREATE MATERIALIZED VIEW kept AS SELECT count(*) FROM store_offer", "DROP MATERIALIZED VIEW kept"),
    ("instead", "CREATE RULE instead AS ON UPDATE TO store_offer DO INSTEAD NOTHING", "DROP RULE instead ON store_offer"),
    ("below", "CREATE TABLE below () INHERITS (store_duty)", "DROP TABLE below"),
    ("some_only", "CREATE POLICY some_only ON store_person USING (ref < 'a')", "DROP POLICY some_only ON store_person"),
    ("store_vote", "ALTER TABLE store_vote RENAME TO votes; CREATE VIEW store_vote AS SELECT * FROM votes",
     "DROP VIEW store_vote; ALTER TABLE votes RENAME TO store_vote"),
):
    assert told() == "", told()
    does(order)
    assert told().startswith("STORE_STRANGERS") and name in told() and name in proof(), (name, told(), proof())
    does(undo)
for order, undo in (
    ("CREATE OR REPLACE FUNCTION store_event_refuses() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", ""),
    ("ALTER TABLE store_event DISABLE TRIGGER store_event_no_update", "ALTER TABLE store_event ENABLE TRIGGER store_event_no_update"),
    ("DROP TRIGGER store_event_no_update ON store_event; CREATE TRIGGER store_event_no_update BEFORE UPDATE OR DELETE ON store_event "
     "FOR EACH ROW WHEN (OLD.seq > 100) EXECUTE FUNCTION store_event_refuses()", ""),
):
    does(order)
    assert told().startswith("STORE_TRIGGERS"), (order, told())
    does(*[undo] * bool(undo))
    upgrade(sys.argv[1])
    assert told() == "", told()
print("vu")
"""


def test_what_an_administrator_put_on_the_tables_is_refused_and_told(child, server):
    assert child("-c", STRANGE, made(child, server, "etranger")) == "vu\n"


CHOSEN = """
import sys
from datetime import date
from optimizer import store
from optimizer.store import commands as c, ledger, queries, schema
from optimizer.store.messages import StoreError
from optimizer.store.records import Actor
with store.open(sys.argv[1]) as opened:
    c.attach_run(opened, Actor("sophie", "S"), "un", run_id="r", verdict="certified", case_on=date(2026, 12, 3))
    assert queries.runs(opened)[0].case_on == date(2026, 12, 3) and ledger.verify(opened).holds
    with schema.connection().cursor() as cursor:
        for name in ("transaction_isolation", "lock_timeout", "synchronous_commit", "search_path"):
            cursor.execute(f"SHOW {name}")
            print(cursor.fetchone()[0])
    for state in ("55P03", "40P01", "40001", "57014", "53100", "25006", "42501"):
        try:
            with opened.writing(), schema.connection().cursor() as cursor:
                cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'annulation, dans la langue du serveur' USING ERRCODE = '{state}'; END $$")
        except StoreError as error:
            print(type(error).__name__, error.code)
"""
TOLD = """read committed
20s
on
autre
StoreBusy STORE_BUSY
StoreBusy STORE_BUSY
StoreBusy STORE_BUSY
StoreBusy STORE_TOO_LONG
StoreBusy STORE_FULL
StoreUnusable STORE_SERVER_READ_ONLY
StoreUnusable STORE_SERVER_READ_ONLY
"""


def test_an_administrator_s_choices_for_other_bases_do_not_reach_the_desk(child, server):
    address = base(server, "choix")
    orders = (
        "CREATE SCHEMA autre",
        "ALTER DATABASE choix SET datestyle = 'SQL, DMY'",
        "ALTER DATABASE choix SET default_transaction_isolation = 'serializable'",
        "ALTER DATABASE choix SET synchronous_commit = off",
        "ALTER DATABASE choix SET timezone = 'America/New_York'",
    )
    words = ("-h", server.folder / "prise", "-p", 5439, "-U", "bureau", "-d", "choix")
    server.run("psql", *words, *[part for order in orders for part in ("-c", order)])
    address += "&options=-csearch_path%3Dautre%20-csynchronous_commit%3Doff"
    assert child("-c", MAIN, "store", "upgrade", "--store", address) == "Bureau créé.\n"
    assert child("-c", CHOSEN, address) == TOLD
    tables = server.run("psql", *words, "-Atc", "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    assert tables.stdout.strip() == "0"


REFUSED = """
import sys
from optimizer.store import messages, upgrading
try:
    upgrading.upgrade(sys.argv[1])
except messages.StoreUnusable as error:
    print(error.code)
"""


def test_a_base_that_cannot_hold_every_sign_is_refused_before_anything_is_made(child, server, tmp_path):
    address = base(server, "latin", "--encoding=LATIN1", "--template=template0", "--locale=C")
    assert child("-c", REFUSED, address) == "STORE_ENCODING\n"
    assert not list(tmp_path.glob("etat/keys/*"))


def test_two_desks_of_one_state_folder_have_keys_of_their_own(child, server, tmp_path):
    first, second = made(child, server, "premier"), made(child, server, "second")
    keys = [tmp_path / "etat" / name / "ledger.key" for name in ("keys", "keys-second")]
    assert keys[0].read_bytes() != keys[1].read_bytes()
    for address in (first, second):
        child("-c", OLDER, address)
        assert "tout concorde" in child("-c", MAIN, "store", "verify", "--store", address)
    # a base made anew under the keys of a desk is told, not filled
    words = ("-h", server.folder / "prise", "-p", 5439, "-U", "bureau")
    server.run("dropdb", *words, "second")
    assert child("-c", REFUSED, base(server, "second")) == "STORE_EMPTIED\n"


def psql(server: Server, name: str, *orders: str) -> str:
    words = ("-h", server.folder / "prise", "-p", 5439, "-U", "bureau", "-d", name, "-At")
    return server.run("psql", *words, *[part for order in orders for part in ("-c", order)]).stdout


def test_a_backup_holds_the_schema_of_the_desk_alone_and_reads_it_again_into_one(child, server, tmp_path):
    """The base serves others too; a base that cannot hold every sign, or an address of another schema, is refused before anything is read."""
    base(server, "partagee")
    psql(server, "partagee", "CREATE SCHEMA bureau_hlm", "CREATE TABLE public.paie (nom text)")
    other = "&options=-csearch_path%3Dbureau_hlm"
    address = server.address("partagee") + other
    assert child("-c", MAIN, "store", "upgrade", "--store", address) == "Bureau créé.\n"
    child("-c", OLDER, address)
    child("-c", MAIN, "store", "key", "--out", str(tmp_path / "cles"))
    key = tmp_path / "cles" / "sauvegarde"
    words = ("--out", str(tmp_path / "s"), "--key", f"{key}.pub", "--store", address)
    child("-c", MAIN, "store", "backup", *words)

    def restored(name: str, state: str, more: str = other) -> str:
        again = (
            "import sys\nfrom optimizer.errors import AttrifluxError\nfrom optimizer.store.backup import restore\nfrom pathlib import Path\n"
            "try:\n    print(restore(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]).problems)\n"
            "except AttrifluxError as error:\n    print(error.code, error.text('fr'))"
        )
        where = server.address(name) + more
        return child(
            "-c", again, str(tmp_path / "s"), f"{key}.cle", where, ATTRIFLUX_STATE=str(tmp_path / state)
        )

    tables = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    server.run(
        "createdb",
        "--encoding=LATIN1",
        "--template=template0",
        "--locale=C",
        "-h",
        server.folder / "prise",
        "-p",
        5439,
        "-U",
        "bureau",
        "etroite",
    )
    assert restored("etroite", "e1").startswith("STORE_ENCODING") and psql(server, "etroite", tables) == "0\n"
    base(server, "ailleurs")
    assert "bureau_hlm" in restored("ailleurs", "e2", "") and psql(server, "ailleurs", tables) == "0\n"
    assert not list(tmp_path.glob("e[12]/keys*/*.key"))
    assert restored("ailleurs", "e3") == "()\n"
    base(server, "prete")
    psql(server, "prete", "CREATE SCHEMA bureau_hlm")
    assert restored("prete", "e4") == "()\n"
    assert psql(server, "prete", "SELECT count(*) FROM pg_tables WHERE tablename = 'paie'") == "0\n"


AWAY = """
import json, sys, time
from pathlib import Path
import psycopg
from optimizer import store
from optimizer.store import commands, queries
from optimizer.web.demo import give_passwords, make_accounts
from optimizer.web.deployment import Deployment
address, state = sys.argv[1], Path(sys.argv[2])
name = address.partition("@/")[2].partition("?")[0]
def order(text):
    with psycopg.connect(address.replace("/" + name + "?", "/postgres?"), autocommit=True) as server:
        server.execute(text)
def away():
    order(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    order(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
def back():
    order(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    close_old_connections()  # a server of pages does so before each, a client of tests does not
with store.open(address) as opened:
    from django.db import close_old_connections
    from optimizer.web import jobs
    from optimizer.web.deploying import deploy
    from optimizer.web.models import Job
    from tests.web.hands import ClientHands, the_form
    make_accounts(opened)
    give_passwords("un-mot-de-passe-assez-long")
    desk = deploy(opened, Deployment(state=state))
    from django.conf import settings
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    dpo = ClientHands("dpo", "un-mot-de-passe-assez-long").client
    dpo.raise_request_exception = False
    page = dpo.get("/journal")
    assert page.status_code == 200
    _, form = the_form(page.content.decode(), "/journal/verifier", {})
    away()
    for path in ("/", "/journal", "/entrer", "/health"):
        seen = dpo.get(path)
        text = seen.content.decode()
        assert seen.status_code == 503 and "ne répond pas" in text and "bureau@" not in text and name not in text, (path, text)
    sent = dpo.post("/journal/verifier", form.hidden)
    _, again = the_form(sent.content.decode(), "/journal/verifier", {})
    assert sent.status_code == 503 and again.hidden["command_id"] == form.hidden["command_id"]
    back()
    assert dpo.post("/journal/verifier", again.hidden).status_code in (200, 302)
    # a computation that ends while the base is away
    jobs.HEARTBEAT = 0.2
    jobs.TRIES = 1000
    case = desk.cases / "cas"
    case.mkdir(parents=True)
    (case / "logements.csv").write_text("rien")
    job = jobs.start(desk, "cas", "Import", "secretaire", "fr")
    time.sleep(0.5)
    away()
    jobs.children[job.id].wait()
    time.sleep(1)
    back()
    for _ in range(300):
        found = Job.objects.get(id=job.id)
        if found.state != "running":
            break
        time.sleep(0.2)
    print(found.state, found.code)
"""


def test_a_base_that_goes_and_comes_back_is_told_and_nothing_is_lost(child, server, tmp_path):
    address = made(child, server, "absente")
    assert child("-c", AWAY, address, str(tmp_path / "fichiers")).splitlines()[-1] == "failed 2"


SPY = """#!/bin/sh
printf '%s\\n' "$@" "secret=$PGPASSWORD" > "$SPY"
exit 1
"""


@pytest.mark.parametrize("how", ["cle:sesame@", "cle@&password=sesame"])
def test_the_password_of_a_base_is_not_read_among_the_words_of_a_command(child, server, tmp_path, how):
    address = made(child, server, f"secret{len(how)}")
    user, _, more = how.partition("@")
    address = address.replace("bureau@", f"{user.replace('cle', 'bureau')}@") + more
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pg_dump").write_text(SPY)
    (tmp_path / "bin" / "pg_dump").chmod(0o755)
    child("-c", MAIN, "store", "key", "--out", str(tmp_path / "cles"))
    key = str(tmp_path / "cles" / "sauvegarde.pub")
    called = "from optimizer.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass"
    child(
        "-c", called, "store", "backup", "--out", str(tmp_path / "s"), "--key", key, "--store", address,
        PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}", SPY=str(tmp_path / "lu"),
    )  # fmt: skip
    *words, secret = (tmp_path / "lu").read_text().splitlines()
    assert secret == "secret=sesame" and not any("sesame" in word for word in words)


def test_two_upgrades_at_once_make_one_desk(child, server, tmp_path):
    address = base(server, "ensemble")
    again = (
        "import sys; from optimizer.store.upgrading import upgrade; upgrade(sys.argv[1], keys=sys.argv[2])"
    )
    keys = tmp_path / "etat" / "keys"
    child(
        "-c", again, made(child, server, "dabord"), str(keys)
    )  # the keys are there: nothing else holds them apart
    (keys / "bureau").unlink()  # of a program that did not say whose they were
    both = [
        subprocess.Popen(
            [sys.executable, "-c", again, address, str(keys)], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    assert [(one.wait(120), one.communicate()[1]) for one in both] == [(0, "")] * 4
    assert "0 ligne" in child("-c", MAIN, "store", "verify", "--store", address)


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


EVERY_ROW = """
import json
import sys
from optimizer import store
from optimizer.store.carrying import rows_of_open_desk
with store.open(sys.argv[1], inspect=True) as opened:
    every = {model._meta.db_table: rows for model, rows in rows_of_open_desk().items()}
del every["django_session"]  # a restored desk has no page open
print(*sorted(f"{name} {json.dumps(row, default=str, sort_keys=True)}" for name in every for row in every[name]), sep="\\n")
"""
GOES_ON = """
import sys
from datetime import date
from pathlib import Path
from optimizer import store
from optimizer.store import accounts, commands as c, ledger
from optimizer.store.backup import backup
from optimizer.store.records import Actor
from tests.store.playing import Ticking
clock = Ticking()
clock.on(date(2030, 2, 1))  # the hands that were drawn go on for weeks
with store.open(sys.argv[1], clock=clock) as opened:
    before = opened.head()["seq"]
    accounts.create_user(opened, Actor("admin", "A"), sys.argv[2], sys.argv[2], "Une phrase assez longue 7")
    c.attach_run(opened, Actor("sophie", "S"), "r" + sys.argv[2], run_id=sys.argv[2], verdict="certified", case_on=date(2026, 12, 3))
    assert opened.head()["seq"] == before + 2 and ledger.verify(opened).holds
    if len(sys.argv) > 3:
        backup(opened, Path(sys.argv[3]), Path(sys.argv[4]), sys.argv[1])
print("vu")
"""


def test_a_desk_in_a_file_goes_on_in_a_base(child, server, tmp_path):
    """Its backup is restored there: the same rows, keys and digests; then other accounts and other lines of the ledger."""
    file = tmp_path / "bureau.sqlite"
    child("-c", MAIN, "store", "upgrade", "--store", str(file))
    child("-m", "tests.store.tracing", str(file), "7", "600")
    cles = tmp_path / "cles"
    child("-c", MAIN, "store", "key", "--out", str(cles))
    sealed, public, private = str(tmp_path / "s"), str(cles / "sauvegarde.pub"), str(cles / "sauvegarde.cle")
    assert child("-c", GOES_ON, str(file), "sophie", sealed, public) == "vu\n"
    rows = child("-c", EVERY_ROW, str(file))
    assert rows.count("store_event ") > 100 and rows.count("\nstore_") > 300 and "auth_user " in rows
    address, elsewhere = (
        base(server, "suite", *SORTED_OTHERWISE),
        {"ATTRIFLUX_STATE": str(tmp_path / "ailleurs")},
    )
    words = ("store", "restore", sealed, "--key", private, "--store", address)
    said = child("-c", MAIN, *words, **elsewhere)
    assert said.startswith("Bureau refait : ") and "0 écart" in said
    # what lies beside the file is in no backup, and what stays there is out of the purge's reach
    assert (
        f"porter dans {tmp_path / 'ailleurs' / 'desk'} ce que tient" in said
        and "La purge n'atteint plus" in said
    )
    assert child("-c", EVERY_ROW, address, **elsewhere) == rows
    assert child("-c", GOES_ON, address, "karim", **elsewhere) == "vu\n"
    child("-c", MAIN, "store", "verify", "--store", address, **elsewhere)
    again = subprocess.run(
        [sys.executable, "-c", MAIN, *words], cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"ATTRIFLUX_STATE": str(tmp_path / "encore")},
    )  # fmt: skip
    assert again.returncode == 2 and "existe déjà" in again.stderr
    assert not any((tmp_path / "encore").rglob("*.key")), "no keys of a desk that was not made"


def test_a_base_that_cannot_take_every_row_holds_none(child, server, tmp_path):
    """The keys of the desk cannot be written: the tables are not there either, and the next try finds the base empty."""
    file, state, cles = tmp_path / "bureau.sqlite", tmp_path / "sans", tmp_path / "cles"
    child("-c", MAIN, "store", "upgrade", "--store", str(file))
    child("-c", MAIN, "store", "key", "--out", str(cles))
    sealed, public, private = str(tmp_path / "s"), str(cles / "sauvegarde.pub"), str(cles / "sauvegarde.cle")
    child("-c", MAIN, "store", "backup", "--out", sealed, "--key", public, "--store", str(file))
    address = base(server, "vide")
    refused = (
        "import sys\nfrom pathlib import Path\nfrom optimizer.store import backup\n"
        "def full(*words):\n    raise OSError(28, 'plein')\nbackup.own = full\n"
        "try:\n    backup.restore(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])\nexcept OSError as error:\n    print(error.errno)\n"
    )
    assert child("-c", refused, sealed, private, address, ATTRIFLUX_STATE=str(state)) == "28\n"
    words = ("store", "restore", sealed, "--key", private, "--store", address)
    assert child("-c", MAIN, *words, ATTRIFLUX_STATE=str(state)).startswith("Bureau refait : ")


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
