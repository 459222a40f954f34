"""The program against the plain statement of the contract, on random small cases that mix every table.

Pairs and their values, rule rows, optimum, ties, lists, leapfrogs, statuses and reasons must be equal, and the program's own
check must accept every result. Pages say what the tables say, which `tests/presentation` holds: they are written of one case in
five.
"""

from __future__ import annotations

import csv
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

import optimizer as af
from optimizer.errors import Lang
from optimizer.problem.export import write_pairs
from optimizer.runs import proposing
from tests.oracle.campaign import groups
from tests.oracle.cases import write_case, write_table
from tests.oracle.comparison import all_differences
from tests.oracle.contract import answer

BACKENDS = ("auto", "auto", "auto", "cpsat", "pulp", "scale")
"""In turn: any of them must give the contract's answer, ties and lists included."""
PAGES_EVERY = 5


def without_pages() -> AbstractContextManager[object]:
    """Where a result is written without its workbook, report and sheets."""
    return patch.object(proposing, "write_pages")


def differences(seed: int, folder: Path) -> list[str]:
    """What the program says otherwise than the contract on the case of a seed."""
    case = write_case(seed, folder / "case")
    priced = seed % 4 == 3
    backend = BACKENDS[seed % len(BACKENDS)]
    lang: Lang = "en" if seed % 3 == 1 else "fr"
    options = af.Options(accept_assumed=True, price_assumed=priced, pdf=False, backend=backend, lang=lang)
    with nullcontext() if seed % PAGES_EVERY == 0 else without_pages():
        written = af.propose_to(case, folder / "result", options)  # raises where its own check refuses
    assert written.verdict.startswith("certified")
    pairs = folder / "pairs.csv"
    write_pairs(written.result.optimum.prepared.problem, pairs)
    return all_differences(answer(case, price_assumed=priced), written.result, pairs)


@pytest.mark.parametrize("seeds", groups(), ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_the_program_answers_as_the_contract_says(seeds: range, tmp_path: Path) -> None:
    found = {seed: differences(seed, tmp_path / str(seed)) for seed in seeds}
    assert not {seed: said[:8] for seed, said in found.items() if said}


@pytest.mark.parametrize(
    ("what", "seed"),
    [
        ("nominees of equal rank are ordered by class, value, seniority", 598),
        ("a nominee with a DALO title stands in the order of its réservataire", 571),
        ("a row of a year that brings no more leases keeps its price", 261),
    ],
)
def test_what_once_differed(what: str, seed: int, tmp_path: Path) -> None:
    assert not differences(seed, tmp_path), what


def kept_differences(seed: int, folder: Path) -> list[str]:
    """The same after one refusal, with the earlier first ranks kept."""
    case = write_case(seed, folder / "case")
    options = af.Options(accept_assumed=True, pdf=False)
    earlier = answer(case)
    with without_pages():
        af.propose_to(case, folder / "earlier", options)
    pinned = {row["dwelling_id"] for row in earlier.market.pins}
    named = [o for o in earlier.chosen if o.application and o.dwelling not in pinned]
    if named:
        forbid(case, named[0].dwelling, str(named[0].application))
    kept = frozenset((o.dwelling, o.application, o.account) for o in earlier.chosen if o.application)
    with without_pages():
        again = af.propose_to(case, folder / "again", replace(options, keep=folder / "earlier"))
    return all_differences(answer(case, kept=kept), again.result, None)


def forbid(case: Path, d: str, a: str) -> None:
    """Add a decision: the household withdraws from the dwelling."""
    path = case / "decisions.csv"
    rows: list[dict[str, object]] = []
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as lines:
            rows += [dict(row) for row in csv.DictReader(lines)]
    row = {"dwelling_id": d, "application_id": a, "decision": "forbid", "reason": "withdrawn", "author": "S"}
    write_table(path, [*rows, row])


@pytest.mark.parametrize("seed", [group[0] for group in groups(25)])
def test_kept_first_ranks_weigh_what_the_contract_says(seed: int, tmp_path: Path) -> None:
    assert not kept_differences(2_000 + seed, tmp_path)
