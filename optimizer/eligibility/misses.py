"""Why an application fits no dwelling: counts of first codes over all dwellings, and the nearest miss in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.facts import CODES, EXCLUSION, FINANCING, MOBILITY, Facts
from optimizer.eligibility.menus import by_kind, kindred
from optimizer.eligibility.naming import names_everybody, naming
from optimizer.eligibility.pairs import (
    ACCESSIBLE,
    ACCOUNT,
    CEILING,
    COMMUNE,
    FORBIDDEN,
    INACTIVE,
    LIVE_OFFER,
    OWN_DWELLING,
    ROOMS,
)
from optimizer.eligibility.shelf import Shelf

I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
UNKNOWN_EXCESS = np.iinfo(np.int64).max
OPEN, FOR_TRANSFERS, FOR_RELOCATIONS = 1, 2, 4
"""Whom a dwelling is for, as bits of `Misses.kept`."""
KEPT_FOR: tuple[tuple[int, str, str], ...] = (
    (FOR_TRANSFERS, "des mutations internes", "transfers of own tenants"),
    (FOR_RELOCATIONS, "des relogements", "relocations"),
)
CENT = 100


@dataclass(frozen=True)
class Misses:
    """First codes of every application over all dwellings of the case, work in progress or not.

    Attributes
    ----------
    counts : (A, 10) int32
        Column c: dwellings whose pair has first code c (0: eligible). Each row sums to the number of dwellings.
    excess_cents : (A,) int64
        Smallest amount above a ceiling among pairs refused for it; a very large number without any.
    excess_financing : (A,) int8
        Its financing, as index in FINANCING.
    kept : (A,) int8
        Of the dwellings refused for the account alone: bit 0 some that any réservataire's public may have, `FOR_TRANSFERS` and
        `FOR_RELOCATIONS` some that the landlord keeps for these.
    """

    counts: I32
    excess_cents: I64
    excess_financing: I8
    kept: I8

    def code(self, a: int) -> int:
        """The code of the nearest miss: the one that comes last in the order of the checks; 0 when one pair is eligible."""
        row = self.counts[a]
        if row[0] or not row.any():
            return 0
        return int(np.flatnonzero(row)[-1])


def misses(facts: Facts) -> Misses:
    """Count the first codes by kinds of dwellings; pairs are never listed. Computed once for given facts."""
    known = facts.memo.get("misses")
    if not isinstance(known, Misses):
        known = facts.memo["misses"] = _count(facts)
    return known


def remember_misses(facts: Facts, found: Misses) -> None:
    """Take what another process has counted of the same facts."""
    facts.memo["misses"] = found


def _count(facts: Facts) -> Misses:
    a, d = facts.applications, facts.dwellings
    count, total = len(a.ids), len(d.ids)
    counts = np.zeros((count, len(CODES) + 1), np.int32)
    excess = np.full(count, UNKNOWN_EXCESS, np.int64)
    financing, kept = np.zeros(count, np.int8), np.zeros(count, np.int8)
    kinds = kindred(facts)
    listed = np.zeros(total, bool)
    listed[[place for _, place in facts.nominees if place >= 0]] = True
    order = np.argsort(kinds.kind, kind="stable")
    start = np.searchsorted(kinds.kind[order], np.arange(len(kinds.representative) + 1))
    shelf: Shelf | None = None
    here = np.zeros((0, counts.shape[1]), np.int32)
    for k, reaching in by_kind(facts, kinds):
        if reaching is not shelf:
            # one commune at a time: its counts stay in a short table, added up once
            if shelf is not None:
                counts[shelf.apps] += here
            shelf, here = reaching, np.zeros((len(reaching.apps), counts.shape[1]), np.int32)
        members = order[start[k] : start[k + 1]]
        dwelling = int(kinds.representative[k])
        fine = shelf.tally(dwelling, int(kinds.district[k]), len(members), here, excess, financing)
        for twin, n in _naming_twins(facts, members, listed):
            if names_everybody(facts, twin):
                here[fine, 0] += n
                continue
            _, eligible, _ = naming(facts, twin, shelf.apps[fine])
            named = eligible.any(axis=1)
            here[fine[named], 0] += n
            here[fine[~named], ACCOUNT] += n
            kept[shelf.apps[fine[~named]]] |= _kept_for(facts, twin)
    if shelf is not None:
        counts[shelf.apps] += here
    counts[:, COMMUNE] = total - counts.sum(axis=1, dtype=np.int32)
    counts[a.live_offer] = 0
    counts[a.live_offer, LIVE_OFFER] = total
    counts[~a.active] = 0
    counts[~a.active, INACTIVE] = total
    return Misses(counts, excess, financing, kept)


def _kept_for(facts: Facts, dwelling: int) -> int:
    """The bit of a dwelling in `Misses.kept`."""
    exclusion = EXCLUSION[int(facts.dwellings.exclusion[dwelling])]
    return (
        OPEN
        if exclusion in ("none", "stock")
        else FOR_TRANSFERS
        if exclusion == "mutation"
        else FOR_RELOCATIONS
    )


def _naming_twins(
    facts: Facts, members: NDArray[np.int64], listed: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Dwellings of one kind grouped by who may name households there: (representative, how many).

    ``listed``: (D,) dwellings that somebody was named for.
    """
    d = facts.dwellings
    alone: list[int] = members[listed[members]].tolist()
    others = members[~listed[members]]
    # the receiving class holds landlord, commune, reservation and exclusion: all that naming reads of a dwelling
    _, first, number = np.unique(d.receive_class[others], return_index=True, return_counts=True)
    groups = [(int(others[i]), int(n)) for i, n in zip(first, number, strict=True)]
    return groups + [(m, 1) for m in alone]


