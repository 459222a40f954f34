"""Keys of a desk, in a folder apart from its database: the ledger's signature, the export's pseudonyms, the web's secret.

Made once, with a generator of the system, readable by their owner only. The database alone signs and re-identifies nothing.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from optimizer.disk import hold
from optimizer.store.messages import StoreUnusable

LEDGER, EXPORT, WEB = NAMES = "ledger.key", "export.key", "web.key"
BYTES = 32
OWNER = "bureau"
"""Beside the keys, once the tables of their desk are made: which desk it is."""


@dataclass(frozen=True)
class Keys:
    """``ledger`` is an Ed25519 private key (32 bytes)."""

    folder: Path
    ledger: bytes
    export: bytes
    web: str

    def sign(self, text: str) -> str:
        """Ed25519 signature of ``text``, hexadecimal."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.ledger).sign(text.encode()).hex()

    @property
    def public(self) -> str:
        """The public key, hexadecimal: printed beside each signed head."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.ledger).public_key().public_bytes_raw().hex()


def signed_by(public: str, signature: str, text: str) -> bool:
    """Whether ``signature`` is that of ``text`` by the key ``public`` (both hexadecimal)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
            bytes.fromhex(signature), text.encode()
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def load_keys(folder: Path, create: bool) -> Keys:
    """The keys of ``folder``; made when ``create`` and none is there yet.

    Raises
    ------
    StoreUnusable
        A key is missing (``STORE_KEYS_MISSING``) or others may read it (``STORE_KEYS_OPEN``).
    """
    if create and no_key(folder):
        keep_keys(folder, {name: secrets.token_bytes(BYTES) for name in NAMES})
    found = []
    for name in NAMES:
        path = folder / name
        try:
            state = path.stat()
        except FileNotFoundError:
            raise StoreUnusable("STORE_KEYS_MISSING", path=str(path)) from None
        if os.name == "posix" and state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise StoreUnusable("STORE_KEYS_OPEN", path=str(path))
        found.append(path.read_bytes())
        if len(found[-1]) != BYTES:
            raise StoreUnusable("STORE_KEYS_MISSING", path=str(path))
    return Keys(folder, found[0], found[1], found[2].hex())


def no_key(folder: Path) -> bool:
    """Whether no key is there: with some of them lost, a desk is given no other ones."""
    return not any((folder / name).exists() for name in NAMES)


def keep_keys(folder: Path, keys: Mapping[str, bytes]) -> None:
    """Write the keys of a desk, all or none: a start that is killed leaves no half of them.

    Raises
    ------
    AttrifluxError
        ``OUT_BUSY`` (another start makes them), ``OUT_NOT_EMPTY``, ``OUT_UNWRITABLE``.
    """
    with hold(folder, force=False) as held, held.folder() as work:
        work.chmod(0o700)
        for name, content in keys.items():
            _write(work / name, content)


def forget_keys(folder: Path) -> None:
    """Remove keys that were just made and that nothing was signed with."""
    for name in NAMES:
        (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # something else is in the folder
        folder.rmdir()


def owner_of(folder: Path) -> str | None:
    """The desk that was made with the keys of a folder; None where none was, or by a program that did not say so."""
    try:
        return (folder / OWNER).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def own(folder: Path, name: str) -> None:
    """Say which desk was made with these keys."""
    with contextlib.suppress(FileExistsError):
        _write(folder / OWNER, name.encode())


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
