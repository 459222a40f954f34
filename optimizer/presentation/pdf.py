"""The A4 pack as PDF, one page per dwelling, set with typst (no network, no system font needed)."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from optimizer.errors import said
from optimizer.presentation.data import DECIDES, Headed
from optimizer.presentation.terms import terms_words

_SOURCE = Path(__file__).parent / "templates" / "sheets.typ"


def write_pdf(path: Path, data: Headed, pages: list[dict[str, Any]]) -> None:
    """Write the pack. The content is passed as JSON data, never as typst source: no text of a file can run."""
    import typst

    content = {
        "title": data.title,
        "decides": DECIDES[data.lang],
        "lang": data.lang,
        "banners": list(data.banners),
        "colon": said("PAGE.COLON", data.lang),
        "pages": pages,
        "terms": terms_words(json.dumps(pages, ensure_ascii=False)) if data.lang == "en" else "",
    }
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "sheets.typ"
        source.write_bytes(_SOURCE.read_bytes())
        (Path(folder) / "data.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        # A fixed date keeps the file the same for the same case.
        pdf = typst.compile(str(source), format="pdf", timestamp=_midnight(data))
    path.write_bytes(pdf)


def _midnight(data: Headed) -> int:
    from datetime import UTC, datetime

    return int(datetime(data.on.year, data.on.month, data.on.day, tzinfo=UTC).timestamp())
