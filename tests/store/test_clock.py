"""Sixty dated cases of the time to answer: ten whole days, working days at the end, holidays, summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.store.clock import ALSACE_MOSELLE, day_off, deadline, past, stamp, today
from optimizer.store.law import law

# proven on -> last day, counted by hand on a calendar (R. 441-10: the day itself is not counted)
CASES = """
2026-01-05 2026-01-15   2026-01-06 2026-01-16   2026-01-07 2026-01-19   2026-01-08 2026-01-19   2026-01-09 2026-01-19
2026-01-12 2026-01-22   2025-12-15 2025-12-26   2025-12-16 2025-12-26   2025-12-22 2026-01-02   2025-12-19 2025-12-29
2025-12-23 2026-01-02   2025-12-20 2025-12-30   2026-02-02 2026-02-12   2026-02-18 2026-03-02   2026-02-19 2026-03-02
2028-02-18 2028-02-28   2028-02-19 2028-02-29   2026-03-27 2026-04-07   2026-03-26 2026-04-07   2026-03-25 2026-04-07
2026-03-24 2026-04-03   2026-03-23 2026-04-02   2026-04-20 2026-04-30   2026-04-21 2026-05-04   2026-04-22 2026-05-04
2026-04-28 2026-05-11   2026-04-27 2026-05-07   2026-05-04 2026-05-15   2026-05-05 2026-05-15   2026-05-15 2026-05-26
2026-05-14 2026-05-26   2026-05-13 2026-05-26   2026-05-16 2026-05-26   2026-07-03 2026-07-13   2026-07-04 2026-07-15
2026-07-02 2026-07-13   2026-08-05 2026-08-17   2026-08-06 2026-08-17   2026-08-04 2026-08-14   2026-10-16 2026-10-26
2026-10-20 2026-10-30   2026-10-21 2026-11-02   2026-10-22 2026-11-02   2026-11-01 2026-11-12   2026-10-30 2026-11-09
2026-12-03 2026-12-14   2026-12-15 2026-12-28   2026-12-14 2026-12-24   2027-12-24 2028-01-03   2027-03-19 2027-03-30
"""
ALSACE = """
2026-03-24 2026-04-07   2026-03-23 2026-04-02   2025-12-16 2025-12-29   2025-12-15 2025-12-29   2026-12-16 2026-12-28
2027-03-16 2027-03-30   2027-03-15 2027-03-25   2024-12-16 2024-12-27   2024-03-19 2024-04-02   2026-07-04 2026-07-15
"""


def pairs(table):
    days = [date.fromisoformat(word) for word in table.split()]
    return list(zip(days[::2], days[1::2], strict=True))


def test_there_are_sixty_cases():
    assert len(pairs(CASES)) == 50 and len(pairs(ALSACE)) == 10


@pytest.mark.parametrize(("proven", "last"), pairs(CASES), ids=str)
def test_ten_days_then_the_next_working_day(proven, last):
    assert deadline(proven, law(proven).answer_days) == last


@pytest.mark.parametrize(("proven", "last"), pairs(ALSACE), ids=str)
def test_alsace_and_moselle_have_good_friday_and_saint_stephen(proven, last):
    region = law(proven).region("67482")
    assert region == ALSACE_MOSELLE and law(proven).region("25056") == ""
    assert deadline(proven, law(proven).answer_days, region) == last


@pytest.mark.parametrize(
    ("commune", "proven", "last"),
    [
        ("97411", "2027-12-10", "2027-12-21"), ("97105", "2027-05-17", "2027-05-28"), ("97209", "2028-05-12", "2028-05-23"),
        ("97302", "2027-05-31", "2027-06-11"), ("97611", "2027-04-17", "2027-04-28"), ("97411", "2027-05-17", "2027-05-27"),
        ("25056", "2027-12-10", "2027-12-20"),
    ],
)  # fmt: skip
def test_overseas_the_day_of_abolition_is_a_holiday(commune, proven, last):
    """La Réunion 20 December, Guadeloupe 27 May, Martinique 22 May, Guyane 10 June, Mayotte 27 April; nowhere else."""
    day = date.fromisoformat(proven)
    assert deadline(day, law(day).answer_days, law(day).region(commune)) == date.fromisoformat(last)


@given(
    st.dates(date(2020, 1, 1), date(2060, 12, 31)),
    st.integers(10, 40),
    st.sampled_from(("", ALSACE_MOSELLE, "12-20")),
)
def test_never_fewer_than_the_whole_days_and_never_ends_on_a_day_off(proven, days, region):
    last = deadline(proven, days, region)
    assert timedelta(days=days) <= last - proven <= timedelta(days=days + 6)
    assert not day_off(last, region)


@pytest.mark.parametrize(
    ("instant", "over"),
    [
        (datetime(2026, 3, 30, 21, 59, tzinfo=UTC), False),  # summer time since 29 March: 23:59 in Paris
        (datetime(2026, 3, 30, 22, 0, tzinfo=UTC), True),
        (datetime(2026, 10, 26, 22, 59, tzinfo=UTC), False),  # winter time since 25 October
        (datetime(2026, 10, 26, 23, 0, tzinfo=UTC), True),
    ],
)
def test_the_time_ends_at_midnight_in_paris_in_summer_and_in_winter(instant, over):
    last = date(2026, 3, 30) if instant.month == 3 else date(2026, 10, 26)
    assert past(last, instant) is over
    assert today(instant) == (last + timedelta(days=1) if over else last)


def test_the_name_of_a_copy_says_the_day_in_paris():
    """Half past midnight in Paris is still the day before in London: a copy of that night was named after it."""
    assert stamp(datetime(2026, 10, 24, 22, 30, tzinfo=UTC)) == "20261025-003000"
    assert stamp(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "20270101-003000"
