"""What another account costs at most: the same where the réservataires' orders are lists as where each row is written."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.domain import Case
from optimizer.problem import InvalidSolution, evaluate
from optimizer.shortlist.switching import switch_costs
from tests.golden.six_dwellings import BALANCE, BESANCON, application, case, convention, dwelling, rules
from tests.problem.test_own_lists import both_forms, columns, drawn, first_ranks


def with_lists(seed: int) -> Case:
    """Five dwellings and nine households of an account that follows a list of four, and on two dwellings lists of their own."""
    rng, account = np.random.default_rng(seed), f"COLL:{BESANCON}"
    named = [str(n) for n in rng.permutation([f"N{i:02d}" for i in range(1, 10)])[:6]]
    lists = {None: named[:4], **{home: rng.permutation(named)[:2].tolist() for home in ("L3", "L4")}}
    mode = ("direct", "partial")[seed % 2]
    return case(
        {
            "dwellings": [dwelling(i, "OPH", BESANCON) for i in range(1, 6)],
            "applications": [application(i, score=float(rng.integers(5, 60))) for i in range(1, 10)],
            "conventions": [convention("OPH", account, 0.3, management_mode=mode)],
            "nominations": [
                {"account": account, "application_id": name, "dwelling_id": home, "rank": rank + 1}
                for home, names in lists.items()
                for rank, name in enumerate(names)
            ],
        }
    )


@pytest.mark.parametrize("seed", range(6))
def test_an_exchange_costs_the_same_by_lists_and_by_rows(seed: int, monkeypatch: pytest.MonkeyPatch):
    written, listed = both_forms(with_lists(seed), rules(*BALANCE), monkeypatch)
    assert len(written.orders) and listed.own_lists is not None
    rng, rows, lists = np.random.default_rng(seed), columns(written), columns(listed)
    pairs = np.array(sorted({(d, r) for d, _, r in rows}), np.int32).reshape(-1, 2).T
    compared = barred = 0
    for _ in range(120):
        chosen = drawn(rng, sorted(rows))
        by_rows, by_lists = first_ranks(chosen, rows), first_ranks(chosen, lists)
        try:
            counted = evaluate(written, by_rows), evaluate(listed, by_lists)
        except InvalidSolution:
            continue
        due = switch_costs(written, by_rows, counted[0], *pairs)
        found = switch_costs(listed, by_lists, counted[1], *pairs)
        assert due.tolist() == found.tolist(), chosen
        free = switch_costs(replace(listed, own_lists=None), by_lists, counted[1], *pairs)
        compared, barred = compared + 1, barred + int((free != found).sum())
    assert compared > 10 and barred > 5
