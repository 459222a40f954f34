"""The targets of each viewer: shares of the flux, publics prioritaires, LEC, DALO, mutations, essential workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import ceil, floor

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.conversion import account_order
from optimizer.domain.account import (
    of_place,
    place_of,
    remainder,
    state_accounts,
)
from optimizer.policy import Parameter
from optimizer.presentation.numbers import some
from optimizer.problem import RuleShape
from optimizer.problem.registry import Line, pairs_of
from optimizer.problem.rulebook import Section
from optimizer.results import SCALE
from optimizer.shortlist.labels import account_label
from optimizer.statement.dashboards.gauges import Counts, Gauge, count, named, rate_gauge
from optimizer.statement.dashboards.rest import rest_of_account, rest_of_leases
from optimizer.statement.dashboards.year import COLUMN, Year, own_codes

Shapes = tuple[RuleShape, ...]
LATE_TRAJECTORY = "national.dashboard.trajectory_late_share"


def place_name(year: Year, code: str) -> str:
    """The name of a commune or EPCI, or ``département 25``."""
    return year.names.get(code, f"département {code}" if len(code) <= 3 else code)


def label(year: Year, account: str) -> str:
    """An account in words; a département's own reservation by its number."""
    code = place_of(account)
    if code and code not in year.names:
        return f"Département {code}"
    return account_label(account, "fr", year.names)


# --- shares of the flux ------------------------------------------------------------------------------------------


def own_ledger(year: Year) -> pd.DataFrame:
    """Ledger rows the viewer answers for: a landlord's, those of an EPCI and its communes, of the État, of a commune."""
    rows, viewer, communes = year.ledger, year.viewer, year.rules.all_communes
    if viewer.kind == "landlord":
        return rows[rows["landlord"] == viewer.code]
    if viewer.kind == "prefet":
        return rows[(rows["departement"] == viewer.code) & rows["account"].isin(state_accounts())]
    if viewer.kind == "maire":
        own = set(own_codes(viewer, year.rules))
        departement = str(communes.at[viewer.code, "departement"])
        if own >= set(communes.index[communes["departement"] == departement]):
            own.add(departement)  # Paris: an agreement of the city may be of the area 75
        return rows[rows["account"].isin(of_place(viewer.code)) & rows["area"].isin(own)]
    areas = {viewer.code, *communes.index[communes["epci"] == viewer.code]}
    return rows[rows["area"].isin(areas) & (rows["account"].map(place_of) != "")]


def flux_gauges(year: Year, shapes: Shapes) -> list[Gauge]:
    """One gauge per ledger row of the viewer, counted by the convention's own rule."""
    own = own_ledger(year)
    order = own.assign(_o=own["account"].map(account_order)).sort_values(
        ["landlord", "area", "_o", "account"]
    )
    return [_flux_gauge(year, row, shape) for shape in shapes for row in order.to_dict("records")]


def _flux_gauge(year: Year, row: dict[object, object], shape: RuleShape) -> Gauge:
    landlord, area, account = (str(row[name]) for name in ("landlord", "area", "account"))
    lines = year.lines
    column = "commune" if len(area) == 5 else "epci" if len(area) == 9 else "departement"
    base = (lines["landlord"] == landlord) & (lines[column] == area) & lines["in_flux"].astype(bool)
    # a lease whose orientation an earlier year counted is of that year's flux
    base &= (lines["state"] != "signed") | lines["counted"].astype(bool)
    back = year.returned
    counts = count(lines, base, lines["account"] == account).with_returned(
        back[(back["landlord"] == landlord) & (back[column] == area)], account
    )
    share, opening = (
        _exact(row["share"]),
        _exact(row["opening_balance"]),
    )
    who = label(year, account)
    where = place_name(year, area)
    if where == who:
        where = "sur son territoire"
    scope = {"landlord": where, "maire": landlord}.get(year.viewer.kind, f"{landlord}, {where}")
    if year.viewer.kind == "maire":
        who = "contingent de la commune"
    return Gauge(
        shape.id, who[:1].upper() + who[1:], scope, share, "at_least", counts,
        max(Fraction(0), _exact(row["year_base"]) - int(str(row["base"]))), _whole(row, "year_target"),
        (_agreed(year, landlord, account, area, row),), _counted(row, counts.num_returned), shape.late_key, _exact(row["tolerance"]), opening,
        group=shape.group[0], ahead_key=shape.ahead_key, late=_whole(row, "late"), left=_whole(row, "remaining"),
    )  # fmt: skip


def _whole(row: dict[object, object], name: str) -> int:
    return int(str(row[name]))


