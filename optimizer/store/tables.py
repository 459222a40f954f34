"""Rows of the desk's tables as plain dictionaries, from the database or from memory (when the ledger is replayed).

A table is named by its model in lower case; a row holds the columns of the database (``session_id``, not an object).
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, Protocol

Row = dict[str, Any]
Key = int | str

ERASABLE: Mapping[str, tuple[str, ...]] = {
    "person": ("application_id", "name", "phone", "email", "address"),
    "dossier": ("facts", "reasons", "reason"),
    "note": ("sentence",),
    "remark": ("text",),
}
"""Tables whose rows a purge erases, by the reference ``ref`` of their household, and their columns that the ledger knows by a commitment only."""
AT_ONCE = 500
"""Rows that are asked for or written together."""
PROJECTIONS = (
    "run", "session", "item", "person", "candidate", "dossier", "remark", "document", "call", "decision", "note", "offer",
    "attendance", "vote", "rectification", "duty", "recourse", "nomination", "grant",
)  # fmt: skip
"""Every table that the events make, parents first."""


class Tables(Protocol):
    """What the commands ask of the tables."""

    def get(self, table: str, key: Key) -> Row | None: ...

    def find(self, table: str, **equal: Any) -> list[Row]:
        """Rows whose columns equal the values (a tuple: one of them), by key."""

    def add(self, table: str, *rows: Row) -> None: ...

    def change(self, table: str, key: Key, values: Row) -> None: ...

    def remove(self, table: str, key: Key) -> None: ...

    def next_key(self, table: str) -> int: ...


def _filter(equal: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{name}__in" if isinstance(value, tuple) else name: value for name, value in equal.items()}


class Live:
    """The tables of the open database."""

    def __init__(self) -> None:
        from django.apps import apps

        self.models: dict[str, Any] = {
            name: apps.get_model("store", name) for name in (*PROJECTIONS, "event", "head")
        }
        self.keys = {name: model._meta.pk.attname for name, model in self.models.items()}

    def get(self, table: str, key: Key) -> Row | None:
        rows = list(self.models[table].objects.filter(pk=key).values())
        return rows[0] if rows else None

    def find(self, table: str, **equal: Any) -> list[Row]:
        rows = self.models[table].objects.filter(**_filter(equal)).values()
        # by key here: a base orders texts by its administrator's language
        return sorted(rows, key=itemgetter(self.keys[table]))

    def add(self, table: str, *rows: Row) -> None:
        self.models[table].objects.bulk_create(
            [self.models[table](**row) for row in rows], batch_size=AT_ONCE
        )

    def change(self, table: str, key: Key, values: Row) -> None:
        changed = self.models[table].objects.filter(pk=key).update(**values)
        if changed != 1:
            raise LookupError(f"{table} {key}")

    def remove(self, table: str, key: Key) -> None:
        self.models[table].objects.filter(pk=key)._raw_delete("default")

    def next_key(self, table: str) -> int:
        last = self.models[table].objects.order_by("-pk").values_list("pk", flat=True).first()
        return 1 if last is None else int(last) + 1
