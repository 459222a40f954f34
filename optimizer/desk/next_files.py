"""The next case as a folder: its tables in canonical form, and every own sheet and file of the import carried along."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

from optimizer.desk.next_case import NextCase
from optimizer.disk import hold
from optimizer.domain import Table
from optimizer.importers.local import SHEETS
from optimizer.importers.raw import RawTable
from optimizer.importers.registry import format_of
from optimizer.importers.words import plain
from optimizer.policy.beside import copy_territory
from optimizer.synth import write_case


def write_next(out: Path, made: NextCase, source: Path) -> None:
    """Write the case of the next session.

    Parameters
    ----------
    out : a new or empty folder.
    made : what :func:`optimizer.desk.next_case.next_case` gave.
    source : the import it was made from, folder or workbook: thresholds, targets, grid and territory of its own come from there.

    Raises
    ------
    AttrifluxError
        ``OUT_…``: the folder is not new, or cannot be written.
    """
    with hold(out, force=None, inputs=source) as held, held.folder() as work:
        write_case(made.case, work)
        _own_sheets(source, work)
        territory = made.case.settings.territory_file
        if territory is not None:
            inside = source if source.is_dir() else source.parent
            copy_territory(territory, work / territory.resolve().relative_to(inside.resolve()))


def _own_sheets(source: Path, work: Path) -> None:
    """``seuils``, ``objectifs`` and ``grille``: a file as it lies, a sheet of a workbook as text."""
    names = {plain(n): t for t in SHEETS for n in (t.alias, t.name)}
    files = sorted(p for p in source.iterdir() if p.is_file()) if source.is_dir() else [source]
    for path in files:
        shape = format_of(path.suffix)
        own = names.get(plain(path.stem))
        if own is not None and source.is_dir():
            shutil.copyfile(path, work / path.name)
        elif shape is not None and shape.many:
            for raw in shape.read(path, path.name).tables:
                sheet = names.get(plain(raw.name))
                if sheet is not None:
                    _as_csv(work, sheet, raw)


def _as_csv(work: Path, sheet: Table, raw: RawTable) -> None:
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=";", lineterminator="\n")
    writer.writerow(raw.header)
    writer.writerows(
        zip(*(["" if v is None else str(v) for v in c.to_pylist()] for c in raw.columns), strict=True)
    )
    (work / f"{sheet.alias}.csv").write_bytes(b"\xef\xbb\xbf" + sink.getvalue().encode())
