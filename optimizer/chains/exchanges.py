"""Exchanges of two or three tenants: the short cycles among the dwellings they live in, each told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from optimizer.errors import AttrifluxError, define

Exchange = tuple[str, ...]
"""Two or three dwellings: the tenant of each takes the next, that of the last takes the first. The least identifier comes first."""
MOST = 1_000
"""Exchanges that are weighed one by one; every one is a column of the proof's linear program and two or three dwellings in it."""

define(
    "CHAINS_TOO_MANY_EXCHANGES",
    "Les locataires de ce dossier peuvent échanger de plus de {limit} façons.",
    "The tenants of this case can exchange in more than {limit} ways.",
    remedy_fr="Proposer sans --exchanges, ou avec --chains all (échanges de toute longueur).",
    remedy_en="Propose without --exchanges, or with --chains all (exchanges of any length).",
)


def exchanges_of(takes: Mapping[str, Set[str]], *, most: int = MOST) -> tuple[Exchange, ...]:
    """Every exchange of two, then of three, in the order of their dwellings.

    Parameters
    ----------
    takes : dwelling -> the other dwellings that its tenant may take.
    most : how many there may be.

    Raises
    ------
    AttrifluxError
        ``CHAINS_TOO_MANY_EXCHANGES``.

    Examples
    --------
    >>> exchanges_of({"A": {"B"}, "B": {"A", "C"}, "C": {"A"}})
    (('A', 'B'), ('A', 'B', 'C'))
    """
    found: list[Exchange] = []
    for exchange in _cycles(takes):
        found.append(exchange)
        if len(found) > most:
            raise AttrifluxError("CHAINS_TOO_MANY_EXCHANGES", limit=most)
    return tuple(sorted(found, key=lambda exchange: (len(exchange), exchange)))


def _cycles(takes: Mapping[str, Set[str]]) -> Iterator[Exchange]:
    nowhere: Set[str] = frozenset()
    for first, reached in takes.items():
        for second in reached:
            if second <= first:
                continue
            further = takes.get(second, nowhere)
            if first in further:
                yield first, second
            for third in further:
                if third > first and third != second and first in takes.get(third, nowhere):
                    yield first, second, third
