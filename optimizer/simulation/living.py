"""A year lived under a policy: session after session, what was signed counts in what follows.

Order of a session: dwellings vacated and freed, arrivals, expiries and withdrawals, the terms of the policy, the exact problem
solved with its proof, lists, offers, leases. With chains the dwelling of a tenant who signs is offered in the same session to those it
was proposed to; where the tenant refuses, nobody is asked. What a move leaves and no chain lets comes after its notice. A household
that refuses a dwelling is never offered it again; a dwelling nobody takes comes back to the next session. On 1 January the counts begin again and the balances of the agreements are carried over.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import Error as CopyError
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.dropin import answered, wrong_answer
from optimizer.eligibility.facts import ConventionFacts
from optimizer.problem import RuleBook, measure
from optimizer.problem.ground import Counted, leases_of_first_ranks
from optimizer.problem.model import RATE_UNIT, Row
from optimizer.problem.registry import all_rules, pairs_of
from optimizer.simulation.chaining import put_forward
from optimizer.simulation.registry import Policy
from optimizer.simulation.session import offers, rows_at, session_facts, session_problem, under
from optimizer.simulation.terms import State, Terms, faults
from optimizer.simulation.untouched import checksum
from optimizer.simulation.world import NEVER, World
from optimizer.simulation.yearly import NONE, due_of_numbers
from optimizer.solve import SolveOptions, solve

I64 = NDArray[np.int64]


class Lease(NamedTuple):
    """One lease signed, by index in the world.

    ``value`` in hundredths of a point: that of the pair, without the fill value for a dwelling that a move freed, else whoever moves
    most people in a circle would look best; the same whether a chain let it or a later session. ``chained``: a chain did.
    """

    session: int
    dwelling: int
    app: int
    account: int
    rank: int
    value: int
    score: int
    chained: bool = False


class Week(NamedTuple):
    """One session: its size, its proof, what came of it. ``objective`` and ``bound`` in micropoints; ``void``: dwellings of a chain that
    nobody was offered because their tenant stayed."""

    session: int
    dwellings: int
    applications: int
    proposed: int
    signed: int
    refused: int
    objective: int
    bound: int
    stop: str
    certificate: dict[str, Any]
    chained: int = 0
    void: int = 0


@dataclass
class Counts:
    """What a year has counted: (R,) num, den, and ten-thousandths of a lease asked for."""

    num: I64
    den: I64
    asked: I64

    @classmethod
    def none(cls, rows: int) -> Counts:
        return cls(*(np.zeros(rows, np.int64) for _ in range(3)))

    def whole(self, book: RuleBook) -> Counts:
        """The year at its end: yearly numbers are due whole."""
        due = due_of_numbers(book)
        return Counts(self.num, self.den, np.where(due == NONE, self.asked, due))

    def so_far(self, book: RuleBook) -> Counts:
        """A copy in the course of the year: no more of a yearly number is asked than it is."""
        due = due_of_numbers(book)
        asked = np.where(due == NONE, self.asked, np.minimum(self.asked, due))
        return Counts(self.num.copy(), self.den.copy(), asked)

    def shortfall(self, rows: tuple[Row, ...]) -> I64:
        """(R,) ten-thousandths of a lease that miss."""
        play = np.array([row.play for row in rows], np.int64)
        return np.asarray(np.maximum(0, self.asked - RATE_UNIT * self.num - play), np.int64)


@dataclass
class Life:
    """A world lived under one policy.

    Attributes
    ----------
    leases, weeks : what was signed, what each session was
    years : at the end of each year, its rows and what they counted
    waited : dwelling-sessions spent waiting
    left : dwellings that wait at the end
    """

    leases: list[Lease] = field(default_factory=list)
    weeks: list[Week] = field(default_factory=list)
    years: list[tuple[tuple[Row, ...], Counts]] = field(default_factory=list)
    waited: int = 0
    left: list[int] = field(default_factory=list)


def live(
    world: World,
    policy: Policy,
    options: SolveOptions | None = None,
    progress: Callable[[int], None] = lambda session: None,
) -> Life:
    """Live a world under a policy.

    Parameters
    ----------
    options : of each session's solve
    progress : told of every session

    Raises
    ------
    DropInError
        The policy gives no terms, writes into what it is given, or answers otherwise when it is asked again.
    """
    if policy.terms is None:
        raise ValueError(f"{policy.id} is a bound, nobody can live by it")
    options = options or SolveOptions()
    life, per_year = Life(), world.setting.per_year
    opening: dict[int, list[int]] = {}
    for d in np.flatnonzero(world.opens < NEVER).tolist():
        opening.setdefault(int(world.opens[d]), []).append(d)
    housed = np.zeros(len(world.arrives), bool)
    waiting: list[int] = []
    seen: list[int] = []
    refused: set[tuple[int, int]] = set()
    memory: dict[str, Any] = {}
    asked = 0
    conventions, book = world.facts.conventions, world.book
    counts, signed = Counts.none(len(book.rows)), _counted(world, [])
    chains = world.setting.chains if policy.chains else 0
    for session in range(world.sessions):
        if session and session % per_year == 0:
            life.years.append((book.rows, counts.whole(book)))
            conventions = carried_over(conventions, world, book.rows, counts)
            book = world.book_of_year(session // per_year, conventions)
            counts, signed = Counts.none(len(book.rows)), _counted(world, [])
        fresh = sorted(opening.pop(session, []))
        waiting, seen = sorted([*waiting, *fresh]), [*seen, *fresh]
        present = world.reachable & ~housed & (world.arrives <= session) & (session < world.leaves)
        if waiting and present.any():
            put = put_forward(world, waiting, present, chains)
            facts = session_facts(world, put, present, sorted(refused), conventions)
            today = session_problem(world, facts, signed, session % per_year * world.setting.days)
            so_far = counts.so_far(book)
            state = State(
                session % per_year, per_year, today, rows_at(today, book.rows), book.rows, so_far.num, so_far.den, so_far.asked,
                tuple(waiting), present, tuple(seen), memory, world,
            )  # fmt: skip
            given = (today, state.row, state.num, state.den, state.asked, present)
            before = checksum(given)
            asked += 1
            # at the second session: what is worked out once for the year then stands in the memory, and costs nothing more
            kept = _remembered(memory) if asked == 2 else None
            terms = answered(policy.terms(state), Terms, policy.terms)
            if checksum(given) != before:
                raise wrong_answer(policy.terms, "it writes into the state that it is given")
            if wrong := faults(terms, state):
                raise wrong_answer(policy.terms, wrong)
            if kept is not None and not _alike(terms, policy.terms(replace(state, memory=kept))):
                raise wrong_answer(
                    policy.terms,
                    "it answers otherwise when it is asked again: what lasts goes into state.memory, and chance is that of the seed alone",
                )
            problem = under(today, terms)
            solved = solve(problem, options)
            new, no, void = list[Lease](), 0, 0
            let: set[int] = set()
            for offer in offers(world, problem, facts, solved, terms):
                d, tenant = put.dwelling[offer.dwelling], put.tenant[offer.dwelling]
                if d in let or (offer.app >= 0 and housed[offer.app]):
                    continue
                if tenant >= 0 and not housed[tenant]:
                    void += offer.rank == 1
                    continue
                if offer.app >= 0 and not world.accepts(d, offer.app):
                    refused.add((d, offer.app))
                    no += 1
                    continue
                let.add(d)
                if offer.app >= 0:
                    housed[offer.app] = True
                value = offer.value
                if tenant >= 0:
                    value += world.link_cost
                elif world.opens[d] == NEVER:
                    value -= problem.fill_value
                new.append(
                    Lease(session, d, offer.app, offer.account, offer.rank, value, offer.score, tenant >= 0)
                )
            for lease in new:
                if lease.app >= 0 and world.frees[lease.app] not in let:
                    _leave(world, lease.app, session, opening)
            life.weeks.append(
                Week(
                    session, len(waiting), int(present.sum()), len(solved.first), len(new), no, solved.objective, solved.bound,
                    solved.stop, solved.certificate.as_dict(), sum(x.chained for x in new), void,
                )
            )  # fmt: skip
            if new:
                count_in(world, book, counts, new)
                signed = Counted.joined((signed, _counted(world, new)))
                life.leases += new
                waiting = [d for d in waiting if d not in let]
        life.waited += sum(world.opens[d] < NEVER for d in waiting)
        progress(session)
    life.years.append((book.rows, counts.whole(book)))
    life.left = waiting
    return life


def _remembered(memory: dict[str, Any]) -> dict[str, Any] | None:
    """A memory of its own for the second question; None where it holds what cannot be copied."""
    try:
        return deepcopy(memory)
    except (TypeError, CopyError):
        return None


def _alike(one: Terms, other: Terms) -> bool:
    """Whether two answers are the same terms."""
    names = ("rate", "play", "price", "reserve")
    return (
        isinstance(other, Terms)
        and one.lean == other.lean
        and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)
    )


def _leave(world: World, app: int, session: int, opening: dict[int, list[int]]) -> None:
    """The dwelling a household leaves comes to a later session."""
    freed = int(world.frees[app])
    if freed >= 0:
        opening.setdefault(session + max(1, world.notice), []).append(freed)


def _columns(leases: list[Lease]) -> tuple[I64, I64, I64]:
    found = np.array([(x.dwelling, x.app, x.account) for x in leases], np.int64).reshape(-1, 3)
    return found[:, 0], found[:, 1], found[:, 2]


def _counted(world: World, leases: list[Lease]) -> Counted:
    return leases_of_first_ranks(world.ground, *_columns(leases))


def count_in(world: World, book: RuleBook, counts: Counts, leases: list[Lease]) -> None:
    """Add leases to what the rows of the year have counted."""
    num, den = measure(book, *_columns(leases))
    counts.num += num
    counts.den += den
    counts.asked += np.array([row.rate for row in book.rows], np.int64) * den + more_asked(
        book, _counted(world, leases)
    )


def more_asked(book: RuleBook, leases: Counted) -> I64:
    """(R,) ten-thousandths asked for above the rates of the rows, where the share of a line goes by commune."""
    found = np.zeros(len(book.rows), np.int64)
    for section in book.sections:
        if any(line.by_commune for line in section.lines):
            pairs = pairs_of(section.rule, section.lines, book.ground, leases)
            for lease, line in zip(pairs.lease.tolist(), pairs.line.tolist(), strict=True):
                shares = section.lines[line].by_commune
                if shares is not None:
                    row = section.start + line
                    share = shares.get(int(leases.commune[lease]))
                    if share is not None:
                        found[row] += RATE_UNIT - share - book.rows[row].rate
    return found


def carried_over(
    conventions: tuple[ConventionFacts, ...], world: World, rows: tuple[Row, ...], counts: Counts
) -> tuple[ConventionFacts, ...]:
    """The agreements of next year: what each agreed share has had above its due, or below, is its opening balance."""
    agreed = {shape.id for shape in all_rules() if shape.agreed}
    balance = {
        row.scope: row.opening_balance + round(100 * (int(n) - row.share * int(d) / RATE_UNIT))
        for row, n, d in zip(rows, counts.num, counts.den, strict=True)
        if row.rule in agreed
    }
    facts = world.facts
    found = []
    for line in conventions:
        scope = f"landlord={facts.landlords[line.landlord]};area={line.area};account={facts.accounts[line.account]}"
        carries = line.carry_over and scope in balance
        found.append(replace(line, opening_balance=balance[scope] if carries else 0))
    return tuple(found)
