"""Plots: what is drawn is what is counted, worked out by hand."""

from __future__ import annotations

import re
from html import unescape

import pytest

from optimizer.presentation.plots import Cell, curve, heat_map, slope_chart, tornado
from optimizer.presentation.plots_curves import curves, scatter
from optimizer.presentation.plots_stock import MOST_YEARS, ends_chart, stock_bars
from optimizer.presentation.svg import gauge
from optimizer.presentation.text_width import fitted, width_of

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


def test_thousands_stand_apart_in_a_chart_as_in_its_table():
    rows = [("Bailleur", 1090, 0, 0)]
    words = ("hors QPV", "en QPV", "non renseigné")
    assert ">1\u202f090</text>" in stock_bars(rows, words, "parc")
    assert ">1,090</text>" in stock_bars(rows, words, "stock", "en")


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


LONG = "Communauté d'agglomération Espace Communautaire Lons Agglomération"


def test_a_long_name_is_cut_where_the_drawing_ends_with_a_sign_that_says_so():
    bars = stock_bars(
        [(LONG, 30, 10, 0), ("Besançon", 1, 0, 0)], ("hors QPV", "en QPV", "non renseigné"), "parc"
    )
    ends = ends_chart({f"{LONG} {n}": {2030: 5} for n in range(7)}, 2026, "termes")
    slope = slope_chart({LONG: [0.3, 0.2], "Besançon": [0.1, 0.1]}, ["1", "2"], "parts")
    points = scatter({f"{LONG} {LONG}": (1, 1), "b": (2, 2)}, "x", "y", "points", str, str)
    for drawn in (bars, ends, slope, points):
        width = float(re.findall(r'viewBox="0 0 (\d+)', drawn)[0])
        texts = re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="(\w+)"[^>]*>([^<]*)</text>', drawn)
        for x, anchor, words in texts:
            wide = width_of(unescape(words)) * {"start": 0, "middle": 0.5, "end": 1}[anchor]
            begins = float(x) - wide
            assert -1 <= begins and begins + width_of(unescape(words)) <= width + 1
    assert "…" in bars and "…" in slope and "…" in points and "Besançon" in bars


def test_a_key_of_many_contingents_goes_on_below_and_the_bars_begin_under_it():
    drawn = ends_chart({f"{LONG} {n}": {2030: 5} for n in range(3)}, 2026, "termes")
    keys = re.findall(r'<rect x="56" y="(\d+)" width="12"', drawn)
    assert keys == ["4", "22", "40"]
    assert min(float(y) for _, y, *_ in BAR.findall(drawn)) == 34 + 36


def names_of(drawn: str) -> list[tuple[float, str]]:
    """Names on the left of a plot, with where they end."""
    found = re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="end"[^>]*>([^<]*)<', drawn)
    return [(float(x), unescape(name)) for x, name in found]


WIDE = [
    "W" * 66,
    "PRIX D'UN BAIL MANQUANT DE LA MAIRIE DE WWWWW ET DE SES COMMUNES, TOUTES",
    "國" * 60,
    "Œ" * 60,
]


@pytest.mark.parametrize("name", WIDE)
def test_a_wide_name_ends_inside_the_margin_of_its_plot(name: str):
    """W is 944 thousandths of its size in Arial and 989 in DejaVu Sans, an ideogram 1000, Œ 1070: 12 pixels of each."""
    bars = names_of(tornado([(name, -4.0, 2.0, "mots")], "valeurs", ("−", "+", "n")))[1:]
    cells = names_of(heat_map([name], ["un"], [[Cell("12 %", 0.0)]], "taux"))
    for end, short in (bars[0], cells[0]):
        assert width_of(short) <= end and short.endswith("…") and name.startswith(short[:-1])
        assert width_of(short) > end - 3 * 12
    # 422 pixels are 35 W of 12 pixels, the sign that says so among them
    assert fitted("W" * 66, 422) == "W" * 34 + "…"


def test_a_usual_name_is_whole_and_narrow_letters_leave_more():
    name = "Part des réservations (agents publics de l'État) dans le flux"
    drawn = tornado([(name, -1.0, 1.0, "mots")], "valeurs", ("−", "+", "n"))
    assert name.replace("'", "&#x27;") in drawn
    assert fitted("i" * 100, 422) == "i" * 100
    assert width_of("É") == width_of("E") and width_of("") == 0


def points(drawn: str) -> list[list[tuple[float, float]]]:
    """Of each line, where it passes."""
    lines = re.findall(r'<polyline[^>]*points="([^"]*)"', drawn)
    return [[tuple(map(float, at.split(","))) for at in line.split()] for line in lines]  # type: ignore[misc]


