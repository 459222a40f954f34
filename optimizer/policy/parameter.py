"""One dated value of the law or of an agreement, and how its entry in a file is checked.

An entry has a title, a unit, a status, a review period and values keyed by the date they come into force; each value
has its own source. The unit decides which values are possible, in files and in scenario changes alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn

from optimizer.errors import Said
from optimizer.policy.messages import Gathered, PolicyError
from optimizer.policy.strict_yaml import YamlMap

STATUSES = ("sourced", "local", "assumed")


@dataclass(frozen=True)
class Parameter:
    """A value in force on the date of the rule set. ``status`` ``assumed`` is shown as « supposé » on screen."""

    key: str
    title: str
    value: Any
    unit: str
    status: str
    source: str
    link: str = ""
    in_force_from: date | None = None
    reviewed_on: date | None = None
    english: Mapping[str, str] = field(default_factory=dict)
    """Labels in English by code; empty where only the French ones are known."""

    @property
    def is_assumed(self) -> bool:
        return self.status == "assumed"


@dataclass(frozen=True)
class DatedValue:
    """One value with the date it comes into force and where it was read."""

    since: date
    value: Any
    status: str
    source: str
    link: str
    reviewed_on: date
    by: str
    english: Mapping[str, str] = field(default_factory=dict)
    """Of labels, their English words by code."""


@dataclass(frozen=True)
class Entry:
    """A parameter of a file with its whole history, oldest value first."""

    key: str
    title: str
    unit: str
    values: tuple[DatedValue, ...]
    """A value of None ends the parameter on its date (an EPCI that leaves a list)."""
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    review_months: int = 12
    file: str = ""

    def _at(self, day: date) -> DatedValue | None:
        current = None
        for dated in self.values:
            if dated.since <= day:
                current = dated
        return None if current is None or current.value is None else current

    def in_force(self, day: date) -> bool:
        """Whether there is a value on ``day``: it has begun and has not ended."""
        return self._at(day) is not None

    def on(self, day: date) -> Parameter:
        """The value in force on ``day``; PolicyError ``POLICY_NOT_IN_FORCE`` before the first one or after its end."""
        current = self._at(day)
        if current is None:
            first = self.values[0].since.isoformat()
            raise PolicyError("POLICY_NOT_IN_FORCE", key=self.key, on=day.isoformat(), first=first)
        return Parameter(
            self.key, self.title, current.value, self.unit, current.status, current.source, current.link,
            current.since, current.reviewed_on, current.english,
        )  # fmt: skip


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def has_decimals(value: float, decimals: int) -> bool:
    """Whether ``value`` as written has at most ``decimals`` decimals."""
    text = repr(value)
    if "e" in text or "n" in text:
        return False
    return len(text.partition(".")[2].rstrip("0")) <= decimals


def _is_text_list(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(v, str) and v for v in value)


def _is_amounts(value: object) -> bool:
    return (
        isinstance(value, (list, tuple))
        and bool(value)
        and all(_is_number(v) and 0 <= v < 10**7 and has_decimals(v, 2) for v in value)
    )


def _is_rates(value: object) -> bool:
    return (
        isinstance(value, (list, tuple))
        and bool(value)
        and all(_is_number(v) and -1 <= v <= 1 and has_decimals(v, 4) for v in value)
    )


def _is_labels(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(k, str) and isinstance(v, str) and v for k, v in value.items())
    )


def _is_ceilings(value: object) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) == 7
        and all(_is_int(v) and 0 < v < 10**7 for v in value)
    )


def _is_rooms(value: object) -> bool:
    if not isinstance(value, Mapping) or list(value) != list(range(1, len(value) + 1)) or not value:
        return False
    for row in value.values():
        if not isinstance(row, Mapping) or set(row) != {"accepted", "first"}:
            return False
        accepted = row["accepted"]
        if not isinstance(accepted, (list, tuple)) or not accepted:
            return False
        if not all(_is_int(r) and 1 <= r <= 6 for r in accepted) or list(accepted) != sorted(set(accepted)):
            return False
        if row["first"] not in accepted:
            return False
    return True


# unit -> (test, French expectation, English expectation)
UNITS: dict[str, tuple[Callable[[Any], bool], str, str]] = {
    "share": (
        lambda v: _is_number(v) and 0 <= v <= 1 and has_decimals(v, 4),
        "une part entre 0 et 1, au plus 4 décimales (0.25 pour 25 %)",
        "a share between 0 and 1, at most 4 decimals (0.25 for 25 %)",
    ),
    "points": (
        lambda v: _is_number(v) and 0 <= v <= 10**6 and has_decimals(v, 2),
        "des points entre 0 et 1000000, au plus 2 décimales",
        "points between 0 and 1000000, at most 2 decimals",
    ),
    "euros": (lambda v: _is_number(v) and 0 <= v < 10**7, "un montant en euros", "an amount in euros"),
    "euros_per_year": (lambda v: _is_number(v) and 0 < v < 10**7, "des euros par an", "euros per year"),
    "euros_per_m2_month": (lambda v: _is_number(v) and 0 < v < 1000, "des euros par m² et par mois", "euros per m² and month"),
    "m2": (lambda v: _is_number(v) and 0 < v < 10000, "une surface en m²", "an area in m²"),
    "days": (lambda v: _is_int(v) and 0 <= v <= 3660, "un nombre entier de jours", "a whole number of days"),
    "months": (lambda v: _is_int(v) and 0 <= v <= 1200, "un nombre entier de mois", "a whole number of months"),
    "years": (lambda v: _is_int(v) and 0 < v <= 120, "un nombre entier d'années", "a whole number of years"),
    "count": (lambda v: _is_int(v) and 0 <= v <= 10**7, "un nombre entier", "a whole number"),
    "weight": (
        lambda v: _is_number(v) and 0 < v <= 100 and has_decimals(v, 2),
        "un coefficient positif, au plus 2 décimales",
        "a positive weight, at most 2 decimals",
    ),
    "bool": (lambda v: isinstance(v, bool), "true ou false", "true or false"),
    "code": (lambda v: isinstance(v, str) and v != "", "un code", "a code"),
    "codes": (_is_text_list, "une liste de codes", "a list of codes"),
    "labels": (_is_labels, "une table code: libellé", "a table code: label"),
    "amounts": (
        _is_amounts,
        "une liste de montants en euros, au plus 2 décimales",
        "a list of amounts in euros, at most 2 decimals",
    ),
    "rates": (
        _is_rates,
        "une liste de taux entre -1 et 1, au plus 4 décimales",
        "a list of rates between -1 and 1, at most 4 decimals",
    ),
    "ceilings": (
        _is_ceilings,
        "sept montants entiers en euros par an (catégories 1 à 6, personne supplémentaire)",
        "seven whole amounts in euros per year (categories 1 to 6, extra person)",
    ),
    "rooms_table": (
        _is_rooms,
        "une table personnes: {accepted: [pièces], first: pièces}",
        "a table persons: {accepted: [rooms], first: rooms}",
    ),
}  # fmt: skip

NAMED_UNITS = ("days", "months", "years", "share", "points")
"""Units that the last word of a name may say: what reads the value goes by the name."""


def fits(value: object, unit: str, choices: tuple[str, ...], low: float | None, high: float | None) -> bool:
    """Whether ``value`` is possible for a unit, a closed list of codes and bounds."""
    if not UNITS[unit][0](value):
        return False
    if choices:
        items = value if isinstance(value, (list, tuple)) else [value]
        if not all(item in choices for item in items):
            return False
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (low is None or value >= low) and (high is None or value <= high)
    return True


def expectation(
    unit: str, choices: tuple[str, ...], low: float | None, high: float | None
) -> tuple[str, str]:
    """What a value must be, in French and in English."""
    french, english = UNITS[unit][1:]
    if choices:
        listed = ", ".join(choices)
        return f"{french} parmi {listed}", f"{english} among {listed}"
    if low is not None or high is not None:
        bounds = f"[{'' if low is None else low} ; {'' if high is None else high}]"
        return f"{french}, dans {bounds}", f"{english}, within {bounds}"
    return french, english


def frozen(value: Any) -> Any:
    """Lists become tuples and mappings plain dicts, so that a value read from a file cannot be edited by accident."""
    if isinstance(value, (list, tuple)):
        return tuple(frozen(v) for v in value)
    if isinstance(value, Mapping):
        return {k: frozen(v) for k, v in value.items()}
    return value


_ENTRY_KEYS = ("title", "unit", "status", "review_every", "values", "choices", "min", "max", "note")
_VALUE_KEYS = ("value", "source", "link", "reviewed_on", "by", "status", "note", "english")


def bad_value(data: YamlMap, key: object, value: object, fr: str, en: str) -> NoReturn:
    """Raise POLICY_BAD_VALUE at the line of ``key``."""
    raise PolicyError(
        "POLICY_BAD_VALUE", file=data.path, line=data.line_of(key), key=str(key), value=as_written(value), expected_fr=fr,
        expected_en=en,
    )  # fmt: skip


def as_written(value: object) -> str | Said:
    """A value as the file writes it: ``true`` rather than ``True``; quotes only where a bare word would be a number or the like.

    >>> as_written(True), as_written("0.3"), as_written("30 %"), as_written([0.5, None])
    ('true', '"0.3"', '30 %', '[0.5, null]')
    """
    if value is None or value == "":
        return Said("vide", "empty")
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, (list, tuple)):
        words = (as_written(item) for item in value)
        return f"[{', '.join('null' if isinstance(word, Said) else word for word in words)}]"
    if isinstance(value, str) and re.fullmatch(r"true|false|[-+\d.]+", value):
        return f'"{value}"'
    return str(value).lower() if isinstance(value, bool) else str(value)


def only_keys(data: YamlMap, known: tuple[str, ...], required: tuple[str, ...] = ()) -> None:
    """Refuse keys outside ``known`` and missing ``required`` ones, all of them, each with its line."""
    met = Gathered()
    for key in data:
        if key not in known:
            params = {"line": data.line_of(key), "key": str(key), "known": ", ".join(known)}
            met.add(PolicyError("POLICY_UNKNOWN_KEY", file=data.path, **params))
    for key in required:
        if data.get(key) is None:
            met.add(PolicyError("POLICY_MISSING_KEY", file=data.path, line=data.line, key=key))
    met.done()


def text_of(data: YamlMap, key: str, default: str | None = None) -> str:
    """A non-empty text of the mapping, else POLICY_BAD_VALUE."""
    value = data.get(key, default)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        bad_value(
            data,
            key,
            value,
            f'un texte, donc entre guillemets : "{value}"',
            f'a text, hence in quotes: "{value}"',
        )
    if not isinstance(value, str) or (not value.strip() and default is None):
        shown = value.strip() or None if isinstance(value, str) else value
        bad_value(data, key, shown, "un texte", "a text")
    return value


def date_of(data: YamlMap, key: str) -> date:
    """A date of the mapping, else POLICY_BAD_VALUE."""
    value = data.get(key)
    if not isinstance(value, date):
        bad_value(data, key, value, "une date AAAA-MM-JJ", "a date YYYY-MM-DD")
    return value


def status_of(data: YamlMap, default: str | None = None) -> str:
    """``sourced``, ``local`` or ``assumed``."""
    value = data.get("status", default)
    if value not in STATUSES:
        bad_value(data, "status", value, " | ".join(STATUSES), " | ".join(STATUSES))
    return str(value)


def review_months(data: YamlMap) -> int:
    """``12 months`` -> 12."""
    value = text_of(data, "review_every", "12 months")
    match = re.fullmatch(r"([1-9][0-9]*) months?", value)
    if match is None:
        bad_value(data, "review_every", value, "par exemple « 12 months »", "for instance “12 months”")
    return int(match.group(1))


def _english(data: YamlMap, unit: str) -> Mapping[str, str]:
    """The labels of a value in English: every code of the French ones, and no other."""
    if "english" not in data:
        return {}
    found = data["english"]
    if unit != "labels" or not _is_labels(found) or set(found) != set(data["value"]):
        bad_value(
            data, "english", found, "les mêmes codes que « value », avec leurs libellés anglais",
            "the codes of “value” with their English labels",
        )  # fmt: skip
    return dict(found)


def parse_entry(key: str, data: YamlMap) -> Entry:
    """Check one parameter of a file and return its history.

    Raises
    ------
    PolicyError
        Unknown or missing key, unit or status outside the closed lists, value that its unit does not allow, value
        without source: always with file and line.
    """
    only_keys(data, _ENTRY_KEYS, ("title", "unit", "status", "values"))
    unit = text_of(data, "unit")
    if unit not in UNITS:
        bad_value(data, "unit", unit, " | ".join(UNITS), " | ".join(UNITS))
    named = key.rpartition("_")[2]
    if named in NAMED_UNITS and unit in NAMED_UNITS and unit != named:
        # who reads retention_months counts months: 365 days would be 365 of them
        bad_value(data, "unit", unit, f"{named}, que dit le nom", f"{named}, which the name says")
    choices = data.get("choices", [])
    if not _is_text_list(choices):
        bad_value(data, "choices", choices, "une liste de codes", "a list of codes")
    for bound in ("min", "max"):
        if bound in data and not _is_number(data[bound]):
            bad_value(data, bound, data[bound], "un nombre", "a number")
    low, high = data.get("min"), data.get("max")
    status = status_of(data)
    values = data["values"]
    if not isinstance(values, YamlMap) or not values:
        bad_value(data, "values", values, "des valeurs par date", "values by date")
    dated = []
    for since, item in values.items():
        if not isinstance(since, date) or not isinstance(item, YamlMap):
            bad_value(
                values, since, since, "une date AAAA-MM-JJ et ses champs", "a date YYYY-MM-DD and its fields"
            )
        only_keys(item, _VALUE_KEYS, ("value", "source", "reviewed_on", "by"))
        if not fits(item["value"], unit, tuple(choices), low, high):
            bad_value(item, "value", item["value"], *expectation(unit, tuple(choices), low, high))
        dated.append(
            DatedValue(
                since, frozen(item["value"]), status_of(item, status), text_of(item, "source"),
                text_of(item, "link", ""), date_of(item, "reviewed_on"), text_of(item, "by"), _english(item, unit),
            )
        )  # fmt: skip
    dated.sort(key=lambda v: v.since)
    return Entry(
        key,
        text_of(data, "title"),
        unit,
        tuple(dated),
        tuple(choices),
        low,
        high,
        review_months(data),
        data.path,
    )


def parse_entries(prefix: str, data: YamlMap) -> dict[str, Entry]:
    """All parameters of a file: a mapping with a ``values`` key is a parameter, any other one is a group."""
    entries: dict[str, Entry] = {}
    for name, item in data.items():
        if not isinstance(item, YamlMap) or not isinstance(name, str):
            bad_value(data, name, item, "un paramètre", "a parameter")
        if "values" in item or "unit" in item or "title" in item:
            entries[f"{prefix}.{name}"] = parse_entry(f"{prefix}.{name}", item)
        else:
            entries |= parse_entries(f"{prefix}.{name}", item)
    return entries
