"""What a page of the desk costs: ``python -m benchmarks.pages [--demo demo]``.

Every screen of the demonstration is asked for in the roles of the house, in this process and without a network: milliseconds of
the processor (median of several times, warm) and questions put to the database. With ``--profile PATH`` one address is profiled.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.tables import machine
from optimizer import store

SCREENS = (
    ("secretaire", "/semaine"), ("secretaire", "/preparer"), ("secretaire", "/seances"), ("secretaire", "{session}"),
    ("secretaire", "{session}/seance"), ("secretaire", "{home}"), ("secretaire", "{home}/question?ask=why&number={number}"),
    ("secretaire", "{name}"), ("secretaire", "/offres"), ("secretaire", "/appels"), ("secretaire", "/journal"),
    ("membre", "{home}"), ("agent", "/appels"), ("reservataire", "/reservataire"), ("dpo", "/journal"), ("dpo", "/conservation"),
    ("technique", "/comptes"),
)  # fmt: skip
PASSWORD = "lilas-des-carrefours-42"


def clients(names: set[str]) -> dict[str, Any]:
    """A logged-in client of each account of the demonstration."""
    from django.conf import settings
    from django.test import Client

    from optimizer.web.demo import give_passwords

    give_passwords(PASSWORD)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    made = {}
    for name in sorted(names):
        made[name] = Client()
        answer = made[name].post("/entrer", {"name": name, "password": PASSWORD})
        assert answer.status_code == 302, name
    return made


def places() -> dict[str, str]:
    """Addresses of the session to come: its own, a dwelling, a household."""
    from optimizer.store import queries
    from optimizer.web.desk import desk

    coming = queries.sessions(desk().store, status="draft")[0]
    item = max(coming.items, key=lambda i: len(i.candidates))
    session, name = f"/seances/{coming.session_id}", item.candidates[0]
    return {
        "session": session, "home": f"{session}/logements/{item.item_id}", "number": name.application_id,
        "name": f"{session}/demandes/{name.candidate_id}",
    }  # fmt: skip


def cost(client: Any, at: str, times: int) -> tuple[float, int, int]:
    """Milliseconds of the processor, questions to the database, bytes of the page."""
    from django.db import connection

    questions = 0

    def count(execute: Any, *given: Any) -> Any:
        nonlocal questions
        questions += 1
        return execute(*given)

    client.get(at)
    with connection.execute_wrapper(count):
        answer = client.get(at)
    assert answer.status_code == 200, (at, answer.status_code)
    spent = []
    for _ in range(times):
        clock = time.process_time()
        client.get(at)
        spent.append(1000 * (time.process_time() - clock))
    return statistics.median(spent), questions, len(answer.content)


def main(words: list[str]) -> int:
    """Measure and say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--demo", type=Path, default=Path("demo"), help="folder of serve --demo")
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--profile", default="", help="one address, as the secretary")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="attriflux-pages-", ignore_cleanup_errors=True) as place:
        work = Path(place) / "bureau"
        shutil.copytree(asked.demo / "bureau", work)
        with store.open(work / "bureau.sqlite") as opened:
            from optimizer.web.deploying import deploy
            from optimizer.web.deployment import Deployment

            deploy(opened, Deployment(state=work / "bureau.files", demo=True))
            people, at = clients({name for name, _ in SCREENS}), places()
            if asked.profile:
                profile(people["secretaire"], asked.profile.format_map(at), asked.times)
                return 0
            print(", ".join(f"{k.replace('_', ' ')} {v}" for k, v in machine().items()))
            print("| who | screen | ms of processor | questions | kB |\n|---|---|---:|---:|---:|")
            for name, screen in SCREENS:
                spent, questions, size = cost(people[name], screen.format_map(at), asked.times)
                print(f"| {name} | {screen} | {spent:.1f} | {questions} | {size / 1000:.0f} |", flush=True)
    return 0


def profile(client: Any, at: str, times: int) -> None:
    """Where the time of one page goes."""
    client.get(at)
    watch = cProfile.Profile()
    watch.enable()
    for _ in range(times):
        client.get(at)
    watch.disable()
    pstats.Stats(watch).sort_stats("cumulative").print_stats(60)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
