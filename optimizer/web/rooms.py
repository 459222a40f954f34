"""The room of an open session: one child that keeps ``af.Session`` warm and answers questions; never in the web process."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Literal

ANSWER = 12.0
"""Seconds a page waits for an answer before it says so."""
_lock = threading.Lock()
_rooms: dict[str, Room] = {}


class Room:
    """One child process and its questions, one at a time."""

    def __init__(self, case: Path) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "optimizer.web.children.room", str(case)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
        )  # fmt: skip
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._turn = threading.Lock()
        self._late = 0
        self.state: Literal["warming", "ready", "failed"] = "warming"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            said = json.loads(line)
            if "ready" in said:
                self.state = "ready" if said["ready"] else "failed"
            else:
                self._answers.put(said)
        self.state = "failed"

    def ask(self, question: dict[str, Any], wait: float = ANSWER) -> dict[str, Any] | None:
        """The answer, or None when it is not there in time (the room answers the next question after it)."""
        if self.state != "ready" or self._child.stdin is None or not self._turn.acquire(timeout=wait):
            return None
        try:
            while self._late:  # answers nobody waits for any more come first
                try:
                    self._answers.get(timeout=wait)
                except queue.Empty:
                    return None
                self._late -= 1
            self._child.stdin.write(json.dumps(question) + "\n")
            self._child.stdin.flush()
            try:
                return self._answers.get(timeout=wait)
            except queue.Empty:
                self._late += 1
                return None
        except OSError:
            self.state = "failed"
            return None
        finally:
            self._turn.release()

    def close(self) -> None:
        """End the child."""
        self._child.kill()
        self._child.wait()


def room_of(session: str, case: Path) -> Room:
    """The room of a session, begun when it is first wanted. There is one at a time: a case in memory weighs."""
    with _lock:
        found = _rooms.get(session)
        if found is not None and found.state != "failed":
            return found
        for other in list(_rooms):
            _rooms.pop(other).close()
        _rooms[session] = Room(case)
        return _rooms[session]


def close_rooms() -> None:
    """End every room."""
    with _lock:
        for session in list(_rooms):
            _rooms.pop(session).close()
