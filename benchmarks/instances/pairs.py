"""The simplified model of ``benchmarks.scale`` as a `Problem`, exactly.

A simplified row is short by ``max(0, b + c . n)`` with n the leases per effect, ``c`` +1 (asks for more) or negative
(gives); a `Problem` row by ``max(0, rate x den - num)`` with ``num`` among ``den`` and no constant. With ``g`` what one
giving lease gives, divide by ``1 + g``: rate = 1 / (1 + g), every lease of the row in ``den``, giving ones in ``num``,
price times ``1 + g``. The constant b, a number of leases, becomes b *marker dwellings*: each is pinned to a household of
its own, counts in ``den`` only, and serves every row that asks for at least as many. They are let in every solution, so
their value is an offset taken out of the tables.
"""

from __future__ import annotations

import numpy as np

from benchmarks.scale.raw_instances import draw
from benchmarks.scale.simplified import ACCOUNTS, FILL
from benchmarks.scale.simplified import build as build_transport
from optimizer.problem.model import (
    I8,
    I32,
    I64,
    MICRO_PER_HUNDREDTH,
    RATE_UNIT,
    Kinds,
    Options,
    Problem,
    Row,
    Seats,
)
from optimizer.solve.transport import LabelledTransport

POINT = 100
"""Hundredths: one unit of the simplified model is one point."""
MARKER = "REPERE"
Kind = tuple[int, tuple[tuple[int, int], ...]]
"""Account, then (row, num) of every row it counts on."""


def simplified(dwellings: int, applications: int, seed: int, *, tight: bool) -> tuple[Problem, int]:
    """Problem and offset in micropoints of the simplified territory of that size."""
    model = build_transport(draw(dwellings, applications, seed, tight=tight))
    problem = as_problem(model)
    markers = len(problem.dwelling_ids) - int(model.capacity.sum())
    return problem, markers * FILL * POINT * MICRO_PER_HUNDREDTH


def as_problem(model: LabelledTransport) -> Problem:
    """Exact translation.

    Raises
    ------
    ValueError
        The model holds what the translation does not cover: dwelling bonuses or labels with a value of their own, a
        negative constant, a coefficient above +1.
    """
    given = _given(model)
    constant = model.row_constant
    n_markers = int(constant.max(initial=0))
    kinds, numbers, option_kind = _kinds(model, n_markers)
    n_flats = int(model.capacity.sum())
    n_types, n_groups = model.n_types + 1, model.n_groups + n_markers
    menu_ptr, order = _menus(model, n_markers)
    n_entries = len(model.entry_applicant)
    value = np.r_[model.entry_value.astype(np.int64)[order] - FILL, np.zeros(n_markers, np.int64)]
    marker_app = model.n_applicants + np.arange(n_markers)
    key, ptr = _options(model, n_types, n_markers)
    markers = [numbers[kind] for kind in _marker_kinds(constant, n_markers)]
    option = np.r_[option_kind, markers].astype(np.int32)
    classes = model.n_classes
    return Problem(
        dwelling_ids=_names("d", n_flats, "z", n_markers),
        application_ids=_names("a", model.n_applicants, "z", n_markers),
        klass=np.r_[np.repeat(np.arange(classes), model.capacity), classes + np.arange(n_markers)].astype(
            np.int32
        ),
        bonus=np.zeros(n_flats + n_markers, np.int64),
        class_menu=np.r_[model.class_menu, len(model.menu_start) - 1 + np.arange(n_markers)].astype(np.int32),
        class_group=np.r_[model.class_group, model.n_groups + np.arange(n_markers)].astype(np.int32),
        must_fill=np.r_[np.zeros(classes, bool), np.ones(n_markers, bool)],
        menu_ptr=menu_ptr,
        entry_app=np.r_[model.entry_applicant[order], marker_app].astype(np.int32),
        entry_score=value * POINT,
        entry_fit=np.zeros(n_entries + n_markers, np.int64),
        entry_type=np.r_[model.entry_type[order], np.full(n_markers, model.n_types)].astype(np.int32),
        n_types=n_types,
        n_groups=n_groups,
        options=Options(key, ptr, option, np.ones(len(option), bool)),
        kinds=kinds,
        seats=_no_seats(),
        rows=tuple(_row(k, int(model.row_price[k]), int(given[k])) for k in range(model.n_rows)),
        accounts=(*(f"COMPTE{c}" for c in range(ACCOUNTS)), MARKER),
        seniority=np.zeros(model.n_applicants + n_markers, np.int64),
        fill_value=FILL * POINT,
        seed="benchmark",
    )


