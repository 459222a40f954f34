"""Who does the work, as one writes it: ``2``, ``threads:4``, ``processes:2``, ``tcp://host:8786``."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from optimizer.errors import AttrifluxError
from optimizer.workers import messages as messages

Kind = Literal["threads", "processes", "cluster"]
_LOCAL = re.compile(r"(?:(threads|processes):)?([1-9]\d{0,3})")
_CLUSTER = re.compile(r"(?:tcp|tls)://(?:[A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})")


@dataclass(frozen=True)
class Workers:
    """Threads or processes of this machine, or the workers of a Dask scheduler.

    Attributes
    ----------
    kind : ``threads``, ``processes`` or ``cluster``
    count : how many, of threads and processes
    address : of the scheduler
    """

    kind: Kind
    count: int = 1
    address: str = ""

    def for_units(self, units: int) -> Workers:
        """Not more of them than there are units; a cluster has as many as it has."""
        return Workers(self.kind, max(1, min(self.count, units)), self.address)


def workers_of(said: Workers | int | str | None = None) -> Workers:
    """What a value of ``workers`` means; None: a process for each core.

    Raises
    ------
    AttrifluxError
        ``WORKERS_UNKNOWN``; ``WORKERS_LIBRARY``: a cluster is asked for and Dask is not installed.
    """
    if isinstance(said, Workers):
        return said
    text = str(os.cpu_count() or 1) if said is None else str(said).strip()
    local = _LOCAL.fullmatch(text)
    if local is not None:
        return Workers("threads" if local[1] == "threads" else "processes", int(local[2]))
    cluster = _CLUSTER.fullmatch(text)
    if cluster is None or not 0 < int(cluster[1]) < 1 << 16:
        raise AttrifluxError("WORKERS_UNKNOWN", said=text)
    if find_spec("distributed") is None:
        raise AttrifluxError("WORKERS_LIBRARY", said=text)
    return Workers("cluster", 0, text)
