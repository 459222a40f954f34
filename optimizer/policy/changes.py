"""Dotted keys that a scenario or a case may change, and what each of them accepts."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, NoReturn

from optimizer.domain.account import place_of
from optimizer.errors import Said
from optimizer.policy.conventions import FIELDS, Line, field_expectation, field_fits
from optimizer.policy.grid import CountCriterion, Criterion, FlagCriterion, Grid, MonthsCriterion
from optimizer.policy.messages import PolicyError
from optimizer.policy.parameter import DatedValue, Entry, as_written, expectation, fits, frozen

PREFIXES = ("national.", "territory.", "conventions.", "cotation.")
"""First words of the keys that concern ``models/``; other keys of a scenario belong to other parts of the product."""

CHANGED_SOURCE = "hypothèse du scénario"
OWN_SOURCE = "feuille du dossier"


def near(key: str, known: Iterable[str]) -> str:
    """Up to three known keys that look like ``key``."""
    known = list(known)
    found = difflib.get_close_matches(key, known, n=3, cutoff=0.5)
    if not found:
        head = key.rpartition(".")[0] + "."
        found = [k for k in known if k.startswith(head)][:3]
    return ", ".join(found) or "aucune"


def refuse_unknown(key: str, known: Iterable[str]) -> NoReturn:
    """Raise POLICY_CHANGE_UNKNOWN with the closest keys."""
    raise PolicyError("POLICY_CHANGE_UNKNOWN", key=key, near=near(key, known))


def refuse_value(key: str, value: object, fr: str, en: str) -> NoReturn:
    """Raise POLICY_CHANGE_BAD_VALUE."""
    raise PolicyError(
        "POLICY_CHANGE_BAD_VALUE", key=key, value=as_written(value), expected_fr=fr, expected_en=en
    )


def shares_over_one(
    landlord: str, area: str, total: Said, keys: Sequence[str], at: tuple[str, int]
) -> PolicyError:
    """POLICY_SHARES_OVER_ONE, with the changes that name one of these shares; ``key`` is the first of them.

    Where none does, the agreement's own file says too much: ``at`` is the file and line of the last of these shares.
    """
    listed = {"fr": ", ".join(f"« {key} »" for key in keys), "en": ", ".join(f"“{key}”" for key in keys)}
    by = Said(f" : voyez {listed['fr']}", f": see {listed['en']}") if keys else Said("", "")
    named: dict[str, object] = {"key": keys[0]} if keys else {"file": at[0], "line": at[1]}
    return PolicyError("POLICY_SHARES_OVER_ONE", landlord=landlord, area=area, total=total, by=by, **named)


def changed_entry(entry: Entry, value: object, on: date) -> Entry:
    """The entry with one more value, in force since ``on`` and labelled as the scenario's hypothesis.

    Raises
    ------
    PolicyError
        ``POLICY_CHANGE_BAD_VALUE``: the unit, the closed list or the bounds of the entry refuse the value.
    """
    if not fits(value, entry.unit, entry.choices, entry.low, entry.high):
        refuse_value(entry.key, value, *expectation(entry.unit, entry.choices, entry.low, entry.high))
    if entry.unit == "ceilings":
        _in_order(entry.key, value)
    kept = tuple(v for v in entry.values if v.since < on)
    dated = DatedValue(on, frozen(value), "assumed", CHANGED_SOURCE, "", on, "")
    return replace(entry, values=(*kept, dated))


def _in_order(key: str, value: Any) -> None:
    """Refuse ceilings that do not rise with the category, as a figure too many makes them: nobody else looks at those of a case."""
    categories, further = value[:6], value[6]
    if any(b <= a for a, b in pairwise(categories)) or further >= categories[0]:
        refuse_value(
            key,
            value,
            "des plafonds qui montent de la catégorie 1 à la 6, puis le montant par personne de plus, moindre que le premier",
            "ceilings that rise from category 1 to 6, then the amount of each further person, less than the first",
        )


def own_entry(entry: Entry, value: float, source: str, on: date) -> Entry:
    """The entry with what the case itself says, in force for its year, with the status ``local``.

    Raises
    ------
    PolicyError
        ``POLICY_CHANGE_BAD_VALUE``: the unit or the bounds of the entry refuse the value.
    """
    number = int(value) if value == int(value) else value
    if not fits(number, entry.unit, entry.choices, entry.low, entry.high):
        refuse_value(entry.key, number, *expectation(entry.unit, entry.choices, entry.low, entry.high))
    since = date(on.year, 1, 1)
    dated = DatedValue(since, frozen(number), "local", source or OWN_SOURCE, "", on, "")
    return replace(entry, values=(*(v for v in entry.values if v.since < since), dated))


def line_keys(lines: Sequence[Line]) -> dict[str, None]:
    """Every short key of the lines, in order: ``conventions.<landlord>.<account>.<field>``."""
    return {f"conventions.{line.landlord}.{line.account}.{name}": None for line in lines for name in FIELDS}


def parse_line_key(key: str) -> tuple[str, str, str, str]:
    """(landlord, account, area or ``*``, field) of a key; four empty texts when it has no such form."""
    head, _, name = key.removeprefix("conventions.").rpartition(".")
    parts = head.split(".")
    if name in FIELDS and len(parts) == 2:
        return parts[0], parts[1], "*", name
    if name in FIELDS and len(parts) == 3:
        return parts[0], parts[1], parts[2], name
    return "", "", "", ""


def matches(line: Line, landlord: str, account: str, area: str) -> bool:
    """Whether a line is named by the three parts of a key; ``COLL`` names every ``COLL:…`` account."""
    return (
        landlord in ("*", line.landlord)
        and (
            account in ("*", line.account)
            or (bool(place_of(line.account)) and account == line.account.partition(":")[0])
        )
        and area in ("*", line.area)
    )


def names_any(lines: Sequence[Line], key: str) -> bool:
    """Whether a key names one of the lines."""
    landlord, account, area, name = parse_line_key(key)
    return bool(name) and any(matches(line, landlord, account, area) for line in lines)


def changed_lines(lines: Sequence[Line], key: str, value: object) -> tuple[Line, ...]:
    """The lines with one field replaced wherever ``key`` names a line; the others keep the standing of their file."""
    landlord, account, area, name = parse_line_key(key)
    if not names_any(lines, key):
        refuse_unknown(key, line_keys(lines))
    if not field_fits(name, value):
        refuse_value(key, value, *field_expectation(name))
    return tuple(
        replace(line, values={**line.values, name: value}, changed=line.changed | {name})
        if matches(line, landlord, account, area)
        else line
        for line in lines
    )


def grid_keys(grids: Iterable[Grid]) -> dict[str, int]:
    """Key -> hundredths of a point, for every criterion that has one number."""
    keys = {}
    for grid in grids:
        for rubric in grid.rubrics:
            for criterion in rubric.criteria:
                points = single_points(criterion)
                if points is not None:
                    keys[f"cotation.{grid.id}.{rubric.id}.{criterion.id}.points"] = points
    return keys


def single_points(criterion: Criterion) -> int | None:
    """The one number of points of a criterion, in hundredths, or None when it has several."""
    if isinstance(criterion, FlagCriterion):
        return criterion.points_c
    if isinstance(criterion, MonthsCriterion):
        return criterion.per_month_c
    if isinstance(criterion, CountCriterion):
        return criterion.each_c
    return None


def changed_grid(grid: Grid, key: str, value: object) -> Grid:
    """The grid with the points of one criterion replaced."""
    _, _, rubric_id, criterion_id, _ = key.split(".")
    lowest = 0
    rubrics = []
    for rubric in grid.rubrics:
        criteria = []
        for criterion in rubric.criteria:
            if (rubric.id, criterion.id) == (rubric_id, criterion_id):
                free = (
                    rubric.combine == "sum"
                    and rubric.cap_c is None
                    and not isinstance(criterion, MonthsCriterion)
                )
                lowest = -(10**6) if free else 0
                criteria.append(_with_points(criterion, _hundredths(key, value, lowest)))
            else:
                criteria.append(criterion)
        rubrics.append(replace(rubric, criteria=tuple(criteria)))
    return replace(grid, rubrics=tuple(rubrics), status="assumed")


def _with_points(criterion: Criterion, points_c: int) -> Criterion:
    if isinstance(criterion, FlagCriterion):
        return replace(criterion, points_c=points_c)
    if isinstance(criterion, MonthsCriterion):
        return replace(criterion, per_month_c=points_c)
    if isinstance(criterion, CountCriterion):
        return replace(criterion, each_c=points_c)
    return criterion


def _hundredths(key: str, value: Any, lowest: int) -> int:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    scaled = Decimal(repr(value)).scaleb(2) if number else Decimal("NaN")
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or not lowest <= value <= 10**6:
        refuse_value(
            key, value, f"des points de {lowest} à 1000000, au plus 2 décimales",
            f"points from {lowest} to 1000000, at most 2 decimals",
        )  # fmt: skip
    return int(scaled)


def sorted_changes(changes: Mapping[str, object]) -> list[tuple[str, object]]:
    """Changes in the order they are applied: general keys (with ``*``) before precise ones, then by name."""

    def order(item: tuple[str, object]) -> tuple[int, int, str]:
        parts = item[0].split(".")
        general = sum(part in ("*", "COLL") for part in parts)
        return (-general, len(parts), item[0])

    return sorted(changes.items(), key=order)
