"""The page of the grid language is complete: two programs written from it give the same integers (models/cotation/README.md).

Random grids over every kind of criterion, operator and input, of applications with many empty cells: the points that the
engine credits are those of the independent check, and so is the span.
"""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import numpy as np
import pytest
import yaml

import optimizer as af
from optimizer import policy
from optimizer.policy.grid_reader import read_grid
from optimizer.scoring.grids import evaluate
from optimizer.scoring.inputs import Inputs
from optimizer.verify.grid import grid_points, grid_range
from optimizer.verify.law import OWN_GRID
from optimizer.verify.tables import read_case
from optimizer.verify.whole import shipped_models
from optimizer.verify.world import read_world
from optimizer.verify.yamltext import read_yaml

ON = date(2026, 7, 1)
BOOLS = (
    "accepts_qpv", "als_employee", "couple", "essential_worker", "extend", "local_job", "public_agent", "own_bool",
)  # fmt: skip
WHOLES = {
    "adults": 3, "children_under_14": 3, "current_rooms": 5, "dependants": 3, "disabled_persons": 2,
    "household_category": 6, "refusals": 3, "visiting_children": 2, "own_integer": 6,
}  # fmt: skip
FROM_ONE = ("adults", "current_rooms", "household_category")
DECIMALS = {
    "current_rent_eur": ("0", "400", "450,55", "1200"), "current_surface_m2": ("9", "25", "33,5", "70"),
    "housing_allowance_eur": ("0", "100", "600"), "monthly_income_eur": ("0", "900", "1200,01"),
    "tax_income_eur": ("0", "1000,01", "12000"), "own_decimal": ("0,005", "1,25", "12000,004"),
}  # fmt: skip
CODES = {
    "dossier": ("complete", "to_verify", "unreachable"), "income_status": ("declared", "verified"),
    "mobility_need": ("none", "no_stairs", "accessible", "adapted"),
    "priority_status": ("declared", "verified", "labelled"), "relocation": ("none", "NPNRU", "ORCOD", "unfit", "sale"),
    "status": ("active", "to_renew", "struck_off"), "own_code": ("x1", "y2"),
}  # fmt: skip
DATES = ("first_registered_on", "renewed_on", "own_date")
PRIORITIES = ("dalo", *"abcdefghijklmn", "gbis")
FLAGS = (*BOOLS, "is_mutation", "lone_parent", "overcrowded")
NUMBERS = (*WHOLES, "persons", "seniority_months", "spare_rooms", *DECIMALS)
LIMITS = (0, 1, 2, 3, 12, 33.3333, 400, 1000.01, 12_000)
COLUMNS = {
    f"own_{kind}": {
        "title": kind,
        "type": kind,
        **({"codes": [*CODES["own_code"]]} if kind == "code" else {}),
    }
    for kind in ("bool", "integer", "decimal", "code", "date")
}


def _day(draw: random.Random) -> str:
    return f"20{draw.randint(14, 25)}-{draw.randint(1, 12):02d}-{draw.choice((1, 15, 24, 28)):02d}"


def _in_words(draw: random.Random, name: str, value: object) -> object:
    """The value of an own column as somebody may write it."""
    if value == "":
        return draw.choice(("", "nc", "-"))
    if name == "own_date":
        year, month, day = str(value).split("-")
        return draw.choice((value, f"{day}/{month}/{year}", f"{day}.{month}.{year}"))
    said = {
        "own_decimal": f"{value} €",
        "own_integer": f"{value} personnes",
        "own_bool": "x" if value == "oui" else value,
    }
    return draw.choice((value, said.get(name, value)))


def _person(draw: random.Random, i: int) -> dict[str, object]:
    def maybe(value: object) -> object:
        return draw.choice((value, value, ""))

    registered, persons = _day(draw), draw.choice((1, 2, 3, 4, 6, 9))
    row: dict[str, object] = {
        "application_id": f"N{i}", "first_registered_on": registered, "persons": persons, "choices": "25056",
        "renewed_on": maybe(max(registered, _day(draw))), "own_date": maybe(_day(draw)),
        "current_landlord": maybe("BAIL"),
        "priority_codes": "|".join(draw.sample(PRIORITIES, draw.choice((0, 0, 1, 2, 4)))),
    }  # fmt: skip
    row |= {name: draw.choice(("oui", "non", "1", "0", "")) for name in BOOLS}
    row |= {name: maybe(min(draw.randint(name in FROM_ONE, most), persons)) for name, most in WHOLES.items()}
    row |= {name: maybe(draw.choice(values)) for name, values in (*DECIMALS.items(), *CODES.items())}
    return {name: _in_words(draw, name, value) if name in COLUMNS else value for name, value in row.items()}


def _condition(draw: random.Random) -> dict[str, Any]:
    kind = draw.choice(("flag", "number", "ratio", "code", "date", "list", "known"))
    yes = draw.choice((True, False))
    compare = draw.choice(("above", "at_least", "below", "at_most"))
    if kind == "flag":
        return {"input": draw.choice(FLAGS), "is": yes}
    if kind == "number":
        return {"input": draw.choice(NUMBERS), compare: draw.choice(LIMITS)}
    if kind == "ratio":
        return {"input": "effort_rate", compare: draw.choice((0.25, 0.3333, 1))}
    if kind == "code":
        name = draw.choice([*CODES])
        return {"input": name, **draw.choice(({"is": CODES[name][0]}, {"in": [*CODES[name][:2]]}))}
    if kind == "list":
        return {"input": "priority_codes", "has": draw.choice(PRIORITIES)}
    names = DATES if kind == "date" else (*FLAGS, *NUMBERS, *CODES, "effort_rate", "priority_codes")
    return {"input": draw.choice(names), "known": yes}


