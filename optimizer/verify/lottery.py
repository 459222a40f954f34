"""A lottery of ``attriflux fairness`` added up again in integers, and the multipliers of its stages checked.

Read from the result: the allocations with their weights, the households of each type, the published chances, the program and its
multipliers. Read from the case: dwellings, applications, who is eligible where on which account, what each letting counts for. Every
allocation is held to one dwelling per household and one household per dwelling; every chance is summed again; the program is put together
again from the case (`program`); every stage's bound is computed again from its multipliers over every column, in whole numbers, the
solver's rounding charged in full.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from optimizer.verify.classes import Classes
from optimizer.verify.manifest import RECORD, check_manifest
from optimizer.verify.offers import Offers
from optimizer.verify.outputs import read_json
from optimizer.verify.program import compare
from optimizer.verify.rows import Book
from optimizer.verify.scores import Scores
from optimizer.verify.tables import read_case
from optimizer.verify.verdict import CERTIFIED, MALFORMED, REFUSED, WITHIN, Findings, Verdict, decimal_text
from optimizer.verify.whole import shipped_models
from optimizer.verify.world import World, read_world
from optimizer.verify.year import Year

FORMAT = "attriflux-fairness/1"
UNIT = 10**12
"""Multipliers and chances are read as whole numbers of this unit."""
SLACK = UNIT // 10**7
"""What the rounding of a linear program may leave between a stage's value and the bound of its multipliers."""
ALLOCATED = frozenset(
    (
        "cotation", "seniority", "deferred_acceptance", "top_trading", "merged_order", "leximin", "maximin", "nash", "optimum",
    )
)  # fmt: skip
"""Mechanisms whose chances are those of published allocations; of the others there are chances alone."""
PROGRAMMED = ("leximin", "maximin", "nash")
"""Those of which a program is published."""
STAGED = ("leximin", "maximin")
"""Those proven stage by stage."""
TOLD = UNIT // 10**6
"""An interval of a chance from which the verdict tells it."""


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
        ``certified``: every lottery adds up and every stage's bound holds; ``certified within`` a chance where a stage or a lottery
        leaves an interval; else ``refused``.
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
        offers = _eligible(worlds[0], lotteries, found, bool(run["options"]["price_assumed"]))
        _listed(out, run["options"]["mechanisms"], lotteries, offers, found)
        with found.guard("program"):
            _programs(read_json(out, "proofs.json"), lotteries, offers, found)
    within = 0
    try:
        proofs = read_json(out, "proofs.json")
        within = _stages(proofs, lotteries, found)
    except MALFORMED as error:
        found.add("stages", f"contenu inattendu ({type(error).__name__})")
    told = decimal_text(Fraction(within, UNIT)) if within > TOLD else ""
    verdict = REFUSED if found.failed else WITHIN if told else CERTIFIED
    return Verdict(verdict, found.checks(), within=told)


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
                    found.demand(
                        "lottery",
                        who == (one.members[kind][0] if len(one.members[kind]) == 1 else ""),
                        f"{name} : ménage d'un type",
                    )
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


def _eligible(
    world: World, lotteries: Mapping[str, _Lottery], found: Findings, price_assumed: bool
) -> Offers:
    """Every household that may be given a dwelling is eligible for it on that account; what everybody may be given."""
    scores = Scores(world)
    scores.settle()
    book = Book(world, price_assumed)
    Year(world, book).count()
    classes = Classes(world, scores, book)
    offers = Offers(classes, book)
    home = {str(x): i for i, x in enumerate(world.dwellings.ids)}
    place = {str(x): i for i, x in enumerate(world.apps.ids)}
    asked: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for one in lotteries.values():
        for lines in one.lines.values():
            for d, who, kind, account in set(lines):
                klass = int(classes.klass[home[d]])
                asked[klass][account] |= {place[w] for w in ([who] if who else one.members[kind])}
    for door, named in classes.sweep():
        offers.read(door, named)
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
    return offers


def _listed(
    out: Path, asked: Sequence[str], lotteries: Mapping[str, _Lottery], offers: Offers, found: Findings
) -> None:
    """Of every mechanism asked for, chances are published once for everybody who may be given a dwelling, and for nobody else.

    Where a mechanism answers with allocations, those chances have a lottery behind them.
    """
    ids = offers.classes.world.apps.ids
    everybody = sorted({str(ids[a]) for apps, _ in offers.at.values() for a in np.unique(apps).tolist()})
    listed: dict[str, list[str]] = defaultdict(list)
    some: set[str] = set()
    """Mechanisms that give somebody a chance."""
    columns = ["mechanism", "application_id", "probability", "exact"]
    published = pq.read_table(out / "probabilities.parquet", columns=columns)
    for name, who, chance, exact in zip(*(column.to_pylist() for column in published.columns), strict=True):
        listed[name].append(who)
        if chance:
            some.add(name)
        found.demand("lottery", bool(exact) or name not in ALLOCATED, f"{name} : exact")
    for name in sorted({*listed, *lotteries, *asked}):
        found.demand("lottery", name in asked and sorted(listed[name]) == everybody, f"{name} : ménages")
    for name in sorted(some & ALLOCATED - lotteries.keys()):
        found.add("lottery", f"{name} : chances sans loterie")


