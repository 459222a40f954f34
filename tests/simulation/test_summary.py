"""Means, paired intervals and Holm's p, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from optimizer.simulation.draws import number, numbers
from optimizer.simulation.summary import by_seed, holm_adjusted, interval, summary
from optimizer.simulation.sweep import COLUMNS

FILLED = {"required_rate": 30.0}
"""Fill value of the dwellings let: one fewer under this policy."""


def facts(values: dict[str, list[float]]) -> pd.DataFrame:
    rows = [
        (policy, seed, 0, -1, name, "", number, "")
        for policy, numbers in values.items()
        for seed, value in enumerate(numbers, 1)
        for name, number in (("value", value), ("lettings", 10.0), ("filled", FILLED.get(policy, 40.0)))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


TABLE = facts(
    {
        "cotation": [0.0, 0.0, 10.0],
        "required_rate": [80.0, 90.0, 100.0],
        "cumulative": [90.0, 90.0, 105.0],
        "hindsight": [100.0, 100.0, 110.0],
    }
)


def test_the_gain_is_zero_for_the_cotation_order_and_one_for_hindsight():
    wide = by_seed(TABLE)
    assert wide["cotation", "gain"].tolist() == [0.0, 0.0, 0.0]
    assert wide["required_rate", "gain"].tolist() == pytest.approx([0.8, 0.9, 0.9])
    assert wide["required_rate", "regret"].tolist() == [2.0, 1.0, 1.0]


def test_the_gain_on_points_sets_aside_the_fill_value_of_the_dwellings_let():
    wide = by_seed(TABLE)
    # 80 - 30 against 0 - 40 and 100 - 40; 90 - 30; 100 - 30 against 10 - 40 and 110 - 40
    assert wide["required_rate", "gain_points"].tolist() == pytest.approx([0.9, 1.0, 1.0])
    assert wide["required_rate", "regret_points"].tolist() == pytest.approx([1.0, 0.0, 0.0])
    assert wide["cumulative", "gain_points"].tolist() == pytest.approx([0.9, 0.9, 0.95])


def test_policies_are_paired_seed_by_seed():
    table = summary(TABLE, ["cotation", "required_rate", "cumulative", "hindsight"]).set_index(
        ["policy", "indicator"]
    )
    line = table.loc[("cumulative", "value")]
    assert line["versus"] == "required_rate" and line["paired"] == pytest.approx(5.0)
    # three differences 10, 0, 5: standard deviation 5, Student's 4.302653 with 2 degrees of freedom
    half = 4.302653 * 5 / np.sqrt(3)
    assert line["paired_high"] - line["paired"] == pytest.approx(half, abs=1e-4)
    assert table.loc[("required_rate", "value")]["versus"] == ""
    assert table.loc[("required_rate", "value")]["mean"] == 90.0


def test_an_interval_of_few_draws_holds_nothing_impossible():
    """Two draws of 1 and 9 leases missing: Student's 12.7 would say −46 to 56; of 10 dwellings 2 and 10 let: −45 to 57."""
    numbers = {"shortfall": (1.0, 9.0), "lettings": (2.0, 10.0), "unlet": (8.0, 0.0), "value": (-5.0, 5.0)}
    rows = [
        ("required_rate", seed, 0, -1, name, "", values[seed - 1], "")
        for name, values in numbers.items()
        for seed in (1, 2)
    ]
    table = summary(pd.DataFrame(rows, columns=list(COLUMNS)), ["required_rate"]).set_index("indicator")
    assert table.loc["shortfall", "low"] == 0 and table.loc["shortfall", "high"] > 50
    assert table.loc["lettings", ["low", "high"]].tolist() == [0, 10]
    assert table.loc["unlet", ["low", "high"]].tolist() == [0, 10]
    assert table.loc["value", "low"] < -60  # a value may be below nothing
    gains = summary(TABLE, ["cotation", "required_rate", "cumulative", "hindsight"])
    mine = gains[gains["indicator"] == "gain"].set_index("policy")
    assert mine.loc["required_rate", "high"] == 1.0


def test_one_seed_has_a_mean_and_no_interval():
    mean, low, high = interval(np.array([3.0]))
    assert mean == 3.0 and low != low and high != high


def test_holm_takes_the_smallest_p_most_severely_and_never_goes_down():
    assert holm_adjusted({"a": 0.04, "b": 0.01, "c": 0.03}) == pytest.approx(
        {"b": 0.03, "c": 0.06, "a": 0.06}
    )
    assert holm_adjusted({"a": float("nan"), "b": 0.5}) == {"b": 0.5}


