"""The explicit integer program of a labelled transport: one binary column per (dwelling, applicant, account), nothing reduced.

Every solver gets these arrays. All numbers are integers: points, leases, quarters of a lease. An answer, whoever gave it, is
counted again in micropoints by `optimizer.problem.evaluate` on the exact translation of ``benchmarks.instances.pairs``.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from benchmarks.instances.pairs import POINT, as_problem
from benchmarks.scale.simplified import FILL
from optimizer.problem import evaluate
from optimizer.problem.model import MICRO_PER_HUNDREDTH, FirstRanks
from optimizer.solve.transport import LabelledTransport

I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Program:
    """``max cost . z`` under ``A z <= 1`` for dwellings and applicants and ``A z >= constant`` for rules, ``z = (x, s)``.

    Attributes
    ----------
    dwelling, who, option : (n,) int64
        What a binary column x is; dwellings are numbered through the classes.
    matrix : (d + a + r, n + r) sparse, integers
        Rows of the dwellings, of the applicants, of the rules; columns x, then one shortfall s >= 0 per rule.
    cost : (n + r,) int64
        Points.
    constant : (r,) int64
        Least value of the row of each rule.
    n_places : int
        Dwellings and applicants: the rows with at most one.
    """

    dwelling: I64
    who: I64
    option: I64
    matrix: sp.csr_matrix
    cost: I64
    constant: I64
    n_places: int

    @property
    def n(self) -> int:
        """Number of binary columns."""
        return len(self.dwelling)

    @property
    def n_rules(self) -> int:
        """Number of rules, and of shortfalls."""
        return len(self.constant)


def explicit_pairs(model: LabelledTransport) -> tuple[I64, I64, I64, I64]:
    """(dwelling, applicant, value, cell) of every eligible pair, dwellings numbered through the classes."""
    length = np.diff(model.menu_start)[model.class_menu]
    klass = np.repeat(np.arange(model.n_classes), model.capacity)
    size = length[klass]
    dwelling = np.repeat(np.arange(len(klass)), size)
    first = model.menu_start[model.class_menu[klass]]
    entry = np.arange(len(dwelling)) + np.repeat(first - (np.cumsum(size) - size), size)
    cell = model.class_group[klass].astype(np.int64)[dwelling] * model.n_types + model.entry_type[entry]
    return (
        dwelling,
        model.entry_applicant[entry].astype(np.int64),
        model.entry_value[entry].astype(np.int64),
        cell,
    )


def explicit(model: LabelledTransport) -> Program:
    """The program of a model without seats nor bonuses.

    Raises
    ------
    ValueError
        The model has seats or bonuses, which are no pairs.
    """
    if len(model.seat_account) or len(model.bonus):
        raise ValueError("seats and bonuses are no pairs")
    dwelling, who, value, cell = explicit_pairs(model)
    per_cell = np.diff(model.option_start)
    size = per_cell[cell]
    pair = np.repeat(np.arange(len(cell)), size)
    option = model.option_start[cell[pair]] + np.arange(len(pair)) - np.repeat(np.cumsum(size) - size, size)
    n, rows, d = len(pair), model.n_rows, int(model.capacity.sum())
    effects = sp.csr_matrix(
        (model.effect_coef, model.effect_row, model.effect_start), shape=(len(model.option_account), rows)
    )
    one, at = np.ones(n, np.int64), np.arange(n)
    by_flat = sp.csr_matrix((one, (dwelling[pair], at)), shape=(d, n + rows))
    by_app = sp.csr_matrix((one, (who[pair], at)), shape=(model.n_applicants, n + rows))
    by_rule = sp.hstack([-effects[option].T, sp.identity(rows, np.int64)])
    return Program(
        dwelling=dwelling[pair],
        who=who[pair],
        option=option,
        matrix=sp.vstack([by_flat, by_app, by_rule], format="csr"),
        cost=np.r_[value[pair] + model.option_value[option], -model.row_price],
        constant=model.row_constant,
        n_places=d + model.n_applicants,
    )


def as_highs(program: Program, *, integer: bool) -> highspy.HighsLp:
    """The program for HiGHS, which also writes it down for those that read files."""
    n, r = program.n, program.n_rules
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n + r, program.matrix.shape[0]
    lp.col_cost_, lp.sense_ = program.cost.astype(float), highspy.ObjSense.kMaximize
    lp.col_lower_, lp.col_upper_ = np.zeros(n + r), np.r_[np.ones(n), np.full(r, np.inf)]
    lp.row_lower_ = np.r_[np.full(program.n_places, -np.inf), program.constant]
    lp.row_upper_ = np.r_[np.ones(program.n_places), np.full(r, np.inf)]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = program.matrix.indptr, program.matrix.indices
    lp.a_matrix_.value_ = program.matrix.data.astype(float)
    if integer:
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger] * n + [kinds.kContinuous] * r
    return lp


def micropoints(model: LabelledTransport, dwelling: I64, who: I64, option: I64) -> int:
    """What these leases are worth, counted again in integers.

    Raises
    ------
    optimizer.problem.evaluate.InvalidSolution
        A household or a dwelling twice, a pair that is not eligible, an account that is not open to it.
    """
    problem = as_problem(model)
    flats = int(model.capacity.sum())
    markers = len(problem.dwelling_ids) - flats
    more = np.arange(markers)
    kind = problem.options.kind
    first = FirstRanks(
        dwelling=np.r_[dwelling, flats + more].astype(np.int32),
        app=np.r_[who, model.n_applicants + more].astype(np.int32),
        kind=np.r_[kind[option], kind[len(kind) - markers :]].astype(np.int32),
    )
    return evaluate(problem, first).objective - markers * FILL * POINT * MICRO_PER_HUNDREDTH


def leases_of(
    model: LabelledTransport, assigned_class: NDArray[np.int32], account: NDArray[np.int32]
) -> tuple[I64, I64, I64]:
    """(dwelling, applicant, option) of an answer given by classes: places of a class are taken in the order of applicants."""
    who = np.flatnonzero(assigned_class >= 0)
    klass = assigned_class[who].astype(np.int64)
    order = np.argsort(klass, kind="stable")
    who, klass = who[order], klass[order]
    held = np.bincount(klass, minlength=model.n_classes)
    start = np.r_[0, np.cumsum(model.capacity)]
    rank = np.arange(len(who)) - np.repeat(np.cumsum(held) - held, held)
    entry = {}
    for k in np.unique(klass).tolist():
        span = slice(*model.menu_start[model.class_menu[k] : model.class_menu[k] + 2])
        entry[k] = dict(
            zip(model.entry_applicant[span].tolist(), model.entry_type[span].tolist(), strict=True)
        )
    kinds = np.array([entry[k][a] for k, a in zip(klass.tolist(), who.tolist(), strict=True)], np.int64)
    cell = model.class_group[klass].astype(np.int64) * model.n_types + kinds
    options = [
        next(
            o
            for o in range(int(model.option_start[c]), int(model.option_start[c + 1]))
            if model.option_account[o] == a
        )
        for c, a in zip(cell.tolist(), account[who].tolist(), strict=True)
    ]
    return start[klass] + rank, who, np.array(options, np.int64)
