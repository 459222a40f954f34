"""No crash, race, signal or full disk loses work: the target is the old whole or the new whole, and `verify` agrees."""

from __future__ import annotations

import errno
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from optimizer.disk import clear, hold, listen, system
from optimizer.disk.beside import beside, is_beside
from optimizer.runs import Options, propose_to
from optimizer.runs.exporting import export_case
from optimizer.scenario import flux_files, flux_to, run_scenarios
from optimizer.statement import bilan_to, dashboard_to
from optimizer.synth import write_synthetic
from optimizer.verify import verify
from tests.campaign import part
from tests.cli.running import Forked

CALLS = ("rename", "replace", "add", "exchange", "flush")
QUICK = Options(pdf=False)


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Twelve dwellings and sixty applications."""
    place = tmp_path_factory.mktemp("small") / "cas"
    write_synthetic("commission", place, dwellings=12, applications=60, seed=3)
    return place


@pytest.fixture(scope="module")
def flux(case):
    """What ``flux`` writes of the case; copied by those who touch it."""
    out = case.parent / "flux"
    flux_to(case, out)
    return out


@pytest.fixture(autouse=True)
def silent():
    listen(lambda text: None)


def snapshots(monkeypatch, place, states, run):
    """Copy ``place`` as it stands before and after each call by which results take their place, while ``run`` works."""
    seen = set()

    def photograph():
        tree = tuple(
            sorted((str(p), p.stat().st_ino, p.stat().st_size) for p in place.rglob("*") if p.is_file())
        )
        if tree not in seen:
            seen.add(tree)
            shutil.copytree(place, states / str(len(seen)), symlinks=True)

    def watched(call):
        def called(*args):
            photograph()
            found = call(*args)
            photograph()
            return found

        return called

    with monkeypatch.context() as patch:
        for name in CALLS:
            patch.setattr(system, name, watched(getattr(system, name)))
        run()
    return sorted(states.iterdir())


def content(folder):
    return {
        p.relative_to(folder).as_posix(): sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


FOLDERS = {
    "propose": lambda case, out: propose_to(case, out, QUICK, force=True),
    "flux": lambda case, out: flux_to(case, out, force=True),
    "bilan": lambda case, out: bilan_to(case, 2026, out, force=True),
    "dashboard": lambda case, out: dashboard_to(case, "prefet", "25", out, force=True),
}


@pytest.mark.parametrize(
    "command", ["flux", *(pytest.param(name, marks=pytest.mark.soak) for name in FOLDERS if name != "flux")]
)
@pytest.mark.parametrize("swap", [True, False], ids=["exchange", "journal"])
def test_a_crash_at_any_point_of_a_replacement_leaves_the_old_or_the_new(
    case, flux, tmp_path, monkeypatch, command, swap
):
    if not swap:
        monkeypatch.setattr(system, "swapping_call", lambda: None)
    place, states = tmp_path / "place", tmp_path / "states"
    place.mkdir()
    states.mkdir()
    out = place / "out"
    write = partial(FOLDERS[command], case, out)
    shutil.copytree(flux, out) if command == "flux" else write()
    (out / "run.json").write_text(
        (out / "run.json").read_text() + "\n"
    )  # told apart from what the same case gives
    old = content(out)
    found = snapshots(monkeypatch, place, states, write)
    new = content(out)
    assert old != new and len(found) >= 2
    kinds = set()
    for state in found:
        with hold(state / "out", force=True):
            there = content(state / "out")
        assert there in (old, new)
        kinds.add(there == new)
        assert os.listdir(state) == ["out"]
    assert kinds == {True, False}
    if command == "propose":
        assert verify(out, case).verdict.startswith("certified")


@pytest.mark.soak
def test_a_crash_at_any_point_of_a_matrix_leaves_whole_runs_or_none(case, tmp_path, monkeypatch):
    place, states = tmp_path / "place", tmp_path / "states"
    place.mkdir()
    states.mkdir()
    found = snapshots(
        monkeypatch, place, states,
        lambda: run_scenarios(["lec-30"], place / "out", case=case, options=QUICK, workers=1),
    )  # fmt: skip
    whole = {name: content(place / "out" / name).keys() for name in ("reference", "lec-30")}
    for state in found:
        for name, files in whole.items():
            run = state / "out" / name
            if run.parent.exists():
                clear(run, "scenario.json")
            assert not run.exists() or content(run).keys() == files
            if run.exists():
                assert verify(run / "resultat", run / "cas").verdict.startswith("certified")


@pytest.mark.long
def test_a_crash_at_any_point_of_an_export_leaves_each_file_old_or_new(case, tmp_path, monkeypatch):
    place, states = tmp_path / "place", tmp_path / "states"
    place.mkdir()
    states.mkdir()
    names = ("pairs.csv", "model.mps", "names.csv")
    for name in names:
        (place / name).write_text("old")
    export = partial(
        export_case, case, pairs=place / "pairs.csv", mps=place / "model.mps", accept_assumed=True, force=True
    )
    found = snapshots(monkeypatch, place, states, export)
    assert len(found) >= 3
    for state in found:
        for name in names:
            assert (state / name).read_bytes() in (b"old", (place / name).read_bytes())
    assert sorted(os.listdir(place)) == sorted(names)
    shutil.copytree(found[1], tmp_path / "again")
    export_case(case, pairs=tmp_path / "again" / "pairs.csv", accept_assumed=True, force=True)
    assert not [n for n in os.listdir(tmp_path / "again") if "pairs" in n and is_beside(n)]


def test_an_export_never_touches_the_case_nor_an_existing_file(case, tmp_path):
    from optimizer.errors import AttrifluxError

    before = content(case)
    (tmp_path / "mine.csv").write_text("mine")
    (tmp_path / "link.csv").symlink_to(case / "demandes.csv")
    for target, force, code in (
        (case / "demandes.csv", True, "FILE_OF_CASE"), (tmp_path / "link.csv", True, "FILE_OF_CASE"),
        (tmp_path / "mine.csv", False, "FILE_EXISTS"),
    ):  # fmt: skip
        with pytest.raises(AttrifluxError) as error:
            export_case(case, pairs=target, accept_assumed=True, force=force)
        assert error.value.code == code
    assert content(case) == before and (tmp_path / "mine.csv").read_text() == "mine"


MAIN = "from optimizer.cli import main; main()"


def start(*words):
    """A process of its own, for what is killed while it begins or speaks to handles that are closed."""

    def limit():
        # a shell that begins the tests in the background has its children ignore Ctrl-C
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return subprocess.Popen(
        [sys.executable, "-c", MAIN, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, preexec_fn=limit,
    )  # fmt: skip


def finish(process):
    out, err = process.communicate(timeout=500)
    return process.returncode, out, err


def wait_for(path, process):
    limit = time.monotonic() + 300
    while not os.path.lexists(path):
        assert process.poll() is None and time.monotonic() < limit
        time.sleep(0.002)


@pytest.mark.long
def test_a_run_killed_at_the_swap_is_recovered_and_said_by_the_next_one(case, flux, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(flux, out)
    old = content(out)

    def deadly():
        system.exchange = lambda one, other: os.kill(os.getpid(), signal.SIGKILL)

    code = Forked("flux", case, "--out", out, "--force", before=deadly).finish().code
    assert code == -signal.SIGKILL and content(out) == old and beside(out, "new").exists()
    said = []
    listen(lambda text: said.append(text.fr))
    flux_to(case, out, force=True)
    assert "fichiers provisoires" in said[0]
    assert os.listdir(tmp_path) == ["out"]


def test_a_run_on_a_folder_that_another_process_writes_is_refused(case, tmp_path):
    out = tmp_path / "out"
    with hold(out, force=False):
        done = Forked("flux", case, "--out", out, "--force").finish()
        assert done.code == 2 and "Un autre calcul écrit déjà" in done.err and not out.exists()
    assert os.listdir(tmp_path) == []


@pytest.mark.soak
@pytest.mark.parametrize("others", [1, 3])
def test_of_several_runs_on_one_folder_one_writes_and_the_others_are_refused(case, tmp_path, others):
    out = tmp_path / "out"
    first = start("propose", case, "--out", out, "--no-pdf")
    wait_for(beside(out, "lock"), first)
    for late in [start("propose", case, "--out", out, "--force") for _ in range(others)]:
        code, _, said = finish(late)
        assert code == 2 and ("Un autre calcul écrit déjà" in said or first.poll() is not None)
    assert finish(first)[0] == 0
    assert verify(out, case).verdict.startswith("certified")
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.soak)])
@pytest.mark.parametrize("phase", [pytest.param("lock", marks=pytest.mark.soak), "new"])
def test_a_signal_in_any_phase_ends_in_order(case, tmp_path, number, phase):
    """The process waits where its result would take its place, so that the signal always finds it at work."""
    out = tmp_path / "out"

    def patient():
        system.flush_tree = lambda folder: time.sleep(300)

    process = Forked("flux", case, "--out", out, before=patient)
    wait_for(beside(out, phase), process)
    process.send_signal(number)
    done = process.finish()
    assert done.code == 130 and "Interrompu" in done.err and "Traceback" not in done.err
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "tenth", [2, *(pytest.param(n, marks=pytest.mark.soak) for n in (1, 3, 4, 5, 6, 7, 8, 9))]
)
def test_a_full_disk_is_a_sentence_and_keeps_the_older_result(case, flux, tmp_path, tenth):
    out = tmp_path / "out"
    shutil.copytree(flux, out)
    old = content(out)
    largest = max(1, max(p.stat().st_size for p in out.rglob("*")) * tenth // 10)
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (largest, largest))
    done = Forked("flux", case, "--out", out, "--force", before=limit).finish()
    assert done.code == 2 and "Impossible d'écrire" in done.err and "Traceback" not in done.err
    assert content(out) == old and os.listdir(tmp_path) == ["out"]


def full_for_archives():
    """No room is left on the disk for a workbook, which says so again when it is thrown away."""
    import io
    import zipfile
    from types import SimpleNamespace

    class Full(io.RawIOBase):
        def readable(self):
            return True

        writable = seekable = readable

        def seek(self, offset, whence=0):
            return 0

        def write(self, data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    sys.unraisablehook = sys.__unraisablehook__  # the test runner has its own
    zipfile.io = SimpleNamespace(**{**vars(io), "open": lambda file, mode: io.BufferedRandom(Full())})


def test_a_workbook_that_cannot_be_closed_is_one_sentence(tmp_path):
    done = Forked("template", tmp_path / "modele", "--xlsx", before=full_for_archives).finish()
    assert done.code == 2 and "disque plein" in done.err
    assert "Traceback" not in done.err and "ignored" not in done.err and os.listdir(tmp_path) == []


def test_a_disk_that_fails_at_the_last_flush_keeps_the_older_result(case, flux, tmp_path, monkeypatch):
    from optimizer.errors import AttrifluxError

    out = tmp_path / "out"
    shutil.copytree(flux, out)
    old = content(out)

    def full(folder):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(system, "flush_tree", full)
    with pytest.raises(AttrifluxError) as error:
        flux_to(case, out, force=True)
    assert error.value.code == "OUT_UNWRITABLE"
    assert content(out) == old and os.listdir(tmp_path) == ["out"]


@pytest.mark.soak
def test_runs_killed_at_random_lose_nothing(case, tmp_path):
    out = tmp_path / "out"
    propose_to(case, out, QUICK)
    draw = random.Random(20261128)
    for _ in range(part(200)):
        process = start("propose", case, "--out", out, "--no-pdf", "--force")
        try:
            process.wait(draw.uniform(0.5, 6))
        except subprocess.TimeoutExpired:
            process.kill()
        finish(process)
        with hold(out, force=True):
            assert verify(out, case).verdict.startswith("certified")
        assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize(
    ("words", "written", "code"),
    [(("flux", "{case}", "--out", "{out}"), True, 0), (("scenario", "list"), False, 2)],
)
@pytest.mark.parametrize("more", [pytest.param(">/dev/full", marks=pytest.mark.soak), ">/dev/full 2>&-"])
@pytest.mark.long
def test_the_exit_code_says_whether_a_result_exists_when_nothing_can_be_displayed(
    case, tmp_path, words, written, code, more
):
    out = tmp_path / "out"
    command = " ".join(
        ["exec", sys.executable, "-c", f"'{MAIN}'", *(w.format(case=case, out=out) for w in words)]
    )
    done = subprocess.run(f"{command} {more}", shell=True, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == code and "Traceback" not in done.stderr
    assert out.exists() == written


def test_an_unforeseen_error_is_a_sentence_and_a_report_without_any_value(case, tmp_path):
    def spoil():
        def broken(*args, **more):
            raise KeyError("DEM-0001 Dupont")

        flux_files.flux = broken

    out = tmp_path / "out"
    done = Forked("flux", case, "--out", out, before=spoil).finish()
    assert done.code == 4 and "Erreur imprévue (KeyError)" in done.err and "Traceback" not in done.err
    report = Path(done.err.split(" : ")[-1].strip())
    text = report.read_text(encoding="utf-8")
    report.unlink()
    assert "optimizer/scenario/flux_files.py" in text
    assert "Dupont" not in text and "DEM" not in text and str(case) not in text
    assert not out.exists() and os.listdir(tmp_path) == []
