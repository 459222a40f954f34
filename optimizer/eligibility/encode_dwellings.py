"""The dwellings of a case as dense columns, sorted by identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.chains import FREED_BY, home_of
from optimizer.domain import Case
from optimizer.eligibility.allowance import commune_zones
from optimizer.eligibility.columns import (
    arrow_text,
    as_day,
    booleans,
    choice,
    code_point_order,
    codes,
    days,
    hundredths,
    integers,
    scaled,
    texts,
)
from optimizer.eligibility.conventions import Line, default_deadline, receiving_of
from optimizer.eligibility.facts import ACCESS, EXCLUSION, FINANCING, DwellingFacts, Receiving
from optimizer.eligibility.geography import geography
from optimizer.eligibility.vocabulary import Vocabulary

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

FACTOR_UNIT = 10_000
RATE_UNIT = 10_000
WEIGHT_UNIT = 100
UNKNOWN_FLOOR = -99


def in_qpv(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """A QPV code, or yes: every value but an empty cell and a written no."""
    words = np.char.lower(texts(frame, "qpv").astype(str))
    return ~np.isin(words, ["", "no", "non", "0", "false", "faux"])


def blocked_dwellings(case: Case, rules: RuleSet, lines: tuple[Line, ...]) -> frozenset[str]:
    """Dwellings with live work in progress (design §3).

    A line at stage *oriented* older than the proposal deadline of its account no longer holds the dwelling.
    """
    frame = case.table("in_progress")
    if not len(frame):
        return frozenset()
    areas = {(x.landlord, x.departement, x.area, x.account): x.deadline_days for x in lines}
    # outside the areas of an account, its first line of the département
    for x in sorted(lines, key=lambda x: x.area):
        areas.setdefault((x.landlord, x.departement, "", x.account), x.deadline_days)
    places = geography(rules)
    fallback = default_deadline(rules)
    age = (as_day(case.settings.on) - days(frame, "since")).astype("timedelta64[D]")
    columns = [texts(frame, c) for c in ("dwelling_id", "landlord", "commune", "account", "stage")]
    blocked = set()
    for i, (dwelling, landlord, commune, account, stage) in enumerate(zip(*columns, strict=True)):
        if stage == "oriented" and not np.isnat(age[i]):
            here = places.around(commune) or ("", "", "")
            known = (areas.get((landlord, here[-1], area, account)) for area in (*here, ""))
            limit = next((days_left for days_left in known if days_left is not None), fallback)
            if int(age[i].astype(np.int64)) > limit:
                continue
        blocked.add(dwelling)
    return frozenset(blocked)


def _names(frame: pd.DataFrame) -> NDArray[np.object_]:
    """Identifiers in the tables of the case: of the copies of a tenant's dwelling, that dwelling's."""
    names = texts(frame, "dwelling_id")
    if FREED_BY in frame.columns:
        freed = frame[FREED_BY].notna().to_numpy(bool)
        names[freed] = [home_of(name) for name in names[freed]]
    return names


def _of_landlord(values: list[float], unit: int, landlord: NDArray[np.int32]) -> NDArray[np.int64]:
    return np.array([*(int(np.floor(v * unit + 0.5)) for v in values), 0], np.int64)[landlord]


def _zones(rules: RuleSet, words: Vocabulary, commune: NDArray[np.int32]) -> NDArray[np.int8]:
    """Zone of the housing allowance of each dwelling; only the communes that have dwellings are looked up."""
    here, at = np.unique(commune, return_inverse=True)
    names = tuple(words.communes[c] for c in here)
    departements = [words.departements[words.commune_departement[c]] for c in here]
    return commune_zones(rules, names, departements)[at.reshape(-1)]


def takes_means(case: Case, rules: RuleSet) -> bool:
    """Whether the case is so large that like dwellings share their mean rent and charges in effort rates."""
    frame = case.table("dwellings")
    own = int(frame[FREED_BY].isna().sum()) if FREED_BY in frame.columns else len(frame)
    return own > rules.integer("national.burden.like_dwellings_above")


def counted_costs(
    frame: pd.DataFrame, alike: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rent and charges that effort rates read, cents, -1 unknown.

    Parameters
    ----------
    alike : (n, 3) int64 or None
        Commune, rooms and financing of each dwelling: each then reads the mean of the known ones of its like, to the euro
        (half-up), so that like dwellings stay alike. None: its own.
    """
    rent, charges = hundredths(frame, "rent_eur"), hundredths(frame, "charges_eur")
    if alike is None or not len(frame):
        return rent, charges
    _, kind = np.unique(alike, axis=0, return_inverse=True)
    return _means(rent, kind.reshape(-1)), _means(charges, kind.reshape(-1))


