"""The sortition reader and solver, on a folder written here and on a generated pool."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.sortition import generated, main, read, solve
from tests.pace import allowed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "categories.csv").write_text(
        "category,name,min,max\ngender,female,10,10\ngender,male,10,10\nleaning,left,0,20\nleaning,right,0,20\n",
        encoding="utf-8",
    )
    rows = (
        [("female", "left")] * 60
        + [("female", "right")] * 40
        + [("male", "left")] * 70
        + [("male", "right")] * 30
    )
    (tmp_path / "respondents.csv").write_text(
        "name,gender,leaning\n" + "".join(f"P{i},{a},{b}\n" for i, (a, b) in enumerate(rows)),
        encoding="utf-8",
    )
    return tmp_path


def test_two_hundred_people_have_a_tenth_each(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert main([str(folder), "--panel", "20", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["exact"] and found["people"] == 200 and found["types"] == 4
    assert found["smallest_probability"] == pytest.approx(0.1, abs=1e-8) and found["gini"] == pytest.approx(
        0, abs=1e-8
    )
    assert found["cpu_seconds"] < allowed(0.3)


def test_a_generated_pool_is_exact_and_the_same_again():
    pool = generated(200, 20, (2, 3, 4, 3), 1)
    assert (pool.people == generated(200, 20, (2, 3, 4, 3), 1).people).all()
    found = solve(pool, 20)
    assert found["exact"] and found["smallest_probability"] <= found["smallest_bound"] + 1e-9
    assert found["smallest_probability"] == pytest.approx(found["smallest_bound"], abs=1e-6)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("categories.csv", "min,max", "least,max", "column min is missing"),
        ("categories.csv", "10,10", "ten,10", "row 2: min and max are whole numbers"),
        ("respondents.csv", "P0,female", "P0,other", "row 2: “other” is no value of gender"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str, said: str
):
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert main([str(folder), "--panel", "20"]) == 2
    assert said in capsys.readouterr().err


def test_quotas_that_no_panel_meets_are_told(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert main([str(folder), "--panel", "30"]) == 2
    assert "No panel meets the quotas" in capsys.readouterr().err


def test_a_quota_names_every_feature(folder: Path):
    assert len(read(folder).quotas) == 4
