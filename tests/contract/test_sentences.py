"""What a line, a short list and a household without a rank are told: each figure counted by hand, each cause the true one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import optimizer as af
from optimizer.runs import Options, Result, propose_to
from optimizer.runs.report_data import report_data
from optimizer.shortlist.leapfrogs import LineSummary, Standing, Together
from optimizer.shortlist.reasons import LineContext, line_reason
from tests.cli.running import attriflux
from tests.contract.test_shortlists import (
    BLOCK_DALO_ROW,
    FIVE_LEASES,
    MIXED,
    ONE,
    QUARTILES,
    THREE,
)  # fmt: skip
from tests.contract.writing import lists, run, write

FOUR = """
    id first_registered_on persons choices status score
    N1 2024-01-01          3       25056   active 90
    N2 2024-01-01          3       25056   active 80
    N3 2024-01-01          3       25056   active 70
    N4 2024-01-01          3       25056   active 60
"""
OWN_AND_NAMED = """
    landlord departement year account  share management_mode
    BAIL     25          2026 ALS      0.4   direct
    BAIL     25          2026 BAILLEUR 0.6   delegated
"""
"""Conventions: Action Logement names its own households, the landlord's part is named by the engine."""
ONE_LIST = {"changes": "{national.caleol.max_lists: 1}"}


def short(result: Result) -> list[str]:
    """Causes of the short lists, without what is said of the files."""
    return sorted(
        said.partition(" ; sans candidat sérieux")[0] for said in result.dwellings["reason_if_short"]
    )


def test_a_short_list_counts_what_keeps_each_household_from_it(tmp_path: Path) -> None:
    """Three lists and four households: three are first, the fourth stands on two lists."""
    two = run(tmp_path, dwellings=THREE, applications=FOUR)
    said = "insuffisance du nombre de candidats : 4 demandes recevables sur ce contingent, dont 2 au premier rang d'un autre logement"
    assert short(two) == [said, said, f"{said}, 1 déjà en réserve sur deux listes"]


def test_words_say_on_how_many_lists_a_household_may_stand(tmp_path: Path) -> None:
    """``national.caleol.max_lists`` is data: with one list each, no sentence speaks of two, and the second program agrees."""
    case = write(tmp_path / "case", settings=ONE_LIST, dwellings=THREE, applications=FOUR)
    for lang, told in (("fr", "déjà en réserve sur une liste"), ("en", "already reserve on one list")):
        out = tmp_path / lang
        done = attriflux("propose", case, "--out", out, "--no-pdf", "--accept-assumed", "--lang", lang)
        assert done.code == 0, done.err
        text = (out / "dwellings.csv").read_text(encoding="utf-8-sig")
        assert text.count(told) == 2
    pages = [
        path.read_text(encoding="utf-8-sig")
        for path in tmp_path.rglob("*")
        if path.suffix in (".csv", ".html")
    ]
    assert not any("deux listes" in text or "two lists" in text for text in pages)


def test_a_line_passed_for_its_places_says_how_many(tmp_path: Path) -> None:
    """Two names a list, one list each: the second list takes N5 as its reserve, N4 standing on the first; N4 passes nobody."""
    people = FOUR + "    N5 2024-01-01          3       25056   active 50\n"
    result = run(
        tmp_path,
        settings=ONE_LIST | {"shortlist_size": "2"},
        dwellings=THREE,
        applications=people,
    )
    [line] = result.leapfrogs.to_dict("records")
    assert (line["application_id_passed"], line["explained_by"]) == ("N4", "places")
    [reason] = result.proposals.loc[result.proposals["application_id"] == "N5", "reason"]
    assert "passe devant 1 demande mieux cotée : déjà réserve sur une liste" in reason


def test_a_dalo_household_off_a_short_list_is_counted_as_such(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        settings=BLOCK_DALO_ROW | {"shortlist_size": "4"},
        dwellings=ONE,
        applications=MIXED.format(top=90, code="."),
    )
    assert lists(result)["L1"] == ["BAILLEUR", "N1", "N3", "N4"]
    assert short(result)[0].endswith(
        "4 demandes recevables sur ce contingent, dont 1 DALO (jamais en complément)"
    )


TWO_ACCOUNTS = """
    landlord departement year account  share management_mode
    BAIL     25          2026 ALS      0.3   delegated
    BAIL     25          2026 BAILLEUR 0.7   delegated
"""
EMPLOYEES = """
    id first_registered_on persons choices status score als_employee
    N1 2024-01-01          3       25056   active 90    .
    N2 2024-01-02          3       25056   active 50    1
    N3 2024-01-03          3       25056   active 40    1
"""


def test_the_best_position_is_the_one_that_the_list_counts(tmp_path: Path) -> None:
    """N2 is second of three on the account that L1 goes to, and first of two on Action Logement's, where L1 does not go."""
    result = run(
        tmp_path,
        conventions=TWO_ACCOUNTS,
        dwellings=ONE,
        applications=EMPLOYEES,
        decisions="""
            dwelling_id application_id account  decision reason  author
            L1          .              BAILLEUR orient   commission_decision s
        """,
    )
    assert lists(result)["L1"] == ["BAILLEUR", "N1", "N2", "N3"]
    told = result.explanations.set_index("application_id")
    assert told.loc["N2", ["best_position", "of"]].tolist() == [2, 3]
    assert "2e à la cotation parmi 3" in result.proposals.set_index("application_id").loc["N2", "reason"]


def test_a_place_on_another_account_says_that_the_dwelling_does_not_go_there(tmp_path: Path) -> None:
    """L1 goes to the tenant N1 (90). N2 (50) asks for Besançon second: 41.25 points more than the 40 that scores still give."""
    case = write(
        tmp_path / "case",
        conventions=TWO_ACCOUNTS,
        dwellings=ONE,
        applications="""
            id first_registered_on persons choices     status score current_landlord
            N1 2024-01-01          3       25056       active 90    BAIL
            N2 2024-01-02          3       25462|25056 active 50    .
            N3 2024-01-03          3       25056       active 40    .
        """,
    )
    for lang, words in (
        ("fr", "1er sur 2 à la cotation d'un contingent auquel le logement n'est pas orienté"),
        ("en", "place 1 of 2 by score on an account that the dwelling does not go to"),
    ):
        out = tmp_path / lang
        done = attriflux("propose", case, "--out", out, "--no-pdf", "--accept-assumed", "--lang", lang)
        assert done.code == 0, done.err  # the second program says the same
        told = (out / "explanations.csv").read_text(encoding="utf-8-sig").splitlines()
        [line] = [line for line in told if line.startswith("N2")]
        assert words in line and line.endswith(";L1;1;2;")
    letter = " ".join(attriflux("why", tmp_path / "fr", "N2", "--letter").out.split())
    assert "Vous remplissez les conditions d'un logement ; il n'a pas de liste" in letter
    assert "1er sur 2" not in letter and "1 000 points" in letter


