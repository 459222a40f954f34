"""``python -m benchmarks.exchange FILE --chain L --cycle 3 [--json]``: the optimum of a kidney-exchange instance.

``--chain L``: transplants that a chain from an altruist may hold (0: none). ``--cycle``: pairs in a cycle, 0, 2, 3 or 4.
``--generate PAIRS --altruists N --seed S [--write FILE.wmd]`` solves a drawn pool instead and can write it for another program.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from benchmarks.exchange.generated import generated
from benchmarks.exchange.model import Answer, solve
from benchmarks.exchange.pool import Pool, read, write_wmd
from optimizer.errors import AttrifluxError


def told(pool: Pool, answer: Answer, seconds: float) -> dict[str, object]:
    """The answer in the words of the pool."""
    value, bound = Fraction(answer.value, pool.scale), Fraction(answer.bound, pool.scale)
    transplants = sum(map(len, answer.cycles)) + sum(len(c) - 1 for c in answer.chains)
    return {
        "pairs": int((~pool.altruist).sum()),
        "altruists": int(pool.altruist.sum()),
        "arcs": len(pool.weight),
        "weight": float(value),
        "bound": float(bound),
        "proven": answer.proven,
        "transplants": transplants,
        "cycles": [[pool.names[v] for v in c] for c in answer.cycles],
        "chains": [[pool.names[v] for v in c] for c in answer.chains],
        "columns": answer.columns,
        "cpu_seconds": seconds,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exchange", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--chain", type=int, default=3)
    parser.add_argument("--cycle", type=int, default=3, choices=(0, 2, 3, 4))
    parser.add_argument("--generate", type=int, metavar="PAIRS")
    parser.add_argument("--altruists", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path, metavar="FILE")
    parser.add_argument("--time-limit", type=float)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    if given.chain < 0 or (given.file is None) == (given.generate is None):
        parser.error("FILE or --generate, and --chain of 0 or more")
    try:
        pool = read(given.file) if given.file else generated(given.generate, given.altruists, given.seed)
    except AttrifluxError as error:
        print(error.text("en"), file=sys.stderr)
        return 2
    if given.write:
        write_wmd(pool, given.write)
    begun = time.process_time()
    answer = solve(pool, given.chain, given.cycle, time_limit=given.time_limit)
    said = told(pool, answer, time.process_time() - begun)
    if given.json:
        print(json.dumps(said, indent=1))
    else:
        word = "proven" if answer.proven else f"not proven, at most {said['bound']:g}"
        print(
            f"{said['pairs']} pairs, {said['altruists']} altruists, {said['arcs']} arcs: weight {said['weight']:g} ({word}), "
            f"{said['transplants']} transplants in {len(answer.cycles)} cycles and {len(answer.chains)} chains, "
            f"{said['cpu_seconds']:.2f} s of processor"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
