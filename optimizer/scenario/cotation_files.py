"""Files of a comparison of grids: five tables, a workbook, a page, a record."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from optimizer import importers
from optimizer.disk import hold, seal
from optimizer.domain import Case
from optimizer.errors import LANGS, Lang, Spaced, said
from optimizer.presentation.csvfile import Style, write_table
from optimizer.presentation.numbers import decimal, percent
from optimizer.presentation.tables_book import write_book
from optimizer.runs import Options
from optimizer.scenario.cotation import GridTest, cotation_test
from optimizer.scenario.cotation_page import cotation_html


def cotation_to(
    grid_a: str,
    grid_b: str,
    case: Path,
    out: Path | None,
    *,
    style: Style = "french",
    lang: Lang = "fr",
    models: Path | None = None,
    accept_assumed: bool = False,
    gap: float = 0.0,
    force: bool = False,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> tuple[GridTest, dict[str, object]]:
    """Compare two grids on a case and write the result whole, or nothing; returns it with what the terminal says.

    Without ``out`` nothing is written: the terminal says it all the same.
    """

    def compared() -> tuple[Case, GridTest]:
        read = importers.read(case, need=("dwellings", "applications"))
        options = Options(accept_assumed=accept_assumed, gap=gap, lang=lang)
        return read, cotation_test(grid_a, grid_b, read, models=models, options=options, progress=progress)

    if out is None:
        _, found = compared()
    else:
        with hold(out, force=force, inputs=case) as held:
            read, found = compared()
            with held.folder() as work:
                _write(work, read, found, style, lang)
                seal(work)
    summary: dict[str, object] = {
        "out": None if out is None else str(out), "grids": [found.grid_a, found.grid_b], "changed_first": found.changed_first,
        "changed_lists": found.changed_lists, "dwellings": len(found.lists), "low_stakes": found.low_stakes,
        "ties": dict(found.ties), "unproven": found.unproven,
    }  # fmt: skip
    for x in LANGS:
        page = [] if out is None else [said("COTATION.OPEN", x, page=out / "cotation.html")]
        summary[f"lines_{x}"] = [*sentences(found, x), *page]
    return found, summary


def _write(work: Path, read: Case, found: GridTest, style: Style, lang: Lang) -> None:
    """Tables, workbook, page and record of a comparison."""
    tables = {
        "applications": found.applications, "publics": found.publics, "lists": found.lists,
        "criteria": found.criteria, "fragile": found.fragile,
    }  # fmt: skip
    lines = sentences(found, lang)
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
    (work / "cotation.html").write_text(cotation_html(found, read.settings, lines, lang), encoding="utf-8")
    record = {
        "format": "attriflux-cotation/1", "grids": [found.grid_a, found.grid_b], "on": read.settings.on.isoformat(),
        "inputs": {s.name: s.sha256 for s in read.sources}, "lines": lines,
    }  # fmt: skip
    text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True)
    (work / "run.json").write_text(text + "\n", encoding="utf-8")


def sentences(found: GridTest, lang: Lang) -> list[str]:
    """The comparison in a few sentences a planner can read out."""
    n = len(found.lists)
    up, down = int(found.publics["up"].sum()), int(found.publics["down"].sum())
    idle = found.criteria[found.criteria["moves"] == 0]
    never = ", ".join(f"{c} ({g})" for g, c in zip(idle["grid"], idle["title"], strict=True))
    files = int(found.fragile["application_id"].nunique())
    invented = ", ".join(dict.fromkeys(g.title for g in found.grids if g.invented))
    shares = {
        c: _counted(percent(found.priority_at_top(f"{c}_share"), 0, lang), found.priority_counts(c), lang)
        for c in ("top_a", "top_b", "head_a", "head_b")
    }
    margin = [said("COTATION.UNPROVEN", lang, n=found.unproven)] if found.unproven else []
    lines = [
        changes_said(found.changed_first, found.changed_lists, n, lang),
        *margin,
        said(
            "COTATION.MOVES_SAID", lang, up=Spaced(up), go=said(f"COTATION.GO_{'ONE' if _single(up, lang) else 'MANY'}", lang),
            down=Spaced(down), fall=said(f"COTATION.FALL_{'ONE' if _single(down, lang) else 'MANY'}", lang),
            ties=", ".join(f"{k} ({decimal(v, 0, lang)})" for k, v in found.ties.items()),
        ),
        said("COTATION.PRIORITY", lang, **shares),
        said("COTATION.NEVER", lang, names=never or said("COTATION.NO_CRITERION", lang)),
        said(
            "COTATION.HANG", lang, n=Spaced(files), hang=said(f"COTATION.HANG_{'ONE' if _single(files, lang) else 'MANY'}", lang)
        ),
    ]  # fmt: skip
    if found.low_stakes:
        limit = percent(float(str(found.low_stakes_share.value)), 0, lang)
        assumed = said("COTATION.THRESHOLD_ASSUMED", lang) if found.low_stakes_share.is_assumed else ""
        lines.append(said("COTATION.LOW_STAKES", lang, limit=limit, assumed=assumed))
    return [*lines, said("COTATION.POINTS_INVENTED", lang, names=invented)] if invented else lines


def changes_said(first: int, lists: int, dwellings: int, lang: Lang) -> str:
    """What another grid changes, in whole dwellings."""
    code = "COTATION.CHANGES" if first or lists else "COTATION.CHANGES_NOTHING"
    return said(code, lang, first=Spaced(first), lists=Spaced(lists), n=Spaced(dwellings))


def _counted(share: str, counts: tuple[int, int], lang: Lang) -> str:
    """A share with what it is made of: ``67 % (12 sur 18)``."""
    num, den = (decimal(n, 0, lang) for n in counts)
    return f"{share} ({said('COMPARISON.PARTS', lang, num=num, den=den)})"


def _single(n: int, lang: Lang) -> bool:
    return n < 2 if lang == "fr" else n == 1
