"""Cases made or changed in memory pass the checks of files before anything is solved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import optimizer as af
from optimizer.arguments import WrongArgument
from optimizer.errors import AttrifluxError, InputProblems
from optimizer.importers import check_frames
from optimizer.pipeline import prepare

SETTINGS = {"title": "essai", "territory": "doubs", "on": date(2026, 11, 23), "year": 2026, "synthetic": True}


@pytest.fixture(scope="module")
def made() -> af.Case:
    return af.synthesize("commission", dwellings=6, applications=40, seed=1)


def changed(made: af.Case, table: str, column: str, row: int, value: Any) -> af.Case:
    frame = made.table(table).copy()
    frame.loc[row, column] = value
    return replace(made, tables={**made.tables, table: frame})


def test_a_sound_case_is_read_as_it_is(made: af.Case) -> None:
    assert check_frames(made)[1] == ()
    again = af.case(made.tables, made.settings)
    for name, frame in made.tables.items():
        for column in [c for c in frame if c in again.table(name)]:
            if frame[column].dtype == again.table(name)[column].dtype:
                pd.testing.assert_series_equal(
                    again.table(name)[column], frame[column].reset_index(drop=True)
                )


@pytest.mark.parametrize(
    ("table", "column", "value", "code"),
    [
        ("applications", "persons", -2, "READ_OUT_OF_RANGE"),
        ("dwellings", "financing", "PSLA", "READ_CHOICE"),
        ("applications", "first_registered_on", pd.Timestamp("2030-01-01"), "READ_AFTER_CASE_DATE"),
        ("applications", "choices", "Besac", "READ_LIST_ITEM"),
    ],
)
def test_a_cell_changed_in_memory_is_told_before_any_solve(
    made: af.Case, table: str, column: str, value: Any, code: str
) -> None:
    wrong = changed(made, table, column, 3, value)
    with pytest.raises(InputProblems) as problems:
        prepare(wrong)
    assert [(f.code, f.row, f.column) for f in problems.value.findings if f.code.startswith("READ_")] == [
        (code, 5, column)
    ]


def test_a_cell_changed_in_place_is_told_too() -> None:
    case = af.synthesize("commission", dwellings=3, applications=20, seed=2)
    case.table("applications").loc[0, "persons"] = -2
    with pytest.raises(InputProblems):
        af.propose(case)


@pytest.mark.parametrize(
    ("table", "column"), [("applications", "persons"), ("applications", "choices"), ("dwellings", "rooms")]
)
def test_a_required_column_taken_out_in_memory_is_told(made: af.Case, table: str, column: str) -> None:
    less = made.table(table).drop(columns=[column])
    with pytest.raises(InputProblems) as problems:
        prepare(replace(made, tables={**made.tables, table: less}))
    (found,) = problems.value.findings
    assert found.code == "READ_COLUMN_MISSING" and found.file == table


def test_a_table_that_no_case_has_cannot_be_asked_for(tmp_path: Any, made: af.Case) -> None:
    af.write_case(made, tmp_path / "dossier")
    with pytest.raises(WrongArgument, match="'dwellings'"):
        af.read(tmp_path / "dossier", need=("logement",))


def test_words_written_in_memory_are_read_as_in_a_file(made: af.Case) -> None:
    spoken = changed(
        changed(made, "dwellings", "financing", 1, "PLUS"), "dwellings", "accessible", 1, "adapté"
    )
    case, findings = check_frames(spoken)
    assert findings == () and case.table("dwellings").loc[1, ["financing", "accessible"]].tolist() == [
        "plus",
        "adapted",
    ]
    grid = [c for c in made.table("applications") if c not in case.table("applications")]
    assert not grid, "columns that a grid declares stay"
    assert prepare(spoken).case.table("dwellings").loc[1, "financing"] == "plus"


def test_every_dwelling_twice_is_told(made: af.Case) -> None:
    twice = pd.concat([made.table("dwellings")] * 2)
    with pytest.raises(InputProblems) as problems:
        af.case({**made.tables, "dwellings": twice}, made.settings)
    assert [(f.code, f.row, len(f.rows)) for f in problems.value.findings] == [("READ_DUPLICATE", 8, 5)]


def test_a_case_changed_after_reading_names_its_file_and_row(tmp_path: Any, made: af.Case) -> None:
    af.write_case(made, tmp_path / "dossier")
    wrong = changed(af.read(tmp_path / "dossier"), "applications", "persons", 4, 99)
    _, (found,) = check_frames(wrong)
    assert (found.file, found.row, found.column) == ("demandes.csv", 6, "personnes")


def test_settings_are_those_of_a_case_file(made: af.Case) -> None:
    case = af.case({"logements": made.table("dwellings"), "demandes": made.table("applications")}, SETTINGS)
    assert (case.settings.on, case.settings.seed) == (date(2026, 11, 23), "2026-11-23|doubs")
    with pytest.raises(InputProblems) as problems:
        af.case({"logement": made.table("dwellings")}, {**SETTINGS, "year": "deux mille", "couleur": "bleu"})
    assert sorted(f.code for f in problems.value.findings) == [
        "READ_FILE_UNKNOWN", "READ_KEY_UNKNOWN", "READ_KEY_VALUE",
    ]  # fmt: skip


def test_places_and_columns_are_read_as_in_a_file(made: af.Case) -> None:
    """A commune by its name, a column that nothing explains: what the reader does for a folder it does for frames."""
    homes = made.table("dwellings").assign(commune="Besançon")
    people = made.table("applications").assign(couleur="bleu")
    case = af.case({"dwellings": homes, "applications": people}, made.settings)
    assert set(case.table("dwellings")["commune"]) == {"25056"}
    (unread,) = [f for f in case.warnings if f.code == "READ_COLUMNS_UNREAD"]
    assert (unread.file, unread.value) == ("applications", "couleur")


def test_what_is_not_yet_a_frame_becomes_one(made: af.Case) -> None:
    settings = {**SETTINGS, "on": pd.Timestamp("2026-11-23 08:00"), "year": np.int64(2026)}
    homes, people = made.table("dwellings"), made.table("applications")
    tables: dict[str, Any] = {
        "dwellings": homes.to_dict("list"),
        "applications": people.set_index("application_id"),
        "leases": pa.Table.from_pandas(made.table("leases")),
        "residences": made.table("residences").to_dict("records"),
    }
    case = af.case(tables, settings)
    assert case.settings.on == date(2026, 11, 23)
    assert {name: len(case.table(name)) for name in tables} == {
        name: len(made.table(name)) for name in tables
    }
    assert case.table("applications")["application_id"].tolist() == people["application_id"].tolist()
    with pytest.raises(TypeError, match="frames\\['dwellings'\\] » est de type « int »"):
        af.case({**tables, "dwellings": 3}, settings)
    with pytest.raises(TypeError, match="un dict : nom de table -> DataFrame"):
        af.case([homes], settings)  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")
def test_pandas_without_its_own_text_is_refused_by_name(made: af.Case, tmp_path: Path) -> None:
    """Empty cells were the word « nan »: a statement had other shares, and a case was refused for cells that nobody had written."""
    frames = {"dwellings": made.table("dwellings"), "applications": made.table("applications")}
    calls: list[Callable[[], object]] = [
        lambda: af.synthesize("commission", dwellings=2, applications=10, seed=1),
        lambda: af.case(frames, SETTINGS),
        lambda: af.propose(made),
        lambda: af.bilan(made, 2026),
        lambda: af.flux(made),
        lambda: af.dashboard(made, "landlord", "ESH25"),
        lambda: af.write_case(made, tmp_path / "case"),
    ]
    with pd.option_context("future.infer_string", False):
        for call in calls:
            with pytest.raises(AttrifluxError, match="future.infer_string") as told:
                call()
            assert told.value.code == "PANDAS_TEXT" and not list(tmp_path.rglob("*.csv"))


@pytest.mark.parametrize("table", ["dwellings", "applications"])
@pytest.mark.parametrize("left", ["deleted", "none"])
def test_a_table_taken_out_of_a_case_in_memory_is_told_by_name(made: af.Case, table: str, left: str) -> None:
    """It ended in `AttributeError`, or was proposed upon as an empty table."""
    others = {name: frame for name, frame in made.tables.items() if name != table}
    wrong = replace(made, tables=others if left == "deleted" else {**others, table: None})
    for function in (
        af.propose,
        af.fairness,
        af.simulate,
        lambda case: af.cotation_test("doubs", "doubs", case),
    ):
        with pytest.raises(InputProblems) as problems:
            function(wrong)
        assert [(f.code, f.params["name"]) for f in problems.value.findings] == [
            ("READ_TABLE_MISSING", table)
        ]


def test_nothing_in_the_place_of_a_table_is_told_whoever_reads_it(made: af.Case) -> None:
    wrong = replace(made, tables={**made.tables, "leases": None})
    for function in (
        af.propose, af.flux, lambda case: af.bilan(case, 2026), lambda case: af.dashboard(case, "prefet", "25"),
        lambda case: af.statement.midyear(case, date(2026, 6, 30)),
    ):  # fmt: skip
        with pytest.raises(InputProblems) as problems:
            function(wrong)
        assert [(f.code, f.params["name"]) for f in problems.value.findings] == [
            ("READ_TABLE_MISSING", "leases")
        ]
