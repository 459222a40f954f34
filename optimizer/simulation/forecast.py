"""The rest of a year, drawn again: dwellings vacated and households arriving under the same law, and which households they would miss.

A household is needed later where the dwellings of a drawn rest of the year could not all be let without it: every largest matching of
those dwellings houses it. How often that happens over the draws is the chance that letting to it now leaves a dwelling empty later.
Nothing of the year that is lived is read before it comes: the other years have a seed of their own.

References
----------
Dulmage, A. and Mendelsohn, N. (1958), Coverings of bipartite graphs, Canadian Journal of Mathematics 10, 517-534,
doi:10.4153/CJM-1958-052-0: the vertices that every largest matching covers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from optimizer.errors import AttrifluxError
from optimizer.problem import build
from optimizer.simulation.draws import numbers
from optimizer.simulation.perfect import named_types
from optimizer.simulation.setting import Setting
from optimizer.simulation.world import World, draw_world, encoded

F = NDArray[np.float64]
B = NDArray[np.bool_]
YEARS = 8
"""Years of dwellings drawn: enough to know how rare the rare ones are."""
DRAWS = 32
"""Rests of the year that are matched at each session."""
NEXT = "next-"
"""What the identifier of a household that arrives in a drawn year begins with; the number that follows keeps it short."""
TOGETHER = (1, 2, 4)
"""Like dwellings that may come in place of each one drawn, all as likely: sessions take several households of one dwelling before any
price rises, and eight years do not tell a kind of dwelling that comes once a year from one that comes four times."""
SPREAD = 3.0
"""Standard deviations by which a kind of dwelling has more candidates than there are dwellings, to be let whatever is decided."""


@dataclass(frozen=True, eq=False)
class Forecast:
    """Other years of the law of a world. C kinds of dwellings (those of a kind may be let to the same households), H dwellings,
    A households of the world then N that arrive, K draws.

    Attributes
    ----------
    eligible : (C, A + N) float32, 1 where the kind of dwelling may be let to the household
    accepts : (A + N,) chance that a household accepts
    kind : (H,) kind of each dwelling
    taken : (K, H) bool, dwellings of the year of a draw
    home_luck, next_luck : (K, H), (K, N) in [0, 1): part of the year gone when a dwelling is vacated, a household arrives
    stays, answers : (K, A), (K, A + N) in [0, 1): luck of a household that waits, of one that is asked
    """

    eligible: NDArray[np.float32]
    accepts: F
    kind: NDArray[np.int64]
    taken: B
    home_luck: F
    next_luck: F
    stays: F
    answers: F


@lru_cache(maxsize=2)
def forecast(world: World) -> Forecast:
    """Other years of the same law as a world; drawn once."""
    setting, seed = world.setting, f"forecast|{world.seed}"
    each = max(1, int((world.opens < world.sessions).sum()) // setting.years)
    arrivals = setting.arrivals
    if arrivals is None and isinstance(world.source, str):
        arrivals = world.rules.number("national.simulation.arrivals_per_dwelling")
    asked = replace(
        setting, years=1, freed=False, chains=0, dwellings=YEARS * each, pool=1e-9, seed=seed, arrivals=arrivals and arrivals / YEARS
    )  # fmt: skip
    joined = _with(_drawn(world, asked), world)
    problem = build(joined.case, joined.facts, joined.scores, joined.rules, book=joined.book)
    where = {str(name): i for i, name in enumerate(world.facts.applications.ids)}
    mine = len(where)
    column = np.array([where.get(str(name), -1) for name in joined.facts.applications.ids], np.int64)
    more = np.flatnonzero(column < 0)
    column[more] = mine + np.arange(len(more))
    reachable = joined.reachable
    rows: dict[bytes, int] = {}
    kind_of = np.zeros(len(problem.class_menu), np.int64)
    for home in np.unique(problem.klass, return_index=True)[1].tolist():
        part = problem.entries_of(home)
        app = problem.entry_app[part].astype(np.int64)
        named = named_types(problem, int(problem.class_group[problem.klass[home]]))
        row = np.zeros(mine + len(more), bool)
        row[column[app[named[problem.entry_type[part].astype(np.int64)] & reachable[app]]]] = True
        kind_of[problem.klass[home]] = rows.setdefault(np.packbits(row).tobytes(), len(rows))
    bits = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1)
    eligible = np.unpackbits(bits, axis=1, count=mine + len(more)).astype(np.float32)
    accepts = np.ones(mine + len(more))
    if setting.refusals:
        accepts[column] = joined.acceptance
    homes = [str(name) for name in joined.facts.dwellings.ids]
    people = [str(name) for name in world.facts.applications.ids]
    later = [str(joined.facts.applications.ids[i]) for i in more]

    def luck(what: str, names: list[str], step: float) -> F:
        """Each name goes evenly round [0, 1) from draw to draw."""
        return np.asarray((numbers(seed, what, names) + np.sqrt(step) * np.arange(DRAWS)[:, None]) % 1)

    order = luck("taken", homes, 2).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    return Forecast(
        eligible, accepts, kind_of[problem.klass], order < each, luck("opens", homes, 3), luck("arrives", later, 5),
        luck("stays", people, 7), luck("answers", [*people, *later], 11),
    )  # fmt: skip


def _drawn(world: World, asked: Setting) -> World:
    """The other years; where nobody arrives in them, with one household that was there, as no world is of dwellings alone."""
    try:
        return draw_world(world.source, asked, 0)
    except AttrifluxError as nobody:
        if nobody.code != "SIMULATION_EMPTY" or asked.dwellings is None:
            raise
    return draw_world(world.source, replace(asked, pool=1 / asked.dwellings), 0)


def _with(other: World, world: World) -> World:
    """The dwellings of another year, the households of this one and those who arrive in the other."""
    arriving, mine = other.case.table("applications").copy(), world.case.table("applications")
    if round((other.setting.pool or 0) * (other.setting.dwellings or 0)):
        arriving = arriving.iloc[:0]
    arriving["application_id"] = [f"{NEXT}{i + 1}" for i in range(len(arriving))]
    if "household_id" in arriving.columns:
        arriving["household_id"] = arriving["application_id"]
    people = pd.concat([mine, arriving.astype(mine.dtypes.to_dict())], ignore_index=True)
    tables = {name: table for name, table in other.case.tables.items() if name != "scores"}
    opens = {str(name): int(at) for name, at in zip(other.facts.dwellings.ids, other.opens, strict=True)}
    return encoded(
        other.source, replace(other.case, tables={**tables, "applications": people}), opens,
        {str(name): 0 for name in people["application_id"]}, other.setting, other.seed,
    )  # fmt: skip


def needed(world: World, session: int, present: B) -> F:
    """(A,) share of the drawn rests of the year in which the dwellings to come cannot all be let without a household.

    Parameters
    ----------
    session : of the year, the one at hand: what is vacated after it is still to come
    present : (A,) bool, households there
    """
    drawn, sessions = forecast(world), world.setting.per_year
    found = np.zeros(len(present))
    gone = (session + 1) / sessions
    left = max(0.0, 1 - gone) * sessions * world.setting.days
    withdrawn = world.rules.number("national.simulation.withdrawn_per_week")
    lapsed = world.rules.number("national.simulation.not_renewed_share")
    due = (world.facts.applications.seniority_days % 365) + session * world.setting.days
    stays = (1 - withdrawn) ** (left / 7) * np.where(due % 365 + left >= 365, 1 - lapsed, 1.0)
    there = np.concatenate([present & (drawn.stays < stays), drawn.next_luck >= gone], axis=1)
    coming = drawn.taken & (drawn.home_luck >= gone)
    hope = drawn.eligible @ (there * drawn.accepts).astype(np.float32).T
    for k in range(DRAWS):
        count = np.bincount(drawn.kind[coming[k]], minlength=len(hope))
        kinds = _uncertain(count, hope[:, k])
        homes = np.flatnonzero(coming[k] & np.isin(drawn.kind, kinds))
        candidates = [
            np.flatnonzero((drawn.eligible[drawn.kind[h]] > 0) & there[k] & _answers(drawn, k, h))
            for h in homes.tolist()
        ]
        for times in TOGETHER:
            must = [a for a in always_housed(times * candidates) if a < len(present)]
            found[must] += 1 / DRAWS / len(TOGETHER)
    return found


def _answers(drawn: Forecast, k: int, home: int) -> B:
    """(A + N,) whether a household would accept a dwelling in a draw."""
    luck = drawn.answers[k] + 1e4 * drawn.home_luck[k, home]
    return np.asarray(luck - np.floor(luck) < drawn.accepts)


def _uncertain(count: NDArray[np.int64], hope: NDArray[np.float32]) -> NDArray[np.int64]:
    """Kinds of dwellings that might lack candidates: the others have more than there are dwellings, and are let whatever is decided.

    Parameters
    ----------
    count, hope : (C,) dwellings to come; households who are there and accept, expected
    """
    sure = hope - SPREAD * np.sqrt(hope)
    kept = (count > 0) & (hope > 0)
    while True:
        plenty = kept & (sure > count[kept].sum())
        if not plenty.any():
            return np.flatnonzero(kept)
        kept &= ~plenty


def always_housed(homes: Sequence[Sequence[int] | NDArray[np.int64]]) -> list[int]:
    """Households that every largest matching houses.

    Parameters
    ----------
    homes : households of each dwelling

    Returns
    -------
    list of int
        Sorted. One that some largest matching leaves out can be reached from one that is left out, over a dwelling and whom it is
        let to, again and again.
    """
    ends = np.cumsum([0, *(len(people) for people in homes)])
    if not ends[-1]:
        return []
    people = np.concatenate([np.asarray(x, np.int64) for x in homes])
    graph = csr_array(
        (np.ones(len(people), np.int8), people, ends), shape=(len(homes), int(people.max()) + 1)
    )
    tenant = maximum_bipartite_matching(graph, perm_type="column")
    could = graph.T.tocsr()
    housed = np.zeros(graph.shape[1], bool)
    housed[tenant[tenant >= 0]] = True
    reached = np.flatnonzero(~housed & (np.diff(could.indptr) > 0))
    seen = np.zeros(len(homes), bool)
    while len(reached):
        near = np.unique(could[reached].indices)
        near = near[~seen[near]]
        seen[near] = True
        # a dwelling next to somebody left out is let, else the matching were not a largest one
        reached = tenant[near]
        housed[reached] = False
    return [int(a) for a in np.flatnonzero(housed)]
