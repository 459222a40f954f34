"""``attriflux why``: an answer for every household, in little time, and a letter that holds nothing of anybody else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import optimizer as af
from tests.cli.running import attriflux
from tests.end_to_end.small import agreement, application, dwelling, propose, table, write

HEADS = ("1. Degré et mode", "2. Données traitées", "3. Paramètres", "4. Opérations")


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three dwellings: one for four households of Besançon, one that a lone household fits, one in progress."""
    folder = tmp_path_factory.mktemp("why")
    case = write(
        folder / "case",
        [dwelling("L1"), dwelling("L2", commune="25542"), dwelling("L3", commune="25527")],
        [
            application("A1", score="90"),
            application("A2", score="60"),
            application("A3", score="55"),
            application("A4", score="20", persons="6", adults="2", children_under_14="4"),
            application("A5", score="30", choices="25542"),
            application("A6", score="30", choices="25527"),
        ],
        conventions=[agreement("BAILLEUR", "1")],
        in_progress=[
            {"dwelling_id": "L3", "landlord": "BAIL", "commune": "25527", "account": "BAILLEUR", "application_id": "A9",
             "stage": "oriented", "since": "2026-11-20"},
        ],
        settings={"changes": "{national.prices.lec_q1_outside_qpv: 0, national.prices.lec_q234_inside_qpv: 0}"},
    )  # fmt: skip
    done = propose(case, folder / "out")
    assert done.code == 0, done.err
    # the case is not read: it is gone
    for file in case.iterdir():
        file.unlink()
    return folder / "out"


def test_a_household_in_reserve_hears_its_place_and_what_would_have_changed_it(week: Path) -> None:
    done = attriflux("why", week, "A2")
    assert done.code == 0, done.err
    said = " ".join(done.out.split())
    assert "Demande A2 : en réserve (rang 2, logement L1)" in said
    assert "60 (Cotation saisie dans le dossier 60)" in said
    assert "Recevable pour 1 logement :" in said and "2e sur 3 à la cotation" in said
    assert "le premier rang a une cotation plus haute" in said
    assert "plus de 30 points supplémentaires" in said
    assert "Non recevable pour 2 logements : hors du secteur de la demande (2)" in said


def test_every_household_of_the_case_has_an_answer_in_both_languages(week: Path) -> None:
    for row in table(week / "applications.csv"):
        for lang, word in (("fr", "Demande"), ("en", "Application")):
            done = attriflux("why", week, row["application_id"], "--lang", lang)
            assert done.code == 0 and done.out.startswith(f"{word} {row['application_id']}")
            letter = attriflux("why", week, row["application_id"], "--letter", "--lang", lang)
            assert letter.code == 0 and len(letter.out) > 500


def test_who_fits_nothing_hears_what_is_missing(week: Path) -> None:
    said = " ".join(attriflux("why", week, "A4").out.split())
    assert "recevable pour aucun logement" in said
    assert "Pourquoi : " in said and "aucun T" in said
    letter = " ".join(attriflux("why", week, "A4", "--letter").out.split())
    assert "Votre demande n'est recevable pour aucun logement" in letter
    busy = " ".join(attriflux("why", week, "A6").out.split())
    assert "recevable seulement pour des logements déjà en cours d'attribution" in busy


def test_a_dwelling_in_progress_is_not_counted_as_one_that_nobody_fits(week: Path) -> None:
    page = (week / "report.html").read_text(encoding="utf-8")
    assert ">sourcé</td>" in page and ">sourced</td>" not in page
    assert "2 listes · 0 en attente · 0 sans candidat · 1 déjà en cours d'attribution" in page.replace(
        "&#39;", "'"
    )


def test_one_dwelling_alone(week: Path) -> None:
    here = " ".join(attriflux("why", week, "A3", "--dwelling", "L1").out.split())
    assert "3e sur 3" in here and "L2" not in here
    there = " ".join(attriflux("why", week, "A3", "--dwelling", "L2").out.split())
    assert "non recevable, hors du secteur de la demande" in there
    busy = " ".join(attriflux("why", week, "A6", "--dwelling", "L3").out.split())
    assert "déjà en cours" in busy


