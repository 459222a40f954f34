"""One account's year, counted once: sheets, report, workbook, statement and dashboards all show these figures.

``due to date`` is the agreed share of what the flux has let so far, ``due to 31 December`` the share of that and of the leases
still expected; both less the balance carried over. ``done`` are leases, and orientations come back that the agreement counts;
``in progress`` the dwellings whose candidates are being followed, whether the agreement counts them yet or not. What is due to
31 December is what is done, in progress and ``remaining``. ``late`` compares what the agreement counts with what is due to date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import pandas as pd

from optimizer.domain.frames import records
from optimizer.problem.model import RATE_UNIT, Row
from optimizer.problem.registry import all_rules


@dataclass(frozen=True)
class AccountYear:
    """One line of an agreement: a landlord's account in an area.

    Attributes
    ----------
    share : agreed share of the flux.
    opening : balance carried over, in leases.
    base : leases of the flux counted so far in the area, every account.
    consumed : those counted on the account.
    counted : of them, dwellings still in progress.
    in_progress : dwellings of the account whose candidates are being followed, counted yet or not.
    expected : leases of the flux still expected in the area until 31 December.
    """

    share: Fraction
    opening: Fraction
    base: int
    consumed: int
    counted: int
    in_progress: int
    expected: Fraction

    @property
    def done(self) -> int:
        """Leases signed on the account, and its orientations come back without one that the agreement counts."""
        return self.consumed - self.counted

    @property
    def year_base(self) -> Fraction:
        """Leases of the flux of the whole year in the area."""
        return self.base + self.expected

    @property
    def due_to_date(self) -> Fraction:
        """Leases the share asks of what is let so far."""
        return self.share * self.base - self.opening

    @property
    def due_to_31_december(self) -> Fraction:
        """Leases the share asks of the year."""
        return self.share * self.year_base - self.opening

    @property
    def whole_due(self) -> int:
        """What is due to 31 December in whole leases: the next one when a part is due."""
        return max(0, ceil(self.due_to_31_december))

    @property
    def remaining(self) -> int:
        """Whole leases still to be found to 31 December, beyond what is done and in progress."""
        return max(0, self.whole_due - self.done - self.in_progress)

    @property
    def balance(self) -> Fraction:
        """What is counted beyond what is due to date; negative: late."""
        return self.consumed - self.due_to_date

    @property
    def shown_balance(self) -> float:
        """The balance beside what is due as it is shown: what is counted less it, so that the cells of a line add up."""
        return float(self.consumed - Fraction(repr(_two(self.due_to_date))))

    @property
    def late(self) -> int:
        """Whole leases that lack to date."""
        return max(0, ceil(-self.balance))

    @property
    def ahead(self) -> int:
        """Whole leases counted beyond what is due to date."""
        return max(0, floor(self.balance))

    def as_dict(self) -> dict[str, float | int]:
        """The figures that every page shows, by the name it gives them; what is due with two decimals at most."""
        return {
            "share": float(self.share), "due_to_date": _two(self.due_to_date), "due_year": _two(self.due_to_31_december),
            "done": self.done, "in_progress": self.in_progress, "remaining": self.remaining, "late": self.late,
            "ahead": self.ahead,
        }  # fmt: skip


FIGURES = ("share", "due_to_date", "due_year", "done", "in_progress", "remaining", "late", "ahead")
"""What :meth:`AccountYear.as_dict` says, in order."""


def _two(value: Fraction) -> float:
    return float(Fraction(floor(value * 100 + Fraction(1, 2)), 100))


def still_expected(
    *, year: int | None, before: int, run: int, whole: int, days: tuple[int, int], leases_known: bool
) -> Fraction | None:
    """Leases expected in one part (landlord × département) of an area from the date of a case to 31 December (design §6).

    Parameters
    ----------
    year : leases of the part's whole year, where `assiette` says.
    before, run : leases counted so far and dwellings of this run that the area holds of the part.
    whole : both, in the whole part.
    days : gone and left.
    leases_known : whether the case has leases at all.

    Returns
    -------
    Fraction or None
        None where nothing says how many: the run's own dwellings are all that is known.
    """
    gone, left = days
    if year is not None:
        rest = Fraction(year * (before + run), whole) - before if whole else Fraction(0)
    elif leases_known:
        rest = Fraction(before * left, max(1, gone))
    else:
        return None
    return max(rest, Fraction(run))


def account_years(rows: Sequence[Row], pending: pd.DataFrame) -> Mapping[tuple[str, str, str], AccountYear]:
    """The year of every agreed share of a run, by (landlord, area, account).

    Parameters
    ----------
    rows : rows of the rules, as `Problem.rows`.
    pending : as :func:`optimizer.problem.ledger.pending_work`.
    """
    waiting: Counter[tuple[str, str, str]] = Counter()
    counted: Counter[tuple[str, str, str]] = Counter()
    for line in records(pending):
        keys = [(line.landlord, area, line.account) for area in (line.commune, line.epci, line.departement)]
        waiting.update(keys)
        counted.update(keys if line.counted else ())
    agreed = {shape.id for shape in all_rules() if shape.agreed}
    found = {}
    for row in rows:
        if row.rule not in agreed:
            continue
        scope = dict(piece.split("=", 1) for piece in row.scope.split(";"))
        key = (scope["landlord"], scope["area"], scope["account"])
        found[key] = AccountYear(
            Fraction(row.share, RATE_UNIT),
            Fraction(row.opening_balance, 100),
            row.den_before,
            row.num_before,
            counted[key],
            waiting[key],
            Fraction(row.remaining_num, row.remaining_den),
        )
    return found
