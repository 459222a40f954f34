"""``dashboard.html``: self-contained, no script, French, readable by a screen reader and on a telephone."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
import pandas as pd

from optimizer.policy import Parameter
from optimizer.presentation.data import proof_of, proof_sentence, stop_sentence
from optimizer.presentation.numbers import decimal, leases, percent, some
from optimizer.presentation.page import Num, render
from optimizer.statement.dashboards.alerts import SERIOUS
from optimizer.statement.dashboards.board import Dashboard, all_accept, as_expected
from optimizer.statement.dashboards.gauges import Gauge, rate
from optimizer.statement.dashboards.headings import HEADINGS, is_share
from optimizer.statement.dashboards.picture import bar, trajectory
from optimizer.statement.dashboards.tables import Table

KIND_TITLES = {
    "landlord": "Tableau de bord du bailleur", "epci": "Tableau de bord de l'EPCI",
    "prefet": "Tableau de bord du préfet", "maire": "Tableau de bord du maire",
}  # fmt: skip
UNITS = {"share": "", "days": " jours", "count": "", "dwellings": " logements", "euros_per_year": " € par an"}
MOST_PLOTS = 24


def page(result: Dashboard) -> str:
    """The whole page."""
    year, settings = result.year, result.year.case.settings
    large = year.rules.integer("national.rules.min_count")
    primary = [g for g in result.gauges if g.primary and g.year_target > 0]
    drawn = [g for g in primary if g.year_target >= large] or primary
    values = {
        "kind": KIND_TITLES[result.viewer.kind],
        "viewer": result.viewer,
        "settings": settings,
        "has_run": year.run is not None,
        "proof": _proof(result),
        "notes": _notes(result),
        "cards": _cards(result),
        "alerts": [
            {"word": LEVELS[a.level], "level": a.level, "subject": a.subject, "scope": a.scope, "sentence": a.sentence,
             "threshold": number_words(a.threshold), "assumed": a.threshold.is_assumed, "source": a.threshold.source,
             "title": a.threshold.title}
            for a in result.alerts
        ],
        "groups": _groups(result),
        "plots": [{"title": g.title, "scope": g.scope, "svg": trajectory(g, year), "words": _plot_words(g, result)} for g in drawn[:MOST_PLOTS]],
        "more_plots": len(primary) - len(drawn[:MOST_PLOTS]),
        "tables": [_table(table) for table in result.tables],
        "numbers": [
            {"title": p.title, "value": number_words(p), "assumed": p.is_assumed, "status": STATUS[p.status], "source": p.source,
             "since": p.in_force_from}
            for p in result.numbers
        ],
    }  # fmt: skip
    return render("statement/dashboard", "fr", values)


def _proof(result: Dashboard) -> str:
    """The proof of the run in the words of its own report, and why it stopped."""
    run = result.year.run
    if run is None:
        return ""
    asked = run.record.get("options", {}).get("gap")
    proof = proof_of(run.certificate, None if asked is None else float(asked))
    return f"Propositions jointes : {proof_sentence(proof, 'fr')} {stop_sentence(proof, 'fr')}"


def _notes(result: Dashboard) -> list[str]:
    """What every page says of its case: synthetic, partial, another draw, assumed thresholds of the first quartile."""
    settings, viewer = result.year.case.settings, result.viewer
    notes = []
    if settings.synthetic:
        notes.append("Cas synthétique : aucune personne réelle.")
    if settings.seed_modified:
        notes.append(f"Tirage modifié : {settings.seed}")
    if viewer.kind != "landlord" and not settings.all_landlords:
        notes.append(
            "Ce dossier ne réunit pas tous les bailleurs : les chiffres sont ceux des bailleurs présents seulement."
        )
    assumed = [p for p in result.numbers if p.is_assumed and p.key.startswith("territory.lec.")]
    if assumed and not settings.synthetic:
        notes.append(
            "Seuils du premier quartile supposés : le quartile des ménages proposés est une hypothèse."
        )
    return notes


LEVELS = {"alert": "Alerte", "watch": "À surveiller", "ahead": "Avance"}
STATUS = {"sourced": "sourcé", "local": "local", "assumed": "supposé"}


def number_words(p: Parameter) -> str:
    """A value with its unit: ``25 %``, ``90 jours``."""
    if p.unit == "share" and isinstance(p.value, (int, float)):
        return percent(Fraction(repr(p.value)))
    text = decimal(p.value) if isinstance(p.value, (int, float)) else str(p.value)
    return text + UNITS.get(p.unit, f" {p.unit}")


def _cards(result: Dashboard) -> list[dict[str, str]]:
    state = result.year.lines["state"].value_counts()
    serious = sum(a.level == SERIOUS for a in result.alerts)
    cards = [("baux signés", int(state.get("signed", 0))), ("en cours", int(state.get("progress", 0)))]
    if result.year.run is not None:
        lines = result.year.lines
        # a dwelling that waits for its réservataire has an account, and nobody proposed
        seats = int(((lines["state"] == "proposed") & (lines["application_id"] == "")).sum())
        cards.append(("proposés par ce calcul", int(state.get("proposed", 0)) - seats))
        if seats:
            cards.append(("en attente du réservataire", seats))
    cards.append(("alerte" if serious < 2 else "alertes", serious))
    return [{"label": label, "value": decimal(value, 0)} for label, value in cards]


def _groups(result: Dashboard) -> list[dict[str, Any]]:
    """Gauges of one subject together, in the order of the viewer, with the sources of their targets."""
    found: dict[str, list[Gauge]] = {}
    for gauge in result.gauges:
        found.setdefault(gauge.group, []).append(gauge)
    return [
        {
            "title": title, "id": f"jauges-{i}", "rows": [_gauge(g, result) for g in gauges],
            "sources": list(dict.fromkeys(s.source for g in gauges for s in g.sources)),
        }
        for i, (title, gauges) in enumerate(found.items(), start=1)
    ]  # fmt: skip


def _gauge(g: Gauge, result: Dashboard) -> dict[str, Any]:
    gone, left = result.year.days
    c, number = g.counts, g.share is None
    rest = floor(g.remaining + Fraction(1, 2))
    return {
        "title": g.title, "scope": g.scope, "note": g.note, "assumed": g.sources[0].is_assumed,
        "target": some(g.year_target, "ménage", "ménages") if g.share is None else percent(g.share),
        "now": decimal(c.num, 0) if number else percent(rate(c.num, c.den)),
        "done": "" if number else f"{decimal(c.num, 0)} sur {decimal(c.den, 0)}",
        "all": decimal(c.num + c.num_run, 0) if number else percent(all_accept(g)),
        "expected": decimal(c.num + c.num_expected) if number else percent(as_expected(g)),
        "left": f"{decimal(g.still_needed, 0)} des {decimal(rest, 0)}" if g.direction == "at_least" else "–",
        "year": decimal(g.year_target, 0), "gap": _gap(g, gone, left), "svg": bar(g, gone, left),
        "late": (g.missing > 0 and c.den > 0) or (number and g.behind(gone, left) > 0),
    }  # fmt: skip


def _gap(g: Gauge, gone: int, left: int) -> str:
    """Whole leases short of the target (or above it) to date; a number is compared with the straight line."""
    if g.share is None:
        behind = g.behind(gone, left)
        return f"{some(behind, 'ménage', 'ménages')} de retard" if behind else "sur la ligne droite"
    if not g.counts.den:
        return "–"
    if not g.missing:
        return "tenu"
    return f"{leases(g.missing)} {'de retard' if g.direction == 'at_least' else 'en trop'}"


def _plot_words(g: Gauge, result: Dashboard) -> str:
    gone, left = result.year.days
    straight = g.straight(gone, left)
    return f"{decimal(g.counts.num, 0)} fait{'s' if g.counts.num > 1 else ''}, {decimal(straight)} sur la ligne droite, {decimal(g.year_target, 0)} pour l'année"


def _table(table: Table) -> dict[str, Any]:
    frame = _with_interval(table.frame)
    columns = [str(c) for c in frame.columns]
    numeric = [pd.api.types.is_numeric_dtype(frame[c]) or is_share(c) for c in columns]
    head = [Num(HEADINGS[c]) if n else HEADINGS[c] for c, n in zip(columns, numeric, strict=True)]
    rows = [
        [_cell(v, c) for v, c in zip(row, columns, strict=True)]
        for row in frame.head(table.most).itertuples(index=False, name=None)
    ]
    return {
        "id": table.id,
        "title": table.title,
        "note": table.note,
        "head": head,
        "rows": rows,
        "more": max(0, len(frame) - table.most),
    }


def _with_interval(frame: pd.DataFrame) -> pd.DataFrame:
    """The forecast and its interval in one column: a page is narrower than a sheet."""
    if "forecast_low" not in frame.columns:
        return frame
    rows = zip(frame["forecast"], frame["forecast_low"], frame["forecast_high"], strict=True)
    words = [f"{decimal(m)} ({decimal(a)} à {decimal(b)})" for m, a, b in rows]
    return frame.drop(columns=["forecast_low", "forecast_high"]).assign(forecast=words)


def _cell(value: object, column: str) -> str:
    if value is None or value is pd.NA or value != value:
        return "–"
    if isinstance(value, (int, float, np.integer, np.floating)):
        return percent(float(value)) if is_share(column) else decimal(float(value), 2)
    return str(value)
