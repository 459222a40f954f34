"""A dropped file that is wrong is told by its name, its line and why, whatever folder it lies in; never as an unexpected error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import optimizer as af

DROP = """
import sys
from importlib import import_module
import_module("optimizer." + sys.argv[1]).__path__.append(sys.argv[2])
if sys.argv[3] == "backend":
    from pathlib import Path
    from optimizer.cli.ending import Ending
    from optimizer.runs import propose_to
    with Ending() as ending:
        propose_to(Path(sys.argv[4]), Path(sys.argv[5]), {"pdf": False, "backend": "wrong"})
    sys.exit(ending.code)
sys.argv = ["attriflux", *sys.argv[3:]]
from optimizer.cli import main
main()
"""
"""The command line finds the names of backends in the program's own folder: a dropped one is asked for in Python."""
MECHANISM = """from optimizer.fairness.registry import mechanism
@mechanism({id!r}, title_fr="x", title_en="x", source="x", randomised=False, quotas="ignored", claims=set(), order=999)
def allocate({parameters}):
    {body}
"""
POLICY = """from dataclasses import replace
import numpy as np
from optimizer.simulation.registry import policy
from optimizer.simulation.terms import todays
@policy("wrong", title_fr="x", title_en="x", says_fr="x", says_en="x", source="x", order=999)
def terms({parameters}):
    return {answer}
"""
RULE = """from fractions import Fraction
import numpy as np
from optimizer.problem.registry import ALWAYS, Line, Mark, Pairs, RuleShape, rule
@rule(id="dalo_again", order=999, title_fr="x", source="x")
class Wrong(RuleShape):
    title_en, short, long, group = "x", ("x", "x"), ("x", "x"), ("x", "x")
    share_key = "national.rules.priority_publics.share"
    traits = {{"some": lambda ground, apps, epci: {trait}}}
    def lines(self, ground): return {lines}
    def view(self, lines, ground): return {view}
    def counted(self, lines, ground, leases): return {counted}
"""
LINE = 'Line("all", (0,), Fraction(1, 4), Fraction(0), 100, "local")'
EVERY = "np.arange(len(leases))"
FINE_RULE = {
    "trait": "np.ones(len(apps), bool)",
    "lines": f"[{LINE}]",
    "view": 'lambda place, account: [Mark(0, "some")]',
    "counted": f"Pairs({EVERY}, 0 * {EVERY}, {EVERY} >= 0)",
}


def policy_of(**changed: str) -> str:
    return POLICY.format(**{"parameters": "state", "answer": "None", **changed})


def rule_of(**changed: str) -> str:
    return RULE.format(**{**FINE_RULE, **changed})


BACKEND = """from optimizer.solve.registry import backend
@backend("wrong", features=("exact",), available=lambda: None)
def solve(job, options, watch):
    {body}
"""
COMMAND = """from optimizer.cli.app import app
@app.command()
def why(directory: str) -> None:
    print("another")
"""
METRIC = """from optimizer.fairness.measures import Reading, metric
@metric("wrong", title_fr="x", title_en="x", better="more", unit="x", source="x", order=999)
def compute(study):
    return {answer}
"""
TWO_HOMES = """from optimizer.fairness.lottery import allocation, certain
    one = 0, int(market.pair_class[0]), market.options(0)[0]
    return certain(market, allocation([one, one]))"""
UNSEEDED = """import random
    from optimizer.fairness.lottery import allocation, certain
    at = random.randrange(len(market.pair_class))
    return certain(market, allocation([(int(market.pair_app[at]), int(market.pair_class[at]), market.options(at)[0])]))"""
WRITES = """from optimizer.fairness.lottery import allocation, certain
    market.score[:] = 0
    return certain(market, allocation([]))"""
FAIRNESS = ("fairness", "{case}", "--out", "{out}", "--workers", "1", "--mechanisms", "cotation")
WRONG = (*FAIRNESS[:-1], "cotation,wrong")
SIMULATE = (
    "simulate",
    "commission",
    "--out",
    "{out}",
    "--policies",
    "wrong",
    "--seeds",
    "1",
    "--dwellings",
    "3",
    "--workers",
    "1",
)
PROPOSE = ("propose", "{case}", "--out", "{out}", "--no-pdf")
SOLVE = ("backend", "{case}", "{out}")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wrong") / "case"
    af.write_case(af.synthesize("commission", dwellings=2, applications=20, seed=1), folder)
    return folder


