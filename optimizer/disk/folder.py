"""Output folders are whole or absent, and stay whoever's they are.

A result is written in a hidden folder beside its target, flushed to the disk, then swapped with it in one step. Where the
filesystem cannot swap, the older result is moved aside first under a name that the next start knows: it puts the older
result back when the newer one has not arrived. One writer at a time: a lock beside the target.

A target that is a symbolic link is followed, once, at the beginning: everything happens beside the real folder, and the
link stays.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from optimizer.disk import system
from optimizer.disk.beside import beside, is_beside
from optimizer.disk.lock import Lock
from optimizer.disk.manifest import strangers
from optimizer.disk.notices import in_place, tell
from optimizer.disk.pause import undisturbed
from optimizer.errors import AttrifluxError, Said, define, reason_of

define(
    "OUT_NOT_EMPTY",
    "Le dossier de sortie « {name} » n'est pas vide.",
    "The output folder “{name}” is not empty.",
    remedy_fr="Choisir un dossier nouveau, ou ajouter --force pour remplacer son contenu",
    remedy_en="Choose a new folder, or add --force to replace its content",
)
define(
    "OUT_NOT_NEW",
    "Le dossier de sortie « {name} » n'est pas vide : cette commande ne remplace rien.",
    "The output folder “{name}” is not empty: this command replaces nothing.",
    remedy_fr="Choisir un dossier nouveau",
    remedy_en="Choose a new folder",
)
define(
    "OUT_NOT_OURS",
    "Le dossier « {name} » ne contient pas de {mark} : il n'a pas été écrit par cette commande et n'est pas remplacé.",
    "The folder “{name}” has no {mark}: this command did not write it and does not replace it.",
    remedy_fr="Choisir un autre dossier",
    remedy_en="Choose another folder",
)
define(
    "OUT_UNKNOWN_FILES",
    "Le dossier « {name} » contient {count:fichier/fichiers} que son {mark} ne connaît pas ({files}) : rien n'est remplacé.",
    "The folder “{name}” holds {count:file/files} that its {mark} does not know ({files}): nothing is replaced.",
    remedy_fr="Les déplacer, ou choisir un autre dossier",
    remedy_en="Move them away, or choose another folder",
)
define(
    "OUT_IS_INPUT",
    "Le dossier de sortie « {name} » contient le cas lui-même.",
    "The output folder “{name}” holds the case itself.",
    remedy_fr="Choisir un autre dossier",
    remedy_en="Choose another folder",
)
define(
    "OUT_BUSY",
    "Un autre calcul écrit déjà dans « {name} ».",
    "Another run is already writing in “{name}”.",
    remedy_fr="Attendre sa fin, ou choisir un autre dossier",
    remedy_en="Wait for its end, or choose another folder",
)
define(
    "OUT_UNWRITABLE",
    "Impossible d'écrire dans « {name} » : {why}.",
    "Cannot write in “{name}”: {why}.",
)
SHOWN = 5
"""Unknown files named in the sentence that refuses to replace them."""


class Held:
    """A target that no other run can take; made by :func:`hold`."""

    def __init__(self, out: Path, name: str, *, force: bool | None, mark: str) -> None:
        self.out, self.name, self.force, self.mark = out, name, force, mark

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A hidden folder that takes the place of the target when the block ends well, and disappears when it does not.

        Raises
        ------
        AttrifluxError
            ``OUT_UNWRITABLE``; ``OUT_NOT_EMPTY``, ``OUT_UNKNOWN_FILES`` when something came there in the meantime.
        """
        work = beside(self.out, "new")
        try:
            try:
                work.mkdir()  # inside: a signal may come as soon as it is there, and the lock keeps it ours
                yield work
                _same_rights(self.out, work)
                system.flush_tree(work)
                with undisturbed():
                    _check_content(self.out, self.name, self.force, self.mark)
                    _put(work, self.out)
                    in_place(self.name)
            finally:
                with undisturbed():
                    shutil.rmtree(work, ignore_errors=True)
        except AttrifluxError:
            raise
        except Exception as error:
            cause = of_system(error)
            if cause is None or _elsewhere(cause, self.out):
                raise
            raise AttrifluxError("OUT_UNWRITABLE", name=self.name, why=reason_of(cause)) from None