def test_without_both_ends_there_is_no_gain():
    wide = by_seed(TABLE[TABLE["policy"] != "hindsight"])
    assert ("required_rate", "gain") not in wide.columns
    wide = by_seed(TABLE[TABLE["policy"] != "cotation"])
    assert ("required_rate", "gain") not in wide.columns and ("required_rate", "regret") in wide.columns


def test_the_p_of_a_difference_and_of_none():
    """Differences 10, 0, 5: 5 over 5 / √3 is √3; with two degrees of freedom 1 − √3 / √5 on both sides."""
    table = summary(TABLE, ["cotation", "required_rate", "cumulative"]).set_index(["policy", "indicator"])
    p = 1 - np.sqrt(3) / np.sqrt(5)
    # the other comparison, of the order of the cotation, has the smaller p: this one stands last and is not multiplied
    assert table.loc[("cumulative", "value"), "holm_p"] == pytest.approx(p)
    # everybody lets ten: no difference at all
    assert table.loc[("cumulative", "lettings"), "holm_p"] == 1.0
    assert all(np.isnan(x) for x in interval(np.array([])))


@pytest.mark.parametrize(("seeds", "p"), [(2, 1.0), (5, 0.125), (6, 0.0625), (20, 2 / 2**19)])
def test_equal_differences_have_the_p_of_their_signs(seeds: int, p: float):
    """Two comparisons, each with 1 / 2ⁿ⁻¹ before Holm: never 0, which no number of draws shows."""
    steady = [float(i) for i in range(seeds)]
    table = facts(
        {"required_rate": steady, "cumulative": [x + 2 for x in steady], "shadow": [x - 1 for x in steady]}
    )
    lines = summary(table, ["required_rate", "cumulative", "shadow"]).set_index(["policy", "indicator"])
    assert lines.loc[("cumulative", "value"), "holm_p"] == p == lines.loc[("shadow", "value"), "holm_p"]


def test_a_difference_of_the_last_bits_is_none():
    """The same three figures, added up in another order: no difference, and no p of it."""
    apart = facts({"required_rate": [0.1 + 0.2, 0.6, 0.9], "cumulative": [0.3, 0.1 + 0.2 + 0.3, 0.9]})
    assert len({0.1 + 0.2, 0.3}) == 2
    line = (
        summary(apart, ["required_rate", "cumulative"])
        .set_index(["policy", "indicator"])
        .loc[("cumulative", "value")]
    )
    assert line[["paired", "paired_low", "paired_high", "holm_p"]].tolist() == [0.0, 0.0, 0.0, 1.0]


def test_luck_is_the_first_bits_of_a_published_hash():
    # SHA-256 of « a » begins with ca978112ca1bbdca
    assert number("a") == pytest.approx(0xCA978112CA1BBDCA / 2**64, abs=1e-15)
    assert number("x", 1) == number("x|1") != number("x", 2)
    assert numbers("s", "what", ["n"]).tolist() == [number("s", "what", "n")]


def test_the_p_of_the_policies_do_not_depend_on_the_bound():
    """Nobody asks whether what cannot be passed is different: the bound has a difference, no p, and is no comparison to correct for."""
    made = {"required_rate": [0.0, 1.0, 3.0], "cumulative": [2.0, 4.0, 4.0], "hindsight": [5.0, 4.0, 9.0]}
    alone = summary(
        facts({n: made[n] for n in ("required_rate", "cumulative")}), ["required_rate", "cumulative"]
    )
    both = summary(facts(made), list(made)).set_index(["policy", "indicator"])
    p = alone.set_index(["policy", "indicator"]).loc[("cumulative", "value"), "holm_p"]
    assert 0 < p < 1 and both.loc[("cumulative", "value"), "holm_p"] == p
    assert np.isnan(both.loc[("hindsight", "value"), "holm_p"])
    assert both.loc[("hindsight", "value"), "paired"] == pytest.approx(14 / 3)


@pytest.mark.parametrize(("draws", "p"), [(2, 0.5), (3, 0.25), (5, 0.0625), (20, 2**-19)])
def test_a_difference_that_is_the_same_on_every_draw_has_the_p_of_its_signs(draws, p):
    """Two years that both let one dwelling more were told a p of nothing, and an interval without width."""
    lettings = {
        "required_rate": [10.0 + s for s in range(draws)],
        "cumulative": [11.0 + s for s in range(draws)],
    }
    line = (
        summary(facts(lettings), list(lettings))
        .set_index(["policy", "indicator"])
        .loc[("cumulative", "value")]
    )
    assert line["paired"] == 1.0 and line["holm_p"] == pytest.approx(p)
    assert np.isnan(line["paired_low"]) and np.isnan(line["paired_high"])
