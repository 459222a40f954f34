"""The same case in every dialect is the same case; text stays text; French numbers, dates and words are understood."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.domain import TABLES as SCHEMA
from optimizer.domain import Case, table
from optimizer.importers import read, read_findings
from optimizer.importers.local import SHEETS
from optimizer.importers.numbers import number
from optimizer.importers.words import accepted, plain, vocabulary
from tests.importers.base import TABLES, csv_text, rows_of, write_base

Change = Callable[[str], str | bytes]


def quoted(text: str, delimiter: str) -> str:
    """Every cell between quotes, under another delimiter."""
    return "\n".join(delimiter.join(f'"{c}"' for c in line.split(";")) for line in text.splitlines()) + "\n"


DIALECTS: dict[str, Change] = {
    "utf-8 with mark": lambda t: t.encode("utf-8-sig"),
    "windows-1252": lambda t: t.encode("cp1252"),
    "crlf": lambda t: t.replace("\n", "\r\n"),
    "lone returns": lambda t: t.replace("\n", "\r"),
    "no final line end": lambda t: t.rstrip("\n"),
    "blank lines": lambda t: t.replace("\n", "\n\n"),
    "blank cells lines": lambda t: t + ";" * t.splitlines()[0].count(";") + "\n",
    "comma, all quoted": lambda t: quoted(t, ","),
    "semicolon, all quoted": lambda t: quoted(t, ";"),
    "tab": lambda t: t.replace(";", "\t"),
    "trailing delimiter": lambda t: "\n".join(line + ";" for line in t.splitlines()) + "\n",
    "spaces around": lambda t: "\n".join(" ; ".join(line.split(";")) for line in t.splitlines()) + "\n",
    "capital headers": lambda t: t.replace(t.splitlines()[0], t.splitlines()[0].upper(), 1),
    "headers with spaces": lambda t: t.replace(t.splitlines()[0], t.splitlines()[0].replace("_", " "), 1),
    "decimal points": lambda t: t.replace(",", "."),
}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The base case; do not change it."""
    return read(write_base(tmp_path_factory.mktemp("reference")))


@pytest.mark.parametrize("name", list(DIALECTS))
def test_a_dialect_changes_nothing(tmp_path: Path, reference: Case, name: str):
    files = {f"{n}__csv": DIALECTS[name](csv_text(rows)) for n, rows in TABLES.items()}
    case, found = read_findings(write_base(tmp_path / "b", **files))
    assert found == () and case is not None
    for n in reference.tables:
        pd.testing.assert_frame_equal(case.table(n), reference.table(n))


def test_canonical_names_and_column_order_change_nothing(tmp_path: Path, reference: Case):
    files: dict[str, str | None] = {}
    for schema in SCHEMA.values():
        if schema.alias not in TABLES:
            continue
        names = {c.alias or c.name: c.name for c in schema.columns}
        rows = [{names[k]: v for k, v in reversed(row.items())} for row in TABLES[schema.alias]]
        files[f"{schema.alias}__csv"] = None
        files[f"{schema.name}__csv"] = csv_text(rows)
    case = read(write_base(tmp_path / "b", **files))
    for n in reference.tables:
        pd.testing.assert_frame_equal(case.table(n), reference.table(n))


def test_every_frame_has_the_canonical_columns_and_types(tmp_path: Path):
    case = read(write_base(tmp_path))
    for name, frame in case.tables.items():
        schema = table(name)
        assert list(frame.columns)[: len(schema.columns)] == [c.name for c in schema.columns]
        for column in schema.columns:
            assert frame[column.name].dtype == pd.Series([], dtype=column.dtype).dtype, (name, column.name)


def test_text_is_read_as_text(tmp_path: Path):
    rows = rows_of("logements")
    for i, (identifier, residence) in enumerate([("007", "NA"), ("1e5", "Null")]):
        rows[i]["logement"], rows[i]["residence"] = identifier, residence
        rows[i]["quartier"] = ["O'Brien", "D’Août"][i]
    path = write_base(tmp_path, logements__csv=csv_text(rows), designations__csv=None, decisions__csv=None)
    frame = read(path).table("dwellings")
    assert frame["dwelling_id"].tolist() == ["007", "1e5"]
    assert frame["residence"].tolist() == ["NA", "Null"]
    assert frame["district"].tolist() == ["O'Brien", "D’Août"]


