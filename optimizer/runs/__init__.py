"""Runs: `propose` to tables or to a folder, checked before anything is written; the Python API stands on it.

Lives here: options, the order of the steps, the atomic output folder, the run record, the demonstration, synthetic
cases and exports to files.

May import `presentation`, `verify`, `shortlist`, `pipeline` and below. Nothing here computes an allocation, and nothing
prints: the command line and a notebook call the same functions.

Why verification sits in the middle: the tables are written in a temporary folder, reread by `verify` as a stranger
would, and only then does the folder take its name. Rejected: writing first and warning afterwards.
"""

from optimizer.runs.options import Options
from optimizer.runs.proposing import Result, Written, propose, propose_to

__all__ = ["Options", "Result", "Written", "propose", "propose_to"]
