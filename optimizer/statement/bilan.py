"""``bilan``: dwellings proposed and attributed in a year, by everything R. 441-5-1 names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from operator import index
from pathlib import Path

import pandas as pd

from optimizer import importers, policy
from optimizer.arguments import PATH, TABLE, optional, takes
from optimizer.conversion import Register
from optimizer.domain import Case
from optimizer.domain.frames import OwnFrames
from optimizer.domain.given import CASE
from optimizer.errors import AttrifluxError, Finding, InputProblems
from optimizer.runs.committed import Base, assiette_base, commitments_of
from optimizer.runs.tables import place_names
from optimizer.statement import messages as messages
from optimizer.statement.bridge import bridge, gaps
from optimizer.statement.charters import charters
from optimizer.statement.handovers import handovers, problems_of
from optimizer.statement.homes import PERIODS, homes_of, in_two_places
from optimizer.statement.lec import ledger_of_lec
from optimizer.statement.ledger import ledger, lines_of, planned_bases
from optimizer.statement.reconcile import differences, reconcile

COLUMNS = (
    "landlord", "account", "commune", "qpv", "rooms", "financing", "construction_period", "proposed", "attributed",
)  # fmt: skip


_KEYS = ["dwelling_id", "account"]


@dataclass(frozen=True)
class Bilan(OwnFrames):
    """A year's statement.

    Attributes
    ----------
    table : DataFrame
        ``bilan.csv`` (design §8).
    ledger : DataFrame
        One line per convention line: share, due, consumed by the four count rules, remaining, forecast.
    lec : DataFrame
        What the rest of the year must still reach, per EPCI.
    lines : DataFrame
        Convention lines in force, as in the table `conventions`.
    bridge : DataFrame
        From the dwellings attributed of the statement to the leases of the ledger, by landlord and account.
    reconciliation : DataFrame
        Leases against events, line by line (all matched), or against the other system's list when one was given.
    handovers : DataFrame
        Dwellings handed from one account to another for a time, a line on both sides, as they stand on the day of the statement.
    charters : DataFrame
        Offers promised and made to each household of the relocation charters, on the day of the statement.
    commitments : Register
        Commitments and counterparts: what each brings this year and the next, and what its end does.
    epci : mapping
        Commune -> (code, name) of its EPCI.
    places : mapping
        Code of each commune, EPCI and département -> its name.
    """

    case: Case
    year: int
    table: pd.DataFrame
    ledger: pd.DataFrame
    lec: pd.DataFrame
    lines: pd.DataFrame
    bridge: pd.DataFrame
    reconciliation: pd.DataFrame
    handovers: pd.DataFrame
    charters: pd.DataFrame
    commitments: Register
    epci: dict[str, tuple[str, str]]
    names: dict[str, str]
    places: dict[str, str]
    deadline: policy.Parameter
    periods: policy.Parameter
    findings: tuple[Finding, ...]

    def __repr__(self) -> str:
        """A line: the case, the year and the day it is made up to."""
        return f"<Bilan {self.year} of {self.case.settings.title!r}, as of {self.as_of}; lines of agreements: {len(self.ledger)}>"

    @property
    def as_of(self) -> date:
        """The day the statement is made up to: 31 December, or the date of the case while the year is not over."""
        return min(self.case.settings.on, date(self.year, 12, 31))

    @property
    def unfinished(self) -> bool:
        """Whether the year is not over on the date of the case."""
        return self.as_of < date(self.year, 12, 31)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Réservataires of the year, sorted: of a dwelling, of an agreed share, or of a dwelling handed over.

        Whoever had nothing of what is due to it reads its statement first of all.
        """
        return tuple(
            sorted({str(a) for f in (self.table, self.ledger, self.handovers) for a in f["account"]})
        )


FIRST_YEAR, LAST_YEAR = 2000, 2100


