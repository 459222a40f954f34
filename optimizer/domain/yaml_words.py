"""What the YAML parser says of a file, in the words of who wrote it: for the settings of a case and for files of rules."""

from __future__ import annotations

from optimizer.errors import Said

SHAPE = Said("ce n'est pas une suite de « clé: valeur »", "it is not a series of “key: value”")
SEVERAL = Said("il contient plusieurs documents (---)", "it holds several documents (---)")
DEEP = Said("les valeurs s'emboîtent trop", "values are nested too deeply")
TAB = Said("une tabulation décale la ligne : mettez des espaces", "a tab indents the line: use spaces")
_PROBLEMS = (
    ("',' or ", Said("un crochet ou une accolade n'est pas refermé", "a bracket or a brace is not closed")),
    ("expected ':'", Said("il manque « : » après une clé", "a “:” is missing after a key")),
    (
        "mapping values",
        Said("« : » en trop, ou lignes mal alignées", "a “:” too many, or lines badly aligned"),
    ),
    ("\\t", TAB),
    ("single document", SEVERAL),
    ("unexpected end of stream", Said("un guillemet n'est pas refermé", "a quote is not closed")),
    ("expected", Said("les lignes sont mal alignées", "lines are badly aligned")),
    (
        "cannot start any token",
        Said("un caractère interdit commence une valeur", "a value begins with a reserved character"),
    ),
)
"""What the parser says (part of its sentence) and what it means for who wrote the file."""


def yaml_problem(problem: str, line: str = "") -> Said:
    """What a sentence of the parser means; ``line`` is the one it stopped at, whose indent may hold a tab."""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return TAB
    return next(
        (words for part, words in _PROBLEMS if part in problem),
        Said("structure illisible", "unreadable structure"),
    )


def line_at(text: str, row: int) -> str:
    """A line of a file by its number from 1; empty beyond its end."""
    lines = text.splitlines()
    return lines[row - 1] if row <= len(lines) else ""
