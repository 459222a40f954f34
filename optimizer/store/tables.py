"""Rows of the desk's tables as plain dictionaries, from the database or from memory (when the ledger is replayed).

A table is named by its model in lower case; a row holds the columns of the database (``session_id``, not an object).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Row = dict[str, Any]
Key = int | str

ERASABLE: Mapping[str, tuple[str, ...]] = {
    "person": ("application_id", "name", "phone", "email", "address"),
    "dossier": ("facts", "reasons", "reason"),
    "note": ("sentence",),
    "remark": ("text",),
}
"""Tables that can be erased, and their columns that the ledger knows by a commitment only."""
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

    def add(self, table: str, row: Row) -> None: ...

    def change(self, table: str, key: Key, values: Row) -> None: ...

    def remove(self, table: str, key: Key) -> None: ...

    def next_key(self, table: str) -> int: ...


def _kind(field: Any) -> str:
    """The kind of a column; of a link, that of the key it holds."""
    while field.remote_field is not None:
        field = field.target_field
    return str(field.get_internal_type())


class _Plain:
    """A table in plain SQL: its columns and what becomes of each cell, worked out once instead of at every question.

    Texts, parameters and cells are those of ``objects.filter(…).order_by("pk").values()``, ``bulk_create`` and ``update``, which a
    session of nine dwellings would have put together hundreds of times.
    """

    def __init__(self, model: Any, bound: Any) -> None:
        quoted, fields = bound.ops.quote_name, model._meta.concrete_fields
        table = quoted(model._meta.db_table)
        self.every = {field.attname: field for field in fields}
        self.column = {field.attname: quoted(field.column) for field in fields}
        self.place = {name: f"{table}.{column}" for name, column in self.column.items()}
        self.fields = {field.attname: field for field in fields if field.get_internal_type() != "JSONField"}
        self.widths = {
            field.attname: bound.ops.integer_field_range(_kind(field))
            for field in fields
            if "Integer" in _kind(field)
        }
        """Least and largest number of a column, None where the database sets none: nothing equals one beyond."""
        self.select = f"SELECT {', '.join(self.place.values())} FROM {table}"
        self.order = f" ORDER BY {self.place[model._meta.pk.attname]}"
        marks = ", ".join(["%s"] * len(fields))
        self.insert = f"INSERT INTO {table} ({', '.join(self.column.values())}) VALUES ({marks})"
        self.update, self.key = f"UPDATE {table} SET ", self.place[model._meta.pk.attname]
        read = [field.get_col(model._meta.db_table) for field in fields]
        made = [bound.ops.get_db_converters(one) + one.get_db_converters(bound) for one in read]
        self.cells = [(at, steps, read[at]) for at, steps in enumerate(made) if steps]

    def rows(self, bound: Any, equal: Mapping[str, Any]) -> list[Row]:
        """Rows whose columns equal the values, by key."""
        wanted: list[str] = []
        values: list[Any] = []
        for name, value in equal.items():
            if value is None:
                wanted.append(f"{self.place[name]} IS NULL")
                continue
            field, (least, most) = self.fields[name], self.widths.get(name, (None, None))
            asked = (
                [v for v in dict.fromkeys(value) if v is not None] if isinstance(value, tuple) else [value]
            )
            among = [
                v
                for v in (field.get_prep_value(one) for one in asked)
                if (least is None or v >= least) and (most is None or v <= most)
            ]
            if not among:
                return []
            marks = ", ".join(["%s"] * len(among))
            wanted.append(f"{self.place[name]} " + (f"IN ({marks})" if isinstance(value, tuple) else "= %s"))
            values += [field.get_db_prep_value(v, bound, prepared=True) for v in among]
        text = self.select + (" WHERE " + " AND ".join(wanted) if wanted else "") + self.order
        with bound.cursor() as cursor:
            cursor.execute(text, values)
            found = cursor.fetchall()
        return [self._row(cells, bound) for cells in found]

    def add(self, bound: Any, row: Row) -> None:
        """A new row; a column that is not said has its default."""
        if unknown := row.keys() - self.every.keys():
            raise LookupError(f"no column {', '.join(sorted(unknown))}")
        cells = [
            field.get_db_prep_save(row[name] if name in row else field.get_default(), bound)
            for name, field in self.every.items()
        ]
        with bound.cursor() as cursor:
            cursor.execute(self.insert, cells)

    def change(self, bound: Any, key: Key, values: Row) -> int:
        """Rows changed: one, or none where the key is nobody's."""
        said = ", ".join(f"{self.column[name]} = %s" for name in values)
        cells = [self.every[name].get_db_prep_save(value, bound) for name, value in values.items()]
        with bound.cursor() as cursor:
            cursor.execute(f"{self.update}{said} WHERE {self.key} = %s", [*cells, key])
            return int(cursor.rowcount)

    def _row(self, found: Sequence[Any], bound: Any) -> Row:
        cells = list(found)
        for at, steps, read in self.cells:
            value = cells[at]
            for step in steps:
                value = step(value, read, bound)
            cells[at] = value
        return dict(zip(self.place, cells, strict=True))


class Live:
    """The tables of the open database."""

    def __init__(self) -> None:
        from django.apps import apps

        self.models: dict[str, Any] = {
            name: apps.get_model("store", name) for name in (*PROJECTIONS, "event", "head")
        }
        self.keys = {name: model._meta.pk.attname for name, model in self.models.items()}
        self._plain: dict[str, _Plain] = {}

    def get(self, table: str, key: Key) -> Row | None:
        rows = self.find(table, **{self.keys[table]: key})
        return rows[0] if rows else None

    def find(self, table: str, **equal: Any) -> list[Row]:
        plain, bound = self._table(table)
        return plain.rows(bound, equal)

    def add(self, table: str, row: Row) -> None:
        plain, bound = self._table(table)
        plain.add(bound, row)

    def change(self, table: str, key: Key, values: Row) -> None:
        plain, bound = self._table(table)
        if plain.change(bound, key, values) != 1:
            raise LookupError(f"{table} {key}")

    def remove(self, table: str, key: Key) -> None:
        self.models[table].objects.filter(pk=key)._raw_delete("default")

    def next_key(self, table: str) -> int:
        last = self.models[table].objects.order_by("-pk").values_list("pk", flat=True).first()
        return 1 if last is None else int(last) + 1

    def _table(self, name: str) -> tuple[_Plain, Any]:
        """A table in plain SQL, and this thread's connection."""
        from django.db import connection

        plain = self._plain.get(name)
        if plain is None:
            plain = self._plain[name] = _Plain(self.models[name], connection)
        return plain, connection
