"""``report.html``: what a year becomes under each policy, for a meeting; no application is named."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from optimizer.errors import Lang, Spaced, said
from optimizer.presentation.numbers import decimal, percent
from optimizer.presentation.page import render
from optimizer.presentation.plots_curves import curves
from optimizer.shortlist.labels import rule_label
from optimizer.simulation import texts as texts
from optimizer.simulation.comparing import OF_CHAINS, Simulation
from optimizer.simulation.registry import Policy
from optimizer.simulation.setting import Setting
from optimizer.simulation.summary import CEILING, FLOOR, TODAY, by_seed

SHOWN = (
    "gain",
    "gain_points",
    "regret",
    "value",
    "lettings",
    "unlet",
    "shortfall",
    "refusals",
    "score",
    "months_waited",
)

LEAST = 0.001
"""The smallest p that is written out: a smaller one would read as nothing."""


def simulation_html(found: Simulation, lang: Lang = "fr") -> str:
    """The page; same simulation, same bytes."""
    say = partial(_say, lang)
    titles = {p.id: p.title(lang) for p in found.policies}
    on = "on" if found.setting.refusals else "off"
    freed = "on" if found.setting.freed else "off"
    chains = found.setting.chains
    shown = (*SHOWN, *(OF_CHAINS if chains else ()))
    values = {
        "title": found.title,
        "territory": found.territory,
        "synthetic": found.synthetic,
        "banners": list(found.assumed.said(lang, shown=False)),
        "seeds": len(found.seeds),
        "years": found.setting.years,
        "sessions": found.setting.per_year,
        "scale": _scale(found, lang),
        "settings": [say(f"refusals_{on}"), say(f"freed_{freed}"), *([say("chains_on", chains=chains)] if chains else []), *([say("chains_void")] if chains and found.setting.refusals else [])],
        "chains": chains,
        "rows": [{"title": titles[p.id], **{n: reading(found.summary, p.id, n) for n in shown}} for p in found.policies],
        "no_gain": no_gain(found, lang),
        "against": _against(found, titles),
        "alike": _alike(found, lang),
        "today": titles.get(TODAY, TODAY),
        "rules": _rules(found, lang),
        "names": [titles[p.id] for p in found.policies if p.terms is not None],
        "regrets": _regrets(found, titles, lang),
        "least": LEAST,
        "proofs": _proofs(found, lang),
        "policies": [{"title": p.title(lang), "says": _says(found, p, lang), "source": p.source} for p in found.policies],
        "limits": [say(f"limit_{x}") for x in (*_of_the_bound(found.setting), "delegated", "date", "assumed")],
    }  # fmt: skip
    return render("simulation/simulation", lang, values)


def _scale(found: Simulation, lang: Lang) -> str:
    """How many dwellings and households the draws hold, a mean; nothing where only a bound was computed."""
    lived = next((p.id for p in found.policies if p.terms is not None), "")
    means = {name: reading(found.summary, lived, name)["mean"] for name in ("vacated", "pool", "arrived")}
    if any(np.isnan(x) for x in means.values()):
        return ""
    return _say(lang, "scale", **{name: Spaced(round(x)) for name, x in means.items()})


def _say(lang: Lang, key: str, /, **values: object) -> str:
    return said(f"SIMULATION.{key}".upper(), lang, **values)


def _says(found: Simulation, policy: Policy, lang: Lang) -> str:
    """What a policy asks of a session, and why its sessions hold no chain where others do."""
    if policy not in without_chains(found):
        return policy.says(lang)
    return _say(lang, "without_chains", says=policy.says(lang), why=policy.alone(lang))


def without_chains(found: Simulation) -> list[Policy]:
    """The policies that hold no chain though chains were asked for; a bound holds no session."""
    return [p for p in found.policies if found.setting.chains and p.terms is not None and not p.chains]


def _proofs(found: Simulation, lang: Lang) -> str:
    """How many sessions, how many of their proofs are open, and by how much they were allowed to be."""
    text = _say(lang, "proofs", sessions=Spaced(len(found.weeks)), open=open_proofs(found))
    if not found.setting.gap:
        return text
    return f"{text} {_say(lang, 'gap', gap=percent(found.setting.gap, 4, lang))}"


def open_proofs(found: Simulation) -> int:
    """Sessions whose proof was left open."""
    return int((found.weeks["stop"] != "proven").sum())


def reading(table: pd.DataFrame, policy: str, indicator: str) -> dict[str, float]:
    """Mean and interval of a line of the summary; NaN where there is none."""
    line = table[(table["policy"] == policy) & (table["indicator"] == indicator)]
    if not len(line):
        return dict.fromkeys(("mean", "low", "high"), float("nan"))
    return {name: float(line.iloc[0][name]) for name in ("mean", "low", "high")}


def _against(found: Simulation, titles: dict[str, str]) -> list[dict[str, Any]]:
    return [{**row, "title": titles[row["policy"]]} for row in compared_values(found)]


def compared_values(found: Simulation) -> list[dict[str, Any]]:
    """The lines of the summary that compare the value of a policy somebody may live by with today's rule."""
    lines = found.summary[(found.summary["indicator"] == "value") & (found.summary["versus"] != "")]
    ids = {p.id for p in found.policies if p.terms is not None}
    rows = [{str(name): value for name, value in row.items()} for row in lines.to_dict("records")]
    return [row for row in rows if row["policy"] in ids]


