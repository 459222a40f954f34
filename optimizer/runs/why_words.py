"""The sentences of `why` in both languages."""

from __future__ import annotations

from optimizer.errors import Lang, singular

FIRST_RANK, BY_SCORE, ALIKE, ELSEWHERE, WAITING, EMPTY, HOUSED = -1, -3, -4, -5, -6, -7, -8
"""Reasons of the index that are no leapfrog (`shortlist.standings`)."""

REASONS: dict[int, tuple[str, str]] = {
    FIRST_RANK: ("au premier rang", "first rank"),
    BY_SCORE: ("le premier rang a une cotation plus haute", "the first rank has a higher score"),
    ALIKE: (
        "même cotation que le premier rang ; le logement, l'ancienneté ou le tirage départagent",
        "same score as the first rank; the dwelling, seniority or the draw decide",
    ),
    ELSEWHERE: (
        "logement imputé à un contingent qui ne peut pas désigner ce ménage",
        "the dwelling went to an account that may not name this household",
    ),
    WAITING: ("le réservataire désigne lui-même ses candidats", "the réservataire names its own households"),
    EMPTY: ("logement sans liste", "dwelling without list"),
    HOUSED: ("au premier rang d'un autre logement", "first rank of another dwelling"),
}

STATUS: dict[str, tuple[str, str]] = {
    "proposed": ("proposée au premier rang", "proposed at a first rank"),
    "reserve": ("en réserve", "in reserve"),
    "not_proposed": (
        "recevable, sans rang dans cette proposition",
        "eligible, without a rank in this proposal",
    ),
    "NO_FREE_DWELLING": (
        "recevable seulement pour des logements déjà en cours d'attribution",
        "eligible only for dwellings already in progress",
    ),
    "ineligible": (
        "recevable pour aucun logement de cette proposition",
        "eligible for no dwelling of this proposal",
    ),
}

DOSSIERS: tuple[tuple[str, str], ...] = (
    ("complet", "complete"),
    ("à compléter", "to complete"),
    (
        "injoignable, à mettre à jour auprès du bailleur",
        "unreachable, to be brought up to date with the landlord",
    ),
)
"""States of a file, in the order of the column ``dossier``."""

ACCESS: tuple[tuple[str, str], ...] = (
    ("aucun", "none"),
    ("sans escalier", "without stairs"),
    ("logement accessible", "accessible dwelling"),
    ("logement adapté", "adapted dwelling"),
)
"""Needs of access, in the order of the column ``mobility_need``."""

SITUATIONS: tuple[tuple[str, str], ...] = (
    (
        "locataire du parc social (pour les logements de votre bailleur : mutation interne seulement)",
        "tenant of social housing (for your own landlord's dwellings: internal transfer only)",
    ),
    ("salarié d'une entreprise d'Action Logement", "employee of a firm of Action Logement"),
    ("agent public", "public agent"),
    ("travailleur essentiel", "essential worker"),
    ("à reloger", "to be relocated"),
    ("réservataires écrits dans votre dossier", "réservataires written in your file"),
)
"""What opens or closes an account to a household, by bit; the last one, seldom used, is told only where it is so."""
ALWAYS_TOLD = len(SITUATIONS) - 1
RELOCATED = 4

NO_QUARTILE, IN_QUARTILE, ABOVE_QUARTILE, BY_EPCI = 0, 1, 2, 3
QUARTILES: tuple[tuple[str, str], ...] = (
    ("inconnu, faute de ressources connues", "unknown, as the income is not known"),
    ("oui", "yes"),
    ("non", "no"),
    ("oui ou non selon l'EPCI du logement", "yes or no by EPCI of the dwelling"),
)
COUNTED, UNIT_WRITTEN, QUARTILE_WRITTEN = 0, 1, 2
"""What the first quartile was judged by: the income of the month, the income a unit that the file gives, its own yes or no."""

RELOCATED_TENANT = (
    "locataire du parc social (pour les logements de votre bailleur : mutation interne ou relogement seulement)",
    "tenant of social housing (for your own landlord's dwellings: internal transfer or relocation only)",
)
"""The first of `SITUATIONS` of whom is to be relocated too: relocations take a landlord's own tenants."""

PRIORITY = ("prioritaire L441-1", "priority L441-1")
BY_STATE = ("désigné par le préfet", "designated by the préfet")
DALO, DESIGNATED = ("DALO", "DALO"), ("DALO désigné par le préfet", "DALO designated by the préfet")
PROOFS: tuple[tuple[str, str], ...] = (
    ("déclaré", "declared"),
    ("déclaré", "declared"),
    ("vérifié", "verified"),
    ("labellisé", "labelled"),
)
"""What is known of a priority, in the order of the column ``priority_status``, none written first."""

