"""Details of each line for the commission's pages: household, income, effort, housing, seniority, score by criterion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain import Case
from optimizer.domain.durations import DAYS_PER_MONTH
from optimizer.domain.frames import records
from optimizer.eligibility import Effort
from optimizer.eligibility.effort import EFFORT_STATUS
from optimizer.eligibility.facts import MOBILITY, Facts
from optimizer.errors import Lang
from optimizer.problem.model import Problem
from optimizer.shortlist.labels import points
from optimizer.shortlist.ranks import Lines

EffortOf = Callable[[int, NDArray[np.int32]], Effort]
Criteria = Callable[[int, int], Iterable[tuple[str, int]]]
Behind = Callable[[int, int], int | None]
Ceiling = Callable[[int, NDArray[np.int32]], NDArray[np.int64]]
DOSSIERS = ("complete", "to_verify", "unreachable")
Q1 = Callable[[NDArray[np.int32], int], NDArray[np.int8]]


def _number(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    return np.asarray(frame[column].astype("float64").to_numpy(na_value=np.nan), np.float64)


def line_details(
    case: Case,
    problem: Problem,
    facts: Facts,
    lines: Lines,
    *,
    effort: EffortOf,
    q1_state: Q1,
    criteria: Criteria,
    behind: Behind,
    ceiling: Ceiling,
    places: NDArray[np.int32],
    for_a_list: NDArray[np.bool_],
    list_of: Mapping[int, int],
    lang: Lang = "fr",
) -> pd.DataFrame:
    """One row per line with a household, in line order.

    Parameters
    ----------
    effort : callable (dwelling, apps) -> `eligibility.Effort`
    criteria : callable (application, epci) -> (title, hundredths) pairs
        The score by criterion, as the grid words it.
    behind : callable (application, epci) -> hundredths
        The points that a percentile rank stands for; None where there are none.
    ceiling : callable (dwelling, apps) -> (n,) int64
        Income ceiling of each pair, cents.
    places : (n lines, 2) place by score and number of eligible households, as `Shortlists.places`.
    for_a_list, list_of : as in `Shortlists`.

    Returns
    -------
    DataFrame
        ``line, persons, adults, children_under_14, visiting_children, alternate_custody_children, expected_children,
        first_registered_on, income_month_eur, income_uc_eur, resources_on, verified, ceiling_share, q1, effort_rate,
        effort_status, counted (`counted_in_effort`), residual_eur (below 0 where the dwelling costs more than the
        income), housing, transfer (internal, external or empty), seniority_months, dossier, designated, need (of access), place,
        size, for_a_list, list_of (dwelling), criteria, behind`` — NaN or empty where unknown.
    """
    apps = case.table("applications").set_index("application_id", drop=False)
    keep = np.flatnonzero(lines.app >= 0)
    ids = problem.application_ids[lines.app[keep]]
    rows = apps.loc[list(ids)]
    rate = np.full(len(keep), -1, np.int64)
    residual = np.full(len(keep), -1, np.int64)
    status = np.zeros(len(keep), np.int8)
    counted: list[dict[str, float | bool | None]] = []
    limit = np.full(len(keep), -1, np.int64)
    q1 = np.zeros(len(keep), np.int8)
    for j, i in enumerate(keep.tolist()):
        d = int(lines.dwelling[i])
        one = lines.app[i : i + 1]
        found = effort(d, one)
        rate[j], residual[j] = int(found.rate[0]), int(found.residual[0])
        status[j] = int(found.status[0])
        counted.append(counted_in_effort(facts, d, found))
        limit[j] = int(ceiling(d, one)[0])
        q1[j] = int(q1_state(one, int(facts.dwellings.epci[d]))[0])
    people, who = facts.applications, lines.app[keep]
    taxed = people.ceiling_income_cents[who]
    income = facts.applications.monthly_income_cents[lines.app[keep]].astype(np.float64)
    uc = facts.applications.uc_tenths[lines.app[keep]].astype(np.float64) / 10
    known = income >= 0
    return pd.DataFrame(
        {
            "line": keep,
            "persons": _number(rows, "persons"),
            "adults": _number(rows, "adults"),
            "children_under_14": _number(rows, "children_under_14"),
            "visiting_children": _number(rows, "visiting_children"),
            "alternate_custody_children": _number(rows, "alternate_custody_children"),
            "expected_children": _number(rows, "expected_children"),
            "first_registered_on": _days(rows["first_registered_on"]),
            "resources_on": _days(rows["resources_on"]),
            "verified": (rows["income_status"].astype(object) == "verified").to_numpy(),
            "ceiling_share": np.where((taxed >= 0) & (limit > 0), taxed / np.maximum(limit, 1), np.nan),
            "effort_status": np.array(EFFORT_STATUS, object)[status],
            "counted": counted,
            "dossier": np.array(DOSSIERS, object)[people.dossier[who]],
            "designated": people.prefet_designated[who],
            "need": np.array(MOBILITY, object)[people.mobility[who]],
            "place": places[keep, 0],
            "size": places[keep, 1],
            "for_a_list": for_a_list[keep],
            "list_of": [
                str(problem.dwelling_ids[list_of[int(a)]]) if int(a) in list_of else ""
                for a in lines.app[keep]
            ],
            "income_month_eur": np.where(known, income / 100, np.nan),
            "income_uc_eur": np.where(known, np.floor(12 * income / np.maximum(uc, 0.1) / 100), np.nan),
            "q1": q1,
            "effort_rate": np.where(rate >= 0, rate / 10_000, np.nan),
            "residual_eur": np.where(residual != -1, residual / 100, np.nan),
            "housing": [_housing(row) for row in records(rows)],
            "transfer": _transfers(facts, lines.dwelling[keep], who),
            "seniority_months": np.floor(problem.seniority[lines.app[keep]] / DAYS_PER_MONTH),
            "criteria": [
                " ; ".join(
                    f"{title}{' : ' if lang == 'fr' else ': '}{points(amount, lang)}"
                    for title, amount in criteria(int(a), int(facts.dwellings.epci[d]))
                )
                for a, d in zip(lines.app[keep], lines.dwelling[keep], strict=True)
            ],
            "behind": np.array(
                [
                    np.nan if (raw := behind(int(a), int(facts.dwellings.epci[d]))) is None else raw / 100
                    for a, d in zip(lines.app[keep], lines.dwelling[keep], strict=True)
                ],
                np.float64,
            ),
        }
    )


def counted_in_effort(facts: Facts, dwelling: int, found: Effort) -> dict[str, float | bool | None]:
    """What the rate of one pair was computed from, euros a month, null where unknown: rent and charges as counted (above
    `national.burden.like_dwellings_above` dwellings the means of the like ones), allowance, rent reduction, and ``given``: the rate was
    written as such, and the rest does not give it."""

    def euros(cents: int) -> float | None:
        return cents / 100 if cents >= 0 else None

    d = facts.dwellings
    return {
        "rent_eur": euros(int(d.counted_rent_cents[dwelling])),
        "charges_eur": max(0, int(d.counted_charges_cents[dwelling])) / 100,
        "allowance_eur": euros(int(found.allowance[0])),
        "reduction_eur": int(found.reduction[0]) / 100,
        "given": bool(found.given[0]),
    }


def _days(series: pd.Series) -> list[str]:
    """ISO days; empty where nothing is written."""
    return ["" if pd.isna(x) else pd.Timestamp(x).strftime("%Y-%m-%d") for x in series]


def _transfers(facts: Facts, dwelling: NDArray[np.int32], app: NDArray[np.int32]) -> NDArray[np.object_]:
    """``internal`` for a tenant of the dwelling's landlord, ``external`` for another landlord's, empty for the others."""
    now, there = facts.applications.current_landlord[app], facts.dwellings.landlord[dwelling]
    found: NDArray[np.object_] = np.array(["", "external", "internal"], object)[
        np.where(now < 0, 0, np.where(now == there, 2, 1))
    ]
    return found


def _housing(row: object) -> str:
    """Present housing in a few words: ``locataire OPH25, T2, 410 €``."""

    def has(name: str) -> bool:
        value = getattr(row, name, None)
        return value is not None and not pd.isna(value) and value != ""

    parts = []
    if has("current_landlord"):
        parts.append(f"locataire {row.current_landlord}")  # type: ignore[attr-defined]
    if has("current_rooms"):
        parts.append(f"T{int(row.current_rooms)}")  # type: ignore[attr-defined]
    if has("current_surface_m2"):
        parts.append(f"{row.current_surface_m2:.0f} m²")  # type: ignore[attr-defined]
    if has("current_rent_eur"):
        parts.append(f"{row.current_rent_eur:.0f} €")  # type: ignore[attr-defined]
    return ", ".join(parts)
