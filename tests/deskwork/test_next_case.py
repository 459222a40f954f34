"""The next case, line by line of what became of each dwelling and household; pure, whatever the order of rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from optimizer import importers, policy
from optimizer.desk.following import attempt_ended_on
from optimizer.desk.next_case import NextCase, next_case
from optimizer.desk.next_files import write_next
from optimizer.desk.papers.report_back import radiations_table
from optimizer.desk.sessions import begin, told_of
from optimizer.domain import Case
from optimizer.eligibility import encode
from optimizer.pipeline import check_case
from optimizer.problem.ledger import pending_work
from optimizer.problem.returned import returned_orientations
from optimizer.statement import bilan
from optimizer.store import commands, queries
from optimizer.store.records import Actor, NewCandidate
from optimizer.synth import write_case
from tests.deskwork.room import HELD, REFUSAL, SECRETARY, Room, imported, listed, read_case, ready, room
from tests.deskwork.weeks import files

SENT = {"notifie_le": date(2026, 12, 4), "preuve": "hand"}


@pytest.fixture
def made(tmp_path: Path) -> Room:
    return room(tmp_path)


def turned(made: Room, case: Case | None = None, on: date | None = None) -> NextCase:
    case = case or read_case()
    return next_case(
        case,
        queries.sessions(made.desk),
        policy.rules_of(case.settings),
        duties=queries.duties(made.desk, open=False),
        on=on,
    )


def row(frame: pd.DataFrame, **key: object) -> pd.Series:
    found = frame
    for name, value in key.items():
        found = found[found[name] == value]
    assert len(found) == 1, (key, len(found))
    return found.iloc[0]


def forbids(case: Case) -> dict[tuple[str, str], str]:
    frame = case.table("decisions").query("decision == 'forbid'")
    homes = frame["dwelling_id"].fillna("").astype(str)
    return dict(zip(zip(homes, frame["application_id"], strict=True), frame["reason"], strict=True))


def test_an_empty_log_changes_nothing_but_the_order_of_rows(tmp_path: Path):
    case = read_case()
    made = next_case(case, [], policy.rules_of(case.settings))
    assert made.said == () and made.case.settings == case.settings
    for name, frame in case.tables.items():
        assert len(made.case.table(name)) == len(frame)


@pytest.mark.long
def test_rows_in_another_order_give_the_same_bytes(made: Room, tmp_path: Path):
    made.hold()
    case = read_case()
    mixed = replace(
        case,
        tables={n: f.sample(frac=1, random_state=3).reset_index(drop=True) for n, f in case.tables.items()},
    )
    sessions = list(reversed(queries.sessions(made.desk)))
    sessions = [replace(s, items=tuple(reversed(s.items))) for s in sessions]
    one = turned(made).case
    two = next_case(mixed, sessions, policy.rules_of(case.settings)).case
    for name, out in (("un", one), ("deux", two)):
        write_case(out, tmp_path / name)
    assert [p.read_bytes() for p in sorted((tmp_path / "un").iterdir())] == [
        p.read_bytes() for p in sorted((tmp_path / "deux").iterdir())
    ]


def test_a_dwelling_on_a_coming_agenda_is_held_with_its_first_name(made: Room):
    assert len(turned(made).case.table("in_progress")) == len(read_case().table("in_progress"))
    checks = {c.candidate_id: "" for i in made.session.items for c in listed(i)}
    commands.convene(
        made.desk, SECRETARY, "convocation", made.session_id, recipients=["Préfet"], checks=checks
    )
    after = turned(made).case
    for item in made.session.items:
        line = row(after.table("in_progress"), dwelling_id=item.dwelling_id)
        assert (line["stage"], line["application_id"], line["account"]) == (
            "commission", listed(item)[0].application_id, item.account,
        )  # fmt: skip
    assert len(after.table("events")) == 0


@pytest.mark.long
def test_nobody_attributed_brings_the_dwelling_back_once_more_presented(made: Room, tmp_path: Path):
    item = made.with_lists(3)[0]
    names = listed(item)
    refused = {"decision": "d", "rang": None, "motif_decision": "N3", "phrase": REFUSAL}
    made.hold({("Saisie", item.dwelling_id, c.application_id): refused for c in names})
    assert made.item(item.dwelling_id).status == "no_taker"
    case, before = turned(made).case, read_case()
    home = row(case.table("dwellings"), dwelling_id=item.dwelling_id)
    old = row(before.table("dwellings"), dwelling_id=item.dwelling_id)
    assert home["attempts"] == old["attempts"] + 1
    assert home["vacant_since"] == old["vacant_since"] or (
        pd.isna(home["vacant_since"]) and pd.isna(old["vacant_since"])
    )
    assert item.dwelling_id not in set(case.table("in_progress")["dwelling_id"])
    for c in names:
        assert forbids(case)[item.dwelling_id, c.application_id] == "commission_decision"
        event = row(case.table("events"), dwelling_id=item.dwelling_id, application_id=c.application_id)
        assert event["outcome"] == "not_attributed" and pd.isna(event["attributed_on"])
        assert event["presented_on"] == pd.Timestamp(HELD)
    # an earlier next case counts it once
    write_next(tmp_path / "cas", turned(made), Path())
    again = turned(made, importers.read(tmp_path / "cas", need=()))
    assert row(again.case.table("dwellings"), dwelling_id=item.dwelling_id)["attempts"] == old["attempts"] + 1


@pytest.mark.long
def test_a_refusal_that_the_import_dates_in_words_and_later_keeps_its_day(made: Room):
    item = made.with_lists(1)[0]
    name = listed(item)[0]
    made.hold()
    said = {
        "reponse": "refuse",
        "reponse_le": date(2026, 12, 7),
        "motif_refus": "Sécurité",
        "refus_legitime": "non",
    }
    made.after(date(2026, 12, 8), {("Offres", item.dwelling_id, name.application_id): SENT | said})
    given = read_case()
    people = given.table("applications")
    for written, kept in (
        ("1er janvier 2027", "1er janvier 2027"),
        ("1er mai 2026", "2026-12-07"),
        ("nc", "2026-12-07"),
    ):
        own = people.assign(
            dernier_refus_le=[written if a == name.application_id else None for a in people["application_id"]]
        )
        case = replace(given, tables={**given.tables, "applications": own})
        after = turned(made, case).case.table("applications").set_index("application_id")
        assert after.loc[name.application_id, "dernier_refus_le"] == kept


@pytest.mark.long
def test_a_refusal_counts_for_twelve_months_unless_it_was_legitimate(made: Room):
    one, two = made.with_lists(1)[:2]
    first, second = listed(one)[0], listed(two)[0]
    made.hold()
    said = {"reponse": "refuse", "reponse_le": date(2026, 12, 7), "motif_refus": "Sécurité"}
    made.after(
        date(2026, 12, 8),
        {
            ("Offres", one.dwelling_id, first.application_id): SENT | said | {"refus_legitime": "non"},
            ("Offres", two.dwelling_id, second.application_id): SENT | said | {"refus_legitime": "oui"},
        },
    )
    before = read_case().table("applications").set_index("application_id")["refusals"]
    after = turned(made).case
    people = after.table("applications").set_index("application_id")
    assert people.loc[first.application_id, "refusals"] == before[first.application_id] + 1
    assert people.loc[second.application_id, "refusals"] == before[second.application_id]
    assert str(people.loc[first.application_id, "dernier_refus_le"]) == "2026-12-07"
    assert forbids(after)[one.dwelling_id, first.application_id] == "refused_same_dwelling"
    outcome = {
        e.application_id: e.outcome for e in after.table("events").itertuples() if isinstance(e.outcome, str)
    }
    assert (outcome[first.application_id], outcome[second.application_id]) == (
        "refused",
        "refused_legitimate",
    )
    # a year later it counts no more, and the dwelling may be proposed again
    later = turned(made, on=date(2027, 12, 8)).case
    assert (
        later.table("applications").set_index("application_id").loc[first.application_id, "refusals"]
        == before[first.application_id]
    )
    assert (one.dwelling_id, first.application_id) not in forbids(later)
    # the case of the week after has counted it: made from that case, it is taken off after the year, not before
    for day, more in ((date(2027, 11, 30), 1), (date(2027, 12, 8), 0)):
        people = turned(made, after, on=day).case.table("applications").set_index("application_id")
        assert people.loc[first.application_id, "refusals"] == before[first.application_id] + more
    # an import of the day after is presumed to count it already
    fresh = replace(read_case(), settings=replace(read_case().settings, on=date(2026, 12, 9)))
    assert (
        turned(made, fresh)
        .case.table("applications")
        .set_index("application_id")
        .loc[first.application_id, "refusals"]
        == before[first.application_id]
    )


def test_a_lease_takes_the_dwelling_and_the_household_out_and_is_written_once(made: Room, tmp_path: Path):
    item = made.with_lists(1)[0]
    who = listed(item)[0]
    made.hold()
    signed = SENT | {
        "reponse": "accepte",
        "reponse_le": date(2026, 12, 5),
        "bail_signe_le": date(2026, 12, 9),
    }
    made.after(date(2026, 12, 9), {("Offres", item.dwelling_id, who.application_id): signed})
    made_case = turned(made)
    case, before = made_case.case, read_case()
    lease = row(case.table("leases"), dwelling_id=item.dwelling_id, application_id=who.application_id)
    person = row(before.table("applications"), application_id=who.application_id)
    home = row(before.table("dwellings"), dwelling_id=item.dwelling_id)
    assert (lease["landlord"], lease["commune"], lease["rooms"], lease["financing"]) == (
        home["landlord"],
        home["commune"],
        home["rooms"],
        home["financing"],
    )
    assert lease["account"] == item.account and lease["signed_on"] == pd.Timestamp("2026-12-09")
    for name in ("priority_codes", "priority_status", "relocation"):
        assert (pd.isna(lease[name]) and pd.isna(person[name])) or lease[name] == person[name]
    assert who.application_id not in set(case.table("applications")["application_id"])
    for table in ("dwellings", "nominations", "decisions"):
        assert item.dwelling_id not in set(case.table(table)["dwelling_id"])
    write_next(tmp_path / "cas", made_case, Path())
    again = turned(made, importers.read(tmp_path / "cas", need=())).case
    assert len(again.table("leases")) == len(case.table("leases")) == len(before.table("leases")) + 1
    # the lease does not need the import any more: an import without the household gives the same row
    poor = replace(before, tables={**before.tables, "applications": before.table("applications").iloc[:0]})
    frozen = turned(made, poor).case.table("leases")
    pd.testing.assert_series_equal(row(frozen, dwelling_id=item.dwelling_id), lease, check_names=False)


@pytest.mark.long
def test_a_household_housed_that_asks_again_under_its_number_is_said(made: Room):
    """It leaves as every household housed does, but not without a word: the import says that it renewed its application since."""
    item = made.with_lists(1)[0]
    who = listed(item)[0]
    made.hold()
    signed = SENT | {"reponse": "accepte", "reponse_le": date(2026, 12, 5), "bail_signe_le": date(2026, 12, 9)}  # fmt: skip
    made.after(date(2026, 12, 9), {("Offres", item.dwelling_id, who.application_id): signed})
    people = read_case().table("applications").copy()
    for renewed, said in ((date(2026, 12, 9), False), (date(2027, 5, 3), True)):
        people.loc[people["application_id"] == who.application_id, "renewed_on"] = pd.Timestamp(renewed)
        settings = replace(read_case().settings, on=date(2027, 6, 1), year=2027)
        found = turned(made, replace(read_case(), settings=settings, tables={**read_case().tables, "applications": people}))  # fmt: skip
        assert who.application_id not in set(found.case.table("applications")["application_id"])
        told = [f.text("fr") for f in found.said if f.code == "DESK_HOUSED_ASKS"]
        assert [item.dwelling_id in x and "09/12/2026" in x and who.application_id not in x for x in told] == [True] * said  # fmt: skip


@pytest.mark.long
def test_live_offers_and_next_ranks_are_work_in_progress(made: Room):
    one, two = made.with_lists(2)[:2]
    made.hold()
    made.after(date(2026, 12, 4), {("Offres", one.dwelling_id, listed_first(made, one)): SENT})
    case = turned(made).case
    live = row(case.table("in_progress"), dwelling_id=one.dwelling_id)
    waiting = row(case.table("in_progress"), dwelling_id=two.dwelling_id)
    assert (live["stage"], live["since"]) == ("offered", pd.Timestamp("2026-12-04"))
    assert (waiting["stage"], waiting["since"]) == ("commission", pd.Timestamp(HELD))
    # ranks behind stay proposable
    behind = {c.application_id for c in made.item(one.dwelling_id).candidates if c.status == "ranked"}
    assert behind and not behind & set(case.table("in_progress")["application_id"])


def listed_first(made: Room, item) -> str:
    return min(
        (c for c in made.item(item.dwelling_id).candidates if c.decision), key=lambda c: c.decision.rank
    ).application_id


def account_of(case: Case, account: str) -> tuple[int, int]:
    """Dwellings in progress of an account as its page counts them, and its orientations that came back where they are used up."""
    rules = policy.rules_of(case.settings)
    pending = pending_work(case, encode(case, rules, accept_assumed=True), rules)
    back = returned_orientations(case, case.settings.year)
    used = back[(back["account"] == account) & (back["rule"] == "attributed")]
    return int((pending["account"] == account).sum()), len(used)


@pytest.mark.long
@pytest.mark.parametrize("reason", ["household_withdrew", "incomplete"])
def test_a_household_that_withdrew_at_the_session_is_not_proposed_that_dwelling_again(
    made: Room, reason: str
):
    """As one that declines when it is called; of one that could not be examined for want of its file nothing is barred."""
    item = next(i for i in made.session.items if len(listed(i)) >= 3)
    away, *others = listed(item)
    labels = {"household_withdrew": "Le ménage a retiré sa candidature", "incomplete": "Dossiers incomplets"}
    made.hold(
        {("Saisie", item.dwelling_id, c.application_id): {"decision": "b", "rang": n} for n, c in enumerate(others, start=1)}
        | {
            ("Saisie", item.dwelling_id, away.application_id): {"decision": "non examiné", "rang": None, "phrase": labels[reason]},
            ("Votes", item.dwelling_id, ""): {"moins_de_trois": "insuffisance du nombre de candidats"},
        }
    )  # fmt: skip
    case = turned(made).case
    bar = {(item.dwelling_id, away.application_id): "withdrawn"} if reason == "household_withdrew" else {}
    pairs = {(item.dwelling_id, c.application_id) for c in [away, *others]}
    assert {key: why for key, why in forbids(case).items() if key in pairs} == bar
    if bar:
        until = row(case.table("decisions"), dwelling_id=item.dwelling_id, application_id=away.application_id)
        assert until["expires_on"].date() == date(2027, 3, 3)
        again = turned(made, case).case
        assert again.table("decisions").equals(case.table("decisions"))


@pytest.mark.long
def test_a_dwelling_withdrawn_leaves_the_case_and_its_account_until_an_import_brings_it_back(
    made: Room, tmp_path: Path
):
    item = made.with_lists(2)[0]
    made.hold()
    held = account_of(turned(made).case, item.account)
    made.after(date(2026, 12, 4), {("Votes", item.dwelling_id, ""): {"retire_apres_decision": "Travaux"}})
    made_case = turned(made)
    case = made_case.case
    for table in ("dwellings", "in_progress", "nominations", "decisions"):
        assert item.dwelling_id not in set(case.table(table)["dwelling_id"]), table
    # nobody is followed there any more: one dwelling less in progress; where an agreement counts attributions, as many used up
    assert account_of(case, item.account) == (held[0] - 1, held[1])
    (told,) = [f for f in made_case.said if f.code == "DESK_DWELLING_WITHDRAWN"]
    assert item.dwelling_id in told.text("fr") and "04/12/2026" in told.text("fr")
    # its events say where it is, so that the statement counts what was proposed
    of = case.table("events").query("dwelling_id == @item.dwelling_id")
    assert set(of["commune"]) == {item.facts["commune"]} and set(of["landlord"]) == {item.facts["landlord"]}
    before = bilan(read_case(), 2026).table[["proposed", "attributed"]].sum()
    after = bilan(case, 2026).table[["proposed", "attributed"]].sum()
    assert (after - before).tolist() == [len(made.session.items)] * 2
    write_next(tmp_path / "cas", made_case, Path())
    read, findings = check_case(tmp_path / "cas")
    assert read is not None and [f.sentence() for f in findings] == []
    # from there, and on a later day, the same; nothing is missed, nothing counted again
    again = turned(made, importers.read(tmp_path / "cas", need=()), on=date(2026, 12, 10))
    assert [f.code for f in again.said] == [] and account_of(again.case, item.account) == (
        held[0] - 1,
        held[1],
    )
    assert item.dwelling_id not in set(again.case.table("dwellings")["dwelling_id"])
    # a younger import that holds it says that it is back; one of that very day does not
    for day, back in ((date(2026, 12, 4), False), (date(2026, 12, 20), True)):
        fresh = replace(read_case(), settings=replace(read_case().settings, on=day))
        found = turned(made, fresh)
        assert (item.dwelling_id in set(found.case.table("dwellings")["dwelling_id"])) is back
        assert item.dwelling_id not in set(found.case.table("in_progress")["dwelling_id"])
        assert ("DESK_DWELLING_WITHDRAWN" in {f.code for f in found.said}) is not back


@pytest.mark.long
def test_a_dwelling_withdrawn_and_put_on_a_later_agenda_is_held_there(made: Room):
    item = made.with_lists(2)[0]
    made.hold()
    made.after(date(2026, 12, 4), {("Votes", item.dwelling_id, ""): {"retire_apres_decision": "Travaux"}})
    proposed = ready()
    only = replace(proposed, items=tuple(i for i in proposed.items if i.dwelling_id == item.dwelling_id))
    later = begin(made.desk, SECRETARY, only, commission="CALEOL Besançon", on=date(2026, 12, 10), quorum=3)
    names = [c for i in queries.session(made.desk, later).items for c in listed(i)]
    commands.convene(
        made.desk, SECRETARY, "convocation-2", later, recipients=["Préfet"], checks={c.candidate_id: "" for c in names}
    )  # fmt: skip
    found = turned(made)
    assert item.dwelling_id in set(found.case.table("dwellings")["dwelling_id"])
    line = row(found.case.table("in_progress"), dwelling_id=item.dwelling_id)
    assert (line["stage"], line["application_id"]) == ("commission", names[0].application_id)
    assert "DESK_DWELLING_WITHDRAWN" not in {f.code for f in found.said}


@pytest.mark.long
def test_a_dwelling_gone_from_the_import_is_in_progress_of_no_account(made: Room):
    """Its list came to nothing, and the import holds it no more: the statement counts it, no account waits for it."""
    item = made.with_lists(3)[0]
    refused = {"decision": "d", "rang": None, "motif_decision": "N3", "phrase": REFUSAL}
    made.hold({("Saisie", item.dwelling_id, c.application_id): refused for c in listed(item)})
    before = read_case()
    homes = before.table("dwellings")
    poor = replace(
        before, tables={**before.tables, "dwellings": homes[homes["dwelling_id"] != item.dwelling_id].reset_index(drop=True)}
    )  # fmt: skip
    found = turned(made, poor)
    (told,) = [f for f in found.said if f.code == "DESK_DWELLING_GONE"]
    assert "séance du 03/12/2026" in told.text("fr")
    assert item.dwelling_id not in set(found.case.table("in_progress")["dwelling_id"])
    gained = [bilan(c, 2026).table["proposed"].sum() for c in (before, found.case)]
    assert gained[1] - gained[0] == len(made.session.items)


@pytest.mark.long
def test_what_the_import_no_longer_holds_is_said_and_counted(made: Room):
    item = made.with_lists(2)[0]
    made.hold()
    before = read_case()
    homes = before.table("dwellings")
    poor = replace(
        before,
        tables={
            **before.tables,
            "dwellings": homes[homes["dwelling_id"] != item.dwelling_id].reset_index(drop=True),
        },
    )
    found = turned(made, poor)
    assert {f.code for f in found.said} == {"DESK_DWELLING_ELSEWHERE"}
    assert item.dwelling_id in set(found.case.table("in_progress")["dwelling_id"])
    gained = [bilan(c, 2026).table[["proposed", "attributed"]].sum() for c in (before, found.case)]
    assert (gained[1] - gained[0]).tolist() == [len(made.session.items)] * 2


def test_a_dwelling_taken_off_the_agenda_is_no_presentation(made: Room):
    item = made.with_lists(2)[0]
    made.hold({("Votes", item.dwelling_id, ""): {"retire_de_l_ordre_du_jour": "Dossiers incomplets"}})
    case = turned(made).case
    old = row(read_case().table("dwellings"), dwelling_id=item.dwelling_id)
    assert row(case.table("dwellings"), dwelling_id=item.dwelling_id)["attempts"] == old["attempts"]
    assert item.dwelling_id not in set(case.table("events")["dwelling_id"]) | set(
        case.table("in_progress")["dwelling_id"]
    )


@pytest.mark.long
def test_an_ineligible_household_is_proposed_nowhere_then_struck_off_a_month_after_its_notice(made: Room):
    lists = {i.item_id: [c.application_id for c in listed(i)] for i in made.session.items}
    item = next(
        i for i in made.with_lists(2) if sum(lists[i.item_id][-1] in ids for ids in lists.values()) == 1
    )
    who = listed(item)[-1]
    told = {
        "decision": "e",
        "rang": None,
        "motif_decision": "I1",
        "phrase": "Ressources de 2026 au-dessus du plafond PLS de la catégorie.",
    }
    made.hold({("Saisie", item.dwelling_id, who.application_id): told})
    assert forbids(turned(made).case)["", who.application_id] == "income_proven_above"
    duty = next(d for d in queries.duties(made.desk) if d.kind == "radiation_notice")

    def letter() -> str:
        """The day of the notice, as « À reporter » gives it for the radiation."""
        table = radiations_table(told_of(made.desk, made.session_id, "fr")).set_index("numUnique")
        return str(table.loc[who.application_id, "dateCourrier"])

    assert letter() == ""
    made.clock.to(date(2026, 12, 10))
    commands.close_duty(
        made.desk, SECRETARY, "avis", duty.duty_id, outcome="avis envoyé", on=date(2026, 12, 10)
    )
    assert letter() == "10/12/2026"

    def status(on: date) -> str:
        people = turned(made, on=on).case.table("applications").set_index("application_id")
        return str(people.loc[who.application_id, "status"])

    assert status(date(2026, 12, 31)) == "active"
    assert (
        turned(made, on=date(2026, 12, 31))
        .case.table("decisions")["application_id"]
        .eq(who.application_id)
        .any()
    )
    assert status(date(2027, 1, 10)) == "struck_off"
    due = next(d for d in queries.duties(made.desk) if d.kind == "ineligible_radiation")
    commands.close_duty(
        made.desk, SECRETARY, "recu", due.duty_id, outcome="ressources corrigées", on=date(2026, 12, 10)
    )
    assert status(date(2027, 1, 10)) == "active"
    assert who.application_id not in {who for _, who in forbids(turned(made).case)}


def test_the_instruction_is_carried_into_the_files(made: Room):
    item = made.with_lists(3)[0]
    one, two = listed(item)[:2]
    made.write_book()
    from tests.deskwork.filling import fill

    fill(
        made.book,
        rows={
            ("Appels", item.dwelling_id, one.application_id): {"resultat_appel": "injoignable"},
            ("Appels", item.dwelling_id, two.application_id): {"piece_demandee": "Avis d'imposition"},
        },
    )
    made.record()
    made.hold()
    people = turned(made).case.table("applications").set_index("application_id")["dossier"]
    assert (people[one.application_id], people[two.application_id]) == ("unreachable", "to_verify")


@pytest.mark.long
def test_households_erased_since_keep_the_count_and_lose_the_number(made: Room):
    item = made.with_lists(3)[0]
    made.hold()
    sessions = queries.sessions(made.desk)
    blank = [
        replace(s, items=tuple(replace(i, candidates=tuple(replace(c, application_id="", facts={}, reasons=()) for c in i.candidates)) for i in s.items))
        for s in sessions
    ]  # fmt: skip
    case = read_case()
    known, erased = (next_case(case, log, policy.rules_of(case.settings)).case for log in (sessions, blank))
    events = erased.table("events")
    assert int((events["dwelling_id"] == item.dwelling_id).sum()) == 1
    counts = [bilan(c, 2026).table[["proposed", "attributed"]].sum().tolist() for c in (known, erased)]
    assert counts[0] == counts[1]


def test_a_new_year_leaves_last_years_leases_to_its_statement(made: Room):
    made.hold()
    found = turned(made, on=date(2027, 1, 4))
    assert found.case.settings.year == 2027 and len(found.case.table("leases")) == 0
    assert "DESK_NEW_YEAR" in {f.code for f in found.said}


@pytest.mark.long
def test_the_weeks_of_a_new_year_leave_last_years_leases_out_as_its_first_week_did(
    made: Room, tmp_path: Path
):
    item = made.with_lists(1)[0]
    who = listed(item)[0]
    made.hold()
    signed = SENT | {
        "reponse": "accepte", "reponse_le": date(2026, 12, 5), "bail_signe_le": date(2026, 12, 9),
    }  # fmt: skip
    made.after(date(2026, 12, 9), {("Offres", item.dwelling_id, who.application_id): signed})
    first = turned(made, on=date(2027, 1, 4))
    (told,) = [f for f in first.said if f.code == "DESK_NEW_YEAR"]
    assert str(1 + len(read_case().table("leases"))) in told.text("fr").replace("\u202f", "")
    write_next(tmp_path / "janvier", first, Path())
    again = turned(made, importers.read(tmp_path / "janvier", need=()), on=date(2027, 1, 11))
    # as from the import of November itself, and from a landlord's own import of the new year
    for name, found in (("suite", again), ("direct", turned(made, on=date(2027, 1, 11)))):
        write_next(tmp_path / name, found, Path())
    assert files(tmp_path / "suite") == files(tmp_path / "direct")
    settings = replace(read_case().settings, on=date(2027, 1, 8), year=2027)
    own = turned(made, replace(read_case(), settings=settings, tables={**read_case().tables, "leases": read_case().table("leases").iloc[:0]}))  # fmt: skip
    assert len(again.case.table("leases")) == len(own.case.table("leases")) == 0
    assert "DESK_NEW_YEAR" not in {f.code for f in (*again.said, *own.said)}
    read, findings = check_case(tmp_path / "suite")
    assert read is not None and not [
        f for f in (*read.warnings, *findings) if f.code == "READ_LEASE_OTHER_YEAR"
    ]
    # the year's statement tells where the dwelling is that its own rows follow
    assert set(again.case.table("events").query("dwelling_id == @item.dwelling_id")["commune"]) == {item.facts["commune"]}  # fmt: skip


def test_households_that_reservers_named_at_the_desk_are_nominations_of_the_next_case(
    made: Room, tmp_path: Path
):
    """The réservataire's last word stands, whichever case it is made from; what cannot be taken is said."""
    case = replace(read_case(), settings=replace(read_case().settings, landlord="ESH25"))
    home = made.session.items[0].dwelling_id
    numbers = case.table("applications")["application_id"].tolist()
    given = case.table("nominations").query("dwelling_id.isna()").iloc[0]
    commands.grant(made.desk, Actor("program", "program"), "g-t", user="technique", role="T")
    for user, landlord in (("als", "ESH25"), ("autre", "OPH25")):
        commands.grant(made.desk, Actor("technique", "T"), f"g-{user}", user=user, role="R", landlord=landlord, account="ALS")  # fmt: skip

    def name(by: str, key: str, account: str, dwelling: str, number: str, rank: int) -> int:
        told = commands.nominate(
            made.desk, Actor(by, "R"), key, account=account, dwelling_id=dwelling, application_id=number, rank=rank
        )  # fmt: skip
        return int(told.result["nomination_id"])

    def of(found: NextCase) -> set[tuple[str, str, str, int]]:
        frame = found.case.table("nominations")
        texts = frame[["account", "dwelling_id", "application_id"]].fillna("").astype(str)
        return set(zip(*(texts[c] for c in texts), frame["rank"].astype(int), strict=True))

    def again(from_: Case) -> NextCase:
        return next_case(
            from_, queries.sessions(made.desk), policy.rules_of(case.settings), nominations=queries.nominations(made.desk)
        )  # fmt: skip

    before = of(again(case))
    first = name("als", "1", "ALS", home, numbers[0], 1)
    name("als", "2", "ALS", "", numbers[1], 2)
    name("autre", "3", "ALS", "", numbers[2], 1)  # of another landlord's réservataire
    name("als", "4", "ALS", "", "INCONNUE", 3)
    moved = name("als", "5", given["account"], "", given["application_id"], 7)
    found = again(case)
    kept = before - {x for x in before if x[0] == given["account"] and x[2] == given["application_id"] and not x[1]}  # fmt: skip
    assert of(found) == kept | {
        ("ALS", home, numbers[0], 1),
        ("ALS", "", numbers[1], 2),
        (given["account"], "", given["application_id"], 7),
    }
    (told,) = [f for f in found.said if f.code == "DESK_NOMINATIONS_OUT"]
    assert told.text("fr").startswith("1 désignation") and "INCONNUE" not in told.text("fr")
    assert found.counts["nominations"] == 3
    # withdrawn, it leaves the case made of the earlier one too
    for n in (first, moved):
        commands.withdraw_nomination(made.desk, Actor("als", "R"), f"w{n}", n)
    for n, other in enumerate((found.case, case)):
        write_next(tmp_path / str(n), again(other), Path())
    assert files(tmp_path / "0") == files(tmp_path / "1")
    assert of(again(found.case)) == kept | {("ALS", "", numbers[1], 2)}


