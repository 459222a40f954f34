"""Every mechanism on one case: the tables a researcher reads and a page shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd

from optimizer import pipeline
from optimizer.arguments import CALLABLE, FLAG, NAMES, PATH, TEXT, Kind, optional, takes
from optimizer.domain import Case
from optimizer.domain.durations import DAYS_PER_MONTH
from optimizer.domain.frames import OwnFrames, kept_kinds
from optimizer.domain.given import CASE
from optimizer.errors import AttrifluxError, Finding, Spaced
from optimizer.fairness import messages as messages
from optimizer.fairness.groups import group_table, groups_of, lorenz_table
from optimizer.fairness.lottery import Lottery
from optimizer.fairness.market import Market, market_of, program_size
from optimizer.fairness.prices import DIVERSITY, FRONT, check_rule, diversity_lines
from optimizer.fairness.registry import Mechanism, chosen_mechanisms
from optimizer.fairness.reserves import RESERVES, reserved_table
from optimizer.fairness.study import Study
from optimizer.fairness.units import front_unit, mark_of, mechanism_unit, read_allocated, read_front
from optimizer.runs.assumed import Assumed, assumed_of
from optimizer.workers import Parts, Unit, Workers, run_units

COLUMNS = ["mechanism", "metric", "scope", "value", "low", "high", "interval", "unit", "better", "source"]
BASELINE = "random"
"""The mechanism whose chances say what size, place and ceilings alone give a group."""
REACH = 20_000
"""Columns of the program of all types beyond which its stages take hours: "all" then leaves out the mechanisms that solve it."""


@dataclass(frozen=True)
class Fairness(OwnFrames):
    """What a comparison found.

    Attributes
    ----------
    table : DataFrame        ``mechanism, metric, scope, value, low, high, interval, unit, better, source``
    groups : DataFrame       rate and opportunity of each level of each group
    lorenz : DataFrame       share of the chances by share of the households
    front : DataFrame        the optimum as the share of a rule moves; no line without ``prices``
    reserves : DataFrame     dwellings that mechanisms of reserves keep for the households of a rule first
    diversity : DataFrame    price of diversity of each group, in utility and in points, beside the bound on it
    lotteries : mapping      id -> `Lottery`
    margin : Fraction        share of the dwellings a group may have beyond its part in ``diversity``
    places : mapping         code -> name of the EPCI that groups tell
    assumed : Assumed        targets and thresholds that nobody published
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
    margin: Fraction
    territory: str = ""
    """Title of the territory."""
    places: Mapping[str, str] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    assumed: Assumed = field(default_factory=Assumed)

    def __repr__(self) -> str:
        """A line: the mechanisms, and the sizes of the market."""
        names = ", ".join(m.id for m in self.mechanisms)
        return (
            f"<Fairness {names}; dwellings: {int(self.market.to_let.sum())}, households: {len(self.market)}>"
        )

    @property
    def reserves(self) -> pd.DataFrame:
        """``dwelling_id, rule, scope``: dwellings that the mechanisms of reserves (deferred acceptance) keep for a rule's households first."""
        if any(m.quotas == "reserves" for m in self.mechanisms):
            return reserved_table(self.market)
        return kept_kinds(pd.DataFrame(columns=list(RESERVES)), RESERVES)

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


ASKED: dict[str, Kind] = {
    "mechanisms": NAMES, "groups": optional(NAMES), "preferences": TEXT, "prices": NAMES, "seed": optional(TEXT),
    "models": optional(PATH), "accept_assumed": FLAG, "price_assumed": FLAG, "phase": CALLABLE, "progress": CALLABLE, "early": CALLABLE,
}  # fmt: skip
"""What a comparison takes beside its case, whether it is written or not."""


