"""Papers of a session: every mandatory mention is found, letters say what they must, nobody else's number, no letter of L. 441-1."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from optimizer.desk.call_list import Due, call_list
from optimizer.desk.entry_rows import rows_of
from optimizer.desk.late import Described
from optimizer.desk.pack import home_lines, pack_pages
from optimizer.desk.paper_set import write_minutes, write_pack
from optimizer.desk.papers.calls import calls_paper
from optimizer.desk.papers.convocation import agenda_paper, convocation
from optimizer.desk.papers.letters import letters, letters_of, notices
from optimizer.desk.papers.minutes import minutes
from optimizer.desk.papers.report_back import (
    RADIATION_COLUMNS,
    events_table,
    radiations_table,
    report_back,
)
from optimizer.desk.papers.wording import Issuer, NoReply, Told
from optimizer.desk.sessions import due_today, told_of, with_names
from optimizer.errors import said
from optimizer.policy.parameter import Entry
from optimizer.policy.ruleset import EffortThreshold
from optimizer.presentation.document import Document, document_html, document_pdf
from optimizer.store import commands, queries
from optimizer.store.records import (
    CandidateRecord,
    CorrectionRecord,
    DocumentRecord,
    ItemRecord,
    PersonRecord,
    SessionRecord,
    VoteRecord,
)
from tests.deskwork.room import CHAIR, HELD, REFUSAL, SECRETARY, Room, listed, room

ISSUER = Issuer(
    "Habitat Besançon",
    "Mme Directrice",
    "directrice de la clientèle",
    "accueil@exemple.fr",
    "https://exemple.fr/regles",
)
INELIGIBLE = "Ressources de 2026 au-dessus du plafond PLS de la catégorie."


def words(document: Document) -> str:
    """What the page says, without markup, spaces made plain."""
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", document_html(document, "fr"), flags=re.S)
    return re.sub(r"\s+", " ", text.replace("&#39;", "'").replace("&amp;", "&").replace("\u00a0", " "))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """A signed session with every kind of decision, an offer, a refusal, a lease."""
    made = room(tmp_path_factory.mktemp("papiers"))
    big = made.with_lists(3)
    one, two = big[0], big[1]
    a, b, c = listed(one)[:3]
    x, y, z = listed(two)[:3]
    other = {}  # who is found ineligible on a dwelling is not given another one
    for item in made.session.items:
        if item.dwelling_id != two.dwelling_id and z.application_id in [
            n.application_id for n in listed(item)
        ]:
            kept = [n for n in listed(item) if n.application_id != z.application_id]
            told_no = {"decision": "d", "rang": None, "motif_decision": "N3", "phrase": REFUSAL}
            other["Saisie", item.dwelling_id, z.application_id] = told_no
            for rank, n in enumerate(kept, start=1):
                other["Saisie", item.dwelling_id, n.application_id] = {"decision": "b", "rang": rank}
    made.hold(
        other
        | {
            ("Saisie", one.dwelling_id, a.application_id): {"decision": "a", "rang": None},
            ("Saisie", one.dwelling_id, b.application_id): {"decision": "c", "rang": 2, "piece": "Avis d'imposition", "avant_le": date(2026, 12, 18)},
            ("Saisie", one.dwelling_id, c.application_id): {"decision": "d", "rang": None, "motif_decision": "N3", "phrase": REFUSAL},
            ("Saisie", two.dwelling_id, x.application_id): {"decision": "b", "rang": 2},
            ("Saisie", two.dwelling_id, y.application_id): {"decision": "b", "rang": 1},
            ("Saisie", two.dwelling_id, z.application_id): {"decision": "e", "rang": None, "motif_decision": "I1", "phrase": INELIGIBLE},
            ("Votes", two.dwelling_id, ""): {"pour": 3, "contre": 2, "abstentions": 0, "ecart": "Situation plus urgente, dossier complet et visite faite."},
        }
    )  # fmt: skip
    people = [
        PersonRecord("", c.application_id, name=f"Nom {n}", address=f"{n} rue Haute\n25000 Besançon")
        for n, c in enumerate([a, b, c, x, y, z], start=1)
    ]
    commands.import_people(made.desk, SECRETARY, "identites", people=people)
    signed = {
        "notifie_le": date(2026, 12, 4),
        "preuve": "hand",
        "reponse": "accepte",
        "reponse_le": date(2026, 12, 7),
        "bail_signe_le": date(2026, 12, 9),
    }
    made.after(date(2026, 12, 9), {("Offres", one.dwelling_id, a.application_id): signed})
    return made


@pytest.fixture(scope="module")
def told(made: Room) -> Told:
    return with_names(made.desk, SECRETARY, told_of(made.desk, made.session_id, "fr", issuer=ISSUER))


def test_a_gap_is_printed_as_people_write_numbers(told: Told):
    """The ledger keeps « 15291,48 »; the minutes print it as the report and `verify` do."""
    run = replace(told.session.run, verdict="certified within", gap_points="15291,48")
    text = words(minutes(replace(told, session=replace(told.session, run=run))))
    assert "à 15 291,48 points près de la meilleure solution" in text


def test_the_minutes_hold_every_mention(made: Room, told: Told):
    s = made.session
    text = words(minutes(told))
    for mention in (
        "Habitat Besançon", "CALEOL Besançon", "03/12/2026", "Besançon, siège", "en présence",
        "Préfet du Doubs ; Maire de Besançon ; Grand Besançon Métropole", "trois voix présentes ou représentées (article 4)",
        "Membre 1", "Représentant du préfet", "représenté (Mme Adjointe)", "absent", "13:55", "voix prépondérante", CHAIR, "Secrétaire",
        "conforme aux règles saisies, aucune meilleure solution", s.run.seed, "Nombre de calculs", s.agenda_hash[:16],
        s.run.hashes["result/certificate.json"][:16], s.signed_hash[:16], s.signed_with[:16], "Rectificatifs", "Retirés de l'ordre du jour",
        "traitement algorithmique", "https://exemple.fr/regles", "la commission décide",
    ):  # fmt: skip
        assert mention in text, mention
    assert "arrivée 13:55" in text
    for item in s.items:
        for mention in (
            item.dwelling_id,
            f"T{item.facts['rooms']}",
            str(item.facts["financing"]).upper(),
            str(item.facts["account_label"]["fr"]),
        ):
            assert mention in text
        for c in item.candidates:
            if c.decision is not None:
                assert c.application_id in text
    for mention in (
        "a – Attribution", "b – Attribution avec rang de classement, rang 2", "c – Attribution sous condition suspensive",
        "Avis d'imposition, avant le 18/12/2026", "d – Non-attribution", "e – Rejet pour irrecevabilité", "N3 – Taille inadaptée",
        "CCH L. 441-1 (composition du ménage)", REFUSAL, "I1 – Ressources", INELIGIBLE, "3 pour, 2 contre", "à l'unanimité",
        "Écart avec la proposition : Situation plus urgente", "insuffisance du nombre de candidats", "quorum", "atteint : 5 voix",
        "Ordre proposé", "Ordre décidé", "Nom 1",
    ):  # fmt: skip
        assert mention.lower() in text.lower(), mention


def test_the_dwellings_of_the_minutes_stand_below_each_other_and_the_closing_on_its_own_sheet(told: Told):
    paper = minutes(told)
    examined = [i for i in told.session.items if i.status != "not_examined"]
    assert [s.anchor for s in paper.sheets] == [
        "seance", *(f"logement-{i.position}" for i in examined), "cloture",
    ]  # fmt: skip
    assert len(examined) > 1
    assert [s.follows for s in paper.sheets] == [False, False, *[True] * (len(examined) - 1), False]
    page = document_html(paper, "fr")
    assert page.count('<article class="paper page"') == 3 and page.count("<h1>") == 3


def test_the_copy_kept_has_neither_numbers_nor_names(made: Room, told: Told, tmp_path: Path):
    write_minutes(tmp_path / "pv", told, today=date(2026, 12, 9))
    text = (tmp_path / "pv" / "proces-verbal-pseudonyme.html").read_text(encoding="utf-8")
    for item in made.session.items:
        for c in item.candidates:
            assert c.application_id not in text
            assert c.decision is None or c.ref in text
    assert "Nom 1" not in text and "Nom 1" in (tmp_path / "pv" / "proces-verbal.html").read_text(
        encoding="utf-8"
    )


def test_each_letter_says_what_it_must_and_names_nobody_else(made: Room, told: Told):
    numbers = {c.application_id for i in made.session.items for c in i.candidates}
    document = letters(told)
    due = letters_of(told)
    assert len(document.sheets) == len(due)
    assert {x.kind for x in due} == {"offer", "rank", "over", "not_attributed", "ineligible"}
    common = ("Habitat Besançon", made.session.commission, "03/12/2026, Besançon, siège", "Mme Directrice, directrice de la clientèle", "accueil@exemple.fr",
              "L. 311-3-1 et R. 311-3-1-1 du CRPA", "CADA", "données de votre demande", "CNIL", "Date du courrier")  # fmt: skip
    own = {
        "offer": ("10 jours entiers", "à 24 h", "silence vaudra refus", "R. 441-10", "Loyer + charges", "Dépôt de garantie", "DPE", "Étage", "R. 441-2-17", "visiter"),
        "rank": ("n'est pas une offre", "Votre demande reste active", "n° 496595"),
        "over": ("désormais loué", "Votre demande reste active"),
        "not_attributed": ("Taille inadaptée", "CCH L. 441-1", REFUSAL, "ne concerne que ce logement", "recours gracieux", "tribunal administratif", "travailleur social"),
        "ineligible": ("Ressources supérieures à tous les plafonds", "R. 441-1", INELIGIBLE, "radiée un mois après cet avis", "recommandé", "recours gracieux"),
    }  # fmt: skip
    barred = {x.candidate.application_id for x in due if x.kind == "ineligible"}
    assert any(x.candidate.application_id in barred for x in due if x.kind == "not_attributed")
    for sheet, letter in zip(document.sheets, due, strict=True):
        text = words(Document("x", document.on, (sheet,)))
        assert letter.candidate.application_id in text
        assert not any(n in text for n in numbers - {letter.candidate.application_id})
        dalo = "oui" if letter.candidate.facts["dalo"] else "non"
        assert (f"Au titre du droit au logement opposable (DALO) {dalo}" in text) == (letter.kind == "offer")
        awaited = letter.candidate.offer is None or letter.candidate.offer.status == "offered"
        clock = ("10 jours entiers", "silence vaudra refus", "R. 441-2-17", "visiter", "à 24 h", "R. 441-10")
        for mention in (m for m in (*common, *own[letter.kind]) if awaited or m not in clock):
            # an application that is struck off is not said to be kept
            gone = mention == "ne concerne que ce logement" and letter.candidate.application_id in barred
            assert (mention in text) != gone, (letter.kind, mention)
    named = next(
        s
        for s, x in zip(document.sheets, due, strict=True)
        if x.candidate.application_id == due[0].candidate.application_id
    )
    assert (
        "rue Haute" in words(Document("x", document.on, (named,))) or due[0].candidate.ref not in told.people
    )


def told_as(told: Told, dwelling: str, candidates: dict[str, object], **more: object) -> Told:
    """The same session, one dwelling of it further on: what changes of each of its candidates, and of itself."""
    items = tuple(
        replace(i, candidates=tuple(replace(c, **candidates) for c in i.candidates), **more)  # type: ignore[arg-type]
        if i.dwelling_id == dwelling
        else i
        for i in told.session.items
    )
    return replace(told, session=replace(told.session, items=items))


def letters_to(told: Told, dwelling: str) -> dict[str, str]:
    """Letters about a dwelling: number of the household -> kind, then what it says."""
    return {
        x.candidate.application_id: f"{x.kind}: " + words(Document("x", told.session.on, (sheet,)))
        for sheet, x in zip(letters(told).sheets, letters_of(told), strict=True)
        if x.item.dwelling_id == dwelling
    }


def test_a_list_that_is_over_promises_nothing_more(made: Room, told: Told):
    home = next(i for i in made.session.items if i.status == "offering" and len(i.candidates) >= 3)
    for status, why in (("withdrawn", "Travaux"), ("let", "désormais loué")):
        over = told_as(told, home.dwelling_id, {"status": "released"}, status=status, end_reason="works")
        for text in letters_to(over, home.dwelling_id).values():
            if text.startswith(("not_attributed", "ineligible")):
                continue
            assert text.startswith("over") and why in text and "Votre demande reste active" in text
            assert "vous sera proposé" not in text and "répondre jusqu'au" not in text
    offered = next(c.offer for i in told.session.items for c in i.candidates if c.offer is not None)
    for offer in (None, replace(offered, status="released")):
        back = told_as(
            told,
            home.dwelling_id,
            {"status": "released", "offer": offer},
            status="withdrawn",
            end_reason="works",
        )
        over = [x for x in letters_to(back, home.dwelling_id).values() if x.startswith("over")]
        assert over and all(
            ("L'offre qui vous a été faite est retirée" in x) == (offer is not None) for x in over
        )
    gone = told_as(told, home.dwelling_id, {"status": "superseded"})
    assert not [x for x in letters_to(gone, home.dwelling_id).values() if x.startswith(("rank", "offer"))]


def test_who_waited_behind_a_list_and_signed_elsewhere_later_is_on_no_paper_of_the_session(
    made: Room, told: Told
):
    """Signed minutes printed again named such a household, examined one more than the commission had, and lost the reason of few names."""
    home = next(
        i
        for i in made.session.items
        if i.status == "offering" and any(c.status == "queue" for c in i.candidates)
    )
    later = {c.candidate_id for c in home.candidates if c.status == "queue"}
    items = tuple(
        replace(
            i,
            candidates=tuple(
                replace(c, status="superseded") if c.candidate_id in later else c for c in i.candidates
            ),
        )
        for i in told.session.items
    )
    now = replace(told, session=replace(told.session, items=items))
    for paper in (minutes, agenda_paper):
        assert words(paper(now)) == words(paper(told))
    sheets, pages = ([read(x.session, x.law, "fr") for x in (told, now)] for read in (rows_of, pack_pages))
    assert sheets[0] == sheets[1] and pages[0] == pages[1]
    # one that was on the list its members were convened for is told
    one = next(c for c in home.candidates if c.decision is not None)
    gone = told_as(
        told, home.dwelling_id, {"status": "superseded", "decision": None, "checks": {"convened": ""}}
    )
    assert f"{one.position} : {one.application_id} (relogé ailleurs)" in words(minutes(gone))


def test_no_letter_keeps_the_application_of_a_household_that_signed_for_another_dwelling(
    made: Room, told: Told
):
    """A lease ends the application: « votre demande reste active » stood on the letters of the dwellings it had not got."""
    home = next(i for i in made.session.items if i.status == "offering" and len(i.candidates) >= 3)
    everybody = frozenset(c.application_id for c in home.candidates)
    offered = next(c.offer for i in told.session.items for c in i.candidates if c.offer is not None)
    refused = replace(offered, status="refused", legitimate="no", answered_on=date(2026, 12, 7))
    for housed in (frozenset(), everybody):
        there = replace(told, housed=housed)

        def letters_on(becomes: str, offer: object = None, there: Told = there, **more: object) -> list[str]:
            changed = told_as(there, home.dwelling_id, {"status": becomes, "offer": offer}, **more)
            return [x for x in letters_to(changed, home.dwelling_id).values() if "ineligible" not in x[:11]]

        # let to somebody else: whoever signed elsewhere since is told nothing more, as when it signed before
        assert bool([x for x in letters_on("released", status="let") if x.startswith("over")]) == (not housed)
        back = letters_on(
            "released", replace(offered, status="released"), status="withdrawn", end_reason="works"
        )
        for text in [*back, *letters_on("refused", refused), *letters_on("condition_failed")]:
            kept = "Votre demande reste active" in text or "votre demande est conservée" in text
            assert kept == (not housed), text
        assert all("n'est pas un refus de votre part" in x for x in back if x.startswith("over"))
    assert "peut compter dans la cotation" not in "".join(letters_on("refused", refused))
    signed = {c.application_id for i in told.session.items for c in i.candidates if c.status == "signed"}
    assert signed and signed <= told.housed, "the desk's own leases are known to the papers"


def test_a_dwelling_without_an_address_leaves_it_to_a_hand(told: Told):
    home = next(x.item for x in letters_of(told) if x.kind == "offer")
    for address, shown in (("", "Adresse ……, Besançon"), ("3 rue Basse", "Adresse 3 rue Basse, Besançon")):
        facts = {**home.facts, "address": address, "commune_name": "Besançon"}
        text = "".join(
            letters_to(told_as(told, home.dwelling_id, {}, facts=facts), home.dwelling_id).values()
        )
        assert shown in text


def test_minutes_say_how_many_of_the_voices_present_a_vote_counts(told: Told):
    """Six for of nine present stood there as « 6 pour, 0 contre », as if the others had not come."""
    item = next(x.item for x in letters_of(told) if x.kind == "offer")
    fewer = "Comptées : 6 sur 9 voix présentes ou représentées."
    for given, line, more in (
        ((6, 0, 0), "Vote : 6 pour, 0 contre, 0 abstention.", True),
        ((5, 3, 1), "Vote : 5 pour, 3 contre, 1 abstention.", False),
        ((9, 0, 0), "Vote : à l'unanimité.", False),
    ):
        vote = VoteRecord(item.item_id, *given, "", 9, 4)
        text = words(minutes(told_as(told, item.dwelling_id, {}, vote=vote))).replace("\u00a0", " ")
        assert line in text and (fewer in text) is more


def test_minutes_are_no_proposal_and_the_author_of_the_letters_is_not_called_the_secretary(told: Told):
    """« Proposition » stood at the foot of each sheet of the signed minutes."""
    for paper in (minutes(told), report_back(told)):
        foot = PdfReader(BytesIO(document_pdf(paper, "fr"))).pages[0].extract_text()
        assert "Le programme propose ; la commission décide" in foot.replace("\u00a0", " ")
        assert "Proposition : la commission" not in foot.replace("\u00a0", " ") + words(paper)
    sent = words(convocation(told))
    assert (
        "L'auteur du courrier Mme Directrice, directrice de la clientèle" in sent and "secrétaire" not in sent
    )
    assert "Proposition : la commission décide" in words(agenda_paper(told))


def test_a_letter_printed_after_the_answer_asks_for_none(made: Room, told: Told):
    told = replace(told, housed=frozenset())  # what became of the offer is imagined below
    home, who = next((i, c) for i in told.session.items for c in i.candidates if c.offer is not None)
    on = date(2026, 12, 14)

    def letter(status: str, legitimate: str = "") -> str:
        assert who.offer is not None
        made_so = replace(
            who.offer, status=status, legitimate=legitimate, answered_on=None if status in ("offered", "silent") else on, deadline=on,
            lease_on=on if status == "signed" else None, days=15,
        )  # fmt: skip
        names = tuple(
            replace(c, status=status, offer=made_so) if c.candidate_id == who.candidate_id else c
            for c in home.candidates
        )
        items = tuple(
            replace(i, candidates=names) if i.item_id == home.item_id else i for i in told.session.items
        )
        there = replace(told, session=replace(told.session, items=items))
        return letters_to(there, home.dwelling_id)[who.application_id]

    open_ = letter("offered")
    assert "Vous pouvez répondre jusqu'au 14/12/2026" in open_
    assert "Vous avez 15 jours entiers pour répondre" in open_, (
        "the time of this offer, not the least of the law"
    )
    for status, said_now in (
        ("accepted", "Vous avez accepté ce logement par écrit le 14/12/2026"),
        ("signed", "le bail a été signé le 14/12/2026"),
        ("refused", "Vous avez refusé ce logement le 14/12/2026"),
        ("silent", "Sans réponse de votre part au 14/12/2026 à 24 h, votre silence vaut refus"),
        ("desisted", "Vous avez renoncé à ce logement le 14/12/2026"),
    ):
        text = letter(status)
        assert said_now in text and "Vous pouvez répondre" not in text, status
        assert ("Votre demande reste active" in text) == (status not in ("accepted", "signed"))
        # what a refusal may do is told of a refusal, and of a silence that is one
        effect = "Un refus sans motif légitime peut compter dans la cotation"
        assert (effect in text) == (status in ("refused", "silent")), status
    assert effect not in letter("refused", legitimate="yes") and effect in letter("refused", legitimate="no")


def test_what_was_carried_over_by_mistake_is_said_to_be_taken_out(made: Room, told: Told):
    home, who = next((i, c) for i in told.session.items for c in i.candidates if c.offer is not None)
    was = {"status": "refused", "answered_on": "2026-12-08", "refusal_reason": "rent", "legitimate": "no"}
    back = CorrectionRecord(
        9, "answer.corrected", told.session.closed_at, "Secrétaire", home.dwelling_id, who.ref, was, "…"
    )
    rows = events_table(replace(told, corrections=(back,)))
    (row,) = rows[rows["evenement"] == "saisie reprise"].to_dict("records")
    assert row["numUnique"] == who.application_id and "refus du demandeur 08/12/2026" in row["detail"]
    assert not (events_table(told)["evenement"] == "saisie reprise").any()


def test_a_departure_is_asked_of_nobody_who_kept_the_order(made: Room, told: Told):
    home = next(
        i for i in told.session.items if not i.departure and len([c for c in i.candidates if c.decision]) >= 3
    )
    passed_over = [c for c in home.candidates if c.decision][0]
    items = tuple(
        replace(i, candidates=tuple(replace(c, decision=replace(c.decision, kind="not_attributed", rank=None, motive="N3")) if c is passed_over else c for c in i.candidates))
        for i in told.session.items
    )  # fmt: skip
    kept = minutes(replace(told, session=replace(told.session, items=items)))
    assert words(kept).count("Écart avec la proposition") == sum(bool(i.departure) for i in items) == 1


def refused_for_effort(told: Told, **facts: object) -> tuple[str, str]:
    """The letter that refuses a household for its rate of effort, these facts laid over its own, and the one it has as it is."""
    home, who = next(
        (i, c)
        for i in told.session.items
        for c in i.candidates
        if c.decision and c.decision.motive == "N3" and c.facts["effort"]
    )
    dear = replace(who, decision=replace(who.decision, motive="N5"), facts={**who.facts, **facts})
    items = tuple(
        replace(i, candidates=tuple(dear if c.candidate_id == who.candidate_id else c for c in i.candidates))
        for i in told.session.items
    )
    changed = letters_to(replace(told, session=replace(told.session, items=items)), home.dwelling_id)
    return changed[who.application_id], letters_to(told, home.dwelling_id)[who.application_id]


def test_no_letter_keeps_an_application_that_is_not_active(told: Told):
    """N9 is about the application itself: « votre demande est conservée » stood under « Demande non active »."""
    barred = {c.ref for i in told.session.items for c in i.candidates if c.status == "ineligible"}
    home, who = next(
        (i, c)
        for i in told.session.items
        for c in i.candidates
        if c.decision and c.decision.motive == "N3" and c.ref not in barred
    )
    lapsed = replace(who, decision=replace(who.decision, motive="N9"))
    items = tuple(
        replace(
            i, candidates=tuple(lapsed if c.candidate_id == who.candidate_id else c for c in i.candidates)
        )
        for i in told.session.items
    )
    changed = letters_to(replace(told, session=replace(told.session, items=items)), home.dwelling_id)
    text, other = changed[who.application_id], letters_to(told, home.dwelling_id)[who.application_id]
    assert "votre demande est conservée" in other and "votre demande est conservée" not in text
    assert "faites-la enregistrer ou renouveler" in text and "tribunal administratif" in text


def test_a_refusal_for_the_rate_of_effort_joins_its_calculation(told: Told):
    text, other = refused_for_effort(told)
    found = re.search(
        r"loyer ([\d ,]+) € \+ charges ([\d ,]+) € − APL ([\d ,]+) €.*?ressources ([\d ,]+) € par mois = ([\d,]+) %",
        text,
    )
    assert found is not None
    rent, charges, allowance, income, rate = (
        float(x.replace(" ", "").replace(",", ".")) for x in found.groups()
    )
    assert abs((rent + charges - allowance) / income * 100 - rate) <= 0.051
    assert "Reste à vivre" not in text and "Calcul du taux" not in other


def test_a_refusal_for_the_rate_of_effort_names_the_threshold_and_its_deliberation(told: Told):
    """practice.md §3: « … % au-delà de … % (délibération du …) »; « au-delà du seuil délibéré » told neither."""
    text, other = refused_for_effort(told)
    assert "Seuil de l'organisme à indiquer, avec la délibération qui l'a fixé et sa date" in text
    assert "Seuil de l'organisme" not in other
    limit = {"threshold": 0.3, "deliberation": "conseil d'administration, n° 12", "on": "2026-03-12"}
    items = tuple(replace(i, facts={**i.facts, "effort_limit": limit}) for i in told.session.items)
    known, _ = refused_for_effort(replace(told, session=replace(told.session, items=items)))
    assert "Seuil de l'organisme 30 % (conseil d'administration, n° 12, 12/03/2026)" in known


def test_an_agenda_keeps_the_threshold_that_the_landlord_resolved(made: Room):
    """None where it resolved nothing: the assumed one of `models/` founds no refusal."""
    assert all(i.facts["effort_limit"] is None for i in made.session.items)
    described = object.__new__(Described)
    resolved = EffortThreshold(0.3, 1, "conseil d'administration, n° 12", date(2026, 3, 12))
    described.rules = SimpleNamespace(effort_threshold=lambda name: resolved)  # type: ignore[assignment]
    assert described.effort_limit("OPH25") == {
        "threshold": 0.3, "deliberation": "conseil d'administration, n° 12", "on": "2026-03-12",
    }  # fmt: skip


COUNTED = {"rent_eur": 400.0, "charges_eur": 80.0, "allowance_eur": 100.0, "reduction_eur": 0.0, "given": False}  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "counted", "said"),
    [
        (0.3333, {"reduction_eur": 50.0}, "− APL 100,00 € (simulée CAF) − réduction de loyer de solidarité 50,00 €) ÷ ressources 990,00 € par mois = 33,3 %"),
        (0.3838, {}, "(loyer 400,00 € + charges 80,00 €, moyennes des logements semblables − APL 100,00 € (simulée CAF)) ÷"),
        (0.41, {"given": True, "allowance_eur": None}, "41 %, taux simulé pour ce logement, calcul à joindre :"),
    ],
)  # fmt: skip
def test_the_calculation_of_a_refusal_gives_the_rate_or_says_that_it_is_somebody_elses(
    told: Told, rate: float, counted: dict[str, object], said: str
):
    text, _ = refused_for_effort(
        told, effort=rate, effort_status="simulated", income_month_eur=990.0, counted=COUNTED | counted
    )
    assert said in text


def test_the_minutes_say_by_a_word_who_came_and_left_and_what_was_recorded_afterwards(made: Room, told: Told):
    s = told.session
    members = tuple(replace(m, left_at="15:10") if m.arrived_at else m for m in s.attendance)
    after = timedelta(days=1)
    late = replace(s, attendance=members, opened_at=s.opened_at + after, closed_at=s.closed_at + after)
    text = words(minutes(replace(told, session=late)))
    assert "arrivée 13:55, départ 15:10" in text
    assert "convoquée à 14:00 ; enregistrée le 04/12/2026" in text and "ouverte à" not in text


def test_the_minute_a_workbook_was_read_is_not_the_hour_the_commission_sat(made: Room, told: Told):
    text = words(minutes(told))
    assert "convoquée à 14:00 ; enregistrée le 03/12/2026" in text and "ouverte à" not in text
    sat = replace(told.session, closed_at=told.session.opened_at + timedelta(minutes=95))
    assert "ouverte à 14:00, close à 15:35" in words(minutes(replace(told, session=sat)))


def test_the_list_of_calls_on_paper(told: Told):
    """Whom to call, on which rank, by when, how often in vain; of a dwelling its vacancy, or the day it will be free."""
    made = told.session.items[0]
    one, two = made.candidates[:2]
    common = {"session_id": told.session.session_id, "dwelling_id": made.dwelling_id}
    lines = [
        Due("next_rank", None, ref=two.ref, application_id=two.application_id, rank=2, vacant_days=12, **common),
        Due("next_rank", None, ref=two.ref, application_id=two.application_id, rank=3, free_on=date(2027, 1, 15), **common),
        Due("clock", date(2026, 12, 14), ref=one.ref, application_id=one.application_id, rank=1, attempts=3, write=True, **common),
    ]  # fmt: skip
    known = {one.ref: PersonRecord(one.ref, one.application_id, "Mme Zoé Essai", "0612345678")}
    named = replace(told, people=known)
    text = words(calls_paper(named, lines, date(2026, 12, 11)))
    assert text.index("Le délai de réponse finit bientôt") < text.index("vacant depuis 12 jours")
    own = f"{made.dwelling_id} {one.application_id} – Mme Zoé Essai 0612345678 1 14/12/2026 3 (écrire)"
    assert own in text and "libre le 15/01/2027" in text and "À appeler le 11/12/2026" in text
    bare = words(calls_paper(replace(named, pseudonymous=True), lines, date(2026, 12, 11)))
    assert one.ref in bare and not any(x in bare for x in (one.application_id, "Essai", "0612345678"))
    assert "Rien à faire aujourd'hui." in words(calls_paper(told, [], date(2026, 12, 11)))


def test_minutes_say_which_documents_were_asked_for_by_the_day_of_the_session(told: Told):
    """Asked for on 30 November: said; asked for on the day after the session: not yet."""
    first = told.session.items[0]
    one, two, *others = first.candidates
    asked = {one.candidate_id: date(2026, 11, 30), two.candidate_id: date(2026, 12, 4)}
    names = tuple(
        replace(c, documents=(DocumentRecord(c.candidate_id, "tax_notice", asked[c.candidate_id], None),)) for c in (one, two)
    )  # fmt: skip
    items = (replace(first, candidates=(*names, *others)), *told.session.items[1:])
    text = words(minutes(replace(told, session=replace(told.session, items=items))))
    assert f"{one.application_id} : Avis d'imposition (demande du 30/11/2026)" in text
    assert f"{two.application_id} : Avis d'imposition" not in text


def test_the_convocation_and_the_agenda_say_when_where_and_what_the_residence_is(made: Room, told: Told):
    item = made.session.items[0]
    known = replace(
        item, orientation={**item.orientation, "residence_q1_share": "0,51", "residence_fragility": "forte"}
    )
    held = replace(told, session=replace(told.session, items=(known,)))
    draft = replace(told, session=replace(told.session, agenda_hash=""))
    assert "empreinte" in words(agenda_paper(held)) and "empreinte" not in words(agenda_paper(draft))
    assert "14:00" in words(convocation(held)) and "Q1 51 %, fragilité forte" in words(agenda_paper(held))
    blank = replace(
        item, orientation={**item.orientation, "residence_q1_share": "", "residence_fragility": ""}
    )
    bare = replace(told, session=replace(told.session, items=(blank,), hour="", place=""))
    assert "14:00" not in words(convocation(bare)) and "Q1 –, fragilité –" in words(agenda_paper(bare))


def test_who_left_the_list_before_the_session_and_why(told: Told):
    """The reason of a replacement is told; what stands there of a household that declined (why its late name came) is not."""
    first = told.session.items[0]
    one, two, *others = first.candidates
    left = (
        replace(one, status="replaced", decision=None, offer=None, reason="Dossier retiré par le ménage"),
        replace(two, status="declined", decision=None, offer=None, reason="Appelé après un désistement"),
    )
    items = (replace(first, candidates=(*left, *others)), *told.session.items[1:])
    text = words(minutes(replace(told, session=replace(told.session, items=items))))
    assert "Dossier retiré par le ménage" in text and "Appelé après un désistement" not in text


def test_no_letter_goes_to_a_household_that_was_erased(told: Told):
    home = next(i for i in told.session.items if i.status == "offering")
    names = tuple(replace(c, application_id="") for c in home.candidates)
    items = tuple(
        replace(home, candidates=names) if i.item_id == home.item_id else i for i in told.session.items
    )
    due = letters_of(replace(told, session=replace(told.session, items=items)))
    assert due and home.item_id not in {x.item.item_id for x in due}
    assert home.item_id in {x.item.item_id for x in letters_of(told)}


def test_minutes_of_a_session_for_a_whole_programme_name_it(made: Room, told: Told):
    held = replace(told.session, programme="Les Vergers, 12 logements neufs")
    assert "programme Les Vergers, 12 logements neufs" in words(minutes(replace(told, session=held)))


def test_minutes_taken_during_the_session_tell_no_vote_of_what_nobody_voted_on(made: Room, told: Told):
    first = told.session.items[0]
    names = tuple(replace(c, status="listed", decision=None, offer=None) for c in first.candidates)
    waiting = replace(first, status="listed", candidates=names, vote=None)
    items = (waiting, *told.session.items[1:])
    during = replace(told.session, status="open", closed_at=None, items=items)
    text = words(minutes(replace(told, session=during)))
    at = text.index(f"réf. {first.dwelling_id}")
    own = text[at : text.index("Logement n°", at)]
    assert "Vote : pas encore." in own and "unanimité" not in own


def test_only_a_vote_of_everybody_there_is_unanimous(made: Room, told: Told):
    """Two voices for and three that said nothing are not « à l'unanimité »."""
    items = list(told.session.items)
    at = next(n for n, i in enumerate(items) if i.vote is not None and i.vote.votes_for == i.vote.present)
    for voices, phrase in ((items[at].vote.present, "à l'unanimité"), (2, "2 pour, 0 contre, 0 abstention")):
        items[at] = replace(items[at], vote=replace(items[at].vote, votes_for=voices))
        text = words(minutes(replace(told, session=replace(told.session, items=(items[at],)))))
        assert f"Vote : {phrase}." in text


