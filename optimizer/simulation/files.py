"""Files of a simulation: tables, the page, the record; written whole, or nothing; finished units are kept beside until then."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimizer.arguments import CALLABLE, FLAG, LANG, NAMES, PATH, STYLE, takes
from optimizer.disk import hold, seal
from optimizer.errors import LANGS, Lang, Spaced, said
from optimizer.presentation.csvfile import Style, write_table
from optimizer.presentation.exactcsv import exact_csv
from optimizer.presentation.numbers import decimal
from optimizer.presentation.wording import signed
from optimizer.simulation.comparing import Simulation, simulate
from optimizer.simulation.page import (
    LEAST,
    compared_values,
    no_gain,
    open_proofs,
    reading,
    shown_gain,
    simulation_html,
    without_chains,
)
from optimizer.simulation.summary import TODAY
from optimizer.workers import code_mark

FORMAT = "attriflux-simulation/1"
DECIMALS = {
    **dict.fromkeys(("value", "mean", "low", "high", "paired", "paired_low", "paired_high"), 6),
    "holm_p": 12,
}
"""Decimals of numbers in CSV; with six, a p of a ten-millionth would be written 0."""


@dataclass(frozen=True)
class SimulationWritten:
    """What :func:`simulate_to` wrote, and what the terminal says of it."""

    out: Path
    result: Simulation
    summary: dict[str, object]


@takes(
    source=PATH,
    out=PATH,
    policies=NAMES,
    resume=FLAG,
    style=STYLE,
    lang=LANG,
    force=FLAG,
    progress=CALLABLE,
)
def simulate_to(
    source: Path | str,
    out: Path | str,
    policies: str | Sequence[str] = "all",
    *,
    resume: bool = False,
    style: Style = "french",
    lang: Lang = "fr",
    force: bool = False,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
    **options: Any,
) -> SimulationWritten:
    """:func:`simulate`, written whole into ``out``, or nothing.

    Parameters
    ----------
    resume : take up what a stopped simulation had finished; without it everything is lived again
    options : as :func:`simulate` takes them

    Raises
    ------
    InputProblems
        The case cannot be used.
    AttrifluxError
        ``OUT_NOT_EMPTY`` and its like, before any work; those of :func:`simulate`.
    """
    out = Path(out)
    inputs = Path(source) if Path(source).exists() else None
    with hold(out, force=force, inputs=inputs) as held:
        parts = parts_of(held.out)
        if not resume:
            shutil.rmtree(parts, ignore_errors=True)
        found = simulate(str(source), policies, parts=parts, progress=progress, **options)
        with held.folder() as work:
            write_simulation(work, found, style=style, lang=lang)
        shutil.rmtree(parts, ignore_errors=True)
    return SimulationWritten(out, found, _summary(found, out))


def parts_of(out: Path) -> Path:
    """Where the finished units of a simulation wait until all are: beside its folder, gone with its end."""
    return out.with_name(f"{out.name}.parts")


def write_simulation(folder: Path, found: Simulation, *, style: Style = "french", lang: Lang = "fr") -> None:
    """Every file of a simulation into ``folder``; same source and options, same bytes (timings apart)."""
    for name, frame in (("policies", found.table), ("policies_summary", found.summary)):
        decimals = {c: (lambda i, n=n: n) for c, n in DECIMALS.items() if c in frame.columns}
        (folder / f"{name}.csv").write_bytes(exact_csv(frame, style, decimals))
        write_table(frame, folder, name, parquet=True)
    write_table(found.weeks, folder, "weeks", parquet=True)
    (folder / "report.html").write_text(simulation_html(found, lang), encoding="utf-8")
    record = {
        "format": FORMAT,
        "title": found.title,
        "policies": [p.id for p in found.policies],
        "seeds": list(found.seeds),
        "options": found.setting.record(),
        "inputs": found.sources,
        "program": code_mark(),
        "law": found.law,
        "stop": "proven" if not open_proofs(found) else "gap",
        "timings": {"simulate": round(found.seconds, 3)},
    }
    if found.setting.chains:
        record["without_chains"] = [p.id for p in without_chains(found)]
    text = json.dumps(record, ensure_ascii=False, sort_keys=True) + "\n"
    (folder / "run.json").write_text(text, encoding="utf-8")
    seal(folder)


def _summary(found: Simulation, out: Path) -> dict[str, object]:
    unproven = open_proofs(found)

    def lines(lang: Lang) -> list[str]:
        texts = [
            said(
                "SIMULATION.DONE", lang, policies=len(found.policies), seeds=Spaced(len(found.seeds)), sessions=Spaced(len(found.weeks) - unproven)
            )
        ]  # fmt: skip
        if unproven:
            texts.append(said("SIMULATION.OPEN", lang, open=Spaced(unproven)))
        for p in found.policies:
            mean = {
                n: reading(found.summary, p.id, n)["mean"]
                for n in ("gain", "regret", "lettings", "shortfall")
            }
            measured = mean["gain"] == mean["gain"] or mean["regret"] == mean["regret"]
            texts.append(
                said(
                    "SIMULATION.LINE" if measured else "SIMULATION.LINE_ALONE", lang, name=p.title(lang), gain=shown_gain(mean["gain"], lang),
                    regret=_number(mean["regret"], lang), lettings=_number(mean["lettings"], lang),
                    shortfall=_number(mean["shortfall"], lang),
                )
            )  # fmt: skip
        if why := no_gain(found, lang):
            texts.append(why)
        texts += against_lines(found, lang)
        return [*texts, said("SIMULATION.PAGE", lang, page=out / "report.html")]

    return {
        "out": str(out),
        "policies": [p.id for p in found.policies],
        "seeds": len(found.seeds),
        "sessions": len(found.weeks),
        "open_proofs": unproven,
        **(
            {"chains": found.setting.chains, "without_chains": [p.id for p in without_chains(found)]}
            if found.setting.chains
            else {}
        ),
        **{f"lines_{x}": lines(x) for x in LANGS},
    }


def against_lines(found: Simulation, lang: Lang) -> list[str]:
    """How far chance alone may explain what the means tell apart: each policy beside today's rule, or that one draw says nothing."""
    if len(found.seeds) < 2:
        return [said("SIMULATION.ONE_DRAW", lang)] if len(found.policies) > 1 else []
    titles = {p.id: p.title(lang) for p in found.policies}
    out = []
    for row in compared_values(found):
        p, low = row["holm_p"], row["paired_low"]
        words = {
            "name": titles[row["policy"]], "today": titles[TODAY], "gap": signed(row["paired"], "points", lang),
            "p": "–" if p != p else f"< {decimal(LEAST, 3, lang)}" if p < LEAST else decimal(p, 3, lang),
        }  # fmt: skip
        if low != low:
            out.append(said("SIMULATION.LINE_ALIKE", lang, **words))
            continue
        low, high = (signed(row[end], "points", lang) for end in ("paired_low", "paired_high"))
        out.append(said("SIMULATION.LINE_AGAINST", lang, low=low, high=high, **words))
    return out


def _number(value: float, lang: Lang) -> str:
    return decimal(value, 1, lang) if value == value else "–"
