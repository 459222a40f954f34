"""``propose``: the optimum, the lists, the independent check, the files — in that order, or nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from optimizer import pipeline
from optimizer.arguments import CALLABLE, FLAG, PATH, Kind, of_type, optional, takes
from optimizer.disk import hold, seal
from optimizer.domain import Case
from optimizer.domain.beside import both, worthwhile
from optimizer.domain.given import CASE
from optimizer.domain.memory import let_go
from optimizer.errors import AttrifluxError, Lang, define
from optimizer.pipeline import Optimum, Prepared
from optimizer.runs.chains import realised, suited_by_homes
from optimizer.runs.earlier import read_earlier
from optimizer.runs.keeping import read_kept, weighed
from optimizer.runs.large import without_pairs, without_rows
from optimizer.runs.options import OPTIONS_GIVEN, Options, options_of
from optimizer.runs.result import Result, Written
from optimizer.runs.tables import is_large, make_tables
from optimizer.runs.why_index import write_index
from optimizer.runs.writing import (
    LONGEST,
    NAMES,
    summary_of,
    write_certificate,
    write_longest,
    write_pages,
    write_run_record,
    write_tables,
)
from optimizer.solve import Earlier, Progress, SolveOptions
from optimizer.workers import workers_of

define(
    "VERIFICATION_FAILED",
    "La vérification indépendante a refusé la proposition : rien n'a été écrit ({why}).",
    "The independent check refused the proposal: nothing was written ({why}).",
)


Beside = Callable[[Path, Result], Mapping[Lang, Sequence[str]]]
"""Writes files beside a result, inside its folder; returns sentences about them by language."""


class Reporter(Protocol):
    """What shows progress: a terminal, or nothing in a notebook."""

    def phase(self, text: str) -> None:
        """A new phase begins."""

    def solving(self, bound: float | None, value: float | None) -> None:
        """Bound and value, in points, while solving."""


class Silent:
    """The reporter of the library: nothing prints."""

    def phase(self, text: str) -> None:
        """Nothing."""

    def solving(self, bound: float | None, value: float | None) -> None:
        """Nothing."""


REPORTER = Kind(
    "ce qui montre l'avancement (phase, solving)",
    "what shows progress (phase, solving)",
    lambda value: callable(getattr(value, "phase", None)) and callable(getattr(value, "solving", None)),
)
EVENT = optional(of_type(threading.Event))


def _optimise(
    prepared: Prepared,
    options: Options,
    earlier: Earlier | None,
    reporter: Reporter,
    interrupt: threading.Event | None,
) -> Optimum:
    def tell(state: Progress) -> None:
        reporter.solving(
            None if state.bound is None else state.bound / 1e6,
            None if state.value is None else state.value / 1e6,
        )

    # the other exact backends take a chain's links too; the implicit one is made for many like dwellings
    chained = bool(prepared.facts.dwellings.freed.any())
    return pipeline.optimise(
        prepared,
        SolveOptions(
            backend="highs" if chained and options.backend == "auto" else options.backend,
            gap=options.gap,
            time_limit=options.time_limit,
            threads=options.threads,
            workers=str(options.workers),
            interrupt=interrupt,
            earlier=earlier,
        ),
        progress=tell,
        phase=reporter.phase,
    )


@takes(
    case=CASE,
    options=OPTIONS_GIVEN,
    progress=optional(REPORTER),
    interrupt=EVENT,
)
def propose(
    case: Case | Path | str,
    options: Options | Mapping[str, object] | None = None,
    *,
    progress: Reporter | None = None,
    interrupt: threading.Event | None = None,
) -> Result:
    """Contingent and ranked households for every dwelling of a case, with reasons and proof.

    Parameters
    ----------
    case : Case, or path of a folder or workbook
    options : Options, or a mapping of some of them, optional
        Defaults: to the proof, backend chosen by size.

    Raises
    ------
    InputProblems
        The case cannot be used; all problems are listed.
    AttrifluxError
        ``WARM_START_UNREADABLE`` or ``WARM_START_FOREIGN``: ``options.warm_start`` is no result of this or a similar case.
        ``KEEP_UNREADABLE``: ``options.keep`` is no result.

    Examples
    --------
    >>> import optimizer as af
    >>> case = af.synthesize("commission", dwellings=4, applications=300, seed=1)
    >>> af.propose(case).dwellings["dwelling_id"].is_unique
    True
    """
    options = options_of(options)
    reporter = progress or Silent()
    workers_of(options.workers)
    earlier = None if options.warm_start is None else read_earlier(options.warm_start)
    kept = None if options.keep is None else read_kept(options.keep)
    prepared = pipeline.prepare(
        case,
        models=options.models,
        accept_assumed=options.accept_assumed,
        price_assumed=options.price_assumed,
        kept=() if kept is None else kept.first,
        chains=options.chains,
        exchanges=options.exchanges,
        lean=True,
        phase=reporter.phase,
    )
    large = is_large(prepared.problem)
    if large:
        let_go()
    optimum = _optimise(prepared, options, earlier, reporter, interrupt)
    # the proof weighs what chains may let: a first rank kept there counts in its bounds, let again or not
    held = None if kept is None else weighed(prepared.problem, kept)
    could_be_freed = suited_by_homes(prepared.problem, prepared.facts) if options.chains else None
    if options.chains:
        optimum = realised(optimum, case, options, kept)
    if large:
        let_go()
    reporter.phase("Listes et explications…" if options.lang == "fr" else "Lists and explanations…")
    clock = time.perf_counter()
    tables = make_tables(optimum, options, kept, held)
    if large:
        let_go()
    timings = dict(prepared.timings)
    timings["lists"] = time.perf_counter() - clock
    return Result(
        tables,
        optimum.solved.certificate.as_dict(),
        optimum.solved.stop,
        optimum,
        timings,
        None if earlier is None else earlier.digest,
        kept,
        could_be_freed,
    )


@takes(
    case=PATH,
    out=PATH,
    options=OPTIONS_GIVEN,
    force=FLAG,
    keep=FLAG,
    progress=optional(REPORTER),
    interrupt=EVENT,
    beside=optional(CALLABLE),
)
def propose_to(
    case: Path,
    out: Path,
    options: Options | Mapping[str, object] | None = None,
    *,
    force: bool = False,
    keep: bool = True,
    progress: Reporter | None = None,
    interrupt: threading.Event | None = None,
    beside: Beside | None = None,
) -> Written:
    """:func:`propose`, checked by `verify` and written whole into ``out``.

    Everything is written in a folder beside, which takes its place when the check has passed and disappears otherwise. The
    pages of a large run are made before the check, so that what they are made from can be let go: a country weighs
    gigabytes, and the check needs that room.

    Parameters
    ----------
    keep : whether ``Written.result`` holds the rows of a large run; without, it holds its numbers and empty tables.
    beside : writes further files into the folder, under the same manifest, and returns what the terminal says of them.

    Raises
    ------
    InputProblems
        The case cannot be used.
    AttrifluxError
        ``OUT_NOT_EMPTY`` and its like before any work; ``VERIFICATION_FAILED`` when the independent check refuses.
    """
    from optimizer.verify import verify

    options = options_of(options)
    reporter = progress or Silent()
    case, out = Path(case), Path(out)
    with hold(out, force=force, inputs=case) as held:
        result = propose(case, options, progress=reporter, interrupt=interrupt)
        timings = dict(result.timings)
        with held.folder() as work:
            large = is_large(result.optimum.prepared.problem)
            if large:
                names = _write_side_by_side(work, result, options, reporter, timings)
            else:
                clock = time.perf_counter()
                names = write_tables(work, result.tables, options)
                write_certificate(work, result.certificate)
                timings["write_tables"] = time.perf_counter() - clock
            write_run_record(work, result, options, timings, tables=names, verdict=None)
            more: Mapping[Lang, Sequence[str]] = {}
            if beside is not None:
                clock = time.perf_counter()
                more = beside(work, result)
                timings["beside"] = time.perf_counter() - clock
            if not large:
                clock = time.perf_counter()
                write_index(work, result, options.lang)
                timings["write_index"] = time.perf_counter() - clock
            if large:
                result = without_pairs(result)
                result = result if keep else without_rows(result)
                let_go()
            reporter.phase("Vérification indépendante…" if options.lang == "fr" else "Independent check…")
            clock = time.perf_counter()
            seal(work)
            verdict = verify(work, case, models=options.models)
            timings["verify"] = time.perf_counter() - clock
            if verdict.verdict == "refused":
                raise AttrifluxError("VERIFICATION_FAILED", why=verdict.sentence(options.lang))
            if not large:
                _write_pages(work, result, options, reporter, timings)
            write_run_record(work, result, options, timings, tables=names, verdict=verdict.verdict)
    summary = summary_of(result, options, out, verdict, timings, names)
    for lang, lines in more.items():
        summary[f"lines_{lang}"] = [*summary[f"lines_{lang}"], *lines]  # type: ignore[misc]
    return Written(out, result.stop, verdict.verdict, summary, result)


def _write_side_by_side(
    work: Path, result: Result, options: Options, reporter: Reporter, timings: dict[str, float]
) -> dict[str, int]:
    """Tables, certificate and pages of a large run; the longest tables meanwhile by a second process, where that pays."""
    clock = time.perf_counter()
    names: dict[str, int] = {}
    longest = result.tables.streams.keys() & LONGEST

    def others() -> None:
        names.update(write_tables(work, result.tables, options, without=longest))
        write_certificate(work, result.certificate)
        _write_pages(work, result, options, reporter, timings)

    found: dict[str, int] | None = None
    if worthwhile(len(result.optimum.prepared.problem.dwelling_ids)):
        found = both(others, lambda: write_longest(work, result.tables))
    else:
        others()
    names.update(write_longest(work, result.tables) if found is None else found)
    timings["write_tables"] = time.perf_counter() - clock - timings["write_pages"]
    place = {f"{stem}.parquet": i for i, stem in enumerate(NAMES)}
    return dict(sorted(names.items(), key=lambda item: place.get(item[0], len(place))))


def _write_pages(
    work: Path, result: Result, options: Options, reporter: Reporter, timings: dict[str, float]
) -> None:
    reporter.phase("Classeur et pages…" if options.lang == "fr" else "Workbook and pages…")
    clock = time.perf_counter()
    write_pages(work, result, options)
    timings["write_pages"] = time.perf_counter() - clock
