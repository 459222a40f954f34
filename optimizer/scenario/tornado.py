"""Which assumed value decides: each one that a run reads is lowered and raised, everything else equal.

The points of two runs under other prices do not add up, so what is counted are first ranks: the dwellings that would be
proposed to another household, or to another account.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.domain import Case
from optimizer.errors import AttrifluxError, Lang, said
from optimizer.policy import Parameter, check_changes
from optimizer.presentation.numbers import decimal, percent
from optimizer.presentation.plots import tornado as drawn
from optimizer.presentation.wording import signed
from optimizer.runs import Options, propose
from optimizer.runs.assumed import assumed_here
from optimizer.scenario import texts as texts
from optimizer.scenario.files import Scenario, policy_changes
from optimizer.scenario.key_words import key_words, value_words
from optimizer.scenario.records import MISSING, Record, changed_first, other_lines

NAME = "tornado"
STEP = "national.planning.tornado_step"
MOST_BARS = 20
"""Bars drawn; the table of the page holds as many, ``comparison.csv`` all."""


def tornado_scenarios(
    case: Case, options: Options | None = None, step: float | None = None
) -> list[Scenario]:
    """One scenario per assumed number that a run of the case reads, and per side: lowered, then raised.

    Parameters
    ----------
    step : float, optional
        Part of the value it is moved by; default: ``national.planning.tornado_step``. A whole number moves by one at least.
        A value of zero, or one that a bound of ``models/`` keeps in place, is not moved on that side.
    """
    options = replace(options or Options(), pdf=False)
    prepared = propose(case, options).optimum.prepared
    rules = prepared.rules
    moved = rules.number(STEP) if step is None else step
    found = []
    for parameter in assumed_here(prepared.case, prepared.facts, rules):
        if parameter.key == STEP:
            continue
        values = [v for sign in (-1, 1) for v in [_moved(parameter, sign * moved)] if v is not None]
        for value in values:
            if _fits(parameter.key, value, case, options.models):
                found.append(scenario_of(parameter, value))
    return found


def scenario_of(parameter: Parameter, value: float | int) -> Scenario:
    """A run with one value moved; its name tells the key and the side."""
    title = said("COMPARISON.TORNADO_TITLE", "fr", title=parameter.title, value=decimal(value, 4))
    side = "bas" if value < parameter.value else "haut"
    key = parameter.key.replace(":", "=")  # names a folder: ``COLL:25056`` may not
    return Scenario(f"{NAME}--{key}--{side}", title, changes={parameter.key: value})


def _moved(parameter: Parameter, part: float) -> float | int | None:
    value = parameter.value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value:
        return None
    if isinstance(value, int):
        change = round(abs(value) * abs(part)) or 1
        return value + (change if part > 0 else -change)
    other = round(value * (1 + part), 6)
    if parameter.unit == "share":
        other = min(1.0, max(0.0, other))
    return other if other != value else None


def _fits(key: str, value: float | int, case: Case, models: Path | None) -> bool:
    settings = case.settings
    try:
        check_changes(policy_changes({key: value}), settings.rules_from, settings.on, models)
    except AttrifluxError:
        return False
    return True


def first_marks(proposals: pd.DataFrame) -> dict[str, str]:
    """A short mark of the account and household in first rank of each dwelling: equal marks, equal first ranks."""
    first = proposals[proposals["rank"] == 1]
    return {
        str(d): hashlib.sha256(f"{account}|{application}".encode()).hexdigest()[:12]
        for d, account, application in zip(
            first["dwelling_id"], first["account"], first["application_id"], strict=True
        )
    }


def tornado_part(records: Sequence[Record], lang: Lang) -> dict[str, Any] | None:
    """What the page shows of the runs of a tornado beside its reference; None when there are none."""
    base = records[0]
    sides: dict[str, dict[str, Record]] = {}
    for record in records[1:]:
        if record.name.startswith(f"{NAME}--") and len(record.changes) == 1:
            sides.setdefault(next(iter(record.changes)), {})[record.name.rpartition("--")[2]] = record
    if not sides:
        return None
    rows = []
    for key, both in sides.items():
        counts = {side: changed_first(base, record) for side, record in both.items()}
        one = next(iter(both.values()))
        title = key_words(key, lang, one.titles, one.places)
        rows.append((-max(counts.values()), title, key, counts, both))
    rows.sort(key=lambda row: row[:3])
    idle = sum(not any(counts.values()) for _, _, _, counts, _ in rows)
    shown = [row for row in rows if any(row[3].values())][:MOST_BARS]
    bars = [
        (title, -float(counts.get("bas", 0)), float(counts.get("haut", 0)), _both(counts))
        for _, title, _, counts, _ in shown
    ]
    lowered, raised, changed = (
        said(f"COMPARISON.{name}", lang) for name in ("LOWERED", "RAISED", "LISTS_CHANGED")
    )
    return {
        "svg": drawn(bars, said("COMPARISON.TORNADO", lang), (lowered, raised, changed)) if bars else "",
        "sentence": _sentence(base, rows, idle, lang),
        "rows": [
            {
                "title": title, "key": key, "low": _value(both.get("bas"), key, lang), "high": _value(both.get("haut"), key, lang),
                "changed": _both(counts), "leases": " / ".join(_leases(base, both.get(side), lang) for side in ("bas", "haut")),
            }
            for _, title, key, counts, both in shown
        ],
    }  # fmt: skip


def _sentence(base: Record, rows: Sequence[tuple[Any, ...]], idle: int, lang: Lang) -> str:
    worst, title, key, counts, both = rows[0]
    before = _number(base_value(both, key))
    step = "–"
    if before:
        # the side that decides: the other may have been moved less, or not at all
        deciding = max(both, key=lambda side: counts[side])
        other = _number(str(both[deciding].changes[key]))
        step = percent(abs(other / before - 1), 0, lang) if other is not None else "–"
    name = "TORNADO_DECIDES" if worst else "TORNADO_NOTHING"
    sentence = said(
        f"COMPARISON.{name}", lang, title=title, step=step, n=-worst, of=len(base.first), idle=idle
    )
    runs = [base, *(record for row in rows for record in row[4].values())]
    if left := sum(not record.proven for record in runs):
        sentence += " " + said("COMPARISON.TORNADO_OPEN", lang, n=left)
    return sentence


def base_value(both: dict[str, Record], key: str) -> str:
    """The value in force in the case, as the runs remember it."""
    return next(iter(both.values())).before.get(key, "")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _both(counts: dict[str, int]) -> str:
    """Of both sides; a dash where no value was tried, which is not « none changed »."""
    return " / ".join(str(counts.get(side, "–")) for side in ("bas", "haut"))


def _value(record: Record | None, key: str, lang: Lang) -> str:
    return "–" if record is None else value_words(f"{record.changes[key]:g}", lang)


def _leases(base: Record, record: Record | None, lang: Lang) -> str:
    key = (MISSING, "", "leases")
    if record is None or key not in record.values or key not in base.values or other_lines(base, record):
        return "–"
    gap = record.values[key] - base.values[key]
    return signed(gap, "leases", lang) if abs(gap) >= 0.005 else "="
