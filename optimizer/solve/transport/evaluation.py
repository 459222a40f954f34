"""The objective of an answer recomputed from the model alone: who, which class, which account, which seats."""

from __future__ import annotations

import numpy as np

from optimizer.compiled import njit
from optimizer.solve.transport.model import Ints, LabelledTransport, SmallInts


@njit(cache=True, nogil=True)
def _entry_of(menu_start, entry_applicant, wanted_start, menu_of, found):  # type: ignore[no-untyped-def]
    """Position of the entry (menu_of[a], a) of each wanted applicant; -1 when it is not on that menu."""
    for m in range(len(menu_start) - 1):
        if wanted_start[m] == wanted_start[m + 1]:
            continue
        for j in range(menu_start[m], menu_start[m + 1]):
            if menu_of[entry_applicant[j]] == m:
                found[entry_applicant[j]] = j


def objective_of(model: LabelledTransport, assigned_class: SmallInts, account: SmallInts, seats: Ints) -> int:
    """Objective of an answer, in objective units.

    Raises
    ------
    ValueError
        An applicant is not on the menu of the class, an account is not an option of the cell, a class holds more
        leases and seats than dwellings, or a seat count is negative.
    """
    who = np.flatnonzero(assigned_class >= 0)
    klass = assigned_class[who].astype(np.int64)
    menu_of = np.full(model.n_applicants, -1, np.int64)
    menu_of[who] = model.class_menu[klass]
    n_menus = len(model.menu_start) - 1
    wanted = np.r_[0, np.cumsum(np.bincount(menu_of[who], minlength=n_menus))]
    found = np.full(model.n_applicants, -1, np.int64)
    _entry_of(model.menu_start, model.entry_applicant, wanted, menu_of, found)
    entry = found[who]
    if (entry < 0).any():
        raise ValueError("answer: an applicant is not eligible for the class")
    cell = model.class_group[klass].astype(np.int64) * model.n_types + model.entry_type[entry]
    option = _option_of(model, cell, account[who].astype(np.int64))
    held = np.bincount(klass, minlength=model.n_classes)
    seated = np.zeros(model.n_classes, np.int64)
    if len(model.seat_start):
        np.add.at(seated, np.repeat(np.arange(model.n_classes), np.diff(model.seat_start)), seats)
    if (seats < 0).any() or (held + seated > model.capacity).any():
        raise ValueError("answer: a class holds more than its dwellings")
    need = model.row_constant.copy()
    _add_effects(
        need, model.effect_start, model.effect_row, model.effect_coef, option, np.ones(len(option), np.int64)
    )
    taken = np.flatnonzero(seats)
    _add_effects(
        need, model.seat_effect_start, model.seat_effect_row, model.seat_effect_coef, taken, seats[taken]
    )
    value = int(model.entry_value[entry].astype(np.int64).sum()) + int(model.option_value[option].sum())
    value += model.entry_base * len(entry)
    value += int((model.seat_value * seats).sum())
    if len(model.bonus_start):
        before = np.r_[0, np.cumsum(model.bonus)]
        n = np.where(np.diff(model.bonus_start) > 0, held, 0)
        value += int((before[model.bonus_start[:-1] + n] - before[model.bonus_start[:-1]]).sum())
    return value - int((np.maximum(0, need) * model.row_price).sum())


def _option_of(model: LabelledTransport, cell: Ints, account: Ints) -> Ints:
    owner = np.repeat(np.arange(model.n_groups * model.n_types), np.diff(model.option_start))
    if not len(owner):
        if len(cell):
            raise ValueError("answer: an account is not an option there")
        return np.zeros(0, np.int64)
    span = int(model.option_account.max(initial=0)) + 2
    key = owner * span + model.option_account
    order = np.argsort(key, kind="stable")
    wanted = cell * span + account
    at = np.minimum(np.searchsorted(key[order], wanted), len(order) - 1)
    if (account < 0).any() or (key[order][at] != wanted).any():
        raise ValueError("answer: an account is not an option there")
    return np.asarray(order[at], dtype=np.int64)


def _add_effects(need: Ints, start: Ints, row: np.ndarray, coef: Ints, which: Ints, times: Ints) -> None:
    size = start[which + 1] - start[which]
    at = np.repeat(start[which] - np.r_[0, np.cumsum(size)[:-1]], size) + np.arange(int(size.sum()))
    np.add.at(need, row[at], coef[at] * np.repeat(times, size))
