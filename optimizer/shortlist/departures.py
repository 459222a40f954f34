"""What a first rank opens by leaving: the freed dwellings that are let only if its household goes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimizer.problem import Evaluation, InvalidSolution, evaluate
from optimizer.problem.model import FirstRanks, Problem


def movers(problem: Problem, first: FirstRanks) -> dict[int, int]:
    """Household -> the dwelling that its departure frees, of those whose dwelling is let."""
    orders, let = problem.orders, set(first.dwelling.tolist())
    links = zip(orders.dwelling.tolist(), orders.account.tolist(), orders.app.tolist(), strict=True)
    return {app: home for home, account, app in links if account < 0 and home in let}


def falling(problem: Problem, first: FirstRanks) -> Mapping[int, frozenset[int]]:
    """Dwelling -> those that nobody would free without its first rank, down the chain; none where the next is still lived in.

    In an exchange the dwelling itself is among them: it is let because everybody goes round.
    """
    frees = movers(problem, first)
    holder = dict(zip(first.dwelling.tolist(), first.app.tolist(), strict=True))
    found: dict[int, frozenset[int]] = {}
    for start, app in holder.items():
        gone: set[int] = set()
        while (home := frees.get(app, -1)) >= 0 and home not in gone:
            gone.add(home)
            app = holder[home]
        if gone:
            found[start] = frozenset(gone)
    return found


def exchanges(problem: Problem, first: FirstRanks) -> bool:
    """Whether tenants exchange their dwellings among the first ranks, so that nobody else can take one of these alone."""
    return any(home in gone for home, gone in falling(problem, first).items())


def without(
    problem: Problem, first: FirstRanks, dwellings: frozenset[int]
) -> tuple[FirstRanks, Evaluation] | None:
    """The first ranks of the other dwellings, and what they are worth; None where they do not hold by themselves (a decision fills one
    of these dwellings, or a first rank elsewhere comes after a household that would be left without any)."""
    stays = ~np.isin(first.dwelling, sorted(dwellings))
    left = FirstRanks(first.dwelling[stays], first.app[stays], first.kind[stays])
    try:
        return left, evaluate(problem, left)
    except InvalidSolution:
        return None
