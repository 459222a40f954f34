"""Several runs side by side: their records, what differs in the inputs, what differs in the results."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.errors import AttrifluxError
from optimizer.presentation.data import ProofSummary
from optimizer.scenario import messages as messages
from optimizer.scenario.figures import NAN, scope_columns
from optimizer.scenario.in_force import said
from optimizer.scenario.indicators import indicator_order
from optimizer.scenario.weekly import ABSENT_IS_NONE, standard_error

Key = tuple[str, str, str]
"""Indicator, scope and unit of a figure."""

RECORD = "scenario.json"
MARK = "scenarios.json"
"""Says which runs stand in a folder that `scenario run` wrote."""
TIMING = "run.json"
"""How long a run took: the only file of a run that differs between two machines."""
FORMAT = "attriflux-scenario/3"
"""What a record says of itself; another format was written by another version and is not read."""
VALUES = (
    "unit", "value", "num", "den", "standard_error", "low", "high", "reference", "difference", "difference_error",
)  # fmt: skip
"""Columns of ``comparison.csv`` behind ``scenario``, ``indicator`` and the parts of the scope."""
COUNTED = ("account_dwellings", "account_planned", "account_flux", "public_first", *sorted(ABSENT_IS_NONE))
"""Counts: absent means none."""
VALUED = ("objective", "rule_loss", "rule_marginal")
"""Indicators in points of the value: what the certificate leaves open is in the same unit."""
SCALE = (
    "national.prices.", "national.fit.", "national.lean.", "national.burden.", "national.surpeuplement.", "cotation.",
    "territory.grid", "territory.mutation_grid",
)  # fmt: skip
"""Keys that change what a point is worth: prices, what a match is worth, the grid."""
MARGIN = ("objective_margin", "", "points")
"""Points by which the optimum of a run may still pass its value; no line for a run without certificate."""
MISSING = "leases_missing"
"""Leases missing of all lines that weigh in a run."""
FIRST_CHANGED = ("first_changed", "", "dwellings")
"""Dwellings whose first rank is another household, or on another account, than in the first run."""
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
    before: Mapping[str, str] = field(default_factory=dict)
    """Changed key -> its value in the case, as text."""
    case: str = ""
    """Hash of the case and options the run started from: values in force are those of the runs of one case."""
    status: str = "not_certified"
    """What the certificate proves: the page never trusts the solver's own word."""
    gap: float = 0.0
    """Points between the bound and the objective."""
    parts: Mapping[Key, tuple[float, float]] = field(default_factory=dict)
    """Numerator and denominator of each share."""
    lived: Mapping[Key, tuple[float | None, ...]] = field(default_factory=dict)
    """Figures of the lived year in each replication, in order: those of the same rank share their draws between runs."""
    seed: str = ""
    """What the replications were drawn from; two runs of one seed are compared replication by replication."""
    seconds: float = 0.0
    """How long the run took; 0 when nobody said."""
    start: str = field(default="", kw_only=True)
    """Hash of the case, its rules and what changes an answer among the options; empty in a folder that does not say it."""
    weeks: int = field(default=0, kw_only=True)
    """Batches of its lived year; 0 when it lived none, or does not say."""
    reference: bool = field(default=False, kw_only=True)
    """Whether it is the case as it is."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Title in ``models/`` of each changed key that has one."""
    first: Mapping[str, str] = field(default_factory=dict)
    """Dwelling -> mark of the account and household in first rank: equal marks, equal first ranks."""
    assumed: tuple[str, ...] = ()
    """Rows that have no price because their target is assumed, as ``rule;scope``."""

    @property
    def proof(self) -> ProofSummary:
        """The certificate in the words every page uses."""
        value = self.values.get(("objective", "", "points"), 0.0)
        return ProofSummary(self.status, value, value + self.gap, self.gap, self.stop, self.verdict)

    @property
    def margin(self) -> float | None:
        """Points left open by the certificate; None when nothing is certified."""
        return None if self.status == "not_certified" or self.verdict == "refused" else self.gap

    @property
    def proven(self) -> bool:
        """Certified optimal, and not refused by the independent check."""
        return self.status == "certified_optimal" and self.verdict != "refused"


