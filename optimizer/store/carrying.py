"""The rows of a desk carried over to an empty base of another kind: a desk that began as a file goes on with a server.

Nothing is computed: each row is written as it stands, with its key, its instants and its digests, so that the ledger verifies as
before. All in one transaction with the schema itself: a base that cannot take every row holds nothing of it afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from optimizer.store import schema
from optimizer.store.configure import configure, database, shown
from optimizer.store.messages import StoreUnusable
from optimizer.store.opening import reachable

Rows = Mapping[Any, Sequence[Mapping[str, Any]]]
"""By model, the rows of its table: the value of each column."""


def rows_of_open_desk() -> Rows:
    """Every row of the desk that the process is bound to, tables of accounts and of links between tables included."""
    from django.apps import apps

    return {
        model: list(
            model._base_manager.order_by("pk").values(*(f.attname for f in model._meta.concrete_fields))
        )
        for model in apps.get_models(include_auto_created=True)
    }


def carry_over(rows: Rows, url: str, secret: str, keep: Callable[[], None]) -> None:
    """Make a desk of these rows in an empty PostgreSQL base.

    Parameters
    ----------
    secret : Django's, of the keys of the desk.
    keep : called before anything is committed; where it fails, the base stays empty.

    Raises
    ------
    StoreUnusable
        ``STORE_EXISTS``: the base has a desk; ``STORE_ENCODING``, ``STORE_UNREACHABLE``.
    """
    from django.core.management.color import no_style
    from django.db import transaction

    configure(database(url), secret)
    with reachable(), schema.one_builder(), transaction.atomic():
        schema.assert_server()
        if not schema.is_empty():
            raise StoreUnusable("STORE_EXISTS", path=shown(url))
        schema.build()
        bound = schema.connection()
        # links between tables are held against each other at the end of the transaction, whatever comes first
        for model in rows:
            # what a new desk is made with: its head, the kinds of tables and what may be done with them
            model._base_manager.all()._raw_delete(bound.alias)
        for model, own in rows.items():
            for row in own:
                # raw: no column is filled in by the day it is written
                model(**row).save_base(raw=True, force_insert=True)
        with bound.cursor() as cursor:
            for statement in bound.ops.sequence_reset_sql(no_style(), list(rows)):
                cursor.execute(statement)
        keep()
