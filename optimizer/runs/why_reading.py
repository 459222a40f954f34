"""The index of a result, opened: one household's rows, without reading the case nor importing more than numpy."""

from __future__ import annotations

import errno
import json
import os
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import AttrifluxError, define

FILE = "why.npz"
FORMAT = "attriflux-why/2"

define(
    "WHY_NO_INDEX",
    "Le dossier « {name} » n'a pas d'index des réponses (why.npz) utilisable.",
    "The folder “{name}” has no usable index of answers (why.npz).",
    remedy_fr="Donner un dossier écrit par attriflux propose, ou proposer à nouveau avec cette version",
    remedy_en="Give a folder written by attriflux propose, or propose again with this version",
)
define(
    "WHY_UNKNOWN_APPLICATION",
    "Aucune demande ne porte ce numéro dans ce résultat.",
    "No application of this result has that number.",
    remedy_fr="Vérifier le numéro unique (applications.csv les donne tous)",
    remedy_en="Check the number (applications.csv has them all)",
)
define(
    "WHY_UNKNOWN_DWELLING",
    "Aucun logement ne s'appelle « {name} » dans ce résultat.",
    "No dwelling of this result is called “{name}”.",
    remedy_fr="Vérifier son identifiant (dwellings.csv les donne tous)",
    remedy_en="Check its identifier (dwellings.csv has them all)",
)


@dataclass(frozen=True)
class Place:
    """A dwelling the household is eligible for: its place among ``size`` households on the account.

    ``rank`` on the list (0: not on it); ``passed_by``: index of a reason, or below 0 one of `standings`; ``behind``: rank of the
    first reserve of a lower score that stands before it (0: none), ``behind_by``: index of why.
    """

    dwelling: int
    account: int
    place: int
    size: int
    rank: int
    passed_by: int
    behind: int
    behind_by: int


@dataclass(frozen=True)
class Index:
    """An open index; arrays are read when they are first asked for."""

    file: Any
    meta: dict[str, Any]

    def __getitem__(self, name: str) -> NDArray[Any]:
        found: NDArray[Any] = self.file[name]
        return found

    def has(self, name: str) -> bool:
        """Whether the index holds that array (the refusal of every pair is left out of large ones)."""
        return name in self.file.files

    @cached_property
    def dwellings(self) -> NDArray[Any]:
        """Identifiers in UTF-8, ascending."""
        return self["dwellings"]

    def home(self, d: int) -> str:
        """Identifier of a dwelling, as the tables give it."""
        return bytes(self.dwellings[d]).decode("utf-8")

    def plain_home(self, d: int) -> str:
        """Its name to a household: without the mark that tells a freed dwelling's place in a chain."""
        return bytes(self["bare"][d]).decode("utf-8") if self.has("bare") else self.home(d)

    def application(self, number: str) -> int:
        """Position of an application.

        Raises
        ------
        AttrifluxError
            ``WHY_UNKNOWN_APPLICATION``
        """
        at = _position(self["applications"], number)
        if at < 0:
            raise AttrifluxError("WHY_UNKNOWN_APPLICATION")
        return at

    def dwelling(self, name: str) -> int:
        """Position of a dwelling; a freed one is also found without the mark of its place in a chain.

        Raises
        ------
        AttrifluxError
            ``WHY_UNKNOWN_DWELLING``
        """
        at = _position(self.dwellings, name)
        if at < 0 and self.has("bare"):
            same = np.flatnonzero(self["bare"] == name.encode("utf-8"))
            at = int(same[0]) if len(same) else -1
        if at < 0:
            raise AttrifluxError("WHY_UNKNOWN_DWELLING", name=name)
        return at

    def places(self, a: int) -> list[Place]:
        """Where a household is eligible, its best places first."""
        start, stop = (int(x) for x in self["ptr"][a : a + 2])
        names = ("dwelling", "account", "place", "size", "rank", "passed_by", "behind", "behind_by")
        columns = [self[name][start:stop].tolist() for name in names]
        return [Place(*row) for row in zip(*columns, strict=True)]

    def every(self, a: int) -> int:
        """How many dwellings a household is eligible for, its best places and all others (of an index that does not tell: these)."""
        start, stop = (int(x) for x in self["ptr"][a : a + 2])
        return int(self["every"][a]) if self.has("every") else stop - start

    def tally(self, a: int) -> dict[int, int]:
        """Of how many of these dwellings each reason (`Place.passed_by`) is told."""
        if not self.has("tally"):
            return dict(Counter(p.passed_by for p in self.places(a)))
        start, stop = (int(x) for x in self["tally_ptr"][a : a + 2])
        return dict(
            zip(self["tally_by"][start:stop].tolist(), self["tally"][start:stop].tolist(), strict=True)
        )

    def criteria(self, a: int) -> list[tuple[int, str, str, int]]:
        """(EPCI, criterion, its title, hundredths) of a household's scores."""
        start, stop = (int(x) for x in self["score_ptr"][a : a + 2])
        titles, names = self.meta["criteria_titles"], self["criteria"]
        told = []
        for k in range(start, stop):
            name = str(names[self["score_criterion"][k]])
            # two grids may give one criterion a title each
            own = self.meta.get("own_titles", {}).get(self._grid(k), {})
            title = own.get(name, titles.get(name, name))
            told.append((int(self["score_epci"][k]), name, title, int(self["score_points"][k])))
        return told

    def grid_titles(self, a: int) -> list[str]:
        """Titles of the grids that gave a household its scores, in the order of the case; all of an index that does not tell."""
        start, stop = (int(x) for x in self["score_ptr"][a : a + 2])
        titles = self.meta.get("grid_titles", {})
        found = {titles[grid] for k in range(start, stop) if (grid := self._grid(k)) in titles}
        return [x for x in self.meta["grids"] if x in found or not found]

    def _grid(self, row: int) -> str:
        """Name of the grid of a row of scores; empty in an index that does not tell."""
        return str(self["score_grids"][self["score_grid"][row]]) if self.has("score_grid") else ""


def _position(names: NDArray[Any], name: str) -> int:
    asked = name.encode("utf-8")
    at = int(np.searchsorted(names, asked))
    return at if at < len(names) and bytes(names[at]) == asked else -1


def open_index(folder: Path) -> Index:
    """The index of a result folder.

    Raises
    ------
    FileNotFoundError
        There is no such folder.
    AttrifluxError
        ``WHY_NO_INDEX``: there is none, or it is damaged or of another version.
    """
    if not folder.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))
    name = folder.name or str(folder.absolute())
    try:
        if not (folder / FILE).is_file():  # a pipe or a device is never at its end
            raise FileNotFoundError
        file = np.load(folder / FILE, allow_pickle=False)
        meta = json.loads(bytes(file["meta"]).decode("utf-8"))
        if meta.get("format") != FORMAT:
            raise ValueError("format")
    except (OSError, ValueError, KeyError, AttributeError, zipfile.BadZipFile, zlib.error):
        raise AttrifluxError("WHY_NO_INDEX", name=name) from None
    return Index(file, meta)