@pytest.mark.long
def test_the_letter_counts_who_has_a_score_in_each_band(tmp_path: Path) -> None:
    """Besançon and Montbéliard side by side, scores as ranks: each application of an EPCI is in one band of its EPCI, and a score on
    a limit in the band below it. The summary of the run tells a dwelling in progress from one that nobody fits."""
    case = write(
        tmp_path / "case",
        [dwelling("L1"), dwelling("L2", commune="25388"), dwelling("L3"), dwelling("L4", rooms="6")],
        [
            *(application(f"A{n}", score="90") for n in range(8)),
            *(application(f"B{n}", score="10") for n in range(12)),
            *(application(f"M{n}", score="40", choices="25388") for n in range(5)),
            application("C", score="70", choices="25388"),
        ],
        conventions=[agreement("BAILLEUR", "0")],
        in_progress=[
            {"dwelling_id": "L3", "landlord": "BAIL", "commune": "25056", "account": "BAILLEUR", "application_id": "A9",
             "stage": "oriented", "since": "2026-11-20"},
        ],
    )  # fmt: skip
    done = propose(case, tmp_path / "out")
    told = " ".join(done.out.split())
    assert (
        "4 logements : 2 avec une liste, 0 en attente du réservataire, 1 sans candidat, 1 déjà en cours d'attribution."
        in told
    )
    assert "26 demandes : 2 au premier rang, 4 en réserve, 20 non proposées, 0 non recevable." in told

    def bands(application: str) -> dict[str, str]:
        said = attriflux("why", tmp_path / "out", application, "--letter").out
        lines = said.partition("Répartition")[2].partition("Règles et poids")[0].splitlines()[1:]
        told = dict(line.strip().split(" : ") for line in lines if line.strip())
        assert list(told) == [f"{10 * j}–{10 * (j + 1)}" for j in range(10)]
        return {band: n for band, n in told.items() if n != "0"}

    # ranks in the middle of whoever has the same score: 12 below of 20 is 30, 8 above is 80; 5 of 6 is 41.67, the last 91.67
    assert bands("A0") == {"20–30": "12", "70–80": "8"} == bands("B0")
    assert bands("C") == {"40–50": "5", "90–100": "moins de 5"}


def test_json_holds_the_same_as_data(week: Path) -> None:
    found = json.loads(attriflux("why", week, "A2", "--json").out)
    assert (found["status"], found["points_needed"], found["nearest"]) == ("reserve", 30, "L1")
    [place] = found["places"]
    assert (place["dwelling_id"], place["place"], place["of"], place["rank"]) == ("L1", 2, 3, 2)


def test_the_letter_stands_under_the_four_heads_and_is_no_decision(week: Path) -> None:
    out = attriflux("why", week, "A2", "--letter").out
    assert out.startswith("Ce courrier n'est pas une décision.\n")
    at = [out.index(head) for head in HEADS]
    assert at == sorted(at)
    assert "R. 311-3-1-2" in out  # as every other paper and page writes it


def test_a_result_that_is_not_there_is_said_to_be_missing(tmp_path):
    told = attriflux("why", tmp_path / "nulle-part", "A1")
    assert (told.code, told.err.split()) == (2, ["Introuvable", ":", str(tmp_path / "nulle-part")])


