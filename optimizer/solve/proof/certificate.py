"""The published proof: objective, bound and a tree whose leaves cover every node (design §7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from optimizer.solve.cuts.mir import Inequality
from optimizer.solve.precedence import Two

FORMAT = "attriflux-certificate/2"
MICRO = 1_000_000
Status = Literal["certified_optimal", "certified_within", "not_certified"]


@dataclass(frozen=True)
class Split:
    """A branching. ``on``: num | den (``row``, ``at``), pair (``dwelling, application, account``), account, household, departure.

    Low side: count ≤ at, or the pair (the account) is not used by the dwelling, or the household (one that stands on a list
    of `Problem.orders`) holds no first rank, or the tenant of a freed ``dwelling`` has none that opens it; high side: the contrary.
    ``dwelling``, ``application`` (-1: a seat) and ``account`` are indices of the `Problem`.
    """

    on: Literal["num", "den", "pair", "account", "household", "departure"]
    row: int = -1
    at: int = -1
    dwelling: int = -1
    application: int = -2
    account: int = -1


@dataclass(frozen=True)
class Leaf:
    """Multipliers and prices that bound one node, in micropoints (zeros left out).

    ``rows`` λ on the plain rows, ``mir`` ν on the rounded rows, ``branch`` μ by index of the splitting node, ``prices`` π
    by application, ``cuts`` γ by cut (`solve.cuts`), ``orders`` σ by row of `Problem.orders`,
    ``after`` τ by row of `Precedence`. ``empty`` is the reason of a node that contradicts itself.
    """

    rows: dict[int, int]
    mir: dict[int, int]
    branch: dict[int, int]
    prices: dict[int, int]
    bound: int
    empty: str = ""
    cuts: tuple[tuple[Inequality, int], ...] = ()
    orders: dict[int, int] = field(default_factory=dict)
    after: dict[Two, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Inner:
    split: Split
    low: int
    high: int


Node = Inner | Leaf


@dataclass(frozen=True)
class CertificateRow:
    rule: str
    scope: str
    price: int
    rate: int
    play: int


@dataclass(frozen=True)
class Certificate:
    """Objective, bound, grid in micropoints; node 0 is the root."""

    objective: int
    bound: int
    grid: int
    status: Status
    stopped: str
    seniority_days: int
    lottery: int
    unique: bool | None
    rows: tuple[CertificateRow, ...]
    nodes: tuple[Node, ...]
    dwelling_ids: tuple[str, ...]
    application_ids: tuple[str, ...]
    accounts: tuple[str, ...]
    orders: tuple[tuple[int, int, int], ...] = ()
    """(dwelling, account, application) of the rows of the réservataires' orders, by index."""
    root: Leaf | None = None
    """Multipliers of the root that marginal points and losses rest on, ``rows`` and ``prices`` alone; None: those of the only node."""

    @property
    def gap(self) -> int:
        """Micropoints between the floored bound and the objective, never negative."""
        return max(0, self.bound - self.objective)

    def as_dict(self) -> dict[str, Any]:
        """The JSON document, numbers as exact decimal strings in points."""
        return {
            "format": FORMAT,
            "objective": exact_points(self.objective),
            "bound": exact_points(self.bound),
            "gap": exact_points(self.gap),
            "grid": exact_points(self.grid),
            "status": self.status,
            "stopped": self.stopped,
            "stages": {
                "seniority_days": self.seniority_days,
                "lottery": self.lottery,
                "unique": self.unique,
            },
            "rows": [
                {
                    "rule": r.rule,
                    "scope": r.scope,
                    "price": exact_points(r.price * 10_000),
                    "rate": decimal(r.rate, 4),
                    "play": decimal(r.play, 4),
                }
                for r in self.rows
            ],
            "nodes": [self._node(node) for node in self.nodes],
            **({} if self.root is None else {"root": self._plain(self.root)}),
        }

    def _plain(self, leaf: Leaf) -> dict[str, dict[str, str]]:
        """Multipliers of the rows by their number, prices by application."""
        return {
            "rows": {str(k): exact_points(v) for k, v in sorted(leaf.rows.items())},
            "prices": {self.application_ids[a]: exact_points(v) for a, v in sorted(leaf.prices.items())},
        }

    def _node(self, node: Node) -> dict[str, Any]:
        if isinstance(node, Inner):
            return {"split": self._split(node.split), "low": node.low, "high": node.high}
        if node.empty:
            return {"leaf": {"empty": node.empty}}
        # only where there are any: without lists nobody is after anybody
        after = {"after": [self._after(two, tau) for two, tau in sorted(node.after.items())]}
        return {
            "leaf": {
                **self._plain(node),
                "mir": {str(k): exact_points(v) for k, v in sorted(node.mir.items())},
                "cuts": [{**cut.lines(), "nu": exact_points(nu)} for cut, nu in node.cuts],
                "branch": {str(k): exact_points(v) for k, v in sorted(node.branch.items())},
                "order": [self._order(p, sigma) for p, sigma in sorted(node.orders.items())],
                **(after if node.after else {}),
                "bound": exact_points(node.bound),
            }
        }

    def _order(self, row: int, sigma: int) -> dict[str, str]:
        dwelling, account, application = self.orders[row]
        return {
            "dwelling": self.dwelling_ids[dwelling],
            "account": self.accounts[account] if account >= 0 else "",
            "application": self.application_ids[application],
            "sigma": exact_points(sigma),
        }

    def _after(self, two: Two, tau: int) -> dict[str, str]:
        """A household, and one placed after it on lists."""
        before, after = (self.application_ids[app] for app in two)
        return {"application": before, "after": after, "tau": exact_points(tau)}

    def _split(self, split: Split) -> dict[str, Any]:
        if split.on in ("num", "den"):
            return {"on": split.on, "row": split.row, "at": split.at}
        if split.on == "household":
            return {"on": split.on, "application": self.application_ids[split.application]}
        where = {"on": split.on, "dwelling": self.dwelling_ids[split.dwelling]}
        if split.on == "departure":
            return where
        if split.on == "pair":
            where["application"] = self.application_ids[split.application] if split.application >= 0 else ""
        where["account"] = self.accounts[split.account]
        return where


def exact_points(micropoints: int) -> str:
    """Micropoints as a decimal string of points.

    >>> exact_points(-1_250_000), exact_points(100)
    ('-1.250000', '0.000100')
    """
    return decimal(micropoints, 6)


def decimal(value: int, places: int) -> str:
    sign, value = ("-", -value) if value < 0 else ("", value)
    whole, part = divmod(value, 10**places)
    return f"{sign}{whole}.{part:0{places}d}"