@pytest.mark.long
def test_a_dwelling_vacant_again_begins_anew(made: Room):
    """Let by the desk and vacated since: what came before its lease is counted no more, what the import follows there stands."""
    one, two = made.with_lists(1)[:2]
    who = listed(one)[0]
    refused = {"decision": "d", "rang": None, "motif_decision": "N3", "phrase": REFUSAL}
    made.hold({("Saisie", two.dwelling_id, c.application_id): refused for c in listed(two)})
    signed = SENT | {
        "reponse": "accepte", "reponse_le": date(2026, 12, 5), "bail_signe_le": date(2026, 12, 9),
    }  # fmt: skip
    made.after(date(2026, 12, 9), {("Offres", one.dwelling_id, who.application_id): signed})
    # `two` came to nothing in December, and another session let it: the same log as a session of the week after tells it
    sessions = queries.sessions(made.desk)
    lease = next(c for c in made.item(one.dwelling_id).candidates if c.status == "signed")
    let = replace(made.item(one.dwelling_id), item_id=10**6, dwelling_id=two.dwelling_id, candidates=(lease,))
    log = [*sessions, replace(sessions[0], session_id="apres", on=date(2026, 12, 8), items=(let,))]
    before = read_case()
    homes = before.table("dwellings").copy()
    back = homes["dwelling_id"].isin([one.dwelling_id, two.dwelling_id])
    homes.loc[back, "vacant_since"] = pd.Timestamp("2027-10-01")
    homes["attempts"] = homes["attempts"].mask(back)
    lines = [
        {**{c: row(homes, dwelling_id=i.dwelling_id)[c] for c in ("landlord", "commune", "qpv", "rooms", "financing")},
         "dwelling_id": i.dwelling_id, "account": i.account, "stage": "oriented", "since": day}
        for i, day in ((one, pd.Timestamp("2027-10-05")), (two, pd.Timestamp("2026-12-01")))
    ]  # fmt: skip
    progress = pd.concat([before.table("in_progress"), pd.DataFrame(lines)], ignore_index=True)
    fresh = replace(
        before, settings=replace(before.settings, on=date(2027, 10, 10), year=2027),
        tables={**before.tables, "dwellings": homes, "in_progress": progress.astype(before.table("in_progress").dtypes)},
    )  # fmt: skip
    case = next_case(fresh, log, policy.rules_of(fresh.settings)).case
    attempts = case.table("dwellings").set_index("dwelling_id")["attempts"]
    assert attempts[[one.dwelling_id, two.dwelling_id]].isna().all()
    followed = case.table("in_progress").set_index("dwelling_id")["since"]
    assert followed[one.dwelling_id] == pd.Timestamp("2027-10-05") and two.dwelling_id not in followed.index


