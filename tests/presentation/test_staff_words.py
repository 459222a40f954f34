"""What staff read: no code of the program, numbers as French readers write them, nothing cut."""

from __future__ import annotations

import re

import pytest
from openpyxl import load_workbook

from optimizer.cli.speak import table
from optimizer.eligibility.facts import CODES
from optimizer.presentation.page import kept_together
from optimizer.presentation.session import title_words
from optimizer.presentation.words import of_commune, reason_words, scope_words, why_words
from optimizer.runs import Options, propose, propose_to
from optimizer.runs.parameters import parameter_words
from optimizer.shortlist.labels import plural, pool_label
from optimizer.synth import synthesize, write_case

PLACES = {"25": "département 25", "242500361": "CU Grand Besançon Métropole"}
RAW = re.compile(
    r"\b(landlord|area|departement|epci|account)=|\bCOLL:|ETAT_|\b(share|count|bool|code)\b|\(s\)|_proven|housed_elsewhere|True|False"
)


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    """A week with decisions and targets out of reach, its report and workbook."""
    folder = tmp_path_factory.mktemp("semaine")
    case = synthesize("commission", dwellings=14, applications=700, seed=3)
    write_case(case, folder / "case")
    propose_to(folder / "case", folder / "out", Options(pdf=False))
    return folder / "out"


def texts(page: str) -> str:
    """The words of a page, without style and drawings."""
    return re.sub(r"<[^>]+>", "\n", re.sub(r"<(style|svg).*?</\1>", "", page, flags=re.S))


@pytest.mark.parametrize("name", ["report.html", "sheets.html"])
def test_a_page_shows_no_code(week, name):
    words = texts((week / name).read_text(encoding="utf-8"))
    assert RAW.findall(words) == []
    assert re.findall(r".{0,20} [;:?!»].{0,10}", words) == []


def test_the_workbook_shows_no_code(week):
    book = load_workbook(week / "shortlists.xlsx", read_only=True)
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            # the first column of the parameters is their key, for those who change them
            for cell in row[sheet.title == "Hypothèses" :]:
                assert not (isinstance(cell, str) and RAW.search(cell)), (sheet.title, cell)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_state_of_an_application_is_said_in_words(lang):
    for reason in ("FIRST_RANK", "RESERVE", "OUTRANKED", "NO_FREE_DWELLING", "NO_DWELLING", *CODES):
        assert reason not in reason_words(reason, lang), reason
    # a household whose only dwelling goes to an account that may not name it is passed by nobody
    assert ("contingent" if lang == "fr" else "account") in reason_words("OUTRANKED", lang)


def test_parameters_are_those_of_the_landlord_and_told_once(week):
    sheet = load_workbook(week / "shortlists.xlsx")["Hypothèses"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len({(r[1], r[2]) for r in rows}) == len(rows)
    landlords = {r[0].split(".")[1] for r in rows if r[0].startswith("conventions.")}
    assert landlords == {"ESH25"}


def test_the_report_says_how_many_explanations_were_checked(week):
    checked = (week / "explanations.csv").read_text(encoding="utf-8-sig").count(";yes\n")
    assert checked > 0
    assert f"vérifié par la preuve jointe sur un échantillon de {checked} ménages" in (
        week / "report.html"
    ).read_text(encoding="utf-8")


def test_scopes_and_reasons_in_words():
    assert scope_words("landlord=OPH25;area=25;account=ALS", "fr", PLACES) == (
        "OPH25 · département 25 · Action Logement"
    )
    assert why_words("dalo[departement=25]@3000", "fr", PLACES, 2) == (
        "objectif DALO du département (département 25)"
    )
    assert why_words("nomination", "fr", PLACES, 2) == "ordre du réservataire"
    assert why_words("places", "fr", PLACES, 1) == "déjà réserve sur une liste"
    assert why_words("places", "en", PLACES, 3) == "already reserve on three lists"
    assert title_words("DALO|c (labelled)", False, "fr") == "DALO"
    assert title_words("DALO|c (declared)", False, "fr") == "DALO (déclaré)"
    assert title_words("DALO (declared)", True, "fr") == "DALO désigné par le préfet"
    assert title_words("c|g (verified)", False, "fr") == "prioritaire L441-1 (vérifié)"
    assert title_words("", False, "en") == "none"
    assert title_words("j (labelled)", True, "fr") == "prioritaire L441-1 (labellisé), désigné par le préfet"
    assert title_words("", True, "en") == "designated by the préfet"
    assert pool_label("MUTATION") == "en mutation interne"
    assert pool_label("ALS") == "du contingent Action Logement"
    assert pool_label("BAILLEUR") == "du bailleur (non réservé)"


@pytest.mark.parametrize(
    ("value", "unit", "fr", "en"),
    [
        (0.25, "share", "25\u00a0%", "25%"), (0.1675, "share", "16,75\u00a0%", "16.75%"), (3000, "points", "3\u202f000\u00a0points", "3,000\u00a0points"),
        (True, "bool", "oui", "yes"), (4, "count", "4", "4"), ("signed", "code", "bail signé", "lease signed"),
        ("BAILLEUR", "code", "bailleur (non réservé)", "landlord (not reserved)"), ([1], "codes", "table", "table"),
        ((12870, 18753, 22551, 25091, 29359, 33086, 3690), "ceilings",
         "12\u202f870 / 18\u202f753 / 22\u202f551 / 25\u202f091 / 29\u202f359 / 33\u202f086\u00a0€/an ; +\u00a03\u202f690 par personne de plus",
         "12,870 / 18,753 / 22,551 / 25,091 / 29,359 / 33,086\u00a0€/year ; +\u00a03,690 per further person"),
    ],
)  # fmt: skip
def test_values_of_the_models(value, unit, fr, en):
    assert (parameter_words(value, unit, "fr"), parameter_words(value, unit, "en")) == (fr, en)


def test_numbers_are_spaced():
    assert plural(1814, "demande") == "1\u202f814 demandes" and plural(1, "demande") == "1 demande"


def test_french_signs_stay_with_their_word():
    assert kept_together("« a » : b ; c") == "«\u00a0a\u00a0»\u00a0: b\u00a0; c"
    assert kept_together(3) == 3


def test_a_long_cell_goes_on_below():
    shown = table([("mot " * 30, "12"), ("court", "3")], ("Texte", "N"), width=40)
    assert "…" not in shown and all(len(line) <= 40 for line in shown.splitlines())
    assert shown.count("mot") == 30


@pytest.mark.long
def test_a_line_is_said_in_english_whole():
    case = synthesize("commission", dwellings=8, applications=500, seed=3)
    reasons = propose(case, Options(lang="en")).proposals["reason"]
    assert len(reasons) and not reasons.str.contains(r"\d(?:er|e) ").any()
    assert reasons.str.contains(r"\d(?:st|nd|rd|th)(?: equal)? by score among").any()


def test_a_commune_after_maire():
    """« maire de Aubervilliers », « maire de Les Abymes » stood on the papers."""
    names = (
        "Besançon",
        "Aubervilliers",
        "Évry-Courcouronnes",
        "Le Mans",
        "Les Abymes",
        "La Réole",
        "L'Étang-Salé",
        "Houilles",
    )
    told = (
        "de Besançon",
        "d'Aubervilliers",
        "d'Évry-Courcouronnes",
        "du Mans",
        "des Abymes",
        "de La Réole",
        "de L'Étang-Salé",
        "de Houilles",
    )
    assert tuple(of_commune(name) for name in names) == told
