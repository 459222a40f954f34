"""A desk that cannot be trusted does not start, and says why; the process around it is left as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

from optimizer import store
from optimizer.cli.desk import also
from optimizer.store import commands as c
from optimizer.store import holding, ledger, migrations, opening, queries, schema, triggers
from optimizer.store.clock import PARIS
from optimizer.store.configure import database, shown, sqlite_path, without_password
from optimizer.store.messages import StoreBusy, StoreRefused, StoreUnusable
from optimizer.store.sqlite import driver as sqlite_driver
from optimizer.store.upgrading import upgrade
from optimizer.web.serving import own_state
from tests.cli.running import KILLED, Forked, killed_at
from tests.store.playing import Play, S, Ticking, dwelling


def unusable(code, url, **more):
    with pytest.raises(StoreUnusable) as error:
        store.open(url, **more)
    assert error.value.code == code
    for lang in ("fr", "en"):
        assert "{" not in error.value.text(lang)
    return error.value


def test_a_desk_that_is_not_there_is_not_made_by_chance(tmp_path):
    unusable("STORE_MISSING", tmp_path / "rien.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_the_ledger_is_kept_safe_from_the_first_line(copied):
    with store.open(copied("bureau"), clock=Ticking()) as opened:
        cursor = schema.connection().cursor()
        found = {
            p: cursor.execute(f"PRAGMA {p}").fetchone()[0]
            for p in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
        version = tuple(map(int, cursor.execute("SELECT sqlite_version()").fetchone()[0].split(".")))
        assert version >= sqlite_driver.OLDEST and opened.vendor == "sqlite"


def test_the_files_and_keys_are_their_owner_s_only(copied):
    path = copied("bureau")
    with store.open(path, clock=Ticking()) as opened:
        c.log(opened, S, "1", kind="printed")
        files = [path, *path.parent.glob("bureau.sqlite-*"), *(path.parent / "bureau.sqlite.keys").iterdir()]
        assert len(files) >= 5 and all(f.stat().st_mode & 0o077 == 0 for f in files)
    os.chmod(path.parent / "bureau.sqlite.keys" / "ledger.key", 0o640)
    unusable("STORE_KEYS_OPEN", path)


def test_a_desk_that_a_copy_opened_to_others_is_closed_to_them_again(copied):
    """`cp` gives what it writes the mode of the day: every account of the machine then read the households."""
    path = copied("bureau")
    path.chmod(0o644)
    with store.open(path, clock=Ticking()) as opened:
        c.log(opened, S, "1", kind="printed")
        assert all(f.stat().st_mode & 0o077 == 0 for f in path.parent.glob("bureau.sqlite*"))
    path.chmod(0o664)
    upgrade(path)
    assert path.stat().st_mode & 0o077 == 0
    state = path.with_suffix(".files")
    state.mkdir(mode=0o755)
    assert own_state(str(path)) == state and state.stat().st_mode & 0o077 == 0


def test_a_key_that_is_missing_or_cut_is_said(copied):
    path = copied("bureau")
    key = path.parent / "bureau.sqlite.keys" / "ledger.key"
    key.write_bytes(b"court")
    assert "ledger.key" in str(unusable("STORE_KEYS_MISSING", path))
    key.unlink()
    assert "ledger.key" in str(unusable("STORE_KEYS_MISSING", path))
    assert not key.exists()


@pytest.mark.parametrize("way", ["upgrade", "open"])
def test_a_desk_whose_keys_are_lost_is_given_no_other_ones(copied, way):
    path = copied("bureau")
    folder = path.parent / "bureau.sqlite.keys"
    folder.rename(path.parent / "ailleurs")
    with pytest.raises(StoreUnusable) as error:
        upgrade(path) if way == "upgrade" else store.open(path, create=True)
    assert error.value.code == "STORE_KEYS_OTHER" and not folder.exists()
    (path.parent / "ailleurs").rename(folder)
    store.open(path).close()


@pytest.mark.parametrize("way", ["upgrade", "open", "read"])
@pytest.mark.parametrize("how", ["cut", "erased"])
def test_a_desk_that_was_emptied_is_not_made_anew_in_silence(copied, way, how):
    """Its keys say that it was there. A first start killed before its tables has keys too, and is done again."""
    path = copied("bureau")
    for side in ("", "-wal", "-shm"):
        path.with_name(path.name + side).unlink(missing_ok=True)
    if how == "cut":
        path.touch()
    with pytest.raises(StoreUnusable) as error:
        upgrade(path) if way == "upgrade" else store.open(path, create=way == "open")
    wanted = "STORE_MISSING" if (how, way) == ("erased", "read") else "STORE_EMPTIED"
    assert error.value.code == wanted and path.exists() == (how == "cut")
    for name in path.parent.glob("*.keys/bureau"):
        name.unlink()
    assert upgrade(path).created


@pytest.mark.parametrize("lost", [("ledger.key",), ("ledger.key", "export.key"), ("web.key",)])
@pytest.mark.parametrize("way", ["upgrade", "open"])
def test_a_desk_that_lost_some_of_its_keys_is_given_no_other_ones(copied, way, lost):
    path = copied("bureau")
    folder = path.parent / "bureau.sqlite.keys"
    kept = {p.name: p.read_bytes() for p in folder.iterdir() if p.name not in lost}
    for name in lost:
        (folder / name).unlink()
    for _ in range(2):
        with pytest.raises(StoreUnusable) as error:
            upgrade(path) if way == "upgrade" else store.open(path, create=True)
        assert error.value.code == "STORE_KEYS_MISSING" and lost[0] in str(error.value)
        assert {p.name: p.read_bytes() for p in folder.iterdir()} == kept


@pytest.mark.parametrize("flushes", range(6))
@pytest.mark.long
def test_a_first_start_that_is_killed_is_done_again(tmp_path, flushes):
    """However far it was: half a set of keys would have shut the desk for ever."""
    done = Forked("store", "upgrade", "--store", tmp_path / "b.sqlite", before=killed_at(flushes)).finish()
    assert done.code == KILLED, done.err
    done = Forked("store", "upgrade", "--store", tmp_path / "b.sqlite").finish()
    assert done.code == 0, done.err
    assert {p.name for p in tmp_path.iterdir()} >= {"b.sqlite", "b.sqlite.keys"}
    assert sorted(p.name for p in (tmp_path / "b.sqlite.keys").iterdir()) == [
        "bureau",
        "export.key",
        "ledger.key",
        "web.key",
    ]
    assert Forked("store", "verify", "--store", tmp_path / "b.sqlite").finish().code == 0


def test_a_folder_that_cannot_be_written_is_named(copied, monkeypatch):
    path = copied("bureau")
    monkeypatch.setattr("os.access", lambda place, mode: False)
    assert str(path.parent) in str(unusable("STORE_FOLDER_READ_ONLY", path))


def test_a_file_that_is_no_desk_or_is_damaged_is_said(tmp_path, copied):
    junk = tmp_path / "notes.sqlite"
    junk.write_bytes(b"bonjour" * 100)
    with pytest.raises(StoreUnusable) as error:
        upgrade(junk)
    assert error.value.code == "STORE_UNREACHABLE" and not (tmp_path / "notes.sqlite.keys").exists()
    path = copied("bureau")
    path.write_bytes(path.read_bytes()[:20_000])
    assert "STORE_UNREACHABLE" in repr(unusable("STORE_UNREACHABLE", path).code)


def test_a_newer_desk_is_not_opened_by_an_older_program(copied):
    path = copied("bureau")
    with store.open(path, clock=Ticking()):
        schema.connection().cursor().execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '0099_later', '2030-01-01')"
        )
    unusable("STORE_SCHEMA_NEWER", path)
    with pytest.raises(StoreUnusable):
        upgrade(path)


def test_an_older_desk_is_copied_then_brought_forward_and_keeps_its_ledger(copied):
    from django.core.management import call_command

    path = copied("bureau")
    with store.open(path, clock=Ticking()) as opened:
        c.log(opened, S, "1", kind="printed")
        call_command("migrate", "sessions", "zero", verbosity=0)
    unusable("STORE_SCHEMA_OLD", path)
    done = upgrade(path)
    assert done.steps == ("sessions.0001_initial",) and not done.created
    assert done.copy is not None and done.copy.stat().st_mode & 0o077 == 0
    with store.open(path, clock=Ticking()) as opened:
        assert opened.head()["seq"] == 1 and not opened.read_only
    assert upgrade(path).steps == ()


def test_a_desk_of_the_version_before_is_brought_forward_with_what_it_holds(copied):
    """Its candidates have no column for why a condition failed, its duties no kind for a notice of no answer or a radiation."""
    from django.core.management import call_command

    path, clock = copied("bureau"), Ticking()
    with store.open(path, clock=clock) as opened:
        play = Play(opened, clock)
        play.week(dwelling("L1"))
        play.do(c.open_duty, S, kind="suitable_offer", ref=play.names("L1")[0].ref)
        call_command("migrate", "store", "0003", verbosity=0)
    unusable("STORE_SCHEMA_OLD", path)
    later = sorted(p.stem for p in Path(migrations.__file__).parent.glob("0*.py"))[3:]
    assert list(upgrade(path).steps) == [f"store.{name}" for name in later]
    with store.open(path, clock=clock) as opened:
        assert ledger.verify(opened).holds and len(queries.duties(opened)) == 1


def test_an_upgrade_that_finds_the_disk_full_leaves_no_half_copy(copied, monkeypatch):
    """What it had copied stayed there, households in clear, in the last place that was left."""
    from django.core.management import call_command

    path = copied("bureau")
    with store.open(path, clock=Ticking()):
        call_command("migrate", "store", "0003", verbosity=0)
    before = {p.name for p in path.parent.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("optimizer.disk.system.add", full)
    with pytest.raises(OSError):
        upgrade(path)
    schema.connection().close()
    assert {p.name for p in path.parent.iterdir()} <= before | {"bureau.sqlite-wal", "bureau.sqlite-shm"}


def test_a_migration_that_loses_the_guards_is_noticed_and_an_upgrade_puts_them_back(copied):
    path = copied("bureau")
    with store.open(path, clock=Ticking()):
        schema.connection().cursor().execute("DROP TRIGGER store_event_no_delete")
    assert "store_event_no_delete" in str(unusable("STORE_TRIGGERS", path))
    upgrade(path)
    store.open(path, clock=Ticking()).close()


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TRIGGER later AFTER INSERT ON store_candidate BEGIN UPDATE store_candidate SET position = 1; END",
        "CREATE VIEW nobody AS SELECT * FROM store_item",
    ],
)
def test_what_acts_in_the_file_and_is_not_the_programs_is_refused_and_told(copied, made):
    """A trigger changes rows at the next writing: until then every table is what the ledger makes."""
    path = copied("bureau")
    with store.open(path, clock=Ticking()) as opened:
        c.log(opened, S, "1", kind="printed")
        schema.connection().cursor().execute(made)
    name = made.split()[2]
    assert name in str(unusable("STORE_STRANGERS", path))
    with pytest.raises(StoreUnusable):
        upgrade(path)
    with store.open(path, inspect=True) as seen:
        assert [name in problem.text() for problem in ledger.verify(seen).problems] == [True]


@pytest.mark.parametrize("value", ["position = '[['", "checks = '[['", "position = 1.5", "status = x'00'"])
def test_a_cell_of_another_kind_is_named_before_anything_reads_it(copied, value):
    """SQLite takes any value in any column; whatever reads such a desk afterwards would end on an unexpected error."""
    path = copied("bureau")
    clock = Ticking()
    with store.open(path, clock=clock) as opened:
        Play(opened, clock).new(dwelling("L1"))
        with schema.connection().cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            cursor.execute(f"UPDATE store_candidate SET {value} WHERE candidate_id = 2")
    column = value.split()[0]
    told = unusable("STORE_CELLS", path)
    assert "candidate 2" in str(told) and column in str(told)
    with store.open(path, inspect=True) as seen:
        assert any("candidate" in problem.text() for problem in ledger.verify(seen).problems)


def test_a_password_stands_in_no_message_and_no_words_of_a_command():
    for url, safe, password in (
        ("postgres://b:p%40ss@h/d", "postgres://b@h/d", "p@ss"),
        ("postgres://b@h/d?sslmode=require&password=p+s", "postgres://b@h/d?sslmode=require", "p s"),
        ("postgres://b@h/d?password=p", "postgres://b@h/d", "p"),
        ("postgres://b@/d?host=/x&port=1", "postgres://b@/d?host=/x&port=1", ""),
        ("bureau.sqlite", "bureau.sqlite", ""),
    ):
        assert without_password(url) == (safe, password)
        assert "p%40ss" not in shown(url) and "=p" not in shown(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://b:mot@[h/d",
        "postgres://b:mot@h:port/d",
        "postgres://b:mot@h:99999/d",
        "postgres://b:mot@h",
        "mysql://b:mot@h/d",
    ],
)
def test_an_address_that_is_none_is_said_without_its_password(url):
    # without its driver no address of a server is read
    known = find_spec("psycopg") is not None or not url.startswith("postgres")
    with pytest.raises(StoreUnusable) as error:
        database(url)
    assert error.value.code == ("STORE_URL" if known else "STORE_DRIVER") and "mot@" not in str(error.value)


def test_a_next_command_is_told_without_a_password():
    assert also("postgres://b:mot@h/d") == " --store 'postgres://b:…@h/d'" and also("bureau.sqlite") == ""


def test_steps_of_version_that_do_not_follow_one_another_are_a_sentence(copied):
    path = copied("bureau")
    with store.open(path, clock=Ticking()):
        schema.connection().cursor().execute("DELETE FROM django_migrations WHERE app = 'contenttypes'")
    with pytest.raises(StoreUnusable) as error:
        upgrade(path)
    assert error.value.code == "STORE_HISTORY"


def test_a_line_nested_without_end_is_a_problem_of_the_ledger(copied):
    path = copied("bureau")
    with store.open(path, clock=Ticking()) as opened:
        c.log(opened, S, "1", kind="printed")
        cursor = schema.connection().cursor()
        cursor.execute("DROP TRIGGER store_event_no_update")
        cursor.execute("UPDATE store_event SET payload = %s", ["[" * 100_000])
        triggers.create(cursor, "sqlite")
    with store.open(path, inspect=True) as seen:
        assert not ledger.verify(seen).holds


def test_a_file_without_its_log_written_ahead_does_not_start(copied):
    path = copied("bureau")
    with store.open(path, clock=Ticking()):
        schema.connection().cursor().execute("PRAGMA journal_mode = DELETE")
    assert "delete" in str(unusable("STORE_NOT_SAFE", path)).lower()


def test_the_models_and_the_migrations_say_the_same(copied):
    from django.core.management import call_command

    with store.open(copied("bureau"), clock=Ticking()):
        call_command("makemigrations", "store", check=True, dry_run=True, verbosity=0)


def test_an_old_sqlite_is_refused(copied, monkeypatch):
    monkeypatch.setattr(schema, "OLDEST", (99, 0, 0))
    assert "99.0.0" in str(unusable("STORE_SQLITE_OLD", copied("bureau")))


@pytest.mark.parametrize("place", ["//serveur/partage/b.sqlite", "\\\\serveur\\partage\\b.sqlite"])
def test_a_network_share_is_refused(place):
    with pytest.raises(StoreUnusable):
        opening.refuse_network(place)  # type: ignore[arg-type]


def test_a_mounted_share_is_refused_and_a_local_disk_is_not(tmp_path, monkeypatch):
    opening.refuse_network(tmp_path / "b.sqlite")
    monkeypatch.setattr(opening, "NETWORK", frozenset(kind for kind in kinds_of_mounts()))
    with pytest.raises(StoreUnusable):
        opening.refuse_network(tmp_path / "b.sqlite")


def kinds_of_mounts():
    return {line.split(" ")[2] for line in Path("/proc/mounts").read_text().splitlines()}


def test_a_clock_behind_the_last_line_does_not_start(copied):
    path, clock = copied("bureau"), Ticking()
    with store.open(path, clock=clock) as opened:
        c.log(opened, S, "1", kind="printed")
        clock.now -= timedelta(seconds=3)  # the network sets it back a little
        receipt = c.log(opened, S, "2", kind="printed")
        assert receipt.at == clock.now + timedelta(seconds=3)
        clock.now -= timedelta(hours=1)
        with pytest.raises(StoreUnusable) as refused:
            c.log(opened, S, "3", kind="printed")
        # the hours are those of the desk's own clock, not of another place
        there = [f"{at.astimezone(PARIS):%d/%m/%Y %H:%M}" for at in (clock.now, receipt.at)]
        assert all(hour in refused.value.text("fr") for hour in there)
    unusable("STORE_CLOCK_BEHIND", path, clock=clock)


def test_addresses_are_read_and_passwords_are_not_shown():
    assert sqlite_path("sqlite:////a/b.sqlite") == Path("/a/b.sqlite") == sqlite_path("/a/b.sqlite")
    entry = database("postgres://moi:m%40t@hote:5433/bureau?sslmode=require")
    assert (entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"], entry["NAME"]) == (
        "moi",
        "m@t",
        "hote",
        "5433",
        "bureau",
    )
    assert entry["OPTIONS"]["sslmode"] == "require"
    assert shown("postgres://moi:secret@hote/bureau") == "postgres://moi:…@hote/bureau"
    with pytest.raises(StoreUnusable):
        database("mysql://hote/bureau")


def test_a_process_works_with_one_desk_at_a_time(copied):
    first = store.open(copied("un"), clock=Ticking())
    second = store.open(copied("deux"), clock=Ticking())
    c.log(second, S, "1", kind="printed")
    with pytest.raises(StoreUnusable):
        c.log(first, S, "1", kind="printed")
    second.close()


@pytest.mark.long
def test_a_locked_desk_and_a_full_disk_write_nothing_and_say_so(copied, monkeypatch):
    with store.open(copied("bureau"), clock=Ticking()) as opened:
        other = sqlite_driver.driver().connect(opened.entry["NAME"], isolation_level=None)
        cursor = schema.connection().cursor()
        monkeypatch.setattr(holding, "BUSY_SECONDS", 1)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy) as error:
            c.log(opened, S, "1", kind="printed")
        assert error.value.code == "STORE_BUSY"
        other.execute("ROLLBACK")
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreBusy) as error:
            for k in range(500):
                c.log(opened, S, f"k{k}", kind="printed", facts={"x": "y" * 500})
        assert error.value.code == "STORE_FULL"
        kept = opened.head()["seq"]
        cursor.execute("PRAGMA max_page_count = 1000000")
        assert c.log(opened, S, f"k{kept}", kind="printed", facts={}).seq == kept + 1


def test_a_desk_that_cannot_be_written_is_a_sentence(copied, monkeypatch):
    """A file made by another account, a disk that fails: nothing was recorded, and what to do."""
    from django.db import OperationalError

    with store.open(copied("bureau"), clock=Ticking()) as opened:
        cursor = schema.connection().cursor()
        cursor.execute("PRAGMA query_only = ON")
        with pytest.raises(StoreUnusable) as error:
            c.log(opened, S, "1", kind="printed")
        assert error.value.code == "STORE_FILE_READ_ONLY" and "rien n'a été enregistré" in error.value.text(
            "fr"
        )
        cursor.execute("PRAGMA query_only = OFF")

        def fails(*args):
            raise OperationalError("disk I/O error")

        with monkeypatch.context() as broken, pytest.raises(StoreUnusable) as error:
            broken.setattr(opened.tables, "add", fails)
            c.log(opened, S, "2", kind="printed")
        assert error.value.code == "STORE_UNREACHABLE" and opened.head()["seq"] == 0
        assert c.log(opened, S, "3", kind="printed").seq == 1


def test_a_home_that_nobody_has_is_a_sentence():
    with pytest.raises(StoreUnusable) as error:
        sqlite_path("~personne-ne-s-appelle-ainsi/bureau.sqlite")
    assert error.value.code == "STORE_NO_HOME" and "ATTRIFLUX_STATE" in error.value.text("fr")


def test_an_invariant_of_the_database_is_named(play):
    from django.db import IntegrityError

    with pytest.raises(StoreRefused) as error, play.store.writing():
        raise IntegrityError("CHECK constraint failed: offer_least_days")
    assert error.value.params["name"] == "offer_least_days"


@pytest.mark.long
def test_the_process_s_own_sqlite3_is_untouched_and_nothing_loads_django_before_a_desk_is_opened(copied):
    code = (
        "import sqlite3, sys; before = sqlite3.sqlite_version, sqlite3.connect\n"
        "from optimizer import store\nfrom optimizer.store import commands, queries, records, ledger\n"
        "assert 'django' not in sys.modules\n"
        "with store.open(sys.argv[1]) as opened: assert queries.sessions(opened) == ()\n"
        "assert (sqlite3.sqlite_version, sqlite3.connect) == before\n"
        "assert sys.modules['sqlite3'] is sqlite3 and 'django' in sys.modules\n"
        "print('vu')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(copied("bureau"))], capture_output=True, text=True, check=False
    )
    assert done.stdout == "vu\n", done.stderr
