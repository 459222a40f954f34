"""Communes and EPCI of France, and the ceiling zone of each commune."""

from __future__ import annotations

import io
from collections.abc import Collection
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from optimizer.policy.folder import Folder
from optimizer.policy.messages import PolicyError

ZONES = ("paris_adjacent", "ile_de_france", "other_regions")
"""Zones of the income ceilings; a zone's code is its position."""

COMMUNES_FILE = "territories/communes.csv"
EPCI_FILE = "territories/epci.csv"


def _read(folder: Folder, name: str, columns: dict[str, pa.DataType]) -> pd.DataFrame:
    """A table of places as a frame of the caller's own: the same content is parsed once per process."""
    return _parsed(folder.content(name), name, tuple(columns.items())).copy()


@lru_cache(maxsize=8)
def _parsed(content: bytes, name: str, columns: tuple[tuple[str, pa.DataType], ...]) -> pd.DataFrame:
    try:
        table = pa_csv.read_csv(
            io.BytesIO(content),
            parse_options=pa_csv.ParseOptions(delimiter=";"),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict(columns), include_columns=[c for c, _ in columns], strings_can_be_null=False
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        detail = str(error).partition("\n")[0]
        raise PolicyError("POLICY_TABLE_UNREADABLE", file=name, detail=detail) from None
    frame: pd.DataFrame = table.to_pandas()
    return frame


def read_communes(folder: Folder, paris_adjacent: Collection[str], ile_de_france: str) -> pd.DataFrame:
    """Every commune and the arrondissements of Paris, Lyon and Marseille.

    Returns
    -------
    DataFrame
        Index ``insee`` (sorted, unique); ``name``, ``epci`` (empty for four island communes), ``departement``,
        ``region``, ``population`` (int64), ``zone`` (int8, position in :data:`ZONES`).
    """
    text = pa.string()
    frame = _read(
        folder,
        COMMUNES_FILE,
        {
            "insee": text,
            "name": text,
            "epci": text,
            "departement": text,
            "region": text,
            "population": pa.int64(),
        },
    ).set_index("insee")
    zone = np.where(
        frame.index.isin(list(paris_adjacent)), 0, np.where(frame["region"].to_numpy() == ile_de_france, 1, 2)
    )
    frame["zone"] = zone.astype(np.int8)
    return frame


def read_epci(folder: Folder) -> pd.DataFrame:
    """Every EPCI (and EPT of Grand Paris): index ``siren``; ``name``, ``type``, ``population``."""
    text = pa.string()
    columns = {"siren": text, "name": text, "type": text, "population": pa.int64()}
    return _read(folder, EPCI_FILE, columns).set_index("siren")
