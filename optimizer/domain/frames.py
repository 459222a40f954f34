"""Reading frames row by row without losing the types on the way; values whose frames are theirs alone."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.types import pandas_dtype

from optimizer.domain import messages as messages
from optimizer.errors import AttrifluxError


def text_is_known() -> None:
    """Refuse to work while pandas is set to make objects of text: an empty cell would be the word "nan" without a word of warning.

    Raises
    ------
    AttrifluxError
        ``PANDAS_TEXT``
    """
    # asked of the kind itself: looking at the option warns, and pandas 4 has none
    if not isinstance(pandas_dtype("str"), pd.StringDtype):
        raise AttrifluxError("PANDAS_TEXT")


class OwnFrames:
    """A value whose frames are its own: every look at one is a copy, so that writing in it changes neither the value nor the
    next look (pandas copies on write: a copy costs nothing until then)."""

    if not TYPE_CHECKING:

        def __getattribute__(self, name: str) -> Any:
            """The attribute; of a frame, a copy."""
            value = super().__getattribute__(name)
            return value.copy(deep=False) if isinstance(value, pd.DataFrame) else value


def kept_kinds(frame: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """The frame, whose columns have the same kinds with rows and without: of no values pandas makes objects, or numbers.

    Parameters
    ----------
    kinds : column -> kind (``str``, ``int64``, ``float64``, ``bool``) where the frame has no row

    Examples
    --------
    >>> kept_kinds(pd.DataFrame(columns=["reason"]), {"reason": "str"})["reason"].str.upper().tolist()
    []
    """
    return frame if len(frame) else frame.astype(dict(kinds))


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows as named tuples without the index: ``row.dwelling_id``, in the order of the frame.

    What ``DataFrame.itertuples`` gives; a small week asks for that 230 times of a few rows, and a sixth of its time went into
    looking columns up by their number and making the same tuple types again.
    """
    if not len(frame):
        return
    columns = [cells for _, cells in frame.items()]
    if not columns:
        yield from frame.itertuples(index=False)
        return
    yield from map(_row(tuple(frame.columns)), zip(*columns, strict=True))


@lru_cache(maxsize=1024)
def _row(columns: tuple[str, ...]) -> Callable[[Iterable[Any]], Any]:
    """Makes a row of these columns of its cells."""
    kind: Any = collections.namedtuple  # names that are known at run time only are nothing to a type checker
    make: Callable[[Iterable[Any]], Any] = kind("Row", columns, rename=True)._make
    return make
