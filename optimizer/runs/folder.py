"""Output folders are whole or absent: everything is written beside, then put in place in one rename."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from optimizer.errors import AttrifluxError, Said, define, reason_of

define(
    "OUT_NOT_EMPTY",
    "Le dossier de sortie « {name} » n'est pas vide.",
    "The output folder “{name}” is not empty.",
    remedy_fr="Choisir un dossier nouveau, ou ajouter --force pour remplacer son contenu",
    remedy_en="Choose a new folder, or add --force to replace its content",
)
define(
    "OUT_NOT_OURS",
    "Le dossier « {name} » ne contient pas de run.json : il n'a pas été écrit par Attriflux et n'est pas remplacé.",
    "The folder “{name}” has no run.json: it was not written by Attriflux and is not replaced.",
    remedy_fr="Choisir un autre dossier",
    remedy_en="Choose another folder",
)
define(
    "OUT_IS_INPUT",
    "Le dossier de sortie « {name} » contient le cas lui-même.",
    "The output folder “{name}” holds the case itself.",
    remedy_fr="Choisir un autre dossier",
    remedy_en="Choose another folder",
)
define(
    "OUT_UNWRITABLE",
    "Impossible d'écrire dans « {name} » : {why}.",
    "Cannot write in “{name}”: {why}.",
)


def check_out(out: Path, *, force: bool, inputs: Path | None = None, mark: str = "run.json") -> None:
    """Refuse an output folder that holds something else than an older result, or that cannot be written.

    Asked before any work is done: an hour of solving must not end on a full or forbidden place.
    """
    if inputs is not None:
        source = inputs.resolve()
        target = out.resolve()
        if target == source or target in source.parents:
            raise AttrifluxError("OUT_IS_INPUT", name=_named(out))
    try:
        _check_content(out, force, mark)
        _check_place(out.absolute().parent)
    except OSError as error:
        raise AttrifluxError("OUT_UNWRITABLE", name=_named(out), why=reason_of(error)) from None


def _named(out: Path) -> str:
    """Its own name, or the whole path of a place without one (``.``, ``/``)."""
    return out.name or str(out.absolute())


def _check_place(parent: Path) -> None:
    """Whether a folder can be made there: the only way to know is to make one in the first parent that exists."""
    while not parent.exists():
        parent = parent.parent
    os.rmdir(tempfile.mkdtemp(prefix=".attriflux.", dir=parent))


def _check_content(out: Path, force: bool, mark: str) -> None:
    if not out.exists():
        return
    if out.is_file():
        raise AttrifluxError(
            "OUT_UNWRITABLE",
            name=_named(out),
            why=Said("un fichier porte déjà ce nom", "a file already has this name"),
        )
    if not any(out.iterdir()):
        return
    if not force:
        raise AttrifluxError("OUT_NOT_EMPTY", name=_named(out))
    if not (out / mark).is_file():
        raise AttrifluxError("OUT_NOT_OURS", name=_named(out))


@contextmanager
def atomic_folder(out: Path) -> Iterator[Path]:
    """A temporary folder that replaces ``out`` when the block ends well, and disappears when it does not."""
    out = out.absolute()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise AttrifluxError("OUT_UNWRITABLE", name=_named(out), why=reason_of(error)) from None
    try:
        yield work
        work.chmod(0o755)
        old = None
        if out.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{out.name}.old.", dir=out.parent))
            os.replace(out, old / "content")
        os.replace(work, out)
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise AttrifluxError("OUT_UNWRITABLE", name=_named(out), why=reason_of(error)) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
