"""The A4 pack as PDF, one page per dwelling, set with typst (no network, no system font needed)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from optimizer.errors import said
from optimizer.presentation.data import DECIDES, Headed
from optimizer.presentation.terms import terms_words
from optimizer.presentation.typeset import typeset


def write_pdf(path: Path, data: Headed, pages: list[dict[str, Any]]) -> None:
    """Write the pack."""
    content = {
        "title": data.title,
        "decides": DECIDES[data.lang],
        "lang": data.lang,
        "banners": list(data.banners),
        "colon": said("PAGE.COLON", data.lang),
        "pages": pages,
        "terms": terms_words(json.dumps(pages, ensure_ascii=False)) if data.lang == "en" else "",
    }
    path.write_bytes(typeset("sheets", content, data.on))
