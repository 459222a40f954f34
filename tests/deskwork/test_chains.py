"""A session on a run with chains: what a departure opens, what a refusal voids, and what the next case holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pandas.testing import assert_frame_equal

from optimizer import importers, policy, store
from optimizer.desk.agenda import agenda
from optimizer.desk.call_list import call_list
from optimizer.desk.chained import chains_words, stranded, waits_of
from optimizer.desk.entry_book import write_entry_book
from optimizer.desk.entry_rows import rows_of
from optimizer.desk.following import POSITIVE
from optimizer.desk.next_case import next_case
from optimizer.desk.pack import pack_pages
from optimizer.desk.papers.calls import calls_paper
from optimizer.desk.papers.carence import goes
from optimizer.desk.papers.convocation import agenda_paper
from optimizer.desk.papers.letters import letters
from optimizer.desk.papers.minutes import minutes
from optimizer.desk.papers.report_back import events_table
from optimizer.desk.papers.wording import Told
from optimizer.desk.rechecking import rechecked
from optimizer.desk.recording import record
from optimizer.desk.sessions import begin, told_of
from optimizer.domain import Case
from optimizer.errors import AttrifluxError
from optimizer.pipeline import check_case
from optimizer.presentation.numbers import day
from optimizer.runs import Options, propose_to
from optimizer.store import commands, queries
from optimizer.store.law import law
from optimizer.store.ledger import verify as verify_ledger
from optimizer.store.messages import StoreRefused
from optimizer.store.records import (
    Actor,
    AttendanceRecord,
    CandidateRecord,
    ItemRecord,
    NewCandidate,
    NewDecision,
    NewItem,
    Receipt,
    SessionRecord,
)
from optimizer.synth import write_case
from tests.chains.towns import tenant
from tests.deskwork.filling import fill
from tests.deskwork.room import HELD, MEMBERS, OPENED, SECRETARY, START, Clock, decided
from tests.end_to_end.small import agreement, application, dwelling, write
from tests.store.empty import empty_desk

TENANT, FREED = "T0", "H0"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vacant T3, a tenant of a T2 who wants it, a vacant T2, newcomers who want a T2; the proposal with one link, and a desk."""
    base = tmp_path_factory.mktemp("chained")
    people = [tenant(TENANT, FREED, 2, score="150", current_available_on="2027-02-01")]
    small = {"persons": "2", "children_under_14": "0", "rooms_wanted": "2"}
    people += [application(f"N{i}", score=str(90 - i), **small) for i in range(4)]
    people += [application(f"P{i}", score=str(140 - i)) for i in range(3)]
    case = write(
        base / "cas",
        [dwelling("V0"), dwelling("V1", rooms="2")],
        people,
        conventions=[agreement("BAILLEUR", "1")],
    )
    with (case / "case.yaml").open("a", encoding="utf-8") as settings:
        settings.write("changes:\n")
        for rule in ("flux", "flux_max", "mutation_max", "priority_publics"):
            settings.write(f"  national.prices.{rule}: 0\n")
    propose_to(case, base / "resultat", Options(chains=1, pdf=False))
    (base / "draft").mkdir()
    with store.open(empty_desk(base / "draft"), clock=Clock(START)) as desk:
        ready = agenda(base / "resultat", case, importers.read(case))
        begin(desk, SECRETARY, ready, commission="CALEOL", on=HELD, quorum=3)
    copied(base / "draft", base / "held")
    clock = Clock(START)
    with store.open(base / "held" / "bureau.sqlite", clock=clock) as desk:
        clock.to(HELD)
        session = queries.session(desk, HELD.isoformat())
        book = base / "saisie.xlsx"
        write_entry_book(book, session, law(HELD), "fr")
        fill(book, session=OPENED, members=MEMBERS, rows=decided(session))
        record(desk, book, session.session_id, SECRETARY)
    return base


