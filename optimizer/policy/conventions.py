"""Reservation agreements: one file per landlord and département, read into the lines of the ``conventions`` table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.domain.account import convention_forms, is_convention_account, place_of
from optimizer.domain.schema import COUNT_RULES
from optimizer.errors import Said
from optimizer.policy.folder import Folder
from optimizer.policy.messages import Gathered, PolicyError
from optimizer.policy.parameter import (
    bad_value,
    date_of,
    expectation,
    fits,
    has_decimals,
    only_keys,
    status_of,
    text_of,
)
from optimizer.policy.strict_yaml import YamlMap
from optimizer.policy.territory import inside

MANAGEMENT_MODES = ("direct", "delegated", "partial")
POOLS = ("default", "priority", "public_agent", "als_employee", "any")
"""Who may be named under an account; ``default`` (or empty) is the account's own pool, ``priority`` the publics prioritaires with a
proof that counts in the 25 % target."""

COLUMNS = (
    "landlord", "departement", "year", "area", "account", "share", "pool", "management_mode", "count_rule",
    "tolerance", "carry_over", "opening_balance", "proposal_deadline_days", "cap_receiver",
)  # fmt: skip
"""The columns of the ``conventions`` table, in its order."""

# field -> (unit, closed list); opening_balance counts dwellings in hundredths, negative too
FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "share": ("share", ()),
    "pool": ("code", POOLS),
    "management_mode": ("code", MANAGEMENT_MODES),
    "count_rule": ("code", COUNT_RULES),
    "tolerance": ("share", ()),
    "carry_over": ("bool", ()),
    "opening_balance": ("balance", ()),
    "proposal_deadline_days": ("days", ()),
    "cap_receiver": ("code", ()),
}
_TITLES = {
    "share": "Part du flux", "pool": "Vivier", "management_mode": "Mode de gestion", "count_rule": "Règle de décompte",
    "tolerance": "Tolérance", "carry_over": "Report du solde", "opening_balance": "Solde d'ouverture",
    "proposal_deadline_days": "Délai de proposition", "cap_receiver": "Bénéficiaire de l'excédent",
}  # fmt: skip

_FILE_KEYS = (
    "landlord", "name", "departement", "year", "status", "source", "link", "reviewed_on", "by", "rooms",
    "effort_threshold", "effort_deliberation", "effort_deliberated_on", "dalo", "defaults", "lines",
)  # fmt: skip
_DELIBERATED = ("effort_threshold", "effort_deliberation", "effort_deliberated_on")
"""A landlord's own effort threshold counts only with the deliberation that fixed it and its date: three keys or none."""
_SETTINGS = ("rooms", *_DELIBERATED, "dalo")
_TABLE_KEYS = ("table", "name", "year", "status", "source", "link", "reviewed_on", "by", "defaults")
_TABLE_HEADER = ("landlord", "departement", "area", "account", "share", "management_mode")
MAX_SUM = 1.0005
"""Largest sum of the shares that apply in one commune (design: 1, tolerance 0.0005)."""


@dataclass(frozen=True)
class Line:
    """One line of an agreement with what its file says of it."""

    landlord: str
    departement: str
    year: int
    area: str
    account: str
    values: Mapping[str, Any]
    status: str
    source: str
    link: str
    reviewed_on: date
    since: date
    file: str
    at: int = field(default=1, compare=False)
    """Where the line stands in its file (or in the table that the file names)."""
    changed: frozenset[str] = frozenset()
    """Fields that a scenario, or the case, says otherwise: hypotheses, whatever the file says of itself."""


@dataclass(frozen=True)
class Agreement:
    """One file: its landlords' names and settings, and its lines."""

    names: Mapping[str, str]
    settings: Mapping[str, Mapping[str, Any]]
    """Landlord -> ``rooms`` (a table's name), ``effort_threshold`` (share), ``effort_deliberation`` (text),
    ``effort_deliberated_on`` (date), ``dalo`` ({département: households of the year}), where the file has them."""
    lines: tuple[Line, ...]


def field_title(name: str) -> str:
    """French title of a field of a line."""
    return _TITLES[name]


