"""Weights from an order of criteria, by methods that have a name and a source; exact fractions that sum to 1.

A meeting agrees on an order sooner than on numbers. Each method turns ranks into weights; two criteria placed together
share the mean of their ranks' weights. No method is the right one: the file says which was used, and is then edited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from optimizer.errors import AttrifluxError, Said, define

define(
    "COTATION_METHOD_UNKNOWN",
    "Méthode « {name} » inconnue ; méthodes : {known}.",
    "Method “{name}” unknown; methods: {known}.",
)
define(
    "COTATION_BLANK",
    "La carte blanche « _ » et --ratio ne valent que pour la méthode simos.",
    "The blank card “_” and --ratio only go with the method simos.",
    remedy_fr="Choisir --method simos, ou les retirer",
    remedy_en="Choose --method simos, or remove them",
)


@dataclass(frozen=True)
class Method:
    """A named way from an order to weights: formula and meaning in both languages, and where it was published."""

    name: str
    fr: str
    en: str
    formula: Said
    source: Said


def _same(formula: str) -> Said:
    """A formula without words."""
    return Said(formula, formula)


def _title(reference: str) -> Said:
    """A reference with the signs of each language around its title."""
    return Said(
        reference.format(**{"and": "et", "open": "« ", "close": " »"}),
        reference.format(**{"and": "and", "open": "“", "close": "”"}),
    )


METHODS: tuple[Method, ...] = (
    Method(
        "equal",
        "Poids égaux : l'ordre ne compte pas.",
        "Equal weights: the order does not count.",
        _same("w = 1/n"),
        _title("Dawes {and} Corrigan, {open}Linear models in decision making{close}, Psychological Bulletin 81, 1974"),
    ),
    Method(
        "rank_sum",
        "Somme des rangs : les poids descendent d'un même pas.",
        "Rank sum: weights go down by equal steps.",
        _same("w = 2(n + 1 − i) / n(n + 1)"),
        _title("Stillwell, Seaver {and} Edwards, Organizational Behavior and Human Performance 28, 1981"),
    ),
    Method(
        "rank_exponent",
        "Carrés des rangs : comme la somme des rangs, le haut pèse plus.",
        "Squared ranks: as rank sum, the top weighs more.",
        _same("w = (n + 1 − i)² / Σ j²"),
        _title("Stillwell, Seaver {and} Edwards, Organizational Behavior and Human Performance 28, 1981"),
    ),
    Method(
        "rank_reciprocal",
        "Inverse du rang : le deuxième vaut la moitié du premier.",
        "Rank reciprocal: the second is worth half the first.",
        _same("w = (1/i) / Σ (1/j)"),
        _title("Stillwell, Seaver {and} Edwards, Organizational Behavior and Human Performance 28, 1981"),
    ),
    Method(
        "centroid",
        "Barycentre : moyenne de tous les poids compatibles avec l'ordre.",
        "Rank-order centroid: mean of all weights that agree with the order.",
        _same("w = (1/n) Σ_{j ≥ i} 1/j"),
        _title("Barron {and} Barrett, {open}Decision quality using ranked attribute weights{close}, Management Science 42, 1996"),
    ),
    Method(
        "simos",
        "Cartes de Simos : un même pas, « _ » en ajoute un, --ratio : premier poids sur dernier.",
        "Simos cards: equal steps, “_” widens one, --ratio: first over last.",
        Said(
            "w proportionnel à 1 + (z − 1) × intervalles sous le critère / intervalles en tout",
            "w proportional to 1 + (z − 1) × intervals below the criterion / intervals in all",
        ),
        Said(
            "Figueira et Roy, European Journal of Operational Research 139, 2002 (procédure de Simos révisée)",
            "Figueira and Roy, European Journal of Operational Research 139, 2002 (revised Simos procedure)",
        ),
    ),
    Method(
        "lexicographic",
        "Ordre strict : un critère l'emporte sur tous les suivants réunis.",
        "Strict order: a criterion outweighs all those after it together.",
        Said("w = 1 + somme des poids des rangs suivants", "w = 1 + sum of the weights of the ranks that follow"),
        _title("Fishburn, {open}Lexicographic orders, utilities and decision rules{close}, Management Science 20, 1974"),
    ),
)  # fmt: skip


def method(name: str) -> Method:
    """The method of that name. Raises ``COTATION_METHOD_UNKNOWN``."""
    for found in METHODS:
        if found.name == name:
            return found
    raise AttrifluxError("COTATION_METHOD_UNKNOWN", name=name, known=", ".join(m.name for m in METHODS))


def rank_weights(levels: Sequence[int], name: str, ratio: Fraction | None = None) -> tuple[Fraction, ...]:
    """Weights of criteria given in order of importance, summing to 1, never increasing.

    Parameters
    ----------
    levels : sequence of int
        From the most to the least important, how many criteria stand at each place; 0: a blank card (`simos` only).
    name : str
        A method of :data:`METHODS`.
    ratio : Fraction, optional
        `simos` only: how many times the first place weighs the last one, more than 1; default: steps of the last place's
        weight.

    Returns
    -------
    tuple of Fraction
        One per criterion, in order; those of one place are equal.

    Raises
    ------
    AttrifluxError
        ``COTATION_METHOD_UNKNOWN``, ``COTATION_BLANK``.
    """
    method(name)
    if name != "simos" and (0 in levels or ratio is not None):
        raise AttrifluxError("COTATION_BLANK")
    if name == "simos":
        raw = _simos(levels, ratio)
    elif name == "lexicographic":
        raw = _strict(levels)
    else:
        raw = _averaged(levels, _BY_RANK[name](sum(levels)))
    total = sum(raw, Fraction(0))
    return tuple(w / total for w in raw)


def _reciprocals(n: int) -> list[Fraction]:
    return [Fraction(1, i) for i in range(1, n + 1)]


def _centroid(n: int) -> list[Fraction]:
    tails, running = [], Fraction(0)
    for w in reversed(_reciprocals(n)):
        running += w
        tails.append(running)
    return tails[::-1]


_BY_RANK: Mapping[str, Callable[[int], list[Fraction]]] = {
    "equal": lambda n: [Fraction(1)] * n,
    "rank_sum": lambda n: [Fraction(n - i) for i in range(n)],
    "rank_exponent": lambda n: [Fraction((n - i) ** 2) for i in range(n)],
    "rank_reciprocal": _reciprocals,
    "centroid": _centroid,
}


def _averaged(levels: Sequence[int], by_rank: Sequence[Fraction]) -> list[Fraction]:
    out: list[Fraction] = []
    for count in levels:
        part = by_rank[len(out) : len(out) + count]
        out += [sum(part, Fraction(0)) / count] * count
    return out


def _simos(levels: Sequence[int], ratio: Fraction | None) -> list[Fraction]:
    filled = [i for i, count in enumerate(levels) if count]
    last, steps = filled[-1], filled[-1] - filled[0]
    step = Fraction(1) if ratio is None else (ratio - 1) / max(1, steps)
    return [1 + step * (last - i) for i in filled for _ in range(levels[i])]


def _strict(levels: Sequence[int]) -> list[Fraction]:
    out: list[Fraction] = []
    for count in reversed(levels):
        out = [sum(out, Fraction(1))] * count + out
    return out


def points_of(weights: Sequence[Fraction], total: int) -> tuple[int, ...]:
    """Whole points of each weight, to the nearest (halves up): equal weights stay equal, the order is kept."""
    return tuple(int(w * total + Fraction(1, 2)) for w in weights)


def tells_apart(weights: Sequence[Fraction], points: Sequence[int]) -> bool:
    """Whether every criterion has a point, and two different weights different points."""
    return min(points) >= 1 and len(set(points)) == len(set(weights))


def enough_points(weights: Sequence[Fraction], name: str) -> int:
    """The usual total: the smallest multiple of 100 that tells all weights apart; exact for a strict order."""
    if name == "lexicographic":
        # The last criterion is worth one point: any other total could lose the strictness to rounding.
        return int(1 / min(weights))
    total = 100
    while not tells_apart(weights, points_of(weights, total)):
        total += 100
    return total
