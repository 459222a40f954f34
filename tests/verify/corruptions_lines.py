"""Falsified lines: households, ranks, accounts, points and marks of the proposals."""

from __future__ import annotations

from scenes import Scene, corruption, edit, named, shifted


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
def edited_burden_or_lean(s: Scene) -> bool:
    """Points taken off the burden and the lean alike: the value still adds up."""
    rows = s.table("proposals")
    row = s.pick(rows, named)
    if row is None:
        return False
    row["burden"], row["lean"] = shifted(row["burden"], "10"), shifted(row["lean"], "10")
    s.write("proposals", rows)
    return True


@corruption
def edited_effort(s: Scene) -> bool:
    return edit(s, "proposals", "effort", lambda x: shifted(x or "0", "0.0001"), named)


@corruption
def nominee_passed(s: Scene) -> bool:
    """A first rank left to whom the réservataire placed lower."""
    ref = s.pub.ref
    for p in s.pub.first:
        later = [
            a
            for a, rank in ref.order(p.d, p.account).items()
            if rank > ref.order(p.d, p.account).get(p.a, 99)
        ]
        free = [a for a in later if a not in {q.a for q in s.pub.first}]
        if free:
            rows = s.table("proposals")
            row = next(x for x in rows if x["dwelling_id"] == ref.D[p.d]["dwelling_id"] and x["rank"] == "1")
            row["application_id"] = ref.A[free[0]]["application_id"]
            s.write("proposals", rows)
            return True
    return False


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
