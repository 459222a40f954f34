"""A day at the desk: ``python -m benchmarks.soak --minutes 60 [--hours N]``.

The demonstration's desk is served as ``attriflux serve`` serves it; twenty-five people read its screens while a secretary and a
chair lead one session after the other: import, proposal, calls, convocation, questions, decisions (in the browser and by the
workbook), conflicts on one dwelling, signature, papers, offers, answers, leases. Every few minutes the room's process is killed.
Told: requests, percentiles by kind, errors, memory over time; at the end the ledger is verified against its tables.
"""

from __future__ import annotations

import argparse
import datetime
import os
import random
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.desk_browser import Answer, Browser, PageForm, Tally
from benchmarks.tables import machine
from optimizer.store.clock import today

READERS = (
    ("membre", 8), ("secretaire", 5), ("presidente", 3), ("agent", 4), ("reservataire", 2), ("dpo", 2), ("technique", 1),
)  # fmt: skip
SCREENS = {
    "secretaire": ("/semaine", "/preparer", "/appels", "/offres", "/journal"), "presidente": ("/semaine", "/offres"),
    "membre": ("/semaine", "/seances"), "agent": ("/semaine", "/appels", "/offres"), "reservataire": ("/reservataire",),
    "dpo": ("/journal", "/conservation"), "technique": ("/comptes",),
}  # fmt: skip
SIT = "secretaire", "presidente", "membre"
LIMIT = 0.5
"""Seconds that 95 of 100 answers may take."""
HOMES, APPLICATIONS = 12, 600
TAKEN = "a accepté un autre logement"
"""Said of a household that comes back in a later week of the day and accepted in an earlier one: the desk takes one lease only."""
KILLED_EVERY = 180.0
LAUNCH = "from optimizer.cli import main; main()"


