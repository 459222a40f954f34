"""A territory of one's own: the files that lie beside it, wherever it is taken."""

from __future__ import annotations

import shutil
from pathlib import Path

from optimizer.policy.folder import Folder
from optimizer.policy.strict_yaml import read_yaml
from optimizer.policy.territory import read_territory


def files_beside(territory: Path) -> tuple[Path, ...]:
    """The grids, agreements and tables of agreements that a territory file names beside itself, sorted."""
    facts = read_territory(Folder(territory.parent), territory)
    pairs = (name for pair in facts.grid_by_epci.values() for name in pair)
    found: set[Path] = set()
    for name in (*facts.conventions, facts.grid, facts.mutation_grid, *pairs):
        path = facts.beside(name)
        if path is None or not path.is_file():
            continue
        found.add(path)
        table = read_yaml(path, path.name).get("table")
        if isinstance(table, str) and (path.parent / table).is_file():
            found.add(path.parent / table)
    return tuple(sorted(found))


def copy_territory(territory: Path, target: Path) -> None:
    """Copy a territory file to ``target``, and beside it what lay beside it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for path in files_beside(territory):
        shutil.copyfile(path, target.parent / path.name)
    shutil.copyfile(territory, target)
