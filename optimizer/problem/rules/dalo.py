"""The DALO households each landlord is asked to house in the year (CCH L. 441-2-3)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.eligibility.facts import Q1_YES
from optimizer.problem.ground import B, Counted, Ground, Place
from optimizer.problem.places import ANY
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

OUTSIDE, INSIDE = "dalo", "dalo_in_qpv"


def is_dalo(ground: Ground, apps: NDArray[np.int32], epci: int) -> B:
    """DALO, whatever the proof says."""
    return ground.facts.applications.dalo[apps]


def counts_in_qpv(ground: Ground, apps: NDArray[np.int32], epci: int) -> B:
    """In a QPV: a household of the first quartile counts only when it accepts a QPV."""
    a = ground.facts.applications
    return np.asarray(a.dalo[apps] & (a.accepts_qpv[apps] | (ground.q1(apps, epci) != Q1_YES)), dtype=bool)


@rule(
    id="dalo",
    order=7,
    title_fr="Ménages DALO",
    source="CCH L. 441-2-3 ; nombre annuel fixé au bailleur, sinon objectif du préfet pour le département",
)
class Dalo(RuleShape):
    """One line per landlord and département; where the case holds every landlord, one per département with its number.

    A landlord's yearly number (of the case, else of its convention) is a share of the leases of the year in the scope, done
    and expected, so that the required rate is what is left of the number over what is left of the year. Without one, the
    landlord is asked for the département's part of DALO among all dwellings vacated there. A line without either is shown.
    """

    title_en = "DALO households"
    short = ("objectif DALO du département", "DALO target of the département")
    long = (
        "Ménages DALO logés dans l'année dans le département ; en QPV, un premier quartile ne compte que s'il l'accepte.",
        "DALO households housed in the département this year; in a QPV a first quartile counts only if it accepts.",
    )
    group = ("DALO", "DALO")
    viewers = {"prefet": 1}
    gauge = "yearly_numbers"
    gauge_title = "Ménages DALO à loger dans l'année"
    late_key = "national.dashboard.trajectory_late_share"

    traits = {OUTSIDE: is_dalo, INSIDE: counts_in_qpv}
    of_households = True

    def lines(self, ground: Ground) -> Sequence[Line]:
        facts, terms = ground.facts, ground.rules.rule(self.id)
        tolerance, price = exact(terms.tolerance.value), hundredths(terms.price.value)
        whole = ground.settings.all_landlords
        pairs = ground.landlord_departements
        keys = sorted({(ANY, d) for _, d in pairs}) if whole else list(pairs)
        found = []
        for landlord, departement in keys:
            name = facts.departements[departement]
            asked = _of_departement(ground, name) if whole else _of_landlord(ground, landlord, name)
            scope = f"departement={name}"
            found.append(
                Line(
                    scope=scope if whole else f"landlord={facts.landlords[landlord]};{scope}",
                    key=(landlord, departement),
                    share=asked.share,
                    number=asked.number,
                    tolerance=tolerance,
                    price=price if asked.known else 0,
                    status=asked.status,
                )
            )
        return found

    def view(self, lines: Sequence[Line], ground: Ground) -> View:
        line_of = {line.key: i for i, line in enumerate(lines)}
        whole = ground.settings.all_landlords

        def marks(place: Place, account: int) -> list[Mark]:
            line = line_of.get((ANY if whole else place.landlord, place.departement))
            return [] if line is None else [Mark(line, INSIDE if place.qpv else OUTSIDE)]

        return marks

    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        landlord = np.full(len(leases), ANY) if ground.settings.all_landlords else leases.landlord
        lease, line = match([one.key for one in lines], (landlord, leases.departement))
        against_wish = leases.qpv & (leases.q1 == Q1_YES) & ~leases.accepts_qpv
        return Pairs(lease, line, (leases.dalo & ~against_wish)[lease])

    def in_year(self, lines: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        fine = ~lines["qpv"].astype(bool) | (lines["q1"] != "yes") | lines["accepts_qpv"].astype(bool)
        return pd.Series(True, index=lines.index), lines["dalo"].astype(bool) & fine


class _Asked(NamedTuple):
    """What a line asks for: a share of the leases, or a number of them (``share`` None); ``known``: it asks for something."""

    share: Fraction | None
    number: Fraction | None
    status: str
    known: bool = True


_NOTHING = _Asked(Fraction(0), None, "local", known=False)


def _of_departement(ground: Ground, name: str) -> _Asked:
    number = ground.rules.dalo_numbers.get(name)
    return _NOTHING if number is None else _Asked(None, exact(number.value), number.status)


def _of_landlord(ground: Ground, landlord: int, name: str) -> _Asked:
    """Its own number, else the département's part of DALO among the dwellings vacated there."""
    code = ground.facts.landlords[landlord]
    own = ground.settings.dalo.get(code, {}).get(name, ground.rules.dalo_of(code).get(name))
    if own is not None:
        return _Asked(None, exact(own), "local")
    number, vacated = ground.rules.dalo_numbers.get(name), ground.rules.vacated_numbers.get(name)
    if number is None or vacated is None or not vacated.value:
        return _NOTHING
    status = "assumed" if "assumed" in (number.status, vacated.status) else number.status
    return _Asked(min(Fraction(1), exact(number.value) / exact(vacated.value)), None, status)