def field_fits(name: str, value: object) -> bool:
    """Whether ``value`` is possible for a field of a line."""
    unit, choices = FIELDS[name]
    if unit == "balance":
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return abs(value) <= 100_000 and has_decimals(value, 2)
    if name == "cap_receiver":
        return isinstance(value, str) and is_convention_account(value)
    return fits(value, unit, choices, None, None)


def field_expectation(name: str) -> tuple[str, str]:
    """What a field must be, in French and in English."""
    unit, choices = FIELDS[name]
    if choices:
        return " | ".join(choices), " | ".join(choices)
    return {
        "share": (
            "une part entre 0 et 1, au plus 4 décimales (0.25 pour 25 %)",
            "a share between 0 and 1, at most 4 decimals (0.25 for 25 %)",
        ),
        "bool": ("true ou false", "true or false"),
        "days": ("un nombre entier de jours", "a whole number of days"),
        "balance": (
            "un nombre de logements, au plus 2 décimales (le solde se compte en centièmes)",
            "a number of dwellings, at most 2 decimals (the balance is counted in hundredths)",
        ),
        "code": ("le code d'un réservataire", "the code of an account"),
    }[unit]


def default_area(account: str, departement: str) -> str:
    """Area of a line that does not say: the code of ``COLL:…``, else the département."""
    return place_of(account) or departement


def read_agreement(folder: Folder, name: str, path: Path | None = None) -> Agreement:
    """Read one file of ``conventions/`` (lines, or a table named by the file).

    Raises
    ------
    PolicyError
        Unknown key, account, mode or count rule, share outside [0, 1], the same line twice: with file and line.
    """
    file = f"conventions/{name}.yaml" if path is None else path.name
    met, settings, defaults = Gathered(), dict[str, Any](), dict[str, Any]()
    data = folder.as_far(file, path, met)
    if "table" in data:
        return _from_table(folder, data, path, met)
    required = tuple(k for k in _FILE_KEYS if k not in ("link", "defaults", *_SETTINGS))
    with met.each():
        only_keys(data, _FILE_KEYS, required)
    head = _head(data, met, ("landlord", "name", "departement"))
    with met.each():
        settings = _settings(data)
    with met.each():
        defaults = _fields(data.get("defaults", YamlMap(data.path)), data, ())
    items = data.get("lines")
    if items is not None and (
        not isinstance(items, list) or not items or not all(isinstance(i, YamlMap) for i in items)
    ):
        with met.each():
            bad_value(data, "lines", items, "une liste de lignes", "a list of lines")
        items = None
    lines = []
    for item in items or ():
        values, account, area = defaults, "", ""
        with met.each():
            values = {**defaults, **_fields(item, data, ("account", "area"))}
            if "share" not in values:
                raise PolicyError("POLICY_MISSING_KEY", file=data.path, line=item.line, key="share")
        with met.each():
            account = _account(item, item.get("account"))
            area = text_of(item, "area", default_area(account, str(head.get("departement", ""))))
        if not met.errors:
            lines.append(
                _line(
                    head, data.path, item.line, head["landlord"], head["departement"], area, account, values
                )
            )
    with met.each():
        _refuse_twins(lines)
    met.done()
    return Agreement({head["landlord"]: head["name"]}, {head["landlord"]: settings}, tuple(lines))


def _head(data: YamlMap, met: Gathered, words: tuple[str, ...]) -> dict[str, Any]:
    """What a file says of itself, each key that it has read on its own; those that are missing are told already."""
    readers: dict[str, Callable[[], object]] = {name: partial(text_of, data, name) for name in words}
    readers |= {
        "year": lambda: _year(data), "status": lambda: status_of(data), "source": lambda: text_of(data, "source"),
        "reviewed_on": lambda: date_of(data, "reviewed_on"),
    }  # fmt: skip
    found: dict[str, Any] = {}
    for name, read in readers.items():
        if data.get(name) is not None:
            with met.each():
                found[name] = read()
    with met.each():
        found["link"] = text_of(data, "link", "")
    return found


