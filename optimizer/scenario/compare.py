"""Several runs side by side: what differs in the inputs, what differs in the results, plots, three files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.conversion import account_order
from optimizer.errors import AttrifluxError, Lang
from optimizer.reports.csvfile import Style
from optimizer.reports.tables_book import write_book
from optimizer.scenario import messages as messages
from optimizer.scenario.flux_page import environment, page_words
from optimizer.scenario.indicators import UNITS, indicator_order, label_of
from optimizer.scenario.plots import curve, heat_map, slope_chart
from optimizer.scenario.tablefile import unit_csv
from optimizer.shortlist.labels import account_label, rule_label

RECORD = "scenario.json"
COLUMNS = ("scenario", "indicator", "scope", "unit", "value", "reference", "difference")
COUNTED = ("account_dwellings", "account_planned", "account_flux", "public_first")
"""Counts: absent means none."""
WHO = ("account_dwellings", "public_first")
"""Indicators of the table that says who gains and who loses."""
SMALL = 0.00005
"""Differences below the last published decimal of a share are none."""


@dataclass(frozen=True)
class Record:
    """One finished run as kept in its folder."""

    name: str
    title: str
    changes: Mapping[str, object]
    swept: Mapping[str, object]
    values: Mapping[tuple[str, str, str], float]
    stop: str
    verdict: str
    notes: tuple[str, ...]
    places: Mapping[str, str] = field(default_factory=dict)
    """Code of each EPCI and collectivité of the scopes -> its name."""


def read_record(folder: Path) -> Record:
    """The record of a run folder. Raises ``SCENARIO_NOT_A_RUN`` when there is none."""
    file = folder / RECORD
    if not file.is_file():
        raise AttrifluxError("SCENARIO_NOT_A_RUN", name=folder.name)
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    values = {(i, s, u): float(v) for i, s, u, v in content["indicators"] if v is not None}
    return Record(
        content["name"], content["title"], content["changes"], content["swept"], values, content["stop"],
        content["verdict"], tuple(content["notes"]), content.get("places", {}),
    )  # fmt: skip


def completed(records: Sequence[Record]) -> list[Record]:
    """The records, where an account or a public that one run serves and another does not counts 0 there."""
    counted = {key: 0.0 for r in records for key in r.values if key[0] in COUNTED}
    return [
        replace(
            r, values={**r.values, **{k: 0.0 for k in counted if k not in r.values}}, places=_places(records)
        )
        for r in records
    ]


def _places(records: Sequence[Record]) -> dict[str, str]:
    return {code: name for record in records for code, name in record.places.items()}


def comparison_table(records: Sequence[Record]) -> pd.DataFrame:
    """``comparison.csv``: every indicator of every run beside the first run, which is the reference."""
    rows = []
    records = completed(records)
    base = records[0].values if records else {}
    for record in records:
        for key, value in record.values.items():
            reference = base.get(key)
            difference = None if reference is None else value - reference
            rows.append((record.name, *key, value, reference, difference))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def inputs_table(records: Sequence[Record]) -> pd.DataFrame:
    """What differs in the inputs: one line per changed key, one column per run (empty: as in the case)."""
    keys = sorted({key for r in records for key in r.changes})
    content: dict[str, list[str]] = {"key": keys}
    for record in records:
        content[record.name] = [_said(record.changes[k]) if k in record.changes else "" for k in keys]
    return pd.DataFrame(content)


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def wide_table(records: Sequence[Record]) -> pd.DataFrame:
    """Indicators in lines, runs in columns: what a planner reads."""
    records = completed(records)
    keys: dict[tuple[str, str, str], None] = {}
    for record in records:
        keys.update(dict.fromkeys(record.values))
    ordered = sorted(keys, key=lambda k: (indicator_order(k[0]), k[1]))
    content: dict[str, list[object]] = {
        "indicator": [k[0] for k in ordered],
        "scope": [k[1] for k in ordered],
        "unit": [k[2] for k in ordered],
    }
    for record in records:
        content[record.name] = [record.values.get(k) for k in ordered]
    return pd.DataFrame(content)


def write_comparison(
    out: Path, names: Sequence[str], *, style: Style = "french", lang: Lang = "fr"
) -> pd.DataFrame:
    """Write ``comparison.csv``, ``comparison.xlsx`` and ``comparison.html`` for the runs of a folder."""
    records = [read_record(out / name) for name in names]
    return write_records(out, records, style=style, lang=lang)


def compare(
    folders: Sequence[Path], out: Path | None = None, *, style: Style = "french", lang: Lang = "fr"
) -> pd.DataFrame:
    """Compare run folders; the first one is the reference. Written into ``out`` when it is given.

    Raises
    ------
    AttrifluxError
        ``SCENARIO_NOT_A_RUN``: a folder that `scenario run` did not write.
    """
    records = [read_record(Path(folder)) for folder in folders]
    if out is None:
        return comparison_table(records)
    out.mkdir(parents=True, exist_ok=True)
    return write_records(out, records, style=style, lang=lang)


def write_records(out: Path, records: Sequence[Record], *, style: Style, lang: Lang) -> pd.DataFrame:
    """The three files of a comparison; same records, same bytes."""
    table = comparison_table(records)
    (out / "comparison.csv").write_bytes(unit_csv(table, style, ("value", "reference", "difference")))
    write_book(
        out / "comparison.xlsx",
        {"Résultats": wide_table(records), "Entrées": inputs_table(records), "Écarts": table},
        title="Comparaison de scénarios",
        on=date(2000, 1, 1),
        note="Borne à information parfaite : un seul optimum, tous acceptent. Proposition : la commission décide.",
    )
    (out / "comparison.html").write_text(comparison_html(records, lang), encoding="utf-8")
    return table


SIDES = {"yes": ("en QPV", "in QPV"), "no": ("hors QPV", "outside QPV")}


def scope_label(scope: str, lang: Lang, places: Mapping[str, str] | None = None) -> str:
    """The scope in words: names of rules, accounts and EPCI; other places by their code."""
    words = []
    for piece in filter(None, scope.split(";")):
        key, _, value = piece.partition("=")
        if key == "rule":
            words.append(rule_label(value, lang))
        elif key == "account":
            words.append(account_label(value, lang, places))
        elif key == "qpv":
            words.append(SIDES[value][0 if lang == "fr" else 1])
        elif key == "epci" and places and value in places:
            words.append(places[value])
        else:
            words.append(value)
    return " · ".join(words)


def shown(value: float | None, unit: str, lang: Lang) -> str:
    """A value with its unit, as pages show it."""
    if value is None or value != value:
        return "–"
    if unit == "share":
        text = f"{100 * value:.1f}"
        return (text.replace(".", ",") + "\u00a0%") if lang == "fr" else text + "%"
    places = 0 if float(value).is_integer() else 1
    text = f"{value:,.{places}f}"
    return text.replace(",", "\u202f").replace(".", ",") if lang == "fr" else text


def comparison_html(records: Sequence[Record], lang: Lang = "fr") -> str:
    """The page: inputs, gains and losses, attainment of the rules, plots; self-contained."""
    at = 0 if lang == "fr" else 1
    records = completed(records)
    base = records[0]
    wide = wide_table(records).to_dict("records")
    places = records[0].places
    rows = []
    for row in wide:
        key = (str(row["indicator"]), str(row["scope"]), str(row["unit"]))
        reference = base.values.get(key)
        cells = []
        for record in records:
            value = record.values.get(key)
            gap = None if value is None or reference is None else value - reference
            cells.append(
                {
                    "value": shown(value, key[2], lang),
                    "gap": "" if gap is None or abs(gap) < SMALL else _signed(gap, key[2], lang),
                }
            )
        moved = any(c["gap"] for c in cells)
        rows.append(
            {
                "label": label_of(key[0], lang == "en"), "scope": scope_label(key[1], lang, places), "unit": UNITS[key[2]][at],
                "cells": cells, "moved": moved, "who": key[0] in WHO,
            }
        )  # fmt: skip
    inputs = inputs_table(records).to_dict("records")
    return environment().get_template("comparison.html.j2").render(
        records=[{"name": r.name, "title": r.title, "stop": r.stop, "verdict": r.verdict, "notes": r.notes} for r in records],
        inputs=[{"key": i["key"], "cells": [i[r.name] for r in records]} for i in inputs],
        rows=rows,
        who=[row for row in rows if row["who"]],
        slope=_slope(records, lang),
        heat=_heat(records, lang),
        curves=_curves(records, lang),
        **page_words(lang),
    )  # fmt: skip


def _signed(gap: float, unit: str, lang: Lang) -> str:
    text = shown(abs(gap), unit, lang)
    if unit == "share":
        text = text.replace("%", "pt")
    return ("+" if gap > 0 else "−") + text


def _slope(records: Sequence[Record], lang: Lang) -> str:
    """Shares of the proposed dwellings by account over the runs."""
    counts = [
        {k[1].removeprefix("account="): v for k, v in r.values.items() if k[0] == "account_dwellings"}
        for r in records
    ]
    accounts = sorted({a for c in counts for a in c}, key=account_order)
    totals = [sum(c.values()) or 1.0 for c in counts]
    series: dict[str, list[float | None]] = {
        account_label(a, lang, records[0].places): [
            c.get(a, 0.0) / t for c, t in zip(counts, totals, strict=True)
        ]
        for a in accounts
    }
    title = "Part des logements proposés par contingent" if lang == "fr" else "Share of dwellings by account"
    return slope_chart(series, _columns(records), title)


def _columns(records: Sequence[Record]) -> list[str]:
    """Names above the columns of a plot; their numbers in the list of the page when there are many."""
    short = len(records) <= 4 and all(len(r.name) <= 26 for r in records)
    return [r.name if short else str(i) for i, r in enumerate(records, start=1)]


def _heat(records: Sequence[Record], lang: Lang) -> str:
    """Attainment of each rule (rate / target) by run; rows that are met everywhere come last and are cut first."""
    keys = sorted({k[1] for r in records for k in r.values if k[0] == "rule_rate"})
    lines = []
    for scope in keys:
        values: list[float | None] = []
        for record in records:
            rate = record.values.get(("rule_rate", scope, "share"))
            target = record.values.get(("rule_target", scope, "share"))
            values.append(None if rate is None or not target else rate / target)
        worst = min((v for v in values if v is not None), default=9.0)
        lines.append((worst, scope_label(scope, lang, records[0].places), values))
    lines.sort(key=lambda line: (line[0], line[1]))
    kept = lines[:30]
    title = "Objectifs : atteint sur visé" if lang == "fr" else "Targets: reached over aimed at"
    return heat_map([k[1] for k in kept], _columns(records), [k[2] for k in kept], title)


def _curves(records: Sequence[Record], lang: Lang) -> list[dict[str, str]]:
    """The cost of a quota: one number swept, everything else equal, against the value of the optimum."""
    groups: dict[str, list[tuple[float, float]]] = {}
    for record in records:
        if len(record.swept) != 1:
            continue
        key, value = next(iter(record.swept.items()))
        objective = record.values.get(("objective", "", "points"))
        if (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            and objective is not None
            and key != "flux.mode"
        ):
            groups.setdefault(key, []).append((float(value), objective))
    label = "valeur de l'optimum (points)" if lang == "fr" else "value of the optimum (points)"
    return [
        {"title": key, "svg": curve(points, key, label, f"{label} / {key}")}
        for key, points in sorted(groups.items())
        if len(points) > 1
    ]
