"""Pools drawn here where no public instance is at hand: blood groups and sensitised patients, after Saidman et al. 2006.

Shares of blood groups and of calculated reactivity: Saidman, Roth, Sönmez, Ünver, Delmonico, "Increasing the Opportunity of Live
Kidney Donation by Matching for Two- and Three-Way Exchanges", Transplantation 81 (2006), https://doi.org/10.1097/01.tp.0000195775.77081.25.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random

from benchmarks.exchange.pool import Pool

GROUPS = {"O": 0.4814, "A": 0.3373, "B": 0.1428, "AB": 0.0385}
REACTIVE = ((0.7019, 0.05), (0.2, 0.45), (0.0981, 0.9))
"""(share of patients, chance that a blood-compatible donor is refused)."""


def generated(pairs: int, altruists: int, seed: int, *, weighted: bool = False) -> Pool:
    """Incompatible pairs and altruists; every weight 1, or 1 to 9."""
    draw = Random(f"exchange|{pairs}|{altruists}|{seed}")
    groups, shares = list(GROUPS), list(GROUPS.values())

    def fits(donor: str, patient: str, refused: float) -> bool:
        return (donor in ("O", patient) or patient == "AB") and draw.random() >= refused

    people: list[tuple[str, str, float]] = []
    while len(people) < pairs:
        patient, donor = draw.choices(groups, shares, k=2)
        refused = draw.choices([r for _, r in REACTIVE], [s for s, _ in REACTIVE])[0]
        if not fits(donor, patient, refused):
            people.append((patient, donor, refused))
    givers = draw.choices(groups, shares, k=altruists)
    names = [f"pair {i}" for i in range(pairs)]
    alone = [f"altruist {i}" for i in range(altruists)]
    arcs: dict[tuple[str, str], Fraction] = {}
    donors = [
        *((n, donor) for n, (_, donor, _) in zip(names, people, strict=True)),
        *zip(alone, givers, strict=True),
    ]
    for name, donor in donors:
        for other, (patient, _, refused) in zip(names, people, strict=True):
            if name != other and fits(donor, patient, refused):
                arcs[name, other] = Fraction(draw.randint(1, 9) if weighted else 1)
    return Pool.of([*names, *alone], alone, arcs)
