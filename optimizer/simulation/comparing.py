"""``af.simulate``: worlds, policies and seeds to one value with its tables."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Real
from operator import index
from pathlib import Path
from typing import Any, SupportsIndex

import pandas as pd

from optimizer import importers, policy
from optimizer.arguments import CALLABLE, FLAG, NAMES, PATH, TEXT, optional, takes
from optimizer.domain import Case
from optimizer.domain.frames import OwnFrames, kept_kinds
from optimizer.domain.given import CASE
from optimizer.errors import LANGS, AttrifluxError, Finding, InputProblems
from optimizer.pipeline import PROPOSE_TABLES
from optimizer.presentation.numbers import decimal
from optimizer.runs.assumed import Assumed, assumed_of
from optimizer.simulation import messages as messages
from optimizer.simulation.registry import Policy, chosen_policies
from optimizer.simulation.setting import DAYS, Every, Setting
from optimizer.simulation.summary import summary
from optimizer.simulation.sweep import lived
from optimizer.simulation.world import draw_world, too_few
from optimizer.solve import SolveOptions
from optimizer.synth.profile import profiles
from optimizer.workers import Parts, Unit, Workers, key_of, run_units

OF_SESSION = ("dwellings", "applications", "proposed", "signed", "refused", "objective", "bound")
MOST = {"publics": 1, "years": 20, "pool": 1_000, "arrivals": 1_000}
"""What no year goes beyond: a digit too many would draw households for hours; a million of anything else."""
OF_CHAINS = ("chained", "void")
"""Figures of a session that it has where chains were asked for."""


@dataclass(frozen=True, repr=False)
class Simulation(OwnFrames):
    """What :func:`simulate` returns.

    Attributes
    ----------
    setting : what was asked
    policies : those run, in the order of tables
    seeds : numbers of the years drawn
    title, territory (its title), synthetic : of the source
    assumed : of a case that is not synthetic: targets and thresholds that nobody published
    law : mark of the rules that every year was lived under (`law_mark`)
    facts : every figure in long form (``policy, seed, year, session, indicator, scope, value, text``)
    """

    setting: Setting
    policies: tuple[Policy, ...]
    seeds: tuple[int, ...]
    title: str
    territory: str
    synthetic: bool
    facts: pd.DataFrame
    sources: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    assumed: Assumed = field(default_factory=Assumed)
    law: str = ""

    @cached_property
    def table(self) -> pd.DataFrame:
        """``policies.csv``: policy, seed, year (0: all of them), indicator, scope, value."""
        kept = self.facts[self.facts["session"] == -1]
        found: pd.DataFrame = kept[["policy", "seed", "year", "indicator", "scope", "value"]].reset_index(
            drop=True
        )
        return found

    @cached_property
    def summary(self) -> pd.DataFrame:
        """``policies_summary.csv``: means over the seeds with intervals, differences from today's rule, Holm's p."""
        bounds = [p.id for p in self.policies if p.terms is None]
        return summary(self.facts, [p.id for p in self.policies], bounds=bounds)

    @cached_property
    def weeks(self) -> pd.DataFrame:
        """``weeks.parquet``: a row per policy, seed and session, with its certificate."""
        kept = self.facts[self.facts["session"] >= 0]
        of_session = (*OF_SESSION, *(OF_CHAINS if self.setting.chains else ()))
        keys = ["policy", "seed", "year", "session"]
        numbers = kept[kept["indicator"].isin(of_session)].pivot(
            index=keys, columns="indicator", values="value"
        )
        words = kept[kept["indicator"].isin(["stop", "certificate"])].pivot(
            index=keys, columns="indicator", values="text"
        )
        numbers = numbers.reindex(columns=list(of_session))
        words = words.reindex(columns=["stop", "certificate"])
        found = pd.concat([numbers, words], axis=1).reset_index()
        for name in (x for x in of_session if x not in ("objective", "bound")):
            found[name] = found[name].astype("int64")
        found.columns.name = None
        found = kept_kinds(found, {"stop": "str", "certificate": "str"})
        order = {p.id: i for i, p in enumerate(self.policies)}
        return found.sort_values(
            keys, key=lambda c: c.map(order) if c.name == "policy" else c, ignore_index=True
        )

    def __repr__(self) -> str:
        """A line: policies, seeds, sessions."""
        return f"<Simulation {', '.join(p.id for p in self.policies)}; seeds: {len(self.seeds)}; sessions: {len(self.weeks)}>"


@takes(
    source=CASE,
    policies=NAMES,
    seed=TEXT,
    parts=optional(PATH),
    models=optional(PATH),
    accept_assumed=FLAG,
    price_assumed=FLAG,
    progress=CALLABLE,
)
def simulate(
    source: Case | Path | str,
    policies: str | Sequence[str] = "all",
    *,
    seeds: int | Sequence[int] = 20,
    years: int = 1,
    session: Every = "week",
    refusals: bool = True,
    freed: bool = True,
    chains: int = 0,
    dwellings: int | None = None,
    pool: float | None = None,
    arrivals: float | None = None,
    publics: float = 1.0,
    tight: bool = False,
    sessions: int | None = None,
    seed: str = "attriflux",
    workers: Workers | int | str | None = 1,
    parts: Path | None = None,
    backend: str = "auto",
    gap: float = 0.0,
    models: Path | None = None,
    accept_assumed: bool = False,
    price_assumed: bool = False,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> Simulation:
    """Live years under several policies, on the same draws.

    Parameters
    ----------
    source : a case (value, folder, workbook), or the name of a profile
    policies : ids, or ``all``
    seeds : how many years to draw, or their numbers
    years : lived one after the other in each draw, balances of the agreements carried over; of more than one a bound (``hindsight``)
        is left out, and so are the gain and the regret that are told against it
    session : ``week`` or ``fortnight``
    refusals : whether households may refuse; a refused pair is never offered again
    freed : whether a tenant who moves leaves a dwelling to be let
    chains : dwellings freed in a session that may be let in it one after the other, as with ``propose --chains``; policies that cannot say
        so (`Policy.alone`)
    dwellings, pool, arrivals : dwellings of a year; applications per dwelling, waiting on the first day and arriving. None: of the case
        or of ``models/national/simulation.yaml``
    publics : part kept of the households of a public (profiles)
    tight : households that rules need score low (profiles)
    sessions : of a year, in place of 52 or 26
    seed : words that every draw depends on
    gap : relative, between a session's value and its bound, at which its proof may stop; 0 asks for the whole proof
    workers : who computes (:func:`optimizer.workers.workers_of`); changes no byte. None: a process for each core, which a script may ask
        for under ``if __name__ == "__main__":`` only, as every process reads it again
    parts : folder where finished units are kept, and found
    progress : done, of how many, which

    Raises
    ------
    InputProblems
        The case cannot be used.
    AttrifluxError
        ``SIMULATION_UNKNOWN``, ``SIMULATION_SOURCE``, ``SIMULATION_NUMBER``, ``SIMULATION_EMPTY``, ``SIMULATION_PROFILE_ONLY``,
        ``SIMULATION_CHAINS``, ``SIMULATION_CHAINS_LONG``, ``SIMULATION_ONE_YEAR``, ``SIMULATION_OTHER_LAW``, ``SOLVE_OPTION``; those of ``workers``.
    """
    began = time.perf_counter()
    if isinstance(seeds, (str, int)) or not isinstance(seeds, Iterable):
        _check(seeds=_whole(seeds=seeds))
        numbers = tuple(range(1, _whole(seeds=seeds) + 1))
    else:
        numbers = tuple(dict.fromkeys(_whole(seeds=number) for number in seeds))
        _check(seeds=len(numbers))
        _check_not_below_zero(seeds=min(numbers))
    years, chains = _whole(years=years), _whole(chains=chains)
    dwellings = None if dwellings is None else _whole(dwellings=dwellings)
    sessions = None if sessions is None else _whole(sessions=sessions)
    _check(years=years, dwellings=dwellings, sessions=sessions, pool=pool, arrivals=arrivals, publics=publics)
    _check_not_below_zero(chains=chains)
    refusals, freed, tight = _switch(refusals=refusals), _switch(freed=freed), _switch(tight=tight)
    if chains and not freed:
        raise AttrifluxError("SIMULATION_CHAINS", chains=chains)
    if session not in DAYS:
        raise AttrifluxError(
            "SIMULATION_NUMBER", name="session", value=session, expected_fr="week ou fortnight", expected_en="week or fortnight"
        )  # fmt: skip
    chosen = chosen_policies(policies if isinstance(policies, str) else list(policies))
    setting = Setting(
        years=years, every=session, refusals=refusals, freed=freed, chains=chains, dwellings=dwellings, pool=pool, arrivals=arrivals, publics=publics,
        tight=tight, sessions=sessions, seed=seed, gap=gap, backend=backend, accept_assumed=accept_assumed, price_assumed=price_assumed, models=models,
    )  # fmt: skip
    if years != 1:
        lived_by = tuple(p for p in chosen if p.bound is None)
        if not lived_by:
            raise AttrifluxError("SIMULATION_ONE_YEAR", name=", ".join(p.id for p in chosen), years=years)
        chosen = lived_by
    case, name, digest, findings = _source(source, models)
    law = policy.law_mark(models)
    findings = (*findings, *(() if case is None else too_few(case, setting)))
    for option, changed in (("--publics", publics != 1.0), ("--tight", tight)):
        if changed and case is not None:
            raise AttrifluxError("SIMULATION_PROFILE_ONLY", name=option, known=", ".join(profiles(models)))
    assumed = Assumed() if case is None or case.settings.synthetic else _assumed(case, setting, numbers[0])
    solving = {"backend": backend, "gap": SolveOptions(gap=gap).gap}
    units = [
        Unit(
            key_of("simulate", digest, law, setting.record(), p.id, number, solving),
            f"{p.id} {number}",
            lived,
            (name if case is None else case, setting, p.id, number, solving, law),
        )
        for number in numbers
        for p in chosen
    ]  # fmt: skip
    done = 0

    def finished(unit: Unit, answer: bytes) -> None:
        nonlocal done
        done += 1
        progress(done, len(units), unit.name)

    kept = None if parts is None else Parts(parts, ".parquet")
    progress(0, len(units), "")
    answers = run_units(units, workers, parts=kept, finished=finished)
    order = {p.id: i for i, p in enumerate(chosen)}
    frames = [pd.read_parquet(io.BytesIO(answers[unit.key])) for unit in units]
    facts = pd.concat([f for f in frames if len(f)] or frames[:1], ignore_index=True)
    facts = facts.sort_values(
        ["policy", "seed"], key=lambda c: c.map(order) if c.name == "policy" else c, kind="stable", ignore_index=True
    )  # fmt: skip
    settings = None if case is None else case.settings
    return Simulation(
        setting, chosen, numbers, name if settings is None else settings.title, "" if settings is None else policy.rules_of(settings, models).title,
        settings is None or settings.synthetic, facts, {} if case is None else {s.name: s.sha256 for s in case.sources}, findings,
        time.perf_counter() - began, assumed, law,
    )  # fmt: skip


def _assumed(case: Case, setting: Setting, number: int) -> Assumed:
    """What the years rest on that nobody published: the same in each of them."""
    world = draw_world(case, setting, number)
    return assumed_of(
        world.case, world.facts, world.rules, world.scores, world.book.rows, priced=setting.price_assumed
    )


def _source(
    source: Case | Path | str, models: Path | None
) -> tuple[Case | None, str, Any, tuple[Finding, ...]]:
    """The case (None: a profile), the profile's name, what its keys depend on, what the reader had to say."""
    if isinstance(source, str) and source in profiles(models):
        return None, source, ("profile", source), ()
    if isinstance(source, Case):
        importers.need_tables(source, PROPOSE_TABLES)
        tables = [(name, _digest(frame)) for name, frame in sorted(source.tables.items())]
        return source, "", ("tables", tables, repr(source.settings)), ()
    path = Path(source)
    if not path.exists():
        raise AttrifluxError("SIMULATION_SOURCE", name=str(source), known=", ".join(profiles(models)))
    read, findings = importers.read_findings(path, need=PROPOSE_TABLES, models=models)
    if read is None:
        raise InputProblems(findings)
    return read, "", ("files", sorted((s.name, s.sha256) for s in read.sources)), findings


