"""What a page asks of :mod:`optimizer.web.children.look`; a module of its own, so that both ends know the same classes."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.store.records import SessionRecord


@dataclass(frozen=True)
class Recheck:
    """Check again every household listed in a session."""

    session: SessionRecord


@dataclass(frozen=True)
class DescribeItem:
    """A dwelling that comes late, with its names."""

    dwelling: str
    account: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class DescribeName:
    """A household that comes late on a dwelling."""

    dwelling: str
    account: str
    number: str
    position: int


Asked = Recheck | DescribeItem | DescribeName
"""One question of a page."""
