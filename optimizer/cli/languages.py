"""Both languages of the command's own words, side by side where they are written, and the one the user asked for."""

from __future__ import annotations

import os
import sys

from optimizer.errors import Lang

VARIABLE = "ATTRIFLUX_LANG"
"""Environment variable that chooses the language where no ``--lang`` does."""
_ENGLISH: dict[str, str] = {}


def both(fr: str, en: str) -> str:
    """The French text, whose English is kept beside it: typer takes one text per option, :func:`say` finds the other.

    Raises
    ------
    ValueError
        The same French text was given another English before.

    Examples
    --------
    >>> say(both("Langue : fr ou en.", "Language: fr or en."), "en")
    'Language: fr or en.'
    """
    if _ENGLISH.setdefault(fr, en) != en:
        raise ValueError(f"two English texts for {fr!r}")
    return fr


def say(text: str, lang: Lang) -> str:
    """A text of :func:`both` in the language asked; a text with one language only stays as it is."""
    return _ENGLISH.get(text, text) if lang == "en" else text


def asked() -> str | None:
    """The language word as it was typed: the last ``--lang``, else the environment variable, else None."""
    arguments = sys.argv[1:]
    for i in reversed(range(len(arguments))):
        if arguments[i].startswith("--lang="):
            return arguments[i].removeprefix("--lang=")
        if arguments[i] == "--lang" and i + 1 < len(arguments):
            return arguments[i + 1]
    return os.environ.get(VARIABLE) or None


def language() -> Lang:
    """The language to speak, known before anything can fail (a word that is no language is refused in French)."""
    return "en" if asked() == "en" else "fr"