def test_a_household_that_no_account_may_name_is_told_so_in_words(tmp_path: Path) -> None:
    """L1 waits for a household to be rehoused; N1 is none: no account of the dwelling may name it (« aucun réservataire commun »)."""
    case = write(
        tmp_path / "case",
        dwellings="""
            id landlord commune rooms financing assiette_exclusion
            L1 BAIL     25056   3     PLUS      anru
        """,
        applications="""
            id first_registered_on persons choices status score
            N1 2024-01-01          3       25056   active 90
        """,
    )
    out = tmp_path / "out"
    done = attriflux("propose", case, "--out", out, "--no-pdf", "--accept-assumed")
    assert done.code == 0, done.err
    said = "aucun réservataire du logement ne peut désigner le ménage"
    # on the line that says what it is kept for, the réservataires have nothing to do with it
    held = "1 demande la plus proche : le logement est tenu pour d'autres ménages"
    assert held in (out / "dwellings.csv").read_text(encoding="utf-8-sig")
    # the second program says the same, and the household's answer what the landlord keeps the dwelling for
    kept = "les logements possibles sont gardés pour des relogements"
    assert kept in (out / "explanations.csv").read_text(encoding="utf-8-sig")
    assert f"Pourquoi : {kept}." in " ".join(attriflux("why", out, "N1", "--letter").out.split())
    for letter in ([], ["--letter"]):
        assert f"{said} (1)" in " ".join(attriflux("why", out, "N1", *letter).out.split())


def test_points_for_another_account_say_that_the_dwelling_does_not_go_there(tmp_path: Path) -> None:
    """L1 goes to the tenant N1 (90, Besançon second). 28.75 points more would give it to N2 (60), on an account of its own."""
    case = write(
        tmp_path / "case",
        conventions=TWO_ACCOUNTS,
        dwellings=ONE,
        applications="""
            id first_registered_on persons choices     status score current_landlord
            N1 2024-01-01          3       25462|25056 active 90    BAIL
            N2 2024-01-02          3       25056       active 60    .
            N3 2024-01-03          3       25056       active 40    .
        """,
    )
    for lang, words in (
        (
            "fr",
            "points supplémentaires auraient donné un premier rang, sur un contingent auquel le logement n'est pas orienté;",
        ),
        (
            "en",
            "further points would have brought a first rank, on an account that the dwelling does not go to;",
        ),
    ):
        out = tmp_path / lang
        done = attriflux("propose", case, "--out", out, "--no-pdf", "--accept-assumed", "--lang", lang)
        assert done.code == 0, done.err  # the second program says the same
        told = (out / "explanations.csv").read_text(encoding="utf-8-sig").splitlines()
        [line] = [line for line in told if line.startswith("N2")]
        assert words in line and ";L1;1;2;" in line


def test_a_nominee_says_who_of_the_better_scored_is_placed_elsewhere(tmp_path: Path) -> None:
    """Of the better scored of the account N1 comes after N3 in the réservataire's order, and N2 is first on L2."""
    result = run(
        tmp_path,
        conventions=OWN_AND_NAMED,
        dwellings="""
            id landlord commune rooms financing reserved_to
            L1 BAIL     25056   3     PLUS      ALS
            L2 BAIL     25056   3     PLUS      ALS
        """,
        applications="""
            id first_registered_on persons choices status score als_employee
            N1 2024-01-01          3       25056   active 90    1
            N2 2024-01-02          3       25056   active 50    1
            N3 2024-01-03          3       25056   active 40    1
        """,
        nominations="""
            account application_id dwelling_id rank
            ALS     N2             L2          1
            ALS     N3             L1          1
            ALS     N1             L1          2
            ALS     N2             L1          3
        """,
    )
    assert lists(result) == {"L1": ["ALS", "N3", "N1"], "L2": ["ALS", "N2"]}
    [reason] = result.proposals.loc[result.proposals["application_id"] == "N3", "reason"]
    assert reason == (
        "3e à la cotation parmi 3 demandes recevables du contingent Action Logement ; ordre fixé par le réservataire ; "
        "passe devant 1 demande mieux cotée : ordre du réservataire ; 1 mieux cotée est proposée ailleurs ou au-dessus"
    )


def test_why_tells_the_reserve_of_a_lower_score_that_stands_before(tmp_path: Path) -> None:
    """N4 (5 points, Q1) is the first reserve before N5 (70): the first rank's lower score is not the only answer due."""
    result = run(tmp_path, dwellings=ONE, leases=FIVE_LEASES, applications=QUARTILES)
    assert lists(result)["L1"] == ["BAILLEUR", "N3", "N4", "N1"]
    said = {name: " ".join(str(af.why(result, name)).split()) for name in ("N1", "N4", "N5")}
    for name in ("N1", "N5"):
        assert "passée par : règle : objectif LEC" in said[name]
        assert "passée au rang 2 par : même public que le premier rang" in said[name]
    assert "passée au rang" not in said["N4"]
    assert af.why(result, "N5").facts["places"][0]["why_reserve"].endswith("même public que le premier rang")
    assert "rang 2" not in str(af.why(result, "N5", letter=True)), "a letter tells nobody's place"
    # who reads the dwellings of one commune is told that the household stands elsewhere, not where
    for name, where in (("N3", "logement L1"), ("N4", "rang 2, logement L1")):
        assert f"({where})" in str(af.why(result, name)) and f"({where})" in str(
            af.why(result, name, seen={"L1"})
        )
        hidden = str(af.why(result, name, seen=())).splitlines()[0]
        assert "L1" not in hidden and f"({where.replace('logement L1', 'un autre logement')})" in hidden


