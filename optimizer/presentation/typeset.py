"""A PDF set by typst in memory, from a template of this package and the data it shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

_TEMPLATES = Path(__file__).parent / "templates"


def typeset(template: str, content: Mapping[str, Any], on: date) -> bytes:
    """The pages of ``template``.typ; the same content gives the same bytes.

    The content goes as JSON data, never as typst source: no text of a file can run. Nor does it pass by a file: a process that is
    killed would leave households in a folder that the machine shares.

    Parameters
    ----------
    template : name of a file of ``templates``, without ``.typ``
    content : what the template reads as ``json(bytes(sys.inputs.data))``
    on : date of creation that the file records, never the clock's
    """
    import typst

    midnight = int(datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp())
    pdf: bytes = typst.compile(
        str(_TEMPLATES / f"{template}.typ"),
        root=str(_TEMPLATES),
        format="pdf",
        timestamp=midnight,
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
    )
    return pdf
