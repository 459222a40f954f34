"""The log of the server: when, what kind of error, where in the code; never a value, an address or a name."""

from __future__ import annotations

import logging
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path

BYTES, KEPT = 1_000_000, 5
"""A log of one megabyte, and five before it."""
PACKAGE = Path(__file__).parents[1]


class Places(logging.Formatter):
    """One line per record: its own message is left out, since it may hold an address, a cell or a name."""

    def format(self, record: logging.LogRecord) -> str:
        """``2026-12-03 09:05:12 ERROR django.request 500 ValueError web/views/week.py:21``."""
        words = [
            self.formatTime(record, "%Y-%m-%d %H:%M:%S"),
            record.levelname,
            record.name,
            str(getattr(record, "status_code", "")),
        ]
        if record.exc_info and record.exc_info[1] is not None:
            words.append(type(record.exc_info[1]).__name__)
            frames = traceback.extract_tb(record.exc_info[2])
            own = [f for f in frames if Path(f.filename).is_relative_to(PACKAGE)]
            words += [f"{Path(f.filename).relative_to(PACKAGE).as_posix()}:{f.lineno}" for f in own]
        return " ".join(word for word in words if word)


def keep_log(file: Path) -> logging.Handler:
    """From now on errors of the pages and of the server go to ``file``, and nowhere else."""
    handler = RotatingFileHandler(file, maxBytes=BYTES, backupCount=KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(Places())
    handler.setLevel(logging.WARNING)
    for name in ("django", "waitress", "axes"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
    return handler
