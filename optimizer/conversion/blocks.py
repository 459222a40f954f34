"""Blocks: what each contingent of a landlord holds in a département, summed exactly from the rows of `stock`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.conversion.caps import BAILLEUR
from optimizer.domain.account import find_account, in_flux

MICRO = 1_000_000
"""Turnover is read to the millionth: whole numbers from then on."""


@dataclass(frozen=True)
class Block:
    """One contingent of a landlord in a département.

    Attributes
    ----------
    stock : int
        Dwellings with rights in force on the date (ended conventions and empty rights have gone to BAILLEUR).
    vacated : Fraction
        Dwellings vacated per year: Σ n·τ over the rows with a turnover.
    untold : int
        Dwellings whose row has no turnover; they take the mean of the landlord (see :meth:`vacated_with`).
    rights : Fraction
        Single-use rights that the dated conventions are worth: Σ n·τ·d, plus n for rights that are single already.
    lasting : Fraction
        Dwellings vacated per year under rights without an end date: Σ n·τ.
    untold_rights, untold_lasting : Fraction
        The same for rows without a turnover, per unit of turnover: Σ n·d and Σ n.
    ended : int
        Dwellings of this contingent whose convention ended on or before the date.
    spent : int
        Dwellings of this contingent whose rights are empty: no designation is left, whatever the convention's term.
    """

    landlord: str
    departement: str
    account: str
    stock: int
    vacated: Fraction
    untold: int
    rights: Fraction
    lasting: Fraction
    untold_rights: Fraction
    untold_lasting: Fraction
    ended: int
    spent: int = 0

    def vacated_with(self, mean: Fraction) -> Fraction:
        """Vacated per year when rows without turnover take ``mean``."""
        return self.vacated + self.untold * mean

    def rights_with(self, mean: Fraction) -> Fraction:
        """Single-use rights when rows without turnover take ``mean``."""
        return self.rights + self.untold_rights * mean

    def lasting_with(self, mean: Fraction) -> Fraction:
        """Vacated per year under lasting rights when rows without turnover take ``mean``."""
        return self.lasting + self.untold_lasting * mean


def years_left(
    ends_on: pd.Series, on: date
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Exact years from ``on`` to each date: whole years, further days, and days of the year they fall in.

    A convention that ends on the 20th anniversary has exactly 20 years left; the rest is counted in days of the year
    between two anniversaries (365 or 366). Missing and past dates give zeros.
    """
    unique = ends_on.dropna().unique()
    table: dict[pd.Timestamp, tuple[int, int, int]] = {}
    for value in unique:
        end = pd.Timestamp(value)
        table[end] = _years(on, end.date())
    rows = [table.get(x, (0, 0, 365)) for x in table]
    codes = pd.Index(list(table)).get_indexer(pd.Index(ends_on)) if table else np.full(len(ends_on), -1)
    values = np.array([*rows, (0, 0, 365)], np.int64)
    picked = values[codes]
    return picked[:, 0], picked[:, 1], picked[:, 2]


def _anniversary(on: date, years: int) -> date:
    year = on.year + years
    try:
        return on.replace(year=year)
    except ValueError:  # 29 February: the anniversary of a common year is 1 March, as for deadlines in law
        return date(year, 3, 1)


def _years(on: date, end: date) -> tuple[int, int, int]:
    if end <= on:
        return 0, 0, 365
    whole = end.year - on.year
    if _anniversary(on, whole) > end:
        whole -= 1
    start, after = _anniversary(on, whole), _anniversary(on, whole + 1)
    return whole, (end - start).days, (after - start).days


