"""The words that sentences are rebuilt with: numbers, places, accounts and rules, in both languages.

Written a second time, like everything here: a sentence that the run prints must follow from codes and numbers that were
checked, not from the code that printed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from optimizer.domain.account import account_of, find_account
from optimizer.errors import Lang
from optimizer.verify.law import Law
from optimizer.verify.tables import csv_columns

RULE_WORDS: Mapping[str, tuple[str, str]] = {
    "flux": ("part du flux de la convention", "agreed share of the flux"),
    "flux_max": ("part du flux à ne pas dépasser", "share of the flux not to exceed"),
    "mutation_max": (
        "part hors mutation interne (plafond des mutations)",
        "share outside own transfers (ceiling on transfers)",
    ),
    "priority_publics": ("part des publics prioritaires", "share of priority households"),
    "lec_q1_outside_qpv": ("objectif LEC : premier quartile hors QPV", "LEC target: first quartile outside QPV"),
    "lec_q234_inside_qpv": ("objectif LEC : quartiles 2 à 4 en QPV", "LEC target: quartiles 2 to 4 inside QPV"),
    "dalo": ("objectif DALO du département", "DALO target of the département"),
    "essential_workers": ("travailleurs essentiels", "essential workers"),
    "priority_mix": ("résidence à enjeu de mixité", "priority-mix residence"),
    "account_balance": ("équilibre qualitatif des contingents", "qualitative balance of accounts"),
}  # fmt: skip
REACHED = {"lec_q1_outside_qpv": "hors QPV Q1", "lec_q234_inside_qpv": "en QPV Q2-Q4"}
"""Rules whose state the orientation sheet tells, and how."""

CODES = {"communes": "insee", "epci": "siren"}
"""Table of places -> its column of codes."""


def pick(words: tuple[str, str], lang: Lang) -> str:
    """The French or the English of two texts."""
    return words[0] if lang == "fr" else words[1]


def joined(parts: list[str], lang: Lang) -> str:
    """The parts that say something, one after the other."""
    return (" ; " if lang == "fr" else "; ").join(x for x in parts if x)


def spaced(number: int) -> str:
    """``1 234`` with a narrow no-break space."""
    text = str(number)
    start = len(text) % 3 or 3
    return "\u202f".join([text[:start], *(text[i : i + 3] for i in range(start, len(text), 3))])


def counted(number: int, one: str, many: str) -> str:
    """``3 demandes``, ``1 demande``; nothing is in the singular too."""
    return f"{spaced(number)} {one if number < 2 else many}"


NUMBERS = (
    ("une", "one"), ("deux", "two"), ("trois", "three"), ("quatre", "four"), ("cinq", "five"), ("six", "six"),
    ("sept", "seven"), ("huit", "eight"), ("neuf", "nine"), ("dix", "ten"),
)  # fmt: skip


def on_so_many(lists: int, lang: Lang) -> str:
    """``sur deux listes``, ``on one list``."""
    number = pick(NUMBERS[lists - 1], lang) if 0 < lists <= len(NUMBERS) else str(lists)
    plural = "s" if lists > 1 else ""
    return pick((f"sur {number} liste{plural}", f"on {number} list{plural}"), lang)


def nth(number: int, lang: Lang) -> str:
    """``1er``, ``2e``; ``1st``, ``22nd``, ``13th``."""
    if lang == "fr":
        return "1er" if number == 1 else f"{number}e"
    ending = "th" if number % 100 in range(10, 21) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def points_text(hundredths: int, lang: Lang) -> str:
    """``152,5`` or ``152.5``, without useless zeros."""
    whole, rest = divmod(abs(hundredths), 100)
    mark = "," if lang == "fr" else "."
    tail = f"{mark}{rest:02d}".rstrip("0") if rest else ""
    return f"{'-' if hundredths < 0 else ''}{whole}{tail}"


def noun_of_points(hundredths: int, lang: Lang, *, ranked: bool = False) -> str:
    """``point`` or ``points``; ``ranked``: of a percentile rank, where scores are no points of one grid."""
    noun = "point" if (abs(hundredths) < 200 if lang == "fr" else abs(hundredths) == 100) else "points"
    return noun if not ranked else pick((f"{noun} de rang centile", f"percentile {noun}"), lang)


def place_names(law: Law) -> Mapping[str, str]:
    """Code -> name of every commune, EPCI and département of the territory."""
    files = ((law.models / "territories" / f"{name}.csv", code) for name, code in CODES.items())
    contents = tuple((path.read_bytes(), path.name, code) for path, code in files if path.is_file())
    return _place_names(contents, law.departements or tuple(sorted(set(law.places.departement))))


@lru_cache(maxsize=4)
def _place_names(
    contents: tuple[tuple[bytes, str, str], ...], departements: tuple[str, ...]
) -> Mapping[str, str]:
    """The same tables are read once per process: the names stand in several kinds of sentences."""
    found: dict[str, str] = {}
    for raw, name, code in contents:
        table = csv_columns(raw, name)
        if code in table and "name" in table:
            found |= {
                str(c): str(n)
                for c, n in zip(table[code].to_pylist(), table["name"].to_pylist(), strict=True)
            }
    return found | {x: f"département {x}" for x in departements}


def account_words(account: str, lang: Lang, names: Mapping[str, str]) -> str:
    """An account as pages name it."""
    found = find_account(account)
    return account.partition(":")[2] or account if found is None else found.label(lang, names)


def of_account(account: str, lang: Lang, names: Mapping[str, str]) -> str:
    """Whose candidates: « du contingent … »."""
    return account_of(account).of_label(lang, names)
