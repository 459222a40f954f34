"""``case.yaml`` read a second time: dates, seed, list size, changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import yaml

from optimizer.domain import default_seed
from optimizer.verify.verdict import Unreadable


@dataclass(frozen=True)
class Settings:
    """What the verification needs of ``case.yaml``."""

    territory: str
    on: date
    year: int
    seed: str
    all_landlords: bool
    shortlist_size: int | None
    changes: Mapping[str, Any]
    synthetic: bool
    dalo: Mapping[tuple[str, str], Fraction]
    """(landlord, département) -> DALO households of the year."""
    own_values: Mapping[str, Fraction] = field(default_factory=dict)
    """Dotted key -> number that the case's own sheets give."""
    own_grid: Mapping[str, Any] | None = None
    """The grid that the case writes, in the form of a grid file."""


def read_settings(raw: Mapping[str, Any]) -> Settings:
    """Raises Unreadable when a required key is missing or malformed."""
    try:
        on = _date(str(raw["on"]))
        landlord = raw.get("landlord") or None
        size = raw.get("shortlist_size")
        changes = raw.get("changes") or {}
        if not isinstance(changes, Mapping):
            raise Unreadable("case.yaml", "changes")
        # a workbook's settings sheet writes each change on its own line: ``changes.<key>``
        lines = {
            str(k)[len("changes.") :]: scalar(v) for k, v in raw.items() if str(k).startswith("changes.")
        }
        changes = {**changes, **lines}
        return Settings(
            territory=str(raw["territory"]),
            on=on,
            year=int(raw.get("year") or on.year),
            seed=str(
                raw.get("seed")
                or default_seed(on, landlord, str(raw.get("territory_as_written") or raw["territory"]))
            ),
            all_landlords=_yes(raw.get("all_landlords")),
            shortlist_size=int(size) if size not in (None, "") else None,
            changes=changes,
            synthetic=_yes(raw.get("synthetic")),
            dalo=dalo_numbers(raw.get("dalo")) | _dalo_lines(raw),
            own_values=raw.get("own_values") or {},
            own_grid=raw.get("own_grid"),
        )
    except (KeyError, ValueError) as error:
        raise Unreadable("case.yaml", type(error).__name__) from error


def _yes(value: object) -> bool:
    return str(value or "").lower() in ("true", "1", "oui", "vrai", "yes")


def dalo_numbers(raw: object, landlord: str = "") -> dict[tuple[str, str], Fraction]:
    """(landlord, département) -> number, from ``{landlord: {département: n}}``, or ``{département: n}`` of one landlord."""
    parts = {landlord: raw} if landlord else raw
    if not isinstance(parts, Mapping):
        return {}
    return {
        (str(name), str(place)): Fraction(str(number))
        for name, each in parts.items()
        if isinstance(each, Mapping)
        for place, number in each.items()
    }


def _dalo_lines(raw: Mapping[str, Any]) -> dict[tuple[str, str], Fraction]:
    """The same from a workbook's settings sheet: ``dalo.<landlord>.<département>`` on lines of their own."""
    found = {}
    for key, value in raw.items():
        landlord, _, place = str(key).removeprefix("dalo.").rpartition(".")
        if str(key).startswith("dalo.") and landlord:
            found[landlord, place] = Fraction(str(value))
    return found


def scalar(value: object) -> object:
    """A cell as YAML would read it: a number, a boolean or a text."""
    if not isinstance(value, str) or "&" in value or "*" in value:
        return value
    try:
        return yaml.safe_load(value)
    except (yaml.YAMLError, ValueError, RecursionError):
        return value


def _date(text: str) -> date:
    if "/" in text:
        day, month, year = text.split("/")
        return date(int(year), int(month), int(day))
    return date.fromisoformat(text[:10])
