"""What leaves the desk: backups that only one key opens, and a table in which nobody can be found."""

from __future__ import annotations

import csv
import io
import os
import tarfile
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer import store
from optimizer.store import commands as c
from optimizer.store import ledger, queries, schema, upgrading
from optimizer.store.backup import backup, restore
from optimizer.store.export import COLUMNS, DECIDED, LEVELS, export_pseudonymous, line_of
from optimizer.store.keys import keep_keys, own
from optimizer.store.messages import StoreForbidden, StoreRefused, StoreUnusable
from optimizer.store.records import NewCandidate, NewItem
from optimizer.store.sealing import PIECE, PRIVATE, PUBLIC, new_pair, read_key, seal, unseal
from tests.cli.running import KILLED, Forked, attriflux, killed_at
from tests.store.playing import D, S, dwelling


@pytest.fixture
def pair(tmp_path):
    return new_pair(tmp_path / "cles")


def test_a_backup_restores_to_the_same_desk_and_is_made_while_others_write(play, pair, tmp_path):
    private, public = pair
    play.week(dwelling("L1"))
    sealed = tmp_path / "lundi.sauvegarde"
    head = play.store.head()
    backup(play.store, sealed, public, play.store.entry["NAME"])
    play.do(c.log, S, kind="printed")
    assert b"L1-1" not in sealed.read_bytes() and sealed.stat().st_mode & 0o077 == 0
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    done = restore(sealed, private, str(tmp_path / "essai" / "bureau.sqlite"))
    assert done.problems == () and done.events == head["seq"] and done.last == head["at"]
    with store.open(tmp_path / "essai" / "bureau.sqlite", clock=play.clock) as again:
        assert again.head() == head and again.keys == play_keys(again, play)
        assert queries.session(again, play.session).status == "closed"
        assert ledger.verify(again, queries.head(again)).holds
    left = tmp_path / "essai" / ".bureau.sqlite.attriflux-copy"
    left.mkdir()
    (left / "ledger.key").write_bytes(b"of a restore that was killed once the desk was whole")
    with pytest.raises(StoreUnusable) as error:
        restore(sealed, private, str(tmp_path / "essai" / "bureau.sqlite"))
    assert error.value.code == "STORE_DESK_THERE" and "store verify" in str(error.value) and not left.exists()


@pytest.mark.parametrize("whose", ["the backup's", "another desk's", "a desk that is lost"])
def test_keys_that_a_killed_restore_left_do_not_stop_the_next_one(play, pair, tmp_path, whose):
    """« .keys existe déjà : rien n'a été écrit », with nothing to do: a killed restore could not be done again."""
    private, public = pair
    sealed, desk = tmp_path / "lundi.sauvegarde", tmp_path / "refait.sqlite"
    backup(play.store, sealed, public, play.store.entry["NAME"])
    kept = {
        path.name: path.read_bytes() for path in play.store.keys.folder.iterdir() if path.suffix == ".key"
    }
    if whose == "another desk's":
        kept["ledger.key"] = bytes(32)
    folder = tmp_path / "refait.sqlite.keys"
    keep_keys(folder, kept)
    if whose == "a desk that is lost":
        own(folder, "refait.sqlite")
    if whose == "the backup's":
        assert restore(sealed, private, str(desk)).problems == ()
        return
    with pytest.raises(StoreUnusable) as error:
        restore(sealed, private, str(desk))
    assert error.value.code == "STORE_EXISTS" and not desk.exists()
    assert all((folder / name).read_bytes() == content for name, content in kept.items())


def test_whoever_restores_is_told_where_the_backup_ends(play, pair, tmp_path):
    private, public = pair
    play.week(dwelling("L1"))
    sealed = tmp_path / "lundi.sauvegarde"
    backup(play.store, sealed, public, play.store.entry["NAME"])
    for lang, said in (("fr", "le saisir à nouveau"), ("en", "record it again")):
        desk = tmp_path / f"{lang}.sqlite"
        done = attriflux("store", "restore", sealed, "--key", private, "--store", desk, "--lang", lang)
        assert done.code == 0 and "03/12/2026 12:00:00" in done.out and said in done.out


