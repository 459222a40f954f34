"""Erases households whose time is over, and what else may still hold them: free pages, the write-ahead log, old copies.

Held from the purge: whoever has a live candidature, an open offer, duty or recourse. Run folders, exports, uploads and backups
older than the limit are deleted whole, for nothing inside them can be erased one by one; so are the papers of the sessions in
which somebody who is erased stands, whatever their age (they can be made again, without that household). The desk's own file,
its keys and its folder are never among what is deleted. On PostgreSQL rows are deleted;
its own files are the administrator's (``VACUUM FULL``, backups), which the DPO's page says.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from optimizer.errors import Said, reason_of
from optimizer.store import clock as days
from optimizer.store import schema
from optimizer.store.cleartext import forget_cleartext
from optimizer.store.configure import sqlite_path, state_folder
from optimizer.store.holding import Store
from optimizer.store.keeping import ends_of
from optimizer.store.messages import StoreUnusable
from optimizer.store.people import later, months_kept, period_changed
from optimizer.store.queries import events
from optimizer.store.records import Actor, Receipt
from optimizer.store.states import POSITIVE
from optimizer.store.tables import AT_ONCE, ERASABLE, Row
from optimizer.store.upgrading import COPY_MARK
from optimizer.store.work import Work, batch, command

LIVE_NAMES = ("queue", "listed", *POSITIVE, "offered", "accepted")
LIVE_SESSIONS = ("draft", "convened", "open")
READ = Said("un autre programme lit le bureau", "another program is reading the desk")
FULL = Said("le disque est plein", "the disk is full")
UNWRITABLE = Said("son fichier ne se laisse pas écrire", "its file cannot be written")
HELD = ("candidature", "recourse", "duty", "offer")
"""Why a household is kept past its time; of several the last is told."""


@dataclass(frozen=True)
class Purge:
    """What was erased, or would be."""

    erased: tuple[str, ...]
    """References of the households."""
    held: Mapping[str, str]
    """Reference -> why it is kept, one of `HELD`."""
    files: tuple[Path, ...]
    """Files and folders deleted whole."""
    receipt: Receipt | None = None
    dry_run: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)


def purge(
    store: Store,
    actor: Actor,
    command_id: str,
    *,
    on: date | None = None,
    dry_run: bool,
    folders: Iterable[Path] = (),
    papers: Path | None = None,
) -> Purge:
    """Erase the households whose time is over, by the period in force today.

    Parameters
    ----------
    on : date, optional
        Day to count from, today by default. A day to come only says what would be erased then: nothing is before its time.
    dry_run : bool
        Say what would be erased, write nothing.
    folders : paths
        Folders of runs, exports, uploads and backups: what is in them and older than the time of retention is deleted.
    papers : Path, optional
        Folder with the papers of each session under its reference.

    Raises
    ------
    StoreUnusable
        ``STORE_NOT_DELETED``: a file cannot be deleted; nobody is erased, and the next purge finds the same again.
        ``STORE_NOT_WIPED``: the households are erased, their text may still be read in the desk's file; the next purge wipes it.
    """
    on = on or store.today()
    on = on if dry_run else min(on, store.today())
    oldest = datetime.combine(
        later(on, -months_kept(max(on, store.today()))), datetime.min.time(), tzinfo=UTC
    )
    old = _old(store, folders, oldest)

    def count(dry: bool, gone: tuple[Path, ...] = ()) -> Purge:
        with batch(store, dry):
            receipt = _erase(store, actor, command_id, on=on, old=old, papers=papers, gone=gone)
        told = receipt.result
        files = dict.fromkeys((*gone, *old, *_papers(papers, told.get("sessions", ()))))
        return Purge(
            tuple(told["erased"]), dict(told["held"]), tuple(files), receipt, dry, dict(told["counts"])
        )

    found = count(dry=True)
    if dry_run:
        return found
    # first: once its households are erased nothing says any more whose papers these were
    _delete(found.files)
    _forget_copy(store)
    done = count(dry=False, gone=found.files)
    _delete(done.files)  # what was made meanwhile
    _forget_visits(oldest)
    if (why := wipe(store)) is not None:
        raise StoreUnusable("STORE_NOT_WIPED", n=len(done.erased), why=why)
    return done


def _delete(files: Iterable[Path]) -> None:
    """StoreUnusable ``STORE_NOT_DELETED``: the households whose papers these are stay known, and the next purge finds them again."""
    for path in files:
        try:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        except FileNotFoundError:  # another purge was quicker
            continue
        except OSError as error:
            raise StoreUnusable("STORE_NOT_DELETED", path=str(path), why=reason_of(error)) from error


def _forget_copy(store: Store) -> None:
    """What a backup that was killed left in clear holds the households as they were."""
    try:
        forget_cleartext(store.url)
    except OSError as error:
        raise StoreUnusable("STORE_NOT_DELETED", path=str(error.filename), why=reason_of(error)) from error


@dataclass(frozen=True)
class Overdue:
    """What waits for a purge, before anybody asks for one: nothing is erased by itself."""

    households: int
    """Those that have passed their time, the ones that something open holds among them."""
    since: date | None
    """When the first of them passed it."""
    last: date | None
    """Day of the last purge."""


def overdue(store: Store, today: date) -> Overdue:
    """How many households wait for a purge, since when, and when the last one was."""
    from django.db.models import Count, Min

    people = store.tables.models["person"].objects.all()
    if period_changed(today):
        ends = ends_of(store, people.values("ref", "purge_after"), today).values()
        past = [day for day in ends if day < today]
        n, first = len(past), min(past, default=None)
    else:
        found = people.filter(purge_after__lt=today).aggregate(n=Count("ref"), first=Min("purge_after"))
        n, first = int(found["n"]), found["first"]
    done = events(store, kinds=("purged",), limit=1, payloads=False)
    return Overdue(n, first, days.today(done[0].at) if done else None)


@command("purged", roles="D")
def _erase(
    work: Work, *, on: date, old: Collection[Path], papers: Path | None, gone: Collection[Path]
) -> Mapping[str, Any]:
    ends = ends_of(work.store, work.find("person"), max(on, work.today))
    due = [ref for ref, day in ends.items() if day < on]
    waiting: dict[str, str] = {}
    erased: list[str] = []
    counts = dict.fromkeys(ERASABLE, 0)
    for start in range(0, len(due), AT_ONCE):
        refs = tuple(due[start : start + AT_ONCE])
        waiting |= (kept := held(work.find, refs))
        over = tuple(ref for ref in refs if ref not in kept)
        for table in ERASABLE:
            if table == "person":  # the last: the others are its
                continue
            for row in work.find(table, ref=over):
                work.drop(table, row[work.store.tables.keys[table]])
                counts[table] += 1
        for nomination in work.find("nomination", ref=over, status="open"):
            work.set("nomination", nomination["nomination_id"], status="withdrawn")
        for ref in over:
            work.drop("person", ref)
        counts["person"] += len(over)
        erased += over
    sessions = _sessions(work, erased)
    counts["files"] = len({*gone, *old, *_papers(papers, sessions)})
    return {"erased": erased, "held": waiting, "counts": counts, "sessions": sessions}


def _sessions(work: Work, refs: Collection[str]) -> list[str]:
    """Sessions on whose lists somebody stands."""
    told = tuple(refs)
    parts = (told[start : start + AT_ONCE] for start in range(0, len(told), AT_ONCE))
    items = {name["item_id"] for part in parts for name in work.find("candidate", ref=part)}
    return sorted({i["session_id"] for i in work.find("item") if i["item_id"] in items}) if items else []


def _papers(folder: Path | None, sessions: Iterable[str]) -> list[Path]:
    """Folders of the papers that were made of these sessions."""
    return [] if folder is None else [path for s in sessions if (path := folder / s).is_dir()]


def held(find: Callable[..., list[Row]], refs: tuple[str, ...]) -> dict[str, str]:
    """The households that cannot be erased yet, and why, one of `HELD`.

    Parameters
    ----------
    find : rows of a table whose columns equal the values given
    """
    names = find("candidate", ref=refs, status=LIVE_NAMES)
    items = {i["item_id"]: i for i in find("item", item_id=tuple({n["item_id"] for n in names}))}
    meetings = tuple({i["session_id"] for i in items.values()})
    live = {s["session_id"] for s in find("session", session_id=meetings, status=LIVE_SESSIONS)}
    kept = {
        "candidature": [n for n in names if _lives(items[n["item_id"]], live)],
        "recourse": find("recourse", ref=refs, closed_on=None),
        "duty": find("duty", ref=refs, closed_on=None),
        "offer": find("offer", ref=refs, status=("offered", "accepted")),
    }
    return {row["ref"]: why for why in HELD for row in kept[why]}


def _lives(item: Mapping[str, Any], live: Collection[str]) -> bool:
    """Whether a dwelling may still be somebody's: its session is to come or sits, or it is being offered."""
    return item["session_id"] in live or item["status"] == "offering"


