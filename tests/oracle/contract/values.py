"""What a proposal is worth, in points: filled dwelling + score + fit - burden - awaited + lean."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

from tests.oracle.contract.allowance import effort
from tests.oracle.contract.awaited import awaited
from tests.oracle.contract.cotation import Scorer
from tests.oracle.contract.pairs import Pairs
from tests.oracle.contract.quartile import is_dalo
from tests.oracle.contract.reading import communes, half_up

ZERO = Fraction(0)


class Values:
    """Scores, fits, burdens and leans of the eligible pairs of a case."""

    def __init__(self, pairs: Pairs, kept: frozenset[tuple[str, str, str]] = frozenset()) -> None:
        self.kept = kept
        """First ranks (dwelling, household, account) of the earlier result that is kept."""
        self.pairs, self.law, self.case = pairs, pairs.law, pairs.case
        self.scorer = Scorer(self.law, pairs.on)
        self.epcis = sorted({communes()[d["commune"]][0] for d in pairs.dwellings.values()})
        self.written_by_epci = {
            (row["application_id"], row["epci"], row["grid"]): row["score"] for row in self.case["scores"]
        }
        self.kinds = {(epci, self.grid_of(epci, a)) for epci in self.epcis for a in pairs.applications}
        self.ranked = len(self.kinds) > 1 or "" in {grid for _, grid in self.kinds}
        self.fill_value: Fraction = self.law.national("fit.fill_value")
        self.score = cache(self._score)
        self.raw = cache(self._raw)
        self.effort = cache(lambda d, a: effort(pairs, d, a))
        self.awaited = awaited(pairs)

    # ---- score ----------------------------------------------------------------------------------------------------------

    def grid_of(self, epci: str, a: str) -> str:
        """Name of the grid that scores a household in an EPCI."""
        first_time, mutations = self.law.grids(epci)
        return mutations if mutations and self.pairs.applications[a]["current_landlord"] else first_time

    def written(self, epci: str, a: str) -> Fraction | None:
        """A score that the case gives: the household's own, else that of the table for the EPCI and grid."""
        own = self.pairs.applications[a]["score"]
        grid = self.grid_of(epci, a).removesuffix(".yaml")  # a grid is known by its file's name
        return own if own is not None else self.written_by_epci.get((a, epci, grid))

    def _raw(self, epci: str, a: str) -> Fraction:
        household = self.pairs.applications[a]
        found = self.written(epci, a)
        if found is not None:
            return found
        grid = self.grid_of(epci, a)
        if grid:
            return self.scorer.points(self.law.grid(grid), household)
        return Fraction((self.pairs.on - household["first_registered_on"]).days)

    def _score(self, epci: str, a: str) -> Fraction:
        if not self.ranked:
            return self.raw(epci, a)
        grid = self.grid_of(epci, a)
        population = [
            self.raw(epci, b)
            for b, household in self.pairs.applications.items()
            if self.grid_of(epci, b) == grid and any(communes()[c][0] == epci for c in self.pairs.choices(b))
        ]
        mine = self.raw(epci, a)
        below = sum(1 for other in population if other < mine)
        equal = sum(1 for other in population if other == mine)
        if not population:
            return ZERO
        return half_up(Fraction(100) * (below + Fraction(equal, 2)) / len(population), 2)

    @property
    def span(self) -> Fraction:
        """M: by how many points two households may differ."""
        if self.ranked:
            return Fraction(100)
        ((epci, grid),) = self.kinds
        written = [self.written(epci, a) for a in self.pairs.applications]
        given = [score for score in written if score is not None]
        computed = self.scorer.span(self.law.grid(self.law.grids(epci)[0]))
        if len(given) == len(written):
            return max(given)
        return max([computed, *given])

    # ---- fit ------------------------------------------------------------------------------------------------------------

    def fit(self, d: str, a: str) -> Fraction:
        pairs, law = self.pairs, self.law
        dwelling, household = pairs.dwellings[d], pairs.applications[a]
        points = ZERO
        if pairs.reached_by_choice(d, a):
            rank = pairs.choices(a).index(dwelling["commune"]) + 1
            part = 1 - Fraction(rank - 1) / law.national("fit.preference_span")
            points += law.national("fit.preference_points") * max(ZERO, part)
        if dwelling["rooms"] == pairs.table_entry(d, a)["first"]:
            points += law.national("fit.first_choice_rooms_points")
        if dwelling["accessible"] == "adapted" and household["mobility_need"] == "adapted":
            points += law.national("fit.adapted_points")
        if dwelling["vacant_since"]:
            days = max(0, (pairs.on - dwelling["vacant_since"]).days)
            points += min(
                law.national("fit.vacancy_points_max"), days / law.national("fit.vacancy_days_per_point")
            )
        return half_up(points, 2)

    # ---- burden ---------------------------------------------------------------------------------------------------------

    def burden(self, d: str, a: str) -> Fraction:
        household = self.pairs.applications[a]
        if is_dalo(household) or household["prefet_designated"]:
            return ZERO
        rate = self.effort(d, a).rate
        if rate is None or household["monthly_income_eur"] == 0:
            return ZERO
        threshold, weight = self.pairs.agreements.effort(self.pairs.dwellings[d]["landlord"])
        part = min(Fraction(1), max(ZERO, rate - threshold) / self.law.national("burden.span"))
        return half_up(weight * self.span * part, 2)

    # ---- lean -----------------------------------------------------------------------------------------------------------

    def one_is_enough(self, d: str, a: str) -> bool:
        """Whether a list of one name suffices."""
        return bool(
            self.pairs.dwellings[d]["subsidy_d331_25_1"] or self.pairs.applications[a]["prefet_designated"]
        )

    def lean(self, d: str, a: str, r: str) -> Fraction:
        pairs, law = self.pairs, self.law
        eligible = pairs.eligible(d)
        dalo = is_dalo(pairs.applications[a])
        points = ZERO
        spared = (
            r in ("RELOGEMENT", "MUTATION")
            or pairs.mode(d, r) == "direct"
            or (dalo and r == "ETAT_PRIO")
            or self.one_is_enough(d, a)
        )
        if not spared:
            most = max(len(names) for names in eligible.values())
            wanted = min(int(law.national("lean.names")), most)
            missing = max(0, wanted - len(eligible[r]))
            points -= law.national("lean.points_per_missing_name") * missing
        if dalo and (r == "ETAT_PRIO" or a not in eligible.get("ETAT_PRIO", [])):
            points += law.national("lean.dalo_points")
        if pairs.applications[a]["dossier"] == "unreachable":
            points -= self.span + law.national("lean.unreachable_margin")
        if (d, a, r) in self.kept:
            points += law.national("lean.keep_points")
        return points

    # ---- all of it --------------------------------------------------------------------------------------------------------

    def parts(self, d: str, a: str, r: str) -> dict[str, Fraction]:
        """Score, fit, burden, lean and value of one proposal, awaited too where the case says what is expected."""
        epci = communes()[self.pairs.dwellings[d]["commune"]][0]
        found: dict[str, Any] = {
            "score": self.score(epci, a),
            "fit": self.fit(d, a),
            "burden": self.burden(d, a),
            "lean": self.lean(d, a, r),
        }
        found["value"] = self.fill_value + found["score"] + found["fit"] - found["burden"] + found["lean"]
        if self.case["forecast"]:
            found["awaited"] = self.awaited.get(a, ZERO)
            found["value"] -= found["awaited"]
        return found

    def median_score(self, d: str, households: list[str]) -> Fraction:
        """Median of the scores, between the two in the middle half-up to two decimals; 0 without anybody."""
        if not households:
            return ZERO
        epci = communes()[self.pairs.dwellings[d]["commune"]][0]
        scores = sorted(self.score(epci, a) for a in households)
        n = len(scores)
        return half_up((scores[(n - 1) // 2] + scores[n // 2]) / 2, 2)
