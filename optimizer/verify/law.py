"""The values of ``models/`` in force on the date of a case: read a second time, exact (texts, fractions, integers)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.verify.tables import csv_columns
from optimizer.verify.verdict import Unreadable
from optimizer.verify.yamltext import read_yaml

FINANCINGS = ("plai", "plus", "pls")
OWN_GRID = "grille"
"""Name of the grid that a case writes itself."""
ZONES = ("paris_adjacent", "ile_de_france", "other_regions", "overseas")


@dataclass(frozen=True)
class Places:
    """Communes of France by INSEE code, with their EPCI, département and ceiling zone."""

    insee: tuple[str, ...]
    epci: tuple[str, ...]
    departement: tuple[str, ...]
    zone: NDArray[np.int8]
    arrondissements: Mapping[int, tuple[int, ...]]
    """Commune that is cut into some -> their places."""
    number: Mapping[str, int]

    @cached_property
    def epci_place(self) -> Mapping[str, int]:
        """EPCI -> its place among all of them in order."""
        return {name: i for i, name in enumerate(sorted(set(self.epci)))}

    @cached_property
    def epci_rank(self) -> NDArray[np.int32]:
        """(places,) place of the EPCI of each commune."""
        return np.array([self.epci_place[name] for name in self.epci], np.int32)


class Law:
    """Values by dotted key, with the changes of the case applied.

    Parameters
    ----------
    models : folder of the law
    territory : name in ``territories/``, or a path to a territory file
    on : date the rules are read at
    changes : dotted keys of the case
    own_values, own_grid : numbers and grid that the case writes itself; they stand above the shipped ones
    """

    def __init__(
        self, models: Path, territory: str, on: date, changes: Mapping[str, Any],
        own_values: Mapping[str, Fraction] | None = None, own_grid: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.own_values = dict(own_values or {})
        self.own_grid = own_grid
        self.models = models
        self.on = on
        self.changes = {str(k): v for k, v in changes.items()}
        self._files: dict[str, Any] = {}
        self._in_force: dict[str, Any] = {}
        own = Path(territory)
        self.territory_path = (
            own
            if territory.endswith((".yaml", ".yml"))
            else within(models / "territories", f"{territory}.yaml")
        )
        if not self.territory_path.is_file():
            raise Unreadable(territory, "territoire inconnu")
        self.territory: Mapping[str, Any] = read_yaml(self.territory_path)

    def raw(self, key: str) -> Any:
        """The value of ``national.…`` in force, as text, list or mapping. Raises Unreadable when there is none."""
        if key in self.changes:
            return self.changes[key]
        if key not in self._in_force:
            self._in_force[key] = self._read(key)
        return self._in_force[key]

    def _read(self, key: str) -> Any:
        _, name, *rest = key.split(".")
        if name not in self._files:
            path = self.models / "national" / f"{name}.yaml"
            if not path.is_file():
                raise Unreadable(path.name, "absent")
            self._files[name] = read_yaml(path)
        entry = self._files[name]
        for part in rest:
            if not isinstance(entry, Mapping) or part not in entry:
                raise Unreadable(f"{name}.yaml", key)
            entry = entry[part]
        dated = sorted((date.fromisoformat(str(d)), v) for d, v in entry["values"].items())
        past = [v for d, v in dated if d <= self.on]
        if not past:
            raise Unreadable(f"{name}.yaml", f"{key} : aucune valeur en vigueur")
        return past[-1]["value"]

    def has(self, key: str) -> bool:
        """Whether the key exists."""
        try:
            self.raw(key)
        except Unreadable:
            return False
        return True

    def fraction(self, key: str) -> Fraction:
        return Fraction(str(self.raw(key)))

    def whole(self, key: str) -> int:
        value = self.fraction(key)
        if value.denominator != 1:
            raise Unreadable(key, "nombre entier attendu")
        return int(value)

    def hundredths(self, key: str) -> int:
        """A number of points with at most two decimals, × 100."""
        value = self.fraction(key) * 100
        if value.denominator != 1:
            raise Unreadable(key, "au plus deux décimales")
        return int(value)

    def flag(self, key: str) -> bool:
        return str(self.raw(key)).lower() in ("true", "1", "oui", "yes")

    def words(self, key: str) -> tuple[str, ...]:
        return tuple(str(x) for x in self.raw(key))

    @property
    def market(self) -> str:
        return str(self.changes.get("territory.market", self.territory.get("market", "tense")))

    @cached_property
    def places(self) -> Places:
        """Every commune; the zone follows the lists of ``ceiling_zones``."""
        path = self.models / "territories" / "communes.csv"
        paris = frozenset(self.words("national.ceiling_zones.paris_adjacent"))
        parts = path.with_name("arrondissements.csv")
        return _places(
            path.read_bytes(), parts.read_bytes() if parts.is_file() else b"", path.name, paris, str(self.raw("national.ceiling_zones.ile_de_france_region")),
            frozenset(self.words("national.ceiling_zones.overseas_departements")),
        )  # fmt: skip

    @property
    def departements(self) -> tuple[str, ...]:
        """Départements of the territory; empty = all."""
        found = self.territory["departements"]
        return () if isinstance(found, str) else tuple(str(d) for d in found)

    def place_values(self, table: str, prefix: str) -> dict[str, Fraction]:
        """Place -> value in force of one table by place, with the changes of the case."""
        path = self.models / "territories" / f"{table}.csv"
        rows: dict[str, tuple[date, str]] = {}
        if path.is_file():
            found = csv_columns(path.read_bytes(), path.name)
            for place, since, value in zip(
                *(found[c].to_pylist() for c in ("place", "since", "value")), strict=True
            ):
                day = date.fromisoformat(since)
                if day <= self.on and (place not in rows or rows[place][0] < day):
                    rows[place] = (day, value)
        # « none » ends a place's value: an EPCI that leaves the list of the yearly arrêté.
        out = {place: Fraction(value) for place, (_, value) in rows.items() if value != "none"}
        for key, number in self.own_values.items():
            if key.startswith(prefix + "."):
                out[key.removeprefix(prefix + ".")] = number
        for key, value in self.changes.items():
            if key.startswith(prefix + "."):
                out[key.removeprefix(prefix + ".")] = Fraction(str(value))
        return out

    @cached_property
    def q1_thresholds(self) -> dict[str, Fraction]:
        """EPCI under LEC -> euros per year and consumption unit."""
        return self.place_values("lec_q1_threshold", "territory.lec.q1_threshold")

    def ceilings_cents(self, financing: int) -> NDArray[np.int64]:
        """(4 zones, 7) cents per year: categories 1..6, then one further person."""
        keys = [f"national.ceilings.{FINANCINGS[financing].upper()}.{zone}" for zone in ZONES]
        return np.array([[int(Fraction(str(v)) * 100) for v in self.raw(k)] for k in keys], np.int64)

    def rooms_table(self, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(accepted bits, first choice) by number of persons; row 0 is empty, the last row is for more."""
        rows = {int(p): row for p, row in self.raw(f"national.rooms.{name}").items()}
        mask = np.zeros(max(rows) + 1, np.int64)
        first = np.zeros(max(rows) + 1, np.int64)
        for persons, row in rows.items():
            mask[persons] = sum(1 << (int(r) - 1) for r in row["accepted"])
            first[persons] = int(row["first"])
        return mask, first

    def grid_names(self, epci: str) -> tuple[str, str]:
        """(general grid, mutation grid) of an EPCI; empty = none."""
        own = self.territory.get("grid_by_epci", {}).get(epci)
        if self.own_grid is not None:
            own = {"grid": OWN_GRID, "mutation_grid": ""}
        names = []
        for key in ("grid", "mutation_grid"):
            changed = self.changes.get(f"territory.{key}")
            value = changed if changed is not None else (own or self.territory).get(key, "")
            names.append("" if str(value) in ("", "none") else str(value))
        return names[0], names[1]

    def beside(self, name: str) -> Path:
        """A file that the territory names, in its own folder or below."""
        return within(self.territory_path.parent, name)

    def grid_file(self, name: str) -> Mapping[str, Any]:
        """The raw content of a grid."""
        if name == OWN_GRID and self.own_grid is not None:
            return self.own_grid
        own = name.endswith(".yaml")
        path = self.beside(name) if own else within(self.models / "cotation", f"{name}.yaml")
        if not path.is_file():
            raise Unreadable(path.name, "absent")
        found: Mapping[str, Any] = read_yaml(path)
        return found


