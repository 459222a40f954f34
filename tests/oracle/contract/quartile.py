"""First quartile of a household in an EPCI: yes, no or unknown; and the other traits that rules count."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.oracle.contract.pairs import Pairs
from tests.oracle.contract.reading import Row, communes


def consumption_units(pairs: Pairs, a: str) -> Fraction:
    """Units of consumption of a household."""
    household, law = pairs.applications[a], pairs.law
    if household["consumption_units"] is not None:
        return household["consumption_units"]  # type: ignore[no-any-return]
    children = household["children_under_14"] or 0
    others = max(0, household["persons"] - 1 - children)
    return (
        law.national("uc.first_person")
        + law.national("uc.other_person") * others
        + law.national("uc.child") * children
    )  # type: ignore[no-any-return]


def quartile(pairs: Pairs, a: str, epci: str) -> str:
    """`yes` (first quartile), `no` (another, known) or `unknown`."""
    household, law = pairs.applications[a], pairs.law
    if household["first_quartile"] is not None:
        return "yes" if household["first_quartile"] else "no"
    threshold = law.place("lec_q1_threshold", epci)
    if threshold is None:
        return "unknown"
    if household["income_per_uc"] is not None:
        return "yes" if household["income_per_uc"] <= threshold[0] else "no"
    income = household["monthly_income_eur"]
    if income is None or (income == 0 and household["income_status"] != "verified"):
        return "unknown"
    yearly = law.national("lec.income_months") * income / consumption_units(pairs, a)
    return "yes" if yearly <= threshold[0] else "no"


def priority(pairs: Pairs, facts: Row) -> bool:
    """DALO, or a situation of L441-1 verified or labelled."""
    codes = facts["priority_codes"] or []
    proofs = pairs.law.national("priority_publics.proof_target")
    return "dalo" in codes or (bool(codes) and Pairs.proof(facts) in proofs)


def is_dalo(facts: Row) -> bool:
    return "dalo" in (facts["priority_codes"] or [])


def renewal(facts: Row) -> bool:
    """Relocated by urban renewal or from a degraded condominium."""
    return (facts["relocation"] or "none") in ("npnru", "orcod")


def household_traits(pairs: Pairs, a: str, commune: str, qpv: bool) -> dict[str, Any]:
    """What rules count of a household in a dwelling there."""
    household = pairs.applications[a]
    q1 = quartile(pairs, a, communes()[commune][0])
    return {
        "q1": q1,
        "renewal": renewal(household),
        "priority": priority(pairs, household),
        "dalo": is_dalo(household) and not (qpv and q1 == "yes" and not household["accepts_qpv"]),
        "essential": bool(household["essential_worker"]),
        "designated": bool(household["prefet_designated"]),
    }
