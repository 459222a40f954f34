"""The second program puts the program of a lottery together again from the case: whatever is changed in it is found."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import optimizer as af
from optimizer.disk import seal
from optimizer.fairness import fairness_to
from optimizer.verify import verify_lottery
from optimizer.verify.classes import Classes
from optimizer.verify.offers import ClassOptions
from optimizer.verify.program import compare, most_lettings
from optimizer.verify.rows import Book
from optimizer.verify.scores import Scores
from optimizer.verify.stages import UNIT, check_stages
from optimizer.verify.tables import read_case
from optimizer.verify.verdict import MALFORMED, Findings
from optimizer.verify.whole import shipped_models
from optimizer.verify.world import World, read_world
from optimizer.verify.year import Year

POINTS, NARROWED = (3, 40), (10, 200)


class Made:
    """One lottery, as the second program reads it."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self.case, self.out = folder / "case", folder / "out"
        af.write_case(af.synthesize("commission", dwellings=size[0], applications=size[1], seed=1), self.case)
        fairness_to(self.case, self.out, "cotation,leximin", draws=4, groups=[])
        self.proof = json.loads((self.out / "proofs.json").read_text(encoding="utf-8"))["leximin"]
        world: World = read_world(read_case(self.case, shipped_models()), shipped_models())
        scores, book = Scores(world), Book(world, False)
        scores.settle()
        Year(world, book).count()
        self.offers = ClassOptions(Classes(world, scores, book), book)
        for door, named in self.offers.classes.sweep():
            self.offers.read(door, named)
        home = {str(x): i for i, x in enumerate(world.dwellings.ids)}
        place = {str(x): i for i, x in enumerate(world.apps.ids)}
        self.members: dict[int, list[int]] = {}
        for line in pq.read_table(self.out / "types.parquet").to_pylist():
            self.members.setdefault(int(line["type"]), []).append(place[line["application_id"]])
        allocations: dict[int, list[tuple[int, int, str]]] = {}
        for line in pq.read_table(self.out / "lottery.parquet").to_pylist():
            if line["mechanism"] == "leximin":
                allocations.setdefault(line["allocation"], []).append(
                    (home[line["dwelling_id"]], int(line["type"]), line["account"])
                )
        self.allocations = list(allocations.values())

    def refused(self, program: Mapping[str, Any], members: Mapping[int, list[int]] | None = None) -> bool:
        found = Findings()
        try:
            compare("leximin", program, members or self.members, self.allocations, self.offers, found)
        except MALFORMED:
            return True
        return found.failed


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("points"), POINTS)


@pytest.fixture(scope="module", params=["points", "narrowed"])
def made(request: pytest.FixtureRequest, small: Made, tmp_path_factory: pytest.TempPathFactory) -> Made:
    found = small if request.param == "points" else Made(tmp_path_factory.mktemp("narrowed"), NARROWED)
    assert found.proof["over"] == request.param
    return found


def without(program: dict[str, Any], column: int) -> dict[str, Any]:
    owner = [t for j, t in enumerate(program["owner"]) if j != column]
    entries = [[c - (c > column), r, x] for c, r, x in program["entries"] if c != column]
    return {**program, "owner": owner, "entries": entries}


