"""The year lived week by week beside the optimum: mean, standard error and range over the replications, run by run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scipy.special import stdtrit

from optimizer.domain.intervals import DRAWS_SURE, moved_alike
from optimizer.errors import Lang, said
from optimizer.presentation.numbers import decimal
from optimizer.presentation.wording import shown, signed
from optimizer.scenario.indicators import LIVED, indicator_order, label_of, unit_words
from optimizer.scenario.publics import scope_said
from optimizer.scenario.records import SMALL, Key, Record, differing, range_of

UNSPREAD = 1e-9
"""A standard error below it is that of equal numbers, whose last bits differ."""


def chance_is_enough(difference: float, error: float, draws: int) -> bool:
    """Whether chance alone gives such a difference one time in twenty or more: Student's quantile for so many replications.

    Two standard errors would be it for sixty of them; three replications need more than four, two of them nearly thirteen.
    Of replications that all differ by the same number the signs alone speak: five of them are not enough.
    """
    if draws < 2 or error != error:
        return True
    if error < UNSPREAD:
        return moved_alike(draws) > 1 - DRAWS_SURE
    return abs(difference) <= float(stdtrit(draws - 1, 0.5 + DRAWS_SURE / 2)) * error


def lived_rows(records: Sequence[Record], lang: Lang) -> list[dict[str, Any]]:
    """One row per figure of the lived year: ``label, scope, unit, main, cells`` with ``value, bound, error, range, gap, open``.

    ``bound`` is the same figure of the optimum. A difference from the first run is compared replication by replication; it is
    marked where chance alone gives as much (:func:`chance_is_enough`).
    """
    keys = dict.fromkeys(k for r in records for k in r.values if k[0].startswith(LIVED))
    rows = []
    for key in sorted(keys, key=lambda k: (bool(k[1]), indicator_order(k[0]), k[1])):
        rows.append(
            {
                "label": label_of(key[0], lang == "en").rpartition(",")[0],
                "scope": scope_said(key[1], lang, records[0].places),
                "unit": unit_words(key[2], lang),
                "main": not key[1],
                "cells": [_cell(records[0], record, key, lang) for record in records],
            }
        )
    return rows


def _cell(base: Record, record: Record, key: Key, lang: Lang) -> dict[str, str]:
    mean = record.values.get(key)
    if mean is None:
        return {"value": "–", "bound": "", "parts": "", "error": "", "range": "", "gap": "", "open": ""}
    error, low, high = range_of(record, key)
    bound = record.values.get((key[0].removeprefix(LIVED), *key[1:]))
    parts = record.parts.get(key)
    cell = {
        "value": shown(mean, key[2], lang),
        "bound": "" if bound is None else said("COMPARISON.OPTIMUM_HAS", lang, value=shown(bound, key[2], lang)),
        "parts": "" if parts is None else said(
            "COMPARISON.PARTS", lang, num=decimal(parts[0], 1, lang), den=decimal(parts[1], 1, lang)
        ),
        "error": f"± {shown(error, key[2], lang)}" if error == error and error > 0 else "",
        "range": f"{shown(low, key[2], lang)} – {shown(high, key[2], lang)}" if high > low else "",
        "gap": "", "open": "",
    }  # fmt: skip
    reference = base.values.get(key)
    if record is not base and reference is not None and abs(mean - reference) >= SMALL:
        cell["gap"] = signed(mean - reference, key[2], lang)
        paired, draws = differing(base, record, key)
        if paired == paired:
            cell["gap"] += f" ± {shown(paired, key[2], lang)}"
        if chance_is_enough(mean - reference, paired, draws):
            cell["open"] = said("COMPARISON.CHANCE", lang)
    return cell
