"""The ledger of each account: share, due to date, consumed by each count rule, remaining, forecast to 31 December.

Fed by `leases`, `in_progress` and `events`, as `propose` is: its base and what is consumed are the `den_before` and
`num_before` of the flux rows, and the figures of a year are those of :class:`optimizer.problem.account_year.AccountYear`.
Orientations that came back without a lease are consumed where the count rule of the account says so
(:mod:`optimizer.problem.returned`); they take nothing from the leases still expected. A lease whose orientation an earlier year
has counted is in that year's ledger, and in no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import floor, sqrt
from typing import Any

import pandas as pd

from optimizer import policy
from optimizer.domain import Case
from optimizer.domain.account import outside_flux, place_of
from optimizer.domain.intervals import FORECAST_QUANTILE
from optimizer.domain.schema import STAGES
from optimizer.eligibility.accounts import known_places
from optimizer.eligibility.conventions import read_lines
from optimizer.eligibility.encode_dwellings import blocked_dwellings
from optimizer.eligibility.findings import Findings
from optimizer.problem.account_year import AccountYear, still_expected
from optimizer.problem.returned import REACHED, counted_earlier, furthest, returned_orientations

COLUMNS = (
    "landlord", "departement", "area", "account", "share", "tolerance", "carry_over", "opening_balance", "count_rule",
    "base", "due", "consumed_oriented", "consumed_presented", "consumed_attributed", "consumed_signed", "consumed",
    "returned", "balance", "year_base", "year_due", "year_target", "done", "in_progress", "remaining", "late", "ahead", "forecast", "forecast_low", "forecast_high",
)  # fmt: skip


def year_fraction(on: date, year: int) -> tuple[int, int]:
    """Days gone and days left of ``year`` on ``on``: (all, 0) once the year is over."""
    start, end = date(year, 1, 1), date(year, 12, 31)
    if on > end:
        return (end - start).days + 1, 0
    if on < start:
        return 0, (end - start).days + 1
    return (on - start).days, (end - on).days + 1


def ledger(case: Case, rules: policy.RuleSet, year: int, *, over: bool = False) -> pd.DataFrame:
    """The ledger of every convention line of the landlords that have leases, work in progress, an assiette or lines of their own in the case.

    ``base`` is the landlord's flux in the area: its leases, and the work in progress and the orientations come back that
    the count rule of their account counts. ``due`` = share × base − opening balance, ``consumed`` follows
    the count rule — ``returned`` of it came back without a lease — and the four rules stand beside. The forecast is what is
    consumed plus what the rest of the year brings at the rate observed; its interval is the part `FORECAST_SURE` of a binomial.
    Once the year is over (``over``, or a case dated after it) nothing more is expected, whatever the assiette had announced:
    what is due by 31 December is the share of what was let. Work begun after that 31 December is of another year.
    """
    case = begun_by(case, date(year, 12, 31))
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
        *case.table("conventions")["landlord"].dropna(),
    }
    lines = lines[lines["landlord"].isin(present)]
    signed = of_their_year(case, placed(leases[in_flux(leases)], epci, departement), rule_at, year)
    pending = followed_work(progress, rules, rule_at)
    pending = pending[~pending["account"].isin(outside_flux())]
    flux = _Flux(case, rules, year, signed, pending, back, over)
    rows = [_row({str(k): v for k, v in line.items()}, flux) for line in lines.to_dict("records")]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["landlord", "departement", "area", "account"], ignore_index=True)


def followed_work(progress: pd.DataFrame, rules: policy.RuleSet, rule_at: RuleAt) -> pd.DataFrame:
    """Dwellings in progress, one line each, placed; ``counted``: the stage has reached the count rule of the account."""
    kept, level = furthest(progress)
    frame = placed(
        progress.assign(level=level)[kept], rules.by_commune("epci"), rules.by_commune("departement")
    )
    first = rules_at(frame, rule_at).map(REACHED).fillna(len(STAGES))
    return frame.assign(counted=frame["level"] >= first)


def of_their_year(case: Case, signed: pd.DataFrame, rule_at: RuleAt, year: int) -> pd.DataFrame:
    """Placed leases of a year, and what an earlier year has counted of them.

    ``earlier``: by the count rule of the account, so that the lease is of that year's flux; ``earlier_oriented``,
    ``earlier_presented`` and ``earlier_attributed``: had it been that rule.
    """
    before = counted_earlier(case, signed, year)
    mine = pd.Series(False, index=signed.index)
    some = before.any(axis=1)
    own = rules_at(signed[some], rule_at)
    for rule in before:
        mine[some] |= before[rule][some] & (own == rule)
    return signed.assign(earlier=mine, **{f"earlier_{rule}": before[rule] for rule in before})


RuleAt = Callable[[str, str, tuple[str, str, str]], str]
"""(landlord, account, (commune, EPCI, département)) -> count rule."""


def begun_by(case: Case, day: date) -> Case:
    """The case without the work in progress that began after a day; the case itself when it is not dated later.

    The statement of a year is made in January or February of the next one, whose own orientations it does not count.
    """
    if case.settings.on <= day:
        return case
    progress = case.table("in_progress")
    kept = (progress["since"] <= pd.Timestamp(day)).fillna(False).to_numpy(bool)
    return replace(case, tables={**case.tables, "in_progress": progress[kept].reset_index(drop=True)})


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
    """Leases of the flux: on every account but transfers and relocations, what the table says, else those that are no transfer."""
    said = leases["in_flux"].astype("boolean")
    moved = leases["mutation"].astype("boolean").fillna(False).astype(bool)
    return said.where(said.notna(), ~moved).astype(bool) & ~leases["account"].isin(outside_flux())


def placed(frame: pd.DataFrame, epci: Mapping[str, str], departement: Mapping[str, str]) -> pd.DataFrame:
    """With the EPCI and the département (``dep``) of each row."""
    return frame.assign(epci=looked_up(frame["commune"], epci), dep=looked_up(frame["commune"], departement))


def looked_up(codes: pd.Series, places: Mapping[str, str]) -> pd.Series:
    """What a mapping says of each code, empty where it says nothing.

    One by one: ``Series.map`` first makes a series of the whole mapping, of all communes of the country for a dozen leases.
    """
    return pd.Series([places.get(code, "") for code in codes], index=codes.index, dtype="str")


class _Placed:
    """A placed frame whose rows are asked for line by line of the agreements."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self._rows: dict[str, dict[tuple[str, str], list[int]]] = {}

    def inside(self, line: Mapping[str, Any]) -> pd.DataFrame:
        """Rows of the line's landlord inside its area."""
        area = str(line["area"])
        column = "commune" if len(area) == 5 else "epci" if len(area) == 9 else "dep"
        if column not in self._rows:
            rows: dict[tuple[str, str], list[int]] = {}
            for n, key in enumerate(zip(self.frame["landlord"], self.frame[column], strict=True)):
                rows.setdefault(key, []).append(n)
            self._rows[column] = rows
        return self.frame.take(self._rows[column].get((line["landlord"], area), []))


