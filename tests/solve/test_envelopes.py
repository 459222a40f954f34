"""Envelopes against every solution of tiny problems, in the LP, in the tree and in the code that verifies them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.problem import evaluate
from optimizer.problem.model import RATE_UNIT
from optimizer.solve import solve
from optimizer.solve.cuts.envelopes import Envelope, Envelopes, Window
from optimizer.solve.cuts.mir import FINE, Cuts
from optimizer.solve.layout import lay_out
from optimizer.solve.policy import DEFAULT
from optimizer.solve.proof.certificate import Split
from optimizer.solve.proof.dual_bound import nothing, price_out
from optimizer.solve.proof.node import Formulation, Step, count_limits
from optimizer.solve.relaxation.master import Master
from optimizer.solve.watch import Watch
from tests.campaign import seeds
from tests.solve.oracle import binding, campaign, tiny
from tests.solve.test_cuts import department
from tests.strategies import all_solutions


def accounts(*shares: int) -> tuple[Envelopes, tuple[int, ...]]:
    """Accounts of one landlord with these shares in ten-thousandths and no play, and the rows."""
    layout = lay_out(department(0))
    made = Envelopes(Cuts(layout))
    rows = next(g for g in made.groups if len(g) >= len(shares))[: len(shares)]
    for k, share in zip(rows, shares, strict=True):
        layout.rate[k], layout.ask[k] = share, 0
    return made, rows


def open_window(rows: tuple[int, ...], low: int, high: int) -> Window:
    return Window(rows, low, high, (0,) * len(rows), (high,) * len(rows))


def random_envelope(
    made: Envelopes, group: tuple[int, ...], window: Window, rng: np.random.Generator
) -> Envelope:
    """Any weights, heavier counts than prices too: an envelope holds whatever it is made of."""
    n = len(group)
    prices, counts = rng.integers(0, 50_000, n), rng.integers(0, 30_000, n)
    return made.envelope(window, prices, counts, int(rng.integers(-40_000, 40_000)))


def test_no_solution_breaks_an_envelope_whose_window_it_keeps() -> None:
    checked = tight = 0
    for seed in campaign(600, 10):
        rng = np.random.default_rng([seed, 9])
        problem = tiny(seed, dwellings=seed % 4, applications=(seed * 7) % 6)
        ask = (rng.integers(0, 2, len(problem.rows)) * RATE_UNIT * (seed % 3 == 0)).astype(np.int64)
        layout = lay_out(problem, ask)
        made = Envelopes(Cuts(layout))
        for first in all_solutions(problem):
            found = evaluate(problem, first)
            short = np.maximum(0, layout.rate * found.den_run + ask - RATE_UNIT * found.num_run)
            use = np.bincount(layout.marking[first.kind], minlength=len(layout.marked)).astype(np.int64)
            for group in made.groups:
                den = int(found.den_run[group[0]])
                num = found.num_run[list(group)]
                high = max(den, made.cuts.most((group[0],)))
                assert den <= high and (num <= den).all()
                narrow = Window(group, den, den, tuple(num.tolist()), tuple(num.tolist()))
                for window in (open_window(group, 0, high), open_window(group, den, high), narrow):
                    cut = random_envelope(made, group, window, rng)
                    held = sum(p * int(short[k]) for k, p in zip(group, cut.prices, strict=True))
                    asked = cut.constant - int(cut.coef @ use)
                    assert held >= asked
                    checked += 1
                    tight += held == asked
    assert checked > 500 and tight > 50


def test_shares_that_suit_no_number_nearby_cost_what_the_best_one_costs() -> None:
    """32 % and 5 % of 321 to 327 leases: 325 is the best number, and 5 % of it lacks a quarter of a lease there."""
    made, rows = accounts(3200, 500)
    window = open_window(rows, 321, 327)
    cut = made.envelope(window, np.full(2, 30 * RATE_UNIT), np.full(2, RATE_UNIT), int(RATE_UNIT * 0.37))
    lost = [
        sum(
            -(-int(made.layout.rate[k]) * d // RATE_UNIT) - int(made.layout.rate[k]) * d / RATE_UNIT
            for k in rows
        )
        for d in range(321, 328)
    ]
    assert lost.index(min(lost)) == 325 - 321
    assert cut.constant / FINE == pytest.approx(min(lost), abs=1e-9)


def test_the_envelope_found_is_missed_by_the_corner_it_cuts_off_and_by_no_whole_point() -> None:
    made, rows = accounts(2500, 4200, 300)
    n_rows = len(made.layout.problem.rows)
    num, den, short, pull = (np.zeros(n_rows) for _ in range(4))
    den[list(rows)] = 348.0
    num[list(rows)] = np.array([0.25, 0.42, 0.03]) * 348
    pull[list(rows)] = (30.0, 20.0, 10.0)
    window = open_window(rows, 332, 365)
    found = made.missed(window, num, den, short, pull)
    assert found is not None and found.window.low == 332
    for d in range(332, 366):
        whole = [-(-int(made.layout.rate[k]) * d // RATE_UNIT) for k in found.rows]
        left = sum(m * RATE_UNIT * n for m, n in zip(found.counts, whole, strict=True))
        assert left - found.slope * RATE_UNIT * d >= found.constant
    num[list(rows)], den[list(rows)] = (100.0, 168.0, 12.0), 400.0
    assert made.missed(open_window(rows, 300, 500), num, den, short, pull) is None


def test_what_one_account_must_have_and_another_may_have_is_one_envelope() -> None:
    """Half a lease of play on 32 % at least of one and 25 % at most of another: up to five leases the other never has more."""
    layout = lay_out(department(0))
    made = Envelopes(Cuts(layout))
    limited = [row.ceiling for row in layout.problem.rows]
    group = next(g for g in made.groups if len({limited[k] for k in g}) == 2)
    must = next(k for k in group if not limited[k])
    # written by its complement: what it leaves to the others
    rest = next(k for k in group if limited[k])
    layout.rate[[must, rest]], layout.ask[[must, rest]] = (3200, 7500), -5000
    num, den, short, pull = (np.zeros(len(limited)) for _ in range(4))
    num[[must, rest]], den[[must, rest]], pull[[must, rest]] = (0.5, 1.5), 2.5, 10.0
    for alone in (must, rest):
        assert made.missed(open_window((alone,), 0, 5), num, den, short, pull) is None
    found = made.missed(open_window((must, rest), 0, 5), num, den, short, pull)
    assert found is not None and found.rows == (must, rest)
    for d in range(6):
        whole = {k: -(-max(0, int(layout.rate[k]) * d - 5000) // RATE_UNIT) for k in (must, rest)}
        left = sum(m * RATE_UNIT * whole[k] for k, m in zip(found.rows, found.counts, strict=True))
        assert left - found.slope * RATE_UNIT * d >= found.constant


def test_an_envelope_only_bounds_cases_that_keep_its_window() -> None:
    layout = lay_out(binding(3, 12, 20))
    formulation = Formulation(layout)
    group = formulation.envelopes.groups[0]
    most, k = formulation.cuts.most((group[0],)), group[0]
    at_least, at_most = (
        Step(0, Split("den", row=k, at=2), True),
        Step(0, Split("den", row=k, at=most - 2), False),
    )
    few = Step(0, Split("num", row=k, at=1), False)

    def priced(window: Window, *path: Step) -> None:
        cut = formulation.envelopes.envelope(window, np.full(len(group), 9), np.full(len(group), 5), 1)
        price_out(layout, formulation, path, replace(nothing(layout), cuts={cut: 3}))

    whole = open_window(group, 0, most)
    priced(whole)
    priced(replace(whole, low=3), at_least)
    priced(replace(whole, high=most - 2, most=(most - 2,) * len(group)), at_most)
    priced(replace(whole, most=(1, *whole.most[1:])), few)
    # a side on which no count is left has the multipliers of the case it is a side of
    none = Step(1, Split("den", row=k, at=1), False)
    assert formulation.envelopes.window(group, *count_limits((at_least, none))) is None
    priced(replace(whole, low=3), at_least, none)
    for window, path in (
        (replace(whole, low=1), ()),
        (replace(whole, low=4), (at_least,)),
        (replace(whole, high=most - 1), ()),
        (replace(whole, high=most - 3), (at_most,)),
        (replace(whole, least=(1, *whole.least[1:])), ()),
        (replace(whole, most=(0, *whole.most[1:])), (few,)),
    ):
        with pytest.raises(ValueError, match="cut"):
            priced(window, *path)


def test_limits_of_a_path_are_the_tightest() -> None:
    def step(on: str, at: int, high: bool) -> Step:
        return Step(0, Split("num" if on == "num" else "den", row=4, at=at), high)

    floors, ceilings = count_limits(
        (step("den", 3, True), step("den", 9, False), step("den", 5, True), step("num", 2, False))
    )
    assert floors == {("den", 4): 6} and ceilings == {("den", 4): 9, ("num", 4): 2}


def test_contradictory_limits_have_no_window() -> None:
    made, rows = accounts(2500, 500)
    k = rows[0]
    assert made.window(rows, {("den", k): 9}, {("den", k): 8}) is None
    assert made.window(rows, {("num", k): 9}, {("den", k): 8}) is None
    kept = made.window(rows, {("num", k): 2}, {("den", k): 4})
    assert kept == Window(rows, 0, 4, (2, 0), (4, 4))


@pytest.mark.long
def test_envelopes_lower_the_bound_of_a_case_and_never_below_a_proposal() -> None:
    lowered = 0
    for seed in seeds(20, 2):
        problem = department(seed)
        layout = lay_out(problem)
        best = solve(problem).objective
        bounds = []
        for worth in (DEFAULT.relaxation.envelope_worth, 1e9):
            policy = replace(DEFAULT, relaxation=replace(DEFAULT.relaxation, envelope_worth=worth))
            master = Master(layout, Formulation(layout, policy))
            relaxed = master.solve((), Watch())
            assert relaxed is not None
            bounds.append(relaxed.priced.micropoints)
        # multipliers are rounded: a micropoint more is none
        assert best <= bounds[0] <= bounds[1] + 10
        lowered += bounds[0] < bounds[1] - 10
    assert lowered


def test_weights_are_looked_for_once_for_the_same_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most denominators stand where they stood in the LP before."""
    asked, looked = [], []
    ask, look = Envelopes.weights, Envelopes.look_for_weights

    def noted(self, window, num, den, price):
        asked.append((window, num.tolist(), den, price.tolist()))
        return ask(self, window, num, den, price)

    def counted(self, window, num, den, price):
        looked.append((window, num.tolist(), den, price.tolist()))
        return look(self, window, num, den, price)

    monkeypatch.setattr(Envelopes, "weights", noted)
    monkeypatch.setattr(Envelopes, "look_for_weights", counted)
    layout = lay_out(department(7))
    assert Master(layout, Formulation(layout)).solve((), Watch()) is not None
    assert 0 < len(looked) < len(asked)
    assert all(looked.count(one) == 1 for one in asked)
