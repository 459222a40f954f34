"""Files of a dashboard: one page, one workbook, one CSV per table; whole or absent, same inputs same bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from optimizer.arguments import FLAG, PATH, STYLE, TEXT, optional, takes
from optimizer.disk import hold, seal
from optimizer.presentation.csvfile import Style, write_table
from optimizer.presentation.numbers import some
from optimizer.presentation.tables_book import write_book
from optimizer.problem import all_rules
from optimizer.statement.dashboards.board import Dashboard, dashboard
from optimizer.statement.dashboards.headings import LOOK
from optimizer.statement.dashboards.page import KIND_TITLES, LEVELS, STATUS, number_words, page
from optimizer.statement.dashboards.year import Kind

DAYS = ("month_end", "in_force_from")
"""Columns of days that are texts in the tables."""


@dataclass(frozen=True)
class DashboardWritten:
    """What :func:`dashboard_to` wrote, and what the terminal says of it."""

    out: Path
    result: Dashboard
    summary: dict[str, object]


@takes(
    case=PATH,
    viewer=TEXT,
    of=TEXT,
    out=PATH,
    proposals=optional(PATH),
    style=STYLE,
    models=optional(PATH),
    force=FLAG,
)
def dashboard_to(
    case: Path, viewer: Kind, of: str, out: Path, *, proposals: Path | None = None, style: Style = "french",
    models: Path | None = None, force: bool = False,
) -> DashboardWritten:  # fmt: skip
    """Make the dashboard of one viewer and write its folder.

    Raises
    ------
    InputProblems, AttrifluxError
        As :func:`dashboard`; ``OUT_NOT_EMPTY`` and its kin for the folder.
    """
    out = Path(out)
    inputs = [Path(case)] if proposals is None else [Path(case), Path(proposals)]
    with hold(out, force=force, inputs=inputs) as held:
        result = dashboard(Path(case), viewer, of, proposals=proposals, models=models)
        with held.folder() as work:
            write_dashboard(work, result, style=style)
    return DashboardWritten(out, result, _summary(result, out))


def write_dashboard(folder: Path, result: Dashboard, *, style: Style = "french") -> None:
    """Every file of a dashboard."""
    frames: list[tuple[str, str, pd.DataFrame, str]] = [
        ("alerts", "Alertes", alert_table(result, style), ""), ("gauges", "Jauges", result.gauge_table, ""),
        ("trajectory", "Trajectoires", result.trajectory, ""),
        *((t.id, t.title, t.frame, t.note) for t in result.tables),
        ("numbers", "Nombres et sources", number_table(result, style), ""),
    ]  # fmt: skip
    for name, _, frame, _ in frames:
        write_table(frame, folder, name, style=style)
    settings = result.year.case.settings
    title = f"{KIND_TITLES[result.viewer.kind]} – {result.viewer.name} – {settings.year}"
    sheets = {name.replace(" :", "")[:31]: in_words(id, frame, result) for id, name, frame, _ in frames}
    sheets["Lecture"] = pd.DataFrame(
        [(name, note) for _, name, _, note in frames if note], columns=["table", "note"]
    )
    note = f"{settings.title}, au {settings.on:%d/%m/%Y}"
    write_book(folder / "dashboard.xlsx", sheets, title=title, note=note, on=settings.on, look=LOOK)
    (folder / "dashboard.html").write_text(page(result), encoding="utf-8")
    (folder / "run.json").write_text(_record(result), encoding="utf-8")
    seal(folder)


def in_words(id: str, frame: pd.DataFrame, result: Dashboard) -> pd.DataFrame:
    """A table as people read it in the workbook: codes in words, values with their unit. The CSV keeps the codes."""
    if id == "numbers":
        frame = frame.drop(columns="unit").assign(value=[number_words(p) for p in result.numbers])
    if id == "alerts":
        frame = frame.assign(threshold=[number_words(a.threshold) for a in result.alerts])
    if id == "gauges":
        # The sheet keeps what fits a page in landscape; the CSV has every count, « Nombres et sources » every source.
        frame = frame.drop(
            columns=["den_progress", "num_run", "den_run", "num_expected", "den_expected", "source"]
        )
    groups = {shape.id: shape.group[0] for shape in all_rules()}
    words = {"level": LEVELS, "status": STATUS, "gauge": groups}
    known = {column: frame[column].map(names) for column, names in words.items() if column in frame.columns}
    days = {column: frame[column].map(_day) for column in DAYS if column in frame.columns}
    return frame.assign(**known, **days)


def _day(text: str) -> date | None:
    """A day written as the CSV writes it, as a day; None where there is none."""
    return date.fromisoformat(text) if text else None


def alert_table(result: Dashboard, style: Style) -> pd.DataFrame:
    """``level, subject, scope, sentence, threshold, status, source`` of every alert."""
    rows = [
        (
            a.level,
            a.subject,
            a.scope,
            a.sentence,
            value_words(a.threshold.value, style),
            a.threshold.status,
            a.threshold.source,
        )
        for a in result.alerts
    ]
    return pd.DataFrame(
        rows, columns=["level", "subject", "scope", "sentence", "threshold", "status", "source"]
    )


def number_table(result: Dashboard, style: Style) -> pd.DataFrame:
    """Targets and thresholds shown, with status, source and date of entry into force."""
    rows = [
        (
            p.title,
            value_words(p.value, style),
            p.unit,
            p.status,
            p.source,
            p.in_force_from.isoformat() if p.in_force_from else "",
        )
        for p in result.numbers
    ]
    return pd.DataFrame(rows, columns=["title", "value", "unit", "status", "source", "in_force_from"])


def value_words(value: object, style: Style) -> str:
    """A value as the rules write it, every decimal kept, with the decimal mark of the style."""
    return str(value).replace(".", ",") if style == "french" else str(value)


def _record(result: Dashboard) -> str:
    year = result.year
    settings = year.case.settings
    record = {
        "format": "attriflux-dashboard/1", "title": settings.title, "territory": settings.territory,
        "on": settings.on.isoformat(), "year": settings.year, "viewer": result.viewer.kind, "of": result.viewer.code,
        "inputs": {s.name: s.sha256 for s in year.case.sources},
        "fingerprint": year.rules.fingerprint(),
        "proposals": None if year.run is None else year.run.record.get("fingerprint"),
    }  # fmt: skip
    return json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _summary(result: Dashboard, out: Path) -> dict[str, object]:
    serious = sum(a.level == "alert" for a in result.alerts)
    watch = sum(a.level == "watch" for a in result.alerts)
    name, gauges = result.viewer.name, len(result.gauges)
    said = [a for a in result.alerts if a.level == "alert"][:5]
    return {
        "out": str(out), "viewer": result.viewer.kind, "of": result.viewer.code, "gauges": gauges, "alerts": serious,
        "to_watch": watch,
        "lines_fr": [
            f"{KIND_TITLES[result.viewer.kind]} – {name} : {some(gauges, 'objectif', 'objectifs')}, "
            f"{some(serious, 'alerte', 'alertes')}, {watch} à surveiller.",
            *(f"  {a.subject} ({a.scope}) : {a.sentence}" for a in said),
            f"Ouvrir {out / 'dashboard.html'} ; classeur : {out / 'dashboard.xlsx'}.",
        ],
        "lines_en": [
            f"Dashboard of {name}: {gauges} target{'s' * (gauges != 1)}, {serious} alert{'s' * (serious != 1)}, "
            f"{watch} point{'s' * (watch != 1)} to watch.",
            f"Open {out / 'dashboard.html'}; workbook: {out / 'dashboard.xlsx'}.",
        ],
    }  # fmt: skip
