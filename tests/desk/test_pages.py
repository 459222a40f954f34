"""Every page that a command writes, opened on a desk, on a telephone, and printed."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from optimizer.policy.loading import load as load_rules
from optimizer.presentation.document import Document, Sheet, document_html, pairs
from optimizer.runs.tables import place_names
from tests.desk.commands import NO_PAGE, RECIPES, writing_commands
from tests.desk.looking import faults
from tests.french import french_in, text_of

PARTNERS = ("bilan-",)
"""Papers of French partners, French in both languages (docs/README.en.md)."""
NAMES = (
    "Grille de démonstration des mutations",
    "Grille de démonstration",
    "Logement rendu en bon état",
    "Logement suroccupé",
    "Représentant du préfet",
    "Secrétariat de la commission",
    "Préfet du Doubs",
    "case/demandes.csv",
    "case/logements.csv",
    "une année entière",
    "d'une semaine",
)


def test_every_command_that_writes_is_run_here():
    told, known = {" ".join(words[:n]) for words in RECIPES.values() for n in (1, 2)}, set(writing_commands())
    assert known - told == set(NO_PAGE) and "propose" in known


@pytest.mark.parametrize("recipe", RECIPES)
def test_pages_fit_and_shut_nobody_out(recipe: str, browser: Browser, written: Callable[[str], Path]):
    folder = written(recipe)
    pictures = os.environ.get("ATTRIFLUX_PICTURES")
    wrong = []
    for file in sorted(folder.rglob("*.html")):
        kept = None
        if pictures:
            kept = Path(pictures) / recipe.replace(" ", "-").replace(",", "")
            kept.mkdir(parents=True, exist_ok=True)
        wrong += [f"{file.relative_to(folder)} {x}" for x in faults(browser, file, kept)]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("recipe", [name for name, words in RECIPES.items() if "en" in words])
def test_a_page_in_english_holds_no_french_but_names_and_what_it_says_is_french(
    recipe: str, written: Callable[[str], Path]
):
    wrong = {}
    for file in sorted(written(recipe).rglob("*.html")):
        if file.name.startswith(PARTNERS):
            continue
        found = french_in(text_of(file.read_text(encoding="utf-8")), names())
        if found:
            wrong[file.name] = found[:6]
    assert not wrong


@cache
def names() -> tuple[str, ...]:
    """Places, and the names that the shipped files and the tests give: they stay French."""
    rules = load_rules("doubs", date(2026, 11, 23))
    return (*rules.communes["name"], *map(str, place_names(rules).values()), *NAMES)


def test_a_page_that_is_too_wide_is_found(browser: Browser, tmp_path: Path):
    file = tmp_path / "large.html"
    file.write_text(
        '<!doctype html><html lang="fr"><title>x</title><main><h1>x</h1><p style="width:1500px">long</p></main></html>',
        encoding="utf-8",
    )
    assert any("beyond the edge" in x for x in faults(browser, file))


def test_a_number_on_two_lines_is_found(browser: Browser, tmp_path: Path):
    file = tmp_path / "torn.html"
    file.write_text(
        '<!doctype html><html lang="fr"><title>x</title><main><h1>x</h1>'
        '<p style="width:90px;overflow-wrap:anywhere">100811189011228009</p></main></html>',
        encoding="utf-8",
    )
    assert any("a number on two lines" in x for x in faults(browser, file))


def test_a_fact_is_not_torn_between_two_printed_pages(browser: Browser, tmp_path: Path):
    """An order of three numbers of households had two at the foot of a page of the minutes, and the third on the next."""
    order = ("Ordre", " ; ".join(["PREMIER", *["0" * 18] * 4, "DERNIER"]))
    page, file = browser.new_page(), tmp_path / "essai.html"
    torn = []
    for before in range(50, 110, 2):  # somewhere among them a page ends within the last fact
        facts = [*((f"Fait {n}", "x") for n in range(before)), order]
        made = Document("Essai", date(2026, 12, 3), (Sheet("Essai", (pairs(facts),)),))
        file.write_text(document_html(made, "fr"), encoding="utf-8")
        page.goto(file.as_uri())
        sheets = [s.extract_text() for s in PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages]
        if sum("PREMIER" in sheet or "DERNIER" in sheet for sheet in sheets) != 1:
            torn.append(before)
    page.close()
    assert torn == []
