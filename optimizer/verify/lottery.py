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
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from optimizer.verify.classes import Classes
from optimizer.verify.manifest import RECORD, check_manifest
from optimizer.verify.offers import ClassOptions
from optimizer.verify.optimum import MECHANISM, Optimum
from optimizer.verify.outputs import read_json
from optimizer.verify.program import compare
from optimizer.verify.rows import Book
from optimizer.verify.scores import Scores
from optimizer.verify.stages import UNIT, check_stages
from optimizer.verify.tables import read_case
from optimizer.verify.verdict import CERTIFIED, REFUSED, WITHIN, Findings, Verdict, decimal_text
from optimizer.verify.whole import shipped_models
from optimizer.verify.world import World, read_world
from optimizer.verify.year import Year

FORMAT = "attriflux-fairness/1"
ALLOCATED = frozenset(
    (
        "cotation", "seniority", "deferred_acceptance", "top_trading", "merged_order", "leximin", "maximin", "nash", "optimum",
    )
)  # fmt: skip
"""Mechanisms whose chances are those of published allocations; of the others there are chances alone."""
PROGRAMMED = ("leximin", "maximin", "nash")
"""Those of which a program is published."""
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
    within, optimum = 0, None
    with found.guard("lottery"):
        proofs = read_json(out, "proofs.json")
        lotteries = _read(out, worlds[0], found)
        _add_up(out, lotteries, found)
        asked = run["options"]["mechanisms"]
        classes, book = _ready(worlds[0], bool(run["options"]["price_assumed"]))
        if MECHANISM in asked:
            optimum = Optimum(proofs[MECHANISM], classes, book, found)
        offers = _eligible(ClassOptions(classes, book), lotteries, optimum, found)
        _listed(out, asked, lotteries, offers, found)
        with found.guard("program"):
            _programs(proofs, lotteries, offers, found)
        if optimum is not None:
            reached, bound = optimum.close(_named(lotteries.get(MECHANISM)))
        with found.guard("stages"):
            within = check_stages(proofs, lotteries, found)
    told = decimal_text(Fraction(within, UNIT)) if within > TOLD else ""
    objective, most = "", ""
    if optimum is not None and not found.failed:
        if bound is None:
            found.add("bound", f"{MECHANISM} : aucune borne prouvée")
        else:
            objective, most = (decimal_text(Fraction(x, 10**6)) for x in (reached, bound))
    loose = told or objective != most
    verdict = REFUSED if found.failed else WITHIN if loose else CERTIFIED
    return Verdict(verdict, found.checks(), told, objective, most)


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


def _ready(world: World, price_assumed: bool) -> tuple[Classes, Book]:
    """Classes of dwellings and rows of rules of a case, with the year's leases counted."""
    scores = Scores(world)
    scores.settle()
    book = Book(world, price_assumed)
    Year(world, book).count()
    return Classes(world, scores, book), book


def _named(one: _Lottery | None) -> list[tuple[str, str, str]]:
    """(dwelling, household, account) of every letting of a lottery that is one allocation."""
    return [] if one is None else [(d, who, x) for lines in one.lines.values() for d, who, _, x in lines]


def _eligible(
    offers: ClassOptions, lotteries: Mapping[str, _Lottery], optimum: Optimum | None, found: Findings
) -> ClassOptions:
    """Every household that may be given a dwelling is eligible for it on that account; what everybody may be given."""
    classes = offers.classes
    world = classes.world
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
        if optimum is not None:
            optimum.read(door, named)
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
    out: Path, asked: Sequence[str], lotteries: Mapping[str, _Lottery], offers: ClassOptions, found: Findings
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
    proofs: Mapping[str, Any], lotteries: Mapping[str, _Lottery], offers: ClassOptions, found: Findings
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
