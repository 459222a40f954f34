"""The :class:`RuleSet`: everything ``models/`` says on one date for one territory, frozen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.policy.changes import CHANGED_SOURCE, grid_keys, matches, near, parse_line_key
from optimizer.policy.conventions import FIELDS, Line, as_frame, field_title
from optimizer.policy.geography import ZONES, Communes
from optimizer.policy.grid import Grid
from optimizer.policy.messages import PolicyError
from optimizer.policy.parameter import Entry, Parameter
from optimizer.policy.territory import Territory

FINANCINGS = ("PLAI", "PLUS", "PLS")

_UNITS_OF_FIELDS = {
    "share": "share", "pool": "code", "management_mode": "code", "count_rule": "code", "tolerance": "share",
    "carry_over": "bool", "opening_balance": "dwellings", "proposal_deadline_days": "days", "cap_receiver": "code",
}  # fmt: skip


@dataclass(frozen=True)
class RoomsTable:
    """Rooms accepted for a number of persons: row = persons (last row for more), column = rooms (6 = 6 and more)."""

    name: str
    accepted: NDArray[np.bool_]
    first_choice: NDArray[np.bool_]
    t1_single_only: bool

    def row(self, persons: NDArray[np.int64] | int) -> Any:
        """Row numbers of the table for numbers of persons."""
        return np.minimum(persons, self.accepted.shape[0] - 1)


@dataclass(frozen=True)
class RuleTerms:
    """Default share (None when it comes from elsewhere), tolerance and price of a missing lease, of one rule."""

    id: str
    share: Parameter | None
    tolerance: Parameter
    price: Parameter


def rule_keys(rule: str) -> tuple[str, str]:
    """Keys of the tolerance and of the price of a rule."""
    return f"national.rules.{rule}.tolerance", f"national.prices.{rule}"


@dataclass(frozen=True)
class EffortThreshold:
    """Effort rate above which the burden counts for a landlord, and its weight as a part of the grid's span.

    ``deliberation`` and ``deliberated_on`` are empty and None where the landlord has fixed nothing: the threshold and the
    weight are then those of ``models/national/burden.yaml``.
    """

    threshold: float
    weight: float
    deliberation: str = ""
    deliberated_on: date | None = None


@dataclass(frozen=True, eq=False)
class RuleSet:
    """Frozen values in force on ``on`` for one territory. See the package docstring for the keys."""

    territory: str
    title: str
    on: date
    changes: Mapping[str, object]
    files: tuple[tuple[str, str], ...]
    landlords: Mapping[str, str]
    grids: tuple[Grid, ...]
    all_epci: pd.DataFrame = field(repr=False)
    _facts: Territory = field(repr=False)
    _entries: Mapping[str, Entry] = field(repr=False)
    _lines: tuple[Line, ...] = field(repr=False)
    settings_by_landlord: Mapping[str, Mapping[str, Any]] = field(repr=False)
    _communes: Communes = field(repr=False, compare=False)
    _load: Callable[[Mapping[str, object]], RuleSet] = field(repr=False, compare=False)
    _read: dict[str, Parameter] = field(default_factory=dict, repr=False, compare=False)

    def value(self, key: str) -> Parameter:
        """The parameter of a dotted key, with unit, status and source.

        Raises
        ------
        PolicyError
            ``POLICY_NO_PARAMETER`` (with close keys), ``POLICY_NOT_IN_FORCE``, or ``POLICY_AMBIGUOUS`` when a
            convention key names lines with different values.
        """
        known = self._read.get(key)
        if known is None:
            known = self._read[key] = self._peek(key)
        return known

    def was_read(self, key: str) -> bool:
        """Whether anybody has asked for the value of a dotted key so far."""
        return key in self._read

    def _peek(self, key: str) -> Parameter:
        """As :meth:`value`, without noting that the value was read."""
        if key.startswith("conventions."):
            return self._line_value(key)
        if key.startswith("cotation."):
            return self._grid_value(key)
        if key in self._entries:
            return self._entries[key].on(self.on)
        raise PolicyError("POLICY_NO_PARAMETER", key=key, near=near(key, self.keys()))

    def get(self, key: str) -> Any:
        """The bare value of a dotted key; lists come as tuples. Raises as :meth:`value`."""
        return self.value(key).value

    def number(self, key: str) -> float:
        """A numeric value as float (TypeError when the parameter is not a number)."""
        value = self.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"{key} is not a number")
        return float(value)

    def integer(self, key: str) -> int:
        """A whole value (TypeError when the parameter is not one)."""
        value = self.get(key)
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{key} is not a whole number")
        return value

    def text(self, key: str) -> str:
        """A code (TypeError when the parameter is not text)."""
        value = self.get(key)
        if not isinstance(value, str):
            raise TypeError(f"{key} is not a text")
        return value

    def keys(self) -> tuple[str, ...]:
        """Every key with a value here, sorted; a convention line appears under its area."""
        lines = {
            f"conventions.{line.landlord}.{line.account}.{line.area}.{name}"
            for line in self._lines
            for name in FIELDS
        }
        return tuple(sorted({*self._entries, *lines, *grid_keys(self.grids)}))

    @property
    def market(self) -> str:
        """``tense`` or ``relaxed``."""
        return self.text("territory.market")

    @property
    def departements(self) -> tuple[str, ...]:
        """Codes of the territory's départements, sorted."""
        if self._facts.departements:
            return tuple(sorted(self._facts.departements))
        return tuple(sorted(self._communes.departements))

    @cached_property
    def all_communes(self) -> pd.DataFrame:
        """Every commune of France, same columns as ``communes``: for choices outside the territory."""
        return self._communes.frame.copy(deep=False)

    def place_of(self, communes: pd.Series, column: str) -> pd.Series:
        """The EPCI, département, region, name or zone of each INSEE code: same index, object; missing where unknown."""
        return communes.astype(object).map(self.all_communes[column]).astype(object)

    def by_commune(self, column: str) -> Mapping[str, str]:
        """INSEE code -> EPCI, département, region or name, for reading one code at a time."""
        return self._communes.by_code(column)

    def ceilings(self, financing: str) -> NDArray[np.int64]:
        """Income ceilings in euros per year: row = zone code, columns = categories 1..6 then one extra person.

        Raises
        ------
        PolicyError
            ``POLICY_NO_PARAMETER`` for a financing other than PLAI, PLUS, PLS (any case).
        """
        return np.array(
            [self.get(f"national.ceilings.{financing.upper()}.{zone}") for zone in ZONES], dtype=np.int64
        )

    def rooms_table(self, landlord: str | None = None) -> RoomsTable:
        """The rooms table of a landlord whose agreement names one, else of the territory's market."""
        name = self.settings_by_landlord.get(landlord or "", {}).get("rooms") or self.market
        rows = self.get(f"national.rooms.{name}")
        accepted = np.zeros((len(rows) + 1, 7), dtype=np.bool_)
        first = np.zeros_like(accepted)
        for persons, row in rows.items():
            accepted[persons, list(row["accepted"])] = True
            first[persons, row["first"]] = True
        accepted.flags.writeable = False
        first.flags.writeable = False
        return RoomsTable(name, accepted, first, bool(self.get("national.rooms.t1_single_only")))

    def effort_threshold(self, landlord: str) -> EffortThreshold:
        """The effort threshold a landlord has deliberated, with full weight; else the shipped one, with its weight."""
        own = self.settings_by_landlord.get(landlord, {})
        if "effort_threshold" not in own:
            return EffortThreshold(
                self.number("national.burden.free_rate"), self.number("national.burden.weight")
            )
        weight = self.number("national.burden.weight_deliberated")
        return EffortThreshold(
            own["effort_threshold"], weight, own["effort_deliberation"], own["effort_deliberated_on"]
        )

    def dalo_of(self, landlord: str) -> Mapping[str, int]:
        """Département -> DALO households of the year that the landlord's convention files name; empty without any.

        ``case.yaml`` has its own numbers (``CaseSettings.dalo``), which win over these.
        """
        numbers: Mapping[str, int] = self.settings_by_landlord.get(landlord, {}).get("dalo", {})
        return numbers

    @cached_property
    def communes(self) -> pd.DataFrame:
        """Communes of the territory's départements: index insee; name, epci, departement, region, population, zone,
        qpv (some of its stock is in a QPV), qpv_share."""
        frame = self._communes.within(self._facts.departements)
        prefix = "territory.qpv_share."
        shares = {place: self._peek(prefix + place).value for place in self._places_in_force(prefix)}
        qpv_share = frame.index.to_series().map(shares).fillna(0.0).astype(np.float64)
        return frame.assign(qpv=qpv_share > 0, qpv_share=qpv_share)

    @cached_property
    def epci(self) -> pd.DataFrame:
        """EPCI with a commune in the territory: index siren; name, type, population, lec."""
        present = self.communes["epci"].unique()
        frame = self.all_epci[self.all_epci.index.isin(present)]
        return frame.assign(lec=frame.index.isin(list(self.lec_epci)))

    @cached_property
    def lec_epci(self) -> Mapping[str, Parameter]:
        """EPCI of the territory under LEC -> threshold of the first quartile, euros per year and UC."""
        return self._places("territory.lec.q1_threshold")

    @cached_property
    def dalo_numbers(self) -> Mapping[str, Parameter]:
        """Département of the territory -> DALO households to house in the year."""
        return self._places("territory.dalo")

    @cached_property
    def vacated_numbers(self) -> Mapping[str, Parameter]:
        """Département of the territory -> social dwellings vacated in the year, every landlord together."""
        return self._places("territory.vacated")

    @cached_property
    def essential_shares(self) -> Mapping[str, Parameter]:
        """EPCI of the territory -> share of attributions to essential workers fixed by the CIA."""
        return self._places("territory.essential_workers")

    def _places(self, prefix: str) -> dict[str, Parameter]:
        return {place: self.value(f"{prefix}.{place}") for place in self._places_in_force(prefix + ".")}

    def _places_in_force(self, prefix: str) -> list[str]:
        """Places of a table with a value in force. One place may enter later than the others; but a table that has
        values for the territory and none on this date is an error, not an empty table."""
        entries = [self._entries[key] for key in sorted(self._entries) if key.startswith(prefix)]
        kept = [e for e in entries if e.in_force(self.on)]
        if entries and not any(e.values[0].since <= self.on for e in entries):
            entries[0].on(self.on)
        return [e.key.removeprefix(prefix) for e in kept]

    @cached_property
    def conventions(self) -> pd.DataFrame:
        """Convention lines in force, every field filled, sorted by landlord, departement, area, account."""
        for line in self._lines:
            self.value(f"conventions.{line.landlord}.{line.account}.{line.area}.share")
        return as_frame(self._lines)

    def rule(self, rule: str, share: str = "") -> RuleTerms:
        """Tolerance and price of a rule, and its default share where ``share`` is the key of one.

        Raises
        ------
        PolicyError
            ``POLICY_RULE_NUMBERS`` names the keys that the rule needs and ``models/`` lacks.
        """
        tolerance, price = (key for key in rule_keys(rule))
        missing = [key for key in (price, tolerance, share) if key and key not in self._entries]
        if missing:
            raise PolicyError("POLICY_RULE_NUMBERS", rule=rule, missing=", ".join(missing))
        return RuleTerms(rule, self.value(share) if share else None, self.value(tolerance), self.value(price))

    def grid_for(self, epci: str, mutation: bool = False) -> Grid | None:
        """The grid that scores a household in an EPCI; None where the territory has no grid."""
        general, transfer = self._grid_ids(epci)
        wanted = (transfer if mutation and transfer else general).removesuffix(".yaml")
        return next((grid for grid in self.grids if grid.id == wanted), None)

    def _grid_ids(self, epci: str) -> tuple[str, str]:
        changed = {k for k in ("territory.grid", "territory.mutation_grid") if k in self.changes}
        own = self._facts.grid_by_epci.get(epci)
        # a grid's id is the name of its file, wherever the file lies
        own = own and (own[0].removesuffix(".yaml"), own[1].removesuffix(".yaml"))
        general = self.text("territory.grid") if "territory.grid" in changed or own is None else own[0]
        if "territory.mutation_grid" in changed or own is None:
            return general, self.text("territory.mutation_grid").replace("none", "")
        return general, own[1]

    def assumed(self, everything: bool = False) -> tuple[Parameter, ...]:
        """Assumed values read so far, sorted by key; with ``everything``, all those in scope."""
        if not everything:
            return tuple(self._read[key] for key in sorted(self._read) if self._read[key].is_assumed)
        dated = [k for k in self.keys() if k not in self._entries or self._entries[k].in_force(self.on)]
        found = [self._peek(key) for key in dated]
        return tuple(parameter for parameter in found if parameter.is_assumed)

    def fingerprint(self) -> str:
        """SHA-256 over the files read (names and hashes), the date and the changes."""
        content = json.dumps(
            [self.territory, self.on.isoformat(), self.files, sorted(self.changes.items())],
            ensure_ascii=False, default=str,
        )  # fmt: skip
        return hashlib.sha256(content.encode()).hexdigest()

    def with_changes(self, changes: Mapping[str, object]) -> RuleSet:
        """The same rule set with further changes (they win over the present ones). Reads the files again."""
        return self._load({**self.changes, **changes})

    @cached_property
    def _lines_by_key(self) -> dict[tuple[str, str, str], list[Line]]:
        index: dict[tuple[str, str, str], list[Line]] = {}
        for line in self._lines:
            index.setdefault((line.landlord, line.account, line.area), []).append(line)
            index.setdefault((line.landlord, line.account, "*"), []).append(line)
        return index

    def _line_value(self, key: str) -> Parameter:
        landlord, account, area, name = parse_line_key(key)
        found = self._lines_by_key.get((landlord, account, area), [])
        if not found and name:
            found = [line for line in self._lines if matches(line, landlord, account, area)]
        if not found:
            raise PolicyError("POLICY_NO_PARAMETER", key=key, near=near(key, self.keys()))
        if len({line.values[name] for line in found}) > 1:
            areas = ", ".join(sorted({line.area for line in found}))
            raise PolicyError("POLICY_AMBIGUOUS", key=key, areas=areas)
        line = found[0]
        told = (line.status, line.source, line.link, line.since, line.reviewed_on)
        if name in line.changed:
            told = ("assumed", CHANGED_SOURCE, "", line.since, self.on)
        return Parameter(
            key, f"{field_title(name)}, {line.account}, {line.landlord}", line.values[name], _UNITS_OF_FIELDS[name], *told
        )  # fmt: skip

    def _grid_value(self, key: str) -> Parameter:
        points = grid_keys(self.grids)
        if key not in points:
            raise PolicyError("POLICY_NO_PARAMETER", key=key, near=near(key, self.keys()))
        grid = next(g for g in self.grids if g.id == key.split(".")[1])
        value = points[key] / 100
        return Parameter(
            key, f"Points, {grid.title}", value, "points", grid.status, grid.source, "", grid.in_force_from,
            grid.reviewed_on,
        )  # fmt: skip
