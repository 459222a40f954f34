"""The year as it would be lived: weekly commissions, refusals at the stated acceptance, several seeded replications.

Stands beside the « borne à information parfaite » (one optimum over the year, everybody accepting): the same engine, but
each week sees only the dwellings vacated so far, refused dwellings come back the week after, and every lease signed counts
in the objectives of the following weeks. A household that has refused a dwelling is never offered it again. Values of the law
and seniority are read at the date of the case all along; nobody new asks and nobody renews: the applications are those of
the case.

Whether a household accepts a dwelling is a number of its own, drawn by the hash of the seed, the replication, the dwelling
and the application: two scenarios that offer the same dwelling to the same household get the same answer, so that what
differs between them is the scenario. The figures are those of the optimum, counted by the same code from the leases.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from optimizer import eligibility, pipeline
from optimizer.domain import Case, empty_frame
from optimizer.domain.account import in_flux, transfers
from optimizer.problem import evaluate, measure, rule_book
from optimizer.problem.rulebook import RuleBook
from optimizer.runs import Options
from optimizer.scenario.figures import Figure, steadied
from optimizer.scenario.indicators import (
    LIVED,
    VacancyTerms,
    monthly_rents,
    shared_figures,
)
from optimizer.scenario.rates import lines_reached
from optimizer.shortlist import build_shortlists
from optimizer.shortlist.tables import proposals_table
from optimizer.solve import SolveOptions, solve

COPIED = ("dwelling_id", "landlord", "commune", "qpv", "rooms", "financing", "construction_year")
COLUMNS = ("replication", "indicator", "scope", "unit", "value", "num", "den")
LISTED = ("dwelling_id", "account", "application_id", "score", "q1")
"""What is kept of the line that a lease comes from: enough to count it as the optimum's first ranks are."""
REFUSED = "refused_same_dwelling"
"""Why a household that refused a dwelling is not on its next list (``models/national/forbid_reasons.yaml``)."""
WEEK = 7


@dataclass
class _Year:
    """What has happened so far in one replication."""

    leases: list[dict[str, object]] = field(default_factory=list)
    signed: list[dict[str, object]] = field(default_factory=list)
    housed: set[str] = field(default_factory=set)
    refused: set[tuple[str, str]] = field(default_factory=set)
    seats: dict[tuple[str, str], int] = field(default_factory=dict)
    """Names that a réservataire's seat has seen refuse, by (dwelling, account)."""
    refusals: int = 0
    days: dict[str, int] = field(default_factory=dict)
    """Days each dwelling has waited since it was first put forward."""


