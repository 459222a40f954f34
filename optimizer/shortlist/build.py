"""From the optimum to lists a commission can defend: lines, leapfrogs, statuses, orientation, explanations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.eligibility.facts import Facts
from optimizer.errors import Lang
from optimizer.problem import Evaluation
from optimizer.problem.model import FirstRanks, Problem
from optimizer.shortlist.leapfrogs import LeapfrogFinder, Leapfrogs, rule_reason
from optimizer.shortlist.lookup import Pools
from optimizer.shortlist.ranks import Lines, OwnOrder, binding_rows, fill_ranks
from optimizer.shortlist.reasons import LineContext, line_reason, whole_leases_missing

I32 = NDArray[np.int32]
_SEAT = (
    "orientation : le réservataire désigne lui-même ses candidats",
    "orientation: the réservataire names its own households",
)


@dataclass(frozen=True)
class Shortlists:
    """Finished lists with the sentences of their lines.

    Attributes
    ----------
    lines : Lines
        All lines, first ranks included, sorted by (dwelling, rank).
    reasons : mapping language -> list of str
        One sentence per line, in each language asked.
    leapfrogs : Leapfrogs
    size : int
        Lines wanted per dwelling.
    max_lists : int
        Lists a household may be reserve on.
    named : mapping (dwelling, account) -> the réservataire's own order
    binding : (n_rows,) bool
    pinned : dwellings whose first rank is a decision
    finder : what found the leapfrogs, for questions about single households; let go of in a large run
    places : (n, 2) int32
        Place by score among the eligible households of the dwelling and account, and how many these are; 0 on a seat's line.
    for_a_list : (n,) bool
        First ranks that pass somebody because a réservataire placed the household before others on the list of another dwelling.
    list_of : mapping application -> dwelling
        Of the households of ``for_a_list``, the dwelling whose first rank they stand before on its list, the first by index; none where
        it is a seat's.
    """

    lines: Lines
    reasons: Mapping[Lang, list[str]]
    leapfrogs: Leapfrogs
    size: int
    max_lists: int
    named: dict[tuple[int, int], OwnOrder]
    binding: NDArray[np.bool_]
    pinned: frozenset[int]
    finder: LeapfrogFinder | None
    places: I32
    for_a_list: NDArray[np.bool_]
    list_of: Mapping[int, int]


def own_order(
    problem: Problem, facts: Facts, pools: Pools, first: FirstRanks
) -> dict[tuple[int, int], OwnOrder]:
    """For each first rank on an account that names its own households: its nominees in its order.

    Nominations for that very dwelling come before those open to every dwelling of the account; then by rank. An account
    without nominee eligible for the dwelling is not in the result.
    """
    here: dict[tuple[int, int], list[tuple[int, int]]] = {}
    anywhere: dict[int, list[tuple[int, int]]] = {}
    for line in facts.nominations:
        if line.dwelling < 0:
            anywhere.setdefault(line.account, []).append((line.rank, line.application))
        else:
            here.setdefault((line.account, line.dwelling), []).append((line.rank, line.application))
    chosen = problem.kinds.account[first.kind]
    order: dict[tuple[int, int], OwnOrder] = {}
    place = np.full(len(problem.application_ids), -1, np.int32)
    alike: dict[tuple[int, int], OwnOrder | None] = {}
    """Of each class and account without nominations for the very dwelling."""
    for account in sorted(set(anywhere) | {a for a, _ in here}):
        general: dict[int, int] = {}
        for rank, app in sorted(anywhere.get(account, [])):
            general.setdefault(app, rank)
        place[list(general)] = list(general.values())
        for i in np.flatnonzero((chosen == account) & (first.app >= 0)).tolist():
            d = int(first.dwelling[i])
            if facts.mode_at(d, account) == "delegated":
                continue
            own = sorted(here.get((account, d), ()))
            key = int(problem.klass[d]), account
            if own or key not in alike:
                found = _listed(problem, pools, d, account, own, place)
                if not own:
                    alike[key] = found
            else:
                found = alike[key]
            if found is not None:
                order[d, account] = found
        place[list(general)] = -1
    return order


def _listed(
    problem: Problem, pools: Pools, d: int, account: int, own: list[tuple[int, int]], place: I32
) -> OwnOrder | None:
    """The nominees of a dwelling and account in order: ``own`` (rank, application), then those at large by ``place``."""
    part = pools.entries(d)
    apps = problem.entry_app[part]
    mask = place[apps] >= 0
    if own:
        mask |= np.isin(apps, np.array([app for _, app in own], np.int32))
    at = np.flatnonzero(mask)
    apps = apps[at[pools.kinds(d, account)[problem.entry_type[part][at]] >= 0]]
    if not len(apps):
        return None
    rank, at_large = place[apps].astype(np.int64), np.ones(len(apps), bool)
    for number, app in reversed(own):
        rank[apps == app], at_large[apps == app] = number, False
    by = np.lexsort((apps, rank, at_large))
    apps, keys = apps[by].astype(np.int32), np.stack([at_large[by], rank[by]])
    return OwnOrder(
        apps, np.cumsum(np.append(False, (np.diff(keys, axis=1) != 0).any(axis=0))).astype(np.int32)
    )


def shared_lists(facts: Facts, named: Mapping[tuple[int, int], OwnOrder]) -> frozenset[tuple[int, int]]:
    """Lists of `partial` accounts: the réservataire's nominations first, then the engine (design §3)."""
    return frozenset((d, account) for d, account in named if facts.mode_at(d, account) == "partial")


