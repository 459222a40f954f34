"""The whole conversion of a case: bases, blocks, four modes, caps, whole dwellings; findings said, nothing guessed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

import pandas as pd

from optimizer.conversion import messages as messages
from optimizer.conversion.assiette import Base, assiette_table, bases
from optimizer.conversion.blocks import Block, blocks, stays_out
from optimizer.conversion.caps import BAILLEUR, Caps, apply_caps, cap_groups
from optimizer.conversion.modes import Negotiated, below_minima, mean_rotation, mode_shares, two_words
from optimizer.conversion.rights import rights_ledger, spread_rights
from optimizer.conversion.rounding import decimal_half_up, integers, rounded_shares
from optimizer.domain.account import account_order, in_flux
from optimizer.domain.frames import OwnFrames
from optimizer.errors import Finding, InputProblems, Said

FLUX_COLUMNS = (
    "landlord", "departement", "year", "mode", "account", "stock", "vacated", "share_uncapped", "share", "dwellings",
    "cap", "received_from_cap", "rights_left",
)  # fmt: skip
RIGHTS_COLUMNS = ("landlord", "departement", "account", "year", "opening", "added", "used", "left")


@dataclass(frozen=True)
class Terms:
    """The numbers of the law and of the agreements that a conversion needs.

    Attributes
    ----------
    caps : Caps
    spread_years : int
        H of mode 3.
    receiver : str
        Account that receives what is above a cap.
    receivers : mapping
        (landlord, département) -> receiver, where an agreement names another one.
    kept : frozenset of str
        Names of réservataires that stay in stock (defence, interior security, health).
    negotiated : Negotiated, optional
    added : mapping
        (landlord, account) -> year -> single-use rights that new financing brings on 1 January (mode 3).
    turnover_gap : Fraction, optional
    """

    caps: Caps
    spread_years: int
    receiver: str = BAILLEUR
    receivers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    negotiated: Negotiated | None = None
    added: Mapping[tuple[str, str], Mapping[int, int]] = field(default_factory=dict)
    reach: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Collectivité -> the départements it has communes in; one that is not here may be anywhere."""
    turnover_gap: Fraction | None = None
    """Part of the declared vacated dwellings by which those that the turnover gives may differ before it is said."""


@dataclass(frozen=True)
class Conversion(OwnFrames):
    """The result: published tables and exact values behind them.

    Attributes
    ----------
    assiette, flux, rights : DataFrame
        Columns of ``assiette.csv``, ``flux.csv`` (design §8) and of the ledger of single-use rights
        (``landlord, departement, account, year, opening, added, used, left``).
    exact : mapping
        (landlord, département, mode) -> account -> capped share as an exact fraction.
    rounded : mapping
        The same to 4 decimals, sum 1: what becomes the shares of a convention.
    findings : tuple
        Warnings in a stable order.
    """

    assiette: pd.DataFrame
    flux: pd.DataFrame
    rights: pd.DataFrame
    exact: Mapping[tuple[str, str, int], Mapping[str, Fraction]]
    rounded: Mapping[tuple[str, str, int], Mapping[str, Fraction]]
    blocks: tuple[Block, ...]
    bases: tuple[Base, ...]
    findings: tuple[Finding, ...]