def test_a_dwelling_that_came_to_nothing_then_was_withdrawn_is_not_missed(made: Room):
    item = made.with_lists(3)[0]
    refused = {"decision": "d", "rang": None, "motif_decision": "N3", "phrase": REFUSAL}
    made.hold({("Saisie", item.dwelling_id, c.application_id): refused for c in listed(item)})
    (session,) = queries.sessions(made.desk)
    (alone,) = [i for i in session.items if i.dwelling_id == item.dwelling_id]
    gone = replace(alone, item_id=10**6, status="withdrawn")
    log = [session, replace(session, session_id="apres", on=date(2026, 12, 10), items=(gone,))]
    before = read_case()
    found = next_case(before, log, policy.rules_of(before.settings))
    later = next_case(found.case, log, policy.rules_of(before.settings), on=date(2027, 3, 1))
    again = next_case(later.case, log, policy.rules_of(before.settings), on=date(2027, 3, 8))
    assert "DESK_DWELLING_WITHDRAWN" in {f.code for f in found.said}
    assert "DESK_DWELLING_GONE" not in {f.code for f in (*found.said, *later.said, *again.said)}


@pytest.mark.long
def test_a_bar_of_the_log_leaves_with_its_last_day_from_an_earlier_next_case_too(made: Room, tmp_path: Path):
    item = made.with_lists(1)[0]
    who = listed(item)[0]
    made.hold()
    said = {"reponse": "refuse", "reponse_le": date(2026, 12, 7), "motif_refus": "Sécurité", "refus_legitime": "oui"}  # fmt: skip
    made.after(date(2026, 12, 8), {("Offres", item.dwelling_id, who.application_id): SENT | said})
    write_next(tmp_path / "decembre", turned(made), Path())
    kept = importers.read(tmp_path / "decembre", need=())
    later = date(2028, 1, 10)
    for name, found in (("suite", turned(made, kept, on=later)), ("direct", turned(made, on=later))):
        assert (item.dwelling_id, who.application_id) not in forbids(found.case)
        write_next(tmp_path / name, found, Path())
    assert files(tmp_path / "suite") == files(tmp_path / "direct")


