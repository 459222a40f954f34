"""The year's base ``A = V − M − R_anru − R_orcod − R_unfit − R_sale − S`` (CCH R. 441-5), and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from optimizer.conversion import messages as messages
from optimizer.errors import Finding

MINUS = ("mutation", "anru", "orcod", "unfit", "sale", "stock")
COLUMNS = ("landlord", "departement", "year", "basis", "vacated", *MINUS, "assiette")


@dataclass(frozen=True)
class Base:
    """The base of one landlord in one département.

    Attributes
    ----------
    basis : str
        ``forecast`` or ``actual``.
    origin : str
        ``assiette`` (given in the table) or ``dwellings`` (counted from the dwellings of the case).
    vacated, mutation, anru, orcod, unfit, sale, stock : int
        Dwellings.
    """

    landlord: str
    departement: str
    year: int
    basis: str
    origin: str
    vacated: int
    mutation: int
    anru: int
    orcod: int
    unfit: int
    sale: int
    stock: int

    @property
    def minus(self) -> int:
        """Everything subtracted, in dwellings."""
        return self.mutation + self.anru + self.orcod + self.unfit + self.sale + self.stock

    @property
    def assiette(self) -> int:
        """Dwellings shared between the contingents."""
        return self.vacated - self.minus


def bases(
    assiette: pd.DataFrame, dwellings: pd.DataFrame, departements: pd.Series, year: int
) -> tuple[tuple[Base, ...], tuple[Finding, ...]]:
    """Every base of the year: the lines of `assiette`, else the count of the dwellings of the case.

    Parameters
    ----------
    assiette, dwellings : DataFrame
        The tables of the case; either may be empty.
    departements : Series
        Département of each row of ``dwellings`` (aligned).
    year : int

    Returns
    -------
    bases, findings
        Sorted by landlord, département, basis. A base that comes from dwellings counts first lettings apart (they have
        their own ledger) and is a forecast: nothing is signed yet.
    """
    found: list[Base] = []
    given = assiette[assiette["year"] == year]
    rows = given[["vacated", *MINUS]].fillna(0).astype("int64")
    for row, numbers in zip(given.itertuples(index=False), rows.to_dict("records"), strict=True):
        counts = {str(name): int(value) for name, value in numbers.items()}
        found.append(
            Base(str(row.landlord), str(row.departement), year, str(row.basis), "assiette", **counts)
        )
    known = {(b.landlord, b.departement) for b in found}
    for (landlord, departement), group in _counted(dwellings, departements):
        if (landlord, departement) not in known:
            found.append(Base(landlord, departement, year, "forecast", "dwellings", **group))
    found.sort(key=lambda b: (b.landlord, b.departement, b.basis != "forecast"))
    findings = tuple(
        Finding(
            "FLUX_NEGATIVE_BASE",
            file="assiette",
            params={
                "landlord": b.landlord, "departement": b.departement, "year": b.year, "basis": b.basis,
                "vacated": b.vacated, "minus": b.minus,
            },
        )
        for b in found
        if b.assiette < 0
    )  # fmt: skip
    return tuple(found), findings


def reasons(dwellings: pd.DataFrame) -> pd.Series:
    """Why each dwelling is out of the assiette: an exclusion, ``stock`` when reserved, ``first_letting``, or ``none``."""
    reason = (
        dwellings["assiette_exclusion"].astype(object).where(dwellings["assiette_exclusion"].notna(), "none")
    )
    reserved = dwellings["reserved_to"].notna() & (reason == "none")
    reason = reason.mask(reserved, "stock")
    first = dwellings["first_letting"].astype("boolean").fillna(False).astype(bool)
    return reason.mask(first, "first_letting")


def _counted(
    dwellings: pd.DataFrame, departements: pd.Series
) -> list[tuple[tuple[str, str], dict[str, int]]]:
    if dwellings.empty:
        return []
    reason = reasons(dwellings)
    ours = reason != "first_letting"
    frame = pd.DataFrame(
        {
            "landlord": dwellings["landlord"].astype(object),
            "departement": departements.astype(object).to_numpy(),
            "reason": reason,
        }
    )[ours]
    table = (
        frame.groupby(["landlord", "departement", "reason"], sort=True).size().unstack("reason", fill_value=0)
    )
    out = []
    for key, row in table.iterrows():
        counts = {name: int(row.get(name, 0)) for name in MINUS}
        counts["vacated"] = int(row.sum())
        out.append(((str(key[0]), str(key[1])), counts))  # type: ignore[index]
    return out


def trace(dwellings: pd.DataFrame, departements: pd.Series) -> pd.DataFrame:
    """Each dwelling that is out of the assiette, with the reason: ``landlord, departement, dwelling_id, reason``."""
    reason = reasons(dwellings)
    frame = pd.DataFrame(
        {
            "landlord": dwellings["landlord"].astype(object),
            "departement": departements.astype(object).to_numpy(),
            "dwelling_id": dwellings["dwelling_id"].astype(object),
            "reason": reason,
        }
    )
    frame = frame[frame["reason"] != "none"]
    return frame.sort_values(["landlord", "departement", "reason", "dwelling_id"], ignore_index=True)


def subtractions(found: tuple[Base, ...], traced: pd.DataFrame) -> pd.DataFrame:
    """What each subtraction rests on: dwellings of the case one by one, and the stated rate for the others.

    Parameters
    ----------
    found : tuple of Base
    traced : DataFrame
        As :func:`trace` gives it.

    Returns
    -------
    DataFrame
        ``landlord, departement, year, basis, reason, dwellings, identified, stated, stated_rate``: ``identified`` dwellings are
        named in the exclusions of the case (all of them where the base is counted from the dwellings), ``stated`` ones rest
        on the figure of the table `assiette`, whose rate on the vacated dwellings is given.
    """
    named = traced.groupby(["landlord", "departement", "reason"]).size().to_dict() if len(traced) else {}
    rows = []
    for b in found:
        for reason in MINUS:
            n = int(getattr(b, reason))
            known = min(n, int(named.get((b.landlord, b.departement, reason), 0)))
            rate = round((n - known) / b.vacated, 4) if b.vacated else 0.0
            rows.append((b.landlord, b.departement, b.year, b.basis, reason, n, known, n - known, rate))
    columns = [
        "landlord",
        "departement",
        "year",
        "basis",
        "reason",
        "dwellings",
        "identified",
        "stated",
        "stated_rate",
    ]
    return pd.DataFrame(rows, columns=columns)


def first_lettings(dwellings: pd.DataFrame, departements: pd.Series, year: int) -> pd.DataFrame:
    """The ledger of first lettings: agreed account, dwellings, and the year they enter the flux (the year after).

    Columns ``landlord, departement, year, account, dwellings, enters_flux``; an account that is not agreed yet is empty.
    """
    first = dwellings["first_letting"].astype("boolean").fillna(False).astype(bool)
    frame = pd.DataFrame(
        {
            "landlord": dwellings["landlord"].astype(object),
            "departement": departements.astype(object).to_numpy(),
            "account": dwellings["reserved_to"].astype(object).where(dwellings["reserved_to"].notna(), ""),
        }
    )[first]
    counted = (
        frame.groupby(["landlord", "departement", "account"], sort=True).size().reset_index(name="dwellings")
    )
    counted.insert(2, "year", year)
    counted["enters_flux"] = year + 1
    return counted[["landlord", "departement", "year", "account", "dwellings", "enters_flux"]]


def assiette_table(found: tuple[Base, ...]) -> pd.DataFrame:
    """``assiette.csv`` (design §8): one line per landlord, département, year and basis."""
    return pd.DataFrame([{name: getattr(b, name) for name in COLUMNS} for b in found], columns=list(COLUMNS))
