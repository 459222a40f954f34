"""What a check found, in the reader's language, with the row and the column of the cell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import optimizer.verify
from optimizer.verify.details import english
from optimizer.verify.verdict import Check

FOUND = {"add", "demand", "rows", "Unreadable", "place", "_note", "_once"}
FRENCH = re.compile(
    r"[àâéèêëîïôöùûçœ]|\b(?:absente?s?|aucune?|baux|borne|colonnes?|contingent|couple|demandes?|deux|de|des|du|jamais|la|le|les|ligne|"
    r"lignes|logements?|manque|nombre|objectif|ou|pas|poids|premiers?|que|rang|rangs|sans|trop|une?|valeurs?)\b|[ld]'"
)


def phrases() -> Iterator[tuple[str, str]]:
    """(file, words) of every finding and every part of one that the checks put together."""
    for file in sorted(Path(optimizer.verify.__path__[0]).glob("*.py")):
        for call in ast.walk(ast.parse(file.read_text())):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name not in FOUND:
                continue
            every = [x for a in call.args for x in ast.walk(a)]
            pieces = {id(x) for whole in every if isinstance(whole, ast.JoinedStr) for x in ast.walk(whole)}
            for argument in every:
                if isinstance(argument, ast.JoinedStr):
                    yield (
                        file.name,
                        "".join(
                            str(x.value) if isinstance(x, ast.Constant) else "7" for x in argument.values
                        ),
                    )
                elif (
                    isinstance(argument, ast.Constant)
                    and isinstance(argument.value, str)
                    and id(argument) not in pieces
                ):
                    yield file.name, argument.value


def test_everything_a_check_finds_is_said_in_english():
    assert (
        sorted((file, english(words)) for file, words in set(phrases()) if FRENCH.search(english(words)))
        == []
    )


def test_a_dropped_rule_and_account_are_named_in_both_languages():
    assert (
        english(
            "lignes absentes, en trop ou déplacées ; règle que ce programme-ci ne compte pas : a ; contingent que ce programme-ci ne connaît pas : B, C"
        )
        == "rows missing, too many or moved; rule that this program does not count: a; account that this program does not know: B, C"
    )


def test_no_finding_tells_the_number_of_an_application():
    assert [(file, words) for file, words in phrases() if "application_id=" in words] == []


@pytest.mark.parametrize(
    ("fr", "en"),
    [
        ("proposals, ligne 5, effort", "proposals, row 5, effort"),
        ("explanations, ligne 12, points_needed", "explanations, row 12, points_needed"),
        (
            "dwellings.csv : contenu illisible (ligne 3, candidates : trop de décimales).",
            "dwellings.csv: content cannot be read (row 3, candidates: too many decimals)",
        ),
        ("report.html : modifié après le calcul", "report.html: changed after the run"),
        (
            "dwellings, ligne 4, deadline : 2026-12-14 attendue",
            "dwellings, row 4, deadline: 2026-12-14 expected",
        ),
    ],
)
def test_a_finding_names_the_same_row_in_both_languages(fr, en):
    check = Check("labels", False, 2, fr)
    assert check.fr.endswith(f": 2 écarts ({fr})")
    assert check.en.endswith(f": 2 differences ({en})")
