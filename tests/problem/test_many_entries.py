"""A problem of many entries: narrow columns, menus sorted in place, the same problem."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from optimizer import pipeline
from optimizer.problem import entries, option_table
from optimizer.synth import synthesize


@pytest.mark.parametrize(("profile", "block"), [("commission", 50), ("doubs", 700)])
def test_same_problem_in_narrow_columns_and_small_blocks(profile, block, monkeypatch):
    case = synthesize(profile, dwellings=60, applications=500, seed=2)
    wide = pipeline.prepare(case, accept_assumed=True).problem
    monkeypatch.setattr(entries, "NARROW_FROM", 1)
    monkeypatch.setattr(entries, "BLOCK", block)
    monkeypatch.setattr(option_table, "BATCH", block)
    narrow = pipeline.prepare(case, accept_assumed=True).problem
    assert (narrow.entry_score.dtype, narrow.entry_fit.dtype, narrow.entry_type.dtype) == (
        np.int16,
        np.int32,
        np.int16,
    )
    for field in dataclasses.fields(wide):
        one, other = getattr(wide, field.name), getattr(narrow, field.name)
        if isinstance(one, np.ndarray):
            assert np.array_equal(one, other), field.name
    for table in ("options", "kinds"):
        one, other = getattr(wide, table), getattr(narrow, table)
        assert all(
            np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one)
        )
    part = slice(0, 20)
    assert narrow.values(part).dtype == np.int64
    assert np.array_equal(
        narrow.values(part), wide.fill_value + wide.entry_score[part] + wide.entry_fit[part]
    )
