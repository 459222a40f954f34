"""A verification that holds little gives the verdict of one that holds everything."""

from __future__ import annotations

import os
import shutil
import sys
import time

import numpy as np
import pandas as pd
import pytest

from optimizer.domain import beside
from optimizer.runs import Options, propose_to
from optimizer.synth import synthesize, write_case
from optimizer.verify import blocks, bound, classes, scores, verify, whole
from optimizer.verify.recent import Recent


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A case and its result, by profile, made once."""
    made = {}

    def of(profile):
        if profile not in made:
            folder = made[profile] = tmp_path_factory.mktemp(profile)
            write_case(synthesize(profile, dwellings=9, applications=300, seed=6), folder / "case")
            propose_to(folder / "case", folder / "out", Options(accept_assumed=True, pdf=False))
        return made[profile] / "out", made[profile] / "case"

    return of


@pytest.mark.parametrize("profile", ["commission", "doubs"])
@pytest.mark.long
def test_same_verdict_when_nothing_is_kept(profile, results, monkeypatch):
    whole = verify(*results(profile))
    monkeypatch.setattr(bound, "HELD", 0)
    for module, name in ((classes, "HELD"), (blocks, "HELD"), (scores, "COLUMNS")):
        monkeypatch.setattr(module, name, 1)
    assert verify(*results(profile)) == whole
    assert not whole.refused


def test_recent_keeps_the_last_used_within_its_room():
    asked = []
    memory: Recent[str, str] = Recent(5)

    def get(key):
        return memory.get(key, lambda: asked.append(key) or key * 2, len)

    assert [get(x) for x in ("a", "b", "a", "c", "a", "b")] == ["aa", "bb", "aa", "cc", "aa", "bb"]
    assert asked == ["a", "b", "c", "b"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is one process")
@pytest.mark.long
def test_two_processes_find_what_one_finds(results, tmp_path, monkeypatch):
    sound, case = results("doubs")
    out = tmp_path / "out"
    shutil.copytree(sound, out)
    for stem, column, change in (
        ("explanations", "best_position", "9999"),
        ("leapfrogs", "points_gap", "0.01"),
        ("orientation", "candidates", "9999"),
        ("proposals", "burden", "77"),
    ):
        table = pd.read_csv(out / f"{stem}.csv", sep=None, engine="python", dtype=str, keep_default_na=False)
        for row in np.flatnonzero(table[column] != "")[[0, -1]]:
            table.loc[row, column] = change
        table.to_csv(out / f"{stem}.csv", index=False, sep=";")
    monkeypatch.setattr(whole, "LONGEST", 0)  # as of a country: no sentence is read
    alone = [verify(sound, case), verify(out, case)]
    monkeypatch.setattr(beside, "LARGE", 0)
    forked, fork = [], os.fork
    monkeypatch.setattr(os, "fork", lambda: forked.append(1) or fork())
    assert [verify(sound, case), verify(out, case)] == alone
    monkeypatch.setattr(bound, "HELD", 0)
    assert verify(sound, case) == alone[0]
    assert len(forked) == 6
    assert not alone[0].refused
    failed = {check.id for check in alone[1].checks if not check.ok}
    assert {"explanations", "leapfrogs", "orientation", "values"} <= failed


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is one process")
def test_a_process_that_fails_is_heard_and_one_that_dies_is_missed():
    done = []
    assert beside.both(lambda: done.append(1), lambda: [1, 2]) == [1, 2]
    with pytest.raises(ZeroDivisionError):
        beside.both(lambda: done.append(1), lambda: 1 / 0)
    assert beside.both(lambda: done.append(1), lambda: os._exit(9)) is None
    assert done == [1, 1, 1]
    with pytest.raises(KeyError):
        beside.both(lambda: {}["a"], lambda: time.sleep(60))
