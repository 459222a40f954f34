"""What only whole tables tell: keys, references from one table to another, dates against the date of the case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from optimizer.domain import CaseSettings, Table
from optimizer.domain.account import convention_forms, is_convention_account, outside_flux, remainder
from optimizer.errors import Finding
from optimizer.importers.cells import Problem
from optimizer.importers.spelling import check_spelling
from optimizer.importers.tables import ReadTable

B = NDArray[np.bool_]
_LATE = "READ_AFTER_CASE_DATE"
_AFTER: tuple[tuple[str, str, str, bool], ...] = (
    ("applications", "first_registered_on", _LATE, True),
    ("applications", "renewed_on", _LATE, False),
    ("leases", "signed_on", _LATE, False),
    ("in_progress", "since", _LATE, False),
    ("dwellings", "published_on", _LATE, False),
    ("dwellings", "vacant_since", "READ_VACANT_LATER", False),
)
"""Dates that cannot follow the date of the case: table, column, what is told, whether it is an error."""
_LONG_AGO = (("applications", "first_registered_on"), ("dwellings", "vacant_since"))
"""Dates that put a row first when they are very old."""
_LONGEST_AGO = 50
"""Years that no household waits and no dwelling stands empty."""
_FEWEST_CUT = 3
"""Numbers that end on zeros by chance are one in a thousand each; three and no other are none."""
_REFERENCES = (
    ("nominations", "dwelling_id", "dwellings"),
    ("nominations", "application_id", "applications"),
    ("decisions", "dwelling_id", "dwellings"),
    ("decisions", "application_id", "applications"),
    ("scores", "application_id", "applications"),
    ("simulations", "dwelling_id", "dwellings"),
    ("simulations", "application_id", "applications"),
)


def check_tables(found: Mapping[str, ReadTable], settings: CaseSettings | None) -> list[Finding]:
    """Findings of all readable tables, table by table in the order of ``found``."""
    findings: list[Finding] = []
    for read in found.values():
        if read.frame is not None:
            findings += _duplicates(read, read.frame)
            findings += _digits(read, read.frame)
    applications = found.get("applications")
    if applications is not None and applications.frame is not None:
        findings += _renewed(applications, applications.frame)
        findings += _household(applications, applications.frame)
        findings += _dependants(applications, applications.frame)
    dwellings = found.get("dwellings")
    if dwellings is not None and dwellings.frame is not None:
        findings += _publicity(dwellings, dwellings.frame)
    commitments = found.get("commitments")
    if commitments is not None and commitments.frame is not None:
        findings += _commitments(commitments, commitments.frame)
    assiette = found.get("assiette")
    if assiette is not None and assiette.frame is not None:
        findings += _negative(assiette, assiette.frame)
    leases = found.get("leases")
    if leases is not None and leases.frame is not None:
        findings += _outside(leases, leases.frame)
    if settings is not None:
        findings += _dates(found, settings)
        findings += _long_ago(found, settings)
        findings += _followed(found, settings)
    findings += _references(found)
    findings += _housed(found)
    findings += check_spelling(found)
    return findings


def _day(value: Any) -> str:
    """A date as French people write it."""
    return pd.Timestamp(value).strftime("%d/%m/%Y")


def _heading(read: ReadTable, name: str) -> str:
    """A column as the file names it; one that it lacks, in French unless the file is in English."""
    english = all(column == heading for column, heading in read.names.items())
    aliases = {c.name: c.alias for c in read.table.columns}
    return read.names.get(name) or (name if english else aliases[name] or name)


def _duplicates(read: ReadTable, frame: pd.DataFrame) -> list[Finding]:
    """Rows whose key was already seen; a row with an empty first key cell has none."""
    key = [c for c in read.table.key if c in frame.columns]
    if not key or len(frame) < 2:
        return []
    given = frame[key[0]].notna().to_numpy(bool)
    again = frame.duplicated(key, keep="first").to_numpy(bool) & given
    if not again.any():
        return []
    at = np.flatnonzero(again)
    same = np.ones(len(frame), bool)
    for column in key:
        values = frame[column]
        wanted = values.iloc[int(at[0])]
        same &= (
            values.isna().to_numpy(bool)
            if pd.isna(wanted)
            else (values == wanted).fillna(False).to_numpy(bool)
        )
    first = int(read.rows[int(np.flatnonzero(same)[0])])
    cells = [frame[c].iloc[int(at[0])] for c in key]
    value = " · ".join(_day(c) if isinstance(c, pd.Timestamp) else str(c) for c in cells if not pd.isna(c))
    params = {"first": first, "key": ", ".join(_heading(read, c) for c in key)}
    return [read.finding(Problem("READ_DUPLICATE", at, value, params), key[0])]


def _long_ago(found: Mapping[str, ReadTable], settings: CaseSettings) -> list[Finding]:
    """Dates older than anything that is still waiting, often what software writes for no date: a warning."""
    findings = []
    limit = pd.Timestamp(settings.on) - pd.DateOffset(years=_LONGEST_AGO)
    for name, column in _LONG_AGO:
        read = found.get(name)
        if read is None or read.frame is None:
            continue
        at = np.flatnonzero((read.frame[column] < limit).to_numpy(bool))
        if len(at):
            day = pd.Timestamp(read.frame[column].iloc[int(at[0])])
            params = {"day": day, "years": _LONGEST_AGO}
            findings.append(read.finding(Problem("READ_LONG_AGO", at, _day(day), params, "warning"), column))
    return findings


def _digits(read: ReadTable, frame: pd.DataFrame) -> list[Finding]:
    """Numbers of households that all end on zeros from the sixteenth digit on: a spreadsheet kept fifteen, a warning."""
    column = "application_id"
    if column not in frame.columns:
        return []
    numbers = pa.array(frame[column], pa.string(), from_pandas=True)
    long = pc.fill_null(pc.match_substring_regex(numbers, r"^\d{16,}$"), False)
    cut = pc.fill_null(pc.match_substring_regex(numbers, r"^\d{15}0+$"), False)
    at = np.flatnonzero(cut.to_numpy(zero_copy_only=False))
    if len(at) < _FEWEST_CUT or len(at) < pc.sum(long).as_py():
        return []
    return [read.finding(Problem("READ_DIGITS_LOST", at, numbers[int(at[0])].as_py(), {}, "warning"), column)]


def _renewed(read: ReadTable, frame: pd.DataFrame) -> list[Finding]:
    """A renewal before the first registration: a warning (design §2)."""
    wrong = (frame["renewed_on"] < frame["first_registered_on"]).to_numpy(bool)
    if not wrong.any():
        return []
    at = np.flatnonzero(wrong)
    first = frame["first_registered_on"].iloc[int(at[0])]
    value = _day(frame["renewed_on"].iloc[int(at[0])])
    return [
        read.finding(
            Problem("READ_RENEWED_BEFORE_FIRST", at, value, {"first": pd.Timestamp(first)}, "warning"),
            "renewed_on",
        )
    ]


def _household(read: ReadTable, frame: pd.DataFrame) -> list[Finding]:
    """Adults and young children cannot outnumber the persons to house: a warning."""
    if frame["adults"].isna().all() and frame["children_under_14"].isna().all():
        return []
    parts = frame["adults"].fillna(0) + frame["children_under_14"].fillna(0)
    wrong = (parts > frame["persons"]).fillna(False).to_numpy(bool)
    if not wrong.any():
        return []
    at = np.flatnonzero(wrong)
    i = int(at[0])
    return [
        read.finding(
            Problem(
                "READ_PERSONS_BELOW_PARTS",
                at,
                str(frame["persons"].iloc[i]),
                {"parts": int(parts.iloc[i])},
                "warning",
            ),
            "persons",
        )
    ]


def _dependants(read: ReadTable, frame: pd.DataFrame) -> list[Finding]:
    """As many dependants as persons, the applicant among them: a warning, since ceilings and allowance follow dependants."""
    if frame["dependants"].isna().all():
        return []
    there = frame["persons"].copy()
    for column in ("visiting_children", "alternate_custody_children", "expected_children"):
        there = there + frame[column].fillna(0)
    at = np.flatnonzero((frame["dependants"] >= there).fillna(False).to_numpy(bool))
    if not len(at):
        return []
    i = int(at[0])
    params = {"persons": int(frame["persons"].iloc[i])}
    value = str(frame["dependants"].iloc[i])
    return [read.finding(Problem("READ_DEPENDANTS_ABOVE", at, value, params, "warning"), "dependants")]


def _housed(found: Mapping[str, ReadTable]) -> list[Finding]:
    """Households that signed a lease since their application and still apply: a warning, they may be proposed again."""
    leases, applications = found.get("leases"), found.get("applications")
    if leases is None or applications is None or leases.frame is None or applications.frame is None:
        return []
    still = applications.frame
    still = still[~(still["status"] == "struck_off").fillna(False)].drop_duplicates("application_id")
    named = leases.frame["application_id"]
    place = pd.Index(still["application_id"].astype(object)).get_indexer(named.astype(object))
    asked, signed = (
        np.asarray(frame[column], "datetime64[D]")
        for frame, column in ((still, "first_registered_on"), (leases.frame, "signed_on"))
    )
    # who has no application stands at -1: a day that is none, before which nobody signed
    since = np.append(asked, np.datetime64("NaT"))[place]
    at = np.flatnonzero(named.notna().to_numpy(bool) & (since <= signed))
    if not len(at):
        return []
    i = int(at[0])
    params = {"signed": pd.Timestamp(leases.frame["signed_on"].iloc[i]), "count": len(at)}
    value = str(leases.frame["application_id"].iloc[i])
    return [leases.finding(Problem("READ_HOUSED_APPLICANT", at, value, params, "warning"), "application_id")]


def _publicity(read: ReadTable, frame: pd.DataFrame) -> list[Finding]:
    """Advertising without its day, place or proof: a warning, it is not taken as proven."""
    told = frame[["published_on", "published_at", "publication_proof"]].notna()
    at = np.flatnonzero((told.any(axis=1) & ~told.all(axis=1)).to_numpy(bool))
    if not len(at):
        return []
    missing = str(told.columns[~told.iloc[int(at[0])].to_numpy(bool)][0])
    return [read.finding(Problem("READ_PUBLICITY_PARTIAL", at, "", {}, "warning"), missing)]


def _commitments(read: ReadTable, frame: pd.DataFrame) -> list[Finding]:
    """A commitment brings dwellings or a share, to an account that holds reservations, and ends after it begins."""
    nothing: B = (frame["dwellings"].isna() & frame["share"].isna()).to_numpy(bool)
    begins = frame["begins_on"].fillna(frame["signed_on"])
    before: B = (
        (frame["ends_on"] < begins).fillna(False)
        | (frame["loan_repaid_on"] < frame["signed_on"]).fillna(False)
    ).to_numpy(bool)
    given = [None if pd.isna(a) else str(a) for a in frame["account"].astype(object)]
    free = np.array(
        [a is not None and (a == remainder() or not is_convention_account(a)) for a in given], bool
    )
    forms = {"forms_fr": convention_forms("fr"), "forms_en": convention_forms("en")}
    findings = []
    for code, wrong, column, params in (
        ("READ_COMMITMENT_NOTHING", nothing, "share", {}), ("READ_COMMITMENT_ENDS_BEFORE", before, "ends_on", {}),
        ("READ_COMMITMENT_ACCOUNT", free, "account", forms),
    ):  # fmt: skip
        at = np.flatnonzero(wrong)
        if len(at):
            cell = frame[column].iloc[int(at[0])]
            value = "" if pd.isna(cell) else _day(cell) if isinstance(cell, pd.Timestamp) else str(cell)
            findings.append(read.finding(Problem(code, at, value, params), column))
    return findings


def _negative(read: ReadTable, frame: pd.DataFrame) -> list[Finding]:
    """An assiette takes no more off than what is vacated: what is left is shared out."""
    minus = (
        frame[["mutation", "anru", "orcod", "unfit", "sale", "stock"]].fillna(0).sum(axis=1).astype("int64")
    )
    at = np.flatnonzero((minus > frame["vacated"]).fillna(False).to_numpy(bool))
    if not len(at):
        return []
    first = int(at[0])
    params = {"minus": int(minus.iloc[first])}
    return [
        read.finding(
            Problem("READ_ASSIETTE_NEGATIVE", at, str(frame["vacated"].iloc[first]), params), "vacated"
        )
    ]


def _dates(found: Mapping[str, ReadTable], settings: CaseSettings) -> list[Finding]:
    findings = []
    limit = np.datetime64(settings.on.isoformat(), "s")
    for table, column, code, error in _AFTER:
        read = found.get(table)
        if read is None or read.frame is None:
            continue
        values = read.frame[column].to_numpy("datetime64[s]")
        late = np.flatnonzero(values > limit)
        if len(late):
            params = {"on": settings.on, "count": len(late)}
            value = _day(values[late[0]])
            severity: Any = "error" if error else "warning"
            problem = Problem(code, late, value, params, severity)
            findings.append(read.finding(problem, column))
    leases = found.get("leases")
    if leases is not None and leases.frame is not None:
        values = leases.frame["signed_on"].to_numpy("datetime64[s]")
        start = np.datetime64(date(settings.year, 1, 1).isoformat(), "s")
        after = np.datetime64(date(settings.year + 1, 1, 1).isoformat(), "s")
        wrong = np.flatnonzero((values < start) | (values >= after))
        if len(wrong):
            numbers = {"year": settings.year, "count": len(wrong)}
            problem = Problem("READ_LEASE_OTHER_YEAR", wrong, _day(values[wrong[0]]), numbers, "warning")
            findings.append(leases.finding(problem, "signed_on"))
    return findings


def _references(found: Mapping[str, ReadTable]) -> list[Finding]:
    """Identifiers of households and dwellings that are in no table: warnings, the row has no effect.

    A ``pin`` of an unknown household or dwelling is an error that eligibility tells.
    """
    findings = []
    for table, column, target in _REFERENCES:
        read, other = found.get(table), found.get(target)
        if read is None or other is None or read.frame is None or other.frame is None:
            continue
        known = other.frame[other.table.key[0]]
        values = read.frame[column]
        wrong: B = values.notna().to_numpy(bool) & ~_is_in(values, known)
        if table == "decisions":
            wrong = wrong & (read.frame["decision"] == "forbid").fillna(False).to_numpy(bool)
        at = np.flatnonzero(wrong)
        if len(at):
            name = _alias(other.table)
            problem = Problem(
                "READ_UNKNOWN_REFERENCE", at, str(values.iloc[int(at[0])]), {"table": name}, "warning"
            )
            findings.append(read.finding(problem, column))
    return findings


def _followed(found: Mapping[str, ReadTable], settings: CaseSettings) -> list[Finding]:
    """Dwellings followed in the year of the case that no table describes: a warning, their orientations are not counted."""
    events = found.get("events")
    if events is None or events.frame is None:
        return []
    frame = events.frame
    wrong: B = frame["dwelling_id"].notna().to_numpy(bool)
    for name in ("dwellings", "in_progress", "leases"):
        table = found.get(name)
        if table is not None and table.frame is not None:
            wrong = wrong & ~_is_in(frame["dwelling_id"], table.frame["dwelling_id"])
    told = frame.loc[frame["landlord"].notna() & frame["commune"].notna(), "dwelling_id"]
    wrong = wrong & ~_is_in(frame["dwelling_id"], told)
    dates = [frame[name] for name in ("oriented_on", "presented_on", "attributed_on", "signed_on")]
    wrong = wrong & np.any([(d.dt.year == settings.year).to_numpy(bool) for d in dates], axis=0)
    at = np.flatnonzero(wrong)
    if not len(at):
        return []
    value = str(frame["dwelling_id"].iloc[int(at[0])])
    return [events.finding(Problem("READ_EVENT_UNKNOWN_DWELLING", at, value, {}, "warning"), "dwelling_id")]


def _outside(leases: ReadTable, frame: pd.DataFrame) -> list[Finding]:
    """Leases said to be in the flux on an account whose leases never are: a warning, they are not counted there."""
    said = frame["in_flux"].fillna(False).to_numpy(bool)
    at = np.flatnonzero(said & frame["account"].isin(outside_flux()).to_numpy(bool))
    if not len(at):
        return []
    value = str(frame["account"].iloc[int(at[0])])
    return [
        leases.finding(
            Problem("READ_LEASE_OUTSIDE_FLUX", at, value, {"count": len(at)}, "warning"), "in_flux"
        )
    ]


def _is_in(values: pd.Series[Any], known: pd.Series[Any]) -> B:
    found = pc.is_in(
        pa.array(values, pa.string(), from_pandas=True),
        value_set=pa.array(known, pa.string(), from_pandas=True),
    )
    return np.asarray(found.to_numpy(zero_copy_only=False), bool)


def _alias(table: Table) -> str:
    return f"{table.alias} ({table.name})" if table.alias != table.name else table.name
