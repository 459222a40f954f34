"""What an unfinished run is doing, said in a small file beside its folder for whoever waits in another process."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable
from pathlib import Path

from optimizer.errors import Lang, said
from optimizer.pipeline import SOLVING
from optimizer.presentation.numbers import decimal, percent

EVERY = 10.0
"""Seconds between two words about what runs are doing: minutes of one run are no silence, nor a page of lines in a log."""
_REWRITTEN = 1.0
PREPARE, SOLVE, CHECK = "prepare", "solve", "check"


def doing_of(folder: Path) -> Path:
    """Where a run says what it is doing; gone once it is finished."""
    return folder.with_name(f".{folder.name}.doing")


class Doing:
    """The reporter of a run that writes its stage and gap beside its folder, at most once a second."""

    def __init__(self, folder: Path) -> None:
        self.file = doing_of(folder)
        self._began = time.time()  # of the clock that another process reads too
        self._stage = PREPARE
        self._gap: float | None = None
        self._written = 0.0
        self._write()

    def phase(self, text: str) -> None:
        """A new phase begins."""
        if text == SOLVING:
            self._stage = SOLVE
        elif self._stage == SOLVE:
            self._stage = CHECK
        self._write()

    def solving(self, bound: float | None, value: float | None) -> None:
        """Bound and value, in points, while solving."""
        first = self._gap is None
        if bound and value is not None and math.isfinite(bound) and math.isfinite(value):
            self._gap = max(0.0, (bound - value) / abs(bound))
        if time.monotonic() - self._written >= _REWRITTEN or (first and self._gap is not None):
            self._write()

    def close(self) -> None:
        """The run is over, or was stopped."""
        self.file.unlink(missing_ok=True)

    def _write(self) -> None:
        self._written = time.monotonic()
        told = {"began": self._began, "stage": self._stage, "gap": self._gap}
        self.file.write_text(json.dumps(told), encoding="utf-8")


def doing(folders: Iterable[Path], lang: Lang) -> str:
    """What the run at work for longest is doing, and how many others are; empty where none says so."""
    found: list[tuple[float, str, str, float | None]] = []
    for folder in folders:
        try:
            told = json.loads(doing_of(folder).read_text(encoding="utf-8"))
            found.append((told["began"], folder.name, told["stage"], told["gap"]))
        except (FileNotFoundError, ValueError):
            continue  # finished, or just being written
    if not found:
        return ""
    began, name, stage, gap = min(found, key=lambda x: x[:2])
    words = said(f"COMPARISON.DOING_{stage.upper()}", lang)
    seconds = decimal(max(0, round(time.time() - began)), 0, lang)
    text = said("COMPARISON.DOING", lang, name=name, what=words, seconds=seconds)
    if stage == SOLVE and gap is not None:
        text += said("COMPARISON.DOING_GAP", lang, gap=percent(gap, 3, lang))
    if len(found) > 1:
        text += said("COMPARISON.DOING_OTHERS", lang, n=len(found) - 1)
    return text