def read_record(folder: Path) -> Record:
    """The record of a run folder.

    Raises
    ------
    AttrifluxError
        ``SCENARIO_NOT_A_RUN`` when there is none that can be read, ``SCENARIO_OTHER_FORMAT`` when another version wrote it.
    """
    file = folder / RECORD
    if not file.is_file():
        raise AttrifluxError("SCENARIO_NOT_A_RUN", name=folder.name)
    content = _content(file, folder.name)
    values = {(i, s, u): float(v) for i, s, u, v in content["indicators"] if v is not None}
    parts = {(i, s, u): (float(n), float(d)) for i, s, u, n, d in content["parts"]}
    lived = {(i, s, u): tuple(each) for i, s, u, each in content["lived"]}
    record = Record(
        content["name"], content["title"], content["changes"], content["swept"], values, content["stop"],
        content["verdict"], tuple(content["notes"]), content.get("places", {}), content.get("before", {}),
        content.get("case", ""), *_certified(folder, content), parts, lived, content["seed"], seconds_of(folder),
        content["titles"], content["first"], tuple(content["assumed"]),
    )  # fmt: skip
    record = replace(
        record,
        start=content.get("start", ""),
        weeks=int(content.get("weeks", 0)),
        reference=content["name"] == "reference",
    )
    return record if record.margin is None else replace(record, values={**values, MARGIN: record.margin})


def within_margin(indicator: str, difference: float, reference: float | None, run: float | None) -> bool:
    """Whether the certificates leave open the sign of a difference between two runs: it then says nothing.

    Parameters
    ----------
    difference : value of the run less that of the reference, in the unit of the indicator.
    reference, run : the margins of the two runs (:attr:`Record.margin`).

    Notes
    -----
    The optimum of each run lies between its value and its value plus its margin. A run that looks better is so when it passes
    the reference by more than the margin of the reference; one that looks worse, when it lacks more than its own margin. What
    a rule costs is read on one of the solutions inside the margin: the sum of both margins may come from that choice alone.
    """
    if indicator not in VALUED:
        return False
    if reference is None or run is None:
        return True
    if indicator == "objective":
        return max(reference, run) > 0 and -run <= difference <= reference
    return reference + run > 0 and abs(difference) <= reference + run


def other_lines(base: Record, record: Record) -> bool:
    """Whether the lines that weigh are not the same in two runs: the leases missing of each are then those of other lines.

    Without a price a line misses nothing of this sum, however far it is from its target: a rule switched off would look met.
    """
    return _weighing(base) != _weighing(record)


def _weighing(record: Record) -> frozenset[str]:
    return frozenset(
        scope for (name, scope, _), value in record.values.items() if name == "rule_price" and value
    )


def sets_scale(key: str) -> bool:
    """Whether a key of a scenario changes what a point is worth: the points of two such runs do not add up."""
    return key.startswith(SCALE)


def other_scale(base: Record, record: Record) -> bool:
    """Whether two runs count their points by other prices, weights or grids."""
    mine, theirs = ({k: v for k, v in r.changes.items() if sets_scale(k)} for r in (record, base))
    return mine != theirs


def reading_of(indicator: str, difference: float, base: Record, record: Record) -> str:
    """Code of the words that stand beside a difference from the first run; empty where it says what it says."""
    if within_margin(indicator, difference, base.margin, record.margin):
        return "WORDS.WITHIN"
    if indicator in VALUED and other_scale(base, record):
        return "COMPARISON.OTHER_SCALE"
    return "COMPARISON.OTHER_LINES" if indicator == MISSING and other_lines(base, record) else ""


def _content(file: Path, name: str) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise AttrifluxError("SCENARIO_NOT_A_RUN", name=name) from None
    found = content.get("format", "–") if isinstance(content, dict) else "–"
    if not isinstance(content, dict) or found != FORMAT:
        raise AttrifluxError("SCENARIO_OTHER_FORMAT", name=name, found=str(found), expected=FORMAT)
    return content


def _certified(folder: Path, content: Mapping[str, Any]) -> tuple[str, float]:
    """Status and gap of a run; those of its certificate for a folder written before they were in the record."""
    if "status" in content:
        return str(content["status"]), float(content["gap"])
    file = folder / "resultat" / "certificate.json"
    if not file.is_file():
        return "not_certified", 0.0
    certificate = json.loads(file.read_text(encoding="utf-8"))
    return str(certificate.get("status", "not_certified")), float(certificate.get("gap", 0.0))


def completed(records: Sequence[Record]) -> list[Record]:
    """The records beside each other: an account or a public that one run serves and another does not counts 0 there, and each
    run has the first ranks in which it differs from the first."""
    counted = {key: 0.0 for r in records for key in r.values if key[0] in COUNTED}
    return [
        replace(
            r,
            values={
                **r.values,
                **{k: 0.0 for k in counted if k not in r.values and _has(r, k)},
                **({FIRST_CHANGED: float(changed_first(records[0], r))} if records[0].first else {}),
            },
            lived={
                **r.lived,
                **{
                    k: (0.0,) * _replications(r)
                    for k in counted
                    if k not in r.lived and _has(r, k) and k[0] in ABSENT_IS_NONE
                },
            },
            places=places_of(records),
        )
        for r in records
    ]


