"""A quarter of the leases of each réservataire (but the État) to publics prioritaires (CCH L. 441-1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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

    traits = {TRAIT: is_priority}
    of_households = True

    def lines(self, ground: Ground) -> Sequence[Line]:
        facts, terms = ground.facts, ground.rules.rule(self.id)
        assert terms.share is not None
        year = FluxYear(ground)
        names = facts.accounts
        present: dict[tuple[int, int], set[int]] = {
            pair: {names.index("BAILLEUR")} for pair in ground.landlord_departements
        }
        for line in facts.conventions:
            pair, name = (line.landlord, line.departement), names[line.account]
            if pair in present and (name == "ALS" or name.startswith("COLL:")):
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
