"""The score of each application (cotation): points of a grid, or what makes points of several grids comparable.

What lives here. ``inputs`` reads the columns a grid needs, ``grids`` evaluates a grid criterion by criterion,
``percentile`` ranks, ``score`` decides which of them a case needs, :class:`Scores` answers. Public names::

    score(case, facts, rules) -> Scores                             raises InputProblems (bad cell of a declared criterion)
    check_case(case, facts, rules) -> tuple[Finding, ...]           look(…) gives the scores beside them
    price_warnings(scores, rules) -> tuple[Finding, ...]            the span of the score against the prices of the rules
    Scores.span -> int                                              M, hundredths of a point (``Facts.with_span``)
    Scores.basis "grid" | "given" | "percentile" | "seniority"      Scores.notes
    Scores.points(apps, epci) -> int64 hundredths                   Scores.criteria(a, epci) -> ((name, title, points), …)
    Scores.breakdown(apps=None) -> DataFrame application_id, epci, grid, criterion, points

What it may import: ``policy`` (grids), ``domain``, ``errors``; of the encoded facts it knows a protocol (``view.py``); numpy, pandas,
pyarrow. It judges no pair and knows no price.

Why so: a score is whole hundredths from the first criterion to the objective, so the breakdown a household reads adds up
to the number that ranked it, to the last unit. Percentiles are computed inside one EPCI and one grid, because points of
two deliberations measure different things.

Rejected: adding points of different grids; scaling grids to a common maximum (it gives weight to points nobody reaches);
a formula language in YAML (a second language to test; a new kind of criterion is a reviewed Python branch).
"""

from optimizer.scoring.scale import price_warnings
from optimizer.scoring.score import check_case, look, score
from optimizer.scoring.scores import CONVERSION, GIVEN, SENIORITY, TITLES, Scores, Standing

__all__ = [
    "CONVERSION", "GIVEN", "SENIORITY", "TITLES", "Scores", "Standing", "check_case", "look", "price_warnings",
    "score",
]  # fmt: skip