def changed_first(base: Record, record: Record) -> int:
    """Dwellings whose first rank is another household or another account than in the reference."""
    homes = {*base.first, *record.first}
    return sum(base.first.get(d, "") != record.first.get(d, "") for d in homes)


def _replications(record: Record) -> int:
    return max(map(len, record.lived.values()), default=0)


def replications_of(records: Sequence[Record]) -> tuple[int, ...]:
    """How many years each run that lived any did, each number once."""
    return tuple(dict.fromkeys(n for record in records if (n := _replications(record))))


def _has(record: Record, key: Key) -> bool:
    """Whether a run has figures of that kind at all: one that did not live its year says nothing of it."""
    return key[0] not in ABSENT_IS_NONE or bool(record.lived)


def places_of(records: Sequence[Record]) -> dict[str, str]:
    """Names of the EPCI and collectivités of all runs, by code."""
    return {code: name for record in records for code, name in record.places.items()}


def comparison_table(records: Sequence[Record]) -> pd.DataFrame:
    """``comparison.csv``: every indicator of every run beside the first run, which is the reference.

    Returns
    -------
    DataFrame
        ``scenario, indicator``, one column per part of a scope (``rule, landlord, departement, epci, area, account, qpv,
        residence, public``, and those of rules of one's own), ``unit, value, num, den``; for the lived year ``value`` is
        the mean of the replications, with ``standard_error, low, high``; ``reference, difference``, and
        ``difference_error``, the standard error of the paired difference.
    """
    table = long_table(records)
    parts = scope_columns(table["scope"].tolist())
    return pd.concat([table[["scenario", "indicator"]], parts, table[list(VALUES)]], axis=1)


def long_table(records: Sequence[Record]) -> pd.DataFrame:
    """As :func:`comparison_table`, with the scope in one piece."""
    rows: list[tuple[object, ...]] = []
    records = completed(records)
    base = records[0] if records else None
    for record in records:
        for key, value in record.values.items():
            reference = None if base is None else base.values.get(key)
            difference = None if reference is None else value - reference
            num, den = record.parts.get(key, (NAN, NAN))
            paired = NAN if base is None or record is base else difference_error(base, record, key)
            rows.append(
                (record.name, *key, value, num, den, *range_of(record, key), reference, difference, paired)
            )
    return pd.DataFrame(rows, columns=["scenario", "indicator", "scope", *VALUES])


def titles_of_all(records: Sequence[Record]) -> dict[str, str]:
    """Titles of the keys of all runs."""
    return {key: title for record in records for key, title in record.titles.items()}


def range_of(record: Record, key: Key) -> tuple[float, float, float]:
    """Standard error, lowest and highest of a figure over the replications; NaN for one of the optimum."""
    known = [v for v in record.lived.get(key, ()) if v is not None]
    return (standard_error(known), min(known), max(known)) if known else (NAN, NAN, NAN)


def difference_error(base: Record, record: Record, key: Key) -> float:
    """Standard error of the difference of two runs: replication by replication where both drew from the same seed."""
    return differing(base, record, key)[0]


def differing(base: Record, record: Record, key: Key) -> tuple[float, int]:
    """That standard error, and how many replications it rests on: the pairs, or those of the run that has fewer."""
    mine, theirs = record.lived.get(key, ()), base.lived.get(key, ())
    if record.seed == base.seed and len(mine) == len(theirs):
        pairs = [a - b for a, b in zip(mine, theirs, strict=True) if a is not None and b is not None]
        return standard_error(pairs), len(pairs)
    alone = [[v for v in each if v is not None] for each in (mine, theirs)]
    return math.hypot(*map(standard_error, alone)), min(map(len, alone))


def seconds_of(folder: Path) -> float:
    """How long the run of a folder took; 0 where it does not say."""
    file = folder / TIMING
    if not file.is_file():
        return 0.0
    try:
        return float(json.loads(file.read_text(encoding="utf-8"))["seconds"])
    except (ValueError, KeyError, TypeError):
        return 0.0


def inputs_table(records: Sequence[Record]) -> pd.DataFrame:
    """What differs in the inputs: one line per changed key, one column per run; where a run leaves the key alone, the value
    in force in the case (empty when it is not known)."""
    keys = sorted({key for r in records for key in r.changes})
    known: dict[tuple[str, str], str] = {}
    for record in records:
        known.update({(record.case, key): value for key, value in record.before.items()})
    content: dict[str, list[str]] = {"key": keys}
    for record in records:
        content[record.name] = [
            said(record.changes[k]) if k in record.changes else known.get((record.case, k), "") for k in keys
        ]
    return pd.DataFrame(content)


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
