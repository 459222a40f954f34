"""Who is erased is gone: rows, free pages, log, old copies; who is owed something is kept; the chain still verifies."""

from __future__ import annotations

import os
import random
import shutil
from contextlib import ExitStack
from datetime import date, timedelta

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper

from optimizer.datadirs import models_dir
from optimizer.store import commands as c
from optimizer.store import holding, ledger, queries, schema
from optimizer.store.cleartext import cleartext
from optimizer.store.messages import StoreForbidden, StoreUnusable
from optimizer.store.people import later
from optimizer.store.purge import overdue, purge
from optimizer.store.records import NewCandidate, NewDecision, NewItem, PersonRecord
from optimizer.store.sqlite.driver import driver
from optimizer.store.subject import subject_of
from optimizer.store.tables import ERASABLE, PROJECTIONS
from tests.store.playing import DAY, SMALL, A, D, S, T, dwelling

AFTER = date(2028, 1, 15)
CODE = 60
"""Most signs of a column that holds a code."""


def erase(play, **more):
    return purge(play.store, D, play.number(), **({"dry_run": False} | more))


def over(play):
    """Households whose time is over, held or not."""
    return sum(
        1 for row in play.store.tables.find("person") if row["purge_after"] and row["purge_after"] < AFTER
    )


def bytes_of(play):
    """Everything that the desk has on the disk, the write-ahead log included; on a server every row of every table."""
    if play.store.entry["ENGINE"].endswith("postgresql"):
        with schema.connection().cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            rows = []
            for (table,) in cursor.fetchall():
                cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
                rows += [row for (row,) in cursor.fetchall()]
        return "\n".join(rows).encode()
    folder = os.path.dirname(play.store.entry["NAME"])
    return b"".join(
        open(os.path.join(root, name), "rb").read() for root, _, names in os.walk(folder) for name in names
    )


TYPED = {
    "offer.end_reason", "duty.outcome", "recourse.outcome",  # typed by the secretariat, and refused where they name a household
    "decision.provision", "nomination.account", "nomination.dwelling_id",  # a text of the law, a code
}  # fmt: skip
"""Words that stay when their household is erased."""


def test_a_column_of_words_about_a_household_is_erased_with_it_or_said_to_name_nobody(play):
    """A new table with a note in it would keep, past the retention time and in the ledger, what was typed of a household."""
    from django.db.migrations.loader import MigrationLoader

    models = MigrationLoader(schema.connection()).project_state().models
    kept, theirs = set(), set()
    for table in PROJECTIONS:
        fields = models["store", table].fields
        links = {str(f.remote_field.model).partition(".")[2] for f in fields.values() if f.is_relation}
        if "ref" in fields or links & theirs:
            theirs.add(table)
            kept |= {
                f"{table}.{name}"
                for name, f in fields.items()
                if f.get_internal_type() in ("CharField", "TextField") and (f.max_length or 1_000) > CODE
                if name not in ("salt", "by", *ERASABLE.get(table, ())) and not name.endswith("_by")
            }
    assert kept == TYPED and set(ERASABLE) <= theirs


@pytest.mark.long
def test_five_hundred_canaries_leave_no_trace(play):
    """Ten words in each of fifty households: number, name, phone, mail, address, facts, reasons, sentences, remarks."""
    draw = random.Random(7)
    word = lambda: "".join(draw.choice("BCDFGHJKLMNPQRSTVWXZ") for _ in range(14))  # noqa: E731
    canaries: list[str] = []

    def canary() -> str:
        canaries.append(word())
        return canaries[-1]

    items, people = [], []
    for k in range(10):
        names = []
        for rank in range(1, 6):
            number = canary()
            facts = {"tax_income_eur": canary(), "priority_codes": canary(), canary(): 1}
            names.append(NewCandidate(number, rank, facts=facts, reasons=(canary(),)))
            people.append(PersonRecord("", number, canary(), canary(), f"{canary()}@ici.fr", canary()))
        items.append(NewItem(f"L{k}", "BAILLEUR", tuple(names), facts={"commune": "25056"}))
    with c.batch(play.store):
        play.new(*items)
        play.do(c.import_people, S, people=people)
        play.do(
            c.import_people, S, people=[PersonRecord("", p.application_id, p.name + "X") for p in people[:5]]
        )
        play.open()
        for item in play.seen().items:
            names = [n.candidate_id for n in item.candidates]
            play.decide(
                item.dwelling_id,
                [
                    NewDecision(n, "not_attributed", motive="N3", sentence=f"{canary()} {SMALL}")
                    for n in names
                ],
                departure=canary() if item.position == 1 else "",
            )
        play.close()
    assert len(canaries) >= 500
    before = bytes_of(play)
    missing = [word for word in canaries if word.encode() not in before]
    assert missing == []
    play.clock.on(AFTER)
    done = erase(play)
    assert len(done.erased) == 50 and done.held == {}
    after = bytes_of(play)
    assert [word for word in canaries if word.encode() in after] == []
    proof = ledger.verify(play.store, queries.head(play.store))
    assert proof.holds and proof.erased == 50
    names = play.names("L1")
    assert (
        [n.application_id for n in names] == [""] * 5
        and names[0].facts == {}
        and names[0].decision.sentence == ""
    )
    assert names[0].decision.motive == "N3"


