"""The desk in a browser: every screen on a desk, on a telephone and printed; a session by keyboard; two people on one dwelling."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import TimeoutError as LateError

from optimizer.synth import synthesize, write_case
from tests.chains.towns import tenant
from tests.desk.looking import A4, PATIENT, SCREENS, TOO_WIDE, TORN, shut_out
from tests.desk.once import once
from tests.end_to_end.small import agreement, application, dwelling
from tests.end_to_end.small import write as write_small

PARIS = ZoneInfo("Europe/Paris")
ROLES = ("secretaire", "presidente", "membre", "agent", "reservataire", "dpo", "technique")


@dataclass
class Served:
    """A demonstration that runs in a process of its own."""

    url: str
    password: str

    def enter(self, browser: Browser, name: str, width: int = 1280) -> BrowserContext:
        """A browser of one's own, logged in."""
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="fr-FR")
        context.set_default_timeout(PATIENT)
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
    # in a process of its own: the browser's loop runs in this one, where Django refuses to work
    code = (
        "import sys; from pathlib import Path; from optimizer.web.demo import prepare; folder = Path(sys.argv[1]);"
        "prepare(folder, folder / 'bureau', 'fr', lambda what, text: None, past_homes=9, dwellings=6)"
    )

    def prepared(folder: Path) -> None:
        subprocess.run([sys.executable, "-c", code, str(folder)], check=True, timeout=400)

    folder = tmp_path_factory.mktemp("bureau") / "demonstration"
    shutil.copytree(once(tmp_path_factory, "demonstration", prepared), folder)
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
    assert server.wait(120) == 0


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
        found += [f"{width}: {x}" for x in (*page.evaluate(TOO_WIDE, False), *page.evaluate(TORN))]
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


def reach(page: Page, selector: str) -> None:
    """Tab until the element has the focus, as somebody without a mouse does."""
    if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
        return
    for _ in range(600):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector} on {page.url}")


def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Reach a button or a link and press it."""
    reach(page, selector)
    with page.expect_navigation():
        page.keyboard.press(key)


def write(page: Page, selector: str, text: str) -> None:
    """Reach a field and type."""
    reach(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.type(text)


def write_day(page: Page, selector: str, day: date) -> None:
    """Reach a field of a date and type it in the order of this browser's language."""
    reach(page, selector)
    for order in ("%m%d%Y", "%d%m%Y"):
        for _ in range(3):  # back to the first part of the date
            page.keyboard.press("ArrowLeft")
        page.keyboard.type(day.strftime(order))
        if page.evaluate("() => document.activeElement.value") == day.isoformat():
            return
    raise AssertionError(f"the date {day} cannot be typed")


def choose(page: Page, selector: str, words: str) -> None:
    """Reach a list and go down to the choice that begins so."""
    reach(page, selector)
    known = page.locator(f"{selector} option").all_inner_texts()
    page.keyboard.press("Home")
    for _ in range(next(n for n, text in enumerate(known) if text.startswith(words))):
        page.keyboard.press("ArrowDown")


def both_values(page: Page) -> None:
    """Somebody else has saved this dwelling meanwhile: who, both values, and the typed text where it was left."""
    page.fill("#departure", "Une autre lecture du dossier.")
    with page.expect_response(lambda r: r.url.endswith("/decider")) as answer:
        page.click("form[action$='/decider'] > button")
    assert answer.value.status == 409
    told = page.locator("section.wrong").inner_text()
    assert "secretaire" in told and "Attribution" in told and "Une autre lecture du dossier." in told
    assert page.locator("#departure").input_value() == "Une autre lecture du dossier."
    assert shut_out(page) == []


def said(page: Page) -> str:
    """What the page begins with: done, or what is wrong."""
    return " ".join(page.locator(".done, .wrong").all_inner_texts())


