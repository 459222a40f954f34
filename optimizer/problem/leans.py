"""`lean` (design §5): small points that choose the account of a dwelling, or hold a proposal still, never the order of the cotation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.domain.account import account_of
from optimizer.eligibility.enough import Enough
from optimizer.eligibility.naming import accounts_of
from optimizer.problem.model import I32, I64, B
from optimizer.problem.nominees import Nominees
from optimizer.problem.registry import hundredths

if TYPE_CHECKING:
    from optimizer.policy import RuleSet


Missing = tuple[int, ...]
"""Names missing on each account that may receive a dwelling, in their order."""
Kept = Mapping[int, tuple[int, int]]
"""Dwelling -> (application, account) of its first rank in an earlier proposal."""


class LeanPoints(NamedTuple):
    """Points of ``models/``, hundredths, and the number of names a list should carry."""

    name: int
    names: int
    dalo: int
    unreachable: int
    keep: int


def lean_terms(rules: RuleSet, span: int) -> LeanPoints:
    """``span``: M of design §5, hundredths."""
    name, dalo, margin, keep = (
        hundredths(rules.get(f"national.lean.{key}"))
        for key in ("points_per_missing_name", "dalo_points", "unreachable_margin", "keep_points")
    )
    return LeanPoints(name, rules.integer("national.lean.names"), dalo, max(0, span) + margin, keep)


class Leans:
    """The points of every first rank of a case."""

    def __init__(self, rules: RuleSet, nominees: Nominees, kept: Kept) -> None:
        facts = nominees.facts
        self.facts, self.nominees, self.kept = facts, nominees, kept
        self.terms = lean_terms(rules, facts.span)
        kinds = [account_of(code).kind for code in facts.accounts]
        self._etat = next(i for i, kind in enumerate(kinds) if kind.dalo)
        self._free = frozenset(i for i, kind in enumerate(kinds) if not kind.lean)
        self._enough = Enough(facts)
        self._many: dict[tuple[int, int, int], int] = {}

    def receivers(self, dwelling: int) -> tuple[I32, I32]:
        """Accounts that may receive the dwelling: of an oriented one, that account alone."""
        accounts, lines = accounts_of(self.facts, dwelling)
        where = self.facts.oriented.get(dwelling)
        return (accounts, lines) if where is None else (accounts[accounts == where], lines[accounts == where])

    def missing(self, dwelling: int) -> Missing:
        """How many of the names that some account could give each of them cannot."""
        dwelling = self.nominees.list_of.get(dwelling, dwelling)
        accounts, lines = self.receivers(dwelling)
        if self.facts.dwellings.subsidy_d331_25_1[dwelling] or not len(accounts):
            return (0,) * len(accounts)
        pairs = list(zip(accounts.tolist(), lines.tolist(), strict=True))
        many = [self._count(dwelling, account, line) for account, line in pairs]
        goal = min(self.terms.names, max(many))
        return tuple(
            0 if account in self._free or self.facts.mode_of(account, line) == "direct" else max(0, goal - n)
            for (account, line), n in zip(pairs, many, strict=True)
        )

    def _count(self, dwelling: int, account: int, line: int) -> int:
        """Households eligible for the dwelling on the account, no further than a list needs."""
        if self.facts.mode_of(account, line) == "direct":
            return self.nominees.count(dwelling, account, line)
        menus = self.nominees.menus
        menu = int(menus.menu_of_dwelling[dwelling])
        if menu < 0:
            return 0
        key = int(self.facts.dwellings.receive_class[dwelling]), menu, account
        if key not in self._many:
            apps = menus.app[menus.ptr[menu] : menus.ptr[menu + 1]]
            self._many[key] = self._enough.named(account, line, dwelling, apps, self.terms.names)
        return self._many[key]

    def points(
        self, dwelling: int, missing: Missing, accounts: I32, eligible: B, apps: I32
    ) -> tuple[I64, I64]:
        """Points of each application on each account, (n, r), and what of them is for a first rank kept.

        ``missing``: of the accounts that may receive the dwelling; ``accounts``, ``eligible``: as `Naming.ask` says.
        """
        facts, terms = self.facts, self.terms
        a = facts.applications
        receivers = self.receivers(dwelling)[0].tolist()
        lost = dict(zip(receivers, missing, strict=True))
        found = np.zeros(eligible.shape, np.int64)
        dalo, one = a.dalo[apps], a.prefet_designated[apps]
        names = [j for j, account in enumerate(accounts.tolist()) if account == self._etat]
        may = eligible[:, names[0]] if names and self._etat in lost else np.zeros(len(apps), bool)
        for j, account in enumerate(accounts.tolist()):
            spared = one | dalo if account == self._etat else one
            found[:, j] -= np.where(spared, 0, terms.name * lost.get(account, 0))
            found[:, j] += np.where(dalo & ((account == self._etat) | ~may), terms.dalo, 0)
        found -= np.where(a.unreachable[apps], terms.unreachable, 0)[:, None]
        keep = np.zeros_like(found)
        if dwelling in self.kept:
            app, account = self.kept[dwelling]
            keep[np.ix_(apps == app, accounts == account)] = terms.keep
        return found + keep, keep
