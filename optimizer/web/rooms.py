"""The room of an open session: one child that keeps ``af.Session`` warm and answers questions; never in the web process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from optimizer.web.children.lines import OF_A_CHILD

WAIT = 0.4
"""Seconds a page waits for an answer; what takes longer is there when the question is asked again."""
KEPT = 2_000
"""Answers kept: four questions a dwelling, for ten sessions of forty dwellings."""
QUIET = 600.0
"""Seconds without a question after which another session's room may take the place of one that stands ready."""
Question = dict[str, Any]
_lock = threading.Lock()
_rooms: dict[tuple[str, Path], Room] = {}


class Room:
    """One child process, its questions and its answers: the case is what was proposed, so an answer holds as long as the room."""

    def __init__(self, case: Path) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "optimizer.web.children.room", str(case)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
            env={**os.environ, **OF_A_CHILD},
        )  # fmt: skip
        self._some = threading.Condition()
        self._answers: dict[str, dict[str, Any]] = {}
        self._sent: set[str] = set()
        self._ahead: set[str] = set()
        self.state: Literal["warming", "ready", "failed"] = "warming"
        self.asked_at = time.monotonic()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self) -> int:
        """The process that computes for the room."""
        return self._child.pid

    def _listen(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            told = json.loads(line)
            with self._some:
                if "ready" in told:
                    self.state = "ready" if told["ready"] else "failed"
                else:
                    key = told.pop("id")
                    self._sent.discard(key)
                    self._ahead.discard(key)
                    while len(self._answers) >= KEPT:
                        self._answers.pop(next(iter(self._answers)))
                    self._answers[key] = told
                self._some.notify_all()
        with self._some:
            self.state = "failed"
            self._some.notify_all()

    def ask(self, question: Question, wait: float = WAIT) -> dict[str, Any] | None:
        """The answer, or None when it is not there in time: it is found, so ask again."""
        key, end = _key(question), time.monotonic() + wait
        self.asked_at = time.monotonic()
        with self._some:
            if key not in self._answers and (key not in self._sent or key in self._ahead):
                self._send(key, question)
                self._ahead.discard(key)
            while key not in self._answers and self.state == "ready":
                left = end - time.monotonic()
                if left <= 0 or not self._some.wait(left):
                    break
            return self._answers.get(key)

    def __contains__(self, question: Question) -> bool:
        """Whether the answer is there."""
        with self._some:
            return _key(question) in self._answers

    def soon(self, questions: Iterable[Question]) -> None:
        """Questions that are likely to be asked: answered while nobody asks anything."""
        with self._some:
            for question in questions:
                key = _key(question)
                if key not in self._answers and key not in self._sent:
                    self._send(key, {**question, "soon": True})
                    self._ahead.add(key)

    def _send(self, key: str, question: Question) -> None:
        if self.state == "failed" or self._child.stdin is None:
            return
        try:
            self._child.stdin.write(json.dumps({**question, "id": key}) + "\n")
            self._child.stdin.flush()
        except OSError:
            self.state = "failed"
        else:
            self._sent.add(key)

    def close(self) -> None:
        """End the child."""
        self._child.kill()
        self._child.wait()


def _key(question: Question) -> str:
    return json.dumps(question, sort_keys=True, ensure_ascii=False)


def room_of(session: str, case: Path) -> Room:
    """The room of a session, begun when it is first wanted. There is one at a time: a case in memory weighs."""
    with _lock:
        found = _rooms.get((session, case))
        if found is not None and found.state != "failed":
            return found
        for other in list(_rooms):
            _rooms.pop(other).close()
        _rooms[session, case] = made = Room(case)
        return made


def room_at_hand(session: str, case: Path, *, begin: bool) -> Room | None:
    """The room of a session if it stands ready or, with ``begin``, may be begun without sending another away that is in use."""
    with _lock:
        found = _rooms.get((session, case))
        if found is not None and found.state != "failed":
            return found
        now = time.monotonic()
        if not begin or any(r.state != "failed" and now - r.asked_at < QUIET for r in _rooms.values()):
            return None
    return room_of(session, case)


def close_rooms() -> None:
    """End every room."""
    with _lock:
        for key in list(_rooms):
            _rooms.pop(key).close()
