"""Units of work: the same answers whoever does them, kept, resumed, nothing lost with a worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from optimizer.errors import AttrifluxError
from optimizer.workers import Parts, Unit, Workers, key_of, run_units, workers_of
from tests.workers import work

KEYS = [key_of("square", n) for n in range(5)]
EXPECTED = {key: str(n * n).encode() for n, key in enumerate(KEYS)}


def units(folder: Path | str = "") -> list[Unit]:
    return [Unit(key, f"square {n}", work.square, (n, str(folder))) for n, key in enumerate(KEYS)]


def times(folder: Path) -> list[int]:
    return [len((folder / f"{n}.times").read_text(encoding="utf-8")) for n in range(5)]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (3, Workers("processes", 3)),
        ("2", Workers("processes", 2)),
        ("processes:4", Workers("processes", 4)),
        ("threads:4", Workers("threads", 4)),
        ("tcp://10.0.0.1:8786", Workers("cluster", 0, "tcp://10.0.0.1:8786")),
        ("tls://[fe80::1]:8786", Workers("cluster", 0, "tls://[fe80::1]:8786")),
        (None, Workers("processes", os.cpu_count() or 1)),
    ],
)
def test_one_value_says_who_works(said, meant):
    assert workers_of(said) == meant


@pytest.mark.parametrize("said", [0, -1, "", "threads", "threads:0", "tcp://", "tcp://host", "http://host:1", "tcp://host:99999", "two"])  # fmt: skip
def test_another_value_is_refused_with_the_forms(said):
    with pytest.raises(AttrifluxError) as refused:
        workers_of(said)
    assert refused.value.code == "WORKERS_UNKNOWN"


def test_a_cluster_without_the_library_says_what_to_install(monkeypatch):
    monkeypatch.setattr("optimizer.workers.address.find_spec", lambda name: None)
    with pytest.raises(AttrifluxError) as refused:
        workers_of("tcp://10.0.0.1:8786")
    assert refused.value.code == "WORKERS_LIBRARY"


@pytest.mark.parametrize("who", ["1", "threads:2", "2"])
def test_the_same_answers_in_the_same_order_whoever_works(who):
    told: list[str] = []
    found = run_units(units(), who, finished=lambda unit, answer: told.append(unit.name))
    assert list(found.items()) == list(EXPECTED.items())
    assert sorted(told) == [f"square {n}" for n in range(5)]


def test_what_is_kept_is_not_computed_again(tmp_path):
    parts = tmp_path / "parts"
    run_units(units(tmp_path)[:3], 1, parts=Parts(parts))
    assert run_units(units(tmp_path), "threads:2", parts=Parts(parts)) == EXPECTED
    assert times(tmp_path) == [1, 1, 1, 1, 1]


def test_units_of_one_key_are_one_unit(tmp_path):
    twice = [*units(tmp_path), *units(tmp_path)]
    assert run_units(twice, 1) == EXPECTED
    assert times(tmp_path) == [1, 1, 1, 1, 1]


def test_a_part_that_was_cut_or_a_journal_line_without_end_is_computed_again(tmp_path):
    folder = tmp_path / "parts"
    run_units(units(tmp_path), 1, parts=Parts(folder))
    (folder / f"{KEYS[1]}.part").write_bytes(b"")
    journal = (folder / "journal.jsonl").read_bytes()
    (folder / "journal.jsonl").write_bytes(journal[:-20])
    assert run_units(units(tmp_path), 1, parts=Parts(folder)) == EXPECTED
    assert times(tmp_path) == [1, 2, 1, 1, 2]
    assert run_units(units(tmp_path), 1, parts=Parts(folder)) == EXPECTED
    assert times(tmp_path) == [1, 2, 1, 1, 2]
    assert [json.loads(line)["name"] for line in (folder / "journal.jsonl").read_text().splitlines() if line.endswith("}")]  # fmt: skip


def test_another_program_gives_other_keys(monkeypatch):
    before = key_of("square", 1)
    assert before == key_of("square", 1) != key_of("square", 2)
    monkeypatch.setattr("optimizer.workers.keys.code_mark", lambda: "another")
    assert key_of("square", 1) != before


def test_a_killed_process_loses_nothing(tmp_path):
    mixed = [Unit(key, f"{n}", work.dies_once if n == 2 else work.square, (n, str(tmp_path))) for n, key in enumerate(KEYS)]  # fmt: skip
    assert run_units(mixed, 2, parts=Parts(tmp_path / "parts")) == EXPECTED
    assert (tmp_path / "2.dead").exists()


def test_processes_that_die_each_time_are_one_error_and_the_rest_is_kept(tmp_path):
    parts = Parts(tmp_path / "parts")
    run_units(units()[:2], 1, parts=parts)
    with pytest.raises(AttrifluxError) as lost:
        run_units(
            [*units()[:2], Unit(key_of("dies"), "dies", work.dies, (9,))], 2, parts=parts, isolated=True
        )
    assert lost.value.code == "WORKERS_LOST"
    assert lost.value.params["names"] == "dies"
    assert [Parts(tmp_path / "parts").find(key) for key in KEYS[:2]] == [EXPECTED[key] for key in KEYS[:2]]


@pytest.mark.parametrize("who", ["1", "threads:2", "2"])
def test_a_failure_is_told_and_what_was_finished_is_kept(tmp_path, who):
    parts = Parts(tmp_path / "parts")
    with pytest.raises(ZeroDivisionError):
        run_units([*units()[:2], Unit(key_of("fails"), "fails", work.fails, (9,))], who, parts=parts)
    assert run_units(units(), 1, parts=Parts(tmp_path / "parts")) == EXPECTED


SCRIPT = """
import sys
from pathlib import Path
from optimizer.workers import Parts, Unit, key_of, run_units
from tests.workers import work
if __name__ == "__main__":
    folder = sys.argv[1]
    units = [Unit(key_of("square", n), f"square {n}", work.square, (n, folder)) for n in range(3)]
    units += [Unit(key_of("slow", n), f"slow {n}", work.slow, (n, folder)) for n in range(2)]
    run_units(units, 2, parts=Parts(Path(folder) / "parts"))
