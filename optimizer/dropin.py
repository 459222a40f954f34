"""Import of every module of a drop-in folder, in the order of their names. Standard library only.

A file that cannot be used is told by its name and line, whatever it does: who drops one in is no author of the program.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, TypeVar

T = TypeVar("T")
PACKAGE = Path(__file__).resolve().parent
FOLDERS: set[str] = set()
"""Folders whose files are dropped in, as far as they have been loaded."""
NAME = re.compile(r"[a-z][a-z0-9_]*")
ASKED = ("all", "auto")
"""What options mean by these words, so that no file has them for its name."""
COMMANDS = str(PACKAGE / "cli" / "commands")
"""The one whose files call all others, and are to blame for none of what these do."""


class DropInError(Exception):
    """A dropped file that cannot be used.

    Attributes
    ----------
    file : its place, from the folder of the program
    line : 0 where no line of it is to blame
    why : in words of Python, without any data of a case
    """

    def __init__(self, file: str, line: int, why: str) -> None:
        super().__init__(file, line, why)
        self.file, self.line, self.why = file, line, why

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.why}" if self.line else f"{self.file}: {self.why}"


def load_all(package: str, count: Callable[[], int] | None = None) -> tuple[str, ...]:
    """Import each module found directly in ``package`` and return their full names, sorted.

    A module registers itself when it is imported; nothing else has to list it. Modules whose name begins with ``_``
    are helpers of the folder and are left to their neighbours.

    Parameters
    ----------
    count : how much the register of the folder holds; a file that adds nothing to it, and that no file before it imports, is refused

    Raises
    ------
    ModuleNotFoundError
        ``package`` does not exist.
    NotADirectoryError
        ``package`` is a plain module, so nothing can be dropped into it.
    DropInError
        A file cannot be imported, refuses to be registered, or registers nothing.

    Examples
    --------
    >>> load_all("json")
    ('json.decoder', 'json.encoder', 'json.scanner', 'json.tool')
    """
    root: ModuleType = importlib.import_module(package)
    if not hasattr(root, "__path__"):
        raise NotADirectoryError(f"{package} is a module, not a folder of modules")
    names = sorted(info.name for info in pkgutil.iter_modules(root.__path__) if not info.name.startswith("_"))
    loaded = tuple(f"{package}.{name}" for name in names)
    FOLDERS.update(str(Path(folder).resolve()) for folder in root.__path__)
    for folder in root.__path__:
        for file in sorted(Path(folder).glob("[!_.]*.*.py")):
            raise DropInError(_place(file), 0, "Python imports no file with a dot in its name")
    for name in loaded:
        known = name in sys.modules  # a neighbour has asked for it: it is in the register already, or helps
        before = 0 if count is None else count()
        try:
            importlib.import_module(name)
        except (Exception, SystemExit) as error:
            raise _unusable(name, error) from error
        if count is not None and not known and count() == before:
            del sys.modules[name]  # whoever asks again is told again
            raise DropInError(
                _place(_file(name)),
                0,
                "it registers nothing: its decorator is missing; the name of a helper begins with _",
            )
    return loaded


def takes(call: Callable[..., object], names: str) -> None:
    """Refuse what is no function, or cannot be called with so many arguments, named in ``names``.

    Raises
    ------
    TypeError
        It takes others.
    """
    if not callable(call):
        raise TypeError(f"{call!r} is no function of ({names})")
    try:
        inspect.signature(call).bind(*filter(None, names.split(", ")))
    except TypeError:
        told = inspect.signature(call)
        name = getattr(call, "__name__", "it")
        raise TypeError(f"{name}{told} must take ({names})") from None


def answered(answer: T, kind: Any, call: Callable[..., object]) -> T:
    """What a dropped function has answered, where it is what it must be.

    Raises
    ------
    DropInError
    """
    if isinstance(answer, kind):
        return answer
    raise wrong_answer(call, f"it returned {type(answer).__name__}, {kind.__name__} was expected")


def wrong_answer(call: Callable[..., object], why: str) -> DropInError:
    """The refusal of what a dropped function has answered, told at its place; ``why`` holds no cell of a case."""
    code = getattr(inspect.unwrap(call), "__code__", None)
    if code is None:
        return DropInError(type(call).__qualname__, 0, why)
    return DropInError(_place(Path(code.co_filename)), code.co_firstlineno, why)


def asked(call: Callable[..., T], *given: Any) -> T:
    """The answer of a dropped function to read-only values, refused where it writes into one: others read it after it.

    Raises
    ------
    DropInError
    """
    try:
        return call(*given)
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        refused = wrong_answer(call, "it writes into what it is given, which others read: copy it first")
        if at := blamed(error.__traceback__):
            refused = DropInError(*at, refused.why)
        raise refused from error


def wrong_data(file: Path, line: int, why: str) -> DropInError:
    """The refusal of a data file of a drop-in folder."""
    return DropInError(_place(file), line, why)


def worded(what: str, **texts: object) -> None:
    """Refuse a word of a dropped file that is no text, or an empty one.

    Raises
    ------
    TypeError, ValueError
    """
    if other := [name for name, text in texts.items() if not isinstance(text, str)]:
        raise TypeError(f"{what}: {other[0]} {texts[other[0]]!r} is no text")
    if empty := [name for name, text in texts.items() if not str(text).strip()]:
        raise ValueError(f"{what}: empty {', '.join(empty)}")


def named(what: str, id: object) -> None:
    """Refuse an id that nobody could ask for: options write it between commas, tables in their columns, ``models/`` in its keys.

    Raises
    ------
    TypeError, ValueError
    """
    worded(f"{what} {id!r}", id=id)
    if not NAME.fullmatch(str(id)) or id in ASKED:
        known = " and ".join(map(repr, ASKED))
        raise ValueError(f"{what} {id!r}: an id is of letters a-z, digits and _, and {known} are taken")


def in_order(what: str, order: object, known: Mapping[str, int]) -> None:
    """Refuse a place in tables that is no whole number, or that another file has; ``known``: those taken, by id.

    Raises
    ------
    ValueError
    """
    if not isinstance(order, int) or isinstance(order, bool):
        raise ValueError(f"{what}: order {order!r} is no whole number")
    for id, taken in known.items():
        if taken == order:
            raise ValueError(f"{what}: {id!r} has order {order}")


def blamed(trace: TracebackType | None) -> tuple[str, int] | None:
    """The dropped file, and the line of it, in which an error was raised, or which called what raised it; None: no such file."""
    for frame in reversed(traceback.extract_tb(trace)):
        if str(Path(frame.filename).resolve().parent) in FOLDERS - {COMMANDS}:
            return _place(Path(frame.filename)), frame.lineno or 0
    return None


def raised_in_dropped(trace: TracebackType | None) -> bool:
    """Whether a line of a dropped file itself raised it: a signal that ends the program while one is at work is not its doing."""
    frames = traceback.extract_tb(trace)
    return bool(frames) and str(Path(frames[-1].filename).resolve().parent) in FOLDERS - {COMMANDS}


def _file(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin) if spec is not None and spec.origin else Path(name)


def _unusable(name: str, error: BaseException) -> DropInError:
    file = _file(name)
    line = error.lineno or 0 if isinstance(error, SyntaxError) else 0
    for frame in traceback.extract_tb(error.__traceback__):
        if Path(frame.filename) == file:
            line = frame.lineno or 0
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return DropInError(_place(file), line, f"{type(error).__name__}: {said}")


def _place(file: Path) -> str:
    file = file.resolve()
    return f"optimizer/{file.relative_to(PACKAGE).as_posix()}" if file.is_relative_to(PACKAGE) else file.name