def _criterion(draw: random.Random, malus: bool) -> dict[str, Any]:
    def points(sign: bool = False) -> float:
        return draw.choice((0.01, 1, 2.5, 33.33, 100)) * (draw.choice((1, -1)) if sign and malus else 1)

    kind = draw.choice(("flag", "by_code", "codes", "months", "brackets", "count"))
    found: dict[str, Any] = {"title": kind, "kind": kind}
    if kind == "flag":
        return found | {"points": points(True), "when": [_condition(draw) for _ in range(draw.randint(1, 2))]}
    if kind == "by_code":
        name = draw.choice([*CODES])
        found |= {"input": name, "points": {code: points(True) for code in CODES[name][:2]}}
    elif kind == "codes":
        found |= {
            "input": "priority_codes",
            "codes": draw.sample(PRIORITIES, draw.randint(1, 6)),
            "first": points(),
        }
        found |= {"each_other": draw.choice((0, points()))}
        found |= draw.choice(({}, {"statuses": ["declared"]}, {"statuses": ["verified", "labelled"]}))
        found |= draw.choice(({}, {"cap": 55.5}))
    elif kind == "months":
        found |= {"input": draw.choice(DATES), "points_per_month": points()}
        found |= draw.choice(({}, {"from_month": 6})) | draw.choice(({}, {"cap": 20}))
    elif kind == "brackets":
        found |= {
            "input": draw.choice((*NUMBERS, "effort_rate")),
            "compare": draw.choice(("above", "at_least")),
        }
        found |= {
            "brackets": [{"limit": limit, "points": points(True)} for limit in sorted(draw.sample(LIMITS, 3))]
        }
    else:
        found |= {"input": draw.choice([*WHOLES, "spare_rooms"]), "points_each": points(True), "max_count": 2}
        found |= draw.choice(({}, {"expires": {"column": draw.choice(DATES), "months": 12}}))
    return found | draw.choice(({}, {"when": [_condition(draw)]}))


def _grid(draw: random.Random) -> str:
    rubrics = {}
    for i in range(3):
        combine, cap = draw.choice((("sum", None), ("sum", 40.5), ("best", None), ("best", 7)))
        free = combine == "sum" and cap is None
        criteria = {f"c{j}": _criterion(draw, free) for j in range(draw.randint(1, 4))}
        bound = {} if cap is None else {"cap": cap}
        rubrics[f"r{i}"] = {"title": "essai", "combine": combine, **bound, "criteria": criteria}
    head = "title: essai\ninvented: true\nstatus: assumed\nsource: essai\nby: essai\n"
    days = f"in_force_from: {ON}\nreviewed_on: {ON}\n"
    return head + days + yaml.safe_dump({"columns": COLUMNS, "rubrics": rubrics}, sort_keys=False)


@pytest.mark.parametrize("seed", range(2))
def test_the_engine_and_the_check_credit_the_same_points(seed, tmp_path):
    draw = random.Random(seed)
    people = [_person(draw, i) for i in range(60)]
    tables = {
        "dwellings": "dwelling_id;landlord;commune;rooms;financing\nL1;BAIL;25056;3;PLUS\n",
        "applications": "".join(";".join(map(str, line)) + "\n" for line in ([*people[0]], *(p.values() for p in people))),
        "conventions": "landlord;departement;year;account;share;management_mode\nBAIL;25;2026;BAILLEUR;0;delegated\n",
    }  # fmt: skip
    case_yaml = f"title: essai\nterritory: doubs\non: {ON}\nyear: 2026\nsynthetic: true\n"
    (tmp_path / "case.yaml").write_text(case_yaml, encoding="utf-8")
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    frame, rules = af.read(tmp_path).table("applications"), policy.load("doubs", ON)
    raw = read_case(tmp_path)
    world = read_world(raw, shipped_models())
    place = [world.apps.number[name] for name in frame["application_id"]]
    path, credited = tmp_path / "grille.yaml", 0
    for _ in range(15):
        path.write_text(_grid(draw), encoding="utf-8")
        grid = read_grid(path)
        engine = evaluate(grid, Inputs(frame, grid, rules, np.datetime64(ON.isoformat(), "D")))
        world.law.own_grid = read_yaml(path)
        check = grid_points(world.law, OWN_GRID, raw.table("applications"), world.apps)
        assert {name: engine.credited[:, j].tolist() for j, name in enumerate(engine.names)} == {
            name: points[place].tolist() for name, points in check.items()
        }, path.read_text(encoding="utf-8")
        low, high = grid_range(world.law, OWN_GRID)
        assert policy.span(grid, rules.integer("national.burden.accrual_years")) == high - low
        credited += int(engine.credited.any(axis=0).sum())
    assert credited > 45, "most criteria give points to somebody"
