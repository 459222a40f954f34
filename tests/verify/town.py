"""A small invented country: its law as files, random cases as rows, and their files on disk."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
from dataclasses import dataclass, field
from pathlib import Path

ON = "2026-07-01"
SEED = "2026-07-01|X"
COMMUNES = {"25001": ("200000001", "25"), "25002": ("200000001", "25"), "25003": ("200000002", "25")}
LAW = {
    "caleol": {"shortlist_size": 3, "max_lists": 2, "acceptance": 0.7},
    "ceiling_zones": {"paris_adjacent": ["75056"], "ile_de_france_region": "11", "overseas_departements": ["974"]},
    "fit": {
        "fill_value": 1000, "preference_points": 10, "preference_span": 8, "first_choice_rooms_points": 5,
        "adapted_points": 500, "vacancy_days_per_point": 10, "vacancy_points_max": 20,
    },
    "burden": {
        "free_rate": 0.33, "span": 0.17, "weight": 0.5, "weight_deliberated": 1, "accrual_years": 10,
        "like_dwellings_above": 1000,
    },
    "effort": {"max_rate": 0.33},
    "lean": {
        "points_per_missing_name": 200, "names": 3, "dalo_points": 200, "unreachable_margin": 20, "keep_points": 50,
    },
    "housing_allowance": {
        "income_share": 0.9, "income_months": 12,
        "rent_ceiling": {
            "zone_1": [300, 360.5, 410, 60], "zone_2": [260.25, 320, 360, 52], "zone_3": [250, 300, 340.1, 50],
        },
        "charges": [60.59, 13.74],
        "personal_share": {
            "minimum_rate": 0.085, "minimum": 39.56,
            "family_rate": [0.0283, 0.0315, 0.027, 0.0238, 0.0201, 0.0185, 0.0179, 0.0173, -0.0006],
            "rent_breaks": [0.45, 0.75], "rent_rates": [0, 0.0045, 0.0068],
            "allowance": [5235, 7499, 8944, 9145, 9495, 9849, 10203, 10556, 349],
        },
        "flat_cut": 5, "least_paid": 10, "zone_1": ["25001"], "zone_2": ["25002"], "not_estimated": ["971"],
    },
    "flux": {
        "management_mode": "delegated", "count_rule": "signed", "tolerance": 0, "proposal_deadline_days": 30,
        "proposal_deadline_days_relaxed": 15,
    },
    "lec": {"first_quartile_share": 0.25, "other_quartiles_share": 0.5, "income_months": 12},
    "prices": {
        "flux": 100, "flux_max": 100, "mutation_max": 300, "priority_publics": 150, "lec_q1_outside_qpv": 200,
        "lec_q234_inside_qpv": 200, "dalo": 300, "essential_workers": 50, "priority_mix": 100, "account_balance": 10,
    },
    "priority_publics": {"proof_state": ["labelled"], "proof_target": ["verified", "labelled"]},
    "seniority": {"to_renew_months": 12, "expired_months": 13, "income_drop_share": 0.1},
    "uc": {"first_person": 1, "other_person": 0.5, "child": 0.3},
    "surpeuplement": {
        "single_m2": 9, "two_m2": 16, "extra_m2": 9, "max_m2": 70, "max_m2_persons": 8, "missing_rooms": 2,
    },
}  # fmt: skip
ROOMS = {1: ([1, 2], 1), 2: ([2, 3], 2), 3: ([3, 4], 3), 4: ([3, 4, 5], 4)}
CEILINGS = {"PLAI": 12000, "PLUS": 20000, "PLS": 26000}
RULES = (
    "flux", "flux_max", "mutation_max", "priority_publics", "lec_q1_outside_qpv", "lec_q234_inside_qpv", "dalo",
    "essential_workers", "priority_mix", "account_balance",
)  # fmt: skip
HOUSEHOLD_RULES = (
    "priority_publics", "lec_q1_outside_qpv", "lec_q234_inside_qpv", "dalo", "essential_workers", "priority_mix",
)  # fmt: skip
Rows = list[dict[str, str]]


def write_models(folder: Path, *, grid: bool = True) -> Path:
    """The whole law of the country."""
    national = folder / "national"
    for sub in ("national", "territories", "conventions", "cotation"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    for name, values in LAW.items():
        (national / f"{name}.yaml").write_text("".join(_entry(k, v) for k, v in values.items()))
    (national / "ceilings.yaml").write_text(
        "".join(
            f"{name}:\n"
            + "".join(
                f"  {zone}:\n    values:\n      2020-01-01:\n        value: {[base + 5000 * i for i in range(6)] + [4000]}\n"
                for zone in ("paris_adjacent", "ile_de_france", "other_regions", "overseas")
            )
            for name, base in CEILINGS.items()
        )
    )
    table = {p: f"{{accepted: {ok}, first: {first}}}" for p, (ok, first) in ROOMS.items()}
    rooms = "".join(
        f"{m}:\n  values:\n    2020-01-01:\n      value:\n"
        + "".join(f"        {p}: {t}\n" for p, t in table.items())
        for m in ("tense", "relaxed")
    )
    (national / "rooms.yaml").write_text(rooms + _entry("t1_single_only", "true"))
    rules = "".join(f"{r}:\n" + _entry("tolerance", 0, "  ") for r in RULES)
    rules = rules.replace(
        "flux:\n", "flux:\n" + _entry("play", 0.5, "  ") + _entry("tolerance_max", 0.1, "  "), 1
    )
    rules = rules.replace("priority_publics:\n", "priority_publics:\n" + _entry("share", 0.25, "  "))
    rules = rules.replace("priority_mix:\n", "priority_mix:\n" + _entry("share", 0.5, "  "))
    rules = rules.replace(
        "account_balance:\n",
        "account_balance:\n" + _entry("margin", 0.1, "  ") + _entry("enabled", "false", "  "),
    )
    (national / "rules.yaml").write_text(_entry("min_count", 2) + _entry("rate_decimals", 4) + rules)
    places = folder / "territories"
    body = "".join(f"{c},Commune {c},{e},{d},27,1000\n" for c, (e, d) in COMMUNES.items())
    (places / "communes.csv").write_text("insee,name,epci,departement,region,population\n" + body)
    (places / "lec_q1_threshold.csv").write_text(
        "place,since,value,status,source\n200000001,2026-01-01,9000,local,x\n"
    )
    (places / "dalo.csv").write_text("place,since,value,status,source\n25,2026-01-01,1,local,x\n")
    (places / "vacated.csv").write_text("place,since,value,status,source\n25,2026-01-01,8,assumed,x\n")
    (places / "town.yaml").write_text(
        'title: Town\ndepartements: ["25"]\nmarket: tense\nconventions: [x]\n'
        + ("grid: plain\n" if grid else "")
    )
    (folder / "conventions" / "x.yaml").write_text(
        'landlord: X\nname: X\ndepartement: "25"\nyear: 2026\nlines:\n'
        "  - {account: ETAT_PRIO, share: 0.25}\n"
        "  - {account: ALS, share: 0.3, management_mode: direct, proposal_deadline_days: 20}\n"
        '  - {account: "COLL:25001", share: 0.2, management_mode: partial}\n'
    )
    (folder / "cotation" / "plain.yaml").write_text(GRID)
    return folder


def _entry(key: str, value: object, pad: str = "") -> str:
    if isinstance(value, dict):
        return f"{pad}{key}:\n" + "".join(_entry(k, v, pad + "  ") for k, v in value.items())
    return f"{pad}{key}:\n{pad}  values:\n{pad}    2020-01-01:\n{pad}      value: {json.dumps(value) if not isinstance(value, str) else value}\n"


GRID = """
title: Plain
columns:
  urgent: {title: Urgent, type: bool}
