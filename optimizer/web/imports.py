"""Files a browser sends: a case put into a folder of its own, under names that cannot leave it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile

from optimizer.errors import AttrifluxError, define
from optimizer.importers import all_formats
from optimizer.store.identities import NOT_OF_PEOPLE
from optimizer.web.desk import Desk
from optimizer.web.temporary import passing

SETTINGS = (".yaml", ".yml")
define(
    "WEB_IMPORT_NONE",
    "Aucun fichier n'a été choisi.",
    "No file was chosen.",
)
define(
    "WEB_IMPORT_KIND",
    "Ce qui n'est pas un fichier d'un dossier : {names} (attendu : {known}).",
    "What is no file of a case: {names} (expected: {known}).",
    remedy_fr="Enregistrer au format .xlsx, depuis un tableur, un classeur d'un autre format ; ne pas envoyer le reste",
    remedy_en="Save a workbook of another format as .xlsx in a spreadsheet program; leave the rest out",
)
define(
    "WEB_PEOPLE_KIND",
    "« {name} » n'est pas un fichier d'identités (attendu : {known}, une ligne par ménage, colonne numero_unique).",
    "“{name}” is no file of identities (expected: {known}, one row a household, column numero_unique).",
    remedy_fr="Enregistrer au format .xlsx, depuis un tableur, un classeur d'un autre format",
    remedy_en="Save a workbook of another format as .xlsx in a spreadsheet program",
)
define(
    "WEB_IMPORT_GONE",
    "Les fichiers de cet import n'ont pas été gardés : envoyer l'import à nouveau.",
    "The files of this import were not kept: send the import again.",
)
define(
    "WEB_IMPORT_TWICE",
    "Deux fichiers portent le nom « {name} ».",
    "Two files are named “{name}”.",
)


def case_suffixes() -> tuple[str, ...]:
    """Ends of the names of files of a case: what the formats read, and the settings."""
    return (*(end for kind in all_formats() for end in kind.extensions), *SETTINGS)


def people_suffixes() -> tuple[str, ...]:
    """Ends of the names of files of identities."""
    return tuple(end for kind in all_formats() for end in kind.extensions if end not in NOT_OF_PEOPLE)


def keep_case(desk: Desk, files: Sequence[UploadedFile[Any]]) -> str:
    """Keep the files of a case; the name of its folder.

    Raises
    ------
    AttrifluxError
        ``WEB_IMPORT_NONE``, ``WEB_IMPORT_KIND``, ``WEB_IMPORT_TWICE``; nothing is kept then.
    """
    if not files:
        raise AttrifluxError("WEB_IMPORT_NONE")
    names = [safe_name(str(file.name)) for file in files]
    if strange := [name for name in names if not name.lower().endswith(case_suffixes())]:
        raise AttrifluxError("WEB_IMPORT_KIND", names=", ".join(strange), known=", ".join(case_suffixes()))
    for name in names:
        if names.count(name) > 1:
            raise AttrifluxError("WEB_IMPORT_TWICE", name=name)
    case = uuid4().hex
    folder = desk.cases / case
    folder.mkdir(parents=True, mode=0o700)
    try:
        for name, file in zip(names, files, strict=True):
            with (folder / name).open("wb") as out:
                for part in file.chunks():
                    out.write(part)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return case


def safe_name(name: str) -> str:
    """The last part of a name, letters, digits, dots, dashes and blanks only.

    >>> safe_name("../../etc/dwellings.csv"), safe_name("C:\\\\dossiers\\\\logements du 3.xlsx")
    ('dwellings.csv', 'logements du 3.xlsx')
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    return re.sub(r"[^\w .-]", "_", last).lstrip(".")[:120] or "fichier"


def is_kept(desk: Desk, case: str) -> bool:
    """Whether the files of an import are still on this machine."""
    return (desk.cases / case).is_dir()


def case_path(desk: Desk, case: str) -> Path:
    """The case: its folder, or the workbook that is alone in it."""
    folder = desk.cases / case
    files = [p for p in folder.iterdir() if p.is_file()]
    return files[0] if len(files) == 1 and files[0].suffix.lower() == ".xlsx" else folder


@contextmanager
def kept_file(desk: Desk, file: UploadedFile[Any] | None) -> Iterator[Path]:
    """A sent file under its own suffix, for as long as it is read; it is gone afterwards."""
    if file is None:
        raise AttrifluxError("WEB_IMPORT_NONE")
    name = safe_name(str(file.name))
    if not name.lower().endswith(people_suffixes()):
        raise AttrifluxError("WEB_PEOPLE_KIND", name=name, known=", ".join(people_suffixes()))
    folder = passing(desk.deployment.state) / uuid4().hex
    folder.mkdir(mode=0o700)
    try:
        with (folder / name).open("wb") as out:
            for part in file.chunks():
                out.write(part)
        yield folder / name
    finally:
        shutil.rmtree(folder, ignore_errors=True)
