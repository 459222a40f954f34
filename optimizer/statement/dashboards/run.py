"""The proposals of a run, read back from the folder that ``propose`` wrote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.domain import Case
from optimizer.errors import AttrifluxError
from optimizer.presentation.reading_back import read_back
from optimizer.statement.dashboards import messages as messages

READ = ("proposals", "dwellings")


@dataclass(frozen=True)
class Run:
    """Tables of a run, every column as text, its record and its certificate."""

    proposals: pd.DataFrame
    dwellings: pd.DataFrame
    record: dict[str, Any]
    certificate: dict[str, Any]


def read_run(folder: Path, case: Case) -> Run:
    """The tables of ``folder``, once its input hashes are those of ``case``.

    Raises
    ------
    AttrifluxError
        ``DASHBOARD_NO_RUN``: a file is missing or unreadable. ``DASHBOARD_OTHER_CASE``: made from other files.
    """
    folder = Path(folder)
    record = _json(folder, "run.json")
    made_from = {str(k): str(v) for k, v in record.get("inputs", {}).items()}
    here = {source.name: source.sha256 for source in case.sources}
    for name in sorted({*made_from, *here}):
        if made_from.get(name) != here.get(name):
            raise AttrifluxError("DASHBOARD_OTHER_CASE", name=folder.name, file=name)
    found = {name: _table(folder, name) for name in READ}
    certificate = _json(folder, "certificate.json")
    return Run(found["proposals"], found["dwellings"], record, certificate)


def _json(folder: Path, name: str) -> dict[str, Any]:
    file = folder / name
    try:
        # nothing else is opened: a pipe waits for whoever writes to it
        content = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
    except (OSError, ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise AttrifluxError("DASHBOARD_NO_RUN", name=folder.name, missing=name)
    return content


def _table(folder: Path, name: str) -> pd.DataFrame:
    try:
        frame = read_back(folder, name)
    except (OSError, ValueError):
        frame = None
    if frame is None:
        raise AttrifluxError("DASHBOARD_NO_RUN", name=folder.name, missing=f"{name}.csv")
    return frame
