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
from optimizer.shortlist.frames import money, named
from optimizer.shortlist.labels import account_label, loss_words, plural
from optimizer.shortlist.leapfrogs import Leapfrogs
from optimizer.shortlist.lookup import Pools

I64 = NDArray[np.int64]


def proposals_table(
    problem: Problem,
    facts: Facts,
    lists: Shortlists,
    *,
    q1_state: Callable[[NDArray[np.int32], int], NDArray[np.int8]],
    flag_names: Callable[[NDArray[np.int32], NDArray[np.int32]], NDArray[np.object_]],
) -> pd.DataFrame:
    """``proposals.csv``. ``q1_state(apps, epci)`` and ``flag_names(dwellings, apps)`` come from eligibility."""
    lines = lists.lines
    named_line = np.flatnonzero(lines.app >= 0)
    apps, homes = lines.app[named_line], lines.dwelling[named_line]
    words = np.array(["yes", "no", "unknown"], object)
    q1 = np.full(len(lines), "", object)
    epci = facts.dwellings.epci[homes]
    for place in np.unique(epci).tolist():
        here = np.flatnonzero(epci == place)
        state = q1_state(apps[here], int(place))
        q1[named_line[here]] = words[np.where(state == Q1_NO, 1, np.where(state == Q1_UNKNOWN, 2, 0))]
    priority = np.full(len(lines), "", object)
    for i in named_line[facts.applications.priority_any[apps]].tolist():
        priority[i] = priority_word(facts, int(lines.app[i]))
    flags = np.full(len(lines), "AWAITING_RESERVATAIRE", object)
    flags[named_line] = flag_names(homes, apps)
    return pd.DataFrame(
        {
            "dwelling_id": named(problem.dwelling_ids, lines.dwelling),
            "account": named(np.array(problem.accounts, object), lines.account),
            "rank": lines.rank,
            "application_id": named(problem.application_ids, lines.app),
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


def applications_table(
    problem: Problem, facts: Facts, lists: Shortlists, code_counts: NDArray[np.int32]
) -> pd.DataFrame:
    """``applications.csv``: every application read, with a status and a reason code.

    Parameters
    ----------
    code_counts : (A, 11) int32
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
    where = np.full(n, -1, np.int64)
    order = np.lexsort((lines.dwelling, lines.rank))[::-1]
    order = order[lines.app[order] >= 0]
    # the last assignment wins: the best rank, then the first dwelling
    best[lines.app[order]] = lines.rank[order]
    where[lines.app[order]] = lines.dwelling[order]
    status[best == 1] = "proposed"
    reason[best == 1] = "FIRST_RANK"
    status[best > 1] = "reserve"
    reason[best > 1] = "RESERVE"
    return pd.DataFrame(
        {
            "application_id": problem.application_ids,
            "status": status,
            "reason": reason,
            "best_rank": pd.arrays.IntegerArray(best, best == 0),
            "dwelling_id": named(problem.dwelling_ids, where),
        }
    )


NO_SERIOUS = (
    "sans candidat sérieux : chaque candidature porte un signalement à lever",
    "no serious candidate: every line carries a flag to be settled",
)
_NOT_A_DOUBT = frozenset({"EFFORT_HIGH", "ALLOWANCE_ESTIMATED", "ALLOWANCE_MISSING", "SMALL_ASKED"})
"""Flags that say something of the pair and nothing against the file."""


def _doubtful(
    lists: Shortlists,
    n: int,
    flag_names: Callable[[NDArray[np.int32], NDArray[np.int32]], NDArray[np.object_]] | None,
) -> NDArray[np.bool_]:
    """(n,) dwellings with a list of which every line is flagged."""
    lines = lists.lines
    named = np.flatnonzero(lines.app >= 0)
    count = np.bincount(lines.dwelling[named], minlength=n)
    if flag_names is None or not len(named):
        return np.zeros(n, bool)
    names = flag_names(lines.dwelling[named], lines.app[named])
    clean = np.array(
        [_NOT_A_DOUBT.issuperset(name.split("|") if name else ()) for name in names.tolist()], bool
    )
    sound = np.bincount(lines.dwelling[named][clean], minlength=n)
    return np.asarray((count > 0) & (sound == 0), dtype=bool)


def dwellings_table(
    problem: Problem,
    facts: Facts,
    lists: Shortlists,
    *,
    on: date,
    second_best: dict[int, tuple[str, int, int]],
    single_enough: Callable[[int, int], bool],
    flag_names: Callable[[NDArray[np.int32], NDArray[np.int32]], NDArray[np.object_]] | None = None,
    places: Mapping[str, str] | None = None,
    lang: Lang = "fr",
) -> pd.DataFrame:
    """``dwellings.csv``.

    Parameters
    ----------
    second_best : mapping dwelling -> (account, loss at least, loss at most), hundredths
        Plan B, from the orientation table.
    single_enough : callable (dwelling, first line index) -> bool
        Whether one candidate is enough there (relocation, DALO named by the préfet).
    flag_names : callable (dwellings, applications) -> flags of each pair
        With it, a list whose every line is flagged says so (design §6).
    """
    lines = lists.lines
    n = len(problem.dwelling_ids)
    doubtful = _doubtful(lists, n, flag_names)
    account = [""] * n
    status = ["no_candidate"] * n
    deadline = [""] * n
    candidates = np.zeros(n, np.int64)
    first_line: dict[int, int] = {}
    for i in np.flatnonzero(lines.rank == 1).tolist():
        d = int(lines.dwelling[i])
        first_line[d] = i
        account[d] = problem.accounts[int(lines.account[i])]
        status[d] = "listed" if lines.app[i] >= 0 else "awaiting_reservataire"
    np.add.at(candidates, lines.dwelling[lines.app >= 0], 1)
    deadlines = _deadlines(problem)
    pools = Pools(problem)
    reason = [""] * n
    advice = [""] * n
    for d in range(n):
        plan_b = _plan_b(second_best.get(d), places or {}, lang)
        if status[d] == "awaiting_reservataire":
            days = deadlines.get((int(problem.klass[d]), int(lines.account[first_line[d]])), 0)
            deadline[d] = (on + timedelta(days=days)).isoformat()
            advice[d] = plan_b
        elif status[d] == "no_candidate":
            reason[d], advice[d] = _why_empty(problem, facts, pools, d, lang)
        else:
            i = first_line[d]
            if candidates[d] < lists.size:
                reason[d] = _why_short(problem, facts, pools, lists, d, i, single_enough(d, i), lang)
                advice[d] = plan_b
            if doubtful[d]:
                reason[d] = " ; ".join(part for part in (reason[d], NO_SERIOUS[lang != "fr"]) if part)
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


def _deadlines(problem: Problem) -> dict[tuple[int, int], int]:
    """(class, account) -> days the account has: a dwelling may wait for one of several direct accounts."""
    seats = problem.seats
    accounts = problem.kinds.account[seats.kind] if len(seats.kind) else seats.kind
    keys = zip(seats.klass.tolist(), accounts.tolist(), strict=True)
    return dict(zip(keys, seats.deadline_days.tolist(), strict=True))


def _plan_b(second: tuple[str, int, int] | None, places: Mapping[str, str], lang: Lang) -> str:
    if second is None:
        return ""
    name, lost = account_label(second[0], lang, places), loss_words(second[1], second[2], lang)
    return f"plan B : {name} ({lost})" if lang == "fr" else f"plan B: {name} ({lost})"


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
            f"insuffisance de candidats : {plural(n, 'demande recevable', 'demandes recevables')} sur ce contingent"
            if lang == "fr"
            else f"too few candidates: {n} eligible on this account"
        )
    return (
        "insuffisance de candidats disponibles : les autres demandes recevables sont premières ailleurs, déjà sur "
        "deux listes, ou DALO (jamais en complément)"
        if lang == "fr"
        else "too few available: the others are first elsewhere, on two lists already, or DALO (never filler)"
    )


def leapfrogs_table(problem: Problem, rows: Leapfrogs) -> pd.DataFrame:
    """``leapfrogs.csv``; a count row has an empty ``application_id_passed`` and the number in ``points_gap``."""
    passed = rows.passed >= 0
    return pd.DataFrame(
        {
            "dwelling_id": named(problem.dwelling_ids, rows.dwelling),
            "rank": rows.rank.astype(np.int64),
            "application_id_ahead": named(problem.application_ids, rows.ahead),
            "application_id_passed": named(problem.application_ids, rows.passed),
            "points_gap": np.where(passed, money(rows.gap.astype(np.int64)), rows.gap),
            "explained_by": named(np.array(rows.words, object), rows.why),
        }
    )
