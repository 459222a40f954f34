"""The public functions of ``optimizer`` handed what they do not take: a sentence of the house, never one from inside."""

import inspect
import pickle
from pathlib import Path

import pandas as pd
import pytest

import optimizer as af
from optimizer.arguments import PATH, WORDS, WrongArgument, listed


def _function(name):
    """The function of a public name, which may be its package once that is imported."""
    found = getattr(af, name)
    return (
        getattr(found, name) if inspect.ismodule(found) and name not in ("scenario", "statement") else found
    )


FUNCTIONS = {name: _function(name) for name in af.__all__ if inspect.isroutine(_function(name))}
JUDGED_BY_THEMSELVES = {
    "year", "draws", "steps", "workers", "seeds", "years", "session", "chains", "dwellings", "applications", "pool", "arrivals",
    "publics", "refusals", "freed", "sessions", "backend", "gap", "seed", "replications", "weeks", "format", "options",
}  # fmt: skip
"""Arguments that have a code of their own for every value that does not fit."""


@pytest.fixture(scope="module")
def week():
    return af.synthesize("commission", dwellings=4, applications=40, seed=1)


def test_every_argument_of_a_public_function_is_looked_at():
    """A new argument is named here until its function says what it takes."""
    assert len(FUNCTIONS) > 20
    silent = []
    for name, function in FUNCTIONS.items():
        kinds = inspect.getclosurevars(function).nonlocals.get("kinds", {})
        assert not [argument for argument, kind in kinds.items() if kind.holds(object())]
        known = inspect.signature(function).parameters.values()
        plain = {p.name for p in known if p.kind is not p.VAR_KEYWORD}
        judged = JUDGED_BY_THEMSELVES | ({"tight"} if name == "simulate" else set())
        silent += [(name, argument) for argument in sorted(plain - set(kinds) - judged)]
        defaults = {p.name: p.default for p in known if p.default is not p.empty}
        assert all(kind.holds(defaults[n]) for n, kind in kinds.items() if n in defaults), name
    assert not silent


@pytest.mark.parametrize(
    ("call", "function", "argument"),
    [
        (lambda c: af.read(3), "af.read", "path"),
        (lambda c: af.read(None), "af.read", "path"),
        (lambda c: af.read("dossier", need="dwellings"), "af.read", "need"),
        (lambda c: af.read("a\0b"), "af.read", "path"),
        (lambda c: af.propose(3), "af.propose", "case"),
        (lambda c: af.propose(c, 3), "af.propose", "options"),
        (lambda c: af.propose(c, pd.DataFrame()), "af.propose", "options"),
        (lambda c: af.propose(c, {"warm_start": 3}), "af.Options", "warm_start"),
        (lambda c: af.propose(c, {"keep": 3}), "af.Options", "keep"),
        (lambda c: af.propose(c, {"models": 3}), "af.Options", "models"),
        (lambda c: af.propose(c, {"backend": ["highs"]}), "af.Options", "backend"),
        (lambda c: af.Session(None), "af.Session", "case"),
        (lambda c: af.Session(c).decide("refuse", dwelling=3, application="D1"), "af.Session.decide", "dwelling"),
        (lambda c: af.case(3, c.settings), "af.case", "frames"),
        (lambda c: af.why(3, "D1"), "af.why", "result"),
        (lambda c: af.why("r", 25), "af.why", "application"),
        (lambda c: af.dashboard(c, "prefet", 25), "af.dashboard", "of"),
        (lambda c: af.bilan(c, 2026, against="liste.csv"), "af.bilan", "against"),
        (lambda c: af.bilan_to("d", 2026, "o", lang="de"), "af.bilan_to", "lang"),
        (lambda c: af.flux_to("d", "o", lang="de"), "af.flux_to", "lang"),
        (lambda c: af.compare("essais"), "af.compare", "folders"),
        (lambda c: af.new_grid("dalo"), "af.new_grid", "criteria"),
        (lambda c: af.verify(3, "d"), "af.verify", "out_dir"),
        (lambda c: af.write_case("d", "e"), "af.write_case", "case"),
        (lambda c: af.fairness(3), "af.fairness", "case"),
        (lambda c: af.simulate(3), "af.simulate", "source"),
        (lambda c: af.synthesize("commission", tight="no"), "af.synthesize", "tight"),
        (lambda c: af.run_scenarios(3), "af.run_scenarios", "scenarios"),
        (lambda c: af.Scenario("x", changes=3), "af.Scenario", "changes"),
        (lambda c: af.Scenario("x", over={"national.prices.flux": 3}), "af.Scenario", "over"),
        (lambda c: af.case({}, af.CaseSettings("t", "doubs", "2026-01-01", 2026)), "af.CaseSettings", "on"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_told_by_its_name(week, call, function, argument):
    with pytest.raises(WrongArgument) as caught:
        call(week)
    error = caught.value
    assert isinstance(error, TypeError) and error.code == "ARGUMENT_KIND"
    assert str(error).startswith(f"{function} : l'argument « {argument} » est ") and "Attendu : " in str(
        error
    )
    assert error.text("en").startswith(f"{function}: the argument “{argument}” is ")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_the_value_of_a_wrong_argument_is_not_shown():
    """It may be the number of a household, or a path."""
    with pytest.raises(WrongArgument) as caught:
        af.why("resultat", 250_199_012_345_678)
    assert "250" not in str(caught.value)


def test_a_missing_argument_is_told_as_python_tells_it():
    with pytest.raises(TypeError, match=r"read\(\) missing 1 required positional argument: 'path'"):
        af.read()


def test_paths_and_words():
    assert PATH.holds("a") and PATH.holds(Path("a")) and not PATH.holds(b"a") and not PATH.holds("a\0")
    assert WORDS.holds(["a"]) and WORDS.holds({"a"}) and not WORDS.holds("a") and not WORDS.holds([1])
    assert listed(PATH).holds(("a", Path("b"))) and not listed(PATH).holds([3])


@pytest.mark.long
def test_a_folder_of_the_law_may_be_named_by_a_text(tmp_path, week):
    """Its record read `name` of a text, after the whole run."""
    from optimizer.datadirs import models_dir

    af.write_case(week, tmp_path / "d")
    af.propose_to(tmp_path / "d", tmp_path / "o", {"models": str(models_dir()), "pdf": False})
    assert (tmp_path / "o" / "run.json").is_file()
