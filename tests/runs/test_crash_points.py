"""A process killed at any rename, fsync or opened file of any command: the target is the old whole or the new whole.

Each death is a real one (SIGKILL, what was buffered is lost), of a process forked from one that has everything imported and
the optimum in hand, so that a hundred of them take seconds.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from optimizer.disk import clear, hold, listen, system
from optimizer.disk.beside import is_beside
from optimizer.runs import Options, propose, propose_to, proposing
from optimizer.runs.exporting import export_case
from optimizer.scenario import flux_to, run_scenarios
from optimizer.statement import bilan_to, dashboard_to
from optimizer.synth import write_synthetic
from optimizer.verify import verify
from tests.campaign import part

QUICK = Options(pdf=False)
CALLS = ("rename", "replace", "add", "exchange", "flush")
WRITING = os.O_WRONLY | os.O_RDWR
DRAWN, KILLS = 30, 200
Run = Callable[[], object]


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Twelve dwellings and sixty applications."""
    place = tmp_path_factory.mktemp("small") / "cas"
    write_synthetic("commission", place, dwellings=12, applications=60, seed=3)
    return place


@pytest.fixture(scope="module")
def solved(case):
    """The optimum of the case, found once."""
    return propose(case, QUICK)


@pytest.fixture(autouse=True)
def silent():
    listen(lambda text: None)


