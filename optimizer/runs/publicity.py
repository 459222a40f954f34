"""Who could be proposed for the dwellings whose advertising is proven: whether the order of scores decided anything there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from optimizer.shortlist.lookup import Pools

if TYPE_CHECKING:
    from optimizer.runs.result import Result

COLUMNS = ("published_on", "published_at", "publication_proof", "published", "eligible", "all_first")


def publicity_of(result: Result) -> pd.DataFrame:
    """Advertising of each dwelling of a run, and who was eligible for it.

    Returns
    -------
    DataFrame
        One row per dwelling, in the order of the facts: ``published_on`` (ISO day), ``published_at``, ``publication_proof``
        (texts, empty where nothing is written), ``published`` (all three, on or before the day of the case), ``eligible``
        (households eligible on one account or another, counted up to those that the law has examined, from which on a list needs no evidence; −1 where the advertising is not proven),
        ``all_first`` (each of them holds a first rank of this run, here or elsewhere: nobody was put behind anybody).
    """
    prepared = result.optimum.prepared
    problem, ids = prepared.problem, list(prepared.facts.dwellings.ids)
    table = prepared.case.table("dwellings").set_index("dwelling_id", drop=False).loc[ids]
    days = ["" if pd.isna(x) else f"{x:%Y-%m-%d}" for x in table["published_on"]]
    places, proofs = (
        ["" if pd.isna(x) else str(x) for x in table[name].astype(object)]
        for name in ("published_at", "publication_proof")
    )
    enough = prepared.rules.integer("national.caleol.shortlist_size")
    today = prepared.case.settings.on.isoformat()
    told = [
        bool(day) and day <= today and bool(place) and bool(proof)
        for day, place, proof in zip(days, places, proofs, strict=True)
    ]
    eligible, served = [-1] * len(ids), [False] * len(ids)
    if any(told):
        pools = Pools(problem)
        proposals = result.proposals
        first = set(
            proposals.loc[(proposals["rank"] == 1) & (proposals["application_id"] != ""), "application_id"]
        )
        place_of = {str(d): i for i, d in enumerate(problem.dwelling_ids)}
        for i, dwelling in enumerate(ids):
            if not told[i]:
                continue
            d = place_of[str(dwelling)]
            people: set[int] = set()
            for account in pools.accounts_of(d):
                people.update(pools.pool(d, account).app[:enough].tolist())
                if len(people) >= enough:
                    break
            eligible[i] = len(people)
            served[i] = all(str(problem.application_ids[app]) in first for app in people)
    return pd.DataFrame(
        dict(zip(COLUMNS, (days, places, proofs, told, eligible, served), strict=True)), index=range(len(ids))
    )
