"""What finished units have answered, on the disk: one file a key, and a journal that says which of them are whole.

A line of the journal is written after its file is: a command killed between the two does that unit again. A file that is not what
its line says (cut, changed) counts for nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

JOURNAL = "journal.jsonl"


class Parts:
    """Answers kept in a folder.

    Parameters
    ----------
    folder : made when the first answer comes
    suffix : of the files (``.parquet``)
    """

    def __init__(self, folder: Path, suffix: str = ".part") -> None:
        self.folder, self.suffix = folder, suffix
        self._digests = self._journal()

    def find(self, key: str) -> bytes | None:
        """The answer of a key, None where there is none whole."""
        digest = self._digests.get(key)
        if digest is None:
            return None
        try:
            answer = self._file(key).read_bytes()
        except OSError:
            return None
        return answer if hashlib.sha256(answer).hexdigest() == digest else None

    def keep(self, key: str, name: str, answer: bytes) -> None:
        """Have an answer on the disk, then in the journal."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self._file(key)
        fresh = target.with_name(f".{target.name}.new")
        _flushed(fresh, answer, "wb")
        os.replace(fresh, target)
        digest = hashlib.sha256(answer).hexdigest()
        line = json.dumps({"key": key, "name": name, "sha256": digest}, ensure_ascii=False) + "\n"
        if self._cut():
            line = "\n" + line
        _flushed(self.folder / JOURNAL, line.encode(), "ab")
        self._digests[key] = digest

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}{self.suffix}"

    def _cut(self) -> bool:
        """Whether the last line of the journal was cut by the end of its writer."""
        try:
            return not (self.folder / JOURNAL).read_bytes().endswith(b"\n")
        except OSError:
            return False

    def _journal(self) -> dict[str, str]:
        try:
            lines = (self.folder / JOURNAL).read_bytes().splitlines()
        except OSError:
            return {}
        found: dict[str, str] = {}
        for line in lines:
            try:
                said = json.loads(line)
                found[str(said["key"])] = str(said["sha256"])
            except (ValueError, KeyError, TypeError):
                continue
        return found


def _flushed(file: Path, content: bytes, mode: str) -> None:
    with file.open(mode) as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
