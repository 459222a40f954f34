"""The whole story on one page: from a case folder to a certified optimum.

read -> rules of the day -> facts -> scores -> problem -> solve -> what it means. Each arrow is a function of frozen
values; lists, reports and files are made above from what this returns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer import eligibility, importers, policy, scoring
from optimizer.chains import Exchange, exchanges_of, with_homes
from optimizer.domain import Case, CaseSettings, Written
from optimizer.domain.memory import give_back
from optimizer.eligibility.facts import Facts
from optimizer.eligibility.pairs import before_account
from optimizer.errors import AttrifluxError, Finding, InputProblems, Said
from optimizer.problem import Evaluation, Remembered, RuleBook, build, evaluate, rule_book
from optimizer.problem.build import Held
from optimizer.problem.model import Problem
from optimizer.results import rules_table
from optimizer.solve import Progress, Solved, SolveOptions, solve

PROPOSE_TABLES = ("dwellings", "applications")
MANY_ROWS = 200_000
"""Applications from which freed memory is given back after each step."""
SOLVING = "Calcul de l'optimum et de sa preuve…"
"""The phase in which the solver is at work."""
LARGE = 20_000
"""Dwellings above which a run is that of a region or more: no page per dwelling, no table held whole without need."""
Phase = Callable[[str], None]


@dataclass(frozen=True)
class Prepared:
    """A case ready to solve, the rows of its rules counted before the run, and how long each step took (seconds)."""

    case: Case
    rules: policy.RuleSet
    facts: Facts
    scores: scoring.Scores
    problem: Problem
    book: RuleBook
    timings: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Optimum:
    """A solved case: first ranks, the counts of each rule, the proof."""

    prepared: Prepared
    solved: Solved
    evaluation: Evaluation
    rules: pd.DataFrame

    @property
    def num_run(self) -> NDArray[np.int64]:
        return self.evaluation.num_run

    @property
    def den_run(self) -> NDArray[np.int64]:
        return self.evaluation.den_run


def told(error: AttrifluxError, written: Written) -> tuple[Finding, ...]:
    """An error of the rules (unknown territory, a key that cannot be changed) as findings of the settings, at the line of their key."""
    if error.findings:
        return error.findings
    place, row = written.label, written.row
    if (
        error.code == "POLICY_NOT_IN_FORCE"
    ):  # a value of models/ that begins after the case's date: the date is what to change
        day = str(error.params["on"])
        return (Finding(error.code, file=place, row=row("on"), column="on", value=day, params=error.params),)
    key = str(error.params.get("key", ""))
    if error.code.startswith("POLICY_CHANGE_") or (error.code == "POLICY_SHARES_OVER_ONE" and key):
        shown = error.params.get("value")
        value = None if shown is None or isinstance(shown, Said) else str(shown)
        column = f"changes.{key}"
        return (
            Finding(error.code, file=place, row=row(column), column=column, value=value, params=error.params),
        )
    if error.code == "POLICY_UNKNOWN_TERRITORY":
        named = str(error.params["territory"])
        at = row("territory")
        return (
            Finding(error.code, file=place, row=at, column="territory", value=named, params=error.params),
        )
    return (Finding(error.code, file=place, params=error.params),)


def rules_told(
    settings: CaseSettings, models: Path | None = None
) -> tuple[policy.RuleSet | None, tuple[Finding, ...]]:
    """The rules of a case without the changes that cannot be made, each of which is told; None where there are no rules."""
    changes, found = dict(settings.changes), list[Finding]()
    while True:
        try:
            return policy.rules_of(replace(settings, changes=changes), models), tuple(found)
        except AttrifluxError as error:
            found += [f for f in told(error, settings.written) if f not in found]
            kept = _without(changes, error)
            if len(kept) < len(changes):
                changes = kept
                continue
            if error.code == "POLICY_UNKNOWN_TERRITORY":
                found += _wherever(settings, models)
            return None, tuple(found)


def changed_told(case: Case, models: Path | None) -> tuple[Case, tuple[Finding, ...]]:
    """The case under the changes of its own agreements, and those that cannot be made."""
    found, written = list[Finding](), case.settings.written
    try:
        changed = policy.with_own_changes(case, models, lambda error: found.extend(told(error, written)))
    except AttrifluxError:  # the rules themselves cannot be read, which is told where they are
        return case, ()
    return changed, tuple(found)


def _without(changes: Mapping[str, object], error: AttrifluxError) -> dict[str, object]:
    """The changes but those that an error speaks of: its key, or the shares of a landlord that are too many."""
    key = str(error.params.get("key", ""))
    if error.code != "POLICY_SHARES_OVER_ONE":
        return {k: v for k, v in changes.items() if k != key}
    shares = (f"conventions.{error.params['landlord']}.", "conventions.*.")
    return {k: v for k, v in changes.items() if not k.startswith(shares)}


def _wherever(settings: CaseSettings, models: Path | None) -> tuple[Finding, ...]:
    """What is wrong of the changes that no territory makes right, of a case whose own is unknown."""
    here = ("territory.", "conventions.", "cotation.")
    changes = {k: v for k, v in settings.changes.items() if not k.startswith(here)}
    for name in policy.list_territories(models) if changes else ():
        return rules_told(replace(settings, territory=name, territory_file=None, changes=changes), models)[1]
    return ()


def check_case(
    path: Path, *, models: Path | None = None, accept_assumed: bool = False, mapping: str = ""
) -> tuple[Case | None, tuple[Finding, ...]]:
    """Every problem of a case at once: those of the files, then those only the rules can tell.

    ``mapping`` names a ready mapping of column headers.
    """
    seen = look_at_case(path, models=models, accept_assumed=accept_assumed, mapping=mapping)
    return seen.case, seen.findings


@dataclass(frozen=True)
class Looked:
    """A case that was checked, and what it was checked with; ``case`` is None where its files cannot be read whole."""

    case: Case | None
    findings: tuple[Finding, ...]
    rules: policy.RuleSet | None = None
    facts: Facts | None = None
    scores: scoring.Scores | None = None


def look_at_case(
    path: Path, *, models: Path | None = None, accept_assumed: bool = False, mapping: str = ""
) -> Looked:
    """As :func:`check_case`, with the rules, facts and scores of a case that has no error."""
    case, whole, findings = importers.read_parts(path, need=PROPOSE_TABLES, models=models, mapping=mapping)
    if case is None or not whole:
        return Looked(None, (*findings, *of_part(case, findings, models, accept_assumed)))
    findings = (*findings, *importers.losses(case, findings))
    case, unmade = changed_told(case, models)
    rules, wrong = rules_told(case.settings, models)
    findings = (*findings, *unmade, *wrong)
    if rules is None:
        return Looked(case, findings)
    try:
        reading = eligibility.examine(case, rules, accept_assumed=accept_assumed)
        scores, more = scoring.look(case, reading.facts, rules)
    except policy.PolicyError as error:
        return Looked(case, (*findings, *told(error, case.settings.written)))
    findings = (*findings, *reading.findings, *more)
    if any(f.severity == "error" for f in findings):
        return Looked(case, findings)
    return Looked(case, findings, rules, reading.facts, scores)


def of_part(
    case: Case | None, known: tuple[Finding, ...], models: Path | None, accept_assumed: bool
) -> tuple[Finding, ...]:
    """What the rules say of the landlords and communes of a case that cannot be read whole, beside what is known of it."""
    if case is None:
        return ()
    case, unmade = changed_told(case, models)
    rules, wrong = rules_told(case.settings, models)
    wrong = (*unmade, *wrong)
    if any(f.column == "on" and f.severity == "error" for f in known):
        # without a date of its own no value can be said to lack on its day
        wrong = tuple(f for f in wrong if f.column != "on")
    if rules is None:
        return wrong
    return (*wrong, *eligibility.examine_part(case, rules, accept_assumed=accept_assumed))


def prepare(
    source: Case | Path | str,
    *,
    models: Path | None = None,
    accept_assumed: bool = False,
    price_assumed: bool = False,
    kept: Held = (),
    chains: int = 0,
    exchanges: bool = False,
    freed: Collection[str] | None = None,
    percentiles: bool = False,
    lean: bool = False,
    remembered: Remembered | None = None,
    phase: Phase = lambda text: None,
) -> Prepared:
    """Read (when given a path), date the rules, encode, score and build the problem.

    Parameters
    ----------
    price_assumed, kept, remembered : as :func:`optimizer.problem.build` takes them.
    chains : freed dwellings that a chain may let after its vacant one; `optimizer.chains.UNBOUNDED`: any number.
    exchanges : whether two or three tenants may exchange their dwellings beside bounded chains.
    freed : those dwellings that the case is to have; all by default.
    percentiles : scores are percentiles even where those dwellings alone would leave points as they are.
    lean : let go of the table of the applications of a large case once it is encoded and scored: only pages per
        household read it, and a country's weighs 1.3 GB.

    Raises
    ------
    InputProblems
        Every problem of every file, at once.
    """
    timings: dict[str, float] = {}
    clock = time.perf_counter()
    rows = 0

    def lap(name: str) -> None:
        nonlocal clock
        now = time.perf_counter()
        timings[name] = now - clock
        clock = now
        if rows >= MANY_ROWS:
            give_back()

    findings: tuple[Finding, ...] = ()
    read: Case | None = None
    if isinstance(source, Case):
        case, findings = importers.check_frames(source, PROPOSE_TABLES)
    else:
        phase("Lecture du dossier…")
        read, whole, findings = importers.read_parts(Path(source), need=PROPOSE_TABLES, models=models)
        if read is None or not whole:
            raise InputProblems((*findings, *of_part(read, findings, models, accept_assumed)))
        case = read
        findings = (*findings, *importers.losses(case, findings))
    rows = len(case.table("applications"))
    lap("read")
    case, unmade = changed_told(case, models)
    rules, wrong = rules_told(case.settings, models)
    findings = (*findings, *unmade, *wrong)
    if rules is None:
        raise InputProblems(findings)
    if chains:
        limit = rules.integer("national.burden.like_dwellings_above")
        communes = frozenset(rules.communes.index)
        cycles: tuple[Exchange, ...] = ()
        if exchanges and freed is None:
            alone = with_homes(case, 1, communes, limit=limit)
            cycles = _exchanges(eligibility.examine(alone, rules, accept_assumed=accept_assumed).facts)
        case = with_homes(case, chains, communes, limit=limit, only=freed, exchanges=cycles)
    lap("rules")
    phase("Contrôles et demandes recevables…")
    try:
        reading = eligibility.examine(case, rules, accept_assumed=accept_assumed)
    except policy.PolicyError as error:
        raise InputProblems((*findings, *told(error, case.settings.written))) from None
    facts = reading.facts
    lap("encode")
    found = (*findings, *reading.findings)
    if any(f.severity == "error" for f in found):
        raise InputProblems((*found, *scoring.check_case(case, facts, rules)))
    scores = scoring.score(case, facts, rules, percentiles=percentiles)
    facts = facts.with_span(scores.span)
    found = (*found, *scores.repairs, *scoring.price_warnings(scores, rules))
    case = replace(case, warnings=(*case.warnings, *(f for f in found if f not in case.warnings)))
    if lean and len(facts.dwellings.ids) > LARGE:
        case = replace(case, tables={n: frame for n, frame in case.tables.items() if n != "applications"})
        source = case
        read = None
    lap("score")
    book = rule_book(case, facts, rules, price_assumed=price_assumed)
    problem = build(case, facts, scores, rules, kept=kept, book=book, remembered=remembered)
    lap("build")
    return Prepared(case, rules, facts, scores, problem, book, timings)


def _exchanges(facts: Facts) -> tuple[Exchange, ...]:
    """The exchanges of two or three tenants, none of them refused the dwelling it would take for a reason of its own."""
    homes = facts.dwellings
    freed = np.flatnonzero(homes.freed)
    tenants, ids = homes.tenant[freed], homes.ids[freed]
    order = np.argsort(tenants, kind="stable")
    takes: dict[str, set[str]] = {str(home): set() for home in ids}
    for d, home in zip(freed.tolist(), ids.tolist(), strict=True):
        fine = before_account(facts, d, tenants[order]) == 0
        for taker in ids[order[fine]].tolist():
            takes[taker].add(home)
    return exchanges_of(takes)


def optimise(
    prepared: Prepared,
    options: SolveOptions,
    *,
    progress: Callable[[Progress], None] | None = None,
    phase: Phase = lambda text: None,
) -> Optimum:
    """Solve a prepared case and say what each rule got."""
    phase(SOLVING)
    clock = time.perf_counter()
    solved = solve(prepared.problem, options, progress=progress)
    prepared.timings["solve"] = time.perf_counter() - clock
    evaluation = evaluate(prepared.problem, solved.first)
    clock = time.perf_counter()
    rules = rules_table(prepared.problem, solved)
    prepared.timings["rules_table"] = time.perf_counter() - clock
    return Optimum(prepared, solved, evaluation, rules)
