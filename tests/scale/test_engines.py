"""The suite of every engine: found by its registration, same bytes as threads, whatever happens to workers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from benchmarks.scale.families import FAMILIES
from optimizer.errors import AttrifluxError
from optimizer.solve import SolveOptions, all_engines, check_engine, solve
from optimizer.solve.engine_registry import engine, open_engine
from optimizer.solve.engines import dask as dask_engine
from optimizer.solve.scale import LabelledTransport, Progress, ScaleOptions, ScaleResult, solve_transport
from optimizer.solve.scale.rows import with_cuts
from optimizer.solve.scale.shards import cut_shards
from tests.scale.engine_checks import Pickled, differences
from tests.scale.reference import random_model
from tests.solve.oracle import middle

SAMPLES = {
    "threads": ["threads"],
    "dask-local": ["dask-local:1", "dask-local:2", "dask-local:3"],
    "dask": ["dask"],
}
"""Addresses to try per scheme; ``dask`` stands for a scheduler that the suite starts itself."""
INSTANCES = [("relaxed", 1_000, 4_000, 0), ("full_like", 2_400, 5_000, 1), ("tight", 2_400, 7_200, 0)]
"""Territories of several components, with vacancies, with seats and bonuses, and plain."""


@cache
def instance(which: int) -> LabelledTransport:
    name, dwellings, applicants, seed = INSTANCES[which]
    return FAMILIES[name](dwellings, applicants, seed)


def run(model: LabelledTransport, place: Any, **more: Any) -> ScaleResult:
    options = ScaleOptions(gap=1e-4, max_iterations=8, max_leaves=0, threads=1, engine=place)
    return solve_transport(model, options, **more)


@cache
def on_threads(which: int) -> ScaleResult:
    return run(instance(which), None)


@contextmanager
def plain_cluster(workers: int) -> Iterator[Any]:
    """A scheduler like one that is started by hand: no certificates."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0", "dashboard": False}, silence_logs=50, memory_limit=0,
    ) as cluster:  # fmt: skip
        yield cluster


def address_of(cluster: Any) -> str:
    return "dask://" + cluster.scheduler_address.split("://")[1]


@pytest.fixture(scope="module", params=[a for addresses in SAMPLES.values() for a in addresses])
def opened(request: pytest.FixtureRequest) -> Iterator[Any]:
    with ExitStack() as stack:
        address = request.param
        if address == "dask":
            address = address_of(stack.enter_context(plain_cluster(2)))
        yield stack.enter_context(open_engine(address, 2))


def test_every_engine_is_in_the_suite() -> None:
    assert set(SAMPLES) == set(all_engines())


@pytest.mark.parametrize("which", range(len(INSTANCES)))
@pytest.mark.soak
def test_same_bytes_as_threads(opened: Any, which: int) -> None:
    expected = on_threads(which)
    assert expected.iterations > 1
    assert differences(run(instance(which), opened), expected) == []


@pytest.mark.soak
def test_tiny_models_too(opened: Any) -> None:
    """No class, no applicant, one component, several: whatever a generator draws."""
    for seed in range(8):
        model = random_model(seed)
        assert differences(run(model, opened), run(model, None)) == [], seed


@pytest.mark.parametrize("block", range(4))
def test_any_cut_gives_the_same_proof(block: int) -> None:
    for seed in range(60 * block, 60 * (block + 1)):
        model = random_model(seed, plain=seed % 5 == 0)
        results = [
            solve_transport(model, ScaleOptions(max_iterations=80, threads=1, engine=place))
            for place in (None, Pickled(1), Pickled(99))
        ]
        assert differences(results[1], results[0]) == differences(results[2], results[0]) == [], seed


