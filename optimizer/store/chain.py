"""The chain of events: each line holds the digest of the line before it, so that none changes unseen below a known head."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


def broken(events: Iterable[Mapping[str, Any]]) -> Iterator[int]:
    """``seq`` of each event that does not follow from the one before it, in order of the lines given."""
    prev, expected = GENESIS, 1
    for event in events:
        if event["seq"] != expected or event["prev"] != prev or event_hash(event) != event["hash"]:
            yield int(event["seq"])
        prev, expected = event["hash"], int(event["seq"]) + 1
