"""Commitments and counterparts: what réservataires bring, the rights it gives them this year and the next, and when it ends.

A réservataire holds rights because it guarantees a loan, finances a programme or brings land (CCH L. 441-1, R. 441-5). The
register says of each commitment from when to when, and the part of the year's flux it is worth. It changes nothing of an optimum: the
shares in force are those of the agreements. What it says stands beside them, and an end is a line that says what it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import pandas as pd

from optimizer.conversion import messages as messages
from optimizer.conversion.blocks import MICRO, in_area
from optimizer.conversion.rounding import decimal_half_up
from optimizer.domain.account import place_of
from optimizer.domain.frames import OwnFrames
from optimizer.errors import Finding

COLUMNS = (
    "landlord", "departement", "area", "account", "counterpart", "reference", "programme", "convention", "signed_on", "begins_on",
    "last_day", "end_from", "dwellings", "turnover", "state", "effect", "share", "year_share", "next_share", "change_share",
    "year_dwellings", "next_dwellings",
)  # fmt: skip
SUMMARY = (
    "landlord", "departement", "area", "account", "commitments", "ending", "unknown", "agreed_share", "year_share", "next_share",
    "change_share", "year_dwellings", "next_dwellings",
)  # fmt: skip
EFFECTS = ("none", "begins", "begins_next", "ends", "ends_at_year_end", "ends_next", "over", "later")
"""What a commitment does to the shares: nothing; it begins in the year, or in the next; it ends in the year, on its last day, or
in the next; it was over before the year; it begins after the next."""
Line = tuple[str, str, str, str]
"""Landlord, département, area, account."""


@dataclass(frozen=True)
class Register(OwnFrames):
    """Commitments on a day of a year.

    Attributes
    ----------
    table : DataFrame
        One row per commitment: ``landlord, departement, area, account, counterpart, reference, programme, convention, signed_on,
        begins_on, last_day, end_from (document|guarantee, empty without end), dwellings, turnover, state, effect, share (of the flux of a whole year),
        year_share, next_share (the same for the days it holds), change_share, year_dwellings, next_dwellings``. Missing
        where the turnover, or the flux, is not known.
    accounts : DataFrame
        The same added up by area and account, beside ``agreed_share``, that of the agreement (missing without one);
        ``ending`` commitments end in the year or on its last day, ``unknown`` have no share that can be told.
    findings : tuple of Finding
        Warnings in a stable order.
    """

    table: pd.DataFrame
    accounts: pd.DataFrame
    findings: tuple[Finding, ...] = ()

    def changes(self) -> dict[Line, tuple[Fraction, str]]:
        """What the next year's share of an account gains or loses, and how it comes about: codes of `EFFECTS` joined by ``|``."""
        out: dict[Line, tuple[Fraction, str]] = {}
        for key, rows in self.table.groupby(["landlord", "departement", "area", "account"], sort=True):
            known = rows[rows["change_share"].notna()]
            whole = sum((Fraction(repr(float(x))) for x in known["change_share"]), Fraction(0))
            if whole:
                moved = known.loc[known["change_share"] != 0, "effect"]
                names = [name for name in EFFECTS if (moved == name).any()]
                out[str(key[0]), str(key[1]), str(key[2]), str(key[3])] = (whole, "|".join(names))
        return out


