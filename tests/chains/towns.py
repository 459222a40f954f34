"""Small towns with sitting tenants, drawn by a seed: two vacant dwellings, tenants who may free theirs, newcomers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

from optimizer import importers
from optimizer.domain import Case
from tests.end_to_end.small import BESANCON, application, dwelling, write

FREE = {
    f"national.prices.{rule}": 0
    for rule in ("flux", "flux_max", "mutation_max", "priority_publics", "lec_q1_outside_qpv", "lec_q234_inside_qpv", "dalo")
}  # fmt: skip
"""Changes under which no rule asks for anything."""
WILLING = {"national.chain.link_cost": 5}


def tenant(name: str, home: str, rooms: int, **more: str) -> dict[str, str]:
    """A household of BAIL who lives in a known dwelling of Besançon."""
    return application(
        name, current_landlord="BAIL", current_dwelling=home, current_rooms=str(rooms), current_commune=BESANCON,
        current_financing="plus", current_qpv="non", current_floor="0", **more,
    )  # fmt: skip


def town(folder: Path, seed: int, *, vacant: int = 2, tenants: int = 3, newcomers: int = 3) -> Path:
    """The folder of a drawn town."""
    draw = Random(f"town|{seed}")
    homes = [dwelling(f"V{i}", rooms=str(draw.choice((2, 3)))) for i in range(vacant)]
    people = []
    for i in range(tenants + newcomers):
        size = draw.choice((2, 3))
        words = {"persons": str(size), "children_under_14": str(size - 2), "score": str(draw.randint(5, 170))}
        words |= {"als_employee": draw.choice(("oui", "non")), "acceptance": f"0.{draw.randint(3, 9)}"}
        if i < tenants:
            people.append(tenant(f"T{i}", f"H{i}", draw.choice((2, 3)), **words))
        else:
            people.append(application(f"N{i}", **words))
    return write(folder, homes, people)


def read(folder: Path, changes: Mapping[str, object]) -> Case:
    """The case of a folder under some changes."""
    case, findings = importers.read_findings(folder, need=("dwellings", "applications"))
    assert case is not None, findings
    return replace(case, settings=replace(case.settings, changes=dict(changes)))
