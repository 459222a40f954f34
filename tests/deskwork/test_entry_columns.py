"""A column that people fill in is read when the workbook is recorded: one that nothing reads would lose what was written there."""

from __future__ import annotations

from pathlib import Path

from optimizer.desk import recording
from optimizer.desk.entry import FACTS, LATER, LISTS, SHEETS


def test_every_column_to_be_filled_in_is_read_by_record():
    folder = Path(recording.__file__).parent
    sources = "".join(p.read_text("utf-8") for p in folder.glob("recording*.py"))
    asked = {(t.name, c.name) for t in SHEETS for c in t.columns if c.name not in FACTS[t.name]}
    assert {(sheet, name) for sheet, name in asked if f'"{name}"' not in sources} == set()


def test_what_is_said_of_columns_is_said_of_columns_that_there_are():
    columns = {t.name: {c.name for c in t.columns} for t in SHEETS}
    for told in (FACTS, LATER, LISTS):
        for sheet, names in told.items():
            assert set(names) <= columns[sheet]
