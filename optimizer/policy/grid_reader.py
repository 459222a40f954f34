"""Reading of ``models/cotation/*.yaml`` into :class:`~optimizer.policy.grid.Grid`, refusing what the page forbids."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from optimizer.policy.grid import (
    APPLICATION_INPUTS,
    MEASURES,
    BracketsCriterion,
    CodeCriterion,
    CodesCriterion,
    Condition,
    CountCriterion,
    Criterion,
    FlagCriterion,
    Grid,
    GridColumn,
    InputType,
    MonthsCriterion,
    Operator,
    Rubric,
)
from optimizer.policy.messages import Gathered
from optimizer.policy.parameter import bad_value, date_of, only_keys, status_of, text_of
from optimizer.policy.strict_yaml import YamlMap, read_yaml

GRID_KEYS = (
    "title",
    "invented",
    "status",
    "source",
    "link",
    "in_force_from",
    "reviewed_on",
    "by",
    "columns",
    "rubrics",
)
COLUMN_TYPES = ("bool", "integer", "decimal", "code", "date")
COMMON_KEYS = ("title", "kind", "when")
KIND_KEYS: dict[str, tuple[str, ...]] = {
    "flag": ("points",),
    "by_code": ("input", "points"),
    "codes": ("input", "codes", "statuses", "first", "each_other", "cap"),
    "months": ("input", "points_per_month", "from_month", "cap"),
    "brackets": ("input", "compare", "brackets"),
    "count": ("input", "points_each", "max_count", "expires"),
}
OPTIONAL_KEYS = ("statuses", "cap", "from_month", "expires")
NUMERIC = ("at_least", "at_most", "above", "below")
ID = re.compile(r"[a-z][a-z0-9_]*")
_MAX_POINTS = 10**6


class _Reader:
    """The grid being read: knows the declared columns, so that each criterion can be checked as it comes."""

    def __init__(self) -> None:
        self.types: dict[str, InputType] = {**APPLICATION_INPUTS, **MEASURES}
        self.codes: dict[str, tuple[str, ...]] = {}

    def points(self, data: YamlMap, key: object, low: int = -_MAX_POINTS) -> int:
        """Points with at most two decimals, in whole hundredths."""
        value = data.get(key)
        cents = _scaled(value, 2)
        if cents is None or not 100 * low <= cents <= 100 * _MAX_POINTS:
            bad_value(
                data, key, value, f"des points de {low} à {_MAX_POINTS}, au plus 2 décimales",
                f"points from {low} to {_MAX_POINTS}, at most 2 decimals",
            )  # fmt: skip
        return cents

    def whole(self, data: YamlMap, key: str, low: int, high: int, default: int | None = None) -> int:
        value = data.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            expected = f"[{low} ; {high}]"
            bad_value(data, key, value, f"un entier dans {expected}", f"a whole number within {expected}")
        return value

    def number_e4(self, data: YamlMap, key: str) -> int:
        value = _scaled(data.get(key), 4)
        if value is None or abs(value) > 10**12:
            bad_value(
                data, key, data.get(key), "un nombre, au plus 4 décimales", "a number, at most 4 decimals"
            )
        return value

    def code_list(self, data: YamlMap, key: str) -> tuple[str, ...]:
        value = data.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
            bad_value(data, key, value, "une liste de codes", "a list of codes")
        codes = tuple(v.lower() for v in value)
        if len(set(codes)) != len(codes):
            bad_value(data, key, value, "des codes tous différents", "codes all different")
        return codes

    def input(self, data: YamlMap, key: str, types: tuple[InputType, ...]) -> str:
        name = text_of(data, key)
        if self.types.get(name) not in types:
            known = ", ".join(sorted(n for n, t in self.types.items() if t in types))
            bad_value(data, key, name, f"une donnée parmi {known}", f"an input among {known}")
        return name

    def column(self, name: str, data: YamlMap) -> GridColumn:
        only_keys(data, ("title", "type", "codes"), ("title", "type"))
        kind = text_of(data, "type")
        if kind not in COLUMN_TYPES:
            bad_value(data, "type", kind, " | ".join(COLUMN_TYPES), " | ".join(COLUMN_TYPES))
        codes = self.code_list(data, "codes") if kind == "code" else ()
        if kind != "code" and "codes" in data:
            bad_value(
                data, "codes", data["codes"], "rien, sauf pour le type code", "nothing, except for type code"
            )
        if name in self.types or not ID.fullmatch(name):
            bad_value(
                data, "title", name, "un nom de colonne nouveau, en minuscules sans accent",
                "a new column name, in lower case without accent",
            )  # fmt: skip
        self.types[name] = cast(InputType, kind)
        self.codes[name] = codes
        return GridColumn(name, text_of(data, "title"), cast(InputType, kind), codes)

    def condition(self, data: Any, owner: YamlMap) -> Condition:
        if not isinstance(data, YamlMap):
            bad_value(owner, "when", data, "{input: …, opérateur: valeur}", "{input: …, operator: value}")
        operators = [k for k in data if k != "input"]
        only_keys(data, ("input", "is", "in", "has", *NUMERIC, "known"), ("input",))
        if len(operators) != 1:
            bad_value(owner, "when", dict(data), "un seul opérateur", "exactly one operator")
        operator = cast(Operator, operators[0])
        value = data[operator]
        any_type: tuple[InputType, ...] = ("bool", "integer", "decimal", "code", "codes", "date", "ratio")
        if operator == "known":
            name = self.input(data, "input", any_type)
            if not isinstance(value, bool):
                bad_value(data, "known", value, "true ou false", "true or false")
            return Condition(name, operator, flag=value)
        if operator == "is" and isinstance(value, bool):
            return Condition(self.input(data, "input", ("bool",)), operator, flag=value)
        if operator == "is":
            name = self.input(data, "input", ("code",))
            return Condition(
                name, operator, codes=self.listed(name, (text_of(data, "is").lower(),), data, "is")
            )
        if operator == "in":
            name = self.input(data, "input", ("code",))
            return Condition(name, operator, codes=self.listed(name, self.code_list(data, "in"), data, "in"))
        if operator == "has":
            return Condition(
                self.input(data, "input", ("codes",)), operator, codes=(text_of(data, "has").lower(),)
            )
        name = self.input(data, "input", ("integer", "decimal", "ratio"))
        return Condition(name, operator, number_e4=self.number_e4(data, operator))

    def listed(self, name: str, codes: tuple[str, ...], data: YamlMap, key: str) -> tuple[str, ...]:
        """Refuse a code that the grid's own column does not list: the criterion could never give its points."""
        known = self.codes.get(name)
        for code in codes:
            if known is not None and code not in known:
                bad_value(data, key, code, " | ".join(known), " | ".join(known))
        return codes

    def criterion(self, name: str, data: Any, owner: YamlMap, low: int) -> Criterion:
        if not isinstance(data, YamlMap):
            bad_value(owner, name, data, "un critère", "a criterion")
        kind = data.get("kind")
        if not isinstance(kind, str) or kind not in KIND_KEYS:
            bad_value(data, "kind", kind, " | ".join(KIND_KEYS), " | ".join(KIND_KEYS))
        keys = KIND_KEYS[kind]
        only_keys(data, (*COMMON_KEYS, *keys), ("title", *(k for k in keys if k not in OPTIONAL_KEYS)))
        title = text_of(data, "title")
        conditions = data.get("when", [])
        if not isinstance(conditions, list) or (kind == "flag" and not conditions):
            bad_value(data, "when", conditions, "une liste de conditions", "a list of conditions")
        when = tuple(self.condition(item, data) for item in conditions)
        if kind == "flag":
            return FlagCriterion(name, title, when, self.points(data, "points", low))
        if kind == "by_code":
            source = self.input(data, "input", ("code",))
            table = data["points"]
            if not isinstance(table, YamlMap) or not table:
                bad_value(data, "points", table, "une table code: points", "a table code: points")
            codes = self.listed(source, tuple(str(k).lower() for k in table), data, "points")
            if len(set(codes)) != len(codes):
                bad_value(data, "points", list(table), "des codes tous différents", "codes all different")
            points = tuple((c, self.points(table, k, low)) for c, k in zip(codes, table, strict=True))
            return CodeCriterion(name, title, when, source, points)
        if kind == "codes":
            return CodesCriterion(
                name, title, when, self.input(data, "input", ("codes",)), self.code_list(data, "codes"),
                self.code_list(data, "statuses") if "statuses" in data else (), self.points(data, "first", 0),
                self.points(data, "each_other", 0), self.points(data, "cap", 0) if "cap" in data else None,
            )  # fmt: skip
        if kind == "months":
            return MonthsCriterion(
                name, title, when, self.input(data, "input", ("date",)), self.points(data, "points_per_month", 0),
                self.whole(data, "from_month", 0, 1200, 0), self.points(data, "cap", 0) if "cap" in data else None,
            )  # fmt: skip
        if kind == "brackets":
            return self.brackets(name, title, when, data, low)
        expires = data.get("expires")
        column, months = "", 0
        if expires is not None:
            if not isinstance(expires, YamlMap):
                bad_value(data, "expires", expires, "{column: …, months: …}", "{column: …, months: …}")
            only_keys(expires, ("column", "months"), ("column", "months"))
            column = self.input(expires, "column", ("date",))
            months = self.whole(expires, "months", 1, 1200)
        return CountCriterion(
            name, title, when, self.input(data, "input", ("integer",)), self.points(data, "points_each", low),
            self.whole(data, "max_count", 1, 1000), column, months,
        )  # fmt: skip

    def brackets(
        self, name: str, title: str, when: tuple[Condition, ...], data: YamlMap, low: int
    ) -> BracketsCriterion:
        compare = data["compare"]
        if compare not in ("above", "at_least"):
            bad_value(data, "compare", compare, "above | at_least", "above | at_least")
        items = data["brackets"]
        if not isinstance(items, list) or not items or not all(isinstance(i, YamlMap) for i in items):
            bad_value(data, "brackets", items, "une liste {limit, points}", "a list of {limit, points}")
        for item in items:
            only_keys(item, ("limit", "points"), ("limit", "points"))
        limits = tuple(self.number_e4(item, "limit") for item in items)
        if any(b <= a for a, b in zip(limits, limits[1:], strict=False)):
            bad_value(
                data, "brackets", [i["limit"] for i in items], "des limites croissantes", "increasing limits"
            )
        source = self.input(data, "input", ("integer", "decimal", "ratio"))
        points = tuple(self.points(item, "points", low) for item in items)
        return BracketsCriterion(name, title, when, source, compare, limits, points)

    def rubric(self, name: str, data: Any, owner: YamlMap) -> Rubric:
        if not isinstance(data, YamlMap):
            bad_value(owner, name, data, "une rubrique", "a rubric")
        only_keys(data, ("title", "combine", "cap", "criteria"), ("title", "combine", "criteria"))
        met, criteria = Gathered(), []
        combine, cap, low = data["combine"], None, -_MAX_POINTS
        with met.each():
            if combine not in ("sum", "best"):
                bad_value(data, "combine", combine, "sum | best", "sum | best")
        with met.each():
            cap = self.points(data, "cap", 0) if "cap" in data else None
            low = 0 if combine == "best" or cap is not None else low
        items = data["criteria"]
        if not isinstance(items, YamlMap) or not items:
            bad_value(data, "criteria", items, "des critères", "criteria")
        for key, item in items.items():
            with met.each():
                criteria.append(self.criterion(_checked_id(items, key), item, items, low))
        met.done()
        return Rubric(name, text_of(data, "title"), combine, cap, tuple(criteria))


