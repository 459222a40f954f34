"""Columns that must not enter leave the files that are kept, too: names, addresses, numbers that identify, free text.

Reading leaves them out; who keeps a case (the desk) has them emptied in its copy. Everything else stays at its row and its column, so that
findings still name the right place, and the header stays, so that a reader is told again what was refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from optimizer.disk import write_files
from optimizer.dropin import answered
from optimizer.errors import Finding, InputProblems, define
from optimizer.importers.raw import shown
from optimizer.importers.registry import format_of

define(
    "READ_NOT_FORGOTTEN",
    "les colonnes qui n'entrent pas n'ont pu être vidées dans la copie du bureau : rien de l'import n'est gardé.",
    "columns that must not enter could not be emptied in the copy of the desk: nothing of the import is kept.",
    expected_fr="un fichier sans ces colonnes",
    expected_en="a file without these columns",
    remedy_fr="Retirez-les de l'export",
    remedy_en="Take them out of the export",
)


def forget_refused(case: Path, findings: Iterable[Finding]) -> bool:
    """Empty the columns that reading a case refused, in its own files; whether any held something.

    Parameters
    ----------
    case : the folder, or the workbook
    findings : what reading it found

    Raises
    ------
    InputProblems
        ``READ_NOT_FORGOTTEN``: a file could not be written again.
    """
    refused: dict[str, set[str]] = {}
    for finding in findings:
        if finding.code == "READ_COLUMN_REFUSED":
            refused.setdefault(str(finding.file), set()).add(str(finding.column))
    changed = False
    for path in [case] if case.is_file() else sorted(p for p in case.iterdir() if p.is_file()):
        kind = format_of(path.suffix)
        if kind is None or not any(label.split(" › ")[0] == path.name for label in refused):
            continue
        columns: dict[str, tuple[int, list[int]]] = {}
        for table in kind.read(path, path.name).tables:
            names = refused.get(table.label, set())
            full = [
                i
                for i, (name, column) in enumerate(zip(table.header, table.columns, strict=True))
                if name and shown(name) in names and column.null_count < len(column)
            ]
            if full:
                columns[table.name] = table.header_row, full
        if not columns:
            continue
        try:
            content = answered(kind.forget(path, columns), bytes, kind.forget)
        except (OSError, MemoryError, ValueError) as error:
            raise InputProblems((Finding("READ_NOT_FORGOTTEN", file=path.name),)) from error
        write_files([(path, partial(Path.write_bytes, data=content))], force=True)
        changed = True
    return changed
