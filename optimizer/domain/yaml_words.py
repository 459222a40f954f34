"""What the YAML parser says of a file, in the words of who wrote it: for the settings of a case and for files of rules."""

from __future__ import annotations

import re

from optimizer.errors import Said

SHAPE = Said("ce n'est pas une suite de « clé: valeur »", "it is not a series of “key: value”")
SEVERAL = Said("il contient plusieurs documents (---)", "it holds several documents (---)")
DEEP = Said("les valeurs s'emboîtent trop", "values are nested too deeply")
TAB = Said("une tabulation décale la ligne : mettez des espaces", "a tab indents the line: use spaces")
INVISIBLE = Said(
    "un caractère invisible s'y trouve : retapez la ligne",
    "an invisible character is in it: type the line again",
)
_UNSEEN = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no YAML file may hold (YAML 1.1, 5.1): control characters."""
_PROBLEMS = (
    ("',' or ", Said("un crochet ou une accolade n'est pas refermé", "a bracket or a brace is not closed")),
    ("expected ':'", Said("il manque « : » après une clé", "a “:” is missing after a key")),
    (
        "mapping values",
        Said("« : » en trop, ou lignes mal alignées", "a “:” too many, or lines badly aligned"),
    ),
    ("\\t", TAB),
    ("single document", SEVERAL),
    ("another document", SEVERAL),
    ("for the tag", Said("les étiquettes « ! » ne sont pas admises", "tags “!” are not allowed")),
    ("unexpected end of stream", Said("un guillemet n'est pas refermé", "a quote is not closed")),
    ("expected", Said("les lignes sont mal alignées", "lines are badly aligned")),
    (
        "cannot start any token",
        Said("un caractère interdit commence une valeur", "a value begins with a reserved character"),
    ),
)
"""What the parser says (part of its sentence) and what it means for who wrote the file."""


_FOUND_LATER = ("expected ':'", "unexpected end of stream")
"""What is missing on the line where the parser began, and noticed on a later one (as a bracket still open where a new key begins)."""


def _problem(problem: str, line: str = "") -> Said:
    """What a sentence of the parser means; ``line`` is the one it stopped at, whose indent may hold a tab."""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return TAB
    return next(
        (words for part, words in _PROBLEMS if part in problem),
        Said("structure illisible", "unreadable structure"),
    )


def explained(error: Exception, text: str) -> tuple[int, Said]:
    """The line, from 1, at which the parser gave up on a text, and why."""
    mark = getattr(error, "problem_mark", None)
    told = str(getattr(error, "problem", None) or "")
    open_still = "',' or " in told and mark is not None and mark.column == 0
    if mark is not None and (open_still or any(part in told for part in _FOUND_LATER)):
        mark = getattr(error, "context_mark", None) or mark
    if mark is None and (unseen := _UNSEEN.search(text)) is not None:
        return text.count("\n", 0, unseen.start()) + 1, INVISIBLE
    line = 1 if mark is None else mark.line + 1
    return line, _problem(told, _line_at(text, line))


def _line_at(text: str, row: int) -> str:
    """A line of a file by its number from 1; empty beyond its end."""
    lines = text.splitlines()
    return lines[row - 1] if row <= len(lines) else ""