NOT_A_DECISION = ("Ce courrier n'est pas une décision.", "This letter is not a decision.")
HEADS: tuple[tuple[str, str], ...] = (
    (
        "1. Degré et mode de contribution du traitement algorithmique",
        "1. Extent and manner of the contribution of algorithmic processing",
    ),
    ("2. Données traitées et leurs sources", "2. Data processed and their sources"),
    (
        "3. Paramètres de traitement et leur pondération, appliqués à votre situation",
        "3. Parameters and their weights, applied to your situation",
    ),
    ("4. Opérations effectuées par le traitement", "4. Operations carried out"),
)
LAW = (
    "Articles L. 311-3-1, R. 311-3-1-1 et R. 311-3-1-2 du code des relations entre le public et l'administration.",
    "Articles L. 311-3-1, R. 311-3-1-1 and R. 311-3-1-2 of the French code of relations with the administration.",
)
CONTRIBUTION = (
    "Un traitement algorithmique propose, pour chaque logement libéré, le réservataire et des ménages classés. Il aide la "
    "commission, qui examine les situations et décide seule. Il n'écarte aucune demande recevable d'après sa seule cotation.",
    "Algorithmic processing proposes, for each vacated dwelling, the réservataire and ranked households. It helps the "
    "commission, which looks at the situations and alone decides. It removes no eligible application by its score alone.",
)
SOURCES = (
    "Sources : votre demande de logement social (système national d'enregistrement ou fichier partagé) et les logements, "
    "conventions et règles saisis par le bailleur.",
    "Sources: your application for social housing (national register or shared file) and the dwellings, agreements and "
    "rules entered by the landlord.",
)
STEPS = (
    "Le traitement contrôle d'abord, pour chaque logement, les conditions de recevabilité (demande active, commune, taille, "
    "plafond de ressources, accessibilité, contingent). Il additionne ensuite cotation, préférence et adéquation, déduit le "
    "poids d'un taux d'effort élevé, place un dossier injoignable après les autres, et cherche la proposition qui vaut le plus en tenant compte des parts des réservataires "
    "et des objectifs légaux. À égalité : l'ancienneté, puis un tirage reproductible.",
    "For each dwelling, the processing first checks eligibility (active application, commune, size, income ceiling, access, "
    "account). It then adds up score, preference and fit, takes off the weight of a high effort rate, sets an unreachable file after the others, and looks for the "
    "proposal worth most, given the shares of the réservataires and the legal targets. Ties: seniority, then a draw that can "
    "be repeated.",
)
CLOSED = (
    "Les autres premiers rangs restant les mêmes, aucun n'est ouvert à cette demande, quels que soient ses points (ordre d'un "
    "réservataire ou décision enregistrée).",
    "With the other first ranks as they are, none is open to this application, whatever its points (the order of a "
    "réservataire or a recorded decision).",
)
CLOSED_EXCHANGED = (
    "Les autres premiers rangs restant les mêmes, aucun n'est ouvert à cette demande, quels que soient ses points (ordre d'un "
    "réservataire, décision enregistrée ou échange entre locataires).",
    "With the other first ranks as they are, none is open to this application, whatever its points (the order of a "
    "réservataire, a recorded decision or an exchange between tenants).",
)
"""The same where tenants exchange dwellings, which nobody else can then take alone."""
SEAT_KEPT = (
    ", si la place gardée au réservataire ne comptait pas davantage",
    ", if the seat kept for the réservataire counted for no more",
)
"""Of points that would have taken a dwelling from its réservataire, for staff."""
WAITS = (
    "encore occupé : sans effet si le ménage appelé en premier pour {after} n'y va pas",
    "still lived in: void if the household first called for {after} does not go there",
)
"""Of a dwelling that a tenant frees, for staff."""
ON_CONDITION = (
    "ce logement est encore occupé, et la proposition est sans effet si son locataire n'en part pas",
    "this dwelling is still lived in, and the proposal is void if its tenant does not leave it",
)
"""The same for the household itself, of the dwelling of its best rank."""
COULD_BE_FREED = (
    "Un logement qu'un locataire demandeur occupe aurait pu convenir ; personne ne le libère dans cette proposition.",
    "A dwelling in which a tenant who applies lives could have suited; nobody frees it in this proposal.",
)
"""Of a household that fits no dwelling of the proposal, but one that a chain might have freed."""
FEW = 5
"""Counts below this are not printed in a letter."""


def say(words: tuple[str, str] | list[str], lang: Lang) -> str:
    """The French or the English of a pair."""
    return words[0 if lang == "fr" else 1]


def points(hundredths: int, lang: Lang) -> str:
    """Points without useless zeros, thousands apart: ``1 152,5`` (fr), ``1,152.5`` (en)."""
    sign = "-" if hundredths < 0 else ""
    whole, cents = divmod(abs(hundredths), 100)
    tail = f"{cents:02d}".rstrip("0")
    if lang == "fr":
        return sign + f"{whole:,}".replace(",", "\u202f") + (f",{tail}" if tail else "")
    return sign + f"{whole:,}" + (f".{tail}" if tail else "")


def points_noun(hundredths: int, lang: Lang, *, ranked: bool) -> str:
    """« point » or « points » beside an amount; ``ranked``: of scores that are percentile ranks."""
    noun = "point" if singular(hundredths / 100, lang) else "points"
    if not ranked:
        return noun
    return f"{noun} de rang centile" if lang == "fr" else f"percentile {noun}"


def place(k: int, n: int, lang: Lang) -> str:
    """``4e sur 31``, ``4 of 31``.

    >>> place(4, 31, "fr"), place(1500, 14984, "en")
    ('4e sur 31', '1,500 of 14,984')
    """
    if lang == "fr":
        return f"{'1er' if k == 1 else f'{whole(k, lang)}e'} sur {whole(n, lang)}"
    return f"{whole(k, lang)} of {whole(n, lang)}"


def whole(n: int, lang: Lang) -> str:
    """A whole number with its thousands apart: ``1 279`` (fr), ``1,279`` (en)."""
    return points(100 * n, lang)


def sizes(mask: int, lang: Lang) -> str:
    """``T2, T3`` of the bits of a mask, six standing for six and more; ``aucune`` of none."""
    names = [f"T{rooms}{'+' if rooms == 6 else ''}" for rooms in range(1, 7) if mask >> (rooms - 1) & 1]
    return ", ".join(names) or ("aucune" if lang == "fr" else "none")


def many(n: int, one: str, more: str, lang: Lang) -> str:
    """``1 logement``, ``3 logements`` (French: singular below 2)."""
    return f"{whole(n, lang)} {one if (n < 2 if lang == 'fr' else n == 1) else more}"
