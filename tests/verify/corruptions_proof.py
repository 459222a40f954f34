"""Falsified certificates: numbers stated, tree, multipliers, prices, grid."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from leaf import Leaf
from scenes import Scene, corruption


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
        elif split["on"] == "household":
            high = any(x[1] == split["application"] for x in chosen)
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
    s.write_json("certificate.json", certificate)
    return bound_shifts(s, leaf, path)


def bound_shifts(s: Scene, leaf: dict[str, Any], path: list[tuple[int, Any, bool]]) -> bool:
    """Whether the reference computes another bound than the one a changed leaf states."""
    use: dict[str, dict[int, int]] = {
        k: {int(i): int(Decimal(x) * 10**6) for i, x in leaf[k].items()} for k in ("rows", "mir", "branch")
    }
    use["prices"] = {int(a[1:]): int(Decimal(x) * 10**6) for a, x in leaf["prices"].items()}
    reference = Leaf(s.pub, path)
    ids = [(int(x["dwelling"][1:]), x["account"], int(x["application"][1:])) for x in leaf["order"]]
    use["order"] = {
        reference.orders.index(key): int(Decimal(x["sigma"]) * 10**6)
        for key, x in zip(ids, leaf["order"], strict=True)
    }
    pairs = [(int(x["application"][1:]), int(x["after"][1:])) for x in leaf["after"]]
    use["after"] = {
        reference.afters.index(two): int(Decimal(x["tau"]) * 10**6)
        for two, x in zip(pairs, leaf["after"], strict=True)
    }
    use["cuts"] = {i: int(Decimal(cut["nu"]) * 10**6) for i, cut in enumerate(leaf["cuts"])}
    least = {x["row"]: x["at"] + 1 for _, x, high in path if x["on"] == "den" and high}
    reference.cuts = [{**cut, "rows": {int(k): w for k, w in cut["rows"].items()}} for cut in leaf["cuts"]]
    return abs(reference.bound(use, least) - Fraction(leaf["bound"]) * 10**6) >= 1


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
def order_left_out(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    nodes = certificate["nodes"]
    found = [i for i, n in enumerate(nodes) if n.get("leaf", {}).get("order")]
    if not found:
        return False
    at = s.r.choice(found)
    leaf = nodes[at]["leaf"]
    leaf["order"].pop(s.r.randrange(len(leaf["order"])))
    s.write_json("certificate.json", certificate)
    return bound_shifts(s, leaf, path_to(nodes, at))


@corruption
def order_turned_round(s: Scene) -> bool:
    """A multiplier below nothing, or on a household that the réservataire did not name there."""
    certificate = s.json("certificate.json")
    leaf = s.r.choice(leaves(certificate))
    if leaf["order"] and s.r.random() < 0.5:
        leaf["order"][0]["sigma"] = "-1"
    else:
        home, account = s.r.choice([("D0", "BAILLEUR"), ("D1", "ETAT_PRIO"), ("D2", "MUTATION")])
        leaf["order"].append({"dwelling": home, "account": account, "application": "A0", "sigma": "50"})
    s.write_json("certificate.json", certificate)
    return True


@corruption
def play_edited(s: Scene) -> bool:
    certificate = s.json("certificate.json")
    row = s.r.choice(certificate["rows"])
    row["play"] = str(Decimal(row["play"]) + Decimal("0.5"))
    s.write_json("certificate.json", certificate)
    return True


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


def some_cut(s: Scene, certificate: Any) -> tuple[int, dict[str, Any]] | None:
    """(node, cut) of a leaf with cuts."""
    nodes = certificate["nodes"]
    found = [(i, cut) for i, n in enumerate(nodes) for cut in n.get("leaf", {}).get("cuts", [])]
    return s.r.choice(found) if found else None


def with_cut(change: Callable[[Scene, Any, int, dict[str, Any]], bool]) -> Callable[[Scene], bool]:
    """A falsification of one cut; it returns False where it changes nothing that matters."""

    def action(s: Scene) -> bool:
        certificate = s.json("certificate.json")
        found = some_cut(s, certificate)
        if found is None or not change(s, certificate, *found):
            return False
        s.write_json("certificate.json", certificate)
        return True

    action.__name__ = change.__name__
    return corruption(action)


@with_cut
def cut_with_a_negative_price(s: Scene, certificate: Any, at: int, cut: dict[str, Any]) -> bool:
    cut["nu"] = "-" + cut["nu"]
    return True


@with_cut
def cut_above_the_price_of_its_rows(s: Scene, certificate: Any, at: int, cut: dict[str, Any]) -> bool:
    k, weight = s.r.choice(sorted(cut["rows"].items()))
    most = Fraction(certificate["rows"][int(k)]["price"]) * cut["unit"] / (weight * 10_000)
    cut["nu"] = f"{Decimal(int(most * 10**6) + s.r.choice([1, 10**6])) / 10**6:f}"
    return True


@with_cut
def cut_under_a_cap_that_nobody_counts(s: Scene, certificate: Any, at: int, cut: dict[str, Any]) -> bool:
    path = path_to(certificate["nodes"], at)
    if any(x["on"] == "den" and x["row"] in cut["base"] for _, x, _ in path):
        return False
    cut["cap"] -= 1
    return True


@with_cut
def cut_above_a_floor_that_no_split_gives(s: Scene, certificate: Any, at: int, cut: dict[str, Any]) -> bool:
    path = path_to(certificate["nodes"], at)
    if any(x["on"] == "den" and x["row"] in cut["base"] and high for _, x, high in path):
        return False
    cut.pop("cap")
    cut["floor"] = s.r.choice([1, 2])
    return True


@with_cut
def cut_of_an_unknown_row(s: Scene, certificate: Any, at: int, cut: dict[str, Any]) -> bool:
    unknown = s.r.choice([len(certificate["rows"]), -1])
    if s.r.random() < 0.5:
        cut["base"].append(unknown)
    else:
        cut["rows"][str(unknown)] = 1
    return True


@with_cut
def cut_with_a_part_missing(s: Scene, certificate: Any, at: int, cut: dict[str, Any]) -> bool:
    del cut[s.r.choice(sorted(cut))]
    return True


@with_cut
def cut_with_numbers_that_are_none(s: Scene, certificate: Any, at: int, cut: dict[str, Any]) -> bool:
    k = s.r.choice(sorted(cut["rows"]))
    where, key = s.r.choice([(cut, "times"), (cut, "unit"), (cut, "cap"), (cut["rows"], k)])
    where[key] = s.r.choice([str(where[key]), float(where[key]), True, None, -(10**30), 7 * 10**12])
    # a cap may be as wide as one likes as long as the bound is that of the wider cap
    return key != "cap" or where[key] != 7 * 10**12


@with_cut
def cut_of_other_numbers(s: Scene, certificate: Any, at: int, cut: dict[str, Any]) -> bool:
    """Counted only where the reference says that the bound of the leaf changes."""
    k = s.r.choice(sorted(cut["rows"]))
    where, key = s.r.choice([(cut, "times"), (cut, "cap"), (cut["rows"], k)])
    where[key] += s.r.choice([1, 2, 100])
    nodes = certificate["nodes"]
    return bound_shifts(s, nodes[at]["leaf"], path_to(nodes, at))


@with_cut
def cut_left_out(s: Scene, certificate: Any, at: int, cut: dict[str, Any]) -> bool:
    """Counted only where the reference says that the bound of the leaf changes."""
    nodes = certificate["nodes"]
    leaf = nodes[at]["leaf"]
    leaf["cuts"].remove(cut)
    return bound_shifts(s, leaf, path_to(nodes, at))


@corruption
def optimal_said_of_a_gap(s: Scene) -> bool:
    """A worse solution published as certified optimal: its own objective, the true tree."""
    certificate = s.json("certificate.json")
    certificate["objective"] = str(Decimal(certificate["objective"]) - 10)
    certificate["gap"] = str(Decimal(certificate["gap"]) + 10)
    s.write_json("certificate.json", certificate)
    return True
