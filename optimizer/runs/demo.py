"""The demonstration on the shipped Franche-Comté territory, from nothing to verified lists.

Two synthetic sessions: one landlord's week in Grand Besançon (40 dwellings, 20,000 applications, tense market, work in
progress and leases to date), proven to the last point; then a week of the whole region (134 of its 6,985 dwellings a year,
19,247 applications, 17 landlords), to a two-thousandth. ``year`` runs the region's whole year instead, by the engine for large instances.
"""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

from optimizer.disk import hold, seal
from optimizer.errors import Lang
from optimizer.runs.options import Options
from optimizer.runs.proposing import Reporter, propose_to
from optimizer.runs.synthetic import write_synthetic

SEED = 2026
MARK = "demo.json"
"""The record of a demonstration: sealed again after each step, so that an unfinished one can be replaced."""
WEEK = 134
"""6,985 vacated dwellings a year over 52 weeks."""
WEEK_GAP, YEAR_GAP = 5e-4, 0.005
"""Relative gaps at which the region stops: a demonstration should not last minutes."""


def _retitle(settings: Path, title: str) -> None:
    """Say in the case's own title that it is one week of the profile's year."""
    lines = settings.read_text(encoding="utf-8").splitlines(keepends=True)
    settings.write_text(
        "".join(f'title: "{title}"\n' if x.startswith("title:") else x for x in lines), encoding="utf-8"
    )


def run_demo(
    out: Path,
    *,
    force: bool = False,
    small: bool = False,
    year: bool = False,
    lang: Lang = "fr",
    progress: Reporter | None = None,
) -> dict[str, object]:
    """Synthesise, propose, verify; returns the summary with where to look.

    Under ``out``: ``commission`` and ``franche-comte``, each with ``cas`` (the synthetic case) and ``resultat`` (the
    proposal). ``small`` stops after the first.
    """
    with hold(out, force=force, mark=MARK):
        out.mkdir(parents=True, exist_ok=True)
        (out / MARK).write_text(
            json.dumps({"seed": SEED, "small": small, "year": year}) + "\n", encoding="utf-8"
        )
        seal(out, MARK)
        sessions: list[tuple[str, str, int | None, float]] = [("commission", "commission", None, 0.0)]
        if not small:
            sessions.append(
                ("franche-comte", "franche-comte", None if year else WEEK, YEAR_GAP if year else WEEK_GAP)
            )
        lines: dict[str, list[str]] = {"lines_fr": [], "lines_en": []}
        summaries: dict[str, object] = {}
        for name, profile, dwellings, gap in sessions:
            folder = out / name
            if folder.exists():
                shutil.rmtree(folder)
            if progress is not None:
                progress.phase(f"Cas synthétique {name}…" if lang == "fr" else f"Synthetic case {name}…")
            write_synthetic(profile, folder / "cas", dwellings=dwellings, seed=SEED)
            if name == "franche-comte" and not year:
                _retitle(
                    folder / "cas" / "case.yaml",
                    "Franche-Comté, une semaine de logements libérés (données synthétiques)",
                )
            seal(out, MARK)
            written = propose_to(
                folder / "cas", folder / "resultat", Options(lang=lang, gap=gap), progress=progress
            )
            seal(out, MARK)
            summaries[name] = written.summary
            for key, text in lines.items():
                said = written.summary[key]
                assert isinstance(said, list)
                text += [f"— {written.result.optimum.prepared.case.settings.title}", *said]
    result, case = (shlex.quote(str(out / "commission" / name)) for name in ("resultat", "cas"))
    check = f"attriflux verify {result} --case {case}"
    lines["lines_fr"] += ["Revérifier :", f"  {check}"]
    lines["lines_en"] += ["Check again:", f"  {check}"]
    return {**summaries, **lines}
