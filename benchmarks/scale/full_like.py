"""A model with every feature of the product on the same draws: the cost of realism, beside the simplified model.

Hundredths of points, required rates in 1/10,000, five accounts, 48 types, rows per landlord and EPCI, vacancy bonuses
and direct seats. Rates and shares here are benchmark figures, not law.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.scale.raw_instances import COMMUNES_PER_EPCI, RawTerritory, draw
from benchmarks.scale.registry import family
from benchmarks.scale.simplified import build
from optimizer.solve.transport import LabelledTransport

SCALE = 100
UNIT = 10_000
TYPES = 48  # Q1 state (3) x DALO x other priority x employee x agent
FLUX_RATES = (2_513, 487, 2_000, 1_975, 0)  # ETAT_PRIO, ETAT_AGENT, ALS, COLL, BAILLEUR (no row)
LEC_RATES = (2_531, 4_970)
PRIORITY_RATE, DALO_RATE = 2_500, 512
PRICES = {"flux": 1_000, "lec": 2_000, "priority": 1_500, "dalo": 3_000}


@family("full_like")
def full_like(dwellings: int, applicants: int, seed: int) -> LabelledTransport:
    """Build on the tight draw of the same seed."""
    raw = draw(dwellings, applicants, seed, tight=True)
    rng = np.random.default_rng(seed + 7)
    plain = build(raw)
    kind = _types(raw, rng)
    score = raw.a_score * SCALE + rng.integers(0, SCALE, applicants)
    rank_fit = np.repeat(125 * (8 - rng.integers(0, 8, len(plain.entry_value) // 8 + 1)), 8)[
        : len(plain.entry_value)
    ]
    value = 10_000 * SCALE + score[plain.entry_applicant] + rank_fit + 500 * (plain.entry_value % 2)
    groups = _groups(raw)
    rows, tables = _rows(raw, groups)
    bonus = [
        np.sort(rng.integers(0, 20 * SCALE, n))[::-1] if rng.random() < 0.3 else np.zeros(n, np.int64)
        for n in plain.capacity
    ]
    direct = rng.random(plain.n_classes) < 0.2
    return replace(
        plain,
        n_types=TYPES,
        entry_value=value.astype(np.int64),
        entry_type=kind[plain.entry_applicant].astype(np.int16),
        scale=SCALE,
        bonus_start=np.r_[0, np.cumsum(plain.capacity)].astype(np.int64),
        bonus=np.concatenate(bonus).astype(np.int64),
        **rows,  # type: ignore[arg-type]
        **tables,  # type: ignore[arg-type]
        **_seats(groups[plain.class_group], direct),  # type: ignore[arg-type]
    )


def _types(raw: RawTerritory, rng: np.random.Generator) -> np.ndarray:
    n = len(raw.a_size)
    q1 = np.where(rng.random(n) < 0.02, 2, raw.a_q1.astype(int))
    dalo = raw.a_priority & (rng.random(n) < 0.2)
    agent = rng.random(n) < 0.08
    return (((q1 * 2 + dalo) * 2 + raw.a_priority) * 2 + raw.a_employee) * 2 + agent


def _groups(raw: RawTerritory) -> np.ndarray:
    """(epci, landlord, qpv) of each group, in the order of the simplified model."""
    epci = raw.d_commune.astype(np.int64) // COMMUNES_PER_EPCI
    code = np.unique((epci * 64 + raw.d_landlord) * 2 + raw.d_qpv)
    return np.stack([code // 128, (code // 2) % 64, code % 2], axis=1)


def _row_numbers(raw: RawTerritory) -> dict[str, int]:
    landlords, epci = raw.n_landlords, raw.n_epci
    flux = landlords * 4
    lec = flux + landlords * epci * 2
    return {
        "flux": 0,
        "lec": flux,
        "priority": lec,
        "dalo": lec + 3 * landlords,
        "end": lec + 3 * landlords + 1,
    }


def _rows(raw: RawTerritory, groups: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    at = _row_numbers(raw)
    price = np.zeros(at["end"], np.int64)
    for name, end in (("flux", "lec"), ("lec", "priority"), ("priority", "dalo"), ("dalo", "end")):
        price[at[name] : at[end]] = PRICES[name] * SCALE // UNIT
    start, account, effects = [0], [], []
    for epci, landlord, qpv in groups.tolist():
        for t in range(TYPES):
            for c in _accounts(t):
                account.append(c)
                effects.append(_effects(raw, at, epci, landlord, qpv, t, c))
            start.append(len(account))
    size = np.array([len(e) for e in effects])
    flat = [x for e in effects for x in e]
    tables = {
        "option_start": np.array(start, np.int64),
        "option_account": np.array(account, np.int32),
        "option_value": np.zeros(len(account), np.int64),
        "effect_start": np.r_[0, np.cumsum(size)].astype(np.int64),
        "effect_row": np.array([r for r, _ in flat], np.int32),
        "effect_coef": np.array([c for _, c in flat], np.int64),
    }
    return {"row_constant": np.zeros(at["end"], np.int64), "row_price": price}, tables


def _accounts(t: int) -> list[int]:
    dalo, priority, employee, agent = (t >> 3) & 1, (t >> 2) & 1, (t >> 1) & 1, t & 1
    return [c for c, may in enumerate((dalo or priority, agent, employee, True, True)) if may]


def _effects(
    raw: RawTerritory, at: dict[str, int], epci: int, landlord: int, qpv: int, t: int, c: int
) -> list[tuple[int, int]]:
    q1, dalo, priority = t >> 4, (t >> 3) & 1, (t >> 2) & 1
    out = [(landlord * 4 + r, FLUX_RATES[r] - (UNIT if r == c else 0)) for r in range(4)]
    counted = q1 == 1 if qpv == 0 else q1 == 0
    lec = at["lec"] + (landlord * raw.n_epci + epci) * 2 + qpv
    out.append((lec, LEC_RATES[qpv] - (UNIT if counted else 0)))
    if c >= 2:
        out.append((at["priority"] + landlord * 3 + c - 2, PRIORITY_RATE - (UNIT if dalo or priority else 0)))
    out.append((at["dalo"], DALO_RATE - (UNIT if dalo else 0)))
    return out


def _seats(groups: np.ndarray, direct: np.ndarray) -> dict[str, np.ndarray]:
    """One seat of ETAT_PRIO per class of ``direct``: counted by flux, neutral for the rules on households."""
    where = np.flatnonzero(direct)
    coef = [FLUX_RATES[r] - (UNIT if r == 0 else 0) for r in range(4)]
    rows = groups[where, 1][:, None] * 4 + np.arange(4)
    return {
        "seat_start": np.r_[0, np.cumsum(direct)].astype(np.int64),
        "seat_account": np.zeros(len(where), np.int32),
        "seat_value": np.full(len(where), 10_040 * SCALE, np.int64),
        "seat_effect_start": np.arange(len(where) + 1, dtype=np.int64) * 4,
        "seat_effect_row": rows.ravel().astype(np.int32),
        "seat_effect_coef": np.tile(coef, len(where)).astype(np.int64),
    }
