"""Plain workbooks of tables: one sheet per table, safe text, fixed dates, ready to print. Same tables, same bytes.

Comparisons, conversions and statements are written here in one way; a :class:`Look` says what differs between them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from optimizer.domain.guard import neutral
from optimizer.domain.intervals import FORECAST_WORDS
from optimizer.presentation.xlsx import BASE, HEAD, NAVY, RULED, added, empty, opened, write

HEADER_ROW = 3
USUAL_PLACES, MOST_PLACES = 2, 4
"""Decimals that a cell shows: where some are needed, and at most."""
NOISE = 6
"""Decimals that a cell holds at most: a difference of 0.01 is not 0.01000000000000001 for who clicks on it."""


@dataclass(frozen=True)
class Look:
    """What a family of workbooks says and shows its own way.

    Attributes
    ----------
    headings : mapping
        Column -> its name on the sheet; other columns keep theirs.
    words : mapping
        Column -> code -> what the cell says.
    shares : tuple of str
        Columns shown in per cent.
    share_endings : tuple of str
        Ends of other names shown so.
    names : tuple of str
        Columns of whole numbers that name something (a mode, a year) beside those called ``year``: never with thousands apart.
    figures : tuple of str
        Columns whose figures are of the unit that the column ``unit`` of their row tells.
    per_cent : str
        The unit of those shown in per cent.
    widths : mapping, optional
        Column -> width, ``""`` for the others; None: fitted to the content.
    totals : tuple of str
        Columns summed on a last line, on the sheets that have them.
    footer : str
    filters : bool
        Whether the reader can filter on the header.
    """

    headings: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    shares: tuple[str, ...] = ()
    share_endings: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    per_cent: str = ""
    widths: Mapping[str, int] | None = None
    totals: tuple[str, ...] = ()
    footer: str = ""
    filters: bool = False


PLANNING = Look(
    share_endings=("share", "rate", "turnover", "share_uncapped", "received_from_cap"),
    names=("mode", "enters_flux"),
    filters=True,
)
"""Comparisons of scenarios and of grids, conversions: many columns, filtered by the reader."""

STATEMENT = Look(
    headings={
        "landlord": "Bailleur", "account": "Réservataire", "commune": "Commune", "qpv": "QPV", "rooms": "Typologie",
        "financing": "Financement", "construction_period": "Période de construction", "proposed": "Proposés",
        "attributed": "Attribués", "departement": "Département", "area": "Périmètre", "share": "Part",
        "tolerance": "Tolérance", "carry_over": "Report", "opening_balance": "Solde d'ouverture",
        "count_rule": "Règle de décompte", "base": "Flux à ce jour", "due": "Dû à ce jour",
        "consumed_oriented": "Orientés", "consumed_presented": "Candidat présenté", "consumed_attributed": "Attribués",
        "consumed_signed": "Baux signés", "consumed": "Décomptés", "returned": "dont revenus sans bail", "balance": "Solde", "year_base": "Flux de l'année",
        "year_due": "Dû pour l'année", "year_target": "À atteindre dans l'année", "done": "Faits", "in_progress": "En cours", "remaining": "Restants",
        "late": "Retard à ce jour", "ahead": "Avance à ce jour", "forecast": "Prévu au 31/12",
        "forecast_low": f"Bas ({FORECAST_WORDS[0]})", "forecast_high": f"Haut ({FORECAST_WORDS[0]})", "epci": "EPCI", "name": "Nom",
        "not_signed": "Attribués, non signés", "attributed_before": "Attribués avant l'année", "signed": "Baux de l'année",
        "outside_flux": "Hors flux", "counted_before": "Comptés avant l'année", "no_line": "Sans part convenue", "several_lines": "Sur une ligne de plus", "ledger_signed": "Baux au registre", "followed": "Candidatures suivies décomptées", "ledger_consumed": "Décomptés au registre", "counterpart": "Avec", "handed": "Cédés", "received": "Reçus", "given_back": "Rendus", "difference": "Écart",
        "target": "Objectif", "outside_qpv": "Baux hors QPV", "good": "1er quartile ou relogés", "unknown": "Ressources inconnues",
        "nature": "Contrepartie", "reference": "Acte", "programme": "Programme", "convention": "Convention", "signed_on": "Signé le",
        "begins_on": "Du", "last_day": "Au", "dwellings": "Logements du parc", "turnover": "Rotation", "year_share": "Part apportée dans l'année",
        "next_share": "Part apportée l'année suivante", "change_share": "Effet sur l'année suivante", "year_dwellings": "Logements de l'année", "next_dwellings": "Logements de l'année suivante", "what": "Ce qui se passe",
        "reached_rate": "Taux", "expected_remaining": "Baux attendus", "needed": "Nécessaires", "needed_rate": "Taux nécessaire",
    },
    words={
        "qpv": {"yes": "en QPV", "no": "hors QPV", "": "non renseigné"},
        "count_rule": {
            "oriented": "orientation", "presented": "candidat présenté", "attributed": "attribution", "signed": "bail signé",
        },
    },
    shares=("share", "tolerance", "target", "reached_rate", "needed_rate", "turnover", "year_share", "next_share", "change_share"),
    widths={"commune": 26, "account": 26, "name": 26, "what": 44, "": 15},
    totals=("proposed", "attributed"),
    footer="&LProposition : la commission décide&RPage &P / &N",
)  # fmt: skip
"""The yearly statement: French headings, totals, a page footer."""

POINT = replace(
    STATEMENT,
    headings={
        **STATEMENT.headings, "proposed": "Ajustement proposé", "per_month": "Par mois", "answer": "Réponse",
        "agreed": "Ajustement convenu", "answered_on": "Répondu le",
    },
    words={"answer": {"": "", "accepted": "acceptée", "amended": "modifiée", "refused": "refusée"}},
    totals=(),
)  # fmt: skip
"""The point of a day: what is proposed there are dwellings more or fewer, not dwellings proposed."""


def write_book(
    path: Path,
    sheets: Mapping[str, pd.DataFrame],
    *,
    title: str,
    on: date,
    note: str = "",
    look: Look = PLANNING,
    tables: Collection[str] = (),
) -> None:
    """Write a workbook whose bytes depend on nothing but its content.

    Parameters
    ----------
    sheets : mapping
        Sheet name (≤ 31 characters) -> table.
    title, note : str
        Written above each table.
    tables : collection of str
        Sheets that are put into a case as they are: their header is the first row, where a table is read from.
    on : date
        Date of creation recorded in the file.
    """
    book = opened(path, title=title, on=on)
    styles = {
        "head": book.add_format(HEAD),
        "share": book.add_format({**RULED, "num_format": "0.00%"}),
        "name": book.add_format({**RULED, "num_format": "0"}),
        **{
            f"places {n}": book.add_format({**RULED, "num_format": "#,##0" + ("." + "0" * n if n else "")})
            for n in (0, USUAL_PLACES, MOST_PLACES)
        },
        "day": book.add_format({**RULED, "num_format": "dd/mm/yyyy", "align": "left"}),
        "text": book.add_format(RULED),
        "title": book.add_format({**BASE, "bold": True, "font_size": 14, "font_color": NAVY}),
        "note": book.add_format({**BASE, "italic": True}),
        "total": book.add_format({**BASE, "bold": True, "top": 2}),
    }
    for name, frame in sheets.items():
        sheet = added(book, name, footer=look.footer)
        if name in tables:
            sheet.freeze_panes(1, 0)
            _fill(sheet, frame, styles, look, 0)
            continue
        sheet.write_string(0, 0, neutral(title), styles["title"])
        sheet.write_string(1, 0, neutral(note), styles["note"])
        sheet.freeze_panes(HEADER_ROW + 1, 0)
        sheet.repeat_rows(HEADER_ROW)
        _fill(sheet, frame, styles, look, HEADER_ROW)
        _total(sheet, frame, styles, look)
        if look.filters and len(frame):
            sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(frame), max(0, len(frame.columns) - 1))
    book.close()


def _fill(sheet: Any, frame: pd.DataFrame, styles: Mapping[str, Any], look: Look, top: int) -> None:
    columns = [str(c) for c in frame.columns]
    units = [str(u) for u in frame["unit"]] if look.figures and "unit" in columns else []
    for j, column in enumerate(columns):
        sheet.write_string(top, j, look.headings.get(column, column), styles["head"])
        sheet.set_column(j, j, _width(frame, j, look))
        cells = frame.iloc[:, j].tolist()
        of_unit = bool(units) and column in look.figures
        known = "share" if _is_share(column, look) else "name" if _is_name(column, look) else ""
        whole = f"places {_places(cells)}"
        for i, value in enumerate(cells):
            form = known or whole
            if of_unit:
                form = "share" if units[i] == look.per_cent else f"places {_places([value])}"
            if isinstance(value, float) and isfinite(value):
                value = round(value, NOISE)
            write(
                sheet, top + 1 + i, j, value, styles["text"], styles[form], day=styles["day"], words=look.words.get(column)
            )  # fmt: skip


def _places(cells: Sequence[object]) -> int:
    """Decimals under which the numbers of a column stand: none where all are whole, else two, or four where two would show nothing."""
    numbers = [float(x) for x in cells if isinstance(x, (int, float, np.number)) and not empty(x)]
    numbers = [round(x, MOST_PLACES) for x in numbers if isfinite(x)]
    if all(x.is_integer() for x in numbers):
        return 0
    return MOST_PLACES if any(x and not round(x, USUAL_PLACES) for x in numbers) else USUAL_PLACES


def _is_name(column: str, look: Look) -> bool:
    return column in look.names or column == "year" or column.endswith("_year")


def _width(frame: pd.DataFrame, j: int, look: Look) -> int:
    column = str(frame.columns[j])
    if look.widths is not None:
        return look.widths.get(column, look.widths[""])
    texts = [str(x) for x in frame.iloc[:200, j]]
    return min(44, max(10, len(column) + 1, *(len(t) + 1 for t in texts), 0))


def _is_share(column: str, look: Look) -> bool:
    return column in look.shares or column.endswith(look.share_endings)


def _total(sheet: Any, frame: pd.DataFrame, styles: Mapping[str, Any], look: Look) -> None:
    summed = [c for c in look.totals if c in frame.columns]
    if not summed:
        return
    last = HEADER_ROW + 1 + len(frame)
    sheet.write_string(last, 0, "Total", styles["total"])
    for column in summed:
        sheet.write_number(last, list(frame.columns).index(column), int(frame[column].sum()), styles["total"])
