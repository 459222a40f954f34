"""``changes.csv``: what moved against the result that was kept, from the lists as they are and ``kept.csv``.

Of the earlier result only its first ranks that still exist are here (``kept.csv``): of the earlier lists, their heads are
checked against it (`earlier` holds all of them against the result itself), and the cause of each change is a sentence that the manifest seals.
"""

from __future__ import annotations

from pathlib import Path

from optimizer.verify.outputs import Out, read_out
from optimizer.verify.verdict import Findings, place
from optimizer.verify.world import World

NEW, GONE, ACCOUNT, FIRST, RESERVES = "dwelling_new", "dwelling_gone", "account", "first_rank", "reserves"
State = tuple[str, str, str]
"""Account, first rank, list joined by ``|``; three empty texts where there is no list."""
NONE: State = ("", "", "")


def has_changes(folder: Path) -> bool:
    """Whether the result was made beside an earlier one, or says so."""
    return any(
        (folder / f"{stem}.{end}").exists() for stem in ("changes", "kept") for end in ("csv", "parquet")
    )


def check_changes(folder: Path, proposals: Out, world: World, found: Findings) -> None:
    """Refuse a table of changes that is not that of these lists; there is one exactly where a result was kept."""
    out = read_out(folder, "changes")
    kept = (folder / "kept.csv").is_file() or (folder / "kept.parquet").is_file()
    found.demand("changes", kept == (out is not None), "changes.csv")
    if out is None:
        return
    now = lists_of(proposals)
    vacant = set(map(str, world.ids.dwellings.to_pylist())) - now.keys()
    rows: dict[str, tuple[State, State, str]] = {}
    names = ("account_before", "first_before", "list_before", "account_now", "first_now", "list_now", "what")
    homes = out.strings("dwelling_id")
    for i, (home, *cells) in enumerate(zip(homes, *map(out.strings, names), strict=True)):
        where = f"{place(out.table, i)}, dwelling_id={home}"
        before: State = (cells[0], cells[1], cells[2])
        after: State = (cells[3], cells[4], cells[5])
        found.demand("changes", home not in rows, f"{where} : deux fois")
        found.demand("changes", after == now.get(home, NONE), f"{where} : liste d'aujourd'hui")
        head = before[2].partition("|")[0]
        found.demand("changes", before != after and before[1] == head, f"{where} : liste d'avant")
        fine = _is_kind(cells[6], before, after, home in now, home in vacant)
        found.demand("changes", fine, f"{where} : {cells[6]}")
        rows[home] = before, after, cells[6]
    dwellings, apps = world.ids.dwellings, world.ids.apps
    for d, (a, account) in world.kept.items():
        home, name = str(dwellings[d]), str(apps[a])
        before = rows[home][0] if home in rows else now.get(home, NONE)
        found.demand("changes", before[:2] == (account, name), f"{home} : premier rang gardé")


def lists_of(proposals: Out) -> dict[str, State]:
    """The list of each dwelling that has lines."""
    found: dict[str, tuple[str, list[tuple[int, str]]]] = {}
    homes, accounts, people = (proposals.strings(x) for x in ("dwelling_id", "account", "application_id"))
    ranks = proposals.scaled("rank", 1).tolist()
    for home, account, rank, name in zip(homes, accounts, ranks, people, strict=True):
        names = found.setdefault(home, (account, []))[1]
        if name:
            names.append((rank, name))
    lists = {home: (account, [name for _, name in sorted(names)]) for home, (account, names) in found.items()}
    return {home: (account, (names or [""])[0], "|".join(names)) for home, (account, names) in lists.items()}


def _is_kind(said: str, before: State, after: State, listed: bool, vacant: bool) -> bool:
    """Whether a change is of the kind it is said to be: the strongest that holds."""
    if said == GONE:
        return not listed and not vacant
    if said == NEW:
        return before == NONE and (listed or vacant)
    if before[0] != after[0]:
        return said == ACCOUNT
    return said == (FIRST if before[1] != after[1] else RESERVES)
