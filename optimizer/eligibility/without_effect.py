"""Rows that are sound by themselves and would change nothing, told before somebody counts on them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimizer.domain import Case
from optimizer.domain.account import in_flux
from optimizer.eligibility.accounts import may_name
from optimizer.eligibility.columns import texts
from optimizer.eligibility.conventions import SHARE_UNIT, Line
from optimizer.eligibility.facts import Facts, Nomination
from optimizer.eligibility.findings import Findings
from optimizer.eligibility.messages import (
    ASSIETTE_MISSING,
    DALO_ELSEWHERE,
    GRID_LATER,
    LANDLORD_ELSEWHERE,
    NO_TRANSFER_CEILING,
    NOMINATION_DELEGATED,
    NOMINATION_DELEGATED_HERE,
    NOMINATION_ELSEWHERE,
    NOMINATION_NO_LINE,
    NOMINEE_OUTSIDE_POOL,
    PROGRESS_TWO_ACCOUNTS,
    TOLERANCE_CUT,
    YEAR_OVER,
)
from optimizer.errors import Said

if TYPE_CHECKING:
    from optimizer.policy import RuleSet


def check_nominations(case: Case, facts: Facts, findings: Findings) -> None:
    """Households named by an account outside its own pool, and nominations of an account that names nobody, anywhere or on
    the dwelling they name, or of a dwelling that it may not receive: warnings.

    A line without dwelling is judged on every kind of dwelling that the account may receive: it is told where the household
    is in the pool of none of them.
    """
    if not facts.nominations:
        return
    outside: dict[int, set[str]] = {}
    ids = facts.applications.ids
    named: dict[int, list[Nomination]] = {}
    for line in facts.nominations:
        named.setdefault(line.account, []).append(line)
    for account, own in sorted(named.items()):
        received = np.flatnonzero(facts.dwellings.receives[:, account])
        _, first = np.unique(
            np.stack([facts.dwellings.receive_class[received], facts.dwellings.landlord[received]]), axis=1, return_index=True
        )  # fmt: skip
        kinds = received[first]
        names = any(facts.mode_of(account, facts.line_of(int(d), account)) != "delegated" for d in kinds)
        if len(kinds) and not names:
            _tell_idle(case, facts, account, NOMINATION_DELEGATED, findings)
            continue
        if not len(kinds) and in_flux(facts.accounts[account]) and not _has_line(facts, account):
            _tell_idle(case, facts, account, NOMINATION_NO_LINE, findings)
            continue
        anywhere = np.array(sorted({line.application for line in own if line.dwelling < 0}), np.int32)
        if len(anywhere) and len(kinds):
            for d in kinds.tolist():  # most are in the pool of the first
                anywhere = anywhere[~may_name(facts, account, facts.line_of(d, account), d, anywhere)]
                if not len(anywhere):
                    break
            outside.setdefault(account, set()).update(str(ids[a]) for a in anywhere)
        elsewhere: set[int] = set()
        delegated: set[int] = set()
        for line in own:
            d = line.dwelling
            if d < 0:
                continue
            if not facts.dwellings.receives[d, account]:
                elsewhere.add(d)
                continue
            if facts.mode_at(d, account) == "delegated":
                delegated.add(d)
                continue
            app = np.array([line.application], np.int32)
            if not may_name(facts, account, facts.line_of(d, account), d, app)[0]:
                outside.setdefault(account, set()).add(str(ids[line.application]))
        _tell_idle(case, facts, account, NOMINATION_ELSEWHERE, findings, elsewhere)
        _tell_idle(case, facts, account, NOMINATION_DELEGATED_HERE, findings, delegated)
    frame = case.table("nominations")
    for account in sorted(a for a, households in outside.items() if households):
        name = facts.accounts[account]
        mask = frame["application_id"].isin(sorted(outside[account])) & (frame["account"] == name)
        told = np.flatnonzero(mask.fillna(False).to_numpy(bool))
        rows = [int(r) for r in findings.rows("nominations")[told]]
        findings.add_rows(
            NOMINEE_OUTSIDE_POOL, "nominations", "application_id", name, rows, severity="warning",
            cell=str(frame["application_id"].iloc[told[int(np.argmin(rows))]]),
        )  # fmt: skip


def check_tolerances(lines: Sequence[Line], rules: RuleSet, findings: Findings) -> None:
    """Tolerances of the case's agreements beyond what design §6 leaves of them: warnings."""
    most = Fraction(str(rules.number("national.rules.flux.tolerance_max")))
    for line in lines:
        kept = most * line.share
        if line.row and line.tolerance > kept:
            findings.add(
                TOLERANCE_CUT, "conventions", line.row, "tolerance", f"{line.tolerance / SHARE_UNIT:g}".replace(".", ","),
                severity="warning", kept=_number(kept / SHARE_UNIT), part=_number(most), account=line.account,
            )  # fmt: skip


def _number(value: Fraction) -> Said:
    text = f"{float(value):g}"
    return Said(text.replace(".", ","), text)