def register(
    commitments: pd.DataFrame,
    stock: pd.DataFrame,
    assiette: pd.DataFrame,
    *,
    on: date,
    year: int,
    extension_years: int,
    guarantee_cap: Fraction,
    epci_of: Mapping[str, str],
    agreed: Mapping[Line, Fraction],
    base: Callable[[str, str, str], Fraction | None],
) -> Register:
    """The register of a year.

    A commitment for dwellings is worth n·τ / V of the flux, V what the landlord vacates a year in the area: by its `stock`, else
    by its `assiette` where the area is the département. Days count: a commitment that holds half the year brings half its share.

    Parameters
    ----------
    commitments, stock, assiette : DataFrame
        Tables of the case.
    on : date
        Day of `state`.
    year : int
        Year of ``year_share``; ``next_share`` is the one after.
    extension_years : int
        Years the rights of a guarantee last after the loan is repaid, for a commune or an EPCI (CCH R. 441-6).
    guarantee_cap : Fraction
        Most that guarantees of collectivités may bring together, of a landlord's flux.
    epci_of : mapping commune -> EPCI
    agreed : mapping
        Share of each line of agreement.
    base : callable
        (landlord, département, area) -> dwellings of the year's flux there, None where it is not known.
    """
    volumes = _Volumes(stock, assiette, year, epci_of)
    rows = [_row(r, volumes, on, year, extension_years, base) for r in commitments.to_dict("records")]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in ("signed_on", "begins_on", "last_day"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
    numbers = (
        "dwellings", "turnover", "share", "year_share", "next_share", "change_share", "year_dwellings", "next_dwellings",
    )  # fmt: skip
    table = table.astype(dict.fromkeys(numbers, "float64")).astype({"dwellings": "Int64"})
    keys = ["landlord", "departement", "area", "account", "begins_on", "reference", "programme"]
    table = table.sort_values(keys, ignore_index=True)
    return Register(
        table,
        _accounts(table, agreed),
        (*_unknown(table), *_above(table, guarantee_cap, epci_of), *_apart(table, stock)),
    )


def area_of(account: str, departement: str, area: object) -> str:
    """The area of a commitment: its own, else that of its collectivité, else the département."""
    return str(area) if not _empty(area) else place_of(account) or departement


def last_day(
    account: str, counterpart: str, ends_on: object, repaid_on: object, extension_years: int
) -> tuple[date | None, str]:
    """Last day of the rights and what it follows from: ``document``, ``guarantee``, or nothing where there is no end.

    A commune's or an EPCI's guarantee outlasts the loan by ``extension_years``, from date to date; the document may give more.
    For every other account, or counterpart, the loan's last instalment ends the rights where the document gives no end.
    """
    written = None if _empty(ends_on) else pd.Timestamp(ends_on).date()  # type: ignore[arg-type]
    repaid = None if _empty(repaid_on) else pd.Timestamp(repaid_on).date()  # type: ignore[arg-type]
    if repaid is None:
        return written, "" if written is None else "document"
    # a commune's code has five characters, an EPCI's nine: the text names no other guarantor
    extended = counterpart == "guarantee" and len(place_of(account)) in (5, 9)
    after = _years_after(repaid, extension_years) if extended else repaid
    if written is not None and (written >= after or not extended):
        return written, "document"
    return after, "guarantee"


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 2, 28)


def _empty(value: object) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or value != value or value == ""


def days_held(begins: date, last: date | None, year: int) -> Fraction:
    """Part of the days of a year on which a commitment holds, its first and last days included."""
    start, end = date(year, 1, 1), date(year, 12, 31)
    first, until = max(begins, start), end if last is None else min(last, end)
    return Fraction(max(0, (until - first).days + 1), (end - start).days + 1)


def effect_of(begins: date, last: date | None, year: int) -> str:
    """What a commitment does to the shares of a year and of the next (`EFFECTS`)."""
    if last is not None and last < begins:
        return "over"
    if last is not None and last.year < year:
        return "over"
    if begins.year > year + 1:
        return "later"
    if last is not None and last == date(year, 12, 31):
        return "ends_at_year_end"
    if last is not None and last.year == year:
        return "ends"
    if begins.year == year + 1:
        return "begins_next"
    if begins.year == year and begins != date(year, 1, 1):
        return "begins"
    if last is not None and last.year == year + 1 and last != date(year + 1, 12, 31):
        return "ends_next"
    return "none"


