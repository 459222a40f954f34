"""Nominees that are eligible where they are named, in the réservataire's order: read off the menus, list by list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.eligibility.facts import Facts
from optimizer.problem.model import I32, B
from optimizer.problem.pools import Pools

if TYPE_CHECKING:
    from optimizer.eligibility import Menus

FEW = 16
Listed = tuple[tuple[int, int], ...]
"""(rank, application), best placed first."""


class Nominees:
    """Who is named where. ``menus`` say who is eligible before the account is asked, ``pools`` whom an account may name."""

    def __init__(self, facts: Facts, menus: Menus, pools: Pools) -> None:
        self.facts, self.menus, self.pools = facts, menus, pools
        self._own: dict[tuple[int, int], dict[int, int]] = {}
        self._large: dict[int, dict[int, int]] = {}
        for line in facts.nominations:
            if line.dwelling < 0:
                ranks = self._large.setdefault(line.account, {})
            else:
                ranks = self._own.setdefault((line.account, line.dwelling), {})
            ranks[line.application] = min(line.rank, ranks.get(line.application, line.rank))
        nominee = np.zeros(len(facts.applications.ids), bool)
        for ranks in (*self._own.values(), *self._large.values()):
            nominee[sorted(ranks)] = True
        entry = np.flatnonzero(nominee[menus.app])
        self._inside = menus.app[entry].copy()
        """Nominees, of any account, of each menu: ``_inside[_start[m]:_start[m + 1]]``, ascending."""
        self._start = np.searchsorted(entry, menus.ptr)
        self._known: dict[tuple[int, int, int], Listed] = {}
        self._counted: dict[tuple[int, int, int], int] = {}
        self._sorted: dict[int, I32] = {}
        homes = facts.dwellings
        anybody = {int(homes.tenant[d]): int(d) for d in np.flatnonzero(homes.position == 1)}
        self.list_of = {int(d): anybody[int(homes.tenant[d])] for d in np.flatnonzero(homes.guest >= 0)}
        """Of a dwelling in an exchange that is weighed, its copy that anybody may ask for: one household alone may be first on the
        first, but a réservataire's order, and the names of a list, are those of the dwelling."""

    def reached(self) -> list[int]:
        """Dwellings that suit some nominee, ascending."""
        menu = self.menus.menu_of_dwelling.copy()
        for copy, dwelling in self.list_of.items():
            menu[copy] = menu[dwelling] if menu[copy] >= 0 else -1
        suited = np.append(np.diff(self._start) > 0, False)
        found: list[int] = np.flatnonzero((menu >= 0) & suited[menu]).tolist()
        return found

    def own(self, dwelling: int, account: int, line: int) -> Listed:
        """Eligible nominees that name this very dwelling, in order."""
        dwelling = self.list_of.get(dwelling, dwelling)
        ranks = self._own.get((account, dwelling))
        return self._fine(dwelling, account, line, ranks) if ranks else ()

    def eligible(self, dwelling: int, account: int, line: int) -> tuple[Listed, Listed]:
        """Eligible nominees that name this very dwelling, and those at large, each in order."""
        dwelling = self.list_of.get(dwelling, dwelling)
        here = self.own(dwelling, account, line)
        key = (
            int(self.facts.dwellings.receive_class[dwelling]),
            int(self.menus.menu_of_dwelling[dwelling]),
            account,
        )
        if key not in self._known:
            large = self._large.get(account)
            self._known[key] = self._fine(dwelling, account, line, large) if large else ()
        return here, self._known[key]

    def listed(self, dwelling: int, account: int, line: int) -> Listed:
        """The list that holds at the dwelling."""
        here, large = self.eligible(dwelling, account, line)
        return here or large

    def count(self, dwelling: int, account: int, line: int) -> int:
        """Households that the account may name there by nomination, each once."""
        key = (
            int(self.facts.dwellings.receive_class[dwelling]),
            int(self.menus.menu_of_dwelling[dwelling]),
            account,
        )
        own = self._own.get((account, dwelling))
        if own is None and key in self._counted:
            return self._counted[key]
        large = self._able(dwelling, account, line, self._names(account))
        if own is None:
            self._counted[key] = len(large)
            return len(large)
        here = self._able(dwelling, account, line, np.array(sorted(own), np.int32))
        return len(np.union1d(here, large))

    def named(self, dwelling: int, account: int, apps: I32) -> B:
        """Which of the applications the account names, at large or for the dwelling."""
        names = self._names(account)
        own = self._own.get((account, dwelling))
        found = among(apps, sorted(own)) if own else np.zeros(len(apps), bool)
        if len(names):
            at = np.minimum(np.searchsorted(names, apps), len(names) - 1)
            found |= names[at] == apps
        return np.asarray(found, bool)

    def _names(self, account: int) -> I32:
        """Households that the account names at large, ascending."""
        if account not in self._sorted:
            self._sorted[account] = np.array(sorted(self._large.get(account, ())), np.int32)
        return self._sorted[account]

    def _able(self, dwelling: int, account: int, line: int, names: I32) -> I32:
        """Those of some households that the account may name there, ascending."""
        menu = int(self.menus.menu_of_dwelling[dwelling])
        if menu < 0 or not len(names):
            return names[:0]
        inside = self._inside[self._start[menu] : self._start[menu + 1]]
        known = names[np.minimum(np.searchsorted(names, inside), len(names) - 1)] == inside
        apps: I32 = inside[known]
        if len(apps):
            apps = apps[self.pools.of(self.facts, account, line, dwelling, apps)]
        return apps

    def _fine(self, dwelling: int, account: int, line: int, ranks: dict[int, int]) -> Listed:
        apps = self._able(dwelling, account, line, np.array(sorted(ranks), np.int32))
        return tuple(sorted((ranks[app], app) for app in apps.tolist()))


def among(apps: I32, few: list[int]) -> B:
    """Which of the applications are among a few: `np.isin` sorts, which takes several times as long."""
    if len(few) > FEW:
        return np.asarray(np.isin(apps, np.array(few, np.int32)), bool)
    found: B = np.zeros(len(apps), bool)
    for app in few:
        found |= apps == app
    return found
