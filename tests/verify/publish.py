"""Outputs of the reference, written as the product writes them: lists, leapfrogs, certificate."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from fractions import Fraction as F
from pathlib import Path

import town as t
import worth
from leaf import Leaf, comma, points
from picks import MODES, ON, Pick
from reference import Reference

CODES = (
    "", "INACTIVE", "LIVE_OFFER", "COMMUNE", "ROOMS", "CEILING", "ACCESSIBLE", "OWN_DWELLING", "FORBIDDEN", "ACCOUNT",
)  # fmt: skip


DOUBTS = {
    "CEILING_UNCHECKED", "INCOME_MISSING", "DOSSIER_TO_VERIFY", "UNREACHABLE", "PRIORITY_DECLARED_ONLY", "ACCESS_UNKNOWN",
}  # fmt: skip


class Published:
    """Everything that is written about one solved town."""

    def __init__(self, ref: Reference, split: str = "") -> None:
        self.ref, self.split = ref, split
        self.first = ref.best()
        self.num, self.den = ref.counts(self.first)
        self.short = ref.shorts(self.first)
        self.objective = ref.objective(self.first)
        self.lists = self._lists()

    def _binding(self, p: Pick, a: int) -> set[tuple[str, str]]:
        at = {(r.rule, r.scope): k for k, r in enumerate(self.ref.rows)}
        found = set()
        for key, good in self.ref.marks(p.d, p.account, a).items():
            k = at[key]
            row = self.ref.rows[k]
            lacking = row.rate * self.den[k] > (self.num[k] - 1) * 10_000
            if good and row.price and row.rule in t.HOUSEHOLD_RULES and lacking:
                found.add(key)
        return found

    def _may_stand(self, p: Pick) -> list[int]:
        placed = {q.a for q in self.first}
        pool = [a for a in self.ref.named(p.d, p.account)[0] if a not in placed]
        if "DALO" not in self.ref.A[p.a]["priority_codes"]:
            pool = [a for a in pool if "DALO" not in self.ref.A[a]["priority_codes"]]
        return pool

    def _lists(self) -> dict[int, list[int]]:
        """Lists one after the other, those that few may stand on first."""
        ref = self.ref
        placed = {p.a for p in self.first if p.a >= 0}
        lists = {p.d: [p.a] for p in self.first if p.a >= 0}
        load: dict[int, int] = {}
        self.full_at: dict[int, int] = {}
        self.turn: dict[int, int] = {}
        turns = sorted(
            (p for p in self.first if p.a >= 0),
            key=lambda p: (len(self._may_stand(p)), ref.h(p), ref.D[p.d]["dwelling_id"]),
        )
        for turn, p in enumerate(turns, 1):
            self.turn[p.d] = turn
            for _ in (2, 3):
                free = [a for a in ref.named(p.d, p.account)[0] if a not in placed]
                free = [a for a in free if load.get(a, 0) < 2 and a not in lists[p.d]]
                own = self._own(p)
                pick = None
                mine = [x for x in own if x[2] in free]
                if mine:
                    best = min(mine)[:2]
                    pick = self._choose(p, [a for *place, a in mine if tuple(place) == best])
                elif not own or MODES[p.account] == "partial":
                    pick = self._choose(p, [a for a in free if a in self._may_stand(p)])
                if pick is not None:
                    lists[p.d].append(pick)
                    load[pick] = load.get(pick, 0) + 1
                    if load[pick] == 2:
                        self.full_at[pick] = turn
        return lists

    def _own(self, p: Pick) -> list[tuple[bool, int, int]]:
        """(general list, rank, household) of the eligible nominees."""
        return self.ref.nominees(p.d, p.account) if p.account in MODES else []

    def _choose(self, p: Pick, free: list[int]) -> int | None:
        need = self._binding(p, p.a)
        same = [a for a in free if need <= self._binding(p, a)]
        return min(same or free, key=lambda a: self._order(p, a), default=None)

    def _order(self, p: Pick, a: int) -> tuple[int, int, int, str]:
        ref, q = self.ref, Pick(p.d, a, p.account)
        return (-ref.value(q), -ref.seniority([q]), -ref.h(q), ref.A[a]["application_id"])

    # tables
    def proposals(self) -> t.Rows:
        rows = []
        for p in self.first:
            if p.a < 0:
                value = self.ref.value(p)
                score, less = self.ref.seat_parts[p.d, p.account]
                rows.append(
                    self._line(p, 1, (score, 0, 0, -less, value), "", "", "", "AWAITING_RESERVATAIRE")
                )
                continue
            for rank, a in enumerate(self.lists[p.d], 1):
                q = Pick(p.d, a, p.account)
                who = self.ref.A[a]
                codes = who["priority_codes"]
                rows.append(
                    self._line(
                        q, rank, self._points(q), self._rate(p.d, a), self.ref.q1(p.d, a),
                        f"{codes} ({who['priority_status']})" if codes else "", "|".join(self._flags(p.d, a)),
                    )
                )  # fmt: skip
        return rows

    def _points(self, p: Pick) -> tuple[int, ...]:
        """Score, fit, burden, lean, value."""
        ref = self.ref
        return (ref.score(p.d, p.a), ref.fit(p.d, p.a), ref.burden(p.d, p.a), ref.lean(p), ref.value(p))

    def _rate(self, d: int, a: int) -> str:
        rate = self.ref.effort(d, a)[1]
        return "" if rate is None else comma(points(int(worth.half_up(rate, F(1, 10_000)) * 10_000), 10_000))

    def _flags(self, d: int, a: int) -> list[str]:
        who = self.ref.A[a]
        status, rate = self.ref.effort(d, a)
        on = {
            "CEILING_UNCHECKED": not who["tax_income_eur"],
            "INCOME_MISSING": who["monthly_income_eur"] in ("", "0"),
            "DOSSIER_TO_VERIFY": who["dossier"] == "to_verify",
            "UNREACHABLE": who["dossier"] == "unreachable",
            "PRIORITY_DECLARED_ONLY": who["priority_codes"] and who["priority_status"] == "declared",
            "ACCESS_UNKNOWN": who["mobility_need"] and not self.ref.D[d]["floor"],
            "EFFORT_HIGH": rate is not None and status != "before" and rate > F("0.33"),
            "ALLOWANCE_ESTIMATED": status == "estimated",
            "ALLOWANCE_MISSING": status == "before",
        }
        return [name for name, shown in on.items() if shown]

    def _line(self, p, rank, worths, effort, q1, priority, flags) -> dict[str, str]:
        names = ("score", "fit", "burden", "lean", "value")
        return {
            "dwelling_id": self.ref.D[p.d]["dwelling_id"], "account": p.account, "rank": str(rank),
            "application_id": self.ref.A[p.a]["application_id"] if p.a >= 0 else "",
            **{name: comma(points(x, 100)) for name, x in zip(names, worths, strict=True)}, "effort": effort,
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
                    "reason_if_short": self._short(d, n, status),
                    "advice": "",
                }
            )  # fmt: skip
        return rows

    def _short(self, d: int, n: int, status: str) -> str:
        if status == "listed" and all(DOUBTS & {*self._flags(d, a)} for a in self.lists[d]):
            return "sans candidat sérieux"
        return "peu de demandes" if n < 3 and status != "awaiting_reservataire" else ""

    def _somewhere(self, a: int) -> bool:
        """Eligible for a dwelling of this run."""
        return any(not self.ref.blocked(d) and not self.code(d, a) for d in range(self.ref.nd))

    def applications(self) -> t.Rows:
        rows = []
        for a, who in enumerate(self.ref.A):
            best = min(
                ((x.index(a) + 1, self.ref.D[d]["dwelling_id"]) for d, x in sorted(self.lists.items()) if a in x),
                default=None,
            )  # fmt: skip
            codes = [self.code(d, a) for d in range(self.ref.nd)]
            if best:
                status, reason = ("proposed", "FIRST_RANK") if best[0] == 1 else ("reserve", "RESERVE")
            elif 0 in codes:
                status, reason = "not_proposed", "OUTRANKED" if self._somewhere(a) else "NO_FREE_DWELLING"
            else:
                status, reason = "ineligible", CODES[max(codes)]
            rows.append(
                {
                    "application_id": who["application_id"], "status": status, "reason": reason,
                    "best_rank": str(best[0]) if best else "", "dwelling_id": best[1] if best else "",
                }
            )  # fmt: skip
        return rows

    def code(self, d: int, a: int) -> int:
        code = self.ref.code(d, a)
        named = any(a in self.ref.named(d, x)[0] for x in self.ref.receivers(d))
        return code or (0 if named else 9)

    def rules(self) -> t.Rows:
        rows = []
        for k, r in enumerate(self.ref.rows):
            num, before = self.num[k], r.num_before
            if r.upper:
                num, before = self.den[k] - num, r.den_before - before
            rows.append(
                {
                    "rule": r.rule, "scope": r.scope, "share": comma(f"{float(r.share):.4f}"), "tolerance": "0",
                    "num_before": str(before), "den_before": str(r.den_before),
                    "den_remaining": "" if r.upper else comma(f"{float(r.remaining):.4f}"),
                    "rate_required": "" if r.upper else comma(points(r.rate, 10_000)),
                    "allowance": comma(points(r.slack, 10_000)) if r.upper else "",
                    "num_run": str(num), "den_run": str(self.den[k]), "shortfall": comma(points(self.short[k], 10_000)),
                    "price": comma(points(r.price, 100)), "marginal_points": "", "expected_num": "",
                }
            )  # fmt: skip
        return rows

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
        if a in [x for _, _, x in self._own(p)]:
            return "nomination"
        me, other = Pick(p.d, a, p.account), Pick(p.d, b, p.account)
        if rank == 1:
            if b not in ref.named(p.d, p.account)[1]:
                return "nomination"
            if ref.value(other) <= ref.value(me):
                return self._part(me, other)
            swapped = [other if q == p else q for q in self.first]
            losses = [
                (r.price * (x - y), -k)
                for k, (r, x, y) in enumerate(zip(ref.rows, ref.shorts(swapped), self.short, strict=True))
            ]
            if sum(x for x, _ in losses) >= (ref.value(other) - ref.value(me)) * 10_000:
                r = ref.rows[-max(losses)[1]]
                return f"{r.rule}[{r.scope}]@{points(r.price, 100)}"
            placed = {q.a for q in swapped}
            assert any(x not in placed for q in swapped for x in ref.passed(q)), "unexplained"
            return "nomination"
        if "DALO" in ref.A[b]["priority_codes"] and "DALO" not in ref.A[p.a]["priority_codes"]:
            return "class"
        if self.full_at.get(b, 10**9) < self.turn[p.d]:
            return "places"
        need = self._binding(p, p.a)
        if need <= self._binding(p, a) and not need <= self._binding(p, b):
            return "class"
        return self._part(me, other)

    def _part(self, me: Pick, other: Pick) -> str:
        """The part of the value by which the passed household loses most."""
        ref = self.ref
        lost = {
            "fit": ref.fit(me.d, me.a) - ref.fit(other.d, other.a),
            "burden": ref.burden(other.d, other.a) - ref.burden(me.d, me.a),
            "lean": ref.lean(me) - ref.lean(other),
        }
        return max(lost, key=lambda x: lost[x])

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
            "format": "attriflux-certificate/2",
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
                {
                    "rule": r.rule, "scope": r.scope, "price": points(r.price, 100), "rate": points(r.rate, 10_000),
                    "play": points(r.slack, 10_000),
                }
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
        if self.split == "household":
            placed = [q.a for q in self.first if q.a >= 0]
            return [{"on": "household", "application": self.ref.A[a]["application_id"]} for a in placed[:1]]
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


def publish(town: t.Town, case: Path, out: Path, split: str = "") -> Published:
    """Write the outputs of the reference for a case already on disk."""
    out.mkdir(parents=True, exist_ok=True)
    pub = Published(Reference(town), split)
    for name in ("proposals", "applications", "dwellings", "rules", "leapfrogs"):
        write_table(out, name, getattr(pub, name)())
    (out / "certificate.json").write_text(json.dumps(pub.certificate(), indent=1))
    (out / "run.json").write_text(json.dumps({"inputs": t.hashes(case), "on": t.ON, "seed": t.SEED}))
    seal(out)
    return pub


def seal(out: Path) -> None:
    """The record names every file beside it, and its own hash."""
    if not (out / "run.json").is_file():
        return
    run = json.loads((out / "run.json").read_text())
    run.pop("self_sha256", None)
    names = sorted(
        p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file() and p.name != "run.json"
    )
    contents = {name: (out / name).read_bytes() for name in names}
    run["manifest"] = [
        {"name": name, "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
        for name, raw in contents.items()
    ]
    text = json.dumps(run, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    run["self_sha256"] = hashlib.sha256(text.encode()).hexdigest()
    (out / "run.json").write_text(json.dumps(run))


HEADERS = {
    "proposals": "dwelling_id,account,rank,application_id,score,fit,burden,lean,value,effort,q1,priority,flags,reason",
    "applications": "application_id,status,reason,best_rank,dwelling_id",
    "dwellings": "dwelling_id,account,status,candidates,deadline,reason_if_short,advice",
    "rules": "rule,scope,share,tolerance,num_before,den_before,den_remaining,rate_required,allowance,num_run,den_run,shortfall,"
    "price,marginal_points,expected_num",
    "leapfrogs": "dwelling_id,rank,application_id_ahead,application_id_passed,points_gap,explained_by",
}  # fmt: skip


def write_table(out: Path, name: str, rows: t.Rows) -> None:
    """French CSV with its byte order mark; the header even when there is no row."""
    text = t.csv_text(rows) if rows else HEADERS[name].replace(",", ";") + "\n"
    (out / f"{name}.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
