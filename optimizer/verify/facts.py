"""Dwellings and applications as arrays, read from the raw tables (design §2 and §4). Order: the file's."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from optimizer.domain.schema import (
    ACCESS,
    EXCLUSIONS,
    FINANCINGS,
    MOBILITY,
    PRIORITY_CODES,
    PROOFS,
    RELOCATIONS,
)
from optimizer.verify import cells
from optimizer.verify.cells import I32, I64, B, Ragged
from optimizer.verify.law import Law, Places
from optimizer.verify.tables import RawTable
from optimizer.verify.verdict import Unreadable


@dataclass(frozen=True)
class Dwellings:
    """One value per dwelling. ``place`` is the index of its commune in `Law.places`."""

    ids: list[str]
    landlord: list[str]
    place: I32
    rooms: I64
    financing: I32
    qpv: B
    accessible: I32
    upstairs: B
    access_unknown: B
    factor: I64
    vacancy_days: I64
    reserved_to: list[str]
    exclusion: list[str]
    first_letting: B
    district: list[str]
    residence: list[str]
    priority_mix: B
    rent: I64
    """Cents a month, -1 unknown."""
    charges: I64
    """Cents a month, -1 unknown."""
    subsidised: B
    """Financed by the subsidy of CCH D331-25-1: one name is enough."""
    number: dict[str, int]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Applications:
    """One value per application; amounts in cents, -1 unknown; ``size`` counts children in visit, custody or expected."""

    ids: list[str]
    number: dict[str, int]
    active: B
    to_renew: B
    registered: I64
    seniority: I64
    persons: I64
    size: I64
    never_t1: B
    rooms_wanted: I64
    dalo_rooms: I64
    category: I64
    income: I64
    monthly: I64
    income_declared: B
    units: I64
    """Consumption units, ten-thousandths."""
    per_unit: I64
    """Yearly income per consumption unit as given, cents, -1 unknown."""
    quartile: I64
    """First quartile as given: 1 yes, 0 no, -1 not said."""
    dependants: I64
    """As given, else persons beyond the adults; -1 where neither is known."""
    couple: B
    adults: I64
    mobility: I32
    wished: Ragged
    wished_rank: I64
    """Preference rank of each item of ``wished``; an arrondissement that only its commune names has the commune's."""
    extend: B
    district_words: list[str]
    districts: Ragged
    """Districts wanted, as positions in ``district_words``."""
    dalo: B
    prefet: B
    """Designated by the préfet (L441-2-3)."""
    perimeter: B
    """The commission de médiation fixed the communes."""
    priority_any: B
    priority_mask: I64
    proof: I32
    accepts_qpv: B
    relocation: I32
    landlord: I32
    """Present landlord as a position in ``landlord_words``, 0 for none."""
    landlord_words: list[str]
    current_dwelling: I32
    als_employee: B
    public_agent: B
    essential: B
    accounts: dict[int, frozenset[str]]
    dossier: I32
    acceptance: I64
    """Probability of accepting an offer, ten-thousandths."""

    def __len__(self) -> int:
        return len(self.ids)


def unique_ids(table: RawTable, name: str) -> tuple[list[str], dict[str, int]]:
    """Identifiers and their positions; empty or twice is nonsense."""
    ids = cells.strings(table.text(name))
    number = {x: i for i, x in enumerate(ids)}
    if "" in number or len(number) != len(ids):
        raise Unreadable(table.file, name)
    return ids, number


