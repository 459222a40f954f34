"""Files as people write them, a thousand in the long campaign: the exact rows read, the repairs told, and the verifier reads the same."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pandas as pd
import pytest

from optimizer.datadirs import models_dir
from optimizer.domain import TABLES as SCHEMA
from optimizer.domain import Column
from optimizer.importers import read_findings
from optimizer.verify import cells
from optimizer.verify.tables import RawTable
from optimizer.verify.tables import read_case as read_again
from tests import campaign
from tests.importers.base import SETTINGS, TABLES
from tests.importers.habits import HABITS

FILES = campaign.part(1_000, 128)  # every habit stands in one of the first 128
DIALECTS = (
    (";", "utf-8"),
    (";", "utf-8-sig"),
    (";", "cp1252"),
    (",", "utf-8"),
    ("\t", "cp1252"),
    ("\t", "utf-8-sig"),
)
REFUSED = ("Nom", "Prénom du demandeur", "N° sécurité sociale", "Téléphone portable", "E-mail", "Nationalité",
           "Date de naissance", "Commentaires", "Nature du handicap", "Code postal")  # fmt: skip
BY_ALIAS = {t.alias: t for t in SCHEMA.values()}
SOUND: dict[str, dict[str, tuple[str, object]]] = {
    "logements": {
        "logement": ("L1", "L1"), "bailleur": ("OPH25", "OPH25"), "commune": ("25056", "25056"), "pieces": ("T3", 3),
        "financement": ("PLUS", "plus"), "qpv": ("non", "no"), "loyer": ("412,30", 412.3),
    },
    "demandes": {
        "numero_unique": ("025012345678900001", "025012345678900001"), "premiere_demande_le": ("03/04/2023", "2023-04-03"),
        "personnes": ("4", 4), "communes_souhaitees": ("25056|25580", "25056|25580"), "statut": ("active", "active"),
        "adultes": ("2", 2), "revenu_fiscal": ("18 500", 18500.0), "revenus_mensuels": ("1650,00", 1650.0),
        "publics_prioritaires": ("DALO", "dalo"), "dossier": ("complet", "complete"),
    },
}  # fmt: skip


def value_of(cell: object) -> object:
    """A cell of a frame as the table of habits writes it."""
    if pd.isna(cell):  # type: ignore[call-overload]
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.date().isoformat()
    return cell.item() if hasattr(cell, "item") else cell


def written(rows: list[dict[str, str]], header: list[str], dialect: tuple[str, str]) -> bytes:
    out = io.StringIO()
    delimiter, encoding = dialect
    lines = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    lines.writerow(header)
    lines.writerows([list(row.values()) for row in rows])
    return out.getvalue().encode(encoding)


def dressed(name: str, style: int) -> str:
    """The header as it stands, in capitals, or in words."""
    return (name, name.upper(), name.replace("_", " ").capitalize())[style]


def spoilt(
    seed: int,
) -> tuple[str, list[dict[str, str]], list[dict[str, object]], list[tuple[int, str]], list[str]]:
    """(table, rows as written, rows as read, repairs by row and column, refused columns) of one file."""
    draw = random.Random(seed)
    table = draw.choice(["logements", "demandes"])
    mine = [h for h in HABITS if h[0] == table]
    first = mine[seed % len(mine)]
    rows, expected, repairs = [], [], []
    chosen = {first[1]: [first]}
    for habit in draw.sample(mine, 6):
        if habit[1] not in chosen:
            chosen[habit[1]] = [habit]
    refused = draw.sample(REFUSED, draw.randint(0, 2))
    for line in range(3):
        typed = {column: text for column, (text, _) in SOUND[table].items()}
        read = {column: value for column, (_, value) in SOUND[table].items()}
        key = next(iter(typed))
        typed[key] = read[key] = f"{typed[key]}{line}"[-18:]
        for column, habits in chosen.items():
            habit = habits[0] if line != 1 else None
            typed.setdefault(column, "")
            read.setdefault(column, None)
            if habit is not None:
                typed[column], read[column] = habit[2], habit[3]
                if habit[4] and line == 0:
                    repairs.append((2, column))
        if table == "logements" and "Planoise" in typed.get("qpv", ""):
            typed["commune"], read["commune"] = "25056", "25056"
            repairs = [r for r in repairs if r[1] != "commune"]
        for name in refused:
            typed[name] = "secret"
        rows.append(typed)
        expected.append(read)
    return table, rows, expected, repairs, refused


def again(table: RawTable, column: Column) -> list[object]:
    """The verifier's cells as the table of habits writes them."""
    text = table.text(column.name)
    known = text.is_valid().to_pylist()
    if column.kind in ("money", "decimal", "rate", "int"):
        return [
            x if k else None for x, k in zip(cells.floats(table, column.name).tolist(), known, strict=True)
        ]
    if column.kind == "rooms":
        return [x or None for x in cells.rooms(table, column.name).tolist()]
    if column.kind == "bool":
        yes, said = cells.booleans(table, column.name)
        return [bool(y) if s else None for y, s in zip(yes, said, strict=True)]
    if column.kind == "qpv":
        return [bool(y) if s else None for y, s in zip(*cells.qpv(table), strict=True)]
    if column.kind in ("date", "month"):
        days = cells.days(table, column.name).tolist()
        return [None if d == cells.NO_DAY else str(pd.Timestamp(d, unit="D").date()) for d in days]
    if column.items == "rooms":
        bits = cells.rooms_bits(table, column.name).tolist()
        return ["|".join(str(i + 1) for i in range(6) if b >> i & 1) or None for b in bits]
    return [x.lower() if x and column.values else x for x in text.to_pylist()]


