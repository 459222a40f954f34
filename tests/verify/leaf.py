"""A leaf of the reference's proof: LP multipliers rounded to micropoints, and the exact bound they prove."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction as F
from typing import TYPE_CHECKING

import numpy as np
from picks import Pick
from scipy.optimize import linprog

if TYPE_CHECKING:
    from publish import Published


def points(value: F | int, unit: int = 1) -> str:
    """Exact decimal text without useless zeros."""
    text = f"{Decimal(F(value, unit).numerator) / Decimal(F(value, unit).denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def comma(text: str) -> str:
    return text.replace(".", ",")


BROKEN = 10**5
"""Points that an order or a split costs a relaxation that breaks it."""


class Leaf:
    """LP relaxation under a path, its multipliers rounded to micropoints, and the bound they prove."""

    def __init__(self, pub: Published, path) -> None:
        self.pub, self.ref, self.path = pub, pub.ref, path
        ref = self.ref
        self.picks = [p for d in range(ref.nd) for p in ref.options(d) if self._allowed(p)]
        self.must = {self._d(s) for _, s, high in path if high and s["on"] in ("pair", "account")}
        at = {(r.rule, r.scope): k for k, r in enumerate(ref.rows)}
        self.marks = [
            {at[key]: int(good) for key, good in ref.marks(p.d, p.account, p.a).items()} for p in self.picks
        ]
        self.asked = [
            {k: ref.asked(ref.rows[k], ref.D[p.d]["commune"]) for k in marks}
            for p, marks in zip(self.picks, self.marks, strict=True)
        ]
        self.orders = self._orders()
        self.afters = sorted({(b, p.a) for p in self.picks if p.a >= 0 for b in ref.behind(p)})
        """(nominee, household that a list names after it)."""

        self.cuts = self._cuts()
        self._known: dict[int, list[F]] = {}

    def _orders(self) -> list[tuple[int, str, int]]:
        """(dwelling, account, nominee) of every order row."""
        ref = self.ref
        return [
            (d, account, b)
            for d in range(ref.nd)
            if not ref.blocked(d)
            for account in ref.receivers(d)
            for b in ref.order(d, account)
        ]

    def _waits(self, j: int, order: tuple[int, str, int]) -> int:
        """1 for a pick placed after the nominee of an order row, minus 1 for one that names the nominee elsewhere."""
        p, (d, account, b) = self.picks[j], order
        after = p.d == d and p.account == account and b in self.ref.passed(p)
        return after - (p.a == b and p.d != d)

    def _comes(self, j: int, two: tuple[int, int]) -> int:
        """1 for a pick of the second household where a list names it after the first, minus 1 for one of the first."""
        p, (b, c) = self.picks[j], two
        return (p.a == c and b in self.ref.behind(p)) - (p.a == b)

    def _d(self, split) -> int:
        return int(split["dwelling"][1:])

    def _cuts(self) -> list[dict]:
        """Cuts of every priced row by itself, and of a few pairs of rows one of which weighs the rate of the other."""
        rows = self.ref.rows
        priced = [k for k, r in enumerate(rows) if r.price and r.rate and not r.several]
        found = [({k: 1}, [k], rows[k].rate, 10**4) for k in priced]
        pairs = [
            (p, m) for p in priced for m in priced if rows[m].rule in ("mutation_max", "flux") and m != p
        ]
        for p, m in pairs[:: 1 + len(pairs) // 8]:
            found.append(({p: 10**4, m: rows[p].rate}, sorted((p, m)), rows[p].rate * rows[m].rate, 10**8))
        return [
            {"rows": weights, "base": base, "times": times, "cap": self._cap(base), "unit": unit}
            for weights, base, times, unit in found
        ]

    def _cap(self, base: list[int]) -> int:
        """Dwellings with an option counted in one of the denominators, whatever the path says."""
        at = {(r.rule, r.scope): k for k, r in enumerate(self.ref.rows)}
        return sum(
            any(at[key] in base for p in self.ref.options(d) for key in self.ref.marks(p.d, p.account, p.a))
            for d in range(self.ref.nd)
        )

    def written(self, cut: dict) -> tuple[F, list[F]]:
        """(constant, coefficient of each pick) in leases: Σ 10⁴ w s / unit ≥ constant − Σ coefficient."""
        unit, times = cut["unit"], cut["times"]
        side, n = (-1, cut["floor"]) if "floor" in cut else (1, cut["cap"])
        goal = times * n - sum(w * self.ref.rows[k].slack for k, w in cut["rows"].items())
        rest = goal % unit

        def g(a: int) -> int:
            return rest * (a // unit) + min(rest, a % unit)

        coefs = []
        for marks in self.marks:
            inside = any(k in marks for k in cut["base"])
            a = times * inside - sum(
                w * (self.ref.rows[k].rate - 10_000 * marks[k]) for k, w in cut["rows"].items() if k in marks
            )
            coefs.append(F(g(a) - side * g(side * times) * inside, unit))
        return F(rest * -(-goal // unit) - side * g(side * times) * n, unit), coefs

    def _allowed(self, p: Pick) -> bool:
        app = self.ref.A[p.a]["application_id"] if p.a >= 0 else ""
        for _, s, high in self.path:
            if s["on"] == "pair":
                mine = self._d(s) == p.d
                exact = mine and s["application"] == app and s["account"] == p.account
                if (high and mine and not exact) or (not high and exact):
                    return False
            if s["on"] == "account" and self._d(s) == p.d and (s["account"] == p.account) != high:
                return False
        return True

    def solve(self):
        ref, n, rows = self.ref, len(self.picks), self.ref.rows
        # what a path makes impossible costs a lot rather than leaving nothing: its multiplier then lowers the bound
        m, o = len(rows), len(self.orders) + len(self.path) + len(self.afters)
        for d in self.must:
            if not any(p.d == d for p in self.picks):
                return {"empty": "no candidate left"}, None, None
        least = {s["row"]: s["at"] + 1 for _, s, high in self.path if s["on"] == "den" and high}
        a_ub, b_ub, names = [], [], []
        for k, r in enumerate(rows):
            line = np.zeros(n + m + o)
            for j, marks in enumerate(self.marks):
                if k in marks:
                    line[j] = self.asked[j][k] / 10_000 - marks[k]
            line[n + k] = -1
            a_ub.append(line), b_ub.append(r.slack / 10_000), names.append(("rows", k))
            if k in least and not r.several:
                part, up = self._mir(k, least[k])
                line = np.zeros(n + m + o)
                for j, marks in enumerate(self.marks):
                    line[j] = -float(part) * marks.get(k, 0)
                line[n + k] = -1
                a_ub.append(line), b_ub.append(-float(part) * up), names.append(("mir", k))
        for i, cut in enumerate(self.cuts):
            constant, coefs = self.written(cut)
            line = np.zeros(n + m + o)
            line[:n] = [-float(c) for c in coefs]
            for k, w in cut["rows"].items():
                line[n + k] = -w * 10**4 / cut["unit"]
            a_ub.append(line), b_ub.append(-float(constant)), names.append(("cuts", i))
        for i, order in enumerate(self.orders):
            line = np.zeros(n + m + o)
            line[:n] = [self._waits(j, order) for j in range(n)]
            line[n + m + i] = -1
            a_ub.append(line), b_ub.append(0.0), names.append(("order", i))
        for i, two in enumerate(self.afters):
            line = np.zeros(n + m + o)
            line[:n] = [self._comes(j, two) for j in range(n)]
            line[n + m + len(self.orders) + len(self.path) + i] = -1
            a_ub.append(line), b_ub.append(0.0), names.append(("after", i))
        for at, (i, s, high) in enumerate(self.path):
            if s["on"] == "household":
                line = np.zeros(n + m + o)
                line[:n] = [self._hit(j, s) * (-1 if high else 1) for j in range(n)]
                line[n + m + len(self.orders) + at] = -1
                a_ub.append(line), b_ub.append(-1.0 if high else 0.0), names.append(("branch", i))
            if s["on"] in ("num", "den"):
                line = np.zeros(n + m + o)
                for j, marks in enumerate(self.marks):
                    line[j] = (marks.get(s["row"], 0) if s["on"] == "num" else s["row"] in marks) * (
                        -1 if high else 1
                    )
                line[n + m + len(self.orders) + at] = -1
                (
                    a_ub.append(line),
                    b_ub.append(float(-(s["at"] + 1) if high else s["at"])),
                    names.append(("branch", i)),
                )
        for a in range(ref.na):
            line = np.zeros(n + m + o)
            line[[j for j, p in enumerate(self.picks) if p.a == a]] = 1
            a_ub.append(line), b_ub.append(1.0), names.append(("prices", a))
        for d in range(ref.nd):
            line = np.zeros(n + m + o)
            line[[j for j, p in enumerate(self.picks) if p.d == d]] = 1
            a_ub.append(line), b_ub.append(1.0), names.append(("dwelling", d))
            if d in self.must:
                a_ub.append(-line), b_ub.append(-1.0), names.append(("must", d))
        cost = np.array(
            [-ref.value(p) / 100 for p in self.picks] + [r.price / 100 for r in rows] + [BROKEN] * o
        )
        found = linprog(
            cost, A_ub=np.array(a_ub), b_ub=b_ub, bounds=[(0, None)] * (n + m + o), method="highs"
        )
        if found.status == 2:
            return self._impossible()
        duals = -found.ineqlin.marginals
        kinds = ("rows", "mir", "branch", "prices", "cuts", "order", "after")
        use: dict[str, dict[int, int]] = {kind: {} for kind in kinds}
        for (kind, key), value in zip(names, duals, strict=True):
            if kind in use and value > 1e-9:
                use[kind][key] = int(np.ceil(value * 10**6 - 1e-4))
        for k, r in enumerate(rows):
            taken = sum(
                F(nu * self.cuts[i]["rows"].get(k, 0) * 10**4, self.cuts[i]["unit"])
                for i, nu in use["cuts"].items()
            )
            if taken > r.price * 10_000:
                use["cuts"], taken = (
                    {i: nu for i, nu in use["cuts"].items() if k not in self.cuts[i]["rows"]},
                    F(0),
                )
            over = int(use["rows"].get(k, 0) + use["mir"].get(k, 0) + -(-taken // 1) - r.price * 10_000)
            if over > 0:
                for kind in ("rows", "mir"):
                    less = min(over, use[kind].get(k, 0))
                    if less:
                        use[kind][k] -= less
                        over -= less
        bound = self.bound(use, least)
        leaf = {
            "rows": {str(k): points(v, 10**6) for k, v in use["rows"].items()},
            "mir": {str(k): points(v, 10**6) for k, v in use["mir"].items()},
            "cuts": [
                {
                    **self.cuts[i],
                    "rows": {str(k): w for k, w in self.cuts[i]["rows"].items()},
                    "nu": points(v, 10**6),
                }
                for i, v in use["cuts"].items()
            ],
            "order": [
                {
                    "dwelling": ref.D[d]["dwelling_id"],
                    "account": account,
                    "sigma": points(v, 10**6),
                    "application": ref.A[b]["application_id"],
                }
                for (d, account, b), v in ((self.orders[i], v) for i, v in use["order"].items())
            ],
            "after": [
                {
                    "application": ref.A[b]["application_id"],
                    "after": ref.A[c]["application_id"],
                    "tau": points(v, 10**6),
                }
                for (b, c), v in ((self.afters[i], v) for i, v in use["after"].items())
            ],
            "branch": {str(k): points(v, 10**6) for k, v in use["branch"].items()},
            "prices": {ref.A[a]["application_id"]: points(v, 10**6) for a, v in use["prices"].items()},
            "bound": points(-(-bound // 1), 10**6),
        }
        fractional = np.flatnonzero(np.abs(found.x[:n] - 0.5) < 0.5 - 1e-6)
        split = None
        if len(fractional):
            p = self.picks[int(fractional[0])]
            split = {
                "on": "pair", "dwelling": ref.D[p.d]["dwelling_id"],
                "application": ref.A[p.a]["application_id"] if p.a >= 0 else "", "account": p.account,
            }  # fmt: skip
        elif bound // 1 > self.pub.objective:
            split = self._free_pair(found.x[:n])
        return leaf, bound // 1 if bound // 1 <= self.pub.objective or split is None else bound, split

    def _free_pair(self, x):
        """Any pair not yet decided: the bound is not tight and nothing is fractional."""
        ref = self.ref
        done = {(s["dwelling"], s["application"], s["account"]) for _, s, _ in self.path if s["on"] == "pair"}
        for p in self.picks:
            app = ref.A[p.a]["application_id"] if p.a >= 0 else ""
            if (ref.D[p.d]["dwelling_id"], app, p.account) not in done and p.d not in self.must:
                return {
                    "on": "pair",
                    "dwelling": ref.D[p.d]["dwelling_id"],
                    "application": app,
                    "account": p.account,
                }
        return None

    def _impossible(self):
        """No LP solution: decide further pairs until the contradiction is one of form."""
        split = self._free_pair(None)
        if split is None:
            return {"empty": "contradiction"}, None, None
        return {}, F(10**15), split

    def _mir(self, k: int, least: int) -> tuple[F, int]:
        exact = F(self.ref.rows[k].rate * least - self.ref.rows[k].slack, 10_000)
        return (exact - exact // 1) or F(1), -(-exact // 1)

    def bound(self, use, least) -> F:
        """The bound of the multipliers in micropoints, exact."""
        total = F(sum(use["prices"].values()))
        total += sum(lam * F(self.ref.rows[k].slack, 10_000) for k, lam in use["rows"].items())
        for k, nu in use["mir"].items():
            part, up = self._mir(k, least[k])
            total -= nu * part * up
        for i, nu in use["cuts"].items():
            total -= nu * self.written(self.cuts[i])[0]
        for i, s, high in self.path:
            mu = use["branch"].get(i, 0)
            if mu:
                at = s.get("at", 0)
                total += -mu * (at + 1) if high else mu * at
        for d in range(self.ref.nd):
            worth = [self._net(j, use, least) for j, p in enumerate(self.picks) if p.d == d]
            if d in self.must:
                total += max(worth)
            else:
                total += max([F(0), *worth])
        return total

    def _coefs(self, i: int) -> list[F]:
        if i not in self._known:
            self._known[i] = self.written(self.cuts[i])[1]
        return self._known[i]

    def _net(self, j: int, use, least) -> F:
        p, marks = self.picks[j], self.marks[j]
        net = F(self.ref.value(p) * 10_000) - (use["prices"].get(p.a, 0) if p.a >= 0 else 0)
        for k, lam in use["rows"].items():
            if k in marks:
                net -= lam * (F(self.asked[j][k], 10_000) - marks[k])
        for i, sigma in use["order"].items():
            net -= sigma * self._waits(j, self.orders[i])
        for i, tau in use["after"].items():
            net -= tau * self._comes(j, self.afters[i])
        for k, nu in use["mir"].items():
            net += nu * self._mir(k, least[k])[0] * marks.get(k, 0)
        for i, nu in use["cuts"].items():
            net += nu * self._coefs(i)[j]
        for i, s, high in self.path:
            mu = use["branch"].get(i, 0)
            if mu and self._hit(j, s):
                net += mu if high else -mu
        return net

    def _hit(self, j: int, split) -> int:
        """Whether a pick counts on the side of a split."""
        if split["on"] == "household":
            return int(self.picks[j].a == int(split["application"][1:]))
        marks = self.marks[j]
        return marks.get(split.get("row"), 0) if split["on"] == "num" else int(split.get("row") in marks)