def test_a_session_is_led_by_keyboard_from_import_to_the_next_agenda(
    browser: Browser, served: Served, tmp_path: Path
):
    """Import, call, convene, open, decide, ask, close, notify, accept, sign, then the next case; no mouse, no script.

    On the way a second person stands on the first dwelling, and is told what the first one saved.
    """
    case = tmp_path / "cas"
    write_case(synthesize("commission", dwellings=3, applications=300, seed=5), case)
    for file in case.glob("*.csv"):  # dwellings of their own: those of the demonstration are on its agenda
        file.write_text(
            re.sub(r"ESH25-(?=\d)", f"N{abs(hash(tmp_path)) % 1000}-", file.read_text("utf-8-sig")),
            "utf-8-sig",
        )
    context = served.enter(browser, "secretaire")
    page = context.new_page()
    page.goto(f"{served.url}/preparer")
    write(page, "#title", "Au clavier")
    reach(page, "#files")
    chosen = False
    for _ in range(3):  # a busy browser may miss a key
        try:
            with page.expect_file_chooser(timeout=7_000) as chooser:
                page.keyboard.press("Space")
        except LateError:
            continue
        chooser.value.set_files(sorted(p for p in case.iterdir() if p.is_file()))
        chosen = True
        break
    assert chosen
    press(page, "main form button:not(.plain)")
    page.wait_for_selector("text=En faire une séance", timeout=600_000)
    job = page.url
    write_day(page, "#on", datetime.now(PARIS).date())
    write(page, "#hour", "14 h")
    write(page, "#commission", "CALEOL Besançon")
    write(page, "#quorum", "2")
    press(page, "form[action$='/seance'] button")
    assert "Séance créée" in said(page), said(page)
    agenda = page.url

    press(page, "li a[href*='/demandes/']")
    choose(page, "#outcome", "Int")
    press(page, "form:has(#outcome) button")
    assert "Enregistré" in said(page), said(page)
    write(page, "#recipients", "Préfet")
    reach(page, "#checked")
    page.keyboard.press("Space")
    press(page, "form[action$='/convoquer'] button")
    assert "convoquée" in said(page), said(page)

    page.goto(f"{agenda}/seance")
    for n, name in enumerate(("Anne Durand", "Bruno Petit")):
        write(page, f"#member-{n}", name)
        choose(page, f"#voice-{n}", "Membre")
        choose(page, f"#presence-{n}", "Pré")
    for n in range(2, page.locator("[id^=member-]").count()):
        write(page, f"#member-{n}", "")
    press(page, "form[action$='/presences'] button")
    assert "Enregistré" in said(page), said(page)
    reach(page, "#checked")
    page.keyboard.press("Space")
    press(page, "form[action$='/ouvrir'] button")
    assert "Séance ouverte" in said(page), said(page)

    homes = page.locator("tbody th a").count()
    press(page, "tbody th a")
    for n in range(homes):
        kinds = [str(x.get_attribute("id")) for x in page.locator("select[id^=kind-]").all()]
        for rank, kind in enumerate(kinds, start=1):
            choose(page, f"#{kind}", "Attribution" if rank == 1 else "Attribution avec")
            write(page, f"#{kind.replace('kind', 'rank')}", str(rank))
        if page.locator("#few").count():
            choose(page, "#few", "Insuf")
        if n == 0:
            other = served.enter(browser, "presidente")
            second = other.new_page()
            second.goto(page.url)
        press(page, "form[action$='/decider'] button")
        assert "Décisions enregistrées" in said(page), said(page)
        if n == 0:
            both_values(second)
            other.close()
            press(page, "a[href*='ask=why']")
            assert page.locator("#answer").count() == 1
        if n + 1 < homes:
            press(page, "a[rel=next]")
    context.close()

    chair = served.enter(browser, "presidente")
    page = chair.new_page()
    page.goto(f"{agenda}/seance")
    press(page, "form[action$='/cloturer'] button:not([type=checkbox])")
    assert "close et signée" in said(page), said(page)
    press(page, "form[action$='/pieces'] button")
    assert "Pièces produites" in said(page), said(page)
    assert page.locator("a[href$='proces-verbal.pdf']").count() == 1
    chair.close()

    context = served.enter(browser, "secretaire")
    page = context.new_page()
    page.goto(f"{served.url}/offres")
    today = datetime.now(PARIS).date()
    mine = f"section:has(form[action*='{agenda.rsplit('/', 1)[1]}/offres'])"
    form = f"{mine} form:has(input[value=notify])"
    write_day(page, f"{form} input[name=notified]", today)
    choose(page, f"{form} select[name=proof]", "Remise")
    write_day(page, f"{form} input[name=proof_on]", today)
    press(page, f"{form} button")
    assert "Enregistré" in said(page), said(page)
    form = f"{mine} form:has(input[value=answer])"
    choose(page, f"{form} select[name=answer]", "Accept")
    write_day(page, f"{form} input[name=on]", today)
    reach(page, f"{form} input[name=written]")
    page.keyboard.press("Space")
    press(page, f"{form} button")
    assert "Enregistré" in said(page), said(page)
    form = f"form[action*='{agenda.rsplit('/', 1)[1]}/baux']"
    write_day(page, f"{form} input[name=on]", today)
    press(page, f"{form} button")
    assert "Bail enregistré" in said(page), said(page)

    page.goto(job)
    write(page, "#next-title", "Séance suivante")
    press(page, "form:has(input[name=next]) button")
    page.wait_for_selector("text=Vérifié", timeout=600_000)
    assert "Reprendre ce que le bureau a enregistré" in page.locator("ol.steps").inner_text()
    context.close()


