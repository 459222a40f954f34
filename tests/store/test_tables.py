"""Rows are read as Django itself would read them, whatever is asked."""

from __future__ import annotations

import pytest

from optimizer.store.tables import PROJECTIONS
from tests.store.playing import dwelling


def by_django(live, table, **equal):
    asked = {f"{name}__in" if isinstance(value, tuple) else name: value for name, value in equal.items()}
    return list(live.models[table].objects.filter(**asked).order_by("pk").values())


def test_every_column_of_every_table_is_asked_and_read_as_by_django(play):
    play.week(dwelling("L1"), dwelling("L2"))
    play.offer("L1")
    live, asked = play.store.tables, 0
    for table in (*PROJECTIONS, "event", "head"):
        rows = live.find(table)
        assert rows == by_django(live, table), table
        assert [list(map(type, row.values())) for row in rows] == [
            list(map(type, row.values())) for row in by_django(live, table)
        ]
        for row in rows[:3]:
            assert live.get(table, row[live.keys[table]]) == row
            for name, value in row.items():
                if isinstance(value, list | dict):
                    continue
                for wanted in (value, (value, value, None), None):
                    assert live.find(table, **{name: wanted}) == by_django(live, table, **{name: wanted}), (
                        name
                    )
                    asked += 1
    assert asked > 300


def test_what_no_row_can_equal_is_found_nowhere(play):
    play.week(dwelling("L1"))
    live = play.store.tables
    for wanted in (10**30, -(10**30), (), (None,)):
        assert live.find("item", item_id=wanted) == [] == by_django(live, "item", item_id=wanted)
    assert live.find("item", item_id=(10**30,)) == []  # Django asks the driver, which fails
    assert live.get("item", 10**30) is None and live.get("session", "2031-01-01") is None
    assert len(live.find("item", item_id=(1, 10**30), dwelling_id="L1")) == 1


def test_a_row_is_added_and_changed_as_it_was(play):
    play.week(dwelling("L1"))
    play.offer("L1")
    live = play.store.tables
    with play.store.writing():
        for table in ("session", "item", "candidate", "dossier", "decision", "offer"):
            row, key = live.find(table)[0], live.keys[table]
            live.change(table, row[key], {name: value for name, value in row.items() if name != key})
            assert live.get(table, row[key]) == row, table
        for table in ("dossier", "offer"):
            row = live.find(table)[0]
            live.remove(table, row[live.keys[table]])
            assert live.get(table, row[live.keys[table]]) is None
            live.add(table, row)
            assert live.find(table) == by_django(live, table) and row in live.find(table)
        live.change("dossier", row_of(live, "dossier"), {"facts": {"text": "« 100 % »"}})
        assert live.find("dossier")[0]["facts"] == {"text": "« 100 % »"}
        with pytest.raises(LookupError):
            live.change("item", 10**9, {"status": "listed"})


def row_of(live, table):
    """The key of the first row."""
    return live.find(table)[0][live.keys[table]]
