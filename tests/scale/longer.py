"""Branches written as rows of a longer model: what a case means, without any of its short cuts."""

from __future__ import annotations

import numpy as np

from optimizer.solve.transport.branching import branch_price, counted_by
from optimizer.solve.transport.mir import beside, effect_matrix, longer
from optimizer.solve.transport.model import Branch, LabelledTransport


def with_branches(model: LabelledTransport, branches: tuple[Branch, ...]) -> LabelledTransport:
    """The model with one more row per branch: at least t is ``t - count``, at most t is ``count - t``."""
    if not branches:
        return model
    tables = [
        effect_matrix(model.effect_start, model.effect_row, model.effect_coef, model.n_rows).tocsc(),
        effect_matrix(
            model.seat_effect_start, model.seat_effect_row, model.seat_effect_coef, model.n_rows
        ).tocsc(),
    ]
    counted = [counted_by(model, tables, b) for b in branches]
    sign = [-1 if b.at_least else 1 for b in branches]
    options, seats = (
        beside(table, [(c[i], np.full(len(c[i]), by, np.int64)) for c, by in zip(counted, sign, strict=True)])
        for i, table in enumerate(tables)
    )
    constant = [b.threshold if b.at_least else -b.threshold for b in branches]
    return longer(model, constant, [branch_price(model)] * len(branches), options, seats)