def test_own_sheets_of_the_import_are_carried_along(tmp_path: Path):
    case = imported(0)
    write_case(replace(case, settings=replace(case.settings, synthetic=False)), tmp_path / "cas")
    (tmp_path / "cas" / "seuils.csv").write_text(
        "epci;seuil;source\n242500361;9500;arrêté\n", encoding="utf-8"
    )
    (tmp_path / "cas" / "objectifs.csv").write_text(
        "objectif;bailleur;territoire;valeur;source\ndalo;ESH25;25;12;préfet\n", encoding="utf-8"
    )
    read = importers.read(tmp_path / "cas")
    made = next_case(read, [], policy.rules_of(read.settings))
    write_next(tmp_path / "suite", made, tmp_path / "cas")
    again = importers.read(tmp_path / "suite")
    assert again.settings.own.values == read.settings.own.values != {}
    assert dict(again.settings.dalo) == dict(read.settings.dalo) == {"ESH25": {"25": 12}}


@pytest.mark.long
def test_a_dwelling_back_from_works_stays_whoever_of_its_old_list_is_housed(made: Room):
    """It was withdrawn on 4 December and an import of the 10th has it again; a name that waited behind its list signs on the 14th."""
    home = next(i for i in made.session.items if any(c.status == "queue" for c in i.candidates))
    waits = next(c for c in home.candidates if c.status == "queue")
    other = next(i for i in made.session.items if i.item_id != home.item_id and len(listed(i)) == 2)
    late = NewCandidate(waits.application_id, position=9, source="late")
    commands.add_candidate(made.desk, SECRETARY, "tardif", other.item_id, late, reason="Désigné ce matin")
    made.hold()
    made.after(date(2026, 12, 4), {("Votes", home.dwelling_id, ""): {"retire_apres_decision": "Travaux"}})
    refused = {"notifie_le": date(2026, 12, 4), "reponse": "refuse", "reponse_le": date(2026, 12, 4), "motif_refus": "Transports", "refus_legitime": "oui"}  # fmt: skip
    rows = {("Offres", other.dwelling_id, c.application_id): refused for c in listed(other)}
    taken = {"notifie_le": date(2026, 12, 7), "reponse": "accepte", "reponse_le": date(2026, 12, 9), "bail_signe_le": date(2026, 12, 14)}  # fmt: skip
    made.after(date(2026, 12, 14), rows | {("Offres", other.dwelling_id, waits.application_id): taken})
    assert made.item(other.dwelling_id).status == "let"
    assert attempt_ended_on(made.session, made.item(home.dwelling_id)) == date(2026, 12, 4)
    back = replace(read_case(), settings=replace(read_case().settings, on=date(2026, 12, 10)))
    assert home.dwelling_id in set(turned(made, back).case.table("dwellings")["dwelling_id"])