def build_shortlists(
    problem: Problem,
    facts: Facts,
    first: FirstRanks,
    *,
    counted: Evaluation,
    proven: bool,
    size: int,
    max_lists: int,
    places: Mapping[str, str] | None = None,
    langs: Sequence[Lang] = ("fr",),
    ranked: bool = False,
) -> Shortlists:
    """Ranks 2…k, leapfrogs and reasons for the first ranks of the optimum.

    Parameters
    ----------
    counted : Evaluation
        The optimum counted again.
    proven : bool
        Whether the run is certified optimal: then a leapfrog without reason is an error.
    langs : languages of the sentences.
    ranked : bool
        Scores are percentile ranks, which sentences then say.
    """
    pools = Pools(problem)
    named = own_order(problem, facts, pools, first)
    binding = binding_rows(problem, counted)
    dalo = facts.applications.dalo
    lines = fill_ranks(
        problem, first, dalo=dalo, binding=binding, size=size, max_lists=max_lists, named=named,
        shared=shared_lists(facts, named), pools=pools,
    )  # fmt: skip
    pinned = frozenset(facts.pins[:, 0].tolist())
    finder = LeapfrogFinder(
        problem,
        lines,
        first=first,
        counted=counted,
        dalo=dalo,
        binding=binding,
        named=named,
        pinned=pinned,
        proven=proven,
        max_lists=max_lists,
        pools=pools,
    )
    missing = whole_leases_missing(counted)
    by_label = {f"{row.rule}[{row.scope}]": missing[k] for k, row in enumerate(problem.rows)}
    by_reason = {
        rule_reason(problem, k): by_label[f"{row.rule}[{row.scope}]"] for k, row in enumerate(problem.rows)
    }
    reasons = {lang: [_SEAT[0 if lang == "fr" else 1]] * len(lines) for lang in langs}
    heads = {int(lines.dwelling[i]): i for i in np.flatnonzero(lines.rank == 1).tolist()}
    stands, for_a_list = np.zeros((len(lines), 2), np.int32), np.zeros(len(lines), bool)
    for i, standing, summary in finder.walk():
        stands[i] = standing.place, standing.size
        d, account = int(lines.dwelling[i]), int(lines.account[i])
        context = LineContext(
            rank=int(lines.rank[i]),
            account=problem.accounts[account],
            standing=standing,
            pinned=d in pinned,
            heavy=int(lines.burden[i]) > 0,
            awaited=int(lines.awaited[i]) > 0,
            places=places or {},
            named=(d, account) in named and int(lines.app[i]) in named[d, account].app,
            summary=summary,
            missing=by_reason,
            max_lists=max_lists,
            delegated=facts.mode_at(d, account) == "delegated",
            dalo=bool(dalo[lines.app[i]]),
            prefet=bool(facts.applications.prefet_designated[lines.app[i]]),
            ranked=ranked,
            publics=finder.publics(heads[d]),
        )
        for_a_list[i] = (
            context.rank == 1 and context.delegated and "nomination" in (x for x, _, _ in summary.by_reason)
        )
        for lang in langs:
            reasons[lang][i] = line_reason(context, lang)
    return Shortlists(
        lines,
        reasons,
        finder.found(),
        size,
        max_lists,
        named,
        binding,
        pinned,
        finder,
        stands,
        for_a_list,
        _before_the_first(first, named, lines.app[for_a_list]),
    )


def _before_the_first(
    first: FirstRanks, named: Mapping[tuple[int, int], OwnOrder], apps: I32
) -> dict[int, int]:
    """Of some households, the first dwelling by index whose own order places them before its first rank."""
    if not len(apps):
        return {}
    head = dict(zip(first.dwelling.tolist(), first.app.tolist(), strict=True))
    found: dict[int, int] = {}
    for (d, _), order in sorted(named.items()):
        at = np.flatnonzero(order.app == head[d])
        before = order.app if not len(at) else order.app[order.place < order.place[at[0]]]
        for app in before[np.isin(before, apps)].tolist():
            found.setdefault(app, d)
    return found


PROSPECTS = {
    "dwelling_id": "str",
    "account": "str",
    "rank": "int32",
    "application_id": "str",
    "score": "float64",
    "value": "float64",
}
"""Columns of ``prospects.csv`` and their kinds."""


def prospects(
    problem: Problem,
    facts: Facts,
    first: FirstRanks,
    *,
    counted: Evaluation,
    size: int,
    names: int,
    max_lists: int,
) -> pd.DataFrame:
    """``--prospects N``: N names per dwelling to call before the documents are in: the list of ``size``, then on in the same order."""
    pools = Pools(problem)
    named = own_order(problem, facts, pools, first)
    lines = fill_ranks(
        problem,
        first,
        dalo=facts.applications.dalo,
        binding=binding_rows(problem, counted),
        size=size,
        names=names,
        max_lists=max_lists,
        named=named,
        shared=shared_lists(facts, named),
        pools=pools,
    )
    keep = (lines.app >= 0) & (lines.rank <= names)
    return pd.DataFrame(
        {
            "dwelling_id": problem.dwelling_ids[lines.dwelling[keep]],
            "account": [problem.accounts[a] for a in lines.account[keep]],
            "rank": lines.rank[keep],
            "application_id": problem.application_ids[lines.app[keep]],
            "score": lines.score[keep] / 100,
            "value": lines.value[keep] / 100,
        }
    )
