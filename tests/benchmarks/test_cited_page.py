"""The page of mechanisms that CITATION.cff and the docs send a researcher to says what they say of it."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.fairness import SHOWN, TERRITORIES, interval
from optimizer.fairness.registry import all_mechanisms

ROOT = Path(__file__).resolve().parents[2]
CITED = re.search(r"benchmarks/results/fairness-[\d-]+\.md", (ROOT / "CITATION.cff").read_text("utf-8"))[0]  # type: ignore[index]
FIGURES = pd.read_csv((ROOT / CITED).with_suffix(".csv"))


def column(territory: str, mechanism: str, name: str, which: str = "value") -> list[float]:
    """A figure of every seed."""
    mine = (
        (FIGURES["territory"] == territory)
        & (FIGURES["mechanism"] == mechanism)
        & (FIGURES["column"] == name)
    )
    return FIGURES.loc[mine, which].dropna().tolist()


def test_it_holds_every_territory_mechanism_and_column():
    assert list(dict.fromkeys(FIGURES["territory"])) == list(TERRITORIES)
    assert set(FIGURES["mechanism"]) == {m.id for m in all_mechanisms()} and set(FIGURES["column"]) == set(
        SHOWN
    )
    assert f"({CITED.replace('benchmarks', '../benchmarks')})" in (ROOT / "docs" / "fairness.md").read_text(
        "utf-8"
    )


@pytest.mark.parametrize("territory", TERRITORIES)
def test_nothing_is_passed_over_at_an_optimum_without_a_reason(territory: str):
    """The docs say so; the page cited said 22 ± 36, of a measure that counted waiting seats and orders as no reason."""
    assert "none at an optimum" in (ROOT / "docs" / "fairness.md").read_text("utf-8")
    assert set(column(territory, "optimum", "unexplained")) == {0.0}


def test_the_figures_of_the_docs_are_those_of_the_page():
    text = (ROOT / "docs" / "fairness.md").read_text("utf-8")
    told = re.search(
        r"chances of ([\d.]+) to ([\d.]+) and misses ([\d.]+) leases; .*?, ([\d.]+) leases, has ([\d.]+),",
        text,
    )
    gini, missing = "Gini of chances", "leases missing"
    assert told is not None
    means = [
        interval(column("tense", *what))[0]
        for what in (
            ("random", gini, "low"),
            ("random", gini),
            ("random", missing),
            ("leximin", missing),
            ("leximin", gini),
        )
    ]
    assert [float(x) for x in told.groups()] == [
        round(x, p) for x, p in zip(means, (2, 2, 1, 1, 2), strict=True)
    ]
