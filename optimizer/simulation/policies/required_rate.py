"""Today's rule: each line asks of a session the rate that the rest of the year needs."""

from __future__ import annotations

from optimizer.simulation.registry import policy
from optimizer.simulation.terms import State, Terms, todays


@policy(
    "required_rate",
    title_fr="Taux requis",
    title_en="Required rate",
    says_fr="ce qui reste à faire cette année, réparti sur les baux encore attendus : la règle de propose",
    says_en="what is left to do this year, shared over the leases still expected: the rule of propose",
    source="docs/specification.md, § 6",
    order=20,
)
def terms(state: State) -> Terms:
    """Nothing changed."""
    return todays(state.problem)