def test_three_april_is_in_april(tmp_path: Path):
    frame = read(write_base(tmp_path)).table("applications")
    assert frame["renewed_on"].iloc[0].date() == date(2026, 4, 3)


def test_a_household_with_a_fixed_perimeter_needs_no_choices(tmp_path: Path):
    rows = rows_of("demandes")
    rows[0]["communes_souhaitees"], rows[0]["perimetre_dalo"] = "", "25056|25580"
    case, found = read_findings(write_base(tmp_path, demandes__csv=csv_text(rows)))
    assert (
        found == ()
        and case is not None
        and case.table("applications")["choices"].isna().tolist() == [True, False]
    )


def test_a_file_of_fixed_perimeters_alone_needs_no_column_of_choices(tmp_path: Path):
    rows = [{**row, "perimetre_dalo": "25056|25580"} for row in rows_of("demandes")]
    for row in rows:
        del row["communes_souhaitees"]
    case, found = read_findings(write_base(tmp_path, demandes__csv=csv_text(rows)))
    assert found == () and case is not None and case.table("applications")["choices"].isna().all()


@pytest.mark.parametrize("perimeters", [("", ""), ("25056|25580", ""), ("25056", "nc")])
def test_a_missing_column_of_choices_is_told_where_a_household_has_no_perimeter(
    tmp_path: Path, perimeters: tuple[str, str]
):
    """The header of the perimeter was enough: the case was read, and nobody else could be housed anywhere."""
    rows = [{**r, "perimetre_dalo": p} for r, p in zip(rows_of("demandes"), perimeters, strict=True)]
    for row in rows:
        del row["communes_souhaitees"]
    case, found = read_findings(write_base(tmp_path, demandes__csv=csv_text(rows)))
    assert case is None
    assert [(f.code, f.file, f.row, f.column) for f in found if f.severity == "error"] == [
        ("READ_COLUMN_MISSING", "demandes.csv", 1, "communes_souhaitees")
    ]


def test_columns_that_a_grid_may_declare_are_kept(tmp_path: Path):
    rows = [{**r, "Hébergement": "chez_tiers", "Congé bailleur": ""} for r in rows_of("demandes")]
    case, found = read_findings(write_base(tmp_path, demandes__csv=csv_text(rows)))
    assert found == () and case is not None
    frame = case.table("applications")
    assert frame["hebergement"].tolist() == ["chez_tiers", "chez_tiers"]
    assert frame["conge_bailleur"].isna().all()


def test_accents_in_two_pieces_are_joined(tmp_path: Path):
    rows = rows_of("logements")
    rows[0]["residence"], rows[1]["residence"] = "Re\u0301sidence", "Résidence"
    frame = read(write_base(tmp_path, logements__csv=csv_text(rows))).table("dwellings")
    assert frame["residence"].tolist() == ["Résidence", "Résidence"]