def _no_seats() -> Seats:
    index, value = np.zeros(0, np.int32), np.zeros(0, np.int64)
    return Seats(klass=index, kind=index, value=value, deadline_days=index)


def _given(model: LabelledTransport) -> I64:
    """What a giving lease gives on each row (1 where nothing gives), after checking that the translation is exact."""
    if model.option_value.any() or model.row_constant.min(initial=0) < 0:
        raise ValueError("labels with a value, or a negative constant, have no exact translation")
    given = np.ones(model.n_rows, np.int64)
    giving = model.effect_coef < 0
    np.maximum.at(given, model.effect_row[giving], -model.effect_coef[giving])
    exact = np.where(giving, model.effect_coef == -given[model.effect_row], model.effect_coef == 1)
    if not exact.all() or (RATE_UNIT % (given + 1)).any():
        raise ValueError("a row mixes coefficients that one rate cannot express")
    return given


def _row(k: int, price: int, given: int) -> Row:
    rate = RATE_UNIT // (given + 1)
    return Row(
        rule="simplified", scope=f"row={k:04d}", price=price * (given + 1) * POINT, rate=rate, share=rate,
        tolerance=0, num_before=0, den_before=0, remaining_num=0, remaining_den=1, status="assumed",
    )  # fmt: skip


def _kinds(model: LabelledTransport, n_markers: int) -> tuple[Kinds, dict[Kind, int], list[int]]:
    """Distinct kinds in order of first use, their numbers, and the kind of every option."""
    numbers: dict[Kind, int] = {}
    of_option: list[int] = []
    for i, account in enumerate(model.option_account.tolist()):
        span = slice(int(model.effect_start[i]), int(model.effect_start[i + 1]))
        marks = zip(model.effect_row[span].tolist(), (model.effect_coef[span] < 0).tolist(), strict=True)
        kind: Kind = (account, tuple(sorted((row, int(num)) for row, num in marks)))
        of_option.append(numbers.setdefault(kind, len(numbers)))
    for kind in _marker_kinds(model.row_constant, n_markers):
        numbers.setdefault(kind, len(numbers))
    size = [len(marks) for _, marks in numbers]
    flat = [mark for _, marks in numbers for mark in marks]
    row: I32 = np.array([r for r, _ in flat], np.int32)
    num: I8 = np.array([n for _, n in flat], np.int8)
    kinds = Kinds(
        account=np.array([account for account, _ in numbers], np.int32),
        ptr=np.r_[0, np.cumsum(size)].astype(np.int64),
        row=row,
        num=num,
        den=np.ones(len(flat), np.int8),
    )
    return kinds, numbers, of_option


def _marker_kinds(constant: I64, n_markers: int) -> list[Kind]:
    """Marker j counts on the rows whose constant exceeds j."""
    return [
        (ACCOUNTS, tuple((int(row), 0) for row in np.flatnonzero(constant > j))) for j in range(n_markers)
    ]


def _menus(model: LabelledTransport, n_markers: int) -> tuple[I64, I64]:
    """Menu limits and the order of the entries inside: value descending, then application."""
    menu = np.repeat(np.arange(len(model.menu_start) - 1), np.diff(model.menu_start))
    order = np.lexsort((model.entry_applicant, -model.entry_value.astype(np.int64), menu))
    ends = model.menu_start[-1] + 1 + np.arange(n_markers)
    return np.r_[model.menu_start, ends].astype(np.int64), order


def _options(model: LabelledTransport, n_types: int, n_markers: int) -> tuple[I64, I64]:
    """Keys of the (group, type) cells that have options, renumbered for one more type, and their limits."""
    size = np.diff(model.option_start)
    cell = np.flatnonzero(size)
    key = cell // model.n_types * n_types + cell % model.n_types
    markers = (model.n_groups + np.arange(n_markers)) * n_types + model.n_types
    ptr = np.r_[0, np.cumsum(np.r_[size[cell], np.ones(n_markers, np.int64)])]
    return np.r_[key, markers].astype(np.int64), ptr.astype(np.int64)


def _names(first: str, n: int, then: str, more: int) -> np.ndarray:
    width = len(str(max(n, more, 1)))
    found = [f"{first}{i:0{width}d}" for i in range(n)] + [f"{then}{i:0{width}d}" for i in range(more)]
    return np.array(found, object)
