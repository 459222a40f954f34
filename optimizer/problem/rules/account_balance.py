"""An account does not get only one kind of dwelling: QPV, size and financing as in the supply, less a margin."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from optimizer.domain.account import remainder
from optimizer.eligibility.facts import FINANCING
from optimizer.problem.areas import FluxYear
from optimizer.problem.ground import B, Counted, Ground, Place
from optimizer.problem.registry import (
    ALWAYS,
    NEVER,
    Line,
    Mark,
    Pairs,
    RuleShape,
    View,
    exact,
    hundredths,
    match,
    rule,
)

KINDS = ("kind=qpv", "rooms=T1-T2", "rooms=T3", "rooms=T4+", *(f"financing={name}" for name in FINANCING))
"""The kinds of dwellings, as published in the scope; position = kind."""


def kinds_of(qpv: bool, rooms: int, financing: int) -> tuple[bool, ...]:
    """Whether a dwelling is of each of `KINDS` (rooms 0 and financing -1: unknown, of no kind)."""
    return (
        bool(qpv),
        1 <= rooms <= 2,
        rooms == 3,
        rooms >= 4,
        *(financing == i for i in range(len(FINANCING))),
    )


@rule(
    id="account_balance",
    order=10,
    title_fr="Équilibre de chaque contingent",
    source="CCH R. 441-5-1 : bilan par réservataire selon la typologie, le financement et le QPV",
)
class AccountBalance(RuleShape):
    """One line per account of the flux and kind of dwelling. Off unless ``national.rules.account_balance.enabled``.

    The supply is the flux base of the run: dwellings the account may receive. Denominator: leases on the account.
    """

    title_en = "Balance of each account"
    short = ("équilibre qualitatif des contingents", "qualitative balance of accounts")
    long = (
        "Baux du contingent dans chaque sorte de logement (QPV, taille, financement) : comme dans l'offre, à un écart près.",
        "Leases of the account in each kind of dwelling (QPV, size, financing): as in the supply, within a margin.",
    )
    group = ("Équilibre des contingents", "Balance of accounts")
    viewers = {}

    def lines(self, ground: Ground) -> Sequence[Line]:
        if not ground.rules.get("national.rules.account_balance.enabled"):
            return []
        facts, terms = ground.facts, ground.rules.rule(self.id)
        asked = ground.rules.value("national.rules.account_balance.margin")
        margin = exact(asked.value)
        year = FluxYear(ground)
        names = facts.accounts
        pairs = ground.landlord_departements
        on_flux = {line.account for line in facts.conventions if (line.landlord, line.departement) in pairs}
        accounts = sorted((on_flux | {names.index(remainder())}) - ground.outside_flux) if pairs else []
        found = []
        for account in accounts:
            remaining = sum((year.of_account(*pair, account) for pair in pairs), Fraction(0))
            supply = _supply(ground, account)
            for kind, share in enumerate(supply):
                found.append(
                    Line(
                        scope=f"account={names[account]};{KINDS[kind]}",
                        key=(account, kind),
                        share=max(Fraction(0), share - margin),
                        tolerance=exact(terms.tolerance.value),
                        price=hundredths(terms.price.value),
                        # the supply is counted; what is taken off it is a number of the models
                        status=asked.status,
                        remaining=remaining,
                    )
                )
        return found

    def view(self, lines: Sequence[Line], ground: Ground) -> View:
        of_account: dict[int, list[tuple[int, int]]] = {}
        for i, line in enumerate(lines):
            of_account.setdefault(line.key[0], []).append((line.key[1], i))

        def marks(place: Place, account: int) -> list[Mark]:
            is_kind = kinds_of(place.qpv, place.rooms, place.financing)
            return [
                Mark(line, ALWAYS if is_kind[kind] else NEVER) for kind, line in of_account.get(account, ())
            ]

        return marks

    def counted(self, lines: Sequence[Line], ground: Ground, leases: Counted) -> Pairs:
        lease, line, num = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, bool)]
        for kind, mask in enumerate(_masks(leases)):
            here = [i for i, one in enumerate(lines) if one.key[1] == kind]
            found, at = match([(lines[i].key[0],) for i in here], (leases.account,))
            lease.append(found)
            line.append(np.array(here, np.int64)[at])
            num.append(mask[found])
        return Pairs(np.concatenate(lease), np.concatenate(line), np.concatenate(num))


def _masks(leases: Counted) -> list[B]:
    rooms = leases.rooms
    sizes = [(rooms >= 1) & (rooms <= 2), rooms == 3, rooms >= 4]
    return [leases.qpv, *sizes, *(leases.financing == i for i in range(len(FINANCING)))]


def _supply(ground: Ground, account: int) -> list[Fraction]:
    """Share of each kind in the flux base of the run that the account may receive (0 where there is none)."""
    d = ground.facts.dwellings
    receives = d.receive_sets[d.receive_class, account] if len(d.ids) else np.zeros(0, bool)
    offered = (d.flux_base & ~d.freed)[~d.blocked] & receives[~d.blocked]
    masks = _masks(ground.dwellings_as_leases())
    total = int(offered.sum())
    return [Fraction(int((mask & offered).sum()), total) if total else Fraction(0) for mask in masks]
