"""Parts of a country solved side by side: on threads of this process, on processes, on the workers of a cluster (`workers`).

A part shares no household and no rule with another (`parts`), so it is a unit of work that needs nothing of the others: the
same bytes whoever solves it, and in any order. Threads read one problem and carve each part out of it when its turn comes; to
another process a part travels with all its entries, when it is handed over and not before. Progress inside a part is heard
from threads alone.
"""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.memory import give_back
from optimizer.problem.model import I64, B
from optimizer.solve.parts.components import Part
from optimizer.solve.parts.turns import Turns
from optimizer.workers import Unit, run_units, workers_of

if TYPE_CHECKING:
    from optimizer.solve.implicit import Depth
    from optimizer.solve.parts.carving import Carver
    from optimizer.solve.transport.model import (
        DualSolution,
        LabelledTransport,
        PricingProgress,
        ScaleOptions,
        ScaleResult,
        WarmStart,
    )


class Carved:
    """The models of one part, carved out of its problem each time one is asked for; pickled, the whole model goes along."""

    def __init__(self, carver: Carver, part: Part) -> None:
        self.carver, self.part = carver, part

    @cached_property
    def types(self) -> NDArray[np.integer]:
        """As `Carver.types` says them: asked once for all models of the part."""
        return self.carver.types(self.part)

    def at(self, depth: Depth | None, more: I64 | None = None) -> LabelledTransport:
        """The model with the best entries of each menu and type, as many as ``depth`` says (None: all), and those at the positions ``more``."""
        return self.carver.carve(self.part, depth, self.types, more).model

    def beyond(self, model: LabelledTransport, proof: DualSolution) -> tuple[int, I64]:
        """What a certificate of one of the models proves over every entry, objective units, and positions of the entries left out
        that pay at its multipliers; all are read block by block."""
        from optimizer.solve.transport import bound_beyond

        bound, paying = bound_beyond(model, proof, self.carver.every(self.part, self.types).blocks())
        return bound // proof.quantum, paying

    def forget(self) -> None:
        """Let go of what was kept for the next model."""
        self.__dict__.pop("types", None)

    def __reduce__(self) -> tuple[type[Carried], tuple[LabelledTransport]]:
        return Carried, (self.at(None),)


class Carried:
    """The models of one part, from its whole model."""

    def __init__(self, model: LabelledTransport) -> None:
        self.model = model

    def at(self, depth: Depth | None, more: I64 | None = None) -> LabelledTransport:
        """The model with the best entries of each menu and type, as many as ``depth`` says (None: all), and those at the positions ``more``."""
        from optimizer.solve.parts.carving import shortened

        return self.model if depth is None else shortened(self.model, depth, more)

    def beyond(self, model: LabelledTransport, proof: DualSolution) -> tuple[int, I64]:
        """What a certificate of one of the models proves over every entry, objective units, and positions of the entries left out
        that pay at its multipliers."""
        from optimizer.solve.transport import MenuBlock, bound_beyond

        m = self.model
        every = MenuBlock(0, m.menu_start, m.entry_applicant, m.entry_value, m.entry_type)
        bound, paying = bound_beyond(model, proof, [every])
        return bound // proof.quantum, paying

    def forget(self) -> None:
        """Nothing was kept beside the model."""


