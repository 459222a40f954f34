"""The instance of a case for any other solver: pairs, MPS, LP."""

from __future__ import annotations

from pathlib import Path

from optimizer import pipeline
from optimizer.problem import export


def export_case(
    case: Path,
    *,
    pairs: Path | None = None,
    mps: Path | None = None,
    lp: Path | None = None,
    models: Path | None = None,
    accept_assumed: bool = False,
) -> dict[str, int]:
    """Write what was asked and return lines or columns per file name.

    Raises
    ------
    InputProblems
        The case cannot be used; nothing is written then.
    """
    prepared = pipeline.prepare(case, models=models, accept_assumed=accept_assumed)
    counts: dict[str, int] = {}
    for path, write in ((pairs, export.write_pairs), (mps, export.write_mps), (lp, export.write_lp)):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            counts[path.name] = int(write(prepared.problem, path))
    return counts
