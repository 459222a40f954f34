"""Each account's pool of households: which facts a pool looks at, and whom an account may name for a dwelling (design §3).

The kinds of accounts themselves are in :mod:`optimizer.domain.account`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.account import OWN_TENANTS, RELOCATED, account_of, find_account
from optimizer.eligibility.facts import EXCLUSION, Facts

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

STATE_PRIORITY = "state_priority"
NONE = EXCLUSION.index("none")
MUTATION_ONLY = EXCLUSION.index("mutation")
STOCK = EXCLUSION.index("stock")


def known_places(rules: RuleSet) -> frozenset[str]:
    """Codes of communes, EPCI and départements of the territory (membership tests only)."""
    communes = rules.communes
    wider = (communes[column].unique() for column in ("epci", "departement"))
    return frozenset(communes.index).union(*wider)


def is_known(code: str, places: frozenset[str]) -> bool:
    """Whether ``code`` is an account, whose place, if it has one, exists in the territory."""
    found = find_account(code)
    return found is not None and found.known(places)


def in_pool(facts: Facts, pool: str, apps: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which of ``apps`` belong to a pool by their own facts (design §3), explicit accounts not yet considered."""
    a = facts.applications
    if pool == "any":
        return np.ones(len(apps), bool)
    if pool in (STATE_PRIORITY, "priority"):
        proofs = facts.labelled_proofs if pool == STATE_PRIORITY else facts.target_proofs
        proven = _among(a.proof[apps], proofs)
        return np.asarray(a.dalo[apps] | (a.priority_any[apps] & proven), dtype=bool)
    if pool == "public_agent":
        return a.public_agent[apps]
    if pool == "als_employee":
        return a.als_employee[apps]
    raise KeyError(pool)


def _among(codes: NDArray[np.int8], wanted: Iterable[int]) -> NDArray[np.bool_]:
    """Which codes are wanted: `np.isin` sorts them, which for two words of 256 takes three times as long."""
    found = np.zeros(256, bool)
    found[list(wanted)] = True
    return np.asarray(found[codes], bool)


def may_name(
    facts: Facts, account: int, line: int, dwelling: int, apps: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Which of ``apps`` the account may name for the dwelling, nominations and pair codes aside.

    ``accounts`` of an application replaces the pools of the réservataires. A sitting tenant of the dwelling's landlord is
    named by the account of transfers and by nobody else, save that of relocations when it is to be relocated. The account of
    relocations takes relocated households, and on a dwelling excluded for an operation only those of that operation.
    """
    a, kind = facts.applications, account_of(facts.accounts[account]).kind
    own = a.current_landlord[apps] == facts.dwellings.landlord[dwelling]
    if kind.pool == OWN_TENANTS:
        return np.asarray(own, dtype=bool)
    if kind.pool == RELOCATED:
        exclusion = int(facts.dwellings.exclusion[dwelling])
        if exclusion in (NONE, MUTATION_ONLY, STOCK):
            return np.asarray(a.relocation[apps] > 0, dtype=bool)
        return np.asarray(a.relocation[apps] == exclusion - MUTATION_ONLY, dtype=bool)
    pool = facts.conventions[line].pool if line >= 0 else "default"
    named = in_pool(facts, kind.pool if pool == "default" else pool, apps)
    if kind.replaceable:
        explicit = a.explicit_accounts
        listed = explicit.filled(apps)
        if listed.any():
            named = np.where(listed, explicit.holds(apps, account), named)
    return np.asarray(named & ~own, dtype=bool)
