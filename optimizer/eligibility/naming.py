"""Who may name whom for a dwelling (design §3): accounts that receive it, pools, nominations, pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.account import remainder, transfers
from optimizer.eligibility.accounts import may_name
from optimizer.eligibility.facts import Facts
from optimizer.eligibility.pairs import before_account

if TYPE_CHECKING:
    pass

I32 = NDArray[np.int32]
B = NDArray[np.bool_]
NOBODY: I32 = np.zeros(0, np.int32)


def accounts_of(facts: Facts, dwelling: int) -> tuple[I32, I32]:
    """Accounts that may receive the dwelling, ascending, each with its convention line (-1 without one)."""
    c = int(facts.dwellings.receive_class[dwelling])
    a, b = int(facts.receiving.ptr[c]), int(facts.receiving.ptr[c + 1])
    return facts.receiving.account[a:b], facts.receiving.line[a:b]


def names_everybody(facts: Facts, dwelling: int) -> bool:
    """Whether every household has an account there: the remainder takes all but the landlord's tenants, transfers those."""
    accounts, lines = accounts_of(facts, dwelling)
    found = {facts.accounts[account]: int(line) for account, line in zip(accounts, lines, strict=True)}
    if remainder() not in found or not any(code in found for code in transfers()):
        return False
    line = found[remainder()]
    return line < 0 or (
        facts.conventions[line].management_mode == "delegated"
        and facts.conventions[line].pool in ("default", "any")
    )


