"""Which applications an account may name, by their own facts (design §3)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from optimizer.verify.cells import I32, B
from optimizer.verify.facts import Applications
from optimizer.verify.law import Law
from optimizer.verify.recent import Recent
from optimizer.verify.verdict import Unreadable

Q1_NO, Q1_YES, Q1_UNKNOWN = 0, 1, 2
_OWN = {"ETAT_PRIO": "state_priority", "ETAT_AGENT": "public_agents", "ALS": "als_employees"}
_SAME = {"public_agent": "public_agents", "als_employee": "als_employees"}
_DERIVED = ("BAILLEUR", "MUTATION", "RELOGEMENT")
PROOF_WORDS = ("", "declared", "verified", "labelled")


COLUMNS = 300_000_000
"""Bytes of masks over all applications that are kept, of each kind."""


class Pools:
    """Masks over all applications, computed once each."""

    def __init__(self, apps: Applications, law: Law) -> None:
        self.apps = apps
        self.law = law
        proofs = law.words("national.priority_publics.proof_target")
        counted = np.isin(apps.proof, [PROOF_WORDS.index(p) for p in proofs])
        self.counted_priority: B = apps.dalo | (apps.priority_any & counted)
        self._pool: Recent[tuple[str, str], B] = Recent(COLUMNS)
        self._own: Recent[str, B] = Recent(COLUMNS)
        self._relocated: Recent[int, B] = Recent(COLUMNS)
        self._q1: Recent[str, I32] = Recent(COLUMNS)

    def own_tenants(self, landlord: str) -> B:
        """Sitting tenants of that landlord."""

        def ask() -> B:
            return np.asarray(self.apps.landlord == landlord, bool) & (landlord != "")

        return self._own.get(landlord, ask, lambda x: x.nbytes)

    def of(self, account: str, pool: str) -> B:
        """The pool of a flux account, ``accounts`` of the applications taking the place of the derived pools."""

        def ask() -> B:
            mask = self._by_facts(_SAME.get(pool, pool) or _OWN.get(account, "any")).copy()
            if account not in _DERIVED:
                for a, names in self.apps.accounts.items():
                    mask[a] = account in names
            return mask

        return self._pool.get((account, pool), ask, lambda x: x.nbytes)

    def _by_facts(self, pool: str) -> B:
        a = self.apps
        if pool == "any":
            return np.ones(len(a), bool)
        if pool == "state_priority":
            words = self.law.words("national.priority_publics.proof_state")
            return a.dalo | (a.priority_any & np.isin(a.proof, [PROOF_WORDS.index(p) for p in words]))
        if pool == "priority":
            return self.counted_priority
        found = {
            "public_agents": a.public_agent,
            "als_employees": a.als_employee,
            "essential_workers": a.essential,
        }
        if pool not in found:
            raise Unreadable("conventions", f"vivier {pool}")
        return found[pool]

    def relocated(self, exclusion: str) -> B:
        """Who RELOGEMENT takes for a dwelling: everybody relocated, or only those of the dwelling's operation."""
        operation = {"anru": 1, "orcod": 2, "unfit": 3, "sale": 4}.get(exclusion, 0)
        relocation = self.apps.relocation

        def ask() -> B:
            return relocation == operation if operation else relocation > 0

        return self._relocated.get(operation, ask, lambda x: x.nbytes)

    def q1(self, epci: str) -> I32:
        """First quartile of the EPCI for every application: no, yes, unknown."""
        return self._q1.get(epci, lambda: self._quartile(epci), lambda x: x.nbytes)

    def _quartile(self, epci: str) -> I32:
        a = self.apps
        threshold = self.law.q1_thresholds.get(epci)
        if threshold is None:
            return np.full(len(a), Q1_UNKNOWN, np.int32)
        unknown = (a.monthly < 0) | ((a.monthly == 0) & a.income_declared)
        limit = threshold * 100
        if limit.denominator != 1:
            raise Unreadable("lec_q1_threshold.csv", epci)
        months = self.law.whole("national.lec.income_months")
        below = months * a.monthly * 100 <= int(limit) * a.uc_hundredths
        return np.where(unknown, Q1_UNKNOWN, np.where(below, Q1_YES, Q1_NO)).astype(np.int32)


def ten_thousandths(value: Fraction, what: str) -> int:
    """A share with at most four decimals × 10,000. Raises Unreadable otherwise."""
    scaled = value * 10_000
    if scaled.denominator != 1:
        raise Unreadable("models", f"{what} : au plus quatre décimales")
    return int(scaled)
