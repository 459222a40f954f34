"""Orientation: for each dwelling and account, the six things staff ask for, and what that account would cost.

The loss is a lower bound proved by the prices of the optimum: with multipliers λ and household prices π, putting a
dwelling on an account whose best reduced value is v_r while its best is p costs at least ``p − v_r`` points minus
the proof's own gap. The chosen account shows 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain.frames import records
from optimizer.eligibility.facts import Facts
from optimizer.problem.model import MICRO_PER_HUNDREDTH, Problem
from optimizer.shortlist.explanations import Prices
from optimizer.shortlist.lookup import Pools

I64 = NDArray[np.int64]

_NONE = np.iinfo(np.int64).min // 4


def class_account_values(problem: Problem, prices: Prices) -> tuple[I64, I64]:
    """Best reduced value per (class, account) in micropoints (a very small number: impossible), and candidates.

    Returns
    -------
    (K, R) int64, (K, R) int64
        The second counts households eligible on the account (first rank or reserve).
    """
    n_classes, n_accounts = len(problem.class_menu), len(problem.accounts)
    best = np.full((n_classes, n_accounts), _NONE, np.int64)
    count = np.zeros((n_classes, n_accounts), np.int64)
    for k in range(n_classes):
        menu = int(problem.class_menu[k])
        if menu < 0:
            continue
        group = int(problem.class_group[k])
        entries = slice(int(problem.menu_ptr[menu]), int(problem.menu_ptr[menu + 1]))
        types = problem.entry_type[entries]
        if not len(types):
            continue
        reduced = (
            problem.fill_value + problem.entry_score[entries] + problem.entry_fit[entries]
        ) * MICRO_PER_HUNDREDTH - prices.application[problem.entry_app[entries]]
        present, inverse = np.unique(types, return_inverse=True)
        top = np.full(len(present), _NONE, np.int64)
        np.maximum.at(top, inverse, reduced)
        size = np.bincount(inverse, minlength=len(present))
        for j, t in enumerate(present.tolist()):
            kinds, first = problem.options_of(group, t)
            for c, ok in zip(kinds.tolist(), first.tolist(), strict=True):
                r = int(problem.kinds.account[c])
                count[k, r] += size[j]
                if ok:
                    best[k, r] = max(best[k, r], int(top[j]) - int(prices.kind_cost[c]))
    for i in range(len(problem.seats.klass)):
        k, c = int(problem.seats.klass[i]), int(problem.seats.kind[i])
        r = int(problem.kinds.account[c])
        seat = int(problem.seats.value[i]) * MICRO_PER_HUNDREDTH - int(prices.kind_cost[c])
        best[k, r] = max(best[k, r], seat)
    return best, count


def losses(problem: Problem, prices: Prices, chosen: Mapping[int, int]) -> list[tuple[int, int, int, int]]:
    """(dwelling, account, loss in hundredths, candidates) for every possible account of every dwelling."""
    best, count = class_account_values(problem, prices)
    out = []
    for d in range(len(problem.dwelling_ids)):
        k = int(problem.klass[d])
        if k < 0:
            continue
        top = max(0, int(best[k].max()))
        for r in np.flatnonzero(best[k] > _NONE).tolist():
            loss = 0 if chosen.get(d) == r else max(0, top - int(best[k, r])) // MICRO_PER_HUNDREDTH
            out.append((d, r, loss, int(count[k, r])))
    return out


def second_best(
    problem: Problem, rows: list[tuple[int, int, int, int]], chosen: Mapping[int, int]
) -> dict[int, tuple[str, int]]:
    """Plan B of each dwelling: the cheapest other account that has candidates, and its loss in hundredths."""
    plan: dict[int, tuple[str, int]] = {}
    for d, r, loss, candidates in rows:
        if chosen.get(d) == r or candidates == 0:
            continue
        name = problem.accounts[r]
        if d not in plan or loss < plan[d][1]:
            plan[d] = (name, loss)
    return plan


def orientation_table(
    problem: Problem,
    facts: Facts,
    rows: list[tuple[int, int, int, int]],
    chosen: Mapping[int, int],
    rules: pd.DataFrame,
    flux_state: Mapping[tuple[str, str], Mapping[str, float]],
    residences: pd.DataFrame,
    leases: pd.DataFrame,
) -> pd.DataFrame:
    """``orientation.csv``.

    Parameters
    ----------
    flux_state : mapping (landlord, account) -> share, done, in_progress, remaining
        The year's flux (input 3).
    """
    dw = facts.dwellings
    by_residence = {str(x.residence): x for x in records(residences)} if len(residences) else {}
    recent: dict[str, int] = {}
    if len(leases):
        for commune, number in leases["commune"].value_counts().items():
            recent[str(commune)] = int(number)
    objectives = _objectives(rules)
    pools = Pools(problem)
    profile: dict[tuple[int, int], tuple[int, int, int, float]] = {}
    out: list[dict[str, object]] = []
    for d, r, loss, candidates in rows:
        k = int(problem.klass[d])
        landlord = facts.landlords[int(dw.landlord[d])]
        account = problem.accounts[r]
        if (k, r) not in profile:
            pool = pools.pool(d, r)
            apps = facts.applications
            profile[k, r] = (
                int(apps.dalo[pool.app].sum()),
                int((apps.priority_any[pool.app] & ~apps.dalo[pool.app]).sum()),
                int((apps.monthly_income_cents[pool.app] < 0).sum()),
                float(pool.score.max()) / 100 if len(pool.app) else 0.0,
            )
        dalo, priority, unknown, top = profile[k, r]
        state = flux_state.get((landlord, account), {})
        residence = facts.residences[int(dw.residence[d])] if dw.residence[d] >= 0 else ""
        known = by_residence.get(residence)
        commune = facts.communes[int(dw.commune[d])]
        epci = facts.epcis[int(dw.epci[d])] if dw.epci[d] >= 0 else ""
        out.append(
            {
                "dwelling_id": str(problem.dwelling_ids[d]),
                "account": account,
                "chosen": int(chosen.get(d) == r),
                "loss_points": round(loss / 100, 2),
                "commune": commune,
                "rooms": int(dw.rooms[d]),
                "financing": ("PLAI", "PLUS", "PLS")[int(dw.financing[d])],
                "qpv": int(dw.qpv[d]),
                "accessible": ("none", "accessible", "adapted")[int(dw.accessible[d])],
                "vacancy_days": int(dw.vacancy_days[d]),
                "objectives": objectives.get((landlord, epci), objectives.get(("", epci), "")),
                "flux_share": state.get("share", np.nan),
                "flux_done": state.get("done", np.nan),
                "flux_in_progress": state.get("in_progress", np.nan),
                "flux_remaining": state.get("remaining", np.nan),
                "residence": residence,
                "residence_q1_share": getattr(known, "q1_share", np.nan) if known is not None else np.nan,
                "residence_fragility": getattr(known, "fragility", "") if known is not None else "",
                "recent_move_ins": recent.get(commune, 0),
                "candidates": candidates,
                "candidates_dalo": dalo,
                "candidates_priority": priority,
                "candidates_income_unknown": unknown,
                "best_score": top,
            }
        )
    columns = [
        "dwelling_id", "account", "chosen", "loss_points", "commune", "rooms", "financing", "qpv", "accessible",
        "vacancy_days", "objectives", "flux_share", "flux_done", "flux_in_progress", "flux_remaining", "residence",
        "residence_q1_share", "residence_fragility", "recent_move_ins", "candidates", "candidates_dalo",
        "candidates_priority", "candidates_income_unknown", "best_score",
    ]  # fmt: skip
    return pd.DataFrame(out, columns=columns)


def _objectives(rules: pd.DataFrame) -> dict[tuple[str, str], str]:
    """LEC reached so far per (landlord, EPCI): ``hors QPV 12/60 ; en QPV 9/14``."""
    text: dict[tuple[str, str], list[str]] = {}
    for row in records(rules):
        if row.rule not in ("lec_q1_outside_qpv", "lec_q234_inside_qpv"):
            continue
        scope = dict(part.split("=", 1) for part in str(row.scope).split(";"))
        word = "hors QPV Q1" if row.rule == "lec_q1_outside_qpv" else "en QPV Q2-Q4"
        done = f"{int(row.num_before + row.num_run)}/{int(row.den_before + row.den_run)}"
        text.setdefault((scope.get("landlord", ""), scope.get("epci", "")), []).append(f"{word} {done}")
    return {key: " ; ".join(parts) for key, parts in text.items()}
