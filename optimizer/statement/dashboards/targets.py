"""The targets of each viewer: shares of the flux, publics prioritaires, LEC, DALO, mutations, essential workers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor

import pandas as pd

from optimizer.conversion import account_order
from optimizer.policy import Parameter
from optimizer.presentation.numbers import some
from optimizer.shortlist.labels import account_label
from optimizer.statement.dashboards.gauges import Gauge, count, named, rate_gauge
from optimizer.statement.dashboards.year import Year

STATE = ("ETAT_PRIO", "ETAT_AGENT")
LATE_FLUX, LATE_LEC, LATE_PRIORITY = (
    f"national.dashboard.{name}_late_share" for name in ("flux", "lec", "priority")
)
LATE_TRAJECTORY = "national.dashboard.trajectory_late_share"


def place_name(year: Year, code: str) -> str:
    """The name of a commune or EPCI, or ``département 25``."""
    return year.names.get(code, f"département {code}" if len(code) <= 3 else code)


def label(year: Year, account: str) -> str:
    """An account in words; a département's own reservation by its number."""
    code = account.removeprefix("COLL:")
    if account.startswith("COLL:") and code not in year.names:
        return f"Département {code}"
    return account_label(account, "fr", year.names)


# --- shares of the flux ------------------------------------------------------------------------------------------


def own_ledger(year: Year) -> pd.DataFrame:
    """Ledger rows the viewer answers for: a landlord's, those of an EPCI and its communes, of the État, of a commune."""
    rows, viewer = year.ledger, year.viewer
    if viewer.kind == "landlord":
        return rows[rows["landlord"] == viewer.code]
    if viewer.kind == "prefet":
        return rows[(rows["departement"] == viewer.code) & rows["account"].isin(list(STATE))]
    if viewer.kind == "maire":
        return rows[(rows["account"] == f"COLL:{viewer.code}") & (rows["area"] == viewer.code)]
    communes = year.rules.all_communes
    areas = {viewer.code, *communes.index[communes["epci"] == viewer.code]}
    return rows[rows["area"].isin(areas) & rows["account"].str.startswith("COLL:")]


def flux_gauges(year: Year) -> list[Gauge]:
    """One gauge per ledger row of the viewer, counted by the convention's own rule."""
    own = own_ledger(year)
    order = own.assign(_o=own["account"].map(account_order)).sort_values(
        ["landlord", "area", "_o", "account"]
    )
    return [_flux_gauge(year, row) for row in order.to_dict("records")]


def _flux_gauge(year: Year, row: dict[object, object]) -> Gauge:
    landlord, area, account = (str(row[name]) for name in ("landlord", "area", "account"))
    lines = year.lines
    column = "commune" if len(area) == 5 else "epci" if len(area) == 9 else "departement"
    base = (lines["landlord"] == landlord) & (lines[column] == area) & lines["in_flux"].astype(bool)
    back = year.returned
    counts = count(lines, base, lines["account"] == account).with_returned(
        back[(back["landlord"] == landlord) & (back[column] == area)], account
    )
    share, opening = (
        _exact(row["share"]),
        _exact(row["opening_balance"]),
    )
    year_due = _exact(row["year_due"])
    who = label(year, account)
    where = place_name(year, area)
    if where == who:
        where = "sur son territoire"
    scope = {"landlord": where, "maire": landlord}.get(year.viewer.kind, f"{landlord}, {where}")
    if year.viewer.kind == "maire":
        who = "contingent de la commune"
    return Gauge(
        "flux", who[:1].upper() + who[1:], scope, share, "at_least", counts,
        Fraction(max(0, int(str(row["year_base"])) - int(str(row["base"])))), max(0, -floor(-year_due)),
        (_agreed(year, landlord, account, area, row),), _counted(row, counts.num_returned), LATE_FLUX, _exact(row["tolerance"]), opening,
    )  # fmt: skip


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