@lru_cache(maxsize=4)
def _places(
    raw: bytes, cut: bytes, name: str, paris: frozenset[str], ile: str, overseas: frozenset[str]
) -> Places:
    """The same table of communes is read once per process."""
    table = csv_columns(raw, name)
    insee = tuple(str(x) for x in table["insee"].to_pylist())
    region = table["region"].to_pylist()
    departement = tuple(x or "" for x in table["departement"].to_pylist())
    zone = np.array(
        [
            0 if i in paris else 1 if r == ile else 3 if d in overseas else 2
            for i, r, d in zip(insee, region, departement, strict=True)
        ]
    )
    number = {code: i for i, code in enumerate(insee)}
    parts: dict[int, tuple[int, ...]] = {}
    if cut:
        pieces = csv_columns(cut, "arrondissements.csv")
        for part, whole in zip(pieces["insee"].to_pylist(), pieces["commune"].to_pylist(), strict=True):
            parts[number[str(whole)]] = (*parts.get(number[str(whole)], ()), number[str(part)])
    return Places(
        insee,
        tuple(x or "" for x in table["epci"].to_pylist()),
        departement,
        zone.astype(np.int8),
        parts,
        number,
    )


def within(folder: Path, name: str) -> Path:
    """A file of a folder or below it. Raises Unreadable for a name that leads out of it."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise Unreadable(name[-60:], "un fichier hors du dossier")
    return path


def first_known(values: Sequence[Any], default: Any) -> Any:
    """The first value that is neither None nor empty text."""
    return next((v for v in values if v is not None and v != ""), default)
