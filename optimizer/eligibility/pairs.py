"""The refusal codes of design §4 for one dwelling and many applications, the account question left to ``naming``.

``adequacy`` and ``reach`` are the only places where a pair is judged; menus, counts, pins and nearest misses all call
them, so they cannot disagree.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.eligibility.facts import ACCESS, CODES, MOBILITY, Facts

INACTIVE, LIVE_OFFER, COMMUNE, ROOMS, CEILING, ACCESSIBLE, OWN_DWELLING, FORBIDDEN, ACCOUNT = range(
    1, len(CODES) + 1
)
FACTOR_UNIT = 10_000
I8 = NDArray[np.int8]
I16 = NDArray[np.int16]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
B = NDArray[np.bool_]


def rooms_accepted(facts: Facts, dwelling: int, apps: I32) -> B:
    """Rooms of the dwelling accepted: by the commission de médiation if it fixed them, else by the table and the wish.

    A household of two that asks for a T1 by name accepts one even against the table.
    """
    a, d = facts.applications, facts.dwellings
    bit = 1 << (int(d.rooms[dwelling]) - 1)
    table = facts.rooms_tables[int(d.rooms_table[dwelling])].mask[apps]
    wanted, fixed = a.rooms_wanted[apps], a.dalo_rooms[apps]
    fits = (table & bit) > 0
    if bit == 1:
        fits = fits | a.small_asked[apps]
    usual = fits & ((wanted == 0) | ((wanted & bit) > 0))
    return np.where(fixed != 0, (fixed & bit) > 0, usual)


def small_asked(facts: Facts, dwelling: int, apps: I32) -> B:
    """Pairs whose rooms are accepted only because the household of two asked for a T1."""
    a, d = facts.applications, facts.dwellings
    if int(d.rooms[dwelling]) != 1:
        return np.zeros(len(apps), bool)
    table = facts.rooms_tables[int(d.rooms_table[dwelling])].mask[apps]
    return np.asarray(a.small_asked[apps] & ((table & 1) == 0) & (a.dalo_rooms[apps] == 0), dtype=bool)


def ceiling_cents(facts: Facts, dwelling: int, apps: I32) -> I64:
    """Ceiling of the dwelling for each household, cents per year times ten thousand (derogation applied)."""
    a, d = facts.applications, facts.dwellings
    table = facts.ceilings_cents[int(d.financing[dwelling]), int(d.zone[dwelling])]
    amounts = table[a.category[apps].astype(np.int64) - 1] + a.category_extra[apps] * table[-1]
    return np.asarray(amounts * int(d.ceiling_factor[dwelling]), dtype=np.int64)


def above_ceiling(facts: Facts, dwelling: int, apps: I32) -> B:
    """Income known and above the ceiling."""
    income = facts.applications.ceiling_income_cents[apps]
    return np.asarray(
        (income >= 0) & (income * FACTOR_UNIT > ceiling_cents(facts, dwelling, apps)), dtype=bool
    )


def unreachable(facts: Facts, dwelling: int, apps: I32) -> B:
    """The dwelling does not meet the mobility need."""
    need, d = facts.applications.mobility[apps], facts.dwellings
    level = int(d.accessible[dwelling])
    bad = np.zeros(len(apps), bool)
    if level != ACCESS.index("adapted"):
        bad |= need == MOBILITY.index("adapted")
    if level == ACCESS.index("none"):
        bad |= need == MOBILITY.index("accessible")
    if d.upstairs_without_lift[dwelling]:
        bad |= need != MOBILITY.index("none")
    return bad


def adequacy(facts: Facts, dwelling: int, apps: I32) -> I8:
    """First code among ROOMS … FORBIDDEN for each application, 0 when none applies. Depends on the dwelling's rooms, rooms
    table, financing, zone, ceiling factor, access, identity and forbids only."""
    out = np.zeros(len(apps), np.int8)
    barred = facts.barred_everywhere[apps]
    if dwelling in facts.barred:
        barred = barred | np.isin(apps, facts.barred[dwelling])
    out[barred] = FORBIDDEN
    out[facts.applications.current_dwelling[apps] == dwelling] = OWN_DWELLING
    out[unreachable(facts, dwelling, apps)] = ACCESSIBLE
    out[above_ceiling(facts, dwelling, apps)] = CEILING
    out[~rooms_accepted(facts, dwelling, apps)] = ROOMS
    return out


def reach(facts: Facts, dwelling: int, apps: I32) -> tuple[B, I16]:
    """Whether each application reaches the dwelling's commune, and its preference rank there (0 by `extend` only)."""
    a, d = facts.applications, facts.dwellings
    owner, offset, values = a.wished.gather(apps)
    hit = values == d.commune[dwelling]
    place = a.wished.ptr[apps[owner[hit]]] + offset[hit]
    last = np.iinfo(np.int16).max
    rank = np.full(len(apps), last, np.int16)
    np.minimum.at(rank, owner[hit], a.wished_rank[place])
    chosen = rank < last
    reached = chosen | a.extend_epci.holds(apps, int(d.epci[dwelling]))
    if d.district[dwelling] >= 0:
        wanted = a.districts_wanted
        reached = reached & (~wanted.filled(apps) | wanted.holds(apps, int(d.district[dwelling])))
    return reached, np.where(chosen, rank, 0).astype(np.int16)


def before_account(facts: Facts, dwelling: int, apps: I32) -> I8:
    """First code of each pair among all codes but ACCOUNT."""
    a = facts.applications
    out = adequacy(facts, dwelling, apps)
    out[~reach(facts, dwelling, apps)[0]] = COMMUNE
    out[a.live_offer[apps]] = LIVE_OFFER
    out[~a.active[apps]] = INACTIVE
    return out
