"""``why.npz`` of a result with millions of pairs: the best places of each household, its lists, and what all pairs come to.

The bounds are lowered, so that a small week is cut as the year of a département is.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

import optimizer as af
from optimizer.runs import why_index
from optimizer.runs.why_index import write_index
from tests.cli.running import attriflux


@pytest.fixture(scope="module")
def result() -> af.Result:
    return af.propose(af.synthesize("commission", dwellings=24, applications=300, seed=3))


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(why_index, "MOST_ROWS", 10)
    monkeypatch.setattr(why_index, "BEST_PLACES", 1)


@pytest.mark.long
def test_a_result_of_millions_of_pairs_is_not_refused_by_its_own_check(tmp_path: Path, cut: None) -> None:
    """The place of a list was left out where it was not among a household's best: every year was refused after its solve."""
    case, out = tmp_path / "case", tmp_path / "out"
    assert attriflux("synth", "commission", "--dwellings", 24, "--applications", 300, "--out", case).code == 0
    done = attriflux("propose", case, "--out", out, "--no-pdf")
    assert done.code == 0, done.err
    assert attriflux("verify", out, "--case", case).code == 0
    with np.load(out / "why.npz") as index:
        assert (np.diff(index["ptr"]) < index["every"]).any()


@pytest.mark.long
def test_the_letter_of_a_cut_index_counts_every_dwelling(
    result: af.Result, monkeypatch: pytest.MonkeyPatch, cut: None
) -> None:
    """« Vous remplissez les conditions de 20 logements » stood there of a household that fits hundreds."""
    names = result.applications["application_id"].astype(str).tolist()[::7]
    short = {name: (af.why(result, name, letter=True).lines, af.why(result, name).facts) for name in names}
    monkeypatch.undo()
    for name in names:
        lines, facts = short[name]
        assert lines == af.why(result, name, letter=True).lines, name
        whole = af.why(result, name)
        assert facts["eligible_for"] == whole.facts["eligible_for"] == len(whole.facts["places"])
        assert len(facts["places"]) < max(len(whole.facts["places"]), 2) or facts["eligible_for"] < 3


@pytest.mark.long
def test_staff_hear_how_many_places_are_left_out_and_what_a_dwelling_beyond_them_says(
    result: af.Result, monkeypatch: pytest.MonkeyPatch, cut: None
) -> None:
    name = str(result.applications["application_id"][result.applications["status"] == "not_proposed"].iloc[0])
    short = af.why(result, name)
    monkeypatch.undo()
    whole = af.why(result, name).facts["places"]
    kept = [p["dwelling_id"] for p in short.facts["places"]]
    assert f"Recevable pour {len(whole)} logements :" in short.lines
    assert f"  … et {len(whole) - len(kept)} autres." in short.lines
    away = next(p["dwelling_id"] for p in whole if p["dwelling_id"] not in kept)
    monkeypatch.setattr(why_index, "MOST_ROWS", 10)
    monkeypatch.setattr(why_index, "BEST_PLACES", 1)
    assert "recevable ; ce résultat ne garde que les" in "\n".join(af.why(result, name, away).lines)


@pytest.mark.long
def test_the_index_is_compressed(result: af.Result, tmp_path: Path) -> None:
    """It was stored as it is: six times the size."""
    write_index(tmp_path, result, "fr")
    with zipfile.ZipFile(tmp_path / "why.npz") as file:
        assert {part.compress_type for part in file.infolist()} == {zipfile.ZIP_DEFLATED}
        assert {part.date_time for part in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
