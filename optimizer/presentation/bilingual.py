"""Words kept in both languages, so that whoever reads them later reads their own.

What a session freezes outlives the command that wrote it: an agenda made in French is printed, shown and read in English too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from optimizer.errors import LANGS, Lang

T = TypeVar("T")


def in_both(worded: Callable[[Lang], T]) -> dict[Lang, T]:
    """What ``worded`` makes, by language."""
    return {lang: worded(lang) for lang in LANGS}


def in_one(kept: T | Mapping[Lang, T], lang: Lang) -> T:
    """What was kept by :func:`in_both`, in one language; as it stands where it was kept in one only, by an earlier version.

    >>> in_one({"fr": "aucun", "en": "none"}, "en"), in_one("aucun", "en")
    ('none', 'aucun')
    """
    if isinstance(kept, Mapping) and kept and set(kept) == set(LANGS):
        found: T = kept[lang]
        return found
    return kept  # type: ignore[return-value]
