"""The commands of the cotation workshop: lists, a new grid, its comparison, refusals."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from optimizer.cli.app import app
from optimizer.cli.commands import cotation as cotation
from optimizer.errors import AttrifluxError

RUN = CliRunner()


def test_criteria_and_methods_are_listed():
    done = RUN.invoke(app, ["cotation", "criteria", "--json"])
    names = {c["name"] for c in json.loads(done.output)["criteria"]}
    assert {"dalo", "anciennete", "refus"} <= names
    done = RUN.invoke(app, ["cotation", "methods", "--count", "3", "--json"])
    weights = {m["name"]: m["weights"] for m in json.loads(done.output)["methods"]}
    assert weights["rank_sum"] == [0.5, 0.3333, 0.1667]
    done = RUN.invoke(app, ["cotation", "methods"])
    assert "Barron et Barrett" in done.output


@pytest.mark.long
def test_a_new_grid_is_written_said_and_compared(tiny, tmp_path):
    file = tmp_path / "ma_grille.yaml"
    done = RUN.invoke(
        app, ["cotation", "new", str(file), "dalo", "l441_1", "anciennete", "--method", "rank_sum"]
    )
    assert done.exit_code == 0, done.output
    assert "50,0 %" in done.output
    assert "Attention" not in done.output
    arguments = [
        "cotation",
        "test",
        "demonstration",
        str(file),
        str(tiny),
        "--out",
        str(tmp_path / "essai"),
        "--lang",
        "en",
    ]
    done = RUN.invoke(app, arguments)
    assert done.exit_code == 0, done.output
    page = (tmp_path / "essai" / "cotation.html").read_text(encoding="utf-8")
    for told in (done.output, page):
        assert "other applicants" in told and "autres demandeurs" not in told
        assert "one per application and EPCI" in " ".join(
            told.split()
        )  # more ranks move than there are applications
    assert "Ranks gained" in done.output and "of first ranks before" in done.output
    assert (tmp_path / "essai" / "cotation.xlsx").is_file()


def test_a_grid_without_priorities_is_warned_of(tmp_path):
    done = RUN.invoke(app, ["cotation", "new", str(tmp_path / "g.yaml"), "anciennete", "effort"])
    assert "L. 441-1" in done.output


def test_the_ratio_of_simos_goes_with_simos(tmp_path):
    file = str(tmp_path / "g.yaml")
    done = RUN.invoke(
        app, ["cotation", "new", file, "dalo", "_", "effort", "--ratio", "3", "--method", "simos"]
    )
    assert done.exit_code == 0, done.output
    assert "75,0 %" in done.output
    refused = RUN.invoke(app, ["cotation", "new", file + "2", "dalo", "effort", "--ratio", "3"])
    assert isinstance(refused.exception, AttrifluxError)
    assert refused.exception.code == "COTATION_BLANK"


@pytest.mark.parametrize("command", ["new", "test", "criteria", "methods"])
def test_help_has_an_example(command):
    done = RUN.invoke(app, ["cotation", command, "--help"])
    assert "Exemple" in done.output


def test_weeks_need_a_folder_to_write(tmp_path):
    done = RUN.invoke(app, ["cotation", "test", "--weeks", str(tmp_path)])
    assert isinstance(done.exception, AttrifluxError) and done.exception.code == "COTATION_WEEKS_OUT"
