"""What whole counts of one denominator cost together: a lower hull over the leases that can be counted there.

Rows of one denominator (the accounts of a landlord) ask for shares of the same leases d: 32 % of 325 is whole, 5 % of 325 is
not, and no number near 325 suits both. One row at a time this is not seen: each has whole shares somewhere, and the LP mixes
them. Together, for count weights μ ≥ 0 and shortfall weights p ≥ 0, and for every whole d between the limits known::

    Σ p_k s_k + Σ μ_k n_k ≥ φ(d) = Σ_k min over whole n in [least_k, most_k] of p_k max(0, t_k(d) − n) + μ_k n
    t_k(d) = (rate_k d + ask_k) / 10⁴

because n_k, the leases in num, is whole and s_k ≥ max(0, t_k(d) − n_k). With a straight line below φ at each whole d, and
D the denominator, the *envelope* ``Σ p_k s_k + Σ μ_k n_k ≥ a·D + b`` holds for every solution. On the Doubs year of the full
model a landlord whose accounts add up to all its leases can only meet every share at a multiple of a hundred: one envelope
closes every node between.

What an account must have and what another may have (written by its complement, what it leaves to the rest) are rows of one
denominator too, and say together what neither says alone: a landlord of five leases with 32 % for one account, 25 % at most
for another and half a lease of play must let one of the first from two leases on and may let one of the second from two
leases on, so that the second never has more than the first, while the LP lets two and a half with half a lease of the one
and a whole one of the other. A row whose rate goes by place is held to its least rate: its leases lack no less.

The weights are those that the LP solution misses by most: a program over (μ, a, b) with Σ μ = 1, whose rows (a whole d, and
on which side of each t_k the count lies) are found one by one. It only chooses; what is kept is whole numbers, and b is the
least of ``φ(d) − a d`` over every d of the window.

References
----------
L. Wolsey, *Integer Programming* (1998), ch. 8: facets of a small set, separated by linear programming over its points.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from optimizer.problem.model import I64, RATE_UNIT
from optimizer.solve.cuts.mir import FINE, Cuts
from optimizer.solve.highs_lp import INFINITY, F, add_columns, add_rows, new_model, run

EVEN = 1e-7
"""Leases by which counts may differ from whole ones for want of exact numbers."""
STEPS = 10 * RATE_UNIT
"""Steps of a weight of one."""
STEEPEST = 2.0
"""Largest slope: a lease more in den asks for one more of each row at most, and at the ends of a window any steeper line is as good,
on paper; in whole multipliers it is worth nothing."""


@dataclass(frozen=True)
class Window:
    """What a node says of some rows of one denominator: ``low ≤ den ≤ high``, ``least ≤ num ≤ most`` of each row."""

    rows: tuple[int, ...]
    low: int
    high: int
    least: tuple[int, ...]
    most: tuple[int, ...]

    def only(self, some: list[int]) -> Window:
        """Of some of the rows, by position."""
        return Window(
            tuple(self.rows[i] for i in some),
            self.low,
            self.high,
            tuple(self.least[i] for i in some),
            tuple(self.most[i] for i in some),
        )

    def within(self, other: Window) -> bool:
        """Whether all that this one allows, the other allows."""
        return (
            self.rows == other.rows
            and other.low <= self.low
            and self.high <= other.high
            and all(o <= s for s, o in zip(self.least, other.least, strict=True))
            and all(s <= o for s, o in zip(self.most, other.most, strict=True))
        )


@dataclass(frozen=True)
class Envelope:
    """An envelope of the module in ``1 / FINE`` of a lease: ``prices`` p and ``counts`` μ by row of the window, ``slope`` a.

    ``constant`` b and ``coef`` (n_markings,), what a lease of each marking adds to ``Σ μ n − a D``, follow from the rest.
    """

    window: Window
    prices: tuple[int, ...]
    counts: tuple[int, ...]
    slope: int
    constant: int = field(compare=False)
    coef: I64 = field(compare=False)
    unit: int = field(default=FINE, init=False, compare=False)

    @property
    def rows(self) -> tuple[int, ...]:
        return self.window.rows

    @cached_property
    def order(self) -> tuple[Any, ...]:
        """What cuts are sorted by."""
        w = self.window
        return 1, w.rows, w.low, w.high, w.least, w.most, self.prices, self.counts, self.slope

    @cached_property
    def _hash(self) -> int:
        return hash((self.window, self.prices, self.counts, self.slope))

    def __hash__(self) -> int:
        """Worked out once: every node of a tree looks its envelopes up again."""
        return self._hash

    def shares(self) -> Iterator[tuple[int, int]]:
        """(row, how much of a multiplier its price must bear, in ten-thousandths)."""
        yield from zip(self.rows, self.prices, strict=True)

    def pulls(self, nu: int) -> Iterator[tuple[int, int]]:
        """(row, micropoints that a lease in its num is worth to a multiplier ``nu``)."""
        for k, mu in zip(self.rows, self.counts, strict=True):
            yield k, nu * mu // RATE_UNIT

    def lines(self) -> dict[str, Any]:
        """What the certificate says of it: enough to write it again."""
        w = self.window
        return {
            "rows": {str(k): p for k, p in zip(w.rows, self.prices, strict=True)},
            "counts": {str(k): mu for k, mu in zip(w.rows, self.counts, strict=True)},
            "slope": self.slope,
            "den": [w.low, w.high],
            "num": {str(k): list(x) for k, *x in zip(w.rows, w.least, w.most, strict=True)},
        }


class Envelopes:
    """Finds the envelopes of a problem that LP solutions miss."""

    def __init__(self, cuts: Cuts) -> None:
        self.cuts, self.layout, self.policy = cuts, cuts.layout, cuts.policy
        layout = cuts.layout
        # of a row whose rate goes by place, what its least rate asks for
        rows = [k for k in layout.active.tolist() if 0 < int(layout.rate[k]) <= RATE_UNIT]
        ceiling = [row.ceiling for row in layout.problem.rows]
        if len(layout.problem.dwelling_ids) < self.policy.mixed_from:
            rows = [k for k in rows if layout.uniform[k]]
        else:
            ceiling = [False] * len(ceiling)
        self.groups = tuple(
            dict.fromkeys(
                tuple(j for j in cuts.alike[k] if j in rows and ceiling[j] == ceiling[k])
                for k in rows
                if cuts.most((k,))
            )
        )
        """Rows of one denominator that ask for a share of it: what an account must have beside what another may have."""
        self._known: dict[tuple[Window, bytes], tuple[F, float] | None] = {}
        """Weights already looked for. From one LP to the next most denominators and their counts stay as they are."""
        self._own: dict[tuple[Window, bytes], tuple[F, float] | None] = {}
        """The same of rows that ask for another amount here than in the problem that the rest is shared with."""

    def asking(self, cuts: Cuts, changed: frozenset[int]) -> Envelopes:
        """The envelopes of the same problem where the rows ``changed`` ask for other amounts."""
        other = copy(self)
        other.cuts, other.layout = cuts, cuts.layout
        other._own = {key: found for key, found in self._own.items() if changed.isdisjoint(key[0].rows)}
        return other

    def window(
        self,
        rows: tuple[int, ...],
        floors: Mapping[tuple[str, int], int],
        ceilings: Mapping[tuple[str, int], int],
    ) -> Window | None:
        """What splits say of the rows, by (num or den, row); None when they contradict each other."""
        found = self.limits(rows, floors, ceilings)
        contradicts = found.low > found.high or any(
            a > b for a, b in zip(found.least, found.most, strict=True)
        )
        return None if contradicts else found

    def limits(
        self,
        rows: tuple[int, ...],
        floors: Mapping[tuple[str, int], int],
        ceilings: Mapping[tuple[str, int], int],
    ) -> Window:
        """The same, even where no count keeps them all."""
        alike = self.cuts.alike[rows[0]]
        low = max([0, *(floors[key] for k in alike if (key := ("den", k)) in floors)])
        high = min(
            [self.cuts.most((rows[0],)), *(ceilings[key] for k in alike if (key := ("den", k)) in ceilings)]
        )
        least = tuple(max(0, floors.get(("num", k), 0)) for k in rows)
        most = tuple(min(high, ceilings.get(("num", k), high)) for k in rows)
        return Window(rows, low, high, least, most)

    def missed(self, window: Window, num: F, den: F, short: F, pull: F) -> Envelope | None:
        """The envelope that counts and shortfalls of an LP solution (R,) miss by most; None when by less than is worth it.

        ``pull`` (R,): points that a lease in num of each row is worth to the LP: what the envelope can be worth at most.
        """
        rows = list(window.rows)
        whole = np.append(num[rows], den[rows[0]])
        if float(np.abs(whole - np.rint(whole)).max()) < EVEN:
            # whole leases are what envelopes hold for: none is missed
            return None
        scale = max(1.0, float(pull[rows].sum()))
        if float(pull[rows].sum()) < self.policy.envelope_worth:
            return None
        price = np.floor(self.layout.price[rows] / 100.0 / scale * STEPS) / STEPS
        found = self.weights(window, num[rows], float(den[rows[0]]), price)
        if found is None:
            return None
        counts = np.rint(found[0] * STEPS).astype(np.int64)
        # a row whose leases weigh nothing would only take of its price
        used = np.flatnonzero(counts > 0)
        made = self.envelope(
            window.only(used.tolist()),
            np.rint(price[used] * STEPS).astype(np.int64),
            counts[used],
            int(np.rint(found[1] * STEPS)),
        )
        price, rows = price[used], [rows[i] for i in used]
        mu = np.array(made.counts) / STEPS
        left = float(price @ short[rows] + mu @ num[rows]) - made.slope / STEPS * float(den[rows[0]])
        missed = made.constant / (STEPS * RATE_UNIT) - left
        return made if missed * scale > self.policy.envelope_worth else None

    def envelope(self, window: Window, prices: I64, counts: I64, slope: int) -> Envelope:
        """The highest line of a slope under φ; ``prices`` and ``counts`` (rows of the window,) and ``slope`` in ten-thousandths."""
        d = np.arange(window.low, window.high + 1, dtype=np.int64)
        constant = int((self._least(window, d, prices, counts) - slope * RATE_UNIT * d).min())
        coef = np.zeros(len(self.layout.marked), np.int64)
        for k, mu in zip(window.rows, counts.tolist(), strict=True):
            coef += mu * RATE_UNIT * self.cuts.num[k]
        coef -= slope * RATE_UNIT * self.cuts.den[window.rows[0]]
        return Envelope(
            window,
            tuple(prices.tolist()),
            tuple(counts.tolist()),
            slope,
            constant,
            np.asarray(coef, np.int64),
        )

    def _asked(self, k: int, d: I64) -> I64:
        """t_k(d) in ten-thousandths of a lease."""
        return np.asarray(int(self.layout.rate[k]) * d + int(self.layout.ask[k]), np.int64)

    def _least(self, window: Window, d: I64, prices: I64, counts: I64) -> I64:
        """φ(d) in ``1 / FINE`` of a lease. A convex function of n: its least is at a limit or beside t."""
        total = np.zeros(len(d), np.int64)
        for k, p, mu, least, most in zip(
            window.rows, prices.tolist(), counts.tolist(), window.least, window.most, strict=True
        ):
            asked = self._asked(k, d)
            best = np.full(len(d), np.iinfo(np.int64).max)
            for n in (np.full_like(d, least), asked // RATE_UNIT, -(-asked // RATE_UNIT)):
                n = np.clip(n, least, most)
                cost = p * np.maximum(0, asked - RATE_UNIT * n) + mu * RATE_UNIT * n
                best = np.minimum(best, cost)
            total += best
        return total

    def weights(self, window: Window, num: F, den: float, price: F) -> tuple[F, float] | None:
        """(μ, a) of the envelope that is missed by most, Σ μ = 1; None where all are kept."""
        key = window, np.concatenate([num, [den], price]).tobytes()
        known = self._known if self.cuts.changed.isdisjoint(window.rows) else self._own
        if key not in known:
            known[key] = self.look_for_weights(window, num, den, price)
        return known[key]

    def look_for_weights(self, window: Window, num: F, den: float, price: F) -> tuple[F, float] | None:
        """The program of `weights`, solved whether its answer is known or not."""
        n_rows = len(window.rows)
        d = np.arange(window.low, window.high + 1, dtype=np.int64)
        asked = [self._asked(k, d) for k in window.rows]
        # on either side of t_k(d): the count, and what is missing
        below = [
            np.clip(t // RATE_UNIT, a, b) for t, a, b in zip(asked, window.least, window.most, strict=True)
        ]
        above = [
            np.clip(-(-t // RATE_UNIT), a, b)
            for t, a, b in zip(asked, window.least, window.most, strict=True)
        ]
        sides = [
            (n.astype(float), p * np.maximum(0.0, t / RATE_UNIT - n))
            for side in (below, above)
            for n, t, p in zip(side, asked, price.tolist(), strict=True)
        ]
        count = np.array([n for n, _ in sides]).reshape(2, n_rows, len(d))
        paid = np.array([c for _, c in sides]).reshape(2, n_rows, len(d))
        model = new_model()
        add_columns(
            model,
            np.concatenate([num, [-den, -1.0]]),
            np.concatenate([np.zeros(n_rows + 1), [-INFINITY]]),
            np.concatenate([np.minimum(price, 1.0), [STEEPEST, INFINITY]]),
            [[] for _ in range(n_rows + 2)],
        )
        add_rows(model, np.ones(1), np.ones(1), [[(r, 1.0) for r in range(n_rows)]])
        near = min(max(int(np.floor(den)), window.low), window.high) - window.low
        mu = np.minimum(price, 1.0 / n_rows)
        todo = sorted({0, near, min(near + 1, len(d) - 1), len(d) - 1})
        seen: set[tuple[int, ...]] = set()
        for _ in range(self.policy.envelope_rounds):
            # the cheaper side of each row at the present weights
            side = (paid[1] + mu[:, None] * count[1] < paid[0] + mu[:, None] * count[0]).astype(np.int64)
            fresh = [(i, *side[:, i].tolist()) for i in todo]
            fresh = [key for key in fresh if key not in seen]
            if not fresh:
                break
            seen.update(fresh)
            for i, *chosen in fresh:
                entries = [(r, -float(count[s, r, i])) for r, s in enumerate(chosen)]
                entries += [(n_rows, float(d[i])), (n_rows + 1, 1.0)]
                most = sum(float(paid[s, r, i]) for r, s in enumerate(chosen))
                add_rows(model, np.array([-INFINITY]), np.array([most]), [entries])
            answer = run(model)
            if answer.status != "optimal":
                return None
            mu, slope, base = answer.x[:n_rows], float(answer.x[n_rows]), float(answer.x[n_rows + 1])
            least = np.minimum(paid[0] + mu[:, None] * count[0], paid[1] + mu[:, None] * count[1]).sum(axis=0)
            over = slope * d + base - least
            worst = int(np.argmax(over))
            if over[worst] < 1e-7:
                return np.maximum(mu, 0.0), slope
            todo = [worst]
        return None
