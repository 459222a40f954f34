"""Thresholds, targets and grid that a case writes itself, read a second time."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from optimizer.verify import habits
from optimizer.verify.habits import Frame
from optimizer.verify.verdict import Unreadable
from optimizer.verify.words import plain
from optimizer.verify.yamltext import read_yaml

THRESHOLDS, TARGETS, GRID = "thresholds", "targets", "grid"
SHEETS = {
    "seuils": THRESHOLDS, "thresholds": THRESHOLDS, "objectifs": TARGETS, "targets": TARGETS, "grille": GRID, "grid": GRID,
}  # fmt: skip
"""Plain names of the sheets."""
_SCALED = ("points", "first", "each_other", "cap", "points_per_month", "points_each")


def own_values(sheets: Mapping[str, Frame], models: Path | None) -> dict[str, Any]:
    """What the sheets say, as settings: ``own_values`` (dotted key -> number), ``own_grid``, ``dalo.<landlord>.<place>``."""
    if models is None:
        return {}
    found: dict[str, Any] = {"own_values": {}}
    values = found["own_values"]
    frame = sheets.get(THRESHOLDS, {})
    for place, amount in zip(_text(frame, "epci"), _text(frame, "seuil", "threshold"), strict=True):
        if place and amount:
            values[f"territory.lec.q1_threshold.{_epci(place, models)}"] = _number(amount)
    frame = sheets.get(TARGETS, {})
    columns = (("objectif", "target"), ("bailleur", "landlord"), ("territoire", "place"), ("valeur", "value"))
    known = {**habits.known_words("target"), "dalo": "dalo", "essential_workers": "essential_workers"}
    for target, landlord, place, amount in zip(*(_text(frame, *c) for c in columns), strict=True):
        if not target or not place or not amount:
            continue
        kind = known.get(plain(target), "")
        if kind == "dalo" and landlord:
            found[f"dalo.{landlord}.{place.upper()}"] = str(_number(amount))
        elif kind == "dalo":
            values[f"territory.dalo.{place.upper()}"] = _number(amount)
        elif kind == "essential_workers":
            values[f"territory.essential_workers.{_epci(place, models)}"] = _number(amount)
        else:
            raise Unreadable("objectifs", target[:60])
    if sheets.get(GRID):
        found["own_grid"] = _grid(sheets[GRID], models)
    return found


def _text(frame: Frame, *names: str) -> list[str | None]:
    """The cells under a header, those that say nothing as None."""
    empty = [w.lower() for w in habits.words()["empty"]["everywhere"]]
    header = next((h for h in frame if plain(h) in names), None)
    if header is None:
        return [None] * (len(next(iter(frame.values()))) if frame else 0)
    cells = [(x or "").strip() for x in frame[header].to_pylist()]
    return [x if x and x.lower() not in empty else None for x in cells]


def _number(text: str) -> Fraction:
    """``15 832,50 €``, ``10 %``, ``12 ménages``."""
    word = "".join(text.split()).lower()
    share = word.endswith("%")
    for unit in (
        "%",
        "€/an",
        "€",
        "euros",
        "euro",
        "eur",
        "ménages",
        "menages",
        "ménage",
        "menage",
        "points",
        "pts",
        "pt",
    ):
        word = word.removesuffix(unit)
    try:
        number = Fraction(word.replace(",", "."))
    except ValueError:
        raise Unreadable("objectifs", text[:60]) from None
    return number / 100 if share else number


def _epci(word: str, models: Path) -> str:
    """SIREN of an EPCI given by number or by its only name."""
    with (models / "territories" / "epci.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    code = "".join(word.split())
    hits = [
        r["siren"]
        for r in rows
        if r["siren"] == code or habits.place_name(r["name"]) == habits.place_name(word)
    ]
    if len(hits) != 1:
        raise Unreadable("seuils", word[:60])
    return hits[0]


def _grid(frame: Frame, models: Path) -> Mapping[str, Any] | None:
    """The grid in the form of a grid file: forms of the catalogue, points of the sheet."""
    data = read_yaml(models / "cotation" / "catalogue.yaml")
    forms = {
        plain(word): (name, item)
        for rubric in data["rubrics"].values()
        for name, item in rubric["criteria"].items()
        for word in (name, item["title"])
    }
    rubrics: dict[str, Any] = {}
    columns = (("rubrique", "rubric"), ("critere", "criterion"), ("points",), ("plafond", "cap"))
    for rubric, criterion, points, cap in zip(*(_text(frame, *c) for c in columns), strict=True):
        if not rubric or not criterion or not points:
            continue
        if plain(criterion) not in forms:
            raise Unreadable("grille", criterion[:60])
        name, item = forms[plain(criterion)]
        key = plain(rubric) if plain(rubric)[:1].isalpha() else f"r_{plain(rubric)}"
        made = rubrics.setdefault(key, {"combine": "sum", "criteria": {}})
        made["criteria"][name] = _weighted(item, _number(points))
        if cap:
            made["cap"] = _rounded(_number(cap))
    return {"columns": data.get("columns") or {}, "rubrics": rubrics} if rubrics else None


def _weighted(item: Mapping[str, Any], points: Fraction) -> dict[str, Any]:
    """A criterion of the catalogue, whose forms are worth 100 at best, worth ``points``."""
    made: dict[str, Any] = {}
    for key, value in item.items():
        if key == "brackets":
            made[key] = [{**b, "points": _part(b["points"], points)} for b in value]
        elif key in _SCALED and isinstance(value, Mapping):
            made[key] = {k: _part(v, points) for k, v in value.items()}
        else:
            made[key] = _part(value, points) if key in _SCALED else value
    return made


def _part(value: Any, points: Fraction) -> str:
    return _rounded(Fraction(str(value)) * points / 100)


def _rounded(value: Fraction) -> str:
    """To the hundredth, halves away from zero, as a decimal text."""
    cents = int(abs(value) * 100 + Fraction(1, 2))
    return f"{'-' if value < 0 else ''}{cents // 100}.{cents % 100:02d}"