def habits_of(seed: int) -> set[tuple[str, str, str]]:
    """Table, column and spelling of every habit of a file."""
    table, rows, *_ = spoilt(seed)
    return {(table, column, text) for column, text in rows[0].items()} & {h[:3] for h in HABITS}


def drawn() -> tuple[int, ...]:
    """The files of today: in ``make test`` those that bring a habit of which no file before them had any."""
    if campaign.NAME:
        return tuple(range(FILES))
    met: set[tuple[str, str, str]] = set()
    chosen = []
    for seed in sorted(range(FILES), key=lambda s: (-len(habits_of(s)), s)):
        if not habits_of(seed) <= met:
            met |= habits_of(seed)
            chosen.append(seed)
    return tuple(chosen)


SEEDS = drawn()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_file_as_people_write_it_gives_these_rows_and_these_repairs(tmp_path: Path, seed: int):
    table, rows, expected, repairs, refused = spoilt(seed)
    names = {c.alias: c for c in BY_ALIAS[table].columns}
    header = [n if n in refused else dressed(n, seed % 3) for n in rows[0]]
    other = "demandes" if table == "logements" else "logements"
    dialect = DIALECTS[seed % len(DIALECTS)]
    if any("✓" in v or "✔" in v for row in rows for v in row.values()):
        dialect = DIALECTS[1]
    (tmp_path / "case.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / f"{table}.csv").write_bytes(written(rows, header, dialect))
    (tmp_path / f"{other}.csv").write_bytes(written(TABLES[other], list(TABLES[other][0]), DIALECTS[0]))
    case, findings = read_findings(tmp_path)
    assert [f.sentence() for f in findings if f.severity == "error"] == []
    assert case is not None
    frame = case.table(BY_ALIAS[table].name)
    assert len(frame) == len(expected)
    for column in expected[0]:
        found = [value_of(x) for x in frame[names[column].name]]
        assert found == [row[column] for row in expected], column
    told = [(f.row, f.column) for f in findings if f.code == "READ_MENDED"]
    where = {c: dressed(c, seed % 3) for c in expected[0]}
    assert sorted(told) == sorted((row, where[c]) for row, c in repairs)  # type: ignore[type-var]
    assert sorted(str(f.value) for f in findings if f.code == "READ_COLUMN_REFUSED") == sorted(refused)
    assert not any("secret" in str(frame[c].tolist()) for c in frame)
    second = read_again(tmp_path, models_dir()).table(BY_ALIAS[table].name)
    for column in expected[0]:
        schema = names[column]
        wanted = [row[column] for row in expected]
        if schema.kind == "qpv":
            wanted = [None if x is None else x != "no" for x in wanted]
        assert again(second, schema) == wanted, column
    assert not any("secret" in str(v.to_pylist()) for v in second.columns.values())


def test_every_habit_stands_in_some_file():
    assert {h[:3] for h in HABITS} == set().union(*map(habits_of, SEEDS))
