"""Who may name whom, asked once for all dwellings alike: the answers of ``eligibility.naming`` and ``eligibility.seats``.

Those two judge one dwelling at a time, each nominee of an account against it. Here the menus already say who is
eligible, so the nominees at large of a menu are read off it, and dwellings that no nomination and no pin names are asked
about together. The tests hold both readings equal on random cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import optimizer.eligibility as eligibility
from optimizer.eligibility.accounts import may_name
from optimizer.eligibility.facts import Facts
from optimizer.eligibility.naming import accounts_of, eligible_nominees
from optimizer.problem.model import I32, I64, B

if TYPE_CHECKING:
    from optimizer.eligibility import Menus

Terms = tuple[tuple[int, str, str], ...]
"""(account, pool, management mode) of the accounts that may receive a dwelling."""


class Orientation(NamedTuple):
    """A direct account's seat at a dwelling: account, median score of its known pool, deadline in days."""

    account: int
    score: int
    deadline: int


class Naming:
    """The naming of a case, by kind of dwelling (its receiving class and its menu)."""

    def __init__(self, facts: Facts, menus: Menus) -> None:
        self.facts, self.menus = facts, menus
        self._listed: dict[int, list[int]] = {}
        self._sorted: dict[int, I32] = {}
        by_app: dict[int, list[int]] = {}
        for line in facts.nominations:
            if line.dwelling < 0:
                self._listed.setdefault(line.account, []).append(line.application)
                by_app.setdefault(line.application, []).append(line.account)
        nominee = np.zeros(len(facts.applications.ids), bool)
        nominee[sorted(by_app)] = True
        entry = np.flatnonzero(nominee[menus.app])
        menu = np.searchsorted(menus.ptr, entry, side="right") - 1
        self._inside: dict[tuple[int, int], list[int]] = {}
        for m, app in zip(menu.tolist(), menus.app[entry].tolist(), strict=True):
            for account in by_app[app]:
                self._inside.setdefault((m, account), []).append(app)
        self.alone = self._alone()

    def terms(self, receive_class: int) -> Terms:
        """What naming asks of the accounts that may receive a class of dwellings."""
        facts = self.facts
        part = slice(int(facts.receiving.ptr[receive_class]), int(facts.receiving.ptr[receive_class + 1]))
        pairs = zip(facts.receiving.account[part].tolist(), facts.receiving.line[part].tolist(), strict=True)
        return tuple(
            (account, facts.conventions[line].pool if line >= 0 else "default", facts.mode_of(account, line))
            for account, line in pairs
        )

    def _alone(self) -> I64:
        """(D,) a number of its own for each dwelling that is pinned, or named to an account which may receive it."""
        facts = self.facts
        named = set(facts.pins[:, 0].tolist())
        for line in facts.nominations:
            if line.dwelling >= 0:
                terms = self.terms(int(facts.dwellings.receive_class[line.dwelling]))
                if any(account == line.account and mode != "delegated" for account, _, mode in terms):
                    named.add(line.dwelling)
        number = np.zeros(len(facts.dwellings.ids), np.int64)
        for dwelling in named:
            number[dwelling] = dwelling + 1
        return number

    def leads(self, dwelling: int, account: int, line: int) -> bool:
        """Whether the account has an eligible nominee at large for the dwelling."""
        here = self._inside.get((int(self.menus.menu_of_dwelling[dwelling]), account))
        if not here:
            return False
        return bool(may_name(self.facts, account, line, dwelling, np.array(here, np.int32)).any())

    def kinds(self) -> tuple[I64, I64]:
        """A number per (receiving class, menu), and one dwelling of each."""
        d = self.facts.dwellings
        pairs = d.receive_class.astype(np.int64) * (len(self.menus.ptr) + 1) + self.menus.menu_of_dwelling + 1
        _, first, kind = np.unique(pairs, return_index=True, return_inverse=True)
        return kind.reshape(-1).astype(np.int64), first.astype(np.int64)

    def led(self) -> tuple[I64, tuple[frozenset[int], ...]]:
        """(D,) state of each dwelling, and the partial accounts which find a nominee in each state."""
        kind, first = self.kinds()
        found: dict[frozenset[int], int] = {frozenset(): 0}
        state = np.zeros(len(first), np.int64)
        for i, dwelling in enumerate(first.tolist() if self._inside else []):
            accounts, lines = accounts_of(self.facts, dwelling)
            led = frozenset(
                account
                for account, line in zip(accounts.tolist(), lines.tolist(), strict=True)
                if account in self._listed
                and self.facts.mode_of(account, line) == "partial"
                and self.leads(dwelling, account, line)
            )
            state[i] = found.setdefault(led, len(found))
        return state[kind], tuple(found)

    def ask(self, dwelling: int, led: frozenset[int], apps: I32) -> tuple[I32, B, B]:
        """``eligibility.naming`` for applications which stand in the menu of some dwelling like this one."""
        facts = self.facts
        if self.alone[dwelling]:
            return eligibility.naming(facts, None, dwelling, apps)
        accounts, lines = accounts_of(facts, dwelling)
        eligible = np.zeros((len(apps), len(accounts)), bool)
        first = np.zeros_like(eligible)
        for j, (account, line) in enumerate(zip(accounts.tolist(), lines.tolist(), strict=True)):
            pool = may_name(facts, account, line, dwelling, apps)
            mode = facts.mode_of(account, line)
            if mode == "direct":
                pool = pool & self._nominated(account, apps)
            eligible[:, j] = pool
            leading = mode == "partial" and account in led
            first[:, j] = pool & self._nominated(account, apps) if leading else pool
        if len(facts.pins):
            first[np.isin(apps, facts.pins[:, 1])] = False
        return accounts, eligible, first

    def _nominated(self, account: int, apps: I32) -> B:
        """Which of the applications the account named at large (its list can be a country's: it is sorted once)."""
        names = self._sorted.get(account)
        if names is None:
            names = self._sorted[account] = np.array(sorted(self._listed.get(account, ())), np.int32)
        if not len(names):
            return np.zeros(len(apps), bool)
        at = np.minimum(np.searchsorted(names, apps), len(names) - 1)
        return np.asarray(names[at] == apps, dtype=bool)

    def seats(self, score: I64, entry_app: I32) -> list[tuple[int, Orientation]]:
        """(dwelling, seat) of the direct accounts without eligible nominee.

        Parameters
        ----------
        score, entry_app : hundredths and application of the menu entries, in any order inside a menu.
        """
        facts = self.facts
        kind, first = self.kinds()
        common = [self._orientations(dwelling, score, entry_app) for dwelling in first.tolist()]
        found = []
        for dwelling, k in enumerate(kind.tolist()):
            if facts.dwellings.blocked[dwelling] or dwelling in facts.pinned_application or not common[k]:
                continue
            seats = common[k]
            if self.alone[dwelling]:
                seats = [
                    seat
                    for seat, line in zip(seats, self._lines(dwelling, seats), strict=True)
                    if not any(eligible_nominees(facts, dwelling, seat.account, line))
                ]
            found += [(dwelling, seat) for seat in seats]
        return found

    def _orientations(self, dwelling: int, score: I64, entry_app: I32) -> list[Orientation]:
        facts = self.facts
        accounts, lines = accounts_of(facts, dwelling)
        menu = int(self.menus.menu_of_dwelling[dwelling])
        part = slice(int(self.menus.ptr[menu]), int(self.menus.ptr[menu + 1])) if menu >= 0 else slice(0, 0)
        found = []
        for account, line in zip(accounts.tolist(), lines.tolist(), strict=True):
            if facts.mode_of(account, line) == "direct" and not self.leads(dwelling, account, line):
                pool = may_name(facts, account, line, dwelling, entry_app[part])
                days = facts.conventions[line].deadline_days if line >= 0 else facts.default_deadline_days
                found.append(Orientation(account, median(score[part][pool]), days))
        return found

    def _lines(self, dwelling: int, seats: list[Orientation]) -> list[int]:
        accounts, lines = accounts_of(self.facts, dwelling)
        line_of = dict(zip(accounts.tolist(), lines.tolist(), strict=True))
        return [line_of[seat.account] for seat in seats]


def median(points: I64) -> int:
    """Median of hundredths, 0 of none; the mean of the two middle ones is rounded half up.

    >>> median(np.array([100, 201, 900, 400]))
    301
    """
    if not len(points):
        return 0
    ordered = np.sort(points)
    low, high = int(ordered[(len(ordered) - 1) // 2]), int(ordered[len(ordered) // 2])
    return (low + high + 1) // 2
