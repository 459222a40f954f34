"""How equal the chances of being housed are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimizer.fairness.measures import Reading, gini, metric, wilson
from optimizer.fairness.study import Study

F = NDArray[np.float64]


@metric(
    "gini_p",
    title_fr="Inégalité des chances (Gini)",
    title_en="Inequality of chances (Gini)",
    better="less",
    unit="share",
    source="Flanigan et al. (2021), doi:10.1038/s41586-021-03788-6",
    order=40,
)
def compute(study: Study) -> Iterator[Reading]:
    """Gini of the chances of the households with an eligible dwelling; 0: all equal.

    Frequencies over draws are more unequal than the chances they stand for (a mean of absolute differences is convex): theirs is the
    upper end. Households ordered by the even draws and counted over the odd ones, and the reverse, give an index that is too
    low on average: the lower end.
    """
    value = gini(study.lottery.p)
    if not study.lottery.draws:
        yield Reading("", value)
        return
    groups = study.lottery.groups
    halves = [x.sum(axis=1)[groups] for x in study.halves]
    across = [_gini_in_order(one, np.argsort(other, kind="stable")) for one, other in (halves, halves[::-1])]
    low = max(0.0, float(np.mean(across)))
    yield Reading("", value, min(low, value), value, "draws low-high")


def _gini_in_order(values: F, order: NDArray[np.int64]) -> float:
    """The Gini index of values as if the order given were theirs; NaN when all are 0."""
    n, total = len(values), float(values.sum())
    return (
        float((2 * np.arange(1, n + 1) - n - 1) @ values[order] / (n * total)) if total > 0 else float("nan")
    )


@metric(
    "min_p",
    title_fr="Plus petite chance",
    title_en="Smallest chance",
    better="more",
    unit="share",
    source="Flanigan et al. (2021), doi:10.1038/s41586-021-03788-6",
    order=50,
)
def smallest(study: Study) -> Iterator[Reading]:
    """The smallest chance, the smallest positive one (no value without any), and how many households have none.

    The smallest of many frequencies is below the smallest of the chances they stand for: over draws its interval ends at Wilson's upper
    end of the household that one half of the draws says least lucky, counted over the other half, and begins at Wilson's lower end of the
    smallest frequency, which no smaller chance is likely to be below. How many households no draw ever served: that none of them has a
    chance is not known, so that their number may be 0, and the smallest positive chance anything above 0.
    """
    p, draws = study.lottery.p, study.lottery.draws
    least = float(p.min(initial=1.0)) if len(p) else 0.0
    positive = float(p[p > 0].min()) if (p > 0).any() else float("nan")
    without = float((p <= 0).sum())
    if not draws:
        yield from (Reading("", least), Reading("positive", positive), _without(without))
        return
    low = wilson(least, draws)[0]
    yield Reading("", least, low, max(least, _unlucky(study, zeros=True)), "draws low-high")
    if positive == positive:
        high = max(positive, _unlucky(study, zeros=False))
        yield Reading("positive", positive, 0.0 if without else low, high, "draws low-high")
    else:
        yield Reading("positive", positive)
    yield _without(without, 0.0, without, "never drawn")


def _unlucky(study: Study, *, zeros: bool) -> float:
    """Upper end of the least chance: of the group that one half of the draws says least lucky, Wilson's over the other; the larger of both ways.

    Parameters
    ----------
    zeros : whether a group that no draw of a half served may be the least lucky
    """
    halves = [x.sum(axis=1) for x in study.halves]
    draws = [len(study.outcomes[first::2]) for first in (0, 1)]
    found = []
    for told, seen, n in ((halves[0], halves[1], draws[1]), (halves[1], halves[0], draws[0])):
        among = np.flatnonzero((told > 0) | zeros)
        if len(among) and n:
            found.append(wilson(float(seen[among[told[among].argmin()]]), n)[1])
    return max(found, default=float("nan"))


def _without(
    households: float, low: float = float("nan"), high: float = float("nan"), interval: str = ""
) -> Reading:
    """A count of households, the fewer the better, beside chances."""
    return Reading("without", households, low, high, interval, unit="households", better="less")


@metric(
    "geo_p",
    title_fr="Moyenne géométrique des chances",
    title_en="Geometric mean of the chances",
    better="more",
    unit="share",
    source="Nash (1950), doi:10.2307/1907266",
    order=60,
)
def geometric(study: Study) -> Iterator[Reading]:
    """Over the households that have a chance, no value without any; 0 where one of them has none is told by ``min_p``."""
    p = study.lottery.p[study.lottery.p > 0]
    yield Reading("positive", float(np.exp(np.log(p).mean())) if len(p) else float("nan"))
