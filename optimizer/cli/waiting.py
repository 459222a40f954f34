"""A word every quarter of a minute from a command that works longer than that and tells nothing of it itself."""

from __future__ import annotations

import sys
import threading
import time

from optimizer.cli.languages import both, say
from optimizer.errors import Lang

STILL = both("  toujours en cours, depuis {n} s", "  still working, for {n} s")


class Waiting:
    """Around a command: on the error stream, how long it has been at work; silent once a `Progress` tells more, and with ``--json``."""

    EVERY = 15.0
    _now: Waiting | None = None

    def __init__(self, lang: Lang, quiet: bool = False) -> None:
        self.lang, self.quiet = lang, quiet
        self._over = threading.Event()
        self._began = time.monotonic()
        self._lock = threading.Lock()

    def __enter__(self) -> Waiting:
        if not self.quiet:
            Waiting._now = self
            threading.Thread(target=self._tell, name="waiting", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over()

    @classmethod
    def told_by_another(cls) -> None:
        """Something else says from now on what the command is doing."""
        if cls._now is not None:
            cls._now.over()

    def over(self) -> None:
        """Nothing more is said: what the command answers stands alone."""
        with self._lock:
            self._over.set()
        if Waiting._now is self:
            Waiting._now = None

    def _tell(self) -> None:
        while not self._over.wait(self.EVERY):
            n = round(time.monotonic() - self._began)
            with self._lock:
                if not self._over.is_set():
                    sys.stderr.write(say(STILL, self.lang).format(n=n) + "\n")
                    sys.stderr.flush()
