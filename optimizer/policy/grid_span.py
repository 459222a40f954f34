"""The span of a grid: how many points its rubrics can put between two households (M of design §5)."""

from __future__ import annotations

from optimizer.policy.grid import (
    BracketsCriterion,
    CodeCriterion,
    CodesCriterion,
    CountCriterion,
    Criterion,
    FlagCriterion,
    Grid,
    MonthsCriterion,
    Rubric,
)

MONTHS_PER_YEAR = 12


def span(grid: Grid, accrual_years: int) -> int:
    """Sum of the maxima less the sum of the minima of the rubrics, caps included, hundredths of a point.

    Parameters
    ----------
    accrual_years : int
        Years counted for points that accrue by month without a cap of their own.
    """
    bounds = [_rubric(rubric, accrual_years) for rubric in grid.rubrics]
    return sum(most - least for least, most in bounds)


def _rubric(rubric: Rubric, years: int) -> tuple[int, int]:
    """Least and most points of a rubric: of its sum, at most its cap, or of the best of its criteria."""
    bounds = [_criterion(criterion, years) for criterion in rubric.criteria]
    if not bounds:
        return 0, 0
    if rubric.combine == "best":
        least, most = max(low for low, _ in bounds), max(high for _, high in bounds)
    else:
        least, most = sum(low for low, _ in bounds), sum(high for _, high in bounds)
    if rubric.cap_c is not None:
        least, most = min(least, rubric.cap_c), min(most, rubric.cap_c)
    return least, most


def _criterion(criterion: Criterion, years: int) -> tuple[int, int]:
    """Least and most points of a criterion; none at all is always possible."""
    values = [0, *_values(criterion, years)]
    return min(values), max(values)


def _values(criterion: Criterion, years: int) -> list[int]:
    """The extreme points that a criterion can give."""
    match criterion:
        case FlagCriterion():
            return [criterion.points_c]
        case CodeCriterion():
            return [points for _, points in criterion.points_c]
        case CodesCriterion():
            total = [criterion.first_c + criterion.each_other_c * k for k in range(len(criterion.codes))]
            return total if criterion.cap_c is None else [min(points, criterion.cap_c) for points in total]
        case MonthsCriterion():
            if criterion.cap_c is not None:
                return [criterion.cap_c]
            return [criterion.per_month_c * max(MONTHS_PER_YEAR * years - criterion.from_month, 0)]
        case BracketsCriterion():
            return list(criterion.points_c)
        case CountCriterion():
            return [criterion.each_c * criterion.max_count]
