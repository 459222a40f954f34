"""Numbers as people read them: one figure has one value, rounded once, half up, in both languages."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest

from optimizer.presentation.csvfile import number
from optimizer.presentation.numbers import decimal, percent
from optimizer.presentation.wording import shown
from optimizer.scenario.figures import figures_csv, share, steadied


@pytest.mark.parametrize(
    ("value", "places", "fr"),
    [(0.15625, 4, "0,1563"), (0.15635, 4, "0,1564"), (2.5, 0, "3"), (-0.125, 2, "-0,13"), (0.1, 2, "0,1")],
)
def test_half_goes_up_in_files_as_on_pages(value: float, places: int, fr: str):
    assert number(value, places, "french") == fr
    assert number(value, places, "international") == fr.replace(",", ".")
    assert (
        decimal(value, places).replace("−", "-")
        == fr
        == decimal(value, places, "en").replace(".", ",").replace("−", "-")
    )


def test_numbers_that_are_none_or_endless_still_have_a_word_in_files():
    assert [number(x, 2, "french") for x in (float("nan"), float("inf"), 1e20, -0.001, 1e-7)] == [
        "", "inf", "100000000000000000000", "0", "0",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("num", "den", "places", "said"),
    [
        (2499, 2500, 0, "99,96"), (2499, 2500, 1, "99,96"), (1, 2500, 1, "0,04"), (1003, 1000, 0, "100,3"),
        (1, 1, 1, "100"), (0, 7, 1, "0"), (1, 3, 0, "33"), (1, 10**9, 1, "0"),
    ],
)  # fmt: skip
def test_what_is_nearly_none_or_nearly_all_is_not_said_to_be_so(num: int, den: int, places: int, said: str):
    for value in (Fraction(num, den), num / den):
        assert percent(value, places) == f"{said}\u00a0%"
        assert percent(value, places, "en") == f"{said.replace(',', '.')}%"


def test_a_share_is_rounded_from_what_it_is_made_of_and_not_from_its_four_decimals():
    """6 of 11 are 54.545…%: 0.5455 in the file, and 54.5 % on a page, where 0.5455 would give 54.6."""
    kept = steadied(share("account_priority", "account=ALS", 6, 11))
    assert shown(kept[0].value, "share", "fr") == "54,5\u00a0%"
    assert shown(kept[0].value, "share", "en") == "54.5%"
    written = figures_csv(pd.DataFrame(kept), "international").decode().splitlines()
    assert written == ["indicator,scope,unit,value,num,den", "account_priority,account=ALS,share,0.5455,6,11"]


def test_leases_to_be_expected_have_the_decimals_that_give_their_rate_again():
    kept = steadied(share("rule_rate_expected", "rule=dalo", 0.9546, 6))
    line = figures_csv(pd.DataFrame(kept), "international").decode().splitlines()[1]
    assert line == "rule_rate_expected,rule=dalo,share,0.1591,0.9546,6"
