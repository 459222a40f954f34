"""JSON schemas of ``case.yaml``, of grids and of scenarios, for editors: a slip of the pen is seen while one types.

Made from what the readers themselves know (keys, kinds of criteria, forms of keys, values of ``models/``), so that they say
nothing else. A schema is looser than its reader: bounds and cross-checks stay with ``check`` and ``scenario run --dry-run``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from optimizer import policy
from optimizer.disk import write_files
from optimizer.errors import AttrifluxError
from optimizer.importers.settings import FIRST_YEAR, KEYS, LAST_YEAR, MAX_LIST, REQUIRED
from optimizer.policy import PREFIXES, Parameter
from optimizer.policy.grid_reader import (
    COLUMN_TYPES,
    COMMON_KEYS,
    GRID_KEYS,
    ID,
    KIND_KEYS,
    NUMERIC,
    OPTIONAL_KEYS,
)
from optimizer.scenario.files import FILE_KEYS
from optimizer.scenario.keys import OWN_KEYS, OwnKey

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "minLength": 1}
DATE: Schema = {"type": "string", "pattern": r"^(\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4})$"}
POINTS: Schema = {"type": "number", "minimum": -1_000_000, "maximum": 1_000_000}
CODES: Schema = {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True}
_KINDS: Mapping[str, Schema] = {
    "bool": {"type": "boolean"}, "text": TEXT, "basis": {"enum": ["forecast", "actual"]}, "mode": {"enum": [1, 2, 3, 4]},
    "base": {"enum": [1, 2, 3]}, "size": {"type": "integer", "minimum": 1, "maximum": 20},
    "count": {"type": "integer", "minimum": 0, "maximum": 1_000_000}, "rate": {"type": "number", "minimum": 0, "maximum": 1},
    "delta": {"type": "number", "minimum": -1, "maximum": 1},
}  # fmt: skip
"""What the value of a key of the scenario's own may be, by the kind of the key."""


def schemas(models: Path | None = None) -> dict[str, Schema]:
    """The schemas by name: ``case``, ``grid``, ``scenario``."""
    changes = _changes(models)
    return {"case": _case(changes), "grid": _grid(), "scenario": _scenario(changes)}


def write_schemas(folder: Path, models: Path | None = None) -> tuple[Path, ...]:
    """Write ``case.schema.json``, ``grid.schema.json`` and ``scenario.schema.json``; refuses to replace a file.

    Raises
    ------
    AttrifluxError
        ``OUT_EXISTS`` and its like.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / f"{name}.schema.json": text_of(schema) for name, schema in schemas(models).items()}
    jobs = [
        (file, lambda work, text=text: work.write_text(text, encoding="utf-8"))
        for file, text in files.items()
    ]
    write_files(jobs, force=None)
    return tuple(files)


def text_of(schema: Schema) -> str:
    """A schema as it is written."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _headed(title: str, content: Schema) -> Schema:
    return {"$schema": DRAFT, "title": title, **content}


def _closed(properties: Mapping[str, Schema], required: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object", "properties": dict(properties), "required": list(required), "additionalProperties": False,
    }  # fmt: skip


