"""Files sealed for one reader: whoever makes a backup holds the public key only and cannot open it again.

X25519 gives a key for each file, HKDF-SHA-256 spreads it, ChaCha20-Poly1305 seals pieces of one MiB in order; the last piece is
marked, so that a file cut short does not open.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from optimizer.store.messages import StoreUnusable

MAGIC = b"attriflux sauvegarde 1\n"
PIECE = 1 << 20
KEY = 32
PRIVATE, PUBLIC = "sauvegarde.cle", "sauvegarde.pub"
SAID = {PRIVATE: "privee", PUBLIC: "publique"}
"""What a key file says of itself before its key: a backup sealed with the private key would open to nobody."""
HEAD = 4


def new_pair(folder: Path) -> tuple[Path, Path]:
    """A pair of keys: ``sauvegarde.cle`` for the DPO, ``sauvegarde.pub`` for whoever makes backups. Never overwrites."""
    private, public = folder / PRIVATE, folder / PUBLIC
    folder.mkdir(parents=True, exist_ok=True)
    key = X25519PrivateKey.generate()
    made: list[Path] = []
    try:
        for path, content in (
            (private, key.private_bytes_raw()),
            (public, key.public_key().public_bytes_raw()),
        ):
            told = f"{SAID[path.name]} {content.hex()}\n"
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                raise StoreUnusable("STORE_EXISTS", path=str(path)) from None
            made.append(path)
            with os.fdopen(handle, "wb") as file:
                file.write(told.encode())
    except BaseException:
        for path in made:  # half a pair opens nothing, and stands in the way of the next one
            path.unlink(missing_ok=True)
        raise
    return private, public


def read_key(path: Path, wanted: str) -> bytes:
    """32 bytes of a key file (hexadecimal).

    Parameters
    ----------
    wanted : str
        ``PRIVATE`` or ``PUBLIC``. Pairs made before keys said which they are have the end of their name only.

    Raises
    ------
    StoreUnusable
        No key (``STORE_KEY_FILE``), or the other one of the pair (``STORE_KEY_OTHER``).
    """
    try:
        told, _, digits = path.read_text(encoding="ascii").strip().rpartition(" ")
        key = bytes.fromhex(digits)
    except (ValueError, UnicodeDecodeError):
        told, key = "", b""
    other = PUBLIC if wanted == PRIVATE else PRIVATE
    if told == SAID[other] or (not told and path.suffix == Path(other).suffix):
        raise StoreUnusable("STORE_KEY_OTHER", path=str(path), wanted=wanted)
    if len(key) != KEY or told not in ("", SAID[wanted]):
        raise StoreUnusable("STORE_KEY_FILE", path=str(path))
    return key


def seal(content: BinaryIO, out: BinaryIO, public: bytes) -> None:
    """Write ``content`` sealed for the holder of the private key."""
    once = X25519PrivateKey.generate()
    mine = once.public_key().public_bytes_raw()
    cipher = ChaCha20Poly1305(_spread(once.exchange(X25519PublicKey.from_public_bytes(public)), mine, public))
    out.write(MAGIC + mine)
    for number, (piece, last) in enumerate(_pieces(content)):
        sealed = cipher.encrypt(_nonce(number), piece, b"last" if last else b"more")
        out.write(len(sealed).to_bytes(HEAD, "big") + sealed)


def unseal(sealed: BinaryIO, private: bytes) -> Iterator[bytes]:
    """Pieces of what was sealed; StoreUnusable ``STORE_SEALED`` when the key is another or the file changed."""
    key = X25519PrivateKey.from_private_bytes(private)
    if sealed.read(len(MAGIC)) != MAGIC:
        raise StoreUnusable("STORE_SEALED")
    theirs = sealed.read(KEY)
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(theirs))
    except ValueError:
        raise StoreUnusable("STORE_SEALED") from None
    cipher = ChaCha20Poly1305(_spread(shared, theirs, key.public_key().public_bytes_raw()))
    number, ended = 0, False
    while head := sealed.read(HEAD):
        piece = sealed.read(int.from_bytes(head, "big"))
        following = sealed.read(1)
        sealed.seek(-len(following), os.SEEK_CUR)
        ended = not following
        try:
            yield cipher.decrypt(_nonce(number), piece, b"last" if ended else b"more")
        except (InvalidTag, ValueError):
            raise StoreUnusable("STORE_SEALED") from None
        number += 1
    if not ended:
        raise StoreUnusable("STORE_SEALED")


def _pieces(content: BinaryIO) -> Iterable[tuple[bytes, bool]]:
    piece = content.read(PIECE)
    while True:
        following = content.read(PIECE)
        yield piece, not following
        if not following:
            return
        piece = following


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _spread(shared: bytes, mine: bytes, theirs: bytes) -> bytes:
    return HKDF(SHA256(), KEY, salt=mine + theirs, info=MAGIC).derive(shared)


def shred(path: Path) -> None:
    """Write over a file, then remove it."""
    if path.exists():
        size = path.stat().st_size
        with path.open("r+b") as file:
            while size > 0:
                size -= file.write(secrets.token_bytes(min(size, PIECE)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
