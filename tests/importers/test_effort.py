"""The work done, counted rather than timed: each word converted once, regular files never read line by line."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from optimizer.importers import read, texts
from optimizer.importers.cells import by_word
from optimizer.importers.formats import delimited, workbook
from optimizer.synth import synthesize, write_case


def test_a_word_is_converted_once():
    seen: list[str] = []

    def convert(word: str) -> str:
        seen.append(word)
        return word.upper()

    words = by_word(pa.array(["a", "b", None, "a"] * 10_000), convert)
    assert seen == ["a", "b"]
    assert words.arrow().slice(0, 4).to_pylist() == ["A", "B", None, "A"]


def test_regular_files_take_the_fast_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    dates: list[str] = []
    real = texts.date_cell
    monkeypatch.setattr(delimited, "by_records", lambda *a: pytest.fail("slow reader"))
    monkeypatch.setattr(workbook.subprocess, "run", lambda *a, **k: pytest.fail("child process"))
    monkeypatch.setattr(texts, "date_cell", lambda word, column: (dates.append(word), real(word, column))[1])
    case = synthesize("commission", dwellings=20, applications=2_000, seed=4)
    for international in (False, True):
        write_case(case, tmp_path / str(international), international=international)
        found = read(tmp_path / str(international))
        assert len(found.table("applications")) == 2_000
    cells = sum(
        int(found.table(t)[c].notna().sum())
        for t in found.tables
        for c in found.table(t)
        if c.endswith("_on")
    )
    assert cells > 2_000 and len(dates) < 2 * cells


def test_a_file_with_ordinary_quotes_takes_the_fast_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(delimited, "by_records", lambda *a: pytest.fail("slow reader"))
    path = tmp_path / "logements.csv"
    path.write_text('a;b\n"x;1";"dit ""le Grand"""\n"deux\nlignes";y\n', encoding="utf-8")
    table = delimited.read(path, "x").tables[0]
    assert table.columns[0].to_pylist() == ["x;1", "deux\nlignes"]
    assert table.columns[1].to_pylist() == ['dit "le Grand"', "y"]
    assert table.rows.tolist() == [2, 3]


def test_both_readers_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_case(synthesize("commission", dwellings=20, applications=300, seed=4), tmp_path)
    fast = read(tmp_path)
    monkeypatch.setattr(delimited, "by_columns", lambda *a: None)
    slow = read(tmp_path)
    assert all(fast.table(t).equals(slow.table(t)) for t in fast.tables)
