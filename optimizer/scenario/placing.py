"""A run as a unit of work: into its folder here, or sent back from a machine that may not see it; nothing half written left behind."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import ZipFile

from optimizer.disk import hold
from optimizer.disk.folder import clear
from optimizer.scenario.records import RECORD

if TYPE_CHECKING:
    from optimizer.domain import Case
    from optimizer.runs import Options
    from optimizer.scenario.running import Lived, Start


def placed_run(case: Case, start: Start, folder: Path, options: Options, lived: Lived) -> bytes:
    """One run into its folder; nothing to send back."""
    from optimizer.scenario.running import run_one

    clear(folder, RECORD)  # of a worker that was killed on it
    run_one(case, start, folder, options, lived)
    return b""


def sent_run(case: Case, start: Start, folder: Path, options: Options, lived: Lived) -> bytes:
    """One run into a folder of the machine it happens on, sent back as an archive."""
    from optimizer.scenario.running import run_one

    with TemporaryDirectory(prefix="attriflux-") as work:
        made = Path(work) / folder.name
        run_one(case, start, made, options, lived)
        archive = io.BytesIO()
        with ZipFile(archive, "w") as packed:
            for file in sorted(p for p in made.rglob("*") if p.is_file()):
                packed.write(file, file.relative_to(made).as_posix())
        return archive.getvalue()


def put_in_place(folder: Path, archive: bytes) -> None:
    """The folder of a run that was sent back, whole or not at all."""
    with hold(folder, force=True, mark=RECORD) as held, held.folder() as work, ZipFile(io.BytesIO(archive)) as packed:  # fmt: skip
        packed.extractall(work)


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
    """Put right what ended workers left beside their runs: unfinished folders, locks, numbers of weeks."""
    for name in names:
        folder = out / name
        weeks_of(folder).unlink(missing_ok=True)
        clear(folder, RECORD)