def priority_gauges(year: Year) -> list[Gauge]:
    """25 % of the leases of each réservataire but the État, over the viewer's lines; BAILLEUR landlord by landlord."""
    source = year.rules.value("national.rules.priority_publics.share")
    lines = year.lines
    concerned = lines[
        (lines["account"] == "ALS")
        | (lines["account"] == "BAILLEUR")
        | lines["account"].str.startswith("COLL:")
    ]
    keys = {
        (a, x if a == "BAILLEUR" else "")
        for a, x in zip(concerned["account"], concerned["landlord"], strict=True)
    }
    out = []
    for account, landlord in sorted(keys, key=lambda k: (account_order(k[0]), k)):
        if year.viewer.kind == "maire" and account != f"COLL:{year.viewer.code}":
            continue
        mine = (lines["account"] == account) & ((lines["landlord"] == landlord) if landlord else True)
        counts = count(lines, mine & named(lines), lines["priority"].astype(bool))
        if not counts.den and not counts.den_run:
            continue
        out.append(
            rate_gauge(
                year, counts, id="priority_publics", title=_capital(label(year, account)), scope=_whose(year, landlord),
                sources=(source,), rows=_priority_rows(year, account, landlord), late_key=LATE_PRIORITY, primary=False,
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


def _priority_rows(year: Year, account: str, landlord: str) -> tuple[tuple[str, str], ...]:
    """Lines of the rule that a gauge adds up, where it covers them whole: a landlord's or a département's view."""
    kind, code = year.viewer.kind, year.viewer.code
    rows = [
        r for r in year.book.rows if r.rule == "priority_publics" and r.scope.endswith(f";account={account}")
    ]
    if kind == "landlord":
        rows = [r for r in rows if r.scope.startswith(f"landlord={code};")]
    elif kind == "prefet":
        rows = [r for r in rows if f";departement={code};" in r.scope]
        rows = [r for r in rows if not landlord or r.scope.startswith(f"landlord={landlord};")]
    else:
        rows = []
    return tuple((r.rule, r.scope) for r in rows)


# --- mixity (LEC) --------------------------------------------------------------------------------------------------


def lec_gauges(year: Year, by_landlord: bool = False) -> list[Gauge]:
    """The two LEC targets of every EPCI under LEC of the viewer; also landlord by landlord when asked."""
    out = []
    here = sorted(set(year.rules.lec_epci) & {str(e) for e in year.lines["epci"]})
    if year.viewer.kind == "epci" and year.viewer.code in year.rules.lec_epci:
        here = [year.viewer.code]
    for epci in here:
        inside = year.lines["epci"] == epci
        out += _lec_pair(year, epci, inside, year.viewer.code if year.viewer.kind == "landlord" else "")
        landlords = sorted(set(year.lines.loc[inside, "landlord"]))
        if by_landlord and len(landlords) > 1:
            for landlord in landlords:
                out += _lec_pair(
                    year, epci, inside & (year.lines["landlord"] == landlord), landlord, primary=False
                )
    return out


def _lec_pair(year: Year, epci: str, mask: pd.Series, landlord: str, primary: bool = True) -> list[Gauge]:
    lines = year.lines
    inside = mask & named(lines)
    scope = f"epci={epci}" if year.case.settings.all_landlords else f"landlord={landlord};epci={epci}"
    whole = bool(landlord) != bool(year.case.settings.all_landlords)
    qpv = lines["qpv"].astype(bool)
    where = place_name(year, epci)
    words = where if not landlord or year.viewer.kind == "landlord" else landlord
    # The quartile of a lease is written in the case; that of a proposal was read against this threshold.
    found = year.rules.lec_epci.get(epci)
    thresholds = () if found is None else (replace(found, title=f"Seuil du premier quartile, {where}"),)
    first = (lines["q1"] == "yes") | lines["relocated"].astype(bool)
    pairs = (
        ("lec_q1_outside_qpv", "LEC hors QPV : 1er quartile ou relogés", inside & ~qpv, first),
        ("lec_q234_inside_qpv", "LEC en QPV : 2e à 4e quartiles", inside & qpv, lines["q1"] == "no"),
    )
    keys = ("national.lec.first_quartile_share", "national.lec.other_quartiles_share")
    return [
        rate_gauge(
            year, count(lines, den, num), id=id, title=title, scope=words, sources=(year.rules.value(key), *thresholds),
            rows=((id, scope),) if whole else (), late_key=LATE_LEC, primary=primary,
        )
        for (id, title, den, num), key in zip(pairs, keys, strict=True)
    ]  # fmt: skip


# --- targets counted by the rules themselves -----------------------------------------------------------------------


def dalo_gauges(year: Year) -> list[Gauge]:
    """DALO households to house in the département this year, where a number is set."""
    number = year.rules.dalo_numbers.get(year.viewer.code)
    if number is None:
        return []
    lines = year.lines
    credited = lines["dalo"].astype(bool) & (
        ~lines["qpv"].astype(bool) | (lines["q1"] != "yes") | lines["accepts_qpv"].astype(bool)
    )
    counts = count(lines, named(lines), credited)
    row = next(
        (r for r in year.book.rows if r.rule == "dalo" and r.scope == f"departement={year.viewer.code}"), None
    )
    rest = Fraction(row.remaining_num, row.remaining_den) if row else Fraction(counts.den_run)
    return [
        Gauge("dalo", "Ménages DALO à loger dans l'année", f"département {year.viewer.code}", None, "at_least", counts, rest,
              int(number.value), (number,), late_key=LATE_TRAJECTORY)
    ]  # fmt: skip


def mutation_gauges(year: Year) -> list[Gauge]:
    """Own transfers against their forecast in the assiette, per département of a landlord."""
    forecast = year.case.table("assiette")
    forecast = forecast[
        (forecast["year"] == year.case.settings.year)
        & (forecast["basis"] == "forecast")
        & (forecast["landlord"] == year.viewer.code)
    ].sort_values("departement")
    lines, out = year.lines, []
    for row in forecast.to_dict("records"):
        if not row["vacated"] or pd.isna(row["mutation"]):
            continue
        here = lines["departement"] == row["departement"]
        # A lease said to be a transfer is out of the flux whatever the account it was written on.
        counts = count(lines, here & named(lines), lines["account"] == "MUTATION")
        source = Parameter(
            f"assiette.{year.viewer.code}.{row['departement']}.mutation", "Mutations internes prévues à l'assiette",
            int(row["mutation"]), "dwellings", "local", "table assiette du dossier ; CCH R. 441-5",
        )  # fmt: skip
        out.append(
            Gauge("mutation_max", "Mutations internes (plafond)", place_name(year, str(row["departement"])),
                  Fraction(int(row["mutation"]), int(row["vacated"])), "at_most", counts,
                  Fraction(max(int(row["vacated"]) - counts.den, counts.den_run)), int(row["mutation"]), (source,),
                  late_key=LATE_FLUX, primary=False)
        )  # fmt: skip
    return out


def essential_gauges(year: Year) -> list[Gauge]:
    """Leases to essential workers, where the CIA of the EPCI sets a rate."""
    source = year.rules.essential_shares.get(year.viewer.code)
    if source is None:
        return []
    lines = year.lines
    counts = count(lines, named(lines), lines["essential"].astype(bool))
    scope = f"epci={year.viewer.code}"
    return [
        rate_gauge(year, counts, id="essential_workers", title="Travailleurs essentiels", scope=year.viewer.name, sources=(source,),
                   rows=(("essential_workers", scope),), late_key=LATE_PRIORITY, primary=False)
    ]  # fmt: skip