def _old(store: Store, folders: Iterable[Path], oldest: datetime) -> list[Path]:
    """What is older than the limit in the folders given, and copies made before upgrades."""
    found, own = [], _own(store)
    for folder in folders:
        if folder.is_dir():
            inside = (path for path in sorted(folder.iterdir()) if path.resolve() not in own)
            found += [path for path in inside if _last_change(path) < oldest]
    if store.vendor == "sqlite":
        path = sqlite_path(store.url)
        copies = path.parent.glob(f"{path.name}{COPY_MARK}*")
    else:
        copies = (state_folder() / "copies").glob(f"*{COPY_MARK}*")
    found += [copy for copy in sorted(copies) if _last_change(copy) < oldest]
    return list(dict.fromkeys(found))


def _own(store: Store) -> set[Path]:
    """What a desk needs to open: its file, its keys, its folder; and whatever they stand in."""
    own = [store.keys.folder, state_folder()]
    if store.vendor == "sqlite":
        path = sqlite_path(store.url)
        own += [
            path,
            *(path.with_name(path.name + end) for end in ("-wal", "-shm")),
            path.with_suffix(".files"),
            path.with_name(path.name + ".files"),
        ]
    places = [path.resolve() for path in own]
    return {*places, *(above for place in places for above in place.parents)}


