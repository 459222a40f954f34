"""Plots of the inventory: what is drawn is what is counted, worked out by hand."""

from __future__ import annotations

import re

from optimizer.presentation.plots_stock import MOST_YEARS, clipped, ends_chart, stock_bars

BAR = re.compile(
    r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="#\w+"><title>(\d+) : (.*?) (\d+)</title>'
)


def test_a_bar_is_as_long_as_its_dwellings_and_begins_where_the_one_before_ends():
    drawn = stock_bars(
        [("État", 30, 10, 0), ("Bailleur", 0, 0, 20)], ("hors QPV", "en QPV", "non renseigné"), "parc"
    )
    # 650 for the 40 dwellings of the longest line, from 220; a part without dwellings is not drawn
    bars = re.findall(r'<rect x="([\d.]+)" y="(\d+)" width="([\d.]+)" height="18"', drawn)
    assert bars == [("220.0", "33", "487.5"), ("707.5", "33", "162.5"), ("220.0", "59", "325.0")]
    totals = re.findall(r'<text x="([\d.]+)"[^>]*>(\d+)</text>', drawn)
    assert [(float(x), n) for x, n in totals] == [(876.0, "40"), (551.0, "20")]


def test_ends_of_a_year_stand_on_each_other_and_the_last_year_holds_the_later_ones():
    ends = {"ALS": {2025: 9, 2026: 6, 2028: 2}, "État": {2026: 2, 2080: 3, 2090: 1}}
    bars = BAR.findall(ends_chart(ends, 2026, "termes"))
    last = 2026 + MOST_YEARS - 1
    # 2025 is before the first year drawn; 2080 and 2090 are beyond the last
    assert [(int(y), name, int(n)) for *_, y, name, n in bars] == [
        (2026, "ALS", 6), (2026, "État", 2), (2028, "ALS", 2), (last, "État", 4),
    ]  # fmt: skip
    # 176 for the 8 dwellings of 2026, down to 210
    places = [(float(y), float(high)) for _, y, _, high, *_ in bars]
    assert places == [(78.0, 132.0), (34.0, 44.0), (166.0, 44.0), (122.0, 88.0)]
    # 872 for the forty years: two of them are 43.6 apart
    assert [float(x) for x, *_ in bars] == [57.0, 57.0, 100.6, 907.2]


def test_years_are_written_under_the_bars_each_or_every_fifth():
    def years(end: int) -> list[str]:
        return re.findall(r'y="226\.0"[^>]*>(\d{4})<', ends_chart({"ALS": {end: 1}}, 2026, "termes"))

    assert years(2041) == [str(y) for y in range(2026, 2042)]
    assert years(2042) == ["2026", "2031", "2036", "2041"]


def test_no_dated_agreement_is_no_drawing():
    assert ends_chart({}, 2026, "termes") == "" == ends_chart({"ALS": {2025: 3}}, 2026, "termes")


def test_a_long_name_is_cut_at_its_length_with_a_sign_that_says_so():
    assert clipped("Besançon", 8) == "Besançon" and clipped("Besançon", 7) == "Besanç…"
