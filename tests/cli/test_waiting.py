"""A command that takes long and tells nothing of it is no silence; one that tells it itself is not told twice."""

from __future__ import annotations

import time
from typing import Any

import pytest

from optimizer.cli.pages import Command, Standing
from optimizer.cli.speak import Progress
from optimizer.cli.waiting import Waiting


class Asked:
    """What a command sees of its line."""

    def __init__(self, **params: object) -> None:
        self.params = params

    def invoke(self, work: Any, **params: object) -> Any:
        return work()


def run(command: type[Command], work: Any, **params: object) -> Any:
    return command("essai", callback=work).invoke(Asked(**params))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Waiting, "EVERY", 0.2)
    monkeypatch.setattr("sys.argv", ["attriflux", "essai"])


@pytest.mark.long
def test_minutes_of_work_are_told(capsys):
    run(Command, lambda: time.sleep(1.0))
    assert capsys.readouterr().err.startswith("  toujours en cours, depuis ")
    time.sleep(0.5)
    assert capsys.readouterr().err == "", "nothing comes after the answer"


@pytest.mark.long
def test_in_the_language_asked(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["attriflux", "essai", "--lang", "en"])
    run(Command, lambda: time.sleep(1.0))
    assert capsys.readouterr().err.startswith("  still working, for ")


@pytest.mark.long
def test_data_and_a_server_are_told_nothing_about(capsys):
    run(Command, lambda: time.sleep(0.6), json=True)
    run(Standing, lambda: time.sleep(0.6))
    assert capsys.readouterr().err == ""


def test_a_short_command_says_its_answer_alone(capsys):
    run(Command, lambda: print("fait"))
    time.sleep(0.5)
    told = capsys.readouterr()
    assert (told.out, told.err) == ("fait\n", "")


@pytest.mark.long
def test_who_tells_its_phases_is_not_told_twice(capsys):
    def work() -> None:
        progress = Progress("fr")
        progress.phase("Lecture du dossier…")
        time.sleep(0.8)
        progress.done()

    run(Command, work)
    assert capsys.readouterr().err == "Lecture du dossier…\n"
