"""How wide a text of a plot may be, without a font at hand: never less than what a reader's screen draws."""

from __future__ import annotations

from unicodedata import combining, normalize

SIZE = 12
"""Letters of the plots, in pixels."""
_CLASSES = (
    (280, "'ijl"), (340, " ,./:;\\|·’I"), (420, "()[]-tfr!"), (540, "\"*_`sz?–J"), (600, "ckvxyL"),
    (640, "$0123456789{}abdeghnopquF"), (670, "SPTEYKZ"), (690, "AVXB"), (740, "CRUH"), (760, "N"), (790, "DOQG&"),
    (850, "#+<=>^~wM"), (1000, "%mW"),
)  # fmt: skip
"""Thousandths of the size of the letters -> signs: the wider of Arial and DejaVu Sans, rounded up."""
_THOUSANDTHS = {sign: width for width, signs in _CLASSES for sign in signs}
_ANY_OTHER = 1100
"""A sign of no class: the widest ligatures and ideograms fit."""


def width_of(text: str, size: int = SIZE) -> float:
    """Pixels that a text takes at most; an accent takes none beside its letter.

    >>> width_of("il"), width_of("WW"), width_of("é") == width_of("e")
    (6.72, 24.0, True)
    """
    letters = (c for c in normalize("NFD", text) if not combining(c))
    return sum(_THOUSANDTHS.get(c, _ANY_OTHER) for c in letters) * size / 1000


def fitted(text: str, most: float, size: int = SIZE) -> str:
    """``text``, or as much of its beginning as stands in ``most`` pixels with « … » behind."""
    if width_of(text, size) <= most:
        return text
    room = most - width_of("…", size)
    kept = next((n for n in range(len(text), 0, -1) if width_of(text[:n], size) <= room), 0)
    return text[:kept].rstrip() + "…"
