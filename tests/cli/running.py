"""Runs of the command as its user types it: in this process (fast), in one forked from it (dies and is killed like any
other, but has its libraries) or in one of its own (whole)."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    """What a command left: exit code and both streams."""

    code: int
    out: str
    err: str


def attriflux(*words: object) -> Done:
    """``attriflux words…`` in this process, errors turned into exit codes as for a user."""
    from optimizer.cli import main

    out, err = io.StringIO(), io.StringIO()
    before = sys.argv
    sys.argv = ["attriflux", *map(str, words)]
    code = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    finally:
        sys.argv = before
    return Done(code, out.getvalue(), err.getvalue())


def own_process(*words: object, cwd: Path, environment: Mapping[str, str] | None = None) -> Done:
    """``attriflux words…`` in a fresh interpreter, from another folder."""
    done = subprocess.run(
        [sys.executable, "-c", "from optimizer.cli import main; main()", *map(str, words)],
        cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


class Forked:
    """``attriflux words…`` in a process forked from this one: real signals, limits and streams, without two seconds of imports.

    Parameters
    ----------
    before : what the process does to itself before it begins.
    """

    def __init__(self, *words: object, before: Callable[[], object] = lambda: None) -> None:
        self._code: int | None = None
        self._streams = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        self.pid = os.fork()
        if not self.pid:
            self._run([str(word) for word in words], before)

    def _run(self, words: list[str], before: Callable[[], object]) -> None:
        code = 1
        try:
            for handle, (name, file) in enumerate(zip(("stdout", "stderr"), self._streams, strict=True), 1):
                os.dup2(file.fileno(), handle)
                stream = open(handle, "w", encoding="utf-8", closefd=False)
                setattr(sys, name, stream)
                setattr(sys, f"__{name}__", stream)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            sys.argv = ["attriflux", *words]
            before()
            from optimizer.cli import main

            main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        finally:
            with contextlib.suppress(OSError, ValueError):
                if sys.exc_info()[0] is not None:
                    traceback.print_exc()
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def poll(self) -> int | None:
        """Exit code, or minus the signal that ended it; None while it runs."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def send_signal(self, number: int) -> None:
        """Nothing if it has ended already."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def finish(self, patience_s: float = 500) -> Done:
        """What it left, once it has ended; killed past so many seconds."""
        end = time.monotonic() + patience_s
        while self.poll() is None:
            if time.monotonic() > end:
                self.send_signal(signal.SIGKILL)
                raise TimeoutError(f"no end after {patience_s} s")
            time.sleep(0.005)
        texts = []
        for file in self._streams:
            file.seek(0)
            texts.append(file.read().decode("utf-8"))
            file.close()
        assert self._code is not None
        return Done(self._code, *texts)


KILLED = 99
"""Exit code of a process that :func:`killed_at` has ended."""


def killed_at(flushes: int) -> Callable[[], None]:
    """For :class:`Forked`: end at once, without a word or an exception, when a file is flushed to the disk after so many others."""

    def before() -> None:
        flush, left = os.fsync, iter(range(flushes))

        def counted(handle: int) -> None:
            if next(left, None) is None:
                os._exit(KILLED)
            flush(handle)

        os.fsync = counted

    return before


def content(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, by relative name."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
