"""What a tree publishes: its nodes, the bound they prove, and the leaves that can hold an optimum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from optimizer.solve.proof.certificate import Leaf, Node
from optimizer.solve.proof.dual_bound import NEVER, Multipliers
from optimizer.solve.proof.node import Path


@dataclass
class Proof:
    """Finished tree: bound floored to the grid, multipliers of the root without cuts (``root``) and with them (``tight``)."""

    bound: int
    nodes: tuple[Node, ...]
    root: Multipliers
    solved: int
    tight: Multipliers
    open_leaves: tuple[tuple[Path, Multipliers, int], ...] = field(default=())
    """Leaves whose floored bound still reaches the objective: only they can hold an optimum."""


def published_leaf(m: Multipliers, bound: int, numbers: Mapping[int, int] | None = None) -> Leaf:
    """A leaf as the certificate shows it (``NEVER``: a dwelling that must be filled has no column).

    ``numbers``: of the nodes, where they are not those of the multipliers.
    """
    if bound == NEVER:
        return Leaf({}, {}, {}, {}, 0, empty="must_fill")
    return Leaf(
        rows={k: int(v) for k, v in enumerate(m.rows.tolist()) if v},
        mir={k: v for k, v in sorted(m.mir.items()) if v},
        branch={k if numbers is None else numbers[k]: v for k, v in sorted(m.branch.items()) if v},
        prices={a: int(m.prices[a]) for a in np.flatnonzero(m.prices).tolist()},
        bound=bound,
        cuts=tuple((c, m.cuts[c]) for c in sorted(m.cuts, key=lambda c: c.order) if m.cuts[c]),
        orders={p: v for p, v in sorted(m.orders.items()) if v},
        after={two: v for two, v in sorted(m.after.items()) if v},
    )
