"""Three weeks played in Chromium on PostgreSQL, form by form, and by ``record`` on SQLite: the same desk, and the same fourth case byte for byte."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from optimizer import store
from tests.desk.looking import PATIENT
from tests.desk.server import SORTED_OTHERWISE, Server, base
from tests.deskwork.room import START
from tests.deskwork.weeks import by_workbook, files
from tests.store.dump import dump
from tests.web.hands import Fields, the_form
from tests.web.playing import PASSWORD
from tests.web.weeks import Player, play

COMPUTATION = "/preparer/"

SERVED = """
import sys
from datetime import datetime
from pathlib import Path
from optimizer import store
from optimizer.web.demo import give_passwords, make_accounts
from optimizer.web.deployment import Deployment
from optimizer.web.serving import run
address, folder, port, password = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
clock = lambda: datetime.fromisoformat((folder / "clock").read_text())
with store.open(address, create=True, clock=clock) as opened:
    from optimizer.web import answers
    answers.room_at_hand = lambda *told, **more: None
    make_accounts(opened)
    give_passwords(password)
    run(opened, Deployment(state=folder / "files", port=port), lambda what, text: print(what, text, flush=True))
"""
"""The desk of ``attriflux serve`` on a clock that the test sets; nobody asks a question, so no room keeps a case warm."""


class BrowserHands:
    """Somebody in front of Chromium."""

    def __init__(self, browser: Browser, url: str, name: str) -> None:
        self.url, self.text, self.unseen = url, "", ""
        self.context = browser.new_context(locale="fr-FR")
        self.page = self.window()
        self.page.goto(f"{url}/entrer")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def window(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(PATIENT)
        return page

    def open(self, address: str) -> str:
        if address.startswith(COMPUTATION):
            # the page of a computation reloads by itself: read beside the window, shown in it when a form is sent
            self.unseen, self.text = address, self.context.request.get(self.url + address).text()
            return self.text
        answer = self.page.goto(self.url + address)
        assert answer is not None and answer.status == 200, address
        self.unseen, self.text = "", self.page.content()
        return self.text

    def send(
        self, action: str, fields: Fields, *, inside: str = "", files: Sequence[Path] = ()
    ) -> tuple[str, str]:
        if self.unseen:
            self.page.goto(self.url + self.unseen)
        place, form = the_form(self.page.content(), action, fields, inside)
        shown = self.page.locator("form").nth(place)
        shown.evaluate(
            "f => { for (let e = f; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true; for (const d of f.querySelectorAll('details')) d.open = true }"
        )
        for name, value in fields.items():
            field = shown.locator(f"[name='{name}']")
            if name in form.options:
                field.select_option(value)
            elif name in form.ticks:
                field.check()
            elif name not in form.hidden:
                field.fill(value)
        if files:
            shown.locator("[name=files]").set_input_files(list(files))
        with self.page.expect_navigation() as answer:
            shown.locator("button").first.click()
        at = re.sub(r"^https?://[^/]+|#.*", "", self.page.url)
        if at.startswith(COMPUTATION) and answer.value.status == 200:
            # a page that reloads itself may do so across whatever is asked of its window: another window goes on
            self.page.close()
            self.page = self.window()
            return at, self.open(at)
        wrong = self.page.locator("[role=alert]").all_inner_texts()
        assert answer.value.status == 200, (action, answer.value.status, dict(fields), wrong)
        self.unseen, self.text = "", self.page.content()
        return at, self.text


def test_three_weeks_in_a_browser_and_on_the_workbook_are_the_same_weeks(
    browser: Browser, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ATTRIFLUX_STATE", str(tmp_path / "etat"))
    address = base(server, "semaines", *SORTED_OTHERWISE)
    # the browser's loop runs in this thread, where Django asks no database
    with ThreadPoolExecutor(1) as apart:

        def beside(do: Callable[..., Any], *given: Any) -> Any:
            return apart.submit(do, *given).result()

        (tmp_path / "classeur").mkdir()
        weeks = beside(by_workbook, tmp_path / "classeur")
        desk = tmp_path / "pages"
        desk.mkdir()
        clock = START

        def to(day: date) -> None:
            nonlocal clock
            clock = max(clock, datetime(day.year, day.month, day.day, 13, tzinfo=UTC))
            (desk / "clock.new").write_text(clock.isoformat())
            (desk / "clock.new").replace(desk / "clock")

        to(START.date())
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        serving = subprocess.Popen(
            [sys.executable, "-c", SERVED, address, str(desk), str(port), PASSWORD],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert serving.stdout is not None
        url = serving.stdout.readline().strip().partition(" ")[2]
        try:
            hands = [BrowserHands(browser, url, name) for name in ("secretaire", "presidente")]
            fourth = play(Player(hands[0], hands[1], to, desk / "files"), weeks)
            for one in hands:
                one.context.close()
        finally:
            serving.send_signal(signal.SIGINT)
            assert serving.wait(120) == 0

        def told() -> list[str]:
            with store.open(address, clock=lambda: clock) as opened:
                return dump(opened)

        assert beside(told) == weeks.dump
    assert fourth == files(weeks.cases[-1])