def test_whoever_is_owed_something_is_kept_and_why(play):
    item = dwelling("L1", names=4, queue=0)
    play.new(item, dwelling("L2"))
    play.open()
    names = [n.candidate_id for n in play.names("L1")]
    ranks = [NewDecision(n, "ranked", k) for k, n in enumerate(names[:3], 1)]
    play.decide("L1", [*ranks, NewDecision(names[3], "not_attributed", motive="N7", sentence=SMALL)])
    play.decide(
        "L2",
        [
            NewDecision(n.candidate_id, "not_attributed", motive="N3", sentence=SMALL)
            for n in play.names("L2", "listed")
        ],
    )
    play.close()
    play.offer("L1")
    contested = play.names("L2")[0].ref
    recourse = play.do(c.open_recourse, S, ref=contested, kind="contentieux", on=DAY)["recourse_id"]
    play.clock.on(AFTER)
    planned = erase(play, dry_run=True)
    refs = [n.ref for n in play.names("L1")]
    expected = {
        refs[0]: "offer",
        refs[1]: "candidature",
        refs[2]: "candidature",
        refs[3]: "duty",
        contested: "recourse",
    }
    assert dict(planned.held) == expected
    assert len(planned.erased) == 3 and over(play) == 8  # a dry run erases nobody
    assert dict(erase(play).held) == expected and over(play) == 5
    play.do(c.close_recourse, S, recourse, on=AFTER, outcome="Rejeté")
    assert play.ref("L2-1") == contested  # a year begins again with what happened last
    play.clock.later(400)
    assert contested in erase(play).erased


def test_nobody_is_erased_before_the_time(play):
    play.new(dwelling("L1"))
    play.do(c.cancel, S, play.session, reason="Salle indisponible")
    play.clock.on(later(DAY, 12))
    assert erase(play).erased == ()
    assert erase(play, on=date(2040, 1, 1)).erased == ()  # a day to come counts as today
    play.clock.later(1)
    assert len(erase(play).erased) == 4


def test_a_day_to_come_says_what_would_be_erased_then(play):
    """Kept for twelve months from 3 December 2026: nobody on 3 December 2027, four households the day after."""
    play.new(dwelling("L1"))
    play.do(c.cancel, S, play.session, reason="Salle indisponible")
    last = later(DAY, 12)
    assert erase(play, dry_run=True, on=last).erased == ()
    assert len(erase(play, dry_run=True, on=last + timedelta(days=1)).erased) == 4
    assert len(play.store.tables.find("person")) == 4


def test_a_household_that_is_erased_is_nominated_no_more(play):
    """An open nomination of nobody would wait for its dwelling for ever."""
    play.do(c.nominate, S, account="ALS", dwelling_id="L9", application_id="N9")
    play.clock.on(AFTER)
    assert len(erase(play).erased) == 1
    assert [n["status"] for n in play.store.tables.find("nomination")] == ["withdrawn"]
    assert ledger.verify(play.store).holds


def test_only_the_dpo_purges(play):
    for actor in (S, A, T):
        with pytest.raises(StoreForbidden):
            purge(play.store, actor, play.number(), dry_run=True)