def test_the_letter_holds_nothing_of_anybody_else(week: Path) -> None:
    """No other number; no score of another (90, 55) nor what would give it away (the 30 points lacking); no small count."""
    for only in ((), ("--dwelling", "L1")):
        out = attriflux("why", week, "A2", "--letter", *only).out
        words = set(out.replace(",", " ").replace(";", " ").replace(".", " ").split())
        assert not {f"A{i}" for i in (1, 3, 4, 5, 6)} & words
        assert "30 points" not in out and "passée par" not in out
        spread = out[out.index("Répartition") : out.index("Règles et poids")]
        assert {line.rsplit(" : ", 1)[1] for line in spread.splitlines()[1:]} <= {"0", "moins de 5", "5", "6"}


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One dwelling that a recorded decision gives to a household, one oriented to the account of employees."""
    folder = tmp_path_factory.mktemp("decided")
    why = {"author": "Comité", "expires_on": "2026-12-31"}
    case = write(
        folder / "case",
        [dwelling("L1"), dwelling("L2", commune="25542")],
        [
            application("A1", score="20"),
            application("A2", score="60"),
            application("A3", score="55"),
            application("A4", score="90", choices="25542"),
            application("A5", score="30", choices="25542", als_employee="1"),
        ],
        decisions=[
            {"dwelling_id": "L1", "application_id": "A1", "decision": "pin", "reason": "commission_decision", **why},
            {"dwelling_id": "L2", "account": "ALS", "decision": "orient", "reason": "agreement_of_the_parties", **why},
        ],
    )  # fmt: skip
    done = propose(case, folder / "out")
    assert done.code == 0, done.err
    return folder / "out"


def test_who_is_eligible_and_can_have_no_first_rank_hears_that_too(decided: Path) -> None:
    """A pinned dwelling is open to nobody else: neither answer is silent about what points would have done."""
    for words in (("A2",), ("A2", "--dwelling", "L1"), ("A2", "--letter"), ("A2", "--letter", "--dwelling", "L1")):  # fmt: skip
        said = " ".join(attriflux("why", decided, *words).out.split())
        assert "aucun n'est ouvert à cette demande, quels que soient ses points" in said, words
    letter = " ".join(attriflux("why", decided, "A2", "--letter").out.split())
    assert "Vous remplissez les conditions d'un logement ;" in letter
    assert "décision enregistrée" in letter[letter.index("Ce qui a compté") :]


def test_a_place_on_a_list_that_does_not_exist_is_not_told_to_the_household(decided: Path) -> None:
    """L2 goes to an account that may not name A4: « 1er sur 1 » would be a place nowhere."""
    letter = " ".join(attriflux("why", decided, "A4", "--letter", "--dwelling", "L2").out.split())
    assert "L2 (Serre-les-Sapins, T3, PLUS) : vous remplissez les conditions ; il va à un contingent qui ne peut pas vous désigner." in letter  # fmt: skip
    assert "à la cotation" not in letter[letter.index("L2 (") :]
    whole = " ".join(attriflux("why", decided, "A4", "--letter").out.split())
    assert "d'un logement ; il n'a pas de liste d'un contingent qui peut vous désigner." in whole
    english = " ".join(
        attriflux("why", decided, "A4", "--letter", "--dwelling", "L2", "--lang", "en").out.split()
    )
    assert "you meet the conditions; it goes to an account that may not name you." in english


def test_points_are_not_spoken_of_beside_a_dwelling_they_change_nothing_for(week: Path) -> None:
    letter = attriflux("why", week, "A3", "--letter", "--dwelling", "L2").out
    assert (
        "non recevable, hors du secteur de la demande" in letter and "de points" not in letter.split("4. ")[1]
    )


def test_unknown_numbers_dwellings_and_folders_are_sentences(week: Path, tmp_path: Path) -> None:
    for words, code in (
        ((week, "A77"), "Aucune demande"),
        ((week, "A2", "--dwelling", "L77"), "L77"),
        ((tmp_path, "A2"), "why.npz"),
    ):
        done = attriflux("why", *words)
        assert done.code == 2 and code in done.err and not done.out
    (tmp_path / "why.npz").write_bytes(b"PK nothing")
    assert attriflux("why", tmp_path, "A2").code == 2
    (tmp_path / "why.npz").unlink()
    os.mkfifo(tmp_path / "why.npz")  # nobody ever writes to it
    assert attriflux("why", tmp_path, "A2").code == 2


def test_python_asks_the_same(week: Path) -> None:
    assert "\n".join(af.why(week, "A2").lines) == str(af.why(week, "A2"))
    case = af.synthesize("commission", dwellings=4, applications=60, seed=2)
    result = af.propose(case)
    name = str(result.applications["application_id"].iloc[0])
    assert af.why(result, name).lines[0].startswith(f"Demande {name}")
    assert af.why(result, name, letter=True, lang="en").lines[0] == "This letter is not a decision."


def test_an_answer_waits_for_no_solver(week: Path) -> None:
    """A process of its own: the libraries that it must not have loaded, a second and more of processor."""
    code = (
        "import sys; sys.argv = ['attriflux', 'why', sys.argv[1], 'A2']\n"
        "from optimizer.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print(sorted({'pandas', 'pyarrow', 'numba', 'scipy', 'ortools', 'highspy'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(week)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.fixture(scope="module")
def quota(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One dwelling outside QPV after five leases, none of the first quartile: the first rank is of it, whoever has more points."""
    folder = tmp_path_factory.mktemp("quota")
    poor = {"monthly_income_eur": "900"}
    case = write(
        folder / "case",
        [dwelling("L1")],
        [
            application("A1", score="60", **poor),
            application("A2", score="50"),
            application("A3", score="60"),
            application("A4", score="90", dossier="unreachable"),
            application("A5", score="40", **poor),
            application("A6", score="80"),
        ],
        conventions=[agreement("BAILLEUR", "1")],
        leases=[
            {"dwelling_id": f"B{i}", "landlord": "BAIL", "commune": "25056", "qpv": "0", "account": "BAILLEUR",
             "signed_on": f"2026-02-0{i}", "q1": "no"}
            for i in range(1, 6)
        ],
    )  # fmt: skip
    done = propose(case, folder / "out")
    assert done.code == 0, done.err
    return folder / "out"


