"""The published tables of the lists: proposals, applications, dwellings, leapfrogs (design §8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain.frames import kept_kinds
from optimizer.domain.schema import PRIORITY_CODES
from optimizer.eligibility.facts import CODES, PROOF, Q1_NO, Q1_UNKNOWN, Facts
from optimizer.errors import Lang
from optimizer.problem.model import Problem
from optimizer.shortlist.build import Shortlists
from optimizer.shortlist.causes import DESIGNATED, SUBSIDISED, Causes, Code, NotListed, Two
from optimizer.shortlist.frames import money, named
from optimizer.shortlist.labels import account_label
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
    effort_rate: Callable[[int, NDArray[np.int32]], I64],
    lang: Lang = "fr",
) -> pd.DataFrame:
    """``proposals.csv``.

    Parameters
    ----------
    q1_state, flag_names, effort_rate : callables of eligibility
        ``(apps, epci)``, ``(dwellings, apps)`` and ``(dwelling, apps)``: the rate in ten-thousandths, -1 where it is unknown.
    lang : one that ``lists`` has its sentences in.
    """
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
    effort = np.full(len(lines), np.nan)
    for at, rate in _rates(lines.dwelling, lines.app, effort_rate):
        effort[at] = np.where(rate >= 0, rate / 10_000, np.nan)
    # the column is there where the case says what is expected: without, a result has the columns it always had
    kept_for = {"awaited": money(lines.awaited)} if len(problem.awaited) else {}
    table = pd.DataFrame(
        {
            "dwelling_id": named(problem.dwelling_ids, lines.dwelling),
            "account": named(np.array(problem.accounts, object), lines.account),
            "rank": lines.rank,
            "application_id": named(problem.application_ids, lines.app),
            "score": money(lines.score),
            "fit": money(lines.fit),
            "burden": money(lines.burden),
            **kept_for,
            "lean": money(lines.lean),
            "value": money(lines.value),
            "effort": effort,
            "q1": q1,
            "priority": priority,
            "flags": flags,
            "reason": lists.reasons[lang],
        }
    )
    return kept_kinds(table, dict.fromkeys(("q1", "priority", "flags", "reason"), "str"))


def _rates(
    dwelling: NDArray[np.int32], app: NDArray[np.int32], rate: Callable[[int, NDArray[np.int32]], I64]
) -> Iterator[tuple[slice, I64]]:
    """Effort rates list by list: the lines of a dwelling follow each other, and a seat stands alone."""
    start = np.flatnonzero(np.diff(dwelling, prepend=-1)).tolist()
    for a, b in pairwise([*start, len(dwelling)]):
        if app[a] >= 0:
            yield slice(a, b), rate(int(dwelling[a]), app[a:b])


def priority_word(facts: Facts, a: int) -> str:
    """``DALO``, ``c|j (labelled)``, or empty."""
    apps = facts.applications
    if not apps.priority_any[a]:
        return ""
    mask = int(apps.priority_mask[a])
    codes = [
        code.upper() if code == "dalo" else code for j, code in enumerate(PRIORITY_CODES) if mask >> j & 1
    ]
    proof = PROOF[int(apps.proof[a])]
    return "|".join(codes) + ("" if proof == "none" else f" ({proof})")


def applications_table(
    problem: Problem, lists: Shortlists, code_counts: NDArray[np.int32], reached: NDArray[np.bool_]
) -> pd.DataFrame:
    """``applications.csv``: every application read, with a status and a reason code.

    Parameters
    ----------
    code_counts : (A, 11) int32
        Dwellings per first refusal code (column 0: eligible), work in progress or not, from eligibility.
    reached : (A,) bool
        Eligible for a dwelling that is free in this run (`reach.reached`).
    """
    lines = lists.lines
    n = len(problem.application_ids)
    status = np.full(n, "ineligible", dtype=object)
    reason = np.full(n, "", dtype=object)
    eligible = code_counts[:, 0] > 0
    status[eligible] = "not_proposed"
    reason[eligible] = np.where(reached[eligible], "OUTRANKED", "NO_FREE_DWELLING")
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
_NO_DOUBT = frozenset(("EFFORT_HIGH", "ALLOWANCE_ESTIMATED", "ALLOWANCE_MISSING", "SMALL_ASKED"))
"""Flags that say nothing against the file itself."""


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
    clean = np.array([_NO_DOUBT.issuperset(filter(None, name.split("|"))) for name in names.tolist()], bool)
    sound = np.bincount(lines.dwelling[named][clean], minlength=n)
    return np.asarray((count > 0) & (sound == 0), dtype=bool)


def names_plan_b(lists: Shortlists, count: int) -> NDArray[np.bool_]:
    """(D,) dwellings beside which another account is named: they wait for their réservataire, or their list is short."""
    candidates = np.bincount(lists.lines.dwelling[lists.lines.app >= 0], minlength=count)
    return np.asarray(candidates < lists.size)


def dwellings_table(
    problem: Problem,
    facts: Facts,
    lists: Shortlists,
    *,
    on: date,
    second_best: Mapping[int, str],
    flag_names: Callable[[NDArray[np.int32], NDArray[np.int32]], NDArray[np.object_]] | None = None,
    codes: Code | None = None,
    places: Mapping[str, str] | None = None,
    lang: Lang = "fr",
) -> pd.DataFrame:
    """``dwellings.csv``.

    Parameters
    ----------
    second_best : mapping dwelling -> account
        Plan B, from the orientation table.
    flag_names : callable (dwellings, applications) -> flags of each pair
        With it, a list whose every line is flagged says so (design §6).
    codes : callable dwelling -> first refusal code of every application
        With it, an empty dwelling says where the applications stop.
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
    pools = Pools(problem)
    causes = Causes(facts, lang, places or {}, codes)
    waiting = _Elsewhere(lists, facts)
    reason = [""] * n
    advice = [""] * n
    for d in range(n):
        plan_b = _plan_b(second_best.get(d), places or {}, lang)
        if status[d] == "awaiting_reservataire":
            # each réservataire has its own days: those of the seat that the line holds
            seat = pools.seats[int(problem.klass[d]), int(lines.kind[first_line[d]])]
            deadline[d] = (on + timedelta(days=int(problem.seats.deadline_days[seat]))).isoformat()
            advice[d] = plan_b
        elif status[d] == "no_candidate":
            reason[d], advice[d] = causes.empty(d, len(pools.accounts_of(d)))
        else:
            i = first_line[d]
            if candidates[d] < lists.size:
                eligible = pools.pool(d, int(lines.account[i])).app
                single = _single(facts, d, int(lines.app[i]))
                others = waiting.beside(d, eligible)
                reason[d] = causes.short(d, len(eligible), others, lists.max_lists, single)
                advice[d] = plan_b
            if doubtful[d]:
                mark = " ; " if lang == "fr" else "; "
                reason[d] = mark.join(part for part in (reason[d], NO_SERIOUS[lang != "fr"]) if part)
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


