"""Sentences a secretary reads: whole, in one language, pointing at the right place."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from optimizer.cli.speak import say_json
from optimizer.cli.wrapping import wrapped
from optimizer.errors import AttrifluxError, Finding, define, messages, reason_of
from tests.cli.running import attriflux

SETTINGS = "title: essai\nterritory: doubs\non: 2026-11-23\nyear: 2026\nsynthetic: true\n"
HOMES = "logement;bailleur;commune;pieces;financement\nL1;OPH25;25056;3;plus\nL2;OPH25;25056;2;plai\n"
PEOPLE = (
    "numero_unique;premiere_demande_le;personnes;communes_souhaitees;statut\n"
    "N1;04/05/2026;3;25056;active\nN2;04/05/2026;2;25056;active\n"
)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "dossier"
    folder.mkdir()
    for name, text in {"case.yaml": SETTINGS, "logements.csv": HOMES, "demandes.csv": PEOPLE}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def said(*words: object) -> str:
    """What a refused command says, on one line."""
    done = attriflux(*words)
    assert done.code == 2, done
    return " ".join(done.err.split())


@pytest.mark.parametrize(
    ("words", "french"),
    [
        (
            ["--backend", "zzz"],
            "--backend : « zzz » n'est pas admis ; au choix : auto, cpsat, highs, pulp, scale.",
        ),
        (["--gap", "3"], "--gap : au plus 1."),
        (["--gap", "x"], "--gap : un nombre est attendu."),
        (["--time-limit", "-2"], "--time-limit : au moins 0."),
        (["--foo"], "l'option --foo n'existe pas"),
        (["autre"], "mot en trop : autre."),
    ],
)
def test_words_typed_wrongly(case: Path, words: list[str], french: str) -> None:
    text = said("propose", case, "--out", case.parent / "out", *words)
    assert f"Erreur : {french}" in text and "Aide : attriflux propose --help" in text
    english = said("propose", case, "--out", case.parent / "out", *words, "--lang", "en")
    assert english.startswith("Error: ") and "Erreur" not in english


def test_missing_words(case: Path) -> None:
    assert "Erreur : il manque --out." in said("propose", case)
    assert "la commande « chek » n'existe pas" in said("chek", case)
    assert "choisissez au moins un fichier à écrire" in said("export", case)


def test_places_that_do_not_exist(case: Path) -> None:
    assert said("check", case, "--models", case / "absent") == f"Introuvable : {case / 'absent'}"
    assert said("check", case, "--models", case / "absent", "--lang", "en") == f"Not found: {case / 'absent'}"
    assert "« foo » n'est ni un fichier ni un scénario livré ; livrés : collectivites-20, " in said(
        "scenario", "run", "foo", "--out", case.parent / "out"
    )
    file = case / "case.yaml"
    assert said("propose", case, "--out", file).endswith("« case.yaml » : un fichier porte déjà ce nom.")
    assert said("propose", case, "--out", file, "--lang", "en").endswith("a file already has this name.")


def test_a_file_that_others_keep_to_themselves(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *words: False)
    done = attriflux("verify", case, "--case", case)
    assert done.code == 2 and "accès refusé à" in done.err and "readable" not in done.err


def test_programs_read_one_json_document_whatever_stops_a_command(case: Path) -> None:
    for words, code in (
        (("verify", case / "absent", "--case", case), "NOT_FOUND"),
        (("propose", case), "USAGE"),
        (("scenario", "run", "foo", "--out", case.parent / "out"), "SCENARIO_UNKNOWN"),
    ):
        done = attriflux(*words, "--json")
        assert done.code == 2 and json.loads(done.out)["error"] == code, done


def test_what_is_not_a_number_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"comparison": [{"value": float("nan"), "num": 2.5}], "bounds": (float("inf"), 1)})
    assert json.loads(capsys.readouterr().out) == {
        "bounds": [None, 1],
        "comparison": [{"num": 2.5, "value": None}],
    }


def test_a_duplicate_convention_is_told_once(case: Path) -> None:
    (case / "conventions.csv").write_text(
        "bailleur;departement;annee;reservataire;part\nOPH25;25;2026;ALS;0,2\nOPH25;25;2026;ALS;0,3\n"
    )
    text = said("check", case)
    assert text.count("ERREUR") == 1 and "READ_DUPLICATE conventions.csv, ligne 3" in text


def test_the_same_area_said_and_meant_is_told_by_the_rules(case: Path) -> None:
    (case / "conventions.csv").write_text(
        "bailleur;departement;annee;perimetre;reservataire;part\nOPH25;25;2026;;ALS;0,2\nOPH25;25;2026;25;ALS;0,3\n"
    )
    assert "ELIG_DUPLICATE_LINE conventions.csv, ligne 3" in said("check", case)


def test_a_number_written_twice_is_a_problem_not_a_crash(case: Path) -> None:
    with (case / "demandes.csv").open("a", encoding="utf-8") as file:
        file.write("N1;04/05/2026;3;25056;active\n")
    text = said("check", case)
    assert "READ_DUPLICATE demandes.csv, ligne 4" in text and "1 erreur" in text


def test_pins_are_told_once_per_dwelling(case: Path) -> None:
    (case / "decisions.csv").write_text(
        "logement;numero_unique;decision;motif;auteur\nL1;N1;pin;earlier_commitment;s\nL1;N2;pin;earlier_commitment;s\nL2;N2;pin;earlier_commitment;s\n",
        encoding="utf-8",
    )
    text = said("check", case)
    assert text.count("ELIG_PIN_TWO_APPLICATIONS") == 1
    assert "2 demandes sont fixées sur le logement « L1 »." in text and "1 autre ligne : 3." in text
    assert "La même demande est fixée sur 2 logements (L1, L2)." in text


def test_shares_above_one_in_percent(case: Path) -> None:
    (case / "conventions.csv").write_text(
        "bailleur;departement;annee;reservataire;part\nOPH25;25;2026;ALS;0,2\nOPH25;25;2026;ETAT_PRIO;0,905\n"
    )
    assert "font 110,5 % du flux à Abbans-Dessous (25001) : plus que le flux entier. Attendu :" in said(
        "check", case
    )


def test_keys_are_keys_and_columns_columns() -> None:
    assert Finding("READ_KEY_MISSING", file="case.yaml", column="title").place() == "case.yaml, clé « title »"
    assert Finding("READ_KEY_MISSING", file="x.csv", column="title").place("en") == "x.csv, column “title”"


def test_no_line_ends_between_a_guillemet_and_its_word() -> None:
    text = "« mot » : " * 40 + "fin"
    assert not any(line.endswith("«") or line[:1] in "»:" for line in wrapped(text, 31).splitlines())
    assert " ".join(wrapped(text, 31).split()) == text


def test_numbers_agree_with_their_nouns() -> None:
    define("TEST_COUNT", "{count:logement/logements} sur {total}", "{count:dwelling/dwellings} of {total:,}")
    said_ = {n: AttrifluxError("TEST_COUNT", count=n, total=1200) for n in (0, 1, 2)}
    assert [said_[n].text("fr") for n in said_] == [
        "0 logement sur 1200",
        "1 logement sur 1200",
        "2 logements sur 1200",
    ]
    assert [said_[n].text("en") for n in said_] == [
        "0 dwellings of 1,200",
        "1 dwelling of 1,200",
        "2 dwellings of 1,200",
    ]


def test_the_system_speaks_french_too() -> None:
    assert reason_of(OSError(errno.ENOSPC, "No space left on device")).fr == "disque plein"
    assert reason_of(OSError(errno.E2BIG, "Argument list too long")).fr == "Argument list too long"


def test_no_message_leaves_a_plural_in_brackets() -> None:
    import optimizer.eligibility.messages
    import optimizer.importers  # noqa: F401

    assert [m.code for m in messages() if "(s)" in m.fr + m.en + m.remedy_fr] == []


def test_an_error_keeps_to_the_width_of_a_terminal(tmp_path):
    done = attriflux("fairness", tmp_path, "--out", tmp_path / "out", "--mechanisms", "nothing")
    assert done.code == 2 and len(done.err.splitlines()) > 1
    assert all(len(line) <= 80 for line in done.err.splitlines())
    assert "deferred_acceptance" in done.err and "top_trading" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("template", "{full}"),
        ("next", "--case", "{case}", "--out", "{full}", "--store", "{desk}"),
        ("scenario", "new", "{file}"),
        ("cotation", "new", "{file}", "local_job"),
        ("store", "export", "--out", "{file}", "--store", "{desk}"),
        ("store", "access", "1", "--reason", "Courrier", "--out", "{full}", "--store", "{desk}"),
    ],
    ids=" ".join,
)
def test_nobody_is_told_of_an_option_that_the_command_lacks(
    case: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    full, file, desk = tmp_path / "plein", tmp_path / "plein" / "essai.yaml", tmp_path / "bureau.sqlite"
    full.mkdir()
    file.write_text("x", encoding="utf-8")
    assert attriflux("store", "upgrade", "--store", desk).code == 0
    told = [word.format(full=full, file=file, case=case, desk=desk) for word in words]
    done = attriflux(*told)
    assert done.code == 2 and "--force" not in done.err, done.err
    assert file.read_text(encoding="utf-8") == "x"