def test_minutes_taken_during_the_session_count_the_voices_as_the_vote_will(made: Room, told: Told):
    """Three of the board, the préfet by proxy and the mayor of Besançon are five; where the mayor leaves the room with the
    préfet's proxy three stay; elsewhere the mayor has no voice, and neither has a mandant of Doubs in the Jura."""
    first = told.session.items[0]
    waiting = replace(
        first, status="listed", vote=None, facts={**first.facts, "commune": "25056", "departement": "25"}
    )
    away = replace(waiting, facts={"commune": "39198", "epci": "243900354", "departement": "39"})
    held = {m.member: m for m in told.session.attendance}
    out = replace(held["Mme Maire"], recused=(first.item_id,))
    proxy = replace(held["M. Préfet"], represented_by="Mme Maire")
    mandant = replace(held["Membre 1"], voice="mandant", territory="25")
    for item, changed, present in ((waiting, (), 5), (waiting, (out, proxy), 3), (away, (mandant,), 3)):
        members = tuple({**held, **{m.member: m for m in changed}}.values())
        during = replace(told.session, status="open", closed_at=None, items=(item,), attendance=members)
        text = words(minutes(replace(told, session=during)))
        assert f"{present} voix" in text[text.index(f"réf. {first.dwelling_id}") :]


