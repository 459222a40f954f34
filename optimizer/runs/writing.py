"""What a run writes: tables, certificate, record, workbook, pages — and the ten lines said at the end."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from optimizer.disk import seal
from optimizer.errors import Lang
from optimizer.presentation.csvfile import PARQUET_FROM, write_parts, write_table
from optimizer.presentation.data import gap_sentence, proof_of, stop_sentence
from optimizer.runs.assumed import assumed_here
from optimizer.runs.chains import chains_told
from optimizer.runs.earlier import certificate_bytes
from optimizer.runs.large import SHEETS_PER_FILE
from optimizer.runs.options import Options
from optimizer.runs.tables import is_large
from optimizer.shortlist.labels import plural, spaced

if TYPE_CHECKING:
    from optimizer.runs.result import Result, Tables
    from optimizer.verify import Verdict

NAMES = (
    "proposals", "applications", "dwellings", "rules", "orientation", "leapfrogs", "explanations", "scores",
)  # fmt: skip


LONGEST = ("explanations", "scores")
"""The tables of a large run that take longest to make: `write_longest` writes them beside the others."""


def write_longest(folder: Path, tables: Tables) -> dict[str, int]:
    """Those of :data:`LONGEST` that are made part by part; lines per file name."""
    names: dict[str, int] = {}
    for stem in LONGEST:
        if stem in tables.streams:
            counted = _Counted()
            file = write_parts(counted.through(tables.streams[stem]()), folder, stem)
            names[file] = counted.rows
    return names


def write_tables(
    folder: Path, tables: Tables, options: Options, *, without: Collection[str] = ()
) -> dict[str, int]:
    """Write every table but those named in ``without``; returns lines per file name."""
    parquet = tables.parquet
    names: dict[str, int] = {}
    for stem in NAMES:
        if stem in without:
            continue
        stream = tables.streams.get(stem)
        if stream is not None:
            counted = _Counted()
            file = write_parts(counted.through(stream()), folder, stem)
            names[file] = counted.rows
            continue
        frame: pd.DataFrame = getattr(tables, stem)
        names[write_table(frame, folder, stem, style=options.csv, parquet=parquet)] = len(frame)
    if result_kept(tables):
        for stem in ("changes", "kept"):
            frame = getattr(tables, stem)
            names[write_table(frame, folder, stem, style=options.csv, parquet=parquet)] = len(frame)
    if tables.chains is not None:
        names[write_table(tables.chains, folder, "chains", style=options.csv, parquet=parquet)] = len(
            tables.chains
        )
    if tables.prospects is not None:
        names[write_table(tables.prospects, folder, "prospects", style=options.csv, parquet=parquet)] = len(
            tables.prospects
        )
    return names


def result_kept(tables: Tables) -> bool:
    """Whether an earlier result weighed in the run: its tables have their columns then, be they without rows."""
    return len(tables.kept.columns) > 0


class _Counted:
    """Rows of the parts that went through."""

    def __init__(self) -> None:
        self.rows = 0

    def through(self, parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for part in parts:
            self.rows += len(part)
            yield part


def write_certificate(folder: Path, certificate: dict[str, Any]) -> None:
    """``certificate.json``."""
    (folder / "certificate.json").write_bytes(certificate_bytes(certificate))


@cache
def versions() -> Mapping[str, str]:
    """Versions of the program and of what decides with it, read from disk once a process."""
    found: dict[str, str] = {}
    for name in ("attriflux", "numpy", "pandas", "pyarrow", "highspy", "ortools", "pulp", "numba"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return MappingProxyType(found)


def write_run_record(
    folder: Path,
    result: Result,
    options: Options,
    timings: dict[str, float],
    *,
    tables: Mapping[str, int],
    verdict: str | None,
) -> None:
    """``run.json``: options, versions, hashes of the inputs, timings (the only file that differs between two runs).

    ``tables``: rows of each table by file name, as :func:`write_tables` says.

    It is sealed over the files that lie there; :func:`write_pages` seals it again.
    """
    prepared = result.optimum.prepared
    settings = prepared.case.settings
    record = {
        "format": "attriflux-run/1",
        "title": settings.title,
        "territory": settings.territory,
        "on": settings.on.isoformat(),
        "year": settings.year,
        "landlord": settings.landlord,
        "synthetic": settings.synthetic,
        "seed": settings.seed,
        "seed_modified": settings.seed_modified,
        "options": options.record(),
        "backend": result.optimum.solved.backend,
        "backend_why": result.optimum.solved.reason_fr,
        "solve_notes": list(result.optimum.solved.notes),
        "warm_start": _warm_start(result),
        "keep_sha256": None if result.kept is None else result.kept.digest,
        "stop": result.stop,
        "replayable": result.stop in ("proven", "gap"),
        "verdict": verdict,
        "inputs": {source.name: source.sha256 for source in prepared.case.sources},
        "tables": {Path(name).stem: rows for name, rows in sorted(tables.items())},
        "rows": {source.name: source.rows for source in prepared.case.sources},
        "rules": dict(prepared.rules.files),
        "fingerprint": prepared.rules.fingerprint(),
        "assumed": [p.key for p in assumed_here(prepared.case, prepared.facts, prepared.rules)],
        "versions": dict(versions()),
        "timings": {name: round(seconds, 4) for name, seconds in timings.items()},
        "phases": {name: round(float(s), 4) for name, s in sorted(result.optimum.solved.timings.items())},
    }
    text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8")
    seal(folder)


def _warm_start(result: Result) -> dict[str, object]:
    """Whether the run started from an earlier one: which (by the hash of its certificate), and what of it served."""
    taken = result.optimum.solved.taken_over
    if taken is None:
        return {"used": False}
    return {"used": True, "certificate": result.started_from, **asdict(taken)}


def write_pages(folder: Path, result: Result, options: Options) -> None:
    """``shortlists.xlsx``, ``report.html`` and the sheets (HTML, PDF, JSON); a large run: see `runs.large`. ``run.json`` is sealed."""
    _write_pages(folder, result, options)
    seal(folder)


def _write_pages(folder: Path, result: Result, options: Options) -> None:
    from optimizer.presentation.bilingual import in_both
    from optimizer.presentation.pdf import write_pdf
    from optimizer.presentation.report import report_html
    from optimizer.presentation.session import in_session
    from optimizer.presentation.sheets import sheet_forms, sheet_pages, sheets_html, sheets_json
    from optimizer.presentation.workbook import write_workbook
    from optimizer.runs.report_data import report_data, reworded, split

    data = report_data(result, options)
    if is_large(result.optimum.prepared.problem):
        from optimizer.runs.large import write_large

        (folder / "report.html").write_text(report_html(data), encoding="utf-8")
        write_large(folder, result, data, options.csv)
        return
    single = len(data.dwellings) <= SHEETS_PER_FILE
    if not single:
        (folder / "sheets").mkdir()
    # typst works outside the interpreter's lock: the PDF is set while the workbook is written
    with ThreadPoolExecutor(max_workers=1) as setting:
        pdf = None
        kept: dict[Lang, dict[str, dict[str, Any]]] = {options.lang: {}}
        for stem, part in [("", data)] if single else split(data):
            forms = sheet_forms(part)
            pages = sheet_pages(part, forms=forms)
            base = folder / (f"sheets/{stem}" if stem else "sheets")
            kept[options.lang] |= {form["dwelling"]: form for form in forms}
            base.with_name(base.name + ".html").write_text(sheets_html(part, pages), encoding="utf-8")
            if options.pdf and pages and single:
                pdf = setting.submit(write_pdf, base.with_name(base.name + ".pdf"), part, pages)
        # what a session freezes: the very lines that are printed, of all landlords in one file, and the same in the other language
        spoken = in_both(lambda lang: reworded(data, result, options, lang))
        for lang, whole in spoken.items():
            if lang != options.lang:
                parts = [whole] if single else [part for _, part in split(whole)]
                kept[lang] = {form["dwelling"]: form for part in parts for form in sheet_forms(part)}
        order = [str(d.dwelling_id) for d in in_session(data.dwellings)]
        (folder / "sheets.json").write_bytes(
            sheets_json(spoken, {lang: [kept[lang][name] for name in order] for lang in spoken})
        )
        (folder / "report.html").write_text(report_html(data), encoding="utf-8")
        if len(data.proposals) <= PARQUET_FROM:
            write_workbook(folder / "shortlists.xlsx", data)
        else:
            for stem, part in split(data):
                write_workbook(folder / f"shortlists-{stem}.xlsx", part)
        if pdf is not None:
            pdf.result()


def _where(result: Result, out: Path, lang: Lang) -> list[str]:
    """Where to look, and what a run of that size gets instead of a page per dwelling."""
    fr, report = lang == "fr", out / "report.html"
    if is_large(result.optimum.prepared.problem):
        if fr:
            return [
                f"Trop de logements pour un classeur et une feuille par logement : listes par bailleur et département dans {out / 'lists'} "
                "(CSV), totaux dans by_landlord.csv et by_epci.csv, tables en Parquet.",
                f"Ouvrir {report} ; pour un classeur et des feuilles A4, proposer le dossier d'un bailleur.",
            ]
        return [
            f"Too many dwellings for a workbook and a sheet each: lists by landlord and département in {out / 'lists'} (CSV), "
            "totals in by_landlord.csv and by_epci.csv, tables as Parquet.",
            f"Open {report}; for a workbook and A4 sheets, propose the case of one landlord.",
        ]
    books = "shortlists.xlsx" if len(result.proposals) <= PARQUET_FROM else "shortlists-*.xlsx"
    said = [f"Ouvrir {report} ; listes : {out / books}." if fr else f"Open {report}; lists: {out / books}."]
    if len(result.dwellings) > SHEETS_PER_FILE:
        said.append(
            f"Plus de {SHEETS_PER_FILE} logements : les feuilles A4 sont dans {out / 'sheets'}, une page HTML par bailleur et "
            "département, à imprimer depuis le navigateur ; pas de PDF. Une séance en fait un de ses logements (attriflux session pack)."
            if fr
            else f"More than {SHEETS_PER_FILE} dwellings: the A4 sheets are in {out / 'sheets'}, one HTML page per landlord and "
            "département, to print from the browser; no PDF. A session makes one of its dwellings (attriflux session pack)."
        )
    return said


def summary_of(
    result: Result,
    options: Options,
    out: Path,
    verdict: Verdict,
    timings: dict[str, float],
    names: dict[str, int],
) -> dict[str, object]:
    """What the terminal says at the end, in both languages, and the same facts as data."""
    status = result.dwellings["status"].value_counts()
    listed, waiting, none = (
        int(status.get(s, 0)) for s in ("listed", "awaiting_reservataire", "no_candidate")
    )
    under_way = int(result.optimum.prepared.facts.dwellings.blocked.sum())
    people = result.applications["status"].value_counts()
    short = result.rules[(result.rules["shortfall"] > 0) & (result.rules["price"] > 0)]
    whole = np.ceil(short["shortfall"].to_numpy(np.float64)).astype(np.int64)
    limits = (
        short["rate_required"].isna().to_numpy(bool)
    )  # such a row has leases too many where others lack some
    lacking, excess = int(whole[~limits].sum()), int(whole[limits].sum())
    seconds = sum(timings.values())
    rules = next(name for name in names if name.startswith("rules."))
    ending = rules.partition(".")[2]
    fr = [
        f"{plural(len(result.dwellings), 'logement')} : {spaced(listed)} avec une liste, {spaced(waiting)} en attente du réservataire, "
        f"{spaced(none - under_way)} sans candidat"
        + (f", {spaced(under_way)} déjà en cours d'attribution." if under_way else "."),
        f"{plural(len(result.applications), 'demande')} : {spaced(int(people.get('proposed', 0)))} au premier rang, "
        f"{spaced(int(people.get('reserve', 0)))} en réserve, {plural(int(people.get('not_proposed', 0)), 'non proposée')}, "
        f"{plural(int(people.get('ineligible', 0)), 'non recevable')}.",
        _targets(lacking, excess, len(short), rules, "fr"),
        *chains_told(result, ending, "fr"),
        verdict.sentence("fr"),
        *_why_it_stopped(result, options, "fr"),
        *_where(result, out, "fr"),
        f"Temps : {seconds:.1f} s".replace(".", ",") + ". Proposition : la commission décide.",
    ]
    en = [
        f"{_english(len(result.dwellings), 'dwelling')}: {listed:,} with a list, {waiting:,} awaiting the réservataire, "
        f"{none - under_way:,} without candidate{f', {under_way:,} already in progress' if under_way else ''}.",
        f"{_english(len(result.applications), 'application')}: {_english(int(people.get('proposed', 0)), 'first rank')}, "
        f"{_english(int(people.get('reserve', 0)), 'reserve')}, "
        f"{int(people.get('not_proposed', 0)):,} not proposed, {int(people.get('ineligible', 0)):,} not eligible.",
        _targets(lacking, excess, len(short), rules, "en"),
        *chains_told(result, ending, "en"),
        verdict.sentence("en"),
        *_why_it_stopped(result, options, "en"),
        *_where(result, out, "en"),
        f"Time: {seconds:.1f} s. Proposal: the commission decides.",
    ]
    return {
        "out": str(out),
        "stop": result.stop,
        "verdict": verdict.verdict,
        "objective": result.certificate["objective"],
        "bound": result.certificate["bound"],
        "dwellings": {"listed": listed, "awaiting_reservataire": waiting, "no_candidate": none},
        "applications": {str(k): int(v) for k, v in people.items()},
        "missing_leases": lacking,
        "excess_leases": excess,
        "files": names,
        "timings": {k: round(v, 3) for k, v in timings.items()},
        "lines_fr": fr,
        "lines_en": en,
    }


def _targets(lacking: int, excess: int, rows: int, file: str, lang: Lang) -> str:
    """Leases that rows of rules lack, those that others have too many, and on how many rows."""
    if not rows:
        return (
            "Tous les objectifs prioritaires sont tenus." if lang == "fr" else "Every priced target is met."
        )
    if lang == "fr":
        parts = [f"il manque {plural(lacking, 'bail', 'baux')}"] * (lacking > 0)
        parts += [f"{plural(excess, 'bail', 'baux')} de trop"] * (excess > 0)
        return f"Objectifs : {', '.join(parts)}, sur {plural(rows, 'ligne')} ({file})."
    parts = [f"{_english(lacking, 'lease')} missing"] * (lacking > 0) + [
        f"{_english(excess, 'lease')} too many"
    ] * (excess > 0)
    return f"Targets: {', '.join(parts)}, on {_english(rows, 'row')} ({file})."


def _why_it_stopped(result: Result, options: Options, lang: Lang) -> list[str]:
    """Where the search ended before its proof: why, and what the gap may be worth; nothing beside a whole proof."""
    proof = proof_of(result.certificate, options.gap)
    if proof.status == "certified_optimal":
        return []
    filled = result.optimum.prepared.problem.fill_value / 100
    return [said for said in (stop_sentence(proof, lang), gap_sentence(proof, filled, lang)) if said]


def _english(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"