def read_dwellings(table: RawTable, places: Places, on: int) -> Dwellings:
    """Raises Unreadable for what ``check`` would have refused."""
    ids, number = unique_ids(table, "dwelling_id")
    place = _known_place(cells.index_in(table.text("commune"), places.insee), table)
    rooms = cells.rooms(table, "rooms")
    financing = cells.choice(table, "financing", FINANCINGS)
    if bool((rooms < 1).any()) or bool((financing < 0).any()):
        raise Unreadable(table.file, "rooms, financing")
    floor = cells.integers(table, "floor", -100)
    lift, lift_known = cells.booleans(table, "lift")
    vacant = cells.days(table, "vacant_since")
    exclusion = cells.choice(table, "assiette_exclusion", EXCLUSIONS, 0)
    factor = cells.scaled(table, "ceiling_factor", 10_000)
    return Dwellings(
        ids=ids,
        landlord=cells.strings(table.text("landlord")),
        place=place,
        rooms=rooms,
        financing=financing,
        qpv=cells.qpv(table)[0],
        accessible=np.maximum(cells.choice(table, "accessible", ACCESS), 0).astype(np.int32),
        upstairs=(floor > 0) & lift_known & ~lift,
        access_unknown=(floor == -100) | ((floor > 0) & ~lift_known),
        factor=np.where(factor < 0, 10_000, factor),
        vacancy_days=np.where(vacant == cells.NO_DAY, 0, np.maximum(0, on - vacant)),
        reserved_to=cells.strings(table.text("reserved_to")),
        exclusion=[EXCLUSIONS[max(0, x)] for x in exclusion.tolist()],
        first_letting=cells.booleans(table, "first_letting")[0],
        district=cells.strings(table.text("district")),
        residence=cells.strings(table.text("residence")),
        priority_mix=cells.booleans(table, "priority_mix_residence")[0],
        rent=cells.scaled(table, "rent_eur", 100),
        charges=cells.scaled(table, "charges_eur", 100),
        subsidised=cells.booleans(table, "subsidy_d331_25_1")[0],
        number=number,
    )


def _known_place(place: I32, table: RawTable) -> I32:
    if bool((place < 0).any()):
        raise Unreadable(table.file, "commune")
    return place


def read_applications(table: RawTable, dwellings: Dwellings, law: Law, on: int) -> Applications:
    """Raises Unreadable for what ``check`` would have refused."""
    ids, number = unique_ids(table, "application_id")
    registered = cells.days(table, "first_registered_on")
    persons = cells.integers(table, "persons")
    if bool((registered == cells.NO_DAY).any()) or bool((persons < 1).any()):
        raise Unreadable(table.file, "first_registered_on, persons")
    status = cells.choice(table, "status", ("active", "to_renew", "struck_off"))
    renewed = cells.days(table, "renewed_on")
    last = np.where(renewed == cells.NO_DAY, registered, renewed)
    late = cells.months_later(last, law.whole("national.seniority.expired_months")) < on
    old = cells.months_later(last, law.whole("national.seniority.to_renew_months")) <= on
    guests = np.zeros(table.rows, np.int64)
    for name in ("visiting_children", "alternate_custody_children", "expected_children"):
        guests += np.maximum(0, cells.integers(table, name, 0))
    children = np.maximum(0, cells.integers(table, "children_under_14", 0))
    adults = cells.integers(table, "adults")
    couple = cells.booleans(table, "couple")[0]
    codes = cells.lists(table.text("priority_codes"), PRIORITY_CODES, lower=True)
    mask = cells.bits(codes, table.rows)
    perimeter = cells.lists(table.text("dalo_perimeter"), law.places.insee)
    fixed = perimeter.lengths > 0
    chosen = cells.lists(table.text("choices"), law.places.insee)
    wished, wished_rank = _by_arrondissement(_either(perimeter, chosen), law.places)
    words = _district_words(table)
    tenant_of, landlords = _coded(table.text("current_landlord"))
    declared = cells.choice(table, "income_status", ("declared", "verified"))
    return Applications(
        ids=ids,
        number=number,
        active=(status != 2) & ~((status < 0) & late),
        to_renew=(status == 1) | ((status < 0) & old & ~late),
        registered=registered,
        seniority=np.maximum(0, on - registered),
        persons=persons,
        size=persons + guests,
        never_t1=couple | (children > 0) | (guests > 0) | ((adults > 0) & (persons > adults) & (persons > 1)),
        rooms_wanted=cells.rooms_bits(table, "rooms_wanted"),
        dalo_rooms=cells.rooms_bits(table, "dalo_rooms"),
        category=_category(table, persons, adults, children, couple, law),
        income=_ceiling_income(table, law),
        monthly=cells.scaled(table, "monthly_income_eur", 100),
        income_declared=declared != 1,
        units=_units(table, persons, children, law),
        per_unit=cells.scaled(table, "income_per_uc", 100),
        quartile=_three_states(table, "first_quartile"),
        dependants=_dependants(table, persons, adults),
        couple=couple,
        adults=adults,
        mobility=np.maximum(0, cells.choice(table, "mobility_need", MOBILITY)).astype(np.int32),
        wished=wished,
        wished_rank=wished_rank,
        extend=cells.booleans(table, "extend")[0] & ~fixed,
        district_words=words,
        districts=_without(cells.lists(table.text("districts_wanted"), words), fixed),
        dalo=(mask & 1) > 0,
        prefet=cells.booleans(table, "prefet_designated")[0],
        perimeter=fixed,
        priority_any=mask > 0,
        priority_mask=mask,
        proof=_proof(table, mask),
        accepts_qpv=cells.booleans(table, "accepts_qpv")[0],
        relocation=np.maximum(0, cells.choice(table, "relocation", RELOCATIONS)).astype(np.int32),
        landlord=tenant_of,
        landlord_words=landlords,
        current_dwelling=cells.index_in(table.text("current_dwelling"), dwellings.ids),
        als_employee=cells.booleans(table, "als_employee")[0],
        public_agent=cells.booleans(table, "public_agent")[0],
        essential=cells.booleans(table, "essential_worker")[0],
        accounts=_explicit(table),
        dossier=np.maximum(
            0, cells.choice(table, "dossier", ("complete", "to_verify", "unreachable"))
        ).astype(np.int32),
        acceptance=cells.scaled(table, "acceptance", 10_000, _usual_acceptance(law)),
    )


