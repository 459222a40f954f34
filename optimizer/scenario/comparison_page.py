"""``comparison.html``: inputs, gains and losses, attainment of the rules, every indicator, plots; self-contained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.conversion import account_order
from optimizer.errors import Lang
from optimizer.presentation.data import proof_sentence, stop_sentence
from optimizer.scenario.flux_page import environment, page_words
from optimizer.scenario.indicators import UNITS, label_of
from optimizer.scenario.lived import lived_rows
from optimizer.scenario.plots import curve, heat_map, slope_chart
from optimizer.scenario.records import (
    MARGIN,
    SMALL,
    Record,
    completed,
    inputs_table,
    wide_table,
    within_margin,
)
from optimizer.scenario.wording import WITHIN, scope_label, shown, signed
from optimizer.shortlist.labels import account_label

WHO = ("account_dwellings", "public_first")
"""Indicators of the table that says who gains and who loses."""
OFTEN_NOTHING = ("rule_shortfall", "rule_loss", "rule_marginal")
"""Indicators whose rows of zeros stay in the workbook: hundreds of rules miss nothing and cost nothing."""
MOST_NAMED = 4
"""Runs whose names still fit above the columns; more are numbered as in the list of the page."""
LONGEST_NAME = 26


def comparison_html(records: Sequence[Record], lang: Lang = "fr") -> str:
    """The page: the first run is the reference."""
    records = completed(records)
    every = _rows(records, lang)
    rows = [row for row in every if not row["empty"]]
    empty = len(every) - len(rows)
    inputs = inputs_table(records).to_dict("records")
    return environment().get_template("comparison.html.j2").render(
        records=[_run(r, lang) for r in records],
        proven=all(r.proven for r in records),
        columns=column_names(records),
        inputs=[
            {"key": i["key"], "cells": [(i[r.name], i["key"] in r.changes) for r in records]} for i in inputs
        ],
        numbered=column_names(records) != [r.name for r in records],
        main=[row for row in rows if row["main"]],
        rows=_grouped([row for row in rows if not row["main"]]),
        empty=empty,
        lived=lived_rows(records, lang),
        who=[row for row in rows if row["who"]],
        slope=_slope(records, lang),
        heat=_heat(records, lang),
        curves=_curves(records, lang),
        **page_words(lang),
    )  # fmt: skip


def _run(record: Record, lang: Lang) -> dict[str, Any]:
    """A run in the list of the page. Only the certificate says what is proved; why the run stopped is told beside."""
    words = [] if record.proven else [proof_sentence(record.proof, lang), stop_sentence(record.proof, lang)]
    if record.verdict == "refused":
        words.insert(
            0, "Refusé par la vérification indépendante." if lang == "fr" else "Refused by the check."
        )
    return {
        "name": record.name,
        "title": record.title,
        "proof": " ".join(w for w in words if w),
        "notes": record.notes,
    }


def _rows(records: Sequence[Record], lang: Lang) -> list[dict[str, Any]]:
    """Every indicator of every run, in words, with its difference from the first run."""
    base, places = records[0], records[0].places
    rows = []
    for row in wide_table(records).to_dict("records"):
        key = (str(row["indicator"]), str(row["scope"]), str(row["unit"]))
        if key[0].startswith("weekly_"):
            continue
        reference = base.values.get(key)
        cells = []
        for record in records:
            value = record.values.get(key)
            gap = None if value is None or reference is None else value - reference
            cell = {"value": shown(value, key[2], lang), "gap": "", "open": ""}
            if gap is not None and abs(gap) >= SMALL and key != MARGIN:
                cell["gap"] = signed(gap, key[2], lang)
                if within_margin(key[0], gap, base.margin, record.margin):
                    cell["open"] = WITHIN[lang == "en"]
            cells.append(cell)
        rows.append(
            {
                "indicator": key[0], "label": label_of(key[0], lang == "en"), "scope": scope_label(key[1], lang, places),
                "unit": UNITS[key[2]][0 if lang == "fr" else 1], "cells": cells, "who": key[0] in WHO, "main": not key[1],
                "empty": key[0] in OFTEN_NOTHING and not any(r.values.get(key) for r in records),
            }
        )  # fmt: skip
    return rows


def _grouped(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows under the name of their indicator, which is written once."""
    groups: list[dict[str, Any]] = []
    for row in rows:
        if not groups or groups[-1]["indicator"] != row["indicator"]:
            groups.append(
                {"indicator": row["indicator"], "label": row["label"], "unit": row["unit"], "rows": []}
            )
        groups[-1]["rows"].append(row)
    return groups


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
    return slope_chart(series, column_names(records), title)


def column_names(records: Sequence[Record]) -> list[str]:
    """Names above columns; their numbers in the list of the page when there are many or they are long."""
    short = len(records) <= MOST_NAMED and all(len(r.name) <= LONGEST_NAME for r in records)
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
    return heat_map([k[1] for k in kept], column_names(records), [k[2] for k in kept], title)


def _curves(records: Sequence[Record], lang: Lang) -> list[dict[str, str]]:
    """The cost of a quota: one number swept, everything else equal, against the value of the optimum."""
    groups: dict[str, list[tuple[float, float]]] = {}
    margins: dict[str, list[float | None]] = {}
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
            margins.setdefault(key, []).append(record.margin)
    label = "valeur de l'optimum (points)" if lang == "fr" else "value of the optimum (points)"
    return [
        {
            "title": key,
            "svg": curve(points, key, label, f"{label} / {key}"),
            "open": _open_steps(margins[key], lang),
        }
        for key, points in sorted(groups.items())
        if len(points) > 1
    ]


def _open_steps(margins: Sequence[float | None], lang: Lang) -> str:
    """What the certificates leave open of a curve; nothing where every point is proved."""
    if None in margins:
        return (
            "Un point au moins n'est pas certifié : sa marche n'est pas concluante."
            if lang == "fr"
            else "At least one point is not certified: its step is not conclusive."
        )
    widest = max((m for m in margins if m is not None), default=0.0)
    if not widest:
        return ""
    points = shown(widest, "points", lang)
    return (
        f"Une marche plus petite que la marge certifiée ({points} points au plus) n'est pas concluante."
        if lang == "fr"
        else f"A step within the certified margin ({points} points at most) is not conclusive."
    )
