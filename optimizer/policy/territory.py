"""One file of ``territories/``: which départements, market, grids and agreements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from optimizer.policy.folder import Folder
from optimizer.policy.messages import Gathered, PolicyError
from optimizer.policy.parameter import bad_value, date_of, only_keys, status_of, text_of
from optimizer.policy.strict_yaml import YamlMap

MARKETS = ("tense", "relaxed")
_KEYS = (
    "title", "departements", "status", "source", "link", "reviewed_on", "by", "market", "grid", "mutation_grid",
    "grid_by_epci", "conventions",
)  # fmt: skip
_NOT_TERRITORIES = ("places",)


@dataclass(frozen=True)
class Territory:
    """A territory as its file says it. ``departements`` empty = the whole country; a grid ``""`` = none."""

    id: str
    title: str
    departements: tuple[str, ...]
    market: str
    grid: str
    mutation_grid: str
    grid_by_epci: Mapping[str, tuple[str, str]]
    conventions: tuple[str, ...]
    status: str
    source: str
    link: str
    reviewed_on: date
    path: Path | None = None
    file: str = ""
    """Its name in messages."""
    lines: Mapping[object, int] = field(default_factory=dict)
    """Line of each key of the file."""

    def beside(self, name: str) -> Path | None:
        """Path of a grid or agreement written as a file name, which lies beside the territory's own file.

        Raises
        ------
        PolicyError
            ``POLICY_FILE_OUTSIDE``: it does not.
        """
        if self.path is None or not name.endswith(".yaml"):
            return None
        return inside(self.path.parent, name)


def inside(folder: Path, name: str) -> Path:
    """A file of a folder by its name. Raises ``POLICY_FILE_OUTSIDE`` for a path that leaves it, be it by a link."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise PolicyError("POLICY_FILE_OUTSIDE", missing=Path(name).name)
    return path


def territory_names(folder: Folder) -> tuple[str, ...]:
    """Names of the shipped territories, sorted."""
    return tuple(n for n in folder.names("territories") if n not in _NOT_TERRITORIES)


def read_territory(folder: Folder, territory: str | Path) -> Territory:
    """Read a shipped territory by name, or any file by its path.

    Raises
    ------
    PolicyError
        ``POLICY_UNKNOWN_TERRITORY``, or a key or value that the file may not have, with its line.
    """
    path, met = None, Gathered()
    if isinstance(territory, Path) or territory.endswith((".yaml", ".yml")):
        path = Path(territory)
        data = folder.as_far(path.name, path, met)
        name = path.stem
    else:
        name = territory
        if name not in territory_names(folder):
            raise PolicyError(
                "POLICY_UNKNOWN_TERRITORY",
                territory=name,
                known=", ".join(territory_names(folder)) or "aucun",
            )
        data = folder.yaml(f"territories/{name}.yaml")
    optional = ("link", "mutation_grid", "grid_by_epci", "grid")
    with met.each():
        only_keys(data, _KEYS, tuple(k for k in _KEYS if k not in optional))
    fields: dict[str, Any] = {}
    for key, read in _FIELDS.items():
        if data.get(key) is not None or key in optional:  # one that is missing is told already
            with met.each():
                fields[key] = read(data)
    met.done()
    return Territory(id=name, path=path, file=data.path, lines=dict(data.lines), **fields)


def _market(data: YamlMap) -> str:
    market = data["market"]
    if market not in MARKETS:
        bad_value(data, "market", market, " | ".join(MARKETS), " | ".join(MARKETS))
    return str(market)


def _departements(data: YamlMap) -> tuple[str, ...]:
    departements = data["departements"]
    if departements == "all":
        return ()
    if not _texts(departements) or not departements:
        bad_value(data, "departements", departements, 'all ou ["25", …]', 'all or ["25", …]')
    return tuple(departements)


def _conventions(data: YamlMap) -> tuple[str, ...]:
    conventions = data["conventions"]
    if not _texts(conventions):
        bad_value(
            data, "conventions", conventions, "une liste de fichiers de conventions/", "a list of files"
        )
    return tuple(conventions)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) and v for v in value)


def _grids(data: YamlMap) -> dict[str, tuple[str, str]]:
    items = data.get("grid_by_epci", YamlMap())
    if not isinstance(items, YamlMap):
        bad_value(data, "grid_by_epci", items, "une table EPCI: {grid: …}", "a table EPCI: {grid: …}")
    grids = {}
    for epci, item in items.items():
        if not isinstance(item, YamlMap) or not isinstance(epci, str):
            bad_value(items, epci, item, '"SIREN": {grid: …}', '"SIREN": {grid: …}')
        only_keys(item, ("grid", "mutation_grid"), ("grid",))
        grids[epci] = (text_of(item, "grid"), text_of(item, "mutation_grid", ""))
    return grids


_FIELDS: dict[str, Callable[[YamlMap], Any]] = {
    "title": lambda data: text_of(data, "title"),
    "departements": _departements,
    "market": _market,
    "grid": lambda data: text_of(data, "grid", ""),
    "mutation_grid": lambda data: text_of(data, "mutation_grid", ""),
    "grid_by_epci": _grids,
    "conventions": _conventions,
    "status": status_of,
    "source": lambda data: text_of(data, "source"),
    "link": lambda data: text_of(data, "link", ""),
    "reviewed_on": lambda data: date_of(data, "reviewed_on"),
}
"""How each field of the file is read; each may be wrong on its own."""
