"""The nearest miss in words, and counts that reconcile."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimizer import eligibility as el
from tests.eligibility.small import BESANCON, PONTARLIER, application, dwelling, make_case, rules

NARROW = "\u202f"


def miss(homes: list[dict[str, Any]], **person: Any) -> tuple[str, str, str]:
    facts = el.encode(make_case(homes, [application(**person)]), rules())
    code, fr, en = el.nearest_miss(facts, 0)
    return (el.CODES[code - 1] if code else "", fr, en)


@pytest.mark.parametrize(
    ("home", "person", "code", "fr"),
    [
        ({}, {}, "", ""),
        ({}, {"status": "struck_off"}, "INACTIVE", "demande radiée ou non renouvelée à temps"),
        ({}, {"choices": PONTARLIER}, "COMMUNE", "aucun logement libre dans vos communes"),
        ({"rooms": 6}, {}, "ROOMS", "aucun T3 ou T4 libre dans vos communes"),
        ({"rooms": 6}, {"rooms_wanted": "4"}, "ROOMS", "aucun T4 libre dans vos communes"),
        ({"rooms": 5}, {"dalo_rooms": "2|3|6"}, "ROOMS", "aucun T2, T3 ou T6+ libre dans vos communes"),
        ({}, {"rooms_wanted": "1"}, "ROOMS", "la taille souhaitée ne convient pas au nombre de personnes"),
        ({}, {"tax_income_eur": 38_823.5}, "CEILING", f"plafond PLUS dépassé de 1{NARROW}240{NARROW}€"),
        ({}, {"tax_income_eur": 37_584.01}, "CEILING", f"plafond PLUS dépassé de 1{NARROW}€"),
        ({}, {"mobility_need": "adapted"}, "ACCESSIBLE", "aucun des logements possibles (commune, taille, plafond) n'est adapté et sans escalier"),
        ({"district": "Planoise"}, {"districts_wanted": "Centre"}, "COMMUNE", "aucun logement libre dans vos communes et quartiers souhaités"),
        ({}, {"dalo_perimeter": PONTARLIER}, "COMMUNE", "aucun logement libre dans le périmètre fixé par la commission de médiation"),
        ({"rooms": 6}, {"dalo_perimeter": BESANCON}, "ROOMS", "aucun T3 ou T4 libre dans le périmètre fixé par la commission de médiation"),
        ({}, {"current_dwelling": "L1"}, "OWN_DWELLING", "le seul logement possible est le vôtre"),
        ({"assiette_exclusion": "anru"}, {}, "ACCOUNT", "les logements possibles sont gardés pour des relogements"),
        ({"assiette_exclusion": "mutation"}, {}, "ACCOUNT", "les logements possibles sont gardés pour des mutations internes"),
        ({"reserved_to": "ALS"}, {}, "ACCOUNT", "aucun réservataire des logements possibles ne peut désigner ce ménage"),
    ],
)  # fmt: skip
def test_sentences(home: dict[str, Any], person: dict[str, Any], code: str, fr: str) -> None:
    found = miss([dwelling(**home)], **person)
    assert found[:2] == (code, fr)
    assert bool(found[2]) == bool(fr)


def test_dwellings_kept_for_others_are_told_beside_those_of_a_reservataire() -> None:
    """Giving the household to a réservataire would not open what the landlord keeps for transfers and relocations."""
    kept = [dwelling("L1", assiette_exclusion="mutation"), dwelling("L2", assiette_exclusion="sale")]
    both = "gardés pour des mutations internes ou des relogements"
    assert miss(kept)[:2] == ("ACCOUNT", f"les logements possibles sont {both}")
    assert miss([*kept, dwelling("L3", reserved_to="ALS")]) == (
        "ACCOUNT",
        f"aucun réservataire des logements possibles ne peut désigner ce ménage ; d'autres sont {both}",
        "no account of the possible dwellings can name this household; others are kept for transfers of own tenants or relocations",
    )


def test_an_adapted_dwelling_above_the_ceiling_is_not_said_to_be_missing() -> None:
    """The nearest dwelling lacks the access, another of the size has it and is above the ceiling: neither is denied."""
    homes = [dwelling("L1", financing="plai", accessible="adapted"), dwelling("L2")]
    code, fr, _ = miss(homes, mobility_need="adapted", tax_income_eur=30_000.0)
    assert code == "ACCESSIBLE" and "logement adapté libre" not in fr


def test_the_nearest_miss_is_the_furthest_check_reached_and_the_smallest_excess() -> None:
    homes = [
        dwelling("L1", commune=PONTARLIER), dwelling("L2", rooms=6), dwelling("L3", financing="plai"),
        dwelling("L4", financing="plus"),
    ]  # fmt: skip
    assert miss(homes, tax_income_eur=37_684.0)[:2] == ("CEILING", f"plafond PLUS dépassé de 100{NARROW}€")
    assert miss(homes[:3], tax_income_eur=22_651.0)[:2] == (
        "CEILING",
        f"plafond PLAI dépassé de 100{NARROW}€",
    )
    assert miss(homes[:2])[0] == "ROOMS" and miss(homes[:1])[0] == "COMMUNE"
    assert miss([])[0] == ""


def test_counts_cover_every_dwelling_held_back_or_not() -> None:
    work = {"dwelling_id": "L1", "landlord": "OPH25", "commune": BESANCON, "account": "ALS", "application_id": "A2",
            "stage": "offered", "since": "2026-11-20"}  # fmt: skip
    homes = [dwelling("L1"), dwelling("L2"), dwelling("L3", rooms=6)]
    facts = el.encode(make_case(homes, [application("A1"), application("A2")], in_progress=[work]), rules())
    counts = el.code_counts(facts)
    assert counts.sum(axis=1).tolist() == [3, 3]
    rooms, offer = el.CODES.index("ROOMS") + 1, el.CODES.index("LIVE_OFFER") + 1
    assert counts[0, [0, rooms]].tolist() == [2, 1] and counts[1, offer] == 3
    menus = el.menus(facts, rules())
    assert menus.menu_of_dwelling.tolist() == [-1, 0, -1] and menus.app.tolist() == [0]


def test_dwellings_alike_share_a_menu() -> None:
    homes = [dwelling("L1"), dwelling("L2", rent_eur=300.0, vacant_since="2026-01-01"), dwelling("L3", rooms=4),
             dwelling("L4", landlord="ESH25")]  # fmt: skip
    facts = el.encode(
        make_case(homes, [application("A1"), application("A2", current_dwelling="L2")]), rules()
    )
    menus = el.menus(facts, rules())
    assert menus.menu_of_dwelling[0] == menus.menu_of_dwelling[3], "the landlord is a question of accounts"
    assert len(np.unique(menus.menu_of_dwelling)) == 3
    assert menus.app[menus.of(1)].tolist() == [0], "nobody is proposed the dwelling they live in"


def test_empty_cases() -> None:
    for homes, people in (([], []), ([dwelling()], []), ([], [application()])):
        facts = el.encode(make_case(homes, people), rules())
        menus = el.menus(facts, rules())
        assert len(menus.app) == 0 and menus.ptr.tolist() == [0]
        assert (menus.menu_of_dwelling == -1).all() and len(menus.menu_of_dwelling) == len(homes)
        assert el.code_counts(facts).shape == (len(people), len(el.CODES) + 1)
        assert el.seats(facts, rules()) == []
