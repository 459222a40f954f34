"""A year lived on the program itself: ``python -m benchmarks.year``.

480 dwellings of one landlord are let from one pool of applications in three ways: one commission for each dwelling, commissions of
40 dwellings, one run for the year. Every first rank signs; its lease counts in the commissions that follow, a dwelling
without candidate comes back to the next one, a dwelling that waits for its réservataire is let on that account to a household
that the program does not know. Counted for each account: leases of the flux beside what its share of them is; of the first ranks:
effort rate, quartile, priority publics, names per list. The same year is lived again with the terms that version 3 of the
contract added at zero. Writes a dated page to ``benchmarks/results``.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

import optimizer as af
from benchmarks.tables import machine
from optimizer import pipeline
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


def make_case(seed: int, dwellings: int, applications: int, delegated: bool) -> Case:
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
    assiette = pd.DataFrame([{**vacated.to_dict(), **told}]).astype(case.table("assiette").dtypes.to_dict())
    tables = {
        "dwellings": homes,
        "applications": people,
        "assiette": assiette,
        "residences": case.table("residences"),
    }
    made = replace(case, tables=tables, path=None, sources=(), origins={})
    if delegated:
        agreed = pipeline.load_rules(made).conventions
        lines = agreed[agreed["landlord"].isin(homes["landlord"])].assign(management_mode="delegated")
        tables["conventions"] = lines.reset_index(drop=True)
    return made


def commissions(case: Case, size: int) -> Iterator[list[str]]:
    """Dwellings of each commission, in an order drawn from the seed of the case."""
    ids = sorted(map(str, case.table("dwellings")["dwelling_id"]))
    order = np.random.default_rng(len(ids)).permutation(len(ids))
    for start in range(0, len(ids), size):
        yield [ids[i] for i in order[start : start + size]]


def live(case: Case, size: int, changes: dict[str, float], time_limit: float | None) -> Year:
    """The year in commissions of ``size`` dwellings."""
    case = replace(case, settings=replace(case.settings, changes={**case.settings.changes, **changes}))
    year = Year()
    waiting: list[str] = []
    for fresh in commissions(case, size):
        waiting += fresh
        clock = time.process_time()
        prepared = pipeline.prepare(now(case, year, waiting))
        solved = solve(prepared.problem, SolveOptions(time_limit=time_limit))
        scopes = pd.DataFrame({"rule": [r.rule for r in prepared.problem.rows]})
        optimum = pipeline.Optimum(prepared, solved, evaluate(prepared.problem, solved.first), scopes)
        main = main_tables(optimum, af.Options(pdf=False))
        year.seconds.append(time.process_time() - clock)
        year.open_proofs += solved.stop != "proven"
        signed = sign(case, year, main)
        waiting = [home for home in waiting if home not in signed]
    year.unlet = len(waiting)
    return year


def now(case: Case, year: Year, waiting: list[str]) -> Case:
    """The case as a commission finds it."""
    tables = dict(case.tables)
    homes, people = tables["dwellings"], tables["applications"]
    tables["dwellings"] = homes[homes["dwelling_id"].isin(waiting)].reset_index(drop=True)
    tables["applications"] = people[~people["application_id"].isin(year.housed)].reset_index(drop=True)
    empty = empty_frame("leases")
    if year.leases:
        signed = pd.DataFrame(year.leases, columns=list(empty.columns))
        tables["leases"] = signed.astype({column: str(kind) for column, kind in empty.dtypes.items()})
    return replace(case, tables=tables)


def sign(case: Case, year: Year, main: MainTables) -> set[str]:
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
            year.firsts.append({**line, "qpv": str(home["qpv"]) != "no"})
            year.lists.append(named[line["dwelling_id"]])
        else:
            year.lists.append(0)
        year.leases.append(lease)
        let.add(str(line["dwelling_id"]))
    return let


def dues(case: Case, year: Year) -> pd.DataFrame:
    """``account, done, due`` in leases of the flux: what the share of each account is in the communes it covers."""
    rules = pipeline.load_rules(case)
    lines = rules.conventions
    lines = case.table("conventions") if len(case.table("conventions")) else lines
    lines = lines[lines["landlord"].isin(case.table("dwellings")["landlord"])]
    leases = [lease for lease in year.leases if lease["in_flux"]]
    due: Counter[str] = Counter()
    for lease in leases:
        rest = 1.0
        for line in lines.itertuples():
            if covers(str(line.area), str(lease["commune"]), rules.communes):
                due[str(line.account)] += float(line.share)
                rest -= float(line.share)
        due["BAILLEUR"] += rest
    done = Counter(str(lease["account"]) for lease in leases)
    names = sorted({*done, *due})
    return pd.DataFrame({"account": names, "done": [done[n] for n in names], "due": [due[n] for n in names]})


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


def main(words: list[str]) -> int:
    """Live the years, write the page; 1 when an account ends more than two leases from its due."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.year", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--dwellings", type=int, default=480)
    parser.add_argument("--applications", type=int, default=3_000)
    parser.add_argument("--session", type=int, default=40, help="dwellings of a middle-sized commission")
    parser.add_argument(
        "--agreed", action="store_true", help="management modes of the agreements (default: delegated)"
    )
    parser.add_argument(
        "--without-old", action="store_true", help="leave out the years with the new terms at zero"
    )
    parser.add_argument("--time-limit", type=float, help="seconds of one proof")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args(words)
    head = machine()
    page = [f"# A year lived, {head['date']}", "", f"`python -m benchmarks.year {' '.join(words)}`", ""]
    page += [", ".join(f"{k.replace('_', ' ')} {v}" for k, v in head.items() if k != "date"), ""]
    page += [" ".join((__doc__ or "").split("\n\n")[1].split()), ""]
    far = 0
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        case = make_case(seed, asked.dwellings, asked.applications, delegated=not asked.agreed)
        shown: dict[str, dict[str, str]] = {}
        ends: dict[str, dict[str, str]] = {}
        for title, changes in (("", {}), (" (new terms at zero)", NEW_TERMS)):
            if changes and asked.without_old:
                continue
            for size in (1, asked.session, asked.dwellings):
                name = f"{asked.dwellings // size} × {size}{title}"
                year = live(case, size, changes, asked.time_limit)
                shown[name] = figures(year)
                end = dues(case, year)
                gaps = end["done"] - end["due"]
                ends[name] = {
                    str(a): f"{n} / {d:.1f} ({g:+.1f})"
                    for a, n, d, g in zip(end["account"], end["done"], end["due"], gaps, strict=True)
                }
                if not changes:
                    far += int((gaps.abs() > NEAR).sum())
                print(seed, name, ends[name], shown[name], file=sys.stderr, flush=True)
        page += [
            f"## Seed {seed}",
            "",
            *table(ends, "leases of the flux, done / due"),
            "",
            *table(shown, "first ranks"),
            "",
        ]
    page += [f"Accounts more than {NEAR:g} leases from their due, new terms in force: {far}.", ""]
    out = asked.out or RESULTS / f"year-{head['date']}.md"
    out.write_text("\n".join(page), encoding="utf-8")
    print(out, file=sys.stderr)
    return int(far > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
