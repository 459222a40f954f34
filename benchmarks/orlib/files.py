"""The two file formats, and what the name of a file says of it.

Assignment (``assign100.txt``): n, then n x n costs, minimised. Generalised assignment: number of problems, then per problem m agents,
n jobs, m x n costs, m x n resources, m capacities; the library maximises files gap1 to gap12 and minimises gapa to gapd.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Generalised:
    """One problem: ``cost``, ``resource`` (m, n) of a job done by an agent, ``capacity`` (m,); ``maximise`` the cost or not."""

    cost: I64
    resource: I64
    capacity: I64
    maximise: bool


def read_assignment(text: str) -> I64:
    """Cost matrix (n, n).

    Raises
    ------
    ValueError
        Numbers are missing or left over.
    """
    numbers = np.array(text.split(), dtype=np.int64)
    n = int(numbers[0]) if len(numbers) else 0
    if len(numbers) != 1 + n * n:
        raise ValueError(f"assignment file: {1 + n * n} numbers expected, {len(numbers)} found")
    return numbers[1:].reshape(n, n)


def read_generalised(text: str, *, maximise: bool) -> list[Generalised]:
    """The problems of a file.

    Raises
    ------
    ValueError
        The file ends in the middle of a problem, or goes on after the last.
    """
    numbers = np.array(text.split(), dtype=np.int64)
    at, problems = 1, []
    for _ in range(int(numbers[0]) if len(numbers) else 0):
        head = numbers[at : at + 2].tolist()
        m, n = head if len(head) == 2 else (0, 0)
        body = numbers[at + 2 : at + 2 + 2 * m * n + m]
        if not m or len(body) != 2 * m * n + m:
            raise ValueError("generalised assignment file: it ends in the middle of a problem")
        cost, resource = body[: m * n].reshape(m, n), body[m * n : 2 * m * n].reshape(m, n)
        problems.append(Generalised(cost, resource, body[2 * m * n :], maximise))
        at += 2 + 2 * m * n + m
    if at != len(numbers):
        raise ValueError("generalised assignment file: it goes on after its last problem")
    return problems