def changes(program: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every column taken away or given to another type; every coefficient, side, class, shortfall and number of people changed."""
    types = len(program["people"])
    for j in range(len(program["owner"])):
        yield f"column {j} away", without(program, j)
        owner = list(program["owner"])
        owner[j] = (owner[j] + 1) % types
        yield f"column {j} of another", {**program, "owner": owner}
    for i, (c, r, x) in enumerate(program["entries"]):
        entries = list(program["entries"])
        entries[i] = [c, r, x - 1]
        yield f"entry {c}, {r}", {**program, "entries": entries}
    for side in ("low", "high"):
        for r, x in enumerate(program[side]):
            told = list(program[side])
            told[r] = 0 if x is None else x + 1
            yield f"{side} of {program['rows'][r]}", {**program, side: told}
    for t in range(types):
        people = list(program["people"])
        people[t] += 1
        yield f"people of {t}", {**program, "people": people}
    for c in range(len(program["classes"])):
        classes = copy.deepcopy(program["classes"])
        classes[c - 1] += [classes[c].pop()]
        yield f"class {c}", {**program, "classes": classes}
    for name, n in program["missing"].items():
        if n:
            yield f"less missing of {name}", {**program, "missing": {**program["missing"], name: n - 1}}
    yield "lettings", {**program, "lettings": program["lettings"] - 1}


def test_whatever_is_changed_in_a_program_is_found(made: Made):
    program = made.proof["program"]
    assert not made.refused(program)
    # a narrowed program has hundreds of columns: every 53rd change there, every one of the small program
    tried = islice(changes(program), 0, None, 1 if made.proof["over"] == "points" else 53)
    assert not (kept := [what for what, changed in tried if not made.refused(changed)]), kept[:5]


def test_a_household_of_another_type_is_found(made: Made):
    program = made.proof["program"]
    for kind in list(made.members)[:12]:
        moved = {k: list(v) for k, v in made.members.items()}
        other = (kind + 1) % len(moved)
        moved[kind][0], moved[other][0] = moved[other][0], moved[kind][0]
        assert made.refused(program, moved), kind


def test_a_lottery_as_it_was_written_is_certified(small: Made):
    assert verify_lottery(small.out, small.case).verdict == "certified"


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("lottery", "mechanism", "cotation"), ("lottery", "allocation", None), ("lottery", "weight_num", "7"),
        ("lottery", "weight_den", "7"), ("lottery", "dwelling_id", None), ("lottery", "application_id", None),
        ("lottery", "type", None), ("lottery", "account", "RELOGEMENT"), ("types", "mechanism", "nash"),
        ("types", "type", None), ("types", "application_id", None), ("probabilities", "mechanism", "cotation"),
        ("probabilities", "application_id", None), ("probabilities", "probability", 0.123),
        ("lottery", "", "cotation"), ("lottery", "", "leximin"),
    ],
)  # fmt: skip
def test_a_change_in_any_column_of_a_lottery_is_refused(
    small: Made, tmp_path: Path, table: str, column: str, value: Any
):
    """None: what another line of the mechanism has there; no column: all lines of a mechanism are left out."""
    out = tmp_path / "out"
    out.mkdir()
    for file in small.out.iterdir():
        (out / file.name).write_bytes(file.read_bytes())
    frame = pq.read_table(out / f"{table}.parquet").to_pandas()
    mine = frame.index[frame["mechanism"] == (value if not column else "leximin")]
    if not column:
        frame.drop(index=mine).to_parquet(out / f"{table}.parquet", index=False)
        seal(out)
        assert verify_lottery(out, small.case).refused
        return
    last = frame.loc[mine[-1], column]
    others = frame.loc[mine, column]
    frame.loc[mine[-1], column] = (
        others[others != last].iloc[0] if value is None and (others != last).any() else value or "A"
    )
    frame.to_parquet(out / f"{table}.parquet", index=False)
    seal(out)
    assert verify_lottery(out, small.case).refused


def test_the_most_lettings_are_found_by_moving_others():
    """Type 0 fits classes 0 and 1, type 1 class 0 only: the first letting must move to make room for the second."""
    assert most_lettings({0: [0, 1], 1: [0]}, {0: 1, 1: 1}, [1, 1]) == 2
    assert most_lettings({0: [0, 1], 1: [0]}, {0: 5, 1: 5}, [2, 1]) == 3
    assert most_lettings({0: [0], 1: [0], 2: [1]}, {0: 1, 1: 1, 2: 1}, [1, 3]) == 2


@pytest.mark.parametrize(("bound", "fine"), [(1.0, True), (0.95, False)])
def test_a_chance_of_one_needs_no_multipliers(bound: float, fine: bool):
    """Where the tree of a stage is cut short its bound may be 1, which its multipliers need not prove: a comparison was refused for it."""

    class Told:
        members: Mapping[int, list[str]] = {0: ["a", "b"]}
        of_type: Mapping[int, Fraction] = {0: Fraction(9, 10)}

    loose = {"value": 0.9, "bound": bound, "fixed": [0], "on_types": [1.0], "on_rows": [], "on_people": [5.0]}
    program = {"people": [2], "owner": [0], "low": [], "high": [], "entries": []}
    found = Findings()
    within = check_stages(
        {"leximin": {"stages": [loose], "program": program, "error": 0.0}}, {"leximin": Told()}, found
    )
    assert found.failed is not fine
    assert within == round((bound - 0.9) * UNIT)


@pytest.mark.parametrize(
    ("on_types", "fixed"),
    [
        ([0.0, 0.0], [[0], [1]]),  # multipliers of nothing: 0 ≤ 0 held for whatever value
        ([1.0, 0.0], [[0, 1]]),  # the second type, held to the chance of the first
        ([1.0, 1e-12], [[0, 1]]),  # the same by a weight that proves nothing
    ],
)
def test_a_type_that_might_have_more_is_not_held_to_less(on_types: list[float], fixed: list[list[int]]):
    """One dwelling each: the first household has it at one chance in two by its own bound, the second could always have its own."""

    class Told:
        members: Mapping[int, list[str]] = {0: ["a", "b"], 1: ["c"]}
        of_type: Mapping[int, Fraction] = {0: Fraction(1, 2), 1: Fraction(1, 2)}

    program = {
        "people": [2, 1], "owner": [0, 1], "low": [None, None], "high": [1, 1], "entries": [[0, 0, 1], [1, 1, 1]],
    }  # fmt: skip
    stages = [
        {
            "value": 0.5, "fixed": mine, "on_types": on_types, "on_rows": [on_types[0] / 2, on_types[1]],
            "on_people": [0.0, 0.0],
        }
        for mine in fixed
    ]  # fmt: skip
    found = Findings()
    proofs = {"leximin": {"stages": stages, "program": program, "error": 0.0}}
    within = check_stages(proofs, {"leximin": Told()}, found)
    assert found.failed or within >= UNIT // 2


def test_coefficients_of_ten_thousand_do_not_magnify_what_is_rounded():
    """Thirty types of seven that a row of coefficients 9,500 keeps out: their multiplier has no end at twelve decimals."""
    types, people, by = 30, 7, 9_500

    class Told:
        members: Mapping[int, list[str]] = {t: [f"{t}-{i}" for i in range(people)] for t in range(types)}
        of_type: Mapping[int, Fraction] = {}

    stage = {
        "value": 0.0, "fixed": list(range(types)), "on_types": [1 / types] * types, "on_rows": [1 / (types * people * by)],
        "on_people": [0.0] * types,
    }  # fmt: skip
    program = {
        "people": [people] * types, "owner": list(range(types)), "low": [None], "high": [0],
        "entries": [[t, 0, by] for t in range(types)],
    }  # fmt: skip
    found = Findings()
    check_stages(
        {"leximin": {"stages": [stage], "program": program, "error": 0.0}}, {"leximin": Told()}, found
    )
    assert not found.failed
