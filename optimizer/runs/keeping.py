"""``--keep``: the first ranks of an earlier result weigh something, so that a small change moves little.

Names are all that is read of it: dwellings, accounts, households by rank. What is no longer in the case is left out; the rest
is written beside the new result (``kept.csv``), where the independent check reads what weighed.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimizer.errors import AttrifluxError, Said, define, reason_of
from optimizer.presentation.csvfile import csv_bytes
from optimizer.presentation.reading_back import read_back
from optimizer.runs.result import Kept, Result

if TYPE_CHECKING:
    from optimizer.problem.model import Problem

define(
    "KEEP_UNREADABLE",
    "Le résultat à garder « {name} » n'est pas un résultat de propose utilisable : {why}.",
    "The result to keep “{name}” is not a usable result of propose: {why}.",
    remedy_fr="Donner le dossier écrit par attriflux propose --out, ou retirer --keep",
    remedy_en="Give the folder written by attriflux propose --out, or leave out --keep",
)

COLUMNS = ("dwelling_id", "account", "rank", "application_id")


def read_kept(start: Path | str | Result) -> Kept:
    """The lists of a result: its folder, of this version of the contract or an earlier one, or the value itself.

    Raises
    ------
    AttrifluxError
        ``KEEP_UNREADABLE``: the table of proposals is missing or damaged.
    """
    if not isinstance(start, (Path, str)):
        lines = start.proposals[list(COLUMNS)].astype({"rank": int})
        digest = hashlib.sha256(csv_bytes(start.proposals, "french")).hexdigest()
        people = frozenset(start.applications["application_id"].astype(str))
        return Kept("", digest, _lists(lines, start.dwellings), people or None)
    folder = Path(start)
    name = folder.name or str(folder.absolute())
    try:
        raw = next((p for p in (folder / "proposals.csv", folder / "proposals.parquet") if p.is_file()), None)
        frame = read_back(folder, "proposals", COLUMNS)
        if raw is None or frame is None:
            raise FileNotFoundError(2, None)
        frame = frame.assign(rank=frame["rank"].astype(int))
        told = read_back(folder, "applications", ("application_id",))
        homes = read_back(folder, "dwellings", ("dwelling_id",))
        digest = hashlib.sha256(raw.read_bytes()).hexdigest()
    except OSError as error:
        raise AttrifluxError("KEEP_UNREADABLE", name=name, why=reason_of(error)) from None
    except (ValueError, TypeError, KeyError):
        why = Said("contenu inattendu ou abîmé", "unexpected or damaged content")
        raise AttrifluxError("KEEP_UNREADABLE", name=name, why=why) from None
    known = None if told is None else frozenset(told["application_id"].astype(str))
    return Kept(name, digest, _lists(frame, homes), known)


def _lists(lines: pd.DataFrame, homes: pd.DataFrame | None) -> dict[str, tuple[str, tuple[str, ...]]]:
    """List of each dwelling; one that had none stood in the earlier week all the same, it is not new."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    if homes is not None:
        found |= {str(home): ("", ()) for home in homes["dwelling_id"]}
    for home, group in lines.sort_values(["dwelling_id", "rank"], kind="stable").groupby(
        "dwelling_id", sort=False
    ):
        people = tuple(str(x) for x in group["application_id"] if str(x) not in ("", "nan"))
        found[str(home)] = (str(group["account"].iloc[0]), people)
    return found


def weighed(problem: Problem, kept: Kept) -> pd.DataFrame:
    """``kept.csv``: the first ranks that weigh in this run, dwelling, account and household all in its case."""
    homes, people = set(problem.dwelling_ids.tolist()), set(problem.application_ids.tolist())
    accounts = set(problem.accounts)
    lines = sorted(x for x in kept.first if x[0] in homes and x[1] in accounts and x[2] in people)
    return pd.DataFrame(
        np.array(lines, object).reshape(-1, 3), columns=["dwelling_id", "account", "application_id"]
    )
