"""Every metric on one table of three dwellings and five households, counted on paper from the definitions of the contract.

The table, in points of preference (None: not eligible), with what a household is worth to itself, 1 + points / 1000:

=========  =====  =========  ======  ===========  ===========  ===========
household  score  seniority  waited  dwelling 0   dwelling 1   dwelling 2
=========  =====  =========  ======  ===========  ===========  ===========
0             50        100      60  100 (1.1)    0 (1.0)
1             40        100      24  100 (1.1)    200 (1.2)
2             30         10      36  0 (1.0)                   0 (1.0)
3             30         20      12               100 (1.1)    300 (1.3)
4             10        100      48                            0 (1.0)
=========  =====  =========  ======  ===========  ===========  ===========

Order at dwelling 0: households 0, 1, 2; at dwelling 1: 0, 1, 3; at dwelling 2: 3 (older), 2, 4.
One draw in four gives dwelling 0 to 2, dwelling 1 to 1, dwelling 2 to 4 (« all let »); three in four give dwelling 1 to 0, dwelling 0
to 1 and leave dwelling 2 (« crossed »).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest

import optimizer as af
from optimizer.dropin import DropInError
from optimizer.fairness.groups import group_table, groups_of, lorenz_table, masked_groups, masked_levels
from optimizer.fairness.lottery import allocation, certain, mixed
from optimizer.fairness.market import Market
from optimizer.fairness.measures import Reading, all_metrics, metric, wilson
from optimizer.fairness.study import Study
from optimizer.fairness.units import measured
from optimizer.pipeline import prepare
from optimizer.problem.model import Kinds, Row
from tests.fairness.markets import plain_market

FITS = [[100, 0, None], [100, 200, None], [0, None, 0], [None, 100, 300], [None, None, 0]]
ALL_LET = allocation([(2, 0, 0), (1, 1, 0), (4, 2, 0)])
CROSSED = allocation([(0, 1, 0), (1, 0, 0)])
WAITED = np.array([60.0, 24.0, 36.0, 12.0, 48.0])


def _table() -> Market:
    return plain_market(FITS, scores=[50, 40, 30, 30, 10], seniority=[100, 100, 10, 20, 100])


def _study() -> Study:
    lottery = mixed(_table(), [(Fraction(1, 4), ALL_LET), (Fraction(3, 4), CROSSED)])
    groups = {"half": ("first", "first", "first", "last", "last")}
    # on the same market a random order would give these chances
    random = np.array([0.5, 0.5, 0.25, 0.5, 0.5])
    return Study(lottery, 2, WAITED, groups, random)


def _readings(study: Study) -> dict[tuple[str, str], float]:
    return {(m.id, r.scope): r.value for m in all_metrics() for r in m.compute(study)}


ONE_LOTTERY = {
    # 3 lettings one time in four, 2 else
    ("lettings", ""): 2.25,
    # all let 60 000 + 30 + 200 + 40 + 10, crossed 40 000 + 50 + 100 + 40: 60 280 / 4 + 40 190 × 3 / 4
    ("value", ""): 45_212.5,
    ("value", "net"): 45_212.5,
    ("shortfall", ""): 0,
    ("shortfall", "nominees"): 0,
    # chances 0.75, 1, 0.25, 0, 0.25: differences of the ten pairs 5; 2 × 5 / (2 × 25 × 0.45)
    ("gini_p", ""): 4 / 9,
    ("min_p", ""): 0,
    ("min_p", "positive"): 0.25,
    ("min_p", "without"): 1,
    ("geo_p", "positive"): (0.75 * 1 * 0.25 * 0.25) ** 0.25,
    # housed: weights 0.75, 1, 0.25, 0, 0.25 weigh 2.25 and 90 months; pairs 43.5: 2 × 43.5 / (2 × 2.25 × 90)
    ("gini_wait", "housed"): 87 / 405,
    # left: weights 0.25, 0, 0.75, 1, 0.75 weigh 2.75 and 90 months; pairs 70.5: 2 × 70.5 / (2 × 2.75 × 90)
    ("gini_wait", "left"): 141 / 495,
    ("wait", "housed"): 40,
    # 0 has 0.75 and would have 0.25 + 0.75 × 1.1 with 1's chances; 2 has 0.25 and would have 0.75 of dwelling 0;
    # 3 has nothing and would have 0.75 × 1.1 with 0's: (0.325 + 0.5 + 0.825) / 5
    ("envy_exante", ""): 0.33,
    ("envy_exante", "max"): 0.825,
    # at the best level: 0 (dwelling 0: 0 against 0.75), 1 (dwelling 1: 0.25 against 0.75), 2 (0.25 against 0.75), 3 (0 against 0.25)
    ("sd_envy", ""): 0.8,
    # all let: 0 passed at dwellings 0 and 1, 3 at dwelling 2 (2 is as well off where it is); crossed: 0 at dwelling 0
    ("justified_envy", ""): 0.25 * 3 + 0.75 * 1,
    # of the three, 0 at dwelling 1 is worth less than 1 there (50 points against 240); crossed: 0 has a dwelling
    ("justified_envy", "unexplained"): 0.25 * 2,
    # per household 1.25, 0, 0, 0.25, 0; the 95th percentile is four fifths of the way from the fourth value to the fifth
    ("overtaken", ""): 0.3,
    ("overtaken", "p95"): 0.25 + 0.8 * 1.0,
    ("overtaken", "max"): 1.25,
    # all let: two, one and two households stand before; crossed: none and one
    ("displacement", ""): 0.25 * 5 / 3 + 0.75 * 1 / 2,
    # all let: nobody; crossed: 0 and 1 exchange and one of the others takes dwelling 2
    ("pareto_gap", ""): 0.75 * 3,
}


def test_every_metric_of_a_lottery_is_what_its_definition_says():
    assert _readings(_study()) == pytest.approx(ONE_LOTTERY, abs=1e-12)


def test_a_mean_over_draws_comes_with_what_one_draw_in_twenty_goes_below_and_above():
    readings = {(m.id, r.scope): r for m in all_metrics() for r in m.compute(_study())}
    for name, low, high in (("lettings", 2, 3), ("justified_envy", 1, 3), ("pareto_gap", 0, 3)):
        told = readings[name, ""]
        assert (told.low, told.high, told.interval) == (low, high, "lottery 5-95")
    assert readings["displacement", ""].low == pytest.approx(1 / 2)
    assert readings["displacement", ""].high == pytest.approx(5 / 3)
    rare = mixed(_table(), [(Fraction(1, 25), ALL_LET), (Fraction(24, 25), CROSSED)])
    told = next(r for m in all_metrics() if m.id == "lettings" for r in m.compute(Study(rare, 2, WAITED)))
    assert (told.low, told.high) == (2, 2), "one draw in twenty-five is beyond the 95th percentile"


def test_waiting_is_equal_where_all_weigh_the_same():
    """Nobody housed: all five are left, 12, 24, 36, 48 and 60 months: differences 240, twice over 2 × 25 × 36."""
    nobody = certain(_table(), allocation([]))
    told = _readings(Study(nobody, 1, WAITED))
    assert told["gini_wait", "left"] == pytest.approx(2 * 240 / (2 * 25 * 36))
    assert np.isnan(told["gini_wait", "housed"])
    assert told["lettings", ""] == 0 and told["min_p", "without"] == 5


def test_a_group_has_its_mean_chance_and_what_a_random_order_would_have_given_it():
    table = group_table({"m": _study()}, masked_below=2).set_index("level")
    # 0.75 + 1 + 0.25 over three households, against 1.25 at random; 0.25 over two, against 1
    assert table["n"].to_dict() == {"first": 3, "last": 2}
    assert table["rate"].to_dict() == pytest.approx({"first": 2 / 3, "last": 1 / 8})
    assert table["opportunity"].to_dict() == pytest.approx({"first": 1.6, "last": 0.25})
    assert not table["masked"].any()
    # two households are fewer than three: they lose their numbers, and the three others too, or a subtraction would give them back
    hidden = group_table({"m": _study()}, masked_below=3)
    assert hidden["masked"].all() and hidden[["rate", "opportunity"]].isna().all(axis=None)
    assert masked_levels({"a": 11, "b": 300}, 11) == set()
    assert masked_levels({"a": 10, "b": 300, "c": 12}, 11) == {"a", "c"}
    assert masked_levels({"a": 5, "b": 6, "c": 300}, 11) == {"a", "b"}


def test_one_certain_allocation_is_a_census_and_says_so():
    study = replace(_study(), lottery=certain(_table(), ALL_LET))
    table = group_table({"m": study}, masked_below=1).set_index("level")
    assert set(table["interval"]) == {"census wilson"}
    # two of three: (2/3 + z²/6) / (1 + z²/3) ± …, z = 1.96
    z = 1.96
    middle = (2 / 3 + z * z / 6) / (1 + z * z / 3)
    half = z / (1 + z * z / 3) * (2 / 27 + z * z / 36) ** 0.5
    assert table.loc["first", ["low", "high"]].tolist() == pytest.approx([middle - half, middle + half])
    assert wilson(0.0, 10)[0] == 0.0 and wilson(1.0, 10)[1] == 1.0
    assert all(np.isnan(x) for x in wilson(0.5, 0))


def test_the_curve_gives_what_the_least_lucky_hold():
    """Chances 0, 0.25, 0.25, 0.75, 1 of 2.25 in all."""
    table = lorenz_table({"m": _study()}, points=6)
    assert table["households"].tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert table["chances"].tolist() == pytest.approx([0, 0, 1 / 9, 2 / 9, 5 / 9, 1])


def test_what_rules_miss_is_counted_in_leases_and_in_points():
    """Two accounts: ALS is due 0.7 of what is let, the public 0.5 of the lettings on the other account; the second rule has a price, a third none."""
    market = _table()
    lines = (
        Row("flux", "account=ALS", 100_000, 7_000, 7_000, 0, 0, 0, 1, 1, play=5_000),
        Row("priority_publics", "account=BAILLEUR", 90_000, 5_000, 5_000, 0, 0, 0, 1, 1, play=0),
        Row("lec_q1_outside_qpv", "landlord=X", 0, 10_000, 10_000, 0, 0, 0, 1, 1, play=0),
    )
    kinds = Kinds(
        account=np.array([0, 1], np.int32), ptr=np.array([0, 2, 5], np.int64),
        row=np.array([0, 2, 0, 1, 2], np.int32), num=np.array([1, 0, 0, 0, 0], np.int8),
        den=np.array([1, 1, 1, 1, 1], np.int8), order_ptr=np.zeros(3, np.int64),
    )  # fmt: skip
    ruled = replace(market, kinds=kinds, rows=lines, accounts=("ALS", "BAILLEUR"))
    ruled = replace(ruled, option_kind=np.ones(len(ruled.pair_class), np.int32))
    one = allocation([(2, 0, 1), (1, 1, 1), (4, 2, 1)])
    told = _readings(Study(certain(ruled, one), 1, WAITED))
    # three lettings, none on ALS: 0.7 × 3 − 0 − 0.5 = 1.6 leases; the public 0.5 × 3 = 1.5; the rule without price is left out
    assert told["shortfall", ""] == pytest.approx(3.1)
    assert told["shortfall", "rule=flux"] == pytest.approx(1.6)
    assert told["shortfall", "rule=priority_publics"] == pytest.approx(1.5)
    assert ("shortfall", "rule=lec_q1_outside_qpv") not in told
    # 1.6 × 1 000 + 1.5 × 900 points
    assert told["value", ""] == pytest.approx(60_280)
    assert told["value", "net"] == pytest.approx(60_280 - 2_950)


def test_rules_are_missed_draw_by_draw():
    """One draw in two lets two dwellings and misses 2 × 0.5 leases, the other lets one and misses 0.5."""
    row = Row("priority_publics", "account=ALS", 90_000, 5_000, 5_000, 0, 0, 0, 1, 1, play=0)
    kinds = Kinds(
        account=np.zeros(1, np.int32), ptr=np.array([0, 1], np.int64), row=np.zeros(1, np.int32),
        num=np.zeros(1, np.int8), den=np.ones(1, np.int8), order_ptr=np.zeros(2, np.int64),
    )  # fmt: skip
    ruled = replace(_table(), kinds=kinds, rows=(row,))
    half = Fraction(1, 2)
    lottery = mixed(ruled, [(half, CROSSED), (half, allocation([(4, 2, 0)]))])
    told = {(m.id, r.scope): r for m in all_metrics() for r in m.compute(Study(lottery, 2, WAITED))}
    short = told["shortfall", ""]
    assert (short.value, short.low, short.high) == (pytest.approx(0.75), 0.5, 1.0)
    assert told["value", "net"].value == pytest.approx((40_190 - 900 + 20_010 - 450) / 2)


def test_a_lottery_may_be_envied_at_the_last_level_of_preference_only():
    """Both have dwelling 0 once in two; the second has dwelling 1 besides, which both like less."""
    market = plain_market([[100, 0], [100, 0]])
    half = Fraction(1, 2)
    lottery = mixed(market, [(half, allocation([(0, 0, 0), (1, 1, 0)])), (half, allocation([(1, 0, 0)]))])
    told = _readings(Study(lottery, 2, np.zeros(2)))
    assert told["sd_envy", ""] == 0.5
    # the first has 1.1 / 2 and would have 1.1 / 2 + 1 / 2 with the second's chances
    assert told["envy_exante", "max"] == pytest.approx(0.5)


def test_chances_counted_over_draws_are_ordered_by_one_half_and_counted_over_the_other():
    """Four households, four draws of one dwelling: 0, 1, 0, 2. Even draws: 0 twice; odd draws: 1 and 2 once each."""
    market = plain_market([[0]] * 4, capacity=[1])
    quarter = Fraction(1, 4)
    drawn = [(quarter, allocation([(a, 0, 0)])) for a in (0, 1, 0, 2)]
    study = Study(mixed(market, drawn, draws=4), 4, np.zeros(4))
    told = next(r for m in all_metrics() if m.id == "gini_p" for r in m.compute(study))
    # frequencies 0.5, 0.25, 0.25, 0: differences of the six pairs 1.5; 2 × 1.5 / (2 × 16 × 0.25)
    assert told.value == told.high == pytest.approx(0.375)
    # in the order of the odd draws (0, 3, 1, 2) the even ones are 2, 0, 0, 0: −3 × 2 / (4 × 2); in the order of the even ones
    # (1, 2, 3, 0) the odd ones are 1, 1, 0, 0: (−3 − 1) / (4 × 2): both below nothing
    assert told.low == 0.0
    steady = [(quarter, allocation([(a, 0, 0)])) for a in (0, 0, 0, 1)]
    told = next(
        r for m in all_metrics() if m.id == "gini_p" for r in m.compute(Study(mixed(market, steady, draws=4), 4, np.zeros(4)))
    )  # fmt: skip
    # frequencies 0.75, 0.25, 0, 0: pairs 0.5 + 0.75 × 2 + 0.25 × 2 = 2.5; 2 × 2.5 / (2 × 16 × 0.25)
    assert told.value == pytest.approx(0.625)
    # even draws 2, 0, 0, 0 in the order of the odd ones (2, 3, 0, 1): 1 × 2 / (4 × 2); odd draws 1, 1, 0, 0 in the order of the
    # even ones (1, 2, 3, 0): (−3 + 3) / (4 × 2); their mean
    assert told.low == pytest.approx(0.125)


def test_a_household_stands_in_the_groups_that_its_file_says():
    """Six households of Besançon, each one of a kind."""
    case = af.synthesize("commission", dwellings=2, applications=6, seed=3)
    told = case.tables["applications"].assign(
        persons=[1, 2, 3, 4, 5, 6], adults=1, children_under_14=[0, 1, 2, 3, 4, 5], visiting_children=0,
        monthly_income_eur=[100.0, 20_000.0, None, 0.0, 100.0, 20_000.0], income_status="declared",
        consumption_units=None, income_per_uc=None, first_quartile=None,
        priority_codes=["dalo", "a", "a", "a", None, "dalo|b"],
        priority_status=["labelled", "labelled", "verified", "declared", None, "declared"],
        current_landlord=[None, "X", None, "X", None, None], current_dwelling=None,
        choices=["25056", "25388", "25056|25388", "25056", "25056", "25056"],
    )  # fmt: skip
    prepared = prepare(af.case({**case.tables, "applications": told}, case.settings))
    found = groups_of(prepared, told["application_id"].tolist(), ["q1", "priority", "size", "tenant", "epci"])
    # a column goes by the header of a French file too
    ids = told["application_id"].tolist()
    assert groups_of(prepared, ids, ["col:adultes"]) == groups_of(prepared, ids, ["col:adults"])
    # unknown, or nothing and only declared, is no quartile
    assert found["q1"] == ("q1", "q2-q4", "unknown", "unknown", "q1", "q2-q4")
    # proven: labelled or verified; declared alone proves nothing; DALO whatever the proof
    assert found["priority"] == ("dalo", "proven", "proven", "declared", "other", "dalo")
    assert found["size"] == ("1", "2", "3", "4", "5+", "5+")
    assert found["tenant"] == ("newcomer", "tenant", "newcomer", "tenant", "newcomer", "newcomer")
    besancon, montbeliard = "242500361", "200065647"
    assert found["epci"] == (besancon, montbeliard, besancon, besancon, besancon, besancon)


def test_no_other_group_gives_a_masked_level_back():
    """Twenty newcomers and 65 tenants, 60 of landlord A and five of B: tenants less those of A would be the five."""
    tenant = ["newcomer"] * 20 + ["tenant"] * 65
    landlord = ["none"] * 20 + ["A"] * 60 + ["B"] * 5
    assert masked_groups({"tenant": tenant}, 11) == {"tenant": set()}
    assert masked_groups({"landlord": landlord}, 11) == {"landlord": {"B", "none"}}
    told = masked_groups({"tenant": tenant, "landlord": landlord}, 11)
    assert told == {"tenant": set(), "landlord": {"A", "B", "none"}}


@pytest.mark.parametrize("number", range(12))
def test_what_is_told_of_two_groups_determines_no_small_level(number: int):
    """One group refines the other here and there: no small level is a combination of the levels told and of everybody."""
    draw = Random(number)
    people = draw.randint(60, 200)
    coarse = [draw.choice("abc") for _ in range(people)]
    parts = {x: draw.choice((1, 2, 3)) for x in "abc"}
    fine = [f"{x}{min(int(draw.expovariate(2)), parts[x] - 1)}" for x in coarse]
    mixed_up = [x if draw.random() < 0.5 else "z" for x in fine] if number % 2 else fine
    groups = {"coarse": coarse, "fine": mixed_up}
    hidden = masked_groups(groups, 11)
    rows = {(g, x): np.array(v) == x for g, v in groups.items() for x in sorted(set(v))}
    told = np.array([np.ones(people), *(mine for (g, x), mine in rows.items() if x not in hidden[g])], float)
    for (g, x), mine in rows.items():
        if 0 < mine.sum() < 11:
            assert x in hidden[g]
            found = np.linalg.lstsq(told.T, mine.astype(float))[0]
            assert np.abs(told.T @ found - mine).max() > 1e-6


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"better": "best"}, "'best', not one of more, less, neither"),
        ({"order": "last"}, "is no whole number"),
    ],
)
def test_a_metric_with_a_field_of_another_kind_is_refused(change, why):
    fine = {"title_fr": "x", "title_en": "x", "unit": "x", "source": "x", "better": "more", "order": 999}
    with pytest.raises(ValueError, match=why):
        metric("another", **{**fine, **change})(lambda study: [])


@pytest.mark.parametrize(
    ("reading", "why"),
    [
        (Reading(3, 0.5), "scope 3 is no text"),  # type: ignore[arg-type]
        (Reading("", float("inf")), "the reading of scope '' is infinite"),
        (Reading("", 0.5, float("-inf"), 1.0), "the reading of scope '' is infinite"),
        (Reading("", 0.5, better="worse"), "better 'worse', not one of more, less, neither"),  # type: ignore[arg-type]
    ],
)
def test_what_a_metric_answers_is_told_as_its_own_fault(monkeypatch, reading, why):
    """An unexpected error of the table stood there, without the file that is to blame."""
    made = replace(all_metrics()[0], compute=lambda study: [reading])
    monkeypatch.setattr("optimizer.fairness.units.all_metrics", lambda: (made,))
    with pytest.raises(DropInError, match=why):
        measured("cotation", _study())
