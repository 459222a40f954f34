"""Dwellings reserved for the rules of households, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.fairness.lottery import Draw
from optimizer.fairness.mechanisms.deferred_acceptance import allocate
from optimizer.fairness.reserves import reserved_slots, reserved_table
from optimizer.problem.model import Kinds, Row
from tests.fairness.markets import plain_market


def test_the_dearest_rule_reserves_first_and_no_dwelling_is_reserved_twice():
    """Two rules ask for half of four dwellings each: the dearest takes the two that three households may have, the other the rest."""
    plain = plain_market([[1, 1], [1, None], [1, None]], capacity=[2, 2])
    kinds = Kinds(
        np.zeros(1, np.int32), np.array([0, 2], np.int64), np.array([0, 1], np.int32), np.ones(2, np.int8), np.ones(2, np.int8),
        order_ptr=np.zeros(2, np.int64),
    )  # fmt: skip
    rows = tuple(
        Row(rule, "landlord=X;epci=1", price * 100, 5000, 5000, 0, 0, 0, 1, 1, play=0)
        for rule, price in (("lec_q1_outside_qpv", 2000), ("priority_mix", 1000))
    )
    market = replace(plain, kinds=kinds, rows=rows)
    assert reserved_slots(market) == [0, 0, 1, 1]
    dearer = tuple(replace(row, price=price) for row, price in zip(rows, (1000_00, 2000_00), strict=True))
    assert reserved_slots(replace(market, rows=dearer)) == [1, 1, 0, 0]
    told = reserved_table(market)
    names = [str(name) for name in market.dwelling_ids]
    assert dict(zip(told["dwelling_id"], told["rule"], strict=True)) == {
        names[0]: "lec_q1_outside_qpv", names[1]: "lec_q1_outside_qpv", names[2]: "priority_mix", names[3]: "priority_mix",
    }  # fmt: skip
    assert set(told["scope"]) == {"landlord=X;epci=1"}


def test_a_reserved_dwelling_goes_to_whoever_counts_before_a_better_score():
    """One dwelling, wholly asked for by a rule: the household of 10 points that counts has it, not the one of 90; without the rule
    it is the other way round."""
    plain = plain_market([[1], [1]], scores=[90, 10])
    kinds = Kinds(
        np.zeros(2, np.int32), np.array([0, 1, 2], np.int64), np.zeros(2, np.int32), np.array([0, 1], np.int8), np.ones(2, np.int8),
        order_ptr=np.zeros(3, np.int64),
    )  # fmt: skip
    rule = Row("lec_q1_outside_qpv", "landlord=X;epci=1", 2000_00, 10_000, 10_000, 0, 0, 0, 1, 1, play=0)
    market = replace(plain, kinds=kinds, rows=(rule,), option_kind=np.array([0, 1], np.int32))
    for ruled, housed in ((market, 1), (replace(market, rows=(replace(rule, price=0),)), 0)):
        found = allocate(ruled, Draw(ruled.seed))
        assert [found.share.get((int(g), 0), 0) for g in found.groups] == [int(a == housed) for a in (0, 1)]
