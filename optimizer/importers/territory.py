"""A territory that a case brings itself: which files beside it it names, and which nobody reads."""

from __future__ import annotations

from pathlib import Path

from optimizer.importers.headers import near
from optimizer.importers.yamltext import Block, Node, Scalar, Series, parse, raw_of

_ENDINGS = (".yaml", ".yml")
_OF_A_CASE = ("case.yaml", "columns.yaml")
_NAMING = ("conventions", "grid", "mutation_grid", "grid_by_epci")


def named_beside(territory: Path) -> frozenset[Path]:
    """Agreements, tables of agreements and grids that a territory file names beside itself, where they are.

    A file that is no YAML names nothing: its problems are told by who reads its rules.
    """
    found = set[Path]()
    for word in _words(_top(territory), _NAMING):
        path = territory.parent / word
        if word.endswith(_ENDINGS) and path.is_file():
            found.add(path)
            found |= {territory.parent / table for table in _words(_top(path), ("table",))}
    return frozenset(path for path in found if path.is_file())


def unnamed_beside(territory: Path) -> tuple[str, ...]:
    """YAML files beside a territory that it does not name, sorted; a settings file whose name is misspelt is told as such."""
    block = _top(territory)
    if block is None:
        return ()
    mine = {territory, *named_beside(territory)}
    return tuple(
        path.name
        for path in sorted(territory.parent.iterdir())
        if path.suffix in _ENDINGS
        and path.is_file()
        and path not in mine
        and path.name not in _OF_A_CASE
        and near(path.stem + ".yaml", _OF_A_CASE) == near(path.name, ())
    )


def _top(path: Path) -> Block | None:
    return parse(raw_of(path), path.name)[0]


def _words(block: Block | None, keys: tuple[str, ...]) -> list[str]:
    """Every word under some keys of a mapping."""
    left: list[Node] = [] if block is None else [block.items[key] for key in keys if key in block.items]
    found = []
    while left:
        node = left.pop()
        if isinstance(node, Scalar):
            found.append(node.text)
        else:
            left += node.items if isinstance(node, Series) else node.items.values()
    return found
