"""What no lottery may hold is told, whoever wrote the mechanism; by hand on two households and two dwellings."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from optimizer.fairness.feasibility import faults
from optimizer.fairness.lottery import Lots, Lottery, allocation, certain, lots
from tests.fairness.markets import plain_market

HALF = Fraction(1, 2)
MARKET = plain_market([[0, 0], [0, None], [None, 0]])
"""The first household may have either dwelling, the two others one each; account and kind 0."""


def given(*lettings: tuple[int, int, int]) -> Lottery:
    return certain(MARKET, allocation(list(lettings)))


def grouped(*support: tuple[Fraction, Lots]) -> Lottery:
    return replace(given(), support=support, share={})


def test_what_holds_has_no_fault():
    assert faults(MARKET, given()) == faults(MARKET, given((0, 0, 0), (2, 1, 0))) == ""
    assert faults(MARKET, grouped((HALF, lots({(0, 1, 0): 1})), (HALF, lots({(1, 0, 0): 1})))) == ""
    drawn = replace(given(), support=(), exact=False, sampler=lambda draw: allocation([(0, 1, 0)]))
    assert faults(MARKET, drawn) == ""


@pytest.mark.parametrize(
    ("lottery", "why"),
    [
        (given((0, 0, 0), (0, 1, 0)), "a chance below 0 or above 1"),
        (grouped((Fraction(1), lots({(0, 0, 0): 1, (0, 1, 0): 1}))), "housed twice"),
        (given((0, 0, 0), (1, 0, 0)), "more often than it has dwellings"),
        (given((1, 1, 0)), "not eligible"),
        (given((0, 0, 7)), "not eligible"),
        (given((0, 5, 0)), "no class of the market"),
        (grouped((HALF, lots({}))), "do not add up to one"),
        (replace(given(), groups=np.zeros(2, np.int32)), "groups has shape"),
        (replace(given(), support=()), "neither allocations nor a sampler"),
        (
            replace(given(), support=(), sampler=lambda draw: allocation([(0, 0, 0), (0, 1, 0)])),
            "housed twice",
        ),
        (replace(given(), support=(), sampler=lambda draw: allocation([(2, 0, 0)])), "not eligible"),
    ],
)
def test_a_fault_is_told(lottery: Lottery, why: str):
    assert why in faults(MARKET, lottery)
