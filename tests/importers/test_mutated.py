"""Ten thousand mutated files over every table and format: read exactly or refused, none over a gigabyte or a few seconds.

What "exactly" means is asked of the other reader of the program, which shares no code with this one: where a mutated case is
accepted, both must have read the same identifiers, words and numbers, row by row.
"""

from __future__ import annotations

import random
import resource
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from optimizer import policy
from optimizer.domain import TABLES as SCHEMAS
from optimizer.errors import AttrifluxError
from optimizer.importers import read_findings
from optimizer.importers.formats import delimited
from optimizer.verify.tables import csv_columns, read_case
from optimizer.verify.whole import shipped_models
from tests import campaign
from tests.importers.base import NEEDED, TABLES, around, csv_text, write_tables
from tests.importers.books import part, part_names, rezip, sheets_book
from tests.importers.books import settings_rows as settings_sheet
from tests.importers.test_fuzz import COLUMNS, spoil
from tests.pace import allowed

WHOLE, SHORT, PARTS = 10_000, 25, 5
"""Few in the short campaign: workbooks and Parquet are read by a process of their own."""
CPU, MEMORY_KB = 2.0, 1_000_000
ON = pd.Timestamp(2026, 11, 24).date()
TERRITORY = (
    b'title: "T"\ndepartements: ["25"]\nstatus: local\nsource: "S"\nreviewed_on: 2026-01-01\nby: "x"\nmarket: tense\n'
    b"grid: demonstration\nconventions: [conventions/opha.yaml]\n"
)
CONVENTION = (
    b'landlord: OPHA\nname: "A"\ndepartement: "25"\nyear: 2026\nstatus: local\nsource: "S"\nreviewed_on: 2026-01-01\nby: "x"\n'
    b"lines:\n  - {account: ALS, share: 0.2}\n"
)


def spent() -> float:
    """Seconds of processor of this process and of the children it waited for."""
    mine, theirs = (resource.getrusage(x) for x in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def peak() -> int:
    """Most memory held so far, kilobytes: the larger of this process and of any child."""
    return max(resource.getrusage(x).ru_maxrss for x in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def beside(number: int, *names: str) -> dict[str, list[dict[str, str]]]:
    """The tables of a case of which a named one is mutated: in one case of five all of them, in the others what a case needs and
    what the mutated one refers to, which is read in half the time."""
    return TABLES if number // PARTS % 5 == 0 else around(*names)


def mutated(number: int, folder: Path) -> str:
    """Write a sound case of which one file is mutated; says which."""
    r = random.Random(number)
    name = r.choice(sorted(TABLES))
    tables = beside(number, name)
    kind = r.random()
    if kind < 0.5:
        data = spoil(r, csv_text(TABLES[name], r.choice(";,\t") if r.random() < 0.2 else ";").encode(), 4)
        write_tables(folder, tables, **{f"{name}__csv": data})
    elif kind < 0.62:
        name = r.choice(("case", "columns"))
        write_tables(folder, beside(number, *NEEDED))
        sound = COLUMNS if name == "columns" else (folder / "case.yaml").read_bytes()
        (folder / f"{name}.yaml").write_bytes(spoil(r, sound, 4))
    elif kind < 0.82:
        write_tables(folder, tables, **{f"{name}__csv": None})
        file = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(TABLES[name]), file)
        file.write_bytes(spoil(r, file.read_bytes(), 3))
    else:
        folder.mkdir(parents=True)
        rows = {n: [list(x[0]), *(list(row.values()) for row in x)] for n, x in tables.items()}
        data = sheets_book({"dossier": settings_sheet(), **rows})
        inside = r.choice(part_names(data))
        hurt = (
            rezip(data, {inside: spoil(r, part(data, inside), 3)}) if r.random() < 0.8 else spoil(r, data, 3)
        )
        name = "dossier.xlsx"
        (folder / name).write_bytes(hurt)
    return name


def other_reading(path: Path, case: object) -> list[str]:
    """Columns that the second reader of the program reads otherwise."""
    raw = read_case(path, shipped_models())
    found = []
    for name, frame in case.tables.items():  # type: ignore[attr-defined]
        table = raw.table(name)
        if len(frame) != table.rows:
            found.append(f"{name}: {len(frame)} rows, {table.rows}")
            continue
        for column in SCHEMAS[name].columns:
            if column.kind == "text" and column.name in frame and column.name in table.columns:
                mine = ["" if pd.isna(x) else str(x) for x in frame[column.name].tolist()]
                theirs = [x or "" for x in table.text(column.name).to_pylist()]
                if mine != theirs:
                    found.append(f"{name}.{column.name}: {mine} {theirs}")
    return found


@pytest.mark.parametrize("share", range(PARTS))
def test_mutated_files_are_read_exactly_or_refused(share: int, tmp_path: Path) -> None:
    before, otherwise, accepted, limit = peak(), [], 0, allowed(CPU)
    run = campaign.part(WHOLE) if campaign.NAME else SHORT
    for number in range(share, run, PARTS):
        folder = tmp_path / str(number)
        name = mutated(number, folder)
        clock = spent()
        case, found = read_findings(folder)
        assert spent() - clock < limit, (number, name)
        assert case is not None or found
        for finding in found:
            assert finding.sentence("fr") and finding.sentence("en")
        if case is not None and not any(finding.severity == "error" for finding in found):
            accepted += 1
            otherwise += [f"{number} {name}: {x}" for x in other_reading(folder, case)]
    assert otherwise == []
    assert accepted < run // PARTS
    assert accepted or not campaign.NAME, "some are hurt where nothing is read"
    assert peak() <= max(before, MEMORY_KB)


@pytest.mark.parametrize(
    "raw",
    [
        b"\nlogement;bailleur\nL9;OPH25\n",
        b"\rlogement;bailleur\nL9;OPH25\n",
        b";;\r\nlogement;bailleur\rL9;OPH25\r",
    ],
)
def test_a_blank_first_line_and_bare_line_ends_are_read_alike(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "baux.csv").write_bytes(raw)
    table = delimited.read(tmp_path / "baux.csv", "baux.csv").tables[0]
    second = csv_columns(raw, "baux.csv")
    assert list(second) == list(table.header) == ["logement", "bailleur"]
    assert [column.to_pylist() for column in second.values()] == [["L9"], ["OPH25"]]
    assert [column.to_pylist() for column in table.columns] == [["L9"], ["OPH25"]]


def test_mutated_territories_and_agreements_are_read_or_refused(tmp_path: Path) -> None:
    (tmp_path / "conventions").mkdir()
    files = {"t.yaml": TERRITORY, "conventions/opha.yaml": CONVENTION}
    for name, sound in files.items():
        (tmp_path / name).write_bytes(sound)
    assert policy.load(tmp_path / "t.yaml", on=ON)
    read, limit = 0, allowed(CPU)
    for number in range(campaign.part(2_000) if campaign.NAME else 12):
        r = random.Random(number)
        for name, sound in files.items():
            (tmp_path / name).write_bytes(sound)
        name = r.choice(sorted(files))
        (tmp_path / name).write_bytes(spoil(r, files[name], 3))
        clock = time.process_time()
        try:
            policy.load(tmp_path / "t.yaml", on=ON)
            read += 1
        except AttrifluxError as error:
            assert error.text("fr") and error.text("en")
        assert time.process_time() - clock < limit
    assert read or not campaign.NAME, "some are hurt where nothing is read"