class _Flux:
    """What the flux of each landlord has let, follows and still expects in an area."""

    def __init__(
        self, case: Case, rules: policy.RuleSet, year: int, signed: pd.DataFrame, pending: pd.DataFrame, back: pd.DataFrame,
        over: bool,
    ) -> None:  # fmt: skip
        # those of an earlier year stay for the counts of the other rules; they are none of this year's base
        self.signed, self.pending, self.back = signed, pending, back
        signed = signed[~signed["earlier"]]
        self.days = year_fraction(case.settings.on, year)
        self.over = over or self.days[1] == 0
        self.tolerance_most = Fraction(repr(rules.get("national.rules.flux.tolerance_max")))
        self.planned = planned_bases(case.table("assiette"), year)
        leases = case.table("leases")
        self.has_leases = bool((leases["signed_on"].dt.year == year).any())
        self.run = signed.iloc[:0]
        if year == case.settings.year:
            vacant = vacant_dwellings(case, rules)
            self.run = vacant[vacant["flux"]]
        self.whole = by_part([signed, pending[pending["counted"]], self.run])
        self._placed = [_Placed(frame) for frame in (self.signed, self.pending, self.back, self.run)]

    def of(self, line: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, Fraction]:
        """Leases, work in progress and orientations come back in the line's area, and the leases it still expects."""
        here, pending, back, run = (rows.inside(line) for rows in self._placed)
        if self.over:
            return here, pending, back, Fraction(0)
        before, now = by_part([here[~here["earlier"]], pending[pending["counted"]]]), by_part([run])
        expected = Fraction(0)
        for part in sorted(before.keys() | now.keys()):
            rest = still_expected(
                year=self.planned.get(part), before=before[part], run=now[part], whole=self.whole[part], days=self.days,
                leases_known=self.has_leases,
            )  # fmt: skip
            expected += now[part] if rest is None else rest
        return here, pending, back, expected


def by_part(frames: Sequence[pd.DataFrame]) -> Counter[tuple[str, str]]:
    """Lines of some frames by landlord and département."""
    found: Counter[tuple[str, str]] = Counter()
    for frame in frames:
        found.update(zip(frame["landlord"].astype(str), frame["dep"].astype(str), strict=True))
    return found


