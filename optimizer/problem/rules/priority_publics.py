"""A quarter of the leases of each réservataire (but the État) to publics prioritaires (CCH L. 441-1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain.account import account_of, has_priority_target
from optimizer.problem.areas import FluxYear
from optimizer.problem.ground import B, Counted, Ground, Place
from optimizer.problem.registry import (
    Line,
    Mark,
    Pairs,
    RuleShape,
    View,
    exact,
    hundredths,
    match,
    rule,
)

TRAIT = "priority_public"


def is_priority(ground: Ground, apps: NDArray[np.int32], epci: int) -> B:
    """DALO whatever the proof, or another code of L. 441-1 with a proof that counts."""
    return ground.priority[apps]


@rule(
    id="priority_publics",
    order=4,
    title_fr="Publics prioritaires de chaque réservataire",
    source="CCH L. 441-1 et L. 313-26-2",
)
class PriorityPublics(RuleShape):
    """One line per landlord, département and account among ALS, the collectivités and BAILLEUR.

    Denominator: leases on the account; numerator: those of publics prioritaires. Accounts are those of the landlord's
    convention lines in the département, and BAILLEUR always.
    """

    title_en = "Priority publics of each réservataire"
    short = ("part des publics prioritaires", "share of priority households")
    long = (
        "Baux du contingent signés par des ménages DALO ou relevant de L. 441-1 avec une preuve qui compte.",
        "Leases of the account signed by DALO households or publics of L. 441-1 with a proof that counts.",
    )
    group = (
        "Part des publics prioritaires, par réservataire",
        "Share of priority publics, by réservataire",
    )
    share_key = "national.rules.priority_publics.share"
    viewers = {"landlord": 3, "epci": 3, "prefet": 4, "maire": 2}
    gauge = "account_rates"
    late_key = "national.dashboard.priority_late_share"

    traits = {TRAIT: is_priority}
    of_households = True

    def lines(self, ground: Ground) -> Sequence[Line]:
        facts, terms = ground.facts, ground.rules.rule(self.id, self.share_key)
        assert terms.share is not None
        year = FluxYear(ground)
        names = facts.accounts
        asked = [account_of(name).kind.priority_target for name in names]
        always = {i for i, when in enumerate(asked) if when == "always"}
        present: dict[tuple[int, int], set[int]] = {
            pair: set(always) for pair in ground.landlord_departements
        }
        for line in facts.conventions:
            pair = (line.landlord, line.departement)
            if pair in present and asked[line.account]:
                present[pair].add(line.account)
        return [
            Line(
                scope=f"landlord={facts.landlords[pair[0]]};departement={facts.departements[pair[1]]}"
                f";account={names[account]}",
                key=(*pair, account),
                share=exact(terms.share.value),
                tolerance=exact(terms.tolerance.value),
                price=hundredths(terms.price.value),
                status=terms.share.status,
                remaining=year.of_account(*pair, account),
            )
            for pair in present
            for account in sorted(present[pair])
        ]

    def view(self, lines: Sequence[Line], ground: Ground) -> View:
        line_of = {line.key: i for i, line in enumerate(lines)}

        def marks(place: Place, account: int) -> list[Mark]:
            line = line_of.get((place.landlord, place.departement, account))
            return [] if line is None else [Mark(line, TRAIT)]

        return marks

    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        keys = (leases.landlord, leases.departement, leases.account)
        lease, line = match([one.key for one in lines], keys)
        return Pairs(lease, line, leases.priority[lease])

    def in_year(self, lines: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        return lines["account"].map(has_priority_target).astype(bool), lines["priority"].astype(bool)
