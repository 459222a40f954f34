"""A case under a scenario, or a refusal that names the line of the scenario: what its changes broke is told under its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from optimizer import eligibility, pipeline, policy, scoring
from optimizer.conversion.assiette import bases
from optimizer.domain import Case
from optimizer.eligibility.messages import SHARES_ABOVE_CAP
from optimizer.errors import AttrifluxError, Finding, InputProblems, Said
from optimizer.policy import RuleSet
from optimizer.policy.changes import parse_line_key
from optimizer.scenario import messages as messages
from optimizer.scenario.apply import apply
from optimizer.scenario.files import Run, Scenario, place_of_key, refusal
from optimizer.scenario.flux import conventions_of


def applied(case: Case, run: Run, scenario: Scenario, models: Path | None = None) -> tuple[Case, RuleSet]:
    """The case under a run and the rules that then hold.

    Raises
    ------
    InputProblems
        ``SCENARIO_NO_LANDLORD``, ``SCENARIO_REFUSED``: a key does not apply to this case, with its file and line. Every
        other problem of the changed case, each under the line of the scenario that makes it.
    """
    try:
        changed = apply(case, run, models)
        return changed, policy.rules_of(changed.settings, models)
    except InputProblems as problems:
        errors = [f for f in problems.findings if f.severity == "error"]
        raise InputProblems(_blamed(errors, case, run, scenario, models, None)) from None
    except AttrifluxError as error:
        key = str(error.params.get("key", ""))
        raise (
            _absent(case, key, scenario, run, error, models) or refusal(scenario, run, key, error)
        ) from None


def checked(
    case: Case, run: Run, scenario: Scenario, *, models: Path | None = None, accept_assumed: bool = False
) -> Case:
    """The case under a run, once the rules have examined it as `propose` will.

    The case itself is sound (:func:`sound`): a problem found here is the scenario's. Raises as :func:`applied`.
    """
    changed, rules = applied(case, run, scenario, models)
    found = _examined(changed, rules, accept_assumed)
    problems = [*_below_nothing(changed), *(f for f in found if f.severity == "error")]
    if problems:
        raise InputProblems(_blamed(problems, case, run, scenario, models, accept_assumed))
    return _with_caps(changed, found)


def as_it_is(case: Case, run: Run, *, models: Path | None = None, accept_assumed: bool = False) -> Case:
    """The case under a run that changes nothing, what its agreements have above the caps told as for the others."""
    changed = apply(case, run, models)
    rules = policy.rules_of(changed.settings, models)
    return _with_caps(changed, _examined(changed, rules, accept_assumed))


def _with_caps(case: Case, found: Sequence[Finding]) -> Case:
    """The case with what its agreements have above the caps among its warnings, which stand beside the run on the page."""
    bare = (replace(f, row=None, column=None) for f in found if f.code == SHARES_ABOVE_CAP)
    return replace(case, warnings=(*case.warnings, *bare))


def _below_nothing(case: Case) -> list[Finding]:
    """Bases that a changed assiette takes below nothing: the reader refuses them in a file, whatever their year."""
    table = case.table("assiette")
    years = sorted(table["year"].dropna().astype(int).unique().tolist())
    none = case.table("dwellings").iloc[:0]
    return [f for year in years for f in bases(table, none, pd.Series(dtype=object), year)[1]]


def _blamed(
    problems: Sequence[Finding],
    case: Case,
    run: Run,
    scenario: Scenario,
    models: Path | None,
    accept_assumed: bool | None,
) -> list[Finding]:
    """Each problem at the line of the key that causes it: the one without which it is gone, the first in the file of several.

    A problem that two keys each make alone stands at the first key of the file. ``accept_assumed`` None: the case could not
    even be changed.
    """
    causes: dict[str, list[str]] = {f.text(): [] for f in problems}
    for key in run.changes:
        other = replace(run, changes={k: v for k, v in run.changes.items() if k != key})
        still = _problems_of(case, other, models, accept_assumed)
        if still is None:
            continue
        for text, keys in causes.items():
            if text not in still:
                keys.append(key)
    return [_told(f, next(iter(causes[f.text()]), _first_key(run)), run, scenario) for f in problems]


def _problems_of(
    case: Case, run: Run, models: Path | None, accept_assumed: bool | None
) -> frozenset[str] | None:
    """Texts of the problems of a case under a run; None where it is refused for something else."""
    try:
        changed = apply(case, run, models)
        rules = policy.rules_of(changed.settings, models)
    except InputProblems as problems:
        return frozenset(f.text() for f in problems.findings if f.severity == "error")
    except AttrifluxError:
        return None
    return (
        frozenset()
        if accept_assumed is None
        else frozenset(f.text() for f in [*_below_nothing(changed), *_errors(changed, rules, accept_assumed)])
    )


def sound(case: Case, *, models: Path | None = None, accept_assumed: bool = False) -> None:
    """Refuse a case that has errors of its own, before any scenario is blamed for them."""
    try:
        case = policy.with_own_changes(case, models)
        rules = policy.rules_of(case.settings, models)
    except AttrifluxError as error:
        raise InputProblems(pipeline.told(error, case.settings.written)) from None
    problems = _errors(case, rules, accept_assumed)
    if problems:
        raise InputProblems(problems)


def _errors(case: Case, rules: RuleSet, accept_assumed: bool) -> list[Finding]:
    return [f for f in _examined(case, rules, accept_assumed) if f.severity == "error"]


def _examined(case: Case, rules: RuleSet, accept_assumed: bool) -> Sequence[Finding]:
    reading = eligibility.examine(case, rules, accept_assumed=accept_assumed)
    return (*reading.findings, *scoring.check_case(case, reading.facts, rules))


def _first_key(run: Run) -> str:
    return next(iter(run.changes), "")


def _told(finding: Finding, key: str, run: Run, scenario: Scenario) -> Finding:
    """The problem at the line of its key: the rows of a changed table stand in no file that one could open."""
    file, line = place_of_key(scenario, run, key) or (f"{scenario.name}.yaml", 1)
    bare = replace(finding, file="", row=None, column=None, rows=())
    fr, en = bare.sentence("fr"), bare.sentence("en")
    why = Said(fr[:1].upper() + fr[1:], en[:1].upper() + en[1:])
    return Finding(
        "SCENARIO_PROBLEM", file=file, row=line, column=key, value=str(run.changes.get(key, "")), params={"why": why}
    )  # fmt: skip


def _absent(
    case: Case, key: str, scenario: Scenario, run: Run, error: AttrifluxError, models: Path | None
) -> InputProblems | None:
    """The refusal of a key that names a landlord without any agreement here; None for another error."""
    landlord = parse_line_key(key)[0] if error.code == "POLICY_CHANGE_UNKNOWN" else ""
    place = place_of_key(scenario, run, key)
    if landlord in ("", "*") or place is None:
        return None
    rules = policy.rules_of(case.settings, models)
    known = sorted(set(conventions_of(case, rules)["landlord"]))
    if landlord in known:
        return None
    file, line = place
    params = {
        "landlord": landlord, "territory": rules.title,
        "known": ", ".join(known[:8]) + (", …" if len(known) > 8 else ""),
    }  # fmt: skip
    return InputProblems(
        [
            Finding(
                "SCENARIO_NO_LANDLORD",
                file=file,
                row=line,
                column=key,
                value=str(run.changes[key]),
                params=params,
            )
        ]
    )