@pytest.mark.parametrize("ends", ["not_examined", "cancelled"])
def test_a_dwelling_of_an_agenda_that_came_to_nothing_is_in_progress_no_more(made: Room, ends: str):
    """A next case was made while the session was convened: what is made of it forgets the dwelling that was not examined after all."""
    home = made.session.items[0]
    made.clock.to(date(2026, 12, 1))
    names = {c.candidate_id: "" for i in made.session.items for c in listed(i)}
    commands.convene(
        made.desk, SECRETARY, "convocation", made.session_id, recipients=["Préfet"], checks=names
    )
    before = turned(made).case
    assert home.dwelling_id in set(before.table("in_progress")["dwelling_id"])
    made.clock.to(HELD)
    if ends == "cancelled":
        commands.cancel(made.desk, SECRETARY, "annulée", made.session_id, reason="Salle inondée")
    else:
        made.hold({("Votes", home.dwelling_id, ""): {"retire_de_l_ordre_du_jour": "Travaux"}})
    for case in (turned(made, on=HELD).case, turned(made, before, on=HELD).case):
        for name in ("in_progress", "events"):
            assert home.dwelling_id not in set(case.table(name)["dwelling_id"]), name
        assert home.dwelling_id in set(case.table("dwellings")["dwelling_id"])


