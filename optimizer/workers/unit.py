"""One unit of work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Unit:
    """A function to call once, somewhere.

    Attributes
    ----------
    key : of all that the answer depends on (:func:`~optimizer.workers.key_of`); equal keys are one unit
    name : for who watches
    work : importable from its module; its answer, in bytes, is a function of the arguments alone
    arguments : picklable
    """

    key: str
    name: str
    work: Callable[..., bytes]
    arguments: tuple[Any, ...] = ()
