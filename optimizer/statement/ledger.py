"""The ledger of each account: share, due to date, consumed by each count rule, remaining, forecast to 31 December.

Fed by `leases`, `in_progress` and `events`, as `propose` is: its base and what is consumed are the `den_before` and
`num_before` of the flux rows. Orientations that came back without a lease are consumed where the count rule of the account
says so (:mod:`optimizer.problem.returned`); they take nothing from the leases still expected.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from math import ceil, floor, sqrt
from typing import Any

import pandas as pd

from optimizer import policy
from optimizer.conversion.inventory import in_qpv
from optimizer.domain import Case
from optimizer.domain.account import outside_flux, place_of
from optimizer.domain.schema import STAGES
from optimizer.problem.returned import REACHED, furthest, returned_orientations

COLUMNS = (
    "landlord", "departement", "area", "account", "share", "tolerance", "carry_over", "opening_balance", "count_rule",
    "base", "due", "consumed_oriented", "consumed_presented", "consumed_attributed", "consumed_signed", "consumed",
    "returned", "balance", "year_base", "year_due", "remaining", "forecast", "forecast_low", "forecast_high",
)  # fmt: skip
LEC_COLUMNS = (
    "epci", "name", "target", "outside_qpv", "good", "unknown", "reached_rate", "expected_remaining", "needed", "needed_rate",
)  # fmt: skip
EIGHTY = 1.2816
"""Standard normal quantile of an 80 % two-sided interval."""


def needed(share: Fraction, done: int, good: int, remaining: int) -> int:
    """Leases that must still count among ``remaining`` for the year to reach ``share``.

    With 500 leases done of which 90 count, 400 to come and a share of 25 %, 135 of the 400 are needed.
    """
    return max(0, ceil(share * (done + remaining)) - good)


def year_fraction(on: date, year: int) -> tuple[int, int]:
    """Days gone and days left of ``year`` on ``on``: (all, 0) once the year is over."""
    start, end = date(year, 1, 1), date(year, 12, 31)
    if on > end:
        return (end - start).days + 1, 0
    if on < start:
        return 0, (end - start).days + 1
    return (on - start).days, (end - on).days + 1


def ledger(case: Case, rules: policy.RuleSet, year: int) -> pd.DataFrame:
    """The ledger of every convention line of the landlords that have leases, work in progress or an assiette.

    ``base`` is the landlord's flux in the area: its leases, and the work in progress and the orientations come back that
    the count rule of their account counts. ``due`` = share × base − opening balance, ``consumed`` follows
    the count rule — ``returned`` of it came back without a lease — and the four rules stand beside. The forecast is what is
    consumed plus what the rest of the year brings at the rate observed; its interval is 80 % of a binomial.
    """
    leases = case.table("leases")
    leases = leases[leases["signed_on"].dt.year == year]
    progress = case.table("in_progress")
    lines = lines_of(case, rules, year)
    epci = rules.by_commune("epci")
    departement = rules.by_commune("departement")
    rule_at = count_rule_of(lines, rules.text("national.flux.count_rule"))
    back = returned_orientations(case, year)
    back = placed(back[back["inside"].astype(bool)], epci, departement)
    back = back.assign(counted=rules_at(back, rule_at) == back["rule"])
    present = {
        *leases["landlord"].dropna(),
        *progress["landlord"].dropna(),
        *back["landlord"],
        *case.table("assiette")["landlord"].dropna(),
    }
    lines = lines[lines["landlord"].isin(present)]
    signed = placed(leases[in_flux(leases)], epci, departement)
    kept, level = furthest(progress)
    pending = placed(progress.assign(level=level)[kept], epci, departement)
    pending = pending[~pending["account"].isin(outside_flux())]
    first = rules_at(pending, rule_at).map(REACHED).fillna(len(STAGES))
    pending = pending.assign(counted=pending["level"] >= first)
    gone, left = year_fraction(case.settings.on, year)
    forecast = _forecast(case.table("assiette"), year)
    rows = []
    for line in lines.to_dict("records"):
        named = {str(k): v for k, v in line.items()}
        tables = tuple(_inside(frame, line) for frame in (signed, pending, back))
        rows.append(_row(named, tables, forecast, gone, left, _inside_share(signed, line)))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["landlord", "departement", "area", "account"], ignore_index=True)


RuleAt = Callable[[str, str, tuple[str, str, str]], str]
"""(landlord, account, (commune, EPCI, département)) -> count rule."""


def count_rule_of(lines: pd.DataFrame, default: str) -> RuleAt:
    """The count rule of an account at a place: of its line of the smallest area there, else ``default``."""
    names = ("landlord", "account", "departement", "area", "count_rule")
    rule_of = {
        (str(b), str(a), str(d), str(area)): str(rule)
        for b, a, d, area, rule in zip(*(lines[name] for name in names), strict=True)
    }

    def found(landlord: str, account: str, places: tuple[str, str, str]) -> str:
        keys = [(landlord, account, places[2], place) for place in places]
        return next((rule_of[key] for key in keys if key in rule_of), default)

    return found


def rules_at(frame: pd.DataFrame, rule_at: RuleAt) -> pd.Series:
    """The count rule of each row of a placed frame."""
    names = ("landlord", "account", "commune", "epci", "dep")
    rows = zip(*(frame[name].astype(object).astype(str) for name in names), strict=True)
    found = [rule_at(landlord, account, (c, e, d)) for landlord, account, c, e, d in rows]
    return pd.Series(found, index=frame.index, dtype=object)


def lines_of(case: Case, rules: policy.RuleSet, year: int | None = None) -> pd.DataFrame:
    """Convention lines of a year (the case's): its own for the landlords it names, defaults filled, else the shipped ones.

    Of the years that the case gives for a landlord and a département, the latest that has begun holds.
    """
    own, shipped = case.table("conventions"), rules.conventions
    named = list(own["landlord"].dropna().unique())
    kept = shipped[~shipped["landlord"].isin(named)]
    last = case.settings.year if year is None else year
    made = own["year"].fillna(last).astype("int64")
    made = made[made <= last]
    if not len(made):
        return kept
    frame = own.loc[made.index].copy()
    places = [frame["landlord"].astype(object), frame["departement"].astype(object)]
    frame = frame[made == made.groupby(places).transform("max")]
    account = frame["account"].astype(object)
    default = account.map(lambda code: place_of(str(code)) or None)
    frame["area"] = frame["area"].astype(object).fillna(default).fillna(frame["departement"])
    for name in ("count_rule", "tolerance", "carry_over"):
        frame[name] = (
            frame[name].astype(object).where(frame[name].notna(), rules.get(f"national.flux.{name}"))
        )
    frame["opening_balance"] = frame["opening_balance"].fillna(0)
    return pd.concat([kept, frame], ignore_index=True)


def in_flux(leases: pd.DataFrame) -> pd.Series:
    """Leases of the flux: what the table says, else every account but transfers and relocations."""
    said = leases["in_flux"].astype("boolean")
    inside = ~leases["account"].isin(outside_flux()) & ~leases["mutation"].astype("boolean").fillna(
        False
    ).astype(bool)
    return said.where(said.notna(), inside).astype(bool)


def placed(frame: pd.DataFrame, epci: dict[str, str], departement: dict[str, str]) -> pd.DataFrame:
    """With the EPCI and the département (``dep``) of each row."""
    commune = frame["commune"].astype(object)
    return frame.assign(epci=commune.map(epci).fillna(""), dep=commune.map(departement).fillna(""))


def _inside(frame: pd.DataFrame, line: dict[Any, Any]) -> pd.DataFrame:
    """Rows of the line's landlord inside its area."""
    area = str(line["area"])
    column = "commune" if len(area) == 5 else "epci" if len(area) == 9 else "dep"
    mask = (frame["landlord"] == line["landlord"]) & (frame[column] == area)
    inside: pd.DataFrame = frame.loc[mask]
    return inside


def _inside_share(signed: pd.DataFrame, line: dict[Any, Any]) -> Fraction:
    """Part of the landlord's flux of the département that lies in the line's area; 1 when nothing is signed yet."""
    whole = signed[(signed["landlord"] == line["landlord"]) & (signed["dep"] == line["departement"])]
    return Fraction(len(_inside(whole, line)), len(whole)) if len(whole) else Fraction(1)


def _forecast(assiette: pd.DataFrame, year: int) -> dict[tuple[str, str], int]:
    rows = assiette[(assiette["year"] == year) & (assiette["basis"] == "forecast")]
    minus = rows[["mutation", "anru", "orcod", "unfit", "sale", "stock"]].fillna(0).sum(axis=1)
    base = (rows["vacated"].fillna(0) - minus).astype("int64")
    return {
        (str(landlord), str(place)): int(n)
        for landlord, place, n in zip(rows["landlord"], rows["departement"], base, strict=True)
    }


def _row(
    line: dict[str, Any],
    tables: tuple[pd.DataFrame, ...],
    forecast: dict[tuple[str, str], int],
    gone: int,
    left: int,
    part: Fraction,
) -> dict[str, object]:
    """``tables``: leases of the flux, work in progress and orientations that came back, inside the line's area."""
    here, pending, back = tables
    share = Fraction(repr(float(line["share"])))
    signed = int((here["account"] == line["account"]).sum())
    waiting = pending[pending["account"] == line["account"]]
    gone_back = back[back["account"] == line["account"]]
    counts = {
        name: signed + int((waiting["level"] >= level).sum()) + int((gone_back["rule"] == name).sum())
        for name, level in REACHED.items()
    } | {"signed": signed}
    rule = str(line["count_rule"])
    opening = Fraction(
        repr(float(line["opening_balance"]))
    )  # one given counts; `carry_over` is about next year's
    let = len(here) + int(pending["counted"].sum())
    returned = int(back["counted"].sum())
    base = let + returned
    due = share * base - opening
    planned = forecast.get((str(line["landlord"]), str(line["departement"])))
    if planned is not None:
        year_base = returned + max(let, floor(planned * part + Fraction(1, 2)))
    elif gone:
        year_base = base + floor(Fraction(let * left, gone) + Fraction(1, 2))
    else:
        year_base = base
    own_returned = int(gone_back["counted"].sum())
    consumed = signed + int(waiting["counted"].sum()) + own_returned
    year_due = share * year_base - opening
    rest = year_base - base
    rate = consumed / base if base else float(share)
    spread = EIGHTY * sqrt(rest * rate * (1 - rate)) if 0 <= rate <= 1 else 0.0
    expected = consumed + rest * rate
    return {
        **{name: line[name] for name in ("landlord", "departement", "area", "account")},
        "share": float(share),
        "tolerance": float(line["tolerance"]),
        "carry_over": bool(line["carry_over"]),
        "opening_balance": float(line["opening_balance"]),
        "count_rule": rule,
        "base": base,
        "due": _two(due),
        **{f"consumed_{name}": counts[name] for name in ("oriented", "presented", "attributed", "signed")},
        "consumed": consumed,
        "returned": own_returned,
        "balance": _two(consumed - due),
        "year_base": year_base,
        "year_due": _two(year_due),
        "remaining": max(0, ceil(year_due) - consumed),
        "forecast": round(expected, 1),
        "forecast_low": round(max(float(consumed), expected - spread), 1),
        "forecast_high": round(min(float(consumed + rest), expected + spread), 1),
    }


def _two(value: Fraction) -> float:
    return float(Fraction(floor(value * 100 + Fraction(1, 2)), 100))


def ledger_of_lec(case: Case, rules: policy.RuleSet, year: int) -> pd.DataFrame:
    """What the rest of the year must reach outside QPV, per EPCI under LEC (loi Égalité et citoyenneté).

    Leases of every account count. What is expected until 31 December goes on as the year went.
    """
    leases = case.table("leases")
    leases = leases[leases["signed_on"].dt.year == year]
    share = Fraction(repr(rules.get("national.lec.first_quartile_share")))
    commune = leases["commune"].astype(object)
    epci = rules.place_of(commune, "epci").fillna("")
    outside = in_qpv(leases["qpv"]) != "oui"
    counts = (leases["q1"] == "yes") | leases["relocation"].isin(["npnru", "orcod"])
    unknown = (leases["q1"].fillna("unknown") == "unknown") & ~counts
    gone, left = year_fraction(case.settings.on, year)
    names = rules.all_epci["name"].to_dict()
    rows = []
    for code in sorted(set(epci) & set(rules.lec_epci)):
        mask = (epci == code) & outside
        done, good = int(mask.sum()), int((mask & counts.fillna(False)).sum())
        rest = floor(Fraction(done * left, gone) + Fraction(1, 2)) if gone else 0
        must = needed(share, done, good, rest)
        rows.append(
            (
                code, str(names.get(code, code)), float(share), done, good, int((mask & unknown).sum()),
                round(good / done, 4) if done else float("nan"), rest, must, round(must / rest, 4) if rest else float("nan"),
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(LEC_COLUMNS))