def test_a_gauge_draws_what_is_done_what_this_run_adds_what_to_expect_and_the_target():
    drawn = gauge(2.0, 3.0, 1.5, 8.0, "2 + 3 / 8")
    widths = [float(w) for w in re.findall(r'<rect(?: x="[\d.]+")? width="([\d.]+)"', drawn)]
    mark = float(re.findall(r'x1="([\d.]+)"', drawn)[0])
    whole, both, done, expected = widths
    # the target, the most of the three, stands at 1/1.08 of the bar
    assert mark == round(whole / 1.08, 1)
    assert (both, done, expected) == (
        round(mark * 5 / 8, 1),
        round(mark * 2 / 8, 1),
        round(mark * 1.5 / 8, 1),
    )
    assert 'aria-label="2 + 3 / 8"' in drawn


def test_shares_by_step_stand_at_their_height_from_one_step_to_the_next():
    drawn = slope_chart({"ALS": [0.1, 0.2, 0.05], "État": [0.2, None, 0.2]}, ["1", "2", "3"], "parts")
    # from 344 at nothing to 36 at 1.05 times the most, over steps as wide as each other
    height = [round(344 - 308 * share / 0.21, 1) for share in (0.1, 0.2, 0.05)]
    als, state = points(drawn)
    assert [y for _, y in als] == height and [y for _, y in state] == [height[1], height[1]]
    assert als[1][0] - als[0][0] == als[2][0] - als[1][0] > 0
    assert [x for x, _ in state] == [als[0][0], als[2][0]]
    assert drawn.count("<circle") == 5
    assert sorted(re.findall(r">(ALS [^<]*|État [^<]*)<", drawn)) == [
        "ALS 10\u00a0%", "ALS 5\u00a0%", "État 20\u00a0%", "État 20\u00a0%",
    ]  # fmt: skip


def test_a_map_has_a_cell_for_each_rule_and_scenario_with_its_words():
    cells = [[Cell("40 %", -1.0), Cell("45 %", 0.0)], [Cell("", None), Cell("9 %", 0.5)]]
    drawn = heat_map(["LEC", "flux"], ["base", "essai"], cells, "objectifs")
    places = re.findall(r'<rect x="(\d+)" y="(\d+)" width="90" height="22" fill="(#\w+)"', drawn)
    assert [(int(x), int(y)) for x, y, _ in places] == [(540, 84), (632, 84), (540, 108), (632, 108)]
    assert len({colour for *_, colour in places}) == 4
    assert [w for w in re.findall(r'text-anchor="middle"[^>]*>([^<]*)<', drawn) if w] == [
        "↓ 40 %",
        "45 %",
        "↑ 9 %",
    ]


def test_a_swept_value_and_its_gap_from_nothing():
    drawn = curve([(0.3, -2.0), (0.1, 2.0), (0.2, 0.0)], "part", "baux", "sens")
    # in the order of what is swept; nothing halfway between the least and the most
    assert points(drawn) == [[(96.0, 26.0), (316.0, 139.0), (536.0, 252.0)]]
    shown = re.findall(r'y="([\d.]+)"[^>]*text-anchor="end"[^>]*>([^<]*)<', drawn)
    assert shown == [("256.0", "−2"), ("143.0", "0"), ("30.0", "+2")]


def test_a_bar_of_the_tornado_goes_from_nothing_to_its_change():
    drawn = tornado([("prix", -4.0, 2.0, "mots"), ("part", 0.0, 1.0, "mots")], "valeurs", ("−", "+", "n"))
    bars = re.findall(r'<rect x="([\d.]+)" y="(\d+)" width="([\d.]+)"', drawn)
    # 200 on either side of 630 for the widest change; none where nothing changes
    assert [(x, wide) for x, _, wide in bars] == [
        ("430.0", "200.0"), ("630.0", "100.0"), ("630.0", "50.0"),
    ]  # fmt: skip
    assert int(bars[0][1]) == int(bars[1][1]) < int(bars[2][1])


def test_curves_of_several_series_share_their_axes():
    drawn = curves({"a": [(0.0, 0.0), (10.0, 4.0)], "b": [(5.0, 2.0)]}, "x", "y", "l", lambda v: f"{v:g}")
    axis = re.search(r'd="M(\d+) (\d+)V(\d+)H(\d+)"', drawn)
    assert axis is not None
    left, top, bottom, right = (float(x) for x in axis.groups())
    assert points(drawn)[0] == [(left, bottom), (right, top)]
    written = dict(re.findall(r'y="([\d.]+)"[^>]*text-anchor="end"[^>]*>([^<]*)<', drawn))
    assert written[f"{bottom + 4:.1f}"] == "0" and written[f"{top + 4:.1f}"] == "4"
