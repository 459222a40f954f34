"""OR-Library files: read, stated as allocations, solved to the optimum that another way finds, and told with what is published."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from benchmarks.orlib import __main__ as command
from benchmarks.orlib.files import Generalised, read_assignment, read_generalised
from benchmarks.orlib.known import KNOWN
from benchmarks.orlib.model import solve_assignment, solve_generalised, value_of
from optimizer.solve.transport import ScaleOptions

ONE = ScaleOptions(threads=1)


def written(cost: np.ndarray) -> str:
    return f"{len(cost)}\n" + "\n".join(" ".join(map(str, row)) for row in cost)


def drawn(seed: int, *, maximise: bool) -> tuple[Generalised, str]:
    """A problem and its file: three agents, six jobs, capacities of type C."""
    rng = np.random.default_rng(seed)
    m, n = 3, 6
    cost, resource = rng.integers(15, 26, (m, n)), rng.integers(5, 26, (m, n))
    capacity = np.full(m, int(0.9 * resource.mean() * n / m))
    rows = [f"{m} {n}", *(" ".join(map(str, row)) for row in (*cost, *resource, capacity))]
    return Generalised(cost, resource, capacity, maximise), "1\n" + "\n".join(rows)


def best(given: Generalised) -> int:
    """By trying every assignment."""
    m, n = given.cost.shape
    values = (value_of(given, np.array(agents)) for agents in product(range(m), repeat=n))
    kept = [v for v in values if v is not None]
    return max(kept) if given.maximise else min(kept)


@pytest.mark.parametrize("n", [1, 7, 40])
def test_assignment_files_are_read_and_solved(n: int) -> None:
    cost = np.random.default_rng(n).integers(1, 100, (n, n))
    answer = solve_assignment(read_assignment(written(cost)), ONE)
    assert answer.proven and answer.value == cost[linear_sum_assignment(cost)].sum()
    with pytest.raises(ValueError, match="numbers expected"):
        read_assignment(written(cost) + " 3")


@pytest.mark.parametrize("maximise", [True, False])
@pytest.mark.parametrize("seed", range(2))
def test_generalised_assignment_files_are_read_and_solved(seed: int, maximise: bool) -> None:
    given, text = drawn(seed, maximise=maximise)
    (read,) = read_generalised(text, maximise=maximise)
    assert all(np.array_equal(getattr(read, k), getattr(given, k)) for k in ("cost", "resource", "capacity"))
    answer = solve_generalised(read, ONE)
    assert answer.proven and answer.value == answer.bound == best(given) == value_of(given, answer.agent)


def test_an_overrun_or_a_job_left_out_is_no_solution() -> None:
    given, _ = drawn(0, maximise=True)
    assert value_of(given, np.zeros(6, np.int64)) is None
    assert value_of(given, np.array([-1, 0, 1, 2, 0, 1])) is None
    narrow = solve_generalised(replace(given, capacity=np.full(3, 4)), ONE)
    assert narrow.value is None and not narrow.proven


@pytest.mark.parametrize(("cut", "told"), [(slice(0, -3), "in the middle"), (slice(0, 3), "in the middle")])
def test_a_file_cut_short_is_refused(cut: slice, told: str) -> None:
    _, text = drawn(0, maximise=True)
    with pytest.raises(ValueError, match=told):
        read_generalised(text[cut], maximise=True)
    with pytest.raises(ValueError, match="goes on"):
        read_generalised(text + " 1", maximise=True)


def test_the_command_sets_values_beside_what_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cost = np.array([[4, 1], [2, 3]])
    (tmp_path / "assign100.txt").write_text(written(cost), encoding="utf-8")
    given, text = drawn(1, maximise=True)
    (tmp_path / "gap1.txt").write_text(text, encoding="utf-8")
    monkeypatch.setitem(KNOWN, "assign100", ((3, 3),))
    monkeypatch.setitem(KNOWN, "gap1", ((best(given), best(given)),))
    page = tmp_path / "page.md"
    assert command.main([str(tmp_path), "--json", "--out", str(page)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(x["file"], x["value"], x["proven"]) for x in told] == [
        ("assign100", 3, True),
        ("gap1", best(given), True),
    ]
    assert "| gap1-1 | 3 × 6 |" in page.read_text(encoding="utf-8")
    monkeypatch.setitem(KNOWN, "gap1", ((best(given) + 1,) * 2,))
    assert command.main([str(tmp_path), "--out", str(page)]) == 1
    assert "**contradiction**" in page.read_text(encoding="utf-8")


def test_a_folder_without_files_and_a_broken_file_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text, told in (("", "none of"), ("2 1", "numbers expected")):
        if text:
            (tmp_path / "assign100.txt").write_text(text, encoding="utf-8")
        with pytest.raises(SystemExit) as end:
            command.main([str(tmp_path)])
        assert end.value.code == 2 and told in capsys.readouterr().err


def test_what_is_known_of_the_hardest_files_contradicts_no_solution_that_somebody_has():
    """A proof of 12244 for gapd-6, the best solution known, ended with « contradiction »; 6346 for gapd-3 would have passed."""

    def line(problem: int, value: int) -> command.Line:
        return command.Line(
            "gapd", problem, 20, 200, value, value, True, "search", KNOWN["gapd"][problem - 1], 1.0
        )

    assert all(
        len(known) == 6 for name, known in KNOWN.items() if name.startswith("gap") and name[3] in "abcd"
    )
    assert all(low <= high for known in KNOWN.values() for low, high in known)
    assert not line(6, 12_244).contradicts and not line(3, 6_347).contradicts
    assert line(3, 6_346).contradicts and line(6, 12_245).contradicts
