"""Points of a cotation grid for every application, from the language written in ``models/cotation/README.md``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

from optimizer.domain import Column
from optimizer.domain.schema import PRIORITY_CODES, Kind
from optimizer.verify import cells
from optimizer.verify.cells import I64, B
from optimizer.verify.facts import Applications
from optimizer.verify.habits import Habits
from optimizer.verify.law import Law
from optimizer.verify.tables import RawTable
from optimizer.verify.verdict import Unreadable
from optimizer.verify.words import plain

BOOLS = ("accepts_qpv", "als_employee", "couple", "essential_worker", "extend", "local_job", "public_agent")
WHOLES = (
    "adults", "children_under_14", "current_rooms", "dependants", "disabled_persons", "household_category", "persons",
    "refusals", "visiting_children",
)  # fmt: skip
DECIMALS = (
    "current_rent_eur", "current_surface_m2", "housing_allowance_eur", "monthly_income_eur", "tax_income_eur",
)  # fmt: skip
CODES = (
    "current_landlord", "dossier", "income_status", "mobility_need", "priority_status", "relocation", "status",
)  # fmt: skip
DATES = ("first_registered_on", "renewed_on")
_KINDS: Mapping[str, Kind] = {
    "bool": "bool",
    "integer": "int",
    "decimal": "decimal",
    "code": "choice",
    "date": "date",
}
Ratio = tuple[I64, I64, B]
"""Numerator, denominator (both > 0 scaled alike), known: an integer x is (10000 x, 1)."""


def hundredths(text: object) -> int:
    value = Fraction(str(text)) * 100
    if value.denominator != 1:
        raise Unreadable("cotation", f"{text} : au plus deux décimales")
    return int(value)


def limit_of(text: object) -> int:
    value = Fraction(str(text)) * 10_000
    if value.denominator != 1:
        raise Unreadable("cotation", f"{text} : au plus quatre décimales")
    return int(value)


class Inputs:
    """Columns and measures that a grid may read, for all applications."""

    def __init__(self, table: RawTable, apps: Applications, law: Law, own: Mapping[str, Any]) -> None:
        self.apps, self.law, self.own = apps, law, own
        asked = {name: _asked(table.text(name), item) for name, item in own.items() if name in table.columns}
        self.table = RawTable(table.file, table.rows, {**table.columns, **asked})
        self.on = cells.as_day(law.on)

    def kind(self, name: str) -> str:
        for kind, names in (
            ("bool", BOOLS),
            ("integer", WHOLES),
            ("decimal", DECIMALS),
            ("code", CODES),
            ("date", DATES),
        ):
            if name in names:
                return kind
        measures = {
            "seniority_months": "integer", "is_mutation": "bool", "spare_rooms": "integer", "lone_parent": "bool",
            "overcrowded": "bool", "effort_rate": "ratio", "priority_codes": "list",
        }  # fmt: skip
        if name in measures:
            return measures[name]
        if name in self.own:
            return str(self.own[name]["type"])
        raise Unreadable("cotation", f"entrée {name}")

    def flag(self, name: str) -> tuple[B, B]:
        """(true, known)."""
        a = self.apps
        every = np.ones(len(a), bool)
        if name == "is_mutation":
            return a.landlord > 0, every
        if name == "lone_parent":
            adults = cells.integers(self.table, "adults")
            return (adults == 1) & (a.persons >= 2), adults >= 0
        if name == "overcrowded":
            return self._overcrowded()
        return cells.booleans(self.table, name)

    def _overcrowded(self) -> tuple[B, B]:
        p = self.apps.persons
        single, two, extra, most, many, gap = (
            self.law.whole(f"national.surpeuplement.{k}")
            for k in ("single_m2", "two_m2", "extra_m2", "max_m2", "max_m2_persons", "missing_rooms")
        )
        need = np.where(p == 1, single, np.minimum(most, two + extra * (p - 2)))
        need = np.where(p >= many, most, need)
        surface = cells.scaled(self.table, "current_surface_m2", 100)
        rooms = cells.rooms(self.table, "current_rooms")
        by_surface = 100 * need > surface
        return np.where(surface >= 0, by_surface, p - rooms >= gap), (surface >= 0) | (rooms > 0)

    def code(self, name: str) -> np.ndarray[Any, Any]:
        """Lower-case words, ``""`` unknown."""
        words = np.array([x.lower() for x in cells.strings(self.table.text(name))], dtype=object)
        if name == "priority_status":
            words[(words == "") & self.apps.priority_any] = "declared"
        return words

    def day(self, name: str) -> I64:
        return cells.days(self.table, name)

    def ratio(self, name: str) -> Ratio:
        """A number as (numerator, denominator, known) comparable with ``limit × denominator``."""
        kind, one = self.kind(name), np.ones(len(self.apps), np.int64)
        if name == "effort_rate":
            rent = cells.scaled(self.table, "current_rent_eur", 100)
            help_ = np.maximum(0, cells.scaled(self.table, "housing_allowance_eur", 100, 0))
            income = self.apps.monthly
            return (
                10_000 * np.maximum(0, rent - help_),
                np.maximum(income, 1),
                (rent >= 0) & (income > 0),
            )
        if name == "seniority_months":
            return 10_000 * self.months(self.apps.registered), one, one > 0
        if name == "spare_rooms":
            rooms = cells.rooms(self.table, "current_rooms")
            return 10_000 * (rooms - self.apps.persons), one, rooms > 0
        if name == "current_rooms":
            rooms = cells.rooms(self.table, name)
            return 10_000 * rooms, one, rooms > 0
        if kind == "integer":
            found = cells.integers(self.table, name, cells.NO_DAY)
            return 10_000 * np.where(found == cells.NO_DAY, 0, found), one, found != cells.NO_DAY
        found = cells.scaled(self.table, name, 100, cells.NO_DAY)
        return 100 * np.where(found == cells.NO_DAY, 0, found), one, found != cells.NO_DAY

    def months(self, start: I64) -> I64:
        """Whole months from each day to ``on``, at least 0."""
        stamp = np.where(start == cells.NO_DAY, 0, start).astype("datetime64[D]")
        month = stamp.astype("datetime64[M]").astype(np.int64) + 1970 * 12
        inside = (stamp - stamp.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
        on: date = self.law.on
        whole = on.year * 12 + on.month - 1 - month - (on.day < inside)
        return np.asarray(np.maximum(0, whole), np.int64)


def _asked(given: pa.Array, item: Mapping[str, Any]) -> pa.Array:
    """An own column as it would have been written had every cell been as asked for."""
    codes = tuple(str(code).lower() for code in item.get("codes") or ())
    column = Column("", _KINDS[str(item["type"])], values=codes)
    found = Habits().read(given, column)
    if not codes:
        return found
    meant: dict[str, set[str]] = {}
    for code in codes:
        meant.setdefault(plain(code), set()).add(code)
    coded = found.dictionary_encode()
    words = [w if w is None or w.lower() in codes else _only(meant, w) for w in coded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(coded.indices)


def _only(meant: Mapping[str, set[str]], word: str) -> str:
    """The one code that a word means but for accents and signs."""
    found = meant.get(plain(word), set())
    if len(found) != 1:
        raise Unreadable("cotation", word)
    return next(iter(found))


def condition(inputs: Inputs, term: Mapping[str, Any]) -> B:
    """Whether one ``{input, operator: operand}`` holds for each application."""
    return np.asarray(_condition(inputs, term), bool)


def _condition(inputs: Inputs, term: Mapping[str, Any]) -> Any:
    name = str(term["input"])
    ((operator, operand),) = ((k, v) for k, v in term.items() if k != "input")
    kind = inputs.kind(name)
    if kind == "list":
        position = 0 if operator == "known" else _code_bit(str(operand).lower())
        mask = inputs.apps.priority_mask
        return (mask > 0) == _true(operand) if operator == "known" else (mask >> position) & 1 > 0
    if kind == "bool":
        value, known = inputs.flag(name)
        if operator == "known":
            return known == _true(operand)
        return known & (value == _true(operand))
    if kind == "code":
        words = inputs.code(name)
        if operator == "known":
            return np.asarray(words != "", bool) == _true(operand)
        wanted = [str(x).lower() for x in (operand if operator == "in" else [operand])]
        return np.isin(words.astype(str), wanted) & np.asarray(words != "", bool)
    if kind == "date":
        return (inputs.day(name) != cells.NO_DAY) == _true(operand)
    top, bottom, known = inputs.ratio(name)
    if operator == "known":
        return known == _true(operand)
    right = limit_of(operand) * bottom
    compared = {
        "above": top > right,
        "at_least": top >= right,
        "below": top < right,
        "at_most": top <= right,
    }
    if operator not in compared:
        raise Unreadable("cotation", f"opérateur {operator}")
    return known & compared[operator]


def _code_bit(code: str) -> int:
    return PRIORITY_CODES.index(code)


def _true(operand: object) -> bool:
    return str(operand).lower() in cells.TRUE


def raw_points(inputs: Inputs, item: Mapping[str, Any], points: object = None) -> I64:
    """Raw points of one criterion (hundredths); ``points`` is the scenario's replacement of its one number."""
    n = len(inputs.apps)
    kind = item["kind"]
    out = np.zeros(n, np.int64)
    if kind == "flag":
        out += hundredths(points if points is not None else item["points"])
    elif kind == "by_code":
        words = inputs.code(item["input"])
        for code, value in item["points"].items():
            out[np.asarray(words == str(code).lower(), bool)] = hundredths(value)
    elif kind == "codes":
        wanted = sum(1 << _code_bit(str(c).lower()) for c in item["codes"])
        count = np.bitwise_count(inputs.apps.priority_mask & wanted).astype(np.int64)
        out = hundredths(item["first"]) + (count - 1) * hundredths(item["each_other"])
        if "cap" in item:
            out = np.minimum(out, hundredths(item["cap"]))
        out[count == 0] = 0
        if "statuses" in item:
            words = inputs.code("priority_status").astype(str)
            out[~np.isin(words, [str(s).lower() for s in item["statuses"]])] = 0
    elif kind == "months":
        start = inputs.day(item["input"])
        per = hundredths(points if points is not None else item["points_per_month"])
        out = per * np.maximum(0, inputs.months(start) - int(item.get("from_month", 0)))
        if "cap" in item:
            out = np.minimum(out, hundredths(item["cap"]))
        out[start == cells.NO_DAY] = 0
    elif kind == "brackets":
        top, bottom, known = inputs.ratio(item["input"])
        for bracket in item["brackets"]:
            right = limit_of(bracket["limit"]) * bottom
            out[top > right if item["compare"] == "above" else top >= right] = hundredths(bracket["points"])
        out[~known] = 0
    elif kind == "count":
        top, _, known = inputs.ratio(item["input"])
        each = hundredths(points if points is not None else item["points_each"])
        out = each * np.clip(top // 10_000, 0, int(item["max_count"]))
        out[~known] = 0
        if "expires" in item:
            day = inputs.day(item["expires"]["column"])
            out[(day != cells.NO_DAY) & (inputs.months(day) >= int(item["expires"]["months"]))] = 0
    else:
        raise Unreadable("cotation", f"critère {kind}")
    for term in item.get("when") or ():
        out[~condition(inputs, term)] = 0
    return out


def grid_range(law: Law, name: str) -> tuple[int, int]:
    """(lowest, highest) score of a grid: sums of its rubrics' minima and maxima, with their caps (design §5)."""
    stem = name.removesuffix(".yaml").rpartition("/")[2]
    low = high = 0
    for rubric_id, rubric in law.grid_file(name)["rubrics"].items():
        ends = [
            _ends(law, item, law.changes.get(f"cotation.{stem}.{rubric_id}.{criterion_id}.points"))
            for criterion_id, item in rubric["criteria"].items()
        ]
        lows, highs = [x for x, _ in ends], [x for _, x in ends]
        join = max if rubric["combine"] == "best" else sum
        down, up = join(lows), join(highs)
        if rubric.get("cap") is not None:
            cap = hundredths(rubric["cap"])
            down, up = min(down, cap), min(up, cap)
        low, high = low + down, high + up
    return low, high


def _ends(law: Law, item: Mapping[str, Any], points: object) -> tuple[int, int]:
    """(lowest, highest) raw points of a criterion; an accrual without cap counts the years of the law."""
    kind = item["kind"]
    found = [0]
    if kind == "flag":
        found.append(hundredths(points if points is not None else item["points"]))
    elif kind == "by_code":
        found += [hundredths(x) for x in item["points"].values()]
    elif kind == "codes":
        first, other = hundredths(item["first"]), hundredths(item["each_other"])
        found += [first + i * other for i in range(len(set(item["codes"])))]
    elif kind == "months":
        per = hundredths(points if points is not None else item["points_per_month"])
        months = 12 * law.whole("national.burden.accrual_years") - int(item.get("from_month", 0))
        found.append(hundredths(item["cap"]) if "cap" in item and per > 0 else per * max(0, months))
    elif kind == "brackets":
        found += [hundredths(x["points"]) for x in item["brackets"]]
    elif kind == "count":
        found.append(
            hundredths(points if points is not None else item["points_each"]) * int(item["max_count"])
        )
    if "cap" in item:
        found = [min(x, hundredths(item["cap"])) for x in found]
    return min(found), max(found)


def grid_points(law: Law, name: str, table: RawTable, apps: Applications) -> dict[str, I64]:
    """Credited points of each criterion (``rubric.criterion`` -> hundredths); the score is their sum."""
    grid = law.grid_file(name)
    inputs = Inputs(table, apps, law, grid.get("columns") or {})
    stem = name.removesuffix(".yaml").rpartition("/")[2]
    credited: dict[str, I64] = {}
    for rubric_id, rubric in grid["rubrics"].items():
        raw = {}
        for criterion_id, item in rubric["criteria"].items():
            key = f"cotation.{stem}.{rubric_id}.{criterion_id}.points"
            raw[f"{rubric_id}.{criterion_id}"] = raw_points(inputs, item, law.changes.get(key))
        cap = hundredths(rubric["cap"]) if rubric.get("cap") is not None else None
        credited |= _best(raw, cap) if rubric["combine"] == "best" else _sum(raw, cap)
    return credited


def _sum(raw: Mapping[str, I64], cap: int | None) -> dict[str, I64]:
    if cap is None:
        return dict(raw)
    out: dict[str, I64] = {}
    running = np.zeros_like(next(iter(raw.values()))) if raw else np.zeros(0, np.int64)
    for key, points in raw.items():
        after = running + points
        out[key] = np.minimum(cap, after) - np.minimum(cap, running)
        running = after
    return out


def _best(raw: Mapping[str, I64], cap: int | None) -> dict[str, I64]:
    stacked = np.stack(list(raw.values()))
    best = stacked.argmax(axis=0)
    out = {}
    for i, key in enumerate(raw):
        points = np.where(best == i, stacked[i], 0)
        out[key] = points if cap is None else np.minimum(points, cap)
    return out
