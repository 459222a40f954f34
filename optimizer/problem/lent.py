"""What a rule is given: the values of a case, whose arrays it can read and not write into.

Facts are shared by every rule, by the solver and by whatever is asked next. A file that writes into them would change the figures
of all others, and the second program, which reads the raw files, would refuse them without knowing which file it was.
"""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


def lent(value: T) -> T:
    """The value with read-only views in place of its arrays, those of frozen values and tuples inside it included.

    Nothing is copied but the shells, and the value itself stays as it is. Dictionaries are handed on: facts keep answers in theirs.

    Examples
    --------
    >>> kept = np.array([1, 2])
    >>> lent((kept, "x"))[0].flags.writeable, kept.flags.writeable
    (False, True)
    """
    found: Any = value
    if isinstance(value, np.ndarray):
        found = value.view()
        found.flags.writeable = False
    elif isinstance(value, tuple):
        items = [lent(item) for item in value]
        if any(new is not old for new, old in zip(items, value, strict=True)):
            found = value._make(items) if hasattr(value, "_make") else tuple(items)
    elif is_dataclass(value) and not isinstance(value, type) and hasattr(value, "__dict__"):
        held = {name: lent(item) for name, item in vars(value).items()}
        if any(held[name] is not item for name, item in vars(value).items()):
            # what was worked out from it so far comes along: made anew it would be counted a second time
            found = object.__new__(type(value))
            found.__dict__.update(held)
    return found  # type: ignore[no-any-return]
