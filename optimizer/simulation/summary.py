"""Policies compared over common seeds: means with Student intervals, paired differences, Holm over the policies.

The gain of a policy on a seed is G = (policy − cotation order) / (hindsight − cotation order), on the value of the year: what lettings
are worth, less what waiting and missing leases cost. 0 is the order of the cotation, 1 what nobody does better than. One dwelling more
that stays empty weighs more than all the rest of a year; ``gain_points`` is the same on the value less the fill value of the
dwellings let, which says how the others were let.

References
----------
Holm, S. (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 65-70.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

COLUMNS = (
    "policy", "indicator", "unit", "seeds", "mean", "low", "high", "versus", "paired", "paired_low", "paired_high", "holm_p",
)  # fmt: skip
FLOOR, CEILING, TODAY = "cotation", "hindsight", "required_rate"
UNITS = {
    "gain": "share", "gain_points": "share", "value": "points", "regret": "points per letting", "regret_points": "points per letting", "lettings": "leases", "unlet": "dwellings",
    "shortfall": "leases", "lost": "points", "waited": "sessions", "offers": "offers", "refusals": "offers", "score": "points",
    "months_waited": "months", "freed": "dwellings", "chained": "dwellings", "void": "dwellings", "open_proofs": "sessions",
    "vacated": "dwellings", "pool": "applications", "arrived": "applications", "withdrawn": "applications", "still_waiting": "applications",
}  # fmt: skip
"""Indicators of the summary, in order, and their units."""
SIGNED = {"gain", "gain_points", "value", "regret_points", "score"}
"""Indicators that may be below 0; all others count something, or are measured from a bound that nobody passes."""
OF_DWELLINGS = ("lettings", "unlet")
"""Indicators that add up to the dwellings there were."""
SURE = 0.95
DIGITS = 8
"""Decimals of a paired difference; the tables have six."""

F = NDArray[np.float64]


def by_seed(table: pd.DataFrame) -> pd.DataFrame:
    """(seed) × (policy, indicator): figures of all years, gains and regrets added where both ends were run."""
    whole = table[(table["year"] == 0) & (table["scope"] == "") & (table["session"] == -1)]
    wide = whole.pivot_table(index="seed", columns=["policy", "indicator"], values="value", aggfunc="first")
    known = set(table["policy"])
    if CEILING in known and (CEILING, "value") in wide.columns:
        for what, points in (("", False), ("_points", True)):
            top = _value(wide, CEILING, points)
            for name in sorted(known - {CEILING}):
                let, own = wide[name, "lettings"], _value(wide, name, points)
                wide[name, f"regret{what}"] = (top - own) / let.where(let > 0)
                if FLOOR in known:
                    low = _value(wide, FLOOR, points)
                    wide[name, f"gain{what}"] = (own - low) / (top - low).where(top > low)
    return wide


def _value(wide: pd.DataFrame, policy: str, points: bool) -> pd.Series:
    """Value of each seed; ``points``: without the fill value of the dwellings let."""
    value: pd.Series = wide[policy, "value"]
    return value - wide[policy, "filled"] if points else value


def summary(
    table: pd.DataFrame,
    policies: Sequence[str],
    versus: str = TODAY,
    bounds: Collection[str] = (CEILING,),
) -> pd.DataFrame:
    """One row per policy and indicator.

    Parameters
    ----------
    versus : the policy that others are paired with; Holm's correction is over the policies compared with it.
    bounds : those of ``policies`` that nobody lives by: they have a difference and no p, as nobody asks whether what cannot be passed
        is different, and the p of the others do not depend on them.

    Returns
    -------
    DataFrame
        Columns ``COLUMNS``; NaN where a policy has no such figure, or where there are fewer than two seeds. ``low`` and ``high`` are
        cut at what is possible: 0 of what is counted, 1 of a gain, the dwellings of the largest draw of those let and not let.
    """
    wide = by_seed(table)
    rows = []
    for name in UNITS:
        against = {p: _difference(wide, p, versus, name) for p in policies if p != versus}
        holm = holm_adjusted({p: d[3] for p, d in against.items() if p not in bounds})
        for p in policies:
            if (p, name) not in wide.columns:
                continue
            values = wide[p, name].dropna().to_numpy(float)
            mean, *ends = interval(values)
            low, high = np.clip(ends, *_possible(wide, p, name)).tolist()
            d, d_low, d_high, _ = against.get(p, (np.nan,) * 4)
            rows.append(
                (p, name, UNITS[name], len(values), mean, low, high, versus if p in against and d == d else "", d, d_low, d_high, holm.get(p, np.nan))
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _possible(wide: pd.DataFrame, policy: str, name: str) -> tuple[float, float]:
    """The least and the most that an indicator can be: a mean of few draws has an interval that knows neither."""
    least = -np.inf if name in SIGNED else 0.0
    if name == "gain":
        return least, 1.0
    if name in OF_DWELLINGS and all((policy, one) in wide.columns for one in OF_DWELLINGS):
        return least, float((wide[policy, "lettings"] + wide[policy, "unlet"]).max())
    return least, np.inf


def interval(values: F) -> tuple[float, float, float]:
    """Mean and Student interval of independent draws; NaN bounds for fewer than two."""
    if not len(values):
        return float("nan"), float("nan"), float("nan")
    mean = float(values.mean())
    if len(values) < 2:
        return mean, float("nan"), float("nan")
    half = float(student.ppf(0.5 + SURE / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return mean, mean - half, mean + half


def _difference(wide: pd.DataFrame, one: str, other: str, name: str) -> tuple[float, float, float, float]:
    """Mean paired difference over the common seeds, its interval, and the p of no difference."""
    if (one, name) not in wide.columns or (other, name) not in wide.columns:
        return (float("nan"),) * 4
    # figures added up in another order differ in their last bits: that is no difference, and its p would be one of rounding
    gaps = np.round((wide[one, name] - wide[other, name]).dropna().to_numpy(float), DIGITS)
    mean, low, high = interval(gaps)
    if len(gaps) < 2:
        return mean, low, high, float("nan")
    error = float(gaps.std(ddof=1) / np.sqrt(len(gaps)))
    if error == 0:
        return mean, low, high, 1.0 if mean == 0 else least_p(len(gaps))
    return mean, low, high, float(2 * student.sf(abs(mean) / error, len(gaps) - 1))


def least_p(draws: int) -> float:
    """The p of equal differences, of which Student's has none (it would be 0, after two draws as after a hundred): that of their signs alone.

    Without any difference each sign would be heads or tails: all alike happens twice in 2ⁿ. No fewer draws show more.

    Examples
    --------
    >>> least_p(2), least_p(5)
    (0.5, 0.0625)
    """
    return 2.0 ** (1 - draws)


def holm_adjusted(raw: dict[str, float]) -> dict[str, float]:
    """Holm's step-down p of each comparison; those without a p stay out."""
    order = sorted((p, name) for name, p in raw.items() if p == p)
    found: dict[str, float] = {}
    worst = 0.0
    for i, (p, name) in enumerate(order):
        worst = max(worst, min(1.0, (len(order) - i) * p))
        found[name] = worst
    return found
