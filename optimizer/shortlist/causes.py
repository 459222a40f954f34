"""Why a list is empty or short: first what keeps households from the dwelling, then what may be done about that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.facts import CODES, EXCLUSION, Facts
from optimizer.errors import Lang
from optimizer.shortlist.labels import account_label, on_lists, plural, refusal_label

Two = tuple[str, str]
"""A French and an English sentence."""
Code = Callable[[int], NDArray[np.int8]]
"""First refusal code of every application for a dwelling."""

_HELD: dict[str, tuple[Two, Two]] = {
    "mutation": (
        ("logement tenu pour une mutation interne", "dwelling held for a transfer of an own tenant"),
        (
            "examiner les demandes de mutation, ou lever « exclusion_assiette »",
            "look at the transfer requests, or lift « exclusion_assiette »",
        ),
    ),
    "anru": (
        ("logement tenu pour un relogement NPNRU", "dwelling held for an NPNRU relocation"),
        (
            "rapprocher la liste des ménages à reloger avec l'opération, ou lever « exclusion_assiette »",
            "match the households to relocate with the operation, or lift « exclusion_assiette »",
        ),
    ),
    "orcod": (
        ("logement tenu pour un relogement ORCOD", "dwelling held for an ORCOD relocation"),
        (
            "rapprocher la liste des ménages à reloger avec l'opération, ou lever « exclusion_assiette »",
            "match the households to relocate with the operation, or lift « exclusion_assiette »",
        ),
    ),
    "unfit": (
        ("logement tenu pour un relogement d'habitat indigne", "dwelling held for a relocation from unfit housing"),
        (
            "rapprocher la liste des ménages à reloger, ou lever « exclusion_assiette »",
            "match the households to relocate, or lift « exclusion_assiette »",
        ),
    ),
    "sale": (
        ("logement tenu pour un relogement après vente", "dwelling held for a relocation after a sale"),
        (
            "rapprocher la liste des ménages à reloger, ou lever « exclusion_assiette »",
            "match the households to relocate, or lift « exclusion_assiette »",
        ),
    ),
}  # fmt: skip

_ACTS: dict[str, Two] = {
    "COMMUNE": ("publier l'annonce au-delà de la commune", "advertise beyond the commune"),
    "ROOMS": (
        "proposer le logement aux ménages de taille voisine (table des typologies du bailleur)",
        "offer it to households of a neighbouring size (the landlord's table of sizes)",
    ),
    "CEILING": (
        "demander une dérogation au plafond, ou publier auprès de ménages aux ressources plus faibles",
        "ask for a derogation from the ceiling, or advertise to households with lower incomes",
    ),
    "ACCESSIBLE": ("publier l'annonce, ou prévoir des travaux", "advertise, or plan works"),
    "ACCOUNT": (
        "demander des candidats aux réservataires qui peuvent désigner ici",
        "ask the réservataires who may name here for households",
    ),
    "INACTIVE": ("faire renouveler les demandes proches de l'échéance", "have expiring applications renewed"),
}
_ACT: Two = ("publier l'annonce", "advertise the dwelling")
_FOR_OTHERS: Two = (
    "le logement est tenu pour d'autres ménages",
    "the dwelling is held for other households",
)
"""Instead of « aucun réservataire … », where the line says just before for whom the dwelling is kept."""


@dataclass(frozen=True)
class NotListed:
    """Households eligible for a short list that do not stand on it, by what keeps each from it; each is counted once.

    Attributes
    ----------
    first : hold the first rank of another dwelling
    full : reserves on as many other lists as they may be
    filler : DALO households, which never fill a list behind another household
    """

    first: int = 0
    full: int = 0
    filler: int = 0


@dataclass(frozen=True)
class Causes:
    """The sentences of empty and short lists.

    Attributes
    ----------
    facts : Facts
    lang : str
    places : mapping code -> name of communes, EPCI and départements
    code : callable dwelling -> first refusal code of every application, or None where that is too long to ask
    """

    facts: Facts
    lang: Lang
    places: Mapping[str, str]
    code: Code | None = None

    def _say(self, words: Two) -> str:
        return words[0] if self.lang == "fr" else words[1]

    def held(self, d: int) -> tuple[str, str]:
        """What keeps the dwelling for somebody, and what may be done about it; two empty texts when nothing does."""
        dw = self.facts.dwellings
        exclusion = EXCLUSION[int(dw.exclusion[d])]
        if exclusion in _HELD:
            cause, act = _HELD[exclusion]
            return self._say(cause), self._say(act)
        if dw.reserved_to[d] >= 0:
            name = account_label(self.facts.accounts[int(dw.reserved_to[d])], self.lang, self.places)
            return (
                self._say((f"logement réservé : {name}", f"dwelling reserved: {name}")),
                self._say(
                    (
                        f"demander des candidats ({name}), ou lever « reserve_a »",
                        f"ask for households ({name}), or lift « reserve_a »",
                    )
                ),
            )
        account = self.facts.oriented.get(d)
        if account is not None:
            name = account_label(self.facts.accounts[account], self.lang, self.places)
            return (
                self._say((f"logement orienté par décision : {name}", f"dwelling oriented by a decision: {name}")),
                self._say(("revoir cette décision", "look at that decision again")),
            )  # fmt: skip
        return "", ""

    def empty(self, d: int, candidates: int) -> tuple[str, str]:
        """Reason and advice for a dwelling without list; ``candidates``: households that some account could name there."""
        if self.facts.dwellings.blocked[d]:
            return self._say(("déjà en cours d'attribution (en_cours)", "already in progress")), ""
        cause, act = self.held(d)
        if candidates:
            own = self._say(
                (
                    "les demandes recevables sont toutes proposées au premier rang ailleurs",
                    "every eligible application holds a first rank elsewhere",
                )
            )
            return self._joined(cause, own), act
        refusals, advice = self._refused(d, bool(cause))
        return self._joined(cause, refusals), act or advice

    def _refused(self, d: int, held: bool) -> tuple[str, str]:
        """Nobody is eligible: where the applications stop, and what could move that; ``held``: kept for somebody."""
        none = self._say(("aucune demande recevable", "no application is eligible"))
        codes = self.code(d) if self.code is not None else np.zeros(0, np.int8)
        if not len(codes):
            return none, self._say(_ACT)
        # the last question anybody reached: those who stop there were the nearest
        last = int(codes.max())
        stopped = int((codes == last).sum())
        name = _code_name(last)
        words = self._say(_FOR_OTHERS) if held and name == "ACCOUNT" else refusal_label(name, self.lang)
        if self.lang == "fr":
            told = (
                f"{none} ; {plural(stopped, 'demande la plus proche', 'demandes les plus proches')} : {words}"
            )
        else:
            told = f"{none}; nearest {stopped}: {words}"
        return told, self._say(_ACTS.get(name, _ACT))

    def short(self, d: int, eligible: int, others: NotListed, max_lists: int, single: Two | None) -> str:
        """Reason of a list shorter than the law asks.

        Parameters
        ----------
        eligible : on the account of the list, for that dwelling
        others : those of them that do not stand on it
        max_lists : lists a household may be reserve on
        single : why one name is enough there, where it is
        """
        if single is not None:
            return self._say(single)
        cause, _ = self.held(d)
        lack = self._say(("insuffisance du nombre de candidats", "too few candidates"))
        if self.lang == "fr":
            many = plural(eligible, "demande recevable", "demandes recevables") + " sur ce contingent"
        else:
            many = f"{eligible} eligible on this account"
        whys: tuple[tuple[int, Two], ...] = (
            (others.first, ("au premier rang d'un autre logement", "first elsewhere")),
            (
                others.full,
                (
                    f"déjà en réserve {on_lists(max_lists, 'fr')}",
                    f"already reserve {on_lists(max_lists, 'en')}",
                ),
            ),
            (others.filler, ("DALO (jamais en complément)", "DALO (never filler)")),
        )
        told = ", ".join(f"{count} {self._say(words)}" for count, words in whys if count)
        if told:
            many += self._say((f", dont {told}", f", of which {told}"))
        return self._joined(cause, f"{lack}{' :' if self.lang == 'fr' else ':'} {many}")

    def _joined(self, *parts: str) -> str:
        return (" ; " if self.lang == "fr" else "; ").join(part for part in parts if part)


def _code_name(code: int) -> str:
    return CODES[code - 1]


DESIGNATED: Two = (
    "une seule candidature suffit : ménage désigné par le préfet (CCH R441-3)",
    "one candidate is enough: household designated by the préfet (CCH R441-3)",
)
SUBSIDISED: Two = (
    "une seule candidature suffit : logement subventionné (CCH D331-25-1, R441-3)",
    "one candidate is enough: subsidised dwelling (CCH D331-25-1, R441-3)",
)
