"""Columns of persons do not enter, whatever the words of the export, French or English; columns of the case do."""

from __future__ import annotations

import pytest

from optimizer.domain.schema import TABLES
from optimizer.importers.words import refusal

REFUSED = {
    "identity_number": ("NIR", "N° sécu", "N° CAF", "numero allocataire", "IBAN", "Social security number", "passport_no"),
    "nationality": ("nationality", "Citizenship", "Place of birth", "pays d'origine", "residence_permit"),
    "name": (
        "Nom usuel", "nom_complet", "Nom du gardien", "Last name", "first_name", "Surname", "spouse_name", "applicant name", "name",
    ),
    "contact": ("Mobile", "phone", "Home phone", "tel_gardien", "Téléphone portable", "email_address", "postal_address", "zip code"),
    "free_text": ("comments", "Remarks", "free text"),
    "birth_date": ("birth_date", "Date of birth", "DOB", "birthdate_1"),
    "health": ("handicap_detail", "disability_type", "health"),
    "origin": ("ethnicity",),
}  # fmt: skip


@pytest.mark.parametrize(("why", "name"), [(why, name) for why, names in REFUSED.items() for name in names])
def test_a_column_of_persons_is_refused_by_its_name(why, name):
    assert refusal(name) == why


def test_no_column_of_a_case_is_refused_but_the_printed_address():
    names = {name for table in TABLES.values() for column in table.columns for name in column.names}
    assert {name for name in names if refusal(name)} <= {"address", "adresse"}
