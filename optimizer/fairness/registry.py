"""The register of the drop-in folder ``mechanisms/``: a mechanism is one file, with its source and its claims.

A claim is a property that the contract suite tries to break on random and exhaustive small markets: a false one fails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from optimizer.dropin import in_order, load_all, named, takes, worded
from optimizer.errors import AttrifluxError, Lang
from optimizer.fairness import messages as messages
from optimizer.fairness.lottery import Draw, Lottery
from optimizer.fairness.market import Market

Quotas = Literal["ignored", "reserves", "hard", "priced"]
CLAIMS = (
    "pareto", "strategyproof", "no_justified_envy", "sd_envy_free", "sd_efficient", "equal_treatment", "min_shortfall",
    "max_lettings", "max_value", "individually_rational", "leximin", "max_min",
)  # fmt: skip
"""What a mechanism may promise; the contract suite has one test for each."""


@dataclass(frozen=True)
class Mechanism:
    """A way of allocating.

    Attributes
    ----------
    id, title_fr, title_en, source : str
    randomised : bool          whether chance enters besides the seed of the case
    quotas : str               what it does with the rules of households and accounts
    claims : set of `CLAIMS`
    indifferent : bool         whether equal fits stay equal; otherwise claims hold for preferences told apart by lot
    order : int                place in tables
    program : bool             whether it solves the program of all types, out of reach where that is large
    allocate : (market, draw) -> Lottery
    """

    id: str
    title_fr: str
    title_en: str
    source: str
    randomised: bool
    quotas: Quotas
    claims: frozenset[str]
    indifferent: bool
    order: int
    allocate: Callable[[Market, Draw], Lottery]
    program: bool = False

    def title(self, lang: Lang) -> str:
        """Its name on pages."""
        return self.title_fr if lang == "fr" else self.title_en


_MECHANISMS: dict[str, Mechanism] = {}


def mechanism(
    id: str,
    *,
    title_fr: str,
    title_en: str,
    source: str,
    randomised: bool,
    quotas: Quotas,
    claims: set[str],
    order: int,
    indifferent: bool = True,
    program: bool = False,
) -> Callable[[Callable[[Market, Draw], Lottery]], Callable[[Market, Draw], Lottery]]:
    """Register a mechanism file.

    Raises
    ------
    ValueError
        An empty field, an id that no option could name, an unknown claim or way with quotas, a second mechanism with the same id or place.
    TypeError
        A word that is no text, claims that are no set.
    """

    def register(allocate: Callable[[Market, Draw], Lottery]) -> Callable[[Market, Draw], Lottery]:
        takes(allocate, "market, draw")
        named("mechanism", id)
        worded(f"mechanism {id!r}", title_fr=title_fr, title_en=title_en, source=source)
        for name, given, kind in (("claims", claims, set | frozenset), ("randomised", randomised, bool)):
            if not isinstance(given, kind):
                raise TypeError(
                    f"mechanism {id!r}: {name} {given!r}, {kind.__name__ if kind is bool else 'a set'} was expected"
                )
        if unknown := sorted(map(str, claims - set(CLAIMS))):
            raise ValueError(f"mechanism {id!r}: unknown claims {', '.join(unknown)}")
        if id in _MECHANISMS:
            raise ValueError(f"mechanism {id!r} is declared twice")
        if quotas not in get_args(Quotas):
            raise ValueError(f"mechanism {id!r}: quotas {quotas!r}, not one of {', '.join(get_args(Quotas))}")
        in_order(f"mechanism {id!r}", order, {m.id: m.order for m in _MECHANISMS.values()})
        _MECHANISMS[id] = Mechanism(
            id,
            title_fr,
            title_en,
            source,
            randomised,
            quotas,
            frozenset(claims),
            indifferent,
            order,
            allocate,
            program,
        )
        return allocate

    return register


@cache
def all_mechanisms() -> tuple[Mechanism, ...]:
    """Every mechanism of the folder, in the order of tables."""
    load_all("optimizer.fairness.mechanisms", _MECHANISMS.__len__)
    return tuple(sorted(_MECHANISMS.values(), key=lambda m: m.order))


def chosen_mechanisms(wanted: str | list[str] | tuple[str, ...] = "all") -> tuple[Mechanism, ...]:
    """Mechanisms of a list of ids, or all of them, in the order of tables.

    Raises
    ------
    AttrifluxError
        ``FAIRNESS_UNKNOWN``: no mechanism has that id.
    """
    known = {m.id: m for m in all_mechanisms()}
    ids = [x.strip() for x in (wanted.split(",") if isinstance(wanted, str) else wanted) if x.strip()]
    if ids == ["all"]:
        return all_mechanisms()
    # nothing named is no wish for all of them
    unknown = [x for x in ids if x not in known] if ids else [str(wanted)]
    if unknown:
        raise AttrifluxError("FAIRNESS_UNKNOWN", what=", ".join(unknown), known=", ".join(known))
    return tuple(m for m in all_mechanisms() if m.id in ids)
