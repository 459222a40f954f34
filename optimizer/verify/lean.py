"""``lean``: small points that choose between neighbouring proposals, by type of household and account (design §5).

Missing names: the accounts' counts of eligible households at the dwelling, the fullest account saying how many names were
possible. DALO households go to the État's account, or to any where the État may not name them. An unreachable household
pays more than the grid can give. A first rank of an earlier result that is kept gains a little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.compiled import njit
from optimizer.verify.cells import I32, I64, U8
from optimizer.verify.naming import Named
from optimizer.verify.scores import Scores
from optimizer.verify.world import World

STATE = "ETAT_PRIO"
OWN = ("MUTATION", "RELOGEMENT")
"""Accounts outside the flux: no name is missing there."""
DALO, ONE_NAME, UNREACHABLE = 1, 2, 4


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

    def marks(self, rep: I32) -> U8:
        """What the points depend on, by type of household: bits of DALO, ONE_NAME, UNREACHABLE."""
        a = self.world.apps
        found = a.dalo[rep] * DALO + a.prefet[rep] * ONE_NAME + (a.dossier[rep] == 2) * UNREACHABLE
        return np.asarray(found, np.uint8)

    def of(self, dwelling: int, named: Named, modes: Sequence[str], people: I64, marks: U8, rep: I32) -> I64:
        """(types, accounts) points at a dwelling.

        Parameters
        ----------
        modes : of the accounts of ``named``
        people : eligible households of each account
        marks, rep : of each type: its bits, the household that stands for it
        """
        accounts = named.accounts
        sent = self.world.orient.get(dwelling, "")
        # of an oriented dwelling that account alone may receive it
        may = np.array([sent in ("", x) for x in accounts], bool)
        most = int(people[may].max(initial=0))
        priced = [x not in OWN and mode != "direct" for x, mode in zip(accounts, modes, strict=True)]
        lacking = np.where(may & np.array(priced, bool), np.maximum(0, min(self.names, most) - people), 0)
        if self.world.dwellings.subsidised[dwelling]:
            lacking = np.zeros_like(lacking)
        state = accounts.index(STATE) if STATE in accounts else -1
        found = lean_pass(
            named.named, lacking * self.per_name, marks, state, state >= 0 and bool(may[state]), self.dalo,
            self.unreachable,
        )  # fmt: skip
        app, account = self.world.kept.get(dwelling, (-1, ""))
        if account in accounts:
            found[:, accounts.index(account)] += np.where(rep == app, self.keep, 0)
        return found


@njit(cache=True, nogil=True)
def lean_pass(
    named: I64, lacking: I64, marks: U8, state: int, open_: bool, dalo: int, unreachable: int
) -> I64:
    """Points of each type on each account; ``state``: position of the État's account, ``open_`` to this dwelling."""
    found = np.zeros((len(marks), len(lacking)), np.int64)
    for t in range(len(marks)):
        mark = marks[t]
        by_state = open_ and (named[t] >> state) & 1 > 0
        for b in range(len(lacking)):
            points = 0
            if not mark & ONE_NAME and not (b == state and mark & DALO):
                points -= lacking[b]
            if mark & DALO and (b == state or not by_state):
                points += dalo
            if mark & UNREACHABLE:
                points -= unreachable
            found[t, b] = points
    return found
