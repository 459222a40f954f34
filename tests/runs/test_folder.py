"""Output folders are whole or absent, one writer at a time, and never somebody else's."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from optimizer.disk import check_out, hold, listen, seal, system, write_files
from optimizer.disk.beside import beside
from optimizer.errors import AttrifluxError


@pytest.fixture(params=["exchange", "journal"])
def disk(request, monkeypatch):
    """A filesystem that swaps two names in one step, and one that does not."""
    if request.param == "journal":
        monkeypatch.setattr(system, "swapping_call", lambda: None)
    return request.param


@pytest.fixture
def heard():
    """What the disk said of leftovers."""
    said = []
    listen(lambda text: said.append(text.fr))
    yield said
    listen(lambda text: None)


def write(out, content, force=True):
    """One small result, with its record."""
    with hold(out, force=force) as held, held.folder() as work:
        (work / "a.csv").write_text(content)
        (work / "run.json").write_text("{}")
        seal(work)


def refused(call, *args, **kwargs):
    with pytest.raises(AttrifluxError) as error:
        call(*args, **kwargs)
    return error.value


def test_a_failure_leaves_nothing_not_even_the_folders_above(tmp_path):
    with (
        pytest.raises(RuntimeError),
        hold(tmp_path / "x" / "out", force=False) as held,
        held.folder() as work,
    ):
        (work / "a.csv").write_text("x")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_failure_keeps_the_older_result(tmp_path, disk):
    out = tmp_path / "out"
    write(out, "old")
    with pytest.raises(RuntimeError), hold(out, force=True) as held, held.folder():
        raise RuntimeError
    assert (out / "a.csv").read_text() == "old"
    assert os.listdir(tmp_path) == ["out"]


def test_replacing_removes_the_older_files_and_keeps_the_rights_of_the_folder(tmp_path, disk):
    out = tmp_path / "out"
    write(out, "old")
    out.chmod(0o750)
    with hold(out, force=True) as held, held.folder() as work:
        (work / "run.json").write_text("{}")
    assert os.listdir(out) == ["run.json"]
    assert os.listdir(tmp_path) == ["out"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o750


def test_a_new_result_has_the_rights_of_the_users_mask(tmp_path):
    before = os.umask(0o077)
    try:
        write(tmp_path / "out", "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "out" / "a.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("content", "force", "code"),
    [("run.json", False, "OUT_NOT_EMPTY"), ("photo.jpg", True, "OUT_NOT_OURS")],
)
def test_what_is_refused(tmp_path, content, force, code):
    (tmp_path / content).write_text("x")
    error = refused(check_out, tmp_path, force=force)
    assert error.code == code
    assert tmp_path.name in error.text("fr")


def test_files_that_the_record_does_not_know_are_named_and_kept(tmp_path):
    out = tmp_path / "out"
    write(out, "old")
    (out / "notes de séance.odt").write_text("mine")
    error = refused(write, out, "new")
    assert error.code == "OUT_UNKNOWN_FILES" and "notes de séance.odt" in error.text("fr")
    assert (out / "a.csv").read_text() == "old"


def test_what_came_into_the_folder_during_the_run_is_not_replaced(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(AttrifluxError) as error, hold(out, force=False) as held, held.folder():
        out.mkdir()
        (out / "mine.txt").write_text("mine")
    assert error.value.code == "OUT_NOT_EMPTY"
    assert (out / "mine.txt").read_text() == "mine"
    assert os.listdir(tmp_path) == ["out"]


def test_a_second_run_on_the_same_folder_is_refused_with_a_sentence(tmp_path):
    out = tmp_path / "out"
    with hold(out, force=False):
        error = refused(write, out, "second")
        assert error.code == "OUT_BUSY" and "Un autre calcul" in error.text("fr")
    write(out, "third")
    assert os.listdir(tmp_path) == ["out"]


def test_a_link_is_followed_and_stays_a_link(tmp_path, disk):
    real, link = tmp_path / "real", tmp_path / "link"
    link.symlink_to(real)
    write(link, "one")
    write(link, "two")
    assert link.is_symlink() and not real.is_symlink()
    assert (real / "a.csv").read_text() == "two"
    assert refused(hold(real, force=False).__enter__).code == "OUT_NOT_EMPTY"


def test_leftovers_of_a_killed_run_are_recovered_and_said(tmp_path, heard):
    out = tmp_path / "out"
    write(out, "old")
    os.rename(out, beside(out, "old"))
    beside(out, "new").mkdir()
    (beside(out, "new") / "half.csv").write_text("ha")
    with hold(out, force=True):
        assert (out / "a.csv").read_text() == "old"
    assert os.listdir(tmp_path) == ["out"]
    assert "remis en place" in heard[0] and "retirés" in heard[1]


class Crash(BaseException):
    """The program ends here; what it would have cleaned away stays."""


def test_at_every_rename_and_flush_the_target_is_the_old_whole_or_the_new_whole(tmp_path, disk, heard):
    reached = 0
    for point in range(40):
        for when in ("before", "after"):
            place = tmp_path / f"{point}-{when}"
            place.mkdir()
            out = place / "out"
            write(out, "old")
            child = os.fork()
            if child == 0:
                _crash_at(point, when)
                write(out, "new")
                os._exit(0)
            _, status = os.waitpid(child, 0)
            ended = os.waitstatus_to_exitcode(status)
            assert ended in (0, 77)
            reached += ended == 77
            with hold(out, force=True):
                found = (out / "a.csv").read_text()
            assert found in ("old", "new") and (ended == 77 or found == "new")
            assert sorted(os.listdir(out)) == ["a.csv", "run.json"]
            assert os.listdir(place) == ["out"]
        if ended == 0:
            break
    assert reached >= 8


def _crash_at(point, when):
    """End this process without any cleaning at the point-th call by which a result takes its place."""
    count = iter(range(1000))

    def crashing(call):
        def called(*args):
            here = next(count) == point
            if here and when == "before":
                os._exit(77)
            found = call(*args)
            if here:
                os._exit(77)
            return found

        return called

    for name in ("rename", "replace", "add", "exchange", "flush"):
        setattr(system, name, crashing(getattr(system, name)))


@pytest.mark.parametrize("out", ["taken/out", "taken/sub/out", "/proc/none/out", "taken"])
def test_a_place_that_cannot_be_written_is_refused_before_any_work(tmp_path, out):
    (tmp_path / "taken").write_text("a file where a folder should be")
    before = sorted(tmp_path.iterdir())
    error = refused(check_out, tmp_path / out, force=True)
    assert error.code == "OUT_UNWRITABLE"
    assert "Impossible d'écrire dans" in error.text("fr")
    assert sorted(tmp_path.iterdir()) == before


def test_a_place_to_come_is_accepted_and_left_as_it_was(tmp_path):
    check_out(tmp_path / "a" / "b" / "out", force=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", ["out", "a/b/out"])
def test_what_a_run_killed_while_it_asked_for_its_place_left_goes_with_the_next(out, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rmdir", lambda place: os._exit(9))
        child = os.fork()
        if not child:
            check_out(tmp_path / out, force=False)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert len(os.listdir(tmp_path)) == 1
    check_out(tmp_path / out, force=False)
    assert os.listdir(tmp_path) == []


def test_the_case_is_never_the_output(tmp_path):
    case = tmp_path / "cas"
    case.mkdir()
    for out in (case, tmp_path):
        assert refused(check_out, out, force=True, inputs=case).code == "OUT_IS_INPUT"


def test_a_file_takes_its_place_on_a_disk_without_links_and_never_anothers(tmp_path, monkeypatch):
    """A key, a folder shared by another system."""

    def none(source, target):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM), str(target))

    monkeypatch.setattr(system, "swapping_call", lambda: None)
    monkeypatch.setattr("os.link", none)
    jobs = [(tmp_path / "paires.csv", lambda place: place.write_text("a;b"))]
    write_files(jobs, force=False)
    assert (tmp_path / "paires.csv").read_text() == "a;b" and len(os.listdir(tmp_path)) == 1
    with pytest.raises(AttrifluxError) as error:
        write_files([(tmp_path / "paires.csv", lambda place: place.write_text("c"))], force=False)
    assert error.value.code == "FILE_EXISTS" and (tmp_path / "paires.csv").read_text() == "a;b"
    monkeypatch.setattr("os.replace", none)
    with pytest.raises(AttrifluxError):
        write_files([(tmp_path / "autre.csv", lambda place: place.write_text("c"))], force=False)
    assert os.listdir(tmp_path) == ["paires.csv"]


@pytest.mark.parametrize("kind", ["read", "written"])
def test_a_file_that_was_to_be_read_is_no_fault_of_the_output_folder(tmp_path, kind):
    """A folder of rules that is missing was told as an output folder that cannot be written."""
    held = hold(tmp_path / "out", force=False)
    with pytest.raises((AttrifluxError, FileNotFoundError)) as told, held as target, target.folder() as work:
        name = tmp_path / "rules" if kind == "read" else work / "a table"
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(name))
    if kind == "read":
        assert told.type is FileNotFoundError and told.value.filename == str(tmp_path / "rules")
    else:
        assert told.value.code == "OUT_UNWRITABLE"
    assert os.listdir(tmp_path) == []