def test_no_page_that_was_open_on_the_day_of_a_backup_is_open_again(play, pair, tmp_path):
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    private, public = pair
    visit = SessionStore()
    visit.create()
    sealed = tmp_path / "lundi.sauvegarde"
    backup(play.store, sealed, public, play.store.entry["NAME"])
    assert Session.objects.count() == 1
    restore(sealed, private, str(tmp_path / "essai" / "bureau.sqlite"))
    with store.open(tmp_path / "essai" / "bureau.sqlite", clock=play.clock):
        assert Session.objects.count() == 0


def test_a_log_without_its_desk_is_neither_erased_nor_put_into_another_one(play, pair, tmp_path):
    """SQLite writes whatever log stands beside a file into it: the restored desk was « malformed », and the log was gone."""
    private, public = pair
    sealed, desk = tmp_path / "lundi.sauvegarde", tmp_path / "refait" / "bureau.sqlite"
    backup(play.store, sealed, public, play.store.entry["NAME"])
    play.week(dwelling("L1"))
    desk.parent.mkdir()
    log = desk.with_name("bureau.sqlite-wal")
    log.write_bytes(Path(play.store.entry["NAME"] + "-wal").read_bytes())
    held = log.read_bytes()
    assert len(held) > 10_000
    for attempt in (
        lambda: restore(sealed, private, str(desk)),
        lambda: upgrading.upgrade(desk),
        lambda: store.open(desk, create=True),
        lambda: store.open(desk),
    ):
        with pytest.raises(StoreUnusable) as error:
            attempt()
        assert error.value.code == "STORE_LOG_ALONE" and "bureau.sqlite-wal" in error.value.text("fr")
        assert [p.name for p in desk.parent.iterdir()] == [log.name] and log.read_bytes() == held
    log.unlink()
    assert restore(sealed, private, str(desk)).problems == ()


def test_a_restoration_that_fails_leaves_nothing_that_the_next_one_would_refuse(play, pair, tmp_path):
    private, public = pair
    with schema.connection().cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '0099_later', '2030-01-01')"
        )
    sealed = tmp_path / "lundi.sauvegarde"
    backup(play.store, sealed, public, play.store.entry["NAME"])
    (tmp_path / "essai").mkdir()
    with pytest.raises(StoreUnusable) as error:
        restore(sealed, private, str(tmp_path / "essai" / "bureau.sqlite"))
    assert error.value.code == "STORE_SCHEMA_NEWER" and list((tmp_path / "essai").iterdir()) == []


def test_a_backup_of_an_older_desk_is_restored_without_a_clear_copy_beside_it(play, pair, tmp_path):
    from django.core.management import call_command

    private, public = pair
    play.week(dwelling("L1"))
    call_command("migrate", "store", "0003", verbosity=0)
    sealed = tmp_path / "lundi.sauvegarde"
    backup(play.store, sealed, public, play.store.entry["NAME"])
    done = restore(sealed, private, str(tmp_path / "essai" / "bureau.sqlite"))
    assert done.problems == ()
    assert {p.name for p in (tmp_path / "essai").iterdir()} == {"bureau.sqlite", "bureau.sqlite.keys"}


def test_a_backup_of_a_server_is_not_restored_into_a_file(pair, tmp_path):
    private, public = pair
    desk = tmp_path / "essai" / "bureau.sqlite"
    of_a_server = tmp_path / "serveur.sauvegarde"
    with tarfile.open(tmp_path / "tout", "w") as archive:
        for name in ("bureau", "ledger.key", "export.key", "web.key"):
            content = b"PGDMP" * 10
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    with (tmp_path / "tout").open("rb") as clear, of_a_server.open("wb") as out:
        seal(clear, out, read_key(public, PUBLIC))
    desk.parent.mkdir()
    with pytest.raises(StoreUnusable) as error:
        restore(of_a_server, private, str(desk))
    assert error.value.code == "STORE_OF_A_SERVER" and list(desk.parent.iterdir()) == []