def _programs(
    proofs: Mapping[str, Any], lotteries: Mapping[str, _Lottery], offers: Offers, found: Findings
) -> None:
    """Every published program is the one that the case makes."""
    world = offers.classes.world
    home = {str(x): i for i, x in enumerate(world.dwellings.ids)}
    place = {str(x): i for i, x in enumerate(world.apps.ids)}
    for name, one in lotteries.items():
        if name not in PROGRAMMED:
            continue
        proof = proofs[name]
        fine = proof["exact"] is True and proof["lettings"] == proof["program"]["lettings"]
        found.demand("program", fine and proof["kind"] == name, f"{name} : lettings, exact ou kind")
        members = {kind: [place[w] for w in mine] for kind, mine in one.members.items()}
        allocations = [[(home[d], k, account) for d, _, k, account in lines] for lines in one.lines.values()]
        compare(name, proofs[name]["program"], members, allocations, offers, found)


def _stages(proofs: Mapping[str, Any], lotteries: Mapping[str, _Lottery], found: Findings) -> int:
    """Each stage's value is within reach of no more: the bound of its multipliers, over every column and every leaf of its tree.

    Returns the largest chance, in units, that a stage leaves between what the lottery gives and what is proven.
    """
    within = 0
    for name, one in lotteries.items():
        if name not in STAGED:
            continue
        proof = proofs[name]
        found.demand("stages", bool(proof["stages"]), f"{name} : étapes")
        program = _Program(proof["program"])
        for kind, size in enumerate(program.people):
            found.demand("stages", len(one.members[kind]) == size, f"{name} : type {kind}")
        fixed: dict[int, int] = {}
        for number, stage in enumerate(proof["stages"]):
            value = _whole(stage["value"])
            told = max(value, _whole(stage.get("bound", stage["value"])))
            weight = [max(0, _whole(x)) for x in stage["on_types"]]
            most = program.most(stage["tree"], weight) if "tree" in stage else program.leaf(stage, weight)
            mass = sum(w for t, w in enumerate(weight) if t not in fixed)
            held = sum(weight[t] * p for t, p in fixed.items())
            fine = most * UNIT - held <= (told + SLACK) * mass
            found.demand("stages", fine, f"{name} : étape {number + 1}")
            within = max(within, told - value)
            for kind in stage["fixed"]:
                found.demand("stages", kind not in fixed, f"{name} : type fixé deux fois")
                fixed[int(kind)] = value
        whole = name == "maximin" or fixed.keys() == set(range(len(program.people)))
        found.demand("stages", whole, f"{name} : étapes manquantes")
        error = _whole(proof["error"])
        within = max(within, error)
        for kind, value in fixed.items():
            share = one.of_type.get(kind, Fraction(0))
            low = name == "maximin" or abs(share * UNIT - value) <= error + SLACK
            found.demand(
                "stages", low and share * UNIT >= value - error - SLACK, f"{name} : chance d'un type"
            )
    return within


class _Program:
    """The published program: columns of types, rows in whole numbers, and what multipliers prove of its points."""

    def __init__(self, program: Mapping[str, Any]) -> None:
        self.people = [int(x) for x in program["people"]]
        self.owner = [int(t) for t in program["owner"]]
        self.low, self.high = program["low"], program["high"]
        self.entries: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for column, row, value in program["entries"]:
            self.entries[int(column)].append((int(row), int(value)))

    def leaf(
        self,
        leaf: Mapping[str, Any],
        weight: Sequence[int],
        within: Mapping[int, tuple[int, int]] = MappingProxyType({}),
    ) -> int:
        """Largest weighted sum of chances that multipliers allow, in units; ``within``: columns with bounds of their own."""
        caps = [max(0, _whole(x)) for x in leaf["on_people"]]
        on_rows = []
        total = sum(v * m for v, m in zip(caps, self.people, strict=True))
        for x, low, high in zip(leaf["on_rows"], self.low, self.high, strict=True):
            u = _whole(x)
            if (u > 0 and high is None) or (u < 0 and low is None):
                u = 0
            on_rows.append(u)
            total += u * int(high if u > 0 else low) if u else 0
        # Σ of a type's columns ≤ its people: one column of the type takes the largest rest of those without bounds
        extra = [0] * len(self.people)
        for column, t in enumerate(self.owner):
            charged = caps[t] + sum(on_rows[r] * a for r, a in self.entries.get(column, ()))
            # rests are of one person: weight/people − charged, kept whole by counting it ``people`` times
            rest = weight[t] - self.people[t] * charged
            if column in within:
                low, high = within[column]
                total += _up(rest * (high if rest > 0 else low), self.people[t])
            else:
                extra[t] = max(extra[t], rest)
        return total + sum(extra)

    def most(self, tree: Sequence[Mapping[str, Any]], weight: Sequence[int]) -> int:
        """The largest bound of a leaf; every whole point lies in one: each node halves what a column may be."""
        best: int | None = None
        pending: list[tuple[int, dict[int, tuple[int, int]]]] = [(0, {})]
        while pending:
            place, within = pending.pop()
            node = tree[place]
            if "column" not in node:
                bound = self.leaf(node, weight, within)
                best = bound if best is None else max(best, bound)
                continue
            column, at = int(node["column"]), int(node["at"])
            low, high = within.get(column, (0, self.people[self.owner[column]]))
            for child, bounds in ((node["below"], (low, at)), (node["above"], (at + 1, high))):
                if int(child) <= place:
                    raise ValueError("tree")
                if bounds[0] <= bounds[1]:
                    pending.append((int(child), within | {column: bounds}))
        if best is None:
            raise ValueError("tree")
        return best


def _up(num: int, den: int) -> int:
    return -(-num // den)


def _whole(x: float) -> int:
    return int(round(Fraction(float(x)) * UNIT))
