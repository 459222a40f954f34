"""Sheets by which a case says its own thresholds, yearly targets and grid, so that nobody edits a file of the program."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from optimizer.domain import OWN_GRID, CaseSettings, Column, OwnValues, Table
from optimizer.domain.frames import records
from optimizer.errors import Finding
from optimizer.importers.cells import Problem
from optimizer.importers.gazetteer import Gazetteer
from optimizer.importers.headers import Headers
from optimizer.importers.raw import RawTable
from optimizer.importers.tables import ReadTable, read_table
from optimizer.importers.words import plain

THRESHOLDS = Table(
    "thresholds", "seuils", key=("epci",),
    fr="Seuils du premier quartile, par EPCI", en="First-quartile thresholds by EPCI",
    columns=(
        Column("epci", "text", "epci", required=True, fr="EPCI : numéro SIREN ou nom", en="EPCI"),
        Column("threshold", "money", "seuil", required=True, unit="€/an", low=1000, high=100_000, fr="Revenu annuel par unité de consommation du premier quartile des demandeurs (arrêté de l'année)", en="Threshold"),
        Column("source", "text", "source", fr="Texte ou page d'où vient le chiffre", en="Source"),
    ),
)  # fmt: skip
TARGETS = Table(
    "targets", "objectifs", key=("target", "landlord", "place"),
    fr="Objectifs de l'année : DALO, travailleurs essentiels", en="Targets of the year",
    columns=(
        Column("target", "choice", "objectif", required=True, values=("dalo", "essential_workers"), fr="Objectif : DALO (nombre de ménages) ou travailleurs essentiels (part des attributions)", en="Target"),
        Column("landlord", "text", "bailleur", fr="Code du bailleur, pour un nombre de DALO qui lui est propre ; vide = tous", en="Landlord"),
        Column("place", "text", "territoire", required=True, fr="DALO : code du département ; travailleurs essentiels : SIREN ou nom de l'EPCI", en="Place"),
        Column("value", "decimal", "valeur", required=True, low=0, high=100_000, fr="DALO : nombre de ménages ; travailleurs essentiels : part, 0,10 ou 10 %", en="Value"),
        Column("source", "text", "source", fr="Texte ou page d'où vient le chiffre", en="Source"),
    ),
)  # fmt: skip
GRID = Table(
    "grid", "grille",
    fr="Grille de cotation du territoire", en="Grid of the territory",
    columns=(
        Column("rubric", "text", "rubrique", required=True, fr="Rubrique de la grille ; les critères d'une rubrique s'ajoutent", en="Rubric"),
        Column("criterion", "text", "critere", required=True, fr="Critère, à choisir dans la liste", en="Criterion"),
        Column("points", "decimal", "points", required=True, low=-10_000, high=10_000, fr="Points du critère quand il est rempli au mieux", en="Points"),
        Column("cap", "decimal", "plafond", low=0, high=100_000, fr="Plafond de la rubrique, sur l'une de ses lignes ; vide = sans", en="Cap of the rubric"),
    ),
)  # fmt: skip
SHEETS = (THRESHOLDS, TARGETS, GRID)
CATALOGUE_POINTS = 100
"""Points of a criterion of the catalogue when it is met at best."""
_SCALED = ("points", "first", "each_other", "cap", "points_per_month", "points_each")


def with_own_values(
    settings: CaseSettings, sheets: Mapping[str, RawTable], places: Gazetteer
) -> tuple[CaseSettings, list[Finding]]:
    """The settings with what the sheets ``seuils``, ``objectifs`` and ``grille`` say, and every problem in them."""
    read = {t.name: read_table(sheets[t.name], t, Headers({})) for t in SHEETS if t.name in sheets}
    findings = [f for table in read.values() for f in table.findings]
    values: dict[str, tuple[float, str]] = {}
    dalo = {landlord: dict(numbers) for landlord, numbers in settings.dalo.items()}
    for table in (read.get("thresholds"), read.get("targets")):
        if table is not None and table.frame is not None:
            findings += _values(table, table.frame, places, values, dalo)
    grid = ""
    written = read.get("grid")
    if written is not None and written.frame is not None and len(written.frame):
        grid, more = _grid(written, written.frame, places.models, settings.on)
        findings += more
    return replace(settings, dalo=dalo, own=OwnValues(values, grid)), findings


def _values(
    read: ReadTable, frame: pd.DataFrame, places: Gazetteer, values: dict[str, tuple[float, str]],
    dalo: dict[str, dict[str, int]],
) -> list[Finding]:  # fmt: skip
    findings = []
    for i, row in enumerate(records(frame)):
        amount = row.threshold if read.table is THRESHOLDS else row.value
        name = row.epci if read.table is THRESHOLDS else row.place
        target = "q1" if read.table is THRESHOLDS else row.target
        if pd.isna(amount) or pd.isna(name) or pd.isna(target):
            continue
        source = "" if pd.isna(row.source) else str(row.source)
        if target == "dalo":
            code = places.departement(str(name))
            if code and amount == int(amount) and not pd.isna(row.landlord):
                dalo.setdefault(str(row.landlord), {})[code] = int(amount)
            elif code and amount == int(amount):
                values[f"territory.dalo.{code}"] = (float(amount), source)
            else:
                findings.append(
                    _wrong(read, i, "place" if not code else "value", str(name if not code else amount))
                )
            continue
        code = places.epci(str(name))
        if not code:
            findings.append(_wrong(read, i, "epci" if target == "q1" else "place", str(name)))
        elif target == "q1":
            values[f"territory.lec.q1_threshold.{code}"] = (float(amount), source)
        elif amount <= 1:
            values[f"territory.essential_workers.{code}"] = (float(amount), source)
        else:
            findings.append(_wrong(read, i, "value", str(amount)))
    return findings


def _wrong(read: ReadTable, row: int, column: str, value: str) -> Finding:
    expected = read.table.column(column)
    params = {"expected_fr": expected.fr, "expected_en": expected.en}
    return read.finding(Problem("READ_OWN_VALUE", np.array([row], np.int64), value, params), column)


def _grid(read: ReadTable, frame: pd.DataFrame, models: Path, on: datetime.date) -> tuple[str, list[Finding]]:
    """The text of a grid file whose criteria have the forms of the catalogue and the points of the sheet."""
    known, columns = catalogue(models)
    findings: list[Finding] = []
    rubrics: dict[str, dict[str, Any]] = {}
    used: set[str] = set()
    for i, row in enumerate(records(frame)):
        if pd.isna(row.rubric) or pd.isna(row.criterion) or pd.isna(row.points):
            continue
        found = known.get(plain(row.criterion))
        if found is None or found[0] in used:
            findings.append(_wrong(read, i, "criterion", str(row.criterion)))
            continue
        used.add(found[0])
        name = plain(row.rubric)
        name = name if name[:1].isalpha() else f"r_{name}"
        rubric = rubrics.setdefault(name, {"title": str(row.rubric), "combine": "sum", "criteria": {}})
        rubric["criteria"][found[0]] = scaled(found[1], Decimal(str(row.points)))
        if not pd.isna(row.cap):
            rubric["cap"] = _number(Decimal(str(row.cap)))
    if not rubrics:
        return "", findings
    grid = {
        "title": "Grille du dossier", "invented": False, "status": "local", "source": f"feuille {GRID.alias} du dossier",
        "in_force_from": datetime.date(on.year, 1, 1), "reviewed_on": on, "by": OWN_GRID, "columns": columns,
        "rubrics": rubrics,
    }  # fmt: skip
    return yaml.safe_dump(grid, allow_unicode=True, sort_keys=False), findings


def catalogue(models: Path) -> tuple[dict[str, tuple[str, dict[str, Any]]], dict[str, Any]]:
    """Criteria of the catalogue by plain name and title -> (name, form), and the columns they may read."""
    path = models / "cotation" / "catalogue.yaml"
    if not path.is_file():
        return {}, {}
    data = yaml.safe_load(path.read_bytes())
    found = {}
    for rubric in data["rubrics"].values():
        for name, item in rubric["criteria"].items():
            found[plain(name)] = found[plain(item["title"])] = (name, item)
    return found, data.get("columns", {})


def scaled(item: Mapping[str, Any], points: Decimal) -> dict[str, Any]:
    """A criterion of the catalogue worth ``points`` at best, to the hundredth of a point."""

    def by(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: by(v) for k, v in value.items()}
        return _number(Decimal(str(value)) * points / CATALOGUE_POINTS)

    made = {k: by(v) if k in _SCALED else v for k, v in item.items()}
    if "brackets" in made:
        made["brackets"] = [{**b, "points": by(b["points"])} for b in made["brackets"]]
    return made


def _number(value: Decimal) -> float | int:
    cents = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return int(cents) if cents == int(cents) else float(cents)
