"""Landlords that one commission sits for: how a session names them, and whether two sessions are of one office."""

from __future__ import annotations

from collections.abc import Iterable

from optimizer.store.records import ItemRecord, NewItem, SessionRecord

TOGETHER = ", "
"""Between the landlords of a session that sits for several of them."""


def landlords_of(text: str) -> frozenset[str]:
    """The landlords that a session names."""
    return frozenset(text.split(TOGETHER))


def sits_for_several(session: SessionRecord) -> bool:
    """Whether a session sits for several landlords, each with dwellings of its own."""
    return len(landlords_of(session.landlord)) > 1


def owner_of(session: SessionRecord, item: ItemRecord) -> str:
    """The landlord of a dwelling as the case names it; those of the session where the dwelling does not say its own."""
    own = str(item.facts.get("landlord") or "")
    return own if own in landlords_of(session.landlord) else session.landlord


def share(one: str, other: str) -> bool:
    """Whether two sessions name a landlord in common: a week in which one of several has no dwelling is of the same office."""
    return bool(landlords_of(one) & landlords_of(other))


def reaches(granted: str, landlord: str) -> bool:
    """Whether a role given for some landlords reaches what is of these: each of them is one of its own. Empty: given for every one."""
    return not granted or landlords_of(landlord) <= landlords_of(granted)


def named_by(items: Iterable[NewItem]) -> str:
    """The landlords of the dwellings of an agenda, as its session names them; empty where a dwelling does not say its own."""
    names = {str(item.facts.get("landlord") or "") for item in items}
    return "" if "" in names else TOGETHER.join(sorted(names))


def still_named(landlord: str, items: Iterable[NewItem], kept: Iterable[NewItem]) -> str:
    """The landlords of a session made with ``kept`` of the dwellings ``items``: who has none left is none of them.

    A name that the case gives, and not its dwellings, stands.
    """
    return named_by(kept) if landlord == named_by(items) else landlord
