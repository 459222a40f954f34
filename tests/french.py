"""French words in what is said to be English: the small words that no sentence does without."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from html import unescape

_SMALL = (
    "de la", "du", "des", "les", "aucun", "aucune", "dont", "logement", "logements", "demande", "demandes", "ménage", "ménages",
    "pour", "par", "sans", "avec", "est", "sont", "une", "qui", "que", "cette", "ces", "votre", "vous", "dans", "sur", "au", "aux",
    "bailleur", "bailleurs", "locataire", "rang", "liste", "séance", "pièce", "pièces", "loyer", "ressources", "avant", "après", "non",
    "oui", "jours", "mois", "libre", "vacant depuis", "bail", "baux", "moins", "plus de", "recevable", "recevables", "cette", "chaque", "ou",
    "et(?! al)", "ne", "pas", "être", "été", "fait", "reste", "en cours", "aucune", "délai", "motif", "texte", "appliqué", "refus",
)  # fmt: skip
_WORDS = re.compile(rf"(?<![\w’'-])(?:{'|'.join(sorted(set(_SMALL), key=len, reverse=True))})(?![\w-])")


def text_of(page: str) -> str:
    """What a page says, without markup, spaces made plain; what it says to be French is left out."""
    shown = re.sub(
        r'<title>.*?</title>|<style.*?</style>|<svg.*?</svg>|<span lang="fr">.*?</span>',
        " ",
        page,
        flags=re.S,
    )
    told = re.findall(r'(?:aria-label|title|alt|data-l|placeholder)="([^"]*)"', shown)
    words = " ".join([re.sub(r"<[^>]+>", " ", shown), *told])
    return re.sub(r"\s+", " ", unescape(words))


@cache
def _whole(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words, whole."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")


def french_in(text: str, kept: Iterable[str] = ()) -> list[str]:
    """Each French word with what stands around it; ``kept``: what people typed and names, which stay as they are."""
    known = sorted({re.sub(r"\s+", " ", k) for k in kept if k}, key=len, reverse=True)
    if known:
        text = _whole(tuple(known)).sub("§", text)
    return [text[max(0, m.start() - 40) : m.end() + 40] for m in _WORDS.finditer(text)]
