"""What is to be done today, in its order."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from optimizer.desk.alike import alike
from optimizer.desk.call_list import KINDS, call_list
from optimizer.desk.sessions import begin, due_today, item_named
from optimizer.errors import AttrifluxError
from optimizer.store import commands, queries
from optimizer.store.law import law
from tests.deskwork.filling import fill
from tests.deskwork.room import HELD, SECRETARY, listed, ready, room


@pytest.mark.long
def test_what_is_due_is_read_of_the_sessions_in_which_something_is(tmp_path: Path, monkeypatch):
    """Every session that a desk ever held was read whole for the papers of one: three years of them took gigabytes."""
    made = room(tmp_path)
    over = made.session
    commands.cancel(made.desk, SECRETARY, "annulée", over.session_id, reason="Salle indisponible.")
    begin(made.desk, SECRETARY, ready(), commission=over.commission, on=HELD + timedelta(days=7), quorum=3)
    (live,) = (s for s in queries.sessions(made.desk) if s.status == "draft")
    read, find = [], made.desk.tables.find

    def counted(table, **equal):
        rows = find(table, **equal)
        read.extend(row["candidate_id"] for row in rows if table == "dossier")
        return rows

    monkeypatch.setattr(made.desk.tables, "find", counted)
    _, lines, _ = due_today(made.desk, law(HELD))
    names = {c.candidate_id for i in live.items for c in i.candidates}
    assert {x.session_id for x in lines} == {live.session_id} and sorted(read) == sorted(names)


def test_a_long_agenda_tells_the_dwellings_written_most_alike(tmp_path: Path):
    """A wrong name at a session of hundreds was answered by the list of all of them."""
    known = [f"ESH25-{n:06d}" for n in range(1_458)]
    told = alike("ESH25-00457", known)
    assert told.fr.endswith("… (1\u202f458 logements en tout)") and told.en.endswith(
        "… (1,458 dwellings in all)"
    )
    assert len(told.fr) < 120 and "ESH25-000457" in told.fr
    assert alike("L", known[:3]).fr == ", ".join(known[:3])
    session = room(tmp_path).session
    with pytest.raises(AttrifluxError) as problem:
        item_named(session, "ailleurs")
    assert problem.value.text("fr").count(session.items[0].dwelling_id[:6]) >= 5


@pytest.mark.long
def test_the_list_follows_the_session_from_calls_to_radiations(tmp_path: Path):
    made = room(tmp_path)

    def today(on: date):
        duties, calls = queries.duties(made.desk), queries.calls(made.desk)
        return call_list(queries.sessions(made.desk), law(HELD), on, duties=duties, calls=calls)

    first = today(date(2026, 11, 25))
    names = [c.application_id for i in made.session.items for c in listed(i)]
    assert {x.kind for x in first} == {"instruction"} and sorted(x.application_id for x in first) == sorted(
        names
    )
    one = made.session.items[0]
    for n in range(3):
        commands.call(made.desk, SECRETARY, f"appel {n}", listed(one)[0].candidate_id, outcome="unreachable")
    tried = next(x for x in today(date(2026, 11, 26)) if x.candidate_id == listed(one)[0].candidate_id)
    assert tried.attempts == 3 and tried.write
    items = made.with_lists(1)
    a, b, c = (i.dwelling_id for i in items[:3])
    made.hold()
    ranks = today(HELD)
    assert {x.kind for x in ranks} == {"next_rank"} and len(ranks) == len(made.session.items)
    assert [x.vacant_days for x in ranks] == sorted((x.vacant_days for x in ranks), reverse=True)

    def who(dwelling: str) -> tuple[str, str, str]:
        named = [x for x in made.item(dwelling).candidates if x.decision and x.decision.rank == 1]
        return ("Offres", dwelling, named[0].application_id)

    made.write_book()
    made.clock.to(date(2026, 12, 4))
    fill(
        made.book,
        rows={who(a): {"notifie_le": date(2026, 12, 4), "preuve": "hand"}, who(b): {"notifie_le": date(2026, 12, 4)},
              who(c): {"notifie_le": date(2026, 12, 4), "preuve": "hand"}},
    )  # fmt: skip
    made.record()
    deadline = next(x.offer.deadline for x in made.item(a).candidates if x.offer)
    kinds = lambda on, dwelling: [x.kind for x in today(on) if x.dwelling_id == dwelling]  # noqa: E731
    assert kinds(date(2026, 12, 5), a) == [] and kinds(date(2026, 12, 5), b) == ["unsent"]
    assert kinds(date(2026, 12, 9), a) == ["no_contact"]
    assert "clock" in kinds(deadline - timedelta(days=1), a)
    assert kinds(deadline + timedelta(days=1), a) == ["silence"]
    made.after(
        date(2026, 12, 7),
        {who(c): {"reponse": "accepte", "reponse_le": date(2026, 12, 7), "bail_signe_le": date(2026, 12, 7)}},
    )
    assert "sne_radiation" in {x.kind for x in today(date(2026, 12, 8))}
    lines = today(deadline + timedelta(days=1))
    order = [KINDS.index(x.kind) for x in lines]
    assert order == sorted(order)


def test_a_condition_met_before_its_turn_is_asked_of_nobody(tmp_path: Path):
    """The document of a household that waits behind others came: it stood there as late, every day from its date on."""
    made = room(tmp_path)
    item = made.with_lists(3)[0]
    behind = listed(item)[1]
    due = date(2026, 12, 14)
    condition = {"decision": "c", "rang": 2, "piece": "Avis d'imposition", "avant_le": due}
    made.hold({("Saisie", item.dwelling_id, behind.application_id): condition})

    def awaited() -> list[str]:
        lines = call_list(queries.sessions(made.desk), law(HELD), due + timedelta(days=1))
        return [x.ref for x in lines if x.kind == "condition"]

    assert awaited() == [behind.ref]
    made.clock.to(date(2026, 12, 10))
    commands.condition_met(made.desk, SECRETARY, "piece", behind.candidate_id)
    assert awaited() == []
