"""The folder on disk: same bytes for the same seed, in French, international CSV and Parquet."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from optimizer.arguments import WrongArgument
from optimizer.domain import TABLES, Case, CaseSettings, empty_frame
from optimizer.errors import AttrifluxError
from optimizer.policy import read_yaml
from optimizer.synth import synthesize, write_case, write_synthetic

_PROGRAM = (
    "import sys; from optimizer.synth import write_synthetic as w;"
    " w('commission', sys.argv[1], seed=9, applications=3000, tight=True)"
)


def _digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


@pytest.mark.long
def test_same_bytes_in_another_process_with_another_hash_seed(tmp_path: Path) -> None:
    found = []
    for salt in ("1", "2"):
        out = tmp_path / salt
        environment = {**os.environ, "PYTHONHASHSEED": salt, "LC_ALL": "C"}
        subprocess.run([sys.executable, "-c", _PROGRAM, str(out)], check=True, env=environment)
        found.append(_digests(out))
    assert found[0] == found[1] and len(found[0]) == 10


def test_streamed_folder_equals_the_case_in_memory(tmp_path: Path) -> None:
    write_synthetic("doubs", tmp_path / "streamed", seed=5)
    write_case(synthesize("doubs", seed=5), tmp_path / "memory")
    assert _digests(tmp_path / "streamed") == _digests(tmp_path / "memory")


def test_several_parts_give_one_table(tmp_path: Path) -> None:
    write_synthetic("doubs", tmp_path, seed=5, applications=70_000, dwellings=100, format="parquet")
    found = pq.read_table(tmp_path / "applications.parquet")
    assert found.num_rows == 70_000
    assert len(set(found.column("application_id").to_pylist())) == 70_000


def test_french_dialect(tmp_path: Path) -> None:
    write_case(synthesize("jura", seed=1, dwellings=50, applications=200), tmp_path)
    raw = (tmp_path / "logements.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbflogement;bailleur;commune;pieces;")
    assert b"\r" not in raw and b'"' not in raw
    frame = pd.read_csv(
        tmp_path / "logements.csv", sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig"
    )
    assert len(frame) == 50
    assert frame["loyer"].str.fullmatch(r"\d+(,\d{1,2})?").all()
    assert frame["disponible_le"].str.fullmatch(r"\d{2}/\d{2}/\d{4}").all()
    assert set(frame["ascenseur"]) == {"oui", "non"}
    assert frame["commune"].str.len().eq(5).all()
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == [
        "assiette.csv", "case.yaml", "demandes.csv", "designations.csv", "logements.csv", "residences.csv", "stock.csv",
    ]  # fmt: skip


def test_international_dialect(tmp_path: Path) -> None:
    write_case(synthesize("jura", seed=1, dwellings=50, applications=200), tmp_path, international=True)
    frame = pd.read_csv(tmp_path / "dwellings.csv", dtype=str, keep_default_na=False)
    assert frame["available_on"].str.fullmatch(r"\d{4}-\d{2}-\d{2}").all()
    assert frame["rent_eur"].str.fullmatch(r"\d+(\.\d{1,2})?").all()
    assert not (tmp_path / "dwellings.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_parquet_keeps_types_and_values(tmp_path: Path) -> None:
    case = synthesize("commission", seed=1, applications=500)
    write_case(case, tmp_path, format="parquet")
    found = pq.read_table(tmp_path / "applications.parquet")
    assert str(found.schema.field("first_registered_on").type) in ("timestamp[s]", "timestamp[ms]")
    assert str(found.schema.field("als_employee").type) == "bool"
    frame = case.table("applications")
    assert found.column("application_id").to_pylist() == frame["application_id"].tolist()
    assert found.column("persons").to_pylist() == frame["persons"].tolist()


def test_settings_say_synthetic_and_read_back(tmp_path: Path) -> None:
    write_case(synthesize("commission", applications=10), tmp_path)
    found = read_yaml(tmp_path / "case.yaml")
    assert found["synthetic"] is True and found["on"] == date(2026, 11, 23) and found["year"] == 2026
    assert found["landlord"] == "ESH25" and dict(found["changes"]) == {"territory.market": "tense"}
    assert "seed" not in found


def test_other_settings_are_written(tmp_path: Path) -> None:
    case = synthesize("jura", dwellings=1, applications=1)
    settings = replace(
        case.settings, seed="autre", shortlist_size=4, negotiated={"base": 1, "delta": {"ALS": 0.02}}
    )
    write_case(replace(case, settings=settings), tmp_path)
    found = read_yaml(tmp_path / "case.yaml")
    assert found["seed"] == "autre" and found["shortlist_size"] == 4
    assert found["negotiated"]["delta"]["ALS"] == 0.02 and found["all_landlords"] is True


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a;b", '"a;b"'), ('dit "x"', '"dit ""x"""'), ("=1+1", "'=1+1"), ("@cmd", "'@cmd"), ("-x", "'-x"), ("à,b", "à,b"),
    ],
)  # fmt: skip
def test_cells_are_protected(tmp_path: Path, value: str, written: str) -> None:
    frame = empty_frame("residences")
    row = pd.DataFrame({"residence": pd.Series([value], dtype="str")})
    frame = pd.concat([frame, row]).astype({c.name: c.dtype for c in TABLES["residences"].columns})
    case = Case(CaseSettings("t", "jura", date(2026, 1, 1), 2026), {"residences": frame})
    write_case(case, tmp_path)
    lines = (tmp_path / "residences.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == ["residence", written]


def test_margins_come_back_from_the_folder_writer(tmp_path: Path) -> None:
    found = write_synthetic("belfort", tmp_path, seed=2)
    assert (found["difference"].abs() <= found["tolerance"] + 1e-9).all()
    assert {"margin", "target", "obtained", "difference"} <= set(found.columns)


def test_a_size_that_is_no_whole_number_and_an_unknown_format_are_told(tmp_path):
    with pytest.raises(AttrifluxError) as told:
        synthesize("jura", dwellings=2.5)
    assert told.value.code == "SYNTH_BAD_SIZE"
    with pytest.raises(WrongArgument, match="format.*'csv', 'parquet'"):
        write_case(synthesize("jura", dwellings=2, applications=5), tmp_path / "case", format="xlsx")
    assert not (tmp_path / "case").exists()
