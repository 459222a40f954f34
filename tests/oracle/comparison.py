"""The program's answer beside the oracle's: every difference in words, none when they agree."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd

from tests.oracle.contract import Answer
from tests.oracle.contract.quartile import quartile
from tests.oracle.contract.reading import communes
from tests.oracle.contract.rules import ZERO, RuleRow

WHY = ("fit", "burden", "awaited", "lean", "keep", "pin", "nomination", "places", "class", "gap", "need:")


def number(value: Any) -> Fraction | None:
    """A printed number, exactly; None for an empty cell."""
    if value is None or (isinstance(value, float) and pd.isna(value)) or value is pd.NA or value == "":
        return None
    return Fraction(str(value).replace(" ", "").replace(",", "."))


def printed(value: Fraction | None, decimals: int = 4) -> Fraction | None:
    """A number as a table prints it."""
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return Fraction(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def text(value: Any) -> str:
    return (
        "" if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)) else str(value)
    )


def differing(what: str, mine: dict[Any, Any], theirs: dict[Any, Any]) -> list[str]:
    """Differences of two tables by key."""
    said = []
    for key in sorted(set(mine) | set(theirs), key=str):
        a, b = mine.get(key, "—"), theirs.get(key, "—")
        if a != b:
            said.append(f"{what} {key}: contract {_said(a)}, program {_said(b)}")
    return said


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}={_said(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(_said(v) for v in value) + ")"
    return str(float(value)) if isinstance(value, Fraction) else str(value)


def _pins_allow(answer: Answer, d: str, a: str, r: str) -> bool:
    """Whether the first ranks decided beforehand leave the pair possible."""
    for row in answer.market.pins:
        if (d == row["dwelling_id"]) != (a == row["application_id"]):
            return False
        if d == row["dwelling_id"] and row["account"] not in (None, r):
            return False
    return True


def pairs_differing(answer: Answer, file: Path) -> list[str]:
    """All pairs that may be a first rank, with the parts of their values, against `export --pairs`.

    The program also lists, as not first, what an orientation, a pin or the list of a réservataire leaves aside.
    """
    mine: dict[tuple[str, ...], Any] = {
        (d, a, r): answer.values.parts(d, a, r)
        for d in answer.pairs.free
        for r in answer.pairs.receivers(d)
        for a in answer.pairs.first(d, r)
        if _pins_allow(answer, d, a, r)
    }
    theirs: dict[tuple[str, ...], Any] = {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            if row["application_id"] and row["may_be_first"] == "1":
                key = (row["dwelling_id"], row["application_id"], row["account"])
                names = ("score", "fit", "burden", "awaited", "lean", "value")
                theirs[key] = {name: number(row[name]) for name in names if name in row}
    return differing("pair", mine, theirs)


def rules_differing(answer: Answer, rules: pd.DataFrame) -> list[str]:
    """Every column of `rules.csv` that the contract defines exactly."""
    facts = [o.fact for o in answer.chosen]
    mine = {(row.rule, row.scope): _row(row, facts) for row in answer.rules.rows}
    theirs = {}
    for row in rules.to_dict("records"):
        told: dict[str, Any] = {
            name: number(row[name])
            for name in ("num_before", "den_before", "num_run", "den_run", "shortfall", "price")
        }
        if row["rule"] == "flux_max":
            told["allowance"] = number(row["allowance"])
        else:
            told["rate_required"] = number(row["rate_required"])
            told["den_remaining"] = printed(number(row["den_remaining"]), 4)
        theirs[row["rule"], row["scope"]] = told
    return differing("row", mine, theirs)


def _row(row: RuleRow, facts: list[Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "num_before": Fraction(row.num_before),
        "den_before": Fraction(row.den_before),
        "num_run": Fraction(sum(1 for f in facts if row.counts_num(f))),
        "den_run": Fraction(sum(1 for f in facts if row.counts_den(f))),
        "shortfall": printed(row.shortfall(facts)),
        "price": row.price,
    }
    if row.rule == "flux_max":
        told["allowance"] = row.allowance
    else:
        told["rate_required"] = row.rate or ZERO
        told["den_remaining"] = printed(row.expected, 4)
    return told


def optimum_differing(answer: Answer, certificate: dict[str, Any]) -> list[str]:
    mine, theirs = answer.market.points(answer.chosen), number(certificate["objective"])
    said = (
        [] if mine == theirs else [f"objective: contract {float(mine)}, program {theirs and float(theirs)}"]
    )
    if certificate["status"] != "certified_optimal":
        said.append(f"certificate: {certificate['status']}")
    return said


def lines_differing(answer: Answer, proposals: pd.DataFrame) -> list[str]:
    """First ranks and reserves, line by line."""
    mine = {(line.dwelling, line.rank): (line.account, line.application or "") for line in answer.lines}
    theirs = {
        (row["dwelling_id"], int(row["rank"])): (row["account"], text(row["application_id"]))
        for row in proposals.to_dict("records")
    }
    return differing("line", mine, theirs)


def worth_differing(answer: Answer, proposals: pd.DataFrame) -> list[str]:
    """The points printed on each line of the program, whoever holds it."""
    said = []
    for row in proposals.to_dict("records"):
        d, r, a = row["dwelling_id"], row["account"], text(row["application_id"])
        told = number(row["value"])
        if not a:
            if told != answer.market.seat_value(d, r):
                said.append(
                    f"seat {d} {r}: contract {float(answer.market.seat_value(d, r))}, program {told and float(told)}"
                )
            continue
        if a not in answer.pairs.named(d, r):
            continue
        parts = answer.values.parts(d, a, r)
        for name, value in parts.items():
            if number(row[name]) != value:
                said.append(f"{name} {d} {a} {r}: contract {float(value)}, program {row[name]}")
        said += _facts_differing(answer, d, a, row)
    return said


def _facts_differing(answer: Answer, d: str, a: str, row: dict[str, Any]) -> list[str]:
    """Effort rate, quartile and flags of a line."""
    said = []
    effort = answer.values.effort(d, a)
    if printed(number(row["effort"])) != printed(effort.rate):
        said.append(f"effort {d} {a}: contract {effort.rate and float(effort.rate)}, program {row['effort']}")
    epci = communes()[answer.pairs.dwellings[d]["commune"]][0]
    if text(row["q1"]) != quartile(answer.pairs, a, epci):
        said.append(f"q1 {d} {a}: contract {quartile(answer.pairs, a, epci)}, program {row['q1']}")
    mine, known = flags(answer, d, a)
    theirs = {flag for flag in text(row["flags"]).split("|") if flag in known}
    if mine != theirs:
        said.append(f"flags {d} {a}: contract {sorted(mine)}, program {sorted(theirs)}")
    return said


def flags(answer: Answer, d: str, a: str) -> tuple[set[str], set[str]]:
    """(flags of a pair, flags that the contract defines)."""
    pairs, effort = answer.pairs, answer.values.effort(d, a)
    household = pairs.applications[a]
    told = {
        "TO_RENEW": household["status"] == "to_renew"
        or (household["status"] is None and pairs.months_over(a, 12, to_the_day=True)),
        "CEILING_UNCHECKED": pairs.tax_income(a) is None,
        "INCOME_MISSING": quartile_unknown_by_income(household),
        "EFFORT_HIGH": effort.rate is not None and effort.rate > pairs.law.national("effort.max_rate"),
        "ALLOWANCE_ESTIMATED": effort.allowance == "estimated",
        "ALLOWANCE_MISSING": effort.allowance == "missing"
        and household["monthly_income_eur"] is not None
        and pairs.dwellings[d]["rent_eur"] is not None,
        "SMALL_ASKED": pairs.small_asked(d, a),
    }
    return {flag for flag, holds in told.items() if holds}, set(told)


def quartile_unknown_by_income(household: dict[str, Any]) -> bool:
    """Whether the quartile is unknown because the monthly income says nothing."""
    if household["first_quartile"] is not None or household["income_per_uc"] is not None:
        return False
    income = household["monthly_income_eur"]
    return income is None or (income == 0 and household["income_status"] != "verified")


def dwellings_differing(answer: Answer, dwellings: pd.DataFrame) -> list[str]:
    """Account, status and deadline of every dwelling."""
    mine = {d: ("", "no_candidate", "") for d in answer.pairs.dwellings}
    for o in answer.chosen:
        status, deadline = "listed", ""
        if o.application is None:
            row = answer.pairs.dwellings[o.dwelling]
            days = answer.pairs.agreements.deadline(row["landlord"], row["commune"], o.account)
            status, deadline = "awaiting_reservataire", str(answer.pairs.on + timedelta(days=days))
        mine[o.dwelling] = (o.account, status, deadline)
    theirs = {
        row["dwelling_id"]: (text(row["account"]), text(row["status"]), text(row["deadline"])[:10])
        for row in dwellings.to_dict("records")
    }
    return differing("dwelling", mine, theirs)


def leapfrogs_differing(answer: Answer, leapfrogs: pd.DataFrame) -> list[str]:
    """Who is passed by whom and by how much; each explained by something the contract knows."""
    mine: dict[tuple[str, ...], Any] = {
        (f.dwelling, str(f.rank), f.ahead, f.passed): f.gap for f in answer.leapfrogs
    }
    theirs, said = {}, []
    rules = {row.rule for row in answer.rules.rows}
    for row in leapfrogs.to_dict("records"):
        passed = text(row["application_id_passed"])
        if passed not in answer.pairs.applications:
            continue
        key = (row["dwelling_id"], str(int(row["rank"])), text(row["application_id_ahead"]), passed)
        theirs[key] = number(row["points_gap"])
        why = text(row["explained_by"])
        if not why.startswith((*WHY, *rules)):
            said.append(f"leapfrog {key}: explained by « {why} »")
        if why == "gap":
            said.append(f"leapfrog {key}: explained by the gap of a proven run")
    return differing("leapfrog", mine, theirs) + said


def applications_differing(answer: Answer, applications: pd.DataFrame) -> list[str]:
    """Status, reason, best rank and its dwelling of every application."""
    mine = {a: (s.status, s.reason, s.best_rank, s.dwelling) for a, s in answer.applications.items()}
    theirs = {}
    for row in applications.to_dict("records"):
        rank = number(row["best_rank"])
        theirs[row["application_id"]] = (
            text(row["status"]),
            text(row["reason"]),
            None if rank is None else int(rank),
            text(row["dwelling_id"]),
        )
    return differing("application", mine, theirs)


def all_differences(answer: Answer, result: Any, pairs: Path | None) -> list[str]:
    """Everything at once, causes before consequences."""
    parts: list[Iterable[str]] = [
        pairs_differing(answer, pairs) if pairs is not None else [],
        rules_differing(answer, result.rules),
        worth_differing(answer, result.proposals),
        optimum_differing(answer, result.certificate),
        lines_differing(answer, result.proposals),
        dwellings_differing(answer, result.dwellings),
        leapfrogs_differing(answer, result.leapfrogs),
        applications_differing(answer, result.applications),
    ]
    return [line for part in parts for line in part]
