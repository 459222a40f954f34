"""Design §5: score, percentile, fit, value, objective, ties — worked out by hand."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path

import pytest

from optimizer import importers
from optimizer.runs import Options, propose_to
from optimizer.verify import verify
from tests.contract.writing import lists, run, write

HOME = """
    id landlord commune rooms financing
    L1 BAIL     25056   3     PLUS
"""


def lines(result: object, column: str) -> dict[str, float]:
    """Application -> a column of its line."""
    table = result.proposals  # type: ignore[attr-defined]
    return dict(zip(table["application_id"], table[column], strict=True))


def test_preference_points(tmp_path: Path) -> None:
    """10·max(0, 1 − (rank − 1)/8): 10, 8.75, … 1.25, then 0; 0 when reached by `extend`. No room points: T4 for three."""
    towns = ["25462", "25388", "25014", "25030", "25035", "25036", "25058", "25073", "25084"]
    rows = []
    for rank in (1, 2, 3, 8, 9, 10):
        choices = "|".join([*towns[: rank - 1], "25056"])
        rows.append(f"R{rank:02d} 2024-01-01 3 {choices} active {100 - rank} .")
    rows.append("far 2024-01-01 3 25542 active 50 1")
    people = "id first_registered_on persons choices status score extend\n" + "\n".join(rows)
    home = HOME.replace("   3     PLUS", "   4     PLUS")
    result = run(tmp_path, settings={"shortlist_size": "9"}, dwellings=home, applications=people)
    assert lines(result, "fit") == {
        "R01": 10.0, "R02": 8.75, "R03": 7.5, "R08": 1.25, "R09": 0.0, "R10": 0.0, "far": 0.0,
    }  # fmt: skip


def test_rooms_access_and_vacancy_points(tmp_path: Path) -> None:
    """+5 first choice of the table (T3 for three), +500 adapted for adapted, + days/10 up to 20 (23 days: 2.30)."""
    result = run(
        tmp_path,
        dwellings="""
            id landlord commune rooms financing accessible floor vacant_since
            L1 BAIL     25056   3     PLUS      none       0     2026-06-08
            L2 BAIL     25056   4     PLUS      none       0     2025-01-01
            L3 BAIL     25056   3     PLUS      adapted    0     2026-07-01
            L4 BAIL     25056   3     PLUS      adapted    0     .
        """,
        applications="""
            id first_registered_on persons choices status score mobility_need rooms_wanted
            N1 2024-01-01          3       25056   active 50    .             3
            N2 2024-01-01          3       25056   active 40    .             4
            N3 2024-01-01          3       25056   active 30    adapted       .
        """,
    )
    firsts = result.proposals[result.proposals["rank"] == 1].set_index("dwelling_id")
    assert firsts.loc["L1", "fit"] == 10 + 5 + 2.3
    assert firsts.loc["L2", "fit"] == 10 + 20
    adapted = firsts[firsts["application_id"] == "N3"].iloc[0]
    assert adapted["fit"] == 10 + 5 + 500
    lines_ = result.proposals
    whole = 20_000 + lines_["score"] + lines_["fit"] - lines_["burden"] + lines_["lean"]
    assert (lines_["value"] == whole).all()


def test_points_of_one_grid_stay_points(tmp_path: Path) -> None:
    people = """
        id first_registered_on persons choices status score
        N1 2024-01-01          3       25056   active 12.5
        N2 2024-01-01          3       25056   active 7
    """
    assert lines(run(tmp_path, dwellings=HOME, applications=people), "score") == {"N1": 12.5, "N2": 7.0}


def test_a_score_of_more_than_two_decimals_is_read_half_up(tmp_path: Path) -> None:
    """Design §2. In binary 4.015 and 1.005 are a little less: 4.02 is before 4.01 all the same, and both checks say so."""
    people = """
        id first_registered_on persons choices status score
        N1 2024-01-01          3       25056   active 4.015
        N2 2023-01-01          3       25056   active 4.014
        N3 2024-01-01          3       25056   active 1.005
        N4 2024-01-01          3       25056   active -0.145
    """
    read = {"N1": 4.02, "N2": 4.01, "N3": 1.01, "N4": -0.14}
    result = run(tmp_path / "case", settings={"shortlist_size": "4"}, dwellings=HOME, applications=people)
    assert lines(result, "score") == read
    (told,) = (f.text("fr") for f in importers.read(tmp_path / "case").warnings if f.column == "score")
    assert (
        "« 4.015 » est lu 4,02, « 4.014 » est lu 4,01, « 1.005 » est lu 1,01, « -0.145 » est lu -0,14" in told
    )
    propose_to(tmp_path / "case", tmp_path / "out", Options(accept_assumed=True, pdf=False))
    assert not verify(tmp_path / "out", tmp_path / "case").refused


TWO_TOWNS = """
    id landlord commune rooms financing
    L1 BAIL     25056   3     PLUS
    L2 BAIL     25462   3     PLUS
