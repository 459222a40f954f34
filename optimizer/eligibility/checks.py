"""Checks of a case against the rules, table by table. Each keeps the sound rows and lists the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from optimizer.domain import Case
from optimizer.domain.account import all_kinds, in_flux
from optimizer.eligibility.accounts import NONE, STOCK, is_known
from optimizer.eligibility.columns import arrow_text, booleans, choice, items, texts
from optimizer.eligibility.conventions import Line
from optimizer.eligibility.facts import EXCLUSION
from optimizer.eligibility.findings import Findings
from optimizer.eligibility.messages import (
    ASSUMED_THRESHOLD,
    CHOICES_OUTSIDE,
    COMMUNE_NOWHERE,
    DESIGNATED_NO_TITLE,
    EPCI_NOWHERE,
    NO_CONVENTION,
    NO_CONVENTION_HERE,
    OLDER_CEILINGS,
    OLDER_THRESHOLD,
    RESERVATION_CONFLICT,
    SHORT_BY_CHOICE,
    STOCK_UNRESERVED,
    UNKNOWN_ACCOUNT,
    UNKNOWN_COMMUNE,
    UNKNOWN_DEPARTEMENT,
)
from optimizer.policy import ZONES

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

Marks = NDArray[np.bool_]
_NAMED = 5
"""EPCI named in one warning."""


def _rows(findings: Findings, table: str, mask: Marks) -> list[int]:
    """Spreadsheet rows of the marked lines."""
    return [int(row) for row in findings.rows(table)[mask]]


def _grouped(findings: Findings, code: str, table: str, column: str, values: pd.Series, bad: Marks) -> None:
    """One finding per wrong value of a column, with all its rows."""
    for value in sorted({str(v) for v in values[bad]}):
        rows = _rows(findings, table, bad & (values == value).to_numpy(bool))
        findings.add_rows(code, table, column, value, rows, territory=findings.territory)


def sound_dwellings(case: Case, rules: RuleSet, lines: tuple[Line, ...], findings: Findings) -> pd.DataFrame:
    """Dwellings that can be encoded: required cells present, commune of the territory, account known."""
    frame, rows = case.table("dwellings"), findings.rows("dwellings")
    complete = (
        frame[["dwelling_id", "landlord", "commune", "rooms", "financing"]].notna().all(axis=1).to_numpy(bool)
    )
    complete = complete & ~frame["dwelling_id"].duplicated().to_numpy(bool)
    given = frame["commune"].notna().to_numpy(bool)
    known = frame["commune"].isin(rules.communes.index).to_numpy(bool)
    _grouped(findings, UNKNOWN_COMMUNE, "dwellings", "commune", frame["commune"], given & ~known)
    accounts = texts(frame, "reserved_to")
    known_account = np.array([not a or is_known(a, findings.places) for a in accounts], dtype=bool)
    _grouped(findings, UNKNOWN_ACCOUNT, "dwellings", "reserved_to", frame["reserved_to"], ~known_account)
    exclusion = choice(frame, "assiette_exclusion", EXCLUSION)
    unreserved = (exclusion == STOCK) & (accounts == "")
    for i in np.flatnonzero(unreserved):
        findings.add(
            STOCK_UNRESERVED,
            "dwellings",
            int(rows[i]),
            "reserved_to",
            str(frame["dwelling_id"].iloc[i]),
            cell="",
        )
    only = {word: kind.code for kind in all_kinds() for word in kind.exclusions}
    needed = np.array([only.get(EXCLUSION[e], "") for e in exclusion], dtype=object)
    conflict = (accounts != "") & (needed != "") & (accounts != needed)
    for i in np.flatnonzero(conflict):
        findings.add(
            RESERVATION_CONFLICT, "dwellings", int(rows[i]), "reserved_to", str(frame["dwelling_id"].iloc[i]),
            cell=str(accounts[i]), account=accounts[i], exclusion=EXCLUSION[exclusion[i]],
        )  # fmt: skip
    sound = complete & known & known_account & ~unreserved & ~conflict
    # a dwelling with another bad cell still needs the convention of its landlord
    placed = frame["landlord"].notna().to_numpy(bool) & known & known_account & ~unreserved & ~conflict
    in_flux = placed & (exclusion == NONE) & (accounts == "") & ~booleans(frame, "first_letting")
    _check_conventions(case, frame, in_flux, rules, lines, findings)
    kept: pd.DataFrame = frame.loc[sound]
    return kept


def _check_conventions(
    case: Case, frame: pd.DataFrame, in_flux: Marks, rules: RuleSet,
    lines: tuple[Line, ...], findings: Findings,
) -> None:  # fmt: skip
    """A landlord with dwellings in the flux has a convention, and its lines, of the dwelling's own département, cover them."""
    areas: dict[str, set[tuple[str, str]]] = {}
    for line in lines:
        areas.setdefault(line.landlord, set()).add((line.departement, line.area))
    own, year = case.table("conventions"), case.settings.year
    wrong = set(own["landlord"][(own["year"].isna() | (own["year"] <= year)).fillna(True)].dropna())
    landlords, communes = frame["landlord"][in_flux], frame["commune"][in_flux]
    row_of = findings.rows("dwellings")[in_flux]
    epci, departement = communes.map(rules.communes["epci"]), communes.map(rules.communes["departement"])
    for landlord in sorted(set(landlords)):
        here = (landlords == landlord).to_numpy(bool)
        rows = [int(r) for r in row_of[here]]
        if landlord not in areas and landlord in wrong:
            continue  # it has lines, each of which was told
        if landlord not in areas:
            findings.add_rows(
                NO_CONVENTION,
                "dwellings",
                "landlord",
                landlord,
                rows,
                count=len(rows),
                year=case.settings.year,
            )
            continue
        named = areas[landlord]
        # an agreement is made for one département: its lines on an EPCI cover nothing across the border
        missing = [
            row
            for row, home, *around in zip(
                rows, departement[here], communes[here], epci[here], departement[here], strict=True
            )
            if named.isdisjoint((home, area) for area in around)
        ]
        if missing:
            findings.add_rows(
                NO_CONVENTION_HERE, "dwellings", "landlord", landlord, missing, severity="warning", count=len(missing)
            )  # fmt: skip


