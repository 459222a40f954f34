"""Files of a comparison of grids: five tables, a workbook, a record."""

from __future__ import annotations

import json
from pathlib import Path

from optimizer import importers
from optimizer.errors import Lang
from optimizer.reports.csvfile import Style, write_table
from optimizer.runs import Options
from optimizer.runs.folder import atomic_folder, check_out
from optimizer.scenario.books import write_book
from optimizer.scenario.cotation import GridTest, cotation_test


def cotation_to(
    grid_a: str,
    grid_b: str,
    case: Path,
    out: Path,
    *,
    style: Style = "french",
    lang: Lang = "fr",
    models: Path | None = None,
    accept_assumed: bool = False,
    force: bool = False,
) -> tuple[GridTest, dict[str, object]]:
    """Compare two grids on a case and write the result whole, or nothing; returns it with what the terminal says."""
    check_out(out, force=force, inputs=case)
    read = importers.read(case, need=("dwellings", "applications"))
    found = cotation_test(
        grid_a, grid_b, read, models=models, options=Options(accept_assumed=accept_assumed, lang=lang)
    )
    tables = {
        "applications": found.applications, "publics": found.publics, "lists": found.lists,
        "criteria": found.criteria, "fragile": found.fragile,
    }  # fmt: skip
    lines = sentences(found, lang)
    with atomic_folder(out) as work:
        for name, frame in tables.items():
            write_table(frame, work, name, style=style)
        write_book(
            work / "cotation.xlsx",
            {
                "Publics": found.publics, "Listes": found.lists, "Critères": found.criteria, "À vérifier": found.fragile,
                "Demandes": found.applications,
            },
            title=f"Grille {found.grid_a} contre {found.grid_b}",
            on=read.settings.on,
            note=" ".join(lines),
        )  # fmt: skip
        record = {
            "format": "attriflux-cotation/1", "grids": [found.grid_a, found.grid_b], "on": read.settings.on.isoformat(),
            "inputs": {s.name: s.sha256 for s in read.sources}, "lines": lines,
        }  # fmt: skip
        text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True)
        (work / "run.json").write_text(text + "\n", encoding="utf-8")
    summary: dict[str, object] = {
        "out": str(out), "grids": [found.grid_a, found.grid_b], "changed_first": found.changed_first,
        "changed_lists": found.changed_lists, "dwellings": len(found.lists), "low_stakes": found.low_stakes,
        "ties": dict(found.ties), "lines_fr": [*sentences(found, "fr"), f"Ouvrir {out / 'cotation.xlsx'}."],
        "lines_en": [*sentences(found, "en"), f"Open {out / 'cotation.xlsx'}."],
    }  # fmt: skip
    return found, summary


def sentences(found: GridTest, lang: Lang) -> list[str]:
    """The comparison in a few sentences a planner can read out."""
    fr = lang == "fr"
    n = len(found.lists)
    up, down = int(found.publics["up"].sum()), int(found.publics["down"].sum())
    idle = found.criteria[found.criteria["moves"] == 0]
    never = ", ".join(f"{c} ({g})" for g, c in zip(idle["grid"], idle["criterion"], strict=True))
    ties = ", ".join(f"{k} : {v}" for k, v in found.ties.items())
    if fr:
        lines = [
            f"{found.changed_first} premiers rangs et {found.changed_lists} listes changent sur {n} logements.",
            f"{up} demandes montent, {down} descendent ; ex aequo : {ties}.",
            f"Critères qui ne départagent jamais : {never or 'aucun'}.",
            f"{len(found.fragile)} dossiers listés dépendent d'un fait seulement déclaré.",
        ]
        if found.low_stakes:
            lines.append(
                "Outil à faible enjeu en territoire détendu : peu de premiers rangs dépendent de la grille."
            )
        return lines
    lines = [
        f"{found.changed_first} first ranks and {found.changed_lists} lists change out of {n} dwellings.",
        f"{up} applications move up, {down} down; ties: {ties}.",
        f"Criteria that never decide: {never or 'none'}.",
        f"{len(found.fragile)} listed files hang on a fact that is only declared.",
    ]
    if found.low_stakes:
        lines.append("Low-stakes tool in a relaxed territory: few first ranks depend on the grid.")
    return lines
