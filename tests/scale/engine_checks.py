"""What the suites of engines share: an engine without library, and what two results differ in."""

from __future__ import annotations

import pickle
from typing import Any

from optimizer.solve.scale import ScaleResult
from optimizer.solve.scale.shards import Question, ShardedPricer, cut_shards, price_shard


class Pickled:
    """An engine without library: every shard and question is copied, and tasks run in another order."""

    def __init__(self, parts: int) -> None:
        self.parts = parts

    def open(self, structure: Any, quantum: int) -> ShardedPricer:
        placed = cut_shards(structure, self.parts)
        copies = [pickle.dumps(p.shard) for p in placed]

        def ask(asked: list[tuple[int, Question]]) -> list[Any]:
            tasks = [pickle.dumps((pickle.loads(copies[i]), question)) for i, question in asked]
            return [price_shard(*pickle.loads(task)) for task in reversed(tasks)][::-1]

        return ShardedPricer(placed, quantum, ask)


def differences(one: ScaleResult, two: ScaleResult) -> list[str]:
    """Names of what is not the same bytes."""
    arrays = ("assigned_class", "account", "seats", "shortfall")
    out = [x for x in arrays if getattr(one, x).tobytes() != getattr(two, x).tobytes()]
    proofs = ("multipliers", "cut_multipliers", "class_price")
    out += [
        x for x in proofs if getattr(one.certificate, x).tobytes() != getattr(two.certificate, x).tobytes()
    ]
    return out + [
        x for x in ("objective", "bound", "iterations", "stop_reason") if getattr(one, x) != getattr(two, x)
    ]
