"""``lean``: small points that choose between neighbouring proposals, by type of household and account (design §5).

Missing names: the accounts' counts of eligible households at the dwelling, the fullest account saying how many names were
possible. DALO households go to the État's account, or to any where the État may not name them. An unreachable household
pays more than the grid can give. A first rank of an earlier result that is kept gains a little.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.verify.cells import I32, I64
from optimizer.verify.naming import Named, mode_of
from optimizer.verify.passes import by_account
from optimizer.verify.scores import Scores
from optimizer.verify.world import World

STATE = "ETAT_PRIO"
OWN = ("MUTATION", "RELOGEMENT")
"""Accounts outside the flux: no name is missing there."""


@dataclass(frozen=True)
class Lean:
    """The dated points of ``lean.yaml``, hundredths, for a case whose scores are known."""

    world: World
    scores: Scores

    @cached_property
    def per_name(self) -> int:
        return self.world.law.hundredths("national.lean.points_per_missing_name")

    @cached_property
    def names(self) -> int:
        return self.world.law.whole("national.lean.names")

    @cached_property
    def dalo(self) -> int:
        return self.world.law.hundredths("national.lean.dalo_points")

    @cached_property
    def unreachable(self) -> int:
        return self.scores.span + self.world.law.hundredths("national.lean.unreachable_margin")

    @cached_property
    def keep(self) -> int:
        return self.world.law.hundredths("national.lean.keep_points")

    def of(self, dwelling: int, named: Named, count: I64, best: I64, rep: I32) -> I64:
        """(types, accounts) points at a dwelling; ``count`` eligible households and ``rep`` one household of each type."""
        apps = self.world.apps
        accounts = named.accounts
        found = np.zeros((len(rep), len(accounts)), np.int64)
        if not len(rep) or not accounts:
            return found
        people, _ = by_account(named.named, count, best, len(accounts))
        # of an oriented dwelling that account alone may receive it
        sent = self.world.orient.get(dwelling, "")
        may = np.array([sent in ("", x) for x in accounts], bool)
        missing = np.where(may, np.maximum(0, min(self.names, int(people[may].max(initial=0))) - people), 0)
        dalo, alone = apps.dalo[rep], apps.prefet[rep]
        by_state = np.zeros(len(rep), bool)
        if STATE in accounts and sent in ("", STATE):
            by_state = named.named >> accounts.index(STATE) & 1 > 0
        for bit, account in enumerate(accounts):
            state = account == STATE
            if account not in OWN and mode_of(self.world, dwelling, account) != "direct":
                spared = alone | dalo if state else alone
                if not self.world.dwellings.subsidised[dwelling]:
                    found[:, bit] -= np.where(spared, 0, self.per_name * int(missing[bit]))
            found[:, bit] += np.where(dalo if state else dalo & ~by_state, self.dalo, 0)
        found -= np.where(apps.dossier[rep] == 2, self.unreachable, 0)[:, None]
        app, account = self.world.kept.get(dwelling, (-1, ""))
        if account in accounts:
            found[:, accounts.index(account)] += np.where(rep == app, self.keep, 0)
        return found
