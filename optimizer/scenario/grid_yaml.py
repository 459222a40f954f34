"""Parts of a grid written back in the language of ``models/cotation/README.md``, points scaled exactly."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

from optimizer.policy.grid import (
    BracketsCriterion,
    CodeCriterion,
    CodesCriterion,
    Condition,
    Criterion,
    FlagCriterion,
    GridColumn,
    MonthsCriterion,
)


def quoted(text: str) -> str:
    """A text as a YAML double-quoted scalar."""
    return json.dumps(text, ensure_ascii=False)


def column_lines(column: GridColumn) -> list[str]:
    """A declared column, two spaces in."""
    lines = [f"  {column.name}:", f"    title: {quoted(column.title)}", f"    type: {column.type}"]
    return [*lines, f"    codes: {_list(column.codes)}"] if column.codes else lines


def criterion_lines(criterion: Criterion, factor: Fraction) -> list[str]:
    """A criterion with all its points multiplied by ``factor`` (nearest hundredth, halves away from 0), six spaces in.

    Points of a month never fall to 0: a criterion that gives points keeps giving some.
    """

    def points(cents: int) -> str:
        return _number(scaled(cents, factor), 2)

    lines = [f"      {criterion.id}:"]
    body = [f"title: {quoted(criterion.title)}", f"kind: {criterion.kind}"]
    if criterion.when:
        body.append(f"when: [{', '.join(_condition(c) for c in criterion.when)}]")
    if not isinstance(criterion, FlagCriterion):
        body.append(f"input: {criterion.input}")
    if isinstance(criterion, FlagCriterion):
        body.append(f"points: {points(criterion.points_c)}")
    elif isinstance(criterion, CodeCriterion):
        pairs = (f"{_code(code)}: {points(n)}" for code, n in criterion.points_c)
        body.append(f"points: {{{', '.join(pairs)}}}")
    elif isinstance(criterion, CodesCriterion):
        body.append(f"codes: {_list(criterion.codes)}")
        if criterion.statuses:
            body.append(f"statuses: {_list(criterion.statuses)}")
        body += [f"first: {points(criterion.first_c)}", f"each_other: {points(criterion.each_other_c)}"]
        if criterion.cap_c is not None:
            body.append(f"cap: {points(criterion.cap_c)}")
    elif isinstance(criterion, MonthsCriterion):
        per_month = max(1 if criterion.per_month_c else 0, scaled(criterion.per_month_c, factor))
        body.append(f"points_per_month: {_number(per_month, 2)}")
        if criterion.from_month:
            body.append(f"from_month: {criterion.from_month}")
        if criterion.cap_c is not None:
            body.append(f"cap: {points(criterion.cap_c)}")
    elif isinstance(criterion, BracketsCriterion):
        body += [f"compare: {criterion.compare}", "brackets:"]
        body += [
            f"  - {{limit: {_number(limit, 4)}, points: {points(n)}}}"
            for limit, n in zip(criterion.limits_e4, criterion.points_c, strict=True)
        ]
    else:
        body += [f"points_each: {points(criterion.each_c)}", f"max_count: {criterion.max_count}"]
        if criterion.expires_column:
            body.append(
                f"expires: {{column: {criterion.expires_column}, months: {criterion.expires_months}}}"
            )
    return lines + [f"        {line}" for line in body]


def scaled(cents: int, factor: Fraction) -> int:
    """Hundredths multiplied by a factor, to the nearest, halves away from 0."""
    size = int(abs(cents) * factor + Fraction(1, 2))
    return size if cents >= 0 else -size


def _number(units: int, places: int) -> str:
    text = f"{Decimal(units).scaleb(-places):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _code(code: str) -> str:
    return code if code.isidentifier() and code not in ("true", "false", "null") else quoted(code)


def _list(codes: tuple[str, ...]) -> str:
    return f"[{', '.join(_code(c) for c in codes)}]"


def _condition(condition: Condition) -> str:
    operator = condition.operator
    if operator in ("at_least", "at_most", "above", "below"):
        value = _number(condition.number_e4, 4)
    elif operator == "in":
        value = _list(condition.codes)
    elif condition.codes:
        value = _code(condition.codes[0])
    else:
        value = "true" if condition.flag else "false"
    return f"{{input: {condition.input}, {operator}: {value}}}"