rubrics:
  a:
    title: A
    combine: sum
    criteria:
      months: {title: Months, kind: months, input: first_registered_on, points_per_month: 1.5, cap: 60}
      urgent: {title: Urgent, kind: flag, when: [{input: urgent, is: true}], points: 25}
      dalo: {title: DALO, kind: flag, when: [{input: priority_codes, has: dalo}], points: 100}
"""


@dataclass
class Town:
    """A random case: rows of its tables (canonical names, text) and settings."""

    dwellings: Rows
    applications: Rows
    tables: dict[str, Rows] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    def rows(self, name: str) -> Rows:
        if name in ("dwellings", "applications"):
            return self.dwellings if name == "dwellings" else self.applications
        return self.tables.get(name, [])


def random_town(seed: int, dwellings: int = 3, applications: int = 6) -> Town:
    """One case; every feature has a chance: QPV, direct and partial accounts, pins, leases, work in progress."""
    r = random.Random(seed)
    town = Town([], [])
    one_epci = r.random() < 0.5
    communes = ["25001", "25002"] if one_epci else list(COMMUNES)
    for i in range(dwellings):
        town.dwellings.append(
            {
                "dwelling_id": f"D{i}", "landlord": "X", "commune": r.choice(communes),
                "rooms": str(r.choice([2, 2, 3])), "financing": r.choice(["PLAI", "PLUS", "plus"]),
                "qpv": r.choice(["oui", "non", "", "QN025"]), "vacant_since": r.choice(["", "2026-05-02", "01/01/2025"]),
                "accessible": r.choice(["", "none", "adapted"]), "floor": r.choice(["", "0", "3"]),
                "lift": r.choice(["oui", "non"]), "assiette_exclusion": "anru" if r.random() < 0.08 else "",
                "reserved_to": "ALS" if r.random() < 0.08 else "", "rent_eur": r.choice(["", "310", "455,50", "720"]),
                "charges_eur": r.choice(["", "48,2"]), "subsidy_d331_25_1": "oui" if r.random() < 0.08 else "",
            }
        )  # fmt: skip
    for i in range(applications):
        town.applications.append(_household(r, i, communes))
    if r.random() < 0.6:
        kinds = r.choice([[f"D{r.randrange(dwellings)}"], [""], ["", "D1"]])
        ranks = r.choice([[1, 2, 3], [2, 1, 3], [1, 1, 2], [2, 1, 1]])
        account = r.choice(["ALS", "ALS", "COLL:25001"])
        town.tables["nominations"] = [
            {"account": account, "application_id": f"A{a}", "dwelling_id": r.choice(kinds), "rank": str(rank)}
            for rank, a in zip(ranks, r.sample(range(applications), r.choice([2, 3])), strict=False)
        ]  # fmt: skip
    if r.random() < 0.4:
        town.tables["leases"] = [
            {
                "dwelling_id": f"L{i}", "landlord": "X", "commune": r.choice(communes), "qpv": r.choice(["oui", "non"]),
                "account": r.choice(["ALS", "ETAT_PRIO", "BAILLEUR", "MUTATION"]), "signed_on": "2026-02-03",
                "q1": r.choice(["yes", "no", "unknown"]), "priority_codes": r.choice(["", "DALO", "c"]),
                "priority_status": r.choice(["", "verified"]), "in_flux": r.choice(["", "oui"]),
            }
            for i in range(r.randrange(1, 6))
        ]  # fmt: skip
    if r.random() < 0.2:
        town.tables["in_progress"] = [
            {
                "dwelling_id": "D0", "landlord": "X", "commune": town.dwellings[0]["commune"], "qpv": "non",
                "account": "ALS", "application_id": "A0", "stage": r.choice(["oriented", "offered"]),
                "since": r.choice(["2026-06-25", "2026-03-01"]),
            }
        ]  # fmt: skip
    if r.random() < 0.25:
        town.tables["decisions"] = [
            {"dwelling_id": r.choice(["D1", ""]), "application_id": "A1", "decision": "forbid", "reason": "withdrawn",
             "author": "c", "expires_on": r.choice(["", "2026-06-01"]), "account": ""}
        ]  # fmt: skip
        if not town.dwellings[0]["assiette_exclusion"] and not town.dwellings[0]["reserved_to"]:
            town.tables["decisions"].append(
                {"dwelling_id": "D0", "application_id": "", "decision": "orient", "reason": "", "author": "c",
                 "expires_on": "", "account": r.choice(["ALS", "BAILLEUR", "ETAT_PRIO"])}
            )  # fmt: skip
    if r.random() < 0.2:
        town.tables["simulations"] = [
            {"dwelling_id": f"D{r.randrange(dwellings)}", "application_id": f"A{r.randrange(applications)}",
             "allowance_eur": r.choice(["", "120,5"]), "rls_eur": r.choice(["", "8"]), "effort": r.choice(["", "0,41"])}
        ]  # fmt: skip
    if r.random() < 0.6:
        town.settings["dalo"] = f"{{X: {{'25': {r.randrange(1, 9)}}}}}"
    if r.random() < 0.3:
        town.settings["synthetic"] = "true"
    if r.random() < 0.3:
        town.tables["assiette"] = [
            {"landlord": "X", "departement": "25", "year": "2026", "basis": "forecast", "vacated": "40", "mutation": "8",
             "anru": "2"}
        ]  # fmt: skip
    return town


def _household(r: random.Random, i: int, communes: list[str]) -> dict[str, str]:
    persons = r.choice([1, 2, 2, 3])
    codes = r.choice(["", "", "DALO", "c", "c|j"])
    children = max(0, persons - 1) if r.random() < 0.4 else None
    return {
        "application_id": f"A{i}", "first_registered_on": f"20{r.randrange(20, 26)}-0{r.randrange(1, 9)}-15",
        "persons": str(persons), "choices": "|".join(r.sample(communes, r.randrange(1, len(communes) + 1))),
        "status": "struck_off" if r.random() < 0.05 else "active", "tax_income_eur": r.choice(["", "9000", "14000,5", "31000"]),
        "monthly_income_eur": r.choice(["", "0", "650", "1400"]), "extend": r.choice(["oui", "non"]),
        "mobility_need": r.choice(["", "", "no_stairs", "adapted"]), "priority_codes": codes,
        "priority_status": r.choice(["declared", "verified", "labelled"]) if codes else "",
        "accepts_qpv": r.choice(["", "oui"]), "relocation": r.choice(["", "", "NPNRU"]),
        "current_landlord": r.choice(["", "", "", "X", "Y"]), "als_employee": r.choice(["oui", "non"]),
        "public_agent": "non", "urgent": r.choice(["oui", "non", ""]),
        "children_under_14": "" if children is None else str(children), "dependants": r.choice(["", str(children or 0)]),
        "prefet_designated": "oui" if r.random() < 0.1 else "",
        "dossier": r.choice(["", "complete", "to_verify", "unreachable"]),
    }  # fmt: skip


def csv_text(rows: Rows, delimiter: str = ";") -> str:
    names = list(dict.fromkeys(k for row in rows for k in row))
    sink = io.StringIO()
    writer = csv.DictWriter(sink, names, delimiter=delimiter, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue()


def write_case(town: Town, folder: Path) -> Path:
    """The case folder of a town."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = {"title": "Town", "territory": "town", "on": ON, "year": "2026", "landlord": "X", **town.settings}
    (folder / "case.yaml").write_text("".join(f"{k}: {v}\n" for k, v in lines.items()))
    for name in ("dwellings", "applications", *town.tables):
        (folder / f"{name}.csv").write_text(csv_text(town.rows(name)), encoding="utf-8")
    return folder


def hashes(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}
