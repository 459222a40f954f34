"""Groups of households that rates are compared over, and one rate for each with its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer import eligibility
from optimizer.domain.frames import kept_kinds
from optimizer.domain.schema import APPLICATIONS
from optimizer.eligibility.facts import Q1_NO, Q1_YES
from optimizer.errors import AttrifluxError
from optimizer.fairness import messages as messages
from optimizer.fairness.measures import wilson
from optimizer.fairness.study import Study
from optimizer.pipeline import Prepared

KNOWN = ("q1", "priority", "size", "tenant", "epci", "qpv_origin")
UNKNOWN = "unknown"
ORIGIN = "current_qpv"
"""Column of the applications that says whether the present dwelling is in a priority district; empty throughout: not told."""
GUARDED = "priority_codes"
"""Its letters tell of violence and trafficking (g, gbis, h, i): no table of levels shows them."""
NAMING = ("application_id", "household_id", "current_dwelling")
"""Columns that name a household: the page of a comparison names nobody."""
_DISTRICT = {UNKNOWN: UNKNOWN, "no": "outside"}
KINDS = {
    "mechanism": "str", "group": "str", "level": "str", "n": "int64", "rate": "float64", "low": "float64", "high": "float64",
    "interval": "str", "opportunity": "float64", "masked": "bool",
}  # fmt: skip
"""Columns of ``groups.csv`` and what they hold."""


def groups_of(
    prepared: Prepared, ids: Sequence[str], wanted: Sequence[str] | None
) -> dict[str, tuple[str, ...]]:
    """Level of each application in each group.

    Parameters
    ----------
    wanted : names of `KNOWN`, or ``col:NAME`` for a column of the table of applications, by its own name or the French one; None: all that the case tells.

    Raises
    ------
    AttrifluxError
        ``FAIRNESS_GROUP``, ``FAIRNESS_GROUP_GUARDED``, ``FAIRNESS_GROUP_NAMING``, ``FAIRNESS_ORIGIN``
    """
    facts, apps = prepared.facts, prepared.facts.applications
    place = {str(name): i for i, name in enumerate(apps.ids)}
    rows = np.array([place[str(name)] for name in ids], np.int32)
    epci = _epci(prepared)[rows]
    found: dict[str, tuple[str, ...]] = {}
    table = prepared.case.table("applications")
    names = list(KNOWN) if wanted is None else list(wanted)
    for asked in names:
        column = ORIGIN if asked == "qpv_origin" else ""
        if asked.startswith("col:"):
            column = _canonical(asked.removeprefix("col:"))
        name = f"col:{column}" if asked.startswith("col:") else asked
        if column == GUARDED:
            raise AttrifluxError("FAIRNESS_GROUP_GUARDED", what=asked)
        if column in NAMING:
            raise AttrifluxError("FAIRNESS_GROUP_NAMING", what=asked)
        if column and column in table.columns and (column != ORIGIN or table[column].notna().any()):
            values = table.set_index(table["application_id"].astype(str))[column]
            told = values.reindex([str(x) for x in ids])
            said = tuple(UNKNOWN if pd.isna(x) or str(x) == "" else str(x) for x in told)
            # a priority district is told by yes or by its code; which one it is would cut the group into single streets
            found[name] = tuple(_DISTRICT.get(x, "qpv") for x in said) if name == "qpv_origin" else said
        elif name == "q1":
            state = np.full(len(rows), 2)
            for e in np.unique(epci[epci >= 0]).tolist():
                pick = np.flatnonzero(epci == e)
                state[pick] = eligibility.q1_state(facts, rows[pick], int(e))
            words = {Q1_YES: "q1", Q1_NO: "q2-q4"}
            found[name] = tuple(words.get(int(s), UNKNOWN) for s in state)
        elif name == "priority":
            labelled = apps.priority_any & (apps.proof >= 2)
            level = np.select([apps.dalo, labelled, apps.priority_any], [0, 1, 2], 3)[rows]
            found[name] = tuple(("dalo", "proven", "declared", "other")[int(x)] for x in level)
        elif name == "size":
            found[name] = tuple(str(min(5, int(x))) if x < 5 else "5+" for x in apps.persons[rows])
        elif name == "tenant":
            found[name] = tuple("tenant" if x >= 0 else "newcomer" for x in apps.current_landlord[rows])
        elif name == "epci":
            codes = [str(x) for x in facts.epcis]
            found[name] = tuple(codes[int(x)] if x >= 0 else UNKNOWN for x in epci)
        elif wanted is not None and name == "qpv_origin":
            raise AttrifluxError("FAIRNESS_ORIGIN", column=ORIGIN, alias="qpv_actuel")
        elif wanted is not None:
            raise AttrifluxError("FAIRNESS_GROUP", what=asked, known=", ".join(KNOWN))
    return found


def _canonical(column: str) -> str:
    """The name a column of the applications is kept under, from any that files give it."""
    return next((c.name for c in APPLICATIONS.columns if column in c.names), column)


def _epci(prepared: Prepared) -> NDArray[np.int64]:
    """(A,) EPCI of the first choice, −1 unknown."""
    facts, choices = prepared.facts, prepared.facts.applications.choices
    start = choices.ptr[:-1]
    has = choices.ptr[1:] > start
    commune = np.full(len(start), -1)
    if len(choices.values):
        commune = np.where(has, choices.values[np.minimum(start, len(choices.values) - 1)], -1)
    if not len(facts.commune_epci):
        return np.full(len(start), -1)
    return np.where(commune >= 0, facts.commune_epci[np.maximum(commune, 0)], -1)


def group_table(studies: Mapping[str, Study], masked_below: int) -> pd.DataFrame:
    """``groups.csv``: the mean chance of each level, and how it compares with a random order on the same market.

    A level with fewer households than ``masked_below`` keeps its line and loses its numbers; while the masked levels of a group have
    fewer households together, the next smallest is masked too, or a subtraction from the total would give them back; and so is what
    another group would give them back by (`masked_groups`). One certain allocation is a census: its
    Wilson interval is labelled as what a sample of that size would leave open; drawn lotteries have one over their draws.
    """
    lines = []
    groups = next(iter(studies.values())).groups if studies else {}
    hidden = masked_groups(groups, masked_below)
    for name, study in studies.items():
        p, base = study.lottery.p, study.baseline
        for group, levels in groups.items():
            at = np.array(levels, object)
            for level in sorted(set(levels)):
                mine = at == level
                n = int(mine.sum())
                if level in hidden[group]:
                    lines.append((name, group, level, n, *[float("nan")] * 3, "", float("nan"), True))
                    continue
                rate = float(p[mine].mean())
                low = high = float("nan")
                interval = ""
                if study.lottery.draws:
                    low, high = wilson(rate, study.lottery.draws * n)
                    interval = "wilson"
                elif study.lottery.certain:
                    low, high = wilson(rate, n)
                    interval = "census wilson"
                expected = float(base[mine].sum()) if base is not None else float("nan")
                opportunity = float(p[mine].sum()) / expected if expected > 0 else float("nan")
                lines.append((name, group, level, n, rate, low, high, interval, opportunity, False))
    return kept_kinds(pd.DataFrame(lines, columns=list(KINDS)), KINDS)


def masked_groups(groups: Mapping[str, Sequence[str]], masked_below: int) -> dict[str, set[str]]:
    """Levels of each group that lose their numbers: the small ones, and those by which a subtraction would give small ones back.

    What is told of a group are its levels with numbers and, as the total is known, all the others together. A told set less those of
    another group that lie inside it, or those of another group that cover it less the set, may be a masked level, or several that
    are small together: the smallest level told of those it took is masked as well, until none comes back.

    Examples
    --------
    >>> tenant = ["newcomer"] * 20 + ["tenant"] * 65
    >>> landlord = ["none"] * 20 + ["A"] * 60 + ["B"] * 5
    >>> sorted(masked_groups({"landlord": landlord}, 11)["landlord"])
    ['B', 'none']

    The tenants less those of A would be the five of B:

    >>> sorted(masked_groups({"landlord": landlord, "tenant": tenant}, 11)["landlord"])
    ['A', 'B', 'none']
    """
    hidden = {group: masked_levels(Counter(levels), masked_below) for group, levels in groups.items()}
    members = {
        (group, level): np.array(levels, object) == level
        for group, levels in groups.items()
        for level in sorted(set(levels))
    }
    while took := _given_back(members, hidden, masked_below):
        group, level = min(took, key=lambda key: (int(members[key].sum()), key))
        hidden[group].add(level)
    return hidden


Told = tuple[str, str]
"""A level of a group; no level: all that is masked of the group; no group: everybody."""


def _given_back(
    members: Mapping[Told, NDArray[np.bool_]], hidden: Mapping[str, set[str]], masked_below: int
) -> set[Told]:
    """The levels told by which masked ones, small together, come back; nothing where none do."""
    shown = {key: mine for key, mine in members.items() if key[1] not in hidden[key[0]]}
    sets: dict[Told, NDArray[np.bool_]] = dict(shown)
    for group, levels in hidden.items():
        if levels:
            sets[group, ""] = np.logical_or.reduce([members[group, level] for level in sorted(levels)])
    if not members:
        return set()
    sets["", ""] = np.ones(len(next(iter(members.values()))), bool)
    keys = list(sets)
    stacked = np.array([sets[key] for key in keys])
    common = (stacked.astype(np.float64) @ stacked.T.astype(np.float64)).astype(np.int64)
    size = np.diagonal(common)
    for group in hidden:
        parts = np.array([i for i, key in enumerate(keys) if key[0] == group])
        for i, key in enumerate(keys):
            if key[0] == group:
                continue
            inside = parts[common[i, parts] == size[parts]]
            across = parts[common[i, parts] > 0]
            for used, less in (
                (inside, size[i] - size[inside].sum()),
                (across, size[across].sum() - size[i]),
            ):
                if not len(used) or not 0 < less < masked_below:
                    continue
                left = stacked[i] ^ np.logical_or.reduce(stacked[used])
                if _masked(left, members, hidden):
                    took = {key, *(keys[j] for j in used)}
                    whole = {name for name, level in took if name and not level}
                    return {told for told in shown if told in took or told[0] in whole}
    return set()


def _masked(
    people: NDArray[np.bool_], members: Mapping[Told, NDArray[np.bool_]], hidden: Mapping[str, set[str]]
) -> bool:
    """Whether these are the people of some masked levels of one group, each whole."""
    for group, levels in hidden.items():
        inside = [members[group, level] for level in levels if not (members[group, level] & ~people).any()]
        if inside and bool((np.logical_or.reduce(inside) == people).all()):
            return True
    return False


def masked_levels(sizes: Mapping[str, int], masked_below: int) -> set[str]:
    """Levels that lose their numbers: the small ones, and larger ones while all that is masked is small.

    Examples
    --------
    >>> sorted(masked_levels({"a": 300, "b": 40, "c": 5}, 11))
    ['b', 'c']
    >>> sorted(masked_levels({"a": 300, "b": 8, "c": 5}, 11))
    ['b', 'c']
    """
    ordered = sorted(sizes, key=lambda level: (sizes[level], level))
    hidden = {level for level in ordered if sizes[level] < masked_below}
    for level in ordered:
        if not hidden or sum(sizes[x] for x in hidden) >= masked_below:
            break
        hidden.add(level)
    return hidden


def lorenz_table(studies: Mapping[str, Study], points: int = 101) -> pd.DataFrame:
    """``lorenz.csv``: share of all chances held by the least lucky households."""
    lines = []
    for name, study in studies.items():
        p = np.sort(study.lottery.p)
        total = float(p.sum())
        held = np.concatenate([[0.0], np.cumsum(p)]) / total if total > 0 else np.zeros(len(p) + 1)
        for i in range(points):
            part = i / (points - 1)
            lines.append((name, part, float(np.interp(part * len(p), np.arange(len(p) + 1), held))))
    return pd.DataFrame(lines, columns=["mechanism", "households", "chances"])
