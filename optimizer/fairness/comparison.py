"""Every mechanism on one case: the tables a researcher reads and a page shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from optimizer import pipeline
from optimizer.domain import Case
from optimizer.errors import AttrifluxError, Finding
from optimizer.fairness import messages as messages
from optimizer.fairness.groups import group_table, groups_of, lorenz_table
from optimizer.fairness.lottery import Draw, Lottery
from optimizer.fairness.market import Market, market_of
from optimizer.fairness.measures import Reading, all_metrics
from optimizer.fairness.prices import diversity_price, front
from optimizer.fairness.registry import Mechanism, chosen_mechanisms
from optimizer.fairness.study import Study
from optimizer.pipeline import Prepared

COLUMNS = ["mechanism", "metric", "scope", "value", "low", "high", "interval", "unit", "better", "source"]
BASELINE = "random"
"""The mechanism whose chances say what size, place and ceilings alone give a group."""


@dataclass(frozen=True)
class Fairness:
    """What a comparison found.

    Attributes
    ----------
    table : DataFrame        ``mechanism, metric, scope, value, low, high, interval, unit, better, source``
    groups : DataFrame       rate and opportunity of each level of each group
    lorenz : DataFrame       share of the chances by share of the households
    front : DataFrame        the optimum as the share of a rule moves; empty without ``prices``
    diversity : DataFrame    price of diversity of each group beside its published bound
    lotteries : mapping      id -> `Lottery`
    market, case, mechanisms, timings
    """

    table: pd.DataFrame
    groups: pd.DataFrame
    lorenz: pd.DataFrame
    front: pd.DataFrame
    diversity: pd.DataFrame
    lotteries: Mapping[str, Lottery]
    market: Market
    case: Case
    mechanisms: tuple[Mechanism, ...]
    draws: int
    applications: int
    masked_below: int
    timings: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def probabilities(self) -> pd.DataFrame:
        """``mechanism, application_id, probability``: one line per household with an eligible dwelling."""
        frames = [
            pd.DataFrame(
                {
                    "mechanism": name,
                    "application_id": self.market.application_ids.astype(str),
                    "probability": lottery.p,
                    "exact": lottery.exact,
                }
            )
            for name, lottery in self.lotteries.items()
        ]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def fairness(
    case: Case | Path | str,
    mechanisms: str | Sequence[str] = "all",
    *,
    draws: int = 1_000,
    groups: Sequence[str] | None = None,
    preferences: str = "fit",
    prices: Sequence[str] = (),
    steps: int = 9,
    seed: str | None = None,
    models: Path | None = None,
    accept_assumed: bool = False,
    price_assumed: bool = False,
    phase: Callable[[str], None] = lambda text: None,
) -> Fairness:
    """Allocate a case by every mechanism and measure what each gives to whom.

    Parameters
    ----------
    mechanisms : ``"all"``, or ids.
    draws : allocations drawn where a lottery is not a short list.
    groups : names of `groups.KNOWN`, or ``col:NAME``; None: all that the case tells.
    preferences : ``fit`` (equal fits are indifferent) or ``strict`` (told apart by lottery numbers).
    prices : ids of rules whose share is moved from 0 to 1 in ``steps`` steps.
    seed : of every draw; default: the case's.

    Raises
    ------
    InputProblems
        The case cannot be used.
    AttrifluxError
        ``FAIRNESS_UNKNOWN``, ``FAIRNESS_GROUP``, ``FAIRNESS_RULE``, ``FAIRNESS_OPTION``.

    Examples
    --------
    >>> import optimizer as af
    >>> case = af.synthesize("commission", dwellings=4, applications=200, seed=1)
    >>> found = af.fairness(case, ["cotation", "random"], draws=20)
    >>> sorted(found.table["mechanism"].unique())
    ['cotation', 'random']
    """
    wanted = chosen_mechanisms(mechanisms if isinstance(mechanisms, str) else list(mechanisms))
    for option, value, good, expected in (
        ("draws", draws, draws >= 1, "≥ 1"),
        ("steps", steps, steps >= 2, "≥ 2"),
        ("preferences", preferences, preferences in ("fit", "strict"), "fit, strict"),
    ):
        if not good:
            raise AttrifluxError("FAIRNESS_OPTION", option=option, value=value, expected=expected)
    prepared = pipeline.prepare(
        case, models=models, accept_assumed=accept_assumed, price_assumed=price_assumed, phase=phase
    )
    market = market_of(prepared.problem, strict=preferences == "strict")
    if seed is not None:
        market = replace(market, seed=seed)
    months = _months(prepared, market)
    levels = groups_of(prepared, [str(x) for x in market.application_ids], groups)
    timings = dict(prepared.timings)
    lotteries: dict[str, Lottery] = {}
    for made in wanted:
        phase(made.title("fr") + "…")
        clock = time.perf_counter()
        lotteries[made.id] = made.allocate(market, Draw(market.seed, 0, draws))
        timings[made.id] = time.perf_counter() - clock
    baseline = lotteries[BASELINE].p if BASELINE in lotteries else None
    studies = {name: Study(one, draws, months, levels, baseline) for name, one in lotteries.items()}
    lines = []
    for name, study in studies.items():
        clock = time.perf_counter()
        lines += measured(name, study)
        timings[f"metrics {name}"] = time.perf_counter() - clock
    fronts = [front(prepared.problem, market, months, rule, steps) for rule in prices]
    masked = int(prepared.rules.number("national.fairness.masked_below"))
    diversity = pd.DataFrame(
        [{"group": g, **diversity_price(market, who)} for g, who in levels.items() if len(market)],
        columns=["group", "price", "bound"],
    )
    return Fairness(
        table=pd.DataFrame(lines, columns=COLUMNS),
        groups=group_table(studies, masked),
        lorenz=lorenz_table(studies),
        front=pd.concat(fronts, ignore_index=True) if fronts else pd.DataFrame(),
        diversity=diversity,
        lotteries=lotteries,
        market=market,
        case=prepared.case,
        mechanisms=wanted,
        draws=draws,
        applications=len(prepared.facts.applications.ids),
        masked_below=masked,
        timings=timings,
        findings=prepared.case.warnings,
    )


def measured(name: str, study: Study) -> list[tuple[object, ...]]:
    """Lines of ``mechanisms.csv`` for one mechanism."""
    lines: list[tuple[object, ...]] = []
    for metric in all_metrics():
        for r in metric.compute(study):
            lines.append(
                (
                    name,
                    metric.id,
                    r.scope,
                    r.value,
                    r.low,
                    r.high,
                    r.interval,
                    metric.unit,
                    metric.better,
                    metric.source,
                )
            )
    proof = study.lottery.proof
    if "error" in proof:
        reading = Reading(
            "", float(proof["error"]), float(proof["least_error"]), float(proof["error"]), "certified"
        )
        lines.append(
            (
                name, "lottery_error", reading.scope, reading.value, reading.low, reading.high, reading.interval, "share",
                "less", "design § 7",
            )
        )  # fmt: skip
    return lines


def _months(prepared: Prepared, market: Market) -> np.ndarray:
    """Months since the first application."""
    return np.asarray(np.floor(market.seniority / 30.4375), np.float64)
