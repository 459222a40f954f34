"""Whoever a typed text names is found as a reader would find it: accents, capitals, order and titles change nothing."""

from __future__ import annotations

import pytest

from optimizer.store.naming import Somebody, named_in, without

ANNE = Somebody("250000000000000002", "Anne-Marie Lefèvre", "[A]")
ROY = Somebody("", "Jean Roy", "[R]")
ARABIC = Somebody("", "فاطمة الزهراء", "[F]")
PEOPLE = (ANNE, ROY, ARABIC, Somebody("12", "Le Petit", "[P]"))


@pytest.mark.parametrize(
    ("typed", "told", "alone"),
    [
        ("Mme LEFEVRE attend depuis 2019.", "[A] attend depuis 2019.", "[A] attend depuis 2019."),
        ("lefevre anne marie a trois enfants", "[A] a trois enfants", "[A] a trois enfants"),
        ("Lefe\u0300vre a trois enfants", "Lefe\u0300vre a trois enfants", "[A] a trois enfants"),
        ("25 0000 0000 0000 0002 attend", "[A] attend", "[A] attend"),
        ("M. Roy, puis Roy Jean", "[R], puis [R]", "[R], puis [R]"),
        ("Roy attend", "Roy attend", "[R] attend"),
        ("فاطمة الزهراء a trois enfants", "[F] a trois enfants", "[F] a trois enfants"),
        ("فاطمة a trois enfants", "فاطمة a trois enfants", "[F] a trois enfants"),
        (
            "Le logement est trop petit, 12 m².",
            "Le logement est trop petit, 12 m².",
            "Le logement est trop petit, 12 m².",
        ),
    ],
)
def test_a_text_names_nobody_any_more(typed: str, told: str, alone: str):
    assert without(typed, PEOPLE) == told
    assert without(typed, PEOPLE, alone=True) == alone


def test_two_of_one_name_are_both_told_and_ones_own_name_names_nobody_else():
    twins = (Somebody("", "Marie Martin", "1"), Somebody("", "Marie Martin", "2"))
    assert without("Marie Martin attend.", twins) == "1 / 2 attend."
    assert not named_in("Mme Martin a un logement adapté.", twins, own=Somebody("", "Paul Martin", ""))