def test_the_agenda_counts_what_remains_as_the_a4_page_does(made: Room, told: Told):
    """36,1 leases due beyond what is done and in progress are 37 to find, on every paper of the session."""
    remains = re.compile(r"reste (\d+)")
    for item in told.session.items:
        line = next(
            v for row in home_lines(item, "fr", HELD) for n, v in row if n.startswith("Année du réservataire")
        )
        on_page = remains.search(line)
        one = replace(told, session=replace(told.session, items=(item,)))
        on_agenda = remains.search(words(agenda_paper(one)))
        assert (on_page and on_page[1]) == (on_agenda and on_agenda[1])
    shared = next(i for i in told.session.items if i.orientation.get("flux_share"))
    for written, whole in (("36,1", "37"), ("36", "36"), ("0,03", "1"), ("-2,5", "0")):
        item = replace(shared, orientation={**shared.orientation, "flux_remaining": written})
        one = replace(told, session=replace(told.session, items=(item,)))
        assert f"reste {whole} " in words(agenda_paper(one))


def test_each_letter_counts_its_own_pages_and_tells_no_proposal(made: Room, told: Told):
    pages = PdfReader(BytesIO(document_pdf(letters(told), "fr"))).pages
    assert len(pages) == len(letters_of(told)) > 3
    for page in pages:
        text = page.extract_text()
        assert re.search(r"\b1 / 1\b", text) and "la commission décide" in text and "Proposition" not in text
    shortest, *others = letters(told).sheets
    long = replace(shortest, blocks=shortest.blocks * 5)
    two = PdfReader(BytesIO(document_pdf(replace(letters(told), sheets=(long, *others[:1])), "fr"))).pages
    counted = [re.findall(r"\b(\d+ / \d+)\b", page.extract_text())[-1] for page in two]
    n = len(two) - 1
    assert n > 1 and counted == [*(f"{k} / {n}" for k in range(1, n + 1)), "1 / 1"]


