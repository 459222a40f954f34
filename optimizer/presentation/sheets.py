"""One printed A4 page per dwelling: why this réservataire, then each candidate. HTML and PDF share the content."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import Any

from optimizer.domain.frames import records
from optimizer.errors import Lang, said
from optimizer.presentation.data import ReportData
from optimizer.presentation.numbers import day
from optimizer.presentation.page import render
from optimizer.presentation.report import deadline_words, percent, proof_words, show
from optimizer.presentation.words import (
    dwelling_words,
    flags_words,
    letters_used,
    priority_words,
    quartile_word,
)
from optimizer.shortlist.labels import account_label, loss_words


def sheet_pages(data: ReportData, dwelling_ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """The content of one A4 page per dwelling: why this réservataire, then each candidate (HTML and PDF share it)."""
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
                "words": dwelling_words(facts[d.dwelling_id], data.lang),
                "account": account_label(d.account, data.lang, data.places)
                or (said("SHEETS.NONE", data.lang)),
                "flux_header": [
                    said(code, data.lang)
                    for code in (
                        "SHEETS.SHARE",
                        "SHEETS.DONE",
                        "SHEETS.IN_PROGRESS",
                        "SHEETS.REMAINING",
                        "SHEETS.POSITION",
                    )
                ],
                "flux": _flux_words(chosen, data),
                "alternatives": (said("WORDS.LIST", data.lang)).join(
                    _alternative(x, data) for x in others[:4]
                ),
                "note": (said("WORDS.LIST", data.lang)).join(
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
    account = account_label(choice.account, data.lang, data.places)
    return said(
        "SHEETS.ALTERNATIVE", data.lang, account=account, lost=lost, candidates=_candidates(choice, data.lang)
    )


def _candidates(choice: Any, lang: Lang) -> str:
    n = int(choice.candidates)
    if n == 0 and choice.loss_at_most == choice.loss_at_most:
        # a seat: the réservataire names its households after the orientation
        return said("SHEETS.NAMES_TO_COME", lang)
    return said("SHEETS.CANDIDATES", lang, n=n)


def _flux_words(row: Any, data: ReportData) -> list[str]:
    if row is None or row.flux_share != row.flux_share:
        return ["–", "–", "–", "–", said("SHEETS.OUTSIDE_FLUX_AGREEMENT", data.lang)]
    done, remaining, share = float(row.flux_done), float(row.flux_remaining), float(row.flux_share)
    if remaining != remaining:
        state = "–"
    elif remaining > 0:
        state = _pace(float(row.flux_behind), data.lang)
    else:
        state = said("SHEETS.SHARE_REACHED", data.lang)
    return [
        percent(share, data),
        show(done, data, 0),
        show(float(row.flux_in_progress), data, 0),
        "–" if remaining != remaining else show(max(0.0, float(ceil(remaining))), data, 0),
        state,
    ]


def _pace(behind: float, lang: Lang) -> str:
    """Late or ahead of the share of the leases signed so far, in whole leases."""
    whole = ceil(behind)
    if whole == 0:
        return said("SHEETS.ON_TIME", lang)
    return said("SHEETS.LATE" if whole > 0 else "SHEETS.AHEAD", lang, n=abs(whole))


def _candidate(line: Any, x: Any, data: ReportData) -> dict[str, Any]:
    def say(name: str) -> str:
        return said(f"SHEETS.{name}", data.lang)

    children = x.children_under_14 if x.children_under_14 == x.children_under_14 else 0.0
    visiting = f" (+ {x.visiting_children:.0f} {say('VISITING')})" if x.visiting_children > 0 else ""
    items = [
        (say("PERSONS"), f"{x.persons:.0f}{visiting}"),
        (
            say("ADULTS_CHILDREN_14"),
            f"{show(x.adults, data, 0)} / {children:.0f}",
        ),
        (say("INCOME_PER_UC"), f"{show(x.income_uc_eur, data, 0)} €/an"),
        (say("QUARTILE"), quartile_word(line.q1, data.lang)),
        (say("EFFORT_RATE"), percent(x.effort_rate, data)),
        (
            say("RESIDUAL_INCOME"),
            f"{show(x.residual_eur, data, 2)} € / UC / {say('DAY')}",
        ),
        (say("PRESENT_HOUSING"), x.housing or "–"),
        (say("SENIORITY"), f"{x.seniority_months:.0f} {say('MONTHS')}"),
        (say("SCORE"), f"{show(float(line.score), data, 2)} — {x.criteria or '–'}"),
        (say("TOTAL_SCORE_FIT"), f"{show(float(line.value), data, 2)}"),
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
    foot = f"{data.title} · {day(data.on, data.lang)}"
    return render(
        "presentation/sheets",
        data.lang,
        {"title": data.title, "pages": pages, "foot": foot, **proof_words(data)},
    )
