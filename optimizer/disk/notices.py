"""What the disk has to say besides errors, and whether this process has put something in place."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from optimizer.errors import Said


def _warn(text: Said) -> None:
    warnings.warn(text.fr, stacklevel=4)


_listener: list[Callable[[Said], None]] = [_warn]
_placed: list[str] = []


def listen(listener: Callable[[Said], None]) -> None:
    """Who is told of recovered leftovers; a Python warning until somebody listens."""
    _listener[:] = [listener]


def tell(text: Said) -> None:
    """One sentence, in both languages."""
    _listener[-1](text)


def in_place(name: str) -> None:
    """A result, a file or a line of a ledger has taken its place."""
    _placed[:] = [name]


def placed() -> bool:
    """Whether this process has put a result or a file in place: what its exit code must not deny."""
    return bool(_placed)