class Served:
    """The desk in a process of its own, and what the system tells of it."""

    def __init__(self, folder: Path, demo: Path) -> None:
        self.file, self.password = folder / "bureau.sqlite", secrets.token_urlsafe(12)
        prepare = (
            "import sys; from pathlib import Path; from optimizer import store; from optimizer.web import demo;"
            "place, kept = Path(sys.argv[1]), Path(sys.argv[1]) / 'bureau';"
            "demo.ready(kept) or demo.prepare(place, kept, 'fr', print); import shutil;"
            "shutil.copytree(kept, sys.argv[2], dirs_exist_ok=True);"
            "opened = store.open(Path(sys.argv[2]) / 'bureau.sqlite'); demo.give_passwords(sys.argv[3]); opened.close()"
        )
        subprocess.run([sys.executable, "-c", prepare, str(demo), str(folder), self.password], check=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        words = ["serve", "--store", str(self.file), "--port", str(port)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, *words], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.process.stdout.readline()
        self.url = f"http://127.0.0.1:{port}"

    def command(self, *words: str) -> tuple[int, str]:
        """``attriflux`` on the same store, beside the server."""
        told = [sys.executable, "-c", LAUNCH, *words, "--store", str(self.file)]
        done = subprocess.run(told, capture_output=True, text=True, timeout=300, check=False)
        return done.returncode, done.stdout + done.stderr

    def children(self) -> dict[int, str]:
        """Children of the server and what they run."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and _field(entry, "PPid") == str(self.process.pid):
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
        return found

    def memory(self) -> dict[str, float]:
        """Megabytes held by the server and by its children."""
        held = {"server": _megabytes(self.process.pid)}
        for pid, words in self.children().items():
            held["room" if "children.room" in words else "proposal"] = _megabytes(pid)
        return held

    def kill_room(self) -> bool:
        """Kill the room's process, if there is one."""
        for pid, words in self.children().items():
            if "children.room" in words:
                os.kill(pid, signal.SIGKILL)
                return True
        return False

    def end(self) -> int:
        """Stop it as a person does."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


def _field(entry: Path, name: str) -> str:
    for line in (entry / "status").read_text().splitlines():
        if line.startswith(name + ":"):
            return line.split()[1]
    return ""


def _megabytes(pid: int) -> float:
    try:
        return int(_field(Path("/proc") / str(pid), "VmRSS") or 0) / 1024
    except OSError:
        return 0.0


class Day:
    """Everybody who is there, until the end."""

    def __init__(self, served: Served, tally: Tally, end: float, pause: float, seed: int) -> None:
        self.served, self.tally, self.end, self.pause = served, tally, end, pause
        self.seed, self.session = seed, ""
        self.today = today(datetime.datetime.now(datetime.UTC)).isoformat()

    def over(self) -> bool:
        return time.monotonic() >= self.end

    def browser(self, name: str) -> Browser:
        """Somebody who has logged in."""
        return Browser(self.served.url, name, self.served.password, self.tally)

    def play(self, part: Callable[[random.Random], None], n: int) -> threading.Thread:
        """A part in a thread of its own; one that breaks off is a fault."""

        def run() -> None:
            try:
                part(random.Random(self.seed * 1000 + n))
            except Exception:  # noqa: BLE001 - the day goes on without one of them, and says so
                self.tally.fault(f"{part}: {traceback.format_exc(limit=4)}")

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    # ------------------------------------------------------------ readers

    def reader(self, name: str) -> Callable[[random.Random], None]:
        """Somebody who reads the screens of a role, asks an identity now and then, notes a call, asks why."""

        def part(draw: random.Random) -> None:
            who = self.browser(name)
            while not self.over():
                at = draw.choice(SCREENS[name])
                page = who.get(at)
                self.rest(draw)
                if at == "/appels" and draw.random() < 0.5:
                    self.note_call(who, page, draw)
                if self.session and name in SIT and draw.random() < 0.7:
                    self.look(who, draw)

        return part

    def note_call(self, who: Browser, page: Answer, draw: random.Random) -> None:
        """The outcome of a call of the list."""
        forms = [f for f in page.forms(act="call") if "/offres/" in f.action]
        if forms:
            who.send(draw.choice(forms), kind="write", expect=(200, 404, 409, 422), outcome="unreachable")
            self.tally.count("calls")
        self.rest(draw)

    def look(self, who: Browser, draw: random.Random) -> None:
        """A dwelling of the session of the day, and a household of it."""
        room = who.get(f"/seances/{self.session}/seance", expect=(200, 404))
        homes = dwellings(room)
        if not homes:
            return
        self.rest(draw)
        home = who.get(draw.choice(homes))
        names = sorted({x for x in home.read().links if re.fullmatch(r"/seances/[^/]+/demandes/\d+", x)})
        self.rest(draw)
        if names and who.name != "membre" and draw.random() < 0.5:
            page = who.get(draw.choice(names))
            self.rest(draw)
            for form in [
                f
                for f in page.read().forms
                if f.method == "post" and "reason" in f.fields and "act" not in f.fields
            ][:1]:
                who.send(form, reason="appel pour la visite du logement")
                self.tally.count("identities")
            self.rest(draw)

    def rest(self, draw: random.Random, share: float = 1.0) -> None:
        """A person's pause."""
        time.sleep(draw.uniform(0.5, 1.5) * self.pause * share)

    # ------------------------------------------------------------ the session

    def lead(self, draw: random.Random) -> None:
        """One session after the other, from the import to the leases."""
        secretary, chair = self.browser("secretaire"), self.browser("presidente")
        n = 0
        while not self.over():
            n += 1
            session = self.prepare(secretary, n)
            if not session:
                continue
            self.session = session
            self.instruct(secretary, draw)
            self.open(secretary)
            self.decide(secretary, chair, draw)
            if self.over():
                return
            self.close(chair)
            self.offers(secretary, draw)
            self.tally.count("sessions")

    def prepare(self, who: Browser, n: int) -> str:
        """Import a week of its own, have it proposed, make a session of it; its reference."""
        files = week(self.seed + n, f"S{self.seed}N{n}-")
        form = next(
            f for f in who.get("/preparer").read().forms if "title" in f.fields and "case" not in f.fields
        )
        page = who.upload(form, files, title=f"Semaine {n}")
        while "/stop" not in page.at and 'http-equiv="refresh"' in page.text and not self.over():
            time.sleep(2)
            page = who.get(page.at)
        found = page.forms("/seance")
        if not found:
            if not self.over():
                self.tally.fault(f"no session of {page.at}")
                time.sleep(5)
            return ""
        values: dict[str, Any] = {
            "on": self.today,
            "hour": "9 h",
            "commission": f"Commission {self.seed}",
            "quorum": "2",
        }
        return who.send(found[0], **values).at.split("/")[2]

    def instruct(self, who: Browser, draw: random.Random) -> None:
        """Calls to the names, then the convocation."""
        agenda = who.get(f"/seances/{self.session}")
        names = sorted({x for x in agenda.read().links if re.fullmatch(r"/seances/[^/]+/demandes/\d+", x)})
        for at in names[::3]:
            for form in who.get(at).forms(act="call")[:1]:
                who.send(form, outcome="interested")
                self.tally.count("calls")
            self.rest(draw, 0.3)
        form = who.get(f"/seances/{self.session}").forms("/convoquer")[0]
        who.send(form, recipients="Préfet\nMaire", checked="1")

    def open(self, who: Browser) -> None:
        """Who sits, and the opening."""
        at = f"/seances/{self.session}/seance"
        form = who.get(at).forms("/presences")[0]
        values: dict[str, Any] = {}
        for n, name in enumerate(("Anne Durand", "Bruno Petit", "Chantal Roy")):
            values |= {
                f"member-{n}": name,
                f"voice-{n}": "board",
                f"presence-{n}": "present",
                f"from-{n}": "09:00",
            }
        for n in range(3, 40):
            if f"member-{n}" in form.fields:
                values[f"member-{n}"] = ""
        who.send(form, **values)
        who.send(who.get(at).forms("/ouvrir")[0], checked="1")

    def decide(self, who: Browser, chair: Browser, draw: random.Random) -> None:
        """Dwelling after dwelling: questions, decisions; every fourth is entered twice, the last ones come by the workbook."""
        room = who.get(f"/seances/{self.session}/seance")
        homes = dwellings(room)
        by_book = self.workbook(homes[-3:]) if len(homes) > 6 else set()
        for n, at in enumerate(x for x in homes if x not in by_book):
            if self.over():
                return
            page = who.get(at)
            self.question(who, page, at, draw)
            forms = page.forms("/decider")
            if not forms:
                self.tally.fault(f"{at}: nothing can be decided")
                continue
            rival = chair.get(at).forms("/decider")[0] if n % 4 == 0 else None
            who.send(forms[0], **decisions(forms[0]))
            self.tally.count("dwellings decided")
            if rival is not None:
                told = chair.send(rival, kind="conflict", expect=(409,), **decisions(rival))
                self.tally.count("conflicts shown", told.status == 409)
            self.rest(draw, 0.5)

    def question(self, who: Browser, page: Answer, at: str, draw: random.Random) -> None:
        """Why, what if, who is next."""
        links = [x for x in page.read().links if "/question?" in x]
        asked = [x for x in links if "what_if" in x][1:2] + links[:1] + [f"{at}/question?ask=next"]
        for link in asked:
            told = who.get(link.split("#")[0], kind="question")
            waiting = 'name="ask" value="' in told.text and "Demander à nouveau" in told.text
            self.tally.count("questions with the effect to come" if waiting else "questions answered at once")
            self.rest(draw, 0.2)

    def workbook(self, homes: list[str]) -> set[str]:
        """The decisions of some dwellings, recorded from the workbook beside the server; the dwellings it took."""
        import openpyxl

        with tempfile.TemporaryDirectory() as place:
            code, said = self.served.command("session", "pack", self.session, "--out", f"{place}/dossier")
            books = sorted(Path(place, "dossier").glob("*.xlsx"))
            if code or not books:
                self.tally.fault(f"session pack: {code} {said[-300:]}")
                return set()
            book = openpyxl.load_workbook(books[0])
            sheet = book["Saisie"]
            at = {str(cell.value): column for column, cell in enumerate(sheet[1], 1)}
            rows: dict[str, list[int]] = {}
            for r in range(2, sheet.max_row + 1):
                if sheet.cell(r, at["numero_unique"]).value:
                    rows.setdefault(str(sheet.cell(r, at["logement"]).value), []).append(r)
            order = list(rows)
            taken = [d for d in order[-len(homes) :] if len(rows[d]) >= 3]
            for home in taken:
                for rank, r in enumerate(rows[home], start=1):
                    sheet.cell(r, at["decision"]).value = "a" if rank == 1 else "b"
                    sheet.cell(r, at["rang"]).value = rank
            book.save(books[0])
            code, said = self.served.command(
                "record", str(books[0]), "--session", self.session, "--actor", "secretaire"
            )
        if code:
            self.tally.fault(f"record: {code} {said[-600:]}")
            return set()
        self.tally.count("dwellings recorded by the workbook", len(taken))
        known = dict(zip(order[-len(homes) :], homes, strict=False))
        return {known[d] for d in taken if d in known}

    def close(self, chair: Browser) -> None:
        """Signature and papers."""
        found = chair.get(f"/seances/{self.session}/seance").forms("/cloturer")
        if not found:
            self.tally.fault(f"session {self.session} cannot be closed")
            return
        chair.send(found[0])
        chair.send(chair.get(f"/seances/{self.session}/pieces").forms("/pieces")[0], kind="papers")

    def offers(self, who: Browser, draw: random.Random) -> None:
        """Notify each first name, take answers, sign leases; a few offers are left open."""
        mine = f"/seances/{self.session}/"
        for act in ("notify", "answer"):
            for form in [f for f in who.get("/offres").forms(act=act) if mine in f.action]:
                if self.over():
                    return
                if act == "notify":
                    values = {"notified": self.today, "proof": "hand", "proof_on": self.today}
                elif draw.random() < 0.7:
                    values = {"answer": "accepted", "on": self.today, "written": "1"}
                else:
                    values = {"answer": "refused", "on": self.today, "refusal": form.choices["refusal"][0]}
                told = who.send(form, expect=(200, 409, 422) if act == "answer" else (200, 409), **values)
                if told.status == 422 and TAKEN not in told.text:
                    self.tally.fault(f"{form.action}: 422 {' '.join(told.text.split())[:300]}")
                done = "offers" if act == "notify" else "answers"
                # somebody who notes a call on the same offer meanwhile: both values are shown, the next turn sends it again
                seen = {409: "changed by another meanwhile, shown", 422: "second acceptances refused"}
                self.tally.count(seen.get(told.status, done))
                self.rest(draw, 0.3)
        for form in [f for f in who.get("/offres").read().forms if f"{mine}baux/" in f.action][:6]:
            who.send(form, on=self.today)
            self.tally.count("leases")

    # ------------------------------------------------------------ what goes wrong

    def killer(self, draw: random.Random) -> None:
        """Kill the room now and then: the next question begins another."""
        while not self.over():
            time.sleep(min(KILLED_EVERY * draw.uniform(0.5, 1.0), max(1.0, self.end - time.monotonic())))
            if not self.over() and self.served.kill_room():
                self.tally.count("rooms killed")


def dwellings(page: Answer) -> list[str]:
    """The addresses of the dwellings of a session, in the order of its agenda (that of their numbers, 99 before 100)."""
    found = {x for x in page.read().links if re.fullmatch(r"/seances/[^/]+/logements/\d+", x)}
    return sorted(found, key=lambda at: int(at.rsplit("/", 1)[1]))


def decisions(form: PageForm) -> dict[str, Any]:
    """Everybody listed is decided upon in the order proposed."""
    values: dict[str, str] = {}
    for rank, name in enumerate((x for x in form.fields if x.startswith("kind-")), start=1):
        values[name] = "attribution" if rank == 1 else "ranked"
        values[name.replace("kind", "rank")] = str(rank)
    if form.choices.get("few"):
        values["few"] = form.choices["few"][0]
    return values


def week(seed: int, prefix: str) -> dict[str, bytes]:
    """The files of a week whose dwellings have numbers of their own."""
    from optimizer.synth import synthesize, write_case

    with tempfile.TemporaryDirectory() as place:
        case = Path(place) / "cas"
        write_case(synthesize("commission", dwellings=HOMES, applications=APPLICATIONS, seed=seed), case)
        return {
            p.name: re.sub(rb"ESH25-(?=\d)", prefix.encode(), p.read_bytes())
            for p in sorted(case.iterdir())
            if p.is_file()
        }


def percentiles(took: list[float]) -> str:
    """p50, p95, p99 and the longest, in milliseconds."""
    ordered = sorted(took)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * p))] for p in (0.5, 0.95, 0.99)]
    return " | ".join(f"{1000 * x:.0f}" for x in (*at, ordered[-1]))


