"""Design §4: one household per sentence, one dwelling, the reason read in `applications`; then the three states of Q1.

Figures of 1 July 2026 used below: PLUS ceilings outside Île-de-France 23,403 / 31,254 / 37,584 / 45,374 €; the first
quartile of Grand Besançon 9,403 € a year and consumption unit in 2026; relaxed table: 3 persons T3 or T4, 4 persons
T3 to T5, 2 persons T2 to T4, 1 person T1 to T3.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.runs import Options, propose_to
from tests.contract.writing import codes, lists, reasons, run, write

HOME = {"id": "L1", "landlord": "BAIL", "commune": "25056", "rooms": "3", "financing": "PLUS", "floor": "0"}
WHO = {
    "id": "N1", "first_registered_on": "2024-01-01", "persons": "3", "choices": "25056", "status": "active",
    "score": "10", "tax_income_eur": "20000", "monthly_income_eur": "1500", "income_status": "verified",
}  # fmt: skip


def pair(folder: Path, home: dict[str, str], who: dict[str, str], **tables: str) -> tuple[str, set[str]]:
    """(reason, flags) of one household for one dwelling; FIRST_RANK when eligible."""
    texts = []
    for base, more in ((HOME, home), (WHO, who)):
        cells = {k: v for k, v in {**base, **more}.items() if v}
        texts.append(" ".join(cells) + "\n" + " ".join(cells.values()))
    result = run(folder, dwellings=texts[0], applications=texts[1], **tables)
    flags = "|".join(result.proposals["flags"])
    return reasons(result)["N1"], {f for f in flags.split("|") if f}


CASES = {
    # INACTIVE: struck off, or no status and last renewal (else first registration) more than 13 months before
    "struck off": ({}, {"status": "struck_off"}, "INACTIVE"),
    "13 months to the day": ({}, {"status": "", "first_registered_on": "2025-06-01"}, "FIRST_RANK"),
    "a day more": ({}, {"status": "", "first_registered_on": "2025-05-31"}, "INACTIVE"),
    "renewed in time": ({}, {"status": "", "renewed_on": "2025-06-01"}, "FIRST_RANK"),
    "renewed too long ago": ({}, {"status": "", "renewed_on": "2025-05-31"}, "INACTIVE"),
    "a status settles it": ({}, {"status": "active", "first_registered_on": "2020-01-01"}, "FIRST_RANK"),
    # COMMUNE
    "elsewhere": ({}, {"choices": "25462"}, "COMMUNE"),
    "same EPCI without extend": ({}, {"choices": "25542"}, "COMMUNE"),
    "reached by extend": ({}, {"choices": "25542", "extend": "1"}, "FIRST_RANK"),
    "extend stays in its EPCI": ({}, {"choices": "25462", "extend": "1"}, "COMMUNE"),
    "perimeter replaces choices": ({}, {"dalo_perimeter": "25462"}, "COMMUNE"),
    "perimeter instead of choices": ({}, {"choices": "25462", "dalo_perimeter": "25056"}, "FIRST_RANK"),
    "another district": ({"district": "Battant"}, {"districts_wanted": "Planoise"}, "COMMUNE"),
    "its district": ({"district": "Battant"}, {"districts_wanted": "Planoise|Battant"}, "FIRST_RANK"),
    "a commune without districts": ({}, {"districts_wanted": "Planoise"}, "FIRST_RANK"),
    # ROOMS
    "too small": ({"rooms": "2"}, {}, "ROOMS"),
    "T3 written so": ({"rooms": "T3"}, {}, "FIRST_RANK"),
    "visiting children count": ({"rooms": "5"}, {"visiting_children": "1"}, "FIRST_RANK"),
    "three alone, no T5": ({"rooms": "5"}, {}, "ROOMS"),
    "wish within the table": ({"rooms": "4"}, {"rooms_wanted": "3"}, "ROOMS"),
    "wish beyond the table": ({"rooms": "2"}, {"rooms_wanted": "2"}, "ROOMS"),
    "dalo_rooms replaces the table": ({"rooms": "2"}, {"dalo_rooms": "2"}, "FIRST_RANK"),
    "dalo_rooms replaces the wish": ({"rooms": "5"}, {"dalo_rooms": "5", "rooms_wanted": "3"}, "FIRST_RANK"),
    "dalo_rooms only": ({}, {"dalo_rooms": "2"}, "ROOMS"),
    "a T1 to one person": ({"rooms": "1"}, {"persons": "1"}, "FIRST_RANK"),
    "never to a couple": ({"rooms": "1"}, {"persons": "1", "couple": "1"}, "ROOMS"),
    "never to a parent": ({"rooms": "1"}, {"persons": "1", "visiting_children": "1"}, "ROOMS"),
    # CEILING (three persons: category 3)
    "at the ceiling": ({}, {"tax_income_eur": "37584"}, "FIRST_RANK"),
    "one euro above": ({}, {"tax_income_eur": "37585"}, "CEILING"),
    "derogation": ({"ceiling_factor": "1.3"}, {"tax_income_eur": "48859"}, "FIRST_RANK"),
    "above the derogation": ({"ceiling_factor": "1.3"}, {"tax_income_eur": "48860"}, "CEILING"),
    "N-1 lower by ten per cent": (
        {}, {"tax_income_eur": "40000", "tax_income_n1_eur": "36000"}, "FIRST_RANK",
    ),
    "N-1 lower by less": ({}, {"tax_income_eur": "40000", "tax_income_n1_eur": "36001"}, "CEILING"),
    "higher N-1 is not looked at": ({}, {"tax_income_eur": "20000", "tax_income_n1_eur": "90000"}, "FIRST_RANK"),
    "visiting children are not for ceilings": (
        {}, {"tax_income_eur": "37585", "visiting_children": "1"}, "CEILING",
    ),
    "lone parent of five": (
        {"rooms": "6"},
        {"tax_income_eur": "66866", "persons": "6", "adults": "1", "dependants": "5"}, "FIRST_RANK",
    ),
    "lone parent of five, above": (
        {"rooms": "6"},
        {"tax_income_eur": "66867", "persons": "6", "adults": "1", "dependants": "5"}, "CEILING",
    ),
    "category given": ({}, {"tax_income_eur": "45374", "household_category": "4"}, "FIRST_RANK"),
    # ACCESSIBLE
    "need adapted": ({"accessible": "accessible"}, {"mobility_need": "adapted"}, "ACCESSIBLE"),
    "need adapted, met": ({"accessible": "adapted"}, {"mobility_need": "adapted"}, "FIRST_RANK"),
    "need accessible": ({"accessible": "none"}, {"mobility_need": "accessible"}, "ACCESSIBLE"),
    "need accessible, met": ({"accessible": "accessible"}, {"mobility_need": "accessible"}, "FIRST_RANK"),
    "any need, upstairs": ({"floor": "2", "lift": "0"}, {"mobility_need": "no_stairs"}, "ACCESSIBLE"),
    "adapted but upstairs": (
        {"accessible": "adapted", "floor": "1", "lift": "0"}, {"mobility_need": "adapted"}, "ACCESSIBLE",
    ),
    "upstairs with a lift": ({"floor": "2", "lift": "1"}, {"mobility_need": "no_stairs"}, "FIRST_RANK"),
    # OWN_DWELLING
    "present dwelling": ({}, {"current_dwelling": "L1"}, "OWN_DWELLING"),
    # ACCOUNT
    "nobody names it": ({"reserved_to": "ALS"}, {}, "ACCOUNT"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_codes(tmp_path: Path, name: str) -> None:
    home, who, expected = CASES[name]
    assert pair(tmp_path, home, who)[0] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("L1 N1 forbid medical s .", "FORBIDDEN"),
        (". N1 forbid withdrawn s .", "FORBIDDEN"),
        ("L1 N1 forbid medical s 2026-06-30", "FIRST_RANK"),
        ("L1 N1 forbid medical s 2026-07-01", "FORBIDDEN"),
    ],
)
def test_decisions(tmp_path: Path, line: str, expected: str) -> None:
    table = f"dwelling_id application_id decision reason author expires_on\n{line}"
    assert pair(tmp_path, {}, {}, decisions=table)[0] == expected


def test_a_decision_without_a_reason_is_told_once(tmp_path: Path) -> None:
    home, who = (" ".join(cells) + "\n" + " ".join(cells.values()) for cells in (HOME, WHO))
    table = "dwelling_id application_id decision reason author\nL1 N1 forbid . s"
    assert codes(tmp_path, dwellings=home, applications=who, decisions=table) == ["READ_VALUE_MISSING"]


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("oriented", "FIRST_RANK"),
        ("nominated", "FIRST_RANK"),
        ("commission", "LIVE_OFFER"),
        ("offered", "LIVE_OFFER"),
    ],
)
def test_live_offers(tmp_path: Path, stage: str, expected: str) -> None:
    table = f"""
        dwelling_id landlord commune account application_id stage   since
        X9          BAIL     25056   BAILLEUR N1            {stage} 2026-06-25
    """
    assert pair(tmp_path, {}, {}, in_progress=table)[0] == expected


@pytest.mark.parametrize(
    ("home", "who", "flags"),
    [
        ({}, {}, set()),
        ({}, {"status": "", "renewed_on": "2025-07-02"}, set()),
        ({}, {"status": "", "renewed_on": "2025-07-01"}, {"TO_RENEW"}),
        ({}, {"status": "", "renewed_on": "2025-06-01"}, {"TO_RENEW"}),
        ({}, {"tax_income_eur": ""}, {"CEILING_UNCHECKED"}),
        ({}, {"monthly_income_eur": ""}, {"INCOME_MISSING"}),
        ({}, {"monthly_income_eur": "0", "income_status": "declared"}, {"INCOME_MISSING"}),
        ({}, {"monthly_income_eur": "0"}, set()),
    ],
)
def test_flags(tmp_path: Path, home: dict[str, str], who: dict[str, str], flags: set[str]) -> None:
    assert pair(tmp_path, home, who) == ("FIRST_RANK", flags)


def test_first_code_is_the_reason(tmp_path: Path) -> None:
    """Two defects each: the first in the order of the table is told."""
    two = {
        "COMMUNE": ({"rooms": "2"}, {"choices": "25462"}),
        "ROOMS": ({"rooms": "2"}, {"tax_income_eur": "99000"}),
        "CEILING": ({"accessible": "none"}, {"tax_income_eur": "99000", "mobility_need": "adapted"}),
        "ACCESSIBLE": ({}, {"mobility_need": "adapted", "current_dwelling": "L1"}),
        "OWN_DWELLING": ({"reserved_to": "ALS"}, {"current_dwelling": "L1"}),
    }
    for i, (expected, (home, who)) in enumerate(two.items()):
        assert pair(tmp_path / str(i), home, who)[0] == expected


def test_three_states_of_the_first_quartile(tmp_path: Path) -> None:
    """12 × income / UC ≤ 9,403. Three persons of whom one child: UC 1.8, so 1,410.45 € a month is the last Q1."""
    result = run(
        tmp_path,
        settings={"shortlist_size": "9"},
        dwellings="""
            id landlord commune rooms financing qpv
            L1 BAIL     25056   3     PLUS      0
        """,
        applications="""
            id   first_registered_on persons choices status score children_under_14 monthly_income_eur income_status
            last 2024-01-01 3 25056 active 90 1 1410.45 declared
            next 2024-01-01 3 25056 active 80 1 1410.46 declared
            big  2024-01-01 3 25056 active 70 0 1567.16 verified
            more 2024-01-01 3 25056 active 60 0 1567.17 verified
            none 2024-01-01 3 25056 active 50 0 .       verified
            said 2024-01-01 3 25056 active 40 0 0       declared
            zero 2024-01-01 3 25056 active 30 0 0       verified
            bare 2024-01-01 3 25056 active 20 0 0       .
        """,
    )
    assert lists(result)["L1"] == ["BAILLEUR", "last", "next", "big", "more", "none", "said", "zero", "bare"]
    assert list(result.proposals["q1"]) == ["yes", "no", "yes", "no", "unknown", "unknown", "yes", "unknown"]


OVERSEAS = {
    "LLS: 37,584 € less a tenth": ({}, {"tax_income_eur": "33826"}, "FIRST_RANK"),
    "LLS: an euro more": ({}, {"tax_income_eur": "33827"}, "CEILING"),
    "LLTS: 67.5 % of it, more than the PLAI of the mainland": (
        {"financing": "PLAI"}, {"tax_income_eur": "25369"}, "FIRST_RANK",
    ),
    "LLTS: an euro more": ({"financing": "PLAI"}, {"tax_income_eur": "25370"}, "CEILING"),
    "PLS: LLS and 30 %": ({"financing": "PLS"}, {"tax_income_eur": "43973"}, "FIRST_RANK"),
    "PLS: an euro more": ({"financing": "PLS"}, {"tax_income_eur": "43974"}, "CEILING"),
}  # fmt: skip


@pytest.mark.parametrize("title", OVERSEAS)
def test_overseas_has_its_own_ceilings(tmp_path, title):
    """Saint-Denis of La Réunion, three persons; the run is verified by the second program."""
    home, who, reason = OVERSEAS[title]
    line = "landlord departement year account share management_mode\nBAIL 974 2026 BAILLEUR 0 delegated"
    there = {"commune": "97411"}
    got, _ = pair(
        tmp_path,
        {**home, **there},
        {**who, "choices": "97411"},
        conventions=line,
        settings={"territory": "france"},
    )
    assert got == reason


CITY = {
    "Paris stands for its arrondissements": ("75118", "75056", "FIRST_RANK"),
    "Lyon too": ("69383", "69123", "FIRST_RANK"),
    "Marseille too": ("13213", "13055", "FIRST_RANK"),
    "an arrondissement by its number": ("75118", "PARIS~18", "FIRST_RANK"),
    "by its postal code": ("13208", "13008~Marseille", "FIRST_RANK"),
    "another number": ("75118", "Paris~13ème~arrdt", "COMMUNE"),
    "an arrondissement is not another one": ("75118", "75113", "COMMUNE"),
    "a dwelling known by its city alone answers to no arrondissement": ("75056", "75118", "COMMUNE"),
}


@pytest.mark.parametrize("title", CITY)
def test_a_city_and_its_arrondissements(tmp_path, title):
    """Whoever asked for « Paris » was out of the area of every dwelling of Paris, without a word."""
    commune, choices, reason = CITY[title]
    line = f"landlord departement year account share management_mode\nBAIL {commune[:2]} 2026 BAILLEUR 0 delegated"
    got, _ = pair(
        tmp_path,
        {"commune": commune},
        {"choices": choices},
        conventions=line,
        settings={"territory": "france"},
    )
    assert got == reason


def test_an_arrondissement_has_the_rank_of_its_city_or_its_own_where_it_is_better(tmp_path):
    """fit = 10 × (1 − (rank − 1)/8): Paris asked second gives 8.75 in the 18th, asked before Paris it gives 10."""
    homes = "id landlord commune rooms financing\n" + "".join(f"L{i} BAIL 75118 6 PLUS\n" for i in range(3))
    people = [("N1", "93066|75056"), ("N2", "75118|75056"), ("N3", "75056|75118")]
    who = "id first_registered_on persons choices status tax_income_eur\n" + "".join(
        f"{name} 2024-01-01 6 {choices} active 9000\n" for name, choices in people
    )
    line = "landlord departement year account share management_mode\nBAIL 75 2026 BAILLEUR 0 delegated"
    result = run(
        tmp_path, dwellings=homes, applications=who, conventions=line, settings={"territory": "france"}
    )
    first = result.proposals[result.proposals["rank"] == 1].set_index("application_id")["fit"]
    five = float(first["N2"]) - 10  # first choice of rooms, the same for all
    assert {name: float(fit) - five for name, fit in first.items()} == {"N1": 8.75, "N2": 10, "N3": 10}


def test_the_sheet_of_an_arrondissement_names_the_maire_of_the_city(tmp_path):
    """The maires of arrondissements have no vote (CCH L. 441-2): « maire de Paris 18e Arrondissement » stood among the voices."""
    line = "landlord departement year account share management_mode\nBAIL 75 2026 BAILLEUR 0 delegated"
    home = "id landlord commune rooms financing\nL1 BAIL 75118 3 PLUS"
    who = "id first_registered_on persons choices status\nN1 2024-01-01 3 75056 active"
    case = write(
        tmp_path / "case",
        dwellings=home,
        applications=who,
        conventions=line,
        settings={"territory": "france"},
    )
    propose_to(case, tmp_path / "out", Options(accept_assumed=True, pdf=False))
    page = (tmp_path / "out" / "sheets.html").read_text(encoding="utf-8")
    assert "maire de Paris," in page and "maire de Paris 18" not in page


def test_an_agreement_on_a_whole_city_is_told_where_its_dwellings_bear_arrondissements(tmp_path):
    home = "id landlord commune rooms financing\nL1 BAIL 69383 3 PLUS"
    who = "id first_registered_on persons choices status\nN1 2024-01-01 3 69123 active"
    lines = "landlord departement year account share\nBAIL 69 2026 COLL:69123 0.2\nBAIL 69 2026 COLL:25 0.1"
    found = codes(
        tmp_path, dwellings=home, applications=who, conventions=lines, settings={"territory": "france"}
    )
    assert found == ["ELIG_AREA_ELSEWHERE", "ELIG_AREA_WHOLE_CITY"]
