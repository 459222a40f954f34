"""Design §6, second half: ranks 2…k and leapfrogs, the lists written by hand before the run is looked at."""

from __future__ import annotations

import hashlib
from itertools import permutations
from pathlib import Path

from optimizer.runs import Result
from tests.contract.writing import lists, run

ONE = """
    id landlord commune rooms financing qpv
    L1 BAIL     25056   3     PLUS      0
"""


def h(application: str, dwelling: str, account: str = "BAILLEUR") -> int:
    digest = hashlib.sha256(f"contrat|{application}|{dwelling}|{account}".encode()).digest()
    return int.from_bytes(digest, "big") >> 236


def why(result: Result) -> dict[tuple[int, str], str]:
    """(rank, application passed) -> explained_by, one dwelling; the rule without its price."""
    found = result.leapfrogs
    return {
        (int(line.rank), str(line.application_id_passed)): str(line.explained_by).partition("[")[0]
        for line in found[found["application_id_passed"] != ""].itertuples()
    }


def test_rank_by_rank_and_two_lists_at_most(tmp_path: Path) -> None:
    """Three equal dwellings, six households of one seniority: 90 80 70 first; 60 twice, 50 twice, 40 twice.

    Of the six ways to place the three first ranks, the largest sum of h. Then by (h, id): the first two dwellings take
    the household of 60 points, which is then on two lists, the third takes the one of 50; and so on for rank 3.
    """
    result = run(
        tmp_path,
        dwellings="""
            id landlord commune rooms financing qpv
            L1 BAIL     25056   3     PLUS      0
            L2 BAIL     25056   3     PLUS      0
            L3 BAIL     25056   3     PLUS      0
        """,
        applications="""
            id first_registered_on persons choices status score
            N1 2024-01-01          3       25056   active 90
            N2 2024-01-01          3       25056   active 80
            N3 2024-01-01          3       25056   active 70
            N4 2024-01-01          3       25056   active 60
            N5 2024-01-01          3       25056   active 50
            N6 2024-01-01          3       25056   active 40
        """,
    )
    homes = ("L1", "L2", "L3")
    firsts = max(
        permutations(("N1", "N2", "N3")), key=lambda p: sum(h(a, d) for a, d in zip(p, homes, strict=True))
    )
    expected = {d: ["BAILLEUR", a] for d, a in zip(homes, firsts, strict=True)}
    turn = sorted(homes, key=lambda d: (h(expected[d][1], d), d))
    for d, names in zip(turn, (("N4", "N5"), ("N4", "N6"), ("N5", "N6")), strict=True):
        expected[d] += names
    assert lists(result) == expected


def test_seniority_breaks_equal_values_in_the_reserve(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        dwellings=ONE,
        applications="""
            id first_registered_on persons choices status score
            N1 2024-01-01          3       25056   active 90
            N2 2024-01-03          3       25056   active 50
            N3 2024-01-02          3       25056   active 50
            N4 2024-01-04          3       25056   active 50
        """,
    )
    assert lists(result)["L1"] == ["BAILLEUR", "N1", "N3", "N2"]


MIXED = """
    id first_registered_on persons choices status score priority_codes
    N1 2024-01-01          3       25056   active {top} {code}
    N2 2024-01-02          3       25056   active 80    DALO
    N3 2024-01-03          3       25056   active 70    .
    N4 2024-01-04          3       25056   active 60    .
"""
BLOCK_DALO_ROW = {"changes": "{national.prices.dalo: 0, national.prices.priority_publics: 0}"}


def test_a_dalo_household_is_never_filler(tmp_path: Path) -> None:
    """Behind a first rank that is not DALO it is left out; behind a DALO it comes by its value."""
    common = {"settings": BLOCK_DALO_ROW, "dwellings": ONE}
    other = run(tmp_path / "a", applications=MIXED.format(top=90, code="."), **common)
    assert lists(other)["L1"] == ["BAILLEUR", "N1", "N3", "N4"]
    assert why(other) == {(2, "N2"): "class", (3, "N2"): "class"}
    behind = run(tmp_path / "b", applications=MIXED.format(top=90, code="DALO"), **common)
    assert lists(behind)["L1"] == ["BAILLEUR", "N1", "N2", "N3"]


