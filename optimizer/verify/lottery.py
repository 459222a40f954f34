"""A lottery of ``attriflux fairness`` added up again in integers, and the multipliers of its stages checked.

Read from the result: the allocations with their weights, the households of each type, the published chances, the rows and
multipliers of the program. Read from the case: dwellings, applications, who is eligible where on which account. Every
allocation is held to one dwelling per household and one household per dwelling; every chance is summed again; every stage's bound is
computed again from its multipliers over every column, in whole numbers, the solver's rounding charged in full.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from optimizer.verify.classes import Classes
from optimizer.verify.manifest import RECORD, check_manifest
from optimizer.verify.outputs import read_json
from optimizer.verify.rows import Book
from optimizer.verify.scores import Scores
from optimizer.verify.tables import read_case
from optimizer.verify.verdict import CERTIFIED, MALFORMED, REFUSED, Findings, Verdict
from optimizer.verify.whole import shipped_models
from optimizer.verify.world import World, read_world
from optimizer.verify.year import Year

FORMAT = "attriflux-fairness/1"
UNIT = 10**12
"""Multipliers and chances are read as whole numbers of this unit."""
SLACK = UNIT // 10**6
"""What the rounding of a linear program may leave between a stage's value and the bound of its multipliers."""


def verify_lottery(out_dir: Path, case_path: Path, *, models: Path | None = None) -> Verdict:
    """Check the lotteries of a comparison of mechanisms.

    Parameters
    ----------
    out_dir : folder written by ``fairness``
    case_path : the case
    models : folder of the law; the shipped one by default

    Returns
    -------
    Verdict
        ``certified``: every lottery adds up and every stage's bound holds; else ``refused``.
    """
    out, found = Path(out_dir), Findings()
    law = Path(models) if models is not None else shipped_models()
    worlds: list[World] = []
    with found.guard("reading"):
        worlds.append(read_world(read_case(Path(case_path), law), law))
    run: Mapping[str, Any] = {}
    with found.guard("format"):
        run = read_json(out, RECORD)
        found.demand("format", run.get("format") == FORMAT, f"{run.get('format')}")
    if found.failed:
        return Verdict(REFUSED, found.checks())
    with found.guard("manifest"):
        check_manifest(out, run, found)
    with found.guard("inputs"):
        folder = Path(case_path).parent if Path(case_path).is_file() else Path(case_path)
        for name, digest in sorted(run["inputs"].items()):
            file = (folder / name).resolve()
            fine = file.is_relative_to(folder.resolve()) and file.is_file()
            found.demand("inputs", fine and hashlib.sha256(file.read_bytes()).hexdigest() == digest, name)
    with found.guard("lottery"):
        lotteries = _read(out, worlds[0], found)
        _add_up(out, lotteries, found)
        _eligible(worlds[0], lotteries, found)
    try:
        _stages(out, lotteries, found)
    except MALFORMED as error:
        found.add("stages", f"contenu inattendu ({type(error).__name__})")
    return Verdict(REFUSED if found.failed else CERTIFIED, found.checks())


class _Lottery:
    """One mechanism: allocations as (weight, lines), the households of each type, chances added up again."""

    def __init__(self) -> None:
        self.weights: dict[int, Fraction] = {}
        self.lines: dict[int, list[tuple[str, str, int, str]]] = defaultdict(list)
        self.members: dict[int, list[str]] = defaultdict(list)
        self.chance: dict[str, Fraction] = {}
        self.of_type: dict[int, Fraction] = {}


def _read(out: Path, world: World, found: Findings) -> dict[str, _Lottery]:
    table = pq.read_table(out / "lottery.parquet").to_pydict()
    lotteries: dict[str, _Lottery] = {}
    names = (
        "mechanism",
        "allocation",
        "weight_num",
        "weight_den",
        "dwelling_id",
        "application_id",
        "type",
        "account",
    )
    for name, number, num, den, home, who, kind, account in zip(*(table[n] for n in names), strict=True):
        one = lotteries.setdefault(name, _Lottery())
        weight = Fraction(int(num), int(den))
        found.demand(
            "lottery", one.weights.setdefault(number, weight) == weight and weight > 0, f"{name} : poids"
        )
        one.lines[number].append((home, who, int(kind), account))
    types = pq.read_table(out / "types.parquet").to_pydict()
    for name, kind, who in zip(types["mechanism"], types["type"], types["application_id"], strict=True):
        if name in lotteries:
            lotteries[name].members[int(kind)].append(who)
    homes, apps = {str(x) for x in world.dwellings.ids}, {str(x) for x in world.apps.ids}
    for name, one in lotteries.items():
        known = all(
            h in homes and (w == "" or w in apps) for lines in one.lines.values() for h, w, _, _ in lines
        )
        found.demand("lottery", known, f"{name} : identifiant inconnu")
        everybody = [who for members in one.members.values() for who in members]
        found.demand(
            "lottery", len(set(everybody)) == len(everybody) and set(everybody) <= apps, f"{name} : types"
        )
    return lotteries