GOOD: list[tuple[str, str, str, object]] = [
    ("logements", "loyer", "1 234,50", 1234.5), ("logements", "loyer", "1\u00a0234,5", 1234.5),
    ("logements", "loyer", "12\u202f345", 12345.0), ("logements", "loyer", "+412", 412.0),
    ("logements", "loyer", "1234.567", 1234.567), ("logements", "loyer", "0,125", 0.125),
    ("logements", "surface", "64.125", 64.125), ("logements", "etage", "2,0", 2), ("logements", "etage", "-1", -1),
    ("logements", "pieces", "T4", 4), ("logements", "pieces", "f2", 2), ("logements", "pieces", "6+", 6),
    ("logements", "pieces", "t 5", 5), ("logements", "pieces", "8", 6),
    ("logements", "commune", "01004", "01004"), ("logements", "commune", "2A004", "2A004"),
    ("logements", "financement", "plus", "plus"), ("logements", "financement", "PLA-I", "plai"),
    ("logements", "qpv", "OUI", "yes"), ("logements", "qpv", "faux", "no"), ("logements", "qpv", "QP025001", "QP025001"),
    ("logements", "ascenseur", "VRAI", True), ("logements", "ascenseur", "0", False), ("logements", "ascenseur", "N", False),
    ("logements", "pmr", "Adapté", "adapted"), ("logements", "pmr", "aucune", "none"),
    ("logements", "exclusion_assiette", "Vente", "sale"), ("logements", "exclusion_assiette", "ANRU", "anru"),
    ("demandes", "statut", "Radiée", "struck_off"), ("demandes", "statut", "à renouveler", "to_renew"),
    ("demandes", "statut_revenus", "vérifiés", "verified"), ("demandes", "preuve_priorite", "labellisée", "labelled"),
    ("demandes", "dossier", "À vérifier", "to_verify"), ("demandes", "dossier", "TO_VERIFY", "to_verify"),
    ("demandes", "publics_prioritaires", " dalo | G bis ||", "dalo|gbis"), ("demandes", "publics_prioritaires", "A|N", "a|n"),
    ("demandes", "pieces_souhaitees", "t2 | 3|F4", "2|3|4"), ("demandes", "communes_souhaitees", "25056 | 25580", "25056|25580"),
    ("demandes", "cotation", "-12,5", -12.5), ("demandes", "acceptation", "1", 1.0),
    ("baux", "q1", "inconnu", "unknown"), ("baux", "q1", "Oui", "yes"), ("en_cours", "etape", "désigné", "nominated"),
    ("conventions", "gestion", "déléguée", "delegated"), ("conventions", "regle_decompte", "bail signé", "signed"),
    ("stock", "nature_droits", "récurrents", "recurring"), ("assiette", "nature", "Réel", "actual"),
    ("decisions", "decision", "écarter", "forbid"),
]  # fmt: skip


@pytest.mark.parametrize("name", sorted({good[0] for good in GOOD}))
def test_good_cells(tmp_path: Path, name: str):
    """Each stands in a row of its own."""
    samples = [good for good in GOOD if good[0] == name]
    rows = [dict(rows_of(name)[-1]) for _ in samples]
    for i, (row, (_, column, typed, _)) in enumerate(zip(rows, samples, strict=True)):
        row[next(iter(row))] += str(i or "")
        row[column] = typed
    case, found = read_findings(write_base(tmp_path, **{f"{name}__csv": csv_text(rows)}))
    assert not [f for f in found if f.severity == "error"] and case is not None
    schema = next(t for t in SCHEMA.values() if t.alias == name)
    canonical = {c.alias or c.name: c.name for c in schema.columns}
    frame = case.table(schema.name)
    read = [frame[canonical[column]].iloc[i] for i, (_, column, _, _) in enumerate(samples)]
    assert read == [value for *_, value in samples]


@pytest.mark.parametrize(
    "typed", ["28/02/2024", "2024-02-28", "2024-02-28 00:00:00", "2024-02-28T10:30", "28/2/2024"]
)
def test_dates(tmp_path: Path, typed: str):
    rows = rows_of("demandes")
    rows[1]["premiere_demande_le"] = typed
    case = read(write_base(tmp_path, demandes__csv=csv_text(rows)))
    assert case.table("applications")["first_registered_on"].iloc[1].date() == date(2024, 2, 28)


def test_french_words_name_real_values():
    columns = {c.name: c.values for t in SCHEMA.values() for c in t.columns if c.values}
    every = {c.name for t in (*SCHEMA.values(), *SHEETS) for c in t.columns}
    for name, words in vocabulary()["values"].items():
        assert name in every
        seen = [plain(w) for spelled in words.values() for w in {plain(s) for s in spelled}]
        assert len(seen) == len(set(seen)), name
        if name in columns:
            assert set(words) <= set(columns[name])
            for canonical, spelled in words.items():
                for word in spelled:
                    assert accepted(name, columns[name])[plain(word)] == canonical


def test_no_value_is_written_in_either_gender():
    """« aucun » for the access of a dwelling was refused where « aucune » was read."""
    words = [spelled["none"] for spelled in vocabulary()["values"].values() if "none" in spelled]
    assert words and all("aucun" in none for none in words if "aucune" in none)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from([" ", "\u00a0", "\u202f", ""]))
def test_amounts_survive_french_writing(whole: int, cents: int, space: str):
    text = f"{whole:,}".replace(",", space) + f",{cents:02d}"
    assert number(text, table("dwellings").column("rent_eur")) == float(f"{whole}.{cents:02d}")
