"""All published tables of a run, from the optimum: one function, frozen frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer import eligibility
from optimizer.chains import present_homes
from optimizer.domain.beside import both, worthwhile
from optimizer.eligibility.facts import Facts
from optimizer.eligibility.pairs import FACTOR_UNIT, ceiling_cents
from optimizer.errors import LANGS, Lang
from optimizer.pipeline import LARGE, Optimum
from optimizer.policy import RuleSet
from optimizer.problem.account_year import FIGURES, AccountYear, account_years
from optimizer.problem.ledger import leases_of_year, pending_work
from optimizer.problem.model import Problem
from optimizer.results import expected_nums, unmet
from optimizer.runs.chains import read_moves
from optimizer.runs.options import Options
from optimizer.runs.result import Kept, Tables, Wording
from optimizer.scoring import Scores
from optimizer.shortlist import Shortlists, build_shortlists, prospects
from optimizer.shortlist.changes import changes_table, empty_changes
from optimizer.shortlist.confirming import Sample, confirm
from optimizer.shortlist.details import line_details
from optimizer.shortlist.explaining import Explaining
from optimizer.shortlist.explanations import price_classes
from optimizer.shortlist.leapfrogs import Leapfrogs
from optimizer.shortlist.orientation import Choices, losses, orientation_table, second_best
from optimizer.shortlist.positions import reached
from optimizer.shortlist.remedies import add_remedies
from optimizer.shortlist.tables import (
    applications_table,
    dwellings_table,
    leapfrogs_table,
    names_plan_b,
    proposals_table,
)


@dataclass(frozen=True)
class MainTables:
    """The four tables that say who is proposed what, and what they are made from: the others need it too.

    ``counts`` (A, codes) as `eligibility.code_counts`; ``chosen`` (D,) is the account of each first rank, -1 without one;
    ``free`` (A,) as `positions.reached`; ``choices`` knows the best exchanges of every dwelling, or with ``alone`` of those that
    need another account.
    """

    proposals: pd.DataFrame
    applications: pd.DataFrame
    dwellings: pd.DataFrame
    rules: pd.DataFrame
    lists: Shortlists
    counts: NDArray[np.int32]
    choices: Choices
    chosen: NDArray[np.int32]
    free: NDArray[np.bool_]
    places: dict[str, str]
    wordings: dict[Lang, Wording]
    """Their sentences by language: in both for a run with a page per dwelling."""


def main_tables(optimum: Optimum, options: Options, *, alone: bool = False) -> MainTables:
    """``proposals``, ``applications``, ``dwellings`` and ``rules`` of an optimum.

    Parameters
    ----------
    alone : no other table is made from them: best exchanges are looked for only where ``dwellings`` names a plan B.

    Raises
    ------
    AttrifluxError
        ``LEAPFROG_UNEXPLAINED`` when a proven run passes a household without a reason.
    """
    prepared = optimum.prepared
    problem, facts, rules, case = prepared.problem, prepared.facts, prepared.rules, prepared.case
    solved = optimum.solved
    places = place_names(rules)
    large = is_large(problem)
    # a session held in one language may be read in the other: what its pages say is written in both
    langs = (options.lang,) if large or alone else LANGS

    def filled() -> Shortlists:
        return build_shortlists(
            problem,
            facts,
            solved.first,
            counted=optimum.evaluation,
            proven=solved.certificate.status == "certified_optimal",
            size=case.settings.shortlist_size or rules.integer("national.caleol.shortlist_size"),
            max_lists=rules.integer("national.caleol.max_lists"),
            places=places,
            langs=langs,
            ranked=prepared.scores.ranked,
        )

    lists = _counted_beside(facts, filled) if large else filled()
    counts = eligibility.code_counts(facts)
    prices = price_classes(problem, solved.multipliers, solved.prices)
    chosen = np.full(len(problem.dwelling_ids), -1, np.int32)
    chosen[solved.first.dwelling] = problem.kinds.account[solved.first.kind]
    wanted = np.full(len(chosen), len(chosen) <= MOST_EXCHANGED)
    if alone:
        wanted &= names_plan_b(lists, len(chosen))
    choices = losses(problem, facts, prices, solved.first, optimum.evaluation, exchanges=wanted)
    rules_frame = optimum.rules.copy()
    moves = read_moves(problem, facts, solved.first)
    rules_frame["expected_num"] = expected_nums(
        problem, lists.lines, facts.applications.acceptance, moves.free(facts.applications.acceptance)
    )
    flags = _flag_names(facts)
    free = reached(problem)
    everybody = np.arange(len(problem.application_ids), dtype=np.int32)
    proposals = proposals_table(
        problem,
        facts,
        lists,
        q1_state=lambda apps, epci: eligibility.q1_state(facts, apps, epci),
        flag_names=flags,
        effort_rate=lambda d, apps: _rates(facts, rules, d, apps),
        lang=options.lang,
    )
    if options.chains:
        proposals = moves.beside(proposals, lists.lines)
    homes = {
        lang: dwellings_table(
            problem,
            facts,
            lists,
            on=case.settings.on,
            second_best=second_best(problem, choices, chosen, wanted),
            flag_names=flags,
            codes=None if large else lambda d: eligibility.pair_code(facts, d, everybody),
            places=places,
            lang=lang,
        )
        for lang in langs
    }
    wordings = {
        lang: Wording(
            tuple(lists.reasons[lang]), tuple(homes[lang]["reason_if_short"]), tuple(homes[lang]["advice"])
        )
        for lang in langs
        if len(langs) > 1
    }
    if large:  # the table holds the sentences now, and a country has 300 MB of them
        lists = replace(lists, reasons={}, finder=None)
    return MainTables(
        proposals=proposals,
        applications=applications_table(problem, lists, counts, free),
        dwellings=homes[options.lang],
        rules=rules_frame,
        lists=lists,
        counts=counts,
        choices=choices,
        chosen=chosen,
        free=free,
        places=places,
        wordings=wordings,
    )


def _counted_beside(facts: Facts, filled: Callable[[], Shortlists]) -> Shortlists:
    """The lists of a large run; why applications fit no dwelling is meanwhile counted by a second process, where that pays."""
    found: list[Shortlists] = []
    if not worthwhile(len(facts.dwellings.ids)):
        return filled()
    sent = both(lambda: found.append(filled()), lambda: eligibility.misses(facts))
    if sent is not None:
        eligibility.remember_misses(facts, sent)
    return found[0]


def _rates(facts: Facts, rules: RuleSet, dwelling: int, apps: NDArray[np.int32]) -> NDArray[np.int64]:
    """Effort rates of the households of a list, which decisions mostly leave as it is."""
    known = facts.lasting.setdefault("rates", {})
    key = dwelling, apps.tobytes()
    if key not in known:
        known[key] = eligibility.effort(facts, rules, dwelling, apps).rate
    found: NDArray[np.int64] = known[key]
    return found


def make_tables(
    optimum: Optimum, options: Options, kept: Kept | None = None, held: pd.DataFrame | None = None
) -> Tables:
    """Lists, leapfrogs, statuses, orientation and explanations of an optimum; what moved against a result kept.

    Parameters
    ----------
    held : its first ranks that weighed in the optimum (`keeping.weighed`).

    Raises
    ------
    AttrifluxError
        ``LEAPFROG_UNEXPLAINED`` when a proven run passes a household without a reason.
    """
    prepared, solved = optimum.prepared, optimum.solved
    problem, facts, rules, case = prepared.problem, prepared.facts, prepared.rules, prepared.case
    proven = solved.certificate.status == "certified_optimal"
    large = is_large(problem)
    main = main_tables(optimum, options)
    lists, choices = main.lists, main.choices
    years = account_years(problem.rows, pending_work(case, facts, rules))
    explaining = _explaining(optimum, main, options.lang)
    nothing = pd.DataFrame()
    why = nothing if large else next(explaining.parts(len(problem.application_ids)))
    if proven and not large and not options.chains:
        why = confirm(
            problem, why, solved, _sample(rules), options.lang, ranked=prepared.scores.ranked,
            pooled=lambda home, apps: eligibility.in_a_pool(facts, home, apps),
        )  # fmt: skip
    short = unmet(problem, solved)
    if len(main.chosen) <= MOST_HELPED:
        short = add_remedies(short, problem, solved.first, optimum.evaluation)
    named = None
    if options.prospects:
        named = prospects(
            problem, facts, solved.first, counted=optimum.evaluation, size=lists.size, names=options.prospects,
            max_lists=rules.integer("national.caleol.max_lists"),
        )  # fmt: skip
    streams: dict[str, Callable[[], Iterator[pd.DataFrame]]] = {
        "explanations": lambda: explaining.parts(PART),
        "orientation": lambda: _orientation(optimum, main, years, PART),
        "leapfrogs": lambda: _leapfrogs(problem, lists.leapfrogs, PART),
        "scores": prepared.scores.breakdown_parts,
    }
    return Tables(
        proposals=main.proposals,
        applications=main.applications,
        dwellings=main.dwellings,
        rules=main.rules,
        orientation=nothing if large else next(_orientation(optimum, main, years, len(choices) + 1)),
        leapfrogs=_reasons_only(lists.leapfrogs) if large else leapfrogs_table(problem, lists.leapfrogs),
        explanations=why,
        scores=nothing if large else prepared.scores.breakdown(),
        shortfalls=short,
        prospects=named,
        details=pd.DataFrame({"line": np.zeros(0, np.int64)})
        if large
        else _details(optimum, lists, options.lang),
        changes=empty_changes() if kept is None else _changes(optimum, main, kept, options.lang),
        kept=nothing if held is None else held,
        years=years_table(years),
        chains=read_moves(problem, facts, solved.first).table(case) if options.chains else None,
        lists=lists,
        places=main.places,
        wordings=main.wordings,
        streams=streams if large else {},
    )


def _explaining(optimum: Optimum, main: MainTables, lang: Lang) -> Explaining:
    """What would have given each household a first rank, computed part by part."""
    prepared = optimum.prepared
    facts = prepared.facts
    return Explaining(
        prepared.problem,
        optimum.solved.first,
        optimum.evaluation,
        main.counts,
        main.free,
        score=lambda apps, homes: scores_there(prepared.scores, facts, apps, homes),
        top=facts.span,
        sentence=lambda a: _nearest(facts, a, lang),
        pooled=lambda home, apps: eligibility.in_a_pool(facts, home, apps),
        proven=optimum.solved.certificate.status == "certified_optimal",
        ranked=prepared.scores.ranked,
        lang=lang,
    )


def _orientation(
    optimum: Optimum, main: MainTables, years: Mapping[tuple[str, str, str], AccountYear], part: int
) -> Iterator[pd.DataFrame]:
    """``orientation``, by parts of so many lines; one empty part where there is none."""
    prepared, choices = optimum.prepared, main.choices
    state = flux_state(years)
    for start in range(0, max(1, len(choices)), part):
        yield orientation_table(
            prepared.problem, prepared.facts, choices.part(slice(start, start + part)), main.chosen, main.rules, state,
            prepared.case.table("residences"), leases_of_year(prepared.case),
        )  # fmt: skip


def _leapfrogs(problem: Problem, found: Leapfrogs, part: int) -> Iterator[pd.DataFrame]:
    """``leapfrogs``, in the same way."""
    for start in range(0, max(1, len(found)), part):
        yield leapfrogs_table(problem, found.part(slice(start, start + part)))


def _details(optimum: Optimum, lists: Shortlists, lang: Lang) -> pd.DataFrame:
    """What a page prints of each household on a list."""
    prepared = optimum.prepared
    facts, rules = prepared.facts, prepared.rules
    return line_details(
        prepared.case,
        prepared.problem,
        facts,
        lists.lines,
        effort=lambda d, apps: eligibility.effort(facts, rules, d, apps),
        q1_state=lambda apps, epci: eligibility.q1_state(facts, apps, epci),
        criteria=lambda a, epci: _criteria(prepared.scores, a, epci),
        behind=prepared.scores.behind,
        ceiling=lambda d, apps: ceiling_cents(facts, d, apps) // FACTOR_UNIT,
        places=lists.places,
        for_a_list=lists.for_a_list,
        list_of=lists.list_of,
        lang=lang,
    )


def _changes(optimum: Optimum, main: MainTables, kept: Kept, lang: Lang) -> pd.DataFrame:
    """What moved against the result that was kept, and why."""
    prepared = optimum.prepared
    facts = prepared.facts
    return changes_table(
        prepared.problem,
        facts,
        optimum.solved.first,
        optimum.evaluation,
        main.lists.lines,
        kept.lists,
        known=kept.applications,
        code=lambda d, apps: eligibility.pair_code(facts, d, apps),
        places=main.places,
        homes=present_homes(prepared.case),
        proven=optimum.solved.certificate.status == "certified_optimal",
        max_lists=prepared.rules.integer("national.caleol.max_lists"),
        lang=lang,
    )


def _sample(rules: RuleSet) -> Sample:
    """How many explanations are checked, from the rules of the day."""
    return Sample(
        rules.integer("national.explanations.resolved_households"),
        rules.integer("national.explanations.resolved_up_to_dwellings"),
    )


PART = 250_000
"""Rows of a part."""
MOST_HELPED = 1_000
"""Dwellings up to which the report says what would help a row that stays short, and what that would cost."""
MOST_EXCHANGED = 8_000
"""Dwellings for which the best exchange of each account is looked for (a region's year); beyond, only the bound."""


def is_large(problem: Problem) -> bool:
    """Whether long tables are written part by part, and the pages are those of `runs.large`."""
    return len(problem.dwelling_ids) > LARGE


def _reasons_only(leapfrogs: Leapfrogs) -> pd.DataFrame:
    """What the report counts of the leapfrogs: whether a household is named, and the reason."""
    passed = pd.Categorical.from_codes((leapfrogs.passed >= 0).astype(np.int8), pd.Index(["", "x"]))
    why = pd.Categorical.from_codes(leapfrogs.why, pd.Index(leapfrogs.words))
    return pd.DataFrame({"application_id_passed": passed, "explained_by": why})


def _criteria(scores: Scores, a: int, epci: int) -> list[tuple[str, int]]:
    return [(title, amount) for _, title, amount in scores.criteria(a, epci)]


def _nearest(facts: Facts, a: int, lang: Lang) -> str:
    _, french, english = eligibility.nearest_miss(facts, a)
    return french if lang == "fr" else english


def _flag_names(facts: Facts) -> Callable[[NDArray[np.int32], NDArray[np.int32]], NDArray[np.object_]]:
    """Flags of pairs as published: names joined by ``|``."""

    def names(dwellings: NDArray[np.int32], apps: NDArray[np.int32]) -> NDArray[np.object_]:
        bits = eligibility.flags_of_pairs(facts, dwellings, apps).view(np.uint16)
        found, at = np.unique(bits, return_inverse=True)
        words = ["|".join(n for j, n in enumerate(eligibility.FLAGS) if b >> j & 1) for b in found.tolist()]
        return np.array(words, object)[at.reshape(-1)]

    return names


def scores_there(
    scores: Scores, facts: Facts, apps: NDArray[np.integer], homes: NDArray[np.integer]
) -> NDArray[np.int64]:
    """Score of each application in the EPCI of a dwelling, hundredths."""
    found = np.zeros(len(apps), np.int64)
    epci = facts.dwellings.epci[homes]
    for place in np.unique(epci).tolist():
        here = np.flatnonzero(epci == place)
        found[here] = scores.points(apps[here].astype(np.int32), int(place))
    return found


@lru_cache(maxsize=2)
def place_names(rules: RuleSet) -> dict[str, str]:
    """Names of the communes and EPCI by code, as pages say the accounts of collectivités; read only."""
    epci = rules.all_epci
    names = {**rules.by_commune("name"), **dict(zip(epci.index.tolist(), epci["name"].tolist(), strict=True))}
    names.update({code: f"département {code}" for code in sorted(rules.departements)})
    return names


def flux_state(
    years: Mapping[tuple[str, str, str], AccountYear],
) -> dict[tuple[str, str], dict[str, dict[str, float]]]:
    """The year's flux per (landlord, account) and area of its convention line, in leases.

    ``share``, ``done``, ``in_progress`` as `AccountYear` says them; ``remaining``: what is due to 31 December less these two,
    not rounded up; ``behind``: what is due to date less what is counted (negative: ahead).
    """
    state: dict[tuple[str, str], dict[str, dict[str, float]]] = {}
    for (landlord, area, account), year in years.items():
        state.setdefault((landlord, account), {})[area] = {
            "share": float(year.share),
            "done": float(year.done),
            "in_progress": float(year.in_progress),
            "remaining": round(float(year.due_to_31_december - year.done - year.in_progress), 2),
            "behind": round(float(-year.balance), 2),
        }
    return state


def years_table(years: Mapping[tuple[str, str, str], AccountYear]) -> pd.DataFrame:
    """``landlord, area, account`` and the figures of `AccountYear`, one row per agreed share."""
    rows = [
        {"landlord": landlord, "area": area, "account": account, **year.as_dict()}
        for (landlord, area, account), year in years.items()
    ]
    return pd.DataFrame(rows, columns=["landlord", "area", "account", *FIGURES])
