"""French and English words for accounts, rules, flags and codes, as staff read them."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.domain.account import account_of, find_account
from optimizer.errors import Lang, singular
from optimizer.problem.registry import find_rule

REFUSALS: dict[str, tuple[str, str]] = {
    "INACTIVE": ("demande radiée ou non renouvelée", "struck off or not renewed"),
    "LIVE_OFFER": (
        "déjà en commission ou destinataire d'une offre",
        "already before a commission or offered",
    ),
    "COMMUNE": ("hors du secteur de la demande", "outside the area of the application"),
    "ROOMS": ("taille inadaptée ou non souhaitée", "size does not fit or is not wanted"),
    "CEILING": ("plafond de ressources dépassé", "income above the ceiling"),
    "ACCESSIBLE": ("accessibilité insuffisante", "not accessible enough"),
    "OWN_DWELLING": ("logement actuel du demandeur", "the applicant's present dwelling"),
    "FORBIDDEN": (
        "écartée par un refus, un désistement ou une décision motivée",
        "set aside by a refusal, a withdrawal or a reasoned decision",
    ),
    "ACCOUNT": (
        "aucun réservataire du logement ne peut désigner le ménage",
        "no account of the dwelling may name the household",
    ),
}

FLAGS: dict[str, tuple[str, str]] = {
    "TO_RENEW": ("à renouveler", "to renew"),
    "CEILING_UNCHECKED": ("plafond non contrôlé", "ceiling not checked"),
    "INCOME_MISSING": ("ressources manquantes", "income missing"),
    "DOSSIER_TO_VERIFY": ("pièces à vérifier", "file to verify"),
    "UNREACHABLE": ("injoignable", "unreachable"),
    "PRIORITY_DECLARED_ONLY": ("priorité seulement déclarée", "priority only declared"),
    "ACCESS_UNKNOWN": ("étage ou ascenseur inconnu", "floor or lift unknown"),
    "EFFORT_HIGH": ("taux d'effort élevé", "high effort rate"),
    "ALLOWANCE_ESTIMATED": ("APL estimée", "estimated housing allowance"),
    "ALLOWANCE_MISSING": ("taux d'effort avant APL", "effort rate before housing allowance"),
    "SMALL_ASKED": ("T1 demandé par un ménage de deux", "T1 asked for by a household of two"),
}


def _pick(pair: tuple[str, str], lang: Lang) -> str:
    return pair[0] if lang == "fr" else pair[1]


def account_label(account: str, lang: Lang = "fr", places: Mapping[str, str] | None = None) -> str:
    """``COLL:242500361`` -> its name in ``places``, else « collectivité 242500361 »; known accounts in words."""
    found = find_account(account)
    return account.partition(":")[2] or account if found is None else found.label(lang, places)


def pool_label(account: str, lang: Lang = "fr", places: Mapping[str, str] | None = None) -> str:
    """Whose candidates: « du contingent Action Logement », « en mutation interne »."""
    return account_of(account).of_label(lang, places)


def rule_label(rule: str, lang: Lang = "fr") -> str:
    """A rule of ``rules.csv`` in the words of its class; the id itself where no rule has it."""
    shape = find_rule(rule)
    return rule if shape is None else _pick(shape.short, lang)


def rule_long(rule: str, lang: Lang = "fr") -> str:
    """The sentence that says who counts among what; empty where no rule has the id."""
    shape = find_rule(rule)
    return "" if shape is None else _pick(shape.long, lang)


def share_key(rule: str) -> str:
    """Key of ``models/`` of a rule's default share; empty where it has none."""
    shape = find_rule(rule)
    return "" if shape is None else shape.share_key


def refusal_label(code: str, lang: Lang = "fr") -> str:
    return _pick(REFUSALS[code], lang) if code in REFUSALS else code


def flag_label(flag: str, lang: Lang = "fr") -> str:
    return _pick(FLAGS[flag], lang) if flag in FLAGS else flag


def ordinal(n: int, lang: Lang = "fr") -> str:
    """``1er``, ``2e`` in French; ``1st``, ``2nd``, ``11th`` in English."""
    if lang == "fr":
        return "1er" if n == 1 else f"{n}e"
    if 10 <= n % 100 <= 20:
        return f"{n}th"
    return f"{n}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th') }"


def points(hundredths: int, lang: Lang = "fr") -> str:
    """Points without useless zeros: ``152,5`` (fr), ``152.5`` (en)."""
    sign = "-" if hundredths < 0 else ""
    whole, cents = divmod(abs(hundredths), 100)
    text = f"{whole}" if cents == 0 else f"{whole}.{cents:02d}".rstrip("0")
    return sign + (text.replace(".", ",") if lang == "fr" else text)


def points_noun(hundredths: int, lang: Lang = "fr", *, ranked: bool = False) -> str:
    """« point » or « points » beside an amount; ``ranked``: of scores that are percentile ranks."""
    noun = "point" if singular(abs(hundredths) / 100, lang) else "points"
    if not ranked:
        return noun
    return f"{noun} de rang centile" if lang == "fr" else f"percentile {noun}"


def spaced(n: int) -> str:
    """A whole number as French readers expect it, with a narrow no-break space between thousands."""
    return f"{n:,}".replace(",", "\u202f")


def plural(n: int, one: str, many: str | None = None) -> str:
    """``3 demandes`` / ``1 demande`` (French: singular below 2)."""
    return f"{spaced(n)} {one if n < 2 else (many or one + 's')}"


_COUNTS = (
    ("une", "one"), ("deux", "two"), ("trois", "three"), ("quatre", "four"), ("cinq", "five"), ("six", "six"),
    ("sept", "seven"), ("huit", "eight"), ("neuf", "nine"), ("dix", "ten"),
)  # fmt: skip


def count_word(n: int, lang: Lang) -> str:
    """``trois``, ``three``; figures beyond ten."""
    return _pick(_COUNTS[n - 1], lang) if 1 <= n <= len(_COUNTS) else str(n)


def on_lists(n: int, lang: Lang = "fr") -> str:
    """``sur deux listes``, ``on one list``: as many as a household may be reserve on (``national.caleol.max_lists``)."""
    word = count_word(n, lang)
    if lang == "fr":
        return f"sur {word} liste{'s' if n > 1 else ''}"
    return f"on {word} list{'' if n == 1 else 's'}"
