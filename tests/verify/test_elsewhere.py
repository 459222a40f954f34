"""`verify` of a folder that no proposal stands in: what it is, and what to check instead."""

from __future__ import annotations

import json
import shlex

import pytest

from optimizer.verify.elsewhere import other_folder
from tests.cli.running import attriflux


def test_a_folder_of_scenarios_names_the_proposals_in_it(tmp_path):
    """It said « run.json : contenu illisible (absent) », which reads as a damaged result."""
    folder = tmp_path / "essais"
    for name in ("lec-30", "reference"):
        (folder / name / "resultat").mkdir(parents=True)
        (folder / name / "resultat" / "run.json").write_text("{}")
        (folder / name / "cas").mkdir()
    told = attriflux("verify", folder, "--case", folder / "reference" / "cas")
    assert told.code == 2
    said = " ".join(told.err.split())
    assert f"attriflux verify {folder}/reference/resultat --case {folder}/reference/cas" in said
    assert "lec-30, reference" in said and "il en contient 2" in said
    one = attriflux("verify", folder / "lec-30", "--case", folder / "lec-30" / "cas", "--lang", "en")
    assert one.code == 2 and "it holds 1" in " ".join(one.err.split())


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("attriflux-flux/1", "« flux »"),
        ("attriflux-bilan/1", "« bilan »"),
        ("attriflux-fairness/1", "--lottery"),
    ],
)
def test_a_folder_of_another_command_is_named(mark, said, tmp_path):
    (tmp_path / "run.json").write_text(json.dumps({"format": mark}))
    told = attriflux("verify", tmp_path, "--case", tmp_path)
    assert told.code == 2 and said in " ".join(told.err.split())


def test_a_comparison_alone_is_named(tmp_path):
    (tmp_path / "comparison.csv").write_text("scenario\n")
    told = attriflux("verify", tmp_path, "--case", tmp_path)
    assert told.code == 2 and "« scenario compare »" in " ".join(told.err.split())


def test_a_damaged_proposal_is_refused_whatever_else_stands_there(tmp_path):
    """A result whose record was taken away, or replaced by another command's, is still a result that does not verify."""
    (tmp_path / "proposals.csv").write_text("dwelling_id\n")
    (tmp_path / "run.json").write_text(json.dumps({"format": "attriflux-flux/1"}))
    assert attriflux("verify", tmp_path, "--case", tmp_path).code == 3


def test_the_command_that_is_given_has_its_folders_in_one_word_each(tmp_path):
    """Copied as it stands: « Mes essais » was two words of it."""
    folder = tmp_path / "Mes essais d'hiver"
    (folder / "lec-30" / "resultat").mkdir(parents=True)
    (folder / "lec-30" / "resultat" / "run.json").write_text("{}")
    (folder / "lec-30" / "cas").mkdir()
    found = other_folder(folder)
    assert found is not None
    command = found.text("fr").partition("attriflux verify ")[2].partition(" ;")[0]
    assert shlex.split(command) == [
        str(folder / "lec-30" / "resultat"), "--case", str(folder / "lec-30" / "cas"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("mark", "beside", "lang", "said"),
    [
        ("attriflux-flux/1", "flux.csv", "fr", "écrit par « flux ». Donner un dossier écrit par fairness"),
        ("attriflux-run/1", "proposals.csv", "fr", "écrit par « propose ». Retirer --lottery"),
        ("attriflux-run/1", "proposals.csv", "en", "written by “propose”. Leave out --lottery"),
    ],
)
def test_lotteries_asked_of_another_folder_say_what_it_is(mark, beside, lang, said, tmp_path):
    """It said that an earlier version had written it, to be made again by `propose`."""
    (tmp_path / "run.json").write_text(json.dumps({"format": mark}))
    (tmp_path / beside).write_text("")
    told = attriflux("verify", tmp_path, "--lottery", "--case", tmp_path, "--lang", lang)
    assert told.code == 2 and said in " ".join(told.err.split())
