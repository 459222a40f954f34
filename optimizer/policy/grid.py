"""A cotation grid as frozen data: rubrics of criteria, all points in whole hundredths.

The meaning of each kind, to the last integer, is written in ``models/cotation/README.md``; scoring and verification
each implement that page. Nothing here computes a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

InputType = Literal["bool", "integer", "decimal", "code", "codes", "date", "ratio"]

APPLICATION_INPUTS: dict[str, InputType] = {
    "accepts_qpv": "bool",
    "adults": "integer",
    "als_employee": "bool",
    "children_under_14": "integer",
    "couple": "bool",
    "current_landlord": "code",
    "current_rent_eur": "decimal",
    "current_rooms": "integer",
    "current_surface_m2": "decimal",
    "dependants": "integer",
    "disabled_persons": "integer",
    "dossier": "code",
    "essential_worker": "bool",
    "extend": "bool",
    "first_registered_on": "date",
    "household_category": "integer",
    "housing_allowance_eur": "decimal",
    "income_status": "code",
    "local_job": "bool",
    "mobility_need": "code",
    "monthly_income_eur": "decimal",
    "persons": "integer",
    "priority_codes": "codes",
    "priority_status": "code",
    "public_agent": "bool",
    "refusals": "integer",
    "relocation": "code",
    "renewed_on": "date",
    "status": "code",
    "tax_income_eur": "decimal",
    "visiting_children": "integer",
}
"""Columns of ``applications`` that a criterion may read."""

MEASURES: dict[str, InputType] = {
    "effort_rate": "ratio",
    "is_mutation": "bool",
    "lone_parent": "bool",
    "overcrowded": "bool",
    "seniority_months": "integer",
    "spare_rooms": "integer",
}
"""Quantities computed from several columns, defined in ``models/cotation/README.md``."""

Operator = Literal["is", "in", "has", "at_least", "at_most", "above", "below", "known"]


@dataclass(frozen=True)
class GridColumn:
    """A column of ``applications`` that the grid declares itself."""

    name: str
    title: str
    type: InputType
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """``input operator operand``; ``number_e4`` is the operand of a numeric operator in ten-thousandths."""

    input: str
    operator: Operator
    flag: bool = True
    codes: tuple[str, ...] = ()
    number_e4: int = 0


@dataclass(frozen=True)
class FlagCriterion:
    """``points_c`` when every condition of ``when`` holds."""

    id: str
    title: str
    when: tuple[Condition, ...]
    points_c: int
    kind: Literal["flag"] = "flag"


@dataclass(frozen=True)
class CodeCriterion:
    """Points of the value of a ``code`` input; none for a value not listed."""

    id: str
    title: str
    when: tuple[Condition, ...]
    input: str
    points_c: tuple[tuple[str, int], ...]
    kind: Literal["by_code"] = "by_code"


@dataclass(frozen=True)
class CodesCriterion:
    """``first_c`` for one listed code, ``each_other_c`` for each further one, at most ``cap_c``."""

    id: str
    title: str
    when: tuple[Condition, ...]
    input: str
    codes: tuple[str, ...]
    statuses: tuple[str, ...]
    first_c: int
    each_other_c: int
    cap_c: int | None
    kind: Literal["codes"] = "codes"


@dataclass(frozen=True)
class MonthsCriterion:
    """``per_month_c`` for each whole month elapsed beyond ``from_month``, at most ``cap_c``."""

    id: str
    title: str
    when: tuple[Condition, ...]
    input: str
    per_month_c: int
    from_month: int
    cap_c: int | None
    kind: Literal["months"] = "months"


@dataclass(frozen=True)
class BracketsCriterion:
    """Points of the last bracket whose limit is passed; ``limits_e4`` strictly increasing."""

    id: str
    title: str
    when: tuple[Condition, ...]
    input: str
    compare: Literal["above", "at_least"]
    limits_e4: tuple[int, ...]
    points_c: tuple[int, ...]
    kind: Literal["brackets"] = "brackets"


@dataclass(frozen=True)
class CountCriterion:
    """``each_c`` × min(count, ``max_count``); nothing once the date column is ``expires_months`` old or older."""

    id: str
    title: str
    when: tuple[Condition, ...]
    input: str
    each_c: int
    max_count: int
    expires_column: str = ""
    expires_months: int = 0
    kind: Literal["count"] = "count"


Criterion: TypeAlias = (
    FlagCriterion | CodeCriterion | CodesCriterion | MonthsCriterion | BracketsCriterion | CountCriterion
)


@dataclass(frozen=True)
class Rubric:
    """Criteria that add up (``sum``, at most ``cap_c``) or of which the best one counts (``best``)."""

    id: str
    title: str
    combine: Literal["sum", "best"]
    cap_c: int | None
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True)
class Grid:
    """One deliberated grid. ``invented`` grids are labelled so wherever a score is shown."""

    id: str
    title: str
    invented: bool
    status: str
    source: str
    in_force_from: date
    reviewed_on: date
    columns: tuple[GridColumn, ...]
    rubrics: tuple[Rubric, ...]
    file: str = ""

    def inputs(self) -> tuple[str, ...]:
        """Names of the columns and measures that some criterion reads, sorted."""
        names: set[str] = set()
        for rubric in self.rubrics:
            for criterion in rubric.criteria:
                names.update(c.input for c in criterion.when)
                if not isinstance(criterion, FlagCriterion):
                    names.add(criterion.input)
                if isinstance(criterion, CountCriterion) and criterion.expires_column:
                    names.add(criterion.expires_column)
                if isinstance(criterion, CodesCriterion) and criterion.statuses:
                    names.add("priority_status")
        return tuple(sorted(names))

    def input_type(self, name: str) -> InputType:
        """Type of a column or measure (KeyError when the grid does not know it)."""
        for column in self.columns:
            if column.name == name:
                return column.type
        return MEASURES[name] if name in MEASURES else APPLICATION_INPUTS[name]
