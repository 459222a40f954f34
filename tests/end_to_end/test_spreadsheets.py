"""No text of a file can run in a spreadsheet: cells beginning with ``= + - @`` are neutralised everywhere."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

from optimizer.domain.guard import DANGEROUS, plain
from tests.cli.running import attriflux
from tests.end_to_end.small import application, dwelling, exact, proposed, table, write

EVIL = ("=1+1", "+33600", "-2", "@SUM(A1)", "'=x", "'-x", "＝1")
STARTS = DANGEROUS


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A case whose identifiers, landlord, title, author and residence are all formulas; and its result."""
    folder = tmp_path_factory.mktemp("hostile")
    asked = [application(f"{mark}{i}", score=str(40 + i)) for i, mark in enumerate(EVIL)]
    rows = [dwelling(f"{mark}L", residence=mark, district=mark) for mark in EVIL[:3]]
    forbid = {
        "application_id": f"{EVIL[0]}0", "dwelling_id": f"{EVIL[0]}L", "decision": "forbid", "reason": "withdrawn",
        "author": "=cmd|'/C calc'!A0",
    }  # fmt: skip
    case = write(
        folder / "case", rows, asked, decisions=[forbid], settings={"title": "'=HYPERLINK(\"http://x\")'"}
    )
    out = proposed(case, folder / "out", "--prospects", 3)
    return case, out


def numbers(text: str) -> bool:
    """Whether a cell is a plain negative number."""
    try:
        exact(text)
    except ArithmeticError:
        return False
    return True


def test_csv_cells_are_neutral(hostile):
    case, out = hostile
    attriflux("export", case, "--pairs", out.parent / "p.csv")
    seen = 0
    for path in [*out.glob("*.csv"), out.parent / "p.csv"]:
        for row in table(path):
            for cell in row.values():
                assert not cell.startswith(STARTS) or numbers(cell), (path.name, cell)
                seen += cell.startswith("'")
    assert seen > 10


def test_workbook_cells_are_neutral_texts(hostile):
    _, out = hostile
    seen, bare = 0, []
    for sheet in load_workbook(out / "shortlists.xlsx").worksheets:
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
                assert cell.hyperlink is None
                if isinstance(cell.value, str):
                    seen += cell.value.startswith("'")
                    if cell.value.startswith(STARTS):
                        bare.append((sheet.title, cell.coordinate, cell.value))
    assert bare == []
    assert seen > 3


def test_negative_numbers_stay_numbers(weeks):
    found = 0
    for name in ("tight-2", "doubs-4"):
        _, out = weeks[name]
        found += sum(r["marginal_points"].startswith("-") for r in table(out / "rules.csv"))
    assert found


def test_the_neutral_result_still_verifies(hostile):
    case, out = hostile
    done = attriflux("verify", out, "--case", case)
    assert done.code == 0, done.err
    asked = {r["application_id"] for r in table(case / "applications.csv")}
    published = {plain(r["application_id"]) for r in table(out / "applications.csv")}
    assert published == asked


def test_pages_escape_what_files_say(tmp_path):
    case = write(
        tmp_path / "case",
        [dwelling("<b>L1</b>", residence="<script>alert(1)</script>")],
        [application("<i>A1</i>")],
        settings={"title": "'<img src=x onerror=alert(1)>\u202eb'"},
    )
    out = proposed(case, tmp_path / "out")
    for name in ("report.html", "sheets.html"):
        page = (out / name).read_text(encoding="utf-8")
        assert "<script>alert" not in page and "<img src=x" not in page and "<b>L1" not in page
        assert "<i>A1" not in page
        assert "\u202e" not in page
    assert "[U+202E]" in (out / "report.html").read_text(encoding="utf-8")
