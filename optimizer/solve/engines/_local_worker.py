"""What a local Dask worker does first: leave Ctrl-C to the process that asked for the computation.

A terminal sends the signal to every process of the command. The asking one keeps its best proposal and ends its workers;
a worker that died of it would only be started again and print its traceback.
"""

from __future__ import annotations

import signal
from typing import Any


def dask_setup(worker: Any) -> None:
    """Called by Dask in the worker's main thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
