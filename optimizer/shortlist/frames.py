"""Columns of the published tables: points from hundredths, texts from positions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

I64 = NDArray[np.int64]


def money(values: I64) -> NDArray[np.float64]:
    """Hundredths to points, exact to two decimals."""
    return np.round(values / 100.0, 2)


def named(words: NDArray[np.object_], at: NDArray[np.integer]) -> pd.Series[str]:
    """Texts at positions, "" where the position is negative, as an arrow column: 24 million of them fit in memory."""
    table = pa.array([*words.tolist(), ""], pa.large_string())
    return pd.Series(pd.array(table.take(pa.array(np.where(at < 0, len(words), at))), dtype="str"))
