"""What scoring reads of an encoded case: a protocol, because eligibility and scoring stand side by side."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class RaggedView(Protocol):
    """Items of row i: ``values[ptr[i]:ptr[i + 1]]``."""

    @property
    def ptr(self) -> NDArray[np.int64]: ...

    @property
    def values(self) -> NDArray[np.int32]: ...


class ApplicationsView(Protocol):
    """Applications sorted by identifier."""

    @property
    def ids(self) -> NDArray[np.object_]: ...

    @property
    def active(self) -> NDArray[np.bool_]: ...

    @property
    def seniority_days(self) -> NDArray[np.int64]: ...

    @property
    def wished(self) -> RaggedView: ...


class DwellingsView(Protocol):
    """EPCI index of each dwelling."""

    @property
    def epci(self) -> NDArray[np.int32]: ...


class FactsView(Protocol):
    """The part of ``eligibility.Facts`` that scoring reads."""

    @property
    def applications(self) -> ApplicationsView: ...

    @property
    def dwellings(self) -> DwellingsView: ...

    @property
    def epcis(self) -> tuple[str, ...]: ...

    @property
    def commune_epci(self) -> NDArray[np.int32]: ...
