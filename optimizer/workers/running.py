"""Units that are not kept yet are run, and every answer is given by key."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing

from optimizer.workers.address import Workers, workers_of
from optimizer.workers.parts import Parts
from optimizer.workers.unit import Unit

Quiet = Callable[[], None]


def run_units(
    units: Sequence[Unit],
    workers: Workers | int | str | None = None,
    *,
    parts: Parts | None = None,
    isolated: bool = False,
    finished: Callable[[Unit, bytes], None] = lambda unit, answer: None,
    tick: Quiet = lambda: None,
) -> dict[str, bytes]:
    """What each unit answers, in the order of the units and by key: the same whatever the workers, and whoever of them is lost.

    Parameters
    ----------
    workers : as :func:`~optimizer.workers.workers_of` reads it
    parts : where answers are kept; those found there are not computed again
    isolated : a single worker is a process of its own too, so that an interrupt ends a solver at once
    finished : told of every unit and its answer, kept ones included; an answer is on the disk before
    tick : called about every second in between

    Raises
    ------
    AttrifluxError
        ``WORKERS_UNKNOWN``, ``WORKERS_LIBRARY``, ``WORKERS_UNREACHABLE``, ``WORKERS_NONE``, ``WORKERS_LOST``,
        ``WORKERS_OTHER_RELEASE``; whatever a unit raises, after the others were stopped.
    """
    asked = workers_of(workers)
    found: dict[str, bytes] = {}
    waiting: dict[str, Unit] = {}
    for unit in units:
        kept = None if parts is None else parts.find(unit.key)
        if kept is None:
            waiting[unit.key] = unit
        elif unit.key not in found:
            found[unit.key] = kept
            finished(unit, kept)
    answers = _answers(list(waiting.values()), asked.for_units(len(waiting)), isolated, tick)
    with closing(answers):  # whoever works is ended before an error goes on
        for unit, answer in answers:
            if parts is not None:
                parts.keep(unit.key, unit.name, answer)
            found[unit.key] = answer
            finished(unit, answer)
    return {unit.key: found[unit.key] for unit in units}


def _answers(
    units: list[Unit], workers: Workers, isolated: bool, tick: Quiet
) -> Generator[tuple[Unit, bytes], None, None]:
    if not units:
        return
    if workers.kind == "cluster":
        from optimizer.workers.cluster import on_cluster

        yield from on_cluster(units, workers.address, tick)
    elif workers.count == 1 and not isolated:
        for unit in units:
            yield unit, unit.work(*unit.arguments)
    elif workers.kind == "threads":
        from optimizer.workers.threads import on_threads

        yield from on_threads(units, workers.count, tick)
    else:
        from optimizer.workers.processes import on_processes

        yield from on_processes(units, workers.count, tick)
