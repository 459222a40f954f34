"""The light path of relaxed markets: advertising proven, too few households, and an order of scores that decided nothing.

CCH R. 441-3 asks for three households (`ReportData.least`) unless too few apply. Where the dwelling was advertised and everybody who could have it
is proposed, a place in the cotation, points and passages say nothing: pages give the proof and the count instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.domain.frames import records
from optimizer.errors import Lang, said, texts
from optimizer.presentation.data import ReportData
from optimizer.presentation.numbers import day

texts(
    "LIGHT",
    {
        "label": ("Publicité", "Advertised"),
        "since": ("depuis le {day}", "since {day}"),
        "proof": ("preuve : {proof}", "proof: {proof}"),
        "incomplete": ("preuve incomplète", "proof incomplete"),
        "doubtful": ("publicité non prouvée ({words})", "advertising not proven ({words})"),
        "done": ("publicité faite ({words})", "advertised ({words})"),
        "nobody": ("aucun candidat", "no household"),
        "one": ("1 candidat, proposé", "1 household, proposed"),
        "elsewhere": (
            "1 candidat, proposé sur un autre logement",
            "1 household, proposed for another dwelling",
        ),
        "all": ("{n} candidats, tous proposés", "{n} households, all proposed"),
        "spread": (
            "{n} candidats, tous proposés ({here} ici, {rest} sur d'autres logements)",
            "{n} households, all proposed ({here} here, {rest} for other dwellings)",
        ),
        "short_page": (
            "Page courte : chaque logement a été publié, preuve à l'appui, et toute personne recevable est proposée. La cotation n'a départagé personne ; le détail des calculs est dans le classeur et les fichiers.",
            "Short page: every dwelling was advertised, with its proof, and everyone eligible is proposed. The cotation told nobody apart; the workbook and the files hold the computation.",
        ),
        "renew": (
            "renouveler la publicité, ou la porter sur d'autres supports",
            "advertise again, or in other places",
        ),
    },
)
_ADVERTISE = ("publier l'annonce", "advertise the dwelling")


@dataclass(frozen=True)
class Publicity:
    """The advertising of a dwelling as a page shows it.

    Attributes
    ----------
    words : str
        ``depuis le 02/11/2026, bienveo.fr, preuve : annonce 2026-1187``.
    proven : bool
        Whether the three are there and the day is not to come.
    light : bool
        Whether fewer households were eligible than the law has examined, and every one of them holds a first rank: the cotation decided nothing.
    sentence : str
        Where `light`: ``publicité faite (…) ; 1 candidat, proposé``.
    told : str
        ``publicité faite (…)``, or that it is not proven.
    """

    words: str
    proven: bool
    told: str
    light: bool = False
    sentence: str = ""


def publicity(data: ReportData, d: Any, f: Any, named: int) -> Publicity | None:
    """The advertising of a dwelling, None where nothing is written of it.

    Parameters
    ----------
    d, f : rows of ``dwellings`` and of ``dwelling_facts``
    named : int
        Households on its list.
    """
    lang = data.lang
    if not (f.published_on or f.published_at or f.publication_proof):
        return None
    parts = [
        said("LIGHT.SINCE", lang, day=day(f.published_on, lang)) if f.published_on else "",
        f.published_at,
        said("LIGHT.PROOF", lang, proof=f.publication_proof) if f.publication_proof else "",
        "" if f.published else said("LIGHT.INCOMPLETE", lang),
    ]
    words = ", ".join(x for x in parts if x)
    told = said("LIGHT.DONE" if f.published else "LIGHT.DOUBTFUL", lang, words=words)
    if not f.published or d.status == "awaiting_reservataire" or f.eligible >= data.least or not f.all_first:
        return Publicity(words, bool(f.published), told)
    count = _count_words(int(f.eligible), named, lang)
    return Publicity(words, True, told, True, said("WORDS.LIST", lang).join((told, count)))


def _count_words(eligible: int, named: int, lang: Lang) -> str:
    if not eligible:
        return said("LIGHT.NOBODY", lang)
    if eligible == 1:
        return said("LIGHT.ONE" if named else "LIGHT.ELSEWHERE", lang)
    if named == eligible:
        return said("LIGHT.ALL", lang, n=str(eligible))
    return said("LIGHT.SPREAD", lang, n=str(eligible), here=str(named), rest=str(eligible - named))


def advice_words(advice: str, shown: Publicity | None, lang: Lang) -> str:
    """What may be done for a dwelling without household: not « publier » where it has been."""
    proven = shown is not None and shown.proven
    return said("LIGHT.RENEW", lang) if proven and advice in _ADVERTISE else advice


def light_week(data: ReportData, homes: Sequence[Any]) -> bool:
    """Whether the cotation decided nothing on any dwelling of the run: its page is short."""
    facts = {row.dwelling_id: row for row in records(data.dwelling_facts)}
    named = data.proposals.loc[data.proposals["application_id"] != "", "dwelling_id"].value_counts()
    shown = [publicity(data, d, facts[d.dwelling_id], int(named.get(d.dwelling_id, 0))) for d in homes]
    return bool(shown) and all(x is not None and x.light for x in shown)
