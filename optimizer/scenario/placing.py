"""Folders of runs: packed on a machine that may not see them, put in place here; nothing half written left behind."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZipFile

from optimizer.disk import hold
from optimizer.disk.folder import clear
from optimizer.scenario.records import RECORD
from optimizer.scenario.watching import doing_of


def packed(folder: Path) -> bytes:
    """A run's folder as an archive."""
    archive = io.BytesIO()
    with ZipFile(archive, "w") as into:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            into.write(file, file.relative_to(folder).as_posix())
    return archive.getvalue()


def put_in_place(folder: Path, archive: bytes) -> None:
    """The folder of a run that was sent back, whole or not at all."""
    with hold(folder, force=True, mark=RECORD) as held, held.folder() as work, ZipFile(io.BytesIO(archive)) as made:  # fmt: skip
        made.extractall(work)


def weeks_of(folder: Path) -> Path:
    """Where a run that lives its year week by week says how many weeks it has lived; gone once it is finished."""
    return folder.with_name(f".{folder.name}.weeks")


def weeks_lived(folders: Iterable[Path]) -> int:
    """Weeks lived so far by the unfinished runs of these folders."""
    total = 0
    for folder in folders:
        try:
            total += int(weeks_of(folder).read_text(encoding="utf-8") or 0)
        except (FileNotFoundError, ValueError):
            continue
    return total


def sweep(out: Path, names: Iterable[str]) -> None:
    """Put right what ended workers left beside their runs: unfinished folders, locks, what they said of themselves."""
    for name in names:
        folder = out / name
        weeks_of(folder).unlink(missing_ok=True)
        doing_of(folder).unlink(missing_ok=True)
        clear(folder, RECORD)
