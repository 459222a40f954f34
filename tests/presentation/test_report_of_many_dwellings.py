"""``report.html`` and the last lines of the terminal where a case has more dwellings than one page lists, or one PDF prints."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

import optimizer as af
from optimizer.errors import said, texts
from optimizer.presentation import report
from optimizer.presentation.report import report_html
from optimizer.runs import writing
from optimizer.runs.options import Options
from optimizer.runs.report_data import report_data
from tests.cli.running import attriflux

texts("TEST", {"households": ("{n:ménage/ménages} de {year}", "{n:household/households} of {year}")})


@pytest.mark.long
def test_a_page_says_where_the_lists_are_that_it_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond two hundred dwellings the first table was left out without a word, and what is to settle ended in « … »."""
    data = report_data(
        af.propose(af.synthesize("commission", dwellings=12, applications=100, seed=2)), Options()
    )
    assert "feuilles Séance et Listes" not in report_html(data)
    monkeypatch.setattr(report, "MOST_LISTS", 11)
    monkeypatch.setattr(report, "MOST_PLACES", 1)
    text = report_html(data).replace("\xa0", " ")
    assert (
        "Plus de 11 logements : la liste de chacun est dans le classeur (feuilles Séance et Listes)" in text
    )
    assert "Au-delà de 1 par point, la suite est dans le classeur" in text


@pytest.mark.long
def test_flags_are_counted_with_their_thousands_apart() -> None:
    """« APL estimée : 1075 » stood there beside « 5 029 » passages."""
    data = report_data(
        af.propose(af.synthesize("commission", dwellings=3, applications=40, seed=2)), Options()
    )
    flagged = pd.DataFrame({name: [""] * 1200 for name in data.proposals.columns})
    flagged = flagged.assign(flags="ALLOWANCE_ESTIMATED", dwelling_id="elsewhere")
    many = dataclasses.replace(data, proposals=pd.concat([data.proposals, flagged], ignore_index=True))
    assert "1\u202f2" in report_html(many).partition("APL estimée</th>")[2][:60]


@pytest.mark.long
def test_without_its_pdf_a_run_says_where_the_sheets_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--pdf`` is the default: beyond four hundred dwellings none was written, and nothing told it."""
    monkeypatch.setattr(writing, "SHEETS_PER_FILE", 2)
    case, out = tmp_path / "case", tmp_path / "out"
    assert attriflux("synth", "commission", "--dwellings", 3, "--applications", 40, "--out", case).code == 0
    done = attriflux("propose", case, "--out", out)
    assert done.code == 0, done.err
    told = " ".join(done.out.split())
    assert "Plus de 2 logements : les feuilles A4 sont dans" in told and "pas de PDF" in told
    assert not (out / "sheets.pdf").exists() and list((out / "sheets").glob("*.html"))


def test_what_is_counted_has_its_thousands_apart_and_a_year_has_not() -> None:
    assert said("TEST.HOUSEHOLDS", "fr", n=1090, year=2026) == "1\u202f090 ménages de 2026"
    assert said("TEST.HOUSEHOLDS", "en", n=1090, year=2026) == "1,090 households of 2026"


def test_check_counts_rows_with_their_thousands_apart(tmp_path: Path) -> None:
    case = tmp_path / "case"
    assert attriflux("synth", "commission", "--dwellings", 3, "--applications", 1200, "--out", case).code == 0
    assert "1\u202f200" in attriflux("check", case).out
