"""Falsified accounts of the others: applications, dwellings, leapfrogs; missing files and nonsense."""

from __future__ import annotations

import publish
from scenes import Scene, corruption, edit, shifted


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
    met = {s.pub.code(d, a) for d in range(s.pub.ref.nd)}
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
    why = s.r.choice(
        ["", "gap", "because", "flux[landlord=X;area=25;account=NONE]@100", "need:D99", "need:D0", "keep"]
    )
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


@corruption
def unsealed_page(s: Scene) -> bool:
    """A file that the record does not know, or knows otherwise."""
    (s.out / s.r.choice(["report.html", "dwellings.csv", "sheets.html"])).open("a").write("\n")
    return True


@corruption
def unsealed_record(s: Scene) -> bool:
    run = s.json("run.json")
    run["title"] = "Autre"
    s.write_json("run.json", run)
    return True


@corruption
def second_format(s: Scene) -> bool:
    name = s.r.choice(["proposals", "rules", "dwellings"])
    (s.out / f"{name}.parquet").write_bytes(b"")
    return True


@corruption
def header_twice(s: Scene) -> bool:
    path = s.out / f"{s.r.choice(['proposals', 'rules', 'applications'])}.csv"
    head, *rest = path.read_text(encoding="utf-8-sig").splitlines()
    name = s.r.choice(head.split(";"))
    path.write_text("\n".join([f"{head};{name}", *(f"{x};0" for x in rest)]) + "\n", encoding="utf-8-sig")
    return True
