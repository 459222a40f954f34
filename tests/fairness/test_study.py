"""What a metric is computed from."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from optimizer.fairness.study import Study


def test_more_priced_rows_than_bits_of_a_word_stay_apart():
    rows = [SimpleNamespace(price=100)] * 130
    kinds = SimpleNamespace(ptr=np.arange(131), row=np.arange(130), num=np.ones(130, np.int64))

    class Kinds(SimpleNamespace):
        def __len__(self) -> int:
            return 130

    market = SimpleNamespace(rows=rows, kinds=Kinds(**vars(kinds)))
    study = Study(cast(Any, SimpleNamespace(market=market)), 1, np.zeros(0))
    served = study.rows_served
    together = served[:, None, :] & served[None, :, :]
    assert (together.any(axis=2) == np.eye(130, dtype=bool)).all()