def sound_applications(case: Case, findings: Findings) -> pd.DataFrame:
    """Applications that can be encoded; accounts they name are checked."""
    frame = case.table("applications")
    required = ["application_id", "first_registered_on", "persons", "choices"]
    complete = frame[required].notna().all(axis=1).to_numpy(bool)
    # an application whose perimeter was fixed has no need of choices of its own
    complete = complete | frame[[*required[:3], "dalo_perimeter"]].notna().all(axis=1).to_numpy(bool)
    complete = complete & ~frame["application_id"].duplicated().to_numpy(bool)
    return frame if complete.all() else frame.loc[complete]


def check_accounts(case: Case, rules: RuleSet, findings: Findings) -> None:
    """Accounts that applications name, of the tables that follow the flux, and of the stock."""
    frame = case.table("applications")
    ptr, accounts = items(frame, "accounts")
    if len(accounts):
        unknown = sorted(a for a in pc.unique(accounts).to_pylist() if not is_known(a, findings.places))
        row = np.repeat(np.arange(len(frame)), np.diff(ptr))
        for value in unknown:
            at = np.asarray(pc.equal(accounts, value).to_numpy(zero_copy_only=False), dtype=bool)
            rows = sorted({int(r) for r in findings.rows("applications")[row[at]]})
            findings.add_rows(UNKNOWN_ACCOUNT, "applications", "accounts", value, rows)
    for table in ("nominations", "in_progress", "leases", "events"):
        _check_account(case, table, findings.places, findings)
    check_stock_accounts(case, rules, findings)


OF_A_DEPARTEMENT = ("stock", "assiette", "commitments", "handovers", "answers")
"""Tables whose lines are of a landlord in a département; those of agreements are read line by line."""


def check_stock_accounts(case: Case, rules: RuleSet, findings: Findings) -> None:
    """Accounts of the stock, which a landlord may hold beyond the territory of the case, and those that receive what is above a cap;
    départements of every table of a landlord's year that do not exist."""
    _check_account(case, "stock", findings.places, findings, beyond=rules)
    _check_account(case, "conventions", findings.places, findings, beyond=rules, column="cap_receiver")
    known = set(rules.all_communes["departement"].unique())
    for table in OF_A_DEPARTEMENT:
        values, rows = texts(case.table(table), "departement"), findings.rows(table)
        for value in sorted({str(v) for v in values if v} - known):
            findings.add_rows(
                UNKNOWN_DEPARTEMENT, table, "departement", value, [int(r) for r in rows[values == value]]
            )


def _check_account(
    case: Case,
    table: str,
    places: frozenset[str],
    findings: Findings,
    beyond: RuleSet | None = None,
    column: str = "account",
) -> None:
    """``beyond``: rules whose places, all those of France, an account may have besides."""
    frame = case.table(table)
    values = [v for v in pc.unique(arrow_text(frame, column)).to_pylist() if v]
    if column == "cap_receiver":  # a share of the flux: no account outside it may have one
        outside = [v for v in values if not in_flux(v)]
        for value in outside:
            rows = _rows(findings, table, (frame[column] == value).fillna(False).to_numpy(bool))
            findings.add_rows(UNKNOWN_ACCOUNT, table, column, value, rows)
        values = [v for v in values if v not in outside]
    unknown = sorted(v for v in values if not is_known(v, places))
    if unknown and beyond is not None:
        every = beyond.all_communes
        places = frozenset(every.index).union(*(every[column].unique() for column in ("epci", "departement")))
        unknown = [v for v in unknown if not is_known(v, places)]
    for value in unknown:
        rows = _rows(findings, table, (frame[column] == value).fillna(False).to_numpy(bool))
        findings.add_rows(UNKNOWN_ACCOUNT, table, column, value, rows)


