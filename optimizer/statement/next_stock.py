"""The stock and the base of the next year: ended agreements fall to the landlord, single-use rights run down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil

import numpy as np
import pandas as pd

from optimizer.conversion.blocks import MICRO, no_right_left, years_left
from optimizer.conversion.rounding import integers
from optimizer.domain import Case, default_seed
from optimizer.domain.account import remainder
from optimizer.domain.frames import OwnFrames
from optimizer.statement.bilan import Bilan

Holder = tuple[str, str, str]
"""Landlord, département, account."""
KEYS = ["landlord", "departement", "account"]
STOCK_DIFF = ("landlord", "departement", "account", "what", "before", "after")
ENDED, SPENT, USED, TURNED = "convention échue", "droits épuisés", "droits consommés", "droits uniques"


@dataclass(frozen=True)
class NextStock(OwnFrames):
    """What the next year begins with.

    Attributes
    ----------
    stock : DataFrame
        The table `stock` on 1 January: dwellings of ended agreements belong to BAILLEUR, single-use rights are what is left.
    assiette : DataFrame
        The table `assiette` of the next year: its own rows where the case has them, else this year's carried over.
    changes : DataFrame
        ``landlord, departement, account, what, before, after``: dwellings, or rights, that changed hands.
    gone : mapping
        Accounts without any right left -> why.
    carried : bool
        Whether the base is this year's for want of another.
    """

    stock: pd.DataFrame
    assiette: pd.DataFrame
    changes: pd.DataFrame
    gone: Mapping[Holder, str]
    carried: bool


def next_stock(result: Bilan, *, single: bool = False, fresh: Case | None = None) -> NextStock:
    """The stock and the base on 1 January of the year after a statement.

    Parameters
    ----------
    single : bool
        Mode 3: dated agreements first become single-use rights, counted on 1 January of the year of the statement
        (Σ n·τ·years left, rounded up as in the ledger of rights), then run down by what the account consumed.
    fresh : Case, optional
        A case whose `stock` and `assiette` are those of the next year (new programmes, new financing): nothing is deducted
        from it, ended agreements still fall.
    """
    case = fresh or result.case
    stock = case.table("stock").copy()
    changes: list[tuple[object, ...]] = []
    if fresh is None:
        if single:
            stock = _turned(stock, result.year, changes)
        stock = _used(stock, consumed(result.ledger), changes)
    stock = _fallen(stock, date(result.year + 1, 1, 1), changes)
    before, after = result.case.table("stock"), stock
    why = {(str(a), str(b), str(c)): str(w) for a, b, c, w, *_ in changes if w in (ENDED, SPENT)}
    held = {(str(a), str(b), str(c)) for a, b, c in after[KEYS].itertuples(index=False)}
    had = {(str(a), str(b), str(c)) for a, b, c in before[KEYS].itertuples(index=False)}
    gone = {key: why.get(key, ENDED) for key in sorted(had - held)}
    assiette, carried = _base(case.table("assiette"), result.year)
    table = pd.DataFrame(changes, columns=list(STOCK_DIFF)).sort_values(
        [*KEYS, "what"], kind="stable", ignore_index=True
    )
    return NextStock(stock.reset_index(drop=True), assiette, table, gone, carried)


def next_case(result: Bilan, following: NextStock) -> Case:
    """The case on 1 January of the next year, for the conversion of its stock."""
    settings = result.case.settings
    on = date(result.year + 1, 1, 1)
    return replace(
        result.case,
        settings=replace(
            settings, on=on, year=on.year, seed=default_seed(on, settings.landlord, settings.territory)
        ),
        tables={**result.case.tables, "stock": following.stock, "assiette": following.assiette},
        path=None,
    )


def consumed(ledger: pd.DataFrame) -> dict[Holder, int]:
    """Dwellings counted on each account of a landlord in a département, by its own count rule."""
    sums = ledger.groupby(KEYS, sort=True, as_index=False)["consumed"].sum()
    return {(str(a), str(b), str(c)): int(n) for a, b, c, n in sums.itertuples(index=False)}


def _turned(stock: pd.DataFrame, year: int, changes: list[tuple[object, ...]]) -> pd.DataFrame:
    """Dated agreements as single-use rights on 1 January of ``year``, row by row, whole per account."""
    start = date(year, 1, 1)
    single = (stock["rights_kind"] == "single").fillna(False).to_numpy(bool)
    dated = (stock["ends_on"].notna() & (stock["ends_on"] > pd.Timestamp(start))).to_numpy(bool) & ~single
    dated &= (stock["account"] != remainder()).to_numpy(bool) & stock["turnover"].notna().to_numpy(bool)
    whole, days, basis = years_left(stock["ends_on"], start)
    out = stock.copy()
    for key, group in out[dated].groupby(KEYS, sort=True):
        at = group.index
        place = out.index.get_indexer(at)
        rights = [
            Fraction(round(float(t) * MICRO), MICRO) * int(n) * (int(w) + Fraction(int(d), int(b)))
            for t, n, w, d, b in zip(
                group["turnover"],
                group["dwellings"].fillna(0),
                whole[place],
                days[place],
                basis[place],
                strict=True,
            )
        ]
        total = sum(rights, Fraction(0))
        if not total:
            continue
        shared = integers({f"{i:09d}": r / total for i, r in enumerate(rights)}, ceil(total))
        out.loc[at, "dwellings"] = [shared[f"{i:09d}"] for i in range(len(rights))]
        out.loc[at, "rights_kind"] = "single"
        changes.append((*key, TURNED, int(group["dwellings"].fillna(0).sum()), ceil(total)))
    return out


def _used(stock: pd.DataFrame, used: Mapping[Holder, int], changes: list[tuple[object, ...]]) -> pd.DataFrame:
    """Single-use rights less what was consumed: those that end first go first; a row without rights disappears."""
    single = stock[(stock["rights_kind"] == "single").fillna(False).astype(bool)]
    left = stock["dwellings"].fillna(0).astype("int64").copy()
    for key, group in single.groupby(KEYS, sort=True):
        holder = (str(key[0]), str(key[1]), str(key[2]))
        rest = used.get(holder, 0)
        opening = int(left.loc[group.index].sum())
        order = group.sort_values(
            ["ends_on", "commune", "rooms", "financing"], kind="stable", na_position="last"
        )
        for index in order.index:
            taken = min(rest, int(left.loc[index]))
            left.loc[index] -= taken
            rest -= taken
        closing = int(left.loc[group.index].sum())
        if closing != opening:
            changes.append((*holder, USED if closing else SPENT, opening, closing))
    out = stock.assign(dwellings=left.astype(stock["dwellings"].dtype))
    emptied = np.asarray(out.index.isin(single.index)) & (left == 0).to_numpy(bool)
    return out[~emptied]


def _fallen(stock: pd.DataFrame, on: date, changes: list[tuple[object, ...]]) -> pd.DataFrame:
    """Agreements ended on or before a date, and empty rights: their dwellings are the landlord's, single rights are lost."""
    ended = (stock["ends_on"].notna() & (stock["ends_on"] <= pd.Timestamp(on))).to_numpy(bool)
    spent = no_right_left(stock) & ~ended & (stock["account"] != remainder()).to_numpy(bool)
    for what, rows in ((ENDED, ended), (SPENT, spent)):
        for key, group in stock[rows].groupby(KEYS, sort=True):
            changes.append((*key, what, int(group["dwellings"].fillna(0).sum()), 0))
    ended = ended | spent
    single = (stock["rights_kind"] == "single").fillna(False).to_numpy(bool)
    out = stock.copy()
    out.loc[ended, "account"] = remainder()
    for column in ("convention", "ends_on", "rights_kind"):
        out.loc[ended, column] = None
    return out[~(ended & single)]


def _base(assiette: pd.DataFrame, year: int) -> tuple[pd.DataFrame, bool]:
    """Place by place (landlord × département), rows of the next year, else of this year (actual where told) as its forecast."""
    place = ["landlord", "departement"]
    coming = assiette[assiette["year"] == year + 1].reset_index(drop=True)
    now = assiette[assiette["year"] == year].sort_values([*place, "basis"], ignore_index=True)
    kept = now.drop_duplicates(place, ignore_index=True)  # "actual" comes before "forecast"
    told = pd.MultiIndex.from_frame(coming[place])
    kept = kept[~pd.MultiIndex.from_frame(kept[place]).isin(told)].reset_index(drop=True)
    if not len(kept):
        return coming, False
    kept["year"] = pd.Series(year + 1, index=kept.index, dtype=assiette["year"].dtype)
    kept["basis"] = pd.Series("forecast", index=kept.index, dtype=assiette["basis"].dtype)
    return pd.concat([coming, kept]).sort_values([*place, "basis"], ignore_index=True), True
