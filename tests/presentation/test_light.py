"""What is said of a dwelling that was advertised: the evidence, and who could have had it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from optimizer.presentation.light import publicity

DONE = "publicité faite (depuis le 02/11/2026, bienveo.fr, preuve : A-1187)"


def told(named: int, eligible: int, least: int = 3, **more: Any) -> Any:
    facts = {
        "published_on": "2026-11-02", "published_at": "bienveo.fr", "publication_proof": "A-1187", "published": True,
        "eligible": eligible, "all_first": True, **more,
    }  # fmt: skip
    data: Any = SimpleNamespace(lang="fr", least=least)
    return publicity(data, SimpleNamespace(status="listed"), SimpleNamespace(**facts), named)


@pytest.mark.parametrize(
    ("named", "eligible", "said"),
    [
        (0, 0, "aucun candidat"),
        (1, 1, "1 candidat, proposé"),
        (0, 1, "1 candidat, proposé sur un autre logement"),
        (2, 2, "2 candidats, tous proposés"),
        (1, 2, "2 candidats, tous proposés (1 ici, 1 sur d'autres logements)"),
    ],
)
def test_everybody_who_could_have_it_is_counted_where_they_are(named, eligible, said):
    assert told(named, eligible).sentence == f"{DONE} ; {said}"


def test_a_list_as_long_as_the_law_asks_and_one_that_passed_somebody_are_no_light_pages():
    assert told(3, 3).sentence == "" and told(3, 3, least=4).light
    assert not told(2, 2, all_first=False).light


def test_what_is_written_in_part_is_told_and_proves_nothing():
    half = told(1, 1, published_at="", publication_proof="", published=False)
    assert (half.proven, half.light) == (False, False)
    assert half.told == "publicité non prouvée (depuis le 02/11/2026, preuve incomplète)"
    assert told(1, 1, published_on="", published_at="", publication_proof="", published=False) is None
