"""The schema of a desk: built once, compared at each start, brought forward only by ``attriflux store upgrade``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from optimizer.store import triggers
from optimizer.store.messages import StoreUnusable
from optimizer.store.sqlite.driver import OLDEST, driver

WITHIN_LABELS = ("store", "web", "auth", "contenttypes", "sessions", "axes")
FULL = 2
"""``PRAGMA synchronous``: a commit is on the disk when it returns."""


def connection() -> Any:
    """This thread's connection."""
    from django.db import connections

    return connections["default"]


def _executor() -> Any:
    from django.db.migrations.executor import MigrationExecutor

    return MigrationExecutor(connection())


def is_empty() -> bool:
    """Whether no migration was ever run."""
    return "django_migrations" not in connection().introspection.table_names()


def pending() -> list[str]:
    """Migrations still to run, ``label.name``."""
    executor = _executor()
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{step.app_label}.{step.name}" for step, _ in plan]


def unknown() -> list[str]:
    """Migrations that were run and that this program does not have: the desk is newer."""
    loader = _executor().loader
    return sorted(
        f"{label}.{name}"
        for label, name in loader.applied_migrations
        if label in WITHIN_LABELS and (label, name) not in loader.disk_migrations
    )


def build() -> None:
    """Run every migration that is pending, then put the triggers back."""
    from django.core.management import call_command

    bound = connection()
    if bound.vendor == "sqlite":
        with bound.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode = WAL")
    with one_builder(), bound.cursor() as cursor:
        call_command("migrate", verbosity=0, interactive=False)
        cursor.execute(
            "INSERT INTO store_head (id, seq, hash, at) SELECT 1, 0, %s, NULL "
            "WHERE NOT EXISTS (SELECT 1 FROM store_head)",
            ["0" * 64],
        )
        triggers.create(cursor, bound.vendor)


@contextmanager
def one_builder() -> Iterator[None]:
    """On a server, one process copies a desk and brings it forward at a time; the next one finds it done. A file has its own lock.

    May be entered again by who is inside.
    """
    bound = connection()
    if bound.vendor == "sqlite":
        yield
        return
    with bound.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('attriflux store upgrade'))")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('attriflux store upgrade'))")


def assert_current() -> None:
    """StoreUnusable ``STORE_SCHEMA_NEWER`` or ``STORE_SCHEMA_OLD``."""
    if newer := unknown():
        raise StoreUnusable("STORE_SCHEMA_NEWER", name=newer[-1])
    if todo := pending():
        raise StoreUnusable("STORE_SCHEMA_OLD", count=len(todo))


def assert_sqlite_version() -> None:
    """StoreUnusable ``STORE_SQLITE_OLD``."""
    found = tuple(driver().sqlite_version_info)
    if found < OLDEST:
        raise StoreUnusable(
            "STORE_SQLITE_OLD", found=".".join(map(str, found)), needed=".".join(map(str, OLDEST))
        )


def assert_server() -> None:
    """StoreUnusable ``STORE_ENCODING``: a base that cannot hold « œ » or « € » would refuse them one day, in somebody's sentence."""
    with connection().cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        found = cursor.fetchone()[0]
    if found != "UTF8":
        raise StoreUnusable("STORE_ENCODING", found=found)


def assert_guarded(path: Path | None) -> None:
    """The log is written ahead and flushed, foreign keys hold, the ledger's triggers are there."""
    bound = connection()
    with bound.cursor() as cursor:
        if path is not None:
            for pragma, wanted in (("journal_mode", "wal"), ("synchronous", FULL), ("foreign_keys", 1)):
                cursor.execute(f"PRAGMA {pragma}")
                found = cursor.fetchone()[0]
                if found != wanted:
                    raise StoreUnusable("STORE_NOT_SAFE", what=f"{pragma} = {found}")
        if lost := triggers.missing(cursor, bound.vendor):
            raise StoreUnusable("STORE_TRIGGERS", names=", ".join(lost))
    if found := strangers():
        raise StoreUnusable("STORE_STRANGERS", names=", ".join(found))
    if path is not None and (cells := misread()):
        raise StoreUnusable("STORE_CELLS", cells=", ".join(cells))


def strangers() -> list[str]:
    """What stands in the desk's file, acts at a writing, and is not the program's."""
    bound = connection()
    with bound.cursor() as cursor:
        return triggers.strangers(cursor, bound.vendor)


READS_AS = {
    "BooleanField": "{0} IN (0, 1)",
    "DateField": "typeof({0}) = 'text' AND date({0}) IS {0}",
    "DateTimeField": "typeof({0}) = 'text' AND datetime({0}) IS substr({0}, 1, 19)",
    "IntegerField": "typeof({0}) = 'integer'",
    "BigIntegerField": "typeof({0}) = 'integer'",
    "JSONField": "typeof({0}) = 'text' AND json_valid({0})",
}
"""What a value of a column is in a SQLite file, which lets anybody write any kind in any column; text elsewhere."""
NAMED = 5
"""Cells that are named; one is enough to know that the file was changed by hand."""


def misread() -> list[str]:
    """Cells of a SQLite desk that hold another kind of value than their column's: a table, its key, the column.

    The ledger is not looked at here: its chain says of each line whether it changed.
    """
    from django.apps import apps

    found: list[str] = []
    with connection().cursor() as cursor:
        for model in apps.get_app_config("store").get_models():
            if model._meta.model_name in ("event", "head"):
                continue
            key, columns = model._meta.pk.column, [f for f in model._meta.local_fields if f.column]
            wrong = {
                str(f.column): READS_AS.get(_kind(f), "typeof({0}) = 'text'").format(f'"{f.column}"')
                + (f' OR "{f.column}" IS NULL' if f.null else "")
                for f in columns
            }
            # no column is named from outside: these are the program's own
            any_wrong = " OR ".join(f"({holds}) IS NOT 1" for holds in wrong.values())
            cursor.execute(
                f'SELECT "{key}", {", ".join(f"({holds}) IS NOT 1" for holds in wrong.values())} '
                f'FROM "{model._meta.db_table}" WHERE {any_wrong} LIMIT {NAMED}'
            )
            for row in cursor.fetchall():
                off = [name for name, bad in zip(wrong, row[1:], strict=True) if bad]
                found.append(f"{model._meta.model_name} {row[0]} ({', '.join(off)})")
    return found[:NAMED]


def _kind(field: Any) -> str:
    """The kind of a column; of a link, that of the key it points to."""
    while field.is_relation:
        field = field.target_field
    return str(field.get_internal_type())
