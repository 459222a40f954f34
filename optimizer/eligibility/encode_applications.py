"""The applications of a case as dense columns, sorted by identifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.domain import Case
from optimizer.domain.schema import PRIORITY_CODES
from optimizer.eligibility.columns import (
    DAY,
    add_months,
    arrow_text,
    as_day,
    bit_mask,
    booleans,
    choice,
    code_point_order,
    codes,
    days,
    hundredths,
    ragged,
    row_of_items,
    scaled,
    texts,
)
from optimizer.eligibility.facts import (
    MOBILITY,
    PROOF,
    Q1_NO,
    Q1_UNKNOWN,
    Q1_YES,
    RELOCATION,
    ApplicationFacts,
    Csr,
    DwellingFacts,
    RoomsTableFacts,
)
from optimizer.eligibility.households import Households, read_households
from optimizer.eligibility.vocabulary import Vocabulary

if TYPE_CHECKING:
    from optimizer.policy import RuleSet

STATUS = ("active", "to_renew", "struck_off")
DOSSIER = ("complete", "to_verify", "unreachable")
LIVE_STAGES = ("commission", "offered")
ROOM_WORDS = ("1", "2", "3", "4", "5", "6")
RATE_UNIT = 10_000
SMALL_HOUSEHOLD = 2
"""Persons of a household that may ask for a T1 against the rooms table."""


def activity(
    frame: pd.DataFrame, on: np.datetime64, rules: RuleSet
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    """Active, to renew, and days of seniority of each application (design §4, ``INACTIVE``).

    Without status, an application lapses once ``on`` is later than its last renewal (else its first registration) plus
    the months of validity; from the months of renewal on it is flagged.
    """
    first = days(frame, "first_registered_on")
    renewed = days(frame, "renewed_on")
    last = np.where(np.isnat(renewed), first, renewed).astype(DAY)
    status = choice(frame, "status", STATUS, missing=-1)
    lapsed = ~(add_months(last, rules.integer("national.seniority.expired_months")) >= on)
    due = add_months(last, rules.integer("national.seniority.to_renew_months")) <= on
    active = np.where(status < 0, ~lapsed, status != STATUS.index("struck_off"))
    to_renew = active & ((status == STATUS.index("to_renew")) | ((status < 0) & due))
    seniority = np.where(np.isnat(first), 0, (on - first).astype(np.int64))
    return active.astype(bool), to_renew.astype(bool), np.maximum(seniority, 0)


def ceiling_income(frame: pd.DataFrame, rules: RuleSet) -> NDArray[np.int64]:
    """Yearly income compared with the ceilings, cents; -1 unknown. N-1 replaces N-2 when it is lower enough."""
    base, latest = hundredths(frame, "tax_income_eur"), hundredths(frame, "tax_income_n1_eur")
    drop = int(np.floor(rules.number("national.seniority.income_drop_share") * RATE_UNIT + 0.5))
    lower = (base >= 0) & (latest >= 0) & (latest * RATE_UNIT <= base * (RATE_UNIT - drop))
    return np.where(lower, latest, base)


def wished_communes(choices: Csr, perimeter: Csr) -> Csr:
    """``dalo_perimeter`` where it has items, else ``choices``."""
    lengths = np.diff(perimeter.ptr)
    if not lengths.any():
        return choices
    replaced = lengths > 0
    sizes = np.where(replaced, lengths, np.diff(choices.ptr))
    ptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    row = np.repeat(np.arange(len(sizes)), sizes)
    offset = np.arange(ptr[-1]) - ptr[row]
    source = np.where(replaced[row], perimeter.ptr[row], choices.ptr[row]) + offset
    values = np.empty(len(row), np.int32)
    taken = replaced[row]
    values[taken] = perimeter.values[source[taken]]
    values[~taken] = choices.values[source[~taken]]
    return Csr(ptr, values)


def with_arrondissements(
    wished: Csr, parts: Mapping[int, NDArray[np.int32]]
) -> tuple[Csr, NDArray[np.int16]]:
    """The lists with the arrondissements of each commune that has some behind it, and the preference rank of each item."""
    row = row_of_items(wished)
    rank = np.minimum(np.arange(len(row)) - wished.ptr[row] + 1, np.iinfo(np.int16).max - 1)
    times = np.ones(len(row), np.int64)
    for whole, found in parts.items():
        times[wished.values == whole] += len(found)
    if times.sum() == len(row):
        return wished, rank.astype(np.int16)
    start = np.cumsum(times) - times
    values = np.repeat(wished.values, times)
    for whole, found in parts.items():
        at = start[wished.values == whole]
        values[at[:, None] + 1 + np.arange(len(found))] = found
    counts = np.bincount(row, weights=times, minlength=len(wished.ptr) - 1).astype(np.int64)
    ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Csr(ptr, values), np.repeat(rank, times).astype(np.int16)


def reached_epcis(wished: Csr, extend: NDArray[np.bool_], commune_epci: NDArray[np.int32]) -> Csr:
    """EPCI of the wished communes of the households that accept the other communes, each once, ascending."""
    row = row_of_items(wished)
    kept = extend[row] & (wished.values >= 0)
    width = int(commune_epci.max(initial=0)) + 1
    pairs = np.unique(row[kept] * width + commune_epci[wished.values[kept]])
    counts = (
        np.bincount(pairs // width, minlength=len(extend)) if len(pairs) else np.zeros(len(extend), np.int64)
    )
    return Csr(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), (pairs % width).astype(np.int32))


def rooms_facts(rules: RuleSet, landlord: str | None, homes: Households) -> RoomsTableFacts:
    """One rooms table read for every household: accepted rooms as bits, first choice as a number."""
    table = rules.rooms_table(landlord)
    row = table.row(homes.size_persons)
    bits = (table.accepted[:, 1:].astype(np.int64) << np.arange(table.accepted.shape[1] - 1)).sum(axis=1)
    mask = bits[row]
    if table.t1_single_only:
        mask = np.where(homes.never_t1, mask & ~np.int64(1), mask)
    best = np.where(table.first_choice.any(axis=1), table.first_choice.argmax(axis=1), 0)
    return RoomsTableFacts(mask.astype(np.int8), best[row].astype(np.int8))


def room_mask(frame: pd.DataFrame, name: str) -> NDArray[np.int8]:
    """Bits of a list of rooms (``T3`` and ``3`` alike); 0 when empty."""
    words = (*ROOM_WORDS, *(f"t{r}" for r in ROOM_WORDS), *(f"T{r}" for r in ROOM_WORDS))
    found = ragged(frame, name, words, drop_unknown=True)
    return bit_mask(Csr(found.ptr, (found.values % len(ROOM_WORDS)).astype(np.int32)), np.int64).astype(
        np.int8
    )


def without_rows(csr: Csr, emptied: NDArray[np.bool_]) -> Csr:
    """The same lists, those of the marked rows emptied."""
    if not emptied.any():
        return csr
    lengths = np.where(emptied, 0, np.diff(csr.ptr))
    kept = ~emptied[row_of_items(csr)]
    return Csr(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), csr.values[kept])


def given_quartile(frame: pd.DataFrame) -> NDArray[np.int8]:
    """Q1 as written in the file, Q1_UNKNOWN where it says nothing."""
    if "first_quartile" not in frame.columns:
        return np.full(len(frame), Q1_UNKNOWN, np.int8)
    told = frame["first_quartile"].notna().to_numpy(bool)
    return np.where(told, np.where(booleans(frame, "first_quartile"), Q1_YES, Q1_NO), Q1_UNKNOWN).astype(
        np.int8
    )


def encode_applications(
    case: Case, frame: pd.DataFrame, rules: RuleSet, words: Vocabulary, dwellings: DwellingFacts,
    table_names: tuple[str, ...],
) -> tuple[ApplicationFacts, tuple[RoomsTableFacts, ...]]:  # fmt: skip
    """Applications of ``frame`` and the rooms tables of the case's landlords read for them."""
    frame = frame.iloc[code_point_order(arrow_text(frame, "application_id"))]
    on = as_day(case.settings.on)
    active, to_renew, seniority = activity(frame, on, rules)
    homes = read_households(frame, rules)
    by_name = {rules.rooms_table(name).name: name for name in (None, *words.landlords)}
    tables = tuple(rooms_facts(rules, by_name[name], homes) for name in table_names) or (
        rooms_facts(rules, None, homes),
    )
    choices = ragged(frame, "choices", words.communes, drop_unknown=False)
    perimeter = ragged(frame, "dalo_perimeter", words.communes, drop_unknown=False)
    wished, wished_rank = with_arrondissements(wished_communes(choices, perimeter), words.arrondissements)
    extend = booleans(frame, "extend")
    fixed = np.diff(perimeter.ptr) > 0
    wanted_rooms = room_mask(frame, "rooms_wanted")
    priority = ragged(frame, "priority_codes", PRIORITY_CODES, drop_unknown=True)
    mask = bit_mask(priority, np.int64)
    proof = codes(arrow_text(frame, "priority_status"), PROOF[1:]) + 1
    work = case.table("in_progress")
    offered = work["stage"].isin(LIVE_STAGES).fillna(False).to_numpy(bool) if len(work) else np.zeros(0, bool)
    live = codes(
        arrow_text(frame, "application_id"), sorted({a for a in texts(work, "application_id")[offered] if a})
    )
    default_acceptance = int(np.floor(rules.number("national.caleol.acceptance") * RATE_UNIT + 0.5))
    verified = codes(arrow_text(frame, "income_status"), ("verified",)) == 0
    return ApplicationFacts(
        ids=texts(frame, "application_id"),
        active=active,
        to_renew=to_renew,
        live_offer=live >= 0,
        seniority_days=seniority,
        persons=homes.persons.astype(np.int32),
        size_persons=homes.size_persons.astype(np.int32),
        never_t1=homes.never_t1,
        rooms_wanted=wanted_rooms,
        small_asked=(homes.size_persons == SMALL_HOUSEHOLD) & ((wanted_rooms & 1) > 0),
        dalo_rooms=room_mask(frame, "dalo_rooms"),
        category=homes.category.astype(np.int8),
        category_extra=homes.category_extra.astype(np.int32),
        ceiling_income_cents=ceiling_income(frame, rules),
        monthly_income_cents=hundredths(frame, "monthly_income_eur"),
        income_declared_only=~verified,
        uc_hundredths=homes.uc_hundredths,
        income_per_uc_cents=hundredths(frame, "income_per_uc"),
        first_quartile=given_quartile(frame),
        family=homes.family,
        mobility=choice(frame, "mobility_need", MOBILITY),
        choices=choices,
        wished=wished,
        wished_rank=wished_rank,
        extend=extend,
        extend_epci=reached_epcis(wished, extend & ~fixed, words.commune_epci),
        districts_wanted=without_rows(
            ragged(frame, "districts_wanted", words.districts, drop_unknown=False), fixed
        ),
        dalo_perimeter=perimeter,
        dalo=(mask & 1) > 0,
        prefet_designated=booleans(frame, "prefet_designated"),
        priority_any=mask > 0,
        proof=np.where((proof == 0) & (mask > 0), PROOF.index("declared"), proof).astype(np.int8),
        priority_mask=mask,
        accepts_qpv=booleans(frame, "accepts_qpv"),
        relocation=choice(frame, "relocation", RELOCATION),
        current_landlord=codes(arrow_text(frame, "current_landlord"), words.landlords),
        current_dwelling=codes(arrow_text(frame, "current_dwelling"), list(dwellings.ids)),
        als_employee=booleans(frame, "als_employee"),
        public_agent=booleans(frame, "public_agent"),
        essential_worker=booleans(frame, "essential_worker"),
        explicit_accounts=ragged(frame, "accounts", words.accounts, drop_unknown=False),
        acceptance=scaled(frame, "acceptance", RATE_UNIT, default_acceptance),
        dossier=choice(frame, "dossier", DOSSIER),
    ), tables
