"""A whole synthetic year brought to its middle: half of its first ranks signed, some in progress, a few decisions."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from optimizer.domain import Case, default_seed
from optimizer.runs import Options, propose, propose_to
from optimizer.synth import synthesize, write_case
from tests.statement.year import filled

ON = date(2026, 7, 2)
STAGES = ("oriented", "nominated", "commission", "offered")
OPTIONS = Options(gap=0.05, pdf=False)


def middle_of_the_year(dwellings: int, applications: int, seed: int) -> Case:
    """The Doubs on 2 July, every landlord together."""
    start = synthesize("doubs", dwellings=dwellings, applications=applications, seed=seed)
    ranks = propose(start, OPTIONS).proposals
    first = ranks[(ranks["rank"] == 1) & (ranks["application_id"] != "")]
    order = sorted(
        first.to_dict("records"), key=lambda r: hashlib.sha256(r["dwelling_id"].encode()).hexdigest()
    )
    homes = start.table("dwellings").set_index("dwelling_id")
    people = start.table("applications").set_index("application_id")
    signed, going = order[: len(order) // 2], order[len(order) // 2 : len(order) // 2 + 8]
    leases = [_lease(r, i, len(signed), homes, people) for i, r in enumerate(signed)]
    progress = [_progress(r, i, homes) for i, r in enumerate(going)]
    gone = {r["dwelling_id"] for r in [*signed, *going]}
    housed = {r["application_id"] for r in signed}
    left = start.table("applications")
    left = left[~left["application_id"].isin(housed)].sort_values("application_id", ignore_index=True)
    recognised = left["application_id"].isin(left["application_id"].iloc[::200])
    left = left.assign(priority_codes=left["priority_codes"].mask(recognised, "dalo"))
    rest = start.table("dwellings")
    rest = rest[~rest["dwelling_id"].isin(gone)].reset_index(drop=True)
    named = start.table("nominations")
    decided = sorted(left["application_id"])[:2]
    town = rest[(rest["commune"] == "25056") & (rest["landlord"] == "ESH25")]
    free = (town["assiette_exclusion"].fillna("none") == "none") & town["reserved_to"].isna()
    town_home = sorted(town.loc[free, "dwelling_id"])[0]
    decisions = [
        {"dwelling_id": rest["dwelling_id"].iloc[0], "application_id": decided[0], "decision": "forbid",
         "reason": "refused_same_dwelling", "author": "Secrétariat", "expires_on": "2026-12-31"},
        {"application_id": decided[1], "decision": "forbid", "reason": "withdrawn", "author": "Commission du 12 mai",
         "expires_on": "2026-06-01"},
        {"dwelling_id": town_home, "account": "COLL:25056", "decision": "orient", "reason": "commission_decision", "author": "Secrétariat"},
    ]  # fmt: skip
    tables = {
        **start.tables, "dwellings": rest, "applications": left, "leases": filled("leases", leases),
        "in_progress": filled("in_progress", progress), "decisions": filled("decisions", decisions),
        "nominations": named[named["application_id"].isin(left["application_id"])].reset_index(drop=True),
    }  # fmt: skip
    settings = replace(
        start.settings, on=ON, seed=default_seed(ON, start.settings.landlord, start.settings.territory)
    )
    return replace(start, settings=settings, tables=tables)


def _home(row: dict[str, object], homes: pd.DataFrame) -> dict[str, object]:
    home = homes.loc[row["dwelling_id"]]
    return {"dwelling_id": row["dwelling_id"], "account": row["account"],
            **{k: home[k] for k in ("landlord", "commune", "qpv", "rooms", "financing")}}  # fmt: skip


def _lease(
    row: dict[str, object], i: int, n: int, homes: pd.DataFrame, people: pd.DataFrame
) -> dict[str, object]:
    who = people.loc[row["application_id"]]
    day = date(2026, 1, 5) + timedelta(days=175 * i // n)
    recognised = {"priority_codes": "dalo", "priority_status": "labelled"} if i % 15 == 0 else {}
    return {
        **_home(row, homes), "application_id": row["application_id"], "signed_on": day.isoformat(), "q1": row["q1"],
        **{k: who[k] for k in ("priority_codes", "priority_status", "relocation", "essential_worker")},
        "mutation": row["account"] == "MUTATION", **recognised,
    }  # fmt: skip


def _progress(row: dict[str, object], i: int, homes: pd.DataFrame) -> dict[str, object]:
    stage = STAGES[i % len(STAGES)]
    who = {} if stage == "oriented" else {"application_id": row["application_id"]}
    return {
        **_home(row, homes),
        **who,
        "stage": stage,
        "since": (date(2026, 6, 29) - timedelta(days=5 * i)).isoformat(),
    }


def on_disk(case: Case, folder: Path) -> tuple[Path, Path]:
    """The case as files, and the folder of a run on them."""
    write_case(case, folder / "cas")
    propose_to(folder / "cas", folder / "propositions", OPTIONS)
    return folder / "cas", folder / "propositions"
