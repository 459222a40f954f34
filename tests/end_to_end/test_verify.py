"""``attriflux verify`` refuses a result that was touched, with exit code 3, and never repairs it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.cli.running import Forked, attriflux, content
from tests.end_to_end.small import table


@pytest.fixture
def copy(weeks, tmp_path):
    """(private case, private result)."""
    case, out = weeks["tight-2"]
    shutil.copytree(case, tmp_path / "case")
    shutil.copytree(out, tmp_path / "out")
    return tmp_path / "case", tmp_path / "out"


def edit(path: Path, line: int, column: int, change) -> None:
    """Rewrite one cell of a French CSV (line 1 is the first row of data); no other byte moves."""
    lines = path.read_bytes().decode("utf-8").split("\n")
    cells = lines[line].split(";")
    cells[column] = change(cells[column])
    lines[line] = ";".join(cells)
    path.write_bytes("\n".join(lines).encode("utf-8"))


def refused(case: Path, out: Path) -> list[str]:
    """The checks that failed; the command must say so with 3 and leave the folder alone."""
    before = content(out)
    done = attriflux("verify", out, "--case", case, "--json")
    assert done.code == 3
    assert content(out) == before
    told = json.loads(done.out)
    assert told["verdict"] == "refused"
    return [check["id"] for check in told["checks"] if not check["ok"]]


def bump(text: str) -> str:
    return str(int(text.split(",")[0]) + 1)


def test_one_score_edited(copy):
    case, out = copy
    row = next(i for i, r in enumerate(table(out / "proposals.csv"), 1) if r["application_id"])
    edit(out / "proposals.csv", row, 4, bump)
    assert "scores" in refused(case, out)
    plain = attriflux("verify", out, "--case", case)
    assert plain.code == 3
    assert "Refusé" in plain.err
    assert "Refused" in attriflux("verify", out, "--case", case, "--lang", "en").err


@pytest.mark.parametrize("column", [5, 6])
def test_one_fit_or_value_edited(copy, column):
    case, out = copy
    edit(out / "proposals.csv", 1, column, bump)
    assert refused(case, out)


def test_two_first_ranks_swapped(copy):
    case, out = copy
    rows = table(out / "proposals.csv")
    first = [i for i, r in enumerate(rows, 1) if r["rank"] == "1" and r["application_id"]][:2]
    names = [rows[i - 1]["application_id"] for i in first]
    for line, name in zip(first, reversed(names), strict=True):
        edit(out / "proposals.csv", line, 3, lambda _, name=name: name)
    assert refused(case, out)


@pytest.mark.parametrize(
    ("key", "by"), [("objective", "0.010000"), ("bound", "-0.010000"), ("gap", "1.000000")]
)
def test_one_number_of_the_certificate_edited(copy, key, by):
    from decimal import Decimal

    case, out = copy
    path = out / "certificate.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told[key] = f"{Decimal(told[key]) + Decimal(by):.6f}"
    path.write_text(json.dumps(told), encoding="utf-8")
    assert refused(case, out)


@pytest.mark.parametrize("name", ["demandes.csv", "logements.csv", "baux.csv", "case.yaml"])
def test_one_input_touched_after_the_run(copy, name):
    case, out = copy
    with (case / name).open("ab") as file:
        file.write(b"\n")
    assert refused(case, out) == ["inputs"]


@pytest.mark.parametrize(
    "name", ["proposals.csv", "applications.csv", "dwellings.csv", "rules.csv", "certificate.json"]
)
def test_one_output_missing(copy, name):
    case, out = copy
    (out / name).unlink()
    assert refused(case, out)


@pytest.mark.parametrize("kind", ["pipe", "endless"])
def test_a_page_that_is_no_file_is_refused_and_not_waited_for(copy, kind):
    """`verify` is given folders that others made."""
    case, out = copy
    page = out / "report.html"
    page.unlink()
    if kind == "pipe":
        os.mkfifo(page)
    else:
        page.symlink_to("/dev/zero")
    done = Forked("verify", out, "--case", case, "--json").finish(120)
    checks = json.loads(done.out)["checks"]
    assert done.code == 3 and [check["id"] for check in checks if not check["ok"]] == ["manifest"]


def test_the_result_of_another_week(weeks):
    assert refused(weeks["plain-1"][0], weeks["tight-2"][1])
