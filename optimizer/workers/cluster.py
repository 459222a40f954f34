"""Units on the workers of a Dask scheduler: a few handed out at a time, computed again elsewhere when a worker is lost."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any
from uuid import uuid4

from optimizer.errors import AttrifluxError
from optimizer.workers.keys import code_mark
from optimizer.workers.unit import Unit

TICK = 1.0
PATIENCE_S = 30.0
"""Time without any worker after which the run gives up with an error."""
AHEAD = 2
"""Units handed over for each thread of the cluster."""


def on_cluster(
    units: list[Unit], address: str, tick: Callable[[], None]
) -> Generator[tuple[Unit, bytes], None, None]:
    """Answers as they come.

    A task carries its whole unit, so that whoever is left can do it; it compares the program before it answers. Only what this
    run handed out is taken back at the end.

    Raises
    ------
    AttrifluxError
        ``WORKERS_UNREACHABLE``, ``WORKERS_NONE``, ``WORKERS_LOST``, ``WORKERS_OTHER_RELEASE``.
    """
    from distributed import Client
    from distributed.security import Security

    try:
        client = Client(
            address, timeout=PATIENCE_S, set_as_default=False, security=Security(), name="attriflux"
        )
    except (
        OSError,
        TypeError,
    ) as failure:  # TypeError: a TLS address without certificates in Dask's configuration
        raise AttrifluxError("WORKERS_UNREACHABLE", address=address) from failure
    try:
        try:
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError as failure:
            raise AttrifluxError("WORKERS_NONE", address=address) from failure
        yield from _answers(client, units, address, tick)
    finally:
        client.close()


def _answers(
    client: Any, units: list[Unit], address: str, tick: Callable[[], None]
) -> Generator[tuple[Unit, bytes], None, None]:
    from distributed import wait
    from distributed.scheduler import KilledWorker

    name, release = uuid4().hex, code_mark()
    queue = list(reversed(units))
    running: dict[Any, Unit] = {}
    alone = 0.0
    while queue or running:
        threads = sum(client.nthreads().values())
        while queue and len(running) < AHEAD * max(1, threads):
            unit = queue.pop()
            future = client.submit(
                answer, unit.work, unit.arguments, release, key=f"attriflux-{name}-{unit.key}", pure=False
            )
            running[future] = unit
        try:
            with client.as_current():
                done = wait(list(running), timeout=TICK, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            done = set()
        for future in done:
            unit = running.pop(future)
            try:
                found = future.result()
            except KilledWorker as failure:
                raise AttrifluxError("WORKERS_LOST", times=_deaths(failure), names=unit.name) from failure
            yield unit, found
        alone = 0.0 if done or threads else alone + TICK
        if alone >= PATIENCE_S:
            raise AttrifluxError("WORKERS_NONE", address=address)
        if not done:
            tick()


def answer(work: Callable[..., bytes], arguments: tuple[Any, ...], release: str) -> bytes:
    """One task, on a worker.

    Raises
    ------
    AttrifluxError
        ``WORKERS_OTHER_RELEASE``.
    """
    if release != code_mark():
        raise AttrifluxError("WORKERS_OTHER_RELEASE")
    return work(*arguments)


def _deaths(failure: Any) -> int:
    return int(getattr(failure, "allowed_failures", 0)) + 1
