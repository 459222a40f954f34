"""The order of the cotation alone: no rule of households weighs, the account is the one whose flux lags most."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.problem.registry import all_rules
from optimizer.simulation.registry import policy
from optimizer.simulation.terms import State, Terms, todays

LEAST = 1
"""Hundredths of a point of a missing lease: enough to choose between accounts, too little to choose between households."""


@policy(
    "cotation",
    title_fr="Ordre de la cotation",
    title_en="Order of the cotation",
    says_fr="l'ordre de la cotation seul, à quoi chaque gain est comparé",
    says_en="the order of the cotation alone, to which every gain is compared",
    alone_fr="l'ordre de la cotation ne dit pas qui passe devant pour le logement que son départ ouvre",
    alone_en="the order of the cotation does not say who passes before others for the dwelling that its departure opens",
    source="CCH art. L. 441-2-8, R. 441-2-10",
    order=10,
)
def terms(state: State) -> Terms:
    """Prices of the rules that the account alone decides at their least, of all others at zero; no point for an account."""
    now = todays(state.problem)
    of_account = {shape.id for shape in all_rules() if shape.counts_seats}
    price = [LEAST if row.rule in of_account and row.price else 0 for row in state.problem.rows]
    return replace(now, price=np.array(price, np.int64), lean=False)
