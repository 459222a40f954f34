"""The register of the drop-in folder ``policies/``: a policy is one file that says under which terms a session is solved.

It changes the inputs of a session and nothing else, so that every session keeps its proof. The contract suite lives small years
under each: it must not see what is still to come, nor touch what it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from optimizer.dropin import in_order, load_all, named, takes, worded
from optimizer.errors import AttrifluxError, Lang
from optimizer.simulation import messages as messages
from optimizer.simulation.terms import State, Terms
from optimizer.simulation.world import World

Decide = Callable[[State], Terms]
Bound = Callable[[World], dict[str, float]]


@dataclass(frozen=True)
class Policy:
    """A way of steering a year.

    Attributes
    ----------
    id, title_fr, title_en : str
    source : str         text or article it is taken from
    order : int          place in tables
    terms : (state) -> Terms; None for a bound
    bound : (world) -> figures that no policy can do better than on that world; None for a policy
    says_fr, says_en : str   under which terms its sessions are solved (of a bound: what it counts), in a line; the source stands in
        for them of a policy that no file registers
    alone_fr, alone_en : str     why its sessions hold no chain when chains are asked for; empty: they do
    """

    id: str
    title_fr: str
    title_en: str
    source: str
    order: int
    terms: Decide | None = None
    bound: Bound | None = None
    says_fr: str = ""
    says_en: str = ""
    alone_fr: str = ""
    alone_en: str = ""

    @property
    def chains(self) -> bool:
        """Whether its sessions may hold chains."""
        return self.terms is not None and not self.alone_fr

    def title(self, lang: Lang) -> str:
        """Its name on pages."""
        return self.title_fr if lang == "fr" else self.title_en

    def says(self, lang: Lang) -> str:
        """Under which terms its sessions are solved, in a line."""
        return (self.says_fr if lang == "fr" else self.says_en) or self.source

    def alone(self, lang: Lang) -> str:
        """Why its sessions hold no chain."""
        return self.alone_fr if lang == "fr" else self.alone_en


_POLICIES: dict[str, Policy] = {}


def _register(found: Policy) -> None:
    named("policy", found.id)
    words = ("title_fr", "title_en", "says_fr", "says_en", "source")
    worded(f"policy {found.id!r}", **{name: getattr(found, name) for name in words})
    if found.id in _POLICIES:
        raise ValueError(f"policy {found.id!r} is declared twice")
    in_order(f"policy {found.id!r}", found.order, {p.id: p.order for p in _POLICIES.values()})
    _POLICIES[found.id] = found


def policy(
    id: str, *, title_fr: str, title_en: str, says_fr: str, says_en: str, source: str, order: int,
    alone_fr: str = "", alone_en: str = "",
) -> Callable[[Decide], Decide]:  # fmt: skip
    """Register the ``terms(state)`` of a policy file.

    Raises
    ------
    ValueError
        An empty field, an id that no option could name, a second policy with the same id or place.
    TypeError
        A word that is no text.
    """

    def register(terms: Decide) -> Decide:
        takes(terms, "state")
        _register(
            Policy(id, title_fr, title_en, source, order, terms, None, says_fr, says_en, alone_fr, alone_en)
        )
        return terms

    return register


def bound(
    id: str, *, title_fr: str, title_en: str, says_fr: str, says_en: str, source: str, order: int
) -> Callable[[Bound], Bound]:
    """Register a file that says what nobody can do better than. Raises as :func:`policy`."""

    def register(figures: Bound) -> Bound:
        takes(figures, "world")
        _register(Policy(id, title_fr, title_en, source, order, None, figures, says_fr, says_en))
        return figures

    return register


@cache
def all_policies() -> tuple[Policy, ...]:
    """Every policy of the folder, in the order of tables."""
    load_all("optimizer.simulation.policies", _POLICIES.__len__)
    return tuple(sorted(_POLICIES.values(), key=lambda p: p.order))


def chosen_policies(wanted: str | list[str] | tuple[str, ...] = "all") -> tuple[Policy, ...]:
    """Policies of a list of ids, or all of them, in the order of tables.

    Raises
    ------
    AttrifluxError
        ``SIMULATION_UNKNOWN``: no policy has that id.
    """
    known = {p.id: p for p in all_policies()}
    ids = [x.strip() for x in (wanted.split(",") if isinstance(wanted, str) else wanted) if x.strip()]
    if ids == ["all"]:
        return all_policies()
    # nothing named is no wish for all of them
    unknown = [x for x in ids if x not in known] if ids else [str(wanted)]
    if unknown:
        raise AttrifluxError("SIMULATION_UNKNOWN", what=", ".join(unknown), known=", ".join(known))
    return tuple(p for p in all_policies() if p.id in ids)
