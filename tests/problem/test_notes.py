"""Sentences about rows whose price is missing, or no match for the cotation."""

from __future__ import annotations

from optimizer import eligibility
from optimizer.problem import rule_book
from optimizer.problem.notes import notes_of
from tests.golden.six_dwellings import DWELLINGS, TABLES, case, golden, rules


def test_a_yearly_number_of_dalo_without_a_year_asks_for_the_assiette() -> None:
    tables = {**TABLES, "leases": (), "in_progress": (), "assiette": (), "dwellings": DWELLINGS}
    found = case(tables, dalo={"OPH": {"25": 3}})
    book = rule_book(found, eligibility.encode(found, rules()), rules())
    [note] = notes_of(book, 17_800)
    assert "assiette" in note.fr and "(OPH · département 25)" in note.fr and "ESH" not in note.fr
    assert note.en.startswith("The yearly number of DALO households (OPH · département 25)")


def test_a_span_above_a_price_names_the_rule_it_outweighs() -> None:
    found, facts, _ = golden()
    book = rule_book(found, facts, rules())
    assert notes_of(book, 17_800) == ()
    [note] = notes_of(book, 60_050)
    assert (
        "600,5 points" in note.fr
        and "« travailleurs essentiels »" in note.fr
        and "flux" not in note.fr.lower()
    )
    assert "600.5 points" in note.en and "“essential workers”" in note.en
    # the words of the rule, never its id in a file
    assert "essential_workers" not in note.fr + note.en
