"""What workbooks and papers are made of stands in no folder that a machine shares: a process that is killed removes nothing."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest

from optimizer.importers.template import template
from optimizer.presentation.document import Block, Document, Sheet, document_pdf
from optimizer.presentation.xlsx import SAFE
from optimizer.runs import Options, propose_to
from tests.end_to_end.small import application, dwelling, write


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file can be made in the folder of temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    with pytest.raises(FileNotFoundError):
        tempfile.mkstemp()


@pytest.mark.usefixtures("nowhere")
def test_a_proposal_is_written_without_a_temporary_file(tmp_path: Path):
    case = write(tmp_path / "case", [dwelling("D1")], [application("A"), application("B")])
    propose_to(case, tmp_path / "out", Options())
    assert (tmp_path / "out" / "shortlists.xlsx").stat().st_size > 5_000
    assert (tmp_path / "out" / "sheets.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.usefixtures("nowhere")
def test_papers_and_workbooks_to_fill_in_are_made_without_a_temporary_file(tmp_path: Path):
    paper = Document("Courrier", date(2026, 12, 3), (Sheet("Courrier", (Block("text", "Bonjour"),)),))
    assert document_pdf(paper, "fr").startswith(b"%PDF")
    template(tmp_path / "cas", xlsx=True)
    assert SAFE["in_memory"]  # the workbook that `record` reads is made with it