FIVE_LEASES = "dwelling_id landlord commune qpv account signed_on q1\n" + "\n".join(
    f"B{i} BAIL 25056 0 BAILLEUR 2026-02-0{i} no" for i in range(1, 6)
)
QUARTILES = """
    id first_registered_on persons choices status score monthly_income_eur income_status
    N1 2024-01-01          3       25056   active 90    3000               verified
    N2 2024-01-02          3       25056   active 80    3000               verified
    N3 2024-01-03          3       25056   active 10    900                verified
    N4 2024-01-04          3       25056   active 5     900                verified
    N5 2024-01-05          3       25056   active 70    .                  .
"""


def test_the_class_of_a_binding_rule_comes_first(tmp_path: Path) -> None:
    """Five leases, none Q1: F = 5.0829, rate 0.25 × 10.0829 / 5.0829 = 0.4959; missing it costs 991.80 points.

    So N3 (10 points, Q1) is first before N1 (90); then the other Q1, then by value. N1 and N2 are passed by the rule at
    rank 1 and by the class at rank 2; N5, unknown income, too.
    """
    result = run(tmp_path, dwellings=ONE, leases=FIVE_LEASES, applications=QUARTILES)
    assert lists(result)["L1"] == ["BAILLEUR", "N3", "N4", "N1"]
    found = why(result)
    assert {found[1, a] for a in ("N1", "N2", "N5")} == {"lec_q1_outside_qpv"}
    assert {found[2, a] for a in ("N1", "N2", "N5")} == {"class"}
    assert not [key for key in found if key[0] == 3], "nobody with more points than N1 is passed at rank 3"
    [first] = result.leapfrogs[
        (result.leapfrogs["rank"] == 1) & (result.leapfrogs["application_id_passed"] == "N1")
    ].to_dict("records")
    assert first["points_gap"] == 80
    assert first["explained_by"].endswith("@2000")
    reason = result.proposals.iloc[0]["reason"]
    assert "3 demandes mieux cotées" in reason and "QPV" in reason, "the reason stands on the line itself"


def test_no_class_when_the_rule_does_not_bind(tmp_path: Path) -> None:
    """Enough Q1 leases were signed: the rate is 0, the lists follow the values."""
    signed = FIVE_LEASES.replace(" no", " yes")
    result = run(tmp_path, dwellings=ONE, leases=signed, applications=QUARTILES)
    assert lists(result)["L1"] == ["BAILLEUR", "N1", "N2", "N5"]
    assert len(result.leapfrogs) == 0


def test_fit_explains(tmp_path: Path) -> None:
    """N2 has 4 points more, and asks for Besançon second only (8.75 instead of 10) with another size in mind."""
    result = run(
        tmp_path,
        dwellings=ONE,
        applications="""
            id first_registered_on persons choices     status score
            N1 2024-01-01          3       25056       active 50
            N2 2024-01-02          3       25462|25056 active 51
            N3 2024-01-03          3       25056       active 40
        """,
    )
    assert lists(result)["L1"] == ["BAILLEUR", "N1", "N2", "N3"]
    assert why(result) == {(1, "N2"): "fit"}


def test_a_pin_explains(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        dwellings=ONE,
        applications=QUARTILES,
        decisions="""
            dwelling_id application_id decision reason  author
            L1          N4             pin      promise s
        """,
    )
    assert lists(result)["L1"] == ["BAILLEUR", "N4", "N1", "N2"]
    assert set(why(result).values()) == {"pin"}
    assert set(why(result)) == {(1, "N1"), (1, "N2"), (1, "N3"), (1, "N5")}


def test_places_explain(tmp_path: Path) -> None:
    """The household of 60 points is on two lists when the third dwelling fills its rank 2 with the one of 50."""
    result = run(
        tmp_path,
        settings={"shortlist_size": "2"},
        dwellings="""
            id landlord commune rooms financing qpv
            L1 BAIL     25056   3     PLUS      0
            L2 BAIL     25056   3     PLUS      0
            L3 BAIL     25056   3     PLUS      0
        """,
        applications="""
            id first_registered_on persons choices status score
            N1 2024-01-01          3       25056   active 90
            N2 2024-01-01          3       25056   active 80
            N3 2024-01-01          3       25056   active 70
            N4 2024-01-01          3       25056   active 60
            N5 2024-01-01          3       25056   active 50
        """,
    )
    [line] = result.leapfrogs.to_dict("records")
    assert (line["rank"], line["application_id_ahead"], line["application_id_passed"]) == (2, "N5", "N4")
    assert (line["explained_by"], line["points_gap"]) == ("places", 10)