def convert(
    stock: pd.DataFrame,
    assiette: pd.DataFrame,
    dwellings: pd.DataFrame,
    departements: pd.Series,
    *,
    on: date,
    year: int,
    terms: Terms,
    modes: Sequence[int] = (1, 2, 3, 4),
    basis: str = "forecast",
) -> Conversion:
    """Convert a stock into shares of the year's flux, by each mode asked.

    Parameters
    ----------
    stock, assiette, dwellings : DataFrame
        Tables of the case; `assiette` or `dwellings` may be empty, not both.
    departements : Series
        Département of each dwelling, aligned with ``dwellings``.
    on : date
        Date at which rights and ended agreements are read.
    year : int
        Year of the assiette.
    terms : Terms
    modes : sequence of int
    basis : str
        Which base the shares apply to; the other one, with a warning, where it is missing.

    Raises
    ------
    InputProblems
        A landlord with stock and no base, a negative base, a negative negotiated share: all at once.
    """
    found, problems = bases(assiette, dwellings, departements, year)
    held = blocks(stock, on, kept=terms.kept)
    findings = [*problems, *_left_out(stock, terms.kept)]
    by_place: dict[tuple[str, str], list[Block]] = {}
    for block in held:
        by_place.setdefault((block.landlord, block.departement), []).append(block)
    chosen = _chosen(found, basis)
    for place in sorted(by_place):
        if place not in chosen:
            findings.append(
                Finding(
                    "FLUX_NO_BASE",
                    file="stock",
                    params={"landlord": place[0], "departement": place[1], "year": year},
                )
            )
    for place in sorted(chosen):
        if place not in by_place:
            findings.append(
                Finding(
                    "FLUX_BASE_WITHOUT_STOCK",
                    "warning",
                    file="assiette",
                    params={"landlord": place[0], "departement": place[1]},
                )
            )
    findings += _other_basis(basis, chosen, by_place)
    brought = spread_rights(terms.added, held, sorted(set(by_place) & set(chosen)))
    findings += _brought_by_nobody(terms.added, by_place)
    rows: list[dict[str, object]] = []
    ledgers: list[pd.DataFrame] = []
    exact: dict[tuple[str, str, int], Mapping[str, Fraction]] = {}
    rounded: dict[tuple[str, str, int], Mapping[str, Fraction]] = {}
    for place in sorted(set(by_place) & set(chosen)):
        base, blocks_here = chosen[place], by_place[place]
        findings += _said(blocks_here, base, terms.turnover_gap)
        if base.assiette < 0 or not any(b.stock for b in blocks_here):
            continue
        receiver = terms.receivers.get(place, terms.receiver)
        fresh = {account: years for (*where, account), years in brought.items() if tuple(where) == place}
        now = {a: sum(n for y, n in years.items() if y <= base.year) for a, years in fresh.items()}
        for mode in modes:
            negotiated, elsewhere = _here(terms, blocks_here, base.departement)
            shares, more = mode_shares(
                mode,
                blocks_here,
                base,
                spread_years=terms.spread_years,
                negotiated=negotiated,
                added=now,
            )
            findings += more
            if shares is None:
                continue
            if mode == 4 and negotiated is not None:
                findings += [
                    Finding(
                        "FLUX_NEGOTIATED_ELSEWHERE",
                        "warning",
                        "case.yaml",
                        params={**_place(base), "account": a},
                    )
                    for a in elsewhere
                ]
                findings += below_minima(
                    apply_caps(shares, terms.caps, receiver).shares, negotiated.minima, _place(base)
                )
            lines, capped, four, ledger = _mode_rows(mode, shares, blocks_here, base, terms, receiver, fresh)
            rows += lines
            if receiver != BAILLEUR and any(
                r["account"] == BAILLEUR and r["received_from_cap"] for r in lines
            ):
                params = {**_place(base), "mode": mode, "receiver": receiver}
                findings.append(Finding("FLUX_RECEIVER_CAPPED", "warning", file="conventions", params=params))
            ledgers += ledger
            exact[(*place, mode)] = capped
            rounded[(*place, mode)] = four
    findings = _once(findings)
    if any(f.severity == "error" for f in findings):
        raise InputProblems(findings)
    rights = pd.concat(ledgers, ignore_index=True) if ledgers else pd.DataFrame(columns=list(RIGHTS_COLUMNS))
    return Conversion(
        assiette_table(found), pd.DataFrame(rows, columns=list(FLUX_COLUMNS)), rights, exact, rounded, held, found,
        tuple(findings),
    )  # fmt: skip


