"""The optimum of a comparison: its first ranks valued again, and the certificate joined to it recomputed as that of a proposal is.

Published are (dwelling, household or nobody, account) of every first rank, and the certificate. From the case come who may be given what,
what each first rank is worth, what the rules count, and the bound of the certificate's multipliers over every pair.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from optimizer.verify.behind import two_of
from optimizer.verify.bound import Field
from optimizer.verify.classes import Classes, Door
from optimizer.verify.naming import Named
from optimizer.verify.outputs import decimal
from optimizer.verify.proof import Proof, foreseen
from optimizer.verify.rows import Book
from optimizer.verify.solution import Lines, check_firsts, count_run
from optimizer.verify.verdict import Findings

MECHANISM = "optimum"


class Optimum:
    """Read with the doors of a case, like everything that asks who may be given what.

    Parameters
    ----------
    proof : what ``proofs.json`` says of the optimum
    """

    def __init__(self, proof: Mapping[str, Any], classes: Classes, book: Book, found: Findings) -> None:
        world = classes.world
        self.proof, self.classes, self.book, self.found = proof, classes, book, found
        self.firsts = [(str(d), str(a), str(account)) for d, a, account in proof["first_ranks"]]
        self.home = [world.dwellings.number[d] for d, _, _ in self.firsts]
        self.app = [world.apps.number[a] if a else -1 for _, a, _ in self.firsts]
        self.placed = {a for a in self.app if a >= 0}
        self.worth: dict[int, int] = {}
        """Value of each first rank that the case allows, hundredths, by its place among them."""
        self.field = Field(
            classes, book, foreseen(proof["certificate"], world), two_of(proof["certificate"], world)
        )
        self._of_class: dict[int, list[int]] = defaultdict(list)
        for i, d in enumerate(self.home):
            self._of_class[int(classes.klass[d])].append(i)

    def read(self, door: Door, named: Sequence[tuple[int, Named]]) -> None:
        """The first ranks of the dwellings behind a door, and every other that there could be."""
        self.field.read(door, named)
        for c, who in named:
            for i in self._of_class.get(c, ()):
                worth = self._worth(door, who, i)
                if worth is not None:
                    self.worth[i] = worth

    def _worth(self, door: Door, who: Named, i: int) -> int | None:
        """Value of a first rank; None where the case does not allow it."""
        d, a, account = self.home[i], self.app[i], self.firsts[i][2]
        fill = self.classes.fit.fill
        if account not in who.accounts:
            return None
        for order in who.orders:
            passed = [b for b in order.before(a).tolist() if b not in self.placed]
            self.found.demand("nominations", order.account != account or not passed, f"account={account}")
        if a < 0:
            return next((fill + x.score - x.less for x in who.seats if x.account == account), None)
        at = int(door.block.where(np.array([a], np.int32))[0])
        bit = who.accounts.index(account)
        if at < 0 or door.code[at] != 0 or not who.first[door.type[at]] >> bit & 1:
            return None
        lean = who.lean[door.type[at], bit]
        return int(fill + door.worth[at] + self.classes.bonus[d] + lean)

    def close(self, lettings: Iterable[tuple[str, str, str]]) -> tuple[int, int | None]:
        """Objective and proven bound, in micropoints.

        Parameters
        ----------
        lettings : (dwelling, household, account) as the lottery tells them, dwellings of a class being alike to it
        """
        world, klass, found = self.classes.world, self.classes.klass, self.found
        self.field.close()
        found.demand("eligibility", len(self.worth) == len(self.firsts), "premier rang de l'optimum")
        accounts = sorted({account for _, _, account in self.firsts})
        order = np.argsort(self.home, kind="stable")
        home, app, value = (
            np.array(x, np.int64)[order]
            for x in (self.home, self.app, [self.worth.get(i, 0) for i in range(len(self.firsts))])
        )
        account = np.array([accounts.index(x) for _, _, x in self.firsts], np.int32)[order]
        nothing = np.zeros(len(home), np.int64)
        lines = Lines(
            home.astype(np.int32), account, nothing + 1, app.astype(np.int32), nothing, nothing, nothing, nothing, nothing,
            value, accounts, nothing,
        )  # fmt: skip
        once = len(np.unique(home)) == len(home) and not world.blocked[home].any()
        found.demand("first_ranks", once, "logement de l'optimum")
        check_firsts(lines, world, found)
        told = Counter((int(klass[world.dwellings.number[d]]), a, x) for d, a, x in lettings)
        mine = Counter((int(klass[world.dwellings.number[d]]), a, x) for d, a, x in self.firsts if a)
        found.demand("lottery", told == mine, f"{MECHANISM} : premiers rangs")
        counts = count_run(lines, world, self.book)
        certificate = self.proof["certificate"]
        fine = decimal(certificate["objective"]) == round(self.proof["objective"] * 10**6)
        found.demand("objective", fine, f"{MECHANISM} : objectif")
        return counts.objective, Proof(certificate, self.field, self.book, counts, found).check()