def _last_change(path: Path) -> datetime:
    inside = [path, *path.rglob("*")] if path.is_dir() else [path]
    return datetime.fromtimestamp(max(p.stat().st_mtime for p in inside), UTC)


def _forget_visits(oldest: datetime) -> None:
    """Ended sessions of the browser, and tries of a password older than the limit."""
    from axes.models import AccessAttempt, AccessFailureLog, AccessLog
    from django.contrib.sessions.models import Session
    from django.db import transaction

    with transaction.atomic():
        Session.objects.filter(expire_date__lt=datetime.now(UTC)).delete()
        for model in (AccessAttempt, AccessFailureLog, AccessLog):
            model.objects.filter(attempt_time__lt=oldest).delete()


def wipe(store: Store) -> Said | None:
    """Leave no erased text in free pages nor in the write-ahead log; why it may still be there, where it may."""
    from django.db import OperationalError

    bound, failed = schema.connection(), None
    with bound.cursor() as cursor:
        if store.vendor == "sqlite":
            try:
                cursor.execute("VACUUM")
            except OperationalError as error:
                failed = FULL if "full" in str(error) else UNWRITABLE
            # the log is emptied even so: its pages hold the text as it was before the erasing
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if cursor.fetchone()[0]:  # said in its answer, not by an error
                failed = failed or READ
        else:
            for table in ERASABLE:
                cursor.execute(f"VACUUM store_{table}")
    return failed