@takes(case=CASE, parts=optional(PATH), **ASKED)
def fairness(
    case: Case | Path | str,
    mechanisms: str | Sequence[str] = "all",
    *,
    draws: int = 1_000,
    groups: str | Sequence[str] | None = None,
    preferences: str = "fit",
    prices: str | Sequence[str] = (),
    steps: int = 9,
    seed: str | None = None,
    models: Path | None = None,
    accept_assumed: bool = False,
    price_assumed: bool = False,
    workers: Workers | int | str | None = 1,
    parts: Path | None = None,
    phase: Callable[[str], None] = lambda text: None,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
    early: Callable[[Finding], None] = lambda finding: None,
) -> Fairness:
    """Allocate a case by every mechanism and measure what each gives to whom.

    Parameters
    ----------
    case : a case (value, folder, workbook).
    mechanisms : ``"all"``, or ids: a list, or words joined by commas as on the command line.
    draws : allocations drawn where a lottery is not a short list.
    groups : names of `groups.KNOWN`, or ``col:NAME``, in the same two ways; None: all that the case tells.
    preferences : ``fit`` (equal fits are indifferent) or ``strict`` (told apart by lottery numbers).
    prices : ids of rules whose share is moved from 0 to 1 in ``steps`` steps, in the same two ways.
    seed : of every draw; default: the case's.
    workers : who computes the mechanisms (:func:`~optimizer.workers.workers_of`); the answer is the same.
    parts : folder where finished mechanisms are kept, and found again.
    progress : told how many units are done, of how many, and the id of the mechanism or rule just done.
    early : told, before any of it is computed, what makes the comparison long, or what it leaves out.

    Raises
    ------
    InputProblems
        The case cannot be used.
    AttrifluxError
        ``FAIRNESS_UNKNOWN``, ``FAIRNESS_GROUP``, ``FAIRNESS_RULE``, ``FAIRNESS_OPTION``; those of
        :func:`~optimizer.workers.run_units`.

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
        ("draws", draws, _at_least(draws, 1), "≥ 1"),
        ("steps", steps, _at_least(steps, 2), "≥ 2"),
        ("preferences", preferences, preferences in ("fit", "strict"), "fit, strict"),
    ):
        if not good:
            raise AttrifluxError("FAIRNESS_OPTION", option=option, value=value, expected=expected)
    prepared = pipeline.prepare(
        case, models=models, accept_assumed=accept_assumed, price_assumed=price_assumed, phase=phase
    )
    ruled = names_of(prices)
    for rule in ruled:
        check_rule(prepared.problem, rule)
    market = market_of(prepared.problem, strict=preferences == "strict")
    if seed is not None:
        market = replace(market, seed=seed)
    wanted, large = _within_reach(market, wanted, named=mechanisms not in ("all", ["all"]))
    for finding in large:
        early(finding)
    months = _months(market)
    levels = groups_of(
        prepared, [str(x) for x in market.application_ids], None if groups is None else names_of(groups)
    )
    mark = mark_of(market, prepared.problem, months)
    units = {m.id: mechanism_unit(mark, market, months, m.id, m.title("fr"), draws) for m in wanted}
    moved = {r: front_unit(mark, prepared, market, months, r, r, steps) for r in ruled}
    ids = {unit.key: id for id, unit in (*units.items(), *moved.items())}
    done: list[str] = []

    def finished(unit: Unit, answer: bytes) -> None:
        done.append(unit.key)
        progress(len(done), len(ids), ids[unit.key])

    phase("Calcul des manières de choisir…")
    answers = run_units(
        [*units.values(), *moved.values()],
        workers,
        parts=None if parts is None else Parts(parts, ".json"),
        finished=finished,
    )
    timings = dict(prepared.timings)
    lotteries: dict[str, Lottery] = {}
    lines: list[tuple[object, ...]] = []
    for made in wanted:
        lotteries[made.id], mine, seconds = read_allocated(
            answers[units[made.id].key], market, made.id, draws
        )
        lines += mine
        timings |= seconds
    baseline = lotteries[BASELINE].p if BASELINE in lotteries else None
    studies = {name: Study(one, draws, months, levels, baseline) for name, one in lotteries.items()}
    fronts = [read_front(answers[unit.key]) for unit in moved.values()]
    masked = int(prepared.rules.number("national.fairness.masked_below"))
    margin = Fraction(str(prepared.rules.number("national.fairness.diversity_margin")))
    told = set(levels.get("epci", ()))
    phase("Prix de la diversité de chaque groupe…")
    prices_of_groups = diversity_lines(market, levels, margin) if len(market) else []
    diversity = kept_kinds(pd.DataFrame(prices_of_groups, columns=list(DIVERSITY)), DIVERSITY)
    return Fairness(
        table=pd.DataFrame(lines, columns=COLUMNS),
        groups=group_table(studies, masked),
        lorenz=lorenz_table(studies),
        front=pd.concat(fronts, ignore_index=True)
        if fronts
        else kept_kinds(pd.DataFrame(columns=list(FRONT)), FRONT),
        diversity=diversity,
        lotteries=lotteries,
        market=market,
        case=prepared.case,
        mechanisms=wanted,
        draws=draws,
        applications=len(prepared.facts.applications.ids),
        territory=prepared.rules.title,
        masked_below=masked,
        margin=margin,
        places={
            str(code): str(name) for code, name in prepared.rules.all_epci["name"].items() if code in told
        },
        timings=timings,
        findings=(*large, *prepared.case.warnings),
        assumed=assumed_of(
            prepared.case,
            prepared.facts,
            prepared.rules,
            prepared.scores,
            prepared.problem.rows,
            priced=price_assumed,
        ),
    )


def _at_least(value: object, least: int) -> bool:
    return isinstance(value, (int, np.integer)) and int(value) >= least


def names_of(said: str | Sequence[str]) -> list[str]:
    """Names of a list, or of words joined by commas."""
    return [name.strip() for name in (said.split(",") if isinstance(said, str) else said) if name.strip()]


def _within_reach(
    market: Market, wanted: tuple[Mechanism, ...], *, named: bool
) -> tuple[tuple[Mechanism, ...], tuple[Finding, ...]]:
    """The mechanisms that are computed, and what is said where the program of some of them is large.

    Parameters
    ----------
    named : whether they were asked for by name: they are then computed all the same
    """
    large = [m for m in wanted if m.program]
    if not large:
        return wanted, ()
    columns, types = program_size(market)
    if columns <= REACH:
        return wanted, ()
    finding = Finding(
        "FAIRNESS_LONG" if named else "FAIRNESS_LEFT_OUT",
        "warning",
        params={
            "names_fr": ", ".join(m.title_fr for m in large),
            "names_en": ", ".join(m.title_en for m in large),
            "ids": ",".join(m.id for m in large),
            "columns": Spaced(columns),
            "types": Spaced(types),
            "reach": Spaced(REACH),
        },
    )
    return (wanted if named else tuple(m for m in wanted if not m.program)), (finding,)


def _months(market: Market) -> np.ndarray:
    """Months since the first application."""
    return np.asarray(np.floor(market.seniority / DAYS_PER_MONTH), np.float64)
