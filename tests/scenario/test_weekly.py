"""The year in weekly batches on the small shipped case: seeded, everybody accounted for, counted as the optimum is."""

from __future__ import annotations

import sys
from dataclasses import replace

import pandas as pd
import pytest

import optimizer.scenario.weekly  # noqa: F401
from optimizer import importers
from optimizer.runs import Options, propose
from optimizer.scenario import spread, weekly
from optimizer.scenario.indicators import indicators
from optimizer.scenario.running import demo_case
from optimizer.scenario.weekly import batches, draw, lived_values

ROOM = sys.modules["optimizer.scenario.weekly"]


@pytest.fixture(scope="module")
def case():
    """A fifth of the dwellings of the small shipped case, on every account, and all who ask for them."""
    read = importers.read(demo_case(), need=("dwellings", "applications"))
    homes = read.table("dwellings").iloc[::5].reset_index(drop=True)
    return replace(read, tables={**read.tables, "dwellings": homes}, path=None)


@pytest.fixture(scope="module")
def lived(case):
    return weekly(case, weeks=3, replications=2)


def value(table: pd.DataFrame, replication: int, name: str) -> float:
    rows = table[(table["replication"] == replication) & (table["indicator"] == name)]
    return float(rows["value"].sum())


def test_every_dwelling_is_let_or_left_at_the_end(case, lived):
    for replication in (1, 2):
        total = value(lived, replication, "weekly_account_dwellings") + value(
            lived, replication, "weekly_unlet"
        )
        assert total == len(case.table("dwellings"))


@pytest.mark.long
def test_same_seed_same_year_and_replications_differ(case, lived):
    again = weekly(case, weeks=3, replications=1)
    pd.testing.assert_frame_equal(again, lived[lived["replication"] == 1].reset_index(drop=True))
    one, two = (lived[lived["replication"] == n]["value"].tolist() for n in (1, 2))
    assert one != two


@pytest.mark.long
def test_who_always_accepts_leaves_no_vacancy_but_the_dwellings_nobody_may_have(case):
    table = case.table("applications").assign(acceptance=1.0)
    sure = weekly(replace(case, tables={**case.tables, "applications": table}), weeks=1, replications=1)
    usual = weekly(case, weeks=1, replications=1)
    assert value(sure, 1, "weekly_account_dwellings") >= value(usual, 1, "weekly_account_dwellings")
    seats = value(sure, 1, "weekly_refused_offers")  # a seat's household is not one of the case
    assert seats < value(usual, 1, "weekly_refused_offers")


@pytest.mark.long
def test_a_year_of_one_week_where_everybody_accepts_has_the_indicators_of_the_optimum_itself(case):
    """The same figures, numerators and denominators, per EPCI and per line of the rules: one count, not two."""
    tables = {**case.tables, "applications": case.table("applications").assign(acceptance=1.0)}
    sure = replace(case, tables=tables, settings=replace(case.settings, changes={
        **case.settings.changes, "national.caleol.acceptance": 1.0, "conventions.*.*.management_mode": "delegated",
    }))  # fmt: skip
    year = weekly(sure, weeks=1, replications=1)
    mine = {
        (r["indicator"].removeprefix("weekly_"), r["scope"]): (r["value"], r["num"], r["den"])
        for r in year.to_dict("records")
    }
    optimum = indicators(propose(sure, Options(pdf=False)))
    theirs = {
        (r["indicator"], r["scope"]): (r["value"], r["num"], r["den"]) for r in optimum.to_dict("records")
    }
    shared = mine.keys() & theirs.keys()
    assert {name for name, _ in shared} >= {
        "account_dwellings", "account_priority", "rule_rate", "lec_outside_qpv", "lec_inside_qpv", "q1_share", "flux_gap",
        "flux_above", "mean_months", "public_first", "dalo_proposed",
    }  # fmt: skip
    assert {k for k in theirs if k[0] in ("rule_rate", "q1_share", "flux_gap")} <= shared
    for key in shared:
        assert pd.Series(mine[key]).equals(pd.Series(theirs[key])), key


@pytest.mark.long
def test_a_household_that_refused_a_dwelling_is_never_offered_it_again(case, monkeypatch):
    """Nobody ever accepts: every pair drawn over the weeks is a new one."""
    seen: list[tuple[str, str]] = []

    def never(seed: str, replication: int, dwelling: str, application: str) -> float:
        seen.append((dwelling, application))
        return 2.0

    monkeypatch.setattr(ROOM, "draw", never)
    year = weekly(case, weeks=3, replications=1)
    assert len(seen) == len(set(seen)) == value(year, 1, "weekly_refused_offers")
    assert value(year, 1, "weekly_unlet") == len(case.table("dwellings"))


@pytest.mark.long
def test_the_same_household_answers_alike_to_the_same_dwelling_in_every_scenario(case, monkeypatch):
    answers: list[dict[tuple[str, str], float]] = []
    real = draw

    def noted(seed: str, replication: int, dwelling: str, application: str) -> float:
        answers[-1][dwelling, application] = found = real(seed, replication, dwelling, application)
        return found

    monkeypatch.setattr(ROOM, "draw", noted)
    other = replace(case, settings=replace(case.settings, changes={"national.lec.first_quartile_share": 0.6}))
    for one, weeks in ((case, 2), (other, 3)):
        answers.append({})
        weekly(one, weeks=weeks, replications=1)
    both = answers[0].keys() & answers[1].keys()
    assert len(both) > 8
    assert all(answers[0][pair] == answers[1][pair] for pair in both)


def test_the_spread_counts_an_absent_account_as_nothing_and_gives_the_standard_error():
    nan = float("nan")
    table = pd.DataFrame(
        [
            (1, "weekly_account_dwellings", "account=ALS", "dwellings", 4.0, nan, nan),
            (2, "weekly_unlet", "", "dwellings", 1.0, nan, nan),
        ],
        columns=["replication", "indicator", "scope", "unit", "value", "num", "den"],
    )
    row = spread(table).set_index("indicator").loc["weekly_account_dwellings"]
    assert (row["value"], row["low"], row["high"], row["standard_error"]) == (2.0, 0.0, 4.0, 2.0)
    assert lived_values(table)["weekly_unlet", "", "dwellings"] == (None, 1.0)


def test_batches_take_every_dwelling_once_in_order():
    frame = pd.DataFrame(
        {
            "dwelling_id": list("edcba"),
            "available_on": pd.to_datetime(["2026-05-01", None, "2026-01-01", None, "2026-02-01"]),
        }
    )
    assert batches(frame, 3) == [["c", "a"], ["e", "b"], ["d"]]


def test_draws_are_uniform_enough_and_depend_on_their_name_alone():
    values = [draw("s", 1, "d", str(i)) for i in range(2000)]
    assert 0.47 < sum(values) / 2000 < 0.53
    assert draw("s", 1, "d", "7") == values[7]
