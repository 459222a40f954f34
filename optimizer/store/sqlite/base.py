"""The engine that Django loads as ``optimizer.store.sqlite``."""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3._functions import register as register_functions  # type: ignore[import-untyped]
from django.utils import dateparse

from optimizer.store.sqlite.driver import driver

Database = driver()
Database.register_converter("bool", b"1".__eq__)
Database.register_converter("date", lambda text: dateparse.parse_date(text.decode()))
Database.register_converter("datetime", lambda text: dateparse.parse_datetime(text.decode()))
Database.register_converter("timestamp", lambda text: dateparse.parse_datetime(text.decode()))
Database.register_adapter(decimal.Decimal, str)

PRAGMAS = ("foreign_keys = ON", "legacy_alter_table = OFF", "synchronous = FULL", "secure_delete = ON")


class Cursor(Database.Cursor):  # type: ignore[misc,name-defined]  # a class of a module chosen at run time
    """Django writes ``%s``; SQLite reads ``?``."""

    def execute(self, query: str, params: Any = None) -> Any:
        if params is None:
            return super().execute(query)
        names = list(params) if isinstance(params, Mapping) else None
        return super().execute(_converted(query, names), params)

    def executemany(self, query: str, param_list: Any) -> Any:
        rows = list(param_list)
        names = list(rows[0]) if rows and isinstance(rows[0], Mapping) else None
        return super().executemany(_converted(query, names), rows)


def _converted(query: str, names: list[str] | None) -> str:
    if names is None:
        return str(base.FORMAT_QMARK_REGEX.sub("?", query)).replace("%%", "%")
    return query % {name: f":{name}" for name in names}


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper with another module under it."""

    Database = Database

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = Database.connect(**conn_params)
        register_functions(connection)
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)
