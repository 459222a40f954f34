"""Files whose rank hangs on one fact nobody has verified yet, grid by grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from optimizer import policy
from optimizer.policy.grid import Grid
from optimizer.runs import Result
from optimizer.scoring.scores import CONVERSION

KEYS = ["application_id", "epci", "grid"]
SCALE = ["epci", "grid"]
COLUMNS = ("grid", "application_id", "epci", "fact", "rank", "rank_without")
DECLARED = {
    "priorité": ("priority_codes", "priority_status"),
    "ressources": ("monthly_income_eur", "effort_rate"),
}
"""Facts with a status of their own, and the inputs that carry them."""
REGISTERED = ("first_registered_on", "seniority_months", "renewed_on")
"""Known from the registration itself, never unverified."""


def points_of(breakdown: pd.DataFrame) -> pd.DataFrame:
    """Points of the grid (hundredths) and rank (1 = highest, ties share the best) per application, EPCI and grid.

    Points of two grids do not add up: a household scored by the grid of transfers is ranked among transfers.
    """
    own = breakdown[breakdown["criterion"] != CONVERSION]
    everybody = breakdown[KEYS].drop_duplicates()
    sums = own.assign(cents=cents_of(own)).groupby(KEYS, sort=True)["cents"].sum().reset_index()
    sums = everybody.merge(sums, on=KEYS, how="left").fillna({"cents": 0}).astype({"cents": "int64"})
    sums = sums.sort_values(KEYS, ignore_index=True)
    sums["rank"] = sums.groupby(SCALE)["cents"].rank(method="min", ascending=False).astype("int64")
    return sums


def cents_of(breakdown: pd.DataFrame) -> pd.Series:
    """Points in whole hundredths."""
    return (breakdown["points"].astype(float) * 100).round().astype("int64")


def fragile(
    result: Result, points: pd.DataFrame, bare: Mapping[str, pd.DataFrame], grid: str
) -> pd.DataFrame:
    """Listed files that would rank lower if one fact were not confirmed, all others unchanged.

    Parameters
    ----------
    points : DataFrame
        :func:`points_of` of the run.
    bare : mapping
        Kind of declared fact -> points once every such fact is taken out.

    Returns
    -------
    DataFrame
        ``grid, application_id, epci, fact, rank, rank_without``.
    """
    listed = set(result.proposals["application_id"]) - {""}
    mine = points[points["application_id"].isin(listed)]
    parts = []
    for fact, table in (*bare.items(), *_unchecked(result, mine)):
        both = mine.merge(table[[*KEYS, "cents"]], on=KEYS, suffixes=("", "_without"))
        both = both[both["cents_without"] < both["cents"]]
        for scale, group in both.groupby(SCALE, sort=True):
            here = points[(points["epci"] == scale[0]) & (points["grid"] == scale[1])]["cents"].to_numpy()
            # One more than those strictly above; the household itself, with its full points, is one of them.
            above = [int((here > cents).sum()) for cents in group["cents_without"]]
            parts.append(group.assign(grid=grid, fact=fact, rank_without=above))
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    found = pd.concat(parts, ignore_index=True)
    found = found[found["rank_without"] > found["rank"]]
    return found[list(COLUMNS)].sort_values(list(COLUMNS[:4]), ignore_index=True)


def _unchecked(result: Result, points: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """In files to verify, the points without each criterion, one at a time; what has its own status is left out."""
    prepared = result.optimum.prepared
    people = prepared.case.table("applications")
    unchecked = people.loc[(people["dossier"] == "to_verify").fillna(False).astype(bool), "application_id"]
    open_files = points[points["application_id"].isin(set(unchecked))]
    breakdown = result.scores[result.scores["application_id"].isin(set(open_files["application_id"]))]
    names = _titles(prepared.rules)
    for criterion in sorted(set(breakdown["criterion"].astype(str)) & set(names)):
        part = breakdown[breakdown["criterion"] == criterion]
        own = part.assign(own=cents_of(part)).groupby(KEYS)["own"].sum().reset_index()
        table = open_files.merge(own, on=KEYS)
        yield names[criterion], table.assign(cents=table["cents"] - table["own"])


def _titles(rules: policy.RuleSet) -> dict[str, str]:
    """Criteria that rest on a fact without a status of its own -> their titles."""
    known = {name for names in DECLARED.values() for name in names} | set(REGISTERED)
    return {
        f"{rubric.id}.{criterion.id}": criterion.title
        for grid in rules.grids
        for rubric in grid.rubrics
        for criterion in rubric.criteria
        if not _inputs(grid, criterion.id) <= known
    }


def _inputs(grid: Grid, criterion: str) -> set[str]:
    found = [c for r in grid.rubrics for c in r.criteria if c.id == criterion]
    return {x.input for c in found for x in c.when} | {str(getattr(c, "input", "")) for c in found} - {""}
