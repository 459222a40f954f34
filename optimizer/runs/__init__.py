"""Runs: `propose` to tables or to a folder, checked before anything is written; the Python API stands on it.

Lives here: options, the session of a commission, the order of the steps, the atomic output folder, the run record, what is kept of an earlier result, the
index that `why` answers from, the demonstration, synthetic cases and exports to files.

May import `presentation`, `verify`, `shortlist`, `pipeline` and below. Nothing here computes an allocation, and nothing
prints: the command line and a notebook call the same functions.

Why verification sits in the middle: the tables are written in a temporary folder, reread by `verify` as a stranger
would, and only then does the folder take its name. Rejected: writing first and warning afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.runs.options import Options
    from optimizer.runs.proposing import propose, propose_to
    from optimizer.runs.result import Result, Written
    from optimizer.runs.session import Session
    from optimizer.runs.why_answer import why

__all__ = ["Options", "Result", "Session", "Written", "propose", "propose_to", "why"]

_WHERE = {
    "Options": "options",
    "Result": "result",
    "Session": "session",
    "Written": "result",
    "why": "why_answer",
}


def __getattr__(name: str) -> Any:
    """Public names are imported when first used: a question to a result must not wait for the solvers."""
    from importlib import import_module

    if name in __all__:
        return getattr(import_module(f"optimizer.runs.{_WHERE.get(name, 'proposing')}"), name)
    raise AttributeError(f"module 'optimizer.runs' has no attribute {name!r}")
