"""Both problems as labelled transport, solved by the transport kernel; what comes back is counted again from the file.

Agents are classes of dwellings, jobs applicants. *Assignment*: one dwelling a class, no rule. *Generalised*: n dwellings a class, each
(agent, job) a cell of its own with one option, whose effect on the agent's row is the resource; the row's constant is minus the
capacity. The row is then short by ``max(0, sum of resources - capacity)``, at a price that no solution would pay: an overrun by one
unit brings at most the range of the costs a job, and a job left out loses more than that. So the statement is exact wherever some
assignment does every job. The kernel bounds it by multipliers on the capacities, divides on single pairs and, where its leaves stay
open, ends with an integer program on the arcs within the gap (``by``: ``bound``, ``leaves`` or ``search``).

The product's ``solve`` can state it too (``Kinds.more`` the resource, ``Row.play`` the capacity) but its tree, made for counts of
leases, leaves about 2 % open on the smallest file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.orlib.files import I64, Generalised
from optimizer.solve.transport import LabelledTransport, ScaleOptions, solve_transport


@dataclass(frozen=True)
class Answer:
    """``value`` of a solution counted from the file (None: no solution found), certified ``bound`` in the same terms, both costs.

    ``proven``: they are equal. ``agent``: (n,) of each job. ``by``: what closed the proof.
    """

    value: int | None
    bound: int
    proven: bool
    agent: I64
    by: str


def solve_assignment(cost: I64, options: ScaleOptions | None = None) -> Answer:
    """Smallest total cost of a full assignment, cost (n, n)."""
    n, spread = len(cost), int(cost.max()) - int(cost.min())
    top = int(cost.max()) + spread * n + 1
    result = solve_transport(_grid(top - cost, np.ones(n, np.int64)), options)
    agent = result.assigned_class.astype(np.int64)
    full = len(np.unique(agent[agent >= 0])) == n
    value = int(cost[agent, np.arange(n)].sum()) if full else None
    bound = n * top - result.bound
    return Answer(value, bound, value == bound, agent, result.proven_by)


def solve_generalised(given: Generalised, options: ScaleOptions | None = None) -> Answer:
    """Best total cost with every job done."""
    m, n = given.cost.shape
    gain = given.cost - given.cost.min() if given.maximise else given.cost.max() - given.cost
    lift = int(gain.max()) * n + 1
    model = _grid(
        gain + lift, np.full(m, n), n_groups=m, n_types=n, class_group=np.arange(m, dtype=np.int32),
        entry_type=np.tile(np.arange(n, dtype=np.int32), m), option_start=np.arange(m * n + 1, dtype=np.int64),
        option_account=np.zeros(m * n, np.int32), option_value=np.zeros(m * n, np.int64),
        effect_start=np.arange(m * n + 1, dtype=np.int64), effect_row=np.repeat(np.arange(m, dtype=np.int32), n),
        effect_coef=given.resource.ravel(), row_constant=-given.capacity, row_price=np.full(m, lift),
    )  # fmt: skip
    result = solve_transport(model, options)
    agent = result.assigned_class.astype(np.int64)
    value, rest = value_of(given, agent), result.bound - lift * n
    bound = rest + n * int(given.cost.min()) if given.maximise else n * int(given.cost.max()) - rest
    return Answer(value, bound, value == bound, agent, result.proven_by)


def value_of(given: Generalised, agent: I64) -> int | None:
    """Total cost of an assignment, counted from the file; None when a job is left out or a capacity overrun."""
    m, n = given.cost.shape
    if (agent < 0).any():
        return None
    jobs = np.arange(n)
    load = np.zeros(m, np.int64)
    np.add.at(load, agent, given.resource[agent, jobs])
    return None if (load > given.capacity).any() else int(given.cost[agent, jobs].sum())


def _grid(value: I64, capacity: I64, **rules: np.ndarray | int) -> LabelledTransport:
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