def _here(terms: Terms, held: Sequence[Block], departement: str) -> tuple[Negotiated | None, tuple[str, ...]]:
    """What was negotiated as it holds in a département, and the collectivités whose difference does not.

    One that has neither communes nor stock there could be given no dwelling of its share: the landlord keeps it.
    """
    negotiated = terms.negotiated
    if negotiated is None:
        return None, ()
    holders = {b.account for b in held if b.stock}
    elsewhere = tuple(
        account
        for account in sorted(negotiated.delta)
        if account in terms.reach and departement not in terms.reach[account] and account not in holders
    )
    delta = {a: q for a, q in negotiated.delta.items() if a not in elsewhere}
    delta[BAILLEUR] = -sum((q for a, q in delta.items() if a != BAILLEUR), Fraction(0))
    return replace(negotiated, delta=delta), elsewhere


def _place(base: Base) -> dict[str, object]:
    return {"landlord": base.landlord, "departement": base.departement}


def _chosen(found: Iterable[Base], basis: str) -> dict[tuple[str, str], Base]:
    chosen: dict[tuple[str, str], Base] = {}
    for base in found:
        place = (base.landlord, base.departement)
        if place not in chosen or base.basis == basis:
            chosen[place] = base
    return chosen


def _other_basis(
    basis: str, chosen: Mapping[tuple[str, str], Base], held: Collection[tuple[str, str]]
) -> list[Finding]:
    """Places whose assiette has no row of the basis asked: their shares apply to the other one, and that is told."""
    return [
        Finding(
            "FLUX_OTHER_BASIS", "warning", file="assiette",
            params={
                "landlord": place[0], "departement": place[1], "year": base.year, "asked": basis,
                "used": base.basis,
            },
        )
        for place, base in sorted(chosen.items())
        if base.origin == "assiette" and base.basis != basis and place in held
    ]  # fmt: skip


def _left_out(stock: pd.DataFrame, kept: frozenset[str]) -> list[Finding]:
    sums = stock.groupby(["landlord", "departement", "account"], sort=True)["dwellings"].sum()
    out = []
    for key, count in sums.items():
        landlord, departement, account = (str(part) for part in key)  # type: ignore[attr-defined]
        if stays_out(account, kept):
            code = "FLUX_OUTSIDE_ACCOUNT" if not in_flux(account) else "FLUX_KEPT_IN_STOCK"
            params = {
                "account": account,
                "count": int(count),
                "landlord": landlord,
                "departement": departement,
            }
            out.append(Finding(code, "warning", file="stock", params=params))
    return out


def _said(held: Sequence[Block], base: Base, gap: Fraction | None) -> list[Finding]:
    place = _place(base)
    out = []
    if not any(b.stock for b in held):
        out.append(Finding("FLUX_NO_STOCK", file="stock", params=place))
    out += [
        Finding(
            "FLUX_ENDED", "warning", file="stock", params={**place, "account": b.account, "count": b.ended}
        )
        for b in held
        if b.ended and b.account != BAILLEUR
    ]
    out += [
        Finding(
            "FLUX_EMPTY_RIGHTS",
            "warning",
            file="stock",
            params={**place, "account": b.account, "count": b.spent},
        )
        for b in held
        if b.spent and b.account != BAILLEUR
    ]
    untold = sum(b.untold for b in held)
    if untold:
        mean = decimal_half_up(mean_rotation(held, base) * 100, 2)
        params = {**place, "count": untold, **two_words("mean", float(mean), 2)}
        out.append(Finding("FLUX_NO_TURNOVER", "warning", file="stock", params=params))
    elif gap is not None and base.vacated:
        given = sum((b.vacated for b in held), Fraction(0))
        if abs(given - base.vacated) > gap * base.vacated:
            params = {
                **place,
                "declared": base.vacated,
                **two_words("given", float(decimal_half_up(given, 1)), 1),
                "vacated": _vacated(float(decimal_half_up(given, 1))),
            }
            out.append(Finding("FLUX_TURNOVER_GAP", "warning", file="stock", params=params))
    return out


