"""A cut that does not say what the page of the proof allows is not read: no weight below one, no row that is not there."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from optimizer.verify.cuts import MOST_TIMES, MOST_WEIGHT, Cuts
from optimizer.verify.verdict import Findings, Unreadable

CUT = {"rows": {"0": 2, "1": 1}, "base": [1], "times": 3, "unit": 10_000, "floor": 5, "nu": "1"}
ENVELOPE = {
    "rows": {"0": 2, "1": 1}, "counts": {"0": 1, "1": 1}, "num": {"0": [0, 4], "1": [0, 4]}, "den": [0, 4], "slope": 0,
    "nu": "-1",
}  # fmt: skip


def read(cut):
    """What is found against a cut that says a floor which the path does not give, or has a negative multiplier."""
    space = SimpleNamespace(
        kind_ptr=np.zeros(3, np.int64), set_of=np.zeros(1, np.int64), set_kind=np.array([0]), set_ptr=np.array([0, 1]),
        seat=np.zeros((0, 3), np.int64), balance=lambda num, den: np.zeros(2, np.int64),
    )  # fmt: skip
    found = Findings()
    path = SimpleNamespace(low={}, high={})
    Cuts(space, [None, None]).taken([cut], path, [0, 1], found)
    return found.counts


@pytest.mark.parametrize("cut", [CUT, ENVELOPE])
def test_a_sound_statement_is_read_and_then_judged(cut):
    assert read(cut)


@pytest.mark.parametrize(
    "change",
    [
        {"rows": {"-1": 2}}, {"rows": {"2": 2}}, {"rows": {"0": 0}}, {"rows": {"0": -2}}, {"rows": {"0": True}},
        {"rows": {"0": 2.0}}, {"base": []}, {"base": [-1]}, {"base": [2]}, {"base": [True]}, {"times": 1.5}, {"unit": 1},
        {"cap": 5}, {"floor": "5"},
    ],
)  # fmt: skip
def test_a_cut_that_says_something_else_is_not_read(change):
    with pytest.raises(ValueError):
        read(CUT | change)


def test_a_cut_has_a_floor_or_a_cap():
    with pytest.raises(ValueError):
        read({name: value for name, value in CUT.items() if name != "floor"})


@pytest.mark.parametrize("change", [{"rows": {"0": MOST_WEIGHT + 1}}, {"times": -MOST_TIMES - 1}])
def test_a_cut_beyond_the_numbers_that_are_exact_is_not_read(change):
    with pytest.raises(Unreadable):
        read(CUT | change)


@pytest.mark.parametrize(
    "change",
    [
        {"rows": {"0": 2, "-1": 1}}, {"rows": {"0": 2, "2": 1}}, {"rows": {"0": -2, "1": 1}}, {"rows": {"0": 2}},
        {"counts": {"0": 1, "1": -1}}, {"num": {"0": [0, 4], "1": [-1, 4]}}, {"num": {"0": [0, 4], "1": [3, 2]}},
        {"den": [3, 2]}, {"den": [-1, 4]}, {"slope": 0.5}, {"rows": {}, "counts": {}, "num": {}},
        {"rows": {"0": 2, "00": 1}, "counts": {"0": 1, "00": 1}, "num": {"0": [0, 4], "00": [0, 4]}},
    ],
)  # fmt: skip
def test_an_envelope_that_says_something_else_is_not_read(change):
    changed = ENVELOPE | change
    if set(changed["num"]) >= {"0", "2"} or "2" in changed["rows"]:
        changed |= {"counts": {"0": 1, "2": 1}, "num": {"0": [0, 4], "2": [0, 4]}}
    if "-1" in changed["rows"]:
        changed |= {"counts": {"0": 1, "-1": 1}, "num": {"0": [0, 4], "-1": [0, 4]}}
    with pytest.raises(ValueError):
        read(changed)


def test_an_envelope_beyond_the_numbers_that_are_exact_is_not_read():
    with pytest.raises(Unreadable):
        read(ENVELOPE | {"den": [0, 2**62]})
