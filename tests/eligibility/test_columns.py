"""Codes of the words of a column, whether the words are looked up one by one or all at once."""

from __future__ import annotations

import pyarrow as pa
import pytest

from optimizer.eligibility import columns
from optimizer.verify import cells

WORDS = tuple(f"{n:05}" for n in range(200)) + ("00007", "last")
"""One word stands twice: its first position counts."""


@pytest.mark.parametrize("values", [3, 400])
def test_few_and_many_values_have_the_same_codes(values):
    texts = ["00007", None, "last", "unknown"] + ["00003"] * (values - 3)
    expected = [7, -2, 201, -2] + [3] * (values - 3)
    column = pa.array(texts, pa.string())
    for found in (columns.codes(column, WORDS, -2), cells.index_in(column, WORDS, -2)):
        assert found.dtype == "int32" and found.tolist() == expected


@pytest.mark.parametrize("words", [(), WORDS])
def test_a_column_without_rows_has_no_codes(words):
    empty = pa.array([], pa.string())
    for found in (columns.codes(empty, words), cells.index_in(empty, words)):
        assert found.dtype == "int32" and found.tolist() == []
