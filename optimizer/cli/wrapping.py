"""Lines that never part a guillemet, a colon or a bracket from its word."""

from __future__ import annotations

import re
import textwrap

_GLUE, _HYPHEN = "\ue000", "\ue001"
"""Stand for a space and a hyphen that no line may end at (private characters: no cell shown holds them)."""


def glued(text: str, *, whole: bool = False) -> str:
    """The text with the spaces and hyphens that must stay inside their line marked; ``whole``: every space."""
    text = text.replace("-", _HYPHEN)
    if whole:
        return text.replace(" ", _GLUE)
    return re.sub(r"(?<=«) | (?=[»:;?!…%€](?:[\s.,)]|$))", _GLUE, text)


def unglued(text: str) -> str:
    """The marks back to spaces and hyphens."""
    return text.replace(_GLUE, " ").replace(_HYPHEN, "-")


def wrapped(text: str, width: int = 76, *, after: str = "", long: bool = False) -> str:
    """The text in lines that part no guillemet nor colon from its word, those after the first behind ``after``.

    ``long``: a word longer than a line is cut too.
    """
    lines = textwrap.fill(
        glued(text), width, break_on_hyphens=False, break_long_words=long, subsequent_indent=after
    )
    return unglued(lines)
