"""What nobody does better than: the year's optimum, arrivals, departures and answers known from the first day."""

from __future__ import annotations

from optimizer.simulation.perfect import perfect
from optimizer.simulation.registry import bound
from optimizer.simulation.world import World


@bound(
    "hindsight",
    title_fr="Avenir connu (borne)",
    title_en="Hindsight (bound)",
    says_fr="programme linéaire de l'année entière, arrivées, départs et réponses connus",
    says_en="linear program of the whole year, arrivals, departures and answers known",
    source="Vera and Banerjee (2021), doi:10.1287/mnsc.2020.3624",
    order=90,
)
def figures(world: World) -> dict[str, float]:
    """Value, lettings and leases missing."""
    found = perfect(world)
    return {
        "value": found.value,
        "lettings": found.lettings,
        "shortfall": found.shortfall,
        "lost": found.lost,
        "filled": found.filled,
    }