def test_papers_agree_with_what_they_name(made: Room, told: Told):
    """No « de Habitat », no « Obligations : Aucun. », and days as the rest of the letter writes them."""
    assert "commission « CALEOL Besançon » (Habitat Besançon)" in words(convocation(told))
    assert re.search(r"Obligations ouvertes[^.]*L\. 441-2-2\) Aucune\.", words(agenda_paper(told)))
    english = letters(replace(told, lang="en"))
    days = [
        value
        for s in english.sheets
        for b in s.blocks
        if b.kind == "pairs"
        for name, value in b.rows
        if name == "Available on"
    ]
    assert days and all(re.fullmatch(r"\d{1,2} [A-Z][a-z]+ \d{4}", value) for value in days)


def test_the_page_counts_the_households_on_the_list_now(made: Room, told: Told):
    home = next(i for i in told.session.items if any(c.status == "queue" for c in i.candidates))
    label = said("SHEETS.EXAMINED", "fr")

    def counted(item: ItemRecord) -> list[str]:
        return [value for line in home_lines(item, "fr", HELD) for name, value in line if name == label]

    now = len([c for c in home.candidates if c.status != "queue"])
    assert counted(home) == [str(now)]
    late = tuple(replace(c, status="listed") if c.status == "queue" else c for c in home.candidates)
    assert counted(replace(home, candidates=late)) == [str(len(late))] != counted(home)


