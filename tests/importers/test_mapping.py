"""Other headers: the ready mappings, and mappings written by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml

from optimizer.domain import TABLES as SCHEMA
from optimizer.dropin import DropInError
from optimizer.importers import read, read_findings, ready_mappings
from optimizer.importers.mapping import READY
from optimizer.importers.words import plain
from optimizer.verify.tables import read_case as read_again
from tests.importers.base import TABLES, csv_text, rows_of, write_base


def ready(name: str) -> dict[str, dict[str, str]]:
    content = yaml.safe_load((READY / f"{name}.yaml").read_text(encoding="utf-8"))
    return {key: value for key, value in content.items() if key != "title"}


def renamed(alias: str, headers: dict[str, str]) -> str:
    """The sound table with the headers of an export; columns the export does not have are left out."""
    schema = next(t for t in SCHEMA.values() if t.alias == alias)
    names = {c.alias or c.name: headers.get(c.name) for c in schema.columns}
    rows = [{str(names[k]): v for k, v in row.items() if names[k]} for row in TABLES[alias]]
    return csv_text(rows)


def test_the_ready_mappings_of_the_docs_are_there():
    assert {"bailleur", "fichier_partage", "imhoweb", "sne"} <= set(ready_mappings())


@pytest.mark.parametrize("name", ready_mappings())
def test_a_ready_mapping_names_columns_of_the_schema(name: str):
    for table, headers in ready(name).items():
        assert set(headers) <= {c.name for c in SCHEMA[table].columns}


@pytest.mark.parametrize("name", ["bailleur", "fichier_partage"])
def test_the_ready_mapping_of_a_whole_export_names_what_is_required(name: str):
    for table, headers in ready(name).items():
        assert {c.name for c in SCHEMA[table].columns if c.required} <= set(headers)
        assert len({plain(h) for h in headers.values()}) == len(headers)


@pytest.mark.parametrize("name", ["bailleur", "fichier_partage"])
def test_an_export_with_its_ready_mapping_is_the_same_case(tmp_path: Path, name: str):
    files: dict[str, str] = {"columns__yaml": f"mapping: {name}\n"}
    mapped = ready(name)
    for table, headers in mapped.items():
        if SCHEMA[table].alias in TABLES:
            files[f"{SCHEMA[table].alias}__csv"] = renamed(SCHEMA[table].alias, headers)
    reference = read(write_base(tmp_path / "a"))
    case, found = read_findings(write_base(tmp_path / "b", **files))
    assert found == () and case is not None
    for table, headers in mapped.items():
        if table in reference.tables:
            columns = [c for c in headers if c in reference.table(table)]
            pd.testing.assert_frame_equal(case.table(table)[columns], reference.table(table)[columns])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('title: "x', "a quote is not closed"),
        ("- a", "not a series of"),
        ("dwellings: 3", "'dwellings' is no table"),
        ("rooms: T", "'rooms' is no table"),
        ("dwelings:\n  rooms: T", "dwelings"),
        ("dwellings:\n  nosuch: T", "nosuch"),
    ],
)
def test_a_ready_mapping_that_is_wrong_is_told_by_its_file(monkeypatch, tmp_path: Path, text: str, why: str):
    name = f"mine{len(text)}"  # each is read once
    (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("optimizer.importers.mapping.READY", tmp_path)
    folder = write_base(tmp_path / "case")
    with pytest.raises(DropInError) as refused:
        read_findings(folder, mapping=name)
    assert refused.value.file == f"{name}.yaml" and why in refused.value.why, refused.value


def test_a_line_by_hand_wins_over_the_ready_mapping(tmp_path: Path):
    headers = {**ready("bailleur")["dwellings"], "rent_eur": "Loyer HC (janvier)"}
    path = write_base(
        tmp_path, logements__csv=renamed("logements", headers), baux__csv=None, en_cours__csv=None,
        residences__csv=None, columns__yaml='mapping: bailleur\nlogements:\n  loyer: "loyer hc janvier"\n',
    )  # fmt: skip
    case, found = read_findings(path)
    assert found == () and case is not None
    assert case.table("dwellings")["rent_eur"].tolist() == [412.3, 298.0]


def test_a_mapping_for_every_table(tmp_path: Path):
    files = {f"{n}__csv": csv_text(rows_of(n)).replace("bailleur", "Organisme", 1) for n in TABLES}
    case, found = read_findings(write_base(tmp_path, columns__yaml="bailleur: Organisme\n", **files))
    assert found == () and case is not None
    assert case.table("leases")["landlord"].tolist() == ["OPH25"]


def test_a_column_of_a_grid_can_be_mapped(tmp_path: Path):
    rows = [{**r, "Où logez-vous ?": "structure"} for r in rows_of("demandes")]
    path = write_base(
        tmp_path, demandes__csv=csv_text(rows), columns__yaml='demandes:\n  hebergement: "Où logez-vous ?"\n'
    )
    case, found = read_findings(path)
    assert found == () and case is not None
    assert case.table("applications")["hebergement"].tolist() == ["structure"] * 2


def test_a_table_under_its_own_names_is_read_though_a_mapping_is_named(tmp_path: Path):
    case, found = read_findings(write_base(tmp_path, columns__yaml="mapping: bailleur\nlogements: {}\n"))
    assert found == () and case is not None
    assert case.table("dwellings")["rent_eur"].tolist() == [412.3, 298.0]


def test_a_line_for_every_table_leaves_files_under_their_own_names_alone(tmp_path: Path):
    mine = csv_text(rows_of("logements")).replace("bailleur", "Sté", 1)
    path = write_base(
        tmp_path / "cas", logements__csv=mine, columns__yaml="mapping: bailleur\nbailleur: Sté\n"
    )
    case, found = read_findings(path)
    assert found == () and case is not None
    again = read_again(path)
    for table in ("dwellings", "leases"):
        assert case.table(table)["landlord"].tolist() == again.table(table).text("landlord").to_pylist()
        assert set(case.table(table)["landlord"]) == {"OPH25"}
    (path / "columns.yaml").write_text("bailleur: Sté\npieces: Typologi\n", encoding="utf-8")
    (said,) = read_findings(path)[1]
    assert (said.code, said.file, said.row, said.value) == (
        "READ_MAPPED_NOWHERE",
        "columns.yaml",
        2,
        "Typologi",
    )