def vacant_dwellings(case: Case, rules: policy.RuleSet) -> pd.DataFrame:
    """Dwellings of the case that may still be let, nobody's candidate being followed there; ``flux``: in its base."""
    frame = case.table("dwellings")
    landlords = frozenset(str(x) for x in frame["landlord"].dropna())
    findings = Findings(case, known_places(rules), rules.title)
    blocked = blocked_dwellings(case, rules, read_lines(case, rules, landlords, findings))
    exclusion = frame["assiette_exclusion"].astype(object).fillna("none")
    reserved = frame["reserved_to"].astype(object).fillna("")
    first = frame["first_letting"].astype("boolean").fillna(False).astype(bool)
    flux = (exclusion == "none") & (reserved == "") & ~first
    free = frame.assign(flux=flux)[~frame["dwelling_id"].isin(blocked)]
    return placed(free, rules.by_commune("epci"), rules.by_commune("departement"))


def planned_bases(assiette: pd.DataFrame, year: int) -> dict[tuple[str, str], int]:
    """Flux base of the year by (landlord, département): as forecast, else as it was."""
    return _planned(assiette, year, ["mutation", "anru", "orcod", "unfit", "sale", "stock"])


def planned_leases(assiette: pd.DataFrame, year: int) -> dict[tuple[str, str], int]:
    """Dwellings vacated in the year by (landlord, département), whatever the account: as forecast, else as it was."""
    return _planned(assiette, year, [])


def _planned(assiette: pd.DataFrame, year: int, less: list[str]) -> dict[tuple[str, str], int]:
    rows = assiette[assiette["year"] == year]
    rows = rows.sort_values("basis", key=lambda basis: basis == "forecast", kind="stable")
    left = (rows["vacated"].fillna(0) - rows[less].fillna(0).sum(axis=1)).astype("int64")
    return {
        (str(landlord), str(place)): int(n)
        for landlord, place, n in zip(rows["landlord"], rows["departement"], left, strict=True)
    }


def _row(line: dict[str, Any], flux: _Flux) -> dict[str, object]:
    here, pending, back, expected = flux.of(line)
    share = Fraction(repr(float(line["share"])))
    mine = here[here["account"] == line["account"]]
    here = here[~here["earlier"]]
    signed = int((here["account"] == line["account"]).sum())
    waiting = pending[pending["account"] == line["account"]]
    gone_back = back[back["account"] == line["account"]]
    counts = {
        name: int((~mine[f"earlier_{name}"]).sum())
        + int((waiting["level"] >= level).sum())
        + int((gone_back["rule"] == name).sum())
        for name, level in REACHED.items()
    } | {"signed": len(mine)}
    rule = str(line["count_rule"])
    # let since, in the year after: on 31 December its candidates were followed
    let_after = int((gone_back["counted"] & gone_back["let_after"]).sum())
    own_returned = int(gone_back["counted"].sum()) - let_after
    counted = int(waiting["counted"].sum()) + let_after
    year = AccountYear(
        share=share,
        # one given counts; `carry_over` is about next year's
        opening=Fraction(repr(float(line["opening_balance"]))),
        base=len(here) + int(pending["counted"].sum()) + int(back["counted"].sum()),
        consumed=signed + counted + own_returned,
        counted=counted,
        in_progress=len(waiting) + let_after,
        expected=expected,
    )
    rest = float(expected)
    rate = year.consumed / year.base if year.base else float(share)
    spread = FORECAST_QUANTILE * sqrt(rest * rate * (1 - rate)) if 0 <= rate <= 1 else 0.0
    forecast = year.consumed + rest * rate
    shown = year.as_dict()
    return {
        **{name: line[name] for name in ("landlord", "departement", "area", "account")},
        "share": float(share),
        # what the rule leaves of it, as `rules.csv` has it and alerts need it
        "tolerance": float(min(Fraction(repr(float(line["tolerance"]))), flux.tolerance_most * share)),
        "carry_over": bool(line["carry_over"]),
        "opening_balance": float(line["opening_balance"]),
        "count_rule": rule,
        "base": year.base,
        "due": shown["due_to_date"],
        **{f"consumed_{name}": counts[name] for name in ("oriented", "presented", "attributed", "signed")},
        "consumed": year.consumed,
        "returned": own_returned,
        "balance": year.shown_balance,
        "year_base": _two(year.year_base),
        "year_due": shown["due_year"],
        "year_target": year.whole_due,
        **{name: shown[name] for name in ("done", "in_progress", "remaining", "late", "ahead")},
        "forecast": round(forecast, 1),
        "forecast_low": round(max(float(year.consumed), forecast - spread), 1),
        "forecast_high": round(min(float(year.consumed + rest), forecast + spread), 1),
    }


def _two(value: Fraction) -> float:
    return float(Fraction(floor(value * 100 + Fraction(1, 2)), 100))
