"""Seats: orientations of a dwelling to a direct réservataire without a household (design §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.accounts import may_name
from optimizer.eligibility.facts import Facts
from optimizer.eligibility.menus import Menus, menus
from optimizer.eligibility.naming import accounts_of

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

B = NDArray[np.bool_]
I32 = NDArray[np.int32]
Seat = tuple[int, int, int, I32]


def in_a_pool(facts: Facts, dwelling: int, apps: I32) -> B:
    """Of households eligible for a dwelling: who counts in the median that a réservataire's seat there is worth."""
    d = facts.dwellings
    found = np.zeros(len(apps), np.bool_)
    if d.blocked[dwelling] or dwelling in facts.pinned_application or d.tenant[dwelling] >= 0:
        return found
    accounts, lines = accounts_of(facts, dwelling)
    sent = facts.oriented.get(dwelling, -1)
    for account, line in zip(accounts.tolist(), lines.tolist(), strict=True):
        if sent in (-1, account) and facts.mode_of(account, line) == "direct":
            found |= may_name(facts, account, line, dwelling, apps)
    return found


def seats(facts: Facts, rules: RuleSet, known: Menus | None = None) -> list[Seat]:
    """Orientations possible without a name: (dwelling, account, deadline in days, known eligible pool).

    One per dwelling that is neither held by work in progress nor pinned, and per direct account that may receive it (the
    only one where a decision orients it), nominees or not: its place after them is a matter of the problem's rows. The
    pool (ascending application indices) is whom the account could name among the applications of the case; its median
    score is part of the seat's value. ``known`` spares computing the menus again.
    """
    found: list[Seat] = []
    pools: dict[tuple[int, int, int, int, int], I32] = {}
    table: Menus | None = known
    d = facts.dwellings
    for dwelling in range(len(d.ids)):
        if d.blocked[dwelling] or dwelling in facts.pinned_application:
            continue
        accounts, lines = accounts_of(facts, dwelling)
        sent = facts.oriented.get(dwelling, -1)
        for account, line in zip(accounts.tolist(), lines.tolist(), strict=True):
            if sent not in (-1, account):
                continue
            if facts.mode_of(account, line) != "direct":
                continue
            if table is None:
                table = menus(facts, rules)
            key = (
                int(table.menu_of_dwelling[dwelling]), account, line, int(d.landlord[dwelling]),
                int(d.exclusion[dwelling]),
            )  # fmt: skip
            if key not in pools:
                apps = table.app[table.of(dwelling)]
                pools[key] = apps[may_name(facts, account, line, dwelling, apps)]
            days = facts.conventions[line].deadline_days if line >= 0 else facts.default_deadline_days
            found.append((dwelling, account, days, pools[key]))
    return found
