"""Runs of several folders beside each other: a name for each, and what sets them apart beside their scenarios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from optimizer.errors import Lang, said
from optimizer.scenario import texts as texts
from optimizer.scenario.records import Record, read_record


def side_by_side(folders: Sequence[Path], lang: Lang = "fr") -> list[Record]:
    """The records of run folders, the first one being the reference.

    Two runs of one name (the same scenario on two cases) would be one column, their leases added up: each then bears the name
    of its folder too. One that does not start where the first one does says so first among its notes.
    """
    records = [
        replace(record, name=name)
        for record, name in zip(map(read_record, folders), _names(folders), strict=True)
    ]
    return [
        replace(record, notes=(words, *record.notes))
        if (words := apart(records[0], record, lang))
        else record
        for record in records
    ]


def _names(folders: Sequence[Path]) -> list[str]:
    """The name of each run; of those that share one, the folder above as well, and a number where that is not enough."""
    places = [folder.resolve() for folder in folders]
    names = [place.name for place in places]
    shared = Counter(names)
    names = [f"{p.parent.name}/{n}" if shared[n] > 1 else n for p, n in zip(places, names, strict=True)]
    still, seen = Counter(names), Counter[str]()
    out = []
    for name in names:
        seen[name] += 1
        out.append(f"{name} ({seen[name]})" if still[name] > 1 else name)
    return out


def apart(base: Record, record: Record, lang: Lang) -> str:
    """What sets a run apart from the first one beside its scenario: another case, or a year lived otherwise; else nothing."""
    if base.start and record.start and base.start != record.start:
        return said("COMPARISON.OTHER_START", lang, name=base.name)
    if base.weeks and record.weeks and base.weeks != record.weeks:
        return said("COMPARISON.OTHER_WEEKS", lang, name=base.name, weeks=record.weeks, first=base.weeks)
    return ""
