"""The housing allowance of a social tenant: counted by hand, beside OpenFisca, and told apart where it cannot be known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from optimizer import eligibility as el
from optimizer import policy
from optimizer.eligibility.allowance import commune_zones, read_allowance
from optimizer.errors import AttrifluxError
from tests.eligibility.small import BESANCON, ON, PONTARLIER, application, dwelling, make_case, rules

ALONE, COUPLE = 0, 1


def allowance(zone: int, rent: float, family: int, income: float | None, on: date = ON) -> int:
    tables = read_allowance(policy.load("doubs", on))
    assert tables is not None
    cents = -1 if income is None else round(income * 100)
    found = tables.of(zone, round(rent * 100), np.array([family], np.int32), np.array([cents], np.int64))
    return int(found[0])


def test_a_person_alone_above_the_rent_ceiling_counted_by_hand() -> None:
    # L = 293.68 (ceiling), C = 61.29, minimum 40.01 (8.5 % of 354.97 is 30.17), R = 10 800, R0 = 5 235
    # RL = 100 %: TL = 0.45 % × 30 % + 0.68 % × 25 % = 0.305 %, T = 3.135 %, 174.46275 a month
    # 354.97 − 40.01 − 174.46275 − 5 = 135.49725
    assert allowance(2, 400.0, ALONE, 1000.0) == 13_550
    # until 30 September 2026: 290.34 + 60.59 − 39.56 − 174.46275 − 5 = 131.90725
    assert allowance(2, 400.0, ALONE, 1000.0, date(2026, 9, 30)) == 13_191


def test_a_family_below_the_rent_ceiling_counted_by_hand() -> None:
    # two dependants, zone 3: ceiling 427.75, L = 300, C = 61.29 + 2 × 13.90 = 89.09, minimum 40.01
    # R = 16 200, R0 = 9 148; LR = 463.37, RL = 64.74 %: TL = 0.45 % × 19.74 % = 0.08883 %, rounded 0.089 %
    # T = 2.38 % + 0.089 % = 2.469 %: 174.11388; 389.09 − 40.01 − 174.11388 − 5 = 169.96612
    assert allowance(3, 300.0, 3, 1500.0) == 16_997


def test_the_minimum_is_a_share_of_a_dear_dwelling() -> None:
    # six dependants, zone 1: L = 792.57, C = 144.69, 8.5 % of 937.26 = 79.6671; no income: 937.26 − 79.6671 − 5
    assert allowance(1, 2_000.0, 7, 0.0) == 85_259


def test_small_amounts_are_not_paid_and_the_income_exhausts_the_allowance() -> None:
    assert allowance(2, 293.68, ALONE, 1355.0) == 1_530, "354.97 − 40.01 − 3.135 % × 9 399 − 5"
    assert allowance(2, 293.68, ALONE, 1371.0) == 0, "9.88 euros are not paid"
    assert allowance(2, 293.68, ALONE, 9_000.0) == 0
    assert allowance(3, 500.0, COUPLE, None) == -1


@pytest.mark.parametrize(
    ("zone", "rent", "family", "income", "expected"),
    [
        (3, 595, 4, 2525, 121.602), (1, 654, 1, 2475, 0.0), (2, 691, 1, 350, 371.410), (3, 378, 3, 325, 421.454),
        (2, 589, 0, 1300, 30.333), (1, 246, 6, 2550, 20.380), (1, 226, 8, 0, 338.210), (1, 726, 3, 525, 551.375),
        (3, 727, 5, 1725, 400.234), (1, 163, 4, 1325, 123.529), (2, 337, 1, 1000, 240.204), (3, 726, 8, 2200, 521.126),
        (1, 671, 8, 575, 752.410), (1, 725, 4, 2600, 176.968),
    ],
)  # fmt: skip
def test_openfisca_france_finds_the_same(
    zone: int, rent: float, family: int, income: float, expected: float
) -> None:
    """OpenFisca-France 176.1.8, November 2025, HLM tenant, resources of the year given, flat cut taken, CRDS left out.

    Fourteen of sixty households drawn at random, all of which agreed within a third of a cent (it counts in single
    precision and does not round).
    """
    assert allowance(zone, rent, family, income, date(2025, 11, 15)) / 100 == pytest.approx(
        expected, abs=0.0051
    )


def test_zones_follow_the_commune_and_overseas_is_not_estimated() -> None:
    law = rules()
    zones = commune_zones(law, (BESANCON, PONTARLIER, "75056", "97411"), ["25", "25", "75", "974"])
    assert zones.tolist() == [2, 3, 1, 0]


def test_on_a_date_before_the_tables_nothing_is_estimated() -> None:
    class Silent:
        def get(self, key: str) -> object:
            raise AttrifluxError("POLICY_NOT_IN_FORCE", key=key, on="2019-01-01", first="2020-10-01")

        number = get

    assert read_allowance(Silent()) is None  # type: ignore[arg-type]


def test_who_the_allowance_is_for() -> None:
    people = [
        application("A1", persons=1),
        application("A2", persons=2),
        application("A3", persons=2, adults=2),
        application("A4", persons=2, adults=1),
        application("A5", persons=4, adults=2, dependants=1),
        application("A6", persons=3, dependants=0),
    ]
    facts = el.encode(make_case([dwelling()], people), rules())
    assert facts.applications.family.tolist() == [0, -1, 1, 2, 2, 1], "nobody guesses who is a child"
