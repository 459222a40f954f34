"""What a command tells while it works: phases, and how long one has been going on where nothing else is said."""

from __future__ import annotations

import time

import pytest

from optimizer.cli.speak import Progress


def wait_for(said: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The error stream once it holds these words."""
    text = ""
    for _ in range(200):
        text += capsys.readouterr().err
        if said in text:
            return text
        time.sleep(0.05)
    raise AssertionError(f"never said: {said!r}; said: {text!r}")


@pytest.mark.parametrize(
    ("lang", "still", "gap"), [("fr", "  depuis ", ", écart 0,05 %"), ("en", "  for ", ", gap 0.05%")]
)
@pytest.mark.long
def test_minutes_of_one_phase_are_no_silence(monkeypatch, capsys, lang, still, gap):
    monkeypatch.setattr(Progress, "EVERY", 0.2)
    progress = Progress(lang)
    try:
        progress.phase("Calcul de l'optimum et de sa preuve…")
        assert wait_for(still, capsys).count("\n") >= 2
        progress.solving(100_000.0, 99_950.0)
        assert gap.replace(" %", "\u00a0%") in wait_for(still, capsys) + wait_for(still, capsys)
        progress.phase("Listes et explications…")
        assert "%" not in wait_for(still, capsys).split("\n", 1)[1], "the gap is that of the solve"
    finally:
        progress.done()


@pytest.mark.long
def test_what_is_asked_for_as_data_is_told_nothing(monkeypatch, capsys):
    monkeypatch.setattr(Progress, "EVERY", 0.0)
    progress = Progress("fr", quiet=True)
    progress.phase("Lecture du dossier…")
    progress.solving(1.0, 1.0)
    time.sleep(1.5)
    progress.done()
    assert capsys.readouterr().err == ""


@pytest.mark.long
def test_a_command_that_is_over_says_nothing_more(monkeypatch, capsys):
    monkeypatch.setattr(Progress, "EVERY", 0.1)
    progress = Progress("fr")
    progress.phase("Lecture du dossier…")
    progress.done()
    time.sleep(1.5)
    assert capsys.readouterr().err == "Lecture du dossier…\n"


@pytest.mark.long
def test_the_line_of_a_terminal_is_written_over_while_a_phase_lasts(monkeypatch, capsys):
    monkeypatch.setattr(Progress, "EVERY", 0.2)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    progress = Progress("fr")
    try:
        progress.phase("Vérification indépendante…")
        assert "\n" not in wait_for("\r\x1b[2KVérification indépendante…  depuis ", capsys)
    finally:
        progress.done()
    time.sleep(1.5)
    assert capsys.readouterr().err.endswith("\r\x1b[2K"), "the line is cleared, and nothing comes after"
