"""Opens a desk: checks that the file, the schema, the ledger's guards and the clock are what a ledger needs, or does not start."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from optimizer.errors import Said
from optimizer.store import clock as days
from optimizer.store import ledger, schema
from optimizer.store.configure import configure, database, desk_name, is_postgres, sqlite_path, state_folder
from optimizer.store.holding import SLACK, Clock, Store, why_not
from optimizer.store.keys import Keys, forget_keys, load_keys, no_key, own, owner_of
from optimizer.store.messages import StoreUnusable

NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs"})
INSPECTED = Said("ouvert pour vérification seulement", "opened for verification only")
_opened: Store | None = None


def open(
    url: str | Path,
    *,
    create: bool = False,
    clock: Clock | None = None,
    keys: str | Path | None = None,
    check: bool = True,
    inspect: bool = False,
) -> Store:
    """Open a desk.

    Parameters
    ----------
    url : str or Path
        A file, ``sqlite:///file``, or ``postgres://user:password@host:port/database``.
    create : bool
        Make the file, its keys and its tables when there is none. An existing desk is never migrated here.
    clock : callable, optional
        Gives the instant (aware, UTC); the machine's by default.
    keys : path, optional
        Folder of the keys; default ``<file>.keys``, with PostgreSQL the state folder.
    check : bool
        Read the chain of events first; a desk whose chain is broken opens read only.

    inspect : bool
        For :func:`optimizer.store.ledger.verify` only: read only, whatever the guards and the clock say.

    Raises
    ------
    StoreUnusable
        Missing, of an older or newer schema, on a network disk, without its guards, keys readable by others, clock behind
        the last event: see the codes ``STORE_…`` of :mod:`optimizer.store.messages`.

    Notes
    -----
    A process works with one desk: opening another closes the first.
    """
    url = str(url)
    entry = database(url)
    path = None if is_postgres(url) else sqlite_path(url)
    if path is not None:
        refuse_network(path)
        refuse_lone_log(path)
        if not path.exists() and not create:
            raise StoreUnusable("STORE_MISSING", url=str(path), word=shlex.quote(str(path)))
    folder = Path(keys) if keys is not None else keys_folder(url)
    found, empty = bound(entry, path, folder, create)
    with reachable():
        if create and empty:
            schema.build()
            own(folder, desk_name(url))
        schema.assert_current()
        if not inspect:
            schema.assert_guarded(path)
    store = Store(url, entry, found, clock or days.system)
    global _opened
    _opened = store
    with reachable():
        head = store.head()
    now = store.now()
    if inspect:
        store.why = INSPECTED
        return store
    if head["at"] is not None and now < head["at"] - SLACK:
        raise StoreUnusable(
            "STORE_CLOCK_BEHIND",
            now=days.instant(now),
            last=days.instant(head["at"]),
        )
    if check:
        with reachable():
            store.why = ledger.chain_problem(store)
    return store


def bound(entry: dict[str, Any], path: Path | None, folder: Path, create: bool) -> tuple[Keys, bool]:
    """The keys of a desk, its database being reached with them, and whether it has no table yet.

    Keys are made together with the desk only: with other ones an existing desk would go on, and its ledger no longer verify.

    Raises
    ------
    StoreUnusable
        ``STORE_KEYS_OTHER``: a desk is there, its keys are not; ``STORE_EMPTIED``: its keys are there, it is not;
        ``STORE_FOLDER_READ_ONLY``; ``STORE_UNREACHABLE``.
    """
    begun = False
    if path is not None:
        take_back(path)
    if path is not None and not os.access(path.parent, os.W_OK):  # SQLite writes its log beside the file
        raise StoreUnusable("STORE_FOLDER_READ_ONLY", folder=str(path.parent))
    new, empty = create and no_key(folder), False
    before = owner_of(folder)  # read first: another start may make the tables meanwhile, and then say so
    try:
        found = load_keys(folder, create)
        if path is not None and not path.exists():
            private(path)
            begun = True
        point_to(entry, found)
        with reachable():
            if path is not None:
                schema.assert_sqlite_version()
            else:
                schema.assert_server()
            empty = schema.is_empty()
        if new and not empty:
            raise StoreUnusable("STORE_KEYS_OTHER", folder=str(folder))
        if empty and before is not None:
            schema.connection().close()
            empty = False  # it was a desk: nothing is made of it
            raise StoreUnusable("STORE_EMPTIED", folder=str(folder))
    finally:
        if new and not empty:
            forget_keys(folder)
        if begun and not empty and path is not None:
            path.unlink(missing_ok=True)
    return found, empty


def private(path: Path) -> None:
    """An empty file that only its owner reads; the files that SQLite puts beside it take its mode."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def take_back(path: Path) -> None:
    """Take from other accounts what a copy or a move of a desk gave them: households stand in its file, as its keys do in theirs."""
    if os.name != "posix":
        return
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        with suppress(OSError):  # not there, or another account's: then its keys are too, and are refused
            if name.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                name.chmod(0o600)


def point_to(entry: dict[str, Any], keys: Keys) -> None:
    """Direct the process to a database; the desk that was open is closed."""
    global _opened
    if _opened is not None:
        _opened.close()
        _opened = None
    configure(entry, keys.web)


def keys_folder(url: str) -> Path:
    """Where the keys of a desk are by default. In a state folder the first PostgreSQL desk has ``keys``, another one a folder that its
    database names."""
    if is_postgres(url):
        first, name = state_folder() / "keys", desk_name(url)
        if owner_of(first) in (None, name):
            return first
        return first.with_name(f"keys-{quote(name, safe='')}")
    path = sqlite_path(url)
    return path.with_name(path.name + ".keys")


@contextmanager
def reachable() -> Iterator[None]:
    """A database that does not answer, or a file that is none, is said in a sentence."""
    from django.db import DatabaseError

    try:
        yield
    except DatabaseError as error:
        told = why_not(error)
        if told is error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            told = StoreUnusable("STORE_UNREACHABLE", reason=reason)
        raise told from error


def refuse_lone_log(path: Path) -> None:
    """StoreUnusable ``STORE_LOG_ALONE`` when a log written ahead stands beside no desk.

    SQLite would erase it beside a new file, and write it into another one: a restored desk would be neither the one nor the other.
    """
    log = path.with_name(path.name + "-wal")
    if size_of(log) and not size_of(path):
        raise StoreUnusable("STORE_LOG_ALONE", log=log.name, name=path.name)


def size_of(path: Path) -> int:
    """Bytes of a file, none where there is no such file."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def refuse_network(path: Path) -> None:
    """StoreUnusable ``STORE_NETWORK_PATH`` when the file is on a share (file locks are not kept there)."""
    text = str(path)
    shared = text.startswith(("\\\\", "//"))
    mounts = Path("/proc/mounts")
    if not shared and sys.platform == "linux" and mounts.exists():
        best, kind = "", ""
        for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
            _, place, system, *_ = line.split(" ")
            place = place.replace("\\040", " ")
            if (text == place or text.startswith(place.rstrip("/") + "/")) and len(place) >= len(best):
                best, kind = place, system
        shared = kind in NETWORK
    if shared:
        raise StoreUnusable("STORE_NETWORK_PATH", path=text)