def _year(data: YamlMap) -> int:
    year = data["year"]
    if not isinstance(year, int) or isinstance(year, bool) or not 2020 <= year <= 2100:
        bad_value(data, "year", year, "une année de 2020 à 2100", "a year from 2020 to 2100")
    return int(year)


def _settings(data: YamlMap) -> dict[str, Any]:
    """What the landlord's file says beyond its lines: rooms table, deliberated effort threshold, DALO of the year."""
    settings = {name: data[name] for name in _SETTINGS if data.get(name) is not None}
    if settings.get("rooms", "tense") not in ("tense", "relaxed"):
        bad_value(data, "rooms", settings["rooms"], "tense | relaxed", "tense | relaxed")
    if any(name in settings for name in _DELIBERATED):
        for name in _DELIBERATED:
            if name not in settings:
                raise PolicyError("POLICY_MISSING_KEY", file=data.path, line=data.line, key=name)
        if not fits(settings["effort_threshold"], "share", (), None, None):
            bad_value(
                data, "effort_threshold", settings["effort_threshold"], *expectation("share", (), None, None)
            )
        text_of(data, "effort_deliberation")
        date_of(data, "effort_deliberated_on")
    if "dalo" in settings:
        settings["dalo"] = _dalo(data)
    return settings


def _dalo(data: YamlMap) -> dict[str, int]:
    """``{département: DALO households this landlord is asked to house in the year}``."""
    item = data["dalo"]
    if not isinstance(item, YamlMap) or not item:
        bad_value(data, "dalo", item, "des nombres par département", "numbers by département")
    for departement, number in item.items():
        if not isinstance(departement, str) or not fits(number, "count", (), None, None):
            bad_value(
                item, departement, number, "le code du département entre guillemets, puis un nombre entier",
                "the code of the département in quotes, then a whole number",
            )  # fmt: skip
    return dict(item)


def merged_settings(agreements: Iterable[Agreement]) -> dict[str, dict[str, Any]]:
    """Settings by landlord; two files of a landlord may complete but not contradict each other.

    The DALO numbers are compared département by département, since a landlord has one file in each.
    """
    merged: dict[str, dict[str, Any]] = {}
    for agreement in agreements:
        for landlord, settings in agreement.settings.items():
            known = merged.setdefault(landlord, {})
            for name, value in settings.items():
                if name == "dalo":
                    numbers = known.setdefault(name, {})
                    for departement, number in value.items():
                        _agree(
                            landlord, f"dalo.{departement}", numbers.setdefault(departement, number), number
                        )
                else:
                    _agree(landlord, name, known.setdefault(name, value), value)
    return merged


def _agree(landlord: str, key: str, first: object, second: object) -> None:
    if first != second:
        raise PolicyError("POLICY_SETTING_CONFLICT", landlord=landlord, key=key, first=first, second=second)


def _from_table(folder: Folder, data: YamlMap, path: Path | None, met: Gathered) -> Agreement:
    with met.each():
        only_keys(data, _TABLE_KEYS, tuple(k for k in _TABLE_KEYS if k not in ("link", "defaults")))
    head = _head(data, met, ("name", "table"))
    with met.each():
        defaults = _fields(data.get("defaults", YamlMap(data.path)), data, ())
    met.done()
    table = head["table"]
    file = f"conventions/{table}"
    lines, names = [], {}
    for number, (landlord, departement, area, account, share, mode) in folder.table(
        file, _TABLE_HEADER, inside(path.parent, table) if path is not None else None
    ):
        row = YamlMap(file, number)
        row |= {"account": account, "share": _share(share), "management_mode": mode}
        names[landlord] = head["name"].replace("{landlord}", landlord)
        with met.each():
            values = {**defaults, **_fields(row, row, ("account",))}
            lines.append(
                _line(head, file, number, landlord, departement, area, _account(row, account), values)
            )
    with met.each():
        _refuse_twins(lines)
    met.done()
    return Agreement(names, {}, tuple(lines))