class _Elsewhere:
    """Where households eligible for a list stand when they do not stand on it."""

    def __init__(self, lists: Shortlists, facts: Facts) -> None:
        lines, n = lists.lines, len(facts.applications.dalo)
        known = lines.app >= 0
        self._lines = lines
        self._first = np.bincount(lines.app[known & (lines.rank == 1)], minlength=n) > 0
        self._full = np.bincount(lines.app[known & (lines.rank > 1)], minlength=n) >= lists.max_lists
        self._dalo = facts.applications.dalo

    def beside(self, d: int, eligible: NDArray[np.int32]) -> NotListed:
        """Of those eligible for the list of a dwelling, those that do not stand on it."""
        a, b = np.searchsorted(self._lines.dwelling, (d, d + 1))
        rest = np.setdiff1d(eligible, self._lines.app[a:b])
        free = rest[~self._first[rest]]
        full = int(np.count_nonzero(self._full[free]))
        filler = int(np.count_nonzero(self._dalo[free[~self._full[free]]]))
        return NotListed(len(rest) - len(free), full, filler)


def _plan_b(account: str | None, places: Mapping[str, str], lang: Lang) -> str:
    if account is None:
        return ""
    name = account_label(account, lang, places)
    return f"plan B : {name}" if lang == "fr" else f"plan B: {name}"


def _single(facts: Facts, d: int, app: int) -> Two | None:
    """Why one name is enough there (R441-3): only a household of the préfet or a subsidised dwelling."""
    if facts.applications.prefet_designated[app]:
        return DESIGNATED
    return SUBSIDISED if facts.dwellings.subsidy_d331_25_1[d] else None


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
