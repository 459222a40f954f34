"""Leases still expected from the date of a case to 31 December, in any part of its territory (design §6).

Statement and dashboards ask it of places that no row of ``propose`` has: an EPCI where a row is of a landlord, an EPCI's part of an
account that a row counts in the whole département, a case without dwellings. The formula is that of the rows, so that everybody
who looks at the same leases is told the same number.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pandas as pd

from optimizer import policy
from optimizer.conversion.inventory import in_qpv
from optimizer.domain import Case
from optimizer.domain.account import outside_flux
from optimizer.problem.account_year import still_expected
from optimizer.statement.ledger import (
    by_part,
    count_rule_of,
    followed_work,
    in_flux,
    lines_of,
    of_their_year,
    placed,
    planned_bases,
    planned_leases,
    vacant_dwellings,
    year_fraction,
)

Here = Callable[[pd.DataFrame], pd.Series]
"""Which lines of a frame are meant, by ``landlord, commune, epci, dep, qpv`` (a yes or a no) and what else its table says."""


class ToCome:
    """What a year has let, what it follows that its agreements count already, and the dwellings it may still let."""

    def __init__(self, case: Case, rules: policy.RuleSet, year: int) -> None:
        leases = case.table("leases")
        leases = leases[leases["signed_on"].dt.year == year]
        rule_at = count_rule_of(lines_of(case, rules, year), rules.text("national.flux.count_rule"))
        signed = placed(leases, rules.by_commune("epci"), rules.by_commune("departement"))
        signed = of_their_year(case, signed, rule_at, year)
        work = followed_work(case.table("in_progress"), rules, rule_at)
        work = work[work["counted"]]
        vacant = vacant_dwellings(case, rules)
        self._frames = [
            frame.assign(qpv=in_qpv(frame["qpv"]) == "oui")
            for frame in (
                signed.assign(flux=in_flux(leases) & ~signed["earlier"]),
                work.assign(flux=~work["account"].isin(outside_flux())),
                vacant if year == case.settings.year else vacant.iloc[:0],
            )
        ]
        assiette = case.table("assiette")
        self._planned = {True: planned_bases(assiette, year), False: planned_leases(assiette, year)}
        self._days, self._known = year_fraction(case.settings.on, year), len(leases) > 0

    def leases(self, here: Here) -> Fraction:
        """Leases still expected there, whatever their account."""
        return self._expected(here, flux=False)

    def of_flux(self, here: Here) -> Fraction:
        """Leases of the flux still expected there."""
        return self._expected(here, flux=True)

    def counted_work(self, here: Here) -> int:
        """Dwellings followed there that are counted already, and so are none of those still expected."""
        return len(self._frames[1][here(self._frames[1])])

    @property
    def parts(self) -> list[tuple[str, str]]:
        """(landlord, département) that have let a dwelling, follow or may let one, sorted."""
        return sorted(by_part(self._frames))

    def _expected(self, here: Here, *, flux: bool) -> Fraction:
        frames = [frame[frame["flux"].astype(bool)] if flux else frame for frame in self._frames]
        signed, work, vacant = (frame[here(frame)] for frame in frames)
        before, run, whole = by_part([signed, work]), by_part([vacant]), by_part(frames)
        total = Fraction(0)
        for part in sorted(before.keys() | run.keys()):
            rest = still_expected(
                year=self._planned[flux].get(part), before=before[part], run=run[part], whole=whole[part], days=self._days,
                leases_known=self._known,
            )  # fmt: skip
            total += run[part] if rest is None else rest
        return total
