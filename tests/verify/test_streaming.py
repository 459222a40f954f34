"""A verification that holds little gives the verdict of one that holds everything."""

from __future__ import annotations

import pytest

from optimizer.runs import Options, propose_to
from optimizer.synth import synthesize, write_case
from optimizer.verify import blocks, bound, classes, scores, verify
from optimizer.verify.recent import Recent


@pytest.mark.parametrize("profile", ["commission", "doubs"])
def test_same_verdict_when_nothing_is_kept(profile, tmp_path, monkeypatch):
    write_case(synthesize(profile, dwellings=9, applications=300, seed=6), tmp_path / "case")
    propose_to(tmp_path / "case", tmp_path / "out", Options(accept_assumed=True, pdf=False))
    whole = verify(tmp_path / "out", tmp_path / "case")
    monkeypatch.setattr(bound, "HELD", 0)
    for module, name in ((classes, "HELD"), (blocks, "HELD"), (scores, "COLUMNS")):
        monkeypatch.setattr(module, name, 1)
    assert verify(tmp_path / "out", tmp_path / "case") == whole
    assert not whole.refused


def test_recent_keeps_the_last_used_within_its_room():
    asked = []
    memory: Recent[str, str] = Recent(5)

    def get(key):
        return memory.get(key, lambda: asked.append(key) or key * 2, len)

    assert [get(x) for x in ("a", "b", "a", "c", "a", "b")] == ["aa", "bb", "aa", "cc", "aa", "bb"]
    assert asked == ["a", "b", "c", "b"]