def play_keys(again, play):
    from dataclasses import replace

    return replace(play.store.keys, folder=again.keys.folder)


@pytest.mark.parametrize("flushes", range(4))
def test_a_backup_that_is_killed_leaves_nothing_clear_where_it_was_to_go(copied, pair, tmp_path, flushes):
    """That folder may be a disk that others read; beside the desk, the next copy writes over what was left."""
    desk, there = copied("bureau"), tmp_path / "disque"
    there.mkdir()
    words = ("store", "backup", "--out", there / "lundi.sauvegarde", "--key", pair[1], "--store", desk)
    done = Forked(*words, before=killed_at(flushes)).finish()
    assert done.code == KILLED, done.err
    keys = [key.read_bytes() for key in (desk.parent / "bureau.sqlite.keys").iterdir()]
    for file in (p for p in there.rglob("*") if p.is_file()):
        clear = file.read_bytes()
        assert b"SQLite format 3" not in clear and not any(key in clear for key in keys)
    left = sorted(p.name for p in desk.parent.iterdir() if p.name.startswith("."))
    assert all((desk.parent / name).stat().st_mode & 0o077 == 0 for name in left if "lock" not in name)
    if (there / "lundi.sauvegarde").exists():
        (there / "lundi.sauvegarde").unlink()
    assert Forked(*words).finish().code == 0
    assert [p.name for p in there.iterdir()] == ["lundi.sauvegarde"]
    assert [p.name for p in desk.parent.iterdir() if p.name.startswith(".")] == []