COUNTED = {
    "signed": "compté au bail signé", "attributed": "compté à l'attribution",
    "presented": "compté à la présentation d'un candidat", "oriented": "compté à l'orientation",
}  # fmt: skip


def _counted(row: dict[object, object], returned: int) -> str:
    """How the account counts, and how many of its orientations came back without a lease."""
    words = COUNTED[str(row["count_rule"])]
    if not returned:
        return words
    back = some(returned, "orientation revenue", "orientations revenues")
    return f"{words}, dont {back} sans bail"


def _agreed(year: Year, landlord: str, account: str, area: str, row: dict[object, object]) -> Parameter:
    """Where an agreed share is read: the case's own table, or the convention shipped for the landlord."""
    own = year.case.table("conventions")
    title = f"Part de {label(year, account)} dans le flux de {landlord} ({place_name(year, area)})"
    if len(own) and landlord in set(own["landlord"].dropna()):
        return Parameter(f"conventions.{landlord}.{account}.{area}.share", title, row["share"], "share", "local",
                         "table conventions du dossier")  # fmt: skip
    found = year.rules.value(f"conventions.{landlord}.{account}.{area}.share")
    return Parameter(
        found.key, title, found.value, found.unit, found.status, found.source, found.link, found.in_force_from,
        found.reviewed_on,
    )  # fmt: skip


def _exact(value: object) -> Fraction:
    return Fraction(repr(float(str(value))))


# --- publics prioritaires ------------------------------------------------------------------------------------------


def priority_gauges(year: Year, shapes: Shapes) -> list[Gauge]:
    """25 % of the leases of each réservataire but the État, over the viewer's lines; BAILLEUR landlord by landlord."""
    return [gauge for shape in shapes for gauge in _account_rates(year, shape)]


def _account_rates(year: Year, shape: RuleShape) -> list[Gauge]:
    source = year.rules.value(shape.share_key)
    lines = year.lines
    den, num = shape.in_year(lines)
    concerned = lines[den]
    keys = {
        (a, x if a == remainder() else "")
        for a, x in zip(concerned["account"], concerned["landlord"], strict=True)
    }
    out = []
    for account, landlord in sorted(keys, key=lambda k: (account_order(k[0]), k)):
        if year.viewer.kind == "maire" and account not in of_place(year.viewer.code):
            continue
        mine = (lines["account"] == account) & ((lines["landlord"] == landlord) if landlord else True)
        counts = count(lines, mine & den & named(lines), num)
        if not counts.den and not counts.den_run:
            continue
        out.append(
            rate_gauge(
                year, counts, shape, title=_capital(label(year, account)), scope=_whose(year, landlord),
                sources=(source,), rest=partial(rest_of_account, year, account, landlord), primary=False,
            )
        )  # fmt: skip
    return out


