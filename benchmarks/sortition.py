"""``python -m benchmarks.sortition FOLDER --panel K [--json]``: leximin chances of a citizens' panel, without a paid solver.

Reads the sortition community's instance format: ``categories.csv`` (``category, name, min, max``) and ``respondents.csv`` (one line
per volunteer, one column per category). ``--generate PEOPLE --panel K --seeds N`` measures generated instances of the same shape.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import scipy.sparse as sp

from optimizer.errors import AttrifluxError
from optimizer.fairness.leximin.decompose import mixture
from optimizer.fairness.leximin.polytope import Polytope
from optimizer.fairness.leximin.stages import bound_of, leximin
from optimizer.fairness.measures import gini

EXACT = 1e-6
"""Error of a chance below which the lottery proves the chances."""


@dataclass(frozen=True)
class Pool:
    """Volunteers by type: the feature of each category, how many share it, and the quotas."""

    types: tuple[tuple[str, ...], ...]
    people: np.ndarray
    quotas: tuple[tuple[int, str, int, int], ...]
    """category, feature, least, most"""

    def polytope(self, panel: int) -> Polytope:
        """Panels of the given size that meet every quota."""
        rows = [[1.0 if t[c] == feature else 0.0 for t in self.types] for c, feature, _, _ in self.quotas]
        rows.append([1.0] * len(self.types))
        low = [float(least) for _, _, least, _ in self.quotas] + [float(panel)]
        high = [float(most) for _, _, _, most in self.quotas] + [float(panel)]
        n = len(self.types)
        return Polytope(
            np.arange(n, dtype=np.int32), self.people.astype(np.int64), sp.csr_matrix(np.array(rows)),
            np.array(low), np.array(high),
        )  # fmt: skip


def read(folder: Path) -> Pool:
    """Quotas and volunteers of a folder.

    Raises
    ------
    AttrifluxError
        ``SORTITION_FILE``: a file, a column or a number is missing; a volunteer has a feature no quota names.
    """
    categories, respondents = folder / "categories.csv", folder / "respondents.csv"
    wanted = _rows(categories, ("category", "name", "min", "max"))
    names = list(dict.fromkeys(row["category"] for row in wanted))
    quotas = []
    for i, row in enumerate(wanted, start=2):
        try:
            least, most = int(row["min"]), int(row["max"])
        except ValueError:
            raise _refused(
                categories,
                f"ligne {i} : min et max sont des nombres entiers",
                f"row {i}: min and max are whole numbers",
            ) from None
        quotas.append((names.index(row["category"]), row["name"], least, most))
    known = {(c, feature) for c, feature, _, _ in quotas}
    count: Counter[tuple[str, ...]] = Counter()
    for i, row in enumerate(_rows(respondents, tuple(names)), start=2):
        kind = tuple(row[name] for name in names)
        for c, feature in enumerate(kind):
            if (c, feature) not in known:
                raise _refused(
                    respondents, f"ligne {i} : « {feature} » n'est pas une valeur de {names[c]}",
                    f"row {i}: “{feature}” is no value of {names[c]}",
                )  # fmt: skip
        count[kind] += 1
    types = tuple(sorted(count))
    return Pool(types, np.array([count[t] for t in types]), tuple(quotas))


def _rows(file: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    if not file.is_file():
        raise _refused(file, "fichier introuvable", "file not found")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        missing = [c for c in columns if c not in (reader.fieldnames or [])]
        if missing:
            told = ", ".join(missing)
            raise _refused(file, f"il manque la colonne {told}", f"column {told} is missing")
        return [{k: (v or "").strip() for k, v in row.items() if k} for row in reader]


def _refused(file: Path, fr: str, en: str) -> AttrifluxError:
    return AttrifluxError("SORTITION_FILE", file=file.name, why_fr=fr, why_en=en)


def generated(people: int, panel: int, sizes: Sequence[int], seed: int) -> Pool:
    """A pool that signed up by itself: its features drift from those of the population that quotas ask for.

    Quotas are the population's shares of the panel, one seat of play on each side, within what the pool can give.
    """
    draw = Random(f"{seed}|{people}|{panel}|{sizes}")
    shares = [_shares(draw, s) for s in sizes]
    drift = [[[p * np.exp(draw.gauss(0, 1)) for p in mine] for mine in shares] for _ in range(3)]
    count: Counter[tuple[str, ...]] = Counter()
    for _ in range(people):
        who = draw.choice(drift)
        count[tuple(str(draw.choices(range(len(mine)), mine)[0]) for mine in who)] += 1
    types = tuple(sorted(count))
    quotas = []
    for c, mine in enumerate(shares):
        for f, share in enumerate(mine):
            there = sum(n for t, n in count.items() if t[c] == str(f))
            quotas.append(
                (c, str(f), min(max(0, int(share * panel) - 1), there), int(np.ceil(share * panel)) + 1)
            )
    return Pool(types, np.array([count[t] for t in types]), tuple(quotas))


def _shares(draw: Random, size: int) -> list[float]:
    found = [draw.gammavariate(4.0, 1.0) for _ in range(size)]
    return [x / sum(found) for x in found]


def solve(pool: Pool, panel: int, *, rounds: int = 2_000, time_limit: float = 600.0) -> dict[str, object]:
    """Leximin of a pool: smallest chance, Gini, seconds, whether exact or the interval that is certified."""
    begun = time.perf_counter()
    cpu = time.process_time()
    polytope = pool.polytope(panel)
    relaxed = leximin(polytope)
    found = mixture(polytope, relaxed.y, tolerance=1e-9, rounds=rounds, time_limit=time_limit)
    mean = found.weights @ np.array(found.points, np.float64)
    p = np.repeat(polytope.chances(mean), pool.people)
    free = np.ones(polytope.types, bool)
    bounds = []
    for stage in relaxed.stages:
        bounds.append(bound_of(stage, polytope, relaxed.p, free))
        free[list(stage.fixed)] = False
    assert all(polytope.holds(point) for point in found.points)
    return {
        "people": int(pool.people.sum()),
        "types": len(pool.types),
        "panel": panel,
        "smallest_probability": float(p.min()),
        "smallest_bound": float(bounds[0]) if bounds else 1.0,
        "gini": gini(p),
        "stages": len(relaxed.stages),
        "panels": len(found.points),
        "error": found.error,
        "error_at_least": found.least,
        "exact": found.error <= EXACT,
        "seconds": time.perf_counter() - begun,
        "cpu_seconds": time.process_time() - cpu,
    }


SHAPES = {
    200: (20, (2, 3, 4, 3)),
    312: (35, (2, 4, 3, 5, 2, 3)),
    404: (40, (2, 4, 3, 5, 2, 4)),
    825: (75, (2, 6, 4, 12)),
    1727: (110, (2, 4, 3, 3, 5, 2, 4)),
}
"""People -> seats and features per category of the generated instances, shaped as the published ones."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sortition", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--panel", type=int)
    parser.add_argument("--generate", type=int, metavar="PEOPLE", choices=sorted(SHAPES))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--time-limit", type=float, default=600.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        if given.generate:
            panel, sizes = SHAPES[given.generate]
            answers = []
            for seed in range(given.seeds):
                pool = generated(given.generate, given.panel or panel, sizes, seed)
                answers.append(
                    {"seed": seed, **solve(pool, given.panel or panel, time_limit=given.time_limit)}
                )
                if not given.json:
                    print(_line(answers[-1]), flush=True)
        elif given.folder is not None and given.panel:
            answers = [solve(read(given.folder), given.panel, time_limit=given.time_limit)]
            if not given.json:
                print(_line(answers[0]))
        else:
            parser.error("FOLDER and --panel, or --generate")
    except AttrifluxError as error:
        print(error.text("en"), file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps(answers if given.generate else answers[0], indent=1))
    return 0


def _line(answer: dict[str, object]) -> str:
    told = (
        "exact"
        if answer["exact"]
        else f"within {answer['error']:.1e}, at least {answer['error_at_least']:.1e}"
    )
    return (
        f"{answer['people']} people, {answer['types']} types, {answer['panel']} seats: smallest {answer['smallest_probability']:.6f}, "
        f"Gini {answer['gini']:.4f}, {answer['panels']} panels, {told}, {answer['cpu_seconds']:.2f} s of processor"
    )


if __name__ == "__main__":
    sys.exit(main())
