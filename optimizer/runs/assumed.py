"""What a case rests on that nobody published: targets and thresholds that are assumed, and the sentences every page says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optimizer.domain import Case
from optimizer.eligibility.facts import Facts
from optimizer.errors import Lang, said
from optimizer.policy import RuleSet
from optimizer.problem import Row
from optimizer.shortlist.labels import rule_label


@dataclass(frozen=True)
class Assumed:
    """What is assumed in a case.

    Attributes
    ----------
    thresholds : names of the EPCI whose first-quartile threshold is no published figure
    targets : rules with a row whose target is assumed; none where the case is synthetic, as they weigh there
    priced : whether these weigh, as was asked
    """

    thresholds: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    priced: bool = False

    def said(self, lang: Lang, *, shown: bool) -> Iterator[str]:
        """A sentence for each of the two; ``shown``: whether the page shows rows that weigh nothing."""
        if self.thresholds:
            yield said("REPORT.ACCEPTED_ASSUMED", lang, names=said("WORDS.LIST", lang).join(self.thresholds))
        if self.targets:
            names = said("WORDS.LIST", lang).join(rule_label(rule, lang) for rule in self.targets)
            unpriced = "UNPRICED_ASSUMED" if shown else "UNCOUNTED_ASSUMED"
            yield said(f"REPORT.{'PRICED_ASSUMED' if self.priced else unpriced}", lang, names=names)


def assumed_of(case: Case, facts: Facts, rules: RuleSet, rows: Sequence[Row], *, priced: bool) -> Assumed:
    """What is assumed where the dwellings of a case lie, and in its rows."""
    here = {facts.epcis[e] for e in facts.dwellings.epci.tolist() if e >= 0}
    names = rules.all_epci["name"]
    return Assumed(
        tuple(str(names.get(e, e)) for e, p in sorted(rules.lec_epci.items()) if e in here and p.is_assumed),
        ()
        if case.settings.synthetic
        else tuple(dict.fromkeys(row.rule for row in rows if row.status == "assumed")),
        priced,
    )
