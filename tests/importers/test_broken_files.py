"""A file, a header or a whole line is wrong: the exact list of problems."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from optimizer.errors import InputProblems
from optimizer.importers import read, read_findings, texts
from tests.importers.base import TABLES, Expected, csv_text, listed, problems, rows_of, write_base

D = csv_text(TABLES["logements"])
HEAD, ONE, TWO = D.splitlines()
MINIMAL = "logement;bailleur;commune;pieces;financement\n"
ROW = "L1;OPH25;25056;T3;PLUS\n"
FILE = "logements.csv"


def with_header(old: str, new: str) -> str:
    return D.replace(HEAD, HEAD.replace(old, new, 1), 1)


FILES: list[tuple[str, str | bytes, list[Expected]]] = [
    ("empty", b"", [("READ_EMPTY_FILE", FILE, None, None, None)]),
    ("blank lines only", "\n \n\n", [("READ_EMPTY_FILE", FILE, None, None, None)]),
    ("mark only", b"\xef\xbb\xbf", [("READ_EMPTY_FILE", FILE, None, None, None)]),
    ("utf-16", D.encode("utf-16"), [("READ_UTF16", FILE, None, None, None)]),
    ("utf-16 without mark", D.encode("utf-16-le"), [("READ_UTF16", FILE, None, None, None)]),
    ("utf-16 big end first", D.encode("utf-16-be"), [("READ_UTF16", FILE, None, None, None)]),
    ("a workbook", b"PK\x03\x04" + b"x" * 40, [("READ_NOT_TEXT", FILE, None, None, None)]),
    ("parquet named csv", b"PAR1" + b"x" * 40, [("READ_NOT_TEXT", FILE, None, None, None)]),
    ("pdf", b"%PDF-1.7 etc", [("READ_NOT_TEXT", FILE, None, None, None)]),
    ("old excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 40, [("READ_NOT_TEXT", FILE, None, None, None)]),
    ("null bytes", D.encode() + b"L3;\0\0;", [("READ_NOT_TEXT", FILE, None, None, None)]),
    ("unknown encoding", D.encode() + b"\x81\x8d\n", [("READ_ENCODING", FILE, None, None, None)]),
    ("pipes", D.replace(";", "|"), [("READ_DELIMITER", FILE, 1, None, HEAD.replace(";", "|")[:79] + "…")]),
    ("title above", "Logements libérés\n\n" + D, [("READ_TITLE_ABOVE_HEADER", FILE, 1, None, "Logements libérés")]),
    (
        "title padded", "Logements libérés" + ";" * HEAD.count(";") + "\n" + D,
        [("READ_TITLE_ABOVE_HEADER", FILE, 1, None, "Logements libérés")],
    ),
    ("sep line", "sep=;\n" + D, [("READ_TITLE_ABOVE_HEADER", FILE, 1, None, "sep=")]),
    (
        "row too long", MINIMAL + "L1;OPH25;25056;T3;PLUS;de trop\n" + ROW.replace("L1", "L2"),
        [("READ_RAGGED_ROW", FILE, 2, None, "6")],
    ),
    (
        "separator in a value", MINIMAL + "L1;OPH25;25056;3;PLUS\nL2;OPH;25;25056;3;PLUS\n",
        [("READ_RAGGED_ROW", FILE, 3, None, "6")],
    ),
    (
        "truncated", MINIMAL + ROW + "L2;OPH25;250",
        [
            ("READ_RAGGED_ROW", FILE, 3, None, "3"), ("READ_INSEE", FILE, 3, "commune", "250"),
            ("READ_VALUE_MISSING", FILE, 3, "pieces", ""), ("READ_VALUE_MISSING", FILE, 3, "financement", ""),
        ],
    ),
    ("quote never closed", MINIMAL + '"L1;OPH25;25056;T3;PLUS\n' + ROW, [("READ_QUOTE_OPEN", FILE, 2, None, None)]),
    (
        "quote inside quotes", MINIMAL + 'L0;OPH25;25056;T3;PLUS\n"L"1";OPH25;25056;T3;"PLUS"x\n',
        [("READ_QUOTE_MISPLACED", FILE, 3, None, None)],
    ),
    ("huge cell", MINIMAL + f'"{"x" * 140_000}\n;OPH25;25056;T3;PLUS\n', [("READ_CELL_HUGE", FILE, 2, None, None)]),
    ("too many columns", ";".join(f"c{i}" for i in range(1200)) + "\n", [("READ_TOO_MANY_COLUMNS", FILE, 1, None, None)]),
    (
        "required column missing", "logement;bailleur;commune;pieces\nL1;OPH25;25056;T3\n",
        [("READ_COLUMN_MISSING", FILE, 1, "financement", None)],
    ),
    (
        "two required columns missing", "logement;bailleur;pieces\nL1;OPH25;T9999\n",
        [
            ("READ_COLUMN_MISSING", FILE, 1, "commune", None), ("READ_COLUMN_MISSING", FILE, 1, "financement", None),
            ("READ_ROOMS", FILE, 2, "pieces", "T9999"),
        ],
    ),
    (
        "required column misspelled", with_header("financement", "finacement"),
        [
            ("READ_COLUMN_MISSING", FILE, 1, "financement", None),
            ("READ_COLUMN_UNKNOWN", FILE, 1, "finacement", "finacement"),
        ],
    ),
    ("optional column misspelled", with_header("loyer", "loyr"), [("READ_COLUMN_UNKNOWN", FILE, 1, "loyr", "loyr")]),
    ("column twice", with_header("charges", "loyer"), [("READ_COLUMN_TWICE", FILE, 1, "loyer", "loyer")]),
    ("column twice but for case", with_header("charges", "LOYER"), [("READ_COLUMN_TWICE", FILE, 1, "LOYER", "LOYER")]),
    ("column under both names", with_header("charges", "rent_eur"), [("READ_COLUMN_TWICE", FILE, 1, "rent_eur", "rent_eur")]),
    (
        "column without name", MINIMAL[:-1] + ";\n" + ROW[:-1] + ";note\n",
        [("READ_COLUMN_WITHOUT_NAME", FILE, 1, None, None)],
    ),
    (
        "header double-encoded", MINIMAL[:-1] + ";DÃ©rogation\n" + ROW[:-1] + ";1\n",
        [("READ_DOUBLE_ENCODED", FILE, 1, "DÃ©rogation", "DÃ©rogation")],
    ),
    ("same dwelling twice", MINIMAL + ROW + "L2;OPH25;25056;2;PLS\n" + ROW, [("READ_DUPLICATE", FILE, 4, "logement", "L1")]),
    ("total line", MINIMAL + ROW + "Total;;;;\n", [("READ_TOTAL_LINE", FILE, 3, "logement", "Total")]),
    ("total with colon", MINIMAL + ROW + "TOTAL : 1;;;;\n", [("READ_TOTAL_LINE", FILE, 3, "logement", "TOTAL : 1")]),
    (
        "header again", MINIMAL + ROW + MINIMAL.upper() + MINIMAL + "L2;OPH25;25056;2;cher\n",
        [("READ_HEADER_AGAIN", FILE, 3, "logement", "logement"), ("READ_CHOICE", FILE, 5, "financement", "cher")],
    ),
    (
        "rows are the spreadsheet's", MINIMAL + "\n" + ROW + "\n\nL2;OPH25;25056;T9;cher\n",
        [("READ_CHOICE", FILE, 6, "financement", "cher")],
    ),
    (
        "a value on two lines counts as one row",
        MINIMAL[:-1] + ";residence\n" + ROW[:-1] + ';"Les\nTilleuls"\n' + "L2;OPH25;250;T3;PLUS;x\n",
        [("READ_INSEE", FILE, 3, "commune", "250")],
    ),
]  # fmt: skip


@pytest.mark.parametrize("sample", FILES, ids=[s[0].replace(" ", "-") for s in FILES])
def test_one_wrong_file(tmp_path: Path, sample: tuple[str, str | bytes, list[Expected]]):
    path = write_base(tmp_path, logements__csv=sample[1], designations__csv=None, decisions__csv=None)
    assert listed(problems(path)) == sample[2]


def test_a_file_cut_at_the_limit_of_spreadsheets(tmp_path: Path):
    body = "".join(f"L{i};OPH25;25056;T3;PLUS\n" for i in range(65_535))
    path = write_base(tmp_path, logements__csv=MINIMAL + body, demandes__csv=None)
    case, found = read_findings(path, need=("dwellings",))
    assert case is not None and len(case.table("dwellings")) == 65_535
    cut = [f for f in found if f.file == FILE]
    assert listed(cut) == [("READ_ROW_LIMIT", FILE, 65_536, None, "65536")] and cut[0].severity == "warning"


@pytest.mark.parametrize(
    "cell",
    ["1" + " " * 60_000 + "x", "1." * 30_000, "9" * 100_000, "(" * 60_000, "1 000" * 20_000, "a|" * 60_000],
    ids=["spaces", "points", "digits", "brackets", "thousands", "bars"],
)
def test_endless_cells_are_judged_in_passing(tmp_path: Path, cell: str):
    rows = rows_of("logements")
    for column in ("loyer", "etage", "disponible_le", "financement", "ascenseur", "commune", "pieces"):
        rows[0][column] = cell
    applications = rows_of("demandes")
    applications[0]["publics_prioritaires"] = applications[0]["communes_souhaitees"] = cell
    found = problems(
        write_base(tmp_path, logements__csv=csv_text(rows), demandes__csv=csv_text(applications))
    )
    assert len([f for f in found if f.file == FILE]) == 7
    assert {f.code for f in found if f.file == "demandes.csv"} <= {"READ_TOO_LONG", "READ_LIST_ITEM"}
    assert all(len(f.sentence("fr")) < 600 for f in found)


def test_a_header_without_end(tmp_path: Path):
    assert listed(
        problems(
            write_base(tmp_path, logements__csv="x" * 300_000, designations__csv=None, decisions__csv=None)
        )
    ) == [("READ_CELL_HUGE", FILE, 1, None, None)]


def test_a_column_of_other_words_costs_few_suggestions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    calls: list[str] = []
    monkeypatch.setattr(texts, "close_to", lambda word, known: calls.append(word) or "")
    body = "".join(f"L{i};OPH25;25056;T3;X{i}\n" for i in range(5_000))
    found = problems(
        write_base(tmp_path, logements__csv=MINIMAL + body, designations__csv=None, decisions__csv=None)
    )
    assert [(f.code, len(f.rows)) for f in found] == [("READ_CHOICE", 4_999)]
    assert len(calls) <= 20


def test_rows_of_nine_rooms_are_read_as_six(tmp_path: Path):
    case, found = read_findings(write_base(tmp_path, logements__csv=MINIMAL + "L1;OPH25;25056;T9;PLUS\n"))
    assert case is not None and case.table("dwellings")["rooms"].tolist() == [6]
    assert not [f for f in found if f.file == FILE]


def test_keys_of_several_columns(tmp_path: Path):
    rows = rows_of("designations") * 2
    rows[1] = {**rows[1], "logement": ""}
    rows += [dict(rows[1])]
    found = problems(write_base(tmp_path, designations__csv=csv_text(rows)))
    assert listed(found) == [("READ_DUPLICATE", "designations.csv", 4, "reservataire", "ALS · 007")]
    assert found[0].params["first"] == 3


@pytest.mark.parametrize(
    ("header", "key"),
    [
        (
            "bailleur;departement;annee;reservataire;part",
            "bailleur, departement, annee, perimetre, reservataire",
        ),
        ("landlord;departement;year;account;share", "landlord, departement, year, area, account"),
    ],
)
def test_a_key_names_the_columns_as_the_file_does_those_it_lacks_too(tmp_path: Path, header: str, key: str):
    line = "OPH25;25;2026;ALS;0,2\n"
    found = problems(write_base(tmp_path, conventions__csv=f"{header}\n{line}{line}"))
    assert [(f.code, f.params["key"]) for f in found] == [("READ_DUPLICATE", key)]


def test_missing_tables_and_settings(tmp_path: Path):
    path = write_base(
        tmp_path, logements__csv=None, designations__csv=None, decisions__csv=None, case__yaml=None
    )
    assert listed(problems(path)) == [
        ("READ_SETTINGS_MISSING", "case.yaml", None, None, None),
        ("READ_TABLE_MISSING", "", None, None, None),
    ]
    assert "logements.csv" in problems(path)[1].sentence("fr")


def test_only_needed_tables_are_asked_for(tmp_path: Path):
    path = write_base(
        tmp_path, logements__csv=None, demandes__csv=None, designations__csv=None, decisions__csv=None
    )
    assert read(path, need=("stock",)).table("stock")["dwellings"].tolist() == [48]
    with pytest.raises(InputProblems) as caught:
        read(path)
    assert [f.params["name"] for f in caught.value.findings] == ["dwellings", "applications"]


def test_a_table_in_two_files(tmp_path: Path):
    path = write_base(tmp_path, dwellings__csv=D)
    assert listed(problems(path)) == [("READ_TABLE_TWICE", "logements.csv", None, None, None)]
    frame = pd.DataFrame(TABLES["logements"])
    other = write_base(tmp_path / "autre")
    frame.to_parquet(other / "dwellings.parquet")
    assert listed(problems(other)) == [("READ_TABLE_TWICE", "logements.csv", None, None, None)]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("demande.csv", "READ_FILE_UNKNOWN"), ("notes.txt", "READ_FILE_UNKNOWN"), ("colums.yml", "READ_FILE_UNKNOWN"), ("autre.xls", "READ_FORMAT_UNREAD"),
        ("autre.xlsm", "READ_FORMAT_UNREAD"), ("autre.ods", "READ_FORMAT_UNREAD"), ("autre.XLSB", "READ_FORMAT_UNREAD"),
    ],
)  # fmt: skip
def test_other_files_are_named(tmp_path: Path, name: str, code: str):
    path = write_base(tmp_path, **{name.replace(".", "__"): "a;b\n"})
    found = problems(path)
    value = None if code == "READ_FILE_UNKNOWN" else Path(name).suffix.lower()
    assert listed(found) == [(code, name, None, None, value)]
    assert found[0].severity == ("warning" if code == "READ_FILE_UNKNOWN" else "error")
    if name == "demande.csv":
        assert "« demandes »" in found[0].sentence("fr")


def test_files_of_rules_that_nobody_reads_are_told(tmp_path: Path):
    case = write_base(tmp_path, oph25__yaml="landlord: OPH25\n")
    (case / "conventions").mkdir()
    (case / "conventions" / "oph25.yaml").write_text("landlord: OPH25\n")
    (case / "resultat").mkdir()
    found = problems(case)
    assert listed(found) == [
        ("READ_FOLDER_OF_RULES", "conventions", None, None, "conventions"),
        ("READ_RULES_UNNAMED", "oph25.yaml", None, None, None),
    ]
    assert all(f.severity == "warning" and "table conventions" in f.sentence("fr") for f in found)


@pytest.mark.parametrize("name", [".cache.csv", "~$logements.xlsx", "LISEZMOI.md", "photo.png"])
def test_files_that_are_nobodys_business(tmp_path: Path, name: str):
    assert problems(write_base(tmp_path, **{name.replace(".", "__"): "rien"})) == ()


@pytest.mark.parametrize(
    ("name", "code", "file", "value"),
    [
        ("absent", "READ_CASE_NOT_FOUND", "", "absent"), ("logements.csv", "READ_CASE_NOT_A_FOLDER", "", "logements.csv"),
        ("vieux.xls", "READ_FORMAT_UNREAD", "vieux.xls", ".xls"),
    ],
)  # fmt: skip
def test_a_path_that_is_no_case(tmp_path: Path, name: str, code: str, file: str, value: str):
    write_base(tmp_path, vieux__xls=b"\xd0\xcf\x11\xe0")
    case, found = read_findings(tmp_path / name)
    assert case is None and listed(found) == [(code, file, None, None, value)]


def parquet_bytes(columns: dict[str, pa.Array]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def parquet(**changes: pa.Array) -> bytes:
    columns = {
        "dwelling_id": pa.array(["L1", "L2"]), "landlord": pa.array(["OPH25", "OPH25"]),
        "commune": pa.array(["25056", "25580"]), "rooms": pa.array([3, 2], pa.int8()),
        "financing": pa.array(["PLUS", "plai"]).dictionary_encode(),
    }  # fmt: skip
    return parquet_bytes({**columns, **changes})


P = "dwellings.parquet"
PARQUETS: list[tuple[str, bytes, list[Expected]]] = [
    ("sound", parquet(), []),
    ("empty file", b"", [("READ_EMPTY_FILE", P, None, None, None)]),
    ("text named parquet", b"logement;bailleur\n", [("READ_NOT_PARQUET", P, None, None, None)]),
    ("truncated", parquet()[:200], [("READ_NOT_PARQUET", P, None, None, None)]),
    ("damaged footer", parquet()[:-20] + b"\0" * 16 + b"PAR1", [("READ_NOT_PARQUET", P, None, None, None)]),
    (
        "identifier as a float", parquet(dwelling_id=pa.array([1.0, 2.0])),
        [("READ_NUMBER_AS_TEXT_LOST", P, 2, "dwelling_id", "1.0")],
    ),
    ("commune as a number", parquet(commune=pa.array([1004, 25056])), [("READ_INSEE", P, 2, "commune", "1004")]),
    (
        "bytes", parquet(district=pa.array([b"\xff", b"x"])),
        [("READ_COLUMN_TYPE", P, 2, "district", "binary")],
    ),
    ("infinite rent", parquet(rent_eur=pa.array([400.0, float("inf")])), [("READ_NUMBER", P, 3, "rent_eur", "inf")]),
    ("floor with a half", parquet(floor=pa.array([1.0, 2.5])), [("READ_INTEGER", P, 3, "floor", "2.5")]),
    ("negative rent", parquet(rent_eur=pa.array([400, -1])), [("READ_OUT_OF_RANGE", P, 3, "rent_eur", "-1")]),
    ("null identifier", parquet(dwelling_id=pa.array(["L1", None])), [("READ_VALUE_MISSING", P, 3, "dwelling_id", "")]),
    ("unknown column", parquet(rent_euro=pa.array([1, 2])), [("READ_COLUMN_UNKNOWN", P, 1, "rent_euro", "rent_euro")]),
    ("unread columns", parquet(zz=pa.array([1, 2]), yy=pa.array([1, 2])), [("READ_COLUMNS_UNREAD", P, 1, None, "zz, yy")]),
]  # fmt: skip


@pytest.mark.parametrize("sample", PARQUETS, ids=[s[0].replace(" ", "-") for s in PARQUETS])
def test_one_wrong_parquet(tmp_path: Path, sample: tuple[str, bytes, list[Expected]]):
    path = write_base(
        tmp_path,
        logements__csv=None,
        dwellings__parquet=sample[1],
        designations__csv=None,
        decisions__csv=None,
    )
    assert listed(problems(path)) == sample[2]


def test_suggestions_read_well(tmp_path: Path):
    rows = rows_of("demandes")
    rows[0]["dossier"] = "complt"
    text = csv_text(rows).replace("salarie_al", "salari_al", 1)
    found = problems(write_base(tmp_path, demandes__csv=text, logement__csv="a;b\n"))
    assert [f.sentence("fr") for f in found] == [
        "logement.csv : le nom de ce fichier n'est celui d'aucune table : il n'est pas lu (peut-être « logements »). "
        "Donnez-lui le nom de sa table, ou retirez-le du dossier.",
        "demandes.csv, ligne 1, colonne « salari_al » : la colonne « salari_al » est inconnue et n'est pas lue (peut-être "
        "« salarie_al »). Renommez-la, ou dites dans columns.yaml ce qu'elle est.",
        "demandes.csv, ligne 2, colonne « dossier » : « complt » n'est pas une valeur admise. Attendu : complet "
        "(complete), à vérifier (to_verify) ou injoignable (unreachable). Peut-être « complet ».",
    ]
    assert found[2].sentence("en").endswith("Perhaps “complet”.")
