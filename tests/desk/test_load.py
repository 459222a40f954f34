"""Twenty-five people at once while a proposal is computed beside them; eight of them outside the soak."""

from __future__ import annotations

import http.cookiejar
import re
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from optimizer.synth import synthesize, write_case
from tests.campaign import FULL
from tests.desk.test_web import Served, served

__all__ = ["served"]
PEOPLE = 25 if FULL else 8
SECONDS = 120 if FULL else 12
MOST = 0.5 if FULL else 1.5
"""Seconds that 95 of 100 pages may take, and 95 of 100 forms, with a person's pause of a few seconds between two; on a machine of which
nobody else asks anything."""


def crowded() -> float:
    """How many times longer than on the machine of the limits a fixed piece of work takes here, by the clock: slow, or others' too."""
    clock = time.perf_counter()
    held: dict[str, int] = {}
    for n in range(600_000):
        held[str(n % 1_000)] = held.get(str(n % 977), 0) + n
    return max(1.0, (time.perf_counter() - clock) / 0.11)


class Person:
    """A browser without a screen."""

    def __init__(self, base: str, password: str) -> None:
        self.base = base
        self.took: dict[str, list[float]] = {"read": [], "write": []}
        self.errors: list[str] = []
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self.form("/entrer", {"name": "secretaire", "password": password}, self.read("/entrer"))
        self.forget()

    def forget(self) -> None:
        """What was timed so far was no part of the load."""
        for times in self.took.values():
            times.clear()

    def read(self, at: str) -> str:
        """A page, timed."""
        return self._timed(urllib.request.Request(self.base + at))

    def form(self, at: str, values: dict[str, str], page: str) -> str:
        """A form of a page that was read."""
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page)
        assert token is not None, page[:300]
        data = urllib.parse.urlencode({**values, "csrfmiddlewaretoken": token[1]}).encode()
        return self._timed(urllib.request.Request(self.base + at, data))

    def _timed(self, request: urllib.request.Request) -> str:
        began = time.perf_counter()
        try:
            text: str = self.opener.open(request, timeout=60).read().decode()
        except OSError as error:
            self.errors.append(repr(error))
            return ""
        self.took["write" if request.data else "read"].append(time.perf_counter() - began)
        return text


def test_pages_answer_while_many_read_and_write_and_a_proposal_is_computed(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Each reads five screens and asks one identity a turn (a write of the ledger), a few seconds apart."""
    first = Person(served.url, served.password)
    session = re.findall(r'/seances/([0-9-]+)"', first.read("/seances"))[0]
    homes = re.findall(rf"/seances/{session}/logements/\d+", first.read(f"/seances/{session}"))
    names = re.findall(rf"/seances/{session}/demandes/\d+", first.read(f"/seances/{session}"))
    case = tmp_path / "cas"
    write_case(synthesize("commission", dwellings=12, applications=2000, seed=9), case)
    shared = crowded()
    people = [first, *(Person(served.url, served.password) for _ in range(PEOPLE - 1))]
    send_case(first, case)
    end = time.monotonic() + SECONDS

    def play(n: int, person: Person) -> None:
        time.sleep(n * 0.1)
        while time.monotonic() < end:
            for at in (
                "/semaine",
                "/appels",
                f"/seances/{session}/seance",
                homes[n % len(homes)],
                "/journal",
            ):
                person.read(at)
                time.sleep(2.0)
            at = names[n % len(names)]
            person.form(at, {"reason": "appel pour la visite"}, person.read(at))
            time.sleep(2.0)

    threads = [threading.Thread(target=play, args=(n, person)) for n, person in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e for person in people for e in person.errors] == []
    p95 = {}
    for kind, least in (("read", 4 * PEOPLE), ("write", PEOPLE // 2)):
        took = sorted(t for person in people for t in person.took[kind])
        assert len(took) >= least
        p95[kind] = took[int(len(took) * 0.95)]
        with capsys.disabled():
            print(f"\n{PEOPLE} people, {kind}: p95 {p95[kind]:.3f} s, longest {took[-1]:.3f} s ({len(took)})")
    assert max(p95.values()) <= MOST * max(shared, crowded()), p95


def send_case(person: Person, case: Path) -> None:
    """Import and propose: the form of the screen, with its files."""
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', person.read("/preparer"))
    assert token is not None
    edge, body = "bord-du-formulaire", b""
    for name, value in (("csrfmiddlewaretoken", token[1]), ("title", "Sous charge")):
        body += f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for file in sorted(p for p in case.iterdir() if p.is_file()):
        head = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{file.name}"\r\nContent-Type: text/csv\r\n\r\n'
        body += head.encode() + file.read_bytes() + b"\r\n"
    body += f"--{edge}--\r\n".encode()
    request = urllib.request.Request(
        person.base + "/preparer", body, {"Content-Type": f"multipart/form-data; boundary={edge}"}
    )
    assert "Le calcul a commencé" in person.opener.open(request, timeout=60).read().decode()
    person.forget()
