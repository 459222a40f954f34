"""Synthetic cases written in every form come back as they were."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from optimizer.domain import TABLES, Case, table
from optimizer.importers import read, read_findings
from optimizer.importers import tables as long_tables
from optimizer.synth import synthesize, write_case
from tests.importers.books import sheets_book


@pytest.fixture(scope="module")
def case() -> Case:
    return synthesize("commission", dwellings=30, applications=400, seed=11)


def same(read_case: Case, case: Case, tables: list[str] | None = None) -> None:
    for name in tables or sorted(case.tables):
        columns = [c.name for c in table(name).columns]
        pd.testing.assert_frame_equal(
            read_case.table(name)[columns], case.table(name)[columns], check_index_type=False
        )


@pytest.mark.parametrize(("form", "international"), [("csv", False), ("csv", True), ("parquet", False)])
def test_a_synthetic_case_comes_back(tmp_path: Path, case: Case, form: str, international: bool):
    write_case(case, tmp_path, format=form, international=international)
    found, problems = read_findings(tmp_path)
    assert problems == () and found is not None
    same(found, case)
    assert found.settings == case.settings and found.path == tmp_path


def test_sources_tell_every_file_and_its_rows(tmp_path: Path, case: Case):
    write_case(case, tmp_path)
    sources = {s.name: s for s in read(tmp_path).sources}
    assert set(sources) == {p.name for p in tmp_path.iterdir()}
    assert sources["demandes.csv"].rows == 400 and sources["logements.csv"].rows == 30
    assert all(len(s.sha256) == 64 for s in sources.values())


@pytest.mark.long
def test_columns_of_the_grid_come_back_as_text(tmp_path: Path, case: Case):
    own = [
        c
        for c in case.table("applications").columns
        if c not in {c.name for c in table("applications").columns}
    ]
    assert own
    for form in ("csv", "parquet"):
        write_case(case, tmp_path / form, format=form, international=True)
        frame = read(tmp_path / form).table("applications")
        for name in own:
            given = case.table("applications")[name]
            assert frame[name].isna().equals(given.isna())
            if pd.api.types.is_datetime64_any_dtype(given.dtype):
                assert frame[name].dropna().tolist() == given.dropna().dt.strftime("%Y-%m-%d").tolist()
            else:
                assert (
                    frame[name].dropna().str.lower().tolist()
                    == given.dropna().astype(str).str.lower().tolist()
                )


def test_a_workbook_of_a_synthetic_case_comes_back(tmp_path: Path, case: Case):
    small = ["dwellings", "applications", "nominations", "in_progress", "decisions", "residences"]
    sheets: dict[str, list[list[object]]] = {
        "case": [
            ["title", case.settings.title], ["territory", case.settings.territory],
            ["on", case.settings.on.isoformat()], ["year", case.settings.year], ["landlord", case.settings.landlord],
            ["synthetic", "true"], *([f"changes.{key}", value] for key, value in case.settings.changes.items()),
        ],
    }  # fmt: skip
    for name in small:
        frame = case.table(name)
        columns = [c.name for c in table(name).columns]
        rows = [
            [None if pd.isna(v) else plain(v) for v in row] for row in frame[columns].itertuples(index=False)
        ]
        sheets[name] = [columns, *rows]
    path = tmp_path / "dossier.xlsx"
    path.write_bytes(sheets_book(sheets))
    found, problems = read_findings(path)
    assert problems == () and found is not None
    same(found, case, small)
    assert found.settings == case.settings


def plain(value: object) -> object:
    """A cell as a spreadsheet would hold it."""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%d/%m/%Y")
    return value.item() if hasattr(value, "item") else value


def test_an_empty_case_is_a_case(tmp_path: Path):
    (tmp_path / "case.yaml").write_text("title: vide\nterritory: doubs\non: 2026-01-01\nyear: 2026\n")
    for schema in TABLES.values():
        header = ";".join(c.alias or c.name for c in schema.columns)
        (tmp_path / f"{schema.alias}.csv").write_text(header)
    found, problems = read_findings(tmp_path)
    assert problems == () and found is not None
    assert {name: len(frame) for name, frame in found.tables.items()} == dict.fromkeys(TABLES, 0)


def test_row_order_is_the_files(tmp_path: Path, case: Case):
    write_case(case, tmp_path)
    path = tmp_path / "demandes.csv"
    head, *body = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join([head, *reversed(body)]) + "\n", encoding="utf-8")
    ids = read(tmp_path).table("applications")["application_id"].tolist()
    assert ids == case.table("applications")["application_id"].tolist()[::-1]


@pytest.mark.long
def test_many_rows_are_read_by_threads_in_the_same_order(
    tmp_path: Path, case: Case, monkeypatch: pytest.MonkeyPatch
):
    write_case(case, tmp_path, format="parquet")
    asked: list[int] = []
    pool = long_tables.ThreadPoolExecutor
    monkeypatch.setattr(long_tables, "THREADED", len(case.table("applications")))
    monkeypatch.setattr(
        long_tables, "ThreadPoolExecutor", lambda max_workers: asked.append(max_workers) or pool(max_workers)
    )
    found = read(tmp_path)
    assert set(asked) == {min(8, os.cpu_count() or 1)}
    same(found, case)
