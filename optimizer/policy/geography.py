"""Communes and EPCI of France, and the ceiling zone of each commune."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from optimizer.datadirs import models_dir
from optimizer.policy.folder import Folder
from optimizer.policy.messages import PolicyError

METROPOLITAN_ZONES = ("paris_adjacent", "ile_de_france", "other_regions")
"""Zones of the arrêté of 29 July 1987, from the highest ceilings to the lowest."""
ZONES = (*METROPOLITAN_ZONES, "overseas")
"""Zones of the income ceilings; a zone's code is its position. Overseas the ceilings have texts of their own (LLS, LLTS)."""

COMMUNES_FILE = "territories/communes.csv"
ARRONDISSEMENTS_FILE = "territories/arrondissements.csv"
EPCI_FILE = "territories/epci.csv"


@dataclass(frozen=True, eq=False)
class Communes:
    """The communes of France, and what rule sets derive from them; shared by those that read the same files.

    A command reads its rules two or three times and a run of scenarios a hundred times: what follows from thirty-five
    thousand communes is worked out once.
    """

    frame: pd.DataFrame
    """As :func:`read_communes` says; nobody modifies it."""
    _by_code: dict[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    _within: dict[tuple[str, ...], pd.DataFrame] = field(default_factory=dict, repr=False)

    def __reduce__(self) -> tuple[type[Communes], tuple[pd.DataFrame]]:
        """What follows from the frame is worked out again by the process it is sent to."""
        return Communes, (self.frame,)

    def by_code(self, column: str) -> Mapping[str, str]:
        """INSEE code -> EPCI, département, region or name, read only."""
        known = self._by_code.get(column)
        if known is None:
            codes, values = self.frame.index.tolist(), self.frame[column].tolist()
            known = self._by_code[column] = dict(zip(codes, values, strict=True))
        return known

    def knows(self, code: str) -> bool:
        """Whether a code is that of a commune or of a département."""
        return code in self.by_code("epci") or code in self.departements

    @cached_property
    def departements(self) -> frozenset[str]:
        """Codes of the départements that have a commune."""
        return frozenset(self.frame["departement"].unique())

    def within(self, departements: tuple[str, ...]) -> pd.DataFrame:
        """The communes of some départements, of all of them where none is named; nobody modifies it."""
        if not departements:
            return self.frame
        known = self._within.get(departements)
        if known is None:
            known = self._within[departements] = self.frame[
                self.frame["departement"].isin(list(departements))
            ]
        return known


def _parsed(content: bytes, name: str, columns: dict[str, pa.DataType]) -> pd.DataFrame:
    try:
        table = pa_csv.read_csv(
            io.BytesIO(content),
            parse_options=pa_csv.ParseOptions(delimiter=";"),
            convert_options=pa_csv.ConvertOptions(
                column_types=columns, include_columns=list(columns), strings_can_be_null=False
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        detail = str(error).partition("\n")[0]
        raise PolicyError("POLICY_TABLE_UNREADABLE", file=name, detail=detail) from None
    frame: pd.DataFrame = table.to_pandas()
    return frame


def read_communes(
    folder: Folder, paris_adjacent: Collection[str], ile_de_france: str, overseas: Collection[str]
) -> Communes:
    """Every commune and the arrondissements of Paris, Lyon and Marseille.

    Returns
    -------
    Communes
        Its frame has the index ``insee`` (sorted, unique); ``name``, ``epci`` (empty for four island communes),
        ``departement``, ``region``, ``population`` (int64), ``zone`` (int8, position in :data:`ZONES`), ``city`` (the commune of
        an arrondissement, else empty).
    """
    parts = folder.content(ARRONDISSEMENTS_FILE) if (folder.root / ARRONDISSEMENTS_FILE).is_file() else b""
    return _communes(
        folder.content(COMMUNES_FILE), parts, tuple(paris_adjacent), ile_de_france, tuple(overseas)
    )


class City(NamedTuple):
    """A commune that is cut into arrondissements."""

    code: str
    name: str


def city_of(commune: str) -> City | None:
    """The city that an arrondissement is a part of, by the shipped table; None for any other code."""
    path = models_dir(None) / ARRONDISSEMENTS_FILE
    return _cities(path.read_bytes()).get(commune) if path.is_file() else None


@lru_cache(maxsize=2)
def _cities(content: bytes) -> dict[str, City]:
    text = pa.string()
    found = _parsed(content, ARRONDISSEMENTS_FILE, {"insee": text, "commune": text, "name": text})
    cities = map(City, found["commune"].tolist(), found["name"].tolist())
    return dict(zip(found["insee"].tolist(), cities, strict=True))


@lru_cache(maxsize=4)
def _communes(
    content: bytes,
    parts: bytes,
    paris_adjacent: tuple[str, ...],
    ile_de_france: str,
    overseas: tuple[str, ...],
) -> Communes:
    text = pa.string()
    columns = {
        "insee": text, "name": text, "epci": text, "departement": text, "region": text, "population": pa.int64(),
    }  # fmt: skip
    frame = _parsed(content, COMMUNES_FILE, columns).set_index("insee")
    region, departement = frame["region"].to_numpy(), frame["departement"]
    zone = np.select(
        [frame.index.isin(list(paris_adjacent)), region == ile_de_france, departement.isin(list(overseas))],
        [ZONES.index("paris_adjacent"), ZONES.index("ile_de_france"), ZONES.index("overseas")],
        ZONES.index("other_regions"),
    )
    city = pd.Series("", index=frame.index, dtype=object)
    if parts:
        found = _parsed(parts, ARRONDISSEMENTS_FILE, {"insee": text, "commune": text})
        city.update(found.set_index("insee")["commune"])
    return Communes(frame.assign(zone=zone.astype(np.int8), city=city))


def read_epci(folder: Folder) -> pd.DataFrame:
    """Every EPCI (and EPT of Grand Paris): index ``siren``; ``name``, ``type``, ``population``; a frame of the caller's own."""
    return _epci(folder.content(EPCI_FILE)).copy(deep=False)


@lru_cache(maxsize=4)
def _epci(content: bytes) -> pd.DataFrame:
    text = pa.string()
    columns = {"siren": text, "name": text, "type": text, "population": pa.int64()}
    return _parsed(content, EPCI_FILE, columns).set_index("siren")
