"""Brings a desk to this version of the program: a copy first, then the migrations, then the guards of the ledger."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from optimizer.disk import system
from optimizer.disk.beside import beside
from optimizer.store import clock as days
from optimizer.store import schema
from optimizer.store.configure import (
    database,
    desk_name,
    is_postgres,
    sqlite_path,
    state_folder,
    without_password,
)
from optimizer.store.keys import own
from optimizer.store.messages import StoreUnusable
from optimizer.store.opening import bound, keys_folder, reachable, refuse_lone_log, refuse_network

COPY_MARK = ".avant-"
"""Between the name of a desk and the instant of a copy made before an upgrade."""


@dataclass(frozen=True)
class Upgrade:
    """What was done."""

    created: bool
    copy: Path | None
    steps: tuple[str, ...]
    """Migrations that were run."""


def upgrade(
    url: str | Path, *, keys: str | Path | None = None, now: datetime | None = None, copied: bool = True
) -> Upgrade:
    """Create a desk, or bring it forward. Nobody else should have it open.

    Parameters
    ----------
    copied : bool
        Copy the desk before its migrations. A desk that comes out of a backup is not: households would stay in clear beside it.

    Raises
    ------
    StoreUnusable
        The desk is newer than the program, or no copy can be made: nothing was changed.
    """
    from django.db.migrations.exceptions import InconsistentMigrationHistory

    url = str(url)
    path = None if is_postgres(url) else sqlite_path(url)
    if path is not None:
        refuse_network(path)
        refuse_lone_log(path)
        if not path.parent.is_dir():
            raise FileNotFoundError(2, "introuvable", str(path.parent))
    folder = Path(keys) if keys is not None else keys_folder(url)
    _, empty = bound(database(url), path, folder, create=True)
    # a copy of tables that another process makes meanwhile is none
    with reachable(), schema.one_builder():
        if newer := schema.unknown() if not empty else []:
            raise StoreUnusable("STORE_SCHEMA_NEWER", name=newer[-1])
        steps = tuple(schema.pending())
        copy = None
        if steps and not empty and copied:
            copy = _copied(url, path, days.stamp(now or days.system()))
        try:
            schema.build()
        except InconsistentMigrationHistory:
            raise StoreUnusable("STORE_HISTORY") from None
        schema.assert_guarded(path)
        # a database that others may share keys with since before they were told apart is left so
        if empty or path is not None:
            own(folder, desk_name(url))
    return Upgrade(empty, copy, steps)


def _copied(url: str, path: Path | None, stamp: str) -> Path:
    if path is not None:
        copy, half = path.with_name(f"{path.name}{COPY_MARK}{stamp}"), beside(path, "copied")
        half.unlink(missing_ok=True)  # of an upgrade that was killed
        try:
            snapshot(half)
            system.add(half, copy)
        finally:
            half.unlink(missing_ok=True)  # on a full disk: households, in the last place that was left
        system.flush(copy.parent)
        return copy
    copy = state_folder() / "copies" / f"bureau{COPY_MARK}{stamp}.dump"
    copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    dump(url, copy)
    return copy


def snapshot(copy: Path) -> None:
    """A whole copy of the open SQLite desk, as of one instant, while others write; readable by its owner only."""
    if copy.exists():
        raise StoreUnusable("STORE_EXISTS", path=str(copy))
    previous = os.umask(0o077)
    try:
        with schema.connection().cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])
    finally:
        os.umask(previous)
    system.flush(copy)


def dump(url: str, copy: Path) -> None:
    """A copy of the open PostgreSQL desk by ``pg_dump``, of its schema alone: the base may hold what is not ours.

    Raises
    ------
    StoreUnusable
        ``STORE_NO_DUMP``: the program is not installed, or fails.
    """
    program = shutil.which("pg_dump")
    if program is None:
        raise StoreUnusable("STORE_NO_DUMP", reason="pg_dump")
    with schema.connection().cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema()::text)")
        ours = cursor.fetchone()[0]
    ours = ours if ours.startswith('"') else f'"{ours}"'
    previous = os.umask(0o077)
    try:
        done = client(program, "--format=custom", f"--file={copy}", f"--schema={ours}", url=url)
    finally:
        os.umask(previous)
    if done.returncode:
        raise StoreUnusable("STORE_NO_DUMP", reason=(done.stderr.strip().splitlines() or ["pg_dump"])[0])


def client(program: str, *words: str, url: str) -> subprocess.CompletedProcess[str]:
    """Run a client program of PostgreSQL on a desk. The words of a command can be read by every account of the machine, its environment
    cannot: the password goes there."""
    address, password = without_password(url)
    told = {"PGPASSWORD": password} if password else {}
    return subprocess.run(
        [program, *words, f"--dbname={address}"],
        capture_output=True, text=True, check=False, env=os.environ | told,
    )  # fmt: skip
