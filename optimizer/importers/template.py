"""The empty case people start from: French headers, every column explained, lists to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from optimizer.datadirs import models_dir
from optimizer.disk import hold, write_files
from optimizer.domain import TABLES, Column, Table
from optimizer.errors import AttrifluxError, define
from optimizer.importers.beside import LABELS, WISHES
from optimizer.importers.expected import expected
from optimizer.importers.explanations import example, meaning
from optimizer.importers.local import SHEETS, catalogue
from optimizer.importers.tables import EXAMPLE
from optimizer.importers.words import in_french, spoken, vocabulary

define(
    "TEMPLATE_EXISTS",
    "« {name} » existe déjà et n'est pas vide : rien n'a été écrit.",
    "“{name}” already exists and is not empty: nothing was written.",
    remedy_fr="Choisissez un autre nom",
    remedy_en="Choose another name",
)

BOOK = "dossier.xlsx"
LIST_ROWS = 20_000
"""Rows that offer drop-down lists and keep identifiers as text."""
_TEXT_KINDS = ("id", "text", "insee", "list", "choice", "qpv")
_SETTINGS: tuple[tuple[str, str, str], ...] = (
    ("titre", "Mon dossier", "Titre, repris en tête des documents"),
    (
        "territoire",
        "Doubs",
        "Territoire : Doubs, Jura, Haute-Saône, Territoire de Belfort, Franche-Comté ou France",
    ),
    ("date", "01/01/2026", "Date à laquelle les règles sont lues et l'ancienneté comptée"),
    ("annee", "2026", "Année des objectifs (flux, LEC…)"),
    ("bailleur", "", "Code du bailleur (facultatif)"),
    ("tous_les_bailleurs", "", "oui si tous les bailleurs de l'EPCI sont dans le dossier (facultatif)"),
    ("candidats_par_logement", "", "Nombre de candidats par logement (facultatif ; 3 par défaut)"),
    ("tirage", "", "Graine du tirage qui départage (facultatif ; une autre valeur est imprimée partout)"),
    (
        "correspondance",
        "",
        "Noms de colonnes de vos extractions : imhoweb, sne, bailleur ou fichier_partage (facultatif)",
    ),
)
_HOW = (
    "Remplissez au moins « logements » et « demandes » ; les autres tables sont facultatives et peuvent rester vides "
    "ou être supprimées.",
    "Une ligne par logement, par demande… Ne laissez ni titre ni total. Les colonnes facultatives peuvent être "
    "supprimées, l'ordre des colonnes est libre.",
    "Les identifiants et codes se saisissent comme du texte : un numéro de 18 chiffres enregistré comme un nombre perd "
    "ses derniers chiffres.",
    "Les listes dans une cellule se séparent par « | ». Dates : JJ/MM/AAAA ou AAAA-MM-JJ. Les communes se disent par leur code "
    "INSEE ou par leur nom.",
    "Un bailleur qui a des logements dans le flux doit avoir sa convention : feuille « conventions », une ligne par réservataire. "
    "Les seuils du premier quartile, les objectifs de l'année et la grille de cotation se saisissent dans les feuilles "
    "« seuils », « objectifs » et « grille ».",
    "Des demandeurs, ni nom, ni numéro de sécurité sociale, ni nationalité, ni adresse, ni texte libre : ces colonnes ne sont pas lues.",
    "Pour contrôler le dossier : attriflux check. Pour proposer : attriflux propose.",
)

_SHOWN_IN_BOOK = "La ligne EXEMPLE de chaque feuille montre comment la remplir : elle n'est pas lue, vous pouvez la laisser ou l'effacer."
_SHOWN_BELOW = (
    "Les tableaux ci-dessous disent, colonne par colonne, ce qu'elle dit, ce qui est attendu et un exemple."
)


def template(directory: str | Path, xlsx: bool = False) -> Path:
    """Write an empty case and return its path.

    Parameters
    ----------
    directory : a new or empty folder; with ``xlsx`` also the name of a workbook to create.
    xlsx : one workbook (``dossier.xlsx`` in the folder) instead of CSV files and ``case.yaml``.

    Raises
    ------
    AttrifluxError
        ``TEMPLATE_EXISTS``: something is there already.
    """
    target = Path(directory)
    book = xlsx and target.suffix.lower() == ".xlsx"
    if target.exists() and (book or not target.is_dir() or any(target.iterdir())):
        raise AttrifluxError("TEMPLATE_EXISTS", name=target.name)
    if book:
        write_files([(target, _write_book)], force=None)
        return target
    with hold(target, force=None) as held, held.folder() as work:
        if xlsx:
            _write_book(work / BOOK)
        else:
            _write_folder(work)
    return target / BOOK if xlsx else target


def _name(column: Column) -> str:
    return column.alias or column.name


def _explained(table: Table) -> list[tuple[str, str, str, str, str]]:
    """Per column: name, required, meaning, expected, example."""
    return [
        (_name(c), "oui" if c.required else "", meaning(c), _expected(c), example(table, c))
        for c in table.columns
    ]


def _expected(column: Column) -> str:
    """What to type; closed values in French."""
    words = offered(column)
    if column.kind == "choice" or (words and column.kind == "text"):
        return ", ".join(words)
    if column.items == "choice":
        return "DALO, a à n, gbis, ou les mots de la liste, séparés par |"
    return expected(column)[0]


def offered(column: Column) -> list[str]:
    """The French words that a drop-down list proposes for a column; none where anything may be typed."""
    if column.kind == "bool":
        return ["oui", "non"]
    if column.kind == "qpv":
        return ["oui", "non"]
    if column.kind == "rooms":
        return ["1", "2", "3", "4", "5", "6"]
    if column.values:
        return [word.upper() if len(word) == 1 else word for _, word in in_french(column)]
    return [words[0] for words in spoken(column.name).values()]


_COLUMNS = ("Colonne", "Obligatoire", "Ce qu'elle dit", "Attendu", "Exemple")
_ALL = (*TABLES.values(), WISHES, *SHEETS, LABELS)
"""Every sheet, those that complete the tables last."""


def _write_folder(folder: Path) -> None:
    lines = ["# Ce dossier est lu par Attriflux. Une ligne « clé: valeur » par réglage."]
    for key, value, text in _SETTINGS:
        lines.append(f"# {text}")
        lines.append(f"{key}: {value}" if value else f"# {key}:")
    (folder / "case.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for table in _ALL:
        header = ";".join(_name(c) for c in table.columns)
        (folder / f"{table.alias}.csv").write_text(header + "\n", encoding="utf-8-sig")
    (folder / "LISEZMOI.md").write_text(_readme(), encoding="utf-8")


def _readme() -> str:
    parts = ["# Comment remplir ce dossier", "", *(f"- {line}" for line in (*_HOW, _SHOWN_BELOW)), ""]
    for table in _ALL:
        parts += [f"## {table.alias}.csv — {table.fr}", "", _row(_COLUMNS), _row(["---"] * len(_COLUMNS))]
        parts += [_row(line) for line in _explained(table)]
        parts.append("")
    return "\n".join(parts)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"


def _write_book(path: Path) -> None:
    import xlsxwriter

    options = {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True,
    }  # fmt: skip
    with xlsxwriter.Workbook(str(path), options) as book:
        # A fixed date: the same template is the same file.
        book.set_properties({"title": "Dossier Attriflux", "created": datetime(2026, 1, 1)})  # noqa: DTZ001
        looks = _looks(book)
        _notes_sheet(book.add_worksheet("LISEZMOI"), looks)
        _settings_sheet(book.add_worksheet("dossier"), looks)
        lists = _Lists(book)
        for table in _ALL:
            _table_sheet(book.add_worksheet(table.alias), table, looks, lists)
        lists.write()


def _looks(book: Any) -> dict[str, Any]:
    head = {"bold": True, "bg_color": "#E8EDF3", "border": 1, "text_wrap": True, "valign": "top"}
    return {
        "head": book.add_format(head),
        "required": book.add_format(head | {"bg_color": "#1F4E79", "font_color": "#FFFFFF"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "text": book.add_format({"num_format": "@"}),
        "example": book.add_format({"italic": True, "font_color": "#7F7F7F", "num_format": "@"}),
        "date": book.add_format({"num_format": "dd/mm/yyyy"}),
        "month": book.add_format({"num_format": "mm/yyyy"}),
        "number": book.add_format({"num_format": "General"}),
    }


def _notes_sheet(sheet: Any, looks: dict[str, Any]) -> None:
    sheet.set_column(0, 1, 24, looks["wrap"])
    sheet.set_column(2, 2, 13, looks["wrap"])
    sheet.set_column(3, 4, 55, looks["wrap"])
    sheet.set_column(5, 5, 24, looks["text"])
    sheet.write_string(0, 0, "Comment remplir ce classeur", looks["title"])
    lines = (*_HOW, _SHOWN_IN_BOOK)
    for i, line in enumerate(lines):
        sheet.merge_range(1 + i, 0, 1 + i, 5, line, looks["wrap"])
        sheet.set_row(1 + i, 30)
    top = len(lines) + 2
    for j, text in enumerate(("Feuille", *_COLUMNS)):
        sheet.write_string(top, j, text, looks["head"])
    row = top + 1
    for table in _ALL:
        for cells in _explained(table):
            for j, text in enumerate((table.alias, *cells)):
                sheet.write_string(row, j, text, looks["text"] if j == 5 else looks["wrap"])
            row += 1
    sheet.freeze_panes(top + 1, 0)
    sheet.autofilter(top, 0, row - 1, 5)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _settings_sheet(sheet: Any, looks: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 18, looks["text"])
    sheet.set_column(1, 1, 28, looks["text"])
    sheet.set_column(2, 2, 80, looks["wrap"])
    for j, text in enumerate(("clé", "valeur", "explication")):
        sheet.write_string(0, j, text, looks["head"])
    for i, (key, value, text) in enumerate(_SETTINGS, start=1):
        sheet.write_string(i, 0, key, looks["text"])
        if value:
            sheet.write_string(i, 1, value, looks["text"])
        sheet.write_string(i, 2, text, looks["wrap"])
        if key == "territoire":
            names = [words[0] for words in vocabulary()["territories"].values()]
            sheet.data_validation(i, 1, i, 1, {"validate": "list", "source": names, "error_type": "warning"})
        if key == "tous_les_bailleurs":
            sheet.data_validation(i, 1, i, 1, {"validate": "list", "source": ["oui", "non"]})
    sheet.freeze_panes(1, 0)


class _Lists:
    """The sheet that holds the words of the drop-down lists, each list once."""

    def __init__(self, book: Any) -> None:
        self.book, self.lists = book, dict[tuple[str, ...], str]()

    def source(self, words: Sequence[str]) -> str:
        """The range of a list."""
        key = tuple(words)
        if key not in self.lists:
            from xlsxwriter.utility import xl_col_to_name

            letter = xl_col_to_name(len(self.lists))
            self.lists[key] = f"=listes!${letter}$1:${letter}${len(key)}"
        return self.lists[key]

    def write(self) -> None:
        sheet = self.book.add_worksheet("listes")
        for j, words in enumerate(self.lists):
            sheet.set_column(j, j, 28)
            sheet.write_column(0, j, words)
        sheet.hide()


def _table_sheet(sheet: Any, table: Table, looks: dict[str, Any], lists: _Lists) -> None:
    """Headers with a note each, drop-down lists, text kept as text, one line that shows how to fill it."""
    for j, column in enumerate(table.columns):
        name = _name(column)
        kind = (
            "text"
            if column.kind in _TEXT_KINDS
            else column.kind
            if column.kind in ("date", "month")
            else "number"
        )
        sheet.set_column(j, j, max(12, min(26, len(name) + 4)), looks[kind])
        sheet.write_string(0, j, name, looks["required" if column.required else "head"])
        note = f"{meaning(column)}.\nAttendu : {_expected(column)}."
        shown = example(table, column)
        sheet.write_comment(
            0, j, note + (f"\nExemple : {shown}" if shown else ""), {"x_scale": 2, "y_scale": 1.5}
        )
        sheet.write_string(1, j, EXAMPLE if j == 0 else shown, looks["example"])
        validation = _validation(column, lists)
        if validation is not None:
            sheet.data_validation(1, j, LIST_ROWS, j, validation)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, 0, len(table.columns) - 1)


def _validation(column: Column, lists: _Lists) -> dict[str, Any] | None:
    """A drop-down list where values are closed; only a warning where something else may be typed."""
    words = criteria() if column.name == "criterion" else offered(column)
    if not words:
        return None
    closed = column.kind in ("choice", "bool")
    return {
        "validate": "list", "source": lists.source(words), "ignore_blank": True,
        "error_type": "stop" if closed else "warning",
        "error_title": "Valeur non admise" if closed else "Est-ce bien cela ?",
        "error_message": "Choisissez une valeur de la liste." if closed else f"Attendu : {_expected(column)}."[:250],
    }  # fmt: skip


def criteria() -> list[str]:
    """Titles of the criteria that the sheet ``grille`` may use."""
    known, _ = catalogue(models_dir())
    return list(dict.fromkeys(str(item["title"]) for _, item in known.values()))
