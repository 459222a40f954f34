"""Small random cases that mix every table, written to a folder: the same seed, the same bytes.

Three to seven dwellings, five to fourteen applications, one to three landlords, one to three EPCI of Franche-Comté. The
territory is a file of the case's own, with the grids of its EPCI; agreements stand in the `conventions` table or in files
beside it. Everything generated is a case that the program must accept.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from tests.oracle.contract.agreements import Agreements
from tests.oracle.contract.pairs import Pairs
from tests.oracle.contract.reading import Law, read_case

ON = date(2026, 11, 23)
PLACES = {
    "242500361": ("25056", "25147", "25014"),
    "200065647": ("25388", "25031", "25580"),
    "242500338": ("25462", "25204"),
    "200069052": ("90010", "90001"),
    "242504116": (),
}
DEPARTEMENT = {"200069052": "90"}
LANDLORDS = ("OPHA", "ESHB", "COOPC")
DISTRICTS = ("Centre", "Planoise")
LETTERS = ("a", "c", "g", "j", "l")

Row = dict[str, Any]


class Draw:
    """A seeded source of chances."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(f"attriflux oracle {seed}")

    def chance(self, p: float) -> bool:
        return self.random.random() < p

    def one(self, items: Sequence[Any]) -> Any:
        return self.random.choice(list(items))

    def some(self, items: Sequence[Any], low: int, high: int) -> list[Any]:
        n = min(len(items), self.random.randint(low, high))
        return self.random.sample(list(items), n)

    def whole(self, low: int, high: int) -> int:
        return self.random.randint(low, high)