def eligible_nominees(
    facts: Facts, dwelling: int, account: int, line: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Nominees of an account who are eligible for the dwelling.

    Returns
    -------
    Those named for this very dwelling, in the réservataire's order (equal ranks in the order of the identifiers),
    and those named for any dwelling of the account. A household named both ways is in the first list only.
    """

    here, anywhere = (_fine(facts, dwelling, account, line, apps) for apps in (
        facts.nominee_apps.get((account, dwelling), NOBODY), _general(facts, account, dwelling),
    ))  # fmt: skip
    named_here = set(here)
    return here, tuple(app for app in anywhere if app not in named_here)


def nominee_order(
    facts: Facts, dwelling: int, account: int, line: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The list in force for a dwelling: eligible nominees in the réservataire's order, and their ranks.

    Those named for this very dwelling if one of them is eligible for it, else the account's general list. Equal ranks
    impose no order.
    """
    here, anywhere = eligible_nominees(facts, dwelling, account, line)
    apps, place = (here, dwelling) if here else (anywhere, -1)
    best: dict[int, int] = {}
    for rank, app in facts.nominees.get((account, place), ()):
        best.setdefault(app, rank)
    return apps, tuple(best[app] for app in apps)


def _fine(facts: Facts, dwelling: int, account: int, line: int, apps: I32) -> tuple[int, ...]:
    if not len(apps):
        return ()
    fine = may_name(facts, account, line, dwelling, apps) & (before_account(facts, dwelling, apps) == 0)
    return tuple(int(app) for app in apps[fine])


def _nominated(facts: Facts, account: int) -> B:
    """(A,) whether the account names the application for any of its dwellings; found once, lists may be a country's."""
    known = facts.memo.get(f"nominated {account}")
    if not isinstance(known, np.ndarray):
        known = np.zeros(len(facts.applications.ids), np.bool_)
        named = facts.nominee_apps.get((account, -1), NOBODY)
        known[named[named >= 0]] = True
        facts.memo[f"nominated {account}"] = known
    return known


def _general(facts: Facts, account: int, dwelling: int) -> I32:
    """Nominees for any dwelling of an account who may reach the dwelling's commune, in the réservataire's order.

    The lists of a national account are long and most names are far away: they are sorted by EPCI once.
    """
    by_epci = facts.memo.get(f"nominees {account}")
    if not isinstance(by_epci, dict):
        by_epci = facts.memo[f"nominees {account}"] = _by_epci(
            facts, facts.nominee_apps.get((account, -1), NOBODY)
        )
    found: I32 = by_epci.get(int(facts.dwellings.epci[dwelling]), NOBODY)
    return found


def _by_epci(facts: Facts, apps: I32) -> dict[int, I32]:
    owner, _, communes = facts.applications.wished.gather(apps)
    inside = communes >= 0
    places = facts.commune_epci[communes[inside]].astype(np.int64)
    pairs = np.unique(places * len(apps) + owner[inside])
    if not len(pairs):
        return {}
    epci, position = pairs // max(len(apps), 1), pairs % max(len(apps), 1)
    start = np.flatnonzero(np.diff(epci, prepend=-1))
    return {int(epci[a]): apps[part] for a, part in zip(start, np.split(position, start[1:]), strict=True)}


def naming(facts: Facts, dwelling: int, apps: I32) -> tuple[I32, B, B]:
    """Accounts that may name each application for a dwelling, and hold its first rank with it.

    Parameters
    ----------
    dwelling : int
        Index of the dwelling.
    apps : (n,) int32
        Indices of applications; only the ACCOUNT code is judged here for them.

    Returns
    -------
    accounts : (r,) int32, ascending
        Accounts which may receive the dwelling.
    eligible : (n, r) bool
        The account may name the application there.
    first : (n, r) bool
        The application may be the dwelling's first rank on that account: implies ``eligible``.

    Notes
    -----
    Direct account: only nominees may be named, and first are those of the list in force (`nominee_order`). Partial account:
    everybody of the pool may be named. That a better placed nominee must hold a first rank too is a matter of the whole
    proposal, and of the rows of the problem (``problem.orders``).
    A pin gives the first rank of its dwelling to its application, on the account it names or on whatever account may name
    it, and nowhere else. An orientation leaves first ranks on its account only. Neither adds a pair.
    """
    accounts, lines = accounts_of(facts, dwelling)
    eligible = np.zeros((len(apps), len(accounts)), bool)
    first = np.zeros_like(eligible)
    for j, (account, line) in enumerate(zip(accounts.tolist(), lines.tolist(), strict=True)):
        pool = may_name(facts, account, line, dwelling, apps)
        mode = facts.mode_of(account, line)
        if mode == "direct":
            own = facts.nominee_apps.get((account, dwelling), NOBODY)
            named = _nominated(facts, account)[apps] | np.isin(apps, own)
            listed, _ = nominee_order(facts, dwelling, account, line)
            eligible[:, j] = pool & named
            first[:, j] = eligible[:, j] & np.isin(apps, np.array(listed, np.int32))
        else:
            eligible[:, j] = first[:, j] = pool
    _apply_pins(facts, dwelling, apps, accounts, eligible, first)
    return accounts, eligible, first


def pooled_on(facts: Facts, dwelling: int, account: int, apps: I32) -> B:
    """Whether an account that names its own households could name each of ``apps`` for a dwelling: its public, nominated or not."""
    accounts, lines = accounts_of(facts, dwelling)
    for line in lines[accounts == account].tolist():
        if facts.mode_of(account, line) != "delegated":
            return may_name(facts, account, line, dwelling, apps)
    return np.zeros(len(apps), np.bool_)


def _apply_pins(facts: Facts, dwelling: int, apps: I32, accounts: I32, eligible: B, first: B) -> None:
    sent = facts.oriented.get(dwelling, -1)
    if sent >= 0:
        first[:, accounts != sent] = False
    if not len(facts.pins):
        return
    pinned = facts.pinned_application.get(dwelling)
    if pinned is not None:
        on = facts.pinned_account.get(dwelling, -1)
        on = sent if on < 0 else on
        columns = np.ones(len(accounts), bool) if on < 0 else accounts == on
        first[:] = eligible & columns & (apps == pinned)[:, None]
        return
    elsewhere = np.isin(apps, facts.pins[:, 1])
    first[elsewhere] = False
