"""What a case rests on: the values of the models that concern it, which of them are assumed, and the sentences every page says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain import Case
from optimizer.eligibility.facts import FINANCING, Facts
from optimizer.errors import Lang, said
from optimizer.pipeline import Looked
from optimizer.policy import ZONES, Parameter, RuleSet, place_in
from optimizer.presentation import texts as texts
from optimizer.problem import Row, rule_book
from optimizer.runs.parameters import parameter_words, titled
from optimizer.runs.tables import place_names
from optimizer.scoring import Scores
from optimizer.shortlist.labels import rule_label

REPLACED = ("territory.", "conventions.", "national.ceilings.")
"""Keys of figures that a landlord has of its own; the other assumed ones are conventions of the program."""
GRIDS = ("territory.grid", "territory.mutation_grid")
"""Names of grids: an invented one is told by its title."""


@dataclass(frozen=True)
class Here:
    """What a case is about. A territory may be the whole country: of its values, those of other places concern nobody here.

    Attributes
    ----------
    places : INSEE, SIREN and département of every commune with a dwelling, a lease or work in progress
    landlords : those of these rows
    ceilings : keys of the income ceilings of the dwellings' financings and zones
    """

    places: frozenset[str]
    landlords: frozenset[str]
    ceilings: frozenset[str]

    def concerns(self, key: str) -> bool:
        """Whether the value of a dotted key may weigh in the case."""
        if key.startswith("national.ceilings."):
            return key in self.ceilings
        if key.startswith("conventions."):
            landlord, _, *area = key.split(".")[1:-1]
            return landlord in self.landlords and self.places.issuperset(area)
        place = place_in(key)
        return not place or place in self.places


def here_of(case: Case, facts: Facts, rules: RuleSet) -> Here:
    """Where a case lies, and of whom."""
    rows = [case.table(name)[["commune", "landlord"]] for name in ("dwellings", "leases", "in_progress")]
    communes = {str(c) for frame in rows for c in frame["commune"] if isinstance(c, str) and c}
    places = set(communes)
    for column in ("epci", "departement"):
        known = rules.by_commune(column)
        places |= {known[c] for c in communes if known.get(c)}
    homes = facts.dwellings
    ceilings = {
        f"national.ceilings.{FINANCING[f].upper()}.{ZONES[z]}"
        for f, z in zip(homes.financing.tolist(), homes.zone.tolist(), strict=True)
        if f >= 0 and z >= 0
    }
    landlords = {str(x) for frame in rows for x in frame["landlord"] if isinstance(x, str) and x}
    return Here(frozenset(places), frozenset(landlords), frozenset(ceilings))


def assumed_here(case: Case, facts: Facts, rules: RuleSet) -> tuple[Parameter, ...]:
    """The assumed values that were read and concern the case, sorted by key."""
    here = here_of(case, facts, rules)
    return tuple(p for p in rules.assumed() if here.concerns(p.key))


@dataclass(frozen=True)
class AssumedValue:
    """An assumed value as ``check`` tells it."""

    key: str
    title: str
    value: str
    source: str


@dataclass(frozen=True)
class RestsOn:
    """What a checked case rests on that nobody published.

    Attributes
    ----------
    values : figures that a place, an agreement or a year of its own replaces
    grids : titles of invented grids
    others : how many conventions of the program it uses besides (prices, weights, delays)
    """

    values: tuple[AssumedValue, ...] = ()
    grids: tuple[str, ...] = ()
    others: int = 0

    def said(self, lang: Lang) -> Iterator[str]:
        """A sentence for each of the three, then one a figure."""
        if self.grids:
            yield said("REPORT.INVENTED_GRID", lang, names=said("WORDS.LIST", lang).join(self.grids))
        if self.values:
            yield said("REPORT.ASSUMED_FIGURES", lang, n=len(self.values))
        for value in self.values:
            yield said("REPORT.ASSUMED_FIGURE", lang, title=value.title, value=value.value)
        if self.others:
            yield said("REPORT.ASSUMED_OTHERS", lang, n=self.others)


def rests_on(seen: Looked, lang: Lang) -> RestsOn:
    """What a case that was checked rests on; nothing of one that has errors or is synthetic."""
    if seen.case is None or seen.rules is None or seen.facts is None or seen.case.settings.synthetic:
        return RestsOn()
    rule_book(seen.case, seen.facts, seen.rules)  # reads the numbers that only the rules ask for
    found = assumed_here(seen.case, seen.facts, seen.rules)
    places = place_names(seen.rules)
    own = [p for p in found if p.key.startswith(REPLACED) and p.key not in GRIDS]
    values = (
        AssumedValue(p.key, titled(p, places), parameter_words(p.value, p.unit, lang), p.source) for p in own
    )
    grids = () if seen.scores is None else tuple(invented_grids(seen.scores))
    return RestsOn(tuple(values), grids, len(found) - len(own))


@dataclass(frozen=True)
class Assumed:
    """What is assumed in a case.

    Attributes
    ----------
    thresholds : names of the EPCI whose first-quartile threshold is no published figure
    grids : titles of the invented grids that score somebody; none where the case is synthetic
    targets : rules with a row whose target is assumed; none where the case is synthetic, as they weigh there
    priced : whether these weigh, as was asked
    """

    thresholds: tuple[str, ...] = ()
    grids: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    priced: bool = False

    def said(self, lang: Lang, *, shown: bool) -> Iterator[str]:
        """A sentence for each of the three; ``shown``: whether the page shows rows that weigh nothing."""
        if self.thresholds:
            yield said("REPORT.ACCEPTED_ASSUMED", lang, names=said("WORDS.LIST", lang).join(self.thresholds))
        if self.grids:
            yield said("REPORT.INVENTED_GRID", lang, names=said("WORDS.LIST", lang).join(self.grids))
        if self.targets:
            names = said("WORDS.LIST", lang).join(rule_label(rule, lang) for rule in self.targets)
            unpriced = "UNPRICED_ASSUMED" if shown else "UNCOUNTED_ASSUMED"
            yield said(f"REPORT.{'PRICED_ASSUMED' if self.priced else unpriced}", lang, names=names)


def invented_grids(scores: Scores) -> list[str]:
    """Titles of the invented grids that score a household, in the order of the grids."""
    used = {int(g) for here in scores.standing.values() for g in np.unique(here.grid)}
    return [scores.titles[g] for g in sorted(used) if g >= 0 and scores.invented[g]]


def assumed_of(
    case: Case, facts: Facts, rules: RuleSet, scores: Scores, rows: Sequence[Row], *, priced: bool
) -> Assumed:
    """What is assumed where the dwellings of a case lie, and in its rows."""
    here = {facts.epcis[e] for e in facts.dwellings.epci.tolist() if e >= 0}
    names = rules.all_epci["name"]
    real = not case.settings.synthetic
    return Assumed(
        thresholds=tuple(
            str(names.get(e, e)) for e, p in sorted(rules.lec_epci.items()) if e in here and p.is_assumed
        ),
        grids=tuple(invented_grids(scores)) if real else (),
        targets=tuple(dict.fromkeys(row.rule for row in rows if row.status == "assumed")) if real else (),
        priced=priced,
    )
