"""What a comparison is made of: one unit per mechanism and per front, in bytes that another process may have computed."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, get_args
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.dropin import answered, wrong_answer
from optimizer.fairness import prices
from optimizer.fairness.feasibility import faults
from optimizer.fairness.lottery import Allocation, Draw, Lots, Lottery
from optimizer.fairness.market import Market
from optimizer.fairness.measures import Better, Metric, Reading, all_metrics
from optimizer.fairness.registry import chosen_mechanisms
from optimizer.fairness.study import Study
from optimizer.pipeline import Prepared
from optimizer.workers import Unit, key_of

F = NDArray[np.float64]
ASKED_TWICE = 50_000
"""Pairs of a market up to which a mechanism is asked a second time: beyond, that could take minutes."""


def mechanism_unit(mark: str, market: Market, months: F, id: str, title: str, draws: int) -> Unit:
    """One mechanism on a market: its lottery, and the lines of ``mechanisms.csv``.

    Parameters
    ----------
    mark : hash of the market (:func:`mark_of`)
    """
    return Unit(key_of("fairness", mark, id, draws), title, allocated, (market, months, id, draws))


def front_unit(
    mark: str, prepared: Prepared, market: Market, months: F, rule: str, title: str, steps: int
) -> Unit:
    """The optimum as the share of one rule moves."""
    key = key_of("fairness front", mark, rule, steps)
    return Unit(key, title, front_lines, (prepared, market, months, rule, steps))


def allocated(market: Market, months: F, id: str, draws: int) -> bytes:
    """The work of a mechanism's unit.

    Raises
    ------
    DropInError
        It writes into the market, gives what no lottery may hold, or answers otherwise when it is asked again.
    """
    (made,) = chosen_mechanisms([id])
    clock = time.perf_counter()
    before = _arrays(market)
    lottery = answered(made.allocate(market, Draw(market.seed, 0, draws)), Lottery, made.allocate)
    middle = time.perf_counter()
    _untouched(before, made.allocate, market)
    if wrong := faults(market, lottery):
        raise wrong_answer(made.allocate, wrong)
    if len(market.pair_class) <= ASKED_TWICE:
        again = answered(made.allocate(market, Draw(market.seed, 0, draws)), Lottery, made.allocate)
        if _drawn(again) != _drawn(lottery):
            raise wrong_answer(
                made.allocate,
                "it answers otherwise when it is asked again: chance comes from draw alone, and no answer from the order of a set",
            )
    asked = time.perf_counter()
    lines = measured(id, Study(lottery, draws, months))
    seconds = {id: middle - clock, f"metrics {id}": time.perf_counter() - asked}
    return _bytes({"lottery": _told(lottery), "lines": lines, "seconds": seconds})


def front_lines(prepared: Prepared, market: Market, months: F, rule: str, steps: int) -> bytes:
    """The work of a front's unit."""
    return _bytes(prices.front(prepared, market, months, rule, steps).to_numpy(object).tolist())


def read_allocated(
    answer: bytes, market: Market, id: str, draws: int
) -> tuple[Lottery, list[tuple[object, ...]], dict[str, float]]:
    """A mechanism's lottery, its lines and its seconds."""
    told = json.loads(answer)
    return _lottery(told["lottery"], market, id, draws), [tuple(x) for x in told["lines"]], told["seconds"]


def read_front(answer: bytes) -> pd.DataFrame:
    """A front."""
    return pd.DataFrame([tuple(x) for x in json.loads(answer)], columns=list(prices.FRONT))


def _one_reading(reading: Reading, scopes: set[str], metric: Metric) -> None:
    """Refuse what is no number (NaN, no value, is one), words that are none, and a second reading of one scope."""
    for name in ("scope", "interval", "unit"):
        if not isinstance(getattr(reading, name), str):
            raise wrong_answer(metric.compute, f"{name} {getattr(reading, name)!r} is no text")
    if reading.better is not None and reading.better not in get_args(Better):
        raise wrong_answer(
            metric.compute, f"better {reading.better!r}, not one of {', '.join(get_args(Better))}"
        )
    if any(not isinstance(x, int | float | np.number) for x in (reading.value, reading.low, reading.high)):
        raise wrong_answer(metric.compute, f"the reading of scope {reading.scope!r} is no number")
    if any(np.isinf(x) for x in (reading.value, reading.low, reading.high)):
        raise wrong_answer(
            metric.compute, f"the reading of scope {reading.scope!r} is infinite (NaN where there is none)"
        )
    if reading.scope in scopes:
        raise wrong_answer(metric.compute, f"two readings of scope {reading.scope!r}")
    scopes.add(reading.scope)