@pytest.mark.parametrize("ends", ["draft", "carence"])
def test_what_was_said_on_the_telephone_holds_whatever_became_of_the_session(made: Room, ends: str):
    """A session that was not held, or not yet: who declined is not proposed that dwelling again, who could not be reached is unreachable."""
    item = made.with_lists(3)[0]
    declines, lost, asked = listed(item)[:3]
    said = (
        {"resultat_appel": "décline", "motif": "Loyer ou charges trop élevés"},
        {"resultat_appel": "injoignable"},
        {"resultat_appel": "intéressé", "piece_demandee": "Avis d'imposition"},
    )
    names = (c.application_id for c in (declines, lost, asked))
    rows = {("Appels", item.dwelling_id, who): x for who, x in zip(names, said, strict=True)}
    made.after(date(2026, 12, 1), rows)
    if ends == "carence":
        made.clock.to(HELD)
        commands.cancel(made.desk, SECRETARY, "annulée", made.session_id, reason="Salle inondée")
    for case in (turned(made).case, turned(made, turned(made).case).case):
        assert forbids(case)[item.dwelling_id, declines.application_id] == "declined_before"
        files = case.table("applications").set_index("application_id")["dossier"]
        assert files[lost.application_id] == "unreachable"
        assert files[asked.application_id] == "to_verify"