def _usual_acceptance(law: Law) -> int:
    """Of a household of which nothing is said, ten-thousandths, half up."""
    return int(law.fraction("national.caleol.acceptance") * 10_000 + Fraction(1, 2))


def _coded(column: pa.Array) -> tuple[I32, list[str]]:
    """(position of each text among the different ones, 0 where empty; those texts, "" first)."""
    words = ["", *sorted({str(x) for x in column.unique().to_pylist() if x})]
    return np.maximum(cells.index_in(column, words), 0), words


def _proof(table: RawTable, mask: I64) -> I32:
    """0 none, 1 declared (also when nothing is said of existing codes), 2 verified, 3 labelled."""
    found = cells.choice(table, "priority_status", PROOFS) + 1
    return np.where((found == 0) & (mask > 0), 1, found).astype(np.int32)


def _either(first: Ragged, other: Ragged) -> Ragged:
    """Row by row, the first list where it has items, else the other."""
    use = first.lengths > 0
    if not use.any():
        return other
    lengths = np.where(use, first.lengths, other.lengths)
    ptr = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=ptr[1:])
    owner = np.repeat(np.arange(len(lengths)), lengths)
    inside = np.arange(ptr[-1]) - ptr[owner]
    at_first, at_other = first.ptr[owner] + inside, other.ptr[owner] + inside
    values = np.empty(int(ptr[-1]), np.int32)
    mine = use[owner]
    values[mine] = first.values[at_first[mine]]
    values[~mine] = other.values[at_other[~mine]]
    return Ragged(ptr, values)


def _by_arrondissement(wished: Ragged, places: Places) -> tuple[Ragged, I64]:
    """Whoever wishes Paris, Lyon or Marseille wishes each of its arrondissements, at the same rank."""
    owner = wished.owner
    rank = np.arange(len(owner), dtype=np.int64) - wished.ptr[owner] + 1
    copies = np.ones(len(owner), np.int64)
    for city, parts in places.arrondissements.items():
        copies[wished.values == city] = 1 + len(parts)
    ends = np.cumsum(copies)
    if not len(owner) or ends[-1] == len(owner):
        return wished, rank
    values = np.repeat(wished.values, copies)
    for city, parts in places.arrondissements.items():
        for last in ends[wished.values == city].tolist():
            values[last - len(parts) : last] = parts
    ptr = np.concatenate([[0], ends])[wished.ptr].astype(np.int64)
    return Ragged(ptr, values), np.repeat(rank, copies)