def run(case: Path, place: Path, folder: str, text: str, command: tuple[str, ...]) -> tuple[int, str]:
    (place / "dropped").mkdir()
    (place / "dropped" / "wrong.py").write_text(text, encoding="utf-8")
    words = [word.format(case=case, out=place / "out") for word in command]
    done = subprocess.run(
        [sys.executable, "-c", DROP, folder, str(place / "dropped"), *words], capture_output=True, text=True, check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "TMPDIR": str(place)},
    )  # fmt: skip
    assert not (place / "out").exists() and "Traceback" not in done.stderr
    return done.returncode, " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("folder", "text", "command", "line", "why"),
    [
        ("fairness.mechanisms", "def allocate(market, draw)\n    return 1\n", FAIRNESS, 1, "SyntaxError: expected ':'"),
        ("fairness.mechanisms", MECHANISM.format(id="cotation", parameters="market, draw", body="..."), FAIRNESS, 2, "'cotation' is declared twice"),
        ("fairness.mechanisms", MECHANISM.format(id="a", parameters="market, draw", body="...").replace("=999", "=10"), FAIRNESS, 2, "'a': 'cotation' has order 10"),
        ("fairness.mechanisms", MECHANISM.format(id="wrong", parameters="market", body="..."), FAIRNESS, 2, "must take (market, draw)"),
        ("fairness.mechanisms", MECHANISM.format(id="wrong", parameters="market, draw", body="return 3"), WRONG, 2, "it returned int, Lottery was expected"),
        ("fairness.metrics", METRIC.format(answer="3"), FAIRNESS, 2, "it returned int, Iterable was expected"),
        ("fairness.metrics", METRIC.format(answer="[3]"), FAIRNESS, 2, "it returned int, Reading was expected"),
        ("fairness.mechanisms", MECHANISM.format(id="wrong", parameters="market, draw", body=WRITES), WRONG, 2, "it writes into Market.score"),
        ("fairness.mechanisms", MECHANISM.format(id="wrong", parameters="market, draw", body=UNSEEDED), WRONG, 2, "it answers otherwise when it is asked again"),
        ("fairness.metrics", METRIC.format(answer="study.lottery.p.fill(0.5) or [Reading('', 1.0)]"), FAIRNESS, 2, "it writes into Lottery.p"),
        ("fairness.mechanisms", MECHANISM.format(id="a,b", parameters="market, draw", body="..."), FAIRNESS, 2, "'a,b': an id is of letters a-z, digits and _"),
        ("simulation.policies", policy_of(), SIMULATE, 5, "it returned NoneType, Terms was expected"),
        ("simulation.policies", policy_of(parameters="state, seed"), SIMULATE, 5, "must take (state)"),
        ("simulation.policies", policy_of(answer="replace(todays(state.problem), rate=np.zeros(1, np.int64))"), SIMULATE, 5, "rate has shape (1,)"),
        ("simulation.policies", policy_of().replace('says_en="x", ', ""), SIMULATE, 5, "missing 1 required keyword-only argument: 'says_en'"),
        ("fairness.mechanisms", MECHANISM.format(id="wrong", parameters="market, draw", body=TWO_HOMES), WRONG, 2, "a household is housed twice"),
        ("fairness.metrics", METRIC.format(answer='[Reading("", 1.0), Reading("", 2.0)]'), FAIRNESS, 2, "two readings of scope ''"),
        ("problem.rules", rule_of(lines="None"), PROPOSE, 9, "it returned NoneType, Sequence was expected"),
        ("problem.rules", rule_of(view='lambda place, account: [Mark(7, "some")]'), PROPOSE, 10, "a mark on line 7 of 1"),
        ("problem.rules", rule_of(trait="1"), PROPOSE, 8, "it returned int, ndarray was expected"),
        ("problem.rules", rule_of(lines=f"ground.facts.applications.dalo.fill(True) or [{LINE}]"), PROPOSE, 9, "it writes into what it is given, which others read: copy it first"),
        ("solve.backends", BACKEND.format(body="return 3"), SOLVE, 2, "it returned int, RawSolution was expected"),
        ("cli.commands", COMMAND, ("why", "{out}", "1"), 2, "command 'why' is declared twice: why.py has it"),
        ("problem.rules", "import nosuchlibrary\n", PROPOSE, 1, "ModuleNotFoundError: No module named 'nosuchlibrary'"),
    ],
)  # fmt: skip
@pytest.mark.long
def test_a_wrong_file_is_told_with_its_line(
    case: Path, tmp_path: Path, folder: str, text: str, command: tuple[str, ...], line: int, why: str
):
    code, told = run(case, tmp_path, folder, text, command)
    assert code == 2
    assert f"Le fichier déposé wrong.py, ligne {line} ne peut pas servir" in told and why in told


@pytest.mark.parametrize("error", ["ValueError", "SystemExit"])
@pytest.mark.long
def test_an_error_inside_a_dropped_file_says_where(case: Path, tmp_path: Path, error: str):
    """What the error says may hold a cell of the case: it is left out. A file that ends the program does not do so without a word."""
    text = BACKEND.format(body=f'raise {error}("354005665666903337")')
    code, told = run(case, tmp_path, "solve.backends", text, SOLVE)
    assert code == 4 and f"Erreur imprévue ({error}, wrong.py, ligne 4)" in told
    assert "354005665666903337" not in told
