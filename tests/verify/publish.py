"""Outputs of the reference, written as the product writes them: lists, leapfrogs, certificate."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction as F
from pathlib import Path

import numpy as np
import town as t
from reference import MODES, ON, Pick, Reference
from scipy.optimize import linprog

CODES = (
    "", "INACTIVE", "LIVE_OFFER", "COMMUNE", "ROOMS", "CEILING", "ACCESSIBLE", "OWN_DWELLING", "FORBIDDEN", "ACCOUNT",
)  # fmt: skip


def points(value: F | int, unit: int = 1) -> str:
    """Exact decimal text without useless zeros."""
    text = f"{Decimal(F(value, unit).numerator) / Decimal(F(value, unit).denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Published:
    """Everything that is written about one solved town."""

    def __init__(self, ref: Reference, split: str = "") -> None:
        self.ref, self.split = ref, split
        self.first = ref.best()
        self.num, self.den = ref.counts(self.first)
        self.objective = ref.objective(self.first)
        self.lists = self._lists()

    def _binding(self, p: Pick, a: int) -> set[tuple[str, str]]:
        at = {(r.rule, r.scope): k for k, r in enumerate(self.ref.rows)}
        found = set()
        for key, good in self.ref.marks(p.d, p.account, a).items():
            k = at[key]
            row = self.ref.rows[k]
            if good and row.price and row.rate * self.den[k] > (self.num[k] - 1) * 10_000:
                found.add(key)
        return found

    def _lists(self) -> dict[int, list[int]]:
        ref = self.ref
        placed = {p.a for p in self.first if p.a >= 0}
        lists = {p.d: [p.a] for p in self.first if p.a >= 0}
        load: dict[int, int] = {}
        self.filled_at: dict[tuple[int, int], int] = {}
        self.full_at: dict[int, int] = {}
        turn = sorted((ref.h(p), ref.D[p.d]["dwelling_id"], i) for i, p in enumerate(self.first) if p.a >= 0)
        clock = 0
        for _ in (2, 3):
            for _, _, i in turn:
                clock += 1
                p = self.first[i]
                pool = ref.named(p.d, p.account)[0]
                free = [a for a in pool if a not in placed and load.get(a, 0) < 2 and a not in lists[p.d]]
                own = [a for _, _, a in ref.nominees(p.d, p.account)] if p.account in MODES else []
                if own:
                    pick = next((a for a in own if a in free), None)
                else:
                    if "DALO" not in ref.A[p.a]["priority_codes"]:
                        free = [a for a in free if "DALO" not in ref.A[a]["priority_codes"]]
                    need = self._binding(p, p.a)
                    same = [a for a in free if need <= self._binding(p, a)]
                    pick = min(same or free, key=lambda a: self._order(p, a), default=None)
                if pick is not None:
                    lists[p.d].append(pick)
                    self.filled_at[p.d, pick] = clock
                    load[pick] = load.get(pick, 0) + 1
                    if load[pick] == 2:
                        self.full_at[pick] = clock
        return lists

    def _order(self, p: Pick, a: int) -> tuple[int, int, int, str]:
        ref, q = self.ref, Pick(p.d, a, p.account)
        return (-ref.value(q), -ref.seniority([q]), -ref.h(q), ref.A[a]["application_id"])

    # tables
    def proposals(self) -> t.Rows:
        rows = []
        for p in self.first:
            if p.a < 0:
                value = self.ref.value(p)
                rows.append(self._line(p, 1, value - 100_000, 0, value, "", "", "AWAITING_RESERVATAIRE"))
                continue
            for rank, a in enumerate(self.lists[p.d], 1):
                q = Pick(p.d, a, p.account)
                who = self.ref.A[a]
                codes = who["priority_codes"]
                flags = [
                    name
                    for name, on in (
                        ("CEILING_UNCHECKED", not who["tax_income_eur"]),
                        ("INCOME_MISSING", who["monthly_income_eur"] in ("", "0")),
                        ("DOSSIER_TO_VERIFY", who["dossier"] == "to_verify"),
                        ("PRIORITY_DECLARED_ONLY", codes and who["priority_status"] == "declared"),
                        ("ACCESS_UNKNOWN", who["mobility_need"] and not self.ref.D[p.d]["floor"]),
                    )
                    if on
                ]
                rows.append(
                    self._line(
                        q, rank, self.ref.score(p.d, a), self.ref.fit(p.d, a), self.ref.value(q), self.ref.q1(p.d, a),
                        f"{codes} ({who['priority_status']})" if codes else "", "|".join(flags),
                    )
                )  # fmt: skip
        return rows

    def _line(self, p, rank, score, fit, value, q1, priority, flags) -> dict[str, str]:
        return {
            "dwelling_id": self.ref.D[p.d]["dwelling_id"], "account": p.account, "rank": str(rank),
            "application_id": self.ref.A[p.a]["application_id"] if p.a >= 0 else "",
            "score": comma(points(score, 100)), "fit": comma(points(fit, 100)), "value": comma(points(value, 100)),
            "q1": q1, "priority": priority, "flags": flags, "reason": "une raison",
        }  # fmt: skip

    def dwellings(self) -> t.Rows:
        first = {p.d: p for p in self.first}
        rows = []
        for d, home in enumerate(self.ref.D):
            p = first.get(d)
            n = len(self.lists.get(d, []))
            status = "no_candidate" if p is None else "listed" if p.a >= 0 else "awaiting_reservataire"
            rows.append(
                {
                    "dwelling_id": home["dwelling_id"], "account": p.account if p else "", "status": status,
                    "candidates": str(n),
                    "deadline": (ON + timedelta(days=20)).isoformat() if p and p.a < 0 else "",
                    "reason_if_short": "peu de demandes" if n < 3 and status != "awaiting_reservataire" else "",
                    "advice": "",
                }
            )  # fmt: skip
        return rows

    def applications(self) -> t.Rows:
        rows = []
        for a, who in enumerate(self.ref.A):
            best = min(
                ((x.index(a) + 1, self.ref.D[d]["dwelling_id"]) for d, x in sorted(self.lists.items()) if a in x),
                default=None,
            )  # fmt: skip
            codes = [self._code(d, a) for d in range(self.ref.nd)]
            if best:
                status, reason = ("proposed", "FIRST_RANK") if best[0] == 1 else ("reserve", "RESERVE")
            elif 0 in codes:
                status, reason = "not_proposed", "OUTRANKED"
            else:
                status, reason = "ineligible", CODES[max(codes)]
            rows.append(
                {
                    "application_id": who["application_id"], "status": status, "reason": reason,
                    "best_rank": str(best[0]) if best else "", "dwelling_id": best[1] if best else "",
                }
            )  # fmt: skip
        return rows

    def _code(self, d: int, a: int) -> int:
        code = self.ref.code(d, a)
        named = any(a in self.ref.named(d, x)[0] for x in self.ref.receivers(d))
        return code or (0 if named else 9)

    def rules(self) -> t.Rows:
        return [
            {
                "rule": r.rule, "scope": r.scope, "share": comma(f"{float(r.share):.4f}"), "tolerance": "0",
                "num_before": str(r.num_before), "den_before": str(r.den_before),
                "den_remaining": comma(f"{float(r.remaining):.4f}"), "rate_required": comma(points(r.rate, 10_000)),
                "num_run": str(self.num[k]), "den_run": str(self.den[k]),
                "shortfall": comma(points(max(0, r.rate * self.den[k] - self.num[k] * 10_000), 10_000)),
                "price": comma(points(r.price, 100)), "marginal_points": "", "expected_num": "",
            }
            for k, r in enumerate(self.ref.rows)
        ]  # fmt: skip

    def leapfrogs(self) -> t.Rows:
        ref, rows = self.ref, []
        placed = {p.a for p in self.first if p.a >= 0}
        for p in self.first:
            for rank, a in enumerate(self.lists.get(p.d, []), 1):
                above = self.lists[p.d][: rank - 1]
                passed = [
                    b
                    for b in ref.named(p.d, p.account)[0]
                    if ref.score(p.d, b) > ref.score(p.d, a) and b not in above and b not in placed
                ]
                for b in sorted(passed, key=lambda b: (-ref.score(p.d, b), ref.A[b]["application_id"])):
                    rows.append(
                        {
                            "dwelling_id": ref.D[p.d]["dwelling_id"], "rank": str(rank),
                            "application_id_ahead": ref.A[a]["application_id"],
                            "application_id_passed": ref.A[b]["application_id"],
                            "points_gap": comma(points(ref.score(p.d, b) - ref.score(p.d, a), 100)),
                            "explained_by": self._why(p, rank, a, b),
                        }
                    )  # fmt: skip
        return rows

    def _why(self, p: Pick, rank: int, a: int, b: int) -> str:
        ref = self.ref
        own = p.account in MODES and bool(ref.nominees(p.d, p.account))
        if own:
            return "nomination"
        me, other = Pick(p.d, a, p.account), Pick(p.d, b, p.account)
        if ref.value(other) <= ref.value(me):
            return "fit"
        if rank == 1:
            swapped = [other if q == p else q for q in self.first]
            num, den = ref.counts(swapped)
            for k, r in enumerate(ref.rows):
                loss = r.price * (short(r, num[k], den[k]) - short(r, self.num[k], self.den[k]))
                if loss > 0:
                    return f"{r.rule}[{r.scope}]@{points(r.price, 100)}"
            raise AssertionError("unexplained")
        if "DALO" in ref.A[b]["priority_codes"] and "DALO" not in ref.A[p.a]["priority_codes"]:
            return "class"
        if self.full_at.get(b, 10**9) < self.filled_at[p.d, a]:
            return "places"
        return "class"

    # proof
    def certificate(self) -> dict[str, object]:
        nodes: list[dict[str, object]] = []
        bounds: list[F] = []
        root = self._root()
        self._branch(nodes, bounds, [], root)
        most = max(bounds)
        floored = most // 1
        bound = max(floored, F(self.objective))
        return {
            "format": "attriflux-certificate/1",
            "objective": points(self.objective, 10**6),
            "bound": points(bound, 10**6),
            "gap": points(bound - self.objective, 10**6),
            "grid": "0.000001",
            "status": "certified_optimal" if bound == self.objective else "certified_within",
            "stopped": "proven",
            "stages": {
                "seniority_days": self.ref.seniority(self.first),
                "lottery": sum(self.ref.h(p) for p in self.first),
                "unique": True,
            },
            "rows": [
                {"rule": r.rule, "scope": r.scope, "price": points(r.price, 100), "rate": points(r.rate, 10_000)}
                for r in self.ref.rows
            ],
            "nodes": nodes,
        }  # fmt: skip

    def _root(self) -> list[dict[str, object]]:
        """Splits forced at the top, so that every kind of split is met."""
        if not self.first:
            return []
        p = self.first[0]
        if self.split == "account":
            return [{"on": "account", "dwelling": self.ref.D[p.d]["dwelling_id"], "account": p.account}]
        if self.split in ("num", "den"):
            k = next((k for k, r in enumerate(self.ref.rows) if r.price and self.den[k]), None)
            if k is not None:
                at = (self.num if self.split == "num" else self.den)[k]
                return [{"on": self.split, "row": k, "at": max(0, at - 1)}]
        return []

    def _branch(self, nodes, bounds, path, forced) -> int:
        i = len(nodes)
        nodes.append({})
        if forced:
            split = forced[0]
        else:
            leaf, bound, split = self._leaf(path)
            if bound is None or bound <= self.objective or split is None:
                nodes[i] = {"leaf": leaf}
                if bound is not None:
                    bounds.append(bound)
                return i
        low = self._branch(nodes, bounds, [*path, (i, split, False)], forced[1:])
        high = self._branch(nodes, bounds, [*path, (i, split, True)], forced[1:])
        nodes[i] = {"split": split, "low": low, "high": high}
        return i

    def _leaf(self, path):
        return Leaf(self, path).solve()


def comma(text: str) -> str:
    return text.replace(".", ",")


def short(row, num: int, den: int) -> int:
    return max(0, row.rate * den - num * 10_000)


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

    def _d(self, split) -> int:
        return int(split["dwelling"][1:])

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
        m = len(rows)
        for d in self.must:
            if not any(p.d == d for p in self.picks):
                return {"empty": "no candidate left"}, None, None
        least = {s["row"]: s["at"] + 1 for _, s, high in self.path if s["on"] == "den" and high}
        a_ub, b_ub, names = [], [], []
        for k, r in enumerate(rows):
            line = np.zeros(n + m)
            for j, marks in enumerate(self.marks):
                if k in marks:
                    line[j] = r.rate / 10_000 - marks[k]
            line[n + k] = -1
            a_ub.append(line), b_ub.append(0.0), names.append(("rows", k))
            if k in least:
                part, up = self._mir(k, least[k])
                line = np.zeros(n + m)
                for j, marks in enumerate(self.marks):
                    line[j] = -float(part) * marks.get(k, 0)
                line[n + k] = -1
                a_ub.append(line), b_ub.append(-float(part) * up), names.append(("mir", k))
        for i, s, high in self.path:
            if s["on"] in ("num", "den"):
                line = np.zeros(n + m)
                for j, marks in enumerate(self.marks):
                    line[j] = (marks.get(s["row"], 0) if s["on"] == "num" else s["row"] in marks) * (
                        -1 if high else 1
                    )
                (
                    a_ub.append(line),
                    b_ub.append(float(-(s["at"] + 1) if high else s["at"])),
                    names.append(("branch", i)),
                )
        for a in range(ref.na):
            line = np.zeros(n + m)
            line[[j for j, p in enumerate(self.picks) if p.a == a]] = 1
            a_ub.append(line), b_ub.append(1.0), names.append(("prices", a))
        for d in range(ref.nd):
            line = np.zeros(n + m)
            line[[j for j, p in enumerate(self.picks) if p.d == d]] = 1
            a_ub.append(line), b_ub.append(1.0), names.append(("dwelling", d))
            if d in self.must:
                a_ub.append(-line), b_ub.append(-1.0), names.append(("must", d))
        cost = np.array([-ref.value(p) / 100 for p in self.picks] + [r.price / 100 for r in rows])
        found = linprog(cost, A_ub=np.array(a_ub), b_ub=b_ub, bounds=[(0, None)] * (n + m), method="highs")
        if found.status == 2:
            return self._impossible()
        duals = -found.ineqlin.marginals
        use: dict[str, dict[int, int]] = {"rows": {}, "mir": {}, "branch": {}, "prices": {}}
        for (kind, key), value in zip(names, duals, strict=True):
            if kind in use and value > 1e-9:
                use[kind][key] = int(np.ceil(value * 10**6 - 1e-4))
        for k, r in enumerate(rows):
            over = use["rows"].get(k, 0) + use["mir"].get(k, 0) - r.price * 10_000
            if over > 0:
                kind = "rows" if use["rows"].get(k, 0) >= over else "mir"
                use[kind][k] -= over
        bound = self.bound(use, least)
        leaf = {
            "rows": {str(k): points(v, 10**6) for k, v in use["rows"].items()},
            "mir": {str(k): points(v, 10**6) for k, v in use["mir"].items()},
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
        exact = F(self.ref.rows[k].rate * least, 10_000)
        return (exact - exact // 1) or F(1), -(-exact // 1)

    def bound(self, use, least) -> F:
        """The bound of the multipliers in micropoints, exact."""
        total = F(sum(use["prices"].values()))
        for k, nu in use["mir"].items():
            part, up = self._mir(k, least[k])
            total -= nu * part * up
        for i, s, high in self.path:
            mu = use["branch"].get(i, 0)
            if mu:
                total += -mu * (s["at"] + 1) if high else mu * s["at"]
        for d in range(self.ref.nd):
            worth = [self._net(j, use, least) for j, p in enumerate(self.picks) if p.d == d]
            if d in self.must:
                total += max(worth)
            else:
                total += max([F(0), *worth])
        return total

    def _net(self, j: int, use, least) -> F:
        p, marks = self.picks[j], self.marks[j]
        net = F(self.ref.value(p) * 10_000) - (use["prices"].get(p.a, 0) if p.a >= 0 else 0)
        for k, lam in use["rows"].items():
            if k in marks:
                net -= lam * (F(self.ref.rows[k].rate, 10_000) - marks[k])
        for k, nu in use["mir"].items():
            net += nu * self._mir(k, least[k])[0] * marks.get(k, 0)
        for i, s, high in self.path:
            mu = use["branch"].get(i, 0)
            hit = marks.get(s.get("row"), 0) if s["on"] == "num" else int(s.get("row") in marks)
            if mu and hit:
                net += mu if high else -mu
        return net


def publish(town: t.Town, case: Path, out: Path, split: str = "") -> Published:
    """Write the outputs of the reference for a case already on disk."""
    out.mkdir(parents=True, exist_ok=True)
    pub = Published(Reference(town), split)
    for name in ("proposals", "applications", "dwellings", "rules", "leapfrogs"):
        write_table(out, name, getattr(pub, name)())
    (out / "certificate.json").write_text(json.dumps(pub.certificate(), indent=1))
    (out / "run.json").write_text(json.dumps({"inputs": t.hashes(case), "on": t.ON, "seed": t.SEED}))
    return pub


HEADERS = {
    "proposals": "dwelling_id,account,rank,application_id,score,fit,value,q1,priority,flags,reason",
    "applications": "application_id,status,reason,best_rank,dwelling_id",
    "dwellings": "dwelling_id,account,status,candidates,deadline,reason_if_short,advice",
    "rules": "rule,scope,share,tolerance,num_before,den_before,den_remaining,rate_required,num_run,den_run,shortfall,"
    "price,marginal_points,expected_num",
    "leapfrogs": "dwelling_id,rank,application_id_ahead,application_id_passed,points_gap,explained_by",
}  # fmt: skip


def write_table(out: Path, name: str, rows: t.Rows) -> None:
    """French CSV with its byte order mark; the header even when there is no row."""
    text = t.csv_text(rows) if rows else HEADERS[name].replace(",", ";") + "\n"
    (out / f"{name}.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
