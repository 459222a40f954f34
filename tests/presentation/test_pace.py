"""Late or ahead of what is due to date, in whole leases."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import pytest

from optimizer.presentation.session import pace_words, year_words
from optimizer.problem.account_year import AccountYear


@pytest.mark.parametrize(
    ("consumed", "opening", "french", "english"),
    [
        (6, "0.75", "en retard de 4 baux", "4 leases late"),
        (8, "1.6", "en retard de 1 bail", "1 lease late"),
        (9, "1", "à l'heure", "on time"),
        (9, "1.9", "à l'heure", "on time"),
        (10, "2.7", "en avance de 2 baux", "2 leases ahead"),
    ],
)
def test_the_pace_of_the_year(consumed, opening, french, english):
    year = AccountYear(Fraction(1, 4), Fraction(opening), 40, consumed, 1, 3, Fraction(20))
    assert year.due_to_date == 10 - Fraction(opening)
    assert (pace_words(year.late, year.ahead, "fr"), pace_words(year.late, year.ahead, "en")) == (
        french,
        english,
    )


def test_the_year_adds_up_in_whole_leases():
    # 25 % of 40 let and 20 to come, 0.5 carried over: 14.5 due, 15 whole; 5 signed, 3 followed of which 1 counts: 7 remain
    year = AccountYear(Fraction(1, 4), Fraction(1, 2), 40, 6, 1, 3, Fraction(20))
    assert (year.whole_due, year.done, year.in_progress, year.remaining) == (15, 5, 3, 7)
    assert year.as_dict() == {
        "share": 0.25, "due_to_date": 9.5, "due_year": 14.5, "done": 5, "in_progress": 3, "remaining": 7, "late": 4, "ahead": 0,
    }  # fmt: skip


@pytest.mark.parametrize(("lang", "told"), [("fr", "dû au 31/12 0,03"), ("en", "due by 31 December 0.03")])
def test_a_lease_remains_only_where_something_is_said_to_be_due(lang, told):
    # 3 % of the one lease of a year: due 0.03, and the next whole lease remains
    year = AccountYear(Fraction(3, 100), Fraction(0), 0, 0, 0, 0, Fraction(1))
    words = year_words(SimpleNamespace(**year.as_dict()), lang)
    assert told in words and year.remaining == 1