def _case(changes: Schema) -> Schema:
    share = {"type": "number", "minimum": 0, "maximum": 1}
    negotiated = _closed(
        {
            "base": _KINDS["base"],
            "delta": {"type": "object", "additionalProperties": _KINDS["delta"]},
            "counterparts": {"type": "object", "additionalProperties": TEXT},
            "minima": {"type": "object", "additionalProperties": share},
        },
        ("base", "delta"),
    )
    kinds: dict[str, Schema] = {
        "title": TEXT, "territory": TEXT, "on": DATE,
        "year": {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}, "landlord": TEXT,
        "all_landlords": {"type": "boolean"}, "shortlist_size": {"type": "integer", "minimum": 1, "maximum": MAX_LIST},
        "seed": TEXT, "changes": changes, "negotiated": negotiated,
        "dalo": {"type": "object", "additionalProperties": {
            "type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}},
        "synthetic": {"type": "boolean"}, "mapping": TEXT,
    }  # fmt: skip
    return _headed("Attriflux: case.yaml", _closed({key: kinds[key] for key in KEYS}, REQUIRED))


def _scenario(changes: Schema) -> Schema:
    over = {**changes, "properties": {k: _list_of(v) for k, v in changes["properties"].items()}}
    over["patternProperties"] = {k: _list_of(v) for k, v in changes["patternProperties"].items()}
    variant: Schema = {"anyOf": [changes, {"type": "null"}]}
    kinds: dict[str, Schema] = {
        "title": TEXT, "why": TEXT, "based_on": {"type": "string", "pattern": r"^[\w-]+$"}, "changes": changes, "over": over,
        "variants": {"type": "object", "propertyNames": {"pattern": r"^[\w-]+$"}, "additionalProperties": variant},
    }  # fmt: skip
    properties = {key: kinds[key] for key in FILE_KEYS}
    return _headed("Attriflux: scenario", _closed(properties, ("title", "why")))


def _list_of(schema: Schema) -> Schema:
    words: Schema = {name: schema[name] for name in ("title", "description") if name in schema}
    return {**words, "type": "array", "items": schema, "minItems": 1, "uniqueItems": True}


def _changes(models: Path | None) -> Schema:
    """Keys that a case or a scenario may change: those of ``models/national`` one by one, the others by their form."""
    patterns: dict[str, Schema] = {_pattern(family): _own(family) for family in OWN_KEYS}
    for prefix in PREFIXES:
        if prefix != "national.":
            patterns[f"^{re.escape(prefix)}"] = {}
    return {
        "type": "object", "properties": {p.key: _value(p) for p in _national(models)}, "patternProperties": patterns,
        "additionalProperties": False,
    }  # fmt: skip


def _national(models: Path | None) -> list[Parameter]:
    """The values of ``models/national`` in force at last, whatever the territory."""
    rules = policy.load("france", on=date(LAST_YEAR, 1, 1), models=models)
    found = []
    for key in rules.keys():
        if key.startswith("national."):
            try:
                found.append(rules.value(key))
            except AttrifluxError:
                continue  # in force later
    return found


def _value(parameter: Parameter) -> Schema:
    value = parameter.value
    kind: Schema = {}
    if isinstance(value, bool):
        kind = {"type": "boolean"}
    elif isinstance(value, (int, float)):
        kind = {"type": "number"} | ({"minimum": 0, "maximum": 1} if parameter.unit == "share" else {})
    elif isinstance(value, str):
        kind = {"type": "string"}
    status = "supposé" if parameter.is_assumed else parameter.source
    return {**kind, "title": parameter.title, "description": f"{parameter.unit} · {status}"}


def _pattern(family: OwnKey) -> str:
    """The form of a family of keys as JSON schemas write it: groups without names."""
    return "^" + re.sub(r"\(\?P<\w+>", "(", family.pattern) + "$"


def _own(family: OwnKey) -> Schema:
    return {**_KINDS[family.kind], "title": family.form, "description": family.fr}


def _grid() -> Schema:
    number: Schema = {"type": "number"}
    condition = {
        "type": "object", "required": ["input"], "minProperties": 2, "maxProperties": 2, "additionalProperties": False,
        "properties": {
            "input": TEXT, "is": {"type": ["boolean", "string"]}, "in": CODES, "has": TEXT, "known": {"type": "boolean"},
            **dict.fromkeys(NUMERIC, number),
        },
    }  # fmt: skip
    whole: Schema = {"type": "integer", "minimum": 0}
    kinds: dict[str, Schema] = {
        "input": TEXT, "codes": CODES, "statuses": CODES, "first": POINTS, "each_other": POINTS, "cap": POINTS,
        "points_per_month": POINTS, "from_month": whole, "compare": {"enum": ["above", "at_least"]},
        "brackets": {"type": "array", "minItems": 1, "items": _closed({"limit": number, "points": POINTS}, ("limit", "points"))},
        "points_each": POINTS, "max_count": {"type": "integer", "minimum": 1},
        "expires": _closed({"column": TEXT, "months": {"type": "integer", "minimum": 1}}, ("column", "months")),
    }  # fmt: skip
    criteria = []
    for kind, keys in KIND_KEYS.items():
        table: Schema = {"type": "object", "minProperties": 1, "additionalProperties": POINTS}
        own = {k: (POINTS if kind == "flag" else table) if k == "points" else kinds[k] for k in keys}
        common: dict[str, Schema] = {
            "title": TEXT, "kind": {"const": kind}, "when": {"type": "array", "items": condition},
        }  # fmt: skip
        needed = (
            "title",
            "kind",
            *(k for k in keys if k not in OPTIONAL_KEYS),
            *(("when",) if kind == "flag" else ()),
        )
        criteria.append(_closed({**{k: common[k] for k in COMMON_KEYS}, **own}, needed))
    named = {"pattern": f"^{ID.pattern}$"}
    rubric = _closed(
        {
            "title": TEXT, "combine": {"enum": ["sum", "best"]}, "cap": POINTS,
            "criteria": {"type": "object", "minProperties": 1, "propertyNames": named, "additionalProperties": {"oneOf": criteria}},
        },
        ("title", "combine", "criteria"),
    )  # fmt: skip
    column = _closed({"title": TEXT, "type": {"enum": list(COLUMN_TYPES)}, "codes": CODES}, ("title", "type"))
    tops: dict[str, Schema] = {
        "title": TEXT, "invented": {"type": "boolean"}, "status": {"enum": ["sourced", "local", "assumed"]}, "source": TEXT,
        "link": {"type": "string"}, "in_force_from": DATE, "reviewed_on": DATE, "by": TEXT,
        "columns": {"type": "object", "propertyNames": named, "additionalProperties": column},
        "rubrics": {"type": "object", "minProperties": 1, "propertyNames": named, "additionalProperties": rubric},
    }  # fmt: skip
    properties = {key: tops[key] for key in GRID_KEYS}
    return _headed(
        "Attriflux: cotation grid",
        _closed(properties, tuple(k for k in GRID_KEYS if k not in ("link", "columns"))),
    )