def code_counts(facts: Facts) -> I32:
    """(A, 10): dwellings of the case by first code of the pair, column 0 = eligible."""
    return misses(facts).counts


def nearest_miss(facts: Facts, a: int) -> tuple[int, str, str]:
    """What kept an application from every dwelling: (code, French sentence, English sentence).

    The code is the one reached last in the order of design §4 over all dwellings; (0, "", "") when a pair is eligible.
    """
    table = misses(facts)
    code = table.code(a)
    return (code, *_sentence(facts, table, a, code))


def amount_fr(cents: int) -> str:
    """Whole euros with a narrow no-break space between thousands, rounded up so that the excess is never shown as 0.

    >>> amount_fr(123_950)
    '1\\u202f240'
    """
    return f"{-(-cents // CENT):,}".replace(",", "\u202f")


def rooms_fr(mask: int, word: str = "ou") -> str:
    """``T3 ou T4`` for a mask of rooms (six stands for six and more)."""
    names = [f"T{r}" + ("+" if r == 6 else "") for r in range(1, 7) if mask & (1 << (r - 1))]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}" if names else ""


def accepted_rooms(facts: Facts) -> tuple[I8, I8]:
    """(A,) rooms each application accepts, as bits, in some and in each of the tables of the landlords that have dwellings here."""
    known = facts.memo.get("accepted_rooms")
    if isinstance(known, tuple):  # asked for household by household
        return known
    people = facts.applications
    some, each = np.zeros(len(people.ids), np.int8), np.full(len(people.ids), -1, np.int8)
    for table in np.unique(facts.dwellings.rooms_table).tolist():
        mask = facts.rooms_tables[table].mask | people.small_asked
        some |= mask
        each &= mask
    wanted = np.where(people.rooms_wanted != 0, people.rooms_wanted, np.int8(-1))
    fixed = people.dalo_rooms
    found = np.where(fixed != 0, fixed, some & wanted), np.where(fixed != 0, fixed, each & some & wanted)
    facts.memo["accepted_rooms"] = found
    return found


def _wished(facts: Facts, a: int) -> tuple[str, str]:
    """Where an application may be housed: what a dwelling's place is compared with, in words."""
    people = facts.applications
    if people.dalo_perimeter.ptr[a] < people.dalo_perimeter.ptr[a + 1]:
        return (
            "dans le périmètre fixé par la commission de médiation",
            "in the area that the commission de médiation fixed",
        )
    if people.districts_wanted.ptr[a] < people.districts_wanted.ptr[a + 1]:
        return "dans vos communes et quartiers souhaités", "in your communes and districts"
    return "dans vos communes", "in your communes"


def _sentence(facts: Facts, table: Misses, a: int, code: int) -> tuple[str, str]:
    people = facts.applications
    if code == INACTIVE:
        return "demande radiée ou non renouvelée à temps", "application struck off or not renewed in time"
    if code == LIVE_OFFER:
        return "déjà en commission ou destinataire d'une offre", "already before a commission or offered"
    if code == COMMUNE:
        fr, en = _wished(facts, a)
        return f"aucun logement libre {fr}", f"no vacant dwelling {en}"
    if code == ROOMS:
        mask, each = (int(masks[a]) for masks in accepted_rooms(facts))
        if not mask:
            return (
                "la taille souhaitée ne convient pas au nombre de personnes",
                "the wanted size does not suit the number of persons",
            )
        fr, en = _wished(facts, a)
        tables = ("", "")
        # a size is vacant perhaps, of a landlord whose table has another for so many persons
        if mask != each:
            tables = (", d'après la table de chaque bailleur", ", by each landlord's table")
        return (
            f"aucun {rooms_fr(mask)} libre {fr}{tables[0]}",
            f"no vacant {rooms_fr(mask, 'or')} {en}{tables[1]}",
        )
    if code == CEILING:
        name, cents = FINANCING[int(table.excess_financing[a])].upper(), int(table.excess_cents[a])
        return (
            f"plafond {name} dépassé de {amount_fr(cents)}\u202f€",
            f"{name} ceiling exceeded by €{-(-cents // CENT):,}",
        )
    if code == ACCESSIBLE:
        need = int(people.mobility[a])
        fr, en = (
            "aucun des logements possibles (commune, taille, plafond) n'est ",
            "none of the possible dwellings (commune, size, ceiling) is ",
        )
        if need == MOBILITY.index("adapted"):
            return f"{fr}adapté et sans escalier", f"{en}adapted and without stairs"
        if need == MOBILITY.index("accessible"):
            return f"{fr}accessible et sans escalier", f"{en}accessible and without stairs"
        return f"{fr}sans escalier", f"{en}without stairs"
    if code == OWN_DWELLING:
        return "le seul logement possible est le vôtre", "the only possible dwelling is your own"
    if code == FORBIDDEN:
        return (
            "écartée par un refus, un désistement ou une décision motivée",
            "kept away by a refusal, a withdrawal or a reasoned decision",
        )
    if code == ACCOUNT:
        return _not_named(int(table.kept[a]))
    return "", ""


def _not_named(kept: int) -> tuple[str, str]:
    """Why no account names a household that every possible dwelling suits, by the bits of `Misses.kept`."""
    told = [(fr, en) for bit, fr, en in KEPT_FOR if kept & bit]
    fr, en = " ou ".join(fr for fr, _ in told), " or ".join(en for _, en in told)
    if not kept & OPEN:
        return f"les logements possibles sont gardés pour {fr}", f"the possible dwellings are kept for {en}"
    more = (f" ; d'autres sont gardés pour {fr}", f"; others are kept for {en}") if told else ("", "")
    return (
        f"aucun réservataire des logements possibles ne peut désigner ce ménage{more[0]}",
        f"no account of the possible dwellings can name this household{more[1]}",
    )