def test_a_nomination_explains(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        conventions="""
            landlord departement year account share management_mode
            BAIL     25          2026 ALS     0.4   direct
        """,
        dwellings=ONE.replace("qpv\n", "qpv reserved_to\n").replace("   0\n", "   0 ALS\n"),
        applications="""
            id first_registered_on persons choices status score als_employee
            N1 2024-01-01          3       25056   active 90    1
            N2 2024-01-02          3       25056   active 50    1
            N3 2024-01-03          3       25056   active 40    1
        """,
        nominations="""
            account application_id dwelling_id rank
            ALS     N3             L1          1
            ALS     N2             L1          2
        """,
    )
    assert lists(result)["L1"] == ["ALS", "N3", "N2"]
    assert why(result)[1, "N2"] == "nomination"


def test_a_short_list_says_why_and_one_is_enough_for_a_relocation(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        dwellings="""
            id landlord commune rooms financing assiette_exclusion
            L1 BAIL     25056   3     PLUS      none
            L2 BAIL     25056   3     PLUS      anru
            L3 BAIL     25056   6     PLUS      none
        """,
        applications="""
            id first_registered_on persons choices status score relocation
            N1 2024-01-01          3       25056   active 90    .
            N2 2024-01-02          3       25056   active 50    .
            N3 2024-01-03          3       25056   active 40    NPNRU
        """,
    )
    assert lists(result) == {"L1": ["BAILLEUR", "N1", "N2"], "L2": ["RELOGEMENT", "N3"]}
    homes = result.dwellings.set_index("dwelling_id")
    assert "insuffisance de candidats" in homes.loc["L1", "reason_if_short"]
    assert "suffit" in homes.loc["L2", "reason_if_short"]
    assert homes.loc["L3", "status"] == "no_candidate" and homes.loc["L3", "reason_if_short"]


def test_a_list_of_flagged_files_has_no_serious_candidate(tmp_path: Path) -> None:
    """Every line flagged: said on the list; one clean file is enough for silence."""
    people = """
        id first_registered_on persons choices status score dossier   tax_income_eur monthly_income_eur
        N1 2024-01-01          3       25056   active 90    to_verify 15000          1500
        N2 2024-01-02          3       25056   active 80    .         .              1500
        N3 2024-01-03          3       25056   active 70    .         15000          {income}
    """
    for income, said in ((".   ", True), ("1500", False)):
        result = run(tmp_path / income.strip("."), dwellings=ONE, applications=people.format(income=income))
        [home] = result.dwellings.to_dict("records")
        assert home["candidates"] == 3
        assert ("sans candidat sérieux" in home["reason_if_short"]) == said
        assert bool(home["reason_if_short"]) == said


def test_expected_leases_follow_the_ranks(tmp_path: Path) -> None:
    """«attendu»: acceptance × composition of the ranks. Q1 at ranks 1 and 3, acceptance 0.5, 0.4 and 1.

    0.5 + (1 − 0.5) × (1 − 0.4) × 1 = 0.8 of a Q1 lease.
    """
    result = run(
        tmp_path,
        dwellings=ONE,
        applications="""
            id first_registered_on persons choices status score monthly_income_eur acceptance
            N1 2024-01-01          3       25056   active 90    900                0.5
            N2 2024-01-02          3       25056   active 80    3000               0.4
            N3 2024-01-03          3       25056   active 70    900                1
        """,
    )
    assert lists(result)["L1"] == ["BAILLEUR", "N1", "N2", "N3"]
    row = result.rules[result.rules["rule"] == "lec_q1_outside_qpv"].iloc[0]
    assert (row["num_run"], row["expected_num"]) == (1, 0.8)


def test_the_narrowest_line_says_who_names(tmp_path: Path) -> None:
    """ALS names directly in the département but not in Besançon, where the landlord does."""
    result = run(
        tmp_path,
        conventions="""
            landlord departement year account share area  management_mode
            BAIL     25          2026 ALS     0.2   25    direct
            BAIL     25          2026 ALS     0.2   25056 delegated
        """,
        dwellings=ONE.replace("qpv\n", "qpv reserved_to\n").replace("   0\n", "   0 ALS\n"),
        applications="""
            id first_registered_on persons choices status score als_employee
            N1 2024-01-01          3       25056   active 90    1
            N2 2024-01-02          3       25056   active 50    1
            N3 2024-01-03          3       25056   active 40    1
        """,
        nominations="""
            account application_id dwelling_id rank
            ALS     N3             L1          1
        """,
    )
    assert lists(result)["L1"] == ["ALS", "N1", "N2", "N3"]
