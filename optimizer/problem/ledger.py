"""Leases signed since 1 January and work in progress, read into the columns that rules count.

A ledger is of a calendar year: leases signed in another year than the case's are not counted, as if they were not given.

Work in progress counts once its stage has reached the count rule of the account's convention (the default rule where
there is none). One dwelling is at most one lease: of its lines in progress the most advanced counts, then the oldest,
then the one of the smallest application number. Orientations that came back without a lease stand apart (`returned`). A lease
whose orientation an earlier year has counted on the account is a lease of this year, and of that year's flux.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain.account import outside_flux
from optimizer.domain.schema import STAGES
from optimizer.eligibility.columns import arrow_text, booleans, choice, codes, days, integers, items, texts
from optimizer.eligibility.encode_dwellings import in_qpv
from optimizer.eligibility.facts import FINANCING, PROOF, Q1_NO, Q1_UNKNOWN, Q1_YES, Facts
from optimizer.problem.ground import (
    COUNTED_RELOCATIONS,
    Counted,
    Forecast,
    Ground,
    proofs_counted,
)
from optimizer.problem.returned import REACHED, counted_earlier, furthest, returned_orientations, years

if TYPE_CHECKING:
    from optimizer.domain.case import Case
    from optimizer.policy import RuleSet

_OTHER_EXCLUDED = ("anru", "orcod", "unfit", "sale", "stock")
_Q1 = {"no": Q1_NO, "yes": Q1_YES, "unknown": Q1_UNKNOWN}


def read_ground(case: Case, facts: Facts, rules: RuleSet, *, price_assumed: bool = False) -> Ground:
    """The ground of a case: `assiette` of its year, leases, work in progress and orientations counted so far.

    ``price_assumed``: rows whose target is assumed keep their price in a case that is not synthetic.
    """
    leases = leases_of_year(case)
    signed = _of_this_flux(case, leases, _signed(leases, facts, rules), facts, rules)
    nothing = signed.where(np.zeros(len(signed), bool))
    priced = price_assumed or case.settings.synthetic
    ground = Ground(
        facts, rules, case.settings, signed, nothing, len(leases) > 0, _forecast(case, facts), priced
    )
    before = Counted.joined((signed, _in_progress(case.table("in_progress"), ground)))
    return replace(
        ground, before=before.where(before.commune >= 0), returned=_returned(case, ground),
        signed=int((signed.commune >= 0).sum()),
    )  # fmt: skip


def leases_of_year(case: Case) -> pd.DataFrame:
    """The leases signed in the year of the case: the only ones that its rules count."""
    leases = case.table("leases")
    ours = years(days(leases, "signed_on")) == case.settings.year
    kept: pd.DataFrame = leases[ours].reset_index(drop=True)
    return kept


def _forecast(case: Case, facts: Facts) -> dict[tuple[int, int], Forecast]:
    frame = case.table("assiette")
    landlord = codes(arrow_text(frame, "landlord"), facts.landlords)
    departement = codes(arrow_text(frame, "departement"), facts.departements)
    year, basis = integers(frame, "year"), texts(frame, "basis")
    vacated = integers(frame, "vacated", 0)
    mutation = integers(frame, "mutation", 0)
    excluded = sum((integers(frame, name, 0) for name in _OTHER_EXCLUDED), mutation)
    found: dict[tuple[int, int], Forecast] = {}
    # a forecast, read last, takes the place of what was done
    for i in sorted(range(len(frame)), key=lambda i: (basis[i] == "forecast", i)):
        if year[i] == case.settings.year and min(landlord[i], departement[i]) >= 0:
            base = int(vacated[i]) - int(excluded[i])
            found[int(landlord[i]), int(departement[i])] = Forecast(int(vacated[i]), int(mutation[i]), base)
    return found


def _signed(frame: pd.DataFrame, facts: Facts, rules: RuleSet) -> Counted:
    account = codes(arrow_text(frame, "account"), facts.accounts)
    names = texts(frame, "account")
    outside = np.isin(names, outside_flux())
    inside = ~(outside | booleans(frame, "mutation"))
    said = frame["in_flux"].astype("boolean") if "in_flux" in frame.columns else pd.Series(pd.NA, frame.index)
    given = ~said.isna().to_numpy(bool)
    flux_base = np.where(given, booleans(frame, "in_flux"), inside) & ~outside
    dalo, some = _priority_codes(frame)
    proof = choice(frame, "priority_status", PROOF)
    words = texts(frame, "q1")
    q1 = np.array([_Q1.get(w, Q1_UNKNOWN) for w in words], np.int8)
    return Counted(
        **_where(frame, facts),
        residence=np.full(len(frame), -1, np.int32),
        flux_base=flux_base.astype(bool),
        account=account,
        q1=q1,
        dalo=dalo,
        priority=dalo | (some & np.isin(proof, proofs_counted(rules))),
        relocated=np.isin(texts(frame, "relocation"), COUNTED_RELOCATIONS),
        essential=booleans(frame, "essential_worker"),
        accepts_qpv=np.zeros(len(frame), bool),
        designated=np.zeros(len(frame), bool),
        named=np.ones(len(frame), bool),
    )


def _of_this_flux(case: Case, leases: pd.DataFrame, signed: Counted, facts: Facts, rules: RuleSet) -> Counted:
    """The same leases, those that an earlier year counted by the rule of their account out of this year's flux."""
    earlier = counted_earlier(case, leases, case.settings.year)
    if not earlier.to_numpy(bool).any():
        return signed
    place = {name: getattr(signed, name) for name in ("landlord", "commune", "epci", "departement")}
    own = np.array(_count_rules(place, signed.account, facts, rules), object)
    before = np.zeros(len(signed), bool)
    for rule in earlier:
        before |= earlier[rule].to_numpy(bool) & (own == rule)
    return replace(signed, flux_base=signed.flux_base & ~before)


