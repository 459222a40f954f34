"""Every state of a screen: refused, in conflict, answered, signed…, its folds open: read by axe once, on two screens and on paper."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page

from optimizer.store.clock import today
from optimizer.synth import synthesize, write_case
from tests.desk.looking import A4, PATIENT, SCREENS, TOO_WIDE, TORN, shut_out
from tests.desk.test_web import Served, said, served

__all__ = ["served"]
OPEN_FOLDS = "() => document.querySelectorAll('details').forEach(fold => { fold.open = true; })"


class Looker:
    """Somebody who walks through the screens, and everything wrong with the states that were met."""

    def __init__(self, browser: Browser, served: Served, name: str) -> None:
        self.served = served
        self.context: BrowserContext = served.enter(browser, name) if name else browser.new_context()
        self.context.set_default_timeout(PATIENT)
        self.page: Page = self.context.new_page()
        self.wrong: list[str] = []
        self.seen: list[str] = []

    def go(self, at: str) -> Looker:
        self.page.goto(self.served.url + at)
        return self

    def form(self, ending: str, n: int = 0, **fields: str | bool) -> Locator:
        """The n-th form whose address ends so, its folds open and fields filled by name; nothing is sent."""
        self.page.evaluate(OPEN_FOLDS)
        found = self.page.locator(f"form[action$='{ending}']").nth(n)
        for name, value in fields.items():
            field = found.locator(f"[name='{name.replace('__', '-')}']")
            if isinstance(value, bool):
                field.set_checked(value)
            elif field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        return found

    def send(self, ending: str, n: int = 0, status: int = 200, **fields: str | bool) -> Looker:
        """Fill a form and send it; a browser's own check of required fields is put aside."""
        found = self.form(ending, n, **fields)
        found.evaluate("f => { f.noValidate = true; }")
        with self.page.expect_navigation() as answer:
            found.locator("button:not([type=button])").first.click()
        assert answer.value is not None and answer.value.status == status, (
            ending, answer.value and answer.value.status, said(self.page),
        )  # fmt: skip
        return self

    def state(self, name: str, holds: str = "") -> Looker:
        """Look at the page as it stands; ``holds`` is what shows that it is in this state."""
        page, found = self.page, []
        assert holds in page.locator("main").inner_text(), (name, said(page), page.url)
        page.evaluate(OPEN_FOLDS)
        for width in SCREENS:
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{width}: {x}" for x in (*page.evaluate(TOO_WIDE, False), *page.evaluate(TORN))]
        found += shut_out(page)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": A4["portrait"], "height": 1000})
        found += [f"A4: {x}" for x in page.evaluate(TOO_WIDE, True)]
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": SCREENS[0], "height": 900})
        self.wrong += [f"{name}: {x}" for x in found]
        self.seen.append(name)
        return self

    def faults(self) -> list[str]:
        """All that was wrong in the states seen; the browser is closed."""
        self.context.close()
        return self.wrong


def links(page: Page, shape: str) -> list[str]:
    """Addresses of the page that have a shape, in order, each once."""
    found = [str(a.get_attribute("href")).split("#")[0] for a in page.locator("main a").all()]
    return list(dict.fromkeys(x for x in found if re.fullmatch(shape, x)))


def test_doors_in_each_state(browser: Browser, served: Served):
    who = Looker(browser, served, "")
    who.go("/entrer").send("/entrer", status=401, name="agent", password="faux-mot-de-passe").state(
        "wrong password"
    )
    for _ in range(3):
        who.send("/entrer", status=401, name="membre", password="faux-mot-de-passe")
    who.send("/entrer", status=401, name="membre", password="faux-mot-de-passe")
    who.go("/entrer").form("/entrer", name="membre", password="faux-mot-de-passe")
    with who.page.expect_navigation():
        who.page.locator("form[action$='/entrer'] button").click()
    who.state("too many passwords")
    who.go("/accessibilite").state("declaration of accessibility").go("/langue/en").go("/entrer").state(
        "in English"
    )
    assert who.faults() == []
    member = Looker(browser, served, "technique")
    member.go("/semaine").state("not this role").go("/rien-ici").state("no such page")
    member.go("/mot-de-passe").send("/mot-de-passe", status=422, old="faux", new="court").state(
        "password refused"
    )
    member.go("/comptes").send("/comptes", status=422, name="agent", password="court").state(
        "account refused"
    )
    member.send("/comptes", name="nouvelle", password="rivage-saule-pluie-31").state(
        "account made", "nouvelle"
    )
    assert member.faults() == []


