"""By which words a typed text names somebody, and that text without them.

People type a name without its accents, in capitals, by one of its words, family name first, after « Mme ». A name or a number is looked
for as a reader would recognise it: letters without accents and case, whatever stands between the words. Rejected: the name
letter by letter, which « Mme LEFEVRE » of Anne-Marie Lefèvre passed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

TELLING = 4
"""Signs from which a number can only be that of a household: a shorter one is any figure of a sentence."""
SHORT = 2
"""Signs from which a word of a name is looked for."""
PARTICLES = frozenset(
    (
        "al ap ben bent bin da dal das de del della der des di do dos dr du el et la las le les los mc me mlle mme mmes mr of ould"
        " san van von monsieur madame mademoiselle"
    ).split()
)
"""Words of names that are words of any sentence, or that many names share."""
TITLE = (
    r"(?:m|mr|mm|mme|mmes|mlle|monsieur|madame|mademoiselle|messieurs|famille|menage|epoux|consorts|mrs|ms)"
)
"""What stands before the name of somebody."""


@dataclass(frozen=True)
class Somebody:
    """Whoever a text may name: the number, the name as the desk has it, and what stands in their place."""

    number: str
    name: str
    by: str

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Words of the name that may name by themselves, as they are compared."""
        return tuple(w for w in self._parts if len(w) >= SHORT and w not in PARTICLES)

    @cached_property
    def _parts(self) -> tuple[str, ...]:
        return tuple(re.findall(r"\w+", _plain(self.name)[0]))

    @cached_property
    def whole(self) -> tuple[str, ...]:
        """The name in its orders (given name or family name first), as patterns; nothing of a name of one word."""
        p = self._parts
        return tuple(
            r"[\W_]+".join(map(re.escape, p[i:] + p[:i])) for i in range(len(p) if len(p) > 1 else 0)
        )

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """The number, also in groups, as a pattern."""
        number = "".join(_plain(self.number)[0].split())
        return (r"\s*".join(map(re.escape, number)),) if len(number) >= TELLING else ()


@dataclass(frozen=True)
class Named:
    """A place of a text that names somebody."""

    start: int
    end: int
    who: tuple[Somebody, ...]


def named_in(
    text: str, people: Iterable[Somebody], *, own: Somebody | None = None, alone: bool = False
) -> list[Named]:
    """Places of a text that name one of these people, from left to right, none within another.

    Parameters
    ----------
    own : Somebody or None
        Whose text it is: words of its own name name nobody else.
    alone : bool
        A word of a name that is written with a capital (or in letters that have none) names too, without « Mme » before it: a word
        too many rather than one too few.
    """
    plain, at = _plain(text)
    there = set(re.findall(r"\w+", plain))
    figures = "".join(plain.split())
    mine = frozenset(own.words) if own is not None else frozenset()
    patterns: dict[str, list[Somebody]] = {}
    for one in people:
        # a session has thousands of them, a sentence names one at most
        found = [x for x in one.figures if "".join(one.number.split()).casefold() in figures]
        if told := [w for w in one.words if w in there and w not in mine]:
            found += one.whole if there.issuperset(one.words) else ()
            found += [rf"{TITLE}\.?\s+(?:\w+[\s\-]+)?{re.escape(w)}" for w in told]
            found += [re.escape(w) for w in told] if alone else []
        for pattern in found:
            patterns.setdefault(pattern, []).append(one)
    hits: list[Named] = []
    for pattern, who in patterns.items():
        for m in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", plain):
            start, end = at[m.start()], at[m.end() - 1] + 1
            single = alone and re.fullmatch(r"\w+", pattern) is not None
            if single and not pattern.isdigit() and text[start].islower():
                continue
            hits.append(Named(start, end, tuple(who)))
    return _outermost(hits)


def without(
    text: str, people: Iterable[Somebody], *, own: Somebody | None = None, alone: bool = False
) -> str:
    """The text with what stands for each of these people in the place of what names them (:func:`named_in`)."""
    told, last = [], 0
    for hit in named_in(text, people, own=own, alone=alone):
        told += [text[last : hit.start], " / ".join(dict.fromkeys(one.by for one in hit.who))]
        last = hit.end
        while last < len(text) and unicodedata.combining(text[last]):
            last += 1
    return "".join((*told, text[last:]))


def _outermost(hits: Sequence[Named]) -> list[Named]:
    """The longest of those that lie over each other; of two that cover the same signs, all whom they name."""
    same: dict[tuple[int, int], tuple[Somebody, ...]] = {}
    for hit in hits:
        same[hit.start, hit.end] = (*same.get((hit.start, hit.end), ()), *hit.who)
    kept: list[Named] = []
    for (start, end), who in sorted(same.items(), key=lambda x: (x[0][0], -x[0][1])):
        if not kept or start >= kept[-1].end:
            kept.append(Named(start, end, tuple(dict.fromkeys(who))))
    return kept


def _plain(text: str) -> tuple[str, list[int]]:
    """Letters without accents and case, and for each the place in ``text`` of the sign that it comes from."""
    if text.isascii():  # numbers, and names as most files write them: a sign stands for itself
        return text.casefold(), list(range(len(text)))
    signs: list[str] = []
    at: list[int] = []
    for i, sign in enumerate(text):
        for one in unicodedata.normalize("NFKD", sign).casefold():
            if not unicodedata.combining(one):
                signs.append(one)
                at.append(i)
    return "".join(signs), at
