"""What a row would cost and bring: ``marginal_points`` and ``expected_num`` are held to their bounds, not recomputed."""

from __future__ import annotations

from fractions import Fraction

from optimizer.verify.outputs import Out
from optimizer.verify.rows import Book
from optimizer.verify.solution import Counts
from optimizer.verify.verdict import Findings


def check_gauges(out: Out, book: Book, counts: Counts, proven: bool, found: Findings) -> None:
    """One more lease asked of a row lowers a proven optimum, by its price at most; as many leases as there are may count."""
    found.start("gauges")
    names = zip(out.strings("rule"), out.strings("scope"), strict=True)
    marginal, expected = (out.strings(x) for x in ("marginal_points", "expected_num"))
    for i, name in enumerate(names):
        k = book.number.get(name)
        if k is None:
            continue
        if marginal[i] and proven:
            loss = -_number(marginal[i])
            fine = 0 <= loss * 100 <= book.rows[k].price
            found.demand("gauges", fine, f"ligne {i + 2}, marginal_points : {name[0]}[{name[1]}]")
        if expected[i]:
            fine = 0 <= _number(expected[i]) <= counts.den[k]
            found.demand("gauges", fine, f"ligne {i + 2}, expected_num : {name[0]}[{name[1]}]")


def _number(text: str) -> Fraction:
    return Fraction(text.replace(",", "."))
