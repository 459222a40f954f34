"""What a household is kept for (`awaited`), counted by hand, by plain fractions and by the other program."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import factorial
from pathlib import Path

import numpy as np
import pytest

import optimizer as af
from optimizer import eligibility, pipeline, policy
from optimizer.domain.schema import empty_frame
from optimizer.errors import InputProblems
from optimizer.problem.awaited import at_least, awaited, reserve
from optimizer.problem.export import PAIRS, pair_columns
from optimizer.verify import verify
from optimizer.verify.awaited import tail
from tests.oracle.small import dwelling, household, line, write

WHOLE = Decimal(2_000_000)
HALF = Decimal("0.5")


def plain(expected: Fraction, needed: int) -> Fraction:
    """P(Poisson(expected) ≥ needed) to a hundred digits, by the series of e^L."""
    below = sum(expected**j / factorial(j) for j in range(needed))
    return 1 - below / sum(expected**j / factorial(j) for j in range(150))


def test_the_chance_is_that_of_poisson_on_both_sides():
    for expected in (1, 100, 333, 2_000):
        for needed in (1, 3, 20):
            mine = plain(Fraction(expected, 100), needed)
            assert abs(Fraction(at_least(expected, needed)) - mine) < Fraction(1, 10**12)
            assert abs(tail(Fraction(expected, 100), needed) - mine) < Fraction(1, 10**24)
    assert at_least(0, 1) == 0 == tail(Fraction(0), 1)


def test_both_programs_round_to_the_same_hundredth():
    for expected in (5, 50, 300, 5_000, 60_000, 250_000):
        near = expected // 100
        for needed in {1, max(1, near // 2), max(1, near - 3), near + 1, near + 9, 2 * near + 70}:
            mean = Fraction(expected, 100)
            chance = (tail(mean, needed) + tail(mean, (needed + 1) // 2)) / 2
            other = 2_000_000 * min(Fraction(1, 2), chance)
            assert reserve(expected, needed, WHOLE, HALF) == int((2 * other + 1) // 2), (expected, needed)


def expecting(folder: Path, lines: list[dict[str, object]], **more: object) -> Path:
    """Two families for a T5, one of them for a T6 too, four persons alone for a T1; a T1 and a T5 to let today."""
    families = [household("F1", persons=6, rooms_wanted=[5, 6]), household("F2", persons=5, rooms_wanted=[5])]
    alone = [household(f"S{i}", rooms_wanted=[1]) for i in range(4)]
    usual = {"landlord": "OPHA", "commune": "25056", "financing": "PLUS"}
    return write(
        folder, dwellings=[dwelling("L1", rooms=1), dwelling("L5", rooms=5)], applications=[*families, *alone],
        conventions=[line("ALS", "0.2")], forecast=[usual | row for row in lines], **more,  # type: ignore[arg-type]
    )  # fmt: skip


def points(case: Path) -> dict[str, float]:
    """`awaited` of every household, points."""
    read = af.read(case)
    rules = policy.rules_of(read.settings)
    facts = eligibility.encode(read, rules)
    return dict(zip(facts.applications.ids.tolist(), (awaited(facts, rules) / 100).tolist(), strict=True))


def test_counted_by_hand_on_the_page_of_the_formulation(tmp_path: Path):
    nobody = dict.fromkeys(("S0", "S1", "S2", "S3"), 0.0)
    t5, t6 = {"rooms": 5, "expected": "0.5"}, {"rooms": 6, "expected": "0.25"}
    # two families, one T5 in two: the mean of 0.090204 and 0.393469
    assert points(expecting(tmp_path / "one", [t5])) == {"F1": 4836.73, "F2": 4836.73} | nobody
    # the T6 that one of them alone could take counts with the T5: the mean of 0.173359 and 0.527633
    assert points(expecting(tmp_path / "two", [t5, t6])) == {"F1": 7009.92, "F2": 7009.92} | nobody
    # the other way round nothing is added: a single family, T6 at 0.25: 0.221199
    assert points(expecting(tmp_path / "three", [t6])) == {"F1": 4423.98, "F2": 0.0} | nobody
    # three households with the one that will arrive, then so many dwellings that the half is reached
    many = points(expecting(tmp_path / "four", [t5 | {"arrivals": 1}, t6 | {"expected": "9"}]))
    later = 1 - (1 + 9.5) * np.exp(-9.5) / 2 - (1 + 9.5 + 9.5**2 / 2) * np.exp(-9.5) / 2
    assert later > 0.5 and many == {"F1": 10_000, "F2": 10_000} | nobody


def test_a_household_kept_away_from_every_dwelling_leaves_the_other_alone(tmp_path: Path):
    away = [{"application_id": "F1", "decision": "forbid", "reason": "withdrawn", "author": "S"}]
    found = points(expecting(tmp_path / "case", [{"rooms": 5, "expected": "0.5"}], decisions=away))
    assert found["F1"] == 0 and found["F2"] == 7869.39
    here = [away[0] | {"dwelling_id": "L5"}]
    found = points(expecting(tmp_path / "other", [{"rooms": 5, "expected": "0.5"}], decisions=here))
    assert found["F1"] == found["F2"] == 4836.73


def test_without_a_line_nothing_changes_and_with_no_weight_nothing_is_taken(tmp_path: Path):
    case = af.read(expecting(tmp_path / "case", [{"rooms": 5, "expected": "1"}]))
    plain_case = replace(case, tables={n: t for n, t in case.tables.items() if n != "forecast"})
    none = replace(case, tables={**plain_case.tables, "forecast": empty_frame("forecast")})
    off = replace(case, settings=replace(case.settings, changes={"national.awaited.weight": 0}))
    usual, kept = pipeline.prepare(plain_case).problem, pipeline.prepare(case).problem
    for problem in (pipeline.prepare(none).problem, pipeline.prepare(off).problem):
        for name in ("entry_app", "entry_score", "entry_fit", "entry_burden", "entry_type", "menu_ptr"):
            assert (getattr(problem, name) == getattr(usual, name)).all(), name
        assert not problem.awaited.any()
    at = np.flatnonzero(usual.entry_app == 1)
    assert (
        (usual.entry_fit[at].max() - kept.entry_fit[kept.entry_app == 1].max()) == kept.awaited[1] == 896_362
    )
    assert pair_columns(kept) != PAIRS == pair_columns(usual)


def test_all_problems_of_the_table_at_once(tmp_path: Path):
    bad = [
        {"rooms": 5, "expected": "-1"},
        {"rooms": "grand", "expected": "un"},
        {"rooms": 5, "expected": "1", "commune": "99999"},
    ]
    with pytest.raises(InputProblems) as refused:
        af.read(expecting(tmp_path / "case", bad))
    assert {f.file for f in refused.value.findings} == {"forecast.csv"} and len(refused.value.findings) >= 3
    known = [{"rooms": 5, "expected": "1", "commune": "39300"}, {"rooms": 5, "expected": "1"}]
    with pytest.raises(InputProblems) as outside:
        af.propose(expecting(tmp_path / "far", known), af.Options(pdf=False))
    (finding,) = (f for f in outside.value.findings if f.severity == "error")
    assert (finding.code, finding.row, finding.value) == ("ELIG_UNKNOWN_COMMUNE", 2, "39300")


def test_the_other_program_reads_the_column_again(tmp_path: Path):
    case, out = expecting(tmp_path / "case", [{"rooms": 5, "expected": "0.5"}]), tmp_path / "result"
    written = af.propose_to(case, out, af.Options(pdf=False))  # raises where its own check refuses
    first = written.result.proposals.set_index("dwelling_id").loc["L5"]
    assert set(first["awaited"]) == {4836.73} and "gardée pour un logement attendu" in first["reason"].iloc[0]
    file = out / "proposals.csv"
    file.write_text(file.read_text("utf-8").replace("4836,73", "4836,72"), "utf-8")
    failed = {check.id for check in verify(out, case, record=False).checks if not check.ok}
    assert "values" in failed