class _Volumes:
    """What a landlord vacates a year in an area, and its mean turnover, from `stock`, else from `assiette`."""

    def __init__(
        self, stock: pd.DataFrame, assiette: pd.DataFrame, year: int, epci_of: Mapping[str, str]
    ) -> None:
        self.stock, self.epci_of = stock, epci_of
        rows = assiette[assiette["year"] == year].sort_values(
            "basis", key=lambda basis: basis == "forecast", kind="stable"
        )
        self.stated = {
            (str(a), str(b)): int(n)
            for a, b, n in zip(
                rows["landlord"], rows["departement"], rows["vacated"].fillna(0).astype("int64"), strict=True
            )
        }
        self.sums: dict[tuple[str, str], tuple[int, int, Fraction]] = {}
        told = stock["turnover"].notna()
        n = stock["dwellings"].fillna(0).astype("int64")
        frame = pd.DataFrame(
            {
                "landlord": stock["landlord"].astype(object),
                "departement": stock["departement"].astype(object),
                "n": n,
                "told": n.where(told, 0),
                "flow": n * (stock["turnover"].fillna(0) * MICRO).round().astype("int64"),
            }
        )
        totals = frame.groupby(["landlord", "departement"])[["n", "told", "flow"]].sum().reset_index()
        for landlord, departement, whole, with_turnover, flow in totals.itertuples(index=False, name=None):
            self.sums[str(landlord), str(departement)] = (
                int(whole), int(with_turnover), Fraction(int(flow), MICRO),
            )  # fmt: skip

    def mean(self, place: tuple[str, str]) -> Fraction | None:
        """Mean turnover: of the stock whose turnover is told, else what the assiette says is vacated over the stock."""
        whole, told, flow = self.sums.get(place, (0, 0, Fraction(0)))
        if told:
            return flow / told
        stated = self.stated.get(place)
        return Fraction(stated, whole) if whole and stated is not None else None

    def vacated(self, place: tuple[str, str], area: str) -> Fraction | None:
        """Dwellings vacated a year in the area, None where nothing tells."""
        whole, told, flow = self.sums.get(place, (0, 0, Fraction(0)))
        mean = self.mean(place)
        total: Fraction | None = None
        if whole and mean is not None:
            total = flow + (whole - told) * mean
        elif place in self.stated:
            total = Fraction(self.stated[place])
        if total is None or area == place[1]:
            return total
        return total * in_area(self.stock, *place, area, self.epci_of)


def _row(
    record: Mapping[object, object], volumes: _Volumes, on: date, year: int, extension: int,
    base: Callable[[str, str, str], Fraction | None],
) -> dict[str, object]:  # fmt: skip
    landlord, departement, account = (str(record[k]) for k in ("landlord", "departement", "account"))
    area = area_of(account, departement, record["area"])
    counterpart = str(record["counterpart"])
    signed = pd.Timestamp(record["signed_on"]).date()  # type: ignore[arg-type]
    begins = signed if _empty(record["begins_on"]) else pd.Timestamp(record["begins_on"]).date()  # type: ignore[arg-type]
    last, why = last_day(account, counterpart, record["ends_on"], record["loan_repaid_on"], extension)
    place = (landlord, departement)
    turnover = (
        volumes.mean(place)
        if _empty(record["turnover"])
        else Fraction(round(float(str(record["turnover"])) * MICRO), MICRO)
    )
    n = None if _empty(record["dwellings"]) else int(str(record["dwellings"]))
    share: Fraction | None = None
    if not _empty(record["share"]):
        share = Fraction(repr(float(str(record["share"]))))
        turnover = None
    elif n is not None and turnover is not None:
        vacated = volumes.vacated(place, area)
        share = min(Fraction(1), n * turnover / vacated) if vacated else None
    now, then = days_held(begins, last, year), days_held(begins, last, year + 1)
    flux = base(landlord, departement, area)
    # Shares as an agreement writes them: four decimals; what follows is computed on these.
    this, after = (None if share is None else decimal_half_up(share * part, 4) for part in (now, then))
    return {
        "landlord": landlord,
        "departement": departement,
        "area": area,
        "account": account,
        "counterpart": counterpart,
        "reference": str(record["reference"]),
        "programme": "" if _empty(record["programme"]) else str(record["programme"]),
        "convention": "" if _empty(record["convention"]) else str(record["convention"]),
        "signed_on": signed,
        "begins_on": begins,
        "last_day": last,
        "end_from": why,
        "dwellings": n,
        "turnover": None if turnover is None else float(decimal_half_up(turnover, 4)),
        "state": "coming" if begins > on else "ended" if last is not None and last < on else "running",
        "effect": effect_of(begins, last, year),
        "share": None if share is None else float(decimal_half_up(share, 4)),
        "year_share": None if this is None else float(this),
        "next_share": None if after is None else float(after),
        "change_share": None if this is None or after is None else float(after - this),
        "year_dwellings": None if this is None or flux is None else _dwellings(this, flux),
        "next_dwellings": None if after is None or flux is None else _dwellings(after, flux),
    }


def _dwellings(share: Fraction, flux: Fraction) -> float:
    return float(decimal_half_up(share * flux, 2))


