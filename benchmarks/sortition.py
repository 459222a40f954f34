"""``python -m benchmarks.sortition FOLDER --panel K [--json]``: leximin chances of a citizens' panel, without a paid solver.

Reads the sortition community's instance format: ``categories.csv`` (``category, name, min, max``) and ``respondents.csv`` (one line
per volunteer, one column per category). ``--generate PEOPLE --panel K --seeds N`` measures generated instances of the same shape;
``--page`` measures every shape and writes the dated page.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import numpy as np
import scipy.sparse as sp

from optimizer import __version__ as version
from optimizer.errors import AttrifluxError
from optimizer.fairness.leximin.decompose import mixture
from optimizer.fairness.leximin.polytope import Polytope, whole_point
from optimizer.fairness.leximin.stages import leximin
from optimizer.fairness.measures import gini

RESULTS = Path(__file__).parent / "results"
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


def feasible(people: int, panel: int, sizes: Sequence[int], seed: int) -> Pool:
    """The first generated pool of a seed that some panel can be drawn from: self-selection may starve a quota."""
    for attempt in range(100):
        pool = generated(people, panel, sizes, seed + 1_000 * attempt)
        polytope = pool.polytope(panel)
        if whole_point(polytope, np.zeros(len(polytope)))[0] is not None:
            return pool
    raise AttrifluxError("LEXIMIN_INFEASIBLE", why_fr="cent tirages", why_en="a hundred draws")


def _shares(draw: Random, size: int) -> list[float]:
    found = [draw.gammavariate(4.0, 1.0) for _ in range(size)]
    return [x / sum(found) for x in found]


def solve(pool: Pool, panel: int, *, rounds: int = 2_000, time_limit: float = 600.0) -> dict[str, Any]:
    """Leximin of a pool: smallest chance, Gini, seconds, whether exact or the interval that is certified."""
    begun = time.perf_counter()
    cpu = time.process_time()
    polytope = pool.polytope(panel)
    relaxed = leximin(polytope)
    found = mixture(polytope, relaxed.y, tolerance=1e-9, rounds=rounds, time_limit=time_limit)
    mean = found.weights @ np.array(found.points, np.float64)
    p = np.repeat(polytope.chances(mean), pool.people)
    told = float(np.abs(polytope.chances(mean) - relaxed.p).max(initial=0.0))
    if not all(polytope.holds(point) for point in found.points):
        raise AttrifluxError("LEXIMIN_STUCK", status="panel")
    return {
        "people": int(pool.people.sum()),
        "types": len(pool.types),
        "panel": panel,
        "smallest_probability": float(p.min()),
        "smallest_bound": float(relaxed.p.min(initial=1.0)),
        "gini": gini(p),
        "stages": len(relaxed.stages),
        "panels": len(found.points),
        "error": told,
        "error_at_least": found.least,
        "exact": told <= EXACT,
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
PUBLISHED = {200: "example_large_200: 1,161.8", 825: "cca: 433.5", 1727: "sf_e: 4,011.6"}
"""People -> published seconds of a commercial solver (Gurobi) on the real instance whose size the generated ones have."""


def page(found: dict[int, list[dict[str, Any]]], command: str) -> str:
    """The Markdown page: a table of medians and worsts, then every seed."""
    out = [
        f"# Leximin of citizens' panels without a paid solver, {datetime.now(UTC).date().isoformat()}",
        "",
        f"`{command}` · attriflux {version} · HiGHS {_highs()} · Python {platform.python_version()} · {platform.machine()}, one thread, shared machine.",
        "Seconds of processor, from the quotas to the lottery; reading files is not counted. Error: the largest difference between a chance in",
        "the lottery and the value its stage proves; exact: at most 1e-6. Every panel was checked against every quota.",
        "",
        "| people, seats, categories | types (median) | exact | seconds: median | worst | panels (median) | worst error | commercial solver, published, s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for people, answers in found.items():
        panel, sizes = SHAPES[people]
        seconds = [float(a["cpu_seconds"]) for a in answers]
        out.append(
            f"| {people:,}, {panel}, {len(sizes)} | {median(a['types'] for a in answers):.0f} | {sum(a['exact'] for a in answers)} of {len(answers)} "
            f"| {median(seconds):.2f} | {max(seconds):.2f} | {median(a['panels'] for a in answers):.0f} | {max(a['error'] for a in answers):.1e} "
            f"| {PUBLISHED.get(people, '–')} |"
        )
    out += [
        "",
        "**How it is proven.** The value of a stage is the bound its multipliers prove, so no lottery gives the types still free more; the error says",
        "how near the lottery comes to every one of these bounds.",
        "",
        "**What differs from the published times.** Those are of other pools: `cca` and `sf_e` are real, `example_large_200` is the example where",
        "everybody has one tenth. The generated ones have their people, seats and number of categories, drift from the population by",
        "three latent classes, and have quotas one seat wide on each side. Those times are of another machine, of a commercial solver (Gurobi) and",
        "of column generation over panels of people; they were not measured again here, and we do not know whether they are of the clock or of the",
        "processor. Here volunteers with the same features are one type (the leximin chances are unique, so they have the same), each stage is",
        "one small linear program, and the lottery is found by walking along the face of its answer. A real pool may have nearly as many types as",
        "people: `python -m benchmarks.sortition FOLDER --panel K` measures it.",
        "",
        "## Every seed",
        "",
        "| people | seed | types | smallest chance | Gini | stages | panels | error | exact | seconds |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for people, answers in found.items():
        for a in answers:
            out.append(
                f"| {people:,} | {a['seed']} | {a['types']} | {a['smallest_probability']:.6f} | {a['gini']:.4f} | {a['stages']} | {a['panels']} "
                f"| {a['error']:.1e} | {'yes' if a['exact'] else 'no'} | {a['cpu_seconds']:.2f} |"
            )
    return "\n".join([*out, ""])


def _highs() -> str:
    from importlib.metadata import version as of

    return of("highspy")


def measured(
    people: int, seeds: int, *, panel: int | None = None, time_limit: float = 600.0
) -> Iterator[dict[str, Any]]:
    """The generated instances of one size, seed by seed."""
    seats, sizes = SHAPES[people]
    for seed in range(seeds):
        pool = feasible(people, panel or seats, sizes, seed)
        yield {"seed": seed, **solve(pool, panel or seats, time_limit=time_limit)}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sortition", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--panel", type=int)
    parser.add_argument("--generate", type=int, metavar="PEOPLE", choices=sorted(SHAPES))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--time-limit", type=float, default=600.0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    try:
        if given.page:
            found = {n: list(measured(n, given.seeds, time_limit=given.time_limit)) for n in SHAPES}
            file = given.out / f"sortition-{datetime.now(UTC).date().isoformat()}.md"
            given.out.mkdir(parents=True, exist_ok=True)
            file.write_text(
                page(found, f"python -m benchmarks.sortition --page --seeds {given.seeds}"), encoding="utf-8"
            )
            print(file)
            return 0
        if given.generate:
            answers = []
            for one in measured(given.generate, given.seeds, panel=given.panel, time_limit=given.time_limit):
                answers.append(one)
                if not given.json:
                    print(_line(one), flush=True)
        elif given.folder is not None and given.panel:
            answers = [solve(read(given.folder), given.panel, time_limit=given.time_limit)]
            if not given.json:
                print(_line(answers[0]))
        else:
            parser.error("FOLDER and --panel, --generate, or --page")
    except AttrifluxError as error:
        print(error.text("en"), file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps(answers if given.generate else answers[0], indent=1))
    return 0


def _line(answer: dict[str, Any]) -> str:
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
