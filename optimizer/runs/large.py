"""What a region or a country gets instead of a page per dwelling: lists by landlord and département, and totals.

A workbook of a million lines opens nowhere and nobody leafs through 390,000 sheets. Each landlord gets the lists of its
dwellings in each département as CSV, which any spreadsheet opens; ``by_landlord.csv`` and ``by_epci.csv`` say what the
run gives each; ``report.html`` holds the whole. Workbooks and A4 sheets come from the case of one landlord.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from optimizer.disk.stems import stems
from optimizer.presentation.csvfile import Style, csv_bytes

if TYPE_CHECKING:
    from optimizer.presentation.data import ReportData
    from optimizer.runs.result import Result

SHEETS_PER_FILE = 400
"""Dwellings per sheet file; beyond, one file per landlord and département."""
PLACE = ("commune_name", "rooms", "financing", "qpv")
"""Columns of the dwelling that stand beside each line of a list."""


def write_lists(folder: Path, data: ReportData, style: Style) -> int:
    """One CSV of lines per landlord and département, under ``lists/``; returns how many."""
    (folder / "lists").mkdir()
    facts = data.dwelling_facts.reset_index(drop=True)
    at = pd.Index(facts["dwelling_id"]).get_indexer(pd.Index(data.proposals["dwelling_id"]))
    owner = facts.groupby(["landlord", "departement"], sort=True).ngroup().to_numpy()
    keys = (
        facts[["landlord", "departement"]].assign(owner=owner).drop_duplicates("owner").sort_values("owner")
    )
    order = np.argsort(owner[at], kind="stable")
    bounds = np.searchsorted(owner[at][order], np.arange(len(keys) + 1))
    owners = [f"{a}-{b}" for a, b in zip(keys["landlord"], keys["departement"], strict=True)]
    names = stems(owners)
    for j, landlord_departement in enumerate(owners):
        rows = order[bounds[j] : bounds[j + 1]]
        lines = data.proposals.iloc[rows].reset_index(drop=True)
        home = facts.iloc[at[rows]].reset_index(drop=True)
        for position, name in enumerate(PLACE, start=1):
            lines.insert(position, name, home[name])
        (folder / "lists" / f"{names[landlord_departement]}.csv").write_bytes(csv_bytes(lines, style))
    return len(keys)


def totals(result: Result, by: str) -> pd.DataFrame:
    """Dwellings, first ranks and their profile by ``landlord`` or ``epci``, in the order of the codes.

    Returns
    -------
    DataFrame
        ``<by>, dwellings, listed, awaiting_reservataire, no_candidate, first_ranks, q1, priority, reserves,
        mean_score`` — the score of first ranks, in points.
    """
    facts = result.optimum.prepared.facts
    dw = facts.dwellings
    place, names = (dw.landlord, facts.landlords) if by == "landlord" else (dw.epci, facts.epcis)
    n = len(names)
    lines, published = result.tables.lists.lines, result.proposals
    first = np.flatnonzero((lines.rank == 1) & (lines.app >= 0))
    where = place[lines.dwelling]
    status = result.dwellings["status"].to_numpy(object)

    def count(at: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
        return np.bincount(at if mask is None else at[mask], minlength=n)

    firsts = count(where[first])
    points = np.zeros(n, np.int64)
    np.add.at(points, where[first], lines.score[first])
    frame = pd.DataFrame(
        {
            by: list(names),
            "dwellings": count(place),
            **{s: count(place, status == s) for s in ("listed", "awaiting_reservataire", "no_candidate")},
            "first_ranks": firsts,
            "q1": count(where[first], (published["q1"] == "yes").to_numpy(bool)[first]),
            "priority": count(where[first], (published["priority"] != "").to_numpy(bool)[first]),
            "reserves": count(where[lines.rank > 1]),
            "mean_score": np.where(firsts > 0, points / np.maximum(firsts, 1) / 100, np.nan),
        }
    )
    return frame[frame["dwellings"] > 0].reset_index(drop=True)


def write_large(folder: Path, result: Result, data: ReportData, style: Style) -> None:
    """Totals and lists of a large run, beside its ``report.html``."""
    for by in ("landlord", "epci"):
        (folder / f"by_{by}.csv").write_bytes(csv_bytes(totals(result, by), style))
    write_lists(folder, data, style)


def without_pairs(result: Result) -> Result:
    """The result of a large run once everything is made of it: the menus weigh gigabytes, and the check needs room."""
    optimum = result.optimum
    problem = optimum.prepared.problem
    names = ("entry_app", "entry_score", "entry_fit", "entry_type")
    thin = dataclasses.replace(
        problem,
        menu_ptr=np.zeros_like(problem.menu_ptr),
        **{name: _hollow(getattr(problem, name)) for name in names},
    )
    prepared = dataclasses.replace(optimum.prepared, problem=thin)
    return dataclasses.replace(
        result,
        tables=dataclasses.replace(result.tables, streams={}),
        optimum=dataclasses.replace(optimum, prepared=prepared),
    )


def without_rows(result: Result) -> Result:
    """Its numbers: the rules, what is missing, the proof and what each dwelling and application became; no row of the rest."""
    tables, optimum, prepared = result.tables, result.optimum, result.optimum.prepared
    problem = prepared.problem
    light = _hollow(tables)
    states = {
        name: pd.DataFrame({"status": getattr(tables, name)["status"].astype("category")})
        for name in ("dwellings", "applications")
    }
    light = dataclasses.replace(
        light, rules=tables.rules, shortfalls=tables.shortfalls, places=tables.places, streams={}, **states
    )
    facts = _hollow(prepared.facts)
    hollow = dataclasses.replace(
        prepared,
        case=dataclasses.replace(prepared.case, tables={}),
        facts=facts,
        book=prepared.book.read_from(facts),
        scores=_hollow(prepared.scores),
        problem=dataclasses.replace(
            _hollow(problem), dwelling_ids=problem.dwelling_ids, rows=problem.rows, accounts=problem.accounts
        ),
    )
    solved = dataclasses.replace(optimum.solved, certificate=_hollow(optimum.solved.certificate))
    return dataclasses.replace(
        result, tables=light, optimum=dataclasses.replace(optimum, prepared=hollow, solved=solved)
    )


def _hollow(value: Any) -> Any:
    """The same frozen value without its rows: arrays, frames, lists and mappings are empty, words and numbers stay."""
    if isinstance(value, np.ndarray):
        return value[:0].copy()
    if isinstance(value, pd.DataFrame):
        return value.iloc[:0].copy()
    if isinstance(value, (list, tuple, Mapping)):
        return type(value)()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(
            value, **{f.name: _hollow(getattr(value, f.name)) for f in dataclasses.fields(value) if f.init}
        )
    return value
