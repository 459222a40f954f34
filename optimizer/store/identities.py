"""Reads the ``identites`` file: unique number, name, contact. It is the only way names come in, and never with the case.

CSV or workbook (first sheet). Anything else that it holds (NIR, birth date, nationality…) is not read and never kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from optimizer.errors import Finding, InputProblems, define, gathered
from optimizer.importers.cells import as_text
from optimizer.importers.raw import RawTable
from optimizer.importers.registry import format_of
from optimizer.importers.texts import left_of_a_formula
from optimizer.importers.words import plain
from optimizer.store.commands.identities import LENGTHS
from optimizer.store.people import NUMBER
from optimizer.store.records import PersonRecord

NAMES: dict[str, tuple[str, ...]] = {
    "application_id": ("numero_unique", "nur", "application_id", "numunique", "id_demande_unique"),
    "name": ("nom", "nom_prenom", "nom_et_prenom", "demandeur", "name"),
    "first_name": ("prenom", "prenoms", "first_name"),
    "phone": ("telephone", "tel", "portable", "mobile", "phone"),
    "email": ("courriel", "email", "e_mail", "mail", "adresse_mail"),
    "address": ("adresse", "adresse_postale", "address"),
}
"""Column -> headers it is known by, without accents and case."""

NOT_OF_PEOPLE = (".parquet",)
"""Formats that no list of people is written in."""

define(
    "IDENTITY_FORMAT",
    "Ce fichier n'est ni un CSV ni un classeur lisible.",
    "This file is neither a CSV nor a readable workbook.",
    expected_fr="identites.csv ou identites.xlsx : numero_unique, nom, telephone, courriel, adresse",
    expected_en="identites.csv or identites.xlsx: numero_unique, nom, telephone, courriel, adresse",
)
define(
    "IDENTITY_NO_NUMBER",
    "Aucune colonne du numéro unique.",
    "No column of the unique number.",
    expected_fr="une colonne numero_unique",
    expected_en="a column numero_unique",
)
define(
    "IDENTITY_EMPTY",
    "Numéro unique absent.",
    "No unique number.",
    remedy_fr="Compléter la ligne, ou la retirer",
    remedy_en="Complete the row, or take it out",
)
define(
    "IDENTITY_LONG",
    "Texte trop long ou illisible.",
    "Text too long or unreadable.",
    expected_fr="au plus {limit} caractères",
    expected_en="at most {limit} characters",
)
define(
    "IDENTITY_TWICE",
    "Ce numéro unique figure sur une autre ligne avec une autre identité.",
    "This unique number stands on another row with another identity.",
    remedy_fr="Garder une seule ligne par demande",
    remedy_en="Keep one row an application",
)


define(
    "IDENTITY_LOST",
    "Numéro enregistré comme un nombre : ses derniers chiffres ou ses zéros de tête sont perdus.",
    "Number stored as a number: its last digits or leading zeros are lost.",
    expected_fr="un numéro enregistré comme du texte",
    expected_en="a number stored as text",
    remedy_fr="Réexporter la colonne au format Texte depuis le logiciel d'origine",
    remedy_en="Export the column again as Text from the original software",
)
define(
    "IDENTITY_CELL",
    "Cellule en erreur, ou formule sans résultat.",
    "Cell in error, or formula without a result.",
    remedy_fr="Corriger la formule, ou coller la valeur",
    remedy_en="Correct the formula, or paste the value",
)
_LOST = re.compile(r"[0-9]([.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_PHONE_LOST = re.compile(r"[1-9][0-9]{8}")
"""A telephone number that a spreadsheet took the zero from: nothing else has nine digits."""


def read(path: str | Path) -> tuple[PersonRecord, ...]:
    """Identities of a file, one an application.

    Raises
    ------
    InputProblems
        Every problem of the file; values of cells are never shown, for they are people's.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(2, "introuvable", str(path))
    shape = format_of(path.suffix)
    if shape is None or path.suffix.lower() in NOT_OF_PEOPLE:
        raise InputProblems([Finding("IDENTITY_FORMAT", file=path.name)])
    opened = shape.read(path, path.name)
    if not opened.tables:
        raise InputProblems(opened.findings or [Finding("IDENTITY_FORMAT", file=path.name)])
    table = opened.tables[0]
    places = _places(table)
    if "application_id" not in places:
        raise InputProblems([Finding("IDENTITY_NO_NUMBER", file=table.label, row=table.header_row)])
    people: dict[str, PersonRecord] = {}
    findings: list[Finding] = []
    spoilt = {(int(table.rows[m.row]), m.column): m.kind for m in table.marks}
    for row, cells in _lines(table, places):
        findings += _problems(table, row, cells, places)
        findings += _spoilt(table, row, cells, places, spoilt)
        if not (number := cells.get("application_id", "")):
            continue
        person = _person(number, cells)
        if people.setdefault(number, person) != person:
            findings.append(_finding("IDENTITY_TWICE", table, row, places, "application_id"))
    if findings:
        raise InputProblems(gathered(findings))
    return tuple(people.values())


def _places(table: RawTable) -> dict[str, int]:
    places: dict[str, int] = {}
    for field, names in NAMES.items():
        for position, header in enumerate(table.header):
            if plain(header) in names:
                places.setdefault(field, position)
    return places


def _lines(table: RawTable, places: dict[str, int]) -> Iterator[tuple[int, dict[str, str]]]:
    columns = {field: as_text(table.columns[at]) for field, at in places.items()}
    for index, row in enumerate(table.rows):
        cells = {
            field: (column[index].as_py() or "") if column is not None else ""
            for field, column in columns.items()
        }
        if any(cells.values()):
            yield int(row), cells


def _person(number: str, cells: dict[str, str]) -> PersonRecord:
    name = " ".join(text for text in (cells.get("first_name", ""), cells.get("name", "")) if text)
    phone = cells.get("phone", "")
    if _PHONE_LOST.fullmatch(phone):
        phone = f"0{phone}"
    return PersonRecord("", number, name, phone, cells.get("email", ""), cells.get("address", ""))


def _problems(table: RawTable, row: int, cells: dict[str, str], places: dict[str, int]) -> Iterator[Finding]:
    if not cells.get("application_id"):
        yield _finding("IDENTITY_EMPTY", table, row, places, "application_id")
    for field, text in cells.items():
        limit = NUMBER if field == "application_id" else LENGTHS.get(field, LENGTHS["name"])
        if len(text) > limit or any(ord(sign) < 32 and sign not in "\n\r\t" for sign in text):
            yield _finding("IDENTITY_LONG", table, row, places, field, limit=limit)


def _spoilt(
    table: RawTable,
    row: int,
    cells: dict[str, str],
    places: dict[str, int],
    spoilt: dict[tuple[int, int], str],
) -> Iterator[Finding]:
    """What a spreadsheet broke: a name would be « #N/A » in letters, and a rounded number that of another household."""
    for field, text in cells.items():
        kind = spoilt.get((row, places[field]), "")
        if kind in ("error", "formula") or left_of_a_formula(text):
            yield _finding("IDENTITY_CELL", table, row, places, field)
        elif field in ("application_id", "phone") and (kind == "long" or _LOST.fullmatch(text)):
            yield _finding("IDENTITY_LOST", table, row, places, field)


def _finding(
    code: str, table: RawTable, row: int, places: dict[str, int], field: str, **params: object
) -> Finding:
    return Finding(code, file=table.label, row=row, column=table.header[places[field]], params=params)
