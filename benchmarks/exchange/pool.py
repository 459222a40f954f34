"""A pool of pairs and altruists, and the readers of its public formats.

PrefLib (https://preflib.github.io/PrefLib-Jekyll/format): ``.wmd``, ``source,destination,weight`` lines after ``# KEY: value``
lines (before 2022: after the numbers of vertices and edges and one ``number,name`` line per vertex); altruists are told by the
``Altruist`` column of the ``.dat`` file of the same name, or by their name. Edges into an altruist close a chain there and carry
no transplant: they are left out. JSON of the generators of kidney-exchange data
(https://kep-solver.readthedocs.io/en/latest/source/formats.html): ``data`` by donor (``sources``, ``matches``), or ``donors``
with ``paired_recipients`` and ``outgoing_transplants``; a donor paired with nobody is an altruist.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import AttrifluxError, define

define(
    "EXCHANGE_FILE",
    "{file} ne se lit pas comme un programme d'échange de reins : {why_fr}.",
    "{file} cannot be read as a kidney-exchange instance: {why_en}.",
)


@dataclass(frozen=True)
class Pool:
    """Vertices and weighted arcs; ``weight`` in units of ``1 / scale``.

    Attributes
    ----------
    names : identifier of each vertex      altruist : (n,) bool
    source, target : (m,) int64, no arc into an altruist, each ordered pair of vertices once
    weight : (m,) int64                    scale : int
    """

    names: tuple[str, ...]
    altruist: NDArray[np.bool_]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    weight: NDArray[np.int64]
    scale: int

    @classmethod
    def of(
        cls, names: Iterable[str], altruists: Iterable[str], arcs: Mapping[tuple[str, str], Fraction]
    ) -> Pool:
        """From names and weights; arcs into an altruist, of a vertex to itself and without a positive weight go."""
        ordered = tuple(names)
        number = {name: i for i, name in enumerate(ordered)}
        gives = frozenset(altruists)
        kept = {
            (number[a], number[b]): w for (a, b), w in arcs.items() if b not in gives and a != b and w > 0
        }
        scale = lcm(1, *(w.denominator for w in kept.values()))
        pairs = sorted(kept)
        ends = np.array(pairs, np.int64).reshape(-1, 2)
        return cls(
            ordered,
            np.array([name in gives for name in ordered], bool),
            ends[:, 0].copy(),
            ends[:, 1].copy(),
            np.array([int(kept[p] * scale) for p in pairs], np.int64),
            scale,
        )


def read(file: Path) -> Pool:
    """An instance by its suffix: ``.wmd``, ``.dat`` (its ``.wmd`` beside) or ``.json``.

    Raises
    ------
    AttrifluxError
        ``EXCHANGE_FILE``: no such file, another format, a line or a value that does not hold.
    """
    suffix = file.suffix.lower()
    if suffix not in (".wmd", ".dat", ".json"):
        raise _refused(
            file, "un fichier .wmd, .dat ou .json est attendu", "a .wmd, .dat or .json file is expected"
        )
    edges = file.with_suffix(".wmd") if suffix == ".dat" else file
    if not edges.is_file():
        raise _refused(edges, "fichier introuvable", "file not found")
    try:
        if suffix == ".json":
            return _of_json(json.loads(edges.read_text(encoding="utf-8"), parse_float=Fraction))
        return _of_wmd(edges, edges.with_suffix(".dat"))
    except (ValueError, LookupError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise _refused(edges, f"« {error} »", f"“{error}”") from None


def _refused(file: Path, fr: str, en: str) -> AttrifluxError:
    return AttrifluxError("EXCHANGE_FILE", file=file.name, why_fr=fr, why_en=en)


def _of_wmd(file: Path, described: Path) -> Pool:
    lines = [x.strip() for x in file.read_text(encoding="utf-8-sig").splitlines() if x.strip()]
    said = [line for line in lines if line.startswith("#")]
    body = [[cell.strip() for cell in line.split(",")] for line in lines if not line.startswith("#")]
    names: dict[str, str] = {}
    for line in said:
        key, _, value = line.lstrip("# ").partition(":")
        if key.upper().startswith("ALTERNATIVE NAME"):
            names[key.split()[-1]] = value.strip()
    if not said:
        many = int(body[0][0])
        names = {cells[0]: cells[1] for cells in body[1 : many + 1]}
        body = body[many + 1 :]
        if "0" not in names and any("0" in cells[:2] for cells in body):
            # in the files as published vertices are listed from 1 on, and their edges count from 0
            names = {str(int(number) - 1): name for number, name in names.items()}
    arcs: dict[tuple[str, str], Fraction] = {}
    for cells in body:
        a, b, weight = cells
        if a not in names or b not in names:
            raise ValueError(",".join(cells))
        arcs[a, b] = Fraction(weight)
    gives = {k for k, name in names.items() if name.lower().startswith(("altruist", "alturist"))}
    if described.is_file():
        gives = _altruists(described, list(names))
    return Pool.of(names, gives, arcs)


def _altruists(file: Path, names: list[str]) -> set[str]:
    """Lines of the description come in the order of the vertices; its column ``Altruist`` says 1 for those who give."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = [[cell.strip() for cell in row] for row in csv.reader(stream) if row]
    at = [cell.lower() for cell in rows[0]].index("altruist")
    lines = rows[1:]
    if len(lines) != len(names):
        raise ValueError(f"{file.name}: {len(lines)} / {len(names)}")
    return {name for name, row in zip(names, lines, strict=True) if row[at] == "1"}


def _of_json(raw: Mapping[str, Any]) -> Pool:
    donors = raw["data"] if "data" in raw else raw["donors"]
    listed = donors.items() if isinstance(donors, Mapping) else ((x["id"], x) for x in donors)
    names: dict[str, None] = {}
    gives: list[str] = []
    arcs: dict[tuple[str, str], Fraction] = {}
    for key, donor in listed:
        paired = [str(x) for x in donor.get("sources", donor.get("paired_recipients", ()))]
        froms = paired or [f"donor {key}"]
        if not paired:
            gives.append(froms[0])
        for one in froms:
            names.setdefault(one)
        for match in donor.get("matches", donor.get("outgoing_transplants", ())):
            to, score = str(match["recipient"]), Fraction(match["score"])
            names.setdefault(to)
            for one in froms:
                # a recipient with several donors takes the best of them
                arcs[one, to] = max(score, arcs.get((one, to), score))
    return Pool.of(names, gives, arcs)


def write_wmd(pool: Pool, file: Path) -> None:
    """The pool as a ``.wmd`` file (2022 form), so that any other program can solve it."""
    lines = [f"# FILE NAME: {file.name}", "# DATA TYPE: wmd", f"# NUMBER ALTERNATIVES: {len(pool.names)}"]
    lines.append(f"# NUMBER EDGES: {len(pool.weight)}")
    many = {True: 0, False: 0}
    for i, gives in enumerate(pool.altruist.tolist()):
        many[gives] += 1
        lines.append(f"# ALTERNATIVE NAME {i + 1}: {'Altruist' if gives else 'Pair'} {many[gives]}")
    for a, b, w in zip(pool.source.tolist(), pool.target.tolist(), pool.weight.tolist(), strict=True):
        value = Fraction(w, pool.scale)
        told = str(value.numerator) if value.denominator == 1 else repr(float(value))
        lines.append(f"{a + 1},{b + 1},{told}")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
