"""Places of a rule set as sorted names and indices, read once per table of communes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.eligibility.columns import index_of

if TYPE_CHECKING:
    from optimizer.policy import RuleSet


@dataclass(frozen=True)
class Geography:
    """All communes of France, sorted by code, so that a choice outside the territory keeps its EPCI.

    A commune without EPCI stands for its own. The three arrays are aligned with ``communes``. ``arrondissements``: position of a
    commune that is cut into some (Paris, Lyon, Marseille) -> their positions.
    """

    communes: tuple[str, ...]
    epcis: tuple[str, ...]
    departements: tuple[str, ...]
    commune_epci: NDArray[np.int32]
    commune_departement: NDArray[np.int32]
    commune_zone: NDArray[np.int8]
    arrondissements: Mapping[int, NDArray[np.int32]]

    @cached_property
    def commune_index(self) -> Mapping[str, int]:
        return index_of(self.communes)

    def around(self, commune: str) -> tuple[str, str, str] | None:
        """The areas a commune lies in, the smallest first: itself, its EPCI, its département."""
        i = self.commune_index.get(commune)
        if i is None:
            return None
        return commune, self.epcis[self.commune_epci[i]], self.departements[self.commune_departement[i]]


_known: list[tuple[pd.DataFrame, Geography]] = []
"""The last table read and its geography: encoding several cases of one country reads it once."""


def geography(rules: RuleSet) -> Geography:
    """The geography of a rule set."""
    table = rules.all_communes
    if _known and (_known[0][0] is table or _known[0][0].equals(table)):
        return _known[0][1]
    found = _read(table)
    _known[:] = [(table, found)]
    return found


def _read(table: pd.DataFrame) -> Geography:
    insee = np.asarray(table.index.to_numpy(object), dtype=object)
    order = np.argsort(insee)
    insee = insee[order]
    epci = np.asarray(table["epci"].to_numpy(object), dtype=object)[order]
    epci = np.where(epci == "", insee, epci)
    departement = np.asarray(table["departement"].to_numpy(object), dtype=object)[order]
    epcis, commune_epci = np.unique(epci, return_inverse=True)
    departements, commune_departement = np.unique(departement, return_inverse=True)
    position = {code: i for i, code in enumerate(insee.tolist())}
    city = table["city"].to_numpy(object)[order]
    parts: dict[int, list[int]] = {}
    for i in np.flatnonzero(city != "").tolist():
        parts.setdefault(position[city[i]], []).append(i)
    return Geography(
        tuple(insee.tolist()), tuple(epcis.tolist()), tuple(departements.tolist()), commune_epci.astype(np.int32),
        commune_departement.astype(np.int32), table["zone"].to_numpy(np.int8)[order],
        {whole: np.array(found, np.int32) for whole, found in parts.items()},
    )  # fmt: skip
