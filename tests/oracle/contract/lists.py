"""Reserves behind the first ranks, list by list, and whom each line passes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tests.oracle.contract.optimum import Market, Option
from tests.oracle.contract.quartile import is_dalo
from tests.oracle.contract.reading import communes
from tests.oracle.contract.rules import HOUSEHOLD_RULES, RuleRow


@dataclass(frozen=True)
class Line:
    """One line of `proposals.csv`."""

    dwelling: str
    account: str
    rank: int
    application: str | None


def shortlists(market: Market, chosen: list[Option]) -> list[Line]:
    """First ranks and reserves, by dwelling and rank."""
    pairs = market.pairs
    size = int(pairs.case["settings"].get("shortlist_size") or pairs.law.national("caleol.shortlist_size"))
    most = int(pairs.law.national("caleol.max_lists"))
    first = {o.application for o in chosen if o.application}
    lists = [o for o in chosen if o.application]

    def may_stand(o: Option) -> list[str]:
        dalo = is_dalo(pairs.applications[o.application or ""])
        return [
            a
            for a in pairs.named(o.dwelling, o.account)
            if a not in first
            and (dalo or not is_dalo(pairs.applications[a]) or pairs.nominated(o.dwelling, o.account, a))
        ]

    standing = {o.dwelling: may_stand(o) for o in lists}
    lists.sort(
        key=lambda o: (
            len(standing[o.dwelling]), market.hash(o.dwelling, o.application, o.account), o.dwelling,
        )
    )  # fmt: skip
    on_lists: dict[str, int] = {}
    lines = [Line(o.dwelling, o.account, 1, o.application) for o in chosen]
    for o in lists:
        served = _served(market, chosen, o)

        def place(a: str, o: Option = o, served: list[RuleRow] = served) -> tuple:
            fact = market.rules.first_rank(o.dwelling, a, o.account)
            same = all(row.counts_num(fact) for row in served)
            return (
                pairs.place_in_list(o.dwelling, o.account, a),
                not same,
                -market.values.parts(o.dwelling, a, o.account)["value"],
                -market.seniority(a),
                -market.hash(o.dwelling, a, o.account),
            )

        ready = [a for a in standing[o.dwelling] if on_lists.get(a, 0) < most]
        for rank, a in enumerate(sorted(ready, key=place)[: size - 1], start=2):
            on_lists[a] = on_lists.get(a, 0) + 1
            lines.append(Line(o.dwelling, o.account, rank, a))
    return sorted(lines, key=lambda line: (line.dwelling, line.rank))


def _served(market: Market, chosen: list[Option], o: Option) -> list[RuleRow]:
    """Household rules with a price that the first rank serves and that one num less would leave short."""
    facts = [other.fact for other in chosen]
    found = []
    for row in market.rules.rows:
        if row.rule not in HOUSEHOLD_RULES or not row.price or not row.counts_num(o.fact):
            continue
        num = sum(1 for f in facts if row.counts_num(f))
        den = sum(1 for f in facts if row.counts_den(f))
        assert row.rate is not None
        if row.rate * den - (num - 1) > 0:
            found.append(row)
    return found


@dataclass(frozen=True)
class Leapfrog:
    """A household passed by a line though its score is higher."""

    dwelling: str
    rank: int
    ahead: str
    passed: str
    gap: Fraction


def leapfrogs(market: Market, lines: list[Line]) -> list[Leapfrog]:
    """Every household eligible there with a higher score, not above the line and without a first rank."""
    pairs = market.pairs
    first = {line.application for line in lines if line.rank == 1}
    found = []
    for line in lines:
        if line.application is None:
            continue
        d, r = line.dwelling, line.account
        epci = communes()[pairs.dwellings[d]["commune"]][0]
        above = {other.application for other in lines if other.dwelling == d and other.rank < line.rank}
        mine = market.values.score(epci, line.application)
        for a in pairs.named(d, r):
            gap = market.values.score(epci, a) - mine
            if gap > 0 and a not in above and a not in first and a != line.application:
                found.append(Leapfrog(d, line.rank, line.application, a, gap))
    return found
