"""Ranked candidates per dwelling, with the reason of each: what a commission holds in its hands.

Lives here: ranks behind the first one, leapfrogs and their causes, the sentence on each line, the published tables,
the orientation sheet, what would have brought a first rank. It reads `Problem`, `Facts` and a solution.

May import everything below (`pipeline`, `results`, `solve`, `problem`, `eligibility`, `scoring`, `policy`); never a
report format, so that the same lists feed the workbook, the page and the notebook.

Why its own layer: the optimum says who comes first; who comes second is a matter of order and fairness with its own
rules (design §6), checked again by `verify` from the files.

Rejected: ranking reserves by re-solving without the first rank (three to ten solves per dwelling, and a list nobody
could recompute by hand).
"""

from optimizer.shortlist.build import PROSPECTS, Shortlists, build_shortlists, prospects

__all__ = ["PROSPECTS", "Shortlists", "build_shortlists", "prospects"]
