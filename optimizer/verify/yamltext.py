"""YAML as texts: what the second program reads of settings, mappings and the law; bounded in size and depth, without aliases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from optimizer.verify.verdict import Unreadable

MOST_BYTES = 500_000
DEEPEST = 30
"""Blocks inside one another; files of the law have fewer than ten."""


def read_yaml(path: Path) -> Any:
    """YAML with every scalar as text: ``on`` stays a word, ``0.1`` stays exact, ``01004`` keeps its zero.

    Raises
    ------
    Unreadable
        No YAML, more than `MOST_BYTES`, deeper than `DEEPEST`, or an anchor or alias: a short file could stand for a long one.
    """
    if path.stat().st_size > MOST_BYTES:
        raise Unreadable(path.name, "trop grand")
    try:
        text = _text(path.read_bytes())
        _bounded(text, path.name)
        return yaml.load(text, Loader=_loader())
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(path.name, type(error).__name__) from error


def _text(raw: bytes) -> str:
    """UTF-8 with or without its mark, else Windows-1252, as every file of a case may be."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.removeprefix(b"\xef\xbb\xbf").decode("cp1252")


def _bounded(text: str, name: str) -> None:
    """Look at the events before anything is built, where the text could hold an alias or nest deeply."""
    nested = max(text.count(mark) for mark in ("[", "{", "- -", "?")) > DEEPEST or " " * DEEPEST in text
    if not (nested or "&" in text or "*" in text):
        return
    depth = 0
    for event in yaml.parse(text, Loader=_loader()):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable(name, "ancre ou alias")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise Unreadable(name, "valeurs trop emboîtées")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _loader() -> Any:
    return getattr(yaml, "CBaseLoader", yaml.BaseLoader)
