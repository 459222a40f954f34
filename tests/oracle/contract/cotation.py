"""Points of a household from a grid (`models/cotation/README.md`), in hundredths, and the span of a grid."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from tests.oracle.contract.reading import Law, Row, exact

Known = Any
"""A value of the application, or None when it is unknown."""


def months_between(start: date, end: date) -> int:
    """Whole months, never negative."""
    months = 12 * (end.year - start.year) + end.month - start.month - (1 if end.day < start.day else 0)
    return max(0, months)


class Scorer:
    """Scores households of a case by any grid."""

    def __init__(self, law: Law, on: date) -> None:
        self.law, self.on = law, on

    def points(self, grid: dict[str, Any], household: Row) -> Fraction:
        """Total points."""
        total = Fraction(0)
        for rubric in grid["rubrics"].values():
            raws = [self._raw(grid, criterion, household) for criterion in rubric["criteria"].values()]
            got = sum(raws, Fraction(0)) if rubric["combine"] == "sum" else max(raws)
            cap = rubric.get("cap")
            total += got if cap is None else min(exact(cap), got)
        return total

    # ---- inputs -------------------------------------------------------------------------------------------------------

    def _input(self, grid: dict[str, Any], name: str, h: Row) -> Known:
        if name == "seniority_months":
            return months_between(h["first_registered_on"], self.on)
        if name == "is_mutation":
            return h["current_landlord"] is not None
        if name == "spare_rooms":
            return None if h["current_rooms"] is None else h["current_rooms"] - h["persons"]
        if name == "lone_parent":
            return None if h["adults"] is None else h["adults"] == 1 and h["persons"] >= 2
        if name == "overcrowded":
            return self._overcrowded(h)
        if name == "effort_rate":
            rent, income = h["current_rent_eur"], h["monthly_income_eur"]
            if rent is None or not income:
                return None
            return max(Fraction(0), rent - (h["housing_allowance_eur"] or 0)) / income
        if name == "priority_status":
            return h[name] or ("declared" if h["priority_codes"] else None)
        value = h[name]
        own = (grid.get("columns") or {}).get(name)
        if own is None or value is None:
            return value
        kind = own["type"]
        if kind == "bool":
            return value == "1"
        if kind == "integer":
            return int(value)
        if kind == "decimal":
            return Fraction(value)
        return date.fromisoformat(value) if kind == "date" else value.lower()

    def _overcrowded(self, h: Row) -> bool | None:
        law, persons = self.law, h["persons"]
        if h["current_surface_m2"] is not None:
            most = law.national("surpeuplement.max_m2")
            if persons >= law.national("surpeuplement.max_m2_persons"):
                required = most
            elif persons == 1:
                required = law.national("surpeuplement.single_m2")
            else:
                more = law.national("surpeuplement.extra_m2") * (persons - 2)
                required = min(most, law.national("surpeuplement.two_m2") + more)
            return bool(required > h["current_surface_m2"])
        if h["current_rooms"] is None:
            return None
        return bool(persons - h["current_rooms"] >= law.national("surpeuplement.missing_rooms"))

    def _holds(self, grid: dict[str, Any], conditions: list[dict[str, Any]], h: Row) -> bool:
        for condition in conditions:
            value = self._input(grid, condition["input"], h)
            for operator, operand in condition.items():
                if operator == "input":
                    continue
                if operator == "known":
                    if (value is not None) != operand:
                        return False
                elif value is None or not _compare(operator, value, operand):
                    return False
        return True

    def _raw(self, grid: dict[str, Any], c: dict[str, Any], h: Row) -> Fraction:
        zero = Fraction(0)
        if not self._holds(grid, c.get("when") or [], h):
            return zero
        kind = c["kind"]
        if kind == "flag":
            return exact(c["points"])
        value = self._input(grid, c["input"], h)
        if value is None:
            return zero
        if kind == "by_code":
            return exact(c["points"].get(value, 0))
        if kind == "codes":
            n = len(set(value) & set(c["codes"]))
            proof = self._input(grid, "priority_status", h)
            if n == 0 or ("statuses" in c and proof not in c["statuses"]):
                return zero
            got = exact(c["first"]) + (n - 1) * exact(c["each_other"])
            return min(got, exact(c["cap"])) if "cap" in c else got
        if kind == "months":
            months = max(0, months_between(value, self.on) - c.get("from_month", 0))
            got = exact(c["points_per_month"]) * months
            return min(got, exact(c["cap"])) if "cap" in c else got
        if kind == "brackets":
            got = zero
            for bracket in c["brackets"]:
                limit = exact(bracket["limit"])
                if value > limit or (c["compare"] == "at_least" and value == limit):
                    got = exact(bracket["points"])
            return got
        if "expires" in c:
            last = self._input(grid, c["expires"]["column"], h)
            if last is not None and months_between(last, self.on) >= c["expires"]["months"]:
                return zero
        return exact(c["points_each"]) * min(max(value, 0), c["max_count"])

    # ---- span -----------------------------------------------------------------------------------------------------------

    def span(self, grid: dict[str, Any]) -> Fraction:
        """M: maxima of the rubrics less their minima, caps included."""
        total = Fraction(0)
        for rubric in grid["rubrics"].values():
            ends = [self._ends(c) for c in rubric["criteria"].values()]
            lows, highs = [low for low, _ in ends], [high for _, high in ends]
            best = rubric["combine"] == "best"
            high = max(highs) if best else sum(highs, Fraction(0))
            low = Fraction(0) if best else sum(lows, Fraction(0))
            if "cap" in rubric:
                high = min(high, exact(rubric["cap"]))
            total += high - low
        return total

    def _ends(self, c: dict[str, Any]) -> tuple[Fraction, Fraction]:
        """Least and most points of a criterion (0 is always possible)."""
        kind = c["kind"]
        if kind == "flag":
            all_points = [exact(c["points"])]
        elif kind == "by_code":
            all_points = [exact(p) for p in c["points"].values()]
        elif kind == "codes":
            most = exact(c["first"]) + (len(c["codes"]) - 1) * exact(c["each_other"])
            all_points = [min(most, exact(c["cap"])) if "cap" in c else most]
        elif kind == "months":
            months = 12 * int(self.law.national("burden.accrual_years")) - c.get("from_month", 0)
            all_points = [exact(c["cap"]) if "cap" in c else exact(c["points_per_month"]) * months]
        elif kind == "brackets":
            all_points = [exact(b["points"]) for b in c["brackets"]]
        else:
            all_points = [exact(c["points_each"]) * c["max_count"]]
        return min(all_points + [Fraction(0)]), max(all_points + [Fraction(0)])


def _compare(operator: str, value: Any, operand: Any) -> bool:
    if operator == "is":
        return bool(value == operand)
    if operator == "in":
        return value in operand
    if operator == "has":
        return operand in value
    limit = exact(operand)
    return {
        "above": value > limit,
        "at_least": value >= limit,
        "below": value < limit,
        "at_most": value <= limit,
    }[operator]
