"""The chain of events: each line holds the digest of the line before it, so that none changes unseen below a known head."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.store.canonical import digest

GENESIS = "0" * 64
SIGNED_KIND = "head.signed"
COLUMNS = (
    "seq", "at", "actor", "role", "kind", "session", "dwelling", "ref", "payload", "commitment", "command_id", "prev",
)  # fmt: skip


def event_hash(event: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical line without its own hash."""
    return digest({name: event[name] for name in COLUMNS})


def head_text(seq: int, hash: str) -> str:
    """What is signed."""
    return f"{seq}:{hash}"


def line_text(line: Mapping[str, Any], rows: Any) -> str:
    """What is signed of the signing line itself, so that the last line of all cannot be rewritten either."""
    return digest(
        {name: line[name] for name in ("seq", "at", "actor", "role", "session", "command_id")}
        | {"rows": rows}
    )