def test_one_point_and_one_household_are_in_the_singular(tmp_path: Path) -> None:
    """N2 lacks one point, N3 a point and a half: French keeps the singular below two; nobody else of the sample is there."""
    case = write(
        tmp_path / "case",
        dwellings=ONE,
        leases=FIVE_LEASES,
        applications="""
            id first_registered_on persons choices status score monthly_income_eur income_status
            N1 2024-01-01          3       25056   active 50    3000               verified
            N2 2024-01-02          3       25056   active 49    3000               verified
            N3 2024-01-03          3       25056   active 48.5  3000               verified
        """,
        settings={"changes": "{national.explanations.resolved_households: 1}"},
    )
    out = tmp_path / "out"
    done = attriflux("propose", case, "--out", out, "--no-pdf", "--accept-assumed")
    assert done.code == 0, done.err
    told = (out / "explanations.csv").read_text(encoding="utf-8-sig")
    assert "plus de 1 point supplémentaire aurait donné" in told
    assert "plus de 1,5 point supplémentaire aurait donné" in told
    assert "plus de 1 point supplémentaire ; " in " ".join(attriflux("why", out, "N2").out.split())
    page = (out / "report.html").read_text(encoding="utf-8")
    assert (
        "sur un échantillon de 1 ménage." in page and "1 demandes" not in page and "1 logements" not in page
    )


