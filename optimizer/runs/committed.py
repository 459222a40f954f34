"""The register of commitments of a case: its tables, the numbers of the law, the shares of its agreements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import pandas as pd

from optimizer import conversion, policy
from optimizer.conversion import Register
from optimizer.domain import Case
from optimizer.domain.account import place_of

EXTENSION, CAP = "national.flux.guarantee_extension_years", "national.flux.guarantee_cap"
Base = Callable[[str, str, str], Fraction | None]
"""(landlord, département, area) -> dwellings of the year's flux there."""


def commitments_of(
    case: Case, rules: policy.RuleSet, lines: pd.DataFrame, base: Base, *, year: int | None = None
) -> Register:
    """What the commitments of a case bring in a year and in the next.

    Parameters
    ----------
    lines : DataFrame
        Convention lines in force, with the columns of the table `conventions`.
    base : callable
        Dwellings of the year's flux in an area, None where it is not known.
    year : int, optional
        Default: the case's.
    """
    return conversion.register(
        case.table("commitments"), case.table("stock"), case.table("assiette"), on=case.settings.on,
        year=case.settings.year if year is None else year, extension_years=rules.integer(EXTENSION),
        guarantee_cap=Fraction(repr(rules.get(CAP))), epci_of=rules.by_commune("epci"), agreed=_agreed(lines), base=base,
    )  # fmt: skip


def assiette_base(case: Case, rules: policy.RuleSet, assiette: Mapping[tuple[str, str], int]) -> Base:
    """The assiette of a landlord in an area: of the département, or the part of its rotation that lies there.

    Parameters
    ----------
    assiette : mapping
        (landlord, département) -> dwellings of the year's flux.
    """
    epci, stock = rules.by_commune("epci"), case.table("stock")

    def base(landlord: str, departement: str, area: str) -> Fraction | None:
        whole = assiette.get((landlord, departement))
        if whole is None:
            return None
        if area == departement:
            return Fraction(whole)
        return whole * conversion.in_area(stock, landlord, departement, area, epci)

    return base


def _agreed(lines: pd.DataFrame) -> dict[tuple[str, str, str, str], Fraction]:
    out: dict[tuple[str, str, str, str], Fraction] = {}
    for r in lines.to_dict("records"):
        account, departement = str(r["account"]), str(r["departement"])
        area = r["area"]
        where = place_of(account) or departement if pd.isna(area) or area == "" else str(area)
        out[str(r["landlord"]), departement, where, account] = Fraction(repr(float(r["share"])))
    return out
