"""The year lived week by week beside the optimum: mean and range over the replications, run by run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.errors import Lang, said
from optimizer.presentation.wording import shown, signed
from optimizer.presentation.words import scope_words
from optimizer.scenario.indicators import indicator_order, label_of, unit_words
from optimizer.scenario.records import SMALL, Record

PREFIX = "weekly_"


def lived_rows(records: Sequence[Record], lang: Lang) -> list[dict[str, Any]]:
    """One row per indicator of the lived year: ``label, scope, unit, cells`` with ``value, range, gap, open``.

    A difference from the first run is marked when the ranges of the replications overlap: chance alone gives as much.
    """
    keys = dict.fromkeys(
        k
        for r in records
        for k in r.values
        if k[0].startswith(PREFIX) and not k[0].endswith(("_low", "_high"))
    )
    rows = []
    for key in sorted(keys, key=lambda k: (k[0] == "weekly_leases", indicator_order(k[0]), k[1])):
        first = _range(records[0], key)
        rows.append(
            {
                "label": label_of(key[0], lang == "en").partition(",")[0],
                "scope": scope_words(key[1], lang, records[0].places),
                "unit": unit_words(key[2], lang),
                "cells": [_cell(_range(record, key), first, key[2], lang) for record in records],
            }
        )
    return rows


def _range(record: Record, key: tuple[str, str, str]) -> tuple[float, float, float] | None:
    """Mean, lowest and highest; an account that no lease of the run went to has none of all three."""
    mean = record.values.get(key)
    if mean is None:
        served = any(k[0] == key[0] for k in record.values)
        return (0.0, 0.0, 0.0) if served and key[0] == "weekly_leases" else None
    low, high = (record.values.get((f"{key[0]}_{end}", *key[1:]), mean) for end in ("low", "high"))
    return mean, low, high


def _cell(
    found: tuple[float, float, float] | None, first: tuple[float, float, float] | None, unit: str, lang: Lang
) -> dict[str, str]:
    if found is None:
        return {"value": "–", "range": "", "gap": "", "open": ""}
    mean, low, high = found
    cell = {"value": shown(mean, unit, lang), "range": "", "gap": "", "open": ""}
    if high > low:
        cell["range"] = f"{shown(low, unit, lang)} – {shown(high, unit, lang)}"
    if first is not None and abs(mean - first[0]) >= SMALL:
        cell["gap"] = signed(mean - first[0], unit, lang)
        if low <= first[2] and first[1] <= high:
            cell["open"] = said("COMPARISON.OVERLAP", lang)
    return cell
