"""Whatever the bytes, reading ends with a case or with findings that can be said: it never raises."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest

from optimizer.importers import read_findings
from tests import campaign
from tests.importers.base import around, write_base, write_tables
from tests.importers.books import book, part, part_names, rezip, save
from tests.importers.test_broken_files import parquet

TEXT_ROUNDS, BOOK_ROUNDS, PARQUET_ROUNDS = (
    campaign.part(4_000, 50) if campaign.NAME else 16,
    campaign.part(400, 6),
    campaign.part(1_000, 25) if campaign.NAME else 8,  # each is read by a child of its own
)
WHOLE_EVERY = 5
"""One case of so many has every table; the others have those that are spoiled and those without which no case is read."""
JUNK = (
    b'"', b";", b",", b"\n", b"\r", b"\0", b"|", b"\xe9", b"\xc3\x83\xc2\xa9", b"\xff\xfe", b"{", b"[", b"&a", b"*a",
    b": ", b"- ", b"#", b"\t", b"=", b"Total", b"\xe2\x80\xae", b"1e999", b"9" * 50, b"NaN", b"''", b"%s{0}{value}",
    b"!!python/object:os.system x", b"---\n", b"? ", b"!", b"\xf0\x9f\x98\x80",
)  # fmt: skip
COLUMNS = b"mapping: bailleur\nlogements:\n  loyer: Loyer\ndemandes: {hebergement: x}\n"


def spoil(rng: random.Random, data: bytes, times: int) -> bytes:
    """The bytes with a few insertions, deletions, replacements and repetitions."""
    hurt = bytearray(data)
    for _ in range(rng.randint(1, times)):
        i, kind = rng.randrange(len(hurt) + 1), rng.random()
        if kind < 0.5:
            hurt[i:i] = rng.choice(JUNK)
        elif kind < 0.7:
            del hurt[i : i + rng.randint(1, 30)]
        elif kind < 0.85:
            hurt[i : i + 1] = bytes([rng.randrange(256)])
        else:
            j = rng.randrange(len(hurt) + 1)
            hurt[i:i] = hurt[j : j + 40]
    return bytes(hurt)


def said(path: Path) -> int:
    """Read, say every finding in both languages, and count them."""
    case, found = read_findings(path)
    assert case is not None or found
    for finding in found:
        assert finding.sentence("fr") and finding.sentence("en")
        assert "\x1b" not in finding.sentence("fr") and "\u202e" not in finding.sentence("fr")
    return len(found)


def test_spoiled_texts_never_raise(tmp_path: Path):
    rng = random.Random(7)
    names = ("logements.csv", "demandes.csv", "case.yaml", "conventions.csv", "columns.yaml")
    whole = write_base(tmp_path / "whole")
    least = write_tables(tmp_path / "least", around("logements", "demandes", "conventions"))
    sound = {n: (whole / n).read_bytes() if n != "columns.yaml" else COLUMNS for n in names}
    total = 0
    for number in range(TEXT_ROUNDS):
        path = least if number % WHOLE_EVERY else whole
        for name, data in sound.items():
            (path / name).write_bytes(data)
        if rng.random() < 0.7:
            (path / "columns.yaml").unlink()
        for name in rng.sample(names, rng.randint(1, 3)):
            (path / name).write_bytes(spoil(rng, sound[name], 6))
        total += said(path)
    assert total > TEXT_ROUNDS


@pytest.mark.long
def test_spoiled_parquet_never_raises(tmp_path: Path):
    rng = random.Random(7)
    gone: dict[str, str | bytes | None] = {
        "logements__csv": None,
        "designations__csv": None,
        "decisions__csv": None,
    }
    whole = write_base(tmp_path / "whole", **gone)
    least = write_tables(tmp_path / "least", around(), **gone)
    dates = pa.array([1, 2], pa.timestamp("s"))
    data = parquet(rent_eur=pa.array([400.0, 1.0]), lift=pa.array([True, None]), available_on=dates)
    total = 0
    for number in range(PARQUET_ROUNDS):
        path = least if number % WHOLE_EVERY else whole
        (path / "dwellings.parquet").write_bytes(spoil(rng, data, 3))
        total += said(path)
    assert total > PARQUET_ROUNDS // 2


def test_spoiled_workbooks_never_raise(tmp_path: Path):
    rng = random.Random(7)
    data = book()
    total = 0
    for i in range(BOOK_ROUNDS):
        name = rng.choice(part_names(data))
        inside = rezip(data, {name: spoil(rng, part(data, name), 3)})
        total += said(save(tmp_path, inside if i % 3 else spoil(rng, data, 3)))
    assert total


@pytest.mark.parametrize("text", ["{value}", "{0}", "{expected_fr}", "%(value)s", "{}", "}{"])
def test_values_are_shown_and_never_read_as_a_pattern(tmp_path: Path, text: str):
    path = write_base(
        tmp_path,
        logements__csv=f"logement;bailleur;commune;pieces;financement;{text}x\nL1;O;{text};T3;PLUS;1\n",
    )
    found = read_findings(path)[1]
    wrong = next(f for f in found if f.code == "READ_INSEE")
    assert f"« {text} »" in wrong.sentence("fr") and f"“{text}”" in wrong.sentence("en")
