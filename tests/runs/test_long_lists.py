"""A case whose réservataires' lists would be too many rows: proposed by lists, certified within a gap, every table verified."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from optimizer import pipeline
from optimizer.problem import own_lists
from optimizer.runs import Options, propose_to
from optimizer.solve.registry import choose
from optimizer.synth import synthesize, write_case
from optimizer.verify import verify


def test_rows_are_counted_before_they_are_written(monkeypatch: pytest.MonkeyPatch):
    case = synthesize("doubs", dwellings=60, applications=600, seed=4)
    rows = len(pipeline.prepare(case, accept_assumed=True).problem.orders)
    assert rows > 20
    for limit, by_lists in ((rows, False), (rows // 2, True)):
        monkeypatch.setattr(own_lists, "ROWS", limit)
        problem = pipeline.prepare(case, accept_assumed=True).problem
        assert (problem.own_lists is not None, len(problem.orders)) == (by_lists, 0 if by_lists else rows)
    backend, fr, en = choose("auto", problem)
    assert backend.id == "scale" and "listes de réservataires" in fr and "nominee" in en


def test_a_run_by_lists_is_verified_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(own_lists, "ROWS", 20)
    write_case(synthesize("doubs", dwellings=60, applications=600, seed=4), tmp_path / "case")
    written = propose_to(
        tmp_path / "case", tmp_path / "out", Options(accept_assumed=True, pdf=False, csv="international")
    )
    assert written.verdict.startswith("certified")
    assert verify(tmp_path / "out", tmp_path / "case").verdict == written.verdict
    orientation = pd.read_csv(tmp_path / "out" / "orientation.csv")
    other = orientation[~orientation["chosen"].astype(bool)]
    assert (
        other["loss_at_most"].notna().any()
        and (other["loss_points"] <= other["loss_at_most"].fillna(1e9)).all()
    )