def _alike(found: Simulation, lang: Lang) -> str:
    """What the p is where every draw differs by the same amount; empty where none does."""
    lines = pd.DataFrame(_against(found, {p.id: "" for p in found.policies}))
    if (
        not len(lines)
        or not ((lines["paired"] != 0) & lines["paired_low"].isna() & lines["holm_p"].notna()).any()
    ):
        return ""
    return _say(lang, "alike", seeds=len(found.seeds), power=len(found.seeds) - 1)


def _rules(found: Simulation, lang: Lang) -> list[dict[str, Any]]:
    """Leases missing of each rule, a mean over the draws for each policy."""
    table = found.table
    lines = table[(table["indicator"] == "rule_shortfall") & (table["year"] == 0)]
    rule = lines["scope"].str.extract(r"^rule=([^;]+)", expand=False)
    sums = lines.assign(rule=rule).groupby(["rule", "policy"], sort=True)["value"].sum() / len(found.seeds)
    ids = [p.id for p in found.policies if p.terms is not None]
    return [
        {"title": rule_label(str(name), lang), "cells": [float(sums.get((name, i), 0.0)) for i in ids]}
        for name in dict.fromkeys(sums.index.get_level_values("rule"))
    ]


def _regrets(found: Simulation, titles: dict[str, str], lang: Lang) -> str:
    """Sorted regrets, a curve per policy; none without the bound, nor of one draw, which is a point that nobody sees."""
    wide = by_seed(found.facts)
    series = {}
    for p in found.policies:
        if (p.id, "regret") in wide.columns and p.id != "cotation":
            values = sorted(wide[p.id, "regret"].dropna().tolist())
            series[titles[p.id]] = [(i + 1.0, max(0.0, v)) for i, v in enumerate(values)]
    if not any(len(points) > 1 for points in series.values()):
        return ""
    return curves(
        series, _say(lang, "draws"), _say(lang, "regret"), _say(lang, "regret_plot"), lambda x: decimal(x, 1, lang), whole=True
    )  # fmt: skip


def no_gain(found: Simulation, lang: Lang) -> str:
    """Why the policies have no gain, and what to ask for; empty where they have one."""
    run = {p.id for p in found.policies}
    if found.setting.years > 1:
        why = "years"
    elif CEILING not in run:
        why = "hindsight"
    elif FLOOR not in run:
        why = "cotation"
    elif all(np.isnan(reading(found.summary, p, "gain")["mean"]) for p in run - {CEILING}):
        why = "left"
    else:
        return ""
    return _say(lang, f"no_gain_{why}")


def shown_gain(value: float, lang: Lang) -> str:
    """A gain as one says it; a dash where nothing bounds it."""
    return percent(value, 1, lang) if value == value else "–"


def _of_the_bound(setting: Setting) -> tuple[str, ...]:
    """What is to be known of the bound, or why there is none."""
    if setting.years != 1:
        return ("years", "carried")
    return ("bound", *(("exchange",) if setting.freed else ()), *(("chained",) if setting.chains else ()))
