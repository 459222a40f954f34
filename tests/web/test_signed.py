"""What the pages say and take around a signature: few names, recusals, rectificatifs, who signs, duties, words in the place of codes."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from optimizer.desk.papers.letters import letters
from optimizer.desk.papers.minutes import minutes
from optimizer.desk.papers.wording import Told
from optimizer.desk.sessions import told_of
from optimizer.errors import LANGS
from optimizer.store import commands, queries
from optimizer.store.commands.access import LOGGED
from optimizer.store.commands.chains import VOID
from optimizer.store.event_words import event_words
from optimizer.store.records import NewDecision, SessionRecord
from optimizer.web.views import papers
from tests.web.hands import the_form
from tests.web.playing import CHAIR, SECRETARY, Played, item

SENTENCE = "Deux pièces de plus que la composition du ménage en demande."
DAY = date(2026, 11, 27)
ELSEWHERE = "CALEOL de Pontarlier"
"""A commission of these tests: theirs may be open meanwhile."""


@pytest.fixture(scope="module")
def signed(played: Played) -> SessionRecord:
    """A session that was signed, nothing notified yet."""
    played.account("signataire", "S", commission=ELSEWHERE)
    played.account("signatrice", "P", commission=ELSEWHERE)
    return played.session(DAY, state="closed", commission=ELSEWHERE)


@pytest.fixture(scope="module")
def secretary(played: Played, signed: SessionRecord) -> Any:
    """Its secretary, logged in once."""
    return played.client(name="signataire")


def text_of(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())


def now(played: Played, session: SessionRecord) -> SessionRecord:
    return queries.session(played.store, session.session_id)


def test_a_rectificatif_takes_a_whole_dwelling_and_is_prepared_again_until_it_is_signed(
    played: Played, signed: SessionRecord, secretary: Any
):
    home = signed.items[0]
    client, chair = secretary, played.client(name="signatrice")
    page = client.get(f"/seances/{signed.session_id}/logements/{home.item_id}").content.decode()
    to = f"/seances/{signed.session_id}/rectificatif"
    _, form = the_form(page, to, {"reason": "Erreur de plume"})
    typed = {**form.fields, **form.hidden, "reason": "Erreur de plume"}
    first, second, third = (c.candidate_id for c in home.candidates if c.decision)
    refused = {
        f"kind-{first}": "not_attributed", f"rank-{first}": "", f"motive-{first}": "N3", f"sentence-{first}": SENTENCE,
    }  # fmt: skip
    unchanged = client.post(to, typed)
    assert unchanged.status_code == 422 and "rien ne change" in unchanged.content.decode()
    # ranks 2 and 3 alone cannot be signed: it is said now, not to the chair
    alone = client.post(to, {**typed, **refused, "command_id": str(uuid4())})
    assert alone.status_code == 422 and SENTENCE in alone.content.decode()
    assert not now(played, signed).rectifications
    ranks = {f"rank-{second}": "1", f"rank-{third}": "2"}
    assert client.post(to, {**typed, **refused, **ranks, "command_id": str(uuid4())}).status_code == 302
    exchanged = {
        f"kind-{first}": "ranked", f"rank-{first}": "2", f"kind-{second}": "ranked", f"rank-{second}": "1",
    }  # fmt: skip
    # who has not seen that one waits takes the place of nobody's
    stale = client.post(to, {**typed, **exchanged, "command_id": str(uuid4())})
    assert stale.status_code == 409 and SENTENCE not in stale.content.decode().split('id="both"')[1]
    seen = {"version": now(played, signed).version, "command_id": str(uuid4())}
    assert client.post(to, {**typed, **exchanged, **seen}).status_code == 302
    waiting = now(played, signed).rectifications
    assert len(waiting) == 1 and {d.candidate_id for d in waiting[0].decisions} == {first, second}
    # the chair reads what is signed: the decision of the session and what takes its place, not what was let go meanwhile
    assert [(was.kind, was.rank, then.kind, then.rank) for was, then in waiting[0].corrected] == [
        ("attribution", 1, "ranked", 2), ("ranked", 2, "ranked", 1),
    ]  # fmt: skip
    shown = text_of(chair.get(f"/seances/{signed.session_id}/seance").content.decode())
    number = home.candidates[0].application_id
    assert (
        f"{home.dwelling_id} · {number} Signé : a) Attribution · Rang 1 Rectifié en : b) Attribution avec rang · Rang 2"
        in shown
    )
    assert chair.post(to, {"sign": "1", "version": now(played, signed).version}).status_code == 302
    told = str(minutes(told_of(played.store, signed.session_id, "fr")))
    assert (
        f"Rectificatif 1, {home.dwelling_id}, demande {number} : décidé en séance « a – Attribution » ; "
        "rectifié en « b – Attribution avec rang de classement, rang 2 »."
    ) in told
    assert "rang 2 (rectificatif 1)" in told
    # two households held a letter that is no longer true, the third one's is
    sent = str(letters(told_of(played.store, signed.session_id, "fr")))
    assert sent.count("Elle annule et remplace") == 2
    assert "Elle annule et remplace « a – Attribution »" in sent
    after = {
        c.candidate_id: c.decision
        for i in now(played, signed).items
        for c in i.candidates
        if i.item_id == home.item_id
    }
    assert [after[c].rank for c in (first, second, third)] == [2, 1, 3]  # type: ignore[union-attr]
    theirs = client.get("/reservataire").content.decode().split(home.dwelling_id)[1].split("</tr>")[0]
    assert "1 : Classée · 2 : Classée · 3 : Classée" in re.sub(r"<[^>]+>", "", theirs).replace("\u00a0", " ")
    offers = client.get("/offres").content.decode()
    assert offers.index(f'id="c{second}"') < offers.index(f'id="c{first}"') < offers.index(f'id="c{third}"')


def test_pages_say_words_and_days_never_codes(played: Played, signed: SessionRecord, secretary: Any):
    homes = (item("L112661"), item("L112662", "ETAT_PRIO"))
    session = played.session(date(2026, 11, 26), state="closed", homes=homes, commission=ELSEWHERE)
    home, client = session.items[1], secretary
    first = home.candidates[0].candidate_id
    condition = NewDecision(first, "conditional", 1, document="tax_notice", due_on=date(2026, 12, 20))
    told = {"reason": "Pièce attendue", "decisions": [condition]}
    commands.prepare_rectification(played.store, SECRETARY, str(uuid4()), session.session_id, **told)
    number = now(played, session).rectifications[-1].number
    commands.sign_rectification(played.store, CHAIR, str(uuid4()), session.session_id, number)
    address = f"/seances/{session.session_id}/logements/{home.item_id}"
    for page in (address, "/offres", f"/seances/{session.session_id}/demandes/{first}"):
        said = client.get(page).content.decode().split("<main")[1].split("<select")[0]
        assert "tax_notice" not in said
    assert "Avis d&#39;imposition" in client.get(address).content.decode()
    for page in ("/semaine", f"/seances/{session.session_id}/demandes/{first}"):
        said = re.sub(r"<[^>]+>", " ", client.get(page).content.decode())
        assert "26/11/2026" in said and "2026-11-26" not in said
    commands.withdraw(played.store, SECRETARY, str(uuid4()), home.item_id, reason="works")
    said = client.get(address).content.decode()
    assert "Travaux</p>" in said and " works" not in re.sub(r"<[^>]+>", " ", said)


def test_a_radiation_that_is_due_leads_to_where_it_is_closed(
    played: Played, signed: SessionRecord, secretary: Any
):
    homes = (item("L111971"),)
    session = played.session(date(2026, 11, 19), state="closed", homes=homes, commission=ELSEWHERE)
    home, client = session.items[0], secretary
    first, today = home.candidates[0], played.store.today()
    made = commands.offer(
        played.store, SECRETARY, str(uuid4()), first.candidate_id, notified_on=today, proof="hand", proof_on=today
    ).result["offer_id"]  # fmt: skip
    commands.answer(played.store, SECRETARY, str(uuid4()), made, accepted=True, on=today)
    commands.sign_lease(played.store, SECRETARY, str(uuid4()), made, on=today)
    link = f"/seances/{session.session_id}/demandes/{first.candidate_id}#owed"
    for page in ("/semaine", "/appels"):
        said = client.get(page).content.decode()
        assert link in said and "depuis le 01/12/2026" in said
    offers = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get("/offres").content.decode()))
    assert "Bail signé notifiée le 01/12/2026 · répondu le 01/12/2026 · bail du 01/12/2026" in offers
    later = {
        "kind": "radiation_notice",
        "ref": first.ref,
        "session": session.session_id,
        "due_on": date(2027, 1, 4),
    }
    commands.open_duty(played.store, SECRETARY, str(uuid4()), **later)
    said = client.get("/semaine").content.decode()
    assert "04/01/2027" in said and "depuis le 04/01/2027" not in said
    page = client.get(link).content.decode()
    duty = next(
        d.duty_id for d in queries.duties(played.store) if d.ref == first.ref and d.kind == "sne_radiation"
    )
    _, form = the_form(page, ".*/suites", {"key": str(duty)})
    told = {**form.hidden, "on": today.isoformat(), "outcome": "radiée"}
    assert client.post(form.action, told).status_code == 302
    assert client.get("/semaine").content.decode().count(link) == 1  # the other duty


def test_recusals_stay_when_attendance_is_saved_again(played: Played):
    session = played.session(date(2026, 12, 24), state="convened")
    client, to = played.client("S"), f"/seances/{session.session_id}"
    member = {"member-0": "A. Durand", "voice-0": "board", "presence-0": "present", "recused-0": "2"}
    assert client.post(f"{to}/presences", {**member, "version": session.version}).status_code == 302
    page = client.get(f"{to}/seance").content.decode()
    assert "Déports (n° des logements) : 2" in page
    _, form = the_form(page, f"{to}/presences", {"member-1": "B. Petit"})
    late = {"member-1": "B. Petit", "voice-1": "board", "presence-1": "present"}
    assert client.post(f"{to}/presences", {**form.fields, **form.hidden, **late}).status_code == 302
    kept = {m.member: m.recused for m in now(played, session).attendance}
    assert kept == {"A. Durand": (session.items[1].item_id,), "B. Petit": ()}


def test_a_name_left_out_leaves_a_list_of_two_that_can_be_decided_with_its_reason(played: Played):
    # a commission of its own: its session stays open
    apart = "CALEOL de Valdahon"
    played.account("valdahon", "S", commission=apart)
    session = played.session(
        date(2026, 12, 10), state="open", homes=(item("L121003", waiting=0),), commission=apart
    )
    home, client = session.items[0], played.client(name="valdahon")
    at = f"/seances/{session.session_id}/logements/{home.item_id}"
    first, second, third = (c.candidate_id for c in home.candidates)
    left = {"what": "candidate", "candidate": third, "reason": "incomplete", "version": home.version}
    assert client.post(f"{at}/etat", left).status_code == 302
    room = client.get(f"/seances/{session.session_id}/seance").content.decode()
    row = room.split("L121003")[1].split("</tr>")[0]
    assert re.search(r"<td[^>]*>2</td>", row)
    page = client.get(at).content.decode()
    assert "Demandes examinées (2)" in page and f'name="kind-{third}"' not in page
    fields = {
        "few": "too_few_candidates", f"kind-{first}": "attribution", f"kind-{second}": "ranked", f"rank-{second}": "2",
    }  # fmt: skip
    _, form = the_form(page, ".*/decider", fields)
    assert client.post(form.action, {**form.fields, **form.hidden, **fields}).status_code == 302


def test_who_signs_is_typed_once_and_stands_on_every_paper(
    played: Played, signed: SessionRecord, secretary: Any, monkeypatch: pytest.MonkeyPatch
):
    seen: list[Told] = []

    def keep(folder: Path, told: Told, **_: object) -> list[str]:
        seen.append(told)
        return []

    monkeypatch.setitem(papers.WRITERS, "closed", keep)
    client, to = secretary, f"/seances/{signed.session_id}/pieces"
    fields = {"author": "Mme Été", "contact": "accueil@exemple.fr"}
    _, form = the_form(client.get(to).content.decode(), to, fields)
    assert client.post(to, {**form.fields, **form.hidden, **fields}).status_code == 302
    assert (seen[0].issuer.author, seen[0].issuer.contact, seen[0].landlord) == (*fields.values(), "OPH25")
    other = f"/seances/{played.opened().session_id}/pieces"
    _, form = the_form(played.client("S").get(other).content.decode(), other, {"author": ""})
    assert (form.fields["author"], form.fields["contact"]) == tuple(fields.values())


def test_the_ledger_is_read_in_words(played: Played, signed: SessionRecord):
    sources = "".join(p.read_text("utf-8") for p in Path(commands.__file__).parent.glob("*.py"))
    kinds = {e.kind for e in queries.events(played.store)} | set(LOGGED) | {VOID}
    kinds |= set(re.findall(r'@command\("([\w.]+)"', sources))
    assert len(kinds) > 50 and not [k for lang in LANGS for k in kinds if event_words(k, lang) == k]
    page = played.client("D").get("/journal").content.decode()
    assert "Entrée" in page and "login.done" not in re.sub(r"<[^>]+>", " ", page)


def test_a_refusal_is_on_the_list_of_the_day_until_somebody_judges_it(
    played: Played, signed: SessionRecord, secretary: Any
):
    """The last rank refused, no rank and no duty is left: the session stays on the pages of the week for its refusal alone."""
    session = played.session(
        date(2026, 11, 18), state="closed", homes=(item("L111972"),), commission=ELSEWHERE
    )
    client, today = secretary, played.store.today()
    for c in (c for c in session.items[0].candidates if c.decision):
        name = c.candidate_id
        made = commands.offer(
            played.store, SECRETARY, str(uuid4()), name, notified_on=today, proof="hand", proof_on=today
        ).result["offer_id"]
        commands.answer(played.store, SECRETARY, str(uuid4()), made, accepted=False, on=today, reason="rent")
        if c.decision.rank in (1, 2):
            commands.judge_refusal(played.store, SECRETARY, str(uuid4()), made, legitimate="yes")
    assert now(played, session).items[0].status == "exhausted"
    link = f"/offres#c{name}"
    for page in ("/semaine", "/appels"):
        said = text_of(client.get(page).content.decode())
        assert re.search("Refus dont le motif est à juger ·? ?depuis le 01/12/2026 ·? ?L111972", said), page
    assert link in client.get("/appels").content.decode()
    _, form = the_form(
        client.get("/offres").content.decode(), f".*/{name}", {"act": "judge", "legitimate": "no"}
    )
    assert client.post(form.action, {**form.hidden, "legitimate": "no"}).status_code == 302
    assert "L111972" not in text_of(client.get("/semaine").content.decode())


def test_a_refusal_of_a_dwelling_withdrawn_since_is_judged_on_the_page_of_offers(
    played: Played, signed: SessionRecord, secretary: Any
):
    session = played.session(
        date(2026, 11, 17), state="closed", homes=(item("L111973"),), commission=ELSEWHERE
    )
    home, client, today = session.items[0], secretary, played.store.today()
    name = home.candidates[0].candidate_id
    made = commands.offer(
        played.store, SECRETARY, str(uuid4()), name, notified_on=today, proof="hand", proof_on=today
    ).result["offer_id"]
    commands.answer(played.store, SECRETARY, str(uuid4()), made, accepted=False, on=today, reason="rent")
    commands.withdraw(played.store, SECRETARY, str(uuid4()), home.item_id, reason="works")
    _, form = the_form(
        client.get("/offres").content.decode(), f".*/{name}", {"act": "judge", "legitimate": "yes"}
    )
    assert client.post(form.action, {**form.hidden, "legitimate": "yes"}).status_code == 302
    assert "L111973" not in text_of(client.get("/offres").content.decode())


def test_a_refusal_of_a_dwelling_let_since_is_judged_again(
    played: Played, signed: SessionRecord, secretary: Any
):
    """The first rank refused without legitimate reason, the second one signed: the judgement may be said again, the answer stands."""
    session = played.session(
        date(2026, 11, 16), state="closed", homes=(item("L111974"),), commission=ELSEWHERE
    )
    home, client, today = session.items[0], secretary, played.store.today()

    def done(command: Any, *args: Any, **more: Any) -> Any:
        return command(played.store, SECRETARY, str(uuid4()), *args, **more).result

    first, second = home.candidates[:2]
    proven = {"notified_on": today, "proof": "hand", "proof_on": today}
    refused = done(commands.offer, first.candidate_id, **proven)["offer_id"]
    done(commands.answer, refused, accepted=False, on=today, reason="rent", legitimate="no")
    taken = done(commands.offer, second.candidate_id, **proven)["offer_id"]
    done(commands.answer, taken, accepted=True, on=today)
    done(commands.sign_lease, taken, on=today)
    name = first.candidate_id
    for page in ("/offres", f"/seances/{session.session_id}/demandes/{name}"):
        found = client.get(page).content.decode()
        assert f'value="{name}"><input type="hidden" name="act" value="correct"' not in found, page
        _, form = the_form(found, f".*/{name}", {"act": "judge", "legitimate": "yes"})
    assert client.post(form.action, {**form.hidden, "legitimate": "yes"}).status_code == 302
    assert queries.offer(played.store, refused).legitimate == "yes"


def accepted(store: Any, session: SessionRecord, candidate: int) -> int:
    """The offer of a household that had it in its hand and accepted it on the day of the session."""
    given = {"notified_on": session.on, "proof": "hand", "proof_on": session.on}
    made = commands.offer(store, SECRETARY, str(uuid4()), candidate, **given)
    offer = int(made.result["offer_id"])
    commands.answer(store, SECRETARY, str(uuid4()), offer, accepted=True, on=session.on)
    return offer


def test_a_lease_that_is_refused_keeps_its_day_and_says_where_it_was_typed(played: Played, secretary: Any):
    session = played.session(date(2026, 11, 25), state="closed", commission=ELSEWHERE)
    name, do = session.items[0].candidates[0], played.store
    taken = accepted(do, session, name.candidate_id)
    to = f"/seances/{session.session_id}/baux/{taken}"
    _, form = the_form(secretary.get("/offres").content.decode(), to, {"on": "2027-05-03"})
    typed = {**form.fields, **form.hidden, "on": "2027-05-03"}
    answer = secretary.post(to, typed)
    page = answer.content.decode()
    assert answer.status_code == 422 and 'value="2027-05-03"' in page
    assert f'<a href="#lease-{name.candidate_id}">' in page
    # somebody else moves the dwelling meanwhile: what stands, beside the day that was typed
    commands.correct_answer(do, SECRETARY, str(uuid4()), taken, reason="Saisie pour un autre ménage")
    late = secretary.post(to, {**typed, "on": session.on.isoformat(), "command_id": str(uuid4())})
    page = late.content.decode()
    assert late.status_code == 409 and "25/11/2026" in page.split('class="both"')[1]
    assert '<a href="#both">' in page and page.count('id="both"') == 1
    assert "Offre notifiée · Offre notifiée" not in text_of(page)


def test_the_forms_of_many_dwellings_are_folded_and_the_one_refused_is_open(played: Played, secretary: Any):
    homes = tuple(item(f"L1124{n:02d}", waiting=0) for n in range(14))
    session = played.session(date(2026, 11, 24), state="closed", homes=homes, commission=ELSEWHERE)
    name = session.items[3].candidates[0]
    page = secretary.get("/offres").content.decode()
    folds = page.count("<summary>Noter la suite de")
    assert folds >= 14 and "<details open><summary>Noter la suite de" not in page
    wrong = {
        "act": "notify",
        "candidate": name.candidate_id,
        "notified": "2027-05-03",
        "command_id": str(uuid4()),
    }
    answer = secretary.post(f"/seances/{session.session_id}/offres/{name.candidate_id}", wrong)
    page = answer.content.decode()
    assert answer.status_code == 422 and page.count("<details open><summary>Noter la suite de") == 1


def test_the_page_of_offers_goes_on_at_the_dwelling_after_the_one_that_was_let(
    played: Played, secretary: Any
):
    homes = (item("L112301", waiting=0), item("L112302", waiting=0))
    session, do = (
        played.session(date(2026, 11, 23), state="closed", homes=homes, commission=ELSEWHERE),
        played.store,
    )
    name = session.items[0].candidates[0]
    taken = accepted(do, session, name.candidate_id)
    to = f"/seances/{session.session_id}/baux/{taken}"
    _, form = the_form(secretary.get("/offres").content.decode(), to, {"on": session.on.isoformat()})
    answer = secretary.post(to, {**form.fields, **form.hidden, "on": session.on.isoformat()})
    assert answer.status_code == 302 and answer["Location"] == f"/offres#i{session.items[1].item_id}"
    assert f'id="i{session.items[1].item_id}"' in secretary.get("/offres").content.decode()
