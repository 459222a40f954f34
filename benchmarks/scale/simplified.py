"""The simplified model on raw attributes: four accounts, quota, LEC and priority rows at 5,000 points a lease.

Structure building is part of every reported solve time.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.scale.raw_instances import (
    COMMUNES_PER_EPCI,
    LARGEST_ROOMS,
    SHARES_PERCENT,
    SMALLEST_ROOMS,
    RawTerritory,
)
from optimizer.solve.transport.model import LabelledTransport

ACCOUNTS = 4
TYPES = 8
FILL = 1_000
PRICE_PER_LEASE = 5_000


@njit(cache=True, nogil=True)
def _sizes(choice, size, level, mobility, smallest, largest, menu_of, n_menus):  # type: ignore[no-untyped-def]
    count = np.zeros(n_menus + 1, np.int64)
    for a in range(choice.shape[0]):
        for c in choice[a]:
            if c < 0:
                continue
            for rooms in range(smallest[size[a] - 1], largest[size[a] - 1] + 1):
                for financing in range(level[a], 3):
                    for access in range(2 if mobility[a] else 1):
                        m = menu_of[((c * 6 + rooms) * 3 + financing) * 2 + access]
                        if m >= 0:
                            count[m + 1] += 1
    return np.cumsum(count)


@njit(cache=True, nogil=True)
def _entries(choice, size, level, mobility, home, score, kind, smallest, largest, menu_of, start):  # type: ignore[no-untyped-def]
    place = start[:-1].copy()
    n = start[-1]
    who = np.empty(n, np.int32)
    value = np.empty(n, np.int32)
    profile = np.empty(n, np.int16)
    for a in range(choice.shape[0]):
        for c in choice[a]:
            if c < 0:
                continue
            for rooms in range(smallest[size[a] - 1], largest[size[a] - 1] + 1):
                fit = 6 if size[a] == rooms + 1 else 3
                if home[a] == c:
                    fit += 4
                for financing in range(level[a], 3):
                    for access in range(2 if mobility[a] else 1):
                        m = menu_of[((c * 6 + rooms) * 3 + financing) * 2 + access]
                        if m >= 0:
                            j = place[m]
                            place[m] = j + 1
                            who[j] = a
                            value[j] = FILL + 10 * score[a] + fit
                            profile[j] = kind[a]
    return who, value, profile


def class_codes(raw: RawTerritory) -> np.ndarray:
    """What tells the class of each dwelling apart, one number; classes are numbered by it."""
    blocks = ((raw.d_commune.astype(np.int64) * 6 + raw.d_rooms) * 3 + raw.d_financing) * 2 + raw.d_accessible
    return np.asarray((blocks * 64 + raw.d_landlord) * 2 + raw.d_qpv, dtype=np.int64)


def build(raw: RawTerritory) -> LabelledTransport:
    """Labelled transport of one raw territory: classes by (commune, rooms, financing, access, landlord, QPV)."""
    classes, capacity = np.unique(class_codes(raw), return_counts=True)
    menus, class_menu = np.unique(classes // 128, return_inverse=True)
    menu_of = np.full(raw.n_communes * 36, -1, np.int64)
    menu_of[menus] = np.arange(len(menus))
    qpv, landlord = classes % 2, (classes // 2) % 64
    epci = classes // 128 // 36 // COMMUNES_PER_EPCI
    groups, class_group = np.unique((epci * 64 + landlord) * 2 + qpv, return_inverse=True)
    kind = (raw.a_q1 * 4 + raw.a_priority * 2 + raw.a_employee).astype(np.int16)
    rules = (raw.choice, raw.a_size, raw.a_level, raw.a_mobility)
    start = _sizes(*rules, SMALLEST_ROOMS, LARGEST_ROOMS, menu_of, len(menus))
    who, value, profile = _entries(
        *rules, raw.a_home, raw.a_score, kind, SMALLEST_ROOMS, LARGEST_ROOMS, menu_of, start
    )
    per_landlord = np.bincount(raw.d_landlord, minlength=raw.n_landlords)
    quota = (per_landlord[:, None] * SHARES_PERCENT[None, :] // 100).ravel()
    options = _options(groups, raw.n_epci, raw.n_landlords)
    lec_price = np.tile([PRICE_PER_LEASE // 4, PRICE_PER_LEASE // 2], raw.n_epci)
    return LabelledTransport(
        n_applicants=len(raw.a_size),
        n_groups=len(groups),
        n_types=TYPES,
        capacity=capacity.astype(np.int64),
        class_menu=class_menu.astype(np.int32),
        class_group=class_group.astype(np.int32),
        menu_start=start,
        entry_applicant=who,
        entry_value=value,
        entry_type=profile,
        row_constant=np.r_[quota, np.zeros(2 * raw.n_epci + ACCOUNTS, np.int64)].astype(np.int64),
        row_price=np.r_[
            np.full(len(quota), PRICE_PER_LEASE), lec_price, np.full(ACCOUNTS, PRICE_PER_LEASE // 4)
        ].astype(np.int64),
        **options,
    )


def _options(groups, n_epci: int, n_landlords: int):  # type: ignore[no-untyped-def]
    """Options of every (group, type): accounts the type may take, each with quota, LEC and priority effects.

    LEC rows count quarters of a lease outside QPV (three quarters of Q1 short per lease) and halves inside.
    """
    kinds = np.arange(TYPES)
    may = np.ones((TYPES, ACCOUNTS), bool)
    may[:, 0] = (kinds >> 1) & 1
    may[:, 1] = kinds & 1
    t, c = np.nonzero(may)
    n = len(t)
    g = np.repeat(np.arange(len(groups)), n)
    t, c = np.tile(t, len(groups)), np.tile(c, len(groups))
    epci, landlord, qpv = groups[g] // 128, (groups[g] // 2) % 64, groups[g] % 2
    q1, priority = (t >> 2) & 1, (t >> 1) & 1
    lec = np.where(qpv == 1, 2 * q1 - 1, 1 - 4 * q1)
    first_lec = n_landlords * ACCOUNTS
    rows = np.stack([landlord * ACCOUNTS + c, first_lec + 2 * epci + qpv, first_lec + 2 * n_epci + c], 1)
    coefs = np.stack([np.full(len(g), -1), lec, 1 - 4 * priority], 1)
    per_cell = np.bincount(g * TYPES + t, minlength=len(groups) * TYPES)
    return {
        "option_start": np.r_[0, np.cumsum(per_cell)].astype(np.int64),
        "option_account": c.astype(np.int32),
        "option_value": np.zeros(len(g), np.int64),
        "effect_start": np.arange(len(g) + 1, dtype=np.int64) * 3,
        "effect_row": rows.ravel().astype(np.int32),
        "effect_coef": coefs.ravel().astype(np.int64),
    }
