"""The year as it would be lived: weekly commissions, refusals at the stated acceptance, several seeded replications.

Stands beside the « borne à information parfaite » (one optimum over the year, everybody accepting): the same engine, but
each week sees only the dwellings vacated so far, refused dwellings come back the week after, and every lease signed counts
in the objectives of the following weeks. Values of the law and seniority are read at the date of the case all along; nobody
new asks and nobody renews: the applications are those of the case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from optimizer import eligibility, pipeline
from optimizer.domain import Case, empty_frame
from optimizer.domain.account import in_flux, transfers
from optimizer.problem import evaluate
from optimizer.runs import Options
from optimizer.shortlist import build_shortlists
from optimizer.shortlist.tables import proposals_table
from optimizer.solve import SolveOptions, solve

COPIED = ("dwelling_id", "landlord", "commune", "qpv", "rooms", "financing", "construction_year")
COLUMNS = ("replication", "indicator", "scope", "unit", "value")


@dataclass
class _Year:
    """What has happened so far in one replication."""

    leases: list[dict[str, object]] = field(default_factory=list)
    housed: set[str] = field(default_factory=set)
    waited: int = 0
    months: list[float] = field(default_factory=list)


def draw(seed: str, replication: int, week: int, dwelling: str, application: str) -> float:
    """A number in [0, 1) that depends on nothing but its name: 53 bits of SHA-256."""
    text = f"{seed}|{replication}|{week}|{dwelling}|{application}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") // 2**11 / 2**53


def batches(dwellings: pd.DataFrame, weeks: int) -> list[list[str]]:
    """Dwellings of each week: in the order they become available (identifier when the date is missing), spread evenly."""
    order = dwellings.sort_values(["available_on", "dwelling_id"], na_position="last")["dwelling_id"].astype(
        str
    )
    n = len(order)
    out: list[list[str]] = [[] for _ in range(weeks)]
    for i, dwelling in enumerate(order):
        out[i * weeks // max(1, n)].append(dwelling)
    return out


def weekly(
    case: Case,
    *,
    weeks: int = 52,
    replications: int = 3,
    seed: str | None = None,
    options: Options | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> pd.DataFrame:
    """Run the year in weekly batches.

    Parameters
    ----------
    weeks, replications : int
    seed : str, optional
        Default: the seed of the case. Same seed, same draws, whatever the machine.

    Returns
    -------
    DataFrame
        ``replication, indicator, scope, unit, value`` with ``weekly_leases`` (per account), ``weekly_unlet``,
        ``weekly_vacancy`` (days waited by dwellings after they were put forward), ``weekly_q1_outside_qpv``,
        ``weekly_priority``, ``weekly_months``.
    """
    options = options or Options(pdf=False)
    rows: list[tuple[int, str, str, str, float]] = []
    plan = batches(case.table("dwellings"), weeks)
    for replication in range(1, replications + 1):
        year = _Year()
        waiting: list[str] = []
        for week, fresh in enumerate(plan, start=1):
            waiting = sorted({*waiting, *fresh})
            if waiting:
                prepared, lists = _lists(_now(case, year, waiting), options)
                drawn = seed or case.settings.seed
                waiting = _sign(prepared, lists, case, year, waiting, drawn, replication, week)
            year.waited += 7 * len(waiting)
            progress((replication - 1) * weeks + week, replications * weeks)
        rows += [(replication, *row) for row in _measured(case, year, len(waiting))]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _now(case: Case, year: _Year, waiting: list[str]) -> Case:
    """The case as the commission sees it that week."""
    tables = dict(case.tables)
    homes, people = case.table("dwellings"), case.table("applications")
    tables["dwellings"] = homes[homes["dwelling_id"].isin(waiting)].reset_index(drop=True)
    tables["applications"] = people[~people["application_id"].isin(list(year.housed))].reset_index(drop=True)
    for name in ("nominations", "scores", "decisions"):
        if name in tables:
            table = tables[name][~tables[name]["application_id"].isin(list(year.housed))]
            if "dwelling_id" in table.columns:
                table = table[table["dwelling_id"].isna() | table["dwelling_id"].isin(waiting)]
            tables[name] = table.reset_index(drop=True)
    if year.leases:
        empty = empty_frame("leases")
        new = pd.DataFrame(year.leases, columns=list(empty.columns))
        new = new.astype({column: str(kind) for column, kind in empty.dtypes.items()})
        known = case.table("leases")
        tables["leases"] = pd.concat([known, new], ignore_index=True) if len(known) else new
    return replace(case, tables=tables, path=None)


def _lists(case: Case, options: Options) -> tuple[pipeline.Prepared, pd.DataFrame]:
    """The lists of one week, as `propose` gives them; nothing else of its tables, which take most of its time."""
    prepared = pipeline.prepare(case, models=options.models, accept_assumed=options.accept_assumed)
    problem, facts, rules = prepared.problem, prepared.facts, prepared.rules
    solved = solve(
        problem,
        SolveOptions(
            backend=options.backend, gap=options.gap, time_limit=options.time_limit, threads=options.threads,
            engine=options.engine,
        ),
    )  # fmt: skip
    counted = evaluate(problem, solved.first)
    lists = build_shortlists(
        problem,
        facts,
        solved.first,
        counted=counted,
        proven=solved.certificate.status == "certified_optimal",
        size=case.settings.shortlist_size or rules.integer("national.caleol.shortlist_size"),
        max_lists=rules.integer("national.caleol.max_lists"),
    )
    return prepared, proposals_table(
        problem,
        facts,
        lists,
        q1_state=lambda apps, epci: eligibility.q1_state(facts, apps, epci),
        flag_names=lambda homes, apps: np.full(len(apps), "", object),
        effort_rate=lambda home, apps: np.full(len(apps), -1, np.int64),
    )


def _sign(
    prepared: pipeline.Prepared,
    lists: pd.DataFrame,
    case: Case,
    year: _Year,
    waiting: list[str],
    seed: str,
    replication: int,
    week: int,
) -> list[str]:
    """Offer each dwelling along its list; returns those that nobody took."""
    facts = prepared.facts
    at = {str(a): i for i, a in enumerate(facts.applications.ids.tolist())}
    usual = prepared.rules.number("national.caleol.acceptance")
    homes = case.table("dwellings").set_index("dwelling_id", drop=False)
    people = case.table("applications").set_index("application_id", drop=False)
    left = set(waiting)
    on, of_year = case.settings.on, case.settings.year
    signed_on = on if on.year == of_year else date(of_year, 1, 1)  # leases of another year count nowhere
    offered = lists.sort_values(["rank", "dwelling_id"])
    for line in offered.to_dict("records"):
        dwelling, person = str(line["dwelling_id"]), str(line["application_id"])
        if dwelling not in left or person in year.housed:
            continue
        chance = facts.applications.acceptance[at[person]] / 10_000 if person else usual
        if draw(seed, replication, week, dwelling, person) >= chance:
            continue
        left.discard(dwelling)
        lease: dict[str, Any] = {name: homes.loc[dwelling].get(name) for name in COPIED}
        lease |= {"account": line["account"], "signed_on": signed_on, "q1": line["q1"] or "unknown"}
        if person:
            year.housed.add(person)
            who = people.loc[person]
            lease |= {
                "application_id": person, "priority_codes": who["priority_codes"],
                "priority_status": who["priority_status"], "relocation": who["relocation"],
                "essential_worker": who["essential_worker"], "mutation": line["account"] in transfers(),
            }  # fmt: skip
            year.months.append(float(facts.applications.seniority_days[at[person]]) / (365.25 / 12))
        reserved, excluded = (
            homes.loc[dwelling].get("reserved_to"),
            homes.loc[dwelling].get("assiette_exclusion"),
        )
        first = homes.loc[dwelling].get("first_letting")
        stays_out = (
            pd.notna(reserved)
            or (pd.notna(excluded) and excluded != "none")
            or (pd.notna(first) and bool(first))
        )
        lease["in_flux"] = not stays_out and in_flux(str(line["account"]))
        year.leases.append(lease)
    return sorted(left)


def _measured(case: Case, year: _Year, unlet: int) -> list[tuple[str, str, str, float]]:
    rows: list[tuple[str, str, str, float]] = []
    leases = pd.DataFrame(year.leases, columns=list(empty_frame("leases").columns))
    for account, n in leases["account"].value_counts().sort_index().items():
        rows.append(("weekly_leases", f"account={account}", "leases", float(n)))
    rows.append(("weekly_unlet", "", "dwellings", float(unlet)))
    rows.append(("weekly_vacancy", "", "days", float(year.waited)))
    outside = leases[~leases["qpv"].fillna("no").astype(str).str.lower().isin(["yes", "oui", "1", "true"])]
    if len(outside):
        rows.append(("weekly_q1_outside_qpv", "", "share", float((outside["q1"] == "yes").mean())))
    if len(leases):
        rows.append(
            ("weekly_priority", "", "share", float((leases["priority_codes"].fillna("") != "").mean()))
        )
    if year.months:
        rows.append(("weekly_months", "", "months", float(np.mean(year.months))))
    return rows


def spread(table: pd.DataFrame) -> pd.DataFrame:
    """Mean, lowest and highest of each indicator over the replications (an account absent from one counts 0 there)."""
    n = int(table["replication"].max()) if len(table) else 0
    rows = []
    for key, group in table.groupby(["indicator", "scope", "unit"], sort=True)["value"]:
        values = group.tolist()
        if key[0] == "weekly_leases":
            values += [0.0] * (n - len(values))
        rows.append((*key, round(sum(values) / len(values), 4), min(values), max(values)))
    return pd.DataFrame(rows, columns=["indicator", "scope", "unit", "mean", "low", "high"])
