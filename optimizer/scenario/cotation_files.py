"""Files of a comparison of grids: five tables, a workbook, a page, a record."""

from __future__ import annotations

import json
from pathlib import Path

from optimizer import importers
from optimizer.errors import Lang
from optimizer.presentation.csvfile import Style, write_table
from optimizer.presentation.tables_book import write_book
from optimizer.runs import Options
from optimizer.runs.folder import atomic_folder, check_out
from optimizer.scenario.cotation import GridTest, cotation_test
from optimizer.scenario.cotation_page import cotation_html
from optimizer.shortlist.labels import plural, spaced


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
        page = cotation_html(found, read.settings, lines, lang)
        (work / "cotation.html").write_text(page, encoding="utf-8")
        record = {
            "format": "attriflux-cotation/1", "grids": [found.grid_a, found.grid_b], "on": read.settings.on.isoformat(),
            "inputs": {s.name: s.sha256 for s in read.sources}, "lines": lines,
        }  # fmt: skip
        text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True)
        (work / "run.json").write_text(text + "\n", encoding="utf-8")
    summary: dict[str, object] = {
        "out": str(out), "grids": [found.grid_a, found.grid_b], "changed_first": found.changed_first,
        "changed_lists": found.changed_lists, "dwellings": len(found.lists), "low_stakes": found.low_stakes,
        "ties": dict(found.ties), "lines_fr": [*sentences(found, "fr"), f"Ouvrir {out / 'cotation.html'} ; tables : cotation.xlsx."],
        "lines_en": [*sentences(found, "en"), f"Open {out / 'cotation.html'}; tables: cotation.xlsx."],
    }  # fmt: skip
    return found, summary


def sentences(found: GridTest, lang: Lang) -> list[str]:
    """The comparison in a few sentences a planner can read out."""
    fr = lang == "fr"
    n = len(found.lists)
    up, down = int(found.publics["up"].sum()), int(found.publics["down"].sum())
    idle = found.criteria[found.criteria["moves"] == 0]
    never = ", ".join(f"{c} ({g})" for g, c in zip(idle["grid"], idle["title"], strict=True))
    ties = ", ".join(f"{k} : {v}" for k, v in found.ties.items())
    files = found.fragile["application_id"].nunique()
    invented = ", ".join(dict.fromkeys(g.title for g in found.grids if g.invented))
    top = [_percent(found.priority_at_top(c), fr) for c in ("top_a_share", "top_b_share")]
    head = [_percent(found.priority_at_top(c), fr) for c in ("head_a_share", "head_b_share")]
    limit = _percent(float(str(found.low_stakes_share.value)), fr)
    if fr:
        lines = [
            _changes(found.changed_first, found.changed_lists, n),
            f"{plural(up, 'demande')} {'monte' if up < 2 else 'montent'}, "
            f"{spaced(down)} {'descend' if down < 2 else 'descendent'} ; ex aequo : {ties}.",
            f"Publics prioritaires : {top[0]} des premiers rangs avant, {top[1]} après ; {head[0]} puis {head[1]} des mieux cotées.",
            f"Critères qui ne départagent jamais : {never or 'aucun'}.",
            f"{plural(files, 'dossier listé', 'dossiers listés')} {'dépend' if files < 2 else 'dépendent'} d'un seul fait non vérifié.",
        ]
        assumed = " (seuil supposé)" if found.low_stakes_share.is_assumed else ""
        if found.low_stakes:
            lines.append(
                "Outil à faible enjeu en territoire détendu : "
                f"au plus {limit} des premiers rangs dépendent de la grille{assumed}."
            )
        return [*lines, f"Points inventés : {invented}."] if invented else lines
    lines = [
        f"{_english(found.changed_first, 'first rank')} and {_english(found.changed_lists, 'list')} change out of {_english(n, 'dwelling')}.",
        f"{_english(up, 'application')} move{'s' * (up == 1)} up, {down} down; ties: {ties}.",
        f"Priority publics: {top[0]} of first ranks before, {top[1]} after; {head[0]} then {head[1]} of the best scored.",
        f"Criteria that never decide: {never or 'none'}.",
        f"{_english(files, 'listed file')} hang{'s' * (files == 1)} on one unverified fact.",
    ]
    assumed = " (assumed threshold)" if found.low_stakes_share.is_assumed else ""
    if found.low_stakes:
        lines.append(
            f"Low-stakes tool in a relaxed territory: at most {limit} of first ranks depend on the grid{assumed}."
        )
    return [*lines, f"Invented points: {invented}."] if invented else lines


def _changes(first: int, lists: int, dwellings: int) -> str:
    """What another grid changes, in whole dwellings."""
    whole = f"sur {plural(dwellings, 'logement')}."
    if not first and not lists:
        return f"Aucun premier rang, aucune liste ne change {whole}"
    return f"{plural(first, 'premier rang', 'premiers rangs')} et {plural(lists, 'liste')} changent {whole}"


def _english(n: int, noun: str) -> str:
    return f"{n} {noun}{'s' * (n != 1)}"


def _percent(share: float, fr: bool) -> str:
    return f"{100 * share:.0f} %" if fr else f"{100 * share:.0f}%"