def _whole(**number: object) -> int:
    """A whole number, or a refusal that names it."""
    ((name, value),) = number.items()
    if not isinstance(value, SupportsIndex):
        raise AttrifluxError(
            "SIMULATION_NUMBER", name=name, value=value, expected_fr="un nombre entier", expected_en="a whole number"
        )  # fmt: skip
    return index(value)


def _switch(**option: object) -> bool:
    """True or False, or the words of the command line: « off » is a text, which Python takes for true."""
    ((name, value),) = option.items()
    found = {"on": True, "off": False}.get(value) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise AttrifluxError(
            "SIMULATION_NUMBER", name=name, value=value, expected_fr="True ou False (on ou off)", expected_en="True or False (on or off)"
        )  # fmt: skip
    return bool(found)


def _check_not_below_zero(**number: int) -> None:
    ((name, value),) = number.items()
    if value < 0:
        raise AttrifluxError(
            "SIMULATION_NUMBER", name=name, value=value, expected_fr="0 ou plus", expected_en="0 or more"
        )


def _check(**numbers: float | None) -> None:
    """Refuse numbers that no year has."""
    for name, value in numbers.items():
        if value is None:
            continue
        most, known = MOST.get(name, 1_000_000), isinstance(value, Real)
        part = name == "publics"
        if not (known and value == value and (0 <= value if part else 0 < value) and value <= most):
            fr, en = (decimal(most, 0, lang) for lang in LANGS)
            raise AttrifluxError(
                "SIMULATION_NUMBER", name=name, value=f"{value:g}" if known else value,
                expected_fr="de 0 à 1" if part else f"plus que 0, {fr} au plus", expected_en="from 0 to 1" if part else f"above 0, {en} at most",
            )  # fmt: skip


def _digest(frame: pd.DataFrame) -> str:
    text = frame.to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
