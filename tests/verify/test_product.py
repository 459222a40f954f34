"""Results of the product itself, on synthetic weeks: never refused as written, refused once touched."""

from __future__ import annotations

import pytest

from optimizer.runs import Options, propose_to
from optimizer.synth import synthesize, write_case
from optimizer.verify import verify


@pytest.fixture(scope="module", params=["commission", "doubs"])
def written(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    write_case(synthesize(request.param, dwellings=8, applications=300, seed=4), folder / "case")
    propose_to(folder / "case", folder / "out", Options(accept_assumed=True, pdf=False))
    return folder / "case", folder / "out"


def test_as_written(written):
    case, out = written
    verdict = verify(out, case)
    assert [c.text("en") for c in verdict.checks if not c.ok] == []
    assert not verdict.refused


def test_touched(written):
    case, out = written
    path = out / "proposals.csv"
    kept = path.read_bytes()
    lines = kept.decode("utf-8-sig").splitlines(keepends=True)
    path.write_bytes(b"\xef\xbb\xbf" + "".join([lines[0], *lines[2:]]).encode())
    try:
        assert verify(out, case).refused
    finally:
        path.write_bytes(kept)
