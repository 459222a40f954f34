"""Design §6, second half: ranks 2…k and leapfrogs, the lists written by hand before the run is looked at."""

from __future__ import annotations

import hashlib
from itertools import permutations
from pathlib import Path

import pytest

from optimizer.runs import Options, Result, propose
from tests.contract.writing import lists, reasons, run, write

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


THREE = """
    id landlord commune rooms financing qpv
    L1 BAIL     25056   3     PLUS      0
    L2 BAIL     25056   3     PLUS      0
    L3 BAIL     25056   3     PLUS      0
"""


def test_list_by_list_and_two_lists_at_most(tmp_path: Path) -> None:
    """Three equal dwellings, six households of one seniority: 90 80 70 first; 60, 50 twice, then 40.

    Of the six ways to place the three first ranks, the largest sum of h. Three households may stand on each list, so h of the
    first rank, then the id, order the lists: the first two take 60 and 50, who are on two lists then; 40 is left for the third.
    """
    result = run(
        tmp_path,
        dwellings=THREE,
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
    for d, names in zip(turn, (("N4", "N5"), ("N4", "N5"), ("N6",)), strict=True):
        expected[d] += names
    assert lists(result) == expected


def test_the_list_with_the_fewest_households_is_filled_first(tmp_path: Path) -> None:
    """N4 and N5 fit all three dwellings and are all that L3, in another commune, can have: its list comes first.

    Two of the Besançon lists share what is left of them: N4 and N5 may stand on one more list each, then N6 and N7.
    """
    result = run(
        tmp_path,
        dwellings="""
            id landlord commune rooms financing qpv
            L1 BAIL     25056   3     PLUS      0
            L2 BAIL     25056   3     PLUS      0
            L3 BAIL     25462   3     PLUS      0
        """,
        applications="""
            id first_registered_on persons choices     status score
            N1 2024-01-01          3       25056       active 95
            N2 2024-01-01          3       25056       active 94
            N3 2024-01-01          3       25462       active 93
            N4 2024-01-01          3       25056|25462 active 60
            N5 2024-01-01          3       25056|25462 active 50
            N6 2024-01-01          3       25056       active 40
            N7 2024-01-01          3       25056       active 30
        """,
    )
    found = lists(result)
    assert found["L3"] == ["BAILLEUR", "N3", "N4", "N5"]
    rest = sorted(found[d][2:] for d in ("L1", "L2"))
    assert rest == [["N4", "N5"], ["N6", "N7"]]


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
BLOCK_DALO_ROW = {
    "changes": "{national.prices.dalo: 0, national.prices.priority_publics: 0, national.lean.dalo_points: 0}"
}


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
            dwelling_id application_id decision reason      author
            L1          N4             pin      court_order s
        """,
    )
    assert lists(result)["L1"] == ["BAILLEUR", "N4", "N1", "N2"]
    assert set(why(result).values()) == {"pin"}
    assert set(why(result)) == {(1, "N1"), (1, "N2"), (1, "N3"), (1, "N5")}


SCORED = """
    id first_registered_on persons choices status score monthly_income_eur income_status{more}
    N1 2024-01-01          3       25056   active 90    1000               verified     {one}
    N2 2024-01-02          3       25056   active 50    1000               verified     {two}
    N3 2024-01-03          3       25056   active 40    1000               verified     {two}
"""
NO_Q1 = {"changes": "{national.prices.lec_q1_outside_qpv: 0}"}


def test_a_heavy_effort_rate_explains_and_is_named_on_the_line(tmp_path: Path) -> None:
    """N1 would pay half of its income: (0.50 − 0.33) / 0.17 = 1 of half the span (90): 45 points off, 45 against 50."""
    result = run(
        tmp_path,
        settings=NO_Q1,
        dwellings=ONE,
        applications=SCORED.format(more="", one="", two=""),
        simulations="""
            dwelling_id application_id effort
            L1          N1             0.50
            L1          N2             0.20
            L1          N3             0.20
        """,
    )
    assert lists(result)["L1"] == ["BAILLEUR", "N2", "N1", "N3"]
    lines = result.proposals.set_index("application_id")
    assert lines.loc["N1", ["burden", "effort"]].tolist() == [45, 0.5]
    assert lines.loc["N2", ["burden", "effort"]].tolist() == [0, 0.2]
    assert (lines["value"] == 20_000 + lines["score"] + lines["fit"] - lines["burden"] + lines["lean"]).all()
    assert why(result) == {(1, "N1"): "burden"}
    assert "40 points" in lines.loc["N2", "reason"] and "taux d'effort" in lines.loc["N2", "reason"]
    assert "malgré un taux d'effort" in lines.loc["N1", "reason"]


def test_an_unreachable_household_is_first_only_where_nobody_else_is(tmp_path: Path) -> None:
    """Its lean is the span and twenty points: − (90 + 20)."""
    result = run(
        tmp_path,
        settings=NO_Q1,
        dwellings=ONE,
        applications=SCORED.format(more=" dossier", one="unreachable", two="complete"),
    )
    assert lists(result)["L1"] == ["BAILLEUR", "N2", "N3", "N1"]
    assert result.proposals.set_index("application_id").loc["N1", "lean"] == -110
    assert why(result) == {(1, "N1"): "lean", (2, "N1"): "lean"}


def test_an_earlier_first_rank_kept_explains(tmp_path: Path) -> None:
    """N1 came with 20 points more than the household that was first: 50 points for keeping outweigh them."""
    people = SCORED.format(more="", one="", two="").replace(" 90 ", " 70 ")
    few = "\n".join(line for line in people.splitlines() if " N1 " not in line)
    earlier = run(tmp_path / "before", settings=NO_Q1, dwellings=ONE, applications=few)
    assert lists(earlier)["L1"] == ["BAILLEUR", "N2", "N3"]
    case = write(tmp_path / "after", settings=NO_Q1, dwellings=ONE, applications=people)
    free = propose(case, Options(accept_assumed=True))
    assert lists(free)["L1"] == ["BAILLEUR", "N1", "N2", "N3"]
    kept = propose(case, Options(accept_assumed=True, keep=earlier))
    assert lists(kept)["L1"] == ["BAILLEUR", "N2", "N1", "N3"]
    assert why(kept) == {(1, "N1"): "keep"}
    assert kept.proposals["lean"].tolist() == [50, 0, 0]
    [change] = kept.changes.to_dict("records")
    assert (change["what"], change["list_before"], change["list_now"]) == ("reserves", "N2|N3", "N2|N1|N3")
    assert "demande nouvelle" in change["why"]


def test_places_explain(tmp_path: Path) -> None:
    """The household of 60 points is on two lists when the third dwelling fills its rank 2 with the one of 50."""
    result = run(
        tmp_path,
        settings={"shortlist_size": "2"},
        dwellings=THREE,
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


def test_a_short_list_says_the_cause_first_and_a_relocation_aims_at_three(tmp_path: Path) -> None:
    """R441-3 exempts the préfet's households and subsidised dwellings only; a frozen dwelling says so before anything else."""
    result = run(
        tmp_path,
        dwellings="""
            id landlord commune rooms financing assiette_exclusion
            L1 BAIL     25056   3     PLUS      none
            L2 BAIL     25056   3     PLUS      anru
            L3 BAIL     25056   6     PLUS      none
            L4 BAIL     25056   3     PLUS      orcod
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
    assert homes.loc["L1", "reason_if_short"].startswith("insuffisance du nombre de candidats")
    relocation = homes.loc["L2", "reason_if_short"]
    assert relocation.startswith("logement tenu pour un relogement NPNRU")
    assert "insuffisance du nombre de candidats" in relocation and "suffit" not in relocation
    assert homes.loc["L3", "status"] == "no_candidate" and "taille" in homes.loc["L3", "reason_if_short"]
    frozen = homes.loc["L4"]
    assert frozen["reason_if_short"].startswith("logement tenu pour un relogement ORCOD")
    assert "opération" in frozen["advice"] and "publi" not in frozen["advice"]


def test_one_name_is_enough_for_the_prefet_and_for_a_subsidised_dwelling(tmp_path: Path) -> None:
    """Their lists are filled all the same where others are eligible; a DALO label alone is no exception."""
    people = """
        id first_registered_on persons choices status score priority_codes priority_status prefet_designated
        N1 2024-01-01          3       {where} active 90    DALO           labelled        {named}
        N2 2024-01-02          3       25462   active 50    .              .               .
        N3 2024-01-03          3       25462   active 40    .              .               .
    """
    homes = ONE.replace("qpv\n", "qpv subsidy_d331_25_1\n").replace("   0\n", "   0   {subsidy}\n")

    def said(name: str, where: str, named: str, subsidy: str) -> tuple[int, str]:
        result = run(
            tmp_path / name,
            dwellings=homes.format(subsidy=subsidy),
            applications=people.format(where=where, named=named),
        )
        [home] = result.dwellings.to_dict("records")
        return home["candidates"], home["reason_if_short"]

    label = said("label", "25056", ".", ".")
    assert label[0] == 1 and "insuffisance" in label[1] and "suffit" not in label[1]
    named = said("named", "25056", "1", ".")
    assert named[0] == 1 and "désigné par le préfet" in named[1]
    subsidised = said("subsidised", "25056", ".", "1")
    assert subsidised[0] == 1 and "subventionné" in subsidised[1]


def test_a_household_whose_only_dwelling_is_in_progress_has_no_free_dwelling(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        dwellings="""
            id landlord commune rooms financing qpv
            L1 BAIL     25056   3     PLUS      0
            L2 BAIL     25462   3     PLUS      0
        """,
        in_progress="""
            dwelling_id landlord commune account  application_id stage    since
            L2          BAIL     25462   BAILLEUR N9             oriented 2026-06-20
        """,
        applications="""
            id first_registered_on persons choices status score
            N1 2024-01-01          3       25056   active 90
            N2 2024-01-02          3       25462   active 50
            N3 2024-01-03          6       25462   active 50
        """,
    )
    assert reasons(result) == {"N1": "FIRST_RANK", "N2": "NO_FREE_DWELLING", "N3": "ROOMS"}


def test_points_beyond_the_grid_are_not_announced(tmp_path: Path) -> None:
    """The scores written reach 90. N2 lacks 40 of them; N3, not Q1, lacks what the LEC row weighs: nearly 1,000."""
    near = run(
        tmp_path / "near", settings=NO_Q1, dwellings=ONE, applications=SCORED.format(more="", one="", two="")
    )
    line = near.explanations.set_index("application_id").loc["N2"]
    assert line["points_needed"] == 40 and (line["best_position"], line["of"]) == (2, 3)
    far = run(tmp_path / "far", dwellings=ONE, leases=FIVE_LEASES, applications=QUARTILES)
    line = far.explanations.set_index("application_id").loc["N1"]
    assert line["points_needed"] != line["points_needed"]
    assert line["nearest_miss"].startswith("NOT_BY_SCORE") and (line["best_position"], line["of"]) == (1, 5)


@pytest.mark.parametrize(("more", "first"), [("40", "N1"), ("40.01", "N2")])
def test_more_than_the_points_said_bring_a_first_rank_and_as_many_leave_it_to_the_tie_rules(
    tmp_path: Path, more: str, first: str
) -> None:
    """N2 is told « plus de 40 points »: with 40 it is worth what N1 is, who asked a day before."""
    before = run(
        tmp_path / "as", settings=NO_Q1, dwellings=ONE, applications=SCORED.format(more="", one="", two="")
    )
    line = before.explanations.set_index("application_id").loc["N2"]
    assert line["nearest_miss"] == "plus de 40 points supplémentaires auraient donné un premier rang"
    raised = SCORED.replace("active 50", f"active {50 + float(more):g}")
    after = run(
        tmp_path / "more", settings=NO_Q1, dwellings=ONE, applications=raised.format(more="", one="", two="")
    )
    assert after.proposals.set_index("rank").loc[1, "application_id"] == first


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
