"""Points of one grid for every application, criterion by criterion (``models/cotation/README.md``, last sections)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from optimizer.policy.grid import (
    BracketsCriterion,
    CodeCriterion,
    CodesCriterion,
    Condition,
    CountCriterion,
    Criterion,
    FlagCriterion,
    Grid,
    MonthsCriterion,
    Rubric,
)
from optimizer.scoring.inputs import Inputs, whole_months

B = NDArray[np.bool_]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Points:
    """Credited hundredths of every application for every criterion of a grid; ``total`` is their sum."""

    names: tuple[str, ...]
    """``rubric.criterion`` in the order of the file."""
    titles: tuple[str, ...]
    credited: I64 | NDArray[np.int32]
    """(A, n criteria); 32 bits where they are enough, which for a country halves the largest table of the scores."""
    total: I64


def _is_in(values: pa.Array, words: tuple[str, ...]) -> B:
    found = pc.is_in(values, value_set=pa.array(list(words), pa.string()))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def holds(condition: Condition, inputs: Inputs) -> B:
    """Rows where a condition holds; an unknown input fails all but ``known: false``."""
    name, operator = condition.input, condition.operator
    if operator == "known":
        known = inputs.known(name)
        return known if condition.flag else ~known
    if operator == "has":
        return inputs.listed(name, condition.codes) > 0
    if operator in ("is", "in"):
        if inputs.type(name) == "bool":
            known, true = inputs.flag(name)
            return known & (true if condition.flag else ~true)
        return _is_in(inputs.text(name), condition.codes)
    return inputs.number(name).compare(operator, condition.number_e4)


def raw_points(criterion: Criterion, inputs: Inputs) -> I64:
    """Raw hundredths of one criterion, 0 where one of its conditions fails or its input is unknown."""
    points = _raw(criterion, inputs)
    for condition in criterion.when:
        points = np.where(holds(condition, inputs), points, 0)
    return points


def _capped(points: I64, cap: int | None) -> I64:
    return points if cap is None else np.minimum(points, cap)


def _raw(criterion: Criterion, inputs: Inputs) -> I64:
    if isinstance(criterion, FlagCriterion):
        return np.full(len(inputs), criterion.points_c, np.int64)
    if isinstance(criterion, CodeCriterion):
        values = inputs.text(criterion.input)
        points = np.zeros(len(inputs), np.int64)
        for code, worth in criterion.points_c:
            points[_is_in(values, (code,))] = worth
        return points
    if isinstance(criterion, CodesCriterion):
        n = inputs.listed(criterion.input, criterion.codes)
        points = _capped(criterion.first_c + (n - 1) * criterion.each_other_c, criterion.cap_c)
        fine = n > 0
        if criterion.statuses:
            fine &= _is_in(inputs.text("priority_status"), criterion.statuses)
        return np.where(fine, points, 0)
    if isinstance(criterion, MonthsCriterion):
        start = inputs.date(criterion.input)
        months = np.maximum(whole_months(start, inputs.on) - criterion.from_month, 0)
        return np.where(np.isnat(start), 0, _capped(criterion.per_month_c * months, criterion.cap_c))
    if isinstance(criterion, BracketsCriterion):
        number = inputs.number(criterion.input)
        points = np.zeros(len(inputs), np.int64)
        for limit, worth in zip(criterion.limits_e4, criterion.points_c, strict=True):
            points[number.compare(criterion.compare, limit)] = worth
        return points
    return _count(criterion, inputs)


def _count(criterion: CountCriterion, inputs: Inputs) -> I64:
    number = inputs.number(criterion.input)
    points = criterion.each_c * np.minimum(np.maximum(number.top, 0), criterion.max_count)
    fine = number.known
    if criterion.expires_column:
        last = inputs.date(criterion.expires_column)
        fine = fine & ~(~np.isnat(last) & (whole_months(last, inputs.on) >= criterion.expires_months))
    return np.where(fine, points, 0)


def credited(rubric: Rubric, inputs: Inputs) -> I64:
    """(A, n) hundredths credited to each criterion of a rubric."""
    raw = np.stack([raw_points(c, inputs) for c in rubric.criteria], axis=1)
    if rubric.combine == "best":
        best = raw.argmax(axis=1)
        out = np.zeros_like(raw)
        rows = np.arange(len(raw))
        out[rows, best] = _capped(raw[rows, best], rubric.cap_c)
        return out
    if rubric.cap_c is None:
        return raw
    running = _capped(np.cumsum(raw, axis=1), rubric.cap_c)
    return np.diff(running, axis=1, prepend=np.zeros((len(raw), 1), np.int64))


def evaluate(grid: Grid, inputs: Inputs) -> Points:
    """Score every application by a grid. Totals are whole hundredths and equal the sum of ``credited``."""
    names = tuple(f"{r.id}.{c.id}" for r in grid.rubrics for c in r.criteria)
    titles = tuple(c.title for r in grid.rubrics for c in r.criteria)
    blocks = [credited(rubric, inputs) for rubric in grid.rubrics if rubric.criteria]
    table = np.concatenate(blocks, axis=1) if blocks else np.zeros((len(inputs), 0), np.int64)
    total = table.sum(axis=1, dtype=np.int64)
    if not table.size or int(np.abs(table).max()) <= np.iinfo(np.int32).max:
        table = table.astype(np.int32)
    return Points(names, titles, table, total)
