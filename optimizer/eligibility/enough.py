"""How many households an account may name for a dwelling, no further than a list needs: the pools read once, then counted.

A country asks that of two hundred thousand menus and accounts, most of them of thousands of households of whom the first few are
enough. `accounts.may_name` says the same household by household.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import njit
from optimizer.domain.account import OWN_TENANTS, RELOCATED, account_of
from optimizer.eligibility.accounts import in_pool, may_name
from optimizer.eligibility.facts import Facts


class Enough:
    """Counts households of a case that accounts may name."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._pools: dict[str, NDArray[np.bool_]] = {}

    def named(self, account: int, line: int, dwelling: int, apps: NDArray[np.int32], most: int) -> int:
        """How many of ``apps`` the account may name for the dwelling, at most ``most``."""
        facts = self.facts
        a, kind = facts.applications, account_of(facts.accounts[account]).kind
        landlord = facts.dwellings.landlord[dwelling]
        if kind.pool == OWN_TENANTS:
            return int(_own(apps, a.current_landlord, landlord, most))
        if kind.pool == RELOCATED:
            return int(_held(apps, self._relocated(account, line, dwelling), most))
        pool = facts.conventions[line].pool if line >= 0 else "default"
        explicit = a.explicit_accounts
        return int(
            _count(
                apps, self._pool(kind.pool if pool == "default" else pool), a.current_landlord,
                landlord, explicit.ptr, explicit.values, account if kind.replaceable else -1, most,
            )
        )  # fmt: skip

    def _pool(self, pool: str) -> NDArray[np.bool_]:
        if pool not in self._pools:
            everybody = np.arange(len(self.facts.applications.ids), dtype=np.int32)
            self._pools[pool] = in_pool(self.facts, pool, everybody)
        return self._pools[pool]

    def _relocated(self, account: int, line: int, dwelling: int) -> NDArray[np.bool_]:
        """Those the account of relocations names for dwellings of one exclusion."""
        key = f"{RELOCATED}:{int(self.facts.dwellings.exclusion[dwelling])}"
        if key not in self._pools:
            everybody = np.arange(len(self.facts.applications.ids), dtype=np.int32)
            self._pools[key] = may_name(self.facts, account, line, dwelling, everybody)
        return self._pools[key]


@njit(cache=True, nogil=True)
def _count(apps, pool, lodged, landlord, ptr, values, account, most):  # type: ignore[no-untyped-def]
    """``account`` -1: one whose pool no explicit accounts replace."""
    found = 0
    for app in apps:
        if found >= most:
            break
        if lodged[app] == landlord:
            continue
        named = pool[app]
        if account >= 0 and ptr[app + 1] > ptr[app]:
            named = False
            for k in range(ptr[app], ptr[app + 1]):
                if values[k] == account:
                    named = True
        found += named
    return found


@njit(cache=True, nogil=True)
def _own(apps, lodged, landlord, most):  # type: ignore[no-untyped-def]
    found = 0
    for app in apps:
        if found >= most:
            break
        found += lodged[app] == landlord
    return found


@njit(cache=True, nogil=True)
def _held(apps, pool, most):  # type: ignore[no-untyped-def]
    found = 0
    for app in apps:
        if found >= most:
            break
        found += pool[app]
    return found
