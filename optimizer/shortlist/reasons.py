"""The sentence on each line: why this household, at this rank, for this dwelling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.errors import Lang
from optimizer.problem import Evaluation
from optimizer.problem.model import RATE_UNIT
from optimizer.shortlist.labels import (
    on_lists,
    ordinal,
    plural,
    points,
    points_noun,
    pool_label,
    rule_label,
    spaced,
)
from optimizer.shortlist.leapfrogs import SHOWN as LEAPFROGS_SHOWN
from optimizer.shortlist.leapfrogs import LineSummary, Standing, Together

ELSEWHERE_NAMED = (
    "désignée par un réservataire avant les autres candidats d'un autre logement",
    "named by a réservataire before the other households of another dwelling",
)
WITH = {
    "fit": ("une meilleure adéquation", "a better fit"),
    "burden": ("un taux d'effort au-delà du seuil", "an effort rate above the threshold"),
    "awaited": ("un logement attendu", "a dwelling expected"),
    "lean": (
        "un dossier injoignable ou les points du contingent",
        "an unreachable file or the points of the account",
    ),
    "keep": ("une proposition antérieure gardée", "an earlier proposal kept"),
}
"""A part of the value said beside another, where neither suffices alone."""
HEAVIER = ("un taux d'effort plus lourd", "a heavier effort rate")
"""Of a burden, where the household of the line has one too: else its own rate may be unknown, or weigh nothing (DALO)."""


@dataclass(frozen=True)
class LineContext:
    """What the sentence needs to know about one line."""

    rank: int
    account: str
    standing: Standing
    pinned: bool
    heavy: bool
    """Its effort rate there is above the threshold, which counts against it."""
    awaited: bool
    """It is kept for a dwelling expected, which counts against it."""
    named: bool
    summary: LineSummary
    places: Mapping[str, str]
    """Names of communes, EPCI and départements by code."""
    missing: Mapping[str, int]
    """Per rule row label (as in leapfrogs): whole leases that would be missing without this line."""
    max_lists: int
    """Lists a household may be reserve on in a session."""
    delegated: bool
    """Nobody but the engine names the households of this account there: an order is that of another dwelling."""
    dalo: bool
    prefet: bool
    """Its household is DALO, or designated by the préfet: of two that differ in lean, only then may the account be why."""
    ranked: bool
    """Scores are percentile ranks and no points of a grid."""
    publics: tuple[str, ...]
    """Rules on households that the first rank of its list serves: what « the same class » stands for."""


def line_reason(context: LineContext, lang: Lang) -> str:
    """The reason in one sentence: place in the cotation, who is passed over and why."""
    place, n, tied = context.standing.place, context.standing.size, context.standing.tied
    whose = pool_label(context.account, lang, context.places)
    if lang == "fr":
        head = (
            f"{ordinal(place, lang)}{' ex æquo' if tied else ''} à la cotation parmi "
            f"{plural(n, 'demande recevable', 'demandes recevables')} {whose}"
        )
    else:
        head = f"{ordinal(place, lang)}{' equal' if tied else ''} by score among {n} eligible {whose}"
    pieces = [head]
    if context.pinned and context.rank == 1:
        pieces.append(
            "désignée par une décision enregistrée" if lang == "fr" else "named by a recorded decision"
        )
    if context.named:
        pieces.append("ordre fixé par le réservataire" if lang == "fr" else "order set by the réservataire")
    if context.summary.total:
        pieces.append(_passed(context, lang))
    if place - 1 > context.summary.total:
        elsewhere = place - 1 - context.summary.total
        if lang == "fr":
            verb = "est proposée" if elsewhere == 1 else "sont proposées"
            pieces.append(f"{plural(elsewhere, 'mieux cotée', 'mieux cotées')} {verb} ailleurs ou au-dessus")
        else:
            pieces.append(f"{elsewhere} better scored placed elsewhere or above")
    if context.heavy:
        pieces.append(
            "malgré un taux d'effort au-delà du seuil"
            if lang == "fr"
            else "despite an effort rate above the threshold"
        )
    if context.awaited:
        pieces.append(
            "bien que gardée pour un logement attendu"
            if lang == "fr"
            else "although kept for a dwelling expected"
        )
    if context.rank > 1:
        pieces.insert(0, "réserve" if lang == "fr" else "reserve")
    return " ; ".join(pieces) if lang == "fr" else "; ".join(pieces)


def _passed(context: LineContext, lang: Lang) -> str:
    total = context.summary.total
    whys = [_why(*reason, context, lang) for reason in context.summary.by_reason]
    if lang == "fr":
        noun = "demande mieux cotée" if total == 1 else "demandes mieux cotées"
        return f"passe devant {spaced(total)} {noun} : " + ", ".join(whys)
    return f"passes {total} better scored: " + ", ".join(whys)


def _why(reason: str, count: int, gap: int, context: LineContext, lang: Lang) -> str:
    far, noun = points(gap, lang), points_noun(gap, lang, ranked=context.ranked)
    of_score = ("", "") if context.ranked else (" de cotation", " of score")
    words = {
        "burden": (
            f"taux d'effort {'plus lourd' if context.heavy else 'au-delà du seuil'} dans ce logement "
            f"(jusqu'à {far} {noun}{of_score[0]} d'écart)",
            f"{'heavier effort rate' if context.heavy else 'effort rate above the threshold'} in this dwelling "
            f"(up to {far} {noun}{of_score[1]} apart)",
        ),
        "awaited": ("gardé pour un logement attendu", "kept for a dwelling expected"),
        "lean": (
            "injoignable, ou derrière les points que ce contingent donne à un ménage DALO",
            "unreachable, or behind the points this account gives a DALO household",
        )
        if context.dalo
        else (
            "injoignable, ou ménage désigné par le préfet (un seul nom suffit)",
            "unreachable, or household designated by the préfet (one name is enough)",
        )
        if context.prefet
        else ("injoignable", "unreachable"),
        "keep": ("proposition antérieure gardée", "earlier proposal kept"),
        "fit": (
            "adéquation (préférence, taille, accès)",
            "fit (preference, size, access)",
        ),
        "places": (
            f"déjà réserve {on_lists(context.max_lists, 'fr')}",
            f"already reserve {on_lists(context.max_lists, 'en')}",
        ),
        "class": (
            f"même public que le premier rang{_quoted(context.publics, 'fr')}",
            f"same class as the first rank{_quoted(context.publics, 'en')}",
        ),
        "filler": ("DALO, jamais en complément d'une liste", "DALO, never the filler of a list"),
        "pin": ("décision enregistrée", "recorded decision"),
        "nomination": ELSEWHERE_NAMED
        if context.delegated
        else ("ordre du réservataire", "order of the réservataire"),
        "chain": (
            "son départ libère un logement attribué à la suite",
            "its departure frees a dwelling that is let in turn",
        ),
        "gap": ("calcul arrêté avant la preuve", "stopped before the proof"),
    }
    if reason in words:
        text = words[reason][0 if lang == "fr" else 1]
        if reason in context.summary.together:
            text += _together(context.summary.together[reason], count, context, lang)
    else:
        rule = reason.split("[", 1)[0]
        text = rule_label(rule, lang)
        missing = context.missing.get(reason, 0)
        if missing:
            text += (
                f", il manque {plural(missing, 'bail', 'baux')}"
                if lang == "fr"
                else f", {missing} lease{'s' if missing > 1 else ''} missing"
            )
    return f"{text} ({count})" if len(context.summary.by_reason) > 1 else text


def _quoted(rules: tuple[str, ...], lang: Lang) -> str:
    """`` « travailleurs essentiels »``: the rules by their names, nothing without any."""
    opens, closes, also = ("« ", " »", " et ") if lang == "fr" else ("“", "”", " and ")
    told = also.join(f"{opens}{rule_label(rule, lang)}{closes}" for rule in rules)
    return f" {told}" if told else ""


def _together(needed: Together, count: int, context: LineContext, lang: Lang) -> str:
    """What a part of the value needs beside it: `` (5 points), avec un taux d'effort au-delà du seuil (1,96 point)``.

    The amounts are the most of each where there are several households. Where ``count`` households are passed for this part
    and fewer need the others, the sentence says how many do; of a line that passes more than are shown, at least so many.
    """
    most = ("jusqu'à " if lang == "fr" else "up to ") if needed.times > 1 else ""
    told = [f"({most}{points(n, lang)} {points_noun(n, lang)})" for _, n in needed.parts]
    total = context.summary.total
    beside = {**WITH, "burden": HEAVIER} if context.heavy else WITH
    others = (" et " if lang == "fr" else " and ").join(
        f"{beside[part][0 if lang == 'fr' else 1]} {amount}"
        for (part, _), amount in zip(needed.parts[1:], told[1:], strict=True)
    )
    if needed.times == count:
        return f" {told[0]}, {'avec' if lang == 'fr' else 'with'} {others}"
    if lang == "fr":
        least = "au moins " if total > LEAPFROGS_SHOWN else ""
        return f", dont {least}{needed.times} {told[0]} avec {others}"
    least = "at least " if total > LEAPFROGS_SHOWN else ""
    return f", of which {least}{needed.times} {told[0]} with {others}"


def whole_leases_missing(counted: Evaluation) -> list[int]:
    """Per row, the shortfall in whole leases (rounded up), as screens show it."""
    return [-(-short // RATE_UNIT) for short in counted.shortfall.tolist()]