def _year(value: int) -> int:
    try:
        year = 0 if value is True else index(value)
    except TypeError:
        year = 0
    if FIRST_YEAR <= year <= LAST_YEAR:
        return year
    params = {"value": repr(value), "first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
    raise AttrifluxError("BILAN_BAD_YEAR", **params)


@takes(
    case=CASE,
    models=optional(PATH),
    against=optional(TABLE),
)
def bilan(
    case: Case | Path | str, year: int, *, models: Path | None = None, against: pd.DataFrame | None = None
) -> Bilan:
    """The statement of a year.

    *Proposed*: dwellings oriented to the account in the year, each counted once per account. *Attributed*: dwellings whose
    attribution was decided in the year; where the case has no `events`, leases of the year stand for both. Work in progress
    that began in the year and that `events` do not follow is proposed.

    Parameters
    ----------
    case : Case, or path of a folder or workbook
    year : int
    against : DataFrame, optional
        The other system's list (``dwelling_id, account, signed_on``): reconciled and shown, never a refusal.

    Raises
    ------
    InputProblems
        Leases and events of the case do not agree, or the statement and the ledger do not: every difference is listed.
    AttrifluxError
        ``BILAN_BAD_YEAR``: not a whole number, or none of a calendar that statements are made of.
    """
    year = _year(year)
    if not isinstance(case, Case):
        case = importers.read(Path(case), need=())
    importers.need_tables(case)
    leases, events = case.table("leases"), case.table("events")
    if leases.empty and events.empty:
        raise InputProblems([Finding("BILAN_NOTHING", params={"year": year})])
    signed = leases[leases["signed_on"].dt.year == year]
    followed = events[events["signed_on"].dt.year == year]
    matched = reconcile(signed, followed) if len(events) else reconcile(signed, signed)
    problems = list(differences(matched))
    case = policy.with_own_changes(case, models)
    rules = policy.rules_of(case.settings, models)
    homes = homes_of(case, rules.get(PERIODS))
    known = _from_events(events, year) if len(events) else _from_leases(signed)
    lines = _with_progress(known, events, case.table("in_progress"), year)
    unknown = sorted({str(d) for d in lines["dwelling_id"]} - {str(d) for d in homes.index})
    problems += [*problems_of(case), *in_two_places(case)]
    problems += [
        Finding("BILAN_UNKNOWN_DWELLING", file="evenements", params={"dwelling": d}) for d in unknown
    ]
    if problems:
        raise InputProblems(problems)
    table = _counted(lines, homes)
    empty = (
        ()
        if len(table)
        else (Finding("BILAN_EMPTY_YEAR", "warning", params={"year": year, "years": _years(leases, events)}),)
    )
    over = case.settings.on >= date(year, 12, 31)
    book = ledger(case, rules, year, over=over)
    crossing = bridge(case, rules, year, lines.merge(homes, left_on="dwelling_id", right_index=True), book)
    if wrong := gaps(crossing):
        raise InputProblems(wrong)
    lines_in_force = lines_of(case, rules, year)
    register = commitments_of(case, rules, lines_in_force, _base_of(case, rules, year, book), year=year)
    epci, names = rules.all_communes["epci"], rules.all_communes["name"]
    here = sorted({c for c in table["commune"] if c})
    epci_names = rules.all_epci["name"].to_dict()
    return Bilan(
        case=case,
        year=year,
        table=table,
        ledger=book,
        bridge=crossing,
        lec=ledger_of_lec(case, rules, year, over=over),
        lines=lines_in_force,
        handovers=handovers(case, min(case.settings.on, date(year, 12, 31))),
        charters=charters(case, min(case.settings.on, date(year, 12, 31))),
        commitments=register,
        reconciliation=matched if against is None else reconcile(signed, against),
        epci={c: (str(epci.get(c, "")), str(epci_names.get(epci.get(c, ""), ""))) for c in here},
        names={c: str(names.get(c, c)) for c in here},
        places=place_names(rules),
        deadline=rules.value("national.flux.report_deadline"),
        periods=rules.value(PERIODS),
        findings=(*case.warnings, *empty, *register.findings),
    )


def _years(leases: pd.DataFrame, events: pd.DataFrame) -> str:
    """The years in which the case has a lease or a step of an orientation, as a list in words."""
    days = [
        leases["signed_on"],
        *(events[name] for name in ("oriented_on", "presented_on", "attributed_on", "signed_on")),
    ]
    return ", ".join(str(year) for year in sorted({int(y) for day in days for y in day.dt.year.dropna()}))


def _base_of(case: Case, rules: policy.RuleSet, year: int, book: pd.DataFrame) -> Base:
    """The flux of the year in an area: of the assiette, as `flux` counts it, else as the ledger shows it."""
    planned = assiette_base(case, rules, planned_bases(case.table("assiette"), year))
    keys = zip(book["landlord"], book["departement"], book["area"], strict=True)
    known = dict(zip(keys, book["year_base"].tolist(), strict=True))

    def base(landlord: str, departement: str, area: str) -> Fraction | None:
        found = planned(landlord, departement, area)
        if found is not None:
            return found
        shown = known.get((landlord, departement, area))
        return None if shown is None else Fraction(repr(float(shown)))

    return base


def _from_events(events: pd.DataFrame, year: int) -> pd.DataFrame:
    """One line per (dwelling, account): orientations and attributions of one letting count once, each lease counts."""
    oriented = events["oriented_on"].fillna(events["presented_on"]).fillna(events["attributed_on"])
    oriented = oriented.fillna(events["signed_on"])
    decided = events["attributed_on"].fillna(events["signed_on"])
    frame = pd.DataFrame(
        {
            "dwelling_id": events["dwelling_id"].astype(object),
            "account": events["account"].astype(object),
            "proposed": (oriented.dt.year == year).astype("int64"),
            "attributed": (decided.dt.year == year).astype("int64"),
            "signed": ((decided.dt.year == year) & events["signed_on"].notna()).astype("int64"),
        }
    )
    sums = frame.groupby(["dwelling_id", "account"], as_index=False)[
        ["proposed", "attributed", "signed"]
    ].sum()
    sums["attributed"] = sums["attributed"].clip(upper=1).clip(lower=sums["signed"])
    sums["proposed"] = sums["proposed"].clip(upper=sums["attributed"].clip(lower=1))
    return sums[(sums["proposed"] > 0) | (sums["attributed"] > 0)].drop(columns="signed")


def _from_leases(signed: pd.DataFrame) -> pd.DataFrame:
    """Leases of the year are proposed and attributed."""
    leased = signed[_KEYS].astype(object).groupby(_KEYS).size().reset_index(name="proposed")
    return leased.assign(attributed=leased["proposed"])


def _with_progress(
    lines: pd.DataFrame, events: pd.DataFrame, in_progress: pd.DataFrame, year: int
) -> pd.DataFrame:
    """And proposed what is in progress since a day of the year, unless leases or events of any year follow it already."""
    started = in_progress.loc[in_progress["since"].dt.year == year, _KEYS].astype(object).drop_duplicates()
    known = {
        key for frame in (lines, events) for key in zip(frame["dwelling_id"], frame["account"], strict=True)
    }
    fresh = started[
        [key not in known for key in zip(started["dwelling_id"], started["account"], strict=True)]
    ]
    both: pd.DataFrame = pd.concat([lines, fresh.assign(proposed=1, attributed=0)], ignore_index=True)
    return both


def _counted(lines: pd.DataFrame, homes: pd.DataFrame) -> pd.DataFrame:
    joined = lines.merge(homes, left_on="dwelling_id", right_index=True, how="left")
    keys = list(COLUMNS[:7])
    table = joined.groupby(keys, sort=True, as_index=False)[["proposed", "attributed"]].sum()
    return table[list(COLUMNS)].astype({"proposed": "int64", "attributed": "int64"})