def of_system(error: Exception) -> OSError | None:
    """The system's error, be it wrapped by a library that writes workbooks."""
    return next((e for e in (error, *error.args) if isinstance(e, OSError)), None)


def _elsewhere(error: OSError, out: Path) -> bool:
    """Whether the system speaks of a file that is not the output's: one that was to be read is no fault of the output folder."""
    name = error.filename
    if not isinstance(name, (str, os.PathLike)):
        return False
    place = Path(os.path.abspath(name))
    return place not in out.parents and all(
        part != out and not (part.parent == out.parent and is_beside(part.name))
        for part in (place, *place.parents)
    )


def check_out(
    out: Path,
    *,
    force: bool | None,
    inputs: Path | Iterable[Path] | None = None,
    mark: str = "run.json",
    shared: bool = False,
) -> None:
    """Refuse an output folder that holds something else than an older result, or that cannot be written.

    Asked before any work is done: an hour of solving must not end on a full or forbidden place.

    Parameters
    ----------
    force : whether an older result is replaced: the files that its record ``mark`` names, and no folder with others. None: never,
        for a command that has no ``--force`` to be told of.
    inputs : what is read; it must not lie in the output folder.
    shared : several results live there, none is replaced by this: the record ``mark`` is enough.
    """
    name = _named(out)
    try:
        real = out.resolve()
        for source in (inputs,) if isinstance(inputs, Path) else (inputs or ()):
            place = source.resolve()
            if real == place or real in place.parents:
                raise AttrifluxError("OUT_IS_INPUT", name=name)
        _check_content(real, name, True if shared else force, mark, shared)
        _check_place(real)
    except (OSError, RuntimeError) as error:
        raise AttrifluxError("OUT_UNWRITABLE", name=name, why=_why(error)) from None


@contextmanager
def hold(
    out: Path,
    *,
    force: bool | None,
    inputs: Path | Iterable[Path] | None = None,
    mark: str = "run.json",
    shared: bool = False,
) -> Iterator[Held]:
    """:func:`check_out`, and the target is ours until the block ends; leftovers of a killed run are put right first.

    Parameters
    ----------
    shared : several results live in this folder, each held on its own: it is locked, never replaced as a whole.

    Raises
    ------
    AttrifluxError
        As :func:`check_out`; ``OUT_BUSY`` when another run holds the target.
    """
    name = _named(out)
    made: list[Path] = []
    try:
        real = out.resolve()
        check_out(out, force=force, inputs=inputs, mark=mark, shared=shared)
        made = _make_parents(real.parent)
        lock = Lock(beside(real, "lock"))
        if not lock.take():
            raise AttrifluxError("OUT_BUSY", name=name)
    except (OSError, RuntimeError) as error:
        _unmake(made)
        raise AttrifluxError("OUT_UNWRITABLE", name=name, why=_why(error)) from None
    try:
        try:
            with undisturbed():
                recover(real, name, mark)
        except OSError as error:
            raise AttrifluxError("OUT_UNWRITABLE", name=name, why=reason_of(error)) from None
        check_out(out, force=force, inputs=inputs, mark=mark, shared=shared)
        yield Held(real, name, force=force, mark=mark)
    finally:
        with undisturbed():
            lock.drop()
            _unmake(made)


def recover(out: Path, name: str, mark: str) -> None:
    """Put right what a killed run left beside a target. To be called by who holds its lock."""
    old, new, gone = (beside(out, kind) for kind in ("old", "new", "gone"))
    if old.exists():
        if not out.exists() or (out.is_dir() and not any(out.iterdir())):
            system.rename(old, out)
            system.flush(out.parent)
            tell(
                Said(
                    f"Un calcul interrompu avait laissé « {name} » de côté : le résultat précédent est remis en place.",
                    f"An interrupted run had left “{name}” aside: the former result is back in place.",
                )
            )
        elif (out / mark).is_file():
            system.rename(old, gone)
        else:
            raise AttrifluxError(
                "OUT_UNWRITABLE",
                name=name,
                why=Said(
                    f"le résultat précédent est resté dans « {old.name} »",
                    f"the former result is still in “{old.name}”",
                ),
            )
    left = [place for place in (new, gone) if place.exists()]
    for place in left:
        shutil.rmtree(place)
    if left:
        tell(
            Said(
                f"Un calcul interrompu avait laissé des fichiers provisoires à côté de « {name} » : ils sont retirés.",
                f"An interrupted run had left temporary files beside “{name}”: they are removed.",
            )
        )