def measured(name: str, study: Study) -> list[tuple[object, ...]]:
    """Lines of ``mechanisms.csv`` for one mechanism.

    Raises
    ------
    DropInError
        A metric gives no readings, or writes into what the metrics after it read.
    """
    lines: list[tuple[object, ...]] = []
    given = (study.market, study.lottery, study)
    # worked out before any metric has them: each is read by several
    _ = study.lottery.p, study.lottery.matrix, study.utility
    before = _arrays(*given)
    for metric in all_metrics():
        scopes: set[str] = set()
        for r in answered(metric.compute(study), Iterable, metric.compute):
            _one_reading(answered(r, Reading, metric.compute), scopes, metric)
            lines.append(
                (
                    name,
                    metric.id,
                    r.scope,
                    r.value,
                    r.low,
                    r.high,
                    r.interval,
                    r.unit or metric.unit,
                    r.better or metric.better,
                    metric.source,
                )
            )
        before = _untouched(before, metric.compute, *given)
    proof = study.lottery.proof
    if "error" in proof:
        reading = Reading(
            "", float(proof["error"]), float(proof["least_error"]), float(proof["error"]), "certified"
        )
        lines.append(
            (
                name, "lottery_error", reading.scope, reading.value, reading.low, reading.high, reading.interval, "share",
                "less", "design § 7",
            )
        )  # fmt: skip
    return lines


def _drawn(lottery: Lottery) -> bytes:
    """What is published of a lottery, and its first draws."""
    drawn = [lottery.sample(Draw(lottery.market.seed, i)) for i in range(2)] if lottery.sampler else []
    return _bytes([_told(lottery), [[x.app.tolist(), x.klass.tolist(), x.kind.tolist()] for x in drawn]])


def _arrays(*values: object) -> dict[str, int]:
    """Checksums of the arrays of frozen values, those that were worked out from them so far included, by class and name."""
    return {
        f"{type(value).__name__}.{name}": _checksum(held)
        for value in values
        for name, held in vars(value).items()
        if isinstance(held, np.ndarray)
        or (isinstance(held, tuple) and all(isinstance(one, np.ndarray) for one in held))
    }


def _checksum(held: Any) -> int:
    """A number that another content would change; looked at after every metric, so no hash that keeps a secret."""
    if isinstance(held, tuple):
        return hash(tuple(_checksum(one) for one in held))
    if held.dtype == object:
        return hash(tuple(held.tolist()))
    return crc32(np.ascontiguousarray(held).view(np.uint8).data)


def _untouched(before: Mapping[str, int], call: Callable[..., object], *values: object) -> dict[str, int]:
    """The checksums after a dropped function has had the values, refused where it has written into one: whoever comes after it reads that.

    Raises
    ------
    DropInError
    """
    after = _arrays(*values)
    if changed := [name for name, mark in before.items() if after.get(name) != mark]:
        raise wrong_answer(
            call, f"it writes into {changed[0]}, which other mechanisms and metrics read: copy it first"
        )
    return after


def _bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_plain).encode()


def _plain(value: Any) -> Any:
    """Numbers of numpy as Python's."""
    return value.item()


def _told(lottery: Lottery) -> dict[str, Any]:
    return {
        "groups": lottery.groups.tolist(),
        "share": [[g, c, str(x)] for (g, c), x in sorted(lottery.share.items())],
        "support": [
            [str(w), x.group.tolist(), x.klass.tolist(), x.kind.tolist(), x.count.tolist()]
            for w, x in lottery.support
        ],
        "exact": lottery.exact,
        "draws": lottery.draws,
        "sampled": lottery.sampler is not None,
        "proof": lottery.proof,
    }


class _Again:
    """A sampler that travels: the mechanism is run again by who asks for the first draw."""

    def __init__(self, market: Market, id: str, draws: int) -> None:
        self.asked = (market, id, draws)

    def __call__(self, draw: Draw) -> Allocation:
        return self._made.sample(draw)

    def __reduce__(self) -> tuple[type[_Again], tuple[Market, str, int]]:
        return _Again, self.asked

    @cached_property
    def _made(self) -> Lottery:
        market, id, draws = self.asked
        (made,) = chosen_mechanisms([id])
        return made.allocate(market, Draw(market.seed, 0, draws))


def _lottery(told: Mapping[str, Any], market: Market, id: str, draws: int) -> Lottery:
    return Lottery(
        market,
        np.array(told["groups"], np.int32),
        {(g, c): Fraction(x) for g, c, x in told["share"]},
        tuple(
            (Fraction(w), Lots(*(np.array(x, np.int32) for x in arrays))) for w, *arrays in told["support"]
        ),
        told["exact"],
        _Again(market, id, draws) if told["sampled"] else None,
        told["draws"],
        told["proof"],
    )


def mark_of(*values: object) -> str:
    """SHA-256 of values: arrays by their bytes, frozen values by their fields, the rest by its ``repr``."""
    digest = hashlib.sha256()
    for value in values:
        _feed(digest, value)
    return digest.hexdigest()


def _feed(digest: Any, value: object) -> None:
    if isinstance(value, np.ndarray):
        digest.update(f"{value.dtype}{value.shape}".encode())
        digest.update(
            "\0".join(map(str, value.tolist())).encode() if value.dtype == object else value.tobytes()
        )
    elif is_dataclass(value) and not isinstance(value, type):
        digest.update(type(value).__name__.encode())
        for one in fields(value):
            digest.update(one.name.encode())
            _feed(digest, getattr(value, one.name))
    elif isinstance(value, (tuple, list)):
        digest.update(f"{len(value)}".encode())
        for item in value:
            _feed(digest, item)
    else:
        digest.update(repr(value).encode() + b"\0")
