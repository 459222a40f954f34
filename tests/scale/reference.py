"""Tiny random models with every feature, and their optimum by two methods that share nothing with the kernel."""

from __future__ import annotations

from itertools import product

import highspy
import numpy as np

from optimizer.solve.transport.model import LabelledTransport


def random_model(seed: int, *, plain: bool = False) -> LabelledTransport:
    """A model of at most 4 classes and 6 applicants; ``plain`` leaves out bonuses, seats and option values."""
    rng = np.random.default_rng(seed)
    n_menus, n_classes = int(rng.integers(1, 4)), int(rng.integers(0, 5))
    applicants, groups, types = int(rng.integers(0, 7)), int(rng.integers(1, 4)), int(rng.integers(1, 4))
    rows, accounts = int(rng.integers(0, 4)), int(rng.integers(1, 4))
    reach = rng.random((n_menus, applicants)) < rng.choice([0.3, 0.6, 1.0])
    low, high = [(-3, 8), (5, 6), (0, 30)][int(rng.integers(0, 3))]
    menu, who = np.nonzero(reach)
    unit = int(rng.choice([1, 1, 5]))
    may = rng.random((groups * types, accounts)) < 0.7
    cell, account = np.nonzero(may)
    coef = rng.integers(-4, 5, (len(cell), rows)) * (rng.random((len(cell), rows)) < 0.6)
    if rng.random() < 0.5 and rows:
        coef[:, 0] = np.where(account == 0, 3 - 10 * (cell % 2), 0)  # a ratio row counted on one account
    option, row = np.nonzero(coef)
    capacity = rng.integers(0, 4, n_classes)
    extras = {} if plain else _extras(rng, capacity, accounts, rows)
    return LabelledTransport(
        n_applicants=applicants,
        n_groups=groups,
        n_types=types,
        capacity=capacity.astype(np.int64),
        class_menu=rng.integers(0, n_menus, n_classes).astype(np.int32),
        class_group=rng.integers(0, groups, n_classes).astype(np.int32),
        menu_start=np.r_[0, np.cumsum(reach.sum(1))].astype(np.int64),
        entry_applicant=who.astype(np.int32),
        entry_value=(rng.integers(low, high + 1, len(who)) * unit).astype(np.int64),
        entry_type=rng.integers(0, types, len(who)).astype(np.int32),
        option_start=np.r_[0, np.cumsum(may.sum(1))].astype(np.int64),
        option_account=account.astype(np.int32),
        option_value=np.zeros(len(cell), np.int64) if plain else rng.integers(-1, 3, len(cell)) * unit,
        effect_start=np.r_[0, np.cumsum((coef != 0).sum(1))].astype(np.int64),
        effect_row=row.astype(np.int32),
        effect_coef=coef[option, row].astype(np.int64),
        row_constant=rng.integers(-4, 8, rows).astype(np.int64),
        row_price=rng.choice([0, 1, 4, 20], rows).astype(np.int64) * unit,
        **extras,
    )


def _extras(
    rng: np.random.Generator, capacity: np.ndarray, accounts: int, rows: int
) -> dict[str, np.ndarray]:
    out: dict[str, np.ndarray] = {}
    if rng.random() < 0.5:
        has = (rng.random(len(capacity)) < 0.6) & (capacity > 0)
        size = np.where(has, capacity, 0)
        out["bonus_start"] = np.r_[0, np.cumsum(size)].astype(np.int64)
        parts = [np.sort(rng.integers(-1, 6, n))[::-1] for n in size]
        out["bonus"] = np.concatenate([*parts, np.zeros(0, np.int64)]).astype(np.int64)
    if rng.random() < 0.5:
        number = rng.integers(0, 3, len(capacity)) if len(capacity) else np.zeros(0, np.int64)
        number = np.minimum(number, accounts)
        n = int(number.sum())
        coef = rng.integers(-3, 4, (n, rows))
        seat, row = np.nonzero(coef)
        out["seat_start"] = np.r_[0, np.cumsum(number)].astype(np.int64)
        out["seat_account"] = np.concatenate([*(np.arange(c) for c in number), np.zeros(0)]).astype(np.int32)
        out["seat_value"] = rng.integers(-2, 12, n).astype(np.int64)
        out["seat_effect_start"] = np.r_[0, np.cumsum((coef != 0).sum(1))].astype(np.int64)
        out["seat_effect_row"] = row.astype(np.int32)
        out["seat_effect_coef"] = coef[seat, row].astype(np.int64)
    return out


def _choices(model: LabelledTransport) -> list[tuple[int, int, int, int]]:
    """(applicant, class, option, value) of every eligible pair and account."""
    out = []
    for k in range(model.n_classes):
        m = model.class_menu[k]
        for j in range(model.menu_start[m], model.menu_start[m + 1]):
            cell = model.class_group[k] * model.n_types + model.entry_type[j]
            for o in range(model.option_start[cell], model.option_start[cell + 1]):
                value = int(model.entry_value[j]) + int(model.option_value[o])
                out.append((int(model.entry_applicant[j]), k, o, value))
    return out


