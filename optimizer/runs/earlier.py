"""An earlier run, in its folder or in memory, read for what another may start from: multipliers and first ranks, by name.

The inputs of the two runs are not compared: a new week, a changed share or a pin is what a warm start is for. What no
longer fits is dropped when it is put on the problem (`optimizer.solve.warm_start`); here only files that are not those of a
run are refused. Results of earlier versions of the contract are read too: what they have in common with today's is names.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.errors import AttrifluxError, Said, define, reason_of
from optimizer.presentation.reading_back import read_back
from optimizer.problem.model import RATE_UNIT
from optimizer.solve import Earlier
from optimizer.solve.cuts.mir import UNITS
from optimizer.solve.proof.certificate import FORMAT, MICRO
from optimizer.solve.warm_start import Closed, Division, ToldCut, ToldEnvelope

if TYPE_CHECKING:
    from optimizer.runs.result import Result

define(
    "WARM_START_UNREADABLE",
    "Le départ « {name} » n'est pas un résultat de propose utilisable : {file}, {why}.",
    "The start “{name}” is not a usable result of propose: {file}, {why}.",
    remedy_fr="Donner le dossier écrit par attriflux propose --out, ou retirer --warm-start",
    remedy_en="Give the folder written by attriflux propose --out, or leave out --warm-start",
)

COLUMNS = ("dwelling_id", "account", "rank", "application_id")
LARGEST_WHOLE = 10**12
"""Of a cut: no number in it is larger."""
LARGEST_WEIGHT, LARGEST_PRICE = 10**9, 10**10
"""Of a cut that is to be written again in 64 bits: its weights, and the prices of an envelope."""
_POINTS = re.compile(r"(\d{1,12})(?:\.(\d{1,6}))?")


FORMATS = ("attriflux-certificate/1", FORMAT)
"""Certificates that a run may start from."""


def read_earlier(start: Path | str | Result) -> Earlier:
    """What a result offers to a later run: its folder (``certificate.json`` and ``proposals``), or the value itself.

    Raises
    ------
    AttrifluxError
        ``WARM_START_UNREADABLE``: a file is missing, is not one that ``propose`` wrote, or is damaged.
    """
    if not isinstance(start, (Path, str)):
        return earlier_of(start)
    folder = Path(start)
    name = folder.name or str(folder.absolute())
    file = "certificate.json"
    try:
        if (folder / file).exists() and not (folder / file).is_file():
            raise ValueError("not a file")  # a pipe waits for whoever writes to it
        raw = (folder / file).read_bytes()
        content = json.loads(raw.decode("utf-8"))
        told = _told(content)
        file = "proposals"
        first = _first_ranks(folder)
    except OSError as error:
        raise AttrifluxError("WARM_START_UNREADABLE", name=name, file=file, why=reason_of(error)) from None
    except (ValueError, RecursionError, KeyError, TypeError, IndexError, AttributeError):
        why = Said("contenu inattendu ou abîmé", "unexpected or damaged content")
        raise AttrifluxError("WARM_START_UNREADABLE", name=name, file=file, why=why) from None
    return Earlier(name, hashlib.sha256(raw).hexdigest(), told[0], told[1], first, told[2], told[3])


def earlier_of(result: Result) -> Earlier:
    """The same of a result in memory; its digest is that of the file it would write."""
    raw = certificate_bytes(result.certificate)
    multipliers, prices, rows, tree = _told(result.certificate)
    lines = result.proposals[result.proposals["rank"] == 1]
    columns = (lines[c].astype(str).tolist() for c in ("dwelling_id", "application_id", "account"))
    first = tuple(zip(*columns, strict=True))
    return Earlier("", hashlib.sha256(raw).hexdigest(), multipliers, prices, first, rows, tree)


def certificate_bytes(certificate: Any) -> bytes:
    """``certificate.json``: compact, stable bytes."""
    text = json.dumps(certificate, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{text}\n".encode()


_Told = tuple[
    dict[tuple[str, str], int], dict[str, int], tuple[tuple[str, str], ...], tuple[Division | Closed, ...]
]


def _told(content: Any) -> _Told:
    multipliers, prices = multipliers_of(content)
    return multipliers, prices, _rows(content), _tree(content)


def multipliers_of(content: Any) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """Of each row and of each application, from the leaf with the largest bound: the closest to the root."""
    if not isinstance(content, dict) or content.get("format") not in FORMATS:
        raise ValueError("not a certificate")
    rows = _rows(content)
    leaves = [node["leaf"] for node in content["nodes"] if "leaf" in node]
    full = [leaf for leaf in leaves if "empty" not in leaf]
    found = dict.fromkeys(rows, 0)
    if not full:
        return found, {}
    widest = max(full, key=lambda leaf: _signed(leaf["bound"]))
    for part in ("rows", "mir"):
        for k, text in widest[part].items():
            found[rows[_index(k, len(rows))]] += _micropoints(text)
    for cut in widest.get("cuts", ()):
        if "counts" in cut:
            for k, weight in cut["counts"].items():
                found[rows[_index(k, len(rows))]] += _micropoints(cut["nu"]) * _whole(weight) // RATE_UNIT
            continue
        # what a lease in num is worth to a cut: its multiplier times the fraction it rounds by
        unit = max(1, _whole(cut["unit"]))
        over = _whole(cut["times"]) * _whole(cut["cap" if "cap" in cut else "floor"]) % unit
        for k, weight in cut["rows"].items():
            worth = _micropoints(cut["nu"]) * _whole(weight) * RATE_UNIT * over // unit**2
            found[rows[_index(k, len(rows))]] += worth
    return found, {name: _micropoints(text) for name, text in widest["prices"].items()}


def _rows(content: Any) -> tuple[tuple[str, str], ...]:
    return tuple((_text(row["rule"]), _text(row["scope"])) for row in content["rows"])


def _tree(content: Any) -> tuple[Division | Closed, ...]:
    """The nodes; each is named once by one before it, so that following them ends."""
    n, n_rows = len(content["nodes"]), len(content["rows"])
    named = {0}
    found: list[Division | Closed] = []
    for i, node in enumerate(content["nodes"]):
        if "leaf" in node:
            found.append(_closed(node["leaf"], n, n_rows))
            continue
        split, sides = node["split"], (_whole(node["low"]), _whole(node["high"]))
        for side in sides:
            if not i < side < n or side in named:
                raise ValueError("not a tree")
            named.add(side)
        on = _text(split["on"])
        if on == "num":
            found.append(Division("num", _place(split["row"], n_rows), _whole(split["at"]), *sides))
        elif on == "den":
            found.append(Division("den", _place(split["row"], n_rows), _whole(split["at"]), *sides))
        elif on == "household":
            found.append(Division("household", -1, 0, *sides, _text(split["application"])))
        else:
            found.append(Division("num", -1, 0, *sides))
    return tuple(found)


def _closed(leaf: Any, n: int, n_rows: int) -> Closed:
    if "empty" in leaf:
        return Closed({}, {}, {}, {})

    def amounts(part: str, count: int) -> dict[int, int]:
        return {_index(k, count): _micropoints(text) for k, text in leaf[part].items()}

    return Closed(
        amounts("rows", n_rows),
        amounts("mir", n_rows),
        amounts("branch", n),
        {_text(name): _micropoints(text) for name, text in leaf["prices"].items()},
        tuple(_cut(cut, n_rows) for cut in leaf.get("cuts", ())),
        {
            (_text(x["dwelling"]), _text(x["account"]), _text(x["application"])): _micropoints(x["sigma"])
            for x in leaf.get("order", ())
        },
        {(_text(x["application"]), _text(x["after"])): _micropoints(x["tau"]) for x in leaf.get("after", ())},
    )


def _cut(cut: Any, n_rows: int) -> ToldCut | ToldEnvelope:
    rows = tuple(_index(k, n_rows) for k in cut["rows"])
    weights = tuple(_whole(w) for w in cut["rows"].values())
    nu = _micropoints(cut["nu"])
    if not rows:
        raise ValueError("no row")
    if "counts" in cut:
        counts = {_index(k, n_rows): _whole(mu) for k, mu in cut["counts"].items()}
        slope = cut["slope"]
        if tuple(counts) != rows or type(slope) is not int or max(weights) > LARGEST_PRICE:
            raise ValueError("not an envelope")
        if max(*counts.values(), abs(slope)) > LARGEST_WEIGHT:
            raise ValueError("not an envelope")
        return ToldEnvelope(rows, weights, tuple(counts.values()), slope, nu)
    base = tuple(_place(k, n_rows) for k in cut["base"])
    unit, low = cut["unit"], "floor" in cut
    times, at = _whole(cut["times"]), _whole(cut["floor" if low else "cap"])
    if not base or unit not in UNITS or not all(weights) or max(*weights, times, at) > LARGEST_WEIGHT:
        raise ValueError("not a cut")
    return ToldCut(rows, weights, base, times, int(unit), at, low, nu)


def _place(value: Any, count: int) -> int:
    if _whole(value) >= count:
        raise ValueError("not a row")
    return int(value)


def _first_ranks(folder: Path) -> tuple[tuple[str, str, str], ...]:
    frame = read_back(folder, "proposals", COLUMNS)
    if frame is None:
        raise FileNotFoundError(2, None)
    first = frame[frame["rank"] == "1"]
    if len(frame) and first.empty:
        raise ValueError("no first rank")
    dwelling, account, application = (first[c].tolist() for c in ("dwelling_id", "account", "application_id"))
    return tuple(zip(dwelling, application, account, strict=True))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def _index(text: str, count: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) < count):
        raise ValueError("not a row")
    return int(text)


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_WHOLE:
        raise ValueError("not a whole number")
    return value


def _signed(text: Any) -> int:
    """The same of an amount that may be negative: the bound of a case that no proposal fits."""
    negative = isinstance(text, str) and text.startswith("-")
    return -_micropoints(text[1:]) if negative else _micropoints(text)


def _micropoints(text: Any) -> int:
    """Points written in decimals, as micropoints; nothing that a certificate would not hold."""
    match = _POINTS.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("not an amount of points")
    return int(match[1]) * MICRO + int((match[2] or "").ljust(6, "0"))