def check_dalo(case: Case, rules: RuleSet, findings: Findings) -> None:
    """Yearly numbers of DALO of a landlord and département that the case knows nothing of: warnings."""
    if not case.settings.dalo:
        return
    met: set[tuple[str, str]] = set()
    for table in ("dwellings", "in_progress", "leases"):
        frame = case.table(table)
        where = frame["commune"].map(rules.all_communes["departement"])
        met |= set(zip(texts(frame, "landlord"), where.astype(object), strict=True))
    for landlord, numbers in sorted(case.settings.dalo.items()):
        for departement in sorted(numbers):
            if (landlord, departement) not in met:
                findings.add(
                    DALO_ELSEWHERE, column="dalo", value=landlord, severity="warning", departement=departement
                )


def check_progress(case: Case, findings: Findings) -> None:
    """Dwellings in progress for several accounts, of whose lines one counts (`problem.returned.furthest`): warnings."""
    frame = case.table("in_progress")
    accounts: dict[str, dict[str, list[int]]] = {}
    columns = texts(frame, "dwelling_id"), texts(frame, "account"), findings.rows("in_progress")
    for dwelling, account, row in zip(*(c.tolist() for c in columns), strict=True):
        accounts.setdefault(dwelling, {}).setdefault(account, []).append(row)
    for dwelling, lines in sorted(accounts.items()):
        if len(lines) > 1:
            findings.add_rows(
                PROGRESS_TWO_ACCOUNTS, "in_progress", "account", dwelling, [row for rows in lines.values() for row in rows],
                severity="warning", accounts=", ".join(sorted(lines)),
            )  # fmt: skip


def check_settings(case: Case, findings: Findings) -> None:
    """A year that is over at the date of the case, and a landlord whose none of the dwellings is: warnings."""
    settings = case.settings
    if settings.on.year > settings.year:
        findings.add(
            YEAR_OVER, column="year", value=str(settings.year), severity="warning",
            on=settings.on,
        )  # fmt: skip
    landlords = sorted(set(texts(case.table("dwellings"), "landlord")) - {""})
    if settings.landlord and landlords and settings.landlord not in landlords:
        findings.add(
            LANDLORD_ELSEWHERE, column="landlord", value=settings.landlord, severity="warning",
            landlords=", ".join(landlords),
        )  # fmt: skip


def check_grids(rules: RuleSet, findings: Findings) -> None:
    """A grid that counts before its deliberation is in force: a warning, for the day may be the one that is wrong."""
    for grid in rules.grids:
        if grid.in_force_from > rules.on:
            findings.add(
                GRID_LATER, column="territory", value=grid.title, severity="warning",
                since=grid.in_force_from, on=rules.on,
            )  # fmt: skip


def _has_line(facts: Facts, account: int) -> bool:
    return any(line.account == account for line in facts.conventions)


def _tell_idle(
    case: Case,
    facts: Facts,
    account: int,
    code: str,
    findings: Findings,
    dwellings: Collection[int] | None = None,
) -> None:
    """One warning with every row of the account, or with those that name some dwellings."""
    name, frame = facts.accounts[account], case.table("nominations")
    mask = (frame["account"] == name).fillna(False).to_numpy(bool)
    if dwellings is not None:
        mask = mask & frame["dwelling_id"].isin({facts.dwellings.name(d) for d in dwellings}).to_numpy(bool)
    rows = [int(r) for r in findings.rows("nominations")[mask]]
    if rows:
        findings.add_rows(code, "nominations", "account", name, rows, severity="warning", count=len(rows))


def check_assiette(case: Case, dwellings: pd.DataFrame, rules: RuleSet, findings: Findings) -> None:
    """Landlords that the table ``assiette`` leaves out.

    Where the table says nothing of a landlord with dwellings in the case, its year is counted from what the case holds
    otherwise (design §6): a warning, since whoever gave the table expects it to be used. Without any table a landlord whose tenants
    apply is told what that leaves open.
    """
    frame = case.table("assiette")
    if not len(frame):
        housed = set(texts(case.table("applications"), "current_landlord"))
        for landlord in sorted(set(texts(dwellings, "landlord")) & housed - {""}):
            findings.add(NO_TRANSFER_CEILING, "assiette", None, "landlord", str(landlord), severity="warning")
        return
    departements = texts(frame, "departement")
    year = case.settings.year
    this_year = (frame["year"].isna() | (frame["year"] == year)).to_numpy(bool)
    given = set(zip(texts(frame, "landlord")[this_year], departements[this_year], strict=True))
    where = dwellings["commune"].map(rules.communes["departement"])
    met = sorted(set(zip(texts(dwellings, "landlord"), where.astype(object), strict=True)) - given)
    for landlord, departement in met:
        findings.add(
            ASSIETTE_MISSING, "assiette", None, "landlord", str(landlord), severity="warning",
            departement=departement, year=year,
        )  # fmt: skip
