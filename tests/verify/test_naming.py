"""Who may stand at which rank, as the second program holds it."""

from __future__ import annotations

import numpy as np

from optimizer.verify.naming import Named


def test_a_first_rank_asks_for_more_than_a_reserve():
    """Two types and two accounts: both are named by ALS, only one of them may begin its list; the landlord names the first alone."""
    who = Named(("ALS", "BAILLEUR"), np.array([0b11, 0b01]), np.array([0b01, 0b00]), ())
    assert who.allowed("ALS", 1).tolist() == [True, False]
    assert who.allowed("ALS", 2).tolist() == [True, True] == who.allowed("ALS", 4).tolist()
    assert who.allowed("BAILLEUR", 1).tolist() == [False, False]
    assert who.allowed("BAILLEUR", 2).tolist() == [True, False]