@pytest.mark.parametrize("parts", [1, 3, 10_000])
@pytest.mark.parametrize("which", range(len(INSTANCES)))
def test_shards_cover_each_component_once(which: int, parts: int) -> None:
    structure, _ = with_cuts(instance(which), (), exact_rooms=False)
    placed = cut_shards(structure, parts)
    assert sum(len(p.shard.class_start) - 1 for p in placed) == structure.n_components
    assert [p.classes.start for p in placed] == [0, *(p.classes.stop for p in placed[:-1])]
    assert [p.applicants.start for p in placed] == [0, *(p.applicants.stop for p in placed[:-1])]
    assert sum(len(p.shard.arc_pair) for p in placed) == len(structure.arc_pair)
    offers = np.concatenate([p.cells[p.shard.offer_cell] for p in placed])
    assert np.array_equal(offers, structure.offer_cell)
    assert len(placed) <= min(parts + 1, structure.n_components)


def kill_one(client: Any) -> None:
    os.kill(min(client.run(os.getpid).values()), signal.SIGKILL)


@pytest.mark.soak
def test_a_worker_killed_between_rounds_changes_nothing() -> None:
    with open_engine("dask-local:2", 1) as place:
        done: list[int] = []

        def strike(state: Progress) -> None:
            if state.iteration == 2 and not done:
                done.append(state.iteration)
                kill_one(place.client)

        assert differences(run(instance(0), place, progress=strike), on_threads(0)) == []
        assert done == [2]


@pytest.mark.soak
def test_a_worker_killed_while_it_computes_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_engine("dask-local:2", 1) as place:
        waits: list[int] = []
        wait = place._wait

        def strike(futures: list[Any]) -> None:
            waits.append(len(futures))
            if len(waits) in (1, 3):
                kill_one(place.client)
            wait(futures)

        monkeypatch.setattr(place, "_wait", strike)
        assert differences(run(instance(0), place), on_threads(0)) == []
        assert len(waits) >= 3


@pytest.mark.soak
def test_a_scheduler_lost_in_the_middle_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_engine, "PATIENCE_S", 5.0)
    with plain_cluster(1) as cluster, open_engine(address_of(cluster), 1) as place:

        def strike(state: Progress) -> None:
            cluster.close()

        with pytest.raises(AttrifluxError) as error:
            run(instance(0), place, progress=strike)
        assert error.value.code == "ENGINE_FAILED"


def test_a_scheduler_without_workers_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_engine, "PATIENCE_S", 0.5)
    with (
        plain_cluster(0) as cluster,
        pytest.raises(AttrifluxError) as error,
        open_engine(address_of(cluster), 1),
    ):
        pytest.fail("opened without workers")
    assert error.value.code == "ENGINE_NO_WORKERS"


@pytest.mark.soak
def test_workers_that_all_leave_are_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with plain_cluster(1) as cluster, open_engine(address_of(cluster), 1) as place:
        monkeypatch.setattr(dask_engine, "PATIENCE_S", 0.5)
        cluster.scale(0)
        while place.client.nthreads():
            pass
        with pytest.raises(AttrifluxError) as error:
            run(instance(0), place)
        assert error.value.code == "ENGINE_NO_WORKERS"


def test_a_worker_of_another_release_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_engine("dask-local:1", 1) as place:
        monkeypatch.setattr(dask_engine, "fingerprint", lambda: "another")
        with pytest.raises(AttrifluxError) as error:
            run(instance(0), place)
        assert error.value.code == "ENGINE_OTHER_RELEASE"


def test_local_processes_listen_on_loopback_only_and_leave_nothing() -> None:
    me = psutil.Process()
    before = set(me.children(recursive=True))
    with open_engine("dask-local:2", 1) as place:
        run(instance(0), place)
        mine = [me, *(set(me.children(recursive=True)) - before)]
        heard = [c.laddr for p in mine for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN]
        assert len(heard) >= 3 and {a.ip for a in heard} == {"127.0.0.1"}
        scratch = {
            Path(x) for x in place.client.run(lambda dask_worker: dask_worker.local_directory).values()
        }
        assert all(x.exists() for x in scratch)
    assert not any(x.exists() for x in scratch)
    left = [p for p in set(me.children(recursive=True)) - before if "spawn_main" in " ".join(p.cmdline())]
    assert left == []


