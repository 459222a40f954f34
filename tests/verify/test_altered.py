"""Two thousand results with one place altered, drawn over every cell, field and file: refused, or equal by a rule written here.

The sixty that nobody touched are certified, as are the thousand of `tests/oracle`.
"""

from __future__ import annotations

import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from places import Altered, alter
from publish import seal

import optimizer as af
from optimizer.verify import Verdict, verify
from tests import campaign
from tests.oracle.cases import write_case

WHOLE = 2_000
RUN = campaign.part(WHOLE)
BASES = campaign.part(60, 4)
PARTS = 5

MADE = (
    "assumed", "backend", "backend_why", "fingerprint", "keep_sha256", "options", "phases", "rows", "rules", "solve_notes", "timings", "versions",
    "warm_start",
)  # fmt: skip
"""What ``run.json`` says of how the run was made: no number of the result rests on it, its own hash seals it."""
Rule = Callable[[Altered, Verdict, Verdict], bool]
"""(what was altered, verdict before, verdict after) -> whether both results say the same."""
EQUIVALENT: dict[str, Rule] = {
    "how the run was made is sealed, not recomputed": (
        lambda a, old, new: a.file == "run.json" and a.place.split(".")[0] in MADE
    ),
    "a proof is any proof: the same objective and the same bound follow from it": (
        lambda a, old, new: (
            a.file == "certificate.json"
            and a.place.split(".")[0] in ("nodes", "rows")
            and (old.objective, old.bound) == (new.objective, new.bound)
        )
    ),
    "that the optimum is the only one is said by who solved, and no line of a list rests on it": (
        lambda a, old, new: a.file == "certificate.json" and a.place == "stages.unique"
    ),
    "the dwelling of confirmed points: another one whose exchange needs as many, at the same place": (
        lambda a, old, new: a.file == "explanations.csv" and a.place == "dwelling_id"
    ),
    "marginal points that were solved again: between what the proposal itself would lose and what the proof leaves open": (
        lambda a, old, new: a.file == "rules.csv" and a.place == "marginal_points"
    ),
    "multipliers of the root from which the same losses and marginal points follow": (
        lambda a, old, new: (
            a.file == "certificate.json"
            and a.place.split(".")[0] == "root"
            and (old.objective, old.bound) == (new.objective, new.bound)
        )
    ),
}
"""The only ways an altered result may be certified."""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], tuple[Path, Path, Verdict]]:
    """(case, result, verdict) of a random case by number; do not modify the folders."""
    folder = tmp_path_factory.mktemp("results")
    made: dict[int, tuple[Path, Path, Verdict]] = {}

    def get(seed: int) -> tuple[Path, Path, Verdict]:
        if seed not in made:
            case, out = write_case(seed, folder / str(seed) / "case"), folder / str(seed) / "out"
            options = af.Options(
                accept_assumed=True, price_assumed=seed % 4 == 3, lang="en" if seed % 3 == 1 else "fr", pdf=seed % 5 == 0,
                prospects=seed % 4 * 2,
            )  # fmt: skip
            af.propose_to(case, out, options)
            made[seed] = case, out, verify(out, case)
        return made[seed]

    return get


def rule_of(altered: Altered, before: Verdict, after: Verdict) -> str:
    """The rule by which an altered result that is certified says the same; empty without one."""
    return next((name for name, holds in EQUIVALENT.items() if holds(altered, before, after)), "")


@pytest.mark.parametrize("part", range(PARTS))
def test_one_altered_place_is_refused_or_says_the_same(results, part, tmp_path, record_property):
    wrong, rules = [], Counter[str]()
    for number in range(part, RUN, PARTS):
        r = random.Random(number)
        case, out, sound = results(number // PARTS % BASES)
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(out, copy)
        altered = alter(copy, r)
        verdict = verify(copy, case)
        rule = "" if verdict.refused else rule_of(altered, sound, verdict)
        rules[rule or "refused"] += 1
        if not verdict.refused and not rule:
            wrong.append(f"{number}: {altered}")
    record_property("rules", json.dumps(rules))
    assert wrong == []


@pytest.mark.long
def test_two_rows_that_changed_places_are_refused_in_every_table(results, tmp_path):
    case, out, _ = results(3)
    for file in sorted(out.glob("*.csv")):
        head, *rows = file.read_bytes().rstrip(b"\n").split(b"\n")
        copy = tmp_path / file.stem
        shutil.copytree(out, copy)
        (copy / file.name).write_bytes(b"\n".join([head, *reversed(rows)]) + b"\n")
        seal(copy)
        failed = [check.id for check in verify(copy, case).checks if not check.ok]
        assert failed == [] if len(rows) < 2 else failed != [], file.name


@pytest.mark.long
def test_untouched_results_of_random_cases_are_certified(results):
    for seed in range(BASES):
        _, _, verdict = results(seed)
        assert [c.text("en") for c in verdict.checks if not c.ok] == []
        assert verdict.verdict.startswith("certified")


def test_every_rule_names_a_file_and_what_verify_says_of_it(results):
    """No rule excuses more than the sentence of a check owns up to."""
    _, _, verdict = results(0)
    said = " ".join(c.en for c in verdict.checks)
    for words in (
        "the list of assumed values: sealed",
        "confirmed ones: those drawn, never beyond it nor below the proof",
        "that the optimum is the only one is said, not recomputed",
        r"solved again\) within the bounds of the proof",
        "one way of writing each number",
    ):
        assert re.search(words, said)
