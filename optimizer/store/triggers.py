"""The ledger can only grow: the database itself refuses to change, remove or empty ``store_event``.

A migration that remakes a table drops its triggers without a word, so they are put back after every migration and their
text is compared at every start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

SQLITE = {
    "store_event_no_update": (
        "CREATE TRIGGER store_event_no_update BEFORE UPDATE ON store_event "
        "BEGIN SELECT RAISE(ABORT, 'store_event is append only'); END"
    ),
    "store_event_no_delete": (
        "CREATE TRIGGER store_event_no_delete BEFORE DELETE ON store_event "
        "BEGIN SELECT RAISE(ABORT, 'store_event is append only'); END"
    ),
    # REPLACE removes the row it takes the place of without a word to the trigger above.
    "store_event_appends": (
        "CREATE TRIGGER store_event_appends BEFORE INSERT ON store_event "
        "WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM store_event) "
        "OR EXISTS (SELECT 1 FROM store_event WHERE command_id = NEW.command_id) "
        "BEGIN SELECT RAISE(ABORT, 'store_event is append only'); END"
    ),
}
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION store_event_refuses() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN RAISE EXCEPTION 'store_event is append only'; END $body$
"""
_POSTGRES = {
    "store_event_no_update": (
        "CREATE TRIGGER store_event_no_update BEFORE UPDATE OR DELETE ON store_event "
        "FOR EACH ROW EXECUTE FUNCTION store_event_refuses()"
    ),
    "store_event_no_truncate": (
        "CREATE TRIGGER store_event_no_truncate BEFORE TRUNCATE ON store_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION store_event_refuses()"
    ),
}
Cursor = Any


def create(cursor: Cursor, vendor: str) -> None:
    """Put the triggers of the ledger back, whatever was there."""
    if vendor == "postgresql":
        cursor.execute(_POSTGRES_FUNCTION)
    for name, text in _of(vendor).items():
        cursor.execute(_drop(vendor)(name))
        cursor.execute(text)


def missing(cursor: Cursor, vendor: str) -> list[str]:
    """Names of the triggers that are not there as they were made."""
    if vendor == "postgresql":
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'store_event'::regclass AND tgenabled = 'O'"
        )
        found = {row[0]: _POSTGRES.get(row[0], "") for row in cursor.fetchall()}
    else:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'store_event'"
        )
        found = dict(cursor.fetchall())
    return sorted(name for name, text in _of(vendor).items() if found.get(name) != text)


def strangers(cursor: Cursor, vendor: str) -> list[str]:
    """Triggers and views of a desk's file that the program did not make: what they do at a writing is in no line of the ledger."""
    if vendor == "postgresql":  # its administrator's, who may have put some there
        return []
    cursor.execute("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')")
    return sorted({str(name) for (name,) in cursor.fetchall()} - SQLITE.keys())


def _of(vendor: str) -> dict[str, str]:
    return _POSTGRES if vendor == "postgresql" else SQLITE


def _drop(vendor: str) -> Callable[[str], str]:
    if vendor == "postgresql":
        return lambda name: f"DROP TRIGGER IF EXISTS {name} ON store_event"
    return lambda name: f"DROP TRIGGER IF EXISTS {name}"
