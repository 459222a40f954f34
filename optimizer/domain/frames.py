"""Reading frames row by row without losing the types on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows as named tuples without the index: ``row.dwelling_id``, in the order of the frame."""
    yield from frame.itertuples(index=False)
