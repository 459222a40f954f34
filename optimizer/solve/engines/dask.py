"""Dask distributed: shards priced by local processes (``dask-local:N``) or by a cluster (``dask://host:port``).

The scheduler holds one recipe per shard (its arrays, sent once) and computes a lost shard again from it on another
worker; a pricing is one task per shard that moved, with the question inside (`solve.scale.shards`). Nothing else lives on
the workers, so a killed one costs its running tasks and its shards, and changes no byte. Workers and scheduler must run
this very kernel: each task compares a fingerprint of its sources before it answers.

Local processes talk over loopback with temporary certificates, without dashboard; nobody else on the machine can give
them work. A remote scheduler is reached over TLS when Dask's own configuration requires encryption.
"""

from __future__ import annotations

import hashlib
import logging
import re
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from optimizer.errors import AttrifluxError, define
from optimizer.solve.engine_registry import engine, unknown

if TYPE_CHECKING:
    from optimizer.solve.scale.pricing import Answer, Engine, Shard
    from optimizer.solve.scale.shards import Question, ShardedPricer
    from optimizer.solve.scale.structure import Structure

LEAST_SHARDS, SHARDS_PER_WORKER = 32, 4
"""Shards are many enough to even out the workers' loads; their number never changes an answer."""
PATIENCE_S = 30.0
"""Time without any worker (or without answer to a first call) after which the run gives up with an error."""

define(
    "ENGINE_UNREACHABLE",
    "Aucun ordonnanceur Dask ne répond à {address}.",
    "No Dask scheduler answers at {address}.",
    remedy_fr="Démarrez-le (dask scheduler) ou corrigez l'adresse de --engine",
    remedy_en="Start it (dask scheduler) or correct the address of --engine",
)
define(
    "ENGINE_NO_WORKERS",
    "L'ordonnanceur Dask {address} n'a plus aucun processus de calcul.",
    "The Dask scheduler {address} has no worker left.",
    remedy_fr="Démarrez-en (dask worker {address}) et relancez",
    remedy_en="Start some (dask worker {address}) and run again",
)
define(
    "ENGINE_OTHER_RELEASE",
    "Un processus de calcul Dask n'a pas le même Attriflux que celui-ci : rien n'a été calculé.",
    "A Dask worker does not run this very Attriflux: nothing was computed.",
    remedy_fr="Installez la même version partout",
    remedy_en="Install the same version everywhere",
)
define(
    "ENGINE_FAILED",
    "Le calcul réparti s'est arrêté sans réponse : {why}.",
    "The distributed computation stopped without an answer: {why}.",
    remedy_fr="Relancez, ou choisissez --engine threads",
    remedy_en="Run again, or choose --engine threads",
)


@dataclass
class Traffic:
    """What an engine's pricings cost: bytes of arrays and seconds of kernel, for the cost model.

    Attributes
    ----------
    shards, shard_bytes : sent once
    tasks, asked_bytes, answered_bytes : over all rounds
    kernel_s : seconds inside tasks; ``longest_s``: per round, the busiest worker's
    """

    shards: int = 0
    shard_bytes: int = 0
    rounds: int = 0
    tasks: int = 0
    asked_bytes: int = 0
    answered_bytes: int = 0
    kernel_s: float = 0.0
    longest_s: float = 0.0
    by_worker: dict[str, float] = field(default_factory=dict)