def _effects(start: np.ndarray, row: np.ndarray, coef: np.ndarray, j: int, rows: int) -> np.ndarray:
    out = np.zeros(rows, np.int64)
    for i in range(start[j], start[j + 1]):
        out[row[i]] += coef[i]
    return out


def optimum_by_milp(model: LabelledTransport) -> int:
    """Optimum of the explicit mixed-integer program, one binary per (applicant, class, account)."""
    pairs = _choices(model)
    seats = []
    if len(model.seat_start):
        seats = [
            (k, j)
            for k in range(model.n_classes)
            for j in range(model.seat_start[k], model.seat_start[k + 1])
        ]
    slots = []
    if len(model.bonus_start):
        slots = [
            (k, int(b))
            for k in range(model.n_classes)
            for b in model.bonus[slice(*model.bonus_start[k : k + 2])]
        ]
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("mip_rel_gap", 0.0)
    h.setOptionValue("mip_abs_gap", 0.0)
    inf = highspy.kHighsInf
    x = [h.addBinary() for _ in pairs]
    y = [h.addIntegral(0, int(model.capacity[k])) for k, _ in seats]
    z = [h.addBinary() for _ in slots]
    s = [h.addVariable(0, inf) for _ in range(model.n_rows)]
    for a in range(model.n_applicants):
        mine = [x[i] for i, p in enumerate(pairs) if p[0] == a]
        if mine:
            h.addConstr(sum(mine[1:], mine[0] + 0) <= 1)
    for k in range(model.n_classes):
        housed = [x[i] for i, p in enumerate(pairs) if p[1] == k]
        here = housed + [y[i] for i, p in enumerate(seats) if p[0] == k]
        if here:
            h.addConstr(sum(here[1:], here[0] + 0) <= int(model.capacity[k]))
        earned = [z[i] for i, p in enumerate(slots) if p[0] == k]
        if earned:
            total = sum(earned[1:], earned[0] + 0)
            h.addConstr(sum(housed[1:], housed[0] + 0) - total == 0 if housed else total <= 0)
    for r in range(model.n_rows):
        total = s[r] + 0
        for i, p in enumerate(pairs):
            c = _effects(model.effect_start, model.effect_row, model.effect_coef, p[2], model.n_rows)[r]
            total = total - int(c) * x[i]
        for i, (_, j) in enumerate(seats):
            table = (model.seat_effect_start, model.seat_effect_row, model.seat_effect_coef)
            total = total - int(_effects(*table, j, model.n_rows)[r]) * y[i]
        h.addConstr(total >= int(model.row_constant[r]))
    goal = 0 * s[0] if s else None
    terms = [(p[3], v) for p, v in zip(pairs, x, strict=True)]
    terms += [(int(model.seat_value[j]), v) for (_, j), v in zip(seats, y, strict=True)]
    terms += [(b, v) for (_, b), v in zip(slots, z, strict=True)]
    terms += [(-int(p), v) for p, v in zip(model.row_price, s, strict=True)]
    if not terms:
        return 0
    for c, v in terms:
        goal = c * v if goal is None else goal + c * v
    h.maximize(goal)
    return round(h.getInfo().objective_function_value)


def optimum_by_enumeration(model: LabelledTransport) -> int:
    """Optimum by trying every assignment, account and seat count (a handful of applicants only)."""
    pairs = _choices(model)
    by_applicant = [[(-1, -1, 0)] + [p[1:] for p in pairs if p[0] == a] for a in range(model.n_applicants)]
    seat_owner = (
        np.repeat(np.arange(model.n_classes), np.diff(model.seat_start)) if len(model.seat_start) else []
    )
    seat_ranges = [range(int(model.capacity[k]) + 1) for k in seat_owner]
    best = None
    for picks in product(*by_applicant):
        held = np.zeros(model.n_classes, np.int64)
        need = model.row_constant.copy()
        value = 0
        for k, option, worth in picks:
            if k >= 0:
                held[k] += 1
                value += worth
                need = need + _effects(
                    model.effect_start, model.effect_row, model.effect_coef, option, model.n_rows
                )
        if (held > model.capacity).any():
            continue
        if len(model.bonus_start):
            for k in range(model.n_classes):
                value += int(model.bonus[model.bonus_start[k] : model.bonus_start[k + 1]][: held[k]].sum())
        for counts in product(*seat_ranges):
            seated = held.copy()
            rows, total = need, value
            for j, n in enumerate(counts):
                seated[seat_owner[j]] += n
                total += int(model.seat_value[j]) * n
                table = (model.seat_effect_start, model.seat_effect_row, model.seat_effect_coef)
                rows = rows + n * _effects(*table, j, model.n_rows)
            if (seated <= model.capacity).all():
                total -= int((np.maximum(0, rows) * model.row_price).sum())
                best = total if best is None else max(best, total)
    assert best is not None
    return best