def _vacated(dwellings: float) -> Said:
    """What so many dwellings a year are: French keeps the singular below two."""
    fr = "logement libéré" if dwellings < 2 else "logements libérés"
    return Said(fr, "dwelling vacated" if dwellings == 1 else "dwellings vacated")


def _mode_rows(
    mode: int,
    shares: Mapping[str, Fraction],
    held: Sequence[Block],
    base: Base,
    terms: Terms,
    receiver: str,
    fresh: Mapping[str, Mapping[int, int]],
) -> tuple[list[dict[str, object]], Mapping[str, Fraction], Mapping[str, Fraction], list[pd.DataFrame]]:
    capped = apply_caps(shares, terms.caps, receiver)
    counts = integers(capped.shares, base.assiette)
    four = rounded_shares(capped.shares, cap_groups(capped.shares, terms.caps))
    before = rounded_shares({a: shares.get(a, Fraction(0)) for a in capped.shares})
    mean = mean_rotation(held, base)
    block_of = {b.account: b for b in held}
    rows: list[dict[str, object]] = []
    ledgers: list[pd.DataFrame] = []
    for account in sorted(capped.shares, key=account_order):
        block = block_of.get(account)
        years = fresh.get(account, {})
        lasting = block.lasting_with(mean) if block else Fraction(0)
        dated = None
        if mode == 3 and account != BAILLEUR and (block or years):
            dated = (block.rights_with(mean) if block else Fraction(0)) + sum(
                n for y, n in years.items() if y <= base.year
            )
        if not dated and lasting:
            dated = None  # rights without an end are never spent: nothing to run down
        rows.append(
            {
                "landlord": base.landlord, "departement": base.departement, "year": base.year, "mode": mode,
                "account": account, "stock": block.stock if block else 0,
                "vacated": float(decimal_half_up(block.vacated_with(mean), 2)) if block else 0.0,
                "share_uncapped": float(before[account]), "share": float(four[account]),
                "dwellings": counts[account], "cap": "|".join(capped.names[account]),
                "received_from_cap": float(decimal_half_up(capped.received[account], 4)),
                "rights_left": None if dated is None else float(decimal_half_up(dated, 2)),
            }
        )  # fmt: skip
        if dated:
            later = {y: n for y, n in years.items() if y > base.year}
            ledgers.append(_ledger(account, dated, lasting, counts[account], base, terms, later))
    return rows, capped.shares, four, ledgers


def _ledger(
    account: str,
    dated: Fraction,
    lasting: Fraction,
    planned: int,
    base: Base,
    terms: Terms,
    later: Mapping[int, int],
) -> pd.DataFrame:
    """The run-down of one account's dated rights; the part of its flux that lasting rights give is not theirs.

    Rights brought after the year of the base are used at the rate of the others, from the year they come in.
    """
    gross = dated / terms.spread_years
    part = planned * gross / (gross + lasting)
    frame = rights_ledger(
        dated, int(decimal_half_up(part, 0)), first_year=base.year, added=later, yearly=part / dated
    )
    frame.insert(0, "account", account)
    frame.insert(0, "departement", base.departement)
    frame.insert(0, "landlord", base.landlord)
    return frame


def _brought_by_nobody(
    added: Mapping[tuple[str, str], Mapping[int, int]], places: Mapping[tuple[str, str], object]
) -> list[Finding]:
    known = {landlord for landlord, _ in places}
    return [
        Finding("FLUX_RIGHTS_NO_LANDLORD", params={"landlord": landlord, "account": account})
        for landlord, account in sorted(added)
        if landlord not in known
    ]


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Without repeats (several modes may say the same), in the order first said."""
    seen: set[tuple[object, ...]] = set()
    out = []
    for finding in findings:
        key = (finding.code, *sorted((k, str(v)) for k, v in finding.params.items()))
        if key not in seen:
            seen.add(key)
            out.append(finding)
    return out