def _add_up(out: Path, lotteries: Mapping[str, _Lottery], found: Findings) -> None:
    """Weights add up to one, allocations are allocations, chances are those published."""
    for name, one in lotteries.items():
        common = lcm(*(w.denominator for w in one.weights.values()))
        whole = {i: w.numerator * (common // w.denominator) for i, w in one.weights.items()}
        found.demand("lottery", sum(whole.values()) == common, f"{name} : poids")
        served: dict[str, int] = defaultdict(int)
        typed: dict[int, int] = defaultdict(int)
        for number, lines in one.lines.items():
            homes = [home for home, _, _, _ in lines]
            people = [who for _, who, _, _ in lines if who]
            found.demand("lottery", len(set(homes)) == len(homes), f"{name} : logement deux fois")
            found.demand("lottery", len(set(people)) == len(people), f"{name} : ménage deux fois")
            used: dict[int, int] = defaultdict(int)
            for _, who, kind, _ in lines:
                if kind >= 0:
                    used[kind] += 1
                    typed[kind] += whole[number]
                else:
                    served[who] += whole[number]
            fine = all(n <= len(one.members[kind]) for kind, n in used.items())
            found.demand("lottery", fine, f"{name} : plus de places que de ménages")
        one.of_type = {k: Fraction(n, common * len(one.members[k])) for k, n in typed.items()}
        one.chance = {who: Fraction(n, common) for who, n in served.items()}
        for kind, share in one.of_type.items():
            one.chance |= dict.fromkeys(one.members[kind], share)
    published = pq.read_table(out / "probabilities.parquet").to_pydict()
    for name, who, p in zip(
        published["mechanism"], published["application_id"], published["probability"], strict=True
    ):
        if name in lotteries:
            again = float(lotteries[name].chance.get(who, Fraction(0)))
            found.demand("lottery", abs(again - float(p)) <= 1e-12, f"{name} : probabilité")


def _eligible(world: World, lotteries: Mapping[str, _Lottery], found: Findings) -> None:
    """Every household that may be given a dwelling is eligible for it on that account."""
    scores = Scores(world)
    scores.settle()
    book = Book(world, False)
    Year(world, book).count()
    classes = Classes(world, scores, book)
    home = {str(x): i for i, x in enumerate(world.dwellings.ids)}
    place = {str(x): i for i, x in enumerate(world.apps.ids)}
    asked: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for one in lotteries.values():
        for lines in one.lines.values():
            for d, who, kind, account in set(lines):
                klass = int(classes.klass[home[d]])
                asked[klass][account] |= {place[w] for w in ([who] if who else one.members[kind])}
    for door, named in classes.sweep():
        for c, naming in named:
            for account, people in asked.get(c, {}).items():
                apps = np.array(sorted(people), np.int32)
                at = door.block.where(apps)
                there = np.maximum(at, 0)
                fine = (at >= 0) & (door.code[there] == 0)
                if account in naming.accounts:
                    fine &= (naming.first[door.type[there]] >> naming.accounts.index(account) & 1) > 0
                else:
                    fine &= False
                if not fine.all():
                    found.add("eligibility", "couple d'une loterie", int((~fine).sum()))
    found.start("eligibility")


def _stages(out: Path, lotteries: Mapping[str, _Lottery], found: Findings) -> None:
    """Each stage's value is within reach of no more: the bound of its multipliers, over every column.

    A lottery found over whole allocations publishes no program: it is added up again, and its stages are not claimed.
    """
    proofs = read_json(out, "proofs.json")
    for name, one in lotteries.items():
        proof = proofs.get(name, {})
        if "program" not in proof or not proof["stages"] or name not in ("leximin", "maximin"):
            continue
        program = proof["program"]
        people = [int(x) for x in program["people"]]
        entries: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for column, row, value in program["entries"]:
            entries[int(column)].append((int(row), int(value)))
        owner = [int(t) for t in program["owner"]]
        for kind in range(len(people)):
            found.demand("stages", len(one.members[kind]) == people[kind], f"{name} : type {kind}")
        fixed: dict[int, int] = {}
        for number, stage in enumerate(proof["stages"]):
            value = _whole(stage["value"])
            bound, mass = _bound(stage, owner, people, entries, program, fixed)
            found.demand("stages", bound <= (value + SLACK) * mass, f"{name} : étape {number + 1}")
            for kind in stage["fixed"]:
                found.demand("stages", kind not in fixed, f"{name} : type fixé deux fois")
                fixed[int(kind)] = value
        error = _whole(proof["error"]) + SLACK
        for kind, value in fixed.items():
            share = one.of_type.get(kind, Fraction(0))
            low = name == "maximin" or abs(share * UNIT - value) <= error
            found.demand("stages", low and share * UNIT >= value - error, f"{name} : chance d'un type")


def _whole(x: float) -> int:
    return int(round(Fraction(float(x)) * UNIT))


def _bound(
    stage: Mapping[str, Any],
    owner: Sequence[int],
    people: Sequence[int],
    entries: Mapping[int, Sequence[tuple[int, int]]],
    program: Mapping[str, Any],
    fixed: Mapping[int, int],
) -> tuple[int, int]:
    """``(bound × mass, mass)`` in units, the mass of the multipliers of the types still free."""
    weight = [max(0, _whole(x)) for x in stage["on_types"]]
    caps = [max(0, _whole(x)) for x in stage["on_people"]]
    on_rows = []
    total = 0
    for x, low, high in zip(stage["on_rows"], program["low"], program["high"], strict=True):
        u = _whole(x)
        if (u > 0 and high is None) or (u < 0 and low is None):
            u = 0
        on_rows.append(u)
        total += u * int(high if u > 0 else low) if u else 0
    total += sum(v * m for v, m in zip(caps, people, strict=True))
    extra = [0] * len(people)
    for column, t in enumerate(owner):
        charged = caps[t] + sum(on_rows[r] * a for r, a in entries.get(column, ()))
        extra[t] = max(extra[t], weight[t] - people[t] * charged)
    total += sum(extra)
    held = sum(weight[t] * p for t, p in fixed.items())
    mass = sum(w for t, w in enumerate(weight) if t not in fixed)
    return total * UNIT - held, mass
