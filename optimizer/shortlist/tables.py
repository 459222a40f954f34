"""The published tables of the lists: proposals, applications, dwellings, leapfrogs (design §8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.eligibility.facts import CODES, PROOF, Q1_NO, Q1_UNKNOWN, Facts
from optimizer.errors import Lang
from optimizer.problem.model import Problem
from optimizer.shortlist.build import Shortlists
from optimizer.shortlist.labels import account_label
from optimizer.shortlist.lookup import Pools

I64 = NDArray[np.int64]

Q1_WORDS = {Q1_NO: "no", Q1_UNKNOWN: "unknown"}


def money(values: I64) -> NDArray[np.float64]:
    """Hundredths to points, exact to two decimals."""
    return np.round(values / 100.0, 2)


def proposals_table(
    problem: Problem,
    facts: Facts,
    lists: Shortlists,
    *,
    q1_state: Callable[[NDArray[np.int32], int], NDArray[np.int8]],
    flag_names: Callable[[int, int], str],
) -> pd.DataFrame:
    """``proposals.csv``. ``q1_state(apps, epci)`` and ``flag_names(dwelling, app)`` come from eligibility."""
    lines = lists.lines
    n = len(lines)
    q1, priority, flags = [""] * n, [""] * n, [""] * n
    for i in range(n):
        a, d = int(lines.app[i]), int(lines.dwelling[i])
        if a < 0:
            flags[i] = "AWAITING_RESERVATAIRE"
            continue
        state = int(q1_state(np.array([a], np.int32), int(facts.dwellings.epci[d]))[0])
        q1[i] = Q1_WORDS.get(state, "yes")
        priority[i] = priority_word(facts, a)
        flags[i] = flag_names(d, a)
    return pd.DataFrame(
        {
            "dwelling_id": problem.dwelling_ids[lines.dwelling],
            "account": [problem.accounts[x] for x in lines.account],
            "rank": lines.rank,
            "application_id": [str(problem.application_ids[a]) if a >= 0 else "" for a in lines.app.tolist()],
            "score": money(lines.score),
            "fit": money(lines.fit),
            "value": money(lines.value),
            "q1": q1,
            "priority": priority,
            "flags": flags,
            "reason": lists.reasons,
        }
    )


def priority_word(facts: Facts, a: int) -> str:
    """``DALO``, ``c|j (labelled)``, or empty."""
    apps = facts.applications
    if not apps.priority_any[a]:
        return ""
    from optimizer.domain.schema import PRIORITY_CODES

    mask = int(apps.priority_mask[a])
    codes = [
        code.upper() if code == "dalo" else code for j, code in enumerate(PRIORITY_CODES) if mask >> j & 1
    ]
    proof = PROOF[int(apps.proof[a])]
    return "|".join(codes) + ("" if proof == "none" else f" ({proof})")


def applications_table(problem: Problem, facts: Facts, lists: Shortlists, code_counts: I64) -> pd.DataFrame:
    """``applications.csv``: every application read, with a status and a reason code.

    Parameters
    ----------
    code_counts : (A, 10) int64
        Dwellings per first refusal code (column 0: eligible), from eligibility.
    """
    lines = lists.lines
    n = len(problem.application_ids)
    status = np.full(n, "ineligible", dtype=object)
    reason = np.full(n, "", dtype=object)
    eligible = code_counts[:, 0] > 0
    status[eligible] = "not_proposed"
    reason[eligible] = "OUTRANKED"
    refused = ~eligible
    if refused.any():
        last = len(CODES) - np.argmax(code_counts[refused, 1:][:, ::-1] > 0, axis=1)
        nothing = code_counts[refused].sum(axis=1) == 0
        words = np.array([*CODES, "NO_DWELLING"], dtype=object)
        reason[refused] = words[np.where(nothing, len(CODES), last - 1)]
    best = np.zeros(n, np.int64)
    dwelling = np.full(n, "", dtype=object)
    order = np.lexsort((lines.dwelling, lines.rank))[::-1]
    for i in order.tolist():
        a = int(lines.app[i])
        if a < 0:
            continue
        best[a] = int(lines.rank[i])
        dwelling[a] = str(problem.dwelling_ids[lines.dwelling[i]])
    status[best == 1] = "proposed"
    reason[best == 1] = "FIRST_RANK"
    status[best > 1] = "reserve"
    reason[best > 1] = "RESERVE"
    return pd.DataFrame(
        {
            "application_id": problem.application_ids,
            "status": status,
            "reason": reason,
            "best_rank": pd.array([b if b else None for b in best.tolist()], dtype="Int64"),
            "dwelling_id": dwelling,
        }
    )


def dwellings_table(
    problem: Problem,
    facts: Facts,
    lists: Shortlists,
    *,
    on: date,
    second_best: dict[int, tuple[str, int]],
    single_enough: Callable[[int, int], bool],
    places: Mapping[str, str] | None = None,
    lang: Lang = "fr",
) -> pd.DataFrame:
    """``dwellings.csv``.

    Parameters
    ----------
    second_best : mapping dwelling -> (account, loss in hundredths)
        Plan B, from the orientation table.
    single_enough : callable (dwelling, first line index) -> bool
        Whether one candidate is enough there (relocation, DALO named by the préfet).
    """
    lines = lists.lines
    n = len(problem.dwelling_ids)
    account = [""] * n
    status = ["no_candidate"] * n
    deadline = [""] * n
    candidates = np.zeros(n, np.int64)
    first_line: dict[int, int] = {}
    for i in range(len(lines)):
        d = int(lines.dwelling[i])
        if lines.rank[i] == 1:
            first_line[d] = i
            account[d] = problem.accounts[int(lines.account[i])]
            status[d] = "listed" if lines.app[i] >= 0 else "awaiting_reservataire"
        if lines.app[i] >= 0:
            candidates[d] += 1
    pools = Pools(problem)
    reason = [""] * n
    advice = [""] * n
    for d in range(n):
        plan_b = _plan_b(second_best.get(d), places or {}, lang)
        if status[d] == "awaiting_reservataire":
            days = _deadline_days(problem, d)
            deadline[d] = (on + timedelta(days=days)).isoformat()
            advice[d] = plan_b
        elif status[d] == "no_candidate":
            reason[d], advice[d] = _why_empty(problem, facts, pools, d, lang)
        else:
            i = first_line[d]
            if candidates[d] < lists.size:
                reason[d] = _why_short(problem, facts, pools, lists, d, i, single_enough(d, i), lang)
                advice[d] = plan_b
    return pd.DataFrame(
        {
            "dwelling_id": problem.dwelling_ids,
            "account": account,
            "status": status,
            "candidates": candidates,
            "deadline": deadline,
            "reason_if_short": reason,
            "advice": advice,
        }
    )


def _deadline_days(problem: Problem, d: int) -> int:
    at = np.flatnonzero(problem.seats.klass == problem.klass[d])
    return int(problem.seats.deadline_days[at[0]]) if len(at) else 0


def _plan_b(second: tuple[str, int] | None, places: Mapping[str, str], lang: Lang) -> str:
    if second is None:
        return ""
    name = account_label(second[0], lang, places)
    lost = f"{second[1] / 100:.2f}".replace(".", "," if lang == "fr" else ".")
    if lang == "fr":
        return f"plan B : {name} (perte d'au moins {lost} points)"
    return f"plan B: {name} (at least {lost} points lost)"


def _why_empty(problem: Problem, facts: Facts, pools: Pools, d: int, lang: Lang) -> tuple[str, str]:
    if facts.dwellings.blocked[d]:
        text = ("déjà en cours d'attribution (en_cours)", "already in progress")
        return text[0 if lang == "fr" else 1], ""
    accounts = pools.accounts_of(d)
    if not accounts:
        text = (
            "aucune demande recevable pour ce logement",
            "no application is eligible for this dwelling",
        )
        advice = (
            "élargir la publicité ou la typologie acceptée, proposer aux communes voisines",
            "advertise more widely, accept neighbouring sizes or communes",
        )
        return text[0 if lang == "fr" else 1], advice[0 if lang == "fr" else 1]
    text = (
        "les demandes recevables sont toutes proposées au premier rang ailleurs, ou le proposer coûterait plus "
        "de points aux règles qu'il n'en apporte",
        "every eligible application holds a first rank elsewhere, or the rules would lose more than it brings",
    )
    return text[0 if lang == "fr" else 1], ""


def _why_short(
    problem: Problem, facts: Facts, pools: Pools, lists: Shortlists, d: int, i: int, enough: bool, lang: Lang
) -> str:
    account = int(lists.lines.account[i])
    pool = pools.pool(d, account)
    n = len(pool.app)
    if enough:
        text = (
            "une seule candidature suffit (relogement, ou DALO désigné par le préfet : CCH R441-3)",
            "one candidate is enough (relocation, or DALO named by the préfet)",
        )
        return text[0 if lang == "fr" else 1]
    if n < lists.size:
        return (
            f"insuffisance de candidats : {n} demande(s) recevable(s) sur ce contingent"
            if lang == "fr"
            else f"too few candidates: {n} eligible on this account"
        )
    return (
        "insuffisance de candidats disponibles : les autres demandes recevables sont premières ailleurs, déjà sur "
        "deux listes, ou DALO (jamais en complément)"
        if lang == "fr"
        else "too few available: the others are first elsewhere, on two lists already, or DALO (never filler)"
    )


def leapfrogs_table(problem: Problem, lists: Shortlists) -> pd.DataFrame:
    """``leapfrogs.csv``; a count row has an empty ``application_id_passed`` and the number in ``points_gap``."""
    rows = lists.leapfrogs
    ids = problem.application_ids
    return pd.DataFrame(
        {
            "dwelling_id": [str(problem.dwelling_ids[x.dwelling]) for x in rows],
            "rank": np.array([x.rank for x in rows], np.int64),
            "application_id_ahead": [str(ids[x.ahead]) for x in rows],
            "application_id_passed": [str(ids[x.passed]) if x.passed >= 0 else "" for x in rows],
            "points_gap": [float(x.gap) if x.passed < 0 else round(x.gap / 100.0, 2) for x in rows],
            "explained_by": [x.why for x in rows],
        }
    )
