"""Access to one ``models/`` folder: each file is read once, and its SHA-256 is kept for the fingerprint."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from optimizer.policy.messages import Gathered, PolicyError, PolicyProblems
from optimizer.policy.strict_yaml import MAX_BYTES, YamlMap, parse_yaml, raw_of


class Folder:
    """Reader of the files below one folder; ``files`` lists what was read, by name."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._hashes: dict[str, str] = {}

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(self._hashes.items()))

    def content(self, name: str, path: Path | None = None) -> bytes:
        """Bytes of ``name`` (relative to the folder, or at ``path``); POLICY_FILE_MISSING when there is none."""
        file = path or self.root / name
        if not file.is_file():
            raise PolicyError("POLICY_FILE_MISSING", missing=name)
        content = file.read_bytes()
        self._hashes[name] = hashlib.sha256(content).hexdigest()
        return content

    def text(self, name: str, path: Path | None = None) -> bytes:
        """Bytes of a YAML file; one that is too long is refused before it is read whole."""
        file = path or self.root / name
        if file.is_file() and file.stat().st_size > MAX_BYTES:
            parse_yaml(raw_of(file), name)  # which refuses it
        return self.content(name, path)

    def yaml(self, name: str, path: Path | None = None) -> YamlMap:
        """A file as a mapping, which nobody modifies: the same content is parsed once per process."""
        return parsed(self.text(name, path), name)

    def as_far(self, name: str, path: Path | None, met: Gathered) -> YamlMap:
        """As :meth:`yaml`, reading on over keys written twice and days that do not exist: ``met`` has them."""
        try:
            return self.yaml(name, path)
        except PolicyProblems as problems:
            if not isinstance(problems.partial, YamlMap):
                raise
            met.add(problems)
            return problems.partial

    def table(
        self, name: str, header: Sequence[str], path: Path | None = None
    ) -> list[tuple[int, list[str]]]:
        """Rows of a ``;`` table with their line numbers; the header must be exactly ``header``."""
        return table_rows(self.content(name, path), name, header)

    def names(self, folder: str, suffix: str = ".yaml") -> tuple[str, ...]:
        """Stems of the files of a subfolder, sorted."""
        return tuple(sorted(p.stem for p in (self.root / folder).glob(f"*{suffix}")))


def table_rows(content: bytes, name: str, header: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Rows of the content of a ``;`` table with their line numbers; the header must be exactly ``header``."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PolicyError("POLICY_TABLE_UNREADABLE", file=name, detail="UTF-8") from None
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    if not rows or rows[0] != list(header):
        found = ";".join(rows[0]) if rows else ""
        raise _bad(name, 1, "en-tête", found, ";".join(header))
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise _bad(name, line, "ligne", ";".join(row), f"{len(header)} ;")
    return list(enumerate(rows[1:], start=2))


@lru_cache(maxsize=256)
def parsed(content: bytes, name: str) -> YamlMap:
    """The mapping of a file's bytes, which nobody modifies."""
    return parse_yaml(content, name)


def _bad(name: str, line: int, key: str, value: str, expected: str) -> PolicyError:
    return PolicyError(
        "POLICY_BAD_VALUE",
        file=name,
        line=line,
        key=key,
        value=value,
        expected_fr=expected,
        expected_en=expected,
    )
