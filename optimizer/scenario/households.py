"""Who is housed: quartiles of income per EPCI in and outside QPV, publics, waiting and points of the first ranks."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from optimizer.domain.account import transfers
from optimizer.domain.durations import DAYS_PER_MONTH
from optimizer.eligibility.facts import Facts
from optimizer.pipeline import Prepared
from optimizer.scenario.figures import Figure, share
from optimizer.scenario.publics import PUBLICS, counts_as_priority, public_of_household

QUARTILES = (("q1_share", ("yes",)), ("q234_share", ("no",)), ("q_unknown_share", ("unknown", "")))
"""Indicator -> what ``proposals.csv`` says of the first quartile."""


def household_rows(first: pd.DataFrame, prepared: Prepared) -> list[Figure]:
    """Figures of the households in first rank, or housed; none when no household is named.

    Parameters
    ----------
    first : DataFrame
        ``dwelling_id, account, application_id, score, q1``, one line per dwelling.
    """
    named = first[first["application_id"] != ""]
    n = len(named)
    if not n:
        return []
    facts = prepared.facts
    a = facts.applications
    ids = [str(x) for x in a.ids.tolist()]
    seniority = dict(zip(ids, a.seniority_days.tolist(), strict=True))
    dalo = dict(zip(ids, a.dalo.tolist(), strict=True))
    who = named["application_id"].astype(str).tolist()
    months = sum(int(seniority[x]) for x in who) / n / DAYS_PER_MONTH
    publics = public_of_household(prepared.case.table("applications"), facts)
    kinds = [publics[x] for x in who]
    return [
        *_priority(named, facts),
        Figure("mean_score", "", "points", float(named["score"].astype(float).mean())),
        Figure("mean_months", "", "months", months),
        *share("mutation_share", "", int(named["account"].isin(transfers()).sum()), n),
        *_quartiles(named, facts, prepared.rules.by_commune("epci"), prepared.case.table("dwellings")),
        Figure("dalo_proposed", "", "households", float(sum(bool(dalo[x]) for x in who))),
        *(Figure("public_first", f"public={p}", "households", float(kinds.count(p))) for p in PUBLICS),
    ]


def _priority(named: pd.DataFrame, facts: Facts) -> list[Figure]:
    """Share of publics prioritaires by account, as the rule counts them."""
    counts = dict(
        zip(
            [str(x) for x in facts.applications.ids.tolist()], counts_as_priority(facts).tolist(), strict=True
        )
    )
    marks = named["application_id"].astype(str).map(counts).astype(bool)
    return [
        figure
        for account, mine in marks.groupby(named["account"], sort=True)
        for figure in share("account_priority", f"account={account}", int(mine.sum()), len(mine))
    ]


def _quartiles(
    named: pd.DataFrame, facts: Facts, epci_of: Mapping[str, str], dwellings: pd.DataFrame
) -> list[Figure]:
    """Q1 of the whole case in and outside QPV, then Q1, Q2–Q4 and unknown of each EPCI in and outside QPV."""
    inside = dict(zip(facts.dwellings.ids.tolist(), facts.dwellings.qpv.tolist(), strict=True))
    place = dict(zip(dwellings["dwelling_id"].astype(str), dwellings["commune"].astype(str), strict=True))
    qpv = named["dwelling_id"].map(inside).astype(bool)
    epci = named["dwelling_id"].astype(str).map(place).map(epci_of).fillna("")
    rows: list[Figure] = []
    for name, mask in (("q1_outside_qpv", ~qpv), ("q1_inside_qpv", qpv)):
        rows += share(name, "", int((named.loc[mask, "q1"] == "yes").sum()), int(mask.sum()))
    for code in sorted(set(epci) - {""}):
        for word, side in (("no", ~qpv), ("yes", qpv)):
            here = named.loc[side & (epci == code), "q1"]
            for name, said in QUARTILES:
                rows += share(name, f"epci={code};qpv={word}", int(here.isin(said).sum()), len(here))
    return rows
