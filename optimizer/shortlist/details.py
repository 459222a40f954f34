"""Details of each line for the commission's pages: household, income, effort, housing, seniority, score by criterion."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain import Case
from optimizer.domain.frames import records
from optimizer.eligibility import Effort
from optimizer.eligibility.facts import Facts
from optimizer.errors import Lang
from optimizer.problem.model import Problem
from optimizer.shortlist.labels import points
from optimizer.shortlist.ranks import Lines

EffortOf = Callable[[int, NDArray[np.int32]], Effort]
Criteria = Callable[[int, int], Iterable[tuple[str, int]]]
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
    lang: Lang = "fr",
) -> pd.DataFrame:
    """One row per line with a household, in line order.

    Parameters
    ----------
    effort : callable (dwelling, apps) -> `eligibility.Effort`
    criteria : callable (application, epci) -> (title, hundredths) pairs
        The score by criterion, as the grid words it.

    Returns
    -------
    DataFrame
        ``line, persons, adults, children, income_uc_eur, q1, effort_rate, residual_eur, housing, seniority_months,
        criteria`` — NaN or empty where unknown.
    """
    apps = case.table("applications").set_index("application_id", drop=False)
    keep = np.flatnonzero(lines.app >= 0)
    ids = problem.application_ids[lines.app[keep]]
    rows = apps.loc[list(ids)]
    rate = np.full(len(keep), -1, np.int64)
    residual = np.full(len(keep), -1, np.int64)
    q1 = np.zeros(len(keep), np.int8)
    for j, i in enumerate(keep.tolist()):
        d = int(lines.dwelling[i])
        one = lines.app[i : i + 1]
        found = effort(d, one)
        rate[j], residual[j] = int(found.rate[0]), int(found.residual[0])
        q1[j] = int(q1_state(one, int(facts.dwellings.epci[d]))[0])
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
            "income_month_eur": np.where(known, income / 100, np.nan),
            "income_uc_eur": np.where(known, np.floor(12 * income / np.maximum(uc, 0.1) / 100), np.nan),
            "q1": q1,
            "effort_rate": np.where(rate >= 0, rate / 10_000, np.nan),
            "residual_eur": np.where(residual >= 0, residual / 100, np.nan),
            "housing": [_housing(row) for row in records(rows)],
            "mutation": rows["current_landlord"].notna().to_numpy()
            & (rows["current_landlord"] != "").to_numpy(),
            "seniority_months": np.floor(problem.seniority[lines.app[keep]] / 30.4375),
            "criteria": [
                " ; ".join(
                    f"{title}{' : ' if lang == 'fr' else ': '}{points(amount, lang)}"
                    for title, amount in criteria(int(a), int(facts.dwellings.epci[d]))
                )
                for a, d in zip(lines.app[keep], lines.dwelling[keep], strict=True)
            ],
        }
    )


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
