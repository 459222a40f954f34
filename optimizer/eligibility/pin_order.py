"""Pins that a réservataire's own order forbids: those who come before could hold no first rank anywhere.

A pin passes no nomination order. Whoever is placed better on the list must hold a first rank of this session, on any
account: where these households have no dwellings of their own to be matched with, the pin can never hold, which is told
at input with the order. Whether a pin that may hold does is left to the solve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from optimizer.eligibility.facts import Facts
from optimizer.eligibility.findings import Findings
from optimizer.eligibility.messages import PIN_NOMINATION_ORDER
from optimizer.eligibility.naming import naming, nominee_order
from optimizer.eligibility.pairs import before_account, reach


def check_pin_order(
    facts: Facts, pins: Sequence[tuple[int, int, int, list[int]]], findings: Findings
) -> None:
    """Tell the pins (row, dwelling, application, accounts that may hold it) whose réservataire's order cannot be kept."""
    held = {a: d for _, d, a, _ in pins}
    taken = frozenset(held.values())
    for row, d, a, accounts in pins:
        waiting = [_before(facts, d, a, account) for account in accounts]
        if not waiting or any(_can_all_be_first(facts, before, held, taken) for before in waiting):
            continue
        account, before = accounts[0], waiting[0]
        findings.add(
            PIN_NOMINATION_ORDER, "decisions", row, "dwelling_id", str(facts.dwellings.ids[d]),
            account=facts.accounts[account], before=", ".join(str(facts.applications.ids[b]) for b in before),
        )  # fmt: skip


def _before(facts: Facts, dwelling: int, app: int, account: int) -> list[int]:
    """Eligible nominees of the list in force whom the réservataire places before the household, in its order."""
    line = facts.line_of(dwelling, account)
    if facts.mode_of(account, line) == "delegated":
        return []
    apps, ranks = nominee_order(facts, dwelling, account, line)
    mine = [rank for b, rank in zip(apps, ranks, strict=True) if b == app]
    return [b for b, rank in zip(apps, ranks, strict=True) if b != app and (not mine or rank < mine[0])]


def _can_all_be_first(
    facts: Facts, apps: Sequence[int], held: Mapping[int, int], taken: frozenset[int]
) -> bool:
    """Whether the households have distinct dwellings where they are eligible, those of the pins left out."""
    match: dict[int, int] = {}
    homes = {a: _Homes(facts, a, taken) for a in apps if a not in held}

    def place(a: int, seen: set[int]) -> bool:
        for d in homes[a].one_by_one():
            if d in seen:
                continue
            seen.add(d)
            if d not in match or place(match[d], seen):
                match[d] = a
                return True
        return False

    return all(place(a, set()) for a in homes)


class _Homes:
    """Dwellings of this session where a household may be named, those in ``taken`` left out: found as far as they are asked for."""

    def __init__(self, facts: Facts, app: int, taken: frozenset[int]) -> None:
        self._known: list[int] = []
        self._more = _homes(facts, app, taken)

    def one_by_one(self) -> Iterator[int]:
        yield from self._known
        for d in self._more:
            self._known.append(d)
            yield d


def _homes(facts: Facts, app: int, taken: frozenset[int]) -> Iterator[int]:
    one = np.array([app], np.int32)
    for d in np.flatnonzero(~facts.dwellings.blocked).tolist():
        if d in taken or not reach(facts, d, one)[0][0] or before_account(facts, d, one)[0]:
            continue
        accounts, eligible, _ = naming(facts, d, one)
        sent = facts.oriented.get(d, -1)
        if any(sent in (-1, account) for account in accounts[eligible[0]].tolist()):
            yield d
