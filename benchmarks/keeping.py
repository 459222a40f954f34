"""What one refusal moves, with and without ``--keep``: ``python -m benchmarks.keeping``.

For each seed a week is proposed, one household of its first ranks is set aside by a decision, and the week is proposed again:
as if nothing had been shown before, and with the first result kept. Counted: lists that are not what they were, first ranks
kept, and the points that keeping costs against the optimum without it.
"""

from __future__ import annotations

import argparse
import statistics
from dataclasses import dataclass, replace

import pandas as pd

import optimizer as af
from optimizer.domain import Case
from optimizer.runs import Options, Result, propose


@dataclass(frozen=True)
class Moved:
    """One seed. ``lost``: points against the optimum without ``--keep``; ``limit``: what they may be at most."""

    seed: int
    lists: int
    free: int
    kept: int
    lost: float
    limit: float


def without(case: Case, application: str) -> Case:
    """The case with a decision that sets a household aside everywhere."""
    known = case.table("decisions")
    line = {name: pd.NA for name in known.columns}
    line |= {"application_id": application, "decision": "forbid", "reason": "housed_elsewhere", "author": "s"}
    new = pd.DataFrame([line]).astype(known.dtypes.to_dict())
    table = pd.concat([known, new], ignore_index=True) if len(known) else new
    return replace(case, tables={**case.tables, "decisions": table}, path=None)


def firsts(result: Result) -> set[tuple[str, str, str]]:
    """(dwelling, account, household) of the first ranks with a household."""
    lines = result.proposals[(result.proposals["rank"] == 1) & (result.proposals["application_id"] != "")]
    columns = (lines[name].astype(str) for name in ("dwelling_id", "account", "application_id"))
    return set(zip(*columns, strict=True))


def lists(result: Result) -> dict[str, tuple[str, ...]]:
    """Dwelling -> account and households by rank."""
    found: dict[str, tuple[str, ...]] = {}
    for line in result.proposals.sort_values(["dwelling_id", "rank"]).itertuples():
        home = str(line.dwelling_id)
        found[home] = (*found.get(home, (str(line.account),)), str(line.application_id))
    return found


def moved(seed: int, dwellings: int, applications: int) -> Moved:
    """Counts of one seed."""
    case = af.synthesize("commission", dwellings=dwellings, applications=applications, seed=seed)
    before = propose(case, Options(pdf=False))
    told = firsts(before)
    changed = without(case, min(told)[2])
    free = propose(changed, Options(pdf=False, warm_start=before))
    kept = propose(changed, Options(pdf=False, warm_start=before, keep=before))
    weight = float(str(kept.optimum.prepared.rules.get("national.lean.keep_points")))
    own, held = len(firsts(free) & told), len(firsts(kept) & told)
    lost = float(free.certificate["objective"]) - (float(kept.certificate["objective"]) - weight * held)
    was = lists(before)

    def differ(result: Result) -> int:
        now = lists(result)
        return sum(now.get(home) != was.get(home) for home in {*was, *now})

    return Moved(seed, len(was), differ(free), differ(kept), lost, weight * (held - own))


def main() -> None:
    """Print a line for each seed, then the medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.keeping", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--dwellings", type=int, default=40)
    parser.add_argument("--applications", type=int, default=20_000)
    asked = parser.parse_args()
    print("seed  lists  moved without  moved with  points lost  at most")
    found = []
    for seed in range(asked.seeds):
        one = moved(seed, asked.dwellings, asked.applications)
        found.append(one)
        print(
            f"{one.seed:4}  {one.lists:5}  {one.free:13}  {one.kept:10}  {one.lost:11.2f}  {one.limit:7.0f}",
            flush=True,
        )
    free, kept = (statistics.median(getattr(x, name) for x in found) for name in ("free", "kept"))
    beyond = sum(x.lost > x.limit + 1e-6 for x in found)
    print(
        f"median moved: {free:g} without, {kept:g} with; more points lost than what is kept weighs: {beyond}"
    )


if __name__ == "__main__":
    main()
