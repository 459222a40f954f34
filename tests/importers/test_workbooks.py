"""Workbooks: what people send, what goes wrong in cells, and files made to hurt. One clear sentence each."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from optimizer.importers import read, read_findings
from optimizer.importers.formats import workbook
from optimizer.verify.tables import read_case as verified
from tests.importers.base import Expected, listed, write_base
from tests.importers.books import (
    APPLICATIONS,
    DWELLINGS,
    book,
    default_sheets,
    edited,
    part,
    part_names,
    rezip,
    save,
    settings_rows,
    sheets_book,
    text_cells,
)

B = "dossier.xlsx"
L, A = f"{B} › logements", f"{B} › demandes"
SHEET2 = "xl/worksheets/sheet2.xml"


def of(rows: list[list[Any]], cell: Any, row: int = 2, column: int = 0) -> list[list[Any]]:
    """A copy of the rows with one cell replaced (0-based)."""
    copy = [list(r) for r in rows]
    copy[row][column] = cell
    return copy


def with_format(cell: Any, pattern: str, row: int, column: int) -> bytes:
    def then(made: Any, sheets: Any) -> None:
        sheets["demandes"].write(row, column, cell, made.add_format({"num_format": pattern}))

    return sheets_book(default_sheets(), then)


def merged(made: Any, sheets: Any) -> None:
    sheets["logements"].merge_range(1, 1, 2, 1, "OPH25", made.add_format({"border": 1}))


def formula(text: str, value: Any) -> bytes:
    return sheets_book(
        default_sheets(), lambda made, sheets: sheets["demandes"].write_formula(2, 4, text, None, value)
    )


def test_a_workbook_is_a_case(tmp_path: Path):
    case = read(save(tmp_path, book()))
    assert case.settings.on == date(2026, 11, 24) and case.settings.landlord == "OPH25"
    assert case.table("dwellings")["rooms"].tolist() == [3, 2]
    applications = case.table("applications")
    assert applications["application_id"].tolist() == ["025012345678900001", "007"]
    assert applications["monthly_income_eur"].tolist() == [1650.5, 0.0]
    assert applications["first_registered_on"].dt.strftime("%d/%m/%Y").tolist() == [
        "03/04/2024",
        "31/01/2023",
    ]
    assert [(s.name, s.rows) for s in case.sources] == [(B, 4)]


def test_a_settings_sheet_holds_changes_and_negotiated_shares(tmp_path: Path):
    more = [
        ["changes.national.lec.first_quartile_share", "0.30"], ["negotiated.base", 1],
        ["negotiated.delta.COLL:25056", "-0.02"], ["negotiated.delta.ALS", 0.02],
    ]  # fmt: skip
    settings = read(save(tmp_path, book(dossier=[*settings_rows(), *more]))).settings
    assert settings.changes == {"national.lec.first_quartile_share": 0.3}
    assert settings.negotiated == {"base": 1, "delta": {"COLL:25056": -0.02, "ALS": 0.02}}


def test_a_settings_sheet_says_changes_and_negotiated_shares_in_french_too(tmp_path: Path):
    more = [
        ["Modifications.national.lec.first_quartile_share", "0.30"], ["négociation.base", 1],
        ["negociation.delta.ALS", 0.02], ["negociation.minima.ALS", 0.2],
    ]  # fmt: skip
    settings = read(save(tmp_path, book(dossier=[*settings_rows(), *more]))).settings
    assert settings.changes == {"national.lec.first_quartile_share": 0.3}
    assert settings.negotiated == {"base": 1, "delta": {"ALS": 0.02}, "minima": {"ALS": 0.2}}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["year", 2025]], [(7, "year")]),
        ([["annee", 2025]], [(7, "annee")]),
        ([["changes.territory.market", "tense"], ["changes.territory.market", "relaxed"]], [(8, "changes.territory.market")]),
        ([["negotiated.base", 1], ["negociation.base", 2]], [(8, "negociation.base")]),
        ([["dalo.OPH25.25", 12], ["dalo.OPH25.25", 21]], [(8, "dalo.OPH25.25")]),
    ],
)  # fmt: skip
def test_a_key_on_two_rows_of_a_settings_sheet_is_told(
    tmp_path: Path, rows: list[list[Any]], told: list[tuple[int, str]]
):
    """The first row counted and the second was passed over without a word."""
    _, found = read_findings(save(tmp_path, book(dossier=[*settings_rows(), *rows])))
    twice = [f for f in found if f.code == "READ_YAML_TWICE"]
    assert [(f.row, f.column) for f in twice] == told
    assert all(f.file == f"{B} › dossier" for f in twice)


def test_a_second_settings_sheet_is_told(tmp_path: Path):
    """The last workbook by name replaced the settings of the first, without a word."""
    save(tmp_path, book())
    (tmp_path / "suite.xlsx").write_bytes(sheets_book({"case": settings_rows()}))
    _, found = read_findings(tmp_path)
    assert [(f.code, f.severity, f.file) for f in found] == [
        ("READ_TABLE_TWICE", "error", "suite.xlsx › case")
    ]


def test_a_settings_sheet_beside_case_yaml_is_told(tmp_path: Path):
    path = write_base(
        tmp_path, logements__csv=None, demandes__csv=None, designations__csv=None, decisions__csv=None
    )
    (path / "tables.xlsx").write_bytes(book())
    case, found = read_findings(path)
    assert case is not None
    assert [(f.code, f.severity, f.file) for f in found] == [
        ("READ_TABLE_TWICE", "warning", "tables.xlsx › dossier")
    ]


def test_a_folder_may_hold_a_workbook(tmp_path: Path):
    path = write_base(
        tmp_path, logements__csv=None, demandes__csv=None, designations__csv=None, decisions__csv=None,
        tables__xlsx=sheets_book({"logements": DWELLINGS, "applications": APPLICATIONS, "LISEZMOI": [["bonjour"]]}),
    )  # fmt: skip
    case, found = read_findings(path)
    assert found == () and case is not None and len(case.table("applications")) == 2


def test_a_space_typed_below_the_rows_is_no_row(tmp_path: Path):
    sheets = default_sheets()
    clean = tmp_path / "clean.xlsx"
    clean.write_bytes(sheets_book(sheets))
    sheets["demandes"] = [*sheets["demandes"][:2], ["  "], *sheets["demandes"][2:], ["", " "]]
    typed = tmp_path / "typed.xlsx"
    typed.write_bytes(sheets_book(sheets))
    case, findings = read_findings(typed)
    assert case is not None and not findings
    assert case.table("applications").equals(read(clean).table("applications"))
    again, once = (verified(path).tables["applications"] for path in (typed, clean))
    assert again.rows == once.rows == 2 and again.columns == once.columns


def test_every_table_fits_in_a_workbook(tmp_path: Path):
    folder = read(write_base(tmp_path / "csv"))
    names = [t for t in ("logements", "demandes", "designations", "decisions", "baux", "en_cours", "stock")]
    sheets = {"dossier": settings_rows()} | {name: text_cells(name) for name in names}
    workbook_case = read(save(tmp_path, sheets_book(sheets)))
    for name in ("dwellings", "applications", "nominations", "decisions", "leases", "in_progress", "stock"):
        assert workbook_case.table(name).equals(folder.table(name)), name


def test_dates_and_numbers_keep_their_meaning(tmp_path: Path):
    data = with_format(date(2024, 4, 3), "dd/mm/yyyy", 1, 1)
    assert read(save(tmp_path, data)).table("applications")["first_registered_on"].iloc[0].date() == date(
        2024, 4, 3
    )
    rows = of(of(APPLICATIONS, 1234.567, 1, 4), 12345, 2, 0)
    applications = read(save(tmp_path / "b", book(demandes=rows))).table("applications")
    assert applications["monthly_income_eur"].iloc[0] == 1234.567
    assert applications["application_id"].tolist() == ["025012345678900001", "12345"]


CELLS: list[tuple[str, bytes, list[Expected]]] = [
    (
        "18 digits as a number", book(demandes=of(APPLICATIONS, 25012345678900001)),
        [("READ_NUMBER_AS_TEXT_LOST", A, 3, "numero_unique", "25012345678900000")],
    ),
    (
        "18 digits as a scientific number", book(demandes=of(APPLICATIONS, 2.5012345678900001e17)),
        [("READ_NUMBER_AS_TEXT_LOST", A, 3, "numero_unique", "250123456789000000")],
    ),
    ("commune without its zero", book(logements=of(DWELLINGS, 1004, 2, 2)), [("READ_INSEE", L, 3, "commune", "1004")]),
    ("serial date", book(demandes=of(APPLICATIONS, 45000, 2, 1)), [("READ_DATE", A, 3, "premiere_demande_le", "45000")]),
    ("error", formula("=A1/0", "#DIV/0!"), [("READ_CELL_ERROR", A, 3, "revenus_mensuels", "#DIV/0!")]),
    ("lost reference", formula("=#REF!", "#REF!"), [("READ_CELL_ERROR", A, 3, "revenus_mensuels", "#REF!")]),
    (
        "formula never computed", edited(formula("=C3*100", 7), "xl/worksheets/sheet3.xml", b"<v>7</v>", b""),
        [("READ_FORMULA_EMPTY", A, 3, "revenus_mensuels", "=C3*100")],
    ),
    ("formula computed", formula("=C3*100", 700), []),
    ("merged cells", sheets_book(default_sheets(), merged), [
        ("READ_MERGED_CELLS", L, 2, None, "B2:B3"), ("READ_VALUE_MISSING", L, 3, "bailleur", ""),
    ]),
    (
        "title above", book(logements=[["Logements libérés"], [], *DWELLINGS]),
        [("READ_TITLE_ABOVE_HEADER", L, 1, None, "Logements libérés")],
    ),
    (
        "rows are the spreadsheet's", book(logements=[*DWELLINGS, [], [], ["L9", "OPH25", "250", 3, "PLUS"]]),
        [("READ_INSEE", L, 6, "commune", "250")],
    ),
    (
        "value beside the table", book(logements=[DWELLINGS[0], [*DWELLINGS[1], None, "note"], DWELLINGS[2]]),
        [("READ_COLUMN_WITHOUT_NAME", L, 1, None, None)],
    ),
    ("yes in words", book(logements=of(DWELLINGS, True, 2, 3)), [("READ_ROOMS", L, 3, "pieces", "true")]),
    (
        "sheet misspelled", sheets_book({"dossier": settings_rows(), "logement": DWELLINGS, "demandes": APPLICATIONS}),
        [("READ_SHEET_UNKNOWN", B, None, None, "logement"), ("READ_TABLE_MISSING", "", None, None, None)],
    ),
    ("no table sheet", sheets_book({"Feuil1": DWELLINGS}), [("READ_NO_TABLE_SHEET", B, None, None, "Feuil1")]),
    (
        "no settings sheet", sheets_book({"logements": DWELLINGS, "demandes": APPLICATIONS}),
        [("READ_SETTINGS_MISSING", B, None, None, None)],
    ),
    (
        "same table in two sheets",
        sheets_book({**default_sheets(), "dwellings": DWELLINGS}), [("READ_TABLE_TWICE", f"{B} › dwellings", None, None, None)],
    ),
    (
        "settings sheet", book(dossier=[*settings_rows()[:3], ["on", "demain"], ["annee", "2026"], ["year", "2026"]]),
        [
            ("READ_YAML_TWICE", f"{B} › dossier", 5, "annee", None),
            ("READ_KEY_VALUE", f"{B} › dossier", 4, "on", "demain"),
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize("sample", CELLS, ids=[s[0].replace(" ", "-") for s in CELLS])
def test_one_wrong_workbook(tmp_path: Path, sample: tuple[str, bytes, list[Expected]]):
    assert listed(read_findings(save(tmp_path, sample[1]))[1]) == sample[2]


def far(reference: str) -> bytes:
    """A 4 KiB workbook with one cell far away."""
    row = int("".join(c for c in reference if c.isdigit()))
    cell = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row></sheetData>'.encode()
    return edited(book(), SHEET2, b"</sheetData>", cell)


def bomb(size: int) -> bytes:
    """A part that unpacks to ``size`` bytes of nothing."""
    return rezip(book(), {"xl/media/image1.bin": bytes(size)}, level=9)


def lying(data: bytes, size: int) -> bytes:
    """The size announced by the directory for the last entry replaced by ``size``."""
    at = data.rfind(b"PK\x01\x02")
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


def repeated(times: int) -> bytes:
    """One long shared text that many cells show: small in the archive, enormous once read."""
    data = book(logements=[*DWELLINGS, ["x" * 32_000]])
    cell = re.search(rb'<row r="4"[^>]*><c r="A4" t="s"><v>(\d+)</v></c></row>', part(data, SHEET2))
    assert cell is not None
    rows = b"".join(b'<row r="%d"><c t="s"><v>%s</v></c></row>' % (r, cell[1]) for r in range(5, times + 5))
    return edited(data, SHEET2, b"</sheetData>", rows + b"</sheetData>")


def with_dtd(name: str, body: bytes) -> bytes:
    content = part(book(), name)
    end = content.index(b"?>") + 2
    return rezip(book(), {name: content[:end] + body + content[end:]})


def encrypted_entry(data: bytes) -> bytes:
    at = data.rfind(b"PK\x01\x02")
    flags = struct.unpack("<H", data[at + 8 : at + 10])[0] | 1
    return data[: at + 8] + struct.pack("<H", flags) + data[at + 10 :]


def twice(name: str) -> bytes:
    data = book()
    sink = io.BytesIO(data)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(sink, "a") as archive:
        archive.writestr(name, b"<worksheet/>")
    return sink.getvalue()


def plain_zip(**parts: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return sink.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
LAUGHS = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
XXE = b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
HOSTILE: list[tuple[str, Any, str]] = [
    ("cell in the last corner", lambda: far("XFD1048576"), "READ_WORKBOOK_FAR_CELL"),
    ("cell in the last row", lambda: far("A1048576"), "READ_WORKBOOK_FAR_CELL"),
    ("cell in the last column", lambda: far("XFD9"), "READ_WORKBOOK_FAR_CELL"),
    (
        "empty row far away",
        lambda: edited(book(), SHEET2, b"</sheetData>", b'<row r="900000"><c><v>1</v></c></row></sheetData>'),
        "READ_WORKBOOK_FAR_CELL",
    ),
    ("zip bomb", lambda: bomb(300 << 20), "READ_WORKBOOK_BOMB"),
    ("small bomb of a high ratio", lambda: bomb(20 << 20), "READ_WORKBOOK_BOMB"),
    ("bomb that lies about its size", lambda: lying(bomb(20 << 20), 100), "READ_WORKBOOK_DAMAGED"),
    ("a thousand and one parts", lambda: rezip(book(), {f"x/{i}.bin": b"" for i in range(1001)}), "READ_WORKBOOK_BOMB"),
    ("one text repeated without end", lambda: repeated(9_000), "READ_WORKBOOK_BOMB"),
    (
        "cell longer than any spreadsheet allows",
        lambda: edited(
            book(), SHEET2, b"</sheetData>",
            b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + b"x" * 40_000 + b"</t></is></c></row></sheetData>",
        ),
        "READ_WORKBOOK_BOMB",
    ),
    ("external entity in a sheet", lambda: with_dtd(SHEET2, XXE), "READ_WORKBOOK_DTD"),
    ("billion laughs in the texts", lambda: with_dtd("xl/sharedStrings.xml", LAUGHS), "READ_WORKBOOK_DTD"),
    ("entity in the content types", lambda: with_dtd("[Content_Types].xml", XXE), "READ_WORKBOOK_DTD"),
    ("entity in the properties", lambda: with_dtd("docProps/core.xml", LAUGHS), "READ_WORKBOOK_DTD"),
    ("entity in the relations", lambda: with_dtd("xl/_rels/workbook.xml.rels", XXE), "READ_WORKBOOK_DTD"),
    (
        "utf-16 part", lambda: rezip(book(), {SHEET2: part(book(), SHEET2).decode().encode("utf-16")}),
        "READ_WORKBOOK_DTD",
    ),
    ("macros", lambda: rezip(book(), {"xl/vbaProject.bin": b"x"}), "READ_WORKBOOK_MACROS"),
    ("password", lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "READ_WORKBOOK_PASSWORD"),
    ("old workbook", lambda: OLE, "READ_NOT_A_WORKBOOK"),
    ("text renamed", lambda: b"logement;bailleur\nL1;X\n", "READ_NOT_A_WORKBOOK"),
    ("page renamed", lambda: b"<html><table><tr><td>logement</td></tr></table></html>", "READ_NOT_A_WORKBOOK"),
    ("empty", lambda: b"", "READ_EMPTY_FILE"),
    ("another archive", lambda: plain_zip(a=b"x"), "READ_NOT_A_WORKBOOK"),
    ("open document", lambda: plain_zip(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "READ_NOT_A_WORKBOOK"),
    ("encrypted entry", lambda: encrypted_entry(book()), "READ_WORKBOOK_DAMAGED"),
    ("same part twice", lambda: twice(SHEET2), "READ_WORKBOOK_DAMAGED"),
    ("cut in the middle", lambda: book()[:3000], "READ_WORKBOOK_DAMAGED"),
    ("no sheet part", lambda: rezip(book(), {SHEET2: None}), "READ_WORKBOOK_DAMAGED"),
    ("sheet is no xml", lambda: rezip(book(), {SHEET2: b"bonjour"}), "READ_WORKBOOK_DAMAGED"),
    ("sheet never ends", lambda: rezip(book(), {SHEET2: part(book(), SHEET2)[:-30]}), "READ_WORKBOOK_DAMAGED"),
]  # fmt: skip


@pytest.mark.parametrize("sample", HOSTILE, ids=[s[0].replace(" ", "-") for s in HOSTILE])
def test_a_hostile_workbook_is_one_sentence(tmp_path: Path, sample: tuple[str, Any, str]):
    case, found = read_findings(save(tmp_path, sample[1]()))
    assert case is None and [f.code for f in found] == [sample[2]]
    assert found[0].file == B and len(found[0].sentence("fr")) < 400 and found[0].sentence("en")


def test_far_cells_fit_in_four_kilobytes():
    assert len(far("XFD1048576")) < 16_384 and SHEET2 in part_names(far("XFD1048576"))


def test_a_child_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbook, "WALL_SECONDS", 0.001)
    _, found = read_findings(save(tmp_path, book()))
    assert [f.code for f in found] == ["READ_WORKBOOK_LIMITS"]


def test_bit_damage_never_gives_other_data(tmp_path: Path):
    data = bytearray(book())
    sound = read(save(tmp_path, bytes(data)))
    for i in range(40, len(data) - 40, max(1, len(data) // 12)):
        hurt = bytearray(data)
        hurt[i] ^= 0x55
        case, found = read_findings(save(tmp_path, bytes(hurt)))
        assert found or (case is not None and case.table("dwellings").equals(sound.table("dwellings")))