def test_the_page_counts_the_days_without_a_tenant_to_the_session(told: Told):
    """The page says the day of the session; the run counted to the day of its case, and called not free what was free by then."""
    label = said("SHEETS.VACANT", "fr")
    home = next(
        i for i in told.session.items if any(n == label for row in home_lines(i, "fr", HELD) for n, _ in row)
    )

    def vacant(on: date, **facts: Any) -> str:
        item = replace(home, facts={**home.facts, **facts})
        return next(value for row in home_lines(item, "fr", on) for name, value in row if name == label)

    week = timedelta(days=7)
    since = {"vacant_since": (HELD - week).isoformat(), "available_on": (HELD + week).isoformat()}
    assert [vacant(HELD, **since), vacant(HELD + week, **since)] == ["7 jours", "14 jours"]
    free = {"vacant_since": None, "available_on": HELD.isoformat()}
    assert [vacant(HELD - week, **free), vacant(HELD + week, **free)] == ["pas encore libre", "7 jours"]
    # the day of the run stays where the case told no day, and what it says of a dwelling that its tenant is to free
    printed = vacant(HELD, vacant_since=None, available_on=None)
    assert printed == vacant(HELD + week, vacant_since=None, available_on=None)
    assert printed == vacant(HELD + week, **free, chain={"after": "other"})


