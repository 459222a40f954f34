"""Reader of OR-Library assignment and generalised-assignment text files (Beasley 1990), as labelled transport.

Assignment (``assign100.txt``): n, then n x n costs, minimised. Generalised assignment (``gap1.txt``): number of
problems, then per problem m agents, n jobs, m x n costs, m x n resources, m capacities; the library maximises costs
in files gap1 to gap12. Agents become classes of n places, jobs applicants, each capacity a priced row that no
solution would pay.
"""

from __future__ import annotations

import numpy as np

from optimizer.solve.transport import LabelledTransport, ScaleOptions, ScaleResult, solve_transport


def read_assignment(text: str) -> np.ndarray:
    """Cost matrix (n, n)."""
    numbers = np.array(text.split(), dtype=np.int64)
    n = int(numbers[0])
    if len(numbers) != 1 + n * n:
        raise ValueError(f"assignment file: {1 + n * n} numbers expected, {len(numbers)} found")
    return numbers[1:].reshape(n, n)


def read_generalised(text: str) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """(values (m, n), resources (m, n), capacities (m,)) of each problem of the file."""
    numbers = [int(x) for x in text.split()]
    at, problems = 1, []
    for _ in range(numbers[0]):
        m, n = numbers[at], numbers[at + 1]
        body = np.array(numbers[at + 2 : at + 2 + 2 * m * n + m], np.int64)
        if len(body) != 2 * m * n + m:
            raise ValueError("generalised assignment file: it ends in the middle of a problem")
        problems.append(
            (body[: m * n].reshape(m, n), body[m * n : 2 * m * n].reshape(m, n), body[2 * m * n :])
        )
        at += 2 + 2 * m * n + m
    return problems


def _grid(value: np.ndarray, capacity: np.ndarray, **rules: np.ndarray | int) -> LabelledTransport:
    m, n = value.shape
    fields: dict[str, object] = {
        "n_groups": 1, "n_types": 1, "entry_type": np.zeros(m * n, np.int32),
        "class_group": np.zeros(m, np.int32), "option_start": np.array([0, 1]),
        "option_account": np.zeros(1, np.int32), "option_value": np.zeros(1, np.int64),
        "effect_start": np.zeros(2, np.int64), "effect_row": np.zeros(0, np.int32),
        "effect_coef": np.zeros(0, np.int64), "row_constant": np.zeros(0, np.int64),
        "row_price": np.zeros(0, np.int64),
    }  # fmt: skip
    fields.update(rules)
    return LabelledTransport(
        n_applicants=n,
        capacity=capacity.astype(np.int64),
        class_menu=np.arange(m, dtype=np.int32),
        menu_start=np.arange(m + 1, dtype=np.int64) * n,
        entry_applicant=np.tile(np.arange(n, dtype=np.int32), m),
        entry_value=value.ravel().astype(np.int64),
        **fields,  # type: ignore[arg-type]
    )


def solve_assignment(cost: np.ndarray, options: ScaleOptions | None = None) -> tuple[int, ScaleResult]:
    """Smallest total cost of a full assignment, and the kernel's answer."""
    top = int(cost.max()) + (int(cost.max()) - int(cost.min()) + 1) * len(cost)
    result = solve_transport(_grid(top - cost, np.ones(len(cost))), options)
    return len(cost) * top - result.objective, result


def solve_generalised(
    value: np.ndarray, resource: np.ndarray, capacity: np.ndarray, options: ScaleOptions | None = None
) -> tuple[int, ScaleResult]:
    """Largest total value with every job placed, and the kernel's answer."""
    m, n = value.shape
    big = int(value.max()) + 1
    lift = big * n
    model = _grid(
        value + lift, np.full(m, n), n_groups=m, n_types=n, class_group=np.arange(m, dtype=np.int32),
        entry_type=np.tile(np.arange(n, dtype=np.int32), m), option_start=np.arange(m * n + 1, dtype=np.int64),
        option_account=np.zeros(m * n, np.int32), option_value=np.zeros(m * n, np.int64),
        effect_start=np.arange(m * n + 1, dtype=np.int64), effect_row=np.repeat(np.arange(m, dtype=np.int32), n),
        effect_coef=resource.ravel(), row_constant=-capacity, row_price=np.full(m, 2 * lift),
    )  # fmt: skip
    result = solve_transport(model, options)
    return result.objective - lift * n, result
