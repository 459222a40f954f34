"""The certificate as the run writes it: no key that nothing reads, one way of writing each number.

A key that nobody checks would stand under the seal of the proof and say what it likes (« optimum established by … »); a number
written in two ways is the same for this program and another one for whoever compares two files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from optimizer.verify.form import CHECK
from optimizer.verify.verdict import Findings

FILE = "certificate.json"
TOP = frozenset(
    ("format", "objective", "bound", "gap", "grid", "status", "stopped", "stages", "rows", "nodes", "root")
)
STAGES = frozenset(("seniority_days", "lottery", "unique"))
ROW = frozenset(("rule", "scope", "price", "rate", "play"))
ROOT = frozenset(("rows", "prices"))
LEAF = frozenset(("rows", "prices", "mir", "cuts", "branch", "order", "after", "bound"))
EMPTY = frozenset(("empty",))
INNER = frozenset(("split", "low", "high"))
CUT = frozenset(("rows", "base", "times", "cap", "floor", "unit", "nu"))
HULL = frozenset(("rows", "counts", "slope", "den", "num", "nu"))
ORDER = frozenset(("dwelling", "account", "application", "sigma"))
AFTER = frozenset(("application", "after", "tau"))
SPLITS: Mapping[str, frozenset[str]] = {
    "num": frozenset(("on", "row", "at")),
    "den": frozenset(("on", "row", "at")),
    "household": frozenset(("on", "application")),
    "departure": frozenset(("on", "dwelling")),
    "account": frozenset(("on", "dwelling", "account")),
    "pair": frozenset(("on", "dwelling", "account", "application")),
}
_POINTS = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]{6}")
_RATE = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]{4}")
_PLACE = re.compile(r"0|[1-9][0-9]*")
Wrong = tuple[str, str]
"""(what is wrong, where): no key is repeated, as those of prices are numbers of applications."""


def check_closed(raw: Mapping[str, Any], found: Findings) -> None:
    """Every object of a certificate; what is of another kind than it should be is told by the checks that read it."""
    found.start(CHECK)
    for what, where in _all(raw):
        found.add(CHECK, f"{FILE}, {where} : {what}" if where else f"{FILE} : {what}")


def _all(raw: Mapping[str, Any]) -> Iterator[Wrong]:
    yield from _keys(raw, TOP, "")
    for name in ("objective", "bound", "gap", "grid"):
        yield from _number(raw.get(name), _POINTS, name)
    yield from _keys(raw.get("stages"), STAGES, "stages")
    for i, row in enumerate(_list(raw.get("rows"))):
        yield from _keys(row, ROW, f"rows[{i}]")
        if isinstance(row, Mapping):
            yield from _number(row.get("price"), _POINTS, f"rows[{i}].price")
            yield from _number(row.get("rate"), _RATE, f"rows[{i}].rate")
            yield from _number(row.get("play"), _RATE, f"rows[{i}].play")
    for i, node in enumerate(_list(raw.get("nodes"))):
        yield from _node(node, f"nodes[{i}]")
    root = raw.get("root")
    if isinstance(root, Mapping):
        yield from _keys(root, ROOT, "root")
        yield from _weights(root, "root")


def _node(node: object, where: str) -> Iterator[Wrong]:
    if not isinstance(node, Mapping):
        return
    if "leaf" not in node:
        yield from _keys(node, INNER, where)
        split = node.get("split")
        if isinstance(split, Mapping):
            yield from _keys(split, SPLITS.get(str(split.get("on")), frozenset()), f"{where}.split")
        return
    yield from _keys(node, frozenset(("leaf",)), where)
    leaf, where = node["leaf"], f"{where}.leaf"
    if not isinstance(leaf, Mapping):
        return
    yield from _keys(leaf, EMPTY if "empty" in leaf else LEAF, where)
    yield from _weights(leaf, where)
    if "bound" in leaf:
        yield from _number(leaf["bound"], _POINTS, f"{where}.bound")
    for j, cut in enumerate(_list(leaf.get("cuts"))):
        yield from _cut(cut, f"{where}.cuts[{j}]")
    for name, keys, price in (("order", ORDER, "sigma"), ("after", AFTER, "tau")):
        for j, one in enumerate(_list(leaf.get(name))):
            yield from _keys(one, keys, f"{where}.{name}[{j}]")
            if isinstance(one, Mapping):
                yield from _number(one.get(price), _POINTS, f"{where}.{name}[{j}].{price}")


def _cut(cut: object, where: str) -> Iterator[Wrong]:
    if not isinstance(cut, Mapping):
        return
    yield from _keys(cut, HULL if "counts" in cut else CUT, where)
    yield from _number(cut.get("nu"), _POINTS, f"{where}.nu")
    for name in ("rows", "counts", "num"):
        yield from _places(cut.get(name), f"{where}.{name}")


def _weights(leaf: Mapping[str, Any], where: str) -> Iterator[Wrong]:
    """Multipliers by row or node, prices by application."""
    for name in ("rows", "mir", "branch", "prices"):
        told = leaf.get(name)
        if name != "prices":
            yield from _places(told, f"{where}.{name}")
        if isinstance(told, Mapping) and not all(_is(text, _POINTS) for text in told.values()):
            yield "nombre écrit autrement que le calcul ne l'écrit", f"{where}.{name}"


def _keys(told: object, known: frozenset[str], where: str) -> Iterator[Wrong]:
    if isinstance(told, Mapping) and not told.keys() <= known:
        yield "clé inconnue", where


def _places(told: object, where: str) -> Iterator[Wrong]:
    """Keys that are numbers of rows or nodes: ``03`` and ``3`` would be two keys for one row."""
    if isinstance(told, Mapping) and not all(_PLACE.fullmatch(str(key)) for key in told):
        yield "numéro écrit autrement que le calcul ne l'écrit", where


def _number(text: object, form: re.Pattern[str], where: str) -> Iterator[Wrong]:
    if not _is(text, form):
        yield "nombre écrit autrement que le calcul ne l'écrit", where


def _is(text: object, form: re.Pattern[str]) -> bool:
    """Whether a text is a number so written, and not a zero below zero."""
    return (
        isinstance(text, str)
        and form.fullmatch(text) is not None
        and not (text[0] == "-" and not text.strip("-0."))
    )


def _list(told: object) -> list[Any]:
    return told if isinstance(told, list) else []