@dataclass
class PartTask:
    """One part to solve.

    Attributes
    ----------
    models : its models, by depth
    pinned : (K,) bool, classes that must be filled
    gap, near : relative gap asked of the part, and the one that is enough once it hardly closes (`ScaleOptions.near`)
    worth : micropoints it is worth, roughly
    depth : entries of each menu and type to begin with, those that pay come after; None: all
    warm : what an earlier run says of the part
    options : of the kernel, all but the gap
    deadline, share : seconds since the epoch when the run must end, and the part's share of what is left when it begins
    heard : told where it stands; left behind when the task goes to another process, as ``options.interrupted`` is
    size : entries that count for who is solved beside whom (`Turns`)
    """

    models: Carved | Carried
    pinned: B
    gap: float
    near: float
    worth: int
    depth: Depth | None
    warm: WarmStart | None
    options: ScaleOptions
    deadline: float | None = None
    share: float = 1.0
    heard: Callable[[PricingProgress], None] | None = None
    size: int = 0

    def __getstate__(self) -> dict[str, object]:
        alone = {"heard": None, "options": replace(self.options, interrupted=None)}
        return self.__dict__ | alone

    def solve(self) -> ScaleResult:
        """The best assignment found and what proves its bound over every entry."""
        from optimizer.solve.parts.carving import share_of_points
        from optimizer.solve.transport import solve_transport

        model, warm = self.models.at(self.depth), self.warm
        share = share_of_points(model, self.pinned, self.worth)
        gap = self.gap * share
        limit = None if self.deadline is None else max(0.1, self.share * (self.deadline - time.time()))
        options = replace(self.options, gap=gap, near=self.near * share, time_limit_s=limit)
        more = np.zeros(0, np.int64)
        while True:
            found = solve_transport(model, options, progress=self.heard, warm=warm)
            if self.depth is None or found.stop_reason in ("interrupted", "time_limit"):
                return found
            bound, paying = self.models.beyond(model, found.certificate)
            if bound - found.bound <= gap * abs(found.bound):
                return found
            # entries left out would have paid: the same again with them, from where this ended
            warm, more = found.warm, np.union1d(more, paying)
            del model  # a region's model is let go before there is a larger one
            model = self.models.at(self.depth, more)


def _solved(tasks: dict[int, PartTask]) -> bytes:
    return pickle.dumps({i: _answer(task) for i, task in tasks.items()})


def _in_turn(turns: Turns, tasks: list[PartTask]) -> bytes:
    """The answers of the parts that one thread gets to solve."""
    found: dict[int, ScaleResult] = {}
    while (i := turns.take()) is not None:
        try:
            found[i] = _answer(tasks[i])
        except BaseException:
            turns.stop()
            raise
        finally:
            turns.give(i)
    return pickle.dumps(found)


def _answer(task: PartTask) -> ScaleResult:
    answer = task.solve()
    task.models.forget()
    if task.depth is not None:
        give_back()  # a region's arrays weigh gigabytes, and are freed in pieces
    return answer


@dataclass
class Beside:
    """Where the parts of one problem stand, told as sums once each has a solution."""

    parts: int
    say: Callable[[int | None, int | None], None]
    states: dict[int, PricingProgress] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, i: int, state: PricingProgress) -> None:
        """Take where part ``i`` stands."""
        with self.lock:
            self.states[i] = state
            known = list(self.states.values())
            values = [s.objective for s in known if s.objective is not None]
            if len(values) < self.parts:  # the others are not solved yet
                self.say(None, None)
            else:
                self.say(sum(values), sum(s.bound for s in known))


class Halted(Exception):
    """The run was interrupted while other processes worked on parts."""


def solve_side_by_side(
    tasks: list[PartTask], workers: str, halted: Callable[[], bool], room: int
) -> dict[int, ScaleResult]:
    """Answers by number of the part; after an interrupt only those that are there.

    Parameters
    ----------
    workers : as `workers.workers_of` reads it
    halted : whether the run is interrupted; asked about every second where parts are out of reach
    room : entries of parts that threads of this process solve at the same time (`Turns`)

    Raises
    ------
    AttrifluxError
        As `workers.run_units`.
    """
    where = workers_of(workers)
    found: dict[int, ScaleResult] = {}

    def tick() -> None:
        if where.kind != "threads" and halted():
            raise Halted

    def finished(unit: Unit, answer: bytes) -> None:
        found.update(pickle.loads(answer))

    if where.kind == "threads" and where.count > 1:
        turns = Turns([task.size for task in tasks], room)
        count = min(where.count, len(tasks))
        units = [Unit(f"thread {i + 1}", f"thread {i + 1}", _in_turn, (turns, tasks)) for i in range(count)]
    else:
        units = [Unit(str(i), f"part {i + 1}", _solved, ({i: task},)) for i, task in enumerate(tasks)]
    try:
        run_units(units, where, finished=finished, tick=tick)
    except Halted:
        pass
    return found
