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
_POSTGRES_BODY = "BEGIN RAISE EXCEPTION 'store_event is append only'; END"
_POSTGRES_FUNCTION = (
    "CREATE OR REPLACE FUNCTION store_event_refuses() RETURNS trigger LANGUAGE plpgsql AS "
    f"$body${_POSTGRES_BODY}$body$"
)
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
_EACH_ROW, _BEFORE, _DELETE, _UPDATE, _TRUNCATE = 1, 2, 8, 16, 32
_POSTGRES_KIND = {
    "store_event_no_update": _EACH_ROW | _BEFORE | _DELETE | _UPDATE,
    "store_event_no_truncate": _BEFORE | _TRUNCATE,
}
"""``pg_trigger.tgtype`` of each."""
_POSTGRES_STANDING = """
SELECT t.tgname, t.tgtype, f.prosrc FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
WHERE t.tgrelid = 'store_event'::regclass AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL AND t.tgattr::text = ''
  AND current_setting('session_replication_role') <> 'replica'
"""
"""Triggers that act on every line: not put aside, without a condition, on any column."""
_POSTGRES_STRANGERS = r"""
WITH ours AS (
  SELECT oid, relname FROM pg_class
  WHERE relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'store_event'::regclass)
    AND relname ~ '^(store|web|auth|axes|django)_' AND relkind IN ('r', 'p', 'v', 'm', 'f')
)
SELECT t.tgname::text FROM pg_trigger t JOIN ours ON ours.oid = t.tgrelid WHERE NOT t.tgisinternal
  AND NOT (ours.relname = 'store_event' AND t.tgname = ANY(%s))
UNION SELECT CASE WHEN r.rulename = '_RETURN' THEN ours.relname::text ELSE r.rulename::text END
  FROM pg_rewrite r JOIN ours ON ours.oid = r.ev_class
UNION SELECT seen.relname::text FROM pg_depend d JOIN ours ON ours.oid = d.refobjid
  JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class seen ON seen.oid = r.ev_class
  WHERE d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_rewrite'::regclass AND seen.oid <> ours.oid
UNION SELECT p.polname::text FROM pg_policy p JOIN ours ON ours.oid = p.polrelid
UNION SELECT below.relname::text FROM pg_inherits i JOIN ours ON ours.oid = i.inhparent JOIN pg_class below ON below.oid = i.inhrelid
"""
"""Triggers, rules and policies on the desk's tables, views made of them, tables put below them."""
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
        cursor.execute(_POSTGRES_STANDING)
        found = {
            name: _POSTGRES.get(name, "")
            for name, kind, body in cursor.fetchall()
            if kind == _POSTGRES_KIND.get(name) and body.split() == _POSTGRES_BODY.split()
        }
    else:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'store_event'"
        )
        found = dict(cursor.fetchall())
    return sorted(name for name, text in _of(vendor).items() if found.get(name) != text)


def strangers(cursor: Cursor, vendor: str) -> list[str]:
    """What acts on the desk's tables, or reads them, and was not made by the program: what it does at a writing, and who reads a view, is
    in no line of the ledger. In a file every trigger and view counts, on a server those that touch the tables of the desk."""
    if vendor == "postgresql":
        cursor.execute(_POSTGRES_STRANGERS, [list(_POSTGRES)])
        return sorted({str(name) for (name,) in cursor.fetchall()})
    cursor.execute("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')")
    return sorted({str(name) for (name,) in cursor.fetchall()} - SQLITE.keys())


def _of(vendor: str) -> dict[str, str]:
    return _POSTGRES if vendor == "postgresql" else SQLITE


def _drop(vendor: str) -> Callable[[str], str]:
    if vendor == "postgresql":
        return lambda name: f"DROP TRIGGER IF EXISTS {name} ON store_event"
    return lambda name: f"DROP TRIGGER IF EXISTS {name}"
