"""Units, dates in force and the schema of an entry."""

from __future__ import annotations

from datetime import date

import pytest

from optimizer.policy import PolicyError
from optimizer.policy.parameter import UNITS, fits, parse_entries
from optimizer.policy.strict_yaml import parse_yaml

ENTRY = """
share:
  title: Part
  unit: share
  status: sourced
  review_every: 12 months
  values:
    2020-01-01: {value: 0.2, source: texte, reviewed_on: 2026-11-24, by: x}
    2024-07-01: {value: 0.25, source: texte 2, link: "https://example.org", reviewed_on: 2026-11-24, by: x, status: assumed}
"""


def _entries(text: str):
    return parse_entries("national.t", parse_yaml(text.encode(), "national/t.yaml"))


def test_value_in_force_on_a_date():
    entry = _entries(ENTRY)["national.t.share"]
    before, after = entry.on(date(2024, 6, 30)), entry.on(date(2024, 7, 1))
    assert (before.value, before.status, before.in_force_from) == (0.2, "sourced", date(2020, 1, 1))
    assert (after.value, after.status, after.source, after.link) == (
        0.25,
        "assumed",
        "texte 2",
        "https://example.org",
    )
    assert after.is_assumed and not before.is_assumed


def test_before_the_first_date_it_raises():
    with pytest.raises(PolicyError) as caught:
        _entries(ENTRY)["national.t.share"].on(date(2019, 12, 31))
    assert caught.value.code == "POLICY_NOT_IN_FORCE"
    assert caught.value.params["first"] == "2020-01-01"


def test_an_amount_is_one_that_a_household_may_have():
    """A number of twenty digits is a slip of the hand, and beyond what the tables hold."""
    usual = [20_000, 25_000, 30_000, 36_000, 42_000, 48_000, 5_000]
    assert fits(usual, "ceilings", (), None, None)
    for wrong in (10**7, 10**19):
        assert not fits([*usual[:6], wrong], "ceilings", (), None, None)


def test_groups_make_dotted_keys():
    nested = "rule:\n" + "\n".join("  " + line for line in ENTRY.splitlines())
    assert list(_entries(nested)) == ["national.t.rule.share"]


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("unit: share", "unit: percent", "POLICY_BAD_VALUE", 4),
        ("value: 0.2,", "value: 20,", "POLICY_BAD_VALUE", 8),
        ("value: 0.2,", "value: 0.12345,", "POLICY_BAD_VALUE", 8),
        ("value: 0.2,", "value: true,", "POLICY_BAD_VALUE", 8),
        ("value: 0.2,", "value: 20 %,", "POLICY_BAD_VALUE", 8),
        ("source: texte,", "", "POLICY_MISSING_KEY", 8),
        ("  status: sourced\n", "", "POLICY_MISSING_KEY", 3),
        ("status: sourced", "status: certain", "POLICY_BAD_VALUE", 5),
        ("review_every: 12 months", "review_every: often", "POLICY_BAD_VALUE", 6),
        ("title: Part", "titre: Part", "POLICY_UNKNOWN_KEY", 3),
        ("2020-01-01:", "2020-02-30:", "YAML_BAD_DATE", 8),
        ("2020-01-01:", "depuis:", "POLICY_BAD_VALUE", 8),
    ],
)
def test_wrong_entries_are_refused_with_the_line(old, new, code, line):
    assert old in ENTRY
    with pytest.raises(PolicyError) as caught:
        _entries(ENTRY.replace(old, new, 1))
    assert (caught.value.code, caught.value.params["line"]) == (code, line)


@pytest.mark.parametrize(
    ("unit", "good", "bad"),
    [
        ("share", [0, 1, 0.25, 0.3333], [-0.1, 1.01, 0.33333, "0.2", None, True]),
        ("points", [0, 1.25, 10**6], [-1, 1.255, 10**6 + 1, "1"]),
        ("days", [0, 30], [1.5, -1, 10**6]),
        ("bool", [True, False], [0, "true"]),
        ("codes", [[], ["a"]], ["a", [1], [""]]),
        ("labels", [{"a": "x"}], [{}, {"a": 1}, ["a"]]),
        ("ceilings", [[1, 2, 3, 4, 5, 6, 1]], [[1, 2], [1, 2, 3, 4, 5, 6, 0], [1.5] * 7]),
        ("rooms_table", [{1: {"accepted": [1, 2], "first": 1}}], [
            {}, {2: {"accepted": [1], "first": 1}}, {1: {"accepted": [2, 1], "first": 1}},
            {1: {"accepted": [1, 7], "first": 1}}, {1: {"accepted": [1], "first": 2}}, {1: [1]},
        ]),
        ("weight", [0.3, 1], [0, -1, 0.333]),
    ],
)  # fmt: skip
def test_units(unit, good, bad):
    assert all(fits(v, unit, (), None, None) for v in good)
    assert not any(fits(v, unit, (), None, None) for v in bad)


def test_closed_lists_and_bounds():
    assert fits("a", "code", ("a", "b"), None, None) and not fits("c", "code", ("a", "b"), None, None)
    assert fits(["a"], "codes", ("a",), None, None) and not fits(["a", "z"], "codes", ("a",), None, None)
    assert fits(3, "count", (), 1, 5) and not fits(0, "count", (), 1, 5) and not fits(6, "count", (), 1, 5)


def test_every_unit_says_what_it_expects_in_both_languages():
    for test, french, english in UNITS.values():
        assert callable(test) and french and english


LABELS = """
why:
  title: Raisons
  unit: labels
  status: assumed
  review_every: 12 months
  values:
    2020-01-01:
      value: {size: Taille, rent: Loyer}
      english: {size: Size, rent: Rent}
      source: texte
      reviewed_on: 2026-11-24
      by: x
"""


def test_labels_may_be_given_in_english_for_the_same_codes():
    value = _entries(LABELS)["national.t.why"].on(date(2026, 1, 1))
    assert value.value["rent"] == "Loyer" and value.english == {"size": "Size", "rent": "Rent"}
    plain = _entries(LABELS.replace("      english: {size: Size, rent: Rent}\n", ""))["national.t.why"]
    assert plain.on(date(2026, 1, 1)).english == {}
    for wrong in ("{size: Size}", "{size: Size, rent: Rent, other: Other}", "{size: Size, rent: ''}", "Size"):
        with pytest.raises(PolicyError) as caught:
            _entries(LABELS.replace("{size: Size, rent: Rent}", wrong))
        assert (caught.value.code, caught.value.params["line"]) == ("POLICY_BAD_VALUE", 10)
    with pytest.raises(PolicyError) as caught:
        _entries(ENTRY.replace("{value: 0.2,", "{value: 0.2, english: {a: b},"))
    assert caught.value.code == "POLICY_BAD_VALUE"