def test_a_rule_is_told_beside_points_that_would_change_nothing_without_it(quota: Path) -> None:
    """A2 has fewer points than A1, and with more it would still be passed by the quota; A5, of the first quartile, would not."""
    for number, reason, group in (
        ("A2", "cotation plus haute du premier rang (même sans cela : règle « objectif LEC : premier quartile hors QPV »)", "cotation, avec une autre règle (1)"),
        ("A3", "règle « objectif LEC : premier quartile hors QPV », à cotation égale", "cotation, avec une autre règle (1)"),
        ("A4", "dossier injoignable, placé après les autres (même sans cela : règle « objectif LEC : premier quartile hors QPV »)", "votre dossier, signalé injoignable, avec une autre règle (1)"),
    ):  # fmt: skip
        said = " ".join(attriflux("why", quota, number).out.split())
        assert f"passée par : {reason}" in said, number
        letter = " ".join(attriflux("why", quota, number, "--letter").out.split())
        assert f"Ce qui a compté, par logement : {group}." in letter, number
    said = " ".join(attriflux("why", quota, "A5").out.split())
    assert "le premier rang a une cotation plus haute" in said and "même sans cela" not in said
    english = " ".join(attriflux("why", quota, "A2", "--lang", "en").out.split())
    assert "the higher score of the first rank (even without it: rule “LEC" in english


def test_a_part_of_the_value_is_told_beside_the_class_that_a_reserve_has(quota: Path) -> None:
    """A5, of the first quartile, is reserve before A4 and A6: A4 would be behind it without that class too, A6 would not."""
    told = "passée au rang 2 par : même public que le premier rang"
    said = " ".join(attriflux("why", quota, "A4").out.split())
    assert f"{told} (même sans cela : dossier injoignable, placé après les autres)" in said
    said = " ".join(attriflux("why", quota, "A6").out.split())
    assert told in said and f"{told} (" not in said


def test_a_household_that_its_reservataire_did_not_name_is_told_from_one_it_may_not_name(tmp_path: Path) -> None:  # fmt: skip
    """L1 waits for the employer, L2 goes to the household it named: A2 is an employee, A3 is none, A4 a tenant of the landlord."""
    why = {"author": "Comité", "expires_on": "2026-12-31", "reason": "agreement_of_the_parties"}
    case = write(
        tmp_path / "case",
        [dwelling("L1"), dwelling("L2", commune="25542"), dwelling("L3")],
        [
            application("A1", choices="25542", als_employee="1"),
            application("A2", choices="25056|25542", als_employee="1", score="20"),
            application("A3", choices="25056|25542", score="10"),
            application("A4", choices="25056|25542", als_employee="1", current_landlord="BAIL", score="15"),
            application("A5", score="90"),
        ],
        conventions=[agreement("ALS", "0.3", management_mode="direct"), agreement("BAILLEUR", "0.7")],
        nominations=[{"account": "ALS", "application_id": "A1", "dwelling_id": "L2", "rank": "1"}],
        decisions=[
            {"dwelling_id": home, "account": account, "decision": "orient", **why}
            for home, account in (("L1", "ALS"), ("L2", "ALS"), ("L3", "BAILLEUR"))
        ],
    )
    done = propose(case, tmp_path / "out")
    assert done.code == 0, done.err
    waits, not_theirs = "le réservataire désigne lui-même ses candidats", "contingent qui ne peut pas désigner ce ménage"  # fmt: skip
    for number, reason in (("A2", waits), ("A3", not_theirs), ("A4", not_theirs)):
        for home in ("L1", "L2"):
            said = " ".join(attriflux("why", tmp_path / "out", number, "--dwelling", home).out.split())
            assert reason in said, (number, home)
    letter = " ".join(attriflux("why", tmp_path / "out", "A4", "--letter").out.split())
    assert "désigne lui-même" not in letter and "contingent qui ne peut pas vous désigner (" in letter
