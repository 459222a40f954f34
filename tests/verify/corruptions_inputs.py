"""Falsified inputs, law and rows of the rules: what the result says it stands on."""

from __future__ import annotations

import town as t
from scenes import Scene, corruption, edit, shifted


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
            ("den_remaining", "0.5"), ("allowance", "0.5"), ("share", "0.001"), ("shortfall", "0.1"), ("price", "1"), ("tolerance", "0.01"),
        ]
    )  # fmt: skip
    return edit(s, "rules", column, lambda x: shifted(x, by), lambda x: x[column])


@corruption
def empty_cell_filled(s: Scene) -> bool:
    """A number where the row has none: a rate of an upper row, an allowance of another."""
    column = s.r.choice(["rate_required", "den_remaining", "allowance"])
    return edit(s, "rules", column, lambda x: "0", lambda x: not x[column])


@corruption
def price_of_what_is_assumed(s: Scene) -> bool:
    """The run claims that it gave assumed targets their price."""
    row = next(x for x in s.pub.ref.rows if x.rule == "dalo")
    if row.price or row.share == 0 or "dalo" in s.pub.ref.town.settings:
        return False
    run = s.json("run.json")
    run["options"] = {"price_assumed": True}
    s.write_json("run.json", run)
    return True


@corruption
def row_moved_to_another_scope(s: Scene) -> bool:
    return edit(s, "rules", "scope", lambda x: x + "9", lambda x: True)


@corruption
def gauge_out_of_bounds(s: Scene) -> bool:
    """More than the price for one lease, a gain by asking more, more leases expected than there are."""
    column, value = s.r.choice(
        [
            ("marginal_points", "-100000"),
            ("marginal_points", "0,01"),
            ("expected_num", "99"),
            ("expected_num", "-1"),
        ]
    )
    return edit(s, "rules", column, lambda x: value, lambda x: True)
