"""What a run means for a planner: one table of indicators, read from the published tables and the facts.

Labelled everywhere « borne à information parfaite »: one optimum over all the dwellings at once, everybody accepting,
except the lines that say « attendu ». The lived year (:mod:`~optimizer.scenario.weekly`) gives the same figures of its own
leases, under the same names after ``weekly_``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from optimizer.errors import Lang, said
from optimizer.pipeline import Prepared
from optimizer.policy import RuleSet
from optimizer.problem import all_rules
from optimizer.runs import Result
from optimizer.scenario import texts as texts
from optimizer.scenario.committed import committed_figures
from optimizer.scenario.figures import Figure, steadied
from optimizer.scenario.households import household_rows
from optimizer.scenario.rates import flux_gaps, lines_reached, not_reserved, rate_figures

COLUMNS = ("indicator", "scope", "unit", "value", "num", "den")
LIVED = "weekly_"
"""What the names of the figures of the lived year begin with."""

_BEFORE: Mapping[str, tuple[str, str]] = {
    "account_dwellings": ("logements proposés sur le contingent", "dwellings proposed on the account"),
    "account_flux": ("logements du flux sur le contingent", "dwellings of the flux on the account"),
    "account_planned": ("logements prévus par la convention, part × flux du cas, avant arrondi", "dwellings the agreement plans, share × flux of the case, not rounded"),
    "committed": ("part du flux que les engagements apportent dans l'année", "share of the flux that commitments bring in the year"),
    "committed_next": ("part du flux que les engagements apportent l'année suivante", "share of the flux that commitments bring the year after"),
    "account_priority": ("part de publics prioritaires du contingent", "priority share of the account"),
    "flux_above": ("lignes de flux au-dessus de leur bande", "flux lines above their band"),
    "flux_below": ("lignes de flux au-dessous de leur bande", "flux lines below their band"),
    "flux_gap": ("écart à la part de flux (+ au-dessus, − au-dessous)", "gap to the share of the flux (+ above, − below)"),
    "flux_band": ("bande tolérée, de part et d'autre", "tolerated band, on either side"),
    "rule_rate": ("taux atteint si tous acceptent", "rate reached if all accept"),
    "rule_rate_expected": ("taux attendu", "expected rate"),
    "rule_price": ("prix d'un bail manquant ; 0 : montrée seulement", "price of a missing lease; 0: shown only"),
    "rule_target": ("objectif", "target"),
    "rule_shortfall": ("baux manquants", "missing leases"),
    "leases_missing": ("baux manquants, lignes qui pèsent", "missing leases, lines that weigh"),
    "rule_loss": ("points perdus faute d'atteindre l'objectif", "points lost for missing the target"),
    "rule_marginal": ("effet sur la valeur d'un bail de plus demandé", "change of the value when one more lease is asked"),
    "objective": ("valeur de l'optimum", "value of the optimum"),
    "objective_margin": ("marge certifiée de la valeur", "certified margin of the value"),
    "dwellings_listed": ("logements avec une liste", "dwellings with a list"),
    "dwellings_awaiting": ("logements en attente du réservataire", "dwellings awaiting the réservataire"),
    "dwellings_no_candidate": ("logements sans candidat", "dwellings without candidate"),
    "dwellings_below_size": (
        "logements sans le nombre de candidats voulu, aucun compris", "dwellings below the number of candidates, none included",
    ),
    "dwellings_short": ("logements sans liste complète", "dwellings without a full list"),
    "vacancy_days": ("vacance attendue", "expected vacancy"),
    "vacancy_cost": ("coût de vacance attendu", "expected cost of vacancy"),
    "mean_score": ("cotation moyenne des premiers rangs", "mean score of first ranks"),
    "mean_months": ("ancienneté moyenne des premiers rangs", "mean waiting of first ranks"),
    "first_changed": (
        "logements dont le premier rang n'est pas celui de la référence", "dwellings whose first rank is not the reference's",
    ),
    "passed_over": (
        "dépassements, au premier rang, d'un ménage mieux coté", "better-scored households passed over at first rank",
    ),
    "mutation_share": ("part de mutations internes", "share of own transfers"),
}  # fmt: skip
_AFTER: Mapping[str, tuple[str, str]] = {
    "q1_outside_qpv": ("premier quartile hors QPV", "first quartile outside QPV"),
    "q1_inside_qpv": ("premier quartile en QPV", "first quartile inside QPV"),
    "q1_share": ("premier quartile, par EPCI", "first quartile, by EPCI"),
    "q234_share": ("autres quartiles, par EPCI", "other quartiles, by EPCI"),
    "q_unknown_share": ("quartile inconnu (ressources, ou EPCI sans seuil), par EPCI", "quartile unknown (income, or EPCI without threshold), by EPCI"),
    "dalo_proposed": ("ménages DALO au premier rang", "DALO households in first rank"),
    "public_first": ("premiers rangs par public", "first ranks by public"),
}  # fmt: skip


_LIVED_ONLY: Mapping[str, tuple[str, str]] = {
    "unlet": ("logements non loués en fin d'année", "dwellings not let at the end of the year"),
    "refused_offers": ("propositions refusées", "offers refused"),
    "letting_days": ("jours entre la mise en ligne et le bail, ou la fin de l'année", "days from the first list to the lease, or the end of the year"),
    "letting_cost": ("loyers et charges perdus sur ces jours", "rent and charges lost over these days"),
}  # fmt: skip
"""What only a year with refusals has."""
_LIVED_WORDS: Mapping[str, tuple[str, str]] = {
    "account_dwellings": ("baux signés sur le contingent", "leases signed on the account"),
    "account_flux": ("baux du flux sur le contingent", "leases of the flux on the account"),
    "account_planned": ("baux dus par la convention, avant arrondi", "leases the agreement plans, not rounded"),
    "rule_rate": ("taux atteint", "rate reached"),
    "mean_score": ("cotation moyenne des entrants", "mean score of those housed"),
    "mean_months": ("ancienneté moyenne des entrants", "mean waiting of those housed"),
    "dalo_proposed": ("ménages DALO logés", "DALO households housed"),
    "public_first": ("ménages logés par public", "households housed by public"),
}  # fmt: skip
"""Where the words of an optimum do not suit leases."""


@cache
def labels() -> Mapping[str, tuple[str, str]]:
    """Indicator -> French and English names, in the order shown; those of the rules stand in the middle, the lived year last."""
    own = {shape.indicator[0]: shape.indicator[1:] for shape in all_rules() if shape.indicator is not None}
    whole = {**_BEFORE, **own, **_AFTER}
    lived = {f"{LIVED}{name}": words for name, words in {**_LIVED_ONLY, **whole, **_LIVED_WORDS}.items()}
    return {**whole, **lived}


def label_of(indicator: str, english: bool = False) -> str:
    """The name of an indicator; one of the lived year says so."""
    words = labels()[indicator][english]
    if indicator.startswith(LIVED):
        return f"{words}, {said('COMPARISON.LIVED_SHORT', 'en' if english else 'fr')}"
    return words


@cache
def _places() -> Mapping[str, int]:
    return {name: at for at, name in enumerate(labels())}


def indicator_order(indicator: str) -> tuple[int, str]:
    """Sort key of indicators as shown."""
    return _places()[indicator], indicator


def unit_words(unit: str, lang: Lang) -> str:
    """The unit of an indicator: ``baux``, ``mois``."""
    return said(f"COMPARISON.UNIT_{unit}".upper(), lang)


@dataclass(frozen=True)
class VacancyTerms:
    """Values of ``models/national/vacancy.yaml`` an expected vacancy rests on."""

    letting_days: float
    round_days: float
    structural_days: float
    days_per_month: float
    rent_m2: float
    rent_m2_idf: float
    charges: float
    surface: float

    @classmethod
    def read(cls, rules: RuleSet) -> VacancyTerms:
        """The values in force."""

        def number(name: str) -> float:
            return rules.number(f"national.vacancy.{name}")

        return cls(
            number("letting_days"), number("round_days"), number("structural_months") * number("days_per_month"),
            number("days_per_month"), number("rent_eur_m2_month"),
            number("rent_eur_m2_month_idf"), number("charges_eur_month"), number("surface_m2"),
        )  # fmt: skip


def indicators(result: Result) -> pd.DataFrame:
    """``indicator, scope, unit, value, num, den``, in a stable order; values are those that pages and files round, each once.

    ``num`` and ``den`` are what a share is made of (leases, or households), NaN elsewhere.
    """
    optimum = result.optimum
    prepared = optimum.prepared
    proposals = result.proposals
    first = proposals[proposals["rank"] == 1]
    lines = lines_reached(prepared, optimum.num_run, optimum.den_run)
    rows = [
        *shared_figures(first, lines, prepared), *committed_figures(prepared), *_rules(result.rules),
    ]  # fmt: skip
    rows.append(Figure("objective", "", "points", float(result.certificate["objective"])))
    status = result.dwellings["status"].value_counts()
    for name, word in (
        ("dwellings_listed", "listed"),
        ("dwellings_awaiting", "awaiting_reservataire"),
        ("dwellings_no_candidate", "no_candidate"),
    ):
        rows.append(Figure(name, "", "dwellings", float(status.get(word, 0))))
    size = prepared.case.settings.shortlist_size or prepared.rules.integer("national.caleol.shortlist_size")
    short = (result.dwellings["status"] == "listed") & (result.dwellings["candidates"] < size)
    rows.append(Figure("dwellings_short", "", "dwellings", float(short.sum())))
    empty = result.dwellings["status"] == "no_candidate"
    rows.append(Figure("dwellings_below_size", "", "dwellings", float((short | empty).sum())))
    rows += _vacancy(result, VacancyTerms.read(prepared.rules))
    if not result.tables.streams:  # a country's leapfrogs are not held at once
        rows.append(Figure("passed_over", "", "passes", _passed_over(result.leapfrogs)))
    return pd.DataFrame(steadied(rows), columns=list(COLUMNS))


def shared_figures(first: pd.DataFrame, lines: pd.DataFrame, prepared: Prepared) -> list[Figure]:
    """The figures that an optimum and a lived year both have, counted by the same code from their first ranks or leases.

    Parameters
    ----------
    first : DataFrame
        ``dwelling_id, account, application_id, score, q1``, one line per dwelling let or proposed.
    lines : as :func:`~optimizer.scenario.rates.lines_reached` gives them.
    """
    return [
        *_accounts(first, lines, prepared.rules), *flux_gaps(lines, prepared.rules), *rate_figures(lines), *household_rows(first, prepared),
    ]  # fmt: skip


def _accounts(first: pd.DataFrame, lines: pd.DataFrame, rules: RuleSet) -> list[Figure]:
    """Dwellings by account, and those of the flux beside what the agreements plan, what is not reserved included."""
    rows = [
        Figure("account_dwellings", f"account={account}", "dwellings", float(len(group)))
        for account, group in first.groupby("account", sort=True)
    ]
    planned: dict[str, float] = {}
    reached: dict[str, float] = {}
    agreed = [shape.id for shape in all_rules() if shape.agreed]
    agreements = lines[lines["rule"].isin(agreed)].to_dict("records") if len(lines) else []
    left = not_reserved(lines, rules, "den_run") if len(lines) else []
    for row in [*agreements, *left]:
        account = _part(str(row["scope"]), "account")
        due = float(row.get("due", float(row["share"]) * float(row["den_run"])))
        planned[account] = planned.get(account, 0.0) + due
        reached[account] = reached.get(account, 0.0) + float(row["num_run"])
    for account in sorted(planned):
        rows.append(Figure("account_planned", f"account={account}", "dwellings", planned[account]))
        rows.append(Figure("account_flux", f"account={account}", "dwellings", reached[account]))
    return rows


def _rules(rules: pd.DataFrame) -> list[Figure]:
    """What only an optimum says of its rules: targets, expected rates, what is missing and what it costs."""
    rows: list[Figure] = []
    missing = 0.0
    for row in rules.to_dict("records"):
        scope = f"rule={row['rule']};{row['scope']}"
        den = float(row["den_before"]) + float(row["den_run"])
        expected = float(row["expected_num"])
        if den > 0 and expected == expected:
            num = float(row["num_before"]) + expected
            rows.append(Figure("rule_rate_expected", scope, "share", num / den, num, den))
        rows.append(Figure("rule_target", scope, "share", float(row["share"])))
        rows.append(Figure("rule_price", scope, "points", float(row["price"])))
        rows.append(Figure("rule_shortfall", scope, "leases", float(row["shortfall"])))
        rows.append(Figure("rule_loss", scope, "points", float(row["shortfall"]) * float(row["price"])))
        missing += float(row["shortfall"]) if float(row["price"]) else 0.0
        marginal = row["marginal_points"]
        if marginal is not None and marginal == marginal and marginal is not pd.NA:
            rows.append(Figure("rule_marginal", scope, "points", float(marginal)))
    rows.append(Figure("leases_missing", "", "leases", missing))
    return rows


def _passed_over(leapfrogs: pd.DataFrame) -> float:
    """Better-scored households that a first rank passes; those beyond the twenty listed are in the count row."""
    first = leapfrogs[leapfrogs["rank"] == 1]
    named = first["application_id_passed"].astype(str) != ""
    return float(named.sum()) + float(first.loc[~named, "points_gap"].astype(float).sum())


def _part(scope: str, name: str) -> str:
    return next((p.partition("=")[2] for p in scope.split(";") if p.startswith(name + "=")), "")


def _vacancy(result: Result, terms: VacancyTerms) -> list[Figure]:
    """Expected days and cost: rounds lost to refusals (acceptance × ranks), the deadline of a direct réservataire, and
    structural vacancy where nobody can be proposed or everybody may refuse."""
    facts = result.optimum.prepared.facts
    accept = dict(
        zip(facts.applications.ids.tolist(), (facts.applications.acceptance / 10_000).tolist(), strict=True)
    )
    lists = result.proposals[result.proposals["application_id"] != ""]
    chances: dict[str, list[float]] = {}
    for d, a in zip(lists["dwelling_id"].tolist(), lists["application_id"].tolist(), strict=True):
        chances.setdefault(str(d), []).append(float(accept[a]))
    monthly = monthly_rents(result.optimum.prepared, terms)
    on = pd.Timestamp(result.optimum.prepared.case.settings.on)
    days_all = cost_all = 0.0
    for row in result.dwellings.to_dict("records"):
        d, status = str(row["dwelling_id"]), str(row["status"])
        if status == "no_candidate":
            days = terms.structural_days
        elif status == "awaiting_reservataire":
            days = float((pd.Timestamp(str(row["deadline"])) - on).days) + terms.letting_days
        else:
            days = terms.letting_days
            left = 1.0
            for chance in chances.get(d, []):
                left *= 1.0 - chance
                days += left * terms.round_days
            days += left * terms.structural_days
        days_all += days
        cost_all += days / terms.days_per_month * float(monthly[d])
    return [Figure("vacancy_days", "", "days", days_all), Figure("vacancy_cost", "", "euros", cost_all)]


def monthly_rents(prepared: Prepared, terms: VacancyTerms) -> dict[str, float]:
    """Rent and charges of each dwelling, euros a month; a rent that the case leaves out is that of its region, charges those of
    ``national.vacancy.charges_eur_month``."""
    homes, rules = prepared.facts.dwellings, prepared.rules
    surface = np.where(homes.surface_tenths >= 0, homes.surface_tenths / 10.0, terms.surface)
    table = prepared.case.table("dwellings")
    region = rules.place_of(table["commune"].astype(str), "region")
    capital = set(
        table.loc[region == rules.get("national.ceiling_zones.ile_de_france_region"), "dwelling_id"]
    )
    ids = [str(d) for d in homes.ids.tolist()]
    rent_m2 = np.array([terms.rent_m2_idf if d in capital else terms.rent_m2 for d in ids])
    rent = np.where(homes.rent_cents >= 0, homes.rent_cents / 100.0, surface * rent_m2)
    charges = np.where(homes.charges_cents >= 0, homes.charges_cents / 100.0, terms.charges)
    return dict(zip(ids, (rent + charges).tolist(), strict=True))