def _without(lists: Ragged, gone: B) -> Ragged:
    """The lists, those of some rows emptied."""
    if not gone.any():
        return lists
    lengths = np.where(gone, 0, lists.lengths)
    keep = ~np.repeat(gone, lists.lengths)
    return Ragged(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), lists.values[keep])


def _district_words(table: RawTable) -> list[str]:
    """Every district somebody wants, sorted."""
    return sorted({str(x) for x in cells.split(table.text("districts_wanted"))[1].unique().to_pylist()})


def _explicit(table: RawTable) -> dict[int, frozenset[str]]:
    column = table.text("accounts")
    if column.null_count == len(column):
        return {}
    found = {}
    for i in np.flatnonzero(np.asarray(pc.is_valid(column).to_numpy(zero_copy_only=False))).tolist():
        items = frozenset(x.strip() for x in column[i].as_py().split("|") if x.strip())
        if items:
            found[i] = items
    return found


def _ceiling_income(table: RawTable, law: Law) -> I64:
    """Tax income N-2, or N-1 when it is lower by the share of the law; -1 unknown."""
    n2 = cells.scaled(table, "tax_income_eur", 100)
    n1 = cells.scaled(table, "tax_income_n1_eur", 100)
    drop = law.fraction("national.seniority.income_drop_share")
    keep = 1 - drop
    lower = (n1 >= 0) & (n2 >= 0) & (n1 * keep.denominator <= n2 * keep.numerator)
    return np.where(lower, n1, n2)


def _three_states(table: RawTable, name: str) -> I64:
    """1 yes, 0 no, -1 not said."""
    yes, known = cells.booleans(table, name)
    return np.where(known, yes, -1).astype(np.int64)


def _dependants(table: RawTable, persons: I64, adults: I64) -> I64:
    """As given, else persons beyond the adults; -1 where neither is known."""
    said = cells.integers(table, "dependants")
    rest = np.where(adults >= 1, np.maximum(0, persons - adults), -1)
    return np.where(said >= 0, said, rest)


def _units(table: RawTable, persons: I64, children: I64, law: Law) -> I64:
    """Consumption units in ten-thousandths: given, else those of the household."""
    given = cells.scaled(table, "consumption_units", 10_000)
    return np.where(given > 0, given, 100 * _consumption_units(persons, children, law))


def _consumption_units(persons: I64, children: I64, law: Law) -> I64:
    """Hundredths of a consumption unit."""
    first, other, child = (
        law.hundredths(f"national.uc.{k}") for k in ("first_person", "other_person", "child")
    )
    young = np.minimum(children, persons - 1)
    return first + child * young + other * (persons - 1 - young)


def _category(table: RawTable, persons: I64, adults: I64, children: I64, couple: B, law: Law) -> I64:
    """Household category of the ceilings (1..6, then persons beyond those of category 6): given, or of the household.

    A written 6 is the last category of most files: how many persons are beyond it is read off the household.
    """
    given = cells.integers(table, "household_category", 0)
    ages = cells.integers(table, "ages_sum")
    disabled = np.maximum(0, cells.integers(table, "disabled_persons", 0))
    said = cells.integers(table, "dependants")
    rest = np.where(adults >= 1, np.maximum(0, persons - adults), np.minimum(children, persons - 1))
    dependants = np.where(said >= 0, said, rest)
    key = "national.household.young_couple_ages_sum"
    limit = law.whole(key) if law.has(key) else -1
    young = couple & (persons == 2) & (dependants == 0) & (ages >= 0) & (ages <= limit)
    lone = ~couple & (dependants > 0) & (persons - dependants == 1)
    counted = persons + (young | lone | (disabled > 0))
    return np.where(given <= 0, counted, np.where(given < 6, given, np.maximum(given, counted)))