def test_chains_are_chosen_in_words_followed_and_kept_in_the_session(
    browser: Browser, served: Served, tmp_path: Path
):
    """A vacant T3 and a tenant of a T2 who wants it: with one transfer allowed, the T2 is on the same agenda, on condition."""
    people = [tenant("T0", "H0", 2, score="150", current_available_on="2027-02-01")]
    small = {"persons": "2", "children_under_14": "0", "rooms_wanted": "2"}
    people += [application(f"N{i}", score=str(90 - i), **small) for i in range(4)]
    case = write_small(tmp_path / "cas", [dwelling("V0")], people, conventions=[agreement("BAILLEUR", "1")])
    context = served.enter(browser, "secretaire")
    page = context.new_page()
    page.goto(f"{served.url}/preparer")
    # one computation at a time: that of the test before may still write its pages
    for _ in range(1_200):
        if not page.locator("main p.warn").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    assert page.locator("#chains option").all_inner_texts()[1:] == [
        "aucune", "une mutation à la suite", "jusqu'à 2 mutations à la suite",
        "sans limite, échanges compris",
    ]  # fmt: skip
    page.fill("#title", "Avec chaînes")
    page.set_input_files("#files", sorted(p for p in case.iterdir() if p.is_file()))
    page.select_option("#chains", "1")
    page.locator("main form button:not(.plain)").first.click()
    page.wait_for_selector("text=En faire une séance", timeout=600_000)
    chosen = "Chaînes de mutations : une mutation à la suite"
    assert chosen in page.inner_text("main") and page.input_value("#chains") == "1"
    wrong = [f"job {x}" for x in faults_at(context, page.url, "chains-job")]
    page.fill("#on", datetime.now(PARIS).date().isoformat())
    page.fill("#commission", "CALEOL Besançon")
    with page.expect_navigation():
        page.locator("form[action$='/seance'] button").click()
    told = page.inner_text("main")
    assert chosen in told and "sous condition" in told, told
    wrong += [f"agenda {x}" for x in faults_at(context, page.url, "chains-agenda")]
    wrong += [f"prepare {x}" for x in faults_at(context, f"{served.url}/preparer", "chains-prepare")]
    context.close()
    assert wrong == [], "\n".join(wrong)