def test_the_minutes_say_who_left_the_list_before_the_session(made: Room, told: Told):
    home = next(i for i in told.session.items if any(c.status == "queue" for c in i.candidates))
    gone = next(c for c in home.candidates if c.status == "queue")
    names = tuple(replace(c, status="declined") if c is gone else c for c in home.candidates)
    items = tuple(replace(i, candidates=names) if i is home else i for i in told.session.items)
    text = words(minutes(replace(told, session=replace(told.session, items=items))))
    assert f"Retirés de la liste avant la séance {gone.position} : {gone.application_id} (a décliné)" in text
    assert text.count("Retirés de la liste") == 1


def test_a_condition_is_told_as_it_stands(made: Room, told: Told):
    home = next(
        i for i in told.session.items for c in i.candidates if c.decision and c.decision.kind == "conditional"
    )
    number = next(
        c for c in home.candidates if c.decision and c.decision.kind == "conditional"
    ).application_id

    def said(status: str, ahead: str = "refused", **more: object) -> str:
        others = {"status": ahead, "facts": {"dalo": True}, "offer": None}
        now = told_as(told, home.dwelling_id, others, status="offering")
        own = {"status": status, **more}
        items = tuple(
            replace(i, candidates=tuple(replace(c, **own) if c.application_id == number else c for c in i.candidates))  # type: ignore[arg-type]
            for i in now.session.items
        )  # fmt: skip
        return letters_to(replace(now, session=replace(now.session, items=items)), home.dwelling_id)[number]

    behind = said("conditional", ahead="attributed")
    for mention in (
        "Avis d'imposition",
        "18/12/2026",
        "le bail est dû",
        "rang 2",
        "classés avant vous",
        "R. 441-3",
    ):
        assert mention in behind
    assert "R. 441-16-3" not in behind and "répondre jusqu'au" not in behind
    turn = said(
        "conditional"
    )  # the first rank has refused: the clock and the DALO warning are this household's now
    assert "classés avant vous" not in turn and "répondre jusqu'au" in turn and "R. 441-16-3" in turn
    assert f"Pour visiter ou répondre : {ISSUER.contact}" in turn and "Pour visiter" not in behind
    met = said("conditional", condition="met", condition_on=date(2026, 12, 8))
    assert "remise le 08/12/2026" in met and "est soumise" not in met
    # once the household has answered no, or not at all, no document is awaited and no lease is due
    offer = next(c.offer for i in told.session.items for c in i.candidates if c.offer is not None)
    wanted = (DocumentRecord(0, "identity", date(2026, 12, 2), None),)
    for status, close in (
        ("refused", "Vous avez refusé ce logement"),
        ("silent", "votre silence vaut refus"),
        ("desisted", "Vous avez renoncé à ce logement"),
        ("released", "Vous avez signé un bail pour un autre logement"),
    ):
        own = replace(offer, status=status, lease_on=None, deadline=date(2026, 12, 15))
        name = "superseded" if status == "released" else status
        over = said(name, condition="open", offer=own, documents=wanted)
        assert close in over
        for gone in ("est soumise", "le bail est dû", "Pièce encore attendue", "R. 441-16-3"):
            assert gone not in over, (status, gone)
    assert "Pièce encore attendue" in said("conditional", documents=wanted)
    failed = said("condition_failed", condition="failed", condition_on=date(2026, 12, 19))
    assert (
        failed.startswith("condition_failed")
        and "sans effet" in failed
        and "tribunal administratif" in failed
    )
    assert "répondre jusqu'au" not in failed
    # one reason, the one that was recorded, though no offer was made
    late, bars = "Pièce non remise à la date fixée", "La pièce remet en cause les conditions d'accès"
    assert f"{late} / {bars}" in failed
    failed = said(
        "condition_failed", condition="failed", condition_on=date(2026, 12, 19), condition_reason="access"
    )
    assert bars in failed and late not in failed


def test_what_a_person_typed_names_nobody_on_the_copy_without_numbers(made: Room, told: Told):
    home = next(i for i in made.session.items if i.departure)
    shown = home.candidates[0]
    number, name = shown.application_id, told.people[shown.ref].name
    typed = f"Le dossier {number[:6]} {number[6:]} ({name}) est incomplet."
    now = told_as(told, home.dwelling_id, {}, departure=typed)
    assert typed in words(minutes(now))
    apart = words(minutes(replace(now, pseudonymous=True)))
    assert f"Le dossier {shown.ref} ({shown.ref}) est incomplet." in apart and name not in apart
    known = replace(told.people[shown.ref], name="Zoé Lefèvre")
    late = told_as(replace(told, people={**told.people, shown.ref: known}), home.dwelling_id, {}, departure="Mme LEFEVRE n'est pas venue.")  # fmt: skip
    assert f"{shown.ref} n'est pas venue." in words(minutes(replace(late, pseudonymous=True)))


def test_the_dalo_warning_goes_with_an_offer_only(made: Room, told: Told):
    items = tuple(
        replace(i, candidates=tuple(replace(c, facts={**c.facts, "dalo": True}) for c in i.candidates))
        for i in told.session.items
    )
    dalo = replace(told, session=replace(told.session, items=items))
    for sheet, letter in zip(letters(dalo).sheets, letters_of(dalo), strict=True):
        text = words(Document("x", dalo.session.on, (sheet,)))
        # the household under a condition stands behind the one that has signed: it was offered nothing
        awaited = letter.candidate.offer is None or letter.candidate.offer.status == "offered"
        assert ("R. 441-16-3" in text) == (letter.kind == "offer" and awaited)


def test_letters_take_their_times_from_models_and_no_number_is_typed_beside_them(told: Told):
    """Months of the notice, of the court and of a refusal in the score: another value in `models/`, another letter."""

    def months(key: str, value: int) -> dict[str, Entry]:
        entry = told.law.entries[key]
        return {key: replace(entry, values=tuple(replace(v, value=value) for v in entry.values))}

    other = {
        **told.law.entries, **months("national.commission.radiation_notice_months", 3),
        **months("national.commission.recourse_months", 4), **months("national.desk.refusal_window", 18),
    }  # fmt: skip
    now, then = words(letters(told)), words(letters(replace(told, law=replace(told.law, entries=other))))
    for was, new in (
        ("sera radiée un mois après cet avis", "sera radiée trois mois après cet avis"),
        ("dans un délai de deux mois à compter de la notification", "dans un délai de quatre mois à compter"),
        ("de votre demande pendant 12 mois", "de votre demande pendant 18 mois"),
    ):
        assert was in now and new not in now, was
        assert new in then and was not in then, new
    assert told.law.parameter("commission.recourse_months").is_assumed  # practice.md §4: text not found


def test_an_ineligible_household_is_not_struck_off_before_the_month_of_its_notice(told: Told):
    """The sheet of what to enter gave the radiation at once, with nothing beside it: no notice delivered, no month run."""
    barred = next(c for i in told.session.items for c in i.candidates if c.status == "ineligible")

    def told_of_it(x: Told) -> str:
        return str(radiations_table(x).set_index("numUnique").loc[barred.application_id, "radiationPasAvant"])

    assert told_of_it(told) == "avis à notifier d'abord, puis un mois"
    noticed = replace(told, noticed={barred.ref: date(2026, 12, 31)})
    assert told_of_it(noticed) == "31/01/2027"
    text = words(report_back(told))
    assert (
        "Une irrecevabilité ne se radie pas avant" in text and "avis à notifier d'abord, puis un mois" in text
    )
    signed = radiations_table(told).set_index("motifRadiation").loc["attribution d'un logement social"]
    assert signed["radiationPasAvant"] == ""


