"""Changes of a case made to its own agreements: the lines of its table ``conventions`` under the keys ``conventions.…``."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.domain import Case
from optimizer.domain.account import place_of
from optimizer.policy.changes import matches, near, parse_line_key, refuse_value, sorted_changes
from optimizer.policy.conventions import field_expectation, field_fits
from optimizer.policy.loading import rules_of
from optimizer.policy.messages import PolicyError

PREFIX = "conventions."


class NamedLine:
    """The three parts of a convention line that a key names; an area left empty is that of the account, else the département."""

    def __init__(self, row: Mapping[Hashable, Any]) -> None:
        self.landlord, self.account = str(row["landlord"]), str(row["account"])
        area = row["area"]
        default = place_of(self.account) or str(row["departement"])
        self.area = default if pd.isna(area) or area == "" else str(area)


def with_own_changes(
    case: Case, models: Path | None = None, refused: Callable[[PolicyError], None] | None = None
) -> Case:
    """The case with the keys ``conventions.…`` of its settings made in its own agreements too, as a scenario makes them.

    Made once: the settings that are returned have no such key left to make (`CaseSettings.own_changes`).

    Parameters
    ----------
    models : path, optional
        Another ``models/`` folder than the shipped one.
    refused : callable, optional
        Told each key that cannot be made, which is then left out.

    Raises
    ------
    PolicyError
        ``POLICY_CHANGE_UNKNOWN``, ``POLICY_CHANGE_BAD_VALUE``, without ``refused``.
    """
    settings, due = case.settings, case.settings.own_changes
    if not due:
        return case
    lines = case.table("conventions")
    table, kept = changed_conventions(lines, due, lambda: _shipped(case, models), refused)
    others = {key: value for key, value in settings.changes.items() if key not in due}
    settings = replace(settings, changes=others | kept, own_changes={})
    return replace(case, settings=settings, tables={**case.tables, "conventions": table})


def _shipped(case: Case, models: Path | None) -> pd.DataFrame:
    settings = case.settings
    others = {key: value for key, value in settings.changes.items() if key not in settings.own_changes}
    return rules_of(replace(settings, changes=others, own_changes={}), models).conventions


def changed_conventions(
    lines: pd.DataFrame,
    changes: Mapping[str, object],
    shipped: Callable[[], pd.DataFrame],
    refused: Callable[[PolicyError], None] | None = None,
) -> tuple[pd.DataFrame, dict[str, object]]:
    """The case's own convention lines under changes of policy, and the changes that `load` must still apply.

    `load` changes the agreements of the territory only (``shipped``). A key that names lines of the case alone is taken out of
    what it gets: it would refuse a key for every landlord (``*``) where the territory has no agreement that it names.

    Raises
    ------
    PolicyError
        ``POLICY_CHANGE_UNKNOWN``, ``POLICY_CHANGE_BAD_VALUE``, without ``refused``.
    """
    out, rest = lines.copy(), {}
    own = set(lines["landlord"])
    for key, value in sorted_changes(changes):
        if not key.startswith(PREFIX):
            rest[key] = value
            continue
        landlord, account, area, name = parse_line_key(key)
        parts = landlord, account, area
        hit = named(out, *parts)
        try:
            if name and landlord in own and not any(hit):
                mine = out.loc[out["landlord"] == landlord, "account"].unique()
                known = [f"conventions.{landlord}.{other}.{name}" for other in mine]
                raise PolicyError("POLICY_CHANGE_UNKNOWN", key=key, near=near(key, known))
            if name and any(hit) and not field_fits(name, value):
                refuse_value(key, value, *field_expectation(name))
        except PolicyError as error:
            if refused is None:
                raise
            refused(error)
            continue
        if any(hit):
            out.loc[hit, name] = value  # type: ignore[call-overload]
        if landlord not in own and not (any(hit) and landlord == "*" and not any(named(shipped(), *parts))):
            rest[key] = value  # a key that is none of policy's is refused there, with its own sentence
    return out, rest


def named(lines: pd.DataFrame, landlord: str, account: str, area: str) -> list[bool]:
    """Which convention lines the parts of a key name."""
    if not landlord:
        return [False] * len(lines)
    rows = lines[["landlord", "account", "area", "departement"]].to_dict("records")
    return [matches(NamedLine(row), landlord, account, area) for row in rows]  # type: ignore[arg-type]
