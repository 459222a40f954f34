"""Bytes of a text file to UTF-8, or the one reason why it is not text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "un classeur ou une archive zip", "a workbook or a zip archive"),
    (b"PAR1", "du Parquet", "Parquet"),
    (b"\xd0\xcf\x11\xe0", "un ancien document Office (.xls, .doc)", "an old Office document (.xls, .doc)"),
    (b"%PDF", "du PDF", "PDF"),
    (b"\x1f\x8b", "une archive gzip", "a gzip archive"),
    (b"\x89PNG", "une image", "a picture"),
    (b"\xff\xd8\xff", "une image", "a picture"),
)
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SAMPLE = 4096

# Characters of Windows-1252 that bytes 80 to BF stand for: what follows « Ã » when UTF-8 was read as Windows-1252.
_UPPER = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ\u0080-\u00bf"
DOUBLE = f"Ã[{_UPPER}]|Â[\u00a0-\u00bf]|â€"
"""Pattern (for RE2 and Python alike) of UTF-8 text that was read as Windows-1252 and saved again."""
DOUBLE_ENCODED = re.compile(DOUBLE)


@dataclass(frozen=True)
class Refused:
    """Why a file is not readable text: a code and its parameters."""

    code: str
    params: dict[str, object] = field(default_factory=dict)


def kind_of(head: bytes) -> tuple[str, str] | None:
    """What a file really is, in French and English, from its first bytes; None for what may be text."""
    for magic, fr, en in _KINDS:
        if head.startswith(magic):
            return fr, en
    return None


def to_utf8(raw: bytes) -> bytes | Refused:
    """The same text in UTF-8 without byte order mark: UTF-8 as it is, else Windows-1252 decoded strictly."""
    if not raw.strip():
        return Refused("READ_EMPTY_FILE")
    if raw[:2] in _UTF16 or _looks_utf16(raw[:_SAMPLE]):
        return Refused("READ_UTF16")
    found = kind_of(raw[:8])
    if found is None and b"\0" in raw:
        found = ("un fichier binaire", "a binary file")
    if found is not None:
        return Refused("READ_NOT_TEXT", {"found_fr": found[0], "found_en": found[1]})
    raw = raw.removeprefix(_BOM)
    if not raw.strip():
        return Refused("READ_EMPTY_FILE")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return raw.decode("cp1252").encode("utf-8")
        except UnicodeDecodeError:
            return Refused("READ_ENCODING")
    return raw


def _looks_utf16(sample: bytes) -> bool:
    """Without a mark: one byte in two is null on one side only."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    return max(even, odd) > len(sample) // 5 and min(even, odd) == 0
