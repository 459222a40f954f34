"""Kinds of first rank: the same as written out profile by profile, numbered only where a household is met, joined across readings."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.verify.kinds import Kinds
from optimizer.verify.rows import PROFILES, TRAITS

LEASES = (
    (),
    ((3, "always", 0),),
    ((0, "dalo", 0), (2, "essential", 150), (7, "never", 0)),
    ((0, "dalo", 0), (2, "priority", -40), (5, "q1_or_relocated", 0), (9, "not_q1", 0)),
)


def written_out(marks, profile):
    one = np.array([profile])
    return tuple((row, int(TRAITS[trait](one)[0]), more) for row, trait, more in marks)


def told(kinds):
    ptr, marks = kinds.marks()
    return [tuple(map(tuple, marks[a:b].tolist())) for a, b in zip(ptr[:-1], ptr[1:], strict=True)]


@pytest.mark.parametrize("seed", range(5))
def test_each_profile_has_the_marks_that_its_traits_give_it(seed):
    rng = np.random.default_rng(seed)
    kinds = Kinds()
    seen = set()
    for _ in range(20):
        marks = LEASES[rng.integers(len(LEASES))]
        profiles = rng.integers(PROFILES, size=rng.integers(1, 6))
        number = kinds.at(kinds.by_profile(marks), profiles)
        wanted = [written_out(marks, p) for p in profiles.tolist()]
        seen.update(wanted)
        known = told(kinds)
        assert [known[k] for k in number.tolist()] == wanted
        assert kinds.of(wanted[0]) == number[0]
    # as many as were met, each once: not one for every profile there might be
    assert len(kinds) == len(told(kinds)) == len(seen)
    assert set(told(kinds)) == seen


def test_what_another_reading_met_has_its_numbers_here():
    one, other = Kinds(), Kinds()
    every = np.arange(PROFILES)
    one.at(one.by_profile(LEASES[2]), every)
    mine = other.at(other.by_profile(LEASES[3]), every), other.at(other.by_profile(LEASES[2]), every)
    before = len(one)
    here = one.join(other.told())
    assert [told(one)[k] for k in here.tolist()] == told(other)
    assert before < len(one) < before + len(other)
    one.forget()
    assert np.array_equal(one.at(one.by_profile(LEASES[2]), every), here[mine[1]])
    assert np.array_equal(one.at(one.by_profile(LEASES[3]), every), here[mine[0]])
