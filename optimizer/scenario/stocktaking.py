"""The rest of the inventory: mixity, passages between contingents, commitments and what they were given for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer import policy
from optimizer.conversion import Register
from optimizer.conversion.inventory import days_left, in_qpv, years_left
from optimizer.domain import Case
from optimizer.domain.account import remainder
from optimizer.domain.durations import DAYS_PER_YEAR
from optimizer.presentation.commitments import counterpart_words
from optimizer.scenario.demand import first_choice, first_quartile, in_area, public_of, share_of, still_active

KEYS = ["landlord", "departement", "account"]
MIXITY = (
    *KEYS, "dwellings", "qpv_share", "demand", "demand_q1_share", "demand_unknown", "leases", "leases_qpv_share",
    "leases_q1_share", "leases_unknown",
)  # fmt: skip
MOVES = ("landlord", "departement", "from_account", "to_account", "why", "dwellings")
COMMITMENTS = (
    *KEYS,
    "convention",
    "ends_on",
    "rights_kind",
    "dwellings",
    "years_left",
    "state",
    "counterpart",
)
ENDING_WITHIN = "national.planning.agreements_ending_within"
"""Years within which an agreement that ends is shown apart."""


def mixity(case: Case, rules: policy.RuleSet) -> pd.DataFrame:
    """Per contingent: QPV share of its stock, first quartile among those its public asks, and among the year's leases.

    Shares are of the known values; the unknown ones are counted beside. Demand is the active applications of the account's
    public whose first commune lies in the département.
    """
    stock = case.table("stock")
    held = stock.assign(
        n=stock["dwellings"].fillna(0).astype("int64"), side=in_qpv(stock["qpv"]),
        **{name: stock[name].astype(object) for name in KEYS},
    )  # fmt: skip
    people = still_active(case.table("applications"), case.settings.on, rules)
    quartile = first_quartile(people, rules)
    wanted = rules.place_of(first_choice(people), "departement").fillna("")
    publics = {str(a): public_of(people, str(a)) for a in sorted(held["account"].unique())}
    choices = first_choice(people)
    publics = {a: mask & in_area(choices, a, rules) for a, mask in publics.items()}
    counted = {
        (account, place): quartile[mask & (wanted == place)].value_counts().to_dict()
        for account, mask in publics.items()
        for place in sorted(held["departement"].unique())
    }
    leases = _leases(case, rules)
    told = held[held["side"].isin(["oui", "non"])]
    whole = held.groupby(KEYS, sort=True)["n"].sum()
    known = told.groupby(KEYS)["n"].sum().to_dict()
    inside = told[told["side"] == "oui"].groupby(KEYS)["n"].sum().to_dict()
    rows = []
    for key, n in whole.items():
        landlord, place, account = (str(part) for part in key)  # type: ignore[attr-defined]
        asked = counted[account, place]
        signed = leases.get((landlord, place, account), {})
        rows.append(
            (
                landlord, place, account, int(n), share_of(inside.get(key, 0), known.get(key, 0)),
                sum(asked.values()), share_of(asked.get("yes", 0), asked.get("yes", 0) + asked.get("no", 0)),
                asked.get("unknown", 0), signed.get("all", 0), share_of(signed.get("inside", 0), signed.get("told", 0)),
                share_of(signed.get("yes", 0), signed.get("yes", 0) + signed.get("no", 0)), signed.get("unknown", 0),
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(MIXITY))


def _leases(case: Case, rules: policy.RuleSet) -> dict[tuple[str, str, str], dict[str, int]]:
    """Leases of the case's year by landlord, département and account: in QPV or not, first quartile or not."""
    leases = case.table("leases")
    leases = leases[leases["signed_on"].dt.year == case.settings.year]
    place = rules.place_of(leases["commune"], "departement").fillna("")
    out: dict[tuple[str, str, str], dict[str, int]] = {}
    sides, quartiles = in_qpv(leases["qpv"]), leases["q1"].fillna("unknown").astype(str)
    for landlord, dep, account, side, quartile in zip(
        leases["landlord"].astype(str), place, leases["account"].astype(str), sides, quartiles, strict=True
    ):
        counts = out.setdefault((landlord, dep, account), {})
        for name, one in (
            ("all", True), ("told", side in ("oui", "non")), ("inside", side == "oui"), (quartile, True),
        ):  # fmt: skip
            counts[name] = counts.get(name, 0) + int(one)
    return out


def moves(case: Case, rules: policy.RuleSet) -> pd.DataFrame:
    """Dwellings that pass from one contingent to another: agreements ended or ending in the year, dwellings oriented again.

    A dwelling of `events` oriented to one account and later, in the same year, to another has passed from the first to the
    second; an agreement that ends gives its dwellings back to the landlord.
    """
    settings = case.settings
    stock = case.table("stock")
    frame = stock.assign(n=stock["dwellings"].fillna(0).astype("int64"))
    frame = frame[frame["ends_on"].notna() & (frame["account"] != remainder())]
    ended = frame["ends_on"] <= pd.Timestamp(settings.on)
    year_end = frame["ends_on"] <= pd.Timestamp(date(settings.year, 12, 31))
    parts: list[tuple[str, str, str, str, str, int]] = []
    for mask, why in ((ended, "convention échue"), (~ended & year_end, "convention à échoir dans l'année")):
        sums = frame[mask].astype({k: object for k in KEYS}).groupby(KEYS, sort=True)["n"].sum().reset_index()
        for landlord, place, account, n in sums.itertuples(index=False, name=None):
            parts.append((str(landlord), str(place), str(account), remainder(), why, int(n)))
    parts += _oriented_again(case, rules)
    table = pd.DataFrame(parts, columns=list(MOVES))
    return table.sort_values(
        ["landlord", "departement", "why", "from_account", "to_account"], ignore_index=True
    )