def test_runs_exports_and_copies_older_than_the_limit_are_deleted_whole(play, tmp_path):
    runs = tmp_path / "resultats"
    old, new = runs / "2024-01", runs / "2027-12"
    path = play.store.entry["NAME"]
    copies = [f"{path}.avant-20240101-000000", f"{path}.avant-20271201-000000"]
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "proposals.csv").write_text("x")
    for copy in copies:
        open(copy, "w").close()
    for place, day in (
        (old, date(2024, 1, 1)),
        (copies[0], date(2024, 1, 1)),
        (new, date(2027, 12, 1)),
        (copies[1], date(2027, 12, 1)),
    ):
        stamp = (day - date(1970, 1, 1)) / timedelta(seconds=1)
        for inner in [
            place,
            *(os.path.join(place, n) for n in (os.listdir(place) if os.path.isdir(place) else [])),
        ]:
            os.utime(inner, (stamp, stamp))
    play.clock.on(AFTER)
    planned = erase(play, dry_run=True, folders=[runs])
    assert sorted(map(str, planned.files)) == sorted([str(old), copies[0]]) and old.exists()
    erase(play, folders=[runs])
    assert not old.exists() and new.exists() and not os.path.exists(copies[0]) and os.path.exists(copies[1])


def test_the_papers_of_whoever_is_erased_go_whatever_their_age(play, tmp_path):
    play.new(dwelling("L1"))
    play.do(c.cancel, S, play.session, reason="Salle indisponible")
    first = play.session
    play.clock.on(AFTER)
    play.new(dwelling("L9"))
    for session in (first, play.session):
        (tmp_path / session).mkdir()
        (tmp_path / session / "courriers.html").write_text("L1-1")
    assert erase(play, dry_run=True, papers=tmp_path).files == (tmp_path / first,)
    done = erase(play, papers=tmp_path)
    assert done.counts["files"] == 1
    assert not (tmp_path / first).exists() and (tmp_path / play.session).exists()


@pytest.mark.parametrize("how", ["refused", "killed"])
def test_papers_that_could_not_be_deleted_are_found_again(play, tmp_path, monkeypatch, how):
    """The households were erased first: their papers, letters with names among them, then stayed for a year, and nothing said so."""
    play.new(dwelling("L1"))
    play.do(c.cancel, S, play.session, reason="Salle indisponible")
    play.clock.on(AFTER)
    letters = tmp_path / play.session / "courriers.html"
    letters.parent.mkdir()
    letters.write_text("L1-1")

    def stopped(path: object) -> None:
        raise PermissionError(13, "Permission denied") if how == "refused" else KeyboardInterrupt

    with monkeypatch.context() as held:
        held.setattr(shutil, "rmtree", stopped)
        with pytest.raises(StoreUnusable if how == "refused" else KeyboardInterrupt) as error:
            erase(play, papers=tmp_path)
    if how == "refused":
        assert error.value.code == "STORE_NOT_DELETED" and play.session in str(error.value)
    assert len(play.store.tables.find("person")) == 4 and letters.exists()
    done = erase(play, papers=tmp_path)
    assert len(done.erased) == 4 and done.files == (letters.parent,) and not letters.parent.exists()
    assert ledger.verify(play.store).holds


@pytest.mark.parametrize("how", ["a reader", "a full disk"])
def test_a_purge_that_leaves_text_in_the_file_says_so_and_the_next_one_ends_it(play, monkeypatch, how):
    """« Effacés » was said while a copy being made kept the log, names in it; « rien n'a été enregistré » of a disk that was full."""
    play.new(dwelling("L1"))
    play.do(c.cancel, S, play.session, reason="Salle indisponible")
    play.do(c.import_people, S, people=[PersonRecord("", "L1-1", "Zorgluba Canari")])
    play.clock.on(AFTER)
    with ExitStack() as held:
        if how == "a reader":
            # the desk's own driver: locks of another library in one process do not see each other
            reader = driver().connect(play.store.entry["NAME"])
            held.callback(reader.close)
            held.enter_context(monkeypatch.context()).setattr(holding, "BUSY_SECONDS", 1)
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM store_person").fetchone()
        else:
            patched = held.enter_context(monkeypatch.context())
            execute = CursorWrapper.execute

            def no_room(self, sql, params=None):
                if sql == "VACUUM":
                    raise OperationalError("database or disk is full")
                return execute(self, sql, params)

            patched.setattr(CursorWrapper, "execute", no_room)
        with pytest.raises(StoreUnusable) as error:
            erase(play)
        assert error.value.code == "STORE_NOT_WIPED" and "4 ménages effacés" in str(error.value)
        assert ("lit le bureau" if how == "a reader" else "disque est plein") in str(error.value)
    assert erase(play).erased == () and ledger.verify(play.store).holds
    assert b"Zorgluba" not in bytes_of(play)


