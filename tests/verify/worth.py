"""Effort, burden and lean of one pair of the small country, in plain fractions: a second reading of the design's sentences."""

from __future__ import annotations

from fractions import Fraction as F

import town as t
from picks import number

LOW = t.LAW["housing_allowance"]
LEAN = t.LAW["lean"]
CENT = F(1, 100)
SPAN = 18_500
"""M of the grid of the small country: 60 months' points, 25 urgent, 100 DALO."""


def half_up(value: F, step: F) -> F:
    """To the nearest multiple of ``step``, halves up."""
    return ((value / step * 2 + 1) // 2) * step


def exact(value: object) -> F:
    return F(str(value))


def family(who: dict[str, str]) -> int | None:
    """0 alone, 1 couple, 1 + n with n dependants; None where it cannot be told."""
    persons, said = int(who["persons"]), who.get("dependants", "")
    if not said and persons > 1:
        return None
    dependants = int(said or 0)
    return 1 + dependants if dependants else min(persons - 1, 1)


def listed(values: list[float], k: int) -> F:
    """Position k of a list whose last number is added for each position beyond the others."""
    *given, more = (exact(x) for x in values)
    return given[min(k, len(given) - 1)] + max(0, k - len(given) + 1) * more


def allowance(commune: str, rent: F, income: F, who: dict[str, str]) -> F | None:
    """Euros a month."""
    k = family(who)
    if k is None:
        return None
    zone = next((z for z in ("zone_1", "zone_2") if commune in LOW[z]), "zone_3")
    kept = min(rent, listed(LOW["rent_ceiling"][zone], k))
    base, more = (exact(x) for x in LOW["charges"])
    charges = base + max(0, k - 1) * more
    share = LOW["personal_share"]
    own = max(exact(share["minimum_rate"]) * (kept + charges), exact(share["minimum"]))
    ratio = half_up(kept / listed(LOW["rent_ceiling"]["zone_2"], k), F(1, 10_000))
    breaks = [F(0), *(exact(x) for x in share["rent_breaks"]), F(10**6)]
    of_rent = F(0)
    for i, rate in enumerate(share["rent_rates"]):
        of_rent += exact(rate) * max(F(0), min(ratio, breaks[i + 1]) - breaks[i])
    rate = max(F(0), listed(share["family_rate"], k)) + half_up(of_rent, F(1, 100_000))
    year = exact(LOW["income_share"]) * LOW["income_months"] * income
    paid = (
        kept + charges - own - rate * max(F(0), year - listed(share["allowance"], k)) - exact(LOW["flat_cut"])
    )
    paid = half_up(paid, CENT)
    return paid if paid >= LOW["least_paid"] else F(0)


def effort(home: dict[str, str], who: dict[str, str], simulations: t.Rows) -> tuple[str, F | None]:
    """(status, rate) of a pair."""
    rent, income = number(home.get("rent_eur", "")), number(who["monthly_income_eur"])
    said = next(
        (
            x
            for x in simulations
            if (x["dwelling_id"], x["application_id"]) == (home["dwelling_id"], who["application_id"])
        ),
        {},
    )
    if said.get("effort"):
        return "simulated", number(said["effort"])
    if rent is None or income is None:
        return "unknown", None
    cost = rent + (number(home.get("charges_eur", "")) or 0)
    if said.get("allowance_eur"):
        paid = (number(said["allowance_eur"]) or F(0)) + (number(said.get("rls_eur", "")) or 0)
        return "simulated", max(F(0), cost - paid) / income if income else None
    cost -= number(said.get("rls_eur", "")) or 0
    estimate = allowance(home["commune"], rent, income, who)
    status = "before" if estimate is None else "estimated"
    return status, max(F(0), cost - (estimate or 0)) / income if income else None


def burden(status: str, rate: F | None, who: dict[str, str], span: int) -> int:
    """Hundredths of a point."""
    law = t.LAW["burden"]
    spared = "DALO" in who["priority_codes"] or who.get("prefet_designated") == "oui"
    if rate is None or status == "before" or spared or number(who["monthly_income_eur"]) == 0:
        return 0
    part = min(F(1), max(F(0), rate - exact(law["free_rate"])) / exact(law["span"]))
    return int(half_up(exact(law["weight"]) * span * part, F(1)))


def missing_names(people: dict[str, int]) -> dict[str, int]:
    """Account -> names missing of those that the fullest account could give."""
    possible = min(LEAN["names"], max(people.values(), default=0))
    return {account: max(0, possible - n) for account, n in people.items()}
