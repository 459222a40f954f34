"""The multipliers of the root as the certificate shows them, and what rests on them: `loss_points` and `marginal_points`.

Any multipliers that are permitted (0 ≤ λ ≤ price, π ≥ 0) bound what may still be won, so a figure that follows from those
shown is true whoever wrote them down; what does not follow from them is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from optimizer.verify.bound import BARRED, FROM_MICRO, Field, Weights
from optimizer.verify.cells import I64
from optimizer.verify.outputs import decimal
from optimizer.verify.proof import Proof
from optimizer.verify.solution import RATE
from optimizer.verify.verdict import Findings, Unreadable

MICRO = 10**6
EARLIER = "certificate.json, root"
"""What a certificate of an earlier version lacks."""


@dataclass(frozen=True)
class Root:
    """Multipliers of the root: micropoints per missing lease by row of the book, by application."""

    rows: list[int]
    prices: I64

    @classmethod
    def read(cls, proof: Proof, found: Findings) -> Root | None:
        """Those that a certificate shows, else those of its only node; None where it shows none."""
        raw, row_at, world, book = proof.raw, proof.row_at, proof.world, proof.book
        told = raw.get("root")
        if told is None:
            leaves = [node.get("leaf") for node in raw["nodes"]]
            told = leaves[0] if len(leaves) == 1 else None
            if told is None or told.get("mir") or told.get("cuts") or "prices" not in told:
                found.add("format", EARLIER)
                return None
        rows = [0] * len(book.rows)
        for key, text in told["rows"].items():
            at = int(key)
            if not 0 <= at < len(row_at):
                raise Unreadable("certificate.json", "root")
            rows[row_at[at]] = decimal(text)
        prices = np.zeros(len(world.apps), np.int64)
        for app, text in told["prices"].items():
            prices[world.apps.number[app]] = decimal(text)
        fine = all(0 <= x <= row.price * 10_000 for x, row in zip(rows, book.rows, strict=True))
        fine &= not len(prices) or int(prices.min()) >= 0
        found.demand("multipliers", fine, "root")
        return cls(rows, prices) if fine else None

    def marginal(self, k: int, lost: Fraction) -> Fraction:
        """Points of one more lease of a row by its multiplier; ``lost``: what the proposal itself then loses."""
        return -min(lost, Fraction(self.rows[k], MICRO))


class LeastLosses:
    """What each dwelling and account costs at least by the multipliers of the root (hundredths of a point, rounded down)."""

    def __init__(self, root: Root, space: Field, objective: int) -> None:
        """``objective``: micropoints of the proposal."""
        self._space, rows = space, space.book.rows
        self._use = use = Weights(
            np.array([x * FROM_MICRO for x in root.rows], np.int64),
            np.array([-x * row.rate for x, row in zip(root.rows, rows, strict=True)], np.int64),
            np.array([-x for x in root.rows], np.int64),
            root.prices * FROM_MICRO,
        )
        self._row, self._by_account = space.class_row, space.account_tops(use) // FROM_MICRO
        top = self._by_account.max(axis=1, initial=BARRED // FROM_MICRO)
        klass, bonus, _ = space.rows_of
        dwellings = len(space.classes.world.dwellings)
        self._bonus = space.classes.bonus * RATE
        self._price = np.zeros(dwellings, np.int64)
        self._price[space.dwelling] = np.maximum(0, top[klass] + bonus * RATE) if len(klass) else 0
        play = sum(x * row.slack for x, row in zip(root.rows, rows, strict=True))
        # each of these is rounded by less than a micropoint
        rounding = dwellings + 1
        bound = int(root.prices.sum()) + int(self._price.sum()) - (-play // RATE) + rounding
        self._bound, self._objective = bound, objective
        self._slack = max(0, bound - objective)

    def of(self, homes: I64, classes: I64, bits: I64) -> I64:
        """For an account (its place among those of the class) of a dwelling each."""
        row = np.array([self._row.get(c, -1) for c in classes.tolist()], np.int64)
        worth = self._by_account[row, bits] + self._bonus[homes]
        found: I64 = np.maximum(0, self._price[homes] - worth - self._slack) // RATE
        return found

    def points(self, app: int) -> int:
        """Hundredths that a household lacks at least: what it costs to put it first anywhere."""
        space, classes = self._space, self._space.classes
        kinds = space.balance(self._use.num, self._use.den, self._use.more)
        best = None
        for d in space.dwelling.tolist():
            entries = classes.entries(int(classes.klass[d]))
            at = int(np.searchsorted(entries.app, app))
            if at == len(entries.app) or entries.app[at] != app:
                continue
            for bit, account in enumerate(entries.accounts):
                if not entries.first[at] >> bit & 1:
                    continue
                kind = space.kind_of(d, account, app)
                worth = int(entries.worth(bit)[at]) + classes.fit.fill
                net = worth * RATE + self._bonus[d] + int(kinds[kind]) // FROM_MICRO
                net -= int(self._use.price[app]) // FROM_MICRO + int(self._price[d])
                best = net if best is None else max(best, net)
        if best is None:
            return 0
        return max(0, -((self._bound + int(best) - self._objective) // RATE))
