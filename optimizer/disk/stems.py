"""Names of files made from codes: letters, digits, hyphens, and never the same file for two codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256


def stems(codes: Iterable[str]) -> dict[str, str]:
    """A file name without ending for each code: ``COLL:25056`` -> ``COLL-25056``.

    Codes that would share a name, be it by capitals alone, each get the first digits of their hash as well: ``A/B`` and
    ``A-B`` -> ``A-B-…``, another one each, whatever the order.
    """
    plain = {code: re.sub(r"[^\w-]+", "-", code) or "-" for code in codes}
    times = Counter(name.casefold() for name in plain.values())
    return {
        code: name if times[name.casefold()] == 1 else f"{name}-{sha256(code.encode()).hexdigest()[:8]}"
        for code, name in plain.items()
    }
