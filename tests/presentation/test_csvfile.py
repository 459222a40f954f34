"""Tables as files: dialects, neutralised cells, same bytes."""

from __future__ import annotations

import pandas as pd
import pytest

from optimizer.domain.guard import neutral, plain
from optimizer.presentation.csvfile import csv_bytes, number


def test_french_has_bom_semicolon_and_decimal_comma():
    frame = pd.DataFrame({"dwelling_id": ["A"], "score": [12.5], "rank": [1]})
    assert csv_bytes(frame) == b"\xef\xbb\xbfdwelling_id;score;rank\nA;12,5;1\n"


def test_international_has_none_of_them():
    frame = pd.DataFrame({"dwelling_id": ["A"], "score": [12.5]})
    assert csv_bytes(frame, "international") == b"dwelling_id,score\nA,12.5\n"


@pytest.mark.parametrize(
    "text", ["=1+1", "+33", "-2", "@x", "\tx", "\rx", "\x00x", "＝1", "＋1", "－1", "＠x"]
)
def test_a_text_that_would_run_is_neutralised(text):
    assert neutral(text) == "'" + text
    assert neutral("x" + text) == "x" + text


@pytest.mark.parametrize("text", ["=1", "'=1", "''-x", "'x", "it's", "'", "''", "－2", "'＋3", ""])
def test_every_text_comes_back_from_its_cell(text):
    assert plain(neutral(text)) == text
    assert not neutral(text).startswith(("=", "-", "－"))


def test_negative_numbers_stay_numbers():
    frame = pd.DataFrame({"points_gap": [-3.25], "text": ["-3.25"]})
    assert csv_bytes(frame) == "\ufeffpoints_gap;text\n-3,25;'-3.25\n".encode()


def test_missing_values_are_empty_cells():
    frame = pd.DataFrame(
        {"best_rank": pd.array([1, None], dtype="Int64"), "score": [1.0, float("nan")], "x": ["a", None]}
    )
    assert csv_bytes(frame, "international") == b"best_rank,score,x\n1,1,a\n,,\n"


def test_rates_keep_four_decimals_and_no_minus_zero():
    assert number(0.33335, 4, "international") in {"0.3333", "0.3334"}
    assert number(-0.0001, 2, "french") == "0"
    frame = pd.DataFrame({"rate_required": [0.1234]})
    assert csv_bytes(frame, "international") == b"rate_required\n0.1234\n"
