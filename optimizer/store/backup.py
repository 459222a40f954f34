"""A backup holds the whole desk and its keys, sealed for the DPO; restoring it makes a desk that verifies, or nothing."""

from __future__ import annotations

import io
import os
import re
import secrets
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from optimizer.disk import system, write_files
from optimizer.store import ledger, schema, upgrading
from optimizer.store.accounts import end_every_visit
from optimizer.store.carrying import carry_over, rows_of_open_desk
from optimizer.store.cleartext import cleartext
from optimizer.store.configure import configure, database, desk_name, is_postgres, sqlite_path
from optimizer.store.holding import Store
from optimizer.store.keys import EXPORT, LEDGER, WEB, keep_keys, no_key, own, owner_of
from optimizer.store.messages import StoreBusy, StoreUnusable
from optimizer.store.opening import keys_folder, open, reachable, refuse_lone_log
from optimizer.store.sealing import PRIVATE, PUBLIC, read_key, seal, unseal

SCHEMA = re.compile(r"^\d+; \d+ \d+ SCHEMA - (\S+) ")
HEAD_TABLE = re.compile(r"^\d+; \d+ \d+ TABLE (\S+) store_head ")
"""Lines of the list of ``pg_restore``: a schema that is made, and the one that holds the desk."""
OF_A_FILE = b"SQLite format 3\0"
DATABASE = "bureau"
NAMES = (DATABASE, LEDGER, EXPORT, WEB)


@dataclass(frozen=True)
class Restored:
    """The desk that came out of a backup."""

    events: int
    rows: int
    last: datetime | None
    """When the last line of its ledger was written: what was recorded since is not in it. None of an empty ledger."""
    problems: tuple[ledger.Problem, ...]
    moved: bool = False
    """Whether a desk in a file goes on with a server: what lies beside the file is not in its backup and is to follow."""


def backup(store: Store, out: Path, public: Path, url: str) -> int:
    """Write a sealed backup of an open desk while others use it; returns its bytes.

    Parameters
    ----------
    out : Path
        File to write; never one that exists.
    public : Path
        The DPO's public key (``sauvegarde.pub``).
    url : str
        Address of the desk (PostgreSQL: handed to ``pg_dump``).
    """
    key = read_key(public, PUBLIC)
    if out.exists():
        raise StoreUnusable("STORE_EXISTS", path=str(out))
    if not out.parent.is_dir():  # else the sentence would name a file of ours
        raise FileNotFoundError(2, "introuvable", str(out.parent))
    with cleartext(url) as folder:
        copy, whole = folder / DATABASE, folder / "tout"
        if is_postgres(url):
            upgrading.dump(url, copy)
        else:
            upgrading.snapshot(copy)
        with tarfile.open(whole, "w") as archive:
            archive.add(copy, DATABASE)
            for name in (LEDGER, EXPORT, WEB):
                archive.add(store.keys.folder / name, name)

        def write(place: Path) -> None:
            handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with whole.open("rb") as content, os.fdopen(handle, "wb") as sealed:
                seal(content, sealed, key)

        write_files([(out, write)], force=None)
    return out.stat().st_size


def restore(sealed: Path, private: Path, url: str, keys: Path | None = None) -> Restored:
    """Make a new desk of a backup, and verify it. An existing desk is never overwritten.

    Raises
    ------
    StoreUnusable
        Wrong key or changed file (``STORE_SEALED``), desk already there (``STORE_DESK_THERE``), its keys (``STORE_EXISTS``), or its log
        alone (``STORE_LOG_ALONE``), backup of a server for a file (``STORE_OF_A_SERVER``).

    Notes
    -----
    A backup of a desk in a file may be restored into an empty PostgreSQL base: that is how such a desk moves to a server.
    """
    key = read_key(private, PRIVATE)
    folder = keys or keys_folder(url)
    try:
        target = _new_place(url, folder)
    except StoreUnusable:
        with suppress(OSError, StoreBusy), cleartext(url):
            pass  # what a restore that was killed once the desk was whole left in clear is erased
        raise
    content = io.BytesIO()
    with sealed.open("rb") as file:
        for piece in unseal(file, key):
            content.write(piece)
    content.seek(0)
    with cleartext(url) as half:
        with tarfile.open(fileobj=content, mode="r:") as archive:
            members = archive.getmembers()
            if sorted(m.name for m in members) != sorted(NAMES) or not all(m.isfile() for m in members):
                raise StoreUnusable("STORE_SEALED")
            for member in members:
                inner = archive.extractfile(member)
                assert inner is not None
                handle = os.open(half / member.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "wb") as out:
                    shutil.copyfileobj(inner, out)
        kept = {one: (half / one).read_bytes() for one in (LEDGER, EXPORT, WEB)}
        if target is not None and _left_by_a_restore(folder, kept):
            shutil.rmtree(folder)
        moved = target is None and _is_a_file(half / DATABASE)
        if target is not None:
            _restore_file(half / DATABASE, target, url, folder, kept)
        elif moved:
            _carry_over(half / DATABASE, url, folder, kept)
        else:
            read_into(url, half / DATABASE)  # before the keys: a base that is not empty leaves nothing behind
            keep_keys(folder, kept)
            own(folder, desk_name(url))
            upgrading.upgrade(url, keys=folder, copied=False)
    end_every_visit()
    with open(url, keys=folder, inspect=True) as store:
        proof = ledger.verify(store)
        last = store.head()["at"]
    return Restored(proof.events, proof.rows, last, proof.problems, moved)


