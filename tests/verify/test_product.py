"""Results of the product itself, on synthetic weeks: never refused as written, refused once touched."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from optimizer.runs import Options, propose_to
from optimizer.synth import synthesize, write_case
from optimizer.verify import verify

TEXTS = (
    "application_id", "dwelling_id", "application_id_ahead", "application_id_passed", "epci", "grid", "scope", "account",
    "deadline",
)  # fmt: skip


@pytest.fixture(scope="module", params=["commission", "doubs"])
def written(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    write_case(synthesize(request.param, dwellings=8, applications=300, seed=4), folder / "case")
    propose_to(folder / "case", folder / "out", Options(accept_assumed=True, pdf=False))
    return folder / "case", folder / "out"


def test_as_written(written):
    case, out = written
    verdict = verify(out, case)
    assert [c.text("en") for c in verdict.checks if not c.ok] == []
    assert not verdict.refused


@pytest.fixture
def copy(written, tmp_path):
    """(case, private copy of the result)."""
    case, out = written
    shutil.copytree(out, tmp_path / "out")
    return case, tmp_path / "out"


def read(out, name):
    return pd.read_csv(
        out / f"{name}.csv", sep=";", decimal=",", dtype={x: str for x in TEXTS}, encoding="utf-8-sig"
    )


def test_tables_as_parquet(copy):
    case, out = copy
    for name in ("proposals", "applications", "dwellings", "rules", "leapfrogs", "scores", "orientation"):
        read(out, name).to_parquet(out / f"{name}.parquet", index=False)
        (out / f"{name}.csv").unlink()
    assert not verify(out, case).refused


@pytest.mark.parametrize(
    ("name", "column", "change", "check"),
    [
        ("proposals", "rank", lambda x: x + 1, "lines"),
        ("proposals", "score", lambda x: x + 0.01, "scores"),
        ("proposals", "fit", lambda x: x + 0.5, "values"),
        ("rules", "num_before", lambda x: x + 1, "rows"),
        ("rules", "rate_required", lambda x: 1 - x, "rows"),
        ("scores", "points", lambda x: x + 1, "breakdown"),
        ("orientation", "chosen", lambda x: 1 - x, "orientation"),
        ("orientation", "candidates", lambda x: x + 1, "orientation"),
        ("dwellings", "candidates", lambda x: x + 1, "dwellings"),
        ("explanations", "points_needed", lambda x: -1 - x, "explanations"),
        ("explanations", "application_id", lambda x: "nobody", "explanations"),
    ],
)  # fmt: skip
def test_each_file_has_its_check(copy, name, column, change, check):
    case, out = copy
    frame = read(out, name)
    frame.loc[0, column] = change(frame.loc[0, column])
    frame.to_csv(out / f"{name}.csv", sep=";", decimal=",", index=False)
    verdict = verify(out, case)
    assert check in [c.id for c in verdict.checks if not c.ok]


def test_a_line_removed(copy):
    case, out = copy
    path = out / "proposals.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    path.write_text("".join([lines[0], *lines[2:]]), encoding="utf-8-sig")
    assert verify(out, case).refused


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("points_needed", lambda row: row["points_needed"] - 0.05),
        ("points_needed", lambda row: 0.0),
        ("dwelling_id", lambda row: ""),
        ("confirmed", lambda row: "maybe"),
    ],
)
def test_confirmed_points_are_counted_again(copy, column, change):
    case, out = copy
    frame = read(out, "explanations")
    tried = frame.index[frame["confirmed"] == "yes"]
    assert len(tried) == 5
    for at in tried[frame.loc[tried, "points_needed"] > 0.05]:
        edited = frame.copy()
        edited.loc[at, column] = change(edited.loc[at])
        edited.to_csv(out / "explanations.csv", sep=";", decimal=",", index=False)
        assert [c.id for c in verify(out, case).checks if not c.ok] == ["explanations"]


def test_any_true_number_of_points_may_be_confirmed(copy):
    """Of any household the exchange can be counted again; never of one that fits no dwelling."""
    case, out = copy
    frame = read(out, "explanations")
    named = frame.index[(frame["points_needed"] > 0) & (frame["confirmed"] != "yes")][:5]
    frame.loc[named, "confirmed"] = "yes"
    frame.to_csv(out / "explanations.csv", sep=";", decimal=",", index=False)
    assert not verify(out, case).refused
    frame.loc[frame.index[frame["points_needed"].isna()][0], "confirmed"] = "yes"
    frame.to_csv(out / "explanations.csv", sep=";", decimal=",", index=False)
    assert verify(out, case).refused