def draw(seed: str, replication: int, dwelling: str, application: str) -> float:
    """A number in [0, 1) that depends on nothing but its name: 53 bits of SHA-256."""
    text = f"{seed}|{replication}|{dwelling}|{application}"
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
        Default: the seed of the case. Same seed, same draws, whatever the machine and whatever the scenario.

    Returns
    -------
    DataFrame
        ``replication, indicator, scope, unit, value, num, den``: the figures of the optimum (named ``weekly_…``) counted from
        the leases signed, and ``weekly_unlet`` (dwellings), ``weekly_refused_offers``, ``weekly_letting_days``,
        ``weekly_letting_cost`` (euros).
    """
    options = options or Options(pdf=False)
    whole = _prepared(case, options)
    book = rule_book(whole.case, whole.facts, whole.rules, price_assumed=options.price_assumed)
    rows: list[tuple[Any, ...]] = []
    plan = batches(case.table("dwellings"), weeks)
    for replication in range(1, replications + 1):
        year = _Year()
        waiting: list[str] = []
        for week, fresh in enumerate(plan, start=1):
            waiting = sorted({*waiting, *fresh})
            if waiting:
                prepared, lists = _lists(_now(case, year, waiting), options)
                drawn = seed or case.settings.seed
                waiting = _sign(prepared, lists, case, year, waiting, drawn, replication)
            for dwelling in waiting:
                year.days[dwelling] = year.days.get(dwelling, 0) + WEEK
            progress((replication - 1) * weeks + week, replications * weeks)
        rows += [(replication, *figure) for figure in _measured(whole, book, year, waiting)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def one_week(case: Case, *, weeks: int, options: Options) -> None:
    """The lists of the first week of a year in so many: what measures how long a year takes."""
    year = _Year()
    fresh = next((batch for batch in batches(case.table("dwellings"), weeks) if batch), [])
    if fresh:
        _lists(_now(case, year, sorted(fresh)), options)


def _prepared(case: Case, options: Options) -> pipeline.Prepared:
    return pipeline.prepare(
        case,
        models=options.models,
        accept_assumed=options.accept_assumed,
        price_assumed=options.price_assumed,
    )


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
                pairs = zip(
                    table["dwelling_id"].astype(str), table["application_id"].astype(str), strict=True
                )
                table = table[[pair not in year.refused for pair in pairs]]
            tables[name] = table.reset_index(drop=True)
    here = set(waiting)
    barred = [(d, a) for d, a in sorted(year.refused) if d in here and a not in year.housed]
    if barred:
        tables["decisions"] = _joined(
            tables.get("decisions"), "decisions", [_barred(d, a) for d, a in barred]
        )
    if year.leases:
        tables["leases"] = _joined(tables.get("leases"), "leases", year.leases)
    return replace(case, tables=tables, path=None)


def _barred(dwelling: str, application: str) -> dict[str, object]:
    return {
        "dwelling_id": dwelling, "application_id": application, "decision": "forbid", "reason": REFUSED,
        "author": "année vécue",
    }  # fmt: skip


def _joined(known: pd.DataFrame | None, name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    empty = empty_frame(name)
    new = pd.DataFrame(rows, columns=list(empty.columns))
    new = new.astype({column: str(kind) for column, kind in empty.dtypes.items()})
    return pd.concat([known, new], ignore_index=True) if known is not None and len(known) else new


def _lists(case: Case, options: Options) -> tuple[pipeline.Prepared, pd.DataFrame]:
    """The lists of one week, as `propose` gives them; nothing else of its tables, which take most of its time."""
    prepared = _prepared(case, options)
    problem, facts, rules = prepared.problem, prepared.facts, prepared.rules
    solved = solve(
        problem,
        SolveOptions(
            backend=options.backend, gap=options.gap, time_limit=options.time_limit, threads=options.threads,
            workers=str(options.workers),
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
) -> list[str]:
    """Offer each dwelling along its list; returns those that nobody took."""
    facts = prepared.facts
    at = {str(a): i for i, a in enumerate(facts.applications.ids.tolist())}
    usual = prepared.rules.number("national.caleol.acceptance")
    homes = {str(row["dwelling_id"]): row for row in case.table("dwellings").to_dict("records")}
    people = case.table("applications").set_index("application_id", drop=False)
    left = set(waiting)
    on, of_year = case.settings.on, case.settings.year
    signed_on = on if on.year == of_year else date(of_year, 1, 1)  # leases of another year count nowhere
    for line in lists.sort_values(["rank", "dwelling_id"]).to_dict("records"):
        dwelling, person, account = (str(line[k]) for k in ("dwelling_id", "application_id", "account"))
        if dwelling not in left or person in year.housed:
            continue
        if not _accepts(
            line,
            facts.applications.acceptance[at[person]] / 10_000 if person else usual,
            year,
            seed,
            replication,
        ):
            continue
        left.discard(dwelling)
        home = homes[dwelling]
        lease: dict[str, Any] = {name: home.get(name) for name in COPIED}
        lease |= {"account": account, "signed_on": signed_on, "q1": line["q1"] or "unknown"}
        if person:
            year.housed.add(person)
            who = people.loc[person]
            lease |= {
                "application_id": person, "priority_codes": who["priority_codes"],
                "priority_status": who["priority_status"], "relocation": who["relocation"],
                "essential_worker": who["essential_worker"], "mutation": account in transfers(),
            }  # fmt: skip
        lease["in_flux"] = not _outside(home) and in_flux(account)
        year.leases.append(lease)
        year.signed.append({name: line[name] for name in LISTED})
    return sorted(left)


def _accepts(line: dict[Any, Any], chance: float, year: _Year, seed: str, replication: int) -> bool:
    """Whether the household of a line takes the dwelling; a refusal is remembered, of a seat by the number of its names."""
    dwelling, person = str(line["dwelling_id"]), str(line["application_id"])
    seat = (dwelling, str(line["account"]))
    name = person or f"{seat[1]}#{year.seats.get(seat, 0)}"
    if draw(seed, replication, dwelling, name) < chance:
        return True
    year.refusals += 1
    if person:
        year.refused.add((dwelling, person))
    else:
        year.seats[seat] = year.seats.get(seat, 0) + 1
    return False


def _outside(home: Mapping[Hashable, Any]) -> bool:
    """Whether a dwelling is out of the flux whatever the account."""
    reserved, excluded, first = (home.get(k) for k in ("reserved_to", "assiette_exclusion", "first_letting"))
    return bool(
        pd.notna(reserved) or (pd.notna(excluded) and excluded != "none") or (pd.notna(first) and bool(first))
    )


def _measured(whole: pipeline.Prepared, book: RuleBook, year: _Year, unlet: list[str]) -> list[Figure]:
    """The figures of one replication, under the names of the lived year."""
    facts = whole.facts
    first = pd.DataFrame(year.signed, columns=list(LISTED)).sort_values("dwelling_id", ignore_index=True)
    home = {str(d): i for i, d in enumerate(facts.dwellings.ids.tolist())}
    who = {str(a): i for i, a in enumerate(facts.applications.ids.tolist())} | {"": -1}
    account = {name: i for i, name in enumerate(facts.accounts)}
    num, den = measure(
        book,
        np.array([home[str(d)] for d in first["dwelling_id"]], np.int64),
        np.array([who[str(a)] for a in first["application_id"]], np.int64),
        np.array([account[str(a)] for a in first["account"]], np.int64),
    )
    terms = VacancyTerms.read(whole.rules)
    monthly = monthly_rents(whole, terms)
    days = {str(d): year.days.get(str(d), 0) + terms.letting_days for d in first["dwelling_id"]}
    days |= {d: float(year.days[d]) for d in unlet}
    cost = sum(n / terms.days_per_month * monthly[d] for d, n in days.items())
    found = [
        Figure("unlet", "", "dwellings", float(len(unlet))),
        Figure("refused_offers", "", "offers", float(year.refusals)),
        Figure("letting_days", "", "days", float(sum(days.values()))),
        Figure("letting_cost", "", "euros", cost),
        *shared_figures(first, lines_reached(whole, num, den), whole),
    ]
    return [figure._replace(indicator=f"{LIVED}{figure.indicator}") for figure in steadied(found)]


ABSENT_IS_NONE = frozenset(
    f"{LIVED}{name}" for name in ("account_dwellings", "account_flux", "account_planned", "public_first")
)
"""Counts: absent from a replication means none there."""
SPREAD = ("indicator", "scope", "unit", "value", "num", "den", "standard_error", "low", "high")


def lived_values(table: pd.DataFrame) -> dict[tuple[str, str, str], tuple[float | None, ...]]:
    """Each figure's value in each replication, in order; None where a replication has none."""
    n = int(table["replication"].max()) if len(table) else 0
    out: dict[tuple[str, str, str], tuple[float | None, ...]] = {}
    keys = list(zip(table["indicator"], table["scope"], table["unit"], strict=True))
    found: dict[tuple[str, str, str], dict[int, float]] = {}
    for key, replication, value in zip(keys, table["replication"], table["value"], strict=True):
        found.setdefault(key, {})[int(replication)] = float(value)
    for key, values in found.items():
        none = 0.0 if key[0] in ABSENT_IS_NONE else None
        out[key] = tuple(values.get(i, none) for i in range(1, n + 1))
    return out


def standard_error(values: list[float]) -> float:
    """Standard error of the mean of independent replications; NaN for fewer than two."""
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")


def spread(table: pd.DataFrame) -> pd.DataFrame:
    """Mean of each figure over the replications, with its standard error, its lowest and highest, and the mean of its parts."""
    means = table.groupby(["indicator", "scope", "unit"], sort=False)[["num", "den"]].mean()
    parts = dict(zip(means.index.tolist(), means.to_numpy().tolist(), strict=True))
    rows = []
    for key, each in sorted(lived_values(table).items(), key=lambda item: item[0]):
        known = [v for v in each if v is not None]
        num, den = parts[key]
        rows.append((*key, sum(known) / len(known), num, den, standard_error(known), min(known), max(known)))
    return pd.DataFrame(rows, columns=list(SPREAD))
