"""Serial choices with ties: what each is promised is the best level that still fits, whatever the size of the market."""

from __future__ import annotations

import time
from random import Random

import networkx as nx
import numpy as np
import pytest

from optimizer.fairness.lottery import Draw
from optimizer.fairness.market import Market
from optimizer.fairness.mechanisms.random import allocate
from optimizer.fairness.serial import Serial
from optimizer.fairness.study import Study
from tests.fairness.markets import plain_market
from tests.pace import allowed


def tied(
    number: int, households: int, classes: int, *, likes: int = 5, levels: int = 3, strict: bool = False
) -> Market:
    """Households who like a few classes, many of them alike."""
    draw = Random(number)
    fits: list[list[int | None]] = []
    for _ in range(households):
        row: list[int | None] = [None] * classes
        for c in draw.sample(range(classes), min(classes, draw.randint(1, likes))):
            row[c] = draw.randrange(levels)
        fits.append(row)
    capacity = [draw.choice((1, 1, 1, 2)) for _ in range(classes)]
    return plain_market(fits, capacity=capacity, strict=strict, seed=str(number))


def promised(market: Market, order: list[int]) -> dict[int, int]:
    """Level of each household served: the best one at which all promises so far and its own can be kept together, by a flow for each."""
    levels, twins = market.twin_levels, market.twins
    homes = [(c, i) for c, n in enumerate(market.capacity.tolist()) for i in range(n)]
    found: dict[int, int] = {}
    for app in order:
        for level in sorted(set(levels[twins[app]].tolist()) - {32_767}):
            tried = {**found, app: level}
            graph = nx.Graph()
            graph.add_nodes_from(("a", a) for a in tried)
            graph.add_edges_from(
                (("a", a), home)
                for a, mine in tried.items()
                for home in homes
                if levels[twins[a], home[0]] == mine
            )
            if len(nx.bipartite.hopcroft_karp_matching(graph, [("a", a) for a in tried])) == 2 * len(tried):
                found = tried
                break
    return found


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("number", range(12))
def test_each_is_promised_the_best_level_that_fits(number: int, strict: bool):
    """More classes than a word has bits in half of them."""
    market = tied(number, 40, 70 if number % 2 else 9, strict=strict)
    order = list(range(len(market)))
    Random(number).shuffle(order)
    picks = Serial(market).run(np.array(order, np.int32))
    levels = {a: int(market.twin_levels[market.twins[a], c]) for a, c in picks}
    assert levels == promised(market, order)
    assert (np.bincount([c for _, c in picks], minlength=market.n_classes) <= market.capacity).all()


@pytest.mark.long
def test_draws_of_a_market_of_hundreds_of_classes_are_made_and_measured_in_a_moment():
    """Every choice looked at every household served, and every letting made arrays of its own: 1,484 dwellings took a second a draw."""
    market = tied(0, 4_000, 1_500, likes=40)
    Study(allocate(market, Draw("", 0, 2)), 2, np.zeros(len(market))).passages  # compiled on the way
    clock = time.process_time()
    lottery = allocate(market, Draw("", 0, 20))
    assert Study(lottery, 20, np.zeros(len(market))).passages[0]
    assert time.process_time() - clock < allowed(0.5)