def _where(frame: pd.DataFrame, facts: Facts) -> dict[str, NDArray[Any]]:
    return {
        **_place(frame, facts),
        "qpv": in_qpv(frame),
        "rooms": integers(frame, "rooms", 0).astype(np.int8),
        "financing": choice(frame, "financing", FINANCING, -1),
    }


def _place(frame: pd.DataFrame, facts: Facts) -> dict[str, NDArray[Any]]:
    commune = codes(arrow_text(frame, "commune"), facts.communes)
    known = commune >= 0
    at = np.where(known, commune, 0)
    nowhere = np.full(len(frame), -1, np.int32)
    return {
        "landlord": codes(arrow_text(frame, "landlord"), facts.landlords),
        "commune": commune,
        "epci": np.where(known, facts.commune_epci[at], -1).astype(np.int32)
        if len(facts.communes)
        else nowhere,
        "departement": np.where(known, facts.commune_departement[at], -1).astype(np.int32)
        if len(facts.communes)
        else nowhere,
    }


def _priority_codes(frame: pd.DataFrame) -> tuple[NDArray[Any], NDArray[Any]]:
    """(DALO, at least one code) per line."""
    ptr, values = items(frame, "priority_codes")
    words = np.asarray(values.to_pylist(), object)
    dalo = np.concatenate([[0], np.cumsum(words == "dalo")]) if len(words) else np.zeros(1, np.int64)
    return dalo[ptr[1:]] > dalo[ptr[:-1]], ptr[1:] > ptr[:-1]


def _in_progress(frame: pd.DataFrame, ground: Ground) -> Counted:
    facts = ground.facts
    where = _where(frame, facts)
    account = codes(arrow_text(frame, "account"), facts.accounts)
    kept, stage = furthest(frame)
    counted = kept & (stage >= _first_counted(where, account, facts, ground.rules))
    app = codes(arrow_text(frame, "application_id"), [str(i) for i in facts.applications.ids])
    people = _households(app, where["epci"], ground)
    d = facts.dwellings
    home = codes(arrow_text(frame, "dwelling_id"), [str(i) for i in d.ids])
    flagged = (home >= 0) & d.priority_mix[np.maximum(home, 0)] if len(d.ids) else np.zeros(len(frame), bool)
    part = Counted(
        **where,
        residence=np.where(flagged, d.residence[np.maximum(home, 0)] if len(d.ids) else -1, -1).astype(
            np.int32
        ),
        flux_base=~np.isin(texts(frame, "account"), outside_flux()),
        account=account,
        named=np.ones(len(frame), bool),
        **people,
    )
    return part.where(counted)