def _scaled(value: object, decimals: int) -> int | None:
    """``value`` × 10^decimals when that is whole, else None; exact on the number as written."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    scaled = Decimal(repr(value)).scaleb(decimals)
    return int(scaled) if scaled == scaled.to_integral_value() else None


def _checked_id(data: YamlMap, key: object) -> str:
    if not isinstance(key, str) or not ID.fullmatch(key):
        bad_value(
            data,
            key,
            key,
            "un identifiant en minuscules sans accent",
            "an identifier in lower case without accent",
        )
    return key


def read_grid(path: str | Path) -> Grid:
    """Read one grid file; its id is the file's stem.

    Raises
    ------
    PolicyError
        Unknown key, unknown input, input of the wrong type, points with more than two decimals, a negative criterion
        in a capped or best-of rubric: always with file and line.
    """
    file = Path(path)
    return parse_grid(read_yaml(file, f"cotation/{file.name}"), file.stem)


def parse_grid(data: YamlMap, name: str) -> Grid:
    """As :func:`read_grid`, from a mapping already read."""
    only_keys(data, GRID_KEYS, tuple(k for k in GRID_KEYS if k not in ("link", "columns")))
    invented = data["invented"]
    if not isinstance(invented, bool):
        bad_value(data, "invented", invented, "true ou false", "true or false")
    reader = _Reader()
    columns = data.get("columns", YamlMap())
    rubrics = data["rubrics"]
    if not isinstance(columns, YamlMap):
        bad_value(data, "columns", columns, "des colonnes", "columns")
    if not isinstance(rubrics, YamlMap) or not rubrics:
        bad_value(data, "rubrics", rubrics, "des rubriques", "rubrics")
    met, declared, read = Gathered(), [], []
    for key, item in columns.items():
        with met.each():
            if not isinstance(item, YamlMap):
                bad_value(columns, key, item, "une colonne", "a column")
            declared.append(reader.column(str(key), item))
    for key, item in rubrics.items():
        with met.each():
            read.append(reader.rubric(_checked_id(rubrics, key), item, rubrics))
    met.done()
    return Grid(
        id=name,
        title=text_of(data, "title"),
        invented=invented,
        status=status_of(data),
        source=text_of(data, "source"),
        in_force_from=date_of(data, "in_force_from"),
        reviewed_on=date_of(data, "reviewed_on"),
        columns=tuple(declared),
        rubrics=tuple(read),
        file=data.path,
    )