def _new_place(url: str, keys: Path) -> Path | None:
    """The file of a desk to be made, None on a server; StoreUnusable where a desk, its log or the keys of one are.

    Keys without a file, that no desk was made with, are looked at once those of the backup are known: a restore that was killed left them.
    """
    target = None if is_postgres(url) else sqlite_path(url)
    if target is not None:
        refuse_lone_log(target)
        if target.exists():
            raise StoreUnusable("STORE_DESK_THERE", path=str(target), word=url)
    kept = target is None or owner_of(keys) is not None or no_key(keys)
    if keys.exists() and any(keys.iterdir()) and kept:
        raise StoreUnusable("STORE_EXISTS", path=str(keys))
    return target


def _left_by_a_restore(folder: Path, keys: Mapping[str, bytes]) -> bool:
    """Whether the keys of this very backup are there already; StoreUnusable ``STORE_EXISTS`` where others are."""
    if no_key(folder):
        return False
    there = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    if there != dict(keys):
        raise StoreUnusable("STORE_EXISTS", path=str(folder))
    return True


def _is_a_file(copy: Path) -> bool:
    """Whether a copy is that of a desk in a file, not a dump of a server's."""
    with copy.open("rb") as file:
        return file.read(len(OF_A_FILE)) == OF_A_FILE


def _restore_file(copy: Path, target: Path, url: str, folder: Path, keys: Mapping[str, bytes]) -> None:
    """StoreUnusable ``STORE_OF_A_SERVER``: only a server reads the dump of one."""
    if not _is_a_file(copy):
        raise StoreUnusable("STORE_OF_A_SERVER")
    keep_keys(folder, keys)
    try:
        system.add(copy, target)
        upgrading.upgrade(url, keys=folder, copied=False)
    except BaseException:
        # of a newer program, on a full disk, interrupted: nothing stays that the next try would refuse
        _close()
        for end in ("", "-wal", "-shm"):
            target.with_name(target.name + end).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _carry_over(copy: Path, url: str, folder: Path, keys: Mapping[str, bytes]) -> None:
    """A desk in a file goes on in a PostgreSQL base: it is brought to this version where it lies, then its rows are written there."""
    beside = copy.parent / "keys"
    keep_keys(beside, keys)
    upgrading.upgrade(copy, keys=beside, copied=False)
    rows = rows_of_open_desk()
    _close()

    kept = False

    def keep() -> None:
        nonlocal kept
        keep_keys(folder, keys)
        kept = True
        own(folder, desk_name(url))

    try:
        carry_over(rows, url, keys[WEB].hex(), keep)
    except BaseException:  # what was written is undone by the base itself; its keys would belong to nothing
        if kept:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _close() -> None:
    from django.conf import settings
    from django.db import connections

    if settings.configured:
        connections.close_all()


def read_into(url: str, copy: Path) -> None:
    """Read a dump of ``pg_dump`` into a PostgreSQL base, whole or not at all.

    Raises
    ------
    StoreUnusable
        ``STORE_NO_DUMP``: no ``pg_restore`` on this machine, a base that is not empty, or an address that does not lead to the schema
        of the dump. ``STORE_ENCODING``: a base that cannot hold every sign. ``STORE_UNREACHABLE``.
    """
    program = shutil.which("pg_restore")
    if program is None:
        raise StoreUnusable("STORE_NO_DUMP", reason="pg_restore")
    wanted = copy.with_name("liste")
    wanted.write_text(_wanted(program, copy, url), encoding="utf-8")
    words = ("--no-owner", "--exit-on-error", "--single-transaction", f"--use-list={wanted}", str(copy))
    done = upgrading.client(program, *words, url=url)
    if done.returncode:
        raise StoreUnusable("STORE_NO_DUMP", reason=(done.stderr.strip().splitlines() or ["pg_restore"])[0])


def _wanted(program: str, copy: Path, url: str) -> str:
    """What of a dump is to be read, as ``pg_restore`` lists it: all but the schemas that the base has already."""
    listed = subprocess.run([program, "--list", str(copy)], capture_output=True, text=True, check=False)
    if listed.returncode:
        raise StoreUnusable("STORE_NO_DUMP", reason=(listed.stderr.strip().splitlines() or [program])[0])
    configure(database(url), secrets.token_hex())
    with reachable():
        schema.assert_server()
        with schema.connection().cursor() as cursor:
            cursor.execute("SELECT nspname FROM pg_namespace")
            there = {name for (name,) in cursor.fetchall()}
            cursor.execute("SELECT current_setting('search_path'), current_user")
            path, user = cursor.fetchone()
    led_to = [part.strip().strip('"').replace("$user", user) for part in path.split(",")]
    lines = listed.stdout.splitlines()
    ours = {found[1] for line in lines if (found := HEAD_TABLE.search(line))}
    if not ours & set(led_to):
        raise StoreUnusable("STORE_NO_DUMP", reason=f"search_path : {', '.join(sorted(ours)) or copy.name}")
    made = ((line, SCHEMA.search(line)) for line in lines)
    return "\n".join(line for line, found in made if found is None or found[1] not in there) + "\n"
