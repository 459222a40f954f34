"""Vacancy chains: the dwelling a sitting tenant frees by taking another is let in the same session.

What lives here. :mod:`homes` adds to a case the dwellings that its sitting tenants may free. They are dwellings like others to
everything above (eligibility, rules, lists), but for two things the problem knows: their value (``problem.build``) and their
link — a freed dwelling is let only if its tenant is a first rank elsewhere (``problem.orders``).

:mod:`exchanges` lists the cycles of two or three tenants that are weighed beside bounded chains, each on copies of its own dwellings.

What it may import: ``domain`` and below.

Why so. A chain is then no new kind of variable: the link is a row ``Σ x(freed, ·) − Σ x(·, tenant) ≤ 0``, written like the
réservataires' orders, so every backend, the certificate and the tie stages hold as they are. ``docs/chains.md`` has the
mathematics.

Rejected for exchanges: one copy of a dwelling for every exchange it may be in, with rows that close each path of two moves (the bound is
that of cycles of any length until such rows are found, and each finding is a new proof).

Rejected: a second solve after the first (the first has spent the movers' best dwellings by then); one column per chain (their
number grows with the power of the length).
"""

from optimizer.chains.exchanges import Exchange, exchanges_of
from optimizer.chains.homes import (
    EXCHANGED,
    FREED_BY,
    GUEST,
    IN_EXCHANGE,
    POSITION,
    UNBOUNDED,
    home_of,
    known_homes,
    length_of,
    length_word,
    present_homes,
    with_homes,
)

__all__ = [
    "EXCHANGED",
    "FREED_BY",
    "GUEST",
    "IN_EXCHANGE",
    "POSITION",
    "UNBOUNDED",
    "Exchange",
    "exchanges_of",
    "home_of",
    "known_homes",
    "length_of",
    "length_word",
    "present_homes",
    "with_homes",
]
