"""`World`: what a simulated year brings, whatever is decided: dwellings vacated, households who ask, who leaves, who would refuse.

Everything is drawn by hash from the seed and the identifiers. Two policies on one seed meet the same year, and the answer of a
household to a dwelling does not depend on the week it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer import eligibility, importers, policy, scoring
from optimizer.chains.homes import MOST
from optimizer.domain import Case
from optimizer.eligibility.facts import ConventionFacts, Facts
from optimizer.errors import AttrifluxError, Finding, InputProblems, Spaced
from optimizer.policy import RuleSet
from optimizer.problem import RuleBook, book_of
from optimizer.problem.ground import Counted, Forecast, Ground, leases_of_first_ranks
from optimizer.problem.registry import hundredths
from optimizer.simulation.draws import number, numbers
from optimizer.simulation.setting import Setting

I32 = NDArray[np.int32]
B = NDArray[np.bool_]
NEVER = np.int32(1 << 30)
"""Session of a dwelling that only a move would free."""


@dataclass(frozen=True, eq=False)
class World:
    """A drawn year, or several. D dwellings, A applications, S sessions.

    Attributes
    ----------
    source : what it was drawn from, so that a policy may draw other years of the same law
    case, facts, scores, rules : of everybody and everything, encoded once
    setting : what was asked for
    seed : str, of the draws
    opens : (D,) int32       session a dwelling is first put forward at; `NEVER` for one that a move would free
    arrives, leaves : (A,) int32    sessions an application is there: from ``arrives``, before ``leaves``
    frees : (A,) int32       dwelling that the household leaves when it moves, -1 none
    ground : with nothing counted yet
    book : rules of the first year on it
    """

    source: Case | str
    case: Case
    facts: Facts
    scores: scoring.Scores
    rules: RuleSet
    setting: Setting
    seed: str
    opens: I32
    arrives: I32
    leaves: I32
    frees: I32
    ground: Ground
    book: RuleBook

    @property
    def sessions(self) -> int:
        return self.setting.years * self.setting.per_year

    def book_of_year(self, year: int, conventions: tuple[ConventionFacts, ...]) -> RuleBook:
        """The rules of a year (from 0) under its agreements: one run over the dwellings vacated in it."""
        facts = replace(self.facts, conventions=conventions)
        return book_of(
            replace(self.ground, facts=facts, expected=_vacated_in(self.opens, year, self.setting))
        )

    @cached_property
    def reachable(self) -> B:
        """(A,): somebody answers; the others are offered nothing."""
        a = self.facts.applications
        return np.asarray(a.active & ~a.live_offer & ~a.unreachable)

    @cached_property
    def acceptance(self) -> NDArray[np.float64]:
        """(A,) chance that the household accepts a dwelling."""
        return np.asarray(self.facts.applications.acceptance / 10_000.0)

    @cached_property
    def notice(self) -> int:
        """Sessions between a move and the first session of the dwelling left."""
        days = self.rules.integer("national.simulation.notice_days")
        return -(-days // self.setting.days)

    @cached_property
    def link_cost(self) -> int:
        """Hundredths of a point that a session takes off a dwelling let in a chain."""
        return hundredths(self.rules.get("national.chain.link_cost"))

    @cached_property
    def waiting_cost(self) -> int:
        """Hundredths of a point that a dwelling loses in each session it waits."""
        per_week = self.rules.number("national.simulation.waiting_points_per_week")
        return round(100 * per_week * self.setting.days / 7)

    def accepts(self, dwelling: int, app: int) -> bool:
        """Whether a household takes a dwelling: the same answer whenever it is asked."""
        if not self.setting.refusals:
            return True
        names = str(self.facts.dwellings.ids[dwelling]), str(self.facts.applications.ids[app])
        return bool(number(self.seed, "accepts", *names) < self.acceptance[app])


def draw_world(source: Case | str, setting: Setting, seed: int) -> World:
    """The world of a seed.

    Parameters
    ----------
    source : a profile's name: dwellings and households are drawn from it; or a case: its households are the pool, and what is
        vacated and who arrives is drawn again from the case.

    Raises
    ------
    InputProblems
        The case cannot be used.
    AttrifluxError
        ``SIMULATION_EMPTY``: nobody to house, or nowhere; ``SIMULATION_CHAINS_LONG``; those of `synthesize`.
    """
    drawn = f"{setting.seed}|{seed}"
    case, opens, arrives = (
        _of_profile(source, setting, seed, drawn)
        if isinstance(source, str)
        else _of_case(source, setting, drawn)
    )
    if not len(opens) or not len(arrives):
        raise AttrifluxError("SIMULATION_EMPTY")
    case = policy.with_own_changes(case, setting.models)
    if setting.freed:
        case, opens = _with_freed(case, opens, drawn)
        _check_chains(setting.chains, sum(at == NEVER for at in opens.values()))
    return encoded(source, case, opens, arrives, setting, drawn)


def encoded(
    source: Case | str,
    case: Case,
    opens: Mapping[str, int],
    arrives: Mapping[str, int],
    setting: Setting,
    drawn: str,
) -> World:
    """The world of dwellings and households that were drawn: their tables read and encoded once.

    Parameters
    ----------
    opens, arrives : session of each dwelling, of each application
    drawn : seed of what is still to draw

    Raises
    ------
    InputProblems
        The tables cannot be used.
    """
    case, findings = importers.check_frames(case)
    rules = policy.rules_of(case.settings, setting.models)
    reading = eligibility.examine(case, rules, accept_assumed=setting.accept_assumed)
    if bad := [f for f in (*findings, *reading.findings) if f.severity == "error"]:
        raise InputProblems(bad)
    scores = scoring.score(case, reading.facts, rules)
    facts = _delegated(reading.facts.with_span(scores.span))
    names = [str(name) for name in facts.dwellings.ids]
    who = [str(name) for name in facts.applications.ids]
    opens_at = np.array([opens[name] for name in names], np.int32)
    arrives_at = np.array([arrives[name] for name in who], np.int32)
    ground = _ground(case, facts, rules, setting, opens_at)
    return World(
        source,
        case,
        facts,
        scores,
        rules,
        setting,
        drawn,
        opens_at,
        arrives_at,
        _leaves(facts, rules, setting, drawn, arrives_at),
        _frees(names, who),
        ground,
        book_of(ground),
    )


def _of_profile(
    profile: str, setting: Setting, seed: int, drawn: str
) -> tuple[Case, dict[str, int], dict[str, int]]:
    from optimizer.synth.profile import read_profile

    found = read_profile(profile, setting.models)
    rules = policy.load(found.territory, found.on, {}, setting.models)
    each = setting.dwellings or rules.integer("national.simulation.dwellings_per_year")
    pool = setting.pool or rules.number("national.simulation.pool_per_dwelling")
    arrivals = setting.arrivals or rules.number("national.simulation.arrivals_per_dwelling")
    homes = each * setting.years
    first, later = round(each * pool), round(each * arrivals * setting.years)
    asked = first + later
    case, people = _enough(profile, homes, asked, setting, seed, drawn)
    tables = {
        name: case.table(name)
        for name in ("dwellings", "applications", "residences", "conventions")
        if case.has(name)
    }
    tables["applications"] = people = people.iloc[:asked].reset_index(drop=True)
    case = replace(case, tables=tables, path=None, sources=(), origins={})
    order = sorted(map(str, people["application_id"]), key=lambda name: number(drawn, "order", name))
    return (
        replace(case, tables=tables),
        _spread(case, setting, drawn),
        {name: 0 if i < first else _session(drawn, "arrives", name, setting) for i, name in enumerate(order)},
    )


def _enough(
    profile: str, homes: int, asked: int, setting: Setting, seed: int, drawn: str
) -> tuple[Case, pd.DataFrame]:
    """A case of the profile, and of its households as many as are asked for, or more, with the part kept of those of a public."""
    from optimizer.synth import synthesize

    many = asked if setting.publics == 1 else 2 * asked
    while True:
        case = synthesize(
            profile, dwellings=homes, applications=many, seed=seed, tight=setting.tight, models=setting.models
        )
        people = case.table("applications")
        if setting.publics < 1:
            people = _thinned(people, setting.publics, drawn)
        if len(people) >= asked or not len(people):
            return case, people
        many *= 2


def _thinned(people: pd.DataFrame, kept: float, drawn: str) -> pd.DataFrame:
    """Fewer households of a public: with a priority code, employed by a firm that pays for Action Logement, a public agent."""
    public = people["priority_codes"].notna().to_numpy(bool)
    for name in ("als_employee", "public_agent", "essential_worker"):
        public = public | people[name].fillna(False).to_numpy(bool)
    luck = numbers(drawn, "public", [str(name) for name in people["application_id"]])
    return people[~public | (luck < kept)].reset_index(drop=True)


def _delegated(facts: Facts) -> Facts:
    """The agreements, the landlord naming every household: whom a réservataire would name nobody knows."""
    lines = tuple(replace(line, management_mode="delegated") for line in facts.conventions)
    return replace(facts, conventions=lines, memo={}, lasting={})


def _of_case(case: Case, setting: Setting, drawn: str) -> tuple[Case, dict[str, int], dict[str, int]]:
    people = case.table("applications").sort_values("application_id", ignore_index=True)
    homes = case.table("dwellings").sort_values("dwelling_id", ignore_index=True)
    each = _each(case, setting)
    years = setting.years
    new_homes, _ = _again(homes, "dwelling_id", each * years, drawn, "home")
    recent = _recent(case, people)
    many = len(recent) if not setting.arrivals else round(setting.arrivals * each)
    pool, of_pool = people, {name: name for name in map(str, people["application_id"])}
    if setting.pool:
        pool, of_pool = _again(people, "application_id", round(setting.pool * each), drawn, "pool")
    later, of_later = _again(
        recent if len(recent) else people, "application_id", many * years, drawn, "arrival"
    )
    tables = {name: case.table(name) for name in ("residences", "conventions") if case.has(name)}
    tables["dwellings"] = new_homes
    tables["applications"] = pd.concat([pool, later], ignore_index=True)
    if case.has("scores"):
        tables["scores"] = _scored_again(case.table("scores"), of_pool | of_later)
    made = replace(case, tables=tables, path=None, sources=(), origins={})
    arrives = dict.fromkeys(map(str, pool["application_id"]), 0)
    arrives |= {name: _session(drawn, "arrives", name, setting) for name in map(str, later["application_id"])}
    return made, _spread(made, setting, drawn), arrives


def _each(case: Case, setting: Setting) -> int:
    """Dwellings vacated in a year."""
    return setting.dwellings or _vacated(case) or len(case.table("dwellings"))


def _recent(case: Case, people: pd.DataFrame) -> pd.DataFrame:
    """Those who asked in the last year: as many as arrive in one that is drawn."""
    registered = pd.to_datetime(people["first_registered_on"])
    return people[registered > pd.Timestamp(case.settings.on) - pd.Timedelta(days=365)]


def too_few(case: Case, setting: Setting) -> tuple[Finding, ...]:
    """The warning that the assiette vacates more dwellings in a year than households are there to be housed: it is likely that of
    a whole landlord, beside the applications of a week."""
    each, people = _each(case, setting), case.table("applications")
    if setting.dwellings or not len(people) or each != _vacated(case):
        return ()
    waiting = round(setting.pool * each) if setting.pool else len(people)
    arriving = round(setting.arrivals * each) if setting.arrivals else len(_recent(case, people))
    if each <= waiting + arriving:
        return ()
    params = {"dwellings": Spaced(each), "households": Spaced(waiting + arriving)}
    return (Finding("SIMULATION_FEW_HOUSEHOLDS", "warning", file="assiette", params=params),)


def _vacated(case: Case) -> int:
    """Dwellings that the landlords of the case's dwellings vacate in its year: as forecast, else as it was; 0 where nothing says."""
    rows = case.table("assiette")
    rows = rows[
        (rows["year"] == case.settings.year) & rows["landlord"].isin(case.table("dwellings")["landlord"])
    ]
    rows = rows.sort_values("basis", key=lambda basis: basis == "forecast", kind="stable")
    return int(rows.drop_duplicates(["landlord", "departement"], keep="last")["vacated"].fillna(0).sum())


