"""The result that was kept, where whoever verifies has it: that its first ranks are those that weighed, and its lists those of ``changes.csv``.

Without it ``kept.csv`` is taken as it is, and a first rank invented there would have its points like any other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optimizer.verify.changes import NEW, NONE, State, lists_of
from optimizer.verify.outputs import Out, need_out, read_out
from optimizer.verify.verdict import Findings, place
from optimizer.verify.world import World

CHECK = "earlier"
IN_MEMORY = "result"
"""How a run names the result it kept when that was a value and no folder: the bytes of its table are not at hand, its lists are compared
alone (as of a folder of that name whose hash differs)."""
_EXCHANGED = re.compile(r".+~e[1-9][0-9]{0,8}", re.DOTALL)
"""A dwelling of an exchange: all of its first ranks hold or none, so none is kept."""


def check_earlier(
    folder: Path, earlier: Path, run: Mapping[str, Any], world: World, proposals: Out, found: Findings
) -> None:
    """Hold ``kept.csv``, the hash of ``run.json`` and ``changes.csv`` against the folder of the result that was kept.

    Parameters
    ----------
    folder, earlier : the result that is verified, and the one it says it kept
    world : the case with every dwelling that weighed
    """
    kept = read_out(folder, "kept")
    if kept is None:
        found.add(CHECK, "kept.csv : absent")
        return
    file = next((x for x in (earlier / "proposals.csv", earlier / "proposals.parquet") if x.is_file()), None)
    known = file is not None and hashlib.sha256(file.read_bytes()).hexdigest() == run.get("keep_sha256")
    options = run.get("options")
    in_memory = isinstance(options, Mapping) and options.get("keep") == IN_MEMORY
    found.demand(CHECK, known or in_memory, "run.json, keep_sha256")
    then = need_out(earlier, "proposals", ("dwelling_id", "account", "rank", "application_id"))
    homes = read_out(earlier, "dwellings", ("dwelling_id",))
    before = lists_of(then)
    _check_kept(kept, before, world, found)
    listed = None if homes is None else {*before, *homes.strings("dwelling_id")}
    _check_lists(folder, before, listed, lists_of(proposals), found)


def _check_kept(kept: Out, before: Mapping[str, State], world: World, found: Findings) -> None:
    """First ranks of then whose dwelling, account and household are in the case: these weigh, and no others."""
    dwelling = {str(x): d for d, x in enumerate(world.ids.dwellings.to_pylist())}
    apps = frozenset(map(str, world.ids.apps.to_pylist()))
    firsts = {
        (home, account, first)
        for home, (account, first, _) in before.items()
        if first and home in dwelling and first in apps and not _EXCHANGED.fullmatch(home)
    }
    seen = set()
    columns = (kept.strings(x) for x in ("dwelling_id", "account", "application_id"))
    for i, line in enumerate(zip(*columns, strict=True)):
        found.demand(CHECK, line in firsts and line not in seen, place(kept.table, i))
        seen.add(line)
    # an account that may no longer receive the dwelling has no place there to weigh at
    missing = sum(account in world.receivers(dwelling[home]) for home, account, _ in firsts - seen)
    if missing:
        found.add(CHECK, "kept.csv : premier rang absent", missing)


def _check_lists(
    folder: Path,
    before: Mapping[str, State],
    listed: set[str] | None,
    now: Mapping[str, State],
    found: Findings,
) -> None:
    """A row of ``changes.csv`` for each list that differs, with the list of then."""
    out = read_out(folder, "changes")
    if out is None:
        return
    differ = {x for x in {*before, *now} if before.get(x, NONE) != now.get(x, NONE)}
    names = ("dwelling_id", "account_before", "first_before", "list_before", "what")
    told = set()
    for i, (home, account, first, names_then, what) in enumerate(zip(*map(out.strings, names), strict=True)):
        was = before.get(home, NONE)
        fine = home in differ and (account, first, names_then) == was
        found.demand(CHECK, fine, f"{place(out.table, i)} : liste d'avant")
        if listed is not None:
            found.demand(CHECK, (what == NEW) == (home not in listed), f"{place(out.table, i)} : {what}")
        told.add(home)
    if differ - told:
        found.add(CHECK, "changes.csv : changement absent", len(differ - told))
