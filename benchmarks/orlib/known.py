"""Published optima, by file and problem, with their source.

assign100 to assign800 and gap1 to gap12: the pages of OR-Library (``assigninfo.html``, ``gapinfo.html``). gapa to gapd: the optima
and bounds that ``data/data.csv`` of https://github.com/fontanf/generalizedassignmentsolver collects (commit 5b12ef61); the last of
gapd is still between the best bound and the best solution there. Another collection, AssignmentProblems.jl, has a smaller upper
bound for it (12241) and none of a solution: no value is taken from there.
"""

from __future__ import annotations

Interval = tuple[int, int]


def _each(*values: int) -> tuple[Interval, ...]:
    return tuple((v, v) for v in values)


KNOWN: dict[str, tuple[Interval, ...]] = {
    "assign100": _each(305),
    "assign200": _each(475),
    "assign300": _each(626),
    "assign400": _each(804),
    "assign500": _each(991),
    "assign600": _each(1176),
    "assign700": _each(1362),
    "assign800": _each(1552),
    "gap1": _each(336, 327, 339, 341, 326),
    "gap2": _each(434, 436, 420, 419, 428),
    "gap3": _each(580, 564, 573, 570, 564),
    "gap4": _each(656, 644, 673, 647, 664),
    "gap5": _each(563, 558, 564, 568, 559),
    "gap6": _each(761, 759, 758, 752, 747),
    "gap7": _each(942, 949, 968, 945, 951),
    "gap8": _each(1133, 1134, 1141, 1117, 1127),
    "gap9": _each(709, 717, 712, 723, 706),
    "gap10": _each(958, 963, 960, 947, 947),
    "gap11": _each(1139, 1178, 1195, 1171, 1171),
    "gap12": _each(1451, 1449, 1433, 1447, 1446),
    "gapa": _each(1698, 3235, 1360, 2623, 1158, 2339),
    "gapb": _each(1843, 3552, 1407, 2827, 1166, 2339),
    "gapc": _each(1931, 3456, 1402, 2806, 1243, 2391),
    "gapd": (*_each(6353, 12742, 6347, 12430, 6185), (12235, 12244)),
}
MAXIMISED = frozenset(f"gap{i}" for i in range(1, 13))
