"""The A4 page says what is left to live on, below nothing too."""

from __future__ import annotations

import html
import re
from pathlib import Path

from tests.cli.running import attriflux
from tests.contract.writing import write


def test_a_dwelling_that_costs_more_than_the_income_leaves_less_than_nothing(tmp_path: Path) -> None:
    """« Reste à vivre : – » stood beside an effort rate of 132,8 %, as if nobody knew."""
    case = write(
        tmp_path / "case",
        dwellings="""
            id landlord commune rooms financing rent_eur charges_eur
            L1 BAIL     25056   3     PLUS      900      100
        """,
        applications="""
            id first_registered_on persons choices status score monthly_income_eur income_status
            N1 2024-01-01          3       25056   active 90    300                verified
        """,
    )
    done = attriflux("propose", case, "--out", tmp_path / "out", "--no-pdf", "--accept-assumed")
    assert done.code == 0, done.err
    page = html.unescape(
        re.sub(r"<[^>]+>", " ", (tmp_path / "out" / "sheets.html").read_text(encoding="utf-8"))
    )
    assert re.search(
        r"Reste à vivre : pour information, −\d+,\d\d € par jour et UC", re.sub(r"\s+", " ", page)
    )