INTERRUPTED = """
import signal, sys, threading
from benchmarks.scale.families import FAMILIES
from optimizer.solve.engine_registry import open_engine
from optimizer.solve.scale import ScaleOptions, solve_transport

if __name__ == "__main__":
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda number, frame: stop.set())

    def tell(state):
        if state.iteration == 2:
            print("second", flush=True)
            stop.wait()

    with open_engine("dask-local:2", 1) as place:
        options = ScaleOptions(gap=0, max_leaves=0, engine=place, interrupted=stop.is_set)
        result = solve_transport(FAMILIES["tight"](2_400, 7_200, 0), options, tell)
        print(result.stop_reason, len(place.client.nthreads()), flush=True)
"""


@pytest.mark.soak
def test_ctrl_c_reaches_the_asking_process_only(tmp_path: Path) -> None:
    """A terminal sends the signal to the whole group: workers must neither die of it nor print."""
    script = tmp_path / "interrupted.py"
    script.write_text(INTERRUPTED, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        while (line := process.stdout.readline()) != "second\n":
            assert line, "ended before its second pricing"
        os.killpg(process.pid, signal.SIGINT)
        said, complaint = process.communicate()
    assert said.splitlines()[-1] == "interrupted 2"
    assert complaint == ""


@pytest.mark.parametrize(
    "address",
    ["", "cloud", "threads:2", "dask-local", "dask-local:0", "dask-local:two", "dask:", "dask://", "dask://host",
     "dask://host:0", "dask://host:99999", "dask://a b:1", "tcp://127.0.0.1:8786"],
)  # fmt: skip
def test_malformed_addresses_are_refused_with_the_forms(address: str) -> None:
    with pytest.raises(AttrifluxError) as error:
        check_engine(address)
    assert error.value.code == "ENGINE_UNKNOWN"
    assert "dask-local:N" in str(error.value) and "threads" in str(error.value)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_scheduler_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    address = f"dask://127.0.0.1:{free_port()}"
    with pytest.raises(AttrifluxError) as error, open_engine(address, 1):
        pytest.fail("opened")
    assert error.value.code == "ENGINE_UNREACHABLE"
    done = subprocess.run(
        [sys.executable, "-c", "from optimizer.cli import main; main()", "propose", "nowhere",
         "--out", str(tmp_path / "out"), "--engine", address],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.strip().startswith("Aucun ordonnanceur Dask ne répond à 127.0.0.1:")
    assert len(done.stderr.strip().splitlines()) == 1 and not (tmp_path / "out").exists()


@pytest.mark.parametrize("address", ["dask-local:2", "dask://127.0.0.1:8786"])
def test_without_the_library_the_error_says_what_to_install(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_engine, "find_spec", lambda name: None)
    with pytest.raises(AttrifluxError) as error:
        check_engine(address)
    assert error.value.code == "ENGINE_MISSING" and "attriflux[dask]" in str(error.value)


@pytest.mark.soak
def test_nothing_of_dask_is_loaded_on_threads() -> None:
    code = (
        "import sys; from optimizer.solve import check_engine; check_engine('threads')\n"
        "print([m for m in ('dask', 'distributed') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_backend_that_cannot_share_out_says_so() -> None:
    problem = middle(1, 12, 60)
    with pytest.raises(AttrifluxError) as error:
        solve(problem, SolveOptions(backend="highs", engine="dask-local:2"))
    assert error.value.code == "ENGINE_UNUSED"


@pytest.mark.soak
def test_a_problem_goes_the_whole_way() -> None:
    problem = middle(1, 12, 60)
    here = solve(problem, SolveOptions(backend="scale"))
    there = solve(problem, SolveOptions(engine="dask-local:1"))
    assert there.backend == "scale" and there.reason_fr == "calcul demandé sur dask-local"
    assert (there.objective, there.bound, there.stop) == (here.objective, here.bound, here.stop)
    for name in here.first.__dataclass_fields__:
        assert np.array_equal(getattr(there.first, name), getattr(here.first, name)), name


def test_a_scheme_is_registered_once() -> None:
    all_engines()
    for scheme in ("threads", "", "a:b"):
        with pytest.raises(ValueError, match="registered twice"):
            engine(scheme, form="", check=lambda address: None)(lambda address, threads: ExitStack())
