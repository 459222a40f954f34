"""Values that differ from place to place: one table per target, described in ``territories/places.yaml``."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from optimizer.policy.folder import Folder, table_rows
from optimizer.policy.messages import PolicyError
from optimizer.policy.parameter import (
    STATUSES,
    UNITS,
    DatedValue,
    Entry,
    bad_value,
    date_of,
    expectation,
    fits,
    only_keys,
    review_months,
    text_of,
)
from optimizer.policy.strict_yaml import YamlMap, parse_yaml

TABLES = {
    "lec_q1_threshold": "territory.lec.q1_threshold",
    "dalo": "territory.dalo",
    "vacated": "territory.vacated",
    "essential_workers": "territory.essential_workers",
    "qpv_share": "territory.qpv_share",
}
"""Table -> prefix of the dotted keys of its values."""


def place_in(key: str) -> str:
    """The place that a dotted key ends with (INSEE, SIREN, département); empty for a key that speaks of no place."""
    return next((key.removeprefix(f"{p}.") for p in TABLES.values() if key.startswith(f"{p}.")), "")


_DESCRIBED = "territories/places.yaml"
_HEADER = ("place", "since", "value", "status", "source")
ENDS = "none"
"""Written instead of a value from the date on which a place leaves a list."""


@lru_cache(maxsize=4)
def _described(content: bytes) -> tuple[dict[str, YamlMap], dict[str, YamlMap]]:
    """Titles, units and sources of the place tables."""
    data = parse_yaml(content, _DESCRIBED)
    only_keys(data, ("tables", "sources"), ("tables", "sources"))
    tables, sources = data["tables"], data["sources"]
    for group in (tables, sources):
        if not isinstance(group, YamlMap) or not all(isinstance(v, YamlMap) for v in group.values()):
            bad_value(data, "tables", group, "une suite de « clé: valeur »", "a mapping")
    for item in tables.values():
        only_keys(item, ("title", "unit", "review_every"), ("title", "unit"))
        if item["unit"] not in UNITS:
            bad_value(item, "unit", item["unit"], " | ".join(UNITS), " | ".join(UNITS))
    for item in sources.values():
        only_keys(item, ("source", "link", "reviewed_on", "by"), ("source", "reviewed_on", "by"))
    missing = sorted(set(TABLES) ^ set(tables))
    if missing:
        bad_value(data, "tables", missing[0], " | ".join(TABLES), " | ".join(TABLES))
    return dict(tables), dict(sources)


def read_places(folder: Folder) -> dict[str, dict[str, Entry]]:
    """All place tables: table -> place -> history of its value.

    Raises
    ------
    PolicyError
        Wrong header, date, status, source code, or a value its unit does not allow, with the line.
    """
    described = folder.content(_DESCRIBED)
    return {
        name: dict(_read_table(folder.content(f"territories/{name}.csv"), name, described)) for name in TABLES
    }


@lru_cache(maxsize=4 * len(TABLES))
def _read_table(content: bytes, name: str, described: bytes) -> dict[str, Entry]:
    """A table nobody modifies: the same content is parsed once per process, a run of scenarios reads it a hundred times."""
    tables, sources = _described(described)
    table, file = tables[name], f"territories/{name}.csv"
    unit, title = str(table["unit"]), text_of(table, "title")
    months = review_months(table)
    history: dict[str, list[DatedValue]] = {}
    for line, (place, since_text, value_text, status, source) in table_rows(content, file, _HEADER):
        try:
            since = date.fromisoformat(since_text)
        except ValueError:
            raise PolicyError("YAML_BAD_DATE", file=file, line=line, value=since_text) from None
        value = None if value_text == ENDS else _number(value_text)
        if value is not None and not fits(value, unit, (), None, None):
            raise _bad(file, line, place, value_text, *expectation(unit, (), None, None))
        if status not in STATUSES:
            raise _bad(file, line, place, status, " | ".join(STATUSES), " | ".join(STATUSES))
        if source not in sources:
            raise _bad(file, line, place, source, " | ".join(sources), " | ".join(sources))
        said = sources[source]
        history.setdefault(place, []).append(
            DatedValue(
                since, value, status, text_of(said, "source"), text_of(said, "link", ""), date_of(said, "reviewed_on"),
                text_of(said, "by"),
            )
        )  # fmt: skip
    prefix = TABLES[name]
    return {
        place: Entry(
            f"{prefix}.{place}", title, unit, tuple(sorted(values, key=lambda v: v.since)), review_months=months,
            file=file,
        )
        for place, values in sorted(history.items())
    }  # fmt: skip


def _number(text: str) -> int | float | str:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _bad(file: str, line: int, place: str, value: str, fr: str, en: str) -> PolicyError:
    return PolicyError(
        "POLICY_BAD_VALUE",
        file=file,
        line=line,
        key=place,
        value=value or "vide",
        expected_fr=fr,
        expected_en=en,
    )
