"""Ways to falsify a published result. Each changes the meaning of something; a function returns False where it cannot."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import publish
import town as t

Rows = list[dict[str, str]]
CORRUPTIONS: list[Callable[..., bool]] = []


@dataclass
class Scene:
    """A private copy of a case, its result and the law, to be falsified."""

    r: random.Random
    case: Path
    out: Path
    models: Path
    pub: publish.Published

    def table(self, name: str) -> Rows:
        text = (self.out / f"{name}.csv").read_bytes().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text), delimiter=";"))

    def write(self, name: str, rows: Rows) -> None:
        publish.write_table(self.out, name, rows)

    def json(self, name: str) -> Any:
        return json.loads((self.out / name).read_text())

    def write_json(self, name: str, content: Any) -> None:
        (self.out / name).write_text(json.dumps(content))

    def rehash(self) -> None:
        """State the hashes of the present files: the falsification is then in the content only."""
        run = self.json("run.json")
        run["inputs"] = t.hashes(self.case)
        self.write_json("run.json", run)

    def pick(
        self, rows: Rows, test: Callable[[dict[str, str]], Any] = lambda row: True
    ) -> dict[str, str] | None:
        found = [row for row in rows if test(row)]
        return self.r.choice(found) if found else None


def corruption(action: Callable[[Scene], bool]) -> Callable[[Scene], bool]:
    CORRUPTIONS.append(action)
    return action


def shifted(text: str, by: str) -> str:
    return str(Decimal(text.replace(",", ".")) + Decimal(by)).replace(".", ",")


def edit(
    scene: Scene, name: str, column: str, change: Callable[[str], str], test: Callable[..., Any]
) -> bool:
    rows = scene.table(name)
    row = scene.pick(rows, test)
    if row is None or change(row[column]) == row[column]:
        return False
    row[column] = change(row[column])
    scene.write(name, rows)
    return True


def named(row: dict[str, str]) -> bool:
    return bool(row["application_id"])


@corruption
def swapped_applicants(s: Scene) -> bool:
    rows = s.table("proposals")
    firsts = [x for x in rows if x["rank"] == "1" and x["application_id"]]
    if len(firsts) < 2:
        return False
    a, b = s.r.sample(firsts, 2)
    a["application_id"], b["application_id"] = b["application_id"], a["application_id"]
    s.write("proposals", rows)
    return True


@corruption
def swapped_ranks(s: Scene) -> bool:
    rows = s.table("proposals")
    second = s.pick(rows, lambda x: int(x["rank"]) > 1)
    if second is None:
        return False
    above = next(
        x
        for x in rows
        if x["dwelling_id"] == second["dwelling_id"] and int(x["rank"]) == int(second["rank"]) - 1
    )
    above["rank"], second["rank"] = second["rank"], above["rank"]
    s.write("proposals", rows)
    return True


@corruption
def moved_account(s: Scene) -> bool:
    rows = s.table("proposals")
    one = s.pick(rows)
    if one is None:
        return False
    other = s.r.choice([x for x in ("ETAT_PRIO", "ALS", "BAILLEUR", "MUTATION") if x != one["account"]])
    dwellings = s.table("dwellings")
    for row in [*rows, *dwellings]:
        if row["dwelling_id"] == one["dwelling_id"]:
            row["account"] = other
    s.write("proposals", rows)
    s.write("dwellings", dwellings)
    return True


@corruption
def edited_score(s: Scene) -> bool:
    return edit(s, "proposals", "score", lambda x: shifted(x, s.r.choice(["0.01", "-1", "25"])), named)


@corruption
def edited_fit(s: Scene) -> bool:
    return edit(s, "proposals", "fit", lambda x: shifted(x, s.r.choice(["0.01", "5"])), named)


@corruption
def edited_value(s: Scene) -> bool:
    return edit(
        s, "proposals", "value", lambda x: shifted(x, s.r.choice(["0.01", "-0.5", "1000"])), lambda x: True
    )


@corruption
def score_moved_to_fit(s: Scene) -> bool:
    rows = s.table("proposals")
    row = s.pick(rows, named)
    if row is None:
        return False
    row["score"], row["fit"] = shifted(row["score"], "-1"), shifted(row["fit"], "1")
    s.write("proposals", rows)
    return True


@corruption
def edited_quartile(s: Scene) -> bool:
    return edit(s, "proposals", "q1", lambda x: {"yes": "no", "no": "unknown", "unknown": "yes"}[x], named)


@corruption
def edited_flags(s: Scene) -> bool:
    return edit(s, "proposals", "flags", lambda x: "" if x else "UNREACHABLE", named)


@corruption
def line_removed(s: Scene) -> bool:
    rows = s.table("proposals")
    if not rows:
        return False
    rows.pop(s.r.randrange(len(rows)))
    s.write("proposals", rows)
    return True


@corruption
def duplicate_household(s: Scene) -> bool:
    rows = s.table("proposals")
    firsts = [x for x in rows if x["rank"] == "1" and x["application_id"]]
    if len(firsts) < 2:
        return False
    a, b = s.r.sample(firsts, 2)
    b["application_id"] = a["application_id"]
    s.write("proposals", rows)
    return True


@corruption
def dalo_as_filler(s: Scene) -> bool:
    ref = s.pub.ref
    dalo = {x["application_id"] for x in ref.A if "DALO" in x["priority_codes"]}
    rows = s.table("proposals")
    firsts = {x["dwelling_id"]: x["application_id"] for x in rows if x["rank"] == "1"}
    row = s.pick(rows, lambda x: int(x["rank"]) > 1 and firsts[x["dwelling_id"]] not in dalo)
    if row is None or not dalo:
        return False
    row["application_id"] = s.r.choice(sorted(dalo))
    s.write("proposals", rows)
    return True


@corruption
def ineligible_applicant(s: Scene) -> bool:
    ref = s.pub.ref
    rows = s.table("proposals")
    row = s.pick(rows, named)
    if row is None:
        return False
    d = int(row["dwelling_id"][1:])
    bad = [a for a in range(ref.na) if ref.code(d, a)]
    if not bad:
        return False
    row["application_id"] = ref.A[s.r.choice(bad)]["application_id"]
    s.write("proposals", rows)
    return True


@corruption
def wrong_hash(s: Scene) -> bool:
    run = s.json("run.json")
    name = s.r.choice(sorted(run["inputs"]))
    digest = run["inputs"][name]
    run["inputs"][name] = ("0" if digest[0] != "0" else "1") + digest[1:]
    s.write_json("run.json", run)
    return True


@corruption
def input_left_out(s: Scene) -> bool:
    run = s.json("run.json")
    del run["inputs"][s.r.choice(["dwellings.csv", "applications.csv"])]
    s.write_json("run.json", run)
    return True


@corruption
def other_seed(s: Scene) -> bool:
    run = s.json("run.json")
    run["seed"] += "x"
    s.write_json("run.json", run)
    return True


@corruption
def case_edited_afterwards(s: Scene) -> bool:
    path = s.case / "applications.csv"
    path.write_text(path.read_text() + "\n")
    return True


@corruption
def case_edited_and_rehashed(s: Scene) -> bool:
    """A proposed household moves away: the stated result no longer follows from the stated inputs."""
    proposed = next((x["application_id"] for x in s.table("proposals") if x["application_id"]), None)
    if proposed is None:
        return False
    town = s.pub.ref.town
    rows = [dict(x) for x in town.applications]
    next(x for x in rows if x["application_id"] == proposed)["status"] = "struck_off"
    (s.case / "applications.csv").write_text(t.csv_text(rows))
    s.rehash()
    return True


@corruption
def share_changed_in_conventions(s: Scene) -> bool:
    path = s.models / "conventions" / "x.yaml"
    path.write_text(path.read_text().replace("share: 0.25", "share: 0.26"))
    return True


@corruption
def price_changed_in_the_law(s: Scene) -> bool:
    path = s.models / "national" / "prices.yaml"
    path.write_text(path.read_text().replace("300", "301"))
    return any(row.rule == "dalo" and row.price for row in s.pub.ref.rows)


@corruption
def row_removed(s: Scene) -> bool:
    rows = s.table("rules")
    rows.pop(s.r.randrange(len(rows)))
    s.write("rules", rows)
    return True


@corruption
def row_edited(s: Scene) -> bool:
    column, by = s.r.choice(
        [
            ("rate_required", "0.0001"), ("num_run", "1"), ("den_run", "1"), ("num_before", "1"), ("den_before", "1"),
            ("den_remaining", "0.5"), ("share", "0.001"), ("shortfall", "0.1"), ("price", "1"), ("tolerance", "0.01"),
        ]
    )  # fmt: skip
    return edit(s, "rules", column, lambda x: shifted(x, by), lambda x: True)


@corruption
def row_moved_to_another_scope(s: Scene) -> bool:
    return edit(s, "rules", "scope", lambda x: x + "9", lambda x: True)


@corruption
def stated_number_shifted(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    name = s.r.choice(["objective", "bound", "gap"])
    certificate[name] = str(
        Decimal(certificate[name]) + s.r.choice([Decimal(1), Decimal(-1), Decimal("0.000001")])
    )
    s.write_json("certificate.json", certificate)
    return True


@corruption
def tie_stage_shifted(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    certificate["stages"][s.r.choice(["seniority_days", "lottery"])] += s.r.choice([1, -1])
    s.write_json("certificate.json", certificate)
    return True


def leaves(certificate: Any) -> list[dict[str, Any]]:
    return [n["leaf"] for n in certificate["nodes"] if "bound" in n.get("leaf", {})]


@corruption
def leaf_bound_shifted(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    leaf = s.r.choice(leaves(certificate))
    leaf["bound"] = str(Decimal(leaf["bound"]) + s.r.choice([Decimal(1), Decimal(-1), Decimal("-0.01")]))
    s.write_json("certificate.json", certificate)
    return True


@corruption
def leaf_removed(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    nodes = certificate["nodes"]
    at = s.r.choice([i for i, n in enumerate(nodes) if "leaf" in n])
    nodes.pop(at)
    s.write_json("certificate.json", certificate)
    return True


@corruption
def branch_pointed_elsewhere(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    inner = [n for n in certificate["nodes"] if "split" in n]
    if not inner:
        return False
    node = s.r.choice(inner)
    side, other = s.r.choice([("low", "high"), ("high", "low")])
    node[side] = s.r.choice([node[other], 0, len(certificate["nodes"])])
    s.write_json("certificate.json", certificate)
    return True


@corruption
def leaf_said_to_be_empty(s: Scene) -> bool:
    """The leaf that holds the published solution is declared impossible."""
    certificate = s.json("certificate.json")
    nodes = certificate["nodes"]
    at = 0
    chosen = {(s.pub.ref.D[p.d]["dwelling_id"], _app(s, p.a), p.account) for p in s.pub.first}
    counts = {"num": s.pub.num, "den": s.pub.den}
    while "split" in nodes[at]:
        split = nodes[at]["split"]
        if split["on"] in counts:
            high = counts[split["on"]][split["row"]] > split["at"]
        elif split["on"] == "pair":
            high = (split["dwelling"], split["application"], split["account"]) in chosen
        else:
            high = any(x[0] == split["dwelling"] and x[2] == split["account"] for x in chosen)
        at = nodes[at]["high" if high else "low"]
    nodes[at] = {"leaf": {"empty": "nothing here"}}
    s.write_json("certificate.json", certificate)
    return True


def _app(s: Scene, a: int) -> str:
    return s.pub.ref.A[a]["application_id"] if a >= 0 else ""


@corruption
def negative_multiplier(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    found = [
        (leaf[k], x)
        for leaf in leaves(certificate)
        for k in ("rows", "mir", "branch", "prices")
        for x in leaf[k]
    ]
    found = [(part, x) for part, x in found if Decimal(part[x]) > 0]
    if not found:
        return False
    part, key = s.r.choice(found)
    part[key] = "-" + part[key]
    s.write_json("certificate.json", certificate)
    return True


@corruption
def multiplier_above_price(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    leaf = s.r.choice(leaves(certificate))
    k = s.r.randrange(len(certificate["rows"]))
    leaf["rows"][str(k)] = str(
        Decimal(certificate["rows"][k]["price"]) + s.r.choice([Decimal("0.000001"), Decimal(1)])
    )
    s.write_json("certificate.json", certificate)
    return True


@corruption
def price_removed(s: Scene) -> bool:
    """Counted only where the reference says that the bound of the leaf changes."""
    certificate = s.json("certificate.json")
    nodes = certificate["nodes"]
    found = [
        i
        for i, n in enumerate(nodes)
        if any(Decimal(x) > 0 for x in n.get("leaf", {}).get("prices", {}).values())
    ]
    if not found:
        return False
    at = s.r.choice(found)
    leaf = nodes[at]["leaf"]
    path = path_to(nodes, at)
    free = [a for a, x in sorted(leaf["prices"].items()) if Decimal(x) > 0 and a not in fixed(path)]
    if not free:
        return False
    del leaf["prices"][s.r.choice(free)]
    use: dict[str, dict[int, int]] = {
        k: {int(i): int(Decimal(x) * 10**6) for i, x in leaf[k].items()} for k in ("rows", "mir", "branch")
    }
    use["prices"] = {int(a[1:]): int(Decimal(x) * 10**6) for a, x in leaf["prices"].items()}
    least = {x["row"]: x["at"] + 1 for _, x, high in path if x["on"] == "den" and high}
    bound = publish.Leaf(s.pub, path).bound(use, least)
    s.write_json("certificate.json", certificate)
    return abs(bound - Fraction(leaf["bound"]) * 10**6) >= 1


def fixed(path: list[tuple[int, Any, bool]]) -> set[str]:
    """Applications a path gives a dwelling: their price cancels out of the bound."""
    return {x["application"] for _, x, high in path if x["on"] == "pair" and high}


def path_to(nodes: Any, at: int) -> list[tuple[int, Any, bool]]:
    parent = {
        n[side]: (i, side == "high") for i, n in enumerate(nodes) if "split" in n for side in ("low", "high")
    }
    path = []
    while at:
        at, high = parent[at]
        path.insert(0, (at, nodes[at]["split"], high))
    return path


@corruption
def price_of_nobody(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    s.r.choice(leaves(certificate))["prices"]["A99"] = "1"
    s.write_json("certificate.json", certificate)
    return True


@corruption
def price_too_large(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    nodes = certificate["nodes"]
    at = s.r.choice([i for i, n in enumerate(nodes) if "bound" in n.get("leaf", {})])
    app = s.r.choice([x for x in ("A0", "A1", "A2", "A3") if x not in fixed(path_to(nodes, at))])
    prices = nodes[at]["leaf"]["prices"]
    prices[app] = str(Decimal(prices.get(app, "0")) + 10**7)
    s.write_json("certificate.json", certificate)
    return True


@corruption
def certificate_row_edited(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    row = s.r.choice([x for x in certificate["rows"] if x["price"] != "0"] or certificate["rows"])
    name, by = s.r.choice([("price", "1"), ("rate", "0.0001")])
    row[name] = str(Decimal(row[name]) + Decimal(by))
    s.write_json("certificate.json", certificate)
    return True


@corruption
def certificate_row_removed(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    priced = [i for i, x in enumerate(certificate["rows"]) if x["price"] != "0"]
    if not priced:
        return False
    certificate["rows"].pop(s.r.choice(priced))
    s.write_json("certificate.json", certificate)
    return True


@corruption
def coarse_grid(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    certificate["grid"] = s.r.choice(["0", "1000.000003", "-1", "7777"])
    s.write_json("certificate.json", certificate)
    return bool(s.pub.first)


@corruption
def rounding_without_a_bound(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    leaf = leaves(certificate)[0]
    paths = path_to(
        certificate["nodes"], next(i for i, n in enumerate(certificate["nodes"]) if n.get("leaf") is leaf)
    )
    bounded = {x["row"] for _, x, high in paths if x["on"] == "den" and high}
    free = [k for k, x in enumerate(certificate["rows"]) if k not in bounded and x["price"] != "0"]
    if not free:
        return False
    leaf["rows"].pop(str(free[0]), None)
    leaf["mir"][str(free[0])] = "0.5"
    s.write_json("certificate.json", certificate)
    return True


@corruption
def optimal_said_of_a_gap(s: Scene) -> bool:
    """A worse solution published as certified optimal: its own objective, the true tree."""
    certificate = s.json("certificate.json")
    certificate["objective"] = str(Decimal(certificate["objective"]) - 10)
    certificate["gap"] = str(Decimal(certificate["gap"]) + 10)
    s.write_json("certificate.json", certificate)
    return True


@corruption
def application_lost(s: Scene) -> bool:
    rows = s.table("applications")
    rows.pop(s.r.randrange(len(rows)))
    s.write("applications", rows)
    return True


@corruption
def application_status_edited(s: Scene) -> bool:
    swap = {
        "proposed": "reserve",
        "reserve": "not_proposed",
        "not_proposed": "ineligible",
        "ineligible": "not_proposed",
    }
    rows = s.table("applications")
    row = s.r.choice(rows)
    if row["status"] in ("not_proposed", "ineligible"):
        ref, a = s.pub.ref, int(row["application_id"][1:])
        blocked_only = all(s.pub._code(d, a) or ref.blocked(d) for d in range(ref.nd))
        if blocked_only and row["status"] == "not_proposed":
            return False
    row["status"] = swap[row["status"]]
    s.write("applications", rows)
    return True


@corruption
def refusal_reason_edited(s: Scene) -> bool:
    rows = s.table("applications")
    row = s.pick(rows, lambda x: x["status"] == "ineligible")
    if row is None:
        return False
    a = int(row["application_id"][1:])
    met = {s.pub._code(d, a) for d in range(s.pub.ref.nd)}
    row["reason"] = s.r.choice([publish.CODES[i] for i in range(1, 10) if i not in met])
    s.write("applications", rows)
    return True


@corruption
def best_rank_edited(s: Scene) -> bool:
    return edit(s, "applications", "best_rank", lambda x: str(int(x) + 1), lambda x: x["best_rank"])


@corruption
def dwelling_lost(s: Scene) -> bool:
    rows = s.table("dwellings")
    rows.pop(s.r.randrange(len(rows)))
    s.write("dwellings", rows)
    return True


@corruption
def dwelling_edited(s: Scene) -> bool:
    column = s.r.choice(["candidates", "status", "reason_if_short", "account"])
    change = {
        "candidates": lambda x: str(int(x) + 1),
        "status": lambda x: {"listed": "no_candidate"}.get(x, "listed"),
        "reason_if_short": lambda x: "",
        "account": lambda x: "OTHER:nobody",
    }[column]
    return edit(s, "dwellings", column, change, lambda x: True)


@corruption
def deadline_edited(s: Scene) -> bool:
    return edit(s, "dwellings", "deadline", lambda x: "2026-12-31", lambda x: x["deadline"])


@corruption
def leapfrog_removed(s: Scene) -> bool:
    rows = s.table("leapfrogs")
    if not rows:
        return False
    rows.pop(s.r.randrange(len(rows)))
    s.write("leapfrogs", rows)
    return True


@corruption
def leapfrog_unexplained(s: Scene) -> bool:
    why = s.r.choice(["", "gap", "because", "flux[landlord=X;area=25;account=NONE]@100", "need:D99"])
    return edit(s, "leapfrogs", "explained_by", lambda x: why, lambda x: True)


@corruption
def leapfrog_gap_edited(s: Scene) -> bool:
    return edit(s, "leapfrogs", "points_gap", lambda x: shifted(x, "0.01"), lambda x: True)


@corruption
def nonsense_in_a_number(s: Scene) -> bool:
    return edit(s, "proposals", s.r.choice(["rank", "score", "value"]), lambda x: "abc", lambda x: True)


@corruption
def file_missing(s: Scene) -> bool:
    name = s.r.choice(
        ["proposals.csv", "applications.csv", "dwellings.csv", "rules.csv", "leapfrogs.csv", "certificate.json", "run.json"]
    )  # fmt: skip
    (s.out / name).unlink()
    return True