def blocks(stock: pd.DataFrame, on: date, *, kept: frozenset[str] = frozenset()) -> tuple[Block, ...]:
    """Sum the inventory into blocks.

    Parameters
    ----------
    stock : DataFrame
        Columns of the table `stock`; turnover in [0, 1], missing allowed.
    on : date
        Rights are counted from this date; a convention that ended on or before it gives no right, nor do rights that
        are empty: their dwellings are BAILLEUR's.
    kept : frozenset
        Names of réservataires that stay in stock (``OTHER:<name>``): left out of the flux.

    Returns
    -------
    tuple of Block
        Sorted by landlord, département, account.
    """
    if stock.empty:
        return ()
    account = stock["account"].astype(object).to_numpy()
    inside = np.array([not stays_out(a, kept) for a in pd.unique(account)], bool)
    keep = dict(zip(pd.unique(account).tolist(), inside.tolist(), strict=True))
    stock = stock[[keep[a] for a in account]]
    n = stock["dwellings"].fillna(0).to_numpy(np.int64)
    turnover = stock["turnover"].to_numpy(np.float64)
    told = ~np.isnan(turnover)
    micro = np.rint(np.where(told, turnover, 0.0) * MICRO).astype(np.int64)
    ends = stock["ends_on"]
    dated = ends.notna().to_numpy(bool)
    ended = dated & (ends <= pd.Timestamp(on)).fillna(False).to_numpy(bool)
    spent = no_right_left(stock) & ~ended
    gone = ended | spent
    single = (stock["rights_kind"] == "single").fillna(False).to_numpy(bool) & ~gone
    whole, days, basis = years_left(ends, on)
    finite = dated & ~gone & ~single
    lasting = ~dated & ~gone & ~single
    flow = n * micro
    holder = np.where(gone, BAILLEUR, stock["account"].astype(object).to_numpy())
    sums = pd.DataFrame(
        {
            "landlord": stock["landlord"].to_numpy(object), "departement": stock["departement"].to_numpy(object),
            "account": holder, "original": stock["account"].to_numpy(object),
            "stock": n, "flow": flow, "untold": n * ~told,
            "single": n * single,
            "whole": flow * whole * finite,
            "d365": flow * days * (finite & (basis == 365)), "d366": flow * days * (finite & (basis == 366)),
            "lasting": flow * lasting,
            "u_whole": n * ~told * whole * finite,
            "u365": n * ~told * days * (finite & (basis == 365)), "u366": n * ~told * days * (finite & (basis == 366)),
            "u_lasting": n * ~told * lasting,
            "ended": n * ended, "spent": n * spent,
        }
    )  # fmt: skip
    keys = ["landlord", "departement", "account"]
    numbers = [c for c in sums.columns if c not in (*keys, "original", "ended", "spent")]
    held = sums.groupby(keys, sort=True)[numbers].sum()
    lost = sums.groupby(["landlord", "departement", "original"], sort=True)[["ended", "spent"]].sum()
    index = sorted({*held.index, *lost.index})
    empty = pd.Series(dict.fromkeys(numbers, 0))
    out = []
    for key in index:
        row = held.loc[key] if key in held.index else empty
        out.append(
            Block(
                landlord=str(key[0]), departement=str(key[1]), account=str(key[2]),
                stock=int(row["stock"]),
                vacated=Fraction(int(row["flow"]), MICRO),
                untold=int(row["untold"]),
                rights=int(row["single"])
                + (int(row["whole"]) + Fraction(int(row["d365"]), 365) + Fraction(int(row["d366"]), 366)) / MICRO,
                lasting=Fraction(int(row["lasting"]), MICRO),
                untold_rights=int(row["u_whole"])
                + Fraction(int(row["u365"]), 365) + Fraction(int(row["u366"]), 366),
                untold_lasting=Fraction(int(row["u_lasting"])),
                ended=int(lost["ended"].get(key, 0)), spent=int(lost["spent"].get(key, 0)),
            )
        )  # fmt: skip
    return tuple(out)


def no_right_left(stock: pd.DataFrame) -> NDArray[np.bool_]:
    """Rows of `stock` whose rights are empty: every designation has been used, the dwelling is let as the landlord's own."""
    return (stock["rights_kind"] == "empty").fillna(False).to_numpy(bool)


def stays_out(account: object, kept: frozenset[str]) -> bool:
    """Whether dwellings of this account stay out of the flux: identified stock, mutations, relocations."""
    text = str(account)
    return not in_flux(text) or _name(text) in kept


def _name(account: str) -> str:
    """Lower-case name of a réservataire that is neither the État, Action Logement, the landlord nor a collectivité."""
    found = find_account(account)
    return "" if found is None or found.kind.place else found.rest.lower()


def in_area(
    stock: pd.DataFrame, landlord: str, departement: str, area: str, epci_of: Mapping[str, str]
) -> Fraction:
    """Part of a landlord's rotation in a département that lies in a commune or an EPCI; 0 when communes are not given.

    Dwellings weigh their turnover where every row has one, else their number.
    """
    rows = stock[(stock["landlord"] == landlord) & (stock["departement"] == departement)]
    rows = rows[rows["commune"].notna()]
    n = rows["dwellings"].fillna(0).to_numpy(np.int64)
    turnover = rows["turnover"].to_numpy(np.float64)
    weight = n if np.isnan(turnover).any() else n * np.rint(turnover * MICRO).astype(np.int64)
    communes = rows["commune"].astype(str)
    inside = ((communes == area) | (communes.map(epci_of) == area)).to_numpy(bool)
    total = int(weight.sum())
    return Fraction(int(weight[inside].sum()), total) if total else Fraction(0)
