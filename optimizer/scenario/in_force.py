"""What a case says where a scenario changes a value: the other half of a difference of inputs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from optimizer import policy
from optimizer.domain import Case
from optimizer.errors import AttrifluxError
from optimizer.policy.changes import matches, parse_line_key
from optimizer.policy.own_lines import NamedLine
from optimizer.scenario.flux import conventions_of
from optimizer.scenario.keys import is_policy_key, own_key

MOST_VALUES = 3
"""Different values of the lines a key names that are written out; beyond, their number."""


def in_force(case: Case, keys: Iterable[str], models: Path | None = None) -> dict[str, str]:
    """Key -> its value in the case before any scenario, as text; nothing for a key that has none to show.

    Several lines that a key with ``*`` names: their values, or how many there are.
    """
    case = policy.with_own_changes(case, models)
    rules = policy.rules_of(case.settings, models)
    lines = conventions_of(case, rules)
    out = {}
    for key in sorted(set(keys)):
        if key.startswith("conventions."):
            found = _of_lines(lines, key)
        elif is_policy_key(key):
            found = _of_rules(rules, key)
        else:
            found = _of_case(case, key)
        if found:
            out[key] = found
    return out


def said(value: object) -> str:
    """A value as scenario files write it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _several(values: Iterable[object]) -> str:
    different = sorted({said(v) for v in values})
    return " | ".join(different) if len(different) <= MOST_VALUES else f"{len(different)} valeurs"


def _of_rules(rules: policy.RuleSet, key: str) -> str:
    try:
        value = rules.get(key)
    except AttrifluxError:
        return ""
    return said(value) if isinstance(value, (str, int, float, bool)) else ""


def _of_lines(lines: pd.DataFrame, key: str) -> str:
    landlord, account, area, name = parse_line_key(key)
    if name not in lines.columns:
        return ""
    hit = [matches(NamedLine(row), landlord, account, area) for row in lines.to_dict("records")]  # type: ignore[arg-type]
    return _several(v for v in lines.loc[hit, str(name)] if not pd.isna(v))


def _of_case(case: Case, key: str) -> str:
    found = own_key(key)
    if found is None:
        return ""
    parts = found[1]
    if key == "flux.mode":
        return "parts des conventions"
    if key.startswith("assiette."):
        table = case.table("assiette")
        rows = (table["basis"] == "forecast") & (table["year"] == case.settings.year)
        rows &= (table["landlord"] == parts["landlord"]) | (parts["landlord"] == "*")
        return _several(int(n) for n in table.loc[rows, parts["field"]].fillna(0))
    if key.startswith("stock."):
        table = case.table("stock")
        rows = (table["landlord"] == parts["landlord"]) | (parts["landlord"] == "*")
        rows &= (table["account"] == parts["account"]) | (parts["account"] == "*")
        return _several(round(float(v), 4) for v in table.loc[rows, "turnover"].dropna())
    if key.startswith(("delivery.", "rights.")):
        return "0"
    if key == "case.all_landlords":
        return said(case.settings.all_landlords)
    return ""
