"""Whom each account may name for a dwelling, asked of the facts each time or once for all households."""

from __future__ import annotations

import numpy as np

from optimizer.eligibility.accounts import may_name
from optimizer.eligibility.facts import Facts
from optimizer.problem.model import I32, B


class Pools:
    """Whom each account may name for a dwelling (`eligibility.accounts.may_name`), asked of the facts each time."""

    def of(self, facts: Facts, account: int, line: int, dwelling: int, apps: I32) -> B:
        """Which of ``apps`` the account may name."""
        return may_name(facts, account, line, dwelling, apps)


class KnownPools(Pools):
    """The same, asked once of all households for dwellings of one landlord and one exclusion."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, int, int], B] = {}

    def of(self, facts: Facts, account: int, line: int, dwelling: int, apps: I32) -> B:
        d = facts.dwellings
        key = account, line, int(d.landlord[dwelling]), int(d.exclusion[dwelling])
        known = self._known.get(key)
        if known is None:
            everybody = np.arange(len(facts.applications.ids), dtype=np.int32)
            known = self._known[key] = may_name(facts, account, line, dwelling, everybody)
        return known[apps]
