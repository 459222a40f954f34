"""What a researcher holds: a short text, frames of one's own, errors that say what is wrong."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest

import optimizer as af
from optimizer.errors import FIRST, Finding, InputProblems
from optimizer.runs.options import options_of

FRAMES = (
    "proposals", "applications", "dwellings", "rules", "orientation", "leapfrogs", "explanations", "scores", "changes",
)  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return af.propose(af.synthesize("commission", 4, 60, 1))


def test_its_text_is_one_short_line(result):
    assert len(repr(result)) < 300 and "\n" not in repr(result)
    assert "certified_optimal" in repr(result) and "dwellings: 4" in repr(result)


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_written_into_changes_nothing_else(result, name):
    before = getattr(result, name).copy(deep=True)
    mine = getattr(result, name)
    mine[mine.columns[0]] = "x"
    if len(mine):
        mine.iloc[0, 1] = mine.iloc[-1, 1]
    pd.testing.assert_frame_equal(getattr(result, name), before)


@pytest.mark.parametrize("name", FRAMES)
def test_every_column_is_documented(result, name):
    told = getattr(type(result), name).__doc__
    for column in getattr(result, name).columns:
        assert column in told, column


def test_an_error_lists_its_first_findings():
    findings = [Finding("READ_EMPTY_FILE", file=f"t{n}.csv") for n in range(FIRST + 3)]
    text = str(InputProblems(findings))
    assert "t0.csv" in text and f"t{FIRST}.csv" not in text and "3 de plus" in text


def test_the_package_says_its_version_and_that_it_is_typed():
    assert af.__version__ == version("attriflux")
    assert (Path(af.__file__).parent / "py.typed").is_file()


@pytest.mark.parametrize(
    "wrong",
    [
        {"chains": -3},
        {"chains": 1.5},
        {"prospects": -2},
        {"prospects": True},
        {"csv": "german"},
        {"lang": "de"},
        {"gap": "0,01"},
        {"time_limit": "60"},
        {"threads": 0},
        {"price_assumed": "non"},
    ],
)
def test_an_option_that_cannot_be_is_told_before_any_reading(wrong):
    with pytest.raises(af.AttrifluxError, match=next(iter(wrong))) as told:
        af.propose(Path("nowhere"), wrong)
    assert told.value.code == "OPTIONS_VALUE"


def test_options_by_name_are_options_and_a_wrong_name_is_told():
    assert options_of({"gap": 0.1}) == af.Options(gap=0.1) and options_of(None) == af.Options()
    with pytest.raises(af.AttrifluxError, match="« gapp » n'est pas une option"):
        af.propose(af.synthesize("commission", 2, 10, 1), {"gapp": 0.1})
