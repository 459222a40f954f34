"""Runs a matrix of scenarios: one folder each, kept by the hash of all inputs, on several processes, resumable."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from optimizer import importers, policy
from optimizer.arguments import CALLABLE, FLAG, PATH, either, listed, of_type, optional, takes
from optimizer.datadirs import scenarios_dir
from optimizer.disk import check_out, hold, write_files
from optimizer.disk.folder import clear
from optimizer.disk.manifest import names as files_of
from optimizer.domain import Case
from optimizer.domain.account import place_of
from optimizer.domain.frames import OwnFrames
from optimizer.domain.given import CASE
from optimizer.eligibility.messages import SHARES_ABOVE_CAP
from optimizer.errors import AttrifluxError, Finding, InputProblems, said
from optimizer.policy.beside import copy_territory
from optimizer.runs import Options, Result, propose_to
from optimizer.scenario import messages as messages
from optimizer.scenario.apply import apply
from optimizer.scenario.checking import as_it_is, checked, sound
from optimizer.scenario.comparison_files import write_comparison
from optimizer.scenario.figures import figures_csv, scope_columns
from optimizer.scenario.files import (
    Run,
    Scenario,
    checked_scenarios,
    expand,
)
from optimizer.scenario.in_force import in_force
from optimizer.scenario.indicators import indicators
from optimizer.scenario.key_words import titles_of
from optimizer.scenario.placing import packed, put_in_place, sweep, weeks_lived, weeks_of
from optimizer.scenario.records import FORMAT, MARK, RECORD, TIMING, Record, read_record, seconds_of
from optimizer.scenario.tornado import first_marks
from optimizer.scenario.unused import left_unread, unused
from optimizer.scenario.watching import EVERY, Doing, doing
from optimizer.scenario.weekly import lived_values, one_week, spread, weekly
from optimizer.synth import write_case
from optimizer.workers import Unit, Workers, code_mark, run_units, workers_of

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
    unread: tuple[Finding, ...] = ()
    """Keys of the run that change nothing, said on its page."""
    origin: str = ""
    """Hash of the case, its rules and what changes an answer among the options, whatever the language and style of its files."""


@dataclass(frozen=True, repr=False)
class Ran(OwnFrames):
    """What :func:`run_scenarios` did.

    Attributes
    ----------
    out : Path or None
        Where the runs lie; None when nothing was kept.
    runs : tuple of Run
        In order, the first one being the reference.
    reused : names of the runs found already done
    comparison : DataFrame
        ``comparison.csv`` (:func:`~optimizer.scenario.records.comparison_table` says its columns).
    records : tuple of Record
        Each run's figures, proof and notes.
    """

    out: Path | None
    runs: tuple[Run, ...]
    reused: tuple[str, ...]
    comparison: pd.DataFrame
    records: tuple[Record, ...] = ()

    def __repr__(self) -> str:
        """A line: how many runs, how many reused, how many figures."""
        return f"<Ran {len(self.runs)} runs ({len(self.reused)} reused); comparison: {len(self.comparison)}>"


@dataclass(frozen=True)
class Plan:
    """What a matrix asks for: its runs, how many are done, seconds of one run, and on how many processes they go."""

    runs: tuple[Run, ...]
    done: int
    seconds_each: float
    workers: int
    from_runs: bool
    """Whether the time is that of finished runs; else one run was made to measure it."""

    @property
    def seconds(self) -> float:
        """About how long the runs that are left take."""
        return (len(self.runs) - self.done) * self.seconds_each / self.workers


def demo_case() -> Path:
    """The small shipped case that scenarios run on when none is given."""
    return scenarios_dir() / "demo"


_SCENARIO = either(of_type(Scenario), PATH)
SCENARIOS = either(_SCENARIO, listed(_SCENARIO))


@takes(
    scenarios=SCENARIOS,
    out=optional(PATH),
    case=optional(CASE),
    options=optional(of_type(Options)),
    reference=FLAG,
    isolated=FLAG,
    progress=CALLABLE,
)
def run_scenarios(
    scenarios: Sequence[Path | str | Scenario] | Path | str | Scenario,
    out: Path | str | None = None,
    *,
    case: Path | str | Case | None = None,
    options: Options | None = None,
    workers: Workers | int | str | None = 1,
    reference: bool = True,
    replications: int = 0,
    weeks: int = 52,
    isolated: bool = False,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> Ran:
    """Run every scenario, and the case as it is, and compare them.

    Parameters
    ----------
    scenarios : sequence
        Paths, names of shipped scenarios, or :class:`Scenario` values; one alone needs no list.
    out : Path, optional
        Folder of the runs; an interrupted folder is taken up where it stopped. None: nothing stays on the disk, the answer is
        in what is returned.
    case : Path or Case, optional
        A folder, a workbook, or a case in memory, checked as the reader checks files. Default: the shipped small case.
    options : Options, optional
        Of each `propose`; threads stay at 1, the runs themselves go in parallel.
    workers : Workers, int or str, optional
        ``2`` processes, ``threads:4``, the address of a Dask scheduler; None: a process for each core, which a script may ask for
        under ``if __name__ == "__main__":`` only, as every process reads it again. Never changes a byte of the tables.
    reference : bool
        Whether to run the unchanged case first, as what the others are compared with.
    replications, weeks : int
        Replications of the year lived in weekly batches with refusals, beside the optimum; 0: none.
    isolated : bool
        Run in worker processes even when there is only one, so that an interrupt stops a solver at once.
    progress : callable
        Told of every check, then of every run: done, of how many, and in words.

    Raises
    ------
    AttrifluxError
        A scenario that cannot be read or whose keys are refused, before the case is read; or which does not apply to it.
    InputProblems
        The case, or the case under a scenario, cannot be used. Nothing is written.
    """
    if out is None:
        with TemporaryDirectory(prefix="attriflux-") as work:
            ran = run_scenarios(
                scenarios, Path(work) / "runs", case=case, options=options, workers=workers, reference=reference,
                replications=replications, weeks=weeks, isolated=isolated, progress=progress,
            )  # fmt: skip
            return replace(ran, out=None)
    options = options or Options(pdf=False)
    team = workers_of(workers)
    out = Path(out)
    given = case if isinstance(case, Case) else Path(case) if case is not None else demo_case()
    inputs = None if isinstance(given, Case) else given
    asked = checked_scenarios(scenarios, given, options.models)
    runs = _named(asked, reference)
    with hold(out, force=True, inputs=inputs, mark=MARK, shared=True):
        read = _case(given)
        sweep(out, [run.name for run in runs])
        jobs, waiting = _jobs(
            read, asked, runs, out, options, Lived(replications, weeks if replications else 0)
        )
        reused = tuple(start.run.name for start in jobs if start not in waiting)
        for start in waiting:
            check_out(out / start.run.name, force=True, mark=RECORD)
        cases = _checked_all(read, asked, waiting, options, progress)
        # nothing is written before every scenario is known to apply
        out.mkdir(parents=True, exist_ok=True)
        write_files([(out / MARK, lambda file: file.write_text(_mark(runs), encoding="utf-8"))], force=True)
        lived = Lived(replications, weeks if replications else 0)
        _run_all(cases, out, options, lived, team, len(runs), len(reused), progress, isolated)
        comparison = write_comparison(out, [run.name for run in runs], style=options.csv, lang=options.lang)
        records = tuple(read_record(out / run.name) for run in runs)
    return Ran(out, tuple(runs), reused, comparison, records)


@takes(
    scenarios=SCENARIOS,
    out=PATH,
    case=optional(CASE),
    options=optional(of_type(Options)),
    reference=FLAG,
    progress=CALLABLE,
)
def plan_scenarios(
    scenarios: Sequence[Path | str | Scenario] | Path | str | Scenario,
    out: Path | str,
    *,
    case: Path | str | Case | None = None,
    options: Options | None = None,
    workers: Workers | int | str | None = 1,
    reference: bool = True,
    replications: int = 0,
    weeks: int = 52,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> Plan:
    """What :func:`run_scenarios` would do, without writing: how many runs, how many are done, about how long the rest takes.

    The scenarios are read and checked against the case as for a run. The time is that of the runs already finished in
    ``out``; where there is none, that of one run of the case as it is, made and thrown away, and of one week of it.

    Raises
    ------
    AttrifluxError, InputProblems
        As :func:`run_scenarios`.
    """
    options = options or Options(pdf=False)
    team = workers_of(workers)
    out = Path(out)
    given = case if isinstance(case, Case) else Path(case) if case is not None else demo_case()
    asked = checked_scenarios(scenarios, given, options.models)
    runs = _named(asked, reference)
    read = _case(given)
    lived = Lived(replications, weeks if replications else 0)
    jobs, waiting = _jobs(read, asked, runs, out, options, lived)
    _checked_all(read, asked, waiting, options, progress)
    known = [seconds_of(out / start.run.name) for start in jobs if start not in waiting]
    known = [seconds for seconds in known if seconds]
    if waiting and not known:
        progress(len(waiting), len(waiting), said("COMPARISON.MEASURING", options.lang))
    each = sum(known) / len(known) if known else _measured(read, options, lived) if waiting else 0.0
    count = max(1, team.for_units(len(waiting)).count)  # of a cluster nobody knows: told as if it were one
    return Plan(tuple(runs), len(jobs) - len(waiting), each, count, bool(known))


def _measured(case: Case, options: Options, lived: Lived) -> float:
    """Seconds of one run of the case as it is: proposed, checked and written aside, and its year from one week of it."""
    with TemporaryDirectory(prefix="attriflux-") as work:
        began = time.monotonic()
        run_one(
            apply(case, REFERENCE, options.models),
            Start(REFERENCE, "", "", {}),
            Path(work) / "one",
            options,
            Lived(0, 0),
        )
        seconds = time.monotonic() - began
    if lived.replications:
        began = time.monotonic()
        one_week(case, weeks=lived.weeks, options=options)
        seconds += (time.monotonic() - began) * lived.weeks * lived.replications
    return seconds


def _case(given: Path | Case) -> Case:
    if not isinstance(given, Case):
        return importers.read(given, need=NEED)
    case, findings = importers.check_frames(given, NEED)
    if any(f.severity == "error" for f in findings):
        raise InputProblems(findings)
    return case


def _jobs(
    read: Case, asked: Sequence[Scenario], runs: Sequence[Run], out: Path, options: Options, lived: Lived
) -> tuple[list[Start], list[Start]]:
    """Every run with its hash, and those that ``out`` does not hold yet."""
    # a run may read rules that the case does not (another grid), and a program that changed may answer otherwise
    key = f"{input_key(read, options)} {policy.law_mark(options.models)} {code_mark()} {lived}"
    origin = input_key(read, replace(options, csv="french", lang="fr", pdf=False, threads=1, workers=1))
    unread = _unread(asked, read)
    jobs = []
    for run in runs:
        said = unread.get(run.name, ())
        mark = _run_key(key, run, said)
        jobs.append(Start(run, mark, key, in_force(read, run.changes, options.models), said, origin))
    return jobs, [start for start in jobs if not _done(out / start.run.name, start.mark)]


def _checked_all(
    read: Case,
    asked: Sequence[Scenario],
    waiting: Sequence[Start],
    options: Options,
    progress: Callable[[int, int, str], None],
) -> list[tuple[Start, Case]]:
    """The case under every run that is to be made, each one examined as `propose` will."""
    if waiting:
        sound(read, models=options.models, accept_assumed=options.accept_assumed)
    cases = []
    for done, start in enumerate(waiting):
        progress(done, len(waiting), said("COMPARISON.CHECKING", options.lang, name=start.run.name))
        cases.append((start, _checked(read, start.run, asked, options, start.unread)))
    return cases


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
        return as_it_is(case, run, models=options.models, accept_assumed=options.accept_assumed)
    changed = checked(case, run, scenario, models=options.models, accept_assumed=options.accept_assumed)
    return replace(changed, warnings=(*changed.warnings, *unread))


def input_key(case: Case, options: Options) -> str:
    """Hash of all that a run depends on beside its own changes: files, settings, rules, options, versions."""
    settings = case.settings
    rules = policy.rules_of(settings, options.models)
    content = [
        [(s.name, s.sha256) for s in sorted(case.sources, key=lambda s: s.name)] or _digests(case),
        repr(settings), rules.fingerprint(), sorted((k, str(v)) for k, v in options.record().items()),
        [_version(name) for name in ("attriflux", "highspy", "ortools", "pulp", "numpy")],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()


def _digests(case: Case) -> list[tuple[str, str]]:
    """Hash of each table of a case that came from no file."""
    found = []
    for name, frame in sorted(case.tables.items()):
        text = frame.to_csv(index=False, lineterminator="\n")
        found.append((name, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()))
    return found


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
    workers: Workers,
    total: int,
    done: int,
    progress: Callable[[int, int, str], None],
    isolated: bool,
) -> None:
    progress(done, total, "")
    ended, told, heard = done, 0, time.monotonic()
    folders = [out / start.run.name for start, _ in cases]
    away = workers.kind == "cluster"  # which may not see our folders
    units = [
        Unit(start.mark, folder.name, sent_run if away else placed_run, (case, start, folder, options, lived))
        for folder, (start, case) in zip(folders, cases, strict=True)
    ]

    def finished(unit: Unit, answer: bytes) -> None:
        nonlocal ended
        if away:
            put_in_place(out / unit.name, answer)
        ended += 1
        progress(ended, total, unit.name)

    def tick() -> None:
        nonlocal told, heard
        weeks = weeks_lived(folders)
        if weeks and weeks != told:
            told = weeks
            whole = len(folders) * lived.replications * lived.weeks
            progress(ended, total, said("COMPARISON.WEEKS", options.lang, done=weeks, whole=whole))
            heard = time.monotonic()
        elif time.monotonic() - heard >= EVERY and (words := doing(folders, options.lang)):
            progress(ended, total, words)
            heard = time.monotonic()

    try:
        run_units(units, workers, isolated=isolated, finished=finished, tick=tick)
    except BaseException:
        sweep(out, [start.run.name for start, _ in cases])
        raise


def placed_run(case: Case, start: Start, folder: Path, options: Options, lived: Lived) -> bytes:
    """One run into its folder; nothing to send back."""
    clear(folder, RECORD)  # of a worker that was killed on it
    run_one(case, start, folder, options, lived)
    return b""


def sent_run(case: Case, start: Start, folder: Path, options: Options, lived: Lived) -> bytes:
    """One run into a folder of the machine it happens on, sent back as an archive."""
    with TemporaryDirectory(prefix="attriflux-") as work:
        made = Path(work) / folder.name
        run_one(case, start, made, options, lived)
        return packed(made)


def run_one(case: Case, start: Start, folder: Path, options: Options, lived: Lived) -> None:
    """One run into its folder, whole or not at all: the changed case, the checked proposal, the indicators."""
    run = start.run
    began = time.monotonic()
    with hold(folder, force=True, mark=RECORD) as held, held.folder() as work:
        changed = work / "cas"
        write_case(replace(case, path=None), changed)
        if case.settings.territory_file is not None:
            copy_territory(case.settings.territory_file, changed / case.settings.territory)
        watch = Doing(folder)
        try:
            written = propose_to(changed, work / "resultat", options, progress=watch)
        finally:
            watch.close()
        result = written.result
        table = indicators(result)
        each: dict[tuple[str, str, str], tuple[float | None, ...]] = {}
        if lived.replications:
            year = _lived_weekly(case, folder, options, lived)
            (work / "weekly.csv").write_bytes(_csv(year, options))
            each = lived_values(year)
            table = pd.concat([table, spread(year)], ignore_index=True)
        (work / "indicators.csv").write_bytes(_csv(table, options))
        rows = table.to_dict("records")
        idle = left_unread(run, result.optimum.prepared.rules.was_read)
        record = {
            "format": FORMAT, "key": start.mark, "case": start.case, "start": start.origin, "weeks": lived.weeks, "before": dict(start.before), "name": run.name, "title": run.title,
            "scenario": run.scenario, "changes": dict(sorted(run.changes.items())), "swept": dict(run.swept),
            "stop": written.stop, "verdict": written.verdict,
            "status": result.certificate["status"], "gap": str(result.certificate["gap"]),
            "notes": [w.sentence(options.lang) for w in (*case.warnings, *idle) if w.code == SHARES_ABOVE_CAP or w.code.startswith(("SCENARIO", "FLUX"))],
            "titles": titles_of(case, run.changes, options.models), "places": _places(table, result, run.changes), "seed": case.settings.seed, "first": first_marks(result.proposals), "assumed": _unpriced(result),
            "indicators": [[r["indicator"], r["scope"], r["unit"], r["value"]] for r in rows],
            "parts": [[r["indicator"], r["scope"], r["unit"], r["num"], r["den"]] for r in rows if r["den"] == r["den"]],
            "lived": [[*key, list(values)] for key, values in sorted(each.items())],
        }  # fmt: skip
        timing = json.dumps({"format": FORMAT, "seconds": round(time.monotonic() - began, 3)})
        (work / TIMING).write_text(timing + "\n", encoding="utf-8")
        record["files"] = files_of(work)
        text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True, default=str)
        (work / RECORD).write_text(text + "\n", encoding="utf-8")


def _csv(table: pd.DataFrame, options: Options) -> bytes:
    """A table of figures with its scopes part by part."""
    scopes = scope_columns(table["scope"].tolist()).set_axis(table.index, axis=0)
    before = [name for name in ("replication", "indicator") if name in table.columns]
    after = [name for name in table.columns if name not in (*before, "scope")]
    tidy = pd.concat([table[before], scopes, table[after]], axis=1)
    return figures_csv(tidy, options.csv)


def _unpriced(result: Result) -> list[str]:
    """Rows without price because their target is assumed and nobody said that it should weigh."""
    prepared = result.optimum.prepared
    if prepared.case.settings.synthetic:
        return []
    return [
        f"{row.rule};{row.scope}"
        for row in prepared.problem.rows
        if row.status == "assumed" and not row.price
    ]


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


def _places(table: pd.DataFrame, result: Result, keys: Iterable[str]) -> dict[str, str]:
    """Names of the EPCI and collectivités that scopes of indicators, and keys of the scenario, give by their code."""
    pieces = sorted({piece for scope in table["scope"] for piece in str(scope).split(";")})
    values = [p.rpartition("=")[2] for p in pieces]
    codes = {place_of(value) or value for value in values}
    codes |= {place_of(piece) or piece for key in keys for piece in key.split(".")}
    names = result.tables.places
    return {code: names[code] for code in sorted(codes) if code in names}
