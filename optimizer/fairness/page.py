"""``report.html``: the comparison in a page for a talk and for an elected member; no application is named."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from optimizer.errors import Lang, Spaced, said
from optimizer.fairness import texts as texts
from optimizer.fairness.comparison import Fairness
from optimizer.fairness.measures import all_metrics
from optimizer.presentation.numbers import decimal, percent
from optimizer.presentation.page import render
from optimizer.presentation.plots_curves import curves, scatter
from optimizer.shortlist.labels import rule_label

ORDER = ("ignored", "reserves", "hard", "priced")
SHOWN = {
    "lettings": ("lettings", ""),
    "net": ("value", "net"),
    "shortfall": ("shortfall", ""),
    "gini": ("gini_p", ""),
    "without": ("min_p", "without"),
    "smallest": ("min_p", "positive"),
    "passed": ("justified_envy", ""),
    "unexplained": ("justified_envy", "unexplained"),
    "envy": ("envy_exante", ""),
    "wait": ("wait", "housed"),
}
"""Column of the page -> metric and scope."""
SAME_GINI = 5e-7
"""Below it two indices are one, as `mechanisms.csv` writes them."""
POINTS = 200
"""Points of a curve of chances, beside those of the luckiest, who are few."""
TOP = np.unique(np.geomspace(1, 1_000, 40).astype(int)) - 1


def fairness_html(found: Fairness, lang: Lang = "fr") -> str:
    """The page; same comparison, same bytes."""
    settings = found.case.settings
    say = partial(_say, lang)
    titles = {m.id: m.title(lang) for m in found.mechanisms}
    values = {
        "title": settings.title,
        "territory": found.territory or settings.territory,
        "on": settings.on,
        "synthetic": settings.synthetic,
        "banners": list(_banners(found, lang)),
        "dwellings": Spaced(int(found.market.to_let.sum())),
        "idle": Spaced(int((~found.market.to_let).sum())),
        "households": Spaced(len(found.market)),
        "others": Spaced(found.applications - len(found.market)),
        "brief": _brief(found, titles, lang),
        "families": _families(found, lang),
        "tradeoff": _tradeoff(found, titles, lang),
        "curve": _chances(found, titles, lang),
        "lorenz": _lorenz(found, titles, lang),
        "groups": _groups(found, lang),
        "measures": _measures(found, lang),
        "masked": found.masked_below,
        "margin": percent(found.margin, 0, lang),
        "names": [str(i) for i in range(1, len(found.mechanisms) + 1)],
        "fronts": _fronts(found, lang),
        "diversity": [
            {**row, "title": _group_title(str(row["group"]), lang), "worth": say(f"worth_{row['worth']}")}
            for row in found.diversity.to_dict("records")
        ],
        "mechanisms": [
            {
                "title": m.title(lang),
                "claims": " ; ".join(say(f"claim_{c}") for c in sorted(m.claims)),
                "source": m.source,
            }
            for m in found.mechanisms
        ],
        "limits": _limits(found, titles, lang),
    }
    return render("fairness/fairness", lang, values)


def _banners(found: Fairness, lang: Lang) -> Iterator[str]:
    """What the page says first of the draw and of what is assumed."""
    settings = found.case.settings
    if settings.seed_modified or found.market.seed != settings.seed:
        yield said("REPORT.MODIFIED_DRAW", lang, seed=found.market.seed)
    yield from found.assumed.said(lang, shown=False)


def _say(lang: Lang, key: str, /, **values: object) -> str:
    return said(f"FAIRNESS.{key}".upper(), lang, **values)


def reading(table: pd.DataFrame, mechanism: str, metric: str, scope: str) -> dict[str, float]:
    """Value and interval of one line of the table; NaN where there is none."""
    line = table[(table["mechanism"] == mechanism) & (table["metric"] == metric) & (table["scope"] == scope)]
    if not len(line):
        return dict.fromkeys(("value", "low", "high"), float("nan"))
    first = line.iloc[0]
    return {name: float(first[name]) for name in ("value", "low", "high")}


def _ends(figures: list[str], lang: Lang) -> str:
    """One figure, or the first and the last."""
    return figures[0] if len(figures) == 1 else _say(lang, "between", low=figures[0], high=figures[-1])


def _brief(found: Fairness, titles: dict[str, str], lang: Lang) -> list[str]:
    """What to remember: an equal share, then for each way of treating the rules what is missing and the most equal mechanism."""
    n = len(found.market)
    if not n:
        return []
    homes = int(found.market.to_let.sum())
    share = min(1.0, homes / n)
    lines = [
        _say(
            lang, "equal_share", dwellings=Spaced(homes), households=Spaced(n), share=percent(share, 2, lang)
        )
    ]
    if not any(row.price > 0 for row in found.market.rows):
        lines.append(_say(lang, "no_rule"))
    for kind in ORDER:
        mine = [m.id for m in found.mechanisms if m.quotas == kind]
        missing = sorted(reading(found.table, m, "shortfall", "")["value"] for m in mine)
        if not missing:
            continue
        gini = {m: reading(found.table, m, "gini_p", "")["value"] for m in mine}
        best = min(mine, key=lambda m: (gini[m] != gini[m], gini[m]))  # without a chance there is no index
        tied = [m for m in mine if m == best or abs(gini[m] - gini[best]) < SAME_GINI]
        without = [reading(found.table, m, "min_p", "without") for m in tied]
        sure = all(x["low"] != x["low"] for x in without)
        served = [decimal(x, 0, lang) for x in sorted({n - int(x["value"]) for x in without})]
        ends = list(dict.fromkeys(decimal(x, 1, lang) for x in (missing[0], missing[-1])))
        shape = "brief_one" if len(mine) == 1 else "brief_tied" if len(tied) > 1 else "brief_many"
        names = ", ".join(_say(lang, "tied_name", name=titles[m]) for m in tied)
        lines.append(
            _say(
                lang, shape, family=_say(lang, f"quotas_{kind}"), missing=_ends(ends, lang),
                name=names if len(tied) > 1 else titles[best],
                served=("" if sure else _say(lang, "at_least")) + _ends(served, lang), n=decimal(n, 0, lang),
                gini=decimal(gini[best], 2, lang),
            )
        )  # fmt: skip
    return lines + [
        _say(lang, "limit_seats", n=Spaced(int(lottery.proof["seats"])))
        for lottery in found.lotteries.values()
        if lottery.proof.get("seats")
    ]


def _families(found: Fairness, lang: Lang) -> list[dict[str, Any]]:
    out = []
    for kind in ORDER:
        rows = [
            {"title": m.title(lang), **{k: reading(found.table, m.id, *where) for k, where in SHOWN.items()}}
            for m in found.mechanisms
            if m.quotas == kind
        ]
        if rows:
            out.append({"label": _say(lang, f"quotas_{kind}"), "rows": rows})
    return out


def _tradeoff(found: Fairness, titles: dict[str, str], lang: Lang) -> str:
    points = {
        titles[m.id]: (
            reading(found.table, m.id, "gini_p", "")["value"],
            reading(found.table, m.id, "value", "net")["value"],
        )
        for m in found.mechanisms
    }
    kept = {k: v for k, v in points.items() if all(x == x for x in v)}
    return scatter(
        kept, _say(lang, "gini"), _say(lang, "net"), _say(lang, "tradeoff"),
        lambda x: decimal(x, 2, lang), lambda y: decimal(y, 0, lang),
    )  # fmt: skip


def _chances(found: Fairness, titles: dict[str, str], lang: Lang) -> str:
    """Sorted chances, one curve per mechanism."""
    series = {}
    for m in found.mechanisms:
        p = np.sort(found.lotteries[m.id].p)
        if len(p):
            at = np.unique(
                np.concatenate([np.linspace(0, len(p) - 1, POINTS), len(p) - 1 - TOP[TOP < len(p)]]).astype(
                    int
                )
            )
            series[titles[m.id]] = [((i + 1) / len(p), float(p[i])) for i in at.tolist()]
    return curves(
        _alike(series), _say(lang, "curve_x"), _say(lang, "curve_y"), _say(lang, "curve"), lambda x: percent(x, 3, lang),
        decades=True,
    )  # fmt: skip


def _alike(series: dict[str, list[tuple[float, float]]]) -> dict[str, list[tuple[float, float]]]:
    """Mechanisms with the same curve under one name: a line drawn over another cannot be seen."""
    names: dict[tuple[tuple[float, float], ...], list[str]] = {}
    for name, points in series.items():
        names.setdefault(tuple((round(x, 6), round(y, 4 if y > 0.01 else 6)) for x, y in points), []).append(
            name
        )
    return {" · ".join(mine): series[mine[0]] for mine in names.values()}


def _lorenz(found: Fairness, titles: dict[str, str], lang: Lang) -> str:
    series = {
        titles[str(name)]: list(zip(part["households"].tolist(), part["chances"].tolist(), strict=True))
        for name, part in found.lorenz.groupby("mechanism", sort=False)
    }
    return curves(
        _alike(series), _say(lang, "curve_x"), _say(lang, "lorenz_y"), _say(lang, "lorenz"), lambda x: percent(x, 0, lang),
        diagonal=True,
    )  # fmt: skip


def _group_title(group: str, lang: Lang) -> str:
    return group.removeprefix("col:") if group.startswith("col:") else _say(lang, f"group_{group}")


def _level_title(group: str, level: str, found: Fairness, lang: Lang) -> str:
    if group == "epci" and level in found.places:
        return found.places[level]
    if level == "unknown" or group in ("q1", "priority", "tenant", "qpv_origin"):
        return _say(lang, f"level_{level}")
    if group.startswith("col:") and level in ("True", "False"):
        return _say(lang, "level_true" if level == "True" else "level_false")
    return level


def _groups(found: Fairness, lang: Lang) -> list[dict[str, Any]]:
    out = []
    ids = [m.id for m in found.mechanisms]
    for group, part in found.groups.groupby("group", sort=False):
        rows = []
        for level, lines in part.groupby("level", sort=True):
            by = {str(row["mechanism"]): row for row in lines.to_dict("records")}
            rows.append(
                {
                    "level": _level_title(str(group), str(level), found, lang),
                    "n": int(lines["n"].iloc[0]),
                    "cells": [{**by[i], "tone": _tone(float(by[i]["opportunity"]))} for i in ids],
                }
            )
        out.append({"title": _group_title(str(group), lang), "rows": rows})
    return out


SCOPES = ("housed", "left", "max", "min", "nominees", "p95", "positive", "seats")
"""Scopes that have words; another one is shown as it is written."""


def _measures(found: Fairness, lang: Lang) -> list[dict[str, Any]]:
    """Every measure that no other table of the page shows, whichever file of ``metrics/`` it comes from; rules one by one are left to the files."""
    shown = set(SHOWN.values())
    titles = {m.id: m.title(lang) for m in all_metrics()} | {"lottery_error": _say(lang, "lottery_error")}
    order = {name: place for place, name in enumerate(titles)}
    asked: dict[tuple[str, str], None] = {}
    for line in found.table.to_dict("records"):
        key = (str(line["metric"]), str(line["scope"]))
        if key not in shown and not key[1].startswith("rule="):
            asked.setdefault(key)
    rows = []
    for metric, scope in sorted(asked, key=lambda key: order[key[0]]):
        words = _say(lang, f"scope_{scope}") if scope in SCOPES else scope
        cells = [reading(found.table, m.id, metric, scope) for m in found.mechanisms]
        rows.append({"title": titles[metric], "scope": words, "cells": cells})
    return rows


def _tone(opportunity: float) -> str:
    """``much``, ``little`` or nothing: a quarter above or below a random order."""
    return "much" if opportunity >= 1.25 else "little" if opportunity <= 0.75 else ""


def _fronts(found: Fairness, lang: Lang) -> list[dict[str, Any]]:
    if not len(found.front):
        return []
    out = []
    for rule, part in found.front.groupby("rule", sort=False):
        title = f"{_say(lang, 'front')} : {rule_label(str(rule), lang)}"
        ordered = part.sort_values(["required_rate", "scope"])
        least = float(ordered["net"].min())
        points = [
            (float(r), float(v) - least)
            for r, v in zip(ordered["required_rate"], ordered["net"], strict=True)
        ]
        svg = curves(
            {rule_label(str(rule), lang): points}, _say(lang, "share"), f"{_say(lang, 'net')} − {decimal(least, 0, lang)}", title,
            lambda x: percent(x, 0, lang), show_y=lambda y: decimal(y, 0, lang),
        )  # fmt: skip
        out.append({"title": title, "rows": ordered.to_dict("records"), "svg": svg})
    return out


def _limits(found: Fairness, titles: dict[str, str], lang: Lang) -> list[str]:
    lines = [_say(lang, "limit_nominees"), _say(lang, "limit_fit")]
    if not (found.market.endowment >= 0).any():
        lines.append(_say(lang, "limit_homes"))
    if found.market.pinned:
        lines.append(_say(lang, "limit_pinned", n=found.market.pinned))
    lines += [f.sentence(lang) for f in found.findings if f.code == "FAIRNESS_LEFT_OUT"]
    held = [titles[m] for m, one in found.lotteries.items() if any(one.proof.get("missing", ()))]
    if held:
        lines.append(_say(lang, "limit_same_price", names=", ".join(held)))
    for name, lottery in found.lotteries.items():
        if float(lottery.proof.get("missing_gap", 0.0)) > 0:
            points = decimal(float(lottery.proof["missing_gap"]), 1, lang)
            lines.append(_say(lang, "limit_missing", name=titles[name], points=points))
        if lottery.proof.get("over") == "narrowed":
            error = percent(float(lottery.proof["error"]), 3, lang)
            lines.append(_say(lang, "limit_narrowed", name=titles[name], error=error))
    return lines