def check_places(case: Case, rules: RuleSet, findings: Findings) -> None:
    """Rows of a place that exists nowhere in France, which no target counts: warnings."""
    communes, epcis = rules.all_communes.index, frozenset(rules.all_communes["epci"].unique())
    told = [(table, "commune", communes, COMMUNE_NOWHERE) for table in ("in_progress", "leases", "events")]
    for table, column, known, code in (*told, ("scores", "epci", epcis, EPCI_NOWHERE)):
        values = case.table(table)[column]
        # the few that are met are looked up: comparing a column with all communes makes an object of each of them
        for value in sorted(
            v for v in pc.unique(arrow_text(case.table(table), column)).to_pylist() if v and v not in known
        ):
            rows = _rows(findings, table, (values == value).fillna(False).to_numpy(bool))
            findings.add_rows(code, table, column, value, rows, severity="warning")


def check_choices(case: Case, rules: RuleSet, findings: Findings) -> None:
    """One warning for all the communes chosen, one for those fixed by the commission de médiation, that exist nowhere in France."""
    for column in ("choices", "dalo_perimeter"):
        _check_communes(case, rules, column, findings)


def _check_communes(case: Case, rules: RuleSet, column: str, findings: Findings) -> None:
    ptr, values = items(case.table("applications"), column)
    if not len(values):
        return
    unknown = sorted(v for v in pc.unique(values).to_pylist() if v not in rules.all_communes.index)
    if not unknown:
        return
    row = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
    at = np.asarray(
        pc.is_in(values, value_set=pc.cast(unknown, values.type)).to_numpy(zero_copy_only=False), dtype=bool
    )
    rows = sorted({int(r) for r in findings.rows("applications")[row[at]]})
    findings.add_rows(
        CHOICES_OUTSIDE, "applications", column, ", ".join(unknown[:5]), rows, severity="warning",
        count=len(unknown),
    )  # fmt: skip


def check_designated(case: Case, findings: Findings) -> None:
    """One warning for all households that the préfet designates and that have no priority public: nothing else would say that the
    designation brings them nothing."""
    table = case.table("applications")
    ptr, _ = items(table, "priority_codes")
    at = booleans(table, "prefet_designated") & (np.diff(ptr) == 0)
    if at.any():
        rows = findings.rows("applications")[at].tolist()
        findings.add_rows(
            DESIGNATED_NO_TITLE,
            "applications",
            "priority_codes",
            "",
            rows,
            severity="warning",
            count=len(rows),
        )


def check_size(case: Case, rules: RuleSet, findings: Findings) -> None:
    """A case may ask for shorter lists than the law: it is told, for no list would say so."""
    size, least = case.settings.shortlist_size, rules.integer("national.caleol.shortlist_size")
    if size is not None and size < least:
        findings.add(
            SHORT_BY_CHOICE,
            "",
            None,
            "shortlist_size",
            str(size),
            severity="warning",
            count=size,
            least=least,
        )


def check_thresholds(case: Case, rules: RuleSet, findings: Findings, *, accept_assumed: bool = False) -> None:
    """A real case needs the published threshold of every EPCI where it has dwellings; one of an earlier year is told."""
    if case.settings.synthetic:
        return
    older = []
    for epci in sorted(set(case.table("dwellings")["commune"].map(rules.communes["epci"]).dropna())):
        threshold = rules.lec_epci.get(epci)
        if threshold is None:
            continue
        name = str(rules.all_epci["name"].get(epci, epci))
        if threshold.status == "assumed" and not accept_assumed:
            findings.add(ASSUMED_THRESHOLD, "", None, "territory", epci, name=name)
        elif threshold.in_force_from is not None and threshold.in_force_from.year < case.settings.year:
            older.append(f"{name}, {threshold.in_force_from.year}")
    if older:
        names = " ; ".join(older[:_NAMED]) + (" ; …" if len(older) > _NAMED else "")
        findings.add(
            OLDER_THRESHOLD, severity="warning", names=names, year=case.settings.year
        )  # fmt: skip


def check_ceilings(case: Case, rules: RuleSet, findings: Findings) -> None:
    """Income ceilings are revised every 1 January: those of an earlier year would refuse, in silence, who is within those of today."""
    if case.settings.synthetic:
        return
    homes = case.table("dwellings")
    zones = rules.place_of(homes["commune"], "zone")
    older: dict[str, str] = {}
    for financing, zone in set(zip(homes["financing"], zones, strict=True)):
        if isinstance(financing, str) and not pd.isna(zone):
            key = f"national.ceilings.{financing.upper()}.{ZONES[int(zone)]}"
            since = rules.value(key).in_force_from
            if since is not None and since.year < rules.on.year:
                older[key] = f"{financing.upper()}, {since.year}"
    if older:
        names, keys = " ; ".join(sorted(set(older.values()))), ", ".join(sorted(older))
        findings.add(OLDER_CEILINGS, severity="warning", names=names, keys=keys, year=rules.on.year)