def test_the_first_start_shuts_nobody_out(browser: Browser, served: Served, tmp_path: Path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["serve", "--store", str(tmp_path / "bureau.sqlite"), "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, "-c", "from optimizer.cli import main; main()", *words],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        link = next(x for line in server.stdout if (x := re.search(r"http\S+/premier/\S+", line)))[0]
        who = Looker(browser, Served(link.rpartition("/premier/")[0], ""), "")
        who.page.goto(link)
        who.state("first start")
        who.page.fill("#name", "premiere")
        who.page.fill("#password", "court")
        who.page.click("main button")
        who.state("first start refused")
        assert who.faults() == []
    finally:
        server.kill()
        server.wait()


def test_an_import_in_each_state(browser: Browser, served: Served, tmp_path: Path):
    case = tmp_path / "cas"
    write_case(synthesize("commission", dwellings=3, applications=200, seed=8), case)
    homes = (case / "logements.csv").read_text("utf-8-sig").splitlines()
    (case / "logements.csv").write_text(
        "\n".join([homes[0], *(x[: len(x) // 2] for x in homes[1:])]), "utf-8-sig"
    )
    who = Looker(browser, served, "secretaire")
    who.go("/preparer").send("/preparer", status=422, title="Rien").state("import without files")
    who.page.set_input_files("#files", sorted(p for p in case.iterdir() if p.is_file()))
    who.send("/preparer", title="Fichier coupé")
    who.page.wait_for_function("() => !document.querySelector('meta[http-equiv=refresh]')", timeout=600_000)
    who.state("import refused")
    identities = tmp_path / "identites.csv"
    identities.write_text("numero;nom\n1;\n", "utf-8")
    who.go("/preparer").form("/preparer", 1).locator("[name=identities]").set_input_files(identities)
    with who.page.expect_navigation():
        who.page.locator("form:has([name=identities]) button").click()
    who.state("identities refused")
    assert who.faults() == []


def test_a_session_in_each_state(browser: Browser, served: Served):
    who, chair = Looker(browser, served, "secretaire"), Looker(browser, served, "presidente")
    agenda = next(x for x in links(who.go("/seances").page, r"/seances/[\w-]+") if is_draft(who, x))
    who.state("agenda in preparation").send("/convoquer", status=422).state("convocation refused")
    name = links(who.page, r"/seances/[\w-]+/demandes/\d+")[0]
    who.go(name).state("a household to call", "Demande")
    calls, day = name.replace("/demandes/", "/noms/"), today(datetime.now(UTC)).isoformat()
    who.send(calls, outcome="unreachable").go(name).state("a household nobody reached", "Avis de non-réponse")
    who.send(calls, n=2, status=422).state("notice refused")
    who.go(name).send(calls, n=2, notice_proof="hand", notice_on=day)
    who.go(name).state("notice running", "le ménage peut répondre jusqu'au")
    who.go("/appels").state("notice on the list of the day", "radiation sans réponse à cette date")
    who.go(name).send("/suites", on=day, outcome="A appelé").state("notice answered", "Rien n'est dû")
    who.send(name, status=422, reason="bref").state("identity refused")
    who.send(name, reason="appel pour convenir d'une visite").state("identity shown", "(fictif)")
    who.go(agenda).send("/convoquer", recipients="Préfet", checked=True).state("agenda convened", "onvoquée")
    who.go(f"{agenda}/seance").state("room convened")
    who.send("/presences", status=422, voice__0="").state("attendance refused")
    for n in range(3):
        who.form(
            "/presences",
            **{f"voice__{n}": "board", f"presence__{n}": "present", f"member__{n}": f"Membre {n}"},
        )
    for n in range(3, who.page.locator("[id^=member-]").count()):
        who.form("/presences", **{f"member__{n}": ""})
    who.send("/presences").state("attendance entered")
    who.send("/ouvrir", checked=True).state("room open", "ouverte")
    homes = links(who.page, rf"{agenda}/logements/\d+")
    who.go(homes[0]).state("dwelling open")
    keys = [str(x.get_attribute("name")) for x in who.page.locator("select[name^=kind-]").all()]
    chair.go(homes[0])
    who.send("/decider", status=422, **{keys[0]: "ineligible"}).state("decision refused")
    decided = {keys[0]: "attribution", keys[0].replace("kind", "rank"): "1"}
    for rank, key in enumerate(keys[1:], start=2):
        decided |= {key: "not_attributed", key.replace("kind", "motive"): "N8"}
        decided |= {
            key.replace("kind", "sentence"): f"Situation moins urgente que celle du rang retenu ({rank})."
        }
    if who.page.locator("[name=few]").count():
        decided["few"] = "too_few_candidates"
    who.send("/decider", **decided).state("dwelling decided", "Décisions enregistrées")
    chair.form("/decider", departure="Une autre lecture du dossier.")
    chair.send("/decider", status=409).state("conflict", "Une autre lecture du dossier.")
    for question in ("why", "what_if"):
        link = who.go(homes[0]).page.locator(f"a[href*='ask={question}']").first.get_attribute("href")
        who.go(str(link)).state(f"answer: {question}")
    who.go(f"{homes[0]}/question?ask=next").state("answer: next").go(
        f"{homes[0]}/question?ask=why&number=000"
    ).state("unknown number")
    for home in homes[1:]:
        who.go(home).send("/etat", reason=first_choice(who, "/etat", "reason"))
    who.state("dwelling not examined")
    chair.go(f"{agenda}/seance").state("room to be signed").send("/cloturer").state("papers to be made")
    chair.send("/pieces").state("papers made", "exemplaire nominatif")
    assert chair.faults() == []
    who.go(homes[0]).state("dwelling signed", "Préparer un rectificatif")
    who.send("/rectificatif", status=422, reason="Rien ne change").state("rectification refused")
    who.send("/rectificatif", reason="Erreur de plume", **{keys[0]: "ranked"})
    who.state("rectification prepared", "Erreur de plume")
    who.go("/offres").state("offers").go("/appels").state("calls").go("/semaine").state("week")
    who.go("/langue/en").go(homes[0]).state("dwelling in English")
    assert who.faults() == []


def test_the_purge_is_tried_before_it_is_done(browser: Browser, served: Served):
    who = Looker(browser, served, "dpo").go("/conservation")
    who.send("/conservation", status=422, on="").state("purge refused")
    who.send("/conservation", on=today(datetime.now(UTC)).isoformat()).state("purge tried").go(
        "/journal"
    ).send("/journal/verifier").state("ledger checked")
    who.go("/conservation/copie").state("copy for a household")
    who.send("/conservation/copie", status=422, number="", reason="court").state("copy refused")
    assert who.faults() == []


def is_draft(who: Looker, at: str) -> bool:
    """Whether a session is still in preparation."""
    return who.go(at).page.locator("form[action$='/convoquer']").count() > 0


def first_choice(who: Looker, ending: str, name: str) -> str:
    """The first choice of a list."""
    options = who.page.locator(f"form[action$='{ending}'] select[name={name}] option").all()
    return next(v for o in options if (v := str(o.get_attribute("value"))))
