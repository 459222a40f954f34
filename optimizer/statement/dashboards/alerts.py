"""Alerts: what a viewer must look at now, each with its threshold of ``models/`` and where that was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import pandas as pd

from optimizer.domain.account import of_place
from optimizer.policy import Parameter
from optimizer.presentation.numbers import decimal, leases, percent, some
from optimizer.statement.dashboards.gauges import Gauge, rate
from optimizer.statement.dashboards.targets import LATE_TRAJECTORY, label
from optimizer.statement.dashboards.year import Year

SERIOUS, WATCH, GOOD = "alert", "watch", "ahead"
NAMED_MOST = 8
"""Dwellings named in a sentence; the tables hold the others."""


@dataclass(frozen=True)
class Alert:
    """One sentence to act upon. ``threshold`` is the value of ``models/`` that was crossed."""

    level: str
    subject: str
    scope: str
    sentence: str
    threshold: Parameter


def alerts(year: Year, gauges: tuple[Gauge, ...]) -> tuple[Alert, ...]:
    """Every alert of a viewer, the serious ones first, each group in the order of the page."""
    found = [a for g in gauges for a in _of_gauge(year, g)]
    if year.viewer.kind != "prefet":
        found += [*_vacant(year), *_deadlines(year), *_few(year)]
    if year.viewer.kind in ("landlord", "epci"):
        found += _to_renew(year)
    order = {SERIOUS: 0, WATCH: 1, GOOD: 2}
    return tuple(sorted(found, key=lambda a: order[a.level]))


def _of_gauge(year: Year, g: Gauge) -> Iterator[Alert]:
    rules, counts = year.rules, g.counts
    gone, left = year.days
    enough = counts.den >= rules.integer("national.rules.min_count")
    now = rate(counts.num + g.opening, counts.den)
    if g.share is not None and now is not None and enough and g.late_key and g.late_key != LATE_TRAJECTORY:
        limit = rules.value(g.late_key)
        gap = (g.share - g.tolerance - now) if g.direction == "at_least" else now - g.share
        if gap > Fraction(str(limit.value)) and g.a_whole_lease:
            late = "de retard" if g.direction == "at_least" else "au-dessus du plafond"
            sentence = f"{leases(g.missing)} {late} : {_to_date(g)} ; {_rest(g)}."
            yield Alert(SERIOUS, g.title, g.scope, sentence, limit)
            return
        ahead = rules.value(g.ahead_key) if g.ahead_key else None
        if ahead is not None and -gap > Fraction(str(ahead.value)) and g.beyond >= 1:
            yield Alert(GOOD, g.title, g.scope, f"{leases(g.beyond)} d'avance : {_to_date(g)}.", ahead)
    supposed = g.share is None and not year.case.settings.synthetic and any(s.is_assumed for s in g.sources)
    if g.direction == "at_least" and gone and (g.share is None or g.primary) and not supposed:
        limit = rules.value(LATE_TRAJECTORY)
        behind = g.behind(gone, left)
        if behind >= 1 and behind > Fraction(str(limit.value)) * g.year_target:
            yield Alert(
                WATCH if g.share is not None else SERIOUS, g.title, g.scope,
                f"{_units(g, behind)} sous la ligne droite au {year.on:%d/%m/%Y} : {_rest(g)}.", limit,
            )  # fmt: skip


def _units(g: Gauge, n: int) -> str:
    return some(n, "ménage", "ménages") if g.share is None else leases(n)


def _to_date(g: Gauge) -> str:
    """``4 sur 24 (16,7 % pour 12 %), report de −3``."""
    c = g.counts
    carried = f", report de {decimal(g.opening, 2)}" if g.opening else ""
    return f"{decimal(c.num, 0)} sur {decimal(c.den, 0)} ({percent(rate(c.num, c.den))} pour {percent(g.share)}){carried}"


def _rest(g: Gauge) -> str:
    rest = floor(g.remaining + Fraction(1, 2))
    if g.direction == "at_most":
        return f"{decimal(g.year_target, 0)} au plus sur l'année"
    needed = decimal(g.still_needed, 0)
    return f"il en faut {needed} des {decimal(rest, 0)} restants" if g.still_needed <= rest else (
        f"il en faut {needed}, et {leases(rest)} seulement {'est attendu' if rest < 2 else 'sont attendus'}"
    )  # fmt: skip


def _where(year: Year) -> str:
    """Short name of the viewer: the code of a landlord, the name of a place."""
    return year.viewer.code if year.viewer.kind == "landlord" else year.viewer.name


def _vacant(year: Year) -> Iterator[Alert]:
    limit = year.rules.value("national.dashboard.vacancy_alert_days")
    since = (pd.Timestamp(year.on) - year.dwellings["vacant_since"]).dt.days
    long = year.dwellings.loc[(since > int(limit.value)).fillna(False), "dwelling_id"]
    if len(long):
        yield Alert(
            WATCH, "Vacance", _where(year),
            f"{some(len(long), 'logement vacant', 'logements vacants')} depuis plus de {limit.value} jours : {_named(long)}.", limit,
        )  # fmt: skip


def _deadlines(year: Year) -> Iterator[Alert]:
    """Orientations without names whose deadline is near or passed, from the convention of each account."""
    limit = year.rules.value("national.dashboard.deadline_alert_days")
    near = deadlines(year)
    near = near[near["days_left"] <= int(limit.value)]
    passed = near[near["days_left"] < 0]
    soon = near[near["days_left"] >= 0]
    if len(passed):
        yield Alert(
            SERIOUS, "Délai de proposition", _where(year),
            f"{some(len(passed), 'orientation', 'orientations')} sans candidat après le délai : {_named(passed['dwelling_id'])}.", limit,
        )  # fmt: skip
    if len(soon):
        yield Alert(
            WATCH, "Délai de proposition", _where(year),
            f"{some(len(soon), 'orientation échoit', 'orientations échoient')} dans {limit.value} jours au plus : {_named(soon['dwelling_id'])}.",
            limit,
        )  # fmt: skip


def deadlines(year: Year) -> pd.DataFrame:
    """``dwelling_id, landlord, account, since, deadline, days_left`` of the orientations still without a name."""
    days_of = {
        (str(x["landlord"]), str(x["account"]), str(x["area"])): x["proposal_deadline_days"]
        for x in year.conventions.to_dict("records")
    }
    relaxed = "_relaxed" if year.rules.market == "relaxed" else ""
    default = year.rules.integer(f"national.flux.proposal_deadline_days{relaxed}")
    waiting = year.lines[(year.lines["state"] == "progress") & (year.lines["stage"] == "oriented")]
    if year.viewer.kind == "maire":
        waiting = waiting[waiting["account"].isin(of_place(year.viewer.code))]
    rows = []
    for x in waiting.to_dict("records"):
        areas = [(x["landlord"], x["account"], x[p]) for p in ("commune", "epci", "departement")]
        found = next((days_of[a] for a in areas if a in days_of), None)
        days = default if found is None or pd.isna(found) else int(found)
        end = x["day"] + pd.Timedelta(days=days)
        rows.append((x["dwelling_id"], x["landlord"], label(year, str(x["account"])), x["day"].strftime("%d/%m/%Y"),
                     end.strftime("%d/%m/%Y"), (end - pd.Timestamp(year.on)).days))  # fmt: skip
    names = ["dwelling_id", "landlord", "account", "since", "deadline", "days_left"]
    return pd.DataFrame(rows, columns=names).sort_values(["days_left", "dwelling_id"], ignore_index=True)


def _few(year: Year) -> Iterator[Alert]:
    """Lists of the run that are short, save those that one household may stand on alone (CCH R. 441-3)."""
    limit = year.rules.value("national.dashboard.few_candidates")
    homes = year.homes
    if year.viewer.kind == "maire":
        homes = homes[homes["account"].isin(of_place(year.viewer.code))]
    number = pd.Series([int(x or 0) for x in homes["candidates"]], index=homes.index, dtype="int64")
    listed = homes["status"].isin(["listed", "no_candidate"]) & ~homes["dwelling_id"].isin(_alone(year))
    short = homes.loc[listed & (number < int(limit.value)) & (homes["reason_if_short"] != ""), "dwelling_id"]
    if len(short):
        yield Alert(
            WATCH, "Listes courtes", _where(year),
            f"{some(len(short), 'logement a', 'logements ont')} moins de {limit.value} candidats : {_named(short)}.", limit,
        )  # fmt: skip


def _alone(year: Year) -> set[str]:
    """Dwellings where one name is enough: subsidised, or a household that the préfet designated stands on the list."""
    homes, people = year.case.table("dwellings"), year.case.table("applications")
    found = {str(d) for d in homes.loc[homes["subsidy_d331_25_1"].fillna(False).astype(bool), "dwelling_id"]}
    designated = set(people.loc[people["prefet_designated"].fillna(False).astype(bool), "application_id"])
    if year.run is not None:
        lines = year.run.proposals
        found |= {str(d) for d in lines.loc[lines["application_id"].isin(designated), "dwelling_id"]}
    return found


def _to_renew(year: Year) -> Iterator[Alert]:
    limit = year.rules.value("national.dashboard.to_renew_alert_share")
    active = year.applications[year.applications["active"]]
    part = rate(int(active["to_renew"].sum()), len(active))
    if part is not None and part > Fraction(str(limit.value)):
        yield Alert(
            WATCH, "Demandes à renouveler", _where(year),
            f"{percent(part)} des demandes actives sont à renouveler ({int(active['to_renew'].sum())} sur {len(active)}).", limit,
        )  # fmt: skip


def _named(dwellings: pd.Series) -> str:
    names = sorted(str(d) for d in dwellings)
    shown = ", ".join(names[:NAMED_MOST])
    return (
        shown
        if len(names) <= NAMED_MOST
        else f"{shown} et {some(len(names) - NAMED_MOST, 'autre', 'autres')}"
    )
