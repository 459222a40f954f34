"""Twelve dwellings, sixty applications and a convention typed in the template: lists that verify certifies."""

from __future__ import annotations

from pathlib import Path

from optimizer.runs import Options, propose_to
from optimizer.verify import verify
from optimizer.verify.verdict import CERTIFIED
from tests.importers.secretary import filled


def test_the_template_filled_by_a_secretary_gives_certified_lists(tmp_path: Path):
    book = filled(tmp_path / "dossier.xlsx", convention=True, grid=True)
    propose_to(book, tmp_path / "out", Options())
    verdict = verify(tmp_path / "out", book)
    assert verdict.verdict == CERTIFIED, verdict.checks
