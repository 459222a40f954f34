"""A backup holds the whole desk and its keys, sealed for the DPO; restoring it makes a desk that verifies, or nothing."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from optimizer.store import ledger, upgrading
from optimizer.store.configure import is_postgres, sqlite_path
from optimizer.store.holding import Store
from optimizer.store.keys import EXPORT, LEDGER, WEB
from optimizer.store.messages import StoreUnusable
from optimizer.store.opening import keys_folder, open
from optimizer.store.sealing import PRIVATE, PUBLIC, read_key, seal, shred, unseal

DATABASE = "bureau"
NAMES = (DATABASE, LEDGER, EXPORT, WEB)


@dataclass(frozen=True)
class Restored:
    """The desk that came out of a backup."""

    events: int
    rows: int
    problems: tuple[ledger.Problem, ...]


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
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".sauvegarde-") as folder:
        copy, whole = Path(folder) / DATABASE, Path(folder) / "tout"
        try:
            if is_postgres(url):
                upgrading.dump(url, copy)
            else:
                upgrading.snapshot(copy)
            with tarfile.open(whole, "w") as archive:
                archive.add(copy, DATABASE)
                for name in (LEDGER, EXPORT, WEB):
                    archive.add(store.keys.folder / name, name)
            half = Path(folder) / "scelle"
            with whole.open("rb") as content, half.open("xb") as sealed:
                half.chmod(0o600)
                seal(content, sealed, key)
                sealed.flush()
                os.fsync(sealed.fileno())
            half.rename(out)
        finally:
            shred(copy)
            shred(whole)
    return out.stat().st_size


def restore(sealed: Path, private: Path, url: str, keys: Path | None = None) -> Restored:
    """Make a new desk of a backup, and verify it. An existing desk is never overwritten.

    Raises
    ------
    StoreUnusable
        Wrong key or changed file (``STORE_SEALED``), desk already there (``STORE_EXISTS``).
    """
    key = read_key(private, PRIVATE)
    folder = keys or keys_folder(url)
    if folder.exists() and any(folder.iterdir()):
        raise StoreUnusable("STORE_EXISTS", path=str(folder))
    target = None if is_postgres(url) else sqlite_path(url)
    if target is not None and target.exists():
        raise StoreUnusable("STORE_EXISTS", path=str(target))
    content = io.BytesIO()
    with sealed.open("rb") as file:
        for piece in unseal(file, key):
            content.write(piece)
    content.seek(0)
    where = folder.parent if target is None else target.parent
    where.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=where, prefix=".restauration-") as name:
        half = Path(name)
        with tarfile.open(fileobj=content) as archive:
            for member in archive.getmembers():
                if member.name not in NAMES or not member.isfile():
                    raise StoreUnusable("STORE_SEALED")
                inner = archive.extractfile(member)
                assert inner is not None
                handle = os.open(half / member.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "wb") as out:
                    shutil.copyfileobj(inner, out)
        if target is None:
            read_into(url, half / DATABASE)  # before the keys: a base that is not empty leaves nothing behind
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for one in (LEDGER, EXPORT, WEB):
            (half / one).rename(folder / one)
        if target is not None:
            (half / DATABASE).rename(target)
    if target is not None:
        upgrading.upgrade(url, keys=folder)
    with open(url, keys=folder, inspect=True) as store:
        proof = ledger.verify(store)
    return Restored(proof.events, proof.rows, proof.problems)


def read_into(url: str, copy: Path) -> None:
    """Read a dump of ``pg_dump`` into a PostgreSQL base, whole or not at all.

    Raises
    ------
    StoreUnusable
        ``STORE_NO_DUMP``: no ``pg_restore`` on this machine, or a base that is not empty.
    """
    program = shutil.which("pg_restore")
    if program is None:
        raise StoreUnusable("STORE_NO_DUMP", reason="pg_restore")
    done = subprocess.run(
        [program, "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={url}", str(copy)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise StoreUnusable("STORE_NO_DUMP", reason=(done.stderr.strip().splitlines() or ["pg_restore"])[0])