def _share(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _fields(item: object, owner: YamlMap, more: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(item, YamlMap):
        bad_value(owner, "defaults", item, "une suite de « clé: valeur »", "a mapping")
    met = Gathered()
    with met.each():
        only_keys(item, (*more, *FIELDS))
    values = {}
    for name, value in item.items():
        if name not in FIELDS:
            continue
        if not field_fits(name, value):
            with met.each():
                bad_value(item, name, value, *field_expectation(name))
        values[name] = value
    met.done()
    return values


def _account(item: YamlMap, value: object) -> str:
    if not isinstance(value, str) or not is_convention_account(value):
        bad_value(
            item, "account", value, convention_forms("fr"), convention_forms("en"),
        )  # fmt: skip
    return value


def _line(
    head: Mapping[str, Any],
    file: str,
    at: int,
    landlord: str,
    departement: str,
    area: str,
    account: str,
    values: Mapping[str, Any],
) -> Line:
    return Line(
        landlord, departement, head["year"], area, account, dict(values), head["status"], head["source"], head["link"],
        head["reviewed_on"], date(head["year"], 1, 1), file, at=at,
    )  # fmt: skip


def _refuse_twins(lines: Iterable[Line]) -> None:
    seen = set()
    for line in lines:
        key = (line.landlord, line.departement, line.year, line.area, line.account)
        if key in seen:
            raise PolicyError(
                "POLICY_CONVENTION_TWICE", file=line.file, line=line.at, landlord=line.landlord,
                departement=line.departement, area=line.area, account=line.account, year=line.year,
            )  # fmt: skip
        seen.add(key)


def in_force(lines: Iterable[Line], year: int) -> tuple[Line, ...]:
    """Per landlord and département, the lines of the latest year not after ``year``, renewed for ``year``, sorted."""
    lines = list(lines)
    latest: dict[tuple[str, str], int] = {}
    for line in lines:
        key = (line.landlord, line.departement)
        if line.year <= year:
            latest[key] = max(latest.get(key, 0), line.year)
    kept = [
        replace(line, year=year)
        for line in lines
        if latest.get((line.landlord, line.departement)) == line.year
    ]
    kept.sort(key=lambda line: (line.landlord, line.departement, line.area, line.account))
    _refuse_twins(kept)
    return tuple(kept)


def with_defaults(line: Line, defaults: Mapping[str, Any]) -> Line:
    """The line with every field filled, from ``defaults`` where the agreement is silent."""
    return replace(line, values={**defaults, **line.values})


def as_frame(lines: Iterable[Line]) -> pd.DataFrame:
    """Lines (all fields filled) as the ``conventions`` table, no cell missing."""
    rows = [
        {
            "landlord": line.landlord,
            "departement": line.departement,
            "year": line.year,
            "area": line.area,
            "account": line.account,
            **{name: line.values[name] for name in FIELDS},
        }
        for line in lines
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    text = (
        "landlord",
        "departement",
        "area",
        "account",
        "pool",
        "management_mode",
        "count_rule",
        "cap_receiver",
    )
    kinds: dict[str, str] = {name: "str" for name in text}
    kinds |= {"year": "int64", "share": "float64", "tolerance": "float64", "carry_over": "bool"}
    kinds |= {"opening_balance": "float64", "proposal_deadline_days": "int64"}
    return frame.astype(kinds)


def oversubscribed(lines: Iterable[Line], epci_of: Mapping[str, str]) -> list[tuple[str, str, Said]]:
    """(landlord, area, sum) wherever the shares that apply in a commune exceed 1, tolerance 0.0005.

    ``epci_of`` maps communes to EPCI. Only areas named by some line can exceed what the whole département has.
    """
    sums: dict[tuple[str, str], dict[str, int]] = {}
    for line in lines:
        areas = sums.setdefault((line.landlord, line.departement), {})
        areas[line.area] = areas.get(line.area, 0) + round(line.values["share"] * 10_000)
    found = []
    for (landlord, departement), areas in sorted(sums.items()):
        for area in sorted({*areas, departement}):
            applying = {departement, area, epci_of.get(area, area)}
            total = sum(areas.get(a, 0) for a in applying)
            if total > round(MAX_SUM * 10_000):
                words = f"{total / 10_000:g}"
                found.append((landlord, area, Said(words.replace(".", ","), words)))
    return found