def clear(out: Path, mark: str) -> None:
    """:func:`recover` without a word, for a target whose writer was ended by this very program or its predecessor."""
    if any(beside(out, kind).exists() for kind in ("old", "new", "gone")):
        recover(out, out.name, mark)
    beside(out, "lock").unlink(missing_ok=True)


def _put(work: Path, out: Path) -> None:
    """The finished folder at its place, in one step where the filesystem can; the older one is then in ``work``."""
    if not out.exists() or not any(out.iterdir()):
        system.rename(work, out)
        system.flush(out.parent)
        return
    if system.exchange(work, out):
        system.flush(out.parent)
        return
    old, gone = beside(out, "old"), beside(out, "gone")
    system.rename(out, old)
    try:
        system.flush(out.parent)
        system.rename(work, out)
    except OSError:
        system.rename(old, out)
        raise
    system.flush(out.parent)
    system.rename(old, gone)
    shutil.rmtree(gone, ignore_errors=True)


def _named(out: Path) -> str:
    """Its own name, or the whole path of a place without one (``.``, ``/``)."""
    return out.name or str(out.absolute())


def _why(error: Exception) -> Said | str:
    if isinstance(error, OSError):
        return reason_of(error)
    return Said("des liens tournent en rond", "links go round in circles")


def _same_rights(out: Path, work: Path) -> None:
    """A replaced folder keeps the rights its owner gave it; a new one has those of the user's mask."""
    if out.is_dir():
        work.chmod(stat.S_IMODE(out.stat().st_mode))


def _make_parents(parent: Path) -> list[Path]:
    """Make the missing folders above a target; returns them, deepest first."""
    missing = []
    while not parent.exists():
        missing.append(parent)
        parent = parent.parent
    for place in reversed(missing):
        place.mkdir(exist_ok=True)
    return missing


def _unmake(made: list[Path]) -> None:
    """Remove the folders made for nothing."""
    for place in made:
        try:
            place.rmdir()
        except OSError:
            return


def _check_place(out: Path) -> None:
    """Whether a folder can be made there: the only way to know is to make one in the first parent that exists.

    It bears a name of ours, so that what a killed run left is known, and removed by the next one of this output.
    """
    parent = out.parent
    while not parent.exists():
        parent = parent.parent
    place = beside(parent / out.name, "place")
    with suppress(FileExistsError):  # left by a killed run, or another's that asks at this very moment
        place.mkdir()
    with suppress(FileNotFoundError):  # that other one has removed it, so it could
        place.rmdir()


def _check_content(out: Path, name: str, force: bool | None, mark: str, shared: bool = False) -> None:
    if not os.path.lexists(out):
        return
    if not out.is_dir():
        raise AttrifluxError(
            "OUT_UNWRITABLE",
            name=name,
            why=Said("un fichier porte déjà ce nom", "a file already has this name"),
        )
    if not any(out.iterdir()):
        return
    if not force:
        raise AttrifluxError("OUT_NOT_NEW" if force is None else "OUT_NOT_EMPTY", name=name)
    if not (out / mark).is_file():
        raise AttrifluxError("OUT_NOT_OURS", name=name, mark=mark)
    unknown = [] if shared else strangers(out, mark)
    if unknown:
        files = ", ".join(unknown[:SHOWN]) + (", …" if len(unknown) > SHOWN else "")
        raise AttrifluxError("OUT_UNKNOWN_FILES", name=name, mark=mark, count=len(unknown), files=files)