"""
EIGHT = """
    id first_registered_on persons choices     status
    N1 2024-01-01          3       25056       active
    N2 2024-01-02          3       25056       active
    N3 2024-01-03          3       25056       active
    N4 2024-01-04          3       25056|25462 active
    P1 2024-01-05          3       25462       active
    P2 2024-01-06          3       25462       active
    P3 2024-01-07          3       25462       active
    P5 2024-01-08          3       25462       active
"""


def test_percentile_where_two_territories_meet(tmp_path: Path) -> None:
    """100 × mid-rank: (below + half of the equal ones) / n. In Besançon 10, 20, 20, 40: 12.5, 50, 50, 87.5.

    In Pontarlier 5, 40, 40, 40, 90: 10, 50, 50, 50, 90. N4 asks for both and has a percentile in each.
    """
    result = run(
        tmp_path,
        settings={"shortlist_size": "9"},
        dwellings=TWO_TOWNS,
        applications=EIGHT,
        scores="""
            application_id epci      grid score
            N1             242500361 g    10
            N2             242500361 g    20
            N3             242500361 g    20
            N4             242500361 g    40
            N4             242500338 g    40
            P1             242500338 g    5
            P2             242500338 g    40
            P3             242500338 g    40
            P5             242500338 g    90
        """,
    )
    found = {(line.dwelling_id, line.application_id): line.score for line in result.proposals.itertuples()}
    expected = {
        ("L1", "N1"): 12.5, ("L1", "N2"): 50.0, ("L1", "N3"): 50.0, ("L1", "N4"): 87.5,
        ("L2", "P1"): 10.0, ("L2", "P2"): 50.0, ("L2", "P3"): 50.0, ("L2", "P5"): 90.0,
    }  # fmt: skip
    assert {pair: found[pair] for pair in expected} == expected
    assert found.get(("L2", "N4"), 50.0) == 50.0


def test_percentile_inside_each_grid_of_one_territory(tmp_path: Path) -> None:
    """Two grids in one EPCI: 10, 30 of one are 25 and 75; 1, 2, 3, 3 of the other 12.5, 37.5, 75 and 75."""
    people = "\n".join(line for line in EIGHT.strip().splitlines() if " P5" not in line)
    result = run(
        tmp_path,
        settings={"shortlist_size": "9"},
        dwellings=HOME,
        applications=people.replace("25056|25462", "25056").replace("25462", "25056"),
        scores="""
            application_id epci      grid score
            N1             242500361 a    10
            N2             242500361 a    30
            N3             242500361 b    1
            N4             242500361 b    2
            P1             242500361 b    3
            P2             242500361 b    3
        """,
    )
    found = lines(result, "score")
    assert {a: found[a] for a in ("N1", "N2", "N3", "N4", "P1", "P2")} == {
        "N1": 25.0, "N2": 75.0, "N3": 12.5, "N4": 37.5, "P1": 75.0, "P2": 75.0,
    }  # fmt: skip


def test_objective_is_values_less_priced_shortfalls(tmp_path: Path) -> None:
    """Σ value − Σ price × shortfall, from the published lines and rows alone."""
    result = run(
        tmp_path,
        conventions="""
            landlord departement year account share
            BAIL     25          2026 ALS     0.6
        """,
        dwellings="""
            id landlord commune rooms financing qpv
            L1 BAIL     25056   3     PLUS      0
            L2 BAIL     25056   3     PLUS      0
            L3 BAIL     25056   3     PLUS      1
            L4 BAIL     25056   3     PLUS      0
        """,
        applications="""
            id first_registered_on persons choices status score als_employee monthly_income_eur
            N1 2024-01-01          3       25056   active 50    1            2500
            N2 2024-01-02          3       25056   active 40    .            2500
            N3 2024-01-03          3       25056   active 30    .            900
            N4 2024-01-04          3       25056   active 20    .            900
        """,
    )
    firsts = result.proposals[result.proposals["rank"] == 1]
    value = sum(Decimal(str(x)) for x in firsts["value"])
    cost = sum(
        Decimal(str(p)) * Decimal(str(s))
        for p, s in zip(result.rules["price"], result.rules["shortfall"], strict=True)
    )
    assert Decimal(str(result.certificate["objective"])) == value - cost
    assert len(firsts) == 4 and cost > 0


def h(application: str, dwelling: str, account: str) -> int:
    """First 20 bits of SHA-256 of ``seed|application_id|dwelling_id|account``."""
    digest = hashlib.sha256(f"contrat|{application}|{dwelling}|{account}".encode()).digest()
    return int.from_bytes(digest, "big") >> 236


def test_ties_go_to_seniority_then_to_the_draw(tmp_path: Path) -> None:
    people = """
        id first_registered_on persons choices status score
        N1 2024-01-02          3       25056   active 50
        N2 2024-01-01          3       25056   active 50
        N3 2024-01-02          3       25056   active 50
    """
    senior = run(tmp_path / "a", dwellings=HOME, applications=people)
    assert lists(senior)["L1"][1] == "N2"
    equal = people.replace("2024-01-01", "2024-01-02")
    drawn = run(tmp_path / "b", dwellings=HOME, applications=equal)
    order = sorted(("N1", "N2", "N3"), key=lambda a: -h(a, "L1", "BAILLEUR"))
    assert lists(drawn)["L1"] == ["BAILLEUR", *order]
    stages = drawn.certificate["stages"]
    # 2 January 2024 to 1 July 2026: 364 + 365 + 181 + 1 days
    assert stages["seniority_days"] == 911
    assert stages["lottery"] == h(order[0], "L1", "BAILLEUR")


def test_sum_of_seniority_counts_not_each_household(tmp_path: Path) -> None:
    """Two dwellings of two sizes: of the equal optima, the one with the largest sum of days over the first ranks."""
    result = run(
        tmp_path,
        dwellings="""
            id landlord commune rooms financing
            L1 BAIL     25056   3     PLUS
            L2 BAIL     25056   2     PLUS
        """,
        applications="""
            id first_registered_on persons choices status score
            N1 2020-01-01          2       25056   active 50
            N2 2020-01-02          3       25056   active 50
            N3 2025-01-01          2       25056   active 50
        """,
    )
    # N1 suits both, N2 L1 only, N3 both; first choice of two persons is a T3, of three a T3:
    # L1 to N2 and L2 to N1 is worth as much as L1 to N1 and L2 to N3, or L1 to N2 and L2 to N3, and more days than both
    firsts = {d: names[1] for d, names in lists(result).items()}
    assert firsts == {"L1": "N2", "L2": "N1"}


@pytest.mark.parametrize("size", [1, 3, 5])
def test_one_first_rank_per_dwelling_and_per_household(tmp_path: Path, size: int) -> None:
    homes = "id landlord commune rooms financing\n" + "\n".join(
        f"L{i} BAIL 25056 3 PLUS" for i in range(size)
    )
    result = run(
        tmp_path,
        dwellings=homes,
        applications="""
            id first_registered_on persons choices status score
            N1 2024-01-01          3       25056   active 50
            N2 2024-01-02          3       25056   active 40
            N3 2024-01-03          3       25056   active 30
        """,
    )
    firsts = result.proposals[result.proposals["rank"] == 1]
    assert (
        len(firsts) == min(size, 3) and firsts["application_id"].is_unique and firsts["dwelling_id"].is_unique
    )


def test_without_a_grid_the_percentile_of_seniority(tmp_path: Path) -> None:
    """No grid: 900, 600, 600 and 100 days: 87.5, 50, 50, 12.5, and it is said on the page."""
    result = run(
        tmp_path,
        settings={"shortlist_size": "4", "changes": '{"territory.grid": none}'},
        dwellings=HOME,
        applications="""
            id first_registered_on persons choices status
            N1 2024-01-13          3       25056   active
            N2 2024-11-08          3       25056   active
            N3 2024-11-08          3       25056   active
            N4 2026-03-23          3       25056   active
        """,
    )
    assert lines(result, "score") == {"N1": 87.5, "N2": 50.0, "N3": 50.0, "N4": 12.5}


def test_ages_are_full_years_on_the_date_of_the_case(tmp_path: Path) -> None:
    """Born the day before: 0 years, a person and a child; 14 and 18 are reached on the birthday. Both readings count them alike."""
    people = """
        id first_registered_on choices status score monthly_income_eur income_status date_naissance_1 date_naissance_2 date_naissance_3 date_naissance_4 date_naissance_5
        N1 2024-01-01          25056   active 40    2000               verified      1990-07-01       2026-06-30       2012-07-01       2012-07-02       2008-07-02
        N2 2024-01-01          25056   active 30    2000               verified      2008-07-01       .                .                .                .
    """  # fmt: skip
    home = HOME.replace("   3     PLUS", "   4     PLUS")
    case = tmp_path / "case"
    result = run(case, settings={"shortlist_size": "3"}, dwellings=home, applications=people)
    read = importers.read(case).table("applications").set_index("application_id")
    # adult; 0 and 13 under 14; 14 and 17 are neither
    assert read.loc["N1", ["persons", "adults", "children_under_14"]].tolist() == [5, 1, 2]
    assert read.loc["N2", ["persons", "adults", "children_under_14"]].tolist() == [1, 1, 0]
    assert list(lines(result, "score")) == ["N1"]
    propose_to(case, tmp_path / "out", Options(accept_assumed=True, pdf=False))
    assert not verify(tmp_path / "out", case).refused


def test_amounts_of_the_allowance_that_a_scenario_gives_are_read_to_the_cent(tmp_path: Path) -> None:
    """151,428 is 151,43 and 4,015 half-up 4,02, for the verifier as for the engine (it refused such a proposal)."""
    case = write(
        tmp_path / "case",
        settings={
            "changes": "{national.housing_allowance.personal_share.minimum: 151.428, national.housing_allowance.flat_cut: 4.015}"
        },
        dwellings="""
            id landlord commune rooms financing rent_eur charges_eur
            L1 BAIL     25056   3     PLUS      700      60
        """,
        applications="""
            id first_registered_on persons adults children_under_14 choices status score monthly_income_eur income_status
            N1 2024-01-01          3       2      1                 25056   active 10    1000               verified
        """,
    )
    done = propose_to(case, tmp_path / "out", Options(accept_assumed=True, pdf=False))
    assert "ALLOWANCE_ESTIMATED" in done.result.proposals["flags"].iloc[0]
    assert done.verdict == "certified" and not verify(tmp_path / "out", case).refused
