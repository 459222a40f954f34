"""Réservataires that name for themselves, in the years lived by `benchmarks.year`: two ways of going about it.

A quarter at least of what is attributed on the account of Action Logement or of a collectivité goes to publics prioritaires
(CCH L. 441-1), and the order of the nominations is the réservataire's own (`optimizer.problem.orders`): the landlord cannot pass a
nominee over. Whether the quarter is reached is therefore decided where the list is written.

To a commission of several dwellings each hands in three names per dwelling that its share makes of those presented, three at least:
the first of its list whom one of these dwellings suits by place and size. Where commissions let one dwelling each it hands in its list: the
first whom the dwelling suits is named. In one run for the year each names three households for every dwelling, going down its list and
naming each of them for about as many dwellings.

``own-order``: the list as it was drawn, whatever the titles. A dwelling for which nobody was named goes to a household without title.

``quarter-first``: households with a title stand first on the list, each group in the order in which it was drawn. A dwelling for
which nobody was named goes to a household with a title as long as it takes one to keep a quarter of the leases of the account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer import policy
from optimizer.domain import Case
from optimizer.domain.account import has_priority_target

NAMES = 3
"""Names for a dwelling (CCH R. 441-3)."""
QUARTER_FIRST, OWN_ORDER = NOMINATORS = ("quarter-first", "own-order")
TITLE: dict[str, Any] = {"priority_codes": "c", "priority_status": "labelled"}
"""What the lease of a household that the program does not know says of its title: every letter of L. 441-1 counts alike."""


@dataclass(frozen=True)
class Nominators:
    """How the réservataires of a case name.

    Attributes
    ----------
    titled : applications that count in the quarter
    share : the quarter
    suits : application -> (communes wanted, persons who will live there)
    accepted : (persons, rooms) sizes that suit, as the rules of the landlord say
    """

    habit: str
    titled: frozenset[str]
    share: Fraction
    suits: Mapping[str, tuple[frozenset[str], int]]
    accepted: NDArray[np.bool_]

    @classmethod
    def of(cls, case: Case, habit: str) -> Nominators:
        """Those of a case, with the proofs that its rules count."""
        rules, people = policy.rules_of(case.settings), case.table("applications")
        proven = people["priority_status"].isin(rules.get("national.priority_publics.proof_target"))
        codes = people["priority_codes"].fillna("").astype(str)
        counts = ((codes != "") & proven) | codes.str.split("|").map(lambda found: "dalo" in found)
        share = Fraction(str(rules.get("national.rules.priority_publics.share")))
        persons = people[["persons", "visiting_children"]].fillna(0).sum(axis=1).astype(int)
        wanted = (frozenset(str(codes).split("|")) for codes in people["choices"])
        suits = dict(
            zip(people["application_id"].astype(str), zip(wanted, persons, strict=True), strict=True)
        )
        accepted = rules.rooms_table(str(case.table("dwellings")["landlord"].iloc[0])).accepted
        return cls(habit, frozenset(people.loc[counts, "application_id"].astype(str)), share, suits, accepted)

    def lists(self, drawn: pd.DataFrame) -> pd.DataFrame:
        """The lists that hold at any dwelling, as these réservataires write them."""
        if self.habit == OWN_ORDER or not len(drawn):
            return drawn
        owes = drawn["account"].map(has_priority_target).astype(bool)
        after = owes & ~drawn["application_id"].isin(self.titled)
        told = drawn.assign(after=after).sort_values(
            ["account", "after", "rank", "application_id"], kind="stable"
        )
        ranks = (told.groupby("account").cumcount() + 1).astype(drawn["rank"].dtype)
        return told.assign(rank=ranks).drop(columns="after").reset_index(drop=True)

    def handed_in(
        self, lists: pd.DataFrame, homes: pd.DataFrame, expected: Mapping[str, float]
    ) -> pd.DataFrame:
        """What of the lists goes to the commission that is presented ``homes``; ``expected``: dwellings of each account there."""
        sizes: dict[str, set[int]] = {}
        for commune, rooms in zip(homes["commune"].astype(str), homes["rooms"].astype(int), strict=True):
            sizes.setdefault(commune, set()).add(rooms)
        fits = [
            any(self._suits(a, c, r) for c in self.suits[a][0] & sizes.keys() for r in sizes[c])
            for a in lists["application_id"].astype(str)
        ]
        told = lists[np.array(fits, bool)].sort_values(["account", "rank"], kind="stable")
        room = [max(NAMES, ceil(NAMES * expected.get(account, 0.0))) for account in told["account"]]
        return told[told.groupby("account").cumcount() < np.array(room, np.int64)].reset_index(drop=True)

    def by_dwelling(self, lists: pd.DataFrame, homes: pd.DataFrame) -> pd.DataFrame:
        """Three names of each account for every dwelling."""
        found: list[tuple[str, str, str, int]] = []
        places = homes.sort_values("dwelling_id")[["dwelling_id", "commune", "rooms"]]
        for account, mine in lists.sort_values(["account", "rank"], kind="stable").groupby("account"):
            left = dict.fromkeys(mine["application_id"].astype(str), ceil(NAMES * len(homes) / len(mine)))
            for dwelling, commune, rooms in places.itertuples(index=False):
                chosen = [a for a, n in left.items() if n and self._suits(a, str(commune), int(rooms))][
                    :NAMES
                ]
                found += [(str(account), a, str(dwelling), rank) for rank, a in enumerate(chosen, start=1)]
                left |= {a: left[a] - 1 for a in chosen}
        columns = ["account", "application_id", "dwelling_id", "rank"]
        return pd.DataFrame(found, columns=columns).astype({c: lists[c].dtype for c in columns})

    def _suits(self, application: str, commune: str, rooms: int) -> bool:
        communes, persons = self.suits[application]
        return commune in communes and bool(self.accepted[min(persons, len(self.accepted) - 1), rooms])

    def unknown(self, account: str, leases: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """What the lease says of the title of a household that the program does not know, after the leases signed so far."""
        if self.habit == OWN_ORDER or not has_priority_target(account):
            return {}
        mine = [lease for lease in leases if lease["account"] == account]
        with_title = sum(lease["titled"] for lease in mine)
        return TITLE if with_title < self.share * (len(mine) + 1) else {}