"""


def test_a_killed_command_goes_on_from_what_it_had_finished(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    command = subprocess.Popen(
        [sys.executable, str(tmp_path / "script.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        start_new_session=True,
    )
    until = time.monotonic() + 300
    # both slow units have begun, and what the others answered is on the disk
    while time.monotonic() < until and command.poll() is None:
        kept = Parts(tmp_path / "parts")
        if len(list(tmp_path.glob("*.pid"))) == 2 and all(kept.find(key) is not None for key in KEYS[:3]):
            break
        time.sleep(0.05)
    assert command.poll() is None
    os.killpg(command.pid, signal.SIGKILL)
    command.wait()
    assert run_units(units(tmp_path), 1, parts=Parts(tmp_path / "parts")) == EXPECTED
    assert times(tmp_path) == [1, 1, 1, 1, 1]


@pytest.mark.long
def test_workers_end_with_a_command_that_was_killed_alone(tmp_path):
    """Nobody told them: the command has no time to."""
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    command = subprocess.Popen(
        [sys.executable, str(tmp_path / "script.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        start_new_session=True,
    )
    until = time.monotonic() + 300
    while len(list(tmp_path.glob("*.pid"))) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    command.kill()
    command.wait()
    until = time.monotonic() + 30
    try:
        while _group_lives(command.pid) and time.monotonic() < until:
            time.sleep(0.05)
        assert not _group_lives(command.pid)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(command.pid, signal.SIGKILL)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    """Two workers as one starts them by hand: no certificates."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0", "dashboard": False}, silence_logs=50, memory_limit=0,
    ) as running:  # fmt: skip
        yield running


def test_a_cluster_gives_the_same_answers_and_loses_nothing_with_a_worker(cluster, tmp_path):
    mixed = [Unit(key, f"{n}", work.dies_once if n == 1 else work.square, (n, str(tmp_path))) for n, key in enumerate(KEYS)]  # fmt: skip
    assert list(run_units(mixed, cluster.scheduler_address).items()) == list(EXPECTED.items())
    assert (tmp_path / "1.dead").exists()


def test_workers_of_another_release_are_refused(cluster, monkeypatch):
    monkeypatch.setattr("optimizer.workers.cluster.code_mark", lambda: "another")
    with pytest.raises(AttrifluxError) as refused:
        run_units(units()[:1], cluster.scheduler_address)
    assert refused.value.code == "WORKERS_OTHER_RELEASE"


def test_a_scheduler_that_is_not_there_is_one_error(monkeypatch):
    monkeypatch.setattr("optimizer.workers.cluster.PATIENCE_S", 0.3)
    with pytest.raises(AttrifluxError) as refused:
        run_units(units()[:1], "tcp://127.0.0.1:9")
    assert refused.value.code == "WORKERS_UNREACHABLE"


def test_nothing_of_a_cluster_is_loaded_without_one():
    said = "import optimizer.workers as w, sys; w.run_units([], 1); print('distributed' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
