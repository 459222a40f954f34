"""The register of the drop-in folder ``formats/``: a file there declares the extensions it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from optimizer.dropin import load_all, named, takes, worded
from optimizer.importers.raw import Opened

Reader = Callable[[Path, str], Opened]
"""``read(path, label)``: never raises on the content of a file; problems are findings that show ``label``."""


Forgetter = Callable[[Path, Mapping[str, tuple[int, Sequence[int]]]], bytes]
"""``forget(path, columns)``: the bytes of a file that ``read`` has read, with some columns empty below their header and every other
cell where and what it was. ``columns``: by the name of a table, the row of its header and positions from 0."""


@dataclass(frozen=True)
class Format:
    """One file format. ``many`` tells whether a file holds several tables (a workbook)."""

    id: str
    extensions: tuple[str, ...]
    title_fr: str
    read: Reader
    forget: Forgetter
    many: bool = False


REGISTERED: dict[str, Format] = {}
"""Formats by name, as far as their files have been loaded."""


def format(
    *, id: str, extensions: tuple[str, ...], title_fr: str, forget: Forgetter, many: bool = False
) -> Callable[[Reader], Reader]:
    """Register a reader. Refuses a missing field, a second format of the same id, an extension already taken.

    Raises
    ------
    ValueError
    """

    def register(read: Reader) -> Reader:
        takes(read, "path, label")
        takes(forget, "path, columns")
        named("format", id)
        worded(f"format {id!r}", title_fr=title_fr)
        if not isinstance(extensions, tuple) or not extensions:
            raise ValueError(f"format {id!r}: extensions {extensions!r}, a tuple of some was expected")
        if id in REGISTERED:
            raise ValueError(f"format {id!r} is declared twice")
        for extension in extensions:
            if not extension.startswith(".") or extension != extension.lower():
                raise ValueError(f"format {id!r}: {extension!r} is not a lower-case extension")
            taken = next((f.id for f in REGISTERED.values() if extension in f.extensions), None)
            if taken is not None:
                raise ValueError(f"format {id!r}: {extension!r} is read by {taken!r} already")
        REGISTERED[id] = Format(id, extensions, title_fr, read, forget, many)
        return read

    return register


@cache
def _load() -> None:
    load_all("optimizer.importers.formats", REGISTERED.__len__)


def all_formats() -> tuple[Format, ...]:
    """Every format, by id."""
    _load()
    return tuple(REGISTERED[key] for key in sorted(REGISTERED))


def format_of(extension: str) -> Format | None:
    """The format that reads files of this extension (any case), or None."""
    wanted = extension.lower()
    return next((f for f in all_formats() if wanted in f.extensions), None)
