"""What a result folder holds, written in its own record: the only files that ``--force`` replaces."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from optimizer.disk.beside import is_beside


def seal(folder: Path, mark: str = "run.json") -> None:
    """Put into the record what lies beside it: ``manifest`` (name, bytes, SHA-256 of every file) and ``self_sha256``.

    ``self_sha256`` is the SHA-256 of the record without that key as canonical JSON: keys sorted, no blanks, UTF-8. To be
    called again after each file that is added or changed; a folder without the record stays as it is.

    Parameters
    ----------
    folder : folder of a result.
    mark : name of its record.
    """
    path = folder / mark
    if not path.is_file():
        return
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    record.pop("self_sha256", None)
    record["manifest"] = [
        {"name": name, "bytes": file.stat().st_size, "sha256": file_digest(file)}
        for name, file in sorted(_files(folder).items())
        if name != mark
    ]
    canonical = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    record["self_sha256"] = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def file_digest(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def names(folder: Path) -> list[str]:
    """Every file of a folder, by its path inside it: what a record without hashes keeps under ``files``."""
    return sorted(_files(folder))


def strangers(folder: Path, mark: str) -> list[str]:
    """Files that the folder's record does not name: somebody else's. Without a record, all of them."""
    there = set(_files(folder)) - {mark}
    return sorted(there - _known(folder / mark))


def _files(folder: Path) -> dict[str, Path]:
    """Files and links by their path inside the folder; what stands beside a target while it is written is left out."""
    return {
        file.relative_to(folder).as_posix(): file
        for file in folder.rglob("*")
        if (file.is_symlink() or not file.is_dir()) and not is_beside(file.name) and not _within(file, folder)
    }


def _within(file: Path, folder: Path) -> bool:
    return any(is_beside(part) for part in file.relative_to(folder).parts)


def _known(record: Path) -> set[str]:
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
        known = {str(item["name"]) for item in content.get("manifest", ())}
        return known | {str(name) for name in content.get("files", ())}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return set()