def test_another_key_or_a_changed_file_does_not_open(play, pair, tmp_path):
    private, public = pair
    other, _ = new_pair(tmp_path / "autres")
    sealed = tmp_path / "lundi.sauvegarde"
    backup(play.store, sealed, public, play.store.entry["NAME"])
    whole = sealed.read_bytes()
    with pytest.raises(StoreUnusable):
        backup(play.store, sealed, public, play.store.entry["NAME"])
    flipped = bytes([whole[-5] ^ 1])
    for key, content in (
        (other, whole), (private, whole[:-1]), (private, whole[:-5] + flipped + whole[-4:]), (private, b"x" + whole),
        (private, whole[: len(whole) // 2]), (private, whole + b"\0\0\0\1x"),
    ):  # fmt: skip
        sealed.write_bytes(content)
        with pytest.raises(StoreUnusable):
            restore(sealed, key, str(tmp_path / "essai.sqlite"))
        assert not (tmp_path / "essai.sqlite").exists() and not (tmp_path / "essai.sqlite.keys").exists()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_a_sealed_file_opens_to_what_it_was_and_loses_no_piece(pair, size):
    private, public = pair
    content = bytes(k % 251 for k in range(size))
    out = io.BytesIO()
    seal(io.BytesIO(content), out, read_key(public, PUBLIC))
    assert b"".join(unseal(io.BytesIO(out.getvalue()), read_key(private, PRIVATE))) == content
    if size > PIECE:  # the last piece cut off
        first = out.getvalue()[: len(out.getvalue()) - (size - PIECE) - 16 - 4]
        with pytest.raises(StoreUnusable):
            list(unseal(io.BytesIO(first), read_key(private, PRIVATE)))


def test_keys_are_not_written_over_and_are_recognised(pair, tmp_path):
    with pytest.raises(StoreUnusable) as error:
        new_pair(tmp_path / "cles")
    assert error.value.code == "STORE_EXISTS"
    (tmp_path / "autre").write_text("bonjour")
    with pytest.raises(StoreUnusable) as error:
        read_key(tmp_path / "autre", PUBLIC)
    assert error.value.code == "STORE_KEY_FILE"


@pytest.mark.parametrize("fault", ["full disk", "public key there"])
def test_half_a_pair_of_keys_is_not_left(fault, tmp_path, monkeypatch):
    folder = tmp_path / "cles"
    if fault == "full disk":
        opened, write = [], os.fdopen

        def full(handle, mode):
            opened.append(handle)
            if len(opened) == 2:
                os.close(handle)
                raise OSError(28, "disque plein")
            return write(handle, mode)

        monkeypatch.setattr("optimizer.store.sealing.os.fdopen", full)
    else:
        folder.mkdir()
        (folder / PUBLIC).write_text("une autre")
    with pytest.raises((OSError, StoreUnusable)):
        new_pair(folder)
    left = [f.name for f in folder.iterdir()]
    assert left == ([PUBLIC] if fault == "public key there" else [])


def test_a_backup_is_not_sealed_with_the_private_key_nor_opened_with_the_public_one(pair, tmp_path):
    private, public = pair
    for key, wanted in ((private, PUBLIC), (public, PRIVATE)):
        renamed = tmp_path / "sans-nom"
        renamed.write_bytes(key.read_bytes())
        for told in (key, renamed):
            with pytest.raises(StoreUnusable) as error:
                read_key(told, wanted)
            assert error.value.code == "STORE_KEY_OTHER" and wanted in error.value.text("fr")
    # pairs made before keys said which they are
    old = tmp_path / "ancienne.cle"
    old.write_text(read_key(private, PRIVATE).hex())
    assert read_key(old, PRIVATE) == read_key(private, PRIVATE)
    with pytest.raises(StoreUnusable) as error:
        read_key(old, PUBLIC)
    assert error.value.code == "STORE_KEY_OTHER"


def commission(play, communes, accounts=()):
    """A signed session with three households on each dwelling, one dwelling a commune named; ``accounts`` of the first ones."""
    items = [
        NewItem(f"L{k}", accounts[k] if k < len(accounts) else "COLL:25056", tuple(NewCandidate(f"N{k}-{r}", r) for r in (1, 2, 3)), facts={"commune": place, "rooms": 3, "financing": "PLUS"})
        for k, place in enumerate(communes)
    ]  # fmt: skip
    with c.batch(play.store):
        play.week(*items)


def exported(play, tmp_path, k=None):
    out = tmp_path / f"recherche-{play.made}.csv"
    done = export_pseudonymous(play.store, D, play.number(), out, k=k)
    lines = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig")), delimiter=";"))
    return done, lines


def test_the_table_for_research_singles_nobody_out(play, tmp_path):
    commission(play, ["25056", "25056", "25388", "25388", "70550"])
    done, lines = exported(play, tmp_path)
    assert tuple(lines[0]) == COLUMNS and done.lines == len(lines) == 15 - done.left_out
    sets = defaultdict(set)
    for line in lines:
        sets[line["month"], line["place"], line["rooms"], line["financing"]].add(line["household"])
    assert min(map(len, sets.values())) >= 5
    assert Counter(line["place"] for line in lines) == {
        "25056": 6,
        "25388": 6,
    }  # three households of 70550 are left out
    assert done.left_out == 3
    text = "".join("".join(line.values()) for line in lines)
    assert "N0-1" not in text and str(play.ref("N0-1")) not in text
    (line,) = queries.events(play.store, kinds=("exported",))
    assert line.payload["facts"]["sha256"] == done.sha256


def test_two_tables_subtracted_single_nobody_out(play, tmp_path):
    """One made before a session and one after: three households of the second one would stand in a group of nine, and out of it."""
    commission(play, ["25056", "25056"])
    before = exported(play, tmp_path)[1]
    play.clock.later(2)
    names = tuple(NewCandidate(f"M{r}", r) for r in (1, 2, 3))
    with c.batch(play.store):
        play.week(
            NewItem("K0", "COLL:25056", names, facts={"commune": "25056", "rooms": 3, "financing": "PLUS"})
        )
    done, after = exported(play, tmp_path)
    assert len(before) == 6 and [line for line in after if line not in before] == []
    assert done.left_out == 3


def test_what_is_said_whole_tells_nothing_of_the_dwelling_or_of_the_household(play, tmp_path):
    """A column that describes either is one of `DWELLING`: elsewhere it would go out without any group behind it."""
    commission(play, ["25056"])
    (session,) = queries.sessions(play.store, status="closed")
    item, name = session.items[0], session.items[0].candidates[0]
    other = replace(
        item, account="ALS", facts={"commune": "70550", "rooms": 5, "financing": "PLAI", "qpv": "oui", "surface_m2": 99.0}
    )  # fmt: skip
    somebody = replace(name, facts={"persons": 6, "score": 77.0, "dalo": True}, ref="R99", application_id="X")
    one, two = line_of(session, item, name), line_of(session, other, somebody)
    assert {column: one[column] for column in DECIDED} == {column: two[column] for column in DECIDED}
    assert not set(DECIDED) & {column for level in LEVELS for column in level}


def test_the_account_of_a_dwelling_tells_no_smaller_group_apart(play, tmp_path):
    """Who knows that one of two like dwellings is of Action Logement's contingent would know its three households among six."""
    commission(play, ["25056", "25056"], accounts=["ALS", "BAILLEUR"])
    _, lines = exported(play, tmp_path)
    said = ("month", "place", "rooms", "financing", "account")
    sets = defaultdict(set)
    for line in lines:
        sets[tuple(line[name] for name in said)].add(line["household"])
    assert len(lines) == 6 and min(map(len, sets.values())) >= 5
    assert {line["account"] for line in lines} == {""}


def test_a_greater_k_is_obeyed_a_smaller_one_is_not(play, tmp_path):
    commission(play, ["25056", "25056", "25388"])
    assert {line["place"] for line in exported(play, tmp_path, k=7)[1]} == {"25"}
    assert exported(play, tmp_path, k=1)[0].lines == exported(play, tmp_path)[0].lines
    assert exported(play, tmp_path, k=100)[1] == []


def test_two_exports_are_the_same_bytes_and_other_sessions_have_other_pseudonyms(play, tmp_path):
    commission(play, ["25056", "25056"])
    first = exported(play, tmp_path)
    assert exported(play, tmp_path)[0].sha256 == first[0].sha256
    with pytest.raises(StoreForbidden):
        export_pseudonymous(play.store, S, play.number(), tmp_path / "x.csv")


def test_a_table_does_not_go_out_under_the_line_of_another(play, tmp_path):
    commission(play, ["25056", "25056"])
    for n in range(2):
        export_pseudonymous(play.store, D, "table", tmp_path / f"{n}.csv")
    play.refuse(play.offer("L0"))
    with pytest.raises(StoreRefused) as refused:
        export_pseudonymous(play.store, D, "table", tmp_path / "autre.csv")
    assert refused.value.code == "STORE_COMMAND_ID" and not (tmp_path / "autre.csv").exists()
    assert len(queries.events(play.store, kinds=("exported",))) == 1


def test_a_database_that_cannot_be_read_back_into_leaves_no_keys(play, pair, tmp_path, monkeypatch):
    private, public = pair
    sealed = tmp_path / "lundi.sauvegarde"
    backup(play.store, sealed, public, play.store.entry["NAME"])
    monkeypatch.setenv("ATTRIFLUX_STATE", str(tmp_path / "etat"))

    monkeypatch.setattr("optimizer.store.backup.OF_A_FILE", b"a dump of a server")
    monkeypatch.setattr("shutil.which", lambda name: None)  # no pg_restore on this machine
    with pytest.raises(StoreUnusable) as error:
        restore(sealed, private, "postgres://essai@localhost/essai")
    assert error.value.code == "STORE_NO_DUMP" and list((tmp_path / "etat").iterdir()) == []