def pending_work(case: Case, facts: Facts, rules: RuleSet) -> pd.DataFrame:
    """Dwellings in progress, one line each: ``landlord, account, commune, epci, departement`` by name, and ``counted``.

    ``counted``: the stage has reached the count rule of the account, so that the rows of the rules have it already.
    """
    frame = case.table("in_progress")
    where, account = _place(frame, facts), codes(arrow_text(frame, "account"), facts.accounts)
    kept, stage = furthest(frame)
    counted = stage >= _first_counted(where, account, facts, rules)
    kept &= where["commune"] >= 0
    named = {"landlord": texts(frame, "landlord"), "account": texts(frame, "account")}
    for name in ("commune", "epci", "departement"):
        words = np.array([*getattr(facts, f"{name}s"), ""], object)
        named[name] = words[where[name]]
    return pd.DataFrame({**named, "counted": counted}).loc[kept].reset_index(drop=True)


def _first_counted(
    where: dict[str, NDArray[Any]], account: NDArray[Any], facts: Facts, rules: RuleSet
) -> NDArray[np.int64]:
    """First stage of each line's account that counts."""
    names = _count_rules(where, account, facts, rules)
    return np.array([REACHED.get(name, len(STAGES)) for name in names], np.int64)


def _count_rules(
    where: dict[str, NDArray[Any]], account: NDArray[Any], facts: Facts, rules: RuleSet
) -> list[str]:
    """The count rule of an account at each place: of its line of the smallest area there, else the default."""
    default = rules.text("national.flux.count_rule")
    # an agreement is made for one département, even when its area (an EPCI) crosses the border
    rule_of = {
        (line.landlord, line.departement, line.account, line.area): line.count_rule
        for line in facts.conventions
    }
    found = []
    for i in range(len(account)):
        landlord, dep, who = int(where["landlord"][i]), int(where["departement"][i]), int(account[i])
        keys: list[tuple[int, int, int, str]] = []
        if where["commune"][i] >= 0:
            areas = (
                facts.communes[where["commune"][i]],
                facts.epcis[where["epci"][i]],
                facts.departements[dep],
            )
            keys = [(landlord, dep, who, area) for area in areas]
        found.append(next((rule_of[key] for key in keys if key in rule_of), default))
    return found


def _returned(case: Case, ground: Ground) -> Counted:
    """Orientations that came back under the count rule of their account, in the flux base; no household, no home."""
    facts = ground.facts
    table = returned_orientations(case, case.settings.year)
    place = _place(table, facts)
    account = codes(arrow_text(table, "account"), facts.accounts)
    own = texts(table, "rule") == np.array(_count_rules(place, account, facts, ground.rules), object)
    row = np.flatnonzero(own & table["inside"].to_numpy(bool) & (place["commune"] >= 0))
    no = np.zeros(len(row), bool)
    return Counted(
        **{name: values[row] for name, values in place.items()},
        qpv=no,
        rooms=np.zeros(len(row), np.int8),
        financing=np.full(len(row), -1, np.int8),
        residence=np.full(len(row), -1, np.int32),
        flux_base=~no,
        account=account[row],
        q1=np.full(len(row), Q1_UNKNOWN, np.int8),
        dalo=no,
        priority=no,
        relocated=no,
        essential=no,
        accepts_qpv=no,
        designated=no,
        named=no,
    )


def _households(app: NDArray[Any], epci: NDArray[Any], ground: Ground) -> dict[str, NDArray[Any]]:
    """What is known of the applicants in progress that the case lists; unknown for the others."""
    a = ground.facts.applications
    known = app >= 0
    who = np.where(known, app, 0)
    q1 = np.full(len(app), Q1_UNKNOWN, np.int8)
    for e in np.unique(epci[known & (epci >= 0)]).tolist():
        here = known & (epci == e)
        q1[here] = ground.q1(who[here], e)

    def of(values: NDArray[Any]) -> NDArray[Any]:
        return known & values[who] if len(values) else np.zeros(len(app), bool)

    return {
        "q1": q1,
        "dalo": of(a.dalo),
        "priority": of(ground.priority),
        "relocated": of(ground.relocated),
        "essential": of(a.essential_worker),
        "accepts_qpv": of(a.accepts_qpv),
        "designated": of(a.prefet_designated),
    }
