"""How the program ends: every way of ending is a sentence and an exit code that is true.

Exit codes: 0 done; 2 usage, input or a place that cannot be written; 3 refused by the independent check; 4 stopped without
a usable result; 130 interrupted. What could not be *said* (a full disk behind the output, a closed pipe) never hides what
was *done*: the code follows the result.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import platform
import signal
import sys
import tempfile
import traceback
import unicodedata
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from optimizer.cli.languages import language
from optimizer.dropin import DropInError, blamed, raised_in_dropped
from optimizer.errors import Lang

PACKAGE = Path(__file__).resolve().parents[1]


class Stream(io.FileIO):
    """An output that remembers the first failure and goes on without a word."""

    lost: int | None = None

    def write(self, data: object, /) -> int:
        """The bytes, or their number alone once the output is lost."""
        size = memoryview(data).nbytes  # type: ignore[arg-type]
        if self.lost is None:
            try:
                return super().write(data)  # type: ignore[arg-type]
            except OSError as error:
                self.lost = error.errno or errno.EIO
        return size


class Ending:
    """Around the whole program: streams that cannot break it, signals that end it in order, a last word for any error."""

    def __init__(self) -> None:
        self.code = 0
        self.lang: Lang = "fr"
        self.out: Stream | None = None
        self.former: Any = None

    def __enter__(self) -> Ending:
        _three_handles()
        _hear_no_destructor()
        self.out = _speak("stdout", 1)
        _speak("stderr", 2)
        try:
            self.former = signal.signal(signal.SIGTERM, _end)
        except ValueError:
            pass  # not in the main thread: who runs us there keeps the signals
        self.lang = language()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        fr = self.lang == "fr"
        if isinstance(error, SystemExit) and raised_in_dropped(trace):
            self._unexpected(error)  # a dropped file that ends the program would end it without a word
            self.code = 4
        elif isinstance(error, SystemExit):
            self.code = error.code if isinstance(error.code, int) else 2 if error.code else 0
        elif isinstance(error, KeyboardInterrupt):
            say("Interrompu." if fr else "Interrupted.")
            self.code = 130
        elif isinstance(error, MemoryError):
            say(
                "Mémoire insuffisante pour ce calcul : rien n'a été écrit."
                if fr
                else "Not enough memory for this run: nothing was written."
            )
            self.code = 4
        elif isinstance(error, DropInError):
            place = f"{error.file}, {'ligne' if fr else 'line'} {error.line}" if error.line else error.file
            say(
                f"Le fichier déposé {place} ne peut pas servir ({error.why}) : rien n'a été écrit. Corrigez-le, ou retirez-le de son dossier."
                if fr
                else f"The dropped file {place} cannot be used ({error.why}): nothing was written. Mend it, or take it out of its folder."
            )
            self.code = 2
        elif error is not None:
            self._unexpected(error)
            self.code = 4
        self._check_output()
        if self.former is not None:
            signal.signal(signal.SIGTERM, self.former)
        return True

    def _unexpected(self, error: BaseException) -> None:
        fr = self.lang == "fr"
        name = type(error).__name__
        if at := blamed(error.__traceback__):
            name += f", {at[0]}, {'ligne' if fr else 'line'} {at[1]}"
        try:
            place = str(write_report(error))
        except OSError:
            place = ""
        if fr:
            more = (
                f" Compte rendu sans aucune donnée du dossier, à joindre à un signalement : {place}"
                if place
                else ""
            )
            say(f"Erreur imprévue ({name}) : le calcul est arrêté.{more}")
        else:
            more = f" Report without any data of the case, to attach to an issue: {place}" if place else ""
            say(f"Unexpected error ({name}): the run is stopped.{more}")

    def _check_output(self) -> None:
        from optimizer.disk import placed

        try:
            sys.stdout.flush()
        except (OSError, ValueError):
            pass
        lost = None if self.out is None else self.out.lost
        if lost is None or lost == errno.EPIPE:
            return
        fr = self.lang == "fr"
        if placed():
            say(
                "L'affichage est incomplet ; le résultat, lui, est écrit."
                if fr
                else "The display is incomplete; the result itself is written."
            )
        elif self.code == 0:
            say("La réponse n'a pas pu être affichée." if fr else "The answer could not be displayed.")
            self.code = 2


def say(text: str) -> None:
    """A last word on the error stream, if there is one."""
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        pass


def write_report(error: BaseException) -> Path:
    """Where the program was, in a file of the system's temporary folder: types, files and lines of code; never a value.

    The messages of errors, the arguments of the command and the names of files are left out: they may hold a cell or an
    identifier.
    """
    from importlib.metadata import version

    lines = [
        f"attriflux {version('attriflux')}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    ]
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        lines += ["", f"{type(cause).__module__}.{type(cause).__qualname__}"]
        frames = traceback.extract_tb(cause.__traceback__, limit=-40)
        lines += [f"  {_code_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        cause = cause.__cause__ or cause.__context__
    handle, name = tempfile.mkstemp(prefix="attriflux-incident-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return Path(name)


def _code_place(file: str) -> str:
    """A file of the program or of a library, without the folders of the machine."""
    path = Path(file)
    if path.is_relative_to(PACKAGE):
        return f"optimizer/{path.relative_to(PACKAGE).as_posix()}"
    parts = path.parts
    if "site-packages" in parts:
        return "/".join(parts[parts.index("site-packages") + 1 :])
    return path.name


def _end(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _three_handles() -> None:
    """A closed standard stream must not lend its number to the first file that is opened."""
    handle = os.open(os.devnull, os.O_RDWR)
    while handle < 3:
        handle = os.open(os.devnull, os.O_RDWR)
    os.close(handle)


def _hear_no_destructor() -> None:
    """A file that could not be closed on a full disk says so once, as the error it was; its destructor is not heard after that."""
    former = sys.unraisablehook
    if getattr(former, "keeps_quiet", False):
        return

    def quiet(unraisable: Any) -> None:
        if not isinstance(unraisable.exc_value, OSError):
            former(unraisable)

    quiet.keeps_quiet = True  # type: ignore[attr-defined]
    sys.unraisablehook = quiet


PLAINER = "attriflux-plainer"
"""What stands for a sign that the encoding asked for does not have: the letter without its accent, a plain sign, at last a question mark."""
PLAIN = {
    "«": '"', "»": '"', "“": '"', "”": '"', "’": "'", "–": "-", "—": "-", "−": "-", "›": ">", "→": "->", "·": "-", "×": "x", "€": "EUR",
    "≤": "<=", "≥": ">=", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "☐": "[ ]", "°": "o",
}  # fmt: skip


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    told = "".join(PLAIN.get(sign) or _bare(sign) for sign in signs)
    return told.encode("ascii", "replace").decode("ascii"), error.end


def _bare(sign: str) -> str:
    """A letter without its accent, a space that no line may end at as any other; the sign itself where it is made of no other."""
    return "".join(c for c in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(c)) or "?"


codecs.register_error(PLAINER, _plainer)


def _encoding() -> str:
    """UTF-8, whatever the machine's locale says; the encoding that ``PYTHONIOENCODING`` names, where somebody asks for one.

    ASCII, which no French text has, is what a machine says that was told nothing.
    """
    asked = os.environ.get("PYTHONIOENCODING", "").partition(":")[0]
    try:
        name = codecs.lookup(asked).name if asked else "utf-8"
    except LookupError:
        return "utf-8"
    return "utf-8" if name == "ascii" else name


def _speak(name: str, handle: int) -> Stream | None:
    """Put a :class:`Stream` under a standard stream; one that somebody has replaced is left alone."""
    current = getattr(sys, name)
    if current is not None and current is not getattr(sys, f"__{name}__"):
        if hasattr(current, "reconfigure"):
            current.reconfigure(encoding=_encoding(), errors=PLAINER)
        return None
    if current is not None:
        current.flush()
    stream = Stream(handle, "w", closefd=False)
    text = io.TextIOWrapper(
        io.BufferedWriter(stream), encoding=_encoding(), errors=PLAINER, line_buffering=True
    )
    setattr(sys, name, text)
    return stream
