"""Every command that writes a folder, and how each is run here: a new one without a way to run it is a failure."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from optimizer import dropin
from optimizer.cli.app import app

RECIPES: dict[str, tuple[str, ...]] = {
    "bilan": ("bilan", "{year}", "--year", "2026", "--next"),
    "bilan, in English": ("bilan", "{year}", "--year", "2026", "--next", "--lang", "en"),
    "cotation test": ("cotation", "test", "demonstration", "demonstration_mutation", "{week}"),
    "cotation test, in English": ("cotation", "test", "demonstration", "demonstration_mutation", "{week}", "--lang", "en"),
    "dashboard of a landlord": ("dashboard", "{year}", "--for", "landlord", "--of", "OPH25", "--proposals", "{proposals}"),
    "dashboard of an EPCI": ("dashboard", "{year}", "--for", "epci", "--of", "242500361", "--proposals", "{proposals}"),
    "dashboard of the prefet": ("dashboard", "{year}", "--for", "prefet", "--of", "25"),
    "dashboard of a maire": ("dashboard", "{year}", "--for", "maire", "--of", "25056", "--proposals", "{proposals}"),
    "demo": ("demo", "--small"),
    "fairness": ("fairness", "{week}", "--draws", "50", "--prices", "priority_publics", "--steps", "3"),
    "fairness, in English": ("fairness", "{week}", "--mechanisms", "cotation,random,leximin,optimum", "--draws", "20", "--lang", "en"),
    "flux": ("flux", "{week}"),
    "flux, in English": ("flux", "{week}", "--lang", "en"),
    "flux of every landlord": ("flux", "{all}"),
    "next": ("next", "--case", "{commission}", "--store", "{desk}"),
    "propose": ("propose", "{week}"),
    "propose, in English": ("propose", "{week}", "--lang", "en", "--prospects", "3"),
    "propose for every landlord": ("propose", "{year}", "--gap", "0.05", "--no-pdf"),
    "scenario compare": ("scenario", "compare", "{runs}/reference", "{runs}/lec-30", "--lang", "en"),
    "scenario run": ("scenario", "run", "lec-30", "quatre-modes", "--case", "{week}", "--workers", "1", "--gap", "0.05"),
    "scenario run, lived": (
        "scenario", "run", "lec-30", "--case", "{week}", "--workers", "1", "--gap", "0.05", "--replications", "2", "--weeks", "3",
    ),
    "session minutes": ("session", "minutes", "{today}", "--store", "{desk}", "--landlord", "Habitat"),
    "session minutes, in English": ("session", "minutes", "{today}", "--store", "{desk}", "--lang", "en"),
    "session minutes of a session not held": ("session", "minutes", "{today}", "--store", "{carence}"),
    "session pack": ("session", "pack", "{today}", "--store", "{desk}"),
    "store access": (
        "store", "access", "{number}", "--reason", "A. Martin, 117", "--store", "{desk}", "--case", "{commission}",
    ),
    "store access, in English": ("store", "access", "{number}", "--reason", "A. Martin, 117", "--store", "{desk}", "--lang", "en"),
    "simulate": (
        "simulate", "commission", "--dwellings", "4", "--pool", "2", "--arrivals", "2", "--policies", "cotation", "--seeds", "1",
        "--session", "fortnight", "--workers", "1",
    ),
    "synth": ("synth", "commission", "--dwellings", "3", "--applications", "30"),
    "template": ("template", "{out}"),
}  # fmt: skip
"""Name -> words; ``{week}``, ``{all}``, ``{year}``, ``{proposals}``, ``{runs}``, ``{commission}``, ``{desk}`` and ``{carence}`` are places of the fixtures, ``{number}`` a household of ``{desk}``, ``{today}`` the session held today, or that could not be, ``{out}`` the
folder to write where a command takes it without ``--out``."""


NO_PAGE = {
    "scenario tornado": "the page of `scenario run`, after a run for each assumed value",
    "store backup": "a copy of the ledger",
    "store export": "a table",
    "store key": "two keys",
}
"""Commands that are not run here, and what they write."""


def writing_commands() -> Iterator[str]:
    """``cotation test`` and its like: every registered command with an option ``--out``."""
    dropin.load_all("optimizer.cli.commands")

    def walk(command: object, name: tuple[str, ...]) -> Iterator[str]:
        for key, child in sorted(getattr(command, "commands", {}).items()):
            yield from walk(child, (*name, key))
        if any("--out" in option.opts for option in command.params):  # type: ignore[attr-defined]
            yield " ".join(name)

    yield from walk(typer.main.get_command(app), ())


def run(words: tuple[str, ...], out: Path) -> int:
    """The command as a user runs it, in a process of its own."""
    import subprocess

    told = [str(out) if word == "{out}" else word for word in words]
    if "{out}" not in words:
        told += ["--out", str(out)]
    done = subprocess.run(
        [sys.executable, "-c", "from optimizer.cli import main; main()", *told],
        capture_output=True, text=True, check=False, timeout=500,
    )  # fmt: skip
    print(done.stdout[-2000:], done.stderr[-2000:])
    return done.returncode
