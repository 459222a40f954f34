"""The files of a comparison: exact CSV, the same as Parquet, a workbook and a page in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from optimizer.arguments import LANG, PATH, STYLE, listed, optional, takes
from optimizer.disk import write_files
from optimizer.errors import AttrifluxError, Lang, said
from optimizer.presentation.csvfile import Style
from optimizer.presentation.data import proof_sentence
from optimizer.presentation.tables_book import PLANNING, write_book
from optimizer.scenario.comparison_page import comparison_html
from optimizer.scenario.figures import OF_UNIT, figures_csv
from optimizer.scenario.indicators import indicator_order, label_of, unit_words
from optimizer.scenario.key_words import key_words, value_words
from optimizer.scenario.publics import scope_said
from optimizer.scenario.records import (
    MARGIN,
    MARK,
    SMALL,
    Record,
    comparison_table,
    inputs_table,
    long_table,
    places_of,
    read_record,
    reading_of,
    titles_of_all,
    wide_table,
)
from optimizer.scenario.side_by_side import side_by_side

HEADINGS: Mapping[Lang, Mapping[str, str]] = {
    "fr": {
        "indicator": "Indicateur", "scope": "Périmètre", "unit": "Unité", "scenario": "Scénario", "value": "Valeur",
        "reference": "Référence", "difference": "Écart", "key": "Clé", "input": "Entrée", "difference_error": "Erreur type de l'écart", "title": "Titre", "proof": "Preuve", "notes": "Remarques",
        "reading": "Lecture", "num": "Comptés", "den": "Sur", "standard_error": "Erreur type", "low": "Bas", "high": "Haut",
    },
    "en": {
        "indicator": "Indicator", "scope": "Scope", "unit": "Unit", "scenario": "Scenario", "value": "Value",
        "reference": "Reference", "difference": "Difference", "key": "Key", "input": "Input", "difference_error": "Standard error of the difference", "title": "Title", "proof": "Proof", "notes": "Notes",
        "reading": "Reading", "num": "Counted", "den": "Out of", "standard_error": "Standard error", "low": "Low", "high": "High",
    },
}  # fmt: skip


def write_comparison(
    out: Path, names: Sequence[str], *, style: Style = "french", lang: Lang = "fr"
) -> pd.DataFrame:
    """Write ``comparison.csv``, ``.parquet``, ``.xlsx`` and ``.html`` for the runs of a folder."""
    records = [read_record(out / name) for name in names]
    return write_records(out, records, style=style, lang=lang)


@takes(
    folders=listed(PATH),
    out=optional(PATH),
    style=STYLE,
    lang=LANG,
)
def compare(
    folders: Sequence[Path], out: Path | None = None, *, style: Style = "french", lang: Lang = "fr"
) -> pd.DataFrame:
    """Compare run folders; the first one is the reference. Written into ``out`` when it is given.

    The folder of a whole `scenario run` stands for its runs, in their order. Runs of one name bear that of the folder above
    too; one that starts from another case than the first says so in its notes.

    Raises
    ------
    AttrifluxError
        ``SCENARIO_NOT_A_RUN``: a folder that `scenario run` did not write.
    """
    return compared(side_by_side(runs_of(folders), lang), out, style=style, lang=lang)


def compared(
    records: Sequence[Record], out: Path | None = None, *, style: Style = "french", lang: Lang = "fr"
) -> pd.DataFrame:
    """As :func:`compare`, of records already read (:func:`~optimizer.scenario.side_by_side.side_by_side`)."""
    if out is None:
        return comparison_table(records)
    return write_records(out, records, style=style, lang=lang)


def runs_of(folders: Sequence[Path]) -> list[Path]:
    """The run folders: those given, and in the place of a folder of several runs each of them."""
    found: list[Path] = []
    for folder in map(Path, folders):
        mark = folder / MARK
        if not mark.is_file():
            found.append(folder)
            continue
        try:
            found += [
                folder / Path(name).name for name in json.loads(mark.read_text(encoding="utf-8"))["runs"]
            ]
        except (KeyError, TypeError, ValueError):
            raise AttrifluxError("SCENARIO_NOT_A_RUN", name=folder.name) from None
    return found


def write_records(out: Path, records: Sequence[Record], *, style: Style, lang: Lang) -> pd.DataFrame:
    """The files of a comparison; same records, same bytes."""
    table = comparison_table(records)
    jobs: list[tuple[Path, Callable[[Path], object]]] = [
        (out / "comparison.csv", lambda f: f.write_bytes(figures_csv(table, style))),
        (out / "comparison.parquet", lambda f: table.to_parquet(f, index=False)),
        (out / "comparison.xlsx", lambda f: _write_book(f, records, lang)),
        (out / "comparison.html", lambda f: f.write_text(comparison_html(records, lang), encoding="utf-8")),
    ]  # fmt: skip
    write_files(jobs, force=True)
    return table


def _write_book(file: Path, records: Sequence[Record], lang: Lang) -> None:
    places = places_of(records)
    write_book(
        file,
        {
            "Résultats": in_words(wide_table(records), lang, places),
            "Entrées": inputs_in_words(records, lang),
            "Écarts": in_words(differences_table(records), lang, places),
            "Scénarios": runs_table(records, lang),
        },
        title=said("COMPARISON.HEADING", lang),
        on=date(2000, 1, 1),
        note="Borne à information parfaite : un seul optimum, tous acceptent. Proposition : la commission décide.",
        look=replace(
            PLANNING,
            headings=HEADINGS[lang],
            figures=(*OF_UNIT, *(r.name for r in records)),
            per_cent=unit_words("share", lang),
        ),
    )


def differences_table(records: Sequence[Record]) -> pd.DataFrame:
    """What differs from the first run, by indicator, with what the certificates leave open said beside."""
    table = long_table(records)
    named = {r.name: r for r in records}
    kept = table[(table["difference"].fillna(0).abs() >= SMALL) & (table["indicator"] != MARGIN[0])]
    gaps = zip(kept["scenario"], kept["indicator"], kept["difference"], strict=True)
    kept = kept.assign(reading=[reading_of(i, float(d), records[0], named[name]) for name, i, d in gaps])
    order = [indicator_order(str(i)) for i in kept["indicator"]]
    return kept.iloc[sorted(range(len(kept)), key=lambda k: order[k])].reset_index(drop=True)


def inputs_in_words(records: Sequence[Record], lang: Lang) -> pd.DataFrame:
    """What differs in the inputs, each key with its words, values as one writes them."""
    table, titles, places = inputs_table(records), titles_of_all(records), places_of(records)
    words = [key_words(str(key), lang, titles, places) for key in table["key"]]
    said_values = {r.name: [value_words(str(v), lang) for v in table[r.name]] for r in records}
    return pd.DataFrame({"input": words, **said_values, "key": table["key"]})


def runs_table(records: Sequence[Record], lang: Lang) -> pd.DataFrame:
    """One line per run: its title, what is proved of it, its notes."""
    return pd.DataFrame(
        {
            "scenario": [r.name for r in records],
            "title": [r.title for r in records],
            "proof": [proof_sentence(r.proof, lang) for r in records],
            "notes": [" ".join(r.notes) for r in records],
        }
    )


def in_words(table: pd.DataFrame, lang: Lang, places: Mapping[str, str]) -> pd.DataFrame:
    """A table of indicators with their names, scopes and units in words; numbers are left alone."""
    if table.empty:
        return table
    names = {i: label_of(i, lang == "en") for i in table["indicator"].unique()}
    scopes = {s: scope_said(s, lang, places) for s in table["scope"].unique()}
    units = {u: unit_words(u, lang) for u in table["unit"].unique()}
    if "reading" in table.columns:
        table = table.assign(reading=[said(code, lang) if code else "" for code in table["reading"]])
    return table.assign(
        indicator=table["indicator"].map(names),
        scope=table["scope"].map(scopes),
        unit=table["unit"].map(units),
    )
