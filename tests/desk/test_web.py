"""The desk in a browser: every screen on a desk, on a telephone and printed; a session by keyboard; two people on one dwelling."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.desk.looking import A4, SCREENS, TOO_WIDE, shut_out

ROLES = ("secretaire", "presidente", "membre", "agent", "reservataire", "dpo", "technique")


@dataclass
class Served:
    """A demonstration that runs in a process of its own."""

    url: str
    password: str

    def enter(self, browser: Browser, name: str, width: int = 1280) -> BrowserContext:
        """A browser of one's own, logged in."""
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="fr-FR")
        page = context.new_page()
        page.goto(f"{self.url}/entrer")
        page.fill("#name", name)
        page.fill("#password", self.password)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/(semaine|reservataire|journal|comptes)$"))
        page.close()
        return context


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``attriflux serve --demo`` on a small demonstration."""
    from optimizer.web.demo import prepare

    folder = tmp_path_factory.mktemp("bureau")
    prepare(folder, folder / "bureau", "fr", lambda what, text: None, past_homes=9, dwellings=6)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["serve", "--demo", "--demo-folder", str(folder), "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, "-c", "from optimizer.cli import main; main()", *words],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    said = {}
    for line in server.stdout:
        name, _, value = line.strip().partition(" : ")
        said[name] = value
        if name == "Bureau ouvert":
            break
    yield Served(said["Bureau ouvert"], said["Mot de passe de tous"])
    server.send_signal(signal.SIGINT)
    assert server.wait(20) == 0


def faults_at(context: BrowserContext, url: str, picture: str = "") -> list[str]:
    """Everything wrong with one address, on two screens and on paper; axe reads it once."""
    found, kept = [], os.environ.get("ATTRIFLUX_PICTURES")
    page = context.new_page()
    page.on("console", lambda m: found.append(f"console: {m.text}") if m.type == "error" else None)
    page.on(
        "request", lambda r: found.append(f"asks for {r.url}") if not r.url.startswith(url[:17]) else None
    )
    answer = page.goto(url)
    if answer is None or answer.status >= 400:
        found.append(f"status {answer.status if answer else None}")
    for width in SCREENS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width}: {x}" for x in page.evaluate(TOO_WIDE, False)]
        if kept:
            page.screenshot(path=Path(kept) / f"{picture}-{width}.png", full_page=True)
    found += shut_out(page)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4["portrait"], "height": 1000})
    found += [f"A4: {x}" for x in page.evaluate(TOO_WIDE, True)]
    if kept:
        (Path(kept) / f"{picture}.pdf").write_bytes(
            page.pdf(prefer_css_page_size=True, print_background=True)
        )
    page.close()
    return found


def addresses(page: Page, url: str) -> list[str]:
    """Addresses that a visitor reaches from the menu: the screens, then one of each kind behind them."""
    found = {str(a.get_attribute("href")) for a in page.locator("header nav a").all()}
    shapes = {re.sub(r"\d+|[0-9a-f]{32}", "#", at) for at in found}
    for at in sorted(found):
        page.goto(url + at)
        for link in page.locator("main a[href^='/']").all():
            to = str(link.get_attribute("href")).split("#")[0]
            shape = re.sub(r"\d+|[0-9a-f]{32}", "#", to)
            # a file is downloaded, a paper and a question have tests of their own
            if shape not in shapes and not re.search(r"/pages/|/pieces/|/question", to):
                shapes.add(shape)
                found.add(to)
    return sorted(found)


@pytest.mark.parametrize("name", ROLES)
def test_every_screen_of_a_role_fits_prints_and_shuts_nobody_out(name: str, browser: Browser, served: Served):
    context = served.enter(browser, name)
    page = context.new_page()
    page.goto(served.url)
    wrong = []
    for at in addresses(page, served.url):
        picture = f"{name}{at.replace('/', '-')}"
        wrong += [f"{at} {x}" for x in faults_at(context, served.url + at, picture)]
    context.close()
    assert wrong == [], "\n".join(wrong)