def write_case(seed: int, folder: Path) -> Path:
    """Write the case of a seed into a new folder and return the folder."""
    draw = Draw(seed)
    folder.mkdir(parents=True)
    tables, settings, files = build(draw)
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    (folder / "case.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), "utf-8")
    for name, rows in tables.items():
        if rows:
            write_table(folder / f"{name}.csv", rows)
    if expected := _forecast(seed, tables):
        write_table(folder / "forecast.csv", expected)
    pins = _pins(draw, folder) if draw.chance(0.25) else []
    if pins:
        write_table(folder / "decisions.csv", [*tables["decisions"], *pins])
    return folder


def _forecast(seed: int, tables: dict[str, list[Row]]) -> list[Row]:
    """What is expected, in two cases of five: kinds of the dwellings there are and others. Drawn apart from the rest."""
    draw = Draw(1_000_000 + seed)
    rows = []
    for like in tables["dwellings"] if draw.chance(0.4) else []:
        row = {name: like[name] for name in ("landlord", "commune", "rooms", "financing")}
        if draw.chance(0.3):
            row["rooms"] = draw.whole(1, 6)
        if draw.chance(0.3):
            row |= {"accessible": draw.one(["none", "accessible", "adapted"]), "floor": draw.whole(0, 3)}
            row["lift"] = draw.one([None, True, False])
        row["expected"] = draw.one(["0", "0.25", "0.5", "1", "2.5", "6"])
        row["arrivals"] = draw.one([None, None, 0, 1, 3])
        rows.append(row)
    return rows


def _pins(draw: Draw, folder: Path) -> list[Row]:
    """One or two first ranks decided beforehand, on accounts where no réservataire's order stands in the way."""
    case = read_case(folder)
    law = Law(case)
    pairs = Pairs(case, law, Agreements(case, law))
    rows: list[Row] = []
    for d in draw.some(pairs.free, 1, 2):
        for r, names in pairs.eligible(d).items():
            left = [a for a in names if a not in {row["application_id"] for row in rows}]
            if left and pairs.mode(d, r) == "delegated" and d not in {row["dwelling_id"] for row in rows}:
                rows.append(
                    {
                        "dwelling_id": d,
                        "application_id": draw.one(left),
                        "account": r if draw.chance(0.5) else None,
                        "decision": "pin",
                        "reason": "commission_decision",
                        "author": "Secrétariat",
                    }
                )
    return rows


def write_table(path: Path, rows: list[Row]) -> None:
    """Write the rows of a table, columns in order of appearance."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_text(row.get(name)) for name in columns])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (list, tuple)):
        return "|".join(str(item) for item in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def build(draw: Draw) -> tuple[dict[str, list[Row]], Row, dict[str, Any]]:
    """Tables, settings and the YAML files beside them."""
    epcis = draw.some(
        ["242500361", "242500361", "200065647", "200069052", "242500338"], 1, 2 if draw.chance(0.8) else 3
    )
    epcis = list(dict.fromkeys(epcis))
    landlords = list(LANDLORDS[: draw.one([1, 1, 2, 3])])
    communes = [c for e in epcis for c in draw.some(PLACES[e], 1, 2)]
    world = {"epcis": epcis, "landlords": landlords, "communes": communes, "size": draw.one([1, 2, 2, 3])}
    lines = _conventions(draw, world)
    settings: Row = {
        "title": "Cas tiré au sort",
        "territory": "territoire.yaml",
        "on": ON,
        "year": 2026,
        "synthetic": draw.chance(0.75),
    }
    territory, files = _territory(draw, epcis)
    lines, agreements = _files_beside(draw, lines, territory)
    files.update(agreements)
    files["territoire.yaml"] = territory
    accounts = sorted({line["account"] for line in [*lines, *_lines_of(agreements)]})
    dwellings = _dwellings(draw, world, [*lines, *_lines_of(agreements)])
    applications = _applications(draw, world, dwellings, accounts)
    if not territory.get("grid"):
        for row in applications:
            row.pop("score", None)  # some written scores and no grid for the others would be an error
    tables: dict[str, list[Row]] = {
        "dwellings": dwellings,
        "applications": applications,
        "conventions": lines,
        "nominations": _nominations(draw, dwellings, applications, [*lines, *_lines_of(agreements)]),
        "simulations": _simulations(draw, dwellings, applications),
        "assiette": _assiette(draw, world) if draw.chance(0.5) else [],
        "leases": _leases(draw, world, accounts) if draw.chance(0.5) else [],
        "in_progress": _in_progress(draw, world, dwellings, applications, accounts)
        if draw.chance(0.5)
        else [],
        "scores": _scores(draw, world, applications, territory) if draw.chance(0.2) else [],
        "residences": [
            {"residence": "R1", "dwellings": 40, "q1_share": "0.35", "vacant": 1, "recent_q1_share": "0.4"}
        ]
        if draw.chance(0.3)
        else [],
    }
    tables["events"] = _events(draw, tables, accounts) if draw.chance(0.3) else []
    tables["decisions"] = _decisions(draw, tables, [*lines, *_lines_of(agreements)])
    _more_settings(draw, settings, world)
    for table in ("dwellings", "applications", "nominations", "leases", "in_progress"):
        draw.random.shuffle(tables[table])
    return tables, settings, files


# ---- agreements and territory ---------------------------------------------------------------------------------------------


def _conventions(draw: Draw, world: Row) -> list[Row]:
    rows = []
    for landlord in world["landlords"]:
        for departement in sorted({DEPARTEMENT.get(e, "25") for e in world["epcis"]}):
            epcis = [e for e in world["epcis"] if DEPARTEMENT.get(e, "25") == departement]
            communes = [c for c in world["communes"] if c[:2] == departement]
            wanted = draw.some(
                ["ETAT_PRIO", "ETAT_AGENT", "ALS", f"COLL:{epcis[0]}", f"COLL:{communes[0]}"], 1, 5
            )
            share = draw.one([["0.2", "0.05", "0.25", "0.1", "0.15"], ["0.3", "0.05", "0.4", "0.15", "0.1"]])
            for account, part in zip(
                ("ETAT_PRIO", "ETAT_AGENT", "ALS", f"COLL:{epcis[0]}", f"COLL:{communes[0]}"),
                share,
                strict=True,
            ):
                if account not in wanted:
                    continue
                row = {
                    "landlord": landlord,
                    "departement": departement,
                    "year": 2026 if draw.chance(0.8) else 2025,
                    "account": account,
                    "share": part,
                    "management_mode": draw.one(["delegated", "delegated", "direct", "direct", "partial"]),
                    "count_rule": draw.one(["signed", "signed", "oriented", "presented", "attributed", None]),
                    "tolerance": draw.one([None, "0", "0.01", "0.05"]),
                    "opening_balance": draw.one([None, None, "1", "-2"]),
                    "proposal_deadline_days": draw.one([None, 10, 15, 30]),
                }
                if account == "ALS" and draw.chance(0.15):
                    row["area"] = epcis[0]
                rows.append(row)
            if draw.chance(0.15) and len(wanted) < 5:
                rows.append(
                    {
                        "landlord": landlord, "departement": departement, "year": 2026,
                        "account": "BAILLEUR", "share": "0.05", "management_mode": "delegated",
                        "opening_balance": draw.one([None, "1"]),
                    }
                )  # fmt: skip
            year = max(
                row["year"]
                for row in rows
                if (row["landlord"], row["departement"]) == (landlord, departement)
            )
            for row in rows:
                if (row["landlord"], row["departement"]) == (landlord, departement):
                    row["year"] = year
    return rows


def _files_beside(draw: Draw, lines: list[Row], territory: Row) -> tuple[list[Row], dict[str, Any]]:
    """Some landlords' lines put into agreement files beside the territory, with what only a file can say."""
    files: dict[str, Any] = {}
    rest: list[Row] = []
    for landlord in dict.fromkeys(line["landlord"] for line in lines):
        mine = [line for line in lines if line["landlord"] == landlord]
        if not draw.chance(0.3):
            rest += mine
            continue
        own: Row = {}
        if draw.chance(0.5):
            own["rooms"] = draw.one(["tense", "relaxed"])
        if draw.chance(0.4):
            own["effort_threshold"] = draw.one([0.3, 0.35])
            own["effort_deliberation"] = "délibération 2026-12"
            own["effort_deliberated_on"] = date(2026, 1, 15)
        for departement in sorted({line["departement"] for line in mine}):
            here = [line for line in mine if line["departement"] == departement]
            name = f"convention-{landlord.lower()}-{departement}.yaml"
            content: Row = {
                "landlord": landlord, "name": landlord, "departement": departement, "year": here[0]["year"],
                "status": draw.one(["local", "assumed"]), "source": "tiré au sort", "reviewed_on": date(2026, 1, 2),
                "by": "oracle", **own,
            }  # fmt: skip
            if draw.chance(0.4):
                content["dalo"] = {departement: draw.whole(0, 30)}
            content["lines"] = [
                {
                    key: value if key == "area" else _number(value)
                    for key, value in line.items()
                    if value is not None and key not in ("landlord", "departement", "year")
                }
                for line in here
            ]
            files[name] = content
            territory["conventions"].append(name)
    return rest, files


def _number(value: Any) -> Any:
    if isinstance(value, str) and value.replace(".", "").replace("-", "").isdigit():
        return float(value) if "." in value else int(value)
    return value


def _lines_of(files: dict[str, Any]) -> list[Row]:
    return [
        {"landlord": file["landlord"], "departement": file["departement"], **line}
        for file in files.values()
        for line in file["lines"]
    ]


def _territory(draw: Draw, epcis: list[str]) -> tuple[Row, dict[str, Any]]:
    territory: Row = {
        "title": "Territoire tiré au sort", "departements": ["25", "90"], "status": "local", "source": "tiré au sort",
        "reviewed_on": date(2026, 1, 2), "by": "oracle", "market": draw.one(["tense", "relaxed"]),
    }  # fmt: skip
    files: dict[str, Any] = {}
    kind = draw.one(["one", "one", "one", "mutation", "by_epci", "own", "none"])
    if kind != "none":
        territory["grid"] = "demonstration"
    if kind == "own":
        territory["grid"] = "grille.yaml"
        files["grille.yaml"] = OWN_GRID
    if kind == "mutation":
        territory["mutation_grid"] = "demonstration_mutation"
    if kind == "by_epci":
        own = {"grid": "grille.yaml"}
        if draw.chance(0.5):
            own["mutation_grid"] = "demonstration_mutation"
        territory["grid_by_epci"] = {epcis[-1]: own}
        files["grille.yaml"] = OWN_GRID
    territory["conventions"] = []
    return territory, files


OWN_GRID: Row = {
    "title": "Grille du territoire", "invented": True, "status": "local", "source": "tirée au sort",
    "in_force_from": date(2026, 1, 1), "reviewed_on": date(2026, 1, 2), "by": "oracle",
    "rubrics": {
        "priorite": {
            "title": "Priorité", "combine": "best", "cap": 40,
            "criteria": {
                "dalo": {
                    "title": "DALO", "kind": "flag", "when": [{"input": "priority_codes", "has": "dalo"}],
                    "points": 60,
                },
                "parent": {
                    "title": "Parent seul", "kind": "flag", "when": [{"input": "lone_parent", "is": True}],
                    "points": 7.5,
                },
            },
        },
        "attente": {
            "title": "Attente", "combine": "sum",
            "criteria": {
                "mois": {
                    "title": "Mois", "kind": "months", "input": "first_registered_on", "points_per_month": 0.25,
                },
            },
        },
        "refus": {
            "title": "Refus", "combine": "sum",
            "criteria": {
                "refus": {
                    "title": "Refus", "kind": "count", "input": "refusals", "points_each": -4, "max_count": 3,
                },
            },
        },
    },
}  # fmt: skip


# ---- dwellings and households ------------------------------------------------------------------------------------------------


def _dwellings(draw: Draw, world: Row, lines: list[Row]) -> list[Row]:
    rows = []
    usual = {1: [1, 2, 2], 2: [2, 2, 3], 3: [3, 3, 4]}[world["size"]]
    rooms = [*usual, *usual, draw.whole(1, 4)]
    with_districts = draw.chance(0.3)
    for i in range(draw.whole(3, 7)):
        landlord = draw.one(world["landlords"])
        commune = draw.one(world["communes"])
        row: Row = {
            "dwelling_id": f"L{i + 1}", "landlord": landlord, "commune": commune, "rooms": draw.one(rooms),
            "financing": draw.one(["PLAI", "PLUS", "PLUS", "PLS"]), "qpv": draw.chance(0.35),
            "surface_m2": draw.whole(25, 90),
            "rent_eur": None if draw.chance(0.05) else f"{draw.whole(220, 620)}.{draw.whole(0, 99):02d}",
            "charges_eur": None if draw.chance(0.05) else draw.whole(20, 140),
            "accessible": draw.one([None, "none", "none", "accessible", "adapted"]),
            "floor": draw.one([0, 0, 1, 3]), "lift": draw.chance(0.6),
            "vacant_since": None if draw.chance(0.2) else ON - timedelta(days=draw.whole(0, 260)),
            "first_letting": draw.chance(0.06), "subsidy_d331_25_1": draw.chance(0.06),
            "ceiling_factor": draw.one([None, None, None, "1.2"]),
            "heating": draw.one([None, "collectif gaz"]), "energy_label": draw.one([None, "D"]),
            "construction_year": draw.whole(1950, 2020),
        }  # fmt: skip
        if draw.chance(0.25):
            row["residence"] = f"R-{landlord}-{commune}"
            row["priority_mix_residence"] = True
        if with_districts:
            row["district"] = draw.one(DISTRICTS)
        if draw.chance(0.1):
            row["assiette_exclusion"] = draw.one(["mutation", "anru", "orcod", "unfit", "sale"])
        elif draw.chance(0.1):
            here = [line["account"] for line in lines if line["landlord"] == landlord]
            row["reserved_to"] = draw.one([*here, "BAILLEUR", "RELOGEMENT"])
            if row["reserved_to"].startswith("COLL:") or draw.chance(0.5):
                row["reserved_to"] = draw.one(["ETAT_PRIO", "ALS", "BAILLEUR"])
            if draw.chance(0.3):
                row["assiette_exclusion"] = "stock"
        rows.append(row)
    _like_residences(rows)
    return rows


def _like_residences(rows: list[Row]) -> None:
    """Dwellings of one residence are all flagged or none."""
    flagged = {row["residence"] for row in rows if row.get("priority_mix_residence")}
    for row in rows:
        if row.get("residence") in flagged:
            row["priority_mix_residence"] = True


def _applications(draw: Draw, world: Row, dwellings: list[Row], accounts: list[str]) -> list[Row]:
    communes = world["communes"]
    near = [c for e in world["epcis"] for c in PLACES[e]]
    some_written = draw.chance(0.15)
    one_day = ON - timedelta(days=400)
    rows = []
    for i in range(draw.whole(5, 14) if draw.chance(0.4) else draw.whole(10, 14)):
        persons = world["size"] if draw.chance(0.75) else draw.whole(1, 5)
        adults = min(persons, draw.one([1, 1, 2]))
        children = draw.whole(0, persons - adults)
        older = persons - adults - children
        income = draw.one([None, 0, *[draw.whole(450, 3200) for _ in range(8)]])
        registered = one_day if draw.chance(0.15) else ON - timedelta(days=draw.whole(5, 2400))
        row: Row = {
            "application_id": f"N{i + 1:02d}", "first_registered_on": registered, "persons": persons,
            "choices": draw.some(communes if draw.chance(0.8) else near, 1 if draw.chance(0.4) else 2, 3), "adults": adults,
            "children_under_14": children, "dependants": children + older, "couple": adults == 2,
            "ages_sum": draw.whole(44, 90) if adults == 2 else None,
            "monthly_income_eur": income, "income_status": draw.one(["declared", "verified", None]),
            "tax_income_eur": None if draw.chance(0.1) else draw.whole(4000, 30000),
            "extend": draw.chance(0.35), "mobility_need": draw.one([None, *["none"] * 7, "no_stairs", "accessible", "adapted"]),
            "als_employee": draw.chance(0.45), "public_agent": draw.chance(0.3), "essential_worker": draw.chance(0.25),
            "local_job": draw.chance(0.4), "refusals": draw.one([0, 0, 0, 1, 3]),
            "dossier": draw.one([None, "complete", "complete", "to_verify", "unreachable"]),
            "current_rooms": draw.one([None, 1, 2, 5]), "status": draw.one(["active", "active", "active", "active", "to_renew", None]),
            "acceptance": draw.one([None, "0.5", "0.8"]),
        }  # fmt: skip
        if income is not None and draw.chance(0.05):
            row["monthly_income_eur"] = f"{income}.35"
        if row["tax_income_eur"] is not None and draw.chance(0.3):
            row["tax_income_n1_eur"] = int(row["tax_income_eur"] * draw.one([0.85, 0.9, 0.95, 1.1]))
        if row["status"] is None or draw.chance(0.1):
            row["renewed_on"] = max(registered, ON - timedelta(days=draw.whole(10, 420)))
        if draw.chance(0.04):
            row["status"] = "struck_off"
        if draw.chance(0.4):
            codes = draw.some(LETTERS, 0, 2) + (["DALO"] if draw.chance(0.4) else [])
            row["priority_codes"] = codes or ["k"]
            row["priority_status"] = draw.one([None, "declared", "verified", "labelled", "labelled"])
            if "DALO" in row["priority_codes"]:
                row["accepts_qpv"] = draw.chance(0.5)
                row["prefet_designated"] = draw.chance(0.3)
                if draw.chance(0.2):
                    row["dalo_perimeter"] = draw.some(communes, 1, 2)
                if draw.chance(0.2):
                    row["dalo_rooms"] = draw.some([1, 2, 3, 4], 1, 3)
        if draw.chance(0.2):
            row["relocation"] = draw.one(["npnru", "orcod", "unfit", "sale"])
        if draw.chance(0.25):
            row["current_landlord"] = draw.one([*world["landlords"], "AUTRE"])
            row["current_dwelling"] = f"X{i}" if draw.chance(0.9) else draw.one(dwellings)["dwelling_id"]
            row["current_surface_m2"] = draw.one([None, 20, 55])
            row["current_rent_eur"] = draw.one([None, 300, 520])
            row["housing_allowance_eur"] = draw.one([None, 0, 120])
        if draw.chance(0.12):
            row["accounts"] = draw.some(accounts or ["ALS"], 1, 2)
        if draw.chance(0.15):
            row["rooms_wanted"] = sorted(draw.some([1, 2, 3, 4], 1, 3))
        if draw.chance(0.15):
            row["districts_wanted"] = draw.some(DISTRICTS, 1, 2)
        if draw.chance(0.15):
            row[draw.one(["visiting_children", "alternate_custody_children", "expected_children"])] = 1
        if draw.chance(0.1):
            row["household_category"] = min(6, persons + draw.one([0, 1]))
        if draw.chance(0.08):
            row["disabled_persons"] = 1
        if draw.chance(0.08):
            row["consumption_units"] = draw.one(["1", "1.5", "2.1"])
        if draw.chance(0.06):
            row["income_per_uc"] = draw.whole(4000, 16000)
        if draw.chance(0.06):
            row["first_quartile"] = draw.chance(0.5)
        if some_written and draw.chance(0.4):
            row["score"] = draw.one(["12.5", "80", "41.25", "203"])
        rows.append(row)
    return rows


def _nominations(draw: Draw, dwellings: list[Row], applications: list[Row], lines: list[Row]) -> list[Row]:
    named = sorted({line["account"] for line in lines if line.get("management_mode") != "delegated"})
    rows: list[Row] = []
    for account in named:
        flag = {"ALS": "als_employee", "ETAT_AGENT": "public_agent"}.get(account)
        public = [a for a in applications if flag is None or a[flag]] or applications
        for dwelling in [None, *draw.some(dwellings, 0, 2)]:
            if not draw.chance(0.6):
                continue
            rank = 0
            for a in draw.some(public, 1, 5):
                rank += 0 if rank and draw.chance(0.2) else 1
                rows.append(
                    {
                        "account": account,
                        "application_id": a["application_id"],
                        "dwelling_id": dwelling["dwelling_id"] if dwelling else None,
                        "rank": rank,
                    }
                )
    return rows


def _simulations(draw: Draw, dwellings: list[Row], applications: list[Row]) -> list[Row]:
    if not draw.chance(0.5):
        return []
    rows = []
    for d in dwellings:
        for a in applications:
            if not draw.chance(0.25):
                continue
            row: Row = {"dwelling_id": d["dwelling_id"], "application_id": a["application_id"]}
            if draw.chance(0.3):
                row["effort"] = draw.one(["0.2", "0.3301", "0.41", "0.47", "0.6"])
            else:
                row["allowance_eur"] = draw.one([0, 120, "215.40", 700])
                row["rls_eur"] = draw.one([None, 0, "38.10"])
            rows.append(row)
    return rows


# ---- the year --------------------------------------------------------------------------------------------------------------------


def _assiette(draw: Draw, world: Row) -> list[Row]:
    rows = []
    for landlord in world["landlords"]:
        for departement in sorted({c[:2] for c in world["communes"]}):
            if draw.chance(0.25):
                continue
            vacated = draw.whole(8, 60)
            for basis in draw.some(["forecast", "actual"], 1, 2):
                rows.append(
                    {
                        "landlord": landlord, "departement": departement, "year": 2026, "basis": basis,
                        "vacated": vacated, "mutation": draw.whole(0, vacated // 3), "anru": draw.one([0, 1, None]),
                        "orcod": draw.one([0, 1]), "unfit": 0, "sale": draw.one([0, 2]), "stock": draw.one([0, None]),
                    }
                )  # fmt: skip
    return rows


def _account_there(draw: Draw, accounts: list[str], commune: str) -> str:
    """An account that a lease there may be counted on."""
    fit = [r for r in accounts if not r.startswith("COLL:") or _covers(r.removeprefix("COLL:"), commune)]
    return draw.one([*fit, *fit, "BAILLEUR", "MUTATION", "RELOGEMENT"])


def _covers(area: str, commune: str) -> bool:
    return area == commune or commune in PLACES.get(area, ())


def _leases(draw: Draw, world: Row, accounts: list[str]) -> list[Row]:
    rows = []
    for i in range(draw.whole(1, 24)):
        commune = draw.one(world["communes"])
        account = _account_there(draw, accounts, commune)
        row: Row = {
            "dwelling_id": f"B{i + 1}", "landlord": draw.one(world["landlords"]), "commune": commune,
            "qpv": draw.chance(0.35), "rooms": draw.whole(1, 5), "financing": draw.one(["PLAI", "PLUS"]),
            "account": account, "signed_on": date(2026, 1, 4) + timedelta(days=draw.whole(0, 310)),
            "q1": draw.one(["yes", "no", "no", "unknown", None]), "mutation": account == "MUTATION",
            "essential_worker": draw.chance(0.2),
        }  # fmt: skip
        if draw.chance(0.05):
            row["signed_on"] = date(2025, 12, 12)
        if draw.chance(0.3):
            row["priority_codes"] = draw.some([*LETTERS, "DALO"], 1, 2)
            row["priority_status"] = draw.one([None, "declared", "verified", "labelled"])
        if account == "RELOGEMENT" or draw.chance(0.08):
            row["relocation"] = draw.one(["npnru", "orcod", "unfit"])
        row["in_flux"] = account not in ("MUTATION", "RELOGEMENT") and not draw.chance(0.1)
        rows.append(row)
    return rows


def _in_progress(
    draw: Draw, world: Row, dwellings: list[Row], applications: list[Row], accounts: list[str]
) -> list[Row]:
    rows: list[Row] = []
    free = [a["application_id"] for a in applications if not a.get("prefet_designated")]
    draw.random.shuffle(free)
    for i in range(draw.whole(1, 6)):
        commune = draw.one(world["communes"])
        row: Row = {
            "dwelling_id": f"P{i + 1}", "landlord": draw.one(world["landlords"]), "commune": commune,
            "qpv": draw.chance(0.35), "rooms": draw.whole(1, 5), "financing": draw.one(["PLAI", "PLUS"]),
            "account": _account_there(draw, accounts, commune),
            "stage": draw.one(["oriented", "nominated", "commission", "offered"]),
            "since": ON - timedelta(days=draw.whole(1, 45)),
        }  # fmt: skip
        plain = [
            d
            for d in dwellings
            if not d.get("assiette_exclusion") and not d.get("reserved_to") and not d["first_letting"]
        ]
        if plain and draw.chance(0.3):
            own = draw.one(plain)
            if own["dwelling_id"] not in {r["dwelling_id"] for r in rows}:
                for name in ("dwelling_id", "landlord", "commune", "qpv", "rooms", "financing"):
                    row[name] = own[name]
                row["account"] = _account_there(draw, accounts, own["commune"])
        if row["stage"] != "oriented":
            row["application_id"] = free.pop() if free and draw.chance(0.6) else f"Z{i + 1}"
        rows.append(row)
    return rows


def _scores(draw: Draw, world: Row, applications: list[Row], territory: Row) -> list[Row]:
    rows = []
    for epci in world["epcis"]:
        own = (territory.get("grid_by_epci") or {}).get(epci, territory)
        for a in applications:
            grid = own.get("grid")
            if a.get("current_landlord") and own.get("mutation_grid"):
                grid = own["mutation_grid"]
            if grid and draw.chance(0.6):
                grid = grid.removesuffix(".yaml")
                score = draw.one([5, 18, "33.5", 70, 70, 126])
                rows.append(
                    {"application_id": a["application_id"], "epci": epci, "grid": grid, "score": score}
                )
    return rows


def _events(draw: Draw, tables: dict[str, list[Row]], accounts: list[str]) -> list[Row]:
    rows: list[Row] = []
    known = [*tables["leases"], *tables["in_progress"], *tables["dwellings"]]
    for _ in range(draw.whole(1, 4)):
        place = draw.one(known)
        account = place.get("account") or _account_there(draw, accounts, place["commune"])
        day = date(2026, 2, 1) + timedelta(days=draw.whole(0, 200))
        row: Row = {"dwelling_id": place["dwelling_id"], "account": account, "oriented_on": day}
        if draw.chance(0.7):
            row["presented_on"] = day + timedelta(days=8)
            if draw.chance(0.6):
                row["attributed_on"] = day + timedelta(days=15)
        row["outcome"] = draw.one([None, "refus"])
        if day.toordinal() % 3 == 0:  # a dwelling that only its own rows describe
            told = {"landlord": place["landlord"], "commune": place["commune"], "qpv": place.get("qpv")}
            row |= told | {
                "dwelling_id": f"E-{place['dwelling_id']}",
                "in_flux": [None, True, False][day.day % 3],
            }
        if (row["dwelling_id"], account, day) not in {
            (r["dwelling_id"], r["account"], r["oriented_on"]) for r in rows
        }:
            rows.append(row)
    return rows


def _decisions(draw: Draw, tables: dict[str, list[Row]], lines: list[Row]) -> list[Row]:
    rows: list[Row] = []
    applications = tables["applications"]
    for a in draw.some(applications, 0, 2) if draw.chance(0.3) else []:
        row: Row = {
            "application_id": a["application_id"], "decision": "forbid", "reason": draw.one(["withdrawn", "medical"]),
            "author": "Secrétariat", "dwelling_id": None,
        }  # fmt: skip
        if draw.chance(0.8):
            row["dwelling_id"] = draw.one(tables["dwellings"])["dwelling_id"]
        if draw.chance(0.4):
            row["expires_on"] = ON + timedelta(days=draw.one([-1, 0, 30]))
        rows.append(row)
    if draw.chance(0.2):
        plain = [
            d
            for d in tables["dwellings"]
            if not d.get("assiette_exclusion")
            and not d.get("reserved_to")
            and d["dwelling_id"] not in {p["dwelling_id"] for p in tables["in_progress"]}
        ]
        if plain:
            d = draw.one(plain)
            here = [
                line["account"]
                for line in lines
                if line["landlord"] == d["landlord"]
                and line["departement"] == d["commune"][:2]
                and not line.get("area")
                and (not line["account"].startswith("COLL:") or _covers(line["account"][5:], d["commune"]))
            ]
            rows.append(
                {
                    "dwelling_id": d["dwelling_id"], "account": draw.one([*here, "BAILLEUR"]), "decision": "orient",
                    "reason": "commission_decision", "author": "Secrétariat", "application_id": None,
                }
            )  # fmt: skip
    return rows


def _more_settings(draw: Draw, settings: Row, world: Row) -> None:
    if len(world["landlords"]) == 1 and draw.chance(0.5):
        settings["landlord"] = world["landlords"][0]
    elif draw.chance(0.2):
        settings["all_landlords"] = True
    if draw.chance(0.2):
        settings["shortlist_size"] = draw.one([3, 4])
    if draw.chance(0.3) or "landlord" not in settings:
        settings["seed"] = f"tirage {draw.whole(1, 99)}"
    if draw.chance(0.4):
        settings["dalo"] = {
            landlord: {d: draw.whole(0, 25) for d in sorted({c[:2] for c in world["communes"]})}
            for landlord in draw.some(world["landlords"], 1, 2)
        }
    if draw.chance(0.15):
        share = Fraction(draw.one([30, 40]), 100)
        settings["changes"] = {"national.lec.first_quartile_share": float(share)}