def test_what_a_killed_backup_left_in_clear_goes_with_the_purge(play):
    """It stayed until the next backup, with the households that the purge had erased."""
    with cleartext(play.store.url) as left:
        pass
    left.mkdir()
    (left / "bureau").write_bytes(b"Zorgluba Canari")
    play.clock.on(AFTER)
    erase(play, dry_run=True)
    assert left.exists()
    erase(play)
    assert not left.exists()


def test_months_end_where_the_month_does():
    assert later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert later(date(2027, 12, 31), 2) == date(2028, 2, 29)
    assert later(date(2026, 12, 3), 12) == date(2027, 12, 3)
    assert later(date(2026, 3, 31), -1) == date(2026, 2, 28)


def test_a_purge_reads_the_desk_once_for_hundreds_of_households(play):
    """Seven questions a household held the desk for half a minute at ten thousand, while others could record nothing."""
    asked = []
    for homes in (2, 12):
        play.new(*(dwelling(f"P{homes}-{k}") for k in range(homes)))
        play.do(c.cancel, S, play.session, reason="Salle indisponible")
        play.clock.later(400)
        questions: list[str] = []

        def count(execute, sql, *given, questions=questions):
            questions.append(sql.split()[0])
            return execute(sql, *given)

        with schema.connection().execute_wrapper(count):
            assert len(erase(play).erased) == 4 * homes
        asked.append(questions.count("SELECT"))
    assert asked[1] == asked[0], asked


@pytest.fixture
def period(tmp_path, monkeypatch):
    """Another period of retention from a day on: ``period(months, since)``."""
    models = tmp_path / "models"

    def change(months, since):
        shutil.copytree(models_dir() / "national", models / "national")
        file = models / "national" / "commission.yaml"
        head, tail = file.read_text(encoding="utf-8").split("\nretention_months:", 1)
        mine, rest = tail.split("\napart_reasons:", 1)
        new = f"    {since}:\n      value: {months}\n      source: essai\n      reviewed_on: {since}\n      by: essai\n"
        text = f"{head}\nretention_months:{mine.rstrip()}\n{new}\napart_reasons:{rest}"
        file.write_text(text, encoding="utf-8")
        monkeypatch.setattr("optimizer.store.law.models_dir", lambda _: models)

    return change


@pytest.mark.parametrize("months", [6, 24])
def test_a_period_that_changes_holds_for_whoever_is_known_already(play, period, months):
    """With 6 months from January on nobody was erased before December, and a household met in November stayed under the old twelve."""
    play.new(dwelling("L1"))
    play.do(c.cancel, S, play.session, reason="Salle indisponible")
    period(months, later(DAY, 1))
    last = later(DAY, months)
    play.clock.on(last)
    assert erase(play, dry_run=True).erased == () and overdue(play.store, last).households == 0
    told = subject_of(play.store, "L1-1", household="", member="")
    assert told.person.purge_after == last
    play.clock.later(1)
    late = overdue(play.store, play.store.today())
    assert (late.households, late.since) == (4, last)
    assert len(erase(play).erased) == 4 and ledger.verify(play.store).holds


def test_an_act_on_the_day_that_the_earlier_period_ends_is_remembered(play, period):
    """Twelve months from December and six from June end on one day: the row did not change, and June left no line."""
    play.new(dwelling("L1"))
    play.do(c.cancel, S, play.session, reason="Salle indisponible")
    period(6, later(DAY, 1))
    play.clock.on(later(DAY, 6))
    play.new(dwelling("L1"))
    play.do(c.cancel, S, play.session, reason="Salle indisponible")
    play.clock.on(later(DAY, 12))
    assert erase(play).erased == ()


def test_files_go_by_the_period_of_today_whatever_the_day_asked_for(play, period, tmp_path):
    old = tmp_path / "resultats" / "2026-12"
    old.mkdir(parents=True)
    stamp = (DAY - date(1970, 1, 1)) / timedelta(seconds=1)
    os.utime(old, (stamp, stamp))
    period(24, later(DAY, 14))
    play.clock.on(later(DAY, 15))
    assert erase(play, on=later(DAY, 13), folders=[old.parent]).files == () and old.exists()