@pytest.mark.long
def test_transfers_without_a_ceiling_are_told_on_every_page(tmp_path: Path) -> None:
    """Without assiette no row limits own transfers: the tenant takes L1 from the réservataires' flux, and the pages say so."""
    people = """
        id first_registered_on persons choices status score current_landlord
        N1 2024-01-01          3       25056   active 90    BAIL
        N2 2024-01-02          3       25056   active 50    .
    """
    forecast = """
        landlord departement year basis    vacated mutation
        BAIL     25          2026 forecast 10      10
    """
    said = "1 logement sur 1 en mutation interne, hors du flux des réservataires, sans plafond"
    for name, more in (("without", {}), ("with", {"assiette": forecast})):
        case = write(tmp_path / name, dwellings=ONE, applications=people, **more)
        out = tmp_path / f"{name}-out"
        done = attriflux("propose", case, "--out", out, "--no-pdf", "--accept-assumed")
        assert done.code == 0, done.err
        assert (out / "dwellings.csv").read_text(encoding="utf-8-sig").count("MUTATION") == 1
        for page in ("report.html", "sheets.html"):
            assert (said in (out / page).read_text(encoding="utf-8")) == (name == "without"), page
        # one lease short of a row without price: for information in both tables, and no decimal point on a French page
        report = (out / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
        assert ("1 bail (pour information)" in report) == (name == "without")
        assert not re.search(r"\+ \d+ / \d+\.\d", report)


def test_transfers_without_a_ceiling_are_counted_where_no_row_limits_them(tmp_path: Path) -> None:
    """BAIL has its forecast of the year. Of CAP's four dwellings two go to its tenants out of the flux, one to a household from
    outside, and the one kept for own transfers is taken from nobody."""
    homes = """
        id landlord commune rooms financing qpv reserved_to
        L1 BAIL     25056   3     PLUS      0   .
        L2 CAP      25056   3     PLUS      0   .
        L3 CAP      25056   4     PLUS      0   .
        L4 CAP      25056   2     PLUS      0   MUTATION
        L5 CAP      25056   5     PLUS      0   .
    """
    people = """
        id first_registered_on persons choices status score current_landlord
        N1 2024-01-01          3       25056   active 90    BAIL
        N2 2024-01-02          3       25056   active 90    CAP
        N3 2024-01-03          5       25056   active 90    .
        N4 2024-01-04          1       25056   active 90    CAP
        N5 2024-01-05          7       25056   active 90    CAP
    """
    agreements = """
        landlord departement year account    share management_mode
        BAIL     25          2026 BAILLEUR   0     delegated
        CAP      25          2026 BAILLEUR   0     delegated
    """
    forecast = """
        landlord departement year basis    vacated mutation
        BAIL     25          2026 forecast 10      10
    """
    done = run(tmp_path, dwellings=homes, applications=people, conventions=agreements, assiette=forecast)
    assert lists(done) == {
        "L1": ["MUTATION", "N1"], "L2": ["MUTATION", "N2"], "L3": ["BAILLEUR", "N3"], "L4": ["MUTATION", "N4"],
        "L5": ["MUTATION", "N5"],
    }  # fmt: skip
    told = [x for x in report_data(done, Options()).banners if "mutation interne" in x]
    assert [x.replace("\u00a0", " ") for x in told] == [
        "2 logements sur 4 en mutation interne, hors du flux des réservataires, sans plafond faute de prévision de l'année "
        "(table assiette) : CAP."
    ]


def test_a_score_of_nothing_is_told(tmp_path: Path) -> None:
    """Registered eleven days before, without anything the grid counts: its score is 0, which the answer says."""
    result = run(
        tmp_path,
        dwellings=ONE,
        applications="""
            id first_registered_on persons choices status
            N1 2024-01-01          3       25056   active
            N2 2026-06-20          3       25056   active
        """,
    )
    assert "Cotation (CU Grand Besançon Métropole) : 0." in str(af.why(result, "N2"))
    assert "Cotation (CU Grand Besançon Métropole) : 0." in str(af.why(result, "N2", letter=True))


def test_a_household_kept_from_every_first_rank_is_not_said_to_be_a_reserve(tmp_path: Path) -> None:
    """A decision gives L1 to the tenant N2: N1, whom the account of transfers may not name, stands on no list."""
    result = run(
        tmp_path,
        dwellings=ONE,
        applications="""
            id first_registered_on persons choices status score current_landlord
            N1 2024-01-01          3       25056   active 90    .
            N2 2024-01-02          3       25056   active 50    BAIL
        """,
        decisions="""
            dwelling_id application_id account  decision reason  author
            L1          N2             MUTATION pin      earlier_commitment s
        """,
    )
    assert lists(result)["L1"] == ["MUTATION", "N2"]
    [told] = result.explanations.loc[result.explanations["application_id"] == "N1", "nearest_miss"]
    assert "aucun premier rang ne lui est ouvert" in told and "réserve" not in told.replace(
        "réservataire", ""
    )


def test_every_reason_is_told_however_many_there_are() -> None:
    """Four reasons for nine passages: the ninth household is told its own too, not « autre raison »."""
    reasons = (("class", 4, 100), ("places", 2, 100), ("fit", 2, 100), ("lean", 1, 100))
    context = LineContext(
        rank=2, account="BAILLEUR", standing=Standing(20, 12, False), pinned=False, heavy=False, awaited=False, named=False,
        summary=LineSummary(9, reasons), places={}, missing={}, max_lists=2, delegated=True, dalo=False, prefet=False, ranked=False, publics=(),
    )  # fmt: skip
    said = line_reason(context, "fr")
    assert said.endswith(
        "passe devant 9 demandes mieux cotées : même public que le premier rang (4), déjà réserve sur deux listes (2), "
        "adéquation (préférence, taille, accès) (2), injoignable (1) ; 2 mieux cotées sont proposées ailleurs ou au-dessus"
    )
    assert line_reason(context, "en").count("unreachable (1)") == 1


@pytest.mark.long
def test_more_than_three_reasons_pass_the_second_program(tmp_path: Path) -> None:
    """A week in which a line passes households for four reasons: `propose` writes what its own check accepts only."""
    case, out = tmp_path / "case", tmp_path / "out"
    size = ("--dwellings", "40", "--applications", "1000", "--seed", "9")
    assert attriflux("synth", "commission", "--out", case, *size).code == 0
    done = attriflux("propose", case, "--out", out, "--no-pdf", "--gap", "0")
    assert done.code == 0, done.err
    text = (out / "proposals.csv").read_text(encoding="utf-8-sig")
    told = [x for x in text.splitlines() if "passe devant" in x]
    reasons = [re.findall(r"\(\d+\)(?=,| ;|\"|$)", x) for x in told]
    assert max(map(len, reasons)) > 3 and "autre raison" not in text


def test_an_order_of_another_dwelling_is_not_said_to_be_that_of_this_one(tmp_path: Path) -> None:
    """Action Logement put N3 before N2 for L1. N2 (300) is worth L1 if N3 is first on L2, which nobody reserved: N1 is passed there."""
    case = write(
        tmp_path / "case",
        conventions=OWN_AND_NAMED,
        dwellings="""
            id landlord commune rooms financing reserved_to
            L1 BAIL     25056   3     PLUS      ALS
            L2 BAIL     25542   3     PLUS      .
        """,
        applications="""
            id first_registered_on persons choices     status score als_employee
            N1 2024-01-01          3       25542       active 45    .
            N2 2024-01-02          3       25056       active 300   1
            N3 2024-01-03          3       25056|25542 active 40    1
        """,
        nominations="""
            account application_id dwelling_id rank
            ALS     N3             L1          1
            ALS     N2             L1          2
        """,
    )
    out = tmp_path / "out"
    done = attriflux("propose", case, "--out", out, "--no-pdf", "--accept-assumed")
    assert done.code == 0, done.err
    lines = (out / "proposals.csv").read_text(encoding="utf-8-sig").splitlines()
    [line] = [line for line in lines if line.startswith("L2;BAILLEUR;1;N3;")]
    words = "désignée par un réservataire avant les autres candidats d'un autre logement"
    assert f"passe devant 1 demande mieux cotée : {words}" in line
    assert "ordre d'un réservataire, pour ce logement ou pour un autre" in " ".join(
        attriflux("why", out, "N1").out.split()
    )
    # a commission may prefer N3 where it is named: the first page says which list that is, of the two
    page = re.sub(r"<[^>]+>", " ", (out / "report.html").read_text(encoding="utf-8")).replace("&#39;", "'")
    settle = " ".join(page[page.index("À régler avant") : page.index("moins de")].split())
    assert "premier rang dû à la liste d'un réservataire pour un autre logement" in settle
    assert re.search(r"décision pin\) \(1\) : L2 \(1\) pour la liste du logement L1", settle)


def test_who_is_unreachable_is_not_said_to_be_perhaps_dalo(tmp_path: Path) -> None:
    """Of two households that differ in lean the one ahead is DALO, or the one passed cannot be reached: N2 is no DALO."""
    result = run(
        tmp_path,
        dwellings=ONE,
        applications="""
            id first_registered_on persons choices status score dossier
            N1 2024-01-01          3       25056   active 90    unreachable
            N2 2024-01-02          3       25056   active 50    complete
            N3 2024-01-03          3       25056   active 40    complete
        """,
    )
    assert lists(result)["L1"] == ["BAILLEUR", "N2", "N3", "N1"]
    [reason] = result.proposals.loc[result.proposals["application_id"] == "N2", "reason"]
    assert "passe devant 1 demande mieux cotée : injoignable" in reason and "DALO" not in reason


def line_of_n2(case: Path, out: Path, lang: str) -> str:
    """The line of N2 at rank 2 of a proposal that the second program has checked."""
    done = attriflux("propose", case, "--out", out, "--no-pdf", "--accept-assumed", "--lang", lang)
    assert done.code == 0, done.err
    text = (out / "proposals.csv").read_text(encoding="utf-8-sig")
    (line,) = [x for x in text.splitlines() if ";2;N2;" in x]
    return line


def test_a_score_that_two_parts_make_up_for_together_tells_both(tmp_path: Path) -> None:
    """N3 is passed by 3.5 points: 2.65 of burden (half of 90 × 0.01 / 0.17) and 1.25 of preference do it, neither alone."""
    case = write(
        tmp_path / "case",
        dwellings=ONE,
        applications="""
            id first_registered_on persons choices     status score
            N1 2024-01-01          3       25056       active 90
            N2 2024-01-01          3       25056       active 80
            N3 2024-01-01          3       25388|25056 active 83.5
        """,
        simulations="""
            dwelling_id application_id effort
            L1          N1             0.20
            L1          N2             0.20
            L1          N3             0.34
        """,
    )
    amounts = {
        "fr": "taux d'effort au-delà du seuil dans ce logement (jusqu'à 3,5 points de cotation d'écart) (2,65 points), "
        "avec une meilleure adéquation (1,25 point)",
        "en": "effort rate above the threshold in this dwelling (up to 3.5 points of score apart) (2.65 points), with a better fit (1.25 points)",
    }
    for lang, told in amounts.items():
        out = tmp_path / lang
        assert told in line_of_n2(case, out, lang)
        passed = (out / "leapfrogs.csv").read_text(encoding="utf-8-sig").splitlines()
        assert "L1;2;N2;N3;3,5;burden" in passed, "explained_by stays one code"
    asked = attriflux("why", tmp_path / "fr", "N3").out.replace("\n", " ").replace("  ", " ")
    assert "taux d'effort au-delà du seuil pour vous" in " ".join(asked.split()) and "ensemble" in asked


def test_an_effort_rate_is_heavier_only_where_the_one_ahead_has_one_too(tmp_path: Path) -> None:
    """N3 (34 %) is passed by N2, whose rate nobody knows on L1, and by a heavier one on L2, where N2's own is 33.5 %."""
    told = {}
    for known in ("", "0.335"):
        case = write(
            tmp_path / f"case{known}",
            dwellings=ONE,
            applications="""
                id first_registered_on persons choices status score
                N1 2024-01-01          3       25056   active 90
                N2 2024-01-01          3       25056   active 80
                N3 2024-01-01          3       25056   active 81
            """,
            simulations=f"""
                dwelling_id application_id effort
                L1          N1             0.20
                L1          N3             0.34
                {f"L1 N2 {known}" if known else ""}
            """,
        )
        told[known] = line_of_n2(case, tmp_path / f"out{known}", "fr")
    assert "demande mieux cotée : taux d'effort au-delà du seuil dans ce logement" in told[""]
    assert "plus lourd" not in told[""] and "malgré" not in told[""]
    assert "demande mieux cotée : taux d'effort plus lourd dans ce logement" in told["0.335"]
    assert "malgré un taux d'effort au-delà du seuil" in told["0.335"]


def test_two_parts_needed_for_one_of_two_households_are_said_of_that_one(tmp_path: Path) -> None:
    """N4 is passed by two points, which its burden (2.65) makes up for alone: the amounts of N3 are not told of both."""
    case = write(
        tmp_path / "case",
        dwellings=ONE,
        applications="""
            id first_registered_on persons choices     status score
            N1 2024-01-01          3       25056       active 90
            N2 2024-01-01          3       25056       active 80
            N3 2024-01-01          3       25388|25056 active 83.5
            N4 2024-01-01          3       25388|25056 active 82
        """,
        simulations="""
            dwelling_id application_id effort
            L1          N1             0.20
            L1          N2             0.20
            L1          N3             0.34
            L1          N4             0.34
        """,
    )
    amounts = {
        "fr": "passe devant 2 demandes mieux cotées : taux d'effort au-delà du seuil dans ce logement (jusqu'à 3,5 points de cotation "
        "d'écart), dont 1 (2,65 points) avec une meilleure adéquation (1,25 point)",
        "en": "passes 2 better scored: effort rate above the threshold in this dwelling (up to 3.5 points of score apart), of which 1 "
        "(2.65 points) with a better fit (1.25 points)",
    }
    for lang, told in amounts.items():
        out = tmp_path / lang
        assert told in line_of_n2(case, out, lang)


@pytest.mark.parametrize(("total", "least"), [(3, "dont 1"), (21, "dont au moins 1")])
def test_of_more_passages_than_are_shown_the_parts_are_told_of_so_many_at_least(
    total: int, least: str
) -> None:
    needed = Together(1, (("fit", 500), ("burden", 196)))
    context = LineContext(
        rank=1, account="BAILLEUR", standing=Standing(40, total + 1, False), pinned=False, heavy=False, awaited=False,
        named=False, summary=LineSummary(total, (("fit", total, 600),), {"fit": needed}), places={}, missing={}, max_lists=2,
        delegated=True, dalo=False, prefet=False, ranked=False, publics=(),
    )  # fmt: skip
    assert line_reason(context, "fr").endswith(
        f"(préférence, taille, accès), {least} (5 points) avec un taux d'effort au-delà du seuil (1,96 point)"
    )


def test_parts_of_several_households_tell_the_most_of_each() -> None:
    needed = Together(2, (("fit", 500), ("burden", 196), ("keep", 50)))
    context = LineContext(
        rank=1, account="BAILLEUR", standing=Standing(20, 3, False), pinned=False, heavy=False, awaited=False, named=False,
        summary=LineSummary(2, (("fit", 2, 600),), {"fit": needed}), places={}, missing={}, max_lists=2, delegated=True,
        dalo=False, prefet=False, ranked=False, publics=(),
    )  # fmt: skip
    assert line_reason(context, "fr").endswith(
        "(préférence, taille, accès) (jusqu'à 5 points), avec un taux d'effort au-delà du seuil (jusqu'à 1,96 point) et une proposition "
        "antérieure gardée (jusqu'à 0,5 point)"
    )


@pytest.mark.long
def test_a_dalo_household_is_told_that_it_never_fills_up_a_list(tmp_path: Path) -> None:
    """N1 (300 points) is first, N2 (DALO, 80) may not stand behind it: N3 and N4 do, who are of no other public than N2's."""
    case = write(
        tmp_path / "case",
        dwellings=ONE,
        applications="""
            id first_registered_on persons choices status score priority_codes
            N1 2024-01-01          3       25056   active 300   .
            N2 2024-01-01          3       25056   active 80    DALO
            N3 2024-01-01          3       25056   active 70    .
            N4 2024-01-01          3       25056   active 60    .
        """,
    )
    for lang, passed, told in (
        (
            "fr",
            "passe devant 1 demande mieux cotée : DALO, jamais en complément d'une liste",
            "un ménage DALO ne complète pas une liste (premier rang, ou derrière un autre DALO)",
        ),
        (
            "en",
            "passes 1 better scored: DALO, never the filler of a list",
            "a DALO household never fills up a list (first rank, or behind another DALO)",
        ),
    ):
        out = tmp_path / lang
        done = attriflux("propose", case, "--out", out, "--no-pdf", "--accept-assumed", "--lang", lang)
        assert done.code == 0, done.err
        lines = (out / "proposals.csv").read_text(encoding="utf-8-sig")
        assert lines.count(passed) == 2, lines
        assert ";N2;20;class" in (out / "leapfrogs.csv").read_text(encoding="utf-8-sig")
        assert told in " ".join(attriflux("why", out, "N2", "--lang", lang).out.split())
        assert attriflux("verify", out, "--case", case).code == 0


@pytest.mark.long
def test_no_number_of_points_is_promised_useless_where_first_ranks_move_together(tmp_path: Path) -> None:
    """N1 (100) is first on L1, N2 (20) on L2; N3 (10) wants L1 as its second choice.

    In N1's place N3 lacks 100 + 15 - 10 - 13.75 = 91.25 points, more than the 90 up to the highest score. With N1 on L2 (its
    second choice, 1.25 less) and N2 without a dwelling it lacks 20 + 15 + 1.25 - 23.75 = 12.5: more points do change the
    proposal, so neither the table, nor `why`, nor the letter may say that none would.
    """
    households = """
        id first_registered_on persons choices       status score
        N1 2024-01-01          3       25056|25258   active 100
        N2 2024-01-01          3       25258         active 20
        N3 2024-01-01          3       25527|25056   active {score}
    """
    homes = """
        id landlord commune rooms financing qpv
        L1 BAIL     25056   3     PLUS      0
        L2 BAIL     25258   3     PLUS      0
    """
    asked = write(tmp_path / "case", dwellings=homes, applications=households.format(score=10))
    for lang, alone in (
        ("fr", "les autres premiers rangs restant les mêmes"),
        ("en", "with the other first ranks as they are"),
    ):
        out = tmp_path / lang
        done = attriflux("propose", asked, "--out", out, "--no-pdf", "--accept-assumed", "--lang", lang)
        assert done.code == 0, done.err
        assert "NOT_BY_SCORE" in (said := (out / "explanations.csv").read_text(encoding="utf-8-sig"))
        assert alone in said
        assert alone in " ".join(attriflux("why", out, "N3", "--lang", lang).out.split()).lower()
        assert alone in " ".join(attriflux("why", out, "N3", "--letter", "--lang", lang).out.split()).lower()
        assert attriflux("verify", out, "--case", asked).code == 0
    raised = run(tmp_path / "raised", dwellings=homes, applications=households.format(score=22.51))
    assert lists(raised) == {"L1": ["BAILLEUR", "N3"], "L2": ["BAILLEUR", "N1", "N2"]}


NOMINATED_ALIKE = """
    account application_id dwelling_id rank
    ALS     N1             L1          1
    ALS     N2             L1          1
    ALS     N3             L1          2
    ALS     N4             L1          2
"""
UNREACHED = """
    id first_registered_on persons choices status score als_employee dossier
    N1 2024-01-01          3       25056   active 90    1            unreachable
    N2 2024-01-01          3       25056   active 80    1            .
    N3 2024-01-01          3       25056   active 70    1            .
    N4 2024-01-01          3       25056   active 85    1            unreachable
"""


def test_a_reserver_that_gives_two_households_one_place_is_not_said_to_set_one_before_the_other(
    tmp_path: Path,
) -> None:
    """N1 and N2 have one place and N1 is unreachable: that decides. N4 comes after N2 in the order; N3 passes N4, its equal there."""
    case = {
        "dwellings": ONE,
        "applications": UNREACHED,
        "conventions": OWN_AND_NAMED,
        "nominations": NOMINATED_ALIKE,
    }
    decided = """
        dwelling_id application_id account decision reason              author
        L1          .              ALS     orient   commission_decision S
    """
    folder = write(tmp_path / "case", decisions=decided, **case)
    done = attriflux("propose", folder, "--out", tmp_path / "out", "--no-pdf", "--accept-assumed")
    assert done.code == 0, done.err
    result = af.propose(af.read(folder), af.Options(accept_assumed=True, pdf=False))
    assert lists(result)["L1"] == ["ALS", "N2", "N1", "N3"]
    found = {
        (row["rank"], row["application_id_passed"]): row["explained_by"]
        for row in result.leapfrogs.to_dict("records")
    }
    assert found == {(1, "N1"): "lean", (1, "N4"): "nomination", (3, "N4"): "lean"}
    said = result.proposals.set_index("rank")["reason"]
    assert said[1].endswith(
        "passe devant 2 demandes mieux cotées : injoignable (1), ordre du réservataire (1)"
    )


EQUALS = """
    id first_registered_on persons choices status score dossier
    N1 2024-01-01          3       25056   active 90    .
    N2 2024-01-01          3       25056   active 90    .
    N3 2023-01-01          3       25056   active 90    unreachable
    N4 2024-01-01          3       25056   active 80    unreachable
    N5 2025-01-01          3       25056   active 90    .
"""
TOO_DEAR_FOR_N2 = """
    dwelling_id application_id effort
    L1          N1             0.2
    L1          N2             0.6
    L1          N3             0.2
    L1          N4             0.2
    L1          N5             0.2
"""


def test_a_household_of_the_same_score_hears_what_set_another_before_it(tmp_path: Path) -> None:
    """Not « the dwelling, seniority or the draw » where the effort rate or a file that nobody reached decided."""
    result = run(tmp_path, dwellings=ONE, applications=EQUALS, simulations=TOO_DEAR_FOR_N2)
    assert lists(result)["L1"][1] == "N1"
    said = {a: str(af.why(result, a)) for a in ("N2", "N3", "N4", "N5")}
    assert "passée par : taux d'effort au-delà du seuil" in said["N2"]
    assert "passée par : dossier injoignable, placé après les autres" in said["N3"]
    assert (
        "cotation plus haute du premier rang et dossier injoignable, placé après les autres, ensemble"
        in said["N4"]
    )
    assert (
        "même cotation que le premier rang ; le logement, l'ancienneté ou le tirage départagent" in said["N5"]
    )


def test_who_could_not_be_reached_reads_it_in_the_letter(tmp_path: Path) -> None:
    result = run(tmp_path, dwellings=ONE, applications=EQUALS, simulations=TOO_DEAR_FOR_N2)
    letter = str(af.why(result, "N3", letter=True))
    assert "- état du dossier : injoignable" in letter
    assert "Ce qui a compté, par logement : votre dossier, signalé injoignable (1)." in letter
    assert "injoignable (1)" not in str(af.why(result, "N2", letter=True))


TWO_TOWNS = """
    id landlord commune rooms financing rent_eur
    L1 BAIL     25056   3     PLUS      300
    L2 BAIL     25147   3     PLUS      300
"""
STATE_AND_OWN = """
    landlord departement year account   share management_mode
    BAIL     25          2026 ETAT_PRIO 0.5   delegated
    BAIL     25          2026 BAILLEUR  0.5   delegated
"""
ONE_LABELLED = """
    id first_registered_on persons choices     status score priority_codes priority_status
    N1 2024-01-01          3       25056|25147 active 90    DALO           labelled
    N2 2024-01-01          3       25056       active 80    .              .
"""


def test_no_account_is_a_plan_b_whose_only_household_is_housed_elsewhere(tmp_path: Path) -> None:
    """The État could name only N1 for L1, and N1 holds L2: sending L1 there would leave it empty."""
    result = run(tmp_path, dwellings=TWO_TOWNS, applications=ONE_LABELLED, conventions=STATE_AND_OWN)
    assert lists(result) == {"L1": ["BAILLEUR", "N2"], "L2": ["ETAT_PRIO", "N1"]}
    assert result.dwellings.set_index("dwelling_id")["advice"]["L1"] == ""


def test_what_stays_short_is_weighed_at_what_it_would_gain(tmp_path: Path) -> None:
    """A twentieth of a lease is missing: no exchange costs as much as a whole one, and the sentence does not say so."""
    result = af.propose(
        af.synthesize("commission", dwellings=6, applications=60, seed=1), af.Options(pdf=False)
    )
    [row] = result.tables.shortfalls.to_dict("records")
    sheet = result.orientation
    there = (sheet["dwelling_id"] == row["exchange_dwelling"]) & (sheet["account"] == row["exchange_account"])
    price = result.rules.set_index(["rule", "scope"]).loc[(row["rule"], row["scope"]), "price"]
    assert sheet.loc[there, "loss_at_most"].item() + row["missing_leases"] * price < price
    assert row["reason_fr"].endswith("que cette règle n'y gagnerait")
    assert row["reason_en"].endswith("than this rule would gain")


def test_the_letter_gives_what_was_compared_with_ceilings_sizes_and_access(tmp_path: Path) -> None:
    """The income above the ceiling is the lower one of two years; a household of three takes the sizes of the landlord's table."""
    table = """
        id first_registered_on persons choices status score tax_income_eur tax_income_n1_eur mobility_need
        N1 2024-01-01          3       25056   active 90    90000          80000             accessible
        N2 2024-01-01          3       25056   active 90    .              .                 .
    """
    result = run(tmp_path, dwellings=ONE, applications=table)
    letter = str(af.why(result, "N1", letter=True)).splitlines()
    assert "- revenu fiscal comparé aux plafonds : 80\u202f000 € par an" in letter
    assert "- tailles de logement acceptées : T3, T4" in letter
    assert "- besoin d'accessibilité : logement accessible" in letter
    assert any(line.startswith("Pourquoi : plafond PLUS dépassé de") for line in letter)
    other = str(af.why(result, "N2", letter=True))
    assert "comparé aux plafonds : non renseigné" in other and "d'accessibilité : aucun" in other


def test_the_points_of_a_dalo_household_are_not_told_as_a_better_account(tmp_path: Path) -> None:
    """One account only: N1, DALO, passes N2 by the points that its account gives it, and the line says that."""
    table = """
        id first_registered_on persons choices status score priority_codes priority_status
        N1 2024-01-01          3       25056   active 40    DALO           labelled
        N2 2024-01-01          3       25056   active 90    c              labelled
    """
    whole = """
        landlord departement year account   share management_mode
        BAIL     25          2026 ETAT_PRIO 1     delegated
    """
    result = run(
        tmp_path,
        dwellings=ONE,
        applications=table,
        conventions=whole,
        settings={"changes": "{national.prices.dalo: 0}"},
    )
    assert lists(result)["L1"] == ["ETAT_PRIO", "N1", "N2"]
    assert "les points que ce contingent donne à un ménage DALO" in result.proposals["reason"][0]
    assert "points que ce contingent donne à un ménage DALO" in str(af.why(result, "N2"))
    lower = run(tmp_path / "lower", dwellings=ONE, applications=table.replace("90", "30"), conventions=whole)
    said = str(af.why(lower, "N2"))
    assert "cotation plus haute du premier rang et points que ce contingent donne à un ménage DALO" in said
    letter = str(af.why(lower, "N2", letter=True))
    assert (
        "Ce qui a compté, par logement : cotation, avec une autre règle (1)." in letter
        and "DALO" not in letter.split("4. ")[1]
    )


def test_who_would_be_first_if_reached_hears_that_and_not_that_nothing_helps(tmp_path: Path) -> None:
    """N3 has the most points and nobody reached it; N4 would stand behind N1 all the same."""
    table = """
        id first_registered_on persons choices status score dossier
        N1 2024-01-01          3       25056   active 90    .
        N3 2024-01-01          3       25056   active 95    unreachable
        N4 2024-01-01          3       25056   active 80    unreachable
    """
    result = run(tmp_path, dwellings=ONE, applications=table)
    assert lists(result)["L1"][1] == "N1"
    said = str(af.why(result, "N3"))
    assert (
        "Ce qui aurait changé la réponse : un dossier joignable (L1 (" in said
        and "aucun nombre de points" not in said
    )
    assert "Un dossier joignable aurait changé cette proposition." in str(af.why(result, "N3", letter=True))
    assert "un dossier joignable" not in str(af.why(result, "N4")) + str(af.why(result, "N4", letter=True))
    reached = run(
        tmp_path / "reached", dwellings=ONE, applications=table.replace("95    unreachable", "95    .")
    )
    assert lists(reached)["L1"][1] == "N3"


def eighteen_for_four(folder: Path, apart: int) -> Path:
    """Four dwellings alike and eighteen households, each ``apart`` points below the one before: a run that may stop halfway does."""
    homes = "".join(f"V{i} BAIL 25056 3 PLUS 0\n" for i in range(4))
    people = "".join(f"N{i:02} 2025-05-04 3 25056 {50 - apart * i} active {i % 2}\n" for i in range(18))
    return write(
        folder,
        conventions="""
            landlord departement year account  share management_mode
            BAIL     25          2026 ALS      0.37  delegated
            BAIL     25          2026 BAILLEUR 0.63  delegated
        """,
        dwellings="id landlord commune rooms financing qpv\n" + homes,
        applications="id first_registered_on persons choices score status als_employee\n" + people,
    )


def test_a_run_stopped_before_the_proof_calls_nobody_tied(tmp_path: Path) -> None:
    """Of households alike nobody knows then that a tie decided."""
    folder = eighteen_for_four(tmp_path / "case", 0)
    told = propose_to(folder, tmp_path / "out", Options(gap=0.5, pdf=False, accept_assumed=True))
    assert (told.stop, told.verdict) == ("gap", "certified within")
    said = {"aucun point ne lui manquait : calcul arrêté avant la preuve"}
    assert set(told.result.explanations["nearest_miss"]) == said


def test_points_that_an_unproven_proposal_lacks_are_told_as_such(tmp_path: Path) -> None:
    """Who lacks points in a proposal that is not proven may be first, or last, in the optimum: no page promises a first rank."""
    folder = eighteen_for_four(tmp_path / "case", 1)
    for lang, told, why in (
        ("fr", "un premier rang (optimum non prouvé)", "son optimum n'est pas prouvé"),
        ("en", "a first rank (optimum not proven)", "its optimum is not proven"),
    ):
        out = tmp_path / lang
        done = propose_to(folder, out, Options(gap=0.5, pdf=False, accept_assumed=True, lang=lang))
        assert done.verdict == "certified within", "the second program says the same"
        words = done.result.explanations["nearest_miss"]
        assert len(words) and words.str.contains(told, regex=False).all()
        assert why in " ".join(attriflux("why", out, "N17", "--lang", lang).out.split())


def test_the_letter_gives_what_a_household_needs_to_check_its_ceiling_its_quartile_and_its_accounts(
    tmp_path: Path,
) -> None:
    """N1 lodges six with one adult: a category above the table. N2 is nobody's public; N3 rents from the landlord itself."""
    result = run(
        tmp_path,
        dwellings=ONE,
        applications="""
            id first_registered_on persons adults dependants choices status score monthly_income_eur tax_income_eur als_employee current_landlord
            N1 2024-01-01          6       1      5          25056   active 90    900                40000          1            .
            N2 2024-01-01          3       2      1          25056   active 80    9000               20000          0            .
            N3 2024-01-01          3       2      1          25056   active 70    .                  20000          0            BAIL
        """,
    )
    one, two, three = (
        " ".join(str(af.why(result, name, letter=True)).split()) for name in ("N1", "N2", "N3")
    )
    assert "- catégorie de ménage pour les plafonds : 6 et 1 personne de plus -" in one
    assert "- catégorie de ménage pour les plafonds : 3 -" in two
    quartile = "- premier quartile des ressources (LEC) : "
    assert quartile + "oui (3 085,72 € par an et par unité de consommation ; seuil : " in one
    assert quartile + "non (54 000 € par an et par unité de consommation ; seuil : " in two
    assert quartile + "inconnu, faute" in three
    situation = "- situation pour les réservataires et les objectifs : "
    none = "aucune (non : locataire du parc social, salarié d'une entreprise d'Action Logement, agent public, travailleur essentiel, à reloger) -"
    assert (
        situation + "salarié d'une entreprise d'Action Logement (non : locataire du parc social, agent public"
        in one
    )
    assert situation + none in two
    assert (
        situation
        + "locataire du parc social (pour les logements de votre bailleur : mutation interne seulement)"
        in three
    )
    english = " ".join(str(af.why(result, "N1", letter=True, lang="en")).split())
    assert "a year and consumption unit; threshold: " in english
    assert "category of household for the ceilings: 6 and 1 more person -" in english
    assert (
        "situation for the réservataires and the targets: employee of a firm of Action Logement (not: tenant"
        in english
    )


def test_the_letter_says_that_the_quartile_was_written_in_the_file_and_what_a_relocated_tenant_may_have(
    tmp_path: Path,
) -> None:
    """N1's file says first quartile, N2's gives an income a unit, whatever the month; N3 is a tenant to be relocated."""
    result = run(
        tmp_path,
        dwellings=ONE,
        applications="""
            id first_registered_on persons adults dependants choices status score monthly_income_eur first_quartile income_per_uc current_landlord relocation
            N1 2024-01-01          3       2      1          25056   active 90    9000               yes            .             .                none
            N2 2024-01-01          3       2      1          25056   active 80    900                .              40000         .                none
            N3 2024-01-01          3       2      1          25056   active 70    900                .              .             BAIL             NPNRU
        """,
    )
    one, two, three = (
        " ".join(str(af.why(result, name, letter=True)).split()) for name in ("N1", "N2", "N3")
    )
    quartile = "- premier quartile des ressources (LEC) : "
    assert quartile + "oui (écrit ainsi dans votre dossier) -" in one
    assert (
        quartile + "non (40 000 € par an et par unité de consommation, écrits dans votre dossier ; seuil : "
        in two
    )
    assert "pour les logements de votre bailleur : mutation interne ou relogement seulement)" in three


def test_the_letter_says_for_how_many_and_where_a_dwelling_was_looked_for(tmp_path: Path) -> None:
    """N1 has two children on visits: sizes of three. N2's communes are those of the commission de médiation, N3's are widened."""
    result = run(
        tmp_path,
        dwellings=ONE,
        applications="""
            id first_registered_on persons visiting_children choices     status score dalo_perimeter priority_codes extend
            N1 2024-01-01          1       2                 25056       active 90    .              .              .
            N2 2024-01-01          3       .                 25388       active 80    25056|25462    DALO           1
            N3 2024-01-01          3       .                 25388|25462 active 70    .              .              1
        """,
    )
    one, two, three = (str(af.why(result, name, letter=True)) for name in ("N1", "N2", "N3"))
    counted = "personnes comptées pour la taille du logement (avec les enfants en visite, en garde alternée ou à naître) : 3"
    assert "- personnes à loger : 1\n" in one and counted in one and "pour la taille" not in two
    fixed = "communes fixées par la commission de médiation, à la place des communes souhaitées : 2"
    assert fixed in two and "élargie" not in two and "\n- communes souhaitées" not in two
    assert (
        "- communes souhaitées : 2\n" in three
        and "- demande élargie aux autres communes de l'EPCI : oui" in three
    )


def test_everybody_with_a_score_is_in_the_distribution_and_hears_it(tmp_path: Path) -> None:
    """Of ten, six asked this month (no point), one has a malus of 15, three have 12 months; N0, of six persons, fits no dwelling."""
    rows = [
        f"N{n} 2026-06-20 {6 if n == 0 else 3} 25056 active ." for n in range(6)
    ]  # fmt: skip
    rows += ["N6 2026-06-20 3 25056 active 1", *(f"N{n} 2025-06-20 3 25056 active ." for n in (7, 8, 9))]
    head = "id first_registered_on persons choices status refusals\n"
    result = run(tmp_path, dwellings=ONE, applications=head + "\n".join(rows))
    letter = str(af.why(result, "N0", letter=True))
    assert "- Cotation (CU Grand Besançon Métropole) : 0.\n" in letter
    told = letter.partition("Répartition des cotations")[2].splitlines()[1:]
    assert told[0].strip() == "moins de 0 : moins de 5"
    assert told[1].strip().endswith(" : 9"), "the band from 0 on holds those without a point, and no malus"


def test_the_letter_says_whether_anybody_has_seen_the_proof_of_a_priority(tmp_path: Path) -> None:
    """Rules count a priority that is verified or labelled, and no letter of L. 441-1 is written."""
    result = run(
        tmp_path,
        dwellings=ONE,
        applications="""
            id first_registered_on persons choices status score priority_codes priority_status prefet_designated
            N1 2024-01-01          3       25056   active 90    h              declared        .
            N2 2024-01-01          3       25056   active 80    h|l            labelled        .
            N3 2024-01-01          3       25056   active 70    DALO|h         .               1
            N4 2024-01-01          3       25056   active 60    .              .               .
            N5 2024-01-01          3       25056   active 50    DALO           .               .
            N6 2024-01-01          3       25056   active 50    DALO|h         labelled        .
            N7 2024-01-01          3       25056   active 40    h              labelled        1
            N8 2024-01-01          3       25056   active 30    .              .               1
        """,
    )
    told = [
        str(af.why(result, f"N{n}", letter=True)).partition("- titre de priorité : ")[2].splitlines()[0]
        for n in range(1, 9)
    ]
    assert told == [
        "prioritaire L441-1 (déclaré)", "prioritaire L441-1 (labellisé)", "DALO désigné par le préfet", "aucun",
        "DALO (déclaré)", "DALO", "prioritaire L441-1 (labellisé), désigné par le préfet", "désigné par le préfet",
    ]  # fmt: skip
