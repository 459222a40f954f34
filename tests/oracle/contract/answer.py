"""The whole answer to a case folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.oracle.contract.agreements import Agreements
from tests.oracle.contract.lists import Leapfrog, Line, leapfrogs, shortlists
from tests.oracle.contract.optimum import Market, Option, best_first_ranks
from tests.oracle.contract.pairs import CODES, Pairs
from tests.oracle.contract.reading import Law, read_case
from tests.oracle.contract.rules import Rules
from tests.oracle.contract.values import Values


@dataclass(frozen=True)
class Standing:
    """One line of `applications.csv`."""

    status: str
    reason: str
    best_rank: int | None
    dwelling: str


@dataclass(frozen=True)
class Answer:
    """Everything that is compared with the program."""

    pairs: Pairs
    values: Values
    rules: Rules
    market: Market
    chosen: list[Option]
    lines: list[Line]
    leapfrogs: list[Leapfrog]
    applications: dict[str, Standing]


def answer(
    folder: Path, *, price_assumed: bool = False, kept: frozenset[tuple[str, str, str]] = frozenset()
) -> Answer:
    """Read a case folder and answer it; ``kept`` are the first ranks of an earlier result."""
    case = read_case(folder)
    law = Law(case)
    pairs = Pairs(case, law, Agreements(case, law))
    values = Values(pairs, kept)
    rules = Rules(pairs, price_assumed=price_assumed)
    market = Market(pairs, values, rules)
    chosen = best_first_ranks(market)
    lines = shortlists(market, chosen)
    return Answer(
        pairs, values, rules, market, chosen, lines, leapfrogs(market, lines), standings(pairs, lines)
    )


WORDS = {"proposed": "FIRST_RANK", "reserve": "RESERVE"}


def standings(pairs: Pairs, lines: list[Line]) -> dict[str, Standing]:
    """Status and reason of every application; the reason of one that no dwelling admits is the one met latest."""
    found = {}
    for a in pairs.applications:
        mine = sorted((line.rank, line.dwelling) for line in lines if line.application == a)
        codes = {d: pairs.first_code(d, a) for d in sorted(pairs.dwellings)}
        if mine:
            status = "proposed" if mine[0][0] == 1 else "reserve"
            found[a] = Standing(status, WORDS[status], mine[0][0], mine[0][1])
        elif any(codes[d] is None for d in pairs.free):
            found[a] = Standing("not_proposed", "OUTRANKED", None, "")
        elif any(code is None for code in codes.values()):
            found[a] = Standing("not_proposed", "NO_FREE_DWELLING", None, "")
        else:
            reason = max((str(code) for code in codes.values()), key=CODES.index)
            found[a] = Standing("ineligible", reason, None, "")
    return found
