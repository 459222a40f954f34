"""This process: components on threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from optimizer.solve.engine_registry import engine, unknown

if TYPE_CHECKING:
    from optimizer.solve.scale.pricing import Engine


def _check(address: str) -> None:
    if address != "threads":
        raise unknown(address)


@engine("threads", form="threads", check=_check)
@contextmanager
def open_threads(address: str, threads: int) -> Iterator[Engine]:
    """Threads of this process."""
    from optimizer.solve.scale.pricing import Threads

    yield Threads(threads)
