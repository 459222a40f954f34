"""The year in weekly batches on the small shipped case: seeded, everybody accounted for, refusals cost vacancy."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from optimizer import importers
from optimizer.scenario import spread, weekly
from optimizer.scenario.running import demo_case
from optimizer.scenario.weekly import batches, draw


@pytest.fixture(scope="module")
def case():
    return importers.read(demo_case(), need=("dwellings", "applications"))


@pytest.fixture(scope="module")
def lived(case):
    return weekly(case, weeks=3, replications=2)


def value(table: pd.DataFrame, replication: int, name: str) -> float:
    rows = table[(table["replication"] == replication) & (table["indicator"] == name)]
    return float(rows["value"].sum())


def test_every_dwelling_is_let_or_left_at_the_end(case, lived):
    for replication in (1, 2):
        total = value(lived, replication, "weekly_leases") + value(lived, replication, "weekly_unlet")
        assert total == len(case.table("dwellings"))


def test_same_seed_same_year_and_replications_differ(case, lived):
    again = weekly(case, weeks=3, replications=1)
    pd.testing.assert_frame_equal(again, lived[lived["replication"] == 1].reset_index(drop=True))
    one, two = (lived[lived["replication"] == n]["value"].tolist() for n in (1, 2))
    assert one != two


def test_who_always_accepts_leaves_no_vacancy_but_the_dwellings_nobody_may_have(case):
    table = case.table("applications").assign(acceptance=1.0)
    sure = weekly(replace(case, tables={**case.tables, "applications": table}), weeks=1, replications=1)
    usual = weekly(case, weeks=1, replications=1)
    assert value(sure, 1, "weekly_leases") >= value(usual, 1, "weekly_leases")


def test_the_spread_counts_an_absent_account_as_nothing():
    table = pd.DataFrame(
        [(1, "weekly_leases", "account=ALS", "leases", 4.0), (2, "weekly_unlet", "", "dwellings", 1.0)],
        columns=["replication", "indicator", "scope", "unit", "value"],
    )
    row = spread(table).set_index("indicator").loc["weekly_leases"]
    assert (row["mean"], row["low"], row["high"]) == (2.0, 0.0, 4.0)


def test_batches_take_every_dwelling_once_in_order():
    frame = pd.DataFrame(
        {
            "dwelling_id": list("edcba"),
            "available_on": pd.to_datetime(["2026-05-01", None, "2026-01-01", None, "2026-02-01"]),
        }
    )
    assert batches(frame, 3) == [["c", "a"], ["e", "b"], ["d"]]


def test_draws_are_uniform_enough_and_depend_on_their_name_alone():
    values = [draw("s", 1, 1, "d", str(i)) for i in range(2000)]
    assert 0.47 < sum(values) / 2000 < 0.53
    assert draw("s", 1, 1, "d", "7") == values[7]