def _oriented_again(case: Case, rules: policy.RuleSet) -> list[tuple[str, str, str, str, str, int]]:
    events = case.table("events")
    if events.empty:
        return []
    start = events["oriented_on"].fillna(events["presented_on"]).fillna(events["attributed_on"])
    start = start.fillna(events["signed_on"])
    seen = pd.DataFrame(
        {
            "dwelling_id": events["dwelling_id"].astype(str),
            "account": events["account"].astype(str),
            "on": start,
        }
    )
    seen = seen[start.dt.year == case.settings.year].sort_values(["dwelling_id", "on", "account"])
    before = seen.groupby("dwelling_id")["account"].shift()
    passed = seen[before.notna() & (before != seen["account"])].assign(
        before=before[before.notna() & (before != seen["account"])]
    )
    where = _homes(case, rules)
    counts: dict[tuple[str, str, str, str], int] = {}
    for dwelling, old, new in zip(passed["dwelling_id"], passed["before"], passed["account"], strict=True):
        landlord, place = where.get(dwelling, ("", ""))
        counts[landlord, place, old, new] = counts.get((landlord, place, old, new), 0) + 1
    return [(*k[:4], "réorientation dans l'année", n) for k, n in sorted(counts.items())]


def _homes(case: Case, rules: policy.RuleSet) -> dict[str, tuple[str, str]]:
    departement = rules.by_commune("departement")
    out: dict[str, tuple[str, str]] = {}
    for name in ("events", "in_progress", "leases", "dwellings"):
        table = case.table(name)
        table = table[table["landlord"].notna() & table["commune"].notna()]
        for d, landlord, commune in zip(
            table["dwelling_id"].astype(str), table["landlord"].astype(str), table["commune"], strict=True
        ):
            out[d] = (landlord, str(departement.get(commune, "")))
    return out


def commitments(
    stock: pd.DataFrame, on: date, rules: policy.RuleSet, register: Register | None = None
) -> pd.DataFrame:
    """Agreements by contingent, with their end, what is left, their state and what was given for them.

    What was given is what the register of commitments says of the agreement, else the usual counterpart of the account.
    """
    words: Mapping[str, str] = rules.get("national.flux.counterparts")
    reserved = stock[stock["account"] != remainder()]
    if reserved.empty:
        return pd.DataFrame(columns=list(COMMITMENTS))
    # the end as a year and text: half a million rows are summed by codes, not by dates
    frame = pd.DataFrame(
        {
            **{name: reserved[name].astype(object) for name in KEYS},
            "convention": reserved["convention"].astype(object).where(reserved["convention"].notna(), ""),
            "ends_on": reserved["ends_on"],
            "rights_kind": reserved["rights_kind"].astype(object).where(reserved["rights_kind"].notna(), ""),
            "dwellings": reserved["dwellings"].fillna(0).astype("int64"),
        }
    )
    by = [*KEYS, "convention", "ends_on", "rights_kind"]
    sums = frame.groupby(by, sort=True, dropna=False)["dwellings"].sum().reset_index()
    days = days_left(sums["ends_on"], on)
    sums["years_left"] = years_left(days)
    sums["state"] = _states(days, rules.integer(ENDING_WITHIN))
    families = sums["account"].astype(str).str.split(":").str[0]
    sums["counterpart"] = families.map(dict(words)).fillna("")
    given = {} if register is None else _given(register.table)
    if given:
        keys = zip(sums["landlord"], sums["account"], sums["convention"], strict=True)
        named = pd.Series([given.get((str(a), str(b), str(c)), "") for a, b, c in keys], index=sums.index)
        sums["counterpart"] = sums["counterpart"].where(named == "", named)
    return sums[list(COMMITMENTS)]


def _given(table: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """Landlord, account and agreement -> what was given for it and the document that says so."""
    out: dict[tuple[str, str, str], list[str]] = {}
    for r in table[table["convention"] != ""].to_dict("records"):
        words = f"{counterpart_words(str(r['counterpart']), 'fr')} ({r['reference']})"
        out.setdefault((str(r["landlord"]), str(r["account"]), str(r["convention"])), []).append(words)
    return {key: ", ".join(dict.fromkeys(words)) for key, words in out.items()}


def _states(days: pd.Series, soon: int) -> NDArray[np.object_]:
    known = days.notna().to_numpy(bool)
    left = days.fillna(0).to_numpy(float)
    out = np.full(len(days), "sans terme", dtype=object)
    out[known] = "en cours"
    out[known & (left <= soon * DAYS_PER_YEAR)] = f"échoit dans les {soon} ans"
    out[known & (left <= 0)] = "échue"
    return out
