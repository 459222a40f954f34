"""Single files take their place whole, never over another by accident, never over a file of the case."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from optimizer.disk import system
from optimizer.disk.beside import beside
from optimizer.disk.lock import Lock
from optimizer.disk.notices import in_place
from optimizer.disk.pause import undisturbed
from optimizer.errors import AttrifluxError, define, reason_of

define(
    "FILE_EXISTS",
    "Le fichier « {name} » existe déjà.",
    "The file “{name}” already exists.",
    remedy_fr="Choisir un autre nom, ou ajouter --force pour le remplacer",
    remedy_en="Choose another name, or add --force to replace it",
)
define(
    "FILE_THERE",
    "Le fichier « {name} » existe déjà : cette commande ne remplace rien.",
    "The file “{name}” already exists: this command replaces nothing.",
    remedy_fr="Choisir un autre nom",
    remedy_en="Choose another name",
)
define(
    "FILE_OF_CASE",
    "« {name} » est un fichier du cas : il n'est jamais remplacé.",
    "“{name}” is a file of the case: it is never replaced.",
    remedy_fr="Choisir un autre nom, hors du dossier du cas",
    remedy_en="Choose another name, outside the folder of the case",
)
define(
    "FILE_TWICE",
    "« {name} » est demandé deux fois.",
    "“{name}” is asked for twice.",
    remedy_fr="Donner un nom différent à chaque fichier",
    remedy_en="Give each file a name of its own",
)
define(
    "FILE_UNWRITABLE",
    "Impossible d'écrire « {name} » : {why}.",
    "Cannot write “{name}”: {why}.",
)


def check_files(targets: Iterable[Path], *, force: bool | None, case: Path | None = None) -> None:
    """Refuse a target that exists (without ``force``), that belongs to the case, or that is asked for twice.

    Parameters
    ----------
    force : whether a file that is there is replaced; None: never, for a command that has no ``--force`` to be told of.
    case : folder or workbook that is read. An existing file under the folder belongs to it, whatever the name it is
        reached by.
    """
    seen: set[Path] = set()
    for target in targets:
        try:
            real = target.resolve()
            if case is not None and _of_case(target, real, case.resolve()):
                raise AttrifluxError("FILE_OF_CASE", name=target.name)
            if real in seen:
                raise AttrifluxError("FILE_TWICE", name=target.name)
            seen.add(real)
            if target.is_dir():
                raise IsADirectoryError(21, "", str(target))
            if os.path.lexists(target) and not force:
                raise AttrifluxError(_there(force), name=target.name)
        except OSError as error:
            raise AttrifluxError("FILE_UNWRITABLE", name=target.name, why=reason_of(error)) from None


def write_files(
    jobs: Sequence[tuple[Path, Callable[[Path], object]]], *, force: bool | None, case: Path | None = None
) -> list[object]:
    """Write each target beside its place, flush it, and put all in place once all are whole.

    Parameters
    ----------
    jobs : the target, and what writes the file whose path it is given. It may write more files in the same folder: they
        take their places beside the target.
    force : whether an existing file is replaced.

    Returns
    -------
    What each writer returned.
    """
    targets = [target for target, _ in jobs]
    check_files(targets, force=force, case=case)
    with ExitStack() as stack:
        found: list[object] = []
        made: list[tuple[Path, Path]] = []
        for target, write in jobs:
            real = target.resolve() if force else target.absolute()
            try:
                real.parent.mkdir(parents=True, exist_ok=True)
                lock = Lock(beside(real, "lock"))
                if not lock.take():
                    raise AttrifluxError("OUT_BUSY", name=target.name)
                stack.callback(lock.drop)
                work = beside(real, "new")
                shutil.rmtree(work, ignore_errors=True)
                stack.callback(shutil.rmtree, work, ignore_errors=True)
                work.mkdir()
                found.append(write(work / real.name))
                system.flush_tree(work)
                made += [(file, real.parent / file.name) for file in sorted(work.iterdir())]
            except OSError as error:
                raise AttrifluxError("FILE_UNWRITABLE", name=target.name, why=reason_of(error)) from None
        made = _once(made)
        check_files([target for _, target in made], force=force, case=case)
        with undisturbed():
            for source, target in made:
                _place(source, target, force)
        for folder in {target.parent for _, target in made}:
            system.flush(folder)
    return found


def _once(made: list[tuple[Path, Path]]) -> list[tuple[Path, Path]]:
    """Two writers may bring the same file beside theirs, with the same bytes: it is put in place once."""
    kept: dict[Path, Path] = {}
    for source, target in made:
        if target in kept and not filecmp.cmp(source, kept[target], shallow=False):
            raise AttrifluxError("FILE_TWICE", name=target.name)
        kept.setdefault(target, source)
    return [(source, target) for target, source in kept.items()]


def _there(force: bool | None) -> str:
    return "FILE_THERE" if force is None else "FILE_EXISTS"


def _place(source: Path, target: Path, force: bool | None) -> None:
    try:
        if force:
            system.replace(source, target)
        else:
            system.add(source, target)
    except FileExistsError:
        raise AttrifluxError(_there(force), name=target.name) from None
    except OSError as error:
        raise AttrifluxError("FILE_UNWRITABLE", name=target.name, why=reason_of(error)) from None
    in_place(target.name)


def _of_case(target: Path, real: Path, case: Path) -> bool:
    if not os.path.lexists(target):
        return False
    if real == case or (case.is_dir() and case in real.parents):
        return True
    if not target.is_file():
        return False
    files = [case] if case.is_file() else [f for f in case.rglob("*") if f.is_file()]
    return any(os.path.samefile(target, file) for file in files)
