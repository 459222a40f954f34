"""The result folder as a whole: its format, and that it holds exactly the files its record names, byte for byte.

What the other checks recompute is compared number by number; pages, workbooks and timings cannot be. ``run.json`` carries
the length and the SHA-256 of every file beside it, and its own: a page altered afterwards no longer fits the record.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.verify.outputs import headers, read_json, read_out
from optimizer.verify.verdict import Findings, Unreadable
from optimizer.verify.world import World

RECORD = "run.json"
FORMAT = "attriflux-certificate/2"
"""Of the certificates that this program can check."""
TABLES = (
    "applications", "chains", "changes", "dwellings", "explanations", "kept", "leapfrogs", "orientation", "prospects", "proposals",
    "rules", "scores",
)  # fmt: skip


def old_format(folder: Path) -> str:
    """The format of a result that an earlier version wrote; empty for one of this version, for none, for one nobody can read."""
    try:
        said = read_json(folder, "certificate.json").get("format")
    except Unreadable:
        return ""
    known = isinstance(said, str) and said.startswith("attriflux-certificate/") and len(said) < 60
    return str(said) if known and said != FORMAT else ""


def check_manifest(folder: Path, run: Mapping[str, Any], found: Findings) -> None:
    """Every file of the folder is named once, with its length and hash; every table has one format and each header once."""
    stated: dict[str, tuple[int, str]] = {}
    for item in run["manifest"]:
        name = str(item["name"])
        found.demand("manifest", name not in stated, f"{name} : deux fois")
        stated[name] = (int(item["bytes"]), str(item["sha256"]))
    there = {
        x.relative_to(folder).as_posix(): x for x in folder.rglob("*") if not x.is_dir() or x.is_symlink()
    }
    there.pop(RECORD, None)
    for name in sorted(stated.keys() | there.keys()):
        if name not in there:
            found.add("manifest", f"{name} : absent")
        elif name not in stated:
            found.add("manifest", f"{name} : fichier que run.json ne connaît pas")
        elif not _is_plain(there[name]) or _measure(there[name]) != stated[name]:
            found.add("manifest", f"{name} : modifié après le calcul")
    found.demand("manifest", _own_hash(run) == run["self_sha256"], f"{RECORD} : modifié après le calcul")
    for stem in TABLES:
        both = (folder / f"{stem}.csv").exists() and (folder / f"{stem}.parquet").exists()
        found.demand("manifest", not both, f"{stem} : deux formats")
        for name, times in Counter(headers(folder, stem)).items():
            found.demand("manifest", times == 1, f"{stem} : colonne {name} deux fois")


def _is_plain(file: Path) -> bool:
    """Whether it is a file of its own: a link leads elsewhere, a pipe or a device is never at its end."""
    return file.is_file() and not file.is_symlink()


def _measure(file: Path) -> tuple[int, str]:
    with file.open("rb") as stream:
        return file.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest()


def _own_hash(run: Mapping[str, Any]) -> str:
    """SHA-256 of the record without its own hash: keys sorted, no blanks, UTF-8."""
    rest = {k: v for k, v in run.items() if k != "self_sha256"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def kept_firsts(
    folder: Path, run: Mapping[str, Any], world: World, found: Findings, *, part: bool = False
) -> dict[int, tuple[int, str]]:
    """Dwelling -> (application, account) of the earlier first ranks that this run says it weighed.

    ``part``: the world has only some of the dwellings that were weighed, those that are let; what is of others is left out.
    """
    asked = bool((run.get("options") or {}).get("keep"))
    out = read_out(folder, "kept")
    found.demand("inputs", asked == (out is not None), "kept.csv")
    if out is None:
        return {}
    homes = out.index("dwelling_id", world.ids.dwellings, -2)
    apps = out.index("application_id", world.ids.apps, -2)
    fine = (homes >= 0) & (apps >= 0)
    known = homes[fine]
    fine &= len(np.unique(known)) == len(known) and len(np.unique(apps)) == len(apps)
    found.demand("inputs", part or bool(fine.all()), "kept.csv : logement ou demande")
    rows = zip(homes.tolist(), apps.tolist(), out.strings("account"), fine.tolist(), strict=True)
    return {d: (a, account) for d, a, account, good in rows if good}