def _whose(year: Year, landlord: str) -> str:
    if year.viewer.kind == "landlord":
        return "ses baux"
    return landlord or {"epci": "dans l'EPCI", "maire": "dans la commune"}.get(
        year.viewer.kind, "tous bailleurs"
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- mixity (LEC) --------------------------------------------------------------------------------------------------


def lec_gauges(year: Year, shapes: Shapes) -> list[Gauge]:
    """The LEC targets of every EPCI under LEC of the viewer; for an EPCI also landlord by landlord."""
    out: list[Gauge] = []
    here = sorted(set(year.rules.lec_epci) & {str(e) for e in year.lines["epci"]})
    if year.viewer.kind == "epci" and year.viewer.code in year.rules.lec_epci:
        here = [year.viewer.code]
    for epci in here:
        inside = year.lines["epci"] == epci
        out += _lec_pair(
            year, shapes, epci, inside, year.viewer.code if year.viewer.kind == "landlord" else ""
        )
        landlords = sorted(set(year.lines.loc[inside, "landlord"]))
        if year.viewer.kind == "epci" and len(landlords) > 1:
            for landlord in landlords:
                out += _lec_pair(
                    year, shapes, epci, inside & (year.lines["landlord"] == landlord), landlord, primary=False
                )
    return out


def _lec_pair(
    year: Year, shapes: Shapes, epci: str, mask: pd.Series, landlord: str, primary: bool = True
) -> list[Gauge]:
    lines = year.lines
    inside = mask & named(lines)
    departement = year.viewer.code if year.viewer.kind == "prefet" else ""
    where = place_name(year, epci)
    words = where if not landlord or year.viewer.kind == "landlord" else landlord
    # The quartile of a lease is written in the case; that of a proposal was read against this threshold.
    found = year.rules.lec_epci.get(epci)
    thresholds = () if found is None else (replace(found, title=f"Seuil du premier quartile, {where}"),)
    marks = [shape.in_year(lines) for shape in shapes]
    return [
        rate_gauge(
            year, count(lines, inside & den, num), shape, title=gauge_title(shape), scope=words,
            sources=(year.rules.value(shape.share_key), *thresholds), primary=primary,
            rest=partial(rest_of_leases, year, shape, landlord=landlord, epci=epci, dep=departement),
            among="" if primary else ", par bailleur",
        )
        for shape, (den, num) in zip(shapes, marks, strict=True)
    ]  # fmt: skip


def gauge_title(shape: RuleShape) -> str:
    """French title of the gauges of a rule."""
    return shape.gauge_title or shape.title_fr


# --- targets counted by the rules themselves -----------------------------------------------------------------------


def dalo_gauges(year: Year, shapes: Shapes) -> list[Gauge]:
    """Households to house in the département this year, where a number is set."""
    return [gauge for shape in shapes for gauge in _yearly_number(year, shape)]


def _yearly_number(year: Year, shape: RuleShape) -> list[Gauge]:
    number, settings = year.rules.dalo_numbers.get(year.viewer.code), year.case.settings
    # the département's number is asked of every landlord together: those of a real case are not held to it alone
    if number is None or not (settings.all_landlords or settings.synthetic):
        return []
    lines = year.lines
    den, num = shape.in_year(lines)
    counts = count(lines, den & named(lines), num)
    rest = Fraction(0) if year.over else rest_of_leases(year, shape, dep=year.viewer.code)
    rest = max(rest, Fraction(counts.den_run))
    return [
        Gauge(shape.id, gauge_title(shape), f"département {year.viewer.code}", None, "at_least", counts, rest,
              int(number.value), (number,), note=_left_out(lines, den & named(lines), num), late_key=shape.late_key,
              group=shape.group[0], ahead_key=shape.ahead_key)
    ]  # fmt: skip


def _left_out(lines: pd.DataFrame, den: pd.Series, num: pd.Series) -> str:
    """Why the table of the DALO households has more of them than their gauge."""
    n = int((den & lines["dalo"].astype(bool) & ~num & lines["state"].isin(["signed", "progress"])).sum())
    if not n:
        return ""
    who = some(
        n,
        "ménage DALO du premier quartile en QPV n'est pas compté",
        "ménages DALO du premier quartile en QPV ne sont pas comptés",
    )
    return f"{who} (accord non connu) ; le tableau des DALO logés les montre"


def mutation_gauges(year: Year, shapes: Shapes) -> list[Gauge]:
    """Own transfers against their forecast in the assiette, per département of a landlord."""
    return [gauge for shape in shapes for gauge in _ceilings(year, shape)]


def _ceilings(year: Year, shape: RuleShape) -> list[Gauge]:
    forecast = year.case.table("assiette")
    forecast = forecast[
        (forecast["year"] == year.case.settings.year)
        & (forecast["basis"] == "forecast")
        & (forecast["landlord"] == year.viewer.code)
    ].sort_values("departement")
    lines, out = year.lines, []
    den, num = shape.in_year(lines)
    for row in forecast.to_dict("records"):
        if not row["vacated"] or pd.isna(row["mutation"]):
            continue
        here = lines["departement"] == row["departement"]
        counts = count(lines, here & den & named(lines), num)
        source = Parameter(
            f"assiette.{year.viewer.code}.{row['departement']}.mutation", "Mutations internes prévues à l'assiette",
            int(row["mutation"]), "dwellings", "local", "table assiette du dossier ; CCH R. 441-5",
        )  # fmt: skip
        out.append(
            Gauge(shape.id, gauge_title(shape), place_name(year, str(row["departement"])),
                  Fraction(int(row["mutation"]), int(row["vacated"])), "at_most", counts,
                  Fraction(max(0 if year.over else int(row["vacated"]) - counts.den, counts.den_run)), int(row["mutation"]), (source,),
                  late_key=shape.late_key, primary=False, group=shape.group[0], ahead_key=shape.ahead_key)
        )  # fmt: skip
    return out


def essential_gauges(year: Year, shapes: Shapes) -> list[Gauge]:
    """Leases to essential workers, where the CIA of the EPCI sets a rate."""
    source = year.rules.essential_shares.get(year.viewer.code)
    if source is None:
        return []
    lines, code = year.lines, year.viewer.code
    marks = [shape.in_year(lines) for shape in shapes]
    return [
        rate_gauge(
            year, count(lines, den & named(lines), num), shape, title=gauge_title(shape), scope=year.viewer.name,
            sources=(source,), rest=partial(rest_of_leases, year, shape, epci=code), primary=False,
        )
        for shape, (den, num) in zip(shapes, marks, strict=True)
    ]  # fmt: skip


# --- any other rule, line by line ----------------------------------------------------------------------------------


PLACES = ("landlord", "epci", "departement")
"""Parts of a scope that say where its leases are."""


def row_gauges(year: Year, shapes: Shapes) -> list[Gauge]:
    """One gauge for each line of a rule whose scope is the viewer's own, counted by the rule itself."""
    return [
        _row_gauge(year, section, i)
        for section in year.book.sections
        if section.rule in shapes
        for i, line in enumerate(section.lines)
        if _own_line(year, line)
    ]


def _own_line(year: Year, line: Line) -> bool:
    """Whether the scope names the viewer, or all the places it gathers are a landlord's or in a préfet's département."""
    parts = dict(piece.split("=", 1) for piece in line.scope.split(";") if "=" in piece)
    kind, code, facts = year.viewer.kind, year.viewer.code, year.facts
    if code in (parts.get(COLUMN[kind]), parts.get("area")) or parts.get("account", "") in of_place(code):
        return True
    if kind not in ("landlord", "prefet") or not parts.keys() <= {*PLACES, "account"}:
        return False
    named = (facts.landlords, facts.epcis, facts.departements)
    present = [
        {key: names[at] for key, names, at in zip(PLACES, named, place, strict=True)}
        for place in year.book.ground.places_present
    ]
    here = [place for place in present if all(parts.get(key, place[key]) == place[key] for key in PLACES)]
    return bool(here) and {place[COLUMN[kind]] for place in here} == {code}


def _row_gauge(year: Year, section: Section, i: int) -> Gauge:
    shape, line, ground = section.rule, section.lines[i], year.book.ground
    row = year.book.rows[section.start + i]
    before = pairs_of(shape, section.lines, ground, ground.before)
    mine = before.line == i
    signed = before.lease < ground.signed
    run = year.proposed
    named_leases = run.leases if shape.counts_seats else run.leases.where(run.leases.named)
    at = np.arange(len(run.leases)) if shape.counts_seats else np.flatnonzero(run.leases.named)
    ahead = pairs_of(shape, section.lines, ground, named_leases)
    here = ahead.line == i
    where = at[ahead.lease]
    first = run.rank[where] == 1

    def expected(mask: NDArray[np.bool_]) -> Fraction:
        return Fraction(sum(run.weight[where[mask]].tolist()), SCALE)

    counts = Counts(
        int((mine & signed & before.num).sum()), int((mine & signed).sum()),
        int((mine & ~signed & before.num).sum()), int((mine & ~signed).sum()),
        int((here & first & ahead.num).sum()), int((here & first).sum()),
        expected(here & ahead.num), expected(here),
    )  # fmt: skip
    remaining = Fraction(0) if year.over else Fraction(row.remaining_num, row.remaining_den)
    if line.number is not None:
        target = int(line.number)
    else:
        assert line.share is not None
        target = ceil(line.share * (counts.den + floor(remaining + Fraction(1, 2))))
    if shape.share_key:
        source = year.rules.value(shape.share_key)
    else:
        value = float(line.number if line.share is None else line.share)  # type: ignore[arg-type]
        unit = "count" if line.share is None else "share"
        source = Parameter(
            f"rules.{shape.id}.{line.scope}", shape.title_fr, value, unit, line.status, shape.source
        )
    return Gauge(
        shape.id, gauge_title(shape), _scope_words(year, line.scope), line.share, "at_least", counts, remaining, target,
        (source,), late_key=shape.late_key, tolerance=line.tolerance, opening=Fraction(line.opening_balance, 100),
        primary=False, group=shape.group[0], ahead_key=shape.ahead_key,
    )  # fmt: skip


def _scope_words(year: Year, scope: str) -> str:
    """The parts of a scope in words, the viewer's own left out: ``Besançon, Action Logement``."""
    parts = [piece.partition("=") for piece in scope.split(";")]
    shown = [
        label(year, value) if key == "account" else place_name(year, value) if key in ("epci", "area", "departement") else value
        for key, _, value in parts
        if value != year.viewer.code
    ]  # fmt: skip
    return ", ".join(shown) or year.viewer.name


Builder = Callable[[Year, Shapes], list[Gauge]]
BUILDERS: Mapping[str, Builder] = {
    "agreed_shares": flux_gauges, "epci_rates": lec_gauges, "account_rates": priority_gauges, "yearly_numbers": dalo_gauges,
    "ceilings": mutation_gauges, "place_rates": essential_gauges, "rows": row_gauges,
}  # fmt: skip
"""``RuleShape.gauge`` -> the gauges of the rules of one place on a dashboard."""
