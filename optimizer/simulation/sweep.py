"""A policy on a seed is a unit of work: lived anywhere, answered as a Parquet table, merged by key."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from optimizer.domain import Case
from optimizer.domain.durations import DAYS_PER_MONTH
from optimizer.domain.memory import give_back
from optimizer.dropin import answered, wrong_answer
from optimizer.errors import AttrifluxError
from optimizer.policy import law_mark
from optimizer.problem.model import RATE_UNIT
from optimizer.simulation.living import Lease, Life, live
from optimizer.simulation.registry import Policy, all_policies
from optimizer.simulation.setting import Setting
from optimizer.simulation.untouched import checksum
from optimizer.simulation.world import NEVER, World, draw_world
from optimizer.solve import SolveOptions

COLUMNS = ("policy", "seed", "year", "session", "indicator", "scope", "value", "text")


def lived(
    source: Case | str, setting: Setting, policy: str, seed: int, solving: Mapping[str, Any], law: str
) -> bytes:
    """One policy on one seed: the rows of `COLUMNS` as Parquet.

    Parameters
    ----------
    solving : arguments of `SolveOptions`
    law : mark of the rules it is to be lived under (`law_mark`): whoever works reads them from a folder of its own, which may be
        another one, or change while a sweep lasts

    Raises
    ------
    AttrifluxError
        ``SIMULATION_OTHER_LAW``: the rules read here are not those.
    DropInError
        The policy changes the world, which those after it are to live on as it was drawn.
    """
    _check_law(setting, law)
    world = (
        _drawn(source, setting, seed, law) if isinstance(source, str) else draw_world(source, setting, seed)
    )
    chosen = next(p for p in all_policies() if p.id == policy)
    call = chosen.terms or chosen.bound
    assert call is not None
    before = checksum(world)
    rows = (
        bounded(world, chosen)
        if chosen.terms is None
        else facts_of_life(world, live(world, chosen, SolveOptions(**solving)))
    )
    if checksum(world) != before:
        _drawn.cache_clear()
        raise wrong_answer(call, "it writes into the world that every other policy lives on")
    # a policy may have drawn other years while it lived
    _check_law(setting, law)
    frame = pd.DataFrame([(policy, seed, *row) for row in rows], columns=list(COLUMNS))
    answer = io.BytesIO()
    frame.to_parquet(answer, index=False, compression="zstd")
    give_back()
    return answer.getvalue()


def _check_law(setting: Setting, law: str) -> None:
    if law_mark(setting.models) != law:
        raise AttrifluxError("SIMULATION_OTHER_LAW")


@lru_cache(maxsize=1)
def _drawn(profile: str, setting: Setting, seed: int, law: str) -> World:
    """The world of a profile under a law, for the policies that live on it one after the other; no policy changes it."""
    return draw_world(profile, setting, seed)


Fact = tuple[int, int, str, str, float, str]
"""(year, session, indicator, scope, value, text); session -1: of the year, year 0: of all years."""


def bounded(world: World, policy: Policy) -> list[Fact]:
    """What the bound says, where it says something: of one year.

    Raises
    ------
    DropInError
        It gives no figures.
    """
    if policy.bound is None or world.setting.years != 1:
        return []
    figures: Mapping[str, float] = answered(policy.bound(world), Mapping, policy.bound)
    if wrong := [name for name, value in figures.items() if not isinstance(value, int | float | np.number)]:
        raise wrong_answer(policy.bound, f"the figure {wrong[0]!r} is no number")
    return [(0, -1, name, "", value, "") for name, value in figures.items()]


def facts_of_life(world: World, life: Life) -> list[Fact]:
    """What a life counts: of each year, then of the whole where it has several (year 0)."""
    years = [_of_year(world, life, year) for year in range(1, len(life.years) + 1)]
    rows: list[Fact] = [(y, -1, *fact, "") for y, facts in enumerate(years, 1) for fact in facts]
    whole: dict[tuple[str, str], list[float]] = {}
    for facts in years:
        for indicator, scope, value in facts:
            whole.setdefault((indicator, scope), []).append(value)
    cost, fill = world.waiting_cost / 100, world.rules.number("national.fit.fill_value")
    leases = [x for x in life.leases if x.app >= 0]
    months = world.facts.applications.seniority_days[[x.app for x in leases]] / DAYS_PER_MONTH
    total = {
        "value": sum(whole["worth", ""]) - sum(whole["lost", ""]) - cost * life.waited,
        "waited": float(life.waited),
        "freed": float(sum(world.opens[x.dwelling] == NEVER for x in life.leases)),
        "filled": fill * sum(world.opens[x.dwelling] < NEVER for x in life.leases),
        "unlet": float(sum(world.opens[d] < NEVER for d in life.left)),
        "offers": float(sum(w.refused + w.signed for w in life.weeks)),
        "refusals": float(sum(w.refused for w in life.weeks)),
        "open_proofs": float(sum(w.stop != "proven" for w in life.weeks)),
    }
    chains = world.setting.chains > 0
    if chains:
        total["chained"] = float(sum(x.chained for x in life.leases))
        total["void"] = float(sum(w.void for w in life.weeks))
    if leases:
        total["score"] = float(np.mean([x.score for x in leases]) / 100)
        total["months_waited"] = float(np.mean(months))
    total |= _households(world, leases)
    total["vacated"] = float((world.opens < NEVER).sum())
    total |= {name: sum(whole[name, ""]) for name in ("lettings", "shortfall", "lost", "worth")}
    rows += [(0, -1, name, "", value, "") for name, value in total.items()]
    rows += [(0, -1, name, scope, sum(values), "") for (name, scope), values in whole.items() if scope]
    for w in life.weeks:
        year = 1 + w.session // world.setting.per_year
        figures = {
            "dwellings": w.dwellings, "applications": w.applications, "proposed": w.proposed, "signed": w.signed, "refused": w.refused,
            "objective": w.objective / 1e6, "bound": w.bound / 1e6,
        }  # fmt: skip
        if chains:
            figures |= {"chained": w.chained, "void": w.void}
        rows += [(year, w.session, name, "", float(value), "") for name, value in figures.items()]
        rows.append((year, w.session, "stop", "", float("nan"), w.stop))
        said = json.dumps(w.certificate, ensure_ascii=False, sort_keys=True, default=str)
        rows.append((year, w.session, "certificate", "", float("nan"), said))
    return rows


def _households(world: World, leases: Sequence[Lease]) -> dict[str, float]:
    """Where the applications of a life come from and where they are at its end: pool + arrived = housed + withdrawn + still_waiting."""
    asks = world.facts.applications.active.copy()
    first = asks & (world.arrives == 0)
    left = asks.copy()
    left[[x.app for x in leases]] = False
    gone = left & (world.leaves < world.sessions)
    counted = {"pool": first, "arrived": asks & ~first, "withdrawn": gone, "still_waiting": left & ~gone}
    return {name: float(mine.sum()) for name, mine in counted.items()}


def _of_year(world: World, life: Life, year: int) -> list[tuple[str, str, float]]:
    rows, counts = life.years[year - 1]
    first = (year - 1) * world.setting.per_year
    here = [x for x in life.leases if first <= x.session < first + world.setting.per_year]
    missing = counts.shortfall(rows) / RATE_UNIT
    price = np.array([row.price for row in rows]) / 100
    weighing = price > 0
    found = [
        ("lettings", "", float(len(here))),
        ("worth", "", sum(x.value for x in here) / 100),
        ("shortfall", "", float(missing[weighing].sum())),
        ("lost", "", float((price * missing).sum())),
    ]
    for row, lacks, num, den in zip(
        rows, missing.tolist(), counts.num.tolist(), counts.den.tolist(), strict=True
    ):
        if row.price:
            scope = f"rule={row.rule};{row.scope}"
            found += [
                ("rule_shortfall", scope, lacks),
                ("rule_num", scope, float(num)),
                ("rule_den", scope, float(den)),
            ]
    return found
