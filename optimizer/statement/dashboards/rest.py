"""Leases still expected until 31 December in what a gauge counts: the same number for every viewer of the same leases."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from optimizer.domain.account import remainder
from optimizer.problem import RuleShape
from optimizer.statement.dashboards.lines import COLUMNS
from optimizer.statement.dashboards.year import Year


def rest_of_leases(year: Year, shape: RuleShape, **inside: str) -> Fraction:
    """Leases still expected in the denominator of a rule that counts leases whatever their account.

    ``inside``: code by kind of place (``landlord``, ``epci``, ``dep``); an empty one is everywhere.
    """

    def here(frame: pd.DataFrame) -> pd.Series:
        den = shape.in_year(frame.reindex(columns=list(COLUMNS)))[0]
        for kind, code in inside.items():
            den &= (frame[kind] == code) | (not code)
        return den

    return year.to_come.leases(here)


def rest_of_account(year: Year, account: str, landlord: str = "") -> Fraction:
    """Leases still expected on an account where the viewer sees them: its agreed share of the flux's, one landlord's or everybody's.

    A commune's account lets nothing outside it: its maire sees the whole. The landlord's own (``BAILLEUR``) without a line has what
    the others leave.
    """
    viewer, lines = year.viewer, year.conventions
    if viewer.kind == "landlord":
        landlord = viewer.code
    seen = lines["departement"].eq(viewer.code) | (viewer.kind != "prefet")
    seen &= lines["landlord"].eq(landlord) | (not landlord)
    own = lines[seen & lines["account"].eq(account)]
    if len(own) or account != remainder():
        return sum((_given(year, line) for line in own.to_dict("records")), Fraction(0))
    total = Fraction(0)
    for pair in year.to_come.parts:
        if (landlord and pair[0] != landlord) or (viewer.kind == "prefet" and pair[1] != viewer.code):
            continue
        others = lines[lines["landlord"].eq(pair[0]) & lines["departement"].eq(pair[1])]
        given = sum((_given(year, line) for line in others.to_dict("records")), Fraction(0))
        total += max(Fraction(0), _flux(year, *pair) - given)
    return total


def _given(year: Year, line: Mapping[Hashable, Any]) -> Fraction:
    """What a line of an agreement still expects: its share of the flux of its area, inside the EPCI where one looks."""
    share = Fraction(repr(float(str(line["share"]))))
    return share * _flux(year, str(line["landlord"]), str(line["area"]))


def _flux(year: Year, landlord: str, area: str) -> Fraction:
    column = "commune" if len(area) == 5 else "epci" if len(area) == 9 else "dep"
    epci = year.viewer.code if year.viewer.kind == "epci" else ""

    def here(frame: pd.DataFrame) -> pd.Series:
        return (
            (frame["landlord"] == landlord) & (frame[column] == area) & ((frame["epci"] == epci) | (not epci))
        )

    return year.to_come.of_flux(here)
