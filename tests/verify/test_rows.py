"""The rows of the rules on cases counted by hand: what the year still brings, plays, allowances, seats, nominations."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from worlds import classes_of, counted, field_of, world

from optimizer.verify.bound import FROM_HUNDREDTH, Special, Weights
from optimizer.verify.rows import Row, lease_of, with_allowance, with_rate
from optimizer.verify.verdict import Unreadable


@pytest.mark.parametrize(
    ("num", "den", "rest", "rate", "price"),
    [
        (0, 0, 40, 2500, 20_000), (10, 20, 20, 0, 20_000), (0, 30, 10, 10_000, 20_000), (1, 5, 6, 2917, 20_000),
        (0, 1, 2, 3750, 0), (0, 9, 0, 0, 20_000),
    ],
)  # fmt: skip
def test_required_rate(num, den, rest, rate, price):
    row = Row("lec_q1_outside_qpv", "epci=x", Fraction(1, 4), Fraction(0), 20_000)
    found = with_rate(row, num, den, Fraction(rest), 4, 4, True)
    assert (found.rate, found.price) == (rate, price)


def test_opening_balance_and_tolerance_lower_the_rate():
    row = Row("flux", "x", Fraction(1, 4), Fraction(1, 100), 1000, opening=Fraction(-3))
    assert with_rate(row, 0, 0, Fraction(40), 4, 4, True).rate == 3150


def test_a_yearly_number_asks_what_is_left_of_it_and_has_a_price_where_the_year_is_known():
    row = Row("dalo", "landlord=X;departement=25", Fraction(0), Fraction(0), 30_000, number=Fraction(10))
    known, guessed = (with_rate(row, 4, 60, Fraction(40), 4, 4, x) for x in (True, False))
    assert (known.rate, known.price, guessed.rate, guessed.price) == (1500, 30_000, 1500, 0)


def test_a_flux_row_forgives_half_a_lease():
    row = Row("flux", "x", Fraction(1, 4), Fraction(0), 1000, slack=5000, rate=2500)
    assert [row.missing(0, den) for den in (1, 2, 3, 4)] == [0, 0, 2500, 5000]


def test_an_upper_row_is_the_complement_of_what_its_account_takes_too_much():
    """Share 0.2: 6 leases so far of which 1 counts, so that 0.2 of a lease is left, and half a lease of play."""
    row = Row("flux_max", "landlord=X;area=25;account=ALS", Fraction(1, 5), Fraction(0), 1000, upper=True)
    found = with_allowance(row, 5, 6, 48_000, Fraction(1, 2), [8000, 8000])
    assert (found.slack, found.rate, found.several) == (7000, 8000, False)
    for den, counts in ((4, 1), (4, 2), (4, 4), (1, 1)):
        wanted = max(Fraction(0), counts - Fraction(den, 5) - Fraction(7, 10))
        assert found.missing(den - counts, den) == wanted * 10_000


def test_the_play_of_an_upper_row_is_floored_and_what_was_taken_too_much_leaves_the_play_alone():
    row = Row("flux_max", "landlord=X;area=25;account=ALS", Fraction(1, 5), Fraction(0), 1000, upper=True)
    balance = replace(row, opening=Fraction("-0.00005"))
    assert with_allowance(balance, 6, 6, 48_000, Fraction(1, 2), []).slack == 17_000
    assert with_allowance(row, 0, 6, 48_000, Fraction(1, 2), []).slack == 5000


def test_the_landlord_has_what_the_others_leave_where_each_dwelling_is(tmp_path, country):
    """0.25 in 25001 where the commune has a share, 0.45 in 25002: mean 0.35, the least asked of a lease 0.55."""
    w = world(tmp_path, country, [{}, {"commune": "25002"}], [{}])
    book = counted(w)
    k = book.number["flux_max", "landlord=X;departement=25;account=BAILLEUR"]
    row = book.rows[k]
    assert (row.share, row.rate, row.several, row.slack) == (Fraction("0.35"), 5500, True, 5000)
    assert [book.more(k, lease_of(w, d)) for d in (0, 1)] == [2000, 0]


LEASE = {"landlord": "X", "commune": "25001", "account": "ALS", "signed_on": "2026-02-01"}
ASSIETTE = {
    "landlord": "X", "departement": "25", "year": "2026", "basis": "forecast", "vacated": "60", "mutation": "10",
}  # fmt: skip


def leases(n, **more):
    return [{"dwelling_id": f"L{i}", **LEASE, **more} for i in range(n)]


def test_forecast_shared_out_by_leases_and_dwellings_less_what_is_done(tmp_path, country):
    w = world(tmp_path, country, [{}, {"commune": "25002"}], [{}], leases=leases(5), assiette=[ASSIETTE])
    book = counted(w)
    flux = {row.scope: row for row in book.rows if row.rule == "flux"}
    assert flux["landlord=X;area=25;account=ALS"].remaining == 45
    assert flux["landlord=X;area=25001;account=COLL:25001"].remaining == Fraction(50 * 6, 7) - 5
    assert flux["landlord=X;area=25;account=ALS"].num_before == 5
    mutation = next(row for row in book.rows if row.rule == "mutation_max")
    assert (mutation.share, mutation.remaining) == (Fraction(50, 60), 55)


def test_rows_over_every_account_are_shared_out_of_all_that_is_vacated(tmp_path, country):
    """120 vacated of which 40 mutations; 60 leases so far of which 20 mutations: 60 are still expected outside QPV."""
    done = [
        *leases(40),
        *({**x, "dwelling_id": f"M{i}", "account": "MUTATION"} for i, x in enumerate(leases(20))),
    ]
    year = [ASSIETTE | {"vacated": "120", "mutation": "40"}]
    book = counted(world(tmp_path, country, [{}], [{}], leases=done, assiette=year))
    row = next(x for x in book.rows if x.rule == "lec_q1_outside_qpv")
    assert (row.remaining, row.den_before) == (60, 60)


def test_the_forecast_comes_before_what_was_counted(tmp_path, country):
    both = [
        ASSIETTE | {"basis": "actual", "vacated": "7"},
        ASSIETTE,
        ASSIETTE | {"basis": "actual", "vacated": "9"},
    ]
    book = counted(world(tmp_path, country, [{}], [{}], assiette=both))
    assert book.forecast["X", "25"].vacated == 60
    book = counted(world(tmp_path / "b", country, [{}], [{}], assiette=both[:1]))
    assert book.forecast["X", "25"].vacated == 7


def test_pace_of_the_year_without_forecast(tmp_path, country):
    book = counted(world(tmp_path, country, [{}], [{}], leases=leases(1)))
    assert book.rows[0].remaining == Fraction(184, 181)


def test_dalo_of_the_landlord_of_the_case_else_an_assumed_share_without_price(tmp_path, country):
    def row(name, price_assumed=False, **settings):
        w = world(tmp_path / name, country, [{}], [{}], settings, leases=leases(40))
        return next(x for x in counted(w, price_assumed).rows if x.rule == "dalo")

    own = row("own", dalo="{X: {'25': 9}}")
    assert own.scope == "landlord=X;departement=25" and own.number == 9 and own.price == 30_000
    assert own.share == Fraction(9) / (40 + own.remaining)
    real, priced, synthetic = row("real"), row("priced", True), row("synthetic", synthetic="true")
    assert [x.share for x in (real, priced, synthetic)] == [Fraction(1, 8)] * 3
    assert [x.price for x in (real, priced, synthetic)] == [0, 30_000, 30_000]


def test_a_share_that_changes_suppose_has_no_price_for_real_people(tmp_path, country):
    changes = {"changes": "{national.lec.first_quartile_share: 0.3}"}
    w = world(tmp_path, country, [{}], [{}], changes, leases=leases(40))
    prices = [
        next(x.price for x in counted(w, priced).rows if x.rule == "lec_q1_outside_qpv")
        for priced in (False, True)
    ]
    assert prices == [0, 20_000]


def test_a_seat_is_the_median_less_what_it_may_not_bring(tmp_path, country):
    """Of three employees one is DALO: the rows on households ask for more than a third of the leases."""
    people = [{"als_employee": "oui", "score": s} for s in ("10", "20", "31")]
    people[0]["priority_codes"] = "DALO"
    w = world(tmp_path, country, [{}, {}], people, {"dalo": "{X: {'25': 30}}"}, leases=leases(40))
    classes = classes_of(w)
    seat = next(x for x in classes.entries(int(classes.klass[0])).seats if x.account == "ALS")
    book = classes.book
    rates = {row.rule: row for row in book.rows if row.rule != "priority_publics" or "ALS" in row.scope}
    wanted = Fraction(0)
    for rule, share in (
        ("dalo", Fraction(1, 3)),
        ("priority_publics", Fraction(1, 3)),
        ("lec_q1_outside_qpv", Fraction(0)),
    ):
        row = rates[rule]
        wanted += row.price * max(Fraction(0), Fraction(row.rate, 10_000) - share)
    assert rates["dalo"].price and rates["dalo"].rate > 3334 and wanted > 0
    assert (seat.score, seat.less, seat.days) == (2000, int(wanted + Fraction(1, 2)), 20)


def orders(tmp_path, country, nominations):
    """(account bit, entries of D0 and D1, classes) of two dwellings and four employees."""
    people = [{"als_employee": "oui", "score": s} for s in ("10", "20", "31", "5")]
    named = [
        dict(zip(("account", "application_id", "dwelling_id", "rank"), ("ALS", *x), strict=True))
        for x in nominations
    ]
    classes = classes_of(world(tmp_path, country, [{}, {}], people, nominations=named))
    found = [classes.entries(int(classes.klass[d])) for d in (0, 1)]
    return found[0].accounts.index("ALS"), found, classes


def test_every_dwelling_of_a_direct_account_has_a_seat_and_the_list_of_the_dwelling_comes_first(
    tmp_path, country
):
    lines = [("A1", "D1", "1"), ("A2", "D1", "2"), ("A3", "", "1")]
    bit, (free, taken), classes = orders(tmp_path, country, lines)
    assert [x.account for x in free.seats] == [x.account for x in taken.seats] == ["ALS"]
    assert (free.named >> bit & 1).tolist() == (free.first >> bit & 1).tolist() == [0, 0, 0, 1]
    assert (taken.named >> bit & 1).tolist() == [0, 1, 1, 1] and (taken.first >> bit & 1).tolist() == [
        0,
        1,
        1,
        0,
    ]
    (order,) = (x for x in classes.orders(int(classes.klass[1])) if x.account == "ALS")
    assert (order.app.tolist(), order.rank.tolist()) == ([1, 2], [1, 2])
    assert [[order.after(b, x) for x in (1, 2, 3, -1)] for b in (0, 1)] == [
        [False, True, True, True], [False, False, True, True],
    ]  # fmt: skip


def test_equal_ranks_impose_no_order(tmp_path, country):
    _, _, classes = orders(tmp_path, country, [("A1", "", "2"), ("A2", "", "1"), ("A0", "", "2")])
    (order,) = (x for x in classes.orders(int(classes.klass[0])) if x.account == "ALS")
    assert (
        order.app.tolist() == [2, 0, 1]
        and not order.after(1, 1)
        and not order.after(2, 0)
        and order.after(0, 0)
    )


def test_values_beyond_64_bits_are_refused_not_wrapped(tmp_path, country):
    for score, fits in (("1000000", True), ("999999999999", False)):
        w = world(tmp_path, country, [{}], [{"score": score}, {"score": "0"}, {"score": "0"}])
        classes = classes_of(w)
        space = field_of(classes)
        nothing = Weights.none(len(classes.book.rows), 3)
        if fits:
            assert space.bound(nothing, {}) > 10**16
        else:
            with pytest.raises(Unreadable):
                space.bound(nothing, {})


def test_the_bound_with_an_order_counts_every_household_and_seat_behind_the_nominee(tmp_path, country):
    """σ moves points from those placed after a nominee to the nominee, wherever it is but there."""
    lines = [("A2", "D1", "2"), ("A1", "D1", "1"), ("A3", "", "1")]
    _, (_, taken), classes = orders(tmp_path, country, lines)
    space = field_of(classes)
    order = space.order_of(1, "ALS")
    assert order is not None and order.app.tolist() == [1, 2]

    use = Weights.none(len(classes.book.rows), 4)
    units = 700 * FROM_HUNDREDTH
    use.price[1] -= units
    rule = Special(account="ALS", orders=(("ALS", 0, units),))
    alone = {d: x for d, x in {0: Special(account="ALS"), 1: rule}.items()}
    bit = taken.accounts.index("ALS")
    worth = (taken.worth(bit) + classes.fit.fill) * FROM_HUNDREDTH
    best = max(int(worth[1]), int(worth[2]) - units)
    seat = (classes.fit.fill + taken.seats[0].worth) * FROM_HUNDREDTH - units
    total = space.bound(use, alone)
    assert total is not None
    first = space.bound(Weights.none(len(classes.book.rows), 4), {0: Special(account="ALS")})
    both = space.bound(Weights.none(len(classes.book.rows), 4), {d: Special(account="ALS") for d in (0, 1)})
    plain = max(int(worth[1]), int(worth[2]), seat + units)
    assert both is not None and first is not None
    assert total == both - plain + max(best, seat)
    assert int(np.abs(use.price).max()) == units
