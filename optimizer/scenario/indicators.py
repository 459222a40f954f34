"""What a run means for a planner: one table of indicators, read from the published tables and the facts.

Labelled everywhere « borne à information parfaite »: one optimum over all the dwellings at once, everybody accepting,
except the lines that say « attendu ».
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from optimizer.errors import Lang, said
from optimizer.policy import RuleSet
from optimizer.problem import all_rules
from optimizer.runs import Result
from optimizer.scenario import texts as texts
from optimizer.scenario.households import household_rows

COLUMNS = ("indicator", "scope", "unit", "value")

_BEFORE: Mapping[str, tuple[str, str]] = {
    "account_dwellings": ("logements proposés sur le contingent", "dwellings proposed on the account"),
    "account_flux": ("logements du flux sur le contingent", "dwellings of the flux on the account"),
    "account_planned": ("logements prévus par la convention", "dwellings the agreement plans"),
    "account_priority": ("part de publics prioritaires du contingent", "priority share of the account"),
    "rule_rate": ("taux atteint si tous acceptent", "rate reached if all accept"),
    "rule_rate_expected": ("taux attendu", "expected rate"),
    "rule_target": ("objectif", "target"),
    "rule_shortfall": ("baux manquants", "missing leases"),
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
    "weekly_leases": ("baux signés en lots hebdomadaires, moyenne", "leases signed in weekly batches, mean"),
    "weekly_unlet": ("logements non loués en fin d'année, moyenne", "dwellings not let at the end, mean"),
    "weekly_vacancy": ("jours d'attente des logements présentés, moyenne", "days waited by dwellings, mean"),
    "weekly_q1_outside_qpv": ("premier quartile hors QPV, lots hebdomadaires", "first quartile outside QPV, weekly"),
    "weekly_priority": ("part de publics prioritaires, lots hebdomadaires", "priority share, weekly"),
    "weekly_months": ("ancienneté moyenne des entrants, lots hebdomadaires", "mean waiting of those housed, weekly"),
}  # fmt: skip


@cache
def labels() -> Mapping[str, tuple[str, str]]:
    """Indicator -> French and English names, in the order shown; those of the rules stand in the middle."""
    own = {shape.indicator[0]: shape.indicator[1:] for shape in all_rules() if shape.indicator is not None}
    return {**_BEFORE, **own, **_AFTER}


BOUNDS = {"low": ("plus bas", "lowest"), "high": ("plus haut", "highest")}
"""Suffix of the extremes over the replications of the weekly run -> French and English words."""


def label_of(indicator: str, english: bool = False) -> str:
    """The name of an indicator, ``…_low`` and ``…_high`` of the weekly run included."""
    stem, _, suffix = indicator.rpartition("_")
    names = labels()
    if indicator not in names and suffix in BOUNDS and stem in names:
        return f"{names[stem][english].partition(',')[0]}, {BOUNDS[suffix][english]}"
    return names[indicator][english]


def indicator_order(indicator: str) -> tuple[int, str]:
    """Sort key of indicators as shown; extremes stand behind their mean."""
    names = list(labels())
    stem = indicator if indicator in names else indicator.rpartition("_")[0]
    return names.index(stem), indicator


def weekly_indicators(spread: pd.DataFrame) -> pd.DataFrame:
    """Mean, lowest and highest of the weekly run as indicators beside the others."""
    rows = []
    for row in spread.to_dict("records"):
        for suffix, column in (("", "mean"), ("_low", "low"), ("_high", "high")):
            value = round(float(row[column]), 4 if row["unit"] == "share" else 2)
            rows.append((f"{row['indicator']}{suffix}", row["scope"], row["unit"], value))
    return pd.DataFrame(rows, columns=list(COLUMNS))


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
    """``indicator, scope, unit, value``: shares with 4 decimals, other values with 2, in a stable order."""
    prepared = result.optimum.prepared
    rows: list[tuple[str, str, str, float]] = []
    proposals = result.proposals
    first = proposals[proposals["rank"] == 1]
    _accounts(rows, first, result.rules)
    _rules(rows, result.rules)
    _reached(rows, result.rules)
    rows.append(("objective", "", "points", float(result.certificate["objective"])))
    status = result.dwellings["status"].value_counts()
    for name, word in (
        ("dwellings_listed", "listed"),
        ("dwellings_awaiting", "awaiting_reservataire"),
        ("dwellings_no_candidate", "no_candidate"),
    ):
        rows.append((name, "", "dwellings", float(status.get(word, 0))))
    size = prepared.case.settings.shortlist_size or prepared.rules.integer("national.caleol.shortlist_size")
    short = (result.dwellings["status"] == "listed") & (result.dwellings["candidates"] < size)
    rows.append(("dwellings_short", "", "dwellings", float(short.sum())))
    empty = result.dwellings["status"] == "no_candidate"
    rows.append(("dwellings_below_size", "", "dwellings", float((short | empty).sum())))
    _vacancy(rows, result, VacancyTerms.read(prepared.rules))
    rows += household_rows(first, result)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    places = np.where(table["unit"] == "share", 4, 2)
    table["value"] = [round(v, int(p)) for v, p in zip(table["value"], places, strict=True)]
    return table


def _accounts(rows: list[tuple[str, str, str, float]], first: pd.DataFrame, rules: pd.DataFrame) -> None:
    for account, group in first.groupby("account", sort=True):
        rows.append(("account_dwellings", f"account={account}", "dwellings", float(len(group))))
        named = group[group["application_id"] != ""]
        if len(named):
            priority = float((named["priority"] != "").sum()) / len(named)
            rows.append(("account_priority", f"account={account}", "share", priority))
    planned: dict[str, float] = {}
    reached: dict[str, float] = {}
    agreed = [shape.id for shape in all_rules() if shape.agreed]
    for row in rules[rules["rule"].isin(agreed)].to_dict("records"):
        account = _part(str(row["scope"]), "account")
        planned[account] = planned.get(account, 0.0) + float(row["share"]) * float(row["den_run"])
        reached[account] = reached.get(account, 0.0) + float(row["num_run"])
    for account in sorted(planned):
        rows.append(("account_planned", f"account={account}", "dwellings", planned[account]))
        rows.append(("account_flux", f"account={account}", "dwellings", reached[account]))


def _rules(rows: list[tuple[str, str, str, float]], rules: pd.DataFrame) -> None:
    for row in rules.to_dict("records"):
        scope = f"rule={row['rule']};{row['scope']}"
        den = float(row["den_before"]) + float(row["den_run"])
        if den > 0:
            rows.append(
                ("rule_rate", scope, "share", (float(row["num_before"]) + float(row["num_run"])) / den)
            )
            expected = float(row["expected_num"])
            if expected == expected:
                rows.append(
                    ("rule_rate_expected", scope, "share", (float(row["num_before"]) + expected) / den)
                )
        rows.append(("rule_target", scope, "share", float(row["share"])))
        rows.append(("rule_shortfall", scope, "leases", float(row["shortfall"])))
        rows.append(("rule_loss", scope, "points", float(row["shortfall"]) * float(row["price"])))
        marginal = row["marginal_points"]
        if marginal is not None and marginal == marginal and marginal is not pd.NA:
            rows.append(("rule_marginal", scope, "points", float(marginal)))


def _reached(rows: list[tuple[str, str, str, float]], rules: pd.DataFrame) -> None:
    """The rate over all lines of each rule that has an indicator, counted as the rule does: for LEC, a first quartile share
    alone leaves out the relocations, and would read as a missed target where it is met."""
    for shape in all_rules():
        if shape.indicator is None:
            continue
        name, lines = shape.indicator[0], rules[rules["rule"] == shape.id]
        den = float(lines["den_before"].astype(float).sum() + lines["den_run"].astype(float).sum())
        if den > 0:
            num = float(lines["num_before"].astype(float).sum() + lines["num_run"].astype(float).sum())
            rows.append((name, "", "share", num / den))


def _part(scope: str, name: str) -> str:
    return next((p.partition("=")[2] for p in scope.split(";") if p.startswith(name + "=")), "")


def _vacancy(rows: list[tuple[str, str, str, float]], result: Result, terms: VacancyTerms) -> None:
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
    homes = facts.dwellings
    surface = np.where(homes.surface_dm2 >= 0, homes.surface_dm2 / 100.0, terms.surface)
    rules = result.optimum.prepared.rules
    table = result.optimum.prepared.case.table("dwellings")
    region = rules.place_of(table["commune"].astype(str), "region")
    capital = set(
        table.loc[region == rules.get("national.ceiling_zones.ile_de_france_region"), "dwelling_id"]
    )
    rent_m2 = np.array([terms.rent_m2_idf if d in capital else terms.rent_m2 for d in homes.ids.tolist()])
    rent = np.where(homes.rent_cents >= 0, homes.rent_cents / 100.0, surface * rent_m2) + terms.charges
    monthly = dict(zip(homes.ids.tolist(), rent.tolist(), strict=True))
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
    rows.append(("vacancy_days", "", "days", days_all))
    rows.append(("vacancy_cost", "", "euros", cost_all))
