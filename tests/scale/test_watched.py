"""The rows that cases watch, read from those of the root, against the same rows written into the model."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scale.families import raw_of
from benchmarks.scale.full_like import full_like
from benchmarks.scale.simplified import build
from optimizer.solve.transport.branching import countable
from optimizer.solve.transport.cells import split_cells
from optimizer.solve.transport.count_rows import watch
from optimizer.solve.transport.mir import extend, propose_cuts
from optimizer.solve.transport.model import Branch
from optimizer.solve.transport.rows import with_cuts
from tests.campaign import few
from tests.scale.longer import with_branches
from tests.scale.reference import random_model

MODELS = (
    build(raw_of(300, 1_500, 0, is_tight=True)),
    full_like(60, 600, 0),
    *(random_model(s) for s in few(60)),
)


@pytest.mark.parametrize("model", MODELS)
def test_watched_rows_are_those_of_the_longer_model(model):
    """Cell by cell, the options a lease may take have the same effects in the same number."""
    structure, rows = with_cuts(model, propose_cuts(model), exact_rooms=False)
    rng = np.random.default_rng(model.n_rows)
    cells = structure.cells
    some = np.flatnonzero(cells.admissible[: cells.n_household_cells])
    named = rng.choice(some, min(2, len(some)), replace=False).tolist()
    counts = [*countable(model), *((-1, False, int(c)) for c in named)]
    found, longer_rows = watch(model, cells, rows, counts)
    sides = tuple(Branch(k, low, up, 0, cell) for k, low, cell in counts for up in (True, False))
    longer = extend(with_branches(model, sides), rows.cuts)
    written = split_cells(longer, structure.class_of)
    assert longer_rows.n_rows == longer.n_rows == written.fixed.shape[1]
    assert longer_rows.constant.tolist() == longer.row_constant.tolist()
    assert longer_rows.price.tolist() == [*model.row_price.tolist(), *([0] * len(sides))]
    assert found.pool.tolist() == written.pool.tolist()
    for cell in np.flatnonzero(cells.admissible).tolist():
        assert _options(found, cell) == _options(written, cell), cell


def _options(cells, cell):
    """(value, effects) of each option of a cell."""
    fixed = cells.fixed[cell].toarray().ravel()
    if cells.pool[cell] < 0:
        return [(int(cells.fixed_value[cell]), fixed.tolist())]
    labels = range(*cells.label_start[cells.pool[cell] : cells.pool[cell] + 2])
    return sorted(
        (
            int(cells.fixed_value[cell] + cells.label_value[i]),
            (fixed + cells.label[i].toarray().ravel()).tolist(),
        )
        for i in labels
    )
