"""Rows are read as Django itself would read them, whatever is asked."""

from __future__ import annotations

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
    for wanted in (10**30, -(10**30), (10**30,), (), (None,)):
        assert live.find("item", item_id=wanted) == [] == by_django(live, "item", item_id=wanted)
    assert live.get("item", 10**30) is None and live.get("session", "2031-01-01") is None
    assert len(live.find("item", item_id=(1, 10**30), dwelling_id="L1")) == 1
