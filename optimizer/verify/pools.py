"""Which applications an account may name, by their own facts (design §3)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from optimizer.verify.cells import I32, I64, B
from optimizer.verify.facts import Applications
from optimizer.verify.law import Law
from optimizer.verify.verdict import Unreadable

Q1_NO, Q1_YES, Q1_UNKNOWN = 0, 1, 2
_OWN = {"ETAT_PRIO": "state_priority", "ETAT_AGENT": "public_agents", "ALS": "als_employees"}
_SAME = {"public_agent": "public_agents", "als_employee": "als_employees"}
_DERIVED = ("BAILLEUR", "MUTATION", "RELOGEMENT")
PROOF_WORDS = ("", "declared", "verified", "labelled")


class Pools:
    """Which of some applications an account may name; ``apps`` is an array of positions, or a slice."""

    def __init__(self, apps: Applications, law: Law) -> None:
        self.apps = apps
        self.law = law
        proofs = law.words("national.priority_publics.proof_target")
        counted = np.isin(apps.proof, [PROOF_WORDS.index(p) for p in proofs])
        self.counted_priority: B = apps.dalo | (apps.priority_any & counted)
        self.explicit = np.zeros(len(apps), bool)
        self.explicit[list(apps.accounts)] = True
        self._landlord = {name: i for i, name in enumerate(apps.landlord_words)}

    def own_tenants(self, landlord: str, apps: I32) -> B:
        """Sitting tenants of that landlord."""
        number = self._landlord.get(landlord, 0)
        mine: B = self.apps.landlord[apps] == number
        return mine if number else np.zeros(len(mine), bool)

    def of(self, account: str, pool: str, apps: I32) -> B:
        """The pool of a flux account, ``accounts`` of the applications taking the place of the derived pools."""
        mask = self._by_facts(_SAME.get(pool, pool) or _OWN.get(account, "any"), apps)
        if account not in _DERIVED:
            for i in np.flatnonzero(self.explicit[apps]).tolist():
                mask[i] = account in self.apps.accounts[int(apps[i])]
        return mask

    def _by_facts(self, pool: str, apps: I32) -> B:
        """A new mask."""
        a = self.apps
        if pool == "any":
            return np.ones(len(apps), bool)
        if pool == "state_priority":
            words = self.law.words("national.priority_publics.proof_state")
            proven = np.isin(a.proof[apps], [PROOF_WORDS.index(p) for p in words])
            return np.asarray(a.dalo[apps] | (a.priority_any[apps] & proven), bool)
        found = {
            "priority": self.counted_priority,
            "public_agents": a.public_agent,
            "als_employees": a.als_employee,
            "essential_workers": a.essential,
        }
        if pool not in found:
            raise Unreadable("conventions", f"vivier {pool}")
        return found[pool][apps]

    def relocated(self, exclusion: str, apps: I32) -> B:
        """Who RELOGEMENT takes for a dwelling: everybody relocated, or only those of the dwelling's operation."""
        operation = {"anru": 1, "orcod": 2, "unfit": 3, "sale": 4}.get(exclusion, 0)
        relocation = self.apps.relocation[apps]
        found: B = relocation == operation if operation else relocation > 0
        return found

    def q1(self, epci: str, apps: I32 | I64 | slice = slice(None)) -> I32:
        """First quartile of the EPCI for some applications: no, yes, unknown."""
        a = self.apps
        monthly, each, said = a.monthly[apps], a.per_unit[apps], a.quartile[apps]
        threshold = self.law.q1_thresholds.get(epci)
        found = np.full(len(monthly), Q1_UNKNOWN)
        # what is given is taken as given: the income per unit, and before all the quartile itself
        if threshold is not None:
            limit = threshold * 100
            if limit.denominator != 1:
                raise Unreadable("lec_q1_threshold.csv", epci)
            months = self.law.whole("national.lec.income_months")
            below = months * monthly * 10_000 <= int(limit) * a.units[apps]
            unknown = (monthly < 0) | ((monthly == 0) & a.income_declared[apps])
            found = np.where(unknown, Q1_UNKNOWN, np.where(below, Q1_YES, Q1_NO))
            found = np.where(each >= 0, np.where(each <= int(limit), Q1_YES, Q1_NO), found)
        return np.where(said >= 0, np.where(said > 0, Q1_YES, Q1_NO), found).astype(np.int32)


def ten_thousandths(value: Fraction, what: str) -> int:
    """A share with at most four decimals × 10,000. Raises Unreadable otherwise."""
    scaled = value * 10_000
    if scaled.denominator != 1:
        raise Unreadable("models", f"{what} : au plus quatre décimales")
    return int(scaled)
