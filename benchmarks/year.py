"""A year lived on the program itself: ``python -m benchmarks.year``.

480 dwellings of one landlord are let from one pool of applications in three ways: one commission for each dwelling, commissions of
40 dwellings, one run for the year. Every first rank signs; its lease counts in the commissions that follow, a dwelling
without candidate comes back to the next one, a dwelling that waits for its réservataire is let on that account to a household
that the program does not know. Counted for each account: leases of the flux beside what its share of them is; of the first ranks:
effort rate, quartile, priority publics, names per list. So in each mode of management: the landlord names for every account
(`delegated`), as the shipped agreement says with the households that its réservataires have named (`agreed`), after every nominee
the landlord's own (`partial`), no réservataire has named anybody yet (`direct`). Réservataires who name for themselves do so in two
ways, `quarter-first` and `own-order` (`benchmarks.nominators`): with an eye on the quarter of publics prioritaires that the law asks
of them, or without. The delegated year is lived again with the terms that version 3 of the contract added at zero.

Years that a ``--ledger`` file holds are not lived again: a campaign goes on where it stopped. The dated page is written after
each year.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

import optimizer as af
from benchmarks.nominators import NOMINATORS, QUARTER_FIRST, Nominators
from benchmarks.tables import machine
from optimizer import pipeline, policy
from optimizer.domain import Case, empty_frame
from optimizer.domain.account import in_flux, transfers
from optimizer.problem import evaluate
from optimizer.runs.tables import MainTables, main_tables
from optimizer.solve import SolveOptions, solve

RESULTS = Path(__file__).parent / "results"
COPIED = ("dwelling_id", "landlord", "commune", "qpv", "rooms", "financing", "construction_year")
DALO_IN = 33
"""One application in so many is given a DALO label: the Doubs has too few of them to show where they go."""
NEW_TERMS: dict[str, float] = {
    "national.prices.flux_max": 0,
    "national.rules.flux.play": 0.01,
    "national.burden.weight": 0,
    "national.lean.points_per_missing_name": 0,
    "national.lean.dalo_points": 0,
    "national.lean.unreachable_margin": 0,
}
"""What version 3 added to the objective, at zero or at the least that may be written; what it changed elsewhere (waiting seats,
nominations, the landlord's number of DALO) stays."""
NEAR = 2.0
"""Leases an account may end away from its due."""
MODES = ("delegated", "agreed", "partial", "direct")
NAMING = ("agreed", "partial", "direct")
"""Modes in which réservataires name."""


@dataclass
class Year:
    """What has been signed so far. ``lists``: names of each list of the commission; ``seconds``: of each commission."""

    leases: list[dict[str, Any]] = field(default_factory=list)
    firsts: list[dict[str, Any]] = field(default_factory=list)
    lists: list[int] = field(default_factory=list)
    housed: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    unlet: int = 0
    open_proofs: int = 0


def make_case(seed: int, dwellings: int, applications: int, mode: str, habit: str = QUARTER_FIRST) -> Case:
    """A landlord's year before its first commission: no lease yet, the vacated dwellings known to `assiette` alone."""
    case = af.synthesize("commission", dwellings=dwellings, applications=applications, seed=seed)
    homes, people = case.table("dwellings").copy(), case.table("applications").copy()
    homes["vacant_since"] = pd.NaT  # the same in all three years
    labelled = np.random.default_rng(seed).permutation(len(people))[: len(people) // DALO_IN]
    people.loc[labelled, ["priority_codes", "priority_status"]] = ["dalo", "labelled"]
    out = Counter(homes["assiette_exclusion"].fillna("none").astype(str))
    vacated = case.table("assiette").iloc[0]
    told = {name: out[name] for name in ("anru", "orcod", "unfit", "sale", "stock")}
    told |= {"vacated": dwellings, "mutation": round(dwellings * vacated["mutation"] / vacated["vacated"])}
    line = {str(name): value for name, value in vacated.items()} | told
    assiette = pd.DataFrame([line]).astype(case.table("assiette").dtypes.to_dict())
    tables = {
        "dwellings": homes,
        "applications": people,
        "assiette": assiette,
        "residences": case.table("residences"),
    }
    if mode in ("agreed", "partial"):
        named = case.table("nominations")
        drawn = named[named["dwelling_id"].isna()].reset_index(drop=True)
        tables["nominations"] = Nominators.of(
            replace(case, tables={**case.tables, "applications": people}), habit
        ).lists(drawn)
    made = replace(case, tables=tables, path=None, sources=(), origins={})
    if mode != "agreed":
        agreed = policy.rules_of(made.settings).conventions
        lines = agreed[agreed["landlord"].isin(homes["landlord"])].assign(management_mode=mode)
        tables["conventions"] = lines.reset_index(drop=True)
    return made


def commissions(case: Case, size: int) -> Iterator[list[str]]:
    """Dwellings of each commission, in an order drawn from the seed of the case."""
    ids = sorted(map(str, case.table("dwellings")["dwelling_id"]))
    order = np.random.default_rng(len(ids)).permutation(len(ids))
    for start in range(0, len(ids), size):
        yield [ids[i] for i in order[start : start + size]]


def live(
    case: Case, size: int, changes: dict[str, float], time_limit: float | None, habit: str = QUARTER_FIRST
) -> Year:
    """The year in commissions of ``size`` dwellings."""
    nominators = Nominators.of(case, habit)
    case = replace(case, settings=replace(case.settings, changes={**case.settings.changes, **changes}))
    year = Year()
    waiting: list[str] = []
    for fresh in commissions(case, size):
        waiting += fresh
        clock = time.process_time()
        prepared = pipeline.prepare(now(case, year, waiting, nominators, size > 1))
        solved = solve(prepared.problem, SolveOptions(time_limit=time_limit))
        scopes = pd.DataFrame({"rule": [r.rule for r in prepared.problem.rows]})
        optimum = pipeline.Optimum(prepared, solved, evaluate(prepared.problem, solved.first), scopes)
        main = main_tables(optimum, af.Options(pdf=False))
        year.seconds.append(time.process_time() - clock)
        year.open_proofs += solved.stop != "proven"
        signed = sign(case, year, main, nominators)
        waiting = [home for home in waiting if home not in signed]
    year.unlet = len(waiting)
    return year


def now(case: Case, year: Year, waiting: list[str], nominators: Nominators, several: bool) -> Case:
    """The case as a commission finds it; ``several``: commissions let more than one dwelling each."""
    tables = dict(case.tables)
    homes, people = tables["dwellings"], tables["applications"]
    tables["dwellings"] = homes[homes["dwelling_id"].isin(waiting)].reset_index(drop=True)
    tables["applications"] = people[~people["application_id"].isin(year.housed)].reset_index(drop=True)
    if "nominations" in tables:
        named, presented = tables["nominations"], tables["dwellings"]
        named = named[~named["application_id"].isin(year.housed)].reset_index(drop=True)
        if several and len(presented) == len(homes):
            named = nominators.by_dwelling(named, presented)
        elif several:
            expected = shares(case, presented["commune"].astype(str).tolist())
            named = nominators.handed_in(named, presented, expected)
        tables["nominations"] = named
    empty = empty_frame("leases")
    if year.leases:
        signed = pd.DataFrame(year.leases, columns=list(empty.columns))
        tables["leases"] = signed.astype({column: str(kind) for column, kind in empty.dtypes.items()})
    return replace(case, tables=tables)


def sign(case: Case, year: Year, main: MainTables, nominators: Nominators) -> set[str]:
    """The leases of the first ranks and of the dwellings that wait for their réservataire; returns the dwellings let."""
    homes = case.table("dwellings").set_index("dwelling_id", drop=False)
    people = case.table("applications").set_index("application_id", drop=False)
    lines = main.proposals
    named = Counter(lines.loc[lines["application_id"] != "", "dwelling_id"])
    let: set[str] = set()
    for line in lines[lines["rank"] == 1].to_dict("records"):
        home, person, account = (
            homes.loc[line["dwelling_id"]],
            str(line["application_id"]),
            str(line["account"]),
        )
        lease: dict[str, Any] = {name: home[name] for name in COPIED}
        lease |= {"account": account, "signed_on": case.settings.on, "q1": line["q1"] or "unknown"}
        stays_out = (
            pd.notna(home["reserved_to"])
            or home["assiette_exclusion"] != "none"
            or bool(home["first_letting"])
        )
        lease["in_flux"] = not stays_out and in_flux(account)
        lease["mutation"] = account in transfers()
        if person:
            who = people.loc[person]
            lease |= {
                n: who[n]
                for n in (
                    "application_id",
                    "priority_codes",
                    "priority_status",
                    "relocation",
                    "essential_worker",
                )
            }
            year.housed.add(person)
            year.firsts.append(
                {str(name): value for name, value in line.items()} | {"qpv": str(home["qpv"]) != "no"}
            )
            year.lists.append(named[line["dwelling_id"]])
        else:
            lease |= nominators.unknown(account, year.leases)
            year.lists.append(0)
        lease["titled"] = person in nominators.titled if person else "priority_codes" in lease
        year.leases.append(lease)
        let.add(str(line["dwelling_id"]))
    return let


def dues(case: Case, year: Year) -> pd.DataFrame:
    """``account, done, due`` in leases of the flux: what the share of each account is in the communes it covers."""
    leases = [lease for lease in year.leases if lease["in_flux"]]
    due = shares(case, [str(lease["commune"]) for lease in leases])
    done = Counter(str(lease["account"]) for lease in leases)
    names = sorted({*done, *due})
    return pd.DataFrame({"account": names, "done": [done[n] for n in names], "due": [due[n] for n in names]})


def shares(case: Case, communes: list[str]) -> defaultdict[str, float]:
    """Dwellings that the agreement gives each account of those in some communes."""
    rules = policy.rules_of(case.settings)
    lines = case.table("conventions") if len(case.table("conventions")) else rules.conventions
    lines = lines[lines["landlord"].isin(case.table("dwellings")["landlord"])]
    words = (lines[name].astype(str).tolist() for name in ("area", "account"))
    agreed = list(zip(*words, lines["share"].astype(float).tolist(), strict=True))
    due: defaultdict[str, float] = defaultdict(float)
    for commune in communes:
        rest = 1.0
        for area, account, share in agreed:
            if covers(area, commune, rules.communes):
                due[account] += share
                rest -= share
        due["BAILLEUR"] += rest
    return due


def covers(area: str, commune: str, places: pd.DataFrame) -> bool:
    """Whether a commune is in the area of a line: itself, its EPCI or its département."""
    return area in {commune, str(places.at[commune, "epci"]), str(places.at[commune, "departement"])}


def quarters(rates: list[float]) -> str:
    """Quarter, half and three quarters of the effort rates, in whole per cent."""
    found = np.percentile(rates, [25, 50, 75]) if rates else [0, 0, 0]
    return " / ".join(f"{100 * x:.0f}" for x in found)


def figures(year: Year) -> dict[str, str]:
    """What the first ranks of a year look like: name of the figure -> as printed."""
    first = pd.DataFrame(year.firsts)
    rates = [float(e) for e in first["effort"] if pd.notna(e)]
    priority = first["priority"].astype(str)
    own = first["account"].isin(["BAILLEUR", *transfers()])
    reserved = first[~own & ~first["account"].str.startswith("ETAT")]
    q1 = first["q1"]
    size = Counter(min(3, n) for n in year.lists)
    out = {
        "dwellings let / left": f"{len(year.leases)} / {year.unlet}",
        "effort rate known": str(len(rates)),
        "effort above 33 %": str(sum(e > 0.33 for e in rates)),
        "effort above 50 %": str(sum(e > 0.5 for e in rates)),
        "effort, quartiles in %": quarters(rates),
        "effort above 33 % in the first quartile / others": " / ".join(
            str(int(((first["effort"] > 0.33) & (q1 == state)).sum())) for state in ("yes", "no")
        ),
        "first quartile / others / unknown": " / ".join(
            str(int((q1 == s).sum())) for s in ("yes", "no", "unknown")
        ),
        "first quartile outside QPV, % of known": share(first[~first["qpv"].astype(bool)], "yes"),
        "others inside QPV, % of known": share(first[first["qpv"].astype(bool)], "no"),
        "DALO": str(int(priority.str.contains("DALO").sum())),
        "DALO by account": ", ".join(
            f"{a} {n}"
            for a, n in sorted(Counter(first.loc[priority.str.contains("DALO"), "account"]).items())
        ),
        "priority publics, % of the first ranks of Action Logement and communes": (
            f"{100 * (reserved['priority'] != '').mean():.0f}" if len(reserved) else "–"
        ),
        "lists of three and more / two / one / waiting": " / ".join(str(size[n]) for n in (3, 2, 1, 0)),
        "median score": f"{median(first['score']):.1f}",
        "seconds of the processor per commission, median / most": f"{median(year.seconds):.2f} / {max(year.seconds):.2f}",
    }
    if year.open_proofs:
        out["commissions without proof"] = str(year.open_proofs)
    return out


def share(first: pd.DataFrame, state: str) -> str:
    """Part of a state among the first ranks whose quartile is known, in per cent."""
    known = first[first["q1"].isin(["yes", "no"])]
    return f"{100 * (known['q1'] == state).mean():.0f}" if len(known) else "–"


def table(columns: dict[str, dict[str, str]], first: str) -> list[str]:
    """A Markdown table: one line per figure, one column per year."""
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    lines = [f"| {first} | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
    return lines + [f"| {n} | " + " | ".join(c.get(n, "") for c in columns.values()) + " |" for n in names]


@dataclass(frozen=True)
class Unit:
    """One year to live: ``terms`` are those in force, ``now`` or ``before``; ``habit``: of the réservataires (`Nominators`)."""

    seed: int
    mode: str
    size: int
    terms: str
    habit: str = QUARTER_FIRST

    @property
    def key(self) -> str:
        return f"{self.seed}/{self.mode}/{self.size}/{self.terms}/{self.habit}"


def units(
    seeds: range, modes: list[str], habits: list[str], sizes: tuple[int, ...], old: bool
) -> Iterator[Unit]:
    """The years of a campaign, those that are promised first."""
    for seed in seeds:
        for mode in modes:
            for habit in habits if mode in NAMING else habits[:1]:
                yield from (Unit(seed, mode, size, "now", habit) for size in sizes)
        if old and "delegated" in modes:
            yield from (Unit(seed, "delegated", size, "before") for size in sizes)


def lived(unit: Unit, dwellings: int, applications: int, time_limit: float | None) -> dict[str, Any]:
    """What a year ends with: ``ends`` (account -> leases done, due) and ``shown`` (figure -> as printed)."""
    case = make_case(unit.seed, dwellings, applications, unit.mode, unit.habit)
    year = live(case, unit.size, NEW_TERMS if unit.terms == "before" else {}, time_limit, unit.habit)
    end = dues(case, year)
    columns = (end["account"].tolist(), end["done"].tolist(), end["due"].tolist())
    ends = {str(name): [int(done), float(due)] for name, done, due in zip(*columns, strict=True)}
    return {"ends": ends, "shown": figures(year)}


def far(found: dict[str, Any]) -> int:
    """Accounts more than `NEAR` leases from their due."""
    return sum(abs(done - due) > NEAR for done, due in found["ends"].values())


def chapter(title: str, years: dict[str, dict[str, Any]]) -> list[str]:
    """Both tables of some years, by the heading of their columns."""
    ends = {
        name: {a: f"{n} / {due:.1f} ({n - due:+.1f})" for a, (n, due) in year["ends"].items()}
        for name, year in years.items()
    }
    shown = {name: year["shown"] for name, year in years.items()}
    return [
        f"## {title}",
        "",
        *table(ends, "leases of the flux, done / due"),
        "",
        *table(shown, "first ranks"),
        "",
    ]


def written(head: list[str], whole: list[Unit], known: dict[str, dict[str, Any]], dwellings: int) -> str:
    """The page of the years lived so far."""
    page = list(head)
    for seed, mode, habit in dict.fromkeys((u.seed, u.mode, u.habit) for u in whole):
        years = {
            f"{dwellings // u.size} × {u.size}{'' if u.terms == 'now' else ' (new terms at zero)'}": known[
                u.key
            ]
            for u in whole
            if (u.seed, u.mode, u.habit) == (seed, mode, habit) and u.key in known
        }
        if years:
            page += chapter(f"Seed {seed}, {mode}{f', {habit}' if mode in NAMING else ''}", years)
    done = [u for u in whole if u.terms == "now" and u.key in known]
    worst = max((abs(n - due) for u in done for n, due in known[u.key]["ends"].values()), default=0.0)
    page += [
        f"Years with the terms in force: {len(done)}; accounts more than {NEAR:g} leases from their due: "
        f"{sum(far(known[u.key]) for u in done)}; farthest: {worst:.1f} leases.",
    ]
    left = [u.key for u in whole if u.key not in known]
    page += ["", f"Years not lived: {', '.join(left)}." if left else "Every year was lived.", ""]
    return "\n".join(page)


def main(words: list[str]) -> int:
    """Live the years, write the page; 1 when réservataires keep their quarter and an account ends more than two leases from its due."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.year", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--dwellings", type=int, default=480)
    parser.add_argument("--applications", type=int, default=3_000)
    parser.add_argument("--session", type=int, default=40, help="dwellings of a middle-sized commission")
    parser.add_argument("--modes", default=",".join(MODES), help=f"of {', '.join(MODES)}")
    parser.add_argument(
        "--nominators", default=QUARTER_FIRST, help=f"habits of the réservataires, of {', '.join(NOMINATORS)}"
    )
    parser.add_argument(
        "--without-old", action="store_true", help="leave out the years with the new terms at zero"
    )
    parser.add_argument("--time-limit", type=float, help="seconds of one proof")
    parser.add_argument("--ledger", type=Path, help="years already lived; the others are added")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(words)
    modes = asked.modes.split(",")
    habits = asked.nominators.split(",")
    if not set(modes) <= set(MODES):
        parser.error(f"modes: {', '.join(MODES)}")
    if not set(habits) <= set(NOMINATORS):
        parser.error(f"nominators: {', '.join(NOMINATORS)}")
    sizes = (1, asked.session, asked.dwellings)
    seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
    whole = list(units(seeds, modes, habits, sizes, not asked.without_old))
    known: dict[str, dict[str, Any]] = {}
    if asked.ledger and asked.ledger.exists():
        lines = asked.ledger.read_text(encoding="utf-8").splitlines()
        known = {line["key"]: line for line in map(json.loads, lines)}
    head = machine()
    page = [f"# A year lived, {head['date']}", "", f"`python -m benchmarks.year {' '.join(words)}`", ""]
    page += [", ".join(f"{k.replace('_', ' ')} {v}" for k, v in head.items() if k != "date"), ""]
    page += [" ".join((__doc__ or "").split("\n\n")[1].split()), ""]
    page += [f"{asked.applications:,} applications, one in {DALO_IN} with a DALO label.", ""]
    out = asked.out or RESULTS / f"year-{head['date']}.md"
    for unit in whole:
        if unit.key not in known:
            found = {"key": unit.key, **lived(unit, asked.dwellings, asked.applications, asked.time_limit)}
            known[unit.key] = found
            print(json.dumps(found), file=sys.stderr, flush=True)
            if asked.ledger:
                with asked.ledger.open("a", encoding="utf-8") as ledger:
                    ledger.write(json.dumps(found) + "\n")
        out.write_text(written(page, whole, known, asked.dwellings), encoding="utf-8")
    print(out, file=sys.stderr)
    return int(any(far(known[u.key]) for u in whole if u.terms == "now" and u.habit == QUARTER_FIRST))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
