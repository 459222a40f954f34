"""The PDF of letters: each counts its own pages, and a thousand of them cost a hundred times ten."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import date

import pypdf
import pytest

from optimizer.presentation.document import Document, Sheet, document_pdf, text

DAY = date(2026, 12, 3)
LONG = tuple(text(f"Ligne {n} du courrier.") for n in range(90))

MEASURED = """
import resource, sys
from datetime import date
from optimizer.presentation.document import Document, Sheet, document_pdf, text
n = int(sys.argv[1])
sheets = tuple(Sheet(f"Courrier {k}", (text("Une phrase."),)) for k in range(n))
document_pdf(Document("Courriers", date(2026, 12, 3), sheets, apart=True), "fr")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_each_letter_counts_its_own_pages() -> None:
    sheets = (
        Sheet("Premier", (text("court"),)), Sheet("Long", LONG), Sheet("Dernier", LONG),
    )  # fmt: skip
    pages = pypdf.PdfReader(io.BytesIO(document_pdf(Document("x", DAY, sheets, apart=True), "fr"))).pages
    ends = [" ".join(p.extract_text().split())[-5:] for p in pages]
    several = (len(pages) - 1) // 2
    assert several > 1
    assert ends == ["1 / 1", *(f"{k} / {several}" for k in range(1, several + 1))] + [
        f"{k} / {several}" for k in range(1, several + 1)
    ]


@pytest.mark.long
def test_letters_of_a_large_session_take_memory_by_letter_not_by_their_square() -> None:
    """Each page asked for the place of every letter: 1,090 of them took 3.3 GB, four fifths of it for that."""
    few, many = (
        int(subprocess.run([sys.executable, "-c", MEASURED, n], check=True, capture_output=True).stdout)
        for n in ("400", "1600")
    )
    assert many < 3 * few
