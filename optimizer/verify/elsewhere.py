"""A folder that is not a proposal: what it is, and where the proposals in it are. Nothing is checked here, nothing refused."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from optimizer.errors import AttrifluxError, Said, define

PROPOSAL = ("proposals.csv", "proposals.parquet", "certificate.json")
"""One of these is enough for a folder to be judged as a proposal: a damaged one is refused, never explained away."""
MARKS = ("run.json", "scenarios.json", "scenario.json")
WRITERS = {
    "scenarios": "scenario run", "scenario": "scenario run", "fairness": "fairness", "simulation": "simulate", "flux": "flux",
    "bilan": "bilan", "midyear": "bilan --to", "cotation": "cotation test", "test-period": "cotation test --weeks",
    "dashboard": "dashboard", "papers": "session",
}  # fmt: skip
"""Middle of ``attriflux-…/n`` -> the command that writes such a folder."""
SHOWN = 5
REFERENCE = "reference"
"""The run that `scenario run` adds: the case as it is."""

define(
    "VERIFY_RUNS_INSIDE",
    "{folder} n'est pas une proposition : il en contient {count}, une par calcul, chacune avec le cas qu'elle a lu.",
    "{folder} is not a proposal: it holds {count}, one per run, each with the case that it read.",
    remedy_fr="En vérifier une : attriflux verify {result} --case {case} ; les calculs : {names}",
    remedy_en="Check one of them: attriflux verify {result} --case {case}; the runs: {names}",
)
define(
    "VERIFY_OTHER_FOLDER",
    "{folder} n'est pas une proposition : il a été écrit par « {command} », dont verify ne recompte pas les tables.",
    "{folder} is not a proposal: it was written by “{command}”, whose tables verify does not count again.",
    remedy_fr="Donner un dossier écrit par propose",
    remedy_en="Give a folder written by propose",
)
define(
    "VERIFY_LOTTERY_FOLDER",
    "{folder} n'est pas une proposition : il a été écrit par « fairness ».",
    "{folder} is not a proposal: it was written by “fairness”.",
    remedy_fr="Ajouter --lottery : ses loteries sont recomptées, avec la preuve de chaque étape",
    remedy_en="Add --lottery: its lotteries are added up again, with the proof of each stage",
)
define(
    "VERIFY_NO_LOTTERY",
    "{folder} ne contient pas de loteries : il a été écrit par « {command} ».",
    "{folder} holds no lotteries: it was written by “{command}”.",
    remedy_fr="Donner un dossier écrit par fairness",
    remedy_en="Give a folder written by fairness",
)
define(
    "VERIFY_PROPOSAL",
    "{folder} ne contient pas de loteries : il a été écrit par « propose ».",
    "{folder} holds no lotteries: it was written by “propose”.",
    remedy_fr="Retirer --lottery : la proposition est revérifiée",
    remedy_en="Leave out --lottery: the proposal is checked again",
)


def without_lottery(directory: Path) -> AttrifluxError | None:
    """Why a folder has no lottery to add up, and what to do instead; None for one of ``fairness``, whole or damaged."""
    if not directory.is_dir():
        return None
    writer = _writer(directory)
    if writer != "fairness" and any((directory / name).exists() for name in PROPOSAL):
        return AttrifluxError("VERIFY_PROPOSAL", folder=str(directory))
    if writer in ("", "fairness"):
        return None
    return AttrifluxError("VERIFY_NO_LOTTERY", folder=str(directory), command=writer)


def other_folder(directory: Path) -> AttrifluxError | None:
    """Why a folder cannot be judged as a proposal, and what to check instead; None when it can be, whole or damaged."""
    if not directory.is_dir() or any((directory / name).exists() for name in PROPOSAL):
        return None
    folder = str(directory)
    found = _inside(directory)
    if found:
        names = [result.parent.name for result, _ in found]
        at = names.index(REFERENCE) if REFERENCE in names else 0
        more, listed = len(names) - SHOWN, ", ".join(names[:SHOWN])
        result, case = found[at]
        said = (
            Said(f"{listed} et {more} de plus", f"{listed} and {more} more")
            if more > 0
            else Said(listed, listed)
        )
        return AttrifluxError(
            "VERIFY_RUNS_INSIDE",
            folder=folder,
            count=len(found),
            result=shlex.quote(str(result)),
            case=shlex.quote(str(case)),
            names=said,
        )
    writer = _writer(directory) or ("scenario compare" if any(directory.glob("comparison.*")) else "")
    if writer == "fairness":
        return AttrifluxError("VERIFY_LOTTERY_FOLDER", folder=folder)
    return AttrifluxError("VERIFY_OTHER_FOLDER", folder=folder, command=writer) if writer else None


def _inside(directory: Path) -> list[tuple[Path, Path]]:
    """(result, its case) of a run, or of each run of a folder of runs, in the order of the names."""
    runs = (directory, *sorted(path for path in directory.iterdir() if path.is_dir()))
    pairs = ((run / "resultat", run / "cas") for run in runs)
    return [(result, case) for result, case in pairs if (result / "run.json").is_file() and case.is_dir()]


def _writer(directory: Path) -> str:
    """The command that wrote a folder, as its mark says; empty where there is none, or none that can be read."""
    for name in MARKS:
        try:
            content = json.loads((directory / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        mark = content.get("format") if isinstance(content, dict) else None
        kind, _, version = str(mark).removeprefix("attriflux-").partition("/")
        if version and kind in WRITERS:
            return WRITERS[kind]
    return ""