def _means(cents: NDArray[np.int64], kind: NDArray[np.int64]) -> NDArray[np.int64]:
    known = cents >= 0
    count = np.bincount(kind[known], minlength=int(kind.max(initial=-1)) + 1)
    total = np.zeros(len(count), np.int64)
    np.add.at(total, kind[known], cents[known])
    euro = count * 100
    mean = (2 * total + euro) // np.maximum(2 * euro, 1) * 100
    return np.where(count > 0, mean, -1)[kind]


def encode_dwellings(
    case: Case, frame: pd.DataFrame, rules: RuleSet, words: Vocabulary, lines: tuple[Line, ...]
) -> tuple[DwellingFacts, Receiving, tuple[str, ...]]:
    """Dwellings of ``frame`` (all in known communes), who may receive them, and the names of the rooms tables."""
    frame = frame.iloc[code_point_order(arrow_text(frame, "dwelling_id"))]
    count = len(frame)
    landlord = codes(arrow_text(frame, "landlord"), words.landlords)
    commune = codes(arrow_text(frame, "commune"), words.communes)
    reserved = codes(arrow_text(frame, "reserved_to"), words.accounts)
    exclusion = choice(frame, "assiette_exclusion", EXCLUSION)
    keys = np.stack([landlord, commune, reserved, exclusion.astype(np.int32)], axis=1).astype(np.int64)
    classes, receive_class = np.unique(keys, axis=0, return_inverse=True)
    receiving, sets = receiving_of(
        classes, lines,
        {"landlords": words.landlords, "communes": words.communes, "epcis": words.epcis,
         "departements": words.departements, "accounts": words.accounts},
        (words.commune_epci, words.commune_departement),
    )  # fmt: skip

    since = days(frame, "vacant_since")
    vacant = np.where(np.isnat(since), 0, (as_day(case.settings.on) - since).astype(np.int64))
    vacant = np.maximum(vacant, 0)
    per_point = rules.integer("national.fit.vacancy_days_per_point")
    most = int(np.floor(rules.number("national.fit.vacancy_points_max") * 100 + 0.5))
    floor, lift_known = integers(frame, "floor", UNKNOWN_FLOOR), frame["lift"].notna().to_numpy(bool)
    upstairs, lift = floor > 0, booleans(frame, "lift")
    tables = [rules.rooms_table(name).name for name in words.landlords]
    table_names = tuple(sorted(set(tables)))
    table_of = np.array([table_names.index(name) for name in tables], np.int8)
    effort = [rules.effort_threshold(name) for name in words.landlords]
    rooms = np.clip(integers(frame, "rooms", 1), 1, 6).astype(np.int8)
    financing = choice(frame, "financing", FINANCING)
    alike = np.stack([commune.astype(np.int64), rooms.astype(np.int64), financing.astype(np.int64)], axis=1)
    rent, charges = counted_costs(frame, alike if takes_means(case, rules) else None)
    facts = DwellingFacts(
        ids=texts(frame, "dwelling_id"),
        landlord=landlord,
        commune=commune,
        epci=words.commune_epci[commune],
        departement=words.commune_departement[commune],
        zone=words.commune_zone[commune],
        rooms=rooms,
        financing=financing,
        qpv=in_qpv(frame),
        accessible=choice(frame, "accessible", ACCESS),
        upstairs_without_lift=upstairs & lift_known & ~lift,
        ceiling_factor=scaled(frame, "ceiling_factor", FACTOR_UNIT, FACTOR_UNIT),
        vacancy_points=np.minimum((vacant * 200 + per_point) // (2 * per_point), most),
        vacancy_days=vacant,
        reserved_to=reserved,
        exclusion=exclusion,
        blocked=np.isin(_names(frame), np.array(sorted(blocked_dwellings(case, rules, lines)), dtype=object))
        if count
        else np.zeros(0, bool),
        district=codes(arrow_text(frame, "district"), words.districts),
        residence=codes(arrow_text(frame, "residence"), words.residences),
        priority_mix=booleans(frame, "priority_mix_residence"),
        flux_base=(exclusion == 0) & (reserved < 0) & ~booleans(frame, "first_letting"),
        receive_class=receive_class.reshape(-1).astype(np.int32),
        receive_sets=sets,
        rooms_table=table_of[landlord] if count else np.zeros(0, np.int8),
        access_unknown=(floor == UNKNOWN_FLOOR) | (upstairs & ~lift_known),
        rent_cents=hundredths(frame, "rent_eur"),
        charges_cents=hundredths(frame, "charges_eur"),
        surface_tenths=scaled(frame, "surface_m2", 10, -1),
        subsidy_d331_25_1=booleans(frame, "subsidy_d331_25_1"),
        allowance_zone=_zones(rules, words, commune),
        counted_rent_cents=rent,
        counted_charges_cents=charges,
        effort_threshold=_of_landlord([e.threshold for e in effort], RATE_UNIT, landlord),
        effort_weight=_of_landlord([e.weight for e in effort], WEIGHT_UNIT, landlord),
    )
    return facts, receiving, table_names
