"""One printed A4 page per dwelling: why this réservataire, then each candidate. HTML and PDF share the content."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import Any

from optimizer.domain.frames import records
from optimizer.errors import Lang
from optimizer.presentation.data import ReportData
from optimizer.presentation.pages import deadline_words, environment, page_words, percent, show
from optimizer.presentation.words import (
    dwelling_words,
    flags_words,
    letters_used,
    priority_words,
    quartile_word,
)
from optimizer.shortlist.labels import account_label, loss_words, plural


def sheet_pages(data: ReportData, dwelling_ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """The content of one A4 page per dwelling: why this réservataire, then each candidate (HTML and PDF share it)."""
    fr = data.lang == "fr"
    wanted = None if dwelling_ids is None else set(dwelling_ids)
    facts = {row.dwelling_id: row for row in records(data.dwelling_facts)}
    details = {int(row.line): row for row in records(data.details)}
    lines: dict[str, list[tuple[int, Any]]] = {}
    for i, line in enumerate(records(data.proposals)):
        lines.setdefault(str(line.dwelling_id), []).append((i, line))
    orientation: dict[str, list[Any]] = {}
    for row in records(data.orientation):
        orientation.setdefault(str(row.dwelling_id), []).append(row)
    pages = []
    for d in records(data.dwellings):
        if wanted is not None and d.dwelling_id not in wanted:
            continue
        choices = orientation.get(str(d.dwelling_id), [])
        chosen = next((x for x in choices if x.chosen), None)
        others = sorted((x for x in choices if not x.chosen), key=_cheapest)
        pages.append(
            {
                "dwelling": d.dwelling_id,
                "words": dwelling_words(facts[d.dwelling_id], fr),
                "account": account_label(d.account, data.lang, data.places) or ("aucun" if fr else "none"),
                "flux_header": ["Part du flux", "Faits", "En cours", "Restant", "Situation"]
                if fr
                else ["Share", "Done", "In progress", "Remaining", "Position"],
                "flux": _flux_words(chosen, data),
                "alternatives": (" ; " if fr else "; ").join(_alternative(x, data) for x in others[:4]),
                "note": (" ; " if fr else "; ").join(
                    x for x in (deadline_words(d.deadline, data), d.reason_if_short, d.advice) if x
                ),
                "letters": letters_used(
                    (x.priority for _, x in lines.get(str(d.dwelling_id), [])), data.priority_letters
                ),
                "candidates": [
                    _candidate(line, details[i], data)
                    for i, line in lines.get(str(d.dwelling_id), [])
                    if line.application_id
                ],
            }
        )
    return pages


def _cheapest(choice: Any) -> tuple[float, float, str]:
    """By the exact exchange where one is known, then by the bound."""
    most = float(choice.loss_at_most)
    return (most if most == most else float("inf"), float(choice.loss_points), str(choice.account))


def _alternative(choice: Any, data: ReportData) -> str:
    most = float(choice.loss_at_most)
    lost = loss_words(round(choice.loss_points * 100), round(most * 100) if most == most else -1, data.lang)
    return (
        f"{account_label(choice.account, data.lang, data.places)} ({lost} ; {_candidates(choice, data.lang)})"
    )


def _candidates(choice: Any, lang: Lang) -> str:
    n = int(choice.candidates)
    if n == 0 and choice.loss_at_most == choice.loss_at_most:
        # a seat: the réservataire names its households after the orientation
        return "candidats à désigner" if lang == "fr" else "names to come"
    return plural(n, "candidat") if lang == "fr" else f"{n} candidate{'s' * (n != 1)}"


def _flux_words(row: Any, data: ReportData) -> list[str]:
    fr = data.lang == "fr"
    if row is None or row.flux_share != row.flux_share:
        return ["–", "–", "–", "–", "hors convention de flux" if fr else "outside the flux agreement"]
    done, remaining, share = float(row.flux_done), float(row.flux_remaining), float(row.flux_share)
    if remaining != remaining:
        state = "–"
    elif remaining > 0:
        state = _pace(float(row.flux_behind), fr)
    else:
        state = "part atteinte" if fr else "share reached"
    return [
        percent(share, data),
        show(done, data, 0),
        show(float(row.flux_in_progress), data, 0),
        "–" if remaining != remaining else show(max(0.0, float(ceil(remaining))), data, 0),
        state,
    ]


def _pace(behind: float, fr: bool) -> str:
    """Late or ahead of the share of the leases signed so far, in whole leases."""
    whole = ceil(behind)
    if whole == 0:
        return "à l'heure" if fr else "on time"
    if fr:
        return f"{'en retard' if whole > 0 else 'en avance'} de {plural(abs(whole), 'bail', 'baux')}"
    return f"{abs(whole)} lease{'s' * (abs(whole) != 1)} {'late' if whole > 0 else 'ahead'}"


def _candidate(line: Any, x: Any, data: ReportData) -> dict[str, Any]:
    fr = data.lang == "fr"

    def t(french: str, english: str) -> str:
        return french if fr else english

    children = x.children_under_14 if x.children_under_14 == x.children_under_14 else 0.0
    visiting = (
        f" (+ {x.visiting_children:.0f} {t('en visite', 'visiting')})" if x.visiting_children > 0 else ""
    )
    items = [
        (t("Personnes", "Persons"), f"{x.persons:.0f}{visiting}"),
        (
            t("Adultes / enfants < 14 ans", "Adults / children < 14"),
            f"{show(x.adults, data, 0)} / {children:.0f}",
        ),
        (t("Ressources par UC", "Income per UC"), f"{show(x.income_uc_eur, data, 0)} €/an"),
        (t("Quartile", "Quartile"), quartile_word(line.q1, fr)),
        (t("Taux d'effort", "Effort rate"), percent(x.effort_rate, data)),
        (
            t("Reste à vivre", "Residual income"),
            f"{show(x.residual_eur, data, 2)} € / UC / {t('jour', 'day')}",
        ),
        (t("Logement actuel", "Present housing"), x.housing or "–"),
        (t("Ancienneté", "Seniority"), f"{x.seniority_months:.0f} {t('mois', 'months')}"),
        (t("Cotation", "Score"), f"{show(float(line.score), data, 2)} — {x.criteria or '–'}"),
        (t("Total (cotation + adéquation)", "Total (score + fit)"), f"{show(float(line.value), data, 2)}"),
    ]
    return {
        "rank": int(line.rank),
        "application": line.application_id,
        "priority": priority_words(line.priority, data.lang),
        "reason": line.reason,
        "facts": [items[i : i + 2] for i in range(0, len(items), 2)],
        "flags": flags_words(line.flags, data.lang),
    }


def sheets_html(data: ReportData, pages: list[dict[str, Any]]) -> str:
    """One HTML file with a printed page per dwelling."""
    template = environment().get_template("sheets.html.j2")
    words = page_words(data)
    return template.render(title=data.title, pages=pages, foot=f"{data.title} · {data.on:%d/%m/%Y}", **words)
