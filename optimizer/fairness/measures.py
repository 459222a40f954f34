"""The register of the drop-in folder ``metrics/``, and what a metric returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from optimizer.dropin import in_order, load_all, named, takes, worded
from optimizer.errors import Lang
from optimizer.fairness.study import Study

F = NDArray[np.float64]
Better = Literal["more", "less", "neither"]


@dataclass(frozen=True)
class Reading:
    """One number of a metric.

    Attributes
    ----------
    scope : empty, or what it is about (``max``, ``p95``…)
    low, high : ends of the interval, NaN where there is none
    interval : what the interval is: ``lottery 5-95`` (over the draws or the support), ``wilson``, ``certified``, ``census wilson``,
        ``draws low-high`` (an estimate too low on average and one too high), ``never drawn``,
        ``too many moves`` (no value: its program is out of reach)
    unit, better : where this one has others than its metric (a count beside a share)
    """

    scope: str
    value: float
    low: float = float("nan")
    high: float = float("nan")
    interval: str = ""
    unit: str = ""
    better: Better | None = None


@dataclass(frozen=True)
class Metric:
    """A metric: ``compute(study)`` gives its readings; ``scopes`` those of an empty market too."""

    id: str
    title_fr: str
    title_en: str
    better: Better
    unit: str
    source: str
    order: int
    compute: Callable[[Study], Iterable[Reading]]

    def title(self, lang: Lang) -> str:
        return self.title_fr if lang == "fr" else self.title_en


_METRICS: dict[str, Metric] = {}
Compute = Callable[[Study], Iterable[Reading]]


def metric(
    id: str, *, title_fr: str, title_en: str, better: Better, unit: str, source: str, order: int
) -> Callable[[Compute], Compute]:
    """Register a metric file.

    Raises
    ------
    ValueError
        An empty field, an id that is none, an unknown direction, or a second metric of the same id or place.
    TypeError
        A word that is no text.
    """

    def register(compute: Compute) -> Compute:
        takes(compute, "study")
        named("metric", id)
        worded(f"metric {id!r}", title_fr=title_fr, title_en=title_en, unit=unit, source=source)
        if id in _METRICS:
            raise ValueError(f"metric {id!r} is declared twice")
        if better not in get_args(Better):
            raise ValueError(f"metric {id!r}: better {better!r}, not one of {', '.join(get_args(Better))}")
        in_order(f"metric {id!r}", order, {m.id: m.order for m in _METRICS.values()})
        _METRICS[id] = Metric(id, title_fr, title_en, better, unit, source, order, compute)
        return compute

    return register


@cache
def all_metrics() -> tuple[Metric, ...]:
    """Every metric of the folder, in the order of tables."""
    load_all("optimizer.fairness.metrics", _METRICS.__len__)
    return tuple(sorted(_METRICS.values(), key=lambda m: m.order))


def wilson(share: float, n: float, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval of a proportion seen n times.

    Examples
    --------
    >>> [round(x, 3) for x in wilson(0.5, 100)]
    [0.404, 0.596]
    """
    if n <= 0:
        return float("nan"), float("nan")
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(max(0.0, share * (1 - share)) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def over_outcomes(study: Study, values: Sequence[float], scope: str = "") -> Reading:
    """Mean over the outcomes with the 5th and 95th percentiles, weights counted."""
    x, w = np.asarray(values, np.float64), study.weights
    if not len(x):
        return Reading(scope, 0.0)
    mean = float(x @ w)
    if len(x) == 1 or float(x.max()) == float(x.min()):
        return Reading(scope, float(x[0]))
    order = np.argsort(x, kind="stable")
    reached = np.cumsum(w[order])
    low = float(x[order][min(len(x) - 1, int(np.searchsorted(reached, 0.05 - 1e-12)))])
    high = float(x[order][min(len(x) - 1, int(np.searchsorted(reached, 0.95 - 1e-12)))])
    return Reading(scope, mean, low, high, "lottery 5-95")


def gini(values: F) -> float:
    """Σ|x_i − x_j| / (2 n² mean): 0 when all are equal; NaN when all are 0.

    Examples
    --------
    >>> gini(np.array([0.0, 1.0])), gini(np.array([2.0, 2.0]))
    (0.5, 0.0)
    """
    n, total = len(values), float(values.sum())
    if not n or total <= 0:
        return float("nan")
    ordered = np.sort(values)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * total))