def report(tally: Tally, memory: list[tuple[float, dict[str, float]]], words: list[str]) -> list[str]:
    """The page of a day."""
    head = machine()
    lines = [f"# A day at the desk, {head['date']}", "", f"`python -m benchmarks.soak {' '.join(words)}`", ""]
    lines += [", ".join(f"{k.replace('_', ' ')} {v}" for k, v in head.items() if k != "date"), ""]
    lines += [
        "| requests | number | p50 ms | p95 ms | p99 ms | longest ms |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    kinds = sorted({kind for kind, *_ in tally.asked})
    for kind in (*kinds, "all"):
        took = [x for k, _, x, _ in tally.asked if kind in (k, "all")]
        lines.append(f"| {kind} | {len(took)} | {percentiles(took)} |")
    lines += ["", ", ".join(f"{n} {what}" for what, n in sorted(tally.counts.items())) + ".", ""]
    lines += ["| minute | server MB | room MB | proposal MB | p95 ms since |", "|---:|---:|---:|---:|---:|"]
    before = 0.0
    for at, held in memory:
        took = [x for _, when, x, _ in tally.asked if before <= when < at]
        p95 = f"{1000 * sorted(took)[int(len(took) * 0.95)]:.0f}" if took else ""
        cells = " | ".join(f"{held[k]:.0f}" if k in held else "" for k in ("server", "room", "proposal"))
        lines.append(f"| {at / 60:.0f} | {cells} | {p95} |")
        before = at
    lines += ["", f"{len(tally.wrong)} errors.", *(f"- {x}" for x in tally.wrong[:40])]
    return lines


def main(words: list[str]) -> int:
    """Play the day and say what was seen; 1 when something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--hours", type=float, default=0.0, help="in place of --minutes")
    parser.add_argument("--people", type=int, default=25)
    parser.add_argument("--pause", type=float, default=5.0, help="seconds between two pages of a person")
    parser.add_argument("--demo", type=Path, default=Path("demo"), help="folder of serve --demo")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="file of the page")
    asked = parser.parse_args(words)
    seconds = 3600 * asked.hours or 60 * asked.minutes
    memory: list[tuple[float, dict[str, float]]] = []
    with tempfile.TemporaryDirectory(prefix="attriflux-soak-", ignore_cleanup_errors=True) as place:
        served = Served(Path(place) / "bureau", asked.demo)
        try:
            tally = Tally()
            day = Day(served, tally, time.monotonic() + seconds, asked.pause, asked.seed)
            names = [name for name, n in READERS for _ in range(n)]
            parts = [
                day.lead,
                day.killer,
                *(
                    day.reader(names[n * len(names) // max(1, asked.people - 2) % len(names)])
                    for n in range(asked.people - 2)
                ),
            ]
            threads = [day.play(part, n) for n, part in enumerate(parts)]
            step = max(10.0, seconds / 20)
            while any(t.is_alive() for t in threads):
                until = time.monotonic() + step
                while time.monotonic() < until and any(t.is_alive() for t in threads):
                    time.sleep(0.5)
                memory.append((time.monotonic() - tally.began, served.memory()))
                print(
                    f"{memory[-1][0]:.0f} s: {len(tally.asked)} requests, {len(tally.wrong)} errors, {memory[-1][1]} "
                    f"{(tally.wrong or [''])[-1][:200]}",
                    file=sys.stderr,
                    flush=True,
                )
        finally:
            ended = served.end()
        if ended:
            tally.fault(f"the server ended with {ended}")
        code, verdict = served.command("store", "verify")
        if code:
            tally.fault(f"store verify: {code}")
        lines = [*report(tally, memory, words), "", "The ledger: " + " ".join(verdict.split())]
    page = "\n".join(lines) + "\n"
    print(page)
    if asked.out is not None:
        asked.out.write_text(page, encoding="utf-8")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
