"""The leases still expected and the required rate, case by case, against sums written out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import pytest

from optimizer import eligibility, policy
from optimizer.problem import Row, rule_book
from optimizer.problem.required import half_up
from tests.golden.six_dwellings import (
    BESANCON,
    MONTBELIARD,
    Line,
    application,
    case,
    convention,
    dwelling,
    lease,
    rules,
)

FORECAST: Line = {
    "landlord": "OPH", "departement": "25", "year": 2026, "basis": "forecast", "vacated": 30, "mutation": 10,
}  # fmt: skip


def _rows(tables: dict[str, Sequence[Line]], **settings: object) -> dict[tuple[str, str], Row]:
    given: dict[str, Sequence[Line]] = {"applications": [application(1)], **tables}
    found = case(given, **settings)
    terms = (
        rules()
        if found.settings.on == date(2026, 7, 1)
        else policy.load("franche-comte", on=found.settings.on)
    )
    facts = eligibility.encode(found, terms)
    return {(row.rule, row.scope): row for row in rule_book(found, facts, terms).rows}


def _remaining(row: Row) -> Fraction:
    return Fraction(row.remaining_num, row.remaining_den)


FLUX = ("flux", "landlord=OPH;area=25;account=ALS")
FIVE = [dwelling(i, "OPH", BESANCON) for i in range(1, 6)]


def test_without_forecast_nor_leases_the_run_is_the_year() -> None:
    row = _rows({"dwellings": FIVE, "conventions": [convention("OPH", "ALS", 0.3)]})[FLUX]
    assert (_remaining(row), row.rate, row.price) == (5, 3000, 100_000)


def test_with_leases_the_year_goes_on_at_its_pace() -> None:
    signed = [lease(i, "OPH", BESANCON, "ALS" if i < 3 else "BAILLEUR") for i in range(20)]
    row = _rows({"dwellings": FIVE, "conventions": [convention("OPH", "ALS", 0.3)], "leases": signed})[FLUX]
    assert (row.num_before, row.den_before) == (3, 20)
    remaining = Fraction(20 * 184, 181)
    assert _remaining(row) == remaining
    assert row.rate == half_up((Fraction(3, 10) * (20 + remaining) - 3) / remaining, 10_000)


def test_a_forecast_comes_before_the_pace() -> None:
    signed = [lease(i, "OPH", BESANCON, "BAILLEUR") for i in range(8)]
    row = _rows(
        {
            "dwellings": FIVE,
            "conventions": [convention("OPH", "ALS", 0.3)],
            "leases": signed,
            "assiette": [FORECAST],
        }
    )[FLUX]
    assert _remaining(row) == 20 - 8
    assert row.rate == half_up(Fraction(6, 12), 10_000)


def test_what_is_expected_is_never_less_than_the_run() -> None:
    signed = [lease(i, "OPH", BESANCON, "ALS") for i in range(18)]
    row = _rows(
        {
            "dwellings": FIVE,
            "conventions": [convention("OPH", "ALS", 1.0)],
            "leases": signed,
            "assiette": [FORECAST],
        }
    )[FLUX]
    assert _remaining(row) == 5
    assert row.rate == 10_000


def test_no_day_gone_is_one_day() -> None:
    row = _rows(
        {
            "dwellings": FIVE[:1],
            "conventions": [convention("OPH", "ALS", 0.5)],
            "leases": [lease(1, "OPH", BESANCON, "ALS", signed_on="2026-01-01")],
        },
        on=date(2026, 1, 1),
    )[FLUX]
    assert _remaining(row) == 365


@pytest.mark.parametrize(
    ("balance", "rate"), [(0.0, 5000), (2.0, 1000), (-2.0, 9000), (-9.0, 10_000), (9.0, 0)]
)
def test_the_opening_balance_moves_what_is_owed(balance: float, rate: int) -> None:
    row = _rows({"dwellings": FIVE, "conventions": [convention("OPH", "ALS", 0.5, opening_balance=balance)]})[
        FLUX
    ]
    assert row.rate == rate and row.opening_balance == round(balance * 100)


@pytest.mark.parametrize(
    ("balance", "allowance"), [(0.0, 55_000), (2.0, 35_000), (-2.5, 80_000), (9.0, 5_000)]
)
def test_the_opening_balance_moves_what_an_account_may_receive_beyond_its_share(
    balance: float, allowance: int
) -> None:
    row = _rows(
        {
            "dwellings": FIVE,
            "conventions": [convention("OPH", "ALS", 0.5, opening_balance=balance)],
            "leases": [lease(i, "OPH", BESANCON, "BAILLEUR") for i in range(10)],
        }
    )["flux_max", FLUX[1]]
    assert row.play == allowance


@pytest.mark.parametrize(("dwellings", "price"), [(3, 0), (4, 100_000)])
def test_rows_that_expect_few_leases_have_no_price(dwellings: int, price: int) -> None:
    row = _rows({"dwellings": FIVE[:dwellings], "conventions": [convention("OPH", "ALS", 0.5)]})[FLUX]
    assert row.price == price and row.rate == 5000


def test_all_landlords_gather_in_one_lec_row() -> None:
    tables: dict[str, Sequence[Line]] = {
        "dwellings": [
            dwelling(1, "OPH", BESANCON),
            dwelling(2, "ESH", BESANCON),
            dwelling(3, "ESH", MONTBELIARD),
        ],
        "conventions": [convention("OPH", "ALS", 0.3), convention("ESH", "ALS", 0.3)],
        "leases": [lease(1, "OPH", BESANCON, "ALS", q1="yes"), lease(2, "ESH", BESANCON, "ALS", q1="no")],
    }
    apart, together = _rows(tables), _rows(tables, all_landlords=True)
    scopes = [scope for rule, scope in together if rule == "lec_q1_outside_qpv"]
    assert scopes == ["epci=200065647", "epci=242500361"]
    row = together["lec_q1_outside_qpv", "epci=242500361"]
    assert (row.num_before, row.den_before) == (1, 2)
    assert ("lec_q1_outside_qpv", "landlord=ESH;epci=242500361") in apart
    assert ("lec_q1_outside_qpv", "landlord=OPH;epci=200065647") not in apart


def test_a_share_of_zero_and_of_one() -> None:
    for share, rate in ((0.0, 0), (1.0, 10_000)):
        assert _rows({"dwellings": FIVE, "conventions": [convention("OPH", "ALS", share)]})[FLUX].rate == rate


def test_halves_go_up() -> None:
    assert half_up(Fraction(5, 100_000), 10_000) == 1
    assert half_up(Fraction(49, 1_000_000), 10_000) == 0
    assert half_up(Fraction(-5, 100_000), 10_000) == 0
