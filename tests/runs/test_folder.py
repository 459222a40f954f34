"""Output folders are whole or absent, and never somebody else's."""

from __future__ import annotations

import pytest

from optimizer.disk import check_out
from optimizer.errors import AttrifluxError


def test_a_failure_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), atomic_folder(tmp_path / "out") as work:
        (work / "a.csv").write_text("x")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_failure_keeps_the_older_result(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text("old")
    with pytest.raises(RuntimeError), atomic_folder(out):
        raise RuntimeError
    assert (out / "run.json").read_text() == "old"


def test_replacing_removes_the_older_files(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "old.csv").write_text("old")
    with atomic_folder(out) as work:
        (work / "run.json").write_text("new")
    assert [p.name for p in out.iterdir()] == ["run.json"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("content", "force", "code"),
    [("run.json", False, "OUT_NOT_EMPTY"), ("photo.jpg", True, "OUT_NOT_OURS")],
)
def test_what_is_refused(tmp_path, content, force, code):
    (tmp_path / content).write_text("x")
    with pytest.raises(AttrifluxError) as error:
        check_out(tmp_path, force=force)
    assert error.value.code == code
    assert tmp_path.name in error.value.text("fr")


@pytest.mark.parametrize("out", ["taken/out", "taken/sub/out", "/proc/none/out", "taken"])
def test_a_place_that_cannot_be_written_is_refused_before_any_work(tmp_path, out):
    (tmp_path / "taken").write_text("a file where a folder should be")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(AttrifluxError) as error:
        check_out(tmp_path / out, force=True)
    assert error.value.code == "OUT_UNWRITABLE"
    assert "Impossible d'écrire dans" in error.value.text("fr")
    assert sorted(tmp_path.iterdir()) == before


def test_a_place_to_come_is_accepted_and_left_as_it_was(tmp_path):
    check_out(tmp_path / "a" / "b" / "out", force=False)
    assert list(tmp_path.iterdir()) == []


def test_the_case_is_never_the_output(tmp_path):
    case = tmp_path / "cas"
    case.mkdir()
    for out in (case, tmp_path):
        with pytest.raises(AttrifluxError) as error:
            check_out(out, force=True, inputs=case)
        assert error.value.code == "OUT_IS_INPUT"