def _again(
    frame: pd.DataFrame, key: str, many: int, drawn: str, what: str
) -> tuple[pd.DataFrame, dict[str, str]]:
    """So many rows drawn with replacement, each under an identifier of its own; and the identifier that each was drawn from."""
    at = [int(number(drawn, what, i) * len(frame)) for i in range(many)] if len(frame) else []
    made = frame.iloc[at].reset_index(drop=True)
    like = [str(name) for name in made[key]]
    made[key] = names = [f"{what}-{i + 1}" for i in range(len(at))]
    if "household_id" in made.columns:
        made["household_id"] = made[key]
    return made, dict(zip(names, like, strict=True))


def _scored_again(scores: pd.DataFrame, like: Mapping[str, str]) -> pd.DataFrame:
    """The written scores of the households that applications were drawn from: a cotation is the household's, whatever its name here."""
    names = pd.DataFrame({"drawn": list(like), "application_id": list(like.values())})
    found = names.merge(scores.astype({"application_id": str}), on="application_id")
    return found.assign(application_id=found["drawn"])[list(scores.columns)]


def _spread(case: Case, setting: Setting, drawn: str) -> dict[str, int]:
    """Dwellings over the sessions, evenly, in an order drawn from the seed."""
    names = sorted(map(str, case.table("dwellings")["dwelling_id"]), key=lambda n: number(drawn, "opens", n))
    sessions = setting.years * setting.per_year
    return {name: i * sessions // len(names) for i, name in enumerate(names)}


def _session(drawn: str, what: str, name: str, setting: Setting) -> int:
    return int(number(drawn, what, name) * setting.years * setting.per_year)


LEFT = "L-"
"""What the identifier of a dwelling begins with that a household of the case would leave."""


def _with_freed(case: Case, opens: Mapping[str, int], drawn: str) -> tuple[Case, dict[str, int]]:
    """A dwelling more for each tenant of the landlords of the case: nothing is known of it but that it is one of theirs."""
    homes, people = case.table("dwellings"), case.table("applications")
    of_landlord = {str(name): group for name, group in homes.groupby("landlord", sort=True)}
    made = []
    for name, landlord in zip(people["application_id"].astype(str), people["current_landlord"], strict=True):
        if pd.notna(landlord) and str(landlord) in of_landlord:
            like = of_landlord[str(landlord)]
            row = like.iloc[int(number(drawn, "left", name) * len(like))].copy()
            row["dwelling_id"] = LEFT + name
            made.append(row)
    if not made:
        return case, dict(opens)
    more = pd.DataFrame(made).astype(homes.dtypes.to_dict())
    tables = {**case.tables, "dwellings": pd.concat([homes, more], ignore_index=True)}
    return replace(case, tables=tables), {**opens, **{str(n): int(NEVER) for n in more["dwelling_id"]}}


def _check_chains(chains: int, homes: int) -> None:
    """Refuse chains that may ask for more freed dwellings than a session can weigh. ``homes``: tenants who would free one."""
    if min(chains, homes) * homes > MOST:
        raise AttrifluxError(
            "SIMULATION_CHAINS_LONG", chains=chains, homes=homes, limit=MOST, fits=MOST // homes
        )


def _frees(names: list[str], who: list[str]) -> I32:
    at = {name: i for i, name in enumerate(names)}
    return np.array([at.get(LEFT + name, -1) for name in who], np.int32)


def _leaves(facts: Facts, rules: RuleSet, setting: Setting, drawn: str, arrives: I32) -> I32:
    """First session an application is no longer there: not renewed at an anniversary, or withdrawn before."""
    who = [str(name) for name in facts.applications.ids]
    weeks = setting.days / 7
    stays = 1 - rules.number("national.simulation.withdrawn_per_week")
    renewed = 1 - rules.number("national.simulation.not_renewed_share")
    luck = numbers(drawn, "withdrawn", who)
    gone = (
        arrives
        + 1
        + np.floor(np.log1p(-luck) / (np.log(stays) * weeks) if stays < 1 else np.full(len(who), 1e9))
    )
    year = 365 / setting.days
    since = (facts.applications.seniority_days % 365) / setting.days
    first = np.where(arrives > 0, arrives + year, year - since)
    again = (
        np.floor(np.log1p(-numbers(drawn, "renewed", who)) / np.log(renewed))
        if renewed > 0
        else np.zeros(len(who))
    )
    expired = np.ceil(first + again * year)
    return np.asarray(np.minimum(np.minimum(gone, expired), 1e8).astype(np.int32))


def _ground(case: Case, facts: Facts, rules: RuleSet, setting: Setting, opens: I32) -> Ground:
    """Nothing counted; the year's leases are the dwellings known beforehand, spread over the years."""
    d = facts.dwellings
    priced = setting.price_assumed or case.settings.synthetic
    empty = Ground(facts, rules, case.settings, _none(), _none(), False, {}, priced)
    known = np.flatnonzero(opens < NEVER)
    base = leases_of_first_ranks(empty, known, np.full(len(known), -1), np.full(len(known), -1)).flux_base
    forecast: dict[tuple[int, int], Forecast] = {}
    pairs = np.stack([d.landlord[known], d.departement[known]], axis=1)
    for landlord, departement in np.unique(pairs, axis=0).tolist():
        here = (pairs[:, 0] == landlord) & (pairs[:, 1] == departement)
        counts = (int(here.sum()), 0, int((here & base).sum()))
        forecast[landlord, departement] = Forecast(*(-(-n // setting.years) for n in counts))
    return replace(
        empty, forecast=forecast, before=_none(), returned=_none(), expected=_vacated_in(opens, 0, setting)
    )


def _vacated_in(opens: I32, year: int, setting: Setting) -> B:
    """(D,) dwellings vacated in a year, from 0: what only a move frees is no lease that a target waits for."""
    return np.asarray(opens // setting.per_year == year)


def _none() -> Counted:
    index, flag, small = np.zeros(0, np.int32), np.zeros(0, bool), np.zeros(0, np.int8)
    return Counted(
        landlord=index, commune=index, epci=index, departement=index, qpv=flag, rooms=small, financing=small, residence=index,
        flux_base=flag, account=index, q1=small, dalo=flag, priority=flag, relocated=flag, essential=flag, accepts_qpv=flag,
        designated=flag, named=flag,
    )  # fmt: skip
