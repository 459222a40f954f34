"""Gauges: one target each, what is done, in progress, proposed and expected, in whole leases against the straight line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import Literal

import numpy as np
import pandas as pd

from optimizer.policy import Parameter
from optimizer.problem import RuleShape
from optimizer.results import SCALE
from optimizer.statement.dashboards.year import Year

Direction = Literal["at_least", "at_most"]


@dataclass(frozen=True)
class Counts:
    """Leases in a denominator and, among them, in its numerator, by how sure they are; ``day`` dates the numerators.

    ``num_returned``, ``den_returned``: orientations that came back without a lease and count on the flux all the same.
    """

    num_signed: int
    den_signed: int
    num_progress: int
    den_progress: int
    num_run: int
    den_run: int
    num_expected: Fraction
    den_expected: Fraction
    day: tuple[pd.Timestamp, ...] = ()
    num_returned: int = 0
    den_returned: int = 0

    @property
    def num(self) -> int:
        """Counted to date: signed, in progress or come back, as far as the count rule of the account says."""
        return self.num_signed + self.num_progress + self.num_returned

    @property
    def den(self) -> int:
        return self.den_signed + self.den_progress + self.den_returned

    def with_returned(self, returned: pd.DataFrame, account: str) -> Counts:
        """The same with the orientations that came back in its denominator, those of ``account`` in its numerator."""
        mine = returned[returned["account"] == account]
        day = tuple(sorted([*self.day, *(pd.Timestamp(d) for d in mine["day"])]))
        return replace(self, day=day, num_returned=len(mine), den_returned=len(returned))


def count(lines: pd.DataFrame, den: pd.Series, num: pd.Series) -> Counts:
    """Count masks over the lines of a year; ``num`` is taken inside ``den``. A seat counts whole in denominators."""
    num = num & den
    state, sure = lines["state"], lines["counted"].astype(bool)
    progress = (state == "progress") & sure
    ahead = state.isin(["proposed", "reserve"])
    weight = lines["weight"].to_numpy(np.int64).tolist()

    def n(mask: pd.Series) -> int:
        return int(mask.sum())

    def chance(mask: pd.Series) -> Fraction:
        return Fraction(sum(w for w, m in zip(weight, (mask & ahead).tolist(), strict=True) if m), SCALE)

    done = num & ((state == "signed") | progress)
    return Counts(
        n(num & (state == "signed")), n(den & (state == "signed")), n(num & progress), n(den & progress),
        n(num & (state == "proposed")), n(den & (state == "proposed")), chance(num), chance(den),
        tuple(sorted(pd.Timestamp(d) for d in lines.loc[done, "day"])),
    )  # fmt: skip


def named(lines: pd.DataFrame) -> pd.Series:
    """Lines that count in rules about households: all but the seats of a réservataire who has not named anybody yet."""
    return ~((lines["state"] == "proposed") & (lines["application_id"] == ""))


@dataclass(frozen=True)
class Gauge:
    """A target of the year and where it stands. ``share`` None: the target is the number ``year_target``.

    Attributes
    ----------
    remaining : leases still expected in the denominator until 31 December, this run included.
    year_target : leases of the numerator that the whole year needs, or may have (``at_most``).
    opening : balance carried over, in the numerator's leases.
    sources : where the target is read.
    """

    id: str
    title: str
    scope: str
    share: Fraction | None
    direction: Direction
    counts: Counts
    remaining: Fraction
    year_target: int
    sources: tuple[Parameter, ...]
    note: str = ""
    late_key: str = ""
    tolerance: Fraction = Fraction(0)
    opening: Fraction = Fraction(0)
    primary: bool = True
    """Whether a trajectory is drawn for it."""
    group: str = ""
    """Title of the group it stands in."""
    ahead_key: str = ""
    """Key of ``models/`` of the advance that is told; empty: none."""
    late: int | None = None
    """Whole leases late to date of an account whose year is kept (`AccountYear.late`)."""
    left: int | None = None
    """Whole leases it still has to find, beyond what is done and in progress (`AccountYear.remaining`)."""

    def straight(self, gone: int, left: int) -> Fraction:
        """Leases the straight line asks for after ``gone`` days."""
        return Fraction(self.year_target * gone, max(1, gone + left))

    def behind(self, gone: int, left: int) -> int:
        """Whole leases under the straight line after ``gone`` days."""
        return max(0, floor(self.straight(gone, left) - self.counts.num))

    @property
    def still_needed(self) -> int:
        """Leases of the numerator still to be signed to reach the year's target."""
        return max(0, self.year_target - self.counts.num) if self.left is None else self.left

    @property
    def missing(self) -> int:
        """Whole leases behind (``at_least``) or above (``at_most``) the share of what is counted to date."""
        if self.share is None:
            return 0
        if self.late is not None:
            return self.late
        goal = self.share * self.counts.den - self.opening
        if self.direction == "at_least":
            return max(0, ceil(goal) - self.counts.num)
        return max(0, self.counts.num - floor(goal))

    @property
    def beyond(self) -> int:
        """Whole leases beyond the share of what is counted to date, the balance carried over included."""
        if self.share is None:
            return 0
        return max(0, floor(self.counts.num + self.opening - self.share * self.counts.den))

    @property
    def a_whole_lease(self) -> bool:
        """Whether the gap to date is at least one lease: less is the rounding of a small base, not an alert."""
        if self.share is None:
            return False
        gap = self.share * self.counts.den - self.opening - self.counts.num
        return (gap if self.direction == "at_least" else -gap) >= 1


def rate(num: Fraction | int, den: Fraction | int) -> Fraction | None:
    return Fraction(num) / Fraction(den) if den else None


def rate_gauge(
    year: Year, counts: Counts, shape: RuleShape, *, title: str, scope: str, sources: tuple[Parameter, ...],
    rest: Callable[[], Fraction], primary: bool = True, among: str = "",
) -> Gauge:  # fmt: skip
    """A gauge of a share of leases, the first of ``sources``; ``rest`` counts those still expected of its denominator.

    ``among`` follows the title of its group.
    """
    share = Fraction(str(sources[0].value))
    remaining = max(Fraction(counts.den_run), Fraction(0) if year.over else rest())
    target = ceil(share * (counts.den + floor(remaining + Fraction(1, 2))))
    return Gauge(
        shape.id,
        title,
        scope,
        share,
        "at_least",
        counts,
        remaining,
        target,
        sources,
        late_key=shape.late_key,
        primary=primary,
        group=shape.group[0] + among,
        ahead_key=shape.ahead_key,
    )
