"""``comparison.html``: inputs, gains and losses, attainment of the rules, every indicator, plots; self-contained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.conversion import account_order
from optimizer.errors import Lang, said
from optimizer.presentation.data import proof_sentence, stop_sentence
from optimizer.presentation.numbers import percent
from optimizer.presentation.page import render
from optimizer.presentation.plots import Cell, curve, heat_map, slope_chart
from optimizer.presentation.wording import shown, signed
from optimizer.problem.registry import find_rule
from optimizer.scenario import texts as texts
from optimizer.scenario.figures import parts_of
from optimizer.scenario.files import word
from optimizer.scenario.indicators import LIVED, label_of, unit_words
from optimizer.scenario.key_words import key_words, value_words
from optimizer.scenario.lived import lived_rows
from optimizer.scenario.publics import scope_said
from optimizer.scenario.records import (
    MARGIN,
    SMALL,
    Record,
    completed,
    inputs_table,
    reading_of,
    replications_of,
    titles_of_all,
    wide_table,
)
from optimizer.scenario.side_by_side import apart
from optimizer.scenario.tornado import tornado_part
from optimizer.shortlist.labels import account_label, rule_label

WHO = ("account_dwellings", "public_first")
"""Indicators of the table that says who gains and who loses."""
OFTEN_NOTHING = ("rule_shortfall", "rule_loss", "rule_marginal")
"""Indicators whose rows of zeros stay in the workbook: hundreds of rules miss nothing and cost nothing."""
MOST_NAMED = 4
"""Runs whose names still fit above the columns; more are numbered as in the list of the page."""
LONGEST_NAME = 26
UPRIGHT, SIDE_BY_SIDE = 8, 12
"""Runs whose columns fit on a sheet held upright, and on one held across; where there are more, tables go on below each other."""
APART = ("flux_gap", "flux_band", "rule_price")
"""Indicators that have a table of their own, or are only read from the files."""
MOST_GAPS, MOST_RULES = 40, 30
"""Lines of the flux table and of the map of targets; how many more there are is said, and the files hold them all."""
FAR = 3.0
"""Leases beyond the band from which a cell has its full colour."""
COSTS = ("objective", "leases_missing", "mean_months", "passed_over")
"""What a swept quota costs: in points, leases missing, months of waiting of those housed, households passed over."""


def comparison_html(records: Sequence[Record], lang: Lang = "fr") -> str:
    """The page: the first run is the reference."""
    records = completed(records)
    every = _rows(records, lang)
    rows = [row for row in every if not row["empty"]]
    empty = len(every) - len(rows)
    inputs = inputs_table(records).to_dict("records")
    titles, places = titles_of_all(records), records[0].places
    heat, far, lines = _heat(records, lang)
    lived = lived_rows(records, lang)
    values = {
        "records": [_run(r, lang) for r in records],
        "proven": all(r.proven for r in records),
        "unpriced": _unpriced(records, lang),
        "apart": _apart(records, lang),
        "columns": column_names(records),
        "wide": len(records) > UPRIGHT,
        "parts": _parts(len(records)),
        "inputs": [
            {
                "key": i["key"], "words": key_words(str(i["key"]), lang, titles, places),
                "titled": str(i["key"]) in titles,
                "cells": [(value_words(str(i[r.name]), lang), i["key"] in r.changes) for r in records],
            }
            for i in inputs
        ],
        "numbered": column_names(records) != [r.name for r in records],
        "main": [row for row in rows if row["main"]],
        "rows": _grouped([row for row in rows if not row["main"] and row["indicator"] not in APART]),
        "empty": empty,
        "lived": [row for row in lived if row["main"]],
        "drawn": _drawn(records, lang),
        "lived_more": [row for row in lived if not row["main"]],
        "who": [row for row in rows if row["who"]],
        "slope": _slope(records, lang),
        **_gaps(records, lang),
        "heat": heat,
        "heat_shown": far,
        "heat_lines": lines,
        "curves": _curves(records, lang),
        "tornado": tornado_part(records, lang),
    }  # fmt: skip
    return render("scenario/comparison", lang, values)


def _unpriced(records: Sequence[Record], lang: Lang) -> str:
    """What is said where rows have no price because their target is assumed; empty text where there is none."""
    most = max((len(r.assumed) for r in records), default=0)
    if not most:
        return ""
    rules = dict.fromkeys(row.partition(";")[0] for r in records for row in r.assumed)
    names = said("WORDS.LIST", lang).join(rule_label(rule, lang) for rule in rules)
    return said("COMPARISON.UNPRICED", lang, n=most, names=names)


def _apart(records: Sequence[Record], lang: Lang) -> str:
    """What is said where runs do not start where the first one does; empty text where all do."""
    names = [record.name for record in records[1:] if apart(records[0], record, lang)]
    if not names:
        return ""
    listed = said("WORDS.LIST", lang).join(names)
    return said("COMPARISON.APART", lang, names=listed, first=records[0].name)


def _drawn(records: Sequence[Record], lang: Lang) -> str:
    """How many years the runs lived, and in how many batches."""
    weeks = dict.fromkeys(r.weeks for r in records if r.weeks)
    join = said("WORDS.LIST", lang).join
    return said(
        "COMPARISON.DRAWN",
        lang,
        n=join(map(str, replications_of(records))),
        weeks=join(map(str, weeks)) or "–",
    )


def _gaps(records: Sequence[Record], lang: Lang) -> dict[str, Any]:
    """The flux of each account against its share, on both sides: those outside their band first, then the widest."""
    keys = sorted({k for r in records for k in r.values if k[0] == "flux_gap"})
    places = records[0].places
    rows = []
    for key in keys:
        cells, worst = [], 0.0
        for record in records:
            gap, band = record.values.get(key), record.values.get(("flux_band", *key[1:]))
            num, den = record.parts.get(key, (0.0, 0.0))
            if gap is None or band is None:
                cells.append({"value": "–", "parts": "", "side": "", "word": ""})
                continue
            side = "above" if gap > band + SMALL else "below" if gap < -band - SMALL else "within"
            worst = max(worst, abs(gap) - band)
            cells.append(
                {
                    "value": signed(gap, "leases", lang) if abs(gap) >= SMALL else "0",
                    "parts": said("COMPARISON.PARTS", lang, num=shown(num, "leases", lang), den=shown(den, "leases", lang)),
                    "side": side, "word": "" if side == "within" else said(f"COMPARISON.SIDE_{side}".upper(), lang),
                }
            )  # fmt: skip
        band_words = next(
            (shown(r.values[("flux_band", *key[1:])], "leases", lang) for r in records if ("flux_band", *key[1:]) in r.values), "–"
        )  # fmt: skip
        rows.append(
            (
                -worst,
                {"scope": _without_rule(key[1], lang, places), "band": f"± {band_words}", "cells": cells},
            )
        )
    rows.sort(key=lambda row: (row[0], row[1]["scope"]))
    return {"gaps": [row for _, row in rows[:MOST_GAPS]], "gaps_more": max(0, len(rows) - MOST_GAPS)}


def _without_rule(scope: str, lang: Lang, places: Mapping[str, str]) -> str:
    return scope_said(scope.partition(";")[2], lang, places)


def _run(record: Record, lang: Lang) -> dict[str, Any]:
    """A run in the list of the page. Only the certificate says what is proved; why the run stopped is told beside."""
    words = [] if record.proven else [proof_sentence(record.proof, lang), stop_sentence(record.proof, lang)]
    if record.verdict == "refused":
        words.insert(0, said("COMPARISON.REFUSED_BY_CHECK", lang))
    return {
        "name": record.name,
        "reference": record.reference,
        "title": _title(record, lang),
        "proof": " ".join(w for w in words if w),
        "notes": record.notes,
    }


def _title(record: Record, lang: Lang) -> str:
    """The title of a run, its swept keys in words."""
    title = said("COMPARISON.AS_IT_IS", lang) if record.reference else record.title
    for key, value in record.swept.items():
        said_value = value_words(word(value), lang)
        title = title.replace(
            f"{key} = {word(value)}", f"{key_words(key, lang, record.titles, record.places)} = {said_value}"
        )
    return title


def _rows(records: Sequence[Record], lang: Lang) -> list[dict[str, Any]]:
    """Every indicator of every run, in words, with its difference from the first run."""
    base, places = records[0], records[0].places
    rows = []
    for row in wide_table(records).to_dict("records"):
        key = (str(row["indicator"]), str(row["scope"]), str(row["unit"]))
        if key[0].startswith(LIVED):
            continue
        reference = base.values.get(key)
        cells = []
        for record in records:
            value = record.values.get(key)
            gap = None if value is None or reference is None else value - reference
            num, den = record.parts.get(key, (0.0, 0.0))
            parts = said(
                "COMPARISON.PARTS", lang, num=shown(num, "leases", lang), den=shown(den, "leases", lang)
            )
            # a share of few is read with its numbers: +100 points may be one household
            cell = {
                "value": shown(value, key[2], lang),
                "parts": parts if den and key[2] == "share" else "",
                "gap": "",
                "open": "",
            }
            if gap is not None and abs(gap) >= SMALL and key != MARGIN:
                cell["gap"] = signed(gap, key[2], lang)
                if words := reading_of(key[0], gap, base, record):
                    cell["open"] = said(words, lang)
            cells.append(cell)
        rows.append(
            {
                "indicator": key[0], "label": label_of(key[0], lang == "en"), "scope": scope_said(key[1], lang, places),
                "unit": unit_words(key[2], lang), "cells": cells, "who": key[0] in WHO, "main": not key[1],
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
    title = said("COMPARISON.SHARE_DWELLINGS_BY_ACCOUNT", lang)
    return slope_chart(series, column_names(records), title, lang=lang)


def column_names(records: Sequence[Record]) -> list[str]:
    """Names above columns; their numbers in the list of the page when there are many or they are long."""
    short = len(records) <= MOST_NAMED and all(len(r.name) <= LONGEST_NAME for r in records)
    return [r.name if short else str(i) for i, r in enumerate(records, start=1)]


def _parts(runs: int) -> list[dict[str, Any]]:
    """The runs that stand side by side in one table, and which they are where there are several tables."""
    firsts = range(0, runs, SIDE_BY_SIDE)
    return [
        {
            "at": slice(first, first + SIDE_BY_SIDE),
            "said": f" ({first + 1}–{min(runs, first + SIDE_BY_SIDE)})" if len(firsts) > 1 else "",
        }
        for first in firsts
    ]


def _heat(records: Sequence[Record], lang: Lang) -> tuple[str, int, int]:
    """What each rule that weighs has reached beside its target, by run: the lines farthest from it, how many are shown, of how
    many.

    A line of the flux is read on both sides, in leases beyond its band; any other one is fine once its target is reached.
    Lines without a price are not on it: nobody asked the optimum to meet them.
    """
    keys = sorted({k[1] for r in records for k in r.values if k[0] == "rule_rate"})
    priced = {k[1] for r in records for k, v in r.values.items() if k[0] == "rule_price" and v}
    lines = []
    for scope in keys:
        rule = parts_of(scope)["rule"]
        shape = find_rule(rule)
        limits = any(("flux_gap", scope, "leases") in r.values for r in records)
        told_elsewhere = (
            shape is not None and shape.agreed and not limits
        )  # what is not reserved: its other line
        if scope not in priced or told_elsewhere or (shape is not None and not shape.viewers and not limits):
            continue
        cells = [_target_cell(record, scope, limits, lang) for record in records]
        worst = max((abs(c.tone) for c in cells if c.tone is not None), default=0.0)
        lines.append((-worst, scope_said(scope, lang, records[0].places), cells))
    lines.sort(key=lambda line: (line[0], line[1]))
    kept = lines[:MOST_RULES]
    title = said("COMPARISON.TARGETS_REACHED_OVER_AIMED", lang)
    return (
        heat_map([k[1] for k in kept], column_names(records), [k[2] for k in kept], title),
        len(kept),
        len(lines),
    )


def _target_cell(record: Record, scope: str, limits: bool, lang: Lang) -> Cell:
    rate = record.values.get(("rule_rate", scope, "share"))
    target = record.values.get(("rule_target", scope, "share"))
    if rate is None or target is None:
        return Cell("–", None)
    words = percent(rate, 0, lang)
    gap, band = (record.values.get((name, scope, "leases")) for name in ("flux_gap", "flux_band"))
    if limits and gap is not None and band is not None:
        over = max(0.0, abs(gap) - band)
        return Cell(words, 0.0 if not over else (1 if gap > 0 else -1) * min(1.0, over / FAR))
    return Cell(words, 0.0 if not target or rate >= target else rate / target - 1)


def _curves(records: Sequence[Record], lang: Lang) -> list[dict[str, Any]]:
    """The cost of a quota: one number swept, everything else equal, against what it changes from its lowest value."""
    groups: dict[str, list[tuple[float, Record]]] = {}
    for record in records:
        if len(record.swept) != 1:
            continue
        key, value = next(iter(record.swept.items()))
        if isinstance(value, (int, float)) and not isinstance(value, bool) and key != "flux.mode":
            groups.setdefault(key, []).append((float(value), record))
    titles, places = titles_of_all(records), records[0].places
    found = []
    for key, swept in sorted(groups.items()):
        if len(swept) < 2:
            continue
        swept.sort(key=lambda point: point[0])
        words = key_words(key, lang, titles, places)
        drawn = []
        for name in COSTS:
            unit = next((k[2] for _, r in swept for k in r.values if k[0] == name and not k[1]), "")
            points = [(x, r.values[name, "", unit]) for x, r in swept if (name, "", unit) in r.values]
            if len(points) < 2:
                continue
            first = points[0][1]
            label = f"{label_of(name, lang == 'en')} ({unit_words(unit, lang)})"
            drawn.append(
                curve([(x, y - first) for x, y in points], words, label, f"{label} / {words}", lang=lang)
            )
        found.append(
            {
                "title": words, "key": key, "svgs": drawn,
                "start": said("COMPARISON.CURVE_START", lang, value=value_words(f"{swept[0][0]:g}", lang)),
                "open": _open_steps([r.margin for _, r in swept], lang),
            }
        )  # fmt: skip
    return found


def _open_steps(margins: Sequence[float | None], lang: Lang) -> str:
    """What the certificates leave open of the curve of the value; nothing where every point is proved."""
    if None in margins:
        return said("COMPARISON.AT_LEAST_ONE_POINT", lang)
    widest = max((m for m in margins if m is not None), default=0.0)
    if not widest:
        return ""
    points = shown(widest, "points", lang)
    return said("COMPARISON.STEP_OPEN", lang, points=points)
