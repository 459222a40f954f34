"""From the optimum to lists a commission can defend: lines, leapfrogs, statuses, orientation, explanations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.eligibility.facts import Facts
from optimizer.errors import Lang
from optimizer.problem.model import FirstRanks, Problem
from optimizer.shortlist.leapfrogs import Leapfrog, LeapfrogFinder, LineSummary
from optimizer.shortlist.lookup import Pools
from optimizer.shortlist.ranks import Lines, binding_rows, fill_ranks
from optimizer.shortlist.reasons import LineContext, line_reason, whole_leases_missing

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Shortlists:
    """Finished lists with the sentences of their lines.

    Attributes
    ----------
    lines : Lines
        All lines, first ranks included, sorted by (dwelling, rank).
    reasons : list of str
        One sentence per line, in the language asked.
    leapfrogs : list of Leapfrog
    summaries : mapping line index -> LineSummary
    size : int
        Lines wanted per dwelling.
    named : mapping (dwelling, account) -> the réservataire's own order
    binding : (n_rows,) bool
    """

    lines: Lines
    reasons: list[str]
    leapfrogs: list[Leapfrog]
    summaries: dict[int, LineSummary]
    size: int
    named: dict[tuple[int, int], I32]
    binding: NDArray[np.bool_]
    pinned: frozenset[int]


def own_order(problem: Problem, facts: Facts, pools: Pools, first: FirstRanks) -> dict[tuple[int, int], I32]:
    """For each first rank on an account that names its own households: its nominees in its order.

    Nominations for that very dwelling come before those open to every dwelling of the account; then by rank and
    application. An account without nominee eligible for the dwelling is not in the result.
    """
    modes = {
        (facts.landlords[c.landlord], facts.accounts[c.account]): c.management_mode for c in facts.conventions
    }
    by_account: dict[int, list[tuple[int, int, int, int]]] = {}
    for nomination in facts.nominations:
        by_account.setdefault(nomination.account, []).append(
            (nomination.dwelling, nomination.rank, nomination.application, nomination.account)
        )
    order: dict[tuple[int, int], I32] = {}
    for i in range(len(first)):
        d, account = int(first.dwelling[i]), int(problem.kinds.account[first.kind[i]])
        if first.app[i] < 0 or account not in by_account:
            continue
        landlord = facts.landlords[int(facts.dwellings.landlord[d])]
        if modes.get((landlord, facts.accounts[account]), "delegated") == "delegated":
            continue
        eligible = set(pools.pool(d, account).app.tolist())
        own = [x for x in by_account[account] if x[0] in (-1, d) and x[2] in eligible]
        own.sort(key=lambda x: (x[0] == -1, x[1], x[2]))
        if own:
            order[d, account] = np.array(list(dict.fromkeys(x[2] for x in own)), np.int32)
    return order


def build_shortlists(
    problem: Problem,
    facts: Facts,
    first: FirstRanks,
    *,
    num_run: I64,
    den_run: I64,
    proven: bool,
    size: int,
    max_lists: int,
    places: Mapping[str, str] | None = None,
    lang: Lang = "fr",
) -> Shortlists:
    """Ranks 2…k, leapfrogs and reasons for the first ranks of the optimum.

    Parameters
    ----------
    num_run, den_run : (n_rows,) int64
        Leases of the optimum counted on each row.
    proven : bool
        Whether the run is certified optimal: then a leapfrog without reason is an error.
    """
    pools = Pools(problem)
    named = own_order(problem, facts, pools, first)
    binding = binding_rows(problem, num_run, den_run)
    dalo = facts.applications.dalo
    lines = fill_ranks(
        problem, first, dalo=dalo, binding=binding, size=size, max_lists=max_lists, named=named, pools=pools
    )
    pinned = frozenset(facts.pins[:, 0].tolist())
    finder = LeapfrogFinder(
        problem,
        lines,
        dalo=dalo,
        binding=binding,
        num_run=num_run,
        den_run=den_run,
        named=named,
        pinned=pinned,
        proven=proven,
        max_lists=max_lists,
        pools=pools,
    )
    leapfrogs, summaries = finder.find()
    missing = whole_leases_missing(problem, num_run.tolist(), den_run.tolist())
    by_label: dict[str, int] = {}
    for k, row in enumerate(problem.rows):
        by_label[f"{row.rule}[{row.scope}]"] = missing[k]
    reasons = []
    for i in range(len(lines)):
        d, account = int(lines.dwelling[i]), int(lines.account[i])
        if lines.app[i] < 0:
            reasons.append(
                "orientation : le réservataire désigne lui-même ses candidats"
                if lang == "fr"
                else "orientation: the réservataire names its own households"
            )
            continue
        summary = summaries.get(i, LineSummary(0, ()))
        reasons.append(
            line_reason(
                LineContext(
                    rank=int(lines.rank[i]),
                    account=problem.accounts[account],
                    pool=pools.pool(d, account),
                    score=int(lines.score[i]),
                    pinned=d in pinned,
                    places=places or {},
                    named=(d, account) in named,
                    summary=summary,
                    missing={why: by_label.get(why.rsplit("@", 1)[0], 0) for why, _ in summary.by_reason},
                ),
                lang,
            )
        )
    return Shortlists(lines, reasons, leapfrogs, summaries, size, named, binding, pinned)


def prospects(
    problem: Problem,
    facts: Facts,
    first: FirstRanks,
    *,
    num_run: I64,
    den_run: I64,
    names: int,
    max_lists: int,
) -> pd.DataFrame:
    """``--prospects N``: the same order, N names per dwelling to call before the documents are in."""
    pools = Pools(problem)
    lines = fill_ranks(
        problem,
        first,
        dalo=facts.applications.dalo,
        binding=binding_rows(problem, num_run, den_run),
        size=names,
        max_lists=max_lists,
        named=own_order(problem, facts, pools, first),
        pools=pools,
    )
    keep = lines.app >= 0
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