def _accounts(table: pd.DataFrame, agreed: Mapping[Line, Fraction]) -> pd.DataFrame:
    """The register added up by area and account."""
    rows = []
    for key, mine in table.groupby(["landlord", "departement", "area", "account"], sort=True):
        line = (str(key[0]), str(key[1]), str(key[2]), str(key[3]))
        known = mine[mine["share"].notna()]
        sums = {
            name: round(float(known[name].sum()), 4) if len(known) else float("nan")
            for name in ("year_share", "next_share", "change_share")
        }
        counts = {
            name: round(float(known[name].sum()), 2) if known[name].notna().any() else float("nan")
            for name in ("year_dwellings", "next_dwellings")
        }
        ending = int(mine["effect"].isin(["ends", "ends_at_year_end"]).sum())
        share = agreed.get(line)
        rows.append(
            (
                *line, len(mine), ending, len(mine) - len(known), float("nan") if share is None else float(share),
                *sums.values(), *counts.values(),
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(SUMMARY))


def _where(row: Mapping[object, object]) -> dict[str, object]:
    return {"landlord": row["landlord"], "account": row["account"], "reference": row["reference"]}


def _unknown(table: pd.DataFrame) -> list[Finding]:
    """Commitments whose part of the flux cannot be told."""
    return [
        Finding("COMMITMENT_NO_SHARE", "warning", file="engagements", params=_where(row))
        for row in table[table["share"].isna()].to_dict("records")
    ]


def _above(table: pd.DataFrame, cap: Fraction, epci_of: Mapping[str, str]) -> list[Finding]:
    """Guarantees of collectivités that bring more than the cap together, of a landlord's flux at one place.

    The commune's, its EPCI's and the département's are shares of the same dwellings: they add up in the commune. A place is told
    where it passes the cap by what is narrower than the places told already.
    """
    found = table[
        (table["counterpart"] == "guarantee") & table["account"].map(lambda a: bool(place_of(str(a))))
    ]
    out = []
    for key, mine in found.groupby(["landlord", "departement"], sort=True):
        told: set[str] = set()
        shares: dict[str, Fraction] = {}
        for area, share in zip(mine["area"].astype(str), mine["year_share"], strict=True):
            shares[area] = shares.get(area, Fraction(0)) + (
                Fraction(0) if pd.isna(share) else Fraction(repr(float(share)))
            )
        # the widest first: a département, an EPCI, a commune
        for area in sorted(shares, key=lambda a: ({2: 0, 3: 0, 9: 1}.get(len(a), 2), a)):
            around = {area, str(key[1]), epci_of.get(area, "")}
            together = sum((shares.get(a, Fraction(0)) for a in around), Fraction(0))
            if together <= cap or told & around:
                continue
            told.add(area)
            percents = {
                f"{name}_{lang}": f"{float(decimal_half_up(value * 100, 2)):g}".replace(".", mark) + unit
                for name, value in (("together", together), ("cap", cap))
                for lang, mark, unit in (("fr", ",", " %"), ("en", ".", "%"))
            }
            params = {"landlord": key[0], "area": area, **percents}
            out.append(Finding("COMMITMENT_GUARANTEE_CAP", "warning", file="engagements", params=params))
    return out


def _apart(table: pd.DataFrame, stock: pd.DataFrame) -> list[Finding]:
    """Commitments whose agreement stands in the stock with another end: the stock's own date holds for its conversion."""
    if stock.empty:
        return []
    ends: dict[tuple[str, str, str], set[date | None]] = {}
    rows = stock[stock["convention"].notna()]
    for a, account, name, end in zip(
        rows["landlord"], rows["account"], rows["convention"], rows["ends_on"], strict=True
    ):
        ends.setdefault((str(a), str(account), str(name)), set()).add(
            None if pd.isna(end) else pd.Timestamp(end).date()
        )
    out = []
    for row in table[table["convention"] != ""].to_dict("records"):
        known = ends.get((str(row["landlord"]), str(row["account"]), str(row["convention"])))
        last = None if pd.isna(row["last_day"]) else pd.Timestamp(row["last_day"]).date()
        # the stock writes the last day, or the first day without rights
        same = {last} if last is None else {last, last + timedelta(days=1)}
        if known and not known & same:
            out.append(
                Finding(
                    "COMMITMENT_OTHER_END",
                    "warning",
                    file="engagements",
                    params={**_where(row), "convention": row["convention"]},
                )
            )
    return out
