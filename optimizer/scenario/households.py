"""Who is proposed: quartiles of income per EPCI in and outside QPV, publics, waiting and points of the first ranks."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from optimizer.domain.account import transfers
from optimizer.eligibility.facts import Facts
from optimizer.runs import Result
from optimizer.scenario.publics import PUBLICS, public_of_household

Row = tuple[str, str, str, float]
QUARTILES = (("q1_share", ("yes",)), ("q234_share", ("no",)), ("q_unknown_share", ("unknown", "")))
"""Indicator -> what ``proposals.csv`` says of the first quartile."""


def household_rows(first: pd.DataFrame, result: Result) -> list[Row]:
    """Indicators of the households in first rank; none when no household is named."""
    named = first[first["application_id"] != ""]
    n = len(named)
    if not n:
        return []
    prepared = result.optimum.prepared
    facts = prepared.facts
    seniority = dict(
        zip(facts.applications.ids.tolist(), facts.applications.seniority_days.tolist(), strict=True)
    )
    months = sum(int(seniority[a]) for a in named["application_id"]) / n / (365.25 / 12)
    dalo = named["priority"].str.split(r"[| ]").map(lambda codes: "DALO" in codes)
    publics = public_of_household(prepared.case.table("applications"))
    kinds = [publics[str(a)] for a in named["application_id"]]
    return [
        ("mean_score", "", "points", float(named["score"].astype(float).mean())),
        ("mean_months", "", "months", months),
        ("mutation_share", "", "share", float(named["account"].isin(transfers()).sum()) / n),
        *_quartiles(named, facts, prepared.rules.by_commune("epci"), prepared.case.table("dwellings")),
        ("dalo_proposed", "", "households", float(dalo.sum())),
        *(("public_first", f"public={p}", "households", float(kinds.count(p))) for p in PUBLICS),
    ]


def _quartiles(
    named: pd.DataFrame, facts: Facts, epci_of: Mapping[str, str], dwellings: pd.DataFrame
) -> list[Row]:
    """Q1 of the whole case in and outside QPV, then Q1, Q2–Q4 and unknown of each EPCI in and outside QPV."""
    inside = dict(zip(facts.dwellings.ids.tolist(), facts.dwellings.qpv.tolist(), strict=True))
    place = dict(zip(dwellings["dwelling_id"].astype(str), dwellings["commune"].astype(str), strict=True))
    qpv = named["dwelling_id"].map(inside).astype(bool)
    epci = named["dwelling_id"].astype(str).map(place).map(epci_of).fillna("")
    rows: list[Row] = []
    for name, mask in (("q1_outside_qpv", ~qpv), ("q1_inside_qpv", qpv)):
        if mask.any():
            rows.append((name, "", "share", float((named.loc[mask, "q1"] == "yes").sum()) / int(mask.sum())))
    for code in sorted(set(epci) - {""}):
        for word, side in (("no", ~qpv), ("yes", qpv)):
            here = named.loc[side & (epci == code), "q1"]
            if len(here):
                rows += [
                    (name, f"epci={code};qpv={word}", "share", float(here.isin(said).sum()) / len(here))
                    for name, said in QUARTILES
                ]
    return rows
