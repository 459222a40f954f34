"""Pages are made of shared parts: every text declared once, numbers and cells in one way."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

import optimizer.fairness.texts
import optimizer.scenario.texts
import optimizer.simulation.texts
import optimizer.statement.texts
import optimizer.web.texts  # noqa: F401  declares
from optimizer.errors import Spaced, define, message, said
from optimizer.presentation.document import Block, Document, Sheet, glossed
from optimizer.presentation.numbers import day, decimal, percent, signed
from optimizer.presentation.page import Num, Words, cells, render
from optimizer.presentation.words import scope_words

PACKAGE = Path(__file__).resolve().parents[2] / "optimizer"
PAGES = sorted(
    p for p in PACKAGE.rglob("templates/*.html.j2") if p.name not in ("base.html.j2", "parts.html.j2")
)
SPEAKERS = sorted(
    p for name in ("presentation", "scenario", "statement") for p in (PACKAGE / name).rglob("*.py")
)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_text_of_a_template_is_declared_in_both_languages(page):
    source = page.read_text(encoding="utf-8")
    names = set(re.findall(r"\bt\.([a-z_0-9]+)", source)) | set(
        re.findall(r'\bt\("([a-z_0-9]+)"[,)]', source)
    )
    of_the_desk = page.is_relative_to(PACKAGE / "web")
    family = "WEB" if of_the_desk else page.name.partition(".")[0].upper()
    codes = [f"{family}.{n}".upper() for n in names]
    for code in codes:
        try:
            found = message(code)
        except KeyError:
            found = message("PAGE." + code.partition(".")[2])
        assert found.fr and found.en
    assert of_the_desk or ("{% extends" in source and "<table" not in source)


@pytest.mark.parametrize("file", SPEAKERS, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_text_is_written_in_two_languages_outside_the_register(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.IfExp) and re.fullmatch(
            r"fr|(\w+\.)*lang == '(fr|en)'", ast.unparse(node.test)
        ):
            both = [
                b.value
                for b in (node.body, node.orelse)
                if isinstance(b, ast.Constant) and isinstance(b.value, str)
            ]
            assert not any(len(text) > 2 for text in both), ast.unparse(node)


def test_a_page_of_its_own_texts_and_of_the_shared_ones(tmp_path):
    define("HOUSE.STOCK", "Parc", "Stock")
    t = Words("house", "fr")
    assert (t.stock, t.scope, Words("house", "en").stock) == ("Parc", "Périmètre", "Stock")
    with pytest.raises(AttributeError):
        _ = t.nothing_of_the_kind


def test_a_text_is_escaped_wherever_it_comes_from():
    run = {"title": "<b>", "territory": "x", "on": None, "year": 2026, "synthetic": False, "sections": [], "hidden": 0,
           "totals": [], "numbers": [], "findings": ["<script>alert(1)</script>"]}  # fmt: skip
    page = render("scenario/flux", "fr", run)
    assert "<script>" not in page and "&lt;script&gt;" in page and page.count("<main") == 1


def test_cells_know_their_column():
    row = cells(
        '<th>ALS</th><td class="miss">3</td><td>x</td>', ["Réservataire", Num("Manque"), "Pourquoi ?"]
    )
    assert '<th scope="row" role="rowheader">ALS</th>' in row
    assert '<td role="cell" class="miss n" data-l="Manque">3</td>' in row
    assert 'data-l="Pourquoi\u00a0?"' in row


def test_a_unique_number_alone_in_its_cell_stays_on_one_line():
    number = "659200413895389717"
    told = cells(
        f'<td>{number}</td><td class="nur moved">{number}</td><td>{number[1:]}</td>', ["Demande", "", "Reste"]
    )
    assert f'class="nur" data-l="Demande">{number}' in told and f'class="nur moved">{number}' in told
    assert f'<td role="cell" data-l="Reste">{number[1:]}' in told


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        (decimal(1234.5), "1\u202f234,5"),
        (decimal(1234.5, lang="en"), "1,234.5"),
        (decimal(0.05), "0,1"),
        # the half of what is written, not of the float nearest to it
        (decimal(2.675, 2), "2,68"),
        (percent(0.1235), "12,4\u00a0%"),
        (decimal(2.0, 2, fixed=True), "2,00"),
        (decimal(-0.04), "0"),
        (decimal(float("nan")), "–"),
        (percent(0.25), "25\u00a0%"),
        (percent(Fraction(1, 3), lang="en"), "33.3%"),
        (percent(None), "–"),
        (signed(3), "+3"),
        (signed(-1.25, 2), "−1,25"),
        (signed(0), "0"),
        (day("2026-01-05"), "05/01/2026"),
        (day("2026-01-05", "en"), "5 January 2026"),
        (day(""), ""),
        (day(None), "–"),
    ],
)
def test_numbers_and_days_as_people_read_them(shown, wanted):
    assert shown == wanted


def test_thousands_stand_apart_in_a_sentence():
    define("HOUSE.COUNT", "{n:bail/baux}, {n}", "{n:lease/leases}, {n}")
    assert said("HOUSE.COUNT", "fr", n=Spaced(1857)) == "1\u202f857 baux, 1\u202f857"
    assert said("HOUSE.COUNT", "en", n=Spaced(1)) == "1 lease, 1"
    assert said("HOUSE.COUNT", "en", n=Spaced(1857)) == "1,857 leases, 1,857"
    # beside what it counts a number has its thousands apart; alone it may be a year or a row
    assert said("HOUSE.COUNT", "en", n=1857) == "1,857 leases, 1857"


def test_a_scope_reads_the_same_on_every_page():
    scope = "rule=lec_q1_outside_qpv;epci=242500361;qpv=no;departement=25"
    assert scope_words(scope, "fr", {"242500361": "Grand Besançon"}).split(" · ")[1:] == [
        "Grand Besançon", "hors QPV", "département 25",
    ]  # fmt: skip


def test_an_english_paper_says_what_its_french_terms_mean_at_its_end_or_letter_by_letter():
    sheets = tuple(
        Sheet(name, (Block("text", words),))
        for name, words in (("One", "Named by the préfet."), ("Two", "A DALO household."))
    )
    paper = Document("Paper", date(2026, 11, 23), sheets)
    assert glossed(paper, "fr") is paper
    first, last = glossed(paper, "en").sheets
    assert first == sheets[0] and [b.kind for b in last.blocks] == ["text", "terms"]
    assert "préfet, " in last.blocks[-1].text and "DALO, " in last.blocks[-1].text
    first, last = glossed(replace(paper, apart=True), "en").sheets
    assert "préfet, " in first.blocks[-1].text and "préfet, " not in last.blocks[-1].text
