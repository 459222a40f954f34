"""The convention lines that hold for a case, checked, and the accounts that each kind of dwelling may go to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain import TABLES, Case
from optimizer.domain.account import account_of, all_kinds, in_flux, place_of, remainder
from optimizer.domain.decimals import half_up
from optimizer.eligibility.accounts import NONE, STOCK, is_known
from optimizer.eligibility.facts import EXCLUSION, ConventionFacts, Receiving
from optimizer.eligibility.findings import Findings
from optimizer.eligibility.messages import (
    AREA_ELSEWHERE,
    AREA_WHOLE_CITY,
    BALANCE_OF_BEFORE,
    CONVENTION_LATER,
    DUPLICATE_LINE,
    SHARE_DECIMALS,
    SHARES_ABOVE_CAP,
    SHARES_ABOVE_ONE,
    UNKNOWN_ACCOUNT,
    UNKNOWN_AREA,
    UNKNOWN_DEPARTEMENT,
    UNKNOWN_POOL,
)
from optimizer.errors import AttrifluxError, Said
from optimizer.policy.conventions import POOLS

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

SHARE_UNIT = 10_000
SHARE_SUM_MAX = 10_005
"""Shares of one commune may exceed 1 by 0.0005 (design §3), in ten-thousandths."""


@dataclass(frozen=True)
class Line:
    """One convention line with every field filled; ``row`` is its spreadsheet row in the case, 0 when shipped."""

    landlord: str
    departement: str
    area: str
    account: str
    share: int
    pool: str
    management_mode: str
    count_rule: str
    tolerance: int
    carry_over: bool
    opening_balance: int
    deadline_days: int
    cap_receiver: str
    assumed: bool
    row: int


def default_deadline(rules: RuleSet) -> int:
    """Days left to a direct réservataire when no convention says, by market."""
    suffix = "_relaxed" if rules.market == "relaxed" else ""
    return int(rules.integer(f"national.flux.proposal_deadline_days{suffix}"))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in record.items()} for record in frame.to_dict("records")]


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value) or value == ""


def _hundred(value: float, unit: int) -> int:
    return int(half_up(np.array([value]), unit)[0])


def _finer_than_shares(value: Any) -> bool:
    """Whether a rate has more than four decimals: rows count in ten-thousandths, and another count would be refused in the end."""
    return not _missing(value) and abs(float(value) * SHARE_UNIT - round(float(value) * SHARE_UNIT)) > 1e-6


def read_lines(case: Case, rules: RuleSet, landlords: frozenset[str], findings: Findings) -> tuple[Line, ...]:
    """Lines of the landlords concerned: the case's own where it has some for a landlord, else the shipped ones.

    Lines are sorted by (landlord, area, account). A wrong line is listed in ``findings`` and left out.
    """
    own = case.table("conventions")
    named = frozenset(own["landlord"].dropna()) if len(own) else frozenset[str]()
    lines = _case_lines(own, case, rules, findings)
    shipped = rules.conventions
    if len(shipped):
        wanted = shipped[shipped["landlord"].isin(landlords - named)]
        # an agreement made elsewhere than in the territory covers no dwelling of it
        here = wanted["account"].map(lambda account: is_known(account, findings.places))
        for record in _records(wanted[here.astype(bool)]):
            lines.append(_line(record, assumed=_is_assumed(rules, record), row=0))
    lines.sort(key=lambda line: (line.landlord, line.area, line.account, line.departement))
    kept: list[Line] = []
    for line in lines:
        if kept and (kept[-1].landlord, kept[-1].area, kept[-1].account) == (
            line.landlord,
            line.area,
            line.account,
        ):
            findings.add(
                DUPLICATE_LINE, "conventions", line.row, "account", line.account, area=line.area,
                landlord=line.landlord,
            )  # fmt: skip
            continue
        kept.append(line)
    _check_sums(kept, rules, findings)
    _check_state_caps(kept, rules, findings)
    _check_cities(kept, case, rules, findings)
    return tuple(kept)


def _check_cities(lines: list[Line], case: Case, rules: RuleSet, findings: Findings) -> None:
    """A line on Paris, Lyon or Marseille as a whole would count none of the dwellings that bear an arrondissement."""
    city = rules.all_communes["city"]
    whole = {line.area for line in lines if not line.assumed} & set(city.unique())
    if not whole:
        return
    met: dict[tuple[str, str], str] = {}
    for table in ("dwellings", "in_progress", "leases"):
        frame = case.table(table)
        parts = frame["commune"].map(city)
        for landlord, commune, part in zip(frame["landlord"], frame["commune"], parts, strict=True):
            if isinstance(part, str) and part in whole:
                met.setdefault((str(landlord), part), str(commune))
    for line in lines:
        example = met.get((line.landlord, line.area))
        if example and not line.assumed:
            findings.add(AREA_WHOLE_CITY, "conventions", line.row, "area", line.area, example=example)


def _is_assumed(rules: RuleSet, record: Mapping[str, Any]) -> bool:
    landlord, account, area = record["landlord"], record["account"], record["area"]
    # the line's own area first: a landlord may have agreements of different standing in two départements
    for key in (f"conventions.{landlord}.{account}.{area}.share", f"conventions.{landlord}.{account}.share"):
        try:
            return bool(rules.value(key).status == "assumed")
        except (AttrifluxError, KeyError):
            continue
    return False


def _case_lines(own: pd.DataFrame, case: Case, rules: RuleSet, findings: Findings) -> list[Line]:
    places = findings.places
    rows = findings.rows("conventions")
    departements = set(rules.all_communes["departement"].unique()) if len(own) else set()
    latest: dict[tuple[str, str], int] = {}
    later: dict[tuple[str, int], list[int]] = {}
    records = []
    # the same key written twice in a file has been told by the reader, with both rows
    told = own.duplicated(list(TABLES["conventions"].key)).to_numpy(bool) & findings.from_file("conventions")
    for position, record in enumerate(_records(own)):
        if told[position]:
            continue
        if any(_missing(record.get(key)) for key in ("landlord", "account", "share")):
            continue
        row = int(rows[position])
        account = str(record["account"])
        if not in_flux(account) or not is_known(account, places):
            findings.add(UNKNOWN_ACCOUNT, "conventions", row, "account", account)
            continue
        if _missing(record.get("departement")):
            continue
        departement = str(record["departement"])
        if departement not in departements:
            findings.add(UNKNOWN_DEPARTEMENT, "conventions", row, "departement", departement)
            continue
        area = record.get("area")
        if _missing(area):
            area = place_of(account) or departement
        elif str(area) not in places:
            findings.add(UNKNOWN_AREA, "conventions", row, "area", str(area))
            continue
        if str(area) != departement and departement not in _departements_of(str(area), rules):
            findings.add(
                AREA_ELSEWHERE,
                "conventions",
                row,
                "area",
                str(area),
                account=account,
                departement=departement,
            )
            continue
        pool = "default" if _missing(record.get("pool")) else str(record["pool"])
        if pool not in POOLS:
            findings.add(UNKNOWN_POOL, "conventions", row, "pool", pool, known=", ".join(POOLS))
            continue
        finer = [name for name in ("share", "tolerance") if _finer_than_shares(record.get(name))]
        for name in finer:
            written = format(float(record[name]), ".10g").replace(".", ",")
            findings.add(SHARE_DECIMALS, "conventions", row, name, written)
        if finer:
            continue
        year = case.settings.year if _missing(record.get("year")) else int(record["year"])
        if year > case.settings.year:
            later.setdefault((str(record["landlord"]), year), []).append(row)
            continue
        key = (str(record["landlord"]), departement)
        latest[key] = max(latest.get(key, 0), year)
        filled = {**record, "departement": departement, "area": str(area), "pool": pool, "year": year}
        records.append((filled, row))
    for (landlord, year), rows_later in sorted(later.items()):
        findings.add_rows(
            CONVENTION_LATER, "conventions", "year", landlord, rows_later, cell=str(year), severity="warning",
            later=year, year=case.settings.year,
        )  # fmt: skip
    defaults = {
        "management_mode": rules.text("national.flux.management_mode"),
        "count_rule": rules.text("national.flux.count_rule"),
        "tolerance": rules.number("national.flux.tolerance"),
        "carry_over": bool(rules.get("national.flux.carry_over")),
        "opening_balance": 0.0,
        "proposal_deadline_days": default_deadline(rules),
        "cap_receiver": rules.text("national.flux.cap_receiver"),
    }
    lines = []
    settled: dict[tuple[str, int], list[int]] = {}
    for record, row in records:
        if record["year"] == latest[(str(record["landlord"]), record["departement"])]:
            given = {k: v for k, v in record.items() if not _missing(v)}
            lines.append(_line({**defaults, **given}, assumed=False, row=row))
            if record["year"] < case.settings.year and lines[-1].opening_balance:
                settled.setdefault((lines[-1].landlord, record["year"]), []).append(row)
    for (landlord, year), rows_settled in sorted(settled.items()):
        findings.add_rows(
            BALANCE_OF_BEFORE, "conventions", "opening_balance", landlord, rows_settled, severity="warning",
            of=year, year=case.settings.year,
        )  # fmt: skip
    return lines


def _departements_of(area: str, rules: RuleSet) -> frozenset[str]:
    """Départements of the communes of an area."""
    table = rules.all_communes
    inside = (table.index == area) | (table["epci"] == area) | (table["departement"] == area)
    return frozenset(table["departement"][inside].unique())


def _line(record: Mapping[str, Any], *, assumed: bool, row: int) -> Line:
    return Line(
        landlord=str(record["landlord"]),
        departement=str(record["departement"]),
        area=str(record["area"]),
        account=str(record["account"]),
        share=_hundred(float(record["share"]), SHARE_UNIT),
        pool=str(record["pool"]) or "default",
        management_mode=str(record["management_mode"]),
        count_rule=str(record["count_rule"]),
        tolerance=_hundred(float(record["tolerance"]), SHARE_UNIT),
        carry_over=bool(record["carry_over"]),
        opening_balance=_hundred(float(record["opening_balance"]), 100),
        deadline_days=int(record["proposal_deadline_days"]),
        cap_receiver=str(record["cap_receiver"]),
        assumed=assumed,
        row=row,
    )


def _check_sums(lines: list[Line], rules: RuleSet, findings: Findings) -> None:
    """Shares that apply in one commune add up to at most 1."""
    communes = rules.communes
    by_landlord: dict[str, dict[str, int]] = {}
    first: dict[str, Line] = {}
    for line in lines:
        areas = by_landlord.setdefault(line.landlord, {})
        areas[line.area] = areas.get(line.area, 0) + line.share
        first.setdefault(line.landlord, line)
    for landlord in sorted(by_landlord):
        areas = by_landlord[landlord]
        if sum(areas.values()) <= SHARE_SUM_MAX:
            continue
        total = _by_commune(areas, communes)
        if len(total) and int(total.max()) > SHARE_SUM_MAX:
            worst = int(total.argmax())
            findings.add(
                SHARES_ABOVE_ONE, "conventions", first[landlord].row or None, "share", landlord,
                cell=f"{first[landlord].share / SHARE_UNIT:g}".replace(".", ","),
                commune=f"{communes['name'].iloc[worst]} ({communes.index[worst]})", total=_percent(int(total[worst])),
            )  # fmt: skip


def _by_commune(areas: Mapping[str, int], communes: pd.DataFrame) -> NDArray[np.int64]:
    """What the shares of some areas add up to in each commune."""
    total = np.zeros(len(communes), np.int64)
    for places in (communes.index, communes["epci"], communes["departement"]):
        total += pd.Series(places).map(areas).fillna(0).to_numpy(np.int64)
    return total


STATE_CAPS = ("agents", "state")


def _check_state_caps(lines: list[Line], rules: RuleSet, findings: Findings) -> None:
    """Shares agreed with the État above its part of the flux: told, as only a conversion lowers a share to a cap."""
    for cap in STATE_CAPS:
        under = frozenset(kind.code for kind in all_kinds() if cap in kind.caps)
        agreed: dict[str, list[Line]] = {}
        for line in lines:
            if line.account in under:
                agreed.setdefault(line.landlord, []).append(line)
        key = f"national.flux.{cap}_cap"
        most = _hundred(rules.number(key), SHARE_UNIT) if agreed else 0
        for landlord, shares in sorted(agreed.items()):
            if sum(line.share for line in shares) <= most:
                continue
            areas: dict[str, int] = {}
            for line in shares:
                areas[line.area] = areas.get(line.area, 0) + line.share
            total = int(_by_commune(areas, rules.communes).max(initial=0))
            if total > most:
                largest = max(shares, key=lambda line: line.share)
                findings.add(
                    SHARES_ABOVE_CAP, "conventions", largest.row or None, "share", landlord, severity="warning",
                    cell=f"{largest.share / SHARE_UNIT:g}".replace(".", ","), total=_percent(total), most=_percent(most),
                    accounts=", ".join(sorted({line.account for line in shares})), key=key,
                )  # fmt: skip


def _percent(share: int) -> Said:
    """Ten-thousandths as a percentage of a sentence."""
    text = f"{share / 100:g}"
    return Said(f"{text.replace('.', ',')} %", f"{text}%")


def facts_of(lines: tuple[Line, ...], landlords: Mapping[str, int], departements: Mapping[str, int],
             accounts: Mapping[str, int]) -> tuple[ConventionFacts, ...]:  # fmt: skip
    """The lines by index, in the same order."""
    return tuple(
        ConventionFacts(
            landlords[line.landlord], departements.get(line.departement, -1), line.area, accounts[line.account],
            line.share, line.tolerance, line.pool, line.management_mode, line.count_rule, line.carry_over,
            line.opening_balance, line.deadline_days, line.cap_receiver, line.assumed,
        )
        for line in lines
    )  # fmt: skip


def receiving_of(
    classes: NDArray[np.int64], lines: tuple[Line, ...], names: Mapping[str, tuple[str, ...]],
    place: tuple[NDArray[np.int32], NDArray[np.int32]],
) -> tuple[Receiving, NDArray[np.bool_]]:  # fmt: skip
    """Accounts that may receive each class of dwellings.

    Parameters
    ----------
    classes : (n, 4) int64
        Landlord, commune, reservation (account or -1) and exclusion of each class.
    names : texts of ``landlords``, ``communes``, ``epcis``, ``departements``, ``accounts``.
    place : EPCI and département of each commune.

    Returns
    -------
    Receiving, and the same as a (n, R) bool array. An account named by two lines that both cover the dwelling is kept
    once, with the line of the smallest area (commune before EPCI before département). Reserved to an account outside
    the areas of its lines, a dwelling has that of its landlord and département all the same: who names, from which pool
    and by when is agreed with the account, not with the place (of several, the first area by code).
    """
    accounts = names["accounts"]
    position = {name: i for i, name in enumerate(accounts)}
    kinds = [account_of(name).kind for name in accounts]
    rest = position[remainder()]
    without_line = {i: -1 for i, kind in enumerate(kinds) if kind.everywhere and i != rest}
    of_exclusion = {EXCLUSION.index(word): i for i, kind in enumerate(kinds) for word in kind.exclusions}
    by_area: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
    elsewhere: dict[tuple[str, str, int], int] = {}
    for i, line in sorted(enumerate(lines), key=lambda x: x[1].area):
        elsewhere.setdefault((line.landlord, line.departement, position[line.account]), i)
        # an agreement is made for one département, even when its area (an EPCI) crosses the border
        by_area.setdefault((line.landlord, line.departement, line.area), []).append(
            (position[line.account], i)
        )
    covering: dict[tuple[int, int], dict[int, int]] = {}
    sets = np.zeros((len(classes), len(accounts)), bool)
    ptr, found_account, found_line = [0], [], []
    for c, (landlord, commune, reserved, exclusion) in enumerate(classes.tolist()):
        name = names["landlords"][landlord]
        departement = names["departements"][place[1][commune]]
        here = covering.get((landlord, commune))
        if here is None:
            here = {}
            for area in (departement, names["epcis"][place[0][commune]], names["communes"][commune]):
                here.update(by_area.get((name, departement, area), ()))
            covering[landlord, commune] = here
        if reserved >= 0:
            allowed = {reserved: here.get(reserved, elsewhere.get((name, departement, reserved), -1))}
        elif exclusion == STOCK:
            allowed = {}
        elif exclusion != NONE:
            allowed = {of_exclusion[exclusion]: -1}
        else:
            allowed = {rest: -1, **without_line, **here}
        for account in sorted(allowed):
            found_account.append(account)
            found_line.append(allowed[account])
            sets[c, account] = True
        ptr.append(len(found_account))
    receiving = Receiving(
        np.array(ptr, np.int64), np.array(found_account, np.int32), np.array(found_line, np.int32)
    )
    return receiving, sets
