"""One way to write a value down, so that the same facts always have the same digest."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any


def plain(value: Any) -> Any:
    """``value`` as JSON knows it: ISO dates, instants in UTC, lists, text keys."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(one) for one in value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if hasattr(value, "item"):  # a number of numpy
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be written down")


def canonical(value: Any) -> bytes:
    """The bytes that stand for ``value``."""
    return json.dumps(
        plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(value: Any) -> str:
    """SHA-256, hexadecimal, of the canonical bytes."""
    return hashlib.sha256(canonical(value)).hexdigest()


def commitment(salt: str, value: Any) -> str:
    """HMAC-SHA-256 of the canonical bytes under a household's salt: without the salt it cannot be guessed or tested."""
    return hmac.new(salt.encode(), canonical(value), hashlib.sha256).hexdigest()
