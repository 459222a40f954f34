"""Runs a matrix of scenarios: one folder each, kept by the hash of all inputs, on several processes, resumable."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from optimizer import importers, policy
from optimizer.datadirs import scenarios_dir
from optimizer.disk import check_out, hold, write_files
from optimizer.disk.manifest import names as files_of
from optimizer.domain import Case
from optimizer.domain.account import place_of
from optimizer.errors import AttrifluxError, Finding, said
from optimizer.policy.beside import copy_territory
from optimizer.presentation.exactcsv import unit_csv
from optimizer.runs import Options, Result, propose_to
from optimizer.scenario import messages as messages
from optimizer.scenario.apply import apply
from optimizer.scenario.checking import checked, sound
from optimizer.scenario.comparison_files import write_comparison
from optimizer.scenario.files import (
    Run,
    Scenario,
    check_keys,
    expand,
    read_scenario,
    settings_of,
)
from optimizer.scenario.in_force import in_force
from optimizer.scenario.indicators import indicators, weekly_indicators
from optimizer.scenario.parallel import run_all, sweep, weeks_lived, weeks_of
from optimizer.scenario.records import FORMAT, RECORD
from optimizer.scenario.unused import unused
from optimizer.scenario.weekly import spread, weekly
from optimizer.synth import write_case

MARK = "scenarios.json"
REFERENCE = Run("reference", "Référence : le cas tel qu'il est", "reference", {})
NEED = ("dwellings", "applications")


@dataclass(frozen=True)
class Lived:
    """How the year is lived week by week beside the optimum; no replication: not at all."""

    replications: int
    weeks: int


@dataclass(frozen=True)
class Start:
    """A run about to be made: its own hash, that of the case it starts from, and the values it changes as they were."""

    run: Run
    mark: str
    case: str
    before: Mapping[str, str]


@dataclass(frozen=True)
class Ran:
    """What :func:`run_scenarios` did: the runs in order, those found already done, and the comparison."""

    out: Path
    runs: tuple[Run, ...]
    reused: tuple[str, ...]
    comparison: pd.DataFrame


def demo_case() -> Path:
    """The small shipped case that scenarios run on when none is given."""
    return scenarios_dir() / "demo"


def run_scenarios(
    files: Sequence[Path | str],
    out: Path,
    *,
    case: Path | None = None,
    options: Options | None = None,
    workers: int | None = None,
    reference: bool = True,
    replications: int = 0,
    weeks: int = 52,
    isolated: bool = False,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> Ran:
    """Run every scenario of the files, and the case as it is, and compare them.

    Parameters
    ----------
    files : sequence
        Paths, or names of shipped scenarios.
    out : Path
        Folder of the runs; an interrupted folder is taken up where it stopped.
    case : Path, optional
        Default: the shipped small case.
    options : Options, optional
        Of each `propose`; threads stay at 1, the runs themselves go in parallel.
    workers : int, optional
        Processes; default: all cores. Never changes a byte of the tables.
    reference : bool
        Whether to run the unchanged case first, as what the others are compared with.
    replications, weeks : int
        Replications of the year lived in weekly batches with refusals, beside the optimum; 0: none.
    isolated : bool
        Run in worker processes even when there is only one, so that an interrupt stops a solver at once.

    Raises
    ------
    AttrifluxError
        A scenario that cannot be read or whose keys are refused, before the case is read; or which does not apply to it.
    InputProblems
        The case, or the case under a scenario, cannot be used. Nothing is written.
    """
    options = options or Options(pdf=False)
    source = Path(case) if case is not None else demo_case()
    out = Path(out)
    scenarios = [read_scenario(f) for f in files]
    runs = _named(scenarios, reference)
    territory, on = settings_of(source)
    for scenario in scenarios:
        check_keys(scenario, territory, on, options.models)
    with hold(out, force=True, inputs=source, mark=MARK, shared=True):
        read = importers.read(source, need=NEED)
        sweep(out, [run.name for run in runs])
        lived = Lived(replications, weeks if replications else 0)
        key = f"{input_key(read, options)} {lived}"
        unread = _unread(scenarios, read)
        jobs = [(run, _run_key(key, run, unread.get(run.name, ()))) for run in runs]
        waiting = [(run, mark) for run, mark in jobs if not _done(out / run.name, mark)]
        reused = tuple(run.name for run, mark in jobs if _done(out / run.name, mark))
        for run, _ in waiting:
            check_out(out / run.name, force=True, mark=RECORD)
        if waiting:
            sound(read, models=options.models, accept_assumed=options.accept_assumed)
        cases = [
            (
                Start(run, mark, key, in_force(read, run.changes, options.models)),
                _checked(read, run, scenarios, options, unread.get(run.name, ())),
            )
            for run, mark in waiting
        ]
        # nothing is written before every scenario is known to apply
        out.mkdir(parents=True, exist_ok=True)
        write_files([(out / MARK, lambda file: file.write_text(_mark(runs), encoding="utf-8"))], force=True)
        _run_all(cases, out, options, lived, workers, len(runs), len(reused), progress, isolated)
        comparison = write_comparison(out, [run.name for run in runs], style=options.csv)
    return Ran(out, tuple(runs), reused, comparison)


def _named(scenarios: Sequence[Scenario], reference: bool) -> list[Run]:
    runs = [REFERENCE] if reference else []
    for scenario in scenarios:
        runs += expand(scenario)
    names = [run.name for run in runs]
    for name in names:
        if names.count(name) > 1:
            raise AttrifluxError("SCENARIO_NAME_TWICE", name=name)
    return runs


def _unread(scenarios: Sequence[Scenario], case: Case) -> dict[str, tuple[Finding, ...]]:
    """Keys that change nothing, by name of run."""
    found: dict[str, tuple[Finding, ...]] = {}
    for scenario in scenarios:
        found |= unused(expand(scenario), case.settings.negotiated)
    return found


def _checked(
    case: Case, run: Run, scenarios: Sequence[Scenario], options: Options, unread: tuple[Finding, ...]
) -> Case:
    scenario = next((s for s in scenarios if s.name == run.scenario), None)
    if scenario is None:  # the case as it is
        return apply(case, run, options.models)
    changed = checked(case, run, scenario, models=options.models, accept_assumed=options.accept_assumed)
    return replace(changed, warnings=(*changed.warnings, *unread))


def input_key(case: Case, options: Options) -> str:
    """Hash of all that a run depends on beside its own changes: files, settings, rules, options, versions."""
    settings = case.settings
    rules = policy.load(
        settings.rules_from, on=settings.on, changes=settings.changes, models=options.models, own=settings.own
    )
    content = [
        [(s.name, s.sha256) for s in sorted(case.sources, key=lambda s: s.name)],
        repr(settings), rules.fingerprint(), sorted((k, str(v)) for k, v in options.record().items()),
        [_version(name) for name in ("attriflux", "highspy", "ortools", "pulp", "numpy")],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _run_key(key: str, run: Run, unread: Sequence[Finding]) -> str:
    words = [key, run.name, run.title, sorted(run.changes.items()), *(f.sentence("en") for f in unread)]
    content = json.dumps(words, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


def _done(folder: Path, mark: str) -> bool:
    file = folder / RECORD
    if not file.is_file():
        return False
    content = json.loads(file.read_text(encoding="utf-8"))
    return bool(content.get("format") == FORMAT and content.get("key") == mark)


def _mark(runs: Sequence[Run]) -> str:
    return (
        json.dumps({"format": "attriflux-scenarios/1", "runs": [r.name for r in runs]}, ensure_ascii=False)
        + "\n"
    )


def _run_all(
    cases: Sequence[tuple[Start, Case]],
    out: Path,
    options: Options,
    lived: Lived,
    workers: int | None,
    total: int,
    done: int,
    progress: Callable[[int, int, str], None],
    isolated: bool,
) -> None:
    progress(done, total, "")
    count = min(workers or os.cpu_count() or 1, max(1, len(cases)))
    if count == 1 and not isolated:
        for start, case in cases:
            run_one(case, start, out / start.run.name, options, lived)
            done += 1
            progress(done, total, start.run.name)
        return
    ended, told = done, 0
    folders = [out / start.run.name for start, _ in cases]
    jobs = [
        (folder.name, run_one, (case, start, folder, options, lived))
        for folder, (start, case) in zip(folders, cases, strict=True)
    ]

    def finished(name: str) -> None:
        nonlocal ended
        ended += 1
        progress(ended, total, name)

    def tick() -> None:
        nonlocal told
        weeks = weeks_lived(folders)
        if weeks and weeks != told:
            told = weeks
            whole = len(folders) * lived.replications * lived.weeks
            progress(ended, total, said("COMPARISON.WEEKS", options.lang, done=weeks, whole=whole))

    try:
        run_all(jobs, count, finished, tick)
    except BaseException:
        sweep(out, [start.run.name for start, _ in cases])
        raise


def run_one(case: Case, start: Start, folder: Path, options: Options, lived: Lived) -> None:
    """One run into its folder, whole or not at all: the changed case, the checked proposal, the indicators."""
    run = start.run
    with hold(folder, force=True, mark=RECORD) as held, held.folder() as work:
        changed = work / "cas"
        write_case(replace(case, path=None), changed)
        if case.settings.territory_file is not None:
            copy_territory(case.settings.territory_file, changed / case.settings.territory)
        written = propose_to(changed, work / "resultat", options)
        table = indicators(written.result)
        if lived.replications:
            year = _lived_weekly(case, folder, options, lived)
            (work / "weekly.csv").write_bytes(unit_csv(year, options.csv))
            table = pd.concat([table, weekly_indicators(spread(year))], ignore_index=True)
        (work / "indicators.csv").write_bytes(unit_csv(table, options.csv))
        record = {
            "format": FORMAT, "key": start.mark, "case": start.case, "before": dict(start.before), "name": run.name, "title": run.title,
            "scenario": run.scenario, "changes": dict(sorted(run.changes.items())), "swept": dict(run.swept),
            "stop": written.stop, "verdict": written.verdict,
            "status": written.result.certificate["status"], "gap": str(written.result.certificate["gap"]),
            "notes": [w.sentence(options.lang) for w in case.warnings if w.code.startswith(("SCENARIO", "FLUX"))],
            "places": _places(table, written.result),
            "indicators": [[r["indicator"], r["scope"], r["unit"], r["value"]] for r in table.to_dict("records")],
        }  # fmt: skip
        record["files"] = files_of(work)
        text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True, default=str)
        (work / RECORD).write_text(text + "\n", encoding="utf-8")


def _lived_weekly(case: Case, folder: Path, options: Options, lived: Lived) -> pd.DataFrame:
    """The year week by week, with the number of weeks lived so far beside the run's folder."""
    told = weeks_of(folder)
    try:
        return weekly(
            case, weeks=lived.weeks, replications=lived.replications, options=options,
            progress=lambda done, whole: _tell(told, done),
        )  # fmt: skip
    finally:
        told.unlink(missing_ok=True)


def _tell(file: Path, weeks: int) -> None:
    file.write_text(str(weeks), encoding="utf-8")


def _places(table: pd.DataFrame, result: Result) -> dict[str, str]:
    """Names of the EPCI and collectivités that scopes of indicators give by their code."""
    pieces = sorted({piece for scope in table["scope"] for piece in str(scope).split(";")})
    values = [p.rpartition("=")[2] for p in pieces]
    codes = [place_of(value) or value for value in values]
    names = result.tables.places
    return {code: names[code] for code in codes if code in names}