def copied(desk: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    shutil.copy(desk / "bureau.sqlite", folder / "bureau.sqlite")
    shutil.copytree(desk / "bureau.sqlite.keys", folder / "bureau.sqlite.keys")


@dataclass
class Week:
    """A desk with the chained session, its days counted from the session's."""

    base: Path
    desk: store.Store
    clock: Clock

    @property
    def session(self) -> SessionRecord:
        return queries.session(self.desk, HELD.isoformat())

    def item(self, home: str) -> ItemRecord:
        return next(i for i in self.session.items if i.dwelling_id == home)

    def name(self, home: str, who: str) -> CandidateRecord:
        return next(c for c in self.item(home).candidates if c.application_id == who)

    @property
    def newcomer(self) -> str:
        """Whom the freed dwelling is for."""
        return min(self.item(FREED).candidates, key=lambda c: c.position).application_id

    def do(self, what: Callable[..., Receipt], *given: object, **more: object) -> Receipt:
        return what(self.desk, SECRETARY, uuid4().hex, *given, **more)

    def offered(self, home: str, who: str, days: int) -> date:
        day = HELD + timedelta(days=days)
        self.clock.to(day)
        self.do(
            commands.offer, self.name(home, who).candidate_id, notified_on=day, proof="hand", proof_on=day
        )
        return day

    def accepts(self, home: str, who: str, days: int) -> None:
        day = self.offered(home, who, days)
        self.do(commands.answer, self.offer(home, who), accepted=True, on=day)

    def refuses(self, home: str, who: str, days: int) -> Receipt:
        day = self.offered(home, who, days)
        return self.do(
            commands.answer,
            self.offer(home, who),
            accepted=False,
            on=day,
            reason="transport",
            legitimate="no",
        )

    def signs(self, home: str, who: str) -> None:
        self.do(commands.sign_lease, self.offer(home, who), on=self.desk.today())

    def offer(self, home: str, who: str) -> int:
        made = self.name(home, who).offer
        assert made is not None
        return made.offer_id

    def held(self, *homes: NewItem) -> SessionRecord:
        """A later session that attributes each dwelling to the one household on its list."""
        on = HELD + timedelta(days=10)
        self.clock.to(on)
        run = self.session.run
        assert run is not None
        made = self.do(
            commands.new_session, landlord="BAIL", commission="CALEOL", on=on, quorum=1, run_id=run.run_id, items=homes,
        )  # fmt: skip
        key = str(made.result["session_id"])
        names = [item.candidates[0].candidate_id for item in queries.session(self.desk, key).items]
        checks = dict.fromkeys(names, "")
        self.do(commands.convene, key, recipients=("Préfet",), checks=checks)
        there = AttendanceRecord(key, "A", "membre", "board", "", "present", "", "09:00", "", ())
        self.do(commands.attend, key, members=[there])
        self.do(commands.open_session, key, checks=checks)
        for item in queries.session(self.desk, key).items:
            first = NewDecision(item.candidates[0].candidate_id, "attribution", 1)
            self.do(commands.decide, item.item_id, decisions=[first], few_reason="too_few_candidates")
        commands.close(self.desk, Actor("Présidente", "P"), uuid4().hex, key)
        return queries.session(self.desk, key)

    def next_case(self) -> Case:
        case = importers.read(self.base / "cas")
        return next_case(case, queries.sessions(self.desk), policy.rules_of(case.settings)).case


def played(base: Path, folder: Path, part: str) -> Iterator[Week]:
    copied(base / part, folder)
    clock = Clock(START)
    if part == "held":
        clock.to(HELD, 14)
    with store.open(folder / "bureau.sqlite", clock=clock) as desk:
        yield Week(base, desk, clock)


@pytest.fixture
def draft(made: Path, tmp_path: Path) -> Iterator[Week]:
    yield from played(made, tmp_path, "draft")


@pytest.fixture
def week(made: Path, tmp_path: Path) -> Iterator[Week]:
    yield from played(made, tmp_path, "held")


def test_a_session_not_held_does_not_say_that_a_dwelling_lived_in_is_to_be_let(draft: Week):
    draft.do(commands.cancel, draft.session.session_id, reason="Salle inondée")
    told = told_of(draft.desk, draft.session.session_id, "fr")
    where = {i.dwelling_id: goes(told, i) for i in draft.session.items}
    assert where[FREED].startswith("encore occupé") and where["V0"].startswith("reste à attribuer")


def test_an_agenda_says_what_a_dwelling_waits_for(draft: Week):
    freed = draft.item(FREED)
    assert freed.facts["chain"] == {"number": 1, "kind": "chain", "position": 1, "after": "V0"}
    assert TENANT not in str(freed.facts)
    homes = {
        str(row["dwelling_id"]): str(row["home"])
        for row in rows_of(draft.session, law(draft.session.on), "fr")["entry"]
    }
    assert "sous condition" in homes[FREED] and "sous condition" not in homes["V0"]
    pages = {
        page["dwelling"]: str(page["lines"])
        for page in pack_pages(draft.session, law(draft.session.on), "fr")
    }
    assert "appelé en premier pour V0" in pages[FREED] and f"logement actuel {FREED}" in pages["V0"]
    case = importers.read(draft.base / "cas")
    assert set(rechecked(case, draft.session).values()) == {""}


def test_a_tenant_who_declines_beforehand_takes_the_dwelling_off(draft: Week):
    said = draft.do(commands.call, draft.name("V0", TENANT).candidate_id, outcome="declines", reason="rent")
    assert said.result["void"] == [FREED]
    assert (draft.item("V0").status, draft.item(FREED).status) == ("listed", "not_examined")
    assert draft.item(FREED).end_reason == "tenant_stays"


def test_exchanges_beside_the_chains_are_told_with_them(draft: Week):
    """A run of the command line may hold both; the page and the minutes say how far the chains go, and that tenants exchange."""
    alone = "une mutation à la suite"
    assert chains_words(draft.session, "fr") == alone
    freed = draft.item(FREED)
    link = {**freed.facts["chain"], "kind": "cycle"}
    items = tuple(
        replace(i, facts={**i.facts, "chain": link}) if i.dwelling_id == FREED else i
        for i in draft.session.items
    )
    both = replace(draft.session, items=items)
    assert chains_words(both, "fr") == f"{alone}, échanges de deux ou trois ménages compris"
    told = replace(told_of(draft.desk, HELD.isoformat(), "fr"), session=both)
    assert "échanges de deux ou trois ménages compris" in str(minutes(told))


def test_a_freed_dwelling_alone_is_no_agenda(made: Path):
    case = importers.read(made / "cas")
    with pytest.raises(AttrifluxError) as told:
        agenda(made / "resultat", made / "cas", case, dwellings=[FREED])
    assert told.value.code == "DESK_CHAIN_BROKEN"


def _letter(told: Told, number: str, home: str) -> str:
    """What the letter of a household on a dwelling says."""
    sheet = next(s for s in letters(told).sheets if number in s.sub and home in s.sub)
    return " ".join(" ".join([b.text, *(": ".join(r) for r in b.rows)]) for b in sheet.blocks)


def test_a_first_rank_on_a_dwelling_lived_in_is_promised_no_offer(week: Week):
    told = told_of(week.desk, HELD.isoformat(), "fr")
    for number in ("N1", "N2"):
        text = _letter(told, number, FREED)
        assert "encore occupé" in text and "Une offre vous sera adressée. " not in text
    assert "Une offre vous sera adressée si le locataire libère ce logement." in _letter(told, "N1", FREED)


def test_the_agenda_on_paper_says_what_a_dwelling_waits_for(week: Week):
    told = told_of(week.desk, HELD.isoformat(), "fr")
    blocks = agenda_paper(told).sheets[0].blocks
    waits = [row[0] for b in blocks if b.kind == "list" for row in b.rows]
    assert waits == [
        f"{FREED} : sous condition : sans effet si le ménage appelé en premier pour V0 n'y va pas"
    ]


def test_a_paper_does_not_say_no_of_what_nobody_knows(week: Week):
    """The case says nothing of a lift, a rent or a first letting: a blank to fill in on a letter, a dash in the minutes, as on the A4 page."""
    told = told_of(week.desk, HELD.isoformat(), "fr")
    facts = {**week.item("V0").facts, "floor": 2}
    items = tuple(replace(i, facts=facts) if i.dwelling_id == "V0" else i for i in told.session.items)
    text = _letter(replace(told, session=replace(told.session, items=items)), TENANT, "V0")
    assert "2, ascenseur : ……" in text and "Loyer + charges par mois: …… + ……" in text and "DPE: ……" in text
    rows = [row for s in minutes(told).sheets for b in s.blocks if b.kind == "pairs" for row in b.rows]
    assert {value for name, value in rows if name == "1re mise en location"} == {"–"}


def test_nobody_is_offered_it_before_the_tenant_has_accepted(week: Week):
    due = call_list(queries.sessions(week.desk), law(HELD), HELD)
    assert {x.dwelling_id for x in due if x.kind == "next_rank"} == {"V0", "V1"}
    with pytest.raises(StoreRefused) as told:
        week.offered(FREED, week.newcomer, 1)
    assert told.value.code == "STORE_CHAIN_WAITS"


def about_freed(session: SessionRecord, days: int) -> set[tuple[str, bool]]:
    """Kinds of calls about the freed dwelling so many days after the session, and whether they say that it is lived in."""
    due = call_list([session], law(HELD), HELD + timedelta(days=days))
    return {(x.kind, x.lived_in) for x in due if x.dwelling_id == FREED}


def test_calls_before_the_session_say_that_a_dwelling_is_lived_in(draft: Week):
    assert about_freed(draft.session, -3) == {("instruction", True)}


def test_every_call_about_an_offer_says_that_the_dwelling_is_lived_in(week: Week):
    """While the answer is awaited, until the tenant signs: whoever calls does not speak of a home that is free."""
    week.accepts("V0", TENANT, 1)
    week.offered(FREED, week.newcomer, 2)
    assert about_freed(week.session, 11) == {("clock", True), ("no_contact", True)}
    due = call_list([week.session], law(HELD), HELD + timedelta(days=11))
    assert " – encore occupé" in str(calls_paper(told_of(week.desk, HELD.isoformat(), "fr"), due, HELD))
    week.signs("V0", TENANT)
    assert about_freed(week.session, 11) == {("clock", False), ("no_contact", False)}


def test_a_dwelling_lived_in_is_not_called_vacant(week: Week):
    """On the list of calls from the tenant's acceptance on; vacant from the day of its lease, as the case gives no other."""

    def due(days: int) -> list[tuple[bool, int]]:
        items = tuple(replace(i, facts={**i.facts, "available_on": None}) for i in week.session.items)
        found = call_list([replace(week.session, items=items)], law(HELD), HELD + timedelta(days=days))
        return [
            (x.lived_in, x.vacant_days) for x in found if x.dwelling_id == FREED and x.kind == "next_rank"
        ]

    def head() -> str:
        pages = pack_pages(week.session, law(week.session.on), "fr")
        return next(str(page["head"]) for page in pages if page["dwelling"] == FREED)

    assert f"Réf. {FREED} – ENCORE OCCUPÉ –" in head()
    week.accepts("V0", TENANT, 1)
    assert due(4) == [(True, 0)] and "ENCORE OCCUPÉ" in head()
    now = call_list([week.session], law(HELD), HELD)
    assert "encore occupé" in str(calls_paper(told_of(week.desk, HELD.isoformat(), "fr"), now, HELD))
    week.signs("V0", TENANT)
    assert due(4) == [(False, 3)] and "ENCORE OCCUPÉ" not in head()


def test_a_refusal_voids_what_waits_for_it(week: Week):
    said = week.refuses("V0", TENANT, 1)
    assert said.result["void"] == [FREED] and week.item(FREED).status == "withdrawn"
    void = queries.events(week.desk, kinds=("item.void",))
    assert [(e.dwelling_id, e.role, e.payload["facts"]["cause"]) for e in void] == [
        (FREED, "program", said.seq)
    ]
    assert verify_ledger(week.desk).holds
    printed = str(minutes(told_of(week.desk, HELD.isoformat(), "fr")))
    assert "sans effet : le locataire en place ne prend pas V0" in printed
    assert "sans effet" in str(rows_of(week.session, law(week.session.on), "fr")["votes"])
    events = events_table(told_of(week.desk, HELD.isoformat(), "fr"))
    nothing = events[events["evenement"] == "sans suite, logement retiré"]
    waiting = [c for c in week.item(FREED).candidates if c.decision and c.decision.kind in POSITIVE]
    assert list(nothing["numUnique"]) == [c.application_id for c in waiting] and waiting
    assert set(nothing["logement"]) == {FREED}
    assert set(nothing["detail"]) == {"sans effet : le locataire en place ne prend pas V0"}
    assert set(nothing["date"]) == {day(HELD + timedelta(days=1), "fr")}
    case = week.next_case()
    for name in ("events", "in_progress", "dwellings", "leases"):
        assert FREED not in set(case.table(name)["dwelling_id"]), name


def test_ranks_of_a_dwelling_taken_back_are_told_as_leading_no_further(week: Week):
    ranked = [
        c.application_id for c in week.item("V1").candidates if c.decision and c.decision.kind in POSITIVE
    ]
    before = events_table(told_of(week.desk, HELD.isoformat(), "fr"))
    week.do(commands.withdraw, week.item("V1").item_id, reason="works")
    events = events_table(told_of(week.desk, HELD.isoformat(), "fr"))
    nothing = events[events["evenement"] == "sans suite, logement retiré"]
    assert list(nothing["numUnique"]) == ranked and set(nothing["logement"]) == {"V1"}
    works = law(HELD).labels("withdrawal_reasons")["works"]
    assert set(nothing["detail"]) == {works} and len(events) == len(before) + len(ranked)


def test_a_case_made_while_a_dwelling_waited_forgets_it_once_its_tenant_stays(week: Week):
    """The next case of that day has it in progress with its household, and follows its list; the one made of it as if it never had been."""
    week.accepts("V0", TENANT, 1)
    before = week.next_case()
    assert FREED in set(before.table("in_progress")["dwelling_id"])
    assert FREED in set(before.table("events")["dwelling_id"])
    week.clock.to(HELD + timedelta(days=2))
    week.do(commands.desist, week.offer("V0", TENANT), on=week.desk.today(), reason="other")
    rules = policy.rules_of(before.settings)
    chained, direct = next_case(before, queries.sessions(week.desk), rules).case, week.next_case()
    for name in ("in_progress", "events", "dwellings", "decisions", "applications", "leases"):
        assert FREED not in set(chained.table(name).get("dwelling_id", ())) or name == "decisions", name
        assert_frame_equal(chained.table(name), direct.table(name), check_dtype=False)


def test_a_late_change_of_mind_takes_back_what_was_accepted(week: Week):
    week.accepts("V0", TENANT, 1)
    week.accepts(FREED, week.newcomer, 2)
    with pytest.raises(StoreRefused) as told:
        week.signs(FREED, week.newcomer)
    assert told.value.code == "STORE_CHAIN_LEASE"
    week.do(commands.desist, week.offer("V0", TENANT), on=week.desk.today(), reason="other")
    freed = week.item(FREED)
    assert freed.status == "withdrawn" and {c.status for c in freed.candidates if c.decision} == {"released"}
    assert [c.offer.status for c in freed.candidates if c.offer] == ["released"]


def test_a_refusal_typed_by_mistake_for_the_tenant_is_taken_back_and_the_freed_dwelling_waits_for_a_new_session(
    week: Week,
):
    """The tenant keeps its offer; whoever was told that the freed dwelling came to nothing is not told otherwise."""
    week.refuses("V0", TENANT, 1)
    assert week.item(FREED).status == "withdrawn"
    week.do(commands.correct_answer, week.offer("V0", TENANT), reason="Réponse du dossier voisin")
    assert week.name("V0", TENANT).status == "offered" and week.item(FREED).status == "withdrawn"
    waits = waits_of(week.session, week.item(FREED))
    assert (
        waits is not None
        and waits.words("fr") == "sans effet : retiré sur une réponse pour V0, reprise depuis"
    )
    assert FREED not in set(week.next_case().table("dwellings")["dwelling_id"])
    week.do(commands.answer, week.offer("V0", TENANT), accepted=True, on=week.desk.today())
    week.signs("V0", TENANT)
    case = week.next_case()
    assert set(case.table("leases")["dwelling_id"]) == {"V0"}
    homes = case.table("dwellings").set_index("dwelling_id")
    assert set(homes.index) == {FREED, "V1"} and homes.loc[FREED, "rooms"] == 2
    assert FREED not in set(case.table("in_progress")["dwelling_id"])
    assert verify_ledger(week.desk).holds


def test_a_tenant_declined_by_mistake_comes_back_and_so_does_its_dwelling(draft: Week):
    freed, tenant = draft.item(FREED).item_id, draft.name("V0", TENANT).candidate_id
    names = {c.application_id: c.status for c in draft.item(FREED).candidates}
    draft.do(commands.call, tenant, outcome="declines", reason="rent")
    with pytest.raises(StoreRefused) as told:
        draft.do(commands.restore_item, freed, reason="Décliné par erreur")
    assert told.value.code == "STORE_CORRECTION_STAYS"
    draft.do(commands.restore_candidate, tenant, reason="Appel noté sur la mauvaise ligne")
    draft.do(commands.restore_item, freed, reason="Appel noté sur la mauvaise ligne")
    assert draft.item(FREED).status == "listed"
    assert {c.application_id: c.status for c in draft.item(FREED).candidates} == names
    waits = waits_of(draft.session, draft.item(FREED))
    assert waits is not None and waits.departure == "waited" and verify_ledger(draft.desk).holds


def test_nobody_is_given_a_dwelling_on_a_day_before_its_tenant_left_it(week: Week):
    """What is typed late bears its own day: neither the offer nor the lease of a freed dwelling stands before its tenant's."""

    def refused(what: Callable[..., Receipt], *given: object, **more: object) -> None:
        with pytest.raises(StoreRefused) as told:
            week.do(what, *given, **more)
        assert told.value.code == "STORE_BEFORE"

    week.accepts("V0", TENANT, 3)
    early = HELD + timedelta(days=2)
    first = week.name(FREED, week.newcomer).candidate_id
    refused(commands.offer, first, notified_on=early, proof="hand", proof_on=early)
    week.accepts(FREED, week.newcomer, 4)
    week.clock.to(HELD + timedelta(days=6))
    week.signs("V0", TENANT)
    week.clock.to(HELD + timedelta(days=7))
    refused(commands.sign_lease, week.offer(FREED, week.newcomer), on=HELD + timedelta(days=5))
    week.signs(FREED, week.newcomer)
    assert week.item(FREED).status == "let"


def test_who_refused_a_tenants_dwelling_or_was_kept_off_it_is_not_proposed_it_again(
    week: Week, tmp_path: Path
):
    """The newcomer refuses the freed dwelling, whose tenant then stays: a chain of the next week may free it again."""
    week.accepts("V0", TENANT, 1)
    week.refuses(FREED, week.newcomer, 2)
    week.do(commands.desist, week.offer("V0", TENANT), on=week.desk.today(), reason="other")
    assert week.item(FREED).status == "withdrawn"
    case = week.next_case()
    decided = case.table("decisions")
    pairs = set(zip(decided["dwelling_id"], decided["application_id"], decided["reason"], strict=True))
    assert (FREED, week.newcomer, "refused_same_dwelling") in pairs
    # and so it stays in the case made of that one
    rules = policy.rules_of(case.settings)
    again = next_case(case, queries.sessions(week.desk), rules).case
    assert again.table("decisions").equals(decided)
    write_case(case, tmp_path / "suivant")
    read, findings = check_case(tmp_path / "suivant")
    assert read is not None and "decisions" not in {f.file for f in findings}


def test_a_refusal_of_a_dwelling_whose_tenant_stayed_counts_once(week: Week):
    """Made again and again on the day of the last act, as it is by default, the case made of the one before counts it no second time."""
    week.accepts("V0", TENANT, 1)
    week.refuses(FREED, week.newcomer, 2)
    week.do(commands.desist, week.offer("V0", TENANT), on=week.desk.today(), reason="other")
    case = week.next_case()
    for _ in range(3):
        people = case.table("applications").set_index("application_id")
        assert people.loc[week.newcomer, "refusals"] == 1
        case = next_case(case, queries.sessions(week.desk), policy.rules_of(case.settings)).case


def test_what_a_household_accepted_stays_to_be_carried_over_though_the_tenant_stayed(week: Week):
    week.accepts("V0", TENANT, 1)
    week.accepts(FREED, week.newcomer, 2)
    week.do(commands.desist, week.offer("V0", TENANT), on=week.desk.today(), reason="other")
    events = events_table(told_of(week.desk, HELD.isoformat(), "fr"))
    own = events[(events["numUnique"] == week.newcomer) & (events["logement"] == FREED)]
    assert list(own["evenement"])[-3:] == [
        "proposition notifiée",
        "acceptation",
        "sans suite, logement retiré",
    ]


def test_a_dwelling_whose_tenant_is_housed_elsewhere_is_said_to_be_free(week: Week):
    """The tenant signs for V9 of a later session: it does not take V0, and its dwelling is free all the same."""
    facts = week.item("V1").candidates[0].facts
    home = NewItem(
        "V9", "MUTATION", (NewCandidate(TENANT, position=1, facts=facts),), facts=week.item("V1").facts
    )
    later = week.held(home).items[0].candidates[0]
    on = week.desk.today()
    sent = week.do(commands.offer, later.candidate_id, notified_on=on, proof="hand", proof_on=on)
    week.do(commands.answer, int(sent.result["offer_id"]), accepted=True, on=on)
    week.do(commands.sign_lease, int(sent.result["offer_id"]), on=on)
    waits = waits_of(week.session, week.item(FREED))
    assert waits is not None and waits.words("fr") == "libéré : le locataire a signé un bail ailleurs"
    week.offered(FREED, week.newcomer, 11)


def test_a_chain_that_goes_through_lets_both_dwellings(week: Week):
    for home, who, days in (("V0", TENANT, 1), (FREED, week.newcomer, 2)):
        week.accepts(home, who, days)
        week.signs(home, who)
    case = week.next_case()
    assert set(case.table("leases")["dwelling_id"]) == {"V0", FREED}
    assert set(case.table("dwellings")["dwelling_id"]) == {"V1"}


def test_an_offer_of_a_dwelling_still_lived_in_says_that_it_may_come_to_nothing(week: Week):
    """From the tenant's acceptance to its lease the household that follows may accept in writing, and lose it all the same."""
    warned = "Ce logement est encore occupé. Si son locataire n'en part pas, cette attribution est sans effet, même acceptée"

    def letter(home: str, who: str) -> str:
        return _letter(told_of(week.desk, HELD.isoformat(), "fr"), who, home)

    week.accepts("V0", TENANT, 1)
    assert warned in letter(FREED, week.newcomer)  # its turn has come
    week.accepts(FREED, week.newcomer, 2)
    assert warned in letter(FREED, week.newcomer)
    assert warned not in letter("V0", TENANT)
    week.signs("V0", TENANT)
    assert warned not in letter(FREED, week.newcomer) and "encore occupé" not in letter(FREED, week.newcomer)


def test_a_dwelling_left_and_found_unfit_is_in_no_case_until_an_import_has_it(week: Week):
    """Its tenant has signed for V0, it is withdrawn for works: neither the next case nor the one made of that proposes it."""
    week.accepts("V0", TENANT, 1)
    week.signs("V0", TENANT)
    week.clock.to(HELD + timedelta(days=2))
    week.do(commands.withdraw, week.item(FREED).item_id, reason="works")
    first = week.next_case()
    assert set(first.table("dwellings")["dwelling_id"]) == {"V1"}
    week.offered("V1", week.item("V1").candidates[0].application_id, 5)
    rules, log = policy.rules_of(first.settings), queries.sessions(week.desk)
    later = next_case(first, log, rules).case
    assert set(later.table("dwellings")["dwelling_id"]) == {"V1"} and later.settings.on > first.settings.on
    again = next_case(later, log, rules).case
    assert set(again.table("dwellings")["dwelling_id"]) == {"V1"}


def test_a_dwelling_left_and_withdrawn_by_a_later_session_is_in_no_case_either(week: Week):
    week.accepts("V0", TENANT, 1)
    week.signs("V0", TENANT)
    names = sorted((c for c in week.item(FREED).candidates if c.decision), key=lambda c: c.position)
    for days, name in enumerate(names, 2):
        week.refuses(FREED, name.application_id, days)
    facts = {k: v for k, v in week.item(FREED).facts.items() if k != "chain"}
    who = next(a for a in ("N0", "N1", "N2", "N3") if a not in {c.application_id for c in names})
    later = week.held(
        NewItem(FREED, "BAILLEUR", (NewCandidate(who, position=1, facts=names[0].facts),), facts=facts)
    )
    assert FREED in set(week.next_case().table("dwellings")["dwelling_id"])
    week.do(commands.withdraw, later.items[0].item_id, reason="works")
    case = week.next_case()
    for days in (20, 30):
        assert FREED not in set(case.table("dwellings")["dwelling_id"])
        week.clock.to(HELD + timedelta(days=days))
        rules = policy.rules_of(case.settings)
        case = next_case(case, queries.sessions(week.desk), rules, on=week.desk.today()).case
    assert FREED not in set(case.table("dwellings")["dwelling_id"])


def test_a_dwelling_left_but_not_examined_is_vacant_next_week(made: Path, tmp_path: Path):
    """The session was too short for the freed dwelling; its tenant has signed for V0 since."""
    copied(made / "draft", tmp_path)
    clock = Clock(START)
    with store.open(tmp_path / "bureau.sqlite", clock=clock) as desk:
        week = Week(made, desk, clock)
        clock.to(HELD)
        week.do(commands.not_examined, week.item(FREED).item_id, reason="time")
        book = tmp_path / "saisie.xlsx"
        write_entry_book(book, week.session, law(HELD), "fr")
        rows = {key: row for key, row in decided(week.session).items() if key[1] != FREED}
        fill(book, session=OPENED, members=MEMBERS, rows=rows)
        record(desk, book, week.session.session_id, SECRETARY)
        clock.to(HELD, 14)
        assert FREED not in set(week.next_case().table("dwellings")["dwelling_id"])  # the tenant may stay
        week.accepts("V0", TENANT, 1)
        week.signs("V0", TENANT)
        homes = week.next_case().table("dwellings").set_index("dwelling_id")
        assert set(homes.index) == {FREED, "V1"} and homes.loc[FREED, "rooms"] == 2
        assert homes["attempts"].isna()[FREED]  # nobody was presented


def test_a_dwelling_left_and_let_by_a_later_session_is_vacant_no_more(week: Week):
    """The next case is made of the import again, which never held the freed dwelling."""
    week.accepts("V0", TENANT, 1)
    week.signs("V0", TENANT)
    names = sorted((c for c in week.item(FREED).candidates if c.decision), key=lambda c: c.position)
    for days, name in enumerate(names, 2):
        week.refuses(FREED, name.application_id, days)
    who = next(a for a in ("N0", "N1", "N2", "N3") if a not in {c.application_id for c in names})
    facts = {k: v for k, v in week.item(FREED).facts.items() if k != "chain"}
    names_there = (NewCandidate(who, position=1, facts=names[0].facts),)
    later = week.held(NewItem(FREED, "BAILLEUR", names_there, facts=facts)).items[0].candidates[0]
    on = week.desk.today()
    assert FREED in set(week.next_case().table("dwellings")["dwelling_id"])
    sent = week.do(commands.offer, later.candidate_id, notified_on=on, proof="hand", proof_on=on)
    week.do(commands.answer, int(sent.result["offer_id"]), accepted=True, on=on)
    week.do(commands.sign_lease, int(sent.result["offer_id"]), on=on)
    case = week.next_case()
    assert FREED in set(case.table("leases")["dwelling_id"])
    assert set(case.table("dwellings")["dwelling_id"]) == {"V1"}


def test_a_tenant_who_gives_up_an_exchange_that_others_have_signed_for(week: Week):
    """T9n lives in H9n. T90 has signed for H91 when T91, who lives there, gives H92 up: somebody has to settle it; and T92, who is to take
    H90, which T90 has left, may sign all the same."""
    homes = {"H90": ("T92", "H91"), "H91": ("T90", "H92"), "H92": ("T91", "H90")}
    facts = week.item("V1").candidates[0].facts
    session = week.held(
        *(
            NewItem(
                home, "MUTATION", (NewCandidate(who, position=1, facts=facts),),
                facts={**week.item("V1").facts, "chain": {"number": 9, "kind": "cycle", "position": 1, "after": after}},
            )
            for home, (who, after) in homes.items()
        )
    )  # fmt: skip
    key, on = session.session_id, week.desk.today()
    sent: dict[str, int] = {}
    for item in session.items:
        made = week.do(
            commands.offer, item.candidates[0].candidate_id, notified_on=on, proof="hand", proof_on=on
        )
        sent[item.dwelling_id] = int(made.result["offer_id"])
        week.do(commands.answer, sent[item.dwelling_id], accepted=True, on=on)
    # T90 of H90 signs for H91; T91 of H91 gives H92 up
    week.do(commands.sign_lease, sent["H91"], on=on)
    week.do(commands.desist, sent["H92"], on=on, reason="other")
    now = {i.dwelling_id: i for i in queries.session(week.desk, key).items}
    told = waits_of(queries.session(week.desk, key), now["H91"])
    assert told is not None and told.words("fr") == (
        "loué, mais le locataire en place ne prend pas H92 : à régler avant la remise des clés"
    )
    assert stranded(queries.session(week.desk, key), now["H91"])
    # H90 is empty since T90 has signed elsewhere: nothing holds T92 back
    week.do(commands.sign_lease, sent["H90"], on=on)
    case = week.next_case()
    assert {"H90", "H91"} <= set(case.table("leases")["dwelling_id"])


def test_a_dwelling_left_and_not_taken_is_vacant_next_week(week: Week):
    week.accepts("V0", TENANT, 1)
    week.signs("V0", TENANT)
    names = sorted((c for c in week.item(FREED).candidates if c.decision), key=lambda c: c.position)
    for days, name in enumerate(names, 2):
        week.refuses(FREED, name.application_id, days)
    assert week.item(FREED).status == "exhausted"
    homes = week.next_case().table("dwellings").set_index("dwelling_id")
    assert set(homes.index) == {FREED, "V1"}
    assert homes.loc[FREED, "attempts"] == 1 and homes.loc[FREED, "rooms"] == 2
