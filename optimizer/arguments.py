"""What the functions of the Python API take: each says once what its arguments are, and a wrong one is told by name.

The command line checks what it reads; a notebook hands over anything. Without this a number where a path is due ended deep inside, in
a sentence that named neither the function nor the argument. Standard library only: `why` answers without pandas.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import wraps
from inspect import signature
from numbers import Integral
from typing import ParamSpec, TypeVar

from optimizer.errors import LANGS, AttrifluxError, Said, define

P = ParamSpec("P")
R = TypeVar("R")

define(
    "ARGUMENT_KIND",
    "{function} : l'argument « {argument} » est {found}",
    "{function}: the argument “{argument}” is {found}",
    expected_fr="{expected}",
    expected_en="{expected}",
)


class WrongArgument(AttrifluxError, TypeError):
    """An argument that is not what the function takes; a `TypeError` too, as Python tells the same mistake."""


@dataclass(frozen=True)
class Kind:
    """What an argument may be.

    Attributes
    ----------
    fr, en : what is expected, in words.
    holds : whether a value is such.
    """

    fr: str
    en: str
    holds: Callable[[object], bool]


def _is_path(value: object) -> bool:
    """Whether a value is a path in words: bytes are none, and nothing on a disk is named with a NUL."""
    words = os.fspath(value) if isinstance(value, os.PathLike) else value
    return isinstance(words, str) and "\0" not in words


def _is_count(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _of_library(library: str, name: str) -> Callable[[object], bool]:
    """Whether a value is of a class of a library: nothing can be where the library is not loaded."""

    def holds(value: object) -> bool:
        loaded = sys.modules.get(library)
        return loaded is not None and isinstance(value, getattr(loaded, name))

    return holds


def _are_words(value: object) -> bool:
    """Whether a value is words one by one; a text alone would be taken letter by letter."""
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Collection):
        return False
    return all(isinstance(word, str) for word in value)


PATH = Kind("un chemin (str ou Path)", "a path (str or Path)", _is_path)
RESULT = Kind(
    "un Result, ou le chemin de son dossier",
    "a Result, or the path of its folder",
    lambda value: (
        PATH.holds(value) or all(hasattr(value, name) for name in ("certificate", "proposals", "dwellings"))
    ),
)
TEXT = Kind("un texte (str)", "a text (str)", lambda value: isinstance(value, str))
WORDS = Kind("une liste de textes", "a list of texts", _are_words)
COUNT = Kind("un nombre entier (int)", "a whole number (int)", _is_count)
FLAG = Kind(
    "True ou False",
    "True or False",
    lambda value: isinstance(value, bool) or _of_library("numpy", "bool_")(value),
)
DAY = Kind("une date (datetime.date)", "a date (datetime.date)", lambda value: isinstance(value, date))
TABLE = Kind("un DataFrame", "a DataFrame", _of_library("pandas", "DataFrame"))
MAPPING = Kind("un dict", "a dict", lambda value: isinstance(value, Mapping))
CALLABLE = Kind("une fonction", "a function", callable)


def of_type(*kinds: type) -> Kind:
    """Values of these classes."""
    names = [kind.__name__ for kind in kinds]
    return Kind(" ou ".join(names), " or ".join(names), lambda value: isinstance(value, kinds))


def one_of(*words: str) -> Kind:
    """One of a few words."""
    known = ", ".join(repr(word) for word in words)
    return Kind(known, known, lambda value: isinstance(value, str) and value in words)


def either(*kinds: Kind) -> Kind:
    """A value of one of these kinds."""
    return Kind(
        ", ou ".join(kind.fr for kind in kinds),
        ", or ".join(kind.en for kind in kinds),
        lambda value: any(kind.holds(value) for kind in kinds),
    )


def listed(kind: Kind) -> Kind:
    """A list or tuple of values of that kind."""
    return Kind(
        f"une liste ; de chacun : {kind.fr}",
        f"a list; of each: {kind.en}",
        lambda value: (
            isinstance(value, Sequence) and not isinstance(value, str) and all(map(kind.holds, value))
        ),
    )


def optional(kind: Kind) -> Kind:
    """A value of that kind, or None."""
    return replace(
        kind, fr=f"{kind.fr}, ou None", en=f"{kind.en}, or None", holds=lambda v: v is None or kind.holds(v)
    )


NAMES = Kind(
    "des noms (texte ou liste de textes)",
    "names (text, or a list of texts)",
    lambda v: TEXT.holds(v) or WORDS.holds(v),
)
LANG = one_of(*LANGS)
STYLE = one_of("french", "international")


def require(function: str, argument: str, value: object, kind: Kind) -> None:
    """Raise ``ARGUMENT_KIND`` unless the value is of that kind. A value that is no choice is not shown: it may be a number of a household."""
    if kind.holds(value):
        return
    found = "None" if value is None else f"« {type(value).__name__} »"
    told = "None" if value is None else f"“{type(value).__name__}”"
    raise WrongArgument(
        "ARGUMENT_KIND",
        function=function,
        argument=argument,
        found=Said(
            found if value is None else f"de type {found}", told if value is None else f"of type {told}"
        ),
        expected=Said(kind.fr, kind.en),
    )


def takes(**kinds: Kind) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Check the named arguments of a public function before it runs, defaults apart.

    Raises
    ------
    WrongArgument
        ``ARGUMENT_KIND``, on calling the function: names it, the argument, what was given and what is expected.

    Examples
    --------
    >>> @takes(path=PATH)
    ... def read(path):
    ...     return path
    >>> read("mon-dossier")
    'mon-dossier'
    >>> read(3)
    Traceback (most recent call last):
    ...
    optimizer.arguments.WrongArgument: af.read : l'argument « path » est de type « int ». Attendu : un chemin (str ou Path).
    """

    def checked(function: Callable[P, R]) -> Callable[P, R]:
        known = signature(function)
        assert set(kinds) <= set(known.parameters), function
        name = "af." + function.__qualname__.removesuffix(".__init__")

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                given = known.bind(*args, **kwargs).arguments
            except TypeError:  # an argument too many or too few: Python's own sentence names the function
                return function(*args, **kwargs)
            for argument, value in given.items():
                if argument in kinds:
                    require(name, argument, value, kinds[argument])
            return function(*args, **kwargs)

        return call

    return checked
