"""``report.html`` and the sheets per dwelling: self-contained pages, no script, readable by a screen reader."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from optimizer.domain.frames import records
from optimizer.presentation.data import DECIDES, ReportData, proof_sentence, stop_sentence
from optimizer.presentation.svg import bar, gauge
from optimizer.presentation.words import dwelling_words, flags_words, scope_words, why_words
from optimizer.shortlist.labels import account_label, flag_label, rule_label

TEMPLATES = Path(__file__).parent / "templates"
MOST_LISTS = 200
"""Dwellings listed in the report itself; beyond, the workbook and the sheets hold them."""
MOST_GAUGES = 40
SMALL_GROUP = 5
GROUPS_EN = {
    "1er quartile": "first quartile",
    "2e à 4e quartile": "second to fourth quartile",
    "inconnu": "unknown",
    "5 et plus": "5 and more",
    "prioritaire prouvé": "priority, proven",
    "prioritaire déclaré": "priority, declared",
    "autre": "other",
    "externe": "external",
    "mutation": "transfer",
    "refuse ou inconnu": "refuses or unknown",
    "accepte": "accepts",
}
"""Names of the compared groups, which the tables hold in French."""


@cache
def environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=kept_together,
    )


def kept_together(value: object) -> object:
    """A text whose French signs stay on the line of their word; markup and numbers as they are."""
    return re.sub(r" (?=[;:?!»])|(?<=«) ", "\u00a0", value) if type(value) is str else value


def page_words(data: ReportData) -> dict[str, Any]:
    fr = data.lang == "fr"
    return {
        "lang": data.lang,
        "t": lambda french, english: french if fr else english,
        "css": (TEMPLATES / "style.css").read_text(encoding="utf-8"),
        "decides": DECIDES[data.lang],
        "proof": proof_sentence(data.proof, data.lang),
        "stop": stop_sentence(data.proof, data.lang),
        "day": lambda d: d.strftime("%d/%m/%Y") if isinstance(d, date) else str(d),
    }


def show(value: float, data: ReportData, places: int = 1) -> str:
    """A number on a page: French thousands and decimal comma, or English; a dash when unknown."""
    if value != value:
        return "–"
    text = f"{value:,.{places}f}"
    if data.lang == "fr":
        text = text.replace(",", "\u202f").replace(".", ",")
    return text


def percent(value: float, data: ReportData, places: int = 1) -> str:
    """A share in per cent, as screens show it."""
    return (
        "–" if value != value else show(100 * value, data, places) + ("\u00a0%" if data.lang == "fr" else "%")
    )


def report_html(data: ReportData) -> str:
    """The whole ``report.html``."""
    template = environment().get_template("report.html.j2")
    return template.render(
        d=data,
        cards=_cards(data),
        gauges=_gauges(data),
        accounts=_accounts(data),
        groups=_groups(data),
        leapfrogs=_leapfrogs(data),
        flags=_flags(data),
        forbids=data.forbids.to_dict(orient="records"),
        shortfalls=_shortfalls(data),
        lists=_lists(data) if len(data.dwellings) <= MOST_LISTS else [],
        **page_words(data),
    )


def _cards(data: ReportData) -> list[dict[str, str]]:
    fr = data.lang == "fr"
    status = data.dwellings["status"].value_counts()
    people = data.applications["status"].value_counts()

    def card(value: int, french: str, english: str) -> dict[str, str]:
        return {"value": show(value, data, 0), "label": french if fr else english}

    return [
        card(len(data.dwellings), "logements", "dwellings"),
        card(int(status.get("listed", 0)), "avec une liste", "with a list"),
        card(
            int(status.get("awaiting_reservataire", 0)),
            "en attente du réservataire",
            "awaiting the réservataire",
        ),
        card(int(status.get("no_candidate", 0)), "sans candidat", "without candidate"),
        card(len(data.applications), "demandes lues", "applications read"),
        card(int(people.get("proposed", 0)), "premiers rangs", "first ranks"),
        card(int(people.get("reserve", 0)), "en réserve", "in reserve"),
    ]


def _gauges(data: ReportData) -> list[dict[str, Any]]:
    fr = data.lang == "fr"
    assumed_keys = {n.key for n in data.numbers if n.assumed}
    out = []
    for rule, frame in data.rules.groupby("rule", sort=False):
        rows = []
        short_first = frame.assign(_s=-frame["shortfall"]).sort_values(["_s", "scope"], kind="stable")
        for x in records(short_first.head(MOST_GAUGES)):
            missing = int(-(-round(float(x.shortfall), 4) // 1))
            target = float(x.num_before) + float(x.rate_required) * float(x.den_run)
            expected = float(x.expected_num) if x.expected_num == x.expected_num else 0.0
            rows.append(
                {
                    "scope": scope_words(str(x.scope), data.lang, data.places),
                    "share": percent(float(x.share), data),
                    "done": f"{show(x.num_before, data, 0)} / {show(x.den_before, data, 0)}",
                    "run": f"{show(x.num_run, data, 0)} / {show(x.den_run, data, 0)}",
                    "expected": show(expected, data),
                    "svg": gauge(
                        float(x.num_before),
                        float(x.num_run),
                        expected,
                        target,
                        f"{int(x.num_before)} + {int(x.num_run)} / {target:.1f}",
                    ),
                    "missing": missing,
                    "missing_text": _leases(missing, fr)
                    if x.price > 0 or missing
                    else ("affiché seulement" if fr else "shown only"),
                }
            )
        hidden = len(frame) - len(rows)
        out.append(
            {
                "label": rule_label(str(rule), data.lang),
                "rows": rows,
                "assumed": f"national.rules.{rule}" in assumed_keys,
                "more": (
                    f"… et {hidden} autres lignes (rules.csv)." if fr else f"… and {hidden} more (rules.csv)."
                )
                if hidden > 0
                else "",
            }
        )
    return out


def _leases(n: int, fr: bool) -> str:
    if fr:
        return "aucun" if n == 0 else f"{n} bail" if n == 1 else f"{n} baux"
    return "none" if n == 0 else f"{n} lease{'s' if n > 1 else ''}"


def _shortfalls(data: ReportData) -> list[dict[str, str]]:
    """Targets missed, in whole leases, with the reason and the rate these proposals would meet."""
    fr = data.lang == "fr"
    return [
        {
            "rule": rule_label(str(x.rule), data.lang),
            "scope": scope_words(str(x.scope), data.lang, data.places),
            "missing": _leases(int(x.missing_whole), fr),
            "why": str(x.reason_fr if fr else x.reason_en),
            "holds": percent(float(x.rate_that_holds), data),
        }
        for x in records(data.shortfalls)
    ]


def _accounts(data: ReportData) -> list[dict[str, object]]:
    first = data.proposals[data.proposals["rank"] == 1]
    out: list[dict[str, object]] = []
    for account, frame in first.groupby("account", sort=False):
        housed = frame[frame["application_id"] != ""]
        out.append(
            {
                "label": account_label(str(account), data.lang, data.places),
                "n": len(frame),
                "points": show(float(housed["score"].mean()) if len(housed) else float("nan"), data),
                "q1": percent(float((housed["q1"] == "yes").mean()) if len(housed) else float("nan"), data),
                "priority": percent(
                    float((housed["priority"] != "").mean()) if len(housed) else float("nan"), data
                ),
            }
        )
    return sorted(out, key=lambda x: (-int(str(x["n"])), str(x["label"])))


def _groups(data: ReportData) -> list[dict[str, Any]]:
    fr = data.lang == "fr"
    labels = {
        "quartile": ("Par quartile de ressources", "By income quartile"),
        "size": ("Par taille du ménage", "By household size"),
        "priority": ("Par priorité", "By priority"),
        "origin": ("Mutation ou demande externe", "Transfer or external"),
        "qpv": ("Acceptation d'un QPV", "Accepts a QPV"),
    }
    out = []
    eligible = data.population[data.population["eligible"]]
    for column, pair in labels.items():
        if column not in eligible.columns:
            continue
        rows = []
        for name, frame in sorted(eligible.groupby(column, sort=True), key=lambda x: str(x[0])):
            if len(frame) < SMALL_GROUP:
                continue
            first = frame[frame["status"] == "proposed"]
            rate = len(first) / len(frame)
            rows.append(
                {
                    "label": str(name) if fr else GROUPS_EN.get(str(name), str(name)),
                    "eligible": show(len(frame), data, 0),
                    "first": show(len(first), data, 0),
                    "rate": percent(rate, data, 2 if 0 < rate < 0.001 else 1),
                    "svg": "",
                    "raw": rate,
                    "points": show(float(first["score"].mean()) if len(first) else float("nan"), data),
                    "months": show(float(first["months"].mean()) if len(first) else float("nan"), data),
                }
            )
        most = max((float(str(row["raw"])) for row in rows), default=0.0)
        for row in rows:
            row["svg"] = bar(float(str(row["raw"])), most, str(row["rate"]))
        if rows:
            out.append({"label": pair[0 if fr else 1], "rows": rows})
    return out


def _leapfrogs(data: ReportData) -> list[dict[str, object]]:
    frame = data.leapfrogs
    shown = frame[frame["application_id_passed"] != ""]
    tally = shown["explained_by"].value_counts()
    ordered = sorted(tally.items(), key=lambda x: (-int(x[1]), str(x[0])))
    return [
        {"label": why_words(str(why), data.lang, data.places), "n": show(int(n), data, 0)}
        for why, n in ordered
        if n
    ]


def _flags(data: ReportData) -> list[dict[str, object]]:
    tally: dict[str, int] = {}
    for text in data.proposals["flags"]:
        for flag in str(text).split("|"):
            if flag and flag != "AWAITING_RESERVATAIRE":
                tally[flag] = tally.get(flag, 0) + 1
    return [
        {"label": flag_label(f, data.lang), "n": n}
        for f, n in sorted(tally.items(), key=lambda x: (-x[1], x[0]))
    ]


def _lists(data: ReportData) -> list[dict[str, Any]]:
    facts = {row.dwelling_id: row for row in records(data.dwelling_facts)}
    lines: dict[str, list[Any]] = {}
    for line in records(data.proposals):
        lines.setdefault(str(line.dwelling_id), []).append(line)
    out = []
    for d in records(data.dwellings):
        out.append(
            {
                "dwelling": d.dwelling_id,
                "words": dwelling_words(facts[d.dwelling_id], data.lang == "fr"),
                "account": account_label(d.account, data.lang, data.places),
                "note": (" ; " if data.lang == "fr" else "; ").join(
                    x for x in (deadline_words(d.deadline, data), d.reason_if_short, d.advice) if x
                ),
                "lines": [
                    {
                        "rank": x.rank,
                        "application": x.application_id,
                        "score": show(float(x.score), data, 2),
                        "reason": x.reason,
                        "flags": flags_words(x.flags, data.lang),
                    }
                    for x in lines.get(str(d.dwelling_id), [])
                    if x.application_id
                ],
            }
        )
    return out


def deadline_words(iso: str, data: ReportData) -> str:
    if not iso:
        return ""
    day = f"{iso[8:10]}/{iso[5:7]}/{iso[:4]}"
    return f"désignation attendue avant le {day}" if data.lang == "fr" else f"names expected before {day}"