def test_minutes_call_a_quorum_that_no_reglement_gave_assumed(told: Told):
    """« règlement intérieur de la commission (3 voix) » stood there of a number that is a convention of the program."""
    bare = replace(told.session, quorum=3, quorum_rule="", quorum_assumed=True)
    text = words(minutes(replace(told, session=bare)))
    assert "valeur supposée, à remplacer par celle du règlement intérieur (3 voix)" in text
    given = words(minutes(replace(told, session=replace(bare, quorum_assumed=False))))
    assert "règlement intérieur de la commission (3 voix)" in given and "supposée" not in given


def test_a_household_nobody_reached_is_told_what_its_silence_will_mean(told: Told, tmp_path: Path):
    import dataclasses

    home = next(i for i in told.session.items if any(c.status == "queue" for c in i.candidates))
    left = next(c for c in home.candidates if c.status == "queue")
    names = tuple(dataclasses.replace(c, call="unreachable") if c is left else c for c in home.candidates)
    items = tuple(dataclasses.replace(i, candidates=names) if i is home else i for i in told.session.items)
    called = dataclasses.replace(told, session=dataclasses.replace(told.session, items=items))
    due = [x for x in letters_of(called) if x.kind == "no_reply"]
    assert [x.candidate.application_id for x in due] == [left.application_id]
    assert not [x for x in letters_of(told) if x.kind == "no_reply"]
    text = words(notices(called))
    for mention in (
        left.application_id,
        "dans un délai de 1 mois",
        "R. 441-2-8",
        "recommandé",
        "accueil@exemple.fr",
    ):
        assert mention in text, mention
    assert "Décision" not in text
    # the notice is an event of the shared file; its month over without an answer, the radiation is to be entered and nothing more sent
    day = date(2026, 12, 7)
    running, passed = (
        dataclasses.replace(called, no_replies={left.ref: NoReply(home.item_id, day, over)})
        for over in (False, True)
    )
    noticed = ["avis de non-réponse notifié", "07/12/2026", home.dwelling_id]
    for now, sent in ((running, True), (passed, False)):
        events = events_table(now)
        own = events[events["numUnique"] == left.application_id]
        assert own[["evenement", "date", "logement"]].to_numpy().tolist() == [noticed]
        assert bool([x for x in letters_of(now) if x.kind == "no_reply"]) == sent
    # one that answered is not threatened again by the letters printed afterwards
    heard = dataclasses.replace(
        called, no_replies={left.ref: NoReply(home.item_id, day, unanswered=False, answered=True)}
    )
    assert not [x for x in letters_of(heard) if x.kind == "no_reply"]
    assert left.application_id not in set(radiations_table(heard)["numUnique"])
    assert left.application_id not in set(radiations_table(running)["numUnique"])
    line = radiations_table(passed).set_index("numUnique").loc[left.application_id]
    assert (line["motifRadiation"], line["dateCourrier"]) == ("absence de réponse", "07/12/2026")
    write_pack(tmp_path / "dossier", called, today=date(2026, 12, 9))
    assert (tmp_path / "dossier" / "sans-reponse.pdf").is_file()


def test_a_household_on_several_lists_is_warned_once_and_not_when_it_answered_for_another(told: Told):
    import dataclasses

    def called(outcomes: tuple[str, str], decided: bool = False) -> list[str]:
        """The notices where one household stands on two lists, a call for each."""
        first, second = [i for i in told.session.items if any(c.status == "queue" for c in i.candidates)][:2]
        who = next(c for c in first.candidates if c.status == "queue")
        known = next(c.decision for i in told.session.items for c in i.candidates if c.decision)
        beside = dataclasses.replace(
            who,
            candidate_id=-1,
            item_id=second.item_id,
            call=outcomes[1],
            decision=known if decided else None,
        )
        lists = {
            first.item_id: tuple(dataclasses.replace(c, call=outcomes[0]) if c is who else c for c in first.candidates),
            second.item_id: (*second.candidates, beside),
        }  # fmt: skip
        items = tuple(
            dataclasses.replace(i, candidates=lists.get(i.item_id, i.candidates)) for i in told.session.items
        )
        held = dataclasses.replace(told, session=dataclasses.replace(told.session, items=items))
        return [x.candidate.ref == who.ref and x.kind for x in letters_of(held) if x.kind == "no_reply"]

    assert called(("unreachable", "unreachable")) == ["no_reply"]
    for other in ("interested", "declines"):
        assert called(("unreachable", other)) == called((other, "unreachable")) == []
    assert called(("unreachable", ""), decided=True) == []


def test_what_is_to_be_carried_over_says_whose_it_is(told: Told):
    paper = report_back(told)
    assert paper.sheets[0].sub.startswith(f"{told.landlord} – {told.session.commission} – ")
    for made in (paper, convocation(told)):
        assert made.foot.startswith(told.landlord)


def test_every_paper_says_the_day_of_its_session_as_people_write_it(told: Told):
    """« ESH25 – 2026-11-11 », the number by which commands know a session, stood at the foot of letters to households."""
    told = replace(told, session=replace(told.session, session_id="2026-11-11-2"))
    for paper in (
        report_back(told),
        convocation(told),
        minutes(told),
        letters(told),
        agenda_paper(told),
    ):
        assert paper.foot == f"{told.landlord} – séance du 11/11/2026 (2)"
    assert convocation(replace(told, lang="en")).foot.endswith("session of 11 November 2026 (2)")


def test_without_identities_letters_have_a_blank_and_the_reading_of_names_is_in_the_ledger(
    made: Room, told: Told
):
    plain = told_of(made.desk, made.session_id, "fr", issuer=ISSUER)
    assert "Nom 1" not in words(letters(plain)) and "Nom 1" in words(letters(told))
    assert any(
        e.kind == "identity.viewed" and e.session_id == made.session_id for e in queries.events(made.desk)
    )


def test_no_letter_of_l_441_1_is_printed_anywhere(made: Room, told: Told, tmp_path: Path):
    write_pack(tmp_path / "dossier", told, today=date(2026, 12, 9))
    write_minutes(tmp_path / "pv", told, today=date(2026, 12, 9))
    codes = {
        str(c.facts["lease"]["priority_codes"])
        for i in made.session.items
        for c in i.candidates
        if c.facts.get("lease", {}).get("priority_codes")
    }
    assert codes
    for page in [*(tmp_path / "dossier").glob("*.html"), *(tmp_path / "pv").glob("*.html")]:
        text = re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))
        assert not re.search(r"L\.? ?441-1,? ?\(?[a-n]\)?\b(?!l)|lettre [a-n]\b|gbis", text), page.name


def test_what_is_carried_over_has_the_fields_of_the_radiation(made: Room, told: Told, tmp_path: Path):
    signed = next(c for i in made.session.items for c in i.candidates if c.status == "signed")
    radiations = radiations_table(told).set_index("numUnique")
    assert list(radiations_table(told).columns) == list(RADIATION_COLUMNS)
    nobody = replace(told, session=replace(told.session, items=()))
    for whose in (told, nobody):
        assert list(events_table(whose)) == [
            "numUnique", "evenement", "date", "logement", "reservataire", "detail",
        ]  # fmt: skip
    assert events_table(nobody).empty and radiations_table(nobody).empty
    line = radiations.loc[signed.application_id]
    assert (
        line["dateSignatureBail"] == "09/12/2026"
        and line["typeLogement"].startswith("T")
        and line["codeSirenBailleur"] == ""
    )
    ineligible = radiations[radiations["motifRadiation"] == "irrecevabilité"]
    assert len(ineligible) == 1 and ineligible["sousMotifIrrecevabilite"].iloc[0].startswith("I1")
    # found ineligible on two dwellings, it is one radiation, with the day of its notice once that is known
    barred = next((i, c) for i in told.session.items for c in i.candidates if c.status == "ineligible")
    twice = replace(barred[0], item_id=0, position=99, candidates=(barred[1],))
    again = replace(
        told,
        session=replace(told.session, items=(*told.session.items, twice)),
        noticed={barred[1].ref: date(2026, 12, 10)},
    )
    since = replace(again, examined_since={barred[1].ref: date(2026, 12, 17)})
    assert barred[1].application_id not in set(radiations_table(since)["numUnique"])
    told_since = letters_to(since, barred[0].dwelling_id)[barred[1].application_id]
    assert "examiné à nouveau votre demande le 17/12/2026" in told_since and "sera radiée" not in told_since
    # put right after its notice, it is struck off neither in the table nor in the letter
    corrected = replace(again, put_right=frozenset({barred[1].ref}))
    assert barred[1].application_id not in set(radiations_table(corrected)["numUnique"])
    told_right = letters_to(corrected, barred[0].dwelling_id)[barred[1].application_id]
    assert "votre demande a été régularisée" in told_right and "sera radiée" not in told_right
    rows = radiations_table(again)
    assert rows[rows["motifRadiation"] == "irrecevabilité"]["dateCourrier"].tolist() == ["10/12/2026"]
    assert set(ineligible["dateCourrier"]) == {""}
    events = events_table(told)
    assert any(detail.endswith(", N3") for detail in events["detail"]) and any(
        detail.endswith(", I1") for detail in events["detail"]
    )
    assert set(events[events["numUnique"] == signed.application_id]["evenement"]) == {
        "passage en commission", "décision", "proposition notifiée", "acceptation", "bail signé"
    }  # fmt: skip
    write_minutes(tmp_path / "pv", told, today=date(2026, 12, 9))
    assert openpyxl.load_workbook(tmp_path / "pv" / "a-reporter.xlsx").sheetnames == [
        "Événements",
        "Radiations",
    ]