def content(folder: Path) -> dict[str, str]:
    """Digest of every file."""
    return {
        p.relative_to(folder).as_posix(): sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def forked(work: Run, killed_after: float | None = None) -> int:
    """Run in a forked process; its exit status as the system says it (negative: the signal)."""
    sys.stdout.flush()
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    if killed_after is not None:
        time.sleep(killed_after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def watched(place: Path, met: Callable[[str], None]) -> None:
    """Have ``met`` called at each rename and fsync, and whenever a file under ``place`` is opened for writing."""

    def audit(event: str, args: tuple[object, ...]) -> None:
        if (
            event == "open"
            and isinstance(args[2], int)
            and args[2] & WRITING
            and str(args[0]).startswith(str(place))
        ):
            met("write")

    def around(call: Callable[..., object]) -> Callable[..., object]:
        def called(*args: object) -> object:
            met("call")
            found = call(*args)
            met("call")
            return found

        return called

    for name in CALLS:
        setattr(system, name, around(getattr(system, name)))
    sys.addaudithook(audit)


def points(run: Run, place: Path, note: Path) -> list[str]:
    """What a whole run meets, in order."""

    def work() -> None:
        with note.open("w", buffering=1) as file:
            watched(place, lambda kind: print(kind, file=file))
            run()

    assert forked(work) == 0
    return note.read_text().split()


def killed_at(number: int, run: Run, place: Path) -> None:
    """The same run, killed at one of them."""

    def work() -> None:
        left = [number]

        def met(kind: str) -> None:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        watched(place, met)
        run()

    assert forked(work) == -signal.SIGKILL


def numbers(met: list[str], r: random.Random) -> list[int]:
    """Every rename and fsync, and some of the files opened; a part of them in the short campaign."""
    calls = [i for i, kind in enumerate(met) if kind == "call"]
    writes = [i for i, kind in enumerate(met) if kind == "write"]
    every = [*calls, *r.sample(writes, min(DRAWN, len(writes)))]
    return sorted(r.sample(every, part(len(every), 2)))


def folder_run(command: str, case: Path, out: Path, solved: object, monkeypatch: pytest.MonkeyPatch) -> Run:
    """What writes one folder, the solve left out."""
    if command == "propose":
        monkeypatch.setattr(proposing, "propose", lambda *args, **more: solved)
        return partial(propose_to, case, out, QUICK, force=True)
    if command == "flux":
        return partial(flux_to, case, out, force=True)
    if command == "bilan":
        return partial(bilan_to, case, 2026, out, force=True)
    return partial(dashboard_to, case, "prefet", "25", out, force=True)


@pytest.mark.parametrize(
    "command", ["propose", *(pytest.param(x, marks=pytest.mark.soak) for x in ("flux", "bilan", "dashboard"))]
)
@pytest.mark.parametrize(
    "swap", [True, pytest.param(False, marks=pytest.mark.soak)], ids=["exchange", "journal"]
)
@pytest.mark.long
def test_a_process_killed_at_any_point_leaves_the_old_or_the_new(
    case, solved, tmp_path, monkeypatch, command, swap, record_property
):
    if not swap:
        monkeypatch.setattr(system, "swapping_call", lambda: None)
    place = tmp_path / "place"
    out = place / "out"
    place.mkdir()
    run = folder_run(command, case, out, solved, monkeypatch)
    run()
    met = points(run, place, tmp_path / "note")
    assert met.count("call") >= 4 and met.count("write") >= 2
    chosen = numbers(met, random.Random(command))
    record_property("points", f"{len(chosen)} of {len(met)}")
    for number in chosen:
        # told apart from what the run writes
        (out / "run.json").write_text((out / "run.json").read_text().rstrip() + " \n")
        old = content(out)
        killed_at(number, run, place)
        with hold(out, force=True):
            there = content(out)
        new = there.keys() == old.keys() and there != old
        assert there == old or new
        assert os.listdir(place) == ["out"]
        if command == "propose":
            assert verify(out, case).verdict.startswith("certified")
        elif new:
            run()
            fresh = content(out)
            assert {k for k in there if there[k] != fresh[k]} <= {"run.json"}


@pytest.mark.soak
def test_a_matrix_killed_at_any_point_leaves_whole_runs_or_none(case, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    run = partial(run_scenarios, ["lec-30"], place / "out", case=case, options=QUICK, workers=1)
    met = points(run, place, tmp_path / "note")
    names = ("reference", "lec-30")
    whole = {name: content(place / "out" / name).keys() for name in names}
    for number in numbers(met, random.Random("scenario"))[:: 1 if part(10) > 1 else 8]:
        shutil.rmtree(place / "out")  # what is whole is not run again, and would meet fewer points
        killed_at(number, run, place)
        (place / "out").mkdir(exist_ok=True)
        for name in names:
            one = place / "out" / name
            if one.parent.exists():
                clear(one, "scenario.json")
            assert not one.exists() or content(one).keys() == whole[name]
            if one.exists():
                assert verify(one / "resultat", one / "cas").verdict.startswith("certified")


@pytest.mark.soak
def test_an_export_killed_at_any_point_leaves_each_file_old_or_new(case, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    files = {name: place / name for name in ("pairs.csv", "model.mps", "names.csv")}
    run = partial(
        export_case, case, pairs=files["pairs.csv"], mps=files["model.mps"], accept_assumed=True, force=True
    )
    run()
    fresh = content(place)
    met = points(run, place, tmp_path / "note")
    for number in numbers(met, random.Random("export")):
        for file in files.values():
            file.write_text("old")
        killed_at(number, run, place)
        for name, file in files.items():
            assert file.read_text() == "old" or sha256(file.read_bytes()).hexdigest() == fresh[name]
        run()
        assert content(place) == fresh
        assert not [x for x in os.listdir(place) if is_beside(x)]


@pytest.mark.long
def test_processes_killed_at_random_lose_nothing(case, solved, tmp_path, monkeypatch):
    place = tmp_path / "place"
    out = place / "out"
    place.mkdir()
    run = folder_run("propose", case, out, solved, monkeypatch)
    start = time.monotonic()
    run()
    lasts = time.monotonic() - start
    draw = random.Random(20261128)
    for _ in range(part(KILLS)):
        forked(run, killed_after=draw.uniform(0, lasts))
        with hold(out, force=True):
            assert verify(out, case).verdict.startswith("certified")
        assert os.listdir(place) == ["out"]