@cache
def fingerprint() -> str:
    """Hash of the kernel's sources and of the compiler's version: what a worker must share."""
    from optimizer.solve import scale

    digest = hashlib.sha256(version("numba").encode())
    for path in sorted(Path(scale.__path__[0]).glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def hold(shard: Shard) -> Shard:
    """The recipe of a shard: the scheduler keeps the argument and can call this again on any worker."""
    return shard


def answer(shard: Shard, question: Question, release: str) -> tuple[Answer, float, str]:
    """One task: the answer, its seconds and the worker it ran on.

    Raises
    ------
    AttrifluxError
        ``ENGINE_OTHER_RELEASE``.
    """
    from distributed import get_worker

    from optimizer.solve.scale.shards import price_shard

    if release != fingerprint():
        raise AttrifluxError("ENGINE_OTHER_RELEASE")
    began = time.perf_counter()
    found = price_shard(shard, question)
    return found, time.perf_counter() - began, str(get_worker().address)


class DaskEngine:
    """Prices on the workers of a connected client."""

    def __init__(self, client: Any, address: str) -> None:
        self.client = client
        self.address = address
        self.traffic = Traffic()

    def open(self, structure: Structure, quantum: int) -> ShardedPricer:
        """Send the shards of a structure; the pricer asks them."""
        from optimizer.solve.scale.shards import ShardedPricer, cut_shards, shard_bytes

        workers = max(1, len(self.client.nthreads()))
        placed = cut_shards(structure, max(LEAST_SHARDS, SHARDS_PER_WORKER * workers))
        self.traffic.shards += len(placed)
        self.traffic.shard_bytes += sum(shard_bytes(p.shard) for p in placed)
        name = f"attriflux-{uuid4().hex}"
        with _large_messages():
            held = [
                self.client.submit(hold, p.shard, key=f"{name}-shard-{i}", pure=False)
                for i, p in enumerate(placed)
            ]
        release = fingerprint()

        def ask(asked: list[tuple[int, Question]]) -> list[Answer]:
            self.traffic.rounds += 1
            # the largest first: the last tasks of a round are short and the workers end together
            order = sorted(range(len(asked)), key=lambda j: -len(placed[asked[j][0]].shard.arc_pair))
            with _large_messages():
                futures = self.client.map(
                    answer,
                    [held[asked[j][0]] for j in order],
                    [asked[j][1] for j in order],
                    release=release,
                    key=[f"{name}-price-{self.traffic.rounds}-{asked[j][0]}" for j in order],
                    pure=False,
                )
            found = self._collect([asked[j][1] for j in order], futures)
            return [one for _, one in sorted(zip(order, found, strict=True), key=lambda x: x[0])]

        return ShardedPricer(placed, quantum, ask)

    def _collect(self, asked: list[Question], futures: list[Any]) -> list[Answer]:
        from distributed.scheduler import KilledWorker

        from optimizer.solve.scale.shards import answer_bytes

        try:
            self._wait(futures)
            results = self.client.gather(futures)
        except (KilledWorker, CancelledError, ImportError, MemoryError, OSError) as failure:
            raise AttrifluxError("ENGINE_FAILED", why=_why(failure)) from failure
        busy: dict[str, float] = {}
        for question, (found, seconds, worker) in zip(asked, results, strict=True):
            self.traffic.tasks += 1
            self.traffic.asked_bytes += question.nbytes
            self.traffic.answered_bytes += answer_bytes(found)
            self.traffic.kernel_s += seconds
            busy[worker] = busy.get(worker, 0.0) + seconds
        self.traffic.longest_s += max(busy.values(), default=0.0)
        for worker, seconds in busy.items():
            self.traffic.by_worker[worker] = self.traffic.by_worker.get(worker, 0.0) + seconds
        return [found for found, _, _ in results]

    def _wait(self, futures: list[Any]) -> None:
        """Until all are done; an error when twice in a row there is nobody to do them."""
        from distributed import wait

        alone = False
        while True:
            try:
                with self.client.as_current():
                    wait(futures, timeout=PATIENCE_S)
                return
            except TimeoutError:
                nobody = not self.client.nthreads()
                if nobody and alone:
                    raise AttrifluxError("ENGINE_NO_WORKERS", address=self.address) from None
                alone = nobody


@contextmanager
def _large_messages() -> Iterator[None]:
    """No warning: arguments travel inside the tasks on purpose, that is what makes a lost result computable again."""
    import dask

    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}):
        yield


def _why(failure: BaseException) -> str:
    """One line that names the failure; the text of a foreign error stays out of the way of a reader."""
    return type(failure).__name__ + (f" ({failure})" if isinstance(failure, ImportError) else "")


def _library(address: str, *names: str) -> None:
    for name in names:
        if find_spec(name) is None:
            raise AttrifluxError("ENGINE_MISSING", engine=address, library=name)


def _check_local(address: str) -> None:
    if not re.fullmatch(r"dask-local:[1-9]\d{0,3}", address):
        raise unknown(address)
    _library(address, "distributed", "cryptography")


def _remote(address: str) -> tuple[str, int]:
    found = re.fullmatch(r"dask://([A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})", address)
    if found is None or not 0 < int(found[2]) < 1 << 16:
        raise unknown(address)
    return found[1], int(found[2])


def _check_remote(address: str) -> None:
    host, port = _remote(address)
    _library(address, "distributed")
    try:
        socket.create_connection((host.strip("[]"), port), timeout=PATIENCE_S).close()
    except OSError as failure:
        raise AttrifluxError("ENGINE_UNREACHABLE", address=f"{host}:{port}") from failure


@engine("dask", form="dask://hôte:port", check=_check_remote)
@contextmanager
def open_remote(address: str, threads: int) -> Iterator[Engine]:
    """The workers of a running scheduler; only what this run sent is taken away afterwards."""
    from distributed import Client
    from distributed.security import Security

    security = Security()
    host, port = _remote(address)
    scheme = "tls" if security.require_encryption else "tcp"
    spoken = f"{host}:{port}"
    try:
        client = Client(
            f"{scheme}://{spoken}",
            timeout=PATIENCE_S,
            set_as_default=False,
            security=security,
            name="attriflux",
        )
    except OSError as failure:
        raise AttrifluxError("ENGINE_UNREACHABLE", address=spoken) from failure
    try:
        yield _with_workers(client, spoken)
    finally:
        client.close()


@engine("dask-local", form="dask-local:N", check=_check_local)
@contextmanager
def open_local(address: str, threads: int) -> Iterator[Engine]:
    """``N`` processes of this machine with one thread each, ended with the run."""
    import dask
    from distributed import Client, LocalCluster
    from distributed.security import Security

    quiet = {
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.pause": False,
    }
    security = Security.temporary()
    with (
        tempfile.TemporaryDirectory(prefix="attriflux-dask-") as scratch,
        dask.config.set(quiet),
        LocalCluster(
            n_workers=int(address.split(":")[1]),
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            protocol="tls://",
            security=security,
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0", "dashboard": False},
            memory_limit=0,
            preload="optimizer.solve.engines._local_worker",
            local_directory=scratch,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False, security=security, name="attriflux") as client,
    ):
        yield _with_workers(client, cluster.scheduler_address)


def _with_workers(client: Any, address: str) -> DaskEngine:
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except TimeoutError as failure:
        raise AttrifluxError("ENGINE_NO_WORKERS", address=address) from failure
    return DaskEngine(client, address)
