"""A case under a scenario, or a refusal that names the line of the scenario: what its changes broke is told under its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from optimizer import eligibility, pipeline, scoring
from optimizer.domain import Case
from optimizer.errors import AttrifluxError, Finding, InputProblems, Said
from optimizer.policy import RuleSet
from optimizer.policy.changes import parse_line_key
from optimizer.scenario import messages as messages
from optimizer.scenario.apply import apply
from optimizer.scenario.files import Run, Scenario, refusal
from optimizer.scenario.flux import conventions_of


def applied(case: Case, run: Run, scenario: Scenario, models: Path | None = None) -> tuple[Case, RuleSet]:
    """The case under a run and the rules that then hold.

    Raises
    ------
    AttrifluxError
        ``SCENARIO_NO_LANDLORD``, ``SCENARIO_REFUSED``: a key does not apply to this case, with its file and line.
    InputProblems
        Every other problem of the changed case, each under the line of the scenario that makes it.
    """
    try:
        changed = apply(case, run, models)
        return changed, pipeline.load_rules(changed, models)
    except InputProblems as problems:
        found = [(f, _first_key(run)) for f in problems.findings if f.severity == "error"]
        raise InputProblems([_told(f, key, run, scenario) for f, key in found]) from None
    except AttrifluxError as error:
        key = str(error.params.get("key", ""))
        raise (_absent(case, key, scenario, error, models) or refusal(scenario, key, error)) from None


def checked(
    case: Case, run: Run, scenario: Scenario, *, models: Path | None = None, accept_assumed: bool = False
) -> Case:
    """The case under a run, once the rules have examined it as `propose` will.

    The case itself is sound (:func:`sound`): a problem found here is the scenario's. Raises as :func:`applied`.
    """
    changed, rules = applied(case, run, scenario, models)
    problems = _errors(changed, rules, accept_assumed)
    if not problems:
        return changed
    left = dict.fromkeys((f.text() for f in problems), _first_key(run))
    for key in reversed(
        list(run.changes)
    ):  # the key without which the problem is gone; the first in the file wins
        other = replace(run, changes={k: v for k, v in run.changes.items() if k != key})
        try:
            still = {f.text() for f in _errors(*applied(case, other, scenario, models), accept_assumed)}
        except AttrifluxError:
            continue
        left |= {text: key for text in left if text not in still}
    raise InputProblems([_told(f, left[f.text()], run, scenario) for f in problems])


def sound(case: Case, *, models: Path | None = None, accept_assumed: bool = False) -> None:
    """Refuse a case that has errors of its own, before any scenario is blamed for them."""
    try:
        rules = pipeline.load_rules(case, models)
    except AttrifluxError as error:
        raise InputProblems(pipeline.told(error)) from None
    problems = _errors(case, rules, accept_assumed)
    if problems:
        raise InputProblems(problems)


def _errors(case: Case, rules: RuleSet, accept_assumed: bool) -> list[Finding]:
    reading = eligibility.examine(case, rules, accept_assumed=accept_assumed)
    found: Sequence[Finding] = (*reading.findings, *scoring.check_case(case, reading.facts, rules))
    return [f for f in found if f.severity == "error"]


def _first_key(run: Run) -> str:
    return next(iter(run.changes), "")


def _told(finding: Finding, key: str, run: Run, scenario: Scenario) -> Finding:
    """The problem at the line of its key: the rows of a changed table stand in no file that one could open."""
    file, line = scenario.lines.get(key, (f"{scenario.name}.yaml", 1))
    bare = replace(finding, file="", row=None, column=None, rows=())
    fr, en = bare.sentence("fr"), bare.sentence("en")
    why = Said(fr[:1].upper() + fr[1:], en[:1].upper() + en[1:])
    return Finding(
        "SCENARIO_PROBLEM", file=file, row=line, column=key, value=str(run.changes.get(key, "")), params={"why": why}
    )  # fmt: skip


def _absent(
    case: Case, key: str, scenario: Scenario, error: AttrifluxError, models: Path | None
) -> AttrifluxError | None:
    """The refusal of a key that names a landlord without any agreement here; None for another error."""
    landlord = parse_line_key(key)[0] if error.code == "POLICY_CHANGE_UNKNOWN" else ""
    if landlord in ("", "*") or key not in scenario.lines:
        return None
    rules = pipeline.load_rules(case, models)
    known = sorted(set(conventions_of(case, rules)["landlord"]))
    if landlord in known:
        return None
    file, line = scenario.lines[key]
    return AttrifluxError(
        "SCENARIO_NO_LANDLORD", file=file, line=line, key=key, landlord=landlord, territory=rules.title,
        known=", ".join(known[:8]) + (", …" if len(known) > 8 else ""),
    )  # fmt: skip