def test_the_same_session_gives_the_same_papers(made: Room, told: Told, tmp_path: Path):
    today, calls, duties = due_today(made.desk, told.law)
    for name in ("un", "deux"):
        write_pack(tmp_path / name, told, duties=duties, calls=calls, today=today)
    for path in sorted((tmp_path / "un").iterdir()):
        assert path.read_bytes() == (tmp_path / "deux" / path.name).read_bytes(), path.name
    assert document_pdf(minutes(told), "fr").startswith(b"%PDF")


def test_on_paper_a_dwelling_stands_with_its_decisions(told: Told):
    pages = [page.extract_text() for page in PdfReader(BytesIO(document_pdf(minutes(told), "fr"))).pages]
    homes = [page.count("Logement n°") for page in pages]
    assert len(pages) > 1 and sum(homes) > 1
    assert homes == [page.count("Décisions (CCH R. 441-3)") for page in pages]


def test_papers_speak_english_too(made: Room):
    told = told_of(made.desk, made.session_id, "en", issuer=ISSUER)
    text = re.sub(r"<[^>]+>", " ", document_html(minutes(told), "en"))
    assert "Minutes" in text and "Quorum for this dwelling" in text


def test_an_account_without_a_share_is_worded_as_on_the_a4_page(told: Told):
    """What the landlord keeps is the rest of the flux; transfers and relocations are outside the agreements."""
    one = next(i for i in told.session.items if any(i.orientation.values()))
    for account, fr, en in (
        ("BAILLEUR", "ce que les conventions laissent du flux", "what the agreements leave of the flux"),
        ("MUTATION", "hors convention de flux", "outside the flux agreement"),
    ):
        home = replace(one, account=account, orientation={**one.orientation, "flux_share": ""})
        session = replace(told.session, items=(home,))
        assert fr in words(agenda_paper(replace(told, session=session)))
        assert en in words(agenda_paper(replace(told, session=session, lang="en")))


def with_candidate(told: Told, changed: CandidateRecord, **facts: Any) -> SessionRecord:
    """The session with another record of a candidate, and other facts of its dwelling."""
    return replace(
        told.session,
        items=tuple(
            replace(
                i, facts={**i.facts, **facts},
                candidates=tuple(changed if c.candidate_id == changed.candidate_id else c for c in i.candidates),
            )
            if i.item_id == changed.item_id else i
            for i in told.session.items
        ),
    )  # fmt: skip


def test_the_document_of_a_condition_is_due_on_the_list_of_calls_until_it_is_settled(told: Told):
    who = next(c for i in told.session.items for c in i.candidates if c.decision and c.decision.due_on)
    assert who.decision is not None and who.decision.due_on is not None
    due, early = who.decision.due_on, int(told.law.value("condition_warning_days"))

    def lines(status: str, on: date) -> list[tuple[str, date | None]]:
        session = with_candidate(told, replace(who, status=status))
        found = call_list([session], told.law, on)
        return [
            (x.kind, x.day) for x in found if x.kind == "condition" and x.candidate_id == who.candidate_id
        ]

    for status in ("conditional", "offered", "accepted"):
        assert lines(status, due - timedelta(days=early)) == [("condition", due)]
        assert lines(status, due - timedelta(days=early + 1)) == []
    for status in ("refused", "released", "superseded", "condition_failed"):
        assert lines(status, due) == []


def test_a_rank_to_notify_says_since_when_the_dwelling_is_vacant_or_when_it_is_free(told: Told):
    item = next(
        i for i in told.session.items if i.status == "offering" and all(c.offer is None for c in i.candidates)
    )

    def line(since: date) -> tuple[date | None, int]:
        session = with_candidate(told, item.candidates[0], vacant_since=since.isoformat())
        (found,) = [x for x in call_list([session], told.law, HELD) if x.dwelling_id == item.dwelling_id]
        return found.free_on, found.vacant_days

    assert line(HELD - timedelta(days=12)) == (None, 12)
    assert line(HELD) == (None, 0)
    assert line(HELD + timedelta(days=12)) == (HELD + timedelta(days=12), 0)


@pytest.mark.parametrize(("qpv", "told_so"), [("QN02512M", "oui"), ("non", "non"), (None, "non")])
def test_what_is_carried_over_says_whether_the_dwelling_stands_in_a_quarter(
    told: Told, qpv: str | None, told_so: str
):
    signed = next(c for i in told.session.items for c in i.candidates if c.status == "signed")
    home = {"qpv": qpv, "address": "3 rue Haute", "rent_eur": 402.5, "surface_m2": 65.2, "rooms": 3}
    told = replace(told, session=with_candidate(told, signed, **home))
    line = radiations_table(told).set_index("numUnique").loc[signed.application_id]
    names = ["zus", "adresse", "montantLoyer", "surface", "typeLogement"]
    assert line[names].tolist() == [told_so, "3 rue Haute", "402,50", "65,2", "T3"]


def test_a_draft_of_the_minutes_counts_nobody_as_examined(tmp_path: Path):
    """While the commission has not decided on a dwelling, its households are to be examined."""
    made = room(tmp_path)
    rows = [
        block for sheet in minutes(told_of(made.desk, made.session_id, "fr")).sheets for block in sheet.blocks
    ]
    labels = {label for block in rows if block.kind == "pairs" for label, _ in block.rows}
    assert "Candidats à examiner" in labels and "Candidats examinés" not in labels
    names = [
        row for block in rows if block.kind == "table" and "Décision" in block.columns for row in block.rows
    ]
    assert names and {row[2] for row in names} == {"à examiner"}


def test_another_reason_than_those_of_the_list_has_its_place_on_the_paper(told: Told):
    """« Autre raison portée au procès-verbal » is followed by the blank it is written in; a reason of the list says it all."""
    home = next(i for i in told.session.items if i.status == "offering" and len(i.candidates) >= 3)
    for status, code, reason in (
        ("not_examined", "other", "Autre raison portée au procès-verbal : ……"),
        ("withdrawn", "other", "Autre raison portée au procès-verbal : ……"),
        ("withdrawn", "works", "Travaux"),
    ):
        paper = words(
            minutes(told_as(told, home.dwelling_id, {"status": "released"}, status=status, end_reason=code))
        )
        assert reason in paper and ("Travaux : ……" not in paper)
    letter = next(
        x
        for x in letters_to(
            told_as(told, home.dwelling_id, {"status": "released"}, status="withdrawn", end_reason="other"),
            home.dwelling_id,
        ).values()
        if x.startswith("over")
    )
    assert "Autre raison portée au procès-verbal : ……" in letter
